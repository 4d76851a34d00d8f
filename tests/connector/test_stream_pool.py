"""The pool of market streams: few connections, many sinks, nothing lost."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from binance_lab.connector.connection import Backoff, ConnectionEvent, ConnectionOptions, State
from binance_lab.connector.exceptions import StreamError
from binance_lab.connector.stream_connection import StreamConnection
from binance_lab.connector.stream_pool import StreamPool

from .servers import Peer, Server, agree, frame, serving, wait_until

FAST = ConnectionOptions(backoff=Backoff(0.01), replace_every_s=0.0)
TRADE = "btcusdt@trade"


class Collector:
    """A sink that keeps all it gets."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.events: list[ConnectionEvent] = []

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        self.payloads += messages

    def connection_changed(self, event: ConnectionEvent) -> None:
        self.events.append(event)

    def saw(self, state: State) -> int:
        return sum(event.state is state for event in self.events)


def published(stream: str) -> bytes:
    return f'{{"stream":"{stream}","data":{{"e":"trade","t":1}}}}'.encode()


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
    wait_until(lambda: {name for event in sink.events for name in event.streams} == {*streams})
    return sink


def states_after_loss(sink: Collector) -> list[State]:
    states = [event.state for event in sink.events]
    return states[states.index(State.CLOSED) :] if State.CLOSED in states else []


def trade(number: int) -> dict[str, Any]:
    return {"stream": TRADE, "data": {"t": number}}


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
    wait_until(lambda: server.peer(1) and State.OPEN in states_after_loss(sink))
    assert sink.saw(State.CLOSED) == 1


def test_closed_pool_takes_no_stream(pool: StreamPool):
    """After close a subscription raises."""
    pool.close()
    with pytest.raises(StreamError, match="closed"):
        pool.subscribe(TRADE, Collector())


def test_streams_beyond_a_connection_s_limit_open_another(server: Server):
    """No connection carries more streams than the limit; the next ones go to a new one."""
    with StreamPool(server.url, options=FAST, streams_per_connection=2) as pool:
        subscribed(pool, "a@trade", "b@trade", "c@trade")
        assert [row["streams"] for row in pool.status()] == [2, 1]
    assert len(server.peers) == 2


def test_many_streams_are_subscribed_in_few_messages(pool: StreamPool, server: Server):
    """A thousand streams cost a handful of control messages, at most four a second."""
    sink = Collector()
    for number in range(700):
        pool.subscribe(f"s{number}@trade", sink)
    wait_until(lambda: len({name for event in sink.events for name in event.streams}) == 700)
    assert server.peer().received.qsize() <= 6


def test_last_sink_unsubscribes_the_stream(pool: StreamPool, server: Server):
    """A stream is unsubscribed when its last sink leaves, and its late messages go nowhere."""
    first, second = subscribed(pool, TRADE), Collector()
    pool.subscribe(TRADE, second)
    server.peer().next_message()
    pool.unsubscribe(TRADE, first)
    server.peer().send(trade(1))
    wait_until(lambda: second.payloads)
    pool.unsubscribe(TRADE, second)
    assert server.peer().next_message()["method"] == "UNSUBSCRIBE"
    server.peer().send(trade(2))
    other = subscribed(pool, "other@trade")
    assert (len(first.payloads), len(second.payloads), other.payloads) == (0, 1, [])


def test_messages_of_one_stream_come_together_and_all_in_order(pool: StreamPool, server: Server):
    """A sink gets what follows in a row of one stream at once; between streams the order stays."""
    lists: list[list[bytes]] = []

    class Keeping(Collector):
        def receive(self, messages: list[bytes], received_ns: int) -> None:
            super().receive(messages, received_ns)
            lists.append(messages)

    sink = Keeping()
    for name in (TRADE, "btcusdt@trade2"):
        pool.subscribe(name, sink)
    wait_until(lambda: sum(len(event.streams) for event in sink.events) == 2)
    one, two, late = (published(name) for name in (TRADE, "btcusdt@trade2", "gone@trade"))
    sent = [one, one, two, late, b"{}", two, two, one]
    server.peer().raw(b"".join(map(frame, sent)))  # as much as one read takes
    wait_until(lambda: len(sink.payloads) == 6)
    assert lists == [[one, one], [two], [two, two], [one]]


def test_sink_that_fails_ends_nothing(pool: StreamPool, server: Server):
    """What one sink raises is counted; the other sinks and later messages are not touched."""

    class Failing(Collector):
        def receive(self, messages: list[bytes], received_ns: int) -> None:
            raise RuntimeError("in the sink")

    pool.subscribe(TRADE, Failing())
    sink = subscribed(pool, TRADE)
    server.peer().send(trade(1))
    wait_until(lambda: len(sink.payloads) == 1)
    server.peer().send(trade(2))
    wait_until(lambda: len(sink.payloads) == 2)
    assert pool.status()[0]["failures"] == 2


