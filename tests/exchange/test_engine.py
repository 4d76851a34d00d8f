"""The engine as a whole: refusals, statuses, queries, and that its state can be restored."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

from binance_lab.exchange.engine import Engine
from binance_lab.exchange.orders import ListKind, NewOrder
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS, select_symbols
from binance_lab.wire.enums import (
    OrderType,
    SelfTradePrevention,
    Side,
    SymbolStatus,
    TimeInForce,
)

from .trading_floor import ALICE, BOB, RICH, Floor, book_of, leg, refusal, with_rules


@pytest.mark.parametrize(
    ("what", "fields", "code", "text"),
    [
        ("1@", {"type": "LIMIT"}, -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."),
        ("@100", {}, -1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed."),
        ("1@100", {"time_in_force": None}, -1102, "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed."),
        ("", {}, -1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"),
        ("1", {"quote_order_qty": "5"}, -1106, "Parameter 'quoteOrderQty' sent when not required."),
        ("1", {"time_in_force": TimeInForce.GTC}, -1106, "Parameter 'timeInForce' sent when not required."),
        ("1@100", {"stop_price": "90"}, -1106, "Parameter 'stopPrice' sent when not required."),
        ("1@100", {"type": "STOP_LOSS_LIMIT"}, -1102, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"),
        ("1@100", {"strategy_type": 7}, -1134, "`strategyType` was less than 1000000."),
        ("0@100", {}, -1013, "Price * QTY is zero or less."),
        ("1@100", {"iceberg_qty": "2"}, -1013, "IcebergQty exceeds QTY."),
        ("1.000000001@100", {}, -1111, "Parameter 'quantity' has too much precision."),
    ],
)  # fmt: skip
def test_incomplete_or_impossible_order_is_refused(what, fields, code, text):
    """An order lacks nothing that its type needs and has nothing that it doesn't take."""
    assert refusal(Floor().buy, what, **fields) == (code, text)


@pytest.mark.parametrize(
    ("change", "fields", "text"),
    [
        ({"order_types": (OrderType.LIMIT,)}, {"type": "STOP_LOSS", "stop_price": "9"}, "Stop loss orders are not supported for this symbol."),
        ({"iceberg_allowed": False}, {"type": "LIMIT_MAKER", "iceberg_qty": "1"}, "Iceberg orders are not supported for this symbol."),
        ({"trailing_stop_allowed": False}, {"type": "STOP_LOSS", "trailing_delta": 10}, "Trailing stop orders are not supported for this symbol."),
        ({"quote_order_qty_allowed": False}, {"quote_order_qty": "9"}, "Quote order qty market orders are not support for this symbol."),
    ],
)  # fmt: skip
def test_symbol_refuses_what_it_does_not_offer(change, fields, text):
    """What exchangeInfo doesn't allow is refused in Binance's words."""
    floor = Floor(with_rules(**change))
    what = "" if "quote_order_qty" in fields else "2@100" if "iceberg_qty" in fields else "2"
    assert refusal(floor.sell, what, **fields) == (-1013, text)


def test_unknown_symbol_is_refused():
    """A symbol that the exchange doesn't have is invalid."""
    assert refusal(Floor().engine.open_orders, ALICE, "NOPE") == (-1121, "Invalid symbol.")


def test_open_orders_of_an_account_differ_in_name():
    """A client order id can be used again once its order is done."""
    floor = Floor()
    order = floor.buy("1@100", client_order_id="mine").order
    again = refusal(floor.buy, "1@100", client_order_id="mine")
    assert again == (-2010, "Duplicate order sent.")
    floor.cancel(order)
    latest = floor.buy("1@100", client_order_id="mine").order
    assert floor.engine.order(ALICE, "ABCXYZ", client_order_id="mine") is latest


def test_unnamed_orders_get_names():
    """An order without a client order id gets one of 22 characters of its own."""
    floor = Floor()
    names = {floor.buy("1@100").order.client_order_id for _ in range(3)}
    assert [len(name) for name in names] == [22, 22, 22]


def test_canceled_order_is_reported_under_the_cancel_s_name():
    """A cancel has a name of its own; the order keeps its name."""
    floor = Floor()
    order = floor.buy("1@100", client_order_id="mine").order
    floor.cancel(order, new_client_order_id="stop")
    assert (order.client_order_id, order.cancel_client_order_id) == ("mine", "stop")


def test_order_that_is_done_can_not_be_canceled():
    """Only an open order of the account can be canceled."""
    floor = book_of(asks="100x1")
    order = floor.buy("1@100").order
    assert refusal(floor.cancel, order) == (-2011, "Unknown order sent.")
    theirs = floor.buy("1@90", by=BOB).order
    found = refusal(floor.engine.cancel, ALICE, "ABCXYZ", order_id=theirs.id, now_us=1)
    assert found == (-2011, "Unknown order sent.")


