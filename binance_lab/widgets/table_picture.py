"""Tables drawn by matplotlib: text in columns, bars behind it, sparklines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from binance_lab.widgets.cells import Cell, Column
from binance_lab.widgets.drawing import Drawing
from binance_lab.widgets.theme import DOWN, DOWN_SOFT, GRID, TEXT, UP, UP_SOFT, WARN

ROW_H, PAD = 20, 10
WIDE, SLIM = 960, 560  # pixels
_TONES = {"up": UP, "down": DOWN, "warn": WARN}
_SOFT = {"up": UP_SOFT, "down": DOWN_SOFT}

Edges = tuple[float, float]


class TablePicture:
    """Draws tables, one after the other. One thread at a time.

    Args:
        width: In pixels.
    """

    def __init__(self, width: int = WIDE) -> None:
        self._drawing = Drawing(width)

    def png(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        *,
        shares: Sequence[float] = (),
        empty: str = "",
    ) -> bytes:
        """The rows below their titles, transparent PNG.

        Args:
            shares: For each row how much of its width, from the right, a bar fills, in the tone
                of the row's first cell.
            empty: What is said if there is no row.
        """
        drawing = self._drawing
        drawing.begin(ROW_H * (1 + max(1, len(rows))))
        self._bars(rows, shares)
        edges = _edges(columns, drawing.width)
        grid = [[(0, y), (drawing.width, y)] for y in range(ROW_H, drawing.height + 1, ROW_H)]
        drawing.lines(grid, [GRID] * len(grid))
        self._row(0, columns, edges, [[column.title, "muted"] for column in columns])
        for at, row in enumerate(rows, 1):
            self._row(at, columns, edges, row)
        if not rows:
            drawing.text(empty, drawing.width / 2, 2 * ROW_H - 6, TEXT, "center")
        return drawing.png()

    def _bars(self, rows: Sequence[Sequence[Cell]], shares: Sequence[float]) -> None:
        width = self._drawing.width
        boxes = []
        for at, share in enumerate(shares, 1):
            left, top, bottom = width * (1 - share), ROW_H * at, ROW_H * (at + 1) - 1
            boxes.append([(left, top), (width, top), (width, bottom), (left, bottom)])
        if boxes:
            self._drawing.fill(boxes, [_SOFT.get(row[0][1], GRID) for row in rows])

    def _row(
        self, at: int, columns: Sequence[Column], edges: Sequence[Edges], row: Sequence[Cell]
    ) -> None:
        drawing, base = self._drawing, ROW_H * at + ROW_H - 6
        for column, (left, right), cell in zip(columns, edges, row, strict=False):
            text, tone, *spark = cell
            color = _TONES.get(tone, TEXT)
            if spark:
                drawing.lines([_spark(spark[0], (left, right), ROW_H * at)], [color])
            elif text and column.text:
                drawing.text(self._cut(str(text), right - left), left, base, color)
            elif text:
                drawing.text(str(text), right, base, color, "right")

    def _cut(self, text: str, room: float) -> str:
        """The text, or as much of its beginning as there is room for."""
        width = self._drawing.text_width(text)
        if width <= room:
            return text
        return f"{text[: max(1, int(len(text) * room / width) - 1)]}…"


def _edges(columns: Sequence[Column], width: int) -> list[Edges]:
    """Where each column's text begins and ends, in pixels."""
    given = [float(column.width.rstrip("%") or 0) / 100 for column in columns]
    rest = (1 - sum(given)) / max(1, given.count(0.0))
    right = np.cumsum([width * (share or rest) for share in given])
    left = np.concatenate([[0.0], right[:-1]])
    return [(a + PAD, b - PAD) for a, b in zip(left.tolist(), right.tolist(), strict=True)]


def _spark(values: Sequence[float], edges: Edges, top: float) -> Any:
    prices = np.array(values, float)
    high, span = prices.max(), np.ptp(prices) or 1.0
    y = top + 4 + (high - prices) / span * (ROW_H - 8)
    return np.column_stack([np.linspace(*edges, len(prices)), y])
