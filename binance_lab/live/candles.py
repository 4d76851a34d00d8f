"""Candles: the candles of a symbol and interval, the newest as it forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from binance_lab.frames.columns import frame_of, time_us, utc
from binance_lab.frames.klines import COLUMNS, klines_frame
from binance_lab.wire.events import Candle, batch_decoder
from binance_lab.wire.intervals import interval_of
from binance_lab.wire.words import counted

from .backfill import Fetch, NotThere
from .base import LiveObject, LiveState
from .ledger import Gap
from .rows import Array, Rows
from .runtime import Runtime
from .sources import REST, STREAM, source_column

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

MAX_ROWS = 20_000
PAGE = 1_000
US = 1_000  # in a ms

_NUMBERS = tuple(name for name in COLUMNS if name not in ("close_time", "trades"))
_DTYPES: dict[str, Any] = (
    {"open_time": np.int64}
    | {name: np.int64 if name in ("close_time", "trades") else np.float64 for name in COLUMNS}
    | {"closed": np.bool_, "source": np.int8, "version": np.int64}
)
Row = dict[str, Any]


class Candles(LiveObject):
    """The candles of a symbol, oldest first; the newest one changes until it is closed.

    At the start REST brings the history and the stream goes on from there, without a hole and
    with no candle twice. A candle whose end the stream missed is entered in `gaps` and fetched;
    there ``first`` is the open time of a hole's first candle, ``last`` the close time of its last.

    Args:
        symbol: Such as BTCUSDT.
        interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.
        client: Fetches history and what is missing; without one there is only the stream.
        history: How many candles before the newest are fetched at the start.
        backfill: Whether holes are fetched.
        max_rows: Older candles are dropped.

    Raises:
        BadInput: There is no such interval.
    """

    def __init__(
        self,
        symbol: str,
        interval: str = "1m",
        *,
        client: Spot | None = None,
        runtime: Runtime | None = None,
        history: int = 500,
        backfill: bool = True,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self._interval = interval_of(interval)
        stream = f"{symbol.lower()}@kline_{interval}"
        super().__init__(
            f"{symbol} {interval}",
            streams=(stream,),
            decode=batch_decoder(stream, float),
            counted="open time (ms)",
            runtime=runtime,
        )
        self.symbol = symbol
        self.interval = interval
        self._client = client
        self._history = history if client is not None else 0
        self._loaded = self._history == 0
        self._backfill = backfill and client is not None
        self._rows = Rows(_DTYPES, max_rows=max_rows)
        self._changes = 0  # of rows ever; what `version` will be when they are told

    # Reading.

    @property
    def last(self) -> Candle[float] | None:
        """The newest candle as it stands, times in µs; None before the first."""
        with self._lock:
            if not len(self._rows):
                return None
            return self._candle({name: self._rows.last(name) for name in _DTYPES})

    def frame(self) -> pd.DataFrame:
        """All candles that it holds, oldest first.

        The index is ``open_time``; columns are those of `binance_lab.frames.klines_frame`, then
        ``closed`` (bool: whether it changes no more) and ``source`` (category of stream, rest).
        """
        return self.tail(len(self._rows))

    def tail(self, n: int = 20) -> pd.DataFrame:
        """The newest n candles, oldest first: the columns of `frame`."""
        with self._lock:
            columns = self._rows.copy(max(0, len(self._rows) - n))
        return self._frame(columns)

    def since(self, version: int) -> pd.DataFrame:
        """The candles that are new or changed after a former `version`: the columns of `frame`."""
        with self._lock:
            news = self._rows.column("version") > version
            columns = {name: self._rows.column(name)[news] for name in _DTYPES}
        return self._frame(columns)

    def _frame(self, columns: dict[str, Array]) -> pd.DataFrame:
        index = utc(columns["open_time"]).rename("open_time")
        shown: dict[str, Any] = {name: columns[name] for name in (*COLUMNS, "closed")}
        shown["close_time"] = utc(columns["close_time"])
        attrs = {"symbol": self.symbol, "interval": self.interval, "complete": self.complete}
        source = source_column(columns["source"])
        return frame_of(shown | {"source": source}, index=index, attrs=attrs)

    def _about(self) -> str:
        holes = ", with holes" if self.open_gaps else ""
        return f"{counted(len(self._rows), 'candle')}{holes}"

    def _data_state(self) -> LiveState:
        return "live" if self._loaded and len(self._rows) else "connecting"

    # Following.

    def start(self) -> None:
        """Fetch the history that was asked for; the stream may bring candles before it is there."""
        if self._history:
            Fetch(
                self._runtime,
                lambda: self._rows_of(limit=min(PAGE, self._history)),
                deliver=self._take_history,
                give_up=lambda error: self._failed(error, fatal=True),
                wanted=lambda: not self._stopped,
            ).start()

    # On the applying thread.

    def _take(self, events: list[Any]) -> Sequence[Any]:
        rows = [_row(event.candle) for event in events]
        news = [self._candle(row) for row in rows if self._put(row)]
        if self._is_after_loss(events):  # their times told what is missing
            self._doubted = False
        return news

    def _put(self, row: Row) -> bool:
        """Take a candle: the next one, a newer state of one, or one that was missing."""
        open_us = row["open_time"]
        newest = self._rows.last("open_time") if len(self._rows) else None
        if newest is None or open_us > newest:
            if newest is not None:
                self._check_end(newest, open_us)
            self._append(row)
        elif not self._rows.has(open_us):
            if not self.ledger.misses(open_us // US):
                return False  # older than all that is kept, or dropped
            self._insert([row])
        elif not self._improve(row):
            return False
        if row["closed"]:
            self._filled(row)
        return True

    def _improve(self, row: Row) -> bool:
        """Replace a candle by a newer state of it; False if it is no newer."""
        at = self._rows.find(row["open_time"])
        known = {name: self._rows.column(name)[at] for name in ("closed", "trades")}
        missed = self.ledger.misses(row["open_time"] // US)
        if (known["closed"] and not missed) or row["trades"] < known["trades"]:
            return False
        if row["trades"] == known["trades"] and not row["closed"] and len(self._rows) - 1 != at:
            return False
        self._rows.update(at, self._numbered(row))
        return True

    def _append(self, row: Row) -> None:
        self._rows.append({name: [value] for name, value in self._numbered(row).items()})

    def _insert(self, rows: list[Row]) -> None:
        self._rows.insert(_arrays(*(self._numbered(row) for row in rows)))

    def _numbered(self, row: Row) -> Row:
        self._changes += 1
        return row | {"version": self._changes}

    def _check_end(self, newest_us: int, open_us: int) -> None:
        """Note what is missing before a new candle: the end of the last one, whole ones, or both."""
        due_us = self._interval.next_open_time(newest_us // US) * US
        first_us = due_us if self._rows.last("closed") else newest_us
        if first_us < open_us:
            self._note(first_us // US, open_us // US - 1)

    def _filled(self, row: Row) -> None:
        how = "fetched by REST" if row["source"] == REST else "came late"
        self.ledger.fill(row["open_time"] // US, row["close_time"] // US, reason=how)

    # Holes.

    def _note(self, first_ms: int, last_ms: int) -> None:
        self._ask_for(self.ledger.note(first_ms, last_ms))

    def _ask_for(self, gap: Gap) -> None:
        """Have a hole fetched, or give it up at once where nothing is."""
        if self._backfill:
            self._request(gap)
        else:
            self.ledger.give_up(gap, "backfill is off" if self._client else "there is no client")

    def _request(self, gap: Gap) -> None:
        Fetch(
            self._runtime,
            lambda: self._fetch_gap(gap),
            deliver=lambda rows: self._change(lambda: self._merge(rows)),
            give_up=lambda error: self._give_up(gap, error),
            wanted=lambda: gap.state == "open" and not self._stopped,
        ).start()

    def _fetch_gap(self, gap: Gap) -> list[Row]:
        """The candles of a hole, which have closed; NotThere if the server lacks one."""
        rows: list[Row] = []
        start_ms = gap.first
        while start_ms <= gap.last:
            page = self._rows_of(startTime=start_ms, endTime=gap.last, limit=PAGE)
            if not page or page[0]["open_time"] // US != start_ms:
                raise NotThere(f"the server has no candle that opens at {start_ms} ms")
            rows += page
            start_ms = self._interval.next_open_time(page[-1]["open_time"] // US)
        return [row | {"closed": True} for row in rows]

    def _rows_of(self, **params: int) -> list[Row]:
        """What the server answers, as rows; the last is taken as not closed yet."""
        assert self._client is not None
        body = self._client.with_raw_body.klines(self.symbol, self.interval, **params)
        frame = klines_frame(body).reset_index()
        for name in ("open_time", "close_time"):
            frame[name] = frame[name].astype("int64")
        rows: list[Row] = frame.to_dict("records")  # type: ignore[assignment]
        end = len(rows) - 1
        return [row | {"closed": at < end, "source": REST} for at, row in enumerate(rows)]

    def _give_up(self, gap: Gap, error: Exception) -> None:
        with self._lock:
            self.ledger.give_up(gap, str(error))
        self._failed(error)

    # History.

    def _take_history(self, rows: list[Row]) -> None:
        self._change(lambda: self._load(rows))
        self._call_back_soon()
        if self._doubted and self._connected:  # it was lost while they were fetched
            self._reconnected()

    def _load(self, rows: list[Row]) -> list[Any]:
        """Put the history before what the stream brought meanwhile."""
        self._loaded = True
        news = self._merge(rows)
        self._check_all()
        return news

    def _disconnected(self) -> None:
        self._doubted = len(self._rows) > 0 or not self._loaded

    def _reconnected(self) -> None:
        """Ask for what came while nobody listened: the stream's next message may be far off."""
        with self._lock:
            open_us = self._rows.last("open_time") if len(self._rows) else None
            losses = self._losses
        if open_us is not None and self._loaded and self._client is not None:
            Fetch(
                self._runtime,
                lambda: self._rows_of(startTime=open_us // US, limit=PAGE),
                deliver=lambda rows: self._take_missed(rows, losses),
                give_up=self._failed,
                wanted=lambda: not self._stopped,
            ).start()

    def _take_missed(self, rows: list[Row], losses: int) -> None:
        """Take what came until REST was asked; if the answer is full, ask for the rest."""
        before = self._rows.last("open_time")
        self._change(lambda: self._catch_up(rows, losses))
        self._call_back_soon()
        if self._doubted and self._connected and self._rows.last("open_time") != before:
            self._reconnected()

    def _catch_up(self, rows: list[Row], losses: int) -> list[Any]:
        news = self._load(rows)
        if len(rows) < PAGE and losses == self._losses:
            self._doubted = False
        return news

    def _merge(self, rows: list[Row]) -> list[Any]:
        """Take fetched candles: those that are missing, and better states of those that aren't."""
        missing = [row for row in rows if not self._rows.has(row["open_time"])]
        better = [row for row in rows if self._rows.has(row["open_time"])]
        news = [row for row in better if self._improve(row)] + missing
        if missing:
            self._insert(missing)
        for row in rows:
            if row["closed"]:
                self._filled(row)
        return [self._candle(row) for row in news]

    def _check_all(self) -> None:
        """Note every candle that isn't there, or isn't closed although a later one is there."""
        opens = self._rows.column("open_time").tolist()
        closed = self._rows.column("closed").tolist()
        for open_us, is_closed, next_us in zip(opens, closed, opens[1:], strict=False):
            due_us = self._interval.next_open_time(open_us // US) * US
            first_us = due_us if is_closed else open_us
            if first_us < next_us and not self.ledger.misses(first_us // US):
                self._note(first_us // US, next_us // US - 1)

    def _candle(self, row: Row) -> Candle[float]:
        """A row as an object; its times are in µs."""
        values: dict[str, Any] = {name: row[name] for name in (*COLUMNS, "open_time", "closed")}
        return Candle(
            symbol=self.symbol,
            interval=self.interval,
            first_trade_id=-1,
            last_trade_id=-1,
            **values,
        )


def _row(candle: Candle[float]) -> Row:
    return {
        "open_time": time_us(candle.open_time),
        **{name: getattr(candle, name) for name in _NUMBERS},
        "close_time": time_us(candle.close_time),
        "trades": candle.trades,
        "closed": candle.closed,
        "source": STREAM,
    }


def _arrays(*rows: Row) -> dict[str, Array]:
    return {name: np.array([row[name] for row in rows], dtype=_DTYPES[name]) for name in _DTYPES}
