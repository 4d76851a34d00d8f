"""What it costs to apply a depth update and read the best 20 levels, from JSON on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat
from typing import Any

import payloads
from contest import Area, Contestant, Goal, Sample, Setup, Work, per_call

DEPTHS = (20, 1000, 5000)
DIFFS = 500
SHOWN = 20
Step = Callable[[bytes], object]


def work_name(levels: int) -> str:
    """What the table calls it."""
    return f"{levels:,} levels"


def walked(make: Callable[[bytes], Step]) -> Callable[[Setup], dict[str, Sample]]:
    """A contestant that begins with a snapshot and takes one update after the other."""

    def run(setup: Setup) -> dict[str, Sample]:
        samples = {}
        for levels in DEPTHS:
            market = payloads.Market()
            snapshot = payloads.compact(market.snapshot(levels))
            count = setup.count(DIFFS)
            messages = [market.message("depth@100ms") for _ in range(count + count // 10 + 2)]
            steps = map(make(snapshot), _endless(messages))
            samples[work_name(levels)] = per_call(partial(next, steps), count)
        return samples

    return run


def _endless(messages: list[bytes]) -> Iterator[bytes]:
    return chain(messages, repeat(messages[-1]))


def ours(snapshot: bytes) -> Step:
    """The live order book: decoded, checked for continuity, applied, read."""
    from binance_lab.live.order_book import OrderBook
    from binance_lab.live.runtime import Inline

    book = OrderBook("BTCUSDT", runtime=Inline())
    book.offer_snapshot(snapshot)

    def step(message: bytes) -> object:
        book.receive([message], 0)
        return book.top(SHOWN)

    return step


def python_binance(snapshot: bytes) -> Step:
    """DepthCache, its sorted lists."""
    from binance.ws.depthcache import DepthCache

    cache = DepthCache("BTCUSDT")
    start = json.loads(snapshot)
    for price in start["bids"]:
        cache.add_bid(price)
    for price in start["asks"]:
        cache.add_ask(price)

    def step(message: bytes) -> object:
        data = json.loads(message)["data"]
        for price in data["b"]:
            cache.add_bid(price)
        for price in data["a"]:
            cache.add_ask(price)
        return cache.get_bids()[:SHOWN], cache.get_asks()[:SHOWN]

    return step


def ccxt(snapshot: bytes) -> Step:
    """Its order book, changed by its own handler."""
    import ccxt.pro

    client = ccxt.pro.binance()
    start = client.parse_json(snapshot.decode())
    sides = client.parse_order_book(start, "BTC/USDT")
    book = client.order_book({**sides, "nonce": start["lastUpdateId"]})

    def step(message: bytes) -> object:
        data = client.parse_json(message.decode())["data"]
        client.handle_order_book_message(None, data, book)
        book.limit()
        return book["bids"][:SHOWN], book["asks"][:SHOWN]

    return step


def sorted_dict(snapshot: bytes) -> Step:
    """sortedcontainers, as people write it themselves."""
    from sortedcontainers import SortedDict

    def side(levels: Any) -> Any:
        return SortedDict((float(price), float(qty)) for price, qty in levels)

    start = json.loads(snapshot)
    bids, asks = side(start["bids"]), side(start["asks"])

    def step(message: bytes) -> object:
        data = json.loads(message)["data"]
        for book, levels in ((bids, data["b"]), (asks, data["a"])):
            for price, qty in levels:
                if amount := float(qty):
                    book[float(price)] = amount
                else:
                    book.pop(float(price), None)
        best_bids, best_asks = bids.items()[: -SHOWN - 1 : -1], asks.items()[:SHOWN]
        return best_bids, best_asks

    return step


def floor(snapshot: bytes) -> Step:
    """Decoding alone."""
    import msgspec

    decode = msgspec.json.Decoder().decode
    return lambda message: decode(message)


AREA = Area(
    name="book",
    about=f"a depth update: decode, apply, read the best {SHOWN} of both sides",
    works=tuple(
        Work(work_name(levels), "µs CPU", goals=(Goal(1 / 3, "peer"),)) for levels in DEPTHS
    ),
    contestants=(
        Contestant("binance_lab", "ours", walked(ours)),
        Contestant("ccxt", "peer", walked(ccxt), "bench"),
        Contestant("python-binance", "peer", walked(python_binance), "bench"),
        Contestant("sortedcontainers", "other", walked(sorted_dict), "bench"),
        Contestant("msgspec alone", "floor", walked(floor)),
    ),
    rounds=7,
)
