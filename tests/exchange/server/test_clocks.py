"""Time that a test steps, or that runs faster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from binance_lab.exchange.process import Exchange

from ..conftest import Rest, Socket

MINUTE_US = 60_000_000


@pytest.fixture(scope="module")
def stepped() -> Iterator[Exchange]:
    """An exchange whose time stands still."""
    with Exchange(symbols=["BTCUSDT"], stepped=True, seed=5) as exchange:
        yield exchange


def now_ms(rest: Rest) -> int:
    """The exchange's time."""
    return int(rest.get("/api/v3/time").json()["serverTime"])


def test_time_stands_still_until_it_is_stepped(stepped: Exchange):
    """The clock moves by what the control door says, and agents trade meanwhile."""
    rest = Rest(stepped)
    before = now_ms(rest)
    trades = rest.get("/api/v3/trades", symbol="BTCUSDT").json()
    assert now_ms(rest) == before
    rest.lab("POST", "/clock", by_us=MINUTE_US)
    assert now_ms(rest) == before + 60_000
    assert rest.get("/api/v3/trades", symbol="BTCUSDT").json()[-1]["id"] > trades[-1]["id"]


def test_a_step_sends_what_became_due(stepped: Exchange):
    """Timed streams send at each step, the closed candle included."""
    rest, stream = Rest(stepped), Socket(stepped.ws + "/ws/btcusdt@kline_1m")
    stream.ask(method="LIST_SUBSCRIPTIONS", id=1)
    rest.lab("POST", "/clock", by_us=1)
    rest.lab("POST", "/clock", by_us=MINUTE_US)
    closed = stream.until(lambda message: message["k"]["x"])
    stream.close()
    assert closed["e"] == "kline"


def test_a_listen_key_lives_for_sixty_minutes():
    """Who doesn't renew a listen key is told that it expired."""
    with Exchange(symbols=["BTCUSDT"], stepped=True, agents=False) as exchange:
        rest = Rest(exchange)
        headers = {"X-MBX-APIKEY": rest.key}
        key = rest.send("POST", "/api/v3/userDataStream", headers=headers).json()["listenKey"]
        stream = Socket(f"{exchange.ws}/ws/{key}")
        stream.ask(method="LIST_SUBSCRIPTIONS", id=1)
        rest.lab("POST", "/clock", by_us=60 * MINUTE_US)
        event = stream.until(lambda message: message["e"] == "listenKeyExpired")
        stream.close()
    assert event["listenKey"] == key


def test_time_may_run_faster():
    """With a speed of 100 the exchange's time passes a hundred times as fast."""
    with Exchange(symbols=["BTCUSDT"], speed=100, agents=False) as exchange:
        rest = Rest(exchange)
        first = now_ms(rest)
        while now_ms(rest) < first + 5_000:
            pass
        assert rest.signed("GET", "/api/v3/account").status_code == 200
