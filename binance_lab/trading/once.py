"""Orders that are placed once: under a name of one's own, whatever cell runs again wherever."""

from __future__ import annotations

import hashlib
import warnings

from binance_lab.connector.exceptions import BadInput
from binance_lab.wire.caller import stacklevel

from .guards import OrderRefused
from .order import Order
from .ticket import Ticket


def once_id(name: str) -> str:
    """The client order id of a name: always the same.

    Raises:
        BadInput: It isn't text, or there is nothing in it.
    """
    if not isinstance(name, str) or not name.strip():
        raise BadInput(
            f'once is a name of your own, such as "entry", not {name!r}: nothing was sent.'
        )
    return f"lab-1-{hashlib.sha256(name.encode()).hexdigest()[:20]}"


def same_order(there: Order, ticket: Ticket, name: str) -> Order:
    """The order that was placed under a name, if it can be what is meant now.

    Raises:
        OrderRefused: It is of another symbol or side.  A warning tells of another type or amount.
    """
    if (there.symbol, there.side) != (ticket.symbol, ticket.side):
        raise OrderRefused(
            f'Not sent. The name "{name}" was used for another order, {there.ticket}. '
            "Give this one a name of its own."
        )
    if _amount_differs(there.ticket, ticket):
        warnings.warn(
            f'Not sent: under the name "{name}" there is {there.ticket} already, and this would be '
            f"{ticket}. To place it too give it another name; to change that one, cancel and "
            "replace it.",
            stacklevel=stacklevel(),
        )
    return there


def _amount_differs(before: Ticket, now: Ticket) -> bool:
    """Whether type or amount was changed; a price may be calculated anew whenever a cell runs."""
    pairs = (
        (before.type, now.type),
        (before.quantity, now.quantity),
        (before.quote_order_qty, now.quote_order_qty),
    )
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)
