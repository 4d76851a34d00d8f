"""From a call to its answer: signing, limits, retries, hosts, errors.

Reads are sent again after a failure; what changes state is sent again only after an explicit
refusal, and a lost answer is OutcomeUnknown.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-api-information
"""

from __future__ import annotations

import logging
import random
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from ..wire import json
from ..wire.encoding import TimeUnit, query, texts
from ..wire.signing import Signer
from .endpoint import Endpoint, Params, uid
from .exceptions import (
    ApiError,
    BadAnswer,
    BadInput,
    Banned,
    ClockError,
    ConfigError,
    RequestError,
    ServerError,
    TooManyRequests,
    api_error,
)
from .hiding import shown
from .hosts import Host, host_of, without_user
from .limits import TIME_USES, Booking, Use, account_scope
from .outcome import may_have_happened, outcome_unknown, told
from .transport import Answer, Request, Transport

OnLimit: TypeAlias = Literal["wait", "raise"]

_BACK_OFF_S = 0.25
_MAX_BACK_OFF_S = 5.0
_REFUSED = re.compile(rb'\s*\{\s*"code"\s*:\s*-\d')  # whatever the HTTP status is


class Options(NamedTuple):
    """What may differ from call to call; see Spot for their meaning."""

    timeout_s: float = 10.0
    recv_window: float | None = None
    time_unit: TimeUnit | None = None
    on_limit: OnLimit = "wait"
    retries: int = 2
    extra: Mapping[str, Any] = MappingProxyType({})

    def __repr__(self) -> str:
        return f"<Options {self[:-1]}>"  # extra may hold what nobody should see


class _Call:
    """One call under way, whatever the number of its requests."""

    __slots__ = (
        *("endpoint", "params", "options", "uses", "left_s"),
        *("tries", "clock_measured", "sent_at_s"),
    )

    def __init__(
        self, endpoint: Endpoint, params: dict[str, str], options: Options, uses: list[Use]
    ) -> None:
        self.endpoint = endpoint
        self.params = params
        self.options = options
        self.uses = uses
        self.left_s = options.timeout_s
        self.tries = 0
        self.clock_measured = False
        self.sent_at_s = 0.0

    @property
    def asked(self) -> str:
        return f"{self.endpoint.method} {self.endpoint.path}"

    @property
    def shown(self) -> str:
        """Method, path and parameters without secrets."""
        return shown(self.asked, self.params)

    def told(self, error: RequestError | ApiError) -> RequestError | ApiError:
        """The error as the caller sees it."""
        return told(error, asked=self.asked, request=self.shown, tries=self.tries)


