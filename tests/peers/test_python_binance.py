"""python-binance, unmodified but for its URLs, on the embedded exchange. Skipped where it isn't installed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from binance_lab.exchange.process import Exchange

binance: Any = pytest.importorskip("binance")

WAIT_S = 30.0


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    """An exchange on which agents trade."""
    with Exchange(seed=3, symbols=("BTCUSDT", "ETHUSDT")) as running:
        yield running


@pytest.fixture
def client(exchange: Exchange) -> Any:
    """The synchronous client of the first account."""
    made = binance.Client(exchange.api_key, exchange.api_secret, ping=False)
    made.API_URL = exchange.rest + "/api"
    return made


def price_of(client: Any, factor: float) -> str:
    """A price so many times the last one."""
    last = float(client.get_symbol_ticker(symbol="BTCUSDT")["price"])
    return f"{last * factor:.2f}"


def test_market_data(client: Any):
    """Its market data calls answer, those that page included."""
    assert client.ping() == {}
    assert len(client.get_exchange_info()["symbols"]) == 2
    assert client.get_order_book(symbol="BTCUSDT", limit=5)["bids"]
    assert len(client.get_historical_klines("BTCUSDT", "1h", "2 days ago UTC")) == 48
    assert list(client.aggregate_trade_iter("BTCUSDT", start_str="1 minute ago UTC"))


def test_the_life_of_an_order(client: Any):
    """A limit order is placed, found, listed and canceled; a market order fills."""
    placed = client.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price=price_of(client, 0.9))
    found = client.get_order(symbol="BTCUSDT", orderId=placed["orderId"])
    assert found["status"] == "NEW"
    assert placed["orderId"] in [row["orderId"] for row in client.get_open_orders()]
    canceled = client.cancel_order(symbol="BTCUSDT", orderId=placed["orderId"])
    assert canceled["status"] == "CANCELED"
    assert client.order_market_buy(symbol="BTCUSDT", quantity="0.01")["status"] == "FILLED"
    assert client.get_my_trades(symbol="BTCUSDT")


def test_an_order_list(client: Any):
    """An OCO is placed and canceled."""
    placed = client.create_oco_order(
        symbol="BTCUSDT",
        side="SELL",
        quantity="0.01",
        aboveType="LIMIT_MAKER",
        abovePrice=price_of(client, 1.1),
        belowType="STOP_LOSS_LIMIT",
        belowPrice=price_of(client, 0.89),
        belowStopPrice=price_of(client, 0.9),
        belowTimeInForce="GTC",
    )
    assert placed["listOrderStatus"] == "EXECUTING"
    order = placed["orders"][0]["orderId"]
    client.cancel_order(symbol="BTCUSDT", orderId=order)
    assert client.get_open_oco_orders() == []


def test_streams_and_user_data(exchange: Exchange):
    """Its sockets bring market streams, and the account's events over the WebSocket API."""

    async def listen() -> list[str]:
        client = binance.AsyncClient(exchange.api_key, exchange.api_secret)
        client.API_URL = exchange.rest + "/api"
        client.ws_api._url = exchange.ws_api
        manager = binance.BinanceSocketManager(client)
        manager.STREAM_URL = exchange.ws + "/"
        async with manager.trade_socket("BTCUSDT") as trades:
            events = [await trades.recv()]
        async with manager.user_socket() as user:
            await client.order_market_buy(symbol="BTCUSDT", quantity="0.001")
            events += [await user.recv(), await user.recv()]
        await client.close_connection()
        return [event["e"] for event in events]

    events = asyncio.run(asyncio.wait_for(listen(), 3 * WAIT_S))
    assert events == ["trade", "executionReport", "executionReport"]
