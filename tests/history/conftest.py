"""An exchange whose past is the history, a mirror that spoils it, and stores in temporary folders."""

from __future__ import annotations

import pytest

from binance_lab import Exchange, Spot
from binance_lab.history import History

from .mirror import Mirror


@pytest.fixture(scope="session")
def past():
    """An exchange without agents: its past doesn't change."""
    with Exchange(seed=3, agents=False, symbols=["BTCUSDT", "SHIBUSDT", "SOLUSDT"]) as exchange:
        yield exchange


@pytest.fixture
def mirror(past):
    opened = Mirror(past.rest)
    yield opened
    opened.close()


@pytest.fixture
def client(mirror):
    # Sixteen pages at once take a busy machine close to the 10 s that a request has otherwise.
    with Spot(base_url=mirror.url, retries=0, timeout=60) as opened:
        yield opened


@pytest.fixture
def history(client, mirror, tmp_path):
    with History(client, tmp_path / "store", archive_url=mirror.url) as opened:
        yield opened
