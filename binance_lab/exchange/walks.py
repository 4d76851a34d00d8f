"""Where values drift: random walks in continuous time with fat tails and volatility that clusters."""

from __future__ import annotations

import math
from random import Random

from binance_lab.exchange.characters import MARKET_DAILY, activity, swing_of

DAY_S = 86_400.0
_CALM_S = (90.0, 3_600.0)  # how long agitation lasts: bursts of a minute, hours of unrest
_AGITATION = (0.55, 0.40)  # its standard deviation, in logarithms of volatility

_TAIL = 0.75  # a deviation in logarithms, that makes some steps much larger than most


class Walk:
    """The logarithm of a value, 0 at the start.

    The volatility is the daily one times how busy the hour is times two agitations, a short and a long
    one, each of which is forgotten over its time. Steps have fatter tails than the normal distribution.
    """

    def __init__(self, rng: Random, daily: float, start_us: int) -> None:
        self._rng = rng
        self._per_root_s = daily / math.sqrt(DAY_S)
        self._agitation = [rng.gauss(0.0, deviation) for deviation in _AGITATION]
        self._time_us = start_us
        self._value = 0.0

    def at(self, time_us: int) -> float:
        """The value at a time; times must not go back."""
        step_s = (time_us - self._time_us) / 1e6
        if step_s > 0 and self._per_root_s:
            self._time_us = time_us
            gauss = self._rng.gauss
            for index, (calm_s, deviation) in enumerate(zip(_CALM_S, _AGITATION, strict=True)):
                kept = math.exp(-step_s / calm_s)
                spread = deviation * math.sqrt(1.0 - kept * kept)
                self._agitation[index] = self._agitation[index] * kept + gauss(0.0, spread)
            volatility = self._per_root_s * math.exp(sum(self._agitation) - 0.2)
            shock = gauss(0.0, 1.0) * math.exp(gauss(0.0, _TAIL) - _TAIL * _TAIL)
            self._value += shock * volatility * math.sqrt(step_s * activity(time_us))
        return self._value


class Values:
    """The logarithm of each asset's value in dollars since the start: the market's walk and its own."""

    def __init__(self, seed: int, start_us: int) -> None:
        self._seed = seed
        self._start_us = start_us
        self._market = Walk(Random(f"{seed} market"), MARKET_DAILY, start_us)
        self._own: dict[str, Walk] = {}

    def pair(self, base: str, quote: str, time_us: int) -> float:
        """The logarithm of how a pair's price changed since the start."""
        return self._asset(base, time_us) - self._asset(quote, time_us)

    def _asset(self, asset: str, time_us: int) -> float:
        swing = swing_of(asset)
        walk = self._own.get(asset)
        if walk is None:
            rng = Random(f"{self._seed} {asset}")
            walk = self._own[asset] = Walk(rng, swing.daily, self._start_us)
        return walk.at(time_us) + swing.beta * self._market.at(time_us)
