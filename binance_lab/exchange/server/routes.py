"""Every endpoint and WebSocket API method: what it reads, what it costs, who answers it.

One table for both doors. https://developers.binance.com/docs/binance-spot-api-docs/rest-api
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from binance_lab.exchange.orders import NewOrderList
from binance_lab.exchange.server import account, general, market, order_form, trade
from binance_lab.exchange.server.call import Call
from binance_lab.exchange.server.params import Param, params
from binance_lab.wire.enums import OrderStatus

Weight = int | Callable[[Mapping[str, str]], int]  # by what was sent, before it is parsed

NONE, USER_DATA, TRADE, USER_STREAM = "NONE", "USER_DATA", "TRADE", "USER_STREAM"


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint; ``orders`` are placed by success."""

    http: str  # GET, POST, PUT, DELETE; "" if only the WebSocket API has it
    path: str
    method: str  # the WebSocket API's name
    security: str
    weight: Weight
    handler: Callable[[Call], Any]
    reads: str = field(repr=False)
    orders: int = 0
    declared: tuple[Param, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        signed = " timestamp! signature! recvWindow" if self.signed else ""
        object.__setattr__(self, "declared", params(self.reads + signed))

    @property
    def signed(self) -> bool:
        """Whether it needs a timestamp and a signature."""
        return self.security in (USER_DATA, TRADE)

    @property
    def changes(self) -> bool:
        """Whether it can change the exchange's state."""
        return self.security == TRADE and not self.path.endswith("/test")

    def is_free(self, answer: Any) -> bool:
        """Whether this success costs no weight: an amendment only if the order expired by it."""
        if self.path.endswith("/keepPriority"):
            return bool(answer["amendedOrder"]["status"] == OrderStatus.EXPIRED)
        return self.changes

    def weight_of(self, sent: Mapping[str, str]) -> int:
        """What a request costs."""
        return self.weight if isinstance(self.weight, int) else self.weight(sent)


def _count(sent: Mapping[str, str]) -> int:
    return sent["symbols"].count(",") + 1 if "symbols" in sent else 1


def _depth(sent: Mapping[str, str]) -> int:
    limit = int(text) if (text := sent.get("limit", "100")).isdecimal() else 100
    return next(
        (weight for most, weight in ((100, 5), (500, 25), (1000, 50)) if limit <= most), 250
    )


def _one_or_more(one: int, more: int) -> Callable[[Mapping[str, str]], int]:
    return lambda sent: one if "symbol" in sent else more


def _with(name: str, without: int, having: int) -> Callable[[Mapping[str, str]], int]:
    return lambda sent: having if name in sent else without


def _ticker_24hr(sent: Mapping[str, str]) -> int:
    if "symbol" in sent:
        return 2
    if "symbols" not in sent or _count(sent) > 100:
        return 80
    return 2 if _count(sent) <= 20 else 40


def _window(sent: Mapping[str, str]) -> int:
    return min(4 * _count(sent), 200)


def _execution_rules(sent: Mapping[str, str]) -> int:
    if "symbols" in sent:
        return min(2 * _count(sent), 40)
    return 2 if "symbol" in sent else 40


def _rates(sent: Mapping[str, str]) -> int:
    return 20 if sent.get("computeCommissionRates", "").lower() == "true" else 1


_KLINES = "symbol! interval! startTime endTime timeZone limit"
_RANGE = "startTime endTime limit"
_ORDER = (
    "symbol! side! type! timeInForce quantity quoteOrderQty price newClientOrderId strategyId"
    " strategyType stopPrice trailingDelta icebergQty newOrderRespType selfTradePreventionMode"
    " pegPriceType pegOffsetValue pegOffsetType"
)
_SOR = (
    "symbol! side! type! quantity! timeInForce price newClientOrderId strategyId strategyType"
    " icebergQty newOrderRespType selfTradePreventionMode"
)
_BY_ORDER = "symbol! orderId origClientOrderId"
_LIST = "symbol! listClientOrderId newOrderRespType selfTradePreventionMode"


def _leg(prefix: str, extra: str = "") -> str:
    """The optional parameters of one order of a list."""
    words = (
        "ClientOrderId IcebergQty TimeInForce StrategyId StrategyType"
        " PegPriceType PegOffsetType PegOffsetValue " + extra
    )
    return " " + " ".join(prefix + word for word in words.split())


_TRIGGER = "Price StopPrice TrailingDelta"
_WORKING = " workingType! workingSide! workingPrice! workingQuantity!" + _leg("working")
_PENDING = " pendingType! pendingSide!" + _leg("pending", _TRIGGER)
_PENDING_OCO = (
    " pendingSide! pendingAboveType! pendingBelowType"
    + _leg("pendingAbove", _TRIGGER)
    + _leg("pendingBelow", _TRIGGER)
)
_OLD_OCO = (
    "symbol! side! quantity! price! listClientOrderId limitClientOrderId limitIcebergQty"
    " limitStrategyId limitStrategyType stopPrice trailingDelta stopClientOrderId stopLimitPrice"
    " stopLimitTimeInForce stopIcebergQty stopStrategyId stopStrategyType newOrderRespType"
    " selfTradePreventionMode"
)
_OCO = (
    _LIST
    + " side! quantity! aboveType! belowType!"
    + _leg("above", _TRIGGER)
    + _leg("below", _TRIGGER)
)


def _get(
    path: str, method: str, weight: Weight, handler: Callable[[Call], Any], reads: str
) -> Route:
    return Route("GET", "/api/v3/" + path, method, NONE, weight, handler, reads)


def _own(
    path: str, method: str, weight: Weight, handler: Callable[[Call], Any], reads: str
) -> Route:
    return Route("GET", "/api/v3/" + path, method, USER_DATA, weight, handler, reads)


def _do(
    http: str,
    path: str,
    method: str,
    handler: Callable[[Call], Any],
    reads: str,
    *,
    weight: Weight = 1,
    orders: int = 0,
) -> Route:
    return Route(
        http,
        "/api/v3/" + path,
        method,
        TRADE,
        weight,
        handler,
        reads,
        orders,
    )


def _place_list(
    path: str,
    method: str,
    form: Callable[[order_form.Params], NewOrderList],
    reads: str,
    orders: int,
) -> Route:
    return _do("POST", path, method, trade.list_placer(form), reads, orders=orders)


ROUTES: tuple[Route, ...] = (
    _get("ping", "ping", 1, general.ping, ""),
    _get("time", "time", 1, general.time, ""),
    _get("exchangeInfo", "exchangeInfo", 20, general.exchange_info, "symbol symbols permissions showPermissionSets symbolStatus"),
    _get("executionRules", "executionRules", _execution_rules, general.execution_rules, "symbol symbols symbolStatus"),
    _get("depth", "depth", _depth, market.depth, "symbol! limit symbolStatus"),
    _get("trades", "trades.recent", 25, market.trades, "symbol! limit"),
    _get("historicalTrades", "trades.historical", 25, market.historical_trades, "symbol! limit fromId"),
    _get("historicalBlockTrades", "blockTrades.historical", 25, market.historical_block_trades, "symbol! fromId! limit"),
    _get("aggTrades", "trades.aggregate", 4, market.agg_trades, "symbol! fromId " + _RANGE),
    _get("klines", "klines", 2, market.klines, _KLINES),
    _get("uiKlines", "uiKlines", 2, market.klines, _KLINES),
    _get("avgPrice", "avgPrice", 2, market.avg_price, "symbol!"),
    _get("ticker/24hr", "ticker.24hr", _ticker_24hr, market.ticker_24hr, "symbol symbols type=tickerType symbolStatus"),
    _get("ticker/tradingDay", "ticker.tradingDay", _window, market.trading_day_ticker, "symbol symbols timeZone type=tickerType symbolStatus"),
    _get("ticker", "ticker", _window, market.window_ticker, "symbol symbols windowSize type=tickerType symbolStatus"),
    _get("ticker/price", "ticker.price", _one_or_more(2, 4), market.ticker_price, "symbol symbols symbolStatus"),
    _get("ticker/bookTicker", "ticker.book", _one_or_more(2, 4), market.book_ticker, "symbol symbols symbolStatus"),
    _get("referencePrice", "referencePrice", 2, market.reference_price, "symbol!"),
    _get("referencePrice/calculation", "referencePrice.calculation", 2, market.reference_price_calculation, "symbol! symbolStatus"),
    _do("POST", "order", "order.place", trade.place_order, _ORDER, orders=1),
    _do("POST", "order/test", "order.test", trade.test_order, _ORDER + " computeCommissionRates", weight=_rates),
    _do("DELETE", "order", "order.cancel", trade.cancel_order, _BY_ORDER + " newClientOrderId cancelRestrictions"),
    _do("DELETE", "openOrders", "openOrders.cancelAll", trade.cancel_open_orders, "symbol!"),
    _do("POST", "order/cancelReplace", "order.cancelReplace", trade.cancel_replace, _ORDER + " cancelReplaceMode! cancelOrderId cancelOrigClientOrderId cancelNewClientOrderId cancelRestrictions orderRateLimitExceededMode", orders=1),
    _do("PUT", "order/amend/keepPriority", "order.amend.keepPriority", trade.amend_order, _BY_ORDER + " newClientOrderId newQty!", weight=4),
    _place_list("order/oco", "orderList.place", order_form.old_oco, _OLD_OCO, 2),
    _place_list("orderList/oco", "orderList.place.oco", order_form.oco, _OCO, 2),
    _place_list("orderList/oto", "orderList.place.oto", order_form.oto, _LIST + _WORKING + _PENDING + " pendingQuantity!", 2),
    _place_list("orderList/otoco", "orderList.place.otoco", order_form.otoco, _LIST + _WORKING + _PENDING_OCO + " pendingQuantity!", 3),
    _place_list("orderList/opo", "orderList.place.opo", order_form.opo, _LIST + _WORKING + _PENDING, 2),
    _place_list("orderList/opoco", "orderList.place.opoco", order_form.opoco, _LIST + _WORKING + _PENDING_OCO, 3),
    _do("DELETE", "orderList", "orderList.cancel", trade.cancel_list, "symbol! orderListId listClientOrderId newClientOrderId"),
    _do("POST", "sor/order", "sor.order.place", trade.place_sor_order, _SOR, orders=1),
    _do("POST", "sor/order/test", "sor.order.test", trade.test_sor_order, _SOR + " computeCommissionRates", weight=_rates),
    _own("account", "account.status", 20, account.account, "omitZeroBalances"),
    _own("account/commission", "account.commission", 20, account.commission, "symbol!"),
    _own("order", "order.status", 4, account.order, _BY_ORDER),
    _own("openOrders", "openOrders.status", _one_or_more(6, 80), account.open_orders, "symbol"),
    _own("allOrders", "allOrders", 20, account.all_orders, "symbol! orderId " + _RANGE),
    _own("orderList", "orderList.status", 4, account.order_list, "orderListId origClientOrderId"),
    _own("allOrderList", "allOrderLists", 20, account.all_order_lists, "fromId " + _RANGE),
    _own("openOrderList", "openOrderLists.status", 6, account.open_order_lists, ""),
    _own("myTrades", "myTrades", _with("orderId", 20, 5), account.my_trades, "symbol! orderId fromId " + _RANGE),
    _own("rateLimit/order", "account.rateLimits.orders", 40, account.order_rate_limits, ""),
    _own("myPreventedMatches", "myPreventedMatches", _with("preventedMatchId", 20, 2), account.my_prevented_matches, "symbol! preventedMatchId orderId fromPreventedMatchId limit"),
    _own("myAllocations", "myAllocations", 20, account.my_allocations, "symbol! fromAllocationId orderId " + _RANGE),
    _own("order/amendments", "order.amendments", 4, account.order_amendments, "symbol! orderId! fromExecutionId limit"),
    _own("myFilters", "myFilters", 40, account.my_filters, "symbol!"),
)  # fmt: skip

BY_PATH: dict[tuple[str, str], Route] = {(route.http, route.path): route for route in ROUTES}
BY_METHOD: dict[str, Route] = {route.method: route for route in ROUTES}
PATHS = frozenset(route.path for route in ROUTES)