def test_cancel_all_cancels_what_is_open():
    """Cancel all ends every open order of the symbol; without any it is refused."""
    floor = Floor()
    for price in (100, 101):
        floor.buy(f"1@{price}")
    assert len(floor.engine.cancel_all(ALICE, "ABCXYZ", now_us=floor.now_us)) == 2
    assert (floor.book, floor.owned()) == ("|", {})
    again = refusal(floor.engine.cancel_all, ALICE, "ABCXYZ", now_us=floor.now_us)
    assert again == (-2011, "Unknown order sent.")


@pytest.mark.parametrize(
    ("status", "cancels"),
    [(SymbolStatus.HALT, False), (SymbolStatus.BREAK, False), (SymbolStatus.CANCEL_ONLY, True)],
)
def test_closed_market_takes_no_orders(status, cancels):
    """A symbol that doesn't trade refuses orders, and cancels unless it is CANCEL_ONLY."""
    floor = Floor()
    order = floor.buy("1@100").order
    floor.engine.set_status("ABCXYZ", status, now_us=floor.now_us)
    assert refusal(floor.buy, "1@100") == (-1013, "Market is closed.")
    if cancels:
        assert floor.cancel(order).status == "CANCELED"
    else:
        assert refusal(floor.cancel, order) == (-2011, "Market is closed.")


def test_exchange_can_end_all_orders():
    """For maintenance the exchange expires every open order of every account, lists included."""
    floor = Floor()
    floor.trade_at(100)
    theirs = floor.buy("1@90", by=BOB).order
    placed = floor.place_list(
        ListKind.OCO, leg("SELL", "3@110", "LIMIT_MAKER"), leg("SELL", "3", "STOP_LOSS", 90)
    )
    orders = [theirs, *floor.engine.orders_of_list(placed.order_list)]
    assert floor.engine.expire_all("ABCXYZ", now_us=floor.now_us) == 3
    assert {order.expiry_reason for order in orders} == {"EXCHANGE_CANCELED"}
    assert (floor.book, floor.owned(), placed.order_list.is_open) == ("|", {}, False)


def test_account_that_may_not_trade_is_refused():
    """An account with trading disabled places and cancels nothing."""
    floor = Floor()
    order = floor.buy("1@90").order
    placed = floor.place_list(ListKind.OTO, leg("BUY", "1@80"), leg("SELL", "1@110"))
    floor.engine.account(ALICE).can_trade = False
    text = "This account may not place or cancel orders."
    assert refusal(floor.buy, "1@100") == (-2010, text)
    assert refusal(floor.cancel, order) == (-2011, text)
    now = {"now_us": floor.now_us}
    assert refusal(floor.engine.cancel_all, ALICE, "ABCXYZ", **now) == (-2011, text)
    ids = {"list_id": placed.order_list.id}
    assert refusal(floor.engine.cancel_list, ALICE, "ABCXYZ", **ids, **now) == (-2011, text)
    assert len(floor.engine.open_orders(ALICE)) == 3


def test_test_changes_nothing():
    """order/test checks an order without placing it, and without looking at balances."""
    floor = Floor()
    new = floor.order(Side.BUY, "999999@100", {})
    floor.engine.test(ALICE, new, now_us=1)
    assert (floor.book, floor.reports, floor.owned()) == ("|", [], {})
    assert (
        refusal(floor.engine.test, ALICE, floor.order(Side.BUY, "@100", {}), now_us=1)[0] == -1102
    )


# Queries


def test_order_is_found_by_either_id():
    """An order is found by its id or its name; of both, both must fit."""
    floor = Floor()
    order = floor.buy("1@100", client_order_id="mine").order
    query = floor.engine.order
    assert query(ALICE, "ABCXYZ", order_id=order.id) is order
    assert query(ALICE, "ABCXYZ", client_order_id="mine") is order
    assert refusal(query, ALICE, "ABCXYZ", order_id=order.id, client_order_id="other")[0] == -2039
    assert refusal(query, BOB, "ABCXYZ", order_id=order.id) == (-2013, "Order does not exist.")


def test_orders_are_listed_from_an_id_or_the_latest():
    """All orders are listed oldest first: from an id on, in a range of time, else the latest ones."""
    floor = Floor()
    orders = [floor.buy(f"1@{price}").order for price in range(100, 106)]
    floor.cancel(orders[0])
    query = floor.engine.orders
    assert query(ALICE, "ABCXYZ", limit=2) == orders[-2:]
    assert query(ALICE, "ABCXYZ", order_id=orders[2].id, limit=2) == orders[2:4]
    within = query(ALICE, "ABCXYZ", start_us=orders[1].time_us, end_us=orders[3].time_us)
    assert within == orders[1:4]
    assert floor.engine.open_orders(ALICE) == orders[1:]


