"""Continuity: what recorded streams skip, by the ids of their messages."""

from __future__ import annotations

import pytest

from binance_lab.live.continuity import Continuity

from .doubles import START_MS, combined, depth, kline, snapshot, trade


def agg_trade(number: int) -> bytes:
    data = {"e": "aggTrade", "s": "BTCUSDT", "a": number, "p": "1", "q": "1", "f": 1, "l": 2}
    return combined("btcusdt@aggTrade", data)


def holes(*messages: bytes) -> list[tuple[str, int, int]]:
    streams = ("btcusdt@trade", "btcusdt@aggTrade", "btcusdt@depth@100ms", "btcusdt@kline_1m")
    continuity = Continuity([*streams, "btcusdt@bookTicker"])
    for message in messages:
        continuity.check(message)
    return [(hole["key"], hole["first"], hole["last"]) for hole in continuity.holes()]


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ((trade(1), trade(2), trade(5)), [("trade id", 3, 4)]),
        ((trade(1), trade(4), trade(2)), [("trade id", 3, 3)]),
        ((trade(1), trade(1), trade(2)), []),
        ((agg_trade(7), agg_trade(9)), [("aggregate trade id", 8, 8)]),
        ((depth(1, 4), depth(5, 9), depth(12, 12)), [("update id", 10, 11)]),
        ((kline(0, closed=True), kline(1), kline(1, closed=True)), []),
        (
            (kline(0, closed=True), kline(2, closed=True)),
            [("time", START_MS + 60_000, START_MS + 119_999)],
        ),
        ((snapshot(3), b"garbled", combined("btcusdt@bookTicker", {"u": 1, "a": "5"})), []),
    ],
)
def test_ids_that_are_skipped_are_holes(messages, found):
    """Each stream is checked by the key that it has; what comes late or twice is none."""
    assert holes(*messages) == found


def test_a_new_file_lists_its_own_holes():
    """begin() forgets the holes so far, and notices one between the files."""
    continuity = Continuity(["btcusdt@trade"])
    for number in (1, 3):
        continuity.check(trade(number))
    continuity.begin()
    assert continuity.holes() == []
    continuity.check(trade(5))
    assert [hole["first"] for hole in continuity.holes()] == [4]
