"""The /api calls over a WebSocket: the same methods, matched answers, nothing sent twice."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import websocket

from binance_lab.connector.api_session import ApiSession
from binance_lab.connector.connection import Backoff, ConnectionOptions
from binance_lab.connector.exceptions import (
    ApiError,
    BadAnswer,
    BadInput,
    BadSymbol,
    Banned,
    ConfigError,
    ConnectionFailed,
    FilterFailure,
    OutcomeUnknown,
    StreamError,
    Timeout,
    TooManyRequests,
)
from binance_lab.connector.limits import Use
from binance_lab.connector.ws_api import WebsocketAPI
from binance_lab.wire.encoding import signing_payload
from binance_lab.wire.signing import verify

from .api_server import LIMITS, ApiServer, now_ms, refusal
from .servers import Peer, frame, wait_until

FAST = ConnectionOptions(backoff=Backoff(0.01), replace_every_s=0.0)
ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1"}


@pytest.fixture
def connect(api: ApiServer) -> Iterator[Callable[..., WebsocketAPI]]:
    clients: list[WebsocketAPI] = []

    def connect(*key: str, **options: Any) -> WebsocketAPI:
        settings = {"base_url": f"{api.server.url}/ws-api/v3", "options": FAST, **options}
        clients.append(WebsocketAPI(*key, **settings))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def test_call_is_sent_under_its_method_and_answered_with_the_result(api, connect):
    """A call sends the method's name and the parameters that are given, and returns the result."""
    api.answers["klines"] = {"status": 200, "result": [[1, "2"]]}
    assert connect().klines("BTCUSDT", "1h", limit=1) == [[1, "2"]]
    assert api.asked == [("klines", {"symbol": "BTCUSDT", "interval": "1h", "limit": 1})]


def test_signed_call_has_a_signature_of_its_sorted_raw_parameters(api, connect):
    """A signed call carries key, time and a signature over all parameters, sorted and unencoded."""
    connect("key", "secret").account(recvWindow=6000)
    params = dict(api.asked[-1][1])
    signature = params.pop("signature")
    assert set(params) == {"apiKey", "timestamp", "recvWindow"}
    assert verify("hmac", "secret", signing_payload(params), signature)


def test_answers_are_matched_by_id(api, connect):
    """Each thread gets its own answer, in whatever order they come."""
    held: list[tuple[Peer, dict[str, Any]]] = []

    def hold(peer: Peer, request: dict[str, Any]) -> None:
        held.append((peer, request))
        if len(held) == 8:
            for peer, kept in reversed(held):
                peer.send({"id": kept["id"], "status": 200, "result": kept["params"]})

    api.answers["avgPrice"] = hold
    client = connect()
    symbols = [f"S{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert [a["symbol"] for a in pool.map(client.avg_price, symbols)] == symbols


def test_raw_response_has_status_and_rate_limits(api, connect):
    """with_raw_response gives the status and what the server says was used."""
    client = connect()
    response = client.with_raw_response.ping()
    assert (response.status, response.rate_limits[0].used) == (200, 70)
    assert client.rate_limits[0].limiter == "REQUEST_WEIGHT"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400, -1121, "Invalid symbol."), BadSymbol),
        (refusal(400, -1013, "Filter failure: LOT_SIZE"), FilterFailure),
    ],
)
def test_refusal_is_the_exception_of_its_code(api, connect, answer, error):
    """A refusal raises what REST raises for it, and names the method that was asked."""
    api.answers["order.place"] = answer
    with pytest.raises(error, match=r"order\.place") as caught:
        connect("key", "secret").new_order(**ORDER)
    assert "secret" not in caught.value.request
    assert "key" not in caught.value.request


