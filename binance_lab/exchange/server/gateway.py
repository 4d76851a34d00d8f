"""What every request goes through, whichever door it came by: limits, parameters, key, handler.

The checks come in Binance's order: banned or above a limit; the key's form; parameters; the timestamp; the
key itself; its signature; its permission; and only then what the endpoint makes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server import auth
from binance_lab.exchange.server.call import Call
from binance_lab.exchange.server.limits import LimitExceeded
from binance_lab.exchange.server.params import Param, parse
from binance_lab.exchange.server.routes import Route
from binance_lab.exchange.server.venue import Venue
from binance_lab.wire import errors
from binance_lab.wire.enums import OrderRateLimitExceededMode, TimeUnit
from binance_lab.wire.times import as_us

_STATUS = {
    errors.BAD_API_KEY_FORMAT.code: 401,
    errors.REJECTED_API_KEY.code: 401,
    errors.UNAUTHORIZED.code: 401,
    errors.TIMEOUT.code: 504,
    errors.SERVER_BUSY.code: 503,
    errors.UNKNOWN.code: 500,
    errors.DISCONNECTED.code: 500,
    errors.UNEXPECTED_RESPONSE.code: 500,
    errors.SHUTTING_DOWN.code: 503,
}


@dataclass(slots=True)
class Request:
    """What arrived: parameters as text, and who sent it.

    ``payload`` makes the text that must have been signed; ``logged_on`` is the key of a WebSocket session,
    which stands in for a key and signature that were not sent.
    """

    ip: str
    texts: dict[str, str]
    api_key: str | None
    payload: Callable[[], str] = field(repr=False)
    encoded: bool = True  # the payload must be percent-encoded
    doubled: bool = False  # a parameter came more than once
    unit: TimeUnit = TimeUnit.MILLISECOND
    logged_on: auth.ApiKey | None = None


@dataclass(slots=True)
class Answer:
    """What goes back."""

    status: int
    body: Any
    now_us: int
    error: Reject | None = None
    retry_after_s: int | None = None
    retry_at_us: int | None = None
    ordered_by: int | None = None  # the account whose order counts are shown


class Gateway:
    """Answers requests out of a venue."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.record: Callable[[str, Call], None] = lambda method, call: None  # before it is done
        self.broke_off: Callable[[], None] = lambda: None  # what was recorded failed half-way

    def answer(self, route: Route, request: Request) -> Answer:
        """Check a request, run it and say what came of it."""
        now_us = self.venue.catch_up()
        address = self.venue.limits.address(request.ip)
        weight = route.weight_of(request.texts)
        try:
            address.charge(weight, now_us)
            call = self._call(route, request, now_us)
            body = self._run(route, call)
        except Reject as refusal:
            return refused(refusal, now_us)
        if route.is_free(body):
            address.refund(weight, now_us)
        return Answer(200, body, now_us, ordered_by=call.account_id if route.orders else None)

    def _call(self, route: Route, request: Request, now_us: int) -> Call:
        signed = route.signed
        if signed:
            self._check_key_format(request)
        if request.doubled:
            raise Reject(*errors.DUPLICATE_VALUES)
        values = parse(self._declared(route, request), request.texts)
        account_id = self.authorize(route.security, request, now_us) if signed else 0
        return Call(self.venue, values, now_us, request.unit, account_id)

    def _check_key_format(self, request: Request) -> None:
        if request.logged_on is not None and request.api_key is None:
            return
        try:
            self.venue.keys.find(request.api_key)
        except Reject as refusal:
            if refusal.code == errors.BAD_API_KEY_FORMAT.code:
                raise

    def _declared(self, route: Route, request: Request) -> tuple[Param, ...]:
        if request.logged_on is None or "signature" in request.texts:
            return route.declared
        return tuple(param for param in route.declared if param.name != "signature")

    def authorize(self, security: str, request: Request, now_us: int) -> int:
        """The account whose request it is.

        Raises:
            Reject: -1021, -2015 or -1022.
        """
        return self.key_of(security, request, now_us).account_id

    def key_of(self, security: str, request: Request, now_us: int) -> auth.ApiKey:
        """The key that a signed request was made with.

        Raises:
            Reject: -1021, -2015 or -1022.
        """
        texts = request.texts
        timestamp = int(texts["timestamp"])
        # Where time is another one than the clients', their timestamps say nothing.
        seen_us = now_us + self.venue.skew_us if self.venue.real_time else as_us(timestamp)
        auth.check_time(timestamp, texts.get("recvWindow"), seen_us)
        if request.logged_on is not None and request.api_key is None:
            key = self.venue.keys.find(request.logged_on.key)  # it may have been revoked
        else:
            key = self.venue.keys.find(request.api_key)
            auth.check_signature(
                key, request.payload(), texts["signature"], encoded=request.encoded
            )
        if not key.allows(security):
            raise Reject(*errors.REJECTED_API_KEY)
        return key

    def _run(self, route: Route, call: Call) -> Any:
        if route.orders:
            return self._run_counted(route, call)
        if route.changes:
            self.record(route.method, call)
        return self._handle(route, call)

    def _handle(self, route: Route, call: Call) -> Any:
        try:
            return route.handler(call)
        except Reject:
            raise
        except Exception:
            if route.changes:
                self.broke_off()
            raise

    def _run_counted(self, route: Route, call: Call) -> Any:
        """Run what places orders, if the account's unfilled order count has room for them."""
        count = self.venue.limits.order_count(call.account_id)
        try:
            count.check(route.orders, call.now_us)
        except Reject as refusal:
            mode = call.params.get("orderRateLimitExceededMode")
            if mode is not OrderRateLimitExceededMode.CANCEL_ONLY:
                raise
            call.used_up = refusal
        self.record(route.method, call)  # not before: what was never tried must not be done again
        count.add(route.orders, call.now_us)  # before the order runs: its fills give back
        try:
            return self._handle(route, call)
        except Reject as refusal:
            if not getattr(refusal, "placed", False):
                count.add(-route.orders, call.now_us)
            raise


def refused(refusal: Reject, now_us: int) -> Answer:
    """The answer that a refusal makes."""
    status = getattr(refusal, "status", None) or _STATUS.get(refusal.code, 400)
    body: dict[str, Any] = {"code": refusal.code, "msg": refusal.msg}
    data = getattr(refusal, "data", None)
    if data is not None:
        body["data"] = data
    answer = Answer(status, body, now_us, error=refusal)
    if isinstance(refusal, LimitExceeded):
        answer.retry_after_s = refusal.retry_after_s(now_us)
        answer.retry_at_us = refusal.retry_at_us
    return answer
