"""What was acknowledged survives a restart, even after kill -9."""

from __future__ import annotations

import os
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from binance_lab.exchange.clock import SteppedClock
from binance_lab.exchange.process import Exchange, ExchangeError
from binance_lab.exchange.server import trade
from binance_lab.exchange.server.call import Call
from binance_lab.exchange.server.gateway import Answer, Gateway, Request
from binance_lab.exchange.server.routes import BY_METHOD
from binance_lab.exchange.server.store import FILE_NAME, Store, StoreError
from binance_lab.exchange.server.world import BadOptions, Options, World

from ..conftest import Rest


def kill(exchange: Exchange) -> None:
    """End an exchange as a power cut would."""
    os.kill(exchange.pid, signal.SIGKILL)
    exchange.stop()


def everything(rest: Rest) -> dict[str, Any]:
    """All that an account can see of itself, without its balances' time."""
    account = rest.signed("GET", "/api/v3/account", omitZeroBalances="true").json()
    return {
        "balances": account["balances"],
        "orders": rest.signed("GET", "/api/v3/allOrders", symbol="BTCUSDT").json(),
        "trades": rest.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT").json(),
    }


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path):
    """Orders, fills and balances are the same after kill -9, again and again, with the same keys."""
    keys: set[str] = set()
    known: dict[str, Any] = {}
    for _ in range(4):
        with Exchange(symbols=["BTCUSDT"], agents=False, data=tmp_path, accounts=2) as exchange:
            keys.add(exchange.api_key)
            rest, other = Rest(exchange), Rest(exchange, 1)
            if known:
                assert everything(rest) == known
            other.order("SELL", "0.01", "60000")
            rest.order("BUY", "0.005")
            rest.order("BUY", "0.01", "50000")
            known = everything(rest)
            kill(exchange)
    assert len(keys) == 1
    assert len(known["orders"]) == 8


REPLACE = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "45000",
}


@pytest.mark.parametrize("mode", ["DO_NOTHING", "CANCEL_ONLY"])
def test_what_the_order_count_refused_is_not_placed_after_a_kill(tmp_path: Path, mode: str):
    """An order that was one too many, new or a replacement, isn't there after a restart either."""
    with Exchange(symbols=["BTCUSDT"], agents=False, data=tmp_path) as exchange:
        rest = Rest(exchange)
        first = rest.order("BUY", "0.01", "50000")
        rest.lab("POST", "/limits", orders_10s=0)
        replaced = {"cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": first["orderId"]}
        replaced |= {"orderRateLimitExceededMode": mode}
        for path, more in (("order", {}), ("order/cancelReplace", replaced)):
            answer = rest.signed("POST", "/api/v3/" + path, **(REPLACE | more))
            assert answer.status_code == 429
        known = everything(rest)
        assert len(known["orders"]) == 1
        kill(exchange)
    with Exchange(symbols=["BTCUSDT"], agents=False, data=tmp_path) as exchange:
        assert everything(Rest(exchange)) == known


def test_agents_go_on_where_they_were(tmp_path: Path):
    """With agents the public trades before the kill are there after it, and new ones follow."""
    with Exchange(symbols=["BTCUSDT"], data=tmp_path, stepped=True) as exchange:
        rest = Rest(exchange)
        rest.lab("POST", "/clock", by_us=30_000_000)
        bought = rest.order("BUY", "0.5")
        before = rest.get("/api/v3/trades", symbol="BTCUSDT", limit=1000).json()
        kill(exchange)
    with Exchange(symbols=["BTCUSDT"], data=tmp_path) as exchange:
        rest = Rest(exchange)
        after = rest.get(
            "/api/v3/historicalTrades", symbol="BTCUSDT", fromId=before[0]["id"], limit=1000
        )
        assert after.json()[: len(before)] == before
        found = rest.signed("GET", "/api/v3/order", symbol="BTCUSDT", orderId=bought["orderId"])
        assert found.json()["executedQty"] == bought["executedQty"]


def test_a_clean_stop_keeps_everything_too(tmp_path: Path):
    """A stop saves; accounts opened by the door are kept with their keys."""
    with Exchange(symbols=["BTCUSDT"], agents=False, data=tmp_path) as exchange:
        made = Rest(exchange).lab("POST", "/accounts", balances={"USDT": "7"})
    with Exchange(symbols=["BTCUSDT"], agents=False, data=tmp_path) as exchange:
        rest = Rest(exchange)
        rest.key, rest.secret = made["api_key"], made["api_secret"]
        assert everything(rest)["balances"][0]["free"] == "7.00000000"


