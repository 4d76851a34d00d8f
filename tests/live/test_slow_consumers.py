"""While a consumer sleeps the socket is read on, and memory stays flat, whatever the policy."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from connector.servers import Server, agree, frame, serving, wait_until

from binance_lab.connector.stream_pool import StreamPool
from binance_lab.live import Tape
from binance_lab.live.runtime import Threads

from .doubles import trade

BURST = 20_000  # messages, 3 MB: more than sockets hold, so a reader that waits is noticed
SIZE = 100


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(on_message=agree) as started:
        yield started


@pytest.fixture
def tape_of(server: Server) -> Iterator[Callable[[int], Tape]]:
    """Makes a tape over a real socket, with an inbox of a size."""
    runtime = Threads()
    with StreamPool(server.url) as pool:

        def made(inbox_size: int) -> Tape:
            tape = Tape("BTCUSDT", runtime=runtime, max_rows=1_000, inbox_size=inbox_size)
            pool.subscribe("btcusdt@trade", tape)
            assert tape.wait_live(timeout=30)
            return tape

        yield made
        runtime.close()


def send(server: Server, tape: Tape, burst: int) -> None:
    """Send a burst of trades and wait until the client has read it."""
    first = burst * BURST + 1
    server.peer().raw(b"".join(frame(trade(number)) for number in range(first, first + BURST)))
    wait_until(lambda: tape.received == first + BURST - 1, "the whole burst")


def held() -> int:
    """How many blocks of memory Python holds."""
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.parametrize("policy", ["drop_oldest", "latest"])
def test_a_sleeping_consumer_costs_its_own_events_only(server, tape_of, policy):
    """The tape has every trade; the consumer drops what it is too slow for, and counts it."""
    tape, awake = tape_of(100_000), threading.Event()
    consumer = tape.follow(lambda each: awake.wait(60), policy=policy, size=SIZE)
    sizes = []
    for burst in range(3):
        send(server, tape, burst)
        assert tape.drain(timeout=20)
        sizes.append(held())
    assert max(sizes[1:]) < sizes[0] + 10_000
    assert tape.count == 3 * BURST
    assert (tape.complete, tape.dropped) == (True, 0)
    awake.set()
    kept = 3 * BURST - consumer.dropped
    assert kept <= SIZE + 1
    assert consumer.wait(kept, timeout=30)


def test_a_sleeping_consumer_that_blocks_fills_the_inbox_and_no_more(server, tape_of):
    """The tape waits for it while the socket is read on; what the inbox can't hold is a gap."""
    tape, awake = tape_of(2_000), threading.Event()
    consumer = tape.follow(lambda each: awake.wait(60), policy="block", size=SIZE)
    sizes = []
    for burst in range(3):
        send(server, tape, burst)
        sizes.append(held())
    assert max(sizes[1:]) < sizes[0] + 10_000
    assert tape.count <= 2 * SIZE
    awake.set()
    assert tape.drain(timeout=20)
    assert consumer.wait(tape.version, timeout=20)
    assert consumer.dropped == 0
    assert tape.dropped > 2 * BURST
    assert tape.count + tape.gaps["missing"].sum() == 3 * BURST
    assert tape.count + tape.dropped == 3 * BURST
