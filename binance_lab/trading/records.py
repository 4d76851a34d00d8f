"""Records: orders out of a journal, out of an answer, and as a frame."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
import pandas as pd

from binance_lab.wire.user_events import ExecutionReport

from .journal import Entry
from .order import Order
from .ticket import WIRE_NAMES, Ticket, make_ticket

_log = logging.getLogger(__name__)

_ZEROS = ("price", "stopPrice", "icebergQty", "quoteOrderQty", "origQty", "trailingDelta")
_ORDER_COLUMNS = {
    "client_order_id": "object",
    "symbol": "object",
    "side": "object",
    "type": "object",
    "state": "object",
    "quantity": "float64",
    "price": "float64",
    "stop_price": "float64",
    "executed_qty": "float64",
    "average_price": "float64",
    "executed_quote": "float64",
    "fees": "object",
    "slippage_bps": "float64",
    "sent": "datetime64[ms, UTC]",
    "updated": "datetime64[ms, UTC]",
    "order_id": "Int64",
    "reason": "object",
    "note": "object",
}
_FILL_COLUMNS = {
    "client_order_id": "object",
    "symbol": "object",
    "side": "object",
    "trade_id": "int64",
    "price": "float64",
    "qty": "float64",
    "quote_qty": "float64",
    "fee": "float64",
    "fee_asset": "object",
    "is_maker": "bool",
    "slippage_bps": "float64",
    "time": "datetime64[ms, UTC]",
}


def ticket_of_answer(data: Mapping[str, Any]) -> Ticket:
    """What an order of the exchange's JSON asked for."""
    values = {wire: value for wire, value in data.items() if not _is_zero(wire, value)}
    values["quantity"] = values.pop("origQty", values.get("quantity"))
    return ticket_of_params(values)


def ticket_of_params(params: Mapping[str, Any]) -> Ticket:
    """The ticket that was sent as these parameters."""
    fields = {name: params.get(wire) for name, wire in WIRE_NAMES.items()}
    return make_ticket(params["symbol"], params["side"], params["type"], **fields)


def ticket_of_report(event: ExecutionReport) -> Ticket:
    """What the order of an execution report asked for."""
    return ticket_of_answer(
        {
            "symbol": event.symbol,
            "side": event.side,
            "type": event.order_type,
            "origQty": event.qty,
            "quoteOrderQty": event.quote_order_qty,
            "price": event.price,
            "stopPrice": event.stop_price,
            "icebergQty": event.iceberg_qty,
            "timeInForce": event.time_in_force,
            "trailingDelta": event.trailing_delta,
            "selfTradePreventionMode": event.stp_mode,
            "pegPriceType": event.peg_price_type,
        }
    )


def _is_zero(wire: str, value: Any) -> bool:
    return wire in _ZEROS and not Decimal(value or 0)


def restored(entries: Iterable[Entry]) -> dict[str, Order]:
    """The orders that a journal tells of, by their first client order id, as far as it got."""
    orders: dict[str, Order] = {}
    for entry in entries:
        try:
            if entry.kind == "send":
                orders[entry.client_order_id] = _sent(entry)
            elif (order := orders.get(entry.client_order_id)) is not None:
                _replay(order, entry)
        except Exception as error:  # of another version: one line must not close the whole desk
            _log.warning(
                "The journal's %r of order %s can't be read and is left out: %s: %s",
                *(entry.kind, entry.client_order_id, type(error).__name__, error),
            )
    return orders


def _sent(entry: Entry) -> Order:
    mid = entry.data.get("mid_price")
    order = Order(
        ticket_of_params(entry.data["params"]),
        entry.client_order_id,
        sent_ms=entry.time_ns // 1_000_000,
        mid_price=Decimal(mid) if mid else None,
    )
    order.list_id = entry.data.get("list_id")
    return order


def _replay(order: Order, entry: Entry) -> None:
    if entry.kind == "answer":
        order.answer(entry.data)
    elif entry.kind == "amended":
        order.amended(entry.data["clientOrderId"], entry.data)
    elif entry.kind == "report":
        order.report(msgspec.convert(entry.data, ExecutionReport, strict=False))
    elif entry.kind == "trades":
        order.trades(entry.data["trades"])
    elif entry.kind == "refused":
        order.reject(entry.data["reason"])
    elif entry.kind == "unknown":
        order.lose_track(entry.data["note"])


def orders_frame(orders: Iterable[Order]) -> pd.DataFrame:
    """A row for each order, newest last.

    Columns: client_order_id, symbol, side, type, state, quantity, price, stop_price, executed_qty,
    average_price, executed_quote, fees (text), slippage_bps, sent and updated (UTC), order_id,
    reason, note. Amounts and prices are float64, NaN where there is none.
    """
    return _frame([_order_row(order) for order in orders], _ORDER_COLUMNS)


def fills_frame(orders: Iterable[Order]) -> pd.DataFrame:
    """A row for each fill: client_order_id, symbol, side, trade_id, price, qty, quote_qty, fee,
    fee_asset, is_maker, slippage_bps (against the middle at sending), time (UTC)."""
    return _frame([row for order in orders for row in _fill_rows(order)], _FILL_COLUMNS)


def _order_row(order: Order) -> tuple[Any, ...]:
    ticket = order.ticket
    fees = ", ".join(f"{fee.normalize():f} {asset}" for asset, fee in order.fees.items())
    return (
        *(order.client_order_id, ticket.symbol, ticket.side.value, ticket.type.value),
        *(order.state.value, _float(order.quantity), _float(order.price)),
        *(_float(ticket.stop_price), _float(order.executed_qty), _float(order.average_price)),
        *(_float(order.executed_quote), fees, _float(order.slippage_bps)),
        *(_time(order.sent_ms), _time(order.updated_ms)),
        *(order.order_id, order.reason, order.note),
    )


def _fill_rows(order: Order) -> Iterable[tuple[Any, ...]]:
    for fill in order.fills:
        yield (
            *(order.client_order_id, order.symbol, order.side.value, fill.trade_id),
            *(float(fill.price), float(fill.qty), float(fill.price * fill.qty)),
            *(float(fill.fee), fill.fee_asset, fill.is_maker),
            *(_float(order.slippage_at(fill.price)), _time(fill.time_ms)),
        )


def _float(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)


def _time(time_ms: int) -> pd.Timestamp | None:
    return pd.Timestamp(time_ms, unit="ms", tz="UTC") if time_ms else None


def _frame(rows: list[tuple[Any, ...]], columns: Mapping[str, str]) -> pd.DataFrame:
    data = dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else {}
    return pd.DataFrame(
        {name: pd.Series(data.get(name, ()), dtype=kind) for name, kind in columns.items()}
    )
