"""Copy trading: whether the account leads futures traders, and in what.

An answer has ``code``, ``message``, ``success`` and ``data``.

https://developers.binance.com/docs/copy_trading
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number
from ..base import Group
from ..endpoint import get


class CopyTrading(Group):
    """Calls about copy trading."""

    @get("/sapi/v1/copyTrading/futures/userStatus", security="TRADE")
    def futures_user_status(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Whether the account is a lead trader of futures: data has isLeadTrader and time (ms).

        https://developers.binance.com/docs/copy_trading/future-copy-trading/Get-Futures-Lead-Trader-Status
        """

    @get("/sapi/v1/copyTrading/futures/leadSymbol", security="USER_DATA")
    def futures_lead_symbol(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Futures a lead trader may trade: data is a list of symbol, baseAsset and quoteAsset.

        https://developers.binance.com/docs/copy_trading/future-copy-trading/Get-Futures-Lead-Trading-Symbol-Whitelist
        """
