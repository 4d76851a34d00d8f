"""Candles: history by REST and what the stream tells, without a hole and none twice."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

from binance_lab.connector.connection import State
from binance_lab.connector.exceptions import ConnectionFailed
from binance_lab.live import Candles, Tape, TradeCandles
from binance_lab.live.runtime import Inline, Threads

from .doubles import START_MS, FakeClient, event, kline, recorded_messages, rest_kline, trade

START_US = START_MS * 1000


@pytest.fixture
def threads():
    runtime = Threads()
    yield runtime
    runtime.close()


def candles_of(*messages: bytes, client=None, interval="1m", **options) -> Candles:
    candles = Candles("BTCUSDT", interval, client=client, runtime=Inline(), **options)
    candles.start()
    for message in messages:
        candles.receive([message], 1)
    return candles


def minutes(candles: Candles) -> list[int]:
    """Open times, in minutes after the start."""
    times = candles.frame().index.as_unit("us").asi8
    return ((times - START_US) // 60_000_000).tolist()


def klines_of(first: int, last: int):
    """klines of a server that has these candles, with two trades each."""

    def answer(limit: int, startTime: int | None = None, endTime: int = 2**62):
        rows = [rest_kline(minute, trades=2) for minute in range(first, last + 1)]
        if startTime is None:
            return rows[-limit:]
        return [row for row in rows if startTime <= row[0] <= endTime][:limit]

    return answer


def test_an_unknown_interval_is_refused():
    """There is no candle of 2 minutes; the error lists what there is."""
    with pytest.raises(ValueError, match=r"Invalid interval: '2m'.*1m, 3m, 5m"):
        Candles("BTCUSDT", "2m")


def test_the_newest_candle_changes_until_it_is_closed():
    """Each message is a newer state of the same candle, or begins the next."""
    candles = candles_of(kline(0), kline(0, trades=2, close="100.5"))
    assert minutes(candles) == [0]
    assert candles.last.close == 100.5
    assert not candles.last.closed
    candles.receive([kline(0, trades=3, closed=True)], 1)
    candles.receive([kline(1)], 1)
    assert minutes(candles) == [0, 1]
    assert candles.frame()["closed"].tolist() == [True, False]
    assert candles.frame()["trades"].tolist() == [3, 1]
    assert candles.complete


def test_an_older_state_changes_nothing():
    """What an overlapping connection repeats doesn't turn a candle back."""
    candles = candles_of(kline(0, trades=5), kline(0, trades=4, close="1"))
    assert candles.last.close == 100.0
    candles.receive([kline(0, trades=6, closed=True)], 1)
    version = candles.version
    candles.receive([kline(0, trades=6)], 1)
    assert candles.version == version
    assert candles.frame()["closed"].all()


def test_an_empty_frame_has_the_schema():
    """Before the first candle the frame has the same columns and dtypes as after."""
    assert dict(candles_of().frame().dtypes) == dict(candles_of(kline(0)).frame().dtypes)
    assert candles_of().last is None
    assert candles_of().state == "connecting"


def test_history_and_stream_are_joined():
    """REST tells the past, the stream goes on: no hole, and no candle twice."""
    candles = candles_of(
        kline(3, trades=3, closed=True), kline(4), client=FakeClient(klines=klines_of(0, 3))
    )
    assert minutes(candles) == [0, 1, 2, 3, 4]
    assert candles.frame()["source"].tolist() == ["rest"] * 3 + ["stream"] * 2
    assert candles.state == "live"
    assert candles.complete


def test_a_candle_that_ends_between_rest_and_stream_is_fetched():
    """The last one of REST wasn't closed yet; when the stream begins with the next, it is asked for."""
    client = FakeClient(klines=klines_of(0, 3))
    candles = candles_of(client=client)
    client.answers["klines"] = klines_of(0, 6)
    candles.receive([kline(6)], 1)
    assert minutes(candles) == list(range(7))
    assert candles.frame()["closed"].tolist() == [True] * 6 + [False]
    assert candles.gaps["state"].tolist() == ["backfilled"]
    assert candles.complete


def test_history_that_comes_after_the_stream_is_put_before_it():
    """Candles that come while REST is still asked are kept."""
    client = FakeClient(klines=ConnectionFailed("no network"))
    candles = candles_of(kline(3, trades=9), client=client)
    assert candles.state == "connecting"
    client.answers["klines"] = klines_of(0, 3)
    candles._runtime.run_later()
    assert minutes(candles) == [0, 1, 2, 3]
    assert candles.frame()["trades"].tolist() == [2, 2, 2, 9]
    assert candles.complete


