"""How like the recorded market the agents' one is."""

from __future__ import annotations

import statistics
from collections import defaultdict
from itertools import groupby, pairwise

import pytest

from binance_lab.exchange.agents import Agents
from binance_lab.exchange.engine import Engine
from binance_lab.exchange.events import Silent, Trade
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.replay import Recording, Replay
from binance_lab.exchange.symbols import select_symbols
from binance_lab.wire.enums import Side

[BTCUSDT] = select_symbols(["BTCUSDT"])
NOON_US = 1_709_208_000_000_000
SECOND_US = 1_000_000

Facts = dict[str, float]


class Watched(Silent):
    """A market whose depth is looked at once a second."""

    def __init__(self) -> None:
        self.market = MarketData(BTCUSDT)
        self._seen: dict[str, list[float]] = defaultdict(list)

    def trade(self, trade: Trade) -> None:
        self.market.trade(
            trade.id,
            trade.price_ticks,
            trade.lots,
            trade.quote_atoms,
            trade.time_us,
            buyer_is_maker=trade.buyer_is_maker,
            taker=trade.taker_order_id,
        )

    def level(self, symbol: str, side: Side, price_ticks: int, lots: int) -> None:
        self.market.level(side, price_ticks, lots)

    def look(self) -> None:
        bids = self.market.depth_book.bids.top(100)
        ask = self.market.depth_book.asks.best
        if len(bids) < 100 or ask is None:
            return
        best = bids[0][0]
        self._seen["one tick"].append(float(ask[0] - best == 1))
        self._seen["lots at the best price"].append(bids[0][1])
        for levels in (20, 100):
            self._seen[f"lots of {levels} levels"].append(sum(lots for _, lots in bids[:levels]))
            self._seen[f"reach of {levels} levels"].append(best - bids[levels - 1][0])

    def facts(self) -> Facts:
        trades = self.market.trades_from(0, 100_000)
        orders = [
            (sold, sum(trade.lots for trade in of_order))
            for (_, sold), of_order in groupby(trades, key=lambda t: (t.time_us, t.buyer_is_maker))
        ]
        sizes = statistics.quantiles([lots for _, lots in orders], n=100)
        same = [before[0] == after[0] for before, after in pairwise(orders)]
        facts = {name: statistics.median(values) for name, values in self._seen.items()}
        facts["one tick"] = statistics.fmean(self._seen["one tick"])
        facts["same side"] = statistics.fmean(same)
        facts |= {f"size {percent} %": sizes[percent - 1] for percent in (25, 50, 75, 90)}
        return facts


@pytest.fixture(scope="module")
def made() -> Facts:
    watched = Watched()
    agents = Agents(Engine([BTCUSDT], listener=watched), 7, [BTCUSDT], start_us=NOON_US)
    engine_us = NOON_US
    for _ in range(300):
        engine_us += SECOND_US
        agents.step(engine_us)
        watched.look()
    return watched.facts()


@pytest.fixture(scope="module")
def seen(recorded) -> Facts:
    watched = Watched()
    replay = Replay(Engine([BTCUSDT]), {"BTCUSDT": watched.market}, ["BTCUSDT"])
    looked_us = 0
    for message in Recording(sorted((recorded / "captures").iterdir())[:1]):
        replay.apply(message)
        if message.time_us >= looked_us + SECOND_US:
            looked_us = message.time_us
            watched.look()
    return watched.facts()


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("one tick", 1.2),
        ("same side", 1.2),
        ("lots at the best price", 3),
        ("lots of 20 levels", 2.5),
        ("lots of 100 levels", 2.5),
        ("reach of 20 levels", 2.5),
        ("reach of 100 levels", 2.5),
        ("size 25 %", 3),
        ("size 50 %", 3),
        ("size 75 %", 3),
        ("size 90 %", 3),
    ],
)
def test_market_is_like_the_recorded_one(made, seen, name, times):
    """Spread, depth and order sizes of the agents' BTCUSDT are of the recorded size."""
    assert seen[name] / times < made[name] < seen[name] * times
