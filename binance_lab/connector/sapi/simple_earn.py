"""Simple Earn: flexible products, redeemed at any time, and locked ones, held for a number of days.

A list has ``rows`` and ``total``.  Amounts and rates in the answers are decimal strings, rates
fractions (0.05 is 5 %), times ms unless said otherwise.  A flexible product is named by its
productId; a locked one by its projectId, and what one holds of it by a positionId.

https://developers.binance.com/docs/simple_earn
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Flexible(Group):
    """Calls about flexible products."""

    @get(
        "/sapi/v1/simple-earn/flexible/list",
        weight=150,
        security="USER_DATA",
        flat="get_simple_earn_flexible_product_list",
    )
    def get_flexible_product_list(
        self,
        *,
        asset: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Flexible products: rows of productId, asset, latestAnnualPercentageRate, status …

        A row also has canPurchase, canRedeem, isSoldOut, minPurchaseAmount and, where the rate
        depends on the amount, tierAnnualPercentageRate: an object of rates by range.

        Args:
            asset: Products of this one only.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/account/Get-Simple-Earn-Flexible-Product-List
        """

    @get(
        "/sapi/v1/simple-earn/flexible/personalLeftQuota",
        weight=150,
        security="USER_DATA",
        flat="get_flexible_personal_left_quota",
    )
    def get_flexible_personal_left_quota(
        self, productId: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """How much more of a product the account may subscribe: ``{"leftPersonalQuota"}``.

        https://developers.binance.com/docs/simple_earn/account/Get-Flexible-Personal-Left-Quota
        """

    @get(
        "/sapi/v1/simple-earn/flexible/position",
        weight=150,
        security="USER_DATA",
        flat="get_flexible_product_position",
    )
    def get_flexible_product_position(
        self,
        *,
        asset: str | None = None,
        productId: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Flexible holdings: rows of productId, asset, totalAmount, canRedeem, autoSubscribe …

        A row also has the rates and the rewards so far: cumulativeTotalRewards, its real-time and
        bonus parts, and yesterdayRealTimeRewards; collateralAmount is what a loan holds as its
        collateral.

        Args:
            asset, productId: Only these.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/account/Get-Flexible-Product-Position
        """

    @get(
        "/sapi/v1/simple-earn/flexible/subscriptionPreview",
        weight=150,
        security="USER_DATA",
        flat="get_flexible_subscription_preview",
    )
    def get_flexible_subscription_preview(
        self, productId: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """What a subscription would earn: estDailyRealTimeRewards, estDailyBonusRewards …

        The answer also has totalAmount, rewardAsset, airDropAsset and estDailyAirdropRewards.

        https://developers.binance.com/docs/simple_earn/earn/Get-Flexible-Subscription-Preview
        """

    @post(
        "/sapi/v1/simple-earn/flexible/subscribe",
        security="TRADE",
        flat="subscribe_flexible_product",
    )
    def subscribe_flexible_product(
        self,
        productId: str,
        amount: Number,
        *,
        autoSubscribe: bool | None = None,
        sourceAccount: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Subscribe a flexible product: ``{"purchaseId", "success"}``.

        The key needs the permission for spot and margin trading.

        Args:
            autoSubscribe: Whether the spot balance is subscribed again every day; true if not
                given.
            sourceAccount: SPOT if not given, FUND (the funding wallet) or ALL.

        https://developers.binance.com/docs/simple_earn/earn/Subscribe-Flexible-Product
        """

    @post("/sapi/v1/simple-earn/flexible/redeem", security="TRADE", flat="redeem_flexible_product")
    def redeem_flexible_product(
        self,
        productId: str,
        *,
        redeemAll: bool | None = None,
        amount: Number | None = None,
        destAccount: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Redeem a flexible product, in part or all of it: ``{"redeemId", "success"}``.

        The key needs the permission for spot and margin trading.

        Args:
            redeemAll: Redeem everything; false if not given.
            amount: Needed unless redeemAll is true.
            destAccount: SPOT if not given, or FUND (the funding wallet).

        https://developers.binance.com/docs/simple_earn/earn/Redeem-Flexible-Product
        """

    @post(
        "/sapi/v1/simple-earn/flexible/setAutoSubscribe",
        weight=150,
        security="USER_DATA",
        flat="set_flexible_auto_subscribe",
    )
    def set_flexible_auto_subscribe(
        self, productId: str, autoSubscribe: bool, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Let the spot balance be subscribed again every day, or not: ``{"success"}``.

        https://developers.binance.com/docs/simple_earn/earn/Set-Flexible-Auto-Subscribe
        """


class FlexibleHistory(Group):
    """Calls about what became of flexible products."""

    @get(
        "/sapi/v1/simple-earn/flexible/history/subscriptionRecord",
        weight=150,
        security="USER_DATA",
        flat="get_flexible_subscription_record",
    )
    def get_flexible_subscription_record(
        self,
        *,
        productId: str | None = None,
        purchaseId: str | None = None,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Flexible subscriptions: rows of purchaseId, productId, asset, amount, time, status …

        A row also has type, sourceAccount, amtFromSpot and amtFromFunding.

        Args:
            productId, purchaseId, asset: Only these.
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Flexible-Subscription-Record
        """

    @get(
        "/sapi/v1/simple-earn/flexible/history/redemptionRecord",
        weight=150,
        security="USER_DATA",
        flat="get_flexible_redemption_record",
    )
    def get_flexible_redemption_record(
        self,
        *,
        productId: str | None = None,
        redeemId: str | None = None,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Flexible redemptions: rows of redeemId, productId, asset, amount, time, status …

        A row also has destAccount.

        Args:
            productId, redeemId, asset: Only these.
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Flexible-Redemption-Record
        """

    @get(
        "/sapi/v1/simple-earn/flexible/history/rewardsRecord",
        weight=150,
        security="USER_DATA",
        flat="get_flexible_rewards_history",
    )
    def get_flexible_rewards_history(
        self,
        type: str | None = None,
        *,
        productId: str | None = None,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rewards of flexible products: rows of asset, rewards, projectId, type and time.

        Args:
            type: BONUS (of tiered rates), REALTIME, REWARDS (historical ones) or ALL, which is so
                if not given.
            productId, asset: Only these.
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Flexible-Rewards-History
        """

    @get(
        "/sapi/v1/simple-earn/flexible/history/collateralRecord",
        security="USER_DATA",
        flat="get_collateral_record",
    )
    def get_collateral_record(
        self,
        *,
        productId: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """What loans took as collateral and gave back: rows of productId, asset, amount, type …

        A row also has createTime, productName and orderId.

        Args:
            productId: This one only.
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Collateral-Record
        """

    @get(
        "/sapi/v1/simple-earn/flexible/history/rateHistory",
        weight=150,
        security="USER_DATA",
        flat="get_rate_history",
    )
    def get_rate_history(
        self,
        productId: str,
        *,
        aprPeriod: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rates of a flexible product: rows of productId, asset, annualPercentageRate and time.

        Args:
            aprPeriod: DAY or YEAR.
            startTime, endTime: A year apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Rate-History
        """


class Locked(Group):
    """Calls about locked products."""

    @get(
        "/sapi/v1/simple-earn/locked/list",
        weight=150,
        security="USER_DATA",
        flat="get_simple_earn_locked_product_list",
    )
    def get_locked_product_list(
        self,
        *,
        asset: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Locked products: rows of projectId, detail and quota.

        detail has asset, rewardAsset, duration (days), renewable, isSoldOut, apr, status,
        subscriptionStartTime …, quota has totalPersonalQuota and minimum.

        Args:
            asset: Products of this one only.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/account/Get-Simple-Earn-Locked-Product-List
        """

    @get(
        "/sapi/v1/simple-earn/locked/personalLeftQuota",
        weight=150,
        security="USER_DATA",
        flat="get_locked_personal_left_quota",
    )
    def get_locked_personal_left_quota(
        self, projectId: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """How much more of a product the account may subscribe: ``{"leftPersonalQuota"}``.

        https://developers.binance.com/docs/simple_earn/account/Get-Locked-Personal-Left-Quota
        """

    @get(
        "/sapi/v1/simple-earn/locked/position",
        weight=150,
        security="USER_DATA",
        flat="get_locked_product_position",
    )
    def get_locked_product_position(
        self,
        *,
        asset: str | None = None,
        positionId: str | None = None,
        projectId: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Locked holdings: rows of positionId, projectId, asset, amount, duration, APY, status …

        A row also has purchaseTime, accrualDays, rewardAsset, rewardAmt, deliverDate, redeemTo,
        canRedeemEarly and autoSubscribe; numbers and times come as text.

        Args:
            asset, positionId, projectId: Only these.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/account/Get-Locked-Product-Position
        """

    @get(
        "/sapi/v1/simple-earn/locked/subscriptionPreview",
        weight=150,
        security="USER_DATA",
        flat="get_locked_subscription_preview",
    )
    def get_locked_subscription_preview(
        self,
        projectId: str,
        amount: Number,
        *,
        autoSubscribe: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """What a subscription would earn and when: rows of rewardAsset, totalRewardAmt, nextPay …

        A row also has nextPayDate, valueDate, rewardsEndDate, deliverDate and nextSubscriptionDate,
        ms as text, and the extra reward where there is one.

        Args:
            autoSubscribe: Whether it renews itself at its end; true if not given.

        https://developers.binance.com/docs/simple_earn/earn/Get-Locked-Subscription-Preview
        """

    @post(
        "/sapi/v1/simple-earn/locked/subscribe", security="TRADE", flat="subscribe_locked_product"
    )
    def subscribe_locked_product(
        self,
        projectId: str,
        amount: Number,
        *,
        autoSubscribe: bool | None = None,
        sourceAccount: str | None = None,
        redeemTo: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Subscribe a locked product: ``{"purchaseId", "positionId", "success"}``.

        The key needs the permission for spot and margin trading.

        Args:
            autoSubscribe: Whether it renews itself at its end; true if not given.
            sourceAccount: SPOT if not given, FUND (the funding wallet) or ALL.
            redeemTo: Where it goes at its end, if it does not renew itself: SPOT or FLEXIBLE.

        https://developers.binance.com/docs/simple_earn/earn/Subscribe-Locked-Product
        """

    @post("/sapi/v1/simple-earn/locked/redeem", security="TRADE", flat="redeem_locked_product")
    def redeem_locked_product(
        self, positionId: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Redeem a locked holding before its end: ``{"redeemId", "success"}``.

        Rewards that were paid may be taken back.

        The key needs the permission for spot and margin trading.

        https://developers.binance.com/docs/simple_earn/earn/Redeem-Locked-Product
        """

    @post(
        "/sapi/v1/simple-earn/locked/setAutoSubscribe",
        weight=150,
        security="USER_DATA",
        flat="set_locked_auto_subscribe",
    )
    def set_locked_auto_subscribe(
        self, positionId: str, autoSubscribe: bool, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Let a locked holding renew itself at its end, or not: ``{"success"}``.

        https://developers.binance.com/docs/simple_earn/earn/Set-Locked-Auto-Subscribe
        """

    @post(
        "/sapi/v1/simple-earn/locked/setRedeemOption",
        weight=50,
        security="USER_DATA",
        flat="set_locked_product_redeem_option",
    )
    def set_locked_product_redeem_option(
        self, positionId: str, redeemTo: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Choose where a locked holding goes at its end: ``{"success"}``.

        Args:
            redeemTo: SPOT or FLEXIBLE.

        https://developers.binance.com/docs/simple_earn/earn/Set-Locked-Redeem-Option
        """


class LockedHistory(Group):
    """Calls about what became of locked products."""

    @get(
        "/sapi/v1/simple-earn/locked/history/subscriptionRecord",
        weight=150,
        security="USER_DATA",
        flat="get_locked_subscription_record",
    )
    def get_locked_subscription_record(
        self,
        *,
        purchaseId: str | None = None,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Locked subscriptions: rows of positionId, purchaseId, asset, amount, time, status …

        A row also has projectId, lockPeriod (days), type, sourceAccount, amtFromSpot and
        amtFromFunding.

        Args:
            purchaseId, asset: Only these.
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Locked-Subscription-Record
        """

    @get(
        "/sapi/v1/simple-earn/locked/history/redemptionRecord",
        weight=150,
        security="USER_DATA",
        flat="get_locked_redemption_record",
    )
    def get_locked_redemption_record(
        self,
        *,
        positionId: str | None = None,
        redeemId: str | None = None,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Locked redemptions: rows of positionId, redeemId, asset, amount, time, status …

        A row also has lockPeriod (days), type and deliverDate; deliverDate is ms as text.

        Args:
            positionId, redeemId, asset: Only these.
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Locked-Redemption-Record
        """

    @get(
        "/sapi/v1/simple-earn/locked/history/rewardsRecord",
        weight=150,
        security="USER_DATA",
        flat="get_locked_rewards_history",
    )
    def get_locked_rewards_history(
        self,
        *,
        positionId: str | None = None,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rewards of locked products: rows of positionId, asset, amount, lockPeriod and time.

        lockPeriod is in days.

        Args:
            positionId, asset: Only these.
            startTime, endTime: 30 days apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/simple_earn/history/Get-Locked-Rewards-History
        """


class SimpleEarn(Flexible, FlexibleHistory, Locked, LockedHistory):
    """Calls about Simple Earn: ``client.simple_earn``."""

    @get("/sapi/v1/simple-earn/account", weight=150, security="USER_DATA", flat="simple_account")
    def account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What all holdings are worth, and the flexible and locked ones alone, in BTC and in USDT.

        The keys are totalAmountInBTC, totalFlexibleAmountInBTC, totalLockedInBTC, and the same
        three with InUSDT.

        https://developers.binance.com/docs/simple_earn/account/Simple-Account
        """

    @get(
        "/sapi/v1/earn/arena/activities",
        weight=150,
        security="USER_DATA",
        flat="get_yield_arena_activities",
    )
    def get_yield_arena_activities(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Running campaigns: ``activities``, rows of activityId, title, startTime, endTime …

        A row also has activityType, description, rewardPoolInUsd, rewardToken (a list of assets)
        and redirectUrl.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/yield-arena#get-yield-arena-activities
        """
