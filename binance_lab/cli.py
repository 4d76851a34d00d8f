"""The command ``binance-lab``: a verb, and the module that does it.

Exit codes: 0 done, 1 failed, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence

from . import __version__

VERBS = {
    "exchange": ("exchange.server.command", "serve the embedded exchange until ctrl-c"),
    "demo": ("demo", "all at once in a terminal: frames, a stream, a chart, an order filled"),
    "lab": ("jupyter", "JupyterLab with the embedded exchange behind it"),
    "desk": ("jupyter_desk", "chart, book, trades and orders of a symbol as a page of its own"),
    "download": ("download", "keep history on disk: klines or trades, checked, as Parquet"),
    "record": ("record", "streams to capture files, until ctrl-c"),
    "replay": ("replay", "captures through the same code as live, and what they hold"),
    "doctor": ("doctor", "what works from here, in words"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    argv = sys.argv[1:] if argv is None else list(argv)
    args = _parser(argv).parse_args(argv)
    from .connector.exceptions import BadInput, LabError

    _end_as_by_ctrl_c()
    try:
        code: int = args.run(args)
    except LabError as error:
        told = " ".join([str(error), *getattr(error, "__notes__", ())])
        print(f"binance-lab {args.verb}: {told}", file=sys.stderr)
        return 2 if isinstance(error, BadInput) else 1
    except BrokenPipeError:  # of a reader that had enough, such as head
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # for what is still to be flushed
        return 1
    except KeyboardInterrupt:
        print(f"\nbinance-lab {args.verb}: stopped.", file=sys.stderr)
        return 1
    return code


def _end_as_by_ctrl_c() -> None:
    """A kill and a terminal that closes leave nothing behind either: no server, no half file."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, signal.default_int_handler)


def _parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the chosen verb's module is imported."""
    parser = argparse.ArgumentParser(
        prog="binance-lab", description="Explore, chart and trade Binance Spot."
    )
    parser.add_argument("--version", action="version", version=f"binance-lab {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    chosen = next((word for word in argv if not word.startswith("-")), None)
    for verb, (module, does) in VERBS.items():
        verb_parser = verbs.add_parser(verb, help=does, description=f"{does[0].upper()}{does[1:]}.")
        if verb == chosen:
            command = importlib.import_module(f".{module}", __package__)
            command.add_arguments(verb_parser)
            verb_parser.set_defaults(run=command.run)
    return parser