def test_trades_are_listed_from_an_id_or_by_order():
    """Own trades are listed oldest first, of one order or from a trade id on."""
    floor = book_of(asks="100x1 101x1 102x1")
    first, second = floor.buy("2@101").order, floor.buy("1@102").order
    query = floor.engine.trades
    assert [fill.price_ticks for fill in query(ALICE, "ABCXYZ")] == [100, 101, 102]
    assert [fill.trade_id for fill in query(ALICE, "ABCXYZ", from_id=2)] == [2, 3]
    assert len(query(ALICE, "ABCXYZ", order_id=first.id)) == 2
    assert query(ALICE, "ABCXYZ", order_id=second.id, limit=1)[0].trade_id == 3


def test_average_price_weighs_by_volume_and_forgets():
    """The average is of the last minutes' trades by volume; then the last price stands for it."""
    floor = Floor()
    floor.trade_at(100, 3)
    floor.trade_at(200, 1)
    average = floor.engine.average_price
    assert average("ABCXYZ", now_us=floor.now_us) == 125
    assert average("ABCXYZ", now_us=floor.now_us + 301_000_000) == 200


def test_agent_leaves_no_traces():
    """An account that isn't reported gets no reports, pays nothing, and its done orders are forgotten."""
    floor = Floor()
    agent = floor.engine.open_account({"ABC": RICH, "XYZ": RICH}, reported=False).id
    floor.sell("5@100", by=agent)
    floor.buy("5@100", by=agent, stp_mode=SelfTradePrevention.NONE)
    floor.cancel(floor.sell("1@101", by=agent).order)
    assert (floor.reports, floor.told_balances, floor.engine.fees) == ([], [], {})
    assert floor.engine.orders(agent, "ABCXYZ") == []


# State


def commands(engine: Engine, now_us: int) -> None:
    """Some orders of two accounts."""
    for at in range(40):
        side = Side.BUY if at % 3 else Side.SELL
        new = NewOrder(
            symbol="ABCXYZ",
            side=side,
            type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            quantity=Decimal(1 + at % 5),
            price=Decimal(95 + at * 7 % 11),
        )
        engine.place(ALICE if at % 2 else BOB, new, now_us=now_us + at)


def test_same_commands_give_the_same_events():
    """The engine is deterministic: the same commands at the same times cause the same events."""
    floors = [Floor() for _ in range(2)]
    for floor in floors:
        commands(floor.engine, floor.now_us)
    assert floors[0].reports == floors[1].reports
    assert floors[0].trades == floors[1].trades
    names = [
        [order.client_order_id for order in floor.engine.orders(ALICE, "ABCXYZ")]
        for floor in floors
    ]
    assert names[0] == names[1]


def test_engine_survives_a_pickle():
    """A pickled engine goes on as the engine would have."""
    floor = Floor()
    floor.trade_at(100)
    floor.sell("1@80", type="STOP_LOSS_LIMIT", stop_price="90", by=BOB)
    commands(floor.engine, floor.now_us)
    twin = Floor()
    twin.engine = pickle.loads(pickle.dumps(floor.engine))
    twin.engine.listener = twin
    floor.reports.clear()
    floor.trades.clear()
    for each in (floor, twin):
        commands(each.engine, floor.now_us + 1000)
    assert twin.reports == floor.reports
    assert twin.trades == floor.trades
    assert twin.book == floor.book


# Symbols


@pytest.mark.parametrize("rules", DEFAULT_SYMBOLS, ids=lambda rules: rules.symbol)
def test_default_symbol_takes_an_ordinary_order(rules):
    """An order worth about 50 dollars at the fair price passes all filters of every default symbol."""
    engine = Engine((rules,))
    account = engine.open_account({rules.base: Decimal(10) ** 12, rules.quote: Decimal(10) ** 9})
    worth = Decimal("0.001") if rules.quote == "BTC" else Decimal(50)
    lots = rules.lots(worth / rules.fair_price)
    new = NewOrder(
        symbol=rules.symbol,
        side=Side.BUY,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        quantity=rules.quantity(lots),
        price=rules.price(rules.ticks(rules.fair_price)),
    )
    assert engine.place(account.id, new, now_us=1).order.status == "NEW"


def test_symbols_are_selected_by_name():
    """Symbols come in the order asked for; an unknown name lists those there are."""
    assert [each.symbol for each in select_symbols(["ETHBTC", "BTCUSDT"])] == ["ETHBTC", "BTCUSDT"]
    with pytest.raises(ValueError, match="BTCUSDT, ETHUSDT"):
        select_symbols(["BTCUSD"])


def test_amounts_are_written_with_eight_decimals():
    """Prices and quantities are written as Binance writes them."""
    rules = select_symbols(["SHIBUSDT"])[0]
    assert (rules.price_text(1800), rules.qty_text(5)) == ("0.00001800", "5.00000000")
