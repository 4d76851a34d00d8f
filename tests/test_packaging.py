"""pyproject.toml, environment.yml and README name the same packages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")


def conda_packages() -> set[str]:
    """Lines of environment.yml that name a package, without python and pip."""
    lines = (ROOT / "environment.yml").read_text("utf-8").split("dependencies:")[1].splitlines()
    packages = {line.removeprefix("  - ") for line in lines if line.startswith("  - ")}
    return {name for name in packages if not re.match(r"(python\b|pip\b)", name)}


def test_environment_yml_equals_pyproject():
    """environment.yml has the required packages, the extras lab and history, and pytest."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    tests = [name for name in PROJECT["dependency-groups"]["test"] if re.match(r"pytest\W", name)]
    expected = {*project["dependencies"], *extras["lab"], *extras["history"], *tests}
    assert conda_packages() == {name for name in expected if not name.startswith("pytest-")}


def test_python_versions_agree():
    """environment.yml asks for the Python versions that the package supports."""
    requires = PROJECT["project"]["requires-python"]
    assert f"- python{requires}" in (ROOT / "environment.yml").read_text("utf-8")


def test_readme_says_why_each_dependency_is_there():
    """Every required package stands in README's list "Built on"."""
    built_on = README.split("## Built on")[1].split("\n## ")[0]
    names = [re.split(r"[>=<\[;]", line)[0] for line in PROJECT["project"]["dependencies"]]
    assert [name for name in names if f"[{name}]" not in built_on] == []
