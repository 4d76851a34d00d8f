"""The ledger of a stream: which keys it skipped, and what became of each hole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from binance_lab.wire.words import counted

GapState: TypeAlias = Literal["open", "backfilled", "unresolvable"]
STATES = pd.CategoricalDtype(["open", "backfilled", "unresolvable"])
MAX_ENTRIES = 10_000  # of more holes the oldest are forgotten


@dataclass(slots=True, eq=False)
class Gap:
    """A hole: the keys from first to last, both included, that did not come.

    ``missing`` are the parts of it that are still missing.
    """

    first: int
    last: int
    noticed_ns: int
    state: GapState = "open"
    reason: str = ""
    closed_ns: int = -1
    missing: list[tuple[int, int]] = field(default_factory=list)


class Ledger:
    """Holes in a sequence of keys that should have none.

    Args:
        stream: Of which stream.
        key: What is counted, in words: ``trade id``, ``open time (ms)``, …
    """

    def __init__(self, stream: str, key: str) -> None:
        self.stream = stream
        self.key = key
        self.forgotten = 0
        """Holes that are no longer listed, because they are too many."""
        self._lost = 0  # those of them that were not filled
        self._lost_keys = 0  # what they missed
        self._gaps: list[Gap] = []
        self._unfilled: list[Gap] = []  # those of them that miss something

    def __iter__(self) -> Iterator[Gap]:
        return iter(self._gaps)

    def __len__(self) -> int:
        return len(self._gaps)

    def __repr__(self) -> str:
        return f"<Ledger {self.stream}: {counted(len(self), 'hole')}, {self.unfilled_count} not filled>"

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that is known to have been there."""
        return not self.unfilled_count

    @property
    def unfilled(self) -> list[Gap]:
        """The holes that are not filled, whether they can be or not, as far as they are listed."""
        return list(self._unfilled)

    @property
    def unfilled_count(self) -> int:
        """How many holes are not filled, those included that are no longer listed."""
        return len(self._unfilled) + self._lost

    @property
    def missing(self) -> int:
        """How many keys are missing, those of holes included that are no longer listed."""
        return sum(map(_count, self._unfilled)) + self._lost_keys

    def note(self, first: int, last: int, *, reason: str = "") -> Gap:
        """Enter a hole."""
        gap = Gap(first, last, time.time_ns(), reason=reason, missing=[(first, last)])
        self._gaps.append(gap)
        self._unfilled.append(gap)
        if len(self._gaps) > MAX_ENTRIES:
            self._forget()
        return gap

    def misses(self, key: int) -> bool:
        """Whether a key is in a hole that is not filled."""
        return any(first <= key <= last for gap in self._unfilled for first, last in gap.missing)

    def fill(self, first: int, last: int, *, reason: str) -> None:
        """The keys from first to last are here now; wholly filled holes are closed."""
        for gap in self.unfilled:
            if gap.last < first or last < gap.first:
                continue
            gap.missing = [part for whole in gap.missing for part in _without(whole, first, last)]
            if not gap.missing:
                gap.state, gap.reason, gap.closed_ns = "backfilled", reason, time.time_ns()
                self._unfilled.remove(gap)

    def give_up(self, gap: Gap, reason: str) -> None:
        """A hole can't be filled, and why."""
        if gap.state == "open":
            gap.state, gap.reason, gap.closed_ns = "unresolvable", reason, time.time_ns()

    def reopen(self) -> list[Gap]:
        """The holes that were given up, which may be filled again from now on."""
        given_up = [gap for gap in self._unfilled if gap.state == "unresolvable"]
        for gap in given_up:
            gap.state, gap.reason, gap.closed_ns = "open", "", -1
        return given_up

    def frame(self) -> pd.DataFrame:
        """The holes, oldest first, a row for each.

        Columns: ``first`` and ``last`` key that did not come and ``missing``, how many of them
        still do (int64); ``state`` (category of open, backfilled, unresolvable); ``noticed`` and
        ``closed`` (UTC; NaT while open); ``reason``. `attrs` has the stream, the key's name, how
        many holes are no longer listed (``forgotten``), and how many keys are ``missing`` in all.
        """
        gaps = list(self._gaps)
        frame = pd.DataFrame(
            {
                "first": np.array([gap.first for gap in gaps], dtype=np.int64),
                "last": np.array([gap.last for gap in gaps], dtype=np.int64),
                "missing": np.array([_count(gap) for gap in gaps], dtype=np.int64),
                "state": pd.Categorical([gap.state for gap in gaps], dtype=STATES),
                "noticed": _times([gap.noticed_ns for gap in gaps]),
                "closed": _times([gap.closed_ns for gap in gaps]),
                "reason": pd.array([gap.reason for gap in gaps], dtype="string"),
            }
        )
        frame.attrs.update(
            stream=self.stream, key=self.key, forgotten=self.forgotten, missing=self.missing
        )
        return frame

    def _forget(self) -> None:
        """Keep the newest holes, a quarter of the most for those filled and for those not."""
        newest = MAX_ENTRIES // 4
        for gap in self._unfilled[:-newest]:
            self.give_up(gap, "too many holes came after it")
            self._lost += 1
            self._lost_keys += _count(gap)
        self._unfilled = self._unfilled[-newest:]
        filled = [gap for gap in self._gaps if gap.state == "backfilled"]
        kept = {*self._unfilled, *filled[-newest:]}
        self.forgotten += len(self._gaps) - len(kept)
        self._gaps = [gap for gap in self._gaps if gap in kept]


def _without(whole: tuple[int, int], first: int, last: int) -> list[tuple[int, int]]:
    """What is left of a range of keys without another."""
    parts = (whole[0], min(whole[1], first - 1)), (max(whole[0], last + 1), whole[1])
    return [part for part in parts if part[0] <= part[1]]


def _count(gap: Gap) -> int:
    return sum(last - first + 1 for first, last in gap.missing)


def _times(times_ns: list[int]) -> pd.DatetimeIndex:
    times = (np.array(times_ns, dtype=np.int64) // 1_000).view("M8[us]")
    times[np.array(times_ns, dtype=np.int64) < 0] = np.datetime64("NaT")
    return pd.DatetimeIndex(times, tz="UTC")
