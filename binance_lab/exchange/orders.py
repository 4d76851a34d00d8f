"""Orders, fills, order lists: what commands ask for and what the exchange keeps of them.

Commands (``New…``) carry Decimals as clients write them. What the exchange keeps is in whole ticks (price),
lots (quantity), atoms (1e-8 of an asset) and microseconds; ``SymbolRules`` turns it into text.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from binance_lab.wire.enums import (
    CancelReplaceMode,
    CancelRestrictions,
    ContingencyType,
    ExpiryReason,
    ListOrderStatus,
    ListStatusType,
    OrderStatus,
    OrderType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

if TYPE_CHECKING:
    from binance_lab.exchange.standing import Standing

NO_LIST = -1  # the list id of an order that is in no list

# To read a member off its class is a function call in Python 3.11: what every order passes names these.
BUY, SELL = Side
GTC = TimeInForce.GTC
OPEN_STATUSES = frozenset(status for status in OrderStatus if status.open)


@dataclass(slots=True, kw_only=True)
class NewOrder:
    """A request for one order; what is None was not sent."""

    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce | None = None
    quantity: Decimal | None = None
    quote_order_qty: Decimal | None = None
    price: Decimal | None = None
    client_order_id: str | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None
    stop_price: Decimal | None = None
    trailing_delta: int | None = None
    iceberg_qty: Decimal | None = None
    stp_mode: SelfTradePrevention | None = None
    peg_price_type: PegPriceType | None = None
    peg_offset_type: PegOffsetType | None = None
    peg_offset_value: int | None = None
    sor: bool = False  # routed by smart order routing


class ListKind(StrEnum):
    """What a new order list is made of."""

    OCO = "OCO"
    OTO = "OTO"
    OTOCO = "OTOCO"
    OPO = "OPO"
    OPOCO = "OPOCO"

    @property
    def order_count(self) -> int:
        """How many orders it adds to the account's unfilled order count."""
        return 3 if self in (ListKind.OTOCO, ListKind.OPOCO) else 2


@dataclass(slots=True, kw_only=True)
class NewOrderList:
    """A request for an order list.

    ``orders`` are (above, below) for OCO, (working, pending) for OTO and OPO, and (working, pending above,
    pending below) for OTOCO and OPOCO, where the last may be missing. The pending orders of OPO and OPOCO
    have no quantity: it is what the working order bought.
    """

    kind: ListKind
    symbol: str
    orders: tuple[NewOrder, ...]
    list_client_order_id: str | None = None


@dataclass(slots=True, kw_only=True)
class NewCancelReplace:
    """A request to cancel one order and place another of the same symbol."""

    order: NewOrder
    mode: CancelReplaceMode
    cancel_order_id: int | None = None
    cancel_client_order_id: str | None = None  # the original client id of the order to cancel
    cancel_new_client_order_id: str | None = None  # names the cancel itself
    restrictions: CancelRestrictions | None = None


@dataclass(slots=True)
class Fill:
    """One account's half of a trade: an element of ``fills`` and of ``myTrades``."""

    symbol: str
    trade_id: int
    order_id: int
    list_id: int
    price_ticks: int
    lots: int
    quote_atoms: int
    commission_atoms: int
    commission_asset: str
    time_us: int
    is_buyer: bool
    is_maker: bool
    allocation_id: int = -1  # by smart order routing; then trade_id is -1


@dataclass(slots=True, kw_only=True)
class PreventedMatch:
    """A trade of an account with itself that self-trade prevention kept from happening.

    ``id`` increases on the taker's symbol and, where smart order routing met a maker in another book, on
    the maker's too.
    """

    id: int
    symbol: str
    taker_order_id: int
    maker_symbol: str
    maker_order_id: int
    trade_group_id: int
    stp_mode: SelfTradePrevention
    price_ticks: int
    taker_prevented_lots: int  # 0 where the mode left that side alone
    maker_prevented_lots: int
    time_us: int
    counter_account_id: int = (
        0  # whose the maker order is: another account only within a trade group
    )

    def concerns(self, symbol: str, order_id: int) -> bool:
        """Whether an order is one of the two; ids are a symbol's own."""
        return (symbol, order_id) in (
            (self.symbol, self.taker_order_id),
            (self.maker_symbol, self.maker_order_id),
        )


@dataclass(slots=True, kw_only=True)
class Amendment:
    """One reduction of an order's quantity that kept its place in the queue."""

    symbol: str
    order_id: int
    execution_id: int
    orig_client_order_id: str
    new_client_order_id: str
    orig_lots: int
    new_lots: int
    time_us: int


