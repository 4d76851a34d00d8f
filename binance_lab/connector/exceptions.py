"""Everything the connector raises.

    LabError
    ├── ConfigError              no key, a bad key, a bad address: nothing was sent
    ├── BadInput                 an argument that can't be meant: nothing was sent
    ├── RequestError             no usable answer
    │   ├── Timeout              none within the timeout
    │   ├── ConnectionFailed     no connection, or it broke
    │   └── BadAnswer            not JSON, or half of it
    ├── ApiError                 the server said no: status, code, msg, headers
    │   ├── BadParameter         a parameter is missing, malformed or unknown
    │   │   ├── BadSymbol
    │   │   └── TooPrecise       a number has more decimals than are taken
    │   ├── OrderRejected        the matching engine refused
    │   │   ├── FilterFailure    .filter says which
    │   │   ├── InsufficientBalance
    │   │   └── UnknownOrder
    │   ├── TooManyRequests      .retry_after_s
    │   │   └── Banned
    │   ├── ClockError           the timestamp is outside of the receive window
    │   ├── PermissionDenied     key, signature, IP or permission
    │   └── ServerError          5xx, or too busy: a read may be asked again
    ├── OutcomeUnknown           sent, but no answer says what became of it
    └── StreamError
        └── BookOutOfSync        it isn't known how the book is now: out of sync, or cut off
            └── BookGap          as an update id was skipped

Catch the narrowest that you handle.  No message and no attribute holds a key or a signature.

https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ..wire.lab_error import BadInput as BadInput
from ..wire.lab_error import LabError as LabError


class ConfigError(LabError, ValueError):
    """The client can't work as it was set up: no key, a bad key, a bad address."""


class RequestError(LabError):
    """No usable answer came back; ``request`` says to what, without secrets."""

    def __init__(self, message: str, *, request: str = "", sent: bool = True) -> None:
        super().__init__(message)
        self.request = request
        self.sent = sent
        """False if the request certainly never reached the server."""


class Timeout(RequestError):
    """No answer within the timeout."""


class ConnectionFailed(RequestError):
    """There was no connection, or it broke before the whole answer was there."""


class BadAnswer(RequestError):
    """The answer isn't what the API sends: HTML, half of an answer, garbage."""

    def __init__(self, message: str, *, request: str = "", status: int | None = None) -> None:
        super().__init__(message, request=request)
        self.status = status


class ApiError(LabError):
    """The server refused.

    Attributes:
        status: The HTTP status.
        code: Binance's error code, negative; None if the answer has none.
        msg: Binance's text.
        headers: The answer's headers, names in lower case.
        request: Method, path and parameters of what was asked, without secrets.
        data: What else the error answer holds, as cancelReplace's does.
    """

    hint = ""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: int | None = None,
        msg: str = "",
        headers: Mapping[str, str] | None = None,
        request: str = "",
        data: Any = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.msg = msg
        self.headers = dict(headers or {})
        self.request = request
        self.data = data


class BadParameter(ApiError):
    """A parameter is missing, malformed, unknown or doesn't fit the others."""

    hint = "Compare with the method's docstring."


class BadSymbol(BadParameter):
    """No such symbol, or not in the status that was asked for."""

    hint = "See client.exchange_info() for the symbols that trade."


class TooPrecise(BadParameter):
    """A number has more decimals than the symbol or the asset takes."""

    hint = (
        "Give it as text or Decimal, in whole steps of the symbol's tickSize (prices) or stepSize"
        " (quantities), see client.exchange_info(symbol): a float such as 0.1 + 0.2 is"
        " 0.30000000000000004."
    )


class OrderRejected(ApiError):
    """The exchange refused an order, a cancel or an amendment."""


class FilterFailure(OrderRejected):
    """The order breaks a trading rule of its symbol, of the exchange or of the account."""

    hint = "See the symbol's filters in client.exchange_info(symbol)."

    @property
    def filter(self) -> str:
        """The filter's name, such as LOT_SIZE."""
        return self.msg.partition("Filter failure:")[2].strip(" .")


class InsufficientBalance(OrderRejected):
    """The account's free balance doesn't cover the order."""

    hint = "See the free balances in client.account()."


class UnknownOrder(OrderRejected):
    """There is no such order, or it is no longer open."""

    hint = "It may have been filled, canceled or archived: see client.get_orders(symbol)."


class TooManyRequests(ApiError):
    """A rate limit is used up; ``retry_after_s`` says how long to wait."""

    hint = "Wait, or use streams for what changes all the time."
    retry_after_s: float = 0.0


class Banned(TooManyRequests):
    """The IP is banned until ``retry_after_s`` seconds from when this was raised."""

    hint = "Nothing is sent to this host until then."


class ClockError(ApiError):
    """The request's timestamp is outside of the receive window, even with the clock measured."""

    hint = "Set this computer's clock, or a larger recv_window (60000 ms at most)."


class PermissionDenied(ApiError):
    """The key, its IP list or its permissions don't allow this, or the signature is wrong."""

    hint = "Check that key and secret belong together, and the key's permissions and IP list."


