"""The control door, ``/lab/``: accounts, keys, faults, maintenance, time, status. For tests and trials.

Only this computer gets in, and no web page: a request from another address, with an ``Origin``, or to a host
name that isn't loopback is refused.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from aiohttp import WSCloseCode, web

from binance_lab.exchange.clock import SteppedClock
from binance_lab.exchange.ledger import NO_GROUP
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.app import Server
from binance_lab.exchange.server.auth import READ, TRADE, ApiKey
from binance_lab.exchange.server.connection import Connection
from binance_lab.exchange.server.faults import (
    CONNECTION_KINDS,
    BadFault,
    Fault,
    make_fault,
    parse_fault,
)
from binance_lab.exchange.server.world import World
from binance_lab.exchange.symbols import atoms_of
from binance_lab.wire.enums import SymbolStatus

Json = dict[str, Any]


class BadRequest(ValueError):
    """The door can't do this; the message says why."""


class Lab:
    """Answers requests to the control door."""

    def __init__(self, world: World, server: Server) -> None:
        self._world = world
        self._venue = world.venue
        self._server = server
        self._faults = server.faults
        self._timers: dict[int, asyncio.TimerHandle] = {}  # of faults that come again, by number
        self._doors: dict[tuple[str, str], Callable[[Json], Any]] = {
            ("GET", ""): self._status,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._lift_faults,
            ("POST", "accounts"): self._open_account,
            ("POST", "keys"): self._add_key,
            ("DELETE", "keys"): self._revoke_key,
            ("POST", "deposits"): self._deposit,
            ("POST", "symbols"): self._set_symbol_status,
            ("POST", "blocks"): self._trade_block,
            ("POST", "limits"): self._set_limits,
            ("POST", "clock"): self._step_clock,
            ("POST", "replay"): self._begin_replay,
        }
        for text in world.options.faults:
            self._start(parse_fault(text))

    async def answer(self, http: web.Request) -> web.Response:
        """The whole answer to one request."""
        if not is_local(http):
            return _error(403, "The control door is open to programs on this computer only.")
        door = self._doors.get((http.method, http.path.removeprefix("/lab").strip("/")))
        if door is None:
            known = ", ".join(f"{method} /lab/{path}" for method, path in self._doors)
            return _error(404, f"There is no such door; there are {known}.")
        try:
            answer = door(_body(await http.read()))
            if http.method != "GET":
                self._world.save()
            return web.json_response(answer)
        except (BadRequest, BadFault) as error:
            return _error(400, str(error))
        except Reject as refusal:
            return _error(400, refusal.msg)

    def _status(self, body: Json) -> Json:
        venue, server = self._venue, self._server
        return {
            "seed": self._world.options.seed,
            "market": self._world.market(),
            "timeUs": venue.catch_up(),
            "symbols": {symbol: venue.engine.status(symbol) for symbol in venue.markets},
            "accounts": sorted({key.account_id for key in venue.keys}),
            "connections": {
                "streams": [_shown(client.connection) for client in server.stream_clients],
                "api": [_shown(client.connection) for client in server.api_clients],
            },
            "streams": {
                channel.name: len(channel.subscribers) for channel in server.publisher.channels
            },
            "filesAwaited": server.files_awaited,
            "replay": self._replay(),
            "faults": self._list_faults(body),
            "struck": dict(self._faults.struck),
        }

    def _replay(self) -> Json | None:
        player = self._world.player
        return {"state": player.state, "played": player.played} if player else None

    def _begin_replay(self, body: Json) -> Json:
        if self._world.player is None:
            raise BadRequest("Nothing is replayed here; start the exchange with --replay FILE.")
        self._world.player.begin()
        return {}

    # Faults

    def _list_faults(self, body: Json) -> list[Json]:
        return [msgspec.to_builtins(fault) for fault in self._faults.active]

    def _add_fault(self, body: Json) -> Json:
        return {"id": self._start(make_fault(body))}

    def _lift_faults(self, body: Json) -> Json:
        fault_id = body.get("id")
        self._faults.lift(fault_id)
        for each in [fault_id] if fault_id is not None else list(self._timers):
            if timer := self._timers.pop(each, None):
                timer.cancel()
        self._venue.skew_us = 0
        return {}

    def _start(self, fault: Fault) -> int:
        if fault.kind == "skew":
            self._venue.skew_us = int(fault.delay_s * 1_000_000)
            return self._faults.add(fault)
        if fault.kind not in CONNECTION_KINDS:
            return self._faults.add(fault)
        if not fault.every_s:
            self._faults.struck[fault.kind] += 1
            self._strike(fault)
            return 0
        number = self._faults.add(fault)
        self._repeat(fault)
        return number

    def _repeat(self, fault: Fault) -> None:
        def again() -> None:
            happening = self._faults.strike(CONNECTION_KINDS, lambda each: each is fault)
            if happening:
                self._strike(fault)
            if fault in self._faults.active:
                self._repeat(fault)

        loop = asyncio.get_running_loop()
        self._timers[fault.id] = loop.call_later(fault.every_s, again)

    def _strike(self, fault: Fault) -> None:
        """Do to the connections what the fault says."""
        connections = self._connections(fault.door)
        if fault.kind == "shutdown":
            self._server.announce_shutdown()
            asyncio.get_running_loop().call_later(
                fault.delay_s, _close_all, connections, fault.code
            )
        elif fault.kind == "close":
            _close_all(connections, fault.code)
        else:
            for connection in connections:
                if fault.kind == "cut":
                    connection.cut()
                else:
                    connection.stall(fault.kind == "stall")

    def _connections(self, door: str) -> list[Connection]:
        clients: list[Any] = []
        if door != "api":
            clients += self._server.stream_clients
        if door != "streams":
            clients += self._server.api_clients
        return [client.connection for client in clients]

    # Accounts

    def _open_account(self, body: Json) -> Json:
        """A new account: ``balances``, and, for trials of what only some accounts have, ``trade_group``
        (self-trade prevention reaches the whole group), ``max_asset`` (amounts by asset) and ``can_trade``.
        """
        group = body.get("trade_group", NO_GROUP)
        if type(group) is not int or group < NO_GROUP:
            raise BadRequest("A trade_group is a whole number from 0 on.")
        balances, limits = _amounts(body, "balances"), _amounts(body, "max_asset")
        account = self._venue.engine.open_account(balances, trade_group_id=group)
        account.asset_limits = {asset: atoms_of(amount) for asset, amount in limits.items()}
        account.can_trade = body.get("can_trade", True) is True
        return _key_json(self._venue.keys.add(account.id))

    def _add_key(self, body: Json) -> Json:
        account_id = body.get("account", self._world.users[0].account_id)
        if account_id not in {key.account_id for key in self._venue.keys}:
            raise BadRequest(f"There is no account {account_id!r}.")
        permissions = body.get("permissions", [READ, TRADE])
        if not set(permissions) <= {READ, TRADE}:
            raise BadRequest(f"Permissions are {READ} and {TRADE}.")
        pem = body.get("publicKey")
        if pem is None:
            return _key_json(self._venue.keys.add(account_id, permissions=permissions))
        try:
            made = self._venue.keys.add_public(account_id, str(pem), permissions=permissions)
        except ValueError as error:
            raise BadRequest(str(error)) from None
        return {"account": account_id, "api_key": made.key}

    def _revoke_key(self, body: Json) -> Json:
        if not self._venue.keys.revoke(str(body.get("api_key"))):
            raise BadRequest("There is no such key.")
        return {}

    def _deposit(self, body: Json) -> Json:
        account_id = body.get("account", self._world.users[0].account_id)
        if account_id not in {key.account_id for key in self._venue.keys}:
            raise BadRequest(f"There is no account {account_id!r}.")
        self._venue.engine.deposit(
            account_id,
            str(body.get("asset")),
            _amount(body.get("amount")),
            now_us=self._venue.catch_up(),
        )
        return {}

    # The exchange

    def _set_symbol_status(self, body: Json) -> Json:
        try:
            status = SymbolStatus(body.get("status", ""))
        except ValueError:
            raise BadRequest(f"A status is one of {', '.join(SymbolStatus)}.") from None
        symbols = [body["symbol"]] if "symbol" in body else list(self._venue.markets)
        now_us = self._venue.catch_up()
        for symbol in symbols:
            self._venue.engine.set_status(symbol, status, now_us=now_us)
        return {}

    def _trade_block(self, body: Json) -> Json:
        """Tell of a block trade, as two parties would have arranged it; no account is part of it."""
        market = self._venue.markets.get(str(body.get("symbol")))
        if market is None:
            raise BadRequest(f"There is no symbol {body.get('symbol')!r}.")
        rules = market.rules
        trade = market.block_trade(
            rules.ticks(_amount(body.get("price"))),
            rules.lots(_amount(body.get("quantity"))),
            self._venue.catch_up(),
            buyer_is_maker=body.get("buyer_is_maker") is True,
        )
        self._server.publisher.block_traded(market, trade)
        return {"id": trade.id}

    def _set_limits(self, body: Json) -> Json:
        try:
            self._venue.limits.change(**{name: int(value) for name, value in body.items()})
        except (TypeError, ValueError):
            raise BadRequest("Limits are weight and orders_10s, whole numbers.") from None
        return {}

    def _step_clock(self, body: Json) -> Json:
        clock = self._world.clock
        if not isinstance(clock, SteppedClock):
            raise BadRequest("Time runs by itself here; start the exchange with --stepped.")
        by_us = body.get("by_us", 0)
        if not isinstance(by_us, int) or by_us < 0:
            raise BadRequest("by_us is how many microseconds to go on.")
        clock.step(by_us)
        return {"timeUs": self._venue.now_us()}


