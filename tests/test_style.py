"""What house style asks for and no linter checks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MODULES = sorted((ROOT / "binance_lab").rglob("*.py"))
TEST_MODULES = sorted((ROOT / "tests").rglob("test_*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def public_definitions(module: ast.Module) -> Iterator[ast.AST]:
    """Classes, functions and methods whose names, and whose classes' names, are public."""
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(ast.Module(node.body, []))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_public_name_has_a_docstring(path):
    """Public modules, classes, functions and methods say what they are."""
    module = tree(path)
    assert ast.get_docstring(module), "the module has none"
    missing = [
        node.name
        for node in public_definitions(module)
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and not ast.get_docstring(node)
        and not any(
            "overload" in ast.dump(mark) or "setter" in ast.dump(mark)
            for mark in node.decorator_list
        )
    ]
    assert missing == []


@pytest.mark.parametrize("path", TEST_MODULES, ids=name_of)
def test_every_test_is_a_sentence_of_the_specification(path):
    """A test's docstring says the rule that it holds the code to."""
    tests = [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    ]
    assert [test.name for test in tests if not ast.get_docstring(test)] == []


def sleeps(node: ast.AST) -> Iterator[ast.Call]:
    """Calls of sleep, but for those inside a loop that waits for a condition."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and ast.unparse(child.func) in ("time.sleep", "sleep"):
            yield child
        if not isinstance(child, ast.While):
            yield from sleeps(child)


@pytest.mark.parametrize("path", TEST_MODULES, ids=name_of)
def test_no_test_sleeps(path):
    """A test waits for a condition with a timeout, never for time to pass."""
    assert [call.lineno for call in sleeps(tree(path))] == []


@pytest.mark.parametrize("path", [*MODULES, *TEST_MODULES], ids=name_of)
def test_no_todo_without_an_issue(path):
    """A TODO names the issue where its work is described."""
    lines = path.read_text("utf-8").splitlines()
    if path == Path(__file__):
        return
    assert [line for line in lines if re.search(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", line)] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_exception_is_swallowed(path):
    """No handler catches everything and says nothing."""
    handlers = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler)]
    silent = [
        handler.lineno
        for handler in handlers
        if (handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException"))
        and len(handler.body) == 1
        and isinstance(handler.body[0], ast.Pass)
    ]
    assert silent == []


def test_public_names_are_listed_and_load():
    """Every name in __all__ can be imported, and each says what it is."""
    import binance_lab

    for name in binance_lab.__all__:
        assert getattr(binance_lab, name).__doc__, name
    assert sorted(binance_lab.__all__) == dir(binance_lab)


def test_importing_the_rest_client_loads_little_more_than_requests():
    """What decodes, signs with private keys, streams, or is in a /sapi group waits for its use."""
    code = (
        "import requests, sys; before = set(sys.modules); from binance_lab import Spot;"
        "late = {'msgspec', 'cryptography', 'websocket', 'inspect', 'dataclasses', 'difflib'};"
        "new = set(sys.modules) - before;"
        "print(sorted(late & new), [name for name in new if 'sapi.margin' in name])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout.strip() == "[] []", ran.stderr


def test_importing_the_package_loads_nothing_heavy():
    """``import binance_lab`` and ``Spot`` load neither pandas, matplotlib nor ipywidgets."""
    code = (
        "import sys, binance_lab; assert len(binance_lab.__all__);"
        "heavy = {'requests', 'pandas', 'numpy', 'matplotlib', 'ipywidgets', 'aiohttp'};"
        "print(sorted(heavy & set(sys.modules)));"
        "binance_lab.Spot; binance_lab.WebsocketStream; binance_lab.WebsocketAPI;"
        "print(sorted((heavy - {'requests'}) & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout.splitlines() == ["[]", "[]"], ran.stderr
