"""Draft: what is typed into an order form, and the ticket that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from binance_lab.trading.lists import ListKind, ListTicket, make_list
from binance_lab.trading.rules import Rules
from binance_lab.trading.ticket import BadTicket, Ticket, exact, make_ticket
from binance_lab.wire.enums import OrderType

SINGLE = "Single"
"""The mode of a form for one order; the others are kinds of order lists."""

_CHOSEN = {"side", "type", "time_in_force", "stp_mode", "peg_price_type", "peg_offset_type"}


@dataclass(frozen=True, slots=True)
class Draft:
    """One read of all fields of a form: the values of each leg as text."""

    mode: str = SINGLE
    typed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def legs(self) -> tuple[str, ...]:
        """The names of the legs that the mode has."""
        return legs_of(self.mode)

    @property
    def begun(self) -> bool:
        """Whether anything was typed: an empty form is not wrong yet."""
        return any(set(self.typed.get(name, ())) - _CHOSEN for name in self.legs)

    def ticket(self, rules: Rules, *, at: Decimal | None = None) -> Ticket | ListTicket:
        """What would be sent.

        Args:
            at: The price of a pegged order, to turn an amount into a quantity.

        Raises:
            BadTicket: A value isn't what its field holds.
        """
        if self.mode == SINGLE:
            return ticket_of(self.typed["order"], rules, at=at)
        legs: dict[str, Ticket] = {}
        for name in self.legs:
            values = dict(self.typed[name])
            if name == "below":
                values["side"] = legs["above"].side
                values["quantity"] = legs["above"].quantity
            try:
                legs[name] = ticket_of(values, rules)
            except BadTicket as error:
                raise BadTicket(f"{name}: {error}", field=f"{name}.{error.field}") from None
        return make_list(self.mode, rules.symbol, **legs)


def legs_of(mode: str) -> tuple[str, ...]:
    """The names of the legs that a mode has."""
    return ("order",) if mode == SINGLE else ListKind(mode).legs


def ticket_of(values: Mapping[str, Any], rules: Rules, *, at: Decimal | None = None) -> Ticket:
    """The ticket that the values of one leg mean.

    An amount in the quote asset is sent as it is with MARKET; with a type that has a price it
    becomes the quantity that it pays for, whole steps of it.

    Args:
        at: The price of a pegged order, to turn an amount into a quantity.

    Raises:
        BadTicket: A value isn't what its field holds.
    """
    values = dict(values)
    amount = values.get("quote_order_qty")
    if amount is not None and values["type"] != OrderType.MARKET:
        price = values.get("price", values.get("stop_price", at))
        if price is None:
            raise BadTicket("An amount needs a price to become a quantity.", field="price")
        price = exact(price, field="price")
        if price <= 0:
            raise BadTicket("Price must be more than 0.", field="price")
        amount = exact(values.pop("quote_order_qty"), field="quote_order_qty")
        values["quantity"] = whole_steps(amount / price, rules.step)
    return make_ticket(rules.symbol, **values)


def whole_steps(quantity: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of step that is not more than a quantity."""
    step = step or Decimal("1e-8")
    found = (quantity / step).to_integral_value(ROUND_FLOOR) * step
    return found.normalize() if found else Decimal(0)
