"""The account's events: typed, in order, subscribed again after every reconnect."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from binance_lab.connector.base import Api, Response
from binance_lab.connector.connection import Backoff, ConnectionOptions, State
from binance_lab.connector.endpoint import Endpoint, Params
from binance_lab.connector.exceptions import ConfigError, StreamError
from binance_lab.connector.user_data import RENEW_BEFORE_S, MarginUserData, UserData
from binance_lab.connector.ws_api import WebsocketAPI
from binance_lab.wire.user_events import BalanceUpdate, UserEvent

from .api_server import ApiServer, refusal
from .servers import Peer, wait_until

FAST = ConnectionOptions(backoff=Backoff(0.01), replace_every_s=0.0)


def balance(change: str) -> dict[str, Any]:
    return {"e": "balanceUpdate", "E": 1, "a": "BTC", "d": change, "T": 1}


def push(peer: Peer, change: str, subscription: int = 0) -> None:
    peer.send({"subscriptionId": subscription, "event": balance(change)})


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.changes: list[str] = []
        self.states: list[State] = []
        self.failing = False

    def __call__(self, event: UserEvent) -> None:
        assert isinstance(event, BalanceUpdate)
        self.changes.append(event.change)
        if self.failing:
            raise RuntimeError("in the callback")


@pytest.fixture
def server(api: ApiServer) -> ApiServer:
    for method in ("subscribe", "subscribe.signature", "subscribe.listenToken"):
        api.answers[f"userDataStream.{method}"] = {"subscriptionId": 0}
    return api


@pytest.fixture
def client(server: ApiServer) -> Iterator[WebsocketAPI]:
    with WebsocketAPI("key", "secret", base_url=server.server.url, options=FAST) as client:
        yield client


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def user_data(client: WebsocketAPI, listener: Listener) -> Iterator[UserData]:
    states = lambda event: listener.states.append(event.state)  # noqa: E731
    with UserData(client, listener, on_connection=states) as user_data:
        yield user_data


def test_events_come_typed_and_in_order(user_data, server, listener):
    """Each event of the subscription is handed over as its struct, in its order."""
    for change in ("1", "2", "3"):
        push(server.server.peer(), change)
    wait_until(lambda: len(listener.changes) == 3)
    assert listener.changes == ["1", "2", "3"]
    assert user_data.state == "subscribed"


def test_event_right_behind_the_agreement_is_not_lost(server, client, listener):
    """An event that comes in one read with the answer to the subscription is handed over."""

    def agree_and_push(peer: Peer, request: dict[str, Any]) -> None:
        peer.send({"id": request["id"], "status": 200, "result": {"subscriptionId": 7}})
        push(peer, "1", subscription=7)

    server.answers["userDataStream.subscribe.signature"] = agree_and_push
    with UserData(client, listener):
        wait_until(lambda: listener.changes == ["1"])


def test_subscription_is_renewed_after_a_loss(user_data, server, listener):
    """After a reconnect the events come again, and the listener heard of the loss."""
    server.server.peer().abort()
    wait_until(lambda: State.CLOSED in listener.states and listener.states[-1] is State.OPEN)
    push(server.server.peer(1), "1")
    wait_until(lambda: listener.changes == ["1"])
    assert server.methods().count("userDataStream.subscribe.signature") == 2


def test_session_that_is_logged_on_subscribes_without_signature(server, ed25519, listener):
    """Over a logged-on session the subscription carries neither key nor signature."""
    with WebsocketAPI("key", private_key=ed25519[0], base_url=server.server.url) as client:
        client.session_logon()
        with UserData(client, listener):
            assert server.asked[-1] == ("userDataStream.subscribe", {})


def test_termination_by_the_server_subscribes_again(user_data, server, listener):
    """eventStreamTerminated is followed by a new subscription."""
    user_data.on_event = None
    server.server.peer().send(
        {"subscriptionId": 0, "event": {"e": "eventStreamTerminated", "E": 1}}
    )
    wait_until(lambda: server.methods().count("userDataStream.subscribe.signature") == 2)


def test_overlap_of_two_connections_is_told_once(user_data, server, listener):
    """While one connection replaces the other, events that both bring are handed over once."""
    old = server.server.peer()
    old.send({"event": {"e": "serverShutdown", "E": 1}})
    new = server.server.peer(1)
    wait_until(lambda: server.methods().count("userDataStream.subscribe.signature") == 2)
    push(old, "1")
    push(new, "1")
    push(new, "2")
    wait_until(lambda: listener.changes[-1:] == ["2"])
    assert listener.changes == ["1", "2"]
    assert old.gone.wait(30)


def test_callback_that_fails_ends_nothing(user_data, server, listener):
    """What the callback raises is counted and kept, and the next event comes."""
    listener.failing = True
    push(server.server.peer(), "1")
    push(server.server.peer(), "2")
    wait_until(lambda: user_data.failures == 2)
    assert listener.changes == ["1", "2"]
    assert str(user_data.error) == "in the callback"


def test_close_unsubscribes_and_ends_the_thread(client, server, listener):
    """close ends the subscription at the server, and its thread here."""
    user_data = UserData(client, listener)
    user_data.start()
    user_data.close()
    wait_until(lambda: server.methods()[-1] == "userDataStream.unsubscribe")
    assert user_data.state == "closed"
    assert not any("user-data" in thread.name for thread in threading.enumerate())


def test_refused_subscription_is_named(client, server, listener):
    """A refusal at the start raises, and says what the server said."""
    server.answers["userDataStream.subscribe.signature"] = refusal(400, -2015, "Invalid API-key")
    user_data = UserData(client, listener)
    with pytest.raises(StreamError, match="-2015 Invalid API-key"):
        user_data.start()
    user_data.close()


def test_user_data_without_a_key_says_what_is_missing(server, listener):
    """Without a key, start raises ConfigError."""
    with WebsocketAPI(base_url=server.server.url) as client:
        user_data = UserData(client, listener)
        with pytest.raises(ConfigError, match="API key"):
            user_data.start()
        user_data.close()


class Tokens(Api):
    """Answers the call for listen tokens; each is good for ten minutes."""

    def __init__(self) -> None:
        self.asked: list[Params] = []

    def _request(self, endpoint: Endpoint, params: Params) -> Response:
        self.asked.append(params)
        expires_ms = (time.time() + RENEW_BEFORE_S) * 1000
        return Response({"token": f"token-{len(self.asked)}", "expirationTime": expires_ms}, 200)


def test_listen_token_is_renewed_before_it_expires(client, server, listener):
    """A margin subscription asks for the next token in time, and prolongs itself with it."""
    tokens = Tokens()
    with MarginUserData(client, tokens, listener, symbol="BTCUSDT"):
        wait_until(lambda: "token-2" in str(server.asked), "the second token")
        push(server.server.peer(), "1")
        wait_until(lambda: listener.changes == ["1"])
    assert tokens.asked[0] == {"symbol": "BTCUSDT", "isIsolated": True}
    assert "signature" not in str(server.asked)
