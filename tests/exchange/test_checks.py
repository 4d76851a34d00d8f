"""The engine's filters: the same verdicts as the filters alone, however fast."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.exchange.engine import Engine
from binance_lab.exchange.orders import ListKind, NewOrder
from binance_lab.exchange.symbols import select_symbols
from binance_lab.wire.enums import OrderType, PegOffsetType, PegPriceType, Side, TimeInForce
from binance_lab.wire.facts import MarketFacts, OrderFacts
from binance_lab.wire.filters import first_failure, parse_filters

from .trading_floor import ALICE, Floor, book_of, leg, refusal, with_rules

BTCUSDT = select_symbols(["BTCUSDT"])[0]
FILTERS = parse_filters(BTCUSDT.filters)


def amounts(most: int) -> st.SearchStrategy[Decimal]:
    """Amounts of up to eight decimals, many of them round or at a bound."""
    return st.one_of(
        st.decimals(min_value=0, max_value=most, places=8),
        st.decimals(min_value=0, max_value=most, places=2),
        st.sampled_from([Decimal(text) for text in ("0.00001", "0.01", "12800", "320000", "9000")]),
    )


@settings(max_examples=400, deadline=None)
@given(amounts(400_000), amounts(10_000), st.sampled_from(list(Side)), st.booleans())
def test_engine_refuses_exactly_what_the_filters_refuse(price, quantity, side, traded):
    """The engine accepts a limit order if, and only if, all filters do; else it names the first."""
    engine = Engine((BTCUSDT,))
    account = engine.open_account({"BTC": Decimal(10**9), "USDT": Decimal(10) ** 12})
    if traded:
        engine.market("BTCUSDT").note_trade(6_400_000, 1, 1)
    new = NewOrder(
        symbol="BTCUSDT",
        side=side,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        price=price,
        quantity=quantity,
    )
    expected = first_failure(
        FILTERS,
        OrderFacts(side=side, type=OrderType.LIMIT, price=price, quantity=quantity),
        MarketFacts(average_price=Decimal(64000) if traded else None),
    )
    if expected is None:
        assert engine.place(account.id, new, now_us=1).order.status == "NEW"
    else:
        assert refusal(engine.place, account.id, new, now_us=1) == (-1013, expected.message)


def limited(**rule: object) -> Floor:
    """A floor with one filter."""
    return book_of(rules=with_rules(filters=(rule,)))


def test_open_orders_are_counted():
    """MAX_NUM_ORDERS counts what is open with what the request adds; two for an OCO."""
    floor = limited(filterType="MAX_NUM_ORDERS", maxNumOrders=2)
    floor.buy("1@10")
    pair = leg("SELL", "1@110", "LIMIT_MAKER"), leg("SELL", "1", "STOP_LOSS", 90)
    text = "Filter failure: MAX_NUM_ORDERS"
    assert refusal(floor.place_list, ListKind.OCO, *pair) == (-1013, text)
    floor.buy("1@11")
    assert refusal(floor.buy, "1@12") == (-1013, text)


def test_open_stops_and_icebergs_are_counted_by_themselves():
    """Algo and iceberg orders have limits of their own."""
    floor = limited(filterType="MAX_NUM_ALGO_ORDERS", maxNumAlgoOrders=1)
    floor.sell("1", type="STOP_LOSS", stop_price="9")
    floor.buy("1@10")
    again = refusal(floor.sell, "1", type="STOP_LOSS", stop_price="9")
    assert again == (-1013, "Filter failure: MAX_NUM_ALGO_ORDERS")
    floor = limited(filterType="MAX_NUM_ICEBERG_ORDERS", maxNumIcebergOrders=1)
    floor.buy("4@10", iceberg_qty="2")
    floor.buy("4@10")
    again = refusal(floor.buy, "4@10", iceberg_qty="2")
    assert again == (-1013, "Filter failure: MAX_NUM_ICEBERG_ORDERS")


def test_open_lists_are_counted():
    """An account has not more open lists than MAX_NUM_ORDER_LISTS."""
    floor = limited(filterType="MAX_NUM_ORDER_LISTS", maxNumOrderLists=1)
    orders = leg("BUY", "1@90"), leg("SELL", "1@110")
    first = floor.place_list(ListKind.OTO, *orders)
    text = "Filter failure: MAX_NUM_ORDER_LISTS"
    assert refusal(floor.place_list, ListKind.OTO, *orders) == (-1013, text)
    floor.engine.cancel_list(ALICE, "ABCXYZ", list_id=first.order_list.id, now_us=floor.now_us)
    assert floor.place_list(ListKind.OTO, *orders).order_list.is_open


def test_position_counts_balance_and_open_bids():
    """MAX_POSITION adds what the account has, what it bids for, and the new order."""
    floor = limited(filterType="MAX_POSITION", maxPosition="1000010")
    floor.buy("6@10")
    assert refusal(floor.buy, "5@10") == (-1013, "Filter failure: MAX_POSITION")
    assert floor.buy("4@10").order.status == "NEW"


def test_asset_limit_concerns_base_and_quote():
    """MAX_ASSET limits a single order of an account, by quantity or by value."""
    floor = Floor()
    floor.engine.account(ALICE).asset_limits["XYZ"] = 42 * 10**8
    assert refusal(floor.buy, "5@10") == (-1013, "Filter failure: MAX_ASSET")
    assert floor.buy("4@10").order.status == "NEW"
    rows = floor.engine.filters(ALICE, "ABCXYZ")["assetFilters"]
    assert rows == [{"filterType": "MAX_ASSET", "asset": "XYZ", "limit": "42.00000000"}]


def test_exchange_filters_count_all_symbols():
    """The exchange's filters count an account's orders on every symbol."""
    rule = {"filterType": "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders": 1}
    other = with_rules(symbol="ABCUSD", quote="USD")
    floor = Floor(with_rules(), other, exchange_filters=(rule,))
    floor.buy("1@10")
    new = floor.order(Side.BUY, "1@10", {})
    new.symbol = "ABCUSD"
    refused = refusal(floor.engine.place, ALICE, new, now_us=floor.now_us)
    assert refused == (-1013, "Filter failure: EXCHANGE_MAX_NUM_ORDERS")


def test_agents_are_not_counted():
    """An account that isn't reported may have any number of open orders."""
    floor = limited(filterType="MAX_NUM_ORDERS", maxNumOrders=1)
    agent = floor.engine.open_account({"XYZ": Decimal(1000)}, reported=False).id
    assert [floor.buy("1@10", by=agent).order.status for _ in range(3)] == ["NEW"] * 3


