"""Order lists: what they may be made of, and how their orders act on each other.

An OCO is a pair of which one order's first fill or trigger ends the other. OTO, OTOCO, OPO and OPOCO have a
working order; when it is filled whole, the pending ones are placed, and if it ends otherwise they end too.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints#order-lists
"""

from __future__ import annotations

from binance_lab.exchange import checks, settlement
from binance_lab.exchange.market import Market
from binance_lab.exchange.matching import Matching
from binance_lab.exchange.orders import ListKind, NewOrder, NewOrderList, Order, OrderList, Placed
from binance_lab.exchange.placing import Placing, fit_lots
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.state import State
from binance_lab.exchange.symbols import SymbolRules
from binance_lab.exchange.triggers import would_wake_at_once
from binance_lab.wire import errors
from binance_lab.wire.enums import (
    ExecutionType,
    ExpiryReason,
    ListOrderStatus,
    ListStatusType,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from binance_lab.wire.facts import CONTINGENT, OrderFacts

PREFIXES = {
    ListKind.OCO: ("above", "below"),
    ListKind.OTO: ("working", "pending"),
    ListKind.OPO: ("working", "pending"),
    ListKind.OTOCO: ("working", "pendingAbove", "pendingBelow"),
    ListKind.OPOCO: ("working", "pendingAbove", "pendingBelow"),
}
BAD_PRICES = "The relationship of the prices for the orders is not correct."
_STOP_LOSSES = frozenset((OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT))
_TAKE_PROFITS = frozenset((OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT))
_WORKING_TYPES = frozenset((OrderType.LIMIT, OrderType.LIMIT_MAKER))


# What a list may be made of


def check_allowed(rules: SymbolRules, kind: ListKind) -> None:
    """Refuse a list that the symbol doesn't offer."""
    if kind in (ListKind.OCO, ListKind.OTOCO, ListKind.OPOCO) and not rules.oco_allowed:
        raise Reject(-1013, "OCO orders are not supported for this symbol")
    if kind is not ListKind.OCO and not rules.oto_allowed:
        raise Reject(-1013, "OTO orders are not supported for this symbol.")
    if kind in (ListKind.OPO, ListKind.OPOCO) and not rules.opo_allowed:
        raise Reject(-1013, "OPO orders are not supported for this symbol.")


def check_iceberg(leg: NewOrder, prefix: str) -> None:
    """Refuse an iceberg above or below whose parts would not rest."""
    if leg.iceberg_qty and leg.time_in_force not in (None, TimeInForce.GTC):
        raise Reject(*errors.OCO_ICEBERG_TIME_IN_FORCE.fill(f"{prefix}IcebergQty"))


def check_shape(new: NewOrderList) -> None:
    """Refuse order types and sides that don't make a list of this kind."""
    if new.kind is ListKind.OCO:
        check_pair(*new.orders)
        return
    working, *pending = new.orders
    if working.type not in _WORKING_TYPES:
        raise Reject(-1013, "Unsupported order combination")
    if new.kind in (ListKind.OPO, ListKind.OPOCO):
        _check_one_pays(working, pending)
    if len(pending) == 2:
        check_pair(*pending)


def _check_one_pays(working: NewOrder, pending: list[NewOrder]) -> None:
    if working.side is not Side.BUY:
        raise Reject(*errors.OPO_WORKING_MUST_BUY)
    for order in pending:
        if order.side is not Side.SELL:
            raise Reject(*errors.OPO_PENDING_MUST_SELL)
        if order.quantity is not None:
            raise Reject(*errors.PENDING_PARAMETER_NOT_REQUIRED.fill("quantity"))


def check_pair(above: NewOrder, below: NewOrder) -> None:
    """Refuse types that can't stand above and below the price in an OCO."""
    for order in (above, below):
        if order.type in (OrderType.LIMIT, OrderType.MARKET):
            raise Reject(*errors.OCO_TYPE_REJECTED)
    if above.type is below.type is OrderType.LIMIT_MAKER:
        raise Reject(*errors.OCO_NEEDS_CONTINGENT)
    buys = above.side is Side.BUY
    profit, stop = (below, above) if buys else (above, below)
    if stop.type is OrderType.LIMIT_MAKER:
        if buys:
            raise Reject(*errors.BUY_OCO_LIMIT_BELOW)
        raise Reject(*errors.SELL_OCO_LIMIT_ABOVE)
    if profit.type in _STOP_LOSSES:
        if buys:
            raise Reject(*errors.BUY_OCO_STOP_LOSS_ABOVE)
        raise Reject(*errors.SELL_OCO_STOP_LOSS_BELOW)
    if stop.type in _TAKE_PROFITS:
        if buys:
            raise Reject(*errors.BUY_OCO_TAKE_PROFIT_BELOW)
        raise Reject(*errors.SELL_OCO_TAKE_PROFIT_ABOVE)


def check_prices(above: Order, below: Order, last_ticks: int) -> None:
    """Refuse a pair whose prices don't enclose the last price (0: compare them with each other only)."""
    high, low = _pair_ticks(above), _pair_ticks(below)
    if (last_ticks and ((high and high <= last_ticks) or (low and low >= last_ticks))) or (
        high and low and high <= low
    ):
        raise Reject(-2010, BAD_PRICES)
    for order in (above, below):
        if would_wake_at_once(order, last_ticks):
            raise Reject(-2010, BAD_PRICES)


def _facts(new: NewOrderList, leg: NewOrder, *, adds: bool) -> OrderFacts:
    """A leg as filters see it; one of them counts for the whole list."""
    if not adds:
        return checks.facts_of(leg, adds_orders=0, adds_algo_orders=0, adds_iceberg_orders=0)
    return checks.facts_of(
        leg,
        adds_orders=len(new.orders),
        adds_algo_orders=sum(each.type in CONTINGENT for each in new.orders),
        adds_iceberg_orders=sum(bool(each.iceberg_qty) for each in new.orders),
        adds_lists=1,
    )


def _pair_ticks(order: Order) -> int:
    """The price that counts in a pair's relation; 0 if it is not known yet (trailing, pegged)."""
    if order.type in (OrderType.LIMIT_MAKER, OrderType.TAKE_PROFIT_LIMIT):
        return order.book_ticks
    return order.stop_ticks


class OrderLists:
    """Places lists and keeps their rules for one state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._closing: set[int] = set()  # lists that a cancel is ending: their orders don't react
        self.matching: Matching
        self.placing: Placing

    # Placing

    def prepare(
        self, market: Market, account_id: int, new: NewOrderList, now_us: int
    ) -> list[Order]:
        """The list's orders, checked but not registered, in the order of the request."""
        account = self._state.accounts[account_id]
        checks.check_open(market, account)
        check_allowed(market.rules, new.kind)
        one_pays = new.kind in (ListKind.OPO, ListKind.OPOCO)
        legs = list(zip(new.orders, PREFIXES[new.kind], strict=False))
        for at, (leg, prefix) in enumerate(legs):
            checks.check_fields(leg, prefix=prefix, pays_quantity=one_pays and at > 0)
            if new.kind is ListKind.OCO:
                check_iceberg(leg, prefix)
        check_shape(new)
        orders = [
            self.placing.prepare(
                market,
                account,
                leg,
                now_us,
                prefix=prefix,
                pending=new.kind is not ListKind.OCO and at > 0,
                pays_quantity=one_pays and at > 0,
                facts=_facts(new, leg, adds=at == 0),
            )
            for at, (leg, prefix) in enumerate(legs)
        ]
        self._check_entry(market, new, orders)
        return orders

    def _check_entry(self, market: Market, new: NewOrderList, orders: list[Order]) -> None:
        names = [order.client_order_id for order in orders if order.client_order_id]
        if len(set(names)) != len(names):
            raise Reject(-2010, "Duplicate order sent.")
        mine = self._state.lists_of.get(orders[0].account_id)
        namesake = mine and mine.by_client_id.get(new.list_client_order_id or "")
        if namesake and namesake.is_open:
            raise Reject(-2010, "Duplicate order sent.")
        if new.kind is ListKind.OCO:
            check_prices(orders[0], orders[1], market.last_ticks)
            entering = orders
        else:
            entering = orders[:1]
            if len(orders) == 3:
                check_prices(orders[1], orders[2], 0)
        for order in orders:
            self.placing.check_name(market, order)
        for order in entering:
            self.placing.check_book(market, order)

    def hold(self, market: Market, kind: ListKind, orders: list[Order]) -> None:
        """Lock what the list needs: of a pair only the more expensive, as one of them can trade.

        Raises:
            Reject: -2010; then nothing is locked.
        """
        groups = [orders] if kind is ListKind.OCO else [orders[:1]]
        if kind in (ListKind.OTO, ListKind.OTOCO):
            groups.append(orders[1:])
        held: list[Order] = []
        try:
            for group in groups:
                carrier = next((each for each in group if each.type not in CONTINGENT), group[0])
                atoms = max(self.placing.estimate_atoms(market, each) for each in group)
                settlement.hold(self._state, market, carrier, atoms)
                held.append(carrier)
        except Reject:
            for order in held:
                settlement.release(self._state, market, order)
            raise

    def open(
        self, market: Market, new: NewOrderList, orders: list[Order], now_us: int
    ) -> OrderList:
        """Register and announce the list and its orders."""
        state = self._state
        account = state.accounts[orders[0].account_id]
        order_list = OrderList(
            id=state.next_list_id,
            symbol=new.symbol,
            account_id=account.id,
            kind=new.kind,
            client_order_id=new.list_client_order_id or state.new_name(),
            order_ids=(),
            client_order_ids=(),
            time_us=now_us,
        )
        state.next_list_id += 1
        state.add_list(order_list)
        # The stop of a pair comes first, as Binance numbers them.
        pair_at = 0 if new.kind is ListKind.OCO else 1
        ordered = orders[:pair_at] + sorted(
            orders[pair_at:], key=lambda order: order.type is OrderType.LIMIT_MAKER
        )
        for at, order in enumerate(ordered):
            order.list_id = order_list.id
            if new.kind is not ListKind.OCO and at > 0:
                order.status = OrderStatus.PENDING_NEW
            self.placing.register(market, order)
        order_list.order_ids = tuple(order.id for order in ordered)
        order_list.client_order_ids = tuple(order.client_order_id for order in ordered)
        market.standing(account).open_lists += 1
        for order in ordered:
            self.placing.announce(order, now_us)
        self.tell(order_list, now_us)
        return order_list

    def enter(self, market: Market, order_list: OrderList, now_us: int) -> list[Placed]:
        """Put the list's first orders to work."""
        placed = []
        for order in self.orders(order_list):
            placed.append(Placed(order=order))
            if order.status is not OrderStatus.PENDING_NEW:
                self.placing.enter(market, order, placed[-1], now_us)
        return placed

    def tell(self, order_list: OrderList, now_us: int) -> None:
        """Tell the list's state."""
        if self._state.accounts[order_list.account_id].reported:
            self._state.listener.order_list(order_list.account_id, order_list, now_us)

    # How the orders act on each other

    def orders(self, order_list: OrderList) -> list[Order]:
        """The list's orders that are still known."""
        market = self._state.markets[order_list.symbol]
        known = market.standings[order_list.account_id].orders
        return [known[order_id] for order_id in order_list.order_ids if order_id in known]

    def on_fill(self, order: Order, now_us: int) -> None:
        """A fill of one of a pair ends the other."""
        self._end_sibling(order, now_us)

    def on_wake(self, order: Order, now_us: int) -> None:
        """A trigger of one of a pair ends the other, before the first trades."""
        self._end_sibling(order, now_us)

    def on_end(self, order: Order, now_us: int) -> None:
        """An order is done: what follows for the others, and for the list."""
        order_list = self._state.lists[order.list_id]
        if order_list.id in self._closing:
            return
        if order_list.kind is not ListKind.OCO and order.id == order_list.order_ids[0]:
            if order.status is OrderStatus.FILLED:
                self._state.due_lists.append(order_list)
                return
            self._expire_others(order_list, order, ExpiryReason.OTO_PHASE_ONE_EXPIRED, now_us)
        else:
            self._end_sibling(order, now_us)
        self._close_if_done(order_list, now_us)

    def _end_sibling(self, order: Order, now_us: int) -> None:
        order_list = self._state.lists[order.list_id]
        pair = order_list.order_ids if order_list.kind is ListKind.OCO else order_list.order_ids[1:]
        if order.id in pair and order_list.id not in self._closing:
            self._expire_others(order_list, order, ExpiryReason.OCO_TRIGGER, now_us)

    def _expire_others(
        self, order_list: OrderList, order: Order | None, reason: ExpiryReason, now_us: int
    ) -> None:
        market = self._state.markets[order_list.symbol]
        was_closing = order_list.id in self._closing
        self._closing.add(order_list.id)
        for other in self.orders(order_list):
            if other is not order and other.is_open:
                self.matching.expire(market, other, reason, now_us)
        if not was_closing:
            self._closing.discard(order_list.id)

    def _close_if_done(self, order_list: OrderList, now_us: int) -> None:
        if not order_list.is_open or any(order.is_open for order in self.orders(order_list)):
            return
        self._release_bought(order_list)
        order_list.order_status = ListOrderStatus.ALL_DONE
        order_list.status_type = ListStatusType.ALL_DONE
        market = self._state.markets[order_list.symbol]
        market.standings[order_list.account_id].open_lists -= 1
        del self._state.lists_of[order_list.account_id].open[order_list.id]
        self.tell(order_list, now_us)

    def _release_bought(self, order_list: OrderList) -> None:
        """Free what an OPO's working order bought and no pending order took."""
        atoms, order_list.held_atoms = order_list.held_atoms, 0
        if atoms:
            account = self._state.accounts[order_list.account_id]
            asset = self._state.markets[order_list.symbol].rules.base
            balance = account.balance(asset)
            balance.locked -= atoms
            balance.free += atoms
            self._state.touch(account, asset)

    def cancel(self, order_list: OrderList, name: str, now_us: int) -> list[Order]:
        """Cancel every open order of a list; answers those."""
        market = self._state.markets[order_list.symbol]
        canceled = [order for order in self.orders(order_list) if order.is_open]
        self._closing.add(order_list.id)
        for order in canceled:
            order.cancel_client_order_id = name
            self.matching.end(
                market, order, OrderStatus.CANCELED, ExecutionType.CANCELED, now_us, name=name
            )
        self._closing.discard(order_list.id)
        self._close_if_done(order_list, now_us)
        return canceled

    def expire(self, order_list: OrderList, reason: ExpiryReason, now_us: int) -> None:
        """End every open order of a list by the exchange's decision."""
        self._expire_others(order_list, None, reason, now_us)
        self._close_if_done(order_list, now_us)

    # Pending orders

    def activate(self, order_list: OrderList, now_us: int) -> None:
        """Place the pending orders: the working one is filled. What can't be placed expires as rejected."""
        market = self._state.markets[order_list.symbol]
        pending = [order for order in self.orders(order_list)[1:] if order.is_open]
        try:
            if order_list.kind in (ListKind.OPO, ListKind.OPOCO):
                self._take_over_bought(market, order_list, pending, now_us)
            if len(pending) == 2:
                above, below = sorted(pending, key=_pair_ticks, reverse=True)
                check_prices(above, below, market.last_ticks)
            for order in pending:
                self.placing.start_pending(market, order, now_us)
        except Reject:
            self.expire(order_list, ExpiryReason.REJECTED, now_us)
            return
        for order in pending:
            self.placing.announce(order, now_us)
        for order in pending:
            if order.is_open:
                self.placing.enter(market, order, Placed(order=order), now_us)

    def _take_over_bought(
        self, market: Market, order_list: OrderList, pending: list[Order], now_us: int
    ) -> None:
        """Give an OPO's pending orders the quantity that the working order bought."""
        step = market.rules.step_atoms
        at_market = any(order.type is OrderType.MARKET for order in pending)
        lots = fit_lots(market, order_list.held_atoms // step, at_market=at_market)
        if not lots:
            raise Reject(-1013, "Filter failure: LOT_SIZE")
        for order in pending:
            order.lots = lots
        carrier = next((each for each in pending if each.type not in CONTINGENT), pending[0])
        carrier.held_atoms = lots * step
        order_list.held_atoms -= carrier.held_atoms
        self._release_bought(order_list)
        for order in pending:
            self.placing.check_quantity(market, order, now_us)
