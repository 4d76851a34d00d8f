"""The benchmarks' machinery works; what they measure is nobody's to assert."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from contest import Goal, Work
from report import rows, write_json
from runner import Outcome, Results, Standing, area_named, machine, with_earlier

BENCHMARKS = Path(__file__).parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One round, with next to no repetitions and without peers."""
    command = [sys.executable, str(BENCHMARKS), "--no-peers", "--rounds", "1", "--scale", "0.01"]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=100, check=False
    )


def test_areas_run_without_peers(tmp_path: Path):
    """Ours takes part in every work; the table, the file and README's section tell its figures."""
    report, readme = tmp_path / "bench.json", tmp_path / "README.md"
    readme.write_text("# A\n\n## Speed\n\nold\n\n## Built on\n\nthings\n", "utf-8")
    areas = ("rest", "streams", "imports")
    done = run("--only", *areas, "--json", str(report), "--readme", str(readme))
    assert done.returncode == 0, done.stdout + done.stderr
    works = json.loads(report.read_text("utf-8"))["works"]
    assert {work["area"] for work in works} == set(areas)
    text = readme.read_text("utf-8")
    for work in works:
        values = {each["role"]: each["value"] for each in work["contestants"]}
        assert values["ours"] > 0
        assert work["pace_s"] > 0
        assert f"{work['area']}: {work['work']}" in done.stdout
        assert f"| {work['area']}: {work['work']} |" in text
    assert text.startswith("# A\n\n## Speed\n")
    assert "ten million additions in a plain loop" in text
    assert "old" not in text
    assert text.endswith("\n\n## Built on\n\nthings\n")


def outcome(**costs: float) -> Outcome:
    """One work with a goal of half of the peer, and what each role needs for it in µs."""
    work = Work("a call", "µs", goals=(Goal(0.5, "peer"),))
    standings = [Standing(role, role, cost / 1e6, cost / 1e6, 3) for role, cost in costs.items()]
    return Outcome("rest", work, standings, "2026-11-28")


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ({"ours": 40, "peer": 100, "floor": 20}, "met"),
        ({"ours": 60, "peer": 100, "floor": 20}, "missed"),
        ({"ours": 80, "peer": 100, "floor": 70}, "missed, the floor is at 0.70"),
        ({"ours": 80, "floor": 70}, "not measured"),
    ],
)
def test_a_goal_that_the_floor_misses_is_told(costs, words):
    """Where the bare libraries alone cost more than the goal allows, the table says so."""
    assert rows(Results([outcome(**costs)]))[0][-1] == f"≤ 0.5 × peer: {words}"


def test_results_of_another_machine_are_not_mixed_in(tmp_path: Path):
    """An earlier run's areas are kept only if the same machine measured them."""
    earlier, now = tmp_path / "bench.json", Results()
    of_rest = outcome(ours=1)
    of_rest.work = area_named("rest").works[0]
    write_json(Results([of_rest]), earlier, peers={})
    assert len(with_earlier(now, earlier).outcomes) == 1
    earlier.write_text(earlier.read_text("utf-8").replace(machine(), "another"), "utf-8")
    assert with_earlier(now, earlier).outcomes == []


def test_a_contestant_that_fails_is_named(tmp_path: Path):
    """Who can't take part is told with the reason, and the run fails if it is ours."""
    report = tmp_path / "bench.json"
    done = run("--only", "book", "--json", str(report), "--scale", "nan")
    assert done.returncode == 1
    assert "ValueError" in json.loads(report.read_text("utf-8"))["failures"]["book: binance_lab"]
