"""How an order comes in: checked, held for, named, then put to work, or kept for its trigger."""

from __future__ import annotations

from dataclasses import replace

from binance_lab.exchange import checks, settlement, triggers
from binance_lab.exchange.ledger import Account
from binance_lab.exchange.market import Market
from binance_lab.exchange.matching import Matching, reachable
from binance_lab.exchange.orders import GTC, NewOrder, Order, Placed
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.routing import reachable_routed
from binance_lab.exchange.state import State
from binance_lab.exchange.symbols import atoms_of
from binance_lab.wire.enums import (
    ExecutionType,
    ExpiryReason,
    OrderStatus,
    OrderType,
    Side,
)
from binance_lab.wire.facts import CONTINGENT, OrderFacts
from binance_lab.wire.filters import LotSize, MarketLotSize

_NEW = OrderStatus.NEW
_TOO_THIN = "Order book liquidity is less than `LOT_SIZE` filter minimum quantity."


class Placing:
    """Checks and enters orders for one state."""

    def __init__(self, state: State, matching: Matching) -> None:
        self._state = state
        self._matching = matching

    # Checks

    def prepare(
        self,
        market: Market,
        account: Account,
        new: NewOrder,
        now_us: int,
        *,
        prefix: str = "",
        pending: bool = False,
        pays_quantity: bool = False,
        facts: OrderFacts | None = None,
    ) -> Order:
        """An order that passed every check that needs neither the book nor a balance; not yet registered.

        Args:
            prefix: Of the parameters' names, in a list.
            pending: It comes to the book later; a peg finds its price then.
            pays_quantity: The quantity comes later, from the working order of an OPO.
            facts: What filters see; by default the order alone.

        Raises:
            Reject: What is missing, unsupported, or fails a filter.
        """
        checks.check_open(market, account)
        quick = None
        if not prefix:
            quick = checks.passes_quickly(self._state, market, account, new, now_us)
        if quick is None:
            checks.check_fields(new, prefix=prefix, pays_quantity=pays_quantity)
            checks.check_supported(market.rules, new)
            order = _special_order_of(market, account, new, now_us)
            if new.peg_price_type and not pending and new.type not in CONTINGENT:
                order.book_ticks = checks.pegged_ticks(market, new)
            self._check_filters(market, account, order, facts or checks.facts_of(new), now_us)
            if (new.price is not None and not order.price_ticks) or (
                new.quantity is not None and not order.lots
            ):
                raise Reject(-1013, "Price * QTY is zero or less.")
            return order
        order = _order_of(market, account, new, *quick, now_us)
        if new.strategy_id is not None:
            order.strategy_id = new.strategy_id
        return order

    def _check_filters(
        self,
        market: Market,
        account: Account,
        order: Order,
        facts: OrderFacts,
        now_us: int,
    ) -> None:
        if order.pegged_ticks:
            facts = replace(facts, pegged_price=market.rules.price(order.pegged_ticks))
        checks.check_filters(self._state, market, account, facts, now_us)

    def check_name(self, market: Market, order: Order) -> None:
        """Refuse a client order id that an open order of the account has.

        Raises:
            Reject: -2010.
        """
        standing = order.standing
        known = standing.by_client_id.get(order.client_order_id)
        if known is not None and known in standing.open:
            raise Reject(-2010, "Duplicate order sent.")

    def check_book(self, market: Market, order: Order) -> None:
        """Refuse what the book refuses now: a stop that would wake, a maker that would take.

        Raises:
            Reject: -2010.
        """
        if order.type in CONTINGENT:
            if triggers.would_wake_at_once(order, market.last_ticks):
                raise Reject(-2010, "Order would trigger immediately.")
        elif order.type is OrderType.LIMIT_MAKER and _would_take(market, order):
            raise Reject(-2010, "Order would immediately match and take.")

    def check_quantity(self, market: Market, order: Order, now_us: int) -> None:
        """Refuse an order that fails a filter with the quantity, or the pegged price, that it has now.

        Raises:
            Reject: -1013.
        """
        rules = market.rules
        facts = OrderFacts(
            side=order.side,
            type=order.type,
            price=rules.price(order.price_ticks) if order.price_ticks else None,
            pegged_price=rules.price(order.pegged_ticks) if order.pegged_ticks else None,
            quantity=rules.quantity(order.open_lots),
            adds_orders=0,
            adds_algo_orders=0,
            adds_iceberg_orders=0,
        )
        account = order.standing.account
        checks.check_filters(self._state, market, account, facts, now_us)

    # Holds

    def estimate_atoms(self, market: Market, order: Order) -> int:
        """What an order must hold: the most that it can cost, or for market orders what it would cost now."""
        rules = market.rules
        if order.side is Side.SELL or order.book_ticks:
            return settlement.needed_atoms(rules, order)
        if order.type is OrderType.MARKET:
            if order.quote_order_atoms:
                return order.quote_order_atoms
            if order.sor:
                return reachable_routed(self._state, market, order)[1]
            return reachable(self._state, market, order)[1]
        price = order.price_ticks or order.stop_ticks or market.last_ticks
        return rules.quote_atoms(price, order.open_lots)

    def size_by_quote(self, market: Market, order: Order) -> None:
        """Give a market order by quote amount its quantity, as close to the amount as the book allows.

        Raises:
            Reject: -2010, the book has less than the smallest quantity.
        """
        rules = market.rules
        budget = order.quote_order_atoms
        lots, spent, ran_out = reachable(self._state, market, order, quote_limit=budget)
        if ran_out and lots:
            worst = market.book.side(order.side.opposite).prices()[-1]
            lots += rules.lots_for(budget - spent, worst)  # expires, and says how much was missing
        order.lots = fit_lots(market, lots, at_market=True)
        if not order.lots:
            raise Reject(-2010, _TOO_THIN)

    # Entry

    def register(self, market: Market, order: Order) -> None:
        """Give the order its id and name and count it as the account's."""
        order.id = market.next_order_id
        market.next_order_id += 1
        standing = order.standing
        standing.orders[order.id] = standing.open[order.id] = order
        if standing.account.reported:
            if not order.client_order_id:
                order.client_order_id = self._state.new_name()
            standing.by_client_id[order.client_order_id] = order.id

    def announce(self, order: Order, now_us: int) -> None:
        """Report a new order."""
        if order.status is _NEW and order.type not in CONTINGENT:
            order.working_us = now_us
        account = order.standing.account
        if account.reported:
            self._state.report(account, order, ExecutionType.NEW, now_us)

    def enter(self, market: Market, order: Order, placed: Placed, now_us: int) -> None:
        """Put an announced order to work, or let it wait for its price."""
        if order.type in CONTINGENT:
            triggers.watch(market, order, now_us)
        else:
            self._matching.work(market, order, placed, now_us)

    def wake(self, market: Market, order: Order, now_us: int) -> None:
        """Put a stop to work: its price came. One that can't be placed now expires as rejected."""
        market.stops.pop(order.id, None)
        try:
            self._price_and_hold(market, order, now_us)
        except Reject:
            self._matching.expire(market, order, ExpiryReason.REJECTED, now_us)
            return
        order.working_us = order.update_us = now_us
        self._state.report(order.standing.account, order, ExecutionType.NEW, now_us)
        self._matching.work(market, order, Placed(order=order), now_us)

    def start_pending(self, market: Market, order: Order, now_us: int) -> None:
        """Make a pending order ready to enter: its working order is filled.

        Raises:
            Reject: It can't be placed now.
        """
        order.status = OrderStatus.NEW
        if order.type not in CONTINGENT:
            self._price_and_hold(market, order, now_us)
        self.check_book(market, order)

    def _price_and_hold(self, market: Market, order: Order, now_us: int) -> None:
        """Find a pegged price, and lock what the order still lacks."""
        if order.peg_price_type and not order.book_ticks:
            order.book_ticks = checks.pegged_ticks(market, order)
            self.check_quantity(market, order, now_us)
        if order.side is Side.BUY and not order.book_ticks:
            needed = reachable(self._state, market, order)[1]
        else:
            needed = settlement.needed_atoms(market.rules, order)
        if needed > order.held_atoms:
            settlement.hold(self._state, market, order, needed - order.held_atoms)


