"""Captures to Parquet: a file for each stream, typed, with everything that was in it."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from binance_lab.connector.exceptions import BadInput, ConfigError
from binance_lab.live import Replay, captures_to_parquet, parquet
from binance_lab.live.runtime import Inline
from binance_lab.wire.capture import CaptureError, CaptureWriter

from .doubles import START_MS, combined, depth, kline, snapshot, trade

MINI = {"e": "24hrMiniTicker", "E": START_MS, "s": "BTCUSDT"} | dict.fromkeys("cohlvq", "1.5")


def capture(folder: Path, *messages: bytes, about=None) -> Path:
    path = folder / "btcusdt.jsonl.gz"
    with CaptureWriter(path) as writer:
        if about:
            writer.write_header(1, about)
        for at, message in enumerate(messages, 1):
            writer.write(at, message)
    return path


def test_each_stream_is_a_file(tmp_path):
    """Files are named as streams; snapshots of books have one of their own."""
    messages = trade(1), kline(0), depth(1, 2, bids=["9x1"]), snapshot(3)
    tickers = combined("!miniTicker@arr", [MINI, MINI])
    path = capture(tmp_path, *messages, tickers)
    made = captures_to_parquet(path, folder=tmp_path / "parquet")
    rows = {file.name: len(pd.read_parquet(file)) for file in made}
    assert rows == {
        "btcusdt@trade.parquet": 1,
        "btcusdt@kline_1m.parquet": 1,
        "btcusdt@depth@100ms.parquet": 1,
        "depth snapshots.parquet": 2,
        "!miniTicker@arr.parquet": 2,
    }


def test_columns_are_typed(tmp_path):
    """Times are UTC, prices and amounts floats, ids whole numbers; the names are those of events."""
    [file] = captures_to_parquet(capture(tmp_path, trade(1, price="0.5")), folder=tmp_path)
    frame = pd.read_parquet(file)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items() if name != "symbol"} == {
        "received": "datetime64[ns, UTC]",
        "event_time": "datetime64[us, UTC]",
        "id": "int64",
        "price": "float64",
        "qty": "float64",
        "time": "datetime64[us, UTC]",
        "buyer_is_maker": "bool",
    }
    assert frame["received"][0].value == 1
    assert frame["time"][0] == pd.Timestamp(START_MS + 100, unit="ms", tz="UTC")
    assert frame["symbol"].tolist() == ["BTCUSDT"]


def test_candles_and_levels_are_rows(tmp_path):
    """A candle's fields are columns; an update of a book has a row for each level."""
    path = capture(tmp_path, kline(0, close="7"), depth(1, 2, bids=["9x1"], asks=["11x2", "12x0"]))
    candle, levels = map(pd.read_parquet, captures_to_parquet(path, folder=tmp_path))
    assert (candle["close"][0], candle["interval"][0], candle["closed"][0]) == (7.0, "1m", False)
    assert levels[["side", "price", "qty"]].to_numpy().tolist() == [
        ["bid", 9.0, 1.0],
        ["ask", 11.0, 2.0],
        ["ask", 12.0, 0.0],
    ]
    assert levels["last_update_id"].tolist() == [2, 2, 2]


@pytest.mark.parametrize("about", [{"symbol": "btcusdt"}, None])
def test_a_snapshot_has_the_symbol_of_its_file(tmp_path, about):
    """It doesn't say itself whose book it is: the header does, or the streams beside it."""
    path = capture(tmp_path, snapshot(3), trade(1), about=about)
    files = captures_to_parquet(path, folder=tmp_path)
    assert pd.read_parquet(files[0])["symbol"].tolist() == ["BTCUSDT", "BTCUSDT"]


def test_numbers_are_exact_if_asked(tmp_path):
    """With decimals, prices and amounts are what the server sent, to the last digit."""
    path = capture(tmp_path, trade(1, price="0.00001234", qty="123456789.12345678"))
    [file] = captures_to_parquet(path, folder=tmp_path, numbers="decimal")
    row = pd.read_parquet(file).iloc[0]
    assert (row["price"], row["qty"]) == (Decimal("0.00001234"), Decimal("123456789.12345678"))


def test_a_wrong_line_makes_no_file(tmp_path):
    """Without on_error the first wrong line is raised, and nothing is left of the files."""
    path = capture(tmp_path, trade(1), b'{"stream":"btcusdt@trade","data":{"e":"trade"}}')
    with pytest.raises(ValueError, match=r"btcusdt@trade: .*missing required field"):
        captures_to_parquet(path, folder=tmp_path / "parquet")
    assert list((tmp_path / "parquet").iterdir()) == []


def test_wrong_lines_are_told_and_left_out(tmp_path):
    """With on_error each wrong line is told: garbled, of an unknown stream, or not its stream's."""
    wrong = b"garbled", combined("btcusdt@nothing", {}), combined("btcusdt@trade", {"e": "trade"})
    errors: list[ValueError] = []
    path = capture(tmp_path, *wrong[:1], snapshot(3), trade(1), *wrong[1:], trade(2))
    [_, file] = captures_to_parquet(path, folder=tmp_path, on_error=errors.append)
    assert pd.read_parquet(file)["id"].tolist() == [1, 2]
    assert [type(error) is CaptureError for error in errors] == [True, False, False]


def test_long_captures_are_written_in_parts(tmp_path, monkeypatch):
    """Not more than so many rows are kept in memory."""
    monkeypatch.setattr(parquet, "ROWS", 10)
    path = capture(tmp_path, *(trade(number) for number in range(1, 36)))
    [file] = captures_to_parquet(path, folder=tmp_path)
    assert pd.read_parquet(file)["id"].tolist() == list(range(1, 36))
    assert pq.ParquetFile(file).metadata.num_row_groups == 4


def test_the_extra_is_named_where_it_is_missing(tmp_path, monkeypatch):
    """Without pyarrow the error has the line that installs it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install .*\[history\]"):
        captures_to_parquet(capture(tmp_path, trade(1)), folder=tmp_path)


def test_the_recorded_session_is_in_its_files(tmp_path, recorded):
    """The trades in the file are those that a replay of the same captures gives."""
    captures = sorted((recorded / "captures").glob("*.jsonl.gz"))
    files = captures_to_parquet(*captures, folder=tmp_path)
    with Replay(*captures, runtime=Inline()) as replay:
        tape = replay.live.trades("BTCUSDT")
        replay.run()
    trades = pd.read_parquet(tmp_path / "btcusdt@trade.parquet")
    assert trades["id"].tolist() == tape.frame()["id"].tolist()
    assert trades["price"].tolist() == tape.frame()["price"].tolist()
    assert {file.name for file in files} == {
        "btcusdt@trade.parquet",
        "btcusdt@bookTicker.parquet",
        "btcusdt@depth@100ms.parquet",
        "depth snapshots.parquet",
    }


@pytest.mark.parametrize("paths", [[], [["a.jsonl"]]])
def test_captures_are_given_one_by_one(tmp_path, paths):
    """Without a capture, or with a list of them, nothing is made and the error says what is needed."""
    with pytest.raises(BadInput, match="capture"):
        captures_to_parquet(*paths, folder=tmp_path / "made")
    assert not (tmp_path / "made").exists()
