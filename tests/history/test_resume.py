"""A process that is killed at any moment leaves a store that the next one completes."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from binance_lab import Exchange, Spot
from binance_lab.history import History

from .mirror import flipped

FULL = os.environ.get("BINANCE_LAB_HISTORY") == "year"  # make history: some twenty minutes
SPAN = {
    "start": "2024-06-20" if FULL else "2025-01-31",
    "end": "2025-06-20T12:00" if FULL else "2025-03-01T12:00",
}
MONTHS = pd.date_range("2024-07-01" if FULL else "2025-02-01", SPAN["end"], freq="MS")[:-1]
KILLS, LATEST_S = (20, 6.0) if FULL else (3, 1.2)
SYMBOLS = ("BTCUSDT", "SHIBUSDT", "SOLUSDT")
NUMBERS = (
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "taker_buy_volume",
    "taker_buy_quote_volume",
)
FETCH = """
import pathlib, sys
from binance_lab import Spot
from binance_lab.history import History
history = History(Spot(base_url=sys.argv[1]), pathlib.Path(sys.argv[2]), archive_url=sys.argv[1])
print("begins", flush=True)
history.sync(sys.argv[5:], "1m", start=sys.argv[3], end=sys.argv[4])
history.compact()
print("ended", flush=True)
"""


@pytest.fixture(scope="module")
def made(past):
    """What the exchange has made of each symbol: a page of REST after the other, as it answers."""
    first, last = (int(pd.Timestamp(time, tz="UTC").timestamp() * 1000) for time in SPAN.values())
    rows = {}
    with Spot(base_url=past.rest) as client:
        for symbol in SYMBOLS:
            found = rows[symbol] = []
            while not found or found[-1][0] < last:
                start = found[-1][0] + 60_000 if found else first
                found += client.klines(symbol, "1m", startTime=start, endTime=last, limit=1000)
            for month in MONTHS:  # ready, so that nobody waits minutes for a dozen of them
                path = f"monthly/klines/{symbol}/1m/{symbol}-1m-{month:%Y-%m}.zip"
                with urllib.request.urlopen(f"{past.rest}/data/spot/{path}", timeout=300) as file:
                    assert file.read(2) == b"PK"
    return rows


def check(history: History, made: dict[str, list[list[object]]]) -> None:
    """The store is whole, and has row by row what the exchange made."""
    assert set(history.verify()["problem"]) == {""}
    for symbol, rows in made.items():
        frame = history.klines(symbol, "1m", **SPAN)
        sources = [origin["from"] for origin in frame.attrs["quality"]["origins"]]
        assert sources == ["rest", *["month"] * len(MONTHS), "rest"]
        assert frame.attrs["quality"]["missing"] == []
        assert (frame.index.asi8 // 1000).tolist() == [row[0] for row in rows]
        assert (frame["close_time"].array.asi8 // 1000).tolist() == [row[6] for row in rows]
        assert frame["trades"].tolist() == [row[8] for row in rows]
        for name, at in zip(NUMBERS, (1, 2, 3, 4, 5, 7, 9, 10), strict=True):
            assert frame[name].tolist() == [float(row[at]) for row in rows], name


def killed(url: str, folder: Path, after_s: float) -> None:
    """Fetch in a process of its own and kill it so much later, wherever it is then."""
    arguments = [url, str(folder), *SPAN.values(), *SYMBOLS]
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n", process.communicate()[1]
    deadline = time.monotonic() + after_s
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    process.kill()
    process.communicate(timeout=30)


@pytest.mark.timeout(3_600 if FULL else 300)
def test_a_long_range_is_what_the_exchange_made(past, made, tmp_path):
    """Three symbols from archive and REST, row by row and to the last digit."""
    with (
        Spot(base_url=past.rest) as client,
        History(client, tmp_path, archive_url=past.rest) as history,
    ):
        history.sync(SYMBOLS, "1m", **SPAN)
        check(history, made)


@pytest.mark.timeout(3_600 if FULL else 300)
def test_a_store_is_whole_after_kills_at_random_moments(past, made, tmp_path):
    """After each kill -9 every file is whole; then the next call has what the exchange made."""
    moments = random.Random(6)
    with (
        Spot(base_url=past.rest) as client,
        History(client, tmp_path, archive_url=past.rest) as history,
    ):
        for _ in range(KILLS):
            killed(past.rest, tmp_path, moments.uniform(0, LATEST_S))
            assert set(history.verify()["problem"]) <= {""}
        history.sync(SYMBOLS, "1m", **SPAN)
        history.compact()
        check(history, made)
        stored = pd.read_parquet(tmp_path / "klines_1m")
        assert len(stored) == sum(len(rows) for rows in made.values())


@pytest.mark.timeout(3_600 if FULL else 300)
def test_a_flipped_byte_in_one_of_many_files_is_noticed(made, client, history, mirror):
    """The file is named in the incidents, its rows come by other ways, and all are right."""
    path = f"*monthly*SOLUSDT-1m-{MONTHS[-1]:%Y-%m}.zip"
    mirror.wrong[path] = flipped
    history.sync("SOLUSDT", "1m", **SPAN)
    [incident] = history.quality().query("kind == 'incident'")["note"]
    assert "checksum mismatch" in incident
    assert path.strip("*").removeprefix("monthly*") in incident
    frame = history.klines("SOLUSDT", "1m", **SPAN)
    assert frame["close"].tolist() == [float(row[4]) for row in made["SOLUSDT"]]


@pytest.fixture
def busy():
    """An exchange of its own, whose file of May takes longer than anybody waits."""
    slow = "slow:path=*/monthly/klines/*2023-05.zip,delay_s=60"
    with Exchange(seed=3, agents=False, symbols=["BTCUSDT"], faults=[slow]) as exchange:
        yield exchange


def test_ctrl_c_ends_at_once_and_keeps_what_is_whole(busy, tmp_path):
    """SIGINT ends a download within seconds and says how much is kept; the same command goes on from there."""
    command = [sys.executable, "-m", "binance_lab", "download", "BTCUSDT", "--interval", "1m"]
    command += ["--start", "2023-01-20", "--end", "2023-06-30T23:59"]
    command += ["--url", busy.rest, "--data", str(tmp_path)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # What runs behind a shell's & has SIGINT ignored, and hands that on.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.rglob("*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    words = process.communicate(timeout=30)[1]
    assert process.returncode == 1
    assert re.search(
        r"Kept is of BTCUSDT \d+\.\d of 162\.0 days; the same command goes on from", words
    )
    with Spot(base_url=busy.rest) as client:
        history = History(client, next(tmp_path.glob("local-seed-3-*")), archive_url=busy.rest)
        kept = history.contents()["rows"].iloc[0]
        assert 0 < kept < 162 * 1440
        assert set(history.verify()["problem"]) == {""}
