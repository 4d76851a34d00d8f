"""The root of every error of this package; the tree is drawn in connector/exceptions.py."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Any

_PACKAGE = str(Path(__file__).parents[1])


class LabError(Exception):
    """Any error of this package; a cell shows it as a paragraph, not as a traceback."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the message, and the line of the caller's code that led here."""
        import traceback  # not needed before something failed

        # What comes after our first frame isn't the caller's: it may be the standard library's.
        own = list(takewhile(lambda each: not each.filename.startswith(_PACKAGE),
                             traceback.extract_tb(self.__traceback__)))  # fmt: skip
        where = f"line {own[-1].lineno}: {own[-1].line}" if own and own[-1].line else ""
        return [f"{type(self).__name__}: {self}", *([where] if where else [])]

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _rebuild, (type(self), self.args, self.__dict__)


class BadInput(LabError, ValueError):
    """An argument can't be what was meant, such as a start after the end; nothing was sent."""


def _rebuild(cls: type[LabError], args: tuple[Any, ...], state: dict[str, Any]) -> LabError:
    """An exception as it was: pickling must not depend on each class's arguments."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
