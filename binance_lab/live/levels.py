"""A rebuilt order book: a snapshot and the updates since, without sockets, threads or clocks.

Prices and amounts stay the text that the server sent. The levels near the best price are kept as
sorted floats besides, since those are what is read again and again; all others are sorted when
they are read.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#how-to-manage-a-local-order-book-correctly
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import NamedTuple, TypeAlias

from binance_lab.connector.exceptions import BookGap
from binance_lab.frames.depth import DepthAnswer
from binance_lab.wire.events import DepthUpdate

TextLevel: TypeAlias = tuple[str, str]
"""Price and amount as the server sent them."""

_NEAR = 20  # levels that are kept near at least; more as soon as more are read
_GONE_MAX = 20_000  # prices without an amount that are kept before they are cleared out


class Level(NamedTuple):
    """A price, and the amount that all orders at it add up to."""

    price: float
    qty: float


class Side:
    """One side of a book: levels by price.

    Every level is in a dict, as text; one whose amount became 0 stays there until the next look
    at all of them. Levels from the best price up to ``_edge`` are *near*: in lists too, ascending
    by price, that each update changes. There are always as many as were ever read at once, or all.
    """

    def __init__(self, levels: list[TextLevel], *, bids: bool) -> None:
        self._bids = bids
        self._levels = {float(level[0]): level for level in levels}
        self._wanted = _NEAR  # the most levels that were read at once
        self._prices: list[float] = []  # of near levels
        self._near: list[tuple[float, float]] = []  # the same levels, as they are read
        self._fill()

    def update(self, levels: list[TextLevel]) -> None:
        """Set the amounts of levels; 0 takes one away."""
        known, edge, bids = self._levels, self._edge, self._bids
        prices, near = self._prices, self._near
        for level in levels:
            price = float(level[0])
            known[price] = level
            if price < edge if bids else price > edge:
                continue
            qty = float(level[1])
            at = bisect_left(prices, price)
            if at == len(prices) or prices[at] != price:
                if qty:
                    prices.insert(at, price)
                    near.insert(at, (price, qty))
            elif qty:
                near[at] = (price, qty)
            else:
                del prices[at], near[at]
        if len(self._prices) > 4 * self._wanted:
            self._cut()
        if len(known) > self._full:
            self._fill()

    def best(self, n: int | None = None) -> list[tuple[float, float]]:
        """Price and amount of the best n levels, best first; of all levels if n is None."""
        if n is None:
            return [(price, float(self._levels[price][1])) for price in self._sorted()]
        if n > len(self._prices):
            self._reach(n)
        return self._near[: -n - 1 : -1] if self._bids else self._near[:n]

    def text(self, n: int | None = None) -> list[TextLevel]:
        """The best n levels as the server wrote them, best first."""
        prices = self._sorted() if n is None else [price for price, _ in self.best(n)]
        return [self._levels[price] for price in prices]

    def _reach(self, n: int) -> None:
        """Have n levels near, or all."""
        if not math.isinf(self._edge):
            self._wanted = max(self._wanted, n)
            self._fill()

    def _fill(self) -> None:
        """Begin anew with the near levels: twice as many as are wanted."""
        best = self._sorted()
        near = best[: 2 * self._wanted]
        beyond_all = -math.inf if self._bids else math.inf
        self._edge = near[-1] if len(near) < len(best) else beyond_all
        self._prices = sorted(near)
        self._near = [(price, float(self._levels[price][1])) for price in self._prices]

    def _cut(self) -> None:
        """Have fewer levels near, so that updates change fewer: twice as many as are wanted."""
        keep = 2 * self._wanted
        gone = slice(None, -keep) if self._bids else slice(keep, None)
        del self._prices[gone], self._near[gone]
        self._edge = self._prices[0 if self._bids else -1]

    def _sorted(self) -> list[float]:
        """All prices, best first; those that are gone are cleared out."""
        self._levels = {price: level for price, level in self._levels.items() if float(level[1])}
        self._full = len(self._levels) + _GONE_MAX
        return sorted(self._levels, reverse=self._bids)


class Levels:
    """A symbol's book: both sides, up to an update id.

    Args:
        snapshot: What REST answered to depth, numbers as text.
        limit: How many levels a side it was asked for; a side with as many goes on behind them.
    """

    def __init__(self, snapshot: DepthAnswer[str], *, limit: int) -> None:
        self.bids = Side(snapshot.bids, bids=True)
        self.asks = Side(snapshot.asks, bids=False)
        self.last_update_id = snapshot.last_update_id
        self.horizon = (_end(snapshot.bids, limit), _end(snapshot.asks, limit))
        """The prices (bid, ask) beyond which levels may be missing; None: the side is whole."""

    def apply(self, update: DepthUpdate[str]) -> bool:
        """Set the levels that an update tells; False if the book has them already.

        Raises:
            BookGap: Updates between the book and this one were skipped.
        """
        if update.last_update_id <= self.last_update_id:
            return False
        if update.first_update_id > self.last_update_id + 1:
            raise BookGap(
                f"{update.symbol}: depth updates {self.last_update_id + 1} to "
                f"{update.first_update_id - 1} did not come. The book takes a new snapshot by "
                "itself."
            )
        self.bids.update(update.bids)
        self.asks.update(update.asks)
        self.last_update_id = update.last_update_id
        return True

    def inside_horizon(self, n: int) -> bool:
        """Whether the best n levels of each side are all known."""
        bid_end, ask_end = self.horizon
        bids, asks = self.bids.best(n), self.asks.best(n)
        return (bid_end is None or (len(bids) == n and bids[-1][0] >= bid_end)) and (
            ask_end is None or (len(asks) == n and asks[-1][0] <= ask_end)
        )


def _end(levels: list[TextLevel], limit: int) -> float | None:
    return float(levels[-1][0]) if levels and len(levels) >= limit else None
