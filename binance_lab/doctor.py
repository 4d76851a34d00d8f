"""The verb ``doctor``: what works from here, in words, with what to do about the rest."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from .connector import environments
from .connector.environments import Environment
from .connector.exceptions import ApiError, ConfigError, LabError
from .connector.keys import Keys, find_keys, keys_file
from .installed import half_in_jupyterlab, packages
from .wire.extras import pip_line
from .wire.words import counted

Level = Literal["ok", "note", "problem"]
_MARKS: dict[Level, str] = {"ok": "  ok     ", "note": "  note   ", "problem": "  PROBLEM"}
_HOST_TIMEOUT_S = 3.0
_LOW_DISK_BYTES = 1 << 30
_FULL_DISK_BYTES = 64 << 20
_CLOCK_NOTE_MS = 500
_KEYED = ("testnet", "live")
_VARIABLES = (
    *("BINANCE_LAB_ENV", "BINANCE_LAB_DATA", "BINANCE_LAB_LOCAL_URL"),
    *(
        f"BINANCE_LAB_{environment}_{field}"
        for environment in ("LOCAL", "TESTNET", "LIVE")
        for field in ("API_KEY", "API_SECRET", "PRIVATE_KEY_FILE")
    ),
)
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


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
        "Python and packages": installation,
        "Settings": settings,
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
    if problems:
        print(f"\n{problems} problem{'s' if problems > 1 else ''}.")
    else:
        print("\nNo problem: charts, streams and orders work on the embedded exchange.")
    return 1 if problems else 0


def installation() -> Iterator[Finding]:
    """Versions of Python and of every package that is needed, or that an extra would bring."""
    yield Finding("ok", f"Python {platform.python_version()}, {platform.platform(terse=True)}")
    found = list(packages())
    whole = dict.fromkeys(f"{each.name} {each.version}" for each in found if each.whole)
    yield Finding("ok", ", ".join(whole))
    for each in found:
        if not each.extra and not each.whole:
            advice = f'pip install --upgrade "{each.asked}"'
            yield Finding("problem", f"{each.name} {each.trouble}. Run: {advice}")
    for extra in dict.fromkeys(each.extra for each in found if each.extra):
        lacking = [each for each in found if each.extra == extra and not each.whole]
        if lacking:
            what = ", ".join(f"{each.name} {each.trouble}" for each in lacking)
            yield Finding("note", f"extra {extra}: {what}. To have it: {pip_line(extra)}")
    for name in half_in_jupyterlab():
        yield Finding(
            "problem",
            f"{name} is installed, but JupyterLab does not find its half in the browser, so views "
            f"stay empty. Run: pip install --force-reinstall {name}, then reload the page",
        )


def settings() -> Iterator[Finding]:
    """Environment variables that mean something here, and those that look as if they did."""
    given = [name for name in _VARIABLES if os.environ.get(name)]
    yield Finding("ok", f"set: {', '.join(given)}" if given else "no BINANCE_LAB_ variable is set")
    for name in sorted(os.environ):
        if name.startswith("BINANCE_LAB_") and name not in _VARIABLES:
            yield Finding("note", f"{name} is set, but nothing reads it. Read are: {_listed()}")
    chosen = os.environ.get("BINANCE_LAB_ENV", "local")
    if chosen and chosen not in ("local", *_KEYED):
        yield Finding("problem", f'BINANCE_LAB_ENV is "{chosen}"; it can be local, testnet or live')
    elif chosen in _KEYED:
        yield Finding("note", f'BINANCE_LAB_ENV is "{chosen}": Lab() goes there')
    if url := os.environ.get("BINANCE_LAB_LOCAL_URL"):
        try:
            yield from _answers("local", environments.local(url), "problem")
        except ConfigError as error:
            yield Finding("problem", f"BINANCE_LAB_LOCAL_URL: {error}")
    if proxies := [name for name in _PROXIES if os.environ.get(name)]:
        yield Finding("note", f"{', '.join(proxies)} is set: requests and streams go through it")


def _listed() -> str:
    return "ENV, DATA, LOCAL_URL, and for LOCAL, TESTNET and LIVE _API_KEY, _API_SECRET, _PRIVATE_KEY_FILE"


def disk() -> Iterator[Finding]:
    """Whether history and the orders' journal can be kept, and how much room there is."""
    folders = {platformdirs.user_data_path("binance_lab")}
    if data := os.environ.get("BINANCE_LAB_DATA"):
        folders.add(Path(data).expanduser())
    for folder in sorted(folders):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if not existing.is_dir():
            yield Finding("problem", f"{_short(existing)} is a file; it has to be a folder")
            continue
        try:
            with tempfile.TemporaryFile(dir=existing) as tried:
                tried.write(b"binance_lab")
                tried.flush()
        except OSError as error:
            yield Finding(
                "problem",
                f"{_short(existing)} can't be written to ({error.strerror}): no history and no journal "
                "of orders is kept. Set BINANCE_LAB_DATA to another folder for history",
            )
            continue
        free = shutil.disk_usage(existing).free
        text = f"{free / 1e9:.1f} GB free below {_short(folder)}"
        if free < _FULL_DISK_BYTES:
            yield Finding("problem", f"{text}: the disk is full")
        else:
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
            yield Finding("ok", f"ready in {ready_s:.1f} s, {counted(symbols, 'symbol')}")
    except (LabError, OSError) as error:
        yield Finding("problem", f"it doesn't start: {error}")


