"""When stops, take profits and trailing stops wake: on each trade's price.

https://developers.binance.com/docs/binance-spot-api-docs/faqs/trailing-stop-faq
"""

from __future__ import annotations

from binance_lab.exchange.market import Market
from binance_lab.exchange.orders import Order
from binance_lab.wire.enums import OrderType, Side

_BASIS_POINTS = 10_000
_STOP_LOSSES = frozenset((OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT))


def wakes_above(order: Order) -> bool:
    """Whether its stop price is above the market: a BUY stop loss or a SELL take profit."""
    return (order.type in _STOP_LOSSES) is (order.side is Side.BUY)


def reached(order: Order, price_ticks: int) -> bool:
    """Whether a price meets the stop price."""
    if wakes_above(order):
        return price_ticks >= order.stop_ticks
    return price_ticks <= order.stop_ticks


def would_wake_at_once(order: Order, last_ticks: int) -> bool:
    """Whether the last price already meets the stop price, which refuses the order.

    A trailing stop's price only starts it, so it may be met already.
    """
    if order.trailing_delta or not last_ticks:
        return False
    return bool(order.stop_ticks) and reached(order, last_ticks)


def watch(market: Market, order: Order, now_us: int) -> None:
    """Let a new stop wait for its price; a trailing one without a stop price follows from now on."""
    market.stops[order.id] = order
    if order.trailing_delta and not order.stop_ticks and market.last_ticks:
        order.trailing_time_us = now_us
        order.trailing_ticks = market.last_ticks


def is_due(order: Order, price_ticks: int, now_us: int) -> bool:
    """Whether a trade at this price wakes the order; a trailing one follows the price until then."""
    if not order.trailing_delta:
        return reached(order, price_ticks)
    if not order.trailing_time_us:
        if not order.stop_ticks or reached(order, price_ticks):
            order.trailing_time_us = now_us
            order.trailing_ticks = price_ticks
        return False
    return _has_turned(order, price_ticks)


def _has_turned(order: Order, price_ticks: int) -> bool:
    """Whether the price moved by the delta against the best one so far; remembers a better one."""
    if order.side is Side.BUY:
        order.trailing_ticks = min(order.trailing_ticks, price_ticks)
        turn = order.trailing_ticks * (_BASIS_POINTS + order.trailing_delta)
        return price_ticks * _BASIS_POINTS >= turn
    order.trailing_ticks = max(order.trailing_ticks, price_ticks)
    turn = order.trailing_ticks * (_BASIS_POINTS - order.trailing_delta)
    return price_ticks * _BASIS_POINTS <= turn
