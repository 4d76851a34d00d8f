"""Consumers: what takes the events of a live object one by one, at its own speed."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, Self, TypeAlias, get_args

from binance_lab.wire.words import counted

Policy: TypeAlias = Literal["block", "drop_oldest", "latest"]
"""What happens to events that a consumer is too slow for.

``block``: the object takes no more messages until there is room; they queue up before it, where
the oldest are dropped and noticed as a gap if that takes too long. ``drop_oldest``: the oldest
are dropped. ``latest``: only the newest is kept.
"""

DEFAULT_SIZE = 10_000
_log = logging.getLogger("binance_lab.live")


class Consumer:
    """A bounded queue of a live object's events; iterate over it, or let it call back.

    It never delays the socket. An exception in the callback is logged once, counted in
    `errors`, kept in `error`, and the next event is called back all the same; `close` logs how
    many there were.

    Args:
        callback: Called with each event on a thread of this consumer; None to iterate.
        policy: What happens when it is too slow: see `Policy`.
        size: How many events wait at most; ``block`` may go beyond by what one message holds.
        made_room: Called after events were taken from a full ``block`` queue.
        closed: Called when it is closed.
    """

    def __init__(
        self,
        callback: Callable[[Any], object] | None = None,
        *,
        policy: Policy = "drop_oldest",
        size: int = DEFAULT_SIZE,
        name: str = "",
        made_room: Callable[[], None] = lambda: None,
        closed: Callable[[Consumer], None] = lambda consumer: None,
    ) -> None:
        if policy not in get_args(Policy):
            raise ValueError(
                f"Unknown policy {policy!r}. Use one of {', '.join(get_args(Policy))}."
            )
        self.policy: Policy = policy
        self.size = 1 if policy == "latest" else max(1, size)
        self.delivered = 0
        """Events that the callback or the iteration has got."""
        self.dropped = 0
        """Events that it was too slow for."""
        self.errors = 0
        """Exceptions of the callback."""
        self.error: Exception | None = None
        """The latest exception of the callback."""
        self._callback = callback
        self._made_room = made_room
        self._closed_by = closed
        self._waiting = threading.Condition()  # guards _events, dropped and _open
        self._events: deque[Any] = deque()
        self._open = True
        if callback is not None:
            label = f"binance_lab:live:consumer {name}".rstrip()
            threading.Thread(target=self._run, name=label, daemon=True).start()

    def __repr__(self) -> str:
        state = "" if self._open else ", closed"
        return (
            f"<Consumer {self.policy}: {self.delivered} delivered, {self.dropped} dropped, "
            f"{len(self._events)} waiting, {counted(self.errors, 'error')}{state}>"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        """The events as they come, until the consumer or its object is closed."""
        while (event := self._next()) is not _END:
            self._count()
            yield event

    @property
    def room(self) -> int | None:
        """How many more events it takes now; None if it takes any number."""
        return max(0, self.size - len(self._events)) if self.policy == "block" else None

    def put(self, events: Iterable[Any]) -> None:
        """Queue events by the policy; at once back."""
        with self._waiting:
            if not self._open:
                return
            self._events.extend(events)
            if self.policy != "block":
                excess = len(self._events) - self.size
                for _ in range(excess):
                    self._events.popleft()
                self.dropped += max(0, excess)
            self._waiting.notify_all()

    def wait(self, n: int = 1, timeout: float = 10.0) -> bool:
        """Wait until n events in all were delivered; False if the time (s) is over first."""
        with self._waiting:
            return self._waiting.wait_for(lambda: self.delivered >= n, timeout)

    def close(self) -> None:
        """Take no more events; what waits is forgotten."""
        with self._waiting:
            if not self._open:
                return
            self._open = False
            self._events.clear()
            self._waiting.notify_all()
        if self.errors > 1:
            _log.error("a consumer's callback failed %d times", self.errors)
        self._closed_by(self)
        self._made_room()

    def _next(self) -> Any:
        with self._waiting:
            self._waiting.wait_for(lambda: self._events or not self._open)
            if not self._events:
                return _END
            was_full = self.room == 0
            event = self._events.popleft()
        if was_full:
            self._made_room()
        return event

    def _run(self) -> None:
        assert self._callback is not None
        while (event := self._next()) is not _END:
            try:
                self._callback(event)
            except Exception as error:
                self._failed(error)
            self._count()

    def _count(self) -> None:
        with self._waiting:
            self.delivered += 1
            self._waiting.notify_all()

    def _failed(self, error: Exception) -> None:
        self.errors += 1
        self.error = error
        if self.errors == 1:
            _log.error("a consumer's callback failed; later ones are counted", exc_info=error)


_END = object()
