"""The order book as a ladder: asks above, the spread, bids below."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from binance_lab.widgets.numbers import decimals_of, number
from binance_lab.widgets.surface import Packet, Surface, SurfaceView, script
from binance_lab.widgets.tables import Column, table_html
from binance_lab.widgets.view import Source, Still

Levels = list[tuple[float, float]]
"""Price and amount of levels, best first."""


class BookSource(Source, Protocol):
    """What the ladder needs of a live order book."""

    symbol: str

    def top(self, n: int = 20, *, stale: bool = False) -> tuple[Levels, Levels]:
        """The best n levels: bids, asks."""


class LadderSurface(Surface):
    """The browser's half of the ladder."""

    _esm = script("ladder.js")


class DepthLadder(SurfaceView):
    """A live ladder of the best levels; bars are amounts summed up from the best price on.

    While the book is out of sync it shows the last known levels, and says so.

    Args:
        book: A live order book.
        levels: How many a side.
    """

    kind = "ladder"

    def __init__(
        self,
        book: BookSource,
        *,
        levels: int = 12,
        environment: str = "",
        name: str | None = None,
        rate: float = 10.0,
    ) -> None:
        self.book = book
        self.levels = levels
        self._decimals = {"price": 0, "qty": 0}
        super().__init__(
            LadderSurface(),
            sources=[book],
            subject=book.symbol,
            environment=environment,
            name=name,
            rate=rate,
        )
        self.start()

    def snapshot(self) -> Packet:
        """The best levels of both sides: price and amount."""
        bids, asks = self._top()
        self._learn_decimals(bids + asks)
        meta = {"levels": self.levels, "decimals": self._decimals}
        return Packet(meta, [np.array(side, float).reshape(-1, 2) for side in (bids, asks)])

    def still(self) -> Still:
        """The ladder as an HTML table."""
        bids, asks = self._top()
        self._learn_decimals(bids + asks)
        rows = [self._row(level, "down") for level in reversed(asks)]
        rows += [self._row(level, "up") for level in bids]
        columns = [Column("Price", text=True), Column("Amount")]
        return {"text/html": table_html(f"{self.book.symbol} order book", columns, rows)}

    def _top(self) -> tuple[Levels, Levels]:
        if self.book.state == "connecting":
            return [], []
        bids, asks = self.book.top(self.levels, stale=True)
        return list(bids), list(asks)

    def _row(self, level: tuple[float, float], tone: str) -> list[list[Any]]:
        price, qty = level
        decimals = self._decimals
        return [[number(price, decimals["price"]), tone], [number(qty, decimals["qty"]), ""]]

    def _learn_decimals(self, levels: Levels) -> None:
        """A symbol's precision is what its prices and amounts have shown so far."""
        for at, name in enumerate(("price", "qty")):
            seen = decimals_of(level[at] for level in levels)
            self._decimals[name] = max(self._decimals[name], seen)
