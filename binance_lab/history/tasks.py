"""Tasks side by side: each may be followed by others, which go first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import TypeAlias

from .progress import Bar, Received

_WAKE_S = (
    0.5  # the bar moves, and ctrl-c gets through where waiting for a queue can't be interrupted
)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do, how much time of history it is about, and what follows from it."""

    span_ms: int
    run: Callable[[], Iterable[Task]]


_Done: TypeAlias = tuple[Task, list[Task] | BaseException]


def work_off(
    tasks: Iterable[Task],
    *,
    workers: int,
    label: str | None,
    stopping: threading.Event,
    received: Received,
    threads: list[threading.Thread],
) -> None:
    """Do the tasks and all that follow; if it takes, a bar shows how far it is.

    Without a label there is no bar.

    What follows a task goes before what waits, so that what belongs together ends together and
    memory doesn't grow. The first error, and ctrl-c, sets ``stopping``, leaves the rest and is
    raised at once: a task that is under way then ends by itself, or with the process. Who wants to
    wait for that finds its thread among ``threads``, where those that do the tasks are added.
    """
    waiting = deque(tasks)
    running = 0
    todo: SimpleQueue[Task | None] = SimpleQueue()
    done: SimpleQueue[_Done] = SimpleQueue()
    for number in range(workers):
        name = f"binance_lab:history:{number}"
        threads.append(threading.Thread(target=_work, args=(todo, done), name=name, daemon=True))
        threads[-1].start()
    total_ms, done_ms = sum(task.span_ms for task in waiting), 0
    bar = Bar(label, total_ms, received)
    try:
        while waiting or running:
            while waiting and running < workers:
                todo.put(waiting.popleft())
                running += 1
            task, follow = _next(done, partial(bar.show, done_ms))
            running -= 1
            if isinstance(follow, BaseException):
                raise follow
            done_ms += task.span_ms - sum(each.span_ms for each in follow)
            bar.show(done_ms)
            waiting.extendleft(reversed(follow))
    finally:
        if waiting or running:
            stopping.set()
        for _ in range(workers):
            todo.put(None)
        bar.close()


def _work(todo: SimpleQueue[Task | None], done: SimpleQueue[_Done]) -> None:
    """Do tasks until there is None; who waits for them raises their errors."""
    while (task := todo.get()) is not None:
        try:
            done.put((task, list(task.run())))
        except BaseException as error:
            done.put((task, error))


def _next(done: SimpleQueue[_Done], meanwhile: Callable[[], None]) -> _Done:
    while True:
        try:
            return done.get(timeout=_WAKE_S)
        except Empty:
            meanwhile()
