"""Parameters of a request: told apart as missing, empty, illegal, doubled or unread, then parsed.

A parameter arrives as text on both doors (REST: percent-decoded; WebSocket API: a JSON string's text, or
the raw JSON of any other value), so one parser per kind serves both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from binance_lab.exchange.rejects import Reject
from binance_lab.wire import errors
from binance_lab.wire.enums import (
    CancelReplaceMode,
    CancelRestrictions,
    OrderRateLimitExceededMode,
    OrderType,
    PegOffsetType,
    PegPriceType,
    ResponseType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from binance_lab.wire.intervals import INTERVALS, parse_time_zone

Parser = Callable[[str, str], Any]  # (name, text) -> value, or Reject

_SYMBOL_RANGE = r"^[\w\-._&&[^a-z]]{1,50}$"
_SYMBOLS_RANGE = r'^\[("[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}"){0,}){0,1}\]$'
_INTEGER_RANGE = r"^[0-9]{1,20}$"
_DECIMAL_RANGE = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_CLIENT_ID_RANGE = r"^[a-zA-Z0-9-_]{1,36}$"

_symbol = re.compile(r"[^\Wa-z](?:[^\Wa-z]|[-.]){0,49}")  # Java's && is an intersection of classes
_integer = re.compile(r"[0-9]{1,20}")
_decimal = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?")
_client_id = re.compile(r"[a-zA-Z0-9_-]{1,36}")

MAX_LONG = 2**63 - 1
MAX_INT = 2**31 - 1
MAX_DECIMALS = 8


def illegal(name: str, legal: str) -> Reject:
    """The refusal of a parameter whose characters are not those of its kind."""
    return Reject(*errors.ILLEGAL_CHARACTERS.fill(name, legal))


def parse_symbol(name: str, text: str) -> str:
    """A symbol's name, not yet whether it exists."""
    if not _symbol.fullmatch(text):
        raise illegal(name, _SYMBOL_RANGE)
    return text


def parse_symbols(name: str, text: str) -> list[str]:
    """A JSON array of symbols, each once."""
    names = _string_array(name, text, _SYMBOLS_RANGE)
    if not names or not all(_symbol.fullmatch(each) for each in names):
        raise illegal(name, _SYMBOLS_RANGE)
    if len(set(names)) != len(names):
        raise Reject(*errors.DUPLICATE_SYMBOLS)
    return names


def parse_permissions(name: str, text: str) -> list[str]:
    """One permission, or a JSON array of them."""
    return _string_array(name, text, "") if text.startswith("[") else [text]


