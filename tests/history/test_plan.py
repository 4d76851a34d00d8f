"""The fewest requests: which spans come from which files, and which from REST."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from binance_lab.history.datasets import AGG_TRADES, klines
from binance_lab.history.plan import month_due_ms, plan, requests
from binance_lab.history.spans import merged, text, without

NOW = "2026-04-10"


def ms(when: str) -> int:
    return int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp() * 1000)


def planned(start: str, end: str, dataset=None, *, now: str = NOW, first: str = "2017-08-17"):
    span = ms(start), ms(end)
    pieces = plan(dataset or klines("1m"), span, now_ms=ms(now), first_ms=ms(first))
    return [f"{p.source} {text(p.start_ms, '%m-%d')} {text(p.end_ms, '%m-%d')}" for p in pieces]


def test_whole_months_come_from_monthly_files_and_edges_from_rest():
    """A month that is asked for as a whole is one file; what is left of others comes by REST."""
    assert planned("2026-01-20", "2026-04-05") == [
        "rest 01-20 02-01",
        "month 02-01 03-01",
        "month 03-01 04-01",
        "rest 04-01 04-05",
    ]


def test_days_come_from_daily_files_where_rest_needs_more_requests():
    """A day of trades, or of seconds, is a file; an hour of them comes by REST."""
    assert planned("2026-03-30T23:00", "2026-04-02T01:00", AGG_TRADES) == [
        "rest 03-30 03-31",
        "day 03-31 04-01",
        "day 04-01 04-02",
        "rest 04-02 04-02",
    ]


def test_few_candles_come_by_rest():
    """A year of hours is nine pages, which is fewer than twelve files."""
    pieces = plan(klines("1h"), (ms("2025-01-01"), ms("2026-01-01")), now_ms=ms(NOW))
    assert {piece.source for piece in pieces} == {"rest"}


def test_the_month_of_the_listing_is_whole():
    """What was before the listing isn't missing from a month."""
    first = "2020-08-11"
    assert planned("2020-08-11", "2020-09-01", first=first) == ["month 08-11 09-01"]


def test_a_month_is_in_the_archive_from_its_first_monday_on():
    """March 2026 ended on a Tuesday: its file is due on Monday the 6th of April."""
    assert text(month_due_ms(ms("2026-04-01")), "%Y-%m-%d") == "2026-04-06"
    assert planned("2026-03-01", "2026-04-01", now="2026-04-05") == ["rest 03-01 04-01"]


def test_a_day_is_in_the_archive_a_day_later():
    """Yesterday's trades come by REST, those of the day before from their file."""
    days = planned("2026-04-07", "2026-04-10", AGG_TRADES)
    assert days == ["day 04-07 04-08", "day 04-08 04-09", "rest 04-09 04-10"]


def test_a_file_costs_two_requests():
    """A file of the archive is asked for with its checksum."""
    pieces = plan(klines("1m"), (ms("2026-01-01"), ms("2026-02-02")), now_ms=ms(NOW))
    assert requests(klines("1m"), pieces) == 2 + 2


@given(start=st.integers(0, 10**11), length=st.integers(1, 10**10))
def test_pieces_touch_and_are_the_span(start, length):
    """Nothing is left out and nothing is fetched twice."""
    span = start, start + length
    pieces = plan(klines("1m"), span, now_ms=10**12)
    assert merged(piece.span for piece in pieces) == [span]
    assert sum(end - begin for begin, end in (p.span for p in pieces)) == length


spans = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: tuple(sorted(pair)))


@given(span=spans, covered=st.lists(spans))
def test_what_is_left_is_what_nobody_covers(span, covered):
    """Each moment of a span is either covered or left, never both."""
    left = without(span, covered)
    for at in range(*span):
        inside = [start <= at < end for start, end in covered]
        assert any(start <= at < end for start, end in left) != any(inside)
