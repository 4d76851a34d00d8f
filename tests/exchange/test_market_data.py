"""Trades, candles, tickers and depth of one symbol."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.exchange.candles import PublicTrade
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS
from binance_lab.exchange.tape import Tape
from binance_lab.wire.enums import Side, TimeUnit

BTCUSDT = DEFAULT_SYMBOLS[0]
NOON_US = 1_709_208_000_000_000  # 2024-02-29 12:00 UTC
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


def market_of(*trades: tuple[float, str, str], start_us: int | None = NOON_US) -> MarketData:
    """A market with trades of (seconds after noon, price, quantity); a quantity below 0 sells."""
    market = MarketData(BTCUSDT, start_us=start_us)
    for after_s, price, qty in trades:
        feed(market, int(after_s * SECOND_US), price, qty)
    return market


def feed(market: MarketData, after_us: int, price: str, qty: str, *, taker: int = 0) -> None:
    ticks = BTCUSDT.ticks(Decimal(price))
    lots = BTCUSDT.lots(abs(Decimal(qty)))
    market.trade(
        market.next_trade_id,
        ticks,
        lots,
        BTCUSDT.quote_atoms(ticks, lots),
        NOON_US + after_us,
        buyer_is_maker=Decimal(qty) < 0,
        taker=taker or market.next_trade_id,
    )


def test_trade_is_told_with_eight_decimals():
    """A trade has its fields in Binance's order, amounts as text with eight decimals."""
    market = market_of((1.5, "64000.01", "-0.5"))
    assert market.trades() == [
        {
            "id": 1,
            "price": "64000.01000000",
            "qty": "0.50000000",
            "quoteQty": "32000.00500000",
            "time": NOON_US // 1000 + 1500,
            "isBuyerMaker": True,
            "isBestMatch": True,
        }
    ]


def test_times_are_in_the_unit_asked_for():
    """Times are milliseconds, or microseconds if asked for; a candle closes one of them early."""
    market = market_of((1.5, "64000", "1"))
    assert market.trades(unit=TimeUnit.MICROSECOND)[0]["time"] == NOON_US + 1_500_000
    kline = market.klines("1m", now_us=NOON_US + 2 * SECOND_US, unit=TimeUnit.MICROSECOND)[0]
    assert (kline[0], kline[6]) == (NOON_US, NOON_US + MINUTE_US - 1)


def test_kline_sums_up_its_trades():
    """A kline has first, highest, lowest and last price, volumes, the count, and what takers bought."""
    market = market_of((0, "100", "1"), (1, "102", "-2"), (59.9, "99", "3"), (60, "50", "4"))
    assert market.klines("1m", now_us=NOON_US + MINUTE_US)[0] == [
        NOON_US // 1000,
        "100.00000000",
        "102.00000000",
        "99.00000000",
        "99.00000000",
        "6.00000000",
        NOON_US // 1000 + 59_999,
        "601.00000000",
        3,
        "4.00000000",
        "397.00000000",
        "0",
    ]


def test_kline_without_trades_is_flat():
    """Where nothing traded there is a kline all the same, flat at the last price."""
    market = market_of((0, "100", "1"), (150, "102", "1"))
    rows = market.klines("1m", now_us=NOON_US + 4 * MINUTE_US)
    assert [row[4] for row in rows] == [f"{p}.00000000" for p in (100, 100, 102, 102, 102)]
    assert [row[8] for row in rows] == [1, 0, 1, 0, 0]


