"""Candles made of trades, or of shorter candles, as Binance makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from binance_lab.wire.intervals import WEEK_MS, Interval

from .columns import Floats, Ints

US_PER_MS = 1_000
_MONDAY_MS = 4 * 86_400_000  # the first one of 1970
_SUMS = ("volume", "quote_volume", "trades", "taker_buy_volume", "taker_buy_quote_volume")
Columns = dict[str, npt.NDArray[Any]]


def open_times_us(times_us: Ints, interval: Interval, *, zone_ms: int = 0) -> Ints:
    """The open time of the candle that each time falls in, all in µs of UTC.

    Args:
        zone_ms: Offset of the time zone whose midnight days, weeks and months begin at.
    """
    zone_us = zone_ms * US_PER_MS
    local = times_us + zone_us
    if interval.length_ms is None:
        months = local.astype("M8[us]").astype("M8[M]")
        opened: Ints = months.astype("M8[us]").astype(np.int64)
        return opened - zone_us
    anchor_us = (_MONDAY_MS if interval.length_ms == WEEK_MS else 0) * US_PER_MS
    return local - (local - anchor_us) % (interval.length_ms * US_PER_MS) - zone_us


def of_trades(
    times_us: Ints,
    price: Floats,
    qty: Floats,
    buyer_is_maker: npt.NDArray[np.bool_],
    interval: Interval,
    *,
    zone_ms: int = 0,
) -> Columns:
    """The candles of trades, oldest first; those without a trade repeat the close before.

    Columns as `klines_frame` has them, and ``open_time``; times in µs.
    """
    quote = price * qty
    taker_bought = ~buyer_is_maker
    made = of_candles(
        times_us,
        {
            **dict.fromkeys(("open", "high", "low", "close"), price),
            "volume": qty,
            "quote_volume": quote,
            "trades": np.ones(len(qty), dtype=np.int64),
            "taker_buy_volume": qty * taker_bought,
            "taker_buy_quote_volume": quote * taker_bought,
        },
        interval,
        zone_ms=zone_ms,
    )
    return with_quiet_ones(made, interval, zone_ms=zone_ms)


def of_candles(
    times_us: Ints, candles: Mapping[str, Any], interval: Interval, *, zone_ms: int = 0
) -> Columns:
    """The longer candles that shorter ones make up; where there are none, there is none.

    Args:
        times_us: When the shorter ones open, in µs, oldest first.
        candles: Their columns, as `klines_frame` names them; volumes and counts that are missing
            are left out.
    """
    opens = open_times_us(times_us, interval, zone_ms=zone_ms)
    starts = np.flatnonzero(np.diff(opens, prepend=opens[0] - 1)) if len(opens) else opens
    made: Columns = {"open_time": opens[starts]}
    ends = np.append(starts[1:], len(opens)) - 1 if len(opens) else starts
    made["open"] = np.asarray(candles["open"])[starts]
    made["high"] = _reduced(np.maximum, candles["high"], starts)
    made["low"] = _reduced(np.minimum, candles["low"], starts)
    made["close"] = np.asarray(candles["close"])[ends]
    for name in _SUMS:
        if name in candles:
            made[name] = _reduced(np.add, candles[name], starts)
    made["close_time"] = close_times_us(made["open_time"], interval, zone_ms=zone_ms)
    return made


def _reduced(function: np.ufunc, values: Any, starts: Ints) -> npt.NDArray[Any]:
    column = np.asarray(values)
    return function.reduceat(column, starts) if len(starts) else column[:0]


def with_quiet_ones(made: Columns, interval: Interval, *, zone_ms: int = 0) -> Columns:
    """Put candles without trades where nothing was traded, as the exchange does.

    Columns that candles don't have are taken from the candle before.
    """
    opens = made["open_time"]
    if not len(opens):
        return made
    wanted = every_open_us(int(opens[0]), int(opens[-1]), interval, zone_ms=zone_ms)
    if len(wanted) == len(opens):
        return made
    at = np.searchsorted(opens, wanted, side="right") - 1
    quiet = opens[at] != wanted
    whole = {name: column[at] for name, column in made.items()}
    whole["open_time"] = wanted
    for name in ("open", "high", "low"):
        whole[name] = np.where(quiet, whole["close"], whole[name])
    for name in _SUMS:
        if name in whole:
            whole[name] = np.where(quiet, 0, whole[name])
    whole["close_time"] = close_times_us(wanted, interval, zone_ms=zone_ms)
    return whole


def every_open_us(
    first_us: int, last_us: int, interval: Interval, *, zone_ms: int = 0
) -> npt.NDArray[np.int64]:
    """Every open time from a first to a last one, both included, in µs."""
    if interval.length_ms is not None:
        return np.arange(first_us, last_us + 1, interval.length_ms * US_PER_MS, dtype=np.int64)
    times = interval.open_times(first_us // US_PER_MS, last_us // US_PER_MS, zone_ms=zone_ms)
    return np.array(list(times), dtype=np.int64) * US_PER_MS


def close_times_us(opens_us: Ints, interval: Interval, *, zone_ms: int = 0) -> Ints:
    """The last millisecond of the candles that open then, in µs."""
    if interval.length_ms is not None:
        return opens_us + (interval.length_ms - 1) * US_PER_MS
    last = [
        interval.close_time(open_ms, zone_ms=zone_ms)
        for open_ms in (opens_us // US_PER_MS).tolist()
    ]
    return np.array(last, dtype=np.int64) * US_PER_MS
