"""Where a store lies: a folder for each market, so that rows of two never mix."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def history_folder(environment: str, market: str, data: str | os.PathLike[str] | None) -> Path:
    """The folder of a market: in the given one, else in the platform's data folder.

    Args:
        market: What tells one of ``local`` from others, such as ``seed-1``; empty elsewhere.
    """
    name = f"{environment}-{market}" if market else environment
    if data:
        return Path(data).expanduser() / name
    return platformdirs.user_data_path("binance_lab") / "history" / name
