"""Control messages of market streams, and their answers.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#live-subscribingunsubscribing-to-streams
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from .exceptions import StreamError, Timeout
from .handover import Deliver, Handover
from .link import Link
from .pacing import CONTROL_MESSAGES_PER_S, Pacer

_ANSWER_HEADS = (b'{"result"', b'{"id"', b'{"error"', b'{"code"', b'{"msg"')
_SHUTDOWN = b'"e":"serverShutdown"'
_LONGEST_SHUTDOWN = 120


class Request:
    """A control message and, when it came, its answer."""

    def __init__(self, method: str, params: list[Any] | None = None) -> None:
        self.method = method
        self.params = params
        self.sent_s = 0.0
        self.result: Any = None
        self.error = ""
        self.done = threading.Event()
        self.answered: Callable[[], None] = lambda: None
        """Called when the server answered, on the reader's thread."""

    def message(self, number: int) -> bytes:
        """The text to send."""
        fields: dict[str, Any] = {"method": self.method, "id": number}
        if self.params is not None:
            fields["params"] = self.params
        return msgspec.json.encode(fields)

    def answer(self, result: Any, error: str) -> None:
        """Note what the server said, and wake up who waits."""
        self.result, self.error = result, error
        self.done.set()
        self.answered()

    def lose(self, reason: str) -> None:
        """Note that there will be no answer, and wake up who waits."""
        self.error = reason
        self.done.set()

    def wait(self, timeout_s: float) -> Any:
        """The server's result.

        Raises:
            Timeout: There is no answer within the timeout.
            StreamError: The server refused, or the connection ended.
        """
        if not self.done.wait(timeout_s):
            raise Timeout(f"{self.method}: no answer within {timeout_s:g} s")
        if self.error:
            raise StreamError(f"{self.method}: {self.error}")
        return self.result


class Channel:
    """The control messages of one link: what was sent over it and what the server agreed to."""

    def __init__(self, link: Link, deliver: Deliver, shuts_down: Callable[[], None]) -> None:
        self.link = link
        self.deliver = deliver
        self._deliver_plainly = deliver
        self.asked: set[str] = set()
        self.agreed: set[str] = set()
        self.alone: set[str] = set()  # was refused in company: ask for it in its own message
        self.properties: dict[str, bool] = {}
        self.handover: Handover | None = None
        # One message a second is left for the pong that may be due.
        self.pacer = Pacer(CONTROL_MESSAGES_PER_S - 1, 1.0)
        self.pending: dict[int, Request] = {}
        self.answered = threading.Event()  # an answer came, or the link ended
        self.ended = threading.Event()
        self._shuts_down = shuts_down
        self._ids = itertools.count(1)

    def send(self, request: Request) -> None:
        """Send a control message; its answer comes later.

        Raises:
            StreamError: The link is not open any more.
        """
        number = next(self._ids)
        request.sent_s = time.monotonic()
        self.pending[number] = request
        self.link.send(request.message(number))

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        """Take out answers and notices, and deliver the rest; on the reader's thread."""
        if self.pending or min(map(len, messages)) < _LONGEST_SHUTDOWN:
            messages = [message for message in messages if not self._is_answer(message)]
        if messages:
            self.deliver(messages, received_ns)
        if self.handover is not None and self.handover.finished(received_ns):
            self.deliver, self.handover = self._deliver_plainly, None

    def fail(self, reason: str) -> None:
        """Answer everything that waits, since nothing comes any more."""
        pending, self.pending = self.pending, {}
        for request in pending.values():
            request.lose(reason)
        self.ended.set()
        self.answered.set()

    def overdue(self, timeout_s: float) -> bool:
        """Whether a request has waited for its answer for too long."""
        return any(
            time.monotonic() - request.sent_s > timeout_s
            for request in self.pending.copy().values()
        )

    def _is_answer(self, message: bytes) -> bool:
        if len(message) < _LONGEST_SHUTDOWN and _SHUTDOWN in message:
            self._shuts_down()
            return False
        if not self.pending or not message.startswith(_ANSWER_HEADS):
            return False
        try:
            answer = msgspec.json.decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        request = self.pending.pop(answer.get("id"), None)
        if request is None:
            return False
        error = answer.get("error") or ({} if "result" in answer else answer)
        request.answer(answer.get("result"), _error_text(error))
        self.answered.set()
        return True


def _error_text(error: dict[str, Any]) -> str:
    return f"{error.get('code', '')} {error.get('msg', error)}".strip() if error else ""
