"""Orders, lists, fills and accounts as the JSON that Binance answers: its fields, in its order.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from binance_lab.exchange.ledger import NO_GROUP, Account, Commission, Rates
from binance_lab.exchange.market_data import stamp
from binance_lab.exchange.orders import (
    Amended,
    Amendment,
    CanceledList,
    Fill,
    Order,
    OrderList,
    Placed,
    PlacedList,
    PreventedMatch,
)
from binance_lab.exchange.symbols import SymbolRules, atoms_text
from binance_lab.wire.enums import ExpiryReason, ResponseType, TimeUnit

Json = dict[str, Any]


def placed_order(rules: SymbolRules, placed: Placed, kind: ResponseType, unit: TimeUnit) -> Json:
    """The answer to a new order, as much of it as ``newOrderRespType`` asks for."""
    answer = _new_order_head(placed.order, unit)
    if kind is ResponseType.ACK:
        return answer
    answer |= _new_order_result(rules, placed.order, unit)
    if kind is ResponseType.FULL:
        answer["fills"] = [_order_fill(rules, fill) for fill in placed.fills]
    if placed.prevented:
        answer["preventedMatches"] = [_order_prevention(rules, row) for row in placed.prevented]
        group = placed.prevented[0].trade_group_id
        if group != NO_GROUP:
            answer["tradeGroupId"] = group
    return answer


def _new_order_head(order: Order, unit: TimeUnit) -> Json:
    return {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_order_id,
        "transactTime": stamp(order.time_us, unit),
    }


def _new_order_result(rules: SymbolRules, order: Order, unit: TimeUnit) -> Json:
    answer = _amounts(rules, order)
    if order.stop_ticks:
        answer["stopPrice"] = rules.price_text(order.stop_ticks)
    answer["workingTime"] = stamp(order.working_us, unit) if order.is_working else -1
    if order.iceberg_lots:
        answer["icebergQty"] = rules.qty_text(order.iceberg_lots)
    answer["selfTradePreventionMode"] = order.stp_mode
    return answer | _rare(rules, order, unit)


def _amounts(rules: SymbolRules, order: Order) -> Json:
    return {
        "price": rules.price_text(order.price_ticks),
        "origQty": rules.qty_text(order.lots),
        "executedQty": rules.qty_text(order.executed_lots),
        "origQuoteOrderQty": atoms_text(order.quote_order_atoms),
        "cummulativeQuoteQty": atoms_text(order.quote_atoms),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
    }


def _order_fill(rules: SymbolRules, fill: Fill) -> Json:
    row = {
        "price": rules.price_text(fill.price_ticks),
        "qty": rules.qty_text(fill.lots),
        "commission": atoms_text(fill.commission_atoms),
        "commissionAsset": fill.commission_asset,
        "tradeId": fill.trade_id,
    }
    if fill.allocation_id >= 0:
        row = {"matchType": "ONE_PARTY_TRADE_REPORT"} | row | {"allocId": fill.allocation_id}
    return row


def _order_prevention(rules: SymbolRules, row: PreventedMatch) -> Json:
    """A match that the new order would have made with its own account, or one of its trade group."""
    return {
        "preventedMatchId": row.id,
        "makerOrderId": row.maker_order_id,
        "price": rules.price_text(row.price_ticks),
    } | _prevented_quantities(rules, row)


def _prevented_quantities(rules: SymbolRules, row: PreventedMatch) -> Json:
    """What each side lost; a side that the mode left alone isn't named."""
    fields: Json = {}
    if row.taker_prevented_lots:
        fields["takerPreventedQuantity"] = rules.qty_text(row.taker_prevented_lots)
    if row.maker_prevented_lots:
        fields["makerPreventedQuantity"] = rules.qty_text(row.maker_prevented_lots)
    return fields


def _rare(rules: SymbolRules, order: Order, unit: TimeUnit) -> Json:
    """Fields that an order has only if it was placed with them, was prevented, or expired."""
    fields: Json = {}
    if order.prevented_lots:
        fields["preventedMatchId"] = order.prevented_match_id
        fields["preventedQuantity"] = rules.qty_text(order.prevented_lots)
    if order.strategy_id is not None:
        fields["strategyId"] = order.strategy_id
    if order.strategy_type is not None:
        fields["strategyType"] = order.strategy_type
    if order.trailing_delta:
        fields["trailingDelta"] = order.trailing_delta
        fields["trailingTime"] = (
            stamp(order.trailing_time_us, unit) if order.trailing_time_us else -1
        )
    if order.sor:
        fields["usedSor"] = True
        fields["workingFloor"] = order.floor or "EXCHANGE"
    if order.peg_price_type is not None:
        fields["pegPriceType"] = order.peg_price_type
        if order.peg_offset_type is not None:
            fields["pegOffsetType"] = order.peg_offset_type
            fields["pegOffsetValue"] = order.peg_offset_value
        if order.pegged_ticks:
            fields["peggedPrice"] = rules.price_text(order.pegged_ticks)
    if order.expiry_reason is not ExpiryReason.NONE:
        fields["expiryReason"] = order.expiry_reason
    return fields


