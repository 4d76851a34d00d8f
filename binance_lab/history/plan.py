"""The fewest requests for a stretch of history.

Whole months come from monthly archives, whole days from daily ones, the rest, and whatever REST
answers in as few requests, from REST. A file of the archive costs two requests: itself and its
checksum.

https://github.com/binance/binance-public-data
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ..wire.intervals import DAY_MS, WEEK_MS
from .datasets import Dataset
from .spans import Span, by_day, by_month, day_of, month_of

Source: TypeAlias = Literal["month", "day", "rest"]

_FILE_REQUESTS = 2
_MONDAY_MS = 4 * DAY_MS


@dataclass(frozen=True, slots=True)
class Piece:
    """A span of one month, and where its rows come from."""

    source: Source
    start_ms: int
    end_ms: int

    @property
    def span(self) -> Span:
        """Start and end."""
        return self.start_ms, self.end_ms


def plan(
    dataset: Dataset, span: Span, *, now_ms: int, first_ms: int = 0, months: bool = True
) -> list[Piece]:
    """Pieces that touch and together are the span, oldest first.

    Args:
        now_ms: Files of a day are there a day later, those of a month from the first Monday after.
        first_ms: When the symbol was listed: what was before isn't missing from a whole month.
        months: False where the monthly file was no use.
    """
    return list(_joined(_pieces(dataset, span, now_ms, first_ms, months)))


def requests(dataset: Dataset, pieces: Iterable[Piece]) -> float:
    """How many requests pieces need."""
    return sum(
        dataset.pages(piece.span) if piece.source == "rest" else _FILE_REQUESTS for piece in pieces
    )


def _pieces(
    dataset: Dataset, span: Span, now_ms: int, first_ms: int, months: bool
) -> Iterator[Piece]:
    for part in by_month(span):
        month = month_of(part[0])
        if (
            months
            and _is_whole(part, month, first_ms)
            and month_due_ms(month[1]) <= now_ms
            and dataset.pages(month) > _FILE_REQUESTS
        ):
            yield Piece("month", *part)
            continue
        for day in by_day(part):
            whole = _is_whole(day, day_of(day[0]), first_ms) and day[1] + DAY_MS <= now_ms
            few = dataset.pages(day_of(day[0])) <= _FILE_REQUESTS
            yield Piece("rest" if few or not whole else "day", *day)


def _is_whole(part: Span, unit: Span, first_ms: int) -> bool:
    return part[0] <= max(unit[0], first_ms) and part[1] == unit[1]


def month_due_ms(end_ms: int) -> int:
    """When the file of a month that ended then is there: the first Monday after."""
    return end_ms + (_MONDAY_MS - end_ms) % WEEK_MS


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours from REST as one, within a month."""
    last: Piece | None = None
    for piece in pieces:
        if last is None:
            last = piece
        elif last.source == piece.source == "rest" and month_of(last.start_ms) == month_of(
            piece.start_ms
        ):
            last = replace(last, end_ms=piece.end_ms)
        else:
            yield last
            last = piece
    if last is not None:
        yield last
