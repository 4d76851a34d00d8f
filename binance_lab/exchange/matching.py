"""Matching by price, then time: what an incoming order takes, and what becomes of the rest.

https://developers.binance.com/docs/binance-spot-api-docs/faqs/stp_faq
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from binance_lab.exchange import settlement
from binance_lab.exchange.events import Trade
from binance_lab.exchange.ledger import NO_GROUP, Account
from binance_lab.exchange.market import Market
from binance_lab.exchange.order_book import Level
from binance_lab.exchange.orders import (
    BUY,
    GTC,
    NO_LIST,
    OPEN_STATUSES,
    Fill,
    Order,
    Placed,
    PreventedMatch,
)
from binance_lab.exchange.reference_price import price_limits
from binance_lab.exchange.standing import Standing
from binance_lab.exchange.state import RECORDING, State
from binance_lab.wire.enums import (
    ExecutionType,
    ExpiryReason,
    OrderStatus,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

_FOK = TimeInForce.FOK
_FILLED, _PARTIALLY_FILLED = OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED
_MAY_TRADE_ITSELF = SelfTradePrevention.NONE

NO_ORDER = 0  # the other side's order id in a trade with a recorded level


class Matching:
    """Matching for one state.

    ``on_fill`` and ``on_end`` are told of orders that belong to a list, when they trade and when they are
    done: order lists react to it. ``take_routed`` takes for an order under smart order routing.
    """

    def __init__(
        self,
        state: State,
        *,
        on_fill: Callable[[Order, int], None],
        on_end: Callable[[Order, int], None],
        take_routed: Callable[[Market, Order, Placed, int], None],
        can_fill_routed: Callable[[Market, Order], bool],
    ) -> None:
        self._state = state
        self._on_fill = on_fill
        self._on_end = on_end
        self._take_routed = take_routed
        self._can_fill_routed = can_fill_routed

    # What an order does when it comes to the book

    def work(self, market: Market, order: Order, placed: Placed, now_us: int) -> None:
        """Let an order take what it can, then rest, or expire."""
        order.working_us = now_us
        if order.time_in_force is _FOK and not self._can_fill(market, order):
            self.expire(market, order, ExpiryReason.UNFILLED_FOK_ORDER_EXPIRED, now_us)
            return
        if order.sor:
            self._take_routed(market, order, placed, now_us)
        else:
            self.take(market, order, placed, now_us)
        if order.status not in OPEN_STATUSES:
            return
        if not order.book_ticks:
            self.expire(market, order, ExpiryReason.INSUFFICIENT_LIQUIDITY, now_us)
        elif order.time_in_force is not GTC:
            self.expire(market, order, ExpiryReason.UNFILLED_IOC_QUANTITY_EXPIRED, now_us)
        else:
            self._rest(market, order)

    def take(self, market: Market, taker: Order, placed: Placed, now_us: int) -> None:
        """Trade with the other side, best price first and oldest order first, as far as the price allows."""
        side = market.book.asks if taker.side is BUY else market.book.bids
        best = side.best_ticks()
        if not best or not reaches(taker, best):
            return
        lowest = highest = 0
        if market.reference is not None:
            reference = market.reference.atoms(now_us)
            lowest, highest = price_limits(market.rules, taker.side, reference)
        for level in side.walk():
            if not reaches(taker, level.price_ticks):
                return
            if highest and not lowest <= level.price_ticks <= highest:
                reason = ExpiryReason.EXECUTION_RULE_PRICE_RANGE_EXCEEDED
                self.expire(market, taker, reason, now_us)
                return
            self.take_level(market, level, taker, placed, now_us)
            if taker.status not in OPEN_STATUSES:
                return

    def take_level(
        self, market: Market, level: Level, taker: Order, placed: Placed, now_us: int
    ) -> None:
        """Trade with one level, oldest order first."""
        side = market.book.asks if taker.side is BUY else market.book.bids
        shown = level.lots + level.recorded_lots
        if level.recorded_lots > level.taken_lots:
            self._take_recorded(market, level, taker, placed, now_us)
        orders = level.orders
        barred = self.barred(taker)
        while orders and (lots := taker.open_lots):
            maker = next(iter(orders.values()))
            if maker.standing.account in barred:
                self.prevent_self_trade(market, market, level, taker, maker, placed, now_us)
                continue
            if lots > maker.visible_lots:
                lots = maker.visible_lots
            level.lots -= lots
            maker.visible_lots -= lots
            self.trade(market, taker, maker, level.price_ticks, lots, placed, now_us)
            if not maker.visible_lots:
                del orders[maker.id]
                if maker.iceberg_lots:
                    next_part(level, maker)
        if not orders:
            side.drop_if_empty(level)
        if level.lots + level.recorded_lots != shown:
            self.tell_level(market, side.side, level)

    def _take_recorded(
        self, market: Market, level: Level, taker: Order, placed: Placed, now_us: int
    ) -> None:
        lots = min(taker.open_lots, level.untaken_lots)
        level.taken_lots += lots
        self.trade(market, taker, None, level.price_ticks, lots, placed, now_us)

    def _rest(self, market: Market, order: Order) -> None:
        open_lots = order.open_lots
        order.visible_lots = min(order.iceberg_lots, open_lots) if order.iceberg_lots else open_lots
        side = market.book.bids if order.side is BUY else market.book.asks
        level = side.rest(order)
        order.ahead_lots = level.recorded_lots - level.taken_lots
        self.tell_level(market, side.side, level)

    # Trades

    def trade(
        self,
        market: Market,
        taker: Order,
        maker: Order | None,
        price_ticks: int,
        lots: int,
        placed: Placed,
        now_us: int,
    ) -> None:
        """Trade two orders, or one and a recorded level: pay, tell, remember the price."""
        state, rules = self._state, market.rules
        quote = rules.quote_atoms(price_ticks, lots)
        trade_id = market.next_trade_id
        market.next_trade_id = trade_id + 1
        taker_buys = taker.side is BUY
        maker_id = maker.id if maker is not None else NO_ORDER
        if market.published:
            market.note_trade(price_ticks, lots, now_us)
            if market.stops:
                state.trade_prices.append((market, price_ticks))
            buyer, seller = (taker.id, maker_id) if taker_buys else (maker_id, taker.id)
            state.listener.trade(
                Trade(
                    rules.symbol,
                    trade_id,
                    price_ticks,
                    lots,
                    quote,
                    now_us,
                    not taker_buys,
                    buyer,
                    seller,
                )
            )
        if maker is not None:
            self.fill(market, maker, trade_id, price_ticks, lots, quote, None, now_us)
        else:
            self._settle_recording(market, taker, lots, quote)
        self.fill(market, taker, trade_id, price_ticks, lots, quote, placed, now_us)

    def _settle_recording(self, market: Market, order: Order, lots: int, quote: int) -> None:
        """Book the other half of a trade with a recorded level, so that nothing appears from nowhere."""
        recording = self._state.accounts[RECORDING]
        base = lots * market.rules.step_atoms
        sign = 1 if order.side is Side.BUY else -1
        recording.balance(market.rules.base).free -= sign * base
        recording.balance(market.rules.quote).free += sign * quote

    def fill_resting(
        self, market: Market, level: Level, order: Order, lots: int, now_us: int
    ) -> None:
        """Fill a resting order against the recording, at the order's own price."""
        rules = market.rules
        quote = rules.quote_atoms(level.price_ticks, lots)
        trade_id = market.next_trade_id
        market.next_trade_id = trade_id + 1
        if market.published:
            buys = order.side is Side.BUY
            buyer, seller = (order.id, NO_ORDER) if buys else (NO_ORDER, order.id)
            price = level.price_ticks
            self._state.listener.trade(
                Trade(rules.symbol, trade_id, price, lots, quote, now_us, buys, buyer, seller)
            )
        level.lots -= lots
        order.visible_lots -= lots
        self._settle_recording(market, order, lots, quote)
        self.fill(market, order, trade_id, level.price_ticks, lots, quote, None, now_us)
        if not order.visible_lots:
            del level.orders[order.id]
            next_part(level, order)

    def fill(
        self,
        market: Market,
        order: Order,
        trade_id: int,
        price_ticks: int,
        lots: int,
        quote: int,
        placed: Placed | None,
        now_us: int,
        allocation_id: int = -1,
    ) -> None:
        """One order's half of a trade.

        Args:
            placed: Takes the fill of the order that came in; None: the order was resting, a maker.
        """
        state = self._state
        account = order.standing.account
        is_maker = placed is None
        order.executed_lots += lots
        order.quote_atoms += quote
        order.update_us = now_us
        done = not order.open_lots
        order.status = _FILLED if done else _PARTIALLY_FILLED
        fee, fee_asset = settlement.settle(state, market, order, price_ticks, lots, quote, is_maker)
        if done:
            if order.held_atoms:
                settlement.release(state, market, order)
            self.forget(order)
        if account.reported or placed is not None:  # else nobody will ever ask for it
            fill = Fill(
                market.rules.symbol,
                trade_id,
                order.id,
                order.list_id,
                price_ticks,
                lots,
                quote,
                fee,
                fee_asset,
                now_us,
                order.side is BUY,
                is_maker,
                allocation_id,
            )
            if placed is not None:
                placed.fills.append(fill)
            if account.reported:
                standing = order.standing
                (standing.fills if allocation_id < 0 else standing.allocations).append(fill)
                state.report(account, order, ExecutionType.TRADE, now_us, fill=fill)
        if order.list_id != NO_LIST:
            self._on_fill(order, now_us)
            if done:
                self._on_end(order, now_us)

    # Ends

    def expire(self, market: Market, order: Order, reason: ExpiryReason, now_us: int) -> None:
        """End an order by the exchange's decision."""
        order.expiry_reason = reason
        self.end(market, order, OrderStatus.EXPIRED, ExecutionType.EXPIRED, now_us)

    def end(
        self,
        market: Market,
        order: Order,
        status: OrderStatus,
        kind: ExecutionType,
        now_us: int,
        *,
        name: str = "",
        prevented: PreventedMatch | None = None,
    ) -> None:
        """Take an order out of the market, give back its hold and report it.

        Args:
            name: Of the cancel, reported as the client order id, with the order's as the original one.
        """
        account = order.standing.account
        self._withdraw(market, order)
        order.status = status
        order.update_us = now_us
        settlement.release(self._state, market, order)
        self.forget(order)
        self._state.report(
            account,
            order,
            kind,
            now_us,
            client_order_id=name,
            orig_client_order_id=order.client_order_id if name else "",
            prevented=prevented,
        )
        if order.list_id != NO_LIST:
            self._on_end(order, now_us)

    def _withdraw(self, market: Market, order: Order) -> None:
        """Take an order from the book or from the waiting stops, if it is there."""
        if order.visible_lots:
            level = market.book.side(order.side).remove(order)
            order.visible_lots = 0
            self.tell_level(market, order.side, level)
        market.stops.pop(order.id, None)

    def forget(self, order: Order) -> None:
        """Count an order as done."""
        standing = order.standing
        del standing.open[order.id]
        if not standing.account.reported:
            del standing.orders[order.id]

    def tell_level(self, market: Market, side: Side, level: Level) -> None:
        """Tell what a level shows now, unless a recording owns the public book."""
        if market.published:
            self._state.listener.level(
                market.rules.symbol, side, level.price_ticks, level.shown_lots
            )

    # Self-trade prevention

    def barred(self, taker: Order) -> Collection[Account]:
        """The accounts that an order may not trade with: its own, and those of its trade group."""
        if taker.stp_mode is _MAY_TRADE_ITSELF:
            return ()
        own = taker.standing.account
        if own.trade_group_id == NO_GROUP:
            return (own,)
        return [each for each in self._state.accounts.values() if own.trades_with_itself(each)]

    def prevent_self_trade(
        self,
        market: Market,
        book: Market,
        level: Level,
        taker: Order,
        maker: Order,
        placed: Placed,
        now_us: int,
    ) -> None:
        """Keep an account from trading with itself, as the taker's mode has it.

        Args:
            market: The taker's.
            book: The maker's, another one only under smart order routing.
        """
        taker_account, maker_account = taker.standing.account, maker.standing.account
        mode = _effective_mode(taker, maker)
        taker_lots, maker_lots = _prevented_lots(mode, taker, maker)
        number = max(market.next_prevented_match_id, book.next_prevented_match_id)
        match = PreventedMatch(
            id=number,
            symbol=market.rules.symbol,
            taker_order_id=taker.id,
            maker_symbol=book.rules.symbol,
            maker_order_id=maker.id,
            trade_group_id=taker_account.trade_group_id,
            stp_mode=mode,
            price_ticks=level.price_ticks,
            taker_prevented_lots=taker_lots,
            maker_prevented_lots=maker_lots,
            time_us=now_us,
            counter_account_id=maker_account.id,
        )
        market.next_prevented_match_id = book.next_prevented_match_id = number + 1
        placed.prevented.append(match)
        for standing in {id(each): each for each in _listing(market, taker, maker)}.values():
            if standing.account.reported:
                standing.prevented.append(match)
        if mode is SelfTradePrevention.TRANSFER and taker_account is not maker_account:
            self._transfer(market, taker, maker, level.price_ticks, taker_lots)
        if maker_lots:
            self._prevent_maker(book, level, maker, maker_lots, match, now_us)
        if taker_lots:
            self._prevent(market, taker, taker_lots, match, now_us)

    def _prevent_maker(
        self,
        market: Market,
        level: Level,
        maker: Order,
        lots: int,
        match: PreventedMatch,
        now_us: int,
    ) -> None:
        """Prevent lots of a resting order: it leaves the queue, shows less, or shows its next part."""
        shown = min(lots, maker.visible_lots)
        level.lots -= shown
        maker.visible_lots -= shown
        if not maker.visible_lots:
            del level.orders[maker.id]
        self._prevent(market, maker, lots, match, now_us)
        if not maker.visible_lots:
            next_part(level, maker)

    def _prevent(
        self, market: Market, order: Order, lots: int, match: PreventedMatch, now_us: int
    ) -> None:
        order.prevented_lots += lots
        order.prevented_match_id = match.id
        order.update_us = now_us
        kind = ExecutionType.TRADE_PREVENTION
        if not order.open_lots:
            self.end(market, order, OrderStatus.EXPIRED_IN_MATCH, kind, now_us, prevented=match)
            return
        account = order.standing.account
        if order.book_ticks:
            keep = settlement.needed_atoms(market.rules, order)
            settlement.release(self._state, market, order, keep)
        self._state.report(account, order, kind, now_us, prevented=match)

    def _transfer(
        self, market: Market, taker: Order, maker: Order, price_ticks: int, lots: int
    ) -> None:
        """Move what a prevented match of two accounts of a group would have moved, without commission."""
        rules = market.rules
        quote, base = rules.quote_atoms(price_ticks, lots), lots * rules.step_atoms
        buyer, seller = (taker, maker) if taker.side is Side.BUY else (maker, taker)
        for order, paid_asset, paid, got_asset, got in (
            (buyer, rules.quote, quote, rules.base, base),
            (seller, rules.base, base, rules.quote, quote),
        ):
            account = order.standing.account
            account.balance(paid_asset).locked -= paid
            order.held_atoms -= paid
            account.balance(got_asset).free += got
            self._state.touch(account, paid_asset, got_asset)

    # Looking ahead

    def _can_fill(self, market: Market, taker: Order) -> bool:
        """Whether the book holds the order's whole quantity within its price, without its own account's."""
        if taker.sor:
            return self._can_fill_routed(market, taker)
        return reachable(self._state, market, taker)[0] >= taker.open_lots


