"""Live objects that a test moves by hand, for notebooks in the browser."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from binance_lab.frames.account import balances_frame

MINUTE_MS = 60_000
START_MS = 1_723_112_580_000  # 2024-08-08 10:23 UTC


class Moved:
    """A live object whose state is what the test says."""

    def __init__(self) -> None:
        self.state, self.error = "live", None
        self.version = 1
        self.last_message_age_s: float | None = 0.0
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def changed(self) -> None:
        self.version += 1
        for callback in list(self._callbacks):
            callback()

    def every(self, interval_s: float, move: Callable[[], Any]) -> Callable[[], None]:
        """Move again and again from a thread, until the result is called."""
        end = threading.Event()

        def run() -> None:
            while not end.wait(interval_s):
                move()

        threading.Thread(target=run, daemon=True).start()
        return end.set


class MovedCandles(Moved):
    """A random walk of 1-minute candles, the same for the same seed."""

    def __init__(self, count: int = 400, *, symbol: str = "BTCUSDT", seed: int = 3) -> None:
        super().__init__()
        self.symbol, self.interval = symbol, "1m"
        self._random = np.random.default_rng(seed)
        close = (61_000 + np.cumsum(self._random.normal(0, 20, count))).round(2)
        opened = np.concatenate([close[:1], close[:-1]])
        spread = self._random.random((2, count)).round(2) * 15
        times = START_MS + np.arange(count) * float(MINUTE_MS)
        self.rows = np.column_stack([
            times, opened, np.maximum(opened, close) + spread[0],
            np.minimum(opened, close) - spread[1], close, self._random.random(count) * 30,
        ]).round(2)  # fmt: skip
        self._changed_at = np.ones(count, int)

    def since(self, version: int) -> pd.DataFrame:
        with self._lock:
            rows = self.rows[self._changed_at > version].copy()
        index = pd.to_datetime(rows[:, 0], unit="ms", utc=True)
        return pd.DataFrame(rows[:, 1:], index, ["open", "high", "low", "close", "volume"])

    def price(self, price: float) -> None:
        """The newest candle closes there."""
        with self._lock:
            row = self.rows[-1]
            row[4], row[2], row[3] = price, max(row[2], price), min(row[3], price)
            row[5] += 0.1
            self._changed_at[-1] = self.version + 1
        self.changed()

    def walk(self) -> None:
        """A step of the random walk."""
        self.price(round(float(self.rows[-1, 4] + self._random.normal(0, 4)), 2))

    def next(self) -> None:
        """A new candle opens."""
        with self._lock:
            time, close = self.rows[-1, 0] + MINUTE_MS, self.rows[-1, 4]
            self.rows = np.vstack([self.rows, [time, close, close, close, close, 0.0]])
            self._changed_at = np.append(self._changed_at, self.version + 1)
        self.changed()


class MovedBook(Moved):
    """An order book around a price."""

    def __init__(
        self, symbol: str = "BTCUSDT", price: float = 61_234.5, *, levels: int = 30
    ) -> None:
        super().__init__()
        self.symbol, self._size = symbol, (2, levels)
        self._random = np.random.default_rng(5)
        self.price(price)

    def price(self, price: float) -> None:
        """New levels around it, 0.01 apart and more."""
        steps = np.cumsum(self._random.integers(1, 40, self._size), axis=1) / 100
        amounts = (self._random.exponential(0.4, self._size) + 0.001).round(5)
        self.bids = np.column_stack([(price - steps[0]).round(2), amounts[0]]).tolist()
        self.asks = np.column_stack([(price + steps[1]).round(2), amounts[1]]).tolist()
        self.changed()

    def top(self, n: int = 20, *, stale: bool = False) -> tuple[Any, Any]:
        if self.state == "out of sync" and not stale:
            raise ValueError("updates are missing")
        return self.bids[:n], self.asks[:n]


class MovedTape(Moved):
    """Trades at prices that the test says."""

    def __init__(self, symbol: str = "BTCUSDT") -> None:
        super().__init__()
        self.symbol = symbol
        self._random = np.random.default_rng(7)
        self.trades: list[tuple[int, float, float, float, bool]] = []

    def trade(self, *prices: float) -> None:
        """One trade at each price, every second a seller's."""
        for price in prices:
            number = len(self.trades) + 1
            qty = round(float(self._random.exponential(0.2)) + 0.00001, 5)
            self.trades.append((number, START_MS + number * 137.0, price, qty, number % 2 == 0))
        self.changed()

    def tail(self, n: int = 20) -> pd.DataFrame:
        names = ["id", "time", "price", "qty", "buyer_is_maker"]
        frame = pd.DataFrame(self.trades[-n:], columns=names).astype({"id": "int64", "time": float})
        return frame.set_index(pd.to_datetime(frame.pop("time"), unit="ms", utc=True))


class Line(NamedTuple):
    """A symbol's last 24 hours."""

    open: float
    high: float
    low: float
    close: float
    quote_volume: float


class MovedTickers(Moved):
    """Tickers of symbols whose prices the test says."""

    def __init__(self, **opened: float) -> None:
        super().__init__()
        self._lines = {s: Line(p, p * 1.01, p * 0.98, p, p * 20_000) for s, p in opened.items()}

    def __getitem__(self, symbol: str) -> Line:
        return self._lines[symbol]

    def price(self, symbol: str, price: float) -> None:
        """The symbol's last price."""
        self._lines[symbol] = self._lines[symbol]._replace(close=price)
        self.changed()

    def frame(self) -> pd.DataFrame:
        last = {symbol: line.close for symbol, line in self._lines.items()}
        return pd.DataFrame({"last_price": pd.Series(last, dtype=float)})


class MovedAccount(Moved):
    """Balances that the test says, as (free, locked)."""

    def __init__(self, **balances: tuple[float, float]) -> None:
        super().__init__()
        self._balances = balances

    def hold(self, asset: str, free: float, locked: float = 0.0) -> None:
        """The balance of an asset."""
        self._balances[asset] = (free, locked)
        self.changed()

    def frame(self, *, prices: Any = None, quote: str = "USDT") -> pd.DataFrame:
        rows = [{"asset": a, "free": f, "locked": k} for a, (f, k) in self._balances.items()]
        return balances_frame(rows, prices=prices, quote=quote)


class MovedStatus:
    """The states of live objects that the test says."""

    def __init__(self) -> None:
        self.states = {"BTCUSDT 1m": "live", "BTCUSDT": "out of sync"}

    def status(self) -> pd.DataFrame:
        rows = [
            ("Candles", name, state, 1234, 0.4, 0, 0, 2, "") for name, state in self.states.items()
        ]
        names = [
            "kind",
            "name",
            "state",
            "messages",
            "age_s",
            "dropped",
            "garbled",
            "gaps",
            "error",
        ]
        return pd.DataFrame(rows, columns=names)
