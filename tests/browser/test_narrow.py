"""Views in a cell as narrow as a telephone: nothing is cut, nothing covers something else."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .notebook_page import NotebookPage

SETUP = """
from binance_lab import Lab
lab = Lab()
lab.place("BTCUSDT", "BUY", "MARKET", quantity="0.05").wait(timeout=30)
"""
DESK = """
views = [lab.ladder("BTCUSDT"), lab.tape("BTCUSDT"), lab.watchlist(["BTCUSDT", "SHIBUSDT"]), lab.balances(),
         lab.depth_chart("BTCUSDT"), lab.order_form("BTCUSDT"), lab.blotter()]
from ipywidgets import VBox
VBox(views, layout={"width": "260px"})
"""
# Cells and buttons whose text needs more room than they have.
CUT = """() => [...document.querySelectorAll(
  '.bl-view td, .bl-view th, .bl-view .bl-bar, .bl-panel .jupyter-button, .bl-panel .bl-bar'
)].filter(node => node.clientWidth && node.scrollWidth > node.clientWidth + 1).map(
  node => `${node.tagName} ${node.className}: ${node.textContent}`)"""


def test_nothing_is_cut_in_a_narrow_cell(notebook: Callable[..., NotebookPage]):
    """At 260 pixels every number and every button is whole."""
    page = notebook(SETUP, DESK, "lab.close()")
    page.page.set_viewport_size({"width": 1280, "height": 3200})
    page.run(0, 1)
    output = page.output(1)
    expect(output).to_contain_text("SHIBUSDT")
    expect(output.locator(".bl-bid").first).not_to_contain_text("–")
    expect(output).to_contain_text("filled")
    page.picture("narrow", 1)
    assert page.page.evaluate(CUT) == []
    page.run(2)
