"""Order lists, cancelReplace, amendments and tests of orders, as REST answers them."""

from __future__ import annotations

import select
import socket
from contextlib import ExitStack
from typing import Any

import pytest

from binance_lab.exchange.process import Exchange

from ...connector.servers import wait_until
from ..conftest import Rest

LIST = ["orderListId", "contingencyType", "listStatusType", "listOrderStatus", "listClientOrderId", "transactionTime", "symbol", "orders"]  # fmt: skip
OCO = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "0.01",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "70000",
    "belowType": "STOP_LOSS_LIMIT",
    "belowStopPrice": "50000",
    "belowPrice": "49900",
    "belowTimeInForce": "GTC",
}
OLD_OCO = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "0.01",
    "price": "70000",
    "stopPrice": "50000",
    "stopLimitPrice": "49900",
    "stopLimitTimeInForce": "GTC",
}
OTO = {
    "symbol": "BTCUSDT",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "40000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "pendingType": "LIMIT_MAKER",
    "pendingSide": "SELL",
    "pendingPrice": "70000",
    "pendingQuantity": "0.01",
}
OTOCO = {name: value for name, value in OTO.items() if not name.startswith("pending")} | {
    "pendingSide": "SELL",
    "pendingQuantity": "0.01",
    "pendingAboveType": "LIMIT_MAKER",
    "pendingAbovePrice": "70000",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "30000",
}


def dropped(params: dict[str, Any], name: str) -> dict[str, Any]:
    """Parameters without one."""
    return {key: value for key, value in params.items() if key != name}


@pytest.fixture
def traded(rest: Rest, other: Rest) -> Rest:
    """An account on a symbol whose last price is 60000."""
    other.order("SELL", "0.01", "60000")
    rest.order("BUY", "0.01")
    return rest


