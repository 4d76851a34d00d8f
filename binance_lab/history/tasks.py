"""Tasks side by side: each may be followed by others, which go first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeAlias

from tqdm.auto import tqdm

_BAR_FROM = 20  # requests; less is over before a bar can be read
_WAKE_S = 0.5  # ctrl-c must get through where waiting for a queue can't be interrupted


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do, how many requests it takes, and what follows from it."""

    requests: int
    run: Callable[[], Iterable[Task]]


_Done: TypeAlias = tuple[Task, list[Task] | BaseException]


def work_off(tasks: Iterable[Task], *, workers: int, label: str, stopping: threading.Event) -> None:
    """Do the tasks and all that follow; a bar shows rate and time left where they are many.

    What follows a task goes before what waits, so that what belongs together ends together and
    memory doesn't grow. The first error, and ctrl-c, sets ``stopping``, leaves the rest and is
    raised at once: a task that is under way then ends by itself, or with the process.
    """
    waiting = deque(tasks)
    total, running = sum(task.requests for task in waiting), 0
    todo: SimpleQueue[Task | None] = SimpleQueue()
    done: SimpleQueue[_Done] = SimpleQueue()
    for number in range(min(workers, total + 1)):
        name = f"binance_lab:history:{number}"
        threading.Thread(target=_work, args=(todo, done), name=name, daemon=True).start()
    bar = tqdm(total=total, desc=label, unit=" requests", disable=total < _BAR_FROM, leave=False)
    try:
        while waiting or running:
            while waiting and running < workers:
                todo.put(waiting.popleft())
                running += 1
            task, follow = _next(done)
            running -= 1
            if isinstance(follow, BaseException):
                raise follow
            bar.update(task.requests)
            bar.total = total = total + sum(each.requests for each in follow)
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


def _next(done: SimpleQueue[_Done]) -> _Done:
    while True:
        try:
            return done.get(timeout=_WAKE_S)
        except Empty:
            continue
