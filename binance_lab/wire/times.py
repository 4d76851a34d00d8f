"""Times on the wire: ms or µs since 1970, told apart by their size."""

from __future__ import annotations

MICROSECONDS_FROM = 10**14
"""A time from here on is in µs: in ms it would be after the year 5100, as µs this is 1973."""


def as_us(time: int) -> int:
    """A time that is in ms or µs, in µs."""
    return time if time >= MICROSECONDS_FROM else time * 1_000
