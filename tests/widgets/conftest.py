"""Stand-ins for live objects, and views that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from binance_lab.widgets.refresh import refresher
from binance_lab.widgets.view import View


class FakeSource:
    """A live object that a test moves by hand."""

    def __init__(self, state: str = "live") -> None:
        self.state = state
        self.version = 0
        self.error = ""
        self.last_message_age_s = 0.0
        self.callbacks: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def change(self) -> None:
        self.version += 1
        for callback in self.callbacks:
            callback()


def until(view: View, condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    """Wait for what a frame, or an error, of the view brings about."""
    with view._counted:
        assert view._counted.wait_for(condition, timeout_s)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture(autouse=True)
def no_views_left() -> Iterator[None]:
    yield
    for view in refresher().views:
        view.close()
