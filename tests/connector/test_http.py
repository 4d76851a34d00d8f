"""How requests are sent, repeated and refused, against real servers that behave well and badly."""

from __future__ import annotations

import gzip
import ipaddress
import logging
import select
import socket
import ssl
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import requests
import requests.adapters
from cryptography import x509
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from binance_lab.connector import transport
from binance_lab.connector.exceptions import (
    ApiError,
    BadAnswer,
    BadInput,
    BadParameter,
    BadSymbol,
    Banned,
    ClockError,
    ConfigError,
    ConnectionFailed,
    FilterFailure,
    InsufficientBalance,
    LabError,
    OutcomeUnknown,
    PermissionDenied,
    RequestError,
    ServerError,
    Timeout,
    TooManyRequests,
    TooPrecise,
    UnknownOrder,
)
from binance_lab.connector.spot import Spot
from binance_lab.wire.signing import verify

from .web import Asked, Cut, WebServer, raw_reply, refusal, reply

LOOPBACK = ipaddress.ip_address("127.0.0.1")
KEY, SECRET, LISTEN_KEY = "the-key", "the-secret", "the-listen-key"
ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": 1}


def client_of(server: WebServer, **options) -> Spot:
    return Spot(KEY, SECRET, base_url=server.url, **{"timeout": 5.0, **options})


def in_turn(*answers):
    """Answers one after the other; the last one for ever."""
    numbers = count()
    return lambda asked: answers[min(next(numbers), len(answers) - 1)]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


# What a request looks like


def test_address_may_have_a_path(serve):
    """Behind a gateway, the address' path comes before the call's."""
    server = serve(lambda asked: reply({}))
    Spot(base_url=server.url + "/gateway/").ping()
    assert server.asked[0].target == "/gateway/api/v3/ping"


def test_public_request_has_no_key_and_no_signature(serve):
    """A call for everybody sends its parameters and nothing else."""
    server = serve(lambda asked: reply([]))
    assert client_of(server).klines("BTCUSDT", "1m", limit=2) == []
    (asked,) = server.asked
    assert asked.target == "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=2"
    assert "x-mbx-apikey" not in asked.headers


def test_signed_request_is_signed_as_sent(serve):
    """Key, timestamp and a signature of the percent-encoded text go along."""
    server = serve(lambda asked: reply({}))
    client_of(server, recv_window=6000.5).wallet.deposit_history(coin="１２", txId="a@b c")
    (asked,) = server.asked
    payload, _, signature = asked.query.partition("&signature=")
    assert asked.headers["x-mbx-apikey"] == KEY
    assert "coin=%EF%BC%91%EF%BC%92&txId=a%40b%20c&recvWindow=6000.5&timestamp=" in payload
    assert verify("hmac", SECRET, payload, signature)


def test_session_of_the_user_is_used_as_it_is(serve):
    """With a session given, its headers go along and the signature still fits."""
    server = serve(lambda asked: reply({}))
    session = requests.Session()
    session.headers["X-Desk"] = "7"
    client = client_of(server, session=session)
    client.get_order("１２*", origClientOrderId="a/b:c")
    (asked,) = server.asked
    payload, _, signature = asked.query.partition("&signature=")
    assert asked.headers["x-desk"] == "7"
    assert verify("hmac", SECRET, payload, signature)


def test_mounted_adapter_is_used(serve):
    """An adapter that the user mounts gets the requests."""
    seen = []

    class Spy(requests.adapters.HTTPAdapter):
        def send(self, request, *args, **kwargs):
            seen.append(request.path_url)
            return super().send(request, *args, **kwargs)

    client = client_of(serve(lambda asked: reply({})))
    client.session.mount("http://", Spy())
    client.ping()
    assert seen == ["/api/v3/ping"]


def test_patched_requests_is_used(serve, monkeypatch):
    """A library that patches requests, as test doubles do, sees every request."""

    def send(self, request, **kwargs):
        response = requests.Response()
        response.status_code = 200
        response._content = b'{"patched": true}'
        return response

    client = client_of(serve(lambda asked: reply({})))
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    assert client.ping() == {"patched": True}


def test_compressed_answer_is_read(serve):
    """Answers come compressed and are decoded."""
    server = serve(lambda asked: raw_reply(gzip.compress(b'{"a": 1}'), Content_Encoding="gzip"))
    assert client_of(server).ping() == {"a": 1}
    assert server.asked[0].headers["accept-encoding"] == "gzip"


