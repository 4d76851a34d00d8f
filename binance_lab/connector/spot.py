"""Spot: the REST client of Binance Spot."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

import requests

from ..wire.encoding import time_unit as unit_of
from ..wire.signing import BadKey, KeyKind, KeyText, Signer, hmac_signer, private_key_signer
from .api.account import Account
from .api.general import General
from .api.market import Market
from .api.order_lists import OrderLists
from .api.trade import Trade
from .base import Group, RateLimit, Response, matching
from .clock import Clock
from .endpoint import Endpoint, Endpoints, Params
from .exceptions import ConfigError, OutcomeUnknown
from .hosts import without_user
from .http import Http, OnLimit, Options
from .limits import Limits
from .sapi import GROUPS, HIDDEN
from .sapi.groups import Groups
from .transport import Transport

DEFAULT_RECV_WINDOW_MS = 5000.0
"""What the server takes where a request doesn't say."""

_SHOWN = tuple(group for group in GROUPS if group not in HIDDEN)


class SpotApi(General, Market, Trade, OrderLists, Account):
    """The /api calls, which REST and the WebSocket API have in common."""


class Spot(SpotApi, Groups):
    """REST client of Binance Spot: /api calls as methods, /sapi calls in groups.

    Any thread may use it; clients of one process share budget and clock of a host.

    Args:
        api_key, api_secret: Not needed for market data.
        base_url: An address, or several: reads fail over to the next.
        private_key: Instead of api_secret, an RSA or Ed25519 key: PEM text, or a file's path.
        private_key_pass: Its pass phrase.
        key_kind: "rsa" or "ed25519": ConfigError if the private key is of another kind.
        timeout: Seconds for a call in all, its repetitions included; waiting for a rate limit
            is not.
        recv_window: ms for which a signed request is good; the server's 5000 if not given.
        time_unit: "us" for times in microseconds, sent and received.
        proxies: As requests takes them; the environment's if not given.
        session: A requests.Session of your own; it isn't closed by close().
        logger: For one line a request at DEBUG; "binance_lab.rest" if not given.
        on_limit: "wait" until a rate limit allows the call, or "raise" TooManyRequests.
        retries: How often a read is repeated after a failure; orders never are.
        show_limit_usage, show_header: Answer with an object of data and limit_usage, or header,
            as the deprecated official connector did; rather use with_raw_response.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api
    """

    def __init__(
        self,
        api_key: str | None = None,
        api_secret: str | bytes | None = None,
        *,
        base_url: str | Sequence[str] = "https://api.binance.com",
        private_key: KeyText | None = None,
        private_key_pass: str | bytes | None = None,
        key_kind: KeyKind | None = None,
        timeout: float | None = 10.0,
        recv_window: float | None = None,
        time_unit: str | None = None,
        proxies: Mapping[str, str] | None = None,
        session: requests.Session | None = None,
        logger: logging.Logger | None = None,
        on_limit: OnLimit = "wait",
        retries: int = 2,
        show_limit_usage: bool = False,
        show_header: bool = False,
    ) -> None:
        self._http = Http(
            [base_url] if isinstance(base_url, str) else list(base_url),
            transport=Transport(session, proxies=proxies),
            api_key=checked_key(api_key),
            signer=signer_of(api_secret, private_key, private_key_pass, key_kind),
            logger=logger,
        )
        self._options = changed_options(
            Options(),
            timeout=timeout,
            recv_window=recv_window,
            time_unit=time_unit,
            on_limit=on_limit,
            retries=retries,
        )
        self._shown = (show_limit_usage, show_header)
        self._groups: dict[str, Group] = {}

    @property
    def base_url(self) -> str:
        """The address that is asked now."""
        return self._http.base_url

    @property
    def clock(self) -> Clock:
        """The server's clock as seen from here: ``client.clock.offset_ms``."""
        return self._http.host.clock

    @property
    def limits(self) -> Limits:
        """The budget that this process shares for the host."""
        return self._http.host.limits

    @property
    def rate_limits(self) -> list[RateLimit]:
        """What the server last said was used, per limiter and interval."""
        return self.limits.seen

    @property
    def signed_by(self) -> str | None:
        """The kind of key that signs: hmac, rsa or ed25519; None without one."""
        return self._http.signer.kind if self._http.signer else None

    @property
    def recv_window_ms(self) -> float:
        """How long a signed request of this client is good: later the server refuses it."""
        return self._options.recv_window or DEFAULT_RECV_WINDOW_MS

    @property
    def session(self) -> requests.Session:
        """The session that requests go through, to mount an adapter or to set a header."""
        return self._http.transport.session

    def measure_clock(self) -> float:
        """Ask the server's time now; how far its clock is ahead of this computer's, in ms."""
        return self._http.measure_clock(self._options.timeout_s)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        recv_window: float | None = None,
        time_unit: str | None = None,
        on_limit: OnLimit | None = None,
        retries: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Spot:
        """This client with other settings; connections, budget and clock stay shared.

        Args:
            extra: Parameters to send besides those of the method's signature, for one that
                Binance has added since.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._groups = {}
        other._options = changed_options(
            self._options,
            timeout=timeout,
            recv_window=recv_window,
            time_unit=time_unit,
            on_limit=on_limit,
            retries=retries,
            extra=extra,
        )
        return other

    def resolve(self, unknown: OutcomeUnknown, *, timeout: float = 15.0) -> Any:
        """What became of a request whose answer was lost.

        Returns:
            The order or list as it is now; None if it certainly never took effect.  For a
            lost cancel, the order whose cancel was asked for.

        Raises:
            ConfigError: There is no call that looks it up; the message says where to look.
            RequestError, ApiError: The server could not be asked, or still can't tell.
        """
        from .resolve import resolve  # rarely needed

        return resolve(self, unknown, timeout_s=timeout)

    @classmethod
    def endpoints(cls, search: str = "") -> Endpoints:
        """Every call by the name to use it, groups included: ``endpoints("margin order")``."""
        found = dict(super().endpoints())
        for group in _SHOWN:
            for name, spec in group_class(group).endpoints().items():
                found[f"{group}.{name}"] = spec
        return matching(found, search)

    def close(self) -> None:
        """Close the connections, for good: a later call is a ConfigError.

        What `with_options` made of this client goes with it, as it does with that.
        """
        self._http.transport.close()

    def _request(self, endpoint: Endpoint, params: Params) -> Response:
        answer, data = self._http.send(endpoint, params, self._options)
        self._learn(endpoint, data)
        rate_limits = self.limits.read_headers(answer.headers)
        return Response(data, answer.status, answer.headers, rate_limits, answer.elapsed_s)

    def _request_body(self, endpoint: Endpoint, params: Params) -> bytes:
        return self._http.send(endpoint, params, self._options, decode=False)[0].body

    def _send(self, endpoint: Endpoint, params: Params) -> Any:
        if any(self._shown):
            return self._send_shown(endpoint, params)
        data = self._http.send(endpoint, params, self._options)[1]
        self._learn(endpoint, data)
        return data

    def _learn(self, endpoint: Endpoint, data: Any) -> None:
        """Take the server's own limits where an answer tells them."""
        if endpoint.path == "/api/v3/exchangeInfo" and isinstance(data, dict):
            self.limits.learn(data.get("rateLimits"))

    def _send_shown(self, endpoint: Endpoint, params: Params) -> dict[str, Any]:
        """The answer wrapped as the deprecated official connector's options ask for it."""
        response = self._request(endpoint, params)
        limit_usage, header = self._shown
        shown: dict[str, Any] = {"data": response.data}
        if limit_usage:
            prefixes = ("x-mbx-used-weight", "x-mbx-order-count", "x-sapi-used")
            used = {k: v for k, v in response.headers.items() if k.startswith(prefixes)}
            shown["limit_usage"] = used
        if header:
            shown["header"] = dict(response.headers)
        return shown

    def __getattr__(self, name: str) -> Any:
        if name in GROUPS:
            return self._group(name)
        if not name.startswith("_") and (home := flat_names().get(name)):
            return getattr(self._group(home[0]), home[1])
        raise AttributeError(self._no_attribute(name))

    def _no_attribute(self, name: str) -> str:
        text = f"{type(self).__name__} has no attribute {name!r}"
        if name.startswith("_"):
            return text
        from .other_names import is_derivative, name_here  # rarely needed

        if is_derivative(name):
            return f"{text}: futures and options are not part of binance_lab. All calls: client.endpoints()"
        here = name_here(name, [*super().endpoints(), *GROUPS, *flat_names()])
        if here is None:
            return f"{text}. All calls: client.endpoints()"
        return (
            f"{text}; did you mean {here!r}? More like it: client.endpoints({_last_word(here)!r})"
        )

    def _group(self, name: str) -> Group:
        if name not in self._groups:
            self._groups[name] = group_class(name)(self)
        return self._groups[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_SHOWN]

    def __enter__(self) -> Spot:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        signed = f"signed by {self.signed_by}" if self.signed_by else "unsigned"
        return f"<Spot {without_user(self.base_url)}, {signed}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a secret and can't be pickled; make one in each process")


