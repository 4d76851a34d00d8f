"""One dataset of one symbol on disk: a folder of Parquet files by month, and their manifest.

    klines_1m/symbol=BTCUSDT/_manifest.json
                             month=2026-01/20260101-000000_20260201-000000.parquet

A part is written under a hidden name and renamed when it is whole, then listed, all under a
lock: a process that is killed leaves files that nobody lists, and the next one removes them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from binance_lab.wire.words import counted

from . import manifest as manifests
from .cleaning import Cleaner
from .datasets import Dataset, times_us
from .errors import StoreError
from .extra import need
from .locks import locked
from .manifest import Incident, Manifest, Part
from .spans import Span, text

if TYPE_CHECKING:
    import pyarrow as pa

DOWNLOAD = ".download-"
"""What folders begin with that a file of the archive lies in until its rows are kept."""

_LEFT_OVER_S = 3_600  # older hidden files belong to a process that was killed
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Series:
    """Reads and writes the parts of one series.  Any thread and process may.

    Args:
        root: The store's folder.
        source: The host that the rows are from, for the manifest.
        market: Whose rows they are; those of another one are refused. Any if empty.
    """

    def __init__(
        self, root: Path, dataset: Dataset, symbol: str, *, source: str = "", market: str = ""
    ) -> None:
        self.dataset = dataset
        self.symbol = symbol
        self.folder = root / dataset.name / f"symbol={symbol}"
        self._source = source
        self._market = market

    def __repr__(self) -> str:
        return (
            f"<Series {self.dataset} {self.symbol}: {counted(len(self.manifest().parts), 'part')}>"
        )

    def manifest(self) -> Manifest:
        """What is there; parts whose file is gone are not."""
        found = self.listed()
        found.parts = [
            part for part in found.parts if not part.file or (self.folder / part.file).exists()
        ]
        return found

    def listed(self) -> Manifest:
        """What the manifest says, whether the files are there or not.

        Raises:
            StoreError: It is damaged, or of another market.
        """
        found = manifests.read(self.folder)
        if found is None:
            dataset, symbol = self.dataset.name, self.symbol
            return Manifest(
                dataset=dataset, symbol=symbol, source=self._source, market=self._market
            )
        if found.market and self._market and found.market != self._market:
            raise StoreError(
                f"{self.folder} has rows of {found.market}, and those of {self._market} would mix "
                "with them. Choose another folder: Lab(data=…), --data."
            )
        return found

    @contextmanager
    def changing(self) -> Iterator[Manifest]:
        """The manifest, to be changed by one at a time; written at the end of the with block.

        Files that it doesn't list then, such as those of a process that was killed, are removed.
        """
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / ".lock"):
                manifest = self.manifest()
                before = msgspec.json.encode(manifest)
                yield manifest
                manifest.parts.sort(key=lambda part: part.start_ms)
                if msgspec.json.encode(manifest) != before:
                    manifests.write(self.folder, manifest)
                self._remove_unlisted(manifest)

    def add(
        self,
        tables: Iterable[pa.Table],
        cleaner: Cleaner,
        part: Part,
        *,
        explain: Callable[[Part], None] | None = None,
        replaces: bool = False,
    ) -> bool:
        """Write a part and list it.

        Args:
            tables: Its rows, as they come; the cleaner puts them in order.
            part: The span, and where the rows are from; the rest is filled in.
            explain: Finds out who lacks what its holes lack, before it is listed.
            replaces: It is of parts that are there already.

        Returns:
            False if another process has been faster: nothing has changed.

        Raises:
            Unordered: The tables can't be put in order one by one.
            StoreError: The disk is full, or the folder can't be written to.
        """
        with writing(self.folder), self._hidden_file() as hidden:
            self._write(hidden, tables, cleaner)
            _describe(part, cleaner)
            if explain is not None:
                explain(part)
            return self._list(hidden, part, replaces=replaces)

    def adopt(self, part: Part, content: bytes) -> bool:
        """List a part that another machine has made.

        Args:
            content: Its file's; empty if it has no rows.

        Returns:
            False if another process has been faster: nothing has changed.

        Raises:
            StoreError: It isn't the file that was made, or can't be written.
        """
        if part.rows and hashlib.sha256(content).hexdigest() != part.sha256:
            raise StoreError(f"{part.file} of {self.symbol} was damaged on its way; ask again.")
        with writing(self.folder), self._hidden_file() as hidden:
            hidden.write_bytes(content)
            return self._list(hidden, part, replaces=False)

    def _list(self, hidden: Path, part: Part, *, replaces: bool) -> bool:
        with self.changing() as manifest:
            others = [each for each in manifest.parts if _overlap(each.span, part.span)]
            if any(not _within(each.span, part.span) for each in others):
                return False
            if others and not replaces:
                return False
            self._place(hidden, part)
            manifest.begins_ms = min([part.start_ms, *_beginning(manifest)])
            manifest.parts = [each for each in manifest.parts if each not in others]
            manifest.parts.append(part)
        return True

    def explained(self, part: Part) -> None:
        """Keep who lacks what the holes of a part lack."""
        with self.changing() as manifest:
            for each in manifest.parts:
                if each.span == part.span:
                    _take_over_holes([part], each)

    def begins_ms(self) -> int | None:
        """What is kept begins there, if a file is gone or was taken out, too; None if nothing was kept."""
        return min(_beginning(self.listed()), default=None)

    def begin(self, start_ms: int) -> None:
        """Know that rows from then on were asked for: if they don't come now, sync fetches them."""
        begins_ms = self.begins_ms()
        if begins_ms is not None and begins_ms <= start_ms:
            return
        with self.changing() as manifest:
            manifest.begins_ms = min([start_ms, *_beginning(manifest)])

    def note(self, incident: Incident) -> None:
        """Keep what was wrong with a source."""
        with self.changing() as manifest:
            same = [each for each in manifest.incidents if _is_same(each, incident)]
            manifest.incidents = [each for each in manifest.incidents if each not in same]
            manifest.incidents.append(incident)

    def read(self, span: Span) -> pa.Table:
        """The rows within a span, oldest first.

        Raises:
            StoreError: A file is damaged.
        """
        parts = [part for part in self.manifest().parts if _overlap(part.span, span)]
        try:
            tables = [within_span(self.table(part), self.dataset, span) for part in parts]
        except StoreError:
            if [part for part in self.manifest().parts if _overlap(part.span, span)] == parts:
                raise
            return self.read(span)  # another process has joined or removed files meanwhile
        tables = tables or [self.dataset.schema.empty_table()]
        return need("pyarrow").concat_tables(tables)

    def table(self, part: Part) -> pa.Table:
        """The rows of one part.

        Raises:
            StoreError: Its file is damaged.
        """
        if not part.file:
            return self.dataset.schema.empty_table()
        parquet, arrow_error = need("pyarrow.parquet"), need("pyarrow").ArrowException
        path = self.folder / part.file
        try:
            with parquet.ParquetFile(path, page_checksum_verification=True) as file:
                table = file.read()
                if table.num_rows != part.rows:
                    raise OSError(f"{table.num_rows} rows instead of {part.rows}")
                return table
        except (arrow_error, OSError) as error:
            raise StoreError(
                f"{path} is damaged: {error}. lab.history.verify(repair=True) takes it out of the "
                "store; then ask again."
            ) from None

    def problem(self, part: Part) -> str:
        """What is wrong with a part's file; empty if it is the one that was written."""
        if not part.file:
            return ""
        path = self.folder / part.file
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return "the file is gone"
        except OSError as error:
            return f"the file can't be read: {error.strerror}"
        return "" if digest == part.sha256 else "the file has changed since it was written"

    def compact(self) -> int:
        """Join each month's parts that touch into one file; answers how many files are gone."""
        groups: list[list[Part]] = []
        for part in self.manifest().parts:
            last = groups[-1][-1] if groups else None
            same = last is not None and text(last.start_ms, "%Y-%m") == text(part.start_ms, "%Y-%m")
            if last is not None and same and last.end_ms == part.start_ms:
                groups[-1].append(part)
            else:
                groups.append([part])
        return sum(self._join(group) for group in groups if len(group) > 1)

    def _join(self, parts: list[Part]) -> int:
        whole = Part(file="", start_ms=parts[0].start_ms, end_ms=parts[-1].end_ms)
        first = next((part.first_key for part in parts if part.first_key is not None), None)
        last = next((part.last_key for part in reversed(parts) if part.last_key is not None), None)
        cleaner = Cleaner(self.dataset, whole.span, due=(first, last))
        known = partial(take_over, parts)
        if not self.add(map(self.table, parts), cleaner, whole, explain=known, replaces=True):
            return 0
        return len([part for part in parts if part.file]) - 1

    def _write(self, hidden: Path, tables: Iterable[pa.Table], cleaner: Cleaner) -> None:
        # Few numbers repeat: without dictionaries files are smaller, and written three times as fast.
        writer = need("pyarrow.parquet").ParquetWriter(
            hidden,
            self.dataset.schema,
            compression="zstd",
            use_dictionary=False,
            write_page_checksum=True,
            memory_pool=need("pyarrow").system_memory_pool(),
        )
        with writer:
            for table in tables:
                kept = cleaner.take(table)
                if kept.num_rows:
                    writer.write_table(kept)
        cleaner.end()

    def _place(self, hidden: Path, part: Part) -> None:
        """Move a whole file to its name; a part without rows has none."""
        if not part.rows:
            return
        with hidden.open("rb") as file:
            part.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        part.bytes = hidden.stat().st_size
        form = "%Y%m%d-%H%M%S"
        name = f"{text(part.start_ms, form)}_{text(part.end_ms, form)}"
        part.file = f"month={text(part.start_ms, '%Y-%m')}/{name}.parquet"
        target = self.folder / part.file
        if target.exists():  # of a part that this one replaces, and that is still listed
            part.file = part.file.replace(".parquet", f"-{time.time_ns():x}.parquet")
            target = self.folder / part.file
        target.parent.mkdir(exist_ok=True)
        os.replace(hidden, target)

    @contextmanager
    def _hidden_file(self) -> Iterator[Path]:
        self.folder.mkdir(parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(prefix=".part-", dir=self.folder)
        os.close(file)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def _remove_unlisted(self, manifest: Manifest) -> None:
        listed = {self.folder / part.file for part in manifest.parts if part.file}
        for path in self.folder.glob("month=*/*.parquet"):
            if path not in listed:
                path.unlink(missing_ok=True)
                with suppress(OSError):  # not empty: other files of the month are still there
                    path.parent.rmdir()
        for hidden in (*self.folder.glob(".part-*"), *self.folder.glob(".manifest-*")):
            with suppress(FileNotFoundError):  # its own process has just finished with it
                if time.time() - hidden.stat().st_mtime > _LEFT_OVER_S:
                    hidden.unlink()
        for folder in self.folder.glob(f"{DOWNLOAD}*"):
            with suppress(FileNotFoundError):
                newest = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
                if time.time() - newest > _LEFT_OVER_S:
                    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tell what keeps the store from being written to.

    Raises:
        StoreError: The disk is full, or the folder is not ours to write to.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, ConnectionError):
            raise
        what = "the disk is full" if error.errno in _FULL else error.strerror or str(error)
        raise StoreError(
            f"{folder} can't be written to: {what}. What was fetched before is kept; ask again to "
            "go on, or choose another folder: Lab(data=…), --data."
        ) from error


