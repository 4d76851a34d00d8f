"""The desk: each order is sent once, and its state is what the exchange has."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace

import msgspec
import pytest

from binance_lab.connector.exceptions import (
    ApiError,
    BadInput,
    ConfigError,
    ConnectionFailed,
    InsufficientBalance,
    OrderRejected,
)
from binance_lab.connector.symbols import UnknownSymbol
from binance_lab.trading import desk as desk_module
from binance_lab.trading import register
from binance_lab.trading.desk import Trading
from binance_lab.trading.gate import RiskyKey
from binance_lab.trading.guards import Limits, OrderRefused
from binance_lab.trading.journal import Journal
from binance_lab.trading.states import OrderState
from binance_lab.trading.ticket import BadTicket
from binance_lab.wire.user_events import ExecutionReport

from .scripted import refusal

LIMIT = {"quantity": "0.01", "price": "60000"}


@pytest.fixture
def desk(client):
    with Trading(client, limits=Limits.of("local", max_orders_per_minute=None)) as desk:
        yield desk


@pytest.fixture
def settled(client, monkeypatch):
    """A request that nobody answered is given up at once."""
    monkeypatch.setattr(register, "SERVER_TIMEOUT_S", 0.0)
    client.recv_window_ms = 0.0


def together(count, call):
    """Call it on so many threads at once."""
    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_order_carries_our_id_and_is_accepted(desk, client):
    """The exchange's answer moves the order that place() returns."""
    order = desk.place("btcusdt", "buy", "limit", **LIMIT)
    assert order.client_order_id.startswith("lab-")
    assert order.state is OrderState.ACCEPTED
    assert client.sent == [order.client_order_id]


def test_numbers_go_out_as_they_came(desk, client):
    """A float is sent as its shortest decimal."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", quantity=0.01, price=60000.1)
    assert client.orders[order.client_order_id]["price"] == "60000.1"


@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_is_asked_for_and_never_sent_again(desk, client, settled, arrived):
    """Whether the order arrived or not, it is sent once and ends as the exchange has it."""
    client.lose(arrived=arrived)
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert order.state is OrderState.UNKNOWN
    order.wait(timeout=30)
    assert order.state is (OrderState.ACCEPTED if arrived else OrderState.REJECTED)
    assert len(client.sent) == 1


def test_an_unknown_order_is_not_given_up_while_it_may_be_under_way(desk, client):
    """ "No such order" proves nothing until the lost request can't arrive any more."""
    client.lose()
    client.hidden = True
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    desk._register.look(order)
    assert order.state is OrderState.UNKNOWN
    client.hidden = False
    assert order.wait(timeout=30).state is OrderState.ACCEPTED


def test_a_clock_that_is_set_gives_up_no_order(desk, client, monkeypatch):
    """An hour that passes on the clock only: the lost request may still be under way."""
    client.lose()
    client.hidden = True
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    ahead_ns = time.time_ns() + 3_600_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: ahead_ns)
    monkeypatch.setattr(time, "time", lambda: ahead_ns / 1e9)
    desk._register.look(order)
    assert order.state is OrderState.UNKNOWN


def test_a_wide_receive_window_is_waited_for(desk, client, monkeypatch):
    """A request that is good for a minute may arrive for that long; only then is it given up."""
    monkeypatch.setattr(register, "SERVER_TIMEOUT_S", 0.0)
    client.recv_window_ms = 60_000.0
    client.lose(arrived=False)
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    desk._register.look(order)
    assert order.state is OrderState.UNKNOWN
    client.recv_window_ms = 0.0
    assert order.wait(timeout=30).state is OrderState.REJECTED


def test_an_interrupt_while_sending_leaves_an_order_that_resolves_itself(desk, client):
    """Ctrl-C between sending and answer: the order is kept, asked for, and not sent again."""
    client.fail(KeyboardInterrupt(), arrived=True)
    with pytest.raises(KeyboardInterrupt):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    (order,) = desk.orders
    assert order.wait(timeout=30).state is OrderState.ACCEPTED
    assert len(client.sent) == 1


def test_a_refusal_is_raised_with_what_would_pass(desk, client):
    """The exchange's refusal says what to do, and the order is kept as rejected."""
    client.refuse()
    with pytest.raises(InsufficientBalance, match="needs 180000 USDT, and 100000 USDT is free"):
        desk.place("BTCUSDT", "BUY", "LIMIT", quantity=3, price=60000)
    (order,) = desk.orders
    assert order.state is OrderState.REJECTED
    assert "insufficient balance" in order.reason


def test_what_never_left_is_rejected_and_raised(desk, client):
    """A connection that could not be made sent nothing."""
    client.fail(ConnectionFailed("no connection", sent=False), arrived=False)
    with pytest.raises(ConnectionFailed):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert desk.orders[0].state is OrderState.REJECTED


@pytest.mark.parametrize(
    ("fields", "text"),
    [({"quantity": "0.000001", "price": "60000"}, r"LOT_SIZE.* below .*Nearest quantity: 0\.00009"),
     ({"quantity": "0.01", "price": "60000.005"}, r"PRICE_FILTER.* multiple of .*Nearest price: 60000\.01"),
     ({"quantity": "0.01"}, "LIMIT needs price")],
)  # fmt: skip
def test_a_broken_filter_is_told_before_sending(desk, client, fields, text):
    """What breaks a filter isn't sent, and the message says what would pass."""
    with pytest.raises(OrderRefused, match=text):
        desk.place("BTCUSDT", "BUY", "LIMIT", **fields)
    assert client.sent == []
    assert desk.orders == []


