"""Live objects against the embedded exchange while everything goes wrong that can."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests

from binance_lab.connector.connection import Backoff, ConnectionOptions
from binance_lab.connector.exceptions import BookOutOfSync, LabError
from binance_lab.connector.spot import Spot
from binance_lab.connector.stream_pool import StreamPool
from binance_lab.exchange.process import Exchange
from binance_lab.live import Live

RUN_S = 9.0
SYMBOLS = ("BTCUSDT", "ETHUSDT")
REST = "/api/v3/*"
FAULTS = (
    {"kind": "lost", "chance": 0.03},
    {"kind": "doubled", "chance": 0.03},
    {"kind": "reordered", "chance": 0.03},
    {"kind": "hole", "chance": 0.03},
    {"kind": "before", "chance": 0.1, "path": REST, "status": 503},
    {"kind": "drop", "chance": 0.05, "path": REST},
    {"kind": "half", "chance": 0.05, "path": REST},
    {"kind": "limit", "chance": 0.05, "path": REST, "delay_s": 1.0},
    {"kind": "cut", "every_s": 2.5, "door": "streams"},
    {"kind": "shutdown", "every_s": 5.0, "delay_s": 1.0, "door": "streams"},
)


def eventually(condition: Callable[[], bool], timeout: float, *, following) -> bool:
    """Whether a condition holds in time; looked at after each change of a live object."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except (BookOutOfSync, LabError):
            pass  # looked at again after the next change
        following.wait(timeout=1.0)
    return False


@pytest.fixture
def exchange():
    with Exchange(seed=7, symbols=SYMBOLS) as started:
        yield started


def test_nothing_is_missing_or_doubled_after_a_run_of_faults(exchange):
    """What the server had is what live objects have, though messages and connections were lost."""
    options = ConnectionOptions(backoff=Backoff(first_s=0.1, max_s=0.5), replace_every_s=1.0)
    client = Spot(base_url=exchange.rest, retries=0)
    pool = StreamPool(exchange.ws.removesuffix("/ws"), options=options)
    with client, pool, Live(client, pool, wait_s=10.0) as live:
        tapes = [live.trades(symbol) for symbol in SYMBOLS]
        tapes += [live.agg_trades(symbol) for symbol in SYMBOLS]
        candles = [live.candles(symbol, "1s", history=50) for symbol in SYMBOLS]
        books = [live.book(symbol, levels=1000) for symbol in SYMBOLS]
        for fault in FAULTS:
            answer = requests.post(f"{exchange.rest}/lab/faults", json=fault, timeout=10)
            assert answer.ok, answer.text
        end = time.monotonic() + RUN_S
        tapes[0].until(lambda: time.monotonic() > end, timeout=RUN_S + 5)
        requests.delete(f"{exchange.rest}/lab/faults", timeout=10).raise_for_status()

        everything = [*tapes, *candles, *books]
        for made in everything:
            made.refill()
        assert eventually(
            lambda: all(made.complete and made.state == "live" for made in everything),
            40.0,
            following=books[0],
        ), live.status().to_string()
        for tape in tapes:
            check_trades(client, tape)
        for each in candles:
            check_candles(client, each)
        for book in books:
            assert eventually(lambda book=book: equals(client, book), 20.0, following=book)
        assert sum(len(made.gaps) for made in everything) > 10
        assert sum(book.resyncs for book in books) > 0


def check_trades(client: Spot, tape) -> None:
    """Every trade from the tape's first on is there once, as the server tells it."""
    ours = tape.frame()
    told, first = [], int(ours["id"].iloc[0])
    while first <= ours["id"].iloc[-1]:
        if tape.kind == "trade":
            page = client.historical_trades(tape.symbol, fromId=first, limit=1000)
        else:
            page = client.agg_trades(tape.symbol, fromId=first, limit=1000)
        told += page
        first = page[-1]["id" if tape.kind == "trade" else "a"] + 1
    keys = ("id", "price", "qty") if tape.kind == "trade" else ("a", "p", "q")
    wanted = [tuple(float(trade[key]) for key in keys) for trade in told][: len(ours)]
    assert ours[["id", "price", "qty"]].apply(tuple, axis=1).tolist() == wanted


def check_candles(client: Spot, candles) -> None:
    """Every closed candle is there once, as the server tells it."""
    closed = candles.frame()[lambda frame: frame["closed"]]
    start_ms = int(closed.index.as_unit("ms").asi8[0])
    told = client.klines(candles.symbol, "1s", startTime=start_ms, limit=1000)[: len(closed)]
    names = ["open", "high", "low", "close", "volume"]
    assert closed.index.as_unit("ms").asi8.tolist() == [row[0] for row in told]
    assert closed[names].to_numpy().tolist() == [[float(cell) for cell in row[1:6]] for row in told]


def equals(client: Spot, book) -> bool:
    """Whether the book is the server's, at a moment when both are at the same update."""
    told = client.depth(book.symbol, limit=1000)
    frame = book.frame()
    if told["lastUpdateId"] != frame.attrs["last_update_id"]:
        return False
    for side in ("bid", "ask"):
        ours = frame[frame["side"] == side][["price", "qty"]].to_numpy().tolist()
        theirs = [list(map(float, level)) for level in told[f"{side}s"]]
        assert ours[: len(theirs)] == theirs
    return True
