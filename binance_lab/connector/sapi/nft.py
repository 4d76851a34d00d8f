"""NFTs: what the account holds, deposits, withdraws and trades.

Binance dropped these calls on 2026-07-14, and no others tell of NFTs: each warns when it is used.
An answer has ``total`` and ``list``; times are ms.

https://developers.binance.com/docs/nft
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, uid

_RETIRED = "Binance dropped it on 2026-07-14, and no other call tells of NFTs"


class Nft(Group):
    """Retired calls about NFTs: ``client.nft``."""

    @get("/sapi/v1/nft/user/getAsset", weight=uid(3000), security="USER_DATA", retired=_RETIRED)
    def asset(
        self, *, limit: int | None = None, page: int | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Once, the NFTs of the account: ``total`` and ``list``, rows of network, tokenId …

        Retired: Binance dropped it on 2026-07-14.

        Args:
            limit, page: Rows a page, 50 if not given and at most, and page, from 1.

        https://developers.binance.com/docs/nft/rest-api/Get-NFT-Asset
        """

    @get(
        "/sapi/v1/nft/history/transactions",
        weight=uid(3000),
        security="USER_DATA",
        retired=_RETIRED,
    )
    def transaction_history(
        self,
        orderType: int,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        page: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Once, the NFTs traded: ``total`` and ``list``, rows of orderNo, tokens, tradeTime …

        Retired: Binance dropped it on 2026-07-14.

        Args:
            orderType: 0 purchase, 1 sale, 2 royalties, 3 sale on the primary market, 4 fee of a
                mint.
            startTime, endTime: 90 days apart at most; the last 7 days if not given.
            limit, page: Rows a page, 50 if not given and at most, and page, from 1.

        https://developers.binance.com/docs/nft/rest-api/Get-NFT-Transaction-History
        """

    @get("/sapi/v1/nft/history/deposit", weight=uid(3000), security="USER_DATA", retired=_RETIRED)
    def deposit_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        page: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Once, the NFTs deposited: ``total`` and ``list``, rows of network, tokenId, timestamp …

        Retired: Binance dropped it on 2026-07-14.

        Args:
            startTime, endTime: 90 days apart at most; the last 7 days if not given.
            limit, page: Rows a page, 50 if not given and at most, and page, from 1.

        https://developers.binance.com/docs/nft/rest-api/Get-NFT-Deposit-History
        """

    @get("/sapi/v1/nft/history/withdraw", weight=uid(3000), security="USER_DATA", retired=_RETIRED)
    def withdraw_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        page: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Once, the NFTs withdrawn: ``total`` and ``list``, rows of network, tokenId, timestamp …

        Retired: Binance dropped it on 2026-07-14.

        Args:
            startTime, endTime: 90 days apart at most; the last 7 days if not given.
            limit, page: Rows a page, 50 if not given and at most, and page, from 1.

        https://developers.binance.com/docs/nft/rest-api/Get-NFT-Withdraw-History
        """
