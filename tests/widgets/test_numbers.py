"""Numbers in a symbol's own precision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from binance_lab.widgets.numbers import compact, decimals_of, number, plain
from binance_lab.widgets.precision import Decimals, Precision


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([61234.5, 61234.52], 2),
        ([61234.0, 61235.0], 0),
        ([0.00001234], 8),
        ([0.00000001], 8),
        ([0.1 + 0.2], 1),
        ([1_234_567.89], 2),
        ([], 0),
        ([float("nan"), 1.5], 1),
        ([1 / 3], 8),
    ],
)
def test_decimals_are_those_that_the_values_need(values: list[float], decimals: int):
    """As many decimals as write every value exactly, 8 at most."""
    assert decimals_of(values) == decimals


def test_numbers_are_written_with_thousands_separated():
    """1234.5 is 1,234.50; what is no number is a dash; a tiny price has no exponent."""
    assert number(1234.5, 2) == "1,234.50"
    assert number(float("nan")) == "–"
    assert plain(0.00001) == "0.00001"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.234e12, "1.23T"),
        (123_456_789.0, "123.5M"),
        (1234.5, "1.23K"),
        (250.0, "250"),
        (2.5, "2.50"),
        (0.0123, "0.0123"),
        (0.00001234, "0.00001234"),
        (0.0, "0"),
    ],
)
def test_a_compact_number_keeps_what_its_size_needs(value: float, text: str):
    """Large numbers have a letter and at most two decimals; small ones are not rounded to 0.00."""
    assert compact(value) == text


def rules(**filters: dict[str, str]) -> dict[str, Any]:
    """An element of exchangeInfo's symbols."""
    return {"filters": [{"filterType": name, **values} for name, values in filters.items()]}


PRICE = {"minPrice": "0", "maxPrice": "0"}
LOT = {"minQty": "0", "maxQty": "0"}


@pytest.mark.parametrize(
    ("tick", "step", "decimals"),
    [
        ("0.01000000", "0.00001000", {"price": 2, "qty": 5}),
        ("0.00000001", "1.00000000", {"price": 8, "qty": 0}),
        ("10.00000000", "0.10000000", {"price": 0, "qty": 1}),
        ("0.25000000", "0.00010000", {"price": 2, "qty": 4}),
    ],
)
def test_a_symbol_has_the_decimals_of_its_tick_and_step(
    tick: str, step: str, decimals: dict[str, int]
):
    """Whatever numbers are seen, all of a symbol are written alike."""
    precision = Precision.of(
        rules(PRICE_FILTER={**PRICE, "tickSize": tick}, LOT_SIZE={**LOT, "stepSize": step})
    )
    precision.price.see([1.5, 1 / 3])
    precision.qty.see([7.0])
    assert precision.counts() == decimals


def test_without_a_step_the_decimals_are_the_most_seen():
    """Where a filter is missing or 0, the decimals grow with the numbers and never shrink."""
    precision = Precision.of(rules(PRICE_FILTER={**PRICE, "tickSize": "0.00000000"}))
    for qty, price in ((3.0, 100.25), (0.5, 101.0), (2.0, 102.0)):
        precision.price.see([price])
        precision.qty.see([qty])
    assert precision.counts() == {"price": 2, "qty": 1}
    assert repr(Decimals(Decimal("0.01"))) == "<Decimals 2, of a step>"
