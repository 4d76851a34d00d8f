"""Stand-ins for live objects, and views that end with their test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from binance_lab.widgets.refresh import refresher
from binance_lab.widgets.surface import Surface
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


class Sent:
    """What surfaces sent to pages: messages and buffers."""

    def __init__(self) -> None:
        self.frames: list[tuple[dict[str, Any], list[bytes]]] = []
        self._came = threading.Condition()

    def add(self, _: object, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        with self._came:
            self.frames.append((content, buffers or []))
            self._came.notify_all()

    def clear(self) -> None:
        self.frames.clear()

    def wait(self, kind: str) -> tuple[dict[str, Any], list[bytes]]:
        """The newest frame of this kind, once there is one."""
        with self._came:
            found = self._came.wait_for(
                lambda: [f for f in self.frames if f[0]["kind"] == kind], 30
            )
        assert found, f"no {kind} among {[frame[0]['kind'] for frame in self.frames]}"
        return found[-1]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Keeps what surfaces send."""
    made = Sent()
    monkeypatch.setattr(Surface, "send", lambda *args: made.add(*args))
    return made


def until(view: View, condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait for what a frame, or an error, of the view brings about, or follows from it soon after."""
    deadline = time.monotonic() + timeout_s
    with view._counted:
        while not condition():
            assert time.monotonic() < deadline, f"{view} did not get there in {timeout_s:g} s"
            view._counted.wait(0.05)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture(autouse=True)
def no_views_left() -> Iterator[None]:
    yield
    for view in refresher().views:
        view.close()
