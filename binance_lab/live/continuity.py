"""Whether recorded streams skip anything, seen by the ids of their messages alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from .ledger import Ledger


class _Candle(msgspec.Struct, rename={"open_time": "t", "close_time": "T", "closed": "x"}):
    open_time: int
    close_time: int
    closed: bool


class _Ids(msgspec.Struct, rename={"first": "U", "last": "u"}):
    """The ids of an event; each kind of stream has its own."""

    t: int = -1
    a: msgspec.Raw = msgspec.Raw(b"-1")  # of a depth update: its asks
    first: int = -1
    last: int = -1
    k: _Candle | None = None


class _Message(msgspec.Struct):
    data: _Ids
    stream: str = ""


_decode = msgspec.json.Decoder(_Message).decode


class Continuity:
    """The holes of streams: trades and aggregate trades by id, depth by update ids, candles by
    time. Streams of another kind have no ids that say whether something is missing.

    Args:
        names: The streams, such as ``btcusdt@trade``.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.ledgers: dict[str, Ledger] = {}
        """The holes by stream; a late message takes its hole out again."""
        self._next: dict[str, int] = {}
        for name in names:
            if key := _key(name):
                self.ledgers[name] = Ledger(name, key)

    def check(self, message: bytes) -> None:
        """Look at a message, ``{"stream":…,"data":…}``; one that can't be read is passed over."""
        try:
            read = _decode(message)
        except msgspec.MsgspecError:  # of a stream without ids, a snapshot, or garbled
            return
        ledger = self.ledgers.get(read.stream)
        if ledger is None:
            return
        try:
            span = self._span(read.data)
        except ValueError:  # a field with the name of an id, and something else in it
            return
        if span is not None:
            self._continue(ledger, *span)

    def begin(self) -> None:
        """Forget the holes so far; what comes must go on all the same."""
        self.ledgers = {name: Ledger(name, ledger.key) for name, ledger in self.ledgers.items()}

    def holes(self) -> list[dict[str, Any]]:
        """The holes as plain values: stream, key, first and last of it, when noticed (ns)."""
        return [
            {
                "stream": name,
                "key": ledger.key,
                "first": first,
                "last": last,
                "noticed_ns": gap.noticed_ns,
            }
            for name, ledger in self.ledgers.items()
            for gap in ledger.unfilled
            for first, last in gap.missing
        ]

    def _span(self, ids: _Ids) -> tuple[int, int] | None:
        """The first and last key of a message; None if it completes nothing."""
        if ids.k is not None:
            return (ids.k.open_time, ids.k.close_time) if ids.k.closed else None
        if ids.last >= 0:
            return ids.first, ids.last
        number = ids.t if ids.t >= 0 else int(bytes(ids.a))
        return number, number

    def _continue(self, ledger: Ledger, first: int, last: int) -> None:
        due = self._next.get(ledger.stream, first)
        if first > due:
            ledger.note(due, first - 1)
        elif first < due:
            ledger.fill(first, last, reason="came late")
        self._next[ledger.stream] = max(due, last + 1)


def _key(name: str) -> str:
    """What a stream counts, in words; empty if nothing."""
    kind = name.partition("@")[2]
    if kind.startswith("kline_"):
        return "time"
    if kind.partition("@")[0] == "depth":
        return "update id"
    return {"trade": "trade id", "aggTrade": "aggregate trade id"}.get(kind, "")
