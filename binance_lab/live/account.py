"""Account: balances, open orders and fills, kept current by the account's own events."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from binance_lab.connector.connection import ConnectionEvent
from binance_lab.frames.account import balances_frame
from binance_lab.frames.columns import Numbers
from binance_lab.frames.my_trades import my_trades_frame
from binance_lab.frames.orders import orders_frame
from binance_lab.wire.user_events import ExecutionReport, StreamTerminated, UserEvent

from .backfill import Fetch
from .base import LiveObject, LiveState
from .holdings import Difference, FillKey, Holdings, Json, fill_key, fill_of, row_key
from .runtime import Runtime

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot
    from binance_lab.connector.user_data import UserData

MAX_FILLS = 100_000
MAX_DIFFERENCES = 1_000
PAGE = 1_000  # trades that REST tells at once


class Account(LiveObject):
    """An account's balances, open orders and fills.

    REST tells them at the start, after every reconnect and on `reconcile`; in between the user
    data stream's events change them. Where REST tells otherwise than the events did, REST
    counts, and `differences` says what it was. Fills that no event told are fetched for every
    symbol that had an order or a fill here: REST tells them of one symbol at a time.

    Args:
        client: With a key.
        user_data: Makes the subscription; called with what takes its events, and with what
            takes its connection's.
    """

    def __init__(
        self,
        client: Spot,
        user_data: Callable[
            [Callable[[UserEvent], None], Callable[[ConnectionEvent], None]], UserData
        ]
        | None = None,
        *,
        runtime: Runtime | None = None,
    ) -> None:
        super().__init__("account", runtime=runtime)
        self._client = client
        self._make_user_data = user_data
        self._holdings: Holdings | None = None
        self._meanwhile: list[UserEvent] | None = None  # events since REST was last asked
        self._ask_again = False  # asked while REST was being asked: what it tells may be older
        self._fills: dict[FillKey, Json] = {}
        self._symbols: set[str] = set()  # that had an order or a fill
        self._since_ms = 0  # fills up to then were before the start
        self._differences: deque[tuple[int, Difference]] = deque(maxlen=MAX_DIFFERENCES)
        self.reconciled = 0
        """How often REST was asked and has answered."""

    # Reading.

    @property
    def balances(self) -> pd.DataFrame:
        """What it holds: see `frame`."""
        return self.frame()

    def frame(
        self,
        *,
        prices: Mapping[str, Any] | None = None,
        quote: str = "USDT",
        numbers: Numbers = "float",
    ) -> pd.DataFrame:
        """What it holds: the columns of `binance_lab.frames.balances_frame`, by asset.

        Args:
            prices: Last prices by symbol, for the column ``value`` in the quote asset.
        """
        with self._lock:
            known = dict(self._holdings.balances) if self._holdings is not None else {}
        rows = [
            {"asset": asset, "free": free, "locked": locked}
            for asset, (free, locked) in known.items()
            if Decimal(free) or Decimal(locked)
        ]
        return balances_frame(rows, prices=prices, quote=quote, numbers=numbers)

    def free(self) -> dict[str, Decimal]:
        """What can be spent, by asset."""
        with self._lock:
            known = dict(self._holdings.balances) if self._holdings is not None else {}
        return {asset: Decimal(free) for asset, (free, _) in known.items()}

    def locked(self) -> dict[str, Decimal]:
        """What open orders hold, by asset."""
        with self._lock:
            known = dict(self._holdings.balances) if self._holdings is not None else {}
        return {asset: Decimal(locked) for asset, (_, locked) in known.items()}

    @property
    def open_orders(self) -> pd.DataFrame:
        """The orders that can still trade: the columns of `binance_lab.frames.orders_frame`."""
        with self._lock:
            orders = list(self._holdings.open_orders.values()) if self._holdings is not None else []
        return orders_frame(orders)

    @property
    def fills(self) -> pd.DataFrame:
        """The trades since the start: the columns of `binance_lab.frames.my_trades_frame`."""
        with self._lock:
            fills = sorted(self._fills.values(), key=lambda fill: int(fill["time"]))
        return my_trades_frame(fills)

    @property
    def differences(self) -> pd.DataFrame:
        """Where REST told otherwise than the events: what they missed.

        Columns: ``time`` (UTC), ``what`` (an asset, or ``BTCUSDT order 123``), ``known``, ``told``.
        """
        with self._lock:
            rows = list(self._differences)
        times = pd.to_datetime([time_ns for time_ns, _ in rows], unit="ns", utc=True)
        found = [difference for _, difference in rows]
        return pd.DataFrame(
            {
                "time": pd.DatetimeIndex(times).as_unit("us"),
                **{
                    name: pd.array([getattr(one, name) for one in found], dtype="string")
                    for name in ("what", "known", "told")
                },
            }
        )

    def _data_state(self) -> LiveState:
        return "connecting" if self._holdings is None else "live"

    def _about(self) -> str:
        if self._holdings is None:
            return ""
        return f"{len(self._holdings.open_orders)} open orders"

    # Following.

    def on_report(self, callback: Callable[[ExecutionReport], None]) -> Callable[[], None]:
        """Call back with each execution report, in order; what is returned takes it back.

        The calls come on a thread of their own; an exception is logged once and ends nothing.
        """

        def reports_only(event: UserEvent) -> None:
            if isinstance(event, ExecutionReport):
                callback(event)

        return self.follow(reports_only, size=MAX_FILLS).close

    def start(self) -> None:
        """Subscribe, and ask REST; returns at once."""
        if self._make_user_data is None:
            self.reconcile()
            return
        user_data = self._make_user_data(self.take_event, self.connection_changed)
        self.at_close(user_data.close)
        Fetch(
            self._runtime,
            user_data.start,
            deliver=lambda started: self._subscribed(),
            give_up=lambda error: self._failed(error, fatal=True),
            wanted=lambda: not self._stopped,
            tries=None,
        ).start()

    def reconcile(self) -> None:
        """Ask REST for everything, and note where it tells otherwise; returns at once."""
        self._runtime.apply(self._ask)

    def take_event(self, event: UserEvent) -> None:
        """Take an event of the user data stream; any thread, at once back."""
        self.received += 1
        self._taken += 1
        self.last_message_ns = time.time_ns()
        self._apply(lambda: self._take([event]))

    # On the applying thread.

    def _take(self, events: list[Any]) -> Sequence[Any]:
        for event in events:
            if self._meanwhile is not None:
                self._meanwhile.append(event)
            if self._holdings is not None:
                self._holdings.apply(event)
            if isinstance(event, ExecutionReport):
                self._symbols.add(event.symbol)
                if event.execution_type == "TRADE":
                    self._keep_fill(fill_key(event), fill_of(event))
            if isinstance(event, StreamTerminated):
                self._connected = False
        return events

    def _subscribed(self) -> None:
        self._connected = True
        self._ask()

    def _reconnected(self) -> None:
        if self._holdings is not None:
            self._ask()

    def _ask(self) -> None:
        """Ask REST; events that come meanwhile are put on top of what it answers."""
        with self._lock:
            if self._meanwhile is not None:
                self._ask_again = True
                return
            self._meanwhile = []
        Fetch(
            self._runtime,
            self._fetch,
            deliver=self._told,
            give_up=self._not_told,
            wanted=lambda: not self._stopped,
            tries=None,
        ).start()

    def _fetch(self) -> tuple[Holdings, list[Json]]:
        account = self._client.account(omitZeroBalances=True)
        told = Holdings.of(account, self._client.get_open_orders())
        with self._lock:
            known = self._holdings
            symbols = sorted(self._symbols)
        if known is None:
            return told, []
        return told, [row for symbol in symbols for row in self._trades(symbol, known.updated)]

    def _trades(self, symbol: str, since_ms: int) -> Iterator[Json]:
        """The account's trades of a symbol from a time on."""
        rows = self._client.my_trades(symbol, startTime=since_ms, limit=PAGE)
        yield from rows
        while len(rows) == PAGE:
            rows = self._client.my_trades(symbol, fromId=rows[-1]["id"] + 1, limit=PAGE)
            yield from rows

    def _told(self, answer: tuple[Holdings, list[Json]]) -> None:
        self._change(lambda: self._settle(*answer))
        self._call_back_soon()
        if self._ask_again:
            self._ask_again = False
            self._ask()

    def _settle(self, told: Holdings, trades: list[Json]) -> Sequence[Any]:
        if self._holdings is None:
            self._since_ms = told.updated
        self._symbols |= {symbol for symbol, _ in told.open_orders}
        for event in self._meanwhile or ():
            told.apply(event)
        self._meanwhile = None
        now = time.time_ns()
        differences = self._holdings.differences(told) if self._holdings is not None else []
        self._differences += [(now, difference) for difference in differences]
        self._holdings = told
        for row in trades:
            if row["time"] > self._since_ms:
                self._keep_fill(row_key(row), row)
        self.reconciled += 1
        return (told,)

    def _keep_fill(self, key: FillKey, fill: Json) -> None:
        """Keep a fill, once, however often and from where it is told."""
        self._fills.setdefault(key, fill)
        if len(self._fills) > MAX_FILLS:
            del self._fills[next(iter(self._fills))]

    def _not_told(self, error: Exception) -> None:
        with self._lock:
            self._meanwhile = None
            self._ask_again = False
        self._failed(error, fatal=self._holdings is None)
