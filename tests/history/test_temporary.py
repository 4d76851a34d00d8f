"""A temporary store leaves nothing behind, however its process ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from binance_lab.history.temporary import TemporaryFolder

HOLD = """
import sys
from binance_lab.history.temporary import TemporaryFolder
folder = TemporaryFolder()
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Of this test alone, for other processes, too."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_closed_one_is_gone(temporary):
    """close() removes it."""
    folder = TemporaryFolder()
    assert folder.path.parent == temporary
    folder.close()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_what_a_killed_process_left_is_removed_by_the_next(temporary):
    """One whose process lives stays, however old it is; so does one that has only just been made."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    lives, killed, young = (process.stdout.readline().strip() for process in processes)
    for process in processes[1:]:
        process.terminate()
        process.communicate(timeout=30)
    unlocked = temporary / Path(killed).name.replace("history-", "history-x")  # by nobody alive
    unlocked.mkdir()
    for path in (lives, killed, unlocked):
        os.utime(path, (0, 0))
    folder = TemporaryFolder()
    assert {str(path) for path in temporary.iterdir()} == {lives, young, str(folder.path)}
    folder.close()
    processes[0].communicate("", timeout=30)
    assert {str(path) for path in temporary.iterdir()} == {young}
