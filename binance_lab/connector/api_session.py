"""The WebSocket API over a connection that stays: what stands over every link.

What must be true of every link before it carries requests (a logon, a user data subscription)
is a ``Standing`` thing: it is set up on the first link and again on every later one.

https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/general-api-information
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from .connection import Connection, ConnectionEvent, ConnectionOptions
from .credentials import Credentials
from .desk import Desk, error_text, measure_clock
from .exceptions import ConnectionFailed, LabError, StreamError
from .link import Link

SET_UP_TIMEOUT_S = 10.0
SET_UP_WEIGHT = 3
"""Of a logon or a subscription, and of asking for the server's time, which may be due before."""

OVERLAP_S = 0.5
FAREWELL_S = 5.0
"""How long a link that is replaced may take for the answers that it still owes."""


class Standing(Protocol):
    """Something that is to be true of every link, set up again after each reconnect."""

    def set_up(self, desk: Desk, working: Desk | None) -> None:
        """Make it true of a fresh link; a LabError if the link is of no use without.

        Args:
            working: The link that the fresh one is to replace; None after a loss.
        """

    def switch(self) -> None:
        """Leave the link that worked, which has brought all it had, for the fresh one."""


class Logon:
    """A logon that stands: done on every link, with the time of then."""

    def __init__(self, credentials: Credentials, logger: logging.Logger) -> None:
        self._credentials = credentials
        self._logger = logger

    def set_up(self, desk: Desk, working: Desk | None) -> None:
        """Log a fresh link on; if the server refuses, calls are signed one by one instead.

        Raises:
            RequestError: There was no answer.
        """
        if self._credentials.clock.stale:
            measure_clock(desk, self._credentials.clock, SET_UP_TIMEOUT_S, self._logger)
        answer = desk.ask("session.logon", self._credentials.signed({}), SET_UP_TIMEOUT_S)
        desk.logged_on = answer.error is None
        if answer.error is not None:
            self._logger.warning("not logged on again: %s", error_text(answer))

    def switch(self) -> None:
        """Nothing: the fresh link is logged on."""


