"""Recorder: what streams bring is in captures, and replays to the same frames."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest

from binance_lab.connector.connection import ConnectionEvent, State
from binance_lab.connector.exceptions import BadInput
from binance_lab.live import Recorder, Replay, Tape
from binance_lab.live import recorder as recorders
from binance_lab.live.runtime import Inline
from binance_lab.wire.capture import CaptureError, CaptureWriter, read_capture, read_header

from .doubles import FakeClient, FakeStreams, combined, depth, snapshot, trade

NAMES = ("btcusdt@trade", "btcusdt@depth@100ms")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Write at once instead of twice a second."""
    monkeypatch.setattr(recorders, "FLUSH_S", 0.01)


@pytest.fixture
def streams():
    return FakeStreams()


def written(recorder: Recorder, count: int, timeout_s: float = 30.0) -> bool:
    """Whether so many messages are on disk in time."""
    end = time.monotonic() + timeout_s
    while recorder.count < count and time.monotonic() < end:
        recorder._stop.wait(0.01)
    return recorder.count >= count


def index_of(recorder: Recorder) -> dict[str, Any]:
    """What the file beside the first capture says."""
    told: dict[str, Any] = msgspec.json.decode(Path(f"{recorder.paths[0]}.json").read_bytes())
    return told


def test_one_stream_needs_no_list(tmp_path, streams):
    """A name by itself is one stream, not one for each letter."""
    with Recorder(streams, "btcusdt@trade", tmp_path) as recorder:
        streams.send(trade(1))
        assert written(recorder, 1)
    assert index_of(recorder)["streams"] == ["btcusdt@trade"]


