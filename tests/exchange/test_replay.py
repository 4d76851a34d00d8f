"""Recordings that drive the exchange."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from binance_lab.exchange.engine import Engine
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.orders import NewOrder
from binance_lab.exchange.replay import Recorded, Recording, Replay, rules_of
from binance_lab.exchange.symbols import select_symbols
from binance_lab.wire.capture import CaptureError, CaptureWriter
from binance_lab.wire.enums import OrderStatus, OrderType, Side, TimeInForce

[BTCUSDT] = select_symbols(["BTCUSDT"])
START_US = 1_723_161_255_000_000


class Stage:
    """An engine and public data of BTCUSDT, driven by messages."""

    def __init__(self) -> None:
        self.engine = Engine([BTCUSDT])
        self.market = MarketData(BTCUSDT)
        self.trades = []
        self.replay = Replay(
            self.engine,
            {"BTCUSDT": self.market},
            ["BTCUSDT"],
            on_trade=lambda market, trade: self.trades.append(trade),
        )
        self.now_us = START_US
        rich = {"BTC": Decimal(1000), "USDT": Decimal(100_000_000)}
        self.user = self.engine.open_account(rich).id

    def send(self, kind: str, **fields: object) -> None:
        self.now_us += 1000
        stream = f"btcusdt@{kind}" if kind else ""
        self.replay.apply(Recorded(self.now_us, stream, json.dumps(fields).encode()))

    def snapshot(self, update_id: int, bids: dict, asks: dict) -> None:
        self.send("", lastUpdateId=update_id, bids=levels(bids), asks=levels(asks))

    def diff(self, first: int, last: int, bids: dict, asks: dict) -> None:
        self.send("depth@100ms", U=first, u=last, b=levels(bids), a=levels(asks))

    def trade(self, number: int, price: str, qty: str, *, sold: bool = False) -> None:
        self.send("trade", t=number, p=price, q=qty, T=self.now_us // 1000, m=sold)

    def order(self, side: Side, qty: str, price: str | None = None):
        new = NewOrder(
            symbol="BTCUSDT",
            side=side,
            type=OrderType.LIMIT if price else OrderType.MARKET,
            time_in_force=TimeInForce.GTC if price else None,
            quantity=Decimal(qty),
            price=Decimal(price) if price else None,
        )
        return self.engine.place(self.user, new, now_us=self.now_us)


def levels(side: dict) -> list[list[str]]:
    return [[f"{price}.00000000", f"{qty}.00000000"] for price, qty in side.items()]


def shown(market: MarketData) -> tuple[dict, dict]:
    depth = market.depth(limit=5000)
    return tuple(
        {int(float(price)): float(qty) for price, qty in depth[name]} for name in ("bids", "asks")
    )


def test_snapshot_takes_in_newer_diffs_that_came_before():
    """Diffs that came before the snapshot but are newer are applied to it, older ones are not."""
    stage = Stage()
    stage.diff(1, 5, {100: 9}, {})
    stage.diff(6, 10, {99: 7}, {})
    stage.snapshot(7, {100: 1}, {103: 1})
    assert shown(stage.market) == ({100: 1, 99: 7}, {103: 1})
    assert stage.market.depth()["lastUpdateId"] == 10
    stage.diff(11, 12, {100: 0}, {102: 4})
    assert shown(stage.market) == ({99: 7}, {102: 4, 103: 1})
    assert stage.market.depth()["lastUpdateId"] == 12


def test_diffs_without_a_snapshot_show_what_is_known():
    """A capture without a snapshot has a book of the levels that changed since its start."""
    stage = Stage()
    stage.diff(1, 5, {100: 9}, {101: 2})
    assert shown(stage.market) == ({100: 9}, {101: 2})


def test_old_snapshot_changes_nothing():
    """A snapshot that is older than the book is left alone."""
    stage = Stage()
    stage.snapshot(7, {100: 1}, {103: 1})
    stage.diff(8, 9, {100: 3}, {})
    stage.snapshot(8, {50: 1}, {150: 1})
    assert shown(stage.market) == ({100: 3}, {103: 1})


def test_trades_feed_the_public_data():
    """Recorded trades are the tape, under their own ids and times, and the price follows them."""
    stage = Stage()
    stage.trade(70, "100.00000000", "1.00000000")
    stage.trade(71, "101.00000000", "2.00000000", sold=True)
    assert [trade["id"] for trade in stage.market.trades()] == [70, 71]
    assert stage.market.price()["price"] == "101.00000000"
    assert [trade.id for trade in stage.trades] == [70, 71]
    assert stage.market.klines("1m", now_us=stage.now_us)[0][5] == "3.00000000"


def test_overlapping_and_missing_trades_do_no_harm():
    """A trade that is told twice counts once; ids that the recording misses stay missing."""
    stage = Stage()
    for number in (70, 71, 70, 71, 75):
        stage.trade(number, "100.00000000", "1.00000000")
    assert [trade["id"] for trade in stage.market.trades()] == [70, 71, 75]
    assert [t["id"] for t in stage.market.historical_trades(from_id=72, limit=5)] == [75]


def test_market_order_fills_at_the_replayed_best_price():
    """A market order pays the recorded levels, best first, and doesn't change what is published."""
    stage = Stage()
    stage.snapshot(7, {100: 1}, {103: 1, 104: 5})
    placed = stage.order(Side.BUY, "3")
    assert [(fill.price_ticks, fill.lots) for fill in placed.fills] == [
        (10300, 100_000),
        (10400, 200_000),
    ]
    assert placed.order.status is OrderStatus.FILLED
    assert shown(stage.market) == ({100: 1}, {103: 1, 104: 5})
    assert stage.market.trades() == []


