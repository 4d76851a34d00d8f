"""Nothing grows: memory, threads, widget models, elements of the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .growth import CELLS, growth
from .notebook_page import NotebookPage


@pytest.mark.timeout(300)
def test_reruns_and_a_reload_leave_nothing_behind(notebook: Callable[..., NotebookPage]):
    """Five reruns and a reload of a desk under load; `make bench ONLY=browser` takes three minutes."""
    page = notebook(*CELLS)
    page.run()
    grown = growth(page, seconds=12)
    assert (grown.threads, grown.widgets, grown.nodes) == (0, 0, 0)
    assert grown.memory_mb < 20  # of some 200; a figure for each view would add 25
