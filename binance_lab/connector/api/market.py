"""Market data: order book, trades, candles, tickers.  No key needed.

Prices and amounts in the answers are decimal strings, times ms (µs with ``time_unit="us"``).

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
"""

from __future__ import annotations

from collections.abc import Sized

from ...wire.types import JsonArray, JsonObject, Time
from ..base import Api
from ..endpoint import Params, get


def _depth_weight(params: Params) -> int:
    limit = int(params.get("limit") or 100)
    return next((weight for top, weight in ((100, 5), (500, 25), (1000, 50)) if limit <= top), 250)


def symbol_count(symbols: object) -> int:
    """How many symbols are asked for; a list may be given as its JSON text."""
    if isinstance(symbols, str):
        return symbols.count(",") + 1
    return len(symbols) if isinstance(symbols, Sized) else 0


def _day_weight(params: Params) -> int:
    if params.get("symbol"):
        return 2
    count = symbol_count(params.get("symbols"))
    return 80 if not count or count > 100 else 2 if count <= 20 else 40


def _window_weight(params: Params) -> int:
    count = 1 if params.get("symbol") else symbol_count(params.get("symbols"))
    return min(200, 4 * max(1, count))


def _last_weight(params: Params) -> int:
    return 2 if params.get("symbol") else 4


