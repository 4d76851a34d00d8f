"""Tasks side by side, and what follows from them."""

from __future__ import annotations

import io
import threading
from functools import partial

import pytest
from tqdm.std import tqdm

from binance_lab.history import progress
from binance_lab.history.progress import Bar, Received
from binance_lab.history.tasks import Task, work_off
from binance_lab.wire.intervals import DAY_MS, HOUR_MS, MINUTE_MS


def work(*tasks: Task, workers: int = 1) -> threading.Event:
    stopping = threading.Event()
    work_off(
        tasks, workers=workers, label="test", stopping=stopping, received=Received(), threads=[]
    )
    return stopping


def test_what_follows_a_task_goes_before_what_waits():
    """What belongs together ends together."""
    done = []

    def noted(name: str, *follow: Task) -> Task:
        return Task(1, lambda: done.append(name) or follow)

    stopping = work(noted("a", noted("a1"), noted("a2")), noted("b"))
    assert done == ["a", "a1", "a2", "b"]
    assert not stopping.is_set()


def test_tasks_run_side_by_side():
    """Two that wait for each other both end."""
    barrier = threading.Barrier(2)
    met = Task(1, lambda: (barrier.wait(30) and ()) or ())
    work(met, met, workers=2)


def test_the_first_error_is_raised_and_leaves_the_rest():
    """Nothing more is begun, and what runs is told to stop."""
    begun = []
    stopping = threading.Event()

    def fail() -> list[Task]:
        raise OSError("gone")

    tasks = [Task(1, fail), *(Task(1, lambda: begun.append(1) or ()) for _ in range(50))]
    with pytest.raises(OSError, match="gone"):
        work_off(tasks, workers=2, label="test", stopping=stopping, received=Received(), threads=[])
    assert stopping.is_set()
    assert len(begun) < 50


def test_no_tasks_are_done_at_once():
    """Nothing to do ends."""
    assert not work().is_set()


def test_a_bar_tells_days_and_bytes_as_they_come(monkeypatch, capsys):
    """What takes shows the days that are done, what follows counted once, the bytes, the time left."""
    monkeypatch.setattr("binance_lab.history.progress.BAR_AFTER_S", 0)
    monkeypatch.setattr("binance_lab.history.progress.ProgressBar", partial(tqdm, mininterval=0))
    received = Received()
    month = Task(30 * DAY_MS, lambda: received.add(5_000_000) or [Task(10 * DAY_MS, tuple)])
    stopping = threading.Event()
    work_off([month], workers=1, label="BTCUSDT", stopping=stopping, received=received, threads=[])
    shown = capsys.readouterr().err
    assert "BTCUSDT:   0%" in shown
    assert "20/30 days" in shown
    assert "5.0 MB" in shown


class Shown:
    """What a bar would show, without the terminal."""

    def __init__(self, monkeypatch):
        self.bar = None
        monkeypatch.setattr("binance_lab.history.progress.ProgressBar", self.made)

    def made(self, **options):
        self.bar = tqdm(**{**options, "disable": False, "delay": 0, "file": io.StringIO()})
        return self.bar


def test_history_counts_as_it_comes(monkeypatch):
    """Half a file is half of its days; the bar doesn't jump when the file is kept, nor ever go back."""
    shown, received = Shown(monkeypatch), Received()
    bar = Bar("BTCUSDT", 60 * DAY_MS, received)
    with received.file(30 * DAY_MS) as file:
        file.add(1_000, 4_000)
        bar.show(0)
        assert shown.bar.n == 7.5
        file.add(3_000, 4_000)
        bar.show(0)
        assert shown.bar.n == 30
    bar.show(0)
    assert shown.bar.n == 30
    bar.show(30 * DAY_MS)
    assert (shown.bar.n, received.bytes) == (30, 4_000)
    bar.close()


def test_a_file_whose_length_nobody_tells_counts_when_it_is_whole(monkeypatch):
    """Without a Content-Length its bytes are counted, and its days at the end."""
    received = Received()
    with received.file(30 * DAY_MS) as file:
        file.add(1_000, None)
        assert (received.bytes, received.coming_ms) == (1_000, 0)


@pytest.mark.parametrize(
    ("total_ms", "told"),
    [
        (72 * HOUR_MS, "1/3 days"),
        (36 * HOUR_MS, "12/36 hours"),
        (90 * MINUTE_MS, "30/90 minutes"),
        (MINUTE_MS, "0/1 minutes"),
    ],
)
def test_a_short_range_is_told_in_a_small_unit(monkeypatch, total_ms, told):
    """Less than three of a unit would be 0 or 1 of 1 most of the time."""
    shown = Shown(monkeypatch)
    bar = Bar("BTCUSDT", total_ms, Received())
    bar.show(total_ms // 3)
    assert told in str(shown.bar)


def test_what_is_over_at_once_shows_no_bar(monkeypatch):
    """Nothing flashes up for a download that takes less than a second."""
    text = io.StringIO()
    monkeypatch.setattr(progress, "ProgressBar", partial(tqdm, file=text))
    monkeypatch.setattr(progress, "BAR_AFTER_S", 60.0)
    bar = Bar("BTCUSDT", DAY_MS, Received())
    for done_ms in (0, 0, DAY_MS):
        bar.show(done_ms)
    assert text.getvalue() == ""
    monkeypatch.setattr(bar, "_shown_s", 0.0)
    bar.show(DAY_MS)
    assert "24/24 hours" in text.getvalue()
    bar.close()


def test_time_left_is_what_came_carried_on(monkeypatch):
    """A burst after a slow beginning doesn't promise that the rest comes as fast."""
    shown = Shown(monkeypatch)
    bar = Bar("BTCUSDT", 100 * DAY_MS, Received())
    assert shown.bar.smoothing == 0
    shown.bar.start_t -= 60
    bar.show(50 * DAY_MS)
    assert "[01:00<01:00" in str(shown.bar)
