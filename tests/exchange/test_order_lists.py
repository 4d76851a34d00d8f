"""Order lists: OCO, OTO, OTOCO, OPO, OPOCO."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from binance_lab.exchange.ledger import Commission
from binance_lab.exchange.orders import ListKind, NewOrder, Order, PlacedList
from binance_lab.wire.enums import PegPriceType, TimeInForce

from .trading_floor import (
    ALICE,
    BOB,
    MAKER,
    Floor,
    book_of,
    leg,
    refusal,
    statuses,
    with_rules,
)

ABOVE = leg("SELL", "3@110", "LIMIT_MAKER")
BELOW = leg("SELL", "3@85", "STOP_LOSS_LIMIT", 90)


def oco(floor: Floor | None = None) -> tuple[Floor, PlacedList, Order, Order]:
    """A floor where 100 was traded, with Alice's sell OCO: 110 above, a stop at 90 below."""
    floor = floor or Floor()
    floor.trade_at(100)
    placed = floor.place_list(ListKind.OCO, ABOVE, BELOW)
    stop, limit = live(floor, placed)
    return floor, placed, limit, stop


def live(floor: Floor, placed: PlacedList) -> list[Order]:
    """The list's orders as they are now."""
    return floor.engine.orders_of_list(placed.order_list)


def test_oco_rests_its_limit_and_keeps_its_stop():
    """Of an OCO the limit order rests and the stop waits; both are NEW."""
    floor, _, limit, stop = oco()
    assert (floor.book, statuses([limit, stop])) == ("| 110x3", ["NEW", "NEW"])
    assert (limit.is_working, stop.is_working) == (True, False)


def test_oco_locks_the_quantity_once():
    """As only one of a pair can trade, its quantity is locked once."""
    floor, *_ = oco()
    assert floor.owned() == {"ABC": (-3, 3)}


def test_oco_locks_the_dearer_of_two_bids():
    """A BUY pair locks what its more expensive order needs."""
    floor = Floor()
    floor.trade_at(100)
    floor.place_list(
        ListKind.OCO,
        leg("BUY", "3@120", "STOP_LOSS_LIMIT", 110),
        leg("BUY", "3@90", "LIMIT_MAKER"),
    )
    assert floor.owned() == {"XYZ": (-360, 360)}


def test_fill_of_the_limit_expires_the_stop():
    """The first fill of an OCO's limit order ends its stop, even a partial one."""
    floor, _, limit, stop = oco()
    floor.buy("1@110", by=BOB)
    assert statuses([limit, stop]) == ["PARTIALLY_FILLED", "EXPIRED"]
    assert stop.expiry_reason == "OCO_TRIGGER"


def test_trigger_of_the_stop_expires_the_limit():
    """When an OCO's stop wakes, its limit order leaves the book before the stop trades."""
    floor, placed, limit, stop = oco()
    floor.trade_at(90)
    assert statuses([limit, stop]) == ["EXPIRED", "NEW"]
    assert floor.book == "| 85x3"
    assert placed.order_list.is_open


def test_list_is_done_with_its_last_order():
    """A list tells EXEC_STARTED when placed and ALL_DONE when no order of it is open."""
    floor, *_ = oco()
    assert floor.lists == ["EXEC_STARTED EXECUTING"]
    floor.buy("3@110", by=BOB)
    assert floor.lists[-1] == "ALL_DONE ALL_DONE"
    assert floor.owned() == {"ABC": (-3, 0), "XYZ": (330, 0)}


def test_cancel_of_one_order_cancels_the_list():
    """Canceling an order of a list cancels all of it, under the cancel's name."""
    floor, placed, limit, stop = oco()
    canceled = floor.engine.cancel(
        ALICE, "ABCXYZ", order_id=stop.id, new_client_order_id="enough", now_us=floor.now_us
    )
    assert (canceled.order_list, canceled.orders) == (placed.order_list, [stop, limit])
    assert statuses([limit, stop]) == ["CANCELED", "CANCELED"]
    assert {limit.cancel_client_order_id, stop.cancel_client_order_id} == {"enough"}
    assert (floor.owned(), floor.lists[-1]) == ({}, "ALL_DONE ALL_DONE")
    assert floor.engine.open_order_lists(ALICE) == []


