"""Runs areas: every contestant in turn in a process of its own, round after round.

Contestants take turns within a round, so that whatever else the machine does meets all of them.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contest import Area, Contestant, Goal, Sample, Setup, Work

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BENCH = ROOT / ".venv-bench"
AREAS = (
    *("rest", "streams", "book", "frames", "history", "imports", "exchange", "views", "browser"),
)
TURN_S = 300.0
"""A contestant that takes longer is out."""

_SAME = {"MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": ""}
"""For everybody: pip compiled the peers when it installed them, so ours are compiled once too."""

Say = Callable[[str], None]


@dataclass
class Standing:
    """What a contestant's rounds gave for one work; both medians."""

    name: str
    role: str
    cpu_s: float
    wall_s: float
    rounds: int

    def value(self, work: Work) -> float:
        """In the work's unit."""
        taken = self.cpu_s if work.by == "cpu" else self.wall_s
        return work.scale / taken if work.rate else taken * work.scale


@dataclass
class Outcome:
    """A work, and everybody's standing in it."""

    area: str
    work: Work
    standings: list[Standing]
    date: str
    pace_s: float | None = None
    """What `pace_s` said of the machine then; None if nobody asked it."""

    @property
    def ours(self) -> Standing | None:
        """The project's; None if its turn failed."""
        return self._best("ours")

    @property
    def best_peer(self) -> Standing | None:
        """The cheapest peer."""
        return self._best("peer")

    @property
    def floor(self) -> Standing | None:
        """The bare libraries."""
        return self._best("floor")

    def ratio(self, other: Standing | None) -> float | None:
        """What ours costs, in terms of another."""
        if self.ours is None or other is None or not other.value(self.work):
            return None
        return self.ours.value(self.work) / other.value(self.work)

    @property
    def floor_to_peer(self) -> float | None:
        """What the bare libraries cost, in terms of the best peer."""
        floor, peer = self.floor, self.best_peer
        if floor is None or peer is None or not peer.value(self.work):
            return None
        return floor.value(self.work) / peer.value(self.work)

    def verdict(self, goal: Goal) -> bool | None:
        """Whether a goal is met; None if what it needs was not measured."""
        if goal.against == "units":
            value = self.ours.value(self.work) if self.ours else None
        else:
            value = self.ratio(self.best_peer if goal.against == "peer" else self.floor)
        return None if value is None else goal.met(value)

    def _best(self, role: str) -> Standing | None:
        found = [each for each in self.standings if each.role == role]
        best = max if self.work.rate else min
        return best(found, key=lambda each: each.value(self.work), default=None)

    def as_json(self) -> dict[str, object]:
        """For bench.json."""
        work = self.work
        goals = [{**asdict(goal), "met": self.verdict(goal)} for goal in work.goals]
        return {
            "area": self.area,
            "date": self.date,
            "pace_s": self.pace_s,
            "work": work.name,
            "unit": work.unit,
            "by": work.by,
            "to_best_peer": self.ratio(self.best_peer),
            "to_floor": self.ratio(self.floor),
            "goals": goals,
            "contestants": [{**asdict(each), "value": each.value(work)} for each in self.standings],
        }


@dataclass
class Results:
    """Everything that was measured, and who could not take part and why."""

    outcomes: list[Outcome] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def with_earlier(results: Results, path: Path) -> Results:
    """These results, and those that a file has of other areas on this machine, in the usual order."""
    if not path.exists():
        return results
    content = json.loads(path.read_text("utf-8"))
    if content["machine"] != machine():
        return results
    run_now = {each.area for each in results.outcomes}
    earlier = [_outcome_of(each) for each in content["works"] if each["area"] not in run_now]
    failures = {
        who: why for who, why in content["failures"].items() if who.partition(":")[0] not in run_now
    }
    found = [each for each in earlier if each is not None] + results.outcomes
    return Results(
        sorted(found, key=lambda each: AREAS.index(each.area)), failures | results.failures
    )


def _outcome_of(saved: dict[str, Any]) -> Outcome | None:
    """A saved work's outcome; None if there is no such work any more."""
    works = {work.name: work for work in area_named(saved["area"]).works}
    if saved["work"] not in works:
        return None
    names = ("name", "role", "cpu_s", "wall_s", "rounds")
    standings = [Standing(**{name: each[name] for name in names}) for each in saved["contestants"]]
    work, pace = works[saved["work"]], saved.get("pace_s")
    return Outcome(saved["area"], work, standings, saved["date"], pace)


