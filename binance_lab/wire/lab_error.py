"""The root of every error of this package; the tree is drawn in connector/exceptions.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class LabError(Exception):
    """Any error of this package."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[LabError], args: tuple[Any, ...], state: dict[str, Any]) -> LabError:
    """An exception as it was: pickling must not depend on each class's arguments."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
