"""Replay: a recording goes out as it was, and orders trade against it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from binance_lab.exchange.process import Exchange

from ..conftest import Rest, Socket

TRADE = (
    '{"e":"trade","E":%d,"s":"BTCUSDT","t":%d,"p":"%s","q":"0.50000000","T":%d,"m":false,"M":true}'
)
START_MS = 1_723_161_255_000


def line(offset_ms: int, text: str) -> str:
    """One line of a capture."""
    return f"{(START_MS + offset_ms) * 1_000_000} {text}\n"


def combined(stream: str, data: str) -> str:
    """A message as a combined stream sends it."""
    return f'{{"stream":"{stream}","data":{data}}}'


def write_capture(path: Path, *, garbled: bool = False) -> Path:
    """A short recording: a snapshot, a diff, two trades; maybe a line that can't be read."""
    snapshot = {"lastUpdateId": 100, "bids": [["60000.00", "1"]], "asks": [["60001.00", "2"]]}
    diff = '{"e":"depthUpdate","E":%d,"s":"BTCUSDT","U":101,"u":102,"b":[],"a":[["60002.00000000","3.00000000"]]}'
    lines = [
        line(0, combined("btcusdt@depth@100ms", diff % START_MS)),
        line(1, json.dumps(snapshot)),
        line(100, combined("btcusdt@trade", TRADE % (START_MS, 7, "60001.00000000", START_MS))),
        line(60_100, combined("btcusdt@trade", TRADE % (START_MS + 60_000, 8, "60002.00000000", START_MS + 60_000))),
    ]  # fmt: skip
    if garbled:
        lines.insert(3, line(200, '{"stream":"btcusdt@trade","da'))
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def replaying(tmp_path: Path) -> Iterator[Exchange]:
    """An exchange that replays a short recording as fast as it is read."""
    with Exchange(replay=[write_capture(tmp_path / "short.jsonl")], speed=0) as exchange:
        yield exchange


def finish(exchange: Exchange) -> None:
    """Wait until the recording is played to its end."""
    rest = Rest(exchange)
    rest.lab("POST", "/replay")
    while rest.lab("GET", "")["replay"]["state"] != "finished":
        pass


def test_recorded_messages_go_out_byte_for_byte(replaying: Exchange):
    """The replay begins with the first subscription, so that the subscriber gets all of it."""
    stream = Socket(replaying.ws + "/stream?streams=btcusdt@trade")
    messages: list[Any] = [stream.read(), stream.read()]
    stream.close()
    expected = TRADE % (START_MS, 7, "60001.00000000", START_MS)
    assert messages[0] == {"stream": "btcusdt@trade", "data": json.loads(expected)}
    assert [each["data"]["t"] for each in messages] == [7, 8]


def test_what_follows_from_trades_agrees_with_them(replaying: Exchange):
    """Klines and trades answered by REST are those of the recording, at its times."""
    finish(replaying)
    rest = Rest(replaying)
    trades = rest.get("/api/v3/trades", symbol="BTCUSDT").json()
    assert [row["id"] for row in trades] == [7, 8]
    klines = rest.get("/api/v3/klines", symbol="BTCUSDT", interval="1m").json()
    assert [row[4] for row in klines] == ["60001.00000000", "60002.00000000"]


def test_the_book_is_the_recorded_one(replaying: Exchange):
    """depth has the snapshot with the diffs after it, under the recorded update id."""
    finish(replaying)
    book = Rest(replaying).get("/api/v3/depth", symbol="BTCUSDT").json()
    assert book["lastUpdateId"] == 102
    assert book["bids"] == [["60000.00000000", "1.00000000"]]
    assert book["asks"][0] == ["60001.00000000", "2.00000000"]


def test_a_market_order_fills_at_the_recorded_best_price(replaying: Exchange):
    """A user's order trades against the recorded book and leaves it as it was."""
    finish(replaying)
    bought = Rest(replaying).order("BUY", "0.01")
    assert [fill["price"] for fill in bought["fills"]] == ["60001.00000000"]
    book = Rest(replaying).get("/api/v3/depth", symbol="BTCUSDT").json()
    assert book["asks"][0] == ["60001.00000000", "2.00000000"]


def test_a_garbled_line_is_skipped(tmp_path: Path):
    """A line that can't be read stops nothing else."""
    path = write_capture(tmp_path / "garbled.jsonl", garbled=True)
    with Exchange(replay=[path], speed=0) as exchange:
        finish(exchange)
        trades = Rest(exchange).get("/api/v3/trades", symbol="BTCUSDT").json()
    assert [row["id"] for row in trades] == [7, 8]


def test_all_that_was_recorded_arrives(recorded: Path):
    """A recording of ten minutes arrives without a hole, as fast as its subscriber takes it."""
    capture = recorded / "captures" / "btcusdt-spot-20240808.jsonl.gz"
    with Exchange(replay=[capture], speed=0) as exchange:
        stream = Socket(exchange.ws + "/ws/btcusdt@trade")
        ids = [stream.read()["t"] for _ in range(9_757)]
        stream.close()
    assert ids == list(range(ids[0], ids[0] + 9_757))
