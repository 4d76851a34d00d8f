"""Checks before sending: each finding says which rule, by how much, and what would pass."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binance_lab.trading.check import check_ticket
from binance_lab.trading.estimate import estimate
from binance_lab.trading.nearest import explain, nearest_ticket
from binance_lab.trading.rules import Rules, Scene
from binance_lab.trading.ticket import make_ticket
from binance_lab.wire.facts import MarketFacts


@pytest.fixture
def scene(client) -> Scene:
    return scene_of(client)


def scene_of(client, **free: str) -> Scene:
    book = client.depth("BTCUSDT", 2)
    return Scene(
        rules=Rules.of(client.exchange_info()["symbols"][0]),
        market=MarketFacts(
            base_asset="BTC",
            quote_asset="USDT",
            average_price=Decimal(60000),
            last_price=Decimal(60000),
        ),
        free={
            asset: Decimal(amount)
            for asset, amount in (free or {"USDT": "1000", "BTC": "1"}).items()
        },
        bids=tuple((Decimal(p), Decimal(q)) for p, q in book["bids"]),
        asks=tuple((Decimal(p), Decimal(q)) for p, q in book["asks"]),
    )


def limit(side: str = "BUY", **fields):
    return make_ticket("BTCUSDT", side, "LIMIT", **{"quantity": "0.01", "price": "60000"} | fields)


def test_a_good_order_has_no_findings(scene):
    """Nothing is found where nothing is wrong."""
    assert check_ticket(limit(), scene) == []


def test_an_order_beyond_the_known_book_needs_at_least_what_that_costs(scene):
    """The levels that are known end before the order does: its cost is no more than a bound."""
    within = make_ticket("BTCUSDT", "BUY", "MARKET", quantity=scene.asks[0][1])
    beyond = within.with_(quantity=sum(there for _, there in scene.asks) + 1)
    assert "needs at least" not in f"{check_ticket(within, scene)}"
    assert "needs at least" in f"{check_ticket(beyond, scene)}"


@pytest.mark.parametrize(
    ("ticket", "rule", "field", "nearest"),
    [
        (limit(price="60000.005"), "PRICE_FILTER", "price", "60000.01"),
        (limit(quantity="0.000001"), "LOT_SIZE", "quantity", "0.00001"),
        (limit(quantity="0.012345678"), "PRECISION", "quantity", "0.01234568"),
        (limit(price="1000"), "PERCENT_PRICE_BY_SIDE", "price", "12000"),
        (limit(quantity="0.00005"), "NOTIONAL", "quantity", "0.00008334"),
        (limit(quantity="1"), "BALANCE", "quantity", None),
        (limit("SELL", quantity="2"), "BALANCE", "quantity", None),
        (make_ticket("BTCUSDT", "BUY", "LIMIT_MAKER", quantity="0.01", price="60002"),
         "WOULD_MATCH", "price", "60000.99"),
        (make_ticket("BTCUSDT", "SELL", "STOP_LOSS", quantity="0.01", stop_price="60000"),
         "WOULD_TRIGGER", "stop_price", None),
        (make_ticket("BTCUSDT", "SELL", "STOP_LOSS", quantity="0.01", trailing_delta=5),
         "TRAILING_DELTA", "trailing_delta", "10"),
        (limit(iceberg_qty="0.00001"), "ICEBERG_PARTS", "iceberg_qty", "0.0001"),
        (make_ticket("BTCUSDT", "BUY", "MARKET", quote_order_qty="2000"), "BALANCE",
         "quote_order_qty", None),
        (make_ticket("BTCUSDT", "BUY", "MARKET"), "FIELDS", "quantity", None),
        (limit(time_in_force="IOC", iceberg_qty="0.001"), "FIELDS", "time_in_force", None),
    ],
)  # fmt: skip
def test_the_first_finding_names_rule_field_and_nearest_value(scene, ticket, rule, field, nearest):
    """What is wrong is found under the name that the exchange gives it."""
    found = check_ticket(ticket, scene)[0]
    assert (found.filter, found.field) == (rule, field)
    if nearest is not None:
        assert found.nearest == Decimal(nearest)


def test_a_finding_reads_as_a_sentence_with_numbers(scene):
    """Which filter, by how much, and the nearest legal value."""
    (found,) = check_ticket(limit(price="60000.005"), scene)
    assert str(found) == (
        "PRICE_FILTER: Price 60000.005 is not a multiple of 0.01. Nearest price: 60000.01 (+0.005)."
    )


def test_a_finding_proposes_what_mends_the_whole_order(scene):
    """The nearest value passes every filter, not only the one that it was found by."""
    lot, notional = explain(limit(quantity="0.000001"), scene)
    assert (lot.filter, lot.nearest) == ("LOT_SIZE", Decimal("0.00009"))
    assert (notional.filter, notional.nearest) == ("NOTIONAL", Decimal("0.00009"))


def test_too_little_balance_says_how_much_is_missing(scene):
    """The asset, what is needed, what is free and the difference."""
    (found,) = check_ticket(limit(quantity="0.02"), scene)
    assert "needs 1200 USDT, and 1000 USDT is free: 200 too little" in found.text


def test_a_symbol_that_does_not_trade_is_told(scene):
    """A halted symbol, a type or an iceberg that it doesn't allow."""
    halted = replace(scene, rules=replace(scene.rules, status="HALT", iceberg_allowed=False))
    found = check_ticket(limit(iceberg_qty="0.001"), halted)
    assert [(each.filter, each.field) for each in found] == [
        ("SYMBOL", ""),
        ("TYPE", "iceberg_qty"),
    ]


