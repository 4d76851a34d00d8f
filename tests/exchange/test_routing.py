"""Smart order routing over several books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from binance_lab.exchange.orders import NewOrder
from binance_lab.wire.enums import OrderType, Side, TimeInForce
from binance_lab.wire.enums import SelfTradePrevention as Stp

from .trading_floor import ALICE, MAKER, RULES, Floor, fills, refusal, with_rules

OTHERS = {
    "ABCUSD": with_rules(symbol="ABCUSD", quote="USD"),
    "ABCEUR": with_rules(symbol="ABCEUR", quote="EUR"),
}
ASK = NewOrder(symbol="ABCXYZ", side=Side.SELL, type=OrderType.LIMIT, time_in_force=TimeInForce.GTC)
SORS = (("ABCXYZ", "ABCUSD", "ABCEUR"),)


def routed(**levels: str) -> Floor:
    """A floor with three books of one base asset: ``routed(ABCUSD="ask 100x1")``."""
    floor = Floor(RULES, *OTHERS.values(), sors=SORS)
    for symbol, text in levels.items():
        side, *rest = text.split()
        for level in rest:
            price, _, quantity = level.partition("x")
            new = NewOrder(
                symbol=symbol,
                side=Side.SELL if side == "ask" else Side.BUY,
                type=OrderType.LIMIT,
                time_in_force=TimeInForce.GTC,
                quantity=Decimal(quantity),
                price=Decimal(price),
            )
            floor.engine.place(MAKER, new, now_us=floor.now_us)
    return floor


ASKS = {
    "ABCXYZ": "ask 30500x3 30800x3",
    "ABCUSD": "ask 28000x1 30000x1",
    "ABCEUR": "ask 29000x1 35000x1",
}


def test_routed_order_takes_the_best_prices_of_all_books():
    """A routed order takes the best prices wherever they are, its own book's as trades."""
    placed = routed(**ASKS).buy("5@31000", sor=True)
    assert fills(placed) == ["28000x1", "29000x1", "30000x1", "30500x2"]
    assert [fill.allocation_id for fill in placed.fills] == [0, 1, 2, -1]
    assert placed.order.quote_atoms == 148000 * 10**8


def test_routed_order_pays_in_its_own_quote_asset():
    """What other books give is paid in the quote asset of the order's symbol."""
    floor = routed(**ASKS)
    floor.buy("2@31000", sor=True)
    assert floor.owned() == {"ABC": (2, 0), "XYZ": (-57000, 0)}
    assert floor.owned(MAKER)["USD"] == (28000, 0)


def test_routed_sale_gets_its_own_quote_asset():
    """A routed ask takes the highest bids of all books."""
    floor = routed(ABCXYZ="bid 29500x5", ABCUSD="bid 35000x5 30000x5", ABCEUR="bid 28000x5")
    assert fills(floor.sell("10@29000", sor=True)) == ["35000x5", "30000x5"]
    assert floor.owned() == {"ABC": (-10, 0), "XYZ": (325000, 0)}


def test_routed_rest_rests_in_its_own_book():
    """What a routed limit order can't take rests in the book of its symbol."""
    floor = routed(ABCUSD="ask 100x1")
    order = floor.buy("3@100", sor=True).order
    assert (order.status, order.floor, floor.book) == ("PARTIALLY_FILLED", "SOR", "100x2 |")


def test_routed_market_order_expires_when_all_books_are_empty():
    """A routed market order takes all books, then expires."""
    placed = routed(**ASKS).buy("11", sor=True)
    assert (placed.order.executed_lots, placed.order.status) == (10, "EXPIRED")


def test_fok_counts_all_books():
    """A routed FOK order fills if all books together have its quantity."""
    floor = routed(**ASKS)
    order = floor.buy("5@31000", sor=True, time_in_force=TimeInForce.FOK).order
    assert order.status == "FILLED"
    order = floor.buy("9@31000", sor=True, time_in_force=TimeInForce.FOK).order
    assert order.status == "EXPIRED"


