"""What is wrong with a market, its data or its stream is a line of text on the page, which goes on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .notebook_page import NotebookPage

Open = Callable[..., NotebookPage]
SETUP = "from stand_ins import *\nfrom binance_lab.widgets import *"
LAB = "from binance_lab import Lab\nlab = Lab(seed=7)"
TEN_FRAMES = """() => new Promise(done => {
  let left = 10;
  const frame = () => (left -= 1) ? requestAnimationFrame(frame) : done();
  requestAnimationFrame(frame);
})"""


@pytest.mark.timeout(240)
def test_unknown_symbols_are_told_in_the_cell(notebook: Open):
    """Each call says it in a line or two, without the library's inside; the next cell works."""
    names = ("chart", "watchlist", "order_form", "desk")
    page = notebook(LAB, *(f"lab.{name}('NOPEUSDT')" for name in names), "lab.tape('BTCUSDT')")
    page.run(0)
    for cell in range(1, len(names) + 1):
        page.run(cell, wait=False)
        expect(page.output(cell)).to_contain_text("NOPEUSDT")
        assert len(page.output(cell).inner_text().strip().splitlines()) <= 3
    page.wait_idle()
    page.run(len(names) + 1)
    expect(page.view(len(names) + 1).locator(".bl-state")).to_contain_text("live")
    page.picture("unknown-symbol")


def test_a_missing_column_is_named_below_the_view(notebook: Open):
    """The line says which; when the data have it again, the line goes and the chart is back."""
    page = notebook(
        SETUP,
        "candles = MovedCandles(5); whole = candles.since\n"
        "candles.since = lambda version: whole(version).drop(columns='volume')\n"
        "chart = CandleChart(candles, environment='local'); chart",
    )
    page.run()
    notice = page.view(1).locator(".bl-notice")
    expect(notice).to_contain_text("no column volume")
    page.execute("still = candles.every(0.05, candles.walk)")
    expect(notice).to_have_count(1)
    page.picture("missing-column", 1)
    assert len(page.output(1).inner_text().splitlines()) < 12
    page.execute("still(); candles.since = whole; candles.price(61_000.5)")
    expect(notice).to_have_text("")
    expect(page.view(1)).to_have_attribute("data-close", "61000.5")


def test_a_thousand_trades_a_second_leave_the_page_alive(notebook: Open):
    """The newest is shown, with as many rows as are kept, and the page draws frames meanwhile."""
    page = notebook(
        SETUP, "from busy_desk import Endless\ntape = Endless(); view = TapeView(tape); view"
    )
    page.run()
    page.execute("still = tape.every(0.01, lambda: tape.trade(*(61_000.0 + n for n in range(10))))")
    expect(page.view(1)).to_have_attribute("data-last", re.compile(r"\d{4,}"))
    page.page.evaluate(TEN_FRAMES)
    page.execute("still()")
    expect(page.view(1)).to_have_attribute("data-last", page.execute("print(tape.number)"))
    assert page.view(1).locator("tbody tr").count() <= int(page.execute("print(view.keep)"))
    assert page.execute("print(view.errors)") == "0"


def test_times_are_the_users_with_utc_beside_them(notebook: Open):
    """A trade's time is in the browser's zone, in summer two hours ahead; on hover in UTC."""
    page = notebook(SETUP, "tape = MovedTape(); tape.trade(61_000.5); TapeView(tape)")
    page.run()
    row = page.view(1).locator("tbody tr").first
    expect(row.locator("td").first).to_have_text("12:23:00")
    expect(row).to_have_attribute("title", "08 Aug 2024 10:23:00 UTC")


def test_a_stream_that_is_cut_comes_back(notebook: Open):
    """While the exchange drops its sockets the views go on, and show new prices afterwards."""
    page = notebook(LAB, "chart = lab.chart('BTCUSDT'); chart", "tape = lab.tape('BTCUSDT'); tape")
    page.run()
    state = page.view(2).locator(".bl-state")
    expect(state).to_contain_text("live")
    page.execute("lab.exchange.control('POST', 'faults', kind='cut')")
    before = page.view(2).get_attribute("data-last") or ""
    expect(page.view(2)).not_to_have_attribute("data-last", before)
    expect(state).to_contain_text("live")
    assert page.execute("print(chart.errors + tape.errors)") == "0"
    page.execute("lab.close()")
