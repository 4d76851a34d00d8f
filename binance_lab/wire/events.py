"""What market streams say, typed: one struct for each kind of event, with names for letters.

Every struct is generic in its numbers. ``decoder("btcusdt@trade")`` leaves prices and amounts
the text that the server sent, ``decoder("btcusdt@trade", float)`` makes floats of them while it
decodes, and Decimal works likewise. Times are whole ms, or µs where the connection asked for
them. A field that Binance adds tomorrow is skipped.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import GenericAlias
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from .intervals import INTERVALS

N = TypeVar("N")
"""What a price or an amount is decoded to: str, float or Decimal."""


class Trade(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    tag_field="e",
    tag="trade",
    rename={
        "event_time": "E",
        "symbol": "s",
        "id": "t",
        "price": "p",
        "qty": "q",
        "time": "T",
        "buyer_is_maker": "m",
    },
):
    """One trade of ``<symbol>@trade``."""

    event_time: int
    symbol: str
    id: int
    price: N
    qty: N
    time: int
    buyer_is_maker: bool


class BlockTrade(Trade[N], Generic[N], frozen=True, gc=False, tag="blockTrade"):
    """One trade of ``<symbol>@blockTrade``; its ids are a sequence of their own."""


class AggTrade(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    tag_field="e",
    tag="aggTrade",
    rename={
        "event_time": "E",
        "symbol": "s",
        "id": "a",
        "price": "p",
        "qty": "q",
        "first_trade_id": "f",
        "last_trade_id": "l",
        "time": "T",
        "buyer_is_maker": "m",
    },
):
    """The fills of one taker order at one price, of ``<symbol>@aggTrade``."""

    event_time: int
    symbol: str
    id: int
    price: N
    qty: N
    first_trade_id: int
    last_trade_id: int
    time: int
    buyer_is_maker: bool


class Candle(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    rename={
        "open_time": "t",
        "close_time": "T",
        "symbol": "s",
        "interval": "i",
        "first_trade_id": "f",
        "last_trade_id": "L",
        "open": "o",
        "high": "h",
        "low": "l",
        "close": "c",
        "volume": "v",
        "quote_volume": "q",
        "trades": "n",
        "closed": "x",
        "taker_buy_volume": "V",
        "taker_buy_quote_volume": "Q",
    },
):
    """A candle as it stands; ``first_trade_id`` and ``last_trade_id`` are -1 without trades."""

    open_time: int
    close_time: int
    symbol: str
    interval: str
    first_trade_id: int
    last_trade_id: int
    open: N
    high: N
    low: N
    close: N
    volume: N
    quote_volume: N
    trades: int
    closed: bool
    taker_buy_volume: N
    taker_buy_quote_volume: N


class Kline(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    tag_field="e",
    tag="kline",
    rename={"event_time": "E", "symbol": "s", "candle": "k"},
):
    """The current candle of ``<symbol>@kline_<interval>``, in UTC or with an offset."""

    event_time: int
    symbol: str
    candle: Candle[N]


class MiniTicker(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    tag_field="e",
    tag="24hrMiniTicker",
    rename={
        "event_time": "E",
        "symbol": "s",
        "close": "c",
        "open": "o",
        "high": "h",
        "low": "l",
        "volume": "v",
        "quote_volume": "q",
    },
):
    """The last 24 hours in short, of ``<symbol>@miniTicker`` and ``!miniTicker@arr``."""

    event_time: int
    symbol: str
    close: N
    open: N
    high: N
    low: N
    volume: N
    quote_volume: N


class Ticker(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    tag_field="e",
    tag="24hrTicker",
    rename={
        "event_time": "E",
        "symbol": "s",
        "price_change": "p",
        "price_change_percent": "P",
        "weighted_avg_price": "w",
        "prev_close": "x",
        "last_price": "c",
        "last_qty": "Q",
        "bid_price": "b",
        "bid_qty": "B",
        "ask_price": "a",
        "ask_qty": "A",
        "open": "o",
        "high": "h",
        "low": "l",
        "volume": "v",
        "quote_volume": "q",
        "open_time": "O",
        "close_time": "C",
        "first_trade_id": "F",
        "last_trade_id": "L",
        "trades": "n",
    },
):
    """The last 24 hours of ``<symbol>@ticker``."""

    event_time: int
    symbol: str
    price_change: N
    price_change_percent: N
    weighted_avg_price: N
    prev_close: N
    last_price: N
    last_qty: N
    bid_price: N
    bid_qty: N
    ask_price: N
    ask_qty: N
    open: N
    high: N
    low: N
    volume: N
    quote_volume: N
    open_time: int
    close_time: int
    first_trade_id: int
    last_trade_id: int
    trades: int


class WindowTicker(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    rename={
        "event_type": "e",
        "event_time": "E",
        "symbol": "s",
        "price_change": "p",
        "price_change_percent": "P",
        "open": "o",
        "high": "h",
        "low": "l",
        "last_price": "c",
        "weighted_avg_price": "w",
        "volume": "v",
        "quote_volume": "q",
        "open_time": "O",
        "close_time": "C",
        "first_trade_id": "F",
        "last_trade_id": "L",
        "trades": "n",
    },
):
    """A rolling window of ``<symbol>@ticker_<window>`` and ``!ticker_<window>@arr``.

    ``event_type`` is 1hTicker, 4hTicker or 1dTicker. The window starts on a whole minute, so it
    may be up to 59,999 ms wider than its name.
    """

    event_type: str
    event_time: int
    symbol: str
    price_change: N
    price_change_percent: N
    open: N
    high: N
    low: N
    last_price: N
    weighted_avg_price: N
    volume: N
    quote_volume: N
    open_time: int
    close_time: int
    first_trade_id: int
    last_trade_id: int
    trades: int


class BookTicker(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    rename={
        "update_id": "u",
        "symbol": "s",
        "bid_price": "b",
        "bid_qty": "B",
        "ask_price": "a",
        "ask_qty": "A",
    },
):
    """The best bid and ask of ``<symbol>@bookTicker``, which carries no type and no time."""

    update_id: int
    symbol: str
    bid_price: N
    bid_qty: N
    ask_price: N
    ask_qty: N


class AvgPrice(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    tag_field="e",
    tag="avgPrice",
    rename={
        "event_time": "E",
        "symbol": "s",
        "interval": "i",
        "price": "w",
        "last_trade_time": "T",
    },
):
    """The average price over ``interval`` (5m), of ``<symbol>@avgPrice``."""

    event_time: int
    symbol: str
    interval: str
    price: N
    last_trade_time: int


class ReferencePrice(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    gc=False,
    tag_field="e",
    tag="referencePrice",
    rename={"symbol": "s", "price": "r", "time": "t"},
):
    """The reference price of ``<symbol>@referencePrice``; None where there is none."""

    symbol: str
    price: N | None
    time: int


class PartialDepth(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    rename={"last_update_id": "lastUpdateId"},
):
    """The best levels of ``<symbol>@depth<levels>``, best first; it does not name its symbol."""

    last_update_id: int
    bids: list[tuple[N, N]]
    asks: list[tuple[N, N]]


class DepthUpdate(
    msgspec.Struct,
    Generic[N],
    frozen=True,
    tag_field="e",
    tag="depthUpdate",
    rename={
        "event_time": "E",
        "symbol": "s",
        "first_update_id": "U",
        "last_update_id": "u",
        "bids": "b",
        "asks": "a",
    },
):
    """Levels of ``<symbol>@depth`` that changed: price and new amount, 0 where a level is gone.

    ``first_update_id`` is the previous update's ``last_update_id`` + 1 if nothing was missed.
    """

    event_time: int
    symbol: str
    first_update_id: int
    last_update_id: int
    bids: list[tuple[N, N]]
    asks: list[tuple[N, N]]


class ServerShutdown(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="e",
    tag="serverShutdown",
    rename={"event_time": "E"},
):
    """The server is about to stop: connect anew at once."""

    event_time: int


MarketEvent: TypeAlias = (
    Trade[N]
    | BlockTrade[N]
    | AggTrade[N]
    | Kline[N]
    | MiniTicker[N]
    | Ticker[N]
    | WindowTicker[N]
    | BookTicker[N]
    | AvgPrice[N]
    | ReferencePrice[N]
    | PartialDepth[N]
    | DepthUpdate[N]
)

_BY_STREAM: dict[str, Any] = {
    "trade": Trade,
    "blockTrade": BlockTrade,
    "aggTrade": AggTrade,
    "kline": Kline,
    "miniTicker": MiniTicker,
    "ticker": Ticker,
    "bookTicker": BookTicker,
    "avgPrice": AvgPrice,
    "referencePrice": ReferencePrice,
    "depth": DepthUpdate,
}


_KIND = re.compile(
    r"depth(5|10|20)?(@1000?ms)?|ticker(_(1h|4h|1d))?"
    rf"|kline_({'|'.join(INTERVALS)})(@\+08:00)?|(?!depth|kline)[a-zA-Z]+"
)
"""What follows the symbol in a stream's name; of words without a choice, any."""


