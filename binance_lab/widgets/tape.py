"""The tape: trades as they happen, the newest on top."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from binance_lab.widgets.numbers import decimals_of, number
from binance_lab.widgets.surface import Packet, Surface, SurfaceView, script
from binance_lab.widgets.tables import Column, table_html
from binance_lab.widgets.view import Source, Still

Rows = np.ndarray[Any, np.dtype[Any]]
"""One trade a row: id, time (ms), price, qty, 1 if the buyer was the maker."""

_COLUMNS = (Column("Time (UTC)", text=True), Column("Price"), Column("Amount"))


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
        keep: How many are shown.
        height: In pixels; the rest scrolls.
    """

    kind = "tape"

    def __init__(
        self,
        tape: TapeSource,
        *,
        keep: int = 60,
        height: int = 420,
        environment: str = "",
        name: str | None = None,
        rate: float = 10.0,
    ) -> None:
        self.tape = tape
        self.keep = keep
        self._last_id = -1.0
        self._decimals = {"price": 0, "qty": 0}
        super().__init__(
            TapeSurface(height=height),
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
        rows = [self._cells(row) for row in self._rows()[::-1][:20]]
        return {"text/html": table_html(f"{self.tape.symbol} trades", _COLUMNS, rows)}

    def _rows(self) -> Rows:
        frame = self.tape.tail(self.keep)
        times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
        names = ("price", "qty", "buyer_is_maker")
        columns = [frame["id"].to_numpy(float), times]
        rows = np.column_stack([*columns, *(frame[name].to_numpy(float) for name in names)])
        for name, at in (("price", 2), ("qty", 3)):
            self._decimals[name] = max(self._decimals[name], decimals_of(rows[:, at]))
        return rows

    def _packet(self, rows: Rows) -> Packet:
        if len(rows):
            self._last_id = rows[-1, 0]
        return Packet({"keep": self.keep, "decimals": self._decimals}, [rows])

    def _cells(self, row: Rows) -> list[list[Any]]:
        _, time_ms, price, qty, sold = row
        when = pd.Timestamp(time_ms, unit="ms").strftime("%H:%M:%S")
        tone = "down" if sold else "up"
        decimals = self._decimals
        return [
            [when, "muted"],
            [number(price, decimals["price"]), tone],
            [number(qty, decimals["qty"]), ""],
        ]
