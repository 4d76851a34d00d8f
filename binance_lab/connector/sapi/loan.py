"""Crypto loans: money against collateral, at a flexible rate; of fixed terms the history is left.

A list has ``total`` and ``rows``.  Amounts, LTVs (loan to value) and rates in the answers are
decimal strings as fractions (0.78 is 78 %), times ms.

https://developers.binance.com/docs/crypto_loan
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post, uid


class Flexible(Group):
    """Calls about loans at a flexible rate, which have no end: one for each pair of coins."""

    @post(
        "/sapi/v2/loan/flexible/borrow", weight=6000, security="TRADE", flat="flexible_loan_borrow"
    )
    def flexible_borrow(
        self,
        loanCoin: str,
        collateralCoin: str,
        *,
        loanAmount: Number | None = None,
        collateralAmount: Number | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Borrow against collateral: loanAmount, collateralAmount, status and the coins.

        status is Succeeds, Failed or Processing.

        Args:
            loanAmount, collateralAmount: One of them at least; the other follows from it.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/trade/Flexible-Loan-Borrow
        """

    @post("/sapi/v2/loan/flexible/repay", weight=6000, security="TRADE", flat="flexible_loan_repay")
    def flexible_repay(
        self,
        loanCoin: str,
        collateralCoin: str,
        repayAmount: Number,
        *,
        collateralReturn: bool | None = None,
        fullRepayment: bool | None = None,
        repaymentType: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Repay a loan, in part or all of it: remainingDebt, remainingCollateral, currentLTV …

        The answer also has loanCoin, collateralCoin, fullRepayment and repayStatus.

        Args:
            collateralReturn: Whether spare collateral goes back to the spot wallet; true if not
                given.
            fullRepayment: Whether to repay everything; false if not given.
            repaymentType: 1, with the loan's coin, if not given; 2 with the collateral.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/trade/Flexible-Loan-Repay
        """

    @post(
        "/sapi/v2/loan/flexible/adjust/ltv",
        weight=uid(6000),
        security="TRADE",
        flat="flexible_loan_adjust_ltv",
    )
    def flexible_adjust_ltv(
        self,
        loanCoin: str,
        collateralCoin: str,
        adjustmentAmount: Number,
        direction: str,
        *,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Add or take back collateral: loanCoin, collateralCoin, direction, currentLTV, status …

        Args:
            adjustmentAmount: Of the collateral.
            direction: ADDITIONAL or REDUCED.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/trade/Flexible-Loan-Adjust-LTV
        """

    @get(
        "/sapi/v2/loan/flexible/ongoing/orders",
        weight=300,
        security="USER_DATA",
        flat="flexible_loan_ongoing_orders",
    )
    def flexible_ongoing_orders(
        self,
        *,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Running loans: rows of loanCoin, totalDebt, collateralCoin, collateralAmount, currentLTV.

        Args:
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/user-information/Get-Flexible-Loan-Ongoing-Orders
        """

    @get(
        "/sapi/v2/loan/flexible/borrow/history",
        weight=400,
        security="USER_DATA",
        flat="flexible_loan_borrow_history",
    )
    def flexible_borrow_history(
        self,
        *,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Loans taken: rows of loanCoin, initialLoanAmount, collateralCoin, borrowTime, status …

        A row also has initialCollateralAmount; status is SUCCESS, FAILED or PENDING.

        Args:
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/user-information/Get-Flexible-Loan-Borrow-History
        """

    @get(
        "/sapi/v2/loan/flexible/repay/history",
        weight=400,
        security="USER_DATA",
        flat="flexible_loan_repayment_history",
    )
    def flexible_repayment_history(
        self,
        *,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Repayments: rows of loanCoin, repayAmount, collateralCoin, repayStatus …

        A row also has collateralReturn and repayTime.

        Args:
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/user-information/Get-Flexible-Loan-Repayment-History
        """

    @get(
        "/sapi/v2/loan/flexible/ltv/adjustment/history",
        weight=uid(400),
        security="USER_DATA",
        flat="flexible_loan_ltv_adjustment_history",
    )
    def flexible_ltv_adjustment_history(
        self,
        *,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Collateral added or taken back: rows of loanCoin, collateralCoin, direction, preLTV …

        A row also has collateralAmount, afterLTV and adjustTime.

        Args:
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/user-information/Get-Flexible-Loan-LTV-Adjustment-History
        """

    @get(
        "/sapi/v2/loan/flexible/liquidation/history",
        weight=400,
        security="USER_DATA",
        flat="flexible_loan_liquidation_history",
    )
    def flexible_liquidation_history(
        self,
        *,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Loans that were liquidated: rows of loanCoin, liquidationDebt, collateralCoin, status …

        A row also has liquidationCollateralAmount, returnCollateralAmount, liquidationFee,
        liquidationStartingPrice and liquidationStartingTime.

        Args:
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/user-information/Get-Flexible-Loan-Liquidation-History
        """

    @get(
        "/sapi/v2/loan/flexible/loanable/data",
        weight=400,
        security="USER_DATA",
        flat="flexible_loan_assets_data",
    )
    def flexible_assets_data(
        self, *, loanCoin: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Coins to borrow: rows of loanCoin, flexibleInterestRate and limits.

        The rate is a year's; flexibleMinLimit and flexibleMaxLimit are worth in USD.

        Args:
            loanCoin: This one only.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/market-data/Get-Flexible-Loan-Assets-Data
        """

    @get(
        "/sapi/v2/loan/flexible/collateral/data",
        weight=400,
        security="USER_DATA",
        flat="flexible_loan_collateral_assets_data",
    )
    def flexible_collateral_assets_data(
        self, *, collateralCoin: str | None = None, recvWindow: Number | None = None
    ) -> JsonObject:
        """Coins to borrow against: rows of collateralCoin, initialLTV, liquidationLTV …

        A row also has marginCallLTV and maxLimit, worth in USD.

        Args:
            collateralCoin: This one only.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/market-data/Get-Flexible-Loan-Collateral-Assets-Data
        """

    @get(
        "/sapi/v2/loan/flexible/repay/rate",
        weight=6000,
        security="USER_DATA",
        flat="flexible_loan_repay_rate",
    )
    def flexible_repay_rate(
        self, loanCoin: str, collateralCoin: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """At what rate collateral would repay a loan: ``{"loanCoin", "collateralCoin", "rate"}``.

        https://developers.binance.com/docs/crypto_loan/flexible-rate/user-information/Check-Collateral-Repay-Rate
        """

    @get(
        "/sapi/v2/loan/interestRateHistory",
        weight=400,
        security="USER_DATA",
        flat="flexible_loan_interest_rate_history",
    )
    def flexible_interest_rate_history(
        self,
        coin: str,
        recvWindow: Number,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
    ) -> JsonObject:
        """Past rates of a coin: rows of coin, annualizedInterestRate and time.

        Args:
            startTime, endTime: 90 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-crypto-loan/api/rest-api/flexible-rate#get-flexible-loan-interest-rate-history
        """


class Fixed(Group):
    """Calls about loans of a fixed term, which can be taken no more, and about all loans."""

    @get("/sapi/v1/loan/income", weight=uid(6000), security="USER_DATA")
    def history(
        self,
        asset: str | None = None,
        *,
        type: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonArray:
        """What moved because of loans: a list of asset, type, amount, timestamp and tranId.

        Args:
            type: borrowIn, collateralSpent, repayAmount, collateralReturn, addCollateral,
                removeCollateral or collateralReturnAfterLiquidation; all if not given.
            startTime, endTime: 30 days apart at most; the last 7 days if not given.
            limit: 20 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/stable-rate/market-data/Get-Crypto-Loans-Income-History
        """

    @get("/sapi/v1/loan/borrow/history", weight=400, security="USER_DATA")
    def borrow_history(
        self,
        *,
        orderId: int | None = None,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Loans of a fixed term: rows of orderId, loanCoin, initialLoanAmount, hourlyInterestRate …

        A row also has loanTerm (days), collateralCoin, initialCollateralAmount, borrowTime and
        status.

        Args:
            orderId: This one only, whatever the times.
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/stable-rate/user-information/Get-Loan-Borrow-History
        """

    @get("/sapi/v1/loan/repay/history", weight=400, security="USER_DATA")
    def repay_history(
        self,
        *,
        orderId: int | None = None,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Repayments of fixed loans: rows of orderId, loanCoin, repayAmount, repayTime …

        A row also has repayStatus, collateralCoin, collateralUsed, collateralReturn and repayType:
        1 with the loan's coin, 2 with the collateral.

        Args:
            orderId: Of this loan only, whatever the times.
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/stable-rate/user-information/Get-Loan-Repayment-History
        """

    @get("/sapi/v1/loan/ltv/adjustment/history", weight=400, security="USER_DATA")
    def adjust_ltv_history(
        self,
        *,
        orderId: int | None = None,
        loanCoin: str | None = None,
        collateralCoin: str | None = None,
        startTime: Time | None = None,
        endTime: Time | None = None,
        current: int | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Collateral of fixed loans added or taken back: rows of orderId, direction, amount …

        A row also has loanCoin, collateralCoin, preLTV, afterLTV and adjustTime.

        Args:
            orderId: Of this loan only, whatever the times.
            startTime, endTime: 180 days apart at most; the last 90 days if not given.
            current, limit: Page, from 1, and rows a page: 10 if not given, 100 at most.

        https://developers.binance.com/docs/crypto_loan/stable-rate/user-information/Get-Loan-LTV-Adjustment-History
        """

    @get("/sapi/v1/loan/loanable/data", weight=400, security="USER_DATA")
    def loanable_data(
        self,
        *,
        loanCoin: str | None = None,
        vipLevel: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Coins that could be borrowed for a fixed term: limits and rates, by term and VIP level.

        Binance retired it with those loans in November 2024, so the server may not know it: use
        flexible_assets_data.

        Args:
            vipLevel: The account's own if not given.

        https://developers.binance.com/docs/crypto_loan/stable-rate/market-data
        """


class Loan(Flexible, Fixed):
    """Loans against collateral."""
