"""The pool of market streams: few connections, many sinks, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from binance_lab.connector.connection import Backoff, ConnectionEvent, ConnectionOptions, State
from binance_lab.connector.exceptions import StreamError
from binance_lab.connector.stream_pool import StreamPool

from .servers import Server, agree, serving, wait_until

FAST = ConnectionOptions(backoff=Backoff(0.01), replace_every_s=0.0)
TRADE = "btcusdt@trade"


class Collector:
    """A sink that keeps all it gets."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.events: list[ConnectionEvent] = []

    def receive(self, payload: bytes, received_ns: int) -> None:
        self.payloads.append(payload)

    def connection_changed(self, event: ConnectionEvent) -> None:
        self.events.append(event)

    def saw(self, state: State) -> int:
        return sum(event.state is state for event in self.events)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(on_message=agree) as server:
        yield server


@pytest.fixture
def pool(server: Server) -> Iterator[StreamPool]:
    with StreamPool(server.url, options=FAST, overlap_s=0.05) as pool:
        yield pool


def subscribed(pool: StreamPool, *streams: str) -> Collector:
    """A sink of these streams, once the server has agreed to send them."""
    sink = Collector()
    for stream in streams:
        pool.subscribe(stream, sink)
    agreed = lambda: {name for event in sink.events for name in event.streams}  # noqa: E731
    wait_until(lambda: agreed() == set(streams))
    return sink


def test_sink_gets_the_whole_message_of_its_stream(pool: StreamPool, server: Server):
    """A message goes to the sinks of its stream as the bytes that came."""
    sink, other = subscribed(pool, TRADE), subscribed(pool, "ethusdt@trade")
    server.peer().send({"stream": TRADE, "data": {"t": 1}})
    server.peer().send({"stream": "ethusdt@trade", "data": {"t": 2}})
    wait_until(lambda: other.payloads)
    assert sink.payloads == [b'{"stream":"btcusdt@trade","data":{"t":1}}']
    assert other.payloads == [b'{"stream":"ethusdt@trade","data":{"t":2}}']


def test_same_stream_twice_is_one_subscription(pool: StreamPool, server: Server):
    """Two sinks of one stream cost one SUBSCRIBE, and both get every message."""
    first, second = subscribed(pool, TRADE), Collector()
    pool.subscribe(TRADE, second)
    assert second.saw(State.SUBSCRIBED) == 1
    server.peer().send({"stream": TRADE, "data": {}})
    wait_until(lambda: first.payloads and second.payloads)
    assert server.peer().received.qsize() == 1


def test_everything_is_subscribed_again_after_a_loss(pool: StreamPool, server: Server):
    """After a reconnect the server is asked for all streams, and sinks hear of both ends."""
    sink = subscribed(pool, TRADE, "btcusdt@depth")
    server.peer().abort()
    asked = server.peer(1).next_message()
    assert asked["method"] == "SUBSCRIBE"
    assert sorted(asked["params"]) == ["btcusdt@depth", "btcusdt@trade"]
    wait_until(lambda: sink.events[-1].state is State.OPEN)
    assert sink.saw(State.CLOSED) == 1


def test_closed_pool_takes_no_stream(pool: StreamPool):
    """After close a subscription raises."""
    pool.close()
    with pytest.raises(StreamError, match="closed"):
        pool.subscribe(TRADE, Collector())
