"""The order form: checks what is typed, asks once, sends once, and says every error."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from ipywidgets import Widget

from binance_lab.connector.exceptions import ConnectionFailed
from binance_lab.trading.desk import Trading
from binance_lab.trading.guards import Limits, OrderRefused
from binance_lab.widgets import order_check, order_question
from binance_lab.widgets.cell_time import CellTime
from binance_lab.widgets.order_form import OrderForm
from binance_lab.widgets.theme import ENVIRONMENTS

from ..trading.scripted import ScriptedClient


@pytest.fixture
def client():
    return ScriptedClient()


@pytest.fixture
def desk(client):
    with Trading(client, limits=Limits.of("local")) as desk:
        yield desk


@pytest.fixture
def form(desk, monkeypatch):
    monkeypatch.setattr(order_question, "CLICK_S", 0.0)
    return OrderForm(desk, "btcusdt")


def until(form, condition) -> None:
    """Wait until something is so, and draw it; a frame is drawn after each change."""
    deadline = threading.Event()
    for _ in range(500):
        if condition():
            return
        form.mark()
        deadline.wait(0.01)
    raise AssertionError(f"{form.results}, {form.findings}, {form.last_error}")


def row(form, name: str):
    return form._legs["order"].rows[name]


def shown(form) -> set[str]:
    rows = form._legs["order"].rows
    return {name for name, each in rows.items() if each.layout.display != "none"}


@pytest.mark.parametrize(
    ("order_type", "fields"),
    [("LIMIT", {"price", "quantity", "iceberg_qty"}), ("MARKET", {"quantity"}),
     ("STOP_LOSS", {"stop_price", "trailing_delta", "quantity"}),
     ("TAKE_PROFIT_LIMIT", {"price", "stop_price", "trailing_delta", "quantity", "iceberg_qty"})],
)  # fmt: skip
def test_a_type_shows_just_the_fields_that_it_has(form, order_type, fields):
    """Choosing a type shows its fields and hides the others."""
    form.fill(type=order_type)
    assert shown(form) == fields


def test_a_form_is_made_of_few_widgets(desk, monkeypatch):
    """A page gets a message for each: a kernel drops what goes beyond a thousand at once."""
    made = []
    monkeypatch.setattr(Widget, "open", lambda widget: made.append(widget))
    OrderForm(desk, "btcusdt").close()
    assert 0 < len(made) < 400


def test_the_banner_says_the_environment(form):
    """The environment stands above the form in words and color."""
    assert "LOCAL" in form._banner.value
    assert ENVIRONMENTS["local"] in form._banner.value


def test_a_field_is_checked_as_it_is_typed(form):
    """What is wrong stands below the field, with a button that puts in the nearest legal value."""
    form.fill(quantity="0.01", price="60000.005")
    until(form, lambda: "PRICE_FILTER" in row(form, "price")._says.value)
    assert row(form, "price")._fix.description == "Use 60000.01"
    row(form, "price")._fix.click()
    assert row(form, "price").field.value == "60000.01"
    until(form, lambda: form.findings == [] and row(form, "price")._beside.layout.display == "none")


@pytest.mark.parametrize(
    ("fields", "text"),
    [({"quantity": "0.000001", "price": "60000"}, "LOT_SIZE"),
     ({"quantity": "10", "price": "60000"}, "500000 too little"),
     ({"quantity": "1,5", "price": "60000"}, "with a point"),
     ({"quantity": "0.01"}, "LIMIT needs price")],
)  # fmt: skip
def test_bad_input_is_one_clear_paragraph(form, client, fields, text):
    """A bad order isn't sent; the form says what is wrong and what to do, without a traceback."""
    form.fill(**fields)
    form.place_button.click()
    until(form, lambda: any(text in line for line in form.results))
    assert client.sent == []
    assert "Traceback" not in form._results.value


def test_place_asks_once_and_sends_once(form, client):
    """Place shows the order in one line; Send it sends it, and a second click finds nothing."""
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: form._question.layout.display != "none")
    assert "BUY 0.01 BTCUSDT LIMIT at 60000 GTC" in form._question.summary.value
    assert client.sent == []
    form.send_button.click()
    form.send_button.click()
    until(form, lambda: any(line.startswith("accepted") for line in form.results))
    assert len(client.sent) == 1


