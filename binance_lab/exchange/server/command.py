"""``binance-lab exchange``: serve the embedded exchange until ctrl-c.

When it is ready it prints one line of JSON with its addresses and the first account's key.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import ipaddress
import json
import math
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from binance_lab.exchange.process import SECRET_VARIABLE
from binance_lab.exchange.server.app import Server
from binance_lab.exchange.server.faults import BadFault, parse_fault
from binance_lab.exchange.server.lab import Lab
from binance_lab.exchange.server.world import BadOptions, Options, World

DONE, FAILED, WRONG_USAGE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (loopback)")
    parser.add_argument("--port", type=int, default=8000, help="port; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another market")
    parser.add_argument("--symbols", nargs="+", metavar="SYMBOL", help="only these symbols")
    parser.add_argument("--replay", nargs="+", metavar="FILE", help="captures to replay, in order")
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="X",
        help="time runs X times as fast; 0 replays as fast as it is read",
    )
    parser.add_argument(
        "--hold",
        action="store_true",
        help="begin the replay when /lab/replay says so, not with the first subscription",
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="keep accounts, orders and trades here, and go on with them after a restart",
    )
    parser.add_argument("--api-key", metavar="KEY", help="the first account's key (else random)")
    parser.add_argument(
        "--api-secret",
        metavar="SECRET",
        help=f"its secret (else {SECRET_VARIABLE}, which no list of processes shows, else random)",
    )
    parser.add_argument("--accounts", type=int, default=1, metavar="N", help="how many accounts")
    parser.add_argument("--no-agents", action="store_true", help="only clients trade")
    parser.add_argument(
        "--stepped", action="store_true", help="time stands still until /lab/clock steps it"
    )
    parser.add_argument(
        "--faults",
        nargs="+",
        default=[],
        metavar="FAULT",
        help="misbehave from the start, such as lost:chance=0.01 or slow:delay_s=0.5",
    )
    # The pipe to whoever started it: the end of input means that they are gone.
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Serve until ctrl-c; answers the exit code."""
    try:
        world = World(_options(args))
    except BadOptions as error:
        return _complain(str(error), WRONG_USAGE)
    if not _is_loopback(args.host):
        print(
            f"Warning: {args.host} can be reached from other computers. Whoever has an API key can "
            "trade here; faults and accounts can still be changed from this computer only.",
            file=sys.stderr,
        )
    try:
        return asyncio.run(_serve(world, args))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        return _complain(_address_trouble(error, args), WRONG_USAGE if taken else FAILED)


def _options(args: argparse.Namespace) -> Options:
    if not 0 <= args.port < 2**16:
        raise BadOptions(f"A port is a number from 0 to 65535, not {args.port}.")
    if not 0 <= args.speed < math.inf:
        raise BadOptions(f"--speed is a number from 0 on, not {args.speed}.")
    try:
        for text in args.faults:
            parse_fault(text)
    except BadFault as error:
        raise BadOptions(str(error)) from None
    return Options(
        seed=args.seed,
        symbols=args.symbols,
        replay=args.replay or [],
        speed=args.speed,
        api_key=args.api_key,
        api_secret=args.api_secret or os.environ.get(SECRET_VARIABLE),
        accounts=args.accounts,
        faults=args.faults,
        agents=not args.no_agents,
        stepped=args.stepped,
        data=args.data,
        hold=args.hold,
    )


def _complain(text: str, code: int) -> int:
    print(f"binance-lab exchange: {text}", file=sys.stderr)
    return code


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address_trouble(error: OSError, args: argparse.Namespace) -> str:
    where = f"{args.host}:{args.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program, maybe by another exchange. Choose another port "
            "with --port, or --port 0 for a free one."
        )
    return f"Can't listen on {where}: {os.strerror(error.errno) if error.errno else error}."


@dataclass(frozen=True, slots=True)
class Ready:
    """The ready line."""

    rest: str
    ws: str
    ws_api: str
    api_key: str
    api_secret: str = field(repr=False)
    accounts: list[dict[str, Any]] = field(repr=False)

    def line(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))


async def _serve(world: World, args: argparse.Namespace) -> int:
    server = Server(world.venue, seed=world.options.seed)
    server.lab = Lab(world, server).answer
    _stop_on_signals(server.stopping)
    if args.with_parent:
        _stop_with_parent(server.stopping)
    port = await server.start(args.host, args.port)
    try:
        print(_ready(world, args.host, port).line(), flush=True)
        world.start(server)
        await server.stopping.wait()
    finally:
        await server.stop()
        world.close()
    return FAILED if server.failed else DONE


def _ready(world: World, host: str, port: int) -> Ready:
    name = f"[{host}]" if ":" in host else host
    name = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(name, name)
    first = world.users[0]
    return Ready(
        rest=f"http://{name}:{port}",
        ws=f"ws://{name}:{port}",
        ws_api=f"ws://{name}:{port}/ws-api/v3",
        api_key=first.key,
        api_secret=first.secret,
        accounts=[
            {"account": user.account_id, "api_key": user.key, "api_secret": user.secret}
            for user in world.users
        ],
    )


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: ctrl-c raises KeyboardInterrupt instead
            loop.add_signal_handler(name, stop.set)


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Stop when the pipe on standard input ends: whoever started the exchange is gone."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        while os.read(0, 4096):
            pass
        with suppress(RuntimeError):  # the loop may have stopped by itself
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="binance_lab:parent", daemon=True).start()
