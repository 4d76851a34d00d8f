"""MIGRATING.md names what is there; tests/peers compares its other columns with the clients."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from binance_lab import Lab, Spot, WebsocketStream
from binance_lab.connector import exceptions
from binance_lab.connector.user_data import UserData
from binance_lab.live import Live

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "MIGRATING.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| ") and "---" not in line
]
CALLS = [
    (row[0].strip("`"), row[1].strip("`"))
    for row in ROWS
    if row[0].startswith("`") and len(row) == 5
]
HERE = sorted(
    {code for row in ROWS if len(row) in (2, 4) for code in re.findall(r"`([^`]+)`", row[-1])}
)
OWNERS = {
    "lab": Lab,
    "lab.live": Live,
    "client": Spot,
    "WebsocketStream": WebsocketStream,
}
NAMES = {"Spot": Spot, "UserData": UserData, "Lab": Lab, "WebsocketStream": WebsocketStream} | vars(
    exceptions
)


@pytest.mark.parametrize(("request_", "name"), CALLS)
def test_row_is_declared_so(request_, name):
    """Our call in a row asks for the row's request: of REST, or of the WebSocket API."""
    spec = Spot.endpoints()[name]
    assert request_ in (f"{spec.method} {spec.path}", spec.ws)


@pytest.mark.parametrize("code", HERE)
def test_name_on_the_page_is_there(code):
    """What the tables written by hand have on our side exists."""
    dotted = re.match(r"\.?[\w.]*", code)[0]
    owner, _, name = dotted.rpartition(".")
    if dotted.startswith("."):  # of an ApiError
        assert name in vars(exceptions.ApiError("", status=400))
    elif owner:
        assert hasattr(OWNERS[owner], name)
    else:
        assert dotted in NAMES


def test_the_page_has_its_tables():
    """The patterns above still find rows of all kinds."""
    assert len(CALLS) > 300
    assert len(HERE) > 20
