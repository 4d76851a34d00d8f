"""What live objects need of a server, as small classes that answer from memory."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from binance_lab.connector.connection import ConnectionEvent, State

START_MS = 1_723_161_240_000  # 2024-08-08 23:54 UTC


def combined(stream: str, data: Any) -> bytes:
    """A message as it comes over a combined stream."""
    return msgspec.json.encode({"stream": stream, "data": data})


def trade(number: int, *, price="100", qty="1", time_ms: int | None = None, sold=False) -> bytes:
    """A trade of BTCUSDT; they are 100 ms apart."""
    time_ms = START_MS + 100 * number if time_ms is None else time_ms
    return combined("btcusdt@trade", trade_data(number, price, qty, time_ms, sold))


def trade_data(number: int, price: str, qty: str, time_ms: int, sold: bool) -> dict[str, Any]:
    return {
        "e": "trade",
        "E": time_ms,
        "s": "BTCUSDT",
        "t": number,
        "p": price,
        "q": qty,
        "T": time_ms,
        "m": sold,
        "M": True,
    }


def rest_trade(number: int, *, price="100", qty="1") -> dict[str, Any]:
    """The same trade as REST tells it."""
    return {
        "id": number,
        "price": price,
        "qty": qty,
        "quoteQty": "100",
        "time": START_MS + 100 * number,
        "isBuyerMaker": False,
        "isBestMatch": True,
    }


def kline(minute: int, *, trades=1, close="100", closed=False) -> bytes:
    """A state of BTCUSDT's 1m candle, so many minutes after START_MS."""
    candle = {
        "t": START_MS + 60_000 * minute,
        "T": START_MS + 60_000 * minute + 59_999,
        "s": "BTCUSDT",
        "i": "1m",
        "f": 1,
        "L": 1,
        "o": "100",
        "c": close,
        "h": "101",
        "l": "99",
        "v": str(trades),
        "q": "5",
        "n": trades,
        "x": closed,
        "V": "1",
        "Q": "1",
        "B": "0",
    }
    return combined(
        "btcusdt@kline_1m", {"e": "kline", "E": candle["t"], "s": "BTCUSDT", "k": candle}
    )


def rest_kline(minute: int, *, trades=1, close="100") -> list[Any]:
    """The same candle as REST tells it."""
    opened = START_MS + 60_000 * minute
    values = ["100", "101", "99", close, str(trades), opened + 59_999, "5", trades, "1", "1", "0"]
    return [opened, *values]


def depth(first: int, last: int, *, bids=(), asks=()) -> bytes:
    """An update of BTCUSDT's book from one id to another."""
    data = {"e": "depthUpdate", "E": START_MS, "s": "BTCUSDT", "U": first, "u": last}
    return combined("btcusdt@depth@100ms", data | {"b": levels(bids), "a": levels(asks)})


def snapshot(last: int, *, bids=("99x1",), asks=("101x1",)) -> bytes:
    """What REST answers to depth."""
    return msgspec.json.encode({"lastUpdateId": last, "bids": levels(bids), "asks": levels(asks)})


def levels(texts: Iterable[str]) -> list[list[str]]:
    return [text.split("x") for text in texts]


def event(state: State, reason: str = "") -> ConnectionEvent:
    return ConnectionEvent(state, "test", 0, reason=reason)


class FakeClient:
    """A REST client whose answers are set by the test; each call is kept in `asked`.

    An answer is JSON, an exception to raise, or a function of the parameters.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.with_raw_body = _Raw(self)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self.answers:
            raise AttributeError(name)
        return lambda *args, **params: self.answer(name, params)

    def answer(self, name: str, params: dict[str, Any]) -> Any:
        self.asked.append((name, params))
        answer = self.answers[name]
        answer = answer(**params) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Raw:
    def __init__(self, client: FakeClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., bytes]:
        return lambda *args, **params: _body(self._client.answer(name, params))


def _body(answer: Any) -> bytes:
    return answer if isinstance(answer, bytes) else msgspec.json.encode(answer)


class FakeStreams:
    """A pool without connections: tests send through it."""

    def __init__(self) -> None:
        self.sinks: dict[str, list[Any]] = {}
        self._lock = threading.Lock()

    def subscribe(self, name: str, sink: Any) -> None:
        with self._lock:
            self.sinks.setdefault(name, []).append(sink)

    def unsubscribe(self, name: str, sink: Any) -> None:
        with self._lock:
            self.sinks[name].remove(sink)

    def status(self) -> list[dict[str, Any]]:
        return [{"connection": "stream 1", "state": "open", "messages": 3, "error": ""}]

    def send(self, message: bytes) -> None:
        name = msgspec.json.decode(message)["stream"]
        for sink in self.sinks.get(name, ()):
            sink.receive([message], 1)


def recorded_messages(folder: Path, *words: str) -> Iterator[bytes]:
    """The messages of both captures that begin with one of these words behind ``{"``."""
    for path in sorted((folder / "captures").glob("*.jsonl.gz")):
        with gzip.open(path) as lines:
            for line in lines:
                message = line.rstrip().partition(b" ")[2]
                if any(word.encode() in message[:40] for word in words):
                    yield message