def event_type(stream: str, numbers: Any = str) -> Any:
    """The type of a stream's events: a struct, or a list of structs for ``!…@arr``.

    Args:
        stream: A stream's name, such as ``btcusdt@kline_1m``.
        numbers: str, float or Decimal.

    Raises:
        ValueError: The name is none of a market stream's.
    """
    symbol, _, kind = stream.partition("@")
    if not _KIND.fullmatch(kind):
        raise ValueError(f"unknown stream {stream!r}")
    if symbol.startswith("!"):
        if kind == "arr":
            return GenericAlias(list, (_struct(symbol[1:], stream)[numbers],))
        raise ValueError(f"unknown stream {stream!r}")
    return _struct(kind.partition("@")[0], stream)[numbers]


def _struct(kind: str, stream: str) -> Any:
    name, underscore, _ = kind.partition("_")
    if name == "ticker" and underscore:
        return WindowTicker
    if name.startswith("depth") and name != "depth":
        return PartialDepth
    if name not in _BY_STREAM:
        raise ValueError(f"unknown stream {stream!r}")
    return _BY_STREAM[name]


def decoder(stream: str, numbers: Any = str, *, combined: bool = True) -> Callable[[bytes], Any]:
    """A function that makes a stream's event of a message's bytes.

    It raises ``msgspec.DecodeError`` or UnicodeDecodeError where the bytes are something else.

    Args:
        stream: A stream's name.
        numbers: What prices and amounts become: str, float or Decimal.
        combined: Whether messages come as ``{"stream": …, "data": …}``; the event is the data.
    """
    kind = event_type(stream, numbers)
    if not combined:
        return msgspec.json.Decoder(kind, strict=False).decode
    decode = _combined_decode(kind)
    return lambda message: decode(message).data


def batch_decoder(stream: str, numbers: Any = str) -> Callable[[list[bytes]], list[Any]]:
    """A function that makes events of a list of a combined connection's messages, all of one stream.

    Cheaper than a `decoder` for each; it raises the same if any message is something else.

    Args:
        stream: A stream's name.
        numbers: What prices and amounts become: str, float or Decimal.
    """
    decode = _combined_decode(event_type(stream, numbers))
    return lambda messages: [decode(message).data for message in messages]


def _combined_decode(kind: Any) -> Callable[[bytes], Any]:
    envelope: Any = _Data
    return msgspec.json.Decoder(envelope[kind], strict=False).decode


class _Data(msgspec.Struct, Generic[N], gc=False):
    data: N
