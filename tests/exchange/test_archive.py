"""History as files in the layout of data.binance.vision."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pandas as pd
import pytest

from binance_lab.exchange.archive import Abandoned, Archive
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.past import make_pasts
from binance_lab.exchange.symbols import select_symbols

RULES = select_symbols(["BTCUSDT", "BNBBTC"])
NOW_US = int(datetime(2025, 3, 10, 12, tzinfo=UTC).timestamp()) * 1_000_000
MARKETS = {
    each.symbol: MarketData(each, past=past)
    for each, past in zip(RULES, make_pasts(RULES, 7, end_us=NOW_US).values(), strict=True)
}
TRADES = ["id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"]
AGGS = ["id", "price", "qty", "first_id", "last_id", "time", "is_buyer_maker", "is_best_match"]
KLINES = ["open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume"]


@pytest.fixture
def archive(tmp_path):
    with Archive(MARKETS, folder=tmp_path) as made:
        yield made


def frame(archive: Archive, path: str, columns: list[str]) -> pd.DataFrame:
    found = archive.get(f"/data/spot/{path}.zip", now_us=NOW_US)
    assert found is not None
    with zipfile.ZipFile(found) as file:
        [name] = file.namelist()
        assert name == path.rpartition("/")[2] + ".csv"
        return pd.read_csv(
            io.BytesIO(file.read(name)),
            header=None,
            names=columns,
            dtype=str,
            usecols=range(len(columns)),
        )


def test_daily_klines_are_those_of_the_endpoint(archive):
    """A day's file has the klines that the endpoint answers, in microseconds since 2025."""
    rows = frame(archive, "daily/klines/BTCUSDT/1h/BTCUSDT-1h-2025-03-01", KLINES)
    start_us = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000
    expected = MARKETS["BTCUSDT"].klines("1h", now_us=NOW_US, start_us=start_us, limit=24)
    assert len(rows) == 24
    assert rows["open_time"].tolist() == [f"{row[0]}000" for row in expected]
    assert rows["close_time"].tolist() == [f"{row[6]}999" for row in expected]
    assert rows["close"].tolist() == [row[4] for row in expected]


def test_times_before_2025_are_milliseconds(archive):
    """Files of days before 2025 have times in milliseconds."""
    rows = frame(archive, "daily/klines/BTCUSDT/12h/BTCUSDT-12h-2024-12-31", KLINES)
    assert rows["open_time"].tolist() == ["1735603200000", "1735646400000"]


def test_monthly_klines_have_every_interval(archive):
    """Months have all intervals, 3d and 1w too, and 1M under the name 1mo; days only up to 1d."""
    assert len(frame(archive, "monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2025-02", KLINES)) == 28
    assert len(frame(archive, "monthly/klines/BTCUSDT/1w/BTCUSDT-1w-2025-02", KLINES)) == 4
    assert len(frame(archive, "monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2025-02", KLINES)) == 1
    path = "data/spot/daily/klines/BTCUSDT/1w/BTCUSDT-1w-2025-02-03.zip"
    assert archive.get(path, now_us=NOW_US) is None


def test_trades_and_aggregate_trades_of_a_day_agree(archive):
    """A day's trades are contiguous, add up to its kline, and so do its aggregate trades."""
    trades = frame(archive, "daily/trades/BNBBTC/BNBBTC-trades-2025-03-01", TRADES)
    aggs = frame(archive, "daily/aggTrades/BNBBTC/BNBBTC-aggTrades-2025-03-01", AGGS)
    klines = frame(archive, "daily/klines/BNBBTC/1d/BNBBTC-1d-2025-03-01", KLINES)
    ids = trades["id"].astype(int)
    assert (ids.diff().dropna() == 1).all()
    assert (aggs["first_id"].iloc[0], aggs["last_id"].iloc[-1]) == (str(ids.min()), str(ids.max()))
    volume = float(klines["volume"].iloc[0])
    assert trades["qty"].astype(float).sum() == pytest.approx(volume)
    assert aggs["qty"].astype(float).sum() == pytest.approx(volume)
    assert trades["price"].iloc[[0, -1]].tolist() == [klines["open"][0], klines["close"][0]]
    assert set(trades["is_buyer_maker"]) == {"True", "False"}
    assert trades["time"].str.len().eq(16).all()


def test_checksum_is_of_the_file(archive):
    """The checksum file has the SHA-256 of the zip, two spaces and its name."""
    path = "data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03-01.zip"
    digest = hashlib.sha256(archive.get(path, now_us=NOW_US).read_bytes()).hexdigest()
    text = archive.get(path + ".CHECKSUM", now_us=NOW_US).read_text()
    assert text == f"{digest}  BTCUSDT-1d-2025-03-01.zip\n"


