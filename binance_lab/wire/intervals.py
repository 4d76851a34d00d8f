"""When the candles of an interval open and close, in any time zone.

Times are int milliseconds of UTC. 3d candles count from 1970-01-01, weeks open on Monday, months on
the 1st; all of them at midnight of the time zone that is asked for.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#klinecandlestick-data
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .lab_error import BadInput

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_MONDAY_MS = 4 * DAY_MS  # 1970-01-05: 1970-01-01 was a Thursday
_FIRST_MONTH, _LAST_MONTH = 12, 9999 * 12 + 11  # the calendar has the years 1 to 9999
_ZONE = re.compile(r"([+-]?)(\d{1,2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Interval:
    """A kline interval: its name, and its length unless that varies (1M)."""

    name: str
    length_ms: int | None

    def open_time(self, time_ms: int, *, zone_ms: int = 0) -> int:
        """The open time of the candle that time_ms falls in."""
        local = time_ms + zone_ms
        if self.length_ms is None:
            year, month = _month_of(local)
            return _month_start(year, month) - zone_ms
        anchor = _FIRST_MONDAY_MS if self.length_ms == WEEK_MS else 0
        return local - (local - anchor) % self.length_ms - zone_ms

    def next_open_time(self, time_ms: int, *, zone_ms: int = 0) -> int:
        """The open time of the candle after the one that time_ms falls in."""
        if self.length_ms is None:
            year, month = _month_of(time_ms + zone_ms)
            return _month_start(year + month // 12, month % 12 + 1) - zone_ms
        return self.open_time(time_ms, zone_ms=zone_ms) + self.length_ms

    def close_time(self, time_ms: int, *, zone_ms: int = 0) -> int:
        """The last millisecond of the candle that time_ms falls in."""
        return self.next_open_time(time_ms, zone_ms=zone_ms) - 1

    def open_times(self, start_ms: int, end_ms: int, *, zone_ms: int = 0) -> Iterator[int]:
        """The open times from start_ms on and up to end_ms, both included."""
        time_ms = self.open_time(start_ms, zone_ms=zone_ms)
        if time_ms < start_ms:
            time_ms = self.next_open_time(time_ms, zone_ms=zone_ms)
        while time_ms <= end_ms:
            yield time_ms
            time_ms = self.next_open_time(time_ms, zone_ms=zone_ms)

    def steps_back(self, time_ms: int, count: int, *, zone_ms: int = 0) -> int:
        """The open time of the candle that is count candles before the one of time_ms."""
        if self.length_ms is not None:
            return self.open_time(time_ms, zone_ms=zone_ms) - count * self.length_ms
        year, month = _month_of(time_ms + zone_ms)
        months = min(max(year * 12 + month - 1 - count, _FIRST_MONTH), _LAST_MONTH)
        return _month_start(months // 12, months % 12 + 1) - zone_ms

    def __str__(self) -> str:
        return self.name


def _month_of(local_ms: int) -> tuple[int, int]:
    day = date.fromordinal(_EPOCH + local_ms // DAY_MS)
    return day.year, day.month


def _month_start(year: int, month: int) -> int:
    return (date(year, month, 1).toordinal() - _EPOCH) * DAY_MS


INTERVALS: dict[str, Interval] = {
    interval.name: interval
    for interval in (
        Interval("1s", SECOND_MS),
        Interval("1m", MINUTE_MS),
        Interval("3m", 3 * MINUTE_MS),
        Interval("5m", 5 * MINUTE_MS),
        Interval("15m", 15 * MINUTE_MS),
        Interval("30m", 30 * MINUTE_MS),
        Interval("1h", HOUR_MS),
        Interval("2h", 2 * HOUR_MS),
        Interval("4h", 4 * HOUR_MS),
        Interval("6h", 6 * HOUR_MS),
        Interval("8h", 8 * HOUR_MS),
        Interval("12h", 12 * HOUR_MS),
        Interval("1d", DAY_MS),
        Interval("3d", 3 * DAY_MS),
        Interval("1w", WEEK_MS),
        Interval("1M", None),
    )
}
"""Every interval by its name, shortest first."""


def interval_of(name: str) -> Interval:
    """The interval of this name.

    Raises:
        BadInput: There is none; the message lists those there are.
    """
    try:
        return INTERVALS[name]
    except KeyError:
        known = ", ".join(INTERVALS)
        raise BadInput(f"Invalid interval: {name!r}. Use one of {known}.") from None


def parse_time_zone(text: str) -> int:
    """The offset in ms of a ``timeZone`` parameter, such as "0", "8", "-1:00" or "05:45".

    Raises:
        BadInput: It isn't hours and minutes from -12:00 to +14:00.
    """
    match = _ZONE.fullmatch(text.strip())
    if match:
        sign, hours, minutes = match.groups()
        offset = int(hours) * HOUR_MS + int(minutes or 0) * MINUTE_MS
        offset = -offset if sign == "-" else offset
        if int(minutes or 0) < 60 and -12 * HOUR_MS <= offset <= 14 * HOUR_MS:
            return offset
    raise BadInput(
        f"Invalid time zone: {text!r}. Use hours and minutes from -12:00 to +14:00, such as 5:45."
    )