def _listing(market: Market, taker: Order, maker: Order) -> tuple[Standing, ...]:
    """Where a prevented match is listed: with both accounts, and on the symbols of both orders."""
    return taker.standing, market.standing(maker.standing.account), maker.standing


def reachable(
    state: State, market: Market, taker: Order, *, quote_limit: int | None = None
) -> tuple[int, int, bool]:
    """What an order could take now: (lots, quote atoms, whether the book ran out).

    Nothing changes. Stops at the order's quantity, at its price, or where ``quote_limit`` is spent. The quote
    amount is never less than what the fills will cost, as each level's is rounded down once.
    """
    rules = market.rules
    wanted = taker.open_lots
    lots = quote = 0
    side = market.book.asks if taker.side is Side.BUY else market.book.bids
    for level in side.walk():
        if not reaches(taker, level.price_ticks):
            break
        missing = None if quote_limit is not None else wanted - lots
        there, prevented, goes_on = offered(state, level, taker, missing)
        if quote_limit is None:
            wanted -= prevented
            taken = min(there, wanted - lots)
        else:
            taken = min(there, rules.lots_for(quote_limit - quote, level.price_ticks))
        lots += taken
        # Counts what a transfer within a trade group would move, too.
        quote += rules.quote_atoms(level.price_ticks, taken + prevented)
        if taken < there or not goes_on or (quote_limit is None and lots == wanted):
            return lots, quote, False
    return lots, quote, True


