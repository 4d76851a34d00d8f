"""The blotter: open and done orders and fills, and what its buttons do."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from binance_lab.trading.desk import Trading
from binance_lab.trading.guards import OrderRefused
from binance_lab.trading.journal import Journal
from binance_lab.widgets import blotter as blotter_module
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
    client.refuse(-2013, "Order does not exist.")
    rows(blotter)[0].edit.click()
    blotter.new_quantity.value = "0.005"
    blotter.amend_button.click()
    until(blotter, lambda: "does not exist" in blotter._says.value)


def test_fills_show_price_fee_and_slippage(desk, client, blotter):
    """A filled order is in the done table, its fills below."""
    client.fill_at_once = True
    client.trades.append({"id": 9, "orderId": 1, "price": "60001", "qty": "0.01", "commission": "0.6",
                          "commissionAsset": "USDT", "isMaker": False, "time": 1_700_000_000_000})  # fmt: skip
    desk.place("BTCUSDT", "SELL", "LIMIT", **LIMIT)
    until(blotter, lambda: "0.6 USDT" in blotter._fills_table.value)
    assert "filled" in blotter._done_table.value
    assert blotter.fills_frame()["trade_id"].tolist() == [9]


def test_prices_of_a_symbol_have_equal_decimals(desk, client, blotter):
    """Fills stand below each other digit by digit, thousands separated."""
    client.fill_at_once = True
    for number, price in enumerate(("60001.00000000", "59999.5")):
        client.trades.append({"id": number, "orderId": 1, "price": price, "qty": "0.0050", "commission": "0.1",
                              "commissionAsset": "USDT", "isMaker": False, "time": 1_700_000_000_000})  # fmt: skip
    desk.place("BTCUSDT", "SELL", "LIMIT", **LIMIT)
    until(blotter, lambda: "60,001.0<" in blotter._fills_table.value)
    assert "59,999.5<" in blotter._fills_table.value
    assert ">0.005<" in blotter._fills_table.value


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


def test_orders_that_were_open_before_are_shown(client, desk):
    """Open orders that were placed elsewhere: a blotter never says that there are none."""
    client.new_order("BTCUSDT", "SELL", "LIMIT", newClientOrderId="web-1", **LIMIT)
    blotter = Blotter(desk)
    until(blotter, lambda: rows(blotter))
    assert "SELL 0.01 BTCUSDT LIMIT at 60000" in rows(blotter)[0]._text.value
    rows(blotter)[0].cancel.click()
    until(blotter, lambda: "No open orders" in blotter._below_open.value)
    assert client.orders["web-1"]["status"] == "CANCELED"


def test_what_can_not_be_read_hides_no_open_order(client, desk, monkeypatch):
    """An order of a kind that Binance added since is left out; the others are there."""
    client.new_order("BTCUSDT", "SELL", "LIMIT", newClientOrderId="web-1", **LIMIT)
    client.new_order("BTCUSDT", "SELL", "NEW_KIND", newClientOrderId="web-2", **LIMIT)
    assert [order.client_order_id for order in desk.take_in_open()] == ["web-1"]


def test_more_open_orders_than_rows_are_counted(desk, blotter, monkeypatch):
    """What doesn't fit is not hidden."""
    monkeypatch.setattr("binance_lab.widgets.blotter.OPEN_ROWS", 2)
    monkeypatch.setattr("binance_lab.widgets.blotter.DONE_ROWS", 1)
    for _ in range(5):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: "3 older ones are open, too" in blotter._below_open.value)
    for order in desk.orders[:3]:
        desk.cancel(order)
    until(blotter, lambda: "Done, the last 1 of 3" in blotter._done_table.value)


def test_only_what_is_shown_is_written(desk, blotter, monkeypatch):
    """However many orders are done, a frame makes the rows that it shows and no others."""
    monkeypatch.setattr("binance_lab.widgets.blotter.DONE_ROWS", 2)
    for _ in range(6):
        desk.cancel(desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT))
    until(blotter, lambda: "Done, the last 2 of 6" in blotter._done_table.value)
    blotter.stop()
    made = []
    cells = blotter_module._order_cells
    monkeypatch.setattr(
        blotter_module, "_order_cells", lambda order: made.append(order) or cells(order)
    )
    blotter.draw()
    assert made == [order for order in reversed(desk.orders) if order.done][:2]


