"""On-chain Yields: products that earn on a chain, held for a number of days.

A list has ``rows`` and ``total``.  Amounts and rates in the answers are decimal strings, rates
fractions (0.05 is 5 %), times ms, in many places as text.  A product is named by its projectId,
what one holds of it by a positionId.

https://developers.binance.com/docs/staking
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Holdings(Group):
    """Calls about products and what one holds of them."""

    @get(
        "/sapi/v1/onchain-yields/account",
        weight=50,
        security="USER_DATA",
        flat="on_chain_yields_account",
    )
    def account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What all holdings are worth: totalAmountInBTC, totalAmountInUSDT, totalLockedInBTC …

        Locked and flexible ones are also given alone: totalLockedInUSDT, totalFlexibleAmountInBTC …

        https://developers.binance.com/docs/staking/on-chain-yields/account/Onchain-Account
        """

    @get(
        "/sapi/v1/onchain-yields/locked/list",
        weight=50,
        security="USER_DATA",
        flat="get_on_chain_yields_locked_product_list",
    )
    def get_locked_product_list(
        self,
        *,
        asset: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Products: rows of projectId, detail and quota.

        detail has asset, rewardAsset, duration (days), renewable, isSoldOut, apr, status,
        subscriptionStartTime and canRedeemToFlex; quota has totalPersonalQuota and minimum.

        Args:
            asset: Products of this one only.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-staking/api/rest-api/on-chain-yields#get-on-chain-yields-locked-product-list
        """

    @get(
        "/sapi/v1/onchain-yields/locked/personalLeftQuota",
        weight=50,
        security="USER_DATA",
        flat="get_on_chain_yields_locked_personal_left_quota",
    )
    def get_locked_personal_left_quota(
        self, projectId: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """How much more of a product the account may subscribe: ``{"leftPersonalQuota"}``.

        https://developers.binance.com/docs/staking/on-chain-yields/account/Get-Onchain-Locked-Personal-Left-Quota
        """

    @get(
        "/sapi/v1/onchain-yields/locked/position",
        weight=50,
        security="USER_DATA",
        flat="get_on_chain_yields_locked_product_position",
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
        """Holdings: rows of positionId, projectId, asset, amount, duration, APY, status …

        A row also has purchaseTime, accrualDays, rewardAsset, rewardAmt, nextPay, deliverDate,
        redeemTo, canRedeemEarly and autoSubscribe; numbers and times come as text.

        Args:
            asset, positionId, projectId: Only these.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/on-chain-yields/account/Get-Onchain-Locked-Product-Position
        """

    @get(
        "/sapi/v1/onchain-yields/locked/subscriptionPreview",
        weight=50,
        security="USER_DATA",
        flat="get_on_chain_yields_locked_subscription_preview",
    )
    def get_locked_subscription_preview(
        self,
        projectId: str,
        amount: Number,
        *,
        autoSubscribe: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """What a subscription would earn and when: rewardAsset, totalRewardAmt, nextPay …

        The answer also has nextPayDate, valueDate, rewardsEndDate, deliverDate and
        nextSubscriptionDate, ms as text.

        Args:
            autoSubscribe: Whether it renews itself at its end; true if not given.

        https://developers.binance.com/en/docs/catalog/investment-and-services-staking/api/rest-api/on-chain-yields#get-on-chain-yields-locked-subscription-preview
        """

    @post(
        "/sapi/v1/onchain-yields/locked/subscribe",
        weight=200,
        security="TRADE",
        flat="subscribe_on_chain_yields_locked_product",
    )
    def subscribe_locked_product(
        self,
        projectId: str,
        amount: Number,
        *,
        autoSubscribe: bool | None = None,
        sourceAccount: str | None = None,
        redeemTo: str | None = None,
        channelId: str | None = None,
        clientId: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Subscribe a product: success, and the ids of the purchase and of the holding.

        The key needs the permission for spot and margin trading.

        Args:
            autoSubscribe: Whether it renews itself at its end; true if not given.
            sourceAccount: SPOT if not given, FUND (the funding wallet) or ALL.
            redeemTo: Where it goes at its end, if it does not renew itself: SPOT or FLEXIBLE, which
                is so if not given.
            clientId: Your own id, by which get_locked_subscription_record finds it.

        https://developers.binance.com/docs/staking/on-chain-yields/earn/Subscribe-Onchain-Locked-Product
        """

    @post(
        "/sapi/v1/onchain-yields/locked/redeem",
        weight=200,
        security="TRADE",
        flat="redeem_on_chain_yields_locked_product",
    )
    def redeem_locked_product(
        self, positionId: str, *, channelId: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Redeem a holding before its end: ``{"redeemId", "success"}``.

        The key needs the permission for spot and margin trading.

        https://developers.binance.com/docs/staking/on-chain-yields/earn/Redeem-Onchain-Locked-Product
        """

    @post(
        "/sapi/v1/onchain-yields/locked/setAutoSubscribe",
        weight=50,
        security="USER_DATA",
        flat="set_on_chain_yields_locked_auto_subscribe",
    )
    def set_locked_auto_subscribe(
        self, positionId: str, autoSubscribe: bool, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Let a holding renew itself at its end, or not: ``{"success"}``.

        https://developers.binance.com/docs/staking/on-chain-yields/earn/Set-Onchain-Locked-Auto-Subscribe
        """

    @post(
        "/sapi/v1/onchain-yields/locked/setRedeemOption",
        weight=50,
        security="USER_DATA",
        flat="set_on_chain_yields_locked_product_redeem_option",
    )
    def set_locked_product_redeem_option(
        self, positionId: str, redeemTo: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Choose where a holding goes at its end: ``{"success"}``.

        Args:
            redeemTo: SPOT or FLEXIBLE.

        https://developers.binance.com/docs/staking/on-chain-yields/earn/Set-Onchain-Locked-Redeem-Option
        """


class History(Group):
    """Calls about what became of holdings."""

    @get(
        "/sapi/v1/onchain-yields/locked/history/subscriptionRecord",
        weight=50,
        security="USER_DATA",
        flat="get_on_chain_yields_locked_subscription_record",
    )
    def get_locked_subscription_record(
        self,
        *,
        purchaseId: str | None = None,
        clientId: str | None = None,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Subscriptions: rows of positionId, purchaseId, projectId, asset, amount, time, status …

        A row also has clientId, lockPeriod (days), type, sourceAccount, amtFromSpot and
        amtFromFunding.

        Args:
            purchaseId, clientId, asset: Only these.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-staking/api/rest-api/on-chain-yields#get-on-chain-yields-locked-subscription-record
        """

    @get(
        "/sapi/v1/onchain-yields/locked/history/redemptionRecord",
        weight=50,
        security="USER_DATA",
        flat="get_on_chain_yields_locked_redemption_record",
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
        """Redemptions: rows of positionId, redeemId, asset, amount, deliverDate, time, status …

        A row also has lockPeriod (days), originalAmount, lossAmount (rewards taken back),
        isComplete, rewardAsset and rewardAmt.

        Args:
            positionId, redeemId, asset: Only these.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/on-chain-yields/history/Get-Onchain-Locked-Redemption-Record
        """

    @get(
        "/sapi/v1/onchain-yields/locked/history/rewardsRecord",
        weight=50,
        security="USER_DATA",
        flat="get_on_chain_yields_locked_rewards_history",
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
        """Rewards: rows of positionId, asset, amount, lockPeriod (days) and time.

        Args:
            positionId, asset: Only these.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/on-chain-yields/history/Get-Onchain-Locked-Rewards-History
        """


class OnchainYields(Holdings, History):
    """Calls about On-chain Yields: ``client.onchain_yields``."""
