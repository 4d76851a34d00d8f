"""Klines, trades, aggTrades and depth: real answers and empty ones."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pandas as pd
import pytest

from binance_lab.frames import agg_trades_frame, depth_frame, klines_frame, trades_frame

UTC_US = "datetime64[us, UTC]"
EMPTY_DEPTH = b'{"lastUpdateId":7,"bids":[],"asks":[]}'
FRAMES = [
    (klines_frame, "klines", b"[]"),
    (trades_frame, "trades", b"[]"),
    (trades_frame, "historical_trades", b"[]"),
    (agg_trades_frame, "agg_trades", b"[]"),
    (depth_frame, "depth", EMPTY_DEPTH),
]


@pytest.fixture(params=FRAMES, ids=[name for _, name, _ in FRAMES])
def real(request, recorded):
    """A frame function, a real answer's body and an empty answer's."""
    frame, name, empty = request.param
    return frame, (recorded / "answers" / f"{name}.json").read_bytes(), empty


def schema(frame):
    return dict(frame.dtypes), frame.index.dtype, frame.index.name


@pytest.mark.parametrize("numbers", ["float", "decimal"])
def test_an_empty_answer_has_the_same_schema(real, numbers):
    """Columns, dtypes and index of an empty answer are those of a full one."""
    frame, body, empty = real
    full, none = frame(body, numbers=numbers), frame(empty, numbers=numbers)
    assert len(full) > 0
    assert len(none) == 0
    assert schema(full) == schema(none)


def test_decoded_answers_make_the_same_frame(real):
    """What the client decoded makes the frame that the undecoded body makes."""
    frame, body, _ = real
    pd.testing.assert_frame_equal(frame(body), frame(msgspec.json.decode(body)))


def test_decimals_are_the_numbers_that_were_sent(real):
    """With numbers="decimal" a price is the exact number of the answer's text."""
    frame, body, _ = real
    exact = frame(body, numbers="decimal")
    name = "open" if "open" in exact else "price"
    assert all(isinstance(value, Decimal) for value in exact[name])
    assert all(f'"{value}"' in body.decode() for value in exact[name])
    assert exact[name].astype(float).tolist() == frame(body)[name].tolist()


def test_attrs_say_where_a_frame_came_from(real):
    """Whatever else is known of a frame is in its attrs."""
    frame, body, _ = real
    assert frame(body, symbol="BTCUSDT").attrs["symbol"] == "BTCUSDT"


def test_garbage_is_refused_with_its_beginning(real):
    """A body that is no such answer is a ValueError that shows how the body starts."""
    frame, body, _ = real
    for bad in (b"<html>", b'{"code":-1121,"msg":"Invalid symbol."}', body[: len(body) // 2]):
        with pytest.raises(ValueError, match="no answer of") as error:
            frame(bad)
        assert repr(bad[:1].decode())[:-1] in str(error.value)


def test_klines_columns(recorded):
    """A candle's twelve values become an index and ten columns; the unused one is left out."""
    body = (recorded / "answers" / "klines.json").read_bytes()
    frame = klines_frame(body)
    raw = msgspec.json.decode(body)
    assert frame.index.name == "open_time"
    assert frame.index.dtype == UTC_US
    assert frame.index[0] == pd.Timestamp(raw[0][0], unit="ms", tz="UTC")
    assert frame["close_time"].iloc[0] == pd.Timestamp(raw[0][6], unit="ms", tz="UTC")
    assert list(frame.iloc[0].drop("close_time")) == [
        float(value) for at, value in enumerate(raw[0][1:11]) if at != 5
    ]
    assert frame["trades"].dtype == "int64"


def test_microseconds_are_told_by_magnitude():
    """Times in µs and in ms make the same index, even side by side."""
    rows = [[time, *"1234", "5", time + 59, "6", 7, "8", "9", "0"] for time in (1_634_943_780_000,)]
    in_us = [[time * 1000 if at in (0, 6) else time for at, time in enumerate(row)] for row in rows]
    assert klines_frame(rows).index.equals(klines_frame(in_us).index)
    assert klines_frame(rows + in_us).index.nunique() == 1


def test_ragged_candles_are_refused():
    """A candle without its twelve values is an error, not a shifted column."""
    row = [1_634_943_780_000, *"1234", "5", 1_634_943_839_999, "6", 7, "8", "9", "0"]
    with pytest.raises(ValueError, match="12 values"):
        klines_frame([row, row[:-1], [*row, "1"][:11]])


def test_half_of_an_answer_is_refused():
    """Candles whose closing bracket never came are an error, not the whole answer."""
    row = [1_634_943_780_000, *"1234", "5", 1_634_943_839_999, "6", 7, "8", "9", "0"]
    with pytest.raises(ValueError, match="no answer of klines"):
        klines_frame(msgspec.json.encode([row, row])[:-1])


def test_trades_columns(recorded):
    """The time is the index, the id a whole number, the maker a bool."""
    body = (recorded / "answers" / "trades.json").read_bytes()
    first = msgspec.json.decode(body)[0]
    frame = trades_frame(body)
    assert frame.index[0] == pd.Timestamp(first["time"], unit="ms", tz="UTC")
    assert frame.iloc[0].to_dict() == {
        "id": first["id"],
        "price": float(first["price"]),
        "qty": float(first["qty"]),
        "quote_qty": float(first["quoteQty"]),
        "buyer_is_maker": first["isBuyerMaker"],
    }


def test_agg_trades_columns(recorded):
    """One-letter keys become words."""
    frame = agg_trades_frame((recorded / "answers" / "agg_trades.json").read_bytes())
    assert list(frame.columns) == [
        *("id", "price", "qty"),
        *("first_trade_id", "last_trade_id", "buyer_is_maker"),
    ]
    assert (frame["id"].diff().dropna() == 1).all()


def test_depth_is_best_first_and_summed(recorded):
    """Bids fall, asks rise, and total sums each side from its best level on."""
    frame = depth_frame((recorded / "answers" / "depth.json").read_bytes())
    bids, asks = frame[frame["side"] == "bid"], frame[frame["side"] == "ask"]
    assert bids["price"].is_monotonic_decreasing
    assert asks["price"].is_monotonic_increasing
    assert bids["price"].iloc[0] < asks["price"].iloc[0]
    assert bids["level"].tolist() == list(range(1, len(bids) + 1))
    assert asks["total"].iloc[-1] == pytest.approx(asks["qty"].sum())
    assert frame.attrs["last_update_id"] == 14527958487
