"""The decorators above every endpoint: a documented signature becomes a request.

    @get("/api/v3/klines", ws="klines", weight=2)
    def klines(self, symbol: str, interval: str, *, limit: int | None = None) -> JsonArray:
        \"\"\"Candles of one symbol, oldest first.\"\"\"

The function has no body.  Its parameters are the request's, under Binance's own names, and one
that is None is not sent.  ``ws`` names the same call in the WebSocket API.  A name that Python
reserves has an underscore behind it: ``from_`` is sent as ``from``.
"""

from __future__ import annotations

import functools
import keyword
import warnings
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from ..wire.nearest_name import nearest_name

Params: TypeAlias = dict[str, Any]
Security: TypeAlias = Literal[
    "NONE",
    "MARKET_DATA",
    "USER_STREAM",
    "USER_DATA",
    "TRADE",
    "MARGIN",
    "PREDICTION_TRADE",
    "SESSION",
]
F = TypeVar("F", bound=Callable[..., Any])

_KEY_ONLY = ("MARKET_DATA", "USER_STREAM")
_ORDER_IDS = ("newClientOrderId", "listClientOrderId", "clientAlgoId", "clientOrderId")


class uid(NamedTuple):  # noqa: N801 - reads as a unit: weight=uid(600)
    """A weight that counts against the account and not against the IP."""

    weight: int


Cost: TypeAlias = int | uid
Weight: TypeAlias = Cost | Callable[[Params], Cost]


class Endpoint(NamedTuple):
    """One call of the API: where it goes, what it needs, what it costs.

    Attributes:
        ws: The method's name in the WebSocket API; None if it has none.
        params: Every parameter's name as it is sent, in the order of the signature.
        times, joined: Those that are times, and those whose lists go as ``A,B``.
        orders: How many it adds to the count of unfilled orders.
        changes_state: Whether it must never be sent twice.
        order_id: The parameter by which the client names its order or list, made up where it
            is not given; None if none.
        summary: The first line of the docstring.
        flat: Names under which a /sapi call is found on the client itself, where they aren't
            the group's and the method's joined by an underscore.
    """

    name: str
    method: str
    path: str
    ws: str | None
    security: Security
    weight: Weight
    orders: int
    changes_state: bool
    params: tuple[str, ...]
    times: frozenset[str]
    joined: frozenset[str]
    order_id: str | None
    summary: str
    flat: tuple[str, ...]

    @property
    def signed(self) -> bool:
        """Whether it needs a timestamp and a signature."""
        return self.security not in ("NONE", *_KEY_ONLY)

    @property
    def needs_key(self) -> bool:
        """Whether the API key has to be sent."""
        return self.security != "NONE"

    def cost(self, params: Params) -> Cost:
        """The weight of a call with these parameters."""
        return self.weight(params) if callable(self.weight) else self.weight

    def __str__(self) -> str:
        if callable(self.weight):
            weight = "weight by parameters"
        elif isinstance(self.weight, uid):
            weight = f"weight {self.weight.weight} of the account"
        else:
            weight = f"weight {self.weight}"
        return f"{self.method} {self.path}, {weight}, security {self.security}"


class Endpoints(dict[str, Endpoint]):
    """Endpoints by the name to call them; its repr is a table."""

    def __repr__(self) -> str:
        width = max((len(name) for name in self), default=0)
        return "\n".join(f"{name:<{width}}  {found.summary}" for name, found in self.items())


