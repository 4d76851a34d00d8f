"""Balances, commissions, orders, order lists and the account's trades."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.frames import (
    balances_frame,
    commissions_frame,
    my_trades_frame,
    order_lists_frame,
    orders_frame,
    with_pnl,
)
from binance_lab.frames.account import quote_asset, rate, rate_symbols
from binance_lab.wire.lab_error import BadInput

ACCOUNT = {
    "makerCommission": 10,
    "balances": [
        {"asset": "BTC", "free": "1.50000000", "locked": "0.50000000"},
        {"asset": "USDT", "free": "100.00000000", "locked": "0.00000000"},
        {"asset": "ODD", "free": "1.00000000", "locked": "0.00000000"},
    ],
}
ORDER = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "orderListId": -1,
    "clientOrderId": "mine",
    "price": "60000.00000000",
    "origQty": "0.02000000",
    "executedQty": "0.01000000",
    "cummulativeQuoteQty": "599.00000000",
    "status": "PARTIALLY_FILLED",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
    "stopPrice": "0.00000000",
    "icebergQty": "0.00000000",
    "time": 1_723_161_240_000,
    "updateTime": 1_723_161_241_000,
    "isWorking": True,
    "origQuoteOrderQty": "0.00000000",
    "workingTime": 1_723_161_240_000,
    "selfTradePreventionMode": "NONE",
}
ORDER_LIST = {
    "orderListId": 7,
    "contingencyType": "OCO",
    "listStatusType": "EXEC_STARTED",
    "listOrderStatus": "EXECUTING",
    "listClientOrderId": "both",
    "transactionTime": 1_723_161_240_000,
    "symbol": "BTCUSDT",
    "orders": [
        {"symbol": "BTCUSDT", "orderId": 4, "clientOrderId": "a"},
        {"symbol": "BTCUSDT", "orderId": 5, "clientOrderId": "b"},
    ],
}
COMMISSION = {
    "symbol": "BTCUSDT",
    "standardCommission": {"maker": "0.001", "taker": "0.002", "buyer": "0", "seller": "0"},
    "specialCommission": {"maker": "0.01", "taker": "0.02", "buyer": "0", "seller": "0"},
    "taxCommission": {"maker": "0", "taker": "0", "buyer": "0.1", "seller": "0.2"},
    "discount": {
        "enabledForAccount": True,
        "enabledForSymbol": True,
        "discountAsset": "BNB",
        "discount": "0.75",
    },
}


def my_trade(number: int, side: str, qty: str, price: str, fee="0", asset="USDT"):
    return {
        "symbol": "BTCUSDT",
        "id": number,
        "orderId": number,
        "orderListId": -1,
        "price": price,
        "qty": qty,
        "quoteQty": str(Decimal(price) * Decimal(qty)),
        "commission": fee,
        "commissionAsset": asset,
        "time": 1_723_161_240_000 + number,
        "isBuyer": side == "BUY",
        "isMaker": False,
        "isBestMatch": True,
    }


EMPTY_AND_FULL = [
    (balances_frame, {"balances": []}, ACCOUNT),
    (orders_frame, [], [ORDER]),
    (my_trades_frame, [], [my_trade(1, "BUY", "1", "10")]),
]


@pytest.mark.parametrize("numbers", ["float", "decimal"])
@pytest.mark.parametrize(("frame", "empty", "full"), EMPTY_AND_FULL)
def test_empty_answers_have_the_schema(frame, empty, full, numbers):
    """Nothing held, ordered or traded makes the same columns and dtypes as something."""
    none, some = frame(empty, numbers=numbers), frame(full, numbers=numbers)
    assert len(none) == 0
    assert dict(none.dtypes) == dict(some.dtypes)
    assert none.index.dtype == some.index.dtype


def test_balances_are_added_up():
    """What is free and what open orders hold is the total."""
    frame = balances_frame(ACCOUNT)
    assert frame.loc["BTC"].to_dict() == {"free": 1.5, "locked": 0.5, "total": 2.0}


@pytest.mark.parametrize(
    ("asset", "symbols"),
    [
        ("USDT", []),
        ("BTC", ["BTCUSDT"]),
        ("TRY", ["USDTTRY"]),
        ("EUR", ["BTCEUR", "BTCUSDT"]),
        ("SOL", ["SOLBNB", "BNBBTC", "BTCUSDT"]),
        ("XYZ", []),
    ],
)
def test_the_symbols_of_a_rate_are_those_it_uses(asset: str, symbols: list[str]):
    """With their prices alone an asset has the rate that it has with all prices."""
    prices = {"BTCUSDT": "50000", "USDTTRY": "40", "BTCEUR": "45000", "XYZETH": "1"}
    prices |= {"SOLBNB": "0.2", "BNBBTC": "0.01"}
    assert rate_symbols(asset, "USDT", prices) == symbols
    alone = {symbol: prices[symbol] for symbol in symbols}
    assert rate(asset, "USDT", alone) == rate(asset, "USDT", prices)


def test_balances_have_a_value():
    """With prices a balance has its value in a quote asset, by BTC or USDT if need be."""
    prices = {"BTCUSDT": "60000", "BTCEUR": "50000"}
    assert balances_frame(ACCOUNT, prices=prices)["value"].loc["BTC"] == 120_000.0
    frame = balances_frame(ACCOUNT, prices=prices, quote="EUR", numbers="decimal")
    assert frame["value"].loc["USDT"] == pytest.approx(Decimal(100) / 60000 * 50000)
    assert frame["value"].loc["ODD"].is_nan()
    assert frame.attrs["without_value"] == ["ODD"]


def test_a_price_may_go_by_way_of_two_assets():
    """Where an asset and the quote asset have no common counterpart, three symbols join them."""
    prices = {"SOLUSDT": "150", "BTCUSDT": "60000", "BTCEUR": "50000"}
    assert rate("SOL", "EUR", prices) == pytest.approx(Decimal(125))
    assert rate("EUR", "SOL", prices) == pytest.approx(1 / Decimal(125))
    assert rate("ODD", "EUR", prices) is None


@pytest.mark.parametrize("quote", ["GBP", "", "DT", 5])
def test_nothing_is_valued_in_an_unknown_asset(quote):
    """A quote asset that no symbol joins with another is refused; one that is held or traded isn't."""
    traded = ["BTCUSDT", "SOLEUR"]
    with pytest.raises(BadInput, match="Nothing can be valued in"):
        quote_asset(quote, ["BTC", "SOL"], traded)
    assert quote_asset(" eur", ["SOL"], traded) == "EUR"
    assert quote_asset("usdt", [], traded) == "USDT"
    assert quote_asset("GBP", ["GBP"], traded) == "GBP"


