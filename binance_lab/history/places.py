"""Where a store lies: a folder for each environment, so that testnet's rows never mix with live's."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs


def history_folder(environment: str, host: str, data: str | os.PathLike[str] | None) -> Path:
    """The folder of an environment: in the given one, else in the platform's data folder.

    In the platform's, each running exchange of this computer has one by its address.
    """
    if data:
        return Path(data).expanduser() / environment
    address = urlsplit(host).netloc.replace(":", "-")
    name = f"local-{address}" if environment == "local" else environment
    return platformdirs.user_data_path("binance_lab") / "history" / name
