"""Stops, take profits and trailing stops."""

from __future__ import annotations

import pytest

from binance_lab.wire.enums import PegPriceType

from .trading_floor import BOB, Floor, book_of, refusal


@pytest.mark.parametrize(
    ("side", "kind", "stop", "before", "at"),
    [
        ("buy", "STOP_LOSS_LIMIT", 110, 109, 110),
        ("buy", "TAKE_PROFIT_LIMIT", 90, 91, 90),
        ("sell", "STOP_LOSS_LIMIT", 90, 91, 90),
        ("sell", "TAKE_PROFIT_LIMIT", 110, 109, 110),
        ("sell", "STOP_LOSS_LIMIT", 90, 91, 70),
    ],
)
def test_stop_wakes_when_a_trade_reaches_its_price(side, kind, stop, before, at):
    """A BUY stop loss and a SELL take profit wake above, the others below their stop price."""
    floor = Floor()
    floor.trade_at(100)
    order = getattr(floor, side)("1@100", type=kind, stop_price=stop).order
    assert (order.status, order.is_working) == ("NEW", False)
    floor.trade_at(before)
    assert not order.is_working
    floor.trade_at(at)
    assert order.is_working


@pytest.mark.parametrize(
    ("side", "kind", "stop"),
    [
        ("buy", "STOP_LOSS_LIMIT", 100),
        ("sell", "STOP_LOSS_LIMIT", 100),
        ("buy", "TAKE_PROFIT_LIMIT", 101),
        ("sell", "TAKE_PROFIT_LIMIT", 99),
    ],
)
def test_stop_that_would_wake_at_once_is_refused(side, kind, stop):
    """A stop whose price the last trade already reached is refused."""
    floor = Floor()
    floor.trade_at(100)
    text = "Order would trigger immediately."
    assert refusal(getattr(floor, side), "1@100", type=kind, stop_price=stop) == (-2010, text)


def test_stop_without_a_price_trades_at_the_market():
    """STOP_LOSS becomes a market order."""
    floor = book_of(bids="80x1 70x5")
    floor.trade_at(100)
    order = floor.sell("2", type="STOP_LOSS", stop_price="90").order
    floor.trade_at(90)
    assert (order.status, [fill.price_ticks for fill in floor.engine.trades(2, "ABCXYZ")]) == (
        "FILLED",
        [80, 70],
    )


def test_woken_stop_can_wake_others():
    """A stop's own trades wake the next stop, within the same command."""
    floor = book_of(bids="85x1 75x1 65x9")
    floor.trade_at(100)
    first = floor.sell("1", type="STOP_LOSS", stop_price="90").order
    second = floor.sell("2", type="STOP_LOSS", stop_price="86").order
    floor.trade_at(90)
    assert (first.status, second.status) == ("FILLED", "FILLED")
    assert floor.book == "65x8 |"


def test_woken_stop_is_reported_new_again():
    """A stop reports NEW when it is placed and NEW when it comes on the book."""
    floor = Floor()
    floor.trade_at(100)
    floor.reports.clear()
    order = floor.sell("1@80", type="STOP_LOSS_LIMIT", stop_price="90").order
    floor.trade_at(90)
    assert floor.reports.count(f"{order.id} NEW NEW") == 2


def test_stop_holds_its_funds_and_a_cancel_frees_them():
    """A waiting stop locks what it needs."""
    floor = Floor()
    floor.trade_at(100)
    order = floor.buy("2@120", type="STOP_LOSS_LIMIT", stop_price="110").order
    assert floor.owned() == {"XYZ": (-240, 240)}
    floor.cancel(order)
    assert floor.owned() == {}


def test_market_stop_that_can_not_be_paid_expires():
    """A BUY STOP_LOSS that costs more than the account has when it wakes expires as rejected."""
    floor = Floor()
    floor.trade_at(100)
    order = floor.buy("9000", type="STOP_LOSS", stop_price="110").order
    floor.sell("9000@120", by=BOB)
    floor.trade_at(110)
    assert (order.status, order.expiry_reason) == ("EXPIRED", "REJECTED")
    assert floor.owned() == {}


