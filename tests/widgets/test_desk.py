"""A desk: several views that live and end as one."""

from __future__ import annotations

from ipywidgets.widgets.widget import _instances

from binance_lab.widgets.chart import CandleChart
from binance_lab.widgets.depth_ladder import DepthLadder
from binance_lab.widgets.desk import Desk
from binance_lab.widgets.refresh import refresher
from tests.browser.stand_ins import MovedBook, MovedCandles

from .conftest import until


def make_desk() -> Desk:
    return Desk([[CandleChart(MovedCandles(50)), DepthLadder(MovedBook())]], subject="BTCUSDT")


def test_desk_shows_its_views_while_they_live():
    """The views of a desk are drawn by themselves; its repr says how they are."""
    desk = make_desk()
    for view in desk.views:
        until(view, lambda view=view: view.frames > 0)
    assert repr(desk) == "<Desk desk BTCUSDT: 2 views, live>"


def test_stopped_desk_leaves_all_pictures():
    """After stop no view is drawn, and one output has the picture of each."""
    desk = make_desk()
    desk.stop()
    assert refresher().views == []
    assert all(view.stopped for view in desk.views)
    (left,) = desk.children
    assert "data:image/png;base64," in left.value
    assert "order book" in left.value


def test_closed_desk_leaves_no_model():
    """Closing takes every widget of every view along."""
    models = set(_instances)
    make_desk().close()
    assert set(_instances) == models


def test_desk_tells_what_its_views_failed_with():
    """A frame that failed is counted, and its traceback kept, also once the view draws again."""
    candles = MovedCandles(50)
    desk = Desk([[CandleChart(candles, rate=200), DepthLadder(MovedBook())]])
    chart = desk.views[0]
    until(chart, lambda: chart.frames > 0)
    assert (desk.errors, desk.last_error) == (0, "")
    works, candles.since = candles.since, lambda version: 1 / 0  # type: ignore[method-assign,assignment]
    candles.changed()
    until(chart, lambda: chart.errors > 0)
    candles.since = works  # type: ignore[method-assign]
    candles.changed()
    until(chart, lambda: not chart._failing)
    assert "ZeroDivisionError" in desk.last_error