def test_a_refused_order_is_told_all_that_is_wrong_with_it(desk):
    """Not only what its own numbers break: also what the prices of now and the balances say."""
    asked = {"quantity": "0.01", "price": "99999999.005"}
    found = desk.check_order("BTCUSDT", "SELL", "LIMIT", **asked)
    assert [finding.filter for finding in found] == ["PRICE_FILTER", "PERCENT_PRICE_BY_SIDE"]
    with pytest.raises(OrderRefused) as refused:
        desk.place("BTCUSDT", "SELL", "LIMIT", **asked)
    assert str(refused.value) == f"Not sent. {' '.join(str(finding) for finding in found)}"


def test_unchecked_orders_go_out_as_they_are(desk, client):
    """check=False leaves the refusing to the exchange."""
    client.refuse(-1013, "Filter failure: LOT_SIZE")
    with pytest.raises(OrderRejected, match=r"LOT_SIZE.*Nearest quantity: 0\.00009"):
        desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.000001", price=60000, check=False)
    assert len(client.sent) == 1


def test_an_unknown_symbol_suggests_known_ones(desk):
    """A misspelled symbol is answered with those that are like it."""
    with pytest.raises(UnknownSymbol, match=r'"BTCUSD" is no symbol here\. Did you mean BTCUSDT'):
        desk.place("BTCUSD", "BUY", "LIMIT", **LIMIT)


def test_orders_are_checked_without_the_account_s_own_filters(desk, client, monkeypatch, caplog):
    """Where the account's filters can't be read, those of the symbol still count; a line says so."""

    def refused(symbol):
        client.refuse(-1003, "Too many requests queued.")
        client.new_order_test()

    monkeypatch.setattr(client, "my_filters", refused)
    with pytest.raises(OrderRefused, match="LOT_SIZE"):
        desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.000001", price=60000)
    [record] = caplog.records
    assert "BTCUSDT" in record.message
    assert "Too many requests" in record.message
    assert record.exc_info is None


def test_without_keys_nothing_is_sent(desk, client):
    """No keys: the message says where to put them."""
    client.signed_by = None
    with pytest.raises(ConfigError, match="BINANCE_LAB_LOCAL_API_KEY"):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert client.sent == []


def test_live_refuses_unless_opened(client):
    """On live code needs allow_orders, and a form is refused even with it."""
    with (
        Trading(client, environment="live") as desk,
        pytest.raises(OrderRefused, match="allow_ord"),
    ):
        desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.001", price=60000)
    with Trading(client, environment="live", allow_orders=True) as desk:
        desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.001", price=60000)
        ticket = desk.orders[0].ticket
        with pytest.raises(OrderRefused, match="form never places"):
            desk.send(ticket, origin="form")
        with pytest.raises(OrderRefused, match="worth 600"):
            desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price=60000)
    assert len(client.sent) == 1


def test_market_orders_count_at_the_book_s_price(client):
    """The value limit holds for orders without a price too."""
    limits = Limits.of("local", max_order_value=100)
    with (
        Trading(client, limits=limits) as desk,
        pytest.raises(OrderRefused, match=r"worth 600\.01"),
    ):
        desk.place("BTCUSDT", "BUY", "MARKET", quantity="0.01")


def test_a_sell_limit_counts_at_what_it_would_bring(client):
    """A price far below the market doesn't get a large order past the limit."""
    limits = Limits.of("local", max_order_value=500)
    with (
        Trading(client, limits=limits) as desk,
        pytest.raises(OrderRefused, match=r"worth 599\.99"),
    ):
        desk.place("BTCUSDT", "SELL", "LIMIT", quantity="0.01", price=20000)


def test_threads_together_keep_the_limits(client):
    """Of eight orders at once, as many are sent as may be open."""
    with Trading(client, limits=Limits.of("local", max_open_orders=3)) as desk:

        def place():
            with suppress(OrderRefused):
                desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)

        together(8, place)
    assert len(client.sent) == 3


def test_on_live_the_question_says_what_would_be_placed(client):
    """The symbol is to be typed back, below the order in words; anything else sends nothing."""
    asked = []

    def confirm(question):
        asked.append(question)
        return ["ETHUSDT", " btcusdt "][len(asked) - 1]

    with Trading(client, environment="live", allow_orders=True, confirm=confirm) as desk:
        order = {"quantity": "0.001", "price": 60000}
        with pytest.raises(OrderRefused, match='"ETHUSDT" is not BTCUSDT'):
            desk.place("BTCUSDT", "BUY", "LIMIT", **order)
        desk.place("BTCUSDT", "BUY", "LIMIT", **order)
    assert asked[0] == (
        "LIVE, real money. Type BTCUSDT to place BUY 0.001 BTCUSDT LIMIT at 60000 GTC: "
    )
    assert len(client.sent) == 1


