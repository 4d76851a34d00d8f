"""A ticket: everything that one order asks for, in exact decimals, before it is sent.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from binance_lab.connector.exceptions import LabError
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import (
    OrderType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from binance_lab.wire.facts import CONTINGENT
from binance_lab.wire.lab_error import BadInput
from binance_lab.wire.nearest_name import nearest_name
from binance_lab.wire.symbol_name import symbol_name
from binance_lab.wire.types import Number


class BadTicket(LabError, ValueError):
    """An order that can't be written down: ``field`` isn't a number, is missing or doesn't belong."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


_LIMIT = frozenset({OrderType.LIMIT, OrderType.LIMIT_MAKER})
_STOP_LIMIT = frozenset({OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT_LIMIT})

PRICED = _LIMIT | _STOP_LIMIT
"""Types with a limit price."""

TIMED = _STOP_LIMIT | {OrderType.LIMIT}
"""Types with a time in force."""

WIRE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "time_in_force": "timeInForce",
        "quantity": "quantity",
        "quote_order_qty": "quoteOrderQty",
        "price": "price",
        "stop_price": "stopPrice",
        "trailing_delta": "trailingDelta",
        "iceberg_qty": "icebergQty",
        "stp_mode": "selfTradePreventionMode",
        "peg_price_type": "pegPriceType",
        "peg_offset_type": "pegOffsetType",
        "peg_offset_value": "pegOffsetValue",
        "strategy_id": "strategyId",
        "strategy_type": "strategyType",
    }
)
"""A ticket's fields and what the API calls them."""

