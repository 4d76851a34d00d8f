"""Rows in order, each once, and what was wrong with them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from binance_lab.frames import klines_frame, trades_frame
from binance_lab.history.cleaning import Cleaner, Keys, Unordered
from binance_lab.history.datasets import TRADES, klines

MINUTE = 60_000


def candles(*minutes: int | tuple[int, str]) -> pa.Table:
    """Candles that open at minutes of 1970, with a close of 1 unless said."""
    rows = []
    for each in minutes:
        minute, close = each if isinstance(each, tuple) else (each, "1")
        start = minute * MINUTE
        rows.append([start, "1", "1", "1", close, "1", start + MINUTE - 1, "1", 1, "1", "1", "0"])
    return klines("1m").table(klines_frame(rows))


def cleaned(*tables: pa.Table, minutes: int = 5) -> tuple[Cleaner, list[int]]:
    cleaner = Cleaner(klines("1m"), (0, minutes * MINUTE))
    kept = [cleaner.take(table) for table in tables]
    cleaner.end()
    return cleaner, klines("1m").keys(pa.concat_tables(kept)).tolist()


def holes(cleaner: Cleaner) -> list[tuple[int, int, int]]:
    return [(h.first_ms // MINUTE, h.last_ms // MINUTE, h.missing) for h in cleaner.holes]


def test_rows_in_order_stay_as_they_are():
    """Nothing is wrong with whole, ordered rows."""
    cleaner, keys = cleaned(candles(0, 1), candles(2, 3, 4))
    assert keys == [0, 1, 2, 3, 4]
    assert (cleaner.rows, cleaner.duplicates, cleaner.conflicts, cleaner.holes) == (5, 0, 0, [])


def test_doubles_are_dropped_and_counted():
    """A row that says the same as another one is left out."""
    cleaner, keys = cleaned(candles(0, 1, 1, 2, 3, 3, 3, 4))
    assert keys == [0, 1, 2, 3, 4]
    assert (cleaner.duplicates, cleaner.conflicts) == (3, 0)


def test_conflicts_are_told():
    """Of two rows with one key that differ the first is kept, and the time is told."""
    cleaner, keys = cleaned(candles(0, 1, (1, "2"), 2, 3, 4))
    assert keys == [0, 1, 2, 3, 4]
    assert (cleaner.duplicates, cleaner.conflicts, cleaner.conflict_ms) == (0, 1, [MINUTE])


def test_rows_of_one_table_are_put_in_order():
    """A table may come in any order."""
    assert cleaned(candles(3, 0, 4, 1, 2))[1] == [0, 1, 2, 3, 4]


def test_tables_that_overlap_are_refused():
    """Rows that belong before those of an earlier table can't be put in order any more."""
    with pytest.raises(Unordered):
        cleaned(candles(0, 2), candles(1, 3))


@pytest.mark.parametrize(
    ("minutes", "missing"),
    [
        ([2, 3, 4], [(0, 1, 2)]),
        ([0, 4], [(1, 3, 3)]),
        ([0, 1, 2], [(3, 4, 2)]),
        ([], [(0, 4, 5)]),
        ([1, 3], [(0, 0, 1), (2, 2, 1), (4, 4, 1)]),
    ],
)
def test_candles_that_are_due_and_do_not_come_are_holes(minutes, missing):
    """Holes are found at both ends and in between."""
    assert holes(cleaned(candles(*minutes))[0]) == missing


def test_holes_between_tables_are_found():
    """The end of one table and the start of the next are neighbours."""
    assert holes(cleaned(candles(0, 1), candles(3, 4))[0]) == [(2, 2, 1)]


def test_rows_outside_of_the_span_are_left_out():
    """A file may hold more than what is asked for."""
    cleaner, keys = cleaned(candles(0, 1, 2, 3, 4, 5, 6))
    assert keys == [0, 1, 2, 3, 4]
    assert cleaner.outside == 2


def trades(*keys: int, due: Keys = (None, None)) -> Cleaner:
    """What a cleaner says of trades with these ids, each at a time of its id in ms."""
    rows = [
        {"id": key, "price": "1", "qty": "1", "quoteQty": "1", "time": key, "isBuyerMaker": True}
        for key in keys
    ]
    cleaner = Cleaner(TRADES, (0, 1000), due=due)
    cleaner.take(TRADES.table(trades_frame(rows)))
    cleaner.end()
    return cleaner


def test_ids_of_trades_tell_their_holes():
    """A trade whose id is skipped is missing, whatever the time between."""
    cleaner = trades(7, 8, 12)
    assert [(hole.first_key, hole.missing) for hole in cleaner.holes] == [(9, 3)]
    assert (cleaner.first_key, cleaner.last_key) == (7, 12)


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        ((7, 8), []),
        ((8,), [(7, 1, 0, 8)]),
        ((7,), [(8, 1, 7, 999)]),
        ((), [(7, 2, 0, 999)]),
    ],
)
def test_trades_that_are_due_at_an_end_are_missing_without_a_neighbour(keys, missing):
    """Where the first and the last id are known, what is left out there is a hole, too."""
    cleaner = trades(*keys, due=(7, 8))
    found = [(h.first_key, h.missing, h.first_ms, h.last_ms) for h in cleaner.holes]
    assert found == missing
    assert (cleaner.first_key, cleaner.last_key) == (7, 8)