class ApiSession:
    """What rides on a WebSocket API connection: requests, answers, events, standing things.

    Args:
        url: The whole address, with path and query; or a function as `Connection` takes it.
        host: The host of a URL that is a function.
        spend: Called with the weight of what is about to be set up on a link; it may refuse.
    """

    def __init__(
        self,
        url: str | Callable[[], str],
        *,
        host: str = "",
        options: ConnectionOptions | None = None,
        spend: Callable[[int], None] = lambda weight: None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._spend = spend
        self._logger = logger or logging.getLogger(__name__)
        self._lock = threading.Lock()  # guards _standing, _listeners and the start
        self._listeners: list[Callable[[ConnectionEvent], None]] = []
        self._standing: list[Standing] = []
        self._started = False
        self._desk: Desk | None = None
        self._next: Desk | None = None  # of a link that is being set up
        self._ready = threading.Condition()  # _desk changed, or the connection stopped
        self.connection = Connection(
            url, self, host=host, label="api", options=options, logger=logger
        )

    @property
    def logged_on(self) -> bool:
        """Whether the link that works is logged on."""
        desk = self._desk
        return desk is not None and desk.link.open and desk.logged_on

    def desk(self, timeout_s: float) -> Desk:
        """The link that works; connects if there is none yet.

        Raises:
            ConnectionFailed: There is none within the timeout, or the session is closed.
        """
        self._start()
        deadline_s = time.monotonic() + timeout_s
        with self._ready:
            while not self.connection.stopped:
                desk = self._desk
                if desk is not None and desk.link.open and not desk.ended.is_set():
                    return desk
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    raise ConnectionFailed(self._not_open(), sent=False)
                self._ready.wait(min(left_s, 0.5))
        raise ConnectionFailed(f"{self.connection.name} is closed", sent=False)

    def keep(self, standing: Standing, timeout_s: float) -> None:
        """Set a standing thing up on the link that works, and on every later one.

        Raises:
            ConnectionFailed: There is no link within the timeout.
            LabError: What ``set_up`` raises; the thing is not kept then.
        """
        desk = self.desk(timeout_s)
        self._spend(SET_UP_WEIGHT)
        standing.set_up(desk, None)
        self.add(standing)
        if desk is not self._desk:  # another link was set up in between, without this
            self.connection.replace("a subscription was added while reconnecting")

    def add(self, standing: Standing) -> None:
        """Set a standing thing up on every later link; on this one it is true already."""
        with self._lock:
            if standing not in self._standing:
                self._standing.append(standing)

    def drop(self, standing: Standing) -> None:
        """Set a thing up no longer."""
        with self._lock:
            self._standing = [other for other in self._standing if other is not standing]

    def listen(self, listener: Callable[[ConnectionEvent], None]) -> None:
        """Tell a function of every change of state, on any thread."""
        with self._lock:
            self._listeners.append(listener)

    def unlisten(self, listener: Callable[[ConnectionEvent], None]) -> None:
        """Tell a function no longer."""
        with self._lock:
            self._listeners = [other for other in self._listeners if other != listener]

    def changed(self, event: ConnectionEvent) -> None:
        """Tell who listens."""
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:
                self._logger.exception("a listener failed")

    def stop(self) -> None:
        """Close the connection."""
        self.connection.stop()
        with self._ready:
            self._ready.notify_all()

    def receive(self, link: Link, messages: list[bytes], received_ns: int) -> None:
        """Take what came before the link was set up: only that the server shuts down can."""
        Desk(link, self._shuts_down).receive(messages, received_ns)

    def set_up(self, link: Link) -> None:
        """Make every standing thing true of a fresh link.

        Raises:
            StreamError: One of them can't be.
        """
        working = self._desk if self._desk is not None and self._desk.link.open else None
        desk = self._next = Desk(link, self._shuts_down)
        link.receive = desk.receive
        for standing in list(self._standing):
            try:
                self._spend(SET_UP_WEIGHT)
                standing.set_up(desk, working)
            except LabError as error:
                raise StreamError(f"{link.name}: {error}") from error
        if working is None:
            self._put_to_work(desk)

    def work(self, link: Link) -> float | None:
        """Nothing: requests are sent by those who make them."""
        return None

    def take_over(self, old: Link, new: Link) -> None:
        """Let the old link bring what it owes, then leave it."""
        leaving, desk = self._desk, self._next
        if leaving is None or desk is None or leaving is desk:
            return
        self._put_to_work(desk)
        leaving.ended.wait(OVERLAP_S)
        leaving.finish(FAREWELL_S)
        self._drain(leaving)
        for standing in list(self._standing):
            standing.switch()

    def ended(self, link: Link) -> None:
        """Tell those who wait for an answer over a link that ended."""
        for desk in (self._desk, self._next):
            if desk is not None and desk.link is link:
                desk.fail(ConnectionFailed(f"the connection ended: {link.ending}"))
        with self._ready:
            self._ready.notify_all()

    def pinged(self, payload: bytes) -> None:
        """Nothing: pings are answered by the link."""

    def ponged(self, payload: bytes) -> None:
        """Nothing."""

    def _start(self) -> None:
        with self._lock:
            if not self._started:
                self._started = True
                self.connection.start()

    def _put_to_work(self, desk: Desk) -> None:
        with self._ready:
            self._desk = desk
            self._ready.notify_all()

    def _drain(self, desk: Desk) -> None:
        """Wait until a link has brought all that was on its way: it answers in order."""
        try:
            desk.ask("ping", {}, FAREWELL_S)
        except LabError as error:
            self._logger.debug("%s: replaced without a last answer: %s", desk.link.name, error)

    def _shuts_down(self) -> None:
        self.connection.replace("the server shuts down")

    def _not_open(self) -> str:
        why = f": {self.connection.error}" if self.connection.error else ""
        return f"{self.connection.name} is not open{why}"
