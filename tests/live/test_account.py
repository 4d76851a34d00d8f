"""Account: what REST tells, what events change, and where the two differ."""

from __future__ import annotations

import gc
import weakref
from decimal import Decimal

import msgspec
import pytest

from binance_lab.connector.connection import State
from binance_lab.connector.exceptions import (
    BadInput,
    BadSymbol,
    ConnectionFailed,
    PermissionDenied,
)
from binance_lab.live import Account
from binance_lab.live.account_history import AccountHistory
from binance_lab.live.runtime import Inline
from binance_lab.wire.intervals import DAY_MS
from binance_lab.wire.user_events import decode_user_event

from .doubles import FakeClient, event

NOW_MS = 1_723_161_240_000


def told(free="100", locked="0", orders=(), updated=NOW_MS):
    """What REST answers: USDT, and open orders."""
    balances = [{"asset": "USDT", "free": free, "locked": locked}]
    return {
        "account": {"updateTime": updated, "balances": balances},
        "get_open_orders": list(orders),
        "my_trades": [],
    }


def rest_order(number: int, *, symbol="BTCUSDT", status="NEW", filled="0"):
    return {
        "symbol": symbol,
        "orderId": number,
        "orderListId": -1,
        "clientOrderId": f"mine-{number}",
        "price": "100",
        "origQty": "1",
        "executedQty": filled,
        "cummulativeQuoteQty": "0",
        "status": status,
        "timeInForce": "GTC",
        "type": "LIMIT",
        "side": "BUY",
        "stopPrice": "0",
        "icebergQty": "0",
        "time": NOW_MS,
        "updateTime": NOW_MS,
        "origQuoteOrderQty": "0",
    }


def position(free: str, locked: str = "0", *, asset="USDT", at_ms=NOW_MS + 1):
    data = {"e": "outboundAccountPosition", "E": at_ms, "u": at_ms}
    return decoded(data | {"B": [{"a": asset, "f": free, "l": locked}]})


def rest_fill(number: int, *, order: int, at_ms: int, symbol="BTCUSDT"):
    """A trade as myTrades tells it: 1 bought for 100 USDT, and a fee of 0.1 USDT."""
    return {
        "symbol": symbol,
        "id": number,
        "orderId": order,
        "orderListId": -1,
        "price": "100",
        "qty": "1",
        "quoteQty": "100",
        "commission": "0.1",
        "commissionAsset": "USDT",
        "time": at_ms,
        "isBuyer": True,
        "isMaker": False,
        "isBestMatch": True,
    }


def report(
    number: int,
    *,
    symbol="BTCUSDT",
    does="NEW",
    status="NEW",
    filled="0",
    last="0",
    trade=-1,
    name="",
    old_name="",
    at_ms=NOW_MS + 1,
):
    data = {
        "e": "executionReport",
        "E": at_ms,
        "s": symbol,
        "c": name or f"mine-{number}",
        "S": "BUY",
        "o": "LIMIT",
        "f": "GTC",
        "q": "1",
        "p": "100",
        "P": "0",
        "F": "0",
        "g": -1,
        "C": old_name,
        "x": does,
        "X": status,
        "r": "NONE",
        "i": number,
        "l": last,
        "z": filled,
        "L": "100",
        "n": "0.1",
        "N": "USDT",
        "T": at_ms,
        "t": trade,
        "I": 1,
        "w": True,
        "m": False,
        "O": NOW_MS,
        "Z": "0",
        "Y": "100",
        "Q": "0",
    }
    return decoded(data)


def decoded(data):
    return decode_user_event(msgspec.json.encode(data))


class FakeUserData:
    """A subscription whose events the test sends."""

    def __init__(self, on_event, on_connection) -> None:
        self.on_event = on_event
        self.on_connection = on_connection
        self.closed = False
        self.refusals: list[Exception] = []

    def start(self) -> None:
        if self.refusals:
            raise self.refusals.pop()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def client():
    return FakeClient(**told())


@pytest.fixture
def account(client):
    account = Account(client, FakeUserData, runtime=Inline())
    account.start()
    return account


