"""The store on disk: whole files only, a manifest that is the truth, and other ways to read it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest

from binance_lab import Spot
from binance_lab.connector.symbols import UnknownSymbol
from binance_lab.history import History
from binance_lab.history.cleaning import Cleaner
from binance_lab.history.datasets import klines
from binance_lab.history.errors import StoreError
from binance_lab.history.locks import locked
from binance_lab.history.manifest import NAME, Part
from binance_lab.history.series import Series

from .mirror import Answer

SPAN = {"start": "2025-01-20", "end": "2025-03-05T12:00"}


@pytest.fixture
def filled(history):
    """A store with a month from the archive and two edges from REST."""
    history.klines("BTCUSDT", "15m", **SPAN)
    return history


def files(history) -> list[str]:
    return sorted(path.name for path in history.folder.rglob("*.parquet"))


def folder(history):
    return history.folder / "klines_15m" / "symbol=BTCUSDT"


def test_files_lie_by_dataset_symbol_and_month(filled):
    """A part is a file in the folder of its month, named by the span it covers."""
    found = sorted(
        p.relative_to(filled.folder).as_posix() for p in filled.folder.rglob("*.parquet")
    )
    assert found == [
        f"klines_15m/symbol=BTCUSDT/month=2025-{name}.parquet"
        for name in (
            "01/20250120-000000_20250201-000000",
            "02/20250201-000000_20250301-000000",
            "03/20250301-000000_20250305-121500",
        )
    ]


def test_the_manifest_has_provenance_checksums_and_counts(filled):
    """For each file: where its rows are from, its SHA-256, how many rows it has."""
    parts = json.loads((folder(filled) / NAME).read_text())["parts"]
    assert [part["rows"] for part in parts] == [12 * 96, 28 * 96, 4 * 96 + 49]
    archived = parts[1]["origins"][0]
    assert archived["url"].endswith("BTCUSDT-15m-2025-02.zip")
    assert (archived["kind"], archived["checksum"], len(archived["sha256"])) == (
        "month",
        "verified",
        64,
    )
    assert all(len(part["sha256"]) == 64 for part in parts)


def test_a_folder_may_be_a_text(client, mirror, tmp_path):
    """Where the store is can be said as `Lab(data=…)` takes it, too."""
    with History(client, f"{tmp_path}/store", archive_url=mirror.url) as history:
        assert history.folder == tmp_path / "store"
        assert history.contents().empty


def test_pandas_reads_the_folder(filled):
    """pandas.read_parquet needs none of this package, and gets the index."""
    frame = pd.read_parquet(filled.folder / "klines_15m")
    known = filled.klines("BTCUSDT", "15m", **SPAN).drop(columns="closed")
    known.attrs = {}
    pd.testing.assert_frame_equal(frame.drop(columns=["symbol", "month"]), known)
    assert set(frame["symbol"]) == {"BTCUSDT"}


def test_sql_asks_every_dataset_as_a_view(filled):
    """DuckDB sees klines_15m with symbol and month; times are UTC."""
    frame = filled.sql(
        "select month, count(*) as rows, min(open_time) as first from klines_15m "
        "where symbol = $symbol group by month order by month",
        {"symbol": "BTCUSDT"},
    )
    assert frame["rows"].tolist() == [12 * 96, 28 * 96, 4 * 96 + 49]
    assert frame["first"].iloc[0] == pd.Timestamp("2025-01-20", tz="UTC")


def test_scan_is_an_arrow_dataset(filled):
    """Arrow's own filters work on symbol, month and columns."""
    table = filled.scan("15m").to_table(columns=["close", "symbol", "month"])
    assert table.num_rows == 12 * 96 + 28 * 96 + 4 * 96 + 49
    assert set(table["month"].to_pylist()) == {"2025-01", "2025-02", "2025-03"}


