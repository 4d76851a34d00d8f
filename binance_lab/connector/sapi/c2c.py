"""C2C: trades with other people, for local money.

https://developers.binance.com/docs/c2c
"""

from __future__ import annotations

from ...wire.types import JsonObject, Time
from ..base import Group
from ..endpoint import get


class C2c(Group):
    """Calls about C2C trades."""

    @get("/sapi/v1/c2c/orderMatch/listUserOrderHistory", security="USER_DATA")
    def trade_history(
        self,
        tradeType: str | None = None,
        *,
        startTimestamp: Time | None = None,
        endTimestamp: Time | None = None,
        page: int | None = None,
        rows: int | None = None,
    ) -> JsonObject:
        """C2C trades, as ``data``: rows of orderNumber, tradeType, asset, fiat, amount …

        The answer also has code, message, success and total.  A row also has advNo, totalPrice,
        fiatSymbol, unitPrice, orderStatus, commission, counterPartNickName, advertisementRole and
        createTime (ms); amounts are decimal strings.  orderStatus is PENDING, TRADING, BUYER_PAYED,
        DISTRIBUTING, COMPLETED, IN_APPEAL, CANCELLED or CANCELLED_BY_SYSTEM.

        Args:
            tradeType: BUY or SELL.
            startTimestamp, endTimestamp: 30 days apart at most.
            page: From 1.
            rows: A page: 100 if not given, which is the most.

        https://developers.binance.com/docs/c2c/rest-api/Get-C2C-Trade-History
        """
