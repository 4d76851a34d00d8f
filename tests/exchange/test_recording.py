"""Orders in a replayed book: recorded levels are traded against, recorded trades fill what rests."""

from __future__ import annotations

from binance_lab.wire.enums import Side

from .trading_floor import ALICE, Floor, fills, traded


def replayed(bids: str = "", asks: str = "") -> Floor:
    """A floor whose book is a recording's."""
    floor = Floor()
    floor.engine.start_replay("ABCXYZ")
    for side, levels in ((Side.BUY, bids), (Side.SELL, asks)):
        for level in levels.split():
            price, _, lots = level.partition("x")
            show(floor, side, int(price), int(lots))
    return floor


def show(floor: Floor, side: Side, price: int, lots: int) -> None:
    """Let the recording show a level."""
    floor.engine.set_level("ABCXYZ", side, price, lots, floor.now_us)


def cross(floor: Floor, what: str, taker: Side = Side.SELL) -> int:
    """Let the recording trade ``"3@100"``."""
    lots, _, price = what.partition("@")
    return floor.engine.cross("ABCXYZ", int(price), int(lots), taker, floor.now_us)


def test_market_order_fills_at_recorded_prices():
    """A user's market order takes the recording's levels, best first."""
    floor = replayed(asks="101x2 102x5")
    assert fills(floor.buy("3")) == ["101x2", "102x1"]
    assert floor.owned() == {"ABC": (3, 0), "XYZ": (-304, 0)}


def test_public_book_stays_the_recording_s():
    """What users take doesn't change the public book or tape; it can't be taken twice either."""
    floor = replayed(asks="101x2 102x5")
    floor.buy("2")
    assert (floor.book, floor.trades, floor.levels) == ("| 101x2 102x5", [], {})
    assert fills(floor.buy("1")) == ["102x1"]


def test_users_trades_are_public_only_if_asked():
    """With publish, trades of users with the recording are told like any others."""
    floor = replayed(bids="99x5", asks="101x2")
    floor.engine.start_replay("ABCXYZ", publish=True)
    floor.buy("1")
    order = floor.buy("2@100").order
    cross(floor, "5@99")
    assert traded(floor) == ["101x1", "100x2"]
    assert (floor.trades[1].buyer_is_maker, floor.trades[1].buyer_order_id) == (True, order.id)


def test_level_set_again_can_be_taken_again():
    """Once the recording sets a level again, all it shows can be taken."""
    floor = replayed(asks="101x2")
    floor.buy("2")
    show(floor, Side.SELL, 101, 3)
    assert fills(floor.buy("3")) == ["101x3"]


def test_trade_through_a_resting_order_fills_it():
    """A recorded trade at a worse price fills a resting order, at the order's own price."""
    floor = replayed(bids="99x5", asks="102x5")
    order = floor.buy("3@100").order
    assert cross(floor, "2@99") == 2
    assert (order.executed_lots, order.status) == (2, "PARTIALLY_FILLED")
    assert [fill.price_ticks for fill in floor.engine.trades(ALICE, "ABCXYZ")] == [100]


def test_order_waits_behind_what_was_shown_before_it():
    """At its own price an order fills once the recorded quantity before it has traded."""
    floor = replayed(bids="100x5")
    order = floor.buy("3@100").order
    assert cross(floor, "4@100") == 0
    assert cross(floor, "2@100") == 1
    assert order.executed_lots == 1


def test_shrinking_level_moves_an_order_forward():
    """When the recording shows less than stood before an order, the order moves up."""
    floor = replayed(bids="100x5")
    floor.buy("3@100")
    show(floor, Side.BUY, 100, 1)
    assert cross(floor, "2@100") == 1


def test_opposite_level_that_crosses_fills_a_resting_order():
    """A recorded ask at or below a resting bid fills it, as far as the ask's quantity goes."""
    floor = replayed(bids="99x5", asks="102x5")
    order = floor.buy("3@100").order
    show(floor, Side.SELL, 100, 2)
    assert (order.executed_lots, floor.owned()["XYZ"]) == (2, (-300, 100))


def test_recorded_trade_wakes_stops_and_is_the_last_price():
    """Recorded trades move the last price and the average, and wake stops."""
    floor = replayed(bids="80x5")
    cross(floor, "1@100")
    order = floor.sell("2", type="STOP_LOSS", stop_price="90").order
    cross(floor, "1@90")
    assert (order.status, floor.engine.last_price("ABCXYZ")) == ("FILLED", 90)


def test_supply_is_kept_by_a_replay():
    """Trades with a recording neither make nor destroy assets: its account takes the other side."""
    floor = replayed(bids="100x5", asks="101x5")
    before = [floor.engine.supply(asset) for asset in ("ABC", "XYZ")]
    floor.buy("3")
    floor.sell("1")
    floor.buy("2@100")
    cross(floor, "7@100")
    assert [floor.engine.supply(asset) for asset in ("ABC", "XYZ")] == before


def test_recorded_level_of_nothing_is_gone():
    """A recorded level of 0 disappears; orders of users at that price stay."""
    floor = replayed(bids="100x5 99x1")
    floor.buy("3@100")
    show(floor, Side.BUY, 100, 0)
    show(floor, Side.BUY, 99, 0)
    assert floor.book == "100x3 |"
