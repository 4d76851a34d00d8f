"""Convert: one asset for another at a quoted price, or at a limit price once it is reached.

Ask for a quote with send_quote_request, then accept it in time with accept_quote.  Amounts and
ratios in the answers are decimal strings, times ms.

https://developers.binance.com/docs/convert
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post, uid


class Convert(Group):
    """Calls about conversions: ``client.convert``."""

    @get("/sapi/v1/convert/exchangeInfo", weight=3000, flat="list_all_convert_pairs")
    def list_all_pairs(
        self, *, fromAsset: str | None = None, toAsset: str | None = None
    ) -> JsonArray:
        """Pairs and their limits: rows of fromAsset, toAsset, fromAssetMinAmount …

        A row also has fromAssetMaxAmount, toAssetMinAmount, toAssetMaxAmount and fromIsBase.

        Args:
            fromAsset, toAsset: One of them at least: the asset that is paid and the one that is
                got.

        https://developers.binance.com/docs/convert/market-data/List-all-convert-pairs
        """

    @get(
        "/sapi/v1/convert/assetInfo",
        weight=100,
        security="USER_DATA",
        flat="query_order_quantity_precision_per_asset",
    )
    def query_order_quantity_precision_per_asset(
        self, *, recvWindow: Number | None = None
    ) -> JsonArray:
        """How finely amounts may be given: rows of asset and fraction, its decimals.

        https://developers.binance.com/docs/convert/market-data/Query-order-quantity-precision-per-asset
        """

    @post(
        "/sapi/v1/convert/getQuote",
        weight=uid(200),
        security="TRADE",
        flat="send_quote_request",
        changes_state=False,
    )
    def send_quote_request(
        self,
        fromAsset: str,
        toAsset: str,
        *,
        fromAmount: Number | None = None,
        toAmount: Number | None = None,
        walletType: str | None = None,
        validTime: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """A price, without obligation: quoteId, ratio, inverseRatio, validTimestamp and amounts.

        The amounts are fromAmount and toAmount.  There is a quoteId only if the wallet has enough.

        Args:
            fromAmount, toAmount: One of them: what is paid, or what is got.
            walletType: SPOT if not given, FUNDING, EARN, or some of them: SPOT_FUNDING, SPOT_EARN,
                FUNDING_EARN, SPOT_FUNDING_EARN.
            validTime: How long the quote holds: 10s if not given, 30s or 1m.

        https://developers.binance.com/docs/convert/trade/Send-quote-request
        """

    @post("/sapi/v1/convert/acceptQuote", weight=uid(500), security="TRADE", flat="accept_quote")
    def accept_quote(self, quoteId: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Convert at a quote: orderId, createTime and orderStatus.

        orderStatus is PROCESS, ACCEPT_SUCCESS, SUCCESS or FAIL; ask order_status until it is one of
        the last two.

        https://developers.binance.com/docs/convert/trade/Accept-Quote
        """

    @get("/sapi/v1/convert/orderStatus", weight=uid(100), security="USER_DATA", flat="order_status")
    def order_status(self, *, orderId: str | None = None, quoteId: str | None = None) -> JsonObject:
        """An order: orderId, orderStatus, fromAsset, fromAmount, toAsset, toAmount, ratio …

        The answer also has inverseRatio and createTime; orderStatus is as in accept_quote.

        Args:
            orderId, quoteId: One of them at least.

        https://developers.binance.com/docs/convert/trade/Order-Status
        """

    @post(
        "/sapi/v1/convert/limit/placeOrder",
        weight=uid(500),
        security="TRADE",
        flat="place_limit_order",
    )
    def place_limit_order(
        self,
        baseAsset: str,
        quoteAsset: str,
        limitPrice: Number,
        side: str,
        expiredType: str,
        *,
        baseAmount: Number | None = None,
        quoteAmount: Number | None = None,
        walletType: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Convert once a price is reached: ``{"orderId", "status"}``.

        Args:
            baseAsset, quoteAsset: list_all_pairs tells by fromIsBase which is which.
            limitPrice: Of the base asset, in the quote asset.
            side: BUY or SELL.
            expiredType: When it ends: 1_D, 3_D, 7_D or 30_D (days).
            baseAmount, quoteAmount: Exactly one of them.
            walletType: SPOT if not given, FUNDING, EARN, or some of them: SPOT_FUNDING, SPOT_EARN,
                FUNDING_EARN, SPOT_FUNDING_EARN.

        https://developers.binance.com/docs/convert/trade/Place-Order
        """

    @post(
        "/sapi/v1/convert/limit/cancelOrder",
        weight=uid(200),
        security="TRADE",
        flat="cancel_limit_order",
    )
    def cancel_limit_order(self, orderId: int, *, recvWindow: Number | None = None) -> JsonObject:
        """Cancel a limit order: ``{"orderId", "status"}``.

        https://developers.binance.com/docs/convert/trade/Cancel-Order
        """

    @get(
        "/sapi/v1/convert/limit/queryOpenOrders",
        weight=uid(3000),
        security="USER_DATA",
        flat="query_limit_open_order",
    )
    def query_limit_open_order(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Open limit orders: ``list``, rows of orderId, quoteId, fromAsset, fromAmount, toAsset …

        A row also has orderStatus, toAmount, ratio, inverseRatio, createTime and expiredTimestamp.

        https://developers.binance.com/docs/convert/trade/Query-Order
        """

    @get(
        "/sapi/v1/convert/tradeFlow",
        weight=uid(3000),
        security="USER_DATA",
        flat="get_convert_trade_history",
    )
    def get_trade_history(
        self,
        startTime: Time,
        endTime: Time,
        *,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Conversions of a time: ``list``, startTime, endTime, limit and moreData.

        Each of list has quoteId, orderId, orderStatus, fromAsset, fromAmount, toAsset, toAmount,
        ratio, inverseRatio and createTime; moreData is true if there are more than fit.

        Args:
            startTime, endTime: 30 days apart at most.
            limit: 100 if not given, 1000 at most.

        https://developers.binance.com/docs/convert/trade/Get-Convert-Trade-History
        """
