"""README's examples run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
TIMEOUT_S = 60


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_examples_run(example, tmp_path):
    """Each block of Python in README runs in a fresh process, without a key, and prints no error."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("BINANCE_LAB_")
    }
    ran = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", example],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment | {"HOME": str(tmp_path)},
        timeout=TIMEOUT_S,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr


def test_there_are_examples():
    """The pattern above still finds README's Python."""
    assert len(EXAMPLES) >= 1


def test_local_links_lead_somewhere():
    """Files and pictures that README names are there."""
    targets = re.findall(r"\]\((?!https?://|#)([^)]+)\)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []
