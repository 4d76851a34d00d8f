"""The REST door: answers, headers, units, and what a request costs."""

from __future__ import annotations

import asyncio
import time

import pytest

from binance_lab.exchange.clock import SteppedClock
from binance_lab.exchange.process import Exchange
from binance_lab.exchange.server.app import Server
from binance_lab.exchange.server.venue import Venue
from binance_lab.exchange.symbols import select_symbols

from ..conftest import Rest, encoded


def names(answer: object) -> list[str]:
    """The fields of an answer, in their order."""
    assert isinstance(answer, dict), answer
    return list(answer)


NEW_ORDER = [
    "symbol",
    "orderId",
    "orderListId",
    "clientOrderId",
    "transactTime",
    "price",
    "origQty",
    "executedQty",
    "origQuoteOrderQty",
    "cummulativeQuoteQty",
    "status",
    "timeInForce",
    "type",
    "side",
    "workingTime",
    "selfTradePreventionMode",
    "fills",
]
QUERIED_ORDER = [
    "symbol",
    "orderId",
    "orderListId",
    "clientOrderId",
    "price",
    "origQty",
    "executedQty",
    "cummulativeQuoteQty",
    "status",
    "timeInForce",
    "type",
    "side",
    "stopPrice",
    "icebergQty",
    "time",
    "updateTime",
    "isWorking",
    "workingTime",
    "origQuoteOrderQty",
    "selfTradePreventionMode",
]
CANCELED_ORDER = [
    "symbol",
    "origClientOrderId",
    "orderId",
    "orderListId",
    "clientOrderId",
    "transactTime",
    "price",
    "origQty",
    "executedQty",
    "origQuoteOrderQty",
    "cummulativeQuoteQty",
    "status",
    "timeInForce",
    "type",
    "side",
    "selfTradePreventionMode",
]
OWN_TRADE = [
    "symbol",
    "id",
    "orderId",
    "orderListId",
    "price",
    "qty",
    "quoteQty",
    "commission",
    "commissionAsset",
    "time",
    "isBuyer",
    "isMaker",
    "isBestMatch",
]


def test_time_is_in_milliseconds_unless_asked_for_in_microseconds(rest: Rest):
    """X-MBX-TIME-UNIT chooses the unit of every time in an answer."""
    milliseconds = rest.get("/api/v3/time").json()["serverTime"]
    asked = {"X-MBX-TIME-UNIT": "MICROSECOND"}
    microseconds = rest.send("GET", "/api/v3/time", headers=asked).json()["serverTime"]
    assert abs(milliseconds - time.time() * 1e3) < 5e3
    assert abs(microseconds - time.time() * 1e6) < 5e6


def test_ping_answers_an_empty_object(rest: Rest):
    """GET ping is {}."""
    assert rest.get("/api/v3/ping").json() == {}


def test_answers_say_the_weight_used(rest: Rest):
    """The weight of each request is added up in a header."""
    first = rest.get("/api/v3/ping").headers
    second = rest.get("/api/v3/exchangeInfo").headers
    used = [int(each["x-mbx-used-weight-1m"]) for each in (first, second)]
    assert used[1] - used[0] == 20 or used[1] == 20  # a new minute began


@pytest.mark.parametrize(
    ("limit", "weight"), [(5, 5), (100, 5), (500, 25), (1000, 50), (5000, 250)]
)
def test_depth_costs_by_its_limit(rest: Rest, limit: int, weight: int):
    """More levels weigh more."""
    rest.lab("POST", "/limits", weight=6000)
    answer = rest.get("/api/v3/depth", symbol="BTCUSDT", limit=limit)
    assert answer.headers["x-mbx-used-weight-1m"] == str(weight)


