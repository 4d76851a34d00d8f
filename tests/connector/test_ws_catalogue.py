"""Every method of the WebSocket API agrees with the published table."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from binance_lab.connector.ws_api import SIGNED_ALWAYS, WebsocketAPI

ROWS = json.loads((Path(__file__).parent.parent / "data" / "ws_api.json").read_text())
DECLARED = {spec.ws: (name, spec) for name, spec in WebsocketAPI.endpoints().items() if spec.ws}
# The old OCO: its REST twin, whose declaration it shares, can't do without.
REST_NEEDS = {"orderList.place": ["stopPrice"]}


def test_all_55_methods_are_there():
    """Each current method of the WebSocket API is a method of WebsocketAPI."""
    assert len(ROWS) == 55
    assert {row["method"] for row in ROWS} <= set(DECLARED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["method"])
def test_declaration_matches_the_published_table(row: dict[str, Any]):
    """Parameters, which of them are required, the REST twin and the security are Binance's."""
    name, spec = DECLARED[row["method"]]
    parameters = inspect.signature(getattr(WebsocketAPI, name)).parameters.values()
    required = {p.name for p in parameters if p.default is p.empty} - {"self"}
    missing = {*row["required"], *row["optional"]} - set(spec.params)
    assert missing == set()
    assert required == {*row["required"], *REST_NEEDS.get(row["method"], ())}
    assert f"{spec.method} {spec.path}" == row["rest"] or not row["rest"]
    assert (spec.signed or spec.ws in SIGNED_ALWAYS) == row["signed"]
    assert spec.security == row["security"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["method"])
def test_weight_is_the_published_one(row: dict[str, Any]):
    """A weight that does not depend on the parameters is the table's."""
    spec = DECLARED[row["method"]][1]
    if row["weight"].isdecimal():
        assert spec.cost({}) == int(row["weight"])
    else:
        assert callable(spec.weight)


def test_every_shared_call_has_a_method():
    """All /api calls that Spot has can be made over the WebSocket."""
    assert [name for name, spec in WebsocketAPI.endpoints().items() if not spec.ws] == []
