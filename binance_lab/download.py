"""``binance-lab download``: history to Parquet, from the archive and REST, with progress and resume."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from .connector.exceptions import BadInput, ConfigError
from .wire.words import counted

if TYPE_CHECKING:
    import pandas as pd

    from .history import History
    from .lab import Lab


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.epilog = "The same command again fetches only what is new, or what a stop left out."
    parser.add_argument(
        "symbols", nargs="*", help="such as BTCUSDT ETHUSDT; all in the store if none"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--interval", help="klines of this interval, 1m if nothing is said")
    what.add_argument("--trades", action="store_true", help="trades instead of klines")
    what.add_argument(
        "--agg-trades", action="store_true", help="aggregate trades instead of klines"
    )
    parser.add_argument(
        "--start", help="such as 2024-01-01 (UTC); what the store begins with if not given"
    )
    parser.add_argument(
        "--end",
        help="a moment, included: 2026-10-31 has the first candle of that day only, 2026-10-31T23:59 "
        "all of it; now if not given",
    )
    parser.add_argument("--data", help="folder to keep it in; BINANCE_LAB_DATA or the platform's")
    parser.add_argument(
        "--env", choices=["local", "testnet", "live"], help="local if nothing says otherwise"
    )
    parser.add_argument("--url", help="of a running embedded exchange")
    parser.add_argument(
        "--use-unverified",
        action="store_true",
        help="use archive files that don't match their checksum, instead of asking REST",
    )
    parser.add_argument(
        "--verify", action="store_true", help="only check every file, fetch nothing"
    )
    parser.add_argument("--compact", action="store_true", help="join each month's files afterwards")


def run(args: argparse.Namespace) -> int:
    """Fetch or verify, and print what there is; 1 if a file is damaged."""
    from .history.request import range_ms, symbols_of
    from .lab import Lab

    dataset = _dataset(args)
    asked = symbols_of(args.symbols) if args.symbols else None
    if args.start:  # before anything is opened
        range_ms(args.start, args.end, now_ms=int(time.time() * 1000))
    with Lab(args.env, url=args.url, data=args.data) as lab:
        _must_last(lab)
        history = lab.history
        history.use_unverified = args.use_unverified
        if asked is None and not any(each.begins_ms() for each in history.store.all()):
            print(
                f"Nothing is in {history.folder} yet. Say what to fetch: "
                "binance-lab download BTCUSDT --interval 1m --start 2024-01-01"
            )
            return 0
        if args.verify:
            return _verify(history, asked, dataset)
        return _download(history, args, asked, dataset)


def _download(
    history: History, args: argparse.Namespace, asked: list[str] | None, dataset: str | None
) -> int:
    try:
        history.sync(asked, dataset, start=args.start, end=args.end)
    except KeyboardInterrupt as error:
        notes = " ".join(getattr(error, "__notes__", ())).replace("same call", "same command")
        print(f"\nStopped. {notes}".rstrip(), file=sys.stderr)
        return 1
    if args.compact:
        history.compact(asked, dataset)
    contents = history.contents()
    if len(contents):
        print(_told(contents))
    if without := sorted(set(asked or ()) - set(contents["symbol"])):
        print(f"Nothing was traded in this range: {', '.join(without)}.")
    problems = history.quality(asked, dataset)
    if len(problems):
        print(f"\nNot as it should be:\n{_told(problems)}")
    print(f"\n{history.folder}")
    return 0


def _verify(history: History, asked: list[str] | None, dataset: str | None) -> int:
    found = history.verify(asked, dataset)
    wrong = found[found["problem"] != ""]
    print(f"{counted(len(found), 'file')}, {len(wrong)} damaged.")
    if len(wrong):
        print(_told(wrong))
    return int(len(wrong) > 0)


def _dataset(args: argparse.Namespace) -> str | None:
    """What is meant; klines of 1m unless all that is in the store is."""
    if args.trades or args.agg_trades:
        return "trades" if args.trades else "agg_trades"
    if args.interval:
        from .history.request import interval

        return interval(args.interval).name
    if args.symbols:
        return "1m"
    if args.start:
        raise BadInput("A start needs symbols: binance-lab download BTCUSDT --start 2024-01-01")
    return None


def _must_last(lab: Lab) -> None:
    if lab.history.temporary:
        raise ConfigError(
            "The embedded exchange and its history end with this command: say where to keep it "
            "(--data DIR), or download from elsewhere (--env live, --url of a running exchange)."
        )


def _told(frame: pd.DataFrame) -> str:
    return frame.to_string(index=False, max_colwidth=80)
