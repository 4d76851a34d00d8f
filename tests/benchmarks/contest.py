"""What a benchmark is made of: areas, works and contestants, and how one work is measured.

A contestant runs in a process of its own, in the environment that has its packages, so nothing here
imports more than the standard library.
"""

from __future__ import annotations

import os
import resource
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["ours", "peer", "other", "floor"]
"""``other`` is told of, but no goal is about it: what people build by hand, for example."""
Sample = tuple[float, float]
"""CPU seconds of this process and seconds on the clock, for one unit of work."""


@dataclass(frozen=True)
class Goal:
    """At most (or at least) so many times what another costs, or so many units."""

    limit: float
    against: Literal["peer", "floor", "units"]
    more_is_better: bool = False

    def met(self, value: float) -> bool:
        """Whether a ratio, or a number of units, reaches it."""
        return value >= self.limit if self.more_is_better else value <= self.limit


@dataclass(frozen=True)
class Work:
    """One thing that is measured.

    Attributes:
        unit: Of the numbers in the table; ``scale`` makes it of what a sample has.
        by: Which half of a sample counts.
        rate: Whether the table tells how many in a second.
    """

    name: str
    unit: str
    scale: float = 1e6
    by: Literal["cpu", "wall"] = "cpu"
    rate: bool = False
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True)
class Setup:
    """What a contestant is told.

    Attributes:
        addresses: Host and port of each of the area's servers.
        scale: 1 for a whole run; less where only the machinery is tried.
        work: Which work to do, in an area whose works are done alone.
    """

    addresses: dict[str, str] = field(default_factory=dict)
    scale: float = 1.0
    work: str = ""

    def count(self, whole: int) -> int:
        """So many repetitions, scaled, and never none."""
        return max(2, int(whole * self.scale))


Run = Callable[[Setup], dict[str, Sample]]


@dataclass(frozen=True)
class Contestant:
    """Something that does an area's works; its function answers a sample for each that it can do.

    Attributes:
        environment: ``own`` is the project's, ``bench`` the peers', ``connector`` the peers' with
            the deprecated connector, whose package has the same name as another's.
        needs: Modules without which it is left out.
    """

    name: str
    role: Role
    run: Run
    environment: Literal["own", "bench", "connector"] = "own"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Area:
    """Works that share contestants.

    Attributes:
        servers: That they talk to, by their names in servers.py.
        alone: Whether each work needs a process of its own.
        seconds: No round begins after so long, however busy the machine is.
    """

    name: str
    about: str
    works: tuple[Work, ...]
    contestants: tuple[Contestant, ...]
    rounds: int = 5
    servers: tuple[str, ...] = ()
    alone: bool = False
    seconds: float = 120.0


def per_call(function: Callable[[], object], count: int, *, batches: int = 5) -> Sample:
    """The median batch's cost of a call, after a tenth of the calls to warm up."""
    for _ in range(max(1, count // 10)):
        function()
    samples = []
    size = max(1, count // batches)
    for _ in range(batches):
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(size):
            function()
        samples.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpus, walls = zip(*samples, strict=True)
    return statistics.median(cpus) / size, statistics.median(walls) / size


class Meter:
    """Counts messages in a callback; from the first that counts to the last it takes the time."""

    def __init__(self, count: int) -> None:
        self.warm_up = max(1, count // 5)
        self.last = self.warm_up + count
        self.seen = 0
        self.sample: Sample = (0.0, 0.0)
        self.done = threading.Event()
        self._started = (0.0, 0.0)

    def tick(self, *_: object) -> None:
        """One more message."""
        self.seen += 1
        if self.seen == self.warm_up:
            self.start()
        elif self.seen == self.last:
            self.stop()

    def start(self) -> None:
        """From here it counts."""
        self._started = (time.process_time(), time.perf_counter())

    def stop(self) -> None:
        """Up to here it counted."""
        cpu, wall = self._started
        count = self.last - self.warm_up
        self.sample = (
            (time.process_time() - cpu) / count,
            (time.perf_counter() - wall) / count,
        )
        self.done.set()

    def wait(self, timeout_s: float = 45.0) -> Sample:
        """What a message cost, when all have come."""
        if not self.done.wait(timeout_s):
            raise TimeoutError(f"{self.seen} of {self.last} messages within {timeout_s:g} s")
        return self.sample


def peak_bytes() -> int:
    """The most memory that this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def cpu_of(pid: int) -> float:
    """CPU seconds of another process so far."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_of(pid: int) -> int:
    """Bytes of memory that another process has now."""
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
