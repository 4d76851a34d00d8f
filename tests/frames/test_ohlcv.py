"""The accessor frame.ohlcv, and pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from binance_lab.connector.exceptions import BadInput
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


@pytest.mark.parametrize("interval", ["1h", "1d", "3d", "1w", "1M"])
@pytest.mark.parametrize("time_zone", ["0", "8", "-3:30"])
def test_resample_puts_each_candle_where_binance_does(interval, time_zone):
    """Longer candles open where intervals do: weeks on Monday, months on the 1st, zones shifted."""
    frame = candles(48 * 70, step_ms=30 * MINUTE_MS)
    made = frame.ohlcv.resample(interval, time_zone=time_zone)
    longer, zone_ms = interval_of(interval), parse_time_zone(time_zone)
    opens = [longer.open_time(ms, zone_ms=zone_ms) for ms in frame.index.as_unit("ms").asi8]
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


def test_a_hole_stays_a_hole():
    """Where all parts are missing there is no longer candle either: an outage isn't made up."""
    made = candles(15, left_out=range(5, 10)).ohlcv.resample("5m")
    assert made["open"].tolist() == [0, 10]
    assert made.ohlcv.gaps()["missing"].tolist() == [1]


def test_holes_are_filled_when_that_is_asked_for():
    """A candle that was put in repeats the close before, and nothing was traded in it."""
    frame = candles(15, left_out=range(5, 10))
    filled = frame.ohlcv.filled()
    assert filled["close"].tolist() == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 11, 12, 13, 14, 15]
    assert filled["open"].iloc[5:10].tolist() == [5] * 5
    assert filled["volume"].sum() == frame["volume"].sum()
    assert len(filled.ohlcv.gaps()) == 0
    pd.testing.assert_frame_equal(filled.loc[frame.index], frame, check_freq=False)
    assert filled.attrs == frame.attrs
    whole = candles(3)
    pd.testing.assert_frame_equal(whole.ohlcv.filled(), whole)
    assert dict(candles(0).ohlcv.filled().dtypes) == dict(frame.dtypes)


@pytest.mark.parametrize(
    ("step", "interval", "time_zone"),
    [(60, "1m", "0"), (360, "8h", "0"), (60, "1d", "-3:30"), (7 * 1440, "1M", "0")],
)
@pytest.mark.parametrize("with_close", [True, False])
def test_candles_that_are_in_two_longer_ones_are_refused(step, interval, time_zone, with_close):
    """What can't be known from longer or overlapping candles isn't made up."""
    frame = candles(30, step_ms=step * MINUTE_MS)
    frame.attrs["interval"] = {60: "1h", 360: "6h", 7 * 1440: "1w"}[step]
    frame = frame if with_close else frame.drop(columns="close_time")
    with pytest.raises(BadInput, match="begins in one and ends in the next"):
        frame.ohlcv.resample(interval, time_zone=time_zone)


def test_a_time_zone_may_be_a_number_of_hours():
    """8 is "8"; a name of a zone is refused with what would do."""
    frame = candles(48, step_ms=60 * MINUTE_MS)
    pd.testing.assert_frame_equal(
        frame.ohlcv.resample("1d", time_zone=8), frame.ohlcv.resample("1d", time_zone="8")
    )
    with pytest.raises(BadInput, match="such as 5:45"):
        frame.ohlcv.resample("1d", time_zone="Europe/Berlin")


def test_a_candle_made_of_an_open_one_is_open():
    """Only the last may be: its last part isn't over, or hasn't come yet."""
    frame = candles(10)
    frame["closed"] = True
    assert frame.ohlcv.resample("5m")["closed"].tolist() == [True, True]
    assert frame.iloc[:-1].ohlcv.resample("5m")["closed"].tolist() == [True, False]
    frame.loc[frame.index[-1], "closed"] = False
    assert frame.ohlcv.resample("5m")["closed"].tolist() == [True, False]
    assert frame.iloc[:0].ohlcv.resample("5m")["closed"].dtype == bool


def test_a_candle_whose_beginning_is_not_there_is_no_whole_one():
    """The first of a frame that begins in its midst isn't closed, and a picture has it hollow."""
    frame = candles(10).iloc[1:]
    frame["closed"] = True
    made = frame.ohlcv.resample("5m")
    assert made["closed"].tolist() == [False, True]
    _, bodies = plot_candles(made, volume=False).axes[0].collections
    assert [len(color) and color[3] for color in bodies.get_facecolor()] == [0, 1]


def test_each_symbol_is_for_itself():
    """Of a frame of several symbols neither candles, returns, averages nor holes are mixed."""
    one, other = candles(10), candles(10, left_out=[3])
    for name in ("open", "high", "low", "close", "quote_volume"):
        other[name] = other[name] * 100
    stacked = pd.concat([one.assign(symbol="A"), other.assign(symbol="B")])
    stacked.attrs = one.attrs
    made = stacked.ohlcv.resample("5m")
    assert made.columns[0] == "symbol"
    for symbol, alone in (("A", one), ("B", other)):
        mine = made[made["symbol"] == symbol].drop(columns="symbol")
        pd.testing.assert_frame_equal(mine, alone.ohlcv.resample("5m"))
        of = (stacked["symbol"] == symbol).to_numpy()
        pd.testing.assert_series_equal(stacked.ohlcv.returns()[of], alone.ohlcv.returns())
        pd.testing.assert_series_equal(stacked.ohlcv.vwap(2)[of], alone.ohlcv.vwap(2))
    assert stacked.ohlcv.gaps()[["symbol", "missing"]].to_numpy().tolist() == [["B", 1]]
    assert len(stacked.ohlcv.filled()) == 20
    with pytest.raises(BadInput, match="one symbol"):
        stacked.ohlcv.plot()
    nothing = stacked.iloc[:0].ohlcv.resample("5m")
    assert dict(nothing.dtypes) == dict(made.dtypes)


def test_trades_of_one_moment_stay_in_their_order():
    """A frame that isn't in order is sorted without turning around what has the same time."""
    times = pd.DatetimeIndex([START_MS * 1_000_000 + 60_000_000_000] * 40 + [START_MS * 1_000_000])
    price = [*map(float, range(40)), 7.0]
    trades = pd.DataFrame({"price": price, "qty": 1.0, "buyer_is_maker": False}, index=times)
    made = trades.ohlcv.resample("1m")
    assert made["open"].tolist() == [7, 0]
    assert made["close"].tolist() == [7, 39]


@pytest.mark.parametrize("interval", INTERVALS)
def test_empty_candles_stay_empty(interval):
    """Nothing resampled is nothing, in the same columns."""
    made = candles(0).ohlcv.resample(interval)
    assert len(made) == 0
    assert dict(made.dtypes) == dict(candles(1).dtypes)


def test_moments_without_trades_repeat_the_close():
    """Of trades, a candle that had none has the close before and no volume, as Binance has it."""
    index = pd.DatetimeIndex([START_MS * 1_000_000, (START_MS + 180_000) * 1_000_000])
    trades = pd.DataFrame({"price": [5.0, 6.0], "qty": 1.0, "buyer_is_maker": False}, index=index)
    made = trades.ohlcv.resample("1m")
    assert made["high"].tolist() == [5, 5, 5, 6]
    assert made["volume"].tolist() == [1, 0, 0, 1]


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