class ServerError(ApiError):
    """The server failed or is too busy.  A read may be asked again."""

    hint = "Ask again a little later."


class OutcomeUnknown(LabError):
    """Something was sent that changes state, and no answer says whether it did.

    Never send it again blindly: ``client.resolve(error)`` finds out.

    Attributes:
        client_order_id: The id that the request gave its order or list; None if it had none.
        request: Method, path and parameters, without secrets.
        path, params: The same, for resolve().
        sent_at_s: When it was sent, seconds since 1970.
    """

    def __init__(
        self,
        message: str,
        *,
        method: str,
        path: str,
        params: Mapping[str, str],
        request: str = "",
        client_order_id: str | None = None,
        sent_at_s: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.method = method
        self.path = path
        self.params = dict(params)
        self.request = request
        self.client_order_id = client_order_id
        self.sent_at_s = sent_at_s


class StreamError(LabError):
    """A WebSocket connection or its messages failed."""


class BookOutOfSync(StreamError):
    """It isn't known how the order book is now: updates are missing, or it is cut off."""


class BookGap(BookOutOfSync):
    """A depth update was skipped: why a book is out of sync."""


_BY_CODE: dict[int, type[ApiError]] = {
    -1000: ServerError,
    -1001: ServerError,
    -1006: ServerError,
    -1007: ServerError,
    -1008: ServerError,
    -1016: ServerError,
    -1002: PermissionDenied,
    -1022: PermissionDenied,
    -2014: PermissionDenied,
    -2015: PermissionDenied,
    -1003: TooManyRequests,
    -1015: TooManyRequests,
    -1034: TooManyRequests,
    -1021: ClockError,
    -1111: TooPrecise,
    -1121: BadSymbol,
    -1122: BadSymbol,
    -1220: BadSymbol,
    -1013: OrderRejected,
    -2010: OrderRejected,
    -2011: OrderRejected,
    -2021: OrderRejected,
    -2022: OrderRejected,
    -2038: OrderRejected,
    -2013: UnknownOrder,
    -2026: UnknownOrder,
    -2039: UnknownOrder,
}
_BY_TEXT: tuple[tuple[str, type[ApiError]], ...] = (
    ("Filter failure", FilterFailure),
    ("insufficient balance", InsufficientBalance),
    ("Unknown order", UnknownOrder),
    ("This action is disabled on this account", PermissionDenied),
    ("trading is not enabled", PermissionDenied),
    ("may not place or cancel orders", PermissionDenied),
)
_SYMBOL = re.compile(r" symbols?=(\S+)")
_PARAMETER = re.compile(r"Parameter '(\w+)'")
_BAN_END = re.compile(r"banned until (\d{13})")


def error_class(status: int, code: int | None, msg: str) -> type[ApiError]:
    """The narrowest class for an answer: by its text, its code, then its HTTP status."""
    if status == 418:
        return Banned
    if status == 429:
        return TooManyRequests
    found = _BY_CODE.get(code or 0)
    if found in (OrderRejected, None):
        found = next((cls for words, cls in _BY_TEXT if words in msg), found)
    if found is None and code is not None and -1300 < code <= -1100:
        found = BadParameter
    if found is None and status >= 500:
        found = ServerError
    if found is None and status in (401, 403):
        found = PermissionDenied
    return found or ApiError


def api_error(
    *,
    status: int,
    code: int | None,
    msg: str,
    headers: Mapping[str, str],
    request: str,
    asked: str,
    data: Any = None,
    now_s: float = 0.0,
) -> ApiError:
    """The exception for a refusal: what was asked, what came back, what to do.

    Args:
        request: Method, path and parameters, without secrets: the attribute.
        asked: Method and path: the message.
        now_s: Seconds since 1970; the end of a ban may be told as a point in time.
    """
    cls = error_class(status, code, msg)
    said = (f"{code} {msg}" if code is not None else f"HTTP {status} {msg}").rstrip(" .")
    if cls is BadSymbol and (symbol := _SYMBOL.search(request)):
        said += f": {symbol[1]}"
    if cls is TooPrecise and (name := _PARAMETER.search(msg)):
        sent = re.search(rf" {name[1]}=(\S+)", request)
        said += f": {sent[1]}" if sent else ""
    message = f"{asked}: {said}. {cls.hint}".rstrip()
    error = cls(
        message, status=status, code=code, msg=msg, headers=headers, request=request, data=data
    )
    if isinstance(error, TooManyRequests):
        error.retry_after_s = _retry_after_s(headers, msg, now_s)
        error.args = (f"{message} Retry after {error.retry_after_s:.0f} s.",)
    return error


def _retry_after_s(headers: Mapping[str, str], msg: str, now_s: float) -> float:
    """How long to wait: the header's seconds, else the time in the text, else one minute."""
    try:
        seconds = float(headers["retry-after"])
        if math.isfinite(seconds):
            return max(0.0, seconds)
    except (KeyError, ValueError):
        pass
    if end := _BAN_END.search(msg):
        return max(0.0, int(end[1]) / 1000 - now_s)
    return 60.0
