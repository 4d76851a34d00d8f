"""Handlers that read an account: balances, orders, own trades, limits.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
"""

from __future__ import annotations

from typing import Any

from binance_lab.exchange.orders import Order
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server import render
from binance_lab.exchange.server.call import Call
from binance_lab.wire import errors

Json = dict[str, Any]

_DAY_US = 86_400_000_000
_KEPT_US = 90 * _DAY_US  # how long an order is shown that ended without a fill


def _limit(call: Call, default: int = 500, most: int = 1000) -> int:
    return min(int(call.params.get("limit", default)), most)


def _check_day(call: Call) -> None:
    """Refuse a range of more than a day, or one that ends before it starts."""
    start, end = call.time("startTime"), call.time("endTime")
    if start is not None and end is not None:
        if end < start:
            raise Reject(*errors.BAD_COMBINATION)
        if end - start > _DAY_US:
            raise Reject(*errors.LOOKUP_TOO_BIG.fill(24))


def _check_from(call: Call, *names: str) -> None:
    """Refuse a range of time beside any of these: each of them says already where to begin."""
    if ("startTime" in call.params or "endTime" in call.params) and any(
        name in call.params for name in names
    ):
        raise Reject(*errors.BAD_COMBINATION)


def _range(call: Call) -> dict[str, Any]:
    return {
        "start_us": call.time("startTime"),
        "end_us": call.end_time(),
        "limit": _limit(call),
    }


def account(call: Call) -> Json:
    """``account``."""
    venue = call.venue
    return render.account(
        venue.engine.account(call.account_id),
        venue.assets,
        omit_zero=bool(call.params.get("omitZeroBalances")),
        unit=call.unit,
    )


def commission(call: Call) -> Json:
    """``account/commission``."""
    symbol = call.check_symbol()
    return render.commission(symbol, call.venue.engine.commission(call.account_id, symbol))


def order(call: Call) -> Json:
    """``GET order``."""
    params, engine = call.params, call.venue.engine
    if "orderId" not in params and "origClientOrderId" not in params:
        raise Reject(*errors.MISSING_ONE_OF.fill("origClientOrderId", "orderId"))
    found = engine.order(
        call.account_id,
        call.check_symbol(),
        order_id=params.get("orderId"),
        client_order_id=params.get("origClientOrderId"),
    )
    if _is_archived(call, found):
        raise Reject(*errors.ORDER_ARCHIVED)
    return render.queried_order(engine.rules(found.symbol), found, call.unit)


def _is_archived(call: Call, order: Order) -> bool:
    """Whether an order ended so long ago, without a fill, that queries no longer show it."""
    gone = not order.is_open and not order.executed_lots
    return gone and call.now_us - order.update_us > _KEPT_US


def open_orders(call: Call) -> list[Json]:
    """``GET openOrders``, of one symbol or all."""
    engine = call.venue.engine
    symbol = call.check_symbol() if "symbol" in call.params else None
    return [
        render.queried_order(engine.rules(each.symbol), each, call.unit)
        for each in engine.open_orders(call.account_id, symbol)
    ]


def all_orders(call: Call) -> list[Json]:
    """``allOrders``."""
    engine, symbol = call.venue.engine, call.check_symbol()
    _check_day(call)
    rows = engine.orders(
        call.account_id, symbol, order_id=call.params.get("orderId"), **_range(call)
    )
    return [render.queried_order(engine.rules(symbol), each, call.unit) for each in rows]


def order_list(call: Call) -> Json:
    """``GET orderList``; the client id counts if both are sent."""
    params = call.params
    if "orderListId" not in params and "origClientOrderId" not in params:
        raise Reject(*errors.MISSING_ONE_OF.fill("orderListId", "origClientOrderId"))
    client_id = params.get("origClientOrderId")
    found = call.venue.engine.order_list(
        call.account_id,
        list_id=None if client_id else params.get("orderListId"),
        client_order_id=client_id,
    )
    return render.order_list(found, call.unit)


def all_order_lists(call: Call) -> list[Json]:
    """``allOrderList``."""
    _check_day(call)
    _check_from(call, "fromId")
    rows = call.venue.engine.order_lists(
        call.account_id, from_id=call.params.get("fromId"), **_range(call)
    )
    return [render.order_list(each, call.unit) for each in rows]


def open_order_lists(call: Call) -> list[Json]:
    """``openOrderList``."""
    rows = call.venue.engine.open_order_lists(call.account_id)
    return [render.order_list(each, call.unit) for each in rows]


def my_trades(call: Call) -> list[Json]:
    """``myTrades``."""
    engine, symbol, params = call.venue.engine, call.check_symbol(), call.params
    _check_day(call)
    _check_from(call, "fromId", "orderId")
    rows = engine.trades(
        call.account_id,
        symbol,
        order_id=params.get("orderId"),
        from_id=params.get("fromId"),
        **_range(call),
    )
    return [render.own_trade(engine.rules(symbol), each, call.unit) for each in rows]


def my_allocations(call: Call) -> list[Json]:
    """``myAllocations``."""
    engine, symbol, params = call.venue.engine, call.check_symbol(), call.params
    _check_day(call)
    _check_from(call, "fromAllocationId", "orderId")
    rows = engine.allocations(
        call.account_id,
        symbol,
        order_id=params.get("orderId"),
        from_id=params.get("fromAllocationId"),
        **_range(call),
    )
    return [render.allocation(engine.rules(symbol), each, call.unit) for each in rows]


def my_prevented_matches(call: Call) -> list[Json]:
    """``myPreventedMatches``."""
    engine, symbol, params = call.venue.engine, call.check_symbol(), call.params
    if "preventedMatchId" not in params and "orderId" not in params:
        raise Reject(*errors.MISSING_ONE_OF.fill("preventedMatchId", "orderId"))
    rows = engine.prevented_matches(
        call.account_id,
        symbol,
        prevented_match_id=params.get("preventedMatchId"),
        order_id=params.get("orderId"),
        from_id=params.get("fromPreventedMatchId"),
        limit=_limit(call),
    )
    return [render.prevented_match(engine.rules(symbol), each, call.unit) for each in rows]


def order_amendments(call: Call) -> list[Json]:
    """``order/amendments``."""
    engine, symbol = call.venue.engine, call.check_symbol()
    rows = engine.amendments(
        call.account_id,
        symbol,
        call.params["orderId"],
        from_execution_id=call.params.get("fromExecutionId"),
        limit=_limit(call),
    )
    return [render.amendment(engine.rules(symbol), each, call.unit) for each in rows]


def my_filters(call: Call) -> Json:
    """``myFilters``, with the limits in number that count against the account, as Binance's SDK reads them.

    https://github.com/binance/binance-connector-python/tree/master/clients/spot
    """
    filters = call.venue.engine.filters(call.account_id, call.check_symbol())
    orders = [rule.as_json() for rule in call.venue.limits.orders]
    return filters | {"rateLimits": orders}


def order_rate_limits(call: Call) -> list[Json]:
    """``rateLimit/order``: the unfilled order counts."""
    count = call.venue.limits.order_count(call.account_id)
    return [window.as_json(call.now_us) for window in count.windows]
