"""Captures: files of market data messages as they were received, one a line.

A line is the local receive time in ns, a space, and the message: what a combined stream sent
(``{"stream":…,"data":…}``) or a REST depth snapshot (``{"lastUpdateId":…}``). Files whose names end
with ``.gz`` are gzip, with ``.zst`` zstd (needs the extra ``zstd``), others plain text.

The first line may be a header, which says what was recorded and where: a message of the stream
``!capture``, which no exchange has, so that programs that know nothing of headers pass over it.
"""

from __future__ import annotations

import gzip
import importlib
import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

import msgspec

from .extras import pip_line
from .lab_error import BadInput
from .words import counted

_CHUNK = 1 << 16
HEADER = "!capture"
"""The stream of a header."""


class CaptureError(ValueError):
    """A capture can't be read any further, or not at this line.

    Attributes:
        path: The file.
        line: The line's number, the first is 1.
    """

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}")
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class CaptureMessage:
    """One line of a capture.

    Attributes:
        received_ns: When it was received, by the clock of the machine that recorded.
        stream: The stream's name; empty for a depth snapshot.
        data: The payload, JSON bytes exactly as they came: a combined message's ``data``, or the
            snapshot.
    """

    received_ns: int
    stream: str
    data: bytes


class _Envelope(msgspec.Struct):
    stream: str = ""
    data: msgspec.Raw = msgspec.Raw()
    snapshot_id: int | None = msgspec.field(name="lastUpdateId", default=None)


_envelopes = msgspec.json.Decoder(_Envelope)


def read_capture(
    path: Path | str, *, on_error: Callable[[CaptureError], None] | None = None
) -> Iterator[CaptureMessage]:
    """The messages of a capture, in the order of the file, without its header.

    Args:
        on_error: Called with what is wrong with a line; reading goes on behind it, as far as the
            file can be read. Without it the first wrong line is raised.

    Raises:
        CaptureError: A line is garbled or cut short, the compressed file ends too early, or the file
            isn't text.
        OSError: There is no such file, or it may not be read.
    """
    path = Path(path)
    number = 0
    try:
        with _open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if number == 1 and not (line[:1].isdigit() or _is_text(line)):
                    problem = f"this is no capture: {_kind(line)}"
                    _report(CaptureError(path, number, problem), on_error)
                    return
                try:
                    message = parse_line(line)
                except ValueError as error:
                    _report(CaptureError(path, number, str(error)), on_error)
                else:
                    if message.stream != HEADER:
                        yield message
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        problem = (
            f"the compressed file is damaged or ends too early ({error}); what comes before "
            "this line was read. Copy the file again, or record it anew."
        )
        _report(CaptureError(path, number + 1, problem), on_error)


def read_header(path: Path | str) -> dict[str, Any]:
    """What a capture says of itself; empty if it doesn't.

    Keys of a recording made here: ``symbol``, ``streams``, ``began`` and ``environment``.

    Raises:
        CaptureError: The first line can't be read.
        OSError: There is no such file, or it may not be read.
    """
    path = Path(path)
    try:
        with _open(path, "rb") as lines:
            first = parse_line(lines.readline())
        if first.stream != HEADER:
            return {}
        return msgspec.json.decode(first.data, type=dict[str, Any])
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise CaptureError(path, 1, str(error)) from None


def capture_paths(paths: Sequence[Path | str]) -> list[Path]:
    """The paths of captures that were given one by one.

    Raises:
        BadInput: None is given, one is a list of them, or there is no such file.
    """
    if not paths:
        raise BadInput("No capture is given: the path of one file or more is needed.")
    for path in paths:
        if not isinstance(path, str | os.PathLike):
            raise BadInput(
                f"A capture is a path, not a {type(path).__name__}; a list of them is given with a "
                "star in front: *paths."
            )
        if not Path(path).exists() or Path(path).is_dir():
            raise BadInput(f"There is no capture {path}.")
    return [Path(path) for path in paths]


def parse_line(line: bytes) -> CaptureMessage:
    """What one line of a capture says.

    Raises:
        ValueError: It isn't one; the message says what is wrong and shows how it starts.
    """
    received, _, message = line.strip().partition(b" ")
    if not received.isdigit():
        raise ValueError(f"no receive time in ns, a space and a message: {_start(line)}")
    try:
        envelope = _envelopes.decode(message)
    except msgspec.MsgspecError as error:
        raise ValueError(
            f"the message is cut short or garbled ({error}): {_start(message)} "
            "Delete this line, or record the capture anew."
        ) from None
    payload = bytes(envelope.data)
    if payload and envelope.stream:
        return CaptureMessage(int(received), envelope.stream, payload)
    if envelope.snapshot_id is not None:
        return CaptureMessage(int(received), "", message)
    raise ValueError(f"neither a combined stream's message nor a snapshot: {_start(message)}")


