"""Top: the best levels of an order book, and the figures that are reckoned with them."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from .levels import Level

_NONE = Level(float("nan"), float("nan"))


class Top(NamedTuple):
    """The best levels of both sides, each best first: (price, qty) pairs."""

    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]

    @property
    def best_bid(self) -> Level | None:
        """The highest bid, as (price, qty); None if there is none."""
        return Level(*self.bids[0]) if self.bids else None

    @property
    def best_ask(self) -> Level | None:
        """The lowest ask, as (price, qty); None if there is none."""
        return Level(*self.asks[0]) if self.asks else None

    @property
    def spread(self) -> float:
        """Best ask less best bid; NaN if a side is empty."""
        bid, ask = self._exact()
        return float(ask - bid)

    @property
    def mid(self) -> float:
        """The price in the middle between best bid and best ask; NaN if a side is empty."""
        bid, ask = self._exact()
        return float((bid + ask) / 2)

    @property
    def microprice(self) -> float:
        """The mid, nearer to the side with less on it: weighted by the other side's amount."""
        bid, ask = self._touch()
        return (bid.price * ask.qty + ask.price * bid.qty) / (bid.qty + ask.qty)

    @property
    def imbalance(self) -> float:
        """(bid amount - ask amount) / both, of these levels: 1 is all bids, -1 all asks."""
        bids, asks = (sum(qty for _, qty in side) for side in self)
        return (bids - asks) / (bids + asks) if bids + asks else float("nan")

    def _exact(self) -> tuple[Decimal, Decimal]:
        """The best prices as the exchange wrote them: a float is its shortest decimal."""
        bid, ask = self._touch()
        return Decimal(repr(bid.price)), Decimal(repr(ask.price))

    def _touch(self) -> tuple[Level, Level]:
        return self.best_bid or _NONE, self.best_ask or _NONE
