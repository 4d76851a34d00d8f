"""What this process knows of each host: its budget and its clock, shared by all clients."""

from __future__ import annotations

import ipaddress
import threading
from urllib.parse import urlsplit

from .clock import Clock
from .exceptions import ConfigError
from .limits import Limits

# Hosts that count against one IP budget: the mirrors of an environment and its WebSocket API.
_FAMILIES = {
    "api.binance.com": "production",
    "api-gcp.binance.com": "production",
    "api1.binance.com": "production",
    "api2.binance.com": "production",
    "api3.binance.com": "production",
    "api4.binance.com": "production",
    "ws-api.binance.com": "production",
    "testnet.binance.vision": "testnet",
    "api1.testnet.binance.vision": "testnet",
    "ws-api.testnet.binance.vision": "testnet",
}
_hosts: dict[str, Host] = {}
_lock = threading.Lock()  # guards _hosts


class Host:
    """The budget and the clock of one host, or of hosts that share them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.clock = Clock()
        self.limits = Limits(now=self.clock.now_s)

    def __repr__(self) -> str:
        return f"<Host {self.name}: {self.limits!r}, {self.clock!r}>"


def host_of(url: str) -> Host:
    """The one Host of this process for an address, http or ws alike.

    Raises:
        ConfigError: The address has no scheme or no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
        raise ConfigError(
            f"{_shown(url)} is not an address; it starts with https:// (or http://, wss://, ws://)"
            " and a host, such as https://api.binance.com"
        )
    name = _FAMILIES.get(parts.hostname, parts.netloc.rpartition("@")[2])
    with _lock:
        if name not in _hosts:
            _hosts[name] = Host(name)
        return _hosts[name]


def is_loopback(url: str) -> bool:
    """Whether it is this computer, which no proxy of the environment can reach."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_user(url: str) -> str:
    """An address for a message or a repr: the user and password that it may have are left out."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _shown(url: str) -> str:
    """An address for a message: a user and password in it are left out."""
    return repr(url.rpartition("@")[2][:100])
