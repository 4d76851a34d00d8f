"""The benchmarks' machinery works; what they measure is nobody's to assert."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent


@pytest.mark.parametrize("area", ["rest", "streams", "book", "frames", "imports"])
def test_an_area_runs_without_peers(area: str, tmp_path: Path):
    """Ours takes part in every work of an area, and the table and the file tell its figures."""
    report = tmp_path / "bench.json"
    command = [sys.executable, str(BENCHMARKS), "--only", area, "--no-peers"]
    command += ["--rounds", "1", "--scale", "0.01", "--json", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    works = json.loads(report.read_text("utf-8"))["works"]
    assert works
    for work in works:
        values = {each["role"]: each["value"] for each in work["contestants"]}
        assert values["ours"] > 0
        assert f"{area}: {work['work']}" in done.stdout


def test_readme_section_is_replaced(tmp_path: Path):
    """A run writes its table into README and leaves the rest of it alone."""
    readme = tmp_path / "README.md"
    readme.write_text("# A\n\n## Speed\n\nold\n\n## Built on\n\nthings\n", "utf-8")
    command = [sys.executable, str(BENCHMARKS), "--only", "imports", "--no-peers", "--rounds", "1"]
    command += ["--json", str(tmp_path / "bench.json"), "--readme", str(readme)]
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    text = readme.read_text("utf-8")
    assert text.startswith("# A\n\n## Speed\n")
    assert "| imports: the package alone |" in text
    assert "old" not in text
    assert text.endswith("\n\n## Built on\n\nthings\n")
