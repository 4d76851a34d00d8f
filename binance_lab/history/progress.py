"""How far a download is: what has come, how fast, and how long the rest will take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..wire.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from .paging import BAR_AFTER_S, ProgressBar

_UNITS = {"days": DAY_MS, "hours": HOUR_MS, "minutes": MINUTE_MS}
_FEWEST = 3  # of a unit; less is told in the next smaller one
_BAR = "{{l_bar}}{{bar}}| {{n:.0f}}/{{total:.0f}} {unit} [{{elapsed}}<{{remaining}}{{postfix}}]"


class Received:
    """Counts what has come: bytes, and the history in files that are still coming.  Any thread may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards bytes and _arrivals
        self._began_s = time.monotonic()
        self._arrivals: set[Arrival] = set()
        self.bytes = 0

    def add(self, count: int) -> None:
        """So many bytes more."""
        with self._lock:
            self.bytes += count

    @contextmanager
    def file(self, span_ms: int) -> Iterator[Arrival]:
        """Counts a file as it comes, until the end of the with block.

        Args:
            span_ms: How much time of history is in it.
        """
        arrival = Arrival(self, span_ms)
        with self._lock:
            self._arrivals.add(arrival)
        try:
            yield arrival
        finally:
            with self._lock:
                self._arrivals.remove(arrival)

    @property
    def coming_ms(self) -> float:
        """How much history has come in files that aren't whole or not kept yet."""
        with self._lock:
            return sum(arrival.come_ms for arrival in self._arrivals)

    def __str__(self) -> str:
        megabytes, seconds = self.bytes / 1e6, time.monotonic() - self._began_s
        return f"{megabytes:.1f} MB, {megabytes / max(seconds, 1e-3):.1f} MB/s"


class Arrival:
    """A file that is coming: as much of its history is there as of its bytes."""

    def __init__(self, received: Received, span_ms: int) -> None:
        self._received = received
        self._span_ms = span_ms
        self._bytes = 0
        self.come_ms = 0.0

    def add(self, count: int, due: int | None) -> None:
        """So many bytes more, of so many in all if that is known."""
        self._received.add(count)
        self._bytes += count
        if due:
            self.come_ms = self._span_ms * min(1.0, self._bytes / due)


class Bar:
    """Shows days, hours or minutes of history, bytes, rate and time left, if it takes.  One thread's.

    Args:
        label: What is downloaded; None for no bar.
        total_ms: How much history that is.
    """

    def __init__(self, label: str | None, total_ms: int, received: Received) -> None:
        units = (name for name, ms in _UNITS.items() if total_ms >= _FEWEST * ms)
        unit = next(units, "minutes")
        self._unit_ms = _UNITS[unit]
        self._total = total_ms / self._unit_ms
        self._received = received
        self._shown_s = time.monotonic() + BAR_AFTER_S
        self._bar = ProgressBar(
            desc=label,
            total=self._total,
            bar_format=_BAR.format(unit=unit),
            miniters=0,
            smoothing=0,  # what is left takes as long as what came, not as the last burst of it
            delay=BAR_AFTER_S,
            leave=False,
            disable=label is None,
        )

    def show(self, done_ms: int) -> None:
        """So much is kept; what is coming is counted, too.  It never goes back."""
        self._bar.set_postfix_str(str(self._received), refresh=False)
        came = (done_ms + self._received.coming_ms) / self._unit_ms
        if came > self._bar.n:
            self._bar.update(min(came, self._total) - self._bar.n)
        elif time.monotonic() >= self._shown_s:  # which the bar itself asks only when it goes on
            self._bar.refresh()

    def close(self) -> None:
        """Take it away."""
        self._bar.close()