def test_names_of_streams_are_checked(tmp_path, streams):
    """Symbols may be in either case; what is no stream is refused, and nothing is written."""
    with Recorder(streams, ["BTCUSDT@depth@100ms", "!miniTicker@arr"], tmp_path) as recorder:
        assert recorder.names == ["btcusdt@depth@100ms", "!miniTicker@arr"]
    for wrong in ("btcusdt", "btcusdt@nope", "trade"):
        with pytest.raises(BadInput, match="look like btcusdt@trade"):
            Recorder(streams, [wrong], tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_a_recording_replays_to_the_same_frames(tmp_path, streams, ending):
    """Trades and book of a capture are those that were live when it was recorded."""
    live = Tape("BTCUSDT")
    streams.subscribe("btcusdt@trade", live)
    client = FakeClient(depth=snapshot(10))
    with Recorder(streams, NAMES, tmp_path, client=client, ending=ending) as recorder:
        for message in (depth(9, 11), trade(1), trade(2)):
            streams.send(message)
        assert written(recorder, 4)
        streams.send(depth(12, 12, bids=["98x5"]))
    with Replay(*recorder.paths, runtime=Inline()) as replay:
        tape, book = replay.live.trades("BTCUSDT"), replay.live.book("BTCUSDT")
        replay.run()
        assert book.top(stale=True).bids == [(99.0, 1.0), (98.0, 5.0)]
    pd.testing.assert_frame_equal(tape.frame(), live.frame())
    assert client.asked == [("depth", {"limit": 5000})]


def test_a_missing_package_is_told_before_anything_is_recorded(tmp_path, streams, monkeypatch):
    """Without zstandard a recording with that ending does not begin, and says what to install."""
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(OSError, match=r"pip install .*\[zstd\]"):
        Recorder(streams, NAMES, tmp_path, ending=".jsonl.zst")
    assert not any(streams.sinks.values())


def test_each_symbol_has_its_files(tmp_path, streams):
    """A book's snapshot doesn't say its symbol, so a file is of one."""
    names = ["btcusdt@trade", "ethusdt@trade", "!miniTicker@arr"]
    with Recorder(streams, names, tmp_path / "captures") as recorder:
        streams.send(trade(1))
        for name in names[1:]:
            streams.send(combined(name, []))
    assert [path.name.partition("-")[0] for path in recorder.paths] == ["btcusdt", "ethusdt", "all"]
    assert not any(streams.sinks.values())


@pytest.mark.parametrize("ending", [".jsonl.gz", ".jsonl.zst"])
def test_what_came_is_on_disk_before_the_end(tmp_path, streams, ending):
    """After a crash a compressed file has all but the last half second, and can be read."""
    with Recorder(streams, NAMES[:1], tmp_path, ending=ending) as recorder:
        for number in range(1, 101):
            streams.send(trade(number))
        assert written(recorder, 100)
        recorder._tracks[0].write()
        crashed = tmp_path / f"crashed{ending}"
        crashed.write_bytes(recorder.paths[0].read_bytes())
        errors = []
        messages = list(read_capture(crashed, on_error=errors.append))
    assert len(messages) == 100
    assert len(errors) == 1


@pytest.mark.parametrize("limit", [{"max_bytes": 1}, {"max_age_s": 0.0}])
def test_the_next_file_begins_after_a_size_or_a_time(tmp_path, streams, limit):
    """Files are of a bounded size, and nothing is lost between them."""
    with Recorder(streams, NAMES[:1], tmp_path, **limit) as recorder:
        for number in (1, 2, 3):
            streams.send(trade(number))
            assert written(recorder, number)
    assert len(recorder.paths) == 3
    with Replay(*recorder.paths, runtime=Inline()) as replay:
        tape = replay.live.trades("BTCUSDT")
        replay.run()
    assert tape.frame()["id"].tolist() == [1, 2, 3]


def test_holes_are_told_and_books_begin_anew_after_them(tmp_path, streams):
    """The file beside says when the connection was lost; a snapshot follows it."""
    client = FakeClient(depth=snapshot(10))
    with Recorder(streams, NAMES, tmp_path, client=client, about={"environment": "local"}) as rec:
        streams.send(trade(1))
        assert written(rec, 2)
        sink = streams.sinks["btcusdt@trade"][0]
        sink.connection_changed(ConnectionEvent(State.CLOSED, "test", 5, reason="1006 gone"))
        sink.connection_changed(ConnectionEvent(State.OPEN, "test", 9))
        streams.send(trade(2))
        assert written(rec, 4)
    told = index_of(rec)
    assert told["holes"] == [{"from_ns": 5, "to_ns": 9, "reason": "1006 gone"}]
    assert told["environment"] == "local"
    assert told["streams"] == list(NAMES)
    assert told["messages"] == 4
    assert told["gaps"] == []


def test_a_connection_may_be_back_at_any_moment(tmp_path, streams, monkeypatch):
    """One that is back just when a file tells that it is lost spoils nothing."""

    class Flickering(recorders._Track):
        looked_at = None

        @property
        def _lost_at(self):
            before, self.looked_at = self.looked_at, None
            return before

        @_lost_at.setter
        def _lost_at(self, lost_at):
            self.looked_at = lost_at

    monkeypatch.setattr(recorders, "_Track", Flickering)
    with Recorder(streams, "btcusdt@trade", tmp_path) as recorder:
        sink = streams.sinks["btcusdt@trade"][0]
        sink.connection_changed(ConnectionEvent(State.CLOSED, "test", 5, reason="1006 gone"))
        streams.send(trade(1))
        assert written(recorder, 1)
    assert recorder.error is None


def test_a_file_says_what_it_is_in_its_first_line(tmp_path, streams):
    """Environment, symbol, streams and begin are in the header, which is no message."""
    with Recorder(streams, NAMES[:1], tmp_path, about={"environment": "local"}) as recorder:
        streams.send(trade(1))
    header = read_header(recorder.paths[0])
    assert (header["environment"], header["symbol"]) == ("local", "btcusdt")
    assert header["streams"] == ["btcusdt@trade"]
    assert datetime.fromisoformat(header["began"]) <= datetime.now(UTC)
    assert [message.stream for message in read_capture(recorder.paths[0])] == ["btcusdt@trade"]


def test_ids_that_were_skipped_are_told(tmp_path, streams):
    """The file beside lists what the stream skipped: from, to, when it was noticed."""
    with Recorder(streams, NAMES[:1], tmp_path) as recorder:
        for number in (1, 2, 6):
            streams.send(trade(number))
    [gap] = index_of(recorder)["gaps"]
    assert (gap["stream"], gap["key"]) == ("btcusdt@trade", "trade id")
    assert (gap["first"], gap["last"]) == (3, 5)
    assert gap["noticed_ns"] > 0


KILLED = """
import itertools, sys, threading, time
sys.path.insert(0, {tests!r})
from live.doubles import FakeStreams, trade
from binance_lab.live import Recorder

streams, pause = FakeStreams(), threading.Event()
recorder = Recorder(streams, ["btcusdt@trade"], {folder!r}, ending={ending!r})
for number in itertools.count(1):
    streams.send(trade(number))
    print(number, time.monotonic_ns(), flush=True)
    pause.wait(0.002)
"""


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_a_process_that_is_killed_loses_at_most_the_last_second(tmp_path, ending):
    """After kill -9 the file is read up to a second before, and the one beside it as well."""
    code = KILLED.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path), ending=ending)
    sent: dict[int, int] = {}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            number, at_ns = map(int, line.split())
            sent[number] = at_ns
            if at_ns - sent[1] > 2.5e9:
                process.kill()
                break
    [path] = tmp_path.glob(f"*{ending}")
    errors: list[CaptureError] = []
    read = [message.received_ns for message in read_capture(path, on_error=errors.append)]
    due = [number for number, at_ns in sent.items() if at_ns < max(sent.values()) - 1e9]
    assert len(read) >= len(due) > 100
    assert len(errors) <= 1
    assert msgspec.json.decode(Path(f"{path}.json").read_bytes())["messages"] <= len(read)
    with Replay(path, runtime=Inline()) as replay:
        tape = replay.live.trades("BTCUSDT")
        replay.run()
    assert tape.frame()["id"].tolist() == list(range(1, len(read) + 1))