def queried_order(rules: SymbolRules, order: Order, unit: TimeUnit) -> Json:
    """An order as ``order``, ``openOrders`` and ``allOrders`` show it."""
    amounts = _amounts(rules, order)
    quote_order_qty = amounts.pop("origQuoteOrderQty")
    return (
        {
            "symbol": order.symbol,
            "orderId": order.id,
            "orderListId": order.list_id,
            "clientOrderId": order.cancel_client_order_id or order.client_order_id,
        }
        | amounts
        | {
            "stopPrice": rules.price_text(order.stop_ticks),
            "icebergQty": rules.qty_text(order.iceberg_lots),
            "time": stamp(order.time_us, unit),
            "updateTime": stamp(order.update_us, unit),
            "isWorking": order.is_working,
            "workingTime": stamp(order.working_us, unit) if order.is_working else -1,
            "origQuoteOrderQty": quote_order_qty,
            "selfTradePreventionMode": order.stp_mode,
        }
        | _rare(rules, order, unit)
    )


def canceled_order(rules: SymbolRules, order: Order, unit: TimeUnit) -> Json:
    """The answer to a cancel."""
    return (
        {
            "symbol": order.symbol,
            "origClientOrderId": order.client_order_id,
            "orderId": order.id,
            "orderListId": order.list_id,
            "clientOrderId": order.cancel_client_order_id,
            "transactTime": stamp(order.update_us, unit),
        }
        | _amounts(rules, order)
        | _triggers(rules, order)
        | {"selfTradePreventionMode": order.stp_mode}
        | _rare(rules, order, unit)
    )


def _triggers(rules: SymbolRules, order: Order) -> Json:
    fields: Json = {}
    if order.stop_ticks:
        fields["stopPrice"] = rules.price_text(order.stop_ticks)
    if order.iceberg_lots:
        fields["icebergQty"] = rules.qty_text(order.iceberg_lots)
    return fields


def canceled(rules: SymbolRules, what: Order | CanceledList, unit: TimeUnit) -> Json:
    """A canceled order, or the canceled list that it was in."""
    if isinstance(what, CanceledList):
        return canceled_list(rules, what, unit)
    return canceled_order(rules, what, unit)


def order_list(row: OrderList, unit: TimeUnit) -> Json:
    """An order list as queries show it."""
    return {
        "orderListId": row.id,
        "contingencyType": row.contingency,
        "listStatusType": row.status_type,
        "listOrderStatus": row.order_status,
        "listClientOrderId": row.client_order_id,
        "transactionTime": stamp(row.time_us, unit),
        "symbol": row.symbol,
        "orders": list_orders(row),
    }


def list_orders(row: OrderList) -> list[Json]:
    """The legs of a list: symbol, ids."""
    return [
        {"symbol": row.symbol, "orderId": order_id, "clientOrderId": client_order_id}
        for order_id, client_order_id in zip(row.order_ids, row.client_order_ids, strict=True)
    ]


def placed_list(rules: SymbolRules, placed: PlacedList, kind: ResponseType, unit: TimeUnit) -> Json:
    """The answer to a new order list, its orders as those of ``POST order``."""
    return order_list(placed.order_list, unit) | {
        "orderReports": [placed_order(rules, leg, kind, unit) for leg in placed.placed]
    }


def canceled_list(rules: SymbolRules, what: CanceledList, unit: TimeUnit) -> Json:
    """The answer to the cancel of a list."""
    return order_list(what.order_list, unit) | {
        "orderReports": [canceled_order(rules, order, unit) for order in what.orders]
    }


def amended(rules: SymbolRules, what: Amended, unit: TimeUnit) -> Json:
    """The answer to an amend that keeps priority."""
    order, amendment = what.order, what.amendment
    answer: Json = {
        "transactTime": stamp(amendment.time_us, unit),
        "executionId": amendment.execution_id,
        "amendedOrder": {
            "symbol": order.symbol,
            "orderId": order.id,
            "orderListId": order.list_id,
            "origClientOrderId": amendment.orig_client_order_id,
            "clientOrderId": amendment.new_client_order_id,
            "price": rules.price_text(order.price_ticks),
            "qty": rules.qty_text(order.lots),
            "executedQty": rules.qty_text(order.executed_lots),
            "preventedQty": rules.qty_text(order.prevented_lots),
            "quoteOrderQty": atoms_text(order.quote_order_atoms),
            "cumulativeQuoteQty": atoms_text(order.quote_atoms),
            "status": order.status,
            "timeInForce": order.time_in_force,
            "type": order.type,
            "side": order.side,
            "workingTime": stamp(order.working_us, unit) if order.is_working else -1,
            "selfTradePreventionMode": order.stp_mode,
        }
        | _triggers(rules, order)
        | _rare(rules, order, unit),
    }
    if what.order_list is not None:
        row = order_list(what.order_list, unit)
        wanted = ("orderListId", "contingencyType", "listOrderStatus", "listClientOrderId", "symbol", "orders")  # fmt: skip
        answer["listStatus"] = {name: row[name] for name in wanted}
    return answer


