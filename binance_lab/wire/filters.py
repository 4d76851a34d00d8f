"""Binance's filters: the rules that exchangeInfo and myFilters give for orders.

The embedded exchange refuses orders by them and the order desk checks orders with them before sending, so that
both always agree. Everything is exact: Decimals in, Decimals compared.

https://developers.binance.com/docs/binance-spot-api-docs/filters
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any, ClassVar, Self

from binance_lab.wire.enums import OrderType, Side
from binance_lab.wire.facts import MarketFacts, OrderFacts

# Wide enough that no product or remainder of two numbers that fit a request is ever rounded.
_EXACT = Context(prec=120)
_ZERO = Decimal(0)

_STOP_LOSS_TYPES = frozenset((OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One filter that an order fails: which, by what, and what would pass.

    ``field`` is the parameter in Binance's spelling, ``nearest`` the value closest to it that this filter
    accepts; None where no value of the field would help.
    """

    filter: str
    field: str
    what: str
    value: Decimal
    limit: Decimal
    nearest: Decimal | None = None

    @property
    def message(self) -> str:
        """What Binance answers."""
        return f"Filter failure: {self.filter}"

    @property
    def excess(self) -> Decimal:
        """How far the value is from the limit."""
        return abs(_EXACT.subtract(self.value, self.limit))

    def __str__(self) -> str:
        return f"{self.filter}: {self.what}"


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter; its fields are those of its JSON object in snake_case."""

    name: ClassVar[str] = ""

    @classmethod
    def parse(cls, json: Mapping[str, Any]) -> Self:
        """The filter from its JSON object."""
        return cls(
            **{
                each.name: _READERS[str(each.type)](json[_camel_case(each.name)])
                for each in fields(cls)
            }
        )

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """What the order fails here, if anything."""
        raise NotImplementedError

    def _finding(
        self, field: str, what: str, value: Decimal, limit: Decimal, nearest: Decimal | None = None
    ) -> Finding:
        return Finding(
            filter=self.name, field=field, what=what, value=value, limit=limit, nearest=nearest
        )

    def _range(
        self, field: str, value: Decimal, low: Decimal | None, high: Decimal | None, step: Decimal
    ) -> Finding | None:
        """What keeps a value from being within low and high and a multiple of step (0: any)."""
        nearest = _nearest(value, low, high, step)
        if low is not None and value < low:
            return self._finding(field, f"{field} {value:f} is below {low:f}", value, low, nearest)
        if high is not None and value > high:
            return self._finding(
                field, f"{field} {value:f} is above {high:f}", value, high, nearest
            )
        if step and _EXACT.remainder(value, step):
            return self._finding(
                field, f"{field} {value:f} is not a multiple of {step:f}", value, step, nearest
            )
        return None

    def _count(self, what: str, count: int, limit: int) -> Finding | None:
        if count <= limit:
            return None
        return self._finding("", f"{count} {what}, {limit} allowed", Decimal(count), Decimal(limit))


def _nearest(
    value: Decimal, low: Decimal | None, high: Decimal | None, step: Decimal
) -> Decimal | None:
    """The multiple of step within low and high that is nearest to value; None if there is none."""
    bottom = None if low is None else _round(low, step, ROUND_CEILING)
    top = None if high is None else _round(high, step, ROUND_FLOOR)
    if bottom is not None and top is not None and bottom > top:
        return None
    nearest = _round(value, step, ROUND_HALF_UP)
    if bottom is not None:
        nearest = max(nearest, bottom)
    if top is not None:
        nearest = min(nearest, top)
    return nearest


def _round(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    if not step:
        return value
    steps = _EXACT.divide(value, step).to_integral_value(rounding)
    return _EXACT.multiply(steps, step)


def _quotient(value: Decimal, divisor: Decimal, step: Decimal, rounding: str) -> Decimal:
    """value / divisor as a multiple of step, rounded to the safe side."""
    return _round(_EXACT.divide(value, divisor), step or Decimal("1e-8"), rounding)


def _enabled(limit: Decimal) -> Decimal | None:
    """A bound of PRICE_FILTER: zero disables it."""
    return limit or None


@dataclass(frozen=True, slots=True)
class PriceFilter(Filter):
    """Prices and stop prices lie in a range and on a grid; zeros disable."""

    name: ClassVar[str] = "PRICE_FILTER"
    min_price: Decimal
    max_price: Decimal
    tick_size: Decimal

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at price and stopPrice."""
        low, high = _enabled(self.min_price), _enabled(self.max_price)
        for field, price in order.prices():
            if found := self._range(field, price, low, high, self.tick_size):
                return found
        if order.stop_price is not None:
            return self._range("stopPrice", order.stop_price, low, high, self.tick_size)
        return None