def test_replacement_loses_and_repeats_nothing(pool: StreamPool, server: Server):
    """While one connection replaces another, sinks get every message once and in order."""
    sink = subscribed(pool, TRADE)
    old = server.peer()
    old.send(trade(1))
    pool.replace("because")
    new = server.peer(1)
    new.next_message()
    old.send(trade(2))
    new.send(trade(2))
    new.send(trade(3))
    old.send(trade(3))
    new.send(trade(4))
    assert old.gone.wait(30)
    new.send(trade(5))
    wait_until(lambda: len(sink.payloads) >= 5)
    assert [msgspec.json.decode(p)["data"]["t"] for p in sink.payloads] == [1, 2, 3, 4, 5]
    wait_until(lambda: sink.events[-1].state is State.OPEN)
    states = [event.state for event in sink.events if event.state is not State.SUBSCRIBED]
    assert states[-3:] == [State.REPLACING, State.REPLACED, State.OPEN]
    assert State.CLOSED not in states


def test_old_connection_that_dies_while_it_is_replaced(server: Server):
    """If the old connection ends in the overlap, the new one goes on at once."""
    with StreamPool(server.url, options=FAST, overlap_s=60.0) as pool:
        sink = subscribed(pool, TRADE)
        pool.replace()
        new = server.peer(1)
        wait_until(lambda: sink.saw(State.SUBSCRIBED) == 2)
        new.send(trade(1))
        server.peer().abort()
        wait_until(lambda: sink.payloads)
        assert len(server.peers) == 2


def test_server_that_does_not_agree_is_left(server: Server):
    """A connection whose SUBSCRIBE is not answered is closed, and another one tried."""
    carrier = StreamConnection(
        f"{server.url}/stream",
        deliver=lambda messages, received_ns: None,
        changed=lambda event: None,
        options=FAST,
        answer_timeout_s=0.1,
    )
    server.on_message = None
    carrier.add([TRADE])
    carrier.connection.start()
    try:
        server.peer(1)
        assert server.peer(0).gone.wait(30)
    finally:
        carrier.stop()


def test_refused_stream_is_told_to_its_sinks_alone():
    """A name that the server refuses is told to who asked for it."""

    def answer(peer: Peer, message: dict[str, Any]) -> None:
        if "bad" in message.get("params", ()):
            peer.send({"error": {"code": 2, "msg": "Invalid request"}, "id": message["id"]})
        else:
            agree(peer, message)

    with serving(on_message=answer) as server, StreamPool(server.url, options=FAST) as pool:
        sink, bad = subscribed(pool, TRADE), Collector()
        pool.subscribe("bad", bad)
        wait_until(lambda: bad.saw(State.REFUSED))
        assert not sink.saw(State.REFUSED)


def test_refused_stream_is_asked_for_anew():
    """Whoever wants it later has the server asked, and hears what it says then."""
    refusals = [{"code": 2, "msg": "Invalid request"}]

    def answer(peer: Peer, message: dict[str, Any]) -> None:
        if refusals:
            peer.send({"error": refusals.pop(), "id": message["id"]})
        else:
            agree(peer, message)

    with serving(on_message=answer) as server, StreamPool(server.url, options=FAST) as pool:
        first, second = Collector(), Collector()
        pool.subscribe(TRADE, first)
        wait_until(lambda: first.saw(State.REFUSED))
        pool.subscribe(TRADE, second)
        wait_until(lambda: second.saw(State.SUBSCRIBED))
        assert not second.saw(State.REFUSED)


def test_pool_that_nobody_has_ends_its_threads(server: Server):
    """Garbage collection of a pool closes its connections."""
    pool = StreamPool(server.url, options=FAST)
    subscribed(pool, TRADE)
    gone = weakref.ref(pool)
    del pool
    gc.collect()
    assert gone() is None
    assert server.peer().gone.wait(30)


def test_stream_of_a_connection_that_was_given_up_is_refused(server: Server):
    """After the last attempt a stream of that connection can't be subscribed; a new one can."""
    server.refuse_with = [b""]
    options = ConnectionOptions(max_attempts=1)
    with StreamPool(server.url, options=options) as pool:
        sink = Collector()
        pool.subscribe(TRADE, sink)
        wait_until(lambda: sink.saw(State.STOPPED))
        with pytest.raises(StreamError, match="given up"):
            pool.subscribe(TRADE, Collector())
        subscribed(pool, "other@trade")


def test_events_of_all_connections_are_kept(pool: StreamPool):
    """The pool keeps the latest changes of state, for who looks later."""
    subscribed(pool, TRADE)
    wait_until(lambda: State.OPEN in [event.state for event in pool.events])
    assert pool.events[0].state is State.CONNECTING
    assert "1 stream," in repr(pool)
