"""What every view does in JupyterLab: appears, changes, survives reload, rerun and a busy cell."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from binance_lab.widgets.surface import HIDDEN_RATE

from .notebook_page import Browsing, NotebookPage, outputs_of

Open = Callable[..., NotebookPage]
SETUP = "from stand_ins import *\nfrom binance_lab.widgets import *"
STAND_STILL = "() => { const now = performance.now(); performance.now = () => now }"


class Case(NamedTuple):
    """A view, how its source is moved, and what the page and the source say then."""

    make: str
    move: str
    shown: str
    truth: str

    def cells(self) -> list[str]:
        return [SETUP, f"view = {self.make}\nsource = view.sources[0]\nview"]


VIEWS = {
    "chart": Case(
        "CandleChart(MovedCandles(), environment='local')",
        "source.price(61000.5 + {})",
        "data-close",
        "source.rows[-1, 4]",
    ),
    "ladder": Case(
        "DepthLadder(MovedBook(), environment='testnet')",
        "source.price(61000.5 + {})",
        "data-bid",
        "source.bids[0][0]",
    ),
    "depth": Case(
        "DepthChart(MovedBook(), environment='local')",
        "source.price(61000.5 + {})",
        "data-bid",
        "source.bids[0][0]",
    ),
    "tape": Case(
        "TapeView(MovedTape(), environment='live')",
        "source.trade(*(61000.5 + step * {} for step in range(40)))",
        "data-last",
        "len(source.trades)",
    ),
    "watchlist": Case(
        "Watchlist(MovedTickers(BTCUSDT=60000.0, ETHUSDT=3100.5, SHIBUSDT=0.00001234),"
        " ['BTCUSDT', 'ETHUSDT', 'SHIBUSDT'], environment='local',"
        " history={'BTCUSDT': [59000.0, 59500.0, 59200.0], 'ETHUSDT': [3200.0, 3150.0]})",
        "source.price('BTCUSDT', 61000.5 + {})",
        "data-first",
        "f'{source[\"BTCUSDT\"].close:,.1f}'",
    ),
    "balances": Case(
        "Balances(MovedAccount(BTC=(0.5, 0.25), USDT=(12500.0, 0.0), SHIB=(1e6, 0.0)),"
        " tickers=MovedTickers(BTCUSDT=60000.0, SHIBUSDT=0.00001234), environment='local')",
        "source.hold('BTC', 0.5 + {})",
        "data-first",
        "source._balances['BTC'][0]",
    ),
}
each_view = pytest.mark.parametrize("name", VIEWS)


@each_view
def test_view_shows_what_happens(notebook: Open, name: str):
    """An event is seen; a reload of the page comes up with the current state."""
    case = VIEWS[name]
    page = notebook(*case.cells())
    page.run()
    for value in (1, 2):
        truth = page.execute(f"{case.move.format(value)}; print({case.truth})")
        expect(page.view(1)).to_have_attribute(case.shown, truth)
    page.picture(f"{name}-light", 1)
    page.save()
    page.reload()
    expect(page.view(1)).to_have_attribute(case.shown, truth)
    page.theme(dark=True)
    expect(page.view(1)).to_have_attribute("data-theme", "dark")
    page.picture(f"{name}-dark", 1)
    page.theme(dark=False)
    assert page.execute("print(view.errors, view.frames > 2)") == "0 True"


def test_a_lost_hello_is_said_again(notebook: Open):
    """A page that nobody heard gets what there is, also where nothing moves any more."""
    case = VIEWS["watchlist"]
    page = notebook(*case.cells())
    page.run()
    truth = page.execute(f"{case.move.format(1)}; print({case.truth})")
    expect(page.view(1)).to_have_attribute(case.shown, truth)
    page.execute("ears = view.surface._msg_callbacks.callbacks; deaf = list(ears); ears.clear()")
    page.save()
    page.reload()
    expect(page.view(1)).to_have_attribute(case.shown, "60,000")  # what the notebook was saved with
    expect(page.view(1)).to_contain_text("live")  # heads come
    page.execute("ears.extend(deaf)")
    expect(page.view(1)).to_have_attribute(case.shown, truth)


def test_a_lost_frame_is_asked_for_again(notebook: Open):
    """The last event before a market stands still is seen, even if its frame got lost."""
    case = VIEWS["watchlist"]
    page = notebook(*case.cells())
    page.run()
    truth = page.execute(f"{case.move.format(1)}; print({case.truth})")
    expect(page.view(1)).to_have_attribute(case.shown, truth)
    page.execute(
        "import threading; lost = threading.Event(); send = view.surface.send\n"
        "view.surface.send = lambda *_: lost.set()"
    )
    lost = page.execute(f"{case.move.format(2)}; print(lost.wait(30), {case.truth})")
    was, _, now = lost.partition(" ")
    page.execute("view.surface.send = send")
    assert was == "True"
    expect(page.view(1)).to_have_attribute(case.shown, now)


def test_a_page_is_heard_though_a_subshell_ended(notebook: Open):
    """What a page says reaches the kernel, also when the newest request came by a shell that is gone."""
    page = notebook(*VIEWS["watchlist"].cells())
    page.run()
    expect(page.view(1)).to_contain_text("live")
    page.after_subshell()
    page.page.evaluate("document.querySelector('.bl-view').style.display = 'none'")
    deadline = time.monotonic() + 30
    while page.execute("print(view.surface.pace)") != str(HIDDEN_RATE):
        assert time.monotonic() < deadline, "nobody heard that the view is hidden"


@each_view
def test_view_goes_on_while_a_cell_computes(notebook: Open, name: str):
    """Frames come while another cell keeps the kernel's thread busy."""
    case = VIEWS[name]
    computing = (
        "import time\nend = time.monotonic() + 3\nwhile time.monotonic() < end: sum(range(1000))"
    )
    page = notebook(*case.cells(), computing)
    page.run(0, 1)
    page.execute(f"still = source.every(0.02, lambda: {case.move.format(0.01)})")
    page.run(2, wait=False)
    page.wait_busy()
    first = page.frame_on_screen(1)
    page.page.wait_for_timeout(2000)  # a rate needs a time to be measured over
    assert page.busy()
    assert page.frame_on_screen(1) - first >= 8
    page.wait_idle()


