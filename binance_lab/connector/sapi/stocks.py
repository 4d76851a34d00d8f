"""Stocks: US stocks and ETFs, and the tokens that stand for them.

Amounts in the answers are decimal strings, times ms.  symbol is the stock's ticker, such as AAPL.
A token (AAPLB) is minted from shares and redeemed for them.

https://developers.binance.com/docs/stocks
"""

from __future__ import annotations

from ...wire.types import Joined, JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Market(Group):
    """Calls about symbols, prices and tokens."""

    @get("/sapi/v1/equity/market/exchangeInfo", security="MARKET_DATA", flat="stock_exchange_info")
    def exchange_info(self, *, symbol: str | None = None) -> JsonObject:
        """Symbols and their rules: ``timezone``, and ``symbols`` of symbol, tradability, stepSize …

        A symbol also has minQty, maxQty, minNotional, maxNotional, maxNumOrders, fractionable,
        extendedSession, overnightSupported, listingTime and delistingTime.

        Args:
            symbol: This one only; symbols is empty if there is no such one.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/market-data#exchange-info
        """

    @get("/sapi/v1/equity/market/quote", security="MARKET_DATA", flat="stock_quote")
    def quote(self, symbol: str) -> JsonObject:
        """Best bid and ask of a symbol: symbol, bidPrice, askPrice, bidSize and askSize.

        It may be 5 seconds old.  Sizes are numbers, not text.

        Raises:
            BadAnswer: There is no quote, so the answer is empty: the symbol is unknown, halted or
                delisted.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/market-data#latest-quote
        """

    @get(
        "/sapi/v1/equity/market/tokenized-assets",
        security="MARKET_DATA",
        flat="stock_tokenized_assets",
    )
    def tokenized_assets(self) -> JsonArray:
        """Tokens that may be minted and redeemed: rows of assetCode, underlyingEquitySymbol …

        A row also has assetName, multiplier and multiplierValid.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/market-data#tokenized-assets
        """


