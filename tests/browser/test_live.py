"""All views on the embedded exchange: what the page shows is what the server says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .notebook_page import NotebookPage, outputs_of

Open = Callable[..., NotebookPage]

SETUP = """
from binance_lab import Lab
from binance_lab.widgets import *
lab = Lab(seed=7)
live, where = lab.live, lab.environment.name
symbols = ["BTCUSDT", "ETHUSDT", "SHIBUSDT"]
candles, book, tape = live.candles("BTCUSDT", "1m"), live.book("BTCUSDT"), live.trades("BTCUSDT")
tickers, account = live.tickers(symbols), live.account()
"""
DESK = """
chart = CandleChart(candles, account=account, environment=where)
ladder = DepthLadder(book, levels=10, environment=where)
trades = TapeView(tape, height=330, environment=where)
watch = Watchlist(tickers, symbols, environment=where)
balances = Balances(account, tickers=tickers, environment=where)
status = StatusView(live, environment=where)
form, blotter = OrderForm(lab.trading, "BTCUSDT", book=book), Blotter(lab.trading)
desk = Desk([[chart, ladder], [trades, form], [blotter], [watch, balances], [status]], subject="BTCUSDT")
views = desk.views
desk
"""


@pytest.fixture
def desk(notebook: Open) -> NotebookPage:
    page = notebook(SETUP, DESK)
    page.run()
    return page


def test_page_shows_what_the_server_says(desk: NotebookPage):
    """Newest close and best bid on the page become equal to what REST answers."""
    asked = {
        "data-close": "print(float(lab.client.klines('BTCUSDT', '1m', limit=1)[0][4]))",
        "data-bid": "print(float(lab.client.depth('BTCUSDT', limit=5)['bids'][0][0]))",
    }
    for view, (shown, question) in zip(("chart", "order book"), asked.items(), strict=True):
        root = desk.page.locator(f".bl-view[{shown}]")
        expect(root).to_be_visible()
        deadline = time.monotonic() + 60
        while (on_page := float(root.get_attribute(shown) or 0)) != float(desk.execute(question)):
            assert time.monotonic() < deadline, f"{view}: {on_page}"
    desk.page.set_viewport_size({"width": 1280, "height": 2300})
    desk.picture("desk-light")
    desk.theme(dark=True)
    desk.picture("desk-dark")
    desk.theme(dark=False)
    desk.page.set_viewport_size({"width": 1280, "height": 900})


def test_fill_is_marked_and_in_the_balances(desk: NotebookPage):
    """A market order moves the balance and marks the chart."""
    before = desk.page.locator("tr[data-key=BTC] td").nth(1).inner_text()
    order = "answer = lab.client.new_order('BTCUSDT', 'BUY', 'MARKET', quantity='0.05')"
    desk.execute(order)
    desk.execute("account.until(lambda: len(account.fills) == len(answer['fills']))")
    expect(desk.page.locator("tr[data-key=BTC] td").nth(1)).not_to_have_text(before)
    fills = desk.execute("print(len(account.fills))")
    expect(desk.page.locator(f".bl-view[data-marks='{fills}']")).to_have_count(1)


def test_desk_stays_within_its_budgets(desk: NotebookPage):
    """Eight live views send fewer than 100 messages a second, without an error."""
    views = "print(sum(view.frames for view in views), sum(view.errors for view in views))"
    desk.page.wait_for_timeout(1000)
    first, _ = map(int, desk.execute(views).split())
    desk.page.wait_for_timeout(3000)  # a rate needs a time to be measured over
    then, errors = map(int, desk.execute(views).split())
    assert 3 < then - first < 300
    assert errors == 0
    assert (
        desk.execute(
            "from binance_lab.widgets.refresh import refresher; print(refresher().load < 0.6)"
        )
        == "True"
    )


def test_stopped_desk_stays_readable(desk: NotebookPage):
    """After stop the saved cell has the chart's picture and the tables, and no widget."""
    desk.execute("desk.stop()")
    expect(desk.output(1).locator("img")).to_be_visible()
    desk.page.set_viewport_size({"width": 1280, "height": 2000})
    desk.picture("desk-stopped")
    desk.page.set_viewport_size({"width": 1280, "height": 900})
    desk.save()
    data, _ = outputs_of(desk.path)
    assert not any("widget" in mime for mime in data)
    assert "data:image/png;base64," in data["text/html"]


def test_lost_exchange_is_seen(desk: NotebookPage):
    """When the exchange is gone the views say that what they show is old."""
    expect(desk.page.locator(".bl-view[data-close] .bl-state")).to_contain_text("live")
    desk.execute("lab.exchange.stop()")
    expect(desk.page.locator(".bl-view[data-close] .bl-state")).to_contain_text("stale")
    desk.picture("desk-exchange-gone")
    assert desk.execute("print(sum(view.errors for view in views))") == "0"


def test_a_cell_that_ends_with_a_live_object_shows_its_view(notebook: Open):
    """Candles, book, tape, tickers, account and all of it: each shows itself; a rerun replaces."""
    kinds = {"candles": "chart", "book": "ladder", "tape": "tape", "tickers": "watchlist"}
    kinds |= {"account": "balances", "live": "status"}
    page = notebook(SETUP, *kinds)
    page.run()
    for cell, kind in enumerate(kinds.values(), 1):
        expect(page.view(cell)).to_have_attribute("aria-label", re.compile(f"{kind}$"))
    page.run(2)
    expect(page.view(2)).to_have_count(1)
    count = "from binance_lab.widgets.refresh import refresher; print(len(refresher().views))"
    assert page.execute(count) == str(len(kinds))
    page.page.set_viewport_size({"width": 1280, "height": 2600})
    page.picture("live-objects")
    page.page.set_viewport_size({"width": 1280, "height": 900})