@pytest.mark.parametrize("once", ["", " ", True, 5])
def test_a_name_that_is_none_sends_nothing(desk, once):
    """An order that was to be placed once isn't placed each time since its name came to be empty."""
    with pytest.raises(BadInput, match="name of your own"):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once=once)
    assert desk.orders == []


def test_a_name_belongs_to_one_symbol_and_side(desk):
    """The same name for another order is refused, rather than answered with the first."""
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
    with pytest.raises(OrderRefused, match="was used for another order, BUY"):
        desk.place("BTCUSDT", "SELL", "LIMIT", **LIMIT, once="entry")


def test_another_amount_under_the_same_name_is_told(desk, client, recwarn):
    """A cell whose quantity was edited gets the order that is there, and a warning at its own line."""
    first = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
    desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.010", price="59000", once="entry")
    assert not recwarn.list
    again = desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.02", price="60000", once="entry")
    (warned,) = recwarn.list
    assert "BUY 0.01 BTCUSDT LIMIT at 60000 GTC already" in str(warned.message)
    assert warned.filename == __file__
    assert (again, len(client.sent)) == (first, 1)


def test_two_notebooks_with_the_same_name_send_once(client, tmp_path):
    """Each has read the journal before the other wrote to it."""
    journals = [Journal(tmp_path / "orders.jsonl") for _ in range(2)]
    with Trading(client, journal=journals[0]) as one, Trading(client, journal=journals[1]) as two:
        first = one.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
        second = two.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
        assert first.client_order_id == second.client_order_id
        assert len(two.orders) == 1
    assert len(client.sent) == 1


def test_who_listens_may_place_while_an_order_is_taken_over(client, tmp_path):
    """A callback of an order that another notebook sent finds nothing locked."""
    path = tmp_path / "orders.jsonl"
    with (
        Trading(client, journal=Journal(path)) as one,
        Trading(client, journal=Journal(path)) as two,
    ):
        client.lose()
        client.hidden = True
        sent = one.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
        two.on_change(lambda: two.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="next"))
        again = threading.Thread(
            target=two.place, args=("BTCUSDT", "BUY", "LIMIT"), kwargs=LIMIT | {"once": "entry"}, daemon=True
        )  # fmt: skip
        again.start()
        again.join(30)
        assert not again.is_alive()
        client.hidden = False
        assert two.order(sent.client_order_id).wait(timeout=30).state is OrderState.ACCEPTED


def test_a_name_is_known_to_the_exchange_too(client):
    """Without the journal, or on another computer: the exchange is asked who has the name."""
    with Trading(client) as desk:
        first = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
    client.orders[first.client_order_id]["status"] = "CANCELED"
    with Trading(client) as desk:
        again = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
        assert (again.client_order_id, again.state.value) == (first.client_order_id, "canceled")
    assert len(client.sent) == 1


@pytest.mark.parametrize("code", [-1003, -2026])
def test_nothing_is_sent_under_a_name_that_can_not_be_asked_for(desk, client, monkeypatch, code):
    """The exchange does not say, or says that it has archived the order of that name."""

    def get_order(symbol, **asked):
        raise refusal(code, "no")

    monkeypatch.setattr(client, "get_order", get_order)
    with pytest.raises(ApiError):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
    assert client.sent == []


def test_a_duplicate_is_there_already(desk, client):
    """A request that a proxy sent twice: the refusal of the second one proves the first."""
    client.fail(refusal(-2010, "Duplicate order sent."), arrived=True)
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert order.wait(timeout=30).state is OrderState.ACCEPTED


def test_once_is_placed_once(desk, client):
    """A cell that runs again gets the order that is there already."""
    first = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
    assert desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry") is first
    assert len(client.sent) == 1


def test_a_refused_once_may_be_placed_again(desk, client):
    """A refusal is explicit: the same name may be tried again."""
    client.refuse()
    with pytest.raises(InsufficientBalance):
        desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry")
    assert order.state is OrderState.ACCEPTED
    assert desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="entry") is order


@pytest.mark.parametrize("full", [False, True])
def test_nothing_is_sent_that_the_journal_can_not_keep(client, tmp_path, full):
    """Without its journal an order could not be found again after a crash: it isn't sent."""
    path = tmp_path / "orders.jsonl"
    with Trading(client, journal=Journal(path)) as desk:
        if full and not os.path.exists("/dev/full"):
            pytest.skip("no device here is always full")
        os.symlink("/dev/full", path) if full else path.mkdir()
        why = "No space left" if full else "directory"
        with pytest.raises(OrderRefused, match=f"{why}.*Canceling works all the same"):
            desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        assert desk.orders[0].state is OrderState.REJECTED
    assert client.sent == []


def test_a_disk_that_fills_up_does_not_hide_what_was_sent(client, tmp_path, monkeypatch):
    """After sending, a journal that fails is reported beside the order, not instead of it."""
    with Trading(client, journal=Journal(tmp_path / "orders.jsonl")) as desk:
        write = desk.journal.write

        def full(kind, *args, **options):
            if kind != "send":
                raise OSError(28, "No space left on device")
            write(kind, *args, **options)

        monkeypatch.setattr(desk.journal, "write", full)
        assert desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT).state is OrderState.ACCEPTED
        assert "No space" in str(desk.journal_error)


