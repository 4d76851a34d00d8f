"""Candles: the answers of klines and uiKlines as a frame."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from .columns import (
    Answer,
    Floats,
    Numbers,
    body_of,
    decode,
    frame_of,
    is_exact,
    not_an_answer,
    utc,
)
from .columns import object_column as objects

WIDTH = 12
_QUOTES = 18  # nine of the twelve are text
_OPEN_TIME, _CLOSE_TIME, _TRADES = 0, 6, 8
_NUMBERS = {
    "open": 1,
    "high": 2,
    "low": 3,
    "close": 4,
    "volume": 5,
    "quote_volume": 7,
    "taker_buy_volume": 9,
    "taker_buy_quote_volume": 10,
}
COLUMNS = (
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "trades",
    "taker_buy_volume",
    "taker_buy_quote_volume",
)
"""The columns of a klines frame, in order; its index is ``open_time``."""

D = Decimal
_Exact = tuple[int, D, D, D, D, D, int, D, int, D, D, Any]
_flat = msgspec.json.Decoder(list[float])
_exact = msgspec.json.Decoder(list[_Exact], strict=False)


def klines_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Candles, oldest first.

    The index is ``open_time`` (UTC, µs). Columns: ``open`` ``high`` ``low`` ``close`` in the
    quote asset; ``volume`` in the base asset; ``close_time`` (UTC, the candle's last ms);
    ``quote_volume``; ``trades`` (int64); ``taker_buy_volume`` and ``taker_buy_quote_volume``,
    the part of both volumes whose taker bought.

    Args:
        answer: The body of klines, or the list that the client made of it.
        numbers: ``decimal`` for exact prices and volumes.
        attrs: What `frame.attrs` shall say: symbol, interval, environment, …

    Raises:
        ValueError: The answer isn't one of klines.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#klinecandlestick-data
    """
    body = body_of(answer)
    columns = _decimals(body) if is_exact(numbers) else _floats(body)
    open_time, close_time = utc(columns["open_time"]), utc(columns["close_time"])
    columns["close_time"] = close_time
    return frame_of(
        {name: columns[name] for name in COLUMNS},
        index=open_time.rename("open_time"),
        attrs=attrs,
    )


def _floats(body: bytes) -> dict[str, Any]:
    table = _table(body)
    times = table[[_OPEN_TIME, _CLOSE_TIME, _TRADES]].astype(np.int64)
    columns: dict[str, Any] = {name: table[at] for name, at in _NUMBERS.items()}
    return columns | {"open_time": times[0], "close_time": times[1], "trades": times[2]}


def _table(body: bytes) -> Floats:
    """All 12 values of each candle, a row of the table for each of the 12.

    No Python object but a float is made for a value: without brackets and quotes the answer is
    one flat array of numbers. They are exact up to 2**53, which times in µs are far below.
    """
    flat = b"[" + body.translate(None, b'[]"') + b"]"
    try:
        values = _flat.decode(flat)
    except msgspec.DecodeError as error:
        raise not_an_answer("klines", body, str(error)) from None
    rows, odd = divmod(len(values), WIDTH)
    if odd or not _is_of(body, rows, len(body) + 2 - len(flat)):
        raise not_an_answer("klines", body, f"not {WIDTH} values for each candle")
    table = np.fromiter(values, np.float64, len(values)).reshape(rows, WIDTH)
    return np.ascontiguousarray(table.T)


def _is_of(body: bytes, rows: int, marks: int) -> bool:
    """Whether an answer has as many candles, by its brackets; counting all marks at once is faster."""
    if marks == 2 * (rows + 1) + _QUOTES * rows:
        return True
    return body.count(b"[") == body.count(b"]") == rows + 1  # numbers that aren't text


def _decimals(body: bytes) -> dict[str, Any]:
    rows = decode(_exact.decode, body, "klines")
    table = list(zip(*rows, strict=True)) or [()] * WIDTH
    columns: dict[str, Any] = {name: objects(table[at]) for name, at in _NUMBERS.items()}
    whole = {"open_time": _OPEN_TIME, "close_time": _CLOSE_TIME, "trades": _TRADES}
    return columns | {name: np.array(table[at], dtype=np.int64) for name, at in whole.items()}
