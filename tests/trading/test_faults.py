"""A fault run: whatever gets lost, each order exists once or not at all, and its state is the server's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

import pytest
import requests

from binance_lab import Lab
from binance_lab.connector.exceptions import LabError
from binance_lab.connector.spot import Spot
from binance_lab.exchange.process import Exchange
from binance_lab.trading import Journal, Limits, Trading, register
from binance_lab.trading.order import Order
from binance_lab.trading.states import OrderState

ORDERS = 1_000
FAULTS = (
    {"kind": "before", "chance": 0.05, "path": "/api/v3/order*", "method": "POST", "status": 503},
    {"kind": "after", "chance": 0.05, "path": "/api/v3/order*", "method": "POST", "status": 504},
    {"kind": "drop", "chance": 0.05, "path": "/api/v3/order*", "method": "POST"},
    {"kind": "half", "chance": 0.05, "path": "/api/v3/order*", "method": "POST"},
    # longer than the client waits: done before it gave up, and after
    {"kind": "late", "times": 3, "chance": 0.02, "path": "/api/v3/order", "method": "POST"},
    {"kind": "slow", "times": 3, "chance": 0.02, "path": "/api/v3/order", "method": "POST"},
    {"kind": "drop", "chance": 0.05, "path": "/api/v3/order", "method": "DELETE"},
    {"kind": "drop", "chance": 0.1, "path": "/api/v3/order*", "method": "PUT"},
    {"kind": "drop", "chance": 0.05, "path": "/api/v3/order", "method": "GET"},
    # the account's own stream: its connection ends, and events get lost, again and again
    {"kind": "cut", "door": "api", "every_s": 1.5},
    {"kind": "lost", "chance": 0.1, "stream": "userData"},
)
OF_STREAMS = {"cut", "lost"}
TIMEOUT_S = 1.0
DELAY_S = 1.5


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(seed=11, symbols=["BTCUSDT"], agents=False, accounts=2) as exchange:
        door(exchange, "POST", "limits", weight=1_000_000, orders_10s=1_000_000)
        yield exchange


def door(exchange: Exchange, verb: str, name: str, /, **body: object) -> None:
    """Knock at the exchange's control door."""
    url = f"{exchange.rest}/lab/{name}"
    requests.request(verb, url, json=body, timeout=30).raise_for_status()


@pytest.fixture
def desk(exchange, tmp_path, monkeypatch, streamed) -> Iterator[Trading]:
    # on loopback a request is not under way for longer than its receive window
    monkeypatch.setattr(register, "SERVER_TIMEOUT_S", 0.0)
    key = {"api_key": exchange.api_key, "api_secret": exchange.api_secret}
    client = Spot(**key, base_url=exchange.rest, timeout=TIMEOUT_S, recv_window=2000)
    client.limits.learn(client.exchange_info()["rateLimits"])
    limits = Limits(max_order_value=None, max_open_orders=None, max_orders_per_minute=None)
    with client, Lab(url=exchange.rest, **key) as lab:
        account = lab.live.account() if streamed else None
        journal = Journal(tmp_path / "orders.jsonl")
        with Trading(client, limits=limits, journal=journal, account=account) as desk:
            yield desk


def place_or_refused(desk: Trading, number: int) -> None:
    """A limit order around the book: some trade, some rest, some are canceled or changed."""
    side, price = "BUY" if number % 2 else "SELL", 63_000 + number % 20
    with suppress(LabError):  # a refusal, which the order tells too
        order = desk.place("BTCUSDT", side, "LIMIT", quantity="0.001", price=price)
        if number % 3 == 0:
            desk.cancel(order)
        elif number % 7 == 0:
            desk.amend(order, "0.0005")
        elif number % 11 == 0:
            desk.cancel_replace(order, price=price - 5)


def on_server(client: Spot) -> dict[str, dict[str, object]]:
    """Every order that the exchange has, by client order id; each id once."""
    rows: list[dict[str, object]] = []
    while True:
        start = int(str(rows[-1]["orderId"])) + 1 if rows else 1
        page = client.get_orders("BTCUSDT", orderId=start, limit=1000)
        rows += page
        if len(page) < 1000:
            break
    found = {str(row["clientOrderId"]): row for row in rows}
    assert len(found) == len(rows), "an order was placed twice"
    return found


def agrees(order: Order, row: dict[str, object] | None) -> bool:
    if row is None:
        return order.state is OrderState.REJECTED
    states = {"NEW": "accepted", "EXPIRED_IN_MATCH": "expired"}
    status = str(row["status"])
    same = order.state.value == states.get(status, status.lower().replace("_", " "))
    same = same and order.quantity == Decimal(str(row["origQty"]))
    return same and order.executed_qty == Decimal(str(row["executedQty"]))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("streamed", [False, True])
def test_every_outcome_is_the_server_s(desk, exchange, streamed):
    """1,000 orders while answers get lost: none twice, and every state shown is the exchange's."""
    other = exchange.accounts[1]
    with Spot(other["api_key"], other["api_secret"], base_url=exchange.rest) as maker:
        for side, price in (("BUY", 63_009), ("SELL", 63_010)):
            order = {"timeInForce": "GTC", "quantity": "1", "price": price}
            maker.new_order("BTCUSDT", side, "LIMIT", **order)
    for fault in FAULTS:
        door(exchange, "POST", "faults", **{"delay_s": DELAY_S} | fault)
    for number in range(ORDERS):
        place_or_refused(desk, number)
    door(exchange, "DELETE", "faults")
    struck = requests.get(f"{exchange.rest}/lab", timeout=30).json()["struck"]
    assert {fault["kind"] for fault in FAULTS if streamed or fault["kind"] not in OF_STREAMS} <= {
        kind for kind, times in struck.items() if times
    }
    for order in desk.orders:
        order.wait(timeout=30)
    server = on_server(desk._client)
    for order in desk.open_orders:
        desk._register.look(order)
    assert len(desk.orders) >= ORDERS
    assert set(server) <= {order.client_order_id for order in desk.orders}
    wrong = [order for order in desk.orders if not agrees(order, server.get(order.client_order_id))]
    assert wrong == []
    assert sum(order.state is OrderState.FILLED for order in desk.orders) > 100
    assert sum(len(order.client_order_ids) > 1 for order in desk.orders) > 20