def test_raw_body_is_the_text_as_it_came(serve):
    """with_raw_body gives the undecoded JSON."""
    server = serve(lambda asked: raw_reply(b'[ [1, "2.50"] ]'))
    assert client_of(server).with_raw_body.klines("BTCUSDT", "1m") == b'[ [1, "2.50"] ]'


def test_connection_is_kept(serve):
    """Calls one after the other share a connection."""
    ports = set()
    server = serve(lambda asked: reply({}))
    accept = server.process_request
    server.process_request = lambda sock, peer: (ports.add(peer), accept(sock, peer))[1]
    client = client_of(server)
    for _ in range(3):
        client.ping()
    assert len(ports) == 1


def test_time_unit_is_asked_for_and_sent(serve):
    """With the unit us, the header asks for µs and the timestamp has them."""
    server = serve(lambda asked: reply({}))
    client_of(server, time_unit="us").my_trades("BTCUSDT", startTime="2026-01-01")
    (asked,) = server.asked
    assert asked.headers["x-mbx-time-unit"] == "MICROSECOND"
    assert asked.params["startTime"] == "1767225600000000"
    assert len(asked.params["timestamp"]) == 16


def test_parameters_that_make_no_sense_are_the_server_s_to_refuse(serve):
    """A limit that is no number is sent as it is, whatever it would weigh."""
    server = serve(lambda asked: refusal(400, -1100, "Illegal characters"))
    with pytest.raises(BadParameter):
        client_of(server).depth("BTCUSDT", limit="many")
    assert server.asked[0].params["limit"] == "many"


