"""What traded before the exchange started."""

from __future__ import annotations

import math
import pickle
import statistics
from itertools import groupby, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.exchange.candles import DAY_US, HOUR_US, MINUTE_US, candles_of, regroup
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.past import SyntheticPast, make_pasts
from binance_lab.exchange.past_bars import Bar, Flow, split
from binance_lab.exchange.past_days import LISTED
from binance_lab.exchange.past_trades import minute_trades
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS
from binance_lab.wire.enums import TimeUnit
from binance_lab.wire.intervals import INTERVALS

BTCUSDT = DEFAULT_SYMBOLS[0]
END_US = 1_795_000_000_123_456  # 2026-11-18 11:06:40
PASTS = make_pasts(DEFAULT_SYMBOLS, 7, end_us=END_US)
SYMBOLS = st.sampled_from(sorted(PASTS))
AGES_US = st.integers(DAY_US, 1500 * DAY_US)


def market_of(symbol: str) -> MarketData:
    return MarketData(PASTS[symbol].rules, past=PASTS[symbol])


def summed(trades, interval, **options):
    return list(candles_of(trades, INTERVALS[interval], **options))


def test_same_seed_same_past():
    """The past depends on seed, symbol and time alone: not on when the exchange started or what was asked."""
    later = SyntheticPast(BTCUSDT, 7, end_us=END_US + 3 * DAY_US)
    asked = (END_US - 50 * DAY_US, END_US - 49 * DAY_US)
    day = PASTS["BTCUSDT"].candles(INTERVALS["15m"], *asked, zone_ms=0)
    assert later.candles(INTERVALS["15m"], *asked, zone_ms=0) == day
    assert later.trades(1_000_000, 5) == PASTS["BTCUSDT"].trades(1_000_000, 5)
    other = SyntheticPast(BTCUSDT, 8, end_us=END_US)
    assert other.candles(INTERVALS["15m"], *asked, zone_ms=0) != day


def returns(symbol: str, interval: str, days: int) -> list[float]:
    """Logarithms of how the close changed from candle to candle."""
    start_us = END_US - days * DAY_US
    line = PASTS[symbol].candles(INTERVALS[interval], start_us, END_US, zone_ms=0)
    return [math.log(after.close / before.close) for before, after in pairwise(line)]


@pytest.mark.parametrize(("interval", "days"), [("1m", 5), ("15m", 30), ("1h", 60), ("1d", 1000)])
def test_symbols_move_together_at_every_scale(interval, days):
    """Bitcoin and ether share the market's moves, bitcoin in euros is still bitcoin, and crosses follow."""
    btc, eth = returns("BTCUSDT", interval, days), returns("ETHUSDT", interval, days)
    ratio = [theirs - ours for ours, theirs in zip(btc, eth, strict=True)]
    assert 0.3 < statistics.correlation(btc, eth) < 0.95
    assert statistics.correlation(btc, returns("BTCEUR", interval, days)) > 0.6
    assert statistics.correlation(ratio, returns("ETHBTC", interval, days)) > 0.25


def test_stored_market_has_the_same_past():
    """Public data that are stored and restored answer as before, at the seam too."""
    market = market_of("ETHUSDT")
    restored = pickle.loads(pickle.dumps(market))
    for interval in ("1m", "1d"):
        asked = {"now_us": END_US + 60_000_000, "limit": 20}
        assert restored.klines(interval, **asked) == market.klines(interval, **asked)
    assert restored.agg_trades(limit=5) == market.agg_trades(limit=5)


def test_volume_does_not_jump_from_quarter_to_quarter():
    """Neighboring quarter hours seldom differ tenfold: no block of minutes stands out."""
    opened = (END_US - 25 * DAY_US) // DAY_US * DAY_US
    quarters = PASTS["BTCUSDT"].candles(INTERVALS["15m"], opened, opened + 20 * DAY_US, zone_ms=0)
    lots = [quarter.lots for quarter in quarters]
    ratios = [max(pair) / min(pair) for pair in pairwise(lots)]
    assert len(ratios) == 20 * 96 - 1
    assert statistics.quantiles(ratios, n=100)[98] < 12


def test_trades_of_a_minute_are_spread_over_its_range():
    """They neither pile up at its high and low, nor does one of them lie far from those beside it."""
    past, opened = PASTS["BTCUSDT"], (END_US - 5 * DAY_US) // HOUR_US * HOUR_US
    edges = lone = count = 0
    for minute in past.candles(INTERVALS["1m"], opened, opened + HOUR_US, zone_ms=0):
        prices = [trade.price_ticks for trade in past.trades(minute.first_id, minute.count)]
        edges += prices.count(minute.high) + prices.count(minute.low)
        count += len(prices)
        half = (minute.high - minute.low) / 2
        steps = [price for price, _ in groupby(prices)]
        lone += sum(
            abs(at - before) > half < abs(at - after)
            for before, at, after in zip(steps, steps[1:], steps[2:], strict=False)
        )
    assert edges < 0.03 * count
    assert lone < 20


