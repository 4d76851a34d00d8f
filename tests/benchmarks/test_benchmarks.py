"""The benchmarks' machinery works; what they measure is nobody's to assert."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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
        assert f"{work['area']}: {work['work']}" in done.stdout
        assert f"| {work['area']}: {work['work']} |" in text
    assert text.startswith("# A\n\n## Speed\n")
    assert "old" not in text
    assert text.endswith("\n\n## Built on\n\nthings\n")


def test_a_contestant_that_fails_is_named(tmp_path: Path):
    """Who can't take part is told with the reason, and the run fails if it is ours."""
    report = tmp_path / "bench.json"
    done = run("--only", "book", "--json", str(report), "--scale", "nan")
    assert done.returncode == 1
    assert "ValueError" in json.loads(report.read_text("utf-8"))["failures"]["book: binance_lab"]
