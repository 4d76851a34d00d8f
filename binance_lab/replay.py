"""The verb ``replay``: captures through the very objects that live streams feed, and what they hold."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .connector.exceptions import BadInput, ConfigError
from .wire.capture import CaptureError, read_capture
from .wire.words import counted

if TYPE_CHECKING:
    from .live import Live, LiveObject, Replay

_SHOWN_ERRORS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="captures, in order")
    parser.add_argument(
        "--speed", type=float, help="how much faster than recorded; as fast as it goes if not given"
    )


def run(args: argparse.Namespace) -> int:
    """Print what the captures hold; 1 if a line can't be read or something is missing."""
    from .live import Replay

    if args.speed is not None and args.speed <= 0:
        raise BadInput(f"--speed is a number above 0, not {args.speed:g}.")
    contents = _contents(args.files)
    if contents.counts:
        print(contents.frame().to_string(), "\n", flush=True)
    else:
        print("There is no message that can be read.", flush=True)
    with Replay(*args.files, speed=args.speed) as replay:
        made = {name: _object(replay.live, name) for name in contents.counts if name}
        replay.run()
        complete = [_told(name, one) for name, one in made.items() if one is not None]
    return 0 if all(complete) and not _errors(replay) else 1


@dataclass
class _Contents:
    """How many messages of which stream, and from when to when."""

    counts: Counter[str] = field(default_factory=Counter)
    first_ns: dict[str, int] = field(default_factory=dict)
    last_ns: dict[str, int] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """A row for each stream; depth snapshots have no name."""
        rows = [
            (name or "(snapshots)", count, self.first_ns[name], self.last_ns[name])
            for name, count in sorted(self.counts.items())
        ]
        frame = pd.DataFrame(rows, columns=["stream", "messages", "first", "last"])
        for name in ("first", "last"):
            frame[name] = pd.to_datetime(frame[name], unit="ns", utc=True).dt.round("ms")
        return frame.set_index("stream")


def _contents(files: Sequence[Path]) -> _Contents:
    """What is in the files; lines that can't be read are told by the replay.

    Raises:
        ConfigError: There is no such file.
    """
    contents, unreadable = _Contents(), list[CaptureError]()
    for path in files:
        try:
            for message in read_capture(path, on_error=unreadable.append):
                contents.counts[message.stream] += 1
                contents.first_ns.setdefault(message.stream, message.received_ns)
                contents.last_ns[message.stream] = message.received_ns
        except OSError as error:
            raise ConfigError(f"Can't read {path}: {error.strerror or error}.") from None
    return contents


def _object(live: Live, stream: str) -> LiveObject | None:
    """The object that a stream feeds; None where there is no such object."""
    symbol, _, kind = stream.partition("@")
    symbol = symbol.upper()
    if kind == "trade":
        return live.trades(symbol)
    if kind == "aggTrade":
        return live.agg_trades(symbol)
    if kind in ("depth", "depth@100ms"):
        return live.book(symbol, speed="100ms" if kind.endswith("100ms") else "1000ms")
    if kind.startswith("kline_") and "@" not in kind:
        return live.candles(symbol, kind.removeprefix("kline_"))
    if kind == "miniTicker":
        return live.tickers([symbol])
    return live.tickers() if stream == "!miniTicker@arr" else None


def _told(stream: str, one: LiveObject) -> bool:
    """Print what an object holds; whether nothing is missing."""
    from .live import OrderBook

    messages, gaps = counted(one.received, "message"), counted(len(one.gaps), "gap")
    print(f"{stream}: {messages}, {one.garbled} garbled, {gaps}")
    if isinstance(one, OrderBook) and not one.version:
        print("no snapshot fits the updates: record the book with its snapshot\n")
        return False
    print(_end_of(one).to_string(), "\n")
    return one.complete and not one.garbled


def _end_of(one: Any) -> pd.DataFrame:
    """The last rows of what an object holds; of a book the best levels, though it has ended."""
    from .live import OrderBook, Tickers

    if isinstance(one, OrderBook):
        return one.frame(3, stale=True)
    return one.frame() if isinstance(one, Tickers) else one.tail(3)


def _errors(replay: Replay) -> int:
    for error in replay.errors[:_SHOWN_ERRORS]:
        print(error)
    if (more := len(replay.errors) - _SHOWN_ERRORS) > 0:
        print(f"and {counted(more, 'more line')} that can't be read")
    return len(replay.errors)
