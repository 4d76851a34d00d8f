"""What every endpoint answers: Binance's fields, in its order, on both doors.

A shape is text: names of fields in their order, ``{…}`` the fields of an object, ``[…]`` those of a list's rows,
``[12]`` a list of lists of 12.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from binance_lab.exchange.process import Exchange
from binance_lab.exchange.server.routes import BY_METHOD

from ..conftest import Rest, Socket

SYMBOLS = ("BTCUSDT", "BTCUSDC", "ETHUSDT")

RATES = "{maker taker}"
ALL_RATES = "{maker taker buyer seller}"
DISCOUNT = "{enabledForAccount enabledForSymbol discountAsset discount}"
LIMIT = "[rateLimitType interval intervalNum limit]"
USED_LIMIT = "[rateLimitType interval intervalNum limit count]"
AMOUNTS = (
    "price origQty executedQty origQuoteOrderQty cummulativeQuoteQty status timeInForce type side"
)
NEW = f"symbol orderId orderListId clientOrderId transactTime {AMOUNTS} workingTime selfTradePreventionMode"
FILLS = "fills[price qty commission commissionAsset tradeId]"
QUERIED = (
    "symbol orderId orderListId clientOrderId price origQty executedQty cummulativeQuoteQty status timeInForce type"
    " side stopPrice icebergQty time updateTime isWorking workingTime origQuoteOrderQty selfTradePreventionMode"
)
CANCELED = (
    f"symbol origClientOrderId orderId orderListId clientOrderId transactTime {AMOUNTS}"
    " selfTradePreventionMode"
)
LEGS = "orders[symbol orderId clientOrderId]"
LIST = f"orderListId contingencyType listStatusType listOrderStatus listClientOrderId transactionTime symbol {LEGS}"
PLACED_LIST = f"{LIST} orderReports[{NEW}]"
STOP_FIRST = NEW.replace("side ", "side stopPrice ")
PUBLIC_TRADE = "[id price qty quoteQty time isBuyerMaker isBestMatch]"
MINI = "{symbol openPrice highPrice lowPrice lastPrice volume quoteVolume openTime closeTime firstId lastId count}"
WINDOW = (
    "{symbol priceChange priceChangePercent weightedAvgPrice openPrice highPrice lowPrice lastPrice volume"
    " quoteVolume openTime closeTime firstId lastId count}"
)
DAY = (
    "{symbol priceChange priceChangePercent weightedAvgPrice prevClosePrice lastPrice lastQty bidPrice bidQty"
    " askPrice askQty openPrice highPrice lowPrice volume quoteVolume openTime closeTime firstId lastId count}"
)
SYMBOL_INFO = (
    "symbol status baseAsset baseAssetPrecision quoteAsset quotePrecision quoteAssetPrecision"
    " baseCommissionPrecision quoteCommissionPrecision orderTypes icebergAllowed ocoAllowed otoAllowed opoAllowed"
    " quoteOrderQtyMarketAllowed allowTrailingStop cancelReplaceAllowed amendAllowed pegInstructionsAllowed"
    " isSpotTradingAllowed isMarginTradingAllowed filters[filterType minPrice maxPrice tickSize] permissions"
    " permissionSets[1] defaultSelfTradePreventionMode allowedSelfTradePreventionModes"
)
OWN_AMOUNTS = (
    "orderId orderListId price qty quoteQty commission commissionAsset time isBuyer isMaker"
)

BTC = {"symbol": "BTCUSDT"}
BUY = BTC | {"side": "BUY", "quantity": "0.01"}
AT_LIMIT = BUY | {"type": "LIMIT", "timeInForce": "GTC", "price": "50000"}
AT_MARKET = BUY | {"type": "MARKET"}
OCO = BTC | {
    "side": "SELL",
    "quantity": "0.01",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "70000",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "50000",
}
OLD_OCO = BTC | {"side": "SELL", "quantity": "0.01", "price": "70000", "stopPrice": "50000"}
WORKING = BTC | {
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "40000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "pendingSide": "SELL",
}
PENDING = {"pendingType": "LIMIT_MAKER", "pendingPrice": "70000"}
PENDING_OCO = {
    "pendingAboveType": "LIMIT_MAKER",
    "pendingAbovePrice": "70000",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "30000",
}
QUANTITY = {"pendingQuantity": "0.01"}

# What is read without anything having to be placed for it: (method, parameters, shape).
READ: list[tuple[str, dict[str, Any], str]] = [
    ("ping", {}, "{}"),
    ("time", {}, "{serverTime}"),
    ("exchangeInfo", BTC, f"{{timezone serverTime rateLimits{LIMIT} exchangeFilters symbols[{SYMBOL_INFO}] sors[baseAsset symbols]}}"),
    ("executionRules", BTC, "{symbolRules[symbol rules]}"),
    ("depth", BTC, "{lastUpdateId bids asks[2]}"),
    ("trades.recent", BTC, PUBLIC_TRADE),
    ("trades.historical", BTC, PUBLIC_TRADE),
    ("blockTrades.historical", BTC | {"fromId": "0"}, "[id price qty quoteQty time isBuyerMaker]"),
    ("trades.aggregate", BTC, "[a p q f l T m M]"),
    ("klines", BTC | {"interval": "1m"}, "[12]"),
    ("uiKlines", BTC | {"interval": "1m"}, "[12]"),
    ("avgPrice", BTC, "{mins price closeTime}"),
    ("ticker.24hr", BTC, DAY),
    ("ticker.24hr", BTC | {"type": "MINI"}, MINI),
    ("ticker.tradingDay", BTC, WINDOW),
    ("ticker.tradingDay", BTC | {"type": "MINI"}, MINI),
    ("ticker", BTC, WINDOW),
    ("ticker", BTC | {"type": "MINI"}, MINI),
    ("ticker.price", BTC, "{symbol price}"),
    ("ticker.price", {}, "[symbol price]"),
    ("ticker.book", BTC, "{symbol bidPrice bidQty askPrice askQty}"),
    ("account.status", {}, f"{{makerCommission takerCommission buyerCommission sellerCommission commissionRates{ALL_RATES} canTrade canWithdraw canDeposit brokered requireSelfTradePrevention preventSor updateTime accountType balances[asset free locked] permissions uid}}"),
    ("account.commission", BTC, f"{{symbol standardCommission{ALL_RATES} specialCommission{ALL_RATES} taxCommission{ALL_RATES} discount{DISCOUNT}}}"),
    ("account.rateLimits.orders", {}, USED_LIMIT),
    ("allOrders", BTC, f"[{QUERIED}]"),
    ("allOrderLists", {}, f"[{LIST}]"),
    ("myTrades", BTC, f"[symbol id {OWN_AMOUNTS} isBestMatch]"),
    ("myAllocations", BTC, f"[symbol allocationId allocationType {OWN_AMOUNTS} isAllocator]"),
    ("myPreventedMatches", BTC | {"preventedMatchId": "0"}, "[symbol preventedMatchId takerOrderId makerSymbol makerOrderId tradeGroupId selfTradePreventionMode price makerPreventedQuantity transactTime]"),
    ("myFilters", BTC, f"{{exchangeFilters symbolFilters[filterType minPrice maxPrice tickSize] assetFilters rateLimits{LIMIT}}}"),
    ("order.test", AT_LIMIT, "{}"),
    ("order.test", AT_LIMIT | {"computeCommissionRates": "true"}, f"{{standardCommissionForOrder{RATES} specialCommissionForOrder{RATES} taxCommissionForOrder{RATES} discount{DISCOUNT}}}"),
    ("sor.order.test", AT_LIMIT | {"computeCommissionRates": "true"}, f"{{standardCommissionForOrder{RATES} taxCommissionForOrder{RATES} discount{DISCOUNT}}}"),
]  # fmt: skip

PLACE: list[tuple[str, dict[str, Any], str]] = [
    ("order.place", AT_LIMIT | {"newOrderRespType": "ACK"}, "{symbol orderId orderListId clientOrderId transactTime}"),
    ("order.place", AT_LIMIT | {"newOrderRespType": "RESULT"}, f"{{{NEW}}}"),
    ("order.place", AT_MARKET, f"{{{NEW} {FILLS}}}"),
    ("order.place", AT_LIMIT | {"icebergQty": "0.001", "strategyId": "7", "strategyType": "1000000"}, f"{{{NEW.replace('workingTime', 'workingTime icebergQty')} strategyId strategyType fills}}"),
    ("orderList.place", OLD_OCO, f"{{{LIST} orderReports[{STOP_FIRST}]}}"),
    ("orderList.place.oco", OCO, f"{{{LIST} orderReports[{STOP_FIRST}]}}"),
    ("orderList.place.oto", WORKING | PENDING | QUANTITY, f"{{{PLACED_LIST}}}"),
    ("orderList.place.otoco", WORKING | PENDING_OCO | QUANTITY, f"{{{PLACED_LIST}}}"),
    ("orderList.place.opo", WORKING | PENDING, f"{{{PLACED_LIST}}}"),
    ("orderList.place.opoco", WORKING | PENDING_OCO, f"{{{PLACED_LIST}}}"),
]  # fmt: skip

# What needs an open order, or an open list, of its own.
OF_ORDER: list[tuple[str, dict[str, Any], str]] = [
    ("order.status", {}, f"{{{QUERIED}}}"),
    ("openOrders.status", {}, f"[{QUERIED}]"),
    ("order.cancel", {}, f"{{{CANCELED}}}"),
    ("openOrders.cancelAll", {}, f"[{CANCELED}]"),
    ("order.amend.keepPriority", {"newQty": "0.005"}, "{transactTime executionId amendedOrder{symbol orderId orderListId origClientOrderId clientOrderId price qty executedQty preventedQty quoteOrderQty cumulativeQuoteQty status timeInForce type side workingTime selfTradePreventionMode}}"),
    ("order.cancelReplace", AT_LIMIT | {"cancelReplaceMode": "STOP_ON_FAILURE"}, f"{{cancelResult newOrderResult cancelResponse{{{CANCELED}}} newOrderResponse{{{NEW} fills}}}}"),
]  # fmt: skip
OF_LIST: list[tuple[str, dict[str, Any], str]] = [
    ("orderList.status", {}, f"{{{LIST}}}"),
    ("openOrderLists.status", {}, f"[{LIST}]"),
    ("orderList.cancel", BTC, f"{{{LIST} orderReports[{CANCELED.replace('side ', 'side stopPrice ')}]}}"),
]  # fmt: skip
ALONE = {"order.amendments", "sor.order.place", "referencePrice", "referencePrice.calculation"}


def shape(answer: Any) -> str:
    """The shape of an answer; what holds no fields has none."""
    if isinstance(answer, dict):
        return "{" + fields(answer) + "}"
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return "[" + fields(answer[0]) + "]"
    if isinstance(answer, list) and answer and isinstance(answer[0], list):
        return f"[{len(answer[0])}]"
    return ""


def fields(row: dict[str, Any]) -> str:
    """The names of an object's fields, each with its shape."""
    return " ".join(name + shape(value) for name, value in row.items())


