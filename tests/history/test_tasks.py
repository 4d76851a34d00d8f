"""Tasks side by side, and what follows from them."""

from __future__ import annotations

import threading

import pytest

from binance_lab.history.tasks import Task, work_off


def work(*tasks: Task, workers: int = 1) -> threading.Event:
    stopping = threading.Event()
    work_off(tasks, workers=workers, label="test", stopping=stopping)
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
    met = Task(1, lambda: (barrier.wait(5) and ()) or ())
    work(met, met, workers=2)


def test_the_first_error_is_raised_and_leaves_the_rest():
    """Nothing more is begun, and what runs is told to stop."""
    begun = []
    stopping = threading.Event()

    def fail() -> list[Task]:
        raise OSError("gone")

    tasks = [Task(1, fail), *(Task(1, lambda: begun.append(1) or ()) for _ in range(50))]
    with pytest.raises(OSError, match="gone"):
        work_off(tasks, workers=2, label="test", stopping=stopping)
    assert stopping.is_set()
    assert len(begun) < 50


def test_no_tasks_are_done_at_once():
    """Nothing to do ends."""
    assert not work().is_set()
