"""The chart's kernel half: what is sent, when, and the picture that stays."""

from __future__ import annotations

import gc
import io
import threading
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from binance_lab.frames.my_trades import my_trades_frame
from binance_lab.frames.orders import orders_frame
from binance_lab.widgets import refresh, surface
from binance_lab.widgets.candle_picture import CandlePicture, Look
from binance_lab.widgets.chart import MARKS, CandleChart
from binance_lab.widgets.picture import merged
from tests.browser.stand_ins import MINUTE_MS, START_MS, MovedCandles

from .conftest import FakeSource, Sent, until


@pytest.fixture
def candles() -> MovedCandles:
    return MovedCandles(150)


def rows_of(frame: tuple[dict[str, Any], list[bytes]]) -> np.ndarray[Any, Any]:
    return np.frombuffer(frame[1][0], "<f8").reshape(-1, 6)


def test_first_frame_is_everything_then_what_changed(candles: MovedCandles, sent: Sent):
    """A snapshot has all candles as float64 rows, a delta the newest one: 48 bytes."""
    chart = CandleChart(candles)
    message = sent.wait("snapshot")
    np.testing.assert_array_equal(rows_of(message), candles.rows)
    candles.price(61000.25)
    message = sent.wait("delta")
    assert len(message[1][0]) == 48
    assert rows_of(message)[0, 4] == 61000.25
    assert message[0]["seq"] == 2
    assert message[0]["decimals"] == 2
    assert chart.frames == 2


def test_hello_of_a_page_gets_a_snapshot(candles: MovedCandles, sent: Sent):
    """A page that shows the chart anew gets everything, though nothing changed."""
    chart = CandleChart(candles, rate=200)
    sent.wait("snapshot")
    sent.clear()
    chart.surface._handle_custom_msg({"page": "a", "hello": True, "zone": "Europe/Zurich"}, [])
    assert len(rows_of(sent.wait("snapshot"))) == 150
    assert chart.surface.zone == "Europe/Zurich"


def test_hidden_chart_is_drawn_less_often(candles: MovedCandles, sent: Sent):
    """The rate falls while no page shows the chart, and is back when one does."""
    chart = CandleChart(candles)
    for content, rate in [
        ({"page": "a", "hello": True}, 10),
        ({"page": "a", "visible": False}, 2),
        ({"page": "b", "hello": True}, 10),
        ({"page": "b", "bye": True}, 2),
        ({"page": "a", "visible": True}, 10),
    ]:
        chart.surface._handle_custom_msg(content, [])
        assert chart.rate == rate


def test_page_that_lags_gets_fewer_frames(candles: MovedCandles, sent: Sent):
    """The slowest page that shows the chart sets the pace, down to one frame a second."""
    chart = CandleChart(candles)
    for content, rate in [
        ({"page": "a", "hello": True}, 10),
        ({"page": "b", "hello": True}, 10),
        ({"page": "a", "visible": True, "pace": 4.5}, 4.5),
        ({"page": "b", "visible": True, "pace": 0.01}, 1),
        ({"page": "b", "visible": False, "pace": 0.01}, 4.5),
        ({"page": "a", "visible": True, "pace": None}, 10),
        ({"page": "a", "visible": True, "pace": "fast"}, 10),
    ]:
        chart.surface._handle_custom_msg(content, [])
        assert chart.rate == rate


def test_head_says_symbol_environment_and_state(candles: MovedCandles, sent: Sent):
    """The line above the chart has what a trader must see; a stale source says why."""
    CandleChart(candles, environment="testnet")
    head = sent.wait("snapshot")[0]["head"]
    assert (head["title"], head["subtitle"], head["environment"]) == ("BTCUSDT", "1m", "testnet")
    assert head["state"] == "live"
    candles.state, candles.error = "error", ValueError("the stream was refused")
    candles.changed()
    head = sent.wait("delta")[0]["head"]
    assert (head["state"], head["notice"]) == ("error", "the stream was refused")


def test_only_as_many_candles_as_the_chart_keeps(candles: MovedCandles, sent: Sent):
    """Older candles than the chart keeps are not sent."""
    CandleChart(candles, keep=50)
    assert len(rows_of(sent.wait("snapshot"))) == 50


def test_trades_and_orders_are_sent_once(candles: MovedCandles, sent: Sent):
    """Marks travel when they change, not with each frame."""
    chart = CandleChart(candles, rate=200)
    sent.wait("snapshot")
    trade = {"time": candles.rows[-1, 0], "price": 61000.0, "side": "BUY", "qty": "0.01"}
    chart.set_trades([trade])
    assert sent.wait("delta")[0]["marks"] == [trade]
    sent.clear()
    candles.price(61000.25)
    assert "marks" not in sent.wait("delta")[0]


