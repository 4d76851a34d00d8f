"""Which request each method of an installed client asks for, as one line of JSON; nothing is sent.

    python tests/peers/calls.py python-binance
    PYTHONPATH=… python tests/peers/calls.py binance-connector     (its package has the same name)

Every public method is called with made-up arguments and a transport that notes what it was asked.
"""

from __future__ import annotations

import inspect
import json
import sys
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit


class Asked(Exception):
    """What a method asked for: a request's method and path, a WebSocket method or a stream."""


class NotingSession:
    """A requests.Session as far as the clients use it, that sends nothing."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    def close(self) -> None:
        """Nothing is open."""

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        def ask(url: str, *_: Any, **__: Any) -> None:
            raise Asked(f"{verb.upper()} {urlsplit(url).path}")

        return ask


def asked_by(client: Any) -> dict[str, str]:
    """What each public method of a client asks for, as far as made-up arguments get there."""
    names = [name for name in dir(type(client)) if not name.startswith("_")]
    found = {name: asked(getattr(client, name)) for name in names}
    return {name: what for name, what in found.items() if what}


def asked(method: Any) -> str | None:
    """What one method asks for; None if it asks nothing, or can't be called so."""
    if not inspect.isroutine(method):
        return None
    for value in ("1", 1, [{"a": "1"}]):
        needed = {
            parameter.name: value
            for parameter in inspect.signature(method).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        }
        try:
            method(**needed)
        except Asked as found:
            return str(found)
        except Exception:  # made-up arguments; the next may do
            continue
    return None


def python_binance() -> dict[str, str]:
    """python-binance's synchronous client, calls over its WebSocket API included."""
    from binance.client import Client

    def asks(method: str, *_: Any) -> None:
        raise Asked(method)

    client = Client("key", "secret", ping=False)
    client.session = NotingSession()
    client._ws_api_request_sync = client._ws_futures_api_request_sync = asks
    return asked_by(client)


def binance_connector() -> dict[str, str]:
    """The REST client of the deprecated official connector."""
    from binance.spot import Spot

    client = Spot("key", "secret", base_url="http://nowhere")
    client.session = NotingSession()
    return asked_by(client)


def binance_connector_sockets() -> dict[str, str]:
    """The WebSocket API client of the deprecated official connector."""
    from binance.websocket.spot.websocket_api import SpotWebsocketAPIClient

    def asks(message: dict[str, Any]) -> None:
        raise Asked(message["method"])

    client = object.__new__(SpotWebsocketAPIClient)
    client.api_key = client.api_secret = "key"
    client.send = asks
    return asked_by(client)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    collect = {
        "python-binance": python_binance,
        "binance-connector": binance_connector,
        "binance-connector-sockets": binance_connector_sockets,
    }
    print(json.dumps(collect[sys.argv[1]]()))
