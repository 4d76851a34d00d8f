"""Amend keep priority, and cancel-replace."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from binance_lab.exchange.orders import Amended, ListKind, NewCancelReplace, Order
from binance_lab.exchange.rejects import Reject
from binance_lab.wire.enums import CancelReplaceMode, CancelRestrictions, Side

from .trading_floor import ALICE, BOB, Floor, book_of, leg, refusal, with_rules


def amend(floor: Floor, order: Order, quantity: str, **options: Any) -> Amended:
    """Amend an order to a quantity."""
    return floor.engine.amend(
        ALICE, "ABCXYZ", Decimal(quantity), order_id=order.id, now_us=floor.now_us, **options
    )


def test_amended_order_keeps_its_place():
    """A reduced order still trades before those that came after it."""
    floor = book_of()
    order = floor.buy("5@100").order
    floor.buy("4@100", by=BOB)
    amend(floor, order, "2")
    floor.sell("2@100", by=1)
    assert (order.status, floor.book) == ("FILLED", "100x4 |")


def test_amendment_frees_what_is_not_needed():
    """The hold shrinks with the quantity."""
    floor = Floor()
    amend(floor, floor.buy("5@100").order, "2")
    assert floor.owned() == {"XYZ": (-200, 200)}


def test_amended_order_gets_a_new_name_unless_it_keeps_its_own():
    """An amendment renames the order, to a given name or a new one; its own may be kept."""
    floor = Floor()
    order = floor.buy("5@100", client_order_id="first").order
    amend(floor, order, "4", new_client_order_id="first")
    assert order.client_order_id == "first"
    amended = amend(floor, order, "3", new_client_order_id="second")
    assert (order.client_order_id, amended.amendment.orig_client_order_id) == ("second", "first")
    amend(floor, order, "2")
    assert order.client_order_id not in ("first", "second")


def test_amendments_are_listed():
    """Each amendment of an order is kept, with its quantities and its report's id."""
    floor = Floor()
    order = floor.buy("5@100").order
    for quantity in ("4", "2"):
        amend(floor, order, quantity)
    rows = floor.engine.amendments(ALICE, "ABCXYZ", order.id)
    assert [(row.orig_lots, row.new_lots) for row in rows] == [(5, 4), (4, 2)]
    assert floor.reports[-1] == f"{order.id} REPLACED NEW"
    later = floor.engine.amendments(
        ALICE, "ABCXYZ", order.id, from_execution_id=rows[1].execution_id
    )
    assert later == rows[1:]


def test_iceberg_shows_less_only_if_less_is_left():
    """An iceberg's shown part changes only if the new quantity is below it."""
    floor = Floor()
    order = floor.buy("10@100", iceberg_qty="4").order
    amend(floor, order, "6")
    assert floor.book == "100x4 |"
    amend(floor, order, "3")
    assert floor.book == "100x3 |"


def test_both_orders_of_a_pair_are_amended():
    """The two orders of an OCO always have the same quantity."""
    floor = Floor()
    floor.trade_at(100)
    placed = floor.place_list(
        ListKind.OCO,
        leg("SELL", "3@110", "LIMIT_MAKER"),
        leg("SELL", "3@85", "STOP_LOSS_LIMIT", 90),
    )
    stop, limit = floor.engine.orders_of_list(placed.order_list)
    amend(floor, stop, "2")
    assert (stop.lots, limit.lots, floor.owned()) == (2, 2, {"ABC": (-2, 2)})
    assert floor.lists[-1] == "UPDATED EXECUTING"


def test_amendment_to_what_is_filled_ends_the_order():
    """An order amended to no more than it has traded expires."""
    floor = Floor()
    order = floor.buy("5@100").order
    floor.sell("3@100", by=BOB)
    amend(floor, order, "3")
    assert (order.status, floor.book, floor.owned()["XYZ"]) == ("EXPIRED", "|", (-300, 0))


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("6", "Order amend (quantity increase) is not supported."),
        ("5", "The requested action would change no state; rejecting"),
    ],
)
def test_amendment_only_reduces(quantity, text):
    """An order can't be amended to its quantity or more."""
    floor = Floor()
    assert refusal(amend, floor, floor.buy("5@100").order, quantity) == (-2038, text)


def test_amendment_of_no_open_order_is_refused():
    """An order that is done can't be amended."""
    floor = Floor()
    order = floor.cancel(floor.buy("5@100").order)
    assert refusal(amend, floor, order, "2") == (-2038, "Unknown order sent.")


