"""Not more than so many in so many seconds: connections and control messages are counted.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#websocket-limits
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

CONTROL_MESSAGES_PER_S = 5
"""What the server takes of one connection, pongs included, before it disconnects."""

CONNECTS = 300
CONNECTS_PER_S = 300.0
"""What the server takes of one IP: 300 connection attempts in 5 minutes."""


class Pacer:
    """Counts what happened in the last ``per_s`` seconds and says when the next may."""

    def __init__(
        self, limit: int, per_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit = limit
        self.per_s = per_s
        self._clock = clock
        self._lock = threading.Lock()  # guards _times
        self._times: deque[float] = deque(maxlen=limit)

    def __repr__(self) -> str:
        return f"Pacer({self.limit} in {self.per_s:g} s, {self.used} used)"

    @property
    def used(self) -> int:
        """How many happened in the last ``per_s`` seconds, ``limit`` at most."""
        since = self._clock() - self.per_s
        with self._lock:
            return sum(when > since for when in self._times)

    def take(self) -> float:
        """Count one now and return 0, or return the seconds until one is free, counting none."""
        with self._lock:
            now = self._clock()
            if len(self._times) == self.limit:
                wait_s = self._times[0] + self.per_s - now
                if wait_s > 0:
                    return wait_s
            self._times.append(now)
            return 0.0

    def count(self) -> None:
        """Count one that could not wait, such as a pong."""
        with self._lock:
            self._times.append(self._clock())


_connects: dict[str, Pacer] = {}
_connects_lock = threading.Lock()  # guards _connects


def connect_budget(host: str) -> Pacer:
    """The budget of connection attempts to one host, shared by the whole process."""
    with _connects_lock:
        return _connects.setdefault(host, Pacer(CONNECTS, CONNECTS_PER_S))
