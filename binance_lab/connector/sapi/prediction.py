"""Prediction markets: shares in the outcomes of questions, paid for in USDT from a wallet.

A topic asks a question and has one market or several; each market has outcomes, and each outcome
a token.  A share pays 1 USDT if its outcome comes true, so a price is a chance.  wallet_list
tells the walletAddress and the walletId that most calls want.  What moves money needs the
wallet's self-authorization (SAS); without it the server says -31003.

Amounts that are sent are whole numbers of 1e-18 ("wei"): 1 USDT is 1000000000000000000.  Amounts
and prices in the answers are decimal strings unless said otherwise, times ms; chainId is 56 (BNB
Smart Chain) if not given.  The product's own page is
https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading

https://developers.binance.com/docs/w3w
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number
from ..base import Group
from ..endpoint import get, post


class Markets(Group):
    """Calls about what can be traded, and its prices."""

    @get("/sapi/v1/w3w/wallet/prediction/category/list", weight=200, security="USER_DATA")
    def category_list(self) -> JsonObject:
        """Categories of the markets: ``categories``, rows of id, name, order, subcategories …

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/market-data#list-prediction-categories
        """

    @get("/sapi/v1/w3w/wallet/prediction/market/list", weight=200, security="USER_DATA")
    def market_list(
        self,
        *,
        l1Category: str | None = None,
        l2Category: str | None = None,
        sortBy: str | None = None,
        orderBy: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> JsonObject:
        """Topics: ``marketTopics``, rows as in market_detail; total, offset, limit and hasMore.

        Args:
            l1Category, l2Category: Ids of a category and a subcategory.
            sortBy: RECOMMENDED, VOLUME, PARTICIPANTS, CREATED_TIME or END_DATE.
            orderBy: ASC or DESC.
            offset: Rows to skip; 0 if not given.
            limit: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/market-data#list-prediction-markets
        """

    @get("/sapi/v1/w3w/wallet/prediction/market/search", weight=200, security="USER_DATA")
    def market_search(self, query: str, *, topK: int | None = None) -> JsonArray:
        """Topics that mean what the words say.

        Args:
            query: Words to look for.
            topK: How many; 20 if not given, 50 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/market-data#market-search
        """

    @get("/sapi/v1/w3w/wallet/prediction/market/detail", weight=200, security="USER_DATA")
    def market_detail(self, marketTopicId: int) -> JsonObject:
        """One topic: title, question, startDate, endDate, status, tradeVolume, and its ``markets``.

        Each market has marketId, title, tradingStatus, tradeVolume, liquidity, decimalPrecision and
        ``outcomes``: rows of name, price, chance, index and tokenId.  variantData tells what it is
        measured by, such as a symbol's price at the start; feeRateBps and slippageBps are in basis
        points.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/market-data#get-market-detail
        """

    @get("/sapi/v1/w3w/wallet/prediction/order-book", weight=200, security="USER_DATA")
    def order_book(self, vendor: str, marketId: int, tokenId: str) -> JsonObject:
        """Resting orders of an outcome: outcome, tokenId, timestamp, ``bids`` and ``asks``.

        Args:
            vendor: Who runs the market, such as predict_fun.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/market-data#query-order-book
        """

    @get(
        "/sapi/v1/w3w/wallet/prediction/order-book/last-trade-price",
        weight=200,
        security="USER_DATA",
    )
    def last_trade_price(self, marketId: int) -> JsonObject:
        """Price of a market's last trade: ``{"marketId", "lastTradePrice"}``.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/market-data#query-last-trade-price
        """


class Orders(Group):
    """Calls about orders: a quote first, then the order."""

    @post(
        "/sapi/v1/w3w/wallet/prediction/trade/get-quote",
        weight=200,
        security="PREDICTION_TRADE",
        changes_state=False,
    )
    def get_quote(
        self,
        walletAddress: str,
        tokenId: str,
        side: str,
        amountIn: Number,
        orderType: str,
        slippageBps: int,
        *,
        priceLimit: Number | None = None,
        chainId: str | None = None,
        feeRateBps: int | None = None,
        fundingSource: str | None = None,
        fundTransferAmount: Number | None = None,
    ) -> JsonObject:
        """Price an order: quoteId for place_order, amountOut, feeAmount, averagePrice, expireAt …

        Amounts in the answer are in wei too; averagePrice, lastPrice and priceImpact are numbers.
        ``-9000 Your order amount is too small`` is the answer to a MARKET order below about 1.5
        USDT.

        Args:
            tokenId: The outcome's.
            side: BUY or SELL.
            amountIn: What goes in, in wei.
            orderType: MARKET or LIMIT.
            slippageBps: How much worse the price may get, in basis points: 1 to 10000.
            priceLimit: Needed for LIMIT.
            feeRateBps: The fee's rate in basis points: 200 if not given, 1 to 10000.
            fundingSource: MPC (the wallet) if not given, or CEX (the exchange's account).
            fundTransferAmount: What to move to the wallet before, in wei.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/trade#get-quote
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/trade/place-order-bundle",
        weight=200,
        security="PREDICTION_TRADE",
    )
    def place_order(
        self,
        walletAddress: str,
        walletId: str,
        quoteId: str,
        timeInForce: str,
        accountType: str,
        orderType: str,
        slippageBps: int,
        *,
        priceLimit: Number | None = None,
        fundingSource: str | None = None,
        fundTransferAmount: Number | None = None,
    ) -> JsonObject:
        """Place the order of a quote: ``{"orderId"}``.  Needs the self-authorization.

        Args:
            quoteId: From get_quote.
            timeInForce: FOK for MARKET, GTC for LIMIT.
            accountType: The account that pays: SPOT or FUNDING.
            orderType: MARKET or LIMIT.
            slippageBps: How much worse the price may get, in basis points: 1 to 10000.
            priceLimit: Needed for LIMIT.
            fundingSource: MPC (the wallet) if not given, or CEX (the exchange's account).
            fundTransferAmount: What to move to the wallet before, in wei.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/trade#place-order
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/trade/batch-cancel", weight=200, security="PREDICTION_TRADE"
    )
    def batch_cancel_orders(
        self, walletAddress: str, walletId: str, *, cancelInfoList: JsonArray | None = None
    ) -> JsonObject:
        """Cancel open orders: ``canceled``, ids, and ``failed``, rows of orderId and reason.

        Needs the self-authorization.

        Args:
            cancelInfoList: Objects of orderId.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/trade#batch-cancel-orders
        """

    @get("/sapi/v1/w3w/wallet/prediction/order/list", weight=200, security="PREDICTION_TRADE")
    def active_orders(
        self,
        walletAddress: str,
        *,
        tradeSide: str | None = None,
        l1Category: str | None = None,
        marketId: int | None = None,
        offset: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Open orders: ``orders``, rows of orderId, status, side, price …; total, offset and limit.

        Rows also have marketTopicId, marketId, outcome, orderType, createTime, makerUsdtAmount,
        makerShareQty, filledUsdtAmount, filledShareQty, fillPercentage (a fraction),
        marketProviderFee and networkFee; amounts are in USDT and in shares.

        Args:
            tradeSide: BUY or SELL; both if not given.
            l1Category: Of this category only.
            marketId: Of this market only.
            offset: Rows to skip; 0 if not given.
            limit: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/trade#query-active-orders
        """

    @get("/sapi/v1/w3w/wallet/prediction/order/history", weight=200, security="PREDICTION_TRADE")
    def order_history(
        self,
        walletAddress: str,
        *,
        l1Category: str | None = None,
        orderType: str | None = None,
        status: str | None = None,
        startDate: str | None = None,
        endDate: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Orders of any status: ``orders``, rows as in active_orders and terminalTime; total …

        Args:
            l1Category: Of this category only.
            orderType: MARKET or LIMIT; both if not given.
            status: Of this status only, such as CLOSED.
            startDate, endDate: Days as text: 2026-01-31.
            offset: Rows to skip; 0 if not given.
            limit: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/trade#query-order-history
        """


class Positions(Group):
    """Calls about shares held, what they are worth, and what they won."""

    @get("/sapi/v1/w3w/wallet/prediction/position/list", weight=200, security="PREDICTION_TRADE")
    def positions(
        self,
        walletAddress: str,
        *,
        tab: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Shares held: ``positions``, rows; ``summary`` of their worth, and ``counts`` of each tab.

        Rows have positionId, tokenId, marketId, outcomeName, shares, avgPrice, currentPrice,
        totalCost, value, toWin, canClaim, unrealizedPnl, realizedPnl, endDate (ms) …; the summary
        has totalValue, positionValue, walletBalance and totalClaimableAmount.

        Args:
            tab: Which ones; ONGOING if not given.
            offset: Rows to skip; 0 if not given.
            limit: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/position#query-positions
        """

    @get("/sapi/v1/w3w/wallet/prediction/position/filter", weight=200, security="PREDICTION_TRADE")
    def positions_by_filter(
        self,
        *,
        walletAddress: str | None = None,
        marketTopicId: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Shares held, without the summary: ``{"positions"}``, rows as in positions.

        Args:
            walletAddress, marketTopicId: Of this wallet, in this topic.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/position#query-positions-by-filter
        """

    @get("/sapi/v1/w3w/wallet/prediction/position/token", weight=200, security="PREDICTION_TRADE")
    def position_by_token(
        self, walletAddress: str, tokenId: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Shares held of one outcome: ``{"position"}``, an object as the rows of positions.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/position#get-position-by-token
        """

    @get(
        "/sapi/v1/w3w/wallet/prediction/position/settled-history",
        weight=200,
        security="PREDICTION_TRADE",
    )
    def settled_positions(
        self,
        walletAddress: str,
        *,
        l1Category: str | None = None,
        result: int | None = None,
        startDate: str | None = None,
        endDate: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Shares whose question is answered: ``totalCount``, and ``positions`` with isWinner …

        Rows are as in positions, and also have finalOutcome, claimAmount, redeemStatus and
        settledDate (ms).

        Args:
            l1Category: Of this category only.
            result: Of this result only, by its number.
            startDate, endDate: Days as text: 2026-01-31.
            offset: Rows to skip; 0 if not given.
            limit: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/position#query-settled-position-history
        """

    @get("/sapi/v1/w3w/wallet/prediction/pnl/query", weight=200, security="PREDICTION_TRADE")
    def pnl(
        self,
        walletAddress: str,
        *,
        tokenId: str | None = None,
        marketId: int | None = None,
        marketTopicId: int | None = None,
        activeOnly: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Profit and loss: ``pnlList``, rows, and totals; with tokenId one record, ``pnl``.

        Rows have marketTopicId, marketId, tokenId, currentShares, avgPrice, currentPrice,
        realizedPnl, unrealizedPnl, totalPnl, pnlPercentage and isResolved; totals are
        totalRealizedPnl, totalUnrealizedPnl and totalPnl.

        Args:
            tokenId, marketId, marketTopicId: Of this outcome, market or topic only.
            activeOnly: Only of questions that aren't answered yet.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/position#query-pn-l
        """

    @get("/sapi/v1/w3w/wallet/prediction/pnl/portfolio", weight=200, security="PREDICTION_TRADE")
    def portfolio(
        self,
        walletAddress: str,
        *,
        tokenId: str | None = None,
        marketId: int | None = None,
        marketTopicId: int | None = None,
        activeOnly: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """The wallet as a whole: totalCostBasis, totalCurrentValue, totalPnl, and ``positions``.

        The object also has activePositionsCount, totalRealizedPnl and totalUnrealizedPnl; positions
        has rows as in pnl.

        Args:
            tokenId, marketId, marketTopicId: Of this outcome, market or topic only.
            activeOnly: Only of questions that aren't answered yet.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/wallet#get-portfolio
        """

    @post("/sapi/v1/w3w/wallet/prediction/batch-redeem", weight=200, security="PREDICTION_TRADE")
    def batch_redeem(
        self, walletAddress: str, walletId: str, tokenIds: list[str], *, chainId: str | None = None
    ) -> JsonObject:
        """Claim what shares have won: ``batchId``, and ``results``, a row a token.

        Rows have requestId, txHash, status and error; redeem_status follows one.  Needs the
        self-authorization.

        Args:
            tokenIds: Those of settled outcomes, one at least.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/redeem#batch-redeem
        """

    @get("/sapi/v1/w3w/wallet/prediction/redeem/status", weight=200, security="PREDICTION_TRADE")
    def redeem_status(
        self, walletAddress: str, txHash: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """How a claim stands on the chain: ``{"txHash", "status"}``.

        status is PENDING, CONFIRMED, FAILED or NOT_FOUND.

        Args:
            txHash: From batch_redeem.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/redeem#get-redeem-status
        """


class Transfers(Group):
    """Calls about wallets, and what moves between them and the exchange's accounts."""

    @get("/sapi/v1/w3w/wallet/prediction/wallet/list", weight=200, security="PREDICTION_TRADE")
    def wallet_list(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Prediction wallets of the account: ``wallets``, rows of walletAddress, walletId …

        registeredTime is in ms.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/wallet#list-prediction-wallets
        """

    @get(
        "/sapi/v1/w3w/wallet/prediction/balance/payment-options",
        weight=200,
        security="PREDICTION_TRADE",
    )
    def payment_options(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What could pay for an order: ``items``, rows of accountType and what is there.

        The amount is availableBalanceDisplay; enabled tells whether the account can pay.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/wallet#query-payment-option-balances
        """

    @get(
        "/sapi/v1/w3w/wallet/prediction/quota/limit/status", weight=200, security="PREDICTION_TRADE"
    )
    def quota_status(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What may be traded a day, and is left today: ``{"dailyLimit", "remainingDailyLimit"}``.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/wallet#get-quota-status
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/transfer/inbound", weight=200, security="PREDICTION_TRADE"
    )
    def transfer_inbound(
        self,
        walletId: str,
        walletAddress: str,
        fromTokenAmount: Number,
        accountType: str,
        *,
        fromToken: str | None = None,
        toToken: str | None = None,
        chainId: str | None = None,
    ) -> JsonObject:
        """Move money from the wallet to the exchange's account: ``{"transferId", "status"}``.

        Needs the self-authorization; transfer_status follows it.

        Args:
            fromTokenAmount: In wei.
            accountType: SPOT or FUNDING.
            fromToken, toToken: USDT if not given.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/transfer#create-inbound-transfer
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/transfer/outbound", weight=200, security="PREDICTION_TRADE"
    )
    def transfer_outbound(
        self,
        walletId: str,
        walletAddress: str,
        fromTokenAmount: Number,
        accountType: str,
        sourceBiz: str,
        *,
        fromToken: str | None = None,
        toToken: str | None = None,
        chainId: str | None = None,
    ) -> JsonObject:
        """Move money from the exchange's account to the wallet: ``{"transferId", "status"}``.

        Needs the self-authorization; transfer_status follows it.

        Args:
            fromTokenAmount: In wei.
            accountType: SPOT or FUNDING.
            sourceBiz: USER_TRANSFER or PREDICTION_BUY: what it is for.
            fromToken, toToken: USDT if not given.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/transfer#create-outbound-transfer
        """

    @get("/sapi/v1/w3w/wallet/prediction/transfer/status", weight=200, security="PREDICTION_TRADE")
    def transfer_status(self, transferId: str, *, recvWindow: Number | None = None) -> JsonObject:
        """How a transfer stands: transferId, direction, status, fromTokenAmount, toTokenAmount …

        status is PENDING or PROCESSING, and COMPLETED or FAILED at the end; errorCode and
        errorMessage say why.  createTime and updateTime are text.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/transfer#query-transfer-status
        """

    @get("/sapi/v1/w3w/wallet/prediction/transfer/list", weight=200, security="PREDICTION_TRADE")
    def transfer_list(
        self,
        walletAddress: str,
        startDate: str,
        endDate: str,
        *,
        tokenSymbol: str | None = None,
        direction: str | None = None,
        offset: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Transfers of a wallet: ``transfers``, rows as in transfer_status.

        Rows also have walletAddress and completeAt.

        Args:
            startDate, endDate: Days as text: 2026-01-31.
            tokenSymbol: Of this token only, such as USDT.
            direction: INBOUND (to the exchange) or OUTBOUND; both if not given.
            offset: Rows to skip; 0 if not given.
            limit: 20 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/transfer#query-transfer-list
        """

    @post("/sapi/v1/w3w/wallet/prediction/deposit/apply", weight=200, security="PREDICTION_TRADE")
    def deposit_apply(
        self,
        fromToken: str,
        fromTokenAmount: Number,
        toToken: str,
        accountType: str,
        *,
        chainId: str | None = None,
    ) -> JsonObject:
        """Move money of a market maker's wallet to the exchange: ``{"transferId", "status"}``.

        For market makers only; the wallet is the account's own.

        Args:
            fromToken, toToken: Best the same, such as USDT; not every pair can be converted.
            fromTokenAmount: In wei.
            accountType: SPOT or FUNDING.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/transfer#apply-mm-deposit
        """

    @post("/sapi/v1/w3w/wallet/prediction/withdraw/apply", weight=200, security="PREDICTION_TRADE")
    def withdraw_apply(
        self,
        coin: str,
        network: str,
        amount: Number,
        *,
        withdrawOrderId: str | None = None,
        walletType: int | None = None,
        name: str | None = None,
    ) -> JsonObject:
        """Move money of a market maker to the wallet: id, walletId, walletAddress and transferId.

        For market makers only; the wallet is the account's own.

        Args:
            network: Such as BEP20.
            amount: In units of the coin, and not in wei.
            withdrawOrderId: Your own id: the same one isn't carried out twice.
            walletType: 0 spot if not given, 1 funding.
            name: A note.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/transfer#apply-mm-withdraw
        """


class BlockTrades(Group):
    """Calls about trades agreed on outside of the book; for market makers only."""

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/create",
        weight=200,
        security="PREDICTION_TRADE",
    )
    def otc_blocktrade_create(
        self,
        marketId: str,
        tokenId: str,
        side: str,
        makerAmount: Number,
        takerAmount: Number,
        pricePerShare: Number,
        expiration: int,
    ) -> JsonObject:
        """Offer a trade: ``{"orderId", "secretToken"}``.

        For market makers only.  Whoever is given the token can take the offer, as a whole.

        Args:
            tokenId: The outcome's.
            side: BUY: USDT for shares, or SELL: shares for USDT.
            makerAmount: What is given, in wei: USDT for BUY, shares for SELL.
            takerAmount: What is wanted, in wei: shares for BUY, USDT for SELL.
            pricePerShare: In USDT, such as 0.65.
            expiration: Until when, in seconds since 1970.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#create-otc-blocktrade
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/preview",
        weight=200,
        security="PREDICTION_TRADE",
        changes_state=False,
    )
    def otc_blocktrade_preview(self, secretToken: str) -> JsonObject:
        """Look at an offer before taking it, by its token; answers as otc_blocktrade_detail.

        orderId is null here, and secretToken missing.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#preview-otc-blocktrade
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/fulfil",
        weight=200,
        security="PREDICTION_TRADE",
    )
    def otc_blocktrade_fulfil(self, orderId: str, secretToken: str) -> JsonObject:
        """Take an offer as a whole: ``{"orderId"}`` of the taker's side.

        For market makers only.

        Args:
            orderId: The offer's, from its maker.
            secretToken: The offer's, from its maker.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#fulfil-otc-blocktrade
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/detail",
        weight=200,
        security="PREDICTION_TRADE",
        changes_state=False,
    )
    def otc_blocktrade_detail(self, orderId: str) -> JsonObject:
        """One of your own offers: orderId, status, and ``orderData`` with everything about it.

        orderData has marketId, tokenId, side (0 BUY, 1 SELL), quoteType (Bid or Ask), makerAmount,
        takerAmount, price, expiration (s), filledAmount, createdAt (text), secretToken …

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#get-otc-blocktrade-detail
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/list",
        weight=200,
        security="PREDICTION_TRADE",
        changes_state=False,
    )
    def otc_blocktrade_list(
        self, *, first: int | None = None, after: str | None = None, status: str | None = None
    ) -> JsonObject:
        """Your own offers: ``blocktrades``, rows as the orderData of a detail, and ``cursor``.

        Args:
            first: Rows a page.
            after: The cursor of the page before.
            status: OPEN, FULFILLED, MATCHED, CANCELLED, EXPIRED or FAILED; all if not given.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#list-otc-blocktrades
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/events",
        weight=200,
        security="PREDICTION_TRADE",
        changes_state=False,
    )
    def otc_blocktrade_events(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        eventTypes: list[str] | None = None,
        marketId: int | None = None,
    ) -> JsonObject:
        """What happened to offers: ``events``, rows of event, orderId, amount, price, timestamp …

        Rows also have blocktradeId, marketId, fee, effectiveFee, transactionHash, reason and
        isMaker; timestamp is text.

        Args:
            first: Rows a page.
            after: The cursor of the page before.
            eventTypes: Of these only: CREATE, FULFIL, MATCH_SUBMIT, MATCH_SUCCESS, EXPIRE, FAILED …
            marketId: Of this market only.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#get-otc-blocktrade-events
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/remove",
        weight=200,
        security="PREDICTION_TRADE",
    )
    def otc_blocktrade_remove(self, orderIds: list[str]) -> JsonObject:
        """Take back offers: ``removed``, ids, and ``noop``, ids of those that had already ended.

        One that was taken but hasn't settled can be taken back too.

        Args:
            orderIds: 100 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#remove-otc-blocktrades
        """

    @post(
        "/sapi/v1/w3w/wallet/prediction/otc/blocktrade/reserved-balances",
        weight=200,
        security="PREDICTION_TRADE",
        changes_state=False,
    )
    def otc_reserved_balances(self, assets: JsonArray) -> JsonObject:
        """What open offers lock: ``balances``, rows of type, tokenId and amount, as asked.

        Args:
            assets: Objects ``{"type": "USDT"}``, or ``{"type": "SHARE", "tokenId": …}`` for an
                outcome's shares; 50 at most.

        https://developers.binance.com/en/docs/catalog/web3-wallet-prediction-trading/api/rest-api/otc#get-otc-reserved-balances
        """


class Prediction(Markets, Orders, Positions, Transfers, BlockTrades):
    """Calls about prediction markets: ``client.prediction``."""
