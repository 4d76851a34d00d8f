"""The journal: whole lines, readable after a crash, by nobody else."""

from __future__ import annotations

import os
import stat
import threading
from random import Random

import pytest

from binance_lab.trading.journal import Journal, journal_path


def test_entries_come_back_as_they_were_written(tmp_path):
    """What is written is read, oldest first, after a header."""
    with Journal(tmp_path / "deep" / "orders.jsonl", environment="local") as journal:
        journal.write("send", "lab-1", {"symbol": "币安人生USDT"}, durable=True)
        journal.write("answer", "lab-1", {"orderId": 1})
        kinds = [(entry.kind, entry.client_order_id, entry.data) for entry in journal.read()]
    assert kinds == [
        ("journal", "", {"environment": "local"}),
        ("send", "lab-1", {"symbol": "币安人生USDT"}),
        ("answer", "lab-1", {"orderId": 1}),
    ]


@pytest.mark.parametrize("cut", [1, 20])
def test_a_torn_line_costs_only_itself(tmp_path, cut):
    """After a crash the torn line is skipped and counted, and the next one is whole."""
    path = tmp_path / "orders.jsonl"
    with Journal(path) as journal:
        journal.write("send", "lab-1")
        journal.write("send", "lab-2")
    os.truncate(path, path.stat().st_size - cut)
    with Journal(path) as journal:
        journal.write("send", "lab-3")
        ids = [entry.client_order_id for entry in journal.read() if entry.kind == "send"]
    assert ids[0] == "lab-1"
    assert ids[-1] == "lab-3"
    assert journal.torn == (1 if cut > 1 else 0)


def test_threads_never_mix_their_lines(tmp_path):
    """Eight threads write at once; every line is whole."""
    journal = Journal(tmp_path / "orders.jsonl")

    def write(number: int) -> None:
        for _ in range(50):
            journal.write("report", f"lab-{number}", {"text": "x" * 500})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(journal.read())) == 401
    assert journal.torn == 0


def test_only_its_owner_reads_it(tmp_path):
    """The file is made for its owner alone."""
    journal = Journal(tmp_path / "orders.jsonl")
    journal.write("send", "lab-1")
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_each_account_has_a_journal_of_its_own():
    """Another host or key means another file, and the key isn't in its name."""
    one = journal_path("local", "http://127.0.0.1:1", "the-api-key")
    assert one != journal_path("local", "http://127.0.0.1:1", "another")
    assert one != journal_path("local", "http://127.0.0.1:2", "the-api-key")
    assert "the-api-key" not in str(one)


@pytest.mark.parametrize("seed", range(20))
def test_a_spoiled_journal_tells_what_is_left(tmp_path, seed):
    """Bytes that a bad disk changed cost the lines that they are in, and nothing else."""
    random = Random(seed)
    journal = Journal(tmp_path / "orders.jsonl")
    for number in range(50):
        journal.write("send", f"order-{number}", {"n": number})
    data = bytearray(journal.path.read_bytes())
    for _ in range(10):
        data[random.randrange(len(data))] = random.randrange(256)
    journal.path.write_bytes(data)
    found = [entry for entry in journal.read() if entry.data.get("n") is not None]
    assert len(found) > 25
    assert journal.torn <= 11


def test_a_journal_of_what_does_not_last_is_among_temporary_files(tmp_path, monkeypatch):
    """An exchange that keeps no orders leaves nothing in the user's data folder."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    path = journal_path("local", "http://127.0.0.1:1", "key", lasts=False)
    assert path.is_relative_to(tmp_path)
    with Journal(path) as journal:
        journal.write("send", "lab-1")
    assert path.stat().st_mode & 0o077 == 0
    assert not journal_path("local", "http://127.0.0.1:1", "key").is_relative_to(tmp_path)
