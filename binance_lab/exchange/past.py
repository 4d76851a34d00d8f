"""What traded before the exchange started: years of it, made up on demand.

Any candle, trade or aggregate trade at any past time depends on the seed, the symbol and the time alone, so
that every start of an exchange with the same seed has the same past. Nothing is stored but a few recent
results: a day is split into hours, quarters and minutes as they are asked for (``past_bars``), a
minute into trades (``past_trades``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Generic, TypeVar
from zlib import crc32

from binance_lab.exchange.candles import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    AggTrade,
    Candle,
    PublicTrade,
    candles_of,
    flat_candle,
    merge,
    regroup,
)
from binance_lab.exchange.characters import ACTIVITY
from binance_lab.exchange.past_bars import UNIT_AGGS, UNIT_TRADES, Bar, split
from binance_lab.exchange.past_days import EPOCH_DAY, DailyValues, Days
from binance_lab.exchange.past_shocks import Shocks
from binance_lab.exchange.past_trades import minute_trades
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS, SymbolRules
from binance_lab.wire.intervals import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Interval, interval_of

QUARTER_US = 15 * MINUTE_US

_DAY, _HOUR, _QUARTER, _MINUTE = range(4)
_LENGTHS_US = (DAY_US, HOUR_US, QUARTER_US, MINUTE_US)
_EVEN = {_QUARTER: (1.0,) * 4, _MINUTE: (1.0,) * 15}
_SECOND_US = 1_000_000
_SAMPLED = 3  # symbols of a fingerprint
_SAMPLE_US = 1_750_000_000 * _SECOND_US  # its time: in 2025, in the midst of a minute

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class SyntheticPast:
    """One symbol's past, from its listing to the moment the exchange starts.

    Args:
        seed: Another seed, another past.
        end_us: When the exchange starts; the live part goes on from here without a gap.
        values: The assets' values from day to day; shared by the symbols of one exchange.
        shocks: What moves them within days; shared as well.

    Raises:
        ValueError: The exchange would start before the symbol was listed.
    """

    def __init__(
        self,
        rules: SymbolRules,
        seed: int,
        *,
        end_us: int,
        values: DailyValues | None = None,
        shocks: Shocks | None = None,
    ) -> None:
        self.rules = rules
        self.seed = seed
        self._shocks = shocks or Shocks(seed)
        self._days = Days(rules, seed, values or DailyValues(seed), self._shocks)
        self.first_us = (EPOCH_DAY + self._days.first) * DAY_US
        self.end_us = end_us
        if end_us <= self.first_us:
            raise ValueError(f"{rules.symbol} has no past before {self.first_us // 1000} ms.")
        self._root = seed << 32 | crc32(rules.symbol.encode())
        self._parts = {
            _HOUR: _Recent(self._split_day, 100),
            _QUARTER: _Recent(self._split_hour, 400),
            _MINUTE: _Recent(self._split_quarter, 400),
        }
        self._minutes = _Recent(self._trade_minute, 16)
        trades, aggs = self._cut_minute((end_us - 1) // MINUTE_US * MINUTE_US)
        bar = self._bar(_MINUTE, (end_us - 1) // MINUTE_US * MINUTE_US)
        self.next_trade_id = bar.first_unit * UNIT_TRADES + len(trades)
        self.next_agg_id = bar.first_unit * UNIT_AGGS + len(aggs)
        self.last_ticks = trades[-1].price_ticks if trades else bar.open

    def candles(
        self, interval: Interval, start_us: int, end_us: int, *, zone_ms: int
    ) -> list[Candle]:
        """The candles that open from start_us on and before end_us; the last one may be cut short."""
        start_us = max(start_us, self._opened(interval, self.first_us, zone_ms))
        end_us = min(end_us, self.end_us)
        if start_us >= end_us:
            return []
        last_ms = interval.next_open_time((end_us - 1) // 1000, zone_ms=zone_ms)
        stop_us = min(last_ms * 1000, self.end_us)
        if interval.length_ms == SECOND_MS:
            return list(self._seconds(interval, start_us, stop_us))
        level = _level_for(interval, zone_ms)
        return regroup(self._line(level, start_us, stop_us), interval, zone_ms=zone_ms)

    def window(self, start_us: int, end_us: int) -> Candle:
        """One candle over the trades from start_us on and before end_us."""
        pieces = self._cover(max(start_us, self.first_us), min(end_us, self.end_us), _DAY)
        return merge(start_us, pieces, price_ticks=0)

    def price_before(self, time_us: int) -> int:
        """The price of the last trade before a time; before the listing, the first price."""
        time_us = min(time_us, self.end_us)
        if time_us <= self.first_us:
            return self._bar(_DAY, self.first_us).open
        opened = (time_us - 1) // MINUTE_US * MINUTE_US
        trades, _ = self._minutes(opened)
        earlier = [trade for trade in trades if trade.time_us < time_us]
        return earlier[-1].price_ticks if earlier else self._bar(_MINUTE, opened).open

    def trades(self, from_id: int, limit: int) -> list[PublicTrade]:
        """Up to limit trades from this id on."""
        limit = min(limit, self.next_trade_id - from_id)
        if limit <= 0:
            return []
        found = (
            trade for trades, _ in self._minutes_from(from_id // UNIT_TRADES) for trade in trades
        )
        return list(islice((trade for trade in found if trade.id >= from_id), limit))

    def agg_trades(self, from_id: int, limit: int) -> list[AggTrade]:
        """Up to limit aggregate trades from this id on."""
        limit = min(limit, self.next_agg_id - from_id)
        if limit <= 0:
            return []
        found = (agg for _, aggs in self._minutes_from(from_id // UNIT_AGGS) for agg in aggs)
        return list(islice((agg for agg in found if agg.id >= from_id), limit))

    def first_agg_id_from(self, time_us: int) -> int:
        """The id of the first aggregate trade at this time or later; the next id if there is none."""
        if time_us >= self.end_us:
            return self.next_agg_id
        if time_us <= self.first_us:
            return 0
        opened = time_us // MINUTE_US * MINUTE_US
        _, aggs = self._minutes(opened)
        index = bisect_left(aggs, time_us, key=lambda agg: agg.time_us)
        return min(self._bar(_MINUTE, opened).first_unit * UNIT_AGGS + index, self.next_agg_id)

    def __reduce__(self) -> tuple[object, ...]:
        return _past_of, (self.rules, self.seed, self.end_us)  # all else follows from these

    def __repr__(self) -> str:
        return f"<SyntheticPast {self.first_us // 1000} to {self.end_us // 1000} ms>"

    # Bars

    def _bar(self, level: int, open_us: int) -> Bar:
        if level == _DAY:
            return self._days.bar(open_us // DAY_US - EPOCH_DAY)
        outer_us = open_us - open_us % _LENGTHS_US[level - 1]
        return self._parts[level](outer_us)[(open_us - outer_us) // _LENGTHS_US[level]]

    def _bars(self, level: int, start_us: int, end_us: int) -> Iterator[Bar]:
        """The bars from start_us on and before end_us, both of which are multiples of their length."""
        length_us = _LENGTHS_US[level]
        if level == _DAY:
            yield from (self._bar(_DAY, each) for each in range(start_us, end_us, length_us))
            return
        outer_length_us = _LENGTHS_US[level - 1]
        first_us = start_us - start_us % outer_length_us
        for outer_us in range(first_us, end_us, outer_length_us):
            parts = self._parts[level](outer_us)
            if start_us <= outer_us and outer_us + outer_length_us <= end_us:
                yield from parts
            else:
                yield from (bar for bar in parts if start_us <= bar.open_us < end_us)

    def _split_day(self, open_us: int) -> list[Bar]:
        return self._split(_HOUR, open_us, ACTIVITY)

    def _split_hour(self, open_us: int) -> list[Bar]:
        return self._split(_QUARTER, open_us, _EVEN[_QUARTER])

    def _split_quarter(self, open_us: int) -> list[Bar]:
        return self._split(_MINUTE, open_us, _EVEN[_MINUTE])

    def _split(self, level: int, open_us: int, activity: Sequence[float]) -> list[Bar]:
        """The bars of a level in the bar of the level above that opens then, so busy usually."""
        length_us, base, quote = _LENGTHS_US[level], self.rules.base, self.rules.quote
        minute = open_us // MINUTE_US
        return split(
            self._bar(level - 1, open_us),
            length_us,
            length_us // MINUTE_US,
            self._shocks.activity(activity, level, minute),
            self._shocks.pair(base, quote, level, minute, len(activity)),
            self._rng(level, open_us),
        )

    def _rng(self, level: int, open_us: int) -> Random:
        return Random(self._root << 64 | level << 60 | open_us // MINUTE_US)

    # Candles

    def _line(self, level: int, start_us: int, end_us: int) -> Iterator[Candle]:
        """Candles of one level without a hole; the last one is cut at the end of the past."""
        length_us = _LENGTHS_US[level]
        start_us = max(start_us, self.first_us)
        whole_us = end_us - end_us % length_us
        for bar in self._bars(level, start_us, whole_us):
            yield self._candle(bar)
        if whole_us < end_us:
            pieces = self._cover(max(whole_us, start_us), end_us, level)
            yield merge(whole_us, pieces, price_ticks=self._bar(level, whole_us).open)

    def _cover(self, start_us: int, end_us: int, level: int) -> Iterator[Candle]:
        """Candles that together cover a window, long ones within, shorter ones and trades at its ends."""
        if start_us >= end_us:
            return
        if level > _MINUTE:
            yield self._trades_candle(start_us, end_us)
            return
        length_us = _LENGTHS_US[level]
        first_us = -(-start_us // length_us) * length_us
        last_us = end_us - end_us % length_us
        if first_us > last_us:
            yield from self._cover(start_us, end_us, level + 1)
            return
        yield from self._cover(start_us, first_us, level + 1)
        for bar in self._bars(level, first_us, last_us):
            yield self._candle(bar)
        yield from self._cover(last_us, end_us, level + 1)

    def _candle(self, bar: Bar) -> Candle:
        bought, sold = bar.bought, bar.sold
        lots, atoms = 4 * self._days.chunk_lots, self._days.chunk_atoms
        first_id = bar.first_unit * UNIT_TRADES
        count = bar.units * UNIT_TRADES
        return Candle(
            bar.open_us,
            bar.open,
            bar.high,
            bar.low,
            bar.close,
            (bought.quads + sold.quads) * lots,
            (bought.amount + sold.amount) * atoms,
            count,
            bought.quads * lots,
            bought.amount * atoms,
            first_id,
            first_id + count - 1,
        )

    def _trades_candle(self, start_us: int, end_us: int) -> Candle:
        """A candle over a part of a minute."""
        candle = flat_candle(start_us, 0)
        trades, _ = self._minutes(start_us // MINUTE_US * MINUTE_US)
        for trade in trades:
            if start_us <= trade.time_us < end_us:
                candle.add(trade)
        return candle

    def _seconds(self, interval: Interval, start_us: int, end_us: int) -> Iterator[Candle]:
        price = self.price_before(start_us)
        for opened in range(start_us // MINUTE_US * MINUTE_US, end_us, MINUTE_US):
            trades, _ = self._cut_minute(opened)
            traded = {candle.open_us: candle for candle in candles_of(trades, interval)}
            for second_us in range(opened, opened + MINUTE_US, _SECOND_US):
                if start_us <= second_us < end_us:
                    candle = traded.get(second_us) or flat_candle(second_us, price)
                    price = candle.close
                    yield candle

    # Trades

    def _trade_minute(self, open_us: int) -> tuple[list[PublicTrade], list[AggTrade]]:
        bar, days = self._bar(_MINUTE, open_us), self._days
        return minute_trades(bar, days.chunk_lots, days.chunk_atoms, self._rng(4, open_us))

    def _cut_minute(self, open_us: int) -> tuple[list[PublicTrade], list[AggTrade]]:
        """The trades of a minute that were before the exchange started."""
        trades, aggs = self._minutes(open_us)
        if open_us + MINUTE_US <= self.end_us:
            return trades, aggs
        return (
            [trade for trade in trades if trade.time_us < self.end_us],
            [agg for agg in aggs if agg.time_us < self.end_us],
        )

    def _minutes_from(self, unit: int) -> Iterator[tuple[list[PublicTrade], list[AggTrade]]]:
        open_us = (EPOCH_DAY + self._days.of_unit(unit)) * DAY_US
        for level in (_HOUR, _QUARTER, _MINUTE):
            parts = self._parts[level](open_us)
            open_us = next(bar.open_us for bar in reversed(parts) if bar.first_unit <= unit)
        while open_us < self.end_us:
            yield self._cut_minute(open_us)
            open_us += MINUTE_US

    @staticmethod
    def _opened(interval: Interval, time_us: int, zone_ms: int) -> int:
        return interval.open_time(time_us // 1000, zone_ms=zone_ms) * 1000


def _past_of(rules: SymbolRules, seed: int, end_us: int) -> SyntheticPast:
    return SyntheticPast(rules, seed, end_us=end_us)


class _Recent(Generic[Key, Made]):
    """Makes things, and keeps the last ones made."""

    def __init__(self, make: Callable[[Key], Made], size: int) -> None:
        self._make = make
        self._size = size
        self._kept: OrderedDict[Key, Made] = OrderedDict()

    def __call__(self, key: Key) -> Made:
        made = self._kept.get(key)
        if made is None:
            made = self._kept[key] = self._make(key)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made


def _level_for(interval: Interval, zone_ms: int) -> int:
    """The longest bars that candles of an interval can be made of in a time zone."""
    length_ms = interval.length_ms or DAY_MS
    if not length_ms % DAY_MS and not zone_ms % DAY_MS:
        return _DAY
    if not length_ms % HOUR_MS and not zone_ms % HOUR_MS:
        return _HOUR
    if not length_ms % (15 * MINUTE_MS) and not zone_ms % (15 * MINUTE_MS):
        return _QUARTER
    return _MINUTE


def make_pasts(
    symbols: Iterable[SymbolRules], seed: int, *, end_us: int
) -> dict[str, SyntheticPast]:
    """The past of each symbol, the assets' values being those of all of them."""
    values, shocks = DailyValues(seed), Shocks(seed)
    return {
        rules.symbol: SyntheticPast(rules, seed, end_us=end_us, values=values, shocks=shocks)
        for rules in symbols
    }


@lru_cache(maxsize=8)
def fingerprint(seed: int) -> str:
    """Of a seed's past: another one when this package makes it otherwise than before.

    It is of some minutes' candles and trades of the first symbols.
    """
    digest = 0
    for rules in DEFAULT_SYMBOLS[:_SAMPLED]:
        past = SyntheticPast(rules, seed, end_us=_SAMPLE_US)
        candles = past.candles(interval_of("1m"), _SAMPLE_US - HOUR_US, _SAMPLE_US, zone_ms=0)
        trades = past.trades(past.next_trade_id - 20, 20)
        digest = crc32(repr((candles, trades)).encode(), digest)
    return f"{digest:08x}"
