"""VIP loans: large loans against the collateral of several accounts, for VIP users.

A list has ``total`` and ``rows``.  Amounts, LTVs (loan to value) and rates in the answers are
decimal strings, times ms.

https://developers.binance.com/docs/vip_loan
"""

from __future__ import annotations

from ...wire.types import Joined, JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post, uid


class VipLoan(Group):
    """Calls about VIP loans."""

    @post("/sapi/v1/loan/vip/borrow", weight=uid(6000), security="TRADE", flat="loan_vip_borrow")
    def borrow(
        self,
        loanAccountId: int,
        loanCoin: str,
        loanAmount: Number,
        collateralAccountId: Joined,
        collateralCoin: Joined,
        isFlexibleRate: bool,
        *,
        loanTerm: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Ask for a loan, by a master account: requestId, and what was asked for.

        Its progress is in request_data; the answer repeats loanAccountId, loanCoin, loanAmount,
        collateralAccountId, collateralCoin, isFlexibleRate and loanTerm.

        Args:
            loanAccountId: The account that gets the loan.
            collateralAccountId, collateralCoin: Accounts and coins that secure it, one or several.
            isFlexibleRate: True for the flexible rate, false for a fixed one.
            loanTerm: Days, 30 or 60; needed for a fixed rate.

        https://developers.binance.com/docs/vip_loan/trade/VIP-Loan-Borrow
        """

    @post(
        "/sapi/v1/loan/vip/fixed/borrow",
        weight=uid(6000),
        security="TRADE",
        flat="loan_vip_fixed_borrow",
    )
    def fixed_borrow(
        self,
        supplyRequest: str,
        borrowCoin: str,
        loanTerm: int,
        borrowUid: int,
        collateralCoin: Joined,
        collateralAccountId: Joined,
        *,
        autoRepay: bool | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Borrow at a fixed rate from offers of fixed_market: orderId, status, borrowAmount …

        The answer also has actualReceivedAmount, borrowInterestRate, duration (text) and what was
        asked for.

        Args:
            supplyRequest: Which offers to take: requestId:interestRate:amount, several with ``;``
                between them.
            loanTerm: Days.
            borrowUid: The account that gets the loan.
            collateralAccountId, collateralCoin: Accounts and coins that secure it, one or several.
            autoRepay: Whether it is repaid by itself when it ends, and else goes on at the flexible
                rate; true if not given.

        https://developers.binance.com/en/docs/catalog/investment-and-services-vip-loan/api/rest-api/trade#vip-loan-fixed-rate-borrow
        """

    @get(
        "/sapi/v1/loan/vip/fixed/market",
        weight=6000,
        security="USER_DATA",
        flat="loan_vip_fixed_market",
    )
    def fixed_market(
        self,
        loanCoin: str,
        *,
        duration: int | None = None,
        current: int | None = None,
        size: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Offers at a fixed rate: rows of requestId, coin, interestRate, duration …

        A row also has availableAmount, requestNo, minimumAmount and estimatedInterest; interestRate
        is a year's, duration in days.

        Args:
            duration: Days; of this term only.
            current, size: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-vip-loan/api/rest-api/market-data#query-viploan-fixed-rate-market
        """

    @post("/sapi/v1/loan/vip/renew", weight=uid(6000), security="TRADE", flat="loan_vip_renew")
    def renew(self, orderId: int, loanTerm: int, *, recvWindow: Number | None = None) -> JsonObject:
        """Renew a loan for another term; the loan as it is then.

        loanAccountId, loanCoin, loanAmount, collateralAccountId, collateralCoin and loanTerm.

        Args:
            loanTerm: Days, 30 or 60.

        https://developers.binance.com/docs/vip_loan/trade/VIP-Loan-Renew
        """

    @post("/sapi/v1/loan/vip/repay", weight=uid(6000), security="TRADE", flat="loan_vip_repay")
    def repay(
        self, orderId: int, amount: Number, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Repay a loan, in part or all of it: remainingPrincipal, remainingInterest, currentLTV …

        The answer also has loanCoin, repayAmount, collateralCoin and repayStatus.

        https://developers.binance.com/docs/vip_loan/trade/VIP-Loan-Repay
        """

    @get(
        "/sapi/v1/loan/vip/ongoing/orders",
        weight=400,
        security="USER_DATA",
        flat="loan_vip_ongoing_orders",
    )
    def ongoing_orders(
        self,
        *,
        orderId: int | None = None,
        collateralAccountId: int | None = None,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Running loans: rows of orderId, loanCoin, totalDebt, currentLTV, expirationTime …

        A row also has residualInterest, collateralAccountId, collateralCoin, lockedCollateralValue,
        totalCollateralValueAfterHaircut, loanDate and loanTerm.

        Args:
            collateralAccountId: Secured by this account only.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/vip_loan/user-information/Get-VIP-Loan-Ongoing-Orders
        """

    @get(
        "/sapi/v1/loan/vip/request/data",
        weight=uid(400),
        security="USER_DATA",
        flat="loan_vip_request_data",
    )
    def request_data(
        self,
        *,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Loans asked for, and how far they are: rows of requestId, orderId, loanCoin, status …

        A row also has loanAccountId, loanAmount, collateralAccountId, collateralCoin, loanTerm and
        loanDate.

        Args:
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/vip_loan/user-information/Query-Application-Status
        """

    @get(
        "/sapi/v1/loan/vip/repay/history",
        weight=400,
        security="USER_DATA",
        flat="loan_vip_repay_history",
    )
    def repay_history(
        self,
        *,
        orderId: int | None = None,
        loanCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Repayments: rows of orderId, loanCoin, repayAmount, collateralCoin, repayStatus …

        A row also has loanDate and repayTime.

        Args:
            orderId: Of this loan only.
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/vip_loan/user-information/Get-VIP-Loan-Repayment-History
        """

    @get(
        "/sapi/v1/loan/vip/accruedInterest",
        weight=400,
        security="USER_DATA",
        flat="loan_vip_accrued_interest",
    )
    def accrued_interest(
        self,
        *,
        orderId: int | None = None,
        loanCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Interest by loan: rows of orderId, loanCoin, principalAmount, interestAmount …

        A row also has annualInterestRate and accrualTime.

        Args:
            orderId: Of this loan only.
            startTime, endTime: 90 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-vip-loan/api/rest-api/user-information#get-viploan-accrued-interest
        """

    @get(
        "/sapi/v1/loan/vip/collateral/account",
        weight=6000,
        security="USER_DATA",
        flat="loan_vip_collateral_account",
    )
    def collateral_account(
        self,
        *,
        orderId: int | None = None,
        collateralAccountId: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Accounts that secure loans: rows of collateralAccountId and collateralCoin.

        Args:
            orderId: Of this loan only.
            collateralAccountId: This account only.

        https://developers.binance.com/docs/vip_loan/user-information/Check-Locked-Value-of-VIP-Collateral-Account
        """

    @get(
        "/sapi/v1/loan/vip/loanable/data",
        weight=400,
        security="USER_DATA",
        flat="loan_vip_loanable_data",
    )
    def loanable_data(
        self,
        *,
        loanCoin: str | None = None,
        vipLevel: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Coins to borrow: rows of loanCoin, vipLevel, minLimit, maxLimit, and rates by term.

        Args:
            loanCoin: This one only.
            vipLevel: The account's own if not given.

        https://developers.binance.com/docs/vip_loan/market-data/Get-Loanable-Assets-Data
        """

    @get(
        "/sapi/v1/loan/vip/collateral/data",
        weight=400,
        security="USER_DATA",
        flat="loan_vip_collateral_data",
    )
    def collateral_data(
        self, *, collateralCoin: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Coins that may secure loans: rows of collateralCoin, and ratios by ranges of the amount.

        Args:
            collateralCoin: This one only.

        https://developers.binance.com/docs/vip_loan/market-data/Get-Collateral-Asset-Data
        """

    @get(
        "/sapi/v1/loan/vip/request/interestRate",
        weight=400,
        security="USER_DATA",
        flat="loan_vip_request_interest_rate",
    )
    def request_interest_rate(
        self, loanCoin: Joined, *, recvWindow: Number | None = None
    ) -> JsonArray:
        """Current flexible rates: a list of asset, flexibleDailyInterestRate, time …

        A row also has flexibleYearlyInterestRate.

        Args:
            loanCoin: 10 at most.

        https://developers.binance.com/docs/vip_loan/market-data/Get-Borrow-Interest-Rate
        """

    @get(
        "/sapi/v1/loan/vip/interestRateHistory",
        weight=400,
        security="USER_DATA",
        flat="loan_vip_interest_rate_history",
    )
    def interest_rate_history(
        self,
        coin: str,
        recvWindow: Number,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
    ) -> JsonObject:
        """Past flexible rates of a coin: rows of coin, annualizedInterestRate and time.

        Args:
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-vip-loan/api/rest-api/market-data#get-viploan-interest-rate-history
        """
