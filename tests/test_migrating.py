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
THEIRS = [
    (name, row[1].strip("`"))
    for row in ROWS
    if row[0].startswith("`") and "/api/v3" in row[0] and len(row) == 5
    for name in re.findall(r"`([^`]+)`", row[4])
    if not name.startswith("v3_")  # python-binance's own spelling of a path
]
HERE = sorted(
    {code for row in ROWS if len(row) in (2, 4) for code in re.findall(r"`([^`]+)`", row[-1])}
)
CCXT = [
    ("fetch_ohlcv", "klines"),
    ("fetch_order_book", "depth"),
    ("fetch_balance", "account"),
    ("fetch_my_trades", "my_trades"),
    ("fetch_open_orders", "get_open_orders"),
    ("load_markets", "exchange_info"),
]
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


@pytest.mark.parametrize(("theirs", "here"), [*THEIRS, *CCXT])
def test_their_name_is_answered_with_ours(theirs, here):
    """Asked for python-binance's or ccxt's name of a call, the client has it or tells ours."""
    client = Spot()
    if theirs not in Spot.endpoints():
        with pytest.raises(AttributeError, match=rf"did you mean '{here}'\?.*client\.endpoints"):
            getattr(client, theirs)


@pytest.mark.parametrize(
    ("misspelled", "name"), [("kline", "klines"), ("newOrder", "new_order"), ("walet", "wallet")]
)
def test_a_misspelled_name_is_answered_with_the_nearest(misspelled, name):
    """Also one in camelCase, and that of a group."""
    with pytest.raises(AttributeError, match=f"did you mean '{name}'"):
        getattr(Spot(), misspelled)


@pytest.mark.parametrize(
    "name", ["futures_account", "options_ticker", "fapiPrivateGetAccount", "fetch_funding_rate"]
)
def test_derivatives_are_said_to_be_elsewhere(name):
    """A call of futures or options is answered so, and not with one that is like it in name only."""
    with pytest.raises(AttributeError, match="futures and options are not part of binance_lab"):
        getattr(Spot(), name)


def test_a_name_like_none_is_answered_with_where_to_look():
    """Nothing is guessed."""
    with pytest.raises(
        AttributeError, match=r"has no attribute 'xyzzy'\. All calls: client\.endpoints"
    ):
        getattr(Spot(), "xyzzy")  # noqa: B009