def test_a_symbol_that_was_never_traded_has_no_price():
    """A last price of 0 is none: another way is taken, or the value isn't known."""
    prices = {"BTCEUR": "0.00", "BTCUSDT": "60000", "EURUSDT": "1.2", "ODDUSDT": "0.00"}
    values = balances_frame(ACCOUNT, prices=prices, quote="EUR")["value"]
    assert values["BTC"] == pytest.approx(100_000)
    assert pd.isna(values["ODD"])


def test_an_order_is_a_row():
    """The wire's keys become words, and the average price is what was paid for what is filled."""
    row = orders_frame([ORDER]).iloc[0]
    assert row["order_id"] == 28
    assert row["created"] == pd.Timestamp(1_723_161_240_000, unit="ms", tz="UTC")
    assert row["avg_price"] == pytest.approx(59_900)
    assert row["order_list_id"] == -1
    assert pd.isna(row["strategy_id"])
    unfilled = ORDER | {"executedQty": "0.0", "cummulativeQuoteQty": "0.0"}
    assert pd.isna(orders_frame([unfilled]).iloc[0]["avg_price"])


def test_an_answer_that_is_no_order_is_refused():
    """An error answer is no frame of orders."""
    with pytest.raises(ValueError, match="no answer of orders"):
        orders_frame({"code": -2015, "msg": "Invalid API-key"})


def test_an_order_list_has_a_row_for_each_order():
    """The rows of a list say the list's status and each its order."""
    frame = order_lists_frame([ORDER_LIST])
    assert frame["order_id"].tolist() == [4, 5]
    assert frame["list_client_order_id"].tolist() == ["both", "both"]
    assert dict(order_lists_frame([]).dtypes) == dict(frame.dtypes)


def test_commissions_have_a_row_for_each_part():
    """Standard, special and tax rates are rows; the discount is on the standard ones."""
    frame = commissions_frame(COMMISSION)
    assert frame["part"].tolist() == ["standard", "special", "tax"]
    assert frame["taker"].tolist() == [0.002, 0.02, 0.0]
    assert frame["discount"].tolist() == [0.75, 1.0, 1.0]
    assert dict(commissions_frame([]).dtypes) == dict(frame.dtypes)


TRADES = [
    my_trade(1, "BUY", "1", "100", "1"),
    my_trade(2, "BUY", "1", "200", "1"),
    my_trade(3, "SELL", "1", "300", "3"),
    my_trade(4, "SELL", "1", "300", "3"),
]


