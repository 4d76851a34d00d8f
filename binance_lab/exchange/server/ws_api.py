"""The WebSocket API: the same calls as REST over one connection, sessions, and user data.

https://developers.binance.com/docs/binance-spot-api-docs/websocket-api
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import WSCloseCode

from binance_lab.exchange.market_data import stamp
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.auth import ApiKey
from binance_lab.exchange.server.connection import Connection, frame
from binance_lab.exchange.server.faults import Fault, Faults, refusal_before
from binance_lab.exchange.server.gateway import Answer, Gateway, Request, refused
from binance_lab.exchange.server.listen_keys import ListenKeys
from binance_lab.exchange.server.params import Param, params, parse, parse_boolean
from binance_lab.exchange.server.routes import BY_METHOD, USER_DATA
from binance_lab.exchange.server.user_events import UserEvents
from binance_lab.wire import errors
from binance_lab.wire.enums import TimeUnit

SESSION_WEIGHT = 2
CONNECT_WEIGHT = 2
MAX_SUBSCRIPTIONS = 1000
MAX_SUBSCRIPTION_IDS = 65_535

_SIGNED = params("timestamp! signature! recvWindow")
_NOTHING = params("")
_LOGGED_ON = params("timestamp recvWindow signature")

logger = logging.getLogger(__name__)

_encode = msgspec.json.encode


class _Message(msgspec.Struct):
    """A request, its parameters still as they were sent."""

    method: str
    id: int | str | None = None
    params: dict[str, msgspec.Raw] | None = None


_decode = msgspec.json.Decoder(_Message).decode


def as_text(raw: msgspec.Raw) -> str:
    """A parameter's text: a string's own, anything else as it was written."""
    text = bytes(raw).decode()
    return msgspec.json.decode(raw, type=str) if text.startswith('"') else text


def signed_payload(texts: dict[str, str]) -> str:
    """What the WebSocket API signs: all parameters by name, as they are, without the signature."""
    pairs = sorted((name, text) for name, text in texts.items() if name != "signature")
    return "&".join(f"{name}={text}" for name, text in pairs)


class _Subscription:
    """One account's events on one connection."""

    def __init__(
        self, number: int, account_id: int, client: ApiClient, *, by_session: bool
    ) -> None:
        self.number = number
        self.account_id = account_id
        self.by_session = by_session
        self.unit = client.unit
        self.name = "userData"
        self.is_diff = False
        self._client = client
        self._head = b'{"subscriptionId":%d,"event":' % number

    def event(self, payload: bytes) -> None:
        ready = frame(self._head + payload + b"}")
        self._client.faults.deliver(self._client, self, ready)


