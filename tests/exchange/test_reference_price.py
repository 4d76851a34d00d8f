"""The reference price and the range in which a symbol may trade."""

from __future__ import annotations

from decimal import Decimal

import pytest

from binance_lab.exchange.reference_price import ReferencePrice
from binance_lab.exchange.symbols import PriceRange

from .trading_floor import Floor, fills, refusal, with_rules

RANGE = PriceRange(
    bid_multiplier_up=Decimal("1.5"),
    bid_multiplier_down=Decimal("0.5"),
    ask_multiplier_up=Decimal("2"),
    ask_multiplier_down=Decimal("0.8"),
)
SECOND_US = 1_000_000


def test_reference_price_is_the_mean_of_the_trade_prices():
    """Every trade in the window counts the same, whatever its quantity."""
    floor = Floor(with_rules(price_range=RANGE))
    floor.trade_at(100, 9)
    floor.trade_at(106, 1)
    assert floor.engine.reference_price("ABCXYZ", now_us=floor.now_us) == 103


def test_bucket_that_the_window_leaves_counts_in_part():
    """Of a bucket that is half out of the window, half counts."""
    reference = ReferencePrice(bucket_width_us=SECOND_US, bucket_count=2)
    for _ in range(2):
        reference.add(100, 0)
    reference.add(400, SECOND_US)
    assert reference.atoms(2 * SECOND_US) == 200
    assert reference.atoms(2 * SECOND_US + SECOND_US // 2) == 250
    assert reference.atoms(3 * SECOND_US) == 400
    assert reference.atoms(9 * SECOND_US) == 0


@pytest.mark.parametrize(
    ("side", "levels", "expected"),
    [("buy", (149, 150, 151), ["149x1", "150x1"]), ("sell", (81, 80, 79), ["81x1", "80x1"])],
)
def test_taker_outside_the_price_range_expires(side, levels, expected):
    """A taker trades up to the range's bound, and expires where it would go beyond."""
    floor = Floor(with_rules(price_range=RANGE))
    floor.trade_at(100)
    for price in levels:
        (floor.sell if side == "buy" else floor.buy)(f"1@{price}", by=1)
    placed = getattr(floor, side)("3")
    assert (fills(placed), placed.order.status) == (expected, "EXPIRED")
    assert placed.order.expiry_reason == "EXECUTION_RULE_PRICE_RANGE_EXCEEDED"


def test_filters_go_by_the_reference_price():
    """Where a symbol has a reference price, it stands for the average in filters."""
    rule = {"filterType": "PERCENT_PRICE", "multiplierUp": "1.1", "multiplierDown": "0.1", "avgPriceMins": 5}  # fmt: skip
    floor = Floor(with_rules(price_range=RANGE, filters=(rule,)))
    floor.trade_at(100, 1)
    floor.trade_at(110, 9)  # average 109, reference 105
    assert refusal(floor.buy, "1@116") == (-1013, "Filter failure: PERCENT_PRICE")
    assert floor.buy("1@115").order.status == "NEW"


def test_rule_is_written_with_four_decimals():
    """The execution rule looks as executionRules shows it."""
    assert RANGE.execution_rule() == {
        "ruleType": "PRICE_RANGE",
        "bidLimitMultUp": "1.5000",
        "bidLimitMultDown": "0.5000",
        "askLimitMultUp": "2.0000",
        "askLimitMultDown": "0.8000",
    }
