"""A key and what signs for it, for requests of the WebSocket API.

https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/request-security
"""

from __future__ import annotations

from typing import Any, NoReturn

from ..wire.encoding import TimeUnit, json_params, signing_payload
from ..wire.signing import KeyKind, Signer
from .clock import Clock
from .exceptions import ConfigError
from .limits import account_scope


class Credentials:
    """Stamps and signs parameters; its repr shows neither key nor secret."""

    def __init__(
        self,
        api_key: str | None,
        signer: Signer | None,
        clock: Clock,
        *,
        recv_window: float | None = None,
        time_unit: TimeUnit = "ms",
    ) -> None:
        self.clock = clock
        self._api_key = api_key
        self._signer = signer
        self._recv_window = recv_window
        self._time_unit: TimeUnit = time_unit

    def __repr__(self) -> str:
        return f"<Credentials {self.kind or 'without a key'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Credentials hold a secret and can't be pickled")

    @property
    def kind(self) -> KeyKind | None:
        """The kind of key that signs; None without one."""
        return self._signer.kind if self._signer else None

    @property
    def scope(self) -> str:
        """What separates the order counts of accounts."""
        return account_scope(self._api_key)

    def require(self, call: str, *, signs: bool) -> None:
        """Check that a call can be made.

        Raises:
            ConfigError: It needs a key or a secret that is not there.
        """
        if not self._api_key:
            raise ConfigError(f"{call} needs an API key: WebsocketAPI(api_key, api_secret)")
        if signs and self._signer is None:
            raise ConfigError(
                f"{call} is signed and needs a secret: WebsocketAPI(api_key, api_secret), or"
                " WebsocketAPI(api_key, private_key=…) for an RSA or Ed25519 key"
            )

    def stamped(self, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters with the server's time of now: enough where the session is logged on."""
        window = json_params({"recvWindow": self._recv_window})
        return {**window, **params, "timestamp": self.clock.timestamp(self._time_unit)}

    def signed(self, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters with key, time and signature."""
        if self._signer is None or not self._api_key:
            raise ConfigError("there is no key to sign with")
        sent = {**self.stamped(params), "apiKey": self._api_key}
        sent["signature"] = self._signer.sign(signing_payload(sent))
        return sent