def test_proxy_of_the_environment_is_not_asked_for_this_computer(serve, monkeypatch):
    """A server on loopback is reached directly, whatever proxy the environment names."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert client_of(serve(lambda asked: reply({}))).ping() == {}


def test_proxy_is_used(serve):
    """With a proxy given, the request goes through it, its signature unchanged."""
    proxy = serve(lambda asked: reply({"by": "proxy"}))
    client = Spot(KEY, SECRET, base_url="http://exchange.test", proxies={"http": proxy.url})
    assert client.account() == {"by": "proxy"}
    asked = proxy.asked[-1]
    payload, _, signature = asked.query.partition("&signature=")
    assert asked.target.startswith("http://exchange.test/api/v3/account?")
    assert verify("hmac", SECRET, payload, signature)


@pytest.mark.parametrize("price", [float("nan"), "tomorrow"])
def test_number_or_time_that_is_none_is_not_sent(serve, price):
    """NaN and text that is no time are refused here, naming the parameter."""
    server = serve(lambda asked: reply({}))
    client = client_of(server)
    with pytest.raises(BadInput, match="klines was not sent: startTime"):
        client.klines("BTCUSDT", "1m", startTime=price)
    assert server.asked == []


def test_threads_share_a_client(serve):
    """Many threads ask at once, each gets its own answer, and the clock is measured once."""
    server = serve(lambda asked: reply({"asked": asked.params["orderId"]}))
    client = client_of(server)
    with ThreadPoolExecutor(16) as pool:
        found = pool.map(lambda n: client.get_order("A", orderId=n)["asked"], range(200))
    assert list(found) == [str(n) for n in range(200)]
    assert server.clock_asked == 1


# Servers that answer badly


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (raw_reply(b"<html><h1>Welcome</h1>"), BadAnswer, "not JSON.*Welcome"),
        (raw_reply(b""), BadAnswer, "empty body"),
        (raw_reply(b"", 204), BadAnswer, "empty body"),
        (raw_reply(b'{"a": [1, 2'), BadAnswer, "cut off"),
        (
            Cut(raw_reply(b'{"a": 1', Content_Length="500")),
            ConnectionFailed,
            "middle of the answer",
        ),
        (raw_reply(b"\x1f\x8bgarbage", Content_Encoding="gzip"), BadAnswer, "uncompressed"),
        (raw_reply(b"x" * 10_000_000), BadAnswer, "10000000 bytes that are not JSON"),
        (raw_reply(b"[" + b" " * 10_000_000), BadAnswer, "cut off"),
        (raw_reply(b"[" * 100_000 + b"]" * 100_000), BadAnswer, "damaged"),
        (reply({"code": -1121, "msg": "Invalid symbol."}), BadSymbol, "-1121"),
        (None, ConnectionFailed, "connection broke"),
        (Cut(b"NONSENSE\r\n\r\n"), ConnectionFailed, "connection broke"),
        (Cut(b"HTTP/1.1 200 OK\r\nContent-"), RequestError, "klines"),
        (raw_reply(b"<html>Not <b>here</b></html>", 404), ApiError, "HTTP 404 Not here"),
        (raw_reply(b"<html>Blocked</html>", 403), PermissionDenied, "HTTP 403 Blocked"),
        (raw_reply(b"[]", 500), ServerError, "HTTP 500"),
        (raw_reply(b'{"code": "x"}', 400), ApiError, "HTTP 400"),
        (raw_reply(b"\xff\xfe", 400), ApiError, "HTTP 400"),
    ],
    ids=str,
)
def test_bad_answer_is_a_named_error(serve, answer, error, message):
    """Whatever a server answers, a read ends in an error of ours that says what came."""
    server = serve(lambda asked: answer)
    with pytest.raises(error, match=message) as caught:
        client_of(server, retries=0).klines("BTCUSDT", "1m")
    assert "GET /api/v3/klines" in str(caught.value)
    assert caught.value.request == "GET /api/v3/klines symbol=BTCUSDT interval=1m"
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("own_session", [False, True])
def test_redirect_is_not_followed(serve, own_session):
    """An answer that sends elsewhere is an error, and the key is sent nowhere else."""
    elsewhere = serve(lambda asked: reply({}))
    server = serve(lambda asked: raw_reply(b"", 307, Location=elsewhere.url))
    session = requests.Session() if own_session else None
    with pytest.raises(ApiError, match=r"HTTP 307 sends elsewhere.*base_url"):
        client_of(server, session=session).account()
    assert elsewhere.asked == []


@pytest.mark.parametrize("own_session", [False, True])
def test_bomb_is_not_unpacked(serve, monkeypatch, own_session):
    """A body that grows far beyond any answer while it is uncompressed is given up."""
    monkeypatch.setattr(transport, "_MAX_BODY", 1_000_000)
    bomb = raw_reply(gzip.compress(b" " * 20_000_000), Content_Encoding="gzip")
    session = requests.Session() if own_session else None
    with pytest.raises(BadAnswer, match="far too long"):
        client_of(serve(lambda asked: bomb), session=session, retries=0).ping()


@pytest.mark.parametrize("body", [b'[[1, "2.50"], [3', b"<html>"])
def test_raw_body_is_whole_json_or_an_error(serve, body):
    """with_raw_body gives nothing that is no JSON at sight, or obviously cut off."""
    with pytest.raises(BadAnswer):
        client_of(serve(lambda asked: raw_reply(body))).with_raw_body.klines("BTCUSDT", "1m")


def test_order_refused_with_status_200_is_refused(serve):
    """An error is one whatever its HTTP status, and the order is not taken for a success."""
    server = serve(lambda asked: reply({"code": -2010, "msg": "Account has insufficient balance"}))
    with pytest.raises(InsufficientBalance):
        client_of(server).new_order(**ORDER)


def test_ten_megabytes_of_json_are_read(serve):
    """A long answer is an answer."""
    server = serve(lambda asked: raw_reply(b"[" + b"1," * 5_000_000 + b"1]"))
    assert len(client_of(server).klines("BTCUSDT", "1m")) == 5_000_001


@pytest.mark.parametrize("retries", [0, 2])
def test_server_that_never_answers_meets_the_timeout(serve, retries):
    """A call ends within its timeout, repetitions included."""
    server = serve(lambda asked: server.never())
    client = client_of(server, timeout=0.3, retries=retries)
    with pytest.raises(Timeout, match="no answer within"):
        client.ping()
    assert len(server.asked) == 1  # nothing was left for another try


@pytest.mark.parametrize(
    "beginning",
    [raw_reply(b"[", Content_Length="1000"), b"HTTP/1.1 200 OK\r\nServer: ", b"HTTP/1."],
    ids=["body", "header", "status"],
)
def test_server_that_drips_meets_the_timeout(serve, beginning):
    """An answer that comes byte by byte doesn't stretch the timeout, wherever it stays."""

    def drip(asked: Asked):
        yield beginning
        while not server.stopped.wait(0.05):
            yield b" "

    server = serve(drip)
    with pytest.raises(Timeout):
        client_of(server, timeout=0.4).klines("BTCUSDT", "1m")
    assert len(server.asked) == 1


