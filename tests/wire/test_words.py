"""Words for people."""

from __future__ import annotations

import pytest

from binance_lab.wire.words import counted


@pytest.mark.parametrize(
    ("count", "says"),
    [(0, "0 symbols"), (1, "1 symbol"), (2, "2 symbols"), (12_345, "12,345 symbols")],
)
def test_one_is_one(count, says):
    """One thing is singular; thousands are told apart."""
    assert counted(count, "symbol") == says