@pytest.mark.parametrize("may_withdraw", [True, False])
def test_a_key_that_may_withdraw_is_warned_about(client, may_withdraw, recwarn):
    """On live a key's permissions are looked at, and the first order warns of it once."""
    allowed = {"enableWithdrawals": may_withdraw}
    client.wallet = SimpleNamespace(api_key_permissions=lambda: allowed)
    with Trading(client, environment="live", allow_orders=True) as desk:
        assert ("may withdraw" in desk.key_warning()) is may_withdraw
        for _ in range(2):
            desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.001", price=60000)
    assert [warned.category for warned in recwarn] == [RiskyKey] * may_withdraw
    assert all(warned.filename == __file__ for warned in recwarn)
    with Trading(client) as desk:
        assert desk.key_warning() == ""


def test_permissions_that_can_not_be_read_keep_no_order_back(client):
    """The warning is a courtesy: an order is placed without it."""

    def down():
        raise ConnectionFailed("no connection")

    client.wallet = SimpleNamespace(api_key_permissions=down)
    with Trading(client, environment="live", allow_orders=True) as desk:
        desk.place("BTCUSDT", "BUY", "LIMIT", quantity="0.001", price=60000)
    assert len(client.sent) == 1


def test_threads_that_place_the_same_once_send_it_once(desk, client):
    """Two threads with the same name: one order."""
    together(8, lambda: desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT, once="a"))
    assert len(client.sent) == 1


def test_cancel_ends_an_order(desk):
    """A canceled order is canceled, and canceling it again changes nothing."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert desk.cancel(order).state is OrderState.CANCELED
    assert desk.cancel(order.client_order_id) is order


def test_a_cancel_that_came_too_late_finds_the_fill(desk, client):
    """ "Unknown order" on a cancel: the order is asked for, and it was filled."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.orders[order.client_order_id].update(
        status="FILLED", executedQty="0.01", cummulativeQuoteQty="600"
    )
    client.trades.append({"id": 1, "orderId": 1, "price": "60000", "qty": "0.01", "commission": "0",
                          "commissionAsset": "BTC", "isMaker": True, "time": 1})  # fmt: skip
    assert desk.cancel(order).state is OrderState.FILLED
    assert order.fills_complete


def test_a_lost_cancel_is_asked_for(desk, client):
    """The answer to a cancel is lost: the order tells what became of it."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.lose()
    desk.cancel(order)
    assert order.wait("canceled", timeout=30).state is OrderState.CANCELED
    assert order.note == ""


def test_cancel_all_ends_every_order_even_where_guards_would_refuse(desk):
    """Cancel all works whatever the limits say."""
    orders = [desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT) for _ in range(3)]
    desk.limits = Limits(max_open_orders=0, max_orders_per_minute=0)
    assert set(desk.cancel_all()) == set(orders)
    assert {order.state for order in orders} == {OrderState.CANCELED}
    assert desk.cancel_all() == []
    assert desk.cancel_all("BTCUSDT") == []


@pytest.mark.parametrize("answer_lost", [False, True])
def test_an_amendment_reduces_the_order(desk, client, answer_lost):
    """After an amendment the order has less quantity and its new id, even if the answer is lost."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    first = order.client_order_id
    if answer_lost:
        client.lose()
    amended = threading.Event()
    order.on_change(lambda _: amended.set() if str(order.quantity) == "0.005" else None)
    desk.amend(order, "0.005")
    assert amended.wait(30)
    assert order.client_order_ids[0] == first
    assert len(order.client_order_ids) == 2


@pytest.mark.parametrize("quantity", ["0.01", 1])
def test_an_amendment_that_reduces_nothing_is_refused_before_sending(desk, client, quantity):
    """The exchange would refuse it; what works instead is in the message."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    sent = len(client.sent)
    with pytest.raises(OrderRefused, match=f'only reduces .* 0.01. .*quantity="{quantity}"'):
        desk.amend(order, quantity)
    assert len(client.sent) == sent


@pytest.mark.parametrize("quantity", [0, "0.000", -1])
def test_an_amendment_that_leaves_nothing_is_refused_before_sending(desk, client, quantity):
    """To end an order is to cancel it, as the message says."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    sent = len(client.sent)
    with pytest.raises(BadInput, match=rf"above 0, not {quantity}\. .*cancel\(order\)"):
        desk.amend(order, quantity)
    assert len(client.sent) == sent


def test_an_order_that_ended_is_not_amended(desk, client):
    """Nothing can change it any more, and its state says why."""
    order = desk.cancel(desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT))
    sent = len(client.sent)
    with pytest.raises(OrderRefused, match=r"Not amended: <Order .*: canceled.* has ended"):
        desk.amend(order, "0.005")
    assert len(client.sent) == sent


