"""Tasks side by side: each may be followed by others, which go first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from tqdm.auto import tqdm

_BAR_FROM = 20  # requests; less is over before a bar can be read


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do, how many requests it takes, and what follows from it."""

    requests: int
    run: Callable[[], Iterable[Task]]


def work_off(tasks: Iterable[Task], *, workers: int, label: str, stopping: threading.Event) -> None:
    """Do the tasks and all that follow; a bar shows rate and time left where they are many.

    What follows a task goes before what waits, so that what belongs together ends together and
    memory doesn't grow. The first error, and ctrl-c, sets ``stopping``, ends the rest and is
    raised.
    """
    queue = deque(tasks)
    total = sum(task.requests for task in queue)
    running: dict[Future[Iterable[Task]], int] = {}
    pool = ThreadPoolExecutor(workers, thread_name_prefix="binance_lab:history")
    bar = tqdm(total=total, desc=label, unit=" requests", disable=total < _BAR_FROM, leave=False)
    try:
        while queue or running:
            while queue and len(running) < workers:
                task = queue.popleft()
                running[pool.submit(task.run)] = task.requests
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                bar.update(running.pop(future))
                follow = list(future.result())
                total += sum(task.requests for task in follow)
                bar.total = total
                queue.extendleft(reversed(follow))
    finally:
        if queue or running:
            stopping.set()
        bar.close()
        pool.shutdown(wait=False, cancel_futures=True)
