"""Past one machine: a Dask DataFrame over the store, and a cluster of processes that fills it."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import dask
import fsspec
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from fsspec.registry import known_implementations

from binance_lab.connector.exceptions import BadInput, Banned, ConfigError
from binance_lab.frames import dollar_bars, time_bars, volume_bars
from binance_lab.history import StoreError

from .mirror import flipped, status

SPAN = {"start": "2024-12-20", "end": "2025-03-05T12:00"}
DAYS = {"start": "2025-03-01T23:30", "end": "2025-03-03T00:20"}


@pytest.fixture(scope="module")
def cluster():
    """Two processes of one thread each."""
    with (
        dask.config.set({"distributed.worker.daemon": True}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as opened,
        Client(opened) as client,
    ):
        yield client


def same(frame: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(frame, other, check_exact=True, check_freq=False)


def kept(frame: pd.DataFrame) -> pd.DataFrame:
    """What of an answer is in the store."""
    return frame.drop(columns="closed", errors="ignore")


# A DataFrame over the store


def test_a_dask_frame_has_the_rows_and_columns_of_the_call(history):
    """One symbol: the frame of klines, a partition a file, with divisions that are known."""
    frame = kept(history.klines("BTCUSDT", "15m", **SPAN))
    lazy = history.dask("15m", "BTCUSDT")
    assert lazy.npartitions == 4
    assert lazy.known_divisions
    same(lazy.compute(scheduler="sync"), frame)
    assert lazy.dtypes.to_dict() == frame.dtypes.to_dict()


def test_a_range_has_both_ends(history):
    """Only files of the range are read, and of these only its rows."""
    history.klines("BTCUSDT", "15m", **SPAN)
    some = {"start": "2025-01-31T12:00", "end": "2025-02-01T12:00"}
    lazy = history.dask("15m", "BTCUSDT", **some)
    assert lazy.npartitions == 2
    same(lazy.compute(scheduler="sync"), kept(history.klines("BTCUSDT", "15m", **some)))


def test_several_symbols_have_their_names_in_front(history):
    """All symbols of the store if none is named; Dask groups them as pandas would."""
    frame = kept(history.klines(["BTCUSDT", "SOLUSDT"], "15m", **SPAN))
    lazy = history.dask("15m")
    same(lazy.compute(scheduler="sync").astype({"symbol": "str"}), frame)  # Dask has its own text
    volume = lazy.groupby("symbol")["quote_volume"].sum().compute(scheduler="sync")
    expected = frame.groupby("symbol")["quote_volume"].sum()
    pd.testing.assert_series_equal(volume, expected, check_index_type=False)


def test_only_columns_that_are_asked_for_are_read(history):
    """A sum over one column doesn't decode the others."""
    frame = history.klines("BTCUSDT", "15m", **SPAN)
    volume = history.dask("15m", "BTCUSDT")["volume"]
    assert "columns=['volume']" in volume.optimize(fuse=False).expr.tree_repr()
    pd.testing.assert_series_equal(
        volume.compute(scheduler="sync"), frame["volume"], check_freq=False
    )


def test_a_copy_elsewhere_is_read_by_its_url(history):
    """Any file system that fsspec knows: here its memory, for S3's sake."""
    frame = kept(history.klines("BTCUSDT", "15m", **SPAN))
    memory = fsspec.filesystem("memory")
    memory.put(str(history.folder), "/bucket/history", recursive=True)
    shutil.rmtree(history.folder)
    try:
        lazy = history.dask("15m", "BTCUSDT", url="memory://bucket/history")
        same(lazy.compute(scheduler="sync"), frame)
    finally:
        memory.rm("/bucket", recursive=True)


def test_a_damaged_file_is_noticed_when_it_is_read(history):
    """A page that doesn't match its checksum is an error that names the file."""
    history.klines("BTCUSDT", "15m", **SPAN)
    path = next(history.folder.rglob("month=2025-02/*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=path.name):
        history.dask("15m", "BTCUSDT").compute(scheduler="sync")


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"dataset": "15m", "symbols": "ETHUSDT"}, StoreError, r"ETHUSDT.*sync"),
        ({"dataset": "7m"}, BadInput, "7m"),
        ({"dataset": "klines_15m_exact"}, BadInput, "exact.*sql"),
        ({"url": "nosuch://bucket/history"}, BadInput, "nosuch://bucket/history"),
        ({"start": "2025-02-01", "end": "2025-01-01"}, BadInput, "starts after it ends"),
    ],
)
def test_what_is_not_there_is_said_at_once(history, asked, error, message):
    """Before anything is computed."""
    history.klines("BTCUSDT", "15m", start="2025-01-01", end="2025-01-02")
    with pytest.raises(error, match=message):
        history.dask(**asked)


def test_a_url_that_needs_a_package_says_which(history, monkeypatch):
    """fsspec knows what is missing; the error is ours."""
    known = {"class": "absent_package.FileSystem", "err": "Install absent_package"}
    monkeypatch.setitem(known_implementations, "absent", known)
    with pytest.raises(ConfigError, match="Install absent_package"):
        history.dask("15m", "BTCUSDT", url="absent://bucket")


# On processes


