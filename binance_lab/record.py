"""The verb ``record``: streams into capture files, for a time or until ctrl-c."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .connector.exceptions import ConfigError
from .wire.capture import CaptureError, read_capture
from .wire.words import counted

if TYPE_CHECKING:
    from .live import Recorder

_TOLD_EVERY_S = 10.0
_TICK_S = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.epilog = "An example: binance-lab record btcusdt@trade btcusdt@depth@100ms --env live"
    parser.add_argument("streams", nargs="+", metavar="STREAM", help="such as btcusdt@trade")
    parser.add_argument(
        "--folder", type=Path, default=Path("captures"), help="where files go (default: captures)"
    )
    parser.add_argument("--seconds", type=float, help="how long; until ctrl-c if not given")
    parser.add_argument(
        "--env", choices=["local", "testnet", "live"], help="local if nothing says otherwise"
    )
    parser.add_argument("--url", help="of a running embedded exchange")


def run(args: argparse.Namespace) -> int:
    """Record, and list the files; 1 if a stream brought nothing or something was lost."""
    from .lab import Lab
    from .live.recorder import stream_names

    stream_names(args.streams)  # a wrong one is told before an exchange is started
    with Lab(args.env, url=args.url) as lab:
        try:
            recorder = lab.record(args.streams, args.folder)
        except OSError as error:
            raise ConfigError(f"Can't record to {args.folder}: {error}.") from None
        print(f"{lab.environment.name}: {', '.join(recorder.names)}; ctrl-c ends it", flush=True)
        try:
            _watch(recorder, args.seconds)
        except KeyboardInterrupt:
            print()
        recorder.close()
    return _summarize(recorder)


def _watch(recorder: Recorder, seconds: float | None) -> None:
    """Say now and then how much there is, until the time is over."""
    began = told = time.monotonic()
    while seconds is None or time.monotonic() - began < seconds:
        time.sleep(_TICK_S)
        if time.monotonic() - told >= _TOLD_EVERY_S:
            told = time.monotonic()
            print(f"{told - began:6.0f} s  {counted(recorder.count, 'message')}", flush=True)


def _summarize(recorder: Recorder) -> int:
    for path in recorder.paths:
        print(f"{path}  {path.stat().st_size:,} bytes")
    silent = set(recorder.names) - _streams_of(recorder.paths)
    problems = [f"nothing came of {name}" for name in sorted(silent)]
    if recorder.lost:
        problems.append(f"{counted(recorder.lost, 'message')} lost: the disk was too slow")
    if recorder.error is not None:
        problems.append(str(recorder.error))
    print(f"{counted(recorder.count, 'message')}" + "".join(f"; {problem}" for problem in problems))
    return 1 if problems else 0


def _streams_of(paths: Sequence[Path]) -> set[str]:
    """The streams that the files have messages of, as far as they can be read."""
    unreadable: list[CaptureError] = []
    return {
        message.stream
        for path in paths
        for message in read_capture(path, on_error=unreadable.append)
    }