@pytest.mark.parametrize("changes", [{"price": "61000"}, {"quantity": "0.005", "price": "61000"}])
def test_a_price_is_not_amended(desk, changes):
    """It changes by a new order, as the message says."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    with pytest.raises(BadInput, match=r"cancel_replace\(order, price='61000'\)"):
        desk.amend(order, **changes)


def test_an_unknown_order_is_not_amended(desk, client):
    """An amendment would take the id away by which it is asked for: it would be called rejected."""
    client.lose()
    client.hidden = True
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    with pytest.raises(OrderRefused, match="nobody knows yet"):
        desk.amend(order, "0.005")
    client.hidden = False
    assert str(desk.amend(order, "0.005").quantity) == "0.005"


def test_cancel_replace_makes_a_new_order(desk):
    """The old order is canceled, the new one has the changes."""
    old = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    new = desk.cancel_replace(old, price="59000")
    assert (old.state, new.state) == (OrderState.CANCELED, OrderState.ACCEPTED)
    assert str(new.price) == "59000"


def test_a_replacement_never_trades_twice_what_was_asked(desk, client):
    """It is for what is left after fills and amendments, and only if nothing more has traded."""
    old = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    desk.amend(old, "0.008")
    assert str(desk.cancel_replace(old, price="59000").ticket.quantity) == "0.008"
    assert client.restrictions == "ONLY_NEW"
    old = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.orders[old.client_order_id].update(executedQty="0.006", cummulativeQuoteQty="360")
    desk._register.look(old)
    assert str(desk.cancel_replace(old, price="59000").ticket.quantity) == "0.004"
    assert client.restrictions is None


def test_a_replacement_is_no_further_open_order(desk, client):
    """At the limit of open orders, one may still be replaced."""
    old = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    desk.limits = Limits.of("local", max_open_orders=1)
    assert desk.cancel_replace(old, price="59000").state is OrderState.ACCEPTED


def test_an_unanswered_replacement_may_be_there(desk, client):
    """A connection that broke after sending proves nothing: both orders are asked about."""
    old = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.fail(ConnectionFailed("reset"), arrived=True)
    client.fail(ConnectionFailed("reset"), arrived=True)
    new = desk.cancel_replace(old, price="59000")
    assert new.state is OrderState.UNKNOWN
    assert old.wait("canceled", timeout=30).state is OrderState.CANCELED


def test_a_half_failed_cancel_replace_tells_both(desk, client):
    """Canceled but not placed again: both orders say so, and the error is raised."""
    old = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.refuse(-2021, "Order cancel-replace partially failed.")
    with pytest.raises(OrderRejected):
        desk.cancel_replace(old, price="59000")
    new = desk.orders[-1]
    assert (old.state, new.state, new.reason) == (OrderState.CANCELED, OrderState.REJECTED, "no")


def test_an_amended_order_is_canceled_by_the_exchange_s_id(desk, client):
    """An amendment whose answer was lost changed the client's id; canceling works at once."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.orders[order.client_order_id]["clientOrderId"] = "another"
    assert desk.cancel(order).state is OrderState.CANCELED


def test_an_unknown_order_is_canceled_as_soon_as_it_is_there(desk, client):
    """Cancel on an order that nobody finds yet: it never gets to rest on the book."""
    client.lose()
    client.hidden = True
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert desk.cancel(order).state is OrderState.UNKNOWN
    client.hidden = False
    assert order.wait("done", timeout=30).state is OrderState.CANCELED


def test_cancel_all_names_what_it_still_asks_about(desk, client):
    """An order that nobody finds yet is among those to be canceled, and not called canceled."""
    known = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.lose(arrived=False)
    unknown = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert {order: order.done for order in desk.cancel_all()} == {unknown: False, known: True}


def test_cancel_all_reaches_what_is_unknown_and_what_can_not_be_listed(desk, client, monkeypatch):
    """An answer is lost, and the open orders can't be listed: ours are canceled all the same."""
    known = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.lose()
    client.hidden = True
    unknown = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    late = client.orders.pop(unknown.client_order_id)

    def down(symbol=None):
        raise ConnectionFailed("no connection")

    monkeypatch.setattr(client, "get_open_orders", down)
    with pytest.raises(ConnectionFailed):
        desk.cancel_all()
    assert known.state is OrderState.CANCELED
    client.orders[unknown.client_order_id] = late  # only now it arrives
    client.hidden = False
    assert unknown.wait("done", timeout=30).state is OrderState.CANCELED


def test_an_order_that_is_not_found_is_given_up_late(desk, client, monkeypatch):
    """A server that lags behind itself says "no such order" of an open one: that ends nothing."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.hidden = True
    desk._register.look(order)
    assert order.state is OrderState.ACCEPTED
    monkeypatch.setattr(register, "SERVER_TIMEOUT_S", -10.0)
    desk._register.look(order)
    assert (order.state, order.reason) == (
        OrderState.EXPIRED,
        "the exchange does not know this order any more",
    )
    client.hidden = False
    desk._register.look(order)
    assert order.state is OrderState.ACCEPTED  # that it had ended was only our guess


def test_an_order_of_the_same_id_that_began_later_is_another(desk, client):
    """An exchange that keeps nothing counts from the beginning when it is started again."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    [row] = client.orders.values()
    later = {"clientOrderId": "of-somebody", "time": order.updated_ms + 1, "status": "FILLED"}
    client.orders = {"of-somebody": row | later | {"executedQty": row["origQty"]}}
    desk._register.look(order)
    assert (order.state, order.executed_qty) == (OrderState.ACCEPTED, 0)