def test_it_begins_with_what_rest_tells(account):
    """After the subscription REST is asked, and the account is live."""
    assert account.state == "live"
    assert account.free() == {"USDT": Decimal(100)}
    assert account.frame().loc["USDT"].to_dict() == {"free": 100.0, "locked": 0.0, "total": 100.0}
    assert len(account.open_orders) == 0
    assert len(account.fills) == 0


def test_an_account_that_is_not_told_yet_is_empty(client):
    """Before REST has answered, frames are empty and the state is connecting."""
    account = Account(client, FakeUserData, runtime=Inline())
    assert account.state == "connecting"
    assert (len(account.frame()), len(account.open_orders), account.free()) == (0, 0, {})


def test_events_change_balances_and_orders(account):
    """A new order is open and its money locked; when it is filled, it is a fill and open no more."""
    account.take_event(report(5))
    account.take_event(position("0", "100"))
    assert account.open_orders["client_order_id"].tolist() == ["mine-5"]
    assert account.locked() == {"USDT": Decimal(100)}
    traded = {"does": "TRADE", "status": "PARTIALLY_FILLED", "filled": "0.4", "last": "0.4"}
    account.take_event(report(5, **traded, trade=7))
    assert account.open_orders["filled_qty"].tolist() == [0.4]
    account.take_event(report(5, does="TRADE", status="FILLED", filled="1", last="0.6", trade=8))
    assert len(account.open_orders) == 0
    assert account.fills["qty"].tolist() == [0.4, 0.6]
    assert account.fills["commission_asset"].tolist() == ["USDT", "USDT"]


def test_reports_are_called_back_in_order(account):
    """on_report gets execution reports and nothing else, until it is taken back."""
    got = []
    take_back = account.on_report(lambda each: got.append(each.order_id))
    consumer = account._consumers[0]
    for number in (1, 2, 3):
        account.take_event(report(number))
        account.take_event(position("50"))
    assert consumer.wait(6, timeout=30)
    take_back()
    account.take_event(report(4))
    assert got == [1, 2, 3]


def test_events_while_rest_is_asked_are_put_on_top():
    """An event that comes while REST is asked is not lost by REST's older picture."""
    client = FakeClient(**told())
    account = Account(client, FakeUserData, runtime=Inline())
    client.answers["get_open_orders"] = lambda: account.take_event(report(5)) or []
    account.start()
    assert account.open_orders["order_id"].tolist() == [5]


def test_an_event_that_rest_knows_already_changes_nothing(account, client):
    """A balance from before REST's picture doesn't turn it back."""
    client.answers |= told(free="70", updated=NOW_MS + 10)
    account.reconcile()
    account.take_event(position("100", at_ms=NOW_MS + 5))
    assert account.free() == {"USDT": Decimal(70)}


def test_a_reconnect_is_reconciled_and_differences_are_told(account, client):
    """What the events missed while the connection was lost is found, corrected and listed."""
    client.answers |= told(free="40", locked="60", orders=[rest_order(9)])
    account.connection_changed(event(State.CLOSED))
    assert account.state == "stale"
    account.connection_changed(event(State.OPEN))
    assert account.state == "live"
    assert account.reconciled == 2
    assert account.open_orders["order_id"].tolist() == [9]
    differences = account.differences
    assert differences["what"].tolist() == ["USDT", "BTCUSDT order 9"]
    assert differences["known"].tolist() == ["free 100, locked 0", ""]
    assert differences["told"].tolist() == ["free 40, locked 60", "NEW, filled 0"]


def test_an_amended_order_goes_by_its_new_name(account):
    """An amendment renames an order and reduces it, in place: as REST tells it from then on."""
    account.take_event(report(5))
    account.take_event(report(5, does="REPLACED", name="new-name", old_name="mine-5"))
    assert account.open_orders["client_order_id"].tolist() == ["new-name"]