def _string_array(name: str, text: str, legal: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.MsgspecError:
        if legal:
            raise illegal(name, legal) from None
        raise Reject(*errors.INVALID_JSON_PARAMETER.fill(name)) from None


def integer(greatest: int) -> Parser:
    """A parser of whole numbers from 0 to ``greatest``."""

    def parse(name: str, text: str) -> int:
        if not _integer.fullmatch(text):
            raise illegal(name, _INTEGER_RANGE)
        value = int(text)
        if value > greatest:
            raise Reject(*errors.PARAMETER_OVERFLOW.fill(name))
        return value

    return parse


def parse_limit(name: str, text: str) -> int:
    """How many rows are wanted: at least one."""
    value: int = parse_int(name, text)
    if value == 0:
        raise Reject(*errors.INVALID_PARAMETER.fill(name))
    return value


parse_int = integer(MAX_INT)
parse_long = integer(MAX_LONG)


def parse_list_id(name: str, text: str) -> int:
    """An order list's id; -1, "no list", is legal text and simply names none."""
    return -1 if text == "-1" else int(parse_long(name, text))


def parse_decimal(name: str, text: str) -> Decimal:
    """A price or quantity: positive or zero, at most eight decimals."""
    if not _decimal.fullmatch(text):
        raise illegal(name, _DECIMAL_RANGE)
    value = Decimal(text)
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MAX_DECIMALS:
        raise Reject(*errors.TOO_MUCH_PRECISION.fill(name))
    if value.scaleb(MAX_DECIMALS) > MAX_LONG:
        raise Reject(*errors.PARAMETER_OVERFLOW.fill(name))
    return value


def parse_boolean(name: str, text: str) -> bool:
    """``true`` or ``false``, in any case."""
    lowered = text.lower()
    if lowered not in ("true", "false"):
        raise illegal(name, "true|false")
    return lowered == "true"


def parse_client_id(name: str, text: str) -> str:
    """A client order id: 1 to 36 of the characters that Binance allows."""
    if not _client_id.fullmatch(text):
        raise illegal(name, _CLIENT_ID_RANGE)
    return text


def parse_strategy_type(name: str, text: str) -> int:
    """A strategy type: from a million on, those below are Binance's own."""
    value: int = parse_int(name, text)
    if value < 1_000_000:
        raise Reject(*errors.BAD_STRATEGY_TYPE)
    return value


def parse_zone(name: str, text: str) -> int:
    """A time zone such as ``+8`` or ``-5:30``, as milliseconds from UTC."""
    try:
        return parse_time_zone(text)
    except ValueError:
        raise Reject(*errors.INVALID_PARAMETER.fill(name)) from None


def parse_text(name: str, text: str) -> str:
    """Any text."""
    return text


def one_of(
    values: type[StrEnum] | Iterable[str], refusal: errors.ErrorText | None = None
) -> Parser:
    """A parser of an enumerated value; a ``StrEnum`` gives its members."""
    members: dict[str, str] = {str(value): value for value in values}

    def parse(name: str, text: str) -> str:
        if text not in members:
            raise Reject(*(refusal or errors.INVALID_PARAMETER.fill(name)))
        return members[text]

    return parse


WINDOWS = tuple(
    [f"{n}m" for n in range(1, 60)]
    + [f"{n}h" for n in range(1, 24)]
    + [f"{n}d" for n in range(1, 8)]
)

# By a parameter's own name; see `kind_of` for the prefixed ones of order lists.
KINDS: dict[str, Parser] = {
    "symbol": parse_symbol,
    "symbols": parse_symbols,
    "permissions": parse_permissions,
    "showPermissionSets": parse_boolean,
    "symbolStatus": one_of(("TRADING", "HALT", "BREAK"), errors.INVALID_SYMBOL_STATUS),
    "limit": parse_limit,
    "fromId": parse_long,
    "startTime": parse_long,
    "endTime": parse_long,
    "interval": one_of(INTERVALS, errors.INVALID_INTERVAL),
    "timeZone": parse_zone,
    "windowSize": one_of(WINDOWS),
    "tickerType": one_of(("FULL", "MINI"), errors.INVALID_TICKER_TYPE),
    "orderId": parse_long,
    "orderListId": parse_list_id,
    "preventedMatchId": parse_long,
    "fromPreventedMatchId": parse_long,
    "fromAllocationId": parse_int,
    "fromExecutionId": parse_long,
    "omitZeroBalances": parse_boolean,
    "computeCommissionRates": parse_boolean,
    "side": one_of(Side, errors.INVALID_SIDE),
    "type": one_of(OrderType, errors.INVALID_ORDER_TYPE),
    "timeInForce": one_of(TimeInForce, errors.INVALID_TIME_IN_FORCE),
    "limitTimeInForce": one_of(TimeInForce, errors.INVALID_TIME_IN_FORCE),
    "quantity": parse_decimal,
    "quoteOrderQty": parse_decimal,
    "newQty": parse_decimal,
    "price": parse_decimal,
    "limitPrice": parse_decimal,
    "stopPrice": parse_decimal,
    "icebergQty": parse_decimal,
    "trailingDelta": parse_int,
    "clientOrderId": parse_client_id,
    "newClientOrderId": parse_client_id,
    "origClientOrderId": parse_client_id,
    "listClientOrderId": parse_client_id,
    "strategyId": parse_long,
    "strategyType": parse_strategy_type,
    "newOrderRespType": one_of(ResponseType),
    "selfTradePreventionMode": one_of(SelfTradePrevention),
    "pegPriceType": one_of(PegPriceType, errors.INVALID_PEG_PRICE_TYPE),
    "pegOffsetType": one_of(PegOffsetType, errors.INVALID_PEG_OFFSET_TYPE),
    "pegOffsetValue": parse_int,
    "cancelReplaceMode": one_of(CancelReplaceMode),
    "cancelRestrictions": one_of(CancelRestrictions, errors.INVALID_CANCEL_RESTRICTIONS),
    "orderRateLimitExceededMode": one_of(OrderRateLimitExceededMode),
    "listenKey": parse_text,
    "subscriptionId": parse_int,
    "recvWindow": parse_text,  # three decimals, checked with the timestamp
    "timestamp": parse_long,
    "signature": parse_text,
    "apiKey": parse_text,
}

_PREFIXES = ("pendingAbove", "pendingBelow", "pending", "working", "above", "below", "limit", "stop", "cancel")  # fmt: skip


def kind_of(name: str) -> Parser:
    """The parser of a parameter: by its name, or by what follows an order list's prefix."""
    if name in KINDS:
        return KINDS[name]
    for prefix in _PREFIXES:
        rest = name[len(prefix) :]
        if name.startswith(prefix) and rest[:1].isupper():
            return kind_of(rest[0].lower() + rest[1:])
    raise KeyError(name)


class Param(NamedTuple):
    """A parameter that a route reads."""

    name: str
    required: bool
    parse: Parser


def params(declaration: str) -> tuple[Param, ...]:
    """Parameters from ``"symbol! limit type=tickerType"``: ``!`` is required, ``=`` names another kind."""
    declared = []
    for word in declaration.split():
        name, _, kind = word.rstrip("!").partition("=")
        declared.append(Param(name, word.endswith("!"), kind_of(kind or name)))
    return tuple(declared)


def parse(declared: Collection[Param], sent: Mapping[str, str]) -> dict[str, Any]:
    """The values of what was sent, by name; what was not sent is not there.

    Raises:
        Reject: -1101 more than the route knows, -1102 missing, -1105 empty, -1104 unread, -1100 and
            others of a kind's own.
    """
    if len(sent) > len(declared):
        raise Reject(*errors.TOO_MANY_PARAMETERS.fill(len(declared), len(sent)))
    values: dict[str, Any] = {}
    for param in declared:
        text = sent.get(param.name)
        if text is None:
            if param.required:
                raise Reject(*errors.MISSING_PARAMETER.fill(param.name))
            continue
        if not text:
            raise Reject(*errors.EMPTY_PARAMETER.fill(param.name))
        values[param.name] = param.parse(param.name, text)
    if len(values) < len(sent):
        raise Reject(*errors.UNREAD_PARAMETERS.fill(len(values), len(sent)))
    return values