def test_an_edit_after_the_summary_makes_it_void(form, client):
    """What is sent is what was shown: editing a field takes the summary away."""
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: form._question.ticket is not None)
    form.fill(quantity="1")
    form.send_button.click()
    until(form, lambda: form._question.layout.display == "none")
    assert form.results == []
    assert client.sent == []


def test_a_double_click_places_once(desk, client):
    """Without the question a double click on Place still sends one order."""
    form = OrderForm(desk, "BTCUSDT", confirm=False)
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: bool(client.sent) and not form._clicks.busy)
    form.place_button.click()
    form.place_button.click()
    assert not form._clicks.busy
    assert len(client.sent) == 1
    form.fill(price="59000")
    form.place_button.click()
    until(form, lambda: len(client.sent) == 2)


def test_a_double_click_on_place_does_not_answer_its_question(desk, client):
    """The second click of a double click never hits Send it."""
    form = OrderForm(desk, "BTCUSDT")
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: form._question.ticket is not None)
    form.send_button.click()
    assert client.sent == []
    assert form._question.ticket is not None


def test_keys_that_come_after_the_click_stop_an_order_that_nobody_is_asked_about(form, client):
    """A page may send a click before the last keys typed: then nothing is sent."""
    form.confirm_box.value = False
    form.fill(quantity="0.01", price="59000")
    form.place_button.click()
    form.fill(price="60000")
    until(form, lambda: any("changed right after the click" in line for line in form.results))
    assert client.sent == []


def test_back_sends_nothing(form, client):
    """Back closes the question."""
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: form._question.ticket is not None)
    form.back_button.click()
    assert form.results[0] == "Nothing was sent."
    assert client.sent == []


def test_a_lost_answer_shows_and_resolves_itself(form, client):
    """UNKNOWN, asking… and then what the exchange has."""
    client.lose()
    client.hidden = True
    form.confirm_box.value = False
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: "UNKNOWN, asking" in form._results.value)
    client.hidden = False
    until(form, lambda: "accepted" in form._results.value)
    assert len(client.sent) == 1


def test_a_refusal_ends_in_the_form(form, client):
    """The exchange's refusal is a line in the form, and the form can be used again."""
    client.refuse()
    form.confirm_box.value = False
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: any("insufficient balance" in line for line in form.results))
    until(form, lambda: not form._clicks.busy)


def test_a_fault_of_ours_ends_in_the_form_too(form, client, monkeypatch):
    """Even an unexpected exception is a line in the form."""
    monkeypatch.setattr(form.trading, "test", lambda ticket: 1 / 0)
    form.fill(quantity="0.01", price="60000")
    form.check_button.click()
    until(form, lambda: any("fault in binance_lab" in line for line in form.results))
    until(form, lambda: not form._clicks.busy)


def test_check_lets_the_exchange_check(form, client):
    """Check sends the order to order/test and places nothing."""
    form.fill(quantity="0.01", price="60000")
    form.check_button.click()
    until(form, lambda: any("would take it" in line for line in form.results))
    assert client.sent == []


def test_a_form_on_live_refuses_whatever_is_passed(client):
    """On live both buttons are off, and a click that comes through is refused."""
    client.wallet = type("Wallet", (), {"api_key_permissions": lambda self: {}})()
    with Trading(client, environment="live", allow_orders=True) as desk:
        form = OrderForm(desk, "BTCUSDT", confirm=False)
        assert form.place_button.disabled
        assert "LIVE" in form._banner.value
        form.fill(quantity="0.001", price="60000")
        form.place_button.click()
        until(form, lambda: any("never places orders" in line for line in form.results))
        until(form, lambda: form.frames > 1)
        assert form.place_button.disabled
        assert client.sent == []


def test_a_key_that_may_withdraw_is_warned_about(client):
    """On live the form says that a key may do too much."""

    class Wallet:
        def api_key_permissions(self):
            return {"enableWithdrawals": True}

    client.wallet = Wallet()
    with Trading(client, environment="live") as desk:
        form = OrderForm(desk, "BTCUSDT")
        until(form, lambda: any("may withdraw" in line for line in form.results))


def test_prices_fill_in_on_a_click(form):
    """A click on the bid or the ask puts it into the price, and only a click does."""
    until(form, lambda: form._bid.description == "bid 59,999.00")
    assert row(form, "price").field.value == ""
    form._ask.click()
    assert row(form, "price").field.value == "60001"