class Orders(Group):
    """Calls about orders and trades."""

    @post("/sapi/v1/equity/account/disclaimer", security="TRADE", flat="stock_sign_disclaimer")
    def sign_disclaimer(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Accept the disclaimer for US stocks, once, before the first order: ``{"success"}``.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/account#sign-us-equity-disclaimer
        """

    @post("/sapi/v1/equity/order/place", security="TRADE", flat="stock_new_order")
    def new_order(
        self,
        symbol: str,
        side: str,
        orderType: str,
        *,
        quoteAsset: str | None = None,
        price: Number | None = None,
        quantity: Number | None = None,
        notional: Number | None = None,
        timeInForce: str | None = None,
        tradingSession: str | None = None,
        walletType: str | None = None,
        clientOrderId: str | None = None,
        tokenize: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Place an order: status, orderId and clientOrderId.

        A LIMIT order needs price, quantity and tradingSession.  A MARKET order takes none of them
        but quantity to SELL, and notional to BUY.  An account may place 200 a minute.  If the
        answer is lost, client.resolve finds the order by its clientOrderId.

        Args:
            side: BUY or SELL.
            orderType: LIMIT or MARKET.
            quoteAsset: USDC if not given.
            price: 2 decimals at most.
            quantity: Shares; a fraction too, where the symbol is fractionable.
            notional: What to spend, in the quote asset.
            timeInForce: DAY if not given, or GTC for a LIMIT order; for a fraction of a share GTC
                needs EXTENDED or 24H.
            tradingSession: RTH (regular hours), EXTENDED or 24H.
            walletType: Which wallet pays: CARD if not given, or MAIN.  A sale always pays to CARD.
            clientOrderId: 32 to 36 letters, digits, - and _; made up here if not given.
            tokenize: Whether the shares bought become tokens on settlement; true if not given.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/trade#place-equity-order
        """

    @post("/sapi/v1/equity/order/cancel", security="TRADE", flat="stock_cancel_order")
    def cancel_order(self, orderId: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Cancel an open order: orderId and status.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/trade#cancel-equity-order
        """

    @post("/sapi/v1/equity/order/cancel-all", security="TRADE", flat="stock_cancel_all_orders")
    def cancel_all_orders(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Cancel all open orders: ``{"success"}``.

        What became of each is in order_history.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/trade#cancel-all-equity-orders
        """

    @get("/sapi/v1/equity/order/open-orders", security="USER_DATA", flat="stock_open_orders")
    def open_orders(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Open orders: rows of orderId, symbol, side, orderType, qty, filledQty, status …

        A row also has limitPrice, quote, notional, avgFilledPrice, filledTotal, fee, session,
        createdAt and updatedAt.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/trade#current-open-orders
        """

    @get("/sapi/v1/equity/order/detail", security="USER_DATA", flat="stock_order_detail")
    def order_detail(
        self,
        *,
        orderId: str | None = None,
        clientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """An order, as a row of open_orders, with its clientOrderId and its ``trades``.

        A trade has executionId, executionAt, price and qty.

        Args:
            orderId, clientOrderId: One of them at least.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/trade#equity-order-detail
        """

    @get("/sapi/v1/equity/order/history", security="USER_DATA", flat="stock_order_history")
    def order_history(
        self,
        startTime: Time,
        endTime: Time,
        *,
        symbol: str | None = None,
        orderType: str | None = None,
        side: str | None = None,
        orderStatus: Joined | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Orders of a time: ``total``, ``page``, ``size``, and ``rows`` as in open_orders.

        Args:
            symbol: This one only.
            orderType: MARKET or LIMIT.
            side: BUY or SELL.
            orderStatus: One or several of FILLED, PARTIALLY_FILLED, CANCELED, EXPIRED and REJECTED.
            current, size: Page, from 1, and rows a page: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/trade#equity-order-history
        """

    @get("/sapi/v1/equity/trade/history", security="USER_DATA", flat="stock_trade_history")
    def trade_history(
        self,
        startTime: Time,
        endTime: Time,
        *,
        symbol: str | None = None,
        side: str | None = None,
        orderId: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Trades of a time: ``total``, ``page``, ``size``, and ``rows``, one for each fill.

        A row has executionId, orderId, symbol, quote, side, orderType, price, qty, total,
        executionAt and updatedAt.

        Args:
            symbol, orderId: Only these.
            side: BUY or SELL.
            current, size: Page, from 1, and rows a page: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/trade#equity-trade-history
        """

    @post(
        "/sapi/v1/equity/listenKey",
        security="USER_STREAM",
        flat="new_stock_listen_key",
        changes_state=False,
    )
    def new_listen_key(self, *, recvWindow: Number | None = None) -> JsonObject:
        """The key of the stream of the account's stock orders: ``{"listenKey"}``.

        While there is one already, it is that one, for longer.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/user-data-streams#create-renew-listen-key
        """


class Tokens(Group):
    """Calls that turn shares into tokens and back."""

    @post("/sapi/v1/equity/tokenized/mint", security="TRADE", flat="stock_tokenized_mint")
    def tokenized_mint(
        self,
        underlyingAsset: str,
        underlyingAssetAmount: Number,
        *,
        clientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Begin to turn shares into tokens: ``{"issuerRequestId", "status"}``.

        Ask tokenized_convert_status how it went.  An account may do so 50 times a minute; an
        unknown ticker is error -26004.

        Args:
            underlyingAsset: The stock, such as AAPL.
            underlyingAssetAmount: Shares.
            clientOrderId: 32 to 36 letters, digits, - and _; made up here if not given.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/tokenized#tokenized-mint
        """

    @post("/sapi/v1/equity/tokenized/redeem", security="TRADE", flat="stock_tokenized_redeem")
    def tokenized_redeem(
        self,
        tokenizedAsset: str,
        tokenizedAssetAmount: Number,
        *,
        clientOrderId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Begin to turn tokens into shares: ``{"issuerRequestId", "status"}``.

        Ask tokenized_convert_status how it went.  An account may do so 200 times a minute; an
        unknown token is error -1102, which speaks of an empty parameter.

        Args:
            tokenizedAsset: The token, such as AAPLB.
            tokenizedAssetAmount: Tokens.
            clientOrderId: 32 to 36 letters, digits, - and _; made up here if not given.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/tokenized#tokenized-redeem
        """

    @get(
        "/sapi/v1/equity/tokenized/convert-status",
        security="USER_DATA",
        flat="stock_tokenized_convert_status",
    )
    def tokenized_convert_status(
        self, issuerRequestId: str, convertType: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """How a conversion went: issuerRequestId, convertType, status, both assets and amounts.

        The keys of these are underlyingAsset, underlyingAssetAmount, tokenizedAsset and
        tokenizedAssetAmount; createdAt and updatedAt are times.  Empty if there is no such
        conversion.

        Args:
            convertType: MINT or REDEEM.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/tokenized#tokenized-convert-status
        """

    @get("/sapi/v1/equity/tokenized/history", security="USER_DATA", flat="stock_tokenized_history")
    def tokenized_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        lastId: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Conversions: ``rows`` as in tokenized_convert_status, ``hasMore`` and ``nextLastId``.

        Args:
            lastId: nextLastId of the page before; the first page if not given.
            size: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/advanced-trading-stocks-trading/api/rest-api/tokenized#tokenized-convert-history
        """


class Stocks(Market, Orders, Tokens):
    """Calls about stocks: ``client.stocks``."""
