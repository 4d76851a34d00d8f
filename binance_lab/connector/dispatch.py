"""A queue and a thread between a reader that must not wait and a callback that may.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#general-wss-information
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

Policy: TypeAlias = Literal["block", "drop_oldest", "latest"]
"""What a full queue does: let the reader wait, drop the oldest message, or keep one per key."""

POLICIES: tuple[Policy, ...] = get_args(Policy)
QUEUE_MESSAGES = 100_000


class Dispatcher:
    """Calls a function with one message after the other, on a thread of its own.

    What the function raises is logged once, counted, and does not end the thread.

    Args:
        deliver: Called with each message.
        name: What the thread is called.
        policy: What happens to message ``size + 1`` while the function is busy. ``block`` slows
            the socket down, until the server cuts it; ``drop_oldest`` and ``latest`` never do.
        key: For ``latest``, what a message is the latest of.
        failed: Called with what the function raised.
    """

    def __init__(
        self,
        deliver: Callable[[bytes], None],
        *,
        name: str,
        policy: Policy = "drop_oldest",
        size: int = QUEUE_MESSAGES,
        key: Callable[[bytes], bytes] = lambda message: b"",
        failed: Callable[[Exception], None] | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self.policy = policy
        self.delivered = 0
        self.dropped = 0
        self.failures = 0
        self._deliver = deliver
        self._size = max(1, size)
        self._key = key
        self._tell = failed
        self._logger = logger or logging.getLogger(__name__)
        self._changed = threading.Condition()  # guards all below
        self._items: deque[bytes | Callable[[], None]] = deque()
        self._calls = 0  # of the items, those that are no messages
        self._latest: dict[bytes, bytes] = {}
        self._closed = False
        self._loose = False
        self._thread = threading.Thread(
            target=self._run, name=f"binance_lab:dispatch:{name}", daemon=True
        )
        self._thread.start()

    def __repr__(self) -> str:
        return (
            f"<Dispatcher {self.policy}: {self.delivered} delivered, {self.waiting} waiting,"
            f" {self.dropped} dropped, {self.failures} failures>"
        )

    @property
    def waiting(self) -> int:
        """How many messages the function has not had yet."""
        return len(self._items) - self._calls + len(self._latest)

    def put(self, messages: list[bytes]) -> None:
        """Queue messages; waits only if the policy is ``block``."""
        with self._changed:
            if self.policy == "latest":
                self._keep_latest(messages)
            else:
                self._items.extend(messages)
            if len(self._items) - self._calls > self._size:
                self._overflow()
            self._changed.notify_all()

    def call(self, function: Callable[[], None]) -> None:
        """Queue a call between the messages; never dropped, and never in place of one."""
        with self._changed:
            self._items.append(function)
            self._calls += 1
            self._changed.notify_all()

    def loosen(self) -> None:
        """Let a reader go that waits for room: soon nothing more will come."""
        with self._changed:
            self._loose = True
            self._changed.notify_all()

    def close(self, timeout_s: float = 2.0) -> None:
        """Deliver what is queued, not longer than the timeout, and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is threading.current_thread():
            return  # called by a callback: the thread ends when the queue is empty
        self._thread.join(timeout_s)
        with self._changed:
            self._clear()

    def _clear(self) -> None:
        self._items.clear()
        self._latest.clear()
        self._calls = 0

    def _keep_latest(self, messages: list[bytes]) -> None:
        for message in messages:
            key = self._key(message)
            self.dropped += self._latest.pop(key, None) is not None
            self._latest[key] = message

    def _overflow(self) -> None:
        if self.policy == "block":
            while len(self._items) - self._calls > self._size and not (self._closed or self._loose):
                self._changed.notify_all()
                self._changed.wait()
            return
        calls: list[Callable[[], None]] = []
        for _ in range(len(self._items) - self._calls - self._size):
            while not isinstance(item := self._items.popleft(), bytes):
                calls.append(item)
            self.dropped += 1
        self._items.extendleft(reversed(calls))

    def _run(self) -> None:
        while self._deliver_batch():
            pass  # here, an idle thread keeps nothing alive of what it has delivered

    def _deliver_batch(self) -> bool:
        """Deliver what is queued, after waiting for it; False when closed."""
        batch = self._next_batch()
        for item in batch:
            try:
                if isinstance(item, bytes):
                    self.delivered += 1
                    self._deliver(item)
                else:
                    item()
            except Exception as error:
                self._failed(error)
        return bool(batch)

    def _next_batch(self) -> list[bytes | Callable[[], None]]:
        """Everything that is queued, calls first; empty when closed."""
        with self._changed:
            while not (self._items or self._latest or self._closed):
                self._changed.wait()
            batch = [*self._items, *self._latest.values()]
            self._clear()
            self._changed.notify_all()
            return batch

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        if self.failures == 1:
            self._logger.error("a callback failed; later failures are only counted", exc_info=error)
        if self._tell is not None:
            try:
                self._tell(error)
            except Exception:
                self._logger.exception("the callback for errors failed")
