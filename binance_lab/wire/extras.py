"""The line that installs an extra of this package; for messages where it is missing."""

from __future__ import annotations

import importlib.metadata
import json
from urllib.parse import urlsplit
from urllib.request import url2pathname

_NAME = "binance-lab"


def pip_line(extra: str) -> str:
    """``pip install "binance-lab[history]"``, or the same of the folder that was installed as it lies."""
    folder = _folder()
    return f'pip install -e "{folder}[{extra}]"' if folder else f'pip install "{_NAME}[{extra}]"'


def _folder() -> str | None:
    """Of the sources, where the package was installed as editable (PEP 610)."""
    try:
        text = importlib.metadata.distribution(_NAME).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        return None
    origin = json.loads(text) if text else {}
    if not origin.get("dir_info", {}).get("editable"):
        return None
    url = urlsplit(origin["url"])
    return url2pathname(
        f"//{url.netloc}{url.path}" if url.netloc else url.path
    )  # a host: of Windows