def test_a_disk_that_fails_is_told_and_what_waits_is_kept(tmp_path, streams, monkeypatch):
    """While a file can't be written the error is shown; afterwards everything is there."""
    with Recorder(streams, NAMES[:1], tmp_path, ending=".jsonl") as recorder:
        track = recorder._tracks[0]
        with monkeypatch.context() as patch:
            patch.setattr(track, "_begin", lambda: (_ for _ in ()).throw(OSError("disk full")))
            streams.send(trade(1))
            track.write()
            assert "disk full" in repr(recorder)
        assert written(recorder, 1)
    assert len(list(read_capture(recorder.paths[0]))) == 1


def test_a_disk_that_fails_for_long_costs_no_snapshots_and_no_holes(tmp_path, streams, monkeypatch):
    """A file that can't be written asks for no snapshot; the next one tells of holes meanwhile."""
    client = FakeClient(depth=snapshot(10))
    failures = threading.Semaphore(0)

    def fail(writer):
        failures.release()
        raise OSError("disk full")

    with Recorder(streams, NAMES, tmp_path, client=client, ending=".jsonl") as recorder:
        with monkeypatch.context() as patch:
            patch.setattr(CaptureWriter, "flush", fail)
            streams.send(trade(1))
            assert failures.acquire(timeout=30)
            sink = streams.sinks["btcusdt@trade"][0]
            sink.connection_changed(ConnectionEvent(State.CLOSED, "test", 5, reason="1006 gone"))
            sink.connection_changed(ConnectionEvent(State.OPEN, "test", 9))
            assert all(failures.acquire(timeout=30) for _ in range(4))
            assert len(client.asked) <= 1  # since it is connected again
        assert written(recorder, 3)
    assert [name for name, _ in client.asked] == ["depth"] * 2
    assert index_of(recorder)["holes"] == [{"from_ns": 5, "to_ns": 9, "reason": "1006 gone"}]


FULL = """
import random, resource, sys, threading
sys.path.insert(0, {tests!r})
from live.doubles import FakeStreams, trade
from binance_lab.live import Recorder, recorder as recorders

def wait_until(condition):
    for _ in range(3000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise SystemExit("it did not come")

recorders.FLUSH_S = 0.01
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, hard))
streams = FakeStreams()
recorder = Recorder(streams, ["btcusdt@trade"], {folder!r}, ending={ending!r})
number = 0
while recorder.error is None and number < 20_000:
    number += 1
    streams.send(trade(number, price=str(random.random())))
    if number == 5:
        wait_until(lambda: recorder.count == 5)
wait_until(lambda: recorder.error is not None)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
wait_until(lambda: recorder.count == number)
for _ in range(100):
    number += 1
    streams.send(trade(number))
recorder.close()
print(number, recorder.lost, *recorder.paths)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit of size there")
@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_a_disk_that_is_full_for_a_while_spoils_nothing(tmp_path, ending):
    """What the disk didn't take is in the next file; each file can be read to its end."""
    code = FULL.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path), ending=ending)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    sent, lost, *paths = done.stdout.split()
    assert (lost, len(paths) > 1) == ("0", True)
    read = [message for path in paths for message in read_capture(path)]
    ids = [msgspec.json.decode(message.data)["t"] for message in read]
    assert ids == list(range(1, int(sent) + 1))
    assert "can't be recorded" in done.stderr


def test_a_message_that_is_no_line_is_left_out(tmp_path, streams):
    """One with a line break, or odd ids, ends nothing; the first is counted."""
    with Recorder(streams, NAMES[:1], tmp_path) as recorder:
        recorder._tracks[0].receive([b'{"stream":"btcusdt@trade",\n"data":{}}'], 1)
        recorder._tracks[0].receive([b'{"stream":"btcusdt@trade","data":{"a":"x"}}'], 1)
        streams.send(trade(1))
        assert written(recorder, 2)
        assert (recorder.garbled, recorder.error) == (1, None)
    assert index_of(recorder)["garbled"] == 1


def test_a_recorder_that_can_not_subscribe_leaves_no_thread(tmp_path, streams, monkeypatch):
    """Where the pool is closed, the error is raised and nothing goes on."""
    before = threading.active_count()
    monkeypatch.setattr(streams, "subscribe", lambda name, sink: 1 / 0)
    monkeypatch.setattr(streams, "unsubscribe", lambda name, sink: None)
    with pytest.raises(ZeroDivisionError):
        Recorder(streams, NAMES, tmp_path)
    assert threading.active_count() == before