def fit_lots(market: Market, lots: int, *, at_market: bool) -> int:
    """The most lots, at most these, that LOT_SIZE (and MARKET_LOT_SIZE) allow; 0 if fewer than they ask."""
    for each in market.filters:
        if isinstance(each, LotSize) or (at_market and isinstance(each, MarketLotSize)):
            unit = market.rules.step_atoms
            step = atoms_of(each.step_size) // unit or 1
            lots = min(lots, atoms_of(each.max_qty) // unit)
            lots -= lots % step
            if lots * unit < atoms_of(each.min_qty):
                return 0
    return lots


def _order_of(
    market: Market, account: Account, new: NewOrder, ticks: int, lots: int, now_us: int
) -> Order:
    """The order without what few orders have."""
    return Order(
        0,
        new.symbol,
        market.standing(account),
        new.client_order_id or "",
        new.side,
        new.type,
        new.time_in_force or GTC,
        ticks,
        lots,
        now_us,
        now_us,
        new.stp_mode or market.rules.default_stp,
        0 if new.peg_price_type else ticks,
        0,
        new.sor,
    )


def _special_order_of(market: Market, account: Account, new: NewOrder, now_us: int) -> Order:
    """The order with everything that it may have, in whole ticks and lots."""
    step, tick = market.rules.step_atoms, market.rules.tick_atoms
    ticks = 0 if new.price is None else checks.whole("price", new.price, tick)
    lots = 0 if new.quantity is None else checks.whole("quantity", new.quantity, step)
    order = _order_of(market, account, new, ticks, lots, now_us)
    order.strategy_id = new.strategy_id
    order.strategy_type = new.strategy_type
    order.peg_price_type = new.peg_price_type
    order.peg_offset_type = new.peg_offset_type
    order.peg_offset_value = new.peg_offset_value
    order.trailing_delta = new.trailing_delta or 0
    if new.stop_price is not None:
        order.stop_ticks = checks.whole("stopPrice", new.stop_price, tick)
    if new.iceberg_qty:
        order.iceberg_lots = checks.whole("icebergQty", new.iceberg_qty, step)
    if new.quote_order_qty is not None:
        order.quote_order_atoms = checks.whole("quoteOrderQty", new.quote_order_qty, 1)
    return order


def _would_take(market: Market, order: Order) -> bool:
    if order.side is Side.BUY:
        best = market.book.asks.best_ticks()
        return bool(best) and order.book_ticks >= best
    return order.book_ticks <= market.book.bids.best_ticks()