def test_a_folder_serves_one_exchange_at_a_time(tmp_path: Path):
    """A second exchange on the same folder says so."""
    with (
        Exchange(symbols=["BTCUSDT"], agents=False, data=tmp_path),
        pytest.raises(ExchangeError, match="another exchange"),
    ):
        Exchange(symbols=["BTCUSDT"], agents=False, data=tmp_path)


def broken(call: Call) -> Any:
    """Places the order, then fails as nothing should."""
    trade.place_order(call)
    raise RuntimeError("a handler that is broken")


def bid(world: World, price: str) -> Answer:
    """Send a bid through the gateway, as its own session."""
    texts = {name: str(value) for name, value in REPLACE.items()} | {"price": price}
    texts["timestamp"] = str(world.venue.now_us() // 1000)
    user = world.users[0]
    request = Request("127.0.0.1", texts, None, payload=str, logged_on=user)
    gateway = Gateway(world.venue)
    world.keep(gateway)
    return gateway.answer(BY_METHOD["order.place"], request)


def prices(world: World) -> list[str]:
    """The prices of the first account's orders."""
    engine = world.venue.engine
    rows = engine.orders(world.users[0].account_id, "BTCUSDT")
    return [engine.rules("BTCUSDT").price_text(row.price_ticks) for row in rows]


@pytest.mark.parametrize("killed", [False, True])
def test_a_command_that_breaks_off_keeps_no_exchange_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
):
    """What was acknowledged before and after it is there, though it fails again; with a kill in it, too."""
    options = Options(symbols=["BTCUSDT"], agents=False, data=str(tmp_path))
    world = World(options)
    assert bid(world, "50000").status == 200
    with monkeypatch.context() as patched:
        route = BY_METHOD["order.place"]
        patched.setitem(BY_METHOD, route.method, replace(route, handler=broken))
        if killed:
            patched.setattr(World, "save", lambda self: None)
        with pytest.raises(RuntimeError):
            bid(world, "51000")
        if killed:
            world.leave()
            world = World(options)
    assert bid(world, "52000").status == 200
    seen = prices(world)
    world.leave()
    again = World(options)
    assert prices(again) == seen
    assert [seen[0], seen[-1]] == ["50000.00000000", "52000.00000000"]
    again.leave()


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("stepped", [False, True])
def test_time_goes_on_from_where_it_was(tmp_path: Path, killed: bool, stepped: bool):
    """An exchange whose time was ahead of the computer's isn't earlier after a restart."""
    options = Options(symbols=["BTCUSDT"], agents=False, data=str(tmp_path))
    world = World(replace(options, stepped=True))
    assert isinstance(world.clock, SteppedClock)
    world.clock.step(3_600_000_000)
    assert bid(world, "50000").status == 200
    before_us = world.venue.now_us()
    world.leave() if killed else world.close()
    again = World(replace(options, stepped=stepped))
    assert again.venue.now_us() >= before_us
    assert not again.venue.real_time
    assert bid(again, "51000").status == 200
    again.leave()


def test_time_is_the_computers_after_a_usual_restart(tmp_path: Path):
    """Where it wasn't ahead, clients' timestamps are checked as before."""
    options = Options(symbols=["BTCUSDT"], agents=False, data=str(tmp_path))
    for _ in range(2):
        world = World(options)
        assert world.venue.real_time
        world.close()


def test_another_versions_folder_is_refused(tmp_path: Path):
    """A state of other parts is not half understood: the folder is named, and what to do."""
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("PRAGMA user_version = 1")
    database.close()
    with pytest.raises(StoreError, match="its format is 1, not 3"):
        Store(tmp_path)


def test_a_damaged_journal_is_said(tmp_path: Path):
    """An entry that can't be read is no traceback, but an error that says what to do."""
    world = World(Options(symbols=["BTCUSDT"], agents=False, data=str(tmp_path)))
    world.leave()
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("INSERT INTO journal (entry) VALUES (?)", (b"\x80\x05garbled",))
    database.close()
    with pytest.raises(BadOptions, match="can't be read"):
        World(Options(symbols=["BTCUSDT"], agents=False, data=str(tmp_path)))


class Foreign:
    """What a file from elsewhere might want to call."""

    def __init__(self, call: Any, *args: Any) -> None:
        self._call = call, args

    def __reduce__(self) -> Any:
        return self._call


@pytest.mark.parametrize(
    "foreign",
    [Foreign(os.system, "true"), Foreign(getattr, "text", "upper"), Foreign(eval, "1")],
)
def test_a_file_from_elsewhere_runs_no_code(tmp_path: Path, foreign: Foreign):
    """A snapshot with anything but an exchange's state in it is refused."""
    store = Store(tmp_path)
    store.save(foreign)
    with pytest.raises(StoreError, match="can't be read"):
        store.snapshot()
    store.close()
