"""Filling a store with the help of a Dask cluster: workers fetch and check, one process writes.

A worker fills a store of its own that holds one piece, and sends its files; so no file system
needs to be shared, and what a lost worker was at is simply done again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ..connector.exceptions import LabError
from ..connector.spot import Spot
from . import budget, datasets
from .archive import Archive
from .errors import ArchiveError, StoreError
from .extra import need
from .fetching import Fetcher, note_kept
from .manifest import Manifest
from .progress import Bar, Received
from .series import Series
from .spans import Span, text
from .store import Store

_AHEAD = 2  # pieces asked for, for each thread of the cluster: what is done waits in its memory
_ROUNDS = 3  # other processes may fetch the same, and be faster

Wanted: TypeAlias = Sequence[tuple[Series, Span]]


class Source(NamedTuple):
    """Where workers fetch from. No key goes along: market data needs none."""

    url: str
    archive_url: str
    use_unverified: bool


class Parcel(NamedTuple):
    """What a worker has made: a manifest, and the content of each of its files."""

    manifest: Manifest
    files: dict[str, bytes]


def fill(wanted: Wanted, *, fetcher: Fetcher, source: Source, client: Any) -> None:
    """Fetch what the series lack of their spans.

    Args:
        fetcher: Plans; what is planned the cluster fetches.
        client: A dask.distributed.Client.

    Raises:
        ApiError, RequestError: The server refused, or can't be reached.
        ArchiveError, StoreError: Neither could be used. Whatever was whole by then is kept.
    """
    client.run_on_scheduler(budget.hold, source.url)
    try:
        for _ in range(_ROUNDS):
            pieces = [
                (series, piece.span)
                for series, span in wanted
                for piece in fetcher.missing(series, span)
            ]
            if not pieces:
                return
            _spread(pieces, source, client)
    except (LabError, KeyboardInterrupt) as error:
        note_kept(error, wanted)
        raise
    raise StoreError(
        "Another process changes the same series all the time; ask again when it is done."
    )


def _spread(pieces: Wanted, source: Source, client: Any) -> None:
    """Let workers fetch the pieces, and keep what they send as it comes."""
    waiting = iter(pieces)
    asked: dict[Any, tuple[Series, Span]] = {}
    done, lost = need("distributed").as_completed(), need("distributed").KilledWorker

    def submit() -> None:
        if (piece := next(waiting, None)) is not None:
            series, span = piece
            first_ms = series.listed().first_ms
            arguments = (source, series.dataset.name, series.symbol, span, first_ms)
            future = client.submit(fetch_piece, *arguments, pure=False)
            asked[future] = piece
            done.add(future)

    total_ms, done_ms = sum(end - start for _, (start, end) in pieces), 0
    received = Received()
    bar = Bar("cluster", total_ms, received)
    try:
        for _ in range(_AHEAD * max(1, sum(client.nthreads().values()))):
            submit()
        for future in done:
            series, (start, end) = asked.pop(future)
            try:
                parcel = future.result()
            except lost as error:
                raise ArchiveError(
                    f"The cluster lost worker after worker over {series.symbol} from {text(start)} "
                    f"to {text(end)}. Give its workers more memory, or sync without client=."
                ) from error
            _keep(series, parcel)
            submit()
            received.add(sum(map(len, parcel.files.values())))
            done_ms += end - start
            bar.show(done_ms)
    finally:
        client.cancel(list(asked))
        bar.close()


def _keep(series: Series, parcel: Parcel) -> None:
    for part in parcel.manifest.parts:
        series.adopt(part, parcel.files.get(part.file, b""))
    for incident in parcel.manifest.incidents:
        series.note(incident)


def fetch_piece(
    source: Source, dataset: str, symbol: str, span: Span, first_ms: int | None
) -> Parcel:
    """Fetch a piece on a worker."""
    budget.share(source.url)
    with (
        tempfile.TemporaryDirectory(prefix="binance-lab-piece-") as folder,
        Spot(base_url=source.url) as client,
        closing(Archive(source.archive_url)) as archive,
    ):
        series = Store(Path(folder)).series(datasets.named(dataset), symbol)
        with series.changing() as manifest:
            manifest.first_ms = first_ms
        fetcher = Fetcher(client, archive, use_unverified=source.use_unverified, shown=False)
        fetcher.fill([(series, span)])
        return Parcel(series.manifest(), dict(_files(series)))


def _files(series: Series) -> Iterator[tuple[str, bytes]]:
    for part in series.manifest().parts:
        if part.file:
            yield part.file, (series.folder / part.file).read_bytes()
