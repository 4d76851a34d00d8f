"""The tour in JupyterLab on a real browser, top to bottom, as a new user runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .notebook_page import NotebookPage

TOUR = Path(__file__).parents[2] / "notebooks" / "01-tour.ipynb"


def cells() -> list[str]:
    """The tour's code cells."""
    notebook = json.loads(TOUR.read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def cell_of(words: str) -> int:
    """The number of the code cell that has these words."""
    return next(number for number, cell in enumerate(cells()) if words in cell)


def test_the_tour_runs_top_to_bottom(notebook: Callable[..., NotebookPage]):
    """All cells run; the chart moves, the form shows the market, the blotter shows the fill."""
    page = notebook(*cells())
    page.run()
    form, blotter = page.output(cell_of("lab.order_form")), page.output(cell_of("lab.blotter"))
    expect(page.output(cell_of("ohlcv.plot")).locator("img").first).to_be_visible()
    page.picture("tour-history", cell_of("ohlcv.plot"))
    page.wait_moved(cell_of("lab.chart"), page.picture("tour-chart", cell_of("lab.chart")))
    expect(form).to_contain_text("LOCAL")
    expect(blotter).to_contain_text("FILLED", ignore_case=True)
    expect(page.output(cell_of("order.wait"))).to_contain_text("filled")
    page.picture("tour-form", cell_of("lab.order_form"))
    page.picture("tour-blotter", cell_of("lab.blotter"))
    page.output(cell_of("close_button")).locator("button").click()
    expect(page.output(cell_of("close_button"))).to_contain_text("Closed")
    page.picture("tour-closed", cell_of("lab.chart"))
