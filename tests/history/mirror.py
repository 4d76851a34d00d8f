"""A mirror of an exchange on loopback that can be told to answer otherwise, and counts."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # of 5, sixteen that connect at once would have to try again


class Mirror:
    """Forwards GET to an address; ``wrong`` maps patterns of paths to what becomes of the answer."""

    def __init__(self, upstream: str) -> None:
        self.asked: list[str] = []
        self.sent: dict[str, bytes] = {}
        self.wrong: dict[str, Callable[[Answer], Answer]] = {}
        mirror = self
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                mirror.asked.append(self.path)
                status, headers, body = mirror.changed(self.path, fetch(self))
                mirror.sent[self.path] = body
                self.send_response(status)
                length = headers.pop("content-length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", length)
                self.end_headers()
                self.wfile.write(body)
                if int(length) != len(body):
                    self.close_connection = True

            def log_message(self, *words: object) -> None:
                pass

        def fetch(asked: BaseHTTPRequestHandler) -> Answer:
            unit = asked.headers.get("X-MBX-TIME-UNIT", "MILLISECOND")
            request = urllib.request.Request(
                upstream + asked.path, headers={"X-MBX-TIME-UNIT": unit}
            )
            try:
                with opener.open(request, timeout=60) as response:
                    kept = {"content-type": response.headers["Content-Type"]}
                    return response.status, kept, response.read()
            except urllib.error.HTTPError as error:
                return error.code, {}, error.read()

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def changed(self, path: str, answer: Answer) -> Answer:
        """The answer, made wrong if a pattern matches its path."""
        wrong = list(self.wrong.items())  # a test may change it meanwhile
        found = [change for pattern, change in wrong if fnmatchcase(path, pattern)]
        return found[-1](answer) if found else answer

    def count(self, pattern: str) -> int:
        """How many requests had such a path."""
        return sum(fnmatchcase(path, pattern) for path in self.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(30)


def flipped(answer: Answer) -> Answer:
    """One byte in the middle is another one."""
    status, headers, body = answer
    at = len(body) // 2
    return status, headers, body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def truncated(answer: Answer) -> Answer:
    """The connection breaks half-way."""
    status, headers, body = answer
    return status, {**headers, "content-length": str(len(body))}, body[: len(body) // 2]


def once(change: Callable[[Answer], Answer]) -> Callable[[Answer], Answer]:
    """Only the first answer is made wrong."""
    left = [change]
    return lambda answer: left.pop()(answer) if left else answer


def status(code: int, **headers: str) -> Callable[[Answer], Answer]:
    """Answers nothing but a status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (code, dict(named), b'{"code": -1003, "msg": "Too many requests."}')