def _amounts(body: Json, name: str) -> dict[str, Decimal]:
    """Amounts by asset; none if they aren't there."""
    found = body.get(name, {})
    if not isinstance(found, dict):
        raise BadRequest(f'{name} are amounts by asset, such as {{"USDT": "1000"}}.')
    return {str(asset): _amount(text) for asset, text in found.items()}


def is_local(http: web.Request) -> bool:
    """Whether a program on this computer asks, and no web page."""
    if "Origin" in http.headers or http.remote is None:
        return False
    host = http.url.host or ""
    return _is_loopback(http.remote) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _body(raw: bytes) -> Json:
    if not raw:
        return {}
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise BadRequest("The body is no JSON object.") from None


def _amount(text: Any) -> Decimal:
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        raise BadRequest(f"{text!r} is no amount.") from None
    if not amount.is_finite():
        raise BadRequest(f"{text!r} is no amount.")
    return amount


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)


def _key_json(key: ApiKey) -> Json:
    return {"account": key.account_id, "api_key": key.key, "api_secret": key.secret}


def _shown(connection: Connection) -> Json:
    return {"ip": connection.ip, "sent": connection.sent, "backlog": connection.backlog}


def _close_all(connections: list[Connection], code: int) -> None:
    for connection in connections:
        connection.close(code or WSCloseCode.GOING_AWAY)
