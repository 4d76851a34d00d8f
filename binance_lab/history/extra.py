"""What the store needs beyond the package's own requirements, imported when it is first used."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from ..connector.exceptions import ConfigError
from ..wire.extras import pip_line

_OF_DASK = ("dask", "distributed", "fsspec")


def available() -> bool:
    """Whether a store can be kept: pyarrow is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def need(module: str) -> Any:
    """The module.

    Raises:
        ConfigError: It isn't installed; the message has the line that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        line = pip_line("dask" if package in _OF_DASK else "history")
        raise ConfigError(
            f"The store of history needs {package}, which isn't installed: {line}"
        ) from None
