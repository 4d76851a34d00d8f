"""The client itself: settings, groups, options, what it never shows."""

from __future__ import annotations

import copy
import pickle

import pytest
import requests
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ed25519

from binance_lab.connector.api.market import Market
from binance_lab.connector.exceptions import ConfigError, OutcomeUnknown, UnknownOrder
from binance_lab.connector.sapi.wallet import Wallet
from binance_lab.connector.spot import Spot
from binance_lab.connector.streams import WebsocketStream
from binance_lab.connector.ws_api import WebsocketAPI
from binance_lab.wire.signing import verify

from .web import Asked, refusal, reply

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": 1}


def key_pair() -> tuple[bytes, bytes]:
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    public = key.public_key().public_bytes(
        forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
    )
    return private, public


def test_private_key_signs_requests(serve):
    """With an Ed25519 key, the request's base64 signature is percent-encoded and verifies."""
    private, public = key_pair()
    server = serve(lambda asked: reply({}))
    client = Spot("key", private_key=private, base_url=server.url)
    client.account()
    (asked,) = server.asked
    payload, _, signature = asked.query.partition("&signature=")
    assert not set(signature) & set("+/=")
    assert verify("ed25519", public, payload, asked.params["signature"])
    assert client.signed_by == "ed25519"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base_url": "api.binance.com"}, "is not an address"),
        ({"base_url": "wss://stream.binance.com:9443"}, "that of a WebSocket"),
        ({"base_url": []}, "base_url is empty"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"recv_window": 60_001}, "recv_window"),
        ({"time_unit": "s"}, "time_unit"),
        ({"on_limit": "ignore"}, "on_limit"),
        ({"api_key": "käse"}, "API key"),
        ({"api_key": "a\nb"}, "API key"),
        ({"api_secret": "  "}, "secret is empty"),
        ({"private_key": "nowhere.pem"}, "private key"),
        ({"private_key": key_pair()[0], "key_kind": "rsa"}, "ed25519, not rsa"),
        ({"api_secret": "x", "key_kind": "rsa"}, "private_key"),
    ],
)
def test_bad_setting_is_refused_at_once(options, message):
    """What can't work is a ConfigError when the client is made."""
    with pytest.raises(ConfigError, match=message):
        Spot(**options)


def test_options_make_another_client_that_shares_connections(serve):
    """with_options changes one client's settings and leaves the other as it was."""
    server = serve(lambda asked: reply({}))
    client = Spot("key", "secret", base_url=server.url, recv_window=1000)
    other = client.with_options(recv_window=2000, extra={"newParam": [1]})
    other.account()
    client.account()
    other.account(recvWindow=3000)
    windows = [asked.params["recvWindow"] for asked in server.asked]
    assert windows == ["2000", "1000", "3000"]
    assert [asked.params.get("newParam") for asked in server.asked] == ["[1]", None, "[1]"]
    assert other.session is client.session


def test_options_add_up(serve):
    """Options of options keep what was set before."""
    server = serve(lambda asked: reply({}))
    client = Spot(base_url=server.url).with_options(extra={"a": 1}).with_options(extra={"b": 2})
    client.with_options(timeout=3).ping()
    assert server.asked[0].params == {"a": "1", "b": "2"}


def test_unknown_parameter_names_the_nearest_and_the_way_out():
    """A typo is a TypeError with the right name; a new parameter has a way past the signature."""
    with pytest.raises(TypeError, match=r"Did you mean startTime\?") as caught:
        Spot().klines("BTCUSDT", "1m", start_time=1)
    assert 'with_options(extra={"start_time": …}).klines' in str(caught.value)


@pytest.mark.parametrize(
    ("given", "meant"), [("qty", "quantity"), ("tif", "timeInForce"), ("quanity", "quantity")]
)
def test_an_abbreviated_parameter_is_recognised(given, meant):
    """What people write short is told by its whole name, a misspelled one by the most similar."""
    with pytest.raises(TypeError, match=rf"Did you mean {meant}\?"):
        Spot().new_order("BTCUSDT", "BUY", "MARKET", **{given: 1})


@pytest.mark.parametrize("given", [{"from_": "MARGIN"}, {"from": "MARGIN"}])
def test_reserved_name_has_an_underscore_that_is_not_sent(serve, given):
    """A parameter that Python reserves is written from_ and sent as from."""
    server = serve(lambda asked: reply({}))
    Spot("key", "secret", base_url=server.url).portfolio_margin.bankruptcy_loan_repay(**given)
    assert server.asked[-1].params["from"] == "MARGIN"
    assert "from_" not in server.asked[-1].params