def _last_word(name: str) -> str:
    """What a name is about; its plural finds less."""
    return name.rpartition("_")[2].removesuffix("s")


@lru_cache(maxsize=1)
def flat_names() -> dict[str, tuple[str, str]]:
    """Group and method of every /sapi call by its flat name: ``margin_account``, ``withdraw``.

    The names of the deprecated official Python connector, so that programs written for it run.
    """
    return {
        flat: (group, name)
        for group in GROUPS
        for name, spec in group_class(group).endpoints().items()
        for flat in spec.flat or (f"{group}_{name}",)
    }


def group_class(name: str) -> type[Group]:
    """The class of a group of /sapi calls, loaded on first use."""
    module, _, class_name = GROUPS[name].partition(":")
    found: type[Group] = getattr(
        importlib.import_module(f".sapi.{module}", __package__), class_name
    )
    return found


def changed_options(
    options: Options,
    *,
    timeout: float | None,
    recv_window: float | None,
    time_unit: str | None,
    on_limit: OnLimit | None,
    retries: int | None,
    extra: Mapping[str, Any] | None = None,
) -> Options:
    """Options with those changed that are given.

    Raises:
        ConfigError: One of them makes no sense.
    """
    if timeout is not None and not timeout > 0:
        raise ConfigError(f"timeout is in seconds and more than 0, not {timeout}")
    if recv_window is not None and not 0 < recv_window <= 60_000:
        raise ConfigError(f"recv_window is in ms, 60000 at most, not {recv_window}")
    if on_limit not in (None, "wait", "raise"):
        raise ConfigError(f'on_limit is "wait" or "raise", not {on_limit!r}')
    try:
        unit = unit_of(time_unit)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    given = {
        "timeout_s": timeout,
        "recv_window": recv_window,
        "time_unit": unit,
        "on_limit": on_limit,
        "retries": retries,
        "extra": {**options.extra, **extra} if extra is not None else None,
    }
    return options._replace(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]


def checked_key(api_key: str | None) -> str | None:
    """The key without spaces around it; None if there is none.

    Raises:
        ConfigError: It can't be a key.
    """
    if api_key is None or not api_key.strip():
        return None
    if not api_key.isascii() or not api_key.isprintable():
        raise ConfigError("the API key has characters that no key has; was it copied whole?")
    return api_key.strip()


def signer_of(
    api_secret: str | bytes | None,
    private_key: KeyText | None,
    password: str | bytes | None,
    kind: KeyKind | None,
) -> Signer | None:
    """What signs: the private key if there is one, else the secret.

    Raises:
        ConfigError: The key can't be used.
    """
    try:
        if private_key is not None:
            return private_key_signer(private_key, password=password, kind=kind)
        if not api_secret:
            return None
        if kind not in (None, "hmac"):
            raise BadKey(f"a key of the kind {kind} is given as private_key, not as api_secret")
        return hmac_signer(api_secret)
    except BadKey as error:
        raise ConfigError(str(error)) from None
