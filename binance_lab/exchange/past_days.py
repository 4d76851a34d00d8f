"""The days of synthetic history: where each asset's value was at every midnight, and each day's bar."""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import date
from itertools import accumulate
from random import Random
from statistics import NormalDist

from binance_lab.exchange.candles import DAY_US
from binance_lab.exchange.characters import (
    MARKET_DAILY,
    Character,
    character_of,
    dollars_of,
    swing_of,
)
from binance_lab.exchange.past_bars import LEAST_QUADS, LEAST_UNITS, UNIT_TRADES, Bar, Flow
from binance_lab.exchange.past_shocks import Shocks
from binance_lab.exchange.symbols import ATOMS, SymbolRules

EPOCH_DAY = date(2017, 7, 1).toordinal() - date(1970, 1, 1).toordinal()
"""The first day of history, in days since 1970."""

LISTED = {
    "ETHBTC": "2017-07-14",
    "BNBBTC": "2017-07-14",
    "BTCUSDT": "2017-08-17",
    "ETHUSDT": "2017-08-17",
    "BNBUSDT": "2017-11-06",
    "ADAUSDT": "2018-04-17",
    "XRPUSDT": "2018-05-04",
    "BTCUSDC": "2018-12-15",
    "DOGEUSDT": "2019-07-05",
    "BTCEUR": "2020-01-03",
    "SOLUSDT": "2020-08-11",
    "SHIBUSDT": "2021-05-10",
}
"""When trading began; the epoch for symbols that are not here."""

_DAY = 0  # the level of a day's shocks
_KEPT = 1 - 1 / 150  # of its distance from the mean, a value keeps each day
_UNREST_KEPT = 0.96  # of how restless the market is
_UNREST = 0.14  # what each day adds to it, a standard deviation of a logarithm
_MEAN_ORDERS = 9.0  # a mean trade, in medians: sizes are very uneven


class DailyWalk:
    """A value's logarithm at each midnight since the epoch, and how restless each day is."""

    def __init__(self, seed: str, daily: float) -> None:
        self._rng = Random(seed)
        self._daily = daily
        self._values = [0.0]
        self._unrest = [0.0]

    def value(self, day: int) -> float:
        """At the day's first moment; days count from the epoch."""
        self._grow(day)
        return self._values[day]

    def volatility(self, day: int) -> float:
        """Of the day."""
        self._grow(day + 1)
        return self._daily * math.exp(self._unrest[day + 1] - 0.2)

    def _grow(self, day: int) -> None:
        gauss = self._rng.gauss
        for _ in range(len(self._values), day + 1):
            unrest = self._unrest[-1] * _UNREST_KEPT + gauss(0.0, _UNREST)
            tail = math.exp(gauss(0.0, 0.45) - 0.1)
            move = gauss(0.0, self._daily) * tail * math.exp(unrest - 0.2)
            self._unrest.append(unrest)
            self._values.append(self._values[-1] * _KEPT + move)


class DailyValues:
    """The values of all assets in dollars at each midnight; one for all symbols of an exchange."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._market = DailyWalk(f"{seed} days", MARKET_DAILY)
        self._own: dict[str, DailyWalk] = {}

    def pair(self, base: str, quote: str, day: int) -> float:
        """The logarithm of a pair's price at a day's first moment, 0 in the mean."""
        return self._asset(base, day) - self._asset(quote, day)

    def volatility(self, base: str, quote: str, day: int) -> float:
        """A pair's volatility on a day."""
        beta = swing_of(base).beta - swing_of(quote).beta
        own = [self._walk(asset).volatility(day) for asset in (base, quote)]
        return math.hypot(*own, beta * self._market.volatility(day))

    def unrest(self, day: int) -> float:
        """How many times as restless as usual the market is on a day."""
        return self._market.volatility(day) / MARKET_DAILY

    def _asset(self, asset: str, day: int) -> float:
        return self._walk(asset).value(day) + swing_of(asset).beta * self._market.value(day)

    def _walk(self, asset: str) -> DailyWalk:
        walk = self._own.get(asset)
        if walk is None:
            walk = DailyWalk(f"{self._seed} days {asset}", swing_of(asset).daily)
            self._own[asset] = walk
        return walk


