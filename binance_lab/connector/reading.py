"""How an answer is read off its socket: within a deadline, and its headers without the mail parser.

http.client reads headers as those of a mail, which costs more than the rest of a short answer;
nearly always each is a line that needs nothing but splitting.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import time
from email.parser import Parser
from types import FunctionType
from typing import Any

_LINE = 65_536  # what http.client bears, as is the number of headers
_HEADERS = 100
_BUFFER = 65_536
_FIELD = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)\r?\n", re.MULTILINE)


class _TimedReader(io.RawIOBase):
    """What a socket brings until a deadline: a server that drips byte by byte meets it too."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        timeout_s = sock.gettimeout()
        self._deadline_s = None if timeout_s is None else time.monotonic() + timeout_s

    def makefile(self, mode: str) -> io.BufferedReader:
        """What http.client asks of a socket."""
        return io.BufferedReader(self, _BUFFER)

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Wait for bytes, no longer than is left."""
        if self._deadline_s is not None:
            left_s = self._deadline_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("the deadline has passed")
            self._sock.settimeout(left_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let the socket go, which the connection closes."""
        self._raw.close()
        super().close()


def read_headers(stream: io.BufferedIOBase) -> http.client.HTTPMessage:
    """An answer's headers, the same as http.client.parse_headers reads.

    Raises:
        LineTooLong, HTTPException: A line, or their number, is beyond what http.client takes.
    """
    lines = []
    while (line := stream.readline(_LINE + 1)) not in (b"\r\n", b"\n", b""):
        if len(line) > _LINE:
            raise http.client.LineTooLong("header line")
        lines.append(line)
        if len(lines) > _HEADERS:
            raise http.client.HTTPException(f"got more than {_HEADERS} headers")
    text = b"".join(lines).decode("latin-1")
    fields = _FIELD.findall(text)
    if len(fields) < len(lines):  # one is folded, or no header: what it means, the library says
        return Parser(_class=http.client.HTTPMessage).parsestr(f"{text}\r\n")
    message = http.client.HTTPMessage()
    for name, value in fields:
        message.set_raw(name, value)
    return message


def _calling(function: FunctionType, **others: Any) -> FunctionType:
    """A function of the standard library that finds others under some of the names it calls."""
    names = {**function.__globals__, **others}
    same = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    same.__kwdefaults__ = function.__kwdefaults__
    return same


class TimedResponse(http.client.HTTPResponse):
    """An answer whose status, headers and body together have the time that its socket has.

    ``begin`` is the library's, whatever its version does there, but for how it parses headers.
    """

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(_TimedReader(sock), *args, **kwargs)  # type: ignore[arg-type]

    begin = _calling(http.client.HTTPResponse.begin, parse_headers=read_headers)  # type: ignore
