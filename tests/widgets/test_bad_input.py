"""What is wrong with the data or its source is a line in the view, and never ends the view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from binance_lab import Lab
from binance_lab.connector.exceptions import LabError
from binance_lab.widgets import CandleChart, DepthLadder, TapeView
from binance_lab.widgets.surface import SurfaceView
from tests.browser.stand_ins import MovedBook, MovedCandles, MovedTape

from .conftest import Sent, until


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


def until_head(sent: Sent, **wanted: Any) -> dict[str, Any]:
    """The first head with these words in it."""

    def found() -> dict[str, Any] | None:
        heads = (content["head"] for content, _ in list(sent.frames))
        return next((h for h in heads if all(v in str(h[k]) for k, v in wanted.items())), None)

    with sent._came:
        assert sent._came.wait_for(found, 15), [content["head"] for content, _ in sent.frames[-3:]]
    head = found()
    assert head is not None
    return head


@pytest.mark.parametrize("name", ["chart", "ladder", "depth_chart", "tape", "desk", "order_form"])
def test_unknown_symbol_is_one_line_in_the_cell(lab: Lab, name: str):
    """A symbol that is not there is an error that IPython shows as its message and its line."""
    with pytest.raises(LabError) as raised:
        getattr(lab, name)("NOPEUSDT")
    said, where = raised.value._render_traceback_()
    assert "NOPEUSDT" in said
    assert where.startswith("line ")
    assert {type(made).__name__ for made in lab.live.objects} <= {"Account"}


def test_exchange_that_goes_is_said(sent: Sent):
    """When the exchange is gone the view's state says so, and drawing goes on."""
    with Lab() as lab:
        chart = lab.chart("BTCUSDT")
        until_head(sent, state="live")
        assert lab.exchange is not None
        lab.exchange.stop()
        until_head(sent, state="stale")
        assert chart.errors == 0


def test_column_that_is_missing_is_named(sent: Sent, monkeypatch: pytest.MonkeyPatch):
    """Candles without volume are said in the view's own line; with it the chart is back."""
    candles = MovedCandles(5)
    whole = candles.since
    monkeypatch.setattr(candles, "since", lambda version: whole(version).drop(columns="volume"))
    chart = CandleChart(candles, rate=200)
    head = until_head(sent, notice="no column volume")
    assert "Traceback" not in head["notice"]
    monkeypatch.setattr(candles, "since", whole)
    candles.price(61_000.0)
    until(chart, lambda: chart.frames > 0)
    assert sent.frames[-1][0]["head"]["notice"] == ""


def test_empty_frame_is_no_error(sent: Sent):
    """Candles that are none, with columns of any dtype, make an empty chart."""
    candles = MovedCandles(0)
    candles.since = lambda version: pd.DataFrame(  # type: ignore[method-assign]
        columns=["open", "high", "low", "close", "volume"], index=pd.DatetimeIndex([], tz="UTC")
    )
    chart = CandleChart(candles)
    until(chart, lambda: chart.frames > 0)
    assert chart.errors == 0
    assert sent.wait("snapshot")[1] == [b""]


def made_of_dust() -> list[SurfaceView]:
    tape, book = MovedTape("SHIBUSDT"), MovedBook("SHIBUSDT")
    tape.trade(0.00000001)
    book.bids, book.asks = [[0.00000001, 5.0]], [[0.00000002, 3.0]]
    return [TapeView(tape), DepthLadder(book)]


def test_smallest_price_keeps_its_digits(sent: Sent):
    """0.00000001 is written with eight decimals, in the page and in the table that stays."""
    for view in made_of_dust():
        until(view, lambda view=view: view.frames > 0)
        assert "0.00000001" in view.still()["text/html"]
    seen = [content["decimals"]["price"] for content, _ in sent.frames if "decimals" in content]
    assert set(seen) == {8}


def test_a_thousand_rows_a_second_are_few_frames(sent: Sent):
    """Each frame has what is shown at most, however many trades came since the last."""
    tape = MovedTape()
    view = TapeView(tape, keep=30, rate=20)
    until(view, lambda: view.frames > 0)
    sent.clear()
    frames = view.frames
    for number in range(100):
        tape.trade(*(61_000 + number + n / 100 for n in range(20)))
    assert view.wait_frames(1)
    assert view.frames - frames < 50
    assert all(len(numbers[0]) <= 30 * 5 * 8 for _, numbers in sent.frames if numbers)
    assert view.errors == 0


def test_views_of_a_lab_have_the_decimals_of_the_rules(lab: Lab, sent: Sent):
    """A symbol's views write prices by its tick and amounts by its step, whatever was traded."""
    shows = [lab.chart, lab.ladder, lab.depth_chart, lab.tape]
    shows += [lambda symbol: lab.view_of(lab.live.book(symbol))]
    for show in shows:  # one after the other: the last takes the ladder's place
        view = show("SHIBUSDT")
        until(view, lambda view=view: view.frames > 0)
    seen = [content["decimals"] for content, _ in list(sent.frames) if "decimals" in content]
    assert {d for d in seen if isinstance(d, int)} == {8}
    assert [d for d in seen if d not in (8, {"price": 8, "qty": 0})] == []
    [row] = lab.watchlist("shibusdt").rows().values()
    assert len(row[1][0].partition(".")[2]) == 8
