"""A web server on 127.0.0.1 that answers as a test says, well or badly."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from binance_lab.connector import hosts


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; ``target`` is the undecoded path and query."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query

    @property
    def params(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))


def reply(data: Any, status: int = 200, **headers: str) -> bytes:
    """A JSON answer; header names have underscores for hyphens."""
    return raw_reply(json.dumps(data).encode(), status, **headers)


def raw_reply(body: bytes, status: int = 200, **headers: str) -> bytes:
    """An answer with any body; Content_Length may lie."""
    given = {"Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} said\r\n{lines}\r\n".encode() + body


def refusal(status: int, code: int, msg: str, **headers: str) -> bytes:
    """An error answer as Binance gives it."""
    return reply({"code": code, "msg": msg}, status, **headers)


class Cut(bytes):
    """An answer after which the connection is closed."""


Answer = bytes | Iterator[bytes] | None


class WebServer(socketserver.ThreadingTCPServer):
    """Serves what ``answer(asked)`` returns.

    Bytes go out as they are, an iterator's pieces one by one; None closes the connection.  The
    server's clock, which clients ask for before they sign, is answered by ``clock_ms``.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, answer: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self.answer = answer
        self.asked: list[Asked] = []
        self.clock_asked = 0
        self.clock_ms: Callable[[], int] = lambda: int(time.time() * 1000)
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.netloc}"

    def never(self) -> Iterator[bytes]:
        """An answer that doesn't come before the server stops."""
        self.stopped.wait(30)
        yield b""

    def close(self) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()
        self._thread.join(30)
        hosts._hosts.pop(self.netloc, None)  # another test may get the same port

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of many tests."""


class _Handler(socketserver.StreamRequestHandler):
    server: WebServer

    def handle(self) -> None:
        while asked := self._read():
            if asked.path == "/api/v3/time" and not asked.query:
                self.server.clock_asked += 1
                answer: Answer = reply({"serverTime": self.server.clock_ms()})
            else:
                self.server.asked.append(asked)
                answer = self.server.answer(asked)
            if answer is None:
                return
            if isinstance(answer, bytes):
                self.wfile.write(answer)
                if isinstance(answer, Cut):
                    return
                continue
            for piece in answer:
                self.wfile.write(piece)
            return

    def _read(self) -> Asked | None:
        line = self.rfile.readline().decode()
        if not line.strip():
            return None
        method, target, _ = line.split()
        headers = {}
        while (header := self.rfile.readline().decode().strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        return Asked(method, target, headers)
