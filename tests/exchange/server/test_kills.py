"""``kill -9`` under load, again and again: what was acknowledged is there after each restart.

Five times in ``make test``; ``make kills KILLS=100`` does it as often as wished and prints what it saw.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from binance_lab.exchange.process import Exchange

from ..conftest import WAIT_S, Rest

KILLS = int(os.environ.get("KILLS", "5"))
ACCOUNTS = 3
PAGE = 1000
DONE = frozenset(("FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"))
LASTING = ("symbol", "clientOrderId", "orderListId", "price", "origQty", "side", "type")

Json = dict[str, Any]


@dataclass
class Ledger:
    """What one account was told, and what it began with."""

    balances: dict[str, Decimal] = field(default_factory=dict)
    orders: dict[int, Json] = field(default_factory=dict)  # the latest acknowledgment of each
    trades: dict[int, Json] = field(default_factory=dict)
    deposited: int = 0
    depositing: bool = False  # one is under way: it may be done or not
    counts: Counter[str] = field(default_factory=Counter)

    def take(self, order: Json) -> None:
        """Remember an acknowledgment."""
        self.orders[order["orderId"]] = order
        for fill in order.get("fills", ()):
            self.trades[fill["tradeId"]] = fill


class Load(threading.Thread):
    """One account that trades as fast as it is answered, until the exchange is gone."""

    def __init__(self, rest: Rest, account: int, ledger: Ledger, seed: int, answered: Any) -> None:
        super().__init__(name=f"load {account}", daemon=True)
        self._rest = rest
        self._account = account
        self._ledger = ledger
        self._chance = Random(seed)
        self._answered = answered
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            middle = float(self._rest.get("/api/v3/ticker/price", symbol="BTCUSDT").json()["price"])
            while True:
                self._act(middle)
                self._answered.release()
        except requests.RequestException:
            return  # killed: what was under way has no answer
        except Exception as error:
            self.error = error

    def _act(self, middle: float) -> None:
        kind = self._chance.choices(
            ("limit", "market", "far", "oco", "cancel", "deposit"), (8, 3, 4, 1, 5, 1)
        )[0]
        getattr(self, f"_{kind}")(middle)
        self._ledger.counts[kind] += 1

    def _place(self, path: str = "/api/v3/order", **params: Any) -> Json:
        quantity = f"{self._chance.randint(1, 200) / 10_000:.4f}"
        params = {"symbol": "BTCUSDT", "quantity": quantity, "newOrderRespType": "FULL"} | params
        answer = self._rest.signed("POST", path, **params)
        told: Json = answer.json()
        # Limits of the account are none of the exchange's failures.
        assert answer.status_code == 200 or told["code"] in (-2010, -1013), told
        for order in told.get("orderReports", [told] if "orderId" in told else []):
            self._ledger.take(order)
        return told

    def _limit(self, middle: float) -> None:
        price = f"{middle * self._chance.uniform(0.999, 1.001):.2f}"
        side = self._chance.choice(("BUY", "SELL"))
        self._place(side=side, type="LIMIT", timeInForce="GTC", price=price)

    def _market(self, middle: float) -> None:
        self._place(side=self._chance.choice(("BUY", "SELL")), type="MARKET")

    def _far(self, middle: float) -> None:
        self._place(side="BUY", type="LIMIT", timeInForce="GTC", price=f"{middle * 0.8:.2f}")

    def _oco(self, middle: float) -> None:
        self._place(
            "/api/v3/orderList/oco",
            side="SELL",
            aboveType="LIMIT_MAKER",
            abovePrice=f"{middle * 1.2:.2f}",
            belowType="STOP_LOSS",
            belowStopPrice=f"{middle * 0.8:.2f}",
        )

    def _cancel(self, middle: float) -> None:
        opened = [each for each in self._ledger.orders.values() if each["status"] not in DONE]
        if not opened:
            return
        order = self._chance.choice(opened)
        answer = self._rest.signed(
            "DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=order["orderId"]
        )
        told = answer.json()
        if answer.status_code == 200:
            for each in told.get("orderReports", [told]):
                self._ledger.take(each)
        else:
            assert told["code"] == -2011, told  # it traded in the meantime
            found = self._rest.signed(
                "GET", "/api/v3/order", symbol="BTCUSDT", orderId=order["orderId"]
            )
            self._ledger.take(found.json())

    def _deposit(self, middle: float) -> None:
        """A deposit also makes the exchange write its whole state, which a kill may meet."""
        self._ledger.depositing = True
        self._rest.lab("POST", "/deposits", account=self._account, asset="USDT", amount="1")
        self._ledger.deposited += 1
        self._ledger.depositing = False


def pages(rest: Rest, path: str, name: str, key: str) -> Iterator[Json]:
    """Everything that a list has, from the first id on."""
    from_id = 0
    while True:
        answer = rest.signed("GET", path, symbol="BTCUSDT", limit=PAGE, **{name: from_id})
        assert answer.status_code == 200, answer.text
        rows = answer.json()
        yield from rows
        if len(rows) < PAGE:
            return
        from_id = rows[-1][key] + 1


def everything(rest: Rest) -> tuple[dict[int, Json], dict[int, Json], Json]:
    """Orders, trades and the account of one moment: agents go on trading with what rests."""
    before = account(rest)
    while True:
        orders = pages(rest, "/api/v3/allOrders", "orderId", "orderId")
        trades = pages(rest, "/api/v3/myTrades", "fromId", "id")
        found = {each["orderId"]: each for each in orders}, {each["id"]: each for each in trades}
        after = account(rest)
        if after == before:
            return *found, after
        before = after


def check(rest: Rest, ledger: Ledger) -> None:
    """Compare an account with what it was told."""
    orders, trades, kept_account = everything(rest)
    for number, told in ledger.orders.items():
        kept = orders[number]
        if kept["status"] == "CANCELED" != told["status"]:
            told = told | {"clientOrderId": kept["clientOrderId"]}  # of a cancel under way
        assert {name: kept[name] for name in LASTING} == {name: told[name] for name in LASTING}
        if told["status"] in DONE:
            assert (kept["status"], kept["executedQty"]) == (told["status"], told["executedQty"])
        else:
            assert Decimal(kept["executedQty"]) >= Decimal(told["executedQty"])
    for number, told in ledger.trades.items():
        assert {name: trades[number][name] for name in ("price", "qty", "commission")} == {
            name: told[name] for name in ("price", "qty", "commission")
        }
    check_balances(ledger, kept_account, list(orders.values()), list(trades.values()))


def check_balances(
    ledger: Ledger, kept_account: Json, orders: list[Json], trades: list[Json]
) -> None:
    """Balances are what the account began with, its deposits and its trades; locked is what orders hold."""
    owned = dict(ledger.balances)
    for trade in trades:
        sign = 1 if trade["isBuyer"] else -1
        owned["BTC"] += sign * Decimal(trade["qty"])
        owned["USDT"] -= sign * Decimal(trade["quoteQty"])
        owned[trade["commissionAsset"]] -= Decimal(trade["commission"])
    locked: Counter[str] = Counter()
    lists: set[int] = set()
    for order in orders:
        if order["status"] in DONE or order["orderListId"] in lists - {-1}:
            continue
        lists.add(order["orderListId"])  # its orders share one hold
        left = Decimal(order["origQty"]) - Decimal(order["executedQty"])
        if order["side"] == "SELL":
            locked["BTC"] += left
        else:
            locked["USDT"] += left * Decimal(order["price"])
    kept = {each["asset"]: each for each in kept_account["balances"]}
    total = {name: Decimal(kept[name]["free"]) + Decimal(kept[name]["locked"]) for name in owned}
    if ledger.depositing and total["USDT"] == owned["USDT"] + ledger.deposited + 1:
        ledger.deposited += 1
    ledger.depositing = False
    owned["USDT"] += ledger.deposited
    assert total == owned
    assert {name: Decimal(kept[name]["locked"]) for name in ("BTC", "USDT")} == {
        name: locked[name] for name in ("BTC", "USDT")
    }


def account(rest: Rest) -> Json:
    return rest.signed("GET", "/api/v3/account").json()


def wait_for(answered: threading.Semaphore, count: int, loads: list[Load]) -> None:
    for _ in range(count):
        assert answered.acquire(timeout=WAIT_S), [load.error for load in loads]


@pytest.mark.timeout(60 + 15 * KILLS)
def test_what_was_acknowledged_survives_kills_under_load(tmp_path: Path):
    """Orders, cancels, fills, lists and deposits that were acknowledged are there after every kill -9."""
    chance = Random(20)
    ledgers = [Ledger() for _ in range(ACCOUNTS)]
    for number in range(KILLS + 1):
        with Exchange(symbols=["BTCUSDT"], data=tmp_path, accounts=ACCOUNTS) as exchange:
            exchange.control("POST", "limits", weight=10**9, orders_10s=10**9)
            rests = [Rest(exchange, each) for each in range(ACCOUNTS)]
            if number == 0:
                for rest, ledger in zip(rests, ledgers, strict=True):
                    rows = account(rest)["balances"]
                    ledger.balances = {each["asset"]: Decimal(each["free"]) for each in rows}
            for rest, ledger in zip(rests, ledgers, strict=True):
                check(rest, ledger)
            if number == KILLS:
                break
            answered = threading.Semaphore(0)
            loads = [
                Load(rest, told["account"], ledger, chance.randrange(2**32), answered)
                for rest, told, ledger in zip(rests, exchange.accounts, ledgers, strict=True)
            ]
            for load in loads:
                load.start()
            wait_for(answered, chance.randint(5, 150), loads)
            os.kill(exchange.pid, signal.SIGKILL)
            for load in loads:
                load.join(WAIT_S)
                assert load.error is None
    told = sum((ledger.counts for ledger in ledgers), Counter())
    orders = sum(len(ledger.orders) for ledger in ledgers)
    trades = sum(len(ledger.trades) for ledger in ledgers)
    print(
        f"\n{KILLS} kills: {told.total()} acknowledgments ({dict(told)}), "
        f"{orders} orders and {trades} fills, none lost, balances exact"
    )
    assert min(told["limit"], told["cancel"], trades) > 0
