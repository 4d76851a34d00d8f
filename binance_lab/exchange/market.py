"""One symbol's state: its book, waiting stops, average price, and each account's orders and fills."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from decimal import Decimal

from binance_lab.exchange.ledger import Account
from binance_lab.exchange.order_book import OrderBook
from binance_lab.exchange.orders import Order
from binance_lab.exchange.reference_price import ReferencePrice
from binance_lab.exchange.standing import Standing
from binance_lab.exchange.symbols import ATOMS, SymbolRules, amount_of, atoms_of
from binance_lab.wire.enums import Side, SymbolStatus
from binance_lab.wire.filters import (
    Filter,
    LotSize,
    MaxNumOrders,
    MaxPosition,
    MinNotional,
    Notional,
    PercentPrice,
    PercentPriceBySide,
    PriceFilter,
    parse_filters,
)

_SECOND_US = 1_000_000


class AveragePrice:
    """The volume-weighted average price of the last minutes, kept by the second.

    Bounded: one entry a second of the window.
    """

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        self._seconds: deque[list[int]] = deque()  # [second, sum of ticks * lots, sum of lots]
        self._value = 0
        self._lots = 0

    def add(self, price_ticks: int, lots: int, now_us: int) -> None:
        """Count a trade."""
        second = now_us // _SECOND_US
        seconds = self._seconds
        if seconds and seconds[-1][0] == second:
            seconds[-1][1] += price_ticks * lots
            seconds[-1][2] += lots
        else:
            seconds.append([second, price_ticks * lots, lots])
            self._drop_old(second)
        self._value += price_ticks * lots
        self._lots += lots

    def atoms(self, tick_atoms: int, now_us: int) -> int:
        """The average in atoms of the quote asset, rounded down; 0 without a trade in the window."""
        self._drop_old(now_us // _SECOND_US)
        return self._value * tick_atoms // self._lots if self._lots else 0

    def _drop_old(self, second: int) -> None:
        seconds = self._seconds
        oldest = second - self.minutes * 60
        while seconds and seconds[0][0] <= oldest:
            _, value, lots = seconds.popleft()
            self._value -= value
            self._lots -= lots


class QuickCheck:
    """Whether a plain limit order passes a symbol's filters, by whole numbers alone.

    It never accepts what the filters refuse; what it doesn't accept is checked by them again, exactly.
    """

    def __init__(self, filters: tuple[Filter, ...]) -> None:
        self.min_price, self.max_price, self.tick = 1, 10**30, 1  # atoms
        self.min_qty, self.max_qty, self.step = 1, 10**30, 1  # atoms
        self.min_value, self.max_value = 0, 10**60  # atoms of atoms
        self.max_orders = 10**9
        self.bands: dict[Side, tuple[int, int]] = {}  # (down, up) in 1e-8 of the average
        self.usable = True
        for each in filters:
            self._include(each)
            if getattr(each, "avg_price_mins", 1) == 0:
                self.usable = False  # goes by the last price, not by the average

    def _include(self, rule: Filter) -> None:
        match rule:
            case PriceFilter(min_price=low, max_price=high, tick_size=tick):
                self.min_price, self.tick = atoms_of(low), atoms_of(tick) or 1
                self.max_price = atoms_of(high) or self.max_price
            case LotSize(min_qty=low, max_qty=high, step_size=step):
                self.min_qty, self.max_qty = atoms_of(low), atoms_of(high)
                self.step = atoms_of(step) or 1
            case MinNotional(min_notional=low):
                self.min_value = atoms_of(low) * ATOMS
            case Notional(min_notional=low, max_notional=high):
                self.min_value, self.max_value = atoms_of(low) * ATOMS, atoms_of(high) * ATOMS
            case PercentPrice(multiplier_up=up, multiplier_down=down):
                self.bands = dict.fromkeys(Side, (atoms_of(down), atoms_of(up)))
            case PercentPriceBySide():
                self.bands = {
                    Side.BUY: (
                        atoms_of(rule.bid_multiplier_down),
                        atoms_of(rule.bid_multiplier_up),
                    ),
                    Side.SELL: (
                        atoms_of(rule.ask_multiplier_down),
                        atoms_of(rule.ask_multiplier_up),
                    ),
                }
            case MaxNumOrders(max_num_orders=limit):
                self.max_orders = limit
            case MaxPosition():
                self.usable = False  # depends on balances

    def accepts(self, side: Side, price: int, quantity: int, average: int, orders: int) -> bool:
        """Whether an order passes for sure.

        Args:
            price, quantity, average: In atoms; an average of 0 is unknown.
            orders: Open orders of the account with this one.
        """
        if not (
            self.usable
            and self.min_price <= price <= self.max_price
            and price % self.tick == 0
            and self.min_qty <= quantity <= self.max_qty
            and quantity % self.step == 0
            and self.min_value <= price * quantity <= self.max_value
            and orders <= self.max_orders
        ):
            return False
        if average and self.bands:
            down, up = self.bands[side]
            return average * down <= price * ATOMS <= average * up
        return True


class Market:
    """One symbol's state."""

    def __init__(self, rules: SymbolRules) -> None:
        self.rules = rules
        self.filters = parse_filters(rules.filters)
        self.quick_check = QuickCheck(self.filters)
        self.status = SymbolStatus.TRADING
        self.book = OrderBook()
        self.stops: dict[int, Order] = {}  # waiting for their trigger, oldest first
        self.standings: dict[int, Standing] = {}  # by account
        self.last_ticks = 0  # of the last trade; 0: none yet
        self.last_trade_us = 0
        self.average = AveragePrice(self._average_minutes())
        self.reference: ReferencePrice | None = None
        if rules.price_range is not None:
            width_us = rules.price_range.bucket_width_ms * 1000
            self.reference = ReferencePrice(width_us, rules.price_range.bucket_count)
        self.next_order_id = 1
        self.next_trade_id = 1
        self.next_prevented_match_id = 0
        self.next_allocation_id = 0
        self.permitted: set[tuple[str, ...]] = set()  # permissions of accounts that may trade it
        self.catch_up: Callable[[], None] | None = None  # brings a recorded book up to date
        self.published = True  # whether trades and levels are told to the listener

    def standing(self, account: Account) -> Standing:
        """What an account has here."""
        found = self.standings.get(account.id)
        if found is None:
            base, quote = account.balance(self.rules.base), account.balance(self.rules.quote)
            found = self.standings[account.id] = Standing(account, base, quote)
        return found

    def average_atoms(self, now_us: int) -> int:
        """The average price of the filters' minutes, else the last one; 0 if there never was a trade."""
        tick_atoms = self.rules.tick_atoms
        return self.average.atoms(tick_atoms, now_us) or self.last_ticks * tick_atoms

    def reference_atoms(self, now_us: int) -> int:
        """The reference price; 0 if the symbol has none, or no trade in its window."""
        return self.reference.atoms(now_us) if self.reference else 0

    def filter_atoms(self, now_us: int) -> int:
        """The price that filters go by: the reference price, else the average one."""
        return self.reference_atoms(now_us) or self.average_atoms(now_us)

    def last_price(self) -> Decimal | None:
        """The price of the last trade."""
        return self.rules.price(self.last_ticks) if self.last_ticks else None

    def average_price(self, now_us: int) -> Decimal | None:
        """The average price with eight decimals; the last price if nothing traded."""
        atoms = self.average_atoms(now_us)
        return amount_of(atoms) if atoms else None

    def note_trade(self, price_ticks: int, lots: int, now_us: int) -> None:
        """Remember a trade's price."""
        self.last_ticks = price_ticks
        self.last_trade_us = now_us
        self.average.add(price_ticks, lots, now_us)
        if self.reference is not None:
            self.reference.add(price_ticks * self.rules.tick_atoms, now_us)

    def _average_minutes(self) -> int:
        minutes = [getattr(each, "avg_price_mins", 0) for each in self.filters]
        return max(minutes, default=0) or 5
