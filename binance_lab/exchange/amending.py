"""Order amend keep priority: a smaller quantity, the same place in the queue.

https://developers.binance.com/docs/binance-spot-api-docs/faqs/order_amend_keep_priority
"""

from __future__ import annotations

from decimal import Decimal

from binance_lab.exchange import checks, settlement
from binance_lab.exchange.market import Market
from binance_lab.exchange.matching import Matching
from binance_lab.exchange.order_lists import OrderLists
from binance_lab.exchange.orders import NO_LIST, Amended, Amendment, ListKind, Order, OrderList
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.state import State
from binance_lab.wire.enums import (
    ExecutionType,
    ExpiryReason,
    ListStatusType,
    OrderStatus,
    Side,
)
from binance_lab.wire.facts import OrderFacts
from binance_lab.wire.filters import MaxNumOrderAmends, first_failure

_ONE_PAYS = frozenset((ListKind.OPO, ListKind.OPOCO))


def amend(
    state: State,
    matching: Matching,
    lists: OrderLists,
    market: Market,
    order: Order,
    new_quantity: Decimal,
    name: str | None,
    now_us: int,
) -> Amended:
    """Reduce an order, and the other of its pair with it; see ``Engine.amend``."""
    lots = _check(state, market, order, new_quantity, now_us)
    if name and name != order.client_order_id:
        _check_name(market, order, name)
    amendment = _reduce(state, matching, market, order, lots, name or state.new_name(), now_us)
    order_list = None
    if order.list_id != NO_LIST:
        order_list = state.lists[order.list_id]
        sibling = _sibling(lists, order_list, order)
        if sibling is not None:
            _reduce(state, matching, market, sibling, lots, sibling.client_order_id, now_us)
        _rename_in_list(lists, order_list, amendment, now_us)
    return Amended(order=order, amendment=amendment, order_list=order_list)


def _check(state: State, market: Market, order: Order, new_quantity: Decimal, now_us: int) -> int:
    """The new quantity in lots, if the order may have it."""
    rules = market.rules
    if not rules.amend_allowed:
        raise Reject(-2038, "Order amend is not supported for this symbol.")
    if order.status is OrderStatus.PENDING_NEW and state.lists[order.list_id].kind in _ONE_PAYS:
        raise Reject(-2038, "Order amend (pending OPO order) is not supported.")
    lots = checks.whole("newQty", new_quantity, rules.step_atoms)
    _check_filters(state, market, order, new_quantity, now_us)
    if lots > order.lots:
        raise Reject(-2038, "Order amend (quantity increase) is not supported.")
    if lots == order.lots:
        raise Reject(-2038, "The requested action would change no state; rejecting")
    return lots


def _check_filters(
    state: State, market: Market, order: Order, new_quantity: Decimal, now_us: int
) -> None:
    rules = market.rules
    facts = OrderFacts(
        side=Side.SELL,  # an amendment adds nothing to the position
        type=order.type,
        price=rules.price(order.book_ticks) if order.book_ticks else None,
        quantity=new_quantity,
        iceberg_qty=rules.quantity(order.iceberg_lots) if order.iceberg_lots else None,
        adds_orders=0,
        adds_algo_orders=0,
        adds_iceberg_orders=0,
        amendments=order.amendments,
    )
    account = state.accounts[order.account_id]
    found = first_failure(
        checks.filters_for(state, market, account),
        facts,
        checks.market_facts(state, market, account, now_us),
    )
    if found:
        code = -2038 if found.filter == MaxNumOrderAmends.name else -1013
        raise Reject(code, found.message)


def _check_name(market: Market, order: Order, name: str) -> None:
    standing = order.standing
    known = standing.by_client_id.get(name)
    if known is not None and known in standing.open:
        raise Reject(-2038, "Duplicate order sent.")


def _sibling(lists: OrderLists, order_list: OrderList, order: Order) -> Order | None:
    """The other of the pair, which always has the same quantity."""
    start = 0 if order_list.kind is ListKind.OCO else 1
    pair = lists.orders(order_list)[start:]
    if order in pair:
        return next((other for other in pair if other is not order and other.is_open), None)
    return None


def _reduce(
    state: State,
    matching: Matching,
    market: Market,
    order: Order,
    lots: int,
    name: str,
    now_us: int,
) -> Amendment:
    """Change the order, rename it, report it, remember the change."""
    old_name, old_lots = order.client_order_id, order.lots
    done_lots = order.executed_lots + order.prevented_lots
    old_open = order.open_lots
    order.lots = max(lots, done_lots)
    order.amendments += 1
    order.update_us = now_us
    order.client_order_id, order.replaced_client_order_id = name, old_name
    standing = order.standing
    standing.by_client_id[name] = order.id
    _show_less(matching, market, order)
    if old_open and order.open_lots:
        # Rounded up: a hold never gets smaller than what the rest can cost.
        keep = -(-order.held_atoms * order.open_lots // old_open)
        settlement.release(state, market, order, keep)
    execution_id = state.report(
        state.accounts[order.account_id],
        order,
        ExecutionType.REPLACED,
        now_us,
        orig_client_order_id=old_name,
    )
    amendment = Amendment(
        symbol=order.symbol,
        order_id=order.id,
        execution_id=execution_id,
        orig_client_order_id=old_name,
        new_client_order_id=name,
        orig_lots=old_lots,
        new_lots=order.lots,
        time_us=now_us,
    )
    standing.amendments.append(amendment)
    if not order.open_lots:
        matching.expire(market, order, ExpiryReason.NONE, now_us)
    return amendment


def _show_less(matching: Matching, market: Market, order: Order) -> None:
    """Take what is too much from the book, in place: an iceberg only if less is left than it shows."""
    excess = order.visible_lots - order.open_lots
    if excess > 0 and order.open_lots:
        level = market.book.side(order.side).levels[order.book_ticks]
        level.lots -= excess
        order.visible_lots -= excess
        matching.tell_level(market, order.side, level)


def _rename_in_list(
    lists: OrderLists, order_list: OrderList, amendment: Amendment, now_us: int
) -> None:
    """Tell that an order of a list is called differently now."""
    if amendment.new_client_order_id == amendment.orig_client_order_id or not order_list.is_open:
        return
    order_list.client_order_ids = tuple(
        amendment.new_client_order_id if order_id == amendment.order_id else name
        for order_id, name in zip(order_list.order_ids, order_list.client_order_ids, strict=True)
    )
    order_list.status_type = ListStatusType.UPDATED
    lists.tell(order_list, now_us)
    order_list.status_type = ListStatusType.EXEC_STARTED
