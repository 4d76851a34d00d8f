"""The candlestick chart: candles with volume, moving averages, own trades and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from binance_lab.widgets.candle_picture import CandlePicture, Rows
from binance_lab.widgets.numbers import decimals_of
from binance_lab.widgets.picture import PictureSurface, look_of
from binance_lab.widgets.surface import Packet, Surface, SurfaceView, script
from binance_lab.widgets.view import Source, Still

Engine = Literal["canvas", "matplotlib"]

_COLUMNS = ("open", "high", "low", "close", "volume")

PICTURE_RATE = 4.0
"""Frames a second of the matplotlib engine, at most."""


class CandleSource(Source, Protocol):
    """What the chart needs of live candles."""

    symbol: str
    interval: str
    version: int

    def since(self, version: int) -> pd.DataFrame:
        """The candles that changed after a former version, oldest first, by open time."""


def candle_rows(frame: pd.DataFrame) -> Rows:
    """A frame of candles as the chart wants it: open time (ms), open, high, low, close, volume."""
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
    return np.column_stack([times, *(frame[name].to_numpy(float) for name in _COLUMNS)])


class ChartSurface(Surface):
    """The browser's half of the chart."""

    _esm = script("chart.js")


class CandleChart(SurfaceView):
    """A live candlestick chart: wheel or +/- zooms, dragging pans, End follows the newest candle.

    The wheel zooms once the chart has the focus (a click, or Tab); until then it scrolls the
    notebook. Times are the browser's, UTC beside them under the crosshair.

    Args:
        candles: Live candles.
        engine: `canvas`, drawn in the browser; or `matplotlib`, the same picture as an image,
            for front ends that don't run anywidgets. It has no crosshair and no zoom.
        averages: Periods of moving averages of the close.
        keep: Candles that the chart holds, at most.
        height: In pixels.
    """

    kind = "chart"

    def __init__(
        self,
        candles: CandleSource,
        *,
        engine: Engine = "canvas",
        averages: Sequence[int] = (7, 25, 99),
        keep: int = 1000,
        height: int = 420,
        environment: str = "",
        name: str | None = None,
        rate: float | None = None,
    ) -> None:
        if engine not in ("canvas", "matplotlib"):
            raise ValueError(f'engine is "canvas" or "matplotlib", not {engine!r}.')
        self.candles = candles
        self.averages = tuple(averages)
        self.keep = keep
        self._height = height
        self._version = 0
        self._decimals = 0
        self._marks: list[dict[str, Any]] = []
        self._orders: list[dict[str, Any]] = []
        self._marked = True  # marks or orders differ from what was sent
        super().__init__(
            ChartSurface(height=height) if engine == "canvas" else PictureSurface(height=height),
            sources=[candles],
            subject=f"{candles.symbol} {candles.interval}",
            environment=environment,
            name=name,
            rate=rate or (10.0 if engine == "canvas" else PICTURE_RATE),
        )
        self.start()

    def head(self) -> dict[str, Any]:
        """Symbol and interval apart."""
        return {**super().head(), "title": self.candles.symbol, "subtitle": self.candles.interval}

    def set_trades(self, trades: Sequence[dict[str, Any]]) -> None:
        """Mark own trades: each has `time` (ms), `price`, `side` (BUY or SELL) and `qty`."""
        self._marks, self._marked = list(trades), True
        self.mark()

    def set_orders(self, orders: Sequence[dict[str, Any]]) -> None:
        """Show open orders as lines: each has `price`, `side` and `qty`."""
        self._orders, self._marked = list(orders), True
        self.mark()

    def snapshot(self) -> Packet:
        """All candles, newest `keep` of them."""
        rows = self._rows_since(0)
        return Packet({**self._meta(), "averages": list(self.averages), **self._markings()}, [rows])

    def delta(self) -> Packet:
        """The candles that changed since the last packet."""
        rows = self._rows_since(self._version)
        return Packet({**self._meta(), **(self._markings() if self._marked else {})}, [rows])

    def still(self) -> Still:
        """The newest candles as a PNG."""
        rows = candle_rows(self.candles.since(0))
        meta = {
            **self._meta(),
            "averages": self.averages,
            "marks": self._marks,
            "orders": self._orders,
        }
        look = look_of(self.head(), meta, self.surface.zone)
        return {"image/png": CandlePicture(height=self._height).png(rows, look)}

    def _rows_since(self, version: int) -> Rows:
        self._version = self.candles.version  # read first: what changes meanwhile is sent twice
        rows = candle_rows(self.candles.since(version))[-self.keep :]
        self._decimals = max(self._decimals, decimals_of(rows[:, 1:5].ravel()))
        return rows

    def _meta(self) -> dict[str, Any]:
        return {"decimals": self._decimals, "keep": self.keep}

    def _markings(self) -> dict[str, Any]:
        self._marked = False
        return {"marks": self._marks, "orders": self._orders}