@given(symbol=SYMBOLS, age_us=AGES_US)
@settings(max_examples=30, deadline=None)
def test_minutes_are_their_trades(symbol, age_us):
    """A one-minute candle is exactly its trades: prices, volumes, amounts, counts and ids."""
    past = PASTS[symbol]
    opened = (END_US - age_us) // MINUTE_US * MINUTE_US
    [candle] = past.candles(INTERVALS["1m"], opened, opened + MINUTE_US, zone_ms=0)
    trades = past.trades(candle.first_id, candle.count)
    assert summed(trades, "1m") == [candle]
    rules = past.rules
    assert all(
        trade.quote_atoms == rules.quote_atoms(trade.price_ticks, trade.lots) for trade in trades
    )
    assert all(trade.lots > 0 for trade in trades)


@given(
    symbol=SYMBOLS,
    age_us=AGES_US,
    names=st.sampled_from(
        [
            *[("1s", "1m"), ("1m", "3m"), ("1m", "15m"), ("5m", "1h"), ("15m", "4h")],
            *[("1h", "12h"), ("1h", "1d"), ("1d", "3d"), ("1d", "1w"), ("1d", "1M")],
        ]
    ),
)
@settings(max_examples=60, deadline=None)
def test_intervals_agree(symbol, age_us, names):
    """Candles of a longer interval are exactly those of a shorter one put together."""
    past = PASTS[symbol]
    short, long = (INTERVALS[name] for name in names)
    start_us = long.open_time((END_US - age_us) // 1000) * 1000
    end_us = long.next_open_time(start_us // 1000) * 1000
    parts = past.candles(short, start_us, end_us, zone_ms=0)
    assert regroup(parts, long) == past.candles(long, start_us, end_us, zone_ms=0)


@given(symbol=SYMBOLS, age_us=AGES_US, zone_min=st.integers(-720, 840))
@settings(max_examples=15, deadline=None)
def test_days_of_any_zone_are_their_minutes(symbol, age_us, zone_min):
    """A day of another time zone, even an odd one, is exactly its minutes."""
    past, zone_ms = PASTS[symbol], zone_min * 60_000
    day = INTERVALS["1d"]
    start_us = day.open_time((END_US - age_us) // 1000, zone_ms=zone_ms) * 1000
    minutes = past.candles(INTERVALS["1m"], start_us, start_us + DAY_US, zone_ms=0)
    expected = regroup(minutes, day, zone_ms=zone_ms)
    assert past.candles(day, start_us, start_us + DAY_US, zone_ms=zone_ms) == expected


@given(symbol=SYMBOLS, age_us=AGES_US, length_us=st.integers(1, 2 * DAY_US))
@settings(max_examples=20, deadline=None)
def test_window_is_its_trades(symbol, age_us, length_us):
    """A window between any two moments has the ids and the count of exactly the trades in it."""
    past = PASTS[symbol]
    start_us = END_US - age_us
    window = past.window(start_us, start_us + length_us)
    if not window.count:
        return
    assert window.last_id - window.first_id + 1 == window.count
    [first], [last] = (past.trades(number, 1) for number in (window.first_id, window.last_id))
    [before], after = (past.trades(window.first_id - 1, 1), past.trades(window.last_id + 1, 1))
    assert before.time_us < start_us <= first.time_us
    assert last.time_us < start_us + length_us
    assert not after or after[0].time_us >= min(start_us + length_us, END_US)


@given(symbol=SYMBOLS, age_us=AGES_US)
@settings(max_examples=15, deadline=None)
def test_aggregate_trades_are_their_trades(symbol, age_us):
    """Aggregate trades have every trade once, ids of both without a hole, prices and sides as theirs."""
    past = PASTS[symbol]
    aggs = past.agg_trades(past.first_agg_id_from(END_US - age_us), 300)
    trades = {trade.id: trade for trade in past.trades(aggs[0].first_id, 2_000)}
    assert aggs[0].time_us >= END_US - age_us
    for agg, following in pairwise(aggs):
        assert (following.id, following.first_id) == (agg.id + 1, agg.last_id + 1)
        members = [trades[number] for number in range(agg.first_id, agg.last_id + 1)]
        assert sum(trade.lots for trade in members) == agg.lots
        assert {(t.price_ticks, t.time_us, t.buyer_is_maker) for t in members} == {
            (agg.price_ticks, agg.time_us, agg.buyer_is_maker)
        }


@pytest.mark.parametrize("symbol", sorted(PASTS))
def test_past_ends_where_the_live_part_begins(symbol):
    """The last trade has the start price, and the next ids go on without a hole."""
    past = PASTS[symbol]
    *_, last = past.trades(past.next_trade_id - 3, 10)
    assert (last.id, last.price_ticks) == (past.next_trade_id - 1, past.last_ticks)
    assert last.time_us < END_US
    *_, agg = past.agg_trades(past.next_agg_id - 3, 10)
    assert (agg.id, agg.last_id) == (past.next_agg_id - 1, last.id)
    assert past.first_agg_id_from(END_US) == past.next_agg_id


@pytest.mark.parametrize("interval", ["1s", "1m", "15m", "1h", "1d", "1w", "1M"])
def test_live_trades_join_without_a_seam(interval):
    """The candle in which the exchange starts has the past's trades and the live ones; none is missing."""
    past = PASTS["BTCUSDT"]
    market = MarketData(BTCUSDT, past=past)
    for number in range(3):
        ticks = past.last_ticks + number
        market.trade(
            past.next_trade_id + number,
            ticks,
            10,
            BTCUSDT.quote_atoms(ticks, 10),
            END_US + number * 700_000,
            buyer_is_maker=False,
            taker=number,
        )
    now_us = END_US + 3_000_000
    length = INTERVALS[interval]
    first_us = length.open_time(END_US // 1000) * 1000
    rows = market.klines(interval, now_us=now_us, start_us=first_us)
    before = past.window(first_us, END_US)
    assert sum(row[8] for row in rows) == before.count + 3
    assert rows[0][1] == BTCUSDT.price_text(before.open if before.count else past.last_ticks)
    assert rows[-1][4] == BTCUSDT.price_text(past.last_ticks + 2)
    assert [row[0] for row in market.klines(interval, now_us=now_us, limit=5)] == [
        *length.open_times(length.steps_back(now_us // 1000, 4), now_us // 1000)
    ]
    ids = [row["id"] for row in market.trades(limit=6)]
    assert ids == list(range(past.next_trade_id - 3, past.next_trade_id + 3))
    assert [agg["a"] for agg in market.agg_trades(limit=6)] == list(
        range(past.next_agg_id - 3, past.next_agg_id + 3)
    )


def test_ticker_goes_over_the_seam():
    """The 24 hour ticker right after the start is made of the past, with the ids of its trades."""
    ticker = market_of("ETHUSDT").ticker_24hr(now_us=END_US, unit=TimeUnit.MICROSECOND)
    window = PASTS["ETHUSDT"].window(END_US - DAY_US, END_US)
    assert (ticker["count"], ticker["firstId"]) == (window.count, window.first_id)
    assert ticker["lastId"] == PASTS["ETHUSDT"].next_trade_id - 1


def test_history_begins_with_the_listing():
    """The first candle is that of the listing day, and the first trade is number 0."""
    market = market_of("BTCUSDT")
    [row] = market.klines("1d", now_us=END_US, start_us=0, limit=1)
    assert row[0] == PASTS["BTCUSDT"].first_us // 1000
    assert market.historical_trades(from_id=0, limit=1)[0]["id"] == 0
    assert LISTED["BTCUSDT"] == "2017-08-17"
    with pytest.raises(ValueError, match="BTCUSDT has no past before"):
        SyntheticPast(BTCUSDT, 7, end_us=1_500_000_000_000_000)


def test_prices_of_neighbours_touch():
    """Each minute opens at the price at which the one before closed."""
    candles = PASTS["SOLUSDT"].candles(INTERVALS["1m"], END_US - 2 * HOUR_US, END_US, zone_ms=0)
    assert all(after.open == before.close for before, after in pairwise(candles))
    assert len({candle.close for candle in candles}) > 50


def test_crosses_are_the_quotient_of_their_legs():
    """At midnight ETHBTC is what ETHUSDT and BTCUSDT make it, to a few ticks."""
    opened = {
        symbol: float(market_of(symbol).klines("1d", now_us=END_US, limit=1)[0][1])
        for symbol in ("ETHBTC", "ETHUSDT", "BTCUSDT")
    }
    assert opened["ETHBTC"] == pytest.approx(opened["ETHUSDT"] / opened["BTCUSDT"], rel=1e-3)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_returns_look_like_a_market(symbol):
    """Minutes have fat tails, no memory of direction, calm and storm that last, and bodies of candles."""
    past = PASTS[symbol]
    candles = past.candles(INTERVALS["1m"], END_US - 5 * DAY_US, END_US, zone_ms=0)
    moves = [math.log(candle.close / candle.open) for candle in candles]
    square = statistics.fmean(move * move for move in moves)
    assert statistics.fmean(move**4 for move in moves) / square**2 > 5
    assert abs(statistics.correlation(moves[:-1], moves[1:])) < 0.1
    sizes = [abs(move) for move in moves]
    assert statistics.correlation(sizes[:-1], sizes[1:]) > 0.15
    bodies = [abs(each.close - each.open) / (each.high - each.low or 1) for each in candles]
    assert 0.35 < statistics.fmean(bodies) < 0.65


def test_volatility_grows_with_the_root_of_time():
    """A day moves about as much as its minutes make it: by the root of their number."""
    past = PASTS["BTCUSDT"]

    def deviation(interval: str, days: int) -> float:
        candles = past.candles(INTERVALS[interval], END_US - days * DAY_US, END_US, zone_ms=0)
        return statistics.pstdev(math.log(each.close / each.open) for each in candles)

    hour, day = deviation("1h", 200), deviation("1d", 200)
    assert day / math.sqrt(24) == pytest.approx(hour, rel=0.5)


ticks = st.integers(1, 500)


@st.composite
def bars(draw, minutes: int = 1) -> Bar:
    """Any bar that history could have."""
    prices = sorted(draw(st.lists(ticks, min_size=4, max_size=4)))
    low, *inside, high = prices
    opened, closed = draw(st.permutations(inside))
    units = draw(st.integers(3 * minutes, 12 * minutes))
    flows = []
    for _ in range(2):
        quads = draw(st.integers(8 * units, 5000 * units))
        flow = Flow(quads, 0)
        flow.amount = draw(st.integers(flow.least(low, high), flow.most(low, high)))
        flows.append(flow)
    return Bar(0, opened, high, low, closed, draw(st.integers(0, 9)), units, *flows)


@given(bar=bars(minutes=15), seed=st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_parts_add_up_to_their_bar(bar, seed):
    """However a bar is, its parts have its prices, units, quantities and amounts, and are bars themselves."""
    shocks = [Random(seed).gauss(0.0, 1.0) for _ in range(15)]
    parts = split(bar, MINUTE_US, 1, [1.0] * 15, shocks, Random(seed))
    assert (parts[0].open, parts[-1].close) == (bar.open, bar.close)
    assert max(part.high for part in parts) == bar.high
    assert min(part.low for part in parts) == bar.low
    assert sum(part.units for part in parts) == bar.units
    assert [part.open_us for part in parts] == [MINUTE_US * index for index in range(15)]
    for before, after in pairwise(parts):
        assert after.open == before.close
        assert after.first_unit == before.first_unit + before.units
    for name in ("bought", "sold"):
        flows = [getattr(part, name) for part in parts]
        assert sum(flow.quads for flow in flows) == getattr(bar, name).quads
        assert sum(flow.amount for flow in flows) == getattr(bar, name).amount
        for part, flow in zip(parts, flows, strict=True):
            assert part.low <= min(part.open, part.close)
            assert part.high >= max(part.open, part.close)
            assert flow.least(part.low, part.high) <= flow.amount <= flow.most(part.low, part.high)
            assert flow.quads >= 8 * part.units


@given(bar=bars(), seed=st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_trades_add_up_to_their_minute(bar, seed):
    """However a minute is, its trades have its prices, count, quantities and amounts exactly."""
    trades, aggs = minute_trades(bar, 10, 7, Random(seed))
    assert (trades[0].price_ticks, trades[-1].price_ticks) == (bar.open, bar.close)
    assert max(trade.price_ticks for trade in trades) == bar.high
    assert min(trade.price_ticks for trade in trades) == bar.low
    assert (len(trades), len(aggs)) == (4 * bar.units, 3 * bar.units)
    assert all(trade.lots >= 10 for trade in trades)
    for sold, flow in ((False, bar.bought), (True, bar.sold)):
        mine = [trade for trade in trades if trade.buyer_is_maker is sold]
        assert sum(trade.lots for trade in mine) == flow.quads * 4 * 10
        assert sum(trade.quote_atoms for trade in mine) == flow.amount * 7


def test_all_symbols_have_a_past():
    """One call makes the past of every symbol."""
    pasts = make_pasts(DEFAULT_SYMBOLS, 5, end_us=END_US)
    assert list(pasts) == [rules.symbol for rules in DEFAULT_SYMBOLS]
    assert all(past.next_trade_id > 0 for past in pasts.values())
