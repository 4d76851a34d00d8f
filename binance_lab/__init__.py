"""Explore, chart and trade Binance Spot from a notebook.

    Lab               the one object a notebook starts from: help(Lab) is the first page
    Spot              the REST client, every /api and /sapi call
    WebsocketStream   the market's streams
    WebsocketAPI      the /api calls over a WebSocket
    Exchange          the embedded exchange: Binance Spot's protocol on this machine

They are loaded on first use, so that ``import binance_lab`` costs nothing. Below them, each for its
own subject: `binance_lab.frames` (JSON to DataFrames), `.history` (on disk), `.live` (kept current
by streams), `.trading` (orders), `.widgets` (views), and `binance_lab.connector.exceptions`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .connector.spot import Spot as Spot
    from .connector.streams import WebsocketStream as WebsocketStream
    from .connector.ws_api import WebsocketAPI as WebsocketAPI
    from .exchange.process import Exchange as Exchange
    from .lab import Lab as Lab

_HOMES = {
    "Lab": "lab",
    "Spot": "connector.spot",
    "WebsocketStream": "connector.streams",
    "WebsocketAPI": "connector.ws_api",
    "Exchange": "exchange.process",
}
__all__ = ["Lab", "Spot", "WebsocketStream", "WebsocketAPI", "Exchange", "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
