"""The candlestick chart: candles with volume, moving averages, own trades and orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from binance_lab.connector.exceptions import BadInput
from binance_lab.widgets.candle_picture import CandlePicture, Rows
from binance_lab.widgets.kept import Still
from binance_lab.widgets.numbers import plain
from binance_lab.widgets.picture import Engine, MovingCandles, look_of, surface_of
from binance_lab.widgets.precision import Precision
from binance_lab.widgets.surface import Packet, Surface, SurfaceView, script
from binance_lab.widgets.view import Source

Mark = dict[str, Any]
"""A trade or an order: price, side (BUY or SELL), qty (text); a trade's time (ms)."""

MARKS = 1_000
"""Own trades that are marked, the newest ones."""

_COLUMNS = ("open", "high", "low", "close", "volume")


class CandleSource(Source, Protocol):
    """What the chart needs of live candles."""

    symbol: str
    interval: str
    version: int

    def since(self, version: int) -> pd.DataFrame:
        """The candles that changed after a former version, oldest first, by open time."""


class AccountSource(Protocol):
    """What the chart needs of a live account."""

    version: int

    def latest_fills(self, symbol: str, n: int) -> pd.DataFrame:
        """The newest n own trades of a symbol by time: price, qty, buyer."""

    @property
    def open_orders(self) -> pd.DataFrame:
        """Orders that can still trade: symbol, price, qty, side."""

    def on_change(self, callback: Callable[[], None], /) -> Callable[[], None]:
        """Call back after each change; the result takes it back."""


def candle_rows(frame: pd.DataFrame) -> Rows:
    """A frame of candles as the chart wants it: open time (ms), open, high, low, close, volume.

    Raises:
        BadInput: A column is missing.
    """
    if missing := [name for name in _COLUMNS if name not in frame]:
        raise BadInput(f"The candles have no column {', '.join(missing)}.")
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
    return np.column_stack([times, *(frame[name].to_numpy(float) for name in _COLUMNS)])


def _trade_marks(fills: pd.DataFrame) -> list[Mark]:
    times = pd.DatetimeIndex(fills.index).as_unit("ms").asi8.tolist()
    values = zip(times, fills["price"], fills["qty"], fills["buyer"], strict=True)
    return [
        {"time": ms, "price": float(price), "qty": plain(qty), "side": "BUY" if buyer else "SELL"}
        for ms, price, qty, buyer in values
    ]


def _order_marks(orders: pd.DataFrame, symbol: str) -> list[Mark]:
    """Orders with a price to stand at."""
    rows = orders[(orders["symbol"] == symbol) & (orders["price"] > 0)]
    values = zip(rows["price"], rows["qty"], rows["side"], strict=True)
    return [
        {"price": float(price), "qty": plain(qty), "side": str(side)} for price, qty, side in values
    ]


class ChartSurface(Surface):
    """The browser's half of the chart."""

    _esm = script("bars.js", "candles.js", "chart.js")


class CandleChart(SurfaceView):
    """A live candlestick chart: wheel or +/- zooms, dragging pans, End follows the newest candle.

    The wheel zooms once the chart has the focus (a click, or Tab); until then it scrolls the
    notebook. Times are the browser's, UTC beside them under the crosshair.

    Args:
        candles: Live candles.
        engine: `canvas`, drawn in the browser; or `matplotlib`, the same picture as an image,
            for front ends that don't run anywidgets. It has no crosshair and no zoom.
        averages: Periods of moving averages of the close.
        account: A live account, whose open orders and newest trades of the symbol are marked.
        keep: Candles that the chart holds, at most.
        height: In pixels.
        precision: The symbol's decimals, by its rules; those of the numbers seen if not given.
    """

    kind = "chart"

    def __init__(
        self,
        candles: CandleSource,
        *,
        engine: Engine = "canvas",
        averages: Sequence[int] = (7, 25, 99),
        account: AccountSource | None = None,
        keep: int = 1000,
        height: int = 420,
        precision: Precision | None = None,
        environment: str = "",
        name: str | None = None,
        rate: float = 10.0,
    ) -> None:
        self.candles = candles
        self.averages = tuple(averages)
        self.keep = keep
        self._height = height
        self._version = 0
        self._decimals = (precision or Precision.seen()).price
        self._account = account
        self._account_version = -1
        self._marks: list[Mark] = []
        self._orders: list[Mark] = []
        self._marked = True  # marks or orders differ from what was sent
        super().__init__(
            surface_of(
                engine,
                lambda: ChartSurface(height=height),
                lambda: MovingCandles(height=height).png,
            ),
            sources=[candles],
            subject=f"{candles.symbol} {candles.interval}",
            environment=environment,
            name=name,
            rate=rate,
        )
        self.start()

    def head(self) -> dict[str, Any]:
        """Symbol and interval apart."""
        return {**super().head(), "title": self.candles.symbol, "subtitle": self.candles.interval}

    def start(self) -> None:
        """Follow the candles, and the account beside them: its state is not the chart's."""
        super().start()
        if self._account is not None:
            self._take_back.append(self._account.on_change(self.mark))

    def set_trades(self, trades: Sequence[Mark]) -> None:
        """Mark own trades: each has `time` (ms), `price`, `side` (BUY or SELL) and `qty`."""
        self._marks, self._marked = list(trades), True
        self.mark()

    def set_orders(self, orders: Sequence[Mark]) -> None:
        """Show open orders as lines: each has `price`, `side` and `qty`."""
        self._orders, self._marked = list(orders), True
        self.mark()

    def snapshot(self) -> Packet:
        """All candles, newest `keep` of them."""
        rows = self._rows_since(0)
        self._read_account()
        return Packet({**self._meta(), "averages": list(self.averages), **self._markings()}, [rows])

    def delta(self) -> Packet:
        """The candles that changed since the last packet."""
        rows = self._rows_since(self._version)
        self._read_account()
        return Packet({**self._meta(), **(self._markings() if self._marked else {})}, [rows])

    def still(self) -> Still:
        """The newest candles as a PNG."""
        rows = candle_rows(self.candles.since(0))
        self._decimals.see(rows[:, 1:5].ravel())
        meta = {
            "decimals": self._decimals.count,
            "averages": self.averages,
            "marks": self._marks,
            "orders": self._orders,
        }
        look = look_of(self.head(), meta, self.surface.zone)
        return {"image/png": self._still_picture.png(rows, look)}

    def let_go(self) -> None:
        """Forget the figure of the picture."""
        self.__dict__.pop("_still_picture", None)

    @cached_property
    def _still_picture(self) -> CandlePicture:
        return CandlePicture(height=self._height)

    def _rows_since(self, version: int) -> Rows:
        self._version = self.candles.version  # read first: what changes meanwhile is sent twice
        rows = candle_rows(self.candles.since(version))[-self.keep :]
        self._decimals.see(rows[:, 1:5].ravel())
        return rows

    def _read_account(self) -> None:
        """Mark the account's trades and open orders of this symbol, if they changed."""
        account = self._account
        if account is None or account.version == self._account_version:
            return
        self._account_version = account.version
        symbol = self.candles.symbol
        self._marks = _trade_marks(account.latest_fills(symbol, MARKS))
        self._orders = _order_marks(account.open_orders, symbol)
        self._marked = True

    def _meta(self) -> dict[str, Any]:
        return {"decimals": self._decimals.count, "keep": self.keep}

    def _markings(self) -> dict[str, Any]:
        self._marked = False
        return {"marks": self._marks, "orders": self._orders}
