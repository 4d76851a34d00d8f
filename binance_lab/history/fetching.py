"""Fetches what a series lacks: files of the archive, pages of REST, each part kept once it is whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count, takewhile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from binance_lab.wire.words import counted

from ..connector.exceptions import ApiError, LabError, RequestError
from ..wire.intervals import DAY_MS
from .archive import Archive, ArchiveFile, read_zip
from .cleaning import Cleaner, Hole, Keys, Unordered
from .datasets import AGG_TRADES, Dataset, times_us
from .errors import ArchiveError, NotArchived, StoreError
from .extra import need
from .manifest import Incident, Origin, Part
from .paging import (
    PAGE_ROWS,
    WORKERS,
    Call,
    agg_trade_ids,
    agg_trades_calls,
    joined,
    kline_windows,
    klines_calls,
    trade_ids,
    trades_calls,
)
from .plan import Piece, plan
from .progress import Received
from .series import Series, take_over
from .spans import Span, by_day, day_of, without
from .tasks import Task, work_off

if TYPE_CHECKING:
    import pyarrow as pa

    from ..connector.spot import Spot

_BATCH_PAGES = 100  # of REST, kept as one part: what a killed process loses at most
_MOST_EXPLAINED = 20  # holes of a part that other sources are asked about
_READ_AT_ONCE = 2  # files of the archive, so that memory is bounded whatever is downloaded
_ROUNDS = 3  # other processes may fetch the same, and be faster
_COMPARED_PAGES = 3
_MOST_TOLD = 5  # symbols of a note


class Fetcher:
    """Fills series from REST and the archive.

    Args:
        client: Its budget holds requests to the server's limits.
        use_unverified: Use files of the archive that don't match their checksum, or have none;
            else such a span is taken from REST.
        shown: Whether a bar shows what takes.
    """

    def __init__(
        self, client: Spot, archive: Archive, *, use_unverified: bool = False, shown: bool = True
    ) -> None:
        self._client = client
        self._precise = client.with_options(time_unit="us")  # trades have µs in the archive
        self._archive = archive
        self._use_unverified = use_unverified
        self._shown = shown
        self._stopping = threading.Event()
        self._received = Received()
        self._reading = threading.Semaphore(_READ_AT_ONCE)
        self._lock = threading.Lock()  # guards _begun
        self._begun: list[_Batch] = []
        self._threads: list[threading.Thread] = []

    def close(self, timeout_s: float) -> None:
        """End what an interrupt left under way, and wait for its end, so long at most."""
        self._stopping.set()
        ends_s = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, ends_s - time.monotonic()))

    def fill(self, wanted: Sequence[tuple[Series, Span]]) -> None:
        """Fetch what the series lack of their spans.

        Raises:
            ApiError, RequestError: The server refused, or can't be reached.
            ArchiveError, StoreError: Neither could be used. Whatever was whole by then is kept.
            KeyboardInterrupt: Ctrl-c; the same. A note of the error says how much is kept.
        """
        try:
            for _ in range(_ROUNDS):
                tasks = [
                    task
                    for series, span in wanted
                    for task in self._tasks(series, self.missing(series, span))
                ]
                if not tasks:
                    return
                symbols = {series.symbol for series, _ in wanted}
                label = symbols.pop() if len(symbols) == 1 else counted(len(symbols), "symbol")
                work_off(
                    tasks,
                    workers=WORKERS,
                    label=label if self._shown else None,
                    stopping=self._stopping,
                    received=self._received,
                    threads=self._threads,
                )
        except (ApiError, RequestError, ArchiveError, StoreError, KeyboardInterrupt) as error:
            self._keep_begun()
            note_kept(error, wanted)
            raise
        raise StoreError(
            "Another process changes the same series all the time; ask again when it is done."
        )

    def first_ms(self, series: Series) -> int | None:
        """When a series' first row is; None if the symbol was never traded.

        Raises:
            ApiError, RequestError: There is no such symbol, or the server can't be asked.
        """
        if (known := series.manifest().first_ms) is not None:
            return known
        dataset, ask = series.dataset, self._client.with_raw_body
        if dataset.interval is not None:
            interval = dataset.interval.name
            body = ask.klines(series.symbol, interval, startTime=0, limit=1)
        else:
            body = ask.agg_trades(series.symbol, fromId=0, limit=1)
        frame = (dataset if dataset.interval else AGG_TRADES).frame(body)
        if frame.empty:
            return None
        first = int(pd.DatetimeIndex(frame.index).asi8[0]) // 1000
        with series.changing() as manifest:
            manifest.first_ms = first
        return first

    # From spans to tasks

    def missing(self, series: Series, span: Span) -> Iterator[Piece]:
        """What a series lacks of a span, and where it comes from.

        Raises:
            ApiError, RequestError: There is no such symbol, or the server can't be asked.
        """
        first_ms = self.first_ms(series)
        if first_ms is None or first_ms >= span[1]:
            return
        wanted = max(span[0], first_ms - first_ms % 1000), span[1]
        series.begin(wanted[0])
        for missing in without(wanted, series.manifest().covered):
            yield from plan(
                series.dataset,
                missing,
                now_ms=int(self._client.clock.now_s() * 1000),
                first_ms=first_ms,
            )

    def _tasks(self, series: Series, pieces: Iterable[Piece]) -> Iterator[Task]:
        for piece in pieces:
            if piece.source != "rest":
                yield Task(_length(piece.span), partial(self._from_archive, series, piece))
            elif series.dataset.interval is None:
                yield self._trades_task(series, piece.span)
            else:
                yield from self._klines_from_rest(series, piece.span)

    # The archive

    def _from_archive(self, series: Series, piece: Piece) -> Iterable[Task]:
        """Keep a file's rows; what follows instead where it is no use."""
        daily = piece.source == "day"
        path = series.dataset.archive_path(series.symbol, piece.start_ms, daily=daily)
        try:
            self._take_file(series, piece, path)
        except (NotArchived, _Unusable) as error:
            if self._stopping.is_set():  # it was left half done, which tells nothing of the file
                return ()
            what = str(error)
            if isinstance(error, NotArchived):
                what = f"not in the archive (HTTP {error.status})"
            self._note(series, piece, self._archive.url + path, what)
        else:
            return ()
        if daily:
            return self._tasks(series, [Piece("rest", *piece.span)])
        now_ms = int(self._client.clock.now_s() * 1000)
        return self._tasks(series, plan(series.dataset, piece.span, now_ms=now_ms, months=False))

    def _take_file(self, series: Series, piece: Piece, path: str) -> None:
        """Keep a file that matches its checksum, or another one on consent.

        Raises:
            NotArchived: There is no such file.
            _Unusable: It is not to be used.
        """
        with self._file(series, path, piece.span) as file:
            if file.verified:
                self._keep_file(series, piece, file, "verified")
                return
        # The file or its checksum may just have been replaced, or a byte got lost on the way.
        with self._file(series, path, piece.span) as file:
            if file.verified:
                self._keep_file(series, piece, file, "verified")
                return
            checksum = "missing" if file.published is None else "mismatch"
            what = f"checksum {checksum}; {self._compared(series, piece, file)}"
            if not self._use_unverified:
                raise _Unusable(f"{what}; not used")
            self._keep_file(series, piece, file, checksum)
            self._note(series, piece, file.url, f"{what}; used on consent")

    @contextmanager
    def _file(self, series: Series, path: str, span: Span | None = None) -> Iterator[ArchiveFile]:
        """A file of the archive, beside the series it is for; of a span that is asked for it is counted."""
        length = 0 if span is None else _length(span)
        with (
            self._received.file(length) as arrival,
            self._archive.file(path, self._stopping, folder=series.folder, arrival=arrival) as file,
        ):
            yield file

    def _keep_file(self, series: Series, piece: Piece, file: ArchiveFile, checksum: str) -> None:
        origin = Origin(kind=piece.source, url=file.url, sha256=file.sha256, checksum=checksum)
        part = Part(file="", start_ms=piece.start_ms, end_ms=piece.end_ms, origins=[origin])
        explain = partial(self._explain_by_rest, series)
        tables = read_zip(file.path, series.dataset)
        try:
            with self._reading:
                series.add(tables, Cleaner(series.dataset, piece.span), part, explain=explain)
        except Unordered:
            with self._reading:
                whole = need("pyarrow").concat_tables(read_zip(file.path, series.dataset))
                series.add([whole], Cleaner(series.dataset, piece.span), part, explain=explain)
        except ArchiveError as error:
            raise _Unusable(f"{error} Not used.") from None

    def _compared(self, series: Series, piece: Piece, file: ArchiveFile) -> str:
        """What REST says to a file that isn't the one it should be, in words."""
        dataset = series.dataset
        try:
            cleaner = Cleaner(dataset, piece.span)
            table = need("pyarrow").concat_tables(read_zip(file.path, dataset))
            table = cleaner.take(table)
        except ArchiveError:
            return "the file can't be read"
        last = max(0, table.num_rows - PAGE_ROWS)
        starts = np.linspace(0, last, _COMPARED_PAGES, dtype=int)
        if table.num_rows <= PAGE_ROWS * _COMPARED_PAGES:
            starts = np.arange(0, table.num_rows, PAGE_ROWS)
        pages = [table.slice(at, PAGE_ROWS) for at in starts]
        compared = sum(page.num_rows for page in pages)
        differ = sum(self._differing(series, page) for page in pages)
        return f"of {counted(compared, 'row')} compared with REST {differ} differ"

    def _differing(self, series: Series, table: pa.Table) -> int:
        """How many rows REST doesn't have, or has otherwise."""
        dataset = series.dataset
        keys = dataset.keys(table)
        if not len(keys):
            return 0
        other = self._rest_from(series, int(keys[0]), int(keys[-1]))
        known = {row[0]: row for row in _rows(dataset, other)}
        return sum(known.get(row[0]) != row for row in _rows(dataset, table))

    def _rest_from(self, series: Series, first: int, last: int) -> pa.Table:
        """Rows by their keys, as REST has them now, at most a page."""
        dataset, symbol = series.dataset, series.symbol
        if dataset.interval is not None:
            start, end = dataset.open_ms(first), dataset.open_ms(last)
            name = dataset.interval.name
            ask_klines = self._client.with_raw_body.klines
            body = ask_klines(symbol, name, startTime=start, endTime=end, limit=PAGE_ROWS)
            return dataset.table(dataset.frame(body))
        ask = self._precise.with_raw_body
        call = ask.agg_trades if dataset.kind == AGG_TRADES.kind else ask.historical_trades
        body = call(symbol, fromId=first, limit=min(PAGE_ROWS, last - first + 1))
        return dataset.table(dataset.frame(body))

    # REST

    def _klines_from_rest(self, series: Series, span: Span) -> Iterator[Task]:
        interval = series.dataset.interval
        assert interval is not None
        windows = kline_windows(interval, span[0], span[1] - 1)
        cuts = [start for start, _ in windows[_BATCH_PAGES::_BATCH_PAGES]]
        for start, end in zip([span[0], *cuts], [*cuts, span[1]], strict=True):
            calls = klines_calls(self._client, series.symbol, interval, start, end - 1)
            begins = [begin for begin, _ in kline_windows(interval, start, end - 1)]
            batch = _Batch(series, (start, end), len(calls), [*begins[1:], end])
            yield from self._pages(batch, calls)

    def _trades_task(self, series: Series, span: Span) -> Task:
        return Task(_length(span), partial(self._trades_from_rest, series, span))

    def _trades_from_rest(self, series: Series, span: Span) -> Iterable[Task]:
        """The pages of a span, or its halves where it is too long to be kept at once."""
        aggregate = series.dataset.kind == AGG_TRADES.kind
        find_ids = agg_trade_ids if aggregate else trade_ids
        ids = find_ids(self._precise, series.symbol, span[0], span[1] - 1)
        if ids is None:
            return self._pages(_Batch(series, span, 0), [])
        middle = (span[0] + span[1]) // 2000 * 1000
        if ids[1] - ids[0] > _BATCH_PAGES * PAGE_ROWS and span[0] < middle < span[1]:
            halves = (span[0], middle), (middle, span[1])
            return [self._trades_task(series, half) for half in halves]
        calls_for = agg_trades_calls if aggregate else trades_calls
        calls = calls_for(self._precise, series.symbol, *ids)
        return self._pages(_Batch(series, span, len(calls), keys=ids), calls)

    def _pages(self, batch: _Batch, calls: Sequence[Call]) -> list[Task]:
        """Tasks that ask for pages; the last of them to end keeps them all as one part."""
        keep = Task(0, partial(self._keep_batch, batch))
        length = _length(batch.span) // max(1, len(calls))
        with self._lock:
            self._begun.append(batch)

        def page(at: int, call: Call) -> Iterable[Task]:
            body = call()
            self._received.add(len(body))
            return [keep] if batch.put(at, body) else ()

        return [Task(length, partial(page, at, call)) for at, call in enumerate(calls)] or [keep]

    def _keep_batch(self, batch: _Batch) -> Iterable[Task]:
        explain = partial(self._explain_by_archive, batch.series)
        tables = self._tables(batch.series.dataset, batch.first_pages)
        self._keep_pages(batch.series, tables, batch.span, batch.keys, explain)
        with self._lock:
            self._begun = [each for each in self._begun if each is not batch]
        return ()

    def _keep_begun(self) -> None:
        """Keep the first pages of batches that aren't whole, as far as none is missing."""
        with self._lock:
            begun, self._begun = self._begun, []
        for batch in begun:
            with suppress(LabError):  # there is an error to tell already
                pages = batch.first_pages
                tables = self._tables(batch.series.dataset, pages)
                end_ms = batch.whole_until_ms(len(pages), tables)
                whole = batch.keys if end_ms == batch.span[1] else (batch.keys[0], None)
                if end_ms > batch.span[0]:
                    self._keep_pages(batch.series, tables, (batch.span[0], end_ms), whole)

    @staticmethod
    def _tables(dataset: Dataset, bodies: Iterable[bytes]) -> list[pa.Table]:
        pages = [dataset.table(dataset.frame(body)) for body in joined(bodies)]
        return [need("pyarrow").concat_tables(pages)] if pages else []

    def _keep_pages(
        self,
        series: Series,
        tables: Sequence[pa.Table],
        span: Span,
        due: Keys,
        explain: Callable[[Part], None] | None = None,
    ) -> None:
        origin = Origin(kind="rest", url=self._client.base_url)
        part = Part(file="", start_ms=span[0], end_ms=span[1], origins=[origin])
        series.add(tables, Cleaner(series.dataset, span, due=due), part, explain=explain)

    # Holes

    def _explain_by_rest(self, series: Series, part: Part) -> None:
        """Whether REST has what holes of a file lack."""
        for hole in _unknown(part)[:_MOST_EXPLAINED]:
            hole.lacks = "archive" if self._rest_has(series, hole) else "exchange"

    def _rest_has(self, series: Series, hole: Hole) -> bool:
        there = self._rest_from(series, hole.first_key, hole.last_key)
        return self._has(series.dataset, there, hole)

    def _explain_by_archive(self, series: Series, part: Part) -> None:
        """Whether the files of the days that holes may be in have what REST lacks."""
        self._look_up(series, part, _unknown(part)[:_MOST_EXPLAINED])

    def _look_up(self, series: Series, part: Part, holes: Sequence[Hole]) -> None:
        days: dict[Span, list[Hole]] = {}
        for hole in holes:
            for start, _ in by_day((hole.first_ms, hole.last_ms + 1)):
                days.setdefault(day_of(start), []).append(hole)
        for hole in holes:
            hole.lacks = "exchange"  # unless a file says otherwise
        for day, inside in days.items():
            found = self._found_in_day(series, part, day, inside)
            for hole in inside:
                if found is not None and hole.first_key in found:
                    hole.lacks = "rest"
                elif found is None and hole.lacks == "exchange":
                    hole.lacks = "unknown"

    def _found_in_day(
        self, series: Series, part: Part, day: Span, holes: Sequence[Hole]
    ) -> set[int] | None:
        """The holes, by their first keys, of which a day's file has rows; None if it can't be read."""
        dataset = series.dataset
        due = day[1] + DAY_MS <= self._client.clock.now_s() * 1000
        if not due or dataset.pages(day) < 1:
            return None
        path = dataset.archive_path(series.symbol, day[0], daily=True)
        found: set[int] = set()
        try:
            with self._file(series, path) as file:
                self._must_be_usable(file)
                for table in read_zip(file.path, dataset):
                    found |= {h.first_key for h in holes if self._has(dataset, table, h)}
        except ArchiveError as error:
            self._note(series, part, self._archive.url + path, f"a hole not explained: {error}")
            return None
        return found

    def _must_be_usable(self, file: ArchiveFile) -> None:
        if not (file.verified or self._use_unverified):
            raise ArchiveError(f"{file.url} doesn't match its checksum; not used.")

    def mend(self, series: Series) -> int:
        """Put rows into holes that another source has; answers how many.

        Raises:
            ApiError, RequestError, ArchiveError: A source that has them didn't answer.
        """
        return sum(self._mend(series, part) for part in series.manifest().parts if part.holes)

    def _mend(self, series: Series, part: Part) -> int:
        self._explain(series, part)
        found = [table for hole in part.holes for table in self._rows_of(series, hole)]
        if not sum(table.num_rows for table in found):
            return 0
        kind = "rest" if any(hole.lacks == "archive" for hole in part.holes) else "day"
        url = self._client.base_url if kind == "rest" else self._archive.url
        origin = Origin(kind=kind, url=url)
        whole = Part(file="", start_ms=part.start_ms, end_ms=part.end_ms, origins=[origin])
        table = need("pyarrow").concat_tables([series.table(part), *found])
        cleaner = Cleaner(series.dataset, part.span, due=part.keys)
        series.add([table], cleaner, whole, explain=partial(take_over, [part]), replaces=True)
        return whole.rows - part.rows

    def _explain(self, series: Series, part: Part) -> None:
        """Find out of each hole that nobody was asked about who lacks it, and keep that."""
        if not (unknown := _unknown(part)):
            return
        for hole in unknown:
            if self._rest_has(series, hole):
                hole.lacks = "archive"
        self._look_up(series, part, _unknown(part))
        series.explained(part)

    def _rows_of(self, series: Series, hole: Hole) -> Iterator[pa.Table]:
        """What the source that has a hole's rows has of them."""
        dataset, last = series.dataset, hole.last_key
        if hole.lacks == "archive":
            for first in range(hole.first_key, last + 1, PAGE_ROWS):
                yield self._rest_from(series, first, min(first + PAGE_ROWS - 1, last))
        elif hole.lacks == "rest":
            for day, _ in by_day((hole.first_ms, hole.last_ms + 1)):
                path = dataset.archive_path(series.symbol, day_of(day)[0], daily=True)
                with self._file(series, path) as file:
                    self._must_be_usable(file)
                    for table in read_zip(file.path, dataset):
                        keys = dataset.keys(table)
                        inside = (keys >= hole.first_key) & (keys <= last)
                        yield table.filter(need("pyarrow").array(inside))

    @staticmethod
    def _has(dataset: Dataset, table: pa.Table, hole: Hole) -> bool:
        keys = dataset.keys(table)
        return bool(((keys >= hole.first_key) & (keys <= hole.last_key)).any())

    def _note(self, series: Series, piece: Piece | Part, url: str, what: str) -> None:
        incident = Incident(
            start_ms=piece.start_ms,
            end_ms=piece.end_ms,
            url=url,
            what=what,
            noted_ms=int(time.time() * 1000),
        )
        series.note(incident)


