"""Trades: the answers of trades, historicalTrades and aggTrades as frames."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
import pandas as pd

from .columns import Answer, Numbers, body_of, decode, frame_of, is_exact, utc
from .columns import object_column as objects

N = TypeVar("N")


class TradeRow(
    msgspec.Struct,
    Generic[N],
    gc=False,
    rename={"quote_qty": "quoteQty", "buyer_is_maker": "isBuyerMaker"},
):
    """A trade as REST tells it."""

    id: int
    price: N
    qty: N
    quote_qty: N
    time: int
    buyer_is_maker: bool


class AggTradeRow(
    msgspec.Struct,
    Generic[N],
    gc=False,
    rename={
        "id": "a",
        "price": "p",
        "qty": "q",
        "first_trade_id": "f",
        "last_trade_id": "l",
        "time": "T",
        "buyer_is_maker": "m",
    },
):
    """An aggregate trade as REST tells it."""

    id: int
    price: N
    qty: N
    first_trade_id: int
    last_trade_id: int
    time: int
    buyer_is_maker: bool


_TRADES: dict[bool, Any] = {  # by whether numbers are exact
    False: msgspec.json.Decoder(list[TradeRow[float]], strict=False),
    True: msgspec.json.Decoder(list[TradeRow[Decimal]], strict=False),
}
_AGG_TRADES: dict[bool, Any] = {
    False: msgspec.json.Decoder(list[AggTradeRow[float]], strict=False),
    True: msgspec.json.Decoder(list[AggTradeRow[Decimal]], strict=False),
}


def trades_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Trades, oldest first.

    The index is ``time`` (UTC, µs). Columns: ``id`` (int64), ``price``, ``qty`` in the base
    asset, ``quote_qty`` in the quote asset, ``buyer_is_maker`` (bool: True if the taker sold).

    Args:
        answer: The body of trades or historicalTrades, or the list that the client made of it.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say: symbol, environment, …

    Raises:
        ValueError: The answer isn't one of trades.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#recent-trades-list
    """
    rows = trade_rows(body_of(answer), numbers)
    return _frame(rows, ("id", "price", "qty", "quote_qty", "buyer_is_maker"), numbers, attrs)


def agg_trades_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Aggregate trades, oldest first: what one taker order filled at one price.

    The index is ``time`` (UTC, µs). Columns: ``id`` (int64), ``price``, ``qty`` in the base
    asset, ``first_trade_id`` and ``last_trade_id`` (int64), ``buyer_is_maker`` (bool).

    Args:
        answer: The body of aggTrades, or the list that the client made of it.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say: symbol, environment, …

    Raises:
        ValueError: The answer isn't one of aggTrades.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#compressedaggregate-trades-list
    """
    rows = agg_trade_rows(body_of(answer), numbers)
    names = ("id", "price", "qty", "first_trade_id", "last_trade_id", "buyer_is_maker")
    return _frame(rows, names, numbers, attrs)


def trade_rows(body: bytes, numbers: Numbers = "float") -> list[TradeRow[Any]]:
    """The trades of an answer, one by one; ValueError if it isn't one."""
    rows: list[TradeRow[Any]] = decode(_TRADES[is_exact(numbers)].decode, body, "trades")
    return rows


def agg_trade_rows(body: bytes, numbers: Numbers = "float") -> list[AggTradeRow[Any]]:
    """The aggregate trades of an answer, one by one; ValueError if it isn't one."""
    rows: list[AggTradeRow[Any]] = decode(_AGG_TRADES[is_exact(numbers)].decode, body, "aggTrades")
    return rows


_DTYPES = {"time": np.int64, "buyer_is_maker": np.bool_, "id": np.int64}
_DTYPES |= {"first_trade_id": np.int64, "last_trade_id": np.int64}


def _frame(
    rows: list[Any], names: tuple[str, ...], numbers: Numbers, attrs: dict[str, Any]
) -> pd.DataFrame:
    columns = {name: _column(rows, name, numbers) for name in (*names, "time")}
    index = utc(columns.pop("time")).rename("time")
    return frame_of(columns, index=index, attrs=attrs)


def _column(rows: list[Any], name: str, numbers: Numbers) -> Any:
    values = [getattr(row, name) for row in rows]
    if name not in _DTYPES and is_exact(numbers):
        return objects(values)
    return np.array(values, dtype=_DTYPES.get(name, np.float64))