def offered(state: State, level: Level, taker: Order, missing: int | None) -> tuple[int, int, bool]:
    """What a level has for an order: (lots, lots that prevention would cost it, whether it goes on)."""
    there, prevented = level.untaken_lots, 0
    mode = taker.stp_mode
    account = taker.standing.account
    for maker in level.orders.values():
        if mode is SelfTradePrevention.NONE or not account.trades_with_itself(
            maker.standing.account
        ):
            there += maker.open_lots
        elif mode in (SelfTradePrevention.DECREMENT, SelfTradePrevention.TRANSFER):
            if missing is None:
                return there, prevented, False
            prevented += min(max(missing - there - prevented, 0), maker.open_lots)
        elif mode is not SelfTradePrevention.EXPIRE_MAKER:
            return there, prevented, False
    return there, prevented, True


def reaches(taker: Order, price_ticks: int) -> bool:
    """Whether an order's price allows it to trade at another."""
    limit = taker.book_ticks
    if not limit:
        return True
    return price_ticks <= limit if taker.side is BUY else price_ticks >= limit


def next_part(level: Level, order: Order) -> None:
    """Let an iceberg whose shown part is gone show the next one, at the end of the queue."""
    if order.iceberg_lots and order.is_open:
        order.visible_lots = min(order.iceberg_lots, order.open_lots)
        level.orders[order.id] = order
        level.lots += order.visible_lots


def _effective_mode(taker: Order, maker: Order) -> SelfTradePrevention:
    if taker.stp_mode is SelfTradePrevention.TRANSFER and (
        maker.stp_mode is not SelfTradePrevention.TRANSFER or maker.symbol != taker.symbol
    ):
        return SelfTradePrevention.DECREMENT
    return taker.stp_mode


def _prevented_lots(mode: SelfTradePrevention, taker: Order, maker: Order) -> tuple[int, int]:
    """(taker's, maker's) lots that a mode expires."""
    match mode:
        case SelfTradePrevention.EXPIRE_TAKER:
            return taker.open_lots, 0
        case SelfTradePrevention.EXPIRE_MAKER:
            return 0, maker.open_lots
        case SelfTradePrevention.EXPIRE_BOTH:
            return taker.open_lots, maker.open_lots
        case _:
            lots = min(taker.open_lots, maker.visible_lots)
            return lots, lots