def test_missed_candles_are_in_the_ledger_without_a_client():
    """A hole that can't be filled is listed, from its first open to its last close time."""
    candles = candles_of(kline(0, closed=True), kline(3))
    gap = candles.gaps.iloc[0]
    assert gap["first"] == START_MS + 60_000
    assert gap["last"] == START_MS + 3 * 60_000 - 1
    assert not candles.complete


def test_missed_candles_are_filled():
    """After a lost connection the candles in between are fetched, the half one included."""
    client = FakeClient(klines=klines_of(0, 10))
    candles = candles_of(client=client)
    candles.receive([kline(11)], 1)
    client.answers["klines"] = klines_of(0, 15)
    candles.receive([kline(15)], 1)
    assert minutes(candles) == list(range(16))
    assert candles.frame()["trades"].tolist() == [2] * 15 + [1]
    assert candles.complete


def test_a_reconnect_catches_up():
    """Candles that were missed are fetched when the connection is back, before the next comes."""
    client = FakeClient(klines=klines_of(0, 3))
    candles = candles_of(client=client)
    candles.connection_changed(event(State.CLOSED))
    client.answers["klines"] = klines_of(0, 6)
    candles.connection_changed(event(State.OPEN))
    assert minutes(candles) == list(range(7))
    assert candles.frame()["closed"].tolist() == [True] * 6 + [False]
    assert candles.complete


def test_candles_are_live_again_once_they_know_what_they_missed():
    """After a reconnect they are out of sync until REST, or the stream, tells what came meanwhile."""
    client = FakeClient(klines=klines_of(0, 3))
    candles = candles_of(client=client)
    client.answers["klines"] = ConnectionFailed("no network")
    states = []
    for recovers in (lambda: candles._runtime.run_later(), lambda: candles.receive([kline(6)], 1)):
        for state in (State.CLOSED, State.OPEN):
            candles.connection_changed(event(state))
            states.append(candles.state)
        client.answers["klines"] = klines_of(0, 6)
        recovers()
        states.append(candles.state)
        client.answers["klines"] = ConnectionFailed("no network")
    assert states == ["stale", "out of sync", "live"] * 2
    assert candles.complete


def test_since_gives_changed_candles():
    """A chart that keeps the version gets only the candles that changed."""
    candles = candles_of(kline(0, closed=True), kline(1))
    version = candles.version
    candles.receive([kline(1, trades=2, closed=True)], 1)
    candles.receive([kline(2)], 1)
    assert candles.since(version)["trades"].tolist() == [2, 1]
    assert len(candles.since(candles.version)) == 0
    assert len(candles.since(0)) == 3


def of_trades(interval="1m", *, client=None, tape_client=None):
    runtime = Inline()
    tape = Tape("BTCUSDT", client=tape_client, runtime=runtime)
    candles = TradeCandles(tape, interval, client=client, runtime=runtime)
    candles.start()
    return tape, candles


def test_candles_of_trades_are_not_live_before_their_trades_are():
    """With a history alone they don't change yet: the tape must be connected."""
    tape, candles = of_trades(client=FakeClient(klines=klines_of(0, 3)))
    assert len(candles.frame()) > 0
    assert (candles.state, candles.wait_live(0)) == ("connecting", False)
    tape.connection_changed(event(State.OPEN))
    assert (candles.state, candles.wait_live(0)) == ("live", True)


def test_candles_of_trades_are_no_better_than_their_trades():
    """While the tape is cut off they are stale, and then as unsure; once it is closed they can't go on."""
    tape, candles = of_trades()
    tape.receive([trade(1, time_ms=START_MS)], 1)
    states = [candles.state]
    for state in (State.CLOSED, State.OPEN):
        tape.connection_changed(event(state))
        states.append(candles.state)
    tape.receive([trade(2, time_ms=START_MS)], 1)
    states.append(candles.state)
    tape.close()
    states.append(candles.state)
    assert "BTCUSDT 1m: the trades that they are made of were closed" in str(candles.error)
    candles.close()
    assert [*states, candles.state] == ["live", "stale", "out of sync", "live", "error", "stopped"]
    assert candles.error is None