class Doors:
    """One account, by REST and by the WebSocket API."""

    def __init__(self, exchange: Exchange) -> None:
        self.rest = Rest(exchange)
        self.api = Socket(exchange.ws + "/ws-api/v3")

    def ask(self, door: str, method: str, params: dict[str, Any]) -> Any:
        """The answer's body to a method, by either door."""
        route = BY_METHOD[method]
        if door == "REST":
            if not route.signed:
                answer = self.rest.get(route.path, **params)
            else:
                answer = self.rest.signed(route.http, route.path, **params)
            assert answer.status_code == 200, answer.text
            return answer.json()
        if route.signed:
            params = params | {"apiKey": self.rest.key, "timestamp": time.time_ns() // 10**6}
            payload = "&".join(f"{name}={params[name]}" for name in sorted(params))
            params["signature"] = self.rest.sign(payload)
        told = self.api.ask(id=1, method=method, params=params)
        assert list(told) == ["id", "status", "result", "rateLimits"], told
        return told["result"]

    def clear(self) -> None:
        """Cancel what is open."""
        if self.rest.signed("GET", "/api/v3/openOrders").json():
            self.rest.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")


@pytest.fixture(scope="module")
def market() -> Iterator[Doors]:
    """A market with some of everything: trades, a block trade, an allocation, a prevented match, a list."""
    with Exchange(agents=False, accounts=2, symbols=SYMBOLS) as running:
        own, other = Doors(running), Rest(running, 1)
        own.rest.lab("POST", "/limits", weight=10**6, orders_10s=10**6)
        other.order("SELL", "1", "60000")
        own.rest.order("BUY", "0.01")
        own.rest.lab("POST", "/blocks", symbol="BTCUSDT", price="60000", quantity="1")
        sell = {"side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
        other.signed("POST", "/api/v3/order", symbol="BTCUSDC", price="59000", **sell)
        own.rest.signed("POST", "/api/v3/sor/order", **AT_LIMIT | {"price": "60000"})
        own.rest.order("SELL", "0.01", "59000")
        own.rest.order("BUY", "0.01", "59000", selfTradePreventionMode="EXPIRE_MAKER")
        own.rest.signed("POST", "/api/v3/orderList/oco", **OCO)
        own.clear()
        yield own
        own.api.close()


@pytest.fixture(params=["REST", "WebSocket"])
def door(request: pytest.FixtureRequest) -> str:
    """By which door."""
    return str(request.param)


def rows(table: list[tuple[str, dict[str, Any], str]]) -> Any:
    """A table as test cases that are called as its methods."""
    return pytest.mark.parametrize(
        ("method", "params", "wanted"), table, ids=[method for method, _, _ in table]
    )


@pytest.fixture
def doors(market: Doors) -> Iterator[Doors]:
    """The market, with nothing open before and after a test."""
    yield market
    market.clear()


@rows(READ + PLACE)
def test_an_answer_has_binances_fields(
    doors: Doors, door: str, method: str, params: dict[str, Any], wanted: str
):
    """Every answer has the documented fields in the documented order, by both doors."""
    assert shape(doors.ask(door, method, params)) == wanted


@rows(OF_ORDER)
def test_an_answer_about_an_order_has_binances_fields(
    doors: Doors, door: str, method: str, params: dict[str, Any], wanted: str
):
    """What is asked of, or done to, an open order has the documented fields."""
    order = doors.rest.order("BUY", "0.01", "50000")
    name = "cancelOrderId" if method == "order.cancelReplace" else "orderId"
    which = {} if method.startswith("openOrders") else {name: order["orderId"]}
    assert shape(doors.ask(door, method, BTC | which | params)) == wanted


@rows(OF_LIST)
def test_an_answer_about_a_list_has_binances_fields(
    doors: Doors, door: str, method: str, params: dict[str, Any], wanted: str
):
    """What is asked of, or done to, an open order list has the documented fields."""
    placed = doors.rest.signed("POST", "/api/v3/orderList/oco", **OCO).json()
    which = {} if method.startswith("open") else {"orderListId": placed["orderListId"]}
    assert shape(doors.ask(door, method, which | params)) == wanted


def test_the_history_of_an_order_has_binances_fields(doors: Doors, door: str):
    """order/amendments lists what an order was and became."""
    order = doors.rest.order("BUY", "0.01", "50000")
    which = BTC | {"orderId": order["orderId"]}
    doors.ask(door, "order.amend.keepPriority", which | {"newQty": "0.005"})
    wanted = "[symbol orderId executionId origClientOrderId newClientOrderId origQty newQty time]"
    assert shape(doors.ask(door, "order.amendments", which)) == wanted


def test_a_routed_order_comes_in_a_list_over_a_socket(doors: Doors):
    """sor/order answers an object, sor.order.place a list of one."""
    wanted = f"{NEW} usedSor workingFloor fills"
    assert shape(doors.ask("REST", "sor.order.place", AT_LIMIT)) == f"{{{wanted}}}"
    assert shape(doors.ask("WebSocket", "sor.order.place", AT_LIMIT)) == f"[{wanted}]"


def test_an_amended_order_tells_what_is_special_about_it(doors: Doors):
    """An amended stop in a list tells its stop price, and the list's state."""
    placed = doors.rest.signed("POST", "/api/v3/orderList/oco", **OCO).json()
    which = BTC | {"orderId": placed["orders"][0]["orderId"], "newQty": "0.005"}
    amended = doors.ask("REST", "order.amend.keepPriority", which)
    assert amended["amendedOrder"]["stopPrice"] == "50000.00000000"
    assert list(amended["listStatus"]) == ["orderListId", "contingencyType", "listOrderStatus", "listClientOrderId", "symbol", "orders"]  # fmt: skip


@pytest.mark.parametrize("kind", ["RESULT", "FULL"])
@pytest.mark.parametrize(
    ("mode", "lost"),
    [
        ("EXPIRE_TAKER", {"takerPreventedQuantity": "0.02000000"}),
        ("EXPIRE_MAKER", {"makerPreventedQuantity": "0.01000000"}),
        ("EXPIRE_BOTH", {"takerPreventedQuantity": "0.02000000", "makerPreventedQuantity": "0.01000000"}),
        ("DECREMENT", {"takerPreventedQuantity": "0.01000000", "makerPreventedQuantity": "0.01000000"}),
    ],
)  # fmt: skip
def test_a_new_order_tells_the_matches_that_were_prevented(
    doors: Doors, kind: str, mode: str, lost: dict[str, str]
):
    """The answer to an order that met its own account's says which, at what price, and who lost what."""
    resting = doors.rest.order("SELL", "0.01", "58000")
    placed = doors.rest.order(
        "BUY", "0.02", "58000", selfTradePreventionMode=mode, newOrderRespType=kind
    )
    (match,) = placed["preventedMatches"]
    number = match.pop("preventedMatchId")
    assert match == {"makerOrderId": resting["orderId"], "price": "58000.00000000"} | lost
    known = doors.ask("REST", "myPreventedMatches", BTC | {"preventedMatchId": str(number)})
    assert [row["takerOrderId"] for row in known] == [placed["orderId"]]
    assert "tradeGroupId" not in placed  # the account is in no group


def test_every_method_is_in_the_tables():
    """No endpoint's answer goes unlooked at."""
    looked_at = {method for table in (READ, PLACE, OF_ORDER, OF_LIST) for method, _, _ in table}
    assert looked_at | ALONE == set(BY_METHOD)
