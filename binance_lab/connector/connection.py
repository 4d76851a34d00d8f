"""A WebSocket that stays: a supervisor that dials, watches, replaces and says what happens.

A ``Connection`` is one after the other many ``Link``s. Its supervisor thread dials the first,
dials again when one ends that nobody closed, with a growing delay, and exchanges a link that
works for a new one before the server cuts it: at 23 hours, when the server says that it shuts
down, on demand. What is carried over the links is the ``Rider``'s business.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#general-wss-information
"""

from __future__ import annotations

import itertools
import logging
import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

from .exceptions import LabError, StreamError
from .link import GOING_AWAY, Ending, Link, LinkOptions, LinkRefused, checked_url
from .pacing import connect_budget

MAX_AGE_S = 23 * 3600.0
"""The server cuts every connection at 24 hours."""

STABLE_S = 30.0
"""A link that lived this long starts the delays from the beginning when it ends."""

REPLACE_EVERY_S = 5.0
"""Not more often, even if each new connection is told that the server shuts down."""


class State(StrEnum):
    """What a connection does, and what happened to a stream on it."""

    CONNECTING = "connecting"
    OPEN = "open"
    SILENT = "silent"
    CLOSED = "closed"
    RECONNECTING = "reconnecting"
    REPLACING = "replacing"
    REPLACED = "replaced"
    STOPPED = "stopped"
    SUBSCRIBED = "subscribed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    """A change of a connection's state.

    ``open`` comes when everything that was subscribed is subscribed again. ``replaced``: what
    comes from here on comes over another WebSocket, and may repeat what came before; it skips
    nothing. ``subscribed`` and ``refused`` are about ``streams``; all other states about the
    whole connection, and ``silent`` and ``closed`` mean that from then on messages are missed.

    Attributes:
        time_ns: The local time, ns since 1970.
        reason: Why, in words; the server's close code and text, for example.
        attempt: How many times in a row it has failed to connect.
        retry_in_s: The seconds until the next attempt.
        code: The close code of a WebSocket that ended; 1006 if it just broke.
    """

    state: State
    connection: str
    time_ns: int
    reason: str = ""
    attempt: int = 0
    retry_in_s: float | None = None
    streams: tuple[str, ...] = ()
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Backoff:
    """The delays between attempts: the first as it is, then doubled, with jitter, up to a limit."""

    first_s: float = 0.5
    max_s: float = 60.0

    def delay_s(self, failures: int, chance: float | None = None) -> float:
        """Seconds to wait after so many failures in a row.

        Args:
            failures: From 0, for a connection that was stable until now.
            chance: Of 0 to 1, where in the upper half of the delay; random if not given.
        """
        if failures == 0:
            return self.first_s
        whole = min(self.max_s, max(self.first_s, 0.1) * 2.0 ** min(failures, 16))
        return whole * (0.5 + 0.5 * (random.random() if chance is None else chance))


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """How a connection is kept.

    ``max_attempts`` is how many failures in a row end it; None is without end.
    """

    link: LinkOptions = field(default_factory=LinkOptions)
    backoff: Backoff = field(default_factory=Backoff)
    max_attempts: int | None = None
    max_age_s: float = MAX_AGE_S
    stable_s: float = STABLE_S
    replace_every_s: float = REPLACE_EVERY_S


class Rider(Protocol):
    """What is carried over a connection. It runs on the supervisor's thread
    where nothing else is said."""

    def receive(self, link: Link, messages: list[bytes], received_ns: int) -> None:
        """Take what came; on the reader's thread."""

    def set_up(self, link: Link) -> None:
        """Make a fresh link carry what the rider wants carried; a StreamError gives it up."""

    def work(self, link: Link) -> float | None:
        """Do what has come up since; the seconds until there is more to do, None if there isn't."""

    def take_over(self, old: Link, new: Link) -> None:
        """Go from one link that works to another that is set up; the old one is closed after."""

    def changed(self, event: ConnectionEvent) -> None:
        """Hear what happened."""

    def ended(self, link: Link) -> None:
        """Nothing comes over this link any more; on the reader's thread."""

    def pinged(self, payload: bytes) -> None:
        """A ping was answered; on the reader's thread."""

    def ponged(self, payload: bytes) -> None:
        """A pong came; on the reader's thread."""


_numbers = itertools.count(1)


