"""A Jupyter server as a child process: on loopback, with a token, ended with its kernels."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from .connector.exceptions import BadInput, RequestError

_START_TIMEOUT_S = 120  # of a busy machine; else it takes a few seconds
_END_TIMEOUT_S = 15

# A kernel that runs this Python, where binance_lab is, whatever else is installed as "python3";
# without its warning that its sockets on loopback aren't encrypted.
_KERNEL = {
    "argv": [
        *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
        "--log-level=ERROR",
    ],
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "metadata": {"debugger": True},
}
# What JupyterLab does where its user has set nothing: it neither asks whether to fetch Jupyter's
# news nor looks for newer versions of itself.
_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}


class JupyterProcess:
    """A server that runs until it is closed, and is up when its ``with`` block begins.

    Args:
        module: What Python runs, such as ``jupyterlab``.
        arguments: Of its command line; ``{port}`` in one of them stands for the port.
        port: Where it listens; 0 for a free one.
        folder: Where it runs; here if not given.
        environment: Variables for it and its kernels, beside this process's own.

    Raises:
        BadInput: It can't listen there, see `port_to_take`; nothing was started.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        port: int = 0,
        folder: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port_to_take(port)
        self.token = secrets.token_urlsafe(24)
        self._module = module
        self._own = TemporaryDirectory(prefix="binance-lab-jupyter-")
        given = {**os.environ, **(environment or {})}
        own = [argument.replace("{port}", str(self.port)) for argument in arguments]
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *own],
            cwd=folder,
            # Not an argument: arguments show in the list of processes.
            env={**given, **_first(Path(self._own.name), given), "JUPYTER_TOKEN": self.token},
        )

    def __enter__(self) -> Self:
        try:
            self._wait_until_up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def url(self, path: str = "") -> str:
        """An address of this server, with the token."""
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"

    def wait(self) -> int:
        """Wait until it ends by itself; its exit code."""
        return self._process.wait()

    def close(self) -> None:
        """End it; it ends its kernels."""
        self._process.terminate()
        try:
            self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._own.cleanup()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        # Without the environment's proxies, which need not know this computer's loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while self._process.poll() is None and (left_s := deadline - time.monotonic()) > 0:
            try:
                opener.open(f"http://127.0.0.1:{self.port}/", timeout=left_s).close()
                return
            except urllib.error.HTTPError:
                return  # it answers
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        code = self._process.poll()
        if code is None:
            raise RequestError(
                f"{self._module} did not answer on port {self.port} within {_START_TIMEOUT_S} s: "
                "is this computer very busy? Try again."
            )
        raise RequestError(
            f"{self._module} ended with exit code {code} before it answered on port {self.port}; "
            "lines above, if there are any, are its own."
        )


def _first(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Variables by which a server finds our kernel and settings before all others."""
    _write(folder / "kernels" / "python3" / "kernel.json", _KERNEL)
    _write(folder / "labconfig" / "default_setting_overrides.json", _SETTINGS)
    return {
        name: os.pathsep.join(filter(None, [str(folder), given.get(name)]))
        for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
    }


def _write(path: Path, what: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(what), "utf-8")


def local_environment(rest: str, api_key: str, api_secret: str) -> dict[str, str]:
    """Variables by which ``Lab()`` in a kernel finds a running exchange, and a key for it."""
    return {
        "BINANCE_LAB_ENV": "local",
        "BINANCE_LAB_LOCAL_URL": rest,
        "BINANCE_LAB_LOCAL_API_KEY": api_key,
        "BINANCE_LAB_LOCAL_API_SECRET": api_secret,
    }


def port_to_take(port: int) -> int:
    """A port of 127.0.0.1 on which a server can listen now: the given one, any free one for 0.

    Raises:
        BadInput: It is no port, another program has it, or this user may not take it.
    """
    if not 0 <= port < 2**16:
        raise BadInput(f"A port is a number from 0 to 65535, not {port}.")
    try:
        with socket.create_server(("127.0.0.1", port)) as probe:
            free: int = probe.getsockname()[1]
            return free
    except OSError as error:
        another = "Choose another one with --port, or leave it out for a free one."
        if error.errno == errno.EADDRINUSE:
            raise BadInput(f"Port {port} is taken by another program. {another}") from None
        raise BadInput(f"Can't listen on port {port}: {error.strerror}. {another}") from None