def endpoint(
    method: str,
    path: str,
    *,
    ws: str | None = None,
    weight: Weight = 1,
    security: Security = "NONE",
    orders: int = 0,
    changes_state: bool | None = None,
    flat: str | tuple[str, ...] = (),
    retired: str = "",
) -> Callable[[F], F]:
    """Make a request of the function below, keeping its signature and its docstring.

    Args:
        weight: Against the IP, or ``uid(600)`` against the account; a function of the
            parameters where it depends on them.
        orders: Unfilled orders that a success adds.
        changes_state: False for a POST that only asks, True for a GET that acts.
        flat: The deprecated connector's name of a /sapi call, or several, if it isn't the
            group's and the method's joined: ``withdraw`` besides ``wallet.withdraw``.
        retired: For a call that the server no longer knows: since when, and what to use.
    """

    def decorate(function: F) -> F:
        spec = _spec_of(
            function,
            method=method,
            path=path,
            ws=ws,
            weight=weight,
            security=security,
            orders=orders,
            changes_state=_acts(method, path) if changes_state is None else changes_state,
            flat=(flat,) if isinstance(flat, str) else flat,
        )
        positional = spec.params[: function.__code__.co_argcount - 1]
        reserved = any(map(keyword.iskeyword, spec.params))

        @functools.wraps(function)
        def call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
            if reserved:
                kwargs = {_python_name(name): value for name, value in kwargs.items()}
            try:
                function(self, *args, **kwargs)  # no body to run: this checks the arguments
            except TypeError as error:
                raise _explained(error, spec, kwargs) from None
            if retired:
                warnings.warn(f"{spec.name}: {retired}", FutureWarning, stacklevel=2)
            if reserved:
                kwargs = {_sent_name(name): value for name, value in kwargs.items()}
            return self._send(spec, dict(zip(positional, args, strict=False), **kwargs))

        call.__doc__ = f"{_docstring(function)}\n\n{spec}"
        call.endpoint = spec  # type: ignore[attr-defined]
        return call  # type: ignore[return-value]

    return decorate


get = functools.partial(endpoint, "GET")
post = functools.partial(endpoint, "POST")
put = functools.partial(endpoint, "PUT")
delete = functools.partial(endpoint, "DELETE")


def _acts(method: str, path: str) -> bool:
    return method != "GET" and not path.endswith("/test")


def _python_name(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _sent_name(name: str) -> str:
    return name.removesuffix("_")  # no parameter of Binance's ends so


def _spec_of(function: Callable[..., Any], **known: Any) -> Endpoint:
    code = function.__code__
    given = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    names = tuple(map(_sent_name, given))
    kinds = {
        _sent_name(name): str(kind).removesuffix(" | None") for name, kind in _annotations(function)
    }
    order_ids = (name for name in _ORDER_IDS if name in names and known["method"] == "POST")
    return Endpoint(
        name=function.__name__,
        params=names,
        times=frozenset(name for name in names if kinds.get(name) == "Time"),
        joined=frozenset(name for name in names if kinds.get(name) == "Joined"),
        order_id=next(order_ids, None) if known["changes_state"] else None,
        summary=_docstring(function).partition("\n")[0],
        **known,
    )


def _docstring(function: Callable[..., Any]) -> str:
    """A function's docstring without the indentation, which its closing quotes tell.

    Loading the module that has `inspect.cleandoc` costs more than all endpoints.
    """
    text, _, indent = (function.__doc__ or "").rpartition("\n")
    return text.replace(f"\n{indent}", "\n").rstrip() if not indent.strip() else indent


def _annotations(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """Parameter names and the text of their annotations; the files import annotations lazily."""
    return [item for item in function.__annotations__.items() if item[0] != "return"]


def _explained(error: TypeError, spec: Endpoint, kwargs: Params) -> TypeError:
    """The same complaint in words that help: the nearest name, and the way past the signature."""
    known = [_python_name(param) for param in spec.params]
    unknown = [name for name in kwargs if name not in known]
    if not unknown:
        return TypeError(str(error))
    name = unknown[0]
    near = nearest_name(name, known)
    meant = f" Did you mean {near}?" if near else ""
    return TypeError(
        f"{spec.name}() has no parameter {name!r}.{meant} One that Binance has added since goes"
        f' by client.with_options(extra={{"{name}": …}}).{spec.name}(…).'
    )
