"""Estimates: what an order would cost, and at what price the book as it is now would fill it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal

from binance_lab.wire.enums import OrderType, Side
from binance_lab.wire.facts import CONTINGENT
from binance_lab.wire.filters import LotSize

from .rules import Levels, Scene
from .ticket import Ticket

ZERO = Decimal(0)
_ATOM = Decimal("1e-8")
_WIDE = Context(prec=120)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the book as it is now would do with an order that comes in now.

    ``quantity`` would fill at once for ``quote`` of the quote asset, at ``average_price`` and
    down to ``worst_price``; ``resting`` would go on the book or expire; ``fee`` is in
    ``fee_asset``. ``slippage_bps`` is how much worse than the middle the average is, in 0.01 %.
    """

    quantity: Decimal
    quote: Decimal
    resting: Decimal
    average_price: Decimal | None
    worst_price: Decimal | None
    slippage_bps: Decimal | None
    fee: Decimal
    fee_asset: str


def walk(
    levels: Levels,
    side: Side,
    *,
    quantity: Decimal | None = None,
    quote: Decimal | None = None,
    limit: Decimal | None = None,
    step: Decimal = ZERO,
) -> tuple[Decimal, Decimal, Decimal | None]:
    """What levels fill of a quantity, or for a quote amount, no worse than a limit.

    Returns:
        Quantity, its value in the quote asset, and the worst price; None if nothing fills.
    """
    filled, value, worst = ZERO, ZERO, None
    for price, there in levels:
        if limit is not None and (price > limit if side is Side.BUY else price < limit):
            break
        if quantity is not None:
            take = min(there, quantity - filled)
        else:
            take = min(there, ((quote or ZERO) - value) / price)
            if step:
                take -= take % step
        if take <= 0:
            break
        filled, value, worst = filled + take, value + take * price, price
    return filled, value, worst


def estimate(ticket: Ticket, scene: Scene, *, taker_rate: Decimal = ZERO) -> Estimate:
    """What would become of an order that came in now; a stop is taken as triggered.

    Args:
        taker_rate: The commission of a taker, as a share: 0.001 is 0.1 %.
    """
    limit = ticket.price if ticket.price is not None else scene.pegged_price(ticket)
    levels = () if ticket.type is OrderType.LIMIT_MAKER else scene.against(ticket.side)
    step = next((f.step_size for f in scene.rules.filters if isinstance(f, LotSize)), ZERO)
    filled, value, worst = walk(
        levels,
        ticket.side,
        quantity=ticket.quantity,
        quote=ticket.quote_order_qty,
        limit=limit,
        step=step,
    )
    average = value / filled if filled else None
    slippage = None
    if average is not None and (mid := scene.mid):
        worse = average - mid if ticket.side is Side.BUY else mid - average
        slippage = worse / mid * 10_000
    buys = ticket.side is Side.BUY
    return Estimate(
        quantity=filled,
        quote=value,
        resting=(ticket.quantity or filled) - filled,
        average_price=average,
        worst_price=worst,
        slippage_bps=slippage,
        fee=(filled if buys else value) * taker_rate,
        fee_asset=scene.rules.base if buys else scene.rules.quote,
    )


def cost(ticket: Ticket, scene: Scene) -> Decimal | None:
    """What the order locks or spends, in the asset that its side pays with; None if nobody can tell."""
    if ticket.side is Side.SELL:
        if ticket.quantity is not None:
            return ticket.quantity
        return walk(scene.bids, ticket.side, quote=ticket.quote_order_qty)[0] or None
    if ticket.quantity is None:
        return ticket.quote_order_qty
    price = ticket.price if ticket.price is not None else scene.pegged_price(ticket)
    if price is None and ticket.type in CONTINGENT:
        price = ticket.stop_price if ticket.stop_price is not None else scene.market.last_price
    if price is not None:
        # the exchange locks whole atoms of an asset, rounded down
        return (price * ticket.quantity).quantize(_ATOM, ROUND_FLOOR, _WIDE)
    return walk(scene.asks, ticket.side, quantity=ticket.quantity)[1] or None


def beyond_book(ticket: Ticket, scene: Scene) -> bool:
    """Whether an order takes more than the levels that are known: it costs more than ``cost`` says."""
    if ticket.type is not OrderType.MARKET or ticket.quantity is None:
        return False
    levels = scene.against(ticket.side)
    return walk(levels, ticket.side, quantity=ticket.quantity)[0] < ticket.quantity


def value_in_quote(ticket: Ticket, scene: Scene) -> Decimal | None:
    """What the order is worth in the quote asset: at its price, else the book's, else the last."""
    if ticket.quantity is None:
        return ticket.quote_order_qty
    at_market = next(iter(scene.against(ticket.side)), (scene.market.last_price, ZERO))[0]
    price = ticket.price or ticket.stop_price or at_market or scene.market.average_price
    if price is None:
        return None
    if ticket.side is Side.SELL and at_market is not None:
        price = max(price, at_market)  # a sell limit below the market sells at the market
    return price * ticket.quantity