def test_cancel_list_names_it_by_either_id():
    """A list is canceled by its id or by its client id."""
    floor = Floor()
    floor.trade_at(100)
    for by_name in (True, False):
        placed = floor.place_list(ListKind.OCO, ABOVE, BELOW, name="mine")
        ids = {"client_order_id": "mine"} if by_name else {"list_id": placed.order_list.id}
        canceled = floor.engine.cancel_list(ALICE, "ABCXYZ", now_us=floor.now_us, **ids)
        assert statuses(canceled.orders) == ["CANCELED", "CANCELED"]


@pytest.mark.parametrize(
    ("above", "below", "code"),
    [
        (leg("SELL", "3@110"), BELOW, -1158),
        (ABOVE, leg("SELL", "3@90", "LIMIT_MAKER"), -1168),
        (leg("BUY", "3@110", "LIMIT_MAKER"), leg("BUY", "3@90", "STOP_LOSS_LIMIT", 90), -1165),
        (leg("SELL", "3@110", "STOP_LOSS_LIMIT", 110), ABOVE, -1166),
        (leg("BUY", "3", "STOP_LOSS", 110), leg("BUY", "3", "STOP_LOSS", 90), -1196),
        (leg("SELL", "3", "STOP_LOSS", 110), leg("SELL", "3", "STOP_LOSS", 90), -1197),
        (leg("BUY", "3", "TAKE_PROFIT", 110), leg("BUY", "3", "TAKE_PROFIT", 90), -1198),
        (leg("SELL", "3", "TAKE_PROFIT", 110), leg("SELL", "3", "TAKE_PROFIT", 90), -1199),
        (leg("SELL", "3@95", "LIMIT_MAKER"), BELOW, -2010),
        (ABOVE, leg("SELL", "3@85", "STOP_LOSS_LIMIT", 105), -2010),
    ],
)
def test_pair_that_does_not_enclose_the_price_is_refused(above, below, code):
    """An OCO has a profit order on one side of the price and a stop loss on the other."""
    floor = Floor()
    floor.trade_at(100)
    assert refusal(floor.place_list, ListKind.OCO, above, below)[0] == code
    assert (floor.owned(), floor.lists) == ({}, [])


def test_list_without_funds_leaves_nothing():
    """A list that can't be paid is refused whole."""
    floor = Floor()
    floor.trade_at(100)
    code, _ = refusal(
        floor.place_list, ListKind.OTO, leg("BUY", "3@90"), leg("SELL", "9000000@110")
    )
    assert (code, floor.owned(), floor.book) == (-2010, {}, "|")


def test_two_open_lists_of_an_account_differ_in_name():
    """A list's client id may be used again only after the list is done."""
    floor = Floor()
    floor.trade_at(100)
    floor.place_list(ListKind.OCO, ABOVE, BELOW, name="mine")
    again = refusal(floor.place_list, ListKind.OCO, ABOVE, BELOW, name="mine")
    assert again == (-2010, "Duplicate order sent.")


# OTO and OTOCO


def oto(*pending: NewOrder) -> tuple[Floor, PlacedList]:
    """A bid of 3 at 100 that triggers what is pending."""
    floor = Floor()
    floor.trade_at(105)
    kind = ListKind.OTOCO if len(pending) == 2 else ListKind.OTO
    return floor, floor.place_list(kind, leg("BUY", "3@100"), *pending)


def test_pending_order_waits_for_the_whole_fill():
    """The pending order of an OTO comes to the book when the working order is filled whole."""
    floor, placed = oto(leg("SELL", "3@110"))
    floor.sell("2@100", by=BOB)
    assert statuses(live(floor, placed)) == ["PARTIALLY_FILLED", "PENDING_NEW"]
    floor.sell("1@100", by=BOB)
    assert statuses(live(floor, placed)) == ["FILLED", "NEW"]
    assert floor.book == "| 110x3"


