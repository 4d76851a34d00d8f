"""Every filter: what passes, what fails, and the nearest value that would pass."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.wire.enums import OrderType, Side
from binance_lab.wire.facts import MarketFacts, OrderFacts
from binance_lab.wire.filters import FILTERS, failures, first_failure, parse_filters

PRICE = {"filterType": "PRICE_FILTER", "minPrice": "1", "maxPrice": "1000", "tickSize": "0.5"}
LOT = {"filterType": "LOT_SIZE", "minQty": "0.01", "maxQty": "100", "stepSize": "0.01"}
MARKET_LOT = {"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "10", "stepSize": "0"}
NOTIONAL = {
    "filterType": "NOTIONAL",
    "minNotional": "10",
    "applyMinToMarket": True,
    "maxNotional": "5000",
    "applyMaxToMarket": False,
    "avgPriceMins": 5,
}
MIN_NOTIONAL = {
    "filterType": "MIN_NOTIONAL",
    "minNotional": "10",
    "applyToMarket": False,
    "avgPriceMins": 5,
}
PERCENT = {"filterType": "PERCENT_PRICE", "multiplierUp": "1.5", "multiplierDown": "0.5", "avgPriceMins": 5}  # fmt: skip
BY_SIDE = {
    "filterType": "PERCENT_PRICE_BY_SIDE",
    "bidMultiplierUp": "1.2",
    "bidMultiplierDown": "0.2",
    "askMultiplierUp": "5",
    "askMultiplierDown": "0.8",
    "avgPriceMins": 5,
}
TRAILING = {
    "filterType": "TRAILING_DELTA",
    "minTrailingAboveDelta": 10,
    "maxTrailingAboveDelta": 2000,
    "minTrailingBelowDelta": 20,
    "maxTrailingBelowDelta": 1000,
}
ICEBERG = {"filterType": "ICEBERG_PARTS", "limit": 10}
POSITION = {"filterType": "MAX_POSITION", "maxPosition": "10"}
ASSET = {"filterType": "MAX_ASSET", "asset": "USDC", "limit": "42"}

STOP_LIMIT = OrderType.STOP_LOSS_LIMIT


def order(**facts: Any) -> OrderFacts:
    """A limit bid unless said otherwise; numbers as text."""
    for name in (
        "price",
        "pegged_price",
        "stop_price",
        "quantity",
        "quote_order_qty",
        "iceberg_qty",
    ):
        if name in facts:
            facts[name] = Decimal(facts[name])
    return OrderFacts(**({"side": Side.BUY, "type": OrderType.LIMIT} | facts))


def market(**facts: Any) -> MarketFacts:
    """A market whose average price is 100."""
    return MarketFacts(**({"average_price": Decimal(100)} | facts))


AT_MARKET = {"type": OrderType.MARKET}
SELL = {"side": Side.SELL}


@pytest.mark.parametrize(
    ("rule", "facts", "field", "nearest"),
    [
        (PRICE, {"price": "0.5"}, "price", "1.0"),
        (PRICE, {"price": "1000.5"}, "price", "1000.0"),
        (PRICE, {"price": "10.3"}, "price", "10.5"),
        (PRICE, {"price": "10", "stop_price": "10.1"}, "stopPrice", "10.0"),
        (PRICE, {"pegged_price": "0.5"}, "peggedPrice", "1.0"),
        (LOT, {"quantity": "0.001"}, "quantity", "0.01"),
        (LOT, {"quantity": "100.01"}, "quantity", "100.00"),
        (LOT, {"quantity": "0.015"}, "quantity", "0.02"),
        (LOT, {"quantity": "1", "iceberg_qty": "0.005"}, "icebergQty", "0.01"),
        (MARKET_LOT, {**AT_MARKET, "quantity": "11"}, "quantity", "10"),
        (NOTIONAL, {"price": "5", "quantity": "1"}, "quantity", "2"),
        (NOTIONAL, {"price": "300", "quantity": "20"}, "quantity", "16.66666666"),
        (NOTIONAL, {**AT_MARKET, "quantity": "0.05"}, "quantity", "0.1"),
        (NOTIONAL, {**AT_MARKET, "quote_order_qty": "9.9"}, "quoteOrderQty", "10"),
        (MIN_NOTIONAL, {"price": "5", "quantity": "1"}, "quantity", "2"),
        (PERCENT, {"price": "150.01"}, "price", "150.0"),
        (PERCENT, {"price": "49"}, "price", "50.0"),
        (BY_SIDE, {"price": "121"}, "price", "120.0"),
        (BY_SIDE, {**SELL, "price": "79"}, "price", "80.0"),
        (ICEBERG, {"quantity": "101", "iceberg_qty": "10"}, "icebergQty", "10.1"),
        (TRAILING, {"type": STOP_LIMIT, "trailing_delta": 2001}, "trailingDelta", "2000"),
        (TRAILING, {"type": STOP_LIMIT, **SELL, "trailing_delta": 1001}, "trailingDelta", "1000"),
        (TRAILING, {"type": OrderType.TAKE_PROFIT, "trailing_delta": 19}, "trailingDelta", "20"),
        (TRAILING, {"type": OrderType.TAKE_PROFIT, **SELL, "trailing_delta": 9}, "trailingDelta", "10"),
        (POSITION, {"quantity": "4"}, "quantity", "3"),
        (ASSET, {"price": "10", "quantity": "5"}, "quantity", "4.2"),
    ],
)  # fmt: skip
def test_order_outside_a_filter_fails_it(rule, facts, field, nearest):
    """An order outside a filter fails it by name, and the finding has the nearest value inside."""
    (each,) = parse_filters([rule])
    facts_of_market = market(position=Decimal(7), base_asset="BTC", quote_asset="USDC")
    finding = each.check(order(**facts), facts_of_market)
    assert finding is not None
    assert finding.message == f"Filter failure: {rule['filterType']}"
    assert (finding.field, finding.nearest) == (field, Decimal(nearest))
    assert finding.excess > 0


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        (PRICE, {"price": "1"}),
        (PRICE, {"price": "1000"}),
        (PRICE, AT_MARKET),
        (PRICE | {"minPrice": "0", "maxPrice": "0", "tickSize": "0"}, {"price": "1234.56789"}),
        (LOT, {"quantity": "0.01"}),
        (LOT, {**AT_MARKET, "quote_order_qty": "0.001"}),
        (MARKET_LOT, {"quantity": "11"}),
        (MARKET_LOT, {**AT_MARKET, "quantity": "9.87654321"}),
        (NOTIONAL, {"price": "10", "quantity": "1"}),
        (NOTIONAL, {**AT_MARKET, "quantity": "60"}),
        (MIN_NOTIONAL, {**AT_MARKET, "quantity": "0.01"}),
        (PERCENT, {"price": "150"}),
        (PERCENT, {**AT_MARKET, "quantity": "1"}),
        (BY_SIDE, {**SELL, "price": "500"}),
        (ICEBERG, {"quantity": "100", "iceberg_qty": "10"}),
        (ICEBERG, {"quantity": "100"}),
        (TRAILING, {"type": STOP_LIMIT, "stop_price": "9"}),
        (POSITION, {"quantity": "3"}),
        (POSITION, {**SELL, "quantity": "30"}),
        (ASSET, {"price": "42", "quantity": "1"}),
    ],
)
def test_order_inside_a_filter_passes_it(rule, facts):
    """An order at a filter's bounds, or that the filter doesn't concern, passes it."""
    (each,) = parse_filters([rule])
    facts_of_market = market(position=Decimal(7), base_asset="BTC", quote_asset="USDC")
    assert each.check(order(**facts), facts_of_market) is None


COUNTS = [
    ("MAX_NUM_ORDERS", "maxNumOrders", "open_orders", {}),
    ("MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders", "open_algo_orders", {"type": STOP_LIMIT}),
    ("MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders", "open_iceberg_orders", {"iceberg_qty": "1"}),
    ("MAX_NUM_ORDER_LISTS", "maxNumOrderLists", "open_order_lists", {"adds_lists": 1}),
    ("EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders", "all_open_orders", {}),
    ("EXCHANGE_MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders", "all_open_algo_orders", {"type": STOP_LIMIT}),
    ("EXCHANGE_MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders", "all_open_iceberg_orders", {"iceberg_qty": "1"}),
    ("EXCHANGE_MAX_NUM_ORDER_LISTS", "maxNumOrderLists", "all_open_order_lists", {"adds_lists": 1}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "field", "counted", "facts"), COUNTS, ids=[row[0] for row in COUNTS]
)
def test_counts_include_the_new_order(name, field, counted, facts):
    """A limit in number counts the orders that the request would add."""
    (rule,) = parse_filters([{"filterType": name, field: 5}])
    assert rule.check(order(**facts), market(**{counted: 4})) is None
    finding = rule.check(order(**facts), market(**{counted: 5}))
    assert finding is not None
    assert (finding.message, finding.nearest) == (f"Filter failure: {name}", None)


@pytest.mark.parametrize(
    ("name", "field", "counted", "facts"), COUNTS, ids=[row[0] for row in COUNTS]
)
def test_counts_concern_only_orders_of_their_kind(name, field, counted, facts):
    """A full count doesn't refuse an order that isn't of its kind."""
    (rule,) = parse_filters([{"filterType": name, field: 5}])
    assert rule.check(order(adds_orders=0), market(**{counted: 99})) is None


def test_amendments_are_counted_for_amendments_only():
    """MAX_NUM_ORDER_AMENDS counts an order's amendments with this one, and nothing else."""
    (rule,) = parse_filters([{"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10}])
    assert rule.check(order(), market()) is None
    assert rule.check(order(amendments=9), market()) is None
    assert rule.check(order(amendments=10), market()) is not None


def test_every_filter_of_the_docs_is_known():
    """All 20 kinds of filters are implemented."""
    assert len(FILTERS) == 20


def test_unknown_filters_are_left_out():
    """A filter that Binance adds tomorrow doesn't break today's checks."""
    assert parse_filters([{"filterType": "NEWER"}, ICEBERG])[0].name == "ICEBERG_PARTS"


def test_first_failure_is_the_one_that_is_answered():
    """Filters are checked in the symbol's order; the first that fails is named."""
    rules = parse_filters([PRICE, LOT, NOTIONAL])
    facts = order(price="0.1", quantity="0.001")
    names = [finding.filter for finding in failures(rules, facts, market())]
    assert names == ["PRICE_FILTER", "LOT_SIZE", "NOTIONAL"]
    found = first_failure(rules, facts, market())
    assert found is not None
    assert found.filter == "PRICE_FILTER"


def test_reference_price_comes_before_the_average():
    """Where a symbol has a reference price, it stands for the average."""
    (rule,) = parse_filters([PERCENT])
    assert rule.check(order(price="200"), market(reference_price=Decimal(150))) is None
    assert rule.check(order(price="200"), market()) is not None


def test_average_of_no_minutes_is_the_last_price():
    """With avgPriceMins 0 the last price counts; without any price the filter is not checked."""
    (rule,) = parse_filters([PERCENT | {"avgPriceMins": 0}])
    assert rule.check(order(price="200"), market(last_price=Decimal(150))) is None
    assert rule.check(order(price="200"), market()) is None


def test_finding_says_what_is_wrong():
    """A finding names the field, its value and the limit."""
    (rule,) = parse_filters([LOT])
    assert str(rule.check(order(quantity="0.015"), market())) == (
        "LOT_SIZE: quantity 0.015 is not a multiple of 0.01"
    )


@settings(max_examples=300, deadline=None)
@given(
    st.decimals(min_value=0, max_value=10**12, places=8),
    st.decimals(min_value=0, max_value=10**12, places=8),
)
def test_nearest_value_passes(price, quantity):
    """Whatever the numbers, the nearest value of a price or quantity passes its filter."""
    for rule, field, value in ((PRICE, "price", price), (LOT, "quantity", quantity)):
        (each,) = parse_filters([rule])
        finding = each.check(order(**{field: value}), market())
        if finding is not None:
            assert each.check(order(**{field: finding.nearest}), market()) is None
