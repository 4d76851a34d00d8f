"""What an order takes, and what becomes of the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from binance_lab.wire.enums import PegOffsetType, PegPriceType, TimeInForce

from .trading_floor import (
    ALICE,
    BOB,
    Floor,
    book_of,
    fills,
    refusal,
    traded,
    with_rules,
)


def test_limit_order_that_does_not_cross_rests():
    """A limit order that crosses nothing rests whole, is NEW and works."""
    floor = book_of(asks="101x2")
    order = floor.buy("3@100").order
    assert (floor.book, order.status, order.is_working) == ("100x3 | 101x2", "NEW", True)


def test_taker_pays_each_level_s_own_price():
    """A taker pays the price of each level it takes, best first, not its own."""
    assert fills(book_of(asks="102x5 101x2").buy("3@105")) == ["101x2", "102x1"]


def test_rest_of_a_crossing_limit_order_rests_at_its_price():
    """What a limit order can't take within its price rests."""
    floor = book_of(asks="101x2 103x2")
    order = floor.buy("5@102").order
    assert (floor.book, order.status) == ("102x3 | 103x2", "PARTIALLY_FILLED")


def test_oldest_order_of_a_price_trades_first():
    """At one price the older order trades first."""
    floor = book_of()
    older = floor.sell("1@100", by=ALICE).order
    younger = floor.sell("1@100", by=BOB).order
    floor.buy("1@100", by=1)
    assert (older.status, younger.status) == ("FILLED", "NEW")


def test_market_order_takes_best_prices_first():
    """A market order takes level after level."""
    assert fills(book_of(bids="100x1 99x4").sell("3")) == ["100x1", "99x2"]


def test_market_order_expires_where_the_book_ends():
    """A market order that the book can't fill trades what there is; the rest expires."""
    placed = book_of(asks="101x2").buy("3")
    assert (fills(placed), placed.order.status) == (["101x2"], "EXPIRED")
    assert placed.order.expiry_reason == "INSUFFICIENT_LIQUIDITY"


def test_market_order_in_an_empty_book_expires_without_a_trade():
    """A market order in an empty book is accepted and expires at once."""
    placed = book_of().sell("3")
    assert (placed.fills, placed.order.status) == ([], "EXPIRED")


@pytest.mark.parametrize(
    ("side", "quote", "expected"),
    [
        ("buy", "250", ["100x1", "101x1"]),
        ("sell", "250", ["99x2"]),
        ("buy", "301", ["100x1", "101x1"]),
    ],
)
def test_market_order_by_quote_amount_comes_as_close_as_the_steps_allow(side, quote, expected):
    """An order by quoteOrderQty fills the most whole steps that the amount pays for."""
    floor = book_of(bids="99x9", asks="100x1 101x9")
    assert fills(getattr(floor, side)("", quote_order_qty=quote)) == expected


def test_quote_amount_beyond_the_book_expires():
    """An order by quoteOrderQty that empties the book expires with what it got."""
    placed = book_of(asks="100x1").buy("", quote_order_qty="1000")
    assert (fills(placed), placed.order.status) == (["100x1"], "EXPIRED")


def test_quote_amount_in_an_empty_book_is_refused():
    """An order by quoteOrderQty needs a book to find its quantity."""
    text = "Order book liquidity is less than `LOT_SIZE` filter minimum quantity."
    assert refusal(book_of().buy, "", quote_order_qty="1000") == (-2010, text)


def test_ioc_order_never_rests():
    """What an IOC order can't take at once expires."""
    floor = book_of(asks="101x2")
    placed = floor.buy("3@101", time_in_force=TimeInForce.IOC)
    assert (fills(placed), placed.order.status, floor.book) == (["101x2"], "EXPIRED", "|")
    assert placed.order.expiry_reason == "UNFILLED_IOC_QUANTITY_EXPIRED"


@pytest.mark.parametrize(
    ("what", "expected"), [("3@102", ["101x2", "102x1"]), ("3@101", []), ("9@102", [])]
)
def test_fok_order_fills_whole_or_not_at_all(what, expected):
    """A FOK order trades its whole quantity within its price, or nothing."""
    placed = book_of(asks="101x2 102x2").buy(what, time_in_force=TimeInForce.FOK)
    assert fills(placed) == expected
    assert placed.order.status == ("FILLED" if expected else "EXPIRED")


