"""The legal order that is nearest to one that isn't."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from math import lcm

from binance_lab.wire.enums import OrderType, Side
from binance_lab.wire.filters import (
    IcebergParts,
    LotSize,
    MarketLotSize,
    MaxAsset,
    MaxPosition,
    MinNotional,
    Notional,
    PercentPrice,
    PercentPriceBySide,
    PriceFilter,
    TrailingDelta,
)

from .check import Finding, check_ticket
from .estimate import walk
from .rules import Scene
from .ticket import Ticket

_EXACT = Context(prec=120)
_ATOM = Decimal("1e-8")  # no request has more decimals
_STOP_LOSS = (OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT)


@dataclass(slots=True)
class _Room:
    """Where a value may be: from low to high, on the grid of step."""

    low: Decimal = _ATOM
    high: Decimal | None = None
    step: Decimal = _ATOM

    def at_least(self, low: Decimal) -> None:
        self.low = max(self.low, low)

    def at_most(self, high: Decimal) -> None:
        self.high = high if self.high is None else min(self.high, high)

    def on_grid(self, step: Decimal) -> None:
        """Multiples of this step too, besides of those so far."""
        if step:
            both = lcm(int(self.step / _ATOM), int(step / _ATOM) or 1)
            self.step = _EXACT.multiply(Decimal(both), _ATOM)

    def nearest(self, value: Decimal) -> Decimal | None:
        """The value in here that is nearest; None if nothing is."""
        low = _on_grid(self.low, self.step, ROUND_CEILING)
        found = max(_on_grid(value, self.step, ROUND_HALF_UP), low)
        if self.high is not None:
            found = min(found, _on_grid(self.high, self.step, ROUND_FLOOR))
        if found < low:
            return None
        return value if found == value else _plain(found)  # as it was written, if it may stay


def _plain(value: Decimal) -> Decimal:
    """The same number without zeros at its end, and without an exponent."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def _on_grid(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    steps = _EXACT.divide(value, step).to_integral_value(rounding)
    return _EXACT.multiply(steps, step)


def nearest_ticket(ticket: Ticket, scene: Scene) -> Ticket | None:
    """The order itself if it is legal, else the nearest one that is; None if there is none.

    A peg moves to a level that the book has, then prices to the nearest that the filters allow,
    then the quantity, then what an iceberg shows. Side, type and time in force stay; a missing
    field stays missing.
    """
    found: Ticket | None = ticket
    for move in (
        _with_peg,
        _with_prices,
        _with_trailing_delta,
        _with_quantity,
        _with_quote,
        _with_iceberg,
    ):
        if found is not None:
            found = move(found, scene)
    if found is None or check_ticket(found, scene):
        return None
    return found


def explain(ticket: Ticket, scene: Scene) -> list[Finding]:
    """The findings of ``check_ticket``, each with a value that mends the whole order.

    A filter alone only knows what it would accept itself: a quantity worth enough may still be
    off the lot.
    """
    findings = check_ticket(ticket, scene)
    if not findings:
        return findings
    legal = nearest_ticket(ticket, scene)
    return [replace(found, nearest=_mended(found, legal)) for found in findings]


def _mended(found: Finding, legal: Ticket | None) -> Decimal | None:
    value = getattr(legal, found.field, None) if legal is not None and found.field else None
    if value is None or isinstance(value, str):
        return found.nearest if legal is None else None
    return Decimal(value) if value != found.value else None  # another field's change mends it


def _with_peg(ticket: Ticket, scene: Scene) -> Ticket | None:
    reach = scene.peg_reach(ticket)
    if reach is None or (ticket.peg_offset_value or 0) < reach:
        return ticket
    return ticket.with_(peg_offset_value=reach - 1) if reach else None


def _with_prices(ticket: Ticket, scene: Scene) -> Ticket | None:
    changes: dict[str, Decimal] = {}
    if ticket.price is not None:
        price = _price_room(ticket, scene).nearest(ticket.price)
        if price is None:
            return None
        changes["price"] = price
    if ticket.stop_price is not None:
        stop = _stop_room(ticket, scene).nearest(ticket.stop_price)
        if stop is None:
            return None
        changes["stop_price"] = stop
    return ticket.with_(**changes) if changes else ticket


def _grid_room(scene: Scene) -> _Room:
    room = _Room()
    for rule in scene.rules.filters:
        if isinstance(rule, PriceFilter):
            room.on_grid(rule.tick_size)
            room.at_least(rule.min_price)
            if rule.max_price:
                room.at_most(rule.max_price)
    return room


def _price_room(ticket: Ticket, scene: Scene) -> _Room:
    room, buys = _grid_room(scene), ticket.side is Side.BUY
    for rule in scene.rules.filters:
        if not isinstance(rule, PercentPrice | PercentPriceBySide):
            continue
        average = scene.market.price(rule.avg_price_mins)
        if average is None:
            continue
        if isinstance(rule, PercentPrice):
            down, up = rule.multiplier_down, rule.multiplier_up
        elif buys:
            down, up = rule.bid_multiplier_down, rule.bid_multiplier_up
        else:
            down, up = rule.ask_multiplier_down, rule.ask_multiplier_up
        room.at_least(_EXACT.multiply(average, down))
        room.at_most(_EXACT.multiply(average, up))
    best = next(iter(scene.against(ticket.side)), None)
    if ticket.type is OrderType.LIMIT_MAKER and best is not None:
        if buys:
            room.at_most(best[0] - room.step)
        else:
            room.at_least(best[0] + room.step)
    return room


def _stop_room(ticket: Ticket, scene: Scene) -> _Room:
    room, last = _grid_room(scene), scene.market.last_price
    if last is not None and ticket.trailing_delta is None:
        if (ticket.type in _STOP_LOSS) is (ticket.side is Side.BUY):
            room.at_least(last + room.step)
        else:
            room.at_most(last - room.step)
    return room