def test_answer_shows_the_pending_order_as_pending():
    """Even if the working order fills at once, the answer shows the pending one as PENDING_NEW."""
    floor = book_of(asks="100x3")
    placed = floor.place_list(ListKind.OTO, leg("BUY", "3@100"), leg("SELL", "3@110"))
    assert statuses([each.order for each in placed.placed]) == ["FILLED", "PENDING_NEW"]
    assert statuses(live(floor, placed)) == ["FILLED", "NEW"]


def test_pending_market_order_trades_when_its_turn_comes():
    """A pending MARKET order takes what the book has at that moment."""
    floor, placed = oto(leg("SELL", "3", "MARKET"))
    floor.buy("9@95", by=BOB)
    floor.sell("3@100", by=MAKER)
    assert statuses(live(floor, placed)) == ["FILLED", "FILLED"]
    assert floor.owned() == {"XYZ": (-15, 0)}


def test_working_order_that_ends_takes_the_pending_ones_along():
    """If the working order expires, the pending orders expire for that reason."""
    floor = Floor()
    working = replace(leg("BUY", "3@100"), time_in_force=TimeInForce.IOC)
    placed = floor.place_list(ListKind.OTO, working, leg("SELL", "3@110"))
    orders = live(floor, placed)
    assert statuses(orders) == ["EXPIRED", "EXPIRED"]
    assert orders[1].expiry_reason == "OTO_PHASE_ONE_EXPIRED"
    assert floor.owned() == {}


def test_otoco_places_a_pair():
    """The pending pair of an OTOCO becomes an OCO when the working order is filled."""
    floor, placed = oto(ABOVE, BELOW)
    assert statuses(live(floor, placed)) == ["NEW", "PENDING_NEW", "PENDING_NEW"]
    floor.sell("3@100", by=BOB)
    _, stop, limit = live(floor, placed)
    assert statuses([stop, limit]) == ["NEW", "NEW"]
    floor.buy("3@110", by=BOB)
    assert statuses([stop, limit]) == ["EXPIRED", "FILLED"]
    assert floor.lists[-1] == "ALL_DONE ALL_DONE"


def test_pending_pair_that_no_longer_fits_the_price_expires():
    """A pending pair whose prices don't enclose the last price any more expires as rejected."""
    floor, placed = oto(
        leg("SELL", "3@104", "LIMIT_MAKER"), leg("SELL", "3@101", "STOP_LOSS_LIMIT", 102)
    )
    floor.sell("3@100", by=BOB)
    _, stop, limit = live(floor, placed)
    assert statuses([stop, limit]) == ["EXPIRED", "EXPIRED"]
    assert {stop.expiry_reason, limit.expiry_reason} == {"REJECTED"}
    assert floor.owned() == {"ABC": (3, 0), "XYZ": (-300, 0)}


def test_pegged_pending_order_finds_its_price_when_its_turn_comes():
    """A pegged pending order takes the best price at the time the working order is filled."""
    floor = book_of(asks="120x1")
    pegged = leg("SELL", "3@", "LIMIT", peg_price_type=PegPriceType.PRIMARY_PEG)
    placed = floor.place_list(ListKind.OTO, leg("BUY", "3@100"), pegged)
    floor.sell("1@115", by=MAKER)
    floor.sell("3@100", by=BOB)
    assert (live(floor, placed)[1].pegged_ticks, floor.book) == (115, "| 115x4 120x1")


def test_working_order_must_be_a_limit_order():
    """The working order of a list is LIMIT or LIMIT_MAKER."""
    working = leg("BUY", "3", "MARKET")
    assert refusal(Floor().place_list, ListKind.OTO, working, leg("SELL", "3@110"))[0] == -1013


@pytest.mark.parametrize(
    ("missing", "kind", "text"),
    [
        ("oco_allowed", ListKind.OCO, "OCO orders are not supported for this symbol"),
        ("opo_allowed", ListKind.OPO, "OPO orders are not supported for this symbol."),
    ],
)
def test_symbol_says_which_lists_it_takes(missing, kind, text):
    """A list that the symbol doesn't allow is refused."""
    floor = Floor(with_rules(**{missing: False}))
    orders = (ABOVE, BELOW) if kind is ListKind.OCO else (leg("BUY", "3@9"), leg("SELL", "@110"))
    assert refusal(floor.place_list, kind, *orders) == (-1013, text)


