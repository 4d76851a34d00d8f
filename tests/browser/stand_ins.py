"""Live objects that a test moves by hand, for notebooks in the browser."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

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
