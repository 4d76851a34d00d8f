"""Tape: the trades of a symbol as they happen, complete or with a ledger of what is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from binance_lab.frames.columns import frame_of, to_us, utc
from binance_lab.frames.trades import agg_trade_rows, trade_rows
from binance_lab.wire.events import batch_decoder
from binance_lab.wire.words import counted

from .backfill import Fetch, NotThere
from .base import INBOX_SIZE, LiveObject, LiveState
from .ledger import Gap
from .rows import Array, Rows
from .runtime import Runtime
from .sources import REST, STREAM, source_column

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

Kind: TypeAlias = Literal["trade", "aggTrade"]
MAX_ROWS = 1_000_000
PAGE = 1_000
PATIENCE_S = 0.5
"""A hole is fetched after this pause: messages may have changed places on their way."""

_COLUMNS: dict[Kind, dict[str, Any]] = {
    "trade": {
        "id": np.int64,
        "price": np.float64,
        "qty": np.float64,
        "time": np.int64,
        "buyer_is_maker": np.bool_,
    },
    "aggTrade": {
        "id": np.int64,
        "price": np.float64,
        "qty": np.float64,
        "first_trade_id": np.int64,
        "last_trade_id": np.int64,
        "time": np.int64,
        "buyer_is_maker": np.bool_,
    },
}
_OWN = {"source": np.int8, "version": np.int64}

Listener: TypeAlias = Callable[[Sequence[Any], bool], None]
"""Gets new trades, and whether they belong between older ones; on the applying thread."""


class Tape(LiveObject):
    """The trades of a symbol, oldest first.

    Ids are checked one by one: one that was skipped is entered in `gaps` and fetched by REST, in
    the background; one that came twice is left out and counted in `duplicates`.

    Args:
        symbol: Such as BTCUSDT.
        kind: ``trade`` for each trade, ``aggTrade`` for what one taker order filled at one price.
        client: Fetches what is missing; without one it stays missing.
        history: So many trades before the first of the stream are fetched at the start.
        backfill: Whether holes are fetched.
        max_rows, max_age_s: Older trades are dropped from it.
        inbox_size: How many messages wait to be applied; beyond, the oldest are dropped, and
            their trades are a hole.
    """

    def __init__(
        self,
        symbol: str,
        *,
        kind: Kind = "trade",
        client: Spot | None = None,
        runtime: Runtime | None = None,
        history: int = 0,
        backfill: bool = True,
        max_rows: int = MAX_ROWS,
        max_age_s: float | None = None,
        inbox_size: int = INBOX_SIZE,
    ) -> None:
        stream = f"{symbol.lower()}@{kind}"
        super().__init__(
            symbol,
            streams=(stream,),
            decode=batch_decoder(stream, float),
            counted="trade id" if kind == "trade" else "aggregate trade id",
            runtime=runtime,
            inbox_size=inbox_size,
        )
        self.symbol = symbol
        self.kind: Kind = kind
        self.duplicates = 0
        """Trades that came more than once."""
        self.last: Any = None
        """The newest trade: an object with id, price, qty, time (ms or µs), buyer_is_maker."""
        self._client = client
        self._backfill = backfill and client is not None
        self._history = history if client is not None else 0
        self._loaded = self._history == 0
        self._max_age_us = None if max_age_s is None else int(max_age_s * 1e6)
        self._getters = {name: attrgetter(name) for name in _COLUMNS[kind]}
        self._rows = Rows(_COLUMNS[kind] | _OWN, max_rows=max_rows)
        self._next_id: int | None = None
        self._listeners: list[Listener] = []
        self._numbered = 0  # rows ever added; what `version` will be when they are told

    # Reading.

    @property
    def count(self) -> int:
        """How many trades it has had, those that were dropped as too old included."""
        with self._lock:
            return len(self._rows) + self._rows.dropped

    def frame(self) -> pd.DataFrame:
        """All trades that it holds, oldest first.

        The index is ``time`` (UTC, µs). Columns: ``id`` (int64), ``price``, ``qty`` in the base
        and ``quote_qty`` in the quote asset, ``buyer_is_maker`` (bool), ``source`` (category of
        stream and rest); for aggregate trades also ``first_trade_id`` and ``last_trade_id``.
        """
        return self.tail(len(self._rows))

    def tail(self, n: int = 20) -> pd.DataFrame:
        """The newest n trades, oldest first: the columns of `frame`."""
        with self._lock:
            columns = self._rows.copy(max(0, len(self._rows) - n))
        return self._frame(columns)

    def since(self, version: int) -> pd.DataFrame:
        """The trades that came after a former `version`: the columns of `frame`.

        Those that filled a hole are among them, at their place by id.
        """
        with self._lock:
            news = np.flatnonzero(self._rows.column("version") > version)
            columns = self._rows.copy(int(news[0]) if len(news) else len(self._rows))
        wanted = columns["version"] > version
        return self._frame({name: column[wanted] for name, column in columns.items()})

    def _frame(self, columns: dict[str, Array]) -> pd.DataFrame:
        index = utc(columns.pop("time")).rename("time")
        del columns["version"]
        maker, source = columns.pop("buyer_is_maker"), columns.pop("source")
        columns["quote_qty"] = columns["price"] * columns["qty"]
        order = [name for name in columns if not name.endswith("_trade_id")]
        order += [name for name in columns if name.endswith("_trade_id")]
        shown = {name: columns[name] for name in order}
        attrs = {"symbol": self.symbol, "stream": self.streams[0], "complete": self.complete}
        return frame_of(
            shown | {"buyer_is_maker": maker, "source": source_column(source)},
            index=index,
            attrs=attrs,
        )

    def _about(self) -> str:
        holes = ", with holes" if self.open_gaps else ""
        return counted(self.count, self.kind) + holes

    def _data_state(self) -> LiveState:
        return super()._data_state() if self._loaded else "connecting"

    # Following.

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have new trades handed on, on the applying thread; what is returned ends it.

        For objects that are made of trades; others `follow`.
        """
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return end

    @property
    def kept_from_us(self) -> int:
        """From when on (µs) it holds every trade that it had; 0 if none was dropped as too old."""
        with self._lock:
            return int(self._rows.column("time")[0]) if self._rows.dropped else 0

    def arrays(self, names: Sequence[str], *, from_time_us: int) -> list[Array]:
        """Columns of the trades from a time on, as copies."""
        with self._lock:
            start = int(np.searchsorted(self._rows.column("time"), from_time_us))
            return [self._rows.column(name, start).copy() for name in names]

    def start(self) -> None:
        """Fetch the history that was asked for; the stream may bring trades before it is there."""
        if self._history:
            Fetch(
                self._runtime,
                self._fetch_history,
                deliver=self._deliver_history,
                give_up=self._no_history,
                wanted=lambda: not self._stopped,
            ).start()

    # On the applying thread.

    def _take(self, events: list[Any]) -> Sequence[Any]:
        if not events:
            return ()
        if self._next_id is None:  # those dropped before any was applied are a hole as well
            self._next_id = events[0].id - self.dropped
        ids = [trade.id for trade in events]
        if ids == list(range(self._next_id, self._next_id + len(ids))):
            self._next_id += len(ids)
            news = self._append(events)
        else:
            news = self._sort_out(events)
        if self._is_after_loss(events):  # their ids told what is missing
            self._doubted = False
        return news

    def _sort_out(self, events: list[Any]) -> list[Any]:
        """Take trades whose ids don't just continue: note holes, drop what is known already."""
        fresh, late = [], []
        assert self._next_id is not None
        for trade in events:
            if trade.id >= self._next_id:
                if trade.id > self._next_id:
                    self._note(self._next_id, trade.id - 1)
                fresh.append(trade)
                self._next_id = trade.id + 1
            elif self.ledger.misses(trade.id):
                self.ledger.fill(trade.id, trade.id, reason="came late")
                late.append(trade)
            else:
                self.duplicates += 1
        return [*self._append(fresh), *self._insert(late, STREAM)]

    def _append(self, trades: list[Any], source: int = STREAM) -> list[Any]:
        if trades:
            self._rows.append(self._columns(trades, source))
            self._drop_old()
            self.last = trades[-1]
            self._tell(trades, between=False)
        return trades

    def _insert(self, trades: list[Any], source: int) -> list[Any]:
        """Add trades between others; those that are newer than what is kept are at the end.

        Listeners hear of all, those included that are dropped at once as too old.
        """
        if trades:
            self._rows.insert(self._columns(trades, source))
            self._drop_old()
            self._tell(trades, between=True)
        return trades

    def _columns(self, trades: list[Any], source: int) -> dict[str, Any]:
        """The trades' values by column; lists, which numpy takes in faster than single trades."""
        count = len(trades)
        columns: dict[str, Any] = {
            name: list(map(get, trades)) for name, get in self._getters.items()
        }
        columns["time"] = to_us(np.array(columns["time"], dtype=np.int64))
        columns["source"] = np.full(count, source, dtype=np.int8)
        columns["version"] = np.arange(self._numbered + 1, self._numbered + 1 + count)
        self._numbered += count
        return columns

    def _drop_old(self) -> None:
        if self._max_age_us is not None:
            times = self._rows.column("time")
            self._rows.drop(int(np.searchsorted(times, times[-1] - self._max_age_us)))

    def _tell(self, trades: list[Any], *, between: bool) -> None:
        for listener in list(self._listeners):
            listener(trades, between)

    # Holes.

    def _note(self, first: int, last: int) -> None:
        gap = self.ledger.note(first, last)
        if self._backfill:
            self._request(gap, delay_s=PATIENCE_S)
        else:
            self.ledger.give_up(gap, "backfill is off" if self._client else "there is no client")

    def _request(self, gap: Gap, *, delay_s: float = 0.0) -> None:
        Fetch(
            self._runtime,
            lambda: self._fetch_gap(gap),
            deliver=lambda rows: self._change(lambda: self._fill(gap, rows)),
            give_up=lambda error: self._give_up(gap, error),
            wanted=lambda: gap.state == "open" and not self._stopped,
        ).start(delay_s=delay_s)

    def _fetch_gap(self, gap: Gap) -> list[Any]:
        """The trades that a hole misses; NotThere if the server doesn't have them all."""
        rows: list[Any] = []
        for first, last in list(gap.missing):
            rows += self._fetch_range(first, last)
        return rows

    def _fetch_range(self, first: int, last: int) -> list[Any]:
        rows: list[Any] = []
        while first <= last:
            page = self._page(fromId=first, limit=min(PAGE, last - first + 1))
            wanted = [row for row in page if first <= row.id <= last]
            if not wanted or wanted[0].id != first:
                raise NotThere(f"the server has no {self.ledger.key} {first}")
            rows += wanted
            first = wanted[-1].id + 1
        return rows

    def _page(self, **params: int) -> Sequence[Any]:
        assert self._client is not None
        bodies = self._client.with_raw_body
        if self.kind == "aggTrade":
            return agg_trade_rows(bodies.agg_trades(self.symbol, **params))
        if "fromId" in params:
            return trade_rows(bodies.historical_trades(self.symbol, **params))
        return trade_rows(bodies.trades(self.symbol, **params))

    def _fill(self, gap: Gap, rows: list[Any]) -> list[Any]:
        missing = [row for row in rows if self.ledger.misses(row.id)]
        for row in rows:
            self.ledger.fill(row.id, row.id, reason="fetched by REST")
        return self._insert(missing, REST)

    def _give_up(self, gap: Gap, error: Exception) -> None:
        with self._lock:
            self.ledger.give_up(gap, str(error))
        self._failed(error)

    # What REST knows besides.

    def _disconnected(self) -> None:
        self._doubted = self._next_id is not None or not self._loaded

    def _reconnected(self) -> None:
        """Ask for what came while nobody listened: the next trade of the stream may be far off."""
        with self._lock:
            next_id, losses = self._next_id, self._losses
        if next_id is not None and self._backfill:
            Fetch(
                self._runtime,
                lambda: self._page(fromId=next_id, limit=PAGE),
                deliver=lambda rows: self._take_missed(rows, losses),
                give_up=self._failed,
                wanted=lambda: not self._stopped,
            ).start()

    def _take_missed(self, rows: Sequence[Any], losses: int) -> None:
        """Take what came until REST was asked; if the answer is full, ask for the rest."""
        before = self._next_id
        self._change(lambda: self._catch_up(rows, losses))
        self._call_back_soon()
        if self._doubted and self._connected and self._next_id != before:
            self._reconnected()

    def _catch_up(self, rows: Sequence[Any], losses: int) -> list[Any]:
        """Take fetched trades that go on from the newest; a later hole is noticed as any other."""
        fresh = []
        for row in rows:
            if row.id == self._next_id:
                fresh.append(row)
                self._next_id = row.id + 1
        news = self._append(fresh, REST)
        if len(rows) < PAGE and losses == self._losses:
            self._doubted = False
        return news

    def _fetch_history(self) -> Sequence[Any]:
        return self._page(limit=min(PAGE, self._history))

    def _deliver_history(self, rows: Sequence[Any]) -> None:
        self._change(lambda: self._take_history(rows))
        if self._doubted and self._connected:  # it was lost while they were fetched
            self._reconnected()

    def _no_history(self, error: Exception) -> None:
        self._loaded = True
        self._failed(error)

    def _take_history(self, rows: Sequence[Any]) -> list[Any]:
        """Put fetched trades before those of the stream, and note a hole between them."""
        self._loaded = True
        if not rows:
            return []
        first_id = self._rows.column("id")[0].item() if len(self._rows) else None
        older = [row for row in rows if first_id is None or row.id < first_id]
        newest = rows[-1].id
        if self._next_id is None:
            self._next_id = newest + 1
            self.last = rows[-1]
        elif first_id is not None and newest < first_id - 1:
            self._note(newest + 1, first_id - 1)
        return self._insert(older, REST)
