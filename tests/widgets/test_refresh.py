"""The render thread: latest wins, budgets, errors, replacement."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from binance_lab.widgets import refresh
from binance_lab.widgets.refresh import Refresher, close_tree, refresher


class Drawing:
    """A view that counts what the refresher does with it."""

    def __init__(
        self, name: str = "a", rate: float = 1000.0, draw: Callable[[], None] | None = None
    ):
        self.name, self.rate = name, rate
        self.drawing = draw or (lambda: None)
        self.times: list[float] = []
        self.errors: list[Exception] = []
        self.pulses = 0
        self.threads: set[str] = set()
        self.gave_way_to: list[object] = []
        self.moved = threading.Condition()

    def draw(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.times.append(time.monotonic())
        self.drawing()

    def pulse(self) -> None:
        self.pulses += 1

    def drawn(self) -> None:
        with self.moved:
            self.moved.notify_all()

    def failed(self, error: Exception) -> None:
        self.errors.append(error)
        with self.moved:
            self.moved.notify_all()

    def give_way(self, newer: object) -> None:
        self.gave_way_to.append(newer)

    def stop(self) -> None: ...

    def wait(self, condition: Callable[[], bool]) -> None:
        with self.moved:
            assert self.moved.wait_for(condition, timeout=30)


@pytest.fixture
def drawer() -> Iterator[Refresher]:
    made = Refresher()
    yield made
    made.shut_down()


def test_new_view_is_drawn_without_a_mark(drawer: Refresher):
    """A view that is added is drawn once, by the refresher's thread."""
    view = Drawing()
    drawer.add(view)
    view.wait(lambda: len(view.times) == 1)
    assert view.threads == {"binance_lab:refresh"}


def test_thousands_of_marks_are_one_frame(drawer: Refresher):
    """However often a view is marked between two frames, it is drawn once."""
    view = Drawing(rate=20)
    drawer.add(view)
    view.wait(lambda: len(view.times) == 1)
    for _ in range(5000):
        drawer.mark(view)
    view.wait(lambda: len(view.times) == 2)
    assert view.times[1] - view.times[0] == pytest.approx(1 / 20, abs=0.04)


def test_mark_after_a_pause_is_drawn_at_once(drawer: Refresher):
    """A view that stood still longer than its interval is drawn as soon as it changes."""
    view = Drawing(rate=2)
    drawer.add(view)
    view.wait(lambda: len(view.times) == 1)
    drawer._slots[id(view)].due -= 1  # as if the half second were over
    marked = time.monotonic()
    drawer.mark(view)
    view.wait(lambda: len(view.times) == 2)
    assert view.times[1] - marked < 0.2


def test_change_while_drawing_is_drawn_again(drawer: Refresher):
    """A mark that comes while the view is being drawn makes another frame."""
    view = Drawing()
    view.drawing = lambda: drawer.mark(view) if len(view.times) < 3 else None
    drawer.add(view)
    view.wait(lambda: len(view.times) == 3)


def test_error_is_reported_and_tried_again_later(drawer: Refresher):
    """A view that fails is told, tried again at growing intervals, and others go on."""
    view, other = Drawing("bad", rate=100), Drawing("good")

    def fail() -> None:
        if len(view.times) < 4:
            raise ValueError("no candles")

    view.drawing = fail
    drawer.add(view)
    view.wait(lambda: len(view.times) == 4)
    gaps = [b - a for a, b in zip(view.times, view.times[1:], strict=False)]
    assert [str(error) for error in view.errors] == ["no candles"] * 3
    assert gaps[0] >= 0.019
    assert gaps[2] >= 0.079
    drawer.add(other)
    other.wait(lambda: len(other.times) == 1)


def test_view_that_cannot_show_its_error_ends_nothing(
    drawer: Refresher, caplog: pytest.LogCaptureFixture
):
    """The thread goes on, and the log has both errors."""
    view, other = Drawing("bad", draw=lambda: 1 / 0), Drawing("good")  # type: ignore[arg-type, return-value]
    view.failed = lambda error: [][1]  # type: ignore[method-assign,misc]
    drawer.add(view)
    drawer.add(other)
    other.wait(lambda: len(other.times) == 1)
    assert "ZeroDivisionError" in caplog.text
    assert "IndexError" in caplog.text


