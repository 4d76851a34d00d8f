"""The threads behind live objects: one applies messages, few fetch, one calls back.

A live object is written by the applying thread alone, so its state changes in one order; what
REST answers is handed to that thread as well. Callbacks have a thread of their own, so that a
slow one delays no data.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

FETCHERS = 3  # requests of live objects in flight at once; the client's budget is held besides
JOIN_S = 2.0

Job = Callable[[], None]
_log = logging.getLogger("binance_lab.live")


class Runtime(Protocol):
    """Where the work of live objects is done."""

    def apply(self, job: Job) -> None:
        """Do it soon, in order with all others that change state; any thread, at once back."""

    def fetch(self, job: Job, *, delay_s: float = 0.0) -> None:
        """Do something that may wait for a server, after a delay; any thread, at once back."""

    def notify(self, job: Job) -> None:
        """Call back; any thread, at once back."""

    def close(self) -> None:
        """Do nothing any more and end the threads; jobs that wait are forgotten."""


class Inline:
    """No threads: everything is done at once by the caller, for tests, replays and scripts.

    What is to be done after a delay is kept in `later` until `run_later`.
    """

    def __init__(self) -> None:
        self.later: list[Job] = []
        self._jobs: deque[Job] = deque()
        self._running = False

    def apply(self, job: Job) -> None:
        """Do it now, or after the one that is being done."""
        self._jobs.append(job)
        if self._running:
            return
        self._running = True
        try:
            while self._jobs:
                self._jobs.popleft()()
        finally:
            self._running = False

    def fetch(self, job: Job, *, delay_s: float = 0.0) -> None:
        """Do it now; with a delay, when `run_later` is called."""
        if delay_s:
            self.later.append(job)
        else:
            self.apply(job)

    def notify(self, job: Job) -> None:
        """Call back now."""
        job()

    def run_later(self) -> int:
        """Do what was delayed so far; how many jobs that was."""
        jobs, self.later = self.later, []
        for job in jobs:
            self.apply(job)
        return len(jobs)

    def close(self) -> None:
        """Forget what was delayed."""
        self.later.clear()


class Threads:
    """The threads of one hub; they start with the first job and end with `close`."""

    def __init__(self) -> None:
        self._workers = {
            "apply": _Worker("apply", 1),
            "fetch": _Worker("fetch", FETCHERS),
            "notify": _Worker("callbacks", 1),
        }

    def apply(self, job: Job) -> None:
        """Do it soon, on the one applying thread."""
        self._workers["apply"].put(job)

    def fetch(self, job: Job, *, delay_s: float = 0.0) -> None:
        """Do it on a thread that may wait for servers."""
        self._workers["fetch"].put(job, delay_s=delay_s)

    def notify(self, job: Job) -> None:
        """Call back, on the one thread for it."""
        self._workers["notify"].put(job)

    def close(self) -> None:
        """End the threads; one that waits for a server ends when that answers."""
        for worker in self._workers.values():
            worker.stop()
        for worker in self._workers.values():
            worker.join(JOIN_S)


class _Worker:
    """Threads that do jobs in order of their due time, then of their coming.

    Only one of them waits for the next job. Whoever takes it has another one wait if more is to
    come; who finds one waiting ends. So what a moment needs of threads is not kept for ever.
    """

    def __init__(self, name: str, count: int) -> None:
        self._name = name
        self._count = count
        self._wake = threading.Condition()  # guards everything below
        self._now: deque[Job] = deque()
        self._delayed: list[tuple[float, int, Job]] = []
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._waiting = False  # one that was woken and doesn't run yet still counts
        self._stopped = False

    def put(self, job: Job, *, delay_s: float = 0.0) -> None:
        with self._wake:
            if self._stopped:
                return
            if delay_s > 0:
                due = time.monotonic() + delay_s
                heapq.heappush(self._delayed, (due, next(self._numbers), job))
            else:
                self._now.append(job)
            self._have_one_wait()
            self._wake.notify()

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._now.clear()
            self._delayed.clear()
            self._wake.notify_all()

    def join(self, timeout_s: float) -> None:
        with self._wake:
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout_s)

    def _have_one_wait(self) -> None:
        if self._waiting or len(self._threads) == self._count:
            return
        name = f"binance_lab:live:{self._name}"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:
                _log.exception("a job of a live object failed")
            del job  # an idle thread keeps nothing alive

    def _next(self) -> Job | None:
        """The next job, when it is due; None to end."""
        with self._wake:
            while not self._stopped:
                wait_s = self._due_in_s()
                if wait_s == 0:
                    job = self._now.popleft() if self._now else heapq.heappop(self._delayed)[2]
                    if self._due_in_s() is not None:
                        self._have_one_wait()
                    return job
                if self._waiting:
                    self._threads.remove(threading.current_thread())
                    return None
                self._waiting = True
                self._wake.wait(wait_s)
                self._waiting = False
        return None

    def _due_in_s(self) -> float | None:
        """When the next job is due; None if there is none."""
        if self._now:
            return 0.0
        return max(0.0, self._delayed[0][0] - time.monotonic()) if self._delayed else None
