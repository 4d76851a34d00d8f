"""Bars by volume and by quote volume."""

from __future__ import annotations

import dask.dataframe as dd
import pandas as pd
import pytest

from binance_lab.frames import (
    agg_trades_frame,
    dollar_bars,
    time_bars,
    trades_frame,
    volume_bars,
)

START_MS = 1_704_067_200_000


def trades(text: str) -> pd.DataFrame:
    """Trades a second apart: ``trades("100x3 101x2")``; every other one bought by its taker."""
    rows = []
    for number, (price, qty) in enumerate(each.split("x") for each in text.split()):
        rows.append(
            {
                "id": number,
                "price": price,
                "qty": qty,
                "quoteQty": str(float(price) * float(qty)),
                "time": START_MS + 1_000 * number,
                "isBuyerMaker": bool(number % 2),
            }
        )
    return trades_frame(rows)


def test_a_volume_bar_closes_with_the_trade_that_reaches_its_size():
    """The trade that reaches the size is whole in its bar, and the next counts from zero."""
    bars = volume_bars(trades("100x1 102x3 99x2 101x1 103x1"), 3)
    assert bars["volume"].tolist() == [4, 3, 1]
    assert bars["closed"].tolist() == [True, True, False]
    assert bars[["open", "high", "low", "close"]].to_numpy().tolist() == [
        [100, 102, 100, 102],
        [99, 101, 99, 101],
        [103, 103, 103, 103],
    ]
    assert bars["taker_buy_volume"].tolist() == [1, 2, 1]
    assert bars["trades"].tolist() == [2, 2, 1]
    assert bars.index[1] == pd.Timestamp("2024-01-01 00:00:02", tz="UTC")
    assert bars["close_time"].iloc[1] == pd.Timestamp("2024-01-01 00:00:03", tz="UTC")


def test_a_dollar_bar_closes_by_quote_volume():
    """Dollar bars count price times quantity."""
    bars = dollar_bars(trades("100x1 200x1 50x4"), 300)
    assert bars["quote_volume"].tolist() == [300, 200]
    assert bars["closed"].tolist() == [True, False]


def test_thresholds_are_exact():
    """Ten times 0.1 is 1, and a bar of exactly the size is closed."""
    assert volume_bars(trades("1x0.1 " * 20), 1)["trades"].tolist() == [10, 10]


def test_bars_beyond_64_bits():
    """Amounts whose units are beyond 64 bits are summed all the same."""
    assert dollar_bars(trades("1x300000000000 " * 4), "600000000000")["trades"].tolist() == [2, 2]


def test_an_aggregate_trade_counts_as_many_trades_as_it_holds():
    """The count of trades is that of the exchange, not of rows."""
    row = {"a": 1, "p": "5", "q": "2", "f": 10, "l": 12, "T": START_MS, "m": False}
    assert volume_bars(agg_trades_frame([row]), 2)["trades"].tolist() == [3]


@pytest.mark.parametrize("bars_of", [volume_bars, dollar_bars])
def test_no_trades_make_no_bars(bars_of):
    """An empty frame of trades has the columns and dtypes of a full one."""
    full, empty = bars_of(trades("1x1"), 1), bars_of(trades(""), 1)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert empty.index.dtype == full.index.dtype


@pytest.mark.parametrize("size", [0, -1, "NaN"])
def test_a_size_is_above_zero(size):
    """A size that no bar can have is refused."""
    with pytest.raises(ValueError, match="above zero"):
        volume_bars(trades("1x1"), size)


def test_trades_out_of_order_are_refused():
    """Trades newest first make no bars, and the error says how to sort them."""
    with pytest.raises(ValueError, match="sort_index"):
        volume_bars(trades("1x1 2x1").iloc[::-1], 1)


def many_trades(count: int = 5_000) -> pd.DataFrame:
    """Trades at uneven times, with hours in which nothing was traded."""
    rows = [
        {
            "id": number,
            "price": str(100 + number * 7 % 13),
            "qty": str(1 + number * 11 % 17),
            "quoteQty": "1",
            "time": START_MS + 40_000 * number + (9_000_000 if number % 1_000 > 500 else 0),
            "isBuyerMaker": number % 3 == 0,
        }
        for number in range(count)
    ]
    return trades_frame(sorted(rows, key=lambda row: row["time"]))


@pytest.mark.parametrize("partitions", [1, 7, 60])
@pytest.mark.parametrize(
    "build",
    [
        lambda frame: volume_bars(frame, 1_000),
        lambda frame: dollar_bars(frame, "200000"),
        lambda frame: time_bars(frame, "5m"),
        lambda frame: time_bars(frame, "1d", time_zone="-3:30"),
    ],
    ids=["volume", "dollar", "5 minutes", "days"],
)
def test_bars_of_a_dask_frame_are_those_of_the_whole(build, partitions):
    """Where partitions are cut changes no bar: not one that spans several, not the quiet ones."""
    frame = many_trades()
    lazy = dd.from_pandas(frame, npartitions=partitions)
    made = build(lazy).compute(scheduler="sync")
    pd.testing.assert_frame_equal(made, build(frame), check_exact=True, check_freq=False)


def test_bars_of_a_dask_frame_need_one_symbol_in_order():
    """A frame that doesn't know its divisions is refused, with what to ask for instead."""
    lazy = dd.from_pandas(many_trades(50), npartitions=2).clear_divisions()
    with pytest.raises(ValueError, match=r"one symbol.*lab\.history\.dask"):
        volume_bars(lazy, 10)
