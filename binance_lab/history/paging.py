"""Ranges longer than one request: the calls for their pages, and fetching them side by side.

Calls answer with undecoded JSON; who makes them decodes each page while others are on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec
from tqdm.auto import tqdm

from binance_lab.wire.intervals import Interval

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

Call: TypeAlias = Callable[[], bytes]
Page = TypeVar("Page")

PAGE_ROWS = 1_000  # the most that klines, aggTrades and historicalTrades answer with
WORKERS = 16  # requests in flight; the client's budget holds them to the server's limits
_BAR_FROM_PAGES = 20  # less is over before a bar can be read


class _AggTrade(msgspec.Struct, rename={"id": "a", "first_trade_id": "f", "last_trade_id": "l"}):
    id: int
    first_trade_id: int
    last_trade_id: int


_agg_trades = msgspec.json.Decoder(list[_AggTrade])


def klines_calls(
    client: Spot, symbol: str, interval: Interval, start_ms: int, end_ms: int
) -> list[Call]:
    """The calls for the candles that open from start_ms to end_ms, both included, oldest first."""
    ask = partial(client.with_raw_body.klines, symbol, interval.name)
    return [
        partial(ask, startTime=start, endTime=end, limit=PAGE_ROWS)
        for start, end in kline_windows(interval, start_ms, end_ms)
    ]


def trades_calls(client: Spot, symbol: str, first: int, last: int) -> list[Call]:
    """The calls for the trades of these ids, both included, oldest first."""
    ask = partial(client.with_raw_body.historical_trades, symbol)
    return [partial(ask, fromId=start, limit=rows) for start, rows in id_windows(first, last)]


def agg_trades_calls(client: Spot, symbol: str, first: int, last: int) -> list[Call]:
    """The calls for the aggregate trades of these ids, both included, oldest first."""
    ask = partial(client.with_raw_body.agg_trades, symbol)
    return [partial(ask, fromId=start, limit=rows) for start, rows in id_windows(first, last)]


def agg_trade_ids(client: Spot, symbol: str, start_ms: int, end_ms: int) -> tuple[int, int] | None:
    """First and last id of the aggregate trades from start_ms to end_ms; None if there are none."""
    bounds = _agg_trade_bounds(client, symbol, start_ms, end_ms)
    return None if bounds is None else (bounds[0].id, bounds[1].id)


def trade_ids(client: Spot, symbol: str, start_ms: int, end_ms: int) -> tuple[int, int] | None:
    """First and last id of the trades from start_ms to end_ms; None if there are none.

    Trades can only be asked for by id; the aggregate trades at both ends tell the ids.
    """
    bounds = _agg_trade_bounds(client, symbol, start_ms, end_ms)
    return None if bounds is None else (bounds[0].first_trade_id, bounds[1].last_trade_id)


def _agg_trade_bounds(
    client: Spot, symbol: str, start_ms: int, end_ms: int
) -> tuple[_AggTrade, _AggTrade] | None:
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


def fetch(calls: Sequence[Callable[[], Page]], *, label: str) -> list[Page]:
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
