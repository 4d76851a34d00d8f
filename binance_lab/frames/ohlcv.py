"""The accessor ``frame.ohlcv``: what one does with candles, on any frame that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from binance_lab.wire.intervals import interval_of, parse_time_zone

from .bars import every_open_us, of_candles, of_trades
from .columns import utc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PRICES = ("open", "high", "low", "close")
_TRADE = ("price", "qty", "buyer_is_maker")


@pd.api.extensions.register_dataframe_accessor("ohlcv")
class Ohlcv:
    """Candles of a frame: `resample`, `returns`, `vwap`, `gaps`, `plot`.

        candles = lab.klines("BTCUSDT", "1m", start="2026-01-01")
        candles.ohlcv.resample("1h").ohlcv.plot()

    The frame has a UTC index of open times and the columns of `klines_frame`, of which open,
    high, low and close are needed; `resample` also makes candles of a frame of trades.

    Raises:
        AttributeError: The frame has neither candles nor trades.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._trades = all(name in frame.columns for name in _TRADE)
        candles = all(name in frame.columns for name in _PRICES)
        if not isinstance(frame.index, pd.DatetimeIndex) or not (candles or self._trades):
            raise AttributeError(
                "ohlcv needs a frame with a time index and the columns open, high, low and "
                "close, or price, qty and buyer_is_maker."
            )

    def resample(self, interval: str, *, time_zone: str = "0") -> pd.DataFrame:
        """Longer candles, as Binance makes them: the columns of `klines_frame`.

        Weeks begin on Monday, months with the 1st, days and 3 days at midnight of the time zone.
        Where nothing was traded a candle repeats the close before. The first and the last may
        be of a part of their time only.

        Args:
            interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.
            time_zone: Hours and minutes, such as "8" or "-3:30".

        Raises:
            ValueError: There is no such interval or time zone.
        """
        wanted, zone_ms = interval_of(interval), parse_time_zone(time_zone)
        frame, times = self._frame.sort_index(), self._times()
        times = np.sort(times)
        if self._trades:
            price, qty = (frame[name].to_numpy(float) for name in ("price", "qty"))
            maker = frame["buyer_is_maker"].to_numpy(bool)
            made = of_trades(times, price, qty, maker, wanted, zone_ms=zone_ms)
        else:
            columns = {name: frame[name].to_numpy() for name in frame.columns}
            made = of_candles(times, columns, wanted, zone_ms=zone_ms)
        index = utc(made.pop("open_time")).rename("open_time")
        close_time = utc(made.pop("close_time"))
        result = pd.DataFrame(made, index=index)
        place = min(5, result.shape[1])
        result.insert(place, "close_time", close_time)
        result.attrs = {**self._frame.attrs, "interval": interval}
        return result

    def returns(self, *, log: bool = False) -> pd.Series:
        """What each close gained on the close before: 0.01 is 1 %; the first is NaN.

        Args:
            log: True for logarithms, which add up over time.
        """
        close = self._frame["close"].astype(float)
        gained = close / close.shift()
        if log:
            return pd.Series(np.log(gained), index=close.index, name="log_return")
        return (gained - 1).rename("return")

    def vwap(self, window: int | None = None) -> pd.Series:
        """The average price paid, weighted by volume: quote volume over base volume.

        Args:
            window: Over so many candles back; each candle's own if None.
        """
        quote = self._frame["quote_volume"].astype(float)
        base = self._frame["volume"].astype(float)
        if window is not None:
            quote, base = quote.rolling(window).sum(), base.rolling(window).sum()
        return (quote / base.where(base > 0)).rename("vwap")

    def gaps(self, interval: str | None = None) -> pd.DataFrame:
        """The candles that aren't there between the first and the last, a row for each hole.

        Columns: ``first`` and ``last`` missing open time (UTC), ``missing``, how many candles.

        Args:
            interval: If `frame.attrs` doesn't say.

        Raises:
            ValueError: Neither says the interval, or there is no such one.
        """
        name = interval or self._frame.attrs.get("interval")
        if not name:
            raise ValueError('The frame doesn\'t say its interval. Use gaps("1m"), for example.')
        times = np.unique(self._times())
        if not len(times):
            return _holes(times, times, times)
        due = every_open_us(int(times[0]), int(times[-1]), interval_of(name))
        missing = np.flatnonzero(~np.isin(due, times))
        breaks = np.flatnonzero(np.diff(missing) > 1) + 1
        runs = [run for run in np.split(missing, breaks) if len(run)]
        first = np.array([due[run[0]] for run in runs], dtype=np.int64)
        last = np.array([due[run[-1]] for run in runs], dtype=np.int64)
        return _holes(first, last, np.array([len(run) for run in runs], dtype=np.int64))

    def plot(self, *, volume: bool = True, title: str | None = None, **size: Any) -> Figure:
        """The candles as a picture: a matplotlib Figure.

        Args:
            volume: Whether volumes are drawn below.
            title: What the frame says of symbol and interval, if not given.
            size: ``figsize`` in inches, ``dpi``.
        """
        from .plots import plot_candles

        return plot_candles(self._frame, volume=volume, title=title, **size)

    def _times(self) -> Any:
        index = pd.DatetimeIndex(self._frame.index)
        index = index.tz_localize("UTC") if index.tz is None else index
        return index.as_unit("us").asi8


def _holes(first: Any, last: Any, missing: Any) -> pd.DataFrame:
    return pd.DataFrame({"first": utc(first), "last": utc(last), "missing": missing})
