"""What survives a restart: a snapshot of the exchange, and a journal of what was done since.

The engine and its agents are deterministic, so that a journal of commands and steps restores their state
exactly. An entry is written before it is done: what was acknowledged is on record, whatever kills the process.
"""

from __future__ import annotations

import io
import pickle
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

FILE_NAME = "exchange.db"
FORMAT = 3  # goes up when an exchange's state has other parts than before

_OWN = ("binance_lab.exchange.", "binance_lab.wire.")
_STARTS_PROGRAMS = "binance_lab.exchange.process"
# Besides the exchange's own classes, all that its state is made of.
_ALLOWED = {
    ("_codecs", "encode"),
    ("array", "_array_reconstructor"),
    ("array", "array"),
    ("builtins", "frozenset"),
    ("builtins", "set"),
    ("collections", "OrderedDict"),
    ("collections", "deque"),
    ("copyreg", "_reconstructor"),
    ("decimal", "Decimal"),
    ("random", "Random"),
}


class StoreError(Exception):
    """The folder can't be used; the message says why and what to do."""


class _Unpickler(pickle.Unpickler):
    """Reads nothing but the exchange's state: a file from elsewhere can't run other code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "getattr"):
            return _method
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        # A dotted name, or one that a module of ours imports, would lead elsewhere.
        if module.startswith(_OWN) and module != _STARTS_PROGRAMS and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type | FunctionType) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an exchange's state")


def _method(owner: object, name: str) -> Any:
    """A bound method of an object of ours, which is what a pickle needs ``getattr`` for."""
    if type(owner).__module__.startswith(_OWN) and not name.startswith("__"):
        method = getattr(owner, name)
        if isinstance(method, MethodType):
            return method
    raise pickle.UnpicklingError(f"{name} is no method of an exchange's state")


def _load(blob: bytes) -> Any:
    return _Unpickler(io.BytesIO(blob)).load()


class Store:
    """One folder's database, with a write-ahead log; only one exchange at a time.

    Raises:
        StoreError: The folder can't be used.
    """

    def __init__(self, folder: Path | str) -> None:
        self.path = Path(folder) / FILE_NAME
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self.path, isolation_level=None, timeout=1.0)
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            # A commit must outlive the process, not the computer's power.
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._check_format()
            self._database.execute("CREATE TABLE IF NOT EXISTS snapshot (state BLOB NOT NULL)")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY, entry BLOB NOT NULL)"
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"{self.path} can't be used ({error}). Maybe another exchange runs on this folder: "
                "stop it, or choose another folder."
            ) from None

    def _check_format(self) -> None:
        """Refuse another version's file; a new one gets this version's number."""
        (number,) = self._database.execute("PRAGMA user_version").fetchone()
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and number != FORMAT:
            self._database.close()
            raise self._unreadable(f"its format is {number}, not {FORMAT}")
        self._database.execute(f"PRAGMA user_version = {FORMAT}")

    def _unreadable(self, why: object) -> StoreError:
        return StoreError(
            f"{self.path} can't be read ({why}). It is damaged, or from another version: "
            "move it away to start anew."
        )

    def snapshot(self) -> Any:
        """The state of the last save; None if there was none.

        Raises:
            StoreError: It is damaged, or another version's.
        """
        row = self._database.execute("SELECT state FROM snapshot").fetchone()
        return None if row is None else self._read(row[0])

    def journal(self) -> Iterator[Any]:
        """What was done since, in its order.

        Raises:
            StoreError: It is damaged.
        """
        for (entry,) in self._database.execute("SELECT entry FROM journal ORDER BY number"):
            yield self._read(entry)

    def _read(self, blob: bytes) -> Any:
        try:
            return _load(blob)
        except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError) as error:
            raise self._unreadable(error) from None

    def record(self, entry: Any) -> None:
        """Put one entry on record; it is there when this returns."""
        self._database.execute("INSERT INTO journal (entry) VALUES (?)", (pickle.dumps(entry, 5),))

    def save(self, state: Any) -> None:
        """Replace snapshot and journal by the state as it is now."""
        blob = pickle.dumps(state, 5)
        self._database.execute("BEGIN")
        self._database.execute("DELETE FROM snapshot")
        self._database.execute("INSERT INTO snapshot VALUES (?)", (blob,))
        self._database.execute("DELETE FROM journal")
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
