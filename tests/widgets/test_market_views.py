"""Ladder and tape: what is sent, in which order and precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from binance_lab.connector.exceptions import BookOutOfSync
from binance_lab.widgets.depth_chart import DepthChart
from binance_lab.widgets.depth_ladder import DepthLadder
from binance_lab.widgets.tape import TapeView
from tests.browser.stand_ins import MovedBook, MovedTape

from .conftest import Sent


def test_ladder_sends_the_best_levels(sent: Sent):
    """Each frame has the best levels of both sides as price and amount, with their precision."""
    book = MovedBook()
    DepthLadder(book, levels=5)
    message, (bids, asks) = sent.wait("snapshot")
    np.testing.assert_array_equal(np.frombuffer(bids).reshape(-1, 2), book.bids[:5])
    np.testing.assert_array_equal(np.frombuffer(asks).reshape(-1, 2), book.asks[:5])
    assert message["decimals"] == {"price": 2, "qty": 5}


def test_ladder_out_of_sync_shows_what_was_last_known(sent: Sent):
    """A book that misses updates is shown as it was, with its state."""
    book = MovedBook()
    book.state, book.error = "out of sync", ValueError("updates are missing")
    with DepthLadder(book) as ladder:
        message, buffers = sent.wait("snapshot")
    assert len(buffers[0]) == 12 * 16
    assert message["head"]["state"] == "out of sync"
    assert message["head"]["notice"] == "updates are missing"
    assert ladder.errors == 0


def no_levels(n: int = 20, *, stale: bool = False) -> tuple[Any, Any]:
    """What a book answers of which nothing is known yet."""
    raise BookOutOfSync("it waits for its first snapshot")


def test_ladder_that_connects_is_empty(sent: Sent):
    """Before the first snapshot there are no levels and no error."""
    book = MovedBook()
    book.state = "connecting"
    book.top = no_levels  # type: ignore[method-assign]
    DepthLadder(book)
    assert sent.wait("snapshot")[1] == [b"", b""]


def test_depth_chart_leaves_a_picture():
    """The depth chart stays as a PNG, also of an empty book."""
    book = MovedBook()
    with DepthChart(book) as chart:
        full = chart.still()["image/png"]
        book.bids, book.asks = [], []
        empty = chart.still()["image/png"]
    assert full.startswith(b"\x89PNG")
    assert len(full) > len(empty) > 0


def test_tape_sends_each_trade_once(sent: Sent):
    """A delta has the trades since the last frame, and no other."""
    tape = MovedTape()
    tape.trade(100.5)
    TapeView(tape)
    sent.wait("snapshot")
    tape.trade(100.25, 100.75)
    rows = np.frombuffer(sent.wait("delta")[1][0]).reshape(-1, 5)
    assert rows[:, 0].tolist() == [2, 3]
    assert rows[:, 2].tolist() == [100.25, 100.75]
    assert rows[:, 4].tolist() == [1, 0]


def test_burst_of_trades_is_bounded(sent: Sent):
    """Of thousands of trades in a frame the newest ones are sent, no more than are shown."""
    tape = MovedTape()
    TapeView(tape, keep=50)
    sent.wait("snapshot")
    tape.trade(*(100.0 + step / 100 for step in range(5000)))
    rows = np.frombuffer(sent.wait("delta")[1][0]).reshape(-1, 5)
    assert rows[:, 0].tolist() == list(range(4951, 5001))


@pytest.mark.parametrize("view", [DepthLadder, TapeView])
def test_still_is_a_table(view: type):
    """What stays after stop is a table of the newest state."""
    source = MovedBook() if view is DepthLadder else MovedTape()
    if isinstance(source, MovedTape):
        source.trade(61_234.5)
    with view(source) as made:
        text = made.still()["text/html"]
    assert "<table" in text
    assert "61,234" in text