def test_an_order_that_was_renamed_elsewhere_is_still_the_same(desk, client):
    """One that another program amended has another name, and began when it did."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    [row] = client.orders.values()
    renamed = {"clientOrderId": "of-somebody", "time": order.sent_ms, "status": "CANCELED"}
    client.orders = {"of-somebody": row | renamed}
    desk._register.look(order)
    assert order.state is OrderState.CANCELED


OCO = {
    "above": {"side": "SELL", "type": "LIMIT_MAKER", "quantity": "0.01", "price": "70000"},
    "below": {"side": "SELL", "type": "STOP_LOSS_LIMIT", "quantity": "0.01", "price": "49000",
              "stop_price": "50000"},
}  # fmt: skip


def test_an_order_list_is_one_request_with_an_order_for_each_leg(desk, client):
    """OCO: both legs carry our ids and live."""
    placed = desk.place_list("OCO", "BTCUSDT", **OCO)
    assert [order.state for order in placed.orders] == [OrderState.ACCEPTED] * 2
    assert client.list_params["abovePrice"] == "70000"
    assert client.list_params["belowStopPrice"] == "50000"
    assert client.list_params["quantity"] == "0.01"
    assert placed.state == "open"


def test_a_desk_forgets_old_order_lists(desk, monkeypatch):
    """It knows the latest, and all that aren't done."""
    monkeypatch.setattr(desk_module, "_LISTS", 1)
    placed = [desk.place_list("OCO", "BTCUSDT", **OCO) for _ in range(2)]
    for order in placed[1].orders:
        desk.cancel(order)
    placed += [desk.place_list("OCO", "BTCUSDT", **OCO) for _ in range(2)]
    assert desk.lists == [placed[0], *placed[2:]]


def test_in_an_opo_the_pending_order_has_no_quantity(desk, client):
    """It sells what the working order bought; that it is worth enough is checked all the same."""
    working = {"side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": "60000"}
    pending = {"side": "SELL", "type": "LIMIT", "price": "70000"}
    placed = desk.place_list("OPO", "BTCUSDT", working=working, pending=pending)
    assert placed.state == "open"
    assert client.list_params["pendingPrice"] == "70000"
    assert "pendingQuantity" not in client.list_params
    with pytest.raises(BadTicket, match="leave it out"):
        desk.place_list("OPO", "BTCUSDT", working=working, pending=pending | {"quantity": "1"})
    with pytest.raises(BadTicket, match="pending is a SELL"):
        desk.place_list("OPO", "BTCUSDT", working=working, pending=pending | {"side": "BUY"})
    with pytest.raises(OrderRefused, match="NOTIONAL"):
        desk.place_list("OPO", "BTCUSDT", working=working, pending=pending | {"price": "20"})


def test_a_lost_list_is_asked_for_leg_by_leg(desk, client):
    """The answer to a list is lost: each of its orders resolves itself."""
    client.lose()
    placed = desk.place_list("OCO", "BTCUSDT", **OCO)
    assert placed.state == "unknown"
    assert placed.wait(timeout=30).state == "open"


def test_legs_that_do_not_fit_are_told(desk):
    """Above and below exchanged, or a leg missing, is refused before sending."""
    with pytest.raises(BadTicket, match="exchange the two"):
        desk.place_list("OCO", "BTCUSDT", above=OCO["below"], below=OCO["above"])
    with pytest.raises(BadTicket, match="OTO needs the legs working, pending"):
        desk.place_list("OTO", "BTCUSDT", **OCO)


def test_many_fills_are_asked_for_in_pages(desk, client, monkeypatch):
    """More fills than one answer holds: all are there."""
    monkeypatch.setattr(register, "_TRADES", 2)
    client.trades += [{"id": n, "orderId": 1, "price": "60000", "qty": "0.002", "commission": "0",
                       "commissionAsset": "BNB", "isMaker": True, "time": n} for n in range(1, 6)]  # fmt: skip
    client.fill_at_once = True
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert desk._register.keeper.wait_idle(5)
    assert (len(order.fills), order.fills_complete) == (5, True)


def test_the_journal_brings_orders_back_after_a_restart(client, tmp_path):
    """A new desk with the same journal knows what the old one did, and asks what became of it."""
    with Trading(client, journal=Journal(tmp_path / "orders.jsonl")) as desk:
        canceled = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        desk.cancel(canceled)
        client.fail(KeyboardInterrupt(), arrived=True)
        with pytest.raises(KeyboardInterrupt):
            desk.place("BTCUSDT", "SELL", "LIMIT", **LIMIT, once="exit")
    with Trading(client, journal=Journal(tmp_path / "orders.jsonl")) as desk:
        first, second = desk.orders
        assert first.state is OrderState.CANCELED
        assert second.wait(timeout=30).state is OrderState.ACCEPTED
        assert desk.place("BTCUSDT", "SELL", "LIMIT", **LIMIT, once="exit") is second
    assert len(client.sent) == 2


def test_a_filled_order_gets_its_fills(desk, client):
    """Executed without fills in the answer: they are asked for."""
    client.fill_at_once = True
    client.trades.append({"id": 9, "orderId": 1, "price": "60000", "qty": "0.01", "commission": "0.6",
                          "commissionAsset": "USDT", "isMaker": False, "time": 1})  # fmt: skip
    order = desk.place("BTCUSDT", "SELL", "MARKET", quantity="0.01")
    assert desk._register.keeper.wait_idle(5)
    assert [fill.trade_id for fill in order.fills] == [9]
    assert desk.fills_frame()["fee"].tolist() == [0.6]


