"""Ctrl-C at every line of the desk: whatever was sent is known, once, and as the exchange has it."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from binance_lab.trading import register
from binance_lab.trading.desk import Trading
from binance_lab.trading.guards import Limits
from binance_lab.trading.journal import Journal

from .scripted import ScriptedClient

LIMIT = {"quantity": "0.01", "price": "60000"}
STATES = {"NEW": "accepted", "CANCELED": "canceled"}


class InterruptAt:
    """Raises KeyboardInterrupt at the n-th line that runs in the desk's own files."""

    def __init__(self, line: int) -> None:
        self.left = line
        self.where = ""

    def __enter__(self) -> InterruptAt:
        sys.settrace(self._call)
        return self

    def __exit__(self, *exc: object) -> None:
        sys.settrace(None)

    def _call(self, frame, event, arg):
        return self._line if "binance_lab/trading/" in frame.f_code.co_filename else None

    def _line(self, frame, event, arg):
        # an interpreter looks at signals before a block and after it has left, never in between
        text = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and not text.lstrip().startswith("with "):
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                self.where = f"{frame.f_code.co_filename}:{frame.f_lineno}: {text.strip()}"
                raise KeyboardInterrupt
        return self._line


Act = Callable[[Trading], object]


def at_every_line(
    tmp_path: Path, act: Act, *, before: Act = lambda desk: None, step: int = 1
) -> int:
    """Do it on a fresh desk, interrupted a line later each time, and look; how many lines it has."""
    limits = Limits(max_order_value=None, max_open_orders=None, max_orders_per_minute=None)
    for line in range(1, 5_000, step):
        client = ScriptedClient()
        client.recv_window_ms = 0.0
        journal = Journal(tmp_path / f"{line}.jsonl")
        with Trading(client, limits=limits, journal=journal) as desk:
            before(desk)
            through, interrupt = False, InterruptAt(line)
            with suppress(KeyboardInterrupt), interrupt:
                act(desk)
                through = True
            assert_known(desk, client, interrupt.where)
        if through:
            return line
    raise AssertionError("it never got through")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(register, "SERVER_TIMEOUT_S", 0.0)
    monkeypatch.setattr(register, "STUCK_S", 0.1)
    monkeypatch.setattr(register, "_ASK_S", (0.01,))


def assert_known(desk: Trading, client: ScriptedClient, where: str) -> None:
    """Every order that was sent is in the desk, once, and is told as the exchange has it."""
    assert len(set(client.sent)) == len(client.sent)
    ours = {name for order in desk.orders for name in order.client_order_ids}
    assert set(client.sent) <= ours, where
    for order in desk.orders:
        try:
            order.wait(timeout=30)
        except TimeoutError as error:
            raise AssertionError(where) from error
        desk._register.look(order)
    rows = {row["clientOrderId"]: row for row in client.orders.values()}
    for order in desk.orders:
        row = rows.get(order.client_order_id)
        assert order.state.value == (STATES[row["status"]] if row else "rejected"), where
        assert row is None or str(order.quantity) == row["origQty"], where


def test_place_can_be_interrupted_at_every_line(tmp_path):
    """Nothing is sent twice, nothing that was sent is forgotten, and nothing waits for ever."""
    lines = at_every_line(
        tmp_path, lambda desk: desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT), step=2
    )
    assert lines > 100


def test_a_cell_that_runs_again_after_an_interrupt_sends_nothing_twice(tmp_path):
    """With a name for the order, running the interrupted cell again places one order in all."""

    def cell(desk: Trading) -> None:
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")

    def interrupted_first(desk: Trading) -> None:
        try:
            cell(desk)
        except KeyboardInterrupt:
            cell(desk)
            assert len(desk._client.sent) <= 1
            assert sum(order.state.value != "rejected" for order in desk.orders) == 1
            raise

    at_every_line(tmp_path, interrupted_first, step=3)


def test_a_list_can_be_interrupted_at_every_line(tmp_path):
    """Both legs of an OCO are known or were never sent."""
    legs = {
        "above": {"side": "SELL", "type": "LIMIT_MAKER", "quantity": "0.01", "price": "70000"},
        "below": {"side": "SELL", "type": "STOP_LOSS", "quantity": "0.01", "stop_price": "50000"},
    }
    at_every_line(tmp_path, lambda desk: desk.place_list("OCO", "BTCUSDT", **legs), step=7)


@pytest.mark.parametrize("change", ["cancel", "amend", "cancel_replace"])
def test_a_change_can_be_interrupted_at_every_line(tmp_path, change):
    """Afterwards the order, and the one in its place, are as the exchange has them."""
    fields = {"quantity": "0.005"} if change == "amend" else {}

    at_every_line(
        tmp_path,
        lambda desk: getattr(desk, change)(desk.orders[0], **fields),
        before=lambda desk: desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT),
        step=3,
    )
