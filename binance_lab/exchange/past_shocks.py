"""The shocks that move prices within the days of synthetic history: the market's, and each asset's own.

A pair moves by what moves its assets, at every scale from hours to minutes: so pairs that have the market or
an asset in common move together within a day as they do from day to day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from zlib import crc32

from binance_lab.exchange.characters import MARKET_DAILY, swing_of

_MARKET, _UNREST = "", "unrest"  # among assets' names
_RESTLESS = 0.7  # a deviation in logarithms, of how busy the parts of a time are
_KEPT = 1_000  # drawings: what the symbols that are asked for in turn have in common


class Shocks:
    """Random numbers for the parts of a time; one for all symbols of an exchange."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._weights: dict[tuple[str, str], list[tuple[str, float]]] = {}
        self._drawn = lru_cache(maxsize=_KEPT)(self._draw)

    def pair(self, base: str, quote: str, level: int, minute: int, count: int) -> list[float]:
        """A pair's shocks in the parts of a time, normal with a standard deviation of 1.

        Args:
            level: How fine the parts are: each has shocks of its own.
            minute: When the time begins, in minutes since 1970.
            count: How many parts.
        """
        shocks = [0.0] * count
        for name, weight in self._weights_of(base, quote):
            drawn = self._drawn(name, level, minute, count)
            shocks = [shock + weight * each for shock, each in zip(shocks, drawn, strict=True)]
        return shocks

    def activity(self, usual: Sequence[float], level: int, minute: int) -> list[float]:
        """How busy the whole market is in the parts of a time, from how busy it usually is."""
        drawn = self._drawn(_UNREST, level, minute, len(usual))
        return [busy * math.exp(_RESTLESS * each) for busy, each in zip(usual, drawn, strict=True)]

    def _weights_of(self, base: str, quote: str) -> list[tuple[str, float]]:
        """How much a pair has of whose shocks."""
        weights = self._weights.get((base, quote))
        if weights is None:
            ours, theirs = swing_of(base), swing_of(quote)
            parts = {
                _MARKET: (ours.beta - theirs.beta) * MARKET_DAILY,
                base: ours.daily,
                quote: -theirs.daily,
            }
            scale = math.hypot(*parts.values())
            if not scale:  # two that stand still against the dollar: the pair's own
                parts, scale = {base + quote: 1.0}, 1.0
            weights = [(name, part / scale) for name, part in parts.items() if part]
            self._weights[base, quote] = weights
        return weights

    def _draw(self, name: str, level: int, minute: int, count: int) -> list[float]:
        root = (self._seed << 32 | crc32(name.encode())) << 64
        gauss = Random(root | level << 60 | minute).gauss
        return [gauss(0.0, 1.0) for _ in range(count)]
