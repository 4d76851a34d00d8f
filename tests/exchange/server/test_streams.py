"""The stream door: what is sent, and how SUBSCRIBE and its family answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from binance_lab.exchange.process import Exchange

from ..conftest import Rest, Socket

Open = Callable[[str], Socket]


def test_a_raw_stream_sends_bare_events(rest: Rest, other: Rest, socket: Open):
    """/ws/NAME sends payloads as they are."""
    stream = socket("/ws/btcusdt@trade")
    other.order("SELL", "0.01", "60000")
    rest.order("BUY", "0.01")
    event = stream.read()
    assert list(event) == ["e", "E", "s", "t", "p", "q", "T", "m", "M"]
    assert (event["e"], event["p"], event["q"]) == ("trade", "60000.00000000", "0.01000000")


def test_a_combined_stream_says_which_one(rest: Rest, other: Rest, socket: Open):
    """/stream wraps each payload with its stream's name."""
    streams = socket("/stream?streams=btcusdt@trade/btcusdt@aggTrade")
    other.order("SELL", "0.02", "60000")
    rest.order("BUY", "0.02")
    messages = [streams.read(), streams.read()]
    assert [each["stream"] for each in messages] == ["btcusdt@trade", "btcusdt@aggTrade"]


def test_times_come_in_microseconds_if_the_url_asks(rest: Rest, other: Rest, socket: Open):
    """timeUnit in the URL chooses the unit of the events' times."""
    stream = socket("/ws/btcusdt@trade?timeUnit=MICROSECOND")
    other.order("SELL", "0.01", "60000")
    rest.order("BUY", "0.01")
    assert stream.read()["T"] > 10**15


def test_the_book_ticker_follows_the_best_prices(rest: Rest, socket: Open):
    """bookTicker comes when the best bid or ask changes, without time or type."""
    stream = socket("/ws/btcusdt@bookTicker")
    rest.order("BUY", "0.01", "50000")
    event = stream.read()
    assert list(event) == ["u", "s", "b", "B", "a", "A"]
    assert (event["b"], event["B"]) == ("50000.00000000", "0.01000000")


def test_depth_diffs_continue_each_other(exchange: Exchange):
    """Each diff's U is the last one's u plus one."""
    stream = Socket(exchange.ws + "/ws/btcusdt@depth@100ms")
    diffs = [stream.read() for _ in range(5)]
    stream.close()
    for earlier, later in pairwise(diffs):
        assert later["U"] == earlier["u"] + 1


@pytest.mark.parametrize(
    "name",
    [
        "btcusdt@kline_1s",
        "btcusdt@kline_1m@+08:00",
        "btcusdt@miniTicker",
        "btcusdt@ticker",
        "btcusdt@ticker_1h",
        "btcusdt@avgPrice",
        "btcusdt@depth5@100ms",
        "btcusdt@depth20",
        "btcusdt@depth",
        "btcusdt@aggTrade",
        "btcusdt@trade",
        "btcusdt@bookTicker",
        "btcusdt@referencePrice",
        "!miniTicker@arr",
        "!ticker_4h@arr",
    ],
)
def test_every_stream_sends(exchange: Exchange, name: str):
    """Each of the streams sends by itself while agents trade."""
    streams = Socket(exchange.ws + "/stream")
    assert streams.ask(method="SUBSCRIBE", params=[name], id=1) == {"result": None, "id": 1}
    assert streams.until(lambda message: "data" in message)["stream"] == name
    streams.close()


def test_a_block_trade_moves_no_price(rest: Rest, socket: Open):
    """A block trade goes out on its stream and is listed, with ids of its own, and counts nowhere else."""
    stream = socket("/ws/btcusdt@blockTrade")
    before = rest.get("/api/v3/ticker/24hr", symbol="BTCUSDT").json()
    for quantity in ("3", "4"):
        rest.lab("POST", "/blocks", symbol="BTCUSDT", price="61234.5", quantity=quantity)
    event = stream.read()
    assert list(event) == ["e", "E", "s", "t", "p", "q", "T", "m"]
    assert (event["e"], event["s"], event["t"]) == ("blockTrade", "BTCUSDT", 1)
    [listed] = rest.get("/api/v3/historicalBlockTrades", symbol="BTCUSDT", fromId=2).json()
    assert listed["price"] == event["p"] == "61234.50000000"
    assert (listed["id"], listed["qty"], listed["quoteQty"]) == (2, "4.00000000", "244938.00000000")
    after = rest.get("/api/v3/ticker/24hr", symbol="BTCUSDT").json()
    assert (after["lastId"], after["lastPrice"]) == (before["lastId"], before["lastPrice"])


def test_subscribing_and_unsubscribing(socket: Open):
    """LIST_SUBSCRIPTIONS tells what SUBSCRIBE and UNSUBSCRIBE made of it."""
    stream = socket("/ws/btcusdt@trade")
    assert stream.ask(method="SUBSCRIBE", params=["ethusdt@trade"], id=1)["result"] is None
    listed = stream.ask(method="LIST_SUBSCRIPTIONS", id="two")
    assert listed == {"result": ["btcusdt@trade", "ethusdt@trade"], "id": "two"}
    assert stream.ask(method="UNSUBSCRIBE", params=["btcusdt@trade"], id=3)["result"] is None
    assert stream.ask(method="LIST_SUBSCRIPTIONS", id=None)["result"] == ["ethusdt@trade"]


