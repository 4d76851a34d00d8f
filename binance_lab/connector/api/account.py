"""The account: balances, orders, own trades, limits.  Signed; nothing here changes anything.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Api
from ..endpoint import Params, get


def _open_orders_weight(params: Params) -> int:
    return 6 if params.get("symbol") else 80


def _my_trades_weight(params: Params) -> int:
    return 5 if params.get("orderId") is not None else 20


def _prevented_matches_weight(params: Params) -> int:
    return 2 if params.get("preventedMatchId") is not None else 20


class Account(Api):
    """Calls about the account that the key belongs to."""

    @get("/api/v3/account", ws="account.status", weight=20, security="USER_DATA")
    def account(
        self, *, omitZeroBalances: bool | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Balances, commission rates and permissions of the account.

        ``balances`` is a list of asset, free and locked, both decimal strings.

        Args:
            omitZeroBalances: Leave out assets of which there is nothing.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#account-information-user_data
        """

    @get("/api/v3/order", ws="order.status", weight=4, security="USER_DATA")
    def get_order(
        self,
        symbol: str,
        *,
        orderId: int | None = None,
        origClientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """State of one order: status, executedQty, cummulativeQuoteQty, times and what was asked.

        UnknownOrder if there is none, or if it was canceled without a fill over 90 days ago.

        Args:
            orderId, origClientOrderId: One of them; with both, both must fit.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-order-user_data
        """

    @get(
        "/api/v3/openOrders",
        ws="openOrders.status",
        weight=_open_orders_weight,
        security="USER_DATA",
    )
    def get_open_orders(
        self, symbol: str | None = None, *, recvWindow: Number | None = None
    ) -> JsonArray:
        """Open orders of one symbol (weight 6) or of all (weight 80), as get_order gives each.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#current-open-orders-user_data
        """

    @get("/api/v3/allOrders", ws="allOrders", weight=20, security="USER_DATA")
    def get_orders(
        self,
        symbol: str,
        *,
        orderId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """All orders of a symbol, open or not, oldest first; the latest if nothing is given.

        Args:
            orderId: From this id on.
            startTime, endTime: 24 hours apart at most.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#all-orders-user_data
        """

    @get("/api/v3/orderList", ws="orderList.status", weight=4, security="USER_DATA")
    def get_oco_order(
        self,
        *,
        orderListId: int | None = None,
        origClientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """State of one order list: its type, status and its orders' ids.

        Args:
            orderListId, origClientOrderId: One of them; the latter is the listClientOrderId.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-order-list-user_data
        """

    @get("/api/v3/allOrderList", ws="allOrderLists", weight=20, security="USER_DATA")
    def get_oco_orders(
        self,
        *,
        fromId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """All order lists of the account, as get_oco_order gives each.

        Args:
            fromId: From this list id on; not together with times.
            startTime, endTime: 24 hours apart at most.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-all-order-lists-user_data
        """

    @get("/api/v3/openOrderList", ws="openOrderLists.status", weight=6, security="USER_DATA")
    def get_oco_open_orders(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Order lists that are still executing, as get_oco_order gives each.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-open-order-lists-user_data
        """

    @get("/api/v3/myTrades", ws="myTrades", weight=_my_trades_weight, security="USER_DATA")
    def my_trades(
        self,
        symbol: str,
        *,
        orderId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        fromId: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Own trades of one symbol: price, qty, commission and its asset, time, isBuyer, isMaker.

        Weight 5 with orderId, else 20.

        Args:
            orderId: Trades of this order only; not together with times.
            startTime, endTime: 24 hours apart at most.
            fromId: From this trade id on; the latest trades if nothing is given.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#account-trade-list-user_data
        """

    @get("/api/v3/rateLimit/order", ws="account.rateLimits.orders", weight=40, security="USER_DATA")
    def get_order_rate_limit(self, *, recvWindow: Number | None = None) -> JsonArray:
        """How many unfilled orders count now, per interval: rows of rateLimitType to count.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-unfilled-order-count-user_data
        """

    @get(
        "/api/v3/myPreventedMatches",
        ws="myPreventedMatches",
        weight=_prevented_matches_weight,
        security="USER_DATA",
    )
    def query_prevented_matches(
        self,
        symbol: str,
        *,
        preventedMatchId: int | None = None,
        orderId: int | None = None,
        fromPreventedMatchId: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Orders that expired because the account would have traded with itself.

        Weight 2 by preventedMatchId, 20 by orderId.

        Args:
            preventedMatchId, orderId: One of them.
            fromPreventedMatchId: From this id on, together with orderId.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-prevented-matches-user_data
        """

    @get("/api/v3/myAllocations", ws="myAllocations", weight=20, security="USER_DATA")
    def query_allocations(
        self,
        symbol: str,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        fromAllocationId: int | None = None,
        limit: int | None = None,
        orderId: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Fills that smart order routing allocated to the account's orders.

        Args:
            startTime, endTime: 24 hours apart at most.
            fromAllocationId: From this id on.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-allocations-user_data
        """

    @get("/api/v3/account/commission", ws="account.commission", weight=20, security="USER_DATA")
    def query_commission_rates(self, symbol: str) -> JsonObject:
        """Commission rates of the account for one symbol: standard, special, tax, and discount.

        Each rate is an object of maker, taker, buyer and seller; rates are fractions as decimal
        strings, 0.001 is 0.1 %.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-commission-rates-user_data
        """

    @get("/api/v3/order/amendments", ws="order.amendments", weight=4, security="USER_DATA")
    def order_amendments(
        self,
        symbol: str,
        orderId: int,
        *,
        fromExecutionId: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Amendments of one order: old and new quantity and client order id, and when.

        Args:
            fromExecutionId: From this id on.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-order-amendments-user_data
        """

    @get("/api/v3/myFilters", ws="myFilters", weight=40, security="USER_DATA")
    def my_filters(self, symbol: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Filters that apply to this account: exchangeFilters, symbolFilters and assetFilters.

        MAX_ASSET is told here only.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-relevant-filters-user_data
        """