class Http:
    """Sends the requests of one client.  Any thread may use it."""

    def __init__(
        self,
        base_urls: Sequence[str],
        *,
        transport: Transport,
        api_key: str | None = None,
        signer: Signer | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        if not base_urls:
            raise ConfigError("base_url is empty; the usual one is https://api.binance.com")
        self.base_urls = [url.rstrip("/") for url in base_urls]
        self._hosts: list[Host] = [host_of(url) for url in self.base_urls]
        for url in self.base_urls:
            if not url.lower().startswith(("http:", "https:")):
                raise ConfigError(
                    "base_url is that of a WebSocket; REST's begins with https:// or http://"
                )
        self.transport = transport
        self.signer = signer
        self._api_key = api_key
        self._account = account_scope(api_key)
        self._log = logger or logging.getLogger("binance_lab.rest")
        self._current = 0  # the host to ask next
        self._known = 0  # the host that answered last, as far as the log has told
        self._left = ""  # why the host before it was left
        self._random = random.Random()

    @property
    def host(self) -> Host:
        """Budget and clock of the host that is asked now."""
        return self._hosts[self._current]

    @property
    def base_url(self) -> str:
        """Address of the host that is asked now."""
        return self.base_urls[self._current]

    def send(
        self, endpoint: Endpoint, params: Params, options: Options, *, decode: bool = True
    ) -> tuple[Answer, Any]:
        """Send a call; its answer, and the decoded body unless decode is False.

        Raises:
            ConfigError: It needs a key or a secret that the client doesn't have; or it is closed.
            BadInput: A number or a time that isn't one.
            RequestError, ApiError, OutcomeUnknown: See exceptions.
        """
        call = self._prepare(endpoint, params, options)
        while True:
            self.transport.check_open()
            index = self._current
            booking = self._hosts[index].limits.acquire(
                call.uses, asked=call.asked, wait=options.on_limit == "wait"
            )
            try:
                answered = self._attempt(call, index, booking, decode)
                self._tell_host(index)
                return answered
            except (RequestError, ApiError) as error:
                self._recover(call, index, error)
            except KeyboardInterrupt:
                if endpoint.changes_state:
                    self._log.warning("interrupted, and its outcome is unknown: %s", call.shown)
                raise

    def _prepare(self, endpoint: Endpoint, params: Params, options: Options) -> _Call:
        if endpoint.needs_key and not self._api_key:
            raise ConfigError(f"{endpoint.name} needs an API key: Spot(api_key, api_secret)")
        if endpoint.signed and self.signer is None:
            raise ConfigError(
                f"{endpoint.name} is signed and needs a secret: Spot(api_key, api_secret), or"
                " Spot(api_key, private_key=…) for an RSA or Ed25519 key"
            )
        merged = {**params, **options.extra}
        if endpoint.order_id and merged.get(endpoint.order_id) is None:
            merged[endpoint.order_id] = f"lab_{secrets.token_hex(14)}"  # algo orders want 32
        if endpoint.signed and merged.get("recvWindow") is None:
            merged["recvWindow"] = options.recv_window
        unit = options.time_unit or "ms"
        try:
            sent = texts(merged, times=endpoint.times, joined=endpoint.joined, unit=unit)
        except ValueError as error:
            raise BadInput(f"{endpoint.name} was not sent: {error}") from None
        return _Call(endpoint, sent, options, self._uses(endpoint, merged))

    def _uses(self, endpoint: Endpoint, params: Params) -> list[Use]:
        """What a call costs.  Each path of /sapi has budgets of its own."""
        try:
            cost = endpoint.cost(params)
        except (TypeError, ValueError):
            cost = 1  # parameters that make no sense: the server will say so
        if endpoint.path.startswith("/sapi/"):
            if isinstance(cost, uid):
                return [Use("SAPI_UID_WEIGHT", cost.weight, f"{endpoint.path} {self._account}")]
            return [Use("SAPI_IP_WEIGHT", cost, endpoint.path)]
        weight = cost.weight if isinstance(cost, uid) else cost
        uses = [Use("REQUEST_WEIGHT", weight), Use("RAW_REQUESTS", 1)]
        if endpoint.orders:
            uses.append(Use("ORDERS", endpoint.orders, self._account))
        return uses

    def _attempt(
        self, call: _Call, index: int, booking: Booking, decode: bool
    ) -> tuple[Answer, Any]:
        """Send once.  The answer, or an exception for anything that isn't a success."""
        host = self._hosts[index]
        seen = []
        started_s = time.monotonic()
        try:
            if call.endpoint.signed:
                self._keep_clock(index, call.left_s / 2)
            answer = self._fetch(call, index, call.left_s - (time.monotonic() - started_s))
            seen = host.limits.read_headers(answer.headers)
        finally:
            call.left_s -= time.monotonic() - started_s
            call.tries += 1
            host.limits.settle(booking, seen)
        self._log_answer(call, answer)
        if not 200 <= answer.status < 300 or _REFUSED.match(answer.body):
            raise self._refusal(call, answer, host)
        if decode:
            return answer, _json(answer)
        if not (_begins_as_json(answer.body) and answer.body.rstrip().endswith((b"}", b"]"))):
            raise _not_json(answer)
        return answer, None

    def _fetch(self, call: _Call, index: int, left_s: float) -> Answer:
        several = len(self.base_urls) > 1
        call.sent_at_s = time.time()
        return self.transport.fetch(
            self._request_of(call, index),
            timeout_s=left_s,
            connect_s=left_s / 3 if several else None,  # a dead host must leave time for the next
        )

    def _request_of(self, call: _Call, index: int) -> Request:
        headers = {"Accept-Encoding": "gzip"}
        if call.endpoint.needs_key:
            headers["X-MBX-APIKEY"] = self._api_key or ""
        if call.options.time_unit == "us":
            headers["X-MBX-TIME-UNIT"] = "MICROSECOND"
        target = self._target(call, self._hosts[index])
        return Request(call.endpoint.method, self.base_urls[index], target, headers)

    def _target(self, call: _Call, host: Host) -> str:
        """Path and query; signed with the time of now."""
        text = query(call.params)
        if call.endpoint.signed and self.signer is not None:
            stamp = f"timestamp={host.clock.timestamp(call.options.time_unit or 'ms')}"
            text = f"{text}&{stamp}" if text else stamp
            text = f"{text}&signature={quote(self.signer.sign(text), safe='')}"
        return f"{call.endpoint.path}?{text}" if text else call.endpoint.path

    def _refusal(self, call: _Call, answer: Answer, host: Host) -> ApiError:
        code, msg, data = _refusal_of(answer)
        error = api_error(
            status=answer.status,
            code=code,
            msg=msg,
            headers=answer.headers,
            request=call.shown,
            asked=call.asked,
            data=data,
            now_s=host.clock.now_s(),
        )
        if isinstance(error, TooManyRequests) and answer.status in (418, 429):
            host.limits.block(error.retry_after_s, banned=isinstance(error, Banned))
        return error

    def _recover(self, call: _Call, index: int, error: RequestError | ApiError) -> None:
        """Return if the call may be sent once more; else raise what the caller should see."""
        if isinstance(error, ClockError) and not call.clock_measured:
            call.clock_measured = True
            self._hosts[index].clock.forget()
            return
        if call.endpoint.changes_state:
            self._raise_for_change(call, error)
        self._fail_over(index, error)
        if not self._may_retry(call, error):
            raise call.told(error) from None
        delay_s = self._back_off_s(call)
        self._log.info("%s again in %.2f s: %s", call.asked, delay_s, error)
        call.left_s -= delay_s
        time.sleep(delay_s)

    def _raise_for_change(self, call: _Call, error: RequestError | ApiError) -> None:
        if not may_have_happened(error):
            raise call.told(error) from None
        raise outcome_unknown(
            call.endpoint, call.params, error, asked=call.asked, sent_at_s=call.sent_at_s
        ) from None

    def _may_retry(self, call: _Call, error: RequestError | ApiError) -> bool:
        if call.tries > call.options.retries or call.left_s <= _BACK_OFF_S:
            return False
        if isinstance(error, TooManyRequests):  # the wait for it is in the limits
            waits = call.options.on_limit == "wait" and not isinstance(error, Banned)
            return waits and error.status == 429
        return isinstance(error, RequestError | ServerError)

    def _back_off_s(self, call: _Call) -> float:
        """Longer each time, and random: clients that failed together don't return together."""
        longest = min(_MAX_BACK_OFF_S, _BACK_OFF_S * 2 ** (call.tries - 1))
        return min(self._random.uniform(longest / 2, longest), max(0.0, call.left_s / 2))

    def _fail_over(self, index: int, error: RequestError | ApiError) -> None:
        if len(self.base_urls) > 1 and isinstance(error, RequestError | ServerError):
            self._current = (index + 1) % len(self.base_urls)
            self._left = str(error)

    def _tell_host(self, index: int) -> None:
        """Say once that another host is asked, when it has answered: without network none does."""
        if index != self._known:
            before, now = (without_user(self.base_urls[at]) for at in (self._known, index))
            self._known = index
            self._log.warning("%s is asked instead of %s: %s", now, before, self._left)

    def measure_clock(self, timeout_s: float) -> float:
        """Ask the server's time; its clock minus this computer's, in ms.

        Raises:
            ConfigError: The client is closed.
            RequestError: The server did not answer with its time.
        """
        self.transport.check_open()
        self._measure_clock(self._current, timeout_s, wait=True)
        return self.host.clock.offset_ms

    def _keep_clock(self, index: int, timeout_s: float) -> None:
        """Measure the server's clock if that is due; one thread does, the others wait for it."""
        clock = self._hosts[index].clock
        if clock.stale:
            with clock.measuring:
                if clock.stale:
                    self._try_clock(index, timeout_s)

    def _try_clock(self, index: int, timeout_s: float) -> None:
        """Measure, and go on with what is known where that fails: the call itself will tell."""
        try:
            self._measure_clock(index, timeout_s, wait=False)
        except (RequestError, TooManyRequests) as error:
            self._log.info("the server's clock could not be read: %s", type(error).__name__)
            self._hosts[index].clock.touch()

    def _measure_clock(self, index: int, timeout_s: float, *, wait: bool) -> None:
        host = self._hosts[index]
        booking = host.limits.acquire(TIME_USES, asked="GET /api/v3/time", wait=wait)
        seen = []
        try:
            sent_s = host.clock.wall_s()
            request = Request("GET", self.base_urls[index], "/api/v3/time")
            answer = self.transport.fetch(request, timeout_s=timeout_s)
            received_s = host.clock.wall_s()
            seen = host.limits.read_headers(answer.headers)
        finally:
            host.limits.settle(booking, seen)
        try:
            host.clock.add(sent_s, received_s, json.decode(answer.body)["serverTime"] / 1000)
        except (ValueError, LookupError, TypeError):
            asked = f"{without_user(self.base_urls[index])}/api/v3/time"
            raise BadAnswer(f"{asked} did not answer with a time.", status=answer.status) from None

    def _log_answer(self, call: _Call, answer: Answer) -> None:
        if self._log.isEnabledFor(logging.DEBUG):
            used = answer.headers.get("x-mbx-used-weight-1m", "?")
            self._log.debug(
                "%s %d in %.0f ms, %d bytes, weight used %s",
                call.asked,
                answer.status,
                answer.elapsed_s * 1000,
                len(answer.body),
                used,
            )


def _json(answer: Answer) -> Any:
    """The decoded body.

    Raises:
        BadAnswer: It isn't JSON.
    """
    try:
        return json.decode(answer.body)
    except ValueError:
        raise _not_json(answer) from None


def _begins_as_json(body: bytes) -> bool:
    return body[:64].lstrip()[:1] in (b"{", b"[")


def _not_json(answer: Answer) -> BadAnswer:
    if not answer.body:
        what = "an empty body"
    elif _begins_as_json(answer.body):
        what = f"JSON that is cut off or damaged ({len(answer.body)} bytes)"
    else:
        what = f"{len(answer.body)} bytes that are not JSON, beginning {_excerpt(answer.body)!r}"
    return BadAnswer(
        f"HTTP {answer.status} came with {what}; check that base_url is the API and not a web page",
        status=answer.status,
    )


def _refusal_of(answer: Answer) -> tuple[int | None, str, Any]:
    """Code, text and further data of an error answer; the text alone if it isn't JSON."""
    try:
        found = json.decode(answer.body)
        return int(found["code"]), str(found.get("msg", "")), found.get("data")
    except (ValueError, LookupError, TypeError):
        if 300 <= answer.status < 400:
            return None, "sends elsewhere, which is not followed: check base_url", None
        return None, _excerpt(answer.body), None


def _excerpt(body: bytes) -> str:
    """The first words of a body, without markup."""
    import html  # with the table of all entities: rarely needed

    start = body[:2000].decode("utf-8", "replace")
    words = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", start)
    return " ".join(html.unescape(words).split())[:120]