@pytest.mark.parametrize(
    ("method", "realised"),
    [("average", ["0", "0", "146", "146"]), ("fifo", ["0", "0", "196", "96"])],
)
def test_realised_profit(method, realised):
    """A sale gains its proceeds less its fee and less the cost, fees included, of what was sold."""
    trades = my_trades_frame(TRADES, numbers="decimal")
    frame = with_pnl(trades, base="BTC", quote="USDT", method=method)
    assert frame["realised"].tolist() == list(map(Decimal, realised))
    assert frame["position"].tolist() == [1, 2, 1, 0]
    assert frame["cost"].iloc[-1] == 0
    floats = with_pnl(my_trades_frame(TRADES), base="BTC", quote="USDT", method=method)
    assert floats["realised"].tolist() == [float(value) for value in realised]


def test_a_fee_in_the_base_asset_makes_the_position_smaller():
    """Buying 1 with a fee of 0.1 of it leaves 0.9, which cost all that was paid."""
    bought = my_trades_frame([my_trade(1, "BUY", "1", "100", "0.1", "BTC")])
    frame = with_pnl(bought, base="BTC", quote="USDT")
    assert frame[["fee", "position", "cost"]].iloc[0].tolist() == [10, 0.9, 100]


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_a_sale_whose_fee_is_in_the_base_asset_loses_no_cost(method):
    """What a fee takes from the position leaves at its cost: gains and position are all the money."""
    trades = my_trades_frame(
        [
            my_trade(1, "BUY", "10", "100"),
            my_trade(2, "SELL", "5", "200", "1", "BTC"),
            my_trade(3, "SELL", "4", "50"),
        ],
        numbers="decimal",
    )
    frame = with_pnl(trades, base="BTC", quote="USDT", method=method)
    assert frame["position"].tolist() == [10, 4, 0]
    assert frame["fee"].tolist() == [0, 200, 0]
    assert frame["realised"].tolist() == [0, 1000 - 500 - 100, 200 - 400]
    assert frame["realised"].sum() == 5 * 200 + 4 * 50 - 10 * 100


FILLS = st.lists(
    st.tuples(
        st.sampled_from(["BUY", "SELL"]),
        st.integers(1, 50),
        st.integers(1, 900),
        st.sampled_from([("0", "USDT"), ("3", "USDT"), ("0.01", "BTC"), ("0.2", "BNB")]),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(fills=FILLS, method=st.sampled_from(["average", "fifo"]))
def test_gains_and_cost_are_the_money_that_moved(fills, method):
    """As long as nothing is sold that wasn't bought: gains are what came in, less what went out, and what is held."""
    trades, money, held = [], Decimal(0), Decimal(0)
    for number, (side, qty, price, (fee, asset)) in enumerate(fills):
        sign = 1 if side == "BUY" else -1
        in_base = Decimal(fee) if asset == "BTC" else 0
        if held + sign * qty - in_base < 0:
            continue
        held += sign * qty - in_base
        money -= sign * qty * price + {"USDT": Decimal(fee), "BNB": Decimal(fee) * 600}.get(
            asset, 0
        )
        trades.append(my_trade(number, side, str(qty), str(price), fee, asset))
    frame = my_trades_frame(trades, numbers="decimal")
    frame = with_pnl(frame, base="BTC", quote="USDT", method=method, prices={"BNB": 600})
    assert (frame["position"].iloc[-1] if len(frame) else 0) == held
    cost = frame["cost"].iloc[-1] if len(frame) else Decimal(0)
    assert float(frame["realised"].sum() - cost) == pytest.approx(float(money))


def test_a_fee_in_another_asset_needs_its_price():
    """A fee in BNB counts by its price in the quote asset, and is NaN without one."""
    trades = my_trades_frame([my_trade(1, "BUY", "1", "100", "0.01", "BNB")])
    assert pd.isna(with_pnl(trades, base="BTC", quote="USDT")["fee"].iloc[0])
    priced = with_pnl(trades, base="BTC", quote="USDT", prices={"BNB": 600})
    assert priced["fee"].iloc[0] == pytest.approx(6)


def test_what_was_not_bought_before_gains_nothing():
    """Selling what was held from before realises minus the fee."""
    sold = my_trades_frame([my_trade(1, "SELL", "1", "100", "1")])
    frame = with_pnl(sold, base="BTC", quote="USDT")
    assert frame[["position", "realised"]].iloc[0].tolist() == [0, -1]


def test_profit_is_of_one_symbol():
    """Trades of several symbols have no common position."""
    other = my_trade(2, "BUY", "1", "1") | {"symbol": "ETHUSDT"}
    with pytest.raises(ValueError, match="one symbol"):
        with_pnl(my_trades_frame([TRADES[0], other]), base="BTC", quote="USDT")
    with pytest.raises(ValueError, match="lifo"):
        with_pnl(my_trades_frame(TRADES), base="BTC", quote="USDT", method="lifo")
