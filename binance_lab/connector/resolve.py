"""What became of a request whose answer was lost."""

from __future__ import annotations

import time
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from .endpoint import Endpoint, Params
from .exceptions import ConfigError, OutcomeUnknown, UnknownOrder

_PAUSE_S = 0.5
_SERVER_S = 10.0  # the server gives up a request after this long


class _Lookup(NamedTuple):
    """The call that tells, and which of the lost request's parameters it takes under what name.

    ``isolated`` are those that it takes for an isolated margin account only. A ``history`` has no
    rows of what never took effect, and is not asked without an id.
    """

    call: str
    params: Mapping[str, str]
    isolated: tuple[str, ...] = ()
    history: bool = False


_ORDER = {"symbol": "symbol", "orderId": "orderId", "origClientOrderId": "origClientOrderId"}
_NEW = {"symbol": "symbol", "newClientOrderId": "origClientOrderId"}
_NEW_LIST = {"listClientOrderId": "origClientOrderId"}
_OLD_LIST = {"orderListId": "orderListId", "listClientOrderId": "origClientOrderId"}
_ISOLATED = {"isIsolated": "isIsolated"}
_STOCK = {"clientOrderId": "clientOrderId", "orderId": "orderId"}
_WITHDRAWAL = {"withdrawOrderId": "withdrawOrderId"}
_TRANSFER = {"clientTranId": "clientTranId"}
_MARGIN_LIST = _Lookup(
    "get_margin_oco_order",
    {**_NEW_LIST, "orderListId": "orderListId", **_ISOLATED, "symbol": "symbol"},
    isolated=("symbol",),
)
_LOOKUPS: dict[str, _Lookup] = {
    "POST /api/v3/order": _Lookup("get_order", _NEW),
    "POST /api/v3/sor/order": _Lookup("get_order", _NEW),
    "POST /api/v3/order/cancelReplace": _Lookup("get_order", _NEW),
    "DELETE /api/v3/order": _Lookup("get_order", _ORDER),
    "PUT /api/v3/order/amend/keepPriority": _Lookup("get_order", _ORDER),
    "DELETE /api/v3/openOrders": _Lookup("get_open_orders", {"symbol": "symbol"}),
    "POST /api/v3/order/oco": _Lookup("get_oco_order", _NEW_LIST),
    "POST /api/v3/orderList/oco": _Lookup("get_oco_order", _NEW_LIST),
    "POST /api/v3/orderList/oto": _Lookup("get_oco_order", _NEW_LIST),
    "POST /api/v3/orderList/otoco": _Lookup("get_oco_order", _NEW_LIST),
    "POST /api/v3/orderList/opo": _Lookup("get_oco_order", _NEW_LIST),
    "POST /api/v3/orderList/opoco": _Lookup("get_oco_order", _NEW_LIST),
    "DELETE /api/v3/orderList": _Lookup("get_oco_order", _OLD_LIST),
    "POST /sapi/v1/margin/order": _Lookup("margin_order", {**_NEW, **_ISOLATED}),
    "DELETE /sapi/v1/margin/order": _Lookup("margin_order", {**_ORDER, **_ISOLATED}),
    "DELETE /sapi/v1/margin/openOrders": _Lookup(
        "margin_open_orders", {"symbol": "symbol", **_ISOLATED}
    ),
    "POST /sapi/v1/margin/order/oco": _MARGIN_LIST,
    "POST /sapi/v1/margin/order/oto": _MARGIN_LIST,
    "POST /sapi/v1/margin/order/otoco": _MARGIN_LIST,
    "DELETE /sapi/v1/margin/orderList": _MARGIN_LIST,
    "POST /sapi/v1/equity/order/place": _Lookup("stocks.order_detail", _STOCK),
    "POST /sapi/v1/equity/order/cancel": _Lookup("stocks.order_detail", _STOCK),
    "POST /sapi/v1/capital/withdraw/apply": _Lookup(
        "wallet.withdraw_history", _WITHDRAWAL, history=True
    ),
    "POST /sapi/v1/localentity/withdraw/apply": _Lookup(
        "local_entity.withdraw_history_v2", _WITHDRAWAL, history=True
    ),
    "POST /sapi/v1/sub-account/universalTransfer": _Lookup(
        "sub_account.universal_transfer_history", _TRANSFER, history=True
    ),
}


class _Client(Protocol):
    """What resolve needs of a client."""

    def _send(self, endpoint: Endpoint, params: Params) -> Any: ...


def resolve(client: _Client, unknown: OutcomeUnknown, *, timeout_s: float) -> Any:
    """The order or list as it is now; None if it never took effect.

    "No such order" counts only once the lost request can't be under way any more: its receive
    window has passed, and the time that the server gives a request.

    Raises:
        ConfigError: No call looks such a request up.
        UnknownOrder: There is none so far, but within timeout_s that proves nothing yet.
    """
    lookup = _LOOKUPS.get(f"{unknown.method} {unknown.path}")
    if lookup is None:
        raise ConfigError(
            f"no call tells what became of {unknown.method} {unknown.path}: look into the history"
            " of that product before asking again"
        )
    asked = _asked(lookup, unknown.params)
    if lookup.history and not asked:
        raise ConfigError(
            f"{unknown.method} {unknown.path} was sent without {next(iter(lookup.params))}, by which"
            f" client.{lookup.call}() would find it: look there before asking again"
        )
    ask = attrgetter(lookup.call)(client)
    give_up_s = time.monotonic() + timeout_s
    while True:
        settled = time.time() - unknown.sent_at_s > _settled_after_s(unknown)
        try:
            found = ask(**asked)
            if lookup.history and not _rows(found):
                raise UnknownOrder(f"client.{lookup.call}() does not have it so far", status=200)
            return found
        except UnknownOrder:
            if settled:
                return None
            if time.monotonic() + _PAUSE_S > give_up_s:
                raise
        time.sleep(_PAUSE_S)


def _asked(lookup: _Lookup, params: Params) -> Params:
    isolated = str(params.get("isIsolated")).upper() == "TRUE"
    return {
        name: params[given]
        for given, name in lookup.params.items()
        if given in params and (isolated or name not in lookup.isolated)
    }


def _rows(history: Any) -> Any:
    return history.get("result") if isinstance(history, dict) else history


def _settled_after_s(unknown: OutcomeUnknown) -> float:
    return float(unknown.params.get("recvWindow", 5_000)) / 1_000 + _SERVER_S
