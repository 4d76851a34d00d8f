"""Whose line a warning names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import binance_lab
from binance_lab.wire.caller import stacklevel

FOLDER = Path(binance_lab.__file__).parent


def level_in(path: Path) -> int:
    """The stacklevel that code of a file gets."""
    names: dict[str, Any] = {"stacklevel": stacklevel}
    exec(compile("level = stacklevel()", str(path), "exec"), names)
    return int(names["level"])


def test_the_line_is_the_nearest_outside_of_the_package():
    """Code of the package passes on to who called it."""
    assert level_in(FOLDER / "somewhere" / "inside.py") == 2
    assert level_in(FOLDER.parent / "notebook.py") == 1


def test_a_package_of_a_like_name_is_outside():
    """Whoever builds on this package, under a name that begins alike, is told at their own line."""
    assert level_in(FOLDER.with_name("binance_lab_strategies") / "own.py") == 1
