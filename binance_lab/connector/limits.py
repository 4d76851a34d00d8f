"""Request weight and order count: waits before a limit would be broken.

One budget per host and process, shared by all clients and threads, REST and WebSocket API alike.
It books what is about to be sent, and takes the server's word for what was used.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits
https://developers.binance.com/docs/wallet/general-info
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .base import RateLimit
from .exceptions import Banned, TooManyRequests

_log = logging.getLogger("binance_lab.limits")

_SECONDS = {"S": 1, "M": 60, "H": 3_600, "D": 86_400}
_LETTERS = {"SECOND": "S", "MINUTE": "M", "HOUR": "H", "DAY": "D"}
_HEADERS = {
    "x-mbx-used-weight-": "REQUEST_WEIGHT",
    "x-mbx-order-count-": "ORDERS",
    "x-sapi-used-ip-weight-": "SAPI_IP_WEIGHT",
    "x-sapi-used-uid-weight-": "SAPI_UID_WEIGHT",
}
_PREFIXES = tuple(_HEADERS)
# Until the server tells (rateLimits in exchangeInfo); those of /sapi it never tells.
_DEFAULTS: dict[tuple[str, int], int] = {
    ("REQUEST_WEIGHT", 60): 6_000,
    ("RAW_REQUESTS", 300): 300_000,
    ("ORDERS", 10): 50,
    ("ORDERS", 86_400): 160_000,
    ("SAPI_IP_WEIGHT", 60): 12_000,
    ("SAPI_UID_WEIGHT", 60): 180_000,
}
_SHOWN_WAIT_S = 3.0  # a longer wait is told, or a cell would seem to hang
MAX_WAIT_S = 120.0
"""Longer than this nobody waits silently: TooManyRequests is raised at once."""


class Use(NamedTuple):
    """A part of a call's cost: so much of one limiter.

    ``scope`` separates budgets of the same limiter: an account, or a path of /sapi.
    """

    limiter: str
    amount: int
    scope: str = ""


TIME_USES = (Use("REQUEST_WEIGHT", 1), Use("RAW_REQUESTS", 1))
"""What asking for the server's time costs, through either door."""


class _Row(NamedTuple):
    """One of an answer's rateLimits; exchangeInfo tells no use."""

    rate_limit_type: str
    interval: str
    interval_num: int
    limit: int
    used: int | None