def test_orders_of_two_symbols_may_have_the_same_id(account, client):
    """Each symbol counts its own ids: an order doesn't hide or end another symbol's."""
    account.take_event(report(5))
    account.take_event(report(5, symbol="ETHUSDT"))
    assert account.open_orders["symbol"].tolist() == ["BTCUSDT", "ETHUSDT"]
    client.answers |= told(orders=[rest_order(5), rest_order(5, symbol="ETHUSDT")])
    client.answers["my_trades"] = []
    account.reconcile()
    account.take_event(report(5, does="CANCELED", status="CANCELED"))
    assert account.open_orders["symbol"].tolist() == ["ETHUSDT"]


def test_a_fill_that_is_told_twice_is_one(account):
    """The same report again adds nothing; another order's half of the same trade does."""
    for _ in range(2):
        account.take_event(report(5, does="TRADE", status="FILLED", last="1", trade=7))
    account.take_event(report(6, does="TRADE", status="FILLED", last="1", trade=7))
    assert account.fills["order_id"].tolist() == [5, 6]


def test_fills_that_no_event_told_are_fetched_after_a_reconnect(account, client):
    """What traded while the connection was lost is fetched, page by page, to its place and once."""
    account.take_event(
        report(5, does="TRADE", status="FILLED", last="1", trade=7, at_ms=NOW_MS + 5)
    )
    account.take_event(position("50", at_ms=NOW_MS + 5))
    known = rest_fill(7, order=5, at_ms=NOW_MS + 5)
    missed = [rest_fill(8 + n, order=6, at_ms=NOW_MS + 6) for n in range(1000)]
    last = rest_fill(2000, order=6, at_ms=NOW_MS + 9)
    asked = []

    def my_trades(**params):
        asked.append(params)
        if "fromId" in params:
            return [last] if params["fromId"] == 1008 else []
        return [known, *missed[:999]] if "startTime" in params else [*missed[1:], last]

    client.answers["my_trades"] = lambda **params: (
        [*missed[999:]] if params.get("fromId") == 1007 else my_trades(**params)
    )
    account.connection_changed(event(State.CLOSED))
    account.take_event(
        report(9, does="TRADE", status="FILLED", last="1", trade=2001, at_ms=NOW_MS + 20)
    )
    account.connection_changed(event(State.OPEN))
    assert account.fills["id"].tolist() == [7, *range(8, 1008), 2000, 2001]
    assert asked == [
        {"limit": 1000},
        {"startTime": NOW_MS, "endTime": NOW_MS + DAY_MS, "limit": 1000},
        {"fromId": 1008, "limit": 1000},
        {"fromId": 2001, "limit": 1000},
    ]


def test_a_reconnect_while_rest_is_asked_asks_again(client):
    """What REST told before the connection was lost isn't taken for what is after."""
    account = Account(client, FakeUserData, runtime=Inline())
    account.start()
    answers = [[rest_order(9)], []]

    def lost_meanwhile():
        if len(answers) == 2:
            account.connection_changed(event(State.CLOSED))
            account.connection_changed(event(State.OPEN))
        return answers.pop()

    client.answers["get_open_orders"] = lost_meanwhile
    account.reconcile()
    assert account.open_orders["order_id"].tolist() == [9]


def test_nothing_differs_when_the_events_told_all(account, client):
    """Events and REST that agree leave no difference."""
    account.take_event(report(5))
    account.take_event(position("0", "100"))
    client.answers |= told("0", "100", [rest_order(5)], NOW_MS + 1)
    account.reconcile()
    assert len(account.differences) == 0
    assert dict(account.differences.dtypes).keys() == {"time", "what", "known", "told"}


def test_a_failed_question_is_asked_again(client):
    """While REST can't be reached the account is connecting, and goes on trying."""
    client.answers["account"] = ConnectionFailed("no network")
    account = Account(client, FakeUserData, runtime=Inline())
    account.start()
    assert account.state == "connecting"
    client.answers |= told()
    account._runtime.run_later()
    assert account.state == "live"


def test_a_refused_key_is_an_error(client):
    """A key that may not see the account ends in the state error, with the reason."""
    refused = PermissionDenied("-2015 Invalid API-key.", status=401, code=-2015)
    client.answers["account"] = refused
    account = Account(client, FakeUserData, runtime=Inline())
    account.start()
    assert account.state == "error"
    assert account.error is refused


