"""Dual investment: a deposit with a high rate that may come back in the other coin.

A CALL sells the coin high: it is deposited, and paid back in the exercised coin if the price ends
above the strike.  A PUT buys low: the exercised coin is bought if the price ends below it.
Amounts, prices and rates (fractions a year) are decimal strings, times ms.

https://developers.binance.com/docs/dual_investment
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number
from ..base import Group
from ..endpoint import get, post


class DualInvestment(Group):
    """Calls about dual investment: ``client.dual_investment``."""

    @get("/sapi/v1/dci/product/list", security="USER_DATA")
    def product_list(
        self,
        optionType: str,
        exercisedCoin: str,
        investCoin: str,
        *,
        pageSize: int | None = None,
        pageIndex: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Products on offer: ``total``, and ``list`` of id, orderId, strikePrice, settleDate, apr …

        subscribe needs id and orderId.  Rows also have investCoin, exercisedCoin, duration (days),
        minAmount, maxAmount, purchaseEndTime (ms), canPurchase, optionType and
        isAutoCompoundEnable.

        Args:
            optionType: CALL (sell high) or PUT (buy low).
            exercisedCoin: The coin that comes back if exercised: USDT for a CALL on BNB, BNB for a
                PUT.
            investCoin: The coin to deposit: BNB for a CALL on BNB, USDT for a PUT.
            pageSize, pageIndex: Rows a page, 10 if not given and 100 at most, and page, from 1.

        https://developers.binance.com/docs/dual_investment/market-data/Get-Dual-Investment-product-list
        """

    @post("/sapi/v1/dci/product/subscribe", security="USER_DATA")
    def subscribe(
        self,
        id: str,
        orderId: str,
        depositAmount: Number,
        autoCompoundPlan: str,
        *,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Deposit into a product: positionId, subscriptionAmount, strikePrice, settleDate, apr …

        Refused if the rate has fallen since product_list, or if the product is sold out.

        Args:
            id, orderId: The product's, from product_list.
            depositAmount: In the product's investCoin.
            autoCompoundPlan: What follows at the end: NONE, STANDARD or ADVANCED.

        https://developers.binance.com/docs/dual_investment/trade/Subscribe-Dual-Investment-products
        """

    @get("/sapi/v1/dci/product/positions", security="USER_DATA")
    def positions(
        self,
        *,
        status: str | None = None,
        pageSize: int | None = None,
        pageIndex: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Deposits made: ``total``, and ``list`` of id, subscriptionAmount, strikePrice …

        Rows also have investCoin, exercisedCoin, duration (days), settleDate (ms), purchaseStatus,
        apr, orderId, optionType and autoCompoundPlan.

        Args:
            status: PENDING, PURCHASE_SUCCESS, PURCHASE_FAIL, SETTLING, SETTLED, REFUNDING or
                REFUND_SUCCESS; all if not given.
            pageSize, pageIndex: Rows a page, 10 if not given and 100 at most, and page, from 1.

        https://developers.binance.com/docs/dual_investment/trade/Get-Dual-Investment-positions
        """

    @get("/sapi/v1/dci/product/accounts", security="USER_DATA")
    def accounts(self, *, recvWindow: Number | None = None) -> JsonObject:
        """What all positions are worth: ``{"totalAmountInBTC", "totalAmountInUSDT"}``.

        https://developers.binance.com/docs/dual_investment/trade/Check-Dual-Investment-accounts
        """

    @post("/sapi/v1/dci/product/auto_compound/edit-status", security="USER_DATA")
    def change_auto_compound_status(
        self, positionId: str, autoCompoundPlan: str, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Change what follows at the end of a position: ``{"positionId", "autoCompoundPlan"}``.

        Not between 07:31 and 08:00 UTC.

        Args:
            positionId: The id in positions.
            autoCompoundPlan: NONE, STANDARD or ADVANCED.

        https://developers.binance.com/docs/dual_investment/trade/Change-Auto-Compound-status
        """