@pytest.mark.parametrize("own_session", [False, True])
def test_host_that_is_not_there_is_a_named_error(own_session):
    """Nobody listening is a failed connection, not sent, and the message says so."""
    session = requests.Session() if own_session else None
    client = Spot(base_url=f"http://127.0.0.1:{free_port()}", timeout=2, session=session)
    with pytest.raises(ConnectionFailed, match="check the address") as caught:
        client.ping()
    assert not caught.value.sent


def test_proxy_that_is_not_there_is_a_named_error():
    """A proxy that can't be reached is told, and nothing was sent."""
    proxies = {"http": f"http://127.0.0.1:{free_port()}"}
    client = Spot(base_url="http://exchange.test", proxies=proxies, timeout=2, retries=0)
    with pytest.raises(ConnectionFailed, match="proxy") as caught:
        client.ping()
    assert not caught.value.sent


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, ConnectionFailed),
        (Cut(raw_reply(b"{", Content_Length="9")), ConnectionFailed),
        (raw_reply(b"garbage", Content_Encoding="gzip"), BadAnswer),
        (raw_reply(b"<html>"), BadAnswer),
    ],
    ids=str,
)
def test_bad_answer_by_the_user_s_session_is_named_alike(serve, answer, error):
    """The ordinary way of requests ends in the same errors, and orders in an unknown outcome."""
    client = client_of(serve(lambda asked: answer), session=requests.Session(), retries=0)
    with pytest.raises(error):
        client.ping()
    with pytest.raises(OutcomeUnknown):
        client.new_order(**ORDER)


def test_dripping_body_by_the_user_s_session_meets_the_timeout(serve):
    """The timeout holds for the whole body, whoever's session reads it."""

    def drip(asked: Asked):
        yield raw_reply(b"[", Content_Length="1000")
        while not server.stopped.wait(0.05):
            yield b" "

    server = serve(drip)
    with pytest.raises(Timeout):
        client_of(server, timeout=0.4, retries=0, session=requests.Session()).ping()


def test_silence_by_the_user_s_session_meets_the_timeout(serve):
    """The timeout holds for a session of the user's own."""
    server = serve(lambda asked: server.never())
    with pytest.raises(Timeout):
        client_of(server, session=requests.Session(), timeout=0.3).ping()


def test_server_without_tls_is_a_named_error(serve):
    """An https address of a server that speaks plain HTTP is a failed connection."""
    server = serve(lambda asked: reply({}))
    client = Spot(base_url=server.url.replace("http:", "https:"), timeout=2, retries=0)
    with pytest.raises(RequestError):
        client.ping()


def own_certificate(folder) -> ssl.SSLContext:
    """A server's TLS with a certificate for 127.0.0.1 that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "own.pem"
    file.write_bytes(
        key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
        + certificate.public_bytes(forms.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("own_session", [False, True])
def test_certificate_is_always_verified(serve, tmp_path, own_session):
    """A certificate that nobody vouches for is refused, even if a session would take it."""
    server = serve(lambda asked: reply({}), own_certificate(tmp_path))
    session = requests.Session() if own_session else None
    if session:
        session.verify = False
    with pytest.raises(ConnectionFailed, match="TLS certificate"):
        Spot(base_url=server.url, session=session, timeout=5, retries=0).ping()
    assert server.asked == []


def test_certificate_of_a_bundle_is_trusted(serve, tmp_path, monkeypatch):
    """A company's own authority is named by REQUESTS_CA_BUNDLE, as requests has it."""
    server = serve(lambda asked: reply({}), own_certificate(tmp_path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "own.pem"))
    assert Spot(base_url=server.url, timeout=30).ping() == {}


# Refusals


