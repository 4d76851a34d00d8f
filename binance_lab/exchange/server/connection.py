"""One WebSocket connection, seen from the exchange: frames out without waiting, pings, limits, the end.

Frames are built once by whoever publishes and shared by all connections; each connection collects what is
due and writes it once per turn of the event loop. A client that doesn't keep up is cut, never waited for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

PING_INTERVAL_S = 20.0
PONG_DEADLINE_S = 60.0
CLOSE_TIMEOUT_S = 2.0
LIFETIME_S = 86_400.0
MAX_BACKLOG = 8 * 2**20  # bytes a client may be behind before it is cut
MAX_MESSAGE = 64 * 2**10

_TEXT = 0x81
_PING = 0x89
_PONG = 0x8A

logger = logging.getLogger(__name__)


def frame(payload: bytes, head: int = _TEXT) -> bytes:
    """A server's WebSocket frame: unmasked, in one piece."""
    size = len(payload)
    if size < 126:
        return bytes((head, size)) + payload
    if size < 2**16:
        return bytes((head, 126)) + size.to_bytes(2) + payload
    return bytes((head, 127)) + size.to_bytes(8) + payload


class Connection:
    """A client's WebSocket."""

    def __init__(self, request: web.Request, *, ip: str) -> None:
        self.ip = ip
        self.sent = 0  # messages
        self._request = request
        self._loop = asyncio.get_running_loop()
        # Compression would cost more than loopback; pings are answered here, where they are counted.
        self._socket = web.WebSocketResponse(
            autoping=False, compress=False, max_msg_size=MAX_MESSAGE
        )
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._stalled = False
        self._last_pong = self._loop.time()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._closing: asyncio.Task[bool] | None = None

    @property
    def open(self) -> bool:
        """Whether frames can still be sent."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def backlog(self) -> int:
        """Bytes that the client hasn't taken yet."""
        if self._transport is None:
            return 0
        return self._transport.get_write_buffer_size() + self._waiting_bytes

    @property
    def response(self) -> web.WebSocketResponse:
        """What the HTTP handler returns."""
        return self._socket

    async def serve(
        self, received: Callable[[WSMessage], None], opened: Callable[[], None] = lambda: None
    ) -> None:
        """Answer the handshake and hand over what arrives, until either side ends it.

        A message that can't be handled for a fault of ours ends the connection with 1011.
        """
        await self._socket.prepare(self._request)
        transport = self._request.transport
        if transport is None:  # gone during the handshake
            return
        self.attach(transport)
        try:
            self._or_close(opened)
            async for message in self._socket:
                if message.type is WSMsgType.PING:
                    self.send(frame(message.data, _PONG))
                elif message.type is WSMsgType.PONG:
                    self._last_pong = self._loop.time()
                self._or_close(received, message)
            if self._closing is not None:  # the handler must outlive the close handshake
                await asyncio.wait([self._closing], timeout=CLOSE_TIMEOUT_S)
        finally:
            self._transport = None
            for timer in self._timers.values():
                timer.cancel()

    def _or_close(self, handle: Callable[..., None], *message: WSMessage) -> None:
        """Call what handles a message; an HTTP error can't be answered on an open WebSocket."""
        try:
            handle(*message)
        except Exception:
            # The client is told nothing of the inside; the log has it all.
            logger.exception("a message of %s could not be handled", self._request.path)
            self.close(WSCloseCode.INTERNAL_ERROR, "Internal error")

    def attach(self, transport: asyncio.Transport) -> None:
        """Send over this from now on, pings included."""
        self._transport = transport
        self._timers["ping"] = self._loop.call_later(PING_INTERVAL_S, self.ping)
        self._timers["life"] = self._loop.call_later(LIFETIME_S, self._retire)

    def send_text(self, payload: bytes) -> None:
        """Send one message."""
        self.send(frame(payload))

    def send(self, ready: bytes) -> None:
        """Send one ready-made frame, with whatever else is due in this turn of the loop."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(ready)
        self._waiting_bytes += len(ready)
        self.sent += 1
        if self._waiting_bytes > MAX_BACKLOG:
            self.cut()

    def _flush(self) -> None:
        """Write what has waited, unless the connection is stalled, and cut a client that is too slow."""
        if self._stalled and self.open:
            return
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(b"".join(waiting))
        if self._transport.get_write_buffer_size() > MAX_BACKLOG:
            self.cut()

    def stall(self, stalled: bool) -> None:
        """Send nothing, and keep the connection; or send again, first what has waited."""
        self._stalled = stalled
        if not stalled and self._waiting:
            self._flush()

    def cut(self) -> None:
        """End the connection without a word: clients see 1006."""
        if self._transport is not None:
            self._transport.abort()

    def close(self, code: int, reason: str = "") -> None:
        """End the connection properly, after what is due has been written."""
        self._stalled = False
        self._flush()
        if self.open and self._closing is None:
            # Kept, as the loop holds tasks weakly.
            self._closing = self._loop.create_task(
                self._socket.close(code=code, message=reason.encode())
            )
            self._closing.add_done_callback(_closed)

    def _retire(self) -> None:
        self.close(WSCloseCode.GOING_AWAY, "24 hours")

    def ping(self) -> None:
        """Ask whether the client is there, again and again; one that doesn't answer is closed."""
        if self._loop.time() - self._last_pong > PONG_DEADLINE_S:
            self.close(WSCloseCode.POLICY_VIOLATION, "Pong timeout")
            return
        self.send(frame(b"%d" % (time.time_ns() // 1_000_000), _PING))
        self._timers["ping"] = self._loop.call_later(PING_INTERVAL_S, self.ping)


def _closed(task: asyncio.Task[bool]) -> None:
    """A client that leaves while it is being closed is gone either way; anything else is a fault."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ConnectionError):
        logger.error("a connection could not be closed", exc_info=error)
