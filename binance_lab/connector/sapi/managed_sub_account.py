"""Managed sub-accounts: an investor's assets, traded by a team that can't withdraw them.

The keys of the investor's master account make these calls, but those that say otherwise.
Sub-accounts are named by their e-mail address.  Amounts are decimal strings, times ms.

https://developers.binance.com/docs/sub_account/managed-sub-account
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post, uid


class ManagedSubAccount(Group):
    """Calls about managed sub-accounts: ``client.managed_sub_account``."""

    @get(
        "/sapi/v1/managed-subaccount/info",
        weight=uid(60),
        security="USER_DATA",
        flat="query_managed_sub_account_list",
    )
    def query_accounts(
        self,
        *,
        email: str | None = None,
        page: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """The investor's managed sub-accounts: ``total`` and ``managerSubUserInfoVoList``, rows.

        Rows have email, insertTimeStamp (ms), bindParentEmail, isSubUserEnabled, isUserActive,
        isMarginEnabled, isFutureEnabled …

        Args:
            email: This one only.
            page, limit: Page, from 1, and rows a page.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-account-List
        """

    @get("/sapi/v1/managed-subaccount/asset", security="USER_DATA")
    def assets(self, email: str, *, recvWindow: Number | None = None) -> JsonArray:
        """Spot assets of a managed sub-account: coin, totalBalance, availableBalance, inOrder …

        btcValue tells what each is worth in BTC.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-account-Asset-Details
        """

    @get(
        "/sapi/v1/managed-subaccount/marginAsset",
        security="USER_DATA",
        flat="query_managed_sub_account_margin_asset_details",
    )
    def query_margin_asset_details(
        self, email: str, *, accountType: str | None = None
    ) -> JsonObject:
        """Margin account of a managed sub-account: marginLevel, totals in BTC, and ``userAssets``.

        Totals are totalAssetOfBtc, totalLiabilityOfBtc and totalNetAssetOfBtc; each asset has
        borrowed, free, interest, locked and netAsset.

        Args:
            accountType: MARGIN (cross) if not given, or ISOLATED_MARGIN.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-account-Margin-Asset-Details
        """

    @get(
        "/sapi/v1/managed-subaccount/fetch-future-asset",
        weight=uid(60),
        security="USER_DATA",
        flat="query_managed_sub_account_futures_asset_details",
    )
    def query_futures_asset_details(
        self, email: str, *, accountType: str | None = None
    ) -> JsonObject:
        """Futures account of a managed sub-account: code, message and ``snapshotVos``.

        Each snapshot has type, updateTime (ms) and data: ``assets``, rows of asset, marginBalance
        and walletBalance, and ``position``, rows of symbol, entryPrice, markPrice and positionAmt.

        Args:
            accountType: As in query_margin_asset_details.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-account-Futures-Asset-Details
        """

    @get("/sapi/v1/managed-subaccount/accountSnapshot", weight=2400, security="USER_DATA")
    def get_snapshot(
        self,
        email: str,
        type: str,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Balances at the end of each day: ``code``, ``msg`` and ``snapshotVos``, a row a day.

        Each row has type, updateTime (ms) and data: balances of SPOT, assets of MARGIN, assets and
        positions of FUTURES.

        Args:
            type: SPOT, MARGIN (cross) or FUTURES (USDT-margined).
            startTime, endTime: 30 days apart at most, within the last month; the last 7 days if not
                given.
            limit: Days.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-account-Snapshot
        """

    @post("/sapi/v1/managed-subaccount/deposit", security="USER_DATA")
    def deposit(
        self, toEmail: str, asset: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move an asset from the investor to a managed sub-account: ``{"tranId"}``.

        The key needs the permission to trade.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Deposit-Assets-Into-The-Managed-Sub-account
        """

    @post("/sapi/v1/managed-subaccount/withdraw", security="USER_DATA")
    def withdraw(
        self,
        fromEmail: str,
        asset: str,
        amount: Number,
        *,
        transferDate: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Move an asset from a managed sub-account back to the investor: ``{"tranId"}``.

        The key needs the permission to trade.

        Args:
            transferDate: The day, in UTC, on which it moves; at once if not given.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Withdrawl-Assets-From-The-Managed-Sub-account
        """

    @get("/sapi/v1/managed-subaccount/deposit/address", weight=uid(1), security="USER_DATA")
    def deposit_address(
        self,
        email: str,
        coin: str,
        *,
        network: str | None = None,
        amount: Number | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Address to deposit a coin for a managed sub-account: coin, address, tag and url.

        Args:
            network: The coin's default network if not given.
            amount: Needed for LIGHTNING, in BTC: an invoice over this amount.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Get-Managed-Sub-account-Deposit-Address
        """

    @get("/sapi/v1/managed-subaccount/queryTransLogForInvestor", security="USER_DATA")
    def investor_trans_log(
        self,
        email: str,
        startTime: Time,
        endTime: Time,
        page: int,
        limit: int,
        *,
        transfers: str | None = None,
        transferFunctionAccountType: str | None = None,
    ) -> JsonObject:
        """Transfers of a managed sub-account, for its investor, as query_transfer_log has them.

        Args:
            startTime, endTime: Half a year apart at most.
            page, limit: Page, and rows a page: 500 at most.
            transfers: from or to; both directions if not given.
            transferFunctionAccountType: SPOT, MARGIN, ISOLATED_MARGIN, USDT_FUTURE or COIN_FUTURE.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-Account-Transfer-Log-Investor
        """

    @get(
        "/sapi/v1/managed-subaccount/queryTransLogForTradeParent",
        weight=uid(60),
        security="USER_DATA",
    )
    def trading_trans_log(
        self,
        email: str,
        startTime: Time,
        endTime: Time,
        page: int,
        limit: int,
        *,
        transfers: str | None = None,
        transferFunctionAccountType: str | None = None,
    ) -> JsonObject:
        """Transfers of a managed sub-account, for the trading team, as query_transfer_log has them.

        With a key of the trading team's master account.

        Args:
            startTime, endTime: Half a year apart at most.
            page, limit: Page, and rows a page: 500 at most.
            transfers: from or to; both directions if not given.
            transferFunctionAccountType: SPOT, MARGIN, ISOLATED_MARGIN, USDT_FUTURE or COIN_FUTURE.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-Account-Transfer-Log-Trading-Team-Master
        """

    @get(
        "/sapi/v1/managed-subaccount/query-trans-log",
        weight=uid(60),
        security="USER_DATA",
        flat="query_managed_sub_account_transfer_log",
    )
    def query_transfer_log(
        self,
        startTime: Time,
        endTime: Time,
        page: int,
        limit: int,
        *,
        transfers: str | None = None,
        transferFunctionAccountType: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Transfers of this managed sub-account: ``managerSubTransferHistoryVos``, rows, and count.

        With a key of the managed sub-account itself.  Rows have fromEmail, fromAccountType,
        toEmail, toAccountType, asset, amount, scheduledData, createTime (ms), status and tranId.

        Args:
            startTime, endTime: Half a year apart at most.
            page, limit: Page, and rows a page: 500 at most.
            transfers: FROM or TO; both directions if not given.
            transferFunctionAccountType: SPOT, MARGIN, ISOLATED_MARGIN, USDT_FUTURE or COIN_FUTURE.

        https://developers.binance.com/docs/sub_account/managed-sub-account/Query-Managed-Sub-Account-Transfer-Log-Trading-Team-Sub
        """