def test_the_combined_property_can_be_set(socket: Open):
    """SET_PROPERTY combined changes what GET_PROPERTY answers."""
    stream = socket("/ws")
    assert stream.ask(method="GET_PROPERTY", params=["combined"], id=1)["result"] is False
    assert stream.ask(method="SET_PROPERTY", params=["combined", True], id=2)["result"] is None
    assert stream.ask(method="GET_PROPERTY", params=["combined"], id=3)["result"] is True


@pytest.mark.parametrize(
    ("text", "code", "msg"),
    [
        ('{"method":"SUBSCRIBE"', 3, "Invalid JSON: expected value"),
        ("[" * 10_000, 3, "Invalid JSON: expected value"),
        ('{"params":[],"id":1}', 2, "Invalid request: missing field `method`"),
        ('{"method":"FLY","params":[],"id":1}', 2, "Invalid request: unknown variant `FLY`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 15"),
        ('{"method":"SUBSCRIBE","params":["a@b"],"id":1.5}', 2, "Invalid request: request ID must be an unsigned integer"),
        ('{"method":"SUBSCRIBE","params":["a@b"]}', 2, "Invalid request: request ID must be an unsigned integer"),
        ('{"method":"SET_PROPERTY","params":["fast",true],"id":1}', 0, "Unknown property"),
        ('{"method":"SET_PROPERTY","params":[1,true],"id":1}', 2, "Invalid request: property name must be a string"),
        ('{"method":"SET_PROPERTY","params":["combined","x"],"id":1}', 1, "Invalid value type: expected Boolean"),
        ('{"method":"GET_PROPERTY","params":["combined",true],"id":1}', 2, "Invalid request: too many parameters"),
    ],
)  # fmt: skip
def test_a_wrong_control_message_is_answered(socket: Open, text: str, code: int, msg: str):
    """What is wrong with a control message is said, and the connection stays."""
    stream = socket("/ws")
    stream.send_text(text)
    answer = stream.read()
    assert answer["code"] == code
    assert answer["msg"].startswith(msg)
    assert stream.ask(method="LIST_SUBSCRIPTIONS", id=1)["result"] == []


def test_a_stream_that_there_is_not_stays_silent(socket: Open):
    """Subscribing to nonsense is accepted, as on Binance."""
    stream = socket("/ws")
    assert stream.ask(method="SUBSCRIBE", params=["nosuch@trade", "x"], id=1)["result"] is None


def test_more_than_five_messages_a_second_end_the_connection(socket: Open):
    """A client that talks too much is disconnected."""
    stream = socket("/ws")
    # However the second falls, six of eleven are in one.
    stream.send_at_once(['{"method":"LIST_SUBSCRIPTIONS","id":1}'] * 11)
    assert stream.close_code() == 1008


def test_an_unsubscribed_stream_sends_no_more(rest: Rest, other: Rest, socket: Open):
    """After UNSUBSCRIBE nothing of the stream comes any more."""
    stream = socket("/ws/btcusdt@trade")
    stream.ask(method="UNSUBSCRIBE", params=["btcusdt@trade"], id=1)
    stream.ask(method="SUBSCRIBE", params=["btcusdt@aggTrade"], id=2)
    other.order("SELL", "0.01", "60000")
    rest.order("BUY", "0.01")
    assert stream.read()["e"] == "aggTrade"


def test_a_symbol_outside_ascii_has_streams(rest: Rest, socket: Open):
    """Stream names may be percent-encoded UTF-8."""
    stream = socket("/stream?streams=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9Fusdt@bookTicker")
    params = {"symbol": "币安人生USDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
    rest.signed("POST", "/api/v3/order", **params, quantity="1000", price="0.1")
    assert stream.read()["stream"] == "币安人生usdt@bookTicker"


def test_a_listen_key_streams_the_account(rest: Rest, socket: Open):
    """Older clients get bare account events by a listen key, which PUT renews and DELETE ends."""
    headers = {"X-MBX-APIKEY": rest.key}
    path = "/api/v3/userDataStream"
    key = rest.send("POST", path, headers=headers).json()["listenKey"]
    stream = socket("/ws/" + key)
    rest.order("BUY", "0.01", "50000")
    assert stream.read()["e"] == "executionReport"
    assert rest.send("PUT", path, f"listenKey={key}", headers=headers).json() == {}
    assert rest.send("DELETE", path, f"listenKey={key}", headers=headers).json() == {}
    answer = rest.send("PUT", path, f"listenKey={key}", headers=headers)
    assert answer.json() == {"code": -1125, "msg": "This listenKey does not exist."}


def test_the_connections_share_one_encoding(rest: Rest, other: Rest, socket: Open):
    """Everybody who listens gets the same message."""
    sockets = [socket("/ws/btcusdt@trade") for _ in range(3)]
    other.order("SELL", "0.01", "60000")
    rest.order("BUY", "0.01")
    messages: list[Any] = [each.read() for each in sockets]
    assert len({json.dumps(each) for each in messages}) == 1
