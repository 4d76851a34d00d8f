"""Every declared endpoint agrees with the published tables."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from binance_lab.connector.base import Api
from binance_lab.connector.endpoint import Endpoint, uid
from binance_lab.connector.sapi import GROUPS, HIDDEN
from binance_lab.connector.sapi.groups import Groups
from binance_lab.connector.spot import Spot, SpotApi, flat_names, group_class

AREAS = ("/api/", "/sapi/")
ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "endpoints.json").read_text()
)
PUBLISHED = {(row["method"], row["path"]): row for row in ROWS}
CLASSES: dict[str, type[Api]] = {"": SpotApi, **{name: group_class(name) for name in GROUPS}}
DECLARED = [
    pytest.param(cls, name, spec, id=f"{group}.{name}".lstrip("."))
    for group, cls in CLASSES.items()
    for name, spec in cls.endpoints().items()
]
PATHS = {(spec.method, spec.path) for cls in CLASSES.values() for spec in cls.endpoints().values()}


def parameters(cls: type[Api], name: str) -> list[inspect.Parameter]:
    return list(inspect.signature(getattr(cls, name)).parameters.values())[1:]


@pytest.mark.parametrize(("cls", "name", "spec"), DECLARED)
def test_declaration_matches_the_published_table(cls: type[Api], name: str, spec: Endpoint):
    """Method, path, parameters, which of them are required, and security are Binance's.

    What the deprecated connector did not demand isn't demanded here either: its programs run.
    """
    row = PUBLISHED[spec.method, spec.path]
    published = {*row["required"], *row["optional"], *row.get("legacy", ())} - {"timestamp"}
    assert set(spec.params) == published
    demanded = {p.name for p in parameters(cls, name) if p.default is p.empty}
    assert demanded >= set(row["required"]) & set(row.get("legacy", row["required"]))
    assert demanded <= set(row.get("legacy", row["required"]))
    assert spec.security == row["security"]
    assert spec.ws == row.get("ws")
    assert spec.orders == row.get("orders", 0)


@pytest.mark.parametrize(("cls", "name", "spec"), DECLARED)
def test_positional_order_is_the_deprecated_connector_s(cls: type[Api], name: str, spec: Endpoint):
    """Positional parameters are the deprecated connector's, in its order; else the required."""
    row = PUBLISHED[spec.method, spec.path]
    positional = [p.name for p in parameters(cls, name) if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == row.get("legacy", row["required"])


@pytest.mark.parametrize(("cls", "name", "spec"), DECLARED)
def test_optional_parameters_are_not_sent_unless_given(cls: type[Api], name: str, spec: Endpoint):
    """Every default is None, which is not sent: the server's defaults stay the server's."""
    assert {p.default for p in parameters(cls, name)} <= {None, inspect.Parameter.empty}


@pytest.mark.parametrize(("cls", "name", "spec"), DECLARED)
def test_weight_is_the_published_one(cls: type[Api], name: str, spec: Endpoint):
    """A fixed weight is the published number, of the IP or of the account."""
    fixed = re.fullmatch(
        r"(IP |UID )?(\d+)\b(?!;| with| by| per).*", PUBLISHED[spec.method, spec.path]["weight"]
    )
    if fixed is None or "when" in PUBLISHED[spec.method, spec.path]["weight"]:
        assert callable(spec.weight)
    else:
        expected = int(fixed[2])
        assert spec.weight == (uid(expected) if fixed[1] == "UID " else expected)


@pytest.mark.parametrize(("cls", "name", "spec"), DECLARED)
def test_docstring_says_what_it_returns_and_links_to_the_source(
    cls: type[Api], name: str, spec: Endpoint
):
    """A docstring has a first sentence, and ends with the link and the declaration."""
    paragraphs = (getattr(cls, name).__doc__ or "").split("\n\n")
    assert re.match(r"[A-Z][^\n]{8,}", paragraphs[0])
    assert re.fullmatch(
        r"https://developers\.binance\.com/(en/)?docs(/[\w#.~-]+){2,}", paragraphs[-2]
    )
    assert paragraphs[-1] == str(spec)


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row["path"].startswith(AREAS) and row["status"] == "current"],
    ids=lambda row: f"{row['method']} {row['path']}",
)
def test_every_current_call_is_declared(row: dict[str, Any]):
    """No call that Binance publishes today is missing."""
    assert (row["method"], row["path"]) in PATHS


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if (row["method"], row["path"]) in PATHS],
    ids=lambda row: f"{row['method']} {row['path']}",
)
def test_flat_name_is_found_on_the_client(row: dict[str, Any]):
    """Every call is found on the client under the deprecated connector's name."""
    client = Spot()
    for name in (row["name"], *row.get("aliases", ())):
        spec = getattr(client, name).endpoint
        assert (spec.method, spec.path) == (row["method"], row["path"])


def test_flat_names_stay_out_of_completion():
    """TAB shows the /api calls and the groups, and none of the flat names."""
    shown = set(dir(Spot()))
    assert {"klines", "wallet", "rate_limits"} <= shown
    assert not shown & flat_names().keys()
    assert "user_stream" not in shown


def test_no_flat_name_is_taken_twice():
    """Two calls never share a flat name."""
    names = [
        flat
        for group in GROUPS
        for name, spec in group_class(group).endpoints().items()
        for flat in spec.flat or (f"{group}_{name}",)
    ]
    assert len(names) == len(set(names))


def test_endpoints_are_found_by_words():
    """The finder looks in names, paths and summaries of all groups."""
    found = Spot.endpoints("deposit history")
    assert "wallet.deposit_history" in found
    assert all("deposit" in repr(spec).lower() for spec in found.values())
    assert re.search(r"^wallet\.deposit_history +Deposits", repr(found), re.MULTILINE)


def test_endpoints_are_listed_in_the_order_of_groups():
    """The list of calls is the same in every process: the client's own, then group by group."""
    groups = [name.partition(".")[0] for name in Spot.endpoints() if "." in name]
    assert list(dict.fromkeys(groups)) == [name for name in GROUPS if name not in HIDDEN]


def test_editors_know_every_group():
    """Each group of /sapi calls that is shown is an attribute with a type."""
    assert set(Groups.__annotations__) == set(GROUPS) - HIDDEN
