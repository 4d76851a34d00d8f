"""The verb ``lab``: JupyterLab on the notebooks, with the embedded exchange behind it.

The exchange lives as long as JupyterLab, not as long as one kernel: orders and balances
are still there after a kernel restart.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import webbrowser
from pathlib import Path

from .connector.exceptions import ConfigError
from .exchange.process import Exchange
from .jupyter_process import JupyterProcess, local_environment, port_to_take
from .wire.extras import pip_line

_TOUR = "01-tour.ipynb"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``binance-lab lab``."""
    parser.add_argument("folder", nargs="?", type=Path, help="folder to open (default: notebooks)")
    parser.add_argument("--no-browser", action="store_true", help="only print the URL")
    parser.add_argument(
        "--port", type=int, default=0, help="JupyterLab's port (default: a free one)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the exchange's market")


def run(args: argparse.Namespace) -> int:
    """Serve until ctrl-c; 1 if JupyterLab ends by itself with an error.

    Raises:
        BadInput: JupyterLab can't listen on the port; nothing was started.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise ConfigError(f"JupyterLab is not installed. Run: {pip_line('lab')}")
    folder = _folder(args.folder)
    page = f"lab/tree/{_TOUR}" if (folder / _TOUR).is_file() else "lab/"
    port = port_to_take(args.port)
    print("Starting the embedded exchange and JupyterLab, which takes some seconds …", flush=True)
    try:
        with (
            Exchange(seed=args.seed) as exchange,
            JupyterProcess(
                "jupyterlab",
                _arguments(folder),
                port=port,
                environment=local_environment(exchange.rest, exchange.api_key, exchange.api_secret),
            ) as server,
        ):
            print(f"Embedded exchange: {exchange.rest}")
            print(f"JupyterLab:        {server.url(page)}\nStop with ctrl-c.", flush=True)
            if not args.no_browser:
                webbrowser.open(server.url(page))
            return 1 if server.wait() else 0
    except KeyboardInterrupt:
        print("\nJupyterLab and the exchange are stopped.", file=sys.stderr)
        return 0


def _folder(given: Path | None) -> Path:
    folder = given or (Path("notebooks") if Path("notebooks").is_dir() else Path())
    if not folder.is_dir():
        raise ConfigError(f'There is no folder "{folder}".')
    return folder.resolve()


def _arguments(folder: Path) -> list[str]:
    arguments = [
        *("--no-browser", f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1"),
        *("--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        # Errors only: it warns of its own settings, and of notebooks that were not signed here.
        *("--LabApp.news_url=None", "--LabApp.log_level=ERROR", "--ServerApp.log_level=ERROR"),
        # For settings of before Jupyter Server 2; it reads them all, and so warns of those that are gone.
        "--ServerApp.jpserver_extensions=notebook_shim=False",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    return arguments