def test_sync_fetches_only_what_is_new(filled, mirror):
    """What is in the store isn't asked for; the rest of the range is."""
    mirror.asked.clear()
    contents = filled.sync("BTCUSDT", "15m", end="2025-03-08")
    assert mirror.count("*klines*") == 1
    assert contents["last"].iloc[0] == pd.Timestamp("2025-03-08T00:00", tz="UTC")


def test_sync_without_arguments_goes_on_with_all_there_is(filled, mirror):
    """Every series of the store is brought up to the present."""
    contents = filled.sync(end="2025-03-06")
    assert contents[["dataset", "symbol"]].values.tolist() == [["klines_15m", "BTCUSDT"]]


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_a_flipped_byte_in_a_file_is_noticed(filled, at):
    """verify tells a file that has changed, repair takes it out, and sync fetches it again."""
    path = sorted(filled.folder.rglob("*.parquet"))[1]
    spoiled = bytearray(path.read_bytes())
    spoiled[int(len(spoiled) * at)] ^= 1
    path.write_bytes(bytes(spoiled))
    found = filled.verify(repair=True)
    assert found[found["problem"] != ""]["file"].tolist() == [f"month=2025-02/{path.name}"]
    assert not path.exists()
    filled.sync()
    assert set(filled.verify()["problem"]) == {""}


def test_a_damaged_page_is_noticed_when_it_is_read(filled):
    """Rows that don't match their checksum are an error that says how to repair."""
    path = sorted(filled.folder.rglob("*.parquet"))[1]
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path.write_bytes(bytes(spoiled))
    with pytest.raises(StoreError, match=r"damaged.*verify\(repair=True\)"):
        filled.klines("BTCUSDT", "15m", **SPAN)


def test_a_file_that_is_gone_is_fetched_again(filled, mirror):
    """A part without its file isn't there; verify tells it."""
    sorted(filled.folder.rglob("*.parquet"))[1].unlink()
    assert "the file is gone" in set(filled.verify()["problem"])
    assert len(filled.klines("BTCUSDT", "15m", **SPAN)) == 44 * 96 + 49
    assert mirror.count("*2025-02.zip") == 2


def test_files_that_nobody_lists_are_removed(filled):
    """What a killed process left behind goes with the next change."""
    stray = folder(filled) / "month=2025-02" / "20250205-000000_20250206-000000.parquet"
    stray.write_bytes(b"half a file")
    filled.sync(end="2025-03-06")
    assert not stray.exists()


def test_compact_joins_the_files_of_a_month(filled):
    """Several syncs of one month become one file with the same rows."""
    for end in ("2025-03-06", "2025-03-07", "2025-03-08"):
        filled.sync(end=end)
    before = filled.klines("BTCUSDT", "15m", start=SPAN["start"], end="2025-03-08")
    assert len(files(filled)) == 6
    assert filled.compact() == 3
    assert len(files(filled)) == 3
    after = filled.klines("BTCUSDT", "15m", start=SPAN["start"], end="2025-03-08")
    pd.testing.assert_frame_equal(before, after)
    assert set(filled.verify()["problem"]) == {""}


def test_prune_removes_what_is_older(filled):
    """Whole files before a time go; they are fetched again only if they are asked for."""
    assert filled.prune("2025-02-15") == 1
    assert filled.contents()["first"].iloc[0] == pd.Timestamp("2025-02-01", tz="UTC")


def test_a_full_disk_is_told_and_loses_nothing(filled, monkeypatch):
    """Where a file can't be written the error says so; what was there still is."""
    before = files(filled)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(StoreError, match="the disk is full") as told:
        filled.sync(end="2025-03-06")
    monkeypatch.undo()
    assert "kept" in str(told.value)
    assert files(filled) == before
    assert not list(filled.folder.rglob(".part-*"))
    filled.sync(end="2025-03-06")