class _Unusable(Exception):
    """A file of the archive that is not to be used; says why."""


class _Batch:
    """Pages that are kept together, in order, however they come.

    Args:
        pages: How many there are to be.
        ends_ms: Where each page ends; of trades, whose pages are of ids, only its rows say it.
        keys: Of the trades that they are to bring, first and last.
    """

    def __init__(
        self,
        series: Series,
        span: Span,
        pages: int,
        ends_ms: Sequence[int] | None = None,
        *,
        keys: Keys = (None, None),
    ) -> None:
        self.series = series
        self.span = span
        self.keys = keys
        self._ends_ms = ends_ms
        self._lock = threading.Lock()  # guards _pages
        self._due = pages
        self._pages: dict[int, bytes] = {}

    def put(self, at: int, page: bytes) -> bool:
        """Take a page; True if it was the last that was missing."""
        with self._lock:
            self._pages[at] = page
            return len(self._pages) == self._due

    @property
    def first_pages(self) -> list[bytes]:
        """The pages before the first that is missing, in order."""
        with self._lock:
            return [self._pages[at] for at in takewhile(self._pages.__contains__, count())]

    def whole_until_ms(self, pages: int, tables: Sequence[pa.Table]) -> int:
        """Up to when so many first pages have every row; the tables are of them."""
        if pages == self._due:
            return self.span[1]
        if not pages:
            return self.span[0]
        if self._ends_ms is not None:
            return self._ends_ms[pages - 1]
        times = times_us(tables[-1], self.series.dataset.time)
        return int(times[-1]) // 1_000_000 * 1000 if len(times) else self.span[0]


