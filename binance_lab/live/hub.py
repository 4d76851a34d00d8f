"""Live: the live objects of one lab, their streams, and the threads behind them."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

import numpy as np
import pandas as pd

from binance_lab.connector.connection import ConnectionEvent
from binance_lab.connector.exceptions import ConfigError
from binance_lab.connector.symbols import known_symbols
from binance_lab.connector.user_data import UserData
from binance_lab.wire.symbol_name import symbol_name
from binance_lab.wire.user_events import UserEvent

from .account import Account
from .base import LiveObject
from .candles import Candles
from .order_book import OrderBook, SnapshotLimit
from .runtime import Runtime, Threads
from .tape import Tape
from .tickers import Tickers
from .trade_candles import TradeCandles

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot
    from binance_lab.connector.stream_pool import Sink
    from binance_lab.connector.ws_api import WebsocketAPI

WAIT_S = 5.0
O = TypeVar("O", bound=LiveObject)  # noqa: E741


class Streams(Protocol):
    """What a hub needs of a StreamPool, or of a replay."""

    def subscribe(self, name: str, sink: Sink) -> None:
        """Let a sink have a stream's messages."""

    def unsubscribe(self, name: str, sink: Sink) -> None:
        """Let it have no more."""

    def status(self) -> list[dict[str, Any]]:
        """A row per connection."""


class Live:
    """Live objects: each is made once, kept current by threads, and read in any cell.

        candles = lab.live.candles("BTCUSDT", "1m")
        candles.frame()                      # now; later, the same line tells what is then

    A call returns when the object is live, or after some seconds in whatever state it is in: its
    repr and `state` tell. The same call again gives the same object; after its `close`, or where
    it is in error and can't go on, a new one; other settings, such as a longer history, give
    another object on the same stream.

    Args:
        client: Tells history and fills holes; None where there is only a stream.
        streams: The pool whose connections are shared.
        ws_api: Makes the WebSocket API for the account's events; called when first needed.
        runtime: The threads, if not its own.
        wait_s: How long a call waits for a new object to be live.
    """

    def __init__(
        self,
        client: Spot | None,
        streams: Streams,
        ws_api: Callable[[], WebsocketAPI] | None = None,
        *,
        runtime: Runtime | None = None,
        wait_s: float = WAIT_S,
    ) -> None:
        self._client = client
        self._streams = streams
        self._ws_api = ws_api
        self._runtime: Runtime = runtime or Threads()
        self._wait_s = wait_s
        self._lock = threading.RLock()  # guards _objects and _known
        self._objects: dict[tuple[Any, ...], LiveObject] = {}
        self._apis: list[WebsocketAPI] = []  # whose connections bring account events
        self._known: set[str] = set()
        self._end = weakref.finalize(self, _end, self._objects, self._runtime)

    def __repr__(self) -> str:
        if not self._end.alive:
            return "<Live: closed>"
        return f"<Live: {', '.join(map(repr, self.objects)) or 'nothing yet'}>"

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def objects(self) -> list[LiveObject]:
        """The objects that are not closed."""
        with self._lock:
            return [made for made in list(self._objects.values()) if made.state != "stopped"]

    # Objects.

    def candles(
        self,
        symbol: str,
        interval: str = "1m",
        *,
        history: int = 500,
        made_of: Literal["klines", "trades"] = "klines",
    ) -> Candles:
        """The candles of a symbol: see `Candles`.

        Args:
            interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.
            history: How many candles before the newest; 1,000 at most.
            made_of: ``trades`` to make them of the tape's trades, as they come, instead of
                waiting for the exchange's, which come every one or two seconds.

        Raises:
            BadInput: There is no such interval.
            UnknownSymbol: There is no such symbol; the message names similar ones.
        """
        symbol = symbol_name(symbol)
        settings = {"client": self._client, "runtime": self._runtime, "history": history}

        def make() -> Candles:
            if made_of == "klines":
                return Candles(symbol, interval, **settings)  # type: ignore[arg-type]
            return TradeCandles(self.trades(symbol), interval, **settings)  # type: ignore[arg-type]

        return self._object(("candles", symbol, interval, made_of, history), make, symbol)

    def book(
        self,
        symbol: str,
        *,
        speed: Literal["100ms", "1000ms"] = "100ms",
        levels: SnapshotLimit = 5000,
    ) -> OrderBook:
        """The order book of a symbol: see `OrderBook`.

        Args:
            speed: 100ms or 1000ms between updates.
            levels: How many levels a side the snapshot has; 5000 cost a request weight of 250.

        Raises:
            BadInput: There is no such speed, or there are no such levels.
            UnknownSymbol: There is no such symbol; the message names similar ones.
        """
        symbol = symbol_name(symbol)

        def make() -> OrderBook:
            return OrderBook(
                symbol, client=self._client, runtime=self._runtime, speed=speed, levels=levels
            )

        return self._object(("book", symbol, speed, levels), make, symbol)

    def trades(self, symbol: str, *, history: int = 0, max_age_s: float | None = None) -> Tape:
        """The trades of a symbol: see `Tape`.

        Args:
            history: How many trades before the first one are fetched; 1,000 at most.
            max_age_s: Older trades are dropped; a million are kept if not given.

        Raises:
            UnknownSymbol: There is no such symbol; the message names similar ones.
        """
        return self._tape("trade", symbol, history, max_age_s)

    def agg_trades(self, symbol: str, *, history: int = 0, max_age_s: float | None = None) -> Tape:
        """The aggregate trades of a symbol: see `Tape`; the arguments are those of `trades`."""
        return self._tape("aggTrade", symbol, history, max_age_s)

    def tickers(self, symbols: Sequence[str] = ()) -> Tickers:
        """The last 24 hours of symbols, of all if none are given: see `Tickers`.

        Raises:
            UnknownSymbol: There is no such symbol; the message names similar ones.
        """
        symbols = [symbol_name(symbol) for symbol in symbols]

        def make() -> Tickers:
            return Tickers(symbols, client=self._client, runtime=self._runtime)

        return self._object(("tickers", *symbols), make, *symbols)

    def account(self) -> Account:
        """The account's balances, open orders and fills: see `Account`.

        Raises:
            LabError: There is no client or no key.
        """
        client, ws_api = self._client, self._ws_api
        if client is None:
            raise ConfigError("An account needs a client with a key; a replay has none.")
        if client.signed_by is None:
            raise ConfigError("An account needs a key, and the client has none: see help(Lab).")

        def make() -> Account:
            user_data = partial(_user_data, ws_api, self._apis) if ws_api is not None else None
            return Account(client, user_data, runtime=self._runtime)

        return self._object(("account",), make)

    def _tape(
        self, kind: Literal["trade", "aggTrade"], symbol: str, history: int, age_s: float | None
    ) -> Tape:
        symbol = symbol_name(symbol)

        def make() -> Tape:
            return Tape(
                symbol,
                kind=kind,
                client=self._client,
                runtime=self._runtime,
                history=history,
                max_age_s=age_s,
            )

        return self._object(
            (kind, symbol, history, age_s), make, symbol, wait_s=self._wait_s if history else 0.0
        )

    def _object(
        self,
        key: tuple[Any, ...],
        make: Callable[[], O],
        *symbols: str,
        wait_s: float | None = None,
    ) -> O:
        if (known := self._usable(key)) is not None:
            return cast(O, known)
        self._check(symbols)
        with self._lock:
            if (known := self._usable(key)) is not None:
                return cast(O, known)
            made = self._objects[key] = make()
            made.at_close(partial(_drop, self._objects, key, made))
            self._begin(made)
        made.wait_live(self._wait_s if wait_s is None else wait_s)
        return made

    def _usable(self, key: tuple[Any, ...]) -> LiveObject | None:
        """The object that is there, unless it is closed or can't go on; such a one is closed."""
        with self._lock:
            known = self._objects.get(key)
        if known is not None and known.state == "error":
            known.close()
        return known if known is not None and known.state != "stopped" else None

    def _begin(self, made: LiveObject) -> None:
        for stream in made.streams:
            self._streams.subscribe(stream, made)
            made.at_close(partial(self._streams.unsubscribe, stream, made))
        made.start()

    def _check(self, symbols: Sequence[str]) -> None:
        """Ask for symbols that are new here: the stream of one that doesn't exist just is silent."""
        if not self._end.alive:
            raise ConfigError("This hub is closed. Make a new lab: lab = Lab()")
        for symbol in symbols:
            if symbol not in self._known and self._client is not None:
                with known_symbols(self._client, symbol):
                    self._client.ticker_price(symbol)
            self._known.add(symbol)

    # All of them.

    def status(self) -> pd.DataFrame:
        """A row for each object, then one for each connection, the account's included.

        Columns: ``kind`` and ``name``; ``state``; ``messages`` that came; ``age_s`` since the last
        (NaN before the first); ``dropped`` and ``garbled`` messages (0 for connections);
        ``gaps`` that are not filled; ``error``, the latest.
        """
        rows = [_object_row(made) for made in self.objects]
        connections = self._streams.status() + [api.status() for api in self._apis]
        rows += [_connection_row(row) for row in connections]
        columns = list(zip(*rows, strict=True)) or [()] * len(_STATUS)
        return pd.DataFrame(
            {
                name: pd.array(values, dtype=dtype)  # type: ignore[call-overload]
                for (name, dtype), values in zip(_STATUS.items(), columns, strict=True)
            }
        )

    def close(self) -> None:
        """Close all objects and end the threads; what they hold can still be read."""
        self._end()