def test_candles_of_trades_equal_those_of_pandas(recorded):
    """The recorded trades make the candles that pandas makes of them."""
    tape, candles = of_trades()
    for message in recorded_messages(recorded, "@trade"):
        tape.receive([message], 1)
    frame, trades = candles.frame(), tape.frame()
    wanted = trades["price"].resample("1min").ohlc()
    pd.testing.assert_frame_equal(
        frame[["open", "high", "low", "close"]], wanted, check_names=False, check_freq=False
    )
    sums = trades[["qty", "quote_qty"]].resample("1min").sum()
    assert len(frame) == 12
    assert frame["volume"].round(8).tolist() == sums["qty"].round(8).tolist()
    assert frame["trades"].tolist() == trades["id"].resample("1min").count().tolist()
    np.testing.assert_allclose(frame["quote_volume"], sums["quote_qty"], rtol=1e-12)


def test_candles_of_trades_are_the_same_when_made_at_once(recorded):
    """Candles made trade by trade equal those made anew of all the trades."""
    tape, candles = of_trades()
    for number, message in enumerate(recorded_messages(recorded, "@trade")):
        tape.receive([message], 1)
        if number == 5_000:
            break
    again = TradeCandles(tape, "1m", runtime=Inline())
    again.start()
    pd.testing.assert_frame_equal(candles.frame(), again.frame(), rtol=1e-12)


def test_a_minute_without_trades_repeats_the_close():
    """Where nothing was traded the candle has no volume, as the exchange makes it."""
    tape, candles = of_trades()
    tape.receive([trade(1, price="100", time_ms=START_MS)], 1)
    tape.receive([trade(2, price="105", time_ms=START_MS + 3 * 60_000)], 1)
    assert candles.frame()["open"].tolist() == [100, 100, 100, 105]
    assert candles.frame()["volume"].tolist() == [1, 0, 0, 1]
    assert candles.frame()["closed"].tolist() == [True, True, True, False]


def test_a_trade_that_fills_a_hole_is_counted_in():
    """Candles are made anew from where a missing trade belongs."""
    tape, candles = of_trades()
    for number in (1, 3, 2):
        tape.receive([trade(number, price=str(100 + number), time_ms=START_MS + number)], 1)
    row = candles.frame().iloc[0]
    assert (row["open"], row["close"], row["volume"], row["trades"]) == (101, 103, 3, 3)
    assert candles.complete


def test_without_a_client_the_candle_in_which_the_tape_began_is_not_whole():
    """Its trades before that are missing, and nobody can be asked for them."""
    tape, candles = of_trades()
    for number, minute in enumerate((0, 1, 2), 1):
        tape.receive([trade(number, time_ms=START_MS + 60_000 * minute + 500)], 1)
    assert not candles.complete
    gap = candles.gaps.iloc[0]
    assert (gap["first"], gap["state"]) == (START_MS, "unresolvable")
    assert len(candles.gaps) == 1


def test_candles_of_trades_can_be_read_while_they_change():
    """Trades are taken while somebody waits for what the candles and their tape say together."""
    tape, candles = of_trades()
    versions = []

    def condition() -> bool:
        other = threading.Thread(target=tape.receive, args=([trade(1)], 1), daemon=True)
        other.start()
        other.join(30)
        versions.append((tape.version, candles.version))
        return True

    assert candles.until(condition, timeout=30)
    assert versions == [(1, 1)]


def test_candles_and_their_trades_change_together():
    """Who hears of a trade before the candles do waits with reading them until they have it."""
    tape = Tape("BTCUSDT", runtime=Inline())
    seen = threading.Event()
    read: list[int] = []

    def reader() -> None:
        seen.set()
        read.append(int(candles.tail()["trades"].sum()))

    other = threading.Thread(target=reader, daemon=True)

    def start_reader(trades, between) -> None:
        other.start()
        assert seen.wait(30)

    tape.listen(start_reader)
    candles = TradeCandles(tape, "1m", runtime=Inline())
    candles.start()
    tape.receive([trade(1)], 1)
    other.join(30)
    assert read == [1]


def test_candles_that_were_closed_before_they_began_hear_nothing(threads):
    """Nothing is left of them at the tape."""
    tape = Tape("BTCUSDT", runtime=threads)
    gate, done = threading.Event(), threading.Event()
    threads.apply(lambda: gate.wait(30))
    candles = TradeCandles(tape, "1m", runtime=threads)
    candles.start()
    candles.close()
    threads.apply(done.set)
    gate.set()
    assert done.wait(30)
    assert tape._listeners == []


HOUR_MS = START_MS - START_MS % 3_600_000


def whole_hour(startTime: int, **params: int):
    """klines of a server: 1,003 trades in each hour."""
    return [
        [startTime, *rest_kline(0, trades=1_003)[1:6], startTime + 3_599_999, "5", 1_003, *"110"]
    ]