def test_a_routed_order_gets_its_allocations(desk, client):
    """Where trades don't add up to what was executed, allocations do; then nothing more is asked."""
    client.fill_at_once = True
    client.allocations.append({"allocationId": 3, "allocationType": "SOR", "orderId": 1,
                               "price": "60000", "qty": "0.01", "commission": "0.6",
                               "commissionAsset": "USDT", "isMaker": False, "time": 1})  # fmt: skip
    order = desk.place("BTCUSDT", "SELL", "MARKET", quantity="0.01")
    assert desk._register.keeper.wait_idle(5)
    assert order.fills_complete
    assert client.asked_allocations == 1
    assert desk.fills_frame()["trade_id"].tolist() == [-1]


def test_fills_that_can_not_be_asked_for_are_not_asked_for_forever(desk, client, monkeypatch):
    """The exchange refuses to list them, again and again: an order that is done says so in the end."""
    monkeypatch.setattr("binance_lab.trading.register._ASKS_FOR_FILLS", 1)
    client.fill_at_once = True

    def refused(*args, **params):
        raise refusal(-1100, "Illegal characters found in a parameter.")

    monkeypatch.setattr(client, "my_trades", refused)
    order = desk.place("BTCUSDT", "SELL", "MARKET", quantity="0.01")
    assert desk._register.keeper.wait_idle(10)
    assert order.state is OrderState.FILLED
    assert order.note.startswith("its trades can't be asked for")


def test_fills_that_are_nowhere_are_not_asked_for_forever(desk, client, monkeypatch):
    """An order that is done and whose trades the exchange doesn't list says so in the end."""
    monkeypatch.setattr("binance_lab.trading.register._ASKS_FOR_FILLS", 1)
    client.fill_at_once = True
    order = desk.place("BTCUSDT", "SELL", "MARKET", quantity="0.01")
    assert desk._register.keeper.wait_idle(10)
    assert order.state is OrderState.FILLED
    assert order.note == "the exchange does not list all of its trades"
    assert client.asked_allocations >= 1


def test_frames_have_the_same_columns_empty_and_full(desk):
    """An empty blotter's frame has the columns and dtypes of a full one."""
    empty = desk.frame()
    desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    full = desk.frame()
    assert (empty.dtypes == full.dtypes).all()
    assert full["state"].tolist() == ["accepted"]
    assert full.attrs["environment"] == "local"


def test_a_failed_answer_to_an_amendment_leaves_the_order(desk, client):
    """An amendment that is refused changes nothing."""
    order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    client.refuse(-2013, "Order does not exist.")
    with pytest.raises(OrderRejected):
        desk.amend(order, "0.005")
    assert str(order.quantity) == "0.01"


class Feed:
    """A live account that a test moves by hand."""

    def __init__(self) -> None:
        self.state = "live"
        self.callbacks = {}

    def free(self):
        return {"USDT": Decimal(7)}

    def on_report(self, callback):
        self.callbacks["report"] = callback
        return lambda: self.callbacks.pop("report")

    def on_change(self, callback):
        self.callbacks["change"] = callback
        return lambda: self.callbacks.pop("change")


def event(**letters):
    base = {
        "e": "executionReport", "E": 10, "s": "BTCUSDT", "c": "", "S": "BUY", "o": "LIMIT",
        "f": "GTC", "q": "0.01", "p": "60000", "P": "0", "F": "0", "g": -1, "C": "", "x": "NEW",
        "X": "NEW", "r": "NONE", "i": 1, "l": "0", "z": "0", "L": "0", "n": "0", "N": None,
        "T": 10, "t": -1, "I": 1, "w": True, "m": False, "O": 10, "Z": "0", "Y": "0", "Q": "0",
    }  # fmt: skip
    return msgspec.convert({**base, **letters}, ExecutionReport)


def test_the_stream_moves_orders(client):
    """A fill that the stream reports fills the order, before anybody asked."""
    feed = Feed()
    with Trading(client, account=feed) as desk:
        order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        fill = {
            "x": "TRADE",
            "X": "FILLED",
            "l": "0.01",
            "z": "0.01",
            "L": "60000",
            "Z": "600",
            "t": 5,
        }
        feed.callbacks["report"](event(c=order.client_order_id, **fill))
        assert order.state is OrderState.FILLED
        assert order.fills_complete
        assert desk.surroundings.free() == {"USDT": Decimal(7)}
    assert feed.callbacks == {}


def test_a_cancel_is_reported_under_its_own_id(client):
    """The report of a cancel names the order in another field."""
    feed = Feed()
    with Trading(client, account=feed) as desk:
        order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        feed.callbacks["report"](
            event(c="web-1", C=order.client_order_id, x="CANCELED", X="CANCELED")
        )
        assert order.state is OrderState.CANCELED
        assert desk.orders == [order]


def test_a_cancel_of_an_order_placed_elsewhere_names_the_order(client):
    """The first that is heard of an order is its cancel, under the id of the request."""
    feed = Feed()
    with Trading(client, account=feed) as desk:
        feed.callbacks["report"](event(c="web-2", C="web-1", x="CANCELED", X="CANCELED"))
        assert [order.client_order_id for order in desk.orders] == ["web-1"]