class Days:
    """The bars of one symbol's days. Days count from the epoch.

    Attributes:
        first: The day on which trading began.
        chunk_lots: How many lots a chunk is, see ``past_bars``.
        chunk_atoms: What a chunk costs per tick, in atoms.
    """

    def __init__(self, rules: SymbolRules, seed: int, values: DailyValues, shocks: Shocks) -> None:
        self._rules = rules
        self._seed = seed
        self._values = values
        self._shocks = shocks
        self._character: Character = character_of(rules.symbol)
        listed = LISTED.get(rules.symbol)
        self.first = date.fromisoformat(listed).toordinal() - _EPOCH_ORDINAL if listed else 0
        self.chunk_lots = self._chunk()
        self.chunk_atoms = rules.tick_atoms * rules.step_atoms * self.chunk_lots // ATOMS
        self._bars: dict[int, Bar] = {}
        self._first_units = [0]

    def bar(self, day: int) -> Bar:
        """The bar of a day."""
        bar = self._bars.get(day)
        if bar is None:
            bar = self._bars[day] = self._make(day)
        return bar

    def of_unit(self, unit: int) -> int:
        """The day on which a unit traded."""
        while self._first_units[-1] <= unit:
            self._first_unit(self.first + len(self._first_units))
        return self.first + bisect_right(self._first_units, unit) - 1

    def _chunk(self) -> int:
        chunk = 1
        while self._rules.tick_atoms * self._rules.step_atoms * chunk % ATOMS:
            chunk *= 10
        return chunk

    def _make(self, day: int) -> Bar:
        rng = Random(f"{self._seed} {self._rules.symbol} {day}")
        base, quote = self._rules.base, self._rules.quote
        opened, closed = (self._midnight_ticks(each) for each in (day, day + 1))
        volatility = 0.8 * self._values.volatility(base, quote, day)
        up, down = self._shocks.pair(base, quote, _DAY, (EPOCH_DAY + day) * 1440, 2)
        high = round(_extreme(opened, closed, volatility, up))
        low = max(round(-_extreme(-opened, -closed, volatility, down)), 1)
        units = self._units(day)
        quads = int(units * self._unit_quads() * math.exp(rng.gauss(-0.03, 0.25)))
        part = min(max(rng.gauss(0.5, 0.03) + (closed - opened) / opened, 0.3), 0.7)
        least = LEAST_QUADS * 2 * units
        middle = (opened + closed) / 2 - low
        place = min(max(0.25 + middle / (high - low + 1) / 2 + rng.gauss(0.0, 0.04), 0.3), 0.7)
        bought, sold = max(int(quads * part), least), max(int(quads * (1 - part)), least)
        return Bar(
            (EPOCH_DAY + day) * DAY_US,
            opened,
            high,
            low,
            closed,
            self._first_unit(day),
            units,
            *(_flow(each, place, low, high) for each in (bought, sold)),
        )

    def _midnight_ticks(self, day: int) -> int:
        value = self._values.pair(self._rules.base, self._rules.quote, day)
        price = float(self._rules.fair_price) * math.exp(value)
        return max(round(price / float(self._rules.tick)), 2)

    def _units(self, day: int) -> int:
        """How many units trade: more on restless days, fewer at weekends."""
        weekend = 0.75 if (EPOCH_DAY + day + 3) % 7 >= 5 else 1.0  # 1970-01-01 was a Thursday
        pace = self._character.trades_per_min / UNIT_TRADES * weekend * self._values.unrest(day)
        return int(1440 * max(pace, LEAST_UNITS * 1.1))

    def _unit_quads(self) -> float:
        """Mean quads of a unit, bought and sold together."""
        dollars = _MEAN_ORDERS * self._character.order_usd * UNIT_TRADES
        lot = float(self._rules.fair_price * self._rules.step) * dollars_of(self._rules.quote)
        return dollars / lot / self.chunk_lots / 4

    def _first_unit(self, day: int) -> int:
        known = self._first_units
        if self.first + len(known) <= day:
            days = range(self.first + len(known) - 1, day)
            known += list(accumulate(map(self._units, days), initial=known[-1]))[1:]
        return known[day - self.first]


_NORMAL = NormalDist()
_EPOCH_ORDINAL = date(2017, 7, 1).toordinal()


def _extreme(opened: float, closed: float, volatility: float, shock: float) -> float:
    """How high a random walk from open to close goes in between, by a normal random number."""
    deviation = abs(opened) * volatility
    move = closed - opened
    chance = -2.0 * math.log(_NORMAL.cdf(-shock)) * deviation * deviation
    return opened + (move + math.sqrt(move * move + chance)) / 2


def _flow(quads: int, place: float, low: int, high: int) -> Flow:
    """An amount at the average price that is so far up the range."""
    return Flow(quads, 4 * quads * low + int(4 * quads * (high - low) * place))
