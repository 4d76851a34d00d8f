"""What a soak found: the figures of each process, what is wrong with them, and README's section."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, median_low
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from runner import machine

WARM_UP = 0.1
"""The share of the run in which caches and buffers may fill."""

GROWTH = 0.03
GROWTH_MB = 8.0
"""Memory may grow by this share, or so many MB, from the middle third to the last; not more."""

SPARE = {"threads": 0, "sockets": 2}
"""REST keeps a few connections after a cut and lets them go again; a leak leaves some at each cut."""

CPU_SHARE = 0.6
"""Of one core, for any one process."""

_NUMBER = re.compile(r"(?<=[-:])\d+\b(?!\.)")
"""In a thread's name: which connection, and to which port. Another connection has another number."""

HEADER = ("process", "CPU of a core", "MB, middle", "MB, end", "threads", "sockets", "holes filled")


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one time; ``report`` is what a notebook says of itself."""

    name: str
    at_s: float
    rss_mb: float
    cpu_s: float
    threads: int
    sockets: int
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Process:
    """A process over the whole run: medians of its middle and of its last third."""

    name: str
    seconds: float
    cpu_share: float
    middle_mb: float
    end_mb: float
    threads: tuple[float, float]
    sockets: tuple[float, float]
    named: tuple[Counter[str], Counter[str]]
    last: dict[str, Any]

    @classmethod
    def of(cls, name: str, samples: list[Sample]) -> Process:
        """What the samples of one process come to."""
        warm = [each for each in samples if each.at_s >= WARM_UP * samples[-1].at_s]
        third = max(1, len(warm) // 3)
        middle, end = warm[third : 2 * third] or warm, warm[-third:]
        seconds = max(warm[-1].at_s - warm[0].at_s, 1e-9)
        return cls(
            name=name,
            seconds=samples[-1].at_s,
            cpu_share=(warm[-1].cpu_s - warm[0].cpu_s) / seconds,
            middle_mb=median(each.rss_mb for each in middle),
            end_mb=median(each.rss_mb for each in end),
            threads=_two_medians(middle, end, "threads"),
            sockets=_two_medians(middle, end, "sockets"),
            named=(_thread_names(middle), _thread_names(end)),
            last=samples[-1].report,
        )

    @property
    def came(self) -> Counter[str]:
        """The threads of its last third that its middle third didn't have, by name."""
        middle, end = self.named
        return end - middle

    @property
    def went(self) -> Counter[str]:
        """The threads of its middle third that its last third had no more, by name."""
        middle, end = self.named
        return middle - end

    @property
    def wrong(self) -> Iterable[str]:
        """What must not be, a line each."""
        grown = self.end_mb - self.middle_mb
        if grown > max(GROWTH_MB, GROWTH * self.middle_mb):
            yield f"{self.name}: memory grew by {grown:.0f} MB, to {self.end_mb:.0f}"
        for what, spare in SPARE.items():
            before, after = getattr(self, what)
            if after > before + spare:
                more = f": {_counted(self.came)}" if what == "threads" and self.came else ""
                yield f"{self.name}: {what} grew from {before:.0f} to {after:.0f}{more}"
        if self.cpu_share > CPU_SHARE:
            yield f"{self.name}: {self.cpu_share:.0%} of a core, more than {CPU_SHARE:.0%}"
        if (
            self.last.get("clicks", 0) > self.last.get("orders", 0) + 1
        ):  # the last one may be on its way
            yield f"{self.name}: {self.last['orders']} orders of {self.last['clicks']} clicks"
        if self.last.get("unlisted"):
            yield f"{self.name}: {self.last['unlisted']} trades are missing and not listed"
        for error in self.last.get("errors", ()):
            yield f"{self.name}: a view failed: {error}"


def _two_medians(middle: list[Sample], end: list[Sample], what: str) -> tuple[float, float]:
    return (
        median(getattr(each, what) for each in middle),
        median(getattr(each, what) for each in end),
    )


