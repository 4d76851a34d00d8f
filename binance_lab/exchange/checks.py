"""What a new order must be before the engine takes it: complete, supported, within the filters.

Refusals here are those that order/test gives too. What depends on the book or on balances is refused later.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from binance_lab.exchange.ledger import Account
from binance_lab.exchange.market import Market
from binance_lab.exchange.orders import NewOrder, Order
from binance_lab.exchange.reference_price import price_of
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.standing import Standing
from binance_lab.exchange.state import State
from binance_lab.exchange.symbols import SymbolRules, amount_of, exact_atoms
from binance_lab.wire import errors
from binance_lab.wire.enums import (
    OrderType,
    PegPriceType,
    Side,
    SymbolStatus,
    TimeInForce,
)
from binance_lab.wire.facts import CONTINGENT, MARKET_TYPES, MarketFacts, OrderFacts
from binance_lab.wire.filters import Filter, MaxAsset, first_failure

MAY_NOT_TRADE = "This account may not place or cancel orders."
_LIMIT, _TRADING = OrderType.LIMIT, SymbolStatus.TRADING
_MAX_PEG_LEVEL = 100
_MIN_STRATEGY_TYPE = 1_000_000

# Parameter names by attribute, in Binance's spelling.
_NAMES = {
    "time_in_force": "timeInForce",
    "quantity": "quantity",
    "quote_order_qty": "quoteOrderQty",
    "price": "price",
    "stop_price": "stopPrice",
    "trailing_delta": "trailingDelta",
    "iceberg_qty": "icebergQty",
}


class _Fields(NamedTuple):
    needed: tuple[str, ...]
    unwanted: tuple[str, ...]


_STOP_UNWANTED = ("price", "time_in_force", "iceberg_qty", "quote_order_qty")
_FIELDS = {
    OrderType.LIMIT: _Fields(
        ("time_in_force", "quantity", "price"),
        ("quote_order_qty", "stop_price", "trailing_delta"),
    ),
    OrderType.LIMIT_MAKER: _Fields(
        ("quantity", "price"),
        ("time_in_force", "quote_order_qty", "stop_price", "trailing_delta"),
    ),
    OrderType.MARKET: _Fields(
        (), ("price", "time_in_force", "stop_price", "trailing_delta", "iceberg_qty")
    ),
    OrderType.STOP_LOSS: _Fields(("quantity",), _STOP_UNWANTED),
    OrderType.TAKE_PROFIT: _Fields(("quantity",), _STOP_UNWANTED),
    OrderType.STOP_LOSS_LIMIT: _Fields(
        ("time_in_force", "quantity", "price"), ("quote_order_qty",)
    ),
    OrderType.TAKE_PROFIT_LIMIT: _Fields(
        ("time_in_force", "quantity", "price"), ("quote_order_qty",)
    ),
}

_UNSUPPORTED = {
    OrderType.LIMIT: "Limit orders are not supported for this symbol.",
    OrderType.LIMIT_MAKER: "Limit maker orders are not supported for this symbol.",
    OrderType.MARKET: "Market orders are not supported for this symbol.",
    OrderType.STOP_LOSS: "Stop loss orders are not supported for this symbol.",
    OrderType.STOP_LOSS_LIMIT: "Stop loss limit orders are not supported for this symbol.",
    OrderType.TAKE_PROFIT: "Take profit orders are not supported for this symbol.",
    OrderType.TAKE_PROFIT_LIMIT: "Take profit limit orders are not supported for this symbol.",
}


def param(name: str, prefix: str) -> str:
    """A parameter's name with its leg's prefix: ``price`` of ``above`` is ``abovePrice``."""
    return prefix + name[0].upper() + name[1:] if prefix else name


def check_fields(new: NewOrder, *, prefix: str = "", pays_quantity: bool = False) -> None:
    """Refuse what lacks a parameter that its type needs, or has one that it doesn't take.

    Args:
        prefix: Of the leg's parameters in a list.
        pays_quantity: The order's quantity comes from another's fills (OPO).
    """
    needed, unwanted = _FIELDS[new.type]
    for name in needed:
        if getattr(new, name) is not None:
            continue
        if (name == "price" and new.peg_price_type) or (name == "quantity" and pays_quantity):
            continue
        raise Reject(*errors.MISSING_PARAMETER.fill(param(_NAMES[name], prefix)))
    if new.type is OrderType.MARKET:
        _check_market_quantity(new, prefix, pays_quantity)
    for name in unwanted:
        if getattr(new, name) is not None:
            unread = param(_NAMES[name], prefix)
            raise Reject(*errors.PARAMETER_NOT_REQUIRED.fill(unread))
    if new.type in CONTINGENT and new.stop_price is None and new.trailing_delta is None:
        stop, delta = param("stopPrice", prefix), param("trailingDelta", prefix)
        raise Reject(*errors.MISSING_ONE_OF.fill(stop, delta))
    _check_peg_fields(new, prefix)
    if new.strategy_type is not None and new.strategy_type < _MIN_STRATEGY_TYPE:
        raise Reject(*errors.BAD_STRATEGY_TYPE)


def _check_peg_fields(new: NewOrder, prefix: str) -> None:
    for name, value, other, other_value in (
        ("pegOffsetType", new.peg_offset_type, "pegOffsetValue", new.peg_offset_value),
        ("pegOffsetValue", new.peg_offset_value, "pegOffsetType", new.peg_offset_type),
        ("pegOffsetType", new.peg_offset_type, "pegPriceType", new.peg_price_type),
    ):
        if value is not None and other_value is None:
            names = param(other, prefix), param(name, prefix)
            raise Reject(*errors.BAD_COMBINATION_RECOMMENDED.fill(*names))


def _check_market_quantity(new: NewOrder, prefix: str, pays_quantity: bool) -> None:
    if new.quantity is None and new.quote_order_qty is None and not pays_quantity:
        quantity, quote = param("quantity", prefix), param("quoteOrderQty", prefix)
        raise Reject(*errors.MISSING_ONE_OF.fill(quantity, quote))
    if new.quote_order_qty is not None and (new.quantity is not None or prefix):
        raise Reject(*errors.PARAMETER_NOT_REQUIRED.fill(param("quoteOrderQty", prefix)))


def check_supported(rules: SymbolRules, new: NewOrder) -> None:
    """Refuse what the symbol doesn't offer."""
    if new.type not in rules.order_types:
        raise Reject(-1013, _UNSUPPORTED[new.type])
    if new.stp_mode is not None and new.stp_mode not in rules.allowed_stp:
        raise Reject(-1013, "This symbol does not allow the specified self-trade prevention mode.")
    if new.trailing_delta is not None and not rules.trailing_stop_allowed:
        raise Reject(-1013, "Trailing stop orders are not supported for this symbol.")
    if new.quote_order_qty is not None and not rules.quote_order_qty_allowed:
        raise Reject(-1013, "Quote order qty market orders are not support for this symbol.")
    if new.iceberg_qty:
        _check_iceberg(rules, new)
    if new.peg_price_type or new.peg_offset_type or new.peg_offset_value is not None:
        _check_peg(rules, new)


