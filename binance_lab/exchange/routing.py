"""Smart order routing: one order takes the best prices of several books of the same base asset.

What another book gives comes as an allocation: the exchange trades there and passes it on at the same price, in
the quote asset of the order's own symbol.

https://developers.binance.com/docs/binance-spot-api-docs/faqs/sor_faq
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge

from binance_lab.exchange.events import Trade
from binance_lab.exchange.market import Market
from binance_lab.exchange.matching import NO_ORDER, Matching, next_part, offered, reaches
from binance_lab.exchange.order_book import Level
from binance_lab.exchange.orders import Order, Placed
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.state import RECORDING, State
from binance_lab.wire.enums import Side

_EXCHANGE, _SOR = "EXCHANGE", "SOR"


def books(state: State, market: Market) -> list[Market]:
    """The markets that an order of this one is routed to, its own first.

    Raises:
        Reject: -1013, the symbol is in no configuration.
    """
    rules = market.rules
    for symbols in state.sors:
        if rules.symbol in symbols:
            others = [state.market(each) for each in symbols if each != rules.symbol]
            return [market, *others]
    raise Reject(-1013, "Smart order routing is not supported for this symbol.")


def check_configuration(state: State) -> None:
    """Refuse books that can't be compared: of another base asset, tick or step.

    Raises:
        ValueError: Names the symbols.
    """
    for symbols in state.sors:
        kinds = {
            (rules.base, rules.tick_atoms, rules.step_atoms)
            for rules in (state.markets[each].rules for each in symbols)
        }
        if len(kinds) != 1:
            names = ", ".join(symbols)
            raise ValueError(
                f"{names} differ in base asset, tick or step: can't be routed together"
            )


def _levels(state: State, market: Market, taker: Order) -> Iterator[tuple[int, int, Market, Level]]:
    """(rank, which book, market, level) within the order's price, the best first; own book first at a tie."""
    sign = 1 if taker.side is Side.BUY else -1

    def ranked(at: int, book: Market) -> Iterator[tuple[int, int, Market, Level]]:
        for level in book.book.side(taker.side.opposite).walk():
            if not reaches(taker, level.price_ticks):
                return
            yield sign * level.price_ticks, at, book, level

    sources = [ranked(at, each) for at, each in enumerate(books(state, market))]
    return merge(*sources, key=lambda item: item[:2])


def reachable_routed(state: State, market: Market, taker: Order) -> tuple[int, int]:
    """(lots, quote atoms) that a routed order could take now, without its own account's orders."""
    lots = quote = 0
    wanted = taker.open_lots
    for _, _, _, level in _levels(state, market, taker):
        there, prevented, goes_on = offered(state, level, taker, wanted - lots)
        wanted -= prevented
        taken = min(there, wanted - lots)
        lots += taken
        quote += market.rules.quote_atoms(level.price_ticks, taken + prevented)
        if taken < there or not goes_on or lots == wanted:
            break
    return lots, quote


def take(
    state: State, matching: Matching, market: Market, taker: Order, placed: Placed, now_us: int
) -> None:
    """Trade with the best prices of all books."""
    taker.floor = _EXCHANGE
    for _, _, book, level in list(_levels(state, market, taker)):
        if not taker.is_open:
            return
        if book is market:
            matching.take_level(market, level, taker, placed, now_us)
        else:
            _take_elsewhere(state, matching, market, book, level, taker, placed, now_us)


def _take_elsewhere(
    state: State,
    matching: Matching,
    market: Market,
    book: Market,
    level: Level,
    taker: Order,
    placed: Placed,
    now_us: int,
) -> None:
    side = book.book.side(taker.side.opposite)
    barred = matching.barred(taker)
    while level.orders and taker.is_open:
        maker = next(iter(level.orders.values()))
        if maker.standing.account in barred:
            matching.prevent_self_trade(market, book, level, taker, maker, placed, now_us)
            continue
        lots = min(taker.open_lots, maker.visible_lots)
        level.lots -= lots
        maker.visible_lots -= lots
        _trade_elsewhere(state, matching, book, taker, maker, lots, now_us)
        if not maker.visible_lots:
            del level.orders[maker.id]
            next_part(level, maker)
        _allocate(state, matching, market, taker, level.price_ticks, lots, placed, now_us)
    side.drop_if_empty(level)
    matching.tell_level(book, side.side, level)


def _trade_elsewhere(
    state: State,
    matching: Matching,
    book: Market,
    taker: Order,
    maker: Order,
    lots: int,
    now_us: int,
) -> None:
    """The exchange takes from a resting order of another book."""
    rules, price = book.rules, maker.book_ticks
    quote = rules.quote_atoms(price, lots)
    trade_id = book.next_trade_id
    book.next_trade_id += 1
    taker_buys = taker.side is Side.BUY
    book.note_trade(price, lots, now_us)
    if book.stops:
        state.trade_prices.append((book, price))
    buyer, seller = (NO_ORDER, maker.id) if taker_buys else (maker.id, NO_ORDER)
    trade = Trade(rules.symbol, trade_id, price, lots, quote, now_us, not taker_buys, buyer, seller)
    if book.published:
        state.listener.trade(trade)
    _book_house(state, book, taker.side, lots, quote)
    matching.fill(book, maker, trade_id, price, lots, quote, None, now_us)


def _allocate(
    state: State,
    matching: Matching,
    market: Market,
    taker: Order,
    price_ticks: int,
    lots: int,
    placed: Placed,
    now_us: int,
) -> None:
    """The exchange passes on what it took."""
    quote = market.rules.quote_atoms(price_ticks, lots)
    allocation_id = market.next_allocation_id
    market.next_allocation_id += 1
    taker.floor = _SOR
    _book_house(state, market, taker.side.opposite, lots, quote)
    matching.fill(market, taker, -1, price_ticks, lots, quote, placed, now_us, allocation_id)


def _book_house(state: State, market: Market, side: Side, lots: int, quote: int) -> None:
    """What the exchange itself buys or sells in between."""
    house = state.accounts[RECORDING]
    sign = 1 if side is Side.BUY else -1
    house.balance(market.rules.base).free += sign * lots * market.rules.step_atoms
    house.balance(market.rules.quote).free -= sign * quote