def test_an_answer_that_can_not_be_understood_is_an_error(client):
    """An account without balances in it is not asked for again and again."""
    client.answers["account"] = {"hello": 1}
    account = Account(client, FakeUserData, runtime=Inline())
    account.start()
    assert account.state == "error"
    assert isinstance(account.error, KeyError)


def test_without_user_data_rest_alone_tells(client):
    """An account without a subscription is as REST told it last."""
    account = Account(client, runtime=Inline())
    account.start()
    assert account.state == "live"
    assert account.free() == {"USDT": Decimal(100)}


def test_balances_with_prices_have_a_value(account):
    """With last prices each balance has its value in a quote asset."""
    assert account.frame(prices={"EURUSDT": "1.25"}, quote="EUR")["value"].tolist() == [80.0]


def test_closing_ends_the_subscription(client):
    """close() unsubscribes."""
    made = []

    def user_data(*callbacks):
        made.append(FakeUserData(*callbacks))
        return made[0]

    account = Account(client, user_data, runtime=Inline())
    account.start()
    account.close()
    assert made[0].closed
    assert account.state == "stopped"


# What events didn't tell.

PAIRS = {"BTCUSDT": ("BTC", "USDT"), "ETHUSDT": ("ETH", "USDT"), "ETHBTC": ("ETH", "BTC")}


def balances(**totals: str):
    """REST's account, with these free amounts."""
    rows = [{"asset": asset, "free": free, "locked": "0"} for asset, free in totals.items()]
    return {"updateTime": NOW_MS + 50, "balances": rows}


def symbols(**params):
    """exchangeInfo, of one symbol or of all."""
    names = [params["symbol"]] if "symbol" in params else list(PAIRS)
    return {
        "symbols": [
            {"symbol": name, "baseAsset": PAIRS[name][0], "quoteAsset": PAIRS[name][1]}
            for name in names
        ]
    }


def asked_for_trades(client) -> list[str]:
    return [params["symbol"] for name, params in client.asked if name == "my_trades"]


class NamingClient(FakeClient):
    """A fake client that keeps the symbol of a question, too."""

    def __getattr__(self, name):
        ask = super().__getattr__(name)
        return lambda *args, **params: ask(**dict(zip(("symbol",), args, strict=False)), **params)


@pytest.fixture
def elsewhere():
    """A client whose account can be traded on from elsewhere; `trades` are by symbol."""
    client = NamingClient(**told())
    client.trades = {}
    client.answers |= {
        "exchange_info": symbols,
        "my_trades": lambda symbol, **params: (
            [] if "fromId" in params else client.trades.get(symbol, [])
        ),
    }
    return client


@pytest.fixture
def followed(elsewhere):
    account = Account(elsewhere, FakeUserData, runtime=Inline(), check_every_s=None)
    account.start()
    return account


def cut(account) -> None:
    account.connection_changed(event(State.CLOSED))
    account.connection_changed(event(State.OPEN))


def look(account) -> None:
    """Let it look as often as it wants to."""
    for _ in range(10):
        account._runtime.run_later()


def test_fills_made_elsewhere_during_a_cut_are_found(followed, elsewhere):
    """Trades of a symbol without an order here are found by the assets whose balances changed."""
    elsewhere.trades["ETHUSDT"] = [rest_fill(4, order=2, at_ms=NOW_MS + 9, symbol="ETHUSDT")]
    elsewhere.answers["account"] = balances(USDT="-0.1", ETH="1")
    cut(followed)
    assert len(followed.fills) == 0
    look(followed)
    assert followed.fills["symbol"].tolist() == ["ETHUSDT"]
    assert followed.complete
    assert asked_for_trades(elsewhere) == ["ETHUSDT"]
    assert followed.differences["what"].tolist() == ["ETH", "USDT"]


