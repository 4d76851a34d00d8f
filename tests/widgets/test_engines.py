"""`engine="matplotlib"`: every view as a picture, for where canvas views don't work."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from binance_lab.widgets import Balances, DepthChart, DepthLadder, StatusView, TapeView, Watchlist
from binance_lab.widgets.cells import Column
from binance_lab.widgets.surface import SurfaceView
from binance_lab.widgets.table_picture import ROW_H, TablePicture
from tests.browser.stand_ins import MovedAccount, MovedBook, MovedStatus, MovedTape, MovedTickers

from .conftest import until

Moving = Callable[[SurfaceView], None]


def ladder() -> tuple[SurfaceView, Callable[[], Any]]:
    book = MovedBook()
    return DepthLadder(book, engine="matplotlib"), lambda: book.price(60_000.5)


def depth() -> tuple[SurfaceView, Callable[[], Any]]:
    book = MovedBook()
    return DepthChart(book, engine="matplotlib"), lambda: book.price(60_000.5)


def tape() -> tuple[SurfaceView, Callable[[], Any]]:
    trades = MovedTape()
    return TapeView(trades, engine="matplotlib"), lambda: trades.trade(60_000.5)


def watchlist() -> tuple[SurfaceView, Callable[[], Any]]:
    tickers = MovedTickers(BTCUSDT=60_000.0)
    view = Watchlist(tickers, ["BTCUSDT"], engine="matplotlib")
    return view, lambda: tickers.price("BTCUSDT", 60_000.5)


def balances() -> tuple[SurfaceView, Callable[[], Any]]:
    account = MovedAccount(BTC=(1.0, 0.0))
    return Balances(account, engine="matplotlib"), lambda: account.hold("BTC", 2.0)


def status() -> tuple[SurfaceView, Callable[[], Any]]:
    live = MovedStatus()
    view = StatusView(live, engine="matplotlib")
    return view, lambda: live.states.update(BTCUSDT="error")


@pytest.mark.parametrize("make", [ladder, depth, tape, watchlist, balances, status])
def test_every_view_is_a_picture_that_moves(
    make: Callable[[], tuple[SurfaceView, Callable[[], Any]]],
):
    """The view is an ordinary image with a line above it, and changes with what it shows."""
    view, move = make()
    line, image = view.surface.children  # type: ignore[attr-defined]
    until(view, lambda: view.frames > 0)
    before = image.value
    assert Image.open(io.BytesIO(before)).size[0] > 500
    assert 'role="status"' in line.value
    move()
    until(view, lambda: image.value != before)
    assert view.errors == 0


def test_numbers_stand_right_and_bars_come_from_the_right():
    """A column of numbers ends where its title ends; a bar has the tone of the row's price."""
    columns = [Column("Name", text=True), Column("Amount")]
    rows = [[["a", "up"], ["1.00", ""]], [["b", "down"], ["1,000.00", ""]]]
    png = TablePicture(400).png(columns, rows, shares=[0.0, 0.25])
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    ends = [np.flatnonzero(strip[3:-3, 200:299, 3].any(axis=0)) for strip in np.split(pixels, 3)]
    bars = pixels[2 * ROW_H + 3, :, :3].astype(int)
    assert len(ends[1]) == 0  # the short number begins further right
    assert bars[350, 0] > bars[350, 1]  # red
    assert pixels[ROW_H + 3, 350, 3] == 0  # none
    right = [
        np.flatnonzero(strip[3:-4, 301:, 3].any(axis=0)).max() for strip in np.split(pixels, 3)[:2]
    ]
    assert abs(right[0] - right[1]) <= 2


def test_nothing_to_show_is_said():
    """A table without rows says so in its picture."""
    empty, said = (
        TablePicture(300).png([Column("Name", text=True)], [], empty=t) for t in ("", "Nothing")
    )
    assert said != empty


def test_a_picture_says_what_it_shows():
    """A screen reader has words for the image: its subject and its kind."""
    tape = MovedTape()
    tape.trade(61_234.5)
    view = TapeView(tape, engine="matplotlib")
    until(view, lambda: view.frames > 0)
    assert view.surface._image.tooltip == "BTCUSDT trades tape"