def test_bars_are_built_on_the_cluster(history, cluster):
    """Features that take a frame take Dask's, and are the same wherever files are cut."""
    trades = history.agg_trades("SHIBUSDT", **DAYS)
    lazy = history.dask("agg_trades", "SHIBUSDT", **DAYS)
    assert lazy.npartitions == 3
    size = float(trades["qty"].sum() / 500)
    same(volume_bars(lazy, size).compute(), volume_bars(trades, size))
    dollars = float((trades["qty"] * trades["price"]).sum() / 300)
    same(dollar_bars(lazy, dollars).compute(), dollar_bars(trades, dollars))
    same(time_bars(lazy, "2h").compute(), time_bars(trades, "2h"))


def test_a_cluster_fills_the_store_as_one_process_does(history, cluster, mirror):
    """Files, days, pages: the same rows, from the same places, each asked for once."""
    shown = history.sync(["BTCUSDT", "SOLUSDT"], "15m", **SPAN, client=cluster)
    assert shown["rows"].tolist() == [75 * 96 + 49] * 2
    assert mirror.count("*.zip") == 4
    assert set(history.verify()["problem"]) == {""}
    mirror.asked.clear()
    frame = history.klines("BTCUSDT", "15m", **SPAN)
    assert mirror.asked == []
    origins = [origin["from"] for origin in frame.attrs["quality"]["origins"]]
    assert origins == ["rest", "month", "month", "rest"]
    same(frame, history.klines("BTCUSDT", "15m", **SPAN, keep=False))
    history.sync(["BTCUSDT", "SOLUSDT"], "15m", **SPAN, client=cluster)
    assert mirror.count("*.zip") == 0


def test_what_a_worker_noticed_is_in_the_manifest(history, cluster, mirror):
    """A file with a flipped byte isn't used; days are, and the incident is told."""
    mirror.wrong["*BTCUSDT-15m-2025-02.zip"] = flipped
    history.sync("BTCUSDT", "15m", **SPAN, client=cluster)
    incidents = history.quality("BTCUSDT", "15m").query("kind == 'incident'")
    assert "checksum mismatch" in incidents["note"].iloc[0]
    same(
        history.klines("BTCUSDT", "15m", **SPAN),
        history.klines("BTCUSDT", "15m", **SPAN, keep=False),
    )


def test_a_worker_that_is_killed_costs_nothing_but_its_piece(history, cluster, mirror):
    """kill -9 of a worker that is half-way through a file: another one fetches it again."""
    fetching, killed = threading.Semaphore(0), threading.Event()

    def held(answer):
        fetching.release()
        assert killed.wait(60)
        return answer

    mirror.wrong["*monthly*.zip"] = held
    with ThreadPoolExecutor(1) as pool:
        syncing = pool.submit(
            history.sync, ["BTCUSDT", "SOLUSDT"], "15m", start="2025-01-01", end=SPAN["end"],
            client=cluster,
        )  # fmt: skip
        assert fetching.acquire(timeout=60)
        assert fetching.acquire(timeout=60)  # both workers have one under way
        victim = next(iter(cluster.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
        killed.set()
        syncing.result(timeout=100)
    assert mirror.count("*monthly*.zip") > 4
    assert victim not in cluster.run(os.getpid).values()
    assert set(history.verify()["problem"]) == {""}
    span = {"start": "2025-01-01", "end": SPAN["end"]}
    for symbol in ("BTCUSDT", "SOLUSDT"):
        same(
            history.klines(symbol, "15m", **span),
            history.klines(symbol, "15m", **span, keep=False),
        )


# One budget


def test_each_request_of_a_worker_is_booked_once_for_the_cluster(
    history, cluster, client, mirror, monkeypatch
):
    """The scheduler's budget, here the notebook's own, books all weight; workers have none."""
    booked = []
    acquire = client.limits.acquire

    def counted(uses, **options):
        booked.extend(use.amount for use in uses if use.limiter == "REQUEST_WEIGHT")
        return acquire(uses, **options)

    monkeypatch.setattr(client.limits, "acquire", counted)
    history.sync("BTCUSDT", "1m", start="2025-03-03", end="2025-03-13", client=cluster)
    asked = mirror.count("*/api/v3/klines*")
    assert asked >= 14
    assert booked == [2] * asked


def test_no_worker_sends_what_the_budget_refuses(history, cluster, client, mirror):
    """The server has banned this address: workers send nothing, and the error is the usual one."""
    history.sync("BTCUSDT", "1m", start="2025-03-03", end="2025-03-03T01:00")
    client.limits.block(600, banned=True)
    mirror.asked.clear()
    with pytest.raises(Banned, match="not sent") as raised:
        history.sync("BTCUSDT", "1m", end="2025-03-13", client=cluster)
    assert "goes on from there" in raised.value.__notes__[0]
    assert mirror.asked == []


def test_a_ban_that_a_worker_is_told_holds_everywhere(history, cluster, client, mirror):
    """418 to one worker: neither the others nor the notebook send anything after it."""
    history.sync("BTCUSDT", "1m", start="2025-03-03", end="2025-03-03T01:00")
    mirror.wrong["*klines*"] = status(418, retry_after="600")
    with pytest.raises(Banned):
        history.sync("BTCUSDT", "1m", end="2025-03-13", client=cluster)
    mirror.asked.clear()
    with pytest.raises(Banned, match="not sent"):
        client.klines("BTCUSDT", "1m")
    assert mirror.asked == []
