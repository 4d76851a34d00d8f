"""What a stream's message costs, from the socket to a callback, and a trade to a row of a frame."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import payloads
from contest import Area, Contestant, Goal, Meter, Sample, Setup, Work

STREAMS = ("btcusdt@bookTicker", "btcusdt@trade", "btcusdt@depth@100ms")
TRADE = "btcusdt@trade"
MIX, ROWS = "mix → callback", "trades → rows"
MESSAGES = 20_000
FLUSH = 10_000  # trades that make a frame

Tick = Callable[..., object]
Feed = Callable[[str, tuple[str, ...], Tick], None]
"""Has a function called with each message of these streams of a server; it may never return."""


def both(feed: Feed) -> Callable[[Setup], dict[str, Sample]]:
    """A contestant that hands messages to a callback, or puts them into frames itself."""

    def run(setup: Setup) -> dict[str, Sample]:
        if setup.work == MIX:
            meter = Meter(setup.count(MESSAGES))
            _start(feed, setup.addresses["mix"], STREAMS, meter.tick)
        else:
            meter = rows = RowMeter(setup.count(MESSAGES))
            _start(feed, setup.addresses["trades"], (TRADE,), rows.take)
        return {setup.work: meter.wait()}

    return run


def _start(feed: Feed, address: str, streams: tuple[str, ...], tick: Tick) -> None:
    thread = threading.Thread(target=feed, args=[f"ws://{address}", streams, tick], daemon=True)
    thread.start()


class RowMeter(Meter):
    """Keeps trades, and makes a frame of every FLUSH of them, as people do by hand."""

    def __init__(self, count: int) -> None:
        import pandas  # noqa: F401 - so that no frame pays for the import

        super().__init__(count)
        self._kept: list[dict[str, Any]] = []

    def take(self, message: Any) -> None:
        """Take one trade."""
        data = message.get("data", message)
        self._kept.append(data)
        if len(self._kept) >= FLUSH or self.seen + 1 == self.last:
            self._frame()
        self.tick()

    def _frame(self) -> None:
        import pandas as pd

        frame = pd.DataFrame(self._kept)
        frame[["p", "q"]] = frame[["p", "q"]].astype(float)
        frame["T"] = pd.to_datetime(frame["T"], unit="ms", utc=True)
        assert len(frame.set_index("T")) == len(self._kept)
        self._kept.clear()


def ours(setup: Setup) -> dict[str, Sample]:
    """WebsocketStream's callback with dicts, and a live tape's frame."""
    from binance_lab import WebsocketStream

    if setup.work == ROWS:
        return {ROWS: _tape(setup)}
    meter = Meter(setup.count(MESSAGES))
    # With room for few, so that the reader is hardly ahead: what it took and nobody had would count.
    stream = WebsocketStream(
        f"ws://{setup.addresses['mix']}",
        combined=True,
        on_message=lambda message: meter.tick(),
        queue_policy="block",
        queue_size=1000,
    )
    stream.subscribe(STREAMS)
    sample = meter.wait()
    stream.close()
    return {MIX: sample}


def _tape(setup: Setup) -> Sample:
    from binance_lab.connector.stream_pool import StreamPool
    from binance_lab.live.runtime import Threads
    from binance_lab.live.tape import Tape

    # All that the server has: the reader is ahead, and what it took without a row yet would count.
    count = payloads.TRADES
    meter = Meter(count)
    tape = Tape("BTCUSDT", runtime=Threads(), backfill=False)
    tape.frame()  # the first one makes pandas load what it needs
    pool = StreamPool(f"ws://{setup.addresses['trades']}")
    meter.warm_up = 0  # from the handshake on, as messages may be here before anybody looks
    meter.start()
    pool.subscribe(TRADE, tape)
    for wanted in range(FLUSH, count + FLUSH, FLUSH):
        assert tape.until(partial(_has, tape, min(wanted, count)), 30)
        assert len(tape.tail(FLUSH))
    meter.last = count
    meter.stop()
    pool.close()
    return meter.sample


def _has(tape: Any, count: int) -> bool:
    return bool(tape.count >= count)


def ours_typed(setup: Setup) -> dict[str, Sample]:
    """What live objects get: typed events, numbers as floats, on the reader's thread."""
    from binance_lab.connector.stream_pool import StreamPool
    from binance_lab.wire.events import decoder

    if setup.work == ROWS:
        return {}
    meter = Meter(setup.count(MESSAGES))
    pool = StreamPool(f"ws://{setup.addresses['mix']}")
    for name in STREAMS:
        pool.subscribe(name, _Typed(decoder(name, float), meter.tick))
    sample = meter.wait()
    pool.close()
    return {MIX: sample}


class _Typed:
    """A sink that decodes."""

    def __init__(self, decode: Callable[[bytes], object], tick: Tick) -> None:
        self._decode, self._tick = decode, tick

    def receive(self, messages: list[bytes], received_ns: int) -> None:
        """Decode messages and count them."""
        for message in messages:
            self._tick(self._decode(message))

    def connection_changed(self, event: object) -> None:
        """Nothing to do."""


def python_binance(base: str, streams: tuple[str, ...], tick: Tick) -> None:
    """The asyncio socket manager."""
    from binance import AsyncClient, BinanceSocketManager

    async def main() -> None:
        client = AsyncClient("", "")
        manager = BinanceSocketManager(client)
        manager.STREAM_URL = f"{base}/"
        async with manager.multiplex_socket(list(streams)) as stream:
            while True:
                tick(await stream.recv())

    asyncio.run(main())


