"""Where the caller's own code is, for warnings about what it does."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_told: set[tuple[str, str, int]] = set()


def stacklevel() -> int:
    """The stacklevel with which ``warnings.warn`` names the nearest line outside of this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    return level


def warn_once(text: str) -> None:
    """Warn once for each line of the caller's own code, however often it runs.

    Python's own memory of that is lost whenever a library changes filters for itself, as pandas does.
    """
    level = stacklevel()
    frame = sys._getframe(level - 1)
    place = text, frame.f_code.co_filename, frame.f_lineno
    if place not in _told:
        _told.add(place)
        warnings.warn(text, stacklevel=level)
