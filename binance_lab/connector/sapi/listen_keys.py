"""The REST calls behind margin streams: listen tokens and listen keys.

https://developers.binance.com/docs/margin_trading/trade-data-stream
https://developers.binance.com/docs/margin_trading/risk-data-stream
"""

from __future__ import annotations

from ...wire.types import JsonObject
from ..base import Group
from ..endpoint import delete, post, put, uid


class ListenKeys(Group):
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

    @post("/sapi/v1/margin/listen-key", weight=uid(1), security="USER_STREAM", changes_state=False)
    def new_risk_listen_key(self) -> JsonObject:
        """The key of the margin risk stream, ``listenKey``, good for an hour.

        https://developers.binance.com/docs/margin_trading/risk-data-stream
        """

    @put("/sapi/v1/margin/listen-key", weight=uid(1), security="USER_STREAM", changes_state=False)
    def renew_risk_listen_key(self, listenKey: str) -> JsonObject:
        """Keep a key for another hour; an empty object.

        https://developers.binance.com/docs/margin_trading/risk-data-stream
        """

    @delete(
        "/sapi/v1/margin/listen-key", weight=uid(3000), security="USER_STREAM", changes_state=False
    )
    def close_risk_listen_key(self) -> JsonObject:
        """Close the stream and forget its key; an empty object.

        https://developers.binance.com/docs/margin_trading/risk-data-stream
        """
