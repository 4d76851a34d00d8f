"""MIGRATING.md against the clients themselves. Skipped where they aren't installed."""

from __future__ import annotations

import importlib.util
import shutil

import pytest
from peers.migrating import CONNECTOR, NODE_MODULES, PAGE, place, tables

if not (CONNECTOR.exists() and importlib.util.find_spec("binance")):
    pytest.skip("the other Python clients aren't installed", allow_module_level=True)
if not (NODE_MODULES.exists() and shutil.which("node")):
    pytest.skip("the Node connector isn't installed", allow_module_level=True)


def test_every_row_is_what_their_methods_ask_for():
    """The tables are what the installed clients ask for, beside our method for the same request."""
    page = PAGE.read_text("utf-8")
    for name, made in tables().items():
        found = place(name).search(page)
        assert found is not None
        assert found[2] == made + "\n", "run: .venv-peers/bin/python tests/peers/migrating.py"
