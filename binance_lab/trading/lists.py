"""Order lists: OCO, OTO, OTOCO, OPO and OPOCO as one ticket with legs, and as an object that lives.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#order-lists
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from binance_lab.wire.enums import Side

from .order import Order
from .states import OrderState
from .ticket import BadTicket, Ticket, make_ticket


class ListKind(StrEnum):
    """What a list is made of: one cancels the other, one triggers the other, or both.

    In OPO and OPOCO one pays for the other: what comes later sells what the working order bought.
    """

    OCO = "OCO"
    OTO = "OTO"
    OTOCO = "OTOCO"
    OPO = "OPO"
    OPOCO = "OPOCO"

    @property
    def legs(self) -> tuple[str, ...]:
        """The names of its orders."""
        return _LEGS[self]

    @property
    def pays(self) -> bool:
        """Whether the working order brings what the others sell: they have no quantity of their own."""
        return self in (ListKind.OPO, ListKind.OPOCO)


_LEGS: Mapping[ListKind, tuple[str, ...]] = {
    ListKind.OCO: ("above", "below"),
    ListKind.OTO: ("working", "pending"),
    ListKind.OTOCO: ("working", "above", "below"),
    ListKind.OPO: ("working", "pending"),
    ListKind.OPOCO: ("working", "above", "below"),
}
_SHARED = ("symbol", "selfTradePreventionMode")  # said once for the whole list


@dataclass(frozen=True, slots=True)
class ListTicket:
    """An order list as it would be sent: a ticket for each leg.

    The legs above and below have one side and quantity; above is the one with the higher price.
    """

    kind: ListKind
    legs: Mapping[str, Ticket]

    def __str__(self) -> str:
        return f"{self.kind.value}: " + "; ".join(
            f"{name} {leg}" for name, leg in self.legs.items()
        )

    @property
    def symbol(self) -> str:
        """The symbol that all legs trade."""
        return next(iter(self.legs.values())).symbol

    def params(self, list_id: str, ids: Mapping[str, str]) -> dict[str, str]:
        """The parameters of ``POST /api/v3/orderList/…``.

        Args:
            list_id: The client id of the list.
            ids: The client order id of each leg.
        """
        sent = {"symbol": self.symbol, "listClientOrderId": list_id, "newOrderRespType": "FULL"}
        for name, ticket in self.legs.items():
            prefix = self._prefix(name)
            sent[f"{prefix}ClientOrderId"] = ids[name]
            for wire, value in ticket.params().items():
                sent[self._name(name, prefix, wire)] = value
        return sent

    def whole_legs(self) -> Mapping[str, Ticket]:
        """The legs as orders by themselves: one that is paid for has the quantity of what pays."""
        if not self.kind.pays:
            return self.legs
        quantity = self.legs["working"].quantity
        return {
            name: leg if name == "working" else leg.with_(quantity=quantity)
            for name, leg in self.legs.items()
        }

    def _prefix(self, leg: str) -> str:
        """What names of a leg's parameters begin with."""
        paired = leg in ("above", "below") and self.kind is not ListKind.OCO
        return f"pending{leg.capitalize()}" if paired else leg

    def _name(self, leg: str, prefix: str, wire: str) -> str:
        """What the list's endpoint calls a parameter of a leg."""
        if wire in _SHARED:
            return wire
        if leg in ("above", "below") and wire in ("side", "quantity"):
            return wire if self.kind is ListKind.OCO else f"pending{wire.capitalize()}"
        return prefix + wire[0].upper() + wire[1:]


def make_list(kind: str, symbol: str, **legs: Mapping[str, Any] | Ticket) -> ListTicket:
    """An order list of legs as people write them: ``above={"type": "LIMIT_MAKER", …}``.

    Raises:
        BadTicket: A leg is missing or needless, or a value isn't what its field holds; or above
            and below differ in side or quantity.
    """
    try:
        list_kind = ListKind(str(kind).upper())
    except ValueError:
        raise BadTicket(
            f'"{kind}" is no kind of order list. It is one of {", ".join(ListKind)}.', field="kind"
        ) from None
    if set(legs) != set(list_kind.legs):
        raise BadTicket(
            f"{list_kind.value} needs the legs {', '.join(list_kind.legs)}, "
            f"not {', '.join(legs) or 'none'}.",
            field="legs",
        )
    tickets = {name: _leg(symbol, name, legs[name]) for name in list_kind.legs}
    if "above" in tickets:
        _must_pair(tickets["above"], tickets["below"])
    if list_kind.pays:
        _must_pay(tickets)
    return ListTicket(list_kind, MappingProxyType(tickets))


def _leg(symbol: str, name: str, leg: Mapping[str, Any] | Ticket) -> Ticket:
    if isinstance(leg, Ticket):
        return leg
    try:
        return make_ticket(symbol, **leg)
    except BadTicket as error:
        raise BadTicket(f"{name}: {error}", field=f"{name}.{error.field}") from None


def _must_pay(tickets: Mapping[str, Ticket]) -> None:
    for name, leg in tickets.items():
        works = name == "working"
        if leg.side is not (Side.BUY if works else Side.SELL):
            text = "The working order buys what the others sell: "
            raise BadTicket(
                f"{text}{name} is a {'BUY' if works else 'SELL'}.", field=f"{name}.side"
            )
        if not works and leg.quantity is not None:
            raise BadTicket(
                f"{name} sells what the working order bought, and has no quantity of its own; "
                "leave it out.",
                field=f"{name}.quantity",
            )


def _must_pair(above: Ticket, below: Ticket) -> None:
    if (above.side, above.quantity) != (below.side, below.quantity):
        raise BadTicket(
            "The legs above and below are two ways to the same trade: give both the same side and "
            "quantity.",
            field="quantity",
        )
    prices = [leg.stop_price if leg.price is None else leg.price for leg in (above, below)]
    if isinstance(prices[0], Decimal) and isinstance(prices[1], Decimal) and prices[0] <= prices[1]:
        raise BadTicket(
            "The leg above needs a higher price than the leg below; exchange the two.",
            field="price",
        )


class OrderList:
    """An order list that was sent under our own id, with the orders that it is made of."""

    def __init__(
        self, ticket: ListTicket, client_order_id: str, orders: Mapping[str, Order]
    ) -> None:
        self.ticket = ticket
        self.client_order_id = client_order_id
        self.legs = dict(orders)

    @property
    def orders(self) -> list[Order]:
        """Its orders, in the order of its legs."""
        return list(self.legs.values())

    @property
    def kind(self) -> ListKind:
        """What it is made of."""
        return self.ticket.kind

    @property
    def done(self) -> bool:
        """Whether nothing more can happen to any of its orders."""
        return all(order.done for order in self.orders)

    @property
    def state(self) -> str:
        """rejected, unknown, open or done."""
        states = {order.state for order in self.orders}
        if states == {OrderState.REJECTED}:
            return "rejected"
        if any(not state.known for state in states):
            return "unknown"
        return "done" if self.done else "open"

    def wait(self, status: str | None = None, timeout: float = 30.0) -> OrderList:
        """Wait for each of its orders as ``Order.wait`` does, within one timeout.

        Raises:
            NotYet: One of them did not get there within the time.
        """
        deadline = time.monotonic() + timeout
        for order in self.orders:
            order.wait(status, max(0.0, deadline - time.monotonic()))
        return self

    def __repr__(self) -> str:
        legs = "; ".join(f"{name} {order.state.value}" for name, order in self.legs.items())
        return f"<OrderList {self.client_order_id}: {self.ticket.symbol} {self.kind.value}: {legs}>"
