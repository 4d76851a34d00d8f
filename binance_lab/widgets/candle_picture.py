"""Candles drawn by matplotlib: the picture that stays in a notebook, and a live fallback.

Axes, grid, labels and all candles but the newest are drawn once and kept; a frame puts them
back and draws the newest candle only, about six times cheaper than drawing all. The background
is transparent and the colors are read on white and on black.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import CARETDOWN, CARETUP, MarkerStyle
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator
from PIL import Image

from binance_lab.widgets.drawing import DPI, png_of
from binance_lab.widgets.numbers import number
from binance_lab.widgets.theme import AVERAGES, DOWN, DOWN_SOFT, GRID, TEXT, UP, UP_SOFT

Rows = np.ndarray[Any, np.dtype[Any]]
"""One candle a row: open time (ms), open, high, low, close, base volume."""

SHOWN = 140
"""Candles in a picture, the newest ones."""

_VOLUME_SHARE = 0.2
_AXIS_H, _TITLE_H, _TOP_H = 32, 28, 8  # pixels
_MINUTE_MS = 60_000
_STEPS_MS = tuple(
    _MINUTE_MS * minutes
    for minutes in (1, 5, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10080, 43200, 129600, 525600)
)


@dataclass(frozen=True)
class Look:
    """What a picture shows beside the candles."""

    title: str = ""
    decimals: int = 2
    averages: Sequence[int] = ()
    marks: Sequence[dict[str, Any]] = ()
    orders: Sequence[dict[str, Any]] = ()
    zone: tzinfo | None = None

    def key(self) -> str:
        """Differs where the pictures do."""
        return repr(self)


class CandlePicture:
    """A figure whose axes are used again for each frame. Any thread; they take turns.

    Axes are thousands of objects in cycles, and a canvas holds megabytes: made anew for each
    picture they would pile up until Python's collector comes by.

    Args:
        width, height: Of the picture, in pixels.
    """

    def __init__(self, width: int = 960, height: int = 420) -> None:
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="none")
        self.canvas = FigureCanvasAgg(self.figure)
        self.backgrounds_drawn = 0
        self._lock = threading.Lock()  # guards the figure and what is kept of it
        self._axes = self._made_axes()
        self._closed: list[Artist] = []  # what the background shows on the axes
        self._kept: Any = None
        self._kept_for: object = None
        self._top = self._bottom = math.nan

    def png(self, rows: Rows, look: Look) -> bytes:
        """The picture of the newest candles, transparent PNG."""
        with self._lock:
            self._draw(rows[-SHOWN:], rows, look)
            return png_of(Image.fromarray(np.asarray(self.canvas.buffer_rgba())))

    def _draw(self, rows: Rows, all_rows: Rows, look: Look) -> None:
        if not len(rows):
            self._draw_empty(look)
            return
        self._fit(rows)
        averages = [_average(all_rows[:, 4], period)[-len(rows) :] for period in look.averages]
        closed = (hash(rows[:-1].tobytes()), rows[-1, 0], self._top, self._bottom, look.key())
        if closed != self._kept_for:
            self._draw_background(rows, averages, look)
            self._kept_for = closed
        self.canvas.restore_region(self._kept)
        for artist in self._moving(rows, averages, look):
            self._axes.draw_artist(artist)
            artist.remove()

    def _made_axes(self) -> Axes:
        axes = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        axes.yaxis.tick_right()
        axes.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
        axes.tick_params(colors=TEXT, labelsize=8, length=0, pad=5)
        axes.grid(color=GRID, lw=0.8)
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)
        return axes

    def _wipe(self, *, axes: bool) -> None:
        """Take away what was drawn, and show the axes or not."""
        for artist in self._closed:
            artist.remove()
        self._closed.clear()
        self._axes.set_visible(axes)

    def _draw_empty(self, look: Look) -> None:
        self._wipe(axes=False)
        self._kept_for = None
        text = f"{look.title}: no candles yet".lstrip(": ")
        said = self.figure.text(0.5, 0.5, text, ha="center", va="center", color=TEXT)
        self._closed.append(said)
        self.canvas.draw()

    def _fit(self, rows: Rows) -> None:
        """Limits that hold the newest candle for a while; kept as long as they do."""
        low, high = float(rows[:, 3].min()), float(rows[:, 2].max())
        span = max(high - low, high * 1e-6, 1e-9)
        inside = self._bottom < low - 0.15 * span and high + 0.02 * span < self._top
        if not (inside and self._top - self._bottom < 2 * span):
            self._top = high + 0.12 * span
            self._bottom = low - (0.12 + _VOLUME_SHARE * 1.3) * span

    def _draw_background(self, rows: Rows, averages: list[Rows], look: Look) -> None:
        self._wipe(axes=True)
        height = self.figure.get_figheight() * DPI
        below, above = _AXIS_H / height, (_TITLE_H if look.title else _TOP_H) / height
        self._axes.set_position((0.012, below, 0.905, 1 - below - above))
        self._axes.set(xlim=(-1, len(rows) + 2), ylim=(self._bottom, self._top))
        most = float(rows[:, 5].max()) or 1.0
        self._volume_scale = (self._top - self._bottom) * _VOLUME_SHARE / most
        self._closed += self._candles(rows[:-1], first=0)
        for values, color in zip(averages, _cycle(AVERAGES), strict=False):
            line = Line2D(np.arange(len(rows) - 1), values[:-1], color=color, lw=1.1)
            self._closed.append(line)
        self._closed += [*_trades(rows, look.marks), *_orders(look.orders, len(rows))]
        for artist in self._closed:
            self._axes.add_artist(artist)
        self._closed.append(self._label(rows, look))
        self.canvas.draw()
        self._kept = None  # two of them would change places, and leave as much room between
        self._kept = self.canvas.copy_from_bbox(self.figure.bbox)
        self.backgrounds_drawn += 1

    def _moving(self, rows: Rows, averages: list[Rows], look: Look) -> list[Artist]:
        """What a frame draws anew: the newest candle, the averages' ends, the last price."""
        last = len(rows) - 1
        close = float(rows[-1, 4])
        color = UP if close >= rows[-1, 1] else DOWN
        artists: list[Artist] = list(self._candles(rows[-1:], first=last))
        for values, line_color in zip(averages, _cycle(AVERAGES), strict=False):
            artists.append(Line2D([last - 1, last], values[-2:], color=line_color, lw=1.1))
        artists.append(Line2D([-1, last + 3], [close, close], color=color, lw=0.9, ls=(0, (2, 2))))
        for artist in artists:
            self._axes.add_artist(artist)
        box = {"boxstyle": "square,pad=0.25", "facecolor": color, "edgecolor": "none"}
        label = self._axes.annotate(
            number(close, look.decimals),
            (1, close),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            color="white",
            fontsize=8,
            bbox=box,
            annotation_clip=False,
        )
        return [*artists, label]

    def _candles(self, rows: Rows, first: int) -> list[LineCollection | PolyCollection]:
        x = np.arange(first, first + len(rows), dtype=float)
        up = rows[:, 4] >= rows[:, 1]
        colors, soft = np.where(up, UP, DOWN), np.where(up, UP_SOFT, DOWN_SOFT)
        wicks = np.stack([np.column_stack([x, rows[:, 3]]), np.column_stack([x, rows[:, 2]])], 1)
        low, high = np.minimum(rows[:, 1], rows[:, 4]), np.maximum(rows[:, 1], rows[:, 4])
        least = (self._top - self._bottom) * 0.0025  # a candle that did not move is a line
        high = np.maximum(high, low + least)
        floor = np.full(len(rows), self._bottom)
        volume = floor + rows[:, 5] * self._volume_scale
        return [
            PolyCollection([*_boxes(x, floor, volume)], facecolors=soft, linewidths=0),
            LineCollection([*wicks], colors=colors, linewidths=0.9),
            PolyCollection([*_boxes(x, low, high)], facecolors=colors, linewidths=0),
        ]

    def _label(self, rows: Rows, look: Look) -> Artist:
        """Write title, prices and times; the time zone's name is what comes out."""
        axes = self._axes
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, look.decimals)))
        at, texts = _time_ticks(rows[:, 0], look.zone)
        axes.xaxis.set_major_locator(FixedLocator(at))
        axes.xaxis.set_major_formatter(FixedFormatter(texts))
        axes.set_title(look.title, loc="left", color=TEXT, fontsize=10, fontweight="bold", pad=6)
        zone = datetime.fromtimestamp(rows[-1, 0] / 1000, look.zone).astimezone(look.zone).tzname()
        return axes.annotate(
            zone or "", (1, 0), (6, -13), xycoords="axes fraction",
            textcoords="offset points", color=TEXT, fontsize=7,
        )  # fmt: skip


