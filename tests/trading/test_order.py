"""Orders: what each answer and report changes, in whatever order they come."""

from __future__ import annotations

import itertools
import threading
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab.trading.order import NotYet, Order
from binance_lab.trading.states import OrderState
from binance_lab.trading.ticket import make_ticket
from binance_lab.wire.lab_error import BadInput
from binance_lab.wire.user_events import ExecutionReport

BASE = {
    "e": "executionReport", "E": 10, "s": "BTCUSDT", "c": "lab-1", "S": "BUY", "o": "LIMIT",
    "f": "GTC", "q": "3", "p": "100", "P": "0", "F": "0", "g": -1, "C": "", "x": "NEW",
    "X": "NEW", "r": "NONE", "i": 7, "l": "0", "z": "0", "L": "0", "n": "0", "N": None, "T": 10,
    "t": -1, "I": 1, "w": True, "m": False, "O": 10, "Z": "0", "Y": "0", "Q": "0",
}  # fmt: skip


def order(**values) -> Order:
    ticket = make_ticket("BTCUSDT", "BUY", "LIMIT", **{"quantity": "3", "price": "100"} | values)
    return Order(ticket, "lab-1", sent_ms=5)


def report(**letters) -> ExecutionReport:
    return msgspec.convert({**BASE, **letters}, ExecutionReport)


def trade(number: int, total: str, status: str = "PARTIALLY_FILLED", qty: str = "1"):
    quote = str(Decimal(total) * 100)
    return report(
        x="TRADE", X=status, l=qty, z=total, L="100", n="0.1", N="USDT", t=number, Z=quote, T=number
    )


ACCEPTED = report()
FILLS = [trade(1, "1"), trade(2, "2"), trade(3, "3", "FILLED")]


def test_an_order_starts_as_sent_and_is_accepted_by_a_report():
    """Until the exchange is heard an order is sent, no more."""
    one = order()
    assert one.state is OrderState.SENT
    one.report(ACCEPTED)
    assert (one.state, one.order_id, one.open) == (OrderState.ACCEPTED, 7, True)


@pytest.mark.parametrize("events", list(itertools.permutations([ACCEPTED, *FILLS])))
def test_reports_in_any_order_end_the_same(events):
    """Whatever order reports come in, and each of them twice, the end is the same."""
    one = order()
    for event in events:
        one.report(event)
        one.report(event)
    assert one.state is OrderState.FILLED
    assert one.executed_qty == 3
    assert one.average_price == 100
    assert [fill.trade_id for fill in one.fills] == [1, 2, 3]
    assert one.fees == {"USDT": Decimal("0.3")}
    assert one.fills_complete


@given(
    st.lists(
        st.sampled_from([ACCEPTED, *FILLS, report(x="CANCELED", X="CANCELED", z="2", Z="200")])
    )
)
def test_knowledge_never_goes_back(events):
    """The executed amount never falls, and an order that is done stays as it ended."""
    one = order()
    executed, ended = Decimal(0), None
    for event in events:
        one.report(event)
        assert one.executed_qty >= executed
        assert ended is None or one.state is ended
        executed, ended = one.executed_qty, one.state if one.done else None


def test_an_answer_after_the_stream_adds_only_what_is_new():
    """The answer to placing may come after the fills that it caused."""
    one = order()
    for event in FILLS:
        one.report(event)
    one.answer({"orderId": 7, "status": "NEW", "executedQty": "0", "cummulativeQuoteQty": "0"})
    assert one.state is OrderState.FILLED


def test_fills_of_an_answer_and_of_the_stream_are_the_same():
    """A fill that is told twice counts once."""
    one = order()
    fill = {"price": "100", "qty": "3", "commission": "0.3", "commissionAsset": "USDT"}
    one.answer({"orderId": 7, "status": "FILLED", "executedQty": "3", "cummulativeQuoteQty": "300",
                "transactTime": 9, "fills": [{**fill, "tradeId": 1}]})  # fmt: skip
    one.report(trade(1, "3", "FILLED", qty="3"))
    assert len(one.fills) == 1
    assert one.fees == {"USDT": Decimal("0.3")}


def test_what_was_routed_to_an_order_are_fills_of_it():
    """Allocations, which are no trades, count once, whether answer, stream or REST tells them."""
    one = order()
    fill = {"price": "100", "commission": "0.1", "commissionAsset": "USDT", "tradeId": -1}
    one.answer({"orderId": 7, "status": "PARTIALLY_FILLED", "executedQty": "2",
                "cummulativeQuoteQty": "200", "transactTime": 9,
                "fills": [{**fill, "qty": "1", "allocId": 0}, {**fill, "qty": "1", "allocId": 1}]})  # fmt: skip
    one.report(
        report(x="TRADE", X="PARTIALLY_FILLED", l="1", z="2", L="100", n="0.1", N="USDT", a=1)
    )
    one.trades([{"allocationId": 0, "price": "100", "qty": "1", "commission": "0.1",
                 "commissionAsset": "USDT", "isMaker": False, "time": 9}])  # fmt: skip
    assert [fill.key for fill in one.fills] == [(-1, 0), (-1, 1)]
    assert one.fills_complete
    assert one.fees == {"USDT": Decimal("0.2")}


def test_a_fill_that_nothing_tells_from_others_is_left_out():
    """Without a trade's or an allocation's id a fill could count twice."""
    one = order()
    fill = {"price": "100", "qty": "1", "commission": "0", "commissionAsset": "USDT"}
    one.answer({"orderId": 7, "status": "PARTIALLY_FILLED", "executedQty": "1", "fills": [fill]})
    assert one.fills == []


