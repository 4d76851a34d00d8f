"""Live views in JupyterLab on headless Chromium: from the event in the kernel to the pixels."""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contest import Area, Contestant, Goal, Sample, Setup, Work, cpu_of

ROOT = Path(__file__).resolve().parents[3]
MEDIAN, P95 = "event → pixels, median", "event → pixels, 95 %"
SIZE, PER_FRAME = "chart: bytes a frame", "chart: messages a frame"
CORE, MESSAGES, BEHIND = "desk, 5,000 events/s: kernel", "desk: messages", "desk: behind by"
SLEEPING, COMPUTING = "chart while a cell sleeps", "chart while a cell computes"
MEMORY, LEFT, NODES = (
    "after 3 minutes, reruns, a reload: memory",
    "… threads and widgets",
    "… page nodes",
)
EVENTS, LOAD_S, CELL_S, LEAK_S = 150, 8.0, 4.0, 180.0
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

SETUP = """
import threading, time
from busy_desk import Market
from binance_lab.widgets import CandleChart
market = Market()
candles, sent = market.candles, []

def event(close):
    sent.append((time.time() * 1e3, close))
    candles.price(close)
"""
CHART = "chart = CandleChart(candles, environment='local')\nchart"
COMPUTE = (
    "end = time.monotonic() + {0}\nwhile time.monotonic() < end: sum(i * i for i in range(999))"
)
# When the frame after the one that shows a new close begins, the one before is on the screen.
PROBE = """() => {
  window.shown = [];
  const root = document.querySelector('.bl-view[data-close]');
  new MutationObserver(() => {
    const close = root.dataset.close;
    requestAnimationFrame(() => shown.push([performance.timeOrigin + performance.now(), +close]));
  }).observe(root, { attributes: true, attributeFilter: ['data-close'] });
}"""


def ours(setup: Setup) -> dict[str, Sample]:
    """All of it, in one browser."""
    with _jupyter() as (open_notebook, wire):
        return {
            **_latency(open_notebook(SETUP, CHART), wire, setup),
            **_beside_cells(
                open_notebook(SETUP, CHART, f"time.sleep({CELL_S})", COMPUTE.format(CELL_S)), setup
            ),
            **_load(open_notebook(*_desk()), wire, setup),
            **_growth(open_notebook(*_desk()), setup),
        }


@contextmanager
def _jupyter() -> Iterator[tuple[Any, list[int]]]:
    """Opens notebooks; and the sizes of what came over the page's WebSockets from kernels."""
    sys.path.insert(0, str(ROOT))
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS
    from tests.browser.lab_server import JupyterServer
    from tests.browser.notebook_page import Browsing, NotebookPage

    chromium = next(path for name in NAMES if (path := shutil.which(name)))
    wire: list[int] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = JupyterServer(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1280, "height": 1600})
        browsing = Browsing(context)
        context.on("page", lambda page: page.on("websocket", lambda ws: _count(ws, wire)))
        names = (f"bench-{number}" for number in range(9))

        def open_notebook(*cells: str) -> NotebookPage:
            for page in context.pages:
                page.close()
            server.end_sessions()
            page = NotebookPage(browsing, server, next(names), list(cells))
            page.run(0, 1)
            page.view(1).first.wait_for()
            return page

        try:
            yield open_notebook, wire
        finally:
            browser.close()
            server.close()


def _count(socket: Any, wire: list[int]) -> None:
    if "/channels" in socket.url:
        socket.on("framereceived", lambda payload: wire.append(len(payload)))


def _latency(page: Any, wire: list[int], setup: Setup) -> dict[str, Sample]:
    """Ten events a second at times that know nothing of frames."""
    page.page.wait_for_selector(".bl-view[data-close]")
    page.page.evaluate(PROBE)
    chance, count = random.Random(5), setup.count(EVENTS)
    before, frames = len(wire), _frames(page)
    waits = [round(chance.uniform(0.06, 0.14), 4) for _ in range(count)]
    page.execute(
        "def send(waits):\n for n, wait in enumerate(waits):\n  time.sleep(wait); event(61000 + n / 4)\n"
        f"thread = threading.Thread(target=send, args=({waits},), daemon=True); thread.start()"
    )
    page.page.wait_for_function(
        f"() => document.querySelector('.bl-view').dataset.close == {61000 + (count - 1) / 4}"
    )
    page.page.wait_for_timeout(100)
    frames, came = _frames(page) - frames, wire[before:]
    shown = page.page.evaluate("shown")
    waited = []
    for at, close in eval(page.execute("print(sent)")):
        seen = [time_ms for time_ms, price in shown if price >= close]
        waited.append(seen[0] - at)
    waited.sort()
    return {
        MEDIAN: (0.0, statistics.median(waited) / 1e3),
        P95: (0.0, waited[int(0.95 * len(waited))] / 1e3),
        SIZE: (0.0, sum(came) / frames),
        PER_FRAME: (0.0, len(came) / frames),
    }


