"""What filters look at: of an order, and of the market and the account that it is for.

https://developers.binance.com/docs/binance-spot-api-docs/filters
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from binance_lab.wire.enums import OrderType, Side

CONTINGENT = frozenset(
    (
        OrderType.STOP_LOSS,
        OrderType.STOP_LOSS_LIMIT,
        OrderType.TAKE_PROFIT,
        OrderType.TAKE_PROFIT_LIMIT,
    )
)
"""Types that wait for a trigger; Binance's filters call them algo orders."""

MARKET_TYPES = frozenset((OrderType.MARKET, OrderType.STOP_LOSS, OrderType.TAKE_PROFIT))
"""Types that have no limit price of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What filters look at in an order; a request for a list is checked one leg at a time.

    ``pegged_price`` is the price that a pegged order found in the book. The ``adds_…`` say what the request
    adds in all: give a list's totals with its first leg and zeros with the others.
    """

    side: Side
    type: OrderType
    price: Decimal | None = None
    pegged_price: Decimal | None = None
    stop_price: Decimal | None = None
    quantity: Decimal | None = None
    quote_order_qty: Decimal | None = None
    iceberg_qty: Decimal | None = None
    trailing_delta: int | None = None
    adds_orders: int = 1
    adds_algo_orders: int | None = None  # None: by the type
    adds_iceberg_orders: int | None = None  # None: by iceberg_qty
    adds_lists: int = 0
    amendments: int | None = None  # amendments of the order so far; None: it isn't one

    @property
    def is_algo(self) -> bool:
        """Whether it waits for a trigger."""
        return self.type in CONTINGENT

    @property
    def algo_orders(self) -> int:
        """How many orders that wait for a trigger it adds."""
        return int(self.is_algo) if self.adds_algo_orders is None else self.adds_algo_orders

    @property
    def iceberg_orders(self) -> int:
        """How many icebergs it adds."""
        if self.adds_iceberg_orders is None:
            return int(bool(self.iceberg_qty))
        return self.adds_iceberg_orders

    @property
    def at_market(self) -> bool:
        """Whether it has no price of its own."""
        return self.type in MARKET_TYPES

    def prices(self) -> Iterator[tuple[str, Decimal]]:
        """The limit prices, named."""
        if self.price is not None:
            yield "price", self.price
        if self.pegged_price is not None:
            yield "peggedPrice", self.pegged_price


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """What filters look at in the market and in the account; what isn't known is None and isn't checked."""

    base_asset: str = ""
    quote_asset: str = ""
    reference_price: Decimal | None = None
    average_price: Decimal | None = None  # of the filters' avgPriceMins
    last_price: Decimal | None = None
    open_orders: int = 0  # of the account on the symbol
    open_algo_orders: int = 0
    open_iceberg_orders: int = 0
    open_order_lists: int = 0
    all_open_orders: int = 0  # of the account on all symbols
    all_open_algo_orders: int = 0
    all_open_iceberg_orders: int = 0
    all_open_order_lists: int = 0
    position: Decimal | None = None  # base asset, free and locked, and open BUY quantities

    def price(self, minutes: int) -> Decimal | None:
        """The price that stands for the market: reference, else average, else (0 minutes) last price."""
        if self.reference_price is not None:
            return self.reference_price
        if minutes == 0 or self.average_price is None:
            return self.last_price
        return self.average_price
