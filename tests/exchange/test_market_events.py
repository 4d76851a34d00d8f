"""Payloads of the market streams."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.exchange import market_events as events
from binance_lab.exchange.depth import Depth
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS
from binance_lab.wire.enums import Side, TimeUnit

BTCUSDT = DEFAULT_SYMBOLS[0]
NOON_US = 1_709_208_000_000_000
SECOND_US = 1_000_000


def market_of(*times_s: float) -> MarketData:
    market = MarketData(BTCUSDT, start_us=NOON_US)
    for number, time_s in enumerate(times_s, 1):
        time_us = NOON_US + int(time_s * SECOND_US)
        market.trade(number, 100 + number, 10, 0, time_us, buyer_is_maker=False, taker=number)
    return market


def test_payloads_have_binances_fields_in_its_order():
    """Every payload has the fields that the documentation lists, in that order."""
    market = market_of(0)
    trade = market.trades_from(1, 1)[0]
    agg = market.take_agg_trades()[0]
    market.level(Side.BUY, 100, 1)
    at = {"now_us": NOON_US}
    assert "".join(events.trade_event(market, trade, event_us=NOON_US)) == "eEstpqTmM"
    assert "".join(events.agg_trade_event(market, agg, event_us=NOON_US)) == "eEsapqflTmM"
    assert "".join(events.book_ticker_event(market)) == "usbBaA"
    assert "".join(events.mini_ticker_event(market, **at)) == "eEscohlvq"
    assert "".join(events.ticker_event(market, **at)) == "eEspPwxcQbBaAohlvqOCFLn"
    assert "".join(events.window_ticker_event(market, window="4h", **at)) == "eEspPohlcwvqOCFLn"
    assert "".join(events.avg_price_event(market, **at)) == "eEsiwT"
    assert list(events.partial_depth_event(market, levels=5)) == ["lastUpdateId", "bids", "asks"]
    kline = events.KlineFeed(market, "1m").take(NOON_US)[0]
    assert "".join(kline) == "eEsk"
    assert "".join(kline["k"]) == "tTsifLochlvnxqVQB"


def test_event_time_is_in_the_unit_asked_for():
    """Event and trade times are milliseconds, or microseconds for timeUnit=MICROSECOND."""
    market = market_of(1)
    trade = market.trades_from(1, 1)[0]
    event = events.trade_event(market, trade, event_us=NOON_US + 5, unit=TimeUnit.MICROSECOND)
    assert (event["E"], event["T"]) == (NOON_US + 5, NOON_US + SECOND_US)


def test_closed_candle_is_sent_once_more():
    """When a candle has closed it is sent with x true, then the new one with x false."""
    market = market_of(1, 2)
    feed = events.KlineFeed(market, "1m")

    def told(after_s: int) -> list[tuple[int, bool, int]]:
        sent = feed.take(NOON_US + after_s * SECOND_US)
        return [
            ((e["k"]["t"] * 1000 - NOON_US) // 60_000_000, e["k"]["x"], e["k"]["n"]) for e in sent
        ]

    assert told(10) == [(0, False, 2)]
    assert told(20) == [(0, False, 2)]
    assert told(61) == [(0, True, 2), (1, False, 0)]
    assert told(185) == [(1, True, 0), (2, True, 0), (3, False, 0)]


def test_depth_feed_sends_only_what_changed():
    """A diff has each changed level once with its latest quantity, and nothing if nothing changed."""
    market = market_of()
    market.level(Side.BUY, 100, 1)
    feed = events.DepthFeed(market)
    assert feed.take(NOON_US) is None
    market.level(Side.BUY, 100, 2)
    market.level(Side.BUY, 100, 0)
    market.level(Side.SELL, 101, 3)
    assert feed.take(NOON_US) == {
        "e": "depthUpdate",
        "E": NOON_US // 1000,
        "s": "BTCUSDT",
        "U": 2,
        "u": 4,
        "b": [("1.00000000", "0.00000000")],
        "a": [("1.01000000", "0.00003000")],
    }
    feed.close()
    market.level(Side.BUY, 100, 5)


changes = st.lists(
    st.tuples(st.sampled_from(Side), st.integers(1, 30), st.integers(0, 5), st.booleans()),
    max_size=80,
)


@given(changes)
@settings(max_examples=50, deadline=None)
def test_snapshot_and_diffs_give_the_book(steps):
    """A copy kept from a snapshot and the diffs that follow equals the book, without a hole in U and u."""
    depth = Depth()
    collected = depth.changes()
    copy: dict[tuple[Side, int], int] = {}
    last_id = 0
    for side, price, lots, taken in steps:
        depth.set(side, price, lots)
        if taken and (diff := collected.take()):
            first_id, last, bids, asks = diff
            assert first_id == last_id + 1
            last_id = last
            copy |= {(Side.BUY, p): q for p, q in bids} | {(Side.SELL, p): q for p, q in asks}
    if diff := collected.take():
        copy |= {(Side.BUY, p): q for p, q in diff[2]} | {(Side.SELL, p): q for p, q in diff[3]}
    shown = {key: lots for key, lots in copy.items() if lots}
    assert shown == {(Side.BUY, p): q for p, q in depth.bids} | {
        (Side.SELL, p): q for p, q in depth.asks
    }
    assert [p for p, _ in depth.bids] == sorted((p for p, _ in depth.bids), reverse=True)
    assert depth.asks.best == min(depth.asks, default=None)