class ApiClient:
    """One connection to the WebSocket API."""

    def __init__(
        self,
        connection: Connection,
        gateway: Gateway,
        events: UserEvents,
        listen_keys: ListenKeys,
        *,
        faults: Faults,
        unit: TimeUnit = TimeUnit.MILLISECOND,
        show_limits: bool = True,
    ) -> None:
        self.connection = connection
        self.unit = unit
        self._gateway = gateway
        self._venue = gateway.venue
        self._events = events
        self._listen_keys = listen_keys
        self.faults = faults
        self._show_limits = show_limits
        self._logged_on: ApiKey | None = None
        self._authorized_us = 0
        self._connected_us = self._venue.now_us()
        self._subscriptions: dict[int, _Subscription] = {}
        self._next_number = 0
        self._own_methods: dict[str, tuple[tuple[Param, ...], Callable[[Request, int], Any]]] = {
            "session.logon": (_SIGNED, self._logon),
            "session.status": (_NOTHING, self._status),
            "session.logout": (_NOTHING, self._logout),
            "session.subscriptions": (_NOTHING, self._list_subscriptions),
            "userDataStream.subscribe": (_LOGGED_ON, self._subscribe),
            "userDataStream.subscribe.signature": (_SIGNED, self._subscribe_signed),
            "userDataStream.unsubscribe": (params("subscriptionId"), self._unsubscribe),
            "userDataStream.start": (_NOTHING, self._listen_key_start),
            "userDataStream.ping": (params("listenKey!"), self._listen_key_ping),
            "userDataStream.stop": (params("listenKey!"), self._listen_key_stop),
        }

    def received(self, text: str | bytes) -> None:
        """Answer one message, or fail to, as faults have it."""
        try:
            message = _decode(text)
        except (msgspec.DecodeError, RecursionError):
            refusal = refused(Reject(*errors.INVALID_JSON), self._venue.now_us())
            encoded = self._encoded(_id_of(text), refusal, show_limits=self._show_limits)
            self.connection.send_text(encoded)
            return
        method = message.method.removeprefix("v3/")
        route = BY_METHOD.get(method)
        names = (method, route.path) if route else (method,)
        faults = self.faults.of_request(route.http if route else "", *names)
        if slow := faults.get("slow"):
            loop = asyncio.get_running_loop()
            loop.call_later(slow.delay_s, self._finish, message, faults)
        else:
            self._finish(message, faults)

    def _finish(self, message: _Message, faults: dict[str, Fault]) -> None:
        now_us = self._venue.now_us()
        refusal = refusal_before(faults, now_us)
        if refusal is not None:
            encoded = self._encoded(message.id, refused(refusal, now_us), show_limits=True)
        else:
            encoded = self.answer(message)
        if "drop" in faults or "half" in faults:
            self.connection.cut()
            return
        if after := faults.get("after"):
            encoded = self._encoded(message.id, refused(after.refusal(), now_us), show_limits=True)
        if late := faults.get("late"):
            loop = asyncio.get_running_loop()
            loop.call_later(late.delay_s, self.connection.send_text, encoded)
        else:
            self.connection.send_text(encoded)

    def answer(self, message: _Message) -> bytes:
        """The answer to one message, encoded."""
        try:
            texts = {name: as_text(raw) for name, raw in (message.params or {}).items()}
            shown = texts.pop("returnRateLimits", None)
            show = self._show_limits if shown is None else parse_boolean("returnRateLimits", shown)
            answer = self._run(message.method.removeprefix("v3/"), self._request(texts))
        except Reject as refusal:
            show, answer = self._show_limits, refused(refusal, self._venue.now_us())
        except Exception:
            # The client is told nothing of the inside; the log has it all.
            logger.exception("%s failed", message.method)
            failure = Reject(*errors.UNKNOWN)
            show, answer = self._show_limits, refused(failure, self._venue.now_us())
        if answer.status == 418:
            self.connection.close(WSCloseCode.POLICY_VIOLATION, "IP banned")
        return self._encoded(message.id, answer, show_limits=show)

    def _request(self, texts: dict[str, str]) -> Request:
        signed = dict(texts)
        return Request(
            ip=self.connection.ip,
            api_key=texts.pop("apiKey", None),
            texts=texts,
            payload=lambda: signed_payload(signed),
            encoded=False,
            unit=self.unit,
            logged_on=self._logged_on,
        )

    def _run(self, method: str, request: Request) -> Answer:
        own = self._own_methods.get(method)
        if own is not None:
            return self._run_own(*own, request)
        route = BY_METHOD.get(method)
        if route is None:
            raise Reject(*errors.UNSUPPORTED_OPERATION)
        answer = self._gateway.answer(route, request)
        if method == "sor.order.place" and answer.error is None:
            answer.body = [answer.body]  # on this door the order comes in a list
        return answer

    def _run_own(
        self, declared: tuple[Param, ...], run: Callable[[Request, int], Any], request: Request
    ) -> Answer:
        now_us = self._venue.catch_up()
        try:
            self._venue.limits.address(request.ip).charge(SESSION_WEIGHT, now_us)
            parse(declared, request.texts)
            return Answer(200, run(request, now_us), now_us)
        except Reject as refusal:
            return refused(refusal, now_us)

    def _encoded(self, request_id: int | str | None, answer: Answer, *, show_limits: bool) -> bytes:
        message: dict[str, Any] = {"id": request_id, "status": answer.status}
        if answer.error is None:
            message["result"] = answer.body
        else:
            message["error"] = answer.body
            if answer.retry_at_us is not None:
                message["error"]["data"] = {
                    "serverTime": stamp(answer.now_us, self.unit),
                    "retryAfter": answer.retry_at_us // 1000,
                }
        if show_limits:
            message["rateLimits"] = self._rate_limits(answer)
        return _encode(message)

    def _rate_limits(self, answer: Answer) -> list[dict[str, Any]]:
        limits, rows = self._venue.limits, []
        if answer.ordered_by is not None:
            windows = limits.order_count(answer.ordered_by).windows
            rows = [window.as_json(answer.now_us) for window in windows]
        rows.append(limits.address(self.connection.ip).weight.as_json(answer.now_us))
        return rows

    # Sessions

    def _logon(self, request: Request, now_us: int) -> dict[str, Any]:
        request.logged_on = None
        key = self._gateway.key_of(USER_DATA, request, now_us)
        if key.kind != "ed25519":
            # Only Ed25519 keys have sessions; whoever tries with another reports this refusal:
            # https://dev.binance.vision/t/websocket-api-signatures-broken/19997
            raise Reject(*errors.INVALID_SIGNATURE)
        self._logged_on, self._authorized_us = key, now_us
        return self._status(request, now_us)

    def _status(self, request: Request, now_us: int) -> dict[str, Any]:
        key = self._logged_on
        return {
            "apiKey": key.key if key else None,
            "authorizedSince": stamp(self._authorized_us, self.unit) if key else None,
            "connectedSince": stamp(self._connected_us, self.unit),
            "returnRateLimits": self._show_limits,
            "serverTime": stamp(now_us, self.unit),
            "userDataStream": any(each.by_session for each in self._subscriptions.values()),
        }

    def _logout(self, request: Request, now_us: int) -> dict[str, Any]:
        for subscription in [each for each in self._subscriptions.values() if each.by_session]:
            self._end(subscription, now_us)
        self._logged_on = None
        return self._status(request, now_us)

    # User data

    def _subscribe(self, request: Request, now_us: int) -> dict[str, Any]:
        if self._logged_on is None:
            raise Reject(*errors.UNAUTHORIZED)
        return self._listen(self._logged_on.account_id, by_session=True)

    def _subscribe_signed(self, request: Request, now_us: int) -> dict[str, Any]:
        request.logged_on = None
        key = self._gateway.key_of(USER_DATA, request, now_us)
        return self._listen(key.account_id, by_session=False)

    def _listen(self, account_id: int, *, by_session: bool) -> dict[str, Any]:
        if any(each.account_id == account_id for each in self._subscriptions.values()):
            raise Reject(*errors.SUBSCRIPTION_ACTIVE)
        used_up = self._next_number >= MAX_SUBSCRIPTION_IDS
        if used_up or len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            raise Reject(*errors.TOO_MANY_SUBSCRIPTION_IDS)
        made = _Subscription(self._next_number, account_id, self, by_session=by_session)
        self._next_number += 1
        self._subscriptions[made.number] = made
        self._events.listen(account_id, made)
        return {"subscriptionId": made.number}

    def _unsubscribe(self, request: Request, now_us: int) -> dict[str, Any]:
        wanted = list(self._subscriptions)
        if "subscriptionId" in request.texts:
            wanted = [int(request.texts["subscriptionId"])]
        if not wanted or wanted[0] not in self._subscriptions:
            raise Reject(*errors.SUBSCRIPTION_INACTIVE)
        for number in wanted:
            self._end(self._subscriptions[number], now_us)
        return {}

    def _list_subscriptions(self, request: Request, now_us: int) -> list[dict[str, Any]]:
        return [{"subscriptionId": number} for number in self._subscriptions]

    def _end(self, subscription: _Subscription, now_us: int) -> None:
        event = {"e": "eventStreamTerminated", "E": stamp(now_us, self.unit)}
        subscription.event(_encode(event))
        del self._subscriptions[subscription.number]
        self._events.leave(subscription.account_id, subscription)

    def leave(self) -> None:
        """Listen to nothing: the connection is gone."""
        for subscription in self._subscriptions.values():
            self._events.leave(subscription.account_id, subscription)
        self._subscriptions.clear()

    # Listen keys

    def _listen_key_start(self, request: Request, now_us: int) -> dict[str, Any]:
        key = self._venue.keys.find(request.api_key)
        return {"listenKey": self._listen_keys.create(key.account_id, now_us)}

    def _listen_key_ping(self, request: Request, now_us: int) -> dict[str, Any]:
        key = self._venue.keys.find(request.api_key)
        self._listen_keys.renew(request.texts["listenKey"], key.account_id, now_us)
        return {}

    def _listen_key_stop(self, request: Request, now_us: int) -> dict[str, Any]:
        key = self._venue.keys.find(request.api_key)
        self._listen_keys.close(request.texts["listenKey"], key.account_id)
        return {}


class _OnlyId(msgspec.Struct):
    id: int | str | None = None


def _id_of(text: str | bytes) -> int | str | None:
    """The id of a request that is wrong otherwise, if it has one."""
    try:
        return msgspec.json.decode(text, type=_OnlyId).id
    except (msgspec.DecodeError, RecursionError):
        return None
