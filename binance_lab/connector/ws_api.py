"""WebsocketAPI: the /api calls over one WebSocket.

https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/general-api-information
"""

from __future__ import annotations

import logging
import random
import secrets
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn
from urllib.parse import urlsplit

import msgspec

from ..wire.encoding import json_params, text
from ..wire.signing import KeyKind, KeyText
from .api.session import Session
from .api_session import ApiSession, Logon
from .base import RateLimit, Response
from .clock import Clock
from .connection import ConnectionOptions
from .credentials import Credentials
from .desk import Answer, Desk, measure_clock
from .endpoint import Endpoint, Params, uid
from .exceptions import (
    ApiError,
    BadAnswer,
    BadInput,
    Banned,
    ClockError,
    ConfigError,
    OutcomeUnknown,
    RequestError,
    ServerError,
    TooManyRequests,
    api_error,
)
from .hiding import shown
from .hosts import host_of, without_user
from .http import OnLimit, Options
from .limits import TIME_USES, Limits, Use
from .link import LinkOptions, checked_url
from .outcome import may_have_happened, outcome_unknown, told
from .resolve import resolve
from .spot import SpotApi, changed_options, checked_key, signer_of

BASE_URL = "wss://ws-api.binance.com:443/ws-api/v3"

SIGNED_ALWAYS = frozenset(("session.logon", "userDataStream.subscribe.signature"))
_BACK_OFF_S = 0.25
_CONNECT_WEIGHT = 2


@dataclass(slots=True)
class _Call:
    """One call under way, whatever the number of its requests."""

    endpoint: Endpoint
    params: dict[str, Any]
    uses: list[Use]
    deadline_s: float
    tries: int = 0
    clock_measured: bool = False
    sent_at_s: float = 0.0

    @property
    def method(self) -> str:
        return self.endpoint.ws or ""

    @property
    def left_s(self) -> float:
        return self.deadline_s - time.monotonic()

    @property
    def shown(self) -> str:
        """Method and parameters without secrets."""
        return shown(self.method, self.texts)

    @property
    def texts(self) -> dict[str, str]:
        """The parameters as REST would send them."""
        return {name: text(value) for name, value in self.params.items()}

    def told(self, error: RequestError | ApiError) -> RequestError | ApiError:
        """The error as the caller sees it."""
        return told(error, asked=self.method, request=self.shown, tries=self.tries)


