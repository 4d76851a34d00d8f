"""Sockets against the embedded exchange: streams, calls and account events together."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests

from binance_lab.connector.connection import ConnectionEvent, State
from binance_lab.connector.exceptions import FilterFailure, OutcomeUnknown
from binance_lab.connector.stream_pool import StreamPool
from binance_lab.connector.streams import WebsocketStream
from binance_lab.connector.user_data import UserData
from binance_lab.connector.ws_api import WebsocketAPI
from binance_lab.exchange.process import Exchange
from binance_lab.wire.events import decoder
from binance_lab.wire.user_events import ExecutionReport, UserEvent

from .servers import wait_until

QUIET = {"btcusdt@blockTrade", "btcusdt@referencePrice"}  # streams on which nothing happens here


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with Exchange(seed=3, symbols=("BTCUSDT", "ETHUSDT")) as running:
        yield running


@pytest.fixture
def api(exchange: Exchange) -> Iterator[WebsocketAPI]:
    with WebsocketAPI(exchange.api_key, exchange.api_secret, base_url=exchange.ws_api) as api:
        yield api


def door(exchange: Exchange, path: str, /, **body: Any) -> Any:
    """What the exchange's control door answers."""
    answer = requests.post(f"{exchange.rest}/lab/{path}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


class Ids:
    """A sink of trades that keeps their ids."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.states: list[State] = []
        self._decode = decoder("btcusdt@trade")

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        self.ids += [self._decode(message).id for message in messages]

    def connection_changed(self, event: ConnectionEvent) -> None:
        self.states.append(event.state)


def test_all_streams_come_typed(exchange: Exchange):
    """The server agrees to all 15 streams, and what comes decodes as each stream's event."""
    heard: dict[str, Any] = {}
    opened = threading.Event()
    with WebsocketStream(
        exchange.ws,
        combined=True,
        on_open=opened.set,
        on_message=lambda message: heard.setdefault(message["stream"], message),
    ) as stream:
        for subscribe in (stream.agg_trade, stream.trade, stream.block_trade, stream.ticker):
            subscribe("BTCUSDT")
        for subscribe in (stream.reference_price, stream.mini_ticker, stream.book_ticker):
            subscribe("BTCUSDT")
        stream.avg_price("BTCUSDT")
        stream.kline("BTCUSDT", "1s")
        stream.kline_offset("BTCUSDT", "1d")
        stream.rolling_window_ticker("BTCUSDT", "1h")
        stream.all_rolling_window_ticker("4h")
        stream.all_mini_ticker()
        stream.partial_book_depth("BTCUSDT", 5, 100)
        stream.diff_book_depth("BTCUSDT", 100)
        assert opened.wait(30)
        assert sorted(stream.list_subscriptions()) == sorted(stream.subscriptions)
        wait_until(lambda: {*heard} | QUIET == {*stream.subscriptions})
    for name, message in heard.items():
        assert decoder(name, float)(msgspec.json.encode(message))


def test_trades_have_no_hole_over_a_shutdown(exchange: Exchange):
    """Through serverShutdown every trade comes once, and no loss is announced."""
    sink = Ids()
    with StreamPool(exchange.ws) as pool:
        pool.subscribe("btcusdt@trade", sink)
        wait_until(lambda: sink.ids)
        door(exchange, "faults", kind="shutdown", delay_s=5.0, times=1)
        wait_until(lambda: State.REPLACED in sink.states)
        after = len(sink.ids)
        wait_until(lambda: len(sink.ids) > after)
    assert sink.ids == list(range(sink.ids[0], sink.ids[-1] + 1))
    assert State.CLOSED not in sink.states


def test_cut_is_announced_and_healed(exchange: Exchange):
    """After a cut the stream comes again, and its sinks heard of the loss."""
    sink = Ids()
    with StreamPool(exchange.ws) as pool:
        pool.subscribe("btcusdt@trade", sink)
        wait_until(lambda: sink.ids)
        door(exchange, "faults", kind="cut", times=1)
        wait_until(lambda: State.CLOSED in sink.states)
        heard = len(sink.ids)
        wait_until(lambda: len(sink.ids) > heard)
    assert sink.ids == sorted(set(sink.ids))


def test_order_is_placed_and_reported(api: WebsocketAPI):
    """An order over the socket is filled, and its reports come over the same socket."""
    events: list[UserEvent] = []
    with UserData(api, events.append):
        order = api.new_order("BTCUSDT", "BUY", "MARKET", quoteOrderQty=50)
        assert order["status"] == "FILLED"
        wait_until(lambda: any(filled(event, order) for event in events))
    reports = [event for event in events if isinstance(event, ExecutionReport)]
    assert {report.order_id for report in reports} <= {order["orderId"]}
    assert api.rate_limits


def filled(event: UserEvent, order: dict[str, Any]) -> bool:
    return (
        isinstance(event, ExecutionReport)
        and event.order_id == order["orderId"]
        and event.order_status == "FILLED"
    )


def test_refusal_names_the_filter(api: WebsocketAPI):
    """An order that breaks a filter raises FilterFailure with the filter's name."""
    with pytest.raises(FilterFailure) as caught:
        api.new_order("BTCUSDT", "BUY", "LIMIT", timeInForce="GTC", quantity="0.001", price="1")
    assert caught.value.filter


def test_lost_answer_is_resolved(exchange: Exchange, api: WebsocketAPI):
    """An order whose answer is lost with the connection is unknown, and found by its id."""
    api.ping()
    door(exchange, "faults", kind="drop", path="order.place", times=1)
    with pytest.raises(OutcomeUnknown) as caught:
        api.new_order("BTCUSDT", "BUY", "MARKET", quoteOrderQty=50)
    order = api.resolve(caught.value)
    assert order["clientOrderId"] == caught.value.client_order_id
    assert order["status"] == "FILLED"


def test_session_is_logged_on_with_ed25519(exchange: Exchange, ed25519: tuple[str, bytes]):
    """After a logon calls need no signature, also over the connection that replaces this one."""
    private, public = ed25519
    key = door(exchange, "keys", account=exchange.accounts[0]["account"], publicKey=public.decode())
    with WebsocketAPI(key["api_key"], private_key=private, base_url=exchange.ws_api) as api:
        assert api.session_logon()["apiKey"] == key["api_key"]
        api.account()
        api.session.connection.replace()
        wait_until(lambda: api.session.connection.replacements == 1)
        assert api.logged_on
        assert api.session_status()["apiKey"] == key["api_key"]
        with UserData(api, lambda event: None) as user_data:
            assert user_data.state == "subscribed"
