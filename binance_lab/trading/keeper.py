"""Keeper: one thread that asks what became of orders until the exchange has told all of it."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

from binance_lab.wire.words import counted

from .order import Order

_log = logging.getLogger(__name__)


class Keeper:
    """Calls ``ask(order, attempt)`` when it is due; what it returns is when to ask again.

    The thread is started with the first order and ends when none is left, so that an idle desk
    costs nothing.

    Args:
        ask: Asks the exchange about an order, for the n-th time; seconds until it should be asked
            again, or None if there is nothing more to learn.
    """

    def __init__(self, ask: Callable[[Order, int], float | None]) -> None:
        self._ask = ask
        # an interrupt may come between a Condition's own lines, where it would stay locked
        self._lock = threading.RLock()  # guards all that follows
        self._changed = threading.Condition(self._lock)
        self._due: list[tuple[float, int, Order, int]] = []
        self._latest: dict[int, int] = {}  # id of an order -> number of its valid entry
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<Keeper: {counted(len(self._latest), 'order')} to ask about>"

    def soon(self, order: Order, delay_s: float = 0.0) -> None:
        """Ask about this order in so many seconds, and no more when it was due before."""
        self._put(order, delay_s, 0)

    def drop(self, order: Order) -> None:
        """Ask no more about this order."""
        with self._lock:
            if self._latest.pop(id(order), None) is not None:
                self._changed.notify_all()

    def idle(self) -> bool:
        """Whether no order is left to ask about."""
        with self._lock:
            return not self._latest

    def wait_idle(self, timeout: float = 10.0) -> bool:
        """Wait until no order is left to ask about; False if the time (s) is over first."""
        with self._lock:
            return self._changed.wait_for(lambda: not self._latest, timeout)

    def close(self, timeout_s: float = 2.0) -> None:
        """Ask no more, and wait for the thread to end."""
        with self._lock:
            self._closed = True
            self._latest.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread.is_alive() and thread is not threading.current_thread():
            thread.join(timeout_s)

    def _put(self, order: Order, delay_s: float, attempt: int) -> None:
        with self._lock:
            if self._closed:
                return
            number = next(self._numbers)
            # an interrupt between two lines must leave no entry that is never due, nor a thread
            # that never started
            heapq.heappush(self._due, (time.monotonic() + delay_s, number, order, attempt))
            self._latest[id(order)] = number
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name="binance_lab:orders", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()

    def _next(self) -> tuple[int, Order, int] | None:
        """The entry that is due first, when it is; None when there is none."""
        with self._lock:
            while not self._closed and self._latest and self._due:
                due, number, order, attempt = self._due[0]
                if self._latest.get(id(order)) != number:
                    heapq.heappop(self._due)
                elif due > time.monotonic():
                    self._changed.wait(due - time.monotonic())
                else:
                    heapq.heappop(self._due)
                    return number, order, attempt
            self._due.clear()
            self._latest.clear()
            self._thread = None  # under the lock: the next order starts another
            self._changed.notify_all()
            return None

    def _run(self) -> None:
        while (entry := self._next()) is not None:
            number, order, attempt = entry
            again_s = self._ask_once(order, attempt)
            with self._lock:
                if self._latest.get(id(order)) != number:
                    continue  # it was put again while it was asked about
                if again_s is not None:
                    self._put(order, again_s, attempt + 1)
                    continue
                del self._latest[id(order)]
                self._changed.notify_all()

    def _ask_once(self, order: Order, attempt: int) -> float | None:
        try:
            return self._ask(order, attempt)
        except Exception as error:  # the thread serves all orders: it must outlive one failure
            _log.exception("Asking about order %s failed", order.client_order_id)
            order.remark(f"could not be asked: {type(error).__name__}: {error}")
            return min(2.0**attempt, 30.0)