def test_pegged_order_passes_filters_at_the_price_it_found():
    """A pegged order is checked at its own price and at the pegged one."""
    rule = {"filterType": "PRICE_FILTER", "minPrice": "50", "maxPrice": "0", "tickSize": "0"}
    floor = Floor(with_rules(filters=(rule,)))
    floor.engine.set_level("ABCXYZ", Side.BUY, 40, 1, floor.now_us)
    peg = PegPriceType.PRIMARY_PEG
    code, text = refusal(floor.buy, "1@", type="LIMIT", peg_price_type=peg)
    assert (code, text) == (-1013, "Filter failure: PRICE_FILTER")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"peg_offset_value": 1}, -1128),
        ({"peg_price_type": PegPriceType.PRIMARY_PEG, "peg_offset_value": 1}, -1128),
        ({"peg_price_type": PegPriceType.PRIMARY_PEG, "peg_offset_type": PegOffsetType.PRICE_LEVEL, "peg_offset_value": 101}, -1130),
        ({"peg_price_type": PegPriceType.PRIMARY_PEG, "time_in_force": TimeInForce.IOC}, -1013),
        ({"peg_price_type": PegPriceType.MARKET_PEG, "type": "LIMIT_MAKER"}, -1013),
    ],
)  # fmt: skip
def test_peg_instructions_make_sense(fields, code):
    """Peg parameters come together, in range, and fit the order's type."""
    assert refusal(Floor().buy, "1@100", **fields)[0] == code


def test_no_digit_is_lost_on_the_way():
    """However many digits a number has, a ninth decimal refuses the order."""
    floor = Floor()
    long = "1.0000000000000000000000000000000000001"
    text = "Parameter 'quantity' has too much precision."
    assert refusal(floor.buy, f"{long}@100") == (-1111, text)


def test_price_below_a_tick_is_refused():
    """Without a price filter, a price below one tick is still no price."""
    assert refusal(Floor().buy, "1@0.5") == (-1013, "Price * QTY is zero or less.")


def test_pegged_order_of_a_list_passes_filters_too():
    """An order of a list is checked at the price that its peg finds, as a single one is."""
    rule = {"filterType": "PRICE_FILTER", "minPrice": "0", "maxPrice": "500", "tickSize": "0"}
    floor = Floor(with_rules(filters=(rule,)))
    floor.engine.set_level("ABCXYZ", Side.SELL, 600, 1, floor.now_us)
    above = leg("SELL", "1@", "LIMIT_MAKER", peg_price_type=PegPriceType.PRIMARY_PEG)
    below = leg("SELL", "1", "STOP_LOSS", 90)
    text = "Filter failure: PRICE_FILTER"
    assert refusal(floor.place_list, ListKind.OCO, above, below) == (-1013, text)
