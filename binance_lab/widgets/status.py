"""The state of all streams: what is live, how old it is, what was missed."""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd

from binance_lab.widgets.cells import Cell, Column, Rows
from binance_lab.widgets.picture import Engine
from binance_lab.widgets.tables import TableView

_TONES = {
    "live": "up",
    "open": "up",
    "subscribed": "up",
    "error": "down",
    "refused": "down",
    "closed": "down",
    "stopped": "muted",
}


_KINDS = {
    "OrderBook": "Order book",
    "Tape": "Trades",
    "TradeCandles": "Candles of trades",
    "connection": "Connection",
}
"""What a reader calls them, where that is not the class's name."""


class LiveSource(Protocol):
    """What the view needs of a lab's live objects."""

    def status(self) -> pd.DataFrame:
        """A row for each object and connection: kind, name, state, messages, age_s, gaps, error."""


class StatusView(TableView):
    """A live table of live objects and connections: state, age, messages, gaps, error.

    Args:
        engine: `canvas`, drawn in the browser; or `matplotlib`, as an image.
        live: A lab's live objects.
    """

    kind = "status"
    columns = (
        Column("Name", text=True, width="30%"),
        Column("State", text=True),
        Column("Messages", optional=True),
        Column("Age"),
        Column("Dropped", optional=True),
        Column("Gaps"),
        Column("Error", text=True, width="20%"),
    )
    empty = "Nothing is live yet"

    def __init__(
        self,
        live: LiveSource,
        *,
        engine: Engine = "canvas",
        environment: str = "",
        name: str | None = None,
    ) -> None:
        self.live = live
        super().__init__(
            engine=engine, subject="Streams", environment=environment, name=name, rate=1.0
        )
        self.start()

    def pulse(self) -> None:
        """Ages grow by themselves: drawn once a second."""
        super().pulse()
        self.mark()

    def rows(self) -> Rows:
        """A row for each object and connection."""
        rows: Rows = {}
        for row in self.live.status().to_dict("records"):
            key = f"{row['kind']} {row['name']}"
            while key in rows:
                key += "'"
            rows[key] = _cells(row)
        return rows


def _cells(row: dict[Any, Any]) -> list[Cell]:
    state = str(row["state"])
    return [
        [_title(str(row["kind"]), str(row["name"])), ""],
        [state, _TONES.get(state, "warn")],
        [f"{row['messages']:,}", ""],
        [_age_text(float(row["age_s"])), "muted"],
        _count(row["dropped"] + row["garbled"]),
        _count(row["gaps"]),
        [str(row["error"] or ""), "down"],
    ]


def _title(kind: str, name: str) -> str:
    kind = _KINDS.get(kind, kind)
    return kind if name.lower() == kind.lower() else f"{kind} {name}"


def _count(count: int) -> Cell:
    return [f"{count:,}", "warn" if count else "muted"]


def _age_text(seconds: float) -> str:
    if seconds != seconds:  # NaN: nothing came yet
        return "–"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