class Connection:
    """Keeps one WebSocket up until it is stopped.

    Args:
        url: Where to, or a function that says it anew for each link; it may raise a LabError.
        rider: What is carried.
        host: The host of a URL that is a function: its budget of connection attempts.
        label: The beginning of its name in threads, logs and events.
    """

    def __init__(
        self,
        url: str | Callable[[], str],
        rider: Rider,
        *,
        host: str = "",
        label: str = "stream",
        options: ConnectionOptions | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._url = url if callable(url) else checked_url(url)
        self.host = host or urlsplit(str(url)).netloc.rpartition("@")[2]
        self.name = f"{label}-{next(_numbers)}:{self.host}"
        self.state = State.CONNECTING
        self.attempts = 0
        """Failures to connect, in a row."""
        self.reconnects = 0
        self.replacements = 0
        self.error: Exception | None = None
        """Why it was given up, or what failed last while it still tries."""
        self._options = options or ConnectionOptions()
        self._rider = rider
        self._logger = logger or logging.getLogger(__name__)
        self._budget = connect_budget(self.host)
        self._link: Link | None = None
        self._dialing: Link | None = None
        self._earlier_messages = 0  # of links that ended
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._wanted_replacement = ""  # the reason, empty if none is wanted
        self._may_replace_s = float("-inf")  # not before
        self._in_vain = 0  # replacements in a row that could not be made
        self._max_age_s = self._options.max_age_s * random.uniform(0.99, 1.0)  # not all at once
        self._thread = threading.Thread(
            target=self._run, name=f"binance_lab:supervisor:{self.name}", daemon=True
        )

    def __repr__(self) -> str:
        return f"<Connection {self.name}: {self.state}>"

    @property
    def link(self) -> Link | None:
        """The link that is open and set up, if one is."""
        link = self._link
        return link if link is not None and link.open else None

    @property
    def messages(self) -> int:
        """How many messages came, over all links."""
        link = self._link
        return self._earlier_messages + (link.messages if link is not None else 0)

    @property
    def stopped(self) -> bool:
        """Whether it was stopped or given up."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Start to connect; returns at once."""
        self._thread.start()

    def wake(self) -> None:
        """Let the rider work soon."""
        self._wake.set()

    def replace(self, reason: str = "asked for") -> None:
        """Exchange the link for a new one, which works before the old one goes; returns at once."""
        self._wanted_replacement = reason
        self.wake()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Close the link and end the threads; never dials again."""
        self._stopping.set()
        self.wake()
        dialing = self._dialing
        if dialing is not None:
            dialing.close()
        if self._thread.ident and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def status(self) -> dict[str, Any]:
        """One row of what there is to know: plain values, a column each."""
        link = self.link
        last_ns = link.last_ns if link is not None else 0
        return {
            "connection": self.name,
            "state": str(self.state),
            "messages": self.messages,
            "last_message_age_s": (time.time_ns() - last_ns) / 1e9 if last_ns else None,
            "age_s": link.age_s if link is not None else None,
            "reconnects": self.reconnects,
            "replacements": self.replacements,
            "attempts": self.attempts,
            "error": str(self.error) if self.error else "",
        }

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                link = self._connect()
                if link is None:
                    break
                ending = self._mind(link)
                if ending is None:
                    break
                self._ended(self._link or link, ending)
        except Exception as error:
            self.error = error
            self._logger.exception("%s: the supervisor failed", self.name)
        finally:
            self._stopping.set()
            self._drop(self._link)
            self._emit(State.STOPPED, str(self.error) if self.error else "")

    def _connect(self) -> Link | None:
        """The next link that is open and set up; None if there is to be none."""
        while not self._stopping.is_set():
            if self.attempts or self.reconnects:
                delay_s = max(
                    self._options.backoff.delay_s(self.attempts), _retry_after_s(self.error)
                )
                self._emit(State.RECONNECTING, _reason(self.error), retry_in_s=delay_s)
                if self._stopping.wait(delay_s):
                    return None
            else:
                self._emit(State.CONNECTING)
            try:
                link = self._dial()
            except StreamError as error:
                self._failed(error)
                if self.attempts >= (self._options.max_attempts or math.inf):
                    return None
            else:
                self._link = link
                if self.error is not None:  # of which a line was written, too
                    self._logger.warning("%s: connected now", self.name)
                self.error = None
                self._emit(State.OPEN)
                return link
        return None

    def _why(self, error: StreamError) -> str:
        """An error of a link, without the name that its log line begins with anyway."""
        return str(error).removeprefix(f"{self.name}: ")

    def _failed(self, error: StreamError) -> None:
        self.attempts += 1
        self.error = error
        if not self._stopping.is_set():
            why = self._why(error)
            self._logger.warning("%s: attempt %d failed: %s", self.name, self.attempts, why)
            self._emit(State.CLOSED, str(error))

    def _dial(self) -> Link:
        """A link that is open and set up.

        Raises:
            StreamError: It isn't; nothing is left of it.
        """
        while wait_s := self._budget.take():
            self._logger.warning("%s: waits %.0f s to connect: too many", self.name, wait_s)
            if self._stopping.wait(wait_s):
                raise StreamError(f"{self.name}: stopped")
        link = Link(
            self._address(),
            name=self.name,
            receive=lambda messages, ns: self._rider.receive(link, messages, ns),
            ended=lambda: self._link_ended(link),
            pinged=self._rider.pinged,
            ponged=self._rider.ponged,
            options=self._options.link,
            logger=self._logger,
        )
        self._dialing = link
        try:
            if self._stopping.is_set():
                raise StreamError(f"{self.name}: stopped")
            link.dial()
            self._logger.debug("%s: open", self.name)
            self._rider.set_up(link)
        except BaseException:
            link.close(GOING_AWAY)
            raise
        finally:
            self._dialing = None
        return link

    def _address(self) -> str:
        if not callable(self._url):
            return self._url
        try:
            return self._url()
        except LabError as error:
            raise StreamError(f"{self.name}: no address to connect to: {error}") from error

    def _link_ended(self, link: Link) -> None:
        self._rider.ended(link)
        self.wake()

    def _mind(self, link: Link) -> Ending | None:
        """Serve links until one ends that nobody closed; None when stopped."""
        wait_s: float | None = 0.0
        while True:
            self._wake.wait(self._next_s(link, wait_s))
            self._wake.clear()
            if self._stopping.is_set():
                return None
            if link.ending:
                return link.ending
            if link.age_s > self._max_age_s:
                self._wanted_replacement = self._wanted_replacement or "it is old"
            if self._wanted_replacement and _now_s() >= self._may_replace_s:
                link = self._replace(link)
            try:
                wait_s = self._rider.work(link)
            except StreamError as error:
                self._logger.debug("%s: %s", self.name, error)
                link.abort()

    def _next_s(self, link: Link, wait_s: float | None) -> float:
        """Seconds until something is due: the rider's work, a replacement, old age."""
        due_s = [max(0.0, self._max_age_s - link.age_s) + 0.01]
        if wait_s is not None:
            due_s.append(wait_s)
        if self._wanted_replacement:
            due_s.append(max(0.01, self._may_replace_s - _now_s()))
        return min(due_s)

    def _replace(self, old: Link) -> Link:
        """The new link, or the old one if no new one could be made."""
        reason, self._wanted_replacement = self._wanted_replacement, ""
        self._may_replace_s = _now_s() + self._options.replace_every_s
        self._emit(State.REPLACING, reason)
        try:
            new = self._dial()
        except StreamError as error:
            self._not_replaced(old, reason, error)
            return old
        self._in_vain = 0
        if old.ending:
            self._tell_end(old, old.ending)
        self._rider.take_over(old, new)
        self._link = new
        self._drop(old)
        self.replacements += 1
        self._emit(State.OPEN, reason)
        return new

    def _not_replaced(self, old: Link, reason: str, error: StreamError) -> None:
        """Try again, later each time: the link that works is still there."""
        self._logger.warning("%s: no replacement yet: %s", self.name, self._why(error))
        self._wanted_replacement = reason
        delay_s = max(self._options.backoff.delay_s(self._in_vain), _retry_after_s(error))
        self._may_replace_s = max(self._may_replace_s, _now_s() + delay_s)
        self._in_vain += 1
        if not old.ending:
            self._emit(State.OPEN, f"not replaced yet: {self._why(error)}", retry_in_s=delay_s)

    def _ended(self, link: Link, ending: Ending) -> None:
        stable = link.age_s > self._options.stable_s
        self.attempts = 0 if stable or not self.reconnects else self.attempts + 1
        self.reconnects += 1
        self.error = StreamError(f"{self.name}: {ending}")
        self._logger.warning("%s: ended: %s", self.name, ending)
        self._drop(link)
        if ending.silent:
            self._emit(State.SILENT, str(ending))
        self._tell_end(link, ending)

    def _tell_end(self, link: Link, ending: Ending) -> None:
        if not link.end_told:
            link.end_told = True
            self._emit(State.CLOSED, str(ending), code=ending.code)

    def _drop(self, link: Link | None) -> None:
        if link is not None:
            link.close()
            if link is self._link:
                self._link = None
            self._earlier_messages += link.messages

    def _emit(
        self,
        state: State,
        reason: str = "",
        *,
        retry_in_s: float | None = None,
        code: int | None = None,
    ) -> None:
        self.state = state
        event = ConnectionEvent(
            state, self.name, time.time_ns(), reason, self.attempts, retry_in_s, code=code
        )
        self._logger.debug("%s: %s %s", self.name, state, reason)
        try:
            self._rider.changed(event)
        except Exception:
            self._logger.exception("%s: a listener failed", self.name)


def _now_s() -> float:
    return time.monotonic()


def _retry_after_s(error: Exception | None) -> float:
    """How long a server that refused the handshake asked to wait."""
    return error.ending.retry_after_s if isinstance(error, LinkRefused) else 0.0


def _reason(error: Exception | None) -> str:
    return str(error) if error else ""
