"""A rebuilt order book: a snapshot and the updates since, without sockets, threads or clocks.

Prices and amounts stay the text that the server sent; only levels that are read become floats,
and only sides that are read are sorted.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#how-to-manage-a-local-order-book-correctly
"""

from __future__ import annotations

from bisect import insort
from itertools import islice
from typing import NamedTuple, TypeAlias

from binance_lab.connector.exceptions import BookGap
from binance_lab.frames.depth import DepthAnswer
from binance_lab.wire.events import DepthUpdate

TextLevel: TypeAlias = tuple[str, str]
"""Price and amount as the server sent them."""

_FEW = 32  # new prices up to which each is put in its place, instead of sorting all anew
_UNREAD_MAX = 20_000  # new prices up to which a side that nobody reads is left unsorted


class Level(NamedTuple):
    """A price, and the amount that all orders at it add up to."""

    price: float
    qty: float


class Side:
    """One side of a book: amounts by price.

    A dict keeps the order in which its keys came, so prices that are new since the last read
    are the last ones in it; sorting those in on the next read costs an update nothing. A level
    whose amount is 0 stays until a read comes across it. Prices are sorted with the best last
    (those of asks negated), since most of what comes and goes is near the best.
    """

    def __init__(self, levels: list[TextLevel], *, bids: bool) -> None:
        self._sign = 1.0 if bids else -1.0
        self._qty: dict[str, str] = dict(levels)
        self._text: dict[float, str] = {}  # the price of a rank
        self._ranks: list[float] = []  # signed prices, ascending
        self._sort_in()

    def update(self, levels: list[TextLevel]) -> None:
        """Set the amounts of levels; 0 takes one away."""
        self._qty.update(levels)
        if len(self._qty) - len(self._ranks) > _UNREAD_MAX:
            self._clear_out()

    def best(self, n: int | None = None) -> list[tuple[float, float]]:
        """Price and amount of the best n levels, best first; of all levels if n is None."""
        if len(self._qty) != len(self._ranks):
            self._sort_in()
        sign, text, amounts = self._sign, self._text, self._qty
        found: list[tuple[float, float]] = []
        kept: list[float] = []
        passed = 0
        for rank in reversed(self._ranks):
            if len(found) == n:
                break
            passed += 1
            if qty := float(amounts[text[rank]]):
                found.append((sign * rank, qty))
                kept.append(rank)
            else:
                del amounts[text.pop(rank)]
        if passed != len(kept):
            self._ranks[-passed:] = reversed(kept)
        return found

    def text(self, n: int | None = None) -> list[TextLevel]:
        """The best n levels as the server wrote them, best first."""
        prices = [self._text[self._sign * price] for price, _ in self.best(n)]
        return [(price, self._qty[price]) for price in prices]

    def _sort_in(self) -> None:
        new = len(self._qty) - len(self._ranks)
        fresh = {self._sign * float(price): price for price in islice(reversed(self._qty), new)}
        self._text.update(fresh)
        if new > _FEW:
            self._ranks += fresh
            self._ranks.sort()
        else:
            for rank in fresh:
                insort(self._ranks, rank)

    def _clear_out(self) -> None:
        """Take out all levels that have no amount."""
        self._qty = {price: qty for price, qty in self._qty.items() if float(qty)}
        self._text, self._ranks = {}, []
        self._sort_in()


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