def test_cancel_all_calls_nothing_canceled_that_is_unknown(desk, client, blotter):
    """An order whose outcome nobody knows is said to be asked about."""
    client.lose()
    client.hidden = True
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    late = client.orders.pop(order.client_order_id)
    blotter.cancel_all_button.click()
    until(blotter, lambda: "0 orders canceled. Of 1 nobody knows yet" in blotter.message)
    client.orders[order.client_order_id] = late
    client.hidden = False
    assert order.wait("done", timeout=30).state.value == "canceled"


def test_a_replacement_asks_for_what_is_left(desk, client, blotter):
    """The quantity in the editor is that of both orders: a part that is filled isn't bought again."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.orders[order.client_order_id].update(executedQty="0.006", cummulativeQuoteQty="360")
    desk._register.look(order)
    until(blotter, lambda: rows(blotter))
    rows(blotter)[0].edit.click()
    blotter.new_quantity.value = "0.006"
    blotter.replace_button.click()
    until(blotter, lambda: "leaves nothing for another order" in blotter.message)
    assert len(client.sent) == 1
    rows(blotter)[0].edit.click()
    blotter.replace_button.click()
    until(blotter, lambda: "Replaced by" in blotter.message)
    assert str(desk.orders[-1].ticket.quantity) == "0.004"


def test_half_a_replacement_says_both_halves(desk, client, blotter):
    """Canceled, and the new order refused: the blotter says so."""
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    until(blotter, lambda: rows(blotter))
    rows(blotter)[0].edit.click()
    client.refuse(-2021, "Order cancel-replace partially failed.")
    blotter.replace_button.click()
    until(blotter, lambda: "The old order is canceled, the new one rejected: no" in blotter.message)


def test_an_order_on_its_way_is_not_called_unknown(desk, client, blotter, monkeypatch):
    """Sent means that its answer is waited for."""
    sending, go_on = threading.Event(), threading.Event()
    new_order = client.new_order

    def slowly(*args, **fields):
        sending.set()
        go_on.wait(30)
        return new_order(*args, **fields)

    monkeypatch.setattr(client, "new_order", slowly)
    place = threading.Thread(target=desk.place, args=("BTCUSDT", "BUY", "LIMIT"), kwargs=LIMIT)
    place.start()
    assert sending.wait(30)
    until(
        blotter, lambda: rows(blotter) and "<b class='bl-wait'>sent" in rows(blotter)[0]._text.value
    )
    go_on.set()
    place.join()
    until(blotter, lambda: "accepted" in rows(blotter)[0]._text.value)


def test_fills_show_slippage_against_the_middle_at_sending(client):
    """Each fill, in the table and in the frame."""
    client.fill_at_once = True
    client.trades.append({"id": 9, "orderId": 1, "price": "60060", "qty": "0.01", "commission": "0",
                          "commissionAsset": "BTC", "isMaker": False, "time": 1_700_000_000_000})  # fmt: skip
    with Trading(client, books=lambda: [StillBook()]) as desk:
        blotter = Blotter(desk)
        desk.place("BTCUSDT", "BUY", "MARKET", quantity="0.01")
        until(blotter, lambda: "10.0 bp" in blotter._fills_table.value)
        assert blotter.fills_frame()["slippage_bps"].tolist() == [10.0]


class StillBook:
    """A live book whose middle is 60000."""

    symbol, state = "BTCUSDT", "live"

    def top(self, n):
        return SimpleNamespace(bids=[(59_999.0, 1.0)], asks=[(60_001.0, 1.0)])


def test_a_journal_that_fails_is_told(client, tmp_path):
    """What was sent is shown, and that it could not be written down."""
    with Trading(client, journal=Journal(tmp_path / "orders.jsonl")) as desk:
        blotter = Blotter(desk)
        (tmp_path / "orders.jsonl").mkdir()
        with pytest.raises(OrderRefused):
            desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        until(blotter, lambda: "journal can&#x27;t be written" in blotter._says.value)
