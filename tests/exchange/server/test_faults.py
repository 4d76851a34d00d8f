"""Faults on demand and the control door."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from binance_lab.exchange.process import Exchange
from binance_lab.exchange.server.faults import BadFault, Faults, parse_fault

from ..conftest import Rest, Socket

Open = Callable[[str], Socket]
DOCUMENTED = json.loads(
    Path(__file__).parents[2].joinpath("data", "errors.json").read_text(encoding="utf-8")
)
LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "50000"}  # fmt: skip


def open_orders(rest: Rest) -> int:
    """How many orders the account has open."""
    return len(rest.signed("GET", "/api/v3/openOrders").json())


def test_an_error_before_does_nothing(rest: Rest):
    """``before`` answers 5xx and places no order."""
    rest.lab("POST", "/faults", kind="before", path="/api/v3/order", times=1)
    answer = rest.signed("POST", "/api/v3/order", **LIMIT)
    assert (answer.status_code, answer.json()["code"]) == (503, -1008)
    assert open_orders(rest) == 0


@pytest.mark.parametrize(("status", "code"), [(500, -1000), (503, -1001), (504, -1007)])
def test_an_error_after_has_done_it(rest: Rest, status: int, code: int):
    """``after`` answers 5xx although the order is placed, and never that the server was too busy."""
    rest.lab("POST", "/faults", kind="after", path="/api/v3/order", times=1, status=status)
    answer = rest.signed("POST", "/api/v3/order", **LIMIT)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert open_orders(rest) == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [(-1000, 500), (-1001, 503), (-1006, 500), (-1007, 504), (-1008, 503), (-1016, 503)],
)
def test_an_error_before_has_a_code(rest: Rest, code: int, status: int):
    """``error`` says which of the server's errors it is; its text and status come with it."""
    rest.lab("POST", "/faults", kind="before", path="/api/v3/order", times=1, error=code)
    answer = rest.signed("POST", "/api/v3/order", **LIMIT)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [answer.json()["msg"]] == DOCUMENTED[str(code)]
    assert open_orders(rest) == 0


@pytest.mark.parametrize("code", [-1000, -1001, -1006, -1007])
def test_an_unknown_outcome_may_be_an_order(rest: Rest, code: int):
    """-1006 and its kind don't say whether the order was accepted: here it was."""
    rest.lab("POST", "/faults", kind="after", path="/api/v3/order", times=1, error=code)
    answer = rest.signed("POST", "/api/v3/order", **LIMIT)
    assert answer.json()["code"] == code
    assert open_orders(rest) == 1


def test_what_struck_is_counted(rest: Rest):
    """The exchange's status says how often each kind of fault has struck."""
    before = Counter(rest.lab("GET", "")["struck"])
    rest.lab("POST", "/faults", kind="before", path="/api/v3/ping", times=2)
    rest.lab("POST", "/faults", kind="cut")
    for _ in range(3):
        rest.get("/api/v3/ping")
    assert Counter(rest.lab("GET", "")["struck"]) - before == {"before": 2, "cut": 1}


def test_files_of_the_archive_fail_as_well(rest: Rest):
    """A fault on a path below /data/spot strikes there."""
    path = "/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01-02.zip"
    rest.lab("POST", "/faults", kind="before", path="*-2025-01-02.zip", times=1)
    assert [rest.get(path).status_code for _ in range(2)] == [503, 200]


@pytest.mark.parametrize("kind", ["half", "drop"])
def test_an_answer_may_break_off(rest: Rest, kind: str):
    """``half`` and ``drop`` do what was asked and lose the answer."""
    rest.lab("POST", "/faults", kind=kind, path="/api/v3/order", method="POST", times=1)
    with pytest.raises(requests.exceptions.RequestException):
        rest.signed("POST", "/api/v3/order", **LIMIT)
    assert open_orders(rest) == 1


@pytest.mark.parametrize("kind", ["slow", "late"])
def test_an_answer_may_take_long(rest: Rest, kind: str):
    """``slow`` and ``late`` answer after delay_s."""
    rest.lab("POST", "/faults", kind=kind, times=1, delay_s=0.3)
    started = time.monotonic()
    assert rest.get("/api/v3/ping").status_code == 200
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(("kind", "status"), [("limit", 429), ("ban", 418)])
def test_limits_can_be_pretended(rest: Rest, kind: str, status: int):
    """``limit`` and ``ban`` answer as if too much had been asked for."""
    rest.lab("POST", "/faults", kind=kind, times=1, delay_s=7)
    answer = rest.get("/api/v3/ping")
    assert (answer.status_code, answer.json()["code"]) == (status, -1003)
    assert answer.headers["Retry-After"] == "7"
    assert rest.get("/api/v3/ping").status_code == 200


def test_the_websocket_api_has_the_same_faults(rest: Rest, socket: Open):
    """A fault of a path or method hits the WebSocket API too."""
    rest.lab("POST", "/faults", kind="before", path="time", times=1)
    api = socket("/ws-api/v3")
    assert api.ask(id=1, method="time")["status"] == 503
    assert api.ask(id=2, method="time")["status"] == 200


