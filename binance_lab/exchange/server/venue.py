"""The exchange behind its doors: engine, public data, accounts' keys, limits and the time.

The venue is the engine's listener: it keeps each symbol's public data current and passes events on to those
who publish them. Everything runs on the event loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from binance_lab.exchange.candles import PublicTrade
from binance_lab.exchange.engine import Engine
from binance_lab.exchange.events import Execution, Trade
from binance_lab.exchange.market_data import MarketData, Past
from binance_lab.exchange.orders import OrderList
from binance_lab.exchange.server.auth import KeyRing
from binance_lab.exchange.server.limits import Limits
from binance_lab.exchange.symbols import SymbolRules, sors_among
from binance_lab.wire.enums import ExecutionType, Side, SymbolStatus

MAKER_FILL_RETURNS = 5  # of the unfilled order count, by an order's first fill as maker
TAKER_FILL_RETURNS = 1


class PublicListener(Protocol):
    """Who publishes market data."""

    def traded(self, market: MarketData, trade: PublicTrade) -> None:
        """A trade happened."""

    def best_changed(self, market: MarketData) -> None:
        """The best bid or ask is another one, in price or quantity."""


class PrivateListener(Protocol):
    """Who publishes an account's events."""

    def execution(self, execution: Execution) -> None:
        """An order changed."""

    def balances(self, account_id: int, assets: tuple[str, ...], time_us: int) -> None:
        """Balances may have changed."""

    def transfer(self, account_id: int, asset: str, atoms: int, time_us: int) -> None:
        """A deposit or withdrawal."""

    def order_list(self, account_id: int, order_list: OrderList, time_us: int) -> None:
        """An order list changed."""


class Venue:
    """One exchange.

    Args:
        clock: The time in microseconds since 1970; it may stand still or jump, the venue's never goes back.
        pasts: What traded before, by symbol.
        recorded: Symbols that a recording drives: their public data begins with its first trade.
        real_time: Whether the clock is that of the clients; if not, their timestamps can't be checked.
    """

    def __init__(
        self,
        symbols: Iterable[SymbolRules],
        *,
        clock: Callable[[], int],
        pasts: Mapping[str, Past] | None = None,
        recorded: Collection[str] = (),
        real_time: bool = True,
    ) -> None:
        rules = tuple(symbols)
        self._clock = clock
        self._last_us = 0
        self.skew_us = 0  # how wrong the clock is that clients see
        self.on_time: Callable[[int], None] = lambda now_us: None  # does what is due by then
        self.keys = KeyRing()
        self.limits = Limits()
        self.public: list[PublicListener] = []
        self.private: list[PrivateListener] = []
        self.real_time = real_time
        self.markets = {
            each.symbol: MarketData(
                each,
                past=(pasts or {}).get(each.symbol),
                start_us=None if each.symbol in recorded else self.now_us(),
            )
            for each in rules
        }
        self.assets = _assets(rules)
        self.engine = Engine(rules, listener=self, sors=sors_among(rules))
        for symbol, market in self.markets.items():
            # The live trades go on where those of the past end.
            if symbol not in recorded:
                self.engine.markets[symbol].next_trade_id = market.next_trade_id
                self.engine.markets[symbol].last_ticks = market.last_ticks

    def adopt(
        self, engine: Engine, markets: dict[str, MarketData], keys: KeyRing, latest_us: int
    ) -> None:
        """Go on with what was saved, and with what was done up to a time."""
        self._last_us = max(self._last_us, latest_us)
        self.engine, self.markets, self.keys = engine, markets, keys
        rules = [market.rules for market in markets.values()]
        self.assets = _assets(rules)
        engine.listener = self

    def now_us(self) -> int:
        """The time: what the clock says, but never earlier than before."""
        self._last_us = max(self._last_us, self._clock())
        return self._last_us

    def catch_up(self) -> int:
        """The time, when all that is due by then is done: what is told of it stays true.

        For whoever asks from outside: a request, a timed stream. Not for what the engine is doing.
        """
        now_us = self.now_us()
        self.on_time(now_us)
        return now_us

    # What the engine tells

    def trade(self, trade: Trade) -> None:
        """Two orders traded."""
        market = self.markets[trade.symbol]
        shown = market.trade(
            trade.id,
            trade.price_ticks,
            trade.lots,
            trade.quote_atoms,
            trade.time_us,
            buyer_is_maker=trade.buyer_is_maker,
            taker=trade.taker_order_id,
        )
        for listener in self.public:
            listener.traded(market, shown)

    def level(self, symbol: str, side: Side, price_ticks: int, lots: int) -> None:
        """A book level changed."""
        market = self.markets[symbol]
        if market.level(side, price_ticks, lots):
            for listener in self.public:
                listener.best_changed(market)

    def execution(self, execution: Execution) -> None:
        """An order of an account changed."""
        if execution.type is ExecutionType.TRADE:
            self._return_order_count(execution)
        for listener in self.private:
            listener.execution(execution)

    def _return_order_count(self, execution: Execution) -> None:
        """Give back to the unfilled order count what an order's first fill returns."""
        order, fill = execution.order, execution.fill
        if fill is None or fill.lots != order.executed_lots:
            return
        returned = MAKER_FILL_RETURNS if fill.is_maker else TAKER_FILL_RETURNS
        self.limits.order_count(order.account_id).add(-returned, execution.time_us)

    def balances(self, account_id: int, assets: tuple[str, ...], time_us: int) -> None:
        """Assets of an account may have changed."""
        for listener in self.private:
            listener.balances(account_id, assets, time_us)

    def transfer(self, account_id: int, asset: str, atoms: int, time_us: int) -> None:
        """A deposit changed a balance."""
        for listener in self.private:
            listener.transfer(account_id, asset, atoms, time_us)

    def order_list(self, account_id: int, order_list: OrderList, time_us: int) -> None:
        """An order list started or ended."""
        for listener in self.private:
            listener.order_list(account_id, order_list, time_us)

    def symbol_status(self, symbol: str, status: SymbolStatus, time_us: int) -> None:
        """A symbol was halted or trades again; answers read it from the engine."""


def _assets(rules: Iterable[SymbolRules]) -> tuple[str, ...]:
    """Every asset once, in the order of the symbols."""
    return tuple(dict.fromkeys(asset for each in rules for asset in (each.base, each.quote)))
