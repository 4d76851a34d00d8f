"""A scripted client for every test of the desk."""

from __future__ import annotations

import pytest

from .scripted import ScriptedClient


@pytest.fixture
def client() -> ScriptedClient:
    return ScriptedClient()
