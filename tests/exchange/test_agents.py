"""The agents who make the market."""

from __future__ import annotations

import math
import pickle
import statistics
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from binance_lab.exchange.agents import Agents
from binance_lab.exchange.engine import Engine
from binance_lab.exchange.events import Silent, Trade
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.orders import NewOrder
from binance_lab.exchange.symbols import DEFAULT_SYMBOLS, select_symbols
from binance_lab.exchange.walks import Values, Walk
from binance_lab.wire.enums import OrderStatus, OrderType, Side, SymbolStatus, TimeInForce

NOON_US = 1_709_208_000_000_000
SECOND_US = 1_000_000
PAIRS = select_symbols(["BTCUSDT", "SHIBUSDT", "ETHBTC"])


class Floor(Silent):
    """An engine with agents, and what it told."""

    def __init__(self, seed: int = 7, symbols=PAIRS, **options) -> None:
        self.markets = {each.symbol: MarketData(each, start_us=NOON_US) for each in symbols}
        self.engine = Engine(symbols, listener=self)
        self.now_us = NOON_US
        self.trades: list[Trade] = []
        self.crossed = 0
        self.agents = Agents(self.engine, seed, symbols, start_us=NOON_US, **options)

    def trade(self, trade: Trade) -> None:
        self.trades.append(trade)

    def level(self, symbol: str, side: Side, price_ticks: int, lots: int) -> None:
        book = self.markets[symbol].depth_book
        book.set(side, price_ticks, lots)
        if book.bids.best and book.asks.best and book.bids.best[0] >= book.asks.best[0]:
            self.crossed += 1

    def step(self, seconds: float, *, by_s: float = 1.0) -> None:
        end_us = self.now_us + int(seconds * SECOND_US)
        while self.now_us < end_us:
            self.now_us = min(self.now_us + int(by_s * SECOND_US), end_us)
            self.agents.step(self.now_us)

    def top(self, symbol: str) -> tuple[int, int]:
        book = self.markets[symbol].depth_book
        assert book.bids.best
        assert book.asks.best
        return book.bids.best[0], book.asks.best[0]


@pytest.fixture(scope="module")
def two_minutes() -> Floor:
    floor = Floor(symbols=DEFAULT_SYMBOLS)
    floor.step(120)
    return floor


def test_same_seed_same_market():
    """The same seed gives the same trades at the same times, however often it is stepped."""
    first, second = Floor(), Floor()
    first.step(20)
    second.step(20, by_s=0.25)
    assert len(first.trades) > 20
    assert first.trades == second.trades


def test_other_seed_other_market():
    """Another seed gives other trades."""
    first, second = Floor(seed=1), Floor(seed=2)
    first.step(10)
    second.step(10)
    assert first.trades[:5] != second.trades[:5]


def test_market_is_alive(two_minutes):
    """Several trades a second on BTCUSDT, fewer on the others, and every symbol trades."""
    count = Counter(trade.symbol for trade in two_minutes.trades)
    assert count["BTCUSDT"] > 2 * 120
    assert all(count[rules.symbol] for rules in DEFAULT_SYMBOLS)
    assert count.most_common(1)[0][0] == "BTCUSDT"


def test_book_is_deep_and_never_crossed(two_minutes):
    """Each book keeps its levels on both sides, and the best bid is below the best ask at all times."""
    assert two_minutes.crossed == 0
    for symbol, market in two_minutes.markets.items():
        bid, ask = two_minutes.top(symbol)
        assert 0 < bid < ask
        assert min(len(market.depth_book.bids), len(market.depth_book.asks)) > 100


def test_spread_of_busy_symbols_is_mostly_one_tick():
    """As in the recorded market, BTCUSDT has a spread of one tick most of the time, but not always."""
    floor = Floor(symbols=PAIRS[:1])
    spreads = []
    for _ in range(600):
        floor.step(0.2, by_s=0.2)
        bid, ask = floor.top("BTCUSDT")
        spreads.append(ask - bid)
    assert 0.7 < sum(spread == 1 for spread in spreads) / len(spreads) < 1


def test_books_stay_whole():
    """After half an hour the books have no holes near the best price, and no trade was far off."""
    floor = Floor(symbols=PAIRS[1:])
    floor.step(1_800, by_s=30)
    for symbol, market in floor.markets.items():
        prices = [price for price, _ in market.depth_book.bids.top(20)]
        assert prices[0] - prices[-1] < prices[0] * 0.02
        traded = [trade.price_ticks for trade in floor.trades if trade.symbol == symbol]
        assert all(abs(b - a) <= 2 + a * 0.005 for a, b in pairwise(traded))