def _check_iceberg(rules: SymbolRules, new: NewOrder) -> None:
    if not rules.iceberg_allowed:
        raise Reject(-1013, "Iceberg orders are not supported for this symbol.")
    if new.time_in_force not in (None, TimeInForce.GTC):
        raise Reject(-1013, "Unsupported order combination")
    if new.quantity is not None and new.iceberg_qty and new.iceberg_qty > new.quantity:
        raise Reject(-1013, "IcebergQty exceeds QTY.")


def _check_peg(rules: SymbolRules, new: NewOrder) -> None:
    if not rules.peg_allowed or new.sor:
        raise Reject(-1013, "Pegged orders are not supported for this symbol.")
    if new.peg_offset_value is not None and not 0 <= new.peg_offset_value <= _MAX_PEG_LEVEL:
        raise Reject(*errors.INVALID_PARAMETER.fill("pegOffsetValue"))
    if new.type in MARKET_TYPES:
        raise Reject(-1013, "This order type may not use pegged price.")
    primary = new.peg_price_type is PegPriceType.PRIMARY_PEG
    if (new.type is OrderType.LIMIT and primary and new.time_in_force is not TimeInForce.GTC) or (
        new.type is OrderType.LIMIT_MAKER and not primary
    ):
        raise Reject(-1013, "This price peg cannot be used with this order type.")


def check_open(market: Market, account: Account) -> None:
    """Refuse new orders while the symbol doesn't trade or the account may not."""
    if market.status is not _TRADING:
        raise Reject(-1013, "Market is closed.")
    if not account.can_trade:
        raise Reject(-2010, MAY_NOT_TRADE)
    if account.permissions not in market.permitted:
        for permissions in market.rules.permission_sets:
            if not set(permissions) & set(account.permissions):
                raise Reject(-2010, "This symbol is not permitted for this account.")
        market.permitted.add(account.permissions)


def whole(name: str, value: Decimal, unit: int) -> int:
    """How many units (in atoms) a value has; refuses a ninth decimal, rounds down to whole units."""
    atoms = exact_atoms(value)
    if atoms is None:
        raise Reject(*errors.TOO_MUCH_PRECISION.fill(name))
    return atoms // unit


def pegged_ticks(market: Market, new: NewOrder | Order) -> int:
    """The price that a peg finds in the book now, no worse than the order's own price.

    Raises:
        Reject: -2010, the book has no such level.
    """
    same = new.side if new.peg_price_type is PegPriceType.PRIMARY_PEG else new.side.opposite
    prices = market.book.side(same).prices((new.peg_offset_value or 0) + 1)
    if len(prices) <= (new.peg_offset_value or 0):
        raise Reject(-2010, "Order book liquidity is too low for this pegged order.")
    ticks = prices[-1]
    if isinstance(new, Order):
        own = new.price_ticks
    else:
        own = market.rules.ticks(new.price) if new.price is not None else 0
    if not own:
        return ticks
    return min(ticks, own) if new.side is Side.BUY else max(ticks, own)


