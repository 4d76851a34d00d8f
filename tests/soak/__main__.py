"""Everything at once for an hour: does anything grow, is a hole unlisted, what does it cost?

    python tests/soak --hours 1 --readme README.md

The embedded exchange, its agents trading; four notebooks in kernels of their own: a desk, a form that
places an order every five seconds, six views, a recorder. Every two minutes, in short runs more often, the
exchange cuts its streams, so that everybody reconnects. The first tenth of the time is for warming up. It ends with 0
if memory, threads and sockets stand still, every hole is listed and the processor is within budget.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from binance_lab import Exchange
from soak.findings import Sample, judged, table, threads, write_json, write_section
from soak.notebooks import NOTEBOOKS, Notebook

ROOT = Path(__file__).parents[2]
EXCHANGE = "exchange"
TICK_S = 5.0
CUT_EVERY_S = 120.0


def main() -> int:
    """Run, print what was found, write soak.json; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "soak.json")
    parser.add_argument("--readme", type=Path, help='whose section "Soak" is to be written')
    args = parser.parse_args()
    samples = soak(args.hours * 3600)
    print(table(samples), threads(samples), sep="\n\n")
    args.json.parent.mkdir(exist_ok=True)
    write_json(samples, args.json)
    if args.readme:
        write_section(samples, args.readme)
    wrong = judged(samples)
    print(*wrong or ["nothing is wrong"], sep="\n")
    return int(bool(wrong))


def soak(seconds: float) -> list[Sample]:
    """Let it run, and measure every process at each tick.

    Ctrl-c ends it early with what there is.
    """
    samples: list[Sample] = []
    pause = threading.Event()
    with everything() as (exchange, notebooks):
        watched = {EXCHANGE: psutil.Process(exchange.pid)}
        watched |= {each.name: psutil.Process(each.pid) for each in notebooks}
        cut_every_s = min(CUT_EVERY_S, seconds / 3)  # a short run has its holes too
        began = told = cut = time.monotonic()
        try:
            while (now := time.monotonic()) - began < seconds:
                reports = {each.name: each.report() for each in notebooks}
                for name, process in watched.items():
                    samples.append(measured(name, process, now - began, reports.get(name, {})))
                if now - cut > cut_every_s:
                    cut = now
                    exchange.control("POST", "faults", kind="cut", door="streams")
                if now - told > 60:
                    told = now
                    print(f"{(now - began) / 60:.0f} min", *line(samples, watched), flush=True)
                pause.wait(max(0.0, TICK_S - (time.monotonic() - now)))
        except KeyboardInterrupt:
            print("stopped early", file=sys.stderr)
    return samples


@contextmanager
def everything() -> Iterator[tuple[Exchange, list[Notebook]]]:
    """The exchange, and the notebooks on it."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        exchange = stack.enter_context(Exchange(seed=3))
        variables = {
            **os.environ,
            "SOAK_URL": exchange.rest,
            "SOAK_FOLDER": folder,
            "BINANCE_LAB_DATA": folder,
            "BINANCE_LAB_LOCAL_API_KEY": exchange.api_key,
            "BINANCE_LAB_LOCAL_API_SECRET": exchange.api_secret,
        }
        with ThreadPoolExecutor() as pool:
            opened = [pool.submit(Notebook, *each, variables) for each in NOTEBOOKS.items()]
        for each in opened:
            if each.exception() is None:
                stack.callback(each.result().close)
        yield exchange, [each.result() for each in opened]


def measured(name: str, process: psutil.Process, at_s: float, report: dict[str, Any]) -> Sample:
    """What the system says of a process, and the process of itself."""
    times = process.cpu_times()
    return Sample(
        name=name,
        at_s=at_s,
        rss_mb=process.memory_info().rss / 1e6,
        cpu_s=times.user + times.system,
        threads=process.num_threads(),
        sockets=len(process.net_connections("inet")),
        report=report,
    )


def line(samples: list[Sample], names: Any) -> list[str]:
    """The newest figures in a line."""
    newest = samples[-len(names) :]
    return [
        f"{each.name}: {each.rss_mb:.0f} MB, {each.threads} threads, {each.sockets} sockets;"
        for each in newest
    ]


if __name__ == "__main__":
    raise SystemExit(main())
