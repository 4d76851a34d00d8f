"""Two connections that carry the same streams, joined into one sequence without gap or repeat."""

from __future__ import annotations

import threading
from collections.abc import Callable

Deliver = Callable[[list[bytes], int], None]

GRACE_NS = 5_000_000_000
"""How long after the switch a new connection may still lag behind the old one."""


class Handover:
    """Passes on what the old connection brings and holds what the new one does, then switches.

    At the switch the old connection has brought everything up to a moment since which the new one
    brings everything. So what is held continues what was passed on, after those messages that
    the old connection brought too: they have the same bytes, and are left out.

    Args:
        deliver: Takes the one sequence; never called by two threads at once.
    """

    def __init__(self, deliver: Deliver) -> None:
        self.repeats = 0
        self._deliver = deliver
        self._lock = threading.Lock()  # guards all below, and the order of deliveries
        self._seen: set[bytes] = set()
        self._held: list[tuple[list[bytes], int]] = []
        self._switched_ns = 0  # 0 before the switch

    def from_old(self, messages: list[bytes], received_ns: int) -> None:
        """Pass on what the old connection brought, until the switch."""
        with self._lock:
            if not self._switched_ns:
                self._seen.update(messages)
                self._deliver(messages, received_ns)

    def from_new(self, messages: list[bytes], received_ns: int) -> None:
        """Hold what the new connection brought; pass it on after the switch."""
        with self._lock:
            if self._switched_ns:
                self._pass_new(messages, received_ns)
            else:
                self._held.append((messages, received_ns))

    def switch(self, now_ns: int, before: Callable[[], None] = lambda: None) -> None:
        """Drop the old connection from here on, and pass on what the new one has brought.

        Args:
            now_ns: The local time, as in the messages' ``received_ns``.
            before: Called between the last message of the old one and the first of the new one.
        """
        with self._lock:
            self._switched_ns = now_ns
            before()
            for messages, received_ns in self._held:
                self._pass_new(messages, received_ns)
            self._held.clear()

    def finished(self, now_ns: int) -> bool:
        """Whether nothing can repeat any more, so that the new connection needs no check."""
        return 0 < self._switched_ns < now_ns - GRACE_NS

    def _pass_new(self, messages: list[bytes], received_ns: int) -> None:
        fresh = [message for message in messages if message not in self._seen]
        self.repeats += len(messages) - len(fresh)
        if fresh:
            self._deliver(fresh, received_ns)