def test_klines_start_at_the_first_trade_if_there_is_no_past():
    """Without a past and a start there are no klines before the first trade."""
    assert MarketData(BTCUSDT).klines("1m", now_us=NOON_US) == []
    market = market_of((90, "100", "1"), start_us=None)
    rows = market.klines("1m", now_us=NOON_US + 2 * MINUTE_US, start_us=0)
    assert [row[0] for row in rows] == [NOON_US // 1000 + 60_000, NOON_US // 1000 + 120_000]


def test_klines_are_chosen_by_open_time():
    """startTime and endTime count open times, both included; limit cuts at the newer or older end."""
    market = market_of((0, "100", "1"), (600, "101", "1"))

    def minutes(**chosen: int) -> list[int]:
        rows = market.klines("1m", now_us=NOON_US + 10 * MINUTE_US, **chosen)
        return [(row[0] * 1000 - NOON_US) // MINUTE_US for row in rows]

    assert minutes(limit=2) == [9, 10]
    assert minutes(start_us=NOON_US + MINUTE_US, limit=3) == [1, 2, 3]
    assert minutes(start_us=NOON_US + 1000, limit=2) == [1, 2]
    assert minutes(end_us=NOON_US + 5 * MINUTE_US, limit=2) == [4, 5]
    assert minutes(start_us=NOON_US + MINUTE_US, end_us=NOON_US + 3 * MINUTE_US) == [1, 2, 3]
    assert minutes(start_us=NOON_US + 11 * MINUTE_US) == []
    assert minutes(start_us=10**24) == minutes(end_us=0) == []
    assert market.klines("1M", now_us=NOON_US, start_us=10**24) == []


def test_day_of_another_zone_opens_there():
    """A daily kline in UTC+8 opens at 16:00 UTC and has what traded since."""
    market = market_of((0, "100", "1"), (4 * 3600, "101", "1"))
    now_us = NOON_US + 5 * 60 * MINUTE_US
    rows = market.klines("1d", now_us=now_us, zone_ms=8 * 3_600_000)
    assert [(row[0] - NOON_US // 1000) // 3_600_000 for row in rows] == [-20, 4]
    assert [row[8] for row in rows] == [1, 1]


trades = st.lists(
    st.tuples(
        st.integers(0, 40 * SECOND_US),  # after the trade before
        st.integers(6_399_000, 6_401_000),
        st.integers(1, 1_000_000),
        st.booleans(),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=60,
)


def grown(rows: list[tuple[int, int, int, bool, int]]) -> MarketData:
    market = MarketData(BTCUSDT, start_us=NOON_US)
    time_us = NOON_US
    for number, (after_us, ticks, lots, maker, taker) in enumerate(rows, 1):
        time_us += after_us
        quote = BTCUSDT.quote_atoms(ticks, lots)
        market.trade(number, ticks, lots, quote, time_us, buyer_is_maker=maker, taker=taker)
    return market


@pytest.mark.parametrize("interval", ["1s", "1m", "5m", "1h", "1d"])
@given(rows=trades)
@settings(max_examples=25, deadline=None)
def test_klines_equal_what_pandas_computes_from_the_trades(interval, rows):
    """Klines of every interval are the trades, grouped by their time."""
    market = grown(rows)
    tape = pd.DataFrame(market.trades(limit=1000, unit=TimeUnit.MICROSECOND))
    now_us = int(tape["time"].max())
    rule = interval.replace("m", "min").replace("d", "D")
    number = tape.set_index(pd.to_datetime(tape["time"], unit="us"))
    bars = number["price"].astype(float).resample(rule).ohlc()
    count = number["price"].resample(rule).count()
    volume = number["qty"].astype(float).resample(rule).sum()
    expected = {
        int(when.timestamp() * 1000): (*bar, count[when], pytest.approx(volume[when]))
        for when, bar in zip(bars.index, bars.to_numpy(), strict=True)
        if count[when]
    }
    klines = market.klines(interval, now_us=now_us, start_us=0, limit=5000)
    found = {row[0]: (*map(float, row[1:5]), row[8], float(row[5])) for row in klines if row[8]}
    assert found == expected


@given(rows=trades)
@settings(max_examples=25, deadline=None)
def test_window_is_the_sum_of_its_trades(rows):
    """A window of any length has the volume, count and ids of exactly the trades in it."""
    market = grown(rows)
    tape = market.trades_from(0, 1000)
    start_us = tape[len(tape) // 3].time_us
    end_us = tape[-1].time_us + 1
    inside = [trade for trade in tape if start_us <= trade.time_us < end_us]
    window = market.window(start_us, end_us)
    assert window.count == len(inside)
    assert (window.first_id, window.last_id) == (inside[0].id, inside[-1].id)
    assert window.lots == sum(trade.lots for trade in inside)
    assert window.quote_atoms == sum(trade.quote_atoms for trade in inside)


@given(rows=trades)
@settings(max_examples=25, deadline=None)
def test_aggregate_trades_cover_the_trades(rows):
    """Aggregate trades have every trade once, in order, each of one price, time, side and taker."""
    market = grown(rows)
    by_id = {trade.id: trade for trade in market.trades_from(0, 1000)}
    covered: list[int] = []
    for agg in market.agg_trades_from(0, 1000):
        members = [by_id[number] for number in range(agg.first_id, agg.last_id + 1)]
        covered += [trade.id for trade in members]
        assert agg.lots == sum(trade.lots for trade in members)
        assert {(t.price_ticks, t.time_us, t.buyer_is_maker) for t in members} == {
            (agg.price_ticks, agg.time_us, agg.buyer_is_maker)
        }
    assert covered == sorted(by_id)


def test_one_taker_at_one_price_is_one_aggregate_trade():
    """Trades of one taker at one price are aggregated, those at the next price or of another are not."""
    market = market_of()
    for price, taker in (("100", 7), ("100", 7), ("101", 7), ("101", 8)):
        feed(market, 0, price, "1", taker=taker)
    assert [(agg["a"], agg["f"], agg["l"]) for agg in market.agg_trades()] == [
        (1, 1, 2),
        (2, 3, 3),
        (3, 4, 4),
    ]


def test_aggregate_trades_are_taken_once():
    """What take_agg_trades gave it doesn't give again."""
    market = market_of((0, "100", "1"))
    assert [agg.id for agg in market.take_agg_trades()] == [1]
    feed(market, 0, "100", "1")
    assert [agg.id for agg in market.take_agg_trades()] == [2]
    assert market.take_agg_trades() == []


def test_aggregate_trades_are_chosen_by_id_or_time():
    """fromId starts at an id, startTime and endTime are included, else the latest are told."""
    market = market_of(*((second, "100", "1") for second in range(10)))

    def ids(**chosen: int) -> list[int]:
        return [agg["a"] for agg in market.agg_trades(**chosen)]

    assert ids(limit=2) == [9, 10]
    assert ids(from_id=3, limit=2) == [3, 4]
    assert ids(start_us=NOON_US + SECOND_US, end_us=NOON_US + 3 * SECOND_US) == [2, 3, 4]
    assert ids(end_us=NOON_US + 3 * SECOND_US, limit=2) == [3, 4]


def test_ticker_covers_24_hours_to_the_microsecond():
    """The 24 hour ticker has the trades since exactly 24 hours ago, and the close before."""
    day_s = 86_400
    market = market_of(
        (0, "90", "1"), (10, "100", "1"), (day_s, "110", "2"), (day_s + 10, "120", "1")
    )
    ticker = market.ticker_24hr(now_us=NOON_US + (day_s + 10) * SECOND_US)
    assert ticker["count"] == 3
    assert (ticker["prevClosePrice"], ticker["openPrice"]) == ("90.00000000", "100.00000000")
    assert (ticker["lastPrice"], ticker["highPrice"]) == ("120.00000000", "120.00000000")
    assert (ticker["priceChange"], ticker["priceChangePercent"]) == ("20.00000000", "20.000")
    assert (ticker["weightedAvgPrice"], ticker["volume"]) == ("110.00000000", "4.00000000")
    assert (ticker["firstId"], ticker["lastId"]) == (2, 4)
    assert list(ticker)[:6] == [
        "symbol",
        "priceChange",
        "priceChangePercent",
        "weightedAvgPrice",
        "prevClosePrice",
        "lastPrice",
    ]


def test_ticker_of_a_quiet_day_is_flat():
    """A window without trades shows the last price, no volume, and -1 for ids."""
    market = market_of((0, "100", "1"))
    ticker = market.ticker_24hr(now_us=NOON_US + 48 * 3600 * SECOND_US)
    assert (ticker["lastPrice"], ticker["volume"], ticker["count"]) == (
        "100.00000000",
        "0.00000000",
        0,
    )
    assert (ticker["firstId"], ticker["priceChangePercent"]) == (-1, "0.000")


def test_window_ticker_opens_on_a_whole_minute():
    """The rolling window opens on a minute, so it may be wider than asked for, and closes now."""
    market = market_of((0, "100", "1"), (30, "101", "1"))
    now_us = NOON_US + 90 * SECOND_US
    ticker = market.ticker(window_ms=60_000, now_us=now_us)
    assert (ticker["openTime"], ticker["closeTime"]) == (NOON_US // 1000, now_us // 1000)
    assert ticker["count"] == 2
    assert "openPrice" in market.ticker(window_ms=60_000, now_us=now_us, mini=True)
    assert "priceChange" not in market.ticker(window_ms=60_000, now_us=now_us, mini=True)


def test_trading_day_is_that_of_the_time_zone():
    """The trading day opens at midnight and closes a moment before the next, in its time zone."""
    market = market_of((0, "100", "1"))
    ticker = market.trading_day(now_us=NOON_US + SECOND_US, zone_ms=8 * 3_600_000)
    assert ticker["openTime"] == NOON_US // 1000 - 20 * 3_600_000
    assert ticker["closeTime"] == ticker["openTime"] + 86_400_000 - 1


def test_average_price_is_of_five_minutes():
    """The average price weighs the last five minutes by volume; without trades it is the last price."""
    market = market_of((0, "100", "1"), (400, "110", "1"), (410, "120", "3"))
    average = market.avg_price(now_us=NOON_US + 420 * SECOND_US)
    assert average == {
        "mins": 5,
        "price": "117.50000000",
        "closeTime": NOON_US // 1000 + 410_000,
    }
    later = market.avg_price(now_us=NOON_US + 3600 * SECOND_US)
    assert later["price"] == "120.00000000"


def test_depth_is_best_first():
    """Depth tells bids from the highest, asks from the lowest, up to the limit."""
    market = market_of()
    for side, ticks, lots in (
        (Side.BUY, 100, 1),
        (Side.BUY, 102, 2),
        (Side.SELL, 105, 3),
        (Side.SELL, 104, 4),
        (Side.BUY, 101, 5),
    ):
        market.level(side, ticks, lots)
    assert market.depth(limit=2) == {
        "lastUpdateId": 5,
        "bids": [("1.02000000", "0.00002000"), ("1.01000000", "0.00005000")],
        "asks": [("1.04000000", "0.00004000"), ("1.05000000", "0.00003000")],
    }


def test_level_says_whether_the_best_changed():
    """A change of the best price or its quantity is told, one behind it is not."""
    market = market_of()
    assert market.level(Side.BUY, 100, 1)
    assert market.level(Side.BUY, 100, 2)
    assert not market.level(Side.BUY, 99, 1)
    assert market.level(Side.BUY, 100, 0)
    assert market.book_ticker()["bidPrice"] == "0.99000000"
    assert market.book_ticker()["askPrice"] == "0.00000000"


def test_oldest_trades_go_when_there_are_too_many():
    """A full tape drops its oldest trades, keeps ids, and still adds at its end."""
    tape = Tape(5, most=20)
    for number in range(5, 30):
        tape.append(PublicTrade(number, 1, 1, 1, number, False))
    assert [trade.id for trade in tape.slice(0, 2)] == [tape.first_id, tape.first_id + 1]
    assert (len(tape) <= 20, tape.next_id, tape.before(29).id) == (True, 30, 28)
    with pytest.raises(ValueError, match="trade 29 follows 29"):
        tape.append(PublicTrade(29, 1, 1, 1, 31, False))
