"""Whatever happens to messages on their way, in the end nothing is missing and nothing is doubled."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import pytest

from binance_lab.connector.connection import State
from binance_lab.connector.exceptions import ConnectionFailed, ServerError, TooManyRequests
from binance_lab.live import Candles, OrderBook, Tape, TradeCandles
from binance_lab.live.runtime import Inline

from .doubles import START_MS, FakeClient, depth, event, kline, rest_kline, rest_trade, trade

SEEDS = range(5)
COUNT = 450


def faulty(messages: Iterable[bytes], chance: random.Random) -> Iterator[bytes | State]:
    """The messages, some of them lost, doubled, garbled or late; and connections that end."""
    held: list[bytes] = []
    losing = 0
    for message in messages:
        losing -= 1
        fate = chance.random()
        if losing > 0 or fate < 0.03:
            continue
        if fate < 0.06:
            held.append(message)
            continue
        if fate < 0.07:
            yield message[: len(message) // 2]
            continue
        if fate < 0.08:
            yield State.CLOSED
            losing = chance.randrange(1, 40)
            yield State.OPEN
            continue
        yield message
        if fate > 0.97:
            yield message
        while held and chance.random() < 0.5:
            yield held.pop(0)


def unreliable(answer, chance: random.Random):
    """A server that now and then refuses, breaks off or is over its limit."""

    def asked(**params):
        fate = chance.random()
        if fate < 0.1:
            raise ConnectionFailed("broken off")
        if fate < 0.2:
            raise ServerError("HTTP 503", status=503)
        if fate < 0.25:
            raise TooManyRequests("HTTP 429", status=429)
        return answer(**params)

    return asked


def send(made, messages: Iterable[bytes | State]) -> None:
    for number, message in enumerate(messages):
        if isinstance(message, bytes):
            made.receive([message], 1)
        else:
            made.connection_changed(event(message))
        if number % 10 == 0:
            made._runtime.run_later()
    while made._runtime.run_later():
        pass


@pytest.mark.parametrize("seed", SEEDS)
def test_no_trade_is_missing_or_doubled(seed):
    """A tape has every trade once and in order, and so have the candles that are made of it."""
    chance, runtime, now = random.Random(seed), Inline(), [1]

    def history(limit: int, fromId: int):
        end = min(now[0] + 1, fromId + limit)
        return [rest_trade(number, price=str(number)) for number in range(fromId, end)]

    def messages() -> Iterator[bytes]:
        for number in range(2, COUNT):
            now[0] = number
            yield trade(number, price=str(number))

    client = FakeClient(historical_trades=unreliable(history, chance))
    tape = Tape("BTCUSDT", client=client, runtime=runtime)
    candles = TradeCandles(tape, "1s", runtime=runtime)
    candles.start()
    send(tape, [trade(1, price="1")])
    send(tape, faulty(messages(), chance))
    now[0] = COUNT
    send(tape, [trade(COUNT, price=str(COUNT))])
    assert tape.frame()["id"].tolist() == list(range(1, COUNT + 1))
    assert tape.frame().index.is_monotonic_increasing
    assert tape.complete
    assert len(tape.gaps) > 5
    assert candles.frame()["volume"].sum() == COUNT
    again = TradeCandles(tape, "1s", runtime=runtime)
    again.start()
    assert candles.frame().drop(columns="source").equals(again.frame().drop(columns="source"))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_candle_is_missing_doubled_or_half(seed):
    """Candles are all there, each as it closed."""
    chance, now = random.Random(seed), [0]

    def history(limit: int, startTime: int | None = None, endTime: int = 2**62):
        rows = [rest_kline(minute, trades=3) for minute in range(now[0])]
        rows.append(rest_kline(now[0], trades=1))
        if startTime is None:
            return rows[-limit:]
        return [row for row in rows if startTime <= row[0] <= endTime][:limit]

    def messages() -> Iterator[bytes]:
        for minute in range(COUNT // 3):
            now[0] = minute
            for trades in (1, 2, 3):
                yield kline(minute, trades=trades, closed=trades == 3)

    client = FakeClient(klines=unreliable(history, chance))
    candles = Candles("BTCUSDT", client=client, runtime=Inline())
    candles.start()
    send(candles, faulty(messages(), chance))
    now[0] = COUNT // 3
    send(candles, [kline(now[0])])
    frame = candles.frame()
    opens = (frame.index.as_unit("ms").asi8 - START_MS) // 60_000
    assert opens.tolist() == list(range(COUNT // 3 + 1))
    assert frame["trades"].tolist() == [3] * (COUNT // 3) + [1]
    assert frame["closed"].tolist() == [True] * (COUNT // 3) + [False]
    assert candles.complete


@pytest.mark.parametrize("seed", SEEDS)
def test_the_book_is_the_servers(seed):
    """In the end the book equals the server's, and never was read with a hole in it."""
    chance = random.Random(seed)
    truth: dict[str, dict[float, float]] = {"b": {99.0: 1.0}, "a": {101.0: 1.0}}
    now = [0]

    def snapshot(limit: int):
        sides = {side: sorted(truth[side].items(), reverse=side == "b") for side in "ba"}
        texts = {side: [[str(p), str(q)] for p, q in levels] for side, levels in sides.items()}
        return {"lastUpdateId": now[0], "bids": texts["b"], "asks": texts["a"]}

    def messages() -> Iterator[bytes]:
        for number in range(1, COUNT):
            price = {"b": 99 - chance.randrange(20) / 2, "a": 101 + chance.randrange(20) / 2}
            qty = float(chance.randrange(4))
            for side, at in price.items():
                truth[side].pop(at, None)
                if qty:
                    truth[side][at] = qty
            now[0] = number
            yield depth(number, number, bids=[f"{price['b']}x{qty}"], asks=[f"{price['a']}x{qty}"])

    client = FakeClient(depth=unreliable(snapshot, chance))
    book = OrderBook("BTCUSDT", client=client, runtime=Inline())
    send(book, faulty(messages(), chance))
    now[0] = COUNT
    send(book, [depth(COUNT, COUNT)])
    assert book.state == "live"
    assert book.last_update_id == COUNT
    assert book.top(100).bids == sorted(truth["b"].items(), reverse=True)
    assert book.top(100).asks == sorted(truth["a"].items())
    assert book.resyncs > 3
    assert book.complete
