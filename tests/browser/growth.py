"""What there is more of after a desk under load was run again and its page loaded again."""

from __future__ import annotations

from typing import NamedTuple

import psutil

from .notebook_page import NotebookPage

CELLS = ("from busy_desk import Market\nmarket = Market()", "market.desk()")
RERUNS = 5
_VIEWS = "() => document.querySelectorAll('.bl-view').length == 6"
_COUNT = """
import ctypes, gc, os, threading
from ipywidgets.widgets.widget import _instances
gc.collect()  # a view's widgets refer to each other
trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
if trim:
    trim(0)  # what is free, and kept for reuse, is no growth
ours = [t for t in threading.enumerate() if t.name.startswith('binance_lab')]
print(os.getpid(), len(ours), len(_instances))
"""


class Growth(NamedTuple):
    """How much more there is than before: the kernel's memory, and what it and the page hold."""

    memory_mb: float
    threads: int  # ours; with each page that is loaded ipykernel keeps one more of its own
    widgets: int
    nodes: int


class _Held(NamedTuple):
    memory: int
    threads: int
    widgets: int
    nodes: int


def growth(page: NotebookPage, *, seconds: float) -> Growth:
    """Five reruns and a reload, spread over so many seconds of load.

    Args:
        page: A notebook of `CELLS`, run once.
    """
    page.execute("market.start()")
    for _ in range(2):  # caches fill: of the views, and of the pictures that they leave
        page.page.wait_for_timeout(min(10.0, seconds / 3) * 1000)
        page.run(1)
    before = _held(page)
    for number in range(RERUNS):
        page.page.wait_for_timeout(seconds / (RERUNS + 1) * 1000)
        if number == RERUNS - 1:
            page.save()
            page.reload()
            page.page.wait_for_function(_VIEWS)
            page.page.wait_for_timeout(seconds / (RERUNS + 1) * 1000)
        page.run(1)
    after = _held(page)
    page.execute("market.stop()")
    return Growth(
        (after.memory - before.memory) / 1e6,
        *(b - a for a, b in zip(before[1:], after[1:], strict=True)),
    )


def _held(page: NotebookPage) -> _Held:
    """All of it, once the views are drawn."""
    page.page.wait_for_function(_VIEWS)
    page.page.wait_for_function(
        "() => [...document.querySelectorAll('.bl-view')].every(view => view.dataset.seq > 5)"
    )
    pid, threads, widgets = map(int, page.execute(_COUNT).split())
    nodes = int(page.page.evaluate("document.querySelectorAll('.jp-OutputArea *').length"))
    return _Held(psutil.Process(pid).memory_info().rss, threads, widgets, nodes)
