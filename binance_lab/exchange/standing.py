"""What one account has on one symbol: its orders, what they filled, and the two balances that they move."""

from __future__ import annotations

from dataclasses import dataclass, field

from binance_lab.exchange.ledger import Account, Balance
from binance_lab.exchange.orders import Amendment, Fill, Order, PreventedMatch


@dataclass(slots=True, eq=False)
class Standing:
    """What one account has, or had, on one symbol; ``base`` and ``quote`` are its account's."""

    account: Account
    base: Balance
    quote: Balance
    orders: dict[int, Order] = field(default_factory=dict)  # every order, oldest first
    open: dict[int, Order] = field(default_factory=dict)
    by_client_id: dict[str, int] = field(default_factory=dict)  # the latest order of each name
    fills: list[Fill] = field(default_factory=list)  # by trade id
    allocations: list[Fill] = field(default_factory=list)  # by allocation id
    prevented: list[PreventedMatch] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)
    open_lists: int = 0
