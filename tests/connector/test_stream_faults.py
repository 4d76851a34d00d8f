"""Random faults in a running stream: every hole is announced, and nothing comes twice."""

from __future__ import annotations

import random
import threading

import msgspec
import pytest

from binance_lab.connector.connection import Backoff, ConnectionEvent, ConnectionOptions, State
from binance_lab.connector.stream_pool import StreamPool

from .servers import Peer, Server, agree, serving, wait_until

FAST = ConnectionOptions(backoff=Backoff(0.001, 0.01), replace_every_s=0.0, stable_s=0.0)
SHUTDOWN = {"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1}}
FAULTS = 40
MESSAGES_BETWEEN = 60


class Ledger:
    """A sink that notes the ids it gets, and None where the connection said that it was lost."""

    def __init__(self) -> None:
        self.entries: list[int | None] = []

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        self.entries += [msgspec.json.decode(message)["data"]["t"] for message in messages]

    def connection_changed(self, event: ConnectionEvent) -> None:
        if event.state is State.CLOSED:
            self.entries.append(None)


class Market:
    """Sends trades with ids 1, 2, 3 … to every connection that has subscribed."""

    def __init__(self) -> None:
        self.last = 0
        self.lock = threading.Lock()  # guards subscribers and last: one trade goes to all or none
        self.subscribers: list[Peer] = []

    def on_message(self, peer: Peer, message: dict[str, object]) -> None:
        with self.lock:
            agree(peer, message)  # type: ignore[arg-type]
            if message["method"] == "SUBSCRIBE":
                self.subscribers.append(peer)

    def trade(self) -> None:
        with self.lock:
            self.last += 1
            for peer in self.subscribers:
                peer.send({"stream": "btcusdt@trade", "data": {"t": self.last}})

    def live(self) -> list[Peer]:
        with self.lock:
            return [peer for peer in self.subscribers if not peer.gone.is_set()]


def fault(chance: random.Random, market: Market, pool: StreamPool) -> None:
    """Do one thing to a connection that is subscribed."""
    peer = chance.choice(wait_until(market.live))
    what = chance.choice(["abort", "close", "garbage", "half", "shutdown", "replace"])
    if what == "abort":
        peer.abort()
    elif what == "close":
        peer.close(chance.choice([1000, 1001, 1008, 1011]))
    elif what == "garbage":
        peer.raw(b"\xff" * 20)
    elif what == "half":
        peer.raw(b"\x81\x7e\x01\x00half")
        peer.abort()
    elif what == "shutdown":
        peer.send(SHUTDOWN)
    else:
        pool.replace()


@pytest.mark.parametrize("seed", [1, 2])
def test_every_hole_is_announced_and_nothing_comes_twice(seed: int):
    """Through aborts, closes, garbage, shutdowns and replacements ids only grow, and grow by one
    unless the connection said that it was lost."""
    chance, market, ledger = random.Random(seed), Market(), Ledger()
    with serving(on_message=market.on_message) as server, pool_of(server) as pool:
        pool.subscribe("btcusdt@trade", ledger)
        for _ in range(FAULTS):
            fault(chance, market, pool)
            for _ in range(chance.randrange(MESSAGES_BETWEEN)):
                market.trade()
            if chance.random() < 0.5:  # let it come back, or let the next fault hit it on the way
                heard = len(ledger.entries)
                wait_until(lambda heard=heard: market.trade() or ids_after(ledger, heard))
        wait_until(lambda: market.trade() or ledger.entries[-1] == market.last)
    assert holes(ledger.entries) == []


def ids_after(ledger: Ledger, start: int) -> list[int]:
    return [entry for entry in ledger.entries[start:] if entry is not None]


def pool_of(server: Server) -> StreamPool:
    return StreamPool(server.url, options=FAST, overlap_s=0.01)


def holes(entries: list[int | None]) -> list[tuple[int, int]]:
    """Neighbours that are not n and n + 1, and between which no loss was announced."""
    pairs, announced, before = [], True, 0
    for entry in entries:
        if entry is None:
            announced = True
            continue
        if entry <= before or (entry != before + 1 and not announced):
            pairs.append((before, entry))
        before, announced = entry, False
    return pairs
