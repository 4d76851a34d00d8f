"""Numbers as views write them: a symbol's own precision, thousands separated."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

MOST_DECIMALS = 8


def decimals_of(values: Iterable[float]) -> int:
    """Decimals that write each value exactly; at most 8, as on the exchange, and 0 for none."""
    seen = np.unique(np.fromiter(values, float))
    seen = seen[np.isfinite(seen)]
    tolerance = np.maximum(1e-10, np.abs(seen) * 4e-16)
    for decimals in range(MOST_DECIMALS):
        if (np.abs(np.round(seen, decimals) - seen) <= tolerance).all():
            return decimals
    return MOST_DECIMALS


def number(value: float, decimals: int = 2) -> str:
    """1234.5 as `1,234.50`; what is no number as a dash."""
    return f"{value:,.{decimals}f}" if np.isfinite(value) else "–"


def plain(value: float) -> str:
    """0.00001 as `0.00001`, without an exponent and without zeros at the end."""
    return f"{value:,.{decimals_of([value])}f}" if np.isfinite(value) else "–"


def compact(value: float) -> str:
    """1234567 as `1.23M`: where the size matters and not the last digit."""
    if not np.isfinite(value):
        return "–"
    size = abs(value)
    for unit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if size >= unit:
            return f"{value / unit:,.{1 if size >= 100 * unit else 2}f}{letter}"
    decimals = 0 if size >= 100 or not size else 2 if size >= 1 else 4 if size >= 0.01 else 8
    return f"{value:,.{decimals}f}"
