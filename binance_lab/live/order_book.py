"""OrderBook: the order book of a symbol, rebuilt from a snapshot and every update since."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
import pandas as pd

from binance_lab.connector.exceptions import BadInput, BookGap, BookOutOfSync
from binance_lab.frames.columns import Numbers
from binance_lab.frames.depth import DepthAnswer, levels_frame
from binance_lab.wire.events import DepthUpdate, batch_decoder

from .backfill import Fetch
from .base import LiveObject, LiveState
from .ledger import Gap
from .levels import Level, Levels
from .runtime import Runtime
from .top import Top

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

SnapshotLimit: TypeAlias = Literal[100, 500, 1000, 5000]
MOST_LEVELS = 5000
BUFFER = 100_000  # updates kept while a snapshot is fetched; beyond, the oldest go
PATIENCE_S = 0.5  # until the next snapshot, if one was older than the first update
QUIET_S = {"100ms": 0.5, "1000ms": 1.5}  # by speed: so long the first update is waited for
PROOF_S = 2.0  # for the first update after a reconnect; then a snapshot is asked for
HORIZON_EVERY = 200  # updates between two looks at the horizon
HORIZON_LEVELS = 20  # so many levels a side must be known, else a new snapshot is taken

_snapshot = msgspec.json.Decoder(DepthAnswer[str])


class OrderBook(LiveObject):
    """The order book of a symbol, as the exchange has it.

    Updates are kept from the start; a snapshot that fits them begins the book; each update must
    continue the one before. After a skipped one the book is out of sync and takes a new
    snapshot by itself. After the connection was lost it is until an update, or a snapshot, tells
    that nothing was skipped.

    Whenever it isn't known to be as the exchange has it, because it is out of sync, the connection
    is lost or it was closed, reading raises `BookOutOfSync` and says why. Who wants what was last
    known asks for it: `top`, `frame`, `imbalance` and `cost` take ``stale=True``, and what `top`
    gives has the other figures: ``book.top(stale=True).mid``.

    Args:
        symbol: Such as BTCUSDT.
        client: Fetches snapshots; without one they must come by `offer_snapshot`.
        speed: ``100ms`` or ``1000ms`` between updates.
        levels: How many a side a snapshot has.

    Raises:
        BadInput: There is no such speed, or there are no such levels.
    """

    def __init__(
        self,
        symbol: str,
        *,
        client: Spot | None = None,
        runtime: Runtime | None = None,
        speed: Literal["100ms", "1000ms"] = "100ms",
        levels: SnapshotLimit = 5000,
    ) -> None:
        if speed not in QUIET_S:
            raise BadInput(f"A book's speed is one of {', '.join(QUIET_S)}, not {speed!r}.")
        if not isinstance(levels, int) or not 1 <= levels <= MOST_LEVELS:
            raise BadInput(
                f"A book's levels are how many of a side, 1 to {MOST_LEVELS}, not {levels!r}."
            )
        stream = f"{symbol.lower()}@depth" + ("@100ms" if speed == "100ms" else "")
        super().__init__(
            symbol,
            streams=(stream,),
            decode=batch_decoder(stream),
            counted="update id",
            runtime=runtime,
        )
        self.symbol = symbol
        self.resyncs = 0
        """How often it was out of sync and took a new snapshot."""
        self._client = client
        self._quiet_s = QUIET_S[speed]
        self._limit = levels
        self._levels: Levels | None = None
        self._in_sync = False
        self._fetching = False
        self._renewing = False  # in sync, and a snapshot is on its way all the same
        self._buffer: deque[DepthUpdate[str]] = deque(maxlen=BUFFER)
        self._gap: Gap | None = None
        self._applied = 0

    # Reading.

    @property
    def last_update_id(self) -> int:
        """The id of the last update in the book; as all that reads it, it may raise BookOutOfSync."""
        with self._lock:
            return self._read().last_update_id

    @property
    def best_bid(self) -> Level | None:
        """The highest bid, as (price, qty); None if there is none."""
        return self.top(1).best_bid

    @property
    def best_ask(self) -> Level | None:
        """The lowest ask, as (price, qty); None if there is none."""
        return self.top(1).best_ask

    @property
    def spread(self) -> float:
        """Best ask less best bid; NaN if a side is empty."""
        return self.top(1).spread

    @property
    def mid(self) -> float:
        """The price in the middle between best bid and best ask; NaN if a side is empty."""
        return self.top(1).mid

    @property
    def microprice(self) -> float:
        """The mid, nearer to the side with less on it: weighted by the other side's amount."""
        return self.top(1).microprice

    @property
    def horizon(self) -> tuple[float | None, float | None]:
        """Prices (bid, ask) beyond which levels may be missing; None where the side is whole.

        A snapshot has so many levels a side; what is behind them is told only when it changes.
        """
        with self._lock:
            return self._read().horizon

    def top(self, n: int = 20, *, stale: bool = False) -> Top:
        """The best n levels of both sides as (price, qty) pairs.

        Args:
            stale: True to get the last known levels.

        Raises:
            BadInput: n is less than 1.
            BookOutOfSync: It isn't known how the book is now; or, if stale, nothing is known yet.
        """
        _count(n)
        with self._lock:
            levels = self._read(stale=stale)
            return Top(levels.bids.best(n), levels.asks.best(n))

    def frame(
        self, n: int | None = None, *, numbers: Numbers = "float", stale: bool = False
    ) -> pd.DataFrame:
        """The best n levels of each side, all that are known if n is None.

        Columns are those of `binance_lab.frames.depth_frame`: ``side`` ``level`` ``price``
        ``qty`` ``total``. `attrs` has ``symbol``, ``last_update_id`` and ``horizon``.

        Args:
            numbers: ``decimal`` for the exact numbers that the server sent.
            stale: True to get the last known levels.

        Raises:
            BadInput: n is less than 1.
            BookOutOfSync: It isn't known how the book is now; or, if stale, nothing is known yet.
        """
        if n is not None:
            _count(n)
        sides: tuple[list[Any], list[Any]]
        with self._lock:
            levels = self._read(stale=stale)
            if numbers == "decimal":
                sides = _exact(levels.bids.text(n)), _exact(levels.asks.text(n))
            else:
                sides = levels.bids.best(n), levels.asks.best(n)
            update_id, horizon = levels.last_update_id, levels.horizon
        return levels_frame(
            *sides, numbers=numbers, symbol=self.symbol, last_update_id=update_id, horizon=horizon
        )

    def imbalance(self, n: int = 5, *, stale: bool = False) -> float:
        """(bid amount - ask amount) / both, over the best n levels: 1 is all bids, -1 all asks.

        Args:
            stale: True to reckon with the last known levels.

        Raises:
            BookOutOfSync: It isn't known how the book is now.
        """
        return self.top(n, stale=stale).imbalance

    def cost(self, side: Literal["BUY", "SELL"], qty: float, *, stale: bool = False) -> float:
        """The average price that a market order of this qty (base asset) would get now.

        NaN if the levels that are known don't hold as much.

        Args:
            stale: True to reckon with the last known levels.

        Raises:
            BookOutOfSync: It isn't known how the book is now.
        """
        with self._lock:
            levels = self._read(stale=stale)
            known = (levels.asks if side == "BUY" else levels.bids).best()
        left, paid = qty, 0.0
        for price, amount in known:
            taken = min(left, amount)
            paid += taken * price
            left -= taken
            if left <= 0:
                return paid / qty
        return float("nan")

    def _read(self, *, stale: bool = False) -> Levels:
        levels = self._levels
        if levels is not None and (stale or self.state == "live"):
            return levels
        raise BookOutOfSync(f"The book of {self.symbol} {self._trouble()}. {self._advice()}")

    def _trouble(self) -> str:
        """Why it can't be read."""
        state = self.state
        if state == "stopped":
            return "was closed"
        if state == "error":
            return f"can't go on: {_clause(self.error)}"
        if self._levels is None:
            why = _clause(self.error or self._lost_why)
            return "waits for its first snapshot" + (f": {why}" if why else "")
        if state == "stale":
            why = _clause(self._lost_why)
            lost = f"the connection is lost ({why})" if why else "the connection is lost"
            return f"is {self._age()}: {lost}"
        if self._in_sync:
            return f"is {self._age()}: the connection was lost, and updates may be missing"
        return f"is out of sync: {_clause(self.error) or 'updates are missing'}"

    def _age(self) -> str:
        age_s = self.last_message_age_s
        return "old" if age_s is None else f"{age_s:.0f} s old"

    def _advice(self) -> str:
        """What to do if it can't be read."""
        if self._stopped or self._fatal:
            do = f'Open it anew: lab.live.book("{self.symbol}")'
        else:
            do = "Wait for it: book.wait_live()"
        known = "; or read what was last known: book.top(stale=True)"
        return f"{do}{'' if self._levels is None else known}."

    def _data_state(self) -> LiveState:
        if self._in_sync:
            return "live"
        return "connecting" if self._levels is None else "out of sync"

    def _about(self) -> str:
        return "" if self._levels is None else f"at {self._levels.last_update_id}"

    # Snapshots.

    def resync(self) -> None:
        """Take a new snapshot, although nothing is known to be wrong; it stays readable."""
        self._runtime.apply(lambda: self._change(self._renew))

    def offer_snapshot(self, body: bytes) -> None:
        """Begin with a snapshot if the book waits for one; any thread, at once back.

        Args:
            body: What REST answered to depth.
        """
        self._runtime.apply(lambda: self._take_snapshot(body))

    def _renew(self) -> Sequence[Any]:
        """Ask for a snapshot while the book goes on."""
        if self._in_sync and self._client is not None and not self._renewing:
            self._renewing = True
            self._want_snapshot()
        return ()

    def _lose(self, gap: BookGap) -> None:
        """Go out of sync because of a gap."""
        self._fall_out()
        self._failed(gap)

    def _fall_out(self) -> None:
        """Go out of sync: what comes is kept for a snapshot."""
        self.resyncs += 1
        self._in_sync = self._renewing = self._doubted = False
        self._buffer.clear()

    def _want_snapshot(self, *, delay_s: float = 0.0) -> None:
        if self._client is None or self._fetching:
            return
        self._fetching = True
        Fetch(
            self._runtime,
            self._fetch,
            deliver=lambda fetched: self._take_snapshot(*fetched),
            give_up=self._no_snapshot,
            wanted=lambda: not self._stopped,
            tries=None,
        ).start(delay_s=delay_s)

    def _fetch(self) -> tuple[bytes, int]:
        """A snapshot, and how many losses of the connection came before it was asked for."""
        assert self._client is not None
        losses = self._losses
        return self._client.with_raw_body.depth(self.symbol, limit=self._limit), losses

    def _no_snapshot(self, error: Exception) -> None:
        self._fetching = False
        self._failed(error, fatal=True)

    def _take_snapshot(self, body: bytes, losses: int | None = None) -> None:
        self._fetching = False
        if self._in_sync and not self._renewing:
            return
        try:
            snapshot = _snapshot.decode(body)
        except ValueError as error:
            self._garbled(body, error)
            self._want_snapshot(delay_s=PATIENCE_S)
        else:
            lost_since = losses is not None and losses != self._losses
            self._change(lambda: self._begin(snapshot, lost_since=lost_since))
            self._call_back_soon()

    def _begin(self, snapshot: DepthAnswer[str], *, lost_since: bool) -> Sequence[Any]:
        """Begin anew with a snapshot and the updates that came meanwhile, if they fit it.

        What followed a snapshot may be missed as long as the connection is lost, and where it was
        lost after the snapshot was asked for.
        """
        behind = [
            update for update in self._buffer if update.last_update_id > snapshot.last_update_id
        ]
        if self._is_old(snapshot, behind):
            self._want_snapshot(delay_s=PATIENCE_S)
            return ()
        self._levels = Levels(snapshot, limit=min(self._limit, _longest(snapshot)))
        self._buffer.clear()
        self._in_sync, self._renewing, self._error = True, False, None
        self._doubted = lost_since or self._connected is False
        if self._doubted and self._connected:
            self._runtime.fetch(self._prove, delay_s=PROOF_S)
        if self._gap is not None:
            self.ledger.fill(self._gap.first, self._gap.last, reason="a new snapshot")
            self._gap = None
        self._take(behind)
        return behind or (snapshot,)

    def _is_old(self, snapshot: DepthAnswer[str], behind: list[DepthUpdate[str]]) -> bool:
        """Whether a snapshot, with the updates behind it, is of no use: the servers' lag differs.

        After the connection was lost it counts although its id is lower: an exchange of one's own
        that was started anew counts from the beginning.
        """
        if behind:  # older than the first update that was kept: what is between is not known
            return behind[0].first_update_id > snapshot.last_update_id + 1
        if self._levels is None or not self._in_sync or self._doubted:
            return False
        return snapshot.last_update_id < self._levels.last_update_id

    # Updates.

    def _disconnected(self) -> None:
        self._doubted = self._in_sync

    def _reconnected(self) -> None:
        """Ask for the first snapshot, behind the first update, or without one where the market is quiet.

        A book that was in sync waits for the next update first: if it continues the book, nothing
        is missing, which spares a snapshot.
        """
        with self._lock:
            if self._doubted:
                self._runtime.fetch(self._prove, delay_s=PROOF_S)
            elif not self._in_sync and self._buffer:
                self._want_snapshot()
            elif not self._in_sync:
                self._runtime.fetch(self._ask_if_quiet, delay_s=self._quiet_s)

    def _ask_if_quiet(self) -> None:
        """Ask for the first snapshot if nothing moves: every update since the connection would come."""
        self._runtime.apply(lambda: self._change(self._begin_quiet))

    def _begin_quiet(self) -> Sequence[Any]:
        if not self._in_sync and self._connected:
            self._want_snapshot()
        return ()

    def _prove(self) -> None:
        """Ask for a snapshot if no update has told yet whether one is missing."""
        if self._doubted and self._connected:
            self.resync()

    def _take(self, events: list[DepthUpdate[str]]) -> Sequence[Any]:
        news = []
        after = self._is_after_loss(events)
        for update in events:
            if not self._in_sync:
                self._keep(update)
            elif self._applies(update):
                news.append(update)
                if after:
                    self._doubted = False
                if self._renewing:
                    self._buffer.append(update)
            elif self._doubted and after:
                # The servers' lag differs, or an exchange of one's own was started anew and counts
                # from the beginning: then a later id would only seem to continue the book.
                self._fall_out()
                self._keep(update)
        return news

    def _applies(self, update: DepthUpdate[str]) -> bool:
        assert self._levels is not None
        try:
            applied = self._levels.apply(update)
        except BookGap as gap:
            self._gap = self.ledger.note(
                self._levels.last_update_id + 1, update.first_update_id - 1
            )
            self._lose(gap)
            self._keep(update)
            return False
        self._applied += 1
        if self._applied % HORIZON_EVERY == 0 and not self._levels.inside_horizon(HORIZON_LEVELS):
            self._renew()
        return applied

    def _keep(self, update: DepthUpdate[str]) -> None:
        """Buffer an update for the snapshot; one that skips others makes those before useless."""
        if self._buffer and update.first_update_id > self._buffer[-1].last_update_id + 1:
            self._buffer.clear()
        self._buffer.append(update)
        self._want_snapshot()


def _count(n: int) -> None:
    if not isinstance(n, int) or n < 1:
        raise BadInput(f"n is how many levels of a side: 1 or more, not {n!r}.")


def _longest(snapshot: DepthAnswer[str]) -> int:
    """A server may cap the limit: then its longer side tells it."""
    return max(len(snapshot.bids), len(snapshot.asks), 1)


def _clause(reason: object) -> str:
    """A reason, to go on behind."""
    return str(reason or "").rstrip(". ")


def _exact(levels: list[tuple[str, str]]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(price), Decimal(qty)) for price, qty in levels]
