"""Margin accounts: what they hold, borrow, repay and may do; orders are in ``margin_trade``.

A call is about the cross margin account unless it names an isolated one, by isolatedSymbol or
symbol.  Amounts, prices and rates in the answers are decimal strings, rates as fractions (0.001 is
0.1 %), times ms.

https://developers.binance.com/docs/margin_trading
"""

from __future__ import annotations

from ...wire.types import Joined, JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import Cost, Params, delete, get, post, put, uid
from .margin_trade import MarginTrade


def _fee_weight(params: Params) -> Cost:
    return 1 if params.get("coin") is not None else 5


def _isolated_fee_weight(params: Params) -> Cost:
    return 1 if params.get("symbol") is not None else 10


class Accounts(Group):
    """Calls about the cross margin account and the isolated ones."""

    @get("/sapi/v1/margin/account", weight=10, security="USER_DATA")
    def account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """The cross margin account: marginLevel, totals in BTC and USDT, and ``userAssets``.

        tradeEnabled, borrowEnabled, transferInEnabled and transferOutEnabled are booleans.  A row
        of userAssets has asset, free, locked, borrowed, interest and netAsset.

        https://developers.binance.com/docs/margin_trading/account/Query-Cross-Margin-Account-Details
        """

    @get(
        "/sapi/v1/margin/tradeCoeff",
        weight=10,
        security="USER_DATA",
        flat="summary_of_margin_account",
    )
    def account_summary(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Margin levels that matter: normalBar, marginCallBar and forceLiquidationBar.

        The newest list has it no more, so the server may not know it.

        https://developers.binance.com/docs/margin_trading/account/Get-Summary-Of-Margin-Account
        """

    @post(
        "/sapi/v1/margin/max-leverage",
        weight=uid(3000),
        security="USER_DATA",
        flat="adjust_cross_margin_max_leverage",
    )
    def adjust_cross_max_leverage(self, maxLeverage: int) -> JsonObject:
        """Set the maximum leverage of the cross margin account: ``{"success"}``.

        Once a minute for an IP.

        Args:
            maxLeverage: 3 or 5, or where the account is allowed to, 10 or 20.

        https://developers.binance.com/docs/margin_trading/account/Adjust-Cross-Margin-Max-Leverage
        """

    @get(
        "/sapi/v1/margin/isolated/account",
        weight=10,
        security="USER_DATA",
        flat="isolated_margin_account",
    )
    def isolated_account(
        self, *, symbols: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Isolated margin accounts: ``assets``, a row a pair, and the totals in BTC.

        The totals are left out if symbols is given.  A row has symbol, baseAsset, quoteAsset
        (objects of asset, free, locked, borrowed, interest …), marginLevel, marginRatio,
        indexPrice, liquidatePrice, enabled and tradeEnabled.

        Args:
            symbols: 5 at most; all of them if not given.

        https://developers.binance.com/docs/margin_trading/account/Query-Isolated-Margin-Account-Info
        """

    @post(
        "/sapi/v1/margin/isolated/account",
        weight=uid(300),
        security="TRADE",
        flat="enable_isolated_margin_account",
    )
    def enable_isolated_account(
        self, symbol: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Enable the isolated margin account of a pair: ``{"success", "symbol"}``.

        Raises ApiError once as many are enabled as isolated_account_limit allows.

        https://developers.binance.com/docs/margin_trading/account/Enable-Isolated-Margin-Account
        """

    @delete(
        "/sapi/v1/margin/isolated/account",
        weight=uid(300),
        security="TRADE",
        flat="cancel_isolated_margin_account",
    )
    def cancel_isolated_account(
        self, symbol: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Disable the isolated margin account of a pair: ``{"success", "symbol"}``.

        A pair can be disabled once in 24 hours.

        https://developers.binance.com/docs/margin_trading/account/Disable-Isolated-Margin-Account
        """

    @get(
        "/sapi/v1/margin/isolated/accountLimit",
        security="USER_DATA",
        flat="isolated_margin_account_limit",
    )
    def isolated_account_limit(self, *, recvWindow: Number | None = None) -> JsonObject:
        """How many isolated margin accounts are enabled: ``{"enabledAccount", "maxAccount"}``.

        https://developers.binance.com/docs/margin_trading/account/Query-Enabled-Isolated-Margin-Account-Limit
        """

    @get("/sapi/v1/margin/capital-flow", weight=100, security="USER_DATA")
    def capital_flow(
        self,
        *,
        asset: str | None = None,
        symbol: str | None = None,
        type: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        fromId: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """What moved a margin account's balances: rows of id, tranId, timestamp, asset, amount …

        A row also has type and symbol.

        Args:
            symbol: Of this isolated margin account; of the cross margin account if not given.
            type: TRANSFER, BORROW, REPAY, BUY_INCOME, BUY_EXPENSE, SELL_INCOME, SELL_EXPENSE,
                TRADING_COMMISSION, BUY_LIQUIDATION, SELL_LIQUIDATION, REPAY_LIQUIDATION,
                OTHER_LIQUIDATION, LIQUIDATION_FEE, SMALL_BALANCE_CONVERT, COMMISSION_RETURN or
                SMALL_CONVERT.
            startTime, endTime: Within the last 90 days, 7 days apart at most.
            fromId: Only those after it; the latest ones if not given.
            limit: 500 if not given, 1000 at most.

        https://developers.binance.com/docs/margin_trading/account/Query-Cross-Isolated-Margin-Capital-Flow
        """

    @get("/sapi/v1/margin/forceLiquidationRec", security="USER_DATA")
    def force_liquidation_record(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        isolatedSymbol: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Orders by which accounts were liquidated: ``total``, and ``rows``.

        A row has orderId, symbol, side, price, avgPrice, qty, executedQty, timeInForce, isIsolated
        and updatedTime.

        Args:
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/margin_trading/trade/Get-Force-Liquidation-Record
        """

    @get("/sapi/v1/margin/transfer", security="USER_DATA")
    def transfer_history(
        self,
        asset: str | None = None,
        *,
        type: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        isolatedSymbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Transfers in and out of margin accounts: ``total``, and ``rows`` of txId, asset …

        A row also has amount, type, status, timestamp, transFrom and transTo.

        Args:
            type: ROLL_IN or ROLL_OUT.
            startTime, endTime: 30 days apart at most; the last 7 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/margin_trading/transfer/Get-Cross-Margin-Transfer-History
        """

    @get("/sapi/v1/margin/maxTransferable", weight=50, security="USER_DATA")
    def max_transferable(
        self, asset: str, *, isolatedSymbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """The most that can be moved out of a margin account: ``{"amount"}``.

        https://developers.binance.com/docs/margin_trading/transfer/Query-Max-Transfer-Out-Amount
        """

    @get("/sapi/v1/margin/crossMarginData", weight=_fee_weight, security="USER_DATA")
    def fee(
        self,
        *,
        vipLevel: int | None = None,
        coin: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Interest and borrow limits by coin: rows of vipLevel, coin, dailyInterest, borrowLimit …

        A row also has transferIn, borrowable, yearlyInterest and marginablePairs.  Its weight is 1
        with coin, 5 without.

        Args:
            vipLevel: The account's own if not given.
            coin: This one only.

        https://developers.binance.com/docs/margin_trading/account/Query-Cross-Margin-Fee-Data
        """

    @get(
        "/sapi/v1/margin/isolatedMarginData",
        weight=_isolated_fee_weight,
        security="USER_DATA",
        flat="isolated_margin_fee",
    )
    def isolated_fee(
        self,
        *,
        vipLevel: int | None = None,
        symbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Interest and borrow limits by pair: rows of vipLevel, symbol, leverage and ``data``.

        data has a row each for base and quote: coin, dailyInterest, borrowLimit.  Its weight is 1
        with symbol, 10 without.

        Args:
            vipLevel: The account's own if not given.
            symbol: This one only.

        https://developers.binance.com/docs/margin_trading/account/Query-Isolated-Margin-Fee-Data
        """


class Borrowing(Group):
    """Calls that borrow and repay, and what that costs."""

    @post(
        "/sapi/v1/margin/borrow-repay", weight=uid(1500), security="USER_DATA", flat="borrow_repay"
    )
    def borrow_repay(
        self,
        asset: str,
        isIsolated: str,
        symbol: str | None,
        amount: Number,
        type: str,
        *,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Borrow, or repay what was borrowed: ``{"tranId"}``.

        Raises ApiError -3045 if there is nothing left to lend.

        Args:
            isIsolated: TRUE for the isolated margin account of symbol, else FALSE.
            symbol: None for the cross margin account.
            type: BORROW or REPAY.

        https://developers.binance.com/docs/margin_trading/borrow-and-repay/Margin-Account-Borrow-Repay
        """

    @get(
        "/sapi/v1/margin/borrow-repay", weight=10, security="USER_DATA", flat="borrow_repay_record"
    )
    def borrow_repay_record(
        self,
        type: str,
        *,
        asset: str | None = None,
        isolatedSymbol: str | None = None,
        txId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Loans taken or repaid, latest first: ``total``, and ``rows`` of txId, asset, amount …

        A row also has status, principal, interest, timestamp and, for isolated accounts,
        isolatedSymbol; status is PENDING, CONFIRMED or FAILED.

        Args:
            type: BORROW or REPAY.
            txId: What borrow_repay answered as tranId; this or startTime is needed, this goes
                first.
            startTime, endTime: 30 days apart at most; the last 7 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/margin_trading/borrow-and-repay/Query-Borrow-Repay
        """

    @get("/sapi/v1/margin/maxBorrowable", weight=50, security="USER_DATA")
    def max_borrowable(
        self, asset: str, *, isolatedSymbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """The most that can be borrowed now: ``amount``, and ``borrowLimit`` that the level sets.

        Raises ApiError -3045 if there is nothing left to lend.

        https://developers.binance.com/docs/margin_trading/borrow-and-repay/Query-Max-Borrow
        """

    @get("/sapi/v1/margin/available-inventory", weight=uid(50), security="USER_DATA")
    def available_inventory(self, type: str) -> JsonObject:
        """How much there is to lend: ``assets`` from name to amount, and updateTime.

        Args:
            type: MARGIN or ISOLATED.

        https://developers.binance.com/docs/margin_trading/market-data/Query-margin-avaliable-inventory
        """

    @get("/sapi/v1/margin/interestHistory", security="USER_DATA")
    def interest_history(
        self,
        *,
        asset: str | None = None,
        isolatedSymbol: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Interest charged: ``total``, and ``rows`` of txId, asset, principal, interest …

        A row also has interestRate, rawAsset, interestAccuredTime (spelled so), isolatedSymbol for
        isolated accounts, and type: ON_BORROW, PERIODIC, ON_BORROW_CONVERTED, PERIODIC_CONVERTED or
        PORTFOLIO; CONVERTED means that BNB paid.

        Args:
            startTime, endTime: 30 days apart at most; the last 7 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/margin_trading/borrow-and-repay/Get-Interest-History
        """

    @get("/sapi/v1/margin/interestRateHistory", security="USER_DATA")
    def interest_rate_history(
        self,
        asset: str,
        *,
        vipLevel: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Past interest rates of an asset: rows of dailyInterestRate, timestamp, asset, vipLevel.

        Args:
            vipLevel: The account's own if not given.
            startTime, endTime: A month apart at most; the last 7 days if not given.

        https://developers.binance.com/docs/margin_trading/borrow-and-repay/Query-Margin-Interest-Rate-History
        """

    @get(
        "/sapi/v1/margin/next-hourly-interest-rate",
        weight=100,
        security="USER_DATA",
        flat="get_a_future_hourly_interest_rate",
    )
    def next_hourly_interest_rate(self, assets: Joined, isIsolated: str) -> JsonArray:
        """Interest rates of the next hour: rows of asset and nextHourlyInterestRate.

        Args:
            assets: 20 at most.
            isIsolated: TRUE for isolated margin, FALSE for cross margin.

        https://developers.binance.com/docs/margin_trading/borrow-and-repay/Get-a-future-hourly-interest-rate
        """

    @get("/sapi/v1/margin/liquidation-loan", weight=uid(100), security="USER_DATA")
    def liquidation_loan(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What a liquidation left unpaid: asset, amount, repaidAmount and remainingAmount.

        https://developers.binance.com/en/docs/catalog/core-trading-margin-trading/api/rest-api/trade#query-liquidation-loan
        """

    @post("/sapi/v1/margin/liquidation-loan/repay", weight=uid(100), security="MARGIN")
    def liquidation_loan_repay(
        self, asset: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Repay what a liquidation left unpaid: repayId, asset, amount, status and createTime.

        status is SUCCESS or PENDING.

        Args:
            asset: The loan's, as in liquidation_loan.

        https://developers.binance.com/en/docs/catalog/core-trading-margin-trading/api/rest-api/trade#liquidation-loan-repay
        """

    @get("/sapi/v1/margin/liquidation-loan/repay-history", weight=uid(100), security="USER_DATA")
    def liquidation_loan_repay_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Repayments of liquidation loans: ``total``, and ``rows`` as of liquidation_loan_repay.

        Failed ones are left out.

        Args:
            startTime, endTime: The last 7 days if not given; 90 days back at most.
            current, size: Page, from 1, and rows a page: 50 if not given.

        https://developers.binance.com/docs/margin_trading/trade/Query-Liquidation-Loan-Repay-History
        """


class Rules(Group):
    """Calls about what can be traded and borrowed on margin, the same for everyone."""

    @get("/sapi/v1/margin/allAssets", security="MARKET_DATA")
    def all_assets(self, *, asset: str | None = None) -> JsonArray:
        """Assets of margin: rows of assetName, assetFullName, isBorrowable, isMortgageable …

        A row also has userMinBorrow, userMinRepay and, if it is to be delisted, delistTime.

        Args:
            asset: This one only.

        https://developers.binance.com/docs/margin_trading/market-data/Get-All-Margin-Assets
        """

    @get("/sapi/v1/margin/allPairs", security="MARKET_DATA")
    def all_pairs(self, *, symbol: str | None = None) -> JsonArray:
        """Cross margin pairs: rows of symbol, base, quote, isMarginTrade …

        A row also has isBuyAllowed, isSellAllowed and, if it is to be delisted, delistTime.

        Args:
            symbol: This one only.

        https://developers.binance.com/docs/margin_trading/market-data/Get-All-Cross-Margin-Pairs
        """

    @get(
        "/sapi/v1/margin/isolated/allPairs",
        weight=10,
        security="MARKET_DATA",
        flat="isolated_margin_all_pairs",
    )
    def isolated_all_pairs(
        self, *, symbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonArray:
        """Isolated margin pairs: rows as of all_pairs.

        Args:
            symbol: This one only.

        https://developers.binance.com/docs/margin_trading/market-data/Get-All-Isolated-Margin-Symbol
        """

    @get("/sapi/v1/margin/priceIndex", weight=10, security="MARKET_DATA")
    def pair_index(self, symbol: str) -> JsonObject:
        """Index price of a pair, as margin levels use it: ``{"calcTime", "price", "symbol"}``.

        https://developers.binance.com/docs/margin_trading/market-data/Query-Margin-PriceIndex
        """

    @get("/sapi/v1/margin/isolatedMarginTier", security="USER_DATA", flat="isolated_margin_tier")
    def isolated_tier(
        self, symbol: str, *, tier: int | None = None, recvWindow: Number | None = None
    ) -> JsonArray:
        """Leverage tiers of an isolated pair: rows of tier, effectiveMultiple, initialRiskRatio …

        A row also has liquidationRiskRatio, baseAssetMaxBorrowable and quoteAssetMaxBorrowable.

        Args:
            tier: This one only.

        https://developers.binance.com/docs/margin_trading/market-data/Query-Isolated-Margin-Tier-Data
        """

    @get(
        "/sapi/v1/margin/crossMarginCollateralRatio",
        weight=100,
        security="MARKET_DATA",
        flat="cross_margin_collateral_ratio",
    )
    def cross_collateral_ratio(self) -> JsonArray:
        """How much of an asset's worth is collateral: rows of assetNames and ``collaterals``.

        collaterals are steps by worth in USD: minUsdValue, maxUsdValue and discountRate.

        https://developers.binance.com/docs/margin_trading/market-data/Cross-margin-collateral-ratio
        """

    @get(
        "/sapi/v1/margin/leverageBracket",
        security="MARKET_DATA",
        flat="liability_coin_leverage_bracket",
    )
    def liability_coin_leverage_bracket(self) -> JsonArray:
        """Leverage by debt in cross margin's Pro mode: rows of assetNames, rank and ``brackets``.

        A bracket has leverage, maxDebt, maintenanceMarginRate, initialMarginRate and fastNum.
        Binance ended that mode in April 2026, so the server may refuse it.

        https://developers.binance.com/docs/margin_trading/market-data/Query-Liability-Coin-Leverage-Bracket-in-Cross-Margin-Pro-Mode
        """

    @get("/sapi/v1/margin/risk-based-liquidation-ratio", security="MARKET_DATA")
    def risk_based_liquidation_ratio(self) -> JsonArray:
        """Liquidation ratios by asset: rows of asset and riskBasedLiquidationRatio.

        https://developers.binance.com/docs/margin_trading/market-data/Get-Margin-Asset-Risk-Based-Liquidation-Ratio
        """

    @get("/sapi/v1/margin/restricted-asset", security="MARKET_DATA")
    def restricted_asset(self) -> JsonObject:
        """Restricted assets: openLongRestrictedAsset and maxCollateralExceededAsset, lists.

        https://developers.binance.com/docs/margin_trading/market-data/Get-Margin-Restricted-Assets
        """

    @get("/sapi/v1/margin/list-schedule", weight=100, security="MARKET_DATA")
    def list_schedule(self, *, recvWindow: Number | None = None) -> JsonArray:
        """What comes to margin: rows of listTime, crossMarginAssets and isolatedMarginSymbols.

        https://developers.binance.com/docs/margin_trading/market-data/Get-List-Schedule
        """

    @get("/sapi/v1/margin/delist-schedule", weight=100, security="MARKET_DATA")
    def delist_schedule(self, *, recvWindow: Number | None = None) -> JsonArray:
        """What leaves margin: rows of delistTime, crossMarginAssets and isolatedMarginSymbols.

        https://developers.binance.com/docs/margin_trading/market-data/Get-Delist-Schedule
        """


class RiskStream(Group):
    """Calls about the margin risk stream's listen key; MarginRiskData makes them itself."""

    @post(
        "/sapi/v1/margin/listen-key",
        weight=uid(1),
        security="USER_STREAM",
        flat="new_margin_risk_listen_key",
        changes_state=False,
    )
    def new_risk_listen_key(self) -> JsonObject:
        """The key of the stream of margin calls and debts, ``{"listenKey"}``, good for an hour.

        https://developers.binance.com/docs/margin_trading/risk-data-stream/Start-User-Data-Stream
        """

    @put(
        "/sapi/v1/margin/listen-key",
        weight=uid(1),
        security="USER_STREAM",
        flat="renew_margin_risk_listen_key",
        changes_state=False,
    )
    def renew_risk_listen_key(self, listenKey: str) -> JsonObject:
        """Keep a key for another hour; an empty object.

        https://developers.binance.com/docs/margin_trading/risk-data-stream/Keepalive-User-Data-Stream
        """

    @delete(
        "/sapi/v1/margin/listen-key",
        weight=uid(3000),
        security="USER_STREAM",
        flat="close_margin_risk_listen_key",
        changes_state=False,
    )
    def close_risk_listen_key(self) -> JsonObject:
        """Close the stream and forget its key; an empty object.

        https://developers.binance.com/docs/margin_trading/risk-data-stream/Close-User-Data-Stream
        """


class Margin(Accounts, Borrowing, Rules, RiskStream, MarginTrade):
    """Margin accounts, what they borrow, and their orders."""
