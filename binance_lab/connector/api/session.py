"""What only the WebSocket API has: logging on, and the user data stream.

https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/authentication-requests
"""

from __future__ import annotations

from ...wire.types import JsonArray, JsonObject, Number
from ..base import Api
from ..endpoint import post


class Session(Api):
    """Calls about the connection itself; they have no REST twin, so no path."""

    @post("", ws="session.logon", weight=2, security="SESSION", changes_state=False)
    def session_logon(self, *, recvWindow: Number | None = None) -> JsonObject:
        """Log the connection on, so that later calls need no signature; Ed25519 keys only.

        Keys of the answer: apiKey, authorizedSince, connectedSince, returnRateLimits,
        serverTime, userDataStream. After a reconnect it is done again by itself.

        https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/authentication-requests#log-in-with-api-key-signed
        """

    @post("", ws="session.status", weight=2, changes_state=False)
    def session_status(self) -> JsonObject:
        """Whether the connection is logged on: apiKey and authorizedSince are null if not.

        https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/authentication-requests#query-session-status
        """

    @post("", ws="session.logout", weight=2, changes_state=False)
    def session_logout(self) -> JsonObject:
        """Forget the logon; the connection stays, and later calls are signed one by one.

        A user data subscription that the logon allowed ends with it.

        https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/authentication-requests#log-out-of-the-session
        """

    @post("", ws="session.subscriptions", weight=2, changes_state=False)
    def session_subscriptions(self) -> JsonArray:
        """The user data subscriptions of the connection, each an object with subscriptionId.

        https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/user-data-stream-requests
        """

    @post("", ws="userDataStream.subscribe", weight=2, security="USER_STREAM", changes_state=False)
    def user_data_stream_subscribe(self) -> JsonObject:
        """Have the account's events on a connection that is logged on; answers subscriptionId.

        Rather use ``UserData``, which subscribes again after a reconnect and types the events.

        https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/user-data-stream-requests
        """

    @post(
        "",
        ws="userDataStream.subscribe.signature",
        weight=2,
        security="USER_STREAM",
        changes_state=False,
    )
    def user_data_stream_subscribe_signature(
        self, *, recvWindow: Number | None = None
    ) -> JsonObject:
        """Have the account's events without a logon, by a key of any kind; answers subscriptionId.

        Rather use ``UserData``, which subscribes again after a reconnect and types the events.

        https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/user-data-stream-requests
        """

    @post("", ws="userDataStream.unsubscribe", weight=2, changes_state=False)
    def user_data_stream_unsubscribe(self, *, subscriptionId: int | None = None) -> JsonObject:
        """End one user data subscription of the connection, or all of them.

        https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/user-data-stream-requests
        """

    @post(
        "",
        ws="userDataStream.subscribe.listenToken",
        weight=2,
        changes_state=False,
    )
    def user_data_stream_subscribe_listen_token(self, listenToken: str) -> JsonObject:
        """Have a margin account's events, by a token that a REST call gives.

        Keys of the answer: subscriptionId, expirationTime (ms). Rather use ``MarginUserData``.

        https://developers.binance.com/docs/margin_trading/trade-data-stream
        """
