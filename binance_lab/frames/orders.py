"""Orders and order lists as frames."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from .columns import Answer, Numbers, is_exact, object_column
from .table import Field, objects_of, table

_ORDERS = (
    Field("created", "time", "time"),
    Field("updated", "updateTime", "time"),
    Field("symbol", "symbol", "text"),
    Field("order_id", "orderId", "int"),
    Field("client_order_id", "clientOrderId", "text"),
    Field("order_list_id", "orderListId", "maybe int"),
    Field("side", "side", "text"),
    Field("type", "type", "text"),
    Field("time_in_force", "timeInForce", "text"),
    Field("status", "status", "text"),
    Field("price", "price"),
    Field("stop_price", "stopPrice"),
    Field("qty", "origQty"),
    Field("quote_order_qty", "origQuoteOrderQty"),
    Field("filled_qty", "executedQty"),
    Field("filled_quote_qty", "cummulativeQuoteQty"),  # Binance's spelling
    Field("iceberg_qty", "icebergQty"),
    Field("trailing_delta", "trailingDelta", "maybe int"),
    Field("stp_mode", "selfTradePreventionMode", "text"),
    Field("strategy_id", "strategyId", "maybe int"),
    Field("strategy_type", "strategyType", "maybe int"),
    Field("peg_price_type", "pegPriceType", "text"),
    Field("expiry_reason", "expiryReason", "text"),
)


def orders_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Orders, in the order of the answer: by id, oldest first.

    Columns: ``created`` ``updated`` (UTC); ``symbol``; ``order_id`` ``client_order_id``
    ``order_list_id`` (-1: in none); ``side`` ``type`` ``time_in_force`` ``status``; ``price``
    ``stop_price`` (0: has none); ``qty`` ``quote_order_qty`` ``filled_qty`` ``filled_quote_qty``
    ``iceberg_qty``; ``avg_price`` of what is filled (NaN if nothing is); ``trailing_delta``
    ``stp_mode`` ``strategy_id`` ``strategy_type`` ``peg_price_type`` ``expiry_reason``, missing
    where the order has none.

    Args:
        answer: The answer of order, openOrders or allOrders.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of orders.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#all-orders-user_data
    """
    frame = table(answer, _ORDERS, what="orders", numbers=numbers, attrs=attrs)
    place = frame.columns.get_loc("filled_quote_qty")
    assert isinstance(place, int)
    average = _average(frame["filled_quote_qty"], frame["filled_qty"], numbers)
    frame.insert(place + 1, "avg_price", average)
    return frame


def _average(quote_qty: pd.Series, qty: pd.Series, numbers: Numbers) -> Any:
    if is_exact(numbers):
        nan = Decimal("nan")
        pairs = zip(quote_qty, qty, strict=True)
        return object_column(paid / filled if filled else nan for paid, filled in pairs)
    return quote_qty.to_numpy(float) / qty.where(qty != 0, np.nan).to_numpy(float)


_LISTS = (
    Field("updated", "transactionTime", "time"),
    Field("symbol", "symbol", "text"),
    Field("order_list_id", "orderListId", "int"),
    Field("list_client_order_id", "listClientOrderId", "text"),
    Field("contingency_type", "contingencyType", "text"),
    Field("list_status_type", "listStatusType", "text"),
    Field("list_order_status", "listOrderStatus", "text"),
    Field("order_id", "orderId", "maybe int"),
    Field("client_order_id", "clientOrderId", "text"),
)


def order_lists_frame(answer: Answer, **attrs: Any) -> pd.DataFrame:
    """Order lists, a row for each order of each list.

    Columns: ``updated`` (UTC), ``symbol``, ``order_list_id``, ``list_client_order_id``,
    ``contingency_type`` (OCO or OTO), ``list_status_type``, ``list_order_status``; of the order
    ``order_id`` and ``client_order_id``.

    Args:
        answer: The answer of orderList, openOrderList or allOrderList.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of order lists.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-all-order-lists-user_data
    """
    rows = [
        {**order_list, **order}
        for order_list in objects_of(answer, "order lists")
        for order in order_list.get("orders") or [{}]
    ]
    return table(rows, _LISTS, what="order lists", attrs=attrs)
