"""Bars of synthetic history, and how one is split into shorter ones that add up to it exactly.

History is made from the top: a day, its hours, their quarters, their minutes, and at last the trades of
a minute (``past_trades``). Whatever is asked for is made on demand, and the parts always agree with the
whole: prices touch, highs and lows are reached, volumes, amounts and counts add up, to the atom.

Trades come in units of four, which are three aggregate trades: so ids of trades and of aggregate trades
follow from each other at any time. Quantities are counted in quads, four chunks each; a chunk is the
fewest lots whose cost is a whole number of atoms at any price. Amounts are in ticks times chunks. What
takers bought and what they sold are kept apart, each with an average price between the quarters of the
bar's range, which leaves its parts room to differ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add, mul
from random import Random

UNIT_TRADES = 4
UNIT_AGGS = 3
LEAST_UNITS = 3  # a minute
LEAST_QUADS = 8  # a unit, for each of what was bought and what was sold

_RANGE_OF_WALK = 1.6  # the mean range of a random walk, in standard deviations of its end
_LEAST_TILT, _MOST_TILT = 0.6, 1.6  # of a part's volume for the average price: more would show
_WICK = 0.4  # how far a part goes beyond its ends, in its standard deviations


@dataclass(slots=True)
class Flow:
    """What takers bought, or sold: quads, and their amount in ticks times chunks."""

    quads: int
    amount: int

    def least(self, low: int, high: int) -> int:
        """The least amount for a range of prices: a quarter of the way up."""
        return self.quads * (3 * low + high)

    def most(self, low: int, high: int) -> int:
        """The most amount for a range of prices: three quarters of the way up."""
        return self.quads * (low + 3 * high)


@dataclass(slots=True)
class Bar:
    """What traded in some time; prices are in ticks."""

    open_us: int
    open: int
    high: int
    low: int
    close: int
    first_unit: int
    units: int
    bought: Flow
    sold: Flow

    @property
    def average(self) -> float:
        """The average price by volume, in ticks."""
        bought, sold = self.bought, self.sold
        return (bought.amount + sold.amount) / (4 * (bought.quads + sold.quads))


def split(
    bar: Bar,
    length_us: int,
    minutes: int,
    activity: Sequence[float],
    shocks: Sequence[float],
    rng: Random,
) -> list[Bar]:
    """The parts of a bar, each length_us long and of so many minutes.

    Args:
        activity: How busy each part is; as many as there are parts.
        shocks: What moves the price in each part, in its standard deviations.
    """
    deviations = [math.sqrt(busy) for busy in activity]
    spread = math.sqrt(math.fsum(each * each for each in deviations)) * _RANGE_OF_WALK
    scale = (bar.high - bar.low) / spread
    path = _path(bar, [scale * each for each in map(mul, deviations, shocks)])
    lows, highs = _wicks(bar, path, deviations, scale, rng)
    random = rng.random
    weights = [deviation * (0.5 + random()) for deviation in deviations]
    rises = [
        0.5 + 0.4 * (after - before) / (2 * scale * deviation + abs(after - before) + 1.0)
        for before, after, deviation in zip(path, path[1:], deviations, strict=False)
    ]
    units = share(bar.units, weights, LEAST_UNITS * minutes)
    falls = [1.0 - rise for rise in rises]
    middles = list(map(add, lows, highs))
    bought = _quads(bar.bought, list(map(mul, weights, rises)), middles, units)
    sold = _quads(bar.sold, list(map(mul, weights, falls)), middles, units)
    flows = ((bar.bought, bought), (bar.sold, sold))
    _widen(bar, flows, lows, highs)
    bought_flows, sold_flows = (_amounts(whole, quads, lows, highs) for whole, quads in flows)
    first_units = accumulate(units, initial=bar.first_unit)
    return [
        Bar(bar.open_us + index * length_us, path[index], high, low, path[index + 1], *rest)
        for index, (high, low, *rest) in enumerate(
            zip(highs, lows, first_units, units, bought_flows, sold_flows, strict=False)
        )
    ]


def share(total: int, weights: Sequence[float], least: int | Sequence[int]) -> list[int]:
    """Whole parts of a total, at least ``least`` each and the rest by weight."""
    leasts = [least] * len(weights) if isinstance(least, int) else least
    rest = total - sum(leasts)
    factor = rest / math.fsum(weights)
    parts: list[int] = []
    running, given = 0.0, 0
    for weight, base in zip(weights, leasts, strict=True):
        running += weight
        upto = int(running * factor)
        parts.append(base + upto - given)
        given = upto
    parts[-1] += rest - given
    return parts


def _path(bar: Bar, moves: Sequence[float]) -> list[int]:
    """The prices between the parts: a walk by these moves, from open to close, that stays within the range.

    It is bent, up or down in the middle, so that its mean is the bar's average price.
    """
    count = len(moves)
    walk = list(accumulate(moves))
    drift = (bar.close - bar.open - walk[-1]) / count
    mean = bar.open + math.fsum(walk) / count + drift * (count + 1) / 2
    bend = 6.0 * (bar.average - mean) / (count * count)  # a parabola's mean is 2/3 of its height
    low, high = bar.low, bar.high
    path = [bar.open]
    for index, value in enumerate(walk, 1):
        price = round(bar.open + value + drift * index + bend * index * (count - index))
        if price > high:
            price = max(2 * high - price, low)
        elif price < low:
            price = min(2 * low - price, high)
        path.append(price)
    path[-1] = bar.close
    return path


def _wicks(
    bar: Bar, path: Sequence[int], deviations: Sequence[float], scale: float, rng: Random
) -> tuple[list[int], list[int]]:
    """The lowest and highest price of each part; one of them has the bar's low, one its high."""
    random, log = rng.random, math.log
    lows: list[int] = []
    highs: list[int] = []
    for before, after, deviation in zip(path, path[1:], deviations, strict=False):
        top, bottom = (before, after) if before > after else (after, before)
        wick = -scale * deviation * _WICK
        highs.append(min(top + int(wick * log(1.0 - random())), bar.high))
        lows.append(max(bottom - int(wick * log(1.0 - random())), bar.low))
    last = len(highs) - 1
    highs[min(max(path.index(max(path)) - rng.randint(0, 1), 0), last)] = bar.high
    lows[min(max(path.index(min(path)) - rng.randint(0, 1), 0), last)] = bar.low
    return lows, highs


