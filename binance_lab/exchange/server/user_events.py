"""User data: an account's events, as its subscribers get them.

https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec

from binance_lab.exchange.events import Execution
from binance_lab.exchange.market_data import stamp
from binance_lab.exchange.orders import Order, OrderList, PreventedMatch
from binance_lab.exchange.server.render import list_orders
from binance_lab.exchange.server.venue import Venue
from binance_lab.exchange.symbols import SymbolRules, atoms_text
from binance_lab.wire.enums import ExecutionType, ExpiryReason, TimeUnit

Json = dict[str, Any]


class Listener(Protocol):
    """A connection that gets an account's events."""

    unit: TimeUnit

    def event(self, payload: bytes) -> None:
        """Take one event, encoded."""


class UserEvents:
    """Everybody's user data streams."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._listeners: dict[int, list[Listener]] = {}
        venue.private.append(self)

    def listen(self, account_id: int, listener: Listener) -> None:
        """Give an account's events to a listener from now on."""
        self._listeners.setdefault(account_id, []).append(listener)

    def leave(self, account_id: int, listener: Listener) -> None:
        """Give them no longer."""
        if listener in self._listeners.get(account_id, ()):
            self._listeners[account_id].remove(listener)

    def _publish(self, account_id: int, event: Callable[[TimeUnit], Json]) -> None:
        encoded: dict[TimeUnit, bytes] = {}
        for listener in tuple(self._listeners.get(account_id, ())):
            if listener.unit not in encoded:
                encoded[listener.unit] = msgspec.json.encode(event(listener.unit))
            listener.event(encoded[listener.unit])

    # What the venue tells

    def execution(self, execution: Execution) -> None:
        """``executionReport``."""
        rules = self._venue.engine.rules(execution.order.symbol)
        self._publish(execution.account_id, lambda unit: execution_report(rules, execution, unit))

    def balances(self, account_id: int, assets: tuple[str, ...], time_us: int) -> None:
        """``outboundAccountPosition``."""
        account = self._venue.engine.account(account_id)
        balances = [
            {
                "a": asset,
                "f": atoms_text(account.balance(asset).free),
                "l": atoms_text(account.balance(asset).locked),
            }
            for asset in assets
        ]

        def event(unit: TimeUnit) -> Json:
            time = stamp(time_us, unit)
            return {"e": "outboundAccountPosition", "E": time, "u": time, "B": balances}

        self._publish(account_id, event)

    def transfer(self, account_id: int, asset: str, atoms: int, time_us: int) -> None:
        """``balanceUpdate``."""

        def event(unit: TimeUnit) -> Json:
            time = stamp(time_us, unit)
            return {"e": "balanceUpdate", "E": time, "a": asset, "d": atoms_text(atoms), "T": time}

        self._publish(account_id, event)

    def order_list(self, account_id: int, order_list: OrderList, time_us: int) -> None:
        """``listStatus``."""

        def event(unit: TimeUnit) -> Json:
            return list_status(order_list, stamp(time_us, unit))

        self._publish(account_id, event)


def list_status(row: OrderList, time: int) -> Json:
    """A ``listStatus`` event."""
    legs = list_orders(row)
    return {
        "e": "listStatus",
        "E": time,
        "s": row.symbol,
        "g": row.id,
        "c": row.contingency,
        "l": row.status_type,
        "L": row.order_status,
        "r": "NONE",
        "C": row.client_order_id,
        "T": time,
        "O": [{"s": leg["symbol"], "i": leg["orderId"], "c": leg["clientOrderId"]} for leg in legs],
    }


def execution_report(rules: SymbolRules, execution: Execution, unit: TimeUnit) -> Json:
    """An ``executionReport`` event."""
    order, fill = execution.order, execution.fill
    time = stamp(execution.time_us, unit)
    report: Json = {
        "e": "executionReport",
        "E": time,
        "s": order.symbol,
        "c": execution.client_order_id,
        "S": order.side,
        "o": order.type,
        "f": order.time_in_force,
        "q": rules.qty_text(order.lots),
        "p": rules.price_text(order.price_ticks),
        "P": rules.price_text(order.stop_ticks),
        "F": rules.qty_text(order.iceberg_lots),
        "g": order.list_id,
        "C": execution.orig_client_order_id,
        "x": execution.type,
        "X": order.status,
        "r": execution.reject_reason,
        "i": order.id,
        "l": rules.qty_text(fill.lots if fill else 0),
        "z": rules.qty_text(order.executed_lots),
        "L": rules.price_text(fill.price_ticks if fill else 0),
        "n": atoms_text(fill.commission_atoms) if fill else "0",
        "N": fill.commission_asset if fill else None,
        "T": time,
        "t": fill.trade_id if fill else -1,
        "I": execution.id,
        "w": _on_book(order),
        "m": bool(fill and fill.is_maker),
        "M": bool(fill),
        "O": stamp(order.time_us, unit),
        "Z": atoms_text(order.quote_atoms),
        "Y": atoms_text(fill.quote_atoms if fill else 0),
        "Q": atoms_text(order.quote_order_atoms),
    }
    if order.is_working:
        report["W"] = stamp(order.working_us, unit)
    report["V"] = order.stp_mode
    return report | dict(_conditional(rules, execution, unit))


def _on_book(order: Order) -> bool:
    return order.is_open and order.is_working


def _conditional(
    rules: SymbolRules, execution: Execution, unit: TimeUnit
) -> Iterable[tuple[str, Any]]:
    """The fields that only some orders have."""
    order = execution.order
    if order.trailing_delta:
        yield "d", order.trailing_delta
        if order.trailing_time_us:
            yield "D", stamp(order.trailing_time_us, unit)
    if order.strategy_id is not None:
        yield "j", order.strategy_id
    if order.strategy_type is not None:
        yield "J", order.strategy_type
    if execution.prevented is not None:
        yield from _prevention(rules, order, execution.prevented)
    if execution.fill is not None and execution.fill.allocation_id >= 0:
        yield "b", "ONE_PARTY_TRADE_REPORT"
        yield "a", execution.fill.allocation_id
    if order.sor:
        yield "k", order.floor or "EXCHANGE"
        yield "uS", True
    if order.peg_price_type is not None:
        yield "gP", order.peg_price_type
        if order.peg_offset_type is not None:
            yield "gOT", order.peg_offset_type
            yield "gOV", order.peg_offset_value
        if order.pegged_ticks:
            yield "gp", rules.price_text(order.pegged_ticks)
    if order.expiry_reason is not ExpiryReason.NONE and execution.type is ExecutionType.EXPIRED:
        yield "eR", order.expiry_reason


def _prevention(
    rules: SymbolRules, order: Order, match: PreventedMatch
) -> Iterable[tuple[str, Any]]:
    is_taker = (match.symbol, match.taker_order_id) == (order.symbol, order.id)
    lots = match.taker_prevented_lots if is_taker else match.maker_prevented_lots
    yield "v", match.id
    yield "A", rules.qty_text(order.prevented_lots)
    yield "B", rules.qty_text(lots)
    yield "u", match.trade_group_id
    yield "U", match.maker_order_id if is_taker else match.taker_order_id
    yield "Cs", match.maker_symbol if is_taker else match.symbol
    yield "pl", rules.qty_text(lots)
    yield "pL", rules.price_text(match.price_ticks)
    yield "pY", atoms_text(rules.quote_atoms(match.price_ticks, lots))
