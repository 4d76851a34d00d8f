"""One WebSocket from dialing to its end, and the thread that reads it.

websocket-client does the handshake, TLS, proxies, masking and closing; only the receive path is
our own (see ``framing``). The reader thread receives, answers pings and hands over, nothing else:
whoever gets the messages must return at once.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import websocket

from .exceptions import ConfigError, StreamError
from .framing import FrameParser
from .hiding import hide_in_logs
from .hosts import is_loopback

hide_in_logs()

READ_BYTES = 1 << 16
SILENCE_S = 60.0
"""Binance pings every 20 s: a socket that said nothing for this long is dead."""

DIAL_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 2.0
NORMAL, GOING_AWAY, ABNORMAL = 1000, 1001, 1006


@dataclass(frozen=True, slots=True)
class Ending:
    """How a WebSocket ended.

    ``code`` is the close code, 1006 if the connection just broke. ``status`` is the HTTP status
    of a handshake that the server refused, with its Retry-After in seconds.
    """

    code: int
    reason: str
    silent: bool = False
    status: int | None = None
    retry_after_s: float = 0.0

    def __str__(self) -> str:
        if self.status is not None:
            return self.reason
        return f"{self.code} {self.reason}".rstrip()


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """How a WebSocket is dialed and when it counts as dead."""

    dial_timeout_s: float = DIAL_TIMEOUT_S
    silence_s: float = SILENCE_S
    close_timeout_s: float = CLOSE_TIMEOUT_S
    proxies: dict[str, str] | None = field(default=None, repr=False)


Receiver = Callable[[list[bytes], int], None]
"""Gets messages in the order of their coming, and the local time of their coming in ns."""


class Link:
    """One WebSocket and its reader thread.

    Args:
        url: ws:// or wss://.
        name: What its thread and its logs are called.
        receive: Called on the reader thread with what one read brought. It may be replaced.
        pinged, ponged: Called on the reader thread after a ping was answered, a pong came.
        ended: Called last on the reader thread, whatever happened.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        receive: Receiver,
        ended: Callable[[], None],
        pinged: Callable[[bytes], None] | None = None,
        ponged: Callable[[bytes], None] | None = None,
        options: LinkOptions | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self.name = name
        self.receive = receive
        self.ending: Ending | None = None
        self.end_told = False
        """Whether those who listen to the connection know that it ended."""
        self.opened_s = 0.0
        """time.monotonic() of the handshake's end; 0 before."""
        self.messages = 0
        self.last_ns = 0
        """time.time_ns() when a frame came last; 0 before."""
        self._url = checked_url(url)
        self._ended = ended
        self._pinged = pinged
        self._ponged = ponged
        self._options = options or LinkOptions()
        self._logger = logger or logging.getLogger(__name__)
        self._parser = FrameParser()
        self._socket: Any = websocket.WebSocket(skip_utf8_validation=True)
        self._dialed = threading.Event()  # set when open or ended
        self._given_up = False  # nobody waits for this link any more
        self._thread = threading.Thread(
            target=self._run, name=f"binance_lab:ws:{name}", daemon=True
        )

    def __repr__(self) -> str:
        state = str(self.ending) if self.ending else "open" if self.opened_s else "dialing"
        return f"<Link {self.name}: {state}>"

    @property
    def open(self) -> bool:
        """Whether messages may be sent and may come."""
        return self.opened_s > 0 and self.ending is None

    @property
    def age_s(self) -> float:
        """Seconds since the handshake; 0 before."""
        return time.monotonic() - self.opened_s if self.opened_s else 0.0

    def dial(self) -> None:
        """Start the thread, and return when the WebSocket is open.

        Raises:
            StreamError: It did not open, or not within the timeout.
        """
        self._thread.start()
        if not self._dialed.wait(self._options.dial_timeout_s):
            self._given_up = True
            self.abort()
            raise StreamError(f"{self.name}: {self._too_slow()}")
        if not self.open:
            raise LinkRefused(self.name, self.ending or Ending(ABNORMAL, "ended"))

    def send(self, text: str | bytes) -> None:
        """Send one text message.

        Raises:
            NotSent: The connection is not open, or it broke: the server, which acts on whole
                messages only, does not act on this one.
        """
        if not self.open:
            raise NotSent(f"{self.name}: not open, nothing was sent")
        try:
            self._socket.send(text)
        except (OSError, websocket.WebSocketException) as error:
            self.abort()
            raise NotSent(f"{self.name}: {_words(error)}") from None

    def ping(self, payload: bytes = b"") -> None:
        """Send a ping, which the server answers with a pong of the same payload."""
        if self.open:
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._socket.ping(payload)

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Say goodbye and wait until the server has too, for a little while."""
        timeout_s = self._options.close_timeout_s
        deadline = threading.Timer(timeout_s, self.abort)  # frees a send that is stuck, too
        deadline.daemon = True
        deadline.start()
        self._given_up = True
        if self.open:
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._socket.send_close(code, reason.encode())
        else:
            self._dialed.set()  # whoever waits in dial() learns that it is over
            self.abort()
        if self._thread is not threading.current_thread() and self._thread.ident:
            self._thread.join(timeout_s + 1.0)
            deadline.cancel()

    def abort(self) -> None:
        """Cut the connection: whoever reads or writes wakes up."""
        sock = self._socket.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        ending = Ending(ABNORMAL, "the reader failed")
        try:
            ending = self._dial() or self._read()
        except Exception:
            # What receives is ours; if it fails, the connection is closed and a new one made.
            self._logger.exception("%s: the reader failed", self.name)
        finally:
            self.ending = ending
            self._socket.shutdown()
            self._dialed.set()
            self._ended()

    def _dial(self) -> Ending | None:
        """None if the WebSocket is open now."""
        options = self._options
        try:
            self._socket.connect(
                self._url,
                timeout=options.dial_timeout_s,
                suppress_origin=True,
                redirect_limit=0,
                **proxy_options(self._url, options.proxies),
            )
        except websocket.WebSocketBadStatusException as error:
            return _refusal(error)
        except (TimeoutError, websocket.WebSocketTimeoutException):
            return Ending(ABNORMAL, self._too_slow())
        except Exception as error:
            # A server that answers garbage makes the library raise nearly anything.
            return Ending(ABNORMAL, _words(error))
        if self._given_up:
            return Ending(ABNORMAL, "opened too late")
        self._socket.settimeout(options.silence_s)
        self.last_ns = time.time_ns()
        self.opened_s = time.monotonic()
        self._dialed.set()
        return None

    def _read(self) -> Ending:
        sock, parser, silence_ns = self._socket.sock, self._parser, self._options.silence_s * 1e9
        # recv() would take READ_BYTES of fresh memory and give back what it doesn't need: messages
        # that live on lie between such pieces, where later ones find no room.
        buffer = memoryview(bytearray(READ_BYTES))
        while True:
            try:
                data = bytes(buffer[: sock.recv_into(buffer)])
            except TimeoutError:
                return self._silent()
            except OSError as error:
                return Ending(ABNORMAL, _words(error))
            if not data:
                return Ending(ABNORMAL, "the server dropped the connection")
            messages = parser.feed(data)
            now_ns = time.time_ns()
            if messages:
                self.messages += len(messages)
                self.last_ns = now_ns
                self.receive(messages, now_ns)
            elif not (parser.pings or parser.pongs) and now_ns - self.last_ns > silence_ns:
                return self._silent()  # bytes dribble in, but never a whole frame
            if parser.pings or parser.pongs:
                self.last_ns = now_ns
                self._answer_pings()
            if parser.goodbye:
                return self._say_goodbye()

    def _too_slow(self) -> str:
        return f"no WebSocket within {self._options.dial_timeout_s:g} s"

    def _silent(self) -> Ending:
        return Ending(ABNORMAL, f"no frame for {self._options.silence_s:g} s", silent=True)

    def _answer_pings(self) -> None:
        pings, self._parser.pings = self._parser.pings, []
        pongs, self._parser.pongs = self._parser.pongs, []
        for payload in pings:
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._socket.pong(payload)  # a broken connection shows at the next read
            if self._pinged:
                self._pinged(payload)
        if self._ponged:
            for payload in pongs:
                self._ponged(payload)

    def _say_goodbye(self) -> Ending:
        goodbye = self._parser.goodbye
        assert goodbye is not None
        code = NORMAL if goodbye.code == 1005 else goodbye.code
        with contextlib.suppress(OSError, websocket.WebSocketException):
            if self._socket.connected:  # not if we said it first
                self._socket.send_close(code)
        return Ending(goodbye.code, goodbye.reason)


class NotSent(StreamError):
    """A message that did not leave whole."""


class LinkRefused(StreamError):
    """A WebSocket that did not open; ``ending`` says why."""

    def __init__(self, name: str, ending: Ending) -> None:
        super().__init__(f"{name}: {ending}")
        self.ending = ending


def checked_url(url: str) -> str:
    """The same URL.

    Raises:
        ConfigError: It is not one of a WebSocket.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ConfigError(f"{url!r} is no WebSocket address; it begins with wss:// or ws://")
    return url


