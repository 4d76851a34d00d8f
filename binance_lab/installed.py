"""What is installed of what the package needs: versions, extras, the browser's half of widgets."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_REQUIREMENT = re.compile(
    r"""(?P<name>[\w.-]+) (?:\[[^]]*])? \s*
        (?:>=\s*(?P<lowest>[\d.]+))? [^;]*
        (?:;.*extra\s*==\s*['"](?P<extra>\w+)['"])?""",
    re.VERBOSE,
)
_WITH_A_HALF = {
    "anywidget": "anywidget",
    "jupyterlab-widgets": "@jupyter-widgets/jupyterlab-manager",
}


@dataclass(frozen=True, slots=True)
class Package:
    """A package that this one asks for.

    Attributes:
        asked: As pyproject.toml has it, such as ``pandas>=2.2``.
        extra: The extra that brings it; empty if it is always needed.
        version: The installed one; None if there is none.
    """

    asked: str
    name: str
    lowest: str
    extra: str
    version: str | None

    @property
    def whole(self) -> bool:
        """Whether it is there, and new enough."""
        return self.version is not None and _numbers(self.version) >= _numbers(self.lowest)

    @property
    def trouble(self) -> str:
        """Why it isn't whole."""
        return (
            f"is {self.version}, older than {self.lowest}" if self.version else "is not installed"
        )


def packages() -> Iterator[Package]:
    """Every package that pyproject.toml names, in its order; extras last."""
    try:
        asked = importlib.metadata.requires("binance-lab") or []
    except importlib.metadata.PackageNotFoundError:
        asked = []  # run from a folder, without being installed
    found = [match for line in asked if (match := _REQUIREMENT.match(line))]
    for match in sorted(found, key=lambda match: match["extra"] or ""):
        name, lowest, extra = match["name"], match["lowest"] or "0", match["extra"] or ""
        yield Package(f"{name}>={lowest}", name, lowest, extra, _version(name))


def half_in_jupyterlab() -> list[str]:
    """Packages whose half in the browser JupyterLab can't find; none where it isn't installed."""
    if not _version("jupyterlab"):
        return []
    from jupyter_core.paths import jupyter_path

    folders = jupyter_path("labextensions")
    return [
        name
        for name, half in _WITH_A_HALF.items()
        if not any(Path(folder, half, "package.json").is_file() for folder in folders)
    ]


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """``2.10.1rc1`` as numbers that compare: (2, 10, 1)."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(number) for number in found[0].split(".")) if found else ()
