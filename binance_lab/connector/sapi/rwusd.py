"""RWUSD: subscribe it with stablecoins, earn rewards on it, redeem it again.

A list has ``rows`` and ``total``.  Amounts and rates in the answers are decimal strings, rates and
fees fractions (0.05 is 5 %), times ms.

https://developers.binance.com/docs/simple_earn
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Rwusd(Group):
    """Calls about RWUSD: ``client.rwusd``."""

    @get("/sapi/v1/rwusd/account", weight=150, security="USER_DATA", flat="get_rwusd_account")
    def get_account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What the account holds and has earned: rwusdAmount and totalProfit.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#get-rwusd-account
        """

    @get("/sapi/v1/rwusd/quota", weight=150, security="USER_DATA", flat="get_rwusd_quota_details")
    def get_quota_details(self, *, recvWindow: Number | None = None) -> JsonObject:
        """How much may be subscribed and redeemed: subscriptionQuota, fastRedemptionQuota …

        Each quota, standardRedemptionQuota too, has leftQuota and minimum; a redemption's also fee,
        and freeQuota (fast) or redeemPeriod (standard, days). subscriptionQuota has the assets that
        pay for it; subscribeEnable and redeemEnable are booleans.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#get-rwusd-quota-details
        """

    @post("/sapi/v1/rwusd/subscribe", weight=150, security="TRADE", flat="subscribe_rwusd")
    def subscribe(
        self, asset: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Subscribe RWUSD from the spot wallet: ``{"success", "rwusdAmount"}``.

        The key needs the permission for spot and margin trading.

        Args:
            asset: The stablecoin to pay with, USDT or USDC.
            amount: Of that asset.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#subscribe-rwusd
        """

    @post("/sapi/v1/rwusd/redeem", weight=150, security="TRADE", flat="redeem_rwusd")
    def redeem(self, amount: Number, type: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Redeem RWUSD for USDC into the spot wallet: success, receiveAmount, fee, arrivalTime.

        The key needs the permission for spot and margin trading.

        Args:
            amount: In RWUSD.
            type: FAST or STANDARD, which takes days and has another fee: see get_quota_details.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#redeem-rwusd
        """

    @get(
        "/sapi/v1/rwusd/history/subscriptionHistory",
        weight=150,
        security="USER_DATA",
        flat="get_rwusd_subscription_history",
    )
    def get_subscription_history(
        self,
        *,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Subscriptions: rows of time, asset, amount, receiveAsset, receiveAmount and status.

        Args:
            asset: Those paid with USDT or USDC only.
            startTime, endTime: 6 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#get-rwusd-subscription-history
        """

    @get(
        "/sapi/v1/rwusd/history/redemptionHistory",
        weight=150,
        security="USER_DATA",
        flat="get_rwusd_redemption_history",
    )
    def get_redemption_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Redemptions: rows of time, asset, amount, receiveAsset, receiveAmount, fee, status …

        arrivalTime is when it is paid out; fee is an amount.

        Args:
            startTime, endTime: 6 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#get-rwusd-redemption-history
        """

    @get(
        "/sapi/v1/rwusd/history/rewardsHistory",
        weight=150,
        security="USER_DATA",
        flat="get_rwusd_rewards_history",
    )
    def get_rewards_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rewards: rows of time, rewardAsset, rewardsAmount, annualPercentageRate …

        Args:
            startTime, endTime: 6 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#get-rwusd-rewards-history
        """

    @get(
        "/sapi/v1/rwusd/history/rateHistory",
        weight=150,
        security="USER_DATA",
        flat="get_rwusd_rate_history",
    )
    def get_rate_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rates of RWUSD, latest first: rows of annualPercentageRate and time.

        Args:
            startTime, endTime: 6 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/rwusd#get-rwusd-rate-history
        """
