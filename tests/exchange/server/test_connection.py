"""One WebSocket, seen from the exchange: frames, pings, and the end of a slow client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, web

from binance_lab.exchange.server.connection import MAX_BACKLOG, Connection, frame


class Wire:
    """A transport that remembers what was written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.unsent = 0
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


def on_a_wire(test: Callable[[Connection, Wire], Awaitable[None]]) -> None:
    """Run a test with a connection on a wire."""

    async def run() -> None:
        request: Any = None  # only the handshake needs one
        connection, wire = Connection(request, ip="127.0.0.1"), Wire()
        transport: Any = wire
        connection.attach(transport)
        await test(connection, wire)

    asyncio.run(run())


@pytest.mark.parametrize(("size", "head"), [(5, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_frame_says_its_length(size: int, head: int):
    """Short, medium and long payloads have heads of 2, 4 and 10 bytes."""
    made = frame(b"x" * size)
    assert made[0] == 0x81
    assert len(made) == head + size


def test_what_is_due_in_one_turn_is_written_at_once():
    """Many messages of one turn of the loop are one write."""

    async def test(connection: Connection, wire: Wire) -> None:
        for text in (b"a", b"b", b"c"):
            connection.send_text(text)
        await asyncio.sleep(0)
        assert wire.written == [frame(b"a") + frame(b"b") + frame(b"c")]

    on_a_wire(test)


def test_a_slow_client_is_cut():
    """Who leaves too much unread is cut, not waited for."""

    async def test(connection: Connection, wire: Wire) -> None:
        wire.unsent = MAX_BACKLOG + 1
        connection.send_text(b"one more")
        await asyncio.sleep(0)
        assert wire.aborted

    on_a_wire(test)


def test_a_stalled_connection_keeps_only_so_much():
    """What is held back for a stalled client is bounded too."""

    async def test(connection: Connection, wire: Wire) -> None:
        connection.stall(True)
        for _ in range(9):
            connection.send(b"x" * 2**20)
        assert wire.aborted

    on_a_wire(test)


def test_pings_carry_the_time():
    """A ping is a ping frame with a text that the pong must repeat."""

    async def test(connection: Connection, wire: Wire) -> None:
        connection.ping()
        await asyncio.sleep(0)
        assert wire.written[0][0] == 0x89
        assert wire.written[0][2:].isdigit()

    on_a_wire(test)


def test_a_fault_of_ours_closes_the_socket():
    """A message whose handling fails ends the connection with 1011, and tells nothing of the inside."""

    def fail(message: object) -> None:
        raise RuntimeError("inside")

    async def serve(request: web.Request) -> web.StreamResponse:
        connection = Connection(request, ip="127.0.0.1")
        await connection.serve(fail)
        return connection.response

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/", serve)
        runner = web.AppRunner(app, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            host, port = runner.addresses[0]
            async with (
                ClientSession() as session,
                session.ws_connect(f"ws://{host}:{port}/", autoclose=True) as socket,
            ):
                await socket.send_str("hello")
                message = await socket.receive(timeout=30)
                assert (message.type, message.data) == (WSMsgType.CLOSE, 1011)
                assert "inside" not in str(message.extra)
        finally:
            await runner.cleanup()

    asyncio.run(run())
