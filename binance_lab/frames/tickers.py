"""Tickers: change, price and best bid and ask, a row for each symbol."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .columns import Answer, Numbers
from .table import Field, table

_SYMBOL = Field("symbol", "symbol", "text")
_CHANGE = (
    Field("last_price", "lastPrice"),
    Field("price_change", "priceChange"),
    Field("price_change_percent", "priceChangePercent"),
    Field("weighted_avg_price", "weightedAvgPrice"),
)
_WINDOW = (
    Field("open", "openPrice"),
    Field("high", "highPrice"),
    Field("low", "lowPrice"),
    Field("volume", "volume"),
    Field("quote_volume", "quoteVolume"),
    Field("open_time", "openTime", "time"),
    Field("close_time", "closeTime", "time"),
    Field("first_trade_id", "firstId", "int"),
    Field("last_trade_id", "lastId", "int"),
    Field("trades", "count", "int"),
)
_BOOK = (
    Field("bid_price", "bidPrice"),
    Field("bid_qty", "bidQty"),
    Field("ask_price", "askPrice"),
    Field("ask_qty", "askQty"),
)
_DAY = (Field("prev_close", "prevClosePrice"), Field("last_qty", "lastQty"))


def tickers_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """The last 24 hours of symbols.

    The index is ``symbol``. Columns: ``last_price`` ``price_change`` ``price_change_percent``
    ``weighted_avg_price`` ``prev_close`` ``last_qty``; ``bid_price`` ``bid_qty`` ``ask_price``
    ``ask_qty``; ``open`` ``high`` ``low``; ``volume`` in the base and ``quote_volume`` in the
    quote asset; ``open_time`` ``close_time`` (UTC); ``first_trade_id`` ``last_trade_id`` (-1:
    none) ``trades`` (int64). With type=MINI those that it leaves out are NaN.

    Args:
        answer: The answer of ticker/24hr, of one symbol or more.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of ticker/24hr.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#24hr-ticker-price-change-statistics
    """
    fields = (_SYMBOL, *_CHANGE, *_DAY, *_BOOK, *_WINDOW)
    return _by_symbol(answer, fields, "ticker/24hr", numbers, attrs)


def window_tickers_frame(
    answer: Answer, *, numbers: Numbers = "float", **attrs: Any
) -> pd.DataFrame:
    """A rolling window or the trading day of symbols.

    The columns are those of `tickers_frame` without ``prev_close``, ``last_qty``, bid and ask.

    Args:
        answer: The answer of ticker or ticker/tradingDay, of one symbol or more.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of ticker.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#rolling-window-price-change-statistics
    """
    return _by_symbol(answer, (_SYMBOL, *_CHANGE, *_WINDOW), "ticker", numbers, attrs)


def prices_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Last prices: the index is ``symbol``, the column ``price``.

    Args:
        answer: The answer of ticker/price, of one symbol or more.
        numbers: ``decimal`` for exact prices.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of ticker/price.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#symbol-price-ticker
    """
    fields = (_SYMBOL, Field("price", "price"))
    return _by_symbol(answer, fields, "ticker/price", numbers, attrs)


def book_tickers_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Best bid and ask: the index is ``symbol``.

    Columns: ``bid_price`` ``bid_qty`` ``ask_price`` ``ask_qty``.

    Args:
        answer: The answer of ticker/bookTicker, of one symbol or more.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of ticker/bookTicker.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#symbol-order-book-ticker
    """
    return _by_symbol(answer, (_SYMBOL, *_BOOK), "ticker/bookTicker", numbers, attrs)


def _by_symbol(
    answer: Answer,
    fields: tuple[Field, ...],
    what: str,
    numbers: Numbers,
    attrs: dict[str, Any],
) -> pd.DataFrame:
    return table(answer, fields, what=what, numbers=numbers, index="symbol", attrs=attrs)
