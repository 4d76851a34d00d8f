"""Checks before sending: what the exchange would refuse, why, by how much, and what would pass.

The findings come in the order in which the exchange looks, so the first one is what it would
answer. All numbers are exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from binance_lab.wire import filters
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import OrderType, PegPriceType, Side
from binance_lab.wire.facts import CONTINGENT, OrderFacts
from binance_lab.wire.words import counted

from .estimate import beyond_book, cost
from .rules import MAX_PEG_LEVEL, Rules, Scene
from .ticket import WIRE_NAMES, Ticket

_PLACES = 8  # decimals that a request may have
_NAMES = {wire: name for name, wire in WIRE_NAMES.items()} | {"peggedPrice": "price"}
_ZEROS = re.compile(r"(\.\d*?[1-9])0+(?=\D)|\.0+(?=\D)")  # at the end of a number
_STOP_LOSS = (OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT)


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why the exchange would refuse an order.

    Attributes:
        filter: The filter's name, or what else is wrong in one word: FIELDS, SYMBOL, TYPE,
            PRECISION, BALANCE, LIQUIDITY, WOULD_TRIGGER, WOULD_MATCH.
        field: The ticket's field that it is about; empty if it is about none.
        text: What is wrong and by how much, in a sentence or two.
        nearest: The value of the field closest to it with which the order passes; None if there
            is none.
        excess: How far the value is from the limit; None where that has no meaning.
        value: What the field holds; None if nothing.
    """

    filter: str
    field: str
    text: str
    nearest: Decimal | None = None
    excess: Decimal | None = None
    value: Decimal | None = None

    def __str__(self) -> str:
        said = f"{self.filter}: {self.text}"
        if self.nearest is None:
            return said
        said += f" Nearest {self.field.replace('_', ' ')}: {decimal_text(self.nearest)}"
        if self.value is None:
            return f"{said}."
        return f"{said} ({_signed(self.nearest - self.value)})."


def check_ticket(ticket: Ticket, scene: Scene) -> list[Finding]:
    """Everything that the exchange would refuse, first what it looks at first; empty if it is good."""
    findings = list(_of_fields(ticket, scene.rules))
    if findings:
        return findings  # what follows needs a whole order
    return [
        *_of_peg_level(ticket, scene),
        *_of_filters(ticket, scene),
        *_of_book(ticket, scene),
        *_of_balance(ticket, scene),
    ]


def paragraph(findings: list[Finding]) -> str:
    """The findings as one paragraph."""
    return " ".join(f"{finding}" for finding in findings)


def order_facts(ticket: Ticket, scene: Scene) -> OrderFacts:
    """What filters look at in a ticket."""
    return OrderFacts(
        side=ticket.side,
        type=ticket.type,
        price=ticket.price,
        pegged_price=scene.pegged_price(ticket),
        stop_price=ticket.stop_price,
        quantity=ticket.quantity,
        quote_order_qty=ticket.quote_order_qty if ticket.quantity is None else None,
        iceberg_qty=ticket.iceberg_qty,
        trailing_delta=ticket.trailing_delta,
    )


def _of_fields(ticket: Ticket, rules: Rules) -> Iterator[Finding]:
    """Fields that are missing, needless or not allowed here."""
    for names in ticket.missing():
        choice = " or ".join(name.replace("_", " ") for name in names.split("|"))
        text = f"{ticket.type.value} needs {choice}."
        yield Finding("FIELDS", names.partition("|")[0], text)
    for name in ticket.needless():
        text = f"{ticket.type.value} has no {name.replace('_', ' ')}; leave it out."
        yield Finding("FIELDS", name, text)
    if ticket.type is OrderType.MARKET and None not in (ticket.quantity, ticket.quote_order_qty):
        text = "MARKET takes either a quantity or a quote amount, not both."
        yield Finding("FIELDS", "quote_order_qty", text)
    if ticket.iceberg_qty and ticket.time_in_force not in (None, "GTC"):
        yield Finding("FIELDS", "time_in_force", "An iceberg needs GTC.")
    if ticket.iceberg_qty and ticket.quantity is not None and ticket.iceberg_qty > ticket.quantity:
        text = "An iceberg shows a part of its quantity, not more than all of it."
        yield Finding("FIELDS", "iceberg_qty", text, ticket.quantity, None, ticket.iceberg_qty)
    yield from _of_peg(ticket)
    yield from _of_permission(ticket, rules)
    yield from _of_precision(ticket)


def _of_peg(ticket: Ticket) -> Iterator[Finding]:
    peg, primary = ticket.peg_price_type, ticket.peg_price_type is PegPriceType.PRIMARY_PEG
    if (ticket.peg_offset_type is None) is not (ticket.peg_offset_value is None):
        text = "A peg's offset needs both its type, PRICE_LEVEL, and its value."
        yield Finding("FIELDS", "peg_offset_value", text)
    if peg is None:
        if ticket.peg_offset_value is not None:
            yield Finding("FIELDS", "peg_price_type", "An offset needs a peg.")
        return
    if not 0 <= (ticket.peg_offset_value or 0) <= MAX_PEG_LEVEL:
        text = f"A peg's offset is from 0 to {MAX_PEG_LEVEL} levels."
        yield Finding("FIELDS", "peg_offset_value", text)
    if ticket.type is OrderType.LIMIT and primary and ticket.time_in_force != "GTC":
        yield Finding("FIELDS", "time_in_force", "A LIMIT pegged to its own side needs GTC.")
    if ticket.type is OrderType.LIMIT_MAKER and not primary:
        text = "A LIMIT_MAKER can be pegged to its own side only: PRIMARY_PEG."
        yield Finding("FIELDS", "peg_price_type", text)