def test_allocations_of_one_order_are_as_many_fills(followed, elsewhere):
    """Smart order routing gives an order several fills without a trade id: each counts, and once."""
    elsewhere.answers["exchange_info"] = lambda **params: {
        **symbols(**params),
        "sors": [{"baseAsset": "BTC", "symbols": ["BTCUSDT"]}],
    }
    rows = [
        {**rest_fill(-1, order=7, at_ms=NOW_MS + at), "allocationId": at, "isAllocator": True}
        for at in (1, 2, 3)
    ]
    elsewhere.answers["query_allocations"] = lambda symbol, **params: (
        [] if "fromAllocationId" in params else rows
    )
    traded = report(7, does="TRADE", status="PARTIALLY_FILLED", filled="1", last="1")
    followed.take_event(msgspec.structs.replace(traded, allocation_id=1))
    elsewhere.answers["account"] = balances(USDT="-200.3", BTC="3")
    cut(followed)
    look(followed)
    assert len(followed.fills) == 3
    assert followed.complete


def test_a_fill_that_is_lost_after_a_search_is_searched_for_too(followed, elsewhere):
    """A search that found everything is over: what is lost next isn't given up without another."""
    elsewhere.trades["ETHUSDT"] = [rest_fill(4, order=2, at_ms=NOW_MS + 9, symbol="ETHUSDT")]
    elsewhere.answers["account"] = balances(USDT="-0.1", ETH="1")
    cut(followed)
    look(followed)
    elsewhere.trades["BTCUSDT"] = [rest_fill(5, order=3, at_ms=NOW_MS + 60)]
    elsewhere.answers["account"] = balances(USDT="-100.2", ETH="1", BTC="1")
    followed.take_event(position("-100.2", at_ms=NOW_MS + 60))
    look(followed)
    assert followed.fills["id"].tolist() == [4, 5]
    assert len(followed.gaps) == 0


def test_the_latest_fills_of_a_symbol_are_by_time(followed):
    """They are the newest of that symbol alone, oldest first, in whatever order they were told."""
    bought = {"does": "TRADE", "status": "FILLED", "filled": "1", "last": "1"}
    for number, symbol, ms in (
        (1, "BTCUSDT", 9),
        (2, "ETHUSDT", 8),
        (3, "BTCUSDT", 5),
        (4, "BTCUSDT", 7),
    ):
        followed.take_event(
            report(number, symbol=symbol, **bought, trade=number, at_ms=NOW_MS + ms)
        )
    assert followed.latest_fills("BTCUSDT", 2)["id"].tolist() == [4, 1]
    assert followed.latest_fills("BTCUSDT", 9)["id"].tolist() == [3, 4, 1]
    assert followed.latest_fills("BNBUSDT", 9).empty


def test_many_trades_of_one_moment_are_all_fetched():
    """Where the latest page begins at the time asked for, those of the same ms before it count."""
    rows = [rest_fill(number, order=1, at_ms=NOW_MS) for number in range(1002)]

    def my_trades(fromId=None, startTime=None, **_):
        if fromId is not None:
            return rows[fromId : fromId + 1000]
        return rows[:1000] if startTime else rows[-1000:]

    found = AccountHistory(FakeClient(my_trades=my_trades)).trades("BTCUSDT", NOW_MS)
    assert [row["id"] for row in found] == list(range(1002))


def test_what_nothing_explains_is_listed_as_a_hole(followed, elsewhere):
    """A balance that changed without a known trade or transfer is a hole, which says so."""
    elsewhere.answers["account"] = balances(USDT="150")
    cut(followed)
    look(followed)
    gap = followed.gaps.iloc[0]
    assert (gap["first"], gap["last"], gap["state"]) == (NOW_MS, NOW_MS + 50, "unresolvable")
    assert "explains USDT +50: a deposit, withdrawal or conversion" in gap["reason"]
    assert not followed.complete
    look(followed)
    assert len(followed.gaps) == 1


def test_a_hole_is_looked_for_once_more_if_asked(followed, elsewhere):
    """refill() asks again for the trades that explain a hole; then it is filled."""
    elsewhere.answers["account"] = balances(USDT="-0.1", ETH="1")
    cut(followed)
    look(followed)
    assert not followed.complete
    followed.refill()
    look(followed)
    assert followed.gaps["state"].tolist() == ["unresolvable"]
    elsewhere.trades["ETHUSDT"] = [rest_fill(4, order=2, at_ms=NOW_MS + 9, symbol="ETHUSDT")]
    followed.refill()
    look(followed)
    assert followed.gaps["state"].tolist() == ["backfilled"]
    assert followed.complete
    assert len(followed.fills) == 1


