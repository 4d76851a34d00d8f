"""The embedded exchange as a child process of this one.

It stops when it is told to, when this process ends, and when this process is killed: the child watches a
pipe that ends with its parent.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import weakref
from collections.abc import Iterable
from http.client import HTTPException
from types import TracebackType
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from binance_lab.wire.lab_error import LabError

READY_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0
CONTROL_TIMEOUT_S = 30.0
SECRET_VARIABLE = "BINANCE_LAB_EXCHANGE_API_SECRET"
"""Where the child reads the first account's secret: the command line is for all to see."""

_name = re.compile(r"[A-Za-z0-9-]+")  # of a market; it becomes that of a folder


class ExchangeError(LabError):
    """The exchange did not start; the message has what it said."""


class Exchange:
    """A faithful Binance Spot of your own, on a free port of this computer.

    Attributes:
        rest, ws, ws_api: Its addresses: HTTP, streams, WebSocket API.
        api_key, api_secret: The first account's.
        accounts: Every account's number, key and secret.

    Args:
        seed: Another seed, another market.
        symbols: Only these.
        replay: Captures to replay instead of agents' trading.
        speed: Time runs this many times as fast; 0 replays as fast as it is read.
        data: A folder in which accounts, orders and trades survive a restart.
        accounts: How many accounts there are, each with its own key.
        faults: How it misbehaves, such as ``"lost:chance=0.01"``.
        agents: Whether agents trade; without them only clients do.
        stepped: Time stands still until the control door steps it.
        hold: The replay begins when the control door says so, not with the first subscription.
        port: A certain port instead of a free one.
        options: Further options of ``binance-lab exchange``, as on the command line.

    Raises:
        ExchangeError: It can't be started like this.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        symbols: Iterable[str] = (),
        replay: Iterable[str | os.PathLike[str]] = (),
        speed: float = 1.0,
        data: str | os.PathLike[str] | None = None,
        accounts: int = 1,
        faults: Iterable[str] = (),
        agents: bool = True,
        stepped: bool = False,
        hold: bool = False,
        port: int = 0,
        api_key: str | None = None,
        api_secret: str | None = None,
        options: Iterable[str] = (),
    ) -> None:
        command = [sys.executable, "-m", "binance_lab", "exchange", "--with-parent"]
        command += ["--seed", str(seed), "--port", str(port), "--speed", str(speed)]
        command += ["--accounts", str(accounts)]
        for name, value in (("--data", data), ("--api-key", api_key)):
            if value is not None:
                command += [name, os.fspath(value)]
        command += [] if agents else ["--no-agents"]
        command += ["--stepped"] if stepped else []
        command += ["--hold"] if hold else []
        lists = (("--symbols", symbols), ("--replay", replay), ("--faults", faults))
        for name, values in lists:
            if words := [os.fspath(each) for each in values]:
                command += [name, *words]
        # Its words go to a file: a pipe that nobody reads would stop it once full.
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            env=_environment(api_secret),
        )
        # At exit, whoever holds it, and after what connects to it: finalizers run latest first.
        self._at_exit = weakref.finalize(type(self), self.stop)
        try:
            self._take(json.loads(self._ready_line()))
        except BaseException:
            self.stop()
            raise

    def _take(self, ready: dict[str, Any]) -> None:
        self.rest: str = ready["rest"]
        self.ws: str = ready["ws"]
        self.ws_api: str = ready["ws_api"]
        self.api_key: str = ready["api_key"]
        self.api_secret: str = ready["api_secret"]
        self.accounts: list[dict[str, Any]] = ready["accounts"]

    def _ready_line(self) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None
        deadline = time.monotonic() + READY_TIMEOUT_S
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise ExchangeError(f"The exchange is not ready after {READY_TIMEOUT_S:g} s.")
                chunk = os.read(stdout.fileno(), 65_536)
                if not chunk:
                    raise ExchangeError(self._last_words())
                line += chunk
        return line

    def _last_words(self) -> str:
        code = self._process.wait(STOP_TIMEOUT_S)
        self._words.seek(0)
        words = self._words.read().decode(errors="replace").strip()
        return words or f"The exchange ended with exit code {code} and said nothing."

    @property
    def running(self) -> bool:
        """Whether it still serves."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def control(self, method: str, door: str, /, **body: Any) -> Any:
        """Use the control door, such as ``control("POST", "faults", kind="cut")``; answers its JSON.

        Doors are ``""`` (status), ``faults``, ``accounts``, ``keys``, ``deposits``, ``symbols``, ``blocks`` (a
        block trade), ``limits``, ``clock`` and ``replay`` (begin it).

        Raises:
            ExchangeError: The door refused; the message says why.
        """
        try:
            return _ask(self.rest, method, door, body)
        except urllib.error.HTTPError as error:
            raise ExchangeError(json.load(error)["error"]) from None
        except OSError as error:
            raise ExchangeError(f"The exchange does not answer ({error}).") from None

    def stop(self) -> None:
        """End it, and wait until it is gone; a second time does nothing."""
        self._at_exit.detach()
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_TIMEOUT_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._words.close()

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped"
        return f"<Exchange {state}: {getattr(self, 'rest', 'not ready')}>"


class Market(NamedTuple):
    """What tells the market of an exchange from others.

    ``name``: exchanges of one name have the same past. ``lasts``: whether it is there again after a
    restart. ``fixed_until_ms``: what is traded later a restart makes anew; None if nothing.
    """

    name: str
    lasts: bool = True
    fixed_until_ms: int | None = None


def market_of(url: str) -> Market:
    """The market of a running exchange, as it tells; its address where it doesn't.

    Raises:
        ExchangeError: Nobody answers there.
    """
    unknown = Market(urlsplit(url).netloc.replace(":", "-"))
    try:
        told = _ask(url, "GET", "", {})["market"]
        until_us = told["fixedUntilUs"]
        until_ms = None if until_us is None else until_us // 1000
        name = _name.fullmatch(told["name"])
        return Market(name[0], told["lasts"], until_ms) if name else unknown
    except (urllib.error.HTTPError, HTTPException, ValueError, LookupError, TypeError):
        return unknown  # on another computer its door is closed, and others have none
    except OSError as error:
        raise ExchangeError(f"{url} does not answer ({error}). Is the exchange running?") from None


def _ask(rest: str, method: str, door: str, body: dict[str, Any]) -> Any:
    """What the control door answers."""
    content = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"{rest}/lab/{door}", data=content, method=method)
    # Without the environment's proxies, which need not know this computer's loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=CONTROL_TIMEOUT_S) as answer:
        return json.load(answer)


def _environment(api_secret: str | None) -> dict[str, str]:
    """The child's environment variables, the secret among them if there is one."""
    return dict(os.environ) if api_secret is None else {**os.environ, SECRET_VARIABLE: api_secret}