def test_still_chart_gives_signs_of_life(
    candles: MovedCandles, sent: Sent, monkeypatch: pytest.MonkeyPatch
):
    """Without any change the page hears of the kernel, by a head alone."""
    monkeypatch.setattr(refresh, "PULSE_S", 0.01)
    monkeypatch.setattr(surface, "SIGN_OF_LIFE_S", 0.5)
    CandleChart(candles)
    sent.wait("snapshot")
    assert sent.wait("head")[1] == []
    assert [content["kind"] for content, _ in sent.frames].count("snapshot") == 1


def test_error_while_drawing_is_told_to_the_page(candles: MovedCandles, sent: Sent):
    """A live object that fails is a line below the chart, and drawn again when it works."""
    chart = CandleChart(candles, rate=200)
    sent.wait("snapshot")
    works, candles.since = candles.since, lambda version: 1 / 0  # type: ignore[method-assign,assignment]
    candles.changed()
    assert "ZeroDivisionError" in sent.wait("head")[0]["head"]["notice"]
    candles.since = works  # type: ignore[method-assign]
    candles.changed()
    until(chart, lambda: not chart._failing)
    assert "ZeroDivisionError" in chart.last_error  # kept, to be read later
    sent.clear()
    candles.price(61000.25)
    assert sent.wait("delta")[0]["head"]["notice"] == ""


def test_still_is_a_picture_of_the_candles(candles: MovedCandles):
    """The picture that stays is a PNG with transparent ground and both colors."""
    with CandleChart(candles) as chart:
        still = chart.still()
    image = Image.open(io.BytesIO(still["image/png"])).convert("RGBA")
    colors = {color for _, color in image.getcolors(1 << 20)}
    assert image.size == (960, 420)
    assert min(alpha for *_, alpha in colors) == 0
    assert any(r > 200 > g + 80 and a == 255 for r, g, b, a in colors)
    assert any(g > r + 80 and a == 255 for r, g, b, a in colors)


def test_pictures_leave_nothing_behind(candles: MovedCandles):
    """However many are drawn, and of however many own trades, no objects wait for the collector."""
    start_ms = candles.rows[0, 0]
    marks = [{"time": start_ms + n, "price": 61000.0, "side": "BUY"} for n in range(500)]
    looks = [Look(decimals=n, averages=(7,), marks=marks) for n in range(6)]
    picture = CandlePicture()
    picture.png(candles.rows, looks[0])
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for look in looks[1:]:
            picture.png(candles.rows, look)
        left = len(gc.get_objects()) - before
    finally:
        gc.enable()
    assert picture.backgrounds_drawn == 6
    assert left < 500


def test_a_picture_holds_one_background(candles: MovedCandles, monkeypatch):
    """The former one is let go before the next one is kept: two would leave holes in memory."""
    picture = CandlePicture()
    held = []
    copy = picture.canvas.copy_from_bbox
    monkeypatch.setattr(
        picture.canvas, "copy_from_bbox", lambda box: held.append(picture._kept) or copy(box)
    )
    for decimals in range(3):
        picture.png(candles.rows, Look(decimals=decimals))
    assert held == [None, None, None]


def test_a_chart_draws_its_stills_on_one_figure(candles: MovedCandles, monkeypatch):
    """The picture that is kept, drawn once a minute, makes no figure anew."""
    made = []
    monkeypatch.setattr(
        "binance_lab.widgets.chart.CandlePicture",
        lambda **size: made.append(size) or CandlePicture(**size),
    )
    with CandleChart(candles) as chart:
        pictures = {chart.still()["image/png"] for _ in range(3)}
    assert len(pictures) == len(made) == 1


def test_still_of_no_candles_says_so():
    """An empty market is a text in the chart's place, not an error."""
    with CandleChart(MovedCandles(0)) as chart:
        assert chart.still()["image/png"].startswith(b"\x89PNG")
        assert chart.errors == 0


def test_matplotlib_engine_draws_into_an_image(candles: MovedCandles):
    """engine="matplotlib" is an Image widget that changes with the candles, without anywidget."""
    chart = CandleChart(candles, engine="matplotlib", environment="local")
    line, image = chart.children[0].children
    assert isinstance(image, ipywidgets.Image)
    until(chart, lambda: bool(image.value))
    before = image.value
    assert "BTCUSDT" in line.value
    assert "LOCAL" in line.value
    candles.price(61000.25)
    until(chart, lambda: image.value != before)


