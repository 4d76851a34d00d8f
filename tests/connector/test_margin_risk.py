"""The margin risk stream: a listen key that is kept alive, and its events."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from binance_lab.connector.base import Api, Response
from binance_lab.connector.connection import Backoff, ConnectionOptions
from binance_lab.connector.endpoint import Endpoint, Params
from binance_lab.connector.exceptions import ConfigError, ConnectionFailed
from binance_lab.connector.margin_risk import MarginRiskData
from binance_lab.wire.user_events import ListenKeyExpired, MarginLevelChange, UserEvent

from .servers import Server, serving, wait_until

FAST = ConnectionOptions(backoff=Backoff(0.01, 0.05), replace_every_s=0.0)
CALL = {"e": "MARGIN_LEVEL_STATUS_CHANGE", "E": 1, "l": "1.1", "s": "MARGIN_CALL"}


class Keys(Api):
    """Answers the calls for listen keys."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Params]] = []
        self.refuse = 0

    def _request(self, endpoint: Endpoint, params: Params) -> Response:
        self.asked.append((endpoint.method, params))
        if self.refuse:
            self.refuse -= 1
            raise ConnectionFailed("no answer")
        return Response({"listenKey": f"key{len(self.asked)}"}, 200)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def keys() -> Keys:
    return Keys()


def open_stream(server: Server, keys: Keys, events: list[UserEvent], **settings: Any) -> Any:
    return MarginRiskData(keys, events.append, base_url=server.url, options=FAST, **settings)


def test_events_of_the_listen_key_come_typed(server: Server, keys: Keys):
    """The stream connects with a key that it asked for, and hands over typed events."""
    events: list[UserEvent] = []
    with open_stream(server, keys, events):
        assert server.peer().path == "/ws/key1"
        server.peer().send(CALL)
        wait_until(lambda: events)
    assert events == [MarginLevelChange(event_time=1, level="1.1", status="MARGIN_CALL")]


def test_listen_key_is_kept_alive(server: Server, keys: Keys):
    """The key is renewed again and again while the connection stands."""
    with open_stream(server, keys, [], renew_every_s=0.05):
        wait_until(lambda: keys.asked.count(("PUT", {"listenKey": "key1"})) >= 2)
    assert len(server.peers) == 1


def test_lost_connection_gets_a_new_key(server: Server, keys: Keys):
    """After a loss the next connection is made with a key of its own, once there is one."""
    with open_stream(server, keys, []):
        server.peer()
        keys.refuse = 2
        server.peer().abort()
        assert server.peer(1).path == "/ws/key4"


def test_expired_key_is_replaced(server: Server, keys: Keys):
    """listenKeyExpired is handed over, and a connection with a new key takes over."""
    events: list[UserEvent] = []
    with open_stream(server, keys, events):
        server.peer().send({"e": "listenKeyExpired", "E": 2, "listenKey": "key1"})
        assert server.peer(1).path == "/ws/key2"
        assert server.peer(0).gone.wait(30)
        server.peer(1).send(CALL)
        wait_until(lambda: len(events) == 2)
    assert events[0] == ListenKeyExpired(event_time=2)


def test_key_is_in_no_repr_and_no_log(server: Server, keys: Keys, caplog: Any):
    """Neither the object, its status nor the log shows the listen key."""
    caplog.set_level(0)
    with open_stream(server, keys, []) as stream:
        server.peer().abort()
        server.peer(1)
        assert "key1" not in f"{stream!r} {stream.status()} {caplog.text}"


def test_stream_that_nobody_has_closes_its_connection(server: Server, keys: Keys):
    """Garbage collection ends the connection."""
    stream = open_stream(server, keys, [])
    stream.start()
    server.peer()
    gone = weakref.ref(stream)
    del stream
    gc.collect()
    assert gone() is None
    assert server.peer().gone.wait(30)


def test_wrong_address_is_refused(keys: Keys):
    """An address that is no WebSocket's raises ConfigError."""
    with pytest.raises(ConfigError):
        MarginRiskData(keys, print, base_url="https://example.com")
