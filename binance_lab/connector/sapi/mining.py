"""Mining: the pool's algorithms, the workers of an account, and what they earn.

Every answer is an object of ``code`` (0 is success), ``msg`` and ``data``; the docstrings tell what
data has.  Times are ms, those of startDate and endDate too.  userName is a mining account's name,
algo an algorithm's, such as sha256.

https://developers.binance.com/docs/mining
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post


class Mining(Group):
    """Calls about mining: ``client.mining``."""

    @get("/sapi/v1/mining/pub/algoList", security="MARKET_DATA")
    def algo_list(self) -> JsonObject:
        """Algorithms: rows of algoName, algoId, poolIndex and unit.

        https://developers.binance.com/docs/mining/rest-api/Acquiring-Algorithm
        """

    @get("/sapi/v1/mining/pub/coinList", security="MARKET_DATA")
    def coin_list(self) -> JsonObject:
        """Coins: rows of coinName, coinId, poolIndex, algoId and algoName.

        https://developers.binance.com/docs/mining/rest-api/Acquiring-CoinName
        """

    @get("/sapi/v1/mining/worker/detail", security="USER_DATA")
    def worker(
        self, algo: str, userName: str, workerName: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Hash rates of a worker over time: rows of workerName, type and hashrateDatas.

        type is H_hour or D_day; each of hashrateDatas has time, hashrate and reject.

        https://developers.binance.com/docs/mining/rest-api/Request-for-Detail-Miner-List
        """

    @get("/sapi/v1/mining/worker/list", security="USER_DATA")
    def worker_list(
        self,
        algo: str,
        userName: str,
        *,
        pageIndex: int | None = None,
        sort: int | None = None,
        sortColumn: int | None = None,
        workerStatus: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Workers of an account: workerDatas, totalNum and pageSize.

        Each of workerDatas has workerId, workerName, status, hashRate, dayHashRate, rejectRate and
        lastShareTime.

        Args:
            pageIndex: From 1.
            sort: 0 ascending, if not given; 1 descending.
            sortColumn: 1 name, if not given; 2 hash rate now, 3 of the day, 4 reject rate, 5 last
                share.
            workerStatus: 0 all, if not given; 1 valid, 2 invalid, 3 failed.

        https://developers.binance.com/docs/mining/rest-api/Request-for-Miner-List
        """

    @get("/sapi/v1/mining/statistics/user/status", security="USER_DATA")
    def statistics_list(
        self, algo: str, userName: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """The account at a glance: fifteenMinHashRate, dayHashRate, validNum, invalidNum …

        data also has unit, algo, and profitToday and profitYesterday: objects of amounts by coin.

        https://developers.binance.com/docs/mining/rest-api/Statistic-List
        """

    @get("/sapi/v1/mining/statistics/user/list", security="USER_DATA")
    def account_list(
        self, algo: str, userName: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Hash rates of accounts over time: rows of type, userName and list.

        type is H_hour or D_day; each of list has time, hashrate and reject.

        https://developers.binance.com/docs/mining/rest-api/Account-List
        """

    @get("/sapi/v1/mining/payment/list", security="USER_DATA")
    def earnings_list(
        self,
        algo: str,
        userName: str,
        *,
        coin: str | None = None,
        startDate: Time | None = None,
        endDate: Time | None = None,
        pageIndex: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Earnings: accountProfits, totalNum and pageSize.

        Each of accountProfits has time, type, coinName, profitAmount, dayHashRate and status: 0
        unpaid, 1 being paid, 2 paid.

        Args:
            coin: This one only.
            startDate, endDate: All if not given.
            pageIndex, pageSize: Page, from 1, and rows a page: 10 at least, 200 at most.

        https://developers.binance.com/docs/mining/rest-api/Earnings-List
        """

    @get("/sapi/v1/mining/payment/other", security="USER_DATA")
    def bonus_list(
        self,
        algo: str,
        userName: str,
        *,
        coin: str | None = None,
        startDate: Time | None = None,
        endDate: Time | None = None,
        pageIndex: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Bonuses: otherProfits, totalNum and pageSize.

        Each of otherProfits has time, coinName, type, profitAmount and status: 0 unpaid, 1 being
        paid, 2 paid.

        Args:
            coin: This one only.
            startDate, endDate: All if not given.
            pageIndex, pageSize: Page, from 1, and rows a page: 10 at least, 200 at most.

        https://developers.binance.com/docs/mining/rest-api/Extra-Bonus-List
        """

    @get("/sapi/v1/mining/payment/uid", security="USER_DATA")
    def account_earning(
        self,
        algo: str,
        *,
        startDate: Time | None = None,
        endDate: Time | None = None,
        pageIndex: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Earnings from referrals, refunds and rebates: accountProfits, totalNum and pageSize.

        Each of accountProfits has time, coinName, type (0 referral, 1 refund, 2 rebate), puid,
        subName and amount.

        Args:
            pageIndex, pageSize: Page, from 1, and rows a page: 10 at least, 200 at most.

        https://developers.binance.com/docs/mining/rest-api/Mining-Account-Earning
        """

    @post("/sapi/v1/mining/hash-transfer/config", security="USER_DATA")
    def hashrate_resale_request(
        self,
        algo: str,
        userName: str,
        startDate: Time,
        endDate: Time,
        toPoolUser: str,
        hashRate: int,
        *,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Hand hash rate over to another account for some time: data is the configuration's id.

        Args:
            hashRate: Hashes per second.
            toPoolUser: The mining account that gets it.

        https://developers.binance.com/docs/mining/rest-api/Hashrate-Resale-Request
        """

    @post("/sapi/v1/mining/hash-transfer/config/cancel", security="USER_DATA")
    def hashrate_resale_cancellation(
        self, configId: int, userName: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """End a resale of hash rate: data says whether it was done.

        Args:
            configId: As hashrate_resale_request gave it.

        https://developers.binance.com/docs/mining/rest-api/Cancel-hashrate-resale-configuration
        """

    @get("/sapi/v1/mining/hash-transfer/config/details/list", security="USER_DATA")
    def hashrate_resale_list(
        self,
        *,
        pageIndex: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Resales of hash rate: configDetails, totalNum and pageSize.

        Each of configDetails has configId, poolUsername, toPoolUsername, algoName, hashRate,
        startDay, endDay (YYYYMMDD) and status: 0 running, 1 canceled, 2 ended.

        Args:
            pageIndex, pageSize: Page, from 1, and rows a page: 10 at least, 200 at most.

        https://developers.binance.com/docs/mining/rest-api/Hashrate-Resale-List
        """

    @get("/sapi/v1/mining/hash-transfer/profit/details", security="USER_DATA")
    def hashrate_resale_details(
        self,
        configId: int,
        userName: str | None = None,
        *,
        pageIndex: int | None = None,
        pageSize: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """What a resale of hash rate earned by day: profitTransferDetails, totalNum and pageSize.

        Each of profitTransferDetails has poolUsername, toPoolUsername, algoName, hashRate, day,
        amount and coinName.

        Args:
            userName: Once needed; Binance no longer lists it.
            pageIndex, pageSize: Page, from 1, and rows a page: 10 at least, 200 at most.

        https://developers.binance.com/docs/mining/rest-api/Hashrate-Resale-Detail
        """