def test_missing_parameter_is_named():
    """A required parameter that is missing is a TypeError that names it."""
    with pytest.raises(TypeError, match="interval"):
        Spot().klines("BTCUSDT")


def test_group_is_made_once_and_on_first_use():
    """A group is an attribute, loaded when it is first used."""
    client = Spot()
    assert isinstance(client.wallet, Wallet)
    assert client.wallet is client.wallet
    assert repr(client.wallet) == f"<Wallet: {len(Wallet.endpoints())} calls>"


def test_group_has_raw_answers_too(serve):
    """Raw responses and bodies work on groups, flat names included."""
    client = Spot(
        base_url=serve(lambda asked: reply({"status": 0}, X_Sapi_Used_Ip_Weight_1m="1")).url
    )
    for response in (
        client.wallet.with_raw_response.system_status(),
        client.with_raw_response.wallet.system_status(),
        client.with_raw_response.system_status(),
    ):
        assert response.status == 200
        assert response.data == {"status": 0}
        assert response.elapsed_s > 0
        assert response.rate_limits[0].limiter == "SAPI_IP_WEIGHT"
    assert client.with_raw_body.wallet.system_status() == b'{"status": 0}'


def test_unknown_attribute_is_an_attribute_error():
    """A name that is no call is an AttributeError, on raw answers too."""
    client = Spot()
    for owner in (client, client.wallet, client.with_raw_response, client.with_raw_body):
        with pytest.raises(AttributeError):
            _ = owner.no_such_call
    with pytest.raises(AttributeError):
        _ = client.with_raw_response.base_url


def test_raw_answers_complete_to_calls():
    """TAB on with_raw_response shows the calls."""
    assert set(dir(Spot().with_raw_response)) >= set(Market.endpoints())


@pytest.mark.parametrize("attempt", [pickle.dumps, copy.copy, copy.deepcopy])
def test_client_never_leaves_its_process(attempt):
    """A client holds a secret: it can be neither pickled nor copied."""
    with pytest.raises(TypeError, match="secret"):
        attempt(Spot("key", "secret"))


def test_repr_has_the_host_and_no_key():
    """The repr says where requests go and how they are signed."""
    shown = repr(Spot("the-key", "the-secret"))
    assert shown == "<Spot https://api.binance.com, signed by hmac>"
    assert repr(Spot()) == "<Spot https://api.binance.com, unsigned>"


@pytest.mark.parametrize("make", [Spot, WebsocketAPI, WebsocketStream])
def test_repr_has_no_password_of_the_address(make):
    """A user and password in an address, as a proxy in between may want them, are not shown."""
    scheme = "https" if make is Spot else "wss"
    shown = repr(make(base_url=f"{scheme}://me:the-password@host.example"))
    assert f"{scheme}://host.example" in shown
    assert "the-password" not in shown


def test_client_is_a_context_manager_that_spares_the_user_s_session(serve):
    """Leaving the block closes connections, but not a session that was given."""
    closed = []

    class Session(requests.Session):
        def close(self) -> None:
            closed.append(True)

    with Spot(session=Session(), base_url=serve(lambda asked: reply({})).url) as client:
        client.ping()
    assert closed == []


def test_a_closed_client_sends_nothing(serve):
    """After close every call is an error that says so, with options of its own too."""
    server = serve(lambda asked: reply({}))
    client = Spot(base_url=server.url)
    other = client.with_options(timeout=30)
    client.ping()
    client.close()
    client.close()
    for call in (client.ping, other.ping, client.wallet.system_status, client.measure_clock):
        with pytest.raises(ConfigError, match="closed, and nothing was sent"):
            call()
    assert len(server.asked) == 1


def test_old_options_wrap_the_answer(serve):
    """show_limit_usage and show_header answer as the deprecated connector did."""
    server = serve(lambda asked: reply([1], X_Mbx_Used_Weight_1m="2"))
    client = Spot(base_url=server.url, show_limit_usage=True, show_header=True)
    answer = client.klines("BTCUSDT", "1m")
    assert answer["data"] == [1]
    assert answer["limit_usage"] == {"x-mbx-used-weight-1m": "2"}
    assert answer["header"]["content-length"] == "3"


