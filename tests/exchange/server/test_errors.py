"""Every refusal of a request: its status, its code and its words."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from binance_lab.exchange.process import Exchange

from ..conftest import Rest, encoded

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "50000"}  # fmt: skip
SYMBOL_RANGE = r"^[\w\-._&&[^a-z]]{1,50}$"
DECIMAL_RANGE = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"


def refusal(answer: requests.Response) -> tuple[int, int, str]:
    """Status, code and text."""
    body = answer.json()
    return answer.status_code, body["code"], body["msg"]


def without(name: str) -> dict[str, Any]:
    """The order without a parameter."""
    return {key: value for key, value in ORDER.items() if key != name}


@pytest.mark.parametrize(
    ("query", "code", "msg"),
    [
        ("depth?symbol=BTCUSDT&foo=1", -1104, "Not all sent parameters were read; read '1' parameter(s) but was sent '2'."),
        ("time?x=1", -1101, "Too many parameters; expected '0' and received '1'."),
        ("trades?symbol=BTCUSDT&symbol=ETHUSDT", -1101, "Duplicate values for a parameter detected."),
        ("depth", -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
        ("ticker", -1102, "Param 'symbol' or 'symbols' must be sent, but both were empty/null!"),
        ("depth?symbol=", -1105, "Parameter 'symbol' was empty."),
        ("depth?symbol=btcusdt", -1100, f"Illegal characters found in parameter 'symbol'; legal range is '{SYMBOL_RANGE}'."),
        ("depth?symbol=BTCUSDT&limit=x", -1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'."),
        ("depth?symbol=BTCUSDT&limit=99999999999", -1108, "Parameter 'limit' overflowed."),
        ("depth?symbol=BTCUSDT&limit=0", -1130, "Data sent for parameter 'limit' is not valid."),
        ("depth?symbol=NOSUCH", -1121, "Invalid symbol."),
        ("depth?symbol=BTCUSDT&symbolStatus=FOO", -1122, "Invalid symbolStatus."),
        ("depth?symbol=BTCUSDT&symbolStatus=HALT", -1220, "The symbol's status does not match the requested symbolStatus."),
        ("klines?symbol=BTCUSDT&interval=7m", -1120, "Invalid interval."),
        ("klines?symbol=BTCUSDT&interval=1m&timeZone=99", -1130, "Data sent for parameter 'timeZone' is not valid."),
        ("ticker/24hr?symbol=BTCUSDT&type=BIG", -1139, "Invalid ticker type."),
        ("ticker/24hr?symbol=BTCUSDT&symbols=%5B%22BTCUSDT%22%5D", -1128, "Combination of optional parameters invalid."),
        ("ticker/price?symbols=%5B%22BTCUSDT%22,%22BTCUSDT%22%5D", -1151, "Symbol is present multiple times in the list."),
        ("aggTrades?symbol=BTCUSDT&fromId=1&startTime=1", -1128, "Combination of optional parameters invalid."),
        ("referencePrice?symbol=BTCUSDT", -2043, "This symbol doesn't have a reference price."),
        ("referencePrice/calculation?symbol=BTCUSDT", -2043, "This symbol doesn't have a reference price."),
    ],
)  # fmt: skip
def test_a_public_request_is_refused(rest: Rest, query: str, code: int, msg: str):
    """What is wrong with a public request is told apart as on Binance."""
    path, _, parameters = query.partition("?")
    assert refusal(rest.send("GET", "/api/v3/" + path, parameters)) == (400, code, msg)


@pytest.mark.parametrize(
    ("params", "code", "msg"),
    [
        (without("timeInForce"), -1102, "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed."),
        (without("price"), -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."),
        (without("quantity"), -1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed."),
        (ORDER | {"side": "HOLD"}, -1117, "Invalid side."),
        (ORDER | {"type": "WISH"}, -1116, "Invalid orderType."),
        (ORDER | {"timeInForce": "NOW"}, -1115, "Invalid timeInForce."),
        (ORDER | {"stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
        (ORDER | {"type": "MARKET"}, -1106, "Parameter 'price' sent when not required."),
        (ORDER | {"quantity": "1e-5"}, -1100, f"Illegal characters found in parameter 'quantity'; legal range is '{DECIMAL_RANGE}'."),
        (ORDER | {"quantity": "-1"}, -1100, f"Illegal characters found in parameter 'quantity'; legal range is '{DECIMAL_RANGE}'."),
        (ORDER | {"price": "1.123456789"}, -1111, "Parameter 'price' has too much precision."),
        (ORDER | {"price": "99999999999999999999"}, -1108, "Parameter 'price' overflowed."),
        (ORDER | {"newClientOrderId": "ü"}, -1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'."),
        (ORDER | {"strategyType": "5"}, -1134, "`strategyType` was less than 1000000."),
        (ORDER | {"selfTradePreventionMode": "SOME"}, -1130, "Data sent for parameter 'selfTradePreventionMode' is not valid."),
        (ORDER | {"pegPriceType": "X"}, -1210, "Invalid pegPriceType."),
        (ORDER | {"pegOffsetType": "X"}, -1211, "Invalid pegOffsetType."),
        (ORDER | {"pegPriceType": "PRIMARY_PEG", "pegOffsetType": "PRICE_LEVEL"}, -1128, "Combination of optional fields invalid. Recommendation: 'pegOffsetValue' and 'pegOffsetType' must both be sent."),
        (ORDER | {"pegOffsetType": "PRICE_LEVEL", "pegOffsetValue": "1"}, -1128, "Combination of optional fields invalid. Recommendation: 'pegPriceType' and 'pegOffsetType' must both be sent."),
        (ORDER | {"quantity": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
        (ORDER | {"price": "50000.001"}, -1013, "Filter failure: PRICE_FILTER"),
        (ORDER | {"quantity": "0.00002"}, -1013, "Filter failure: NOTIONAL"),
        (ORDER | {"quantity": "100"}, -2010, "Account has insufficient balance for requested action."),
        (ORDER | {"recvWindow": "60001"}, -1102, "'recvWindow' contains unexpected value. Cannot be greater than 60000."),
        ({"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"}, -1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"),
    ],
)  # fmt: skip
def test_an_order_is_refused(rest: Rest, params: dict[str, Any], code: int, msg: str):
    """What is wrong with an order is told apart as on Binance."""
    assert refusal(rest.signed("POST", "/api/v3/order", **params)) == (400, code, msg)


@pytest.mark.parametrize(
    ("method", "path", "params", "code", "msg"),
    [
        ("GET", "order", {"symbol": "BTCUSDT"}, -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"),
        ("GET", "order", {"symbol": "BTCUSDT", "orderId": 999_999}, -2013, "Order does not exist."),
        ("DELETE", "order", {"symbol": "BTCUSDT", "orderId": 999_999}, -2011, "Unknown order sent."),
        ("DELETE", "openOrders", {"symbol": "BTCUSDT"}, -2011, "Unknown order sent."),
        ("DELETE", "order", {"symbol": "BTCUSDT", "orderId": 1, "cancelRestrictions": "X"}, -1145, "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`."),
        ("GET", "myTrades", {"symbol": "BTCUSDT", "startTime": 1_700_000_000_000, "endTime": 1_700_100_000_000}, -1127, "More than 24 hours between startTime and endTime."),
        ("GET", "allOrders", {"symbol": "NOSUCH"}, -1121, "Invalid symbol."),
        ("GET", "myTrades", {"symbol": "BTCUSDT", "orderId": 1, "startTime": 1}, -1128, "Combination of optional parameters invalid."),
        ("GET", "myTrades", {"symbol": "BTCUSDT", "fromId": 1, "endTime": 1}, -1128, "Combination of optional parameters invalid."),
        ("GET", "myAllocations", {"symbol": "BTCUSDT", "orderId": 1, "startTime": 1}, -1128, "Combination of optional parameters invalid."),
        ("GET", "myAllocations", {"symbol": "BTCUSDT", "fromAllocationId": 1, "endTime": 1}, -1128, "Combination of optional parameters invalid."),
        ("GET", "allOrderList", {"fromId": 1, "startTime": 1}, -1128, "Combination of optional parameters invalid."),
    ],
)  # fmt: skip
def test_a_question_about_orders_is_refused(
    rest: Rest, method: str, path: str, params: dict[str, Any], code: int, msg: str
):
    """What is wrong with a query or a cancel is told apart as on Binance."""
    assert refusal(rest.signed(method, "/api/v3/" + path, **params)) == (400, code, msg)


def test_a_request_without_a_key_is_refused(rest: Rest):
    """No key, or one that can't be a key: -2014."""
    expected = (401, -2014, "API-key format invalid.")
    assert refusal(rest.get("/api/v3/account")) == expected
    headers = {"X-MBX-APIKEY": "short"}
    assert refusal(rest.send("GET", "/api/v3/account", headers=headers)) == expected


