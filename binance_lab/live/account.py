"""Account: balances, open orders and fills, kept current by the account's own events."""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from binance_lab.connector.connection import ConnectionEvent
from binance_lab.connector.exceptions import BadInput
from binance_lab.wire.user_events import (
    AccountPosition,
    BalanceUpdate,
    ExecutionReport,
    StreamTerminated,
    UserEvent,
)
from binance_lab.wire.words import counted

from .account_frames import AccountFrames
from .account_history import AccountHistory
from .audit import Audit, Pairs
from .backfill import Fetch
from .holdings import FillKey, Holdings, Json, fill_key, fill_of, row_key
from .ledger import Gap
from .runtime import Runtime

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot
    from binance_lab.connector.user_data import UserData

MAX_FILLS = 100_000
MAX_MEANWHILE = 100_000  # events that are kept to be put on top of REST's answer
CHECK_EVERY_S = 300.0
SETTLE_S = 2.0  # for a trade's report and its balances to come both
SEARCH_EVERY_S = 60.0  # at most, since a search that found nothing
MAX_ASKED = 50  # symbols whose trades are asked for anyway; of more, those whose assets changed
MAX_SUSPECTS = 20  # symbols that a search asks about, each with a weight of 20

_log = logging.getLogger("binance_lab.live")


