"""Rows, which tapes and candles are kept in, and the ledger of what they miss."""

from __future__ import annotations

import random

import numpy as np
import pytest

from binance_lab.live import ledger as ledgers
from binance_lab.live.ledger import Ledger
from binance_lab.live.rows import Rows


def rows_of(*keys: int, max_rows=1000) -> Rows:
    rows = Rows({"key": np.int64, "value": np.float64}, max_rows=max_rows)
    rows.append(batch(*keys))
    return rows


def batch(*keys: int) -> dict[str, list[float]]:
    return {"key": list(keys), "value": [key / 2 for key in keys]}


def keys(rows: Rows) -> list[int]:
    assert (rows.column("value") * 2 == rows.column("key")).all()
    return rows.column("key").tolist()


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_those_of_a_sorted_list(seed):
    """Whatever is appended and inserted, the newest rows are there, in order."""
    chance = random.Random(seed)
    rows, model, skipped, newest = rows_of(max_rows=500), [], [], 0
    for _ in range(300):
        fresh = []
        for _ in range(chance.randrange(20)):
            newest += 1
            (skipped if chance.random() < 0.1 else fresh).append(newest)
        rows.append(batch(*fresh))
        model = (model + fresh)[-500:]
        if chance.random() < 0.3:
            late, skipped = skipped[-5:], skipped[:-5]
            rows.insert(batch(*chance.sample(late, len(late))))
            model = sorted(model + late)[-500:]
        assert keys(rows) == model
    assert rows.dropped > 0


def test_copies_do_not_change():
    """What was copied stays, though rows are added, changed and moved."""
    rows = rows_of(1, 2, 4)
    copy = rows.copy()
    rows.insert(batch(3))
    rows.update(0, {"value": 9.0})
    rows.append(batch(*range(5, 5000)))
    assert copy["key"].tolist() == [1, 2, 4]
    assert copy["value"].tolist() == [0.5, 1.0, 2.0]


def test_rows_are_found_by_key():
    """A key is found where it is, or where it would be."""
    rows = rows_of(10, 20, 30)
    assert [rows.find(key) for key in (5, 10, 15, 40)] == [0, 0, 1, 3]
    assert rows.has(20)
    assert not rows.has(15)
    assert not rows.has(40)
    assert rows.last("value") == 15.0


def test_a_hole_is_filled_in_parts():
    """What is still missing of a hole is known; with its last part it is closed."""
    ledger = Ledger("btcusdt@trade", "trade id")
    ledger.note(10, 19)
    ledger.fill(12, 13, reason="came late")
    assert ledger.misses(11)
    assert not ledger.misses(12)
    assert ledger.frame()["missing"].tolist() == [8]
    ledger.fill(5, 11, reason="came late")
    ledger.fill(14, 30, reason="fetched")
    row = ledger.frame().iloc[0]
    assert (row["state"], row["reason"], row["missing"]) == ("backfilled", "fetched", 0)
    assert row["closed"] >= row["noticed"]
    assert ledger.complete


def test_a_hole_that_was_given_up_can_still_be_filled():
    """Unresolvable is what is known so far: what comes after all fills it."""
    ledger = Ledger("btcusdt@trade", "trade id")
    ledger.give_up(ledger.note(1, 2), "the server has none")
    assert not ledger.complete
    assert ledger.frame()["state"].tolist() == ["unresolvable"]
    ledger.fill(1, 2, reason="came late")
    assert ledger.complete
    ledger.give_up(ledger.note(5, 6), "the server has none")
    assert [gap.first for gap in ledger.reopen()] == [5]
    assert ledger.frame()["state"].tolist() == ["backfilled", "open"]


def test_a_ledger_is_bounded(monkeypatch):
    """Of very many filled holes the oldest are forgotten, counted; what is missing is kept."""
    monkeypatch.setattr(ledgers, "MAX_ENTRIES", 100)
    ledger = Ledger("btcusdt@trade", "trade id")
    ledger.note(0, 0)
    for number in range(1, 1000):
        ledger.note(number, number)
        ledger.fill(number, number, reason="fetched")
    assert len(ledger) <= 100
    assert ledger.forgotten + len(ledger) == 1000
    assert ledger.misses(0)
    assert ledger.frame()["first"].iloc[-1] == 999


def test_a_ledger_of_holes_that_stay_is_bounded(monkeypatch):
    """Of very many holes that nobody fills the oldest are forgotten, but not how much is missing."""
    monkeypatch.setattr(ledgers, "MAX_ENTRIES", 100)
    ledger = Ledger("btcusdt@trade", "trade id")
    for number in range(1000):
        ledger.give_up(ledger.note(3 * number, 3 * number + 1), "there is no client")
    assert len(ledger) <= 100
    assert ledger.forgotten + len(ledger) == ledger.unfilled_count == 1000
    assert ledger.missing == 2000
    assert ledger.frame().attrs["missing"] == 2000
    ledger.fill(0, 3000, reason="came late")
    assert ledger.unfilled == []
    assert not ledger.complete
    assert ledger.missing == 2 * ledger.unfilled_count == 2 * ledger.forgotten


def test_a_hole_that_was_forgotten_is_fetched_no_more(monkeypatch):
    """Who still asks for it learns that it is given up."""
    monkeypatch.setattr(ledgers, "MAX_ENTRIES", 100)
    ledger = Ledger("btcusdt@trade", "trade id")
    gaps = [ledger.note(number, number) for number in range(1000)]
    assert (gaps[0].state, gaps[0].reason) == ("unresolvable", "too many holes came after it")
    assert gaps[-1].state == "open"
