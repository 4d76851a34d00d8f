"""New orders and order lists from a request's parameters, taken as they are: the engine checks what each type needs.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-trade
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from binance_lab.exchange.orders import ListKind, NewCancelReplace, NewOrder, NewOrderList
from binance_lab.exchange.rejects import Reject
from binance_lab.wire import errors
from binance_lab.wire.enums import OrderType, Side

Params = Mapping[str, Any]


class _Form:
    """One order's fields among the parameters: those with its prefix, or the list's shared ones."""

    def __init__(self, params: Params, prefix: str = "", shared: Params | None = None) -> None:
        self._params = params
        self._prefix = prefix
        self._shared = shared or {}

    def name(self, field: str) -> str:
        return self._prefix + field[0].upper() + field[1:] if self._prefix else field

    def get(self, field: str) -> Any:
        return self._params.get(self.name(field), self._shared.get(field))

    def order(self, symbol: str, client_id_field: str = "clientOrderId") -> NewOrder:
        """The order, its fields taken as they are."""
        return NewOrder(
            symbol=symbol,
            side=self.get("side"),
            type=self.get("type"),
            time_in_force=self.get("timeInForce"),
            quantity=self.get("quantity"),
            quote_order_qty=self.get("quoteOrderQty"),
            price=self.get("price"),
            client_order_id=self.get(client_id_field),
            strategy_id=self.get("strategyId"),
            strategy_type=self.get("strategyType"),
            stop_price=self.get("stopPrice"),
            trailing_delta=self.get("trailingDelta"),
            iceberg_qty=self.get("icebergQty"),
            stp_mode=self._params.get("selfTradePreventionMode"),
            peg_price_type=self.get("pegPriceType"),
            peg_offset_type=self.get("pegOffsetType"),
            peg_offset_value=self.get("pegOffsetValue"),
        )


def new_order(params: Params, *, sor: bool = False) -> NewOrder:
    """The order that ``order``, ``order/test`` or ``sor/order`` asks for."""
    order = _Form(params).order(params["symbol"], "newClientOrderId")
    order.sor = sor
    return order


def cancel_replace(params: Params) -> NewCancelReplace:
    """What ``order/cancelReplace`` asks for."""
    if "cancelOrderId" not in params and "cancelOrigClientOrderId" not in params:
        raise Reject(*errors.MISSING_ONE_OF.fill("cancelOrigClientOrderId", "cancelOrderId"))
    return NewCancelReplace(
        order=new_order(params),
        mode=params["cancelReplaceMode"],
        cancel_order_id=params.get("cancelOrderId"),
        cancel_client_order_id=params.get("cancelOrigClientOrderId"),
        cancel_new_client_order_id=params.get("cancelNewClientOrderId"),
        restrictions=params.get("cancelRestrictions"),
    )


def _leg(params: Params, prefix: str, shared: Params | None = None) -> NewOrder:
    return _Form(params, prefix, shared).order(params["symbol"])


def _list(kind: ListKind, params: Params, *orders: NewOrder) -> NewOrderList:
    return NewOrderList(
        kind=kind,
        symbol=params["symbol"],
        orders=orders,
        list_client_order_id=params.get("listClientOrderId"),
    )


def oco(params: Params) -> NewOrderList:
    """``orderList/oco``: two orders of one side, above and below the price."""
    shared = {"side": params["side"], "quantity": params["quantity"]}
    return _list(ListKind.OCO, params, _leg(params, "above", shared), _leg(params, "below", shared))


def old_oco(params: Params) -> NewOrderList:
    """``order/oco``, the older form: a limit order and a stop."""
    shared = {"side": params["side"], "quantity": params["quantity"]}
    limit = _leg(
        params, "limit", shared | {"type": OrderType.LIMIT_MAKER, "price": params["price"]}
    )
    stop = _leg(_stop_leg(params), "stop", shared)
    above, below = (stop, limit) if params["side"] is Side.BUY else (limit, stop)
    return _list(ListKind.OCO, params, above, below)


def _stop_leg(params: Params) -> dict[str, Any]:
    """The older form's stop fields, named as a leg's: ``stopPrice`` is its trigger, not its price."""
    fields: dict[str, Any] = {
        name: value
        for name, value in params.items()
        if name not in ("stopPrice", "stopLimitPrice", "stopLimitTimeInForce", "trailingDelta")
    }
    fields["stopType"] = OrderType.STOP_LOSS
    if "stopLimitPrice" in params:
        if "stopLimitTimeInForce" not in params:
            raise Reject(*errors.MISSING_PARAMETER.fill("stopLimitTimeInForce"))
        fields["stopType"] = OrderType.STOP_LOSS_LIMIT
        fields["stopPrice"] = params["stopLimitPrice"]
        fields["stopTimeInForce"] = params["stopLimitTimeInForce"]
    if "stopPrice" not in params and "trailingDelta" not in params:
        raise Reject(*errors.MISSING_ONE_OF.fill("stopPrice", "trailingDelta"))
    fields["stopStopPrice"] = params.get("stopPrice")
    fields["stopTrailingDelta"] = params.get("trailingDelta")
    return fields


def oto(params: Params) -> NewOrderList:
    """``orderList/oto``: a working order whose fill brings a pending one."""
    return _list(ListKind.OTO, params, _leg(params, "working"), _leg(params, "pending"))


def opo(params: Params) -> NewOrderList:
    """``orderList/opo``: as OTO; the pending order sells what the working one bought."""
    return _list(ListKind.OPO, params, _leg(params, "working"), _leg(params, "pending"))


def otoco(params: Params) -> NewOrderList:
    """``orderList/otoco``: a working order whose fill brings an OCO."""
    return _list(ListKind.OTOCO, params, _leg(params, "working"), *_pending_legs(params))


def opoco(params: Params) -> NewOrderList:
    """``orderList/opoco``: as OTOCO; the OCO sells what the working order bought."""
    return _list(ListKind.OPOCO, params, _leg(params, "working"), *_pending_legs(params))


def _pending_legs(params: Params) -> tuple[NewOrder, ...]:
    shared = {"side": params["pendingSide"], "quantity": params.get("pendingQuantity")}
    above = _leg(params, "pendingAbove", shared)
    if "pendingBelowType" not in params:
        return (above,)
    return above, _leg(params, "pendingBelow", shared)