@pytest.mark.parametrize(
    ("params", "weight"),
    [
        ({}, 5),
        ({"limit": 100}, 5),
        ({"limit": 101}, 25),
        ({"limit": 1000}, 50),
        ({"limit": 5000}, 250),
        ({"limit": "5000"}, 250),
    ],
)
def test_depth_weighs_by_its_limit(params, weight):
    """More levels weigh more."""
    assert Spot.endpoints()["depth"].cost(params) == weight


@pytest.mark.parametrize(
    ("call", "params", "weight"),
    [
        ("ticker_24hr", {"symbol": "A"}, 2),
        ("ticker_24hr", {"symbols": ["A"] * 20}, 2),
        ("ticker_24hr", {"symbols": ["A"] * 21}, 40),
        ("ticker_24hr", {"symbols": ["A"] * 101}, 80),
        ("ticker_24hr", {}, 80),
        ("ticker_price", {"symbol": "A"}, 2),
        ("ticker_price", {"symbols": ["A"]}, 4),
        ("book_ticker", {}, 4),
        ("rolling_window_ticker", {"symbols": ["A"] * 3}, 12),
        ("trading_day_ticker", {"symbols": ["A"] * 100}, 200),
        ("trading_day_ticker", {"symbols": '["A","B"]'}, 8),
        ("execution_rules", {"symbols": ["A"] * 3}, 6),
        ("execution_rules", {"symbol": "A"}, 2),
        ("execution_rules", {}, 40),
        ("get_open_orders", {"symbol": "A"}, 6),
        ("get_open_orders", {}, 80),
        ("my_trades", {"orderId": 0}, 5),
        ("my_trades", {}, 20),
        ("query_prevented_matches", {"preventedMatchId": 1}, 2),
        ("query_prevented_matches", {"orderId": 1}, 20),
        ("new_order_test", {"computeCommissionRates": True}, 20),
        ("new_order_test", {}, 1),
    ],
)
def test_weight_depends_on_the_parameters(call, params, weight):
    """Where Binance's weight depends on the parameters, so does ours."""
    assert Spot.endpoints()[call].cost(params) == weight


# What became of a lost answer


def lost(serve, found) -> tuple[Spot, OutcomeUnknown, list[Asked]]:
    """A client whose order's answer was lost, and a server that then answers look-ups."""
    server = serve(lambda asked: None if asked.method != "GET" else found(asked))
    client = Spot("key", "secret", base_url=server.url, timeout=30)
    with pytest.raises(OutcomeUnknown) as caught:
        client.new_order(**ORDER)
    return client, caught.value, server.asked


def test_lost_order_is_found_by_its_id(serve):
    """resolve looks the order up by the id that the client gave it."""
    client, unknown, asked = lost(serve, lambda asked: reply({"status": "FILLED"}))
    assert client.resolve(unknown) == {"status": "FILLED"}
    assert asked[-1].path == "/api/v3/order"
    assert asked[-1].params["origClientOrderId"] == unknown.client_order_id


def test_order_that_is_long_missing_never_took_effect(serve):
    """No such order, long after it was sent, means that there is none: None."""
    client, unknown, _ = lost(serve, lambda asked: refusal(400, -2013, "Order does not exist."))
    unknown.sent_at_s -= 60
    assert client.resolve(unknown) is None


def test_order_that_is_missing_so_far_stays_unknown(serve):
    """No such order, just after it was sent, proves nothing."""
    client, unknown, _ = lost(serve, lambda asked: refusal(400, -2013, "Order does not exist."))
    with pytest.raises(UnknownOrder):
        client.resolve(unknown, timeout=0.1)


