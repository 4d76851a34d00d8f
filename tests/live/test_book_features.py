"""What a book says after each update, from captures."""

from __future__ import annotations

from pathlib import Path

import dask.dataframe as dd
import pandas as pd
import pytest

from binance_lab.live import Replay, book_features
from binance_lab.wire.capture import CaptureWriter

from .doubles import depth, snapshot


def capture(path: Path, *messages: bytes) -> Path:
    """A file of messages."""
    with CaptureWriter(path) as writer:
        for message in messages:
            writer.write(1, message)
    return path


def test_a_row_for_each_update(tmp_path):
    """Bid, ask, spread, mid, microprice and imbalance are those of the book after the update."""
    features = book_features(
        capture(
            tmp_path / "one.jsonl",
            depth(9, 11, bids=["99x3"]),
            snapshot(10, bids=["99x1", "98x1"], asks=["101x1", "102x2"]),
            depth(12, 12, asks=["101x0", "103x4"]),
        ),
        levels=2,
    )
    assert features["update_id"].tolist() == [11, 12]
    assert features[["bid", "bid_qty", "ask", "ask_qty"]].to_numpy().tolist() == [
        [99, 3, 101, 1],
        [99, 3, 102, 2],
    ]
    assert features["spread"].tolist() == [2, 3]
    assert features["mid"].tolist() == [100, 100.5]
    assert features["microprice"].tolist() == [100.5, (99 * 2 + 102 * 3) / 5]
    assert features["imbalance"].tolist() == [(4 - 3) / 7, (4 - 6) / 10]


def test_no_rows_from_a_skipped_update_to_the_next_snapshot(tmp_path):
    """A book that missed an update is not shown; a snapshot that has come meanwhile begins it anew."""
    path = capture(
        tmp_path / "gap.jsonl",
        snapshot(10),
        depth(11, 11),
        depth(14, 15),
        depth(16, 17),
        snapshot(15),
        depth(18, 18),
        snapshot(25),
        depth(19, 20),
        depth(26, 26),
    )
    assert book_features(path)["update_id"].tolist() == [11, 15, 17, 18, 20, 26]


def test_an_empty_capture_has_the_columns_of_a_full_one(tmp_path):
    """Nothing was recorded."""
    empty = book_features(capture(tmp_path / "empty.jsonl"))
    full = book_features(capture(tmp_path / "full.jsonl", snapshot(10), depth(11, 11)))
    assert empty.empty
    pd.testing.assert_series_equal(empty.dtypes, full.dtypes)
    assert empty.index.dtype == full.index.dtype


def test_captures_are_partitions_of_a_dask_frame(tmp_path):
    """The function runs on Dask as it is, a file each."""
    paths = [
        capture(
            tmp_path / f"{number}.jsonl",
            snapshot(10 * number),
            depth(10 * number + 1, 10 * number + 1),
        )
        for number in (1, 2, 3)
    ]
    lazy = dd.from_map(book_features, paths)
    whole = pd.concat(map(book_features, paths))
    pd.testing.assert_frame_equal(lazy.compute(scheduler="sync"), whole)


@pytest.mark.timeout(60)
def test_recorded_books_are_as_the_replayed_book_ends(recorded):
    """Two real captures of which one goes on from the other: the last row is the live object's book."""
    paths = sorted((recorded / "captures").glob("*.jsonl.gz"))
    features = book_features(*paths)
    assert len(features) > 6_000
    assert (features["spread"] > 0).all()
    assert features["update_id"].is_monotonic_increasing
    with Replay(*paths) as replay:
        book = replay.live.book("BTCUSDT")
        replay.run()
        last = features.iloc[-1]
        assert last["update_id"] == book.last_update_id
        assert (last["bid"], last["bid_qty"]) == tuple(book.top(1, stale=True).bids[0])
        assert last["imbalance"] == book.imbalance(5)
