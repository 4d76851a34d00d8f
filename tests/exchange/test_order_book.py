"""Price levels and their queues."""

from __future__ import annotations

from binance_lab.exchange.order_book import OrderBook

from .trading_floor import book_of


def test_best_level_is_first():
    """Levels are listed best first: the highest bid and the lowest ask."""
    assert (
        book_of(bids="98x1 100x3 99x2", asks="103x1 101x2").book == "100x3 99x2 98x1 | 101x2 103x1"
    )


def test_orders_at_one_price_add_up():
    """A level shows the sum of its orders."""
    assert book_of(bids="100x3 100x4").book == "100x7 |"


def test_level_without_orders_is_gone():
    """A level disappears with its last order."""
    floor = book_of(bids="100x3")
    order = floor.buy("2@99").order
    floor.cancel(order)
    assert floor.book == "100x3 |"


def test_cancel_in_the_middle_of_a_queue_keeps_the_order_of_the_others():
    """Orders of one price trade in the order of their arrival, whatever was canceled between them."""
    floor = book_of()
    first, second, third = (floor.buy("1@100") for _ in range(3))
    floor.cancel(second.order)
    floor.sell("2@100", by=3)
    assert [trade.buyer_order_id for trade in floor.trades] == [first.order.id, third.order.id]


def test_empty_side_has_no_best_price():
    """The best price of an empty side is 0 and its best level None."""
    book = OrderBook()
    assert book.bids.best() is None
    assert book.bids.best_ticks() == 0


def test_depth_can_be_limited():
    """A depth of n has the n best levels."""
    book = book_of(bids="100x1 99x1 98x1").engine.book("ABCXYZ")
    assert book.bids.depth(2) == [(100, 1), (99, 1)]


def test_listener_learns_each_level_s_new_total():
    """Whoever keeps a book from level events has the engine's book."""
    floor = book_of(bids="100x3 99x2", asks="101x1")
    floor.sell("4@99")
    floor.buy("2@101")
    told = {f"{side} {ticks}x{lots}" for (side, ticks), lots in floor.levels.items() if lots}
    assert told == {"BUY 99x1", "BUY 101x1"}
    assert floor.book == "101x1 99x1 |"