def _thread_names(samples: list[Sample]) -> Counter[str]:
    """The threads that Python knows at the time that has the most usual number of them."""
    usual = median_low(len(each.report.get("threads", ())) for each in samples)
    names = next(names for each in samples if len(names := each.report.get("threads", ())) == usual)
    return Counter(_NUMBER.sub("#", name) for name in names)


def _counted(names: Counter[str]) -> str:
    return ", ".join(
        f"{count} {name}" if count > 1 else name for name, count in sorted(names.items())
    )


def processes(samples: list[Sample]) -> list[Process]:
    """Each process, in the order of their start."""
    names = dict.fromkeys(each.name for each in samples)
    return [Process.of(name, [each for each in samples if each.name == name]) for name in names]


def judged(samples: list[Sample]) -> list[str]:
    """Everything that is wrong, a line each; empty if nothing is."""
    return [words for each in processes(samples) for words in each.wrong]


def rows(samples: list[Sample]) -> list[tuple[str, ...]]:
    """The table's cells, a row for each process."""
    return [
        (
            each.name,
            f"{each.cpu_share:.0%}",
            f"{each.middle_mb:.0f}",
            f"{each.end_mb:.0f}",
            f"{each.threads[1]:.0f}",
            f"{each.sockets[1]:.0f}",
            _filled(each.last),
        )
        for each in processes(samples)
    ]


def _filled(report: dict[str, Any]) -> str:
    holes = report.get("holes")
    return "–" if holes is None else f"{holes - report['unfilled']} of {holes}"


def table(samples: list[Sample]) -> str:
    """Columns side by side, for a terminal."""
    cells = [HEADER, *rows(samples)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def threads(samples: list[Sample]) -> str:
    """The threads of each process by name, and which of them came or went, for a terminal."""
    lines = []
    for each in processes(samples):
        if names := each.named[0]:
            lines.append(f"{each.name}: {_counted(names)}")
            lines += [f"  came: {_counted(each.came)}"] * bool(each.came)
            lines += [f"  went: {_counted(each.went)}"] * bool(each.went)
    return "\n".join(lines)


def write_json(samples: list[Sample], path: Path) -> None:
    """Every sample, for a program."""
    content = {"machine": machine(), "samples": [asdict(each) for each in samples]}
    path.write_text(json.dumps(content) + "\n", "utf-8")


def write_section(samples: list[Sample], path: Path) -> None:
    """Replace README's section "Soak"; it goes before "Built on" where there is none yet."""
    text = path.read_text("utf-8")
    before, _, rest = text.partition("\n## Soak\n")
    if not rest:
        before, _, rest = text.partition("\n## Built on\n")
        rest = f"\n## Built on\n{rest}"
    after = "\n## " + rest.partition("\n## ")[2]
    path.write_text(f"{before}\n## Soak\n\n{_section(samples)}\n{after}", "utf-8")


def _section(samples: list[Sample]) -> str:
    found = judged(samples)
    reports = [each.last for each in processes(samples) if each.last]
    messages = sum(each["messages"] for each in reports)
    orders = max(each["orders"] for each in reports)  # all see the one account's
    lines = [
        "`make soak` (`HOURS=1`) keeps four notebooks open on the embedded exchange: a desk, a form that",
        "places an order every five seconds, six views and a recorder; every two minutes the streams are",
        "cut, so that everybody reconnects.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}: {max(each.at_s for each in samples) / 60:.0f} minutes, "
        f"{messages:,} messages to live objects, {orders:,} orders; "
        + ("; ".join(found) or "nothing grew, no hole is unlisted")
        + ".",
        "",
        "| " + " | ".join(HEADER) + " |",
        "| " + " | ".join("---" for _ in HEADER) + " |",
        *("| " + " | ".join(row) + " |" for row in rows(samples)),
    ]
    return "\n".join(lines)