@dataclass(frozen=True, slots=True)
class PercentPrice(Filter):
    """The price is not far from the market's average."""

    name: ClassVar[str] = "PERCENT_PRICE"
    multiplier_up: Decimal
    multiplier_down: Decimal
    avg_price_mins: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at price."""
        average = market.price(self.avg_price_mins)
        if average is None:
            return None
        low = _EXACT.multiply(average, self.multiplier_down)
        high = _EXACT.multiply(average, self.multiplier_up)
        for field, price in order.prices():
            if found := self._range(field, price, low, high, _ZERO):
                return found
        return None


@dataclass(frozen=True, slots=True)
class PercentPriceBySide(Filter):
    """The price is not far from the market's average, differently for bids and asks."""

    name: ClassVar[str] = "PERCENT_PRICE_BY_SIDE"
    bid_multiplier_up: Decimal
    bid_multiplier_down: Decimal
    ask_multiplier_up: Decimal
    ask_multiplier_down: Decimal
    avg_price_mins: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at price."""
        average = market.price(self.avg_price_mins)
        if average is None:
            return None
        buys = order.side is Side.BUY
        down = self.bid_multiplier_down if buys else self.ask_multiplier_down
        up = self.bid_multiplier_up if buys else self.ask_multiplier_up
        low, high = _EXACT.multiply(average, down), _EXACT.multiply(average, up)
        for field, price in order.prices():
            if found := self._range(field, price, low, high, _ZERO):
                return found
        return None


@dataclass(frozen=True, slots=True)
class LotSize(Filter):
    """Quantities lie in a range and on a grid."""

    name: ClassVar[str] = "LOT_SIZE"
    min_qty: Decimal
    max_qty: Decimal
    step_size: Decimal

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at quantity and icebergQty; an order by quoteOrderQty never fails."""
        for field, quantity in (("quantity", order.quantity), ("icebergQty", order.iceberg_qty)):
            if quantity is None or (field == "icebergQty" and not quantity):
                continue
            if found := self._range(field, quantity, self.min_qty, self.max_qty, self.step_size):
                return found
        return None


@dataclass(frozen=True, slots=True)
class MarketLotSize(Filter):
    """Quantities of market orders lie in a range and on a grid; a step of zero disables the grid."""

    name: ClassVar[str] = "MARKET_LOT_SIZE"
    min_qty: Decimal
    max_qty: Decimal
    step_size: Decimal

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at quantity."""
        if order.type is not OrderType.MARKET or order.quantity is None:
            return None
        return self._range("quantity", order.quantity, self.min_qty, self.max_qty, self.step_size)


def _notionals(
    order: OrderFacts, market: MarketFacts, minutes: int
) -> Iterator[tuple[Decimal, Decimal | None]]:
    """The order's value in the quote asset at each of its prices, and that price."""
    if order.quote_order_qty is not None:
        yield order.quote_order_qty, None
    elif order.quantity is not None:
        prices = [price for _, price in order.prices()]
        if order.at_market:
            average = market.price(minutes)
            prices = [] if average is None else [average]
        for price in prices:
            yield _EXACT.multiply(price, order.quantity), price


@dataclass(frozen=True, slots=True)
class MinNotional(Filter):
    """An order is worth something."""

    name: ClassVar[str] = "MIN_NOTIONAL"
    min_notional: Decimal
    apply_to_market: bool
    avg_price_mins: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at price * quantity, at the average price for market orders."""
        if order.at_market and not self.apply_to_market:
            return None
        for value, price in _notionals(order, market, self.avg_price_mins):
            if value < self.min_notional:
                return _too_little(self, value, self.min_notional, price)
        return None


@dataclass(frozen=True, slots=True)
class Notional(Filter):
    """An order is worth neither too little nor too much."""

    name: ClassVar[str] = "NOTIONAL"
    min_notional: Decimal
    apply_min_to_market: bool
    max_notional: Decimal
    apply_max_to_market: bool
    avg_price_mins: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at price * quantity, at the average price for market orders."""
        check_min = not order.at_market or self.apply_min_to_market
        check_max = not order.at_market or self.apply_max_to_market
        for value, price in _notionals(order, market, self.avg_price_mins):
            if check_min and value < self.min_notional:
                return _too_little(self, value, self.min_notional, price)
            if check_max and value > self.max_notional:
                return self._finding(
                    "quoteOrderQty" if price is None else "quantity",
                    f"worth {value:f}, at most {self.max_notional:f} allowed",
                    value,
                    self.max_notional,
                    self.max_notional
                    if price is None
                    else _quotient(self.max_notional, price, _ZERO, ROUND_FLOOR),
                )
        return None


