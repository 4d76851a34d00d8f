"""The order desk: orders that live, checks before sending, guards, journal; no widgets.

``Trading`` is the desk; the rest is what it takes, answers and raises.
"""

from __future__ import annotations

from binance_lab.connector.symbols import UnknownSymbol
from binance_lab.wire.order_fields import OrderFields

from .check import Finding
from .desk import Trading
from .fills import Fill
from .guards import Limits, OrderRefused
from .journal import Journal, journal_path
from .lists import ListKind, ListTicket, OrderList
from .order import NotYet, Order
from .states import OrderState
from .ticket import BadTicket, Ticket

__all__ = [
    "Trading",
    "Order",
    "OrderFields",
    "OrderList",
    "OrderState",
    "Fill",
    "Ticket",
    "ListTicket",
    "ListKind",
    "Finding",
    "Limits",
    "Journal",
    "journal_path",
    "BadTicket",
    "NotYet",
    "OrderRefused",
    "UnknownSymbol",
]
