"""Recorder: streams into capture files, which replay through the code that is fed live."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from binance_lab.connector.connection import ConnectionEvent, State
from binance_lab.connector.exceptions import BadInput
from binance_lab.wire.capture import CaptureWriter, check_ending
from binance_lab.wire.events import event_type
from binance_lab.wire.words import counted

from .backfill import Fetch
from .continuity import Continuity
from .runtime import Runtime, Threads

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

    from .hub import Streams

Ending: TypeAlias = Literal[".jsonl", ".jsonl.gz", ".jsonl.zst"]
MAX_WAITING = 500_000  # messages that wait for the disk; beyond, the oldest are lost, and told
FLUSH_S = 0.5
SNAPSHOT_LEVELS = 5000
_log = logging.getLogger("binance_lab.live")
_LOST = frozenset((State.SILENT, State.CLOSED))
_BACK = frozenset((State.OPEN, State.SUBSCRIBED))


class Recorder:
    """Writes streams to captures until it is closed: a file for each symbol, and the next one
    after a time or a size.

    What came is with the system half a second later, so a crash loses no more than that. Each
    file begins with a header (`binance_lab.wire.capture.read_header`), and beside it lies one
    that ends with ``.json`` and says what is in it: streams, times, how many messages, ``holes``:
    when the connection was lost, and ``gaps``: which ids the streams skipped. Order books begin
    with a snapshot in each file and after each hole.

    Args:
        streams: The pool.
        names: Which streams, such as ``btcusdt@trade`` and ``btcusdt@depth@100ms``, the symbol
            in either case; or one alone.
        folder: Where the files go; made if it isn't there.
        client: Fetches the snapshots of books; without one there are none.
        ending: ``.jsonl.gz``, ``.jsonl.zst`` (needs the extra ``zstd``) or ``.jsonl``.
        max_bytes, max_age_s: When the next file begins: after so much text, after so long.
        about: What else the ``.json`` shall say: environment, …

    Raises:
        BadInput: A name is none of a stream: the server would take it and send nothing.
        OSError: The folder can't be made, or the ending needs a package that is missing.
    """

    def __init__(
        self,
        streams: Streams,
        names: str | Sequence[str],
        folder: Path | str,
        *,
        client: Spot | None = None,
        ending: Ending = ".jsonl.gz",
        max_bytes: int = 1 << 30,
        max_age_s: float = 24 * 3600.0,
        about: Mapping[str, Any] | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        check_ending(ending)
        self.names = stream_names(names)
        """The streams, as Binance writes them."""
        self._streams = streams
        self._client = client
        self._runtime: Runtime = runtime or Threads()
        self._stop = threading.Event()
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._tracks = [
            _Track(
                symbol,
                [name for name in self.names if _symbol(name) == symbol],
                folder,
                ending,
                (max_bytes, max_age_s),
                dict(about or {}),
                self._want_snapshot,
            )
            for symbol in dict.fromkeys(map(_symbol, self.names))
        ]
        self._thread = threading.Thread(target=self._run, name="binance_lab:record", daemon=True)
        self._thread.start()
        try:
            for track in self._tracks:
                for name in track.names:
                    streams.subscribe(name, track)
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        state = "stopped" if self._stop.is_set() else "recording"
        symbols, messages = counted(len(self._tracks), "symbol"), counted(self.count, "message")
        errors = f", {self.error}" if self.error else ""
        return f"<Recorder {symbols}: {state}, {messages}{errors}>"

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def count(self) -> int:
        """How many messages are written."""
        return sum(track.count for track in self._tracks)

    @property
    def lost(self) -> int:
        """How many messages came faster than the disk took them."""
        return sum(track.lost for track in self._tracks)

    @property
    def garbled(self) -> int:
        """How many messages were left out, as no line can hold them: they have a line break."""
        return sum(track.garbled for track in self._tracks)

    @property
    def paths(self) -> list[Path]:
        """The capture files so far."""
        return [path for track in self._tracks for path in track.paths]

    @property
    def error(self) -> Exception | None:
        """What went wrong last: a full disk, a snapshot that couldn't be had."""
        return next((track.error for track in self._tracks if track.error), None)

    def close(self) -> None:
        """Subscribe no more, write what waits, and finish the files."""
        if self._stop.is_set():
            return
        for track in self._tracks:
            for name in track.names:
                self._streams.unsubscribe(name, track)
        self._stop.set()
        self._thread.join()
        self._runtime.close()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_S):
            for track in self._tracks:
                track.write()
        for track in self._tracks:
            track.write()
            track.finish()

    def _want_snapshot(self, track: _Track) -> None:
        client = self._client
        if client is None or not any("@depth" in name for name in track.names):
            return
        symbol = track.symbol.upper()
        Fetch(
            self._runtime,
            partial(client.with_raw_body.depth, symbol, limit=SNAPSHOT_LEVELS),
            deliver=lambda body: track.receive([body], time.time_ns()),
            give_up=track.failed,
            wanted=lambda: not self._stop.is_set(),
        ).start()


