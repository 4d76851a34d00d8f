"""CellTime: when cells ran, to know a click that waited for one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache

from IPython.core.getipython import get_ipython

LONG_S = 1.0
"""A click that waited longer is from before: what its user saw may not be so any more."""

SOON_S = 0.3
"""How soon after a cell the clicks that waited for it come."""


class CellTime:
    """How long the kernel was busy with cells, one right after the other. Any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()  # guards all that follows
        self._began = self._ended = float("-inf")
        self._running = False

    def begins(self, *_: object) -> None:
        """A cell begins to run."""
        with self._lock:
            if self._clock() - self._ended > SOON_S:  # else it waited, too
                self._began = self._clock()
            self._running = True

    def ends(self, *_: object) -> None:
        """It has run."""
        with self._lock:
            if self._running:  # its beginning was seen, too
                self._running, self._ended = False, self._clock()

    def has_kept_waiting(self) -> bool:
        """Whether a click that comes now may have been made while cells ran."""
        with self._lock:
            if self._running or self._clock() - self._ended > SOON_S:
                return False
            return self._ended - self._began > LONG_S


@cache
def cell_time() -> CellTime:
    """The one of this kernel; without IPython there are no cells to wait for."""
    found, shell = CellTime(), get_ipython()
    if shell is not None:
        shell.events.register("pre_run_cell", found.begins)
        shell.events.register("post_run_cell", found.ends)
    return found