def test_an_order_from_long_ago_is_archived():
    """An order that ended without a fill 90 days ago is no longer shown: -2026; one with a fill is."""
    with Exchange(symbols=["BTCUSDT"], stepped=True, agents=False, accounts=2) as exchange:
        rest, other = Rest(exchange), Rest(exchange, 1)
        gone, filled, resting = (
            rest.order("BUY", "0.01", price) for price in ("50000", "51000", "49000")
        )
        rest.signed("DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=gone["orderId"])
        other.order("SELL", "0.01")
        rest.lab("POST", "/clock", by_us=90 * 86_400_000_000)
        asked = [
            rest.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId=each["orderId"])
            for each in (gone, filled, resting)
        ]
        assert [answer.status_code for answer in asked] == [200, 200, 200]
        rest.lab("POST", "/clock", by_us=1_000_000)
        asked = [
            rest.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId=each["orderId"])
            for each in (gone, filled, resting)
        ]
    text = (
        "Order was canceled or expired with no executed qty over 90 days ago and has been archived."
    )
    assert refusal(asked[0]) == (400, -2026, text)
    assert [answer.status_code for answer in asked[1:]] == [200, 200]


def test_a_key_that_nobody_has_is_refused(rest: Rest):
    """An unknown key: -2015."""
    query = f"timestamp={time.time_ns() // 10**6}&signature=00"
    answer = rest.send("GET", "/api/v3/account", query, headers={"X-MBX-APIKEY": "x" * 64})
    assert refusal(answer) == (401, -2015, "Invalid API-key, IP, or permissions for action.")