def connector(base: str, streams: tuple[str, ...], tick: Tick) -> None:
    """The deprecated official connector; its callback gets text, so everybody parses it."""
    import json

    from binance.websocket.spot.websocket_stream import SpotWebsocketStreamClient

    def take(_: object, text: str) -> None:
        message = json.loads(text)
        if "data" in message:
            tick(message)

    client = SpotWebsocketStreamClient(stream_url=base, on_message=take, is_combined=True)
    client.subscribe(stream=list(streams))


def sdk(base: str, streams: tuple[str, ...], tick: Tick) -> None:
    """The official SDK's streams, messages as its models."""
    from binance_common.configuration import ConfigurationWebSocketStreams
    from binance_sdk_spot.spot import Spot

    async def main() -> None:
        client = Spot(config_ws_streams=ConfigurationWebSocketStreams(stream_url=base))
        connection = await client.websocket_streams.create_connection()
        for name in streams:
            symbol, _, kind = name.partition("@")
            if kind == "trade":
                stream = await connection.trade(symbol=symbol)
                stream.on("message", lambda model: tick(vars(model)))
            elif kind == "bookTicker":
                stream = await connection.book_ticker(symbol=symbol)
                stream.on("message", tick)
            else:
                stream = await connection.diff_book_depth(symbol=symbol, update_speed="100ms")
                stream.on("message", tick)
        await asyncio.Event().wait()

    asyncio.run(main())


def unicorn(library: str) -> Feed:
    """unicorn-binance-websocket-api with one of its two libraries, messages parsed by orjson."""

    def feed(base: str, streams: tuple[str, ...], tick: Tick) -> None:
        import orjson
        from unicorn_binance_websocket_api import BinanceWebSocketApiManager

        def take(text: Any) -> None:
            message = orjson.loads(text)
            if "data" in message:
                tick(message)

        manager = BinanceWebSocketApiManager(
            exchange="binance.com",
            websocket_base_uri=f"{base}/",
            websocket_library=library,
            disable_colorama=True,
        )
        kinds = [name.partition("@")[2].replace("@100ms", "") for name in streams]
        manager.create_stream(kinds, ["btcusdt"], process_stream_data=take)
        threading.Event().wait()

    return feed


def ccxt(base: str, streams: tuple[str, ...], tick: Tick) -> None:
    """ccxt pro: each trade through its handler."""
    import ccxt.pro

    class Counting(ccxt.pro.binance):
        def handle_trade(self, client: Any, message: Any) -> None:
            super().handle_trade(client, message)
            tick(message)

    async def main() -> None:
        client = Counting({"enableRateLimit": False, "options": {"watchTrades": {"name": "trade"}}})
        client.urls["api"]["ws"]["spot"] = f"{base}/ws"
        market = client.safe_market_structure({
            "id": "BTCUSDT", "lowercaseId": "btcusdt", "symbol": "BTC/USDT", "base": "BTC",
            "quote": "USDT", "type": "spot", "spot": True, "active": True,
        })  # fmt: skip
        client.set_markets([market])
        while True:
            await client.watch_trades("BTC/USDT")

    asyncio.run(main())


def ccxt_rows(setup: Setup) -> dict[str, Sample]:
    """Trades only: its book would ask for a snapshot, and its other streams differ from ours."""
    if setup.work == MIX:
        return {}
    rows = RowMeter(setup.count(MESSAGES))
    _start(ccxt, setup.addresses["trades"], (TRADE,), rows.take)
    return {ROWS: rows.wait()}


def picows_floor(setup: Setup) -> dict[str, Sample]:
    """picows, a client in C, and msgspec."""
    import msgspec
    import picows

    decode = msgspec.json.Decoder().decode

    def feed(base: str, streams: tuple[str, ...], tick: Tick) -> None:
        class Listener(picows.WSListener):
            def on_ws_frame(self, transport: Any, frame: Any) -> None:
                tick(decode(frame.get_payload_as_memoryview()))

        async def main() -> None:
            await picows.ws_connect(Listener, f"{base}/stream?streams={'/'.join(streams)}")
            await asyncio.Event().wait()

        asyncio.run(main())

    return both(feed)(setup)


AREA = Area(
    name="streams",
    about="a message of a blaster, from the socket to parsed in a callback",
    works=(
        Work(MIX, "µs CPU", goals=(Goal(1 / 2.5, "peer"), Goal(1.3, "floor"))),
        Work(ROWS, "µs CPU", goals=(Goal(1 / 4, "peer"),)),
    ),
    contestants=(
        Contestant("binance_lab", "ours", ours),
        Contestant("binance_lab, typed", "ours", ours_typed),
        Contestant("unicorn + picows", "peer", both(unicorn("picows")), "bench"),
        Contestant("unicorn", "peer", both(unicorn("websockets")), "bench"),
        Contestant("python-binance", "peer", both(python_binance), "bench"),
        Contestant("binance-sdk-spot", "peer", both(sdk), "bench"),
        Contestant("ccxt", "peer", ccxt_rows, "bench"),
        Contestant("binance-connector", "peer", both(connector), "connector"),
        Contestant("picows + msgspec", "floor", picows_floor, "bench"),
    ),
    rounds=3,
    servers=("mix", "trades"),
    alone=True,
)