@pytest.mark.parametrize(
    ("mode", "taken", "status", "maker"),
    [
        (Stp.NONE, ["100x2", "101x1"], "FILLED", "FILLED"),
        (Stp.EXPIRE_MAKER, ["101x3"], "FILLED", "EXPIRED_IN_MATCH"),
        (Stp.EXPIRE_TAKER, [], "EXPIRED_IN_MATCH", "NEW"),
        (Stp.EXPIRE_BOTH, [], "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
        (Stp.DECREMENT, ["101x1"], "FILLED", "EXPIRED_IN_MATCH"),
        (Stp.TRANSFER, ["101x1"], "FILLED", "EXPIRED_IN_MATCH"),
    ],
)
def test_routing_prevents_self_trades_in_other_books(mode, taken, status, maker):
    """An account's orders in another book are its own there, too; the match names their symbol."""
    floor = routed(ABCUSD="ask 100x2")
    (resting,) = floor.engine.open_orders(MAKER, "ABCUSD")
    sell = replace(ASK, symbol="ABCEUR", quantity=Decimal(5), price=Decimal(101))
    floor.engine.place(ALICE, sell, now_us=floor.now_us)
    placed = floor.buy("3@101", by=MAKER, sor=True, stp_mode=mode)
    order = placed.order
    assert (fills(placed), order.status, resting.status) == (taken, status, maker)
    assert [each.maker_symbol for each in placed.prevented] == ["ABCUSD"] * (mode is not Stp.NONE)


def test_a_routed_match_that_was_prevented_is_listed_on_both_symbols():
    """The taker's symbol and the maker's list it, under one id that neither has twice."""
    floor = routed(ABCUSD="ask 100x2")
    (resting,) = floor.engine.open_orders(MAKER, "ABCUSD")
    mine = {"by": MAKER, "sor": True, "stp_mode": Stp.EXPIRE_TAKER}
    first, second = (floor.buy("1@100", **mine).order for _ in range(2))
    at = floor.engine.prevented_matches
    rows = at(MAKER, "ABCXYZ", order_id=second.id)
    assert [row.id for row in rows] == [second.prevented_match_id] == [first.prevented_match_id + 1]
    assert at(MAKER, "ABCUSD", order_id=resting.id) == at(MAKER, "ABCXYZ")
    assert at(MAKER, "ABCUSD", prevented_match_id=second.prevented_match_id) == rows
    assert [row.symbol for row in rows] == ["ABCXYZ"]


def test_routed_fok_does_not_count_its_own_account():
    """What self-trade prevention would take away can't fill a routed FOK order."""
    floor = routed(ABCUSD="ask 100x2")
    order = floor.buy("2@100", by=MAKER, sor=True, time_in_force=TimeInForce.FOK).order
    assert (order.status, order.prevented_lots) == ("EXPIRED", 0)
    assert floor.engine.open_orders(MAKER, "ABCUSD")[0].status == "NEW"


def test_allocations_are_no_trades():
    """Allocations are listed by themselves, not among the account's trades."""
    floor = routed(**ASKS)
    floor.buy("4@31000", sor=True)
    assert len(floor.engine.allocations(ALICE, "ABCXYZ")) == 3
    assert len(floor.engine.trades(ALICE, "ABCXYZ")) == 1
    assert [trade.symbol for trade in floor.trades] == ["ABCUSD", "ABCEUR", "ABCUSD", "ABCXYZ"]


def test_supply_is_kept_by_routing():
    """Routing neither makes nor destroys assets: the exchange stands in between."""
    floor = routed(**ASKS)
    before = {asset: floor.engine.supply(asset) for asset in ("ABC", "XYZ", "USD", "EUR")}
    floor.buy("5@31000", sor=True)
    assert {asset: floor.engine.supply(asset) for asset in before} == before


def test_symbol_without_routing_refuses_it():
    """A symbol that is in no configuration takes no routed orders."""
    assert refusal(Floor().buy, "1@100", sor=True)[0] == -1013


def test_books_that_differ_in_tick_are_not_routed_together():
    """A configuration needs one base asset, one tick and one step."""
    coarse = with_rules(symbol="ABCUSD", quote="USD", tick=Decimal(5))
    with pytest.raises(ValueError, match="ABCXYZ, ABCUSD differ"):
        Floor(RULES, coarse, sors=(("ABCXYZ", "ABCUSD"),))
