"""What time it is on the exchange: the real time, a faster or slower one, or one that a test steps.

A clock is called for the time in microseconds since 1970; ``delay_s`` says how long to wait, really, until
a time comes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """The time of an exchange."""

    def __call__(self) -> int:
        """The time now, in microseconds."""

    def delay_s(self, time_us: int) -> float:
        """Real seconds until a time comes: 0 if it has passed, inf if it comes when somebody says so."""


class RealClock:
    """The computer's clock, kept from going back when that is set back."""

    def __init__(self, *, real_ns: Callable[[], int] = time.time_ns) -> None:
        self._real_ns = real_ns
        self._latest_us = 0

    def __call__(self) -> int:
        """The time now, in microseconds."""
        self._latest_us = max(self._latest_us, self._real_ns() // 1000)
        return self._latest_us

    def delay_s(self, time_us: int) -> float:
        """Real seconds until a time comes."""
        return max(time_us - self(), 0) / 1e6


class ScaledClock:
    """A clock that starts at a given time and runs ``speed`` times as fast as the real one.

    Args:
        start_us: What it shows at first.
        monotonic_ns: The real time, from anywhere on.
    """

    def __init__(
        self, start_us: int, speed: float, *, monotonic_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        if not 0 < speed < math.inf:
            raise ValueError(f"A clock's speed is a number above 0, not {speed}.")
        self.speed = speed
        self._start_us = start_us
        self._monotonic_ns = monotonic_ns
        self._started_ns = monotonic_ns()

    def __call__(self) -> int:
        """The time now, in microseconds."""
        return self._start_us + int((self._monotonic_ns() - self._started_ns) / 1000 * self.speed)

    def delay_s(self, time_us: int) -> float:
        """Real seconds until a time comes."""
        return max(time_us - self(), 0) / 1e6 / self.speed


class SteppedClock:
    """A clock that stands still until somebody steps it.

    ``on_step`` is called after each step, to do what has become due.
    """

    def __init__(self, start_us: int) -> None:
        self._now_us = start_us
        self.on_step: list[Callable[[int], object]] = []

    def __call__(self) -> int:
        """The time now, in microseconds."""
        return self._now_us

    def delay_s(self, time_us: int) -> float:
        """0 if a time has come, else inf."""
        return 0.0 if time_us <= self._now_us else math.inf

    def step(self, by_us: int) -> int:
        """Go on by some microseconds; answers the new time.

        Raises:
            ValueError: by_us is negative: time doesn't go back.
        """
        if by_us < 0:
            raise ValueError(f"The clock can't go back by {-by_us} µs.")
        self._now_us += by_us
        for callback in self.on_step:
            callback(self._now_us)
        return self._now_us
