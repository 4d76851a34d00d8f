"""What an exchange is made of by its options: symbols, a market that moves, accounts with keys."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from binance_lab.exchange.agents import Agents
from binance_lab.exchange.clock import Clock, RealClock, ScaledClock, SteppedClock
from binance_lab.exchange.past import fingerprint, make_pasts
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.app import Server
from binance_lab.exchange.server.auth import ApiKey
from binance_lab.exchange.server.call import Call
from binance_lab.exchange.server.gateway import Gateway
from binance_lab.exchange.server.player import Player
from binance_lab.exchange.server.routes import BY_METHOD
from binance_lab.exchange.server.store import Store, StoreError
from binance_lab.exchange.server.venue import Venue
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS, SymbolRules, select_symbols
from binance_lab.wire import errors
from binance_lab.wire.capture import CaptureError

MAX_ACCOUNTS = 1000
# What a new account owns; of any other asset this much.
BALANCES = {"USDT": "100000", "EUR": "50000", "BTC": "2", "ETH": "30", "BNB": "100", "SOL": "400"}
OTHER_BALANCE = "100000"
MOST_BEHIND_US = 2_000_000  # after a computer's sleep, agents leave out what they missed
BEAT_US = 40_000  # agents act no more often by themselves: waking costs more than what is done then
BACK_US = (
    5_000_000  # a clock set back by less is waited for; by more, time goes on from where it was
)
LONGEST_SLEEP_S = 1.0
SAVE_INTERVAL_S = 60.0

logger = logging.getLogger(__name__)


class BadOptions(ValueError):
    """The exchange can't be started like this; the message says what to do."""


@dataclass(slots=True)
class Options:
    """How an exchange is to be."""

    seed: int = 1
    symbols: Sequence[str] | None = None
    replay: Sequence[str] = ()
    speed: float = 1.0
    api_key: str | None = None
    api_secret: str | None = field(default=None, repr=False)
    accounts: int = 1
    faults: Sequence[str] = ()
    agents: bool = True
    stepped: bool = False
    data: str | None = None
    hold: bool = False


