"""Tickets: exact numbers, the fields that each type has, what is sent."""

from __future__ import annotations

import inspect
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab import Lab
from binance_lab.trading import OrderFields, Trading
from binance_lab.trading.ticket import WIRE_NAMES, BadTicket, exact, fields_of, make_ticket
from binance_lab.wire.enums import OrderType


@pytest.mark.parametrize(
    ("value", "decimal"),
    [("0.10", "0.10"), (0.1, "0.1"), (1e-8, "1E-8"), (5, "5"), (Decimal("1.50"), "1.50"),
     (np.float64(0.3), "0.3"), (np.int64(7), "7"), (" 2 ", "2")],
)  # fmt: skip
def test_numbers_are_taken_as_they_are_written(value, decimal):
    """Text and Decimal keep every digit; a float is its shortest decimal."""
    assert str(exact(value)) == decimal


@pytest.mark.parametrize("value", ["1,5", "", "abc", "nan", float("inf"), True, "1 000"])
def test_what_is_no_number_is_refused(value):
    """What can't be read as one exact number is refused, and the field is named."""
    with pytest.raises(BadTicket) as caught:
        exact(value, field="stop_price")
    assert caught.value.field == "stop_price"
    assert "stop price" in str(caught.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_never_rounded(value):
    """Back from the decimal comes the very same float."""
    assert float(exact(value)) == value


def test_a_ticket_is_sent_as_plain_decimals():
    """Parameters are text without exponents, under the API's names."""
    ticket = make_ticket("btcusdt", "buy", "limit", quantity=1e-5, price="60000.10")
    assert ticket.params() == {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": "0.00001", "price": "60000.10",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("order_type", "missing"),
    [("LIMIT", ["quantity", "price"]), ("MARKET", ["quantity|quote_order_qty"]),
     ("LIMIT_MAKER", ["quantity", "price"]), ("STOP_LOSS", ["quantity", "stop_price|trailing_delta"]),
     ("TAKE_PROFIT_LIMIT", ["quantity", "price", "stop_price|trailing_delta"])],
)  # fmt: skip
def test_each_type_names_what_it_needs(order_type, missing):
    """A ticket says which fields its type still needs."""
    assert make_ticket("BTCUSDT", "BUY", order_type).missing() == missing


def test_a_pegged_order_needs_no_price():
    """The peg is its price."""
    ticket = make_ticket("BTCUSDT", "BUY", "LIMIT", quantity=1, peg_price_type="PRIMARY_PEG")
    assert ticket.missing() == []


def test_each_type_names_what_it_has_no_use_for():
    """Fields that the exchange would refuse with this type are named."""
    ticket = make_ticket("BTCUSDT", "SELL", "MARKET", quantity=1, price=2, stop_price=3)
    assert ticket.needless() == ["price", "stop_price"]


@pytest.mark.parametrize("order_type", OrderType)
def test_what_a_type_needs_it_may_have(order_type):
    """No type needs a field that it has no use for."""
    needed = {
        name for part in make_ticket("A", "BUY", order_type).missing() for name in part.split("|")
    }
    assert needed <= fields_of(order_type)


def test_words_are_checked():
    """A misspelled word is refused with the words there are, an unknown field is a TypeError."""
    with pytest.raises(BadTicket, match="one of BUY, SELL"):
        make_ticket("BTCUSDT", "BYU", "LIMIT")
    with pytest.raises(TypeError, match="no field 'prize'"):
        make_ticket("BTCUSDT", "BUY", "LIMIT", prize=1)
    with pytest.raises(BadTicket, match="needs a symbol"):
        make_ticket(" ", "BUY", "LIMIT")


def test_a_ticket_reads_as_a_sentence():
    """Its text is what a form asks to confirm."""
    ticket = make_ticket(
        "BTCUSDT", "SELL", "STOP_LOSS_LIMIT", quantity="0.1", price=9, stop_price=10
    )
    assert str(ticket) == "SELL 0.1 BTCUSDT STOP_LOSS_LIMIT at 9 stop 10 GTC"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("qty", "quantity"), ("timeInForce", "time_in_force"), ("stopprice", "stop_price")],
)
def test_a_misspelled_field_is_answered_with_the_one_that_is_meant(written, meant):
    """Binance's own spelling counts as misspelled, too."""
    with pytest.raises(TypeError, match=rf"no field '{written}'. Did you mean {meant}\?"):
        make_ticket("BTCUSDT", "BUY", "LIMIT", **{written: 1})


@pytest.mark.parametrize(
    "function", [Lab.place, Lab.check_order, Lab.nearest_order, Trading.place, Trading.check_order]
)
def test_help_and_completion_list_every_field_of_an_order(function):
    """Where fields go through by keyword, a signature names them all the same."""
    assert set(OrderFields.__annotations__) == set(WIRE_NAMES)
    shown = inspect.signature(function).parameters
    assert set(WIRE_NAMES) <= set(shown)
    assert shown["quantity"].annotation == "Number | None"
    assert "fields" not in shown


@pytest.mark.parametrize("symbol", ["BTC/USDT", "btc-usdt", "BTC USDT"])
def test_a_symbol_of_another_spelling_is_told_which_one_is_meant(symbol):
    """Others write a pair with a sign between; the exchange would answer with its regular expression."""
    with pytest.raises(BadTicket, match="Did you mean BTCUSDT"):
        make_ticket(symbol, "BUY", "MARKET", quantity=1)
