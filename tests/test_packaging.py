"""What is installed: pyproject.toml, environment.yml and README agree, and the wheel is whole."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from try_wheel import build

ROOT = Path(__file__).parent.parent

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")
EXTRAS = [line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra]


def canonical(requirement: str) -> str:
    """A package's name without bounds, extras and markers."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def imported_packages() -> set[str]:
    """What the package's files import that isn't Python's own."""
    nodes = [
        node
        for path in (ROOT / "binance_lab").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {
        str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level
    }
    found = {name.partition(".")[0] for name in names}
    return found - sys.stdlib_module_names - {"binance_lab"}


def conda_packages() -> set[str]:
    """Lines of environment.yml that name a package, without python and pip."""
    lines = (ROOT / "environment.yml").read_text("utf-8").split("dependencies:")[1].splitlines()
    packages = {line.removeprefix("  - ") for line in lines if line.startswith("  - ")}
    return {name for name in packages if not re.match(r"(python\b|pip\b)", name)}


def test_environment_yml_equals_pyproject():
    """environment.yml has the required packages, those of every extra, and pytest."""
    project = PROJECT["project"]
    tests = [name for name in PROJECT["dependency-groups"]["test"] if re.match(r"pytest\W", name)]
    wanted = {*project["dependencies"], *EXTRAS, *tests}
    expected = {re.sub(r"\[.*\]", "", name) for name in wanted}  # conda has no extras
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


@pytest.fixture(scope="module")
def distributions(tmp_path_factory) -> tuple[Path, Path]:
    """The wheel and the source distribution of this folder."""
    return build(tmp_path_factory.mktemp("dist"))


def test_the_wheel_holds_the_package_and_nothing_else(distributions):
    """The wheel has every file of the package, py.typed and the browser's half included."""
    with zipfile.ZipFile(distributions[0]) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        entry_points = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
        assert b"binance-lab = binance_lab.cli:main" in wheel.read(entry_points[0])
    tracked = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "binance_lab").rglob("*")
        if path.suffix in (".py", ".js", ".css", ".typed")
    }
    assert held == tracked
    assert {"binance_lab/py.typed", "binance_lab/widgets/static/chart.js"} <= held


def test_the_source_distribution_can_be_worked_on(distributions):
    """The source distribution has the tests, the notebooks and what `make` needs, and no leftovers."""
    with tarfile.open(distributions[1]) as source:
        held = {name.partition("/")[2] for name in source.getnames()}
    assert {"Makefile", "README.md", "MIGRATING.md", "environment.yml", "LICENSE"} <= held
    assert {"tests/conftest.py", "tests/data/endpoints.json", "notebooks/01-tour.ipynb"} <= held
    assert [
        name for name in held if re.search(r"\.venv|__pycache__|bench\.json|demo\.png", name)
    ] == []


def test_every_import_is_declared():
    """What the package imports is a dependency, an extra, or required by one of them."""
    declared = {canonical(line) for line in [*PROJECT["project"]["dependencies"], *EXTRAS]}
    homes = packages_distributions()
    here = {canonical(home) for names in homes.values() for home in names}
    brought = {canonical(line) for name in declared & here for line in requires(name) or ()}
    undeclared = {
        name
        for name in imported_packages()
        if not {canonical(home) for home in homes.get(name, [name])} & (declared | brought)
    }
    assert undeclared == set()


USER_SCRIPT = """
from binance_lab import Exchange, Lab, Spot, WebsocketAPI, WebsocketStream
from binance_lab.connector.exceptions import ApiError
from binance_lab.live import OrderBook
from binance_lab.trading import Limits


def best(book: OrderBook) -> str:
    level = book.best_bid
    return "" if level is None else f"{level.price}"


with Exchange() as exchange, Spot(exchange.api_key, exchange.api_secret, base_url=exchange.rest) as client:
    try:
        reveal_type(client.klines("BTCUSDT", "1h", limit=5))
        reveal_type(client.margin.account())
    except ApiError as error:
        print(error.status, error.code)

with Lab("local", seed=1, limits=Limits.of("local")) as lab:
    reveal_type(lab.klines("BTCUSDT", "1h", limit=200))
    reveal_type(lab.live.book("BTCUSDT"))
    reveal_type(lab.client)
    order = lab.place("BTCUSDT", "BUY", "LIMIT", quantity="0.01", price="60000")
    reveal_type(order)
    print(order.wait(timeout=30), best(lab.live.book("BTCUSDT")))

stream = WebsocketStream(on_message=lambda message: print(message))
stream.agg_trade("btcusdt")
stream.close()
api = WebsocketAPI()
reveal_type(api.time())
"""
REVEALED = [
    "list[Any]",
    "dict[str, Any]",
    "pandas.DataFrame",
    "binance_lab.live.order_book.OrderBook",
    "binance_lab.connector.spot.Spot",
    "binance_lab.trading.order.Order",
    "dict[str, Any]",
]


def test_a_user_s_script_is_clean_in_mypy_strict(tmp_path):
    """`mypy --strict` sees the types of the public names, has no complaint, and finds a typo."""
    script = tmp_path / "script.py"
    script.write_text(USER_SCRIPT, "utf-8")
    checked = mypy(script)
    types = re.findall(r'Revealed type is "(.*)"', checked)
    assert "error:" not in checked, checked
    assert [re.sub(r"builtins\.|pandas\.core\.frame\.", "", name) for name in types] == [
        name.replace("pandas.DataFrame", "DataFrame") for name in REVEALED
    ]
    script.write_text(USER_SCRIPT.replace("seed=1", "sead=1"), "utf-8")
    assert 'Unexpected keyword argument "sead"' in mypy(script)


def mypy(script: Path) -> str:
    """What mypy --strict says about a file that is not in this project."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", str(script)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=script.parent, check=False
    ).stdout


def test_dependencies_are_reviewed_as_they_are_declared():
    """DEPENDENCIES.md has the licence of each package, and reasons for the lowest versions there are."""
    page = (ROOT / "DEPENDENCIES.md").read_text("utf-8")
    declared = dict(
        re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", line).groups()
        for line in [*PROJECT["project"]["dependencies"], *EXTRAS]
    )
    licences = page.split("## Licences")[1]
    assert [name for name in declared if not re.search(rf"\b{name} \d", licences)] == []
    reviewed = re.findall(r"^\| ([\w, ]+?)(?: \(.*?\))? \| ([\d., ]+) \|", page, re.MULTILINE)
    assert len(reviewed) > 5
    for names, versions in reviewed:
        for name, version in zip(names.split(", "), versions.split(", "), strict=True):
            assert declared[name] == version
