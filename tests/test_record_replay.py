"""The verbs record and replay: streams to files, and files through the live objects."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from binance_lab import Exchange, cli

TIMEOUT_S = 60
STREAMS = ["btcusdt@trade", "btcusdt@depth@100ms", "btcusdt@kline_1s", "ethusdt@depth@100ms"]


@pytest.fixture(scope="module")
def exchange():
    with Exchange(symbols=["BTCUSDT", "ETHUSDT"]) as running:
        yield running


@pytest.fixture(scope="module")
def captures(exchange, tmp_path_factory) -> list[Path]:
    """What `record` writes in some seconds: a file for each symbol."""
    folder = tmp_path_factory.mktemp("captures")
    options = ["--url", exchange.rest, "--folder", str(folder), "--seconds", "6"]
    assert cli.main(["record", *STREAMS, *options]) == 0
    return sorted(folder.glob("*.gz"))


def test_what_was_recorded_replays_through_live_objects(captures, capsys):
    """replay prints each stream, and the end of what its object holds: nothing is missing."""
    assert cli.main(["replay", *map(str, captures)]) == 0
    printed = capsys.readouterr().out
    assert len(captures) == 2
    for stream in STREAMS:
        assert re.search(rf"^{stream}: \d+ messages, 0 garbled, 0 gaps$", printed, re.M)
    assert "(snapshots)" in printed


def test_a_damaged_line_is_told_and_ends_with_1(captures, capsys, tmp_path):
    """A line that can't be read is named; the rest is read all the same."""
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_bytes(b'1 {"stream":"btcusdt@trade","da\n')
    assert cli.main(["replay", str(captures[0]), str(damaged)]) == 1
    printed = capsys.readouterr().out
    assert "damaged.jsonl, line 1: " in printed
    assert "btcusdt@trade: " in printed


def test_a_book_without_its_snapshot_is_told(capsys, tmp_path):
    """Updates alone are no order book."""
    path = tmp_path / "updates.jsonl"
    update = '{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[],"a":[]}'
    path.write_text(f'1 {{"stream":"btcusdt@depth","data":{update}}}\n')
    assert cli.main(["replay", str(path)]) == 1
    assert "no snapshot" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "ends", "says"),
    [
        (["replay", "no-such-file.jsonl"], 1, "no-such-file.jsonl"),
        (["replay", "no-such-file.jsonl", "--speed", "0"], 2, "--speed"),
        (["record", "btcusdt@trads"], 2, "btcusdt@trads"),
        (["record", "btcusd@trade"], 2, "Did you mean BTCUSDT"),
    ],
)
def test_what_cannot_work_ends_with_a_line(exchange, capsys, tmp_path, words, ends, says):
    """A file that isn't there, a stream and a symbol that don't exist are told at once."""
    url = ["--url", exchange.rest, "--folder", str(tmp_path)] if words[0] == "record" else []
    assert cli.main([*words, *url]) == ends
    assert says in capsys.readouterr().err


def test_a_wrong_stream_is_told_before_an_exchange_is_started(capsys, monkeypatch):
    """Names are looked at first: to refuse one takes no market."""
    monkeypatch.setattr("binance_lab.lab.Lab", lambda *_, **__: pytest.fail("a lab was opened"))
    assert cli.main(["record", "btcusdt@foo"]) == 2
    assert "btcusdt@foo" in capsys.readouterr().err


def test_ctrl_c_ends_a_recording_with_its_files(exchange, tmp_path):
    """An interrupt is the usual end: what came is in the file, and the exit code is 0."""
    command = [sys.executable, "-m", "binance_lab", "record", "btcusdt@trade"]
    options = ["--url", exchange.rest, "--folder", str(tmp_path)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert "ctrl-c" in running.stdout.readline()
            assert "messages" in running.stdout.readline()  # said after some seconds
            running.send_signal(signal.SIGINT)
            rest = running.communicate(timeout=TIMEOUT_S)[0]
        finally:
            running.kill()
    assert running.returncode == 0
    assert ".jsonl.gz" in rest


def test_a_file_that_is_no_capture_is_told_in_words(capsys, tmp_path):
    """Neither an empty table nor bytes: one line says what is wrong."""
    path = tmp_path / "other"
    path.write_bytes(b"\x7fELF\x02\x01\x00\n\x00\x01\n\x00")
    assert cli.main(["replay", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "There is no message that can be read." in printed
    assert printed.count(str(path)) == 1
    assert "Empty" not in printed
    assert "\\x" not in printed
