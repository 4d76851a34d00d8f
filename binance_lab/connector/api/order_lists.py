"""Order lists: orders that cancel or place each other.  Signed.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#order-lists
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number
from ..base import Api
from ..endpoint import delete, post


class OrderLists(Api):
    """Calls that place and cancel order lists: OCO, OTO, OTOCO, OPO, OPOCO."""

    @post("/api/v3/orderList/oco", ws="orderList.place.oco", security="TRADE", orders=2)
    def new_oco_order(
        self,
        symbol: str,
        side: str,
        quantity: Number,
        aboveType: str,
        belowType: str,
        *,
        listClientOrderId: str | None = None,
        aboveClientOrderId: str | None = None,
        aboveIcebergQty: int | None = None,
        abovePrice: Number | None = None,
        aboveStopPrice: Number | None = None,
        aboveTrailingDelta: int | None = None,
        aboveTimeInForce: str | None = None,
        aboveStrategyId: int | None = None,
        aboveStrategyType: int | None = None,
        abovePegPriceType: str | None = None,
        abovePegOffsetType: str | None = None,
        abovePegOffsetValue: int | None = None,
        belowClientOrderId: str | None = None,
        belowIcebergQty: int | None = None,
        belowPrice: Number | None = None,
        belowStopPrice: Number | None = None,
        belowTrailingDelta: int | None = None,
        belowTimeInForce: str | None = None,
        belowStrategyId: int | None = None,
        belowStrategyType: int | None = None,
        belowPegPriceType: str | None = None,
        belowPegOffsetType: str | None = None,
        belowPegOffsetValue: int | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Two orders above and below the price, of which one cancels the other.

        The answer has the list's ids and status, ``orders``, and ``orderReports`` as of new_order.

        Args:
            side: BUY or SELL, of both.
            aboveType: STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT or LIMIT_MAKER.
            belowType: The same; one of the two is a stop loss, the other is not.
            listClientOrderId: Set by the client if not given, so that the list can be found.
            abovePrice, belowPrice: For the types with LIMIT in their name, with
                aboveTimeInForce and belowTimeInForce unless LIMIT_MAKER.
            aboveStopPrice, aboveTrailingDelta: One of them, or both, for stop losses and take
                profits; likewise below.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---oco-trade
        """

    @post("/api/v3/orderList/oto", ws="orderList.place.oto", security="TRADE", orders=2)
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
        listClientOrderId: str | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        workingClientOrderId: str | None = None,
        workingIcebergQty: Number | None = None,
        workingTimeInForce: str | None = None,
        workingStrategyId: int | None = None,
        workingStrategyType: int | None = None,
        workingPegPriceType: str | None = None,
        workingPegOffsetType: str | None = None,
        workingPegOffsetValue: int | None = None,
        pendingClientOrderId: str | None = None,
        pendingPrice: Number | None = None,
        pendingStopPrice: Number | None = None,
        pendingTrailingDelta: Number | None = None,
        pendingIcebergQty: Number | None = None,
        pendingTimeInForce: str | None = None,
        pendingStrategyId: int | None = None,
        pendingStrategyType: int | None = None,
        pendingPegPriceType: str | None = None,
        pendingPegOffsetType: str | None = None,
        pendingPegOffsetValue: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """A working order, and a pending one that is placed when the working one is filled.

        The answer has the list's ids and status, ``orders``, and ``orderReports`` as of new_order.

        Args:
            workingType: LIMIT or LIMIT_MAKER.
            workingTimeInForce: Needed for LIMIT.
            pendingType: Any type of new_order but no MARKET with quoteOrderQty; its parameters
                are those of new_order with ``pending`` in front.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---oto-trade
        """

    @post("/api/v3/orderList/otoco", ws="orderList.place.otoco", security="TRADE", orders=3)
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
        listClientOrderId: str | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        workingClientOrderId: str | None = None,
        workingIcebergQty: Number | None = None,
        workingTimeInForce: str | None = None,
        workingStrategyId: int | None = None,
        workingStrategyType: int | None = None,
        workingPegPriceType: str | None = None,
        workingPegOffsetType: str | None = None,
        workingPegOffsetValue: int | None = None,
        pendingAboveClientOrderId: str | None = None,
        pendingAbovePrice: Number | None = None,
        pendingAboveStopPrice: Number | None = None,
        pendingAboveTrailingDelta: Number | None = None,
        pendingAboveIcebergQty: Number | None = None,
        pendingAboveTimeInForce: str | None = None,
        pendingAboveStrategyId: int | None = None,
        pendingAboveStrategyType: int | None = None,
        pendingAbovePegPriceType: str | None = None,
        pendingAbovePegOffsetType: str | None = None,
        pendingAbovePegOffsetValue: int | None = None,
        pendingBelowType: str | None = None,
        pendingBelowClientOrderId: str | None = None,
        pendingBelowPrice: Number | None = None,
        pendingBelowStopPrice: Number | None = None,
        pendingBelowTrailingDelta: Number | None = None,
        pendingBelowIcebergQty: Number | None = None,
        pendingBelowTimeInForce: str | None = None,
        pendingBelowStrategyId: int | None = None,
        pendingBelowStrategyType: int | None = None,
        pendingBelowPegPriceType: str | None = None,
        pendingBelowPegOffsetType: str | None = None,
        pendingBelowPegOffsetValue: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """A working order, and two pending ones (an OCO) placed when the working one is filled.

        The answer has the list's ids and status, ``orders``, and ``orderReports`` as of new_order.

        Args:
            workingType: LIMIT or LIMIT_MAKER.
            workingTimeInForce: Needed for LIMIT.
            pendingAboveType, pendingBelowType: As in new_oco_order; without the latter there is
                one pending order only.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---otoco-trade
        """

    @post("/api/v3/orderList/opo", ws="orderList.place.opo", security="TRADE", orders=2)
    def new_opo_order(
        self,
        symbol: str,
        workingType: str,
        workingSide: str,
        workingPrice: Number,
        workingQuantity: Number,
        pendingType: str,
        pendingSide: str,
        *,
        listClientOrderId: str | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        workingClientOrderId: str | None = None,
        workingIcebergQty: Number | None = None,
        workingTimeInForce: str | None = None,
        workingStrategyId: int | None = None,
        workingStrategyType: int | None = None,
        workingPegPriceType: str | None = None,
        workingPegOffsetType: str | None = None,
        workingPegOffsetValue: int | None = None,
        pendingClientOrderId: str | None = None,
        pendingPrice: Number | None = None,
        pendingStopPrice: Number | None = None,
        pendingTrailingDelta: Number | None = None,
        pendingIcebergQty: Number | None = None,
        pendingTimeInForce: str | None = None,
        pendingStrategyId: int | None = None,
        pendingStrategyType: int | None = None,
        pendingPegPriceType: str | None = None,
        pendingPegOffsetType: str | None = None,
        pendingPegOffsetValue: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """A buy order, and a sell order of what it bought, placed when it is filled.

        Like new_oto_order, without pendingQuantity: that is what the working order received.
        The answer has the list's ids and status, ``orders``, and ``orderReports`` as of new_order.

        Args:
            workingType: LIMIT or LIMIT_MAKER.
            workingTimeInForce: Needed for LIMIT.
            workingSide: BUY.
            pendingSide: SELL.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---opo-trade
        """

    @post("/api/v3/orderList/opoco", ws="orderList.place.opoco", security="TRADE", orders=3)
    def new_opoco_order(
        self,
        symbol: str,
        workingType: str,
        workingSide: str,
        workingPrice: Number,
        workingQuantity: Number,
        pendingSide: str,
        pendingAboveType: str,
        *,
        listClientOrderId: str | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        workingClientOrderId: str | None = None,
        workingIcebergQty: Number | None = None,
        workingTimeInForce: str | None = None,
        workingStrategyId: int | None = None,
        workingStrategyType: int | None = None,
        workingPegPriceType: str | None = None,
        workingPegOffsetType: str | None = None,
        workingPegOffsetValue: int | None = None,
        pendingAboveClientOrderId: str | None = None,
        pendingAbovePrice: Number | None = None,
        pendingAboveStopPrice: Number | None = None,
        pendingAboveTrailingDelta: Number | None = None,
        pendingAboveIcebergQty: Number | None = None,
        pendingAboveTimeInForce: str | None = None,
        pendingAboveStrategyId: int | None = None,
        pendingAboveStrategyType: int | None = None,
        pendingAbovePegPriceType: str | None = None,
        pendingAbovePegOffsetType: str | None = None,
        pendingAbovePegOffsetValue: int | None = None,
        pendingBelowType: str | None = None,
        pendingBelowClientOrderId: str | None = None,
        pendingBelowPrice: Number | None = None,
        pendingBelowStopPrice: Number | None = None,
        pendingBelowTrailingDelta: Number | None = None,
        pendingBelowIcebergQty: Number | None = None,
        pendingBelowTimeInForce: str | None = None,
        pendingBelowStrategyId: int | None = None,
        pendingBelowStrategyType: int | None = None,
        pendingBelowPegPriceType: str | None = None,
        pendingBelowPegOffsetType: str | None = None,
        pendingBelowPegOffsetValue: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """A buy order, and two sell orders (an OCO) of what it bought, placed when it is filled.

        Like new_otoco_order, without pendingQuantity: that is what the working order received.
        The answer has the list's ids and status, ``orders``, and ``orderReports`` as of new_order.

        Args:
            workingType: LIMIT or LIMIT_MAKER.
            workingTimeInForce: Needed for LIMIT.
            workingSide: BUY.
            pendingSide: SELL.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-order-list---opoco-trade
        """

    @delete("/api/v3/orderList", ws="orderList.cancel", security="TRADE")
    def cancel_oco_order(
        self,
        symbol: str,
        *,
        orderListId: int | None = None,
        listClientOrderId: str | None = None,
        newClientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Cancel a whole order list; the answer is the list as it ended.

        Canceling one of its orders cancels the list as well.

        Args:
            orderListId, listClientOrderId: One of them.
            newClientOrderId: A name for the cancel itself.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#cancel-order-list-trade
        """

    @post("/api/v3/order/oco", ws="orderList.place", security="TRADE", orders=2)
    def new_oco_order_deprecated(
        self,
        symbol: str,
        side: str,
        quantity: Number,
        price: Number,
        stopPrice: Number,
        *,
        listClientOrderId: str | None = None,
        limitClientOrderId: str | None = None,
        limitStrategyId: int | None = None,
        limitStrategyType: int | None = None,
        limitIcebergQty: Number | None = None,
        trailingDelta: int | None = None,
        stopClientOrderId: str | None = None,
        stopStrategyId: int | None = None,
        stopStrategyType: int | None = None,
        stopLimitPrice: Number | None = None,
        stopIcebergQty: Number | None = None,
        stopLimitTimeInForce: str | None = None,
        newOrderRespType: str | None = None,
        selfTradePreventionMode: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """An OCO in the old form, deprecated since 2024-04-02: use new_oco_order.

        price and limit… are of its LIMIT_MAKER, stopPrice and stop… of its stop loss.

        Args:
            trailingDelta: In basis points.
            stopLimitPrice: Makes the stop a limit order; needs stopLimitTimeInForce.
            listClientOrderId: Set by the client if not given, so that the list can be found.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#new-oco---deprecated-trade
        """
