"""A process that is killed at any moment leaves a store that the next one completes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from binance_lab import Exchange, Spot
from binance_lab.history import History

KILLS = int(os.environ.get("BINANCE_LAB_KILLS", "3"))
SPAN = {"start": "2024-12-20", "end": "2025-03-05T12:00"}
FETCH = """
import pathlib, sys
from binance_lab import Spot
from binance_lab.history import History
history = History(Spot(base_url=sys.argv[1]), pathlib.Path(sys.argv[2]), archive_url=sys.argv[1])
print("begins", flush=True)
for symbol in ("BTCUSDT", "SOLUSDT"):
    history.klines(symbol, "15m", start=sys.argv[3], end=sys.argv[4])
    history.klines(symbol, "1m", start="2025-01-10", end="2025-01-20")
    history.compact()
print("ended", flush=True)
"""


def killed(url: str, folder: Path, after_s: float) -> None:
    """Fetch in a process of its own and kill it so much later, wherever it is then."""
    arguments = [url, str(folder), *SPAN.values()]
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    deadline = time.monotonic() + after_s
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    process.kill()
    process.communicate(timeout=10)


@pytest.mark.timeout(60 + 10 * KILLS)
def test_a_store_is_whole_after_kills_at_random_moments(past, tmp_path):
    """After kill -9 at random moments each file is whole, and the rows are what REST says."""
    moments = random.Random(6)
    with Spot(base_url=past.rest) as client:
        for _ in range(KILLS):
            killed(past.rest, tmp_path, moments.uniform(0, 1.2))
            history = History(client, tmp_path, archive_url=past.rest)
            assert set(history.verify()["problem"]) <= {""}
        for symbol in ("BTCUSDT", "SOLUSDT"):
            frame = history.klines(symbol, "15m", **SPAN)
            direct = history.klines(symbol, "15m", **SPAN, keep=False)
            pd.testing.assert_frame_equal(frame, direct, check_exact=True)
            history.klines(symbol, "1m", start="2025-01-10", end="2025-01-20")
        history.compact()
        stored = pd.read_parquet(tmp_path / "klines_15m")
        assert len(stored) == 2 * (75 * 96 + 49)
        assert set(history.verify()["problem"]) == {""}


@pytest.fixture
def busy():
    """An exchange of its own, whose file of May takes longer than anybody waits."""
    slow = "slow:path=*/monthly/klines/*2023-05.zip,delay_s=60"
    with Exchange(seed=3, agents=False, symbols=["BTCUSDT"], faults=[slow]) as exchange:
        yield exchange


def test_ctrl_c_ends_at_once_and_keeps_what_is_whole(busy, tmp_path):
    """SIGINT ends a download within seconds; the same command then goes on from what is kept."""
    command = [sys.executable, "-m", "binance_lab", "download", "BTCUSDT", "--interval", "1m"]
    command += ["--start", "2023-01-20", "--end", "2023-06-30T23:59"]
    command += ["--url", busy.rest, "--data", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.rglob("*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    words = process.communicate(timeout=10)[1]
    assert process.returncode == 1
    assert "goes on from what is kept" in words
    with Spot(base_url=busy.rest) as client:
        history = History(client, tmp_path / "local", archive_url=busy.rest)
        kept = history.contents()["rows"].iloc[0]
        assert 0 < kept < 162 * 1440
        assert set(history.verify()["problem"]) == {""}
