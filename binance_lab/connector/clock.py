"""The server's clock, as seen from here.

A signed request carries a timestamp that the server compares with its own clock; a computer
whose clock is off, or that slept, is refused with -1021.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from ..wire.encoding import TimeUnit

_KEPT = 8  # samples: a few slow round trips must not spoil the estimate
_FRESH_FOR_S = 900.0
_STEP_S = 0.5  # a wall clock that moved this much against the monotonic one was set


class Clock:
    """How far the server's clock is ahead of this computer's.

    The estimate is that of the quickest round trip among the latest: its error is at most half
    of that trip.  Any thread may use it.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self.measuring = threading.Lock()  # held by the thread that asks the server
        self._lock = threading.Lock()  # guards _samples and _measured
        self._samples: deque[tuple[float, float]] = deque(maxlen=_KEPT)  # round trip, offset
        self._measured: tuple[float, float] | None = None  # steady time, wall - steady
        self._offset_s = 0.0

    @property
    def offset_ms(self) -> float:
        """The server's clock minus this computer's; 0.0 until measured."""
        return self._offset_s * 1000

    @property
    def round_trip_ms(self) -> float | None:
        """The quickest of the latest round trips: twice the estimate's largest error."""
        with self._lock:
            return min(self._samples)[0] * 1000 if self._samples else None

    @property
    def stale(self) -> bool:
        """Whether it should be measured: never was, long ago, or this computer's clock was set."""
        measured = self._measured
        if measured is None:
            return True
        at, difference = measured
        now = self._steady()
        stepped = abs(self._wall() - now - difference) > _STEP_S
        return stepped or now - at > _FRESH_FOR_S

    def now_s(self) -> float:
        """The server's time, seconds since 1970."""
        return self._wall() + self._offset_s

    def timestamp(self, unit: TimeUnit = "ms") -> int:
        """The server's time as a request's timestamp."""
        return int(self.now_s() * (1_000 if unit == "ms" else 1_000_000))

    def wall_s(self) -> float:
        """This computer's time, seconds since 1970: what a measurement starts and ends with."""
        return self._wall()

    def add(self, sent_s: float, received_s: float, server_s: float) -> None:
        """Take in one round trip: this computer's time at both ends, the server's in between."""
        round_trip_s = max(0.0, received_s - sent_s)
        steady = self._steady()
        with self._lock:
            self._samples.append((round_trip_s, server_s - (sent_s + received_s) / 2))
            self._offset_s = min(self._samples)[1]
            self._measured = steady, self._wall() - steady

    def touch(self) -> None:
        """Let the estimate stand for now: the server could not be asked."""
        steady = self._steady()
        with self._lock:
            self._measured = steady, self._wall() - steady

    def forget(self) -> None:
        """Drop all samples: the server disagreed with them."""
        with self._lock:
            self._samples.clear()
            self._measured = None

    def __repr__(self) -> str:
        return f"<Clock: the server is {self.offset_ms:+.1f} ms ahead>"
