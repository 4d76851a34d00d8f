"""Portfolio margin (Pro): one margin for spot, margin and futures positions.

Amounts, prices and rates in the answers are decimal strings, times ms.

https://developers.binance.com/docs/derivatives/portfolio-margin-pro
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import Cost, Params, delete, get, post, uid


def _index_price_weight(params: Params) -> Cost:
    return 1 if params.get("asset") is not None else 50


class Account(Group):
    """Calls about the account, its balances and what it counts as collateral."""

    @get("/sapi/v1/portfolio/account", weight=uid(5), security="USER_DATA")
    def account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """The account's risk: uniMMR, accountEquity, accountMaintMargin, accountStatus …

        uniMMR is equity over maintenance margin.  accountStatus is NORMAL, MARGIN_CALL,
        SUPPLY_MARGIN, REDUCE_ONLY, ACTIVE_LIQUIDATION, FORCE_LIQUIDATION or BANKRUPTED; accountType
        is PM_1, PM_2 or PM_3.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Get-Classic-Portfolio-Margin-Account-Info
        """

    @get(
        "/sapi/v2/portfolio/account",
        weight=5,
        security="USER_DATA",
        flat="get_portfolio_margin_span_account_info",
    )
    def get_account_info(self, *, recvWindow: Number | None = None) -> JsonObject:
        """The account's risk under SPAN: as account, and ``riskUnitMMList``, marginMM and otherMM.

        A row of riskUnitMMList has asset and uniMaintainUsd, its maintenance margin in USD.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Get-Classic-Portfolio-Margin-Account-Info-V2
        """

    @get(
        "/sapi/v1/portfolio/balance",
        weight=20,
        security="USER_DATA",
        flat="get_portfolio_margin_account_balance",
    )
    def get_account_balance(
        self, *, asset: str | None = None, recvWindow: Number | None = None
    ) -> JsonArray:
        """Balances by asset: rows of asset, totalWalletBalance, crossMarginFree, umWalletBalance …

        A row also has crossMarginAsset, crossMarginBorrowed, crossMarginInterest,
        crossMarginLocked, umUnrealizedPNL, cmWalletBalance, cmUnrealizedPNL, negativeBalance and
        updateTime.

        Args:
            asset: This one only.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Get-Classic-Portfolio-Margin-Balance-Info
        """

    @get(
        "/sapi/v1/portfolio/asset-index-price",
        weight=_index_price_weight,
        security="MARKET_DATA",
        flat="query_portfolio_margin_asset_index_price",
    )
    def query_asset_index_price(self, *, asset: str | None = None) -> JsonArray:
        """Index prices in USD: rows of asset, assetIndexPrice and time.

        Its weight is 1 with asset, 50 without.

        Args:
            asset: This one only.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/market-data/Query-Portfolio-Margin-Asset-Index-Price
        """

    @get("/sapi/v1/portfolio/collateralRate", weight=50, security="MARKET_DATA")
    def collateral_rate(self) -> JsonArray:
        """How much of an asset's worth counts as collateral: rows of asset and collateralRate.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/market-data/Classic-Portfolio-Margin-Collateral-Rate
        """

    @get("/sapi/v2/portfolio/collateralRate", weight=50, security="USER_DATA")
    def tiered_collateral_rate(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Collateral rates by amount: rows of asset and ``collateralInfo``.

        collateralInfo is a list of tiers: tierFloor, tierCap, collateralRate and cum.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/market-data/Portfolio-Margin-Pro-Tiered-Collateral-Rate
        """

    @get("/sapi/v1/portfolio/margin-asset-leverage", weight=50, security="USER_DATA")
    def asset_leverage(self) -> JsonArray:
        """Leverage at which assets can be borrowed: rows of asset and leverage.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/market-data/Get-Portfolio-Margin-Asset-Leverage
        """

    @get("/sapi/v1/portfolio/delta-mode", weight=1500, security="USER_DATA")
    def delta_mode_status(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Whether the account is in delta mode: ``{"deltaEnabled"}``.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Get-Delta-Mode-Status
        """

    @post("/sapi/v1/portfolio/delta-mode", weight=1500, security="TRADE")
    def switch_delta_mode(
        self, deltaEnabled: bool, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Turn delta mode on or off; ``{"msg": "success"}``.

        https://developers.binance.com/en/docs/catalog/advanced-trading-derivatives-trading-portfolio-margin-pro/api/rest-api/account#switch-delta-mode
        """

    @get("/sapi/v1/portfolio/margin-call-level", weight=1500, security="USER_DATA")
    def get_margin_call_level(self, *, recvWindow: Number | None = None) -> JsonObject:
        """The uniMMR at which this account is warned, an object.

        https://developers.binance.com/en/docs/catalog/advanced-trading-derivatives-trading-portfolio-margin-pro/api/rest-api/account#get-margin-call-level
        """

    @post("/sapi/v1/portfolio/margin-call-level", weight=1500, security="USER_DATA")
    def set_margin_call_level(
        self, marginCallLevel: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Set the uniMMR at which this account is warned; an object that confirms it.

        https://developers.binance.com/en/docs/catalog/advanced-trading-derivatives-trading-portfolio-margin-pro/api/rest-api/account#set-margin-call-level
        """

    @delete("/sapi/v1/portfolio/margin-call-level", weight=1500, security="USER_DATA")
    def delete_margin_call_level(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Go back to the common level of warning; an object that confirms it.

        https://developers.binance.com/en/docs/catalog/advanced-trading-derivatives-trading-portfolio-margin-pro/api/rest-api/account#delete-margin-call-level
        """


class Funds(Group):
    """Calls that move funds within the account."""

    @post(
        "/sapi/v1/portfolio/auto-collection",
        weight=1500,
        security="USER_DATA",
        flat="fund_auto_collection",
    )
    def fund_auto_collection(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Move everything but BNB from futures to margin; ``{"msg": "success"}``.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Fund-Auto-collection
        """

    @post(
        "/sapi/v1/portfolio/asset-collection",
        weight=60,
        security="USER_DATA",
        flat="fund_collection_by_asset",
    )
    def fund_collection_by_asset(
        self, asset: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move one asset from futures to margin; ``{"msg": "success"}``.

        Args:
            asset: Any but BNB.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Fund-Collection-by-Asset
        """

    @post("/sapi/v1/portfolio/bnb-transfer", weight=1500, security="USER_DATA", flat="bnb_transfer")
    def bnb_transfer(
        self, transferSide: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move BNB between the margin and the USDⓈ-M futures account: ``{"tranId"}``.

        Args:
            transferSide: TO_UM or FROM_UM.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/BNB-transfer
        """

    @get("/sapi/v1/portfolio/earn-asset-balance", weight=1500, security="USER_DATA")
    def earn_asset_balance(
        self, asset: str, transferType: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """How much of an Earn asset can be moved: ``{"asset", "amount"}``.

        Args:
            asset: As in earn_asset_transfer.
            transferType: EARN_TO_FUTURE or FUTURE_TO_EARN.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Get-Transferable-Earn-Asset-Balance-for-Portfolio-Margin
        """

    @post("/sapi/v1/portfolio/earn-asset-transfer", weight=uid(1500), security="TRADE")
    def earn_asset_transfer(
        self, asset: str, transferType: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move an Earn asset into the account as collateral, or back; an object that confirms it.

        Args:
            asset: LDUSDT or RWUSD.
            transferType: EARN_TO_FUTURE or FUTURE_TO_EARN.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Transfer-LDUSDT-Portfolio-Margin
        """


class Debts(Group):
    """Calls about negative balances and loans that a bankruptcy left."""

    @get(
        "/sapi/v1/portfolio/interest-history",
        weight=50,
        security="USER_DATA",
        flat="query_classic_portfolio_margin_negative_balance_interest_history",
    )
    def query_negative_balance_interest_history(
        self,
        asset: str | None = None,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Interest on negative balances: rows of asset, interest, interestRate, principal …

        A row also has the time at which it accrued.

        Args:
            startTime, endTime: 30 days apart at most; the last 7 days if not given.
            size: 10 if not given, 100 at most.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Query-Classic-Portfolio-Margin-Negative-Balance-Interest-History
        """

    @post(
        "/sapi/v1/portfolio/repay-futures-negative-balance",
        weight=1500,
        security="USER_DATA",
        flat="repay_futures_negative_balance",
    )
    def repay_futures_negative_balance(
        self, *, from_: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Repay negative balances of the futures accounts; ``{"msg": "success"}``.

        Args:
            from_: Where the money is taken, SPOT or MARGIN; SPOT if not given.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Repay-futures-Negative-Balance
        """

    @get(
        "/sapi/v1/portfolio/repay-futures-switch",
        weight=30,
        security="USER_DATA",
        flat="get_auto_repay_futures_status",
    )
    def get_auto_repay_futures_status(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Whether negative futures balances are repaid by themselves: ``{"autoRepay"}``.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Get-Auto-repay-futures-Status
        """

    @post(
        "/sapi/v1/portfolio/repay-futures-switch",
        weight=1500,
        security="TRADE",
        flat="change_auto_repay_futures_status",
    )
    def change_auto_repay_futures_status(
        self, autoRepay: bool, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Let negative futures balances be repaid by themselves, or not; ``{"msg": "success"}``.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Change-Auto-repay-futures-Status
        """

    @get("/sapi/v1/portfolio/pmLoan", weight=uid(500), security="USER_DATA")
    def bankruptcy_loan_amount(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What a bankruptcy left to be repaid: ``{"asset", "amount"}``.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Query-Classic-Portfolio-Margin-Bankruptcy-Loan-Amount
        """

    @post("/sapi/v1/portfolio/repay", weight=uid(3000), security="TRADE")
    def bankruptcy_loan_repay(
        self, *, from_: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Repay what a bankruptcy left, all of it: ``{"tranId"}``.

        Args:
            from_: Where the money is taken, SPOT or MARGIN; SPOT if not given.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Classic-Portfolio-Margin-Bankruptcy-Loan-Repay
        """

    @get("/sapi/v1/portfolio/pmloan-history", weight=500, security="USER_DATA")
    def bankruptcy_loan_repay_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        size: int | None = None,
        current: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Repayments of bankruptcy loans: ``total``, and ``rows`` of asset, amount and repayTime.

        Args:
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/derivatives/portfolio-margin-pro/account/Query-Portfolio-Margin-Pro-Bankruptcy-Loan-Repay-History
        """


class PortfolioMargin(Account, Funds, Debts):
    """The portfolio margin account, its funds and its debts."""