def proxy_options(url: str, proxies: dict[str, str] | None) -> dict[str, Any]:
    """What websocket-client wants to know of a proxy that is given as requests takes it."""
    secure = urlsplit(url).scheme == "wss"
    proxy = (proxies or {}).get("https" if secure else "http")
    if not proxy:
        # The environment's proxy can't reach this computer; only beside a proxy is no_proxy read.
        host = urlsplit(url).hostname
        return {"http_proxy_host": host, "http_no_proxy": [host]} if is_loopback(url) else {}
    parts = urlsplit(proxy)
    if not parts.hostname:
        raise ConfigError("a proxy is given as scheme://host:port")
    auth = (parts.username, parts.password or "") if parts.username else None
    return {
        "http_proxy_host": parts.hostname,
        "http_proxy_port": parts.port or 80,
        "http_proxy_auth": auth,
        "proxy_type": parts.scheme if parts.scheme.startswith("socks") else "http",
    }


def _refusal(error: websocket.WebSocketBadStatusException) -> Ending:
    headers = error.resp_headers or {}
    try:
        retry_after_s = float(headers.get("retry-after", 0))
    except ValueError:
        retry_after_s = 0.0
    reason = f"the server refused the WebSocket: HTTP {error.status_code}"
    return Ending(ABNORMAL, reason, status=error.status_code, retry_after_s=retry_after_s)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
