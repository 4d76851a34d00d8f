"""The accessor ``frame.ohlcv``: what one does with candles, on any frame that has them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from binance_lab.wire.intervals import Interval, interval_of, parse_time_zone
from binance_lab.wire.lab_error import BadInput
from binance_lab.wire.words import counted

from .bars import (
    US_PER_MS,
    close_times_us,
    every_open_us,
    of_candles,
    of_trades,
    open_times_us,
    with_quiet_ones,
)
from .columns import Ints, utc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PRICES = ("open", "high", "low", "close")
_TRADE = ("price", "qty", "buyer_is_maker")


@pd.api.extensions.register_dataframe_accessor("ohlcv")
class Ohlcv:
    """Candles of a frame: `resample`, `filled`, `returns`, `vwap`, `gaps`, `plot`.

        candles = lab.klines("BTCUSDT", "1m", start="2026-01-01")
        candles.ohlcv.resample("1h").ohlcv.plot()

    The frame has a UTC index of open times and the columns of `klines_frame`, of which open,
    high, low and close are needed; `resample` also makes candles of a frame of trades.

    Raises:
        AttributeError: The frame has neither candles nor trades.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        candles = all(name in frame.columns for name in _PRICES)
        if not isinstance(frame.index, pd.DatetimeIndex) or not (candles or _is_of_trades(frame)):
            raise AttributeError(
                "ohlcv needs a frame with a time index and the columns open, high, low and "
                "close, or price, qty and buyer_is_maker."
            )

    def __repr__(self) -> str:
        calls = ", ".join(name for name in vars(Ohlcv) if not name.startswith("_"))
        return f"<ohlcv of {counted(len(self._frame), 'row')}: {calls}>"

    def resample(self, interval: str, *, time_zone: str | int = "0") -> pd.DataFrame:
        """Longer candles, as Binance makes them: the columns of `klines_frame`.

        Weeks begin on Monday, months with the 1st, days and 3 days at midnight of the time zone.
        Of trades, a candle without any repeats the close before. A hole between candles stays one:
        see `filled`. If the frame says which candles are ``closed``, so does the answer: the first and
        the last aren't where the frame has a part of their time only. Each symbol of a frame of
        several is for itself.

        Args:
            interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.
            time_zone: Hours and minutes, such as "8" or "-3:30".

        Raises:
            BadInput: There is no such interval or time zone; or candles of the frame begin in one
                longer candle and end in the next, as weeks do in months.
        """
        wanted, zone_ms = interval_of(interval), parse_time_zone(str(time_zone))
        made = self._of_each(partial(_resampled, interval=wanted, zone_ms=zone_ms))
        made.attrs = {**self._frame.attrs, "interval": interval}
        return made

    def filled(self, interval: str | None = None) -> pd.DataFrame:
        """The candles with the holes between them filled: each repeats the close before.

        What was put in has no volume and no trades.

        Args:
            interval: If `frame.attrs` doesn't say.

        Raises:
            BadInput: Neither says the interval, or there is no such one.
        """
        name = self._interval("filled", interval)
        made = self._of_each(partial(_filled, interval=interval_of(name)))
        made.attrs = dict(self._frame.attrs)
        return made

    def returns(self, *, log: bool = False) -> pd.Series:
        """What each close gained on the close before: 0.01 is 1 %; the first of a symbol is NaN.

        Row by row as in the frame, so that ``frame.assign(gained=frame.ohlcv.returns())`` says whose.

        Args:
            log: True for logarithms, which add up over time.
        """
        close = self._frame["close"].astype(float)
        before = close.shift()
        if _has_symbols(self._frame):
            before = close.groupby(self._frame["symbol"].to_numpy()).shift()
        gained = close / before
        if log:
            return pd.Series(np.log(gained), index=close.index, name="log_return")
        return (gained - 1).rename("return")

    def vwap(self, window: int | None = None) -> pd.Series:
        """The average price paid, weighted by volume: quote volume over base volume; row by row.

        Args:
            window: Over so many candles of a symbol back; each candle's own if None.
        """
        quote = self._summed("quote_volume", window)
        base = self._summed("volume", window)
        return (quote / base.where(base > 0)).rename("vwap")

    def gaps(self, interval: str | None = None) -> pd.DataFrame:
        """The candles that aren't there between the first and the last, a row for each hole.

        Columns: ``first`` and ``last`` missing open time (UTC), ``missing``, how many candles; of a
        frame of several symbols ``symbol`` in front.

        Args:
            interval: If `frame.attrs` doesn't say.

        Raises:
            BadInput: Neither says the interval, or there is no such one.
        """
        name = self._interval("gaps", interval)
        return self._of_each(partial(_gaps, interval=interval_of(name))).reset_index(drop=True)

    def plot(self, *, volume: bool = True, title: str | None = None, **size: Any) -> Figure:
        """The candles as a picture: a matplotlib Figure.

        Args:
            volume: Whether volumes are drawn below.
            title: What the frame says of symbol and interval, if not given.
            size: ``figsize`` in inches, ``dpi``.
        """
        from .plots import plot_candles

        if _has_symbols(self._frame) and self._frame["symbol"].nunique() > 1:
            raise BadInput(
                "A picture shows one symbol: "
                'frame[frame["symbol"] == "BTCUSDT"].ohlcv.plot(), for example.'
            )
        return plot_candles(self._frame, volume=volume, title=title, **size)

    def _interval(self, call: str, interval: str | None) -> str:
        name = interval or self._frame.attrs.get("interval")
        if not name:
            raise BadInput(f'The frame doesn\'t say its interval. Use {call}("1m"), for example.')
        return str(name)

    def _of_each(self, make: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
        """What is made of the frame; where it names symbols, of each, with its name in front."""
        if not _has_symbols(self._frame):
            return make(self._frame)
        parts = []
        for symbol, frame in self._frame.groupby("symbol", sort=False):
            made = make(frame.drop(columns="symbol"))
            made.insert(0, "symbol", pd.Series(symbol, index=made.index, dtype="str"))
            parts.append(made)
        if parts:
            return pd.concat(parts)
        made = make(self._frame.drop(columns="symbol"))
        made.insert(0, "symbol", pd.Series([], index=made.index, dtype="str"))
        return made

    def _summed(self, name: str, window: int | None) -> pd.Series:
        column = self._frame[name].astype(float)
        if window is None:
            return column
        if not _has_symbols(self._frame):
            return column.rolling(window).sum()
        symbols = self._frame["symbol"].to_numpy()
        return column.groupby(symbols).transform(lambda each: each.rolling(window).sum())


def _has_symbols(frame: pd.DataFrame) -> bool:
    return "symbol" in frame.columns


def _is_of_trades(frame: pd.DataFrame) -> bool:
    return all(name in frame.columns for name in _TRADE)


def _resampled(frame: pd.DataFrame, *, interval: Interval, zone_ms: int) -> pd.DataFrame:
    if not frame.index.is_monotonic_increasing:
        frame = frame.sort_index(kind="stable")
    times = _times(frame)
    if _is_of_trades(frame):
        price, qty = (frame[name].to_numpy(float) for name in ("price", "qty"))
        maker = frame["buyer_is_maker"].to_numpy(bool)
        return _table(of_trades(times, price, qty, maker, interval, zone_ms=zone_ms))
    ends = _ends(frame, times)
    _must_fit(frame, times, ends, interval, zone_ms)
    columns = {name: frame[name].to_numpy() for name in frame.columns}
    made = of_candles(times, columns, interval, zone_ms=zone_ms)
    if "closed" in columns:
        made["closed"] = np.ones(len(made["open_time"]), dtype=bool)
        if len(times):
            reached = ends[-1] + US_PER_MS >= made["close_time"][-1]
            made["closed"][-1] = reached and columns["closed"][-1]
            made["closed"][0] &= times[0] == made["open_time"][0]
    return _table(made)


def _filled(frame: pd.DataFrame, *, interval: Interval) -> pd.DataFrame:
    frame = frame.sort_index(kind="stable")
    columns = {name: frame[name].to_numpy() for name in frame.columns}
    made = with_quiet_ones({"open_time": _times(frame), **columns}, interval)
    if "close_time" in columns:
        made["close_time"] = close_times_us(made["open_time"], interval)
    return _table({name: made[name] for name in ("open_time", *columns)})


def _gaps(frame: pd.DataFrame, *, interval: Interval) -> pd.DataFrame:
    times = np.unique(_times(frame))
    if not len(times):
        return _holes(times, times, times)
    due = every_open_us(int(times[0]), int(times[-1]), interval)
    missing = np.flatnonzero(~np.isin(due, times))
    breaks = np.flatnonzero(np.diff(missing) > 1) + 1
    runs = [run for run in np.split(missing, breaks) if len(run)]
    first = np.array([due[run[0]] for run in runs], dtype=np.int64)
    last = np.array([due[run[-1]] for run in runs], dtype=np.int64)
    return _holes(first, last, np.array([len(run) for run in runs], dtype=np.int64))


def _must_fit(
    frame: pd.DataFrame, times: Ints, ends: Ints, interval: Interval, zone_ms: int
) -> None:
    """Each candle is within one of the longer ones."""
    begun = open_times_us(times, interval, zone_ms=zone_ms)
    beyond = np.flatnonzero(begun != open_times_us(ends, interval, zone_ms=zone_ms))
    if len(beyond):
        raise BadInput(
            f"Candles of {frame.attrs.get('interval', 'this length')} don't make candles of {interval}: "
            f"that of {frame.index[beyond[0]]} begins in one and ends in the next. Take shorter ones."
        )


def _ends(frame: pd.DataFrame, times: Ints) -> Ints:
    """A moment before each candle's end, in µs; its beginning if nothing says how long it is."""
    if "close_time" in frame.columns:
        return _us(pd.DatetimeIndex(frame["close_time"])) - US_PER_MS
    if name := frame.attrs.get("interval"):
        return close_times_us(times, interval_of(name)) - US_PER_MS
    return times


def _table(columns: dict[str, Any]) -> pd.DataFrame:
    index = utc(columns.pop("open_time")).rename("open_time")
    close_time = columns.pop("close_time", None)
    frame = pd.DataFrame(columns, index=index)
    if close_time is not None:
        frame.insert(min(5, frame.shape[1]), "close_time", utc(close_time))
    return frame


def _times(frame: pd.DataFrame) -> Ints:
    return _us(pd.DatetimeIndex(frame.index))


def _us(index: pd.DatetimeIndex) -> Ints:
    """Times in µs; without a zone they are UTC."""
    index = index.tz_localize("UTC") if index.tz is None else index
    times: Ints = index.as_unit("us").asi8
    return times


def _holes(first: Any, last: Any, missing: Any) -> pd.DataFrame:
    return pd.DataFrame({"first": utc(first), "last": utc(last), "missing": missing})