def test_cell_that_runs_again_replaces_its_view(notebook: Open):
    """Five runs leave one view, one thread and the widget models of one view."""
    page = notebook(*VIEWS["chart"].cells())
    count = (
        "import threading; from ipywidgets.widgets.widget import _instances;"
        "from binance_lab.widgets.refresh import refresher;"
        "print(len(refresher().views), len(_instances),"
        " sum(t.name == 'binance_lab:refresh' for t in threading.enumerate()))"
    )
    page.run()
    once = page.execute(count)
    for _ in range(4):
        page.run(1)
    assert page.execute(count) == once
    truth = page.execute("source.price(61234.5); print(source.rows[-1, 4])")
    expect(page.view(1)).to_have_attribute("data-close", truth)


@each_view
def test_stop_leaves_the_last_state_in_the_notebook(notebook: Open, name: str):
    """After stop the saved notebook holds a picture or a table that needs no kernel."""
    case = VIEWS[name]
    page = notebook(*case.cells(), "view.stop()")
    page.run(0, 1)
    page.execute(case.move.format(1))
    page.run(2)
    expect(page.view(1)).to_have_count(0)
    expect(page.output(1).locator("img, table")).to_be_visible()
    page.picture(f"{name}-stopped", 1)
    page.save()
    data, _ = outputs_of(page.path)
    assert not any("widget" in mime for mime in data)
    assert "image/png" in data or "<table" in data["text/html"]


