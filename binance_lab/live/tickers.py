"""Tickers: price, change and volume of the last 24 hours, of some symbols or of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd

from binance_lab.frames.columns import frame_of, text_column, utc
from binance_lab.wire.events import MiniTicker, batch_decoder

from .backfill import Fetch
from .base import LiveObject
from .runtime import Runtime

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

ALL = "!miniTicker@arr"
_NUMBERS = ("open", "high", "low", "volume", "quote_volume")


class _Answer(
    msgspec.Struct,
    rename={
        "event_time": "closeTime",
        "close": "lastPrice",
        "open": "openPrice",
        "high": "highPrice",
        "low": "lowPrice",
        "quote_volume": "quoteVolume",
    },
):
    """A symbol in the answer of ticker/24hr."""

    symbol: str
    event_time: int
    close: float
    open: float
    high: float
    low: float
    volume: float
    quote_volume: float


_answers = msgspec.json.Decoder(list[_Answer], strict=False)


class Tickers(LiveObject):
    """The last 24 hours of symbols in a line each, changed once a second where there was a trade.

    Args:
        symbols: Which; all that the exchange has if none are given.
        client: Tells how they are at the start; without one a symbol comes with its next change.
    """

    def __init__(
        self,
        symbols: Sequence[str] = (),
        *,
        client: Spot | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        streams = [f"{symbol.lower()}@miniTicker" for symbol in symbols] or [ALL]
        super().__init__(
            ", ".join(symbols) or "all symbols",
            streams=streams,
            decode=batch_decoder(streams[0], float),
            runtime=runtime,
        )
        self.symbols = tuple(symbols)
        self._client = client
        self._tickers: dict[str, MiniTicker[float]] = {}
        self._versions: dict[str, int] = {}
        self._changes = 0

    def __getitem__(self, symbol: str) -> MiniTicker[float]:
        """A symbol's ticker: open, high, low, close, volume, quote_volume, event_time."""
        with self._lock:
            return self._tickers[symbol]

    def frame(self) -> pd.DataFrame:
        """A row for each symbol, in the order asked for, else by name.

        The index is ``symbol``. Columns: ``last_price``, ``price_change`` and
        ``price_change_percent`` since ``open`` 24 hours ago, ``high``, ``low``, ``volume`` in the
        base and ``quote_volume`` in the quote asset, ``time`` of the last change (UTC).
        """
        return self.since(0)

    def since(self, version: int) -> pd.DataFrame:
        """The symbols that changed after a former `version`: the columns of `frame`."""
        with self._lock:
            order = self.symbols or sorted(self._tickers)
            changed = [name for name in order if self._versions.get(name, 0) > version]
            tickers = [self._tickers[name] for name in changed]
        return _frame(tickers)

    def start(self) -> None:
        """Ask how the symbols are now; returns at once."""
        if self._client is not None:
            Fetch(
                self._runtime,
                self._fetch,
                deliver=lambda tickers: self._change(lambda: self._begin(tickers)),
                give_up=self._failed,
                wanted=lambda: not self._stopped,
            ).start()

    def _about(self) -> str:
        return f"({len(self._tickers)})" if not self.symbols else ""

    def _fetch(self) -> list[_Answer]:
        assert self._client is not None
        symbols = list(self.symbols) or None
        return _answers.decode(self._client.with_raw_body.ticker_24hr(symbols=symbols))

    def _begin(self, answers: list[_Answer]) -> Sequence[Any]:
        """Take what REST says of symbols that the stream has not told of meanwhile."""
        return self._news(
            [
                MiniTicker(**msgspec.structs.asdict(answer))
                for answer in answers
                if answer.symbol not in self._tickers
            ]
        )

    def _take(self, events: list[Any]) -> Sequence[Any]:
        return self._news(
            [
                ticker
                for event in events
                for ticker in (event if isinstance(event, list) else (event,))
            ]
        )

    def _news(self, tickers: list[MiniTicker[float]]) -> list[MiniTicker[float]]:
        for ticker in tickers:
            self._changes += 1
            self._tickers[ticker.symbol] = ticker
            self._versions[ticker.symbol] = self._changes
        return tickers


def _frame(tickers: list[MiniTicker[float]]) -> pd.DataFrame:
    last = np.array([ticker.close for ticker in tickers], dtype=np.float64)
    columns: dict[str, Any] = {
        name: np.array([getattr(ticker, name) for ticker in tickers], dtype=np.float64)
        for name in _NUMBERS
    }
    change = last - columns["open"]
    opened = np.where(columns["open"] > 0, columns["open"], np.nan)
    times = np.array([ticker.event_time for ticker in tickers], dtype=np.int64)
    shown = {"last_price": last, "price_change": change}
    shown |= {"price_change_percent": 100 * change / opened, **columns}
    return frame_of(
        shown | {"time": utc(times)},
        index=pd.Index(text_column([ticker.symbol for ticker in tickers]), name="symbol"),
        attrs={},
    )
