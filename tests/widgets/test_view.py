"""What every view does: follow its sources, show errors, stop with a picture, give way."""

from __future__ import annotations

import gc
from typing import Any

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.figure import Figure

from binance_lab.widgets import CandleChart, DepthChart
from binance_lab.widgets import view as view_module
from binance_lab.widgets.kept import shown_class
from binance_lab.widgets.refresh import refresher
from binance_lab.widgets.view import View
from tests.browser.stand_ins import MovedBook, MovedCandles

from .conftest import FakeSource, until

WIDGET = "application/vnd.jupyter.widget-view+json"


class Version(View):
    """Shows the version of its source."""

    kind = "version"

    def __init__(self, source: FakeSource, **options: Any) -> None:
        self.source, self.text = source, ipywidgets.HTML()
        super().__init__([self.text], sources=[source], rate=200, **options)
        self.start()

    def draw(self) -> None:
        if self.source.error:
            raise ValueError(self.source.error)
        self.text.value = str(self.source.version)

    def still(self) -> dict[str, Any]:
        return {"text/html": f"<b>{self.source.version}</b>"}


class Displays:
    """Stands in for IPython's display: what is shown now, in its order."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []

    def __call__(self, bundle: dict[str, Any], **_: Any) -> Handle:
        self.shown.append(bundle)
        return Handle(self.shown)


class Handle:
    """What display gives for an output's id."""

    def __init__(self, shown: list[dict[str, Any]]) -> None:
        self._shown, self._at = shown, len(shown) - 1

    def update(self, bundle: dict[str, Any], *, raw: bool) -> None:
        assert raw
        self._shown[self._at] = bundle


@pytest.fixture
def displays(monkeypatch: pytest.MonkeyPatch) -> Displays:
    made = Displays()
    monkeypatch.setattr(view_module, "display", made)
    return made


def run_cell(monkeypatch: pytest.MonkeyPatch, cell: str, execution: str) -> None:
    monkeypatch.setattr(view_module, "_running_cell", lambda: (cell, execution))


def test_view_follows_its_source(source: FakeSource):
    """A change of the source is drawn without anybody asking."""
    view = Version(source)
    source.change()
    until(view, lambda: view.text.value == "1")


def test_state_without_messages_is_drawn(source: FakeSource):
    """A source that goes stale, with no message at all, makes a frame."""
    view = Version(source)
    until(view, lambda: view.frames > 0)
    source.state = "stale"
    assert view.wait_frames(1)


def test_error_is_a_line_in_the_view_and_goes_when_drawn(source: FakeSource):
    """An exception in draw is counted and shown, escaped; the next good frame takes it away."""
    source.error = "<no book>"
    view = Version(source)
    until(view, lambda: view.errors > 0)
    assert "ValueError" in view.last_error
    assert "&lt;no book&gt;" in view.children[-1].value
    source.error = ""
    until(view, lambda: view.frames > 0)
    assert view.children[-1].value == ""


def test_stop_leaves_a_picture_where_the_view_was_shown(source: FakeSource, displays: Displays):
    """After stop the cell shows the still, no source is followed and no widget model is left."""
    models = set(_instances)
    view = Version(source)
    view._ipython_display_()
    assert WIDGET in displays.shown[0]
    source.change()
    view.stop()
    view.stop()
    assert displays.shown[0]["text/html"] == "<b>1</b>"
    assert WIDGET not in displays.shown[0]
    assert source.callbacks == []
    assert view.stopped
    assert not view.wait_frames(1, timeout=30)
    assert set(_instances) == models


def test_picture_beside_the_widget_follows_it(
    source: FakeSource, displays: Displays, monkeypatch: pytest.MonkeyPatch
):
    """What a saved notebook shows is drawn again when something moved, and hidden by the widget."""
    monkeypatch.setattr(view_module, "KEEP_AFTER_S", 0.0)
    view = Version(source)
    view._ipython_display_()
    widget, picture = displays.shown
    assert WIDGET in widget
    assert f":root:has(.{shown_class(view._id)})" in picture["text/html"]
    assert shown_class(view._id) in view._dom_classes
    source.change()
    until(view, lambda: "<b>1</b>" in displays.shown[1]["text/html"])
    view.close()
    assert [output["text/html"] for output in displays.shown] == ["", ""]


def test_stop_inside_a_box_leaves_a_picture_in_the_box(source: FakeSource):
    """A view that is part of another widget becomes its own picture there."""
    view = Version(source)
    view.stop()
    assert [child.value for child in view.children] == ["<b>0</b>"]


def test_stopped_view_displays_its_picture(source: FakeSource, displays: Displays):
    """A cell that ends with a stopped view shows the picture."""
    view = Version(source)
    view.stop()
    view._ipython_display_()
    assert displays.shown[0]["text/html"] == "<b>0</b>"


def test_picture_that_cannot_be_drawn_says_why(source: FakeSource, displays: Displays):
    """A failing still never keeps a view from stopping."""
    view = Version(source)
    view._ipython_display_()
    view.still = lambda: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    view.stop()
    assert "ZeroDivisionError" in displays.shown[0]["text/plain"]


def test_same_cell_again_closes_the_view_of_its_former_run(
    source: FakeSource, monkeypatch: pytest.MonkeyPatch
):
    """Running a cell again leaves one view, one callback and no model of the first."""
    run_cell(monkeypatch, "cell-a", "run-1")
    models = len(_instances)
    first = Version(source)
    one = len(_instances) - models
    run_cell(monkeypatch, "cell-a", "run-2")
    second = Version(source)
    assert first.stopped
    assert refresher().views == [second]
    assert len(source.callbacks) == 1
    assert len(_instances) - models == one


def test_two_views_in_one_cell_live_together(source: FakeSource, monkeypatch: pytest.MonkeyPatch):
    """A cell may make several views of the same kind and source."""
    run_cell(monkeypatch, "cell-a", "run-1")
    first, second = Version(source), Version(source)
    assert not first.stopped
    assert first.name != second.name


def test_other_cell_has_its_own_view(source: FakeSource, monkeypatch: pytest.MonkeyPatch):
    """The same view made in two cells is live in both."""
    run_cell(monkeypatch, "cell-a", "run-1")
    first = Version(source)
    run_cell(monkeypatch, "cell-b", "run-2")
    Version(source)
    assert not first.stopped


def test_same_name_stops_the_former_view(source: FakeSource):
    """A view given the name of another takes its place."""
    first = Version(source, name="mine")
    second = Version(source, name="mine")
    assert first.stopped
    assert not second.stopped


def test_context_manager_stops(source: FakeSource):
    """Leaving the with block stops the view; its repr says so."""
    with Version(source, name="mine") as view:
        assert "mine: live" in repr(view)
    assert "mine: stopped" in repr(view)


def figures() -> int:
    """Figures that somebody holds."""
    gc.collect()
    return sum(isinstance(each, Figure) for each in gc.get_objects())


@pytest.mark.parametrize("engine", ["canvas", "matplotlib"])
def test_closed_views_hold_no_figure(engine: str):
    """IPython's Out keeps what a cell ended with; a closed view in it keeps no figure."""
    before = figures()
    views = [CandleChart(MovedCandles(5), engine=engine), DepthChart(MovedBook(), engine=engine)]
    for view in views:
        until(view, lambda view=view: view.frames > 0)
        assert view.still()["image/png"]
        view.close()
    assert figures() <= before
    assert all(view.still()["image/png"] for view in views)  # and makes one again