def test_percent_of_the_balance_fills_in_the_amount(form):
    """Half of what is free, as a quote amount for BUY and as a quantity for SELL."""
    until(form, lambda: form._check.scene is not None)
    form._percents["order"].children[1].click()
    assert row(form, "quote_order_qty").field.value == "50000"
    form.fill(side="SELL")
    form._percents["order"].children[1].click()
    assert row(form, "quantity").field.value == "1"


def test_an_amount_becomes_whole_lots(form, client):
    """With a price, an amount in the quote asset is the quantity that it pays for."""
    form.confirm_box.value = False
    form.fill(quote_order_qty="100", price="60000")
    form.place_button.click()
    until(form, lambda: bool(client.sent))
    assert client.orders[client.sent[0]]["origQty"] == "0.00166"


def test_the_estimate_tells_price_fee_and_what_remains(form):
    """A market order: average, slippage, fee, and the balance after it."""
    form.fill(type="MARKET", quantity="1.5")
    until(form, lambda: "Fills 1.5 BTC" in form._estimate.value)
    assert "fee 0.0015 BTC" in form._estimate.value
    assert "leaves 9994 USDT" in form._estimate.value


def test_no_estimate_stands_beside_a_refusal(form):
    """A maker that would be refused doesn't "rest on the book"; one that costs too much still does."""
    form.fill(type="LIMIT_MAKER", quantity="5", price="60000")
    until(form, lambda: "Rests on the book" in form._estimate.value and form.findings)
    form.fill(price="60001")
    until(form, lambda: "WOULD_MATCH" in row(form, "price")._says.value)
    assert "Rests on the book" not in form._estimate.value


def test_an_oco_is_one_ticket(form, client):
    """Both legs are filled in, asked about in one line, and sent in one request."""
    form.mode.value = "OCO"
    form.fill("above", side="SELL", type="LIMIT_MAKER", quantity="0.01", price="70000")
    form.fill("below", type="STOP_LOSS_LIMIT", price="49000", stop_price="50000")
    form.place_button.click()
    until(form, lambda: form._question.ticket is not None)
    form.send_button.click()
    until(form, lambda: any(line.count("accepted") == 2 for line in form.results))
    assert client.list_params["belowStopPrice"] == "50000"
    assert client.list_params["quantity"] == "0.01"


def test_a_stopped_form_takes_no_clicks(form, client):
    """After stop() nothing is sent."""
    form.confirm_box.value = False
    form.fill(quantity="0.01", price="60000")
    form.stop()
    form.place_button.click()
    assert client.sent == []


def test_drawing_never_writes_to_a_field(form, client):
    """What the user types stays as typed, whatever the book does."""
    form.fill(quantity="0.0100", price="60000.")
    for _ in range(3):
        form.mark()
        assert form.wait_frames(1)
    assert row(form, "quantity").field.value == "0.0100"
    assert row(form, "price").field.value == "60000."


def test_numbers_are_exact(form, client):
    """What is typed is what is sent, digit by digit."""
    form.confirm_box.value = False
    form.fill(quantity="0.010", price="60000.10")
    form.place_button.click()
    until(form, lambda: bool(client.sent))
    sent = client.orders[client.sent[0]]
    assert (sent["origQty"], sent["price"]) == ("0.010", "60000.10")
    assert Decimal(sent["price"]) == Decimal("60000.1")


def test_a_check_that_fails_takes_prices_away_and_no_lines(form, client, desk, monkeypatch):
    """Without the exchange no old price is shown as new, and what orders became of stays below."""
    monkeypatch.setattr(order_check, "EVERY_S", 0.0)
    monkeypatch.setattr(order_check, "RETRY_S", 0.0)
    form.confirm_box.value = False
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: any(line.startswith("accepted") for line in form.results))

    def down(symbol):
        raise ConnectionFailed("No connection.")

    monkeypatch.setattr(desk.surroundings, "levels", down)
    until(form, lambda: "Not checked. No connection" in form._estimate.value)
    for _ in range(10):
        form.mark()
        assert form.wait_frames(1)
    assert (form._bid.description, form._ask.description) == ("bid –", "ask –")
    assert [line.partition(":")[0] for line in form.results] == ["accepted"]
    monkeypatch.undo()
    until(form, lambda: form._bid.description == "bid 59,999.00")
    assert "Not checked" not in form._estimate.value


