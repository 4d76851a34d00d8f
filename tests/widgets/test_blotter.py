"""The blotter: open and done orders and fills, and what its buttons do."""

from __future__ import annotations

import threading

import pytest

from binance_lab.trading.desk import Trading
from binance_lab.widgets.blotter import Blotter

from ..trading.scripted import ScriptedClient

LIMIT = {"quantity": "0.01", "price": "60000"}


@pytest.fixture
def client():
    return ScriptedClient()


@pytest.fixture
def desk(client):
    with Trading(client) as desk:
        yield desk


@pytest.fixture
def blotter(desk):
    return Blotter(desk)


def until(blotter, condition) -> None:
    tick = threading.Event()
    for _ in range(500):
        if condition():
            return
        blotter.mark()
        tick.wait(0.01)
    raise AssertionError(f"{blotter.message}, {blotter.last_error}")


def rows(blotter) -> list:
    return list(blotter._rows.values())


def test_an_open_order_has_a_row_with_buttons(desk, blotter):
    """A placed order appears by itself, with its state."""
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: len(rows(blotter)) == 1 and "accepted" in rows(blotter)[0]._text.value)
    assert "BUY 0.01 BTCUSDT LIMIT at 60000 GTC" in rows(blotter)[0]._text.value


def test_cancel_ends_the_order_and_moves_its_row(desk, blotter):
    """A canceled order goes to the done ones."""
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: rows(blotter))
    rows(blotter)[0].cancel.click()
    until(blotter, lambda: not rows(blotter) and "canceled" in blotter._done_table.value)


def test_cancel_all_is_one_click(desk, blotter):
    """The red button cancels whatever is open."""
    for _ in range(3):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    blotter.cancel_all_button.click()
    until(blotter, lambda: "3 orders canceled" in blotter._says.value)
    assert blotter.cancel_all_button.button_style == "danger"
    assert desk.open_orders == []


def test_an_unknown_order_is_shown_as_unknown(desk, client, blotter):
    """UNKNOWN, asking… until the exchange has told."""
    client.lose()
    client.hidden = True
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: rows(blotter) and "UNKNOWN, asking" in rows(blotter)[0]._text.value)
    client.hidden = False
    until(blotter, lambda: "accepted" in rows(blotter)[0]._text.value)


def test_change_amends_or_replaces(desk, blotter):
    """Change opens the editor with the order's values; each button acts once."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: rows(blotter))
    rows(blotter)[0].edit.click()
    assert (blotter.new_quantity.value, blotter.new_price.value) == ("0.01", "60000")
    blotter.new_quantity.value = "0.005"
    blotter.amend_button.click()
    blotter.amend_button.click()
    until(blotter, lambda: "Amended" in blotter.message)
    assert str(order.quantity) == "0.005"
    rows(blotter)[0].edit.click()
    blotter.new_price.value = "59000"
    blotter.replace_button.click()
    until(blotter, lambda: "Replaced by" in blotter.message)
    assert str(desk.orders[-1].price) == "59000"


def test_an_error_ends_in_the_blotter(desk, client, blotter):
    """What the exchange refuses is said below the orders."""
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: rows(blotter))
    client.refuse(-2038, "Order amend (quantity increase) is not supported.")
    rows(blotter)[0].edit.click()
    blotter.amend_button.click()
    until(blotter, lambda: "quantity increase" in blotter._says.value)


def test_fills_show_price_fee_and_slippage(desk, client, blotter):
    """A filled order is in the done table, its fills below."""
    client.fill_at_once = True
    client.trades.append({"id": 9, "orderId": 1, "price": "60001", "qty": "0.01", "commission": "0.6",
                          "commissionAsset": "USDT", "isMaker": False, "time": 1_700_000_000_000})  # fmt: skip
    desk.place("BTCUSDT", "SELL", "LIMIT", **LIMIT)
    until(blotter, lambda: "0.6 USDT" in blotter._fills_table.value)
    assert "filled" in blotter._done_table.value
    assert blotter.fills_frame()["trade_id"].tolist() == [9]


def test_foreign_text_is_escaped(desk, client, blotter):
    """What the exchange says is text, never markup."""
    client.refuse(-2010, "<img src=x onerror=alert(1)>")
    with pytest.raises(Exception, match="onerror"):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: "onerror" in blotter._done_table.value)
    assert "<img" not in blotter._done_table.value


def test_stopping_leaves_the_tables(desk, blotter):
    """What stays in the notebook is HTML that needs no kernel."""
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert "BTCUSDT" in blotter.still()["text/html"]
    blotter.stop()
    assert blotter.stopped
