"""The exchange's heart: commands in, events out.

``Engine`` has no clock, socket, thread or chance: the same commands at the same times give the same events, so
that a journal of commands, or a pickle of the engine, restores its state. Every command takes the time,
``now_us``, in microseconds since 1970; times must not go back.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from binance_lab.exchange import amending, checks, recording, routing, settlement, triggers
from binance_lab.exchange.events import EngineListener
from binance_lab.exchange.ledger import NO_COMMISSION, NO_GROUP, Account, Balance, Commission
from binance_lab.exchange.market import Market
from binance_lab.exchange.matching import Matching
from binance_lab.exchange.order_lists import OrderLists
from binance_lab.exchange.orders import (
    NO_LIST,
    Amended,
    CanceledList,
    NewCancelReplace,
    NewOrder,
    NewOrderList,
    Order,
    Placed,
    PlacedList,
)
from binance_lab.exchange.placing import Placing
from binance_lab.exchange.queries import Queries
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.symbols import SymbolRules, atoms_of
from binance_lab.wire import errors
from binance_lab.wire.enums import (
    CancelReplaceMode,
    CancelRestrictions,
    ExecutionType,
    ExpiryReason,
    OrderStatus,
    OrderType,
    Side,
    SymbolStatus,
)

_LIMIT = OrderType.LIMIT
_CLOSED = "Market is closed."
_NOT_CANCELED = "Order was not canceled due to cancel restrictions."
_CANCELABLE = frozenset((SymbolStatus.TRADING, SymbolStatus.CANCEL_ONLY))
_RESTRICTED_TO = {
    CancelRestrictions.ONLY_NEW: OrderStatus.NEW,
    CancelRestrictions.ONLY_PARTIALLY_FILLED: OrderStatus.PARTIALLY_FILLED,
}
_REJECT_REASONS = {
    "Account has insufficient balance for requested action.": "INSUFFICIENT_BALANCES",
    "Order would trigger immediately.": "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    "Order would immediately match and take.": "WOULD_MATCH_IMMEDIATELY",
}


@dataclass(slots=True, kw_only=True)
class CancelReplaced:
    """Both halves of a cancelReplace: what it answered, a refusal, or None if it was not attempted."""

    canceled: Order | CanceledList | Reject
    placed: Placed | Reject | None


class Engine(Queries):
    """The matching engine of all symbols and accounts.

    A refused command raises ``Reject`` and changes nothing. Events reach the listener while a command runs; an
    account that isn't reported causes only trades and levels.
    """

    def __init__(
        self,
        symbols: Iterable[SymbolRules],
        *,
        listener: EngineListener | None = None,
        exchange_filters: tuple[dict[str, Any], ...] = (),
        sors: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        super().__init__(symbols, listener=listener, exchange_filters=exchange_filters, sors=sors)
        routing.check_configuration(self)
        self._lists = OrderLists(self)
        self._matching = Matching(
            self,
            on_fill=self._lists.on_fill,
            on_end=self._lists.on_end,
            take_routed=self._take_routed,
            can_fill_routed=self._can_fill_routed,
        )
        self._placing = Placing(self, self._matching)
        self._lists.matching = self._matching
        self._lists.placing = self._placing

    # Accounts

    def open_account(
        self,
        balances: Mapping[str, Decimal],
        *,
        reported: bool = True,
        commission: Commission | None = None,
        trade_group_id: int = NO_GROUP,
    ) -> Account:
        """A new account with these free balances.

        Args:
            reported: False for the exchange's own agents: no reports, no limits in number, no commission.
            commission: 0.1 % each way with the BNB discount, if not given.
        """
        account = Account(id=len(self.accounts), reported=reported, trade_group_id=trade_group_id)
        if commission is not None or not reported:
            account.commission = commission or NO_COMMISSION
        for asset, amount in balances.items():
            account.balances[asset] = Balance(free=atoms_of(amount))
        self.accounts[account.id] = account
        return account

    def deposit(self, account_id: int, asset: str, amount: Decimal, *, now_us: int) -> None:
        """Add to an account's free balance, or take from it if the amount is negative.

        Raises:
            Reject: -2010, it has less than that.
        """
        atoms = atoms_of(amount)
        account = self.accounts[account_id]
        balance = account.balance(asset)
        if balance.free + atoms < 0:
            raise Reject(-2010, "Account has insufficient balance for requested action.")
        balance.free += atoms
        account.update_us = now_us
        if account.reported:
            self.touch(account, asset)
            self.listener.transfer(account_id, asset, atoms, now_us)
        self._finish(now_us)

    # Orders

    def test(self, account_id: int, new: NewOrder, *, now_us: int) -> Commission:
        """Check a new order as ``place`` does before the book and the balances; answers its rates."""
        market, account = self.market(new.symbol), self.accounts[account_id]
        if new.sor:
            routing.books(self, market)
        self._placing.prepare(market, account, new, now_us)
        return account.commission

    def place(self, account_id: int, new: NewOrder, *, now_us: int) -> Placed:
        """Match a new order, rest what is left of it, or keep it for its trigger."""
        market, account = self.market(new.symbol), self.accounts[account_id]
        order = self._placing.prepare(market, account, new, now_us)
        placed = self._accept(market, account, order, now_us)
        self._finish(now_us)
        return placed

    def _accept(self, market: Market, account: Account, order: Order, now_us: int) -> Placed:
        """Enter a prepared order, if the book and the balances allow."""
        placing = self._placing
        if order.client_order_id:
            placing.check_name(market, order)
        if order.type is _LIMIT and not order.sor:
            needed = settlement.needed_atoms(market.rules, order)
            settlement.hold(self, market, order, needed)
        else:
            if order.sor:
                routing.books(self, market)
            if order.quote_order_atoms:
                placing.size_by_quote(market, order)
            placing.check_book(market, order)
            needed = placing.estimate_atoms(market, order)
            settlement.hold(self, market, order, needed)
        placing.register(market, order)
        placing.announce(order, now_us)
        placed = Placed(order)
        if order.type is _LIMIT:
            self._matching.work(market, order, placed, now_us)
        else:
            placing.enter(market, order, placed, now_us)
        return placed

    def cancel(
        self,
        account_id: int,
        symbol: str,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        restrictions: CancelRestrictions | None = None,
        now_us: int,
    ) -> Order | CanceledList:
        """Cancel an order; if it is in a list, the whole list.

        Raises:
            Reject: -2011: no such open order, restricted, or the market is closed.
        """
        market = self.market(symbol)
        order = self._open_order(market, account_id, order_id, client_order_id)
        if restrictions and order.status is not _RESTRICTED_TO[restrictions]:
            raise Reject(-2011, _NOT_CANCELED)
        canceled = self._cancel(market, order, new_client_order_id, now_us)
        self._finish(now_us)
        return canceled

    def _open_order(
        self, market: Market, account_id: int, order_id: int | None, client_order_id: str | None
    ) -> Order:
        if market.status not in _CANCELABLE:
            raise Reject(-2011, _CLOSED)
        standing = market.standings.get(account_id)
        if standing is None:
            raise Reject(*errors.UNKNOWN_ORDER)
        if not standing.account.can_trade:
            raise Reject(-2011, checks.MAY_NOT_TRADE)
        if order_id is None:
            if client_order_id is None:
                raise Reject(-2011, "Cancel order is invalid. Check origClOrdId and orderId.")
            order_id = standing.by_client_id.get(client_order_id, 0)
        order = standing.open.get(order_id)
        if order is None or (client_order_id and order.client_order_id != client_order_id):
            raise Reject(*errors.UNKNOWN_ORDER)
        return order

    def _cancel(
        self, market: Market, order: Order, name: str | None, now_us: int
    ) -> Order | CanceledList:
        name = name or (self.new_name() if self.accounts[order.account_id].reported else "-")
        if order.list_id != NO_LIST:
            order_list = self.lists[order.list_id]
            orders = self._lists.cancel(order_list, name, now_us)
            return CanceledList(order_list=order_list, orders=orders)
        order.cancel_client_order_id = name
        self._matching.end(
            market, order, OrderStatus.CANCELED, ExecutionType.CANCELED, now_us, name=name
        )
        return order

    def cancel_all(
        self, account_id: int, symbol: str, *, now_us: int
    ) -> list[Order | CanceledList]:
        """Cancel every open order of a symbol, order lists as one each.

        Raises:
            Reject: -2011, there is none, or the market is closed.
        """
        market = self.market(symbol)
        if market.status not in _CANCELABLE:
            raise Reject(-2011, _CLOSED)
        account = self.accounts[account_id]
        if not account.can_trade:
            raise Reject(-2011, checks.MAY_NOT_TRADE)
        canceled = [
            self._cancel(market, order, None, now_us)
            for order in list(market.standing(account).open.values())
            if order.is_open  # and not ended with the list of an earlier one
        ]
        if not canceled:
            raise Reject(*errors.UNKNOWN_ORDER)
        self._finish(now_us)
        return canceled

    def cancel_replace(
        self,
        account_id: int,
        request: NewCancelReplace,
        *,
        used_up: Reject | None = None,
        now_us: int,
    ) -> CancelReplaced:
        """Cancel an order and place another of the same symbol.

        Args:
            used_up: What refuses the new order once the account's unfilled order count is used up.

        Raises:
            Reject: The new order fails a check that needs neither the book nor a balance; nothing was done.
        """
        new = request.order
        market, account = self.market(new.symbol), self.accounts[account_id]
        order = self._placing.prepare(market, account, new, now_us)
        canceled = self._cancel_first(market, account_id, request, now_us)
        failed = isinstance(canceled, Reject)
        if used_up is not None or (failed and request.mode is CancelReplaceMode.STOP_ON_FAILURE):
            self._finish(now_us)
            attempted = not failed or request.mode is CancelReplaceMode.ALLOW_FAILURE
            return CancelReplaced(canceled=canceled, placed=used_up if attempted else None)
        placed: Placed | Reject
        try:
            placed = self._accept(market, account, order, now_us)
        except Reject as reject:
            placed = reject
            if not failed:
                self._report_rejected(account, order, reject, now_us)
        self._finish(now_us)
        return CancelReplaced(canceled=canceled, placed=placed)

    def _cancel_first(
        self, market: Market, account_id: int, request: NewCancelReplace, now_us: int
    ) -> Order | CanceledList | Reject:
        try:
            order = self._open_order(
                market, account_id, request.cancel_order_id, request.cancel_client_order_id
            )
            restrictions = request.restrictions
            if restrictions and order.status is not _RESTRICTED_TO[restrictions]:
                raise Reject(-2011, _NOT_CANCELED)
        except Reject as reject:
            return reject
        return self._cancel(market, order, request.cancel_new_client_order_id, now_us)

    def _report_rejected(self, account: Account, order: Order, reject: Reject, now_us: int) -> None:
        order.id = -1
        order.client_order_id = order.client_order_id or self.new_name()
        order.status = OrderStatus.REJECTED
        reason = _REJECT_REASONS.get(reject.msg, "NONE")
        self.report(account, order, ExecutionType.REJECTED, now_us, reject_reason=reason)

    def amend(
        self,
        account_id: int,
        symbol: str,
        new_quantity: Decimal,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        now_us: int,
    ) -> Amended:
        """Reduce an order's quantity without losing its place in the queue.

        Raises:
            Reject: -2038 with the reason, or -1013 for a filter.
        """
        market = self.market(symbol)
        try:
            order = self._open_order(market, account_id, order_id, client_order_id)
        except Reject as reject:
            raise Reject(-2038, reject.msg) from None
        amended = amending.amend(
            self,
            self._matching,
            self._lists,
            market,
            order,
            new_quantity,
            new_client_order_id,
            now_us,
        )
        self._finish(now_us)
        return amended

    # Order lists

    def place_list(self, account_id: int, new: NewOrderList, *, now_us: int) -> PlacedList:
        """Place an order list: all of its orders or none."""
        market = self.market(new.symbol)
        orders = self._lists.prepare(market, account_id, new, now_us)
        self._lists.hold(market, new.kind, orders)
        order_list = self._lists.open(market, new, orders, now_us)
        placed = self._lists.enter(market, order_list, now_us)
        # The answer shows the pending orders as pending even if the working one filled at once.
        answer = [
            Placed(order=each.order.snapshot(), fills=each.fills, prevented=each.prevented)
            for each in placed
        ]
        self._finish(now_us)
        return PlacedList(order_list=order_list, placed=answer)

    def cancel_list(
        self,
        account_id: int,
        symbol: str,
        *,
        list_id: int | None = None,
        client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        now_us: int,
    ) -> CanceledList:
        """Cancel every order of a list.

        Raises:
            Reject: -2011: no such open list, or the market is closed.
        """
        market = self.market(symbol)
        if market.status not in _CANCELABLE:
            raise Reject(-2011, _CLOSED)
        if not self.accounts[account_id].can_trade:
            raise Reject(-2011, checks.MAY_NOT_TRADE)
        try:
            order_list = self.order_list(
                account_id, list_id=list_id, client_order_id=client_order_id
            )
        except Reject:
            raise Reject(*errors.UNKNOWN_ORDER) from None
        if not order_list.is_open or order_list.symbol != symbol:
            raise Reject(*errors.UNKNOWN_ORDER)
        name = new_client_order_id or self.new_name()
        orders = self._lists.cancel(order_list, name, now_us)
        self._finish(now_us)
        return CanceledList(order_list=order_list, orders=orders)

    # The market

    def set_status(self, symbol: str, status: SymbolStatus, *, now_us: int) -> None:
        """Halt a symbol, let it only cancel, or let it trade again. Open orders stay."""
        market = self.market(symbol)
        market.status = status
        self.listener.symbol_status(symbol, status, now_us)

    def expire_all(self, symbol: str, *, now_us: int) -> int:
        """End every open order of every account, as for maintenance; answers how many there were."""
        market = self.market(symbol)
        orders = [each for one in market.standings.values() for each in one.open.values()]
        for order in orders:
            if not order.is_open:
                continue  # ended with the list of an earlier one
            if order.list_id == NO_LIST:
                self._matching.expire(market, order, ExpiryReason.EXCHANGE_CANCELED, now_us)
            else:
                order_list = self.lists[order.list_id]
                self._lists.expire(order_list, ExpiryReason.EXCHANGE_CANCELED, now_us)
        self._finish(now_us)
        return len(orders)

    def start_replay(self, symbol: str, *, publish: bool = False) -> None:
        """Let a recording own the symbol's public book and tape.

        From now on orders' trades and levels are told to the listener, and move the last price, only if
        ``publish``.
        """
        self.market(symbol).published = publish

    def set_level(self, symbol: str, side: Side, price_ticks: int, lots: int, now_us: int) -> None:
        """Set what a recording shows at a price (0: nothing): orders trade against it.

        Resting orders on the other side that the level crosses are filled, at their own price. What orders
        take of a level stays taken until the recording sets it again.
        """
        self.set_levels(symbol, side, ((price_ticks, lots),), now_us)

    def set_levels(
        self, symbol: str, side: Side, levels: Iterable[tuple[int, int]], now_us: int
    ) -> None:
        """Set what a recording shows at several prices, one after the other, as ``set_level`` does."""
        recording.set_levels(self._matching, self.markets[symbol], side, levels, now_us)
        self._finish(now_us)

    def has_orders(self, symbol: str) -> bool:
        """Whether any order waits on a symbol."""
        return any(each.open for each in self.markets[symbol].standings.values())

    def call_before_use(self, symbol: str, catch_up: Callable[[], None]) -> None:
        """Let a recording's levels wait until somebody looks at the symbol's book."""
        self.markets[symbol].catch_up = catch_up

    def cross(self, symbol: str, price_ticks: int, lots: int, side: Side, now_us: int) -> int:
        """Tell of a recorded trade, ``side`` being its taker's; answers the lots that resting orders filled.

        It becomes the last price, enters averages and triggers stops. Resting orders of the other side fill
        from its quantity: those priced better than it, and those at its price once what the recording showed
        there before them has traded.
        """
        market = self.markets[symbol]
        market.note_trade(price_ticks, lots, now_us)
        if not self.has_orders(symbol):
            return 0
        if market.stops:
            self.trade_prices.append((market, price_ticks))
        filled = recording.cross(self._matching, market, price_ticks, lots, side, now_us)
        self._finish(now_us)
        return filled

    # What a command causes

    def _finish(self, now_us: int) -> None:
        """Wake stops, place pending orders, until nothing follows; then tell the balances."""
        while self.due_lists or self.trade_prices:
            if self.due_lists:
                self._lists.activate(self.due_lists.popleft(), now_us)
            else:
                self._wake_stops(*self.trade_prices.popleft(), now_us)
        if self.touched:
            self.tell_balances(now_us)

    def _wake_stops(self, market: Market, price_ticks: int, now_us: int) -> None:
        for order in list(market.stops.values()):
            if order.is_open and triggers.is_due(order, price_ticks, now_us):
                if order.list_id != NO_LIST:
                    self._lists.on_wake(order, now_us)
                self._placing.wake(market, order, now_us)

    def _take_routed(self, market: Market, order: Order, placed: Placed, now_us: int) -> None:
        routing.take(self, self._matching, market, order, placed, now_us)

    def _can_fill_routed(self, market: Market, order: Order) -> bool:
        return routing.reachable_routed(self, market, order)[0] >= order.open_lots