def test_orders_meet_the_newest_best_price():
    """A book ticker is newer than the last diff: orders meet its prices, until a newer diff comes."""
    stage = Stage()
    stage.snapshot(7, {100: 1}, {103: 1, 104: 5})
    stage.send("bookTicker", u=9, b="101.00", B="2.00", a="104.00", A="3.00")
    assert stage.order(Side.BUY, "0.5").fills[0].price_ticks == 10400
    assert stage.order(Side.SELL, "0.5").fills[0].price_ticks == 10100
    stage.diff(8, 8, {100: 4}, {103: 2})  # older than the ticker
    assert stage.order(Side.BUY, "0.5").fills[0].price_ticks == 10400
    stage.diff(9, 12, {}, {103: 2})
    assert stage.order(Side.BUY, "0.5").fills[0].price_ticks == 10300
    assert shown(stage.market)[1] == {103: 2, 104: 5}


def test_resting_order_fills_when_the_recording_reaches_it():
    """A resting order is filled, at its own price, by a recorded trade beyond it or a crossing level."""
    stage = Stage()
    stage.snapshot(7, {100: 1}, {103: 1})
    traded = stage.order(Side.BUY, "1", "101.00").order
    crossed = stage.order(Side.SELL, "1", "102.00").order
    assert (traded.status, crossed.status) == (OrderStatus.NEW, OrderStatus.NEW)
    stage.trade(1, "100.50000000", "2.00000000", sold=True)
    assert (traded.status, traded.quote_atoms) == (OrderStatus.FILLED, 101 * 10**8)
    stage.diff(8, 9, {102: 5}, {103: 0, 104: 1})
    assert (crossed.status, crossed.quote_atoms) == (OrderStatus.FILLED, 102 * 10**8)


def test_payload_of_another_kind_is_told():
    """A payload that isn't what its stream sends is an error that names the stream."""
    stage = Stage()
    with pytest.raises(ValueError, match="not what btcusdt@trade is"):
        stage.send("trade", e="trade", t="seven")


def test_other_symbols_and_derived_streams_are_left_alone():
    """Messages of symbols that aren't replayed, and of streams that follow from trades, do nothing."""
    stage = Stage()
    stage.send("kline_1m", k={})
    stage.replay.apply(Recorded(START_US, "ethusdt@trade", b"{}"))
    stage.replay.apply(Recorded(START_US, "!miniTicker@arr", b"[]"))
    assert stage.market.trades() == []


def test_recording_says_symbols_and_start(tmp_path):
    """A recording knows whose messages it has, and when the first was sent by the exchange's clock."""
    path = tmp_path / "a.jsonl"
    with CaptureWriter(path) as capture:
        for number, delay_ms in ((0, 30), (1, 5), (2, 40)):
            event_ms = START_US // 1000 + number * 100
            message = {"stream": "ethbtc@trade", "data": {"e": "trade", "E": event_ms}}
            received_ns = (event_ms + delay_ms - 1300) * 1_000_000
            capture.write(received_ns, json.dumps(message).encode())
    recording = Recording([path])
    assert recording.symbols == ("ETHBTC",)
    assert recording.start_us == START_US + 25_000
    assert [message.time_us - START_US for message in recording] == [25_000, 100_000, 235_000]


