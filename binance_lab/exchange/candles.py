"""Candles as the exchange keeps them, and the trades they are made of.

Prices are in ticks, quantities in lots, amounts in atoms (1e-8 of the quote asset), times in microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from binance_lab.wire.intervals import Interval

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

NO_TRADE = -1  # the first and last trade id of a candle without trades


class PublicTrade(NamedTuple):
    """A trade as everybody may see it."""

    id: int
    price_ticks: int
    lots: int
    quote_atoms: int
    time_us: int
    buyer_is_maker: bool


class AggTrade(NamedTuple):
    """The trades that one taker order made at one price at one time."""

    id: int
    price_ticks: int
    lots: int
    first_id: int
    last_id: int
    time_us: int
    buyer_is_maker: bool


@dataclass(slots=True)
class Candle:
    """What traded from open_us on; one without trades is flat and counts none.

    The sums of two neighbours are those of the candle that covers both: see ``extend``.
    """

    open_us: int
    open: int
    high: int
    low: int
    close: int
    lots: int = 0
    quote_atoms: int = 0
    count: int = 0
    buy_lots: int = 0
    buy_quote_atoms: int = 0
    first_id: int = NO_TRADE
    last_id: int = NO_TRADE

    def add(self, trade: PublicTrade) -> None:
        """Count a trade that is later than all those in here."""
        price = trade.price_ticks
        if not self.count:
            self.open = self.high = self.low = price
            self.first_id = trade.id
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.last_id = trade.id
        self.count += 1
        self.lots += trade.lots
        self.quote_atoms += trade.quote_atoms
        if not trade.buyer_is_maker:
            self.buy_lots += trade.lots
            self.buy_quote_atoms += trade.quote_atoms

    def extend(self, later: Candle) -> None:
        """Take in a later candle; one without trades changes nothing."""
        if not later.count:
            return
        if not self.count:
            self.open, self.high, self.low = later.open, later.high, later.low
            self.first_id = later.first_id
        else:
            self.high = max(self.high, later.high)
            self.low = min(self.low, later.low)
        self.close = later.close
        self.last_id = later.last_id
        self.count += later.count
        self.lots += later.lots
        self.quote_atoms += later.quote_atoms
        self.buy_lots += later.buy_lots
        self.buy_quote_atoms += later.buy_quote_atoms

    def copy(self) -> Candle:
        """The same candle, to be changed on its own."""
        return Candle(  # a fifth of the time of dataclasses.replace
            self.open_us,
            self.open,
            self.high,
            self.low,
            self.close,
            self.lots,
            self.quote_atoms,
            self.count,
            self.buy_lots,
            self.buy_quote_atoms,
            self.first_id,
            self.last_id,
        )


def flat_candle(open_us: int, price_ticks: int) -> Candle:
    """A candle without trades: every price is the last one before it."""
    return Candle(open_us, price_ticks, price_ticks, price_ticks, price_ticks)


def merge(open_us: int, candles: Iterable[Candle], *, price_ticks: int) -> Candle:
    """One candle over several, oldest first; flat at price_ticks if none of them traded."""
    merged = flat_candle(open_us, price_ticks)
    for candle in candles:
        merged.extend(candle)
    return merged


def candles_of(
    trades: Iterable[PublicTrade], interval: Interval, *, zone_ms: int = 0
) -> Iterator[Candle]:
    """The candles of an interval, oldest first; those in which nothing traded are left out."""
    candle: Candle | None = None
    next_us = 0
    for trade in trades:
        if candle is None or trade.time_us >= next_us:
            if candle is not None:
                yield candle
            time_ms = trade.time_us // 1000
            opened = interval.open_time(time_ms, zone_ms=zone_ms)
            next_us = interval.next_open_time(time_ms, zone_ms=zone_ms) * 1000
            candle = flat_candle(opened * 1000, trade.price_ticks)
        candle.add(trade)
    if candle is not None:
        yield candle


def regroup(candles: Iterable[Candle], interval: Interval, *, zone_ms: int = 0) -> list[Candle]:
    """Candles of a longer interval from those of a shorter one that divides it, oldest first.

    Args:
        candles: Without holes, as the longer ones have the times in which they were.
    """
    groups: list[Candle] = []
    next_us = 0
    for candle in candles:
        if not groups or candle.open_us >= next_us:
            time_ms = candle.open_us // 1000
            next_us = interval.next_open_time(time_ms, zone_ms=zone_ms) * 1000
            group = candle.copy()
            group.open_us = interval.open_time(time_ms, zone_ms=zone_ms) * 1000
            groups.append(group)
        else:
            groups[-1].extend(candle)
    return groups


class CandleLine:
    """Candles of one fixed length without a hole: where nothing traded they are flat.

    Args:
        length_us: Of each candle; they open at its multiples.
        start_us: When the first one begins to be of interest.
        price_ticks: The last price before that.
    """

    def __init__(self, length_us: int, start_us: int, price_ticks: int) -> None:
        self._length_us = length_us
        self._start_us = start_us - start_us % length_us
        self._candles = [flat_candle(self._start_us, price_ticks)]

    def add(self, trade: PublicTrade) -> None:
        """Count the latest trade."""
        self._grow(trade.time_us)
        self._candles[-1].add(trade)

    def between(self, start_us: int, end_us: int) -> list[Candle]:
        """The candles that open from start_us on and before end_us; flat ones after the latest."""
        first = max(-((self._start_us - start_us) // self._length_us), 0)
        last = max(-((self._start_us - end_us) // self._length_us), 0)
        found = self._candles[first:last]
        latest = self._candles[-1]
        for index in range(max(first, len(self._candles)), last):
            found.append(flat_candle(self._start_us + index * self._length_us, latest.close))
        return found

    def _grow(self, time_us: int) -> None:
        latest = self._candles[-1]
        while latest.open_us + self._length_us <= time_us:
            latest = flat_candle(latest.open_us + self._length_us, latest.close)
            self._candles.append(latest)