# OPO and OPOCO


def opo(*pending: NewOrder, rate: int = 0) -> tuple[Floor, PlacedList]:
    """A bid of 10 at 100 that pays the pending asks; Alice pays ``rate`` (in 1e-8) in the base asset."""
    floor = Floor()
    floor.trade_at(105)
    commission = Commission(discount_enabled=False)
    commission.standard.maker = rate
    floor.engine.account(ALICE).commission = commission
    kind = ListKind.OPOCO if len(pending) == 2 else ListKind.OPO
    return floor, floor.place_list(kind, leg("BUY", "10@100"), *pending)


def test_opo_needs_funds_for_its_working_order_only():
    """What the working order of an OPO buys is locked for the pending order."""
    floor, _ = opo(leg("SELL", "@110"))
    assert floor.owned() == {"XYZ": (-1000, 1000)}
    floor.sell("4@100", by=BOB)
    assert floor.owned() == {"ABC": (0, 4), "XYZ": (-1000, 600)}


def test_opo_sells_what_it_bought():
    """The pending order of an OPO gets the quantity that the working order received."""
    floor, placed = opo(leg("SELL", "@110"))
    floor.sell("10@100", by=BOB)
    pending = live(floor, placed)[1]
    assert (pending.status, pending.lots, floor.book) == ("NEW", 10, "| 110x10")


def test_opo_takes_its_commission_from_the_free_balance():
    """Commission in the base asset comes from what else the account has of it, if it has enough."""
    floor, placed = opo(leg("SELL", "@110"), rate=10_000_000)
    floor.sell("10@100", by=BOB)
    assert live(floor, placed)[1].lots == 10
    assert floor.owned()["ABC"] == (-1, 10)


def test_opo_without_a_free_balance_sells_less():
    """Without a free base balance, the pending order gets what the commission left, in whole lots."""
    floor = Floor()
    floor.trade_at(105)
    commission = Commission(discount_enabled=False)
    commission.standard.maker = 15_000_000
    poor = floor.engine.open_account({"XYZ": Decimal(1000)}, commission=commission).id
    placed = floor.place_list(ListKind.OPO, leg("BUY", "10@100"), leg("SELL", "@110"), by=poor)
    floor.sell("10@100", by=BOB)
    assert live(floor, placed)[1].lots == 8
    balance = floor.engine.account(poor).balance("ABC")
    assert (balance.free, balance.locked) == (50_000_000, 800_000_000)


def test_canceled_opo_frees_what_it_bought():
    """If the list is canceled before the pending order is placed, what was bought is free."""
    floor, placed = opo(leg("SELL", "@110"))
    floor.sell("4@100", by=BOB)
    floor.cancel(live(floor, placed)[0])
    assert floor.owned() == {"ABC": (4, 0), "XYZ": (-400, 0)}


def test_opoco_places_a_pair_of_what_it_bought():
    """The pending pair of an OPOCO shares the quantity that was bought."""
    above, below = leg("SELL", "@110", "LIMIT_MAKER"), leg("SELL", "@85", "STOP_LOSS_LIMIT", 90)
    floor, placed = opo(above, below)
    floor.sell("10@100", by=BOB)
    assert [order.lots for order in live(floor, placed)] == [10, 10, 10]
    floor.buy("10@110", by=BOB)
    assert floor.owned() == {"XYZ": (100, 0)}


@pytest.mark.parametrize(
    ("working", "pending", "code"),
    [
        (leg("SELL", "3@110"), leg("SELL", "@120"), -1222),
        (leg("BUY", "3@100"), leg("BUY", "@90"), -1223),
        (leg("BUY", "3@100"), leg("SELL", "3@110"), -1225),
    ],
)
def test_opo_buys_first_and_sells_then(working, pending, code):
    """An OPO has a bid that works and asks without a quantity that are pending."""
    assert refusal(Floor().place_list, ListKind.OPO, working, pending)[0] == code