def test_dead_kernel_is_seen_at_once(notebook: Open):
    """A view whose kernel is shut down says so, without waiting for its silence."""
    page = notebook(*VIEWS["chart"].cells())
    page.run()
    expect(page.view(1).locator(".bl-state")).to_have_text("live")
    page.page.evaluate(STAND_STILL)
    page.shut_down_kernel()
    expect(page.view(1).locator(".bl-state")).to_contain_text("kernel gone")
    page.picture("chart-kernel-gone", 1)


def test_view_in_a_busy_cell_is_not_taken_for_dead(notebook: Open):
    """Its hello waits until the cell has ended; what the kernel sends meanwhile tells that it lives."""
    make = VIEWS["chart"].cells()[1].removesuffix("\nview")
    moving = "still = source.every(0.1, source.walk)\nend = time.monotonic() + 20"
    computing = "while time.monotonic() < end: sum(range(1000))"
    page = notebook(SETUP, f"import time\n{make}\n{moving}\ndisplay(view)\n{computing}")
    page.run(0)
    page.run(1, wait=False)
    expect(page.view(1)).to_be_visible()
    page.page.evaluate(
        "() => { const now = performance.now(); performance.now = () => now + 7000 }"
    )
    expect(page.view(1).locator(".bl-state")).to_have_text("live")
    page.interrupt_kernel()
    page.execute("still()")


def test_restarted_kernel_leaves_its_views_stopped(notebook: Open):
    """A restart is seen at once in the views of before; cells that run again replace them."""
    sources = f"{SETUP}\ncandles, book = MovedCandles(), MovedBook()"
    page = notebook(sources, "CandleChart(candles)", "DepthLadder(book)")
    page.run()
    for cell in (1, 2):
        expect(page.view(cell).locator(".bl-state")).to_have_text("live")
    page.page.evaluate(STAND_STILL)
    page.restart_kernel()
    for cell in (1, 2):
        expect(page.view(cell).locator(".bl-state")).to_contain_text("kernel gone")
    page.picture("kernel-restarted")
    page.run()
    for cell in (1, 2):
        expect(page.view(cell)).to_have_count(1)
        expect(page.view(cell).locator(".bl-state")).to_have_text("live")
    page.execute("candles.price(61_000.5)")
    expect(page.view(1)).to_have_attribute("data-close", "61000.5")


def test_state_of_the_stream_is_seen(notebook: Open):
    """A lost stream shows as state and color, with the age of the last message and the reason."""
    page = notebook(*VIEWS["ladder"].cells())
    page.run()
    page.execute(
        "source.state, source.error = 'out of sync', ValueError('updates 5 to 7 did not come');"
        "source.last_message_age_s = 75.0; source.changed()"
    )
    state = page.view(1).locator(".bl-state")
    expect(state).to_have_text("out of sync · 1 min ago")
    expect(state).to_have_attribute("data-mood", "warn")
    expect(page.view(1).locator(".bl-notice")).to_have_text("updates 5 to 7 did not come")
    page.picture("ladder-out-of-sync", 1)


def test_a_gap_is_seen_at_the_edge(notebook: Open):
    """A hole in the stream is a line below the view, until it is filled and told."""
    page = notebook(
        SETUP, "tape = MovedTape()\ntape.trade(61000.5)\nTapeView(tape, environment='local')"
    )
    page.run()
    page.execute(
        "from binance_lab.live.ledger import Ledger; tape.ledger = Ledger('', 'trade id');"
        "tape.ledger.note(2, 13); tape.changed()"
    )
    line = page.view(1).locator(".bl-gap")
    expect(line).to_contain_text("gap: 12 trades missing since")
    page.picture("tape-gap", 1)
    page.execute("tape.ledger.fill(2, 13, reason='fetched by REST'); tape.changed()")
    expect(line).to_have_text("backfilled: 12 trades, fetched by REST")


