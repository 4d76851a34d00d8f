"""Ours, the peers and the floor, side by side: ``python tests/benchmarks --only rest``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

from report import details, text_table, write_json, write_section
from runner import AREAS, BENCH, ROOT, Results, run, with_earlier

PEERS = (
    "python-binance",
    "binance-connector",
    "binance-sdk-spot",
    "ccxt",
    "unicorn-binance-websocket-api",
    "picows",
    "polars",
)
_VERSIONS = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
sys.path.insert(0, sys.argv[1])
found = {}
for name in sys.argv[2:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def peers() -> dict[str, str]:
    """The installed peers and their versions."""
    python = BENCH / "bin" / "python"
    if not python.exists():
        return {}
    asked = [str(python), "-c", _VERSIONS, str(BENCH / "connector"), *PEERS]
    answer: dict[str, str] = json.loads(subprocess.check_output(asked, timeout=30))
    return answer


def main() -> int:
    """Run, keep each area's results, print the table; 1 if ours failed somewhere, or ctrl-c ended it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=AREAS, default=AREAS, metavar="AREA")
    parser.add_argument("--rounds", type=int, help="instead of each area's own number")
    parser.add_argument("--scale", type=float, default=1.0, help="of every count; less is quicker")
    parser.add_argument("--no-peers", action="store_true", help="ours and the floor only")
    parser.add_argument(
        "--json",
        type=Path,
        default=ROOT / "bench.json",
        help="where results are kept; areas that don't run now keep theirs",
    )
    parser.add_argument("--readme", type=Path, help='whose section "Speed" is to be written')
    args = parser.parse_args()
    found = {} if args.no_peers else peers()
    say = partial(print, file=sys.stderr, flush=True)
    results, stopped = Results(), False
    try:
        for name in args.only:
            area = run(name, rounds=args.rounds, scale=args.scale, peers=bool(found), say=say)
            results.outcomes += area.outcomes
            results.failures |= area.failures
            everything = with_earlier(area, args.json)
            write_json(everything, args.json, peers=found)
            if args.readme:
                write_section(everything, args.readme, peers=found)
    except KeyboardInterrupt:
        stopped = True
        say(f"stopped in {name}; the areas before it are kept in {args.json.name}")
    print(text_table(results), details(results), sep="\n\n")
    return int(stopped or any(outcome.ours is None for outcome in results.outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
