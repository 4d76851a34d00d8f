"""Rows in order, each once; what was wrong with them is counted and told."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec
import numpy as np

from .datasets import Dataset, times_us
from .extra import need
from .spans import Span

if TYPE_CHECKING:
    import pyarrow as pa

Keys: TypeAlias = tuple[int | None, int | None]
"""First and last key of a span; None where nobody knows."""

MOST_TOLD = 100
"""So many conflicts of a part are told one by one; all are counted."""


class Hole(msgspec.Struct, kw_only=True):
    """Rows that aren't there.

    ``first_ms`` and ``last_ms`` are the first and last missing candle's open time; for trades,
    the times of those before and after, or where the span ends that they belong to. ``lacks`` says who doesn't have them: archive, rest,
    exchange (neither of both does), or unknown.
    """

    first_ms: int
    last_ms: int
    missing: int
    first_key: int
    lacks: str = "unknown"

    @property
    def last_key(self) -> int:
        """The key of the last missing row."""
        return self.first_key + self.missing - 1


class Unordered(Exception):
    """Rows of a batch belong before those of an earlier one."""


class Cleaner:
    """Takes tables of one dataset, oldest first, and gives them back sorted and without doubles.

    Args:
        span: Rows outside are left out; those of it that are due and don't come are holes.
        due: First and last key of the span, as far as that is known; those of klines follow from it.
    """

    def __init__(self, dataset: Dataset, span: Span, *, due: Keys = (None, None)) -> None:
        self._dataset = dataset
        self._span = span
        self._first_due, self._last_due = dataset.keys_due(span) or due
        self.rows = 0
        self.duplicates = 0
        self.outside = 0
        self.conflicts = 0
        """Rows with the key of another one that say something else; the first is kept."""
        self.conflict_ms: list[int] = []
        self.holes: list[Hole] = []
        self.first_key: int | None = None
        self.last_key: int | None = None  # of what came; at the end, of what was due
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
        """No more tables: what is due after the last row and did not come is a hole."""
        before, due = self._before, self._last_due
        if before is not None and due is not None and before < due:
            self._hole(before + 1, due, self._before_ms, self._span[1] - 1)
        if self._first_due is not None:
            self.first_key = self._first_due
        if due is not None:
            self.last_key = due

    @property
    def _before(self) -> int | None:
        """The key before the next one that is due; None where nobody knows."""
        if self.last_key is not None:
            return self.last_key
        return None if self._first_due is None else self._first_due - 1

    @property
    def _before_ms(self) -> int:
        return self._span[0] if self.last_ms is None else self.last_ms

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
        before = self._before
        if before is not None and keys[0] > before + 1:
            self._hole(before + 1, int(keys[0]) - 1, self._before_ms, int(times_ms[0]))
        for at in np.flatnonzero(np.diff(keys) > 1):
            first, last = int(keys[at]) + 1, int(keys[at + 1]) - 1
            self._hole(first, last, int(times_ms[at]), int(times_ms[at + 1]))

    def _hole(self, first: int, last: int, before_ms: int, after_ms: int) -> None:
        if self._dataset.interval is not None:
            before_ms, after_ms = self._dataset.open_ms(first), self._dataset.open_ms(last)
        hole = Hole(first_ms=before_ms, last_ms=after_ms, missing=last - first + 1, first_key=first)
        self.holes.append(hole)