@pytest.mark.parametrize(("status", "error"), [(429, TooManyRequests), (418, Banned)])
def test_limit_that_is_broken_stops_every_call(api, connect, status, error):
    """After 429 or 418 nothing is sent until the time that the server gives."""
    until = now_ms() + 300_000
    api.answers["ping"] = refusal(status, -1003, "Too much", serverTime=now_ms(), retryAfter=until)
    client = connect(on_limit="raise")
    with pytest.raises(error) as caught:
        client.ping()
    assert 290 < caught.value.retry_after_s <= 300
    with pytest.raises(TooManyRequests):
        client.time()
    assert api.methods() == ["ping"]


def test_lost_answer_to_an_order_is_an_unknown_outcome(api, connect):
    """A connection that ends before an order's answer leaves OutcomeUnknown with its client id."""
    api.answers["order.place"] = lambda peer, request: peer.abort()
    with pytest.raises(OutcomeUnknown) as caught:
        connect("key", "secret").new_order(**ORDER)
    assert caught.value.client_order_id == api.asked[-1][1]["newClientOrderId"]
    assert api.methods().count("order.place") == 1


def test_each_call_that_was_lost_has_its_own_error(api, connect):
    """Calls that wait on one connection that ends each say what they had asked."""
    waiting = threading.Barrier(3)
    api.answers["avgPrice"] = lambda peer, request: None
    api.answers["depth"] = lambda peer, request: None
    client = connect(retries=0)

    def lost(call: Callable[..., Any]) -> ConnectionFailed:
        waiting.wait(30)
        with pytest.raises(ConnectionFailed) as caught:
            call("BTCUSDT")
        return caught.value

    with ThreadPoolExecutor(2) as pool:
        errors = [pool.submit(lost, client.avg_price), pool.submit(lost, client.depth)]
        waiting.wait(30)
        wait_until(lambda: {"avgPrice", "depth"} <= {*api.methods()})
        api.server.peer().abort()
        assert [error.result(10).request.split()[0] for error in errors] == ["avgPrice", "depth"]


def test_connecting_is_booked_before(api, connect, monkeypatch):
    """A connection costs weight 2, which is booked before it besides that of the call."""
    client = connect()
    booked, acquire = [], client.limits.acquire

    def noting(uses, **options):
        booked.append((options["asked"], uses[0], len(api.server.peers)))
        return acquire(uses, **options)

    monkeypatch.setattr(client.limits, "acquire", noting)
    client.ping()
    weight = "REQUEST_WEIGHT"
    assert booked == [("ping", Use(weight, 1), 0), ("connecting", Use(weight, 2), 0)]


def test_setting_a_connection_up_is_booked(api, connect, ed25519, monkeypatch):
    """After a reconnect, logging on again counts, and so does asking for the server's time."""
    client = connect("key", private_key=ed25519[0])
    booked: list[tuple[str, int]] = []
    acquire = client.limits.acquire

    def noting(uses: Any, *, asked: str, wait: bool = True) -> Any:
        booked.append((asked, next(iter(uses)).amount))
        return acquire(uses, asked=asked, wait=wait)

    monkeypatch.setattr(client.limits, "acquire", noting)
    client.session_logon()
    assert booked == [("session.logon", 2), ("connecting", 2), ("time", 1)]
    booked.clear()
    api.server.peers[0].abort()
    wait_until(lambda: api.methods().count("session.logon") == 2)
    assert booked == [("connecting", 2), ("setting up", 3)]


def test_nothing_connects_during_a_ban(api, connect):
    """A host that has banned this IP isn't even dialed until the ban ends."""
    client = connect()
    client.limits.block(60, banned=True)
    dialed = len(api.server.peers)
    with pytest.raises(Banned):
        client.ping()
    client.session.connection.start()
    wait_until(lambda: client.session.connection.attempts > 1)
    assert len(api.server.peers) == dialed
    assert isinstance(client.session.connection.error, StreamError)


def test_limits_are_learned_from_the_server(api, connect):
    """exchangeInfo over the socket tells the limits that the budget holds."""
    rows = [{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1}]
    api.answers["exchangeInfo"] = {"rateLimits": [{**rows[0], "limit": 1234}]}
    client = connect()
    client.exchange_info()
    assert client.rate_limits[0].limit == 1234