# Trailing stops. The scenarios are those of Binance's FAQ, in thousands.


@pytest.mark.parametrize(
    ("side", "kind", "stop", "delta", "price", "path", "wakes_at"),
    [
        ("buy", "STOP_LOSS_LIMIT", 44000, 500, 45000, [37000, 44000, 46000, 42000], 44100),
        ("sell", "STOP_LOSS_LIMIT", 39000, 1000, 38000, [41500, 39000, 37000, 41000], 36900),
        ("buy", "TAKE_PROFIT_LIMIT", 38000, 850, 38500, [42000, 38000, 37000, 39000, 38000], 40145),
        ("sell", "TAKE_PROFIT_LIMIT", 42000, 750, 41000, [41500, 39000, 42000, 45000, 44000, 46500], 43012),
        ("sell", "STOP_LOSS_LIMIT", None, 700, 39000, [42000, 39500, 45500], 42315),
    ],
    ids=["A", "B", "C", "D", "E"],
)  # fmt: skip
def test_trailing_stop_wakes_after_the_price_turned(side, kind, stop, delta, price, path, wakes_at):
    """A trailing stop follows the price once its stop price is met, and wakes at the delta's turn."""
    floor = Floor()
    floor.trade_at(40000)
    fields = {"stop_price": stop} if stop else {}
    order = getattr(floor, side)(f"1@{price}", type=kind, trailing_delta=delta, **fields).order
    nearly = wakes_at - 1 if side == "buy" else wakes_at + 1
    for each in [*path, nearly]:
        floor.trade_at(each)
        assert not order.is_working
    floor.trade_at(wakes_at)
    assert order.is_working


def test_trailing_time_is_when_it_became_active():
    """A trailing stop with a stop price has no trailing time until that price is met."""
    floor = Floor()
    floor.trade_at(100)
    order = floor.sell("1@80", type="STOP_LOSS_LIMIT", stop_price="90", trailing_delta=1000).order
    assert order.trailing_time_us == 0
    floor.trade_at(90)
    assert order.trailing_time_us == floor.now_us


def test_trailing_stop_may_start_at_once():
    """A trailing stop whose stop price is already met is accepted, and follows from the next trade."""
    floor = Floor()
    floor.trade_at(100)
    order = floor.sell("1@80", type="STOP_LOSS_LIMIT", stop_price="110", trailing_delta=1000).order
    floor.trade_at(100)
    assert (order.trailing_time_us, order.is_working) == (floor.now_us, False)


def test_pegged_stop_takes_its_price_when_it_wakes():
    """A pegged stop finds its price in the book at its trigger, not before."""
    floor = Floor()
    floor.trade_at(100)
    peg = PegPriceType.PRIMARY_PEG
    order = floor.sell("1@", type="STOP_LOSS_LIMIT", stop_price="90", peg_price_type=peg).order
    floor.sell("1@95", by=BOB)
    floor.buy("1@90", by=BOB)
    floor.sell("1@90", by=1)
    assert (order.pegged_ticks, order.status) == (95, "NEW")


def test_pegged_stop_without_a_book_expires_as_rejected():
    """A pegged stop that finds no level at its trigger expires."""
    floor = Floor()
    floor.trade_at(100)
    peg = PegPriceType.MARKET_PEG
    order = floor.sell("1@", type="STOP_LOSS_LIMIT", stop_price="90", peg_price_type=peg).order
    floor.trade_at(90)
    assert (order.status, order.expiry_reason) == ("EXPIRED", "REJECTED")


def test_stops_of_an_older_age_wake_first():
    """Stops that a trade wakes come to the book in the order of their placing."""
    floor = book_of(bids="50x1 40x1")
    floor.trade_at(100)
    older = floor.sell("1", type="STOP_LOSS", stop_price="90").order
    floor.sell("1", by=BOB, type="STOP_LOSS", stop_price="90")
    floor.trade_at(90)
    assert [fill.price_ticks for fill in floor.engine.trades(2, "ABCXYZ", order_id=older.id)] == [
        50
    ]
