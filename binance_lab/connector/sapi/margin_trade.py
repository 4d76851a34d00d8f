"""Margin trading: orders and order lists on borrowed money, small debts, and special keys.

Every call is about the cross margin account unless isIsolated is ``TRUE``; it is text, ``TRUE`` or
``FALSE``, and with ``TRUE`` a call needs its symbol.  Prices and quantities in the answers are
decimal strings, times ms.  A lost answer to an order is OutcomeUnknown, never a second request.

https://developers.binance.com/docs/margin_trading/trade
"""

from __future__ import annotations

from ...wire.types import Joined, JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import Cost, Params, delete, get, post, put, uid


def _order_weight(params: Params) -> Cost:
    borrows = params.get("sideEffectType") in ("MARGIN_BUY", "AUTO_BORROW_REPAY")
    return uid(1500 if borrows else 6)


class Orders(Group):
    """Calls that place, cancel and list single margin orders."""

    @post("/sapi/v1/margin/order", weight=_order_weight, security="TRADE", flat="new_margin_order")
    def new_order(
        self,
        symbol: str,
        side: str,
        type: str,
        *,
        isIsolated: str | None = None,
        quantity: Number | None = None,
        quoteOrderQty: Number | None = None,
        price: Number | None = None,
        stopPrice: Number | None = None,
        newClientOrderId: str | None = None,
        icebergQty: Number | None = None,
        newOrderRespType: str | None = None,
        sideEffectType: str | None = None,
        timeInForce: str | None = None,
        selfTradePreventionMode: str | None = None,
        trailingDelta: int | None = None,
        autoRepayAtCancel: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Send a margin order; the answer says what became of it so far.

        Keys as of Spot.new_order, and isIsolated; with FULL also marginBuyBorrowAmount and
        marginBuyBorrowAsset if something was borrowed.  What each type needs is as there.  Its
        weight is 6 of the account, and 1500 if it may borrow.

        Args:
            type: LIMIT, MARKET, STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT or
                LIMIT_MAKER.
            sideEffectType: NO_SIDE_EFFECT if not given; MARGIN_BUY borrows what is missing,
                AUTO_REPAY repays with what comes in, AUTO_BORROW_REPAY does both.
            autoRepayAtCancel: Whether a debt that the order made is repaid when it is canceled;
                true if not given.
            timeInForce: GTC, IOC or FOK.
            newOrderRespType: ACK, RESULT or FULL.
            selfTradePreventionMode: EXPIRE_TAKER, EXPIRE_MAKER, EXPIRE_BOTH or NONE.
            newClientOrderId: Set by the client if not given, so that the order can be found.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Account-New-Order
        """

    @delete("/sapi/v1/margin/order", weight=10, security="TRADE", flat="cancel_margin_order")
    def cancel_order(
        self,
        symbol: str,
        *,
        isIsolated: str | None = None,
        orderId: int | None = None,
        origClientOrderId: str | None = None,
        newClientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Cancel an open margin order; the answer is the order as it ended, and isIsolated.

        Raises UnknownOrder if there is none, or it has ended.

        Args:
            orderId, origClientOrderId: One of them at least.
            newClientOrderId: Names the cancel, not the order.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Account-Cancel-Order
        """

    @delete("/sapi/v1/margin/openOrders", security="TRADE")
    def open_orders_cancellation(
        self, symbol: str, *, isIsolated: str | None = None, recvWindow: Number | None = None
    ) -> JsonArray:
        """Cancel all open margin orders of a symbol: a row an order, lists included.

        A row is as of cancel_order, or as of cancel_oco_order for an order list.  Raises
        UnknownOrder if nothing was open.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Account-Cancel-All-Open-Orders
        """

    @get("/sapi/v1/margin/order", weight=10, security="USER_DATA")
    def order(
        self,
        symbol: str,
        *,
        isIsolated: str | None = None,
        orderId: int | None = None,
        origClientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """One margin order, open or not: status, executedQty, cummulativeQuoteQty, isIsolated …

        time and updateTime are in ms.  Raises UnknownOrder if there is none.

        Args:
            orderId, origClientOrderId: One of them at least.

        https://developers.binance.com/docs/margin_trading/trade/Query-Margin-Account-Order
        """

    @get("/sapi/v1/margin/openOrders", weight=10, security="USER_DATA")
    def open_orders(
        self,
        *,
        symbol: str | None = None,
        isIsolated: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Open margin orders, rows as of order.

        Args:
            symbol: All symbols if not given; then the call counts as many requests as there are
                symbols.  Needed with isIsolated ``TRUE``.

        https://developers.binance.com/docs/margin_trading/trade/Query-Margin-Account-Open-Orders
        """

    @get("/sapi/v1/margin/allOrders", weight=200, security="USER_DATA")
    def all_orders(
        self,
        symbol: str,
        *,
        isIsolated: str | None = None,
        orderId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Margin orders of a symbol, open or ended, rows as of order.

        Args:
            orderId: From this one on; the latest ones if not given.
            startTime, endTime: 24 hours apart at most.
            limit: 500 if not given, which is the most.

        https://developers.binance.com/docs/margin_trading/trade/Query-Margin-Account-All-Orders
        """

    @get("/sapi/v1/margin/myTrades", weight=10, security="USER_DATA")
    def my_trades(
        self,
        symbol: str,
        *,
        isIsolated: str | None = None,
        orderId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        fromId: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Own margin trades: rows of id, orderId, price, qty, commission, commissionAsset, time …

        isBuyer, isMaker, isBestMatch and isIsolated are booleans.

        Args:
            orderId: Of this order only.
            startTime, endTime: 24 hours apart at most.
            fromId: From this trade on; the latest ones if not given.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/margin_trading/trade/Query-Margin-Account-Trade-List
        """

    @get("/sapi/v1/margin/myPreventedMatches", weight=10, security="USER_DATA")
    def prevented_matches(
        self,
        symbol: str,
        *,
        preventedMatchId: int | None = None,
        orderId: int | None = None,
        fromPreventedMatchId: int | None = None,
        isIsolated: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Matches that self-trade prevention has prevented on margin.

        Rows as of Spot.my_prevented_matches: symbol, preventedMatchId, takerOrderId, makerOrderId,
        tradeGroupId, price, makerPreventedQuantity, transactTime …

        Args:
            preventedMatchId, orderId: One of them at least.
            fromPreventedMatchId: With orderId, from this one on.

        https://developers.binance.com/en/docs/catalog/core-trading-margin-trading/api/rest-api/trade#query-prevented-matches
        """

    @get("/sapi/v1/margin/rateLimit/order", weight=20, security="TRADE")
    def order_usage(
        self,
        *,
        isIsolated: str | None = None,
        symbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """How many margin orders were sent in each interval: limit and count.

        Rows of rateLimitType, interval, intervalNum, limit and count.

        https://developers.binance.com/docs/margin_trading/trade/Query-Current-Margin-Order-Count-Usage
        """

    @get("/sapi/v1/margin/limit-price-pairs", security="MARKET_DATA")
    def limit_price_pairs(self) -> JsonObject:
        """Pairs whose margin orders have a limit on the price: ``{"crossMarginSymbols": […]}``.

        https://developers.binance.com/docs/margin_trading/market-data/Get-Limit-Price-Pairs
        """

    @post("/sapi/v1/margin/manual-liquidation", weight=uid(3000), security="TRADE")
    def manual_liquidation(
        self, type: str, *, symbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject | JsonArray:
        """Close a margin account at once, as a liquidation would: what was repaid with which asset.

        asset, interest, principal, liabilityAsset and liabilityQty.  It can't be undone.

        Args:
            type: MARGIN, or ISOLATED with its symbol.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Manual-Liquidation
        """


class OrderLists(Group):
    """Calls that place, cancel and list margin order lists."""

    @post(
        "/sapi/v1/margin/order/oco",
        weight=_order_weight,
        security="TRADE",
        flat="new_margin_oco_order",
    )
    def new_oco_order(
        self,
        symbol: str,
        side: str,
        quantity: Number,
        price: Number,
        stopPrice: Number,
        *,
        isIsolated: str | None = None,
        listClientOrderId: str | None = None,
        limitClientOrderId: str | None = None,
        limitIcebergQty: Number | None = None,
        stopClientOrderId: str | None = None,
        stopLimitPrice: Number | None = None,
        stopIcebergQty: Number | None = None,
        stopLimitTimeInForce: str | None = None,
        newOrderRespType: str | None = None,
        sideEffectType: str | None = None,
        selfTradePreventionMode: str | None = None,
        autoRepayAtCancel: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """A limit order and a stop order on margin, of which one cancels the other.

        The answer has the list's ids and status, isIsolated, ``orders``, and ``orderReports`` as of
        new_order.  To sell, price is above the market and stopPrice below; to buy, the other way
        round.  Its weight is 6 of the account, and 1500 if it may borrow.

        Args:
            side: BUY or SELL, of both.
            stopLimitPrice: Makes a STOP_LOSS_LIMIT of the stop order; stopLimitTimeInForce (GTC,
                FOK or IOC) is needed then.
            sideEffectType, autoRepayAtCancel, newOrderRespType, selfTradePreventionMode: As in
                new_order.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Account-New-OCO
        """

    @post("/sapi/v1/margin/order/oto", weight=_order_weight, security="TRADE")
    def new_oto_order(
        self,
        symbol: str,
        workingType: str,
        workingSide: str,
        workingPrice: Number,
        workingQuantity: Number,
        pendingType: str,
        pendingSide: str,
        pendingQuantity: Number,
        *,
        workingIcebergQty: Number | None = None,
        isIsolated: str | None = None,
        listClientOrderId: str | None = None,
        newOrderRespType: str | None = None,
        sideEffectType: str | None = None,
        selfTradePreventionMode: str | None = None,
        autoRepayAtCancel: bool | None = None,
        workingClientOrderId: str | None = None,
        workingTimeInForce: str | None = None,
        pendingClientOrderId: str | None = None,
        pendingPrice: Number | None = None,
        pendingStopPrice: Number | None = None,
        pendingTrailingDelta: Number | None = None,
        pendingIcebergQty: Number | None = None,
        pendingTimeInForce: str | None = None,
    ) -> JsonObject:
        """A working margin order, and a pending one that is placed when the working one is filled.

        The answer has the list's ids and status, isIsolated, ``orders``, and ``orderReports`` as of
        new_order.  Its weight is 6 of the account, and 1500 if it may borrow.

        Args:
            workingType: LIMIT or LIMIT_MAKER.
            workingTimeInForce: Needed for LIMIT.
            workingIcebergQty: Shown at a time; with workingTimeInForce GTC, or LIMIT_MAKER.
                Documented as mandatory, and yet only for these.
            pendingType: Any type of new_order but no MARKET by quote quantity; its parameters are
                those of new_order with ``pending`` in front.
            pendingPrice: Also needed with pendingTrailingDelta.
            sideEffectType: NO_SIDE_EFFECT, MARGIN_BUY or AUTO_BORROW_REPAY.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Account-New-OTO
        """

    @post("/sapi/v1/margin/order/otoco", weight=_order_weight, security="TRADE")
    def new_otoco_order(
        self,
        symbol: str,
        workingType: str,
        workingSide: str,
        workingPrice: Number,
        workingQuantity: Number,
        pendingSide: str,
        pendingQuantity: Number,
        pendingAboveType: str,
        *,
        isIsolated: str | None = None,
        sideEffectType: str | None = None,
        autoRepayAtCancel: bool | None = None,
        listClientOrderId: str | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        workingClientOrderId: str | None = None,
        workingIcebergQty: Number | None = None,
        workingTimeInForce: str | None = None,
        pendingAboveClientOrderId: str | None = None,
        pendingAbovePrice: Number | None = None,
        pendingAboveStopPrice: Number | None = None,
        pendingAboveTrailingDelta: Number | None = None,
        pendingAboveIcebergQty: Number | None = None,
        pendingAboveTimeInForce: str | None = None,
        pendingBelowType: str | None = None,
        pendingBelowClientOrderId: str | None = None,
        pendingBelowPrice: Number | None = None,
        pendingBelowStopPrice: Number | None = None,
        pendingBelowTrailingDelta: Number | None = None,
        pendingBelowIcebergQty: Number | None = None,
        pendingBelowTimeInForce: str | None = None,
    ) -> JsonObject:
        """A working margin order that, once filled, places two that cancel each other.

        The answer has the list's ids and status, isIsolated, ``orders``, and ``orderReports`` as of
        new_order.  Its weight is 6 of the account, and 1500 if it may borrow.

        Args:
            workingType: LIMIT or LIMIT_MAKER.
            workingTimeInForce: Needed for LIMIT.
            pendingAboveType, pendingBelowType: LIMIT_MAKER, STOP_LOSS or STOP_LOSS_LIMIT; a limit
                maker on one side, a stop loss on the other.
            pendingAbovePrice, pendingBelowPrice: For LIMIT_MAKER and STOP_LOSS_LIMIT, and with a
                trailing delta.
            pendingAboveStopPrice, pendingAboveTrailingDelta: One of them, or both, for stop losses;
                likewise below.
            sideEffectType: NO_SIDE_EFFECT, MARGIN_BUY or AUTO_BORROW_REPAY.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Account-New-OTOCO
        """

    @delete(
        "/sapi/v1/margin/orderList", weight=uid(1), security="TRADE", flat="cancel_margin_oco_order"
    )
    def cancel_oco_order(
        self,
        symbol: str,
        orderListId: int | None = None,
        listClientOrderId: str | None = None,
        *,
        isIsolated: str | None = None,
        newClientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Cancel a whole margin order list; the answer is the list and its ``orderReports``.

        Raises UnknownOrder if there is none, or it has ended.

        Args:
            orderListId, listClientOrderId: One of them at least.
            newClientOrderId: Names the cancel, not the list.

        https://developers.binance.com/docs/margin_trading/trade/Margin-Account-Cancel-OCO
        """

    @get("/sapi/v1/margin/orderList", weight=10, security="USER_DATA", flat="get_margin_oco_order")
    def get_oco_order(
        self,
        orderListId: int | None = None,
        origClientOrderId: str | None = None,
        *,
        isIsolated: str | None = None,
        symbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """One margin order list, open or not: ids, status, isIsolated and ``orders``.

        Raises UnknownOrder if there is none.

        Args:
            orderListId, origClientOrderId: One of them at least; the second is the list's
                listClientOrderId.
            symbol: Needed with isIsolated ``TRUE``, and only then.

        https://developers.binance.com/docs/margin_trading/trade/Query-Margin-Account-OCO
        """

    @get(
        "/sapi/v1/margin/allOrderList",
        weight=200,
        security="USER_DATA",
        flat="get_margin_oco_orders",
    )
    def get_oco_orders(
        self,
        *,
        isIsolated: str | None = None,
        symbol: str | None = None,
        fromId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Margin order lists, open or ended, rows as of get_oco_order.

        Args:
            fromId: From this list on; without startTime and endTime.
            symbol: Needed with isIsolated ``TRUE``, and only then.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/margin_trading/trade/Query-Margin-Account-All-OCO
        """

    @get(
        "/sapi/v1/margin/openOrderList",
        weight=10,
        security="USER_DATA",
        flat="get_margin_open_oco_orders",
    )
    def get_open_oco_orders(
        self,
        *,
        isIsolated: str | None = None,
        symbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Open margin order lists, rows as of get_oco_order.

        Args:
            symbol: Needed with isIsolated ``TRUE``, and only then.

        https://developers.binance.com/docs/margin_trading/trade/Query-Margin-Account-Open-OCO
        """


class SmallLiabilities(Group):
    """Calls that pay small debts with another asset."""

    @get(
        "/sapi/v1/margin/exchange-small-liability",
        weight=100,
        security="USER_DATA",
        flat="get_small_liability_exchange_coin_list",
    )
    def get_small_liability_exchange_coin_list(
        self, *, recvWindow: Number | None = None
    ) -> JsonArray:
        """Small debts that can be exchanged: rows of asset, interest, principal, liabilityAsset …

        liabilityQty is a number, the other amounts decimal strings.

        https://developers.binance.com/docs/margin_trading/trade/Get-Small-Liability-Exchange-Coin-List
        """

    @post(
        "/sapi/v1/margin/exchange-small-liability",
        weight=uid(3000),
        security="MARGIN",
        flat="small_liability_exchange",
    )
    def small_liability_exchange(
        self, assetNames: Joined, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Exchange small debts of the cross margin account into a debt in one asset.

        The outcome is in get_small_liability_exchange_history.

        Args:
            assetNames: The debts' assets, of get_small_liability_exchange_coin_list.

        https://developers.binance.com/docs/margin_trading/trade/Small-Liability-Exchange
        """

    @get(
        "/sapi/v1/margin/exchange-small-liability-history",
        weight=uid(100),
        security="USER_DATA",
        flat="get_small_liability_exchange_history",
    )
    def get_small_liability_exchange_history(
        self,
        current: int,
        size: int,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Past exchanges of small debts: ``total``, and ``rows`` of asset, amount, targetAsset …

        A row also has targetAmount, bizType and timestamp (ms).

        Args:
            current, size: Page, from 1, and rows a page: 100 at most.
            startTime, endTime: 30 days apart at most; the last 7 days if not given.

        https://developers.binance.com/docs/margin_trading/trade/Get-Small-Liability-Exchange-History
        """


class SpecialKeys(Group):
    """Calls about special keys: low-latency trading keys that work for margin only."""

    @get("/sapi/v1/margin/api-key-list", weight=uid(1), security="TRADE")
    def special_key_list(
        self, *, symbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonArray:
        """Special keys of the account: rows of apiName, apiKey, ip, type and permissionMode.

        Args:
            symbol: Of this isolated margin account; of the cross margin account if not given.

        https://developers.binance.com/docs/margin_trading/trade/Query-Special-Key-List-of-Low-Latency-Trading
        """

    @get("/sapi/v1/margin/apiKey", weight=uid(1), security="TRADE")
    def special_key(
        self, *, symbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """The special key that sends this request: apiName, apiKey, ip, type and permissionMode.

        Args:
            symbol: Of this isolated margin account; of the cross margin account if not given.

        https://developers.binance.com/docs/margin_trading/trade/Query-Special-Key-of-Low-Latency-Trading
        """

    @post("/sapi/v1/margin/apiKey", weight=uid(1), security="TRADE")
    def create_special_key(
        self,
        apiName: str,
        *,
        symbol: str | None = None,
        ip: Joined | None = None,
        publicKey: str | None = None,
        permissionMode: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Create a special key: apiKey, secretKey and type.

        secretKey is shown here and never again; it is null for a key made from publicKey.

        Args:
            symbol: For this isolated margin account; for the cross margin account if not given.
            ip: Addresses that may use it, 30 at most.
            publicKey: An RSA or Ed25519 public key in PEM; the key is of type HMAC_SHA256 without.
            permissionMode: TRADE if not given, or READ.

        https://developers.binance.com/docs/margin_trading/trade/Create-Special-Key-of-Low-Latency-Trading
        """

    @put("/sapi/v1/margin/apiKey/ip", weight=uid(1), security="TRADE")
    def edit_special_key_ip(
        self, ip: Joined, *, symbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Replace the addresses that may use this special key; an empty object.

        Args:
            ip: All of them, 30 at most.
            symbol: Of this isolated margin account; of the cross margin account if not given.

        https://developers.binance.com/docs/margin_trading/trade/Edit-ip-for-Special-Key-of-Low-Latency-Trading
        """

    @delete("/sapi/v1/margin/apiKey", weight=uid(1), security="TRADE")
    def delete_special_key(
        self,
        *,
        apiName: str | None = None,
        symbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Delete a special key; an empty object.

        Args:
            apiName: This one; the one that sends this request if not given.
            symbol: Of this isolated margin account; of the cross margin account if not given.

        https://developers.binance.com/docs/margin_trading/trade/Delete-Special-Key-of-Low-Latency-Trading
        """

    @post("/sapi/v1/margin/exit-special-key-mode", weight=uid(10), security="TRADE")
    def exit_special_key_mode(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Leave the special key mode of the cross margin account, and delete its special keys.

        Everything borrowed has to be repaid before.  New special keys are refused for a while, 24
        hours as a rule.  Outside the mode it does nothing.

        https://developers.binance.com/en/docs/catalog/core-trading-margin-trading/api/rest-api/trade#exit-special-key-mode
        """


class MarginTrade(Orders, OrderLists, SmallLiabilities, SpecialKeys):
    """Orders, order lists, small debts and special keys of margin accounts."""
