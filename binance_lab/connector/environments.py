"""The three environments and their hosts: the embedded exchange, the testnet, production.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-api-information
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from .exceptions import ConfigError

Name = Literal["local", "testnet", "live"]


@dataclass(frozen=True, slots=True)
class Environment:
    """Where requests go.

    ``rest`` has several hosts where reads may fail over to the next one.
    """

    name: Name
    rest: tuple[str, ...]
    ws: str
    ws_api: str


TESTNET = Environment(
    "testnet",
    ("https://testnet.binance.vision", "https://api1.testnet.binance.vision"),
    "wss://stream.testnet.binance.vision",
    "wss://ws-api.testnet.binance.vision/ws-api/v3",
)
LIVE = Environment(
    "live",
    (
        "https://api.binance.com",
        "https://api-gcp.binance.com",
        "https://api1.binance.com",
        "https://api2.binance.com",
        "https://api3.binance.com",
        "https://api4.binance.com",
    ),
    "wss://stream.binance.com:9443",
    "wss://ws-api.binance.com:443/ws-api/v3",
)
LIVE_MARKET_DATA = Environment(
    "live",
    ("https://data-api.binance.vision",),
    "wss://data-stream.binance.vision",
    "wss://ws-api.binance.com:443/ws-api/v3",
)

_BINANCE = ("binance.com", "binance.vision", "binance.us")


def local(url: str) -> Environment:
    """The environment of an exchange that serves all its doors at one URL.

    Raises:
        ConfigError: The URL is not http(s)://host[:port], or it is Binance's own.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        host = parts.netloc.rpartition("@")[2]
        raise ConfigError(f"The address of {host} is given without a user's name or password.")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigError(f'"{url}" is not a base URL; it should look like http://127.0.0.1:8000')
    if (name := name_of(url)) != "local":
        raise ConfigError(
            f'"{url}" is no exchange of your own, it is Binance\'s {name}: use Lab("{name}").'
        )
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    rest = f"{parts.scheme}://{parts.netloc}"
    return Environment("local", (rest,), socket, f"{socket}/ws-api/v3")


def name_of(url: str) -> Name:
    """The environment that an address belongs to: any of Binance's own is ``live`` or ``testnet``."""
    host = urlsplit(url).hostname or ""
    if _is_below(host, ("testnet.binance.vision",)):
        return "testnet"
    return "live" if _is_below(host, _BINANCE) else "local"


def _is_below(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def named(name: str, *, keys: bool) -> Environment:
    """The environment of a name; ``live`` without keys is the market-data-only host.

    Raises:
        ConfigError: No environment has that name.
    """
    if name == "testnet":
        return TESTNET
    if name == "live":
        return LIVE if keys else LIVE_MARKET_DATA
    raise ConfigError(f'No environment is called "{name}". There are: local, testnet, live.')