class Account(AccountFrames):
    """An account's balances, open orders and fills.

    REST tells them at the start, after every reconnect and on `reconcile`; in between the user
    data stream's events change them. Where REST tells otherwise than the events did, REST
    counts, and `differences` says what it was. Fills that no event told are fetched for every
    symbol that had an order or a fill here, of many for those whose assets changed: REST tells
    them of one symbol at a time.

    An event that is lost without a word shows in the balances: those that events tell, and those
    that REST is asked for every few minutes, must be what fills and transfers make of the ones
    before. Where they aren't, REST is asked for everything, then for the trades of symbols whose
    assets changed, which finds what was traded elsewhere, too. What nothing explains is listed
    in `gaps`, between two times in ms; `refill` looks for it once more.

    Args:
        client: With a key.
        user_data: Makes the subscription; called with what takes its events, and with what
            takes its connection's.
        check_every_s: What the property of this name is at first.
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
        check_every_s: float | None = CHECK_EVERY_S,
    ) -> None:
        super().__init__(runtime=runtime)
        self._history = AccountHistory(client)
        self._make_user_data = user_data
        self._check_every_s = _checked(check_every_s)
        self._check_turn = 0  # one more with each change of it: earlier ones check no more
        self._meanwhile: list[UserEvent] | None = None  # events since REST was last asked
        self._ask_again = False  # asked while REST was being asked: what it tells may be older
        self._overflown = False  # events that were to be put on REST's answer were too many
        self._symbols: set[str] = set()  # that had an order or a fill
        self._since = 0  # fills up to then (ms) were before the start
        self._audit = Audit()
        self._looked = 0  # for what it leaves over: 1 reconciled, 2 searched as well
        self._look_due = False
        self._gave_up_s = float("-inf")
        self._asked = ""  # what was asked in vain, in words
        self._unexplained: dict[Gap, dict[str, Decimal]] = {}
        self._reopened: list[Gap] = []
        self.reconciled = 0
        """How often REST was asked and has answered."""
        self.overflows = 0
        """How often more events came than are kept while REST could not be reached."""

    @property
    def check_every_s(self) -> float | None:
        """So often REST is asked for balances and open orders although nothing is known to be wrong.

        With a weight of 100 each time; None for never. Set it to change it, from now on.

        Raises:
            BadInput: It is set to something that isn't above 0.
        """
        return self._check_every_s

    @check_every_s.setter
    def check_every_s(self, seconds: float | None) -> None:
        self._check_every_s = _checked(seconds)
        self._check_later(anew=True)

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
        self._check_later(anew=True)
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
            self._keep_meanwhile(event)
            if self._holdings is not None:
                self._book(event, changed=self._holdings.apply(event))
            if isinstance(event, ExecutionReport):
                self._symbols.add(event.symbol)
                if event.execution_type == "TRADE":
                    self._keep_fill(fill_key(event), fill_of(event))
            if isinstance(event, StreamTerminated):
                self._connected = False
        self._look_later()
        return events

    def _keep_meanwhile(self, event: UserEvent) -> None:
        """Keep an event for REST's answer; if they are too many, it is asked once more."""
        if self._meanwhile is None:
            return
        self._meanwhile.append(event)
        if len(self._meanwhile) > MAX_MEANWHILE:
            self._meanwhile.clear()
            self._overflown = True
            self.overflows += 1
            _log.warning(
                "account: %s events came while REST did not answer; they are no longer kept to be "
                "put on its answer, so it will be asked for everything once more",
                f"{MAX_MEANWHILE:,}",
            )

    def _book(self, event: UserEvent, *, changed: bool) -> None:
        """Audit what an event tells of balances; fills are as they are kept."""
        if isinstance(event, AccountPosition) and changed:
            balances = {each.asset: (each.free, each.locked) for each in event.balances}
            self._audit.tell(balances, event.updated_time)
        elif isinstance(event, BalanceUpdate) and event.event_time > self._since:
            self._audit.transfer(event.asset, event.change)

    def _subscribed(self) -> None:
        self._connected = True
        self._ask()

    def _reconnected(self) -> None:
        if self._holdings is not None:
            self._ask()

    # Asking REST.

    def _ask(self, *, trades: bool = True) -> None:
        """Ask REST; events that come meanwhile are put on top of what it answers."""
        with self._lock:
            if self._meanwhile is not None:
                self._ask_again = self._ask_again or trades
                return
            self._meanwhile = []
        self._fetch(partial(self._picture, trades=trades), partial(self._told, trades), final=True)

    def _fetch(
        self, ask: Callable[[], Any], deliver: Callable[[Any], None], *, final: bool = False
    ) -> None:
        Fetch(
            self._runtime,
            ask,
            deliver=deliver,
            give_up=self._not_told if final else self._failed,
            wanted=lambda: not self._stopped,
            tries=None,
        ).start()

    def _picture(self, *, trades: bool) -> tuple[Holdings, list[Json]]:
        told = self._history.holdings()
        with self._lock:
            if self._holdings is None or not trades:
                return told, []
            symbols = sorted(self._symbols.union(symbol for symbol, _ in told.open_orders))
            if len(symbols) > MAX_ASKED:
                symbols = self._audit.touched(symbols, told.balances)
            since = min(self._holdings.updated, self._audit.since or self._holdings.updated)
        return told, [row for symbol in symbols for row in self._history.trades(symbol, since)]

    def _told(self, trades: bool, answer: tuple[Holdings, list[Json]]) -> None:
        if self._overflown:
            self._overflown, self._ask_again, self._meanwhile = False, True, None
        else:
            self._change(lambda: self._settle(*answer))
            self._call_back_soon()
            self._looked = int(trades and not self._audit.settled)
        if self._ask_again:
            self._ask_again = False
            self._ask()
        self._look_later()

    def _settle(self, told: Holdings, rows: list[Json]) -> Sequence[Any]:
        events, self._meanwhile = self._meanwhile or (), None
        self._symbols |= {symbol for symbol, _ in told.open_orders}
        if self._holdings is None:
            self._begin(told, events)
        else:
            for event in events:
                told.apply(event)
            now = time.time_ns()
            self._differences += [(now, each) for each in self._holdings.differences(told)]
            self._audit.tell_all(told.balances, told.updated)
        self._holdings = told
        self._keep_rows(rows)
        self.reconciled += 1
        return (told,)

    def _begin(self, told: Holdings, events: Iterable[UserEvent]) -> None:
        """Take REST's first picture, and what came since."""
        self._since = told.updated
        self._audit.begin(told.balances, told.updated)
        for event in events:
            self._book(event, changed=told.apply(event))
        for fill in self._fills.values():
            if fill["time"] > self._since:
                self._audit.trade(fill)

    def _keep_rows(self, rows: Iterable[Json]) -> bool:
        """Keep what REST tells of trades; whether any of them is news."""
        before = len(self._fills)
        for row in rows:
            if row["time"] > self._since:
                self._symbols.add(row["symbol"])
                self._keep_fill(row_key(row), row)
        return len(self._fills) > before

    def _keep_fill(self, key: FillKey, fill: Json) -> None:
        """Keep a fill, once, however often and from where it is told."""
        if key in self._fills:
            return
        self._fills[key] = fill
        if len(self._fills) > MAX_FILLS:
            del self._fills[next(iter(self._fills))]
        if self._holdings is not None and fill["time"] > self._since:
            self._audit.trade(fill)

    def _not_told(self, error: Exception) -> None:
        with self._lock:
            self._meanwhile = None
            self._ask_again = self._overflown = False
        self._failed(error, fatal=self._holdings is None)

    # Looking for what was not told.

    def _check_later(self, *, anew: bool = False) -> None:
        """Ask for balances and open orders in a while; nothing is kept alive by that."""
        self._check_turn += anew
        if self._check_every_s is not None:
            account, turn = weakref.ref(self), self._check_turn
            self._runtime.fetch(lambda: _check(account, turn), delay_s=self._check_every_s)

    def _check(self) -> None:
        if self._holdings is not None and self._connected is not False:
            self._runtime.apply(partial(self._ask, trades=False))
        self._check_later()

    def _look_later(self) -> None:
        """See in a moment whether something is left over that nothing explains."""
        if self._holdings is None or self._look_due:
            return
        if self._audit.settled and not self._reopened:
            return
        self._look_due = True
        rest_s = self._gave_up_s + SEARCH_EVERY_S - time.monotonic()
        look = partial(self._runtime.apply, self._look)
        self._runtime.fetch(look, delay_s=max(SETTLE_S, rest_s))

    def _look(self) -> None:
        """Take the next step to explain the balances, if they still are not."""
        self._look_due = False
        if self._stopped or self._meanwhile is not None or self._connected is False:
            return  # REST is being asked, or will be after the reconnect
        if self._audit.settled:
            self._looked = 0
            self._change(self._found)
        elif self._audit.unknown:
            self._fetch(self._assets, self._learn)
        elif self._looked == 0:
            self._ask()
        elif self._looked == 1:
            self._fetch(self._search, self._take_found)
        else:
            self._change(self._write_off)
            self._call_back_soon()

    def _assets(self) -> tuple[list[str], Pairs]:
        """Ask what the symbols of trades trade."""
        with self._lock:
            symbols = self._audit.unknown
        return symbols, self._history.pairs(symbols)

    def _learn(self, answer: tuple[list[str], Pairs]) -> None:
        symbols, pairs = answer
        with self._lock:
            self._audit.learn(pairs, symbols)
        self._look_later()

    def _search(self) -> tuple[list[Json], str]:
        """Ask for trades of the symbols that could explain what is left over."""
        pairs = self._history.all_pairs()
        with self._lock:
            self._audit.learn(pairs)
            since, known = self._audit.since, set(self._symbols)
            suspects = self._audit.suspects(pairs, known)
        asked = suspects[:MAX_SUSPECTS]
        rows = [row for symbol in asked for row in self._history.trades(symbol, since)]
        for symbol in sorted(known.union(asked)):
            rows += self._history.allocations(symbol, since)
        more = len(suspects) - len(asked)
        left = f", {more:,} more could have been" if more else ""
        return rows, f"asked for those of {counted(len(asked), 'symbol')}{left}"

    def _take_found(self, answer: tuple[list[Json], str]) -> None:
        rows, self._asked = answer
        self._change(lambda: rows if self._keep_rows(rows) else ())
        self._looked = 0 if self._audit.settled else 2
        self._look_later()

    def _found(self) -> Sequence[Any]:
        for gap in self._reopened:
            self.ledger.fill(gap.first, gap.last, reason="found by REST")
        self._reopened.clear()
        return ()

    def _write_off(self) -> Sequence[Any]:
        """List what nothing explains."""
        assert self._holdings is not None
        self._looked, self._gave_up_s = 0, time.monotonic()
        since, changes = self._audit.since, self._audit.write_off()
        gaps = self._reopened or [self.ledger.note(since, max(since, self._holdings.updated))]
        self._reopened = []
        told = ", ".join(
            f"{asset} {change.normalize():+f}" for asset, change in sorted(changes.items())
        )
        for gap in gaps:
            self.ledger.give_up(
                gap,
                f"no trade or transfer that is known explains {told}: a deposit, withdrawal or "
                f"conversion, or trades of other symbols ({self._asked})",
            )
            self._unexplained[gap] = {}
        self._unexplained[gaps[-1]] = changes
        return ()

    def _request(self, gap: Gap) -> None:
        self._runtime.apply(partial(self._change, partial(self._reopen, gap)))

    def _reopen(self, gap: Gap) -> Sequence[Any]:
        """Look once more for what a hole misses."""
        self._audit.restore(self._unexplained.pop(gap, {}), gap.first)
        self._reopened.append(gap)
        self._looked, self._gave_up_s = 1, float("-inf")
        self._look_later()
        return ()


def _check(account: weakref.ref[Account], turn: int) -> None:
    alive = account()
    if alive is not None and alive.state != "stopped" and alive._check_turn == turn:
        alive._check()


def _checked(seconds: float | None) -> float | None:
    if seconds is not None and not seconds > 0:
        raise BadInput(f"check_every_s is in seconds and above 0, or None, not {seconds!r}.")
    return seconds