def _with_trailing_delta(ticket: Ticket, scene: Scene) -> Ticket | None:
    if ticket.trailing_delta is None:
        return ticket
    room = _Room(low=Decimal(1), step=Decimal(1))
    above = (ticket.type in _STOP_LOSS) is (ticket.side is Side.BUY)
    for rule in scene.rules.filters:
        if isinstance(rule, TrailingDelta):
            low = rule.min_trailing_above_delta if above else rule.min_trailing_below_delta
            high = rule.max_trailing_above_delta if above else rule.max_trailing_below_delta
            room.at_least(Decimal(low))
            room.at_most(Decimal(high))
    delta = room.nearest(Decimal(ticket.trailing_delta))
    return None if delta is None else ticket.with_(trailing_delta=delta)


def _with_quantity(ticket: Ticket, scene: Scene) -> Ticket | None:
    if ticket.quantity is None:
        return ticket
    room = _Room()
    _fit_lots(room, ticket, scene)
    for price in _prices(ticket, scene):
        _fit_value(room, ticket, scene, price)
    _fit_balance(room, ticket, scene)
    quantity = room.nearest(ticket.quantity)
    return None if quantity is None else ticket.with_(quantity=quantity)


def _fit_lots(room: _Room, ticket: Ticket, scene: Scene) -> None:
    for rule in scene.rules.filters:
        market = isinstance(rule, MarketLotSize) and ticket.type is OrderType.MARKET
        if market or isinstance(rule, LotSize):
            assert isinstance(rule, LotSize | MarketLotSize)
            room.on_grid(rule.step_size)
            room.at_least(rule.min_qty)
            room.at_most(rule.max_qty)
        elif isinstance(rule, MaxPosition) and ticket.side is Side.BUY:
            if scene.market.position is not None:
                room.at_most(rule.max_position - scene.market.position)
        elif isinstance(rule, MaxAsset) and rule.asset == scene.market.base_asset:
            room.at_most(rule.limit)


def _prices(ticket: Ticket, scene: Scene) -> list[Decimal | None]:
    """The prices at which the order's value counts; None for the average."""
    pegged = scene.pegged_price(ticket)
    own = [price for price in (ticket.price, pegged) if price is not None]
    return [*own] if own else [None]


def _fit_value(room: _Room, ticket: Ticket, scene: Scene, price: Decimal | None) -> None:
    """Bounds of price * quantity, as bounds of the quantity."""
    at_market = price is None
    for rule in scene.rules.filters:
        low: Decimal | None = None
        high: Decimal | None = None
        minutes = 0
        if isinstance(rule, MinNotional):
            minutes = rule.avg_price_mins
            low = rule.min_notional if not at_market or rule.apply_to_market else None
        elif isinstance(rule, Notional):
            minutes = rule.avg_price_mins
            low = rule.min_notional if not at_market or rule.apply_min_to_market else None
            high = rule.max_notional if not at_market or rule.apply_max_to_market else None
        elif isinstance(rule, MaxAsset) and rule.asset == scene.market.quote_asset:
            high = rule.limit
        at = price if price is not None else scene.market.price(minutes)
        if at is None or at <= 0:
            continue
        if low is not None:
            room.at_least(Context(prec=120, rounding=ROUND_CEILING).divide(low, at))
        if high is not None:
            room.at_most(Context(prec=120, rounding=ROUND_FLOOR).divide(high, at))


def _fit_balance(room: _Room, ticket: Ticket, scene: Scene) -> None:
    if scene.free is None:
        return
    free = scene.free.get(scene.rules.pays_with(ticket.side), Decimal(0))
    if ticket.side is Side.SELL:
        room.at_most(free)
        return
    price = ticket.price or scene.pegged_price(ticket) or ticket.stop_price
    if price is not None:
        room.at_most(Context(prec=120, rounding=ROUND_FLOOR).divide(free, price))
    elif scene.asks:
        room.at_most(walk(scene.asks, ticket.side, quote=free)[0])


def _with_quote(ticket: Ticket, scene: Scene) -> Ticket | None:
    if ticket.quote_order_qty is None or ticket.quantity is not None:
        return ticket
    room = _Room()
    for rule in scene.rules.filters:
        if isinstance(rule, Notional):
            if rule.apply_min_to_market:
                room.at_least(rule.min_notional)
            if rule.apply_max_to_market:
                room.at_most(rule.max_notional)
        elif isinstance(rule, MinNotional) and rule.apply_to_market:
            room.at_least(rule.min_notional)
        elif isinstance(rule, MaxAsset) and rule.asset == scene.market.quote_asset:
            room.at_most(rule.limit)
    if scene.free is not None and ticket.side is Side.BUY:
        room.at_most(scene.free.get(scene.rules.quote, Decimal(0)))
    quote = room.nearest(ticket.quote_order_qty)
    return None if quote is None else ticket.with_(quote_order_qty=quote)


def _with_iceberg(ticket: Ticket, scene: Scene) -> Ticket | None:
    if not ticket.iceberg_qty or ticket.quantity is None:
        return ticket
    room = _Room()
    for rule in scene.rules.filters:
        if isinstance(rule, LotSize):
            room.on_grid(rule.step_size)
            room.at_least(rule.min_qty)
            room.at_most(rule.max_qty)
        elif isinstance(rule, IcebergParts):
            room.at_least(ticket.quantity / rule.limit)
    room.at_most(ticket.quantity)
    shown = room.nearest(ticket.iceberg_qty)
    return None if shown is None else ticket.with_(iceberg_qty=shown)
