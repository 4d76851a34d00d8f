"""What every object with endpoints has: sending, raw answers, the list of endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ..wire import json
from .endpoint import Endpoint, Endpoints, Params


class RateLimit(NamedTuple):
    """What the server last said was used of one limit.

    ``limiter`` is REQUEST_WEIGHT, ORDERS, RAW_REQUESTS, SAPI_IP_WEIGHT or SAPI_UID_WEIGHT;
    ``interval`` is 1m, 10s, 1d; ``limit`` is None where it isn't known.
    """

    limiter: str
    interval: str
    used: int
    limit: int | None


class Response(NamedTuple):
    """A whole answer: what the call returns, and what came with it.

    ``headers`` has its names in lower case; ``elapsed_s`` is from the last sending to the whole
    answer.
    """

    data: Any
    status: int
    headers: Mapping[str, str] = MappingProxyType({})
    rate_limits: Sequence[RateLimit] = ()
    elapsed_s: float = 0.0


class Api:
    """An object whose methods are endpoints.

    A transport is added by defining ``_request``, and ``_request_body`` where the undecoded
    answer is at hand.
    """

    def _request(self, endpoint: Endpoint, params: Params) -> Response:
        raise NotImplementedError

    def _request_body(self, endpoint: Endpoint, params: Params) -> bytes:
        return json.encode(self._request(endpoint, params).data)

    def _send(self, endpoint: Endpoint, params: Params) -> Any:
        return self._request(endpoint, params).data

    @property
    def with_raw_response(self) -> RawResponses:
        """The same calls, each answering with a Response: data, status, headers, limits, time."""
        return RawResponses(self)

    @property
    def with_raw_body(self) -> RawBodies:
        """The same calls, each answering with the JSON text as bytes, not decoded."""
        return RawBodies(self)

    @classmethod
    def endpoints(cls, search: str = "") -> Endpoints:
        """Every endpoint of this object by method name, or those that match a search.

        Args:
            search: Words that must all be in the name, the path or the summary.
        """
        members: list[tuple[str, Any]] = [(name, getattr(cls, name, None)) for name in dir(cls)]
        found = {
            name: member.endpoint
            for name, member in members
            if not name.startswith("_") and isinstance(getattr(member, "endpoint", None), Endpoint)
        }
        return matching(found, search)


def matching(endpoints: Mapping[str, Endpoint], search: str) -> Endpoints:
    """Those endpoints whose name, path or summary has every word of the search."""
    words = search.lower().split()
    return Endpoints(
        (name, found)
        for name, found in endpoints.items()
        if all(word in f"{name} {found.path} {found.summary}".lower() for word in words)
    )


class _Same:
    """The endpoints of an api, and of its groups, answering in another way."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        member: Any = getattr(type(self._api), name, None)
        if isinstance(getattr(member, "endpoint", None), Endpoint):
            return member.__get__(self)
        other = getattr(self._api, name)
        if isinstance(other, Api):
            return type(self)(other)
        owner, spec = getattr(other, "__self__", None), getattr(other, "endpoint", None)
        if isinstance(owner, Api) and isinstance(spec, Endpoint):
            return getattr(type(self)(owner), spec.name)
        raise AttributeError(f"{name} is not an endpoint")

    def __dir__(self) -> list[str]:
        return list(type(self._api).endpoints())


class RawResponses(_Same):
    """The same calls, each answering with a Response."""

    def _send(self, endpoint: Endpoint, params: Params) -> Response:
        return self._api._request(endpoint, params)


class RawBodies(_Same):
    """The same calls, each answering with the undecoded JSON."""

    def _send(self, endpoint: Endpoint, params: Params) -> bytes:
        return self._api._request_body(endpoint, params)


class Group(Api):
    """Endpoints of one product, reached as an attribute of the client."""

    def __init__(self, client: Api) -> None:
        self._client = client

    def _request(self, endpoint: Endpoint, params: Params) -> Response:
        return self._client._request(endpoint, params)

    def _request_body(self, endpoint: Endpoint, params: Params) -> bytes:
        return self._client._request_body(endpoint, params)

    def _send(self, endpoint: Endpoint, params: Params) -> Any:
        return self._client._send(endpoint, params)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(type(self).endpoints())} calls>"