def check_ending(name: str) -> None:
    """Nothing, if captures whose names end so can be written here.

    Raises:
        OSError: They need a package that is not installed.
    """
    if name.endswith(".zst"):
        _zstandard()


class CaptureWriter:
    """Appends messages to a capture; one thread at a time.

    Args:
        path: The file; its ending says how it is compressed. An existing one is continued.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = _open(self.path, "ab")
        self._safe = (self.path.stat().st_size, b"")  # what was flushed, and how such a file ends
        self.count = 0

    def write_header(self, written_ns: int, about: Mapping[str, Any]) -> None:
        """Say what is recorded here; the first line of a file, not counted as a message."""
        message = msgspec.json.encode({"stream": HEADER, "data": about})
        self._file.write(b"%d %b\n" % (written_ns, message))

    def write(self, received_ns: int, message: bytes) -> None:
        """Append a message, exactly as it came.

        Raises:
            ValueError: It has a line break in it, which JSON from Binance never has.
        """
        if b"\n" in message:
            raise ValueError("A captured message may not have a line break in it.")
        self._file.write(b"%d %b\n" % (received_ns, message))
        self.count += 1

    def flush(self) -> None:
        """Hand all that was written to the system: a crash of this process takes none of it."""
        self._file.flush()
        self._safe = (self.path.stat().st_size, self._end())

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def abandon(self) -> bool:
        """Leave the file as of the last flush, since it can't be written; whether any of it is left.

        What was compressed of a message that the disk didn't take would spoil all that follows.
        """
        size, end = self._safe
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            if not size:
                self.path.unlink()
            os.truncate(self.path, size)
            with open(self.path, "ab") as file:
                file.write(end)
        return size > 0

    def _end(self) -> bytes:
        """What makes a whole file of what was flushed: a last block that is empty."""
        if self.path.suffix == ".gz":
            file: Any = self._file
            return b"\x03\x00" + struct.pack("<LL", file.crc, file.size & 0xFFFFFFFF)
        return b"\x01\x00\x00" if self.path.suffix == ".zst" else b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<CaptureWriter {self.path}: {counted(self.count, 'message')}>"


class _ZstdReader(io.RawIOBase):
    """The text of a zstd file, whose frames may be several and the last one cut off.

    The package's own reader gives up before the end of what a crash has left.
    """

    def __init__(self, path: Path, zstd: Any) -> None:
        self._zstd = zstd
        self._file = path.open("rb")
        self._frame: Any = None  # None between frames
        self._compressed = self._text = b""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give what text there is, 0 at the end; EOFError if the file is damaged or cut off."""
        while not self._text:
            data = self._compressed or self._file.read(_CHUNK)
            if not data and self._frame is not None:
                raise EOFError("the last frame has no end")
            if not data:
                return 0
            self._text = self._inflated(data)
        size = min(len(buffer), len(self._text))
        buffer[:size], self._text = self._text[:size], self._text[size:]
        return size

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _inflated(self, data: bytes) -> bytes:
        self._frame = self._frame or self._zstd.ZstdDecompressor().decompressobj()
        try:
            text: bytes = self._frame.decompress(data)
        except self._zstd.ZstdError as error:
            raise EOFError(str(error)) from None
        self._compressed = self._frame.unused_data
        if self._frame.eof:
            self._frame = None
        return text


def _open(path: Path, mode: str) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, mode))
    if path.suffix == ".zst":
        return _open_zstd(path, mode)
    return cast(IO[bytes], open(path, mode))


def _open_zstd(path: Path, mode: str) -> IO[bytes]:
    zstd = _zstandard()
    if mode == "ab":
        return cast(IO[bytes], zstd.open(path, mode))
    return io.BufferedReader(_ZstdReader(path, zstd))


def _zstandard() -> Any:
    try:
        return importlib.import_module("zstandard")
    except ImportError:
        raise OSError(
            f"A capture that ends with .zst needs a package: {pip_line('zstd')}; or use .jsonl.gz."
        ) from None


def _report(error: CaptureError, on_error: Callable[[CaptureError], None] | None) -> None:
    if on_error is None:
        raise error
    on_error(error)


def _is_text(line: bytes) -> bool:
    try:
        return "\0" not in line.decode()
    except UnicodeDecodeError:
        return False


def _kind(line: bytes) -> str:
    """What a file that isn't text may be."""
    for start, kind, ending in (
        (b"\x1f\x8b", "gzip", ".gz"),
        (b"\x28\xb5\x2f\xfd", "zstd", ".zst"),
    ):
        if line.startswith(start):
            return f"it is compressed by {kind}; give it a name that ends with {ending}"
    return "it isn't text. Captures are made by binance-lab record, or lab.record(…)"


def _start(line: bytes) -> str:
    if not _is_text(line):
        return f"{counted(len(line), 'byte')} that are no text"
    text = line[:60].decode("utf-8", "replace").rstrip()
    return repr(text + "…" if len(line) > 60 else text)