def _too_little(rule: Filter, value: Decimal, minimum: Decimal, price: Decimal | None) -> Finding:
    """The finding of an order worth less than the minimum; nearest is in quantity, or quote amount."""
    if price is None:
        nearest: Decimal | None = minimum
    else:
        nearest = _quotient(minimum, price, _ZERO, ROUND_CEILING) if price > 0 else None
    return Finding(
        filter=rule.name,
        field="quoteOrderQty" if price is None else "quantity",
        what=f"worth {value:f}, at least {minimum:f} needed",
        value=value,
        limit=minimum,
        nearest=nearest,
    )


@dataclass(frozen=True, slots=True)
class IcebergParts(Filter):
    """An iceberg has not too many parts."""

    name: ClassVar[str] = "ICEBERG_PARTS"
    limit: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at ceil(quantity / icebergQty)."""
        if not order.iceberg_qty or order.quantity is None:
            return None
        parts = _EXACT.divide(order.quantity, order.iceberg_qty).to_integral_value(ROUND_CEILING)
        if parts <= self.limit:
            return None
        return self._finding(
            "icebergQty",
            f"{parts:f} parts, at most {self.limit} allowed",
            parts,
            Decimal(self.limit),
            _quotient(order.quantity, Decimal(self.limit), _ZERO, ROUND_CEILING),
        )


@dataclass(frozen=True, slots=True)
class TrailingDelta(Filter):
    """A trailing stop's delta is neither too small nor too large, in basis points."""

    name: ClassVar[str] = "TRAILING_DELTA"
    min_trailing_above_delta: int
    max_trailing_above_delta: int
    min_trailing_below_delta: int
    max_trailing_below_delta: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at trailingDelta: above for what triggers when the price rises, else below."""
        if order.trailing_delta is None:
            return None
        above = (order.type in _STOP_LOSS_TYPES) is (order.side is Side.BUY)
        low = self.min_trailing_above_delta if above else self.min_trailing_below_delta
        high = self.max_trailing_above_delta if above else self.max_trailing_below_delta
        delta = Decimal(order.trailing_delta)
        return self._range("trailingDelta", delta, Decimal(low), Decimal(high), _ZERO)


@dataclass(frozen=True, slots=True)
class MaxPosition(Filter):
    """An account holds, with its open buy orders, not too much of the base asset."""

    name: ClassVar[str] = "MAX_POSITION"
    max_position: Decimal

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at a BUY's quantity on top of the position."""
        if order.side is not Side.BUY or market.position is None or order.quantity is None:
            return None
        position = _EXACT.add(market.position, order.quantity)
        if position <= self.max_position:
            return None
        room = _EXACT.subtract(self.max_position, market.position)
        return self._finding(
            "quantity",
            f"the position would be {position:f}, at most {self.max_position:f} allowed",
            position,
            self.max_position,
            room if room > 0 else None,
        )


@dataclass(frozen=True, slots=True)
class MaxAsset(Filter):
    """A single order moves not too much of an asset; only in myFilters."""

    name: ClassVar[str] = "MAX_ASSET"
    asset: str
    limit: Decimal

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Look at quantity for the base asset, at price * quantity for the quote asset."""
        if self.asset == market.base_asset and order.quantity is not None:
            return self._range("quantity", order.quantity, None, self.limit, _ZERO)
        if self.asset == market.quote_asset:
            for value, price in _notionals(order, market, 0):
                if value > self.limit:
                    nearest = self.limit
                    if price is not None:
                        nearest = _quotient(self.limit, price, _ZERO, ROUND_FLOOR)
                    what = f"worth {value:f}, at most {self.limit:f} allowed"
                    field = "quoteOrderQty" if price is None else "quantity"
                    return self._finding(field, what, value, self.limit, nearest)
        return None


@dataclass(frozen=True, slots=True)
class MaxNumOrders(Filter):
    """An account has not too many open orders on a symbol."""

    name: ClassVar[str] = "MAX_NUM_ORDERS"
    max_num_orders: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open orders with the new ones."""
        if not order.adds_orders:
            return None
        return self._count(
            "open orders", market.open_orders + order.adds_orders, self.max_num_orders
        )


@dataclass(frozen=True, slots=True)
class MaxNumAlgoOrders(Filter):
    """An account has not too many orders waiting for a trigger on a symbol."""

    name: ClassVar[str] = "MAX_NUM_ALGO_ORDERS"
    max_num_algo_orders: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open stop orders with the new ones."""
        if not order.algo_orders:
            return None
        count = market.open_algo_orders + order.algo_orders
        return self._count("open stop orders", count, self.max_num_algo_orders)


@dataclass(frozen=True, slots=True)
class MaxNumIcebergOrders(Filter):
    """An account has not too many icebergs on a symbol."""

    name: ClassVar[str] = "MAX_NUM_ICEBERG_ORDERS"
    max_num_iceberg_orders: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open icebergs with the new ones."""
        if not order.iceberg_orders:
            return None
        count = market.open_iceberg_orders + order.iceberg_orders
        return self._count("open icebergs", count, self.max_num_iceberg_orders)