def test_late_answer_to_an_order_is_an_unknown_outcome(api, connect):
    """An order without an answer within the timeout is unknown, and is not sent again."""
    api.answers["order.place"] = lambda peer, request: None
    with pytest.raises(OutcomeUnknown, match="no answer within"):
        connect("key", "secret", timeout=0.2).new_order(**ORDER)
    assert api.methods().count("order.place") == 1


@pytest.mark.parametrize(
    ("status", "code"), [(400, -1006), (400, -1007), (500, -1000), (503, -1008)]
)
def test_outcome_that_the_server_does_not_know_is_unknown(api, connect, status, code):
    """-1006, -1007 and every 5xx are OutcomeUnknown for an order, as over REST."""
    api.answers["order.place"] = refusal(status, code, "Timeout waiting for response")
    with pytest.raises(OutcomeUnknown):
        connect("key", "secret").new_order(**ORDER)


def test_unknown_outcome_is_resolved_over_the_same_connection(api, connect):
    """resolve asks for the order by the id that the lost request gave it."""
    api.answers["order.place"] = lambda peer, request: peer.abort()
    api.answers["order.status"] = {"status": 200, "result": {"status": "FILLED"}}
    client = connect("key", "secret")
    with pytest.raises(OutcomeUnknown) as caught:
        client.new_order(**ORDER)
    assert client.resolve(caught.value) == {"status": "FILLED"}
    assert api.asked[-1][1]["origClientOrderId"] == caught.value.client_order_id


def test_read_is_asked_again_after_a_loss(api, connect):
    """A read whose answer is lost is repeated over the next connection."""
    answers = iter([lambda peer: peer.abort(), lambda peer: {"ok": True}])
    api.answers["avgPrice"] = lambda peer, request: next(answers)(peer)
    assert connect().avg_price("BTCUSDT") == {"ok": True}
    assert len(api.server.peers) == 2


def test_read_without_answer_times_out(api, connect):
    """A server that never answers is a Timeout within the timeout."""
    api.answers["ping"] = lambda peer, request: None
    with pytest.raises(Timeout, match="ping"):
        connect(timeout=0.2, retries=0).ping()


def test_garbage_instead_of_an_answer_is_named(api, connect):
    """A message that is no answer ends the call at once with BadAnswer."""
    api.answers["ping"] = lambda peer, request: peer.send("<html>")
    with pytest.raises(BadAnswer, match="<html>"):
        connect(retries=0).ping()


ODD = [
    '"status":200,"result":"\xff"',
    '"status":200,"result":{"a":1e400}',
    '"result":{}',
    '"status":200,"result":' + "[" * 100_000 + "]" * 100_000,
    '"status":"fine","result":{}',
    '"status":400,"error":["x"]',
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:40])
def test_order_with_an_odd_answer_is_an_unknown_outcome(api, connect, odd):
    """An answer that can't be read is BadAnswer, and for an order it tells nothing."""

    def answer(peer: Peer, request: dict[str, Any]) -> None:
        peer.raw(frame(f'{{"id":{request["id"]},{odd}}}'.encode("latin-1")))

    api.answers |= {"order.place": answer, "ping": answer}
    client = connect("key", "secret", retries=0)
    with pytest.raises(BadAnswer):
        client.ping()
    with pytest.raises(OutcomeUnknown):
        client.new_order(**ORDER)


@pytest.mark.parametrize(
    "error",
    [
        {"code": "-1121", "msg": None},
        {"code": [1]},
        {},
        {"code": -1003, "msg": "x", "data": {"retryAfter": "soon"}},
    ],
    ids=str,
)
def test_odd_refusal_is_an_api_error(api, connect, error):
    """A refusal whose parts are of other types than documented is a refusal nevertheless."""
    api.answers["ping"] = {"status": 400, "error": error}
    with pytest.raises(ApiError, match="ping"):
        connect(retries=0).ping()