@dataclass(slots=True, eq=False)
class Order:
    """An order as the exchange keeps it: every field that an answer or an execution report shows.

    The engine changes it in place. Read it while the engine calls or answers; ``snapshot()`` keeps a state.
    """

    id: int
    symbol: str
    standing: Standing  # whose order it is
    client_order_id: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    price_ticks: int  # as sent; 0: at the market, or pegged without a price
    lots: int
    time_us: int  # created
    update_us: int
    stp_mode: SelfTradePrevention
    book_ticks: int = 0  # the price it trades at: the pegged one if pegged; 0: at the market
    iceberg_lots: int = 0
    sor: bool = False
    status: OrderStatus = OrderStatus.NEW
    list_id: int = NO_LIST
    executed_lots: int = 0
    prevented_lots: int = 0
    quote_atoms: int = 0  # cummulativeQuoteQty
    visible_lots: int = 0  # what the book shows of it
    held_atoms: int = 0  # locked for it: quote for a BUY, base for a SELL
    working_us: int = 0  # when it came on the book; 0: not yet
    quote_order_atoms: int = 0  # quoteOrderQty
    stop_ticks: int = 0
    trailing_delta: int = 0  # basis points; 0: no trailing stop
    trailing_time_us: int = 0  # when the trailing stop became active; 0: not yet
    trailing_ticks: int = 0  # the best price since then, from which the delta counts
    peg_price_type: PegPriceType | None = None
    peg_offset_type: PegOffsetType | None = None
    peg_offset_value: int | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None
    expiry_reason: ExpiryReason = ExpiryReason.NONE
    cancel_client_order_id: str = ""  # names the cancel that ended it
    replaced_client_order_id: str = ""  # what an amendment renamed
    amendments: int = 0
    prevented_match_id: int = -1  # the latest
    ahead_lots: int = 0  # recorded lots that stand before it at its price (replay)
    floor: str = ""  # EXCHANGE or SOR: where a routed order was last active

    @property
    def account_id(self) -> int:
        """Whose order it is."""
        return self.standing.account.id

    @property
    def open_lots(self) -> int:
        """What can still trade."""
        return self.lots - self.executed_lots - self.prevented_lots

    @property
    def pegged_ticks(self) -> int:
        """The price that a pegged order found in the book; 0: not pegged, or not yet."""
        return self.book_ticks if self.peg_price_type else 0

    @property
    def is_working(self) -> bool:
        """Whether it is, or was, on the book: false for a stop before its trigger and for a pending order."""
        return self.working_us != 0

    @property
    def is_open(self) -> bool:
        """Whether it can still trade."""
        return self.status in OPEN_STATUSES

    def snapshot(self) -> Order:
        """A copy that stays as it is."""
        return copy(self)


@dataclass(slots=True, eq=False)
class OrderList:
    """An order list; ``orders`` are ids in the order that answers list them."""

    id: int
    symbol: str
    account_id: int
    kind: ListKind
    client_order_id: str
    order_ids: tuple[int, ...]
    client_order_ids: tuple[str, ...]
    time_us: int
    status_type: ListStatusType = ListStatusType.EXEC_STARTED
    order_status: ListOrderStatus = ListOrderStatus.EXECUTING
    held_atoms: int = 0  # base asset that an OPO's working order bought for the pending ones

    @property
    def contingency(self) -> ContingencyType:
        """OCO, or OTO for every list with a working order."""
        return ContingencyType.OCO if self.kind is ListKind.OCO else ContingencyType.OTO

    @property
    def is_open(self) -> bool:
        """Whether an order of it can still trade."""
        return self.order_status is ListOrderStatus.EXECUTING


@dataclass(slots=True)
class Placed:
    """What became of a new order: the order as it now is, and what it filled at once."""

    order: Order
    fills: list[Fill] = field(default_factory=list)
    prevented: list[PreventedMatch] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class PlacedList:
    """What became of a new order list, each order as it was before any pending one was placed."""

    order_list: OrderList
    placed: list[Placed]


@dataclass(slots=True, kw_only=True)
class CanceledList:
    """An order list that was canceled, with its orders."""

    order_list: OrderList
    orders: list[Order]


@dataclass(slots=True, kw_only=True)
class Amended:
    """An amended order, and its list if it is in one."""

    order: Order
    amendment: Amendment
    order_list: OrderList | None = None