def test_a_search_asks_about_so_many_symbols_at_most(followed, elsewhere, monkeypatch):
    """Symbols that both assets changed of are asked first; the hole says how many were not."""
    monkeypatch.setattr("binance_lab.live.account.MAX_SUSPECTS", 1)
    elsewhere.answers["account"] = balances(USDT="50", ETH="0.5", BTC="0.25")
    cut(followed)
    look(followed)
    assert asked_for_trades(elsewhere) == ["BTCUSDT"]
    assert "(asked for those of 1 symbol, 2 more could have been)" in followed.gaps["reason"][0]


def test_of_many_symbols_those_are_asked_about_whose_assets_changed(
    followed, elsewhere, monkeypatch
):
    """An account that trades a lot doesn't spend its budget with each reconnect."""
    monkeypatch.setattr("binance_lab.live.account.MAX_ASKED", 1)
    followed._audit.learn(PAIRS)
    for number, symbol in enumerate(("BTCUSDT", "ETHBTC")):
        followed.take_event(report(number, symbol=symbol))
    cut(followed)
    assert asked_for_trades(elsewhere) == []
    elsewhere.answers["account"] = balances(USDT="50", ETH="0.5")
    cut(followed)
    assert asked_for_trades(elsewhere) == ["BTCUSDT", "ETHBTC"]
    elsewhere.answers["account"] = balances(USDT="50", ETH="0.25")
    followed._audit.write_off()
    elsewhere.asked.clear()
    cut(followed)
    assert asked_for_trades(elsewhere) == ["ETHBTC"]


def test_an_event_that_is_lost_without_a_word_shows_in_the_balances(followed, elsewhere):
    """A position that fills don't lead to has REST asked, without any reconnect."""
    followed.take_event(position("-0.1", at_ms=NOW_MS + 9))
    elsewhere.trades["BTCUSDT"] = [rest_fill(4, order=2, at_ms=NOW_MS + 8)]
    elsewhere.answers["account"] = balances(USDT="-0.1", BTC="1")
    assert followed.reconciled == 1
    look(followed)
    assert followed.reconciled == 2
    assert followed.fills["id"].tolist() == [4]
    assert followed.complete


def test_a_trade_that_was_lost_before_another_is_found(followed, elsewhere):
    """The trades are asked for from when the asset's balance was explained last."""
    followed.take_event(balance_update("ETH", "2", at_ms=NOW_MS + 9))
    followed.take_event(position("2", asset="ETH", at_ms=NOW_MS + 9))
    followed.take_event(position("-0.1", at_ms=NOW_MS + 12))
    elsewhere.trades["BTCUSDT"] = [rest_fill(4, order=2, at_ms=NOW_MS + 5)]
    elsewhere.answers["account"] = balances(USDT="-0.1", BTC="1", ETH="2")
    look(followed)
    assert followed.fills["id"].tolist() == [4]
    assert followed.complete


def test_what_events_explain_asks_nothing(followed, elsewhere):
    """Fills and transfers that lead to the balances, in whatever order, are left alone."""
    followed.take_event(balance_update("USDT", "100"))
    followed.take_event(position("200", at_ms=NOW_MS + 5))
    followed.take_event(position("99.9", at_ms=NOW_MS + 9))
    bought = {"does": "TRADE", "status": "FILLED", "filled": "1", "last": "1"}
    followed.take_event(report(5, **bought, trade=7, at_ms=NOW_MS + 9))
    followed.take_event(position("1", asset="BTC", at_ms=NOW_MS + 9))
    elsewhere.answers["account"] = balances(USDT="99.9", BTC="1")
    look(followed)
    assert followed.reconciled == 1
    followed.reconcile()
    look(followed)
    assert (followed.complete, len(followed.gaps), len(followed.differences)) == (True, 0, 0)


