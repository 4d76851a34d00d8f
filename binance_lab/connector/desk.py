"""Requests that wait for their answers, and events, on one link of the WebSocket API.

https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/general-api-information
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from .clock import Clock
from .exceptions import (
    BadAnswer,
    ConnectionFailed,
    LabError,
    RequestError,
    Timeout,
)
from .link import Link, NotSent

DEAD_NS = 10_000_000_000
"""A link that owes an answer and said nothing for this long is given up before the watchdog."""

_LATEST_MS = 10**14  # a later time is in µs
_SHUTDOWN = b'"serverShutdown"'


class Answer(msgspec.Struct, rename="camel"):
    """A message of the server: the answer to a request, or an event."""

    id: int | str | None = None
    status: int = 0
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: dict[str, Any] | None = None
    rate_limits: Any = None
    subscription_id: int | None = None
    event: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(Answer).decode

EventReceiver = Callable[[bytes, int], None]
"""Gets an event's JSON without its envelope, and the local time of its coming in ns."""


class Waiting:
    """A request that was sent, and its answer when it came."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.answer: Answer | None = None
        self.lost: LabError | None = None
        self.sent_s = time.monotonic()
        self.elapsed_s = 0.0
        self.answered: Callable[[Answer], None] = lambda answer: None
        """Called on the reader's thread, before anything that came later."""
        self._done = threading.Event()

    def take(self, answer: Answer) -> None:
        """The answer has come."""
        self.elapsed_s = time.monotonic() - self.sent_s
        self.answer = answer
        self.answered(answer)
        self._done.set()

    def lose(self, error: LabError) -> None:
        """There will be no answer."""
        self.lost = error
        self._done.set()

    def wait(self, timeout_s: float) -> Answer:
        """The answer.

        Raises:
            Timeout: It has not come within the timeout.
            ConnectionFailed: It will not come: the connection ended.
            BadAnswer: It will not come: the server sends something else.
        """
        if not self._done.wait(timeout_s):
            raise Timeout(f"no answer within {timeout_s:.3g} s")
        if self.answer is None:
            lost = self.lost or ConnectionFailed("the connection ended")
            raise type(lost)(str(lost))  # an exception of this caller's own: others wait, too
        return self.answer


class Desk:
    """One link's requests that wait for answers, and its subscriptions."""

    def __init__(self, link: Link, shuts_down: Callable[[], None]) -> None:
        self.link = link
        self.logged_on = False
        self.receivers: dict[int, EventReceiver] = {}
        """Who gets the events of a subscription, by its id."""
        self.ended = threading.Event()
        self._shuts_down = shuts_down
        self._lock = threading.Lock()  # guards _waiting
        self._waiting: dict[Any, Waiting] = {}
        self._ids = itertools.count(1)

    def send(
        self,
        method: str,
        params: dict[str, Any],
        answered: Callable[[Answer], None] = lambda answer: None,
    ) -> Waiting:
        """Send a request; its answer comes later.

        Raises:
            ConnectionFailed: It was not sent: the link is not open any more.
        """
        waiting = Waiting(next(self._ids))
        waiting.answered = answered
        with self._lock:
            self._waiting[waiting.number] = waiting
        request = {"id": waiting.number, "method": method, "params": params}
        try:
            self.link.send(msgspec.json.encode(request))
        except NotSent as error:
            self._forget(waiting)
            raise ConnectionFailed(str(error), sent=False) from None
        return waiting

    def ask(self, method: str, params: dict[str, Any], timeout_s: float, **hook: Any) -> Answer:
        """Send a request and wait for its answer; see send and Waiting.wait."""
        waiting = self.send(method, params, **hook)
        try:
            return waiting.wait(timeout_s)
        except Timeout:
            if time.time_ns() - self.link.last_ns > DEAD_NS:
                self.link.abort()  # not only this answer is missing: make a new connection
            raise
        finally:
            self._forget(waiting)

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        """Sort answers and events; on the reader's thread."""
        for message in messages:
            try:
                answer = _decode(message)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self._give_up(message)
                return
            if answer.id is not None:
                with self._lock:
                    waiting = self._waiting.pop(answer.id, None)
                if waiting is not None:
                    waiting.take(answer)
            elif answer.subscription_id is not None:
                if receiver := self.receivers.get(answer.subscription_id):
                    receiver(bytes(answer.event), received_ns)
            elif _SHUTDOWN in message:
                self._shuts_down()

    def fail(self, error: LabError) -> None:
        """Tell everybody who waits that nothing comes any more."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for request in waiting.values():
            request.lose(error)
        self.ended.set()

    def finish(self, timeout_s: float) -> None:
        """Wait until nothing is owed any more, or the link ended, or the time is over."""
        for waiting in list(self._waiting.values()):
            left_s = timeout_s - (time.monotonic() - waiting.sent_s)
            try:
                waiting.wait(max(0.0, left_s))
            except LabError:
                return

    def _forget(self, waiting: Waiting) -> None:
        with self._lock:
            self._waiting.pop(waiting.number, None)

    def _give_up(self, message: bytes) -> None:
        """End a link that brings something else than answers."""
        start = message[:80].decode("utf-8", "replace")
        self.fail(BadAnswer(f"the server sent {len(message)} bytes that begin {start!r}"))
        self.link.abort()


def measure_clock(desk: Desk, clock: Clock, timeout_s: float, logger: logging.Logger) -> None:
    """Take one sample of the server's clock; lets the old estimate stand if there is no answer."""
    sent_s = clock.wall_s()
    try:
        answer = desk.ask("time", {}, timeout_s)
        server_time = msgspec.json.decode(answer.result)["serverTime"]
    except (RequestError, msgspec.DecodeError, KeyError, TypeError) as error:
        logger.info("the server's clock could not be read: %s", type(error).__name__)
        clock.touch()
        return
    unit = 1e6 if server_time > _LATEST_MS else 1e3
    clock.add(sent_s, clock.wall_s(), server_time / unit)


def error_text(answer: Answer) -> str:
    """Code and text of a refusal."""
    error = answer.error or {}
    return f"{error.get('code', answer.status)} {error.get('msg', '')}".strip()
