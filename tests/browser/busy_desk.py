"""For notebooks in the browser: six views whose sources change thousands of times a second."""

from __future__ import annotations

import threading
import time

from stand_ins import MovedAccount, MovedBook, MovedCandles, MovedTape, MovedTickers

from binance_lab.widgets import (
    Balances,
    CandleChart,
    DepthChart,
    DepthLadder,
    Desk,
    TapeView,
    Watchlist,
)

LAST = 12_345.5  # what the chart closes at when the load has ended


class Endless(MovedTape):
    """Trades of now, of which the newest are kept."""

    number = 0

    def trade(self, *prices: float) -> None:
        for price in prices:
            self.number += 1
            sold = self.number % 2 == 0
            self.trades.append((self.number, time.time() * 1e3, price, 0.01, sold))
        del self.trades[:-200]
        self.changed()


class Market:
    """The sources of a desk, and the load on them."""

    def __init__(self) -> None:
        self.candles, self.book, self.tape = MovedCandles(), MovedBook(), Endless()
        self.account = MovedAccount(BTC=(1.0, 0.0))
        self.tickers = MovedTickers(BTCUSDT=61_000.0, ETHUSDT=3_100.0)
        self._pumping = threading.Event()

    def desk(self) -> Desk:
        """Six views of it."""
        rows = [
            [CandleChart(self.candles, environment="local"), DepthLadder(self.book)],
            [TapeView(self.tape), DepthChart(self.book)],
            [
                Watchlist(self.tickers, ["BTCUSDT", "ETHUSDT"]),
                Balances(self.account, tickers=self.tickers),
            ],
        ]
        return Desk(rows, subject="BTCUSDT")

    def start(self) -> None:
        """Let 5,000 events a second come, from a thread, until `stop`."""
        self._pumping.set()
        threading.Thread(target=self._pump, daemon=True).start()

    def stop(self) -> None:
        """No more; the last event is a close at `LAST`."""
        self._pumping.clear()

    def _pump(self, rate: int = 5_000, batch: int = 25) -> None:
        due, n = time.monotonic(), 0
        while self._pumping.is_set():
            for _ in range(batch):
                n += 1
                self._event(n)
            if n % 250 == 0:
                self.book.price(61_000.0 + n % 100)
                self.account.hold("BTC", 1 + n % 7)
            due += batch / rate
            time.sleep(max(0, due - time.monotonic()))
        self.candles.price(LAST)

    def _event(self, n: int) -> None:
        if n % 3 == 0:
            self.candles.price(61_000 + n % 500)
        elif n % 3 == 1:
            self.tape.trade(61_000.0 + n % 300)
        else:
            self.tickers.price("BTCUSDT", 61_000.0 + n % 400)
