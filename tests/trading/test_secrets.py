"""Secrets: known keys are looked for in every byte that the desk writes, shows or raises."""

from __future__ import annotations

import io
import json
import logging
import pickle
import re
import traceback
from collections.abc import Iterator

import ipywidgets
import pytest
import requests
from IPython.core.ultratb import VerboseTB

from binance_lab.connector.exceptions import LabError
from binance_lab.connector.spot import Spot
from binance_lab.exchange.process import Exchange
from binance_lab.trading import Journal, Trading, journal_path
from binance_lab.widgets.blotter import Blotter
from binance_lab.widgets.order_form import OrderForm
from binance_lab.widgets.refresh import refresher

KEY = "KeyThatNobodyMaySee0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHI"
SECRET = "SecretThatNobodyMaySee0123456789abcdefghijklmnopqrstuvwxyzABCDEF"
SIGNATURE = re.compile(rb"signature[=\"': ]+[0-9a-fA-F]{16}", re.IGNORECASE)


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with Exchange(
        seed=3, symbols=["BTCUSDT"], agents=False, api_key=KEY, api_secret=SECRET
    ) as exchange:
        yield exchange


@pytest.fixture
def client(exchange):
    client = Spot(KEY, SECRET, base_url=exchange.rest)
    yield client
    client.close()


@pytest.fixture
def desk(client, tmp_path):
    with Trading(client, journal=Journal(tmp_path / "orders.jsonl", environment="local")) as desk:
        yield desk


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, by anybody."""
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def assert_clean(*texts: object) -> None:
    for text in texts:
        data = text if isinstance(text, bytes) else str(text).encode()
        assert KEY.encode() not in data
        assert SECRET.encode() not in data
        assert not SIGNATURE.search(data)


def trade(desk: Trading) -> None:
    """Orders that are accepted, amended, canceled and refused."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000")
    desk.amend(order, "0.005")
    desk.cancel(order)
    with pytest.raises(LabError):
        desk.place("BTCUSDT", "BUY", "LIMIT", quantity="1000", price="900")


def test_the_journal_and_its_name_hold_no_key(desk):
    """Every byte of the journal, and the path that it lies at."""
    trade(desk)
    written = desk.journal.path.read_bytes()
    assert written.count(b"\n") > 5
    assert_clean(written, journal_path("local", "http://127.0.0.1:1", KEY))


def test_widgets_hold_no_key_and_neither_does_a_saved_notebook(desk):
    """The state of every widget, as a notebook saves it, and what a stopped view leaves."""
    form, blotter = OrderForm(desk, "BTCUSDT"), Blotter(desk)
    trade(desk)
    try:
        assert form.wait_frames(1)
        assert blotter.wait_frames(1)
        state = ipywidgets.Widget.get_manager_state(widgets=None)
        assert len(state["state"]) > 50
        assert_clean(json.dumps(state, default=str), form.still(), blotter.still())
    finally:
        for view in refresher().views:
            view.close()


def test_reprs_and_pickles_hold_no_key(desk, client):
    """What a cell shows of each object; a pickle is refused, or holds no key."""
    trade(desk)
    objects = [desk, client, desk.journal, desk.surroundings, *desk.orders, desk.frame()]
    assert_clean(*(repr(each) for each in objects), *(vars(order) for order in desk.orders))
    for each in objects:
        try:
            pickled = pickle.dumps(each)
        except Exception as error:  # each library has its own way to refuse
            assert_clean(error)
        else:
            assert_clean(pickled)


def verbose(error: BaseException) -> str:
    """What ``%xmode Verbose`` shows of an error: every frame, with the values that its names have."""
    lines = VerboseTB().structured_traceback(type(error), error, error.__traceback__)
    return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(lines))  # colors would hide a key from a search


def refused(desk: Trading) -> None:
    desk.place("BTCUSDT", "SELL", "LIMIT", quantity="10", price="64000", check=False)


def unanswered(desk: Trading) -> None:
    desk._client.account()


@pytest.mark.parametrize(
    ("ask", "fault"), [(refused, "limit"), (unanswered, "drop"), (unanswered, "before")]
)
def test_a_verbose_traceback_holds_no_key(desk, exchange, ask, fault):
    """With %xmode Verbose a cell shows the local values of every frame, the connector's too."""
    body = {"kind": fault, "path": "/api/v3/account", "times": 9}
    requests.post(f"{exchange.rest}/lab/faults", json=body, timeout=30).raise_for_status()
    with pytest.raises(LabError) as caught:
        ask(desk)
    requests.delete(f"{exchange.rest}/lab/faults", timeout=30).raise_for_status()
    text = verbose(caught.value)
    assert "http.py" in text
    assert "self = <" in text  # the values are there
    assert_clean(text)


def test_errors_and_logs_hold_no_key(desk, client, log):
    """A refusal's traceback with its causes, its attributes and pickle, and a log of everything."""
    trade(desk)
    with pytest.raises(LabError) as caught:
        desk.place("BTCUSDT", "SELL", "LIMIT", quantity="500", price="10000")
    error = caught.value
    lines = traceback.format_exception(error)
    assert_clean("".join(lines), vars(error), pickle.dumps(error))
    desk.surroundings.forget()
    desk.check_order("BTCUSDT", "BUY", "MARKET", quantity=1)
    assert "order" in log.getvalue()
    assert_clean(log.getvalue())