def test_a_report_of_what_rest_told_already_explains_nothing_twice(followed, elsewhere):
    """A fill from before REST's first picture is in its balances."""
    bought = {"does": "TRADE", "status": "FILLED", "filled": "1", "last": "1"}
    followed.take_event(report(5, **bought, trade=7, at_ms=NOW_MS - 1))
    followed.take_event(balance_update("USDT", "5", at_ms=NOW_MS - 1))
    look(followed)
    assert followed.reconciled == 1


def test_trades_of_a_symbol_that_is_gone_are_a_hole(followed, elsewhere):
    """A symbol that exchangeInfo doesn't have any more explains no balance."""
    gone = BadSymbol("-1121 Invalid symbol.", status=400, code=-1121)
    elsewhere.answers["exchange_info"] = lambda symbol=None: gone if symbol else symbols()
    bought = {"does": "TRADE", "status": "FILLED", "filled": "1", "last": "1"}
    followed.take_event(report(5, symbol="LUNAUSDT", **bought, trade=7, at_ms=NOW_MS + 9))
    followed.take_event(position("-0.1", at_ms=NOW_MS + 9))
    elsewhere.answers["account"] = balances(USDT="-0.1", LUNA="1")
    look(followed)
    assert "LUNA +1, USDT -100" in followed.gaps["reason"][0]


def test_it_asks_rest_now_and_then(elsewhere):
    """Balances and open orders are asked for every few minutes, trades only if they differ."""
    account = Account(elsewhere, FakeUserData, runtime=Inline(), check_every_s=60)
    account.start()
    account.take_event(report(5))
    elsewhere.answers["get_open_orders"] = [rest_order(5)]
    account._runtime.run_later()
    account._runtime.run_later()
    assert account.reconciled == 3
    assert asked_for_trades(elsewhere) == []
    elsewhere.answers["get_open_orders"] = []
    account._runtime.run_later()
    assert account.differences["what"].tolist() == ["BTCUSDT order 5"]
    account.close()
    assert account._runtime.run_later() >= 1
    assert account._runtime.run_later() == 0


def test_how_often_it_asks_can_be_changed(elsewhere):
    """What was due by then isn't asked any more; None is for never, and 0 for nobody."""
    account = Account(elsewhere, FakeUserData, runtime=Inline(), check_every_s=60)
    account.start()
    account.check_every_s = 5
    assert account._runtime.run_later() == 2
    assert account.reconciled == 2
    account.check_every_s = None
    assert account._runtime.run_later() == 1
    assert account._runtime.run_later() == 0
    assert account.reconciled == 2
    with pytest.raises(BadInput, match="above 0"):
        account.check_every_s = 0


def test_a_check_keeps_no_account_alive():
    """An account that nobody holds any more isn't kept for its next check."""
    runtime = Inline()
    account = Account(FakeClient(**told()), FakeUserData, runtime=runtime)
    account.start()
    runtime.run_later()
    assert len(runtime.later) == 1
    found = weakref.ref(account)
    del account
    gc.collect()
    assert found() is None


def test_events_that_wait_for_rest_are_bounded(monkeypatch, caplog):
    """While REST can't be reached no more events are kept than may be; then it is asked anew."""
    monkeypatch.setattr("binance_lab.live.account.MAX_MEANWHILE", 3)
    client = FakeClient(**told())
    account = Account(client, FakeUserData, runtime=Inline(), check_every_s=None)
    client.answers["account"] = ConnectionFailed("no network")
    account.start()
    for number in range(1, 12):
        account.take_event(report(number))
    assert len(account._meanwhile) <= 3
    assert account.overflows == 2
    assert caplog.text.count("3 events came while REST did not answer") == 2
    client.answers |= told(orders=[rest_order(11)])
    client.asked.clear()
    account._runtime.run_later()
    assert [name for name, _ in client.asked].count("account") == 2
    assert account.open_orders["order_id"].tolist() == [11]
    assert account.state == "live"


def balance_update(asset: str, change: str, *, at_ms=NOW_MS + 4):
    return decoded({"e": "balanceUpdate", "E": at_ms, "a": asset, "d": change, "T": at_ms})
