"""Faults on demand: what goes wrong between a client and a real exchange, when and as often as asked for.

A fault is written as ``kind:name=value,…``, such as ``lost:chance=0.01,stream=*@depth*`` or
``after:path=/api/v3/order,times=1``. Chances are drawn from a seed: the same traffic has the same faults.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from random import Random
from typing import Any, Protocol

import msgspec

from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.connection import Connection
from binance_lab.exchange.server.limits import REQUEST_WEIGHT, LimitExceeded
from binance_lab.wire import errors

REQUEST_KINDS = {
    "before": "answers 5xx without doing anything",
    "after": "does it, then answers 5xx",
    "slow": "waits delay_s before it looks at the request",
    "late": "does it at once, answers after delay_s",
    "half": "does it, sends half of the answer and drops the connection",
    "drop": "does it and drops the connection without an answer",
    "limit": "answers 429, Retry-After delay_s",
    "ban": "answers 418, Retry-After delay_s",
}
STREAM_KINDS = {
    "lost": "a stream message is not sent",
    "doubled": "a stream message is sent twice",
    "delayed": "stream messages come delay_s later, in order",
    "reordered": "a stream message comes after the next one of its stream",
    "hole": "a depth diff is not sent, so that its U and u are missing",
}
CONNECTION_KINDS = {
    "cut": "WebSockets end without a close frame (1006)",
    "close": "WebSockets are closed with a code (1001)",
    "stall": "WebSockets stay open and get nothing more",
    "resume": "stalled WebSockets get what they missed",
    "shutdown": "serverShutdown, and after delay_s every WebSocket is closed",
}
CLOCK_KINDS = {"skew": "the server's clock is delay_s ahead (or behind, negative)"}
KINDS = REQUEST_KINDS | STREAM_KINDS | CONNECTION_KINDS | CLOCK_KINDS

MAX_FAULTS = 100
# Only -1008 says that nothing was done, so only what fails before may say it.
_BEFORE = {500: errors.UNKNOWN, 503: errors.SERVER_BUSY, 504: errors.TIMEOUT}
_AFTER = _BEFORE | {503: errors.DISCONNECTED}
_STATUSES = {
    errors.UNKNOWN: 500,
    errors.DISCONNECTED: 503,
    errors.UNEXPECTED_RESPONSE: 500,
    errors.TIMEOUT: 504,
    errors.SERVER_BUSY: 503,
    errors.SHUTTING_DOWN: 503,
}
_BY_CODE = {text.code: text for text in _STATUSES}
_NOTHING_DONE = (errors.SERVER_BUSY, errors.SHUTTING_DOWN)


class Client(Protocol):
    """Who gets messages."""

    connection: Connection


class Source(Protocol):
    """Where messages come from: a stream's channel, or an account's events (``userData``)."""

    name: str
    is_diff: bool


class BadFault(ValueError):
    """There is no such fault; the message says which there are."""


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One fault and when it strikes.

    Attributes:
        kind: See ``KINDS``.
        chance: From 0 to 1, of each request or message.
        times: How often at most; None: until it is lifted.
        path: Only requests whose path (of REST or of a file of the archive), or WebSocket API method,
            matches this pattern.
        method: Only requests of this HTTP method.
        stream: Only streams whose name matches this pattern; events of accounts that come over the
            WebSocket API are those of ``userData``.
        delay_s: Where a kind needs a time.
        status: Of ``before`` and ``after``: 500, 503 or 504.
        error: Of ``before`` and ``after``, instead of a status: the code of the answer, which has its
            status with it: -1000, -1001, -1006, -1007, and of ``before`` also -1008 and -1016.
        code: Of ``close``.
        door: Of connection kinds: "streams", "api" or "all".
        every_s: Of connection kinds: again and again; 0: once, now.
        id: Its number, given by the exchange.
    """

    kind: str
    chance: float = 1.0
    times: int | None = None
    path: str = "*"
    method: str = "*"
    stream: str = "*"
    delay_s: float = 1.0
    status: int = 503
    error: int = 0
    code: int = 1001
    door: str = "all"
    every_s: float = 0.0
    id: int = 0

    def check(self) -> None:
        """Refuse a fault that can't be.

        Raises:
            BadFault: The kind or a value is none of those there are.
        """
        if self.kind not in KINDS:
            raise BadFault(f"No fault {self.kind!r}; there are {', '.join(KINDS)}.")
        if not 0 <= self.chance <= 1:
            raise BadFault(f"A chance is from 0 to 1, not {self.chance}.")
        if self.status not in _BEFORE:
            raise BadFault(f"A status is 500, 503 or 504, not {self.status}.")
        if self.error and self._error() is None:
            raise BadFault(f"{self.kind!r} can't answer the error {self.error}.")
        if self.door not in ("streams", "api", "all"):
            raise BadFault(f"A door is streams, api or all, not {self.door!r}.")
        if not 1000 <= self.code < 5000:
            raise BadFault(f"A close code is from 1000 to 4999, not {self.code}.")

    def refusal(self) -> Reject:
        """The 5xx of ``before`` and ``after``."""
        text = self._error() or (_BEFORE if self.kind == "before" else _AFTER)[self.status]
        made = Reject(*text)
        made.status = _STATUSES[text] if self.error else self.status  # type: ignore[attr-defined]
        return made

    def _error(self) -> errors.ErrorText | None:
        """The error that was asked for, if it can be answered then."""
        text = _BY_CODE.get(self.error)
        return None if self.kind == "after" and text in _NOTHING_DONE else text