@pytest.mark.parametrize(
    ("status", "code", "msg", "error", "advice"),
    [
        (400, -1121, "Invalid symbol.", BadSymbol, "exchange_info"),
        (400, -1111, "Parameter 'quantity' has too much precision.", TooPrecise, ": 1. Give it as text"),
        (400, -1111, "Precision is over the maximum defined for this asset.", TooPrecise, "Decimal"),
        (400, -1013, "Filter failure: LOT_SIZE", FilterFailure, "exchange_info"),
        (400, -2010, "Account has insufficient balance for requested action.", InsufficientBalance, "account"),
        (400, -2011, "Unknown order sent.", UnknownOrder, "get_orders"),
        (400, -2013, "Order does not exist.", UnknownOrder, "get_orders"),
        (401, -2015, "Invalid API-key, IP, or permissions for action.", PermissionDenied, "IP list"),
        (400, -1022, "Signature for this request is not valid.", PermissionDenied, "secret"),
        (400, -1008, "Server is currently overloaded.", ServerError, "later"),
    ],
)  # fmt: skip
def test_refusal_has_a_class_by_its_cause(serve, status, code, msg, error, advice):
    """A caller can catch a cause; the message says what was asked, what came, what to do."""
    server = serve(lambda asked: refusal(status, code, msg, X_Mbx_Uuid="u1"))
    with pytest.raises(error, match=advice) as caught:
        client_of(server, retries=0).new_order(**ORDER)
    found = caught.value
    assert (found.status, found.code, found.msg) == (status, code, msg)
    assert found.headers["x-mbx-uuid"] == "u1"
    assert str(found).startswith(f"POST /api/v3/order: {code} {msg[:-1]}")
    assert "symbol=BTCUSDT side=BUY" in found.request


def test_filter_failure_names_its_filter(serve):
    """The filter that failed is an attribute."""
    server = serve(lambda asked: refusal(400, -1013, "Filter failure: MIN_NOTIONAL"))
    with pytest.raises(FilterFailure) as caught:
        client_of(server).new_order(**ORDER)
    assert caught.value.filter == "MIN_NOTIONAL"


def test_cancel_replace_tells_what_failed(serve):
    """The parts of a failed cancelReplace are in the error's data."""
    data = {"cancelResult": "SUCCESS", "newOrderResult": "FAILURE"}
    answer = reply(
        {"code": -2021, "msg": "Order cancel-replace partially failed.", "data": data}, 409
    )
    server = serve(lambda asked: answer)
    with pytest.raises(ApiError) as caught:
        client_of(server).cancel_and_replace(
            "BTCUSDT", "BUY", "MARKET", "STOP_ON_FAILURE", cancelOrderId=1
        )
    assert caught.value.data == data


# Repetition


@pytest.mark.parametrize(
    "failure",
    [None, raw_reply(b"<html>"), raw_reply(b"oops", 502), refusal(400, -1001, "Internal error;")],
    ids=str,
)
def test_read_is_repeated_and_signed_again(serve, failure):
    """A read that failed is asked again, with a new timestamp."""
    server = serve(in_turn(failure, failure, reply({"ok": 1})))
    assert client_of(server).account() == {"ok": 1}
    stamps = [int(asked.params["timestamp"]) for asked in server.asked]
    assert len(stamps) == 3
    assert stamps == sorted(set(stamps))


def test_read_is_not_repeated_for_ever(serve):
    """After the repetitions the last error is raised."""
    server = serve(lambda asked: raw_reply(b"", 502))
    with pytest.raises(ServerError):
        client_of(server, retries=1).ping()
    assert len(server.asked) == 2


def test_refused_read_is_not_repeated(serve):
    """An explicit refusal stands."""
    server = serve(lambda asked: refusal(400, -1121, "Invalid symbol."))
    with pytest.raises(BadSymbol):
        client_of(server).klines("X", "1m")
    assert len(server.asked) == 1


LOST = [
    None,
    raw_reply(b"<html>Bad gateway</html>", 502),
    raw_reply(b"<html>"),
    raw_reply(b""),
    refusal(503, -1001, "Internal error; unable to process your request."),
    refusal(503, -1008, "Server is currently overloaded."),
    refusal(400, -1006, "An unexpected response was received from the message bus."),
    refusal(408, -1007, "Timeout waiting for response from backend server."),
    Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"),
]


@pytest.mark.parametrize("lost", LOST, ids=str)
def test_lost_answer_to_an_order_is_an_unknown_outcome(serve, lost):
    """An order is sent once; if its answer is lost, the error has the id to find it by."""
    server = serve(lambda asked: lost)
    with pytest.raises(OutcomeUnknown, match="resolve") as caught:
        client_of(server).new_order(**ORDER)
    (asked,) = server.asked
    assert caught.value.client_order_id == asked.params["newClientOrderId"]


def test_order_that_times_out_is_an_unknown_outcome(serve):
    """Silence is no refusal."""
    server = serve(lambda asked: server.never())
    with pytest.raises(OutcomeUnknown):
        client_of(server, timeout=0.3).new_order(**ORDER)
    assert len(server.asked) == 1


