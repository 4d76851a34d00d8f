"""What an account holds and has ordered: a REST picture, and the user events since.

Without sockets, threads or clocks; amounts stay the text that the server sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from binance_lab.wire.enums import OrderStatus
from binance_lab.wire.user_events import AccountPosition, ExecutionReport, UserEvent

Json = dict[str, Any]
FillKey: TypeAlias = tuple[str, int, int, int | None]
"""Symbol, order id, trade id, allocation id if it is one of smart order routing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that REST tells otherwise than the events did.

    ``what`` is an asset or ``BTCUSDT order 123``; ``known`` and ``told`` are empty for an order that
    isn't open.
    """

    what: str
    known: str
    told: str


@dataclass(slots=True)
class Holdings:
    """Balances by asset as (free, locked), open orders, and when each was changed.

    Orders are objects with the keys of REST's, by symbol and id: each symbol counts its own ids.
    """

    balances: dict[str, tuple[str, str]] = field(default_factory=dict)
    open_orders: dict[tuple[str, int], Json] = field(default_factory=dict)
    updated: int = 0

    @classmethod
    def of(cls, account: Mapping[str, Any], open_orders: Sequence[Json]) -> Holdings:
        """What REST answered to account and openOrders."""
        balances = {
            balance["asset"]: (balance["free"], balance["locked"])
            for balance in account["balances"]
        }
        orders = {(order["symbol"], order["orderId"]): order for order in open_orders}
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
        key = event.symbol, event.order_id
        known = self.open_orders.get(key)
        if known is not None and event.transaction_time < known["updateTime"]:
            return False
        if OrderStatus(event.order_status).open:
            self.open_orders[key] = order_of(event)
        else:
            self.open_orders.pop(key, None)
        return True

    def differences(self, told: Holdings) -> list[Difference]:
        """How another picture differs from this one."""
        nothing = ("0", "0")
        found = []
        for asset in sorted(self.balances.keys() | told.balances.keys()):
            had, has = self.balances.get(asset, nothing), told.balances.get(asset, nothing)
            if tuple(map(Decimal, had)) != tuple(map(Decimal, has)):
                found.append(Difference(asset, _amounts(had), _amounts(has)))
        for key in sorted(self.open_orders.keys() | told.open_orders.keys()):
            known, now = _order(self.open_orders.get(key)), _order(told.open_orders.get(key))
            if known != now:
                symbol, number = key
                found.append(Difference(f"{symbol} order {number}", known, now))
        return found


def order_of(report: ExecutionReport) -> Json:
    """An open order as REST would answer it, from the report of a change of it."""
    order: Json = {
        "symbol": report.symbol,
        "orderId": report.order_id,
        "orderListId": report.order_list_id,
        "clientOrderId": report.client_order_id,  # an amended order's new one
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


def fill_key(report: ExecutionReport) -> FillKey:
    """What tells a report's fill from all others; `row_key` tells the same of REST's."""
    return report.symbol, report.order_id, report.trade_id, report.allocation_id


def row_key(row: Json) -> FillKey:
    """What tells a row of myTrades, or of myAllocations, from all others: a trade with oneself is two."""
    return row["symbol"], row["orderId"], row["id"], row.get("allocationId")


def _amounts(balance: tuple[str, str]) -> str:
    return f"free {balance[0]}, locked {balance[1]}"


def _order(order: Json | None) -> str:
    return "" if order is None else f"{order['status']}, filled {order['executedQty']}"
