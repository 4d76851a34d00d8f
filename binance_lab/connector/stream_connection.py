"""Market streams over one connection: what is wanted, what is asked for, what is agreed.

Subscribing only notes what is wanted; the supervisor of the connection asks the server for the
difference, a few messages a second, and for everything again on a new link. So a reconnect needs
no other code than the first connect.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#live-subscribingunsubscribing-to-streams
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from .connection import Connection, ConnectionEvent, ConnectionOptions, State
from .control import Channel, Request
from .exceptions import LabError, StreamError
from .handover import Deliver, Handover
from .link import Link

MAX_STREAMS = 1024
"""The server's limit of streams on one connection."""

NAMES_PER_MESSAGE = 200
ANSWER_TIMEOUT_S = 10.0
BARRIER_TIMEOUT_S = 3.0
OVERLAP_S = 1.0
"""How long both links carry everything before the old one goes: servers lag differently."""


class StreamConnection:
    """Market streams over one connection that stays.

    Args:
        url: Of the server, with ``/ws`` or ``/stream``.
        deliver: Takes messages in their order, never called by two threads at once.
        changed: Hears of every change of state, on any thread.
        overlap_s: How long two links carry everything before one replaces the other.
    """

    def __init__(
        self,
        url: str,
        *,
        deliver: Deliver,
        changed: Callable[[ConnectionEvent], None],
        pinged: Callable[[bytes], None] = lambda payload: None,
        ponged: Callable[[bytes], None] = lambda payload: None,
        options: ConnectionOptions | None = None,
        logger: logging.Logger | None = None,
        overlap_s: float = OVERLAP_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self.changed = changed
        self.pinged = pinged
        self.ponged = ponged
        self._deliver = deliver
        self._logger = logger or logging.getLogger(__name__)
        self._overlap_s = overlap_s
        self._answer_timeout_s = answer_timeout_s
        self._lock = threading.Lock()  # guards _wanted, _properties and _requests
        self._wanted: dict[str, None] = {}
        self._properties: dict[str, bool] = {}
        self._requests: deque[Request] = deque()
        self._channel: Channel | None = None
        self._next: Channel | None = None  # of a link that is to replace the one that works
        self.connection = Connection(url, self, options=options, logger=logger)

    @property
    def names(self) -> tuple[str, ...]:
        """The streams that are wanted, in the order of their subscription."""
        return tuple(self._wanted)

    def agreed(self, stream: str) -> bool:
        """Whether the server has agreed to send a stream over the link that works."""
        channel = self._channel
        return channel is not None and channel.link.open and stream in channel.agreed

    def add(self, streams: Iterable[str]) -> None:
        """Want streams, which are asked for as soon as the server's pace allows.

        Raises:
            StreamError: There would be more than one connection takes.
        """
        with self._lock:
            wanted = self._wanted | dict.fromkeys(streams)
            if len(wanted) > MAX_STREAMS:
                raise StreamError(f"{len(wanted)} streams on one connection; {MAX_STREAMS} at most")
            self._wanted = wanted
        self.connection.wake()

    def remove(self, streams: Iterable[str]) -> None:
        """Want streams no longer."""
        gone = set(streams)
        with self._lock:
            self._wanted = {name: None for name in self._wanted if name not in gone}
        self.connection.wake()

    def remember_property(self, name: str, value: bool) -> None:
        """Set a property, which the server has set on this link, on later ones too."""
        channel = self._channel
        with self._lock:
            self._properties = {**self._properties, name: value}
            if channel is not None:
                channel.properties[name] = value

    def ask(self, method: str, params: list[Any] | None = None) -> Request:
        """Send a request after all that was wanted before; returns at once."""
        request = Request(method, params)
        with self._lock:
            self._requests.append(request)
        self.connection.wake()
        if self.connection.stopped:
            self._refuse_requests()
        return request

    def ping(self, payload: bytes) -> None:
        """Send a ping now; later control messages wait for it."""
        channel = self._channel
        if channel is not None:
            channel.pacer.count()
            channel.link.ping(payload)

    def stop(self) -> None:
        """Close the connection; what still waits for an answer gets an error."""
        self.connection.stop()
        self._refuse_requests()

    def event(
        self, state: State, reason: str = "", streams: tuple[str, ...] = ()
    ) -> ConnectionEvent:
        """An event of this connection that happens now."""
        return ConnectionEvent(state, self.connection.name, time.time_ns(), reason, streams=streams)

    def receive(self, link: Link, messages: list[bytes], received_ns: int) -> None:
        """Take what came before the link was set up: a notice that the server shuts down counts."""
        Channel(link, self._deliver, self._shuts_down).receive(messages, received_ns)

    def set_up(self, link: Link) -> None:
        """Subscribe everything on a fresh link, and return when the server has agreed.

        Raises:
            StreamError: The link ended, or the server does not answer.
        """
        channel = self._open_channel(link)
        try:
            self._settle(channel)
        except BaseException:
            self._close_channel(channel)
            raise

    def work(self, link: Link) -> float | None:
        """Ask the server for what is wanted by now."""
        channel = self._channel
        assert channel is not None
        wait_s = self._send_due(channel)
        if channel.overdue(self._answer_timeout_s):
            raise StreamError(f"{link.name}: a control message was not answered")
        if channel.pending:
            return min(wait_s or math.inf, self._answer_timeout_s)
        return wait_s

    def take_over(self, old: Link, new: Link) -> None:
        """Switch to the new link when the old one has brought what the new one began with."""
        leaving, channel = self._channel, self._next
        if leaving is None or channel is None or channel.handover is None:
            return  # the old link had ended before: there is nothing to join
        whole = self._drain(leaving)

        def announce() -> None:
            """What the old link had on its way is lost if it ended before it was drained."""
            if not whole and not old.end_told:
                old.end_told = True
                self._say(State.CLOSED, "it ended while it was replaced")
            self._say(State.REPLACED)

        channel.handover.switch(time.time_ns(), announce)
        self._channel, self._next = channel, None

    def ended(self, link: Link) -> None:
        """Fail what waits for an answer over a link that ended."""
        for channel in (self._channel, self._next):
            if channel is not None and channel.link is link:
                channel.fail(str(link.ending))

    def _open_channel(self, link: Link) -> Channel:
        """The channel of a fresh link, joined with the link that works if one does."""
        channel = Channel(link, self._deliver, self._shuts_down)
        working = self._channel
        if working is not None and working.link.open:
            # A handover that has not finished yet filters on, for both links.
            channel.handover = Handover(working.deliver)
            working.handover, working.deliver = None, channel.handover.from_old
            channel.deliver = channel.handover.from_new
            self._next = channel
        else:
            if working is not None and not working.link.end_told:
                working.link.end_told = True
                self._say(State.CLOSED, str(working.link.ending))
            self._channel = channel
        link.receive = channel.receive
        return channel

    def _close_channel(self, channel: Channel) -> None:
        """Forget a link that did not come to work; the one that does goes on alone."""
        if channel is self._next:
            self._next = None
            if self._channel is not None:
                self._channel.deliver = self._deliver

    def _settle(self, channel: Channel) -> None:
        """Send all that is due, at the server's pace, until it has answered all."""
        while True:
            wait_s = self._send_due(channel)
            if wait_s is None and not channel.pending:
                return
            channel.answered.wait(wait_s or self._answer_timeout_s)
            channel.answered.clear()
            if channel.ended.is_set():
                raise StreamError(f"{channel.link.name}: {channel.link.ending} while subscribing")
            if channel.overdue(self._answer_timeout_s):
                raise StreamError(f"{channel.link.name}: SUBSCRIBE was not answered")

    def _drain(self, channel: Channel) -> bool:
        """Wait until a link has brought everything that was on its way; False if it has not.

        The server sends in order, so what comes after the answer to any request left the server
        after the request arrived there.
        """
        channel.ended.wait(self._overlap_s)
        barrier = Request("GET_PROPERTY", ["combined"])
        try:
            while wait_s := channel.pacer.take():
                channel.ended.wait(wait_s)
            channel.send(barrier)
            barrier.wait(BARRIER_TIMEOUT_S)
        except LabError as error:
            self._logger.debug("%s: replaced without a last answer: %s", channel.link.name, error)
            return False
        return True

    def _send_due(self, channel: Channel) -> float | None:
        """Send what is due; the seconds until the pace allows more, None if all is sent."""
        while request := self._due(channel):
            if wait_s := channel.pacer.take():
                return wait_s
            self._note_sent(channel, request)
            channel.send(request)
        return None

    def _due(self, channel: Channel) -> Request | None:
        """The next control message: what is not wanted, what is, properties, then requests."""
        with self._lock:
            if gone := channel.asked.difference(self._wanted):
                return Request("UNSUBSCRIBE", sorted(gone)[:NAMES_PER_MESSAGE])
            missing = [name for name in self._wanted if name not in channel.asked]
            if missing:
                company = [name for name in missing if name not in channel.alone]
                return Request("SUBSCRIBE", company[:NAMES_PER_MESSAGE] or missing[:1])
            for name, value in self._properties.items():
                if channel.properties.get(name) != value:
                    return Request("SET_PROPERTY", [name, value])
            return self._requests[0] if self._requests else None

    def _note_sent(self, channel: Channel, request: Request) -> None:
        params = request.params or []
        if request.method == "SUBSCRIBE":
            channel.asked.update(params)
            request.answered = lambda: self._subscribed(channel, request)
        elif request.method == "UNSUBSCRIBE":
            channel.asked.difference_update(params)
            channel.agreed.difference_update(params)
        elif request.method == "SET_PROPERTY":
            channel.properties[params[0]] = params[1]
            request.answered = lambda: self._property_set(request)
        else:
            with self._lock:
                self._requests.popleft()

    def _subscribed(self, channel: Channel, request: Request) -> None:
        """Tell who wants to know; on a refusal of many, find out which one is meant."""
        names = tuple(request.params or ())
        if not request.error:
            channel.agreed.update(channel.asked.intersection(names))
            self._say(State.SUBSCRIBED, streams=names)
            return
        if len(names) == 1:
            self.remove(names)
            self._say(State.REFUSED, request.error, names)
        channel.alone.update(names)
        channel.asked.difference_update(names)
        self.connection.wake()

    def _property_set(self, request: Request) -> None:
        if request.error:
            self._logger.warning("SET_PROPERTY %s: %s", request.params, request.error)

    def _say(self, state: State, reason: str = "", streams: tuple[str, ...] = ()) -> None:
        self.changed(self.event(state, reason, streams))

    def _shuts_down(self) -> None:
        self.connection.replace("the server shuts down")

    def _refuse_requests(self) -> None:
        with self._lock:
            requests, self._requests = self._requests, deque()
        for request in requests:
            request.lose("the connection is closed")
