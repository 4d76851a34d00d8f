"""Captures go through the code that live streams go through."""

from __future__ import annotations

import gzip
import time

import pandas as pd
import pytest

from binance_lab.connector.exceptions import BadInput
from binance_lab.live import Replay
from binance_lab.live.runtime import Inline

from .doubles import depth, snapshot, trade


def capture(folder, *lines: bytes, name="capture.jsonl"):
    """A capture of messages, or of whole lines where they begin with a digit."""
    path = folder / name
    whole = [line if line[:1].isdigit() else b"%d %b" % (at, line) for at, line in enumerate(lines)]
    path.write_bytes(b"\n".join(whole) + b"\n")
    return path


def test_the_recorded_session_is_complete(recorded):
    """Both real captures, by threads: 9,757 trades in the first, a book in sync, no hole."""
    files = sorted((recorded / "captures").glob("*.jsonl.gz"))
    with Replay(*files) as replay:
        tape, book = replay.live.trades("BTCUSDT"), replay.live.book("BTCUSDT")
        minutes = replay.live.candles("BTCUSDT", "1m", made_of="trades")
        replay.run()
        trades = tape.frame()
        assert replay.count == 99_574
        assert replay.errors == []
        assert tape.complete
        assert len(trades) == 19_904
        assert book.complete
        assert book.resyncs == 0
        assert book.frame(1, stale=True).attrs["last_update_id"] == 50093696318
        wanted = trades["price"].resample("1min").ohlc()
        pd.testing.assert_frame_equal(
            minutes.frame()[["open", "high", "low", "close"]],
            wanted,
            check_names=False,
            check_freq=False,
        )
        assert {made.dropped for made in replay.live.objects} == {0}


def test_the_first_recorded_file_has_9757_trades(recorded):
    """The tape of 2024-08-08 has 9,757 trades whose ids are contiguous."""
    path = recorded / "captures" / "btcusdt-spot-20240808.jsonl.gz"
    with Replay(path, runtime=Inline()) as replay:
        tape = replay.live.trades("BTCUSDT")
        ids = replay.run() and tape.frame()["id"]
    assert len(ids) == 9757
    assert ids.is_unique
    assert ids.iloc[-1] - ids.iloc[0] == 9756


def test_a_garbled_line_is_told_and_stops_nothing(tmp_path):
    """A line that can't be read is reported with file and number; the others count."""
    path = capture(tmp_path, trade(1), b'17 {"stream":"btcusdt@trade","data":{"e"', trade(2))
    told = []
    with Replay(path, runtime=Inline(), on_error=told.append) as replay:
        tape = replay.live.trades("BTCUSDT")
        replay.run()
    assert tape.frame()["id"].tolist() == [1, 2]
    assert told == replay.errors
    assert [error.line for error in replay.errors] == [2]
    assert "capture.jsonl, line 2" in str(replay.errors[0])
    assert "1 line unreadable" in repr(replay)


def test_a_truncated_file_is_told(tmp_path):
    """A compressed capture that was cut short gives what it has, and says so."""
    path = tmp_path / "cut.jsonl.gz"
    whole = gzip.compress(b"".join(b"1 " + trade(n, price=str(n)) + b"\n" for n in range(1, 3000)))
    path.write_bytes(whole[: len(whole) // 2])
    with Replay(path, runtime=Inline()) as replay:
        tape = replay.live.trades("BTCUSDT")
        replay.run()
    assert 0 < tape.count < 2999
    assert tape.complete
    assert "ends too early" in str(replay.errors[-1])


def test_a_book_begins_with_the_snapshot_of_the_file(tmp_path):
    """A snapshot in a capture is what REST would have answered."""
    lines = depth(9, 11, bids=["98x2"]), snapshot(10), depth(12, 12, asks=["100x1"])
    with Replay(capture(tmp_path, *lines), runtime=Inline()) as replay:
        book = replay.live.book("BTCUSDT")
        replay.run()
        assert book.top(stale=True) == ([(99.0, 1.0), (98.0, 2.0)], [(100.0, 1.0), (101.0, 1.0)])
        assert book.state == "stale"


def test_a_capture_can_be_replayed_at_its_own_speed(tmp_path):
    """With a speed, messages come with the pauses that they were recorded with."""
    path = capture(tmp_path, b"1000000000 " + trade(1), b"2000000000 " + trade(2))
    with Replay(path, speed=100.0, runtime=Inline()) as replay:
        tape = replay.live.trades("BTCUSDT")
        seen: dict[int, float] = {}
        tape.on_change(lambda: seen.setdefault(tape.version, time.monotonic()))
        replay.run()
    assert seen[2] - seen[1] >= 0.009
    with pytest.raises(ValueError, match="factor"):
        Replay(path, speed=0)


def test_a_missing_file_is_an_error(tmp_path):
    """There is no replay of a file that isn't there, nor of a folder."""
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(BadInput, match="There is no capture"):
            Replay(path)


def test_a_snapshot_is_only_for_the_books_of_its_file(tmp_path):
    """Snapshots don't say their symbol: that of one file never begins a book of another."""
    other = depth(900, 901, bids=["5x1"]).replace(b"btcusdt", b"ethusdt")
    files = (
        capture(tmp_path, snapshot(10), depth(11, 11, asks=["100x1"])),
        capture(tmp_path, snapshot(899, bids=["4x1"], asks=["6x1"]), other, name="eth.jsonl"),
    )
    with Replay(*files, runtime=Inline()) as replay:
        bitcoin, ether = replay.live.book("BTCUSDT"), replay.live.book("ETHUSDT")
        replay.run()
        assert bitcoin.top(1, stale=True).asks == [(100.0, 1.0)]
        assert ether.top(1, stale=True) == ([(5.0, 1.0)], [(6.0, 1.0)])


def test_captures_are_given_one_by_one(tmp_path):
    """A list of paths, none, or a speed that leads nowhere: said at once, in words."""
    for paths in ([[capture(tmp_path, trade(1))]], []):
        with pytest.raises(BadInput, match="capture"):
            Replay(*paths)
    with pytest.raises(BadInput, match="above 0"):
        Replay(capture(tmp_path, trade(1)), speed=0)
