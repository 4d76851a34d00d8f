"""The book as the public sees it: a total per price level, update ids, and what changed since."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import islice

from binance_lab.wire.enums import Side

_BUY = Side.BUY

Level = tuple[int, int]
"""A price in ticks and a quantity in lots."""


class Levels:
    """One side of the book: the lots at each price, and the prices in order."""

    def __init__(self, side: Side) -> None:
        self._lots: dict[int, int] = {}
        self._prices: list[int] = []  # ascending
        self._best = -1 if side is Side.BUY else 0

    def set(self, price_ticks: int, lots: int) -> bool:
        """Show this quantity at a price, none for 0; true if the best level is another one now."""
        prices = self._prices
        before = self._lots.get(price_ticks, 0)
        if lots == before:
            return False
        best = prices[self._best] if prices else price_ticks
        if not before:
            insort(prices, price_ticks)
            self._lots[price_ticks] = lots
        elif lots:
            self._lots[price_ticks] = lots
        else:
            del self._lots[price_ticks]
            del prices[bisect_left(prices, price_ticks)]
        return price_ticks == best or prices[self._best] != best

    @property
    def best(self) -> Level | None:
        """The level that trades first, None for an empty side."""
        if not self._prices:
            return None
        price = self._prices[self._best]
        return price, self._lots[price]

    def top(self, limit: int) -> list[Level]:
        """The levels that trade first, best first."""
        return list(islice(self, limit))

    def clear(self) -> None:
        """Forget every level."""
        self._lots.clear()
        self._prices.clear()

    def __iter__(self) -> Iterator[Level]:
        prices = reversed(self._prices) if self._best else iter(self._prices)
        return ((price, self._lots[price]) for price in prices)

    def __len__(self) -> int:
        return len(self._prices)


class Depth:
    """Both sides of the book, and the id of its last change."""

    def __init__(self, update_id: int = 0) -> None:
        self.update_id = update_id
        self.bids = Levels(Side.BUY)
        self.asks = Levels(Side.SELL)
        self._changes: list[DepthChanges] = []

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_changes": []}  # who listens now doesn't outlive the process

    def side(self, side: Side) -> Levels:
        """The levels of the orders that buy, or of those that sell."""
        return self.bids if side is Side.BUY else self.asks

    def set(self, side: Side, price_ticks: int, lots: int) -> bool:
        """A level's new quantity under the next update id; true if the best level changed."""
        self.update_id += 1
        for changes in self._changes:
            changes.levels[side, price_ticks] = lots
        return (self.bids if side is _BUY else self.asks).set(price_ticks, lots)

    def changes(self) -> DepthChanges:
        """A collector of what changes from now on; ``close`` it when it isn't needed any more."""
        changes = DepthChanges(self)
        self._changes.append(changes)
        return changes

    def forget(self, changes: DepthChanges) -> None:
        """Collect for these no longer."""
        self._changes.remove(changes)


class DepthChanges:
    """The levels that changed since they were last taken, each with its latest quantity."""

    def __init__(self, depth: Depth) -> None:
        self._depth = depth
        self._taken_id = depth.update_id
        self.levels: dict[tuple[Side, int], int] = {}

    def take(self) -> tuple[int, int, list[Level], list[Level]] | None:
        """First and last update id, bids (best first) and asks that changed; None if none did."""
        if self._depth.update_id == self._taken_id:
            return None
        first_id, self._taken_id = self._taken_id + 1, self._depth.update_id
        bids: list[Level] = []
        asks: list[Level] = []
        for (side, price_ticks), lots in self.levels.items():
            (bids if side is Side.BUY else asks).append((price_ticks, lots))
        self.levels.clear()
        return first_id, self._taken_id, sorted(bids, reverse=True), sorted(asks)

    def close(self) -> None:
        """Collect no longer."""
        self._depth.forget(self)
