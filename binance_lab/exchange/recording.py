"""A replayed recording in the book: levels that belong to nobody, and trades that fill resting orders."""

from __future__ import annotations

from collections.abc import Iterable

from binance_lab.exchange.market import Market
from binance_lab.exchange.matching import Matching
from binance_lab.exchange.order_book import BookSide, Level
from binance_lab.exchange.orders import BUY
from binance_lab.wire.enums import Side


def set_levels(
    matching: Matching, market: Market, side: Side, levels: Iterable[tuple[int, int]], now_us: int
) -> None:
    """Set levels' recorded lots, and fill the resting orders on the other side that they cross."""
    buys = side is BUY
    book = market.book
    book_side, other_side = (book.bids, book.asks) if buys else (book.asks, book.bids)
    for price_ticks, lots in levels:
        level = book_side.levels.get(price_ticks)
        if level is None:
            if not lots:
                continue
            level = book_side.open_level(price_ticks)
        level.recorded_lots, level.taken_lots = lots, 0
        for order in level.orders.values():
            order.ahead_lots = min(order.ahead_lots, lots)
        if not lots:
            book_side.drop_if_empty(level)
            continue
        best = other_side.best_ticks()
        if best and (best <= price_ticks if buys else best >= price_ticks):
            _fill_crossed(matching, market, other_side, level, now_us)


def _fill_crossed(
    matching: Matching, market: Market, other_side: BookSide, level: Level, now_us: int
) -> None:
    price_ticks, sells = level.price_ticks, other_side.side is BUY
    for crossed in other_side.walk():
        beyond = crossed.price_ticks - price_ticks
        if (beyond < 0) if sells else (beyond > 0):
            return
        if crossed.orders:
            budget = level.untaken_lots
            level.taken_lots += _fill(matching, market, other_side, crossed, budget, now_us)


def cross(
    matching: Matching, market: Market, price_ticks: int, lots: int, side: Side, now_us: int
) -> int:
    """Fill resting orders that a recorded trade reaches; answers how many lots."""
    budget = lots
    book_side = market.book.side(side.opposite)
    for level in book_side.walk():
        beyond = level.price_ticks - price_ticks
        if (beyond < 0) if side is Side.SELL else (beyond > 0):
            break
        if level.orders:
            queued = level.price_ticks == price_ticks
            budget -= _fill(matching, market, book_side, level, budget, now_us, queued=queued)
    return lots - budget


def _fill(
    matching: Matching,
    market: Market,
    book_side: BookSide,
    level: Level,
    budget: int,
    now_us: int,
    *,
    queued: bool = False,
) -> int:
    """Fill a level's orders, oldest first, from ``budget`` lots; answers how many lots.

    Args:
        queued: What the recording showed before an order when it came trades first.
    """
    filled = 0
    for order in list(level.orders.values()):
        ahead = order.ahead_lots if queued else 0
        order.ahead_lots = max(0, order.ahead_lots - budget)
        while order.visible_lots and (usable := budget - ahead - filled) > 0:
            lots = min(usable, order.visible_lots)
            filled += lots
            matching.fill_resting(market, level, order, lots, now_us)
    if filled:
        book_side.drop_if_empty(level)
        matching.tell_level(market, book_side.side, level)
    return filled
