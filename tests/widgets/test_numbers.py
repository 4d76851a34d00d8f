"""Numbers in a symbol's own precision."""

from __future__ import annotations

import pytest

from binance_lab.widgets.numbers import decimals_of, number, plain


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
