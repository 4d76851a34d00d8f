"""A limit order book: price levels, each a queue of orders, oldest first.

Whole ticks and lots; no accounts, no rules, no clock. Best prices and cancels take constant time.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from binance_lab.exchange.orders import Order
from binance_lab.wire.enums import Side


class Level:
    """The orders resting at one price, oldest first, and what they show in all.

    ``recorded_lots`` come from a replayed recording: they stand before the orders and belong to nobody.
    ``taken_lots`` of them were taken since the recording last set the level.
    """

    __slots__ = ("lots", "orders", "price_ticks", "recorded_lots", "taken_lots")

    def __init__(self, price_ticks: int) -> None:
        self.price_ticks = price_ticks
        self.lots = 0  # shown by orders; the hidden part of icebergs doesn't count
        self.orders: dict[int, Order] = {}
        self.recorded_lots = 0
        self.taken_lots = 0

    @property
    def shown_lots(self) -> int:
        """What the public book shows."""
        return self.lots + self.recorded_lots

    @property
    def untaken_lots(self) -> int:
        """What is left of the recorded quantity."""
        return self.recorded_lots - self.taken_lots

    def __repr__(self) -> str:
        return f"Level({self.price_ticks}x{self.shown_lots}, {len(self.orders)} orders)"


class BookSide:
    """One side of a book.

    ``_keys`` are sorted so that the best price is last: prices for bids, negated prices for asks.
    """

    __slots__ = ("_keys", "_sign", "levels", "side")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.levels: dict[int, Level] = {}
        self._sign = 1 if side is Side.BUY else -1
        self._keys: list[int] = []

    def best(self) -> Level | None:
        """The level to trade with first."""
        return self.levels[self._keys[-1] * self._sign] if self._keys else None

    def best_ticks(self) -> int:
        """The best price; 0 if the side is empty."""
        return self._keys[-1] * self._sign if self._keys else 0

    def open_level(self, price_ticks: int) -> Level:
        """The level at this price, made if there is none."""
        level = self.levels.get(price_ticks)
        if level is None:
            level = self.levels[price_ticks] = Level(price_ticks)
            insort(self._keys, price_ticks * self._sign)
        return level

    def drop_if_empty(self, level: Level) -> None:
        """Remove a level that holds nothing anymore."""
        if not level.orders and not level.recorded_lots:
            del self.levels[level.price_ticks]
            keys = self._keys
            key = level.price_ticks * self._sign
            if keys[-1] == key:
                keys.pop()
            else:
                del keys[bisect_left(keys, key)]

    def walk(self) -> Iterator[Level]:
        """Levels, best first; the one just given may be dropped before the next is asked for."""
        keys, sign, levels = self._keys, self._sign, self.levels
        at = len(keys)
        while at:
            at -= 1
            yield levels[keys[at] * sign]

    def prices(self, limit: int | None = None) -> list[int]:
        """Prices in ticks, best first."""
        keys = self._keys if limit is None else self._keys[-limit:]
        return [key * self._sign for key in reversed(keys)]

    def depth(self, limit: int | None = None) -> list[tuple[int, int]]:
        """(price in ticks, shown lots) of each level, best first."""
        return [(ticks, self.levels[ticks].shown_lots) for ticks in self.prices(limit)]

    def rest(self, order: Order) -> Level:
        """Put an order at the end of its level's queue; ``order.visible_lots`` is what it shows."""
        level = self.levels.get(order.book_ticks) or self.open_level(order.book_ticks)
        level.orders[order.id] = order
        level.lots += order.visible_lots
        return level

    def remove(self, order: Order) -> Level:
        """Take an order out, wherever it stands in its queue."""
        level = self.levels[order.book_ticks]
        del level.orders[order.id]
        level.lots -= order.visible_lots
        self.drop_if_empty(level)
        return level


class OrderBook:
    """Both sides of one symbol's book."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids = BookSide(Side.BUY)
        self.asks = BookSide(Side.SELL)

    def side(self, side: Side) -> BookSide:
        """The side where orders of ``side`` rest."""
        return self.bids if side is Side.BUY else self.asks

    def __repr__(self) -> str:
        bid, ask = self.bids.best(), self.asks.best()
        return f"OrderBook(bid={bid}, ask={ask})"