def test_an_acknowledgment_means_accepted():
    """An ACK says only that the order exists."""
    one = order()
    one.answer({"symbol": "BTCUSDT", "orderId": 7, "clientOrderId": "lab-1", "transactTime": 9})
    assert one.state is OrderState.ACCEPTED


def test_missing_fills_show():
    """Executed without its fills: the order says that they are not complete."""
    one = order()
    one.answer({"orderId": 7, "status": "FILLED", "executedQty": "3", "cummulativeQuoteQty": "301"})
    assert not one.fills_complete
    one.trades([{"id": 4, "price": "100", "qty": "2", "commission": "0", "commissionAsset": "BNB",
                 "isMaker": True, "time": 8},
                {"id": 5, "price": "101", "qty": "1", "commission": "0", "commissionAsset": "BNB",
                 "isMaker": True, "time": 9}])  # fmt: skip
    assert one.fills_complete


def test_a_report_corrects_what_was_only_guessed():
    """An order that was given up as never arrived, and then is reported, lives."""
    one = order()
    one.lose_track("no answer, asking…")
    assert one.state is OrderState.UNKNOWN
    one.reject("never reached the exchange")
    one.report(ACCEPTED)
    assert (one.state, one.reason) == (OrderState.ACCEPTED, "")


def test_a_lost_answer_says_nothing_of_an_order_that_is_done():
    """Where the report of the last fill came before the answer was missed, nothing is asked."""
    one = order()
    for event in FILLS:
        one.report(event)
    one.lose_track("no answer, asking…")
    assert one.state is OrderState.FILLED
    assert one.note == ""


def test_an_order_that_is_known_cannot_become_unknown():
    """A lost answer to a cancel leaves the order as it is known, with a note."""
    one = order()
    one.report(ACCEPTED)
    one.lose_track("cancel: no answer, asking…")
    assert one.state is OrderState.ACCEPTED
    assert "asking" in one.note


def test_an_amendment_renames_and_reduces():
    """After an amendment the order goes by the new id, and older news doesn't enlarge it."""
    one = order()
    one.report(report(x="REPLACED", c="lab-2", C="lab-1", q="2"))
    one.report(ACCEPTED)
    assert (one.client_order_id, one.quantity) == ("lab-2", 2)


def test_a_rejection_says_why():
    """The exchange's reason is put into words."""
    one = order()
    one.report(report(x="REJECTED", X="REJECTED", r="INSUFFICIENT_BALANCES", i=-1))
    assert one.state is OrderState.REJECTED
    assert "insufficient balance" in one.reason


def test_an_expired_order_says_why():
    """An order that the exchange ended tells the reason that came with it."""
    one = order()
    one.report(report(x="EXPIRED", X="EXPIRED", eR="INSUFFICIENT_LIQUIDITY"))
    assert (one.state, one.reason) == (OrderState.EXPIRED, "Insufficient liquidity.")


def test_wait_returns_when_another_thread_moves_the_order():
    """wait() returns as soon as the exchange is heard, wait("filled") when it is filled."""
    one = order()
    threading.Thread(target=one.report, args=(ACCEPTED,)).start()
    assert one.wait(timeout=30).state is OrderState.ACCEPTED
    threading.Thread(target=one.report, args=(FILLS[2],)).start()
    assert one.wait("FILLED", timeout=30).state is OrderState.FILLED


def test_wait_ends_with_the_order():
    """An order that was canceled ends a wait for its fill."""
    one = order()
    one.report(report(x="CANCELED", X="CANCELED"))
    assert one.wait("filled", timeout=0).state is OrderState.CANCELED


def test_wait_says_where_the_order_is_when_time_is_over():
    """A wait that ends by its timeout says what the order is, and what to do."""
    with pytest.raises(NotYet, match="is sent after 0 s"):
        order().wait(timeout=0)
    with pytest.raises(ValueError, match='"fillled" is no state'):
        order().wait("fillled")


def test_wait_takes_seconds_by_name():
    """Seconds in the place of a status are told how they go."""
    with pytest.raises(BadInput, match=r"timeout=5\."):
        order().wait(5)


@pytest.mark.parametrize(("side", "bps"), [("BUY", 100), ("SELL", -100)])
def test_slippage_is_against_the_middle_at_sending(side, bps):
    """Slippage is positive where the fill was worse than the middle of the book."""
    one = Order(
        make_ticket("BTCUSDT", side, "MARKET", quantity="1"), "lab-1", mid_price=Decimal(100)
    )
    one.answer({"orderId": 1, "status": "FILLED", "executedQty": "1", "cummulativeQuoteQty": "101"})
    assert one.slippage_bps == bps


def test_a_callback_that_fails_keeps_nothing_else_from_going_on(caplog):
    """A failing callback is logged; the others, and the order, go on."""
    one, seen = order(), []
    one.on_change(lambda _: 1 / 0)
    take_back = one.on_change(lambda changed: seen.append(changed.state))
    one.report(ACCEPTED)
    take_back()
    one.report(FILLS[2])
    assert seen == [OrderState.ACCEPTED]
    assert "ZeroDivisionError" in caplog.text


def test_its_repr_says_what_and_how_far():
    """A cell that ends with an order shows one line."""
    one = order()
    one.report(trade(1, "1"))
    assert repr(one) == ("<Order lab-1: BUY 3 BTCUSDT LIMIT at 100 GTC: partially filled 1 at 100>")


def test_its_repr_says_what_an_amendment_left():
    """The quantity is the one that the exchange told last, without the zeros it writes."""
    one = order()
    one.report(report(x="REPLACED", c="lab-2", C="lab-1", q="2.50000000", p="100.00000000"))
    assert repr(one) == "<Order lab-2: BUY 2.5 BTCUSDT LIMIT at 100 GTC: accepted>"
