"""History: one call for any range, from the archive and REST, checked, and kept on disk."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..connector.exceptions import BadInput
from ..connector.symbols import UnknownSymbol, known_symbols
from ..frames.columns import Numbers, is_exact
from . import datasets
from .archive import BINANCE, Archive
from .cleaning import Keys
from .datasets import Dataset
from .extra import available, need
from .fetching import Fetcher
from .paging import (
    Call,
    agg_trade_ids,
    agg_trades_calls,
    fetch,
    klines_calls,
    trade_ids,
    trades_calls,
)
from .plan import plan, requests
from .quality import Quality, joined, quality_frame, quality_of
from .request import Time, dataset_name, interval, range_ms, symbols_of, time_ms
from .series import Series
from .spans import Span, text
from .store import Store
from .temporary import TemporaryFolder

if TYPE_CHECKING:
    import pyarrow.dataset as pads

    from ..connector.spot import Spot

SETTLED_MS = 10_000
"""Rows are kept once they are that old: a candle's or second's last trade may come late."""

CLOSE_S = 5.0
"""So long `History.close` waits at most for what an interrupt left under way."""

_SMALL = 20  # requests; `Lab`'s own calls don't keep what takes fewer


class History:
    """Candles and trades of any range: fetched once, checked, kept as Parquet.

        lab.history.klines("BTCUSDT", "1m", start="2019-01-01")        # a DataFrame
        lab.history.sync(["BTCUSDT", "ETHUSDT"], "1m", start="2024-01-01")
        lab.history.sql("select symbol, max(high) from klines_1m group by symbol")

    | data | `klines` `trades` `agg_trades` |
    | on disk | `contents` `sync` `verify` `mend` `compact` `prune` |
    | read it otherwise | `sql` `scan` `dask`, and ``pandas.read_parquet(lab.history.folder / "klines_1m")`` |
    | what is wrong with it | `quality`, ``frame.attrs["quality"]`` |

    Exact numbers (``numbers="decimal"``) are kept apart from float64, as decimals of 8 places, and are
    never made of it: in SQL the first are ``klines_1m_exact``, the others ``klines_1m``.

    Args:
        folder: Of the store; a temporary one, removed by close(), if None.
        archive_url: The archive's address, or an embedded exchange's.
        environment: For ``frame.attrs``.
        use_unverified: Use archive files that don't match their published checksum, or have none,
            even after a second try; else REST is asked for their rows.
        market: Whose rows these are, such as ``local-seed-1-2f60e171``; a store that has those of another
            one is refused.
        fixed_until_ms: Later rows aren't kept: an embedded exchange that keeps nothing trades them
            anew when it is started again.
    """

    def __init__(
        self,
        client: Spot,
        folder: str | Path | None = None,
        *,
        archive_url: str = BINANCE,
        environment: str = "",
        use_unverified: bool = False,
        market: str = "",
        fixed_until_ms: int | None = None,
    ) -> None:
        self._client = client
        self._market = market
        self.fixed_until_ms = fixed_until_ms
        """What is later isn't kept; None if all is that doesn't change any more."""
        self._temporary = None if folder else TemporaryFolder()
        self.folder = self._temporary.path if self._temporary else Path(folder or "")
        """Where the store is."""
        self.archive = Archive(archive_url)
        self._environment = environment
        self._fetchers: weakref.WeakSet[Fetcher] = weakref.WeakSet()
        self.use_unverified = use_unverified

    def __repr__(self) -> str:
        kept = ", until the lab is closed" if self._temporary else ""
        return f"<History {self.folder}{kept}>"

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections, end what an interrupt left under way, and remove a temporary store."""
        self.archive.close()
        ends_s = time.monotonic() + CLOSE_S
        for fetcher in list(self._fetchers):
            fetcher.close(max(0.0, ends_s - time.monotonic()))
        if self._temporary is not None:
            self._temporary.close()

    @property
    def temporary(self) -> bool:
        """Whether the store goes with close()."""
        return self._temporary is not None

    @cached_property
    def store(self) -> Store:
        """The store; ConfigError where pyarrow isn't installed."""
        source = self._environment or self._client.base_url
        return Store(self.folder, source=source, market=self._market)

    # Data

    def klines(
        self,
        symbol: str | Sequence[str],
        interval: str = "1m",
        *,
        start: Time,
        end: Time | None = None,
        numbers: Numbers = "float",
        keep: bool | None = True,
    ) -> pd.DataFrame:
        """Candles of a range, oldest first: the columns of `klines_frame`, and ``closed`` (bool).

        ``attrs["quality"]`` says what is missing and who lacks it, and where rows are from. For
        several symbols there is a column ``symbol`` in front, and they follow one another.

        Args:
            start, end: Opening times, both included; up to now without an end. Each is a moment:
                ``end="2026-10-31"`` is midnight, and only the first candle of that day is there;
                ``end="2026-10-31T23:59"`` has all of it.
            numbers: ``decimal`` for exact numbers.
            keep: None keeps only what takes many requests.

        Raises:
            BadInput: The interval, the symbol or the range can't be meant.
            ApiError, RequestError, ArchiveError, StoreError: What was fetched is kept; the same
                call goes on from there.
        """
        dataset = datasets.klines(_interval_name(interval))
        return self._frame(dataset, symbol, (start, end), numbers, keep)

    def trades(
        self,
        symbol: str | Sequence[str],
        *,
        start: Time,
        end: Time | None = None,
        numbers: Numbers = "float",
        keep: bool | None = True,
    ) -> pd.DataFrame:
        """Trades of a range, oldest first: the columns of `trades_frame`; else as `klines`."""
        return self._frame(datasets.TRADES, symbol, (start, end), numbers, keep)

    def agg_trades(
        self,
        symbol: str | Sequence[str],
        *,
        start: Time,
        end: Time | None = None,
        numbers: Numbers = "float",
        keep: bool | None = True,
    ) -> pd.DataFrame:
        """Aggregate trades of a range: the columns of `agg_trades_frame`; else as `klines`."""
        return self._frame(datasets.AGG_TRADES, symbol, (start, end), numbers, keep)

    # The store

    def sync(
        self,
        symbols: str | Sequence[str] | None = None,
        dataset: str | None = None,
        *,
        start: Time | None = None,
        end: Time | None = None,
        client: Any = None,
    ) -> pd.DataFrame:
        """Fetch what the store lacks and no more; answers `contents`.

        Args:
            client: A Dask client: its workers fetch and check, and this process writes what
                they send. Request weight is counted once for the whole cluster, by its scheduler;
                what a lost worker was at is done by another.
            symbols: All that are in the store if None.
            dataset: An interval (``1m``), ``trades`` or ``agg_trades``; all in the store if None.
            start: Where the store begins if None, also if its first file was taken out by verify.
            end: A moment, included, as of `klines`; now if None.

        Raises:
            BadInput: A symbol isn't in the store yet, and start isn't given; or no Dask client is.
            UnknownSymbol: The exchange has no such symbol; of those in the store that it has no more,
                once the others are fetched.
            ApiError, RequestError, ArchiveError, StoreError: What was fetched is kept.
        """
        if client is not None and not hasattr(client, "run_on_scheduler"):
            raise BadInput(
                f"client is a dask.distributed.Client, not {client!r}; without one this process fetches."
            )
        wanted = []
        for series in self._chosen(symbols, dataset):
            since = series.begins_ms() if start is None else start
            if since is None and symbols is None:
                continue  # asked for before, and there were no rows
            if since is None:
                raise BadInput(
                    f"{series.symbol} isn't in the store yet: say from when on, with a start."
                )
            first, last = range_ms(since, end, now_ms=self._now_ms())
            wanted.append((series, self._settled(series.dataset, (first, last))))
        gone: list[UnknownSymbol] = []
        while wanted:
            try:
                self._fill(wanted, client)
                break
            except UnknownSymbol as error:
                refused = [series for series, _ in wanted if series.symbol == error.symbol]
                if all(series.begins_ms() is None for series in refused):
                    raise  # it never was in the store: a wrong name
                gone.append(error)
                wanted = [each for each in wanted if each[0] not in refused]
        if gone:
            raise _told(gone)
        return self.contents()

    def _fill(self, wanted: Sequence[tuple[Series, Span]], client: Any) -> None:
        with known_symbols(self._client, *(series.symbol for series, _ in wanted)):
            if client is None:
                self._fetcher().fill(wanted)
            else:
                from .cluster import Source, fill

                source = Source(self._client.base_url, self.archive.url, self.use_unverified)
                fill(wanted, fetcher=self._fetcher(), source=source, client=client)

    def contents(self) -> pd.DataFrame:
        """What is in the store, a row for each series: see `Store.contents`."""
        return self.store.contents()

    def quality(
        self,
        symbols: str | Sequence[str] | None = None,
        dataset: str | None = None,
        *,
        start: Time | None = None,
        end: Time | None = None,
    ) -> pd.DataFrame:
        """What isn't as it should be, of what is in the store: see `quality_frame`."""
        span: Span | None = None
        if start is not None:
            first, last = range_ms(start, end, now_ms=self._now_ms())
            span = first, last + 1
        chosen = self._chosen(symbols, dataset)
        return quality_frame([series.manifest() for series in chosen], span)

    def verify(
        self,
        symbols: str | Sequence[str] | None = None,
        dataset: str | None = None,
        *,
        repair: bool = False,
    ) -> pd.DataFrame:
        """Read every file and compare it with its checksum.

        Returns:
            A row for each file: ``dataset``, ``symbol``, ``file``, ``rows``, ``problem`` (empty if
            there is none).

        Args:
            repair: Take what is wrong out of the store; sync fetches it again.
        """
        chosen = self._chosen(symbols, dataset)
        rows = [row for each in chosen for row in self.store.verify(each, repair=repair)]
        return pd.DataFrame(rows, columns=["dataset", "symbol", "file", "rows", "problem"])

    def mend(self, symbols: str | Sequence[str] | None = None, dataset: str | None = None) -> int:
        """Fill holes with real rows, where the archive or REST has what the other lacks.

        Returns:
            How many rows came. What the exchange itself lacks stays a hole.
        """
        fetcher = self._fetcher()
        return sum(fetcher.mend(series) for series in self._chosen(symbols, dataset))

    def compact(
        self, symbols: str | Sequence[str] | None = None, dataset: str | None = None
    ) -> int:
        """Join the files of each month; answers how many fewer there are."""
        return sum(series.compact() for series in self._chosen(symbols, dataset))

    def prune(
        self,
        before: Time,
        symbols: str | Sequence[str] | None = None,
        dataset: str | None = None,
    ) -> int:
        """Remove files whose rows are all older than a time; answers how many."""
        chosen = self._chosen(symbols, dataset)
        return sum(self.store.prune(series, time_ms(before)) for series in chosen)

    def sql(self, query: str, parameters: Any = None) -> pd.DataFrame:
        """Ask DuckDB; each dataset is a view: klines_1m (…, klines_1mo), trades, agg_trades.

        Those of exact numbers are klines_1m_exact, trades_exact and so on.

        Views have the columns of the frames, and ``symbol`` and ``month`` (text).

        Args:
            parameters: For ``?`` in the query, or ``$name``.

        Raises:
            BadInput: The query is wrong, or there is no such view.
        """
        return self.store.sql(query, parameters)

    def scan(self, dataset: str = "1m", symbols: str | Sequence[str] | None = None) -> pads.Dataset:
        """A pyarrow dataset, for its own filters or ``polars.scan_pyarrow_dataset``."""
        chosen = None if symbols is None else symbols_of(symbols)
        return self.store.scan(_dataset(dataset), chosen)

    def dask(
        self,
        dataset: str = "1m",
        symbols: str | Sequence[str] | None = None,
        *,
        start: Time | None = None,
        end: Time | None = None,
        url: str | None = None,
        storage_options: Mapping[str, Any] | None = None,
    ) -> Any:
        """What is in the store as a Dask DataFrame: nothing is fetched, and files are read when needed.

            frame = lab.history.dask("agg_trades", "BTCUSDT", start="2024-01-01")
            dollar_bars(frame, 1_000_000).compute()

        Each file is a partition. One symbol has the columns of its frame and known divisions,
        as `time_bars`, `volume_bars` and `dollar_bars` need them; of several (or all) there is a
        column ``symbol`` in front.

        Args:
            start, end: Both included; all that is there if None.
            url: Of a copy of this store's folder that the workers reach, such as
                ``s3://bucket/history`` (which needs s3fs); the folder itself if None. fsspec makes
                and renews it: ``fsspec.filesystem("s3").put(f"{lab.history.folder}/", url, recursive=True)``.
            storage_options: For fsspec, such as keys of S3.

        Raises:
            BadInput: There is no such dataset, the range can't be meant, or the URL is of no kind
                that fsspec knows.
            ConfigError: What fsspec needs for the URL isn't installed.
            StoreError: There are no such rows in the store, or it can't be read.
        """
        from .lazy import dask_frame

        names = symbols_of(symbols) if symbols is not None else None
        first, last = range_ms(0 if start is None else start, end, now_ms=self._now_ms())
        return dask_frame(
            _dataset(dataset),
            names[0] if names is not None and isinstance(symbols, str) else names,
            span=(first, last + 1),
            url=str(self.folder) if url is None else url,
            storage_options=storage_options,
        )

    # Inside

    def _frame(
        self,
        dataset: Dataset,
        symbol: str | Sequence[str],
        limits: tuple[Time, Time | None],
        numbers: Numbers,
        keep: bool | None,
    ) -> pd.DataFrame:
        dataset = replace(dataset, exact=is_exact(numbers))
        symbols = symbols_of(symbol)
        now_ms = self._now_ms()
        first, last = range_ms(*limits, now_ms=now_ms)
        with known_symbols(self._client, *symbols):
            if self._is_kept(dataset, (first, last), keep):
                wanted = [self.store.series(dataset, each) for each in symbols]
                span = self._settled(dataset, (first, last))
                self._fetcher().fill([(series, span) for series in wanted])
                frames = [self._kept(series, span, first, last) for series in wanted]
            else:
                frames = [self._by_rest(dataset, each, first, last) for each in symbols]
        for frame in frames:
            frame.attrs.update(self._origin(dataset, now_ms))
            if dataset.interval is not None:
                frame["closed"] = closed(frame, now_ms)
        if isinstance(symbol, str):
            frames[0].attrs["symbol"] = symbols[0]
            return frames[0]
        return _stacked(symbols, frames)

    def _is_kept(self, dataset: Dataset, limits: Span, keep: bool | None) -> bool:
        if keep is False:
            return False
        if keep is None:
            pieces = plan(dataset, (limits[0], limits[1] + 1), now_ms=self._now_ms())
            archived = any(piece.source != "rest" for piece in pieces)
            many = dataset.interval is not None and requests(dataset, pieces) >= _SMALL
            return (archived or many) and available()
        need("pyarrow")
        return True

    def _kept(self, series: Series, span: Span, first: int, last: int) -> pd.DataFrame:
        """Rows from the store, and those that are too new for it from REST."""
        table = series.read((first, min(last + 1, span[1])))
        frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
        del table  # whose memory the frame has taken over, column by column
        quality = quality_of(series.manifest(), (first, last + 1))
        if last >= span[1]:
            newest = max(first, span[1])
            tail = self._by_rest(series.dataset, series.symbol, newest, last)
            frame = pd.concat([frame, tail])
        frame.attrs = {"quality": quality}
        return frame

    def _by_rest(self, dataset: Dataset, symbol: str, first: int, last: int) -> pd.DataFrame:
        """A range by REST alone."""
        calls, due = self._calls(dataset, symbol, first, last)
        bodies = fetch(calls, label=f"{symbol} {dataset}")
        frames = [dataset.frame(body) for body in bodies]
        frame = pd.concat(frames) if frames else dataset.frame(b"[]")
        frame.attrs = {"quality": _quality_of_rest(dataset, symbol, frame, (first, last), due)}
        return frame

    def _calls(
        self, dataset: Dataset, symbol: str, first: int, last: int
    ) -> tuple[list[Call], Keys]:
        """The requests for a range, and the first and last key that it has, as far as that is known."""
        if dataset.interval is not None:
            if dataset.pages((first, last)) >= _SMALL:  # years before the listing are not asked for
                first = max(first, self._first_from(symbol, dataset, first))
            return klines_calls(self._client, symbol, dataset.interval, first, last), (None, None)
        precise = self._client.with_options(time_unit="us")  # as the archive's
        aggregate = dataset.kind == datasets.AGG_TRADES.kind
        ids = (agg_trade_ids if aggregate else trade_ids)(precise, symbol, first, last)
        calls_for = agg_trades_calls if aggregate else trades_calls
        return (calls_for(precise, symbol, *ids), ids) if ids else ([], (None, None))

    def _first_from(self, symbol: str, dataset: Dataset, start_ms: int) -> int:
        """The open time of the first candle from a time on; 0 if there is none."""
        assert dataset.interval is not None
        ask = self._client.with_raw_body.klines
        frame = dataset.frame(ask(symbol, dataset.interval.name, startTime=start_ms, limit=1))
        return 0 if frame.empty else int(pd.DatetimeIndex(frame.index).asi8[0]) // 1000

    def _settled(self, dataset: Dataset, limits: Span) -> Span:
        """The part of a range that is kept: whole candles or seconds that don't change any more."""
        start, last = limits
        newest = self._now_ms() - SETTLED_MS
        if self.fixed_until_ms is not None:
            newest = min(newest, self.fixed_until_ms)
        if dataset.interval is None:
            start, end, newest = (each // 1000 * 1000 for each in (start, last + 1000, newest))
        else:
            newest = dataset.interval.open_time(newest)
            start = dataset.interval.open_time(start)
            end = dataset.interval.next_open_time(last)
        return start, max(start, min(end, newest))

    def _fetcher(self) -> Fetcher:
        fetcher = Fetcher(self._client, self.archive, use_unverified=self.use_unverified)
        self._fetchers.add(fetcher)
        return fetcher

    def _chosen(self, symbols: str | Sequence[str] | None, dataset: str | None) -> list[Series]:
        names = None if symbols is None else symbols_of(symbols)
        kind = None if dataset is None else _dataset(dataset)
        if names is not None and kind is not None:
            return [self.store.series(kind, name) for name in names]
        return list(self.store.all(names, kind))

    def _origin(self, dataset: Dataset, now_ms: int) -> dict[str, Any]:
        known = {"interval": dataset.interval.name} if dataset.interval else {}
        return known | {
            "environment": self._environment,
            "source": self._client.base_url,
            "fetched_ms": now_ms,
        }

    def _now_ms(self) -> int:
        return int(self._client.clock.now_s() * 1000)


def _told(gone: Sequence[UnknownSymbol]) -> UnknownSymbol:
    """The error that tells of symbols that the exchange has no more."""
    error, *others = gone
    for other in others:
        error.add_note(str(other))
    names = " and ".join(each.symbol for each in gone)
    error.add_note(
        f"What the store has of {names} stays there; all others were fetched. To leave it out, "
        "name those that you want: sync([…])."
    )
    return error


def closed(frame: pd.DataFrame, now_ms: int) -> Any:
    """Which candles are over, by the server's clock: an array of bool."""
    return frame["close_time"].to_numpy("datetime64[us]") < np.datetime64(now_ms * 1000, "us")


def _stacked(symbols: Sequence[str], frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    attrs = {**frames[0].attrs, "symbols": list(symbols)}
    attrs["quality"] = joined(frame.attrs["quality"] for frame in frames)
    for symbol, frame in zip(symbols, frames, strict=True):
        frame.insert(0, "symbol", pd.Series(symbol, index=frame.index, dtype="str"))
        frame.attrs = {}
    stacked = pd.concat(frames)
    stacked.attrs = attrs
    return stacked


def _quality_of_rest(
    dataset: Dataset, symbol: str, frame: pd.DataFrame, limits: Span, due: Keys
) -> Quality:
    """What rows that aren't kept say of themselves: holes among them, and at the ends if those are known."""
    keys, times_ms = dataset.keys(frame), pd.DatetimeIndex(frame.index).asi8 // 1000
    if due[0] is not None and due[1] is not None:
        keys = np.concatenate([[due[0] - 1], keys, [due[1] + 1]])
        times_ms = np.concatenate([[limits[0]], times_ms, [limits[1]]])
    missing = []
    for at in np.flatnonzero(np.diff(keys) > 1).tolist():
        first, last = int(keys[at]) + 1, int(keys[at + 1]) - 1
        ends_ms = int(times_ms[at]), int(times_ms[at + 1])  # of trades: of those beside them
        if dataset.interval is not None:
            ends_ms = dataset.open_ms(first), dataset.open_ms(last)
        missing.append(
            {
                "symbol": symbol,
                "first": text(ends_ms[0]),
                "last": text(ends_ms[1]),
                "count": last - first + 1,
                "lacks": "unknown",
            }
        )
    notes = [f"{symbol} has no rows in this range."] if frame.empty else []
    return {
        "missing": missing,
        "duplicates": 0,
        "conflicts": 0,
        "incidents": [],
        "origins": [],
        "notes": notes,
    }


def _interval_name(name: str) -> str:
    return interval(name).name


def _dataset(name: str) -> Dataset:
    try:
        return datasets.named(dataset_name(name))
    except ValueError as error:
        raise BadInput(str(error)) from None
