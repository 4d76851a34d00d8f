"""Self-trade prevention: an account, or a group of them, doesn't trade with itself."""

from __future__ import annotations

import pytest

from binance_lab.exchange.ledger import NO_COMMISSION
from binance_lab.wire.enums import SelfTradePrevention as Stp

from .trading_floor import ALICE, BOB, RICH, Floor, book_of, fills, refusal, with_rules


@pytest.mark.parametrize(
    ("mode", "maker", "taker", "book"),
    [
        (Stp.NONE, "FILLED", "PARTIALLY_FILLED", "| 100x2"),
        (Stp.EXPIRE_TAKER, "NEW", "EXPIRED_IN_MATCH", "100x3 |"),
        (Stp.EXPIRE_MAKER, "EXPIRED_IN_MATCH", "NEW", "| 100x5"),
        (Stp.EXPIRE_BOTH, "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH", "|"),
        (Stp.DECREMENT, "EXPIRED_IN_MATCH", "NEW", "| 100x2"),
        (Stp.TRANSFER, "EXPIRED_IN_MATCH", "NEW", "| 100x2"),
    ],
)
def test_mode_of_the_taker_decides_who_expires(mode, maker, taker, book):
    """The taker's mode says which of the two orders of an account expires, and by how much."""
    floor = Floor()
    resting = floor.buy("3@100", stp_mode=Stp.NONE).order
    coming = floor.sell("5@100", stp_mode=mode).order
    assert (resting.status, coming.status, floor.book) == (maker, taker, book)


def test_smaller_order_expires_when_both_are_decremented():
    """DECREMENT takes the same quantity from both orders; the smaller one ends."""
    floor = Floor()
    resting = floor.buy("6@2").order
    coming = floor.sell("2@2", stp_mode=Stp.DECREMENT).order
    assert (coming.status, coming.prevented_lots) == ("EXPIRED_IN_MATCH", 2)
    assert (resting.status, resting.prevented_lots, floor.book) == ("NEW", 2, "2x4 |")
    assert resting.held_atoms == 8 * 10**8


def test_others_orders_still_trade():
    """Prevention skips the own order and goes on with those behind it."""
    floor = Floor()
    floor.buy("1@100")
    floor.buy("1@99", by=BOB)
    placed = floor.sell("1@99", stp_mode=Stp.EXPIRE_MAKER)
    assert (fills(placed), placed.order.status) == (["99x1"], "FILLED")


def test_market_order_without_others_expires_after_its_maker():
    """A market order that expires its only maker expires too, for want of a book."""
    floor = Floor()
    resting = floor.buy("1@1").order
    coming = floor.sell("1", stp_mode=Stp.EXPIRE_MAKER).order
    assert (resting.status, coming.status) == ("EXPIRED_IN_MATCH", "EXPIRED")


def test_prevented_match_is_recorded():
    """A prevented match says which orders met, at what price, and what each lost."""
    floor = Floor()
    resting = floor.buy("3@100").order
    coming = floor.sell("5@100", stp_mode=Stp.EXPIRE_BOTH).order
    (match,) = floor.engine.prevented_matches(ALICE, "ABCXYZ", order_id=resting.id)
    assert (match.maker_order_id, match.taker_order_id) == (resting.id, coming.id)
    assert (match.price_ticks, match.taker_prevented_lots, match.maker_prevented_lots) == (
        100,
        5,
        3,
    )
    assert coming.prevented_match_id == match.id == 0


def test_prevention_is_reported_as_such():
    """Both orders that lose something get a TRADE_PREVENTION report."""
    floor = Floor()
    floor.buy("3@100")
    floor.reports.clear()
    floor.sell("5@100", stp_mode=Stp.EXPIRE_BOTH)
    assert floor.reports == [
        "2 NEW NEW",
        "1 TRADE_PREVENTION EXPIRED_IN_MATCH",
        "2 TRADE_PREVENTION EXPIRED_IN_MATCH",
    ]


def test_symbol_names_the_modes_it_allows():
    """A mode that the symbol doesn't allow is refused; the default is the symbol's."""
    floor = Floor(with_rules(allowed_stp=(Stp.NONE,), default_stp=Stp.NONE))
    text = "This symbol does not allow the specified self-trade prevention mode."
    assert refusal(floor.buy, "1@100", stp_mode=Stp.EXPIRE_MAKER) == (-1013, text)
    assert floor.buy("1@100").order.stp_mode is Stp.NONE


def grouped() -> tuple[Floor, int, int]:
    """A floor with two accounts of one trade group."""
    floor = Floor()
    assets = {"ABC": RICH, "XYZ": RICH}
    accounts = [
        floor.engine.open_account(assets, commission=NO_COMMISSION, trade_group_id=1).id
        for _ in range(2)
    ]
    return floor, *accounts


def test_accounts_of_a_group_count_as_one():
    """Orders of two accounts of one trade group don't trade with each other."""
    floor, first, second = grouped()
    floor.buy("3@100", by=first)
    assert floor.sell("3@100", by=second, stp_mode=Stp.EXPIRE_TAKER).order.status == (
        "EXPIRED_IN_MATCH"
    )


def test_transfer_moves_the_prevented_quantity_between_accounts_of_a_group():
    """With TRANSFER on both sides what would have traded changes hands, but no trade is made."""
    floor, maker, taker = grouped()
    floor.buy("6@2", by=maker, stp_mode=Stp.TRANSFER)
    order = floor.sell("2@2", by=taker, stp_mode=Stp.TRANSFER).order
    assert (order.status, floor.trades, floor.book) == ("EXPIRED_IN_MATCH", [], "2x4 |")
    assert floor.owned(maker) == {"ABC": (2, 0), "XYZ": (-12, 8)}
    assert floor.owned(taker) == {"ABC": (-2, 0), "XYZ": (4, 0)}


def test_transfer_against_another_mode_only_decrements():
    """TRANSFER of the taker alone is a DECREMENT."""
    floor, maker, taker = grouped()
    floor.buy("6@2", by=maker, stp_mode=Stp.NONE)
    floor.sell("2@2", by=taker, stp_mode=Stp.TRANSFER)
    assert floor.owned(taker) == {}
    (match,) = floor.engine.prevented_matches(taker, "ABCXYZ")
    assert match.stp_mode is Stp.DECREMENT


@pytest.mark.parametrize("mode", list(Stp))
def test_iceberg_loses_no_quantity_to_prevention(mode):
    """Whatever the mode, an iceberg's shown and hidden parts stay consistent with its level."""
    floor = book_of()
    floor.buy("10@100", iceberg_qty="3", stp_mode=mode)
    floor.sell("4@100", stp_mode=mode)
    floor.sell("50@90", by=BOB)
    assert floor.book == "| 90x" + floor.book.partition("x")[2]
    assert floor.engine.account(ALICE).balance("XYZ").locked == 0
