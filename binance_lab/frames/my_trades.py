"""The account's own trades: what they cost in fees, and what they have realised."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import pandas as pd

from binance_lab.wire.lab_error import BadInput

from .columns import Answer, Numbers, object_column
from .table import Field, table

Method: TypeAlias = Literal["average", "fifo"]
"""Which cost the sold amount had: the average of all that is held, or that of the oldest."""

_TRADES = (
    Field("time", "time", "time"),
    Field("symbol", "symbol", "text"),
    Field("id", "id", "int"),
    Field("order_id", "orderId", "int"),
    Field("order_list_id", "orderListId", "maybe int"),
    Field("price", "price"),
    Field("qty", "qty"),
    Field("quote_qty", "quoteQty"),
    Field("commission", "commission"),
    Field("commission_asset", "commissionAsset", "text"),
    Field("buyer", "isBuyer", "bool"),
    Field("maker", "isMaker", "bool"),
)
_ZERO = Decimal(0)


def my_trades_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """The account's trades, oldest first.

    The index is ``time`` (UTC, µs). Columns: ``symbol``, ``id``, ``order_id``,
    ``order_list_id`` (-1: in none), ``price``, ``qty`` in the base asset, ``quote_qty`` in the
    quote asset, ``commission`` in ``commission_asset``, ``buyer`` and ``maker`` (bool).

    Args:
        answer: The answer of myTrades.
        numbers: ``decimal`` for exact prices and amounts; `with_pnl` then calculates exactly.
        attrs: What `frame.attrs` shall say: symbol, environment, …

    Raises:
        ValueError: The answer isn't one of myTrades.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#account-trade-list-user_data
    """
    return table(answer, _TRADES, what="myTrades", numbers=numbers, index="time", attrs=attrs)


def with_pnl(
    trades: pd.DataFrame,
    *,
    base: str,
    quote: str,
    method: Method = "average",
    prices: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The trades of one symbol with fees, position and realised profit.

    Adds, in the quote asset unless said: ``fee``, the commission (NaN if it is in a third asset
    without a price); ``position``, the amount held in the base asset, counted from the first
    trade; ``cost``, what that position cost, fees included; ``realised``, what the trade has
    gained over its cost, after fees. Selling what was not bought before is taken as bought at
    no gain: it realises minus the fee.

    Args:
        trades: Of `my_trades_frame`, one symbol, oldest first.
        base, quote: The symbol's assets.
        method: ``average`` or ``fifo``.
        prices: What one unit of other assets is worth in the quote asset: ``{"BNB": 600}``.

    Raises:
        BadInput: There are several symbols, or the method is unknown.
    """
    if trades["symbol"].nunique() > 1:
        raise BadInput("Profit is calculated for one symbol at a time: use groupby.")
    if method not in ("average", "fifo"):
        raise BadInput(f'Unknown method {method!r}. Use "average" or "fifo".')
    exact = trades["price"].dtype == object
    rows = list(_realise(_fills(trades, base, quote, prices or {}), method))
    frame = trades.copy()
    for name, values in zip(("fee", "position", "cost", "realised"), _columns(rows), strict=True):
        frame[name] = object_column(values) if exact else pd.array(values, dtype="float64")
    return frame


def _columns(rows: list[tuple[Decimal, ...]]) -> list[tuple[Decimal, ...]]:
    return list(zip(*rows, strict=True)) or [()] * 4


class _Fill:
    """A trade: what the position changes by, the price, and the fee in base and quote asset."""

    __slots__ = ("fee", "fee_in_base", "price", "qty")

    def __init__(self, qty: Decimal, price: Decimal, fee_in_base: Decimal, fee: Decimal) -> None:
        self.qty = qty
        self.price = price
        self.fee_in_base = fee_in_base
        self.fee = fee


def _fills(
    trades: pd.DataFrame, base: str, quote: str, prices: Mapping[str, Any]
) -> Iterable[_Fill]:
    names = ["price", "qty", "commission", "commission_asset", "buyer"]
    for price, qty, commission, asset, buyer in trades[names].itertuples(index=False):
        paid, rate = _decimal(commission), _decimal(price)
        signed = _decimal(qty) if buyer else -_decimal(qty)
        in_base = paid if asset == base else _ZERO
        worth = {quote: Decimal(1), base: rate}.get(asset) or prices.get(asset)
        fee = _ZERO if not paid else paid * _decimal(worth if worth is not None else "nan")
        yield _Fill(signed, rate, in_base, fee)


def _realise(fills: Iterable[_Fill], method: Method) -> Iterable[tuple[Decimal, ...]]:
    """Fee, position, its cost, and the gain, after each fill.

    What is held is a queue of lots, each an amount and its cost; by average it is one lot.
    """
    lots: deque[tuple[Decimal, Decimal]] = deque()
    for fill in fills:
        realised = _ZERO
        if fill.qty > 0:
            _buy(lots, fill, method)
        else:
            cost, covered = _take(lots, -fill.qty)
            realised = covered * fill.price - cost - _fee_cost(lots, fill)
        position = sum((qty for qty, _ in lots), _ZERO)
        yield fill.fee, position, sum((cost for _, cost in lots), _ZERO), realised


def _buy(lots: deque[tuple[Decimal, Decimal]], fill: _Fill, method: Method) -> None:
    """Add what came: a fee in the base asset makes it less, one in another makes it dearer."""
    fee = _ZERO if fill.fee_in_base else fill.fee
    lot = (fill.qty - fill.fee_in_base, fill.qty * fill.price + fee)
    if method == "average" and lots:
        held = lots.pop()
        lot = (held[0] + lot[0], held[1] + lot[1])
    lots.append(lot)


def _fee_cost(lots: deque[tuple[Decimal, Decimal]], fill: _Fill) -> Decimal:
    """What a sale's fee cost: one in the base asset takes from what is held, at its cost there."""
    if not fill.fee_in_base:
        return fill.fee
    cost, covered = _take(lots, fill.fee_in_base)
    return cost + (fill.fee_in_base - covered) * fill.price


def _take(lots: deque[tuple[Decimal, Decimal]], qty: Decimal) -> tuple[Decimal, Decimal]:
    """Take an amount from the oldest lots: what it cost, and how much of it was there."""
    cost, taken = _ZERO, _ZERO
    while lots and taken < qty:
        held, paid = lots.popleft()
        part = min(held, qty - taken)
        share = paid * part / held
        if part < held:
            lots.appendleft((held - part, paid - share))
        cost, taken = cost + share, taken + part
    return cost, taken


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
