"""Ranges longer than one request: the calls for their pages, and fetching them side by side.

Calls answer with undecoded JSON; who makes them decodes each page while others are on their way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NoReturn, TypeAlias

import msgspec
from tqdm.auto import tqdm

from ..wire.intervals import Interval

if TYPE_CHECKING:
    from ..connector.spot import Spot

Call: TypeAlias = Callable[[], bytes]

PAGE_ROWS = 1_000  # the most that klines, aggTrades and historicalTrades answer with
WORKERS = 16  # requests in flight; the client's budget holds them to the server's limits
BAR_AFTER_S = 1.0  # what is over before shows none
_JOINED = 16  # pages decoded as one: much of what a frame costs, it costs whatever its length
_AHEAD = 4 * WORKERS  # pages that may wait for those before them


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


class ProgressBar(tqdm):  # type: ignore[type-arg]
    """A bar without tqdm's thread, which lives on after the last one; it takes ``miniters=0``."""

    monitor_interval = 0


def fetch(calls: Sequence[Call], *, label: str) -> Iterator[bytes]:
    """The calls' answers in their order, some joined to one, fetched side by side; a bar if it takes.

    The first error, and ctrl-c, ends the rest and is raised.
    """
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="binance_lab:pages")
    bar = ProgressBar(
        desc=label, total=len(calls), unit=" requests", delay=BAR_AFTER_S, leave=False, miniters=0
    )
    try:
        with bar:
            yield from joined(_in_order(pool, calls, bar))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_order(
    pool: ThreadPoolExecutor, calls: Iterable[Call], bar: tqdm[NoReturn]
) -> Iterator[bytes]:
    todo, asked = iter(calls), deque[Future[bytes]]()
    asked.extend(pool.submit(call) for call in islice(todo, _AHEAD))
    while asked:
        body = asked.popleft().result()
        asked.extend(pool.submit(call) for call in islice(todo, 1))
        bar.update()
        yield body


def joined(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """JSON lists, some at a time made into one, in their order.

    Whatever is no list stays as it is: who decodes it says so.
    """
    bodies = iter(bodies)
    while some := list(islice(bodies, _JOINED)):
        if all(body[:1] == b"[" and body[-1:] == b"]" for body in some):
            rows = (body[1:-1] for body in some)
            yield b"[" + b",".join(filter(None, rows)) + b"]"
        else:
            yield from some
