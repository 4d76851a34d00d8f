"""The exchange's own history as files, in the layout of data.binance.vision.

Daily and monthly zips of klines, trades and aggregate trades, each with a ``.CHECKSUM``. A file has one CSV
without a header; its times are in microseconds from 2025 on, in milliseconds before. There is a file for
each day and month that is over and began after the symbol's listing. Files are made when they are first
asked for, always the same bytes, and kept until their folder is full.

https://github.com/binance/binance-public-data
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from binance_lab.exchange.candles import DAY_US
from binance_lab.exchange.market_data import MarketData, stamp
from binance_lab.exchange.symbols import atoms_text
from binance_lab.wire.enums import TimeUnit
from binance_lab.wire.intervals import INTERVALS

MOST_KEPT_BYTES = 512 * 2**20
_BATCH = 5_000  # trades at a time
_MICROSECONDS_FROM_US = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_DAILY_INTERVALS = frozenset(INTERVALS) - {"3d", "1w", "1M"}
_MONTH_NAME = "1mo"  # what the archive calls 1M, as file names don't always tell M from m

_path = re.compile(
    r"data/spot/(?P<span>daily|monthly)/"
    r"(?:klines/(?P<kline_symbol>[^/]+)/(?P<interval>\w+)|(?P<kind>trades|aggTrades)/(?P<symbol>[^/]+))"
    r"/(?P<name>[^/]+)\.zip(?P<checksum>\.CHECKSUM)?"
)


class Abandoned(Exception):
    """Who asked for a file is gone before it was made."""


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the archive."""

    name: str  # without .zip
    symbol: str
    kind: str
    interval: str
    start_us: int
    end_us: int

    @property
    def unit(self) -> TimeUnit:
        """Of its times."""
        recent = self.start_us >= _MICROSECONDS_FROM_US
        return TimeUnit.MICROSECOND if recent else TimeUnit.MILLISECOND


class Archive:
    """Makes and keeps the files; safe to be asked from a worker thread while the exchange runs.

    What it reads are days that are over, which don't change any more.

    Args:
        markets: The public data by symbol.
        folder: Where files are kept; a temporary one, removed by ``close``, if not given.
    """

    def __init__(
        self,
        markets: Mapping[str, MarketData],
        *,
        folder: Path | None = None,
        most_bytes: int = MOST_KEPT_BYTES,
    ) -> None:
        self._markets = markets
        self._most_bytes = most_bytes
        self._temporary = (
            None if folder else tempfile.TemporaryDirectory(prefix="binance-lab-archive-")
        )
        self._folder = folder or Path(self._temporary.name if self._temporary else "")
        self._lock = threading.Lock()  # guards the folder: one file is made at a time

    def get(
        self, path: str, *, now_us: int, is_wanted: Callable[[], bool] = lambda: True
    ) -> Path | None:
        """The file for a path such as ``data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01-01.zip``.

        None if there is none. Making a month of trades may take minutes.

        Args:
            now_us: The time, up to which everything is done that is due: a file is never made anew.
            is_wanted: Asked again and again while the file is made; once false the work is left undone.

        Raises:
            Abandoned: The file isn't wanted any more.
        """
        asked = self._asked(path, now_us)
        if asked is None:
            return None
        file, made, answer = asked
        with self._lock:
            if not made.exists():
                self._make(file, made, is_wanted)
            os.utime(made)
        return answer

    def has(self, path: str, *, now_us: int) -> bool:
        """Whether there is a file for a path, made already or not; at once."""
        return self._asked(path, now_us) is not None

    def ready(self, path: str, *, now_us: int) -> Path | None:
        """The file for a path if it is made already; at once, also while others are made."""
        asked = self._asked(path, now_us)
        if asked is None:
            return None
        _, made, answer = asked
        try:
            os.utime(made)  # it is the last that is removed
        except FileNotFoundError:
            return None
        return answer

    def close(self) -> None:
        """Remove the temporary folder."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # Inside

    def _asked(self, path: str, now_us: int) -> tuple[_File, Path, Path] | None:
        """A file, its zip, and which is asked for: the zip or its checksum. None if there is no such file."""
        match = _path.fullmatch(path.lstrip("/"))
        file = self._file(match, now_us) if match else None
        if match is None or file is None:
            return None
        made = self._folder / f"{match['span']}-{file.name}.zip"
        return file, made, _checksum_of(made) if match["checksum"] else made

    def _file(self, match: re.Match[str], now_us: int) -> _File | None:
        """What a path asks for; None if there is no such file, or not yet."""
        symbol = match["symbol"] or match["kline_symbol"]
        market = self._markets.get(symbol)
        daily = match["span"] == "daily"
        interval = ""
        if match["interval"]:
            interval = "1M" if match["interval"] == _MONTH_NAME else match["interval"]
            if interval not in (_DAILY_INTERVALS if daily else INTERVALS):
                return None
        label = match["kind"] or match["interval"]
        span = _span(match["name"].removeprefix(f"{symbol}-{label}-"), daily=daily)
        if market is None or span is None or not market.began_before(span[1]):
            return None
        if span[1] > now_us:
            return None
        return _File(match["name"], symbol, match["kind"] or "klines", interval, *span)

    def _make(self, file: _File, path: Path, is_wanted: Callable[[], bool]) -> None:
        self._make_room()
        market = self._markets[file.symbol]
        rows = {"klines": _klines, "trades": _trades, "aggTrades": _agg_trades}[file.kind]
        made = datetime.fromtimestamp(file.end_us / 1e6, UTC)
        info = zipfile.ZipInfo(f"{file.name}.csv", made.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        part = path.with_suffix(".part")
        try:
            with (
                zipfile.ZipFile(part, "w", compresslevel=6) as archive,
                archive.open(info, "w", force_zip64=True) as target,
            ):
                for text in rows(market, file):
                    if not is_wanted():
                        raise Abandoned(f"nobody waits for {file.name} any more")
                    target.write(text.encode())
            _write_checksum(part, path, file.name)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Remove what nobody has asked for the longest while there are too many bytes."""
        files = sorted(self._folder.glob("*.zip"), key=lambda path: path.stat().st_mtime_ns)
        total = sum(path.stat().st_size for path in files)
        for path in files:
            if total <= self._most_bytes:
                return
            total -= path.stat().st_size
            path.unlink()  # before its checksum, which is there as long as the zip is
            _checksum_of(path).unlink(missing_ok=True)