def test_limit_maker_that_would_take_is_refused():
    """A LIMIT_MAKER order that would trade at once is refused; one beside the price rests."""
    floor = book_of(asks="101x2")
    text = "Order would immediately match and take."
    assert refusal(floor.buy, "1@101", type="LIMIT_MAKER") == (-2010, text)
    assert floor.buy("1@100", type="LIMIT_MAKER").order.status == "NEW"


def test_iceberg_shows_one_part_at_a_time():
    """An iceberg shows its part; once it is taken, the next one."""
    floor = book_of()
    floor.sell("10@100", iceberg_qty="4")
    shown = [floor.book]
    for _ in range(3):
        floor.buy("4@100", by=BOB)
        shown.append(floor.book)
    assert shown == ["| 100x4", "| 100x4", "| 100x2", "100x2 |"]


def test_iceberg_s_next_part_queues_behind_others():
    """Each part of an iceberg is last in its queue when it appears."""
    floor = book_of()
    iceberg = floor.sell("4@100", iceberg_qty="2").order
    other = floor.sell("2@100", by=1).order
    floor.buy("5@100", by=BOB)
    assert [trade.seller_order_id for trade in floor.trades] == [iceberg.id, other.id, iceberg.id]


def test_iceberg_trades_whole_as_a_taker():
    """An incoming iceberg takes with its whole quantity."""
    assert fills(book_of(asks="101x9").buy("8@101", iceberg_qty="2")) == ["101x8"]


def test_trade_tells_who_was_the_maker_and_groups_by_taker():
    """A public trade says whether the buyer was the maker; trades of one taker share its order id."""
    floor = book_of(bids="100x1 99x1")
    taker = floor.sell("2@99").order
    assert [trade.buyer_is_maker for trade in floor.trades] == [True, True]
    assert {trade.taker_order_id for trade in floor.trades} == {taker.id}
    assert traded(floor) == ["100x1", "99x1"]


def test_reports_follow_each_other_as_things_happen():
    """A taker is reported NEW, then each trade for maker and taker."""
    floor = book_of()
    floor.sell("1@100", by=BOB)
    floor.sell("1@101", by=BOB)
    floor.reports.clear()
    floor.buy("2@101")
    assert floor.reports == [
        "3 NEW NEW",
        "1 TRADE FILLED",
        "3 TRADE PARTIALLY_FILLED",
        "2 TRADE FILLED",
        "3 TRADE FILLED",
    ]


# Pegged orders


@pytest.mark.parametrize(
    ("peg", "level", "pegged"),
    [("PRIMARY_PEG", None, 100), ("PRIMARY_PEG", 1, 98), ("MARKET_PEG", None, 103)],
)
def test_pegged_order_takes_its_price_from_the_book(peg, level, pegged):
    """A primary peg joins its own side, a market peg meets the other, an offset counts levels."""
    floor = book_of(bids="100x1 98x1", asks="103x9 105x1")
    offset = {"peg_offset_type": PegOffsetType.PRICE_LEVEL, "peg_offset_value": level}
    order = floor.buy(
        "2@", type="LIMIT", peg_price_type=PegPriceType(peg), **(offset if level else {})
    ).order
    assert (order.pegged_ticks, order.price_ticks) == (pegged, 0)


def test_pegged_order_is_never_worse_than_its_own_price():
    """A pegged order that also names a price doesn't go beyond it."""
    floor = book_of(bids="100x1", asks="103x9")
    order = floor.buy("2@101", peg_price_type=PegPriceType.MARKET_PEG).order
    assert (order.pegged_ticks, order.status) == (101, "NEW")


def test_pegged_order_needs_a_level_to_join():
    """A peg to a level that the book doesn't have is refused."""
    text = "Order book liquidity is too low for this pegged order."
    action = book_of().buy
    assert refusal(action, "1@", type="LIMIT", peg_price_type=PegPriceType.PRIMARY_PEG) == (
        -2010,
        text,
    )


def test_rounding_never_makes_a_hold_too_small():
    """Where prices times quantities have a ninth decimal, the parts of an order still fit its hold."""
    fine = with_rules(tick=Decimal("0.00001"), step=Decimal("0.0001"))
    floor = Floor(fine)
    for _ in range(3):
        floor.sell("0.0003@0.03457", by=BOB)
    order = floor.buy("0.0009@0.03457").order
    assert (order.status, order.held_atoms) == ("FILLED", 0)
    assert floor.engine.account(ALICE).balance("XYZ").locked == 0
