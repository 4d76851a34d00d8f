"""The order book as a ladder: asks above, the spread, bids below."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

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


class BookView(SurfaceView):
    """A view of the best levels of a book; each frame has them all.

    While the book is out of sync it shows the last known levels, and says so.
    """

    subtitle: ClassVar[str] = "order book"

    def __init__(self, surface: Surface, book: BookSource, *, levels: int, **options: Any) -> None:
        self.book = book
        self.levels = levels
        self.decimals = {"price": 0, "qty": 0}
        super().__init__(surface, sources=[book], subject=book.symbol, **options)
        self.start()

    def head(self) -> dict[str, Any]:
        """The symbol, and what of its order book is shown."""
        return {**super().head(), "subtitle": self.subtitle}

    def snapshot(self) -> Packet:
        """The best levels of both sides: price and amount."""
        sides = [np.array(side, float).reshape(-1, 2) for side in self.top()]
        return Packet({"levels": self.levels, "decimals": self.decimals}, sides)

    def top(self) -> tuple[Levels, Levels]:
        """The levels to show: bids, asks; none before the book's first snapshot."""
        if self.book.state == "connecting":
            return [], []
        bids, asks = self.book.top(self.levels, stale=True)
        for at, name in enumerate(("price", "qty")):  # a symbol's precision is what it has shown
            seen = decimals_of(level[at] for side in (bids, asks) for level in side)
            self.decimals[name] = max(self.decimals[name], seen)
        return list(bids), list(asks)


class DepthLadder(BookView):
    """A live ladder of the best levels; bars are amounts summed up from the best price on.

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
        super().__init__(
            LadderSurface(), book, levels=levels, environment=environment, name=name, rate=rate
        )

    def still(self) -> Still:
        """The ladder as an HTML table."""
        bids, asks = self.top()
        rows = [self._row(level, "down") for level in reversed(asks)]
        rows += [self._row(level, "up") for level in bids]
        columns = [Column("Price", text=True), Column("Amount")]
        return {"text/html": table_html(f"{self.book.symbol} order book", columns, rows)}

    def _row(self, level: tuple[float, float], tone: str) -> list[list[Any]]:
        price, qty = level
        return [
            [number(price, self.decimals["price"]), tone],
            [number(qty, self.decimals["qty"]), ""],
        ]
