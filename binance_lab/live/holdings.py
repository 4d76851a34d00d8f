"""What an account holds and has ordered: a REST picture, and the user events since.

Without sockets, threads or clocks; amounts stay the text that the server sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from binance_lab.wire.enums import OrderStatus
from binance_lab.wire.user_events import AccountPosition, ExecutionReport, UserEvent

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that REST tells otherwise than the events did.

    ``what`` is an asset or ``order 123``; ``known`` and ``told`` are empty for an order that
    isn't open.
    """

    what: str
    known: str
    told: str


@dataclass(slots=True)
class Holdings:
    """Balances by asset as (free, locked), open orders by id, and when each was changed.

    Orders are objects with the keys of REST's.
    """

    balances: dict[str, tuple[str, str]] = field(default_factory=dict)
    open_orders: dict[int, Json] = field(default_factory=dict)
    updated: int = 0

    @classmethod
    def of(cls, account: Mapping[str, Any], open_orders: Sequence[Json]) -> Holdings:
        """What REST answered to account and openOrders."""
        balances = {
            balance["asset"]: (balance["free"], balance["locked"])
            for balance in account["balances"]
        }
        orders = {order["orderId"]: order for order in open_orders}
        return cls(balances, orders, account.get("updateTime", 0))

    def apply(self, event: UserEvent) -> bool:
        """Change what an event changes; False if that is nothing, or is known already."""
        if isinstance(event, AccountPosition):
            return self._position(event)
        if isinstance(event, ExecutionReport):
            return self._report(event)
        return False

    def _position(self, event: AccountPosition) -> bool:
        if event.updated_time < self.updated:
            return False
        self.updated = event.updated_time
        told = {balance.asset: (balance.free, balance.locked) for balance in event.balances}
        self.balances |= told
        return True

    def _report(self, event: ExecutionReport) -> bool:
        known = self.open_orders.get(event.order_id)
        if known is not None and event.transaction_time < known["updateTime"]:
            return False
        if OrderStatus(event.order_status).open:
            self.open_orders[event.order_id] = order_of(event)
        else:
            self.open_orders.pop(event.order_id, None)
        return True

    def differences(self, told: Holdings) -> list[Difference]:
        """How another picture differs from this one."""
        nothing = ("0", "0")
        found = []
        for asset in sorted(self.balances.keys() | told.balances.keys()):
            had, has = self.balances.get(asset, nothing), told.balances.get(asset, nothing)
            if tuple(map(Decimal, had)) != tuple(map(Decimal, has)):
                found.append(Difference(asset, _amounts(had), _amounts(has)))
        for number in sorted(self.open_orders.keys() | told.open_orders.keys()):
            known, now = _order(self.open_orders.get(number)), _order(told.open_orders.get(number))
            if known != now:
                found.append(Difference(f"order {number}", known, now))
        return found


def order_of(report: ExecutionReport) -> Json:
    """An order as REST would answer it, from the report of a change of it."""
    canceled = report.execution_type in ("CANCELED", "REPLACED")
    order: Json = {
        "symbol": report.symbol,
        "orderId": report.order_id,
        "orderListId": report.order_list_id,
        "clientOrderId": (canceled and report.original_client_order_id) or report.client_order_id,
        "price": report.price,
        "origQty": report.qty,
        "executedQty": report.filled_qty,
        "cummulativeQuoteQty": report.filled_quote_qty,
        "origQuoteOrderQty": report.quote_order_qty,
        "status": report.order_status,
        "timeInForce": report.time_in_force,
        "type": report.order_type,
        "side": report.side,
        "stopPrice": report.stop_price,
        "icebergQty": report.iceberg_qty,
        "time": report.created_time,
        "updateTime": report.transaction_time,
        "selfTradePreventionMode": report.stp_mode,
        "trailingDelta": report.trailing_delta,
        "strategyId": report.strategy_id,
        "strategyType": report.strategy_type,
        "pegPriceType": report.peg_price_type,
    }
    return order


def fill_of(report: ExecutionReport) -> Json:
    """A trade of the account as REST's myTrades would answer it, from its report."""
    return {
        "symbol": report.symbol,
        "id": report.trade_id,
        "orderId": report.order_id,
        "orderListId": report.order_list_id,
        "price": report.last_price,
        "qty": report.last_qty,
        "quoteQty": report.last_quote_qty,
        "commission": report.commission,
        "commissionAsset": report.commission_asset,
        "time": report.transaction_time,
        "isBuyer": report.side == "BUY",
        "isMaker": report.is_maker,
    }


def _amounts(balance: tuple[str, str]) -> str:
    return f"free {balance[0]}, locked {balance[1]}"


def _order(order: Json | None) -> str:
    return "" if order is None else f"{order['status']}, filled {order['executedQty']}"
