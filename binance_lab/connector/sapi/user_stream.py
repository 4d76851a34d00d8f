"""Listen keys: retired by the server, kept so that programs written for them say so.

User data now comes over the WebSocket API, by userDataStream.subscribe.signature or a session.

https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
"""

from __future__ import annotations

from ...wire.types import JsonObject
from ..base import Group
from ..endpoint import delete, post, put

_SPOT = "the server retired it on 2026-02-20; use WebsocketAPI and its user data subscription"
_MARGIN = "the server retired it on 2025-11-14; use a listenToken on the WebSocket API"


class UserStream(Group):
    """Retired calls about listen keys; each warns when it is used."""

    @post(
        "/api/v3/userDataStream",
        weight=2,
        security="USER_STREAM",
        flat="new_listen_key",
        retired=_SPOT,
    )
    def new_listen_key(self) -> JsonObject:
        """A key for a stream of the account's events, once: ``{"listenKey"}``.

        Retired by the server on 2026-02-20: use WebsocketAPI and its user data subscription.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @put(
        "/api/v3/userDataStream",
        weight=2,
        security="USER_STREAM",
        flat="renew_listen_key",
        retired=_SPOT,
    )
    def renew_listen_key(self, listenKey: str) -> JsonObject:
        """Once, kept a listen key alive for another hour: an empty object.

        Retired by the server on 2026-02-20: use WebsocketAPI and its user data subscription.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @delete(
        "/api/v3/userDataStream",
        weight=2,
        security="USER_STREAM",
        flat="close_listen_key",
        retired=_SPOT,
    )
    def close_listen_key(self, listenKey: str) -> JsonObject:
        """Once, closed the stream of a listen key: an empty object.

        Retired by the server on 2026-02-20: use WebsocketAPI and its user data subscription.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @post(
        "/sapi/v1/userDataStream",
        security="USER_STREAM",
        flat="new_margin_listen_key",
        retired=_MARGIN,
    )
    def new_margin_listen_key(self) -> JsonObject:
        """A key for a stream of the cross margin account, once: ``{"listenKey"}``.

        Retired by the server on 2025-11-14: use a listenToken on the WebSocket API.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @put(
        "/sapi/v1/userDataStream",
        security="USER_STREAM",
        flat="renew_margin_listen_key",
        retired=_MARGIN,
    )
    def renew_margin_listen_key(self, listenKey: str) -> JsonObject:
        """Once, kept a margin listen key alive for another hour: an empty object.

        Retired by the server on 2025-11-14: use a listenToken on the WebSocket API.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @delete(
        "/sapi/v1/userDataStream",
        security="USER_STREAM",
        flat="close_margin_listen_key",
        retired=_MARGIN,
    )
    def close_margin_listen_key(self, listenKey: str) -> JsonObject:
        """Once, closed the stream of a margin listen key: an empty object.

        Retired by the server on 2025-11-14: use a listenToken on the WebSocket API.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @post(
        "/sapi/v1/userDataStream/isolated",
        security="USER_STREAM",
        flat="new_isolated_margin_listen_key",
        retired=_MARGIN,
    )
    def new_isolated_margin_listen_key(self, symbol: str) -> JsonObject:
        """A key for a stream of an isolated margin account, once: ``{"listenKey"}``.

        Retired by the server on 2025-11-14: use a listenToken on the WebSocket API.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @put(
        "/sapi/v1/userDataStream/isolated",
        security="USER_STREAM",
        flat="renew_isolated_margin_listen_key",
        retired=_MARGIN,
    )
    def renew_isolated_margin_listen_key(self, listenKey: str, symbol: str) -> JsonObject:
        """Once, kept an isolated margin listen key alive: an empty object.

        Retired by the server on 2025-11-14: use a listenToken on the WebSocket API.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """

    @delete(
        "/sapi/v1/userDataStream/isolated",
        security="USER_STREAM",
        flat="close_isolated_margin_listen_key",
        retired=_MARGIN,
    )
    def close_isolated_margin_listen_key(self, listenKey: str, symbol: str) -> JsonObject:
        """Once, closed the stream of an isolated margin listen key: an empty object.

        Retired by the server on 2025-11-14: use a listenToken on the WebSocket API.

        https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
        """
