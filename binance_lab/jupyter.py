"""The verb ``lab``: JupyterLab on the notebooks, with the embedded exchange behind it.

The exchange lives as long as JupyterLab, not as long as one kernel: orders and balances
are still there after a kernel restart.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

from .connector.exceptions import ConfigError, RequestError
from .exchange.process import Exchange

_TOUR = "01-tour.ipynb"
_START_TIMEOUT_S = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``binance-lab lab``."""
    parser.add_argument("folder", nargs="?", type=Path, help="folder to open (default: notebooks)")
    parser.add_argument("--no-browser", action="store_true", help="only print the URL")
    parser.add_argument(
        "--port", type=int, default=0, help="JupyterLab's port (default: a free one)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the exchange's market")


def run(args: argparse.Namespace) -> int:
    """Serve until ctrl-c; 1 if JupyterLab ends by itself with an error."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise ConfigError('JupyterLab is not installed. Run: pip install "binance-lab[lab]"')
    folder = _folder(args.folder)
    port = args.port or _free_port()
    token = secrets.token_urlsafe(24)
    with Exchange(seed=args.seed) as exchange:
        server = _start(folder, port, token, exchange)
        try:
            _wait_until_up(server, port)
            url = _url(folder, port, token)
            print(f"Embedded exchange: {exchange.rest}")
            print(f"JupyterLab:        {url}\nStop with ctrl-c.", flush=True)
            if not args.no_browser:
                webbrowser.open(url)
            return 1 if server.wait() else 0
        except KeyboardInterrupt:
            print("\nStopping JupyterLab and the exchange.", file=sys.stderr)
            return 0
        finally:
            _stop(server)


def _folder(given: Path | None) -> Path:
    folder = given or (Path("notebooks") if Path("notebooks").is_dir() else Path())
    if not folder.is_dir():
        raise ConfigError(f'There is no folder "{folder}".')
    return folder.resolve()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(folder: Path, port: int, token: str, exchange: Exchange) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.root_dir={folder}"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *("--LabApp.news_url=None", "--ServerApp.log_level=WARN"),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = {
        **os.environ,
        "JUPYTER_TOKEN": token,  # not an argument: arguments show in the list of processes
        "BINANCE_LAB_LOCAL_URL": exchange.rest,
        "BINANCE_LAB_LOCAL_API_KEY": exchange.api_key,
        "BINANCE_LAB_LOCAL_API_SECRET": exchange.api_secret,
    }
    return subprocess.Popen(command, env=environment)


def _wait_until_up(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    # Without the environment's proxies, which need not know this computer's loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while server.poll() is None and time.monotonic() < deadline:
        try:
            opener.open(f"http://127.0.0.1:{port}/api", timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RequestError(f"JupyterLab did not start on port {port}; its own lines above say why.")


def _url(folder: Path, port: int, token: str) -> str:
    page = f"doc/tree/{_TOUR}" if (folder / _TOUR).is_file() else ""
    return f"http://127.0.0.1:{port}/lab/{page.removeprefix('doc/')}?token={token}"


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
