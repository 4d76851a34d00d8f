"""Precision: with how many decimals a symbol's prices and amounts are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from binance_lab.widgets.numbers import decimals_of
from binance_lab.wire.filters import LotSize, PriceFilter, parse_filters


class Decimals:
    """How many decimals all numbers of a kind have: those of their step, else the most seen.

    Args:
        step: The smallest difference between two of them; 0 if it isn't known.
    """

    def __init__(self, step: Decimal = Decimal(0)) -> None:
        self.count = max(0, -int(step.normalize().as_tuple().exponent)) if step else 0
        self._known = step > 0

    def __repr__(self) -> str:
        return f"<Decimals {self.count}, {'of a step' if self._known else 'seen'}>"

    def see(self, values: Iterable[float]) -> None:
        """These are shown, too: without a step they may need more decimals than those before."""
        if not self._known:
            self.count = max(self.count, decimals_of(values))


class Precision(NamedTuple):
    """The decimals of one symbol.

    `of` knows them from the exchange's rules, so that every price of the symbol is written alike.
    `seen` is for data without rules, such as a capture: there a price that happens to end in
    zeros is written with fewer decimals, until one comes that needs more.
    """

    price: Decimals
    qty: Decimals

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> Precision:
        """By tick and step in an element of exchangeInfo's ``symbols``."""
        filters = parse_filters(info["filters"])
        tick = next((f.tick_size for f in filters if isinstance(f, PriceFilter)), Decimal(0))
        step = next((f.step_size for f in filters if isinstance(f, LotSize)), Decimal(0))
        return cls(Decimals(tick), Decimals(step))

    @classmethod
    def seen(cls) -> Precision:
        """Nothing is known yet but what will be seen."""
        return cls(Decimals(), Decimals())

    def counts(self) -> dict[str, int]:
        """As a packet tells them to a page: ``price`` and ``qty``."""
        return {"price": self.price.count, "qty": self.qty.count}
