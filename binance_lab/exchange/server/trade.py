"""Handlers that change orders: place, test, cancel, replace, amend, order lists.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from binance_lab.exchange.engine import CancelReplaced
from binance_lab.exchange.orders import NewOrderList, Placed
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server import order_form, render
from binance_lab.exchange.server.call import Call
from binance_lab.wire import errors
from binance_lab.wire.enums import (
    CancelReplaceMode,
    OrderType,
    ResponseType,
    Side,
)

Json = dict[str, Any]

_FULL_BY_DEFAULT = frozenset((OrderType.MARKET, OrderType.LIMIT))


class CancelReplaceRefused(Reject):
    """One or both halves of a cancelReplace failed; ``data`` says which and why."""

    def __init__(self, text: errors.ErrorText, *, status: int, data: Json) -> None:
        super().__init__(*text)
        self.status = status
        self.data = data
        # What was not attempted counts as an unfilled order, too.
        self.placed = data["newOrderResult"] != "FAILURE"


def response_type(params: dict[str, Any]) -> ResponseType:
    """How much the answer tells: as asked, or FULL for MARKET and LIMIT and ACK for the others."""
    asked: ResponseType | None = params.get("newOrderRespType")
    if asked is not None:
        return asked
    return ResponseType.FULL if params.get("type") in _FULL_BY_DEFAULT else ResponseType.ACK


def place_order(call: Call) -> Json:
    """``POST order``."""
    return _place(call, sor=False)


def place_sor_order(call: Call) -> Json:
    """``POST sor/order``."""
    return _place(call, sor=True)


def _place(call: Call, *, sor: bool) -> Json:
    new = order_form.new_order(call.params, sor=sor)
    engine = call.venue.engine
    placed = engine.place(call.account_id, new, now_us=call.now_us)
    return render.placed_order(
        engine.rules(new.symbol), placed, response_type(call.params), call.unit
    )


def test_order(call: Call) -> Json:
    """``POST order/test``."""
    return _test(call, sor=False)


def test_sor_order(call: Call) -> Json:
    """``POST sor/order/test``."""
    return _test(call, sor=True)


def _test(call: Call, *, sor: bool) -> Json:
    new = order_form.new_order(call.params, sor=sor)
    commission = call.venue.engine.test(call.account_id, new, now_us=call.now_us)
    if not call.params.get("computeCommissionRates"):
        return {}
    rates = render.order_commission(commission, is_buyer=new.side is Side.BUY)
    if sor:
        del rates["specialCommissionForOrder"]  # not among those that sor/order/test tells
    return rates


def _require_order_id(params: dict[str, Any]) -> None:
    if "orderId" not in params and "origClientOrderId" not in params:
        raise Reject(*errors.MISSING_ONE_OF.fill("origClientOrderId", "orderId"))


def cancel_order(call: Call) -> Json:
    """``DELETE order``: the order, or the list that it is in."""
    params, engine = call.params, call.venue.engine
    _require_order_id(params)
    symbol = params["symbol"]
    order = engine.cancel(
        call.account_id,
        symbol,
        order_id=params.get("orderId"),
        client_order_id=params.get("origClientOrderId"),
        new_client_order_id=params.get("newClientOrderId"),
        restrictions=params.get("cancelRestrictions"),
        now_us=call.now_us,
    )
    return render.canceled(engine.rules(symbol), order, call.unit)


def cancel_open_orders(call: Call) -> list[Json]:
    """``DELETE openOrders``: every open order of a symbol."""
    engine, symbol = call.venue.engine, call.params["symbol"]
    done = engine.cancel_all(call.account_id, symbol, now_us=call.now_us)
    return [render.canceled(engine.rules(symbol), each, call.unit) for each in done]


def cancel_replace(call: Call) -> Json:
    """``POST order/cancelReplace``."""
    request = order_form.cancel_replace(call.params)
    done = call.venue.engine.cancel_replace(
        call.account_id, request, used_up=call.used_up, now_us=call.now_us
    )
    data = _cancel_replace_data(call, done)
    if isinstance(done.placed, Placed) and not isinstance(done.canceled, Reject):
        return data
    raise _cancel_replace_refusal(done, data, request.mode, used_up=call.used_up is not None)


def _cancel_replace_data(call: Call, done: CancelReplaced) -> Json:
    rules = call.venue.engine.rules(call.params["symbol"])
    canceled, placed = done.canceled, done.placed
    placed_answer: Json | None = None
    if isinstance(placed, Reject):
        placed_answer = {"code": placed.code, "msg": placed.msg}
    elif placed is not None:
        placed_answer = render.placed_order(rules, placed, response_type(call.params), call.unit)
    return {
        "cancelResult": "FAILURE" if isinstance(canceled, Reject) else "SUCCESS",
        "newOrderResult": _result(placed),
        "cancelResponse": {"code": canceled.code, "msg": canceled.msg}
        if isinstance(canceled, Reject)
        else render.canceled(rules, canceled, call.unit),
        "newOrderResponse": placed_answer,
    }


def _result(placed: Placed | Reject | None) -> str:
    if placed is None:
        return "NOT_ATTEMPTED"
    return "FAILURE" if isinstance(placed, Reject) else "SUCCESS"


def _cancel_replace_refusal(
    done: CancelReplaced, data: Json, mode: CancelReplaceMode, *, used_up: bool
) -> CancelReplaceRefused:
    partly = isinstance(done.placed, Placed) or not isinstance(done.canceled, Reject)
    text = errors.CANCEL_REPLACE_PARTIALLY_FAILED if partly else errors.CANCEL_REPLACE_FAILED
    status = 409 if partly else 400
    if used_up and mode is CancelReplaceMode.STOP_ON_FAILURE:
        status = 429
    return CancelReplaceRefused(text, status=status, data=data)


def amend_order(call: Call) -> Json:
    """``PUT order/amend/keepPriority``."""
    params, engine = call.params, call.venue.engine
    _require_order_id(params)
    done = engine.amend(
        call.account_id,
        params["symbol"],
        params["newQty"],
        order_id=params.get("orderId"),
        client_order_id=params.get("origClientOrderId"),
        new_client_order_id=params.get("newClientOrderId"),
        now_us=call.now_us,
    )
    return render.amended(engine.rules(params["symbol"]), done, call.unit)


def _place_list(call: Call, new: NewOrderList) -> Json:
    engine = call.venue.engine
    placed = engine.place_list(call.account_id, new, now_us=call.now_us)
    kind = call.params.get("newOrderRespType", ResponseType.RESULT)
    return render.placed_list(engine.rules(new.symbol), placed, kind, call.unit)


def list_placer(form: Callable[[order_form.Params], NewOrderList]) -> Callable[[Call], Json]:
    """The handler that places the kind of list that ``form`` reads."""

    def place_list(call: Call) -> Json:
        return _place_list(call, form(call.params))

    return place_list


def cancel_list(call: Call) -> Json:
    """``DELETE orderList``."""
    params, engine = call.params, call.venue.engine
    if "orderListId" not in params and "listClientOrderId" not in params:
        raise Reject(*errors.MISSING_ONE_OF.fill("orderListId", "listClientOrderId"))
    done = engine.cancel_list(
        call.account_id,
        params["symbol"],
        list_id=params.get("orderListId"),
        client_order_id=params.get("listClientOrderId"),
        new_client_order_id=params.get("newClientOrderId"),
        now_us=call.now_us,
    )
    return render.canceled_list(engine.rules(params["symbol"]), done, call.unit)
