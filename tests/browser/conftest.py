"""One JupyterLab and one Chromium for all browser tests; one notebook and tab for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .lab_server import JupyterServer
from .notebook_page import Browsing, NotebookPage

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
EXPECT_TIMEOUT_MS = 60_000  # a slow machine may need it; nothing waits longer than it must
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    # Timers and animation frames at full speed though no window has the focus.
    *("--disable-background-timer-throttling", "--disable-renderer-backgrounding"),
    "--disable-backgrounding-occluded-windows",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser tests, and run them last: Playwright keeps an event loop in the main thread."""
    here = Path(__file__).parent
    browser = [item for item in items if here in item.path.parents]
    for item in browser:
        item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: here in item.path.parents)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome; skipped where none is, unless one is required."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        text = "No Chromium or Chrome found. Install one: apt-get install chromium"
        if os.environ.get("BINANCE_LAB_REQUIRE_BROWSER") == "1":
            pytest.fail(text)
        pytest.skip(text)
    return found


@pytest.fixture(scope="session")
def jupyter(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path_factory.mktemp("jupyter"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def browsing(
    chromium: str, jupyter: JupyterServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browsing]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=EXPECT_TIMEOUT_MS)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("chromium"),
            executable_path=chromium,
            headless=True,
            args=list(FLAGS),
            viewport={"width": 1280, "height": 900},
            timezone_id="Europe/Zurich",
            locale="en-US",
        )
        yield Browsing(context)
        context.close()


@pytest.fixture
def notebook(
    browsing: Browsing, jupyter: JupyterServer, request: pytest.FixtureRequest
) -> Iterator[Callable[..., NotebookPage]]:
    """Opens a notebook of given cells; afterwards no error and no outside address is forgiven."""
    opened: list[NotebookPage] = []
    browsing.errors.clear()
    browsing.outside.clear()

    def make(*cells: str) -> NotebookPage:
        name = f"{request.node.originalname}-{len(opened)}"
        opened.append(NotebookPage(browsing, jupyter, name, list(cells)))
        return opened[-1]

    yield make
    for page in opened:
        page.close()
    jupyter.end_sessions()
    assert browsing.errors == []
    assert browsing.outside == []
