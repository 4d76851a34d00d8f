"""What may be asked for: symbols, datasets, ranges of time; what can't be meant is refused at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from numbers import Integral
from typing import Any, TypeAlias

from ..connector.exceptions import BadInput
from ..wire.caller import warn_once
from ..wire.encoding import time_number
from ..wire.intervals import INTERVALS, Interval, interval_of
from ..wire.symbol_name import symbol_name

Time: TypeAlias = Any
"""A datetime, date, pandas Timestamp, ISO text or ms since 1970; without a zone it is UTC."""

_FEWEST_MS = 100_000_000_000  # in 1973, long before any market; as seconds, in the year 5138


def time_ms(time: Time) -> int:
    """A time in ms.

    Raises:
        BadInput: It isn't one, or a number that can only be seconds.
    """
    if isinstance(time, datetime) and time.tzinfo is None:
        warn_once("A time without a zone is taken as UTC.")
    if isinstance(time, float | Integral) and 0 < int(time) < _FEWEST_MS:
        raise BadInput(f"{time} would be ms in the 1970s; seconds times 1000 are ms.")
    try:
        return time_number(time)
    except ValueError as error:
        raise BadInput(str(error)) from None


def range_ms(start: Time | None, end: Time | None, *, now_ms: int) -> tuple[int, int]:
    """Start and end in ms, both included; up to now without an end.

    Raises:
        BadInput: There is no start, or it is after the end.
    """
    if start is None:
        raise BadInput("A range of time needs a start.")
    first, last = time_ms(start), now_ms if end is None else time_ms(end)
    if first > last:
        raise BadInput(f"The range starts after it ends: start {start}, end {end or 'now'}.")
    return first, last


def interval(name: str) -> Interval:
    """The interval of a name.

    Raises:
        BadInput: There is none; the message lists those there are.
    """
    try:
        return interval_of(name)
    except ValueError as error:
        raise BadInput(str(error)) from None


def dataset_name(name: str) -> str:
    """``klines_1m`` for ``1m``; other names of datasets as they are."""
    name = "klines_1mo" if name == "1M" else name
    return f"klines_{name}" if name in INTERVALS else name


def symbols_of(symbol: str | Sequence[str]) -> list[str]:
    """One or many symbols as a list, in upper case, each once.

    Raises:
        BadInput: One can't be a symbol, or there is none.
    """
    alone = isinstance(symbol, str) or not isinstance(symbol, Iterable)
    names: list[Any] = [symbol] if alone else list(symbol)
    if not names:
        raise BadInput("No symbol is given.")
    return list(dict.fromkeys(map(symbol_name, names)))
