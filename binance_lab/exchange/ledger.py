"""Who owns what: accounts, their free and locked balances, and what trades cost them.

Amounts are whole atoms (1e-8 of an asset). What leaves one account enters another or the fees.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RATE = 100_000_000  # a rate of 1, as rates are whole 1e-8
NO_GROUP = -1  # the trade group of an account that is in none


@dataclass(slots=True)
class Balance:
    """What an account has of one asset, in atoms."""

    free: int = 0
    locked: int = 0


@dataclass(slots=True)
class Rates:
    """One kind of commission, in 1e-8 of what is received: maker or taker, plus buyer or seller."""

    maker: int = 0
    taker: int = 0
    buyer: int = 0
    seller: int = 0

    def of(self, *, is_buyer: bool, is_maker: bool) -> int:
        """The rate of one half of a trade."""
        return (self.maker if is_maker else self.taker) + (self.buyer if is_buyer else self.seller)


@dataclass(slots=True)
class Commission:
    """All that a trade of an account costs: standard, special and tax commission, and the discount.

    https://developers.binance.com/docs/binance-spot-api-docs/faqs/commission_faq
    """

    standard: Rates = field(default_factory=lambda: Rates(maker=100_000, taker=100_000))
    special: Rates = field(default_factory=Rates)
    tax: Rates = field(default_factory=Rates)
    discount_enabled: bool = True  # the account pays in the discount asset while it has some
    discount_asset: str = "BNB"
    discount: int = 75_000_000  # what is left of the standard commission then


NO_COMMISSION = Commission(standard=Rates(), discount_enabled=False)


@dataclass(slots=True, eq=False)
class Account:
    """One account: balances by asset, rates, and what it may do.

    An account that isn't ``reported`` (an agent's) causes no execution reports or balance events, is not
    limited in its number of orders, and its orders are forgotten when they are done.
    """

    id: int
    balances: dict[str, Balance] = field(default_factory=dict)
    commission: Commission = field(default_factory=Commission)
    reported: bool = True
    can_trade: bool = True
    permissions: tuple[str, ...] = ("SPOT",)
    trade_group_id: int = NO_GROUP  # accounts of one group don't trade with each other
    asset_limits: dict[str, int] = field(default_factory=dict)  # MAX_ASSET, in atoms
    update_us: int = 0

    def balance(self, asset: str) -> Balance:
        """The account's balance of an asset, zero if it never had any."""
        found = self.balances.get(asset)
        if found is None:
            found = self.balances[asset] = Balance()
        return found

    def trades_with_itself(self, other: Account) -> bool:
        """Whether a trade between the two would be a self-trade."""
        return other is self or (
            self.trade_group_id != NO_GROUP and self.trade_group_id == other.trade_group_id
        )


def standard_fee(commission: Commission, received: int, *, is_buyer: bool, is_maker: bool) -> int:
    """The standard commission on an amount received, rounded down, before any discount."""
    return received * commission.standard.of(is_buyer=is_buyer, is_maker=is_maker) // RATE


def other_fees(commission: Commission, received: int, *, is_buyer: bool, is_maker: bool) -> int:
    """Special and tax commission on an amount received; the discount doesn't apply to them."""
    special = commission.special.of(is_buyer=is_buyer, is_maker=is_maker)
    tax = commission.tax.of(is_buyer=is_buyer, is_maker=is_maker)
    return received * special // RATE + received * tax // RATE
