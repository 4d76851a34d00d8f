"""Sub-accounts: the accounts below a master account, their assets, transfers and keys.

The keys of the master account make these calls, but those that say otherwise.  Sub-accounts are
named by their e-mail address.  Amounts are decimal strings unless said otherwise, times ms.

https://developers.binance.com/docs/sub_account
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import delete, get, post, uid

_LEVERAGED_TOKENS = "leveraged tokens ended in October 2024, and nothing replaces it"


class Accounts(Group):
    """Calls about the sub-accounts themselves: which there are, and what they may trade."""

    @get("/sapi/v1/sub-account/list", security="USER_DATA", flat="sub_account_list")
    def list_accounts(
        self,
        *,
        email: str | None = None,
        isFreeze: bool | None = None,
        page: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Sub-accounts: ``subAccounts``, rows of email, isFreeze, createTime, isManagedSubAccount …

        Args:
            email: This one only.
            isFreeze: Only those that are frozen, or only those that aren't.
            page, limit: Page, from 1, and rows a page: 1 if not given, 200 at most.

        https://developers.binance.com/docs/sub_account/account-management/Query-Sub-account-List
        """

    @get("/sapi/v1/sub-account/status", weight=10, security="USER_DATA")
    def status(self, *, email: str | None = None, recvWindow: Number | None = None) -> JsonArray:
        """What each sub-account may trade: email, isMarginEnabled, isFutureEnabled, isUserActive …

        Args:
            email: This one only.

        https://developers.binance.com/docs/sub_account/account-management/Get-Sub-accounts-Status-on-Margin-Or-Futures
        """

    @post("/sapi/v1/sub-account/virtualSubAccount", security="USER_DATA")
    def create(self, subAccountString: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Create a virtual sub-account: ``{"email"}``, by which it is then named.

        The key needs the permission to trade.

        Args:
            subAccountString: Text of which its e-mail address is made.

        https://developers.binance.com/docs/sub_account/account-management/Create-a-Virtual-Sub-account
        """

    @post("/sapi/v1/sub-account/margin/enable", security="USER_DATA")
    def enable_margin(self, email: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Let a sub-account trade on margin: ``{"email", "isMarginEnabled"}``.

        The newest lists of calls have it no more, so the server may not know it.

        https://developers.binance.com/docs/sub_account/account-management/Enable-Margin-for-Sub-account
        """

    @post("/sapi/v1/sub-account/futures/enable", security="USER_DATA")
    def enable_futures(self, email: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Let a sub-account trade futures: ``{"email", "isFuturesEnabled"}``.

        https://developers.binance.com/docs/sub_account/account-management/Enable-Futures-for-Sub-account
        """

    @post(
        "/sapi/v1/sub-account/eoptions/enable",
        security="USER_DATA",
        flat="enable_options_for_sub_account",
    )
    def enable_options(self, email: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Let a sub-account trade options: ``{"email", "isEOptionsEnabled"}``.

        https://developers.binance.com/docs/sub_account/account-management/Enable-Options-for-Sub-account
        """

    @post("/sapi/v1/sub-account/blvt/enable", security="USER_DATA", retired=_LEVERAGED_TOKENS)
    def enable_leverage_token(
        self, email: str, enableBlvt: bool, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Once, let a sub-account trade leveraged tokens: ``{"email", "enableBlvt"}``.

        Retired: leveraged tokens ended in October 2024, and nothing replaces it.

        Args:
            enableBlvt: Only True is allowed.

        https://developers.binance.com/docs/sub_account/account-management/Enable-Leverage-Token-for-Sub-account
        """

    @get(
        "/sapi/v1/sub-account/transaction-statistics",
        weight=60,
        security="USER_DATA",
        flat="query_sub_account_transaction_statistics",
    )
    def query_transaction_statistics(
        self, email: str | None = None, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """How much was traded in 30 days, in BTC and in BUSD, and ``tradeInfoVos``, a row a day.

        Totals are recent30BtcTotal, recent30BtcFuturesTotal, recent30BtcMarginTotal, and the same
        of Busd.

        Args:
            email: The sub-account.

        https://developers.binance.com/docs/sub_account/account-management/Query-Sub-account-Transaction-Statistics
        """


class Balances(Group):
    """Calls about what sub-accounts hold: spot, margin and futures."""

    @get("/sapi/v3/sub-account/assets", weight=uid(60), security="USER_DATA")
    def assets(self, email: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Spot balances of a sub-account: ``balances``, rows of asset, free and locked, as numbers.

        query_assets tells more.

        https://developers.binance.com/docs/sub_account/asset-management/Query-Sub-account-Assets-V4
        """

    @get(
        "/sapi/v4/sub-account/assets",
        weight=uid(60),
        security="USER_DATA",
        flat="query_sub_account_assets",
    )
    def query_assets(self, email: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Spot balances of a sub-account: ``balances``, rows of asset, free, locked, withdrawing …

        https://developers.binance.com/docs/sub_account/asset-management/Query-Sub-account-Assets-V4
        """

    @get("/sapi/v1/sub-account/spotSummary", security="USER_DATA")
    def spot_summary(
        self,
        *,
        email: str | None = None,
        page: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """What the master account's and the sub-accounts' spot assets are worth, in BTC.

        The object has totalCount, masterAccountTotalAsset, and ``spotSubUserAssetBtcVoList``: rows
        of email and totalAsset.

        Args:
            email: This one only.
            page, size: Page, from 1, and rows a page: 10 if not given, 20 at most.

        https://developers.binance.com/docs/sub_account/asset-management/Query-Sub-account-Spot-Assets-Summary
        """

    @get("/sapi/v1/sub-account/margin/account", weight=10, security="USER_DATA")
    def margin_account(self, email: str, *, recvWindow: Number | None = None) -> JsonObject:
        """Cross margin account of a sub-account: marginLevel, totals in BTC, and the assets.

        Totals are totalAssetOfBtc, totalLiabilityOfBtc and totalNetAssetOfBtc;
        ``marginUserAssetVoList`` has rows of asset, borrowed, free, interest, locked and netAsset;
        ``marginTradeCoeffVo`` the margin levels of a margin call and of liquidation.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Detail-on-Sub-accounts-Margin-Account
        """

    @get("/sapi/v1/sub-account/margin/accountSummary", weight=10, security="USER_DATA")
    def margin_account_summary(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Margin accounts of all sub-accounts: totals in BTC, and ``subAccountList``, a row each.

        Totals and rows have totalAssetOfBtc, totalLiabilityOfBtc and totalNetAssetOfBtc.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Summary-of-Sub-accounts-Margin-Account
        """

    @get("/sapi/v2/sub-account/futures/account", security="USER_DATA")
    def futures_account(
        self, email: str, futuresType: int, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Futures account of a sub-account: its margins, balances and ``assets``.

        The object has one key: ``futureAccountResp`` of USDT-margined futures,
        ``deliveryAccountResp`` of coin-margined ones.

        Args:
            futuresType: 1 USDT-margined, 2 coin-margined.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Detail-on-Sub-accounts-Futures-Account-V2
        """

    @get(
        "/sapi/v1/sub-account/futures/account",
        weight=10,
        security="USER_DATA",
        flat="detail_on_sub_account_s_futures_account",
    )
    def futures_account_v1(self, email: str, *, recvWindow: Number | None = None) -> JsonObject:
        """USDT-margined futures account of a sub-account: its margins, balances and ``assets``.

        Each row has asset, initialMargin, marginBalance, walletBalance …; futures_account also
        tells of coin-margined futures.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Detail-on-Sub-accounts-Futures-Account
        """

    @get(
        "/sapi/v2/sub-account/futures/accountSummary",
        weight=10,
        security="USER_DATA",
        flat=("sub_account_futures_account_summary", "summary_of_sub_account_s_futures_account"),
    )
    def futures_account_summary(
        self,
        futuresType: int,
        *,
        page: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Futures accounts of all sub-accounts: totals, and ``subAccountList``, a row an account.

        The object has one key: ``futureAccountSummaryResp`` of USDT-margined futures,
        ``deliveryAccountSummaryResp`` of coin-margined ones.

        Args:
            futuresType: 1 USDT-margined, 2 coin-margined.
            page, limit: Page, from 1, and rows a page.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Summary-of-Sub-accounts-Futures-Account-V2
        """

    @get("/sapi/v1/sub-account/futures/accountSummary", security="USER_DATA")
    def futures_account_summary_v1(
        self, page: int, limit: int, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """USDT-margined futures accounts of all sub-accounts: totals, and ``subAccountList``.

        Totals and rows have totalInitialMargin, totalMarginBalance, totalWalletBalance …;
        futures_account_summary also tells of coin-margined futures.

        Args:
            page, limit: Page, from 1, and rows a page: 500 at most.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Summary-of-Sub-accounts-Futures-Account
        """

    @get("/sapi/v2/sub-account/futures/positionRisk", security="USER_DATA")
    def futures_position_risk(
        self, email: str, futuresType: int, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Open futures positions of a sub-account: symbol, entryPrice, unrealizedProfit …

        The object has one key: ``futurePositionRiskVos`` of USDT-margined futures,
        ``deliveryPositionRiskVos`` of coin-margined ones.

        Args:
            futuresType: 1 USDT-margined, 2 coin-margined.

        https://developers.binance.com/docs/sub_account/account-management/Get-Futures-Position-Risk-of-Sub-account-V2
        """

    @get(
        "/sapi/v1/sub-account/futures/positionRisk",
        weight=10,
        security="USER_DATA",
        flat="futures_position_risk_of_sub_account",
    )
    def futures_position_risk_v1(
        self, email: str, *, recvWindow: Number | None = None
    ) -> JsonArray:
        """Open USDT-margined positions of a sub-account: symbol, entryPrice, positionAmount …

        Rows also have leverage, liquidationPrice, markPrice, maxNotional and unrealizedProfit;
        futures_position_risk also tells of coin-margined futures.

        https://developers.binance.com/docs/sub_account/account-management/Get-Futures-Position-Risk-of-Sub-account
        """


class Transfers(Group):
    """Calls about what moves between the accounts, and deposits to them."""

    @post("/sapi/v1/sub-account/universalTransfer", security="USER_DATA")
    def universal_transfer(
        self,
        fromAccountType: str,
        toAccountType: str,
        asset: str,
        amount: Number,
        *,
        fromEmail: str | None = None,
        toEmail: str | None = None,
        clientTranId: str | None = None,
        symbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Move an asset between accounts of the master and its sub-accounts: ``{"tranId"}``.

        The key needs the permission for internal transfers.  Spot goes to and from spot and futures
        of anybody; margin to and from the master's spot, and cross margin between sub-accounts.

        Args:
            fromAccountType, toAccountType: SPOT, USDT_FUTURE, COIN_FUTURE, MARGIN (cross) or
                ISOLATED_MARGIN.
            fromEmail, toEmail: The master account where not given; one of them at least, if both
                types are the same.
            clientTranId: Your own id, by which universal_transfer_history finds it.
            symbol: The pair of an isolated margin account; with ISOLATED_MARGIN only.

        https://developers.binance.com/docs/sub_account/asset-management/Universal-Transfer
        """

    @get("/sapi/v1/sub-account/universalTransfer", security="USER_DATA")
    def universal_transfer_history(
        self,
        *,
        fromEmail: str | None = None,
        toEmail: str | None = None,
        clientTranId: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Universal transfers: ``result``, rows of tranId, asset, amount, status …, and totalCount.

        Each row also has fromEmail, toEmail, fromAccountType, toAccountType, createTimeStamp (ms)
        and clientTranId.

        Args:
            fromEmail, toEmail: One of them at most; from the master account if neither is given.
            clientTranId: The id that universal_transfer was given.
            startTime, endTime: 7 days apart at most; the last 7 days if not given.
            page, limit: Page, from 1, and rows a page: documented as 1 if not given, 200 at most.

        https://developers.binance.com/docs/sub_account/asset-management/Query-Universal-Transfer-History
        """

    @get("/sapi/v1/sub-account/sub/transfer/history", security="USER_DATA")
    def spot_transfer_history(
        self,
        *,
        fromEmail: str | None = None,
        toEmail: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Spot transfers: rows of from, to, asset, qty, status, tranId and time.

        Args:
            fromEmail, toEmail: One of them at most; from the master account if neither is given.
            page, limit: Page, from 1, and rows a page: documented as 1 if not given, 200 at most.

        https://developers.binance.com/docs/sub_account/asset-management/Query-Sub-account-Spot-Asset-Transfer-History
        """

    @post("/sapi/v1/sub-account/transfer/subToMaster", security="USER_DATA")
    def transfer_to_master(
        self, asset: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move a spot asset of this sub-account to its master's: ``{"txnId"}``.

        With a key of the sub-account, which needs the permission to trade.

        https://developers.binance.com/docs/sub_account/asset-management/Transfer-to-Master
        """

    @post("/sapi/v1/sub-account/transfer/subToSub", security="USER_DATA")
    def transfer_to_sub(
        self, toEmail: str, asset: str, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move a spot asset of this sub-account to another one of the same master: ``{"txnId"}``.

        With a key of the sub-account, which needs the permission to trade.

        https://developers.binance.com/docs/sub_account/asset-management/Transfer-to-Sub-account-of-Same-Master
        """

    @get(
        "/sapi/v1/sub-account/transfer/subUserHistory",
        security="USER_DATA",
        flat="sub_account_transfer_sub_account_history",
    )
    def transfer_history(
        self,
        *,
        asset: str | None = None,
        type: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        returnFailHistory: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Transfers of this sub-account: counterParty, type, asset, qty, status, tranId, time …

        With a key of the sub-account.

        Args:
            asset: This one only.
            type: 1 in, 2 out; out if not given.
            startTime, endTime: The last 30 days if not given.
            limit: Rows; documented as 1 if not given, 200 at most.
            returnFailHistory: Failed ones too.

        https://developers.binance.com/docs/sub_account/asset-management/Sub-account-Transfer-History
        """

    @post("/sapi/v1/sub-account/margin/transfer", security="USER_DATA")
    def margin_transfer(
        self, email: str, asset: str, amount: Number, type: int, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move an asset between spot and cross margin of a sub-account: ``{"txnId"}``.

        The key needs the permission to trade.

        Args:
            type: 1 from spot to margin, 2 from margin to spot.

        https://developers.binance.com/docs/sub_account/asset-management/Margin-Transfer-for-Sub-account
        """

    @post("/sapi/v1/sub-account/futures/transfer", security="USER_DATA")
    def futures_transfer(
        self, email: str, asset: str, amount: Number, type: int, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Move an asset between spot and futures of a sub-account: ``{"txnId"}``.

        The key needs the permission to trade.

        Args:
            type: 1 from spot to USDT-margined futures, 2 back; 3 from spot to coin-margined
                futures, 4 back.

        https://developers.binance.com/docs/sub_account/asset-management/Futures-Transfer-for-Sub-account
        """

    @post("/sapi/v1/sub-account/futures/internalTransfer", security="USER_DATA")
    def futures_asset_transfer(
        self,
        fromEmail: str,
        toEmail: str,
        futuresType: int,
        asset: str,
        amount: Number,
        *,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Move an asset between the futures accounts of two accounts: ``{"success", "txnId"}``.

        2,000 transfers a minute at most; the futures account needs enough free margin.

        Args:
            futuresType: 1 USDT-margined, 2 coin-margined.

        https://developers.binance.com/docs/sub_account/asset-management/Sub-account-Futures-Asset-Transfer
        """

    @get("/sapi/v1/sub-account/futures/internalTransfer", security="USER_DATA")
    def futures_asset_transfer_history(
        self,
        email: str,
        futuresType: int,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Transfers between futures accounts: success, futuresType and ``transfers``, a row each.

        Rows have from, to, asset, qty, tranId and time.

        Args:
            futuresType: 1 USDT-margined, 2 coin-margined.
            page, limit: Page, from 1, and rows a page: documented as 1 if not given, 200 at most.

        https://developers.binance.com/docs/sub_account/asset-management/Query-Sub-account-Futures-Asset-Transfer-History
        """

    @post("/sapi/v1/sub-account/futures/move-position", security="USER_DATA")
    def futures_move_position(
        self,
        fromUserEmail: str,
        toUserEmail: str,
        productType: str,
        orderArgs: JsonArray,
        *,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Move open futures positions to another account: ``movePositionOrders``, a row a position.

        For VIP 7 to 9 only.  Positions move at the mark price, in cross margin only, not if the
        symbol can only be reduced; if one of them is larger than what is open, none moves.

        Args:
            productType: UM.
            orderArgs: Objects of symbol, quantity (above 0) and positionSide (BOTH, LONG or SHORT),
                10 at most.

        https://developers.binance.com/docs/sub_account/asset-management/Move-Position-for-Sub-account
        """

    @get("/sapi/v1/sub-account/futures/move-position", security="USER_DATA")
    def futures_move_position_history(
        self,
        symbol: str,
        page: int,
        rows: int,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Futures positions that moved: ``total`` and ``futureMovePositionOrderVoList``, rows.

        Args:
            page, rows: Page, and rows a page.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Move-Position-History-for-Sub-account
        """

    @get("/sapi/v1/capital/deposit/subAddress", security="USER_DATA")
    def deposit_address(
        self,
        email: str,
        coin: str,
        *,
        network: str | None = None,
        amount: Number | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Address to deposit a coin for a sub-account: address, coin, tag and url.

        Args:
            network: The coin's default network if not given.
            amount: Needed for LIGHTNING, in BTC: an invoice over this amount.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Sub-account-Deposit-Address
        """

    @get("/sapi/v1/capital/deposit/subHisrec", security="USER_DATA")
    def deposit_history(
        self,
        email: str,
        *,
        includeSource: bool | None = None,
        coin: str | None = None,
        status: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        offset: int | None = None,
        recvWindow: Number | None = None,
        txId: str | None = None,
    ) -> JsonArray:
        """Deposits of a sub-account: amount, coin, network, status, address, txId, insertTime …

        Args:
            includeSource: Also tell sourceAddress.
            status: 0 pending, 6 credited but not to be withdrawn, 7 wrong deposit, 8 waiting for
                the user's confirmation, 1 success.
            limit: Rows; documented as 1 if not given, 200 at most.
            offset: Rows to skip.

        https://developers.binance.com/docs/sub_account/asset-management/Get-Sub-account-Deposit-History
        """


class ApiKeys(Group):
    """Calls about the sub-accounts' API keys: what they may do, and from where."""

    @post("/sapi/v1/sub-account/subAccountApi", weight=uid(3000), security="USER_DATA")
    def api_create_key(
        self,
        email: str,
        apiName: str,
        status: int,
        *,
        canTrade: bool | None = None,
        canMarginLoanRepay: bool | None = None,
        canFuturesTrade: bool | None = None,
        canUniversalTransfer: bool | None = None,
        canVanillaOptions: bool | None = None,
        ipAddress: str | None = None,
        thirdPartyName: str | None = None,
        publicKey: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Create an API key of a sub-account: apiName, apiKey, secretKey, status, ipList …

        The secret is told here only; it is for the sub-account's own client.

        Args:
            status: 1 from any IP, 2 from those of ipAddress, 3 from those of a third party.
            canTrade, canMarginLoanRepay, canFuturesTrade, canUniversalTransfer, canVanillaOptions:
                What the key may do; nothing if not given.
            ipAddress: IPs joined by commas, 500 characters at most; needed for status 2.
            thirdPartyName: Needed for status 3.
            publicKey: The public half, if it is to be an Ed25519 key.

        https://developers.binance.com/en/docs/catalog/vip-and-institutional-sub-account/api/rest-api/api-management#create-sub-account-api-key
        """

    @get("/sapi/v1/sub-account/subAccountApi", weight=uid(3000), security="USER_DATA")
    def api_get_key(
        self,
        email: str,
        *,
        subAccountApiKey: str | None = None,
        page: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """API keys of a sub-account: ``total``, and ``rows`` of apiName, apikey, canTrade …

        Args:
            subAccountApiKey: This one only.
            page, size: Page, from 1, and rows a page: 30 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/vip-and-institutional-sub-account/api/rest-api/api-management#query-sub-account-api-key
        """

    @post("/sapi/v1/sub-account/subAccountApiPermission", weight=uid(3000), security="USER_DATA")
    def api_update_permission(
        self,
        email: str,
        subAccountApiKey: str,
        *,
        canTrade: bool | None = None,
        canMarginLoanRepay: bool | None = None,
        canFuturesTrade: bool | None = None,
        canUniversalTransfer: bool | None = None,
        canVanillaOptions: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Change what a sub-account's key may do: apiName, apikey, canTrade, timestamp (ms) …

        Not for retail accounts in portfolio margin.

        https://developers.binance.com/en/docs/catalog/vip-and-institutional-sub-account/api/rest-api/api-management#modify-sub-account-api-key-permission
        """

    @delete("/sapi/v1/sub-account/subAccountApi", weight=uid(3000), security="USER_DATA")
    def api_delete_key(
        self, email: str, subAccountApiKey: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Delete an API key of a sub-account.

        https://developers.binance.com/en/docs/catalog/vip-and-institutional-sub-account/api/rest-api/api-management#delete-sub-account-api-key
        """

    @get("/sapi/v1/sub-account/subAccountApi/ipRestriction", weight=uid(3000), security="USER_DATA")
    def api_get_ip_restriction(
        self, email: str, subAccountApiKey: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """IPs from which a sub-account's key may be used: ipRestrict, ipList, updateTime, apiKey.

        ipRestrict is text, true or false.

        https://developers.binance.com/docs/sub_account/api-management/Get-IP-Restriction-for-a-Sub-account-API-Key
        """

    @post(
        "/sapi/v2/sub-account/subAccountApi/ipRestriction", weight=uid(3000), security="USER_DATA"
    )
    def update_ip_restriction(
        self,
        email: str,
        subAccountApiKey: str,
        status: int,
        *,
        ipAddress: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Restrict a sub-account's key to IPs: status, ipList, updateTime (ms) and apiKey.

        The key of the master account needs the permission to trade.

        Args:
            status: 1 from any IP, 2 from those of the list.
            ipAddress: IPs to add, joined by commas.

        https://developers.binance.com/docs/sub_account/api-management/Add-IP-Restriction-for-Sub-Account-API-key
        """

    @delete(
        "/sapi/v1/sub-account/subAccountApi/ipRestriction/ipList",
        weight=uid(3000),
        security="USER_DATA",
    )
    def api_delete_ip(
        self, email: str, subAccountApiKey: str, ipAddress: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Take IPs off the list of a sub-account's key; answers as api_get_ip_restriction.

        The key of the master account needs the permission to trade.

        Args:
            ipAddress: IPs to take off, joined by commas.

        https://developers.binance.com/docs/sub_account/api-management/Delete-IP-List-For-a-Sub-account-API-Key
        """


class SubAccount(Accounts, Balances, Transfers, ApiKeys):
    """Calls about sub-accounts: ``client.sub_account``."""
