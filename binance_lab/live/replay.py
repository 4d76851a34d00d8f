"""Captures through the very code that is fed by live streams."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from binance_lab.connector.connection import ConnectionEvent, State
from binance_lab.connector.exceptions import BadInput
from binance_lab.wire.capture import CaptureError, CaptureMessage, capture_paths, read_capture
from binance_lab.wire.words import counted

from .hub import Live
from .order_book import OrderBook
from .runtime import Runtime

if TYPE_CHECKING:
    from binance_lab.connector.stream_pool import Sink

DRAIN_EVERY = 5_000  # messages between two waits for those who are slower than the file
DRAIN_S = 60.0
_NS = 1e-9


class Replay:
    """The messages of captures, sent to live objects as if they came now.

        replay = Replay("captures/btcusdt-spot-20240808.jsonl.gz")
        tape, book = replay.live.trades("BTCUSDT"), replay.live.book("BTCUSDT")
        replay.run()
        tape.frame()

    Objects are those of a hub, `live`, that has no client: a hole in a capture stays one. Depth
    snapshots, which don't name their symbol, begin the books whose updates are in the same file:
    keep a file for each symbol, as `Recorder` does. A line that can't be read is kept in `errors`, and
    reading goes on behind it.

    Args:
        paths: One capture or more, in order.
        speed: How much faster than recorded; None is as fast as the objects take it.
        on_error: Called with each line that can't be read.
        runtime: The threads of the hub; `Inline` for none at all.

    Raises:
        BadInput: No path is given, or something that is none; a speed that isn't above 0.
    """

    def __init__(
        self,
        *paths: Path | str,
        speed: float | None = None,
        on_error: Callable[[CaptureError], None] | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        if speed is not None and speed <= 0:
            raise BadInput("The speed is a factor above 0, or None for as fast as it goes.")
        self.errors: list[CaptureError] = []
        """What was wrong with lines that could not be read."""
        self.count = 0
        """Messages sent so far."""
        self._paths = capture_paths(paths)
        self._speed = speed
        self._on_error = on_error
        self._lock = threading.Lock()  # guards _sinks
        self._sinks: dict[str, tuple[Sink, ...]] = {}
        self._state = State.CONNECTING
        self._stopped = threading.Event()
        self._last_ns = 0
        self._symbols: set[str] = set()  # of this file's depth streams so far
        self._early: list[bytes] = []  # snapshots before the first of those
        self.live = Live(None, self, runtime=runtime, wait_s=0.0)

    def __repr__(self) -> str:
        names = ", ".join(path.name for path in self._paths)
        errors = f", {counted(len(self.errors), 'line')} unreadable" if self.errors else ""
        return f"<Replay {names}: {self._state}, {counted(self.count, 'message')}{errors}>"

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run(self) -> Replay:
        """Send everything, and return when all of it is applied.

        Raises:
            OSError: There is no such file.
            TimeoutError: An object is stuck.
        """
        self._tell(State.OPEN)
        for path in self._paths:
            self._symbols, self._early = set(), []
            self._send_all(read_capture(path, on_error=self._failed))
        self._drain()
        self._tell(State.CLOSED, "the capture has ended")
        return self

    def close(self) -> None:
        """Stop sending, and close the hub."""
        self._stopped.set()
        self.live.close()

    # What a hub needs of a pool.

    def subscribe(self, name: str, sink: Sink) -> None:
        """Let a sink have a stream's messages."""
        with self._lock:
            self._sinks[name] = (*self._sinks.get(name, ()), sink)

    def unsubscribe(self, name: str, sink: Sink) -> None:
        """Let a sink have no more of a stream."""
        with self._lock:
            self._sinks[name] = tuple(s for s in self._sinks.get(name, ()) if s is not sink)

    def status(self) -> list[dict[str, Any]]:
        """One row, as a pool has one for each connection."""
        error = str(self.errors[-1]) if self.errors else ""
        return [
            {
                "connection": f"replay of {counted(len(self._paths), 'file')}",
                "state": str(self._state),
                "messages": self.count,
                "error": error,
            }
        ]

    def _send_all(self, messages: Iterable[CaptureMessage]) -> None:
        for message in messages:
            if self._speed is not None and self._last_ns:
                self._stopped.wait((message.received_ns - self._last_ns) * _NS / self._speed)
            if self._stopped.is_set():
                return
            self._last_ns = message.received_ns
            self._send(message)
            if self.count % DRAIN_EVERY == 0:
                self._drain()

    def _send(self, message: CaptureMessage) -> None:
        self.count += 1
        symbol, _, kind = message.stream.partition("@")
        if not message.stream:
            self._early.append(message.data)
        elif kind.startswith("depth"):
            self._symbols.add(symbol.upper())
        if self._symbols and self._early:
            self._offer_snapshots()
        if not message.stream:
            return
        sinks = self._sinks.get(message.stream, ())
        if sinks:
            payload = b'{"stream":"%b","data":%b}' % (message.stream.encode(), message.data)
            for sink in sinks:
                sink.receive([payload], message.received_ns)

    def _offer_snapshots(self) -> None:
        for sink in self._all_sinks():
            if isinstance(sink, OrderBook) and sink.symbol.upper() in self._symbols:
                for snapshot in self._early:
                    sink.offer_snapshot(snapshot)
        self._early.clear()

    def _drain(self) -> None:
        """Wait for the objects: a file is faster than any socket."""
        for made in self.live.objects:
            if not made.drain(DRAIN_S):
                raise TimeoutError(f"{made!r} has not taken its messages within {DRAIN_S:g} s.")

    def _failed(self, error: CaptureError) -> None:
        self.errors.append(error)
        if self._on_error is not None:
            self._on_error(error)

    def _tell(self, state: State, reason: str = "") -> None:
        self._state = state
        event = ConnectionEvent(state, "replay", time.time_ns(), reason=reason)
        for sink in self._all_sinks():
            sink.connection_changed(event)

    def _all_sinks(self) -> list[Sink]:
        with self._lock:
            found = (sink for sinks in self._sinks.values() for sink in sinks)
            return list({id(sink): sink for sink in found}.values())
