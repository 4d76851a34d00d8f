"""Drawing: polygons, lines and text in pixels, on a matplotlib canvas without axes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

DPI = 100
_COLORS = 128
TEXT_H = 12  # pixels
_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}

Align = Literal["left", "center", "right"]


class Drawing:
    """A figure that is used again for each frame; y grows downwards. One thread at a time.

    Args:
        width: In pixels.
    """

    def __init__(self, width: int) -> None:
        self.width, self.height = width, 0
        self._figure = Figure(dpi=DPI, facecolor="none")
        self._canvas = FigureCanvasAgg(self._figure)
        self._texts: list[tuple[str, float, float, str, Align]] = []

    def begin(self, height: int) -> None:
        """Begin an empty picture of this height in pixels."""
        self.height = height
        self._texts.clear()
        self._figure.clear()
        self._figure.set_size_inches(self.width / DPI, height / DPI)

    def fill(self, polygons: Sequence[Any], colors: Sequence[str]) -> None:
        """Fill polygons, each of corners (x, y)."""
        flipped = [self._flip(polygon) for polygon in polygons]
        made = PolyCollection(flipped, facecolors=list(colors), linewidths=0)
        made.set_transform(None)
        self._figure.add_artist(made)

    def lines(self, lines: Sequence[Any], colors: Sequence[str], *, width: float = 0.9) -> None:
        """Draw lines, each through points (x, y)."""
        made = LineCollection([self._flip(line) for line in lines], colors=list(colors))
        made.set_linewidth(width)
        made.set_transform(None)
        self._figure.add_artist(made)

    def text(self, text: str, x: float, y: float, color: str, align: Align = "left") -> None:
        """Write a text whose letters stand on y."""
        self._texts.append((text, x, y, color, align))

    def text_width(self, text: str) -> float:
        """How wide a text is, in pixels."""
        return float(_font().getlength(text))

    def png(self) -> bytes:
        """What was drawn, transparent PNG."""
        self._canvas.draw()
        image = Image.fromarray(np.array(self._canvas.buffer_rgba()))
        pen = ImageDraw.Draw(image)
        for text, x, y, color, align in self._texts:
            pen.text((x, y), text, color, _font(), anchor=_ANCHORS[align])
        return png_of(image)

    def _flip(self, points: Any) -> Any:
        flipped = np.array(points, float)
        flipped[:, 1] = self.height - flipped[:, 1]
        return flipped


@cache
def _font() -> Any:
    """Matplotlib's own font. Pillow writes it, without shaping: ten times faster for a table."""
    path = findfont("DejaVu Sans")
    return ImageFont.truetype(path, TEXT_H, layout_engine=ImageFont.Layout.BASIC)


def png_of(image: Image.Image) -> bytes:
    """An image as a PNG with a palette, which halves its time and its bytes, and keeps alpha."""
    indexed = image.quantize(_COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    file = io.BytesIO()
    indexed.save(file, "PNG", compress_level=1)
    return file.getvalue()
