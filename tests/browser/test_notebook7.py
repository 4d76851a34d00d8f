"""The views in Notebook 7, whose page is not JupyterLab's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .lab_server import JupyterServer
from .notebook_page import Browsing, NotebookPage

SETUP = """
from stand_ins import *
from binance_lab.widgets import *
candles, book, tape = MovedCandles(), MovedBook(), MovedTape()
tape.trade(61_234.5)
"""
VIEWS = """
chart, ladder, trades = CandleChart(candles, environment='local'), DepthLadder(book), TapeView(tape)
Desk([[chart, ladder], [trades]], subject='BTCUSDT')
"""
COMPUTING = """
import time
end = time.monotonic() + 20
while time.monotonic() < end:
    sum(range(1000))
"""


@pytest.fixture
def notebook7(
    browsing: Browsing, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NotebookPage]:
    """The views in a notebook; afterwards no error but Notebook's own is forgiven."""
    browsing.errors.clear()
    browsing.outside.clear()
    server = JupyterServer(tmp_path_factory.mktemp("notebook7"), application="notebook")
    try:
        cells = [SETUP, VIEWS, COMPUTING]
        page = NotebookPage(browsing, server, "views", cells)
        yield page
        page.close()
        server.end_sessions()
    finally:
        server.close()
    assert browsing.errors == []
    assert browsing.outside == []


def test_views_live_in_notebook_7(notebook7: NotebookPage):
    """They appear, move, go on while a cell computes, are back after a reload, and are replaced."""
    page = notebook7
    page.run(0, 1)
    shown = page.page.locator(".bl-view[data-close]")
    expect(shown).to_be_visible()
    page.execute("candles.price(61_111.5)")
    expect(shown).to_have_attribute("data-close", "61111.5")
    page.picture("notebook7")
    page.execute("still = candles.every(0.05, candles.walk)")
    page.run(2, wait=False)
    prompt = page.page.locator(".jp-Notebook .jp-CodeCell").nth(2).locator(".jp-InputPrompt")
    expect(prompt).to_have_text("[*]:")
    seq = int(shown.get_attribute("data-seq") or 0)
    page.page.wait_for_function(
        "(seq) => document.querySelector('.bl-view[data-close]').dataset.seq > seq + 3", arg=seq
    )
    expect(prompt).to_have_text("[*]:")
    page.interrupt_kernel()
    page.execute("still()")
    page.save()
    page.reload()
    expect(page.page.locator(".bl-view[data-close]")).to_be_visible()
    page.run(1)
    expect(page.page.locator(".bl-view")).to_have_count(3)
    assert page.execute("print(chart.errors + ladder.errors + trades.errors)") == "0"
