"""The reference price of symbols that have an execution rule, and the range in which they may trade.

It is the mean of the trade prices in a moving window, kept in buckets, with the bucket that the window has half left
counted in part. All divisions cut off, as the matching engine's do.

https://developers.binance.com/docs/binance-spot-api-docs/faqs/price_range_execution_rules
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal

from binance_lab.exchange.symbols import SymbolRules, amount_of, atoms_of
from binance_lab.wire.enums import Side

_FOUR_PLACES = 10_000  # counts and sums have four decimals
_RATE = 100_000_000  # multipliers are whole 1e-8


@dataclass(slots=True)
class _Bucket:
    open_us: int
    count: int
    total: int


class ReferencePrice:
    """The mean trade price of the last buckets."""

    def __init__(self, bucket_width_us: int, bucket_count: int) -> None:
        self._width_us = bucket_width_us
        self._window_us = bucket_width_us * bucket_count
        self._buckets: deque[_Bucket] = deque()

    def add(self, price_atoms: int, now_us: int) -> None:
        """Count a trade's price."""
        open_us = now_us - now_us % self._width_us
        if not self._buckets or self._buckets[-1].open_us < open_us:
            self._forget(now_us)
            self._buckets.append(_Bucket(open_us, 0, 0))
        self._buckets[-1].count += _FOUR_PLACES
        self._buckets[-1].total += price_atoms * _FOUR_PLACES

    def atoms(self, now_us: int) -> int:
        """The price in atoms of the quote asset; 0 without a trade in the window."""
        self._forget(now_us)
        count = sum(bucket.count for bucket in self._buckets)
        return sum(bucket.total for bucket in self._buckets) // count if count else 0

    def _forget(self, now_us: int) -> None:
        """Drop the buckets that the window has left, and the part of one that it is leaving."""
        cutoff_us = now_us - self._window_us
        buckets = self._buckets
        while buckets and self._close_us(buckets[0]) <= cutoff_us:
            buckets.popleft()
        if buckets and (expired_us := cutoff_us - buckets[0].open_us) > 0:
            oldest = buckets[0]
            oldest.count -= oldest.count * expired_us // self._width_us
            oldest.total -= oldest.total * expired_us // self._width_us
            oldest.open_us = cutoff_us

    def _close_us(self, bucket: _Bucket) -> int:
        return bucket.open_us - bucket.open_us % self._width_us + self._width_us


def price_limits(rules: SymbolRules, side: Side, reference_atoms: int) -> tuple[int, int]:
    """(lowest, highest) price in ticks at which an order of this side may trade; (0, 0): at any."""
    rule = rules.price_range
    if rule is None or not reference_atoms:
        return 0, 0
    buys = side is Side.BUY
    down = rule.bid_multiplier_down if buys else rule.ask_multiplier_down
    up = rule.bid_multiplier_up if buys else rule.ask_multiplier_up
    divisor = _RATE * rules.tick_atoms
    lowest = -(-reference_atoms * atoms_of(down) // divisor)
    return max(lowest, 1), reference_atoms * atoms_of(up) // divisor


def price_of(atoms: int) -> Decimal | None:
    """The price as a Decimal; None for 0."""
    return amount_of(atoms) if atoms else None