@pytest.mark.parametrize("missing", ["timestamp", "signature"])
def test_an_unsigned_request_is_refused(rest: Rest, missing: str):
    """timestamp and signature are mandatory parameters: -1102."""
    params = {"timestamp": time.time_ns() // 10**6, "signature": "00"}
    del params[missing]
    answer = rest.send(
        "GET", "/api/v3/account", encoded(params), headers={"X-MBX-APIKEY": rest.key}
    )
    text = f"Mandatory parameter '{missing}' was not sent, was empty/null, or malformed."
    assert refusal(answer) == (400, -1102, text)


def test_a_wrong_signature_is_refused(rest: Rest):
    """A signature that is another payload's: -1022."""
    query = f"timestamp={time.time_ns() // 10**6}"
    headers = {"X-MBX-APIKEY": rest.key}
    answer = rest.send("GET", "/api/v3/account", f"{query}&signature={'0' * 64}", headers=headers)
    assert refusal(answer) == (400, -1022, "Signature for this request is not valid.")


def test_a_signature_in_capitals_is_as_good(rest: Rest):
    """HMAC signatures are hex in any case."""
    query = f"timestamp={time.time_ns() // 10**6}"
    headers = {"X-MBX-APIKEY": rest.key}
    signature = rest.sign(query).upper()
    answer = rest.send("GET", "/api/v3/account", f"{query}&signature={signature}", headers=headers)
    assert answer.status_code == 200


def test_a_payload_must_be_percent_encoded_before_it_is_signed(rest: Rest):
    """What is signed without percent-encoding is refused, even if the bytes match: -1022."""
    query = f"symbol=BTCUSDT&origClientOrderId=a@b&timestamp={time.time_ns() // 10**6}"
    answer = rest.send(
        "GET",
        "/api/v3/order",
        f"{query}&signature={rest.sign(query)}",
        headers={"X-MBX-APIKEY": rest.key},
    )
    assert answer.json()["code"] in (-1022, -1100)


@pytest.mark.parametrize(
    ("offset_ms", "msg"),
    [
        (-6_000, "Timestamp for this request is outside of the recvWindow."),
        (3_000, "Timestamp for this request was 1000ms ahead of the server's time."),
    ],
)
def test_a_request_from_another_time_is_refused(rest: Rest, offset_ms: int, msg: str):
    """Older than recvWindow, or a second ahead of the server: -1021."""
    timestamp = time.time_ns() // 10**6 + offset_ms
    answer = rest.signed("GET", "/api/v3/account", timestamp=timestamp)
    assert refusal(answer) == (400, -1021, msg)


def test_a_wider_window_takes_an_older_request(rest: Rest):
    """recvWindow may be up to a minute, with three decimals."""
    timestamp = time.time_ns() // 10**6 - 6_000
    params = {"timestamp": timestamp, "recvWindow": "9999.999"}
    assert rest.signed("GET", "/api/v3/account", **params).status_code == 200


def test_timestamps_may_be_in_microseconds(rest: Rest):
    """A timestamp in µs is as good as one in ms."""
    timestamp = time.time_ns() // 10**3
    assert rest.signed("GET", "/api/v3/account", timestamp=timestamp).status_code == 200


def test_a_time_unit_that_there_is_not_is_refused(rest: Rest):
    """X-MBX-TIME-UNIT is one of two words: -1194."""
    answer = rest.send("GET", "/api/v3/time", headers={"X-MBX-TIME-UNIT": "HOUR"})
    assert refusal(answer)[:2] == (400, -1194)


def test_a_key_without_permission_is_refused(rest: Rest):
    """A key that may only read can't trade: -2015."""
    made = rest.lab("POST", "/keys", permissions=["READ"])
    rest.key, rest.secret = made["api_key"], made["api_secret"]
    assert rest.signed("GET", "/api/v3/account").status_code == 200
    answer = rest.signed("POST", "/api/v3/order/test", **ORDER)
    assert refusal(answer)[:2] == (401, -2015)


def test_too_much_weight_is_429_then_a_ban(rest: Rest):
    """Above the limit requests are 429 with Retry-After; who goes on is banned: 418."""
    rest.lab("POST", "/limits", weight=3)
    statuses = [rest.get("/api/v3/ping").status_code for _ in range(20)]
    assert statuses[:3] == [200] * 3
    assert statuses[3:13] == [429] * 10
    assert statuses[13:] == [418] * 7
    answer = rest.get("/api/v3/ping")
    assert 0 < int(answer.headers["Retry-After"]) <= 120
    assert answer.json()["msg"].startswith("Way too much request weight used; IP banned until ")


def test_too_many_unfilled_orders_are_429_without_retry_after(rest: Rest):
    """Above the order count new orders are refused with -1015."""
    rest.lab("POST", "/limits", orders_10s=1)
    answers = [rest.signed("POST", "/api/v3/order", **ORDER) for _ in range(3)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    text = "Too many new orders; current limit is 1 orders per 10 SECOND."
    assert refusal(refused[0]) == (429, -1015, text)
    assert "Retry-After" not in refused[0].headers


def test_binary_answers_are_not_offered(rest: Rest):
    """Who asks for SBE is told that there is none: -1155."""
    answer = rest.send("GET", "/api/v3/time", headers={"X-MBX-SBE": "3:1"})
    assert refusal(answer) == (400, -1155, "SBE is not enabled.")
