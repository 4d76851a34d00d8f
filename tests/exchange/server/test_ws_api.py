"""The WebSocket API: calls, signatures, sessions, user data."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from binance_lab.exchange.clock import SteppedClock
from binance_lab.exchange.server import ws_api
from binance_lab.exchange.server.faults import Faults
from binance_lab.exchange.server.gateway import Gateway
from binance_lab.exchange.server.listen_keys import ListenKeys
from binance_lab.exchange.server.publisher import Publisher
from binance_lab.exchange.server.user_events import UserEvents
from binance_lab.exchange.server.venue import Venue
from binance_lab.exchange.server.ws_api import ApiClient
from binance_lab.exchange.symbols import select_symbols
from binance_lab.wire.signing import hmac_signer

from ..conftest import Rest, Socket

Open = Callable[[str], Socket]
API = "/ws-api/v3"


def payload(params: dict[str, Any]) -> str:
    """What is signed: sorted, raw."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params))


def signed(rest: Rest, **params: Any) -> dict[str, Any]:
    """Parameters with key, time and signature."""
    params |= {"apiKey": rest.key, "timestamp": time.time_ns() // 10**6}
    return params | {"signature": rest.sign(payload(params))}


def pem(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    """The public key as text."""
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_an_answer_has_id_status_result_and_limits(socket: Open):
    """A request is answered with its id, a status, the result and the weight used."""
    answer = socket(API).ask(id="a1", method="ping")
    assert list(answer) == ["id", "status", "result", "rateLimits"]
    assert (answer["id"], answer["status"], answer["result"]) == ("a1", 200, {})
    assert answer["rateLimits"][0]["rateLimitType"] == "REQUEST_WEIGHT"


def test_limits_can_be_left_out(socket: Open):
    """returnRateLimits, of the request or the connection, leaves the limits out."""
    assert "rateLimits" not in socket(API).ask(
        id=1, method="ping", params={"returnRateLimits": False}
    )
    quiet = socket(API + "?returnRateLimits=false")
    assert "rateLimits" not in quiet.ask(id=1, method="ping")
    assert "rateLimits" in quiet.ask(id=2, method="ping", params={"returnRateLimits": True})


def test_a_method_may_carry_its_version(socket: Open):
    """v3/time is time."""
    assert "serverTime" in socket(API).ask(id=1, method="v3/time")["result"]


def test_an_order_is_placed_and_counted(rest: Rest, socket: Open):
    """order.place answers like REST, with the order counts."""
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
    params |= {"quantity": "0.01", "price": "50000"}
    answer = socket(API).ask(id=1, method="order.place", params=signed(rest, **params))
    assert answer["status"] == 200
    assert answer["result"]["status"] == "NEW"
    types = [row["rateLimitType"] for row in answer["rateLimits"]]
    assert types == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]


def test_numbers_and_raw_unicode_are_signed_as_they_are(rest: Rest, socket: Open):
    """The payload is sorted, raw UTF-8; a JSON number is signed as it was written."""
    params = {"symbol": "币安人生USDT", "limit": 5}
    answer = socket(API).ask(id=1, method="allOrders", params=signed(rest, **params))
    assert answer["status"] == 200, answer


@pytest.mark.parametrize(
    ("method", "params", "status", "code"),
    [
        ("fly", {}, 400, -1020),
        ("depth", {}, 400, -1102),
        ("depth", {"symbol": "NOSUCH"}, 400, -1121),
        ("account.status", {}, 401, -2014),
        ("userDataStream.subscribe", {}, 400, -1002),
        ("userDataStream.unsubscribe", {}, 400, -2036),
        ("session.logon", {}, 400, -1102),
    ],
)
def test_a_request_is_refused(socket: Open, method: str, params: Any, status: int, code: int):
    """A refusal has a status and an error with code and text."""
    answer = socket(API).ask(id=7, method=method, params=params)
    assert answer["error"]["code"] == code
    assert (answer["id"], "result" in answer) == (7, False)
    assert answer["status"] in (status, 401)


DEEP = '{"id":1,"method":"ping","params":' + '{"a":' * 10_000


@pytest.mark.parametrize("text", ["{", "[]", '{"id":1}', '{"id":1,"method":5}', DEEP])
def test_what_is_no_request_is_refused(socket: Open, text: str):
    """Garbled JSON is answered, and the connection stays."""
    api = socket(API)
    api.send_text(text)
    assert api.read()["error"] == {"code": -1135, "msg": "Invalid JSON Request"}
    assert api.ask(id=2, method="ping")["status"] == 200


def test_user_data_by_signature(rest: Rest, other: Rest, socket: Open):
    """A signed subscription brings the account's own events, wrapped with its number."""
    api = socket(API)
    answer = api.ask(id=1, method="userDataStream.subscribe.signature", params=signed(rest))
    assert answer["result"] == {"subscriptionId": 0}
    other.order("SELL", "0.02", "60000")
    placed = rest.order("BUY", "0.01")
    new = api.until(lambda message: message["event"].get("x") == "NEW")["event"]
    assert (new["n"], new["N"]) == ("0", None)  # no commission yet: not written as an amount
    report = api.until(lambda message: message["event"].get("x") == "TRADE")
    assert report["subscriptionId"] == 0
    assert report["event"]["i"] == placed["orderId"]
    position = api.until(lambda message: message["event"]["e"] == "outboundAccountPosition")
    assert {row["a"] for row in position["event"]["B"]} >= {"BTC", "USDT"}


def test_an_account_is_subscribed_once_a_connection(rest: Rest, socket: Open):
    """A second subscription of the account is refused, until the first one ends."""
    api = socket(API)
    subscribe = "userDataStream.subscribe.signature"
    api.ask(id=1, method=subscribe, params=signed(rest))
    assert api.ask(id=2, method=subscribe, params=signed(rest))["error"]["code"] == -2035
    assert api.ask(id=3, method="session.subscriptions")["result"] == [{"subscriptionId": 0}]
    api.send(id=4, method="userDataStream.unsubscribe", params={"subscriptionId": 0})
    assert api.read()["event"]["e"] == "eventStreamTerminated"
    assert api.read()["result"] == {}
    assert api.ask(id=5, method=subscribe, params=signed(rest))["result"] == {"subscriptionId": 1}


def test_a_session_needs_no_further_signatures(rest: Rest, socket: Open):
    """After session.logon with an Ed25519 key only a timestamp is needed, until session.logout."""
    private = ed25519.Ed25519PrivateKey.generate()
    api_key = rest.lab("POST", "/keys", publicKey=pem(private))["api_key"]
    params: dict[str, Any] = {"apiKey": api_key, "timestamp": time.time_ns() // 10**6}
    params["signature"] = base64.b64encode(private.sign(payload(params).encode())).decode()
    api = socket(API)
    assert api.ask(id=1, method="session.logon", params=params)["result"]["apiKey"] == api_key
    now = {"timestamp": time.time_ns() // 10**6}
    assert api.ask(id=2, method="account.status", params=now)["status"] == 200
    assert api.ask(id=3, method="userDataStream.subscribe")["result"] == {"subscriptionId": 0}
    assert api.ask(id=4, method="session.status")["result"]["userDataStream"] is True
    api.send(id=5, method="session.logout")
    assert api.read()["event"]["e"] == "eventStreamTerminated"
    assert api.read()["result"]["apiKey"] is None
    assert api.ask(id=6, method="account.status", params=now)["error"]["code"] == -2014


def test_a_session_needs_an_ed25519_key(rest: Rest, socket: Open):
    """An HMAC key can't log on."""
    answer = socket(API).ask(id=1, method="session.logon", params=signed(rest))
    assert answer["status"] == 400


def test_rsa_signatures_are_taken(rest: Rest, socket: Open):
    """A request may be signed by an RSA key."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    api_key = rest.lab("POST", "/keys", publicKey=pem(private))["api_key"]
    params: dict[str, Any] = {"apiKey": api_key, "timestamp": time.time_ns() // 10**6}
    signature = private.sign(payload(params).encode(), padding.PKCS1v15(), SHA256())
    params["signature"] = base64.b64encode(signature).decode()
    assert socket(API).ask(id=1, method="account.status", params=params)["status"] == 200


class Wire:
    """A connection that keeps the last answer."""

    ip = "127.0.0.1"

    def __init__(self) -> None:
        self.answer: Any = None

    def send(self, event: bytes) -> None:
        """Drop an event."""

    def send_text(self, answer: bytes) -> None:
        """Keep an answer."""
        self.answer = json.loads(answer)


def test_a_connection_runs_out_of_subscription_ids(monkeypatch: pytest.MonkeyPatch):
    """A number is never given twice on a connection: after the last of 65,535 of them, -2042."""
    assert ws_api.MAX_SUBSCRIPTION_IDS == 65_535
    monkeypatch.setattr(ws_api, "MAX_SUBSCRIPTION_IDS", 50)
    now_us = 1_700_000_000_000_000
    venue = Venue(select_symbols(["BTCUSDT"]), clock=SteppedClock(now_us))
    venue.limits.change(weight=10**9)
    key = venue.keys.add(venue.engine.open_account({}).id)
    events = UserEvents(venue)
    listen_keys = ListenKeys(venue, Publisher(venue), events)
    wire: Any = Wire()
    client = ApiClient(wire, Gateway(venue), events, listen_keys, faults=Faults(1))
    params: dict[str, Any] = {"apiKey": key.key, "timestamp": now_us // 1000}
    params["signature"] = hmac_signer(key.secret).sign(payload(params))
    method = "userDataStream.subscribe.signature"
    subscribe = json.dumps({"id": 1, "method": method, "params": params})
    unsubscribe = json.dumps({"id": 2, "method": "userDataStream.unsubscribe"})
    for number in range(50):
        client.received(subscribe)
        assert wire.answer["result"] == {"subscriptionId": number}
        client.received(unsubscribe)
    client.received(subscribe)
    text = "Maximum subscription ID reached for this connection."
    assert wire.answer["error"] == {"code": -2042, "msg": text}


def test_only_ed25519_keys_have_sessions(rest: Rest, socket: Open):
    """session.logon with an HMAC key: -1022, though the same signature serves a single request."""
    api = socket(API)
    refused = api.ask(id=1, method="session.logon", params=signed(rest))
    text = "Signature for this request is not valid."
    assert (refused["status"], refused["error"]) == (400, {"code": -1022, "msg": text})
    assert api.ask(id=2, method="account.status", params=signed(rest))["status"] == 200