def machine() -> str:
    """The computer, in a line."""
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def pace_s() -> float:
    """What ten million additions in a loop cost, in s of CPU: the same machine isn't always as fast."""
    taken = []
    for _ in range(5):
        started, total = time.process_time(), 0
        for number in range(1_000_000):
            total += number
        taken.append(time.process_time() - started)
    return 10 * statistics.median(taken)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def area_named(name: str) -> Area:
    """The area of a module in areas/."""
    area: Area = importlib.import_module(f"areas.{name}").AREA
    return area


def run(name: str, *, rounds: int | None, scale: float, peers: bool, say: Say) -> Results:
    """Run an area.

    Args:
        rounds: Instead of each area's own number.
        scale: Of every count.
        peers: Whether the peers take part, where they are installed.
    """
    results, area = Results(), area_named(name)
    rounds = rounds or area.rounds
    say(f"{name}: {area.about}")
    samples: dict[str, dict[str, list[Sample]]] = {}
    entered = [each for each in area.contestants if peers or each.environment == "own"]
    with _servers(area.servers) as addresses:
        parts = [work.name for work in area.works] if area.alone else [""]
        setups = [Setup(addresses, scale, part) for part in parts]
        ends_s = time.monotonic() + area.seconds
        for number in range(rounds):
            if number and time.monotonic() > ends_s:
                say(f"  {rounds - number} rounds left out: {area.seconds:g} s are over")
                break
            for setup, each in itertools.product(setups, entered):
                key = f"{area.name}: {each.name}"
                if key in results.failures:
                    continue
                try:
                    turn = _turn(area, each, setup)
                except (subprocess.SubprocessError, OSError, ValueError) as error:
                    results.failures[key] = _reason(error)
                    say(f"  {each.name} is out: {results.failures[key]}")
                    continue
                for work, sample in turn.items():
                    samples.setdefault(work, {}).setdefault(each.name, []).append(sample)
            say(f"  round {number + 1} of {rounds}")
    pace = pace_s()
    results.outcomes = [
        _outcome(area, work, entered, samples.get(work.name, {}), pace) for work in area.works
    ]
    return results


def _outcome(
    area: Area,
    work: Work,
    entered: list[Contestant],
    samples: dict[str, list[Sample]],
    pace: float,
) -> Outcome:
    standings = []
    for each in entered:
        if taken := samples.get(each.name):
            cpus, walls = zip(*taken, strict=True)
            cpu, wall = statistics.median(cpus), statistics.median(walls)
            standings.append(Standing(each.name, each.role, cpu, wall, len(taken)))
    return Outcome(area.name, work, standings, datetime.now(UTC).date().isoformat(), pace)


def _turn(area: Area, contestant: Contestant, setup: Setup) -> dict[str, Sample]:
    """Let a contestant do its works once."""
    python, paths = _environment(contestant)
    done = subprocess.run(
        [python, str(HERE / "worker.py"), area.name, contestant.name, json.dumps(asdict(setup))],
        env={**os.environ, **_SAME, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        timeout=TURN_S,
        check=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    if not lines:
        raise ValueError("it printed nothing")
    turn: dict[str, Sample] = json.loads(lines[-1])
    return turn


def _environment(contestant: Contestant) -> tuple[str, list[Path]]:
    """The Python that runs it, and what comes first on its path."""
    if contestant.environment == "own":
        return sys.executable, [ROOT]
    first = [BENCH / "connector"] if contestant.environment == "connector" else []
    return str(BENCH / "bin" / "python"), first


def _reason(error: Exception) -> str:
    """The last line that a failed process said, or what happened to it."""
    if isinstance(error, FileNotFoundError):
        return "its environment is missing; make bench sets it up"
    said = getattr(error, "stderr", None) or b""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return text.strip().splitlines()[-1] if text.strip() else str(error)


@contextlib.contextmanager
def _servers(names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Start an area's servers; their addresses by name."""
    with contextlib.ExitStack() as stack:
        addresses = {}
        for name in names:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, str(HERE / "servers.py"), name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            addresses[name] = process.stdout.readline().strip()
        yield addresses
