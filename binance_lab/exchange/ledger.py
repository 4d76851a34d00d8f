"""Who owns what: accounts, their free and locked balances, and commission rates.

Amounts are whole atoms (1e-8 of an asset). What leaves one account enters another or the fees.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RATE = 100_000_000  # a rate of 1, as rates are whole 1e-8


@dataclass(slots=True)
class Balance:
    """What an account has of one asset, in atoms."""

    free: int = 0
    locked: int = 0


@dataclass(slots=True)
class Rates:
    """One kind of commission as rates in 1e-8 of what is received; maker or taker, plus buyer or seller."""

    maker: int = 0
    taker: int = 0
    buyer: int = 0
    seller: int = 0

    def of(self, *, is_buyer: bool, is_maker: bool) -> int:
        """The rate of one half of a trade."""
        return (self.maker if is_maker else self.taker) + (self.buyer if is_buyer else self.seller)


@dataclass(slots=True)
class Commission:
    """All that a trade of an account costs: standard, special and tax commissions, and the BNB discount.

    https://developers.binance.com/docs/binance-spot-api-docs/faqs/commission_faq
    """

    standard: Rates = field(default_factory=lambda: Rates(maker=100_000, taker=100_000))
    special: Rates = field(default_factory=Rates)
    tax: Rates = field(default_factory=Rates)
    discount_enabled: bool = True  # for the account: "pay fees in BNB" is on
    discount_asset: str = "BNB"
    discount: int = 75_000_000  # standard commission paid in BNB is multiplied by this


@dataclass(slots=True, eq=False)
class Account:
    """One account: balances by asset, rates, and what it may do.

    An account that isn't ``reported`` (an agent's) causes no execution reports or balance events, and its
    orders are forgotten when they are done.
    """

    id: int
    balances: dict[str, Balance] = field(default_factory=dict)
    commission: Commission = field(default_factory=Commission)
    reported: bool = True
    can_trade: bool = True
    permissions: tuple[str, ...] = ("SPOT",)
    asset_limits: dict[str, int] = field(default_factory=dict)  # MAX_ASSET, in atoms
    update_us: int = 0
    open_orders: int = 0  # on all symbols, for the exchange's filters

    def balance(self, asset: str) -> Balance:
        """The account's balance of an asset, zero if it never had any."""
        found = self.balances.get(asset)
        if found is None:
            found = self.balances[asset] = Balance()
        return found
