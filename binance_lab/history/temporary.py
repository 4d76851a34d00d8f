"""A store that goes with its process: removed at the end, or later where the process was killed."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .locks import lock_now

_PREFIX = "binance-lab-history-"
_ALIVE = ".alive"  # locked as long as the process lives, however it ends
_YOUNG_S = 60.0  # a younger folder may not have its lock yet


class TemporaryFolder:
    """A folder among the temporary ones, until close(); those of killed processes are removed first."""

    def __init__(self) -> None:
        for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
            with suppress(OSError):  # another user's, or it is being removed by another process
                _remove_left_over(path)
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        self._alive = (self.path / _ALIVE).open("wb")
        lock_now(self._alive.fileno())

    def close(self) -> None:
        """Remove it."""
        self._alive.close()
        self._folder.cleanup()


def _remove_left_over(path: Path) -> None:
    if time.time() - path.stat().st_mtime < _YOUNG_S:
        return
    with suppress(FileNotFoundError), (path / _ALIVE).open("rb+") as alive:
        if not lock_now(alive.fileno()):
            return
    shutil.rmtree(path, ignore_errors=True)