def note_kept(error: BaseException, wanted: Sequence[tuple[Series, Span]]) -> None:
    """Let an error say how much is kept; nothing where the store can't be read, as it tells itself."""
    with suppress(StoreError):
        error.add_note(_kept_of(wanted))


def _kept_of(wanted: Sequence[tuple[Series, Span]]) -> str:
    """How much of the spans is kept, in words, and that it can be gone on with."""
    told = []
    all_ms = all_kept_ms = 0
    for series, (start, end) in wanted:
        manifest = series.listed()
        whole = max(start, manifest.first_ms or start), end
        due_ms = max(0, _length(whole))
        kept_ms = due_ms - sum(map(_length, without(whole, manifest.covered)))
        told.append(f"{series.symbol} {_days(kept_ms, due_ms)}")
        all_ms, all_kept_ms = all_ms + due_ms, all_kept_ms + kept_ms
    if len(told) > _MOST_TOLD:
        told = [f"{_days(all_kept_ms, all_ms)} of {len(told)} symbols"]
    return f"Kept is of {', '.join(told)}; the same call goes on from there."


def _days(kept_ms: int, due_ms: int) -> str:
    if not kept_ms:
        return "nothing"
    return f"{kept_ms / DAY_MS:.1f} of {due_ms / DAY_MS:.1f} days"


def _unknown(part: Part) -> list[Hole]:
    """The holes of which nobody knows who lacks them."""
    return [hole for hole in part.holes if hole.lacks == "unknown"]


def _length(span: Span) -> int:
    return span[1] - span[0]


def _rows(dataset: Dataset, table: pa.Table) -> list[tuple[object, ...]]:
    """Rows as tuples, the key first."""
    columns = [dataset.keys(table).tolist(), *(column.to_pylist() for column in table.columns)]
    return list(zip(*columns, strict=True))
