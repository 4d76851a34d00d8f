"""Wallet: the account, its assets, deposits and withdrawals.

Amounts in the answers are decimal strings, times ms unless said otherwise.

https://developers.binance.com/docs/wallet
"""

from __future__ import annotations

from ...wire.types import Joined, JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post, uid


class Account(Group):
    """Calls about the account and its keys."""

    @get("/sapi/v1/account/info", security="USER_DATA", flat="account_info")
    def account_info(self, *, recvWindow: Number | None = None) -> JsonObject:
        """VIP level, and whether margin and futures are enabled.

        https://developers.binance.com/docs/wallet/account/Account-info
        """

    @get("/sapi/v1/account/status", security="USER_DATA", flat="account_status")
    def account_status(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Status of the account: ``{"data": "Normal"}`` if nothing is wrong.

        https://developers.binance.com/docs/wallet/account/account-status
        """

    @get("/sapi/v1/accountSnapshot", weight=2400, security="USER_DATA", flat="account_snapshot")
    def account_snapshot(
        self,
        type: str,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Balances at the end of each day: ``code``, ``msg`` and ``snapshotVos``, a row a day.

        Each row has type, updateTime (ms) and data: balances of SPOT and MARGIN, assets and
        positions of FUTURES.

        Args:
            type: SPOT, MARGIN or FUTURES.
            startTime, endTime: 30 days apart at most, within the last month.
            limit: Days; 7 if not given, 30 at most.

        https://developers.binance.com/docs/wallet/account/daily-account-snapshoot
        """

    @get("/sapi/v1/account/apiRestrictions", security="USER_DATA", flat="api_key_permissions")
    def api_key_permissions(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What the key may do: enableReading, enableSpotAndMarginTrading, ipRestrict …

        All are booleans but createTime (ms).

        https://developers.binance.com/docs/wallet/account/api-key-permission
        """

    @get("/sapi/v1/account/apiTradingStatus", security="USER_DATA", flat="api_trading_status")
    def api_trading_status(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Whether trading by API is locked, until when, and the counters that may lock it.

        ``data`` has isLocked, plannedRecoverTime (ms), triggerCondition and updateTime (ms).

        https://developers.binance.com/docs/wallet/account/account-api-trading-status
        """

    @post(
        "/sapi/v1/account/disableFastWithdrawSwitch",
        security="USER_DATA",
        flat="disable_fast_withdraw",
    )
    def disable_fast_withdraw(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Turn off fast withdrawals; an empty object.

        https://developers.binance.com/docs/wallet/account/disable-fast-withdraw-switch
        """

    @post(
        "/sapi/v1/account/enableFastWithdrawSwitch",
        security="USER_DATA",
        flat="enable_fast_withdraw",
    )
    def enable_fast_withdraw(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Turn on fast withdrawals to other Binance accounts; an empty object.

        They settle off the chain, cost nothing, and can't be withdrawn.

        https://developers.binance.com/docs/wallet/account/enable-fast-withdraw-switch
        """

    @get("/sapi/v1/bnbBurn", security="USER_DATA", flat="bnbBurn_status")
    def bnb_burn_status(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Whether BNB pays fees: ``{"spotBNBBurn", "interestBNBBurn"}``, both booleans.

        https://developers.binance.com/docs/margin_trading/account/Get-BNB-Burn-Status
        """

    @post("/sapi/v1/bnbBurn", security="USER_DATA", flat="toggle_bnbBurn")
    def toggle_bnb_burn(
        self,
        *,
        spotBNBBurn: bool | None = None,
        interestBNBBurn: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Let BNB pay trading fees or margin interest; answers as bnb_burn_status.

        Args:
            spotBNBBurn, interestBNBBurn: One of them at least.

        https://developers.binance.com/docs/margin_trading/account/Toggle-BNB-Burn-On-Spot-Trade-And-Margin-Interest
        """


class Assets(Group):
    """Calls about assets within the account: balances, transfers, dust."""

    @post(
        "/sapi/v3/asset/getUserAsset",
        weight=5,
        security="USER_DATA",
        changes_state=False,
        flat="user_asset",
    )
    def user_asset(
        self,
        *,
        asset: str | None = None,
        needBtcValuation: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Spot assets of which there is something: free, locked, freeze, withdrawing, btcValuation.

        Amounts are decimal strings.

        Args:
            asset: This one only, even if there is nothing of it.
            needBtcValuation: Fill in btcValuation.

        https://developers.binance.com/docs/wallet/asset/user-assets
        """

    @post(
        "/sapi/v1/asset/get-funding-asset",
        security="USER_DATA",
        changes_state=False,
        flat="funding_wallet",
    )
    def funding_wallet(
        self,
        *,
        asset: str | None = None,
        needBtcValuation: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Assets of the funding wallet: free, locked, freeze, withdrawing, btcValuation.

        Args:
            asset: This one only.
            needBtcValuation: Fill in btcValuation.

        https://developers.binance.com/docs/wallet/asset/funding-wallet
        """

    @get("/sapi/v1/asset/wallet/balance", weight=60, security="USER_DATA", flat="balance")
    def balance(
        self,
        *,
        quoteAsset: str | None = None,
        needBalanceDetail: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """What each wallet is worth: rows of walletName, activate and balance (a decimal string).

        Args:
            quoteAsset: In which asset the worth is given; BTC if not given.

        https://developers.binance.com/docs/wallet/asset/query-user-wallet-balance
        """

    @get("/sapi/v1/asset/assetDetail", security="USER_DATA", flat="asset_detail")
    def asset_detail(
        self, *, asset: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Withdrawal rules by asset: minWithdrawAmount, withdrawFee, depositStatus, withdrawStatus.

        Args:
            asset: This one only.

        https://developers.binance.com/docs/wallet/asset/asset-detail
        """

    @get("/sapi/v1/asset/tradeFee", security="USER_DATA", flat="trade_fee")
    def trade_fee(
        self, *, symbol: str | None = None, recvWindow: Number | None = None
    ) -> JsonArray:
        """Fee rates: rows of symbol, makerCommission and takerCommission.

        Rates are fractions as decimal strings: 0.001 is 0.1 %.

        Args:
            symbol: This one only.

        https://developers.binance.com/docs/wallet/asset/trade-fee
        """

    @get(
        "/sapi/v1/asset/assetDividend",
        weight=10,
        security="USER_DATA",
        flat="asset_dividend_record",
    )
    def asset_dividend_record(
        self,
        *,
        asset: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Dividends received: ``total``, and ``rows`` of asset, amount, divTime (ms), enInfo, tranId.

        Args:
            startTime, endTime: 180 days apart at most.
            limit: 20 if not given, 500 at most.

        https://developers.binance.com/docs/wallet/asset/assets-divided-record
        """

    @post(
        "/sapi/v1/asset/transfer",
        weight=uid(300),
        security="USER_DATA",
        flat="user_universal_transfer",
    )
    def universal_transfer(
        self,
        type: str,
        asset: str,
        amount: Number,
        *,
        fromSymbol: str | None = None,
        toSymbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Move an asset between wallets of the account: ``{"tranId"}``.

        The key needs the permission for universal transfers.

        Args:
            type: FROM_TO of MAIN (spot), FUNDING, MARGIN, ISOLATEDMARGIN, UMFUTURE, CMFUTURE,
                OPTION and PORTFOLIO_MARGIN, such as MAIN_FUNDING.
            fromSymbol, toSymbol: The pair of an isolated margin account on that side.

        https://developers.binance.com/docs/wallet/asset/user-universal-transfer
        """

    @get("/sapi/v1/asset/transfer", security="USER_DATA", flat="user_universal_transfer_history")
    def universal_transfer_history(
        self,
        type: str,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        size: int | None = None,
        fromSymbol: str | None = None,
        toSymbol: str | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Transfers of one type: ``total``, and ``rows`` of asset, amount, status, timestamp …

        status is CONFIRMED, FAILED or PENDING; timestamp is in ms.

        Args:
            type: As in universal_transfer.
            startTime, endTime: The last 7 days if not given; half a year back at most.
            fromSymbol, toSymbol: Needed where that side is ISOLATEDMARGIN.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/wallet/asset/query-user-universal-transfer
        """

    @get(
        "/sapi/v1/asset/custody/transfer-history",
        weight=60,
        security="USER_DATA",
        flat="user_delegation_history",
    )
    def delegation_history(
        self,
        email: str,
        startTime: Time,
        endTime: Time,
        *,
        type: str | None = None,
        asset: str | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Assets delegated by a master account: ``total`` and ``rows``, for master accounts only.

        Each row has clientTranId, transferType, asset, amount and time (ms).

        Args:
            type: DELEGATE or UNDELEGATE; both if not given.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/wallet/asset/query-user-delegation
        """

    @get(
        "/sapi/v1/asset/ledger-transfer/cloud-mining/queryByPage",
        weight=uid(600),
        security="USER_DATA",
        flat="cloud_mining_trans_history",
    )
    def cloud_mining_trans_history(
        self,
        startTime: Time,
        endTime: Time,
        *,
        tranId: int | None = None,
        clientTranId: str | None = None,
        asset: str | None = None,
        current: int | None = None,
        size: int | None = None,
    ) -> JsonObject:
        """Cloud mining payments and refunds: ``total``, and ``rows`` of tranId, type, amount …

        type is 248 for a payment, 249 for a refund; createTime is in ms.

        Args:
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/wallet/asset/cloud-mining-payment-and-refund-history
        """

    @get("/sapi/v1/asset/dribblet", security="USER_DATA", flat="dust_log")
    def dust_log(
        self,
        *,
        accountType: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Conversions of small amounts to BNB: ``total`` and ``userAssetDribblets``, 100 at most.

        Args:
            accountType: SPOT if not given, or MARGIN.

        https://developers.binance.com/docs/wallet/asset/dust-log
        """

    @post(
        "/sapi/v1/asset/dust-btc",
        security="USER_DATA",
        changes_state=False,
        flat="bnb_convertible_assets",
    )
    def bnb_convertible_assets(
        self, *, accountType: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Small amounts that transfer_dust would convert: ``details``, and what BNB they'd give.

        Args:
            accountType: SPOT if not given, or MARGIN.

        https://developers.binance.com/docs/wallet/asset/assets-can-convert-bnb
        """

    @post("/sapi/v1/asset/dust", weight=uid(10), security="USER_DATA", flat="transfer_dust")
    def transfer_dust(
        self, asset: Joined, *, accountType: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Convert small amounts to BNB: ``transferResult``, a row an asset, and the totals.

        Args:
            asset: Assets to convert.
            accountType: SPOT if not given, or MARGIN.

        https://developers.binance.com/docs/wallet/asset/dust-transfer
        """

    @post(
        "/sapi/v1/asset/dust-convert/query-convertible-assets",
        security="USER_DATA",
        changes_state=False,
        flat="dust_convertible_assets",
    )
    def dust_convertible_assets(
        self,
        targetAsset: str,
        *,
        accountType: str | None = None,
        dustQuotaAssetToTargetAssetPrice: Number | None = None,
    ) -> JsonObject:
        """Small amounts that dust_convert would convert to an asset: ``details`` and the totals.

        Args:
            accountType: SPOT if not given, or MARGIN.
            dustQuotaAssetToTargetAssetPrice: Price of the quota's asset in the target asset.

        https://developers.binance.com/en/docs/catalog/core-trading-wallet/api/rest-api/asset#dust-convertible-assets
        """

    @post(
        "/sapi/v1/asset/dust-convert/convert",
        weight=uid(10),
        security="USER_DATA",
        flat="dust_convert",
    )
    def dust_convert(
        self,
        asset: str,
        *,
        accountType: str | None = None,
        clientId: str | None = None,
        targetAsset: str | None = None,
        thirdPartyClientId: str | None = None,
        dustQuotaAssetToTargetAssetPrice: Number | None = None,
    ) -> JsonObject:
        """Convert small amounts to an asset: ``transferResult``, a row an asset, and the totals.

        Args:
            asset: Assets to convert.
            accountType: SPOT if not given, or MARGIN.
            clientId: Your own id of the conversion.
            dustQuotaAssetToTargetAssetPrice: Price of the quota's asset in the target asset.

        https://developers.binance.com/en/docs/catalog/core-trading-wallet/api/rest-api/asset#dust-convert
        """


class Capital(Group):
    """Calls about what comes in and goes out: deposits and withdrawals."""

    @get("/sapi/v1/capital/config/getall", weight=10, security="USER_DATA", flat="coin_info")
    def coin_info(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Coins and their networks: balances, and each network's fees, minima and status.

        Amounts are decimal strings; ``networkList`` has withdrawFee, withdrawMin, depositEnable …

        https://developers.binance.com/docs/wallet/capital/all-coins-info
        """

    @get(
        "/sapi/v1/capital/deposit/address", weight=10, security="USER_DATA", flat="deposit_address"
    )
    def deposit_address(
        self,
        coin: str,
        *,
        network: str | None = None,
        amount: Number | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Address to deposit a coin to: address, coin, tag and url.

        Args:
            network: The coin's default network if not given.
            amount: Needed for LIGHTNING, in BTC: an invoice over this amount.

        https://developers.binance.com/docs/wallet/capital/deposite-address
        """

    @get(
        "/sapi/v1/capital/deposit/address/list",
        weight=10,
        security="USER_DATA",
        flat="list_deposit_address",
    )
    def deposit_address_list(self, coin: str, *, network: str | None = None) -> JsonArray:
        """Addresses to deposit a coin to, a row for each network: coin, address, tag, isDefault.

        Args:
            network: This one only.

        https://developers.binance.com/docs/wallet/capital/fetch-deposit-address-list-with-network
        """

    @get("/sapi/v1/capital/deposit/hisrec", security="USER_DATA", flat="deposit_history")
    def deposit_history(
        self,
        *,
        includeSource: bool | None = None,
        coin: str | None = None,
        status: int | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        offset: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
        txId: str | None = None,
    ) -> JsonArray:
        """Deposits: amount, coin, network, status, address, txId, insertTime (ms), confirmTimes …

        Args:
            includeSource: Also tell sourceAddress.
            status: 0 pending, 6 credited but not to be withdrawn, 7 wrong deposit, 8 waiting for
                the user's confirmation, 1 success, 2 rejected.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.
            offset: Rows to skip.
            limit: 1000 if not given, and at most.

        https://developers.binance.com/docs/wallet/capital/deposite-history
        """

    @post(
        "/sapi/v1/capital/deposit/credit-apply",
        security="USER_DATA",
        flat="one_click_arrival_deposit_apply",
    )
    def one_click_arrival_deposit_apply(
        self,
        *,
        depositId: int | None = None,
        txId: str | None = None,
        subAccountId: str | None = None,
        subUserId: int | None = None,
    ) -> JsonObject:
        """Ask for the credit of a deposit whose address has expired: code, message, data, success.

        Args:
            depositId: The deposit's id; looked for first.
            subAccountId, subUserId: For a deposit of a sub-account.

        https://developers.binance.com/docs/wallet/capital/one-click-arrival-deposite-apply
        """

    @post("/sapi/v1/capital/withdraw/apply", weight=uid(900), security="USER_DATA", flat="withdraw")
    def withdraw(
        self,
        coin: str,
        amount: Number,
        address: str,
        *,
        withdrawOrderId: str | None = None,
        network: str | None = None,
        addressTag: str | None = None,
        transactionFeeFlag: bool | None = None,
        name: str | None = None,
        walletType: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Withdraw a coin to an address outside of Binance: ``{"id"}``.

        The key needs the permission to withdraw, and an IP list.

        Args:
            withdrawOrderId: Your own id, by which withdraw_history finds it.
            network: The coin's default network if not given.
            addressTag: The second part of the address, for coins that have one.
            transactionFeeFlag: For an internal transfer: True, the receiver's side keeps the fee;
                False (if not given), yours.
            name: A note for the address.
            walletType: 0 spot, 1 funding; the one that is selected in the wallet if not given.

        https://developers.binance.com/docs/wallet/capital/withdraw
        """

    @get(
        "/sapi/v1/capital/withdraw/history",
        weight=uid(18000),
        security="USER_DATA",
        flat="withdraw_history",
    )
    def withdraw_history(
        self,
        *,
        coin: str | None = None,
        withdrawOrderId: str | None = None,
        status: int | None = None,
        offset: int | None = None,
        limit: int | None = None,
        idList: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """Withdrawals: id, amount, transactionFee, coin, status, address, txId, applyTime …

        applyTime and completeTime are text in UTC.

        Args:
            withdrawOrderId: The id that withdraw was given; startTime and endTime then span 7
                days at most.
            status: 0 e-mail sent, 2 awaiting approval, 3 rejected, 4 processing, 6 completed.
            offset: Rows to skip.
            limit: 1000 if not given, and at most.
            idList: Ids joined by commas, 45 at most.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.

        https://developers.binance.com/docs/wallet/capital/withdraw-history
        """

    @get(
        "/sapi/v1/capital/withdraw/address/list",
        weight=10,
        security="USER_DATA",
        flat="withdraw_address_list",
    )
    def withdraw_address_list(self) -> JsonArray:
        """Addresses saved for withdrawals: address, addressTag, coin, name, network, whiteStatus …

        https://developers.binance.com/docs/wallet/capital/fetch-withdraw-address
        """

    @get("/sapi/v1/capital/withdraw/quota", weight=10, security="USER_DATA", flat="withdraw_quota")
    def withdraw_quota(self) -> JsonObject:
        """How much may be withdrawn today, and how much was: ``{"wdQuota", "usedWdQuota"}`` in USD.

        https://developers.binance.com/docs/wallet/capital/Fetch-withdraw-quota
        """


class Others(Group):
    """Calls about the system and its symbols."""

    @get("/sapi/v1/system/status", flat="system_status")
    def system_status(self) -> JsonObject:
        """State of the system: ``{"status": 0, "msg": "normal"}``; 1 during maintenance.

        https://developers.binance.com/docs/wallet/others/system-status
        """

    @get(
        "/sapi/v1/spot/delist-schedule",
        weight=100,
        security="MARKET_DATA",
        flat="delist_schedule_symbols",
    )
    def delist_schedule(self, *, recvWindow: Number | None = None) -> JsonArray:
        """Symbols that will be delisted: rows of delistTime (ms) and symbols.

        https://developers.binance.com/docs/wallet/others/delist-schedule
        """

    @get(
        "/sapi/v1/spot/open-symbol-list",
        weight=100,
        security="MARKET_DATA",
        flat="open_symbol_list",
    )
    def open_symbol_list(self) -> JsonArray:
        """Symbols whose trading will begin: rows of openTime (ms) and symbols.

        https://developers.binance.com/docs/wallet/asset/open-symbol-list
        """

    @get("/sapi/v1/spot/asset/tags", weight=100, security="MARKET_DATA", flat="spot_asset_tags")
    def spot_asset_tags(self, *, tag: str | None = None) -> JsonArray:
        """Tags of the spot assets, such as their sector: rows of asset and its tags.

        Args:
            tag: Assets with this tag only.

        https://developers.binance.com/en/docs/catalog/core-trading-wallet/api/rest-api/asset#get-spot-asset-tags
        """


class Wallet(Account, Assets, Capital, Others):
    """Calls about the wallet: ``client.wallet``."""
