"""SOL staking: SOL becomes BNSOL, whose worth in SOL grows with the rewards.

A list has ``rows`` and ``total``.  Amounts and rates in the answers are decimal strings, rates
fractions (0.05 is 5 %), times ms.  Boost rewards are airdrops of other assets to those who hold
BNSOL.

https://developers.binance.com/docs/staking
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Staking(Group):
    """Calls that stake and redeem, and what they depend on."""

    @get("/sapi/v1/sol-staking/account", weight=150, security="USER_DATA")
    def account(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What the account holds and earned: bnsolAmount, holdingInSOL, thirtyDaysProfitInSOL.

        https://developers.binance.com/docs/staking/sol-staking/account/SOL-Staking-account
        """

    @get(
        "/sapi/v1/sol-staking/sol/quota",
        weight=150,
        security="USER_DATA",
        flat="get_sol_staking_quota",
    )
    def get_sol_staking_quota(self, *, recvWindow: Number | None = None) -> JsonObject:
        """How much may be staked and redeemed: leftStakingPersonalQuota, minStakeAmount …

        The answer also has leftRedemptionPersonalQuota, minRedeemAmount, redeemPeriod (days),
        stakeable, redeemable, soldOut, commissionFee, nextEpochTime and calculating.

        https://developers.binance.com/docs/staking/sol-staking/account/Get-SOL-staking-quota-details
        """

    @post(
        "/sapi/v1/sol-staking/sol/stake", weight=150, security="TRADE", flat="subscribe_sol_staking"
    )
    def subscribe_sol_staking(
        self, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Stake SOL: ``{"success", "bnsolAmount", "exchangeRate"}``.

        The key needs the permission for spot and margin trading.

        Args:
            amount: In SOL.

        https://developers.binance.com/docs/staking/sol-staking/staking/Subscribe-SOL-Staking
        """

    @post("/sapi/v1/sol-staking/sol/redeem", weight=150, security="TRADE", flat="redeem_sol")
    def redeem_sol(self, amount: Number, *, recvWindow: Number | None = None) -> JsonObject:
        """Redeem BNSOL for SOL: success, solAmount, exchangeRate and arrivalTime.

        The SOL comes at arrivalTime, days later.  The key needs the permission for spot and margin
        trading.

        Args:
            amount: In BNSOL.

        https://developers.binance.com/docs/staking/sol-staking/staking/Redeem-SOL
        """

    @get(
        "/sapi/v1/sol-staking/sol/history/unclaimedRewards",
        weight=150,
        security="USER_DATA",
        flat="get_sol_unclaimed_rewards",
    )
    def get_sol_unclaimed_rewards(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Boost rewards that wait to be claimed: rows of amount and rewardsAsset.

        https://developers.binance.com/docs/staking/sol-staking/history/Get-Unclaimed-Rewards
        """

    @post(
        "/sapi/v1/sol-staking/sol/claim",
        weight=150,
        security="TRADE",
        flat="claim_sol_boost_rewards",
    )
    def claim_sol_boost_rewards(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Claim the boost rewards: ``{"success"}``.

        The key needs the permission for spot and margin trading.

        https://developers.binance.com/docs/staking/sol-staking/staking/Claim-Boost-Rewards
        """


class StakingHistory(Group):
    """Calls about what was staked, redeemed and earned."""

    @get(
        "/sapi/v1/sol-staking/sol/history/stakingHistory",
        weight=150,
        security="USER_DATA",
        flat="get_sol_staking_history",
    )
    def get_sol_staking_history(
        self,
        *,
        purchaseId: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """SOL staked: rows of time, asset, amount, distributeAsset, distributeAmount, status …

        distributeAmount is what came for it, at exchangeRate; status is PENDING, SUCCESS or FAILED.

        Args:
            purchaseId: This one only.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/sol-staking/history/Get-SOL-staking-history
        """

    @get(
        "/sapi/v1/sol-staking/sol/history/redemptionHistory",
        weight=150,
        security="USER_DATA",
        flat="get_sol_redemption_history",
    )
    def get_sol_redemption_history(
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

        distributeAsset and distributeAmount are what comes for it, at exchangeRate; status is
        PENDING, SUCCESS or FAILED.

        Args:
            redeemId: This one only.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/sol-staking/history/Get-SOL-redemption-history
        """

    @get(
        "/sapi/v1/sol-staking/sol/history/bnsolRewardsHistory",
        weight=150,
        security="USER_DATA",
        flat="get_bnsol_rewards_history",
    )
    def get_bnsol_rewards_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """BNSOL rewards by day, as growth of its worth: rows of time, amountInSOL, holding …

        A row also has holdingInSOL and annualPercentageRate; besides ``rows`` and ``total`` there
        is estRewardsInSOL, an estimate of them all.

        Args:
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/sol-staking/history/Get-BNSOL-rewards-history
        """

    @get(
        "/sapi/v1/sol-staking/sol/history/boostRewardsHistory",
        weight=150,
        security="USER_DATA",
        flat="get_sol_boost_rewards_history",
    )
    def get_sol_boost_rewards_history(
        self,
        type: str,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Boost rewards: rows of time, token, amount, status …

        Args:
            type: CLAIM for those claimed, DISTRIBUTE for those given.
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/sol-staking/history/Get-Boost-Rewards-History
        """

    @get(
        "/sapi/v1/sol-staking/sol/history/rateHistory",
        weight=150,
        security="USER_DATA",
        flat="get_bnsol_rate_history",
    )
    def get_bnsol_rate_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rates of BNSOL by day: rows of annualPercentageRate, exchangeRate, boostRewards and time.

        boostRewards are rows of boostAPR and rewardsAsset.

        Args:
            startTime, endTime: 3 months apart at most; the last 30 days if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/staking/sol-staking/history/Get-BNSOL-Rate-History
        """


class SolStaking(Staking, StakingHistory):
    """Calls about SOL staking: ``client.sol_staking``."""