@pytest.mark.parametrize(
    ("ticket", "nearest"),
    [
        (limit(price="60000.005"), limit(price="60000.01")),
        (limit(quantity="1"), limit(quantity="0.01666")),
        (limit(quantity="0.00001"), limit(quantity="0.00009")),
        (limit(price="1"), limit(price="12000")),
        (make_ticket("BTCUSDT", "BUY", "MARKET", quote_order_qty="2"),
         make_ticket("BTCUSDT", "BUY", "MARKET", quote_order_qty="5")),
    ],
)  # fmt: skip
def test_the_nearest_order_is_legal_and_near(scene, ticket, nearest):
    """Price goes to the tick, quantity to the lot that value and balance allow."""
    assert str(nearest_ticket(ticket, scene)) == str(nearest)


def test_no_order_is_near_where_the_balance_is_too_small(client):
    """With less than the smallest notional there is no legal order."""
    assert nearest_ticket(limit(), scene_of(client, USDT="4")) is None


AMOUNTS = st.decimals("0.00000001", "100000", places=8)
TYPES = st.sampled_from(
    ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT"]
)


# the client is only read
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    side=st.sampled_from(["BUY", "SELL"]),
    order_type=TYPES,
    quantity=AMOUNTS,
    price=AMOUNTS,
    stop=AMOUNTS,
)
def test_nearest_orders_pass_every_check(client, side, order_type, quantity, price, stop):
    """Whatever decimals come in, what is proposed is legal, and a legal order stays as it is."""
    scene = scene_of(client, USDT="1000000", BTC="50")
    fields = {"quantity": quantity}
    if order_type in ("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT"):
        fields["price"] = price
    if order_type in ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT"):
        fields["stop_price"] = stop
    ticket = make_ticket("BTCUSDT", side, order_type, **fields)
    nearest = nearest_ticket(ticket, scene)
    assert nearest is not None
    assert check_ticket(nearest, scene) == []
    if not check_ticket(ticket, scene):
        assert nearest == ticket


def test_an_estimate_walks_the_book(scene):
    """A market order takes level after level; slippage is against the middle, the fee the taker's."""
    ticket = make_ticket("BTCUSDT", "BUY", "MARKET", quantity="2")
    found = estimate(ticket, scene, taker_rate=Decimal("0.001"))
    assert (found.quantity, found.resting) == (2, 0)
    assert found.average_price == Decimal("60005.5")
    assert found.worst_price == 60010
    assert found.fee == Decimal("0.002")
    assert round(found.slippage_bps, 2) == Decimal("0.92")


def test_an_estimate_stops_at_the_limit(scene):
    """A limit order takes what its price allows; the rest goes on the book."""
    found = estimate(limit(quantity="2", price="60001"), scene)
    assert (found.quantity, found.resting, found.average_price) == (1, 1, 60001)
