"""Money that follows orders: holds while they are open, payments and commission when they trade.

A hold is what an order still locks: quote for a BUY, base for a SELL. It is always at least what the rest of
the order can cost, as amounts are rounded down.
"""

from __future__ import annotations

from binance_lab.exchange.ledger import (
    NO_COMMISSION,
    RATE,
    Account,
    Balance,
    other_fees,
    standard_fee,
)
from binance_lab.exchange.market import Market
from binance_lab.exchange.orders import BUY, NO_LIST, ListKind, Order
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.state import State
from binance_lab.exchange.symbols import SymbolRules

_KEEPING = frozenset(
    (ListKind.OPO, ListKind.OPOCO)
)  # what the working order buys is the pending ones'


def hold(state: State, market: Market, order: Order, atoms: int) -> None:
    """Lock what an order needs.

    Raises:
        Reject: -2010, the free balance is too small.
    """
    standing = order.standing
    balance = standing.quote if order.side is BUY else standing.base
    if balance.free < atoms:
        raise Reject(-2010, "Account has insufficient balance for requested action.")
    balance.free -= atoms
    balance.locked += atoms
    order.held_atoms += atoms
    _touch_held(state, market, order)


def release(state: State, market: Market, order: Order, keep_atoms: int = 0) -> None:
    """Unlock what an order holds beyond what it keeps."""
    atoms = order.held_atoms - keep_atoms
    if atoms:
        standing = order.standing
        balance = standing.quote if order.side is BUY else standing.base
        balance.locked -= atoms
        balance.free += atoms
        order.held_atoms = keep_atoms
        _touch_held(state, market, order)


def _touch_held(state: State, market: Market, order: Order) -> None:
    account = order.standing.account
    if account.reported:
        state.touch(account, market.rules.quote if order.side is BUY else market.rules.base)


def needed_atoms(rules: SymbolRules, order: Order) -> int:
    """What the open part of a limit order must hold."""
    if order.side is BUY:
        return rules.quote_atoms(order.book_ticks, order.open_lots)
    return order.open_lots * rules.step_atoms


def settle(
    state: State,
    market: Market,
    order: Order,
    price_ticks: int,
    lots: int,
    quote_atoms: int,
    is_maker: bool,
) -> tuple[int, str]:
    """Pay one half of a trade: the order's hold pays, the other asset comes in less commission.

    ``order.executed_lots`` already counts the trade. Answers the commission and its asset.
    """
    rules, standing = market.rules, order.standing
    account = standing.account
    if order.side is BUY:
        asset, received, credited = rules.base, lots * rules.step_atoms, standing.base
        _pay(rules, standing.quote, order, quote_atoms)
    else:
        asset, received, credited = rules.quote, quote_atoms, standing.quote
        paid = lots * rules.step_atoms
        standing.base.locked -= paid
        order.held_atoms -= paid
    fee, fee_asset, net = 0, asset, received
    if account.commission is not NO_COMMISSION:
        fee, fee_asset = _charge(
            state, market, account, order, asset, received, price_ticks, is_maker
        )
        if fee_asset == asset:
            net -= fee
    if order.list_id == NO_LIST:
        credited.free += net
    else:
        _receive(state, credited, order, net, received)
    if account.reported:
        state.touch(account, rules.base, rules.quote, fee_asset)
    return fee, fee_asset


def _pay(rules: SymbolRules, balance: Balance, order: Order, quote_atoms: int) -> None:
    """Take a purchase from the hold; what a better price saved is free again at once."""
    held = order.held_atoms
    if order.book_ticks:
        keep = rules.quote_atoms(order.book_ticks, order.open_lots)
    else:
        keep = held - quote_atoms
    balance.locked -= held - keep
    balance.free += held - keep - quote_atoms
    order.held_atoms = keep


def _charge(
    state: State,
    market: Market,
    account: Account,
    order: Order,
    asset: str,
    received: int,
    price_ticks: int,
    is_maker: bool,
) -> tuple[int, str]:
    """Take the commission: (atoms, asset). In the received asset it is taken by whoever credits that."""
    commission = account.commission
    buys = order.side is BUY
    standard = standard_fee(commission, received, is_buyer=buys, is_maker=is_maker)
    others = other_fees(commission, received, is_buyer=buys, is_maker=is_maker)
    if not standard and not others:
        return 0, asset
    fee, fee_asset = standard + others, asset
    if commission.discount_enabled:
        discount_asset = commission.discount_asset
        ratio = _discount_ratio(state, market, asset, discount_asset, price_ticks)
        if ratio is not None:
            numerator, denominator = ratio
            discounted = standard * numerator * commission.discount // (denominator * RATE)
            total = discounted + others * numerator // denominator
            if asset == discount_asset:
                fee = total
            elif account.balance(discount_asset).free >= total:
                account.balance(discount_asset).free -= total
                fee, fee_asset = total, discount_asset
    state.fees.setdefault(fee_asset, Balance()).free += fee
    return fee, fee_asset


def _discount_ratio(
    state: State, market: Market, asset: str, discount_asset: str, price_ticks: int
) -> tuple[int, int] | None:
    """(numerator, denominator) that turns an amount of an asset into the discount asset; None: no price."""
    if asset == discount_asset:
        return 1, 1
    direct = _price_ratio(state, discount_asset, asset)
    if direct is not None or asset != market.rules.base:
        return direct
    by_quote = _price_ratio(state, discount_asset, market.rules.quote)
    if by_quote is None:
        return None
    price_atoms = price_ticks * market.rules.tick_atoms
    return price_atoms * by_quote[0], RATE * by_quote[1]


def _price_ratio(state: State, bought: str, paid: str) -> tuple[int, int] | None:
    """How much of ``bought`` an amount of ``paid`` is worth, by the last price of their pair."""
    if bought == paid:
        return 1, 1
    pair = state.markets.get(bought + paid)
    if pair is not None and pair.last_ticks:
        return RATE, pair.last_ticks * pair.rules.tick_atoms
    pair = state.markets.get(paid + bought)
    if pair is not None and pair.last_ticks:
        return pair.last_ticks * pair.rules.tick_atoms, RATE
    return None


def _receive(state: State, balance: Balance, order: Order, net: int, received: int) -> None:
    """Credit what was bought; an OPO's working order locks it for the pending orders."""
    order_list = state.lists[order.list_id]
    if order_list.kind not in _KEEPING or order.id != order_list.order_ids[0]:
        balance.free += net
        return
    # Commission in the received asset comes from the free balance, if that is large enough.
    fee = received - net
    locked = received if fee <= balance.free else net
    balance.free -= locked - net
    balance.locked += locked
    order_list.held_atoms += locked