def _checksum_of(made: Path) -> Path:
    return made.with_suffix(".zip.CHECKSUM")


def _write_checksum(source: Path, made: Path, name: str) -> None:
    """Before the zip has its name: who sees one of the two finds both, and whole."""
    with source.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    part = made.with_suffix(".zip.CHECKSUM.part")
    part.write_text(f"{digest}  {name}.zip\n", encoding="utf-8")
    os.replace(part, _checksum_of(made))


def _span(text: str, *, daily: bool) -> tuple[int, int] | None:
    """First and last moment of a day (2025-01-31) or a month (2025-01), in microseconds."""
    try:
        if daily:
            day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        else:
            day = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    start_us = int(day.timestamp()) * 1_000_000
    if daily:
        return start_us, start_us + DAY_US
    return start_us, INTERVALS["1M"].next_open_time(start_us // 1000) * 1000


def _klines(market: MarketData, file: _File) -> Iterator[str]:
    """Klines that open within the file's time."""
    step_us = min(DAY_US, file.end_us - file.start_us)
    for start_us in range(file.start_us, file.end_us, step_us):
        rows = market.klines(
            file.interval,
            now_us=file.end_us - 1,
            start_us=start_us,
            end_us=start_us + step_us - 1,
            limit=100_000,
            unit=file.unit,
        )
        yield "".join(",".join(map(str, row)) + "\n" for row in rows)


def _trades(market: MarketData, file: _File) -> Iterator[str]:
    rules = market.rules
    window = market.window(file.start_us, file.end_us)
    if not window.count:
        return
    for first_id in range(window.first_id, window.last_id + 1, _BATCH):
        trades = market.trades_from(first_id, min(_BATCH, window.last_id + 1 - first_id))
        yield "".join(
            f"{trade.id},{rules.price_text(trade.price_ticks)},{rules.qty_text(trade.lots)},"
            f"{atoms_text(trade.quote_atoms)},{stamp(trade.time_us, file.unit)},"
            f"{trade.buyer_is_maker},True\n"
            for trade in trades
        )


def _agg_trades(market: MarketData, file: _File) -> Iterator[str]:
    rules = market.rules
    stop_id = market.first_agg_id_from(file.end_us)
    for first_id in range(market.first_agg_id_from(file.start_us), stop_id, _BATCH):
        aggs = market.agg_trades_from(first_id, min(_BATCH, stop_id - first_id))
        yield "".join(
            f"{agg.id},{rules.price_text(agg.price_ticks)},{rules.qty_text(agg.lots)},"
            f"{agg.first_id},{agg.last_id},{stamp(agg.time_us, file.unit)},"
            f"{agg.buyer_is_maker},True\n"
            for agg in aggs
        )
