"""Rate limits: request weight, raw requests and connections of an address, orders of an account.

Windows are fixed and aligned to the clock: that of one minute starts at each full minute.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from binance_lab.exchange.rejects import Reject
from binance_lab.wire import errors

SECOND_US = 1_000_000
_INTERVAL_US = {"SECOND": SECOND_US, "MINUTE": 60 * SECOND_US, "DAY": 86_400 * SECOND_US}

FIRST_BAN_S = 120
LONGEST_BAN_S = 3 * 86_400
REFUSALS_BEFORE_BAN = 10  # how many requests after a 429, still in its window, turn into a ban


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limiter, as ``rateLimits`` lists it."""

    type: Literal["REQUEST_WEIGHT", "ORDERS", "RAW_REQUESTS", "CONNECTIONS"]
    interval: Literal["SECOND", "MINUTE", "DAY"]
    interval_num: int
    limit: int

    @property
    def window_us(self) -> int:
        """The window's length."""
        return _INTERVAL_US[self.interval] * self.interval_num

    @property
    def letter(self) -> str:
        """How header names write the interval: ``1M``."""
        return f"{self.interval_num}{self.interval[0]}"

    def as_json(self, count: int | None = None) -> dict[str, Any]:
        """The limiter in an answer, with what was used of it if that is known."""
        row: dict[str, Any] = {
            "rateLimitType": self.type,
            "interval": self.interval,
            "intervalNum": self.interval_num,
            "limit": self.limit,
        }
        if count is not None:
            row["count"] = count
        return row


REQUEST_WEIGHT = RateLimit("REQUEST_WEIGHT", "MINUTE", 1, 6000)
RAW_REQUESTS = RateLimit("RAW_REQUESTS", "MINUTE", 5, 300_000)
CONNECTIONS = RateLimit("CONNECTIONS", "MINUTE", 5, 300)
ORDERS_10S = RateLimit("ORDERS", "SECOND", 10, 50)
ORDERS_DAY = RateLimit("ORDERS", "DAY", 1, 160_000)


