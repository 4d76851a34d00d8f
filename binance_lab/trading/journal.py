"""Journal: everything that was sent and received about orders, a line of JSON each, on disk.

An order is sent only once its line is on the disk (fsync); what comes after is written at once and
left to the system to flush, as the exchange knows it, too. So an order that was sent is known after
a crash, and one that can't be written down isn't sent. Lines hold orders and the exchange's words
about them: no key, signature or header ever gets here.

Several notebooks may share a file: each line is written under a lock between processes. A file
that has grown past ``max_bytes`` is shortened to the orders that are still wanted; what it held
before stays beside it as ``….old``, until the next time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from binance_lab.history.locks import locked

MAX_BYTES = 32_000_000
"""How large a journal grows before it is shortened: tens of thousands of orders."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line: when (ns since 1970), what kind of event, of which order, and the event."""

    time_ns: int
    kind: str
    client_order_id: str = ""
    data: dict[str, Any] = msgspec.field(default_factory=dict)


_decode = msgspec.json.Decoder(Entry).decode
_TORN = (msgspec.DecodeError, UnicodeDecodeError)  # what reading a line that is no entry ends with
Wanted = Callable[[Iterable[Entry]], Collection[str]]
"""Of all entries, the client order ids whose lines are to stay."""


class Journal:
    """Appends entries to a file, and reads them back. Any thread, any number of processes.

    Args:
        path: The file; made with its folders, readable by its owner only, on the first entry.
        max_bytes: How large it grows before ``shorten`` does something.
        header: What the first line of a new file says, such as the environment.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES, **header: str
    ) -> None:
        self.path = Path(path)
        self.torn = 0
        """Lines of the last reading that were no entry: the rest of a crash, or of a bad disk."""
        self._header = header
        self._max_bytes = self._bound = max_bytes
        self._lock = threading.RLock()  # guards all that follows, and that lines don't mix
        self._alone = False
        self._file: int | None = None
        self._size = 0

    def __repr__(self) -> str:
        return f"<Journal {self.path}>"

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Meanwhile no other thread and no other notebook writes."""
        with self._lock:
            if self._alone:
                yield
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self.path.with_name(f"{self.path.name}.lock")):
                try:
                    self._alone = True
                    yield
                finally:
                    self._alone = False

    def write(
        self, kind: str, client_order_id: str = "", data: Any = None, *, durable: bool = False
    ) -> None:
        """Append one entry; ``durable`` returns only when the disk has it.

        Raises:
            OSError: The file can't be written; nothing of the entry stays in it.
        """
        entry = {"time_ns": time.time_ns(), "kind": kind, "client_order_id": client_order_id}
        line = msgspec.json.encode({**entry, "data": msgspec.to_builtins(data or {})}) + b"\n"
        with self.alone():
            file = self._open()
            size = os.fstat(file).st_size
            try:
                _write_all(file, line if _ends_with_newline(file, size) else b"\n" + line)
                if durable:
                    os.fsync(file)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(file, size)  # half a line would spoil the next one
                raise
            self._size = size + len(line)

    def read(self, client_order_id: str = "") -> Iterator[Entry]:
        """The entries, oldest first; lines that are no entry are skipped and counted.

        Args:
            client_order_id: Only entries that name it.

        Raises:
            OSError: The file can't be read.
        """
        self.torn = 0
        name = client_order_id.encode()
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            for line in file:
                if name not in line:
                    continue
                try:
                    yield _decode(line)
                except _TORN:
                    self.torn += 1

    @property
    def too_long(self) -> bool:
        """Whether the file has grown past its bound since it was last shortened."""
        return self._size > self._bound

    def shorten(self, wanted: Wanted) -> None:
        """Keep the lines of the wanted orders, if the file has grown past its bound.

        Raises:
            OSError: There is no room for it, or no permission; the file stays as it was.
        """
        with self.alone():
            file = self._open()
            self._size = os.fstat(file).st_size
            if not self.too_long:
                return  # another notebook was first
            self._bound = 2 * self._size  # if it fails, it isn't tried with every entry
            stay = {name.encode() for name in wanted(self.read())} | {b""}
            short = self.path.with_name(f"{self.path.name}.new")
            with open(short, "wb", opener=_for_owner) as new, self.path.open("rb") as old:
                new.writelines(line for line in old if _named(line) in stay)
                new.flush()
                os.fsync(new.fileno())
                self._size = new.tell()
            before = self.path.with_name(f"{self.path.name}.old")
            with suppress(OSError):  # a file system without links keeps no copy
                before.unlink(missing_ok=True)
                os.link(self.path, before)
            os.replace(short, self.path)  # at no moment is there no journal
            _sync_folder(self.path.parent)
            self._bound = max(self._max_bytes, 2 * self._size)

    def close(self) -> None:
        """Close the file; the next entry opens it again."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _open(self) -> int:
        """The file that stands at the path: another notebook may have shortened it."""
        if self._file is not None:
            if _same_file(self._file, self.path):
                return self._file
            self.close()
        self._file = file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        if not os.fstat(file).st_size:
            entry = Entry(time_ns=time.time_ns(), kind="journal", data=dict(self._header))
            _write_all(file, msgspec.json.encode(entry) + b"\n")
            _sync_folder(self.path.parent)
        return file


def _named(line: bytes) -> bytes | None:
    """The client order id that a line is about; None if it is no entry."""
    try:
        return _decode(line).client_order_id.encode()
    except _TORN:
        return None


def _write_all(file: int, line: bytes) -> None:
    written = os.write(file, line)
    while written < len(line):  # the disk is full, or a signal came: finish it or raise
        written += os.write(file, line[written:])


def _ends_with_newline(file: int, size: int) -> bool:
    """Whether the last line is whole; else a crash tore it, here or in another notebook."""
    if not size:
        return True
    os.lseek(file, -1, os.SEEK_END)
    return os.read(file, 1) == b"\n"


def _same_file(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """Let the disk have the names of new files; not every system can."""
    with suppress(OSError):
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def journal_path(environment: str, host: str, api_key: str | None, *, lasts: bool = True) -> Path:
    """Where the journal of an account lies: a file for each environment, host and key.

    The key stands in the name as the first digits of a hash, which leads to nothing else.

    Args:
        lasts: Whether the exchange keeps its orders; else the file lies among temporary ones.
    """
    account = hashlib.sha256(f"{host} {api_key or ''}".encode()).hexdigest()[:12]
    folder = platformdirs.user_data_path("binance_lab") if lasts else _temporary_folder()
    return folder / "journal" / f"orders-{environment}-{account}.jsonl"


def _temporary_folder() -> Path:
    """This user's among the temporary ones; nobody else gets in."""
    if not hasattr(os, "getuid"):  # Windows: each user has temporary folders of their own
        return Path(tempfile.gettempdir()) / "binance-lab"
    folder = Path(tempfile.gettempdir()) / f"binance-lab-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        return Path(tempfile.mkdtemp(prefix="binance-lab-"))
    return folder
