"""The order book as two mountains: amounts summed up over the price."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from binance_lab.widgets.depth_ladder import BookSource, BookView
from binance_lab.widgets.numbers import compact, number
from binance_lab.widgets.surface import Surface, script
from binance_lab.widgets.theme import DOWN, DOWN_SOFT, GRID, TEXT, UP, UP_SOFT
from binance_lab.widgets.view import Still


class DepthSurface(Surface):
    """The browser's half of the depth chart."""

    _esm = script("depth.js")


class DepthChart(BookView):
    """A live depth chart; under the mouse: how much stands within that distance, on both sides.

    Args:
        book: A live order book.
        levels: How many a side.
        height: In pixels.
    """

    kind = "depth"
    subtitle = "depth"

    def __init__(
        self,
        book: BookSource,
        *,
        levels: int = 80,
        height: int = 240,
        environment: str = "",
        name: str | None = None,
        rate: float = 5.0,
    ) -> None:
        self._height = height
        super().__init__(
            DepthSurface(height=height),
            book,
            levels=levels,
            environment=environment,
            name=name,
            rate=rate,
        )

    def still(self) -> Still:
        """The depth chart as a PNG."""
        bids, asks = self.top()
        return {"image/png": depth_png(bids, asks, self._height, self.decimals["price"])}


def depth_png(bids: Any, asks: Any, height: int, decimals: int) -> bytes:
    """Both sides of a book as a transparent PNG."""
    figure = Figure(figsize=(9.6, height / 100), dpi=100, facecolor="none")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.01, 0.12, 0.92, 0.84), facecolor="none")
    for side, line, fill in ((bids, UP, UP_SOFT), (asks, DOWN, DOWN_SOFT)):
        levels = np.array(side, float).reshape(-1, 2)
        totals = levels[:, 1].cumsum()
        axes.fill_between(levels[:, 0], totals, step="post", color=fill, lw=0)
        axes.step(levels[:, 0], totals, where="post", color=line, lw=1.4)
    axes.yaxis.tick_right()
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, decimals)))
    axes.tick_params(colors=TEXT, labelsize=8, length=0)
    axes.grid(color=GRID, lw=0.8)
    axes.set_ylim(bottom=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    file = io.BytesIO()
    figure.savefig(file, format="png", transparent=True)
    return file.getvalue()