@dataclass(frozen=True, slots=True)
class MaxNumOrderLists(Filter):
    """An account has not too many open order lists on a symbol."""

    name: ClassVar[str] = "MAX_NUM_ORDER_LISTS"
    max_num_order_lists: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open lists with the new one."""
        if not order.adds_lists:
            return None
        count = market.open_order_lists + order.adds_lists
        return self._count("open order lists", count, self.max_num_order_lists)


@dataclass(frozen=True, slots=True)
class MaxNumOrderAmends(Filter):
    """An order is not amended too often."""

    name: ClassVar[str] = "MAX_NUM_ORDER_AMENDS"
    max_num_order_amends: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the order's amendments with this one."""
        if order.amendments is None:
            return None
        return self._count("amendments", order.amendments + 1, self.max_num_order_amends)


@dataclass(frozen=True, slots=True)
class ExchangeMaxNumOrders(Filter):
    """An account has not too many open orders on the exchange."""

    name: ClassVar[str] = "EXCHANGE_MAX_NUM_ORDERS"
    max_num_orders: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open orders with the new ones."""
        if not order.adds_orders:
            return None
        count = market.all_open_orders + order.adds_orders
        return self._count("open orders", count, self.max_num_orders)


@dataclass(frozen=True, slots=True)
class ExchangeMaxNumAlgoOrders(Filter):
    """An account has not too many orders waiting for a trigger on the exchange."""

    name: ClassVar[str] = "EXCHANGE_MAX_NUM_ALGO_ORDERS"
    max_num_algo_orders: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open stop orders with the new ones."""
        if not order.algo_orders:
            return None
        count = market.all_open_algo_orders + order.algo_orders
        return self._count("open stop orders", count, self.max_num_algo_orders)


@dataclass(frozen=True, slots=True)
class ExchangeMaxNumIcebergOrders(Filter):
    """An account has not too many icebergs on the exchange."""

    name: ClassVar[str] = "EXCHANGE_MAX_NUM_ICEBERG_ORDERS"
    max_num_iceberg_orders: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open icebergs with the new ones."""
        if not order.iceberg_orders:
            return None
        count = market.all_open_iceberg_orders + order.iceberg_orders
        return self._count("open icebergs", count, self.max_num_iceberg_orders)


@dataclass(frozen=True, slots=True)
class ExchangeMaxNumOrderLists(Filter):
    """An account has not too many open order lists on the exchange."""

    name: ClassVar[str] = "EXCHANGE_MAX_NUM_ORDER_LISTS"
    max_num_order_lists: int

    def check(self, order: OrderFacts, market: MarketFacts) -> Finding | None:
        """Count the open lists with the new one."""
        if not order.adds_lists:
            return None
        count = market.all_open_order_lists + order.adds_lists
        return self._count("open order lists", count, self.max_num_order_lists)


FILTERS: dict[str, type[Filter]] = {
    kind.name: kind
    for kind in (
        PriceFilter,
        PercentPrice,
        PercentPriceBySide,
        LotSize,
        MarketLotSize,
        MinNotional,
        Notional,
        IcebergParts,
        TrailingDelta,
        MaxPosition,
        MaxAsset,
        MaxNumOrders,
        MaxNumAlgoOrders,
        MaxNumIcebergOrders,
        MaxNumOrderLists,
        MaxNumOrderAmends,
        ExchangeMaxNumOrders,
        ExchangeMaxNumAlgoOrders,
        ExchangeMaxNumIcebergOrders,
        ExchangeMaxNumOrderLists,
    )
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "Decimal": Decimal,
    "int": int,
    "bool": bool,
    "str": str,
}


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def parse_filters(objects: Iterable[Mapping[str, Any]]) -> tuple[Filter, ...]:
    """Filters from their JSON objects, in their order; kinds that this module doesn't know are left out."""
    return tuple(
        FILTERS[each["filterType"]].parse(each) for each in objects if each["filterType"] in FILTERS
    )


def failures(
    filters: Iterable[Filter], order: OrderFacts, market: MarketFacts
) -> Iterator[Finding]:
    """Everything that the order fails; the exchange answers the first."""
    for each in filters:
        if found := each.check(order, market):
            yield found


def first_failure(
    filters: Iterable[Filter], order: OrderFacts, market: MarketFacts
) -> Finding | None:
    """The filter that the exchange would name, or None if the order passes all."""
    return next(failures(filters, order, market), None)