def _trades(rows: Rows, marks: Sequence[dict[str, Any]]) -> list[Artist]:
    """Own trades as triangles, one artist for all of a side, however many they are.

    Their tips are at the price: from below for a buy, from above for a sell.
    """
    drawn: list[Artist] = []
    for side, marker, color in (("BUY", CARETUP, UP), ("SELL", CARETDOWN, DOWN)):
        shown = [mark for mark in marks if mark["side"] == side and mark["time"] >= rows[0, 0]]
        times = np.array([mark["time"] for mark in shown], float)
        at = np.searchsorted(rows[:, 0], times, "right") - 1
        prices = [mark["price"] for mark in shown]
        tips = MarkerStyle(marker)
        triangles = Line2D(
            at, prices, marker=tips, ms=9, color=color, mec="white", mew=0.6, zorder=5, ls=""
        )
        drawn.append(triangles)
    return drawn


def _orders(orders: Sequence[dict[str, Any]], count: int) -> list[Artist]:
    """Open orders as dotted lines."""
    levels = [[(-1, order["price"]), (count + 2, order["price"])] for order in orders]
    colors = [UP if order["side"] == "BUY" else DOWN for order in orders]
    return [LineCollection(levels, colors=colors, linewidths=0.9, linestyles=[(0, (1, 3))])]