_STATUS = {
    "kind": "string",
    "name": "string",
    "state": "string",
    "messages": "int64",
    "age_s": "float64",
    "dropped": "int64",
    "garbled": "int64",
    "gaps": "int64",
    "error": "string",
}


def _user_data(
    ws_api: Callable[[], WebsocketAPI],
    apis: list[WebsocketAPI],
    on_event: Callable[[UserEvent], None],
    on_connection: Callable[[ConnectionEvent], None],
) -> UserData:
    api = ws_api()
    if api not in apis:
        apis.append(api)
    return UserData(api, on_event, on_connection=on_connection)


def _object_row(made: LiveObject) -> tuple[Any, ...]:
    age_s = made.last_message_age_s
    return (
        type(made).__name__,
        made.subject,
        made.state,
        made.received,
        np.nan if age_s is None else age_s,
        made.dropped,
        made.garbled,
        made.open_gaps,
        str(made.error or ""),
    )


def _connection_row(row: dict[str, Any]) -> tuple[Any, ...]:
    age_s = row.get("last_message_age_s")
    return (
        "connection",
        str(row.get("connection", "")),
        str(row.get("state", "")),
        int(row.get("messages") or 0),
        np.nan if age_s is None else age_s,
        0,
        0,
        0,
        str(row.get("error") or ""),
    )


def _drop(objects: dict[tuple[Any, ...], LiveObject], key: tuple[Any, ...], made: O) -> None:
    """Hold a closed object no longer: what it has belongs to whoever asked for it."""
    if objects.get(key) is made:
        del objects[key]


def _end(objects: dict[tuple[Any, ...], LiveObject], runtime: Runtime) -> None:
    for made in list(objects.values()):
        made.close()
    runtime.close()
