"""The verb ``desk``: the desk of a symbol as a page of its own, served by Voilà.

The page is a notebook of one cell, whose code is not shown. Its kernel ends when the page is
closed; the embedded exchange, with orders and balances, lives until ctrl-c.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Any, get_args

from .connector.environments import Name
from .connector.exceptions import ConfigError
from .connector.symbols import symbol_info
from .jupyter_process import JupyterProcess, local_environment, port_to_take
from .lab import Lab
from .views import interval_named
from .wire.extras import pip_line
from .wire.symbol_name import symbol_name

# Voilà's own page without what it fetches from the internet, the whole width for the cell, and
# its kernel ended with it: Voilà asks for that without the token that its server wants.
_TEMPLATE = """\
{%- extends 'voila/templates/lab/index.html.j2' -%}
{%- block notebook_css -%}
{{ resources.include_js("static/voila-style.js") }}
{{ spinner.css() }}
{{ super.super() }}
<style>
  body.jp-Notebook { padding: 6px; }
  .jp-Notebook .jp-Cell, .jp-OutputArea-output { padding: 0; margin: 0; }
  .jp-OutputPrompt, .jp-Collapser, .jp-InputArea { display: none; }
</style>
<script>
  addEventListener("pagehide", () => {
    const page = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    const address = `${page.baseUrl}voila/api/shutdown/${page.kernelId}${location.search}`;
    fetch(address, { method: "POST", keepalive: true });
  });
</script>
{%- endblock notebook_css -%}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``binance-lab desk``."""
    parser.add_argument("symbol", nargs="?", default="BTCUSDT", help="default: BTCUSDT")
    parser.add_argument("--interval", default="1m", help="of the candles (default: 1m)")
    names = get_args(Name)
    parser.add_argument("--env", choices=names, help="default: BINANCE_LAB_ENV, else local")
    parser.add_argument(  # its former name
        "--environment", dest="env", choices=names, help=argparse.SUPPRESS
    )
    parser.add_argument("--url", help="of a running embedded exchange")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--no-browser", action="store_true", help="only print the URL")
    parser.add_argument("--port", type=int, default=0, help="the page's port (default: a free one)")


def run(args: argparse.Namespace) -> int:
    """Serve until ctrl-c; 1 if Voilà ends by itself with an error.

    Raises:
        BadInput: The symbol, the interval or the port can't be meant; no page was served.
    """
    if importlib.util.find_spec("voila") is None:
        raise ConfigError(f"Voilà is not installed. Run: {pip_line('lab')}")
    symbol, interval = symbol_name(args.symbol), interval_named(args.interval).name
    port = port_to_take(args.port)
    print(f"Starting the desk of {symbol}, which takes some seconds …", flush=True)
    try:
        with Lab(args.env, url=args.url) as lab, tempfile.TemporaryDirectory() as folder:
            symbol_info(lab.client, symbol)  # an unknown one is told here and now
            name = lab.environment.name
            _write(Path(folder), symbol, interval, f"{symbol} · {name}", args.theme)
            with JupyterProcess(
                "voila",
                ["desk.ipynb", "--no-browser", "--Voila.port={port}"],
                port=port,
                folder=folder,
                environment=_variables(lab, Path(folder)),
            ) as server:
                if lab.exchange:
                    print(f"Embedded exchange: {lab.exchange.rest}")
                print(f"Desk:              {server.url()}\nStop with ctrl-c.", flush=True)
                if not args.no_browser:
                    webbrowser.open(server.url())
                return 1 if server.wait() else 0
    except KeyboardInterrupt:
        print("\nThe desk is stopped.", file=sys.stderr)
        return 0


def _variables(lab: Lab, folder: Path) -> dict[str, str]:
    """What the kernel's Lab needs to be in the same environment, and Voilà to find its page."""
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("JUPYTER_PATH")]))
    found = {"JUPYTER_PATH": path, "BINANCE_LAB_ENV": lab.environment.name}
    if lab.exchange is not None:
        started = lab.exchange
        return found | local_environment(started.rest, started.api_key, started.api_secret)
    if lab.environment.name == "local":
        found["BINANCE_LAB_LOCAL_URL"] = lab.environment.rest[0]
    return found


def _write(folder: Path, symbol: str, interval: str, title: str, theme: str) -> None:
    """The page: its notebook, its template and Voilà's settings."""
    code = f"from binance_lab import Lab\nlab = Lab()\nlab.desk({symbol!r}, {interval!r})"
    cell = {"cell_type": "code", "id": "desk", "source": code, "metadata": {}, "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"title": title, "kernelspec": kernel},
        "cells": [{**cell, "execution_count": None}],
    }
    settings = {
        "Voila": {
            "ip": "127.0.0.1",
            "port_retries": 0,
            "auto_token": True,
            "log_level": "ERROR",
            # Tornado warns of Jupyter's own settings, and of kernels that end with their page.
            "logging_config": {"loggers": {"tornado": {"level": "ERROR"}}},
        },
        "VoilaConfiguration": {"template": "desk", "theme": theme, "show_tracebacks": True},
    }
    template = folder / "voila" / "templates" / "desk"
    template.mkdir(parents=True)
    (template / "index.html.j2").write_text(_TEMPLATE, "utf-8")
    _write_json(template / "conf.json", {"base_template": "lab"})
    _write_json(folder / "desk.ipynb", notebook)
    _write_json(folder / "voila.json", settings)


def _write_json(path: Path, what: dict[str, Any]) -> None:
    path.write_text(json.dumps(what), "utf-8")