def test_expensive_views_slow_down_to_the_share(drawer: Refresher, monkeypatch: pytest.MonkeyPatch):
    """Frames that would take more than the share of a core are drawn less often."""
    monkeypatch.setattr(refresh, "CPU_SHARE", 0.1)

    def burn() -> None:
        end = time.thread_time() + 0.004
        while time.thread_time() < end:
            pass

    view = Drawing(rate=100, draw=burn)
    view.drawn = lambda: (drawer.mark(view), Drawing.drawn(view))  # type: ignore[method-assign]
    drawer.add(view)
    view.wait(lambda: len(view.times) == 5)
    assert view.times[4] - view.times[1] > 3 * 0.03
    assert drawer.load > 0.2


def test_many_views_stay_below_the_message_rate(drawer: Refresher):
    """Forty views at 10/s together send fewer messages than Jupyter's server forwards."""
    views = [Drawing(str(number), rate=10) for number in range(40)]
    for view in views:
        view.drawn = lambda view=view: (drawer.mark(view), Drawing.drawn(view))  # type: ignore[misc]
        drawer.add(view)
    views[-1].wait(lambda: len(views[-1].times) == 2)
    assert views[-1].times[1] - views[-1].times[0] >= 40 / refresh.MESSAGES_PER_S - 0.02


def test_quiet_view_is_asked_once_a_second(drawer: Refresher, monkeypatch: pytest.MonkeyPatch):
    """A view that nothing marks is pulsed and not drawn."""
    monkeypatch.setattr(refresh, "PULSE_S", 0.01)
    view = Drawing()
    drawer.add(view)
    view.wait(lambda: view.pulses == 0 or len(view.times) == 1)
    pulsed = threading.Event()
    monkeypatch.setattr(view, "pulse", pulsed.set)
    assert pulsed.wait(30)
    assert len(view.times) == 1


def test_removed_view_has_no_frame_on_its_way(drawer: Refresher):
    """`remove` returns when a frame in progress is done; none follows."""
    inside, go = threading.Event(), threading.Event()

    def draw() -> None:
        inside.set()
        go.wait(30)

    view = Drawing(draw=draw)
    drawer.add(view)
    assert inside.wait(30)
    remover = threading.Thread(target=drawer.remove, args=[view], daemon=True)
    remover.start()
    remover.join(0.05)
    assert remover.is_alive()
    go.set()
    remover.join(30)
    drawer.mark(view)
    assert not remover.is_alive()
    assert len(view.times) == 1
    assert drawer.views == []


def test_newer_view_is_announced_to_the_others(drawer: Refresher):
    """Each view learns of the one that is added, and may give way to it."""
    old, new = Drawing("old"), Drawing("new")
    drawer.add(old)
    drawer.add(new)
    assert old.gave_way_to == [new]
    assert new.gave_way_to == []


def test_one_thread_for_all_views(drawer: Refresher):
    """Any number of views has one thread, which ends with `shut_down`."""
    before = threading.active_count()
    views = [Drawing(str(number)) for number in range(5)]
    for view in views:
        drawer.add(view)
    views[-1].wait(lambda: len(views[-1].times) == 1)
    assert threading.active_count() == before + 1
    drawer.shut_down()
    assert threading.active_count() == before


def test_the_thread_ends_with_the_last_view(drawer: Refresher):
    """Nothing is left to draw, so nothing waits; the next view has a thread again."""
    view = Drawing("last")
    drawer.add(view)
    view.wait(lambda: len(view.times) == 1)
    thread = drawer._thread
    assert thread is not None
    drawer.remove(view)
    thread.join(30)
    assert not thread.is_alive()
    again = Drawing("again")
    drawer.add(again)
    again.wait(lambda: len(again.times) == 1)


def test_refresher_survives_reload_of_its_module():
    """The kernel's refresher is the same object after the module is loaded anew."""
    before = refresher()
    spec = importlib.util.find_spec("binance_lab.widgets.refresh")
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    sys.modules["reloaded_refresh"] = again  # dataclasses look their module up
    spec.loader.exec_module(again)
    del sys.modules["reloaded_refresh"]
    assert again.refresher() is before


def test_close_tree_closes_layouts_and_styles():
    """Closing a tree leaves no widget model open."""
    before = set(_instances)
    close_tree(ipywidgets.VBox([ipywidgets.Button(), ipywidgets.HBox([ipywidgets.HTML("x")])]))
    assert set(_instances) == before
