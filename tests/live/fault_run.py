"""A run of random faults: what live objects hold at its end is compared with what the server has.

As long as wished:

    python tests/live/fault_run.py --minutes 10 --seed 7

The embedded exchange trades by itself; every half second something goes wrong on the way to the
client: messages are lost, doubled, delayed and reordered, connections are cut, closed, stalled and
replaced, requests are refused, limited, broken off. It ends with 0 if in the end nothing is
missing, nothing is doubled, and every hole that could not be filled is listed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from binance_lab.connector.connection import Backoff, ConnectionOptions
from binance_lab.connector.exceptions import BookOutOfSync, LabError
from binance_lab.connector.link import LinkOptions
from binance_lab.connector.spot import Spot
from binance_lab.connector.stream_pool import StreamPool
from binance_lab.exchange.process import Exchange
from binance_lab.live import Candles, Live, LiveObject, OrderBook, Tape

SYMBOLS = ("BTCUSDT", "ETHUSDT")
EVERY_S = 0.5
REST = "/api/v3/*"
SILENCE_S = 2.0
SETTLE_S = 60.0  # for holes to be filled after the last fault
MESSAGES = ("lost", "doubled", "reordered", "delayed", "hole")
CONNECTIONS = ("cut", "close", "stall", "resume", "shutdown", "replace")
REQUESTS = ("before", "drop", "half", "slow", "limit")


@dataclass
class Report:
    """What happened in a run, and what was wrong in the end."""

    seconds: float = 0.0
    messages: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    held: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """How many faults struck in all."""
        return sum(self.struck.values())

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.struck.items()))
        lines = [
            f"{self.seconds:.0f} s, {self.messages:,} messages, {self.faults} faults: {kinds}",
            *self.held,
            f"holes that could not be filled: {len(self.unresolved)}",
            *self.unresolved,
            f"wrong: {len(self.wrong)}",
            *self.wrong,
        ]
        return "\n".join(lines)


def run(seconds: float, *, seed: int, tell: Callable[[str], object] = lambda line: None) -> Report:
    """Let faults happen for a while, then compare; the report says what was found.

    Args:
        seed: Of the market and of the faults; when they strike is left to the machine.
        tell: Gets a line every half minute.
    """
    report = Report()
    with Exchange(seed=seed, symbols=SYMBOLS) as exchange, following(exchange) as (pool, live):
        objects = [*followed(live)]
        began = told = time.monotonic()
        for fault in random_faults(random.Random(seed)):
            happen(exchange, pool, fault)
            objects[0].until(lambda: False, timeout=fault["pause_s"])
            now = time.monotonic()
            if now - told > 30:
                told = now
                tell(f"{now - began:.0f} s: {struck(exchange, pool).total()} faults")
            if now - began > seconds:
                break
        exchange.control("DELETE", "faults")
        report.struck, report.seconds = struck(exchange, pool), time.monotonic() - began
        with Spot(base_url=exchange.rest) as server:
            settle(objects, server)
            for made in objects:
                report.held.append(about(made))
                report.unresolved += unresolved(made)
                report.wrong += compared(server, made)
        report.messages = sum(made.received for made in objects)
    return report


@contextmanager
def following(exchange: Exchange) -> Iterator[tuple[StreamPool, Live]]:
    """A client that reconnects quickly and never repeats a request by itself."""
    options = ConnectionOptions(
        link=LinkOptions(silence_s=SILENCE_S),
        backoff=Backoff(first_s=0.1, max_s=0.5),
        replace_every_s=1.0,
    )
    pool = StreamPool(exchange.ws.removesuffix("/ws"), options=options)
    client = Spot(base_url=exchange.rest, retries=0)
    with client, pool, Live(client, pool, wait_s=10.0) as live:
        yield pool, live


def followed(live: Live) -> Iterator[LiveObject]:
    """Everything that is kept without a hole, of each symbol."""
    for symbol in SYMBOLS:
        yield live.trades(symbol)
        yield live.agg_trades(symbol)
        yield live.candles(symbol, "1s", history=50)
        yield live.candles(symbol, "1s", history=50, made_of="trades")
        yield live.book(symbol, levels=1000)


def random_faults(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Faults without end: what, and how long until the next."""
    while True:
        group = chance.choices((MESSAGES, CONNECTIONS, REQUESTS), (6, 2, 3))[0]
        fault: dict[str, Any] = {"kind": chance.choice(group)}
        if group is CONNECTIONS:
            fault |= {"door": "streams", "delay_s": chance.uniform(1.0, 4.0)}
        else:
            fault |= {"times": chance.randrange(1, 6), "delay_s": chance.uniform(0.1, 2.0)}
        if group is MESSAGES:
            fault |= {"chance": chance.uniform(0.1, 1.0), "stream": chance.choice(("*", "*@trade"))}
        if group is REQUESTS:
            fault |= {"path": REST}
        yield fault | {"pause_s": chance.expovariate(1 / EVERY_S)}


def happen(exchange: Exchange, pool: StreamPool, fault: dict[str, Any]) -> None:
    """Let a fault happen: at the server, or a replacement that the client asks for."""
    if fault["kind"] == "replace":
        pool.replace()
    else:
        wanted = {name: value for name, value in fault.items() if name != "pause_s"}
        exchange.control("POST", "faults", **wanted)


def struck(exchange: Exchange, pool: StreamPool) -> Counter[str]:
    """How often each kind of fault has struck, and how often connections were replaced."""
    replaced = sum(row["replacements"] for row in pool.status())
    return Counter(exchange.control("GET", "")["struck"]) + Counter(replaced=replaced)


