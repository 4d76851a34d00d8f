"""A download that stops half-way keeps every page that it can, and says how much that is."""

from __future__ import annotations

import re
import threading

import pandas as pd
import pytest

from binance_lab.connector.exceptions import TooManyRequests
from binance_lab.history import ArchiveError, History, tasks

from .mirror import status

SPAN = {"start": "2025-01-02", "end": "2025-01-09T23:59"}  # 8 days, by REST: 12 pages of 1m
PAGE_6 = pd.Timestamp("2025-01-02", tz="UTC") + pd.Timedelta(minutes=5_000)


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch):
    """One worker: what came before is what was asked for before; and all of it by REST."""
    monkeypatch.setattr("binance_lab.history.fetching.WORKERS", 1)


def test_pages_before_a_refusal_are_kept(history, mirror):
    """A batch that isn't whole is kept as far as no page is missing, and its note says so."""
    mirror.wrong["*/data/spot/*"] = status(404)
    mirror.wrong[f"*klines*startTime={PAGE_6.value // 10**6}*"] = status(429, retry_after="0")
    with pytest.raises(TooManyRequests) as refused:
        history.sync("BTCUSDT", "1m", **SPAN)
    assert refused.value.__notes__ == [
        "Kept is of BTCUSDT 3.5 of 8.0 days; the same call goes on from there."
    ]
    assert history.contents()["rows"].tolist() == [5_000]
    mirror.wrong.clear()
    mirror.asked.clear()
    frame = history.klines("BTCUSDT", "1m", **SPAN)
    assert mirror.count("*api/v3/klines*") == 7
    other = history.klines("BTCUSDT", "1m", **SPAN, keep=False)
    assert frame["close"].tolist() == other["close"].tolist()


def test_pages_before_ctrl_c_are_kept(history, mirror, monkeypatch):
    """KeyboardInterrupt has the note, too."""
    seen, next_of = [], tasks._next

    def interrupted(*arguments):
        if len(seen) == 5:
            raise KeyboardInterrupt
        seen.append(1)
        return next_of(*arguments)

    mirror.wrong["*/data/spot/*"] = status(404)
    monkeypatch.setattr(tasks, "_next", interrupted)
    with pytest.raises(KeyboardInterrupt) as stopped:
        history.sync("BTCUSDT", "1m", **SPAN)
    [note] = stopped.value.__notes__
    assert re.match(r"Kept is of BTCUSDT [34]\.\d of 8\.0 days; the same call", note)
    assert history.contents()["rows"].iloc[0] >= 5_000


def test_close_waits_for_what_ctrl_c_left_under_way(client, mirror, monkeypatch):
    """A file that is read then is none the worse for it: no incident, and the store stays removed."""
    reading, go_on = threading.Event(), threading.Event()

    def read(path, dataset):
        reading.set()
        assert go_on.wait(30)
        raise ArchiveError(f"{path.name} can't be read.")

    def interrupted(*arguments):
        assert reading.wait(30)
        raise KeyboardInterrupt

    monkeypatch.setattr("binance_lab.history.fetching.read_zip", read)
    monkeypatch.setattr(tasks, "_next", interrupted)
    history = History(client, archive_url=mirror.url)
    with pytest.raises(KeyboardInterrupt):
        history.sync("BTCUSDT", "1m", start="2025-01-01", end="2025-01-31T23:59")
    closing = threading.Thread(target=history.close)
    closing.start()
    assert history.folder.exists()  # it waits
    go_on.set()
    closing.join(30)
    assert not any(each.name.startswith("binance_lab:history:") for each in threading.enumerate())
    assert not history.folder.exists()


def test_pages_of_trades_are_kept_by_their_time(history, mirror):
    """Pages of ids end in the midst of a second, and only whole seconds are kept."""
    span = {"start": "2025-01-02T03:00", "end": "2025-01-02T04:00"}
    whole = history.agg_trades("BTCUSDT", **span, keep=False)
    assert len(whole) > 2_500
    second = int(whole["id"].iloc[0]) + 1_000
    mirror.wrong[f"*aggTrades*fromId={second}*"] = status(429, retry_after="0")
    with pytest.raises(TooManyRequests):
        history.agg_trades("BTCUSDT", **span)
    last = history.contents()["last"].iloc[0]
    rows = history.contents()["rows"].iloc[0]
    assert rows == (whole.index.floor("ms") <= last).sum() > 900
    mirror.wrong.clear()
    assert history.agg_trades("BTCUSDT", **span)["id"].tolist() == whole["id"].tolist()


def test_what_was_asked_for_is_known_though_nothing_of_it_came(history, mirror):
    """sync without a start then begins where it was to."""
    mirror.wrong["*/data/spot/*"] = status(404)
    mirror.wrong["*klines*startTime=17*"] = status(429, retry_after="0")
    with pytest.raises(TooManyRequests):
        history.sync("BTCUSDT", "1m", **SPAN)
    assert history.contents().empty
    mirror.wrong = {"*/data/spot/*": status(404)}
    history.sync("BTCUSDT", "1m", start="2025-01-09", end=SPAN["end"])
    [left] = history.quality().query("kind == 'not stored'").itertuples()
    assert left.first == pd.Timestamp(SPAN["start"], tz="UTC")
    history.sync(end=SPAN["end"])
    assert history.contents()["rows"].tolist() == [8 * 1440]
