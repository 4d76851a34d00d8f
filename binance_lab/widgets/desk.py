"""Views side by side, as one: a trading screen in a cell."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

from binance_lab.widgets.kept import Still, still_html
from binance_lab.widgets.view import View, worst_state
from binance_lab.wire.words import counted


class Desk(View):
    """Rows of views that are displayed, stopped and closed together.

    Each view goes on at its own rate. A row wraps where the cell is too narrow for it.

    Args:
        rows: Views from top to bottom, and in each row from left to right.
        subject: What the desk is about, such as a symbol.
        weights: How a row's width is shared, by the view's kind; 1 if not given.
    """

    kind = "desk"

    def __init__(
        self,
        rows: Sequence[Sequence[View]],
        *,
        subject: str = "",
        weights: dict[str, float] | None = None,
        name: str | None = None,
    ) -> None:
        self._rows = tuple(tuple(row) for row in rows)
        self.views = tuple(view for row in rows for view in row)
        self._shares = weights or {"chart": 2.4}
        boxes = [ipywidgets.HBox(list(row)) for row in rows]
        for view in self.views:
            view.layout.width = "auto"
            view.layout.flex = self._flex(view)
        for box in boxes:
            box.layout.flex_flow = "row wrap"
            box.layout.width = "100%"
            box.layout.grid_gap = "6px"
        super().__init__(boxes, subject=subject, name=name, rate=1.0)
        self.layout.grid_gap = "6px"
        self.add_class("bl-desk")
        self.start()

    def __repr__(self) -> str:
        state = "stopped" if self.stopped else worst_state(s for v in self.views for s in v.sources)
        return f"<Desk {self.name}: {counted(len(self.views), 'view')}, {state}>"

    @property
    def errors(self) -> int:
        """Frames of any of the views that ended in an exception."""
        return sum(view.errors for view in self.views)

    @property
    def last_error(self) -> str:
        """The tracebacks of the views whose frames did; empty if none did."""
        return "\n".join(view.last_error for view in self.views if view.last_error)

    def draw(self) -> None:
        """Nothing of its own: each view draws itself."""

    def still(self) -> Still:
        """The pictures and tables of all views, placed as the views are."""
        rows = (
            "".join(
                f'<div style="flex:{self._flex(view)}; min-width:0">'
                f"{still_html(view.safe_still())}</div>"
                for view in row
            )
            for row in self._rows
        )
        return {"text/html": "".join(f'<div style="{_ROW}">{row}</div>' for row in rows)}

    def _flex(self, view: View) -> str:
        """A view's share of its row, and the width below which it goes to the next one."""
        share = self._shares.get(view.kind, 1.0)
        return f"{share} 1 {min(_SLIM * share, _WIDE):.0f}px"

    def _moved(self) -> int:
        return sum(view.frames for view in self.views)

    def _end(self) -> bool:
        for view in self.views:
            view._end()
        return super()._end()


_SLIM, _WIDE = 300, 520  # pixels that a view needs: of weight 1, and at most
_ROW = "display:flex; flex-wrap:wrap; gap:6px 24px; align-items:flex-start; margin-bottom:10px"
