"""Worker: the one thread that does what a form's buttons ask for."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from binance_lab.connector.exceptions import LabError

_log = logging.getLogger(__name__)

Job = Callable[[], None]


class Worker:
    """Does jobs one after the other, off the kernel's thread, so that no callback waits.

    Args:
        name: What the thread is called, after ``binance_lab:``.
        failed: Told of each exception that a job ends with, in the worker's thread.
    """

    def __init__(self, name: str, failed: Callable[[Exception], None]) -> None:
        self._name = f"binance_lab:{name}"
        self._failed = failed
        self._jobs: queue.SimpleQueue[tuple[Job, str] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()  # guards _waiting, _thread and _open
        self._waiting: set[str] = set()
        self._thread: threading.Thread | None = None
        self._open = True

    def submit(self, job: Job, key: str = "") -> bool:
        """Queue a job; one with a key that waits already is not queued again. Any thread.

        Returns:
            Whether the job will be done; False after close().
        """
        with self._lock:
            if not self._open:
                return False
            if key:
                if key in self._waiting:
                    return True
                self._waiting.add(key)
            self._jobs.put((job, key))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return True

    def close(self, timeout_s: float = 0.0) -> None:
        """Take no more jobs; those that wait are still done. Any thread."""
        with self._lock:
            if self._open:
                self._open = False
                self._jobs.put(None)
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    def _run(self) -> None:
        while (entry := self._jobs.get()) is not None:
            job, key = entry
            with self._lock:
                self._waiting.discard(key)
            try:
                job()
            except Exception as error:
                self._tell(error)

    def _tell(self, error: Exception) -> None:
        try:
            self._failed(error)
        except Exception:
            _log.exception("A failure could not be shown")


def in_words(error: Exception) -> str:
    """An exception as a line in a form: its own message, and for a bug also its type."""
    if isinstance(error, LabError):
        return str(error)
    _log.error("A form's job failed", exc_info=error)
    return f"This is a fault in binance_lab, {type(error).__name__}: {error}. The log has more."
