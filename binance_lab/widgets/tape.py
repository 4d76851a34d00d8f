"""The tape: trades as they happen, the newest on top."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from binance_lab.widgets.cells import Cell, Column
from binance_lab.widgets.kept import Still
from binance_lab.widgets.numbers import number
from binance_lab.widgets.picture import Engine, Picture, surface_of
from binance_lab.widgets.precision import Precision
from binance_lab.widgets.surface import Packet, Surface, SurfaceView, script
from binance_lab.widgets.table_picture import ROW_H, SLIM, TablePicture
from binance_lab.widgets.tables import table_html
from binance_lab.widgets.times import time_text
from binance_lab.widgets.view import Source

Rows = np.ndarray[Any, np.dtype[Any]]
"""One trade a row: id, time (ms), price, qty, 1 if the buyer was the maker."""

_COLUMNS = (Column("Time", text=True), Column("Price"), Column("Amount"))


class TapeSource(Source, Protocol):
    """What the view needs of a live tape."""

    symbol: str

    def tail(self, n: int = 20) -> pd.DataFrame:
        """The newest n trades, oldest first, by time: id, price, qty, buyer_is_maker."""


class TapeSurface(Surface):
    """The browser's half of the tape."""

    _esm = script("tape.js")


class TapeView(SurfaceView):
    """A live list of the newest trades; green if a buyer took, red if a seller did.

    Times are the browser's, UTC in a row's tooltip.

    Args:
        tape: Live trades.
        engine: `canvas`, drawn in the browser; or `matplotlib`, as an image.
        keep: How many are shown.
        height: In pixels; the rest scrolls.
        precision: The symbol's decimals, by its rules; those of the numbers seen if not given.
    """

    kind = "tape"

    def __init__(
        self,
        tape: TapeSource,
        *,
        engine: Engine = "canvas",
        keep: int = 60,
        height: int = 420,
        precision: Precision | None = None,
        environment: str = "",
        name: str | None = None,
        rate: float = 10.0,
    ) -> None:
        self.tape = tape
        self.keep = keep
        self._last_id = -1.0
        self._precision = precision or Precision.seen()
        self._seen = height // ROW_H - 1
        super().__init__(
            surface_of(
                engine, lambda: TapeSurface(height=height), self._picture, width=f"{SLIM}px"
            ),
            sources=[tape],
            subject=tape.symbol,
            environment=environment,
            name=name,
            rate=rate,
        )
        self.start()

    def head(self) -> dict[str, Any]:
        """The symbol, and that these are its trades."""
        return {**super().head(), "subtitle": "trades"}

    def snapshot(self) -> Packet:
        """The newest trades."""
        return self._packet(self._rows())

    def delta(self) -> Packet:
        """The trades since the last packet; the newest ones if there were more than are kept."""
        rows = self._rows()
        return self._packet(rows[rows[:, 0] > self._last_id])

    def still(self) -> Still:
        """The newest trades as an HTML table."""
        return {"text/html": table_html(f"{self.tape.symbol} trades", _COLUMNS, self._newest())}

    def _picture(self) -> Picture:
        table = TablePicture(SLIM)
        return lambda *_: table.png(_COLUMNS, self._newest(), empty="No trades yet")

    def _newest(self) -> list[list[Cell]]:
        """As many rows as there is room for."""
        return [self._cells(row) for row in self._rows()[::-1][: self._seen]]

    def _rows(self) -> Rows:
        frame = self.tape.tail(self.keep)
        times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
        names = ("price", "qty", "buyer_is_maker")
        columns = [frame["id"].to_numpy(float), times]
        rows = np.column_stack([*columns, *(frame[name].to_numpy(float) for name in names)])
        self._precision.price.see(rows[:, 2])
        self._precision.qty.see(rows[:, 3])
        return rows

    def _packet(self, rows: Rows) -> Packet:
        if len(rows):
            self._last_id = rows[-1, 0]
        return Packet({"keep": self.keep, "decimals": self._precision.counts()}, [rows])

    def _cells(self, row: Rows) -> list[Cell]:
        _, time_ms, price, qty, sold = row
        tone = "down" if sold else "up"
        return [
            [time_text(time_ms), "muted"],
            [number(price, self._precision.price.count), tone],
            [number(qty, self._precision.qty.count), ""],
        ]
