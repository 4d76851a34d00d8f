"""A day of streams in seconds: live objects do not grow."""

from __future__ import annotations

import gc
import sys

import psutil

from binance_lab.connector.connection import State
from binance_lab.live import Candles, OrderBook, Tape, ledger
from binance_lab.live.runtime import Inline

from .doubles import START_MS, FakeClient, depth, event, rest_trade, snapshot, trade
from .doubles import kline as kline_of

SECOND_MS = 1_000
HOURS = 24
KEPT_S = 3_600.0


class Day:
    """What is kept of a symbol; its only clock is the time in the messages.

    A trade, an update of the book and a state of the candle come every five seconds; every ten
    minutes something is lost, and at 23 h the connection is replaced.
    """

    def __init__(self) -> None:
        runtime = Inline()
        client = FakeClient(historical_trades=self.trades, depth=self.snapshot)
        self.now_s = 0
        self.tape = Tape("BTCUSDT", client=client, runtime=runtime, max_age_s=KEPT_S)
        self.candles = Candles("BTCUSDT", "1m", runtime=runtime, max_rows=500)
        self.book = OrderBook("BTCUSDT", client=client, runtime=runtime)
        self.slow = self.tape.follow(policy="drop_oldest", size=100)  # nobody takes from it
        self.runtime = runtime

    def trades(self, limit: int, fromId: int) -> list[dict[str, object]]:
        last = self.now_s // 5
        return [rest_trade(number) for number in range(fromId, min(last + 1, fromId + limit))]

    def snapshot(self, limit: int) -> bytes:
        return snapshot(self.now_s // 5, bids=["99x1"], asks=["101x1"])

    def hour(self) -> None:
        """Let an hour pass."""
        end = self.now_s + 3_600
        while self.now_s < end:
            self.now_s += 5
            self.tick(self.now_s // 5)

    def tick(self, number: int) -> None:
        if number % 120 == 0:  # lost: all three notice it with the next message
            return
        time_ms = START_MS + self.now_s * SECOND_MS
        self.tape.receive([trade(number, time_ms=time_ms)], 1)
        minute, second = divmod(self.now_s, 60)
        self.candles.receive([kline_of(minute, trades=1 + second, closed=second == 55)], 1)
        price = 90 + number % 5_000 / 1_000
        self.book.receive([depth(number, number, bids=[f"{price}x1", f"{price - 1}x0"])], 1)
        if number % 60 == 0:
            self.book.top(5, stale=True)
        self.runtime.run_later()

    def replace(self) -> None:
        for made in (self.tape, self.candles, self.book):
            made.connection_changed(event(State.REPLACED))


def held() -> tuple[int, int]:
    """How many blocks of memory Python holds, and how many bytes the process."""
    gc.collect()
    return sys.getallocatedblocks(), psutil.Process().memory_info().rss


def test_a_day_takes_no_more_memory_than_its_half(monkeypatch):
    """After 24 h with holes every ten minutes, memory is what it was after 12."""
    monkeypatch.setattr(ledger, "MAX_ENTRIES", 20)
    day, sizes = Day(), []
    for hour in range(1, HOURS + 1):
        day.hour()
        if hour == 23:
            day.replace()
        if hour in (12, HOURS):
            sizes.append(held())
    (blocks, size), (blocks_late, size_late) = sizes
    assert blocks_late < blocks + 2_000
    assert size_late < size + 4_000_000
    assert day.tape.complete
    assert day.tape.count >= HOURS * 720 - 1
    assert len(day.tape.frame()) <= KEPT_S / 5 + 1
    assert len(day.tape.gaps) <= 20
    assert len(day.candles.frame()) == 500
    assert day.book.resyncs > HOURS
    assert day.slow.dropped > 15_000
