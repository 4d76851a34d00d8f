"""The REST calls behind margin streams: listen tokens and listen keys.

https://developers.binance.com/docs/margin_trading/trade-data-stream
https://developers.binance.com/docs/margin_trading/risk-data-stream
"""

from __future__ import annotations

from ...wire.types import JsonObject
from ..endpoint import post, uid
from .margin import RiskStream


class ListenKeys(RiskStream):
    """Calls that the margin streams make for themselves: ``ListenKeys(client)``."""

    @post("/sapi/v1/userListenToken", weight=uid(1), security="USER_DATA", changes_state=False)
    def new_margin_listen_token(
        self,
        *,
        symbol: str | None = None,
        isIsolated: bool | None = None,
        validity: int | None = None,
    ) -> JsonObject:
        """A token for a margin account's events: ``token`` and ``expirationTime`` (ms).

        Args:
            symbol: Of the isolated account; only with isIsolated.
            isIsolated: The cross margin account if not given.
            validity: ms; 24 hours if not given, which is the most.

        https://developers.binance.com/docs/margin_trading/trade-data-stream
        """
