"""What the engine tells, while a command runs: trades, book levels, execution reports, balances.

The engine calls its listener synchronously, in the order in which things happen. A listener reads what it is
given at once: orders are the engine's own objects (``Order.snapshot()`` keeps one).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from binance_lab.exchange.orders import Fill, Order, OrderList, PreventedMatch
from binance_lab.wire.enums import ExecutionType, Side, SymbolStatus


@dataclass(slots=True)
class Trade:
    """A public trade. ``taker_order_id`` groups the trades of one taker for aggTrades."""

    symbol: str
    id: int
    price_ticks: int
    lots: int
    quote_atoms: int
    time_us: int
    buyer_is_maker: bool
    buyer_order_id: int
    seller_order_id: int

    @property
    def taker_order_id(self) -> int:
        """The id of the order that took."""
        return self.seller_order_id if self.buyer_is_maker else self.buyer_order_id


@dataclass(slots=True, kw_only=True)
class Execution:
    """One execution report: the order as it is now, and what just happened to it.

    ``fill`` is set for TRADE, ``prevented`` for TRADE_PREVENTION. ``client_order_id`` and
    ``orig_client_order_id`` are the report's ``c`` and ``C``: for a cancel its own id and the order's.
    """

    type: ExecutionType
    order: Order
    id: int  # the report's I
    time_us: int
    client_order_id: str
    orig_client_order_id: str = ""
    fill: Fill | None = None
    prevented: PreventedMatch | None = None
    reject_reason: str = "NONE"

    @property
    def account_id(self) -> int:
        """Whose order it is."""
        return self.order.account_id


class EngineListener(Protocol):
    """Who is told; every method is called on the engine's thread and returns at once."""

    def trade(self, trade: Trade) -> None:
        """Two orders traded."""

    def level(self, symbol: str, side: Side, price_ticks: int, lots: int) -> None:
        """A book level shows ``lots`` in all now; 0: it is gone."""

    def execution(self, execution: Execution) -> None:
        """An order of an account changed."""

    def balances(self, account_id: int, assets: tuple[str, ...], time_us: int) -> None:
        """These assets of an account may have changed by a trade or an order."""

    def transfer(self, account_id: int, asset: str, atoms: int, time_us: int) -> None:
        """A deposit (or a withdrawal, negative) changed a balance."""

    def order_list(self, account_id: int, order_list: OrderList, time_us: int) -> None:
        """An order list started or ended."""

    def symbol_status(self, symbol: str, status: SymbolStatus, time_us: int) -> None:
        """A symbol was halted or trades again."""


class Silent:
    """A listener that listens to nothing; a base for those that want only some events."""

    def trade(self, trade: Trade) -> None:
        """Two orders traded."""

    def level(self, symbol: str, side: Side, price_ticks: int, lots: int) -> None:
        """A book level changed."""

    def execution(self, execution: Execution) -> None:
        """An order of an account changed."""

    def balances(self, account_id: int, assets: tuple[str, ...], time_us: int) -> None:
        """Assets of an account may have changed."""

    def transfer(self, account_id: int, asset: str, atoms: int, time_us: int) -> None:
        """A deposit changed a balance."""

    def order_list(self, account_id: int, order_list: OrderList, time_us: int) -> None:
        """An order list started or ended."""

    def symbol_status(self, symbol: str, status: SymbolStatus, time_us: int) -> None:
        """A symbol was halted or trades again."""