def test_a_failing_check_ends_no_click(form, desk, monkeypatch):
    """While an order is being sent, a check that fails lets no second click through."""
    sending, go_on = threading.Event(), threading.Event()

    def send(ticket, origin):
        sending.set()
        go_on.wait(30)
        raise OrderRefused("enough")

    monkeypatch.setattr(desk, "send", send)
    form.confirm_box.value = False
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    assert sending.wait(30)
    until(form, lambda: "Checking it" in form._results.value)
    form._check._found(order_check.Checked(problem="down"), None, 0.0)
    form.place_button.click()
    assert form._clicks.busy
    go_on.set()
    until(form, lambda: not form._clicks.busy)
    assert form.results == ["enough"]


def test_an_answer_while_something_is_done_is_not_lost(form, client, desk, monkeypatch):
    """Send it during a check: the question stays until it can be answered."""
    go_on = threading.Event()
    monkeypatch.setattr(desk, "test", lambda ticket: go_on.wait(30))
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: form._question.ticket is not None and not form._clicks.busy)
    form.check_button.click()
    form.send_button.click()
    assert form._question.ticket is not None
    assert client.sent == []
    go_on.set()
    until(form, lambda: not form._clicks.busy)
    form.send_button.click()
    until(form, lambda: len(client.sent) == 1)


def test_a_slow_order_is_shown_as_being_sent(form, desk, monkeypatch):
    """From the click to the exchange's answer the form says what is being sent."""
    go_on = threading.Event()
    send = desk.send

    def slowly(*args, **options):
        go_on.wait(30)
        return send(*args, **options)

    monkeypatch.setattr(desk, "send", slowly)
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: form._question.ticket is not None and not form._clicks.busy)
    form.send_button.click()
    until(form, lambda: "Sending it: BUY 0.01 BTCUSDT" in form._results.value)
    go_on.set()
    until(form, lambda: "accepted: BUY" in form._results.value)
    assert "Sending it" not in form._results.value


def test_a_click_that_waited_for_a_cell_is_void(form, client):
    """Clicks pile up while a cell runs: none of them places an order minutes later."""
    now = [0.0]
    form._cells = CellTime(lambda: now[0])
    form.fill(quantity="0.01", price="60000")
    form.place_button.click()
    until(form, lambda: form._question.ticket is not None and not form._clicks.busy)
    form._cells.begins()
    now[0] = 60.0
    form._cells.ends()
    form.send_button.click()
    form.place_button.click()
    assert form._question.ticket is not None
    assert all("waited while a cell ran" in line for line in form.results)
    assert client.sent == []
    now[0] = 61.0
    form.send_button.click()
    until(form, lambda: len(client.sent) == 1)


def test_a_list_takes_percents_where_it_works_at_once(form):
    """Both legs of an OCO work now; in an OTOCO only the working order does."""
    until(form, lambda: form._check.scene is not None)
    form.mode.value = "OCO"
    form._percents["above"].children[3].click()
    assert form._legs["above"].rows["quantity"].field.value == "2"
    form.mode.value = "OTOCO"
    assert form._percents["above"].layout.display == "none"
    form.fill("working", price="50000")
    form._percents["working"].children[0].click()
    assert form._legs["working"].rows["quote_order_qty"].field.value == "25000"


def test_a_price_is_not_put_where_none_is_asked_for(form):
    """MARKET has no price: a click on the ask changes nothing."""
    until(form, lambda: form._ask.description == "ask 60,001.00")
    form.fill(type="MARKET")
    form._ask.click()
    assert row(form, "price").field.value == ""


def test_what_is_free_is_read_again_when_an_order_changed(form, client, desk, monkeypatch):
    """An order that somebody's code placed changes what the form takes a percent of."""
    monkeypatch.setattr(order_check, "EVERY_S", 0.0)
    until(form, lambda: form._check.scene is not None)
    monkeypatch.setattr(client, "account", lambda: {"balances": [{"asset": "USDT", "free": "10"}]})
    desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000")
    until(form, lambda: form._check.scene.free == {"USDT": Decimal(10)})
