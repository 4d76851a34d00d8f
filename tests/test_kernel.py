"""In a kernel: a cell that runs again replaces its streams, and the end of the kernel ends them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

from binance_lab import Exchange

TIMEOUT_S = 30
CELL = """
from binance_lab import Lab, WebsocketStream
lab = Lab(url={rest!r})
tape = lab.live.trades("BTCUSDT")
assert tape.wait(3, timeout=20)
stream = WebsocketStream({ws!r}, on_message=lambda message: None)
stream.trade("ethusdt")
"""
COMPUTE = """
import time
before, end = tape.count, time.monotonic() + 3
while time.monotonic() < end:
    sum(range(10_000))
assert tape.wait(1, timeout=20)
assert tape.count > before
assert tape.complete and tape.dropped == 0, tape.gaps
"""
NO_THREADS = """
import threading
names = [thread.name for thread in threading.enumerate()]
assert not [name for name in names if name.startswith("binance_lab")], names
"""


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with Exchange(seed=5) as started:
        yield started


@pytest.fixture
def kernel() -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager, client = start_new_kernel(startup_timeout=TIMEOUT_S)
    yield manager, client
    client.stop_channels()
    if manager.is_alive():
        manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, code: str) -> None:
    """Run a cell; an exception in it is one here."""
    reply = client.execute_interactive(code, timeout=TIMEOUT_S, output_hook=lambda message: None)
    content = reply["content"]
    assert content["status"] == "ok", "\n".join(content.get("traceback", []))


def sockets(exchange: Exchange) -> int:
    """How many clients of streams the exchange has."""
    return len(exchange.control("GET", "")["connections"]["streams"])


def eventually(condition: Callable[[], bool]) -> bool:
    end, pause = time.monotonic() + TIMEOUT_S, threading.Event()
    while not condition() and time.monotonic() < end:
        pause.wait(0.05)
    return condition()


def test_a_cell_that_runs_again_replaces_its_streams(exchange, kernel):
    """What a name held before goes with its threads and sockets; nothing is doubled."""
    _, client = kernel
    cell = CELL.format(rest=exchange.rest, ws=exchange.ws.removesuffix("/ws"))
    for _ in range(3):
        run(client, cell)
        assert eventually(lambda: sockets(exchange) == 2)
    run(client, "lab.close(); stream.close()")
    assert eventually(lambda: sockets(exchange) == 0)
    run(client, NO_THREADS)


def test_a_cell_that_computes_loses_nothing(exchange, kernel):
    """While the kernel is busy with pure Python, streams are read and applied."""
    _, client = kernel
    run(client, CELL.format(rest=exchange.rest, ws=exchange.ws.removesuffix("/ws")))
    run(client, COMPUTE)


@pytest.mark.parametrize("now", [False, True])
def test_the_end_of_the_kernel_leaves_no_socket(exchange, kernel, now):
    """Shut down or killed: the exchange has no client any more."""
    manager, client = kernel
    run(client, CELL.format(rest=exchange.rest, ws=exchange.ws.removesuffix("/ws")))
    assert eventually(lambda: sockets(exchange) == 2)
    manager.shutdown_kernel(now=now)
    assert eventually(lambda: sockets(exchange) == 0)
