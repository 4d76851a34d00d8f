"""Python values to the text that Binance takes: numbers, times, lists.

REST sends every parameter as text, percent-encoded before it is signed; the WebSocket API sends
JSON and signs the raw text, sorted by name.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from . import json

TimeUnit: TypeAlias = Literal["ms", "us"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS_PER_SECOND = {"ms": 1_000, "us": 1_000_000}


def time_unit(name: str | None) -> TimeUnit | None:
    """The unit that a name stands for: ms, us, MILLISECOND, microsecond; None stays None."""
    if name is None:
        return None
    short = {"MILLISECOND": "ms", "MS": "ms", "MICROSECOND": "us", "US": "us"}.get(name.upper())
    if short == "ms":
        return "ms"
    if short == "us":
        return "us"
    raise ValueError(f'time_unit is "ms" or "us", not {name!r}')


def decimal_text(value: Decimal) -> str:
    """A number without exponent: ``0.00004`` and never ``4E-5``.

    Raises:
        ValueError: It is infinite or not a number.
    """
    if not value.is_finite():
        raise ValueError(f"{value} can't be sent as a number")
    return format(value, "f")


def float_text(value: float) -> str:
    """The shortest decimal that is this float, without exponent; ``5.0`` is ``5``."""
    text = decimal_text(Decimal(repr(value)))
    return text.removesuffix(".0")


def time_number(value: Any, unit: TimeUnit = "ms") -> int:
    """A point in time as whole ms (or µs) since 1970.

    Takes a datetime (pandas Timestamps are), a date (its midnight), a numpy datetime64, ISO text,
    or a number, which is taken as it is.  Without a zone a time is UTC.

    Raises:
        ValueError: It isn't a time.
    """
    value = _plain(value)
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{value!r} is not a time")
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return int(value)
    if isinstance(value, str):
        return _time_of_text(value, unit)
    if isinstance(value, datetime):
        return _since_epoch(value, unit)
    if isinstance(value, date):
        return _since_epoch(datetime(value.year, value.month, value.day), unit)
    raise ValueError(f"a {type(value).__name__} is not a time")


def _since_epoch(moment: datetime, unit: TimeUnit) -> int:
    if moment != moment:  # pandas' NaT is a datetime that isn't equal to itself
        raise ValueError("NaT is not a time")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elapsed = moment - _EPOCH
    micros = (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
    return micros * _UNITS_PER_SECOND[unit] // 1_000_000


def _time_of_text(text: str, unit: TimeUnit) -> int:
    if text.lstrip("-").isdecimal():
        return int(text)
    try:
        return _since_epoch(datetime.fromisoformat(text), unit)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; use 2026-01-31 or 2026-01-31T12:00Z") from None


def _plain(value: Any) -> Any:
    """Numpy scalars and arrays, and enum members, as Python's own; anything else as it is.

    Known by their methods, so that numpy need not be there.
    """
    if isinstance(value, enum.Enum):
        return value.value
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if not kind:
        return value
    if getattr(value, "ndim", 0):
        return value.tolist()
    if kind == "M":
        return datetime.fromtimestamp(0, UTC) + _micros(value)
    return Decimal(str(value)) if kind == "f" else value.item()


def _micros(value: Any) -> Any:
    """A numpy datetime64 as the timedelta since 1970; NaT raises."""
    if value != value:
        raise ValueError("NaT is not a time")
    return value.astype("datetime64[us]").item() - datetime(1970, 1, 1)


def text(value: Any, unit: TimeUnit = "ms") -> str:
    """One parameter as the text that is sent, before percent-encoding.

    Lists and objects become JSON, booleans ``true`` and ``false``, times whole numbers.

    Raises:
        TypeError: A value of this type has no text.
        ValueError: A number that isn't one, or a time that isn't one.
    """
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is int:
        return str(value)
    if kind is float:
        return float_text(value)
    return _slow_text(_plain(value), unit)


def _slow_text(value: Any, unit: TimeUnit) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return float_text(float(value))
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return str(time_number(value, unit))
    if isinstance(value, Mapping | Iterable) and not isinstance(value, bytes):
        return json.encode(_json(value, unit)).decode()
    raise TypeError(f"a {type(value).__name__} can't be sent as a parameter")


def _json(value: Any, unit: TimeUnit) -> Any:
    """The same value with only what JSON knows in it; floats as plain decimals."""
    value = _plain(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | Decimal):
        return Decimal(float_text(value) if isinstance(value, float) else decimal_text(value))
    if isinstance(value, date):
        return time_number(value, unit)
    if isinstance(value, Mapping):
        return {str(key): _json(item, unit) for key, item in value.items() if item is not None}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_json(item, unit) for item in value]
    raise TypeError(f"a {type(value).__name__} can't be sent as a parameter")


def texts(
    params: Mapping[str, Any],
    *,
    times: Collection[str] = (),
    joined: Collection[str] = (),
    unit: TimeUnit = "ms",
) -> dict[str, str]:
    """All parameters that aren't None, as text.

    Args:
        times: Names of those that are times: ISO text is understood there.
        joined: Names of those whose lists are sent as ``A,B`` instead of JSON.

    Raises:
        TypeError, ValueError: What text raises, naming the parameter.
    """
    sent = {}
    for name, value in params.items():
        if value is None:
            continue
        try:
            if name in times:
                sent[name] = str(time_number(value, unit))
            elif name in joined and not isinstance(value, str):
                sent[name] = ",".join(text(item, unit) for item in value)
            else:
                sent[name] = text(value, unit)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None
    return sent


@lru_cache(maxsize=4096)
def _quoted(value: str) -> str:
    """Percent-encoded UTF-8; the same symbols and names come again and again."""
    return quote(value, safe="")


def query(params: Mapping[str, str]) -> str:
    """``a=1&b=%C3%A4``: the text that REST signs and sends, in the order given."""
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in params.items()])


def json_params(
    params: Mapping[str, Any], *, times: Collection[str] = (), unit: TimeUnit = "ms"
) -> dict[str, Any]:
    """All parameters that aren't None, as the WebSocket API takes them.

    Whole numbers, booleans and lists stay what they are; decimals become text.

    Raises:
        TypeError, ValueError: What text raises, naming the parameter.
    """
    sent: dict[str, Any] = {}
    for name, value in params.items():
        if value is None:
            continue
        try:
            sent[name] = time_number(value, unit) if name in times else _json_param(value, unit)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None
    return sent


def _json_param(value: Any, unit: TimeUnit) -> Any:
    value = _plain(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str | float | Decimal | date):
        return text(value, unit)
    return _json(value, unit)


def signing_payload(params: Mapping[str, Any]) -> str:
    """What the WebSocket API signs: names sorted, values raw, nothing percent-encoded.

    https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/request-security
    """
    return "&".join(f"{name}={text(params[name])}" for name in sorted(params))
