"""The order book as two mountains: amounts summed up over the price."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any

import numpy as np

from binance_lab.widgets.depth_ladder import BookSource, BookView
from binance_lab.widgets.drawing import Drawing
from binance_lab.widgets.kept import Still
from binance_lab.widgets.numbers import compact, number
from binance_lab.widgets.picture import Engine, Picture, surface_of
from binance_lab.widgets.precision import Precision
from binance_lab.widgets.surface import Surface, script
from binance_lab.widgets.theme import DOWN, DOWN_SOFT, GRID, TEXT, UP, UP_SOFT

AXIS_H, TOP_H, WIDTH = 20, 14, 960


class DepthSurface(Surface):
    """The browser's half of the depth chart."""

    _esm = script("depth.js")


class DepthChart(BookView):
    """A live depth chart; under the mouse: how much stands within that distance, on both sides.

    Args:
        book: A live order book.
        engine: `canvas`, drawn in the browser; or `matplotlib`, as an image.
        levels: How many a side.
        height: In pixels.
        precision: The symbol's decimals, by its rules; those of the numbers seen if not given.
    """

    kind = "depth"
    subtitle = "depth"

    def __init__(
        self,
        book: BookSource,
        *,
        engine: Engine = "canvas",
        levels: int = 80,
        height: int = 240,
        precision: Precision | None = None,
        environment: str = "",
        name: str | None = None,
        rate: float = 5.0,
    ) -> None:
        self._height = height
        self._still_lock = threading.Lock()  # guards _still_drawing
        super().__init__(
            surface_of(engine, lambda: DepthSurface(height=height), self._picture),
            book,
            levels=levels,
            precision=precision,
            environment=environment,
            name=name,
            rate=rate,
        )

    def still(self) -> Still:
        """The depth chart as a PNG."""
        bids, asks = self.top()
        with self._still_lock:
            return {"image/png": self._png(self._still_drawing, bids, asks)}

    def let_go(self) -> None:
        """Forget the figure of the picture."""
        self.__dict__.pop("_still_drawing", None)

    @cached_property
    def _still_drawing(self) -> Drawing:
        return Drawing(WIDTH)

    def _picture(self) -> Picture:
        drawing = Drawing(WIDTH)
        return lambda packet, _: self._png(drawing, *packet.numbers)

    def _png(self, drawing: Drawing, bids: Any, asks: Any) -> bytes:
        decimals = self._precision.price.count
        return draw_depth(
            drawing, bids, asks, height=self._height, levels=self.levels, decimals=decimals
        )


def draw_depth(
    drawing: Drawing, bids: Any, asks: Any, *, height: int, levels: int, decimals: int
) -> bytes:
    """Both sides of a book, the best prices in the middle; transparent PNG.

    Args:
        bids, asks: Levels as (price, amount), best first.
        levels: A side of so many goes on behind them.
    """
    drawing.begin(height)
    bids, asks = (np.array(side, float).reshape(-1, 2) for side in (bids, asks))
    if not len(bids) or not len(asks):
        drawing.text("No orders", drawing.width / 2, height / 2, TEXT, "center")
        return drawing.png()
    middle = (bids[0, 0] + asks[0, 0]) / 2
    reach = _reach(bids, asks, middle, levels)
    near = [side[np.abs(side[:, 0] - middle) <= reach, 1].sum() for side in (bids, asks)]
    most = max(near) or 1.0
    floor = height - AXIS_H
    for share in (0.5, 1.0):
        y = floor - share * (floor - TOP_H)
        drawing.lines([[(0, y), (drawing.width, y)]], [GRID])
        drawing.text(compact(most * share), drawing.width - 6, y + 4, TEXT, "right")
    sides = ((bids, UP, UP_SOFT, 0.0), (asks, DOWN, DOWN_SOFT, float(drawing.width)))
    for side, line, soft, end in sides:
        x = drawing.width / 2 * (1 + (side[:, 0] - middle) / reach)
        y = floor - side[:, 1].cumsum() / most * (floor - TOP_H)
        steps = np.column_stack([np.repeat(x, 2), np.r_[floor, np.repeat(y, 2)[:-1]]])
        edge = np.vstack([steps, [end, y[-1]]])
        drawing.fill([np.vstack([edge, [end, floor]])], [soft])
        drawing.lines([edge], [line], width=1.2)
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        price = number(middle + (2 * share - 1) * reach, decimals)
        drawing.text(price, share * drawing.width, height - 6, TEXT, "center")
    return drawing.png()


def _reach(bids: Any, asks: Any, middle: float, levels: int) -> float:
    """How far from the middle is shown: as far as both sides are known."""
    ends = [abs(float(side[-1, 0]) - middle) for side in (bids, asks)]
    cut = [end for end, side in zip(ends, (bids, asks), strict=True) if len(side) >= levels]
    return (min(cut) if cut else max(ends)) or middle * 1e-6