def keys() -> Iterator[Finding]:
    """Where keys were found, and whether they can sign; never what they are."""
    for name in _KEYED:
        try:
            found = find_keys(name)
            signer = _kind_of(found)
        except ConfigError as error:
            yield Finding("problem", f"{name}: {error}")
            continue
        if found and signer:
            yield Finding("ok", f"{name}: a key that signs by {signer}, from {found.source}")
            yield from _open_to_others(found)
        elif found:
            yield Finding(
                "problem", f"{name}: an API key without a secret or private key ({found.source})"
            )
        else:
            prefix = f"BINANCE_LAB_{name.upper()}"
            yield Finding(
                "note",
                f"{name}: none. Set {prefix}_API_KEY and {prefix}_API_SECRET (or _PRIVATE_KEY_FILE), "
                f"or write [{name}] in {_short(keys_file())}",
            )


def _kind_of(found: Keys) -> str | None:
    """The kind of signature that keys make: hmac, rsa or ed25519.

    Raises:
        ConfigError: They can't sign.
    """
    from .connector.spot import Spot

    with Spot(found.api_key, found.api_secret, private_key=found.private_key_file) as client:
        return client.signed_by


def _open_to_others(found: Keys) -> Iterator[Finding]:
    path = Path(found.private_key_file).expanduser() if found.private_key_file else None
    if path and os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("note", f"{path} can be read by others. Run: chmod 600 {path}")


def hosts() -> Iterator[Finding]:
    """Whether testnet and production answer at every door, and what a key may do there."""
    chosen = os.environ.get("BINANCE_LAB_ENV")
    for name in _KEYED:
        try:
            found = find_keys(name)
            found = found if _kind_of(found) else Keys()
        except ConfigError:
            found = Keys()  # told above
        environment = environments.named(name, keys=bool(found))
        answers = list(_answers(name, environment, "problem" if name == chosen else "note"))
        yield from answers
        if found and answers[0].level == "ok":
            yield from permissions(name, environment, found)


def _answers(name: str, environment: Environment, level: Level) -> Iterator[Finding]:
    """Whether REST, the streams and the WebSocket API of an environment answer."""
    from .connector.spot import Spot

    address = environment.rest[0]
    with Spot(base_url=address, timeout=_HOST_TIMEOUT_S, retries=0) as client:
        try:
            offset_ms = client.measure_clock()
        except LabError as error:
            yield Finding(level, f"{name}: {error}")
            return
    yield Finding("ok", f"{name}: {address} answers")
    if abs(offset_ms) > _CLOCK_NOTE_MS:
        ahead = "behind" if offset_ms > 0 else "ahead of"
        yield Finding(
            "note",
            f"{name}: this computer's clock is {abs(offset_ms) / 1000:.1f} s {ahead} the exchange's. "
            "Requests are corrected for it; live charts and other programs are not: set the clock",
        )
    yield from _sockets(name, environment, level)


def _sockets(name: str, environment: Environment, level: Level) -> Iterator[Finding]:
    """Whether the two WebSockets open: a proxy that lets HTTPS pass may stop them."""
    from .connector.streams import WebsocketStream
    from .connector.ws_api import WebsocketAPI

    advice = "live objects and views need it; check the proxy and the firewall"
    try:
        with WebsocketAPI(base_url=environment.ws_api, timeout=_HOST_TIMEOUT_S, retries=0) as api:
            api.ping()
        with WebsocketStream(environment.ws) as stream:
            stream.mini_ticker("BTCUSDT")
            stream.list_subscriptions(_HOST_TIMEOUT_S)
    except LabError as error:
        yield Finding(level, f"{name}: no WebSocket: {error} ({advice})")
    else:
        yield Finding("ok", f"{name}: streams and WebSocket API answer")


def permissions(name: str, environment: Environment, found: Keys) -> Iterator[Finding]:
    """What the key of an environment may do."""
    from .connector.spot import Spot

    with Spot(
        found.api_key,
        found.api_secret,
        private_key=found.private_key_file,
        base_url=environment.rest[0],
        timeout=_HOST_TIMEOUT_S,
    ) as client:
        try:
            account = client.account(omitZeroBalances=True)
        except ApiError as error:
            yield Finding("problem", f"{name}: the key is refused: {error}")
        except LabError as error:
            yield Finding("note", f"{name}: the account could not be asked: {error}")
        else:
            allowed = [
                what for what in ("canTrade", "canDeposit", "canWithdraw") if account.get(what)
            ]
            yield Finding("ok", f"{name}: the key's account: {', '.join(allowed)}")