@pytest.mark.parametrize(
    "rows",
    [
        None,
        7,
        [1],
        [{"count": 1}],
        [{**LIMITS[0], "interval": "WEEK"}, {**LIMITS[0], "intervalNum": 0}],
        [{**LIMITS[0], "count": "many"}],
    ],
    ids=str,
)
def test_rate_limits_that_cannot_be_read_spoil_no_answer(api, connect, rows):
    """An order that was placed isn't lost as the limits in its answer are of a new kind."""

    def answer(peer: Peer, request: dict[str, Any]) -> None:
        peer.send({"id": request["id"], "status": 200, "result": {}, "rateLimits": rows})

    api.answers["order.place"] = answer
    api.answers["exchangeInfo"] = {"rateLimits": rows}
    client = connect("key", "secret")
    assert client.new_order(**ORDER) == {}
    assert client.exchange_info() == {"rateLimits": rows}
    assert client.rate_limits[0].used == 70


def test_number_that_is_none_is_not_sent(api, connect):
    """NaN is refused here, naming call and parameter, as REST does."""
    with pytest.raises(BadInput, match="new_order was not sent: quantity"):
        connect("key", "secret").new_order(**{**ORDER, "quantity": float("nan")})
    assert api.asked == []


def test_no_server_is_a_named_error_within_the_timeout():
    """Without a server a call fails with ConnectionFailed, and was not sent."""
    client = WebsocketAPI(base_url="ws://127.0.0.1:9/ws-api/v3", timeout=0.3, retries=0)
    with client, pytest.raises(ConnectionFailed) as caught:
        client.ping()
    assert not caught.value.sent


def test_clock_that_is_off_is_measured_and_the_call_signed_anew(api, connect):
    """After -1021 the server's time is asked for, and the call is sent once more with it."""
    ahead_ms = 60_000

    def check(peer: Peer, request: dict[str, Any]) -> dict[str, Any]:
        if abs(request["params"]["timestamp"] - now_ms() - ahead_ms) < 5000:
            return {"orderId": 1}
        return refusal(400, -1021, "Timestamp for this request is outside of the recvWindow.")

    api.answers["time"] = {"serverTime": now_ms()}
    api.answers["order.place"] = check
    client = connect("key", "secret")
    client.account()
    api.answers["time"] = lambda peer, request: {"serverTime": now_ms() + ahead_ms}
    assert client.new_order(**ORDER) == {"orderId": 1}
    assert api.methods()[-3:] == ["order.place", "time", "order.place"]


def test_calls_are_not_signed_once_logged_on(api, connect, ed25519):
    """After session_logon calls carry the time alone; after session_logout they are signed."""
    private, public = ed25519
    client = connect("key", private_key=private)
    client.session_logon()
    logon = dict(api.asked[-1][1])
    signature = logon.pop("signature")
    assert verify("ed25519", public, signing_payload(logon), signature)
    assert client.logged_on
    client.account()
    assert set(api.asked[-1][1]) == {"timestamp"}
    client.session_logout()
    client.account()
    assert "signature" in api.asked[-1][1]


def test_logon_is_repeated_after_a_reconnect(api, connect, ed25519):
    """A connection that was logged on is logged on again before it carries calls."""
    client = connect("key", private_key=ed25519[0])
    client.session_logon()
    api.server.peer().abort()
    wait_until(lambda: len(api.server.peers) == 2 and client.logged_on)
    client.account()
    assert set(api.asked[-1][1]) == {"timestamp"}
    assert api.methods().count("session.logon") == 2


