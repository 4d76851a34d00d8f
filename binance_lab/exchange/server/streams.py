"""The stream door: ``/ws`` (raw) and ``/stream`` (combined), with SUBSCRIBE and its family.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import unquote

import msgspec
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from binance_lab.exchange.server.connection import Connection
from binance_lab.exchange.server.publisher import Channel, Publisher
from binance_lab.wire.enums import TimeUnit

MAX_STREAMS = 1024
MESSAGES_PER_SECOND = 5

_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_text_id = re.compile(r"[A-Za-z0-9\-_]{0,36}")
_encode = msgspec.json.encode


class _Refused(Exception):
    """A control message that can't be done: ``(code, msg)``, and the id where Binance repeats it."""

    def __init__(self, code: int, msg: str, **more: Any) -> None:
        super().__init__(msg)
        self.answer = {"code": code, "msg": msg} | more


class StreamClient:
    """One connection to the stream door, and what it listens to."""

    def __init__(
        self,
        connection: Connection,
        publisher: Publisher,
        *,
        combined: bool,
        unit: TimeUnit,
        deliver: Callable[[StreamClient, Channel, bytes], None],
    ) -> None:
        self.connection = connection
        self.combined = combined
        self.unit = unit
        self.names: dict[str, None] = {}  # in the order of subscribing
        self._publisher = publisher
        self._deliver = deliver
        self._second = 0
        self._messages = 0

    def deliver(self, channel: Channel, raw: bytes, framed: bytes) -> None:
        """Send a channel's message, unless a fault has other plans."""
        self._deliver(self, channel, framed)

    def subscribe(self, names: list[str]) -> None:
        """Listen to streams, in addition."""
        for name in names:
            self.names[name] = None
        if len(self.names) > MAX_STREAMS:
            self.connection.close(WSCloseCode.POLICY_VIOLATION, "Too many streams")
            return
        for name in names:
            self._publisher.subscribe(name, self.unit, self)

    def unsubscribe(self, names: list[str]) -> None:
        """Listen to these no longer."""
        for name in names:
            if name in self.names:
                del self.names[name]
                self._publisher.unsubscribe(name, self.unit, self)

    def leave(self) -> None:
        """Listen to nothing: the connection is gone."""
        self.unsubscribe(list(self.names))

    def received(self, message: WSMessage, now_s: float) -> None:
        """Do what a client's message asks for."""
        if self._too_many(int(now_s)):
            self.connection.close(WSCloseCode.POLICY_VIOLATION, "Too many requests")
        elif message.type is WSMsgType.TEXT:
            self.connection.send_text(_encode(self._answer(message.data)))

    def _too_many(self, second: int) -> bool:
        if second != self._second:
            self._second, self._messages = second, 0
        self._messages += 1
        return self._messages > MESSAGES_PER_SECOND

    def _answer(self, text: str) -> dict[str, Any]:
        try:
            try:
                message = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                raise _Refused(3, "Invalid JSON: expected value at line 1 column 1") from None
            return self._control(message, text)
        except _Refused as refused:
            return refused.answer

    def _control(self, message: Any, text: str) -> dict[str, Any]:
        if not isinstance(message, dict) or "method" not in message:
            where = f"at line 1 column {len(text)}"
            raise _Refused(2, f"Invalid request: missing field `method` {where}")
        method, params = message["method"], message.get("params")
        if method not in _METHODS:
            known = ", ".join(f"`{each}`" for each in _METHODS)
            where = f"at line 1 column {_end_of(str(method), text)}"
            raise _Refused(
                2, f"Invalid request: unknown variant `{method}`, expected one of {known} {where}"
            )
        answer_id = _checked_id(message)
        if set(message) - {"method", "params", "id"}:
            raise _Refused(2, "Invalid request: too many parameters")
        return {"result": self._do(method, params, answer_id), "id": answer_id}

    def _do(self, method: str, params: Any, answer_id: Any) -> Any:
        if method == "LIST_SUBSCRIPTIONS":
            return list(self.names)
        if method == "SUBSCRIBE":
            return self.subscribe(_names(params))
        if method == "UNSUBSCRIBE":
            return self.unsubscribe(_names(params))
        return self._property(method, params, answer_id)

    def _property(self, method: str, params: Any, answer_id: Any) -> Any:
        if not isinstance(params, list) or not params or not isinstance(params[0], str):
            raise _Refused(2, "Invalid request: property name must be a string")
        if params[0] != "combined":
            raise _Refused(0, "Unknown property", id=answer_id)
        if len(params) > (2 if method == "SET_PROPERTY" else 1):
            raise _Refused(2, "Invalid request: too many parameters")
        if method == "GET_PROPERTY":
            return self.combined
        if len(params) < 2 or not isinstance(params[1], bool):
            raise _Refused(1, "Invalid value type: expected Boolean")
        self.combined = params[1]
        return None


def _end_of(value: str, text: str) -> int:
    """The column at which a string ends in a message, with its quote."""
    return text.find(f'"{value}"') + len(value) + 2


def _checked_id(message: dict[str, Any]) -> Any:
    """The request's id: a 64-bit number, up to 36 letters and digits, or null; it must be there."""
    value = message.get("id")
    if "id" not in message or isinstance(value, bool):
        _refuse_id()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        _refuse_id()
    if isinstance(value, str) and not _text_id.fullmatch(value):
        _refuse_id()
    if not isinstance(value, int | str | None):
        _refuse_id()
    return value


def _refuse_id() -> NoReturn:
    raise _Refused(2, "Invalid request: request ID must be an unsigned integer")


def _names(params: Any) -> list[str]:
    if not isinstance(params, list) or not all(isinstance(each, str) for each in params):
        raise _Refused(2, "Invalid request: params must be an array of strings")
    return [unquote(each) for each in params]


def asked_for(request: web.Request) -> tuple[list[str], bool]:
    """The streams in a request's URL, and whether their messages come combined."""
    path = unquote(request.raw_path.partition("?")[0])
    if path.startswith("/stream"):
        # A plus sign in a query is a space, so kline offsets arrive as "@ 08:00" unless encoded.
        names = request.query.get("streams", "").replace("@ 08:00", "@+08:00")
        return [name for name in names.split("/") if name], True
    return [name for name in path.removeprefix("/ws").split("/") if name], False
