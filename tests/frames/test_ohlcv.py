"""The accessor frame.ohlcv, and pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from binance_lab.frames import (
    depth_frame,
    klines_frame,
    plot_candles,
    plot_depth,
    plot_trades,
    trades_frame,
)
from binance_lab.wire.intervals import INTERVALS, interval_of, parse_time_zone

START_MS = 1_704_067_200_000  # 2024-01-01, a Monday
MINUTE_MS = 60_000


def candles(count: int, *, step_ms=MINUTE_MS, left_out=()) -> pd.DataFrame:
    """Candles whose prices go up by 1 each, with a volume of 2 and a quote volume of 20."""
    rows = [
        [
            START_MS + at * step_ms,
            *map(str, (at, at + 2, at - 1, at + 1, 2)),
            START_MS + (at + 1) * step_ms - 1,
            *("20", 3, "1", "10", "0"),
        ]
        for at in range(count)
        if at not in left_out
    ]
    return klines_frame(rows, symbol="BTCUSDT", interval="1m")


@pytest.mark.parametrize("interval", ["5m", "1h", "1d", "3d", "1w", "1M"])
@pytest.mark.parametrize("time_zone", ["0", "8", "-3:30"])
def test_resample_puts_each_candle_where_binance_does(interval, time_zone):
    """Longer candles open where intervals do: weeks on Monday, months on the 1st, zones shifted."""
    frame = candles(24 * 70, step_ms=60 * MINUTE_MS)
    made = frame.ohlcv.resample(interval, time_zone=time_zone)
    longer, zone_ms = interval_of(interval), parse_time_zone(time_zone)
    opens = [longer.open_time(ms, zone_ms=zone_ms) for ms in frame.index.as_unit("ms").asi8]
    if interval != "5m":
        assert made.index.as_unit("ms").asi8.tolist() == sorted(set(opens))
    closes = [longer.close_time(ms, zone_ms=zone_ms) for ms in made.index.as_unit("ms").asi8]
    assert made["close_time"].dt.as_unit("ms").astype("int64").tolist() == closes
    assert made["volume"].sum() == frame["volume"].sum()
    assert made["trades"].sum() == frame["trades"].sum()


def test_resampled_candles_hold_their_parts():
    """Open of the first, highest high, lowest low, close of the last, sums of the rest."""
    made = candles(10).ohlcv.resample("5m")
    assert made[["open", "high", "low", "close", "volume", "trades"]].to_numpy().tolist() == [
        [0, 6, -1, 5, 10, 15],
        [5, 11, 4, 10, 10, 15],
    ]
    assert list(made.columns) == list(candles(1).columns)
    assert dict(made.dtypes) == dict(candles(1).dtypes)
    assert made.attrs == {"symbol": "BTCUSDT", "interval": "5m"}


def test_candles_without_trades_repeat_the_close():
    """Where all parts are missing, the candle has the close before and no volume."""
    made = candles(15, left_out=range(5, 10)).ohlcv.resample("5m")
    assert made["open"].tolist() == [0, 5, 10]
    assert made["high"].tolist() == [6, 5, 16]
    assert made["volume"].tolist() == [10, 0, 10]


@pytest.mark.parametrize("interval", INTERVALS)
def test_empty_candles_stay_empty(interval):
    """Nothing resampled is nothing, in the same columns."""
    made = candles(0).ohlcv.resample(interval)
    assert len(made) == 0
    assert dict(made.dtypes) == dict(candles(1).dtypes)


def test_trades_make_candles():
    """A frame of trades resamples to candles with all their columns."""
    rows = [
        {
            "id": at,
            "price": str(100 + at),
            "qty": "2",
            "quoteQty": "0",
            "time": START_MS + at * 20_000,
            "isBuyerMaker": at % 2 == 0,
        }
        for at in range(6)
    ]
    made = trades_frame(rows).ohlcv.resample("1m")
    assert made["close"].tolist() == [102, 105]
    assert made["volume"].tolist() == [6, 6]
    assert made["trades"].tolist() == [3, 3]
    assert made["taker_buy_volume"].tolist() == [2, 4]
    assert set(made.columns) == set(candles(1).columns)


def test_returns_compare_closes():
    """The first has nothing before it; logarithms add up."""
    frame = candles(3)
    assert frame.ohlcv.returns().iloc[1:].tolist() == [1.0, 0.5]
    assert np.isnan(frame.ohlcv.returns().iloc[0])
    assert frame.ohlcv.returns(log=True).sum() == pytest.approx(np.log(3))


def test_vwap_is_weighted_by_volume():
    """The average price is quote volume over volume, of each candle or over a window."""
    frame = candles(3)
    assert frame.ohlcv.vwap().tolist() == [10, 10, 10]
    assert frame.ohlcv.vwap(2).iloc[1:].tolist() == [10, 10]
    frame["volume"] = 0.0
    assert frame.ohlcv.vwap().isna().all()


def test_gaps_lists_runs_of_missing_candles():
    """Each hole is a row with its first and last missing open time."""
    gaps = candles(10, left_out=(2, 3, 7)).ohlcv.gaps()
    assert gaps["missing"].tolist() == [2, 1]
    assert gaps["first"].iloc[0] == pd.Timestamp(START_MS + 2 * MINUTE_MS, unit="ms", tz="UTC")
    assert gaps["last"].iloc[0] == pd.Timestamp(START_MS + 3 * MINUTE_MS, unit="ms", tz="UTC")
    assert len(candles(10).ohlcv.gaps()) == 0
    assert dict(candles(0).ohlcv.gaps().dtypes) == dict(gaps.dtypes)


def test_gaps_needs_to_know_the_interval():
    """A frame that doesn't say its interval needs it told."""
    frame = candles(3)
    frame.attrs = {}
    with pytest.raises(ValueError, match="interval"):
        frame.ohlcv.gaps()
    assert len(frame.ohlcv.gaps("1m")) == 0


def test_the_accessor_needs_candles():
    """A frame of something else has no ohlcv."""
    with pytest.raises(AttributeError, match="time index"):
        _ = pd.DataFrame({"open": [1]}).ohlcv


def test_pictures_are_figures_without_pyplot(recorded):
    """Candles, depth and trades are drawn on Figures of their own, empty frames too."""
    body = (recorded / "answers" / "depth.json").read_bytes()
    trades = trades_frame((recorded / "answers" / "trades.json").read_bytes(), symbol="BTCUSDT")
    for frame in (candles(50), candles(1), candles(0)):
        figure = frame.ohlcv.plot()
        assert [axes.get_ylabel() for axes in figure.axes] == ["price", "volume"]
        assert figure.axes[0].get_title() == "BTCUSDT 1m"
        figure.canvas.draw()
    assert len(plot_candles(candles(5), volume=False).axes) == 1
    for figure in (plot_depth(depth_frame(body)), plot_trades(trades), plot_trades(trades[:0])):
        figure.canvas.draw()
    low, high = candles(50).ohlcv.plot().axes[0].get_ylim()
    assert low < 0
    assert high > 51