@pytest.mark.parametrize("bound", [{"max_rows": 100}, {"max_age_s": 60}])
@pytest.mark.parametrize("closed", [False, True])
def test_a_late_trade_of_a_candle_that_the_tape_no_longer_holds_is_fetched(bound, closed):
    """What is left of its trades makes no candle: REST tells it whole, once it is closed."""
    runtime = Inline()
    tape = Tape("BTCUSDT", runtime=runtime, **bound)
    client = FakeClient(klines=whole_hour)
    candles = TradeCandles(tape, "1h", client=client, runtime=runtime, history=0)
    candles.start()
    tape.receive([trade(0, time_ms=HOUR_MS - 1)], 1)
    for number in range(1, 1001):
        tape.receive([trade(number, time_ms=HOUR_MS + number * 1000)], 1)
    tape.receive([trade(1002, time_ms=HOUR_MS + 1_002_000)], 1)
    next_hour = trade(1003, time_ms=HOUR_MS + 3_600_000)
    if closed:
        tape.receive([next_hour], 1)
    tape.receive([trade(1001, time_ms=HOUR_MS + 1_001_000)], 1)
    if not closed:
        assert tape.complete
        assert not candles.complete
        assert candles.last.trades == 1001
        tape.receive([next_hour], 1)
    assert candles.complete
    assert candles.frame()["trades"].tolist() == [1_003, 1_003, 1]
    assert candles.frame()["source"].tolist() == ["rest", "rest", "stream"]
    assert candles.frame()["closed"].tolist() == [True, True, False]


def test_a_wrong_candle_is_never_complete():
    """Without a client a candle that lacks a late trade is listed, and stays as it was."""
    runtime = Inline()
    tape = Tape("BTCUSDT", runtime=runtime, max_rows=3)
    candles = TradeCandles(tape, "1m", runtime=runtime)
    candles.start()
    for number in (0, 1, 2, 3, 5, 600, 601, 602, 603):
        tape.receive([trade(number)], 1)
    trades = candles.frame()["trades"].tolist()
    tape.receive([trade(4)], 1)
    assert candles.frame()["trades"].tolist() == trades == [5, 4]
    assert not candles.complete
    assert candles.gaps[["first", "state"]].to_numpy().tolist() == [[START_MS, "unresolvable"]]


def test_candles_that_repeat_a_close_are_fetched_with_the_one_before():
    """A late trade may have changed the close that candles without trades repeat; later ones stand."""
    runtime = Inline()
    tape = Tape("BTCUSDT", runtime=runtime, max_rows=2)
    client = FakeClient(klines=klines_of(-1, 3))
    candles = TradeCandles(tape, "1m", client=client, runtime=runtime, history=0)
    candles.start()
    for number, minute in ((1, -1), (2, 0), (4, 3), (5, 4), (6, 4), (3, 0)):
        tape.receive([trade(number, time_ms=START_MS + minute * 60_000)], 1)
    assert minutes(candles) == [-1, 0, 1, 2, 3, 4]
    assert candles.frame()["source"].tolist() == ["rest"] * 4 + ["stream"] * 2
    assert candles.frame()["trades"].tolist() == [2, 2, 2, 2, 1, 2]
    assert candles.complete


def test_the_candle_in_which_the_tape_began_is_fetched_when_it_closes():
    """Its trades before the first are missing; REST tells it whole."""
    client = FakeClient(klines=klines_of(-5, 0))
    tape, candles = of_trades(client=client)
    tape.receive([trade(1, time_ms=START_MS + 30_000)], 1)
    assert minutes(candles) == [-5, -4, -3, -2, -1, 0]
    assert candles.frame()["trades"].iloc[-1] == 1
    tape.receive([trade(2, time_ms=START_MS + 60_000)], 1)
    assert candles.frame()["trades"].tolist() == [2] * 6 + [1]
    assert candles.frame()["source"].iloc[5] == "rest"
    assert candles.complete


def test_time_between_history_and_the_first_trade_is_no_hole():
    """Candles in which nothing is known to have been traded are asked for, too."""
    client = FakeClient(klines=klines_of(-5, 0))
    tape, candles = of_trades(client=client)
    client.answers["klines"] = klines_of(-5, 3)
    tape.receive([trade(1, time_ms=START_MS + 3 * 60_000)], 1)
    assert minutes(candles) == [-5, -4, -3, -2, -1, 0, 1, 2, 3]
    assert candles.complete
    assert candles.gaps["state"].tolist() == ["backfilled"]