def test_order_goes_past_a_connection_that_the_server_has_closed(serve):
    """A kept connection that was closed meanwhile is noticed, and the order is sent once, anew."""
    server = serve(in_turn(Cut(reply({})), reply({"orderId": 1})))
    client = client_of(server)
    client.measure_clock()
    client.ping()
    pools = client.session.get_adapter(server.url).poolmanager.pools
    (kept,) = [each for pool in map(pools.get, pools.keys()) for each in pool.pool.queue if each]
    assert select.select([kept.sock], [], [], 5)[0], "the server has not closed it"
    assert client.new_order(**ORDER) == {"orderId": 1}
    assert [asked.path for asked in server.asked] == ["/api/v3/ping", "/api/v3/order"]


def test_order_that_was_never_sent_has_no_unknown_outcome():
    """Where there was no connection, there is no order."""
    client = Spot(KEY, SECRET, base_url=f"http://127.0.0.1:{free_port()}", timeout=2)
    with pytest.raises(ConnectionFailed):
        client.new_order(**ORDER)


def test_refused_order_is_no_unknown_outcome(serve):
    """An explicit refusal of an order is just that, overload included."""
    server = serve(lambda asked: refusal(429, -1008, "Server is currently overloaded."))
    with pytest.raises(TooManyRequests):
        client_of(server).new_order(**ORDER)
    assert len(server.asked) == 1


def test_order_id_of_the_caller_is_kept(serve):
    """An id that the caller gives is the one that is sent."""
    server = serve(lambda asked: reply({}))
    client_of(server).new_order(**ORDER, newClientOrderId="mine")
    assert server.asked[0].params["newClientOrderId"] == "mine"


def test_test_order_is_a_read(serve):
    """Testing an order changes nothing, so it is repeated like a read."""
    server = serve(in_turn(None, reply({})))
    assert client_of(server).new_order_test(**ORDER) == {}
    assert "newClientOrderId" not in server.asked[0].params


def test_interrupted_order_leaves_its_id_in_the_log(serve, monkeypatch, caplog):
    """Whoever stops a cell while an order is on its way finds the order's id in the log."""

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    client = client_of(serve(lambda asked: reply({})))
    monkeypatch.setattr(client._http.transport, "fetch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        client.new_order(**ORDER, newClientOrderId="mine")
    assert "newClientOrderId=mine" in caplog.text


# The clock


@pytest.mark.parametrize("ahead_ms", [-90_000, 45_000])
def test_timestamp_is_the_server_s_time(serve, ahead_ms):
    """A signed request carries the server's time, measured first."""
    server = serve(lambda asked: reply({}))
    server.clock_ms = lambda: int(time.time() * 1000) + ahead_ms
    client = client_of(server)
    client.account()
    sent = int(server.asked[0].params["timestamp"])
    assert abs(sent - time.time() * 1000 - ahead_ms) < 5_000
    assert abs(client.clock.offset_ms - ahead_ms) < 1_000


def test_clock_error_is_measured_away(serve):
    """On -1021 the clock is measured again and the request signed and sent once more."""
    ahead_ms = [0]

    def answer(asked: Asked):
        wrong = abs(int(asked.params["timestamp"]) - server.clock_ms()) > 5_000
        return refusal(400, -1021, "Timestamp for this request …") if wrong else reply({"ok": 1})

    server = serve(answer)
    server.clock_ms = lambda: int(time.time() * 1000) + ahead_ms[0]
    client = client_of(server)
    client.account()
    ahead_ms[0] = 60_000
    assert client.new_order(**ORDER) == {"ok": 1}
    assert server.clock_asked == 2


def test_clock_error_that_stays_is_raised(serve):
    """A second -1021 is the caller's."""
    server = serve(lambda asked: refusal(400, -1021, "Timestamp for this request …"))
    with pytest.raises(ClockError, match="clock"):
        client_of(server).new_order(**ORDER)
    assert len(server.asked) == 2


def test_public_calls_need_no_clock(serve):
    """The server's time is asked for signed calls only."""
    server = serve(lambda asked: reply({}))
    client_of(server).ping()
    assert server.clock_asked == 0


# Limits


def test_measuring_the_clock_is_booked(serve):
    """The server's time, asked for before the first signed call, counts like any other call."""
    server = serve(lambda asked: reply({}))
    client = client_of(server)
    client.measure_clock()
    assert weight_of(client) == 1
    client.clock.forget()
    client.get_order("A", orderId=1)
    assert (weight_of(client), server.clock_asked) == (1 + 1 + 4, 2)


def test_clock_is_not_measured_where_that_would_break_a_limit(serve):
    """Without budget for it a signed call goes with the clock as it is."""
    server = serve(lambda asked: reply({}))
    client = client_of(server, on_limit="raise")
    minute = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1}
    client.limits.learn([{**minute, "limit": 4}])  # what the call itself costs
    assert client.get_order("A", orderId=1) == {}
    assert server.clock_asked == 0


