"""A copy of the store on S3: its real protocol on loopback, its own client, workers of processes.

`make s3` runs this in an environment of its own: the server is larger than all else that tests need.
"""

from __future__ import annotations

import dask
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from binance_lab.frames import dollar_bars, time_bars, volume_bars
from binance_lab.history import StoreError

moto = pytest.importorskip("moto.server", reason="make s3 installs what it needs")
s3fs = pytest.importorskip("s3fs", reason="make s3 installs what it needs")

URL = "s3://research/history"
SPAN = {"start": "2025-01-20", "end": "2025-03-05T12:00"}
DAYS = {"start": "2025-03-01T23:30", "end": "2025-03-03T00:20"}


@pytest.fixture(scope="module")
def server():
    """An S3 server on a free port of loopback."""
    opened = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    opened.start()
    yield "http://{}:{}".format(*opened.get_host_and_port())
    opened.stop()


@pytest.fixture
def options(server, monkeypatch):
    """What fsspec needs to find it; no proxy of the environment is in between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return {"key": "any", "secret": "any", "client_kwargs": {"endpoint_url": server}}


@pytest.fixture
def bucket(options):
    opened = s3fs.S3FileSystem(**options, skip_instance_cache=True)  # somebody else
    opened.mkdir("research")
    yield opened
    opened.rm("research", recursive=True)


def copy(history, bucket) -> None:
    bucket.put(f"{history.folder}/", URL, recursive=True)


def same(frame: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(frame, other, check_exact=True, check_freq=False)


def test_a_copy_on_s3_has_the_rows_of_the_store(history, bucket, options):
    """Every row, a partition a file; of a range only the files that have rows of it are opened."""
    frame = history.klines("BTCUSDT", "15m", **SPAN).drop(columns="closed")
    copy(history, bucket)
    lazy = history.dask("15m", "BTCUSDT", url=URL, storage_options=options)
    assert lazy.npartitions == 3
    same(lazy.compute(scheduler="sync"), frame)
    day = {"start": "2025-02-03", "end": "2025-02-03T23:59"}
    some = history.dask("15m", "BTCUSDT", url=URL, storage_options=options, **day)
    assert some.npartitions == 1
    assert len(some.compute(scheduler="sync")) == 96


def test_what_was_copied_since_is_seen(history, bucket, options):
    """Nothing that the client remembers hides newer files."""
    history.klines("BTCUSDT", "15m", **SPAN)
    copy(history, bucket)
    asked = {"url": URL, "storage_options": options}
    assert history.dask("15m", **asked).npartitions == 3
    history.sync("SOLUSDT", "15m", start="2025-03-01", end="2025-03-02")
    history.sync("BTCUSDT", "15m", end="2025-03-07")
    copy(history, bucket)
    assert history.dask("15m", "BTCUSDT", **asked).npartitions == 4
    lazy = history.dask("15m", **asked)
    assert set(lazy["symbol"].unique().compute(scheduler="sync")) == {"BTCUSDT", "SOLUSDT"}


def test_bars_are_built_by_workers_that_read_s3(history, bucket, options, monkeypatch):
    """Feature builders run unchanged on processes that share nothing but the bucket."""
    trades = history.agg_trades("SHIBUSDT", **DAYS)
    copy(history, bucket)
    size = float(trades["qty"].sum() / 500)
    dollars = float((trades["qty"] * trades["price"]).sum() / 300)
    with (
        dask.config.set({"distributed.worker.daemon": True}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        lazy = history.dask("agg_trades", "SHIBUSDT", url=URL, storage_options=options, **DAYS)
        same(volume_bars(lazy, size).compute(), volume_bars(trades, size))
        same(dollar_bars(lazy, dollars).compute(), dollar_bars(trades, dollars))
        same(time_bars(lazy, "2h").compute(), time_bars(trades, "2h"))


@pytest.mark.parametrize("url", ["s3://research/elsewhere", "s3://nowhere/history"])
def test_a_bucket_without_a_store_is_told(history, bucket, options, url):
    """Nothing there, or no such bucket: the error names the URL."""
    with pytest.raises(StoreError, match=url):
        history.dask("15m", "BTCUSDT", url=url, storage_options=options)


def test_a_damaged_object_is_noticed(history, bucket, options):
    """A flipped byte on S3 is an error that names the object."""
    history.klines("BTCUSDT", "15m", **SPAN)
    copy(history, bucket)
    [path] = bucket.glob("research/history/klines_15m/*/month=2025-02/*.parquet")
    content = bytearray(bucket.cat_file(path))
    content[len(content) // 2] ^= 1
    bucket.pipe_file(path, bytes(content))
    lazy = history.dask("15m", "BTCUSDT", url=URL, storage_options=options)
    with pytest.raises(StoreError, match="month=2025-02"):
        lazy.compute(scheduler="sync")
