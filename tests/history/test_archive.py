"""Files of the archive: headers, units of time, damage, checksums, answers that are none."""

from __future__ import annotations

import threading
import zipfile

import pandas as pd
import pyarrow as pa
import pytest

from binance_lab.history.archive import Archive, read_zip
from binance_lab.history.datasets import AGG_TRADES, TRADES, klines
from binance_lab.history.errors import ArchiveError, NotArchived

from .mirror import once, status, truncated

MS, US = 1_704_067_200_000, 1_735_689_600_000_000  # 2024-01-01, 2025-01-01
PATH = "/data/spot/monthly/klines/BTCUSDT/15m/BTCUSDT-15m-2024-02.zip"


@pytest.fixture
def zipped(tmp_path):
    def make(text: str):
        path = tmp_path / "file.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("file.csv", text)
        return path

    return make


def frame_of(path, dataset) -> pd.DataFrame:
    return pa.concat_tables(read_zip(path, dataset)).to_pandas()


def candle(time: int, unit: int) -> str:
    return f"{time},1.5,2,1,1.75,10,{time + 60_000 * unit - 1},15,3,4,6,0\n"


@pytest.mark.parametrize("header", ["", "open_time,open,high,low,close,volume,a,b,c,d,e,ignore\n"])
@pytest.mark.parametrize(("time", "unit", "year"), [(MS, 1, 2024), (US, 1000, 2025)])
def test_headers_are_sniffed_and_ms_and_us_told_apart(zipped, header, time, unit, year):
    """With a header or without, in ms or µs, a candle is the same; it closes with its last ms."""
    frame = frame_of(zipped(header + candle(time, unit)), klines("1m"))
    assert frame.index[0] == pd.Timestamp(year, 1, 1, tz="UTC")
    assert frame["close_time"].iloc[0] == pd.Timestamp(f"{year}-01-01T00:00:59.999Z")
    assert list(frame.iloc[0])[:5] == [1.5, 2, 1, 1.75, 10]


def test_trades_and_aggregate_trades_have_their_columns(zipped):
    """Files of trades are read into the columns of their frames."""
    frame = frame_of(zipped(f"7,1.5,2,3,{US},True,True\n"), TRADES)
    assert frame.iloc[0].to_list() == [7, 1.5, 2, 3, True]
    frame = frame_of(zipped(f"7,1.5,2,20,21,{US},false,true\n"), AGG_TRADES)
    assert frame.iloc[0].to_list() == [7, 1.5, 2, 20, 21, False]


def test_an_empty_file_has_no_rows(zipped):
    """Nothing was traded."""
    assert list(read_zip(zipped(""), TRADES)) == []


@pytest.mark.parametrize(
    "text", ["not a candle\n1,2\n", "1,2,3\n", f"{MS},x,2,1,1,1,1,1,1,1,1,0\n"]
)
def test_something_else_than_candles_is_refused(zipped, text):
    """A file with other columns or words for numbers is an error that names it."""
    with pytest.raises(ArchiveError, match=r"file\.zip can't be read"):
        list(read_zip(zipped(text), klines("1m")))


def test_a_truncated_zip_is_refused(zipped):
    """Half a file is never taken for a whole one."""
    path = zipped("".join(candle(MS + 60_000 * at, 1) for at in range(1000)))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ArchiveError, match="can't be read"):
        list(read_zip(path, klines("1m")))


@pytest.fixture
def archive(mirror):
    opened = Archive(mirror.url)
    yield opened
    opened.close()


def test_a_file_is_verified_by_its_checksum(archive):
    """The SHA-256 of what came is the published one; the file is gone afterwards."""
    with archive.file(PATH, threading.Event()) as file:
        assert file.verified
        assert file.path.stat().st_size > 10_000
    assert not file.path.exists()


def test_a_download_that_breaks_off_is_tried_again(archive, mirror):
    """A connection that breaks half-way costs another request, not the file."""
    mirror.wrong["*.zip"] = once(truncated)
    with archive.file(PATH, threading.Event()) as file:
        assert file.verified
    assert mirror.count("*.zip") == 2


@pytest.mark.parametrize("code", [403, 404])
def test_what_is_not_there_is_told(archive, mirror, code):
    """403 and 404 mean that there is no such file; it isn't asked for again."""
    mirror.wrong["*.zip"] = status(code)
    with pytest.raises(NotArchived, match=f"HTTP {code}"), archive.file(PATH, threading.Event()):
        pytest.fail("there is no file")
    assert mirror.count("*.zip") == 1


def test_a_checksum_is_not_asked_for_again_once_stopped(archive, mirror):
    """Ctrl-c ends the tries for it, too."""
    stopping = threading.Event()

    def fails(answer):
        stopping.set()
        return 500, {}, b""

    mirror.wrong["*.CHECKSUM"] = fails
    with pytest.raises(ArchiveError, match="HTTP 500"), archive.file(PATH, stopping):
        pass
    assert sum(path.endswith(".CHECKSUM") for path in mirror.asked) == 1


def test_an_archive_that_cannot_be_reached_is_an_error():
    """Nobody listens there: the message says where, and to check the network."""
    archive, stopped = Archive("http://127.0.0.1:9"), threading.Event()
    stopped.set()
    with pytest.raises(ArchiveError, match="Check the network"), archive.file(PATH, stopped):
        pytest.fail("there is no file")


def test_a_damaged_file_is_an_error_of_ours_whichever_bit_is_wrong(zipped):
    """A bit of a zip that is wrong is told as such, or the rows are read; nothing else comes of it."""
    path, told = zipped(candle(US, 1000) * 3), 0
    whole = path.read_bytes()
    for at in range(len(whole) * 8):
        spoiled = bytearray(whole)
        spoiled[at // 8] ^= 1 << at % 8
        path.write_bytes(bytes(spoiled))
        try:
            assert sum(table.num_rows for table in read_zip(path, klines("1m"))) <= 3
        except ArchiveError:
            told += 1
    assert told > len(whole)
