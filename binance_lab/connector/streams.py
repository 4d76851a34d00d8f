"""WebsocketStream: market streams with callbacks.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from __future__ import annotations

import inspect
import logging
import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import msgspec

from binance_lab.wire.words import counted

from ..wire.encoding import TimeUnit
from ..wire.encoding import time_unit as unit_of
from ..wire.intervals import interval_of
from ..wire.nearest_name import nearest_name
from .connection import ConnectionEvent, ConnectionOptions, State
from .dispatch import POLICIES, QUEUE_MESSAGES, Dispatcher, Policy
from .exceptions import ConfigError, StreamError
from .hosts import without_user
from .link import NORMAL, LinkOptions, checked_url
from .stream_connection import ANSWER_TIMEOUT_S, OVERLAP_S, StreamConnection
from .stream_pool import BASE_URL, stream_name, stream_url

Symbols: TypeAlias = str | Iterable[str]
"""One symbol or several, in any case."""

RECONNECT_DELAY_S = 5.0
_decode = msgspec.json.Decoder().decode


class WebsocketStream:
    """Market streams over one connection, with a callback for each message.

    It connects on the first subscription. A connection that ends unasked is made again after
    ``reconnect_delay_s``, then with growing delays, with all streams that were subscribed; one
    that the server is about to end is replaced before. It lives until ``close``, after which
    subscribing is a StreamError, or until nobody holds it any more: a cell that runs again replaces
    its stream. Any thread may use it.

    Callbacks run on a thread of their own and may take their time; what they raise is told to
    ``on_error`` and the log once, counted in ``failures``, and ends nothing. A callback that takes
    one argument gets the message alone, one that takes two the stream and the message.

    Args:
        base_url: Of the server, without a path.
        on_open: ``(stream)``, after each connect, when all streams are subscribed.
        on_message: ``(stream, message)``: parsed JSON, as the server sent it.
        on_close: ``(stream, code, reason)``, after each end, asked for or not.
        on_error: ``(stream, error)``: a lost connection, a refused stream, a failed callback.
        on_ping, on_pong: ``(stream, payload)``; pings are answered before.
        combined: Messages as ``{"stream": name, "data": …}`` instead of the data alone.
        raw: Messages as text, not parsed.
        time_unit: "us" for times in microseconds.
        reconnect_delay_s: Seconds from an end that was not asked for to the next attempt.
        queue_policy: What happens to messages while ``on_message`` is busy and the queue is
            full: "drop_oldest", "latest" (keep the latest of each stream; with ``combined``) or
            "block" (let the socket wait, which the server cuts in the end).
        queue_size: Messages that may wait.
        proxies: As requests takes them.
        logger: Instead of "binance_lab.streams".
        options: How the connection is kept, for all that is not said above.

    https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        on_open: Callable[..., Any] | None = None,
        on_message: Callable[..., Any] | None = None,
        on_close: Callable[..., Any] | None = None,
        on_error: Callable[..., Any] | None = None,
        on_ping: Callable[..., Any] | None = None,
        on_pong: Callable[..., Any] | None = None,
        combined: bool = False,
        raw: bool = False,
        time_unit: str | None = None,
        reconnect_delay_s: float = RECONNECT_DELAY_S,
        queue_policy: Policy = "drop_oldest",
        queue_size: int = QUEUE_MESSAGES,
        overlap_s: float = OVERLAP_S,
        proxies: dict[str, str] | None = None,
        logger: logging.Logger | None = None,
        options: ConnectionOptions | None = None,
    ) -> None:
        if queue_policy not in POLICIES:
            raise ConfigError(f"queue_policy is one of {', '.join(POLICIES)}, not {queue_policy!r}")
        door = "/stream" if combined else "/ws"
        self._url = stream_url(checked_url(base_url), door, _unit(time_unit))
        self._log = logger or logging.getLogger("binance_lab.streams")
        kept = options or ConnectionOptions(link=LinkOptions(proxies=proxies))
        self._options = replace(kept, backoff=replace(kept.backoff, first_s=reconnect_delay_s))
        self._overlap_s = overlap_s
        self._queue = (queue_policy, queue_size)
        self._key = stream_name if combined else _any
        self._parse = bytes.decode if raw else _decode
        self._on_open = fitted(on_open, about=1)
        self._on_message = fitted(on_message, about=2)
        self._on_close = fitted(on_close, about=1)
        self._on_error = fitted(on_error, about=2)
        self._on_ping = fitted(on_ping, about=2)
        self._on_pong = fitted(on_pong, about=2)
        self._lock = threading.Lock()  # guards the one connect and the one close
        self._over = False
        self._carrier: StreamConnection | None = None  # to be read once: another thread may close
        self._dispatcher: Dispatcher | None = None
        self._was_open = False
        self.error: Exception | None = None
        """What went wrong last."""

    def __repr__(self) -> str:
        streams = len(self.subscriptions)
        url = without_user(self._url)
        return f"<WebsocketStream {url}: {self.state}, {counted(streams, 'stream')}>"

    if not TYPE_CHECKING:  # for which a name that isn't there stays an error

        def __getattr__(self, name: str) -> NoReturn:
            text = f"{type(self).__name__} has no attribute {name!r}"
            public = [] if name.startswith("_") else [n for n in dir(self) if n[0] != "_"]
            meant = nearest_name(name, public)
            raise AttributeError(f"{text}; did you mean {meant!r}?" if meant else text)

    def __enter__(self) -> WebsocketStream:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    @property
    def state(self) -> str:
        """``not connected``, ``closed``, or what the connection does: open, reconnecting …"""
        if (carrier := self._carrier) is not None:
            return str(carrier.connection.state)
        return "closed" if self._over else "not connected"

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The streams that are wanted, in the order of their subscription."""
        return carrier.names if (carrier := self._carrier) is not None else ()

    @property
    def failures(self) -> int:
        """How many exceptions the callbacks raised."""
        return self._dispatcher.failures if self._dispatcher else 0

    @property
    def dropped(self) -> int:
        """How many messages the full queue dropped."""
        return self._dispatcher.dropped if self._dispatcher else 0

    def status(self) -> dict[str, Any]:
        """One row of what there is to know: plain values, a column each."""
        if (carrier := self._carrier) is None or self._dispatcher is None:
            return {"state": self.state}
        return {
            **carrier.connection.status(),
            "streams": len(carrier.names),
            "waiting": self._dispatcher.waiting,
            "dropped": self.dropped,
            "failures": self.failures,
        }

    def agg_trade(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@aggTrade``: fills of one taker order at one price, as one."""
        return self._add(symbol, "aggTrade")

    def trade(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@trade``: every trade."""
        return self._add(symbol, "trade")

    def block_trade(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@blockTrade``: trades arranged outside of the book."""
        return self._add(symbol, "blockTrade")

    def reference_price(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@referencePrice``: every second; null where there is none."""
        return self._add(symbol, "referencePrice")

    def kline(self, symbol: Symbols, interval: str) -> list[str]:
        """Subscribe ``<symbol>@kline_<interval>``: the current candle in UTC, every 1 or 2 s.

        Args:
            interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.

        Raises:
            BadInput: There is no such interval: the server would take it and send nothing.
        """
        return self._add(symbol, f"kline_{interval_of(interval).name}")

    def kline_offset(self, symbol: Symbols, interval: str) -> list[str]:
        """Subscribe ``<symbol>@kline_<interval>@+08:00``: candles of UTC+8, times in UTC."""
        return self._add(symbol, f"kline_{interval_of(interval).name}@+08:00")

    def mini_ticker(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@miniTicker``: the last 24 hours in short, every second."""
        return self._add(symbol, "miniTicker")

    def all_mini_ticker(self) -> list[str]:
        """Subscribe ``!miniTicker@arr``: all symbols that changed, every second."""
        return self.subscribe("!miniTicker@arr")

    def ticker(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@ticker``: the last 24 hours, every second."""
        return self._add(symbol, "ticker")

    def rolling_window_ticker(self, symbol: Symbols, window_size: str) -> list[str]:
        """Subscribe ``<symbol>@ticker_<window_size>``: 1h, 4h or 1d, every second."""
        return self._add(symbol, f"ticker_{window_size}")

    def all_rolling_window_ticker(self, window_size: str) -> list[str]:
        """Subscribe ``!ticker_<window_size>@arr``: all symbols that changed, every second."""
        return self.subscribe(f"!ticker_{window_size}@arr")

    def book_ticker(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@bookTicker``: the best bid and ask, whenever they change."""
        return self._add(symbol, "bookTicker")

    def avg_price(self, symbol: Symbols) -> list[str]:
        """Subscribe ``<symbol>@avgPrice``: the average over minutes, every second."""
        return self._add(symbol, "avgPrice")

    def partial_book_depth(self, symbol: Symbols, levels: int = 5, speed: int = 1000) -> list[str]:
        """Subscribe ``<symbol>@depth<levels>``: the best 5, 10 or 20 levels of each side.

        Args:
            speed: 1000 or 100 ms.
        """
        return self._add(symbol, f"depth{levels}{_speed(speed)}")

    def diff_book_depth(self, symbol: Symbols, speed: int = 1000) -> list[str]:
        """Subscribe ``<symbol>@depth``: levels that changed.

        Args:
            speed: 1000 or 100 ms.
        """
        return self._add(symbol, f"depth{_speed(speed)}")

    def subscribe(self, streams: str | Iterable[str]) -> list[str]:
        """Subscribe streams by name, such as ``btcusdt@miniTicker``; returns at once.

        Returns:
            The names, as unsubscribe takes them.

        Raises:
            StreamError: There would be more than 1,024, or it is closed.
        """
        names = [streams] if isinstance(streams, str) else list(streams)
        with self._lock:
            if self._over:
                raise StreamError(
                    f"{', '.join(names)}: this stream is closed and stays so. Make a new one: "
                    "WebsocketStream(…)"
                )
            carrier = self._carrier or self._connect()
        carrier.add(names)
        return names

    def unsubscribe(self, streams: str | Iterable[str]) -> None:
        """Unsubscribe streams by name; returns at once."""
        if (carrier := self._carrier) is None:
            self._log.warning("No connection to close.")
            return
        carrier.remove([streams] if isinstance(streams, str) else streams)

    def list_subscriptions(self, timeout_s: float = ANSWER_TIMEOUT_S) -> list[str]:
        """The streams that the server says are subscribed.

        Raises:
            Timeout: There is no answer within the timeout.
            StreamError: There is no connection, or it ended.
        """
        names: list[str] = self._ask("LIST_SUBSCRIPTIONS", None, timeout_s)
        return names

    def get_property(self, name: str = "combined", timeout_s: float = ANSWER_TIMEOUT_S) -> Any:
        """A property of the connection, as the server says; raises as list_subscriptions."""
        return self._ask("GET_PROPERTY", [name], timeout_s)

    def set_property(self, name: str, value: bool, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        """Set a property of this connection and of later ones; raises as list_subscriptions.

        Args:
            name: ``combined``, the only one so far.
        """
        self._ask("SET_PROPERTY", [name, value], timeout_s)
        if (carrier := self._carrier) is not None:
            carrier.remember_property(name, value)

    def ping(self, payload: bytes = b"") -> None:
        """Send a ping; ``on_pong`` hears the answer. Nothing happens while not connected.

        It counts among the five messages a second that the server takes.
        """
        if (carrier := self._carrier) is not None:
            carrier.ping(payload)

    def replace(self) -> None:
        """Exchange the connection for a new one, without loss; returns at once."""
        if (carrier := self._carrier) is not None:
            carrier.connection.replace()

    def close(self) -> None:
        """Close the connection for good, after the messages that came have been handed over."""
        if not self._close():
            self._log.warning("No connection to close.")

    def _close(self) -> bool:
        """Close it; False if there was no connection."""
        with self._lock:
            self._over = True
            carrier, self._carrier = self._carrier, None
        if carrier is None:
            return False
        self._end()
        if self.failures > 1:
            self._log.error("callbacks failed %d times", self.failures)
        return True

    def _connect(self) -> StreamConnection:
        policy, size = self._queue
        self._dispatcher = Dispatcher(
            self._dispatch(),
            name="stream",
            policy=policy,
            size=size,
            key=self._key,
            failed=_weak(self._callback_failed),
            logger=self._log,
        )
        put = self._dispatcher.put
        self._carrier = StreamConnection(
            self._url,
            deliver=lambda messages, received_ns: put(messages),
            changed=_weak(self._changed),
            pinged=_weak(self._pinged),
            ponged=_weak(self._ponged),
            options=self._options,
            logger=self._log,
            overlap_s=self._overlap_s,
        )
        self._end = weakref.finalize(self, _end, self._carrier, self._dispatcher)
        self._carrier.connection.start()
        return self._carrier

    def _add(self, symbols: Symbols, kind: str) -> list[str]:
        several = [symbols] if isinstance(symbols, str) else symbols
        return self.subscribe([f"{symbol.lower()}@{kind}" for symbol in several])

    def _ask(self, method: str, params: list[Any] | None, timeout_s: float) -> Any:
        if (carrier := self._carrier) is None:
            why = "it is closed" if self._over else "there is no connection; subscribe first"
            raise StreamError(f"{method}: {why}")
        return carrier.ask(method, params).wait(timeout_s)

    def _dispatch(self) -> Callable[[bytes], None]:
        """What hands a message over, and keeps no stream alive that nobody has any more."""
        stream, on_message, parse = weakref.ref(self), self._on_message, self._parse

        def dispatch(message: bytes) -> None:
            if (alive := stream()) is not None:
                on_message(alive, parse(message))

        return dispatch

    def _pinged(self, payload: bytes) -> None:
        self._queue_call(self._on_ping, payload)

    def _ponged(self, payload: bytes) -> None:
        self._queue_call(self._on_pong, payload)

    def _changed(self, event: ConnectionEvent) -> None:
        if event.state is State.OPEN and not self._was_open:
            self._was_open = True
            self._queue_call(self._on_open)
        elif event.state in (State.CLOSED, State.STOPPED):
            self._closed(event)
        elif event.state is State.REFUSED:
            self._tell(StreamError(f"{', '.join(event.streams)} refused: {event.reason}"))

    def _closed(self, event: ConnectionEvent) -> None:
        if event.state is State.CLOSED:
            self._tell(StreamError(event.reason))
        if self._was_open:
            self._was_open = False
            self._queue_call(self._on_close, event.code or NORMAL, event.reason)

    def _callback_failed(self, error: Exception) -> None:
        if self.failures == 1:
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        self.error = error
        self._queue_call(self._on_error, error)

    def _queue_call(self, callback: Callable[..., Any], *arguments: Any) -> None:
        if self._dispatcher is not None:
            self._dispatcher.call(lambda: callback(self, *arguments))


def _weak(method: Callable[[Any], None]) -> Callable[[Any], None]:
    """A function that calls a method as long as its object is there."""
    found = weakref.WeakMethod(method)

    def call(said: Any) -> None:
        if (bound := found()) is not None:
            bound(said)

    return call


def _end(carrier: StreamConnection, dispatcher: Dispatcher) -> None:
    dispatcher.loosen()
    carrier.stop()
    dispatcher.close()


def fitted(callback: Callable[..., Any] | None, *, about: int) -> Callable[..., Any]:
    """A function of the stream and what there is to say, that calls a callback as it wants.

    Args:
        about: Which argument a callback of one argument gets: 1 the stream, 2 what follows it.
    """
    if callback is None:
        return lambda *arguments: None
    least, most = _arity(callback)
    if least >= 2:
        return lambda *arguments: callback(*arguments[:most])
    if most == 0:
        return lambda *arguments: callback()
    if about == 1:
        return lambda stream, *more: callback(stream)
    return lambda stream, said: callback(said)


def _arity(callback: Callable[..., Any]) -> tuple[int, int]:
    """How many positional arguments a callback wants at least, and takes at most."""
    try:
        parameters = inspect.signature(callback).parameters.values()
    except (TypeError, ValueError):
        return 1, 1  # a builtin that does not say
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    endless = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    least = sum(p.default is p.empty for p in positional)
    if endless:
        return (2 if least else 0), 100  # (stream, *said) wants all, (*what) the message
    return least, len(positional)


def _any(message: bytes) -> bytes:
    """The key of every message where messages do not name their stream."""
    return b""


def _speed(speed: int) -> str:
    """The end of a depth stream's name; the slow speed has none."""
    if speed not in (100, 1000):
        raise ConfigError(f"a depth stream's speed is 100 or 1000 ms, not {speed!r}")
    return "@100ms" if speed == 100 else ""


def _unit(name: str | None) -> TimeUnit | None:
    try:
        return unit_of(name)
    except ValueError as error:
        raise ConfigError(str(error)) from None