def settle(objects: list[LiveObject], server: Spot) -> None:
    """Wait until everything is live, every hole filled, and all that the server has had come."""
    latest = {symbol: server.trades(symbol, limit=1)[0]["id"] for symbol in SYMBOLS}
    end = time.monotonic() + SETTLE_S

    def settled(made: LiveObject) -> bool:
        caught_up = not isinstance(made, Tape) or (
            made.kind == "aggTrade" or made.last.id >= latest[made.symbol]
        )
        return made.state == "live" and made.complete and caught_up

    for made in objects:
        while not settled(made) and time.monotonic() < end:
            made.refill()
            made.until(lambda made=made: settled(made), timeout=5.0)


def about(made: LiveObject) -> str:
    """What an object holds and what it went through, in a line."""
    states = made.gaps["state"].value_counts()
    holes = f"{len(made.gaps)} holes, {states['backfilled']} filled"
    if isinstance(made, Tape):
        return f"{made!r}: {holes}, {made.duplicates} that came again left out"
    return f"{made!r}: {holes}" + (
        f", {made.resyncs} resyncs" if isinstance(made, OrderBook) else ""
    )


def unresolved(made: LiveObject) -> list[str]:
    """The holes that are not filled, a line each."""
    return [
        f"{made.subject} {made.ledger.key} {gap.first} to {gap.last}: {gap.state}, {gap.reason}"
        for gap in made.ledger.unfilled
    ]


def compared(server: Spot, made: LiveObject) -> list[str]:
    """What an object has otherwise than the server, without what it lists as a hole."""
    if isinstance(made, Tape):
        ours = trades_of(made)  # once: meanwhile more come
        return compared_rows(made, ours, told_trades(server, made, ours[0][0], ours[-1][0]))
    if isinstance(made, Candles):
        ours = candles_of(made)
        return compared_rows(made, ours, told_candles(server, made, ours[0][0], ours[-1][0]))
    assert isinstance(made, OrderBook)
    return compared_book(server, made)


def compared_rows(made: LiveObject, ours: list[tuple[int, Any]], told: dict[int, Any]) -> list[str]:
    """What is missing, doubled or different, by key."""
    have = dict(ours)
    missing = [key for key in told if key not in have and not made.ledger.misses(key)]
    invented = [key for key in have if key not in told]
    different = [key for key in have if key in told and not np.allclose(have[key], told[key])]
    doubled = [key for key, count in Counter(key for key, _ in ours).items() if count > 1]
    found = {"missing": missing, "doubled": doubled, "different": different, "invented": invented}
    return [f"{made!r} {what}: {keys[:10]}" for what, keys in found.items() if keys]


def trades_of(tape: Tape) -> list[tuple[int, Any]]:
    """The id of each trade, and its price and amount."""
    frame = tape.frame()
    return list(zip(frame["id"], frame[["price", "qty"]].to_numpy(), strict=True))


def told_trades(server: Spot, tape: Tape, first: int, last: int) -> dict[int, Any]:
    """The same of the server's trades, from the first id to the last."""
    ask = server.historical_trades if tape.kind == "trade" else server.agg_trades
    key, price, qty = ("id", "price", "qty") if tape.kind == "trade" else ("a", "p", "q")
    told: dict[int, Any] = {}
    while first <= last:
        page = ask(tape.symbol, fromId=first, limit=1000)
        told |= {row[key]: (float(row[price]), float(row[qty])) for row in page if row[key] <= last}
        first = page[-1][key] + 1
    return told


def candles_of(candles: Candles) -> list[tuple[int, Any]]:
    """The open time (ms) of each closed candle, and its prices and volume."""
    frame = candles.frame()[lambda frame: frame["closed"]]
    values = frame[["open", "high", "low", "close", "volume"]].to_numpy()
    return list(zip(frame.index.as_unit("ms").asi8.tolist(), values, strict=True))


def told_candles(server: Spot, candles: Candles, first_ms: int, last_ms: int) -> dict[int, Any]:
    """The same of the server's candles, from the first open time to the last."""
    told: dict[int, Any] = {}
    while first_ms <= last_ms:
        page = server.klines(candles.symbol, "1s", startTime=first_ms, endTime=last_ms, limit=1000)
        told |= {row[0]: tuple(map(float, row[1:6])) for row in page}
        first_ms = page[-1][0] + 1
    return told


def compared_book(server: Spot, book: OrderBook) -> list[str]:
    """Compare with the server's book at a moment when both are at the same update."""
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end:
        told = server.depth(book.symbol, limit=1000)
        try:
            frame = book.frame()
        except (BookOutOfSync, LabError):
            frame = None
        if frame is not None and frame.attrs["last_update_id"] == told["lastUpdateId"]:
            return [
                f"{book!r}: its {side}s are not the server's"
                for side in ("bid", "ask")
                if not same_levels(frame, side, told[f"{side}s"])
            ]
        book.wait(timeout=1.0)
    return [f"{book!r}: never at an update that the server was at"]


def same_levels(frame: Any, side: str, told: list[list[str]]) -> bool:
    """Whether a side of a book begins with the levels that the server told."""
    ours = frame[frame["side"] == side][["price", "qty"]].to_numpy().tolist()[: len(told)]
    return ours == [[float(price), float(qty)] for price, qty in told]


def main() -> int:
    """Run as long as asked for, and print the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    report = run(args.minutes * 60, seed=args.seed, tell=lambda line: print(line, flush=True))
    print(report)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
