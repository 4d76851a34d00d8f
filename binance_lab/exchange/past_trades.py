"""The trades of a minute of synthetic history: they add up to its bar exactly.

What takers bought, and what they sold, each has a trade at the bar's high, one at its low and a free one
of a single chunk. Moving quantity between prices brings the amount to within a range of what the bar
says, and the free trade's price makes up for the rest.
"""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

from binance_lab.exchange.candles import MINUTE_US, AggTrade, PublicTrade
from binance_lab.exchange.past_bars import UNIT_AGGS, UNIT_TRADES, Bar, Flow, share

_SIZES = ((1, 1, 2), (2, 1, 1), (1, 2, 1))  # trades of each aggregate trade of a unit, in turns
_SPREAD_OF_SIZES = 2.0  # in logarithms: some trades are thousands of times others
_SAME_SIDE = 0.7


class _Draft:
    """An aggregate trade in the making."""

    __slots__ = ("bought", "chunks", "price", "size", "time_us")

    def __init__(self, size: int, time_us: int) -> None:
        self.size = size
        self.time_us = time_us
        self.price = 0
        self.bought = False
        self.chunks = [0] * size


def minute_trades(
    bar: Bar, chunk_lots: int, chunk_atoms: int, rng: Random
) -> tuple[list[PublicTrade], list[AggTrade]]:
    """The trades and aggregate trades of a minute, oldest first.

    Args:
        chunk_lots: How many lots a chunk is.
        chunk_atoms: What a chunk costs per tick, in atoms.
    """
    drafts = _drafts(bar, rng)
    free = _assign(bar, drafts, rng)
    for flow, bought in ((bar.bought, True), (bar.sold, False)):
        mine = [draft for draft in drafts if draft.bought is bought]
        _fill(bar, flow, mine, free[bought], rng)
    return _finished(bar, drafts, chunk_lots, chunk_atoms)


def _drafts(bar: Bar, rng: Random) -> list[_Draft]:
    sizes = [size for unit in range(bar.units) for size in _SIZES[(bar.first_unit + unit) % 3]]
    times = sorted(int(rng.random() * MINUTE_US) for _ in sizes)
    return [_Draft(size, bar.open_us + time_us) for size, time_us in zip(sizes, times, strict=True)]


def _assign(bar: Bar, drafts: list[_Draft], rng: Random) -> dict[bool, _Draft]:
    """Give every draft a side and a price; answers the free one of each side."""
    inner = range(1, len(drafts) - 1)
    free_places = rng.sample([place for place in inner if drafts[place].size == 1], 2)
    places = [place for place in inner if place not in free_places]
    first = rng.randint(0, len(places) - 4)
    second = rng.randint(first + 2, len(places) - 2)
    turns = [(first, bar.low), (second, bar.high)]
    if (bar.close < bar.open) == (rng.random() < 0.8):
        turns = [(first, bar.high), (second, bar.low)]
    _draw_sides(bar, drafts, rng)
    corners = [(0, bar.open), *((places[at], price) for at, price in turns)]
    _draw_prices(bar, drafts, [*corners, (len(drafts) - 1, bar.close)], rng)
    for at, price in turns:
        for place, bought in zip(places[at : at + 2], (True, False), strict=True):
            drafts[place].price, drafts[place].bought = price, bought
    for place, bought in zip(free_places, (True, False), strict=True):
        drafts[place].bought = bought
    return {True: drafts[free_places[0]], False: drafts[free_places[1]]}


def _draw_sides(bar: Bar, drafts: list[_Draft], rng: Random) -> None:
    bought_part = bar.bought.quads / (bar.bought.quads + bar.sold.quads)
    bought = rng.random() < bought_part
    for draft in drafts:
        if rng.random() > _SAME_SIDE:
            bought = rng.random() < bought_part
        draft.bought = bought


def _draw_prices(
    bar: Bar, drafts: list[_Draft], corners: list[tuple[int, int]], rng: Random
) -> None:
    """Prices along the lines between corners (place and price), with noise; exact at both ends."""
    noise = (bar.high - bar.low) * 0.06
    for (start, before), (stop, after) in pairwise(corners):
        slope = (after - before) / max(stop - start, 1)
        for place in range(start, stop):
            price = round(before + slope * (place - start) + noise * rng.gauss(0.0, 1.0))
            if price > bar.high:  # back from the edge: none piles up there
                price = 2 * bar.high - price
            elif price < bar.low:
                price = 2 * bar.low - price
            drafts[place].price = min(max(price, bar.low), bar.high)
    drafts[0].price, drafts[-1].price = bar.open, bar.close


def _fill(bar: Bar, flow: Flow, drafts: list[_Draft], free: _Draft, rng: Random) -> None:
    """Give one side's drafts quantities that add up to the flow's chunks and amount.

    The free trade stays near its price if that leaves room for the rest, else it begins at the low.
    """
    free.chunks[0] = 1
    slots = [(draft, index) for draft in drafts if draft is not free for index in range(draft.size)]
    weights = [math.exp(rng.gauss(0.0, _SPREAD_OF_SIZES)) for _ in slots]
    total = flow.quads * 4 - 1
    for (draft, index), chunks in zip(slots, share(total, weights, 1), strict=True):
        draft.chunks[index] = chunks
    missing = flow.amount - sum(draft.price * sum(draft.chunks) for draft in drafts)
    slots.sort(key=lambda slot: slot[0].price)
    if missing < 0:
        missing = _move(slots[::-1], slots[0], missing)
    missing = _move(slots, slots[-1], missing)
    if free.price + missing > bar.high:
        missing += free.price - bar.low
        free.price = bar.low
        missing = _move(slots, slots[-1], missing)
    free.price += missing


def _move(slots: list[tuple[_Draft, int]], target: tuple[_Draft, int], missing: int) -> int:
    """Move chunks to the target's price while that brings the amount closer; answers what is missing.

    Moving to a higher price stops just before the amount is reached, to a lower one just behind it: what
    is missing then is not negative, and less than a range of prices.
    """
    goal, goal_index = target
    for draft, index in slots:
        step = goal.price - draft.price
        if not step or not missing:
            continue
        chunks = min(draft.chunks[index] - 1, -(-missing // step) if step < 0 else missing // step)
        if chunks > 0:
            draft.chunks[index] -= chunks
            goal.chunks[goal_index] += chunks
            missing -= chunks * step
        if missing >= 0 > step:
            break
    return missing


def _finished(
    bar: Bar, drafts: list[_Draft], chunk_lots: int, chunk_atoms: int
) -> tuple[list[PublicTrade], list[AggTrade]]:
    trades: list[PublicTrade] = []
    aggs: list[AggTrade] = []
    next_id = bar.first_unit * UNIT_TRADES
    for agg_id, draft in enumerate(drafts, bar.first_unit * UNIT_AGGS):
        for chunks in draft.chunks:
            trades.append(
                PublicTrade(
                    next_id,
                    draft.price,
                    chunks * chunk_lots,
                    chunks * chunk_atoms * draft.price,
                    draft.time_us,
                    not draft.bought,
                )
            )
            next_id += 1
        aggs.append(
            AggTrade(
                agg_id,
                draft.price,
                sum(draft.chunks) * chunk_lots,
                next_id - draft.size,
                next_id - 1,
                draft.time_us,
                not draft.bought,
            )
        )
    return trades, aggs