@pytest.mark.parametrize(
    ("path", "params", "legs"),
    [
        ("orderList/oco", OCO, 2),
        ("order/oco", OLD_OCO, 2),
        ("orderList/oto", OTO, 2),
        ("orderList/otoco", OTOCO, 3),
        ("orderList/opo", dropped(OTO, "pendingQuantity"), 2),
        ("orderList/opoco", dropped(OTOCO, "pendingQuantity"), 3),
    ],
)
def test_an_order_list_is_placed_found_and_canceled(
    traded: Rest, path: str, params: dict[str, Any], legs: int
):
    """Each kind of order list answers with its legs, is listed while open, and is canceled whole."""
    answer = traded.signed("POST", "/api/v3/" + path, **params)
    assert answer.status_code == 200, answer.text
    placed = answer.json()
    assert list(placed) == [*LIST, "orderReports"]
    assert len(placed["orders"]) == len(placed["orderReports"]) == legs
    number = placed["orderListId"]
    found = traded.signed("GET", "/api/v3/orderList", orderListId=number).json()
    assert list(found) == LIST
    opened = traded.signed("GET", "/api/v3/openOrderList").json()
    assert [row["orderListId"] for row in opened] == [number]
    canceled = traded.signed(
        "DELETE", "/api/v3/orderList", symbol="BTCUSDT", orderListId=number
    ).json()
    assert (canceled["listStatusType"], canceled["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert {row["status"] for row in canceled["orderReports"]} == {"CANCELED"}
    everything = traded.signed("GET", "/api/v3/allOrderList").json()
    assert number in [row["orderListId"] for row in everything]


@pytest.mark.parametrize(
    ("params", "code", "msg"),
    [
        (dropped(OCO, "belowTimeInForce"), -1102, "Mandatory parameter 'belowTimeInForce' was not sent, was empty/null, or malformed."),
        (dropped(OCO, "belowStopPrice"), -1102, "Param 'belowStopPrice' or 'belowTrailingDelta' must be sent, but both were empty/null!"),
        (OCO | {"aboveStopPrice": "1"}, -1106, "Parameter 'aboveStopPrice' sent when not required."),
        (OCO | {"aboveType": "TAKE_PROFIT", "aboveStopPrice": "70000", "belowType": "TAKE_PROFIT"}, -1106, "Parameter 'abovePrice' sent when not required."),
        (OCO | {"belowTimeInForce": "IOC", "belowIcebergQty": "0.001"}, -1160, "Parameter 'belowIcebergQty' is not supported if `aboveTimeInForce`/`belowTimeInForce` is not GTC."),
        (OCO | {"abovePrice": "55000", "belowStopPrice": "65000"}, -2010, "The relationship of the prices for the orders is not correct."),
    ],
)  # fmt: skip
def test_an_order_list_is_refused(traded: Rest, params: dict[str, Any], code: int, msg: str):
    """What is wrong with an order list is told apart, by the leg's own parameter names."""
    answer = traded.signed("POST", "/api/v3/orderList/oco", **params)
    assert (answer.status_code, answer.json()) == (400, {"code": code, "msg": msg})


REPLACE = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "45000",
    "cancelReplaceMode": "STOP_ON_FAILURE",
}


def test_cancel_replace_does_both(rest: Rest):
    """One order is canceled and another placed; the answer has both."""
    first = rest.order("BUY", "0.01", "50000")
    answer = rest.signed(
        "POST", "/api/v3/order/cancelReplace", **REPLACE, cancelOrderId=first["orderId"]
    )
    body = answer.json()
    assert list(body) == ["cancelResult", "newOrderResult", "cancelResponse", "newOrderResponse"]
    assert (body["cancelResult"], body["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    assert body["newOrderResponse"]["price"] == "45000.00000000"


def test_cancel_replace_fails_whole(rest: Rest):
    """Without an order to cancel nothing is placed: 400, -2022, and why."""
    answer = rest.signed("POST", "/api/v3/order/cancelReplace", **REPLACE, cancelOrderId=999_999)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, -2022)
    assert body["data"] == {
        "cancelResult": "FAILURE",
        "newOrderResult": "NOT_ATTEMPTED",
        "cancelResponse": {"code": -2011, "msg": "Unknown order sent."},
        "newOrderResponse": None,
    }


def test_cancel_replace_fails_partly(rest: Rest):
    """A new order that is refused after the cancel: 409, -2021."""
    first = rest.order("BUY", "0.01", "50000")
    params = REPLACE | {"quantity": "100"}
    answer = rest.signed(
        "POST", "/api/v3/order/cancelReplace", **params, cancelOrderId=first["orderId"]
    )
    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, -2021)
    assert (body["data"]["cancelResult"], body["data"]["newOrderResult"]) == ("SUCCESS", "FAILURE")


@pytest.mark.parametrize(
    ("mode", "status", "code", "left"),
    [("DO_NOTHING", 429, -1015, 1), ("CANCEL_ONLY", 429, -2021, 0)],
)
def test_cancel_replace_without_room_for_an_order(
    rest: Rest, mode: str, status: int, code: int, left: int
):
    """Once the order count is used up nothing happens, or only the cancel."""
    rest.lab("POST", "/limits", orders_10s=1_000)
    first = rest.order("BUY", "0.01", "50000")
    rest.lab("POST", "/limits", orders_10s=0)
    answer = rest.signed(
        "POST",
        "/api/v3/order/cancelReplace",
        **REPLACE,
        cancelOrderId=first["orderId"],
        orderRateLimitExceededMode=mode,
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(rest.signed("GET", "/api/v3/openOrders").json()) == left


@pytest.mark.parametrize(
    ("mode", "there", "status", "code", "results"),
    [
        ("STOP_ON_FAILURE", True, 429, -2021, ("SUCCESS", "FAILURE")),
        ("STOP_ON_FAILURE", False, 429, -2022, ("FAILURE", "NOT_ATTEMPTED")),
        ("ALLOW_FAILURE", True, 409, -2021, ("SUCCESS", "FAILURE")),
        ("ALLOW_FAILURE", False, 400, -2022, ("FAILURE", "FAILURE")),
    ],
)
def test_cancel_only_tells_that_the_order_count_refused_the_new_order(
    rest: Rest, mode: str, there: bool, status: int, code: int, results: tuple[str, str]
):
    """Without room for an order, CANCEL_ONLY cancels, and the new order fails with the count's refusal."""
    rest.lab("POST", "/limits", orders_10s=1_000)
    number = rest.order("BUY", "0.01", "50000")["orderId"] if there else 999_999
    rest.lab("POST", "/limits", orders_10s=0)
    params = REPLACE | {"cancelReplaceMode": mode, "orderRateLimitExceededMode": "CANCEL_ONLY"}
    answer = rest.signed("POST", "/api/v3/order/cancelReplace", **params, cancelOrderId=number)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    data = body["data"]
    assert (data["cancelResult"], data["newOrderResult"]) == results
    refused = data["newOrderResponse"]
    assert (refused["code"] == -1015) if results[1] == "FAILURE" else refused is None


def test_an_order_is_amended_and_its_history_told(rest: Rest):
    """Amending reduces the quantity; order/amendments tells from what to what."""
    placed = rest.order("BUY", "0.02", "50000")
    params = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    amended = rest.signed("PUT", "/api/v3/order/amend/keepPriority", **params, newQty="0.01")
    assert amended.json()["amendedOrder"]["qty"] == "0.01000000"
    history = rest.signed("GET", "/api/v3/order/amendments", **params).json()
    assert [(row["origQty"], row["newQty"]) for row in history] == [("0.02000000", "0.01000000")]


def test_an_amendment_is_free_only_if_the_order_expired_by_it(rest: Rest, other: Rest):
    """Reducing an order costs weight 4; reducing it to what it filled already ends it and costs none."""
    placed = rest.order("BUY", "0.02", "50000")
    other.order("SELL", "0.01", "50000")
    used = int(rest.get("/api/v3/ping").headers["x-mbx-used-weight-1m"])
    params = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    statuses, weights = [], []
    for quantity in ("0.015", "0.01"):
        answer = rest.signed("PUT", "/api/v3/order/amend/keepPriority", **params, newQty=quantity)
        statuses.append(answer.json()["amendedOrder"]["status"])
        weights.append(int(answer.headers["x-mbx-used-weight-1m"]) - used)
    assert (statuses, weights) == (["PARTIALLY_FILLED", "EXPIRED"], [4, 4])


def test_a_test_order_places_nothing(rest: Rest):
    """order/test answers {}, or the rates that the order would pay."""
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    params |= {"type": "LIMIT", "timeInForce": "GTC", "price": "50000"}
    assert rest.signed("POST", "/api/v3/order/test", **params).json() == {}
    rates = rest.signed("POST", "/api/v3/order/test", **params, computeCommissionRates="true")
    assert list(rates.json()) == ["standardCommissionForOrder", "specialCommissionForOrder", "taxCommissionForOrder", "discount"]  # fmt: skip
    assert rest.signed("GET", "/api/v3/openOrders").json() == []


def test_own_trades_that_were_prevented_are_listed(rest: Rest):
    """Self-trade prevention ends the resting order, and myPreventedMatches says which."""
    resting = rest.order("SELL", "0.01", "80000")
    params = {"selfTradePreventionMode": "EXPIRE_MAKER"}
    rest.order("BUY", "0.01", "80000", **params)
    rows = rest.signed(
        "GET", "/api/v3/myPreventedMatches", symbol="BTCUSDT", orderId=resting["orderId"]
    ).json()
    assert [row["makerOrderId"] for row in rows] == [resting["orderId"]]
    found = rest.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId=resting["orderId"])
    assert found.json()["status"] == "EXPIRED_IN_MATCH"
    assert found.json()["preventedMatchId"] == rows[0]["preventedMatchId"]


@pytest.mark.parametrize(
    ("path", "params", "fields"),
    [
        ("account/commission", {"symbol": "BTCUSDT"}, ["symbol", "standardCommission", "specialCommission", "taxCommission", "discount"]),
        ("myFilters", {"symbol": "BTCUSDT"}, ["exchangeFilters", "symbolFilters", "assetFilters", "rateLimits"]),
    ],
)  # fmt: skip
def test_an_account_reads_its_terms(
    rest: Rest, path: str, params: dict[str, Any], fields: list[str]
):
    """Rates and filters of the account have Binance's fields."""
    assert list(rest.signed("GET", "/api/v3/" + path, **params).json()) == fields


def test_the_order_count_is_told(rest: Rest):
    """rateLimit/order lists both limiters with their counts."""
    rows = rest.signed("GET", "/api/v3/rateLimit/order").json()
    assert [(row["rateLimitType"], row["intervalNum"], row["interval"]) for row in rows] == [
        ("ORDERS", 10, "SECOND"),
        ("ORDERS", 1, "DAY"),
    ]


def test_the_history_is_offered_as_files(rest: Rest):
    """A day that is over is a zip with a checksum; what there is not is a 404."""
    path = "/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01-02.zip"
    file = rest.send("GET", path)
    assert file.status_code == 200
    assert file.content[:2] == b"PK"
    assert rest.send("GET", path + ".CHECKSUM").text.endswith("BTCUSDT-1h-2025-01-02.zip\n")
    assert rest.send("GET", path.replace("2025", "2999")).status_code == 404


def test_who_leaves_does_not_keep_others_waiting(exchange: Exchange):
    """A file that takes minutes is given up when its client is gone, and the next one's turn comes."""
    with asking_for_month(exchange, "2025-01"):
        pass
    path = "/data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-01-03.zip"
    assert Rest(exchange).send("GET", path).status_code == 200


def test_what_is_made_does_not_wait_for_what_is_not(exchange: Exchange):
    """However many wait for files that take minutes, one that is there is answered, and a 404."""
    path = "/data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-01-04.zip"
    rest = Rest(exchange)
    made = rest.send("GET", path)
    months = [f"2024-{month:02}" for month in range(1, 13)]
    with ExitStack() as waiting:
        asking = [waiting.enter_context(asking_for_month(exchange, month)) for month in months]
        wait_until(lambda: rest.lab("GET", "")["filesAwaited"] == len(months))
        for end in ("", ".CHECKSUM"):
            assert rest.send("GET", path + end).status_code == 200
        assert rest.send("GET", path).content == made.content
        assert rest.send("GET", path.replace("2025", "2999")).status_code == 404
        answered, _, _ = select.select(asking, [], [], 0)
    assert answered == []


def asking_for_month(exchange: Exchange, month: str) -> socket.socket:
    """A client that asks for a month of trades, which takes minutes to make."""
    host, port = exchange.rest.removeprefix("http://").split(":")
    client = socket.create_connection((host, int(port)))
    path = f"/data/spot/monthly/trades/BTCUSDT/BTCUSDT-trades-{month}.zip"
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return client