def _frames(page: Any) -> int:
    return int(page.page.locator(".bl-view[data-close]").get_attribute("data-seq"))


def _beside_cells(page: Any, setup: Setup) -> dict[str, Sample]:
    """Frames a second of the chart while the kernel's thread is taken."""
    page.execute("still = candles.every(0.01, candles.walk)")
    rates = {}
    for name, cell in ((SLEEPING, 2), (COMPUTING, 3)):
        page.run(cell, wait=False)
        page.wait_busy()
        first, started = _frames(page), time.perf_counter()
        page.page.wait_for_timeout(CELL_S * 700)
        rate = (_frames(page) - first) / (time.perf_counter() - started)
        rates[name] = (0.0, rate)
        page.wait_idle()
    page.execute("still()")
    return rates


def _kernel(page: Any) -> int:
    return int(page.execute("import os; print(os.getpid())"))


def _load(page: Any, wire: list[int], setup: Setup) -> dict[str, Sample]:
    """Six views, whose sources change 5,000 times a second."""
    pid, seconds = _kernel(page), LOAD_S * min(1.0, setup.scale)
    page.execute("market.start()")
    page.page.wait_for_timeout(1500)
    cpu, came, started = cpu_of(pid), len(wire), time.perf_counter()
    page.page.wait_for_timeout(seconds * 1000)
    took = time.perf_counter() - started
    cpu, came = cpu_of(pid) - cpu, len(wire) - came
    page.execute("market.stop()")
    stopped = time.perf_counter()
    page.page.wait_for_function(
        "() => document.querySelector('.bl-view[data-close]').dataset.close == 12345.5"
    )
    return {
        CORE: (0.0, 100 * cpu / took),
        MESSAGES: (0.0, came / took),
        BEHIND: (0.0, time.perf_counter() - stopped),
    }


def _desk() -> tuple[str, ...]:
    """The cells of a desk of six views."""
    from tests.browser.growth import CELLS

    return CELLS


def _growth(page: Any, setup: Setup) -> dict[str, Sample]:
    """What there is more of, after five reruns and a reload in three minutes of load."""
    from tests.browser.growth import growth

    grown = growth(page, seconds=LEAK_S * min(1.0, setup.scale))
    return {
        MEMORY: (0.0, grown.memory_mb),
        LEFT: (0.0, float(grown.threads + grown.widgets)),
        NODES: (0.0, float(grown.nodes)),
    }


def _row(name: str, unit: str, limit: float, scale: float = 1.0, *, more: bool = False) -> Work:
    return Work(
        name, unit, scale=scale, by="wall", goals=(Goal(limit, "units", more_is_better=more),)
    )


AREA = Area(
    name="browser",
    about="live views in JupyterLab on headless Chromium, which shares the machine with them",
    works=(
        _row(MEDIAN, "ms", 60, 1e3),
        _row(P95, "ms", 120, 1e3),
        _row(SIZE, "KB", 3, 1e-3),
        _row(PER_FRAME, "messages", 1.5),
        _row(CORE, "% of a core", 60),
        _row(MESSAGES, "messages/s", 100),
        _row(BEHIND, "ms", 1000, 1e3),
        _row(SLEEPING, "frames/s", 9, more=True),
        _row(COMPUTING, "frames/s", 4, more=True),
        _row(MEMORY, "MB more", 5),
        _row(LEFT, "more", 0),
        _row(NODES, "more", 0),
    ),
    contestants=(Contestant("binance_lab", "ours", ours, needs=("playwright",)),),
    rounds=1,
)