def _of_permission(ticket: Ticket, rules: Rules) -> Iterator[Finding]:
    symbol = rules.symbol
    if rules.status != "TRADING":
        yield Finding("SYMBOL", "", f"{symbol} doesn't trade now: its status is {rules.status}.")
    if ticket.type not in rules.order_types:
        there = ", ".join(sorted(kind.value for kind in rules.order_types))
        yield Finding("TYPE", "type", f"{symbol} has no {ticket.type.value} orders, but {there}.")
    if ticket.stp_mode is not None and ticket.stp_mode not in rules.stp_modes:
        there = ", ".join(sorted(mode.value for mode in rules.stp_modes))
        text = f"{symbol} doesn't allow self-trade prevention {ticket.stp_mode.value}, but {there}."
        yield Finding("TYPE", "stp_mode", text)
    for field, allowed, what in (
        ("iceberg_qty", rules.iceberg_allowed, "icebergs"),
        ("quote_order_qty", rules.quote_order_qty_allowed, "orders by quote amount"),
        ("trailing_delta", rules.trailing_allowed, "trailing stops"),
        ("peg_price_type", rules.peg_allowed, "pegged orders"),
    ):
        if getattr(ticket, field) is not None and not allowed:
            yield Finding("TYPE", field, f"{symbol} allows no {what}.")


def _of_precision(ticket: Ticket) -> Iterator[Finding]:
    for field in ("quantity", "quote_order_qty", "price", "stop_price", "iceberg_qty"):
        value = getattr(ticket, field)
        if value is None:
            continue
        label = field.replace("_", " ")
        if value <= 0 and field not in ("quantity", "iceberg_qty"):
            yield Finding("FIELDS", field, f"{label} must be more than 0.")
        elif -value.normalize().as_tuple().exponent > _PLACES:
            nearest = round(value, _PLACES)
            text = f"{label} {decimal_text(value)} has more than {_PLACES} decimals."
            yield Finding("PRECISION", field, text, nearest, abs(value - nearest), value)


def _of_filters(ticket: Ticket, scene: Scene) -> Iterator[Finding]:
    for found in filters.failures(scene.rules.filters, order_facts(ticket, scene), scene.market):
        field = _NAMES.get(found.field, found.field)
        held = getattr(ticket, field, None) if field else None
        text = _ZEROS.sub(
            lambda zeros: zeros[1] or "", f"{found.what[:1].upper()}{found.what[1:]}."
        )
        value = None if held is None else Decimal(held)
        yield Finding(found.filter, field, text, found.nearest, found.excess, value)


def _plain(amount: Decimal) -> str:
    return decimal_text(round(amount, _PLACES).normalize())


def _signed(change: Decimal) -> str:
    return f"{'+' if change > 0 else ''}{decimal_text(change.normalize())}"


def _of_book(ticket: Ticket, scene: Scene) -> Iterator[Finding]:
    """Stops that would trigger at once, and makers that would take."""
    last, stop = scene.market.last_price, ticket.stop_price
    if ticket.type in CONTINGENT and ticket.trailing_delta is None and last and stop is not None:
        above = (ticket.type in _STOP_LOSS) is (ticket.side is Side.BUY)
        if stop <= last if above else stop >= last:
            text = (
                f"A {ticket.side.value} {ticket.type.value} waits until the price "
                f"{'rises' if above else 'falls'} to its stop price, and {decimal_text(stop)} is "
                f"already reached: the last price is {_plain(last)}. "
                f"Put it {'above' if above else 'below'} that."
            )
            yield Finding("WOULD_TRIGGER", "stop_price", text, None, abs(stop - last), stop)
    if ticket.type is OrderType.LIMIT_MAKER:
        yield from _of_maker(ticket, scene)


def _of_peg_level(ticket: Ticket, scene: Scene) -> Iterator[Finding]:
    """A peg to a level that the book doesn't have; a book that nobody knows has any."""
    there, level = scene.peg_reach(ticket), ticket.peg_offset_value or 0
    if there is not None and level >= there:
        away = counted(level, "level")
        text = f"The peg is {away} from the best price, and the book has {there} on that side."
        nearest = Decimal(there - 1) if there else None
        excess = Decimal(level + 1 - there)
        yield Finding("LIQUIDITY", "peg_offset_value", text, nearest, excess, Decimal(level))


def _of_maker(ticket: Ticket, scene: Scene) -> Iterator[Finding]:
    price = ticket.price if ticket.price is not None else scene.pegged_price(ticket)
    levels = scene.against(ticket.side)
    if price is None or not levels:
        return
    best, tick = levels[0][0], scene.rules.tick
    buys = ticket.side is Side.BUY
    if price >= best if buys else price <= best:
        nearest = best - tick if buys else best + tick
        text = (
            f"A LIMIT_MAKER never takes, and {decimal_text(price)} would trade at once with the "
            f"best {'ask' if buys else 'bid'}, {_plain(best)}."
        )
        yield Finding("WOULD_MATCH", "price", text, nearest, abs(price - best), price)


def _of_balance(ticket: Ticket, scene: Scene) -> Iterator[Finding]:
    """Orders that need more than what is free."""
    if scene.free is None:
        return
    asset = scene.rules.pays_with(ticket.side)
    needed = cost(ticket, scene)
    if needed is None:
        return
    free = scene.free.get(asset, Decimal(0))
    if needed <= free:
        return
    field = "quantity" if ticket.quantity is not None else "quote_order_qty"
    least = "at least " if beyond_book(ticket, scene) else ""
    text = (
        f"This order needs {least}{_plain(needed)} {asset}, and {_plain(free)} {asset} is "
        f"free: {least}{_plain(needed - free)} too little. Make it smaller, or cancel an order that "
        f"holds {asset}."
    )
    yield Finding("BALANCE", field, text, None, needed - free, getattr(ticket, field))