def trade(rest: Rest, other: Rest, count: int) -> None:
    """Make some trades."""
    for _ in range(count):
        other.order("SELL", "0.001", "60000")
        rest.order("BUY", "0.001")


def trade_ids(stream: Socket, count: int) -> list[int]:
    """The ids of the next trades that a stream tells, from the first one on."""
    ids = [stream.read()["t"] for _ in range(count)]
    return [each - min(ids) for each in ids]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "lost", "times": 1}, [0, 1]),
        ({"kind": "doubled", "times": 1}, [0, 0, 1, 2]),
        ({"kind": "reordered", "times": 1}, [1, 0, 2]),
        ({"kind": "delayed", "delay_s": 0.2}, [0, 1, 2]),
    ],
)
def test_stream_messages_go_wrong(
    rest: Rest, other: Rest, socket: Open, fault: Any, expected: list[int]
):
    """Messages are lost, come twice, late or in another order."""
    stream = socket("/ws/btcusdt@trade")
    rest.lab("POST", "/faults", stream="btcusdt@trade", **fault)
    trade(rest, other, 3)
    assert trade_ids(stream, len(expected)) == expected


def test_an_account_may_miss_an_event(rest: Rest, socket: Open):
    """A fault of ``userData`` loses an execution report."""
    api = socket("/ws-api/v3")
    params: dict[str, Any] = {"apiKey": rest.key, "timestamp": time.time_ns() // 10**6}
    payload = "&".join(f"{name}={params[name]}" for name in sorted(params))
    params["signature"] = rest.sign(payload)
    api.ask(id=1, method="userDataStream.subscribe.signature", params=params)
    rest.lab("POST", "/faults", kind="lost", stream="userData", times=1)
    rest.order("BUY", "0.01", "50000")
    assert api.read()["event"]["e"] == "outboundAccountPosition"


def test_a_hole_breaks_the_chain_of_diffs(rest: Rest, socket: Open):
    """``hole`` leaves out a diff, so that the next U is not the last u plus one."""
    stream = socket("/ws/btcusdt@depth@100ms")
    rest.order("BUY", "0.01", "50000")
    first = stream.read()
    rest.lab("POST", "/faults", kind="hole", times=1)
    rest.order("BUY", "0.01", "50001")
    deadline = time.monotonic() + 30
    while rest.lab("GET", "/faults") and time.monotonic() < deadline:
        pass
    rest.order("BUY", "0.01", "50002")
    assert stream.read()["U"] > first["u"] + 1


@pytest.mark.parametrize(("fault", "code"), [("cut", 1006), ("close", 1001), ("shutdown", 1001)])
def test_connections_end(rest: Rest, socket: Open, fault: str, code: int):
    """``cut`` ends connections without a word, ``close`` and ``shutdown`` with a code."""
    stream = socket("/ws/btcusdt@trade")
    stream.ask(method="LIST_SUBSCRIPTIONS", id=1)
    rest.lab("POST", "/faults", kind=fault, door="streams", delay_s=0.05)
    assert stream.close_code() == code


def test_a_shutdown_is_announced(rest: Rest, socket: Open):
    """``shutdown`` tells every client before it closes."""
    stream, api = socket("/stream"), socket("/ws-api/v3")
    stream.ask(method="LIST_SUBSCRIPTIONS", id=1)
    api.ask(method="ping", id=1)
    rest.lab("POST", "/faults", kind="shutdown", delay_s=0.05)
    assert stream.read()["stream"] == "!serverShutdown"
    assert api.read()["event"]["e"] == "serverShutdown"


def test_a_stalled_connection_gets_what_it_missed(rest: Rest, other: Rest, socket: Open):
    """``stall`` keeps messages back until ``resume``."""
    stream = socket("/ws/btcusdt@trade")
    stream.ask(method="LIST_SUBSCRIPTIONS", id=1)
    rest.lab("POST", "/faults", kind="stall")
    trade(rest, other, 2)
    rest.lab("POST", "/faults", kind="resume")
    assert trade_ids(stream, 2) == [0, 1]


def test_the_clock_can_be_wrong(rest: Rest):
    """``skew`` makes requests of the right time too old."""
    rest.lab("POST", "/faults", kind="skew", delay_s=10)
    answer = rest.signed("GET", "/api/v3/account")
    rest.lab("DELETE", "/faults")
    assert answer.json()["code"] == -1021
    assert rest.signed("GET", "/api/v3/account").status_code == 200


def test_a_halted_symbol_takes_no_orders(rest: Rest):
    """Maintenance refuses orders until the symbol trades again."""
    rest.lab("POST", "/symbols", symbol="BTCUSDT", status="HALT")
    answer = rest.signed("POST", "/api/v3/order", **LIMIT)
    info = rest.get("/api/v3/exchangeInfo", symbol="BTCUSDT").json()
    rest.lab("POST", "/symbols", symbol="BTCUSDT", status="TRADING")
    assert (answer.json()["code"], answer.json()["msg"]) == (-1013, "Market is closed.")
    assert info["symbols"][0]["status"] == "HALT"


def test_an_account_can_be_opened_and_paid_into(rest: Rest):
    """A new account has its own key and what is deposited."""
    made = rest.lab("POST", "/accounts", balances={"USDT": "5"})
    rest.key, rest.secret = made["api_key"], made["api_secret"]
    rest.lab("POST", "/deposits", account=made["account"], asset="USDT", amount="2.5")
    account = rest.signed("GET", "/api/v3/account", omitZeroBalances="true").json()
    assert account["balances"] == [{"asset": "USDT", "free": "7.50000000", "locked": "0.00000000"}]


def opened(rest: Rest, exchange: Exchange, **terms: Any) -> Rest:
    """A client of a new account on special terms."""
    made = rest.lab("POST", "/accounts", balances={"USDT": "100000", "BTC": "1"}, **terms)
    client = Rest(exchange)
    client.key, client.secret = made["api_key"], made["api_secret"]
    return client


def test_accounts_of_a_trade_group_hand_over_instead_of_trading(
    rest: Rest, quiet_exchange: Exchange
):
    """TRANSFER between two accounts of a group moves both sides, and makes no trade."""
    seller, buyer = (opened(rest, quiet_exchange, trade_group=7) for _ in range(2))
    seller.order("SELL", "0.01", "61000", selfTradePreventionMode="TRANSFER")
    placed = buyer.order("BUY", "0.01", "61000", selfTradePreventionMode="TRANSFER")
    assert (placed["status"], placed["tradeGroupId"]) == ("EXPIRED_IN_MATCH", 7)
    account = buyer.signed("GET", "/api/v3/account", omitZeroBalances="true").json()
    assert account["tradeGroupId"] == 7
    owned = {row["asset"]: row["free"] for row in account["balances"]}
    assert owned == {"USDT": "99390.00000000", "BTC": "1.01000000"}
    assert buyer.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT").json() == []


@pytest.mark.parametrize(
    ("terms", "code", "msg"),
    [
        ({"max_asset": {"BTC": "0.005"}}, -1013, "Filter failure: MAX_ASSET"),
        ({"can_trade": False}, -2010, "This account may not place or cancel orders."),
    ],
)
def test_an_account_may_be_limited(
    rest: Rest, quiet_exchange: Exchange, terms: Any, code: int, msg: str
):
    """A limit of an asset shows in myFilters, and one that may not trade says so in account."""
    client = opened(rest, quiet_exchange, **terms)
    answer = client.signed("POST", "/api/v3/order", **LIMIT)
    assert answer.json() == {"code": code, "msg": msg}
    filters = client.signed("GET", "/api/v3/myFilters", symbol="BTCUSDT").json()["assetFilters"]
    shown = [{"filterType": "MAX_ASSET", "asset": "BTC", "limit": "0.00500000"}]
    assert filters == (shown if "max_asset" in terms else [])
    account = client.signed("GET", "/api/v3/account").json()
    assert account["canTrade"] is terms.get("can_trade", True)


@pytest.mark.parametrize("body", [{"trade_group": "x"}, {"balances": [1]}, {"max_asset": {"BTC": "x"}}])  # fmt: skip
def test_an_account_that_can_not_be_is_refused(rest: Rest, body: Any):
    """Terms that are none are a clear error of the control door."""
    answer = rest.send("POST", "/lab/accounts", json=body)
    assert answer.status_code == 400


def test_the_status_tells_no_secret(rest: Rest):
    """The door's status has accounts, connections and faults, and no key."""
    status = rest.send("GET", "/lab/").text
    assert '"accounts"' in status
    assert rest.key not in status
    assert rest.secret not in status


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_web_pages_stay_out(rest: Rest, headers: dict[str, str]):
    """A request that a web page could make doesn't get in."""
    assert rest.send("GET", "/lab/", headers=headers).status_code == 403


def test_what_the_door_can_not_do_is_said(rest: Rest):
    """A wrong fault is answered with the faults there are."""
    answer = rest.send("POST", "/lab/faults", json={"kind": "fire"})
    assert answer.status_code == 400
    assert "lost" in answer.json()["error"]


def test_a_fault_is_read_from_a_word():
    """``kind:name=value,…`` is a fault; values get their types."""
    fault = parse_fault("lost:chance=0.25,times=3,stream=*@trade")
    assert (fault.kind, fault.chance, fault.times, fault.stream) == ("lost", 0.25, 3, "*@trade")


@pytest.mark.parametrize(
    "text",
    [
        "fire",
        "lost:chance=2",
        "lost:x=1",
        "lost:chance",
        "slow:delay_s=x",
        "before:error=-1121",
        "after:error=-1008",
        "after:error=-1016",
    ],
)
def test_a_fault_that_can_not_be_is_refused(text: str):
    """An unknown kind, name or value is a clear error."""
    with pytest.raises(BadFault):
        parse_fault(text)


def test_the_same_seed_has_the_same_faults():
    """Chances are drawn from the seed."""

    def struck(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(parse_fault("slow:chance=0.5"))
        return [bool(faults.of_request("GET", "/api/v3/ping")) for _ in range(64)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