def test_times_never_go_back(two_minutes):
    """Trades come in the order of their times."""
    times = [trade.time_us for trade in two_minutes.trades]
    assert times == sorted(times)
    assert times[0] > NOON_US


def test_user_trades_with_the_agents():
    """A user's market order is filled by the agents, and a resting one by their takers."""
    floor = Floor(symbols=PAIRS[:1])
    floor.step(5)
    balances = {"BTC": Decimal(10), "USDT": Decimal(10_000_000)}
    user = floor.engine.open_account(balances).id
    bought = NewOrder(
        symbol="BTCUSDT", side=Side.BUY, type=OrderType.MARKET, quantity=Decimal("0.5")
    )
    assert floor.engine.place(user, bought, now_us=floor.now_us).order.status is OrderStatus.FILLED
    resting = NewOrder(
        symbol="BTCUSDT",
        side=Side.BUY,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        quantity=Decimal("0.001"),
        price=floor.engine.rules("BTCUSDT").price(floor.top("BTCUSDT")[1] - 1),
    )
    order = floor.engine.place(user, resting, now_us=floor.now_us).order
    floor.step(120)
    assert order.status is OrderStatus.FILLED


def test_halted_symbol_rests_and_comes_back():
    """While a symbol is halted nothing trades there, the others go on, and afterwards it trades again."""
    floor = Floor()
    floor.engine.set_status("BTCUSDT", SymbolStatus.HALT, now_us=floor.now_us)
    floor.step(30)
    assert {trade.symbol for trade in floor.trades} == {"SHIBUSDT", "ETHBTC"}
    floor.engine.set_status("BTCUSDT", SymbolStatus.TRADING, now_us=floor.now_us)
    floor.step(10)
    assert any(trade.symbol == "BTCUSDT" for trade in floor.trades)


def test_market_goes_on_as_it_would_have_after_it_was_stored():
    """Agents, engine and public data that are stored and restored together go on in the same way."""
    floor = Floor()
    floor.step(5)
    restored = pickle.loads(pickle.dumps(floor))
    restored.engine.listener = restored
    for each in (floor, restored):
        each.step(10)
    assert restored.trades == floor.trades
    assert restored.top("BTCUSDT") == floor.top("BTCUSDT")


def test_what_the_computer_slept_through_is_left_out():
    """Stepped an hour late, agents with a limit go on from now instead of making up for the hour."""
    floor = Floor(most_behind_us=5 * SECOND_US)
    floor.now_us += 3_600 * SECOND_US
    floor.agents.step(floor.now_us)
    assert floor.agents.due_us > floor.now_us
    assert all(trade.time_us >= floor.now_us - 5 * SECOND_US for trade in floor.trades)


def test_a_step_is_bounded_where_the_computer_is_too_slow(monkeypatch: pytest.MonkeyPatch):
    """Above so many things at once, the rest is put off; nothing of it happens before the step's time."""
    monkeypatch.setattr("binance_lab.exchange.agents._MOST_AT_ONCE", 50)
    floor = Floor(most_behind_us=3_600 * SECOND_US)
    end_us = NOON_US + 3_600 * SECOND_US
    floor.agents.step(end_us)
    assert floor.agents.due_us == end_us + 1
    count = len(floor.trades)
    assert all(trade.time_us < end_us for trade in floor.trades)
    floor.now_us = end_us
    floor.step(30)
    assert len(floor.trades) > count
    assert all(trade.time_us > end_us for trade in floor.trades[count:])


def test_returns_have_fat_tails_and_clustered_volatility():
    """A walk's moves have more extremes than the normal distribution, and calm and storm last."""
    walk = Walk(Random(5), 0.02, NOON_US)
    values = [walk.at(NOON_US + second * SECOND_US) for second in range(40_000)]
    moves = [after - before for before, after in pairwise(values)]
    square = [move * move for move in moves]
    assert statistics.fmean(m * m for m in square) / statistics.fmean(square) ** 2 > 5
    sizes = [abs(move) for move in moves]
    assert statistics.correlation(sizes[:-10], sizes[10:]) > 0.05
    assert abs(statistics.correlation(moves[:-1], moves[1:])) < 0.03


def test_crosses_follow_their_legs():
    """ETHBTC moves as ETHUSDT less BTCUSDT does, and a dollar doesn't move against itself."""
    values = Values(3, NOON_US)
    later_us = NOON_US + 3_600 * SECOND_US
    eth, btc = (values.pair(asset, "USDT", later_us) for asset in ("ETH", "BTC"))
    assert math.isclose(values.pair("ETH", "BTC", later_us), eth - btc, abs_tol=1e-12)
    assert values.pair("USDT", "USDT", later_us) == 0.0
