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
    """One side of a book: amounts by price.

    Every level is in a dict, as text; one whose amount became 0 stays there until the next look
    at all of them. Levels from the best price up to ``_edge`` are *near*: in lists too, ascending
    by price, that each update changes. There are always as many as were ever read at once, or all.
    """

    def __init__(self, levels: list[TextLevel], *, bids: bool) -> None:
        self._bids = bids
        self._amounts: dict[str, str] = dict(levels)
        self._wanted = _NEAR  # the most levels that were read at once
        self._prices: list[float] = []  # of near levels
        self._texts: list[str] = []  # the same prices, as the server wrote them
        self._near: list[tuple[float, float]] = []  # the same levels, as they are read
        self._fill()

    def update(self, levels: list[TextLevel]) -> None:
        """Set the amounts of levels; 0 takes one away."""
        amounts, edge, bids = self._amounts, self._edge, self._bids
        prices, texts, near = self._prices, self._texts, self._near
        for text, amount in levels:
            amounts[text] = amount
            price = float(text)
            if price < edge if bids else price > edge:
                continue
            qty = float(amount)
            at = bisect_left(prices, price)
            if at == len(prices) or prices[at] != price:
                if qty:
                    prices.insert(at, price)
                    texts.insert(at, text)
                    near.insert(at, (price, qty))
            elif qty:
                near[at] = (price, qty)
            else:
                del prices[at], texts[at], near[at]
        if len(prices) > 4 * self._wanted:
            self._cut()
        if len(amounts) > self._full:
            self._fill()

    def best(self, n: int | None = None) -> list[tuple[float, float]]:
        """Price and amount of the best n levels, best first; of all levels if n is None."""
        if n is None:
            return list(map(_numbers, self._sorted()))
        if n > len(self._prices):
            self._reach(n)
        return self._near[: -n - 1 : -1] if self._bids else self._near[:n]

    def text(self, n: int | None = None) -> list[TextLevel]:
        """The best n levels as the server wrote them, best first."""
        if n is None:
            return self._sorted()
        if n > len(self._prices):
            self._reach(n)
        prices = self._texts[: -n - 1 : -1] if self._bids else self._texts[:n]
        return [(price, self._amounts[price]) for price in prices]

    def _reach(self, n: int) -> None:
        """Have n levels near, or all."""
        if not math.isinf(self._edge):
            self._wanted = max(self._wanted, n)
            self._fill()

    def _fill(self) -> None:
        """Begin anew with the near levels: twice as many as are wanted."""
        best = self._sorted()
        near = best[: 2 * self._wanted]
        if self._bids:
            near.reverse()
        self._texts = [price for price, _ in near]
        self._near = list(map(_numbers, near))
        self._prices = [price for price, _ in self._near]
        if len(self._near) < len(best):
            self._edge = self._prices[0 if self._bids else -1]
        else:
            self._edge = -math.inf if self._bids else math.inf

    def _cut(self) -> None:
        """Have fewer levels near, so that updates change fewer: twice as many as are wanted."""
        keep = 2 * self._wanted
        gone = slice(None, -keep) if self._bids else slice(keep, None)
        del self._prices[gone], self._texts[gone], self._near[gone]
        self._edge = self._prices[0 if self._bids else -1]

    def _sorted(self) -> list[TextLevel]:
        """All levels, best first; those that are gone are cleared out."""
        self._amounts = {price: qty for price, qty in self._amounts.items() if float(qty)}
        self._full = len(self._amounts) + _GONE_MAX
        return sorted(self._amounts.items(), key=_numbers, reverse=self._bids)


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


def _numbers(level: TextLevel) -> tuple[float, float]:
    return float(level[0]), float(level[1])
