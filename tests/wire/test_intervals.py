"""Open and close times of candles."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.wire.intervals import INTERVALS, interval_of, parse_time_zone

TIMES = st.integers(min_value=0, max_value=4_000_000_000_000)
LATER = st.integers(
    min_value=400 * 86_400_000, max_value=4_000_000_000_000
)  # after a year of months
ZONES = st.integers(min_value=-12 * 60, max_value=14 * 60).map(lambda minutes: minutes * 60_000)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("name", "time", "opened", "closed"),
    [
        ("1s", "2024-02-29T12:34:56.789", "2024-02-29T12:34:56", "2024-02-29T12:34:56.999"),
        ("1m", "2024-02-29T12:34:56.789", "2024-02-29T12:34:00", "2024-02-29T12:34:59.999"),
        ("8h", "2024-02-29T12:34:56", "2024-02-29T08:00:00", "2024-02-29T15:59:59.999"),
        ("1d", "2024-02-29T12:34:56", "2024-02-29", "2024-02-29T23:59:59.999"),
        ("3d", "1970-01-04T00:00:00", "1970-01-04", "1970-01-06T23:59:59.999"),
        ("1w", "2024-02-29T12:34:56", "2024-02-26", "2024-03-03T23:59:59.999"),
        ("1M", "2024-02-29T12:34:56", "2024-02-01", "2024-02-29T23:59:59.999"),
        ("1M", "2024-12-31T23:59:59", "2024-12-01", "2024-12-31T23:59:59.999"),
    ],
)
def test_candle_opens_and_closes_on_the_calendar(name, time, opened, closed):
    """A candle opens at a whole multiple, on Monday or on the 1st, and closes 1 ms before the next."""
    interval = interval_of(name)
    assert interval.open_time(ms(time)) == ms(opened)
    assert interval.close_time(ms(time)) == ms(closed)


def test_time_zone_moves_midnight():
    """A day in UTC+8 opens at 16:00 UTC of the day before, a month there as well."""
    zone_ms = parse_time_zone("8")
    time = ms("2024-03-05T15:00:00")
    assert interval_of("1d").open_time(time, zone_ms=zone_ms) == ms("2024-03-04T16:00:00")
    assert interval_of("1M").open_time(time, zone_ms=zone_ms) == ms("2024-02-29T16:00:00")
    assert interval_of("1h").open_time(time, zone_ms=parse_time_zone("5:45")) == ms(
        "2024-03-05T14:15:00"
    )


@given(TIMES, ZONES, st.sampled_from(list(INTERVALS.values())))
@settings(deadline=None)
def test_every_time_is_in_exactly_one_candle(time_ms, zone_ms, interval):
    """Each time lies between its candle's open and the next open, and candles touch."""
    opened = interval.open_time(time_ms, zone_ms=zone_ms)
    following = interval.next_open_time(time_ms, zone_ms=zone_ms)
    assert opened <= time_ms < following
    assert interval.open_time(opened, zone_ms=zone_ms) == opened
    assert interval.open_time(following - 1, zone_ms=zone_ms) == opened
    assert interval.open_time(following, zone_ms=zone_ms) == following


@given(LATER, ZONES, st.sampled_from(["1w", "1M"]))
@settings(deadline=None)
def test_steps_back_are_that_many_candles(time_ms, zone_ms, name):
    """Going back n candles and listing the open times from there gives n + 1 of them."""
    interval = interval_of(name)
    start = interval.steps_back(time_ms, 12, zone_ms=zone_ms)
    assert len(list(interval.open_times(start, time_ms, zone_ms=zone_ms))) == 13


def test_steps_back_stay_in_the_calendar():
    """Going back further than the calendar stops at its first month, forward at its last."""
    month = interval_of("1M")
    assert month.steps_back(0, 10**6) == ms("0001-01-01")
    assert month.steps_back(0, -(10**6)) == ms("9999-12-01")


@pytest.mark.parametrize(("name", "rule"), [("15m", "15min"), ("4h", "4h"), ("1w", "W-MON")])
def test_open_times_are_those_of_pandas(name, rule):
    """The open times of a range are the ones that pandas makes."""
    expected = pd.date_range("2024-02-01", "2024-03-01", freq=rule, tz="UTC").as_unit("ms")
    found = interval_of(name).open_times(ms("2024-02-01"), ms("2024-03-01"))
    assert list(found) == expected.asi8.tolist()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("0", 0), ("8", 480), ("+08:00", 480), ("-1:00", -60), ("05:45", 345), ("-12:00", -720)],
)
def test_time_zone_is_hours_and_minutes(text, minutes):
    """A time zone is hours, or hours and minutes, with an optional sign."""
    assert parse_time_zone(text) == minutes * 60_000


@pytest.mark.parametrize("text", ["", "15", "-12:01", "14:30", "1:60", "UTC", "1:2"])
def test_impossible_time_zone_says_what_is_possible(text):
    """A time zone outside -12:00 to +14:00, or not one at all, is refused."""
    with pytest.raises(ValueError, match=r"from -12:00 to \+14:00"):
        parse_time_zone(text)


def test_unknown_interval_lists_the_known_ones():
    """An interval that doesn't exist is refused with the list of those that do."""
    with pytest.raises(ValueError, match=r"'2m'\. Use one of 1s, 1m, 3m"):
        interval_of("2m")
