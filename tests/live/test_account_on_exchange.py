"""The live account on the embedded exchange: what is traded elsewhere, cut off, or lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from binance_lab import Lab
from binance_lab.connector.spot import Spot
from binance_lab.exchange.process import Exchange
from binance_lab.live import Account

WAIT_S = 30.0


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    symbols = ["BTCUSDT", "ETHUSDT", "ETHBTC"]
    with Exchange(seed=2, symbols=symbols, agents=False, accounts=2) as exchange:
        yield exchange


@pytest.fixture
def lab(exchange) -> Iterator[Lab]:
    with Lab(url=exchange.rest, api_key=exchange.api_key, api_secret=exchange.api_secret) as lab:
        yield lab


@pytest.fixture
def account(lab) -> Account:
    account = lab.live.account()
    assert account.wait_live(WAIT_S)
    return account


@pytest.fixture
def seller(exchange) -> Iterator[Spot]:
    """Somebody else, whose offers the account takes."""
    key = exchange.accounts[1]
    with Spot(key["api_key"], key["api_secret"], base_url=exchange.rest) as client:
        yield client


def buy(seller: Spot, buyer: Spot, symbol: str, quantity: str, price: str) -> None:
    """The account takes somebody else's offer, by a request that no live object knows of."""
    for client, side in ((seller, "SELL"), (buyer, "BUY")):
        client.new_order(symbol, side, "LIMIT", timeInForce="GTC", quantity=quantity, price=price)


def explained(account: Account) -> bool:
    """Wait until fills and transfers explain the balances, which may be found out without a change."""
    end = time.monotonic() + WAIT_S
    while not account._audit.settled and time.monotonic() < end:
        account.until(lambda: account._audit.settled, 0.05)
    return account._audit.settled


def test_all_that_the_exchange_tells_is_explained(account, lab, seller, exchange):
    """Orders, fills of both sides, fees, a transfer and a cancel leave nothing to ask REST about."""
    before = account.reconciled
    buy(seller, lab.client, "BTCUSDT", "0.01", "60000")
    buy(seller, lab.client, "ETHBTC", "0.5", "0.05")
    buy(lab.client, seller, "BTCUSDT", "0.002", "60000")
    exchange.control("POST", "deposits", asset="USDT", amount="1000")
    resting = lab.client.new_order(
        "BTCUSDT", "BUY", "LIMIT", timeInForce="GTC", quantity="0.01", price="50000"
    )
    lab.client.cancel_order("BTCUSDT", orderId=resting["orderId"])
    assert account.until(lambda: len(account.fills) == 3, WAIT_S)
    assert account.until(lambda: len(account.open_orders) == 0, WAIT_S)
    assert explained(account)
    assert account.reconciled == before
    account.reconcile()
    assert account.until(lambda: account.reconciled == before + 1, WAIT_S)
    assert explained(account)
    assert (len(account.gaps), len(account.differences)) == (0, 0)


def test_what_was_traded_elsewhere_during_a_cut_is_found(account, lab, seller, exchange):
    """A fill of a symbol without an order here, made while the stream was cut, is found by REST."""
    exchange.control("POST", "faults", kind="stall", door="api")
    buy(seller, lab.client, "ETHUSDT", "0.2", "3000")
    exchange.control("POST", "faults", kind="cut", door="api")
    assert account.until(lambda: "ETHUSDT" in set(account.fills["symbol"]), WAIT_S)
    assert explained(account)
    assert account.complete
    assert not account.differences.empty


def test_reports_that_are_lost_without_a_cut_are_found(account, lab, seller, exchange):
    """The balances that events tell show that a fill's report did not come."""
    exchange.control("POST", "faults", kind="lost", stream="userData", times=2)
    buy(seller, lab.client, "BTCUSDT", "0.003", "60000")
    assert account.until(lambda: len(account.fills) == 1, WAIT_S)
    assert account.fills["qty"].tolist() == [0.003]
    assert explained(account)
    assert account.complete


def test_a_transfer_that_is_lost_is_listed(account, exchange):
    """What no trade explains is a hole, and the balance is right all the same."""
    had = account.free()["USDT"]
    exchange.control("POST", "faults", kind="lost", stream="userData", times=2)
    exchange.control("POST", "deposits", asset="USDT", amount="7")
    account.reconcile()
    assert account.until(lambda: not account.complete, WAIT_S)
    assert "USDT +7" in account.gaps["reason"].iloc[-1]
    assert account.free()["USDT"] == had + 7


def test_the_connection_of_the_account_is_in_the_status(account, lab):
    """Its row is there besides the streams' connections, with what came over it."""
    rows = lab.live.status().set_index("kind").loc[["Account", "connection"]]
    assert rows["state"].tolist() == ["live", "open"]
    assert rows["name"].str.startswith("api-").tolist() == [False, True]
