"""The chart under the mouse, under keys, in narrow cells, and drawn by matplotlib."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FloatRect, expect

from .notebook_page import NotebookPage

Open = Callable[..., NotebookPage]
SETUP = (
    "from stand_ins import *\nfrom binance_lab.widgets import CandleChart\ncandles = MovedCandles()"
)
CHART = "chart = CandleChart(candles, environment='local')\nchart"


def opened(notebook: Open, cell: str = CHART) -> NotebookPage:
    page = notebook(SETUP, cell)
    page.run()
    expect(page.view(1)).to_have_attribute("data-bars", "400")
    return page


def canvas(page: NotebookPage) -> FloatRect:
    box = page.view(1).locator("canvas").bounding_box()
    assert box is not None
    return box


def test_crosshair_reads_a_candle(notebook: Open):
    """Under the mouse the legend has that candle, the axis its time with UTC beside it."""
    page = opened(notebook)
    legend = page.view(1).locator(".bl-legend")
    newest = legend.inner_text()
    box = canvas(page)
    page.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 100)
    expect(legend).not_to_have_text(newest)
    page.picture("chart-crosshair", 1)
    page.page.mouse.move(0, 0)
    expect(legend).to_have_text(newest.replace("\n", ""))


def test_drag_leaves_the_newest_candle_and_the_button_returns(notebook: Open):
    """Dragging pans into the past, where new candles do not disturb; » and End follow again."""
    page = opened(notebook)
    box = canvas(page)
    page.page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + 700, box["y"] + 200, steps=5)
    page.page.mouse.up()
    back = page.view(1).get_by_role("button", name="To the newest candle")
    expect(back).to_be_visible()
    first = page.seen(1)
    page.execute("candles.next(); candles.next()")
    expect(page.view(1)).to_have_attribute("data-bars", "402")
    assert page.seen(1) == first
    page.picture("chart-panned", 1)
    back.click()
    expect(back).to_be_hidden()
    assert page.seen(1)[1] == 401


def test_wheel_zooms_once_the_chart_has_the_focus(notebook: Open):
    """Without the focus the wheel is the notebook's; with it, or keys, it zooms."""
    page = opened(notebook)
    box = canvas(page)
    before = page.seen(1)
    page.page.mouse.move(box["x"] + 500, box["y"] + 200)
    page.page.mouse.wheel(0, 600)
    assert page.seen(1) == before
    page.view(1).locator("canvas").click(position={"x": 500, "y": 200})
    page.page.mouse.wheel(0, 600)
    page.wait_seen(1, lambda first, last: last - first > before[1] - before[0] + 50)
    page.page.keyboard.press("+")
    page.page.keyboard.press("+")
    page.picture("chart-zoomed", 1)


def test_keys_read_candles_aloud(notebook: Open):
    """Arrow keys move from candle to candle, and a screen reader gets its numbers."""
    page = opened(notebook)
    page.view(1).focus()
    page.page.keyboard.press("ArrowLeft")
    spoken = page.view(1).locator("[aria-live=polite]")
    close = page.execute("print(f'{candles.rows[-2, 4]:,.2f}')")
    expect(spoken).to_contain_text(f"close {close}")
    expect(page.view(1)).to_have_attribute("aria-label", "BTCUSDT 1m chart")
    page.page.keyboard.press("Escape")
    assert page.page.locator(".jp-Notebook .jp-CodeCell").count() == 2


def test_marks_narrow_and_wide(notebook: Open):
    """Own trades and orders are drawn; the chart fits a narrow box."""
    page = opened(notebook)
    page.execute(
        "last = candles.rows[-1]\n"
        "chart.set_trades([dict(time=candles.rows[-30, 0] + 5, price=candles.rows[-30, 4], side='BUY', qty='0.01'),"
        " dict(time=candles.rows[-9, 0], price=candles.rows[-9, 4], side='SELL', qty='0.01')])\n"
        "chart.set_orders([dict(price=last[4] - 60, side='BUY', qty='0.5'), dict(price=last[4] + 45, side='SELL', qty='0.5')])\n"
        "chart.wait_frames(1)"
    )
    page.picture("chart-marks", 1)
    page.execute("chart.layout.width = '360px'")
    page.page.wait_for_function("document.querySelector('.bl-view canvas').clientWidth < 370")
    page.picture("chart-narrow", 1)


def test_a_fall_too_small_to_see_has_no_sign(notebook: Open):
    """A change of less than half a hundredth of a percent is 0.00 %, not -0.00 %."""
    page = notebook(SETUP, "CandleChart(candles, environment='local')")
    page.run()
    page.execute("candles.rows[-1, 1] = 61000.5; candles.price(61000.4)")
    expect(page.view(1)).to_have_attribute("data-close", "61000.4")
    expect(page.view(1).locator(".bl-legend")).to_contain_text("0.00%")
    expect(page.view(1).locator(".bl-legend")).not_to_contain_text("-0.00%")


def test_matplotlib_engine_moves_without_anywidget(notebook: Open):
    """The picture changes when the price does, in an ordinary image that says what it shows."""
    page = notebook(
        SETUP, "chart = CandleChart(candles, engine='matplotlib', environment='local')\nchart"
    )
    page.run()
    image = page.output(1).locator("img")
    expect(image).to_be_visible()
    before = image.get_attribute("src")
    page.execute("candles.price(61234.5)")
    expect(image).not_to_have_attribute("src", before or "")
    expect(page.output(1)).to_contain_text("LOCAL")
    expect(image).to_have_attribute("title", "BTCUSDT 1m chart")
    page.picture("chart-matplotlib", 1)
    assert page.execute("print(chart.errors)") == "0"