def parse_fault(text: str) -> Fault:
    """A fault from ``kind:name=value,…``.

    Raises:
        BadFault: It can't be read; the message says why.
    """
    kind, _, rest = text.partition(":")
    fields: dict[str, Any] = {"kind": kind}
    for pair in rest.split(",") if rest else ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadFault(f"In the fault {text!r}, {pair!r} should be name=value.")
        fields[name.strip()] = value.strip()
    return make_fault(fields)


def make_fault(fields: dict[str, Any]) -> Fault:
    """A fault from its fields.

    Raises:
        BadFault: A field is unknown or has a wrong value.
    """
    try:
        fault = msgspec.convert(fields, Fault, strict=False)
    except msgspec.ValidationError as error:
        raise BadFault(f"A fault can't be like this: {error}.") from None
    fault.check()
    return fault


class Faults:
    """The faults that are on."""

    def __init__(self, seed: int) -> None:
        self.struck: Counter[str] = Counter()
        """How often each kind has struck since the start."""
        self._seed = seed
        self._active: dict[int, tuple[Fault, Random]] = {}
        self._next_id = 1
        self._held: dict[tuple[Client, str], bytes] = {}  # by reordered

    @property
    def active(self) -> list[Fault]:
        """All that are on."""
        return [fault for fault, _ in self._active.values()]

    def add(self, fault: Fault) -> int:
        """Turn a fault on; answers its number.

        Raises:
            BadFault: There are too many.
        """
        if len(self._active) >= MAX_FAULTS:
            raise BadFault(f"There are {MAX_FAULTS} faults already; lift some.")
        fault.id, self._next_id = self._next_id, self._next_id + 1
        self._active[fault.id] = fault, Random(f"{self._seed} {fault.id} {fault.kind}")
        return fault.id

    def lift(self, fault_id: int | None = None) -> None:
        """Turn one off, or all of them."""
        if fault_id is None:
            self._active.clear()
        else:
            self._active.pop(fault_id, None)

    def strike(self, kinds: Iterable[str], matches: Callable[[Fault], bool]) -> list[Fault]:
        """The faults of these kinds that happen now."""
        if not self._active:
            return []
        happening = []
        for fault, random in tuple(self._active.values()):
            if fault.kind not in kinds or not matches(fault) or random.random() >= fault.chance:
                continue
            happening.append(fault)
            self.struck[fault.kind] += 1
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.lift(fault.id)
        return happening

    def of_request(self, method: str, *names: str) -> dict[str, Fault]:
        """The faults that happen to a request, by kind; ``names`` are its path or WebSocket method."""

        def matches(fault: Fault) -> bool:
            if fault.method not in ("*", method):
                return False
            return any(fnmatchcase(name, fault.path) for name in names)

        return {fault.kind: fault for fault in self.strike(REQUEST_KINDS, matches)}

    def deliver(self, client: Client, channel: Source, ready: bytes) -> None:
        """Send a stream's message as the faults have it."""
        if not self._active and not self._held:
            client.connection.send(ready)
            return
        kinds = {
            fault.kind: fault
            for fault in self.strike(STREAM_KINDS, lambda fault: _of_stream(fault, channel))
        }
        if "lost" in kinds or "hole" in kinds:
            return
        key = (client, channel.name)
        if "reordered" in kinds and key not in self._held:
            self._held[key] = ready
            return
        delay_s = kinds["delayed"].delay_s if "delayed" in kinds else 0.0
        for _ in range(2 if "doubled" in kinds else 1):
            _send_later(client, ready, delay_s)
        if held := self._held.pop(key, None):
            _send_later(client, held, delay_s)

    def forget(self, client: Client) -> None:
        """Let go of what was held back for a client that is gone."""
        for key in [key for key in self._held if key[0] is client]:
            del self._held[key]


def refusal_before(faults: dict[str, Fault], now_us: int) -> Reject | None:
    """The refusal of a request that a fault keeps from being done, if one does."""
    if limit := faults.get("limit"):
        text = errors.TOO_MUCH_WEIGHT.fill(REQUEST_WEIGHT.limit, "1 MINUTE")
        return LimitExceeded(text, status=429, retry_at_us=_after(limit, now_us))
    if ban := faults.get("ban"):
        until_us = _after(ban, now_us)
        text = errors.BANNED.fill(until_us // 1000)
        return LimitExceeded(text, status=418, retry_at_us=until_us)
    return faults["before"].refusal() if "before" in faults else None


def _after(fault: Fault, now_us: int) -> int:
    return now_us + int(fault.delay_s * 1_000_000)


def _of_stream(fault: Fault, channel: Source) -> bool:
    if fault.kind == "hole" and not channel.is_diff:
        return False
    return fnmatchcase(channel.name, fault.stream)


def _send_later(client: Client, ready: bytes, delay_s: float) -> None:
    if delay_s:
        asyncio.get_running_loop().call_later(delay_s, client.connection.send, ready)
    else:
        client.connection.send(ready)
