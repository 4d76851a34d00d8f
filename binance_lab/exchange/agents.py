"""Who trades on the exchange when nobody else does: market makers and takers, seeded and cheap.

Each symbol has a fair value that drifts (``walks``). Makers quote around it, a ladder of orders a side,
and look again a few times a second; takers come in bursts, mostly on the side of the one before, and
rather buy when the fair value is above the price. All of it goes through the engine like anybody's orders, so
users trade with the agents, and against them.
"""

from __future__ import annotations

import heapq
import math
from bisect import insort
from collections.abc import Iterable, Mapping
from decimal import Decimal
from random import Random

from binance_lab.exchange.characters import Character, activity, character_of, dollars_of
from binance_lab.exchange.engine import Engine
from binance_lab.exchange.orders import NewOrder, Order
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.symbols import SymbolRules
from binance_lab.exchange.walks import Values
from binance_lab.wire.enums import OrderType, Side, SymbolStatus, TimeInForce

RICHES = Decimal(10) ** 15  # of every asset: agents never run out

_MOST_AT_ONCE = 10_000  # things that are done by one step, where what was missed may be left out
_SAME_SIDE = 0.7  # of the taker orders come on the side of the one before
_IN_BURST = 0.55  # follow the one before within moments
_BURST_S = 0.02
_MOST_MOVED = 4e-4  # of the price, by one taker order
_HESITATION = 0.1  # of the looks at a spread that is too wide, before a maker closes it
_MOST_SWEPT = 8  # levels that one taker order may eat


class Agents:
    """All agents of some symbols; deterministic for a seed and the engine's state.

    ``step`` does what has become due, each thing at its own time. Call it before a user's command at the
    same time, and before anybody is told what there was up to then: nothing is done later at an earlier time.

    Args:
        seed: Another seed, another market.
        symbols: Who trades; all of them must be the engine's.
        start_us: When trading begins.
        start_ticks: The price each symbol starts at; its fair price if not given.
        most_behind_us: If stepped later than this after something was due (the computer slept, or is too slow
            for a fast clock), what was missed is left out. None: it is all made up for.
    """

    def __init__(
        self,
        engine: Engine,
        seed: int,
        symbols: Iterable[SymbolRules],
        *,
        start_us: int,
        start_ticks: Mapping[str, int] | None = None,
        most_behind_us: int | None = None,
    ) -> None:
        rules = list(symbols)
        assets = {asset for each in rules for asset in (each.base, each.quote)}
        wealth = dict.fromkeys(sorted(assets), RICHES)
        maker = engine.open_account(wealth, reported=False).id
        taker = engine.open_account(wealth, reported=False).id
        values = Values(seed, start_us)
        self._desks = [
            Desk(
                engine,
                each,
                values,
                Random(f"{seed} {each.symbol}"),
                maker=maker,
                taker=taker,
                start_ticks=(start_ticks or {}).get(each.symbol) or each.ticks(each.fair_price),
            )
            for each in rules
        ]
        self._most_behind_us = most_behind_us
        self._due: list[tuple[int, int, int]] = []  # when, desk, what
        for index, desk in enumerate(self._desks):
            desk.open(start_us)
            self._due.append((start_us + desk.until_quote_us(start_us), index, _QUOTE))
            self._due.append((start_us + desk.until_order_us(start_us), index, _ORDER))
        heapq.heapify(self._due)

    @property
    def due_us(self) -> int:
        """When there is something to do next."""
        return self._due[0][0]

    def step(self, now_us: int) -> None:
        """Do all that is due by now; what comes then is due later."""
        if self._most_behind_us is not None:
            self._skip_to(now_us - self._most_behind_us)
        done = 0
        while self.due_us <= now_us:
            due_us, index, what = self._due[0]
            desk = self._desks[index]
            if what == _QUOTE:
                desk.quote(due_us)
                delay_us = desk.until_quote_us(due_us)
            else:
                desk.take(due_us)
                delay_us = desk.until_order_us(due_us)
            heapq.heapreplace(self._due, (due_us + delay_us, index, what))
            done += 1
            if done == _MOST_AT_ONCE and self._most_behind_us is not None:
                self._skip_to(now_us + 1)

    def _skip_to(self, time_us: int) -> None:
        """Put everything off, if something is due before a time."""
        late_us = time_us - self.due_us
        if late_us > 0:
            self._due = [(due_us + late_us, *rest) for due_us, *rest in self._due]  # type: ignore[misc]