class LimitExceeded(Reject):
    """A refusal by a limiter: 429, or 418 for a banned address."""

    def __init__(self, text: errors.ErrorText, *, status: int, retry_at_us: int | None) -> None:
        super().__init__(*text)
        self.status = status
        self.retry_at_us = retry_at_us

    def retry_after_s(self, now_us: int) -> int | None:
        """The header's whole seconds, rounded up; None where Binance sends none."""
        if self.retry_at_us is None:
            return None
        return max(1, -(-(self.retry_at_us - now_us) // SECOND_US))


@dataclass(slots=True)
class Window:
    """What was used of one limiter in the current window."""

    rule: RateLimit
    _number: int = -1
    _count: int = 0

    def count(self, now_us: int) -> int:
        """Used so far in the window that ``now_us`` is in."""
        number = now_us // self.rule.window_us
        if number != self._number:
            self._number, self._count = number, 0
        return self._count

    def add(self, amount: int, now_us: int) -> int:
        """Use some more, or give back; never below zero. Returns what is used now."""
        self._count = max(0, self.count(now_us) + amount)
        return self._count

    def ends_us(self, now_us: int) -> int:
        """When the next window starts."""
        return (now_us // self.rule.window_us + 1) * self.rule.window_us

    def as_json(self, now_us: int) -> dict[str, Any]:
        """The limiter with its count."""
        return self.rule.as_json(self.count(now_us))


@dataclass(slots=True)
class Address:
    """The limits of one IP address."""

    weight: Window
    raw: Window
    stream_connections: Window
    api_connections: Window
    banned_until_us: int = 0
    bans: int = 0
    refused: int = 0  # requests since the first 429 of this window

    def charge(self, weight: int, now_us: int) -> None:
        """Count one request.

        Raises:
            LimitExceeded: The address is banned, or this request is above a limit.
        """
        if now_us < self.banned_until_us:
            raise self._banned()
        self.raw.add(1, now_us)
        if self.weight.count(now_us) <= self.weight.rule.limit:
            self.refused = 0
        if self.weight.add(weight, now_us) > self.weight.rule.limit:
            raise self._refuse(self.weight, now_us)
        if self.raw.count(now_us) > self.raw.rule.limit:
            raise self._refuse(self.raw, now_us)

    def connect(self, *, api: bool, now_us: int) -> None:
        """Count one attempt to open a WebSocket.

        Raises:
            LimitExceeded: There were too many in these five minutes.
        """
        window = self.api_connections if api else self.stream_connections
        if window.add(1, now_us) > window.rule.limit:
            raise LimitExceeded(
                errors.TOO_MANY_CONNECTIONS.fill(window.rule.limit, "5 MINUTE"),
                status=429,
                retry_at_us=window.ends_us(now_us),
            )

    def refund(self, weight: int, now_us: int) -> None:
        """Give weight back, for requests that cost nothing when they succeed."""
        self.weight.add(-weight, now_us)

    def ban(self, seconds: int, now_us: int) -> None:
        """Refuse everything for a while."""
        self.banned_until_us = now_us + seconds * SECOND_US

    def _refuse(self, window: Window, now_us: int) -> LimitExceeded:
        self.refused += 1
        if self.refused > REFUSALS_BEFORE_BAN:
            self.ban(min(FIRST_BAN_S << self.bans, LONGEST_BAN_S), now_us)
            self.bans += 1
            self.refused = 0
            return self._banned()
        rule = window.rule
        if rule.type == "RAW_REQUESTS":
            text = errors.TOO_MANY_REQUESTS
        else:
            text = errors.TOO_MUCH_WEIGHT.fill(rule.limit, f"{rule.interval_num} {rule.interval}")
        return LimitExceeded(text, status=429, retry_at_us=window.ends_us(now_us))

    def _banned(self) -> LimitExceeded:
        return LimitExceeded(
            errors.BANNED.fill(self.banned_until_us // 1000),
            status=418,
            retry_at_us=self.banned_until_us,
        )


@dataclass(slots=True)
class OrderCount:
    """How many unfilled orders an account may still place."""

    windows: tuple[Window, Window]  # 10 seconds, and the day

    def check(self, orders: int, now_us: int) -> None:
        """Refuse if as many new orders would be above a limit.

        Raises:
            LimitExceeded: 429, without Retry-After.
        """
        for window in self.windows:
            if window.count(now_us) + orders > window.rule.limit:
                per = f"{window.rule.interval_num} {window.rule.interval}"
                text = errors.TOO_MANY_ORDERS.fill(window.rule.limit, per)
                raise LimitExceeded(text, status=429, retry_at_us=None)

    def add(self, orders: int, now_us: int) -> None:
        """Count orders placed, or give back what was filled."""
        for window in self.windows:
            window.add(orders, now_us)


@dataclass(slots=True)
class Limits:
    """Every limiter of the exchange; tests and faults may tighten the rules."""

    weight: RateLimit = REQUEST_WEIGHT
    raw: RateLimit = RAW_REQUESTS
    connections: RateLimit = CONNECTIONS
    orders: tuple[RateLimit, RateLimit] = (ORDERS_10S, ORDERS_DAY)
    _addresses: dict[str, Address] = field(default_factory=dict)
    _orders: dict[int, OrderCount] = field(default_factory=dict)

    def address(self, ip: str) -> Address:
        """The limits of an address."""
        found = self._addresses.get(ip)
        if found is None:
            found = self._addresses[ip] = Address(
                Window(self.weight),
                Window(self.raw),
                Window(self.connections),
                Window(self.connections),
            )
        return found

    def order_count(self, account_id: int) -> OrderCount:
        """The unfilled orders of an account."""
        found = self._orders.get(account_id)
        if found is None:
            ten_seconds, day = self.orders
            found = self._orders[account_id] = OrderCount((Window(ten_seconds), Window(day)))
        return found

    def change(self, *, weight: int | None = None, orders_10s: int | None = None) -> None:
        """Other limits from now on, for everybody; counts start again."""
        if weight is not None:
            self.weight = RateLimit("REQUEST_WEIGHT", "MINUTE", 1, weight)
        if orders_10s is not None:
            self.orders = (RateLimit("ORDERS", "SECOND", 10, orders_10s), self.orders[1])
        self._addresses.clear()
        self._orders.clear()

    def rules(self) -> list[dict[str, Any]]:
        """``rateLimits`` of exchangeInfo."""
        return [rule.as_json() for rule in (self.weight, *self.orders, self.raw)]