def _quads(
    whole: Flow,
    weights: Sequence[float],
    middles: Sequence[int],
    units: Sequence[int],
) -> list[int]:
    """The parts' quads: by weight, tilted to the dear or the cheap parts as the average price needs.

    Args:
        middles: The middle of each part's range, times two.
    """
    total = math.fsum(weights)
    mean = math.fsum(map(mul, weights, middles)) / total
    offsets = [middle - mean for middle in middles]
    variance = math.fsum(map(mul, weights, map(mul, offsets, offsets))) / total
    if variance:
        tilt = (whole.amount / (2 * whole.quads) - mean) / variance
        weights = [
            weight * min(max(1.0 + tilt * offset, _LEAST_TILT), _MOST_TILT)
            for weight, offset in zip(weights, offsets, strict=True)
        ]
    return share(whole.quads, weights, [LEAST_QUADS * each for each in units])


_Flows = tuple[tuple[Flow, list[int]], tuple[Flow, list[int]]]


def _widen(bar: Bar, flows: _Flows, lows: list[int], highs: list[int]) -> None:
    """Let parts go further, towards the bar's low and high, until the bar's amounts fit between.

    The bar's own amounts are between the quarters of its range, so they fit at the latest when every
    part covers the whole range.
    """
    for _ in range(4):
        fits = True
        for whole, quads in flows:
            fits &= _raise_highs(bar.high, whole, quads, lows, highs)
            fits &= _lower_lows(bar.low, whole, quads, lows, highs)
        if fits:
            return
    lows[:] = [bar.low] * len(lows)
    highs[:] = [bar.high] * len(highs)


def _raise_highs(
    top: int, whole: Flow, quads: Sequence[int], lows: Sequence[int], highs: list[int]
) -> bool:
    """Raise the highs as far as the amount needs; true if it fitted as they were."""
    missing = whole.amount - sum(map(mul, quads, lows)) - 3 * sum(map(mul, quads, highs))
    if missing <= 0:
        return True
    room = sum(3 * each * (top - high) for each, high in zip(quads, highs, strict=True))
    for index, high in enumerate(highs):
        highs[index] = high + min(-(-missing * (top - high) // max(room, 1)), top - high)
    return False


def _lower_lows(
    bottom: int, whole: Flow, quads: Sequence[int], lows: list[int], highs: Sequence[int]
) -> bool:
    """Lower the lows as far as the amount needs; true if it fitted as they were."""
    excess = 3 * sum(map(mul, quads, lows)) + sum(map(mul, quads, highs)) - whole.amount
    if excess <= 0:
        return True
    room = sum(3 * each * (low - bottom) for each, low in zip(quads, lows, strict=True))
    for index, low in enumerate(lows):
        lows[index] = low - min(-(-excess * (low - bottom) // max(room, 1)), low - bottom)
    return False


def _amounts(
    whole: Flow, quads: Sequence[int], lows: Sequence[int], highs: Sequence[int]
) -> list[Flow]:
    """The parts' amounts: all as far between their least and their most."""
    least = 3 * sum(map(mul, quads, lows)) + sum(map(mul, quads, highs))
    rest = whole.amount - least
    room = 2 * (sum(map(mul, quads, highs)) - sum(map(mul, quads, lows)))
    flows: list[Flow] = []
    running = given = 0
    for each, low, high in zip(quads, lows, highs, strict=True):
        running += 2 * each * (high - low)
        upto = rest * running // room if room else 0
        flows.append(Flow(each, each * (3 * low + high) + upto - given))
        given = upto
    return flows