def amendment(rules: SymbolRules, row: Amendment, unit: TimeUnit) -> Json:
    """One amendment of an order's history."""
    return {
        "symbol": row.symbol,
        "orderId": row.order_id,
        "executionId": row.execution_id,
        "origClientOrderId": row.orig_client_order_id,
        "newClientOrderId": row.new_client_order_id,
        "origQty": rules.qty_text(row.orig_lots),
        "newQty": rules.qty_text(row.new_lots),
        "time": stamp(row.time_us, unit),
    }


def own_trade(rules: SymbolRules, fill: Fill, unit: TimeUnit) -> Json:
    """An element of ``myTrades``."""
    return (
        {"symbol": fill.symbol, "id": fill.trade_id}
        | _fill_amounts(rules, fill, unit)
        | {"isBestMatch": True}
    )


def allocation(rules: SymbolRules, fill: Fill, unit: TimeUnit) -> Json:
    """An element of ``myAllocations``."""
    return (
        {"symbol": fill.symbol, "allocationId": fill.allocation_id, "allocationType": "SOR"}
        | _fill_amounts(rules, fill, unit)
        | {"isAllocator": False}
    )


def _fill_amounts(rules: SymbolRules, fill: Fill, unit: TimeUnit) -> Json:
    return {
        "orderId": fill.order_id,
        "orderListId": fill.list_id,
        "price": rules.price_text(fill.price_ticks),
        "qty": rules.qty_text(fill.lots),
        "quoteQty": atoms_text(fill.quote_atoms),
        "commission": atoms_text(fill.commission_atoms),
        "commissionAsset": fill.commission_asset,
        "time": stamp(fill.time_us, unit),
        "isBuyer": fill.is_buyer,
        "isMaker": fill.is_maker,
    }


def prevented_match(rules: SymbolRules, row: PreventedMatch, unit: TimeUnit) -> Json:
    """An element of ``myPreventedMatches``."""
    head: Json = {
        "symbol": row.symbol,
        "preventedMatchId": row.id,
        "takerOrderId": row.taker_order_id,
        "makerSymbol": row.maker_symbol,
        "makerOrderId": row.maker_order_id,
        "tradeGroupId": row.trade_group_id,
        "selfTradePreventionMode": row.stp_mode,
        "price": rules.price_text(row.price_ticks),
    }
    quantities = _prevented_quantities(rules, row)
    return head | quantities | {"transactTime": stamp(row.time_us, unit)}


def account(row: Account, assets: Iterable[str], *, omit_zero: bool, unit: TimeUnit) -> Json:
    """``account``: rates, permissions and the balance of every asset."""
    rates = row.commission.standard
    group = {} if row.trade_group_id == NO_GROUP else {"tradeGroupId": row.trade_group_id}
    return {
        "makerCommission": rates.maker // 10_000,  # basis points
        "takerCommission": rates.taker // 10_000,
        "buyerCommission": rates.buyer // 10_000,
        "sellerCommission": rates.seller // 10_000,
        "commissionRates": _rates(rates),
        "canTrade": row.can_trade,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": stamp(row.update_us, unit),
        "accountType": "SPOT",
        "balances": list(_balances(row, assets, omit_zero=omit_zero)),
        "permissions": list(row.permissions),
        "uid": row.id,
    } | group


def _balances(row: Account, assets: Iterable[str], *, omit_zero: bool) -> Iterable[Json]:
    for asset in dict.fromkeys((*assets, *row.balances)):
        balance = row.balances.get(asset)
        free, locked = (balance.free, balance.locked) if balance else (0, 0)
        if free or locked or not omit_zero:
            yield {"asset": asset, "free": atoms_text(free), "locked": atoms_text(locked)}


def _rates(rates: Rates) -> Json:
    return {
        "maker": atoms_text(rates.maker),
        "taker": atoms_text(rates.taker),
        "buyer": atoms_text(rates.buyer),
        "seller": atoms_text(rates.seller),
    }


def commission(symbol: str, row: Commission) -> Json:
    """``account/commission``: all rates of a symbol."""
    return {
        "symbol": symbol,
        "standardCommission": _rates(row.standard),
        "specialCommission": _rates(row.special),
        "taxCommission": _rates(row.tax),
        "discount": _discount(row),
    }


def order_commission(row: Commission, *, is_buyer: bool) -> Json:
    """``computeCommissionRates`` of ``order/test``: what this order would pay."""

    def rates(kind: Rates) -> Json:
        return {
            "maker": atoms_text(kind.of(is_buyer=is_buyer, is_maker=True)),
            "taker": atoms_text(kind.of(is_buyer=is_buyer, is_maker=False)),
        }

    return {
        "standardCommissionForOrder": rates(row.standard),
        "specialCommissionForOrder": rates(row.special),
        "taxCommissionForOrder": rates(row.tax),
        "discount": _discount(row),
    }


def _discount(row: Commission) -> Json:
    return {
        "enabledForAccount": row.discount_enabled,
        "enabledForSymbol": True,
        "discountAsset": row.discount_asset,
        "discount": atoms_text(row.discount),
    }
