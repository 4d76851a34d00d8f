"""What the embedded exchange does in a second, and what it costs while nobody asks."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import payloads
from contest import Area, Contestant, Goal, Sample, Setup, Work, cpu_of, rss_of

CORE, RULED = "matching core", "matching, all filters and fees"
ORDER, READY, IDLE = "REST order round trip", "ready", "idle with agents"
PAST = "1,000 klines of the past"
MEMORY, ONE, TEN = "memory after an hour", "stream to 1 client", "stream to each of 10"
ORDERS, TRIPS, MESSAGES, PASTS = 20_000, 150, 40_000, 6
IDLE_S = 6.0
HOUR_STEPS = 360  # of ten seconds
STREAMS = "btcusdt@bookTicker/btcusdt@trade/btcusdt@depth@100ms"


def ours(setup: Setup) -> dict[str, Sample]:
    """All of it."""
    with tempfile.TemporaryDirectory() as folder:
        return {
            CORE: _matching(setup, ruled=False),
            RULED: _matching(setup, ruled=True),
            PAST: _past(setup),
            **_running(setup),
            MEMORY: _after_an_hour(setup),
            **_streaming(setup, Path(folder)),
        }


def _matching(setup: Setup, *, ruled: bool) -> Sample:
    """Limit orders around a price, half of which trade at once: seconds for one."""
    from dataclasses import replace

    from binance_lab.exchange.engine import Engine
    from binance_lab.exchange.events import Silent
    from binance_lab.exchange.orders import NewOrder
    from binance_lab.exchange.symbols import DEFAULT_SYMBOLS
    from binance_lab.wire.enums import OrderType, Side, TimeInForce

    rules = next(each for each in DEFAULT_SYMBOLS if each.symbol == "BTCUSDT")
    # A number of open orders that a run reaches is no filter to measure.
    kept = tuple(each for each in rules.filters if not each["filterType"].startswith("MAX_NUM"))
    rules = replace(rules, filters=kept if ruled else ())
    engine = Engine((rules,), listener=Silent())
    wealth = {rules.base: Decimal(10**9), rules.quote: Decimal(10**14)}
    traders = [engine.open_account(wealth, reported=ruled).id for _ in range(2)]
    chance, middle, count = Random(5), rules.ticks(rules.fair_price), setup.count(ORDERS)
    orders = [
        NewOrder(
            symbol=rules.symbol,
            side=Side.BUY if number % 2 else Side.SELL,
            type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            quantity=Decimal(chance.randint(1, 200)) / 1000,
            price=(middle + chance.randint(-300, 300)) * rules.tick,
        )
        for number in range(count)
    ]
    now_us = 1_754_000_000_000_000
    cpu, wall = time.process_time(), time.perf_counter()
    for number, order in enumerate(orders):
        engine.place(traders[number % 2], order, now_us=now_us + number)
    return (time.process_time() - cpu) / count, (time.perf_counter() - wall) / count


def _past(setup: Setup) -> Sample:
    """The median answer of klines that nobody asked for before, of three intervals."""
    from binance_lab.exchange.market_data import MarketData
    from binance_lab.exchange.past import SyntheticPast
    from binance_lab.exchange.symbols import DEFAULT_SYMBOLS

    now_us = 1_754_000_000_000_000
    taken = []
    for seed in range(setup.count(PASTS)):
        for interval in ("1m", "15m", "1d"):
            past = SyntheticPast(DEFAULT_SYMBOLS[0], seed, end_us=now_us)
            market = MarketData(DEFAULT_SYMBOLS[0], past=past)
            cpu, wall = time.process_time(), time.perf_counter()
            market.klines(interval, now_us=now_us, limit=1000)
            taken.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpus, walls = zip(*taken, strict=True)
    return statistics.median(cpus), statistics.median(walls)


def _running(setup: Setup) -> dict[str, Sample]:
    """One exchange with the default agents: start, rest, orders."""
    from binance_lab import Exchange, Spot

    wall = time.perf_counter()
    with Exchange() as exchange:
        ready = time.perf_counter() - wall
        before, seconds = cpu_of(exchange.pid), IDLE_S * min(1.0, setup.scale)
        time.sleep(seconds)
        idle = (cpu_of(exchange.pid) - before) * 60 / seconds
        exchange.control("POST", "limits", weight=10**6, orders_10s=10**6)
        with Spot(exchange.api_key, exchange.api_secret, base_url=exchange.rest) as client:
            trip = _orders(client, setup.count(TRIPS))
    return {
        READY: (ready, ready),
        IDLE: (idle, idle),
        ORDER: trip,
    }


def _after_an_hour(setup: Setup) -> Sample:
    """What an exchange holds after an hour of its default agents, on a clock that is stepped through it."""
    from binance_lab import Exchange

    with Exchange(stepped=True) as exchange:
        for _ in range(setup.count(HOUR_STEPS)):
            exchange.control("POST", "clock", by_us=10_000_000)
        held = float(rss_of(exchange.pid))
    return held, held


def _orders(client: Any, count: int) -> Sample:
    """The median order that rests, from call to answer; each is canceled, unmeasured."""
    price = f"{float(client.ticker_price('BTCUSDT')['price']) * 0.8:.2f}"
    order = {"timeInForce": "GTC", "quantity": "0.01", "price": price}
    taken = []
    for _ in range(count):
        cpu, wall = time.process_time(), time.perf_counter()
        placed = client.new_order("BTCUSDT", "BUY", "LIMIT", **order)
        taken.append((time.process_time() - cpu, time.perf_counter() - wall))
        client.cancel_order("BTCUSDT", orderId=placed["orderId"])
    cpus, walls = zip(*taken, strict=True)
    return statistics.median(cpus), statistics.median(walls)


def _streaming(setup: Setup, folder: Path) -> dict[str, Sample]:
    """A recording replayed as fast as its slowest subscriber takes it: seconds for a message."""
    from binance_lab import Exchange

    capture = folder / "made-up.jsonl"
    last = _write_capture(capture, setup.count(MESSAGES))
    samples = {}
    for name, clients in ((ONE, 1), (TEN, 10)):
        with Exchange(replay=[capture], speed=0, hold=True) as exchange:
            readers = [
                _Reader(f"{exchange.ws}/stream?streams={STREAMS}", last) for _ in range(clients)
            ]
            cpu, wall = cpu_of(exchange.pid), time.perf_counter()
            exchange.control("POST", "replay")
            for reader in readers:
                reader.join(60)
            got = min(reader.messages for reader in readers)
            cpu, wall = cpu_of(exchange.pid) - cpu, time.perf_counter() - wall
            samples[name] = (cpu / got, wall / got)
    return samples


def _write_capture(path: Path, count: int) -> bytes:
    """Write a recording of the usual mix; what its last message contains and no other does."""
    market = payloads.Market()
    first_ns = payloads.START_MS * 1_000_000
    snapshot = payloads.compact(market.snapshot(1000))
    messages = [market.message("trade"), snapshot, *market.mix(count), market.message("trade")]
    with path.open("wb") as file:
        for number, message in enumerate(messages):
            file.write(b"%d %s\n" % (first_ns + number * 3_000_000, message))
    return messages[-1].partition(b'"data":')[2][:-1]


class _Reader(threading.Thread):
    """A client that counts messages and looks into none but the last ones of a read."""

    def __init__(self, url: str, last: bytes) -> None:
        import websocket

        from binance_lab.connector.framing import FrameParser

        super().__init__(daemon=True)
        self.messages = 0
        self._last = last
        self._parser = FrameParser()
        self._socket = websocket.create_connection(url, timeout=30)
        self.start()

    def run(self) -> None:
        sock, feed = self._socket.sock, self._parser.feed
        while data := sock.recv(1 << 16):
            messages = feed(data)
            self.messages += len(messages)
            if any(self._last in message for message in messages[-20:]):
                return


def _at_least(limit: float) -> tuple[Goal, ...]:
    return (Goal(limit, "units", more_is_better=True),)


AREA = Area(
    name="exchange",
    about="the embedded exchange",
    works=(
        Work(CORE, "orders/s", scale=1, rate=True, goals=_at_least(100_000)),
        Work(RULED, "orders/s", scale=1, rate=True),
        Work(PAST, "ms CPU", scale=1e3, goals=(Goal(100, "units"),)),
        Work(ORDER, "ms", scale=1e3, by="wall", goals=(Goal(3, "units"),)),
        Work(ONE, "messages/s", scale=1, by="wall", rate=True, goals=_at_least(50_000)),
        Work(TEN, "messages/s", scale=1, by="wall", rate=True, goals=_at_least(5_000)),
        Work(READY, "s", scale=1, by="wall", goals=(Goal(2, "units"),)),
        Work(IDLE, "CPU s a minute", scale=1, goals=(Goal(1, "units"),)),
        Work(MEMORY, "MB", scale=1e-6, goals=(Goal(300, "units"),)),
    ),
    contestants=(Contestant("binance_lab", "ours", ours),),
    rounds=3,
    seconds=300,  # an hour of agents takes its time
)
