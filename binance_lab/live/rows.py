"""Rows in typed columns, sorted by a key that only grows: what tapes and candles are kept in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_START = 1_024


class Rows:
    """At most `max_rows` rows, oldest first, of numpy columns that grow at their end.

    Columns have room for twice `max_rows`, so that the oldest rows are dropped by moving all
    others once in a while. Reading copies: what was read never changes.

    Args:
        dtypes: Name and dtype of each column; the first is the key.
        max_rows: How many rows are kept.
    """

    def __init__(self, dtypes: Mapping[str, npt.DTypeLike], *, max_rows: int) -> None:
        self.key = next(iter(dtypes))
        self.max_rows = max_rows
        self.dropped = 0
        """Rows that were dropped because they were too many or too old."""
        self._columns = {name: np.empty(_START, dtype) for name, dtype in dtypes.items()}
        self._start = self._stop = 0

    def __len__(self) -> int:
        return self._stop - self._start

    def column(self, name: str, start: int = 0) -> Array:
        """A column from row `start` on: a view, valid until the next change."""
        return self._columns[name][self._start + start : self._stop]

    def copy(self, start: int = 0) -> dict[str, Array]:
        """All columns from row `start` on, as copies."""
        return {name: self.column(name, start).copy() for name in self._columns}

    def last(self, name: str) -> Any:
        """The newest row's value in a column."""
        return self._columns[name][self._stop - 1].item()

    def find(self, key: int) -> int:
        """Where a key is, or would be."""
        return int(np.searchsorted(self.column(self.key), key))

    def has(self, key: int) -> bool:
        """Whether there is a row of this key."""
        at = self.find(key)
        return at < len(self) and self.column(self.key)[at].item() == key

    def append(self, batch: Mapping[str, Sequence[Any] | Array]) -> None:
        """Add rows whose keys are greater than all before, in order."""
        count = len(batch[self.key])
        self._make_room(count)
        stop = self._stop + count
        for name, column in self._columns.items():
            column[self._stop : stop] = batch[name]
        self._stop = stop
        self.drop(len(self) - self.max_rows)

    def update(self, at: int, row: Mapping[str, Any]) -> None:
        """Change values of a row."""
        for name, value in row.items():
            self._columns[name][self._start + at] = value

    def insert(self, batch: Mapping[str, Sequence[Any] | Array]) -> None:
        """Add rows of any keys that aren't there yet, each at its place.

        Only the rows behind the first of them are moved, which mostly are few.
        """
        if not len(batch[self.key]):
            return
        first = self.find(int(min(batch[self.key])))
        keys = np.concatenate((self.column(self.key, first), batch[self.key]))
        order = np.argsort(keys, kind="stable")
        merged = {
            name: np.concatenate((self.column(name, first), batch[name]))[order]
            for name in self._columns
        }
        self._stop = self._start + first
        self.append(merged)

    def drop(self, count: int) -> None:
        """Drop the oldest rows."""
        if count > 0:
            self._start += count
            self.dropped += count

    def _make_room(self, count: int) -> None:
        """Have room for more rows at the end: move to the front, or to columns twice as long."""
        capacity = len(self._columns[self.key])
        if self._stop + count <= capacity:
            return
        rows = len(self)
        wanted = capacity if rows + count <= capacity // 2 else max(2 * capacity, rows + count)
        for name, column in self._columns.items():
            fresh = np.empty(wanted, column.dtype)
            fresh[:rows] = column[self._start : self._stop]
            self._columns[name] = fresh
        self._start, self._stop = 0, rows
