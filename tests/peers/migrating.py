"""MIGRATING.md's tables of calls: which of ours asks for the same as another client's.

    python tests/peers/migrating.py          (in the environment of make peers) writes them

Their side is what the installed clients ask for, see calls.py; ours is `Spot.endpoints()`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from binance_lab import Spot

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "MIGRATING.md"
CALLS = Path(__file__).with_name("calls")
CONNECTOR = Path(sys.prefix) / "connector"
NODE_MODULES = Path(sys.prefix) / "node_modules"
GENERATED = re.compile(r"(margin_)?v\d_(get|post|put|delete)_")
FUTURES = re.compile(r"ws_futures_")

Calls = dict[str, str]
"""What each method asks for: ``GET /api/v3/klines``, or a WebSocket method."""


def asked_by(client: str, path: Path | None = None) -> Calls:
    """What the methods of an installed Python client ask for."""
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    command = [sys.executable, str(CALLS.with_suffix(".py")), client]
    ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    found: Calls = json.loads(ran.stdout)
    return {name: what for name, what in found.items() if not FUTURES.match(name)}


def clients() -> dict[str, tuple[Calls, Calls]]:
    """The other clients by name: what they ask for over REST, and over the WebSocket API."""
    environment = os.environ | {"NODE_PATH": str(NODE_MODULES)}
    command = ["node", str(CALLS.with_suffix(".js"))]
    ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    node = json.loads(ran.stdout)
    both = asked_by("python-binance")
    return {
        "Node connector": (node["rest"], node["sockets"]),
        "Python connector": (
            asked_by("binance-connector", CONNECTOR),
            asked_by("binance-connector-sockets", CONNECTOR),
        ),
        "python-binance": (
            {name: what for name, what in both.items() if " " in what},
            {name: what for name, what in both.items() if " " not in what},
        ),
    }


def table(ours: Calls, theirs: list[Calls], titles: list[str]) -> str:
    """A row for each request that ours and at least one of theirs ask for, in the order of ours."""
    names = [by_request(calls) for calls in theirs]
    rows = [" | ".join(titles), " | ".join(["---"] * len(titles))]
    for here, request in ours.items():
        if any(request in known for known in names):
            cells = [", ".join(f"`{name}`" for name in known[request]) for known in names]
            rows.append(" | ".join([f"`{request}`", f"`{here}`", *cells]))
    return "\n".join(f"| {row} |" for row in rows)


def by_request(calls: Calls) -> defaultdict[str, list[str]]:
    """Method names by what they ask for; those made of a path only where there is no other."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, request in sorted(
        calls.items(), key=lambda call: (bool(GENERATED.match(call[0])), call)
    ):
        if not (found[request] and GENERATED.match(name)):
            found[request].append(name)
    return found


def tables() -> dict[str, str]:
    """The three tables by the name of their place in the page."""
    others = clients()
    declared = Spot.endpoints()
    rest = {name: f"{spec.method} {spec.path}" for name, spec in declared.items()}
    sockets = {name: spec.ws for name, spec in declared.items() if spec.ws}
    asked = [rest_calls for rest_calls, _ in others.values()]
    said = [socket_calls for _, socket_calls in others.values()]
    api = {name: request for name, request in rest.items() if " /api/" in request}
    sapi = {name: request for name, request in rest.items() if " /sapi/" in request}
    return {
        "api": table(api, asked, ["request", "here", *others]),
        "sapi": table(sapi, asked, ["request", "here", *others]),
        "ws": table(sockets, said, ["method", "here", *others]),
    }


def place(name: str) -> re.Pattern[str]:
    """Where a table stands in the page: between two comments."""
    return re.compile(rf"(<!-- {name} -->\n)(.*?\n)?(<!-- /{name} -->)", re.DOTALL)


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    for name, made in tables().items():
        page = place(name).sub(lambda found, made=made: f"{found[1]}{made}\n{found[3]}", page)
    PAGE.write_text(page, "utf-8")