class World:
    """A venue, and what makes its market move."""

    def __init__(self, options: Options) -> None:
        self.options = options
        if not 1 <= options.accounts <= MAX_ACCOUNTS:
            raise BadOptions(f"--accounts is a number from 1 to {MAX_ACCOUNTS}.")
        self.player = _player(options) if options.replay else None
        recorded = self.player.rules if self.player else ()
        agents_rules = () if self.player and not options.symbols else _rules(options.symbols)
        agents_rules = tuple(each for each in agents_rules if each not in recorded)
        self._begun_us = RealClock()()
        self._store, saved, latest_us = _opened(options)
        self.clock = self.player.clock if self.player else _clock(options, latest_us)
        self._pasts = make_pasts(agents_rules, options.seed, end_us=self.clock())
        self.venue = Venue(
            recorded + agents_rules,
            clock=self.clock,
            pasts=self._pasts,
            recorded={each.symbol for each in recorded},
            real_time=isinstance(self.clock, RealClock),
        )
        self.users = [self._open_account(number) for number in range(options.accounts)]
        wanted = options.agents and agents_rules
        self._agents = self._hire(agents_rules) if wanted else None
        if saved is not None:
            self._go_on(saved, latest_us)
        self.save()
        self.venue.on_time = self._step

    def market(self) -> dict[str, Any]:
        """What tells this market from that of any other exchange.

        Returns:
            ``name``: exchanges of one name have the same past. ``lasts``: whether it is there again
            after a restart, with all that was traded. ``fixedUntilUs``: from then on the past is
            another one after a restart; None if it never is.
        """
        if self.player is not None:
            return {"name": f"replay-{self._begun_us:x}", "lasts": False, "fixedUntilUs": None}
        if self._store is None:
            name = f"seed-{self.options.seed}-{fingerprint(self.options.seed)}"
            return {"name": name, "lasts": False, "fixedUntilUs": self._begun_us}
        began = (market.started_us for market in self.venue.markets.values())
        begun_us = min(time for time in began if time is not None)
        return {"name": f"kept-{begun_us:x}", "lasts": True, "fixedUntilUs": None}

    def _state(self) -> tuple[Any, ...]:
        venue = self.venue
        return venue.engine, venue.markets, venue.keys, self.users, self._agents, venue.now_us()

    def _go_on(self, saved: tuple[Any, ...], latest_us: int) -> None:
        """Take what was saved, and do again what was done since."""
        assert self._store is not None
        engine, markets, keys, self.users, self._agents, _ = saved
        self.venue.adopt(engine, markets, keys, latest_us)
        for entry in self._store.journal():
            try:
                self._do_again(*entry)
            except Exception:
                # It failed when it was new, too, and was answered as an error. All that follows it on
                # record was acknowledged, so that nothing of it may be lost to it.
                logger.exception(
                    "%s on record failed again; the exchange goes on without it", entry[0]
                )
        given = self.options.api_key
        if given is not None and given not in {key.key for key in keys}:
            account_id = self.users[0].account_id
            self.users[0] = keys.add(account_id, key=given, secret=self.options.api_secret)

    def _do_again(self, kind: str, now_us: int, *what: Any) -> None:
        if kind == "step":
            if self._agents is not None:
                self._agents.step(now_us)
            return
        params, unit, account_id, used_up = what
        call = Call(self.venue, params, now_us, unit, account_id)
        if used_up:
            call.used_up = Reject(*errors.TOO_MANY_ORDERS)  # nobody reads it any more
        with suppress(Reject):  # refused as it was then
            BY_METHOD[kind].handler(call)

    def _record_call(self, method: str, call: Call) -> None:
        if self._store is not None:
            used_up = call.used_up is not None
            entry = (method, call.now_us, call.params, call.unit, call.account_id, used_up)
            self._store.record(entry)

    def _step(self, now_us: int) -> None:
        """Let the agents do what is due, on record."""
        agents = self._agents
        if agents is None or agents.due_us > now_us:
            return
        if self._store is not None:
            self._store.record(("step", now_us))
        agents.step(now_us)

    def _save_what_is(self) -> None:
        """After a command that failed half-way: keep what it left, as that is what is served from now on."""
        try:
            self.save()
        except Exception:
            logger.exception(
                "the exchange's state can't be saved; what was acknowledged is on record"
            )

    def save(self) -> None:
        """Put everything on record as it is now."""
        if self._store is not None:
            self._store.save(self._state())

    async def _save_often(self) -> None:
        """Keep the journal, and so a restart, short."""
        while True:
            await asyncio.sleep(SAVE_INTERVAL_S)
            self.save()

    def close(self) -> None:
        """Save, and let go of the files."""
        self.save()
        self.leave()

    def leave(self) -> None:
        """Let go of the files without saving: what was acknowledged is on record."""
        if self._store is not None:
            self._store.close()

    def _hire(self, rules: Sequence[SymbolRules]) -> Agents:
        speed = max(self.options.speed, 1.0)
        return Agents(
            self.venue.engine,
            self.options.seed,
            rules,
            start_us=self.venue.now_us(),
            start_ticks={symbol: past.last_ticks for symbol, past in self._pasts.items()},
            most_behind_us=None if self.options.stepped else int(MOST_BEHIND_US * speed),
        )

    def keep(self, gateway: Gateway) -> None:
        """Put on record whatever a gateway is about to do."""
        gateway.record = self._record_call
        gateway.broke_off = self._save_what_is

    def start(self, server: Server) -> None:
        """Let the market move."""
        if self._store is not None:
            self.keep(server.gateway)
            server.run(self._save_often())
        server.publisher.speed = self.options.speed or 1.0
        if self.player is not None:
            server.publisher.recorded = self.player.streams
            server.publisher.subscribed = self.player.subscribed
            server.run(self.player.play(server))
        if isinstance(self.clock, SteppedClock):
            self.clock.on_step.append(lambda now_us: self._stepped(server, now_us))
        elif self._agents is not None:
            server.run(self._trade(self._agents))

    def _stepped(self, server: Server, now_us: int) -> None:
        """Do all that became due by a step of the clock."""
        self.venue.catch_up()
        server.listen_keys.expire(now_us)
        server.publisher.flush()
        server.publisher.beat()

    async def _trade(self, agents: Agents) -> None:
        """Let the agents do what is due even if nobody asks, for ever."""
        while True:
            next_us = self.venue.catch_up() + BEAT_US
            delay_s = self.clock.delay_s(max(next_us, agents.due_us))
            await asyncio.sleep(min(delay_s, LONGEST_SLEEP_S))

    def _open_account(self, number: int) -> ApiKey:
        balances = {
            asset: Decimal(BALANCES.get(asset, OTHER_BALANCE)) for asset in self.venue.assets
        }
        account = self.venue.engine.open_account(balances)
        first = number == 0
        return self.venue.keys.add(
            account.id,
            key=self.options.api_key if first else None,
            secret=self.options.api_secret if first else None,
        )


def _player(options: Options) -> Player:
    try:
        return Player(options.replay, speed=options.speed, hold=options.hold)
    except (CaptureError, OSError, ValueError) as error:
        raise BadOptions(f"The recording can't be replayed: {error}.") from None


def _rules(names: Sequence[str] | None) -> tuple[SymbolRules, ...]:
    if not names:
        return DEFAULT_SYMBOLS
    try:
        return select_symbols(dict.fromkeys(name.upper() for name in names))
    except ValueError as error:
        raise BadOptions(f"{error}. Name one or more of these with --symbols.") from None


def _opened(options: Options) -> tuple[Store | None, tuple[Any, ...] | None, int]:
    """The folder's store, what it has saved, and up to when (µs since 1970); None and 0 if there is none."""
    if not options.data:
        return None, None, 0
    if options.replay:
        raise BadOptions("A replay keeps no state: leave out --data, or --replay.")
    try:
        store = Store(options.data)
        saved = store.snapshot()
        times_us = [now_us for _, now_us, *_ in store.journal()]
    except StoreError as error:
        raise BadOptions(str(error)) from None
    return store, saved, max([*times_us, 0 if saved is None else saved[-1]])


def _clock(options: Options, latest_us: int) -> Clock:
    """Time as it is to run, from where a folder's exchange has come to, if that is ahead."""
    real = RealClock()
    start_us = max(real(), latest_us)
    if options.stepped:
        return SteppedClock(start_us)
    if options.speed in (0, 1) and latest_us - real() < BACK_US:
        return real
    return ScaledClock(start_us, options.speed or 1.0)
