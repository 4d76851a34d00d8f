"""What holds after any commands: quantities, balances, queues, and a book that never crosses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.exchange.orders import ListKind, NewOrder, NewOrderList
from binance_lab.exchange.rejects import Reject
from binance_lab.wire.enums import (
    OrderType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

from .trading_floor import ALICE, BOB, MAKER, Floor, with_rules

# A tick and a step whose product has a ninth decimal: roundings happen.
FINE = with_rules(tick=Decimal("0.00001"), step=Decimal("0.0001"))

prices = st.integers(90, 110)
lots = st.integers(1, 12)
accounts = st.sampled_from([MAKER, ALICE, BOB])
LIMITED = (
    OrderType.LIMIT,
    OrderType.LIMIT_MAKER,
    OrderType.STOP_LOSS_LIMIT,
    OrderType.TAKE_PROFIT_LIMIT,
)
TIMED = (OrderType.LIMIT, OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT_LIMIT)


@st.composite
def new_orders(draw: st.DrawFn) -> NewOrder:
    """Any order that its parameters allow."""
    kind = draw(st.sampled_from(list(OrderType)))
    new = NewOrder(
        symbol="ABCXYZ",
        side=draw(st.sampled_from(list(Side))),
        type=kind,
        stp_mode=draw(st.sampled_from(list(SelfTradePrevention))),
        quantity=FINE.quantity(draw(lots)),
    )
    if kind in LIMITED:
        new.price = FINE.price(draw(prices))
        if draw(st.integers(0, 4)) == 0:
            new.peg_price_type = draw(st.sampled_from(list(PegPriceType)))
    if kind in TIMED:
        new.time_in_force = draw(st.sampled_from(list(TimeInForce)))
    if kind in (OrderType.LIMIT, OrderType.LIMIT_MAKER) and draw(st.integers(0, 3)) == 0:
        new.iceberg_qty = FINE.quantity(draw(lots))
    if kind is OrderType.MARKET and draw(st.booleans()):
        new.quantity, new.quote_order_qty = None, Decimal(draw(st.integers(1, 900))).scaleb(-7)
    if kind not in (OrderType.LIMIT, OrderType.LIMIT_MAKER, OrderType.MARKET):
        new.stop_price = FINE.price(draw(prices))
        if draw(st.integers(0, 3)) == 0:
            new.trailing_delta = draw(st.integers(10, 900))
    return new


@st.composite
def new_lists(draw: st.DrawFn) -> NewOrderList:
    """An order list of any kind around some price."""
    kind = draw(st.sampled_from(list(ListKind)))
    middle, quantity = draw(prices), FINE.quantity(draw(lots))
    side = (
        Side.SELL if kind in (ListKind.OPO, ListKind.OPOCO) else draw(st.sampled_from(list(Side)))
    )
    base = NewOrder(symbol="ABCXYZ", side=side, type=OrderType.LIMIT_MAKER, quantity=quantity)
    high, low = FINE.price(middle + draw(lots)), FINE.price(middle - draw(lots))
    profit = replace(base, price=high if side is Side.SELL else low)
    stop = replace(base, type=OrderType.STOP_LOSS, stop_price=low if side is Side.SELL else high)
    pair = (profit, stop) if side is Side.SELL else (stop, profit)
    working = replace(
        base,
        side=side.opposite,
        type=OrderType.LIMIT,
        price=FINE.price(middle),
        time_in_force=TimeInForce.GTC,
    )
    if kind in (ListKind.OPO, ListKind.OPOCO):
        pair = (replace(pair[0], quantity=None), replace(pair[1], quantity=None))
    orders = {
        ListKind.OCO: pair,
        ListKind.OTO: (working, draw(st.sampled_from(pair))),
        ListKind.OPO: (working, draw(st.sampled_from(pair))),
        ListKind.OTOCO: (working, *pair),
        ListKind.OPOCO: (working, *pair),
    }
    return NewOrderList(kind=kind, symbol="ABCXYZ", orders=orders[kind])


commands = st.one_of(
    st.tuples(st.just("place"), accounts, new_orders()),
    st.tuples(st.just("place"), accounts, new_orders()),
    st.tuples(st.just("list"), accounts, new_lists()),
    st.tuples(st.just("cancel"), accounts, st.integers(0, 50)),
    st.tuples(st.just("amend"), accounts, st.tuples(st.integers(0, 50), lots)),
)


def run(floor: Floor, what: str, account: int, argument: Any) -> None:
    """Send one command; a refusal is as good as any answer."""
    engine, now_us = floor.engine, floor.now_us
    floor.now_us += 1
    mine = engine.open_orders(account)
    try:
        if what == "place":
            engine.place(account, argument, now_us=now_us)
        elif what == "list":
            engine.place_list(account, argument, now_us=now_us)
        elif what == "cancel" and mine:
            floor.cancel(mine[argument % len(mine)])
        elif what == "amend" and mine:
            at, left = argument
            order = mine[at % len(mine)]
            engine.amend(account, "ABCXYZ", FINE.quantity(left), order_id=order.id, now_us=now_us)
    except Reject:
        pass


def check_book(floor: Floor) -> None:
    """The book isn't crossed, and each level shows the sum of what its orders show."""
    book = floor.engine.book("ABCXYZ")
    bid, ask = book.bids.best_ticks(), book.asks.best_ticks()
    assert not bid or not ask or bid < ask
    for side in (book.bids, book.asks):
        for level in side.levels.values():
            shown = [order.visible_lots for order in level.orders.values()]
            assert level.lots == sum(shown) > 0
            assert all(
                0 < order.visible_lots <= order.open_lots and order.is_open
                for order in level.orders.values()
            )


