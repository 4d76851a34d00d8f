"""Stretches of time: half-open pairs of int milliseconds (start, end), UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from ..wire.intervals import DAY_MS, INTERVALS

Span: TypeAlias = tuple[int, int]

_MONTH = INTERVALS["1M"]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in the fewest spans, in order."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
    return result


def without(span: Span, covered: Iterable[Span]) -> list[Span]:
    """What is left of a span beside others."""
    left, (at, stop) = [], span
    for start, end in merged(covered):
        if end <= at or start >= stop:
            continue
        if start > at:
            left.append((at, start))
        at = end
    return [*left, (at, stop)] if at < stop else left


def by_month(span: Span) -> Iterator[Span]:
    """The span cut where calendar months begin."""
    at, stop = span
    while at < stop:
        end = min(_MONTH.next_open_time(at), stop)
        yield at, end
        at = end


def by_day(span: Span) -> Iterator[Span]:
    """The span cut at midnights."""
    at, stop = span
    while at < stop:
        end = min(at - at % DAY_MS + DAY_MS, stop)
        yield at, end
        at = end


def month_of(time_ms: int) -> Span:
    """The calendar month that a time is in."""
    return _MONTH.open_time(time_ms), _MONTH.next_open_time(time_ms)


def day_of(time_ms: int) -> Span:
    """The day that a time is in."""
    start = time_ms - time_ms % DAY_MS
    return start, start + DAY_MS


def text(time_ms: int, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    """A time as text, ISO if not told otherwise."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime(form)