class Market(Api):
    """Calls about markets."""

    @get("/api/v3/depth", ws="depth", weight=_depth_weight)
    def depth(
        self, symbol: str, *, limit: int | None = None, symbolStatus: str | None = None
    ) -> JsonObject:
        """Snapshot of an order book: ``{"lastUpdateId", "bids", "asks"}``, best price first.

        Each level is ``[price, quantity]``, both decimal strings.  Weight 5 up to 100 levels, 25
        up to 500, 50 up to 1000, else 250.

        Args:
            limit: Levels a side; 100 if not given, 5000 at most.
            symbolStatus: TRADING, HALT or BREAK: BadSymbol if the symbol has another status.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#order-book
        """

    @get("/api/v3/trades", ws="trades.recent", weight=25)
    def trades(self, symbol: str, *, limit: int | None = None) -> JsonArray:
        """Latest trades, oldest first: objects of id, price, qty, quoteQty, time, isBuyerMaker.

        Args:
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#recent-trades-list
        """

    @get("/api/v3/historicalTrades", ws="trades.historical", weight=25)
    def historical_trades(
        self, symbol: str, *, limit: int | None = None, fromId: int | None = None
    ) -> JsonArray:
        """Trades from an id on, oldest first; the same objects as trades.

        Args:
            limit: 500 if not given, 1000 at most.
            fromId: The latest trades if not given.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#old-trade-lookup
        """

    @get("/api/v3/historicalBlockTrades", ws="blockTrades.historical", weight=25)
    def historical_block_trades(
        self, symbol: str, fromId: int, *, limit: int | None = None
    ) -> JsonArray:
        """Block trades from an id on, oldest first: id, price, qty, quoteQty, time (ms), isBuyerMaker.

        Their ids are their own, and they met no book: there is no isBestMatch.

        Args:
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#historical-block-trades
        """

    @get("/api/v3/aggTrades", ws="trades.aggregate", weight=4)
    def agg_trades(
        self,
        symbol: str,
        *,
        fromId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
    ) -> JsonArray:
        """Trades of one taker order at one price, summed into one; oldest first.

        Each is an object: ``a`` id, ``p`` price, ``q`` quantity, ``f`` and ``l`` the first and
        last trade's id, ``T`` time, ``m`` whether the buyer was the maker.

        Args:
            fromId: From this id on, inclusive.
            startTime, endTime: Both inclusive.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#compressedaggregate-trades-list
        """

    @get("/api/v3/klines", ws="klines", weight=2)
    def klines(
        self,
        symbol: str,
        interval: str,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        timeZone: str | None = None,
        limit: int | None = None,
    ) -> JsonArray:
        """Candles of one symbol, oldest first; the latest ones if no times are given.

        Each candle is a list of 12: open time (ms), open, high, low, close, base volume, close
        time (ms), quote volume, trades, taker buy base volume, taker buy quote volume, unused.
        Prices and volumes are decimal strings.

        Args:
            interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.
            startTime, endTime: Inclusive; UTC whatever timeZone says.
            timeZone: Where candles of hours and days begin, -12:00 to +14:00; UTC if not given.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#klinecandlestick-data
        """

    @get("/api/v3/uiKlines", ws="uiKlines", weight=2)
    def ui_klines(
        self,
        symbol: str,
        interval: str,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        timeZone: str | None = None,
        limit: int | None = None,
    ) -> JsonArray:
        """Candles as klines gives them, changed by Binance for drawing.

        Args:
            interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.
            startTime, endTime: Inclusive; UTC whatever timeZone says.
            timeZone: Where candles of hours and days begin, -12:00 to +14:00; UTC if not given.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#uiklines
        """

    @get("/api/v3/avgPrice", ws="avgPrice", weight=2)
    def avg_price(self, symbol: str) -> JsonObject:
        """Average price over the last minutes: ``{"mins", "price", "closeTime"}``.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#current-average-price
        """

    @get("/api/v3/referencePrice", ws="referencePrice", weight=2)
    def reference_price(self, symbol: str) -> JsonObject:
        """The price that filters and execution rules compare with.

        An object of ``symbol``, ``referencePrice`` (a decimal string, or null while there is
        none) and ``timestamp``.  ApiError -2043 if the symbol has no reference price at all.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#query-reference-price
        """

    @get("/api/v3/referencePrice/calculation", ws="referencePrice.calculation", weight=2)
    def reference_price_calculation(
        self, symbol: str, *, symbolStatus: str | None = None
    ) -> JsonObject:
        """How the reference price of a symbol is computed: its method and that method's settings.

        Args:
            symbolStatus: TRADING, HALT or BREAK: BadSymbol if the symbol has another status.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#query-reference-price-calculation
        """

    @get("/api/v3/ticker/24hr", ws="ticker.24hr", weight=_day_weight)
    def ticker_24hr(
        self,
        symbol: str | None = None,
        symbols: list[str] | None = None,
        *,
        type: str | None = None,
        symbolStatus: str | None = None,
    ) -> JsonObject | JsonArray:
        """Price change over a rolling day: an object for symbol, else a list of them.

        The object has open, high, low and last price, weighted average, best bid and ask,
        volumes, times, and the first and last trade's id.  Weight 2 up to 20 symbols, 40 up to
        100, 80 beyond and for all.

        Args:
            symbol, symbols: One of them at most; every symbol if none.
            type: FULL if not given, or MINI: without changes, bid and ask.
            symbolStatus: TRADING, HALT or BREAK.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#24hr-ticker-price-change-statistics
        """

    @get("/api/v3/ticker/tradingDay", ws="ticker.tradingDay", weight=_window_weight)
    def trading_day_ticker(
        self,
        symbol: str | None = None,
        symbols: list[str] | None = None,
        *,
        timeZone: str | None = None,
        type: str | None = None,
        symbolStatus: str | None = None,
    ) -> JsonObject | JsonArray:
        """Price change since the day began: an object for symbol, a list for symbols.

        Weight 4 a symbol, 200 at most.

        Args:
            symbol, symbols: One of them; 100 symbols at most.
            timeZone: Where the day begins, -12:00 to +14:00; UTC if not given.
            type: FULL if not given, or MINI: without changes and weighted average.
            symbolStatus: TRADING, HALT or BREAK.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#trading-day-ticker
        """

    @get("/api/v3/ticker", ws="ticker", weight=_window_weight)
    def rolling_window_ticker(
        self,
        symbol: str | None = None,
        symbols: list[str] | None = None,
        *,
        windowSize: str | None = None,
        type: str | None = None,
        symbolStatus: str | None = None,
    ) -> JsonObject | JsonArray:
        """Price change over a window of your own: an object for symbol, a list for symbols.

        The window begins on a full minute, so it is up to 59.999 s longer than asked for.
        Weight 4 a symbol, 200 at most.

        Args:
            symbol, symbols: One of them; 100 symbols at most.
            windowSize: 1m to 59m, 1h to 23h, 1d to 7d; 1d if not given.
            type: FULL if not given, or MINI: without changes and weighted average.
            symbolStatus: TRADING, HALT or BREAK.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#rolling-window-price-change-statistics
        """

    @get("/api/v3/ticker/price", ws="ticker.price", weight=_last_weight)
    def ticker_price(
        self,
        symbol: str | None = None,
        symbols: list[str] | None = None,
        *,
        symbolStatus: str | None = None,
    ) -> JsonObject | JsonArray:
        """Last price: ``{"symbol", "price"}`` for symbol, else a list of them.

        Args:
            symbol, symbols: One of them at most; every symbol if none.
            symbolStatus: TRADING, HALT or BREAK.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#symbol-price-ticker
        """

    @get("/api/v3/ticker/bookTicker", ws="ticker.book", weight=_last_weight)
    def book_ticker(
        self,
        symbol: str | None = None,
        symbols: list[str] | None = None,
        *,
        symbolStatus: str | None = None,
    ) -> JsonObject | JsonArray:
        """Best bid and ask: symbol, bidPrice, bidQty, askPrice, askQty; a list without symbol.

        Args:
            symbol, symbols: One of them at most; every symbol if none.
            symbolStatus: TRADING, HALT or BREAK.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#symbol-order-book-ticker
        """
