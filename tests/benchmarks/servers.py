"""Fast servers on loopback, each in its own process: canned answers, and a blaster of messages.

``python servers.py NAME`` prints host and port, and ends when its standard input does.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import socket
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import cycle
from urllib.parse import parse_qs, urlsplit

import payloads

BLAST_S = 60.0
"""No client is blasted for longer."""

LATENCY_S = 0.02
"""Of the server of the past, for each request of REST."""

_CHUNK = 1 << 16
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_HEADERS = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: {}\r\n"
    "Connection: keep-alive\r\nDate: Sat, 01 Nov 2025 00:00:00 GMT\r\nServer: nginx\r\n"
    "x-mbx-uuid: 5c6a3d0e-6f0f-4b0b-9d1c-2f2d5f0d8c1a\r\nx-mbx-used-weight: 2\r\n"
    "x-mbx-used-weight-1m: 2\r\nVary: Accept-Encoding\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubdomains\r\nX-Frame-Options: SAMEORIGIN\r\n"
    "X-Xss-Protection: 1; mode=block\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'self'\r\nCache-Control: no-cache, no-store, must-revalidate\r\n"
    "Pragma: no-cache\r\nExpires: 0\r\nAccess-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\nX-Cache: Miss from cloudfront\r\n"
    "Via: 1.1 a1b2c3.cloudfront.net (CloudFront)\r\nX-Amz-Cf-Pop: ZRH50-C1\r\n\r\n"
)


def answered(body: bytes) -> bytes:
    """An HTTP answer with as many headers as Binance sends."""
    return _HEADERS.format(len(body)).encode() + body


def canned(connection: socket.socket) -> None:
    """Answer every request by its path."""
    buffered = b""
    while data := connection.recv(_CHUNK):
        buffered += data
        while b"\r\n\r\n" in buffered:
            head, _, buffered = buffered.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].partition(b"?")[0].decode()
            connection.sendall(ANSWERS.get(path) or answered(_time()))


def past(connection: socket.socket) -> None:
    """Answer klines of a year as late as a far server would, and its archive's files at once."""
    buffered = b""
    while data := connection.recv(_CHUNK):
        buffered += data
        while b"\r\n\r\n" in buffered:
            head, _, buffered = buffered.partition(b"\r\n\r\n")
            target = urlsplit(head.split(b" ", 2)[1].decode())
            if target.path.startswith("/data/"):
                connection.sendall(ANSWERS.get(target.path, _NOT_FOUND))
                continue
            time.sleep(LATENCY_S)
            query = {
                name: int(text)
                for name, (text,) in parse_qs(target.query).items()
                if text.isdigit()
            }
            connection.sendall(
                answered(_candles(query)) if "klines" in target.path else answered(_time())
            )


def _candles(query: dict[str, int]) -> bytes:
    first = max(query.get("startTime", 0), payloads.YEAR_MS)
    end = min(
        query.get("endTime", first + query["limit"] * payloads.MINUTE_MS - 1),
        payloads.YEAR_END_MS - 1,
    )
    return _page(first, max(0, min(query["limit"], (end - first) // payloads.MINUTE_MS + 1)))


_page = cache(payloads.minutes)


def _zip_files() -> Iterator[tuple[str, bytes]]:
    """Each month's path and zip, and the path of its checksum and that."""
    for path, csv in payloads.monthly_csvs():
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.rpartition("/")[2].replace(".zip", ".csv"), csv)
        body = packed.getvalue()
        yield path, body
        yield f"{path}.CHECKSUM", hashlib.sha256(body).hexdigest().encode() + b"  a.zip\n"


def _time() -> bytes:
    return b'{"serverTime":%d}' % (time.time() * 1000)


def blast(connection: socket.socket) -> None:
    """Take a WebSocket, wait for a subscription, send messages until the client leaves."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(_CHUNK)
    key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
    assert key, head
    token = hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(token) + b"\r\n\r\n"
    )
    sending = threading.Lock()  # held while a client's request is answered, or a chunk sent
    wanted = threading.Event()
    if b"@" in head.split(b" ", 2)[1]:
        wanted.set()

    def answer() -> None:
        for request in client_messages(connection):
            reply = {"result": None, "id": json.loads(request)["id"]}
            with sending:
                connection.sendall(frame(json.dumps(reply).encode()))
            wanted.set()

    threading.Thread(target=_guarded, args=[answer, connection], daemon=True).start()
    wanted.wait(BLAST_S)
    ends_s = time.monotonic() + BLAST_S
    for chunk in cycle(CHUNKS) if REPEATED else CHUNKS:
        with sending:
            connection.sendall(chunk)
        if time.monotonic() > ends_s:
            return
    threading.Event().wait(BLAST_S)  # nothing more to say; the client leaves


def client_messages(connection: socket.socket) -> Iterator[bytes]:
    """The texts of a client's frames, unmasked."""
    data = b""
    while received := connection.recv(_CHUNK):
        data += received
        while len(data) >= 6:
            length, start = data[1] & 127, 2
            if length == 126:
                length, start = int.from_bytes(data[2:4], "big"), 4
            stop = start + 4 + length
            if len(data) < stop:
                break
            mask, payload = data[start : start + 4], data[start + 4 : stop]
            if data[0] & 15 == 1:
                yield bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
            data = data[stop:]


def frame(payload: bytes) -> bytes:
    """A text message as a server frames it."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    return b"\x81\x7e" + size.to_bytes(2, "big") + payload


def chunked(messages: list[bytes]) -> list[bytes]:
    """Frames, joined to what one send takes."""
    chunks, part, size = [], [], 0
    for message in map(frame, messages):
        part.append(message)
        size += len(message)
        if size > _CHUNK:
            chunks.append(b"".join(part))
            part, size = [], 0
    return [*chunks, b"".join(part)]


ANSWERS: dict[str, bytes] = {}
"""By path, whole HTTP answers."""
CHUNKS: list[bytes] = []
REPEATED: list[bool] = []


def prepare(name: str) -> Callable[[socket.socket], None]:
    """Make what a server will send; the function that serves a connection."""
    if name == "canned":
        made = (payloads.account, payloads.klines, payloads.exchange_info)
        paths = ("account", "klines", "exchangeInfo")
        bodies = zip(paths, made, strict=True)
        ANSWERS.update({f"/api/v3/{path}": answered(make()) for path, make in bodies})
        return canned
    if name == "past":
        ANSWERS.update({path: answered(body) for path, body in _zip_files()})
        return past
    market = payloads.Market()
    if name == "mix":
        CHUNKS.extend(chunked(market.mix(10_000)))
        REPEATED.append(True)
    else:  # ids that go on, so that nobody takes a trade for an old one
        CHUNKS.extend(chunked([market.message("trade") for _ in range(payloads.TRADES)]))
    return blast


def serve(name: str) -> None:
    """Serve one thing until standard input ends."""
    handle = prepare(name)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print("{}:{}".format(*listener.getsockname()), flush=True)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        work = partial(handle, connection)
        threading.Thread(target=_guarded, args=[work, connection], daemon=True).start()


def _guarded(work: Callable[[], None], connection: socket.socket) -> None:
    try:
        work()
    except OSError:
        connection.close()  # the client has left


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