def facts_of(
    new: NewOrder,
    *,
    adds_orders: int = 1,
    adds_algo_orders: int | None = None,
    adds_iceberg_orders: int | None = None,
    adds_lists: int = 0,
) -> OrderFacts:
    """A new order as filters see it."""
    return OrderFacts(
        side=new.side,
        type=new.type,
        price=new.price,
        stop_price=new.stop_price,
        quantity=new.quantity,
        quote_order_qty=new.quote_order_qty,
        iceberg_qty=new.iceberg_qty,
        trailing_delta=new.trailing_delta,
        adds_orders=adds_orders,
        adds_algo_orders=adds_algo_orders,
        adds_iceberg_orders=adds_iceberg_orders,
        adds_lists=adds_lists,
    )


def market_facts(state: State, market: Market, account: Account, now_us: int) -> MarketFacts:
    """The market and the account as filters see them."""
    rules = market.rules
    mine = market.standing(account)
    elsewhere = [
        found for each in state.markets.values() if (found := each.standings.get(account.id))
    ]
    base = account.balance(rules.base)
    buying = sum(order.open_lots for order in mine.open.values() if order.side is Side.BUY)
    counted = account.reported  # agents may have any number of orders
    return MarketFacts(
        base_asset=rules.base,
        quote_asset=rules.quote,
        reference_price=price_of(market.reference_atoms(now_us)),
        average_price=market.average_price(now_us),
        last_price=market.last_price(),
        open_orders=len(mine.open) if counted else 0,
        open_algo_orders=_algo_orders([mine]) if counted else 0,
        open_iceberg_orders=_iceberg_orders([mine]) if counted else 0,
        open_order_lists=mine.open_lists if counted else 0,
        all_open_orders=sum(len(each.open) for each in elsewhere) if counted else 0,
        all_open_algo_orders=_algo_orders(elsewhere) if counted else 0,
        all_open_iceberg_orders=_iceberg_orders(elsewhere) if counted else 0,
        all_open_order_lists=sum(each.open_lists for each in elsewhere) if counted else 0,
        position=amount_of(base.free + base.locked + buying * rules.step_atoms),
    )


def _algo_orders(standings: Iterable[Standing]) -> int:
    return sum(order.type in CONTINGENT for each in standings for order in each.open.values())


def _iceberg_orders(standings: Iterable[Standing]) -> int:
    return sum(bool(order.iceberg_lots) for each in standings for order in each.open.values())


def filters_for(state: State, market: Market, account: Account) -> tuple[Filter, ...]:
    """All filters that apply to an account on a symbol: the symbol's, the exchange's, the assets'."""
    filters = market.filters + state.parsed_exchange_filters
    for asset, limit in account.asset_limits.items():
        if asset in (market.rules.base, market.rules.quote):
            filters += (MaxAsset(asset=asset, limit=amount_of(limit)),)
    return filters


def check_filters(
    state: State, market: Market, account: Account, facts: OrderFacts, now_us: int
) -> None:
    """Refuse what fails a filter.

    Raises:
        Reject: -1013 with the first filter that fails.
    """
    found = first_failure(
        filters_for(state, market, account), facts, market_facts(state, market, account, now_us)
    )
    if found:
        raise Reject(-1013, found.message)


def passes_quickly(
    state: State, market: Market, account: Account, new: NewOrder, now_us: int
) -> tuple[int, int] | None:
    """(ticks, lots) of a plain limit order that surely passes everything here; None: look closer.

    Most orders are such; this keeps them fast.
    """
    if (
        new.type is not _LIMIT
        or new.price is None
        or new.quantity is None
        or new.time_in_force is None
        or new.quote_order_qty is not None
        or new.stop_price is not None
        or new.trailing_delta is not None
        or new.iceberg_qty is not None
        or new.peg_price_type is not None
        or new.peg_offset_type is not None
        or new.peg_offset_value is not None
        or new.strategy_type is not None
        or new.stp_mode is not None
        or state.exchange_filters
        or account.asset_limits
    ):
        return None
    price, quantity = exact_atoms(new.price), exact_atoms(new.quantity)
    if price is None or quantity is None:
        return None
    quick = market.quick_check
    orders = len(market.standing(account).open) + 1 if account.reported else 1
    average = market.filter_atoms(now_us) if quick.bands else 0
    if not quick.accepts(new.side, price, quantity, average, orders):
        return None
    rules = market.rules
    ticks, lots = price // rules.tick_atoms, quantity // rules.step_atoms
    return (ticks, lots) if ticks and lots else None
