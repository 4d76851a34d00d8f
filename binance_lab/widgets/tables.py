"""Views that are tables: rows of text, of which only those that changed are sent."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from binance_lab.widgets.cells import Cell, Column, Rows
from binance_lab.widgets.kept import Still
from binance_lab.widgets.picture import Engine, Picture, surface_of
from binance_lab.widgets.surface import Packet, Surface, SurfaceView, script
from binance_lab.widgets.table_picture import TablePicture
from binance_lab.widgets.theme import DOWN, TEXT, UP


class TableSurface(Surface):
    """The browser's half of a table."""

    _esm = script("table.js")


class TableView(SurfaceView):
    """A table that follows live objects; a subclass says its `columns` and its `rows`."""

    columns: Sequence[Column] = ()
    empty = "Nothing yet"

    def __init__(self, *, engine: Engine = "canvas", height: int = 420, **options: Any) -> None:
        self._sent: Rows = {}
        canvas = partial(TableSurface, height=height)
        super().__init__(surface_of(engine, canvas, self._picture), **options)

    def rows(self) -> Rows:
        """What there is to show now."""
        raise NotImplementedError

    def snapshot(self) -> Packet:
        """Columns and all rows."""
        self._sent = self.rows()
        columns = [asdict(column) for column in self.columns]
        meta = {"columns": columns, "rows": self._sent, "order": list(self._sent)}
        return Packet({**meta, "empty": self.empty})

    def delta(self) -> Packet:
        """Rows that differ from what was sent, and the order if that differs."""
        before, self._sent = self._sent, self.rows()
        changed = {key: cells for key, cells in self._sent.items() if before.get(key) != cells}
        order = {} if list(before) == list(self._sent) else {"order": list(self._sent)}
        return Packet({"rows": changed, **order})

    def _picture(self) -> Picture:
        table = TablePicture()
        return lambda *_: table.png(self.columns, list(self._sent.values()), empty=self.empty)

    def still(self) -> Still:
        """The rows as an HTML table."""
        return {"text/html": table_html(self.subject, self.columns, list(self.rows().values()))}


def table_html(title: str, columns: Sequence[Column], rows: Sequence[list[Cell]]) -> str:
    """A table that needs neither script nor style sheet; readable on white and on black.

    Sparklines are left out.
    """
    rows = [[c for c, col in zip(row, columns, strict=True) if not col.spark] for row in rows]
    columns = [column for column in columns if not column.spark]
    cell = "padding:1px 10px;text-align:{side};color:{color};border:0"
    tones = {"up": UP, "down": DOWN, "muted": TEXT}
    sides = ["left" if column.text else "right" for column in columns]

    def line(tag: str, cells: Sequence[Cell]) -> str:
        shown = (
            f'<{tag} style="{cell.format(side=side, color=tones.get(tone, "inherit"))}">'
            f"{html.escape(str(text))}</{tag}>"
            for side, (text, tone) in zip(sides, cells, strict=True)
        )
        return f"<tr>{''.join(shown)}</tr>"

    head = line("th", [[column.title, "muted"] for column in columns])
    body = "".join(line("td", row) for row in rows)
    return (
        f'<table style="font-variant-numeric:tabular-nums;border-collapse:collapse">'
        f'<caption style="text-align:left;color:{TEXT}">{html.escape(title)}</caption>'
        f"<thead>{head}</thead><tbody>{body}</tbody></table>"
    )
