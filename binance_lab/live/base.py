"""LiveObject: what candles, book, tape, tickers and account have in common."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Self, TypeAlias

import pandas as pd

from binance_lab.connector.connection import ConnectionEvent
from binance_lab.connector.connection import State as Connection

from .consumers import DEFAULT_SIZE, Consumer, Policy
from .ledger import Gap, Ledger
from .runtime import Inline, Runtime

LiveState: TypeAlias = Literal["connecting", "live", "stale", "out of sync", "stopped", "error"]
"""connecting: no data yet; live; stale: the connection is lost, what is shown is old; out of
sync: the connection is back, and it isn't known yet what was missed; or a book of which updates are
missing; stopped: closed; error: it can't go on, see `error`."""

INBOX_SIZE = 200_000  # messages that wait to be applied; a minute and more of the busiest symbol
BATCH = 2_000  # messages applied before the others' turn, and before readers are let in
_DOWN = frozenset((Connection.SILENT, Connection.CLOSED, Connection.RECONNECTING))
_UP = frozenset((Connection.OPEN, Connection.SUBSCRIBED, Connection.REPLACED))
_log = logging.getLogger("binance_lab.live")


class LiveObject:
    """State that a stream keeps current: any thread reads it at any time.

        tape.wait_live()                   # until it has what it needs to be current
        marker = tape.version
        tape.wait(100)                     # for so many changes
        tape.since(marker)                 # those that came after the marker, as a frame
        tape.complete, tape.gaps           # is something missing, and what
        tape.refill()                      # try once more to fetch it

    Tapes, candles and tickers have `since`; `version` is its marker. A reader that keeps it sees
    each change once, however rarely it looks. `refill` is for holes that were given up, because
    the server refused or was away for too long; all others are fetched without being asked.

    A stream's reader thread calls `receive`, which only queues; the runtime's applying thread
    decodes and changes the state; REST answers come in by the same thread. A subclass says what
    an event changes (`_take`), and what a frame is.

    Nobody holds the locks of two objects: one that is made of another has the other's (see
    `_share_lock`), and conditions, callbacks and what is done at close are called without any.
    The lock of a consumer or of the runtime may be taken under an object's, never around it.

    Args:
        subject: What it is about, such as ``BTCUSDT 1m``; in its repr.
        streams: The streams that it wants; `receive` gets their messages.
        decode: Makes events of messages; raises a ValueError if one is garbled.
        counted: What its stream counts, without holes; in words.
        runtime: Its threads; without one everything is done by the caller of `receive`.
    """

    def __init__(
        self,
        subject: str,
        *,
        streams: Sequence[str] = (),
        decode: Callable[[list[bytes]], list[Any]] = list,
        counted: str = "",
        runtime: Runtime | None = None,
        inbox_size: int = INBOX_SIZE,
    ) -> None:
        self.subject = subject
        self.streams = tuple(streams)
        self.ledger = Ledger(self.streams[0] if self.streams else "", counted)
        """What its stream skipped, and what became of that."""
        self.version = 0
        """How many changes there were; a reader that keeps it learns whether there were more."""
        self.received = 0
        """Messages that came."""
        self.garbled = 0
        """Messages that could not be read; the latest is told by `error`."""
        self.callback_errors = 0
        """Exceptions of callbacks; the first is in the log."""
        self._decode = decode
        self._runtime: Runtime = runtime or Inline()
        self._lock = threading.RLock()  # guards version, consumers, and what subclasses hold
        self._changed = threading.Condition(self._lock)
        self._waiting = 0  # threads in `until`
        self._wakes = 0  # how often they were let look again
        self._inbox: deque[bytes] = deque(maxlen=inbox_size)
        self._taken = 0
        self._scheduled = False
        self._applying = False
        self._callbacks: dict[object, Callable[[], None]] = {}
        self._calls_due = False
        self._consumers: tuple[Consumer, ...] = ()
        self._connected: bool | None = None
        self._lost_why = ""  # why the connection was lost last
        self._lost_after = 0  # how many messages had come then
        self._losses = 0  # how often it was
        self._doubted = False  # it was since, and it isn't known whether anything was missed
        self.last_message_ns = 0
        """The local time when the last message came, in ns since 1970; 0 before the first."""
        self._error: Exception | None = None
        self._fatal = False
        self._stopped = False
        self._at_close: list[Callable[[], None]] = []

    # What it is now.

    @property
    def state(self) -> LiveState:
        """How it is with what `frame` would show."""
        if self._stopped:
            return "stopped"
        if self._fatal:
            return "error"
        state = self._data_state()
        if self._connected is False:
            return "connecting" if state == "connecting" else "stale"
        return "out of sync" if self._doubted and state == "live" else state

    @property
    def error(self) -> Exception | None:
        """The latest thing that went wrong; None if nothing did."""
        return self._error

    @property
    def dropped(self) -> int:
        """Messages that came faster than they could be applied, and were dropped."""
        return max(0, self.received - self._taken - len(self._inbox))

    @property
    def last_message_age_s(self) -> float | None:
        """Seconds since the last message came; None before the first."""
        return (time.time_ns() - self.last_message_ns) / 1e9 if self.last_message_ns else None

    def frame(self) -> pd.DataFrame:
        """What it holds now, as a frame of its own: it doesn't change afterwards."""
        raise NotImplementedError

    @property
    def gaps(self) -> pd.DataFrame:
        """The holes that were noticed, and what became of them: see `Ledger.frame`."""
        with self._lock:
            return self.ledger.frame()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing up to the last message.

        False while a hole that was noticed isn't filled, and after a loss of the connection until
        it is known what was missed.
        """
        with self._lock:
            return self.ledger.complete and not (self._doubted and self._connected)

    @property
    def open_gaps(self) -> int:
        """How many holes are not filled."""
        with self._lock:
            return self.ledger.unfilled_count

    def __repr__(self) -> str:
        about = " ".join(part for part in (self.subject, self._about()) if part)
        return f"<{type(self).__name__} {about}: {self.state}>"

    # Following it.

    def wait(self, n: int = 1, timeout: float = 10.0) -> bool:
        """Wait for n more changes; False if the time (s) is over, or the object closed, first."""
        wanted = self.version + n
        self.until(lambda: self.version >= wanted, timeout)
        return self.version >= wanted

    def until(self, condition: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait until a condition of this object holds; False if the time (s) is over first.

        It is asked after changes, and may read other objects, too: no lock is held meanwhile.
        """
        ends_s = time.monotonic() + timeout
        with self._lock:
            self._waiting += 1
        try:
            while True:
                with self._lock:  # between changes: one that is being made wakes us afterwards
                    seen, stopped = self._wakes, self._stopped
                over = stopped or time.monotonic() >= ends_s
                if condition():
                    return True
                if over:
                    return False
                self._wait_for_wake(seen, ends_s)
        finally:
            with self._lock:
                self._waiting -= 1

    def _wait_for_wake(self, seen: int, ends_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._wakes != seen, ends_s - time.monotonic())

    def wait_live(self, timeout: float = 10.0) -> bool:
        """Wait until it is live; False if the time (s) is over, or it is in error, first."""
        self.until(lambda: self.state in ("live", "error"), timeout)
        return self.state == "live"

    def on_change(self, callback: Callable[[], None], /) -> Callable[[], None]:
        """Call back after changes; what is returned takes it back.

        Calls come on a thread for callbacks, one for all the changes since the last. An
        exception is logged once, counted in `callback_errors`, and the calls go on.
        """
        key = object()
        with self._lock:
            self._callbacks[key] = callback

        def take_back() -> None:
            with self._lock:
                self._callbacks.pop(key, None)

        return take_back

    def follow(
        self,
        callback: Callable[[Any], object] | None = None,
        *,
        policy: Policy = "drop_oldest",
        size: int = DEFAULT_SIZE,
    ) -> Consumer:
        """Every event from now on: called back on a thread of its own, or to iterate over.

        Args:
            policy: ``block``, ``drop_oldest`` or ``latest``: what happens if it is too slow.
            size: How many events wait at most.
        """
        consumer = Consumer(
            callback,
            policy=policy,
            size=size,
            name=self.subject,
            made_room=self._schedule,
            closed=self._forget,
        )
        with self._lock:
            self._consumers += (consumer,)
            if self._stopped:
                consumer.close()
        return consumer

    def __iter__(self) -> Iterator[Any]:
        """The events from now on, until the object is closed."""
        with self.follow() as consumer:
            yield from consumer

    def start(self) -> None:
        """Begin what needs REST; returns at once. Whoever subscribes its streams calls it."""

    def refill(self) -> None:
        """Try again to fetch the holes that were given up; returns at once.

        What is fetched goes to its place; `gaps` says what became of each hole.
        """
        with self._lock:
            gaps = self.ledger.reopen()
        for gap in gaps:
            self._request(gap)

    def close(self) -> None:
        """Follow the stream no more; what it holds can still be read."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            consumers, closers = self._consumers, list(self._at_close)
            self._inbox.clear()
        self._wake()
        for closer in closers:
            closer()
        for consumer in consumers:
            consumer.close()
        if self.callback_errors > 1:
            _log.error("%s: callbacks failed %d times", self.subject, self.callback_errors)
        self._call_back_soon()

    def at_close(self, callback: Callable[[], None]) -> None:
        """Have something done when it is closed; at once if it is."""
        with self._lock:
            if not self._stopped:
                self._at_close.append(callback)
                return
        callback()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # What streams and connections bring: any thread, at once back.

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        """Take messages as they came over a combined stream."""
        self._inbox.extend(messages)
        self.received += len(messages)  # after it: what isn't there yet would count as dropped
        self.last_message_ns = received_ns
        if not self._scheduled:
            self._schedule()

    def connection_changed(self, event: ConnectionEvent) -> None:
        """Hear what happened to the connection of its stream."""
        received = self.received
        self._runtime.apply(lambda: self._connection_changed(event, received))

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until all that came so far is applied; False if the time (s) is over first."""
        return self.until(lambda: not (self._inbox or self._applying), timeout)

    # For subclasses; all of it on the applying thread.

    def _take(self, events: list[Any]) -> Sequence[Any]:
        """Change the state by events, under the lock; those that were news."""
        raise NotImplementedError

    def _data_state(self) -> LiveState:
        """The state as far as data tell: connecting, live or out of sync."""
        return "live" if self.version or self._connected else "connecting"

    def _about(self) -> str:
        """What the repr says besides the subject."""
        return f"{self.version} changes"

    def _request(self, gap: Gap) -> None:
        """Have a hole fetched."""

    def _disconnected(self) -> None:
        """The connection is lost: from here on messages are missed."""

    def _is_after_loss(self, events: Sequence[Any]) -> bool:
        """Whether those that are being taken came over the connection that is there now."""
        before = self.received - len(self._inbox) - len(events)
        return self._connected is True and before >= self._lost_after

    def _reconnected(self) -> None:
        """The connection is there (again); messages may have been missed."""

    def _apply(self, change: Callable[[], Sequence[Any]]) -> None:
        """Have a change made by the applying thread, under the lock; it returns what is news."""
        self._runtime.apply(lambda: self._change(change))

    def _failed(self, error: Exception, *, fatal: bool = False) -> None:
        """Keep an error for `error`; a fatal one ends the object's life."""
        self._error = error
        self._fatal = self._fatal or fatal
        self._wake()
        self._call_back_soon()

    def _share_lock(self, other: LiveObject) -> None:
        """Be changed and read under another's lock, because this is made of what that holds."""
        self._lock = other._lock
        self._changed = threading.Condition(self._lock)

    # The machinery.

    def _schedule(self) -> None:
        self._scheduled = True
        self._runtime.apply(self._work)

    def _work(self) -> None:
        """Apply a batch of what waits, and have the rest applied after the others' turn."""
        self._scheduled = False
        self._applying = True
        try:
            if batch := self._batch():
                self._make(self._take, self._decoded(batch))
        except Exception as error:
            self._failed(error)
            raise  # into the log; the next batch is applied all the same
        finally:
            self._applying = False
        self._wake()
        if batch and self._inbox and not self._scheduled:
            self._schedule()

    def _batch(self) -> list[bytes]:
        size = min(BATCH, len(self._inbox))
        for consumer in self._consumers:
            if (room := consumer.room) is not None:
                size = min(size, room)
        self._taken += size  # before it: what is taken must never count as dropped
        take = self._inbox.popleft
        try:
            return [take() for _ in range(size)]
        except IndexError:  # closed meanwhile
            return []

    def _decoded(self, batch: list[bytes]) -> list[Any]:
        try:
            return self._decode(batch)
        except ValueError:
            return self._decoded_singly(batch)

    def _decoded_singly(self, batch: list[bytes]) -> list[Any]:
        """The events of those messages that can be read."""
        events: list[Any] = []
        for payload in batch:
            try:
                events += self._decode([payload])
            except ValueError as error:  # msgspec's and UnicodeDecodeError
                self._garbled(payload, error)
        return events

    def _garbled(self, payload: bytes, error: Exception) -> None:
        self.garbled += 1
        start = payload[:60].decode("utf-8", "replace")
        problem = ValueError(
            f"{self.subject}: a message can't be read ({error}) and was left out; it starts with "
            f"{start!r}. If this goes on, the stream isn't what was subscribed."
        )
        if self.garbled == 1:
            _log.warning("%s", problem)
        self._failed(problem)

    def _change(self, change: Callable[[], Sequence[Any]]) -> None:
        """Make a change and wake who waits for it."""
        self._make(change)
        self._wake()

    def _wake(self) -> None:
        """Let those look again who wait for something, after it was changed."""
        if self._waiting:
            with self._changed:
                self._wakes += 1
                self._changed.notify_all()

    def _make(self, change: Callable[..., Sequence[Any]], *args: Any) -> None:
        """Make a change, and hand on what is news."""
        with self._lock:
            if self._stopped:
                return
            news = change(*args)
            self.version += len(news)
            consumers = self._consumers
        if news:
            for consumer in consumers:
                consumer.put(news)
            self._call_back_soon()

    def _connection_changed(self, event: ConnectionEvent, received: int) -> None:
        with self._lock:
            was = self._connected
            if event.state in _UP:
                self._connected = True
            elif event.state in _DOWN:
                self._connected, self._lost_why = False, event.reason or self._lost_why
                if was is not False:
                    self._lost_after = received
                    self._losses += 1
                    self._disconnected()
        self._wake()
        if event.state in (Connection.REFUSED, Connection.STOPPED) and not self._stopped:
            reason = event.reason or "the connection was ended"
            self._failed(ConnectionError(f"{self.subject}: {reason}"), fatal=True)
        elif self._connected and not was:
            self._reconnected()
        self._call_back_soon()

    def _call_back_soon(self) -> None:
        if self._callbacks and not self._calls_due:
            self._calls_due = True
            self._runtime.notify(self._call_back)

    def _call_back(self) -> None:
        self._calls_due = False
        with self._lock:
            callbacks = list(self._callbacks.values())
        for callback in callbacks:
            try:
                callback()
            except Exception as error:
                self.callback_errors += 1
                if self.callback_errors == 1:
                    _log.error("a callback failed; later ones are counted", exc_info=error)

    def _forget(self, consumer: Consumer) -> None:
        with self._lock:
            self._consumers = tuple(other for other in self._consumers if other is not consumer)
