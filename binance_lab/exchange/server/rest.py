"""The REST door: HTTP in, the gateway's answer out.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import msgspec
from aiohttp import web

from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.gateway import Answer, Gateway, Request, refused
from binance_lab.exchange.server.listen_keys import ListenKeys
from binance_lab.exchange.server.routes import BY_PATH, PATHS, Route
from binance_lab.wire import errors
from binance_lab.wire.enums import TimeUnit

LISTEN_KEY_PATH = "/api/v3/userDataStream"
LISTEN_KEY_WEIGHT = 2
JSON_TYPE = "application/json;charset=UTF-8"
_FORM_METHODS = frozenset(("POST", "PUT", "DELETE"))


def remote_ip(request: web.Request) -> str:
    """Whose limits a request counts against."""
    return request.remote or "unknown"


def parse_unit(text: str | None) -> TimeUnit:
    """The unit that ``X-MBX-TIME-UNIT`` or ``timeUnit`` names, in capitals or not at all.

    Raises:
        Reject: -1194.
    """
    if text is None:
        return TimeUnit.MILLISECOND
    if text not in ("MICROSECOND", "microsecond", "MILLISECOND", "millisecond"):
        raise Reject(*errors.INVALID_TIME_UNIT)
    return TimeUnit(text.upper())


def split_form(encoded: str) -> list[tuple[str, str]]:
    """Names and values of a query or form body; an empty value is kept."""
    pairs = (pair.partition("=") for pair in encoded.split("&") if pair)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def without_signature(encoded: str) -> str:
    """A query or form body as it was signed: without its ``signature``."""
    return "&".join(pair for pair in encoded.split("&") if not pair.startswith("signature="))


class Rest:
    """Answers HTTP requests under ``/api``."""

    def __init__(self, gateway: Gateway, listen_keys: ListenKeys) -> None:
        self._gateway = gateway
        self._venue = gateway.venue
        self._listen_keys = listen_keys

    def answer(self, http: web.Request, body: str) -> web.Response:
        """The whole answer to one request."""
        if http.path == LISTEN_KEY_PATH:
            return self.respond(http, self._listen_key(http, body))
        route = BY_PATH.get((http.method, http.path))
        if route is None:
            return self._no_route(http)
        return self.respond(http, self._answer(route, http, body))

    def _answer(self, route: Route, http: web.Request, body: str) -> Answer:
        try:
            request = self._request(http, body)
        except Reject as refusal:
            return refused(refusal, self._venue.now_us())
        return self._gateway.answer(route, request)

    def _request(self, http: web.Request, body: str) -> Request:
        if "X-MBX-SBE" in http.headers:
            raise Reject(*errors.SBE_DISABLED)
        query = http.raw_path.partition("?")[2]
        body = body if http.method in _FORM_METHODS else ""
        in_query, in_body = split_form(query), split_form(body)
        # What is in both counts as the query has it; twice in one of them is an error.
        doubled = any(len({name for name, _ in part}) < len(part) for part in (in_query, in_body))
        return Request(
            ip=remote_ip(http),
            texts=dict(in_body) | dict(in_query),
            api_key=http.headers.get("X-MBX-APIKEY"),
            payload=lambda: without_signature(query) + without_signature(body),
            doubled=doubled,
            unit=parse_unit(http.headers.get("X-MBX-TIME-UNIT")),
        )

    def respond(self, http: web.Request, answer: Answer) -> web.Response:
        """An answer as HTTP, with the limits' headers."""
        headers = self._limit_headers(http, answer)
        if answer.retry_after_s is not None:
            headers["Retry-After"] = str(answer.retry_after_s)
        headers["Content-Type"] = JSON_TYPE
        return web.Response(
            status=answer.status, body=msgspec.json.encode(answer.body), headers=headers
        )

    def _limit_headers(self, http: web.Request, answer: Answer) -> dict[str, str]:
        weight = self._venue.limits.address(remote_ip(http)).weight
        used = str(weight.count(answer.now_us))
        headers = {
            "x-mbx-used-weight": used,
            f"x-mbx-used-weight-{weight.rule.letter.lower()}": used,
        }
        if answer.ordered_by is not None:
            for window in self._venue.limits.order_count(answer.ordered_by).windows:
                name = f"x-mbx-order-count-{window.rule.letter.lower()}"
                headers[name] = str(window.count(answer.now_us))
        return headers

    def _no_route(self, http: web.Request) -> web.Response:
        if http.path in PATHS:
            return web.Response(status=405)
        return web.Response(status=404)

    def _listen_key(self, http: web.Request, body: str) -> Answer:
        """``userDataStream``, for clients from before it was retired."""
        now_us = self._venue.now_us()
        try:
            self._venue.limits.address(remote_ip(http)).charge(LISTEN_KEY_WEIGHT, now_us)
            request = self._request(http, body)
            return Answer(200, self._listen_key_body(http.method, request, now_us), now_us)
        except Reject as refusal:
            return refused(refusal, now_us)

    def _listen_key_body(self, method: str, request: Request, now_us: int) -> dict[str, Any]:
        key = self._venue.keys.find(request.api_key)
        if method == "POST":
            return {"listenKey": self._listen_keys.create(key.account_id, now_us)}
        listen_key = request.texts.get("listenKey")
        if not listen_key:
            raise Reject(*errors.MISSING_PARAMETER.fill("listenKey"))
        if method == "PUT":
            self._listen_keys.renew(listen_key, key.account_id, now_us)
        elif method == "DELETE":
            self._listen_keys.close(listen_key, key.account_id)
        else:
            raise Reject(*errors.UNSUPPORTED_OPERATION)
        return {}


def not_here(path: str) -> web.Response:
    """The 404 of a path that only production serves, in words."""
    text = f"{path} is not served here: this exchange has /api/v3 only, as Binance's testnet."
    return web.json_response({"code": errors.UNSUPPORTED_OPERATION.code, "msg": text}, status=404)
