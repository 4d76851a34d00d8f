"""Small real servers on 127.0.0.1 that behave well or badly, for tests of sockets."""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from binance_lab.connector import hosts

TIMEOUT_S = 30.0


def wait_until(true: Callable[[], Any], what: str = "the condition") -> Any:
    """The first true value of a function, which is asked again and again for a while."""
    deadline = time.monotonic() + TIMEOUT_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        if value := true():
            return value
        pause.wait(0.005)
    raise AssertionError(f"{what} did not come true in {TIMEOUT_S:g} s")


def frame(payload: bytes, opcode: int = 1, *, final: bool = True) -> bytes:
    """One frame as a server sends it."""
    head = bytes([(0x80 if final else 0) | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 1 << 16:
        return head + b"\x7e" + struct.pack("!H", len(payload)) + payload
    return head + b"\x7f" + struct.pack("!Q", len(payload)) + payload


class Peer:
    """The server's end of one WebSocket."""

    def __init__(self, sock: socket.socket, path: str) -> None:
        self.path = path
        self.received: queue.Queue[tuple[int, bytes]] = queue.Queue()
        self.pongs: queue.Queue[bytes] = queue.Queue()
        self.times: queue.Queue[float] = queue.Queue()  # when each message or pong came
        self.closed_with: int | None = None
        self.gone = threading.Event()
        self._sock = sock
        self._file = sock.makefile("rb")

    def send(self, message: Any) -> None:
        """Send one text message: text as it is, anything else as JSON."""
        text = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
        self.raw(frame(text.encode()))

    def raw(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        with suppress(OSError):
            self._sock.sendall(data)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Begin a clean close."""
        self.raw(frame(struct.pack("!H", code) + reason.encode(), 8))

    def abort(self) -> None:
        """Cut the connection without a word."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def next_message(self) -> Any:
        """The next text message of the client, parsed."""
        return json.loads(self.received.get(timeout=TIMEOUT_S)[1])

    def serve(self, on_message: Callable[[Peer, Any], None] | None) -> None:
        """Read until the end; on the server's thread of this connection."""
        with suppress(OSError, struct.error, IndexError):
            while True:
                opcode, payload = self._read_frame()
                self.times.put(time.monotonic())
                if opcode == 8:
                    self.closed_with = int.from_bytes(payload[:2], "big")
                    self.raw(frame(payload[:2], 8))
                    break
                if opcode == 9:
                    self.raw(frame(payload, 10))
                elif opcode == 10:
                    self.pongs.put(payload)
                else:
                    self.received.put((opcode, payload))
                    if on_message:
                        on_message(self, json.loads(payload))
        self.gone.set()
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self._sock.close()

    def _read_frame(self) -> tuple[int, bytes]:
        head = self._file.read(2)
        length = head[1] & 127
        if length == 126:
            (length,) = struct.unpack("!H", self._file.read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._file.read(8))
        mask = self._file.read(4)
        masked = self._file.read(length)
        return head[0] & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(masked))


class Server:
    """Accepts WebSockets; ``peers`` are the server's ends, in the order of their coming.

    ``refuse_with`` are answers that the next handshakes get instead: bytes to send, or b"" to
    close without a word.
    """

    def __init__(
        self,
        on_open: Callable[[Peer], None] | None = None,
        on_message: Callable[[Peer, Any], None] | None = None,
    ) -> None:
        self.on_open = on_open
        self.on_message = on_message
        self.refuse_with: list[bytes] = []
        self.peers: list[Peer] = []
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def peer(self, number: int = 0) -> Peer:
        """The server's end of the connection of that number, once it is there."""
        wait_until(lambda: len(self.peers) > number, f"connection {number}")
        return self.peers[number]

    def stop(self) -> None:
        """Cut everything."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self.peers:
            peer.abort()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._handle, args=(sock,), daemon=True).start()

    def _handle(self, sock: socket.socket) -> None:
        request = b""
        with suppress(OSError):
            while b"\r\n\r\n" not in request and (data := sock.recv(4096)):
                request += data
        if (
            b"\r\n\r\n" not in request
        ):  # no request, such as a goodbye to whoever had this port before
            sock.close()
            return
        lines = request.decode("latin-1").split("\r\n")
        self.requests.append(lines[0])
        if self.refuse_with:
            sock.sendall(self.refuse_with.pop(0))
            sock.close()
            return
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        key = headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        sock.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        peer = Peer(sock, lines[0].split(" ")[1])
        self.peers.append(peer)
        if self.on_open:
            self.on_open(peer)
        peer.serve(self.on_message)


def agree(peer: Peer, message: dict[str, Any]) -> None:
    """Answer control messages as the market stream server does."""
    result = {"GET_PROPERTY": True}.get(message["method"])
    peer.send({"result": result, "id": message["id"]})


@contextmanager
def serving(
    on_open: Callable[[Peer], None] | None = None,
    on_message: Callable[[Peer, Any], None] | None = None,
) -> Iterator[Server]:
    """A server that is stopped in the end."""
    server = Server(on_open, on_message)
    try:
        yield server
    finally:
        server.stop()
        hosts._hosts.pop(urlsplit(server.url).netloc, None)  # another test may get the same port