class Window:
    """One limit, counted in fixed intervals that are aligned to the server's clock.

    Not safe for threads: Limits holds its lock around every use.
    """

    def __init__(self, limit: int, interval_s: int) -> None:
        self.limit = limit
        self.interval_s = interval_s
        self._booked: dict[int, int] = {}  # by the interval's number since 1970
        self._flying: dict[int, int] = {}  # the part of it that no answer has come for

    def earliest(self, at_s: float, amount: int) -> float:
        """The first time from at_s on at which so much is free; an empty interval takes all."""
        number = int(at_s // self.interval_s)
        while (booked := self._booked.get(number, 0)) and booked + amount > self.limit:
            number += 1
        return max(at_s, float(number * self.interval_s))

    def book(self, at_s: float, amount: int, *, now_s: float) -> None:
        """Count something that will be sent at this time, now or later."""
        number = int(at_s // self.interval_s)
        if number not in self._booked:
            self._drop_before(int(now_s // self.interval_s) - 1)
        self._booked[number] = self._booked.get(number, 0) + amount
        self._flying[number] = self._flying.get(number, 0) + amount

    def land(self, at_s: float, amount: int, used: int | None) -> None:
        """Something that was booked has been answered; ``used`` is the server's count after it."""
        number = int(at_s // self.interval_s)
        if number not in self._booked:
            return
        self._flying[number] = max(0, self._flying.get(number, 0) - amount)
        if used is not None:
            self._booked[number] = used + self._flying[number]

    def used(self, now_s: float) -> int:
        """What is counted in the interval of this time."""
        return self._booked.get(int(now_s // self.interval_s), 0)

    def _drop_before(self, number: int) -> None:
        for old in [known for known in self._booked if known < number]:
            del self._booked[old]
            self._flying.pop(old, None)


class Booking:
    """What a call has booked, and for when."""

    def __init__(self, at_s: float, parts: Iterable[tuple[Window, RateKey, int]] = ()) -> None:
        self.at_s = at_s
        self.parts = list(parts)


class RateKey(NamedTuple):
    """One limit of one scope."""

    limiter: str
    interval_s: int
    scope: str


class Limits:
    """The budget of one host.  Any thread may use it."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()  # guards everything below
        self._caps = dict(_DEFAULTS)
        self._windows: dict[RateKey, Window] = {}
        self._seen: dict[tuple[str, str], int] = {}
        self._blocked_until_s = 0.0
        self._banned = False

    def acquire(self, uses: Iterable[Use], *, asked: str, wait: bool = True) -> Booking:
        """Book a call, and wait until it may be sent.

        Args:
            asked: What for, in the words of an error.
            wait: Raise TooManyRequests instead of waiting if False.

        Raises:
            Banned: The server has banned this IP, and the ban has not ended.
            TooManyRequests: It would have to wait, and wait is False or it would take minutes.
        """
        uses = list(uses)
        self._wait_while_blocked(asked, wait)
        with self._lock:
            now_s = self._now()
            booking = self._plan(uses, now_s)
            delay_s = booking.at_s - now_s
            if delay_s <= 0 or (wait and delay_s <= MAX_WAIT_S):
                for window, _, amount in booking.parts:
                    window.book(booking.at_s, amount, now_s=now_s)
        if delay_s > 0:
            self._refuse_or_sleep(delay_s, asked, wait, "a rate limit would be broken")
            self._wait_while_blocked(asked, wait)
        return booking

    def settle(self, booking: Booking, seen: Iterable[RateLimit] = ()) -> None:
        """The call has been answered, or given up: take the server's counts for ours."""
        counts = {(limit.limiter, _interval_s(limit.interval)): limit.used for limit in seen}
        with self._lock:
            for limit in seen:
                self._seen[limit.limiter, limit.interval] = limit.used
            for window, key, amount in booking.parts:
                window.land(booking.at_s, amount, counts.get((key.limiter, key.interval_s)))

    def block(self, seconds: float, *, banned: bool = False) -> None:
        """Send nothing for so long: the server said 429, or 418 if banned."""
        with self._lock:
            self._blocked_until_s = max(self._blocked_until_s, self._now() + seconds)
            self._banned = self._banned or banned
        word = "banned this IP" if banned else "asked to wait"
        _log.warning("the server has %s for %.0f s; nothing is sent until then", word, seconds)

    def learn(self, rate_limits: Any) -> None:
        """Take limits from the server: the rateLimits of exchangeInfo or of a WebSocket answer."""
        rows = _rows(rate_limits)
        with self._lock:
            told = {row.rate_limit_type for row in rows}
            for known in [key for key in self._caps if key[0] in told]:
                del self._caps[known]
            for row in rows:
                interval_s = _SECONDS[_LETTERS[row.interval]] * row.interval_num
                self._caps[row.rate_limit_type, interval_s] = row.limit
            for key, window in self._windows.items():
                window.limit = self._caps.get((key.limiter, key.interval_s), window.limit)

    def read_headers(self, headers: Mapping[str, str]) -> list[RateLimit]:
        """What an answer's headers say was used; names in lower case."""
        return [
            self._rate_limit(_HEADERS[prefix], name[len(prefix) :], int(value))
            for name, value in headers.items()
            if name.startswith(_PREFIXES) and value.isdecimal()
            for prefix in _PREFIXES
            if name.startswith(prefix) and _is_interval(name[len(prefix) :])
        ]

    def read_rows(self, rate_limits: Any) -> list[RateLimit]:
        """What the rateLimits of a WebSocket API answer say was used."""
        return [
            RateLimit(
                row.rate_limit_type,
                f"{row.interval_num}{_LETTERS[row.interval].lower()}",
                row.used,
                row.limit,
            )
            for row in _rows(rate_limits)
            if row.used is not None
        ]

    @property
    def seen(self) -> list[RateLimit]:
        """What the server last said was used, per limiter and interval."""
        with self._lock:
            last = sorted(self._seen.items())
        return [self._rate_limit(name, interval, used) for (name, interval), used in last]

    def _rate_limit(self, limiter: str, interval: str, used: int) -> RateLimit:
        return RateLimit(limiter, interval, used, self._caps.get((limiter, _interval_s(interval))))

    def _wait_while_blocked(self, asked: str, wait: bool) -> None:
        while (blocked_s := self._blocked_s()) > 0:
            self._refuse_or_sleep(blocked_s, asked, wait, "the server has asked to wait")

    def _blocked_s(self) -> float:
        with self._lock:
            left_s = self._blocked_until_s - self._now()
            if left_s <= 0:
                self._banned = False
            return left_s

    def _plan(self, uses: list[Use], now_s: float) -> Booking:
        """The earliest time at which every part fits its windows."""
        parts = [
            (self._window(RateKey(use.limiter, interval_s, use.scope), cap), key, use.amount)
            for use in uses
            for (limiter, interval_s), cap in self._caps.items()
            if limiter == use.limiter
            for key in (RateKey(limiter, interval_s, use.scope),)
        ]
        at_s = now_s
        for _ in range(10 * len(parts)):  # each turn moves to a later window; a few are enough
            later = max((w.earliest(at_s, amount) for w, _, amount in parts), default=at_s)
            if later == at_s:
                break
            at_s = later
        return Booking(at_s, parts)

    def _window(self, key: RateKey, cap: int) -> Window:
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window(cap, key.interval_s)
        return window

    def _refuse_or_sleep(self, delay_s: float, asked: str, wait: bool, why: str) -> None:
        banned = self._banned
        if wait and not banned and delay_s <= MAX_WAIT_S:
            level = logging.WARNING if delay_s > _SHOWN_WAIT_S else logging.INFO
            _log.log(level, "%s waits %.1f s: %s", asked, delay_s, why)
            (self._sleep or time.sleep)(delay_s)
            return
        cls = Banned if banned else TooManyRequests
        reason = "the server has banned this IP" if banned else why
        error = cls(
            f"{asked} was not sent: {reason}. {cls.hint} Retry after {delay_s:.0f} s.",
            status=418 if banned else 429,
            request=asked,
        )
        error.retry_after_s = delay_s
        raise error

    def __repr__(self) -> str:
        used = ", ".join(
            f"{r.limiter} {r.used}/{r.limit or '?'} in {r.interval}" for r in self.seen
        )
        return f"<Limits: {used or 'nothing used yet'}>"


def account_scope(api_key: str | None) -> str:
    """What separates the budgets of accounts: a digest, so that the key is in no repr."""
    return hashlib.blake2b((api_key or "").encode(), digest_size=8).hexdigest()


def _rows(rate_limits: Any) -> list[_Row]:
    """Those rows that can be read: a kind that Binance adds must not make an answer fail."""
    found = map(_row, rate_limits if isinstance(rate_limits, list) else ())
    return [row for row in found if row is not None]


def _row(told: Any) -> _Row | None:
    match told:
        case {
            "rateLimitType": str(limiter),
            "interval": str(interval),
            "intervalNum": int(number),
            "limit": int(limit),
        } if interval in _LETTERS and number > 0:
            count = told.get("count")
            return _Row(limiter, interval, number, limit, count if type(count) is int else None)
    return None


def _interval_s(text: str) -> int:
    return int(text[:-1]) * _SECONDS[text[-1].upper()]


def _is_interval(text: str) -> bool:
    return text[:-1].isdecimal() and text[-1:].upper() in _SECONDS
