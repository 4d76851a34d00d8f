"""What a series of the store has: each file, the time it covers, and where its rows came from.

The manifest is the truth: a file that it doesn't list is left over from a process that was
killed, a span that it doesn't list is still to be fetched.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from .cleaning import Hole, Keys
from .errors import StoreError
from .spans import Span, merged

NAME = "_manifest.json"  # readers of Parquet folders pass over names that begin with _


class Origin(msgspec.Struct, kw_only=True):
    """Where rows came from.

    ``kind`` is month, day (files of the archive) or rest; ``sha256`` the archive file's;
    ``checksum`` is verified, or mismatch or missing where it was used nevertheless.
    """

    kind: str
    url: str
    sha256: str = ""
    checksum: str = ""


class Part(msgspec.Struct, kw_only=True):
    """A span of one month that is there: its rows are in one file, in order, each once.

    ``file`` is relative to the series; empty if there are no rows. Keys are ids of trades, or
    numbers of candles since 1970: the first and the last that belong to the span, there or not, as
    far as that is known; ``first_ms`` and ``last_ms`` are the times of the first and the last row.
    """

    file: str
    start_ms: int
    end_ms: int
    rows: int = 0
    bytes: int = 0
    sha256: str = ""
    first_key: int | None = None
    last_key: int | None = None
    first_ms: int | None = None
    last_ms: int | None = None
    duplicates: int = 0
    conflicts: int = 0
    conflict_ms: list[int] = msgspec.field(default_factory=list)
    holes: list[Hole] = msgspec.field(default_factory=list)
    origins: list[Origin] = msgspec.field(default_factory=list)
    fetched_ms: int = 0

    @property
    def span(self) -> Span:
        """Start and end."""
        return self.start_ms, self.end_ms

    @property
    def keys(self) -> Keys:
        """First and last key."""
        return self.first_key, self.last_key


class Incident(msgspec.Struct, kw_only=True):
    """Something that was wrong with a source, and what was done about it."""

    start_ms: int
    end_ms: int
    url: str
    what: str
    noted_ms: int


class Manifest(msgspec.Struct, kw_only=True):
    """All that is known of a series.

    ``market`` is whose rows these are, such as ``local-seed-1-2f60e171``; empty if nobody said it.
    ``first_ms`` is when its first row ever is, asked from the server; None before. ``begins_ms``
    is where what is kept begins, as it was asked for or pruned.
    """

    dataset: str
    symbol: str
    source: str
    market: str = ""
    version: int = 1
    first_ms: int | None = None
    begins_ms: int | None = None
    parts: list[Part] = msgspec.field(default_factory=list)
    incidents: list[Incident] = msgspec.field(default_factory=list)

    @property
    def covered(self) -> list[Span]:
        """What needs not be fetched."""
        return merged(part.span for part in self.parts)


def read(folder: Path) -> Manifest | None:
    """A series' manifest; None if it has none.

    Raises:
        StoreError: It is damaged.
    """
    path = folder / NAME
    try:
        return decoded(path.read_bytes(), path)
    except FileNotFoundError:
        return None


def decoded(content: bytes, path: Path | str) -> Manifest:
    """The manifest that a file holds.

    Raises:
        StoreError: It is damaged.
    """
    try:
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise StoreError(
            f"{path} is damaged ({error}). Remove the folder to fetch it anew."
        ) from None


def write(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the one there: whoever reads sees the old or the new one."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    file, name = tempfile.mkstemp(prefix=".manifest-", dir=folder)
    try:
        with os.fdopen(file, "wb") as target:
            target.write(text)
            target.flush()
            os.fsync(target.fileno())
        os.replace(name, folder / NAME)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