def test_refused_logon_leaves_calls_signed_one_by_one(api, connect, ed25519):
    """If the server refuses the logon after a reconnect, calls are signed instead."""
    client = connect("key", private_key=ed25519[0])
    client.session_logon()
    api.answers["session.logon"] = refusal(401, -2015, "Invalid API-key")
    api.server.peer().abort()
    wait_until(lambda: api.methods().count("session.logon") == 2)
    client.account()
    assert not client.logged_on
    assert "signature" in api.asked[-1][1]


def test_logon_with_another_key_than_ed25519_is_refused_here(connect):
    """session_logon with an HMAC secret is a ConfigError, nothing is sent."""
    with pytest.raises(ConfigError, match="Ed25519"):
        connect("key", "secret").session_logon()


def test_call_without_a_secret_says_what_is_missing(connect):
    """A signed call without a secret is a ConfigError, nothing is sent."""
    with pytest.raises(ConfigError, match="secret"):
        connect("key").account()


def test_server_that_shuts_down_is_left_without_losing_a_call(api, connect):
    """On serverShutdown calls go over a new connection, and the old one still answers."""
    asked = threading.Event()
    held: list[tuple[Peer, dict[str, Any]]] = []

    def hold(peer: Peer, request: dict[str, Any]) -> None:
        held.append((peer, request))
        asked.set()

    api.answers["avgPrice"] = hold
    client = connect()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.avg_price, "BTCUSDT")
        assert asked.wait(30)
        api.server.peer().send({"event": {"e": "serverShutdown", "E": 1}})
        api.server.peer(1)
        wait_until(lambda: client.ping() == {} and len(api.server.peers) == 2)
        peer, request = held[0]
        peer.send({"id": request["id"], "status": 200, "result": {"price": "1"}})
        assert slow.result(10) == {"price": "1"}
    assert peer.gone.wait(30)


def test_server_that_shuts_down_at_once_is_left(api, connect, monkeypatch):
    """A notice counts that comes before anything was asked on its connection."""
    notice = {"event": {"e": "serverShutdown", "E": 1}}
    api.server.on_open = lambda peer: peer.send(notice) if len(api.server.peers) == 1 else None
    set_up = ApiSession.set_up

    def set_up_late(self, link):
        wait_until(lambda: link.messages or len(api.server.peers) > 1)
        set_up(self, link)

    monkeypatch.setattr(ApiSession, "set_up", set_up_late)
    client = connect()
    assert client.ping() == {}
    api.server.peer(1)
    assert api.server.peer().gone.wait(30)
    assert client.ping() == {}


def test_microseconds_are_asked_for_in_the_address(api, connect):
    """time_unit="us" connects with timeUnit=MICROSECOND, and stamps in microseconds."""
    client = connect("key", "secret", time_unit="us")
    client.account()
    assert api.server.peer().path == "/ws-api/v3?timeUnit=MICROSECOND"
    assert api.asked[-1][1]["timestamp"] > 10**15


def test_client_that_nobody_has_closes_its_connection(api):
    """Garbage collection of the client ends its connection."""
    client = WebsocketAPI(base_url=f"{api.server.url}/ws-api/v3")
    client.ping()
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
    assert api.server.peer().gone.wait(30)


def test_library_that_traces_frames_shows_no_secret(api, connect, caplog):
    """With websocket-client's trace on, what is sent is in the log without key and signature."""
    client = connect("the-key", "the-secret")
    websocket.enableTrace(True, logging.NullHandler())
    try:
        client.account()
    finally:
        websocket.enableTrace(False, logging.NullHandler())
        logging.getLogger("websocket").setLevel(logging.NOTSET)
    assert '"method":"account.status"' in caplog.text
    assert '"apiKey":"…' in caplog.text
    sent = api.asked[-1][1]
    assert not [secret for secret in ("the-key", sent["signature"]) if secret in caplog.text]
    assert "raw: b" not in caplog.text


def test_repr_shows_no_secret(connect):
    """The client's repr says where and how it signs, not with what."""
    client = connect("my-key", "my-secret")
    assert "my-" not in repr(client) + repr(client.credentials)
    assert "hmac" in repr(client)
