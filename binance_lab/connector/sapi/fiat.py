"""Fiat money: deposits, withdrawals, and what was bought and sold with it.

Every answer has ``code``, ``message`` and ``data``; amounts are decimal strings, times ms.

https://developers.binance.com/docs/fiat
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, post, uid


class Fiat(Group):
    """Calls about fiat money: ``client.fiat``."""

    @post("/sapi/v1/fiat/deposit", weight=uid(45000), security="TRADE")
    def deposit(
        self,
        currency: str,
        apiPaymentMethod: str,
        amount: Number,
        *,
        recvWindow: Number | None = None,
        ext: JsonObject | None = None,
    ) -> JsonObject:
        """Order a deposit, before the bank is told to pay: ``data`` has the orderId.

        The account needs an identity check and fiat turned on in the website; order_detail tells
        how the order stands.

        Args:
            currency: BRL.
            apiPaymentMethod: pix.
            ext: Further fields that the payment method wants.

        https://developers.binance.com/docs/fiat/rest-api/Fiat-Deposit
        """

    @post("/sapi/v2/fiat/withdraw", weight=uid(45000), security="TRADE")
    def withdraw(
        self,
        currency: str,
        apiPaymentMethod: str,
        amount: int,
        accountInfo: JsonObject,
        *,
        recvWindow: Number | None = None,
        ext: JsonObject | None = None,
    ) -> JsonObject:
        """Withdraw to a bank account: ``data`` has the orderId.

        The account needs an identity check and fiat turned on in the website, and the bank account
        must be known there.  Ask order_detail until the order has succeeded.

        Args:
            currency: BRL.
            apiPaymentMethod: bank_transfer.
            amount: Whole units of the currency.
            accountInfo: Object of accountNumber, agency, bankCodeForPix and accountType.
            ext: Further fields that the payment method wants.

        https://developers.binance.com/docs/fiat/rest-api/Fiat-Withdraw
        """

    @get("/sapi/v1/fiat/get-order-detail", security="USER_DATA")
    def order_detail(self, orderNo: str, *, recvWindow: Number | None = None) -> JsonObject:
        """How a deposit or a withdrawal stands: orderId, orderStatus, amount, fee, fiatCurrency …

        These are in ``data``, with errorCode and errorMessage if it failed.

        Args:
            orderNo: The orderId that deposit or withdraw answered.

        https://developers.binance.com/docs/fiat/rest-api/Get-Order-Detail
        """

    @get("/sapi/v1/fiat/orders", weight=uid(45000), security="USER_DATA")
    def order_history(
        self,
        transactionType: str,
        *,
        beginTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        rows: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Deposits or withdrawals of fiat money: ``data``, rows, and ``total``.

        Rows have orderNo, fiatCurrency, indicatedAmount, amount, totalFee, method, status,
        createTime and updateTime.  status is Processing, Successful, Failed, Finished, Refunding,
        Refunded …

        Args:
            transactionType: 0 deposits, 1 withdrawals.
            beginTime, endTime: The last 30 days if not given.
            page, rows: Page, from 1, and rows a page: 100 if not given, 500 at most.

        https://developers.binance.com/docs/fiat/rest-api/Get-Fiat-Deposit-Withdraw-History
        """

    @get("/sapi/v1/fiat/payments", security="USER_DATA")
    def payment_history(
        self,
        transactionType: str,
        *,
        beginTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        rows: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Crypto bought or sold for fiat money: ``data``, rows, and ``total``.

        Rows have orderNo, sourceAmount, fiatCurrency, obtainAmount, cryptoCurrency, totalFee,
        price, status, createTime, updateTime and, of what was bought, paymentMethod.  status is
        Processing, Completed, Failed or Refunded.

        Args:
            transactionType: 0 bought, 1 sold.
            beginTime, endTime: The last 30 days if not given.
            page, rows: Page, from 1, and rows a page: 100 if not given, 500 at most.

        https://developers.binance.com/docs/fiat/rest-api/Get-Fiat-Payments-History
        """
