"""The order book as a ladder: asks above, the spread, bids below."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar, Protocol

import numpy as np

from binance_lab.connector.exceptions import BookOutOfSync
from binance_lab.widgets.cells import Cell, Column
from binance_lab.widgets.kept import Still
from binance_lab.widgets.numbers import number
from binance_lab.widgets.picture import Engine, Picture, surface_of
from binance_lab.widgets.precision import Precision
from binance_lab.widgets.surface import FrameSink, Packet, Surface, SurfaceView, script
from binance_lab.widgets.table_picture import SLIM, TablePicture
from binance_lab.widgets.tables import table_html
from binance_lab.widgets.view import Source

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

    While the book is out of sync or cut off it shows the last known levels, and says so.
    """

    subtitle: ClassVar[str] = "order book"

    def __init__(
        self,
        surface: FrameSink,
        book: BookSource,
        *,
        levels: int,
        precision: Precision | None,
        **options: Any,
    ) -> None:
        self.book = book
        self.levels = levels
        self._precision = precision or Precision.seen()
        super().__init__(surface, sources=[book], subject=book.symbol, **options)
        self.start()

    def head(self) -> dict[str, Any]:
        """The symbol, and what of its order book is shown."""
        return {**super().head(), "subtitle": self.subtitle}

    def snapshot(self) -> Packet:
        """The best levels of both sides: price and amount."""
        sides = [np.array(side, float).reshape(-1, 2) for side in self.top()]
        return Packet({"levels": self.levels, "decimals": self._precision.counts()}, sides)

    def top(self) -> tuple[Levels, Levels]:
        """The levels to show: bids, asks; none before the book's first snapshot."""
        try:
            bids, asks = self.book.top(self.levels, stale=True)
        except BookOutOfSync:
            return [], []
        for at, decimals in enumerate(self._precision):
            decimals.see(level[at] for side in (bids, asks) for level in side)
        return list(bids), list(asks)


class DepthLadder(BookView):
    """A live ladder of the best levels; bars are amounts summed up from the best price on.

    Args:
        book: A live order book.
        engine: `canvas`, drawn in the browser; or `matplotlib`, as an image.
        levels: How many a side.
        precision: The symbol's decimals, by its rules; those of the numbers seen if not given.
    """

    kind = "ladder"

    def __init__(
        self,
        book: BookSource,
        *,
        engine: Engine = "canvas",
        levels: int = 12,
        precision: Precision | None = None,
        environment: str = "",
        name: str | None = None,
        rate: float = 10.0,
    ) -> None:
        super().__init__(
            surface_of(engine, LadderSurface, self._picture, width=f"{SLIM}px"),
            book,
            levels=levels,
            precision=precision,
            environment=environment,
            name=name,
            rate=rate,
        )

    def still(self) -> Still:
        """The ladder as an HTML table."""
        rows, _ = self._rows(*self.top())
        return {"text/html": table_html(f"{self.book.symbol} order book", _COLUMNS, rows)}

    def _picture(self) -> Picture:
        table = TablePicture(SLIM)

        def png(packet: Packet, _: str) -> bytes:
            rows, shares = self._rows(*(side.tolist() for side in packet.numbers))
            return table.png(_COLUMNS, rows, shares=shares)

        return png

    def _rows(self, bids: Levels, asks: Levels) -> tuple[list[list[Cell]], list[float]]:
        """Asks above bids, the best ones meet; and the share of the largest sum at each level."""
        sums = [list(itertools.accumulate(qty for _, qty in side)) for side in (bids, asks)]
        most = max((side[-1] for side in sums if side), default=1.0)
        below, above = (
            [self._row(level, total, tone) for level, total in zip(side, totals, strict=True)]
            for side, totals, tone in ((bids, sums[0], "up"), (asks, sums[1], "down"))
        )
        shares = [total / most for total in (*reversed(sums[1]), 0.0, *sums[0])]
        return [*reversed(above), self._middle(bids, asks), *below], shares

    def _middle(self, bids: Levels, asks: Levels) -> list[Cell]:
        if not bids or not asks:
            return [["one side is empty" if bids or asks else "no orders", ""], ["", ""], ["", ""]]
        decimals, bid, ask = self._precision.price.count, bids[0][0], asks[0][0]
        spread = f"spread {number(ask - bid, decimals)}"
        return [[number((bid + ask) / 2, decimals + 1), ""], [spread, "muted"], ["", ""]]

    def _row(self, level: tuple[float, float], total: float, tone: str) -> list[Cell]:
        price, qty = level
        return [
            [number(price, self._precision.price.count), tone],
            [number(qty, self._precision.qty.count), ""],
            [number(total, self._precision.qty.count), "muted"],
        ]


_COLUMNS = (Column("Price"), Column("Amount"), Column("Total"))
