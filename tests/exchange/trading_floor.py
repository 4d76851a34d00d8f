"""An engine with one plain symbol and two or three traders, built and read in one line.

Prices and quantities are whole numbers: the tick and the step are 1. ``"3@100"`` is 3 at 100, ``"100x3"`` a
level of 3 at 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from binance_lab.exchange.engine import Engine
from binance_lab.exchange.events import Execution, Silent, Trade
from binance_lab.exchange.ledger import NO_COMMISSION
from binance_lab.exchange.orders import (
    ListKind,
    NewOrder,
    NewOrderList,
    Order,
    OrderList,
    Placed,
    PlacedList,
)
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.symbols import SymbolRules
from binance_lab.wire.enums import OrderType, Side, TimeInForce

RULES = SymbolRules(
    symbol="ABCXYZ",
    base="ABC",
    quote="XYZ",
    tick=Decimal(1),
    step=Decimal(1),
    fair_price=Decimal(100),
    filters=(),
)
RICH = Decimal(1_000_000)
MAKER, ALICE, BOB = 1, 2, 3


class Floor(Silent):
    """An engine and what it told."""

    def __init__(self, rules: SymbolRules = RULES, *more: SymbolRules, **options: Any) -> None:
        self.rules = rules
        self.engine = Engine((rules, *more), listener=self, **options)
        for _ in (MAKER, ALICE, BOB):
            assets = {each for one in (rules, *more) for each in (one.base, one.quote)}
            self.engine.open_account(dict.fromkeys(sorted(assets), RICH), commission=NO_COMMISSION)
        self.now_us = 1_700_000_000_000_000
        self.trades: list[Trade] = []
        self.reports: list[str] = []
        self.lists: list[str] = []
        self.levels: dict[tuple[Side, int], int] = {}
        self.told_balances: list[tuple[int, tuple[str, ...]]] = []

    # What the engine tells

    def trade(self, trade: Trade) -> None:
        self.trades.append(trade)

    def level(self, symbol: str, side: Side, price_ticks: int, lots: int) -> None:
        self.levels[side, price_ticks] = lots

    def execution(self, execution: Execution) -> None:
        order = execution.order
        self.reports.append(f"{order.id} {execution.type} {order.status}")

    def order_list(self, account_id: int, order_list: OrderList, time_us: int) -> None:
        self.lists.append(f"{order_list.status_type} {order_list.order_status}")

    def balances(self, account_id: int, assets: tuple[str, ...], time_us: int) -> None:
        self.told_balances.append((account_id, assets))

    # What traders do

    def order(self, side: Side, what: str, fields: dict[str, Any]) -> NewOrder:
        quantity, _, price = what.partition("@")
        kind = OrderType(fields.pop("type", OrderType.LIMIT if price else OrderType.MARKET))
        for name in ("stop_price", "iceberg_qty", "quote_order_qty"):
            if name in fields:
                fields[name] = Decimal(fields[name])
        timed = kind in (OrderType.LIMIT, OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT_LIMIT)
        fields.setdefault("time_in_force", TimeInForce.GTC if timed else None)
        return NewOrder(
            symbol=self.rules.symbol,
            side=side,
            type=kind,
            quantity=Decimal(quantity) if quantity else None,
            price=Decimal(price) if price else None,
            **fields,
        )

    def place(self, side: Side, what: str, by: int = ALICE, **fields: Any) -> Placed:
        self.now_us += 1
        new = self.order(side, what, fields)
        return self.engine.place(by, new, now_us=self.now_us)

    def buy(self, what: str, by: int = ALICE, **fields: Any) -> Placed:
        return self.place(Side.BUY, what, by, **fields)

    def sell(self, what: str, by: int = ALICE, **fields: Any) -> Placed:
        return self.place(Side.SELL, what, by, **fields)

    def place_list(
        self, kind: ListKind, *orders: NewOrder, by: int = ALICE, name: str | None = None
    ) -> PlacedList:
        self.now_us += 1
        new = NewOrderList(
            kind=kind, symbol=self.rules.symbol, orders=orders, list_client_order_id=name
        )
        return self.engine.place_list(by, new, now_us=self.now_us)

    def cancel(self, order: Order, **options: Any) -> Order:
        self.now_us += 1
        self.engine.cancel(
            order.account_id, order.symbol, order_id=order.id, now_us=self.now_us, **options
        )
        return order

    def trade_at(self, price: int, quantity: int = 1) -> None:
        """Let two strangers trade at a price, whatever the book holds (keep it empty there)."""
        self.sell(f"{quantity}@{price}", by=MAKER)
        self.buy(f"{quantity}@{price}", by=BOB)

    # What one sees

    @property
    def book(self) -> str:
        """``"99x1 98x2 | 101x3"``: bids and asks, best first."""
        book = self.engine.book(self.rules.symbol)
        bids, asks = (
            " ".join(f"{ticks}x{lots}" for ticks, lots in side.depth())
            for side in (book.bids, book.asks)
        )
        return f"{bids} | {asks}".strip()

    def owned(self, account: int = ALICE) -> dict[str, tuple[Decimal, Decimal]]:
        """(free, locked) by asset, as a difference to what the account began with."""
        balances = self.engine.account(account).balances
        unit = Decimal(10) ** 8
        return {
            asset: ((Decimal(each.free) / unit) - RICH, Decimal(each.locked) / unit)
            for asset, each in balances.items()
            if each.free != RICH * unit or each.locked
        }


def book_of(bids: str = "", asks: str = "", *, rules: SymbolRules = RULES, **options: Any) -> Floor:
    """A floor whose book holds these levels of the maker: ``book_of(bids="100x3 99x1")``."""
    floor = Floor(rules, **options)
    for side, levels in ((Side.BUY, bids), (Side.SELL, asks)):
        for level in levels.split():
            price, _, quantity = level.partition("x")
            floor.place(side, f"{quantity}@{price}", by=MAKER)
    floor.reports.clear()
    return floor


def with_rules(**changes: Any) -> SymbolRules:
    """The plain symbol with something different."""
    return replace(RULES, **changes)


def fills(placed: Placed) -> list[str]:
    """``["100x3", …]``: what an order filled at once."""
    return [f"{fill.price_ticks}x{fill.lots}" for fill in placed.fills]


def traded(floor: Floor) -> list[str]:
    """``["100x3", …]``: the public trades."""
    return [f"{trade.price_ticks}x{trade.lots}" for trade in floor.trades]


def refusal(action: Any, *args: Any, **kwargs: Any) -> tuple[int, str]:
    """(code, text) of the refusal that an action raises."""
    try:
        action(*args, **kwargs)
    except Reject as reject:
        return reject.code, reject.msg
    raise AssertionError("it was not refused")


def statuses(orders: Sequence[Order]) -> list[str]:
    """The orders' statuses."""
    return [str(order.status) for order in orders]


def leg(
    side: str, what: str, kind: str = "LIMIT", stop: int | None = None, **more: Any
) -> NewOrder:
    """``leg("SELL", "3@110", "LIMIT_MAKER")``."""
    quantity, _, price = what.partition("@")
    timed = OrderType(kind) in (
        OrderType.LIMIT,
        OrderType.STOP_LOSS_LIMIT,
        OrderType.TAKE_PROFIT_LIMIT,
    )
    return NewOrder(
        symbol="ABCXYZ",
        side=Side(side),
        type=OrderType(kind),
        quantity=Decimal(quantity) if quantity else None,
        price=Decimal(price) if price else None,
        stop_price=None if stop is None else Decimal(stop),
        time_in_force=TimeInForce.GTC if timed else None,
        **more,
    )
