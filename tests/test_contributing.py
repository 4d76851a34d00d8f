"""CONTRIBUTING.md's worked examples run, and the files that it names are there."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from binance_lab import Lab
from binance_lab.connector.base import Response
from binance_lab.wire.facts import MarketFacts, OrderFacts

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def example(heading: str) -> Any:
    """What the Python below a heading defines."""
    section = PAGE.split(f"\n### {heading}\n")[1].split("\n### ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    module = sys.modules[heading] = ModuleType(heading)  # where dataclasses look a name up
    exec(compile("from __future__ import annotations\n" + code, heading, "exec"), vars(module))
    return module


def test_the_endpoint_is_a_request():
    """The declaration alone makes the call: its path, what it sends, its cost and its summary."""
    sent = []

    class Client(example("An endpoint").Market):
        def _request(self, endpoint: Any, params: dict[str, Any]) -> Response:
            sent.append((endpoint.method, endpoint.path, params))
            return Response({"symbol": "BTCUSDT", "price": "1.00"}, 200)

    assert Client().mid_price("BTCUSDT")["price"] == "1.00"
    assert sent == [("GET", "/api/v3/midPrice", {"symbol": "BTCUSDT"})]
    spec = Client.endpoints("best bid")["mid_price"]
    assert (spec.ws, spec.cost({})) == ("midPrice", 2)


@pytest.mark.parametrize("numbers", ["float", "decimal"])
def test_the_frame_is_the_same_empty_and_full(numbers):
    """Body or decoded, empty or full: the same columns and dtypes."""
    prices_frame = example("A frame").prices_frame
    full = prices_frame(b'[{"symbol": "BTCUSDT", "price": "1.5"}]', numbers=numbers, source="here")
    empty = prices_frame([], numbers=numbers)
    assert full.iloc[0].to_list() == ["BTCUSDT", 1.5]
    assert full.attrs["source"] == "here"
    assert list(empty.dtypes.items()) == list(full.dtypes.items())


def test_the_view_draws_what_comes():
    """The view shows the price of the latest trade, and stops."""
    with Lab("local", seed=3) as lab:
        tape = lab.live.trades("BTCUSDT")
        tape.wait(timeout=20)
        view = example("A view").LastPrice(tape)
        assert view.wait_frames(1, timeout=20)
        shown = float(view.children[0].value)
        view.stop()
        assert shown in tape.frame()["price"].to_list()
        assert view.errors == 0


def test_the_filter_says_what_would_pass():
    """The filter is read from its JSON object and names the nearest legal value."""
    rule = example("A filter").MaxPrice.parse({"filterType": "MAX_PRICE", "maxPrice": "100"})
    dear = OrderFacts(side="BUY", type="LIMIT", quantity=Decimal(1), price=Decimal(120))
    found = rule.check(dear, MarketFacts())
    assert str(found) == "MAX_PRICE: price 120 is above 100"
    assert found.nearest == 100


def test_files_that_it_names_are_there():
    """Every file and folder in backticks exists, below the package or the project."""
    named = re.findall(r"`((?:[\w]+/)+[\w.]*|\w+\.(?:py|json|md))`", PAGE)
    assert len(named) > 15
    homes = [ROOT, ROOT / "binance_lab", ROOT / "tests/connector"]
    made = {"build/screenshots"}
    missing = {name for name in named if not any((home / name).exists() for home in homes)}
    assert missing - made == set()
