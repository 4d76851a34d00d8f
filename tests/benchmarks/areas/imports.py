"""What importing costs: CPU, and the memory that a process has afterwards."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable

from contest import Area, Contestant, Goal, Sample, Setup, Work, peak_bytes

ALONE, CLIENT, MEMORY = "the package alone", "with its REST client", "memory, with its REST client"


def importing(client: Callable[[], object], package: str) -> Callable[[Setup], dict[str, Sample]]:
    """A contestant that imports its package, then its client, for the first time."""

    def run(setup: Setup) -> dict[str, Sample]:
        before = peak_bytes()
        cpu, wall = time.process_time(), time.perf_counter()
        importlib.import_module(package)
        alone = (time.process_time() - cpu, time.perf_counter() - wall)
        client()
        both = (time.process_time() - cpu, time.perf_counter() - wall)
        grown = float(peak_bytes() - before)
        return {ALONE: alone, CLIENT: both, MEMORY: (grown, grown)}

    return run


def ours() -> object:
    """The connector's client."""
    from binance_lab import Spot

    return Spot


def python_binance() -> object:
    """Its client."""
    from binance import Client

    return Client


def connector() -> object:
    """The deprecated official connector's client."""
    from binance.spot import Spot

    return Spot


def sdk() -> object:
    """The official SDK's client."""
    from binance_sdk_spot.spot import Spot

    return Spot


def ccxt() -> object:
    """Its exchange."""
    from ccxt import binance

    return binance


def unicorn() -> object:
    """Its manager of streams; it is no REST client."""
    from unicorn_binance_websocket_api import BinanceWebSocketApiManager

    return BinanceWebSocketApiManager


def requests() -> object:
    """What ours is built on."""
    import requests

    return requests.Session


AREA = Area(
    name="imports",
    about="the first import, in a process of its own",
    works=(
        Work(ALONE, "ms CPU", scale=1e3, goals=(Goal(30, "units"),)),
        Work(CLIENT, "ms CPU", scale=1e3, goals=(Goal(1.2, "floor"),)),
        Work(MEMORY, "MB", scale=1e-6),
    ),
    contestants=(
        Contestant("binance_lab", "ours", importing(ours, "binance_lab")),
        Contestant("python-binance", "peer", importing(python_binance, "binance"), "bench"),
        Contestant("binance-connector", "peer", importing(connector, "binance"), "connector"),
        Contestant("binance-sdk-spot", "peer", importing(sdk, "binance_sdk_spot"), "bench"),
        Contestant("ccxt", "peer", importing(ccxt, "ccxt"), "bench"),
        Contestant("unicorn", "peer", importing(unicorn, "unicorn_binance_websocket_api"), "bench"),
        Contestant("requests", "floor", importing(requests, "requests")),
    ),
    rounds=7,
)
