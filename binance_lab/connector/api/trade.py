"""Trading: place, change and cancel orders.  Signed.

A lost answer to any of these is OutcomeUnknown, never a second request.  A success costs no weight
since 2026-04-02, a refusal what is listed.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number
from ..base import Api
from ..endpoint import Params, delete, post, put


def _test_weight(params: Params) -> int:
    return 20 if params.get("computeCommissionRates") else 1


class Trade(Api):
    """Calls that place, change and cancel single orders."""

    @post("/api/v3/order", ws="order.place", security="TRADE", orders=1)
    def new_order(
        self,
        symbol: str,
        side: str,
        type: str,
        *,
        timeInForce: str | None = None,
        quantity: Number | None = None,
        quoteOrderQty: Number | None = None,
        price: Number | None = None,
        newClientOrderId: str | None = None,
        strategyId: int | None = None,
        strategyType: int | None = None,
        stopPrice: Number | None = None,
        trailingDelta: int | None = None,
        icebergQty: Number | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        pegPriceType: str | None = None,
        pegOffsetValue: int | None = None,
        pegOffsetType: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Send an order to the matching engine; the answer says what became of it so far.

        What each type needs, besides symbol, side and type:

        * LIMIT: timeInForce, quantity, price
        * MARKET: quantity, or quoteOrderQty to spend or receive that much of the quote asset
        * STOP_LOSS, TAKE_PROFIT: quantity, and stopPrice or trailingDelta
        * STOP_LOSS_LIMIT, TAKE_PROFIT_LIMIT: those, and timeInForce and price
        * LIMIT_MAKER: quantity, price; refused if it would trade at once

        Keys of the answer by newOrderRespType: ACK has the ids and transactTime, RESULT adds
        status and executed quantities, FULL adds ``fills``.  Raises FilterFailure,
        InsufficientBalance or OrderRejected if refused, and OutcomeUnknown if no answer came.

        Args:
            side: BUY or SELL.
            timeInForce: GTC, IOC or FOK.
            newClientOrderId: Set by the client if not given, so that the order can be found.
            strategyType: 1000000 at least.
            trailingDelta: In basis points.
            icebergQty: What the book shows; makes the order an iceberg, needs GTC.
            newOrderRespType: ACK, RESULT or FULL; FULL if not given for LIMIT and MARKET, else
                ACK.
            selfTradePreventionMode: NONE, EXPIRE_TAKER, EXPIRE_MAKER, EXPIRE_BOTH, DECREMENT or
                TRANSFER, as far as the symbol allows it.
            pegPriceType: PRIMARY_PEG or MARKET_PEG: the price follows the book, and none is given.
            pegOffsetValue, pegOffsetType: Up to 100 levels away; PRICE_LEVEL.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-trade
        """

    @post("/api/v3/order/test", ws="order.test", weight=_test_weight, security="TRADE")
    def new_order_test(
        self,
        symbol: str,
        side: str,
        type: str,
        *,
        timeInForce: str | None = None,
        quantity: Number | None = None,
        quoteOrderQty: Number | None = None,
        price: Number | None = None,
        newClientOrderId: str | None = None,
        strategyId: int | None = None,
        strategyType: int | None = None,
        stopPrice: Number | None = None,
        trailingDelta: int | None = None,
        icebergQty: Number | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        pegPriceType: str | None = None,
        pegOffsetValue: int | None = None,
        pegOffsetType: str | None = None,
        recvWindow: Number | None = None,
        computeCommissionRates: bool | None = None,
    ) -> JsonObject:
        """Check an order as new_order would, without sending it on: an empty object if it is good.

        Takes what new_order takes.  Weight 1, or 20 with computeCommissionRates.

        Args:
            computeCommissionRates: Answer with the commission rates that the order would pay.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#test-new-order-trade
        """

    @delete("/api/v3/order", ws="order.cancel", security="TRADE")
    def cancel_order(
        self,
        symbol: str,
        *,
        orderId: int | None = None,
        origClientOrderId: str | None = None,
        newClientOrderId: str | None = None,
        cancelRestrictions: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Cancel one order; the answer is the order as it ended.

        UnknownOrder if it isn't open any more, which may mean that it was filled.

        Args:
            orderId, origClientOrderId: One of them; with both, both must fit.
            newClientOrderId: A name for the cancel itself.
            cancelRestrictions: ONLY_NEW or ONLY_PARTIALLY_FILLED: OrderRejected otherwise.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#cancel-order-trade
        """

    @delete("/api/v3/openOrders", ws="openOrders.cancelAll", security="TRADE")
    def cancel_open_orders(self, symbol: str, *, recvWindow: Number | None = None) -> JsonArray:
        """Cancel every open order of a symbol, order lists included; each as cancel_order answers.

        UnknownOrder if there is none.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#cancel-all-open-orders-on-a-symbol-trade
        """

    @post("/api/v3/order/cancelReplace", ws="order.cancelReplace", security="TRADE", orders=1)
    def cancel_and_replace(
        self,
        symbol: str,
        side: str,
        type: str,
        cancelReplaceMode: str,
        *,
        timeInForce: str | None = None,
        quantity: Number | None = None,
        quoteOrderQty: Number | None = None,
        price: Number | None = None,
        cancelNewClientOrderId: str | None = None,
        cancelOrigClientOrderId: str | None = None,
        cancelOrderId: int | None = None,
        newClientOrderId: str | None = None,
        strategyId: int | None = None,
        strategyType: int | None = None,
        stopPrice: Number | None = None,
        trailingDelta: int | None = None,
        icebergQty: Number | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        cancelRestrictions: str | None = None,
        orderRateLimitExceededMode: str | None = None,
        pegPriceType: str | None = None,
        pegOffsetValue: int | None = None,
        pegOffsetType: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Cancel an order and place another, in one request.

        The answer has cancelResult and newOrderResult (SUCCESS, FAILURE, NOT_ATTEMPTED), and
        cancelResponse and newOrderResponse.  OrderRejected -2021 if one of them failed, -2022 if
        both did: its ``data`` has the same keys.  For the new order's parameters see new_order.

        Args:
            cancelReplaceMode: STOP_ON_FAILURE places nothing if the cancel fails; ALLOW_FAILURE
                places the order anyway.
            cancelOrderId, cancelOrigClientOrderId: One of them.
            cancelNewClientOrderId: A name for the cancel itself.
            cancelRestrictions: ONLY_NEW or ONLY_PARTIALLY_FILLED.
            orderRateLimitExceededMode: What happens when the order count is used up: DO_NOTHING if
                not given, or CANCEL_ONLY.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#cancel-an-existing-order-and-send-a-new-order-trade
        """

    @put(
        "/api/v3/order/amend/keepPriority",
        ws="order.amend.keepPriority",
        weight=4,
        security="TRADE",
    )
    def order_amend_keep_priority(
        self,
        symbol: str,
        newQty: Number,
        *,
        orderId: int | None = None,
        origClientOrderId: str | None = None,
        newClientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Make an order smaller without losing its place in the queue.

        An object of transactTime, executionId, amendedOrder and, for an order of a list,
        listStatus.  OrderRejected -2038 if the amendment isn't possible.

        Args:
            newQty: Less than the order's quantity, more than what is filled.
            orderId, origClientOrderId: One of them.
            newClientOrderId: The order's name from then on; a new one is made if not given.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#order-amend-keep-priority-trade
        """

    @post("/api/v3/sor/order", ws="sor.order.place", security="TRADE", orders=1)
    def new_sor_order(
        self,
        symbol: str,
        side: str,
        type: str,
        quantity: Number,
        *,
        timeInForce: str | None = None,
        price: Number | None = None,
        newClientOrderId: str | None = None,
        strategyId: int | None = None,
        strategyType: int | None = None,
        icebergQty: Number | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Send an order through smart order routing: LIMIT and MARKET, quantity only.

        ``usedSor``, ``workingFloor`` and ``allocId`` of the fills tell how it was filled. Over a
        WebSocket the answer is a list of one such object.

        Args:
            timeInForce, newClientOrderId, newOrderRespType: See new_order.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-using-sor-trade
        """

    @post("/api/v3/sor/order/test", ws="sor.order.test", weight=_test_weight, security="TRADE")
    def new_sor_order_test(
        self,
        symbol: str,
        side: str,
        type: str,
        quantity: Number,
        *,
        timeInForce: str | None = None,
        price: Number | None = None,
        newClientOrderId: str | None = None,
        strategyId: int | None = None,
        strategyType: int | None = None,
        icebergQty: Number | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        recvWindow: Number | None = None,
        computeCommissionRates: bool | None = None,
    ) -> JsonObject:
        """Check an order as new_sor_order would: an empty object if it is good.

        Weight 1, or 20 with computeCommissionRates.

        Args:
            computeCommissionRates: Answer with the commission rates that the order would pay.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#test-new-order-using-sor-trade
        """
