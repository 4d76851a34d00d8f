"""Many market streams over few connections, for objects that are kept current.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections import deque
from typing import Any, Protocol

from binance_lab.wire.words import counted

from ..wire.encoding import TimeUnit
from .connection import ConnectionEvent, ConnectionOptions, State
from .exceptions import StreamError
from .handover import Deliver
from .stream_connection import MAX_STREAMS, OVERLAP_S, StreamConnection

BASE_URL = "wss://stream.binance.com:9443"
_NAME = len(b'{"stream":"')  # where the name begins in every message


class Sink(Protocol):
    """What takes a stream's messages. Both methods hand over and return at once."""

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        """Take messages of one stream, each ``{"stream":…,"data":…}`` as it came, in order.

        Called on a reader's thread, for one stream never by two at once.

        Args:
            messages: For reading only; the stream's other sinks get the same list.
            received_ns: The local time of their coming, ns since 1970.
        """

    def connection_changed(self, event: ConnectionEvent) -> None:
        """Hear what happens to the connection that carries the stream; on any thread."""


class StreamPool:
    """Streams by name, each subscribed once however many sinks it has.

    Up to 1,024 streams share a connection. Connections are made again when they end, and
    exchanged without loss before the server cuts them. Safe to use from any thread; ended by
    ``close`` or by garbage collection.

    Args:
        base_url: Of the server, without a path.
        time_unit: "us" for times in microseconds.
        streams_per_connection: 1,024 at most.
        overlap_s: How long two connections carry everything before one replaces the other.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        time_unit: TimeUnit | None = None,
        streams_per_connection: int = MAX_STREAMS,
        options: ConnectionOptions | None = None,
        overlap_s: float = OVERLAP_S,
        logger: logging.Logger | None = None,
    ) -> None:
        self.events: deque[ConnectionEvent] = deque(maxlen=1000)
        """The latest changes of state, of all connections."""
        self._url = stream_url(base_url, "/stream", time_unit)
        self._size = min(streams_per_connection, MAX_STREAMS)
        self._options = options
        self._overlap_s = overlap_s
        self._logger = logger
        self._lock = threading.RLock()  # guards _shards, and who is on which
        self._shards: list[Shard] = []
        self._closed = False
        self._end = weakref.finalize(self, _stop, self._shards)

    def __repr__(self) -> str:
        streams = sum(len(shard.routes) for shard in self._shards)
        state = (
            "closed"
            if self._closed
            else f"{counted(streams, 'stream')}, {counted(len(self._shards), 'connection')}"
        )
        return f"<StreamPool {self._url}: {state}>"

    def __enter__(self) -> StreamPool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def subscribe(self, name: str, sink: Sink) -> None:
        """Let a sink have a stream's messages; returns at once, before the server has agreed.

        Args:
            name: A stream's name in lower case, such as ``btcusdt@trade``.

        Raises:
            StreamError: The pool is closed, or the stream's connection was given up.
        """
        with self._lock:
            if self._closed:
                raise StreamError(f"the pool is closed: {name} can't be subscribed")
            shard = self._shard_of(name) or self._shard_with_room()
            if shard is None:
                self._open(name, sink)
            elif error := shard.given_up:
                raise StreamError(f"{name} is lost, its connection was given up: {error}")
            else:
                shard.add(name, sink)

    def unsubscribe(self, name: str, sink: Sink) -> None:
        """Let a sink have no more of a stream; nothing happens if it had none."""
        with self._lock:
            shard = self._shard_of(name)
            if shard is not None:
                shard.remove(name, sink)

    def replace(self, reason: str = "asked for") -> None:
        """Exchange every connection for a new one, without loss; returns at once."""
        for shard in list(self._shards):
            shard.carrier.connection.replace(reason)

    def status(self) -> list[dict[str, Any]]:
        """A row per connection: state, streams, messages, ages in seconds, failures, error."""
        return [shard.status() for shard in list(self._shards)]

    def close(self) -> None:
        """Close all connections and end their threads."""
        with self._lock:
            self._closed = True
        self._end()

    def _shard_of(self, name: str) -> Shard | None:
        key = name.encode()
        return next((shard for shard in self._shards if key in shard.routes), None)

    def _shard_with_room(self) -> Shard | None:
        """A connection that takes one more stream; None where all are full or given up."""
        for shard in self._shards:
            if len(shard.routes) < self._size and not shard.given_up:
                return shard
        return None

    def _open(self, name: str, sink: Sink) -> None:
        """Make a connection for a stream, which hears of it even if it fails at once."""
        shard = Shard(
            self._url, self.events, self._lock, self._options, self._overlap_s, self._logger
        )
        shard.add(name, sink)
        self._shards.append(shard)
        shard.carrier.connection.start()


class Shard:
    """One connection of a pool, and which sinks its messages go to."""

    def __init__(
        self,
        url: str,
        events: deque[ConnectionEvent],
        lock: threading.RLock,
        options: ConnectionOptions | None,
        overlap_s: float,
        logger: logging.Logger | None,
    ) -> None:
        self.routes: dict[bytes, tuple[Deliver, ...]] = {}
        self.failures = 0
        """Exceptions that sinks raised; the first is in the log."""
        self.unrouted = 0
        """Messages of streams that nobody wants any more."""
        self._events = events
        self._lock = lock  # the pool's
        self._sinks: dict[str, tuple[Sink, ...]] = {}
        self._logger = logger or logging.getLogger(__name__)
        self.carrier = StreamConnection(
            url,
            deliver=self.deliver,
            changed=self.changed,
            options=options,
            logger=logger,
            overlap_s=overlap_s,
        )

    @property
    def given_up(self) -> str:
        """Why the connection stays closed; empty while it is kept up."""
        connection = self.carrier.connection
        return str(connection.error or "closed") if connection.stopped else ""

    def add(self, name: str, sink: Sink) -> None:
        """Route a stream to one more sink."""
        sinks = self._sinks.get(name, ())
        if sink in sinks:
            return
        self._route(name, (*sinks, sink))
        if not sinks:
            self.carrier.add([name])
        elif self.carrier.agreed(name):
            self._tell((sink,), self.carrier.event(State.SUBSCRIBED, streams=(name,)))

    def remove(self, name: str, sink: Sink) -> None:
        """Route a stream to one sink less; unsubscribe it with the last one."""
        left = tuple(other for other in self._sinks.get(name, ()) if other is not sink)
        self._route(name, left)
        if not left:
            self.carrier.remove([name])

    def deliver(self, messages: list[bytes], received_ns: int) -> None:
        """Hand messages to their streams' sinks, at once what follows in a row of one stream.

        So a busy stream costs little, and sinks of several streams get them in their order.
        """
        start, count = 0, len(messages)
        while start < count:
            first = messages[start]
            name = stream_name(first)
            head = first[: _NAME + len(name) + 1]
            stop = start + 1
            while stop < count and messages[stop].startswith(head):
                stop += 1
            receivers = self.routes.get(name)
            if receivers is None:
                self.unrouted += stop - start
            else:
                self._hand(messages[start:stop], received_ns, receivers)
            start = stop

    def _hand(
        self, messages: list[bytes], received_ns: int, receivers: tuple[Deliver, ...]
    ) -> None:
        for receive in receivers:
            try:
                receive(messages, received_ns)
            except Exception as error:
                self._failed(error)

    def changed(self, event: ConnectionEvent) -> None:
        """Tell the sinks that an event is about."""
        self._events.append(event)
        about = event.streams or tuple(self._sinks)
        found = (sink for name in about for sink in self._sinks.get(name, ()))
        self._tell(tuple({id(sink): sink for sink in found}.values()), event)
        if event.state is State.REFUSED:
            self._logger.error("the server refused %s: %s", ", ".join(about), event.reason)
            with self._lock:  # whoever wants it later asks anew
                for name in about:
                    self._route(name, ())

    def status(self) -> dict[str, Any]:
        """What the connection says of itself, and its streams and failures."""
        return {
            **self.carrier.connection.status(),
            "streams": len(self.routes),
            "failures": self.failures,
        }

    def _route(self, name: str, sinks: tuple[Sink, ...]) -> None:
        key = name.encode()
        if sinks:
            self._sinks[name] = sinks
            self.routes[key] = tuple(sink.receive for sink in sinks)
        else:
            self._sinks.pop(name, None)
            self.routes.pop(key, None)

    def _tell(self, sinks: tuple[Sink, ...], event: ConnectionEvent) -> None:
        for sink in sinks:
            try:
                sink.connection_changed(event)
            except Exception as error:
                self._failed(error)

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        if self.failures == 1:
            self._logger.error("a sink failed; later failures are only counted", exc_info=error)


def stream_name(message: bytes) -> bytes:
    """The name of the stream that a combined message is of."""
    return message[_NAME : message.find(b'"', _NAME)]


def stream_url(base_url: str, path: str, time_unit: TimeUnit | None) -> str:
    """The address of a stream server's door, ``/ws`` or ``/stream``."""
    unit = "?timeUnit=MICROSECOND" if time_unit == "us" else ""
    return f"{base_url.rstrip('/')}{path}{unit}"


def _stop(shards: list[Shard]) -> None:
    for shard in shards:
        shard.carrier.connection.stop(0.0)
    for shard in shards:
        shard.carrier.stop()
