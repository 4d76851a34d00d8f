"""BFUSD: subscribe it with stablecoins, earn rewards on it, redeem it again.

A list has ``rows`` and ``total``.  Amounts and rates in the answers are decimal strings, rates and
fees fractions (0.05 is 5 %), times ms.

https://developers.binance.com/docs/simple_earn
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Bfusd(Group):
    """Calls about BFUSD: ``client.bfusd``."""

    @get("/sapi/v1/bfusd/account", weight=150, security="USER_DATA", flat="get_bfusd_account")
    def get_account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What the account holds and has earned: bfusdAmount, usdtProfit and bfusdProfit.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#get-bfusd-account
        """

    @get("/sapi/v1/bfusd/quota", weight=150, security="USER_DATA", flat="get_bfusd_quota_details")
    def get_quota_details(self, *, recvWindow: Number | None = None) -> JsonObject:
        """How much may be subscribed and redeemed: subscriptionQuota, fastRedemptionQuota …

        Each quota, standardRedemptionQuota too, has leftQuota; a redemption's also minimum, fee,
        and freeQuota (fast) or redeemPeriod (standard, days).

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#get-bfusd-quota-details
        """

    @post("/sapi/v1/bfusd/subscribe", weight=150, security="TRADE", flat="subscribe_bfusd")
    def subscribe(
        self, asset: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Subscribe BFUSD from the spot wallet: ``{"success", "bfusdAmount"}``.

        The key needs the permission for spot and margin trading.

        Args:
            asset: The stablecoin to pay with, such as USDT.
            amount: Of that asset.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#subscribe-bfusd
        """

    @post("/sapi/v1/bfusd/redeem", weight=150, security="TRADE", flat="redeem_bfusd")
    def redeem(self, amount: Number, type: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Redeem BFUSD for USDT into the spot wallet: success, receiveAmount, fee, arrivalTime.

        The key needs the permission for spot and margin trading.

        Args:
            amount: In BFUSD.
            type: FAST or STANDARD, which takes days and has another fee: see get_quota_details.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#redeem-bfusd
        """

    @get(
        "/sapi/v1/bfusd/history/subscriptionHistory",
        weight=150,
        security="USER_DATA",
        flat="get_bfusd_subscription_history",
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

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#get-bfusd-subscription-history
        """

    @get(
        "/sapi/v1/bfusd/history/redemptionHistory",
        weight=150,
        security="USER_DATA",
        flat="get_bfusd_redemption_history",
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

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#get-bfusd-redemption-history
        """

    @get(
        "/sapi/v1/bfusd/history/rewardsHistory",
        weight=150,
        security="USER_DATA",
        flat="get_bfusd_rewards_history",
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

        BFUSDPosition is what the account held then.

        Args:
            startTime, endTime: 6 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#get-bfusd-rewards-history
        """

    @get(
        "/sapi/v1/bfusd/history/rateHistory",
        weight=150,
        security="USER_DATA",
        flat="get_bfusd_rate_history",
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
        """Rates of BFUSD, latest first: rows of annualPercentageRate and time.

        Args:
            startTime, endTime: 6 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-simple-earn/api/rest-api/bfusd#get-bfusd-rate-history
        """
