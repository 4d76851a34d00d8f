"""What a symbol is: its assets, tick and step, filters and permissions.

Inside the exchange a price is a whole number of ticks, a quantity a whole number of lots (steps) and an
amount of an asset a whole number of atoms (1e-8 of it). ``SymbolRules`` converts between these and text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import lru_cache
from math import gcd
from typing import Any

from binance_lab.wire.enums import OrderType, SelfTradePrevention

ATOMS = 100_000_000  # in one unit of any asset

Json = dict[str, Any]

ALL_ORDER_TYPES = (
    OrderType.LIMIT,
    OrderType.LIMIT_MAKER,
    OrderType.MARKET,
    OrderType.STOP_LOSS,
    OrderType.STOP_LOSS_LIMIT,
    OrderType.TAKE_PROFIT,
    OrderType.TAKE_PROFIT_LIMIT,
)
ALL_STP_MODES = (
    SelfTradePrevention.NONE,
    SelfTradePrevention.EXPIRE_TAKER,
    SelfTradePrevention.EXPIRE_MAKER,
    SelfTradePrevention.EXPIRE_BOTH,
    SelfTradePrevention.DECREMENT,
    SelfTradePrevention.TRANSFER,
)


# Wide enough that no amount a request can spell is rounded on the way to atoms.
_to_atoms = Context(prec=120).multiply
_ATOMS_IN_ONE = Decimal(ATOMS)


def atoms_of(amount: Decimal) -> int:
    """Whole atoms in an amount, digits beyond the eighth cut off."""
    return int(_to_atoms(amount, _ATOMS_IN_ONE))


@lru_cache(
    maxsize=10_000
)  # orders come at the same prices, in the same quantities, again and again
def exact_atoms(amount: Decimal) -> int | None:
    """Whole atoms in an amount; None if it has more than eight decimals."""
    numerator, denominator = amount.as_integer_ratio()
    atoms, rest = divmod(numerator * ATOMS, denominator)
    return None if rest else atoms


def amount_of(atoms: int) -> Decimal:
    """The amount as a Decimal with eight places."""
    return Decimal(atoms).scaleb(-8)


def atoms_text(atoms: int) -> str:
    """An amount as Binance writes it: eight decimals, always."""
    if atoms < 0:
        return "-" + atoms_text(-atoms)
    return f"{atoms // ATOMS}.{atoms % ATOMS:08d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRange:
    """The execution rule PRICE_RANGE, and how the reference price that it goes by is reckoned."""

    bid_multiplier_up: Decimal
    bid_multiplier_down: Decimal
    ask_multiplier_up: Decimal
    ask_multiplier_down: Decimal
    bucket_width_ms: int = 1_000
    bucket_count: int = 300

    def execution_rule(self) -> Json:
        """The element of ``rules`` in ``executionRules``.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints#query-execution-rules
        """
        return {
            "ruleType": "PRICE_RANGE",
            "bidLimitMultUp": f"{self.bid_multiplier_up:.4f}",
            "bidLimitMultDown": f"{self.bid_multiplier_down:.4f}",
            "askLimitMultUp": f"{self.ask_multiplier_up:.4f}",
            "askLimitMultDown": f"{self.ask_multiplier_down:.4f}",
        }


@dataclass(frozen=True, slots=True)
class SymbolRules:
    """One symbol as exchangeInfo describes it, with the integers that matching needs.

    The tick and the step are multiples of 1e-8. ``fair_price`` is where agents and synthetic history start.
    """

    symbol: str
    base: str
    quote: str
    tick: Decimal
    step: Decimal
    fair_price: Decimal
    filters: tuple[Json, ...]
    order_types: tuple[OrderType, ...] = ALL_ORDER_TYPES
    iceberg_allowed: bool = True
    oco_allowed: bool = True
    oto_allowed: bool = True
    opo_allowed: bool = True
    quote_order_qty_allowed: bool = True
    trailing_stop_allowed: bool = True
    cancel_replace_allowed: bool = True
    amend_allowed: bool = True
    peg_allowed: bool = True
    permission_sets: tuple[tuple[str, ...], ...] = (("SPOT",),)
    default_stp: SelfTradePrevention = SelfTradePrevention.EXPIRE_MAKER
    allowed_stp: tuple[SelfTradePrevention, ...] = ALL_STP_MODES
    price_range: PriceRange | None = None  # only then the symbol has a reference price
    tick_atoms: int = field(init=False)
    step_atoms: int = field(init=False)
    _quote_factor: int = field(init=False)
    _quote_divisor: int = field(init=False)

    def __post_init__(self) -> None:
        tick, step = atoms_of(self.tick), atoms_of(self.step)
        common = gcd(tick * step, ATOMS)
        set_field = object.__setattr__
        set_field(self, "tick_atoms", tick)
        set_field(self, "step_atoms", step)
        set_field(self, "_quote_factor", tick * step // common)
        set_field(self, "_quote_divisor", ATOMS // common)

    def quote_atoms(self, price_ticks: int, lots: int) -> int:
        """What ``lots`` cost at a price, in atoms of the quote asset, rounded down.

        Rounded down the parts never cost more than the whole, so a hold always covers its fills.
        """
        return price_ticks * lots * self._quote_factor // self._quote_divisor

    def lots_for(self, quote_atoms: int, price_ticks: int) -> int:
        """The most lots that an amount of the quote asset pays for at a price."""
        return quote_atoms * self._quote_divisor // (price_ticks * self._quote_factor)

    def ticks(self, price: Decimal) -> int:
        """A price in ticks; one between two ticks goes to the lower."""
        return atoms_of(price) // self.tick_atoms

    def lots(self, quantity: Decimal) -> int:
        """A quantity in lots, rounded down."""
        return atoms_of(quantity) // self.step_atoms

    def price(self, price_ticks: int) -> Decimal:
        """A price in the quote asset."""
        return amount_of(price_ticks * self.tick_atoms)

    def quantity(self, lots: int) -> Decimal:
        """A quantity in the base asset."""
        return amount_of(lots * self.step_atoms)

    def price_text(self, price_ticks: int) -> str:
        """A price as Binance writes it."""
        return atoms_text(price_ticks * self.tick_atoms)

    def qty_text(self, lots: int) -> str:
        """A quantity as Binance writes it."""
        return atoms_text(lots * self.step_atoms)

    def exchange_info(self, status: str) -> Json:
        """The symbol's element of ``exchangeInfo``, its fields in Binance's order."""
        return {
            "symbol": self.symbol,
            "status": status,
            "baseAsset": self.base,
            "baseAssetPrecision": 8,
            "quoteAsset": self.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "baseCommissionPrecision": 8,
            "quoteCommissionPrecision": 8,
            "orderTypes": list(self.order_types),
            "icebergAllowed": self.iceberg_allowed,
            "ocoAllowed": self.oco_allowed,
            "otoAllowed": self.oto_allowed,
            "opoAllowed": self.opo_allowed,
            "quoteOrderQtyMarketAllowed": self.quote_order_qty_allowed,
            "allowTrailingStop": self.trailing_stop_allowed,
            "cancelReplaceAllowed": self.cancel_replace_allowed,
            "amendAllowed": self.amend_allowed,
            "pegInstructionsAllowed": self.peg_allowed,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": [dict(each) for each in self.filters],
            "permissions": [],
            "permissionSets": [list(each) for each in self.permission_sets],
            "defaultSelfTradePreventionMode": self.default_stp,
            "allowedSelfTradePreventionModes": list(self.allowed_stp),
        }


def spot_symbol(
    base: str,
    quote: str,
    *,
    tick: str,
    step: str,
    fair_price: str,
    max_price: str = "1000000",
    max_qty: str = "9000",
    max_market_qty: str = "100",
    min_notional: str = "5",
    max_notional: str = "9000000",
    price_range: PriceRange | None = None,
) -> SymbolRules:
    """A symbol with every filter that Binance gives a pair today."""

    def text(number: str) -> str:
        return atoms_text(atoms_of(Decimal(number)))

    filters: tuple[Json, ...] = (
        {
            "filterType": "PRICE_FILTER",
            "minPrice": text(tick),
            "maxPrice": text(max_price),
            "tickSize": text(tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": text(step),
            "maxQty": text(max_qty),
            "stepSize": text(step),
        },
        {"filterType": "ICEBERG_PARTS", "limit": 100},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": text("0"),
            "maxQty": text(max_market_qty),
            "stepSize": text("0"),
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": 10,
            "maxTrailingAboveDelta": 2000,
            "minTrailingBelowDelta": 10,
            "maxTrailingBelowDelta": 2000,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": "5",
            "bidMultiplierDown": "0.2",
            "askMultiplierUp": "5",
            "askMultiplierDown": "0.2",
            "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": text(min_notional),
            "applyMinToMarket": True,
            "maxNotional": text(max_notional),
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
    )
    return SymbolRules(
        symbol=base + quote,
        base=base,
        quote=quote,
        tick=Decimal(tick),
        step=Decimal(step),
        fair_price=Decimal(fair_price),
        filters=filters,
        price_range=price_range,
    )


# No taker of a young market trades further than this from the mean of its last five minutes.
_YOUNG = PriceRange(
    bid_multiplier_up=Decimal("1.25"),
    bid_multiplier_down=Decimal("0.75"),
    ask_multiplier_up=Decimal("1.25"),
    ask_multiplier_down=Decimal("0.75"),
)

DEFAULT_SYMBOLS: tuple[SymbolRules, ...] = (
    spot_symbol("BTC", "USDT", tick="0.01", step="0.00001", fair_price="64000"),
    spot_symbol("ETH", "USDT", tick="0.01", step="0.0001", fair_price="3200", max_market_qty="1600"),
    spot_symbol("BNB", "USDT", tick="0.01", step="0.001", fair_price="580", max_qty="900000", max_market_qty="2000"),
    spot_symbol("SOL", "USDT", tick="0.01", step="0.001", fair_price="150", max_qty="900000", max_market_qty="9000"),
    spot_symbol("XRP", "USDT", tick="0.0001", step="0.1", fair_price="0.6", max_price="10000", max_qty="9222449", max_market_qty="1200000"),
    spot_symbol("DOGE", "USDT", tick="0.00001", step="1", fair_price="0.16", max_price="1000", max_qty="9000000", max_market_qty="5000000", min_notional="1"),
    spot_symbol("ADA", "USDT", tick="0.0001", step="0.1", fair_price="0.45", max_price="1000", max_qty="900000", max_market_qty="800000"),
    spot_symbol("SHIB", "USDT", tick="0.00000001", step="1", fair_price="0.000018", max_price="1", max_qty="46116860414", max_market_qty="17000000000", min_notional="1"),
    spot_symbol("ETH", "BTC", tick="0.00001", step="0.0001", fair_price="0.05", max_price="922327", max_qty="100000", max_market_qty="700", min_notional="0.0001", max_notional="9000000"),
    spot_symbol("BNB", "BTC", tick="0.000001", step="0.001", fair_price="0.009", max_price="10000", max_qty="100000", max_market_qty="1500", min_notional="0.0001", max_notional="9000000"),
    spot_symbol("BTC", "EUR", tick="0.01", step="0.00001", fair_price="59000"),
    spot_symbol("BTC", "USDC", tick="0.01", step="0.00001", fair_price="64000"),
    spot_symbol("币安人生", "USDT", tick="0.0001", step="0.1", fair_price="0.15", max_price="1000", max_qty="9000000", max_market_qty="900000", price_range=_YOUNG),
)  # fmt: skip

# Books that smart order routing reads together.
DEFAULT_SORS: tuple[tuple[str, ...], ...] = (("BTCUSDT", "BTCUSDC"),)


def sors_among(rules: Iterable[SymbolRules]) -> tuple[tuple[str, ...], ...]:
    """The default routing configurations whose books are all there."""
    there = {each.symbol for each in rules}
    return tuple(symbols for symbols in DEFAULT_SORS if there.issuperset(symbols))


def select_symbols(names: Iterable[str]) -> tuple[SymbolRules, ...]:
    """The default symbols of these names, in their order.

    Raises:
        ValueError: A name is none of them; the message lists those there are.
    """
    known = {rules.symbol: rules for rules in DEFAULT_SYMBOLS}
    wanted = list(names)
    for name in wanted:
        if name not in known:
            raise ValueError(f"no symbol {name!r} here; there are {', '.join(known)}")
    return tuple(known[name] for name in wanted)
