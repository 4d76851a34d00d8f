"""A market that moves, asked at any moment: what it told stays true."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from binance_lab.exchange.candles import DAY_US
from binance_lab.exchange.clock import SteppedClock
from binance_lab.exchange.server.app import Server
from binance_lab.exchange.server.gateway import Gateway, Request
from binance_lab.exchange.server.lab import Lab
from binance_lab.exchange.server.publisher import Channel, Publisher
from binance_lab.exchange.server.routes import BY_METHOD
from binance_lab.exchange.server.venue import Venue
from binance_lab.exchange.server.world import Options, World
from binance_lab.wire.enums import TimeUnit

STEP_US = 7_919  # no divisor of a second: the moments asked at are spread over it
OPEN_TIME, CLOSE_TIME = 0, 6


@pytest.fixture
def world() -> World:
    """A market nobody drives: the agents act only when the time is asked for."""
    return World(Options(symbols=["BTCUSDT"], stepped=True, seed=5))


def ask(world: World, method: str, **texts: str) -> Any:
    """What a method answers the first account's session."""
    if BY_METHOD[method].signed:
        texts["timestamp"] = str(world.venue.now_us() // 1000)
    request = Request(
        "127.0.0.1", texts, None, payload=str, logged_on=world.users[0], unit=TimeUnit.MICROSECOND
    )
    answer = Gateway(world.venue).answer(BY_METHOD[method], request)
    assert answer.error is None, answer.body
    return answer.body


def go_on(world: World) -> int:
    """Let time pass, and nobody be told of it; the time then."""
    assert isinstance(world.clock, SteppedClock)
    return world.clock.step(STEP_US)


def test_a_candle_that_ended_stays_as_it_was_told(world: World):
    """Whenever klines are asked for, one whose close time has passed never gets another trade."""
    told: dict[int, Any] = {}
    for _ in range(1_000):
        now_us = go_on(world)
        world.venue.limits.address("127.0.0.1").refund(2, now_us)
        for row in ask(world, "klines", symbol="BTCUSDT", interval="1s", limit="3"):
            if row[CLOSE_TIME] < now_us:
                assert told.setdefault(row[OPEN_TIME], row) == row
    assert len(told) > 5


def test_trades_are_in_the_order_of_time(world: World):
    """A user's trade is never followed by one of before it, whether the agents were asked to act or not."""
    for count in range(200):
        go_on(world)
        if count % 5 == 0:
            ask(world, "order.place", symbol="BTCUSDT", side=("BUY", "SELL")[count % 2],
                type="MARKET", quantity="0.001")  # fmt: skip
        elif count % 5 == 4:
            world.venue.catch_up()
    times = [each["time"] for each in ask(world, "trades.recent", symbol="BTCUSDT", limit="100")]
    assert times == sorted(times)
    assert len(ask(world, "myTrades", symbol="BTCUSDT")) >= 40


class Listener:
    """Keeps what a stream sends."""

    combined = False

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def deliver(self, channel: Channel, raw: bytes, framed: bytes) -> None:
        self.heard.append(json.loads(raw))


def test_a_candle_that_a_stream_closed_stays_as_it_was(world: World):
    """A kline stream's last word of a candle is what klines are asked for later, too."""
    listener = Listener()
    asyncio.run(listen(world, "btcusdt@kline_1s", listener))
    closed = {each["k"]["t"]: each["k"] for each in listener.heard if each["k"]["x"]}
    rows = ask(world, "klines", symbol="BTCUSDT", interval="1s", limit="20")
    asked = {row[OPEN_TIME]: row for row in rows}
    assert len(closed) > 5
    for open_time, candle in closed.items():
        assert asked[open_time][1:6] == [candle[name] for name in "ohlcv"]
        assert asked[open_time][8] == candle["n"]


async def listen(world: World, name: str, listener: Listener) -> None:
    """Some seconds of a timed stream, sent often."""
    publisher = Publisher(world.venue)
    publisher.subscribe(name, TimeUnit.MICROSECOND, listener)
    for _ in range(1_000):
        go_on(world)
        publisher.beat()
    publisher.unsubscribe(name, TimeUnit.MICROSECOND, listener)


def going_on(venue: Venue, from_us: int) -> list[int]:
    """Let a venue's clock go on with each look at it; up to when all that was due has been done."""
    done: list[int] = []
    venue._clock = itertools.count(from_us).__next__
    venue.on_time = done.append
    return done


def test_a_file_is_there_when_all_of_its_day_is_done(world: World):
    """A day that ends while its file is asked for has none yet: it is kept as it was first made."""
    market = world.venue.markets["BTCUSDT"]
    end_us = (market.started_us // DAY_US + 1) * DAY_US
    day = f"{datetime.fromtimestamp(end_us / 1e6 - 1, UTC):%Y-%m-%d}"
    path = f"/data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-{day}.zip"
    http = cast(Any, SimpleNamespace(method="GET", path=path, transport=object()))
    done = going_on(world.venue, end_us - 1)
    server = Server(world.venue)
    first, second = (asyncio.run(server._serve_file(http)).status for _ in range(2))
    server._archive.close()
    assert (first, done[0]) == (404, end_us - 1)
    assert (second, done[1]) == (200, end_us)


@pytest.mark.parametrize(
    ("door", "body", "event"),
    [
        ("deposits", {"asset": "USDT", "amount": "1"}, "transfer"),
        ("symbols", {"status": "HALT"}, "symbol_status"),
    ],
)
def test_what_the_door_does_comes_after_all_that_was_due(
    world: World, monkeypatch: pytest.MonkeyPatch, door: str, body: Any, event: str
):
    """A deposit and a halt happen at the time up to which everything has been done."""
    told: list[int] = []
    monkeypatch.setattr(world.venue, event, lambda *what: told.append(what[-1]))
    lab = Lab(world, Server(world.venue))
    done = going_on(world.venue, world.venue.now_us())
    lab._doors["POST", door](body)
    assert told == done
