"""The watchlist: symbols with price, change, range, volume and a sparkline."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from binance_lab.widgets.cells import Cell, Column, Rows
from binance_lab.widgets.numbers import compact, number
from binance_lab.widgets.picture import Engine
from binance_lab.widgets.precision import Precision
from binance_lab.widgets.tables import TableView
from binance_lab.widgets.view import Source

SPARK_POINTS = 60
SPARK_EVERY_S = 2.0
"""How often a price is put into a sparkline that was given no history."""


class Ticker(Protocol):
    """A symbol's last 24 hours."""

    @property
    def open(self) -> float:
        """The first price."""

    @property
    def high(self) -> float:
        """The highest."""

    @property
    def low(self) -> float:
        """The lowest."""

    @property
    def close(self) -> float:
        """The latest."""

    @property
    def quote_volume(self) -> float:
        """What was traded, in the quote asset."""


class TickerSource(Source, Protocol):
    """What the watchlist needs of live tickers."""

    def __getitem__(self, symbol: str) -> Ticker:
        """A symbol's ticker; KeyError as long as there is none."""


class Watchlist(TableView):
    """A live table of symbols: last price, change and range of 24 hours, volume, sparkline.

    Args:
        tickers: Live tickers that have these symbols.
        symbols: In the order shown.
        engine: `canvas`, drawn in the browser; or `matplotlib`, as an image.
        history: Prices by symbol, oldest first, which sparklines show with the last price at
            their end; without it they show the last two minutes.
        precision: The decimals of symbols, by their rules; of others those of the numbers seen.
    """

    kind = "watchlist"
    columns = (
        Column("Symbol", text=True),
        Column("Last"),
        Column("24h %"),
        Column("High", optional=True),
        Column("Low", optional=True),
        Column("Volume", optional=True),
        Column("Trend", width="22%", spark=True),
    )
    empty = "No symbols"

    def __init__(
        self,
        tickers: TickerSource,
        symbols: Sequence[str],
        *,
        engine: Engine = "canvas",
        history: Mapping[str, Iterable[float]] | None = None,
        precision: Mapping[str, Precision] | None = None,
        environment: str = "",
        name: str | None = None,
        rate: float = 5.0,
    ) -> None:
        self.tickers = tickers
        self.symbols = tuple(dict.fromkeys(symbols))
        self._history = {
            symbol: list(map(float, prices)) for symbol, prices in (history or {}).items()
        }
        self._sampled: dict[str, deque[float]] = {
            symbol: deque(maxlen=SPARK_POINTS) for symbol in self.symbols
        }
        known = precision or {}
        self._decimals = {s: known.get(s, Precision.seen()).price for s in self.symbols}
        self._before: dict[str, float] = {}
        self._sampled_at = 0.0
        super().__init__(
            engine=engine,
            sources=[tickers],
            subject="Watchlist",
            environment=environment,
            name=name,
            rate=rate,
        )
        self.start()

    def rows(self) -> Rows:
        """A row for each symbol; dashes as long as nothing is known of it."""
        now = time.monotonic()
        sample = now - self._sampled_at >= SPARK_EVERY_S
        if sample:
            self._sampled_at = now
        return {symbol: self._row(symbol, sample=sample) for symbol in self.symbols}

    def _row(self, symbol: str, *, sample: bool) -> list[Cell]:
        try:
            ticker = self.tickers[symbol]
        except KeyError:
            return [[symbol, ""], *([["–", "muted"]] * 5), ["", "muted"]]
        self._learn(symbol, ticker, sample=sample)
        decimals = self._decimals[symbol].count
        change = 100 * (ticker.close / ticker.open - 1) if ticker.open else float("nan")
        tone = "up" if change > 0 else "down" if change < 0 else "muted"
        sign = "+" if change > 0 else ""
        prices = [*(self._history.get(symbol) or self._sampled[symbol]), ticker.close]
        return [
            [symbol, ""],
            [number(ticker.close, decimals), self._tick(symbol, ticker.close)],
            [f"{sign}{number(change, 2)}%", tone],
            [number(ticker.high, decimals), "muted"],
            [number(ticker.low, decimals), "muted"],
            [compact(ticker.quote_volume), "muted"],
            [f"{symbol} {sign}{number(change, 2)}%", _trend(prices), prices],
        ]

    def _learn(self, symbol: str, ticker: Ticker, *, sample: bool) -> None:
        self._decimals[symbol].see((ticker.open, ticker.high, ticker.low, ticker.close))
        if sample:
            self._sampled[symbol].append(ticker.close)

    def _tick(self, symbol: str, price: float) -> str:
        """The tone of a price that moved since the last frame."""
        before = self._before.get(symbol, price)
        self._before[symbol] = price
        return "up" if price > before else "down" if price < before else ""


def _trend(prices: Sequence[float]) -> str:
    if len(prices) < 2 or prices[-1] == prices[0]:
        return "muted"
    return "up" if prices[-1] > prices[0] else "down"