def test_a_limit_of_the_system_on_files_is_a_full_disk(past, tmp_path):
    """A real refusal of the system to write leaves no half file that counts."""
    code = (
        "import resource, signal, sys\n"
        "from binance_lab import Spot\n"
        "from binance_lab.history import History\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        f"history = History(Spot(base_url={past.rest!r}), __import__('pathlib').Path(sys.argv[1]),"
        f" archive_url={past.rest!r})\n"
        "history.klines('BTCUSDT', '15m', start='2025-01-01', end='2025-01-20')\n"
    )
    pytest.importorskip("resource")
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert "StoreError" in ran.stderr
    assert "the disk is full" in ran.stderr
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_full_disk_while_a_file_comes_is_told(history, mirror, monkeypatch):
    """A download that the disk has no room for is the same error, and leaves nothing."""

    class Full:
        def __init__(self, path):
            self._path = path

        def open(self, mode):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("binance_lab.history.archive.Path", lambda *parts: Full(parts))
    with pytest.raises(StoreError, match="the disk is full"):
        history.klines("BTCUSDT", "15m", start="2025-02-01", end="2025-02-28T23:59")
    monkeypatch.undo()
    assert not list(history.folder.rglob(".download-*"))
    assert len(history.klines("BTCUSDT", "15m", start="2025-02-01", end="2025-02-28T23:59")) == 2688


def test_a_small_disk_that_is_full_is_told(past, tmp_path):
    """A real file system without room: neither half a file nor half a manifest counts, and it goes on later."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "none", tmp_path]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount).returncode:
        pytest.skip("only who may mount a file system can fill it")
    span = {"start": "2025-01-01", "end": "2025-03-31T23:59"}
    try:
        with (
            Spot(base_url=past.rest) as client,
            History(client, tmp_path, archive_url=past.rest) as history,
        ):
            with pytest.raises(StoreError, match="the disk is full"):
                history.klines("BTCUSDT", "15m", **span)
            assert set(history.verify()["problem"]) <= {""}
            subprocess.run(["mount", "-o", "remount,size=40m", tmp_path], check=True)
            assert len(history.klines("BTCUSDT", "15m", **span)) == 90 * 96
            assert set(history.verify()["problem"]) == {""}
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


def test_what_a_killed_download_left_is_removed(filled):
    """A file of the archive that came in half goes with a later change; no reader sees it meanwhile."""
    old, young = (folder(filled) / f".download-{name}" for name in ("old", "young"))
    for made in (old, young):
        made.mkdir()
        (made / "half.zip").write_bytes(b"PK")
    for path in (old / "half.zip", old):
        os.utime(path, (0, 0))
    os.utime(young, (0, 0))  # begun long ago, and still coming
    assert len(pd.read_parquet(filled.folder / "klines_15m")) == 44 * 96 + 49
    filled.sync(end="2025-03-06")
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize("damaged", [0, -1])
def test_sync_fetches_what_repair_took_out_first_or_last(filled, damaged):
    """What is kept begins where it was asked to, whichever of its files is gone."""
    path = sorted(filled.folder.rglob("*.parquet"))[damaged]
    path.write_bytes(b"")
    filled.verify(repair=True)
    filled.sync(end="2025-03-05T12:00")
    assert filled.contents()["rows"].tolist() == [44 * 96 + 49]
    assert filled.contents()["first"].iloc[0] == pd.Timestamp(SPAN["start"], tz="UTC")


def test_sync_fetches_what_repair_took_out_alone(history):
    """The only file of a series may be gone, too."""
    history.klines("BTCUSDT", "15m", start="2025-02-01", end="2025-02-28T23:59")
    next(history.folder.rglob("*.parquet")).unlink()
    history.verify(repair=True)
    history.sync(end="2025-02-28T23:59")
    assert history.contents()["rows"].tolist() == [2688]


def test_what_was_pruned_is_not_fetched_by_sync(filled):
    """The store begins where it was pruned."""
    filled.prune("2025-02-15")
    filled.sync(end="2025-03-05T12:00")
    assert filled.contents()["first"].iloc[0] == pd.Timestamp("2025-02-01", tz="UTC")


def test_sync_passes_over_what_has_no_rows(filled):
    """A range before the listing was asked for: there is nothing to go on from."""
    filled.klines("SOLUSDT", "1h", start="2019-01-01", end="2019-03-01", keep=True)
    assert filled.sync(end="2025-03-06")["symbol"].tolist() == ["BTCUSDT"]


def delisted(answer: Answer) -> Answer:
    return 400, {}, b'{"code": -1121, "msg": "Invalid symbol."}'


def without_the_delisted(answer: Answer) -> Answer:
    code, headers, body = answer
    about = json.loads(body)
    about["symbols"] = [row for row in about["symbols"] if row["symbol"] == "BTCUSDT"]
    return code, headers, json.dumps(about).encode()


def test_a_delisted_symbol_keeps_no_other_from_being_synced(filled, mirror):
    """What the exchange has no more is named once all others are fetched; what is kept of it stays."""
    for symbol in ("SOLUSDT", "SHIBUSDT"):
        filled.klines(symbol, "15m", start="2025-03-05", end="2025-03-05T12:00", keep=True)
        mirror.wrong[f"*klines*symbol={symbol}*"] = delisted
    mirror.wrong["*exchangeInfo*"] = without_the_delisted
    with pytest.raises(UnknownSymbol, match="SHIBUSDT") as caught:
        filled.sync(end="2025-03-06")
    told = " ".join(caught.value.__notes__)
    assert '"SOLUSDT" is no symbol here' in told
    assert "all others were fetched" in told
    contents = filled.contents().set_index("symbol")["last"]
    assert contents["BTCUSDT"] == pd.Timestamp("2025-03-06", tz="UTC")
    assert contents["SHIBUSDT"] == pd.Timestamp("2025-03-05T12:00", tz="UTC")


def test_a_wrong_symbol_ends_sync_at_once(filled, mirror):
    """A name that never was in the store is a mistake: nothing is fetched for the others before it is told."""
    mirror.asked.clear()
    with pytest.raises(UnknownSymbol, match="Did you mean BTCUSDT"):
        filled.sync(["BTCUSDT", "BTCUSTD"], "15m", start="2025-01-20", end="2025-03-06")
    assert mirror.count("*klines*symbol=BTCUSDT*") == 0


def test_of_two_who_fetch_the_same_one_is_kept(tmp_path):
    """A part that another process has listed meanwhile isn't listed twice."""
    series = Series(tmp_path, klines("1h"), "BTCUSDT")
    span = 0, 3_600_000
    body = b'[[0,"1","1","1","1","1",3599999,"1",1,"1","1","0"]]'
    tables = [series.dataset.table(series.dataset.frame(body))]
    added = [
        series.add(tables, Cleaner(series.dataset, span), Part(file="", start_ms=0, end_ms=span[1]))
        for _ in range(2)
    ]
    assert added == [True, False]
    assert series.read(span).num_rows == 1


def test_two_processes_fill_one_store(past, tmp_path):
    """Both end well, and the rows are there once."""
    code = (
        "import sys, pathlib\n"
        "from binance_lab import Spot\n"
        "from binance_lab.history import History\n"
        f"history = History(Spot(base_url={past.rest!r}), pathlib.Path(sys.argv[1]),"
        f" archive_url={past.rest!r})\n"
        "print(len(history.klines('BTCUSDT', '15m', start='2024-12-20', end='2025-03-05')))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    rows = [int(process.communicate(timeout=60)[0]) for process in running]
    assert rows == [75 * 96 + 1] * 2
    assert len(pd.read_parquet(tmp_path / "klines_15m")) == 75 * 96 + 1


def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path):
    """kill -9 leaves no lock behind."""
    code = (
        "import pathlib, sys, time\n"
        "from binance_lab.history.locks import locked\n"
        "with locked(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    path = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait(30)
    with locked(path):
        assert path.exists()


def test_a_damaged_manifest_is_told(filled):
    """A manifest that is no JSON is an error that names the file."""
    (folder(filled) / NAME).write_text('{"dataset": ')
    with pytest.raises(StoreError, match=r"_manifest\.json is damaged"):
        filled.klines("BTCUSDT", "15m", **SPAN)