def test_a_checksum_is_written_once(archive):
    """One that is asked for again stays as it is: it may be on its way to somebody."""
    path = "data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03-01.zip.CHECKSUM"
    written = archive.get(path, now_us=NOW_US).stat()
    again = archive.get(path, now_us=NOW_US).stat()
    assert (again.st_ino, again.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


def test_file_is_the_same_whenever_it_is_made(archive, tmp_path):
    """A file that is made anew has the same bytes."""
    path = "data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03-01.zip"
    with Archive(MARKETS) as other:
        later = other.get(path, now_us=NOW_US + 10**12)
        assert later.read_bytes() == archive.get(path, now_us=NOW_US).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03-10.zip",  # today
        "monthly/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03.zip",
        "daily/klines/BTCUSDT/1d/BTCUSDT-1d-2017-08-16.zip",  # before the listing
        "daily/klines/NONE/1d/NONE-1d-2025-03-01.zip",
        "daily/klines/BTCUSDT/2m/BTCUSDT-2m-2025-03-01.zip",
        "daily/klines/BTCUSDT/1d/BTCUSDT-1h-2025-03-01.zip",
        "daily/trades/BTCUSDT/BTCUSDT-trades-2025-02-30.zip",
        "daily/trades/BTCUSDT/../../secret.zip",
        "daily/depth/BTCUSDT/BTCUSDT-depth-2025-03-01.zip",
    ],
)
def test_there_is_no_other_file(archive, path):
    """Unfinished days and months, unknown symbols and intervals, and strange paths have no file."""
    assert archive.get("data/spot/" + path, now_us=NOW_US) is None


def test_what_is_made_is_there_while_others_are_made(archive):
    """A checksum doesn't wait for the months that others asked for; what isn't made isn't ready."""
    path = "data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03-01.zip"
    other = "data/spot/daily/trades/BNBBTC/BNBBTC-trades-2025-03-01.zip"
    for end in ("", ".CHECKSUM"):
        assert archive.ready(path + end, now_us=NOW_US) is None
    made = archive.get(path, now_us=NOW_US)
    begun, go_on = threading.Event(), threading.Event()

    def is_wanted():
        begun.set()
        return go_on.wait(30)

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(archive.get, other, now_us=NOW_US, is_wanted=is_wanted)
        assert begun.wait(30)
        assert archive.ready(path, now_us=NOW_US) == made
        assert "2025-03-01.zip" in archive.ready(f"{path}.CHECKSUM", now_us=NOW_US).read_text()
        for end in ("", ".CHECKSUM"):
            assert archive.ready(other + end, now_us=NOW_US) is None
        assert archive.ready(path.replace("klines/BTC", "klines/ETH"), now_us=NOW_US) is None
        go_on.set()
        assert making.result(30) == archive.ready(other, now_us=NOW_US)


def test_folder_is_bounded(tmp_path):
    """Once the folder has too many bytes, its oldest files go."""
    with Archive(MARKETS, folder=tmp_path, most_bytes=1) as archive:
        for day in (1, 2, 3):
            path = f"data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03-0{day}.zip"
            assert archive.get(path, now_us=NOW_US)
            assert archive.get(f"{path}.CHECKSUM", now_us=NOW_US)
        kept = {path.name for path in tmp_path.iterdir()}
        assert kept == {f"daily-BTCUSDT-1d-2025-03-03.zip{end}" for end in ("", ".CHECKSUM")}


def test_a_file_that_is_asked_for_stays_longest(tmp_path):
    """What goes is what nobody has asked for the longest, however old what is asked for."""
    paths = [
        f"data/spot/daily/klines/BTCUSDT/1d/BTCUSDT-1d-2025-03-0{day}.zip" for day in (1, 2, 3)
    ]
    with Archive(MARKETS, folder=tmp_path) as archive:
        made = [archive.get(path, now_us=NOW_US) for path in paths[:2]]
        for at, file in enumerate(made):
            os.utime(file, (at, at))
        archive._most_bytes = made[0].stat().st_size
        assert archive.ready(paths[0], now_us=NOW_US) == made[0]
        archive.get(paths[2], now_us=NOW_US)
        assert [archive.ready(path, now_us=NOW_US) is None for path in paths] == [
            False,
            True,
            False,
        ]


def test_a_file_that_nobody_waits_for_is_left_undone(archive, tmp_path):
    """Once a file isn't wanted any more its making ends, and nothing of it stays; later it is made whole."""
    path = "/data/spot/daily/trades/BNBBTC/BNBBTC-trades-2025-03-01.zip"
    asked = iter([True, True, False])
    with pytest.raises(Abandoned):
        archive.get(path, now_us=NOW_US, is_wanted=lambda: next(asked))
    assert list(tmp_path.iterdir()) == []
    found = archive.get(path, now_us=NOW_US)
    assert found is not None
    assert zipfile.ZipFile(found).testzip() is None