_QUOTE, _ORDER = 0, 1


class Desk:
    """The agents of one symbol."""

    def __init__(
        self,
        engine: Engine,
        rules: SymbolRules,
        values: Values,
        rng: Random,
        *,
        maker: int,
        taker: int,
        start_ticks: int,
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._values = values
        self._rng = rng
        self._maker = maker
        self._taker = taker
        self._character: Character = character_of(rules.symbol)
        self._start_ticks = start_ticks
        self._push = 0.0  # what taker orders moved the fair value by; it fades
        self._side = Side.BUY
        self._bids = Ladder(Side.BUY)
        self._asks = Ladder(Side.SELL)
        self._usd_per_lot = (
            float(rules.price(start_ticks)) * float(rules.step) * dollars_of(rules.quote)
        )
        self._gap_ticks = max(start_ticks * self._character.gap, 1.0)
        self._level_usd = 0.035 * self._character.touch_usd * max(1.0, self._gap_ticks / 35) ** 0.5
        self._least_lots = self._lots_for_notional()

    def open(self, now_us: int) -> None:
        """Fill the book around the start price."""
        bid, ask = self._quotes(now_us)
        for ladder, touch in ((self._bids, bid), (self._asks, ask)):
            self._rest_touch(ladder, touch, now_us)
            self._extend(ladder, now_us)

    def until_quote_us(self, now_us: int) -> int:
        """How long until the makers look again."""
        pace = self._character.quotes_per_s * activity(now_us)
        return 1 + int(self._rng.expovariate(pace) * 1e6)

    def until_order_us(self, now_us: int) -> int:
        """How long until the next taker order: moments within a burst, else a while."""
        if self._rng.random() < _IN_BURST:
            return 1 + int(self._rng.expovariate(1 / _BURST_S) * 1e6)
        mean_s = 1 / (self._character.orders_per_s * activity(now_us))
        return 1 + int(self._rng.expovariate((1 - _IN_BURST) / (mean_s + 1e-9)) * 1e6)

    def quote(self, now_us: int) -> None:
        """Move the best quotes to where they should be, and stir the levels behind them."""
        if not self._trading:
            return  # a halted symbol takes no cancels either: what rests stays
        self._bids.forget_done()
        self._asks.forget_done()
        bid, ask = self._quotes(now_us)
        if self._misplaced(bid, ask):
            self._withdraw(self._bids, bid, now_us)
            self._withdraw(self._asks, ask, now_us)
        self._show(self._bids, bid, now_us)
        self._show(self._asks, ask, now_us)
        self._stir(self._bids if self._rng.random() < 0.5 else self._asks, now_us)
        self._extend(self._bids, now_us)
        self._extend(self._asks, now_us)

    def take(self, now_us: int) -> None:
        """Send a taker order."""
        if not self._trading:
            return
        book = self._engine.book(self._rules.symbol)
        bid, ask = book.bids.best_ticks(), book.asks.best_ticks()
        if not bid or not ask:
            return
        side = self._next_side((bid + ask) / 2, now_us)
        ladder = self._asks if side is Side.BUY else self._bids
        size = math.exp(self._rng.gauss(0.0, 2.5)) * self._character.order_usd
        lots = max(int(size / self._usd_per_lot), self._least_lots)
        limit = self._worst_taken(ladder, ask if side is Side.BUY else bid)
        swept = min(lots / max(self._touch_median_lots(), 1), 3.0)
        self._push += swept * 1.5e-5 * (1 if side is Side.BUY else -1)
        self._place(self._taker, side, limit, lots, TimeInForce.IOC, now_us)

    # Inside

    @property
    def _trading(self) -> bool:
        return self._engine.status(self._rules.symbol) is SymbolStatus.TRADING

    def _fair(self, now_us: int) -> float:
        moved = self._values.pair(self._rules.base, self._rules.quote, now_us)
        return self._start_ticks * math.exp(moved + self._push)

    def _quotes(self, now_us: int) -> tuple[int, int]:
        """Where the best bid and ask belong."""
        self._push *= 0.97
        spread = self._character.spread_ticks
        if self._rng.random() < 0.1:
            spread += int(self._rng.expovariate(1 / (2 + self._gap_ticks / 4)))
        bid = max(math.floor(self._fair(now_us) - (spread - 1) / 2), 1)
        return bid, bid + spread

    def _misplaced(self, bid: int, ask: int) -> bool:
        """Whether the quotes are further from where they belong than makers bear."""
        shown_bid, shown_ask = self._bids.best_ticks, self._asks.best_ticks
        if shown_bid is None or shown_ask is None:
            return True
        if shown_ask - shown_bid > self._character.spread_ticks + self._gap_ticks:
            return True
        borne = max(self._start_ticks * 3e-5, 0.8)
        return abs((shown_bid + shown_ask) - (bid + ask)) / 2 > borne

    def _withdraw(self, ladder: Ladder, touch: int, now_us: int) -> None:
        """Cancel what is priced better than the new best quote, and the old best one."""
        old_touch = ladder.best_ticks
        while (best := ladder.best_ticks) is not None and ladder.beyond(best, touch):
            self._cancel(ladder.pop(0), now_us)
        if old_touch is not None and old_touch == ladder.best_ticks != touch:
            self._cancel(ladder.pop(0), now_us)
            self._rest(ladder, old_touch, self._level_lots(len(ladder) % 5), now_us)

    def _show(self, ladder: Ladder, touch: int, now_us: int) -> None:
        """Quote at the best price unless something good enough is there, and fill the way to it."""
        best = ladder.best_ticks
        other = (self._asks if ladder is self._bids else self._bids).best_ticks
        if best is not None and other is not None:
            spread = abs(best - other)
            if best == touch or spread <= self._character.spread_ticks:
                return
            if self._rng.random() < _HESITATION:
                return
        self._rest_touch(ladder, touch, now_us)
        if best is not None and ladder.beyond(touch, best):
            self._fill_between(ladder, touch, best, now_us)

    def _fill_between(self, ladder: Ladder, touch: int, best: int, now_us: int) -> None:
        price = touch
        for depth in range(12):
            price -= ladder.sign * self._gap()
            if not ladder.beyond(price, best):
                return
            self._rest(ladder, price, self._level_lots(depth), now_us)

    def _stir(self, ladder: Ladder, now_us: int) -> None:
        """Replace a level behind the best one, rather a near one, by another nearby, and fill a hole."""
        if len(ladder) < 3:
            return
        index = min(1 + int(self._rng.expovariate(1 / 12)), len(ladder) - 2)
        old = ladder.pop(index)
        self._cancel(old, now_us)
        price = old[0].price_ticks + ladder.sign * self._rng.randint(-1, 1) * self._gap()
        best = ladder.best_ticks
        if price in ladder or best is None or not ladder.beyond(best, price):
            price = old[0].price_ticks
        self._rest(ladder, price, self._level_lots(index), now_us)
        before, behind = ladder.price_at(index), ladder.price_at(index + 1)
        if abs(before - behind) > 3 * self._gap_ticks:
            self._rest(ladder, (before + behind) // 2, self._level_lots(index), now_us)

    def _extend(self, ladder: Ladder, now_us: int) -> None:
        """Keep the number of levels: add behind the worst, or cancel it."""
        wanted = self._character.levels
        while len(ladder) > wanted * 1.05:
            self._cancel(ladder.pop(len(ladder) - 1), now_us)
        while len(ladder) < wanted:
            worst = ladder.worst_ticks
            if worst is None:
                return
            widening = 1 + (len(ladder) / 250) ** 2
            price = worst - ladder.sign * max(int(self._gap() * widening), 1)
            if price < 1:
                return
            self._rest(ladder, price, self._level_lots(len(ladder)), now_us)

    def _worst_taken(self, ladder: Ladder, best: int) -> int:
        """How far a taker goes: some levels, but not far where the book is thin."""
        reach = max(int(best * _MOST_MOVED), 2)
        if not len(ladder):
            return best - ladder.sign * reach
        limit = ladder.price_at(min(_MOST_SWEPT, len(ladder)) - 1)
        return min(max(limit, best - reach), best + reach)

    def _next_side(self, mid: float, now_us: int) -> Side:
        gap = (self._fair(now_us) - mid) / (mid * 5e-5)
        if abs(gap) > self._rng.random() + 0.3:
            self._side = Side.BUY if gap > 0 else Side.SELL
        elif self._rng.random() > _SAME_SIDE:
            self._side = self._side.opposite
        return self._side

    def _gap(self) -> int:
        return max(round(self._rng.expovariate(1 / self._gap_ticks)), 1)

    def _touch_median_lots(self) -> int:
        return int(self._character.touch_usd / self._usd_per_lot)

    def _level_lots(self, depth: int) -> int:
        usd = self._level_usd * (1 + min(depth, 60) / 45) * math.exp(self._rng.gauss(0.0, 1.0))
        return max(int(usd / self._usd_per_lot), self._least_lots)

    def _lots_for_notional(self) -> int:
        """The fewest lots that the filters let an order have, with room for the price to fall."""
        least = Decimal(0)
        for each in self._rules.filters:
            if each["filterType"] in ("NOTIONAL", "MIN_NOTIONAL"):
                least = max(least, Decimal(each["minNotional"]))
        value = self._rules.price(self._start_ticks) * self._rules.step
        return int(least * Decimal("1.3") / value) + 1

    def _rest_touch(self, ladder: Ladder, price_ticks: int, now_us: int) -> None:
        """Quote the best price: several makers, the first ones small."""
        if price_ticks in ladder:
            return
        lots = int(self._touch_median_lots() * math.exp(self._rng.gauss(0.0, 1.0)))
        for _ in range(self._rng.randint(0, 4)):
            part = int(lots * self._rng.random() ** 3)
            if part >= self._least_lots:
                lots -= part
                self._rest(ladder, price_ticks, part, now_us)
        self._rest(ladder, price_ticks, max(lots, self._least_lots), now_us)

    def _rest(self, ladder: Ladder, price_ticks: int, lots: int, now_us: int) -> None:
        if price_ticks < 1:
            return
        side = ladder.side
        order = self._place(self._maker, side, price_ticks, lots, TimeInForce.GTC, now_us)
        if order is not None and order.is_open:
            ladder.add(order)

    def _place(
        self,
        account: int,
        side: Side,
        price_ticks: int,
        lots: int,
        time_in_force: TimeInForce,
        now_us: int,
    ) -> Order | None:
        """Place a limit order; None if the exchange refuses it, as by a filter that was set tight."""
        new = NewOrder(
            symbol=self._rules.symbol,
            side=side,
            type=OrderType.LIMIT,
            time_in_force=time_in_force,
            quantity=self._rules.quantity(lots),
            price=self._rules.price(price_ticks),
        )
        try:
            return self._engine.place(account, new, now_us=now_us).order
        except Reject:
            return None

    def _cancel(self, orders: Iterable[Order], now_us: int) -> None:
        for order in orders:
            if order.is_open:
                self._engine.cancel(
                    self._maker, self._rules.symbol, order_id=order.id, now_us=now_us
                )


class Ladder:
    """The makers' orders on one side, by price, best first."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.sign = 1 if side is Side.BUY else -1
        self._orders: dict[int, list[Order]] = {}
        self._keys: list[int] = []  # prices, times -1 for asks: the best is last

    @property
    def best_ticks(self) -> int | None:
        """The best price."""
        return self._keys[-1] * self.sign if self._keys else None

    @property
    def worst_ticks(self) -> int | None:
        """The price furthest from the market."""
        return self._keys[0] * self.sign if self._keys else None

    def price_at(self, index: int) -> int:
        """The price of a level by its place, 0 being the best."""
        return self._keys[-1 - index] * self.sign

    def beyond(self, price_ticks: int, other_ticks: int) -> bool:
        """Whether a price is better than another for who trades with this side."""
        return (price_ticks - other_ticks) * self.sign > 0

    def add(self, order: Order) -> None:
        """Keep an order that rests."""
        orders = self._orders.get(order.price_ticks)
        if orders is None:
            insort(self._keys, order.price_ticks * self.sign)
            self._orders[order.price_ticks] = [order]
        else:
            orders.append(order)

    def pop(self, index: int) -> list[Order]:
        """Take out the orders of a level by its place, 0 being the best."""
        return self._orders.pop(self._keys.pop(len(self._keys) - 1 - index) * self.sign)

    def forget_done(self) -> None:
        """Take out the best levels that were filled."""
        while self._keys and not any(
            order.is_open for order in self._orders[self._keys[-1] * self.sign]
        ):
            self.pop(0)

    def __contains__(self, price_ticks: int) -> bool:
        return price_ticks in self._orders

    def __len__(self) -> int:
        return len(self._keys)