def test_recording_without_market_data_says_so(tmp_path):
    """A file that has no streams of a symbol, or isn't there, is refused at once."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"")
    with pytest.raises(CaptureError, match="no messages of any symbol"):
        Recording([path])
    with pytest.raises(FileNotFoundError):
        Recording([tmp_path / "missing.jsonl"])
    with pytest.raises(ValueError, match="at least one file"):
        Recording([])


def test_garbled_lines_are_told_and_left_out(tmp_path):
    """With on_error, a garbled line is told and the recording goes on behind it."""
    path = tmp_path / "a.jsonl"
    good = b'1 {"stream":"btcusdt@trade","data":{"E":5}}\n'
    path.write_bytes(good + b'2 {"stream":"btc\n' + good)
    errors: list[CaptureError] = []
    recording = Recording([path], on_error=errors.append)
    assert len(list(recording)) == 2
    assert {error.line for error in errors} == {2}
    with pytest.raises(CaptureError, match="line 2"):
        Recording([path])


def test_unknown_symbol_gets_rules_that_fit():
    """A recorded symbol that isn't among the exchange's own trades in the finest ticks and steps."""
    rules = rules_of("PEPEUSDC")
    assert (rules.base, rules.quote, rules.tick_atoms, rules.step_atoms) == ("PEPE", "USDC", 1, 1)
    assert rules_of("BTCUSDT") is BTCUSDT


# Real captures


def played(paths: list[Path], watch=lambda stage, message: None) -> Stage:
    stage = Stage()
    for message in Recording(paths):
        stage.now_us = message.time_us
        stage.replay.apply(message)
        watch(stage, message)
    return stage


@pytest.fixture
def captures(recorded) -> list[Path]:
    return sorted((recorded / "captures").iterdir())


def test_recorded_candles_equal_those_of_pandas(captures):
    """The first recorded file has 9,757 trades, ids contiguous, and klines as pandas computes them."""
    stage = played(captures[:1])
    tape = pd.DataFrame(stage.market.trades(limit=20_000))
    assert len(tape) == 9_757
    assert (tape["id"].diff().dropna() == 1).all()
    price = tape.assign(time=pd.to_datetime(tape["time"], unit="ms")).set_index("time")
    bars = price["price"].astype(float).resample("1min").ohlc()
    bars["volume"] = price["qty"].map(Decimal).resample("1min").sum()
    bars["count"] = price["price"].resample("1min").count()
    rows = stage.market.klines("1m", now_us=stage.now_us)
    found = [(row[0], *map(float, row[1:5]), Decimal(row[5]), row[8]) for row in rows]
    expected = [
        (int(when.timestamp() * 1000), *row.to_numpy().tolist()) for when, row in bars.iterrows()
    ]
    assert found == expected


def test_recorded_book_equals_the_book_ticker(captures):
    """Wherever a book ticker and a diff have the same update id, their best prices are the same."""
    tickers: dict[int, tuple] = {}
    books: dict[int, tuple] = {}

    def watch(stage: Stage, message: Recorded) -> None:
        if message.stream.endswith("bookTicker"):
            ticker = json.loads(message.data)
            tickers[ticker["u"]] = tuple(ticker[name] for name in "bBaA")
        elif "@depth" in message.stream:
            best = stage.market.book_ticker()
            books[stage.market.depth_book.update_id] = tuple(list(best.values())[1:])

    played(captures, watch)
    common = tickers.keys() & books.keys()
    assert len(common) == 1_072
    assert all(tickers[number] == books[number] for number in common)


def test_orders_fill_at_the_recorded_best_price(captures):
    """Market orders that are placed while the recording runs fill at its best ask of that moment."""
    latest: dict[str, str] = {}
    checked = 0

    def watch(stage: Stage, message: Recorded) -> None:
        nonlocal checked
        if message.stream.endswith("bookTicker"):
            latest.update(json.loads(message.data))
            checked += 1
            if checked % 500 == 0:
                fill = stage.order(Side.BUY, "0.001").fills[0]
                assert BTCUSDT.price_text(fill.price_ticks) == latest["a"]

    played(captures[:1], watch)
    assert checked > 20_000


def test_book_catches_up_when_somebody_looks():
    """While no order waits levels are kept back; who comes meets the same book as one who was there before."""
    lonely, watched = Stage(), Stage()
    watched.order(Side.BUY, "0.001", "10000")
    for stage in (lonely, watched):
        stage.snapshot(1, {20000: 1, 19999: 2}, {20001: 1, 20002: 2})
        stage.diff(2, 5, {20000: 0, 19998: 4}, {20002: 3})
        stage.send("bookTicker", u=6, b="19999.5", B="7", a="20001", A="5")
    assert lonely.engine.markets["BTCUSDT"].book.asks.best() is None
    books = [stage.engine.book("BTCUSDT") for stage in (lonely, watched)]
    assert books[0].asks.depth() == books[1].asks.depth() != []
    assert books[0].bids.depth() == books[1].bids.depth()[:-1]
    bought = [stage.order(Side.BUY, "6").order for stage in (lonely, watched)]
    assert bought[0].quote_atoms == bought[1].quote_atoms == (5 * 20001 + 20002) * 10**8
    lonely.diff(7, 8, {20000: 3}, {20001: 0})
    assert lonely.engine.book("BTCUSDT").bids.depth()[0] == (2_000_000, 300_000)