class WebsocketAPI(SpotApi, Session):
    """The /api calls over a WebSocket: the same methods as Spot's, any thread may call them.

    It connects on the first call and again after a loss, logs on again if it was, and signs
    every call by itself where it is not logged on. Answers are those of Spot.

    Args:
        api_key, api_secret: Not needed for market data.
        base_url: The whole address.
        private_key: Instead of api_secret, an RSA or Ed25519 key: PEM text, or a file's path.
        private_key_pass: Its pass phrase.
        key_kind: "rsa" or "ed25519": ConfigError if the private key is of another kind.
        timeout: Seconds for a call, connecting included.
        recv_window: ms for which a signed request is good; the server's 5000 if not given.
        time_unit: "us" for times in microseconds, sent and received.
        proxies: As requests takes them.
        logger: For one line a request at DEBUG.
        on_limit: "wait" until a rate limit allows the call, or "raise" TooManyRequests.
        retries: How often a read is repeated after a failure; orders never are.
        options: How the connection is kept.

    https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/general-api-information
    """

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | bytes | None = None,
        *,
        base_url: str = BASE_URL,
        private_key: KeyText | None = None,
        private_key_pass: str | bytes | None = None,
        key_kind: KeyKind | None = None,
        timeout: float | None = 10.0,
        recv_window: float | None = None,
        time_unit: str | None = None,
        proxies: dict[str, str] | None = None,
        logger: logging.Logger | None = None,
        on_limit: OnLimit = "wait",
        retries: int = 2,
        options: ConnectionOptions | None = None,
    ) -> None:
        self.base_url = base_url
        self._host = host_of(base_url)
        self._log = logger or logging.getLogger("binance_lab.ws_api")
        self._options = changed_options(
            Options(),
            timeout=timeout,
            recv_window=recv_window,
            time_unit=time_unit,
            on_limit=on_limit,
            retries=retries,
        )
        unit = self._options.time_unit
        self.credentials = Credentials(
            checked_key(api_key),
            signer_of(api_secret, private_key, private_key_pass, key_kind),
            self._host.clock,
            recv_window=recv_window,
            time_unit=unit or "ms",
        )
        url = checked_url(f"{base_url}?timeUnit=MICROSECOND" if unit == "us" else base_url)
        self.session = ApiSession(
            partial(_booked, url, self._host.limits),
            host=urlsplit(url).netloc.rpartition("@")[2],
            options=options or ConnectionOptions(link=LinkOptions(proxies=proxies)),
            spend=partial(_spend, self._host.limits),
            logger=self._log,
        )
        self._origin: WebsocketAPI | None = None
        self._logon = Logon(self.credentials, self._log)
        self._end = weakref.finalize(self, self.session.stop)

    @property
    def signed_by(self) -> str | None:
        """The kind of key that signs: hmac, rsa or ed25519; None without one."""
        return self.credentials.kind

    @property
    def clock(self) -> Clock:
        """The server's clock as seen from here, shared with the REST client of the host."""
        return self._host.clock

    @property
    def limits(self) -> Limits:
        """The budget that this process shares for the host, REST included."""
        return self._host.limits

    @property
    def rate_limits(self) -> list[RateLimit]:
        """What the server last said was used, per limiter and interval."""
        return self.limits.seen

    @property
    def logged_on(self) -> bool:
        """Whether the connection that works is logged on."""
        return self.session.logged_on

    def status(self) -> dict[str, Any]:
        """One row of what there is to know of the connection."""
        return self.session.connection.status()

    def with_options(
        self,
        *,
        timeout: float | None = None,
        recv_window: float | None = None,
        on_limit: OnLimit | None = None,
        retries: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> WebsocketAPI:
        """This client with other settings; the connection stays shared.

        Args:
            extra: Parameters to send besides those of the method's signature, for one that
                Binance has added since.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._origin = self  # which closes the connection when nobody has it any more
        other._options = changed_options(
            self._options,
            timeout=timeout,
            recv_window=recv_window,
            time_unit=None,
            on_limit=on_limit,
            retries=retries,
            extra=extra,
        )
        return other

    def resolve(self, unknown: OutcomeUnknown, *, timeout: float = 15.0) -> Any:
        """What became of a request whose answer was lost; as Spot.resolve."""
        return resolve(self, unknown, timeout_s=timeout)

    def close(self) -> None:
        """Close the connection; calls that wait for an answer fail."""
        self._end()

    def _send(self, endpoint: Endpoint, params: Params) -> Any:
        return self._answer(endpoint, params)[1]

    def _request(self, endpoint: Endpoint, params: Params) -> Response:
        started_s = time.monotonic()
        answer, data = self._answer(endpoint, params)
        return Response(
            data,
            answer.status,
            {},
            self.limits.read_rows(answer.rate_limits),
            time.monotonic() - started_s,
        )

    def _request_body(self, endpoint: Endpoint, params: Params) -> bytes:
        return bytes(self._answer(endpoint, params, decode=False)[0].result)

    def _answer(
        self, endpoint: Endpoint, params: Params, *, decode: bool = True
    ) -> tuple[Answer, Any]:
        """The server's answer, if it is a success, and its result unless decode is False.

        Raises:
            ConfigError: It needs a key or a secret that is not there, or has no such call.
            BadInput: A number or a time that isn't one.
            RequestError, ApiError, OutcomeUnknown: See exceptions.
        """
        call = self._prepare(endpoint, params)
        while True:
            try:
                answer = self._attempt(call)
                data = _result(answer) if decode else None
                break
            except (RequestError, ApiError) as error:
                self._recover(call, error)
        if endpoint.ws == "exchangeInfo" and isinstance(data, dict):
            self.limits.learn(data.get("rateLimits"))
        return answer, data

    def _prepare(self, endpoint: Endpoint, params: Params) -> _Call:
        if endpoint.ws is None:
            raise ConfigError(f"{endpoint.name} is no call of the WebSocket API; use Spot")
        if endpoint.needs_key:
            self.credentials.require(endpoint.name, signs=_signs(endpoint))
        if endpoint.ws == "session.logon" and self.signed_by != "ed25519":
            raise ConfigError(f"session_logon needs an Ed25519 key, not {self.signed_by}")
        merged = {**params, **self._options.extra}
        if endpoint.order_id and merged.get(endpoint.order_id) is None:
            merged[endpoint.order_id] = f"lab_{secrets.token_hex(12)}"
        if _signs(endpoint) and merged.get("recvWindow") is None:
            merged["recvWindow"] = self._options.recv_window
        unit = self._options.time_unit or "ms"
        try:
            sent = json_params(merged, times=endpoint.times, unit=unit)
        except ValueError as error:
            raise BadInput(f"{endpoint.name} was not sent: {error}") from None
        deadline_s = time.monotonic() + self._options.timeout_s
        return _Call(endpoint, sent, self._uses(endpoint, merged), deadline_s)

    def _uses(self, endpoint: Endpoint, params: Params) -> list[Use]:
        cost = endpoint.cost(params)
        weight = cost.weight if isinstance(cost, uid) else cost
        uses = [Use("REQUEST_WEIGHT", weight), Use("RAW_REQUESTS", 1)]
        if endpoint.orders:
            uses.append(Use("ORDERS", endpoint.orders, self.credentials.scope))
        return uses

    def _attempt(self, call: _Call) -> Answer:
        """Send once. The answer, or an exception for anything that isn't a success."""
        before_s = time.monotonic()
        booking = self.limits.acquire(
            call.uses, asked=call.method, wait=self._options.on_limit == "wait"
        )
        call.deadline_s += time.monotonic() - before_s  # a wait for a limit is not the server's
        seen: list[RateLimit] = []
        try:
            desk = self.session.desk(call.left_s)
            params = self._authorized(call, desk)
            call.sent_at_s = time.time()
            answer = desk.ask(call.method, params, max(0.001, call.left_s))
            seen = self.limits.read_rows(answer.rate_limits)
        finally:
            call.tries += 1
            self.limits.settle(booking, seen)
        self._log.debug("%s %d", call.method, answer.status)
        if not answer.status:
            raise BadAnswer("the answer has no status")
        if answer.error is not None or answer.status != 200:
            raise self._refusal(call, answer)
        self._note_session(call, desk)
        return answer

    def _authorized(self, call: _Call, desk: Desk) -> dict[str, Any]:
        """The parameters with what proves who asks."""
        if not _signs(call.endpoint):
            return call.params
        if self.clock.stale:
            self._keep_clock(call, desk)
        if desk.logged_on and call.method not in SIGNED_ALWAYS:
            return self.credentials.stamped(call.params)
        return self.credentials.signed(call.params)

    def _keep_clock(self, call: _Call, desk: Desk) -> None:
        """Measure the server's clock, unless there is no budget left for it."""
        try:
            booking = self.limits.acquire(TIME_USES, asked="time", wait=False)
        except TooManyRequests:
            self.clock.touch()
            return
        measure_clock(desk, self.clock, max(0.001, call.left_s), self._log)
        self.limits.settle(booking)

    def _note_session(self, call: _Call, desk: Desk) -> None:
        """A logon is done again on every later connection, until a logout."""
        if call.method == "session.logon":
            desk.logged_on = True
            self.session.add(self._logon)
        elif call.method == "session.logout":
            desk.logged_on = False
            self.session.drop(self._logon)

    def _refusal(self, call: _Call, answer: Answer) -> ApiError:
        found = answer.error or {}
        code, data = found.get("code"), found.get("data")
        error = api_error(
            status=answer.status,
            code=code if isinstance(code, int) else None,
            msg=str(found.get("msg", "")),
            headers=self._retry_after(data),
            request=call.shown,
            asked=call.method,
            data=data,
            now_s=self.clock.now_s(),
        )
        if isinstance(error, TooManyRequests) and answer.status in (418, 429):
            self.limits.block(error.retry_after_s, banned=isinstance(error, Banned))
        return error

    def _retry_after(self, data: Any) -> dict[str, str]:
        """The header that REST would have: here it is a point in time, epoch ms."""
        until_ms = data.get("retryAfter") if isinstance(data, dict) else None
        if not isinstance(until_ms, int):
            return {}
        return {"retry-after": str(max(0.0, until_ms / 1000 - self.clock.now_s()))}

    def _recover(self, call: _Call, error: RequestError | ApiError) -> None:
        """Return if the call may be sent once more; else raise what the caller should see."""
        if isinstance(error, ClockError) and not call.clock_measured:
            call.clock_measured = True
            self.clock.forget()
            return
        if call.endpoint.changes_state and may_have_happened(error):
            raise outcome_unknown(
                call.endpoint, call.texts, error, asked=call.method, sent_at_s=call.sent_at_s
            ) from None
        if call.endpoint.changes_state or not self._may_retry(call, error):
            raise call.told(error) from None
        delay_s = min(_BACK_OFF_S * 2**call.tries * random.uniform(0.5, 1.0), call.left_s / 2)
        self._log.info("%s again in %.2f s: %s", call.method, delay_s, error)
        time.sleep(max(0.0, delay_s))

    def _may_retry(self, call: _Call, error: RequestError | ApiError) -> bool:
        if call.tries > self._options.retries or call.left_s <= _BACK_OFF_S:
            return False
        if isinstance(error, TooManyRequests):  # the wait for it is in the limits
            return self._options.on_limit == "wait" and not isinstance(error, Banned)
        return isinstance(error, RequestError | ServerError)

    def __enter__(self) -> WebsocketAPI:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        signed = f"signed by {self.signed_by}" if self.signed_by else "unsigned"
        url = without_user(self.base_url)
        return f"<WebsocketAPI {url}, {signed}, {self.session.connection.state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a secret and can't be pickled; make one in each process")


def _spend(limits: Limits, weight: int, asked: str = "setting up") -> None:
    """Book what a link costs besides calls: connecting, logging on, subscribing.

    Raises:
        TooManyRequests: It would break the limit, or this IP is banned; the next attempt may do.
    """
    uses = [Use("REQUEST_WEIGHT", weight)]
    limits.settle(limits.acquire(uses, asked=asked, wait=False))


def _booked(url: str, limits: Limits) -> str:
    """Where to connect, after booking what that costs."""
    _spend(limits, _CONNECT_WEIGHT, "connecting")
    return url


def _result(answer: Answer) -> Any:
    """The decoded result.

    Raises:
        BadAnswer: It is damaged.
    """
    try:
        return msgspec.json.decode(answer.result)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadAnswer("the answer's result is damaged") from None


def _signs(endpoint: Endpoint) -> bool:
    return endpoint.signed or endpoint.ws in SIGNED_ALWAYS
