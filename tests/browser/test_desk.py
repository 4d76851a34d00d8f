"""The whole desk of a Lab in JupyterLab: the picture that README shows.

For that picture the machine wants a font with Chinese characters, such as Debian's
fonts-noto-cjk: one asset is named in them, and would be empty boxes.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .notebook_page import NotebookPage

SETUP = """
from binance_lab import Lab
lab = Lab()
lab.place("BTCUSDT", "BUY", "MARKET", quantity="0.05")
lab.place("BTCUSDT", "BUY", "LIMIT", quantity="0.02", price=round(lab.depth("BTCUSDT").price[0] * 0.999, 2))
"""


def test_the_desk_shows_market_orders_and_account(notebook: Callable[..., NotebookPage]):
    """One call shows chart, ladder, depth, tape, form, balances, blotter and streams, all alive."""
    page = notebook(SETUP, "desk = lab.desk('BTCUSDT')\ndesk", "lab.close()")
    page.page.set_viewport_size({"width": 1780, "height": 2300})
    page.run(0, 1)
    desk = page.output(1)
    expect(desk).to_contain_text("LOCAL")
    expect(desk).to_contain_text("filled")
    expect(desk.locator(".bl-view[data-marks]").first).to_be_visible()
    page.execute(
        "import threading; assert all(view.wait_frames(3, timeout=20) for view in desk.views[:4])"
    )
    page.picture("desk", 1)
    page.run(2)
    assert page.execute("print(sum(view.errors for view in desk.views))") == "0"