def _boxes(x: Rows, low: Rows, high: Rows, half: float = 0.36) -> Rows:
    corners = [(x - half, low), (x - half, high), (x + half, high), (x + half, low)]
    return np.stack([np.column_stack(corner) for corner in corners], 1)


def _average(values: Rows, period: int) -> Rows:
    """Mean of the last `period` values; NaN before there are as many."""
    out = np.full(len(values), np.nan)
    if len(values) >= period:
        sums = np.concatenate([[0.0], values.cumsum()])
        out[period - 1 :] = (sums[period:] - sums[:-period]) / period
    return out


def _cycle(colors: Sequence[str]) -> list[str]:
    return list(colors) * 4


def _time_ticks(times_ms: Rows, zone: tzinfo | None) -> tuple[list[int], list[str]]:
    """Where a round time of the zone begins, about eight of them, and how it is written."""
    if len(times_ms) < 2:
        return [], []
    wanted = (times_ms[-1] - times_ms[0]) / 8
    step = next((step for step in _STEPS_MS if step >= wanted), _STEPS_MS[-1])
    local = [datetime.fromtimestamp(ms / 1000, zone).astimezone(zone) for ms in times_ms]
    offsets = np.array([when.utcoffset().total_seconds() * 1000 for when in local])  # type: ignore[union-attr]
    slots = (times_ms + offsets) // step
    at = [int(i) for i in np.flatnonzero(np.diff(slots)) + 1]
    days = [local[i].date() != local[i - 1].date() for i in at]
    texts = [
        f"{local[i].day} {local[i]:%b}" if day or step >= 1440 * _MINUTE_MS else f"{local[i]:%H:%M}"
        for i, day in zip(at, days, strict=True)
    ]
    return at, texts
