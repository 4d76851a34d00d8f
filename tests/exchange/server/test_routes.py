"""The route table against the catalogue of Binance's endpoints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from binance_lab.exchange.server.routes import BY_METHOD, BY_PATH, ROUTES

CATALOGUE = Path(__file__).parents[2] / "data" / "endpoints.json"
SIGNING = {"timestamp", "signature", "recvWindow"}


def current() -> list[dict[str, Any]]:
    """The /api endpoints that Binance serves today."""
    rows: list[dict[str, Any]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return [row for row in rows if row["path"].startswith("/api/v3") and row["status"] == "current"]


def test_every_endpoint_is_served_and_no_other():
    """The table has the 48 endpoints of today, each once."""
    served = {(route.http, route.path) for route in ROUTES}
    assert served == {(row["method"], row["path"]) for row in current()}
    assert len(ROUTES) == len(BY_PATH) == len(BY_METHOD) == 48


@pytest.mark.parametrize("row", current(), ids=lambda row: f"{row['method']} {row['path']}")
def test_an_endpoint_reads_what_binance_documents(row: dict[str, Any]):
    """Parameters, which of them are mandatory, security and order count are Binance's."""
    route = BY_PATH[row["method"], row["path"]]
    names = {param.name for param in route.declared} - SIGNING
    assert names == set(row["required"] + row["optional"]) - SIGNING
    required = {param.name for param in route.declared if param.required} - SIGNING
    assert required == set(row["required"]) - {"stopPrice"}  # order/oco takes trailingDelta instead
    assert route.security == row["security"]
    assert route.signed == (row["security"] != "NONE")
    assert route.method == row["ws"]


@pytest.mark.parametrize(
    ("path", "orders"),
    [
        ("order", 1),
        ("sor/order", 1),
        ("order/cancelReplace", 1),
        ("orderList/oco", 2),
        ("orderList/oto", 2),
        ("orderList/otoco", 3),
        ("orderList/opo", 2),
        ("orderList/opoco", 3),
    ],
)
def test_an_endpoint_counts_the_orders_it_places(path: str, orders: int):
    """Placing adds to the unfilled order count, order lists as many as they have."""
    assert BY_PATH["POST", "/api/v3/" + path].orders == orders


@pytest.mark.parametrize("row", current(), ids=lambda row: f"{row['method']} {row['path']}")
def test_an_endpoint_costs_what_binance_documents(row: dict[str, Any]):
    """A weight that depends on nothing is the documented one."""
    route = BY_PATH[row["method"], row["path"]]
    if row["weight"].isdecimal():
        assert route.weight_of({}) == int(row["weight"])


@pytest.mark.parametrize(
    ("path", "sent", "weight"),
    [
        ("depth", {"limit": "100"}, 5),
        ("depth", {"limit": "101"}, 25),
        ("depth", {"limit": "1000"}, 50),
        ("depth", {"limit": "1001"}, 250),
        ("ticker/24hr", {"symbol": "A"}, 2),
        ("ticker/24hr", {"symbols": '["A","B"]'}, 2),
        ("ticker/24hr", {}, 80),
        ("ticker", {"symbols": '["A","B"]'}, 8),
        ("ticker/price", {}, 4),
        ("executionRules", {"symbols": '["A","B"]'}, 4),
        ("executionRules", {}, 40),
        ("openOrders", {}, 80),
        ("openOrders", {"symbol": "A"}, 6),
        ("myTrades", {"orderId": "1"}, 5),
        ("myTrades", {}, 20),
        ("myPreventedMatches", {"preventedMatchId": "1"}, 2),
    ],
)
def test_a_weight_depends_on_what_is_sent(path: str, sent: dict[str, str], weight: int):
    """More symbols or levels cost more, as documented."""
    assert BY_PATH["GET", "/api/v3/" + path].weight_of(sent) == weight