def test_exchange_info_lists_symbols_limits_and_filters(rest: Rest):
    """exchangeInfo has the fields of Binance's, in its order."""
    info = rest.get("/api/v3/exchangeInfo").json()
    assert names(info) == ["timezone", "serverTime", "rateLimits", "exchangeFilters", "symbols"]
    assert [row["symbol"] for row in info["symbols"]] == ["BTCUSDT", "ETHUSDT", "币安人生USDT"]
    assert {row["rateLimitType"] for row in info["rateLimits"]} == {
        "REQUEST_WEIGHT",
        "ORDERS",
        "RAW_REQUESTS",
    }


def test_exchange_info_of_one_symbol(rest: Rest):
    """symbol and symbols narrow exchangeInfo, names outside ASCII included."""
    assert len(rest.get("/api/v3/exchangeInfo", symbol="币安人生USDT").json()["symbols"]) == 1
    two = rest.get("/api/v3/exchangeInfo", symbols='["BTCUSDT","ETHUSDT"]').json()
    assert [row["symbol"] for row in two["symbols"]] == ["BTCUSDT", "ETHUSDT"]


def test_a_limit_order_rests_is_found_and_is_canceled(rest: Rest):
    """A limit order's life: NEW, found by query, listed as open, canceled."""
    placed = rest.order("BUY", "0.01", "50000")
    assert names(placed) == NEW_ORDER
    assert (placed["status"], placed["fills"]) == ("NEW", [])
    found = rest.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"]).json()
    assert names(found) == QUERIED_ORDER
    opened = rest.signed("GET", "/api/v3/openOrders", symbol="BTCUSDT").json()
    assert [row["orderId"] for row in opened] == [placed["orderId"]]
    canceled = rest.signed(
        "DELETE", "/api/v3/order", symbol="BTCUSDT", origClientOrderId=placed["clientOrderId"]
    ).json()
    assert names(canceled) == CANCELED_ORDER
    assert canceled["status"] == "CANCELED"
    assert rest.signed("GET", "/api/v3/openOrders").json() == []


def test_a_market_order_fills_and_shows_in_trades_and_balances(rest: Rest, other: Rest):
    """A market order pays the resting price; the trade and the balances say so."""
    other.order("SELL", "0.01", "60000")
    bought = rest.order("BUY", "0.01")
    assert bought["status"] == "FILLED"
    assert [fill["price"] for fill in bought["fills"]] == ["60000.00000000"]
    trades = rest.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT", orderId=bought["orderId"])
    assert [names(row) for row in trades.json()] == [OWN_TRADE]
    public = rest.get("/api/v3/trades", symbol="BTCUSDT", limit=1).json()
    assert public[0]["id"] == trades.json()[0]["id"]


@pytest.mark.parametrize(("kind", "fields"), [("ACK", 5), ("RESULT", 16), ("FULL", 17)])
def test_the_answer_to_an_order_is_as_long_as_asked_for(rest: Rest, kind: str, fields: int):
    """newOrderRespType chooses ACK, RESULT or FULL."""
    placed = rest.order("BUY", "0.01", "50000", newOrderRespType=kind)
    assert names(placed) == NEW_ORDER[:fields]


def test_successful_orders_cost_no_weight_but_count(rest: Rest):
    """An order that is placed costs no weight and one unfilled order."""
    before = int(rest.get("/api/v3/ping").headers["x-mbx-used-weight-1m"])
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
    answer = rest.signed("POST", "/api/v3/order", **params, quantity="0.01", price="50000")
    assert int(answer.headers["x-mbx-used-weight-1m"]) in (before, 0)
    assert int(answer.headers["x-mbx-order-count-10s"]) >= 1
    assert int(answer.headers["x-mbx-order-count-1d"]) >= 1


