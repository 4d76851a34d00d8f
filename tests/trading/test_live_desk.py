"""The desk with the account's own stream, on the embedded exchange."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import requests

from binance_lab import Lab
from binance_lab.connector.spot import Spot
from binance_lab.exchange.process import Exchange
from binance_lab.trading import OrderState, Trading

from ..connector.servers import wait_until


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(seed=2, symbols=["BTCUSDT"], agents=False, accounts=2) as exchange:
        yield exchange


@pytest.fixture
def lab(exchange, tmp_path, monkeypatch) -> Iterator[Lab]:
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(tmp_path))
    with Lab(url=exchange.rest, api_key=exchange.api_key, api_secret=exchange.api_secret) as lab:
        assert lab.live.account().wait_live(10)
        yield lab


@pytest.fixture
def other(exchange) -> Iterator[Spot]:
    """Somebody else, who trades with our orders."""
    account = exchange.accounts[1]
    with Spot(account["api_key"], account["api_secret"], base_url=exchange.rest) as client:
        yield client


def sell(client: Spot, quantity: str, price: str) -> None:
    client.new_order("BTCUSDT", "SELL", "LIMIT", timeInForce="GTC", quantity=quantity, price=price)


def fault(exchange: Exchange, **body: object) -> None:
    requests.post(f"{exchange.rest}/lab/faults", json=body, timeout=30).raise_for_status()


def test_the_stream_tells_of_fills_as_they_happen(lab, other):
    """A resting order is filled in two parts, by the account's stream alone."""
    order = lab.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000")
    sell(other, "0.004", "60000")
    assert order.wait("partially filled", timeout=30).executed_qty > 0
    sell(other, "0.006", "60000")
    assert order.wait("filled", timeout=30).state is OrderState.FILLED
    wait_until(lambda: order.fills_complete, "all fills")
    assert [str(fill.qty.normalize()) for fill in order.fills] == ["0.004", "0.006"]
    assert all(fill.is_maker for fill in order.fills)


def test_what_happened_while_the_stream_was_cut_is_found(lab, exchange, other):
    """The stream breaks, the order is filled meanwhile, and the desk finds out by asking."""
    order = lab.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000")
    fault(exchange, kind="stall", door="api")
    sell(other, "0.01", "60000")
    fault(exchange, kind="cut", door="api")
    assert order.wait("filled", timeout=20).state is OrderState.FILLED
    assert order.average_price == 60000


def test_a_lost_answer_is_told_by_the_stream(lab, exchange):
    """The answer to placing is dropped: the execution report says that the order lives."""
    fault(exchange, kind="drop", path="/api/v3/order", method="POST", times=1)
    fault(exchange, kind="before", path="/api/v3/order", method="GET", status=503)
    order = lab.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000")
    assert order.wait(timeout=30).state is OrderState.ACCEPTED
    assert len(lab.client.get_open_orders()) == 1


def test_an_order_list_is_canceled_as_one(lab):
    """What place_list answered goes to cancel as it is; both legs end, here and on the exchange."""
    sells = {"side": "SELL", "quantity": "0.01"}
    placed = lab.trading.place_list(
        "OCO",
        "BTCUSDT",
        above=sells | {"type": "LIMIT_MAKER", "price": "90000"},
        below=sells | {"type": "STOP_LOSS", "stop_price": "20000"},
    )
    assert lab.cancel(placed) is placed
    assert placed.wait("done", timeout=30).state == "done"
    assert {order.state for order in placed.orders} == {OrderState.CANCELED}
    assert lab.client.get_open_orders() == []


def test_slippage_counts_from_any_live_book(lab, other):
    """The middle at sending is that of a book that is open anywhere in the lab."""
    lab.live._wait_s = 0.0
    book = lab.live.book("BTCUSDT")
    for side, price in (("SELL", "64100"), ("BUY", "63900"), ("BUY", "63000")):
        order = {"timeInForce": "GTC", "quantity": "0.5", "price": price}
        other.new_order("BTCUSDT", side, "LIMIT", **order)
    assert book.until(lambda: book.state == "live" and len(book.top(9).bids) == 2)
    order = lab.place("BTCUSDT", "BUY", "MARKET", quantity="0.01").wait("filled", timeout=30)
    assert order.mid_price == 64000
    assert order.slippage_bps == pytest.approx(15.625)


def test_a_restarted_notebook_knows_its_orders(lab, exchange, other):
    """A new lab reads the journal, and asks what became of what was open."""
    order = lab.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000")
    lab.close()
    sell(other, "0.01", "60000")
    with Lab(url=exchange.rest, api_key=exchange.api_key, api_secret=exchange.api_secret) as again:
        trading: Trading = again.trading
        found = trading.order(order.client_order_id)
        assert found.wait("filled", timeout=30).state is OrderState.FILLED
