"""The order desk in JupyterLab on a real browser, against the embedded exchange."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from .notebook_page import NotebookPage

SETUP = """
import requests
from binance_lab import Exchange, Spot
from binance_lab.trading import Trading
from binance_lab.widgets.blotter import Blotter
from binance_lab.widgets.order_form import OrderForm
exchange = Exchange(seed=7, symbols=["BTCUSDT"], agents=False, accounts=2)
client = Spot(exchange.api_key, exchange.api_secret, base_url=exchange.rest, timeout=3)
desk = Trading(client)
maker = exchange.accounts[1]
other = Trading(Spot(maker["api_key"], maker["api_secret"], base_url=exchange.rest))
other.place("BTCUSDT", "SELL", "LIMIT", quantity="0.5", price="64100")
other.place("BTCUSDT", "BUY", "LIMIT", quantity="0.5", price="63900")
desk.place("BTCUSDT", "BUY", "MARKET", quantity="0.01")
form = OrderForm(desk, "BTCUSDT")
def fault(**fault):
    requests.post(exchange.rest + "/lab/faults", json=fault).raise_for_status()
"""
SHOW = ("form", "Blotter(desk)")


def field(form: Locator, label: str) -> Locator:
    """The visible field of this label."""
    return form.locator(f".widget-text:has(label:text-is('{label}')) input:visible").first


def click(view: Locator, text: str) -> None:
    view.locator(f"button:visible:text-is('{text}')").first.click()


def choose(form: Locator, label: str, value: str) -> None:
    form.locator(
        f".widget-dropdown:has(label:text-is('{label}')) select:visible"
    ).first.select_option(value)


def test_orders_from_the_first_key_to_the_blotter(notebook: Callable[..., NotebookPage]):
    """A wrong price is mended by its button, a limit order is confirmed and amended, and all shows."""
    page = notebook(SETUP, *SHOW)
    page.run()
    form, blotter = page.output(1).first, page.output(2).first
    expect(form).to_contain_text("LOCAL · embedded exchange")
    field(form, "Quantity").fill("0.01")
    field(form, "Price").fill("60000.005")
    expect(form).to_contain_text("is not a multiple of 0.01")
    page.picture("order-form-finding", 1)
    click(form, "Use 60000.01")
    expect(field(form, "Price")).to_have_value("60000.01")
    expect(form).not_to_contain_text("PRICE_FILTER")
    click(form, "Place")
    expect(form).to_contain_text("Send this? BUY 0.01 BTCUSDT LIMIT at 60000.01 GTC")
    page.picture("order-form-question", 1)
    page.page.wait_for_timeout(700)  # a click sooner would count as the end of a double click
    click(form, "Send it")
    expect(form).to_contain_text("accepted: BUY 0.01 BTCUSDT LIMIT at 60000.01")
    expect(blotter).to_contain_text("BUY 0.01 BTCUSDT LIMIT at 60000.01 GTC · accepted")
    click(blotter, "Change")
    field(blotter, "Quantity").fill("0.005")
    click(blotter, "Reduce quantity")
    expect(blotter).to_contain_text("BUY 0.005 BTCUSDT LIMIT at 60000.01")
    page.execute("desk.place('BTCUSDT', 'BUY', 'MARKET', quantity='0.02')")
    expect(blotter).to_contain_text("filled")
    expect(blotter).to_contain_text("Fills")
    page.picture("blotter", 2)
    click(blotter, "Cancel all")
    expect(blotter).to_contain_text("No open orders.")
    assert page.execute("print(len(client.get_open_orders()))") == "0"


def test_an_oco_is_filled_in_as_one_ticket(notebook: Callable[..., NotebookPage]):
    """Two legs, one question, one request."""
    page = notebook(SETUP, *SHOW)
    page.run()
    form, blotter = page.output(1).first, page.output(2).first
    click(form, "OCO")
    expect(form.locator(".bl-leg:has-text('Above')")).to_be_visible()
    field(form, "Quantity").fill("0.01")
    field(form, "Price").fill("70000")
    field(form, "Stop price").fill("50000")
    form.locator(".widget-text:has(label:text-is('Price')) input:visible").nth(1).fill("49000")
    expect(form).to_contain_text("Rests on the book")
    page.picture("order-form-oco", 1)
    click(form, "Place")
    expect(form).to_contain_text("Send this? OCO")
    page.page.wait_for_timeout(700)  # a click sooner would count as the end of a double click
    click(form, "Send it")
    expect(form).to_contain_text(re.compile("accepted.*accepted"))
    expect(blotter).to_contain_text("STOP_LOSS_LIMIT")
    page.picture("order-form-oco-placed", 1)


def test_what_goes_wrong_ends_in_the_form(notebook: Callable[..., NotebookPage]):
    """Too little balance, and a lost answer that shows as UNKNOWN and resolves itself."""
    page = notebook(SETUP, *SHOW)
    page.run()
    form = page.output(1).first
    field(form, "Quantity").fill("30")
    field(form, "Price").fill("60000")
    expect(form).to_contain_text("too little")
    click(form, "Place")
    expect(form).to_contain_text("Not sent. BALANCE")
    page.picture("order-form-refused", 1)
    page.execute("fault(kind='drop', path='/api/v3/order', method='POST', times=1)")
    page.execute("fault(kind='before', path='/api/v3/order', method='GET', times=8, status=503)")
    field(form, "Quantity").fill("0.01")
    expect(form.locator(".bl-finding:has-text('BALANCE'):visible")).to_have_count(0)
    click(form, "Place")
    expect(form).to_contain_text("Send this?")
    page.page.wait_for_timeout(700)  # a click sooner would count as the end of a double click
    click(form, "Send it")
    expect(form).to_contain_text("UNKNOWN, asking…")
    page.picture("order-form-unknown", 1)
    expect(form).to_contain_text("accepted: BUY 0.01 BTCUSDT LIMIT at 60000")
    assert page.execute("print(len(client.get_open_orders()))") == "1"


def test_a_refusal_of_the_exchange_ends_in_the_form(notebook: Callable[..., NotebookPage]):
    """The market moves between question and answer: the exchange rejects, and the form says why."""
    page = notebook(SETUP, *SHOW)
    page.run()
    form, blotter = page.output(1).first, page.output(2).first
    choose(form, "Type", "LIMIT_MAKER")
    field(form, "Quantity").fill("0.01")
    field(form, "Price").fill("64000")
    click(form, "Place")
    expect(form).to_contain_text("Send this?")
    page.execute("other.place('BTCUSDT', 'SELL', 'LIMIT', quantity='0.1', price='64000')")
    page.page.wait_for_timeout(700)  # a click sooner would count as the end of a double click
    click(form, "Send it")
    expect(form).to_contain_text("Rejected: BUY 0.01 BTCUSDT LIMIT_MAKER at 64000")
    expect(form).to_contain_text("immediately match")
    expect(blotter).to_contain_text("rejected")
    page.picture("order-form-rejected", 1)


FOCUSED = "document.activeElement.textContent.trim()"
RING = "getComputedStyle(document.activeElement).outlineStyle"


def press_until(page: NotebookPage, text: str) -> None:
    """Press Tab until the button of this text has the focus, and see that it shows."""
    for _ in range(40):
        page.page.keyboard.press("Tab")
        if page.page.evaluate(FOCUSED) == text:
            assert page.page.evaluate(RING) != "none"
            return
    raise AssertionError(f"no {text} after 40 tabs")


def test_an_order_is_placed_by_keyboard_alone(notebook: Callable[..., NotebookPage]):
    """Tab leads from field to field, the question takes the focus, Back first, and gives it back."""
    page = notebook(SETUP, *SHOW)
    page.run()
    form = page.output(1).first
    field(form, "Price").focus()
    page.page.keyboard.type("60000")
    for _ in range(3):  # the two ways to say how much, then the quantity
        page.page.keyboard.press("Tab")
    page.page.keyboard.type("0.01")
    expect(field(form, "Quantity")).to_have_value("0.01")
    expect(form).to_contain_text("Uses 600 USDT")  # the kernel has read it all
    press_until(page, "Place")
    page.page.keyboard.press("Enter")
    expect(form).to_contain_text("Send this?")
    page.page.wait_for_function(f"{FOCUSED} === 'Back'")
    page.page.keyboard.press("Tab")
    page.page.wait_for_timeout(700)  # a key sooner would count as the end of a double click
    page.page.keyboard.press("Space")
    expect(form).to_contain_text("accepted: BUY 0.01 BTCUSDT LIMIT at 60000")
    page.page.wait_for_function(f"{FOCUSED} === 'Place'")
    assert page.execute("print(len(client.get_open_orders()))") == "1"


def test_a_click_while_a_cell_runs_sends_nothing(notebook: Callable[..., NotebookPage]):
    """It reaches the kernel when the cell has ended, and is void by then."""
    page = notebook(SETUP, *SHOW, "import time; time.sleep(4)")
    page.run(0, 1, 2)
    form = page.output(1).first
    field(form, "Quantity").fill("0.01")
    field(form, "Price").fill("60000")
    click(form, "Place")
    expect(form).to_contain_text("Send this?")
    page.run(3, wait=False)
    page.wait_busy()
    click(form, "Send it")
    expect(form).to_contain_text("waited while a cell ran")
    assert page.execute("print(len(client.get_open_orders()))") == "0"
    page.page.wait_for_timeout(500)  # a click sooner might have waited, too
    click(form, "Send it")
    expect(form).to_contain_text("accepted: BUY")


def test_a_saved_notebook_holds_no_key(notebook: Callable[..., NotebookPage]):
    """Outputs, a verbose traceback and the state of every widget, as JupyterLab writes them."""
    refused = "desk.place('BTCUSDT', 'BUY', 'LIMIT', quantity='5', price='63000', check=False)"
    page = notebook(SETUP, *SHOW, "%xmode Verbose", "client, desk, desk.frame()", refused)
    page.run(0, 1, 2, 3, 4)
    page.run(5, wait=False)
    page.wait_idle()
    expect(page.output(2).first).to_contain_text("rejected")
    page.toggle_saving_of_widgets()
    page.save()
    page.toggle_saving_of_widgets()
    written = page.path.read_text()
    assert "insufficient balance" in written
    assert "bl-environment" in written  # the widgets' state is there
    for name in ("api_key", "api_secret"):
        assert page.execute(f"print(exchange.{name})") not in written
