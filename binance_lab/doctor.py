"""The verb ``doctor``: what works from here, in words, with what to do about the rest."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from .connector import environments
from .connector.exceptions import ConfigError, LabError
from .connector.keys import find_keys

Level = Literal["ok", "note", "problem"]
_MARKS: dict[Level, str] = {"ok": "  ok     ", "note": "  note   ", "problem": "  PROBLEM"}
_HOST_TIMEOUT_S = 3.0
_LOW_DISK_BYTES = 1 << 30
_CLOCK_NOTE_MS = 500
_PACKAGES = ("requests", "websocket-client", "msgspec", "cryptography", "pandas", "matplotlib")
_NOTEBOOK_PACKAGES = ("ipywidgets", "anywidget", "jupyterlab", "jupyterlab-widgets", "ipykernel")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; a problem makes the exit code 1."""

    level: Level
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``binance-lab doctor``."""
    parser.add_argument("--offline", action="store_true", help="ask no host outside this machine")


def run(args: argparse.Namespace) -> int:
    """Print the report; 1 if there is a problem that keeps charts, streams or orders from working."""
    checks: dict[str, Callable[[], Iterator[Finding]]] = {
        "Python and packages": packages,
        "Notebooks": notebooks,
        "Disk": disk,
        "Embedded exchange": embedded_exchange,
        "Keys": keys,
    }
    if not args.offline:
        checks["Binance"] = hosts
    problems = 0
    for title, check in checks.items():
        print(title, flush=True)
        for finding in check():
            problems += finding.level == "problem"
            print(f"{_MARKS[finding.level]}  {finding.text}", flush=True)
    print(f"\n{problems} problems." if problems else "\nCharts, streams and orders work from here.")
    return 1 if problems else 0


def packages() -> Iterator[Finding]:
    """Versions of Python and of what the package needs everywhere."""
    yield Finding("ok", f"Python {platform.python_version()}, {platform.platform(terse=True)}")
    yield from _versions(_PACKAGES)


def _versions(names: tuple[str, ...]) -> Iterator[Finding]:
    found = {name: _version(name) for name in names}
    present = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    if present:
        yield Finding("ok", present)
    for name in [name for name, version in found.items() if not version]:
        advice = 'pip install "binance-lab[lab]"' if name in _NOTEBOOK_PACKAGES else "pip install"
        yield Finding("problem", f"{name} is not installed: {advice} {name}".strip())


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def notebooks() -> Iterator[Finding]:
    """What live views need."""
    yield from _versions(_NOTEBOOK_PACKAGES)
    if "google.colab" in sys.modules:
        yield Finding("note", 'Colab: views that follow threads need engine="matplotlib".')


def disk() -> Iterator[Finding]:
    """Room where history and captures are kept."""
    folder = platformdirs.user_data_path("binance_lab")
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    writable = os.access(existing, os.W_OK)
    text = f"{free / 1e9:.1f} GB free below {_short(folder)}"
    if not writable:
        yield Finding("problem", f"{_short(existing)} can't be written to")
    yield Finding("note" if free < _LOW_DISK_BYTES else "ok", text)


def _short(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)


def embedded_exchange() -> Iterator[Finding]:
    """Start one, ask it, stop it."""
    from .connector.spot import Spot
    from .exchange.process import Exchange

    started = time.monotonic()
    try:
        with Exchange() as exchange, Spot(base_url=exchange.rest) as client:
            ready_s = time.monotonic() - started
            symbols = len(client.exchange_info()["symbols"])
            yield Finding("ok", f"ready in {ready_s:.1f} s, {symbols} symbols")
    except LabError as error:
        yield Finding("problem", str(error))


def keys() -> Iterator[Finding]:
    """Where keys were found; never what they are."""
    for name in ("testnet", "live"):
        try:
            found = find_keys(name)
        except ConfigError as error:
            yield Finding("problem", str(error))
            continue
        if found:
            yield Finding("ok", f"{name}: {found.source}")
        else:
            prefix = f"BINANCE_LAB_{name.upper()}"
            yield Finding("note", f"{name}: none; set {prefix}_API_KEY and {prefix}_API_SECRET")


def hosts() -> Iterator[Finding]:
    """Whether testnet and production answer, how far the clock is off, what a key may do."""
    from .connector.spot import Spot

    for name in ("testnet", "live"):
        try:
            found = find_keys(name)
        except ConfigError:
            continue  # told above
        address = environments.named(name, keys=bool(found)).rest[0]
        with Spot(base_url=address, timeout=_HOST_TIMEOUT_S, retries=0) as client:
            try:
                offset_ms = client.measure_clock()
            except LabError as error:
                yield Finding("note", f"{name}: {error}")
                continue
        text = f"{name}: {address} answers; its clock is {offset_ms:+.0f} ms from this one"
        yield Finding("note" if abs(offset_ms) > _CLOCK_NOTE_MS else "ok", text)
        if found:
            yield from permissions(name)


def permissions(name: str) -> Iterator[Finding]:
    """What the key of an environment may do; a key that may withdraw is worth a word."""
    from .connector.spot import Spot

    found = find_keys(name)
    where = environments.named(name, keys=True).rest[0]
    with Spot(
        found.api_key,
        found.api_secret,
        private_key=found.private_key_file,
        base_url=where,
        timeout=_HOST_TIMEOUT_S,
    ) as client:
        try:
            account = client.account(omitZeroBalances=True)
        except LabError as error:
            yield Finding("problem", f"{name}: the key is refused: {error}")
            return
    allowed = [what for what in ("canTrade", "canDeposit", "canWithdraw") if account.get(what)]
    yield Finding("ok", f"{name}: the key's account: {', '.join(allowed)}")