def test_symbol_may_not_allow_amendments():
    """A symbol without amendAllowed refuses."""
    floor = Floor(with_rules(amend_allowed=False))
    order = floor.buy("5@100").order
    assert refusal(amend, floor, order, "2") == (
        -2038,
        "Order amend is not supported for this symbol.",
    )


def test_order_is_not_amended_too_often():
    """MAX_NUM_ORDER_AMENDS limits how often one order is amended."""
    rule = {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 1}
    floor = Floor(with_rules(filters=(rule,)))
    order = floor.buy("5@100").order
    amend(floor, order, "4")
    assert refusal(amend, floor, order, "3") == (-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")


# Cancel-replace


def replace_order(
    floor: Floor, order_id: int, what: str, mode: str = "STOP_ON_FAILURE", **options: Any
) -> Any:
    """Cancel an order and bid for another."""
    used_up = options.pop("used_up", None)
    kind = options.pop("type", None)
    fields = {"type": kind} if kind else {}
    request = NewCancelReplace(
        order=floor.order(Side.BUY, what, fields),
        mode=CancelReplaceMode(mode),
        cancel_order_id=order_id,
        **options,
    )
    return floor.engine.cancel_replace(ALICE, request, used_up=used_up, now_us=floor.now_us)


def test_replacement_uses_what_the_cancel_freed():
    """The new order may use the funds of the canceled one."""
    floor = Floor()
    order = floor.buy("10000@100").order
    done = replace_order(floor, order.id, "5000@200")
    assert (order.status, done.placed.order.status) == ("CANCELED", "NEW")


def test_nothing_is_placed_if_the_cancel_fails():
    """With STOP_ON_FAILURE a failed cancel ends it."""
    done = replace_order(Floor(), 7, "1@100")
    assert (done.canceled.code, done.placed) == (-2011, None)


def test_allow_failure_places_all_the_same():
    """With ALLOW_FAILURE the new order is placed even if the cancel fails."""
    done = replace_order(Floor(), 7, "1@100", "ALLOW_FAILURE")
    assert (done.canceled.msg, done.placed.order.status) == ("Unknown order sent.", "NEW")


def test_refused_replacement_is_reported():
    """If the cancel succeeds and the new order is refused, a REJECTED report tells why."""
    floor = book_of(asks="101x2")
    order = floor.buy("1@100").order
    done = replace_order(floor, order.id, "1@101", type="LIMIT_MAKER")
    assert order.status == "CANCELED"
    assert isinstance(done.placed, Reject)
    assert floor.reports[-1] == "-1 REJECTED REJECTED"


def test_replacement_that_fails_a_filter_cancels_nothing():
    """Filters are checked before anything is canceled."""
    rule = {"filterType": "PRICE_FILTER", "minPrice": "0", "maxPrice": "500", "tickSize": "0"}
    floor = Floor(with_rules(filters=(rule,)))
    order = floor.buy("1@100").order
    code, text = refusal(replace_order, floor, order.id, "1@501")
    assert (code, text, order.status) == (-1013, "Filter failure: PRICE_FILTER", "NEW")


def test_exhausted_order_count_only_cancels():
    """When no new order may be placed, only the cancel is done, and the new order is refused for that."""
    floor = Floor()
    order = floor.buy("1@100").order
    used_up = Reject(-1015, "Too many new orders.")
    done = replace_order(floor, order.id, "1@100", used_up=used_up)
    assert (order.status, done.placed) == ("CANCELED", used_up)


@pytest.mark.parametrize(
    ("restriction", "filled", "canceled"),
    [
        ("ONLY_NEW", False, True),
        ("ONLY_NEW", True, False),
        ("ONLY_PARTIALLY_FILLED", False, False),
        ("ONLY_PARTIALLY_FILLED", True, True),
    ],
)
def test_cancel_can_be_restricted_to_a_status(restriction, filled, canceled):
    """cancelRestrictions cancels only an order of that status."""
    floor = Floor()
    order = floor.buy("2@100").order
    if filled:
        floor.sell("1@100", by=BOB)
    restrictions = CancelRestrictions(restriction)
    if canceled:
        assert floor.cancel(order, restrictions=restrictions).status == "CANCELED"
    else:
        assert refusal(floor.cancel, order, restrictions=restrictions) == (
            -2011,
            "Order was not canceled due to cancel restrictions.",
        )