def test_parameters_may_come_as_a_form_or_both(rest: Rest):
    """A POST may spread its parameters over query and form; both together are signed."""
    query = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC"
    form = encoded({"quantity": "0.01", "price": "50000", "timestamp": time.time_ns() // 10**6})
    form += "&signature=" + rest.sign(query + form)
    headers = {
        "X-MBX-APIKEY": rest.key,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = rest.send("POST", "/api/v3/order", query, data=form, headers=headers)
    assert answer.status_code == 200, answer.text


def test_accounts_are_apart(rest: Rest, other: Rest):
    """One account's orders are nobody else's."""
    placed = rest.order("BUY", "0.01", "50000")
    answer = other.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert (answer.status_code, answer.json()["code"]) == (400, -2013)


def test_sapi_answers_a_clear_404(rest: Rest):
    """What only production has is a 404 that says so."""
    answer = rest.get("/sapi/v1/capital/config/getall")
    assert answer.status_code == 404
    assert "/sapi/v1/capital/config/getall is not served here" in answer.json()["msg"]


def test_an_unknown_path_is_an_empty_404(rest: Rest):
    """A path that there is not is answered without a body."""
    answer = rest.get("/api/v3/nothing")
    assert (answer.status_code, answer.text) == (404, "")


@pytest.mark.parametrize("path", ["depth", "trades", "aggTrades", "avgPrice", "ticker/24hr"])
def test_market_data_is_there(exchange: Exchange, path: str):
    """Every market data endpoint answers for a symbol that trades."""
    answer = Rest(exchange).get(f"/api/v3/{path}", symbol="BTCUSDT")
    assert answer.status_code == 200
    assert answer.json()


def test_all_tickers_come_when_none_is_named(exchange: Exchange):
    """Without symbol and symbols the tickers of all symbols come."""
    rows = Rest(exchange).get("/api/v3/ticker/price").json()
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ETHUSDT", "BNBUSDT"]


def test_klines_have_twelve_fields(exchange: Exchange):
    """A kline is a list of 12."""
    rows = Rest(exchange).get("/api/v3/klines", symbol="BTCUSDT", interval="1m", limit=1).json()
    assert [len(row) for row in rows] == [12]


def test_a_young_market_trades_near_its_reference_price(rest: Rest, other: Rest):
    """The range, the reference price and how it is reckoned are told; a taker beyond the range expires."""
    symbol = "币安人生USDT"
    [told] = rest.get("/api/v3/executionRules", symbol=symbol).json()["symbolRules"]
    [rule] = told["rules"]
    assert names(rule) == ["ruleType", "bidLimitMultUp", "bidLimitMultDown", "askLimitMultUp", "askLimitMultDown"]  # fmt: skip
    assert (rule["ruleType"], rule["bidLimitMultUp"]) == ("PRICE_RANGE", "1.2500")
    for price, status in (("0.15", "FILLED"), ("0.2", "EXPIRED")):
        order = {"symbol": symbol, "quantity": "100"}
        limit = {"type": "LIMIT", "timeInForce": "GTC", "price": price}
        other.order("SELL", **(order | limit))
        taken = rest.order("BUY", **(order | limit))
        assert taken["status"] == status
    assert taken["expiryReason"] == "EXECUTION_RULE_PRICE_RANGE_EXCEEDED"
    reference = rest.get("/api/v3/referencePrice", symbol=symbol).json()
    assert names(reference) == ["symbol", "referencePrice", "timestamp"]
    assert float(reference["referencePrice"]) == 0.15
    calculation = rest.get("/api/v3/referencePrice/calculation", symbol=symbol).json()
    assert calculation == {"symbol": symbol, "calculationType": "ARITHMETIC_MEAN", "bucketCount": 300, "bucketWidthMs": 1000}  # fmt: skip


@pytest.mark.parametrize("garbled", [b"GARBAGE", b"GET /" + b"a" * 10_000 + b" HTTP/1.1"])
def test_what_is_no_http_is_refused_quietly(caplog: pytest.LogCaptureFixture, garbled: bytes):
    """Bytes from a stranger are answered 400, without a line in the log or on the terminal."""

    async def talk() -> bytes:
        venue = Venue(select_symbols(["BTCUSDT"]), clock=SteppedClock(1_700_000_000_000_000))
        server = Server(venue)
        port = await server.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(garbled + b"\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await server.stop()
        return answer

    assert asyncio.run(talk()).startswith(b"HTTP/1.0 400")
    assert caplog.records == []
