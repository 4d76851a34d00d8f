"""Whatever is sent, no endpoint fails: it answers, or refuses with a documented code."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from binance_lab.exchange.clock import SteppedClock
from binance_lab.exchange.server.gateway import Answer, Gateway, Request
from binance_lab.exchange.server.routes import ROUTES, Route
from binance_lab.exchange.server.world import Options, World

DOCUMENTED = {
    int(code)
    for code in json.loads(
        Path(__file__).parents[2].joinpath("data", "errors.json").read_text(encoding="utf-8")
    )
}
SENSIBLE = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "60000",
    "interval": "1m",
    "orderId": "1",
    "fromId": "1",
    "newQty": "0.005",
    "cancelReplaceMode": "ALLOW_FAILURE",
    "cancelOrderId": "1",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "70000",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "40000",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "60000",
    "workingQuantity": "0.01",
    "workingTimeInForce": "GTC",
    "pendingType": "MARKET",
    "pendingSide": "SELL",
    "pendingQuantity": "0.01",
    "pendingAboveType": "LIMIT_MAKER",
    "pendingAbovePrice": "70000",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "40000",
    "stopPrice": "60500",
}
NUMBERS = ["0", "-1", "1", "5", "100", "101", "0.1", "1e9", "NaN", "60000.01", "59999", "0.00000001", "0.000000001", "18446744073709551616", "99999999999999999999"]  # fmt: skip
WORDS = ["LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT", "GTC", "IOC", "FOK", "BUY", "SELL", "ACK", "FULL", "PRIMARY_PEG", "MARKET_PEG", "PRICE_LEVEL", "EXPIRE_BOTH", "TRANSFER", "HALT", "MINI", "1M", "3d", "59m", "+14:00", "true"]  # fmt: skip
ODD = ["", "ü", "币安", "[]", '["BTCUSDT"]', "[1]", "{}", "null", "\0", "x" * 37, "1700000000000", "1700000000000000"]  # fmt: skip
VALUES = NUMBERS + WORDS + ODD


def sent(random: Random, route: Route) -> dict[str, str]:
    """Mostly sensible parameters, some of them odd or missing."""
    names = [each.name for each in route.declared if each.name not in ("timestamp", "signature")]
    texts = {each: SENSIBLE[each] for each in names if each in SENSIBLE and random.random() < 0.85}
    for name in random.sample(names, min(len(names), random.choice((0, 1, 1, 2, 3)))):
        texts[name] = random.choice(VALUES)
    if random.random() < 0.02:
        texts["nosuch"] = "1"
    return texts


def answer(world: World, gateway: Gateway, route: Route, texts: dict[str, str]) -> Answer:
    """What the gateway answers to the first account's session."""
    if route.signed:
        texts["timestamp"] = str(world.venue.now_us() // 1000)
    request = Request("127.0.0.1", texts, None, payload=str, logged_on=world.users[0])
    return gateway.answer(route, request)


@pytest.mark.parametrize("seed", range(4))
def test_no_input_makes_an_endpoint_fail(seed: int):
    """Requests to all endpoints, sensible and odd: each is answered or refused, and nothing is lost."""
    random = Random(seed)
    world = World(Options(seed=seed, symbols=["BTCUSDT", "ETHUSDT"], stepped=True))
    assert isinstance(world.clock, SteppedClock)
    world.venue.limits.change(weight=10**9, orders_10s=10**9)
    gateway = Gateway(world.venue)
    engine, refused = world.venue.engine, set[int]()
    owned = {asset: engine.supply(asset) for asset in world.venue.assets}
    for _ in range(1_500):
        route = random.choice(ROUTES)
        texts = sent(random, route)
        if "price" in texts and random.random() < 0.5:
            texts["price"] = str(engine.last_price("BTCUSDT"))
        got = answer(world, gateway, route, texts)
        assert got.status < 500, (route.path, texts)
        if got.error is not None:
            refused.add(got.error.code)
        world.clock.step(random.choice((0, 1_000, 300_000)))
    assert refused >= {-1100, -1102, -1104, -1106, -1121, -1130, -2010}
    assert refused <= DOCUMENTED
    assert {asset: engine.supply(asset) for asset in world.venue.assets} == owned
