"""Journal: everything that was sent and received about orders, a line of JSON each, on disk.

Each line is written by one append, and flushed to the disk before an order is sent, so that
after a crash the last line is whole or missing, and an order that was sent is known. Lines hold
orders and the exchange's words about them: no key, signature or header ever gets here.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import platformdirs


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line: when (ns since 1970), what kind of event, of which order, and the event."""

    time_ns: int
    kind: str
    client_order_id: str = ""
    data: dict[str, Any] = msgspec.field(default_factory=dict)


class Journal:
    """Appends entries to a file, and reads them back. Any thread.

    Args:
        path: The file; made with its folders, readable by its owner only, on the first entry.
        header: What the first line of a new file says, such as the environment.
    """

    def __init__(self, path: str | os.PathLike[str], **header: str) -> None:
        self.path = Path(path)
        self.torn = 0
        """Lines of the last reading that were no entry: the rest of a crash."""
        self._header = header
        self._lock = threading.Lock()  # guards _file, and that lines don't mix
        self._file: int | None = None

    def __repr__(self) -> str:
        return f"<Journal {self.path}>"

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(
        self, kind: str, client_order_id: str = "", data: Any = None, *, durable: bool = False
    ) -> None:
        """Append one entry; ``durable`` returns only when the disk has it.

        Raises:
            OSError: The file can't be written.
        """
        entry = {"time_ns": time.time_ns(), "kind": kind, "client_order_id": client_order_id}
        line = msgspec.json.encode({**entry, "data": msgspec.to_builtins(data or {})}) + b"\n"
        with self._lock:
            file = self._open()
            _write_all(file, line)
            if durable:
                os.fsync(file)

    def read(self) -> Iterator[Entry]:
        """The entries, oldest first; lines that a crash tore are skipped and counted."""
        self.torn = 0
        if not self.path.exists():
            return
        decode = msgspec.json.Decoder(Entry).decode
        with self.path.open("rb") as file:
            for line in file:
                try:
                    yield decode(line)
                except msgspec.DecodeError:
                    self.torn += 1

    def close(self) -> None:
        """Close the file; the next entry opens it again."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _open(self) -> int:
        if self._file is not None:
            return self._file
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._file = file
        if new:
            entry = Entry(time_ns=time.time_ns(), kind="journal", data=dict(self._header))
            _write_all(file, msgspec.json.encode(entry) + b"\n")
        elif not _ends_with_newline(file):
            _write_all(file, b"\n")  # what a crash tore off stays alone on its line
        return file


def _write_all(file: int, line: bytes) -> None:
    written = os.write(file, line)
    while written < len(line):  # the disk is full, or a signal came: finish it or raise
        written += os.write(file, line[written:])


def _ends_with_newline(file: int) -> bool:
    size = os.fstat(file).st_size
    if not size:
        return True
    os.lseek(file, -1, os.SEEK_END)
    return os.read(file, 1) == b"\n"


def journal_path(environment: str, host: str, api_key: str | None) -> Path:
    """Where the journal of an account lies: a file for each environment, host and key.

    The key stands in the name as the first digits of a hash, which leads to nothing else.
    """
    account = hashlib.sha256(f"{host} {api_key or ''}".encode()).hexdigest()[:12]
    folder = platformdirs.user_data_path("binance_lab") / "journal"
    return folder / f"orders-{environment}-{account}.jsonl"
