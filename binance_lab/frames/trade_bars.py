"""Bars of trades that close by the clock, by volume, or by quote volume."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from .columns import Floats, Ints
from .ohlcv import Ohlcv
from .partitions import bars_of

F = TypeVar("F")
"""A DataFrame, of pandas or of Dask; bars are of the same kind."""

_UNITS = 100_000_000  # Binance's amounts have at most 8 decimals


def time_bars(rows: F, interval: str, *, time_zone: str = "0") -> F:
    """Candles of trades, or longer candles of shorter ones, as ``rows.ohlcv.resample`` makes them.

    Args:
        rows: Oldest first; a pandas DataFrame, or one of Dask's with known divisions.
        interval, time_zone: As `Ohlcv.resample` takes them.

    Raises:
        ValueError: There is no such interval or time zone, or divisions aren't known.
    """
    made: F = bars_of(rows, partial(_candles, interval=interval, time_zone=time_zone))
    return made


def volume_bars(trades: F, size: float | str | Decimal) -> F:
    """Bars of trades or aggregate trades, each closed by the trade that makes its base volume reach size.

    That trade belongs whole to the bar it closes, and the next bar counts from zero: López de Prado,
    Advances in Financial Machine Learning, chapter 2. Amounts are summed in whole units of 1e-8, so
    that ten times 0.1 is 1.

    Index ``open_time``, UTC, the bar's first trade; it repeats where bars begin in one moment. Columns:
    open, high, low, close, volume, quote_volume, taker_buy_volume, taker_buy_quote_volume (float64),
    trades (int64), close_time (the last trade), closed (False only for a last bar below size).

    Args:
        trades: As `trades_frame` or `agg_trades_frame` has them, oldest first; a pandas DataFrame,
            or one of Dask's with known divisions, as `History.dask` answers for one symbol.

    Raises:
        ValueError: A size that is not above zero, trades out of order, or divisions not known.
    """
    made: F = bars_of(trades, partial(_bars, wanted=_size(size), quote=False))
    return made


def dollar_bars(trades: F, size: float | str | Decimal) -> F:
    """Bars as `volume_bars` makes them, each closed when its quote volume reaches size.

    A trade's quote amount is its price times its quantity, to the nearest 1e-8.
    """
    made: F = bars_of(trades, partial(_bars, wanted=_size(size), quote=True))
    return made


def _candles(rows: pd.DataFrame, *, interval: str, time_zone: str) -> tuple[pd.DataFrame, int]:
    candles = Ohlcv(rows).resample(interval, time_zone=time_zone)
    last = int(rows.index.searchsorted(candles.index[-1])) if len(candles) else 0
    return candles, last


def _size(size: float | str | Decimal) -> Decimal:
    wanted = Decimal(str(size))
    if not wanted.is_finite() or wanted <= 0:
        raise ValueError(f"a bar's size is a number above zero, not {size}")
    return wanted


def _bars(trades: pd.DataFrame, *, wanted: Decimal, quote: bool) -> tuple[pd.DataFrame, int]:
    """The bars, and the row at which the last of them begins."""
    if not trades.index.is_monotonic_increasing:
        raise ValueError("trades are not oldest first; sort them: trades.sort_index(kind='stable')")
    price, qty = (trades[name].to_numpy(dtype=np.float64) for name in ("price", "qty"))
    ends, closed = _ends(price * qty if quote else qty, wanted * _UNITS)
    starts = np.concatenate([ends[:0], [0], ends[:-1] + 1]).astype(np.int64)[: len(ends)]
    bought = ~trades["buyer_is_maker"].to_numpy(dtype=bool)
    count = np.ones(len(trades), dtype=np.int64)
    if "first_trade_id" in trades:
        count = (trades["last_trade_id"] - trades["first_trade_id"] + 1).to_numpy(dtype=np.int64)
    sums = {
        "volume": qty,
        "quote_volume": price * qty,
        "taker_buy_volume": qty * bought,
        "taker_buy_quote_volume": price * qty * bought,
        "trades": count,
    }
    bars = pd.DataFrame(
        {
            "open": price[starts],
            "high": np.maximum.reduceat(price, starts) if len(starts) else price[:0],
            "low": np.minimum.reduceat(price, starts) if len(starts) else price[:0],
            "close": price[ends],
            **{
                name: np.add.reduceat(values, starts) if len(starts) else values[:0]
                for name, values in sums.items()
            },
            "close_time": trades.index[ends],
            "closed": closed,
        },
        index=trades.index[starts].rename("open_time"),
    )
    return bars, int(starts[-1]) if len(starts) else 0


def _ends(
    amount: Floats, units: Decimal
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """The place of each bar's last trade, and whether the bar reached its size.

    Python's integers, because a year's quote volume in units of 1e-8 is beyond 64 bits.
    """
    ends: list[int] = []
    total = 0
    for place, value in enumerate(np.rint(amount * _UNITS).tolist()):
        total += int(value)
        if total >= units:
            ends.append(place)
            total = 0
    closed = np.ones(len(ends), dtype=np.bool_)
    if len(amount) and (not ends or ends[-1] != len(amount) - 1):
        ends.append(len(amount) - 1)
        closed = np.append(closed, False)
    return np.array(ends, dtype=np.int64), closed