def weight_of(client: Spot) -> int:
    """The weight that is booked in this minute or the next."""
    windows = client.limits._windows.items()
    return sum(sum(w._booked.values()) for key, w in windows if key.limiter == "REQUEST_WEIGHT")


def test_used_weight_is_known(serve):
    """What the server says was used is in rate_limits and in the raw response."""
    server = serve(lambda asked: reply({}, X_Mbx_Used_Weight_1m="17", X_Mbx_Order_Count_10s="3"))
    client = client_of(server)
    response = client.with_raw_response.new_order(**ORDER)
    assert [tuple(limit) for limit in response.rate_limits] == [
        ("REQUEST_WEIGHT", "1m", 17, 6000),
        ("ORDERS", "10s", 3, 50),
    ]
    assert sorted(client.rate_limits) == sorted(response.rate_limits)
    assert response.headers["x-mbx-used-weight-1m"] == "17"


def test_limits_of_exchange_info_are_learnt(serve):
    """The limits that exchangeInfo tells are those that are kept."""
    rows = [{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 9}]
    server = serve(lambda asked: reply({"rateLimits": rows}, X_Mbx_Used_Weight_1m="1"))
    client = client_of(server)
    client.exchange_info()
    assert client.rate_limits[0].limit == 9


def test_too_many_requests_is_waited_out(serve):
    """After a 429 a read waits as long as the server says, and is asked again."""
    server = serve(in_turn(refusal(429, -1003, "Too many requests.", Retry_After="0"), reply({})))
    assert client_of(server).ping() == {}


def test_too_many_requests_may_be_raised(serve):
    """With on_limit="raise" nothing waits, and nothing is sent until the time has passed."""
    server = serve(lambda asked: refusal(429, -1003, "Too many requests.", Retry_After="30"))
    client = client_of(server, on_limit="raise")
    for _ in range(2):
        with pytest.raises(TooManyRequests) as caught:
            client.ping()
        assert 28 < caught.value.retry_after_s <= 30
    assert len(server.asked) == 1


def test_order_is_not_sent_again_after_429(serve):
    """An order that was refused for a limit is the caller's to send again."""
    server = serve(lambda asked: refusal(429, -1015, "Too many new orders.", Retry_After="1"))
    with pytest.raises(TooManyRequests):
        client_of(server).new_order(**ORDER)
    assert len(server.asked) == 1


def test_ban_stops_everything(serve):
    """After a 418 no client of this process sends anything to that host until the ban ends."""
    server = serve(lambda asked: refusal(418, -1003, "Way too much …", Retry_After="120"))
    for _ in range(2):
        with pytest.raises(Banned, match=r"Retry after 1[12]\d s"):
            client_of(server).ping()
    assert len(server.asked) == 1


# Several hosts


def test_read_fails_over_to_the_next_host(serve):
    """With several addresses, a read that fails is asked of the next, which is kept."""
    good = serve(lambda asked: reply({"from": "good"}))
    client = Spot(base_url=[f"http://127.0.0.1:{free_port()}", good.url], timeout=30)
    assert client.ping() == {"from": "good"}
    assert client.base_url == good.url


def test_another_host_is_told_once_when_it_answers(serve, caplog):
    """The log says which host is asked instead of which and why, once."""
    good, gone = serve(lambda asked: reply({})), f"http://127.0.0.1:{free_port()}"
    client = Spot(base_url=[gone, good.url], timeout=30)
    client.ping()
    client.ping()
    told = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(told) == 1
    assert told[0].startswith(f"{good.url} is asked instead of {gone}: no connection to")


def test_without_network_the_log_does_not_flip_between_hosts(caplog):
    """Where no host answers, the error says all there is to say."""
    client = Spot(base_url=[f"http://127.0.0.1:{free_port()}" for _ in range(3)], timeout=30)
    with pytest.raises(ConnectionFailed, match=r"check the address, the network.*tried 3 times"):
        client.ping()
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def test_algo_order_has_an_id_of_its_length(serve):
    """An algo order that was given no id gets one of 32 characters, the length it must have."""
    server = serve(lambda asked: reply({"success": True}))
    client_of(server).algo.spot_new_order_twap("BTCUSDT", "BUY", 1, 300)
    assert len(server.asked[-1].params["clientAlgoId"]) == 32