class _Track:
    """The streams of one symbol and their files; messages come from readers, one thread writes."""

    def __init__(
        self,
        symbol: str,
        names: list[str],
        folder: Path,
        ending: Ending,
        limits: tuple[int, float],
        about: dict[str, Any],
        want_snapshot: Any,
    ) -> None:
        self.symbol = symbol
        self.names = names
        self.paths: list[Path] = []
        self.count = self.lost = self.garbled = 0
        self.error: Exception | None = None
        self._folder = folder
        self._ending = ending
        self._max_bytes, self._max_age_s = limits
        self._about = about
        self._want_snapshot = want_snapshot
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._pending: list[tuple[int, bytes]] = []  # is being written
        self._lock = threading.Lock()  # guards the file: _writer, paths, count, _bytes
        self._holes: list[dict[str, Any]] = []
        self._holes_told = 0  # the first so many are in the file's ``.json``
        self._continuity = Continuity(names)
        self._lost_at: tuple[int, str] | None = None
        self._writer: CaptureWriter | None = None
        self._began_s = 0.0
        self._bytes = 0

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        """Take messages or a snapshot; any thread, at once back."""
        for payload in messages:
            if len(self._waiting) >= MAX_WAITING:
                self._waiting.popleft()
                self.lost += 1
            self._waiting.append((received_ns, payload))

    def connection_changed(self, event: ConnectionEvent) -> None:
        """Note when the connection is lost and when it is back."""
        if event.state in _LOST and self._lost_at is None:
            self._lost_at = (event.time_ns, event.reason)
        elif event.state in _BACK and self._lost_at is not None:
            self._holes.append(_hole(self._lost_at, event.time_ns))
            self._lost_at = None
            self._want_snapshot(self)

    def failed(self, error: Exception) -> None:
        """Keep an error; it is in the log once, however often it comes."""
        if str(error) != str(self.error):
            _log.error("%s can't be recorded: %s", self.symbol, error)
        self.error = error

    def write(self) -> None:
        """Write what waits, and begin the next file if this one is large or old enough."""
        try:
            with self._lock:
                self._write()
        except Exception as error:  # a full disk: what waits is kept, as far as there is room
            self.failed(error)

    def finish(self) -> None:
        """Close the file, and say in the other one what is in it; what still waits is lost."""
        try:
            with self._lock:
                self.lost += len(self._pending) + len(self._waiting)
                self._finish()
        except Exception as error:
            self.failed(error)

    def _finish(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            writer.close()
        except OSError:
            writer.abandon()  # as of the last flush, which had everything
            raise
        finally:
            self._tell(writer)

    def _write(self) -> None:
        self._pending = self._pending or self._drained()
        if not self._pending:
            return
        new = self._writer is None
        writer = self._writer or self._begin()
        try:
            for received_ns, payload in self._pending:
                writer.write(received_ns, payload)
            writer.flush()
        except OSError:
            self._abandon(writer)
            raise
        if new:  # not before: a full disk has a file begun twice a second
            self._want_snapshot(self)
        written, self._pending = self._pending, []
        for _, payload in written:
            self._continuity.check(payload)
            self._bytes += len(payload)
        self.count += len(written)
        self._tell(writer)
        if self._bytes >= self._max_bytes or time.monotonic() - self._began_s >= self._max_age_s:
            self._finish()

    def _drained(self) -> list[tuple[int, bytes]]:
        """What waits, without what is no line."""
        taken = []
        with suppress(IndexError):  # the reader may have dropped some, of too many
            for _ in range(len(self._waiting)):
                taken.append(self._waiting.popleft())
        lines = [each for each in taken if b"\n" not in each[1]]
        self.garbled += len(taken) - len(lines)
        return lines

    def _abandon(self, writer: CaptureWriter) -> None:
        """Leave a file that can't be written; what is pending goes to the next one."""
        self._writer = None
        if not writer.abandon():
            self.paths.remove(writer.path)

    def _begin(self) -> CaptureWriter:
        """A new file; holes that no file tells of yet are told by this one."""
        now = datetime.now(UTC)
        path = self._folder / f"{self.symbol}-{now:%Y%m%dT%H%M%S%f}{self._ending}"
        self._writer = CaptureWriter(path)
        self.paths.append(path)
        self._began_s, self._bytes = time.monotonic(), 0
        del self._holes[: self._holes_told]
        self._holes_told = 0
        self._continuity.begin()
        self._about |= {"symbol": self.symbol, "streams": self.names, "began": now.isoformat()}
        self._writer.write_header(int(now.timestamp() * 1e9), self._about)
        return self._writer

    def _tell(self, writer: CaptureWriter) -> None:
        """Write the ``.json`` beside a file, whole or not at all."""
        path = Path(f"{writer.path}.json")
        lost_at, holes = self._lost_at, list(self._holes)  # read once: it may be back meanwhile
        told = [*holes]
        if lost_at is not None and lost_at[0] not in (hole["from_ns"] for hole in holes[-1:]):
            told.append(_hole(lost_at, None))
        about = self._about | {
            "messages": writer.count,
            "lost": self.lost,
            "garbled": self.garbled,
            "holes": told,
            "gaps": self._continuity.holes(),
            "written": datetime.now(UTC).isoformat(),
        }
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(about)))
        os.replace(unfinished, path)
        self._holes_told = len(holes)


def stream_names(names: str | Sequence[str]) -> list[str]:
    """Names of streams with their symbols in lower case, each once.

    Raises:
        BadInput: One is none of a stream.
    """
    found = []
    for name in [names] if isinstance(names, str) else names:
        symbol, at, kind = name.partition("@")
        found.append(name if name.startswith("!") else f"{symbol.lower()}{at}{kind}")
        try:
            event_type(found[-1])
        except ValueError as error:
            raise BadInput(f"{error}; it should look like btcusdt@trade") from None
    return list(dict.fromkeys(found))


def _hole(lost_at: tuple[int, str], end_ns: int | None) -> dict[str, Any]:
    """When the connection was lost, and when it was back: None if it isn't."""
    began_ns, reason = lost_at
    return {"from_ns": began_ns, "to_ns": end_ns, "reason": reason}


def _symbol(name: str) -> str:
    """The symbol of a stream, in lower case; ``all`` for those of all symbols."""
    symbol = name.partition("@")[0]
    return "all" if symbol.startswith("!") else symbol
