"""Binance's own SDK, unmodified but for its URLs, on the embedded exchange. Skipped where it isn't installed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from binance_lab.exchange.process import Exchange

configuration: Any = pytest.importorskip("binance_common.configuration")
spot: Any = pytest.importorskip("binance_sdk_spot.spot")

WAIT_S = 30.0


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    """An exchange on which agents trade."""
    with Exchange(seed=3, symbols=("BTCUSDT", "ETHUSDT")) as running:
        yield running


@pytest.fixture
def client(exchange: Exchange) -> Any:
    """The SDK's client of the first account."""
    keys = {"api_key": exchange.api_key, "api_secret": exchange.api_secret}
    return spot.Spot(
        config_rest_api=configuration.ConfigurationRestAPI(base_path=exchange.rest, **keys),
        config_ws_api=configuration.ConfigurationWebSocketAPI(stream_url=exchange.ws_api, **keys),
        config_ws_streams=configuration.ConfigurationWebSocketStreams(stream_url=exchange.ws),
    )


def last_price(client: Any) -> float:
    """The price of the last trade."""
    return float(client.rest_api.get_trades("BTCUSDT", limit=1).data()[0].price)


def test_market_data(client: Any):
    """Its models take the answers to market data calls."""
    rest = client.rest_api
    assert len(rest.exchange_info(symbol="BTCUSDT").data().symbols) == 1
    assert rest.depth("BTCUSDT", limit=5).data().bids
    assert len(rest.klines("BTCUSDT", "1m", limit=2).data()) == 2
    assert rest.ticker24hr(symbol="BTCUSDT").data().actual_instance.symbol == "BTCUSDT"
    assert rest.execution_rules().data().symbol_rules


def test_the_life_of_an_order(client: Any):
    """A limit order is placed, found and canceled; the account and its filters are read."""
    rest = client.rest_api
    placed = rest.new_order(
        symbol="BTCUSDT",
        side="BUY",
        type="LIMIT",
        time_in_force="GTC",
        quantity=0.01,
        price=round(last_price(client) * 0.9, 2),
    ).data()
    assert rest.get_order("BTCUSDT", order_id=placed.order_id).data().status == "NEW"
    assert rest.delete_order("BTCUSDT", order_id=placed.order_id).data().status == "CANCELED"
    assert rest.get_account(omit_zero_balances=True).data().balances
    assert rest.my_filters("BTCUSDT").data().symbol_filters


def test_an_order_list(client: Any):
    """An OCO is placed, listed and canceled."""
    rest, last = client.rest_api, last_price(client)
    placed = rest.order_list_oco(
        symbol="BTCUSDT",
        side="SELL",
        quantity=0.01,
        above_type="LIMIT_MAKER",
        above_price=round(last * 1.1, 2),
        below_type="STOP_LOSS",
        below_stop_price=round(last * 0.9, 2),
    ).data()
    opened = [row.order_list_id for row in rest.open_order_list().data()]
    assert opened == [placed.order_list_id]
    ended = rest.delete_order_list("BTCUSDT", order_list_id=placed.order_list_id).data()
    assert ended.list_order_status == "ALL_DONE"


def test_streams_and_the_websocket_api(client: Any):
    """A stream sends, and an order is placed over the WebSocket API."""

    async def listen() -> tuple[str, str]:
        streams = await client.websocket_streams.create_connection()
        received: asyncio.Queue[Any] = asyncio.Queue()
        stream = await streams.trade(symbol="btcusdt")
        stream.on("message", received.put_nowait)
        symbol = (await received.get()).s
        await streams.close_connection(close_session=True)
        api = await client.websocket_api.create_connection()
        await api.user_data_stream_subscribe_signature()
        placed = await api.order_place(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.001)
        await api.close_connection(close_session=True)
        return symbol, placed.data().result.status

    assert asyncio.run(asyncio.wait_for(listen(), 3 * WAIT_S)) == ("BTCUSDT", "FILLED")
