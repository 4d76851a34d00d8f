"""The chart in JupyterLab on a real browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .notebook_page import NotebookPage

SETUP = """
from stand_ins import MovedCandles
from binance_lab.widgets.chart import CandleChart
candles = MovedCandles()
chart = CandleChart(candles, environment="local")
"""


def test_chart_appears_and_follows(notebook: Callable[..., NotebookPage]):
    """The chart shows the newest close, and a new one within a second of its event."""
    page = notebook(SETUP, "chart")
    page.run()
    close = page.execute("print(candles.rows[-1, 4])")
    expect(page.view(1)).to_have_attribute("data-close", close)
    page.picture("chart-light", 1)
    page.execute("candles.price(61234.5)")
    expect(page.view(1)).to_have_attribute("data-close", "61234.5", timeout=1000)
    expect(page.view(1).locator(".bl-legend")).to_contain_text("C61,234.50")
    page.theme(dark=True)
    expect(page.view(1)).to_have_attribute("data-theme", "dark")
    box = page.view(1).locator("canvas").bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4)
    page.picture("chart-dark-crosshair", 1)
    page.theme(dark=False)
