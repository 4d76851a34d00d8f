"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded market data: captures/ and answers/.

    It lies beside the project, or where BINANCE_LAB_TEST_DATA points.
    """
    folder = Path(os.environ.get("BINANCE_LAB_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "captures").is_dir():
        pytest.skip("recorded market data is not beside the project")
    return folder