def test_matplotlib_engine_keeps_its_background(candles: MovedCandles):
    """A price within the limits draws the newest candle only; a new candle draws all anew."""
    chart = CandleChart(candles, engine="matplotlib", rate=200)
    picture = chart.surface._picture.__self__._picture  # type: ignore[attr-defined]
    until(chart, lambda: chart.frames > 0)
    close = float(candles.rows[-1, 4])
    for step in range(1, 4):
        candles.price(close - step / 100)
        assert chart.wait_frames(1)
    assert picture.backgrounds_drawn == 1
    candles.next()
    assert chart.wait_frames(1)
    assert picture.backgrounds_drawn == 2


@pytest.mark.parametrize("height", [120, 180, 420])
def test_title_of_a_low_picture_is_whole(candles: MovedCandles, height: int):
    """Title, labels and their margins keep their height in pixels; nothing touches the edge."""
    chart = CandleChart(candles, height=height)
    pixels = np.asarray(Image.open(io.BytesIO(chart.still()["image/png"])).convert("RGBA"))
    assert pixels.shape[0] == height
    assert not pixels[:3, :, 3].any()
    assert pixels[4:24, :120, 3].any()


def test_unknown_engine_is_named():
    """Another engine is a ValueError that says which there are."""
    with pytest.raises(ValueError, match='"canvas" or "matplotlib", not \'svg\''):
        CandleChart(MovedCandles(1), engine="svg")  # type: ignore[arg-type]


def test_late_candle_goes_to_its_place():
    """A candle that came late, or was corrected, takes its place among the others."""
    rows = np.array([[1.0, 10], [2, 20], [4, 40]])
    np.testing.assert_array_equal(
        merged(rows, np.array([[2.0, 21], [3, 30], [4, 41]])),
        [[1, 10], [2, 21], [3, 30], [4, 41]],
    )
    np.testing.assert_array_equal(merged(rows, np.array([[5.0, 50]]))[-1], [5, 50])


def test_snapshots_are_drawn_by_one_thread(candles: MovedCandles, monkeypatch: pytest.MonkeyPatch):
    """Live objects are read by the refresher's thread, never by the one that brings data."""
    readers: set[str] = set()
    read = candles.since

    def since(version: int) -> Any:
        readers.add(threading.current_thread().name)
        return read(version)

    monkeypatch.setattr(candles, "since", since)
    chart = CandleChart(candles, rate=200)
    for _ in range(3):
        candles.walk()
        assert chart.wait_frames(1)
    assert readers == {"binance_lab:refresh"}
    assert candles.rows[-1, 0] - candles.rows[0, 0] == 149 * MINUTE_MS


class MarkedAccount(FakeSource):
    """An account with one fill and two orders."""

    asked_for = ("", 0)

    def latest_fills(self, symbol: str, n: int) -> pd.DataFrame:
        self.asked_for = symbol, n
        answer = {
            "symbol": "BTCUSDT",
            "id": 1,
            "orderId": 7,
            "orderListId": -1,
            "price": "61000.50",
        }
        answer |= {"qty": "0.01000000", "quoteQty": "610.005", "commission": "0"}
        answer |= {"commissionAsset": "BNB", "time": START_MS, "isBuyer": True, "isMaker": False}
        return my_trades_frame([answer])

    @property
    def open_orders(self) -> pd.DataFrame:
        order = {"symbol": "BTCUSDT", "orderId": 8, "price": "60000.00", "origQty": "0.02"}
        order |= {"side": "SELL", "type": "LIMIT", "status": "NEW", "time": START_MS}
        return orders_frame([order, order | {"orderId": 9, "price": "0.00"}])


def test_own_trades_and_orders_of_the_symbol_are_marked(candles: MovedCandles, sent: Sent):
    """The symbol's newest fills and open orders appear, orders without a price not."""
    account = MarkedAccount()
    CandleChart(candles, account=account)
    message, _ = sent.wait("snapshot")
    fill = {"time": START_MS, "price": 61000.5, "qty": "0.01", "side": "BUY"}
    assert message["marks"] == [fill]
    assert message["orders"] == [{"price": 60000.0, "qty": "0.02", "side": "SELL"}]
    assert account.asked_for == ("BTCUSDT", MARKS)
    account.change()
    assert sent.wait("delta")[0]["marks"] == [fill]
