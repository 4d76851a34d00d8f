"""ETH staking: ETH becomes WBETH, whose worth in ETH grows with the rewards.

A list has ``rows`` and ``total``.  Amounts and rates in the answers are decimal strings, rates
fractions (0.05 is 5 %), times ms.  BETH is the older token: it can be wrapped as WBETH or
redeemed.

https://developers.binance.com/docs/staking
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Staking(Group):
    """Calls that stake, redeem and wrap, and what they depend on."""

    @get("/sapi/v2/eth-staking/account", weight=150, security="USER_DATA")
    def account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What the account holds and earned: holdingInETH, holdings, thirtyDaysProfitInETH, profit.

        holdings has wbethAmount and bethAmount; profit has the part of each, amountFromWBETH and
        amountFromBETH.

        https://developers.binance.com/docs/staking/eth-staking/account/ETH-Staking-account
        """

    @get(
        "/sapi/v1/eth-staking/eth/quota",
        weight=150,
        security="USER_DATA",
        flat="get_eth_staking_quota",
    )
    def get_eth_staking_quota(self, *, recvWindow: Number | None = None) -> JsonObject:
        """How much may be staked and redeemed: leftStakingPersonalQuota, minStakeAmount …

        The answer also has leftRedemptionPersonalQuota, minRedeemAmount, redeemPeriod (days),
        stakeable, redeemable, commissionFee and calculating.

        https://developers.binance.com/docs/staking/eth-staking/account/Get-current-ETH-staking-quota
        """

    @post(
        "/sapi/v2/eth-staking/eth/stake", weight=150, security="TRADE", flat="subscribe_eth_staking"
    )
    def subscribe_eth_staking(
        self, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Stake ETH: ``{"success", "wbethAmount", "conversionRatio"}``.

        The key needs the permission for spot and margin trading.

        Args:
            amount: In ETH.

        https://developers.binance.com/docs/staking/eth-staking/staking/Subscribe-ETH-Staking
        """

    @post("/sapi/v1/eth-staking/eth/redeem", weight=150, security="TRADE", flat="redeem_eth")
    def redeem_eth(
        self, amount: Number, *, asset: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Redeem WBETH or BETH for ETH: success, arrivalTime, ethAmount, conversionRatio.

        The ETH comes at arrivalTime, days later.  The key needs the permission for spot and margin
        trading.

        Args:
            amount: In the asset redeemed.
            asset: WBETH or BETH; BETH if not given.

        https://developers.binance.com/docs/staking/eth-staking/staking/Redeem-ETH
        """

    @post("/sapi/v1/eth-staking/wbeth/wrap", weight=150, security="TRADE", flat="wrap_beth")
    def wrap_beth(self, amount: Number, *, recvWindow: Number | None = None) -> JsonObject:
        """Make WBETH of BETH: ``{"success", "wbethAmount", "exchangeRate"}``.

        The key needs the permission for spot and margin trading.

        Args:
            amount: In BETH.

        https://developers.binance.com/docs/staking/eth-staking/staking/Wrap-BETH
        """


class StakingHistory(Group):
    """Calls about what was staked, redeemed, wrapped and earned."""

    @get(
        "/sapi/v1/eth-staking/eth/history/stakingHistory",
        weight=150,
        security="USER_DATA",
        flat="get_eth_staking_history",
    )
    def get_eth_staking_history(
        self,
        *,
        purchaseId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """ETH staked: rows of time, asset, amount, status, distributeAmount and conversionRatio.

        distributeAmount is what came for it; status is PENDING, SUCCESS or FAILED.

        Args:
            purchaseId: This one only.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/eth-staking/history/Get-ETH-staking-history
        """

    @get(
        "/sapi/v1/eth-staking/eth/history/redemptionHistory",
        weight=150,
        security="USER_DATA",
        flat="get_eth_redemption_history",
    )
    def get_eth_redemption_history(
        self,
        *,
        redeemId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Redemptions: rows of time, arrivalTime, asset, amount, distributeAmount, status …

        distributeAsset and distributeAmount are what comes for it; status is PENDING, SUCCESS or
        FAILED.

        Args:
            redeemId: This one only.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/eth-staking/history/Get-ETH-redemption-history
        """

    @get(
        "/sapi/v1/eth-staking/eth/history/rewardsHistory",
        weight=150,
        security="USER_DATA",
        flat="get_beth_rewards_distribution_history",
    )
    def get_beth_rewards_distribution_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """BETH rewards: rows of time, asset, holding, amount, annualPercentageRate and status.

        Binance's current lists don't have this call: the server may not know it.

        Args:
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/eth-staking/history/Get-ETH-rewards-distribution-history
        """

    @get(
        "/sapi/v1/eth-staking/eth/history/wbethRewardsHistory",
        weight=150,
        security="USER_DATA",
        flat="get_wbeth_rewards_history",
    )
    def get_wbeth_rewards_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """WBETH rewards by day, as growth of its worth: rows of time, amountInETH, holding …

        A row also has holdingInETH and annualPercentageRate; besides ``rows`` and ``total`` there
        is estRewardsInETH, an estimate of them all.

        Args:
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/eth-staking/history/Get-WBETH-rewards-history
        """

    @get(
        "/sapi/v1/eth-staking/eth/history/rateHistory",
        weight=150,
        security="USER_DATA",
        flat="get_wbeth_rate_history",
    )
    def get_wbeth_rate_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rates of WBETH by day: rows of annualPercentageRate, exchangeRate and time.

        Args:
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/eth-staking/history/Get-BETH-Rate-History
        """

    @get(
        "/sapi/v1/eth-staking/wbeth/history/wrapHistory",
        weight=150,
        security="USER_DATA",
        flat="get_wbeth_wrap_history",
    )
    def get_wbeth_wrap_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """BETH wrapped: rows of time, fromAsset, fromAmount, toAsset, toAmount, status …

        A row also has exchangeRate.

        Args:
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/eth-staking/history/Get-WBETH-wrap-history
        """

    @get(
        "/sapi/v1/eth-staking/wbeth/history/unwrapHistory",
        weight=150,
        security="USER_DATA",
        flat="get_wbeth_unwrap_history",
    )
    def get_wbeth_unwrap_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """WBETH unwrapped; rows as in get_wbeth_wrap_history.

        Args:
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/eth-staking/history/Get-WBETH-unwrap-history
        """


class EthStaking(Staking, StakingHistory):
    """Calls about ETH staking: ``client.eth_staking``."""