def check_balances(floor: Floor, supply: dict[str, Decimal]) -> None:
    """Nothing appears or vanishes; what is locked is what open orders hold."""
    engine = floor.engine
    assert {asset: engine.supply(asset) for asset in supply} == supply
    for account in (MAKER, ALICE, BOB):
        held: Counter[str] = Counter()
        for order in engine.open_orders(account):
            assert order.held_atoms >= 0
            held["XYZ" if order.side is Side.BUY else "ABC"] += order.held_atoms
        for order_list in engine.open_order_lists(account):
            held["ABC"] += order_list.held_atoms
        for asset, balance in engine.account(account).balances.items():
            assert balance.free >= 0
            assert balance.locked == held[asset]


def check_orders(floor: Floor) -> None:
    """Each order's quantity is traded, prevented, open, or ended; buyers got what sellers gave."""
    engine = floor.engine
    traded: Counter[Side] = Counter()
    for account in (MAKER, ALICE, BOB):
        for order in engine.orders(account, "ABCXYZ", limit=10_000):
            assert order.open_lots >= 0
            if order.status == "FILLED":
                assert order.executed_lots + order.prevented_lots == order.lots > 0
            filled = engine.trades(account, "ABCXYZ", order_id=order.id, limit=10_000)
            assert sum(fill.lots for fill in filled) == order.executed_lots
            traded[order.side] += order.executed_lots
    assert traded[Side.BUY] == traded[Side.SELL] == sum(trade.lots for trade in floor.trades)


@settings(max_examples=150, deadline=None)
@given(st.lists(commands, min_size=5, max_size=40))
def test_any_commands_keep_books_and_balances_right(steps):
    """After any commands the book isn't crossed, quantities add up, and no asset is made or lost."""
    floor = Floor(FINE)
    supply = {asset: floor.engine.supply(asset) for asset in ("ABC", "XYZ")}
    for step in steps:
        run(floor, *step)
        check_book(floor)
        check_balances(floor, supply)
    check_orders(floor)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Side)), prices, lots), max_size=60))
def test_limit_orders_trade_by_price_then_time(steps):
    """Limit orders trade exactly as in a list sorted by price and age."""
    floor = Floor()
    resting: dict[Side, list[list[int]]] = {Side.BUY: [], Side.SELL: []}
    expected = []
    for age, (side, price, quantity) in enumerate(steps):
        floor.place(side, f"{quantity}@{price}", by=BOB, stp_mode=SelfTradePrevention.NONE)
        sign = 1 if side is Side.BUY else -1
        others = resting[side.opposite]
        while quantity and others and sign * others[0][0] <= sign * price:
            lots_now = min(quantity, others[0][2])
            expected.append((others[0][0], lots_now, others[0][1]))
            quantity -= lots_now
            others[0][2] -= lots_now
            if not others[0][2]:
                others.pop(0)
        if quantity:
            resting[side].append([price, age + 1, quantity])
            resting[side].sort(key=lambda row: (-sign * row[0], row[1]))
    assert [
        (
            trade.price_ticks,
            trade.lots,
            trade.buyer_order_id if trade.buyer_is_maker else trade.seller_order_id,
        )
        for trade in floor.trades
    ] == expected


recorded = st.one_of(
    commands,
    st.tuples(st.just("level"), st.sampled_from(list(Side)), st.tuples(prices, st.integers(0, 12))),
    st.tuples(st.just("cross"), st.sampled_from(list(Side)), st.tuples(prices, lots)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(recorded, min_size=5, max_size=40))
def test_recordings_keep_balances_right(steps):
    """In a replayed book, too, no asset is made or lost, and nothing public comes from users."""
    floor = Floor(FINE)
    floor.engine.start_replay("ABCXYZ")
    supply = {asset: floor.engine.supply(asset) for asset in ("ABC", "XYZ")}
    for what, who, argument in steps:
        if what == "level":
            floor.engine.set_level("ABCXYZ", who, *argument, floor.now_us)
        elif what == "cross":
            price, most = argument
            assert floor.engine.cross("ABCXYZ", price, most, who, floor.now_us) <= most
        else:
            run(floor, what, who, argument)
        check_balances(floor, supply)
    assert (floor.trades, floor.levels) == ([], {})
