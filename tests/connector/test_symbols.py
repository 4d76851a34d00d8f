"""What the exchange says of one symbol, also of one that there is not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from binance_lab.connector.exceptions import BadInput
from binance_lab.connector.symbols import symbol_info


def test_an_exchange_that_lists_nothing_has_no_such_symbol():
    """Some answer an unknown name with an empty list, where Binance refuses it."""
    client = SimpleNamespace(exchange_info=lambda **asked: {"symbols": []})
    with pytest.raises(BadInput, match='"NOPEUSDT" is no symbol here'):
        symbol_info(client, "NOPEUSDT")