@pytest.mark.parametrize(
    ("call", "looked_up"),
    [
        (lambda c: c.cancel_order("A", orderId=5), "/api/v3/order symbol=A orderId=5"),
        (lambda c: c.cancel_open_orders("A"), "/api/v3/openOrders symbol=A"),
        (
            lambda c: c.new_oco_order(
                "A", "SELL", 1, "LIMIT_MAKER", "STOP_LOSS", listClientOrderId="L"
            ),
            "/api/v3/orderList origClientOrderId=L",
        ),
        (lambda c: c.cancel_oco_order("A", orderListId=3), "/api/v3/orderList orderListId=3"),
        (
            lambda c: c.order_amend_keep_priority("A", 1, origClientOrderId="X"),
            "/api/v3/order symbol=A origClientOrderId=X",
        ),
        (
            lambda c: c.margin.new_order(
                "A", "BUY", "MARKET", isIsolated="TRUE", quantity=1, newClientOrderId="M"
            ),
            "/sapi/v1/margin/order symbol=A origClientOrderId=M isIsolated=TRUE",
        ),
        (
            lambda c: c.margin.cancel_order("A", orderId=7),
            "/sapi/v1/margin/order symbol=A orderId=7",
        ),
        (
            lambda c: c.margin.new_oco_order(
                "A", "SELL", 1, 3, 2, isIsolated="TRUE", listClientOrderId="L"
            ),
            "/sapi/v1/margin/orderList origClientOrderId=L isIsolated=TRUE symbol=A",
        ),
        (
            lambda c: c.margin.cancel_oco_order("A", orderListId=3),
            "/sapi/v1/margin/orderList orderListId=3",
        ),
        (
            lambda c: c.margin.open_orders_cancellation("A"),
            "/sapi/v1/margin/openOrders symbol=A",
        ),
        (
            lambda c: c.stocks.new_order("AAPL", "BUY", "MARKET", notional=9, clientOrderId="S"),
            "/sapi/v1/equity/order/detail clientOrderId=S",
        ),
        (
            lambda c: c.stocks.cancel_order("7"),
            "/sapi/v1/equity/order/detail orderId=7",
        ),
        (
            lambda c: c.wallet.withdraw("A", "address", 1, withdrawOrderId="W"),
            "/sapi/v1/capital/withdraw/history withdrawOrderId=W",
        ),
        (
            lambda c: c.sub_account.universal_transfer("SPOT", "SPOT", "A", 1, clientTranId="T"),
            "/sapi/v1/sub-account/universalTransfer clientTranId=T",
        ),
    ],
)
def test_every_lost_trading_call_can_be_looked_up(serve, call, looked_up):
    """Cancels, lists and amendments are resolved too, by what they were about."""
    server = serve(lambda asked: None if asked.method != "GET" else reply({"result": [1]}))
    client = Spot("key", "secret", base_url=server.url, timeout=30)
    with pytest.raises(OutcomeUnknown) as caught:
        call(client)
    assert client.resolve(caught.value) == {"result": [1]}
    last = server.asked[-1]
    shown = [f"{k}={v}" for k, v in last.params.items() if k not in ("timestamp", "signature")]
    assert " ".join((last.path, *shown)) == looked_up


@pytest.mark.parametrize("nothing", [[], {"result": [], "totalCount": 0}])
def test_what_its_history_does_not_have_never_took_effect(serve, nothing):
    """A withdrawal or transfer that the history still lacks in due time was never made."""
    server = serve(lambda asked: None if asked.method != "GET" else reply(nothing))
    client = Spot("key", "secret", base_url=server.url, timeout=30)
    with pytest.raises(OutcomeUnknown) as caught:
        client.sub_account.universal_transfer("SPOT", "SPOT", "A", 1, clientTranId="T")
    with pytest.raises(UnknownOrder, match="so far"):
        client.resolve(caught.value, timeout=0.1)
    caught.value.sent_at_s -= 60
    assert client.resolve(caught.value) is None


def test_a_lost_withdrawal_without_an_id_says_where_to_look(serve):
    """Its history is not taken for it: other withdrawals are there too."""
    client = Spot("key", "secret", base_url=serve(lambda asked: None).url, timeout=30)
    with pytest.raises(OutcomeUnknown) as caught:
        client.wallet.withdraw("A", "address", 1)
    with pytest.raises(ConfigError, match="without withdrawOrderId"):
        client.resolve(caught.value)


@pytest.mark.parametrize(
    "call",
    [lambda c: c.stocks.new_order("AAPL", "BUY", "MARKET", notional=9),
     lambda c: c.stocks.tokenized_mint("AAPL", 1),
     lambda c: c.stocks.tokenized_redeem("AAPLB", 1)],
)  # fmt: skip
def test_orders_of_stocks_carry_an_id_of_ours(serve, call):
    """32 to 36 characters, as they are documented."""
    server = serve(lambda asked: reply({}))
    call(Spot("key", "secret", base_url=server.url))
    assert 32 <= len(server.asked[-1].params["clientOrderId"]) <= 36


def test_what_no_call_looks_up_says_so(serve):
    """For a lost transfer, resolve says where to look."""
    client = Spot("key", "secret", base_url=serve(lambda asked: None).url, timeout=30)
    with pytest.raises(OutcomeUnknown) as caught:
        client.wallet.universal_transfer("MAIN_FUNDING", "USDT", 1)
    with pytest.raises(ConfigError, match="history"):
        client.resolve(caught.value)
