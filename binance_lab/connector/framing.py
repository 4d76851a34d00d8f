"""The bytes of a WebSocket to messages: a parser that sees many frames in one read.

A busy stream puts hundreds of small frames in one TCP segment, so that reading frame by frame
costs more than all the rest of the way. This parser takes a whole read and cuts it. It does not
check UTF-8, since whoever decodes the JSON does.

https://www.rfc-editor.org/rfc/rfc6455#section-5
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

MAX_MESSAGE_BYTES = 64 << 20
"""A longer message ends the connection: the longest real one (exchangeInfo) is a fifth of it."""

PROTOCOL_ERROR = 1002
TOO_BIG = 1009

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_WHOLE_TEXT = 0x80 | _TEXT
_HEAD = Struct(">BBH").unpack_from


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Why no message comes after this one: a close frame, or a breach of the protocol."""

    code: int
    reason: str
    from_server: bool


class FrameParser:
    """Takes bytes as they come, gives whole messages, and collects what is no message.

    ``pings`` and ``pongs`` hold payloads that the owner answers and removes; ``goodbye`` is set
    once, and from then on the parser gives nothing more.
    """

    def __init__(self, max_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self.pings: list[bytes] = []
        self.pongs: list[bytes] = []
        self.goodbye: Goodbye | None = None
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []  # of a frame that is not complete yet
        self._have = 0
        self._need = 0
        self._fragments: list[bytes] | None = None  # of a message that is not complete yet

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that these bytes complete, oldest first."""
        if self._parts:
            self._parts.append(data)
            self._have += len(data)
            if self._have < self._need:
                return []
            data = b"".join(self._parts)
            self._parts.clear()
        messages: list[bytes] = []
        add = messages.append
        whole_text = _WHOLE_TEXT if self._fragments is None else -1
        start, end, max_bytes = 0, len(data), self._max_bytes
        need = 2
        while start + 2 <= end:
            if start + 4 <= end:  # nearly always a whole text whose length takes two bytes
                head, size, length = _HEAD(data, start)
                stop = start + 4 + length
                if head == whole_text and size == 126 and stop <= end and length <= max_bytes:
                    add(data[start + 4 : stop])
                    start = stop
                    continue
            length = data[start + 1]
            if length < 126:
                payload = start + 2
            elif length == 126:
                payload = start + 4
                length = int.from_bytes(data[start + 2 : payload], "big")
            elif length == 127:
                payload = start + 10
                length = int.from_bytes(data[start + 2 : payload], "big")
            else:
                return self._breach(messages, "the server masked a frame")
            if length > max_bytes:
                return self._breach(messages, f"a frame of {length} bytes", TOO_BIG)
            stop = payload + length
            if stop > end:  # so is every frame whose header is cut: its length reads short
                need = max(stop, payload) - start
                break
            if data[start] == whole_text:
                add(data[payload:stop])
            elif not self._rare(data[start], data[payload:stop], messages):
                return messages
            else:
                whole_text = _WHOLE_TEXT if self._fragments is None else -1
            start = stop
        if start < end:
            if data[start] & 0x70:  # garbage must not wait for a length that it does not have
                return self._breach(messages, "reserved bits are set")
            self._parts.append(data[start:])
            self._have, self._need = end - start, max(need, end - start + 1)
        return messages

    def _rare(self, head: int, payload: bytes, messages: list[bytes]) -> bool:
        """Everything but a text in one frame; False if nothing may follow."""
        final, kind = head & 0x80, head & 0x0F
        if head & 0x70:
            self._breach(messages, "reserved bits are set")
        elif kind >= _CLOSE:
            self._control(final, kind, payload, messages)
        elif kind == _CONTINUATION:
            self._continue(final, payload, messages)
        elif kind not in (_TEXT, _BINARY):
            self._breach(messages, f"unknown frame type {kind}")
        elif self._fragments is not None:
            self._breach(messages, "a message began inside another")
        elif final:
            messages.append(payload)
        else:
            self._fragments = [payload]
        return self.goodbye is None

    def _control(self, final: int, kind: int, payload: bytes, messages: list[bytes]) -> None:
        if not final or len(payload) > 125:
            self._breach(messages, "a control frame in parts or too long")
        elif kind == _PING:
            self.pings.append(payload)
        elif kind == _PONG:
            self.pongs.append(payload)
        elif kind == _CLOSE:
            # 1005 says "no code was sent"; it never is on the wire
            code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            self.goodbye = Goodbye(code, payload[2:].decode("utf-8", "replace"), from_server=True)
        else:
            self._breach(messages, f"unknown frame type {kind}")

    def _continue(self, final: int, payload: bytes, messages: list[bytes]) -> None:
        if self._fragments is None:
            self._breach(messages, "a continuation of nothing")
            return
        self._fragments.append(payload)
        if sum(map(len, self._fragments)) > self._max_bytes:
            self._breach(messages, "a message in parts that does not end", TOO_BIG)
        elif final:
            messages.append(b"".join(self._fragments))
            self._fragments = None

    def _breach(
        self, messages: list[bytes], reason: str, code: int = PROTOCOL_ERROR
    ) -> list[bytes]:
        self.goodbye = Goodbye(code, reason, from_server=False)
        return messages
