"""What an exchange is made of by its options: symbols, a market that moves, accounts with keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from binance_lab.exchange.agents import Agents
from binance_lab.exchange.clock import Clock, RealClock, ScaledClock, SteppedClock
from binance_lab.exchange.past import SyntheticPast
from binance_lab.exchange.past_days import DailyValues
from binance_lab.exchange.server.app import Server
from binance_lab.exchange.server.auth import ApiKey
from binance_lab.exchange.server.venue import Venue
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS, SymbolRules, select_symbols

MAX_ACCOUNTS = 1000
# What a new account owns; of any other asset this much.
BALANCES = {"USDT": "100000", "EUR": "50000", "BTC": "2", "ETH": "30", "BNB": "100", "SOL": "400"}
OTHER_BALANCE = "100000"
MOST_BEHIND_US = 2_000_000  # after a computer's sleep, agents leave out what they missed
LONGEST_SLEEP_S = 1.0


class BadOptions(ValueError):
    """The exchange can't be started like this; the message says what to do."""


@dataclass(slots=True)
class Options:
    """How an exchange is to be."""

    seed: int = 1
    symbols: Sequence[str] | None = None
    replay: Sequence[str] = ()
    speed: float = 1.0
    data: str | None = None
    api_key: str | None = None
    api_secret: str | None = field(default=None, repr=False)
    accounts: int = 1
    faults: Sequence[str] = ()
    agents: bool = True
    stepped: bool = False


class World:
    """A venue, and what makes its market move."""

    def __init__(self, options: Options) -> None:
        self.options = options
        rules = _rules(options.symbols)
        if not 1 <= options.accounts <= MAX_ACCOUNTS:
            raise BadOptions(f"--accounts is a number from 1 to {MAX_ACCOUNTS}.")
        self.clock = _clock(options)
        start_us = self.clock()
        values = DailyValues(options.seed)
        self._pasts = {
            each.symbol: SyntheticPast(each, options.seed, end_us=start_us, values=values)
            for each in rules
        }
        self.venue = Venue(rules, clock=self.clock, pasts=self._pasts)
        self.users = [self._open_account(number) for number in range(options.accounts)]
        self._agents = self._hire(rules) if options.agents else None

    def _hire(self, rules: Sequence[SymbolRules]) -> Agents:
        return Agents(
            self.venue.engine,
            self.options.seed,
            rules,
            start_us=self.venue.now_us(),
            start_ticks={symbol: past.last_ticks for symbol, past in self._pasts.items()},
            most_behind_us=MOST_BEHIND_US,
        )

    def start(self, server: Server) -> None:
        """Let the market move."""
        if self._agents is not None:
            server.run(self._trade(self._agents))

    def close(self) -> None:
        """Let go of files."""

    async def _trade(self, agents: Agents) -> None:
        """Let the agents do what is due, whenever it is due, for ever."""
        while True:
            now_us = self.venue.now_us()
            due_us = agents.step(now_us)
            await asyncio.sleep(min(self.clock.delay_s(due_us), LONGEST_SLEEP_S))

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


def _rules(names: Sequence[str] | None) -> tuple[SymbolRules, ...]:
    if not names:
        return DEFAULT_SYMBOLS
    try:
        return select_symbols(dict.fromkeys(name.upper() for name in names))
    except ValueError as error:
        raise BadOptions(f"{error}. Name one or more of these with --symbols.") from None


def _clock(options: Options) -> Clock:
    real = RealClock()
    if options.stepped:
        return SteppedClock(real())
    if options.speed in (0, 1):
        return real
    return ScaledClock(real(), options.speed)
