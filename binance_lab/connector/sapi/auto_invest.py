"""Auto-Invest: plans that buy assets at regular times, and single purchases by a plan or an index.

Binance's current lists don't have these calls any more: the server may not know them.  Amounts and
rates in the answers are decimal strings, times ms.

https://developers.binance.com/docs/auto_invest
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Assets(Group):
    """Calls about what can be bought, with what, and how it did."""

    @get(
        "/sapi/v1/lending/auto-invest/target-asset/list",
        security="USER_DATA",
        flat="get_target_asset_list",
    )
    def get_target_asset_list(
        self,
        *,
        targetAsset: str | None = None,
        size: int | None = None,
        current: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Assets to buy: ``targetAssets``, and ``autoInvestAssetList`` with how each did.

        Each of autoInvestAssetList has targetAsset and roiAndDimensionTypeList: returns by length
        of time.

        Args:
            targetAsset: This one only.
            current, size: Page, from 1, and rows a page: 8 if not given, 100 at most.

        https://developers.binance.com/docs/auto_invest/market-data/Get-target-asset-list
        """

    @get(
        "/sapi/v1/lending/auto-invest/target-asset/roi/list",
        security="USER_DATA",
        flat="get_target_asset_roi_data",
    )
    def get_target_asset_roi_data(
        self, targetAsset: str, hisRoiType: str, *, recvWindow: Number | None = None
    ) -> JsonArray:
        """What regular purchases of an asset would have returned: rows of date and simulateRoi.

        Args:
            hisRoiType: FIVE_YEAR, THREE_YEAR, ONE_YEAR, SIX_MONTH, THREE_MONTH or SEVEN_DAY.

        https://developers.binance.com/docs/auto_invest/market-data/Get-target-asset-ROI-data
        """

    @get(
        "/sapi/v1/lending/auto-invest/all/asset",
        security="USER_DATA",
        flat="query_all_source_asset_and_target_asset",
    )
    def query_all_source_asset_and_target_asset(
        self, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Assets to pay with and to buy: ``{"targetAssets", "sourceAssets"}``, lists of names.

        https://developers.binance.com/docs/auto_invest/market-data/Query-all-source-asset-and-target-asset
        """

    @get(
        "/sapi/v1/lending/auto-invest/source-asset/list",
        security="USER_DATA",
        flat="query_source_asset_list",
    )
    def query_source_asset_list(
        self,
        usageType: str,
        *,
        targetAsset: str | None = None,
        indexId: int | None = None,
        flexibleAllowedToUse: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Assets to pay with: ``feeRate``, ``taxRate`` and ``sourceAssets``.

        Each of sourceAssets has sourceAsset, assetMinAmount, assetMaxAmount, scale and
        flexibleAmount.

        Args:
            usageType: RECURRING or ONE_TIME.
            targetAsset, indexId: To buy these.
            flexibleAllowedToUse: Whether Simple Earn flexible holdings may pay.

        https://developers.binance.com/docs/auto_invest/market-data/Query-source-asset-list
        """

    @get(
        "/sapi/v1/lending/auto-invest/index/info", security="USER_DATA", flat="query_index_details"
    )
    def query_index_details(self, indexId: int, *, recvWindow: Number | None = None) -> JsonObject:
        """What an index is made of: indexId, indexName, status and assetAllocation.

        status is RUNNING, REBALANCING or PAUSED; each of assetAllocation has targetAsset and
        allocation.

        https://developers.binance.com/docs/auto_invest/market-data/Query-Index-Details
        """


class Plans(Group):
    """Calls about plans."""

    @get("/sapi/v1/lending/auto-invest/plan/list", security="USER_DATA", flat="get_list_of_plans")
    def get_list_of_plans(self, planType: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Plans of a type, ``plans``, and their worth: planValueInUSD, planValueInBTC, pnlInUSD …

        Args:
            planType: SINGLE, PORTFOLIO or INDEX.

        https://developers.binance.com/docs/auto_invest/market-data/Get-list-of-plans
        """

    @get(
        "/sapi/v1/lending/auto-invest/plan/id",
        security="USER_DATA",
        flat="query_holding_details_of_the_plan",
    )
    def query_holding_details_of_the_plan(
        self,
        *,
        planId: int | None = None,
        requestId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """What a plan holds: an object about the plan, with a list of its assets.

        Args:
            planId, requestId: By one of them.

        https://developers.binance.com/docs/auto_invest/trade/Query-holding-details-of-the-plan
        """

    @post(
        "/sapi/v1/lending/auto-invest/plan/edit-status", security="TRADE", flat="change_plan_status"
    )
    def change_plan_status(
        self, planId: int, status: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Pause, resume or remove a plan: planId, nextExecutionDateTime and status.

        Args:
            status: ONGOING, PAUSED or REMOVED.

        https://developers.binance.com/docs/auto_invest/trade/Change-Plan-Status
        """

    @get(
        "/sapi/v1/lending/auto-invest/history/list",
        security="USER_DATA",
        flat="query_subscription_transaction_history",
    )
    def query_subscription_transaction_history(
        self,
        *,
        planId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        targetAsset: str | None = None,
        planType: str | None = None,
        size: int | None = None,
        current: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Purchases by plans: ``total``, and ``list`` of id, planId, targetAsset, sourceAsset …

        Args:
            targetAsset: This one only.
            planType: SINGLE, PORTFOLIO, INDEX or ALL.
            startTime, endTime: 30 days apart at most.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/auto_invest/trade/Query-subscription-transaction-history
        """


class IndexPlans(Group):
    """Calls about plans that follow an index."""

    @get(
        "/sapi/v1/lending/auto-invest/index/user-summary",
        security="USER_DATA",
        flat="query_index_linked_plan_position_details",
    )
    def query_index_linked_plan_position_details(
        self, indexId: int, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """What the plan on an index holds: totalInvestedInUSD, currentInvestedInUSD, pnlInUSD …

        The answer also has roi, indexId, assetAllocation, and details: a row an asset.

        https://developers.binance.com/docs/auto_invest/trade/Query-Index-Linked-Plan-Position-Details
        """

    @post(
        "/sapi/v1/lending/auto-invest/redeem", security="TRADE", flat="index_linked_plan_redemption"
    )
    def index_linked_plan_redemption(
        self,
        indexId: int,
        redemptionPercentage: int,
        *,
        requestId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Sell what the plan on an index holds, or a part of it: ``{"redemptionId"}``.

        Args:
            redemptionPercentage: A multiple of 10, 100 at most.
            requestId: Your own id.

        https://developers.binance.com/docs/auto_invest/trade/Index-Linked-Plan-Redemption
        """

    @get(
        "/sapi/v1/lending/auto-invest/redeem/history",
        security="USER_DATA",
        flat="get_index_linked_plan_redemption_history",
    )
    def get_index_linked_plan_redemption_history(
        self,
        requestId: int,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        asset: str | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Such sales: rows of indexId, indexName, redemptionId, status, asset, amount …

        A row also has redemptionDateTime, transactionFee and transactionFeeUnit.

        Args:
            asset: This one only.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/auto_invest/trade/Query-Index-Linked-Plan-Redemption
        """

    @get(
        "/sapi/v1/lending/auto-invest/rebalance/history",
        security="USER_DATA",
        flat="index_linked_plan_rebalance_details",
    )
    def index_linked_plan_rebalance_details(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """How plans followed changes of their index: rows of indexId, rebalanceId, status …

        A row also has indexName, rebalanceFee, rebalanceFeeUnit, and transactionDetails: a row an
        asset.

        Args:
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/auto_invest/trade/Index-Linked-Plan-Rebalance-Details
        """


class OneTime(Group):
    """Calls about single purchases."""

    @post("/sapi/v1/lending/auto-invest/one-off", security="TRADE", flat="one_time_transaction")
    def one_time_transaction(
        self,
        sourceType: str,
        subscriptionAmount: Number,
        sourceAsset: str,
        *,
        requestId: str | None = None,
        flexibleAllowedToUse: bool | None = None,
        planId: int | None = None,
        indexId: int | None = None,
        details: JsonArray | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Buy at once, by the mix of a portfolio plan or of an index: transactionId, waitSecond.

        A mix of one's own is ``details``, and Binance's last documentation had each of its fields
        as a parameter of its own: ``client.with_options(extra={"details[0].targetAsset": "BTC",
        "details[0].percentage": 100})``.

        Args:
            sourceType: MAIN_SITE, or TR for Binance Turkey.
            subscriptionAmount: In the source asset.
            requestId: Your own id, which begins with sourceType.
            flexibleAllowedToUse: Whether Simple Earn flexible holdings may pay.
            planId, indexId: The plan or the index whose mix it is.
            details: As JSON; see above.

        https://developers.binance.com/docs/auto_invest/trade/One-Time-Transaction
        """

    @get(
        "/sapi/v1/lending/auto-invest/one-off/status",
        security="USER_DATA",
        flat="query_one_time_transaction_status",
    )
    def query_one_time_transaction_status(
        self, transactionId: int, *, requestId: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """How a purchase went: transactionId and status, SUCCESS or CONVERTING.

        https://developers.binance.com/docs/auto_invest/trade/Query-One-Time-Transaction-Status
        """


class AutoInvest(Assets, Plans, IndexPlans, OneTime):
    """Calls about Auto-Invest: ``client.auto_invest``."""
