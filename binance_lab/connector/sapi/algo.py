"""Algo orders: large orders that the server cuts up and works off over time.

TWAP spreads an order evenly over a duration; VP follows the market's volume.  Futures are
USDT-margined; their key needs the permission for futures.  An accepted order isn't yet a filled
one: ``success`` says that it was taken, the lists say what became of it.
Amounts and prices in the answers are decimal strings, times ms.

https://developers.binance.com/docs/algo
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import delete, get, post, uid


class Algo(Group):
    """Calls about algo orders: ``client.algo``."""

    @post("/sapi/v1/algo/spot/newOrderTwap", weight=uid(3000), security="TRADE")
    def spot_new_order_twap(
        self,
        symbol: str,
        side: str,
        quantity: Number,
        duration: int,
        *,
        clientAlgoId: str | None = None,
        limitPrice: Number | None = None,
    ) -> JsonObject:
        """Place a spot order that is spread evenly over a time: clientAlgoId, success, code, msg.

        20 open ones at most.

        Args:
            side: BUY or SELL.
            quantity: Of the base asset; the largest allowed depends on the symbol.
            duration: Seconds, 300 to 86400.
            clientAlgoId: Your own id, 32 characters; made up if not given.
            limitPrice: No worse price than this; the market's if not given.

        https://developers.binance.com/docs/algo/spot-algo/Time-Weighted-Average-Price-New-Order
        """

    @delete("/sapi/v1/algo/spot/order", security="TRADE")
    def spot_cancel_order(self, algoId: int, *, recvWindow: Number | None = None) -> JsonObject:
        """Cancel a spot algo order: algoId, success, code and msg.

        https://developers.binance.com/docs/algo/spot-algo/Cancel-Algo-Order
        """

    @get("/sapi/v1/algo/spot/openOrders", security="USER_DATA")
    def spot_open_orders(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Spot algo orders at work: ``total``, and ``orders`` of algoId, symbol, side, algoStatus …

        Rows also have totalQty, executedQty, executedAmt, avgPrice, clientAlgoId, bookTime, endTime
        (ms), algoType and urgency.

        https://developers.binance.com/docs/algo/spot-algo/Query-Current-Algo-Open-Orders
        """

    @get("/sapi/v1/algo/spot/historicalOrders", security="USER_DATA")
    def spot_historical_orders(
        self,
        *,
        symbol: str | None = None,
        side: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Spot algo orders that have ended: ``total`` and ``orders``, rows as in spot_open_orders.

        Args:
            side: BUY or SELL; both if not given.
            page, pageSize: Page, from 1, and rows a page: 100 if not given, and at most.

        https://developers.binance.com/docs/algo/spot-algo/Query-Historical-Algo-Orders
        """

    @get("/sapi/v1/algo/spot/subOrders", security="USER_DATA")
    def spot_sub_orders(
        self,
        algoId: int,
        *,
        page: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """The orders into which a spot algo order was cut: ``subOrders``, total, executedQty …

        Each has subId, orderId, orderStatus, origQty, executedQty, executedAmt, feeAmt, feeAsset,
        avgPrice, side, symbol, timeInForce and bookTime (ms).

        Args:
            page, pageSize: Page, from 1, and rows a page: 100 if not given, and at most.

        https://developers.binance.com/docs/algo/spot-algo/Query-Sub-Orders
        """

    @post("/sapi/v1/algo/futures/newOrderTwap", weight=uid(3000), security="TRADE")
    def futures_new_order_twap(
        self,
        symbol: str,
        side: str,
        quantity: Number,
        duration: int,
        *,
        positionSide: str | None = None,
        clientAlgoId: str | None = None,
        reduceOnly: bool | None = None,
        limitPrice: Number | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Place a futures order that is spread evenly over a time: clientAlgoId, success …

        30 open ones at most.  The answer has code and msg too; an order that the balance doesn't
        carry may be accepted and then expire.

        Args:
            side: BUY or SELL.
            quantity: Of the base asset, worth 1,000 to 1,000,000 USDT; quantity * 60 / duration
                must be above the symbol's minQty.
            duration: Seconds, 300 to 86400.
            positionSide: BOTH if not given; LONG or SHORT, needed in hedge mode.
            clientAlgoId: Your own id, 32 characters; made up if not given.
            reduceOnly: Only close a position; False if not given, not in hedge mode.
            limitPrice: No worse price than this; the market's if not given.

        https://developers.binance.com/docs/algo/future-algo/Time-Weighted-Average-Price-New-Order
        """

    @post("/sapi/v1/algo/futures/newOrderVp", weight=uid(300), security="TRADE")
    def futures_new_order_vp(
        self,
        symbol: str,
        side: str,
        quantity: Number,
        urgency: str,
        *,
        positionSide: str | None = None,
        clientAlgoId: str | None = None,
        reduceOnly: bool | None = None,
        limitPrice: Number | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Place a futures order that follows the market's volume: clientAlgoId, success …

        10 open ones at most.  The answer has code and msg too; an order that the balance doesn't
        carry may be accepted and then expire.

        Args:
            side: BUY or SELL.
            quantity: Of the base asset, worth 10,000 to 1,000,000 USDT.
            urgency: How fast: LOW, MEDIUM or HIGH.
            positionSide: BOTH if not given; LONG or SHORT, needed in hedge mode.
            clientAlgoId: Your own id, 32 characters; made up if not given.
            reduceOnly: Only close a position; False if not given, not in hedge mode.
            limitPrice: No worse price than this; the market's if not given.

        https://developers.binance.com/docs/algo/future-algo/Volume-Participation-New-Order
        """

    @delete("/sapi/v1/algo/futures/order", security="TRADE")
    def futures_cancel_order(self, algoId: int, *, recvWindow: Number | None = None) -> JsonObject:
        """Cancel a futures algo order: algoId, success, code and msg.

        https://developers.binance.com/docs/algo/future-algo/Cancel-Algo-Order
        """

    @get("/sapi/v1/algo/futures/openOrders", security="USER_DATA")
    def futures_open_orders(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Futures algo orders at work: ``total``, and ``orders`` of algoId, symbol, algoStatus …

        Rows also have side, positionSide, totalQty, executedQty, executedAmt, avgPrice,
        clientAlgoId, bookTime, endTime (ms), algoType and urgency.

        https://developers.binance.com/docs/algo/future-algo/Query-Current-Algo-Open-Orders
        """

    @get("/sapi/v1/algo/futures/historicalOrders", security="USER_DATA")
    def futures_historical_orders(
        self,
        *,
        symbol: str | None = None,
        side: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Futures algo orders that have ended: ``total`` and ``orders``, as in futures_open_orders.

        Args:
            side: BUY or SELL; both if not given.
            page, pageSize: Page, from 1, and rows a page: 100 if not given, and at most.

        https://developers.binance.com/docs/algo/future-algo/Query-Historical-Algo-Orders
        """

    @get("/sapi/v1/algo/futures/subOrders", security="USER_DATA")
    def futures_sub_orders(
        self,
        algoId: int,
        *,
        page: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """The orders into which a futures algo order was cut: ``subOrders``, total, executedQty …

        Each has subId, orderId, orderStatus, origQty, executedQty, executedAmt, feeAmt, feeAsset,
        avgPrice, side, symbol, timeInForce and bookTime (ms).

        Args:
            page, pageSize: Page, from 1, and rows a page: 100 if not given, and at most.

        https://developers.binance.com/docs/algo/future-algo/Query-Sub-Orders
        """