_DECIMALS = ("quantity", "quote_order_qty", "price", "stop_price", "iceberg_qty")
_WHOLE = ("trailing_delta", "peg_offset_value", "strategy_id", "strategy_type")
_WORDS: dict[str, type[Any]] = {
    "side": Side,
    "type": OrderType,
    "time_in_force": TimeInForce,
    "stp_mode": SelfTradePrevention,
    "peg_price_type": PegPriceType,
    "peg_offset_type": PegOffsetType,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """One order as it would be sent; what is None isn't sent.

    Amounts are in the base asset, but ``quote_order_qty`` in the quote asset; ``trailing_delta``
    is in basis points (1 = 0.01 %).
    """

    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal | None = None
    quote_order_qty: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    trailing_delta: int | None = None
    time_in_force: TimeInForce | None = None
    iceberg_qty: Decimal | None = None
    stp_mode: SelfTradePrevention | None = None
    peg_price_type: PegPriceType | None = None
    peg_offset_type: PegOffsetType | None = None
    peg_offset_value: int | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None

    def __str__(self) -> str:
        amount = (
            f"for {decimal_text(self.quote_order_qty)}"
            if self.quantity is None and self.quote_order_qty is not None
            else f"{decimal_text(self.quantity)}"
            if self.quantity is not None
            else "?"
        )
        parts = [self.side.value, amount, self.symbol, self.type.value]
        if self.price is not None:
            parts.append(f"at {decimal_text(self.price)}")
        if self.peg_price_type is not None:
            parts.append(f"pegged to {self.peg_price_type.value}")
        if self.stop_price is not None:
            parts.append(f"stop {decimal_text(self.stop_price)}")
        if self.trailing_delta is not None:
            parts.append(f"trailing {self.trailing_delta} bp")
        if self.iceberg_qty is not None:
            parts.append(f"showing {decimal_text(self.iceberg_qty)}")
        if self.time_in_force is not None:
            parts.append(self.time_in_force.value)
        return " ".join(parts)

    def with_(self, **changes: Any) -> Ticket:
        """The same ticket with other values in some fields."""
        return replace(self, **{name: _value(name, value) for name, value in changes.items()})

    def params(self) -> dict[str, str]:
        """The parameters of ``POST /api/v3/order`` that say the same, as text."""
        sent = {"symbol": self.symbol, "side": self.side.value, "type": self.type.value}
        for name, wire in WIRE_NAMES.items():
            value = getattr(self, name)
            if value is not None:
                sent[wire] = decimal_text(value) if isinstance(value, Decimal) else str(value)
        return sent

    def missing(self) -> list[str]:
        """Fields that the type needs and this ticket doesn't have; ``a|b`` means one of them."""
        needed = [] if self.quantity is not None else ["quantity"]
        if self.type is OrderType.MARKET and self.quote_order_qty is not None:
            needed = []
        elif self.type is OrderType.MARKET and needed:
            needed = ["quantity|quote_order_qty"]
        if self.type in PRICED and self.price is None and self.peg_price_type is None:
            needed.append("price")
        if self.type in CONTINGENT and self.stop_price is None and self.trailing_delta is None:
            needed.append("stop_price|trailing_delta")
        if self.type in TIMED and self.time_in_force is None:
            needed.append("time_in_force")
        return needed

    def needless(self) -> list[str]:
        """Fields that the type has no use for, which the exchange would refuse."""
        allowed = fields_of(self.type)
        return [
            name for name in WIRE_NAMES if getattr(self, name) is not None and name not in allowed
        ]


def fields_of(order_type: OrderType) -> frozenset[str]:
    """The names of the ticket's fields that an order of this type may have."""
    names = {"quantity", "stp_mode", "strategy_id", "strategy_type"}
    if order_type is OrderType.MARKET:
        names.add("quote_order_qty")
    if order_type in PRICED:
        names |= {"price", "iceberg_qty", "peg_price_type", "peg_offset_type", "peg_offset_value"}
    if order_type in CONTINGENT:
        names |= {"stop_price", "trailing_delta"}
    if order_type in TIMED:
        names.add("time_in_force")
    return frozenset(names)


def make_ticket(symbol: str, side: str, type: str, **values: Any) -> Ticket:  # noqa: A002
    """A ticket of values as people write them: text, Decimal, int or float; any case of words.

    A type with a time in force that isn't given gets GTC.

    Raises:
        BadTicket: A value isn't what its field holds.
        TypeError: There is no field of that name; the message names one that is like it.
    """
    words: dict[str, Any] = {"side": side, "type": type, **values}
    for name in words:
        _must_be_field(name)
    ready = {name: _value(name, value) for name, value in words.items()}
    if ready["type"] in TIMED and ready.get("time_in_force") is None:
        ready["time_in_force"] = TimeInForce.GTC
    return Ticket(symbol=_symbol(symbol), **ready)


def _must_be_field(name: str) -> None:
    known = sorted(field.name for field in fields(Ticket))
    if name in known:
        return
    near = nearest_name(name, known)
    meant = f"Did you mean {near}? " if near else ""
    raise TypeError(f"An order has no field {name!r}. {meant}It has {', '.join(known)}.")


def _symbol(symbol: str) -> str:
    if not isinstance(symbol, str) or not symbol.strip():
        raise BadTicket('An order needs a symbol, such as "BTCUSDT".', field="symbol")
    try:
        return symbol_name(symbol)
    except BadInput as error:
        raise BadTicket(str(error), field="symbol") from None


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DECIMALS:
        return exact(value, field=name)
    if name in _WHOLE:
        return _whole(value, name)
    if name in _WORDS:
        return _word(value, name)
    return value


def _word(value: Any, name: str) -> Any:
    kind = _WORDS[name]
    try:
        return kind(str(value).strip().upper().replace(" ", "_"))
    except ValueError:
        allowed = ", ".join(member.value for member in kind)
        label = name.replace("_", " ")
        raise BadTicket(f'"{value}" is no {label}. It is one of {allowed}.', field=name) from None


def _whole(value: Any, name: str) -> int:
    number = exact(value, field=name)
    if number != int(number):
        raise BadTicket(f"{name} is a whole number, not {value}.", field=name)
    return int(number)


def exact(value: Number, *, field: str = "number") -> Decimal:
    """The decimal that a number is: no digit is lost, a float is its shortest decimal.

    Raises:
        BadTicket: It is no finite number.
    """
    label = field.replace("_", " ")
    if isinstance(value, bool):
        raise BadTicket(f"{label} is a number, not {value}.", field=field)
    try:
        if isinstance(value, Decimal):
            number = value
        elif isinstance(value, float):
            number = Decimal(repr(float(value)))  # numpy's own repr says np.float64(…)
        else:
            number = Decimal(str(value).strip())
    except InvalidOperation:
        raise BadTicket(
            f'"{value}" is no number for {label}. Write it as 0.001, with a point.', field=field
        ) from None
    if not number.is_finite():
        raise BadTicket(f"{label} must be a finite number, not {value}.", field=field)
    return number
