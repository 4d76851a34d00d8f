"""Soft staking: rewards on assets that stay free in the spot wallet.

A list has ``rows`` and ``total``.  Amounts and rates in the answers are decimal strings, rates
fractions (0.05 is 5 %), times ms.

https://developers.binance.com/docs/staking
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get


class SoftStaking(Group):
    """Calls about soft staking: ``client.soft_staking``."""

    @get(
        "/sapi/v1/soft-staking/list",
        weight=50,
        security="USER_DATA",
        flat="get_soft_staking_product_list",
    )
    def get_product_list(
        self,
        *,
        asset: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Assets that earn: rows of asset, apr, minAmount, maxCap, stakedAmount and totalProfit.

        Besides ``rows`` and ``total`` there are status, whether soft staking is on, and
        totalRewardsUsdt.

        Args:
            asset: This one only.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-staking/api/rest-api/soft-staking#get-soft-staking-product-list
        """

    @get(
        "/sapi/v1/soft-staking/set",
        weight=50,
        security="USER_DATA",
        flat="set_soft_staking",
        changes_state=True,
    )
    def set_soft_staking(
        self, softStaking: bool, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Turn soft staking on or off for the account: ``{"success"}``.

        Although it is a GET it acts, so it is not sent again when its answer is lost.

        https://developers.binance.com/en/docs/catalog/investment-and-services-staking/api/rest-api/soft-staking#set-soft-staking
        """

    @get(
        "/sapi/v1/soft-staking/history/rewardsRecord",
        weight=50,
        security="USER_DATA",
        flat="get_soft_staking_rewards_history",
    )
    def get_rewards_history(
        self,
        *,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Rewards: rows of asset, rewards, rewardAsset, avgAmount and time.

        avgAmount is what was staked on average.

        Args:
            asset: This one only.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-staking/api/rest-api/soft-staking#get-soft-staking-rewards-history
        """