def test_order_does_not_fail_over(serve):
    """An order goes to one host."""
    bad, good = serve(lambda asked: None), serve(lambda asked: reply({}))
    client = Spot(KEY, SECRET, base_url=[bad.url, good.url], timeout=30)
    with pytest.raises(OutcomeUnknown):
        client.new_order(**ORDER)
    assert good.asked == []


# Secrets


def test_log_has_a_line_for_each_request_and_no_secret(serve, caplog):
    """At DEBUG, one line a request; no key, no signature, no listen key, urllib3's included."""
    caplog.set_level(logging.DEBUG)
    server = serve(lambda asked: reply({}))
    client = client_of(server)
    client.account()
    with pytest.warns(FutureWarning, match="retired"):
        client.renew_listen_key("hush-hush")
    lines = [r.getMessage() for r in caplog.records if r.name == "binance_lab.rest"]
    assert [line.split(" in ")[0] for line in lines] == [
        "GET /api/v3/account 200",
        "PUT /api/v3/userDataStream 200",
    ]
    signature = server.asked[0].params["signature"]
    for secret in (KEY, SECRET, signature, "hush-hush"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.prediction.otc_blocktrade_preview("hush-hush"),
        lambda client: client.sub_account.api_delete_key("a@b.com", "hush-hush"),
        lambda client: client.local_entity.submit_deposit_questionnaire_v2(1, "hush-hush"),
    ],
)
def test_refusal_shows_no_key_and_no_personal_data(serve, ask):
    """What a call was given as a key, a token or personal data isn't in its error."""
    server = serve(lambda asked: reply({"code": -1, "msg": "no"}, 400))
    with pytest.raises(ApiError) as caught:
        ask(client_of(server))
    assert server.asked[-1].params["timestamp"]
    assert "=…" in caught.value.request
    assert "hush-hush" not in f"{caught.value!r} {caught.value} {caught.value.request}"


def test_logger_may_be_the_caller_s(serve):
    """Any logger can be passed in."""
    lines = []
    logger = logging.Logger("mine", logging.DEBUG)
    logger.addHandler(type("H", (logging.Handler,), {"emit": lambda _, r: lines.append(r)})())
    client_of(serve(lambda asked: reply({})), logger=logger).ping()
    assert len(lines) == 1


@pytest.mark.parametrize("own_session", [False, True])
@pytest.mark.parametrize(
    "answer",
    [None, "never", raw_reply(b"<html>"), refusal(400, -1100, "Illegal"), raw_reply(b"", 502)],
    ids=str,
)
def test_error_holds_no_secret(serve, answer, own_session):
    """Neither an error, nor what it was raised from, nor a traceback with values has a secret."""
    server = serve(lambda asked: server.never() if answer == "never" else answer)
    session = requests.Session() if own_session else None
    client = client_of(server, retries=0, timeout=0.5, session=session)
    with pytest.raises(LabError) as caught:
        client.with_options(extra={"listenKey": LISTEN_KEY}).get_order("X")
    shown = "".join(map(everything_of, errors_of(caught.value)))
    for secret in (KEY, SECRET, server.asked[0].params["signature"], LISTEN_KEY):
        assert secret not in shown


def errors_of(error: BaseException | None) -> list[BaseException]:
    """An error and all that it was raised from or during, shown or not."""
    found: list[BaseException] = []
    while error is not None:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def everything_of(error: BaseException) -> str:
    """What any display may show of an error: text, attributes, traceback with local values."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    inner = [vars(each) for each in vars(error).values() if hasattr(each, "__dict__")]
    return f"{error} {error!r} {vars(error)} {inner} {''.join(whole.format())}"


@pytest.mark.parametrize(
    ("options", "call"),
    [
        ({}, lambda client: client.account()),
        ({"api_key": KEY}, lambda client: client.account()),
        ({}, lambda client: client.wallet.open_symbol_list()),
    ],
)
def test_call_without_the_key_it_needs_is_not_sent(
    serve, options: dict[str, str], call: Callable[[Spot], object]
):
    """A call that needs a key or a secret says so before anything is sent."""
    server = serve(lambda asked: reply({}))
    with pytest.raises(ConfigError, match="needs"):
        call(Spot(base_url=server.url, **options))
    assert server.asked == []
