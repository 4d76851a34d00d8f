"""Ranges longer than one request: plan the pages, fetch them side by side, join their bodies.

Pages are undecoded JSON arrays, so that a frame is decoded once, from all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from tqdm.auto import tqdm

from binance_lab.wire.intervals import Interval

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

PAGE_ROWS = 1_000  # the most that klines, aggTrades and historicalTrades answer with
WORKERS = 8  # requests in flight; the client's budget holds them to the server's limits
_BAR_FROM_PAGES = 20  # less is over before a bar can be read


class _AggTrade(msgspec.Struct, rename={"id": "a", "first_trade_id": "f", "last_trade_id": "l"}):
    id: int
    first_trade_id: int
    last_trade_id: int


_agg_trades = msgspec.json.Decoder(list[_AggTrade])


def klines_pages(
    client: Spot, symbol: str, interval: Interval, start_ms: int, end_ms: int
) -> list[bytes]:
    """The candles that open from start_ms to end_ms, both included, oldest page first."""
    calls = [
        partial(
            client.with_raw_body.klines,
            symbol,
            interval.name,
            startTime=start,
            endTime=end,
            limit=PAGE_ROWS,
        )
        for start, end in kline_windows(interval, start_ms, end_ms)
    ]
    return fetch(calls, label=f"{symbol} {interval}")


def agg_trades_pages(client: Spot, symbol: str, start_ms: int, end_ms: int) -> list[bytes]:
    """The aggregate trades from start_ms to end_ms, both included, oldest page first."""
    bounds = agg_trade_bounds(client, symbol, start_ms, end_ms)
    if bounds is None:
        return []
    first, last = bounds
    calls = [
        partial(client.with_raw_body.agg_trades, symbol, fromId=start, limit=rows)
        for start, rows in id_windows(first.id, last.id)
    ]
    return fetch(calls, label=f"{symbol} aggTrades")


def trades_pages(client: Spot, symbol: str, start_ms: int, end_ms: int) -> list[bytes]:
    """The trades from start_ms to end_ms, both included, oldest page first.

    Trades can only be asked for by id; the aggregate trades at both ends tell the ids.
    """
    bounds = agg_trade_bounds(client, symbol, start_ms, end_ms)
    if bounds is None:
        return []
    first, last = bounds
    calls = [
        partial(client.with_raw_body.historical_trades, symbol, fromId=start, limit=rows)
        for start, rows in id_windows(first.first_trade_id, last.last_trade_id)
    ]
    return fetch(calls, label=f"{symbol} trades")


def agg_trade_bounds(
    client: Spot, symbol: str, start_ms: int, end_ms: int
) -> tuple[_AggTrade, _AggTrade] | None:
    """The first and last aggregate trade from start_ms to end_ms, both included; None if none."""
    ask = client.with_raw_body.agg_trades
    first = _agg_trades.decode(ask(symbol, startTime=start_ms, endTime=end_ms, limit=1))
    if not first:
        return None
    last = _agg_trades.decode(ask(symbol, endTime=end_ms, limit=1))
    return first[0], last[-1]


def kline_windows(interval: Interval, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Start and end (ms, both included) of pages of at most 1,000 candles."""
    if interval.length_ms is None:  # months: a thousand of them are 83 years
        return [(start_ms, end_ms)] if start_ms <= end_ms else []
    first = next(interval.open_times(start_ms, end_ms), None)
    if first is None:
        return []
    step = PAGE_ROWS * interval.length_ms
    return [(time, min(time + step - 1, end_ms)) for time in range(first, end_ms + 1, step)]


def id_windows(first: int, last: int) -> list[tuple[int, int]]:
    """First id and number of rows of pages of at most 1,000 consecutive ids."""
    return [
        (start, min(PAGE_ROWS, last - start + 1)) for start in range(first, last + 1, PAGE_ROWS)
    ]


def fetch(calls: Sequence[Callable[[], bytes]], *, label: str) -> list[bytes]:
    """The calls' answers in the calls' order, fetched side by side, with a bar if many.

    The first error, and ctrl-c, ends the rest and is raised.
    """
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="binance_lab:pages")
    try:
        futures = [pool.submit(call) for call in calls]
        hidden = len(calls) < _BAR_FROM_PAGES
        for future in tqdm(as_completed(futures), label, len(calls), disable=hidden, leave=False):
            future.result()
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def join_arrays(bodies: Iterable[bytes]) -> bytes:
    """One JSON array with the rows of all of them, undecoded."""
    rows = (body.strip()[1:-1].strip() for body in bodies)
    return b"[" + b",".join(row for row in rows if row) + b"]"
