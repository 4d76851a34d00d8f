"""Rows in order, each once; what was wrong with them is counted and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from .datasets import Dataset, times_us
from .extra import need
from .spans import Span

if TYPE_CHECKING:
    import pyarrow as pa

MOST_TOLD = 100
"""So many conflicts of a part are told one by one; all are counted."""


class Hole(msgspec.Struct, kw_only=True):
    """Rows that aren't there.

    ``first_ms`` and ``last_ms`` are the first and last missing candle's open time; for trades,
    the times of those before and after. ``lacks`` says who doesn't have them: archive, rest,
    exchange (neither of both does), or unknown.
    """

    first_ms: int
    last_ms: int
    missing: int
    first_key: int
    lacks: str = "unknown"


class Unordered(Exception):
    """Rows of a batch belong before those of an earlier one."""


class Cleaner:
    """Takes tables of one dataset, oldest first, and gives them back sorted and without doubles.

    Args:
        span: Rows outside are left out; klines of it that don't come are holes.
    """

    def __init__(self, dataset: Dataset, span: Span) -> None:
        self._dataset = dataset
        self._span = span
        self._due = dataset.keys_due(span)
        self.rows = 0
        self.duplicates = 0
        self.outside = 0
        self.conflicts = 0
        """Rows with the key of another one that say something else; the first is kept."""
        self.conflict_ms: list[int] = []
        self.holes: list[Hole] = []
        self.first_key: int | None = None
        self.last_key: int | None = None
        self.first_ms: int | None = None
        self.last_ms: int | None = None

    def take(self, table: pa.Table) -> pa.Table:
        """The rows to keep.

        Raises:
            Unordered: They belong between rows that were taken before.
        """
        table = self._inside(table)
        keys = self._dataset.keys(table)
        if len(keys) and (np.diff(keys) <= 0).any():
            order = np.argsort(keys, kind="stable")
            table, keys = table.take(order), keys[order]
            table, keys = self._once(table, keys)
        if not len(keys):
            return table
        if self.last_key is not None and keys[0] <= self.last_key:
            raise Unordered
        times_ms = times_us(table, self._dataset.time) // 1000
        self._note_holes(keys, times_ms)
        self.rows += len(keys)
        self.first_key = int(keys[0]) if self.first_key is None else self.first_key
        self.first_ms = int(times_ms[0]) if self.first_ms is None else self.first_ms
        self.last_key, self.last_ms = int(keys[-1]), int(times_ms[-1])
        return table

    def end(self) -> None:
        """No more tables: klines that are due and did not come are holes."""
        if self._due is None:
            return
        last = self._due[0] - 1 if self.last_key is None else self.last_key
        if last < self._due[1]:
            self._hole(last + 1, self._due[1], 0, 0)

    def _inside(self, table: pa.Table) -> pa.Table:
        times_ms = times_us(table, self._dataset.time) // 1000
        inside = (times_ms >= self._span[0]) & (times_ms < self._span[1])
        if inside.all():
            return table
        self.outside += int((~inside).sum())
        return table.filter(need("pyarrow").array(inside))

    def _once(self, table: pa.Table, keys: np.ndarray) -> tuple[pa.Table, np.ndarray]:
        again = np.flatnonzero(np.diff(keys) == 0) + 1
        if not len(again):
            return table, keys
        firsts = np.searchsorted(keys, keys[again])
        same = np.ones(len(again), dtype=bool)
        for name in table.column_names:
            column = table[name].to_numpy()
            same &= column[again] == column[firsts]
        self.duplicates += int(same.sum())
        self.conflicts += int((~same).sum())
        told = times_us(table, self._dataset.time)[again[~same]] // 1000
        self.conflict_ms += told[: MOST_TOLD - len(self.conflict_ms)].tolist()
        kept = np.ones(len(keys), dtype=bool)
        kept[again] = False
        return table.filter(need("pyarrow").array(kept)), keys[kept]

    def _note_holes(self, keys: np.ndarray, times_ms: np.ndarray) -> None:
        before = self.last_key
        if before is None and self._due is not None:
            before = self._due[0] - 1
        if before is not None and keys[0] > before + 1:
            before_ms = self._span[0] if self.last_ms is None else self.last_ms
            self._hole(before + 1, int(keys[0]) - 1, before_ms, int(times_ms[0]))
        for at in np.flatnonzero(np.diff(keys) > 1):
            first, last = int(keys[at]) + 1, int(keys[at + 1]) - 1
            self._hole(first, last, int(times_ms[at]), int(times_ms[at + 1]))

    def _hole(self, first: int, last: int, before_ms: int, after_ms: int) -> None:
        if self._dataset.interval is not None:
            before_ms, after_ms = self._dataset.open_ms(first), self._dataset.open_ms(last)
        hole = Hole(first_ms=before_ms, last_ms=after_ms, missing=last - first + 1, first_key=first)
        self.holes.append(hole)