def test_empty_market_is_a_text(notebook: Open):
    """No candles, no orders and no trades are said in words."""
    page = notebook(
        SETUP, "CandleChart(MovedCandles(0))", "TapeView(MovedTape())",
        "book = MovedBook(); book.bids, book.asks = [], []; DepthLadder(book, levels=3)",
    )  # fmt: skip
    page.run()
    expect(page.view(1)).to_contain_text("No candles yet")
    expect(page.view(2)).to_contain_text("No trades yet")
    expect(page.view(3)).to_contain_text("no orders")


def test_tiny_prices_keep_their_digits(notebook: Open):
    """A price of 0.00000001 is written in full."""
    page = notebook(SETUP, "tape = MovedTape('SHIBUSDT'); TapeView(tape)")
    page.run()
    page.execute("tape.trade(0.00000001)")
    expect(page.view(1)).to_contain_text("0.00000001")


@each_view
def test_saved_notebook_shows_the_last_picture_without_a_kernel(
    notebook: Open, browsing: Browsing, name: str
):
    """Opened with a new kernel, or made a page by nbconvert, there is a picture and no error."""
    case = VIEWS[name]
    page = notebook(*case.cells())
    page.run()
    page.execute(case.move.format(1))
    expect(page.view(1)).to_be_visible()
    kept = page.kept(1)
    expect(kept).to_have_count(1)
    expect(kept).to_be_hidden()
    before = kept.inner_html()
    page.execute("view._keep_at = 0.0")
    page.execute(case.move.format(2))
    expect(kept).not_to_have_js_property("innerHTML", before)
    page.save()
    page.shut_down_kernel()
    page.reload()
    expect(kept.locator("img, table")).to_be_visible()
    gone = page.output(1)
    expect(gone).to_have_text("Error displaying widget: model not found")
    expect(gone).to_be_hidden()
    page.picture(f"{name}-without-kernel")
    forgiven = [error for error in browsing.errors if "widget model not found" in error]
    assert len(forgiven) == 1  # JupyterLab's own word for it
    browsing.errors.remove(*forgiven)
    exported, _ = HTMLExporter().from_filename(str(page.path))
    assert "bl-kept" in exported
    assert "widget-view" not in exported


def test_saved_widget_state_shows_without_its_kernel(notebook: Open):
    """A notebook saved with widget state opens with the chart as it was, and says it is old."""
    page = notebook(*VIEWS["chart"].cells())
    page.run()
    close = page.execute("print(source.rows[-1, 4])")
    page.toggle_saving_of_widgets()
    page.save()
    page.toggle_saving_of_widgets()
    page.shut_down_kernel()
    page.reload()
    expect(page.view(1)).to_have_attribute("data-close", close)
    expect(page.view(1).locator(".bl-state")).to_have_text("saved")
    page.picture("chart-saved", 1)


def test_every_view_works_without_anywidget(notebook: Open):
    """With engine="matplotlib" each is an ordinary image that changes within a second or so."""
    made = ",\n".join(f"{case.make[:-1]}, engine='matplotlib')" for case in VIEWS.values())
    page = notebook(SETUP, f"desk = Desk([[view] for view in ({made})])\ndesk")
    page.page.set_viewport_size({"width": 1280, "height": 2300})
    page.run()
    expect(page.output(1).locator(".bl-view")).to_have_count(0)
    expect(page.output(1).locator("img")).to_have_count(len(VIEWS))
    for view, case in enumerate(VIEWS.values()):
        image = page.output(1).locator("img").nth(view)
        before = image.get_attribute("src") or ""
        page.execute(f"source = desk.views[{view}].sources[0]; {case.move.format(1)}")
        expect(image).not_to_have_attribute("src", before)
    page.picture("engine-matplotlib-light", 1)
    page.theme(dark=True)
    page.picture("engine-matplotlib-dark", 1)
    page.theme(dark=False)
    page.page.set_viewport_size({"width": 1280, "height": 900})
    assert page.execute("print(desk.errors)") == "0"
