"""Binance Pay: payments made and received.

https://developers.binance.com/docs/pay
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, uid


class Pay(Group):
    """Calls about Binance Pay."""

    @get("/sapi/v1/pay/transactions", weight=uid(3000), security="USER_DATA")
    def history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        limit: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Payments, as ``data``: rows of transactionId, orderType, amount, currency …

        The answer also has code, message and success.  amount is a decimal string, negative for
        what was paid out.  A row also has transactionTime (ms), fundsDetail (a list of currency and
        amount), payerInfo and receiverInfo.

        Args:
            startTime, endTime: 90 days apart at most; the last 90 days if not given.
            limit: 100 if not given, which is the most.

        https://developers.binance.com/en/docs/catalog/investment-and-services-pay/api/rest-api/~#get-pay-trade-history
        """