def _describe(part: Part, cleaner: Cleaner) -> None:
    part.rows = cleaner.rows
    part.first_key, part.last_key = cleaner.first_key, cleaner.last_key
    part.first_ms, part.last_ms = cleaner.first_ms, cleaner.last_ms
    part.duplicates, part.conflicts = cleaner.duplicates, cleaner.conflicts
    part.conflict_ms, part.holes = cleaner.conflict_ms, cleaner.holes
    part.fetched_ms = part.fetched_ms or int(time.time() * 1000)


def within_span(table: pa.Table, dataset: Dataset, span: Span) -> pa.Table:
    """The rows of a table, oldest first, that are within a span."""
    times = times_us(table, dataset.time)
    first, stop = np.searchsorted(times, np.array(span) * 1000)
    return table if stop - first == len(times) else table.slice(first, stop - first)


def _beginning(manifest: Manifest) -> list[int]:
    if manifest.begins_ms is not None:
        return [manifest.begins_ms]
    return [part.start_ms for part in manifest.parts[:1]]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _within(one: Span, other: Span) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def _is_same(one: Incident, other: Incident) -> bool:
    return (one.url, one.start_ms, one.what) == (other.url, other.start_ms, other.what)


def take_over(parts: Sequence[Part], part: Part) -> None:
    """What is known of parts is true of the one that replaces them."""
    part.origins = _unique([*(origin for each in parts for origin in each.origins), *part.origins])
    part.fetched_ms = max(each.fetched_ms for each in parts)
    part.duplicates += sum(each.duplicates for each in parts)
    part.conflicts += sum(each.conflicts for each in parts)
    part.conflict_ms = [ms for each in parts for ms in each.conflict_ms] + part.conflict_ms
    _take_over_holes(parts, part)


def _take_over_holes(parts: Sequence[Part], part: Part) -> None:
    lacks = {hole.first_key: hole.lacks for each in parts for hole in each.holes}
    for hole in part.holes:
        hole.lacks = lacks.get(hole.first_key, hole.lacks)


def _unique(origins: Iterable[manifests.Origin]) -> list[manifests.Origin]:
    seen: list[manifests.Origin] = []
    for origin in origins:
        if origin not in seen:
            seen.append(origin)
    return seen
