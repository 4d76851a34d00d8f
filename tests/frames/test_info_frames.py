"""Tickers and exchangeInfo."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from binance_lab.frames import (
    book_tickers_frame,
    prices_frame,
    symbols_frame,
    tickers_frame,
    window_tickers_frame,
)

WINDOW = {
    "symbol": "BTCUSDT",
    "openPrice": "100",
    "highPrice": "110",
    "lowPrice": "90",
    "lastPrice": "105",
    "volume": "10",
    "quoteVolume": "1000",
    "openTime": 1_723_161_240_000,
    "closeTime": 1_723_247_639_999,
    "firstId": 1,
    "lastId": 9,
    "count": 9,
}
FULL = WINDOW | {
    "priceChange": "5",
    "priceChangePercent": "5.000",
    "weightedAvgPrice": "100",
    "prevClosePrice": "99",
    "lastQty": "1",
    "bidPrice": "104",
    "bidQty": "1",
    "askPrice": "106",
    "askQty": "2",
}


@pytest.mark.parametrize("frame", [tickers_frame, window_tickers_frame])
@pytest.mark.parametrize("answer", [FULL, WINDOW], ids=["FULL", "MINI"])
def test_tickers_have_one_schema(frame, answer):
    """One symbol, many, none, FULL and MINI: the same columns and dtypes."""
    one, many, none = frame(answer), frame([answer, answer]), frame([])
    assert (len(one), len(many), len(none)) == (1, 2, 0)
    assert dict(one.dtypes) == dict(many.dtypes) == dict(none.dtypes) == dict(frame(FULL).dtypes)
    assert one.index.tolist() == ["BTCUSDT"]
    assert one["last_price"].iloc[0] == 105.0


def test_what_a_mini_ticker_leaves_out_is_nan():
    """MINI has no change, bid or ask."""
    row = tickers_frame(WINDOW).iloc[0]
    assert pd.isna(row["price_change"])
    assert pd.isna(row["bid_price"])
    assert row["trades"] == 9


def test_recorded_prices_and_books(recorded):
    """A recorded last price and a recorded best bid and ask are a row each, exact if asked."""
    answers = recorded / "answers"
    price = prices_frame((answers / "ticker_price.json").read_bytes(), numbers="decimal")
    assert price.loc["BTCUSDT", "price"] == Decimal("60740.00000000")
    book = book_tickers_frame((answers / "book_ticker.json").read_bytes())
    assert book.loc["BTCUSDT"].tolist() == [60741.67, 0.3658, 60741.68, 0.45178]
    assert dict(book_tickers_frame([]).dtypes) == dict(book.dtypes)


def test_recorded_symbols_have_their_filters_as_columns(recorded):
    """A symbol's tick, lot and smallest order are columns; a filter it lacks is missing."""
    body = (recorded / "answers" / "exchange_info.json").read_bytes()
    frame = symbols_frame(body)
    row = frame.loc["BTCUSDT"]
    assert row[["base", "quote", "status"]].tolist() == ["BTC", "USDT", "TRADING"]
    assert row[["tick_size", "step_size", "min_qty", "min_notional"]].tolist() == [
        *(0.01, 0.00001),
        *(0.00001, 10.0),
    ]
    assert row["bid_multiplier_up"] == 5.0
    assert row["max_algo_orders"] == 5
    assert "LIMIT_MAKER" in row["order_types"].split()
    assert row["permissions"] == "MARGIN SPOT"
    assert bool(row["oco_allowed"])
    assert pd.isna(row["max_order_lists"])
    assert pd.isna(row["max_position"])
    assert dict(symbols_frame({"symbols": []}).dtypes) == dict(frame.dtypes)


def test_symbols_of_something_else_are_refused():
    """An answer without symbols isn't one of exchangeInfo."""
    with pytest.raises(ValueError, match="no answer of exchangeInfo"):
        symbols_frame({"serverTime": 1})