def test_what_is_to_be_canceled_is_forgotten_once_it_is_done(client):
    """A desk that cancels for weeks what is lost on the way keeps none of it."""
    feed = Feed()
    with Trading(client, account=feed) as desk:
        client.lose()
        client.hidden = True
        order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        desk.cancel(order)
        assert desk._register._unwanted == {order}
        feed.callbacks["report"](event(c="x", C=order.client_order_id, x="CANCELED", X="CANCELED"))
        desk._register.unwanted(order)
        assert desk._register._unwanted == set()


def test_another_order_of_the_same_name_is_another_order(client):
    """A client order id is free again after its order is done: the exchange's id tells them apart."""
    feed = Feed()
    with Trading(client, account=feed) as desk:
        feed.callbacks["report"](event(c="mine", i=5, x="CANCELED", X="CANCELED"))
        feed.callbacks["report"](event(c="mine", i=6))
        assert [order.state.value for order in desk.orders] == ["canceled", "accepted"]
        feed.callbacks["report"](event(c="mine", i=6, s="ETHUSDT"))
        with pytest.raises(OrderRefused, match="several orders"):
            desk.order(6)


def test_orders_placed_elsewhere_are_shown_too(client):
    """An order of the account that this desk didn't place is taken in."""
    feed = Feed()
    with Trading(client, account=feed) as desk:
        feed.callbacks["report"](event(c="web-1"))
        (order,) = desk.orders
        assert (order.client_order_id, order.state) == ("web-1", OrderState.ACCEPTED)
        assert str(order.ticket) == "BUY 0.01 BTCUSDT LIMIT at 60000 GTC"


def test_after_a_reconnect_open_orders_are_asked_about(client):
    """What the stream missed while it was gone is found by asking."""
    feed = Feed()
    with Trading(client, account=feed) as desk:
        order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        client.orders[order.client_order_id]["status"] = "CANCELED"
        feed.callbacks["change"]()
        assert order.wait("canceled", timeout=30).state is OrderState.CANCELED


def test_many_open_orders_are_asked_about_less_often(desk):
    """However many orders are open, asking about them leaves most of the request weight."""
    for _ in range(30):
        order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert desk._register._again_s(order, 0) == pytest.approx(30 * register.POLL_GAP_S)


def test_a_line_of_the_journal_that_can_not_be_read_costs_only_itself(client, tmp_path, caplog):
    """What another version wrote is told and left out; the desk opens with all else."""
    path = tmp_path / "orders.jsonl"
    with Trading(client, journal=Journal(path)) as desk:
        order = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        desk.journal.write("send", "lab-0", {"fields": {}})
        desk.journal.write("answer", order.client_order_id, {"status": "NEW_WORD"})
    with Trading(client, journal=Journal(path)) as desk:
        assert [each.client_order_id for each in desk.orders] == [order.client_order_id]
    assert [record.args[:2] for record in caplog.records] == [
        ("send", "lab-0"),
        ("answer", order.client_order_id),
    ]


def test_a_journal_that_can_not_be_read_lets_orders_be_canceled_only(client, tmp_path, caplog):
    """What was sent before isn't known: nothing more is sent, and what is open can be ended."""
    (tmp_path / "orders.jsonl").mkdir()
    client.new_order("BTCUSDT", "BUY", "LIMIT", newClientOrderId="web", **LIMIT)
    with Trading(client, journal=Journal(tmp_path / "orders.jsonl")) as desk:
        assert "can't be written or read" in caplog.text
        assert isinstance(desk.journal_error, OSError)
        with pytest.raises(OrderRefused, match="Not sent"):
            desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        assert [order.state.value for order in desk.cancel_all()] == ["canceled"]


def test_a_desk_that_trades_for_weeks_forgets_old_orders(desk, monkeypatch):
    """It knows the latest orders, under all their ids, and all that aren't done."""
    monkeypatch.setattr(register, "_LATEST", 3)
    still_open = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    done = [desk.cancel(desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)) for _ in range(6)]
    assert desk.orders == [still_open, *done[3:]]
    assert desk.order(done[3].order_id) is done[3]
    assert desk.order(still_open.client_order_id) is still_open
    with pytest.raises(OrderRefused, match="No order"):
        desk.order(done[2].client_order_id)


def test_a_long_journal_keeps_what_is_open_and_what_was_last(client, tmp_path, monkeypatch):
    """It is shortened while it is written to, in both notebooks; an old open order stays."""
    monkeypatch.setattr(register, "_LATEST", 2)
    path = tmp_path / "orders.jsonl"
    with (
        Trading(client, journal=Journal(path, max_bytes=8_000)) as desk,
        Trading(client, journal=Journal(path)) as other,
    ):
        first = desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
        for _ in range(20):
            last = desk.cancel(other.cancel(desk.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)))
        elsewhere = other.place("BTCUSDT", "BUY", "LIMIT", **LIMIT)
    assert path.stat().st_size < 12_000
    with Trading(client, journal=Journal(path)) as desk:
        ids = [order.client_order_id for order in desk.orders]
        assert ids[0] == first.client_order_id
        assert ids[-2:] == [last.client_order_id, elsewhere.client_order_id]
