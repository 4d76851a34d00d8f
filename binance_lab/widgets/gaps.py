"""What a stream skipped, in a line for the edge of a view."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from binance_lab.widgets.times import time_text
from binance_lab.wire.words import counted

SHOWN_S = 60.0
"""How long a hole that was filled is still told."""

_COUNTED = {"trade id": "trade", "aggregate trade id": "trade", "update id": "update"}


def gap_line(sources: Iterable[Any]) -> tuple[str, str]:
    """The newest hole that is not filled, or was filled lately: its text and tone.

    The tone is ``warn`` while something is missing, ``muted`` once it is there; both are empty
    where nothing is to be told, and for sources without a ledger.
    """
    ledgers = [ledger for s in sources if (ledger := getattr(s, "ledger", None)) is not None]
    missing = [(gap, ledger.key) for ledger in ledgers for gap in ledger.unfilled]
    if missing:
        gap, key = max(missing, key=lambda pair: pair[0].noticed_ns)
        older = sum(ledger.unfilled_count for ledger in ledgers) - 1
        more = f", and {counted(older, 'older one')}" if older else ""
        why = "being fetched" if gap.state == "open" else f"given up: {gap.reason}"
        return f"gap: {_missing(gap, key)} since {_time(gap.noticed_ns)}{more}, {why}", "warn"
    newest = [(gaps[-1], ledger.key) for ledger in ledgers if (gaps := list(ledger))]
    if newest:
        gap, key = max(newest, key=lambda pair: pair[0].closed_ns)
        if time.time_ns() - gap.closed_ns < SHOWN_S * 1e9:
            return f"backfilled: {_count(gap.first, gap.last, key)}, {gap.reason}", "muted"
    return "", ""


def _missing(gap: Any, key: str) -> str:
    first, last = gap.missing[0][0], gap.missing[-1][1]
    if key not in _COUNTED:
        return f"{_count(first, last, key)} missing"
    return f"{counted(sum(b - a + 1 for a, b in gap.missing), _COUNTED[key])} missing"


def _count(first: int, last: int, key: str) -> str:
    """How many; or, where the key is a time in ms, from when to when."""
    if key in _COUNTED:
        return counted(last - first + 1, _COUNTED[key])
    when = _time(first * 1_000_000)
    if last != first:
        when += f"–{_time(last * 1_000_000)}"
    if key != "open time (ms)":
        return f"something of {when}"
    return f"candle of {when}" if last == first else f"candles of {when}"


def _time(time_ns: int) -> str:
    return time_text(time_ns / 1e6)
