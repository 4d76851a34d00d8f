"""The server: every door on one port, over one venue, on one event loop.

``/api/v3`` REST, ``/ws`` and ``/stream`` market streams, ``/ws-api/v3`` the WebSocket API, ``/data/spot`` files
of its history, ``/lab`` the control door.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError

from binance_lab.exchange.archive import Abandoned, Archive
from binance_lab.exchange.market_data import stamp
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.connection import Connection
from binance_lab.exchange.server.faults import Faults, refusal_before
from binance_lab.exchange.server.gateway import Gateway, refused
from binance_lab.exchange.server.listen_keys import ListenKeys
from binance_lab.exchange.server.publisher import Publisher
from binance_lab.exchange.server.rest import Rest, not_here, parse_unit, remote_ip
from binance_lab.exchange.server.streams import StreamClient, asked_for
from binance_lab.exchange.server.user_events import UserEvents
from binance_lab.exchange.server.venue import Venue
from binance_lab.exchange.server.ws_api import CONNECT_WEIGHT, ApiClient
from binance_lab.wire import errors

MAX_BODY = 64 * 2**10
MAX_CONNECTIONS = 1000
KEEP_ALIVE_S = 75.0
SHUTDOWN_S = 1.0

logger = logging.getLogger(__name__)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a line of the HTTP server's is worth reading: that a stranger sent no HTTP isn't."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_http_logger = logging.getLogger(f"{__name__}.http")
_http_logger.addFilter(_is_ours)


class Server:
    """Serves a venue until it is stopped."""

    def __init__(self, venue: Venue, *, seed: int = 1) -> None:
        self.venue = venue
        self.faults = Faults(seed)
        self.lab: Callable[[web.Request], Awaitable[web.Response]] | None = None
        self.publisher = Publisher(venue)
        self.user_events = UserEvents(venue)
        self.listen_keys = ListenKeys(venue, self.publisher, self.user_events)
        self.gateway = Gateway(venue)
        self.rest = Rest(self.gateway, self.listen_keys)
        self.stream_clients: list[StreamClient] = []
        self.api_clients: list[ApiClient] = []
        self.stopping = asyncio.Event()
        self.failed: BaseException | None = None
        self.files_awaited = 0
        """Requests whose file of the history is being made, or waits for its turn."""
        self._archive = Archive(venue.markets)
        # A thread of its own: files that are waited for keep the loop's threads from nobody.
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, host: str, port: int) -> int:
        """Listen; answers the port, a free one if 0 was given.

        Raises:
            OSError: The address can't be used.
        """
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self.handle)
        app.on_response_prepare.append(_name_server)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_http_logger,
            keepalive_timeout=KEEP_ALIVE_S,
            shutdown_timeout=SHUTDOWN_S,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.run(self.listen_keys.watch())
        return int(self._runner.addresses[0][1])

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside serving, until the server stops; if it fails, so does the server."""
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("the exchange can't go on", exc_info=error)
            self.failed = error
            self.stopping.set()

    async def stop(self) -> None:
        """Say goodbye to every client and close the port."""
        self.announce_shutdown()
        for connection in self.connections:
            connection.close(WSCloseCode.GOING_AWAY, "Server shutdown")
        for task in self._tasks:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        self._maker.shutdown(cancel_futures=True)
        self._archive.close()

    @property
    def connections(self) -> list[Connection]:
        """Every open WebSocket."""
        streams = [client.connection for client in self.stream_clients]
        return streams + [client.connection for client in self.api_clients]

    @property
    def backlog(self) -> int:
        """How far the slowest subscriber of streams is behind, in bytes."""
        return max((client.connection.backlog for client in self.stream_clients), default=0)

    def announce_shutdown(self) -> None:
        """Send ``serverShutdown`` to every WebSocket."""
        now_us = self.venue.now_us()
        for client in self.stream_clients:
            event = {"e": "serverShutdown", "E": stamp(now_us, client.unit)}
            wrapped = {"stream": "!serverShutdown", "data": event}
            client.connection.send_text(msgspec.json.encode(wrapped if client.combined else event))
        for api_client in self.api_clients:
            event = {"e": "serverShutdown", "E": stamp(now_us, api_client.unit)}
            api_client.connection.send_text(msgspec.json.encode({"event": event}))

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """Answer one HTTP request, or serve the WebSocket that it becomes."""
        try:
            return await self._dispatch(http)
        except (web.HTTPException, ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            # The client is told nothing of the inside; the log has it all.
            logger.exception("%s %s failed", http.method, http.path)
            return error_response(Reject(*errors.UNKNOWN), self.venue)

    async def _dispatch(self, http: web.Request) -> web.StreamResponse:
        path = http.path
        if path.startswith("/api/"):
            return await self._serve_rest(http)
        if path in ("/ws", "/stream") or path.startswith(("/ws/", "/stream/")):
            return await self._serve_stream(http)
        if path == "/ws-api/v3":
            return await self._serve_api(http)
        if path.startswith("/data/spot/"):
            return await self._serve_file(http)
        if self.lab is not None and (path == "/lab" or path.startswith("/lab/")):
            return await self.lab(http)
        return not_here(path)

    async def _serve_rest(self, http: web.Request) -> web.StreamResponse:
        body = await http.read() if http.can_read_body else b""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            illegal = errors.ErrorText(-1100, "Illegal characters found in a parameter.")
            return error_response(Reject(*illegal), self.venue)

        async def answer() -> web.StreamResponse:
            return self.rest.answer(http, text)

        return await self._answered(http, answer)

    async def _serve_file(self, http: web.Request) -> web.StreamResponse:
        """A file of the exchange's history, as data.binance.vision has them."""

        def is_wanted() -> bool:
            return http.transport is not None and not self.stopping.is_set()

        async def answer() -> web.StreamResponse:
            now_us = self.venue.catch_up()
            if not self._archive.has(http.path, now_us=now_us):
                return web.Response(status=404)
            if file := self._archive.ready(http.path, now_us=now_us):
                return web.FileResponse(file)
            make = partial(self._archive.get, http.path, now_us=now_us, is_wanted=is_wanted)
            self.files_awaited += 1
            try:
                file = await asyncio.get_running_loop().run_in_executor(self._maker, make)
            except Abandoned:
                return web.Response(status=503)  # nobody reads it
            finally:
                self.files_awaited -= 1
            return web.Response(status=404) if file is None else web.FileResponse(file)

        return await self._answered(http, answer)

    async def _answered(
        self, http: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """The answer; or as the faults have it: none, half, late, or an error."""
        faults = self.faults.of_request(http.method, http.path)
        if not faults:
            return await answer()
        if slow := faults.get("slow"):
            await asyncio.sleep(slow.delay_s)
        if refusal := refusal_before(faults, self.venue.now_us()):
            return error_response(refusal, self.venue)
        made = await answer()
        if late := faults.get("late"):
            await asyncio.sleep(late.delay_s)
        if after := faults.get("after"):
            return error_response(after.refusal(), self.venue)
        if "half" in faults or "drop" in faults:
            return await _break_off(http, made if "half" in faults else None)
        return made

    def _connect(self, http: web.Request, *, api: bool, weight: int = 0) -> Connection:
        """A connection, if its address may open another one.

        Raises:
            Reject: 429 or 418.
        """
        now_us, ip = self.venue.now_us(), remote_ip(http)
        address = self.venue.limits.address(ip)
        address.charge(weight, now_us)
        address.connect(api=api, now_us=now_us)
        if len(self.stream_clients) + len(self.api_clients) >= MAX_CONNECTIONS:
            raise Reject(*errors.SERVER_BUSY)
        return Connection(http, ip=ip)

    async def _serve_stream(self, http: web.Request) -> web.StreamResponse:
        try:
            unit = parse_unit(http.query.get("timeUnit"))
            connection = self._connect(http, api=False)
        except Reject as refusal:
            return error_response(refusal, self.venue)
        names, combined = asked_for(http)
        client = StreamClient(
            connection, self.publisher, combined=combined, unit=unit, deliver=self.faults.deliver
        )

        def received(message: WSMessage) -> None:
            client.received(message, asyncio.get_running_loop().time())

        self.stream_clients.append(client)
        try:
            await connection.serve(received, lambda: client.subscribe(names))
        finally:
            client.leave()
            self.faults.forget(client)
            self.stream_clients.remove(client)
        return connection.response

    async def _serve_api(self, http: web.Request) -> web.StreamResponse:
        try:
            unit = parse_unit(http.query.get("timeUnit"))
            connection = self._connect(http, api=True, weight=CONNECT_WEIGHT)
        except Reject as refusal:
            return error_response(refusal, self.venue)
        client = ApiClient(
            connection,
            self.gateway,
            self.user_events,
            self.listen_keys,
            faults=self.faults,
            unit=unit,
            show_limits=http.query.get("returnRateLimits", "true").lower() != "false",
        )

        def received(message: WSMessage) -> None:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                client.received(message.data)

        self.api_clients.append(client)
        try:
            await connection.serve(received)
        finally:
            client.leave()
            self.faults.forget(client)
            self.api_clients.remove(client)
        return connection.response


async def _break_off(http: web.Request, answer: web.StreamResponse | None) -> web.StreamResponse:
    """Drop the connection, with half of the answer or none of it; files have no halves."""
    broken = web.StreamResponse(status=answer.status if answer else 200)
    if isinstance(answer, web.Response) and isinstance(answer.body, bytes):
        broken.content_length = len(answer.body)
        broken.content_type = "application/json"
        await broken.prepare(http)
        await broken.write(answer.body[: len(answer.body) // 2])
    if http.transport is not None:
        http.transport.close() if answer else http.transport.abort()
    return broken


async def _name_server(http: web.Request, response: web.StreamResponse) -> None:
    """Keep versions of what runs here to ourselves."""
    response.headers["Server"] = "binance-lab"


def error_response(refusal: Reject, venue: Venue) -> web.Response:
    """A refusal as HTTP."""
    answer = refused(refusal, venue.now_us())
    headers = {}
    if answer.retry_after_s is not None:
        headers["Retry-After"] = str(answer.retry_after_s)
    return web.json_response(answer.body, status=answer.status, headers=headers)
