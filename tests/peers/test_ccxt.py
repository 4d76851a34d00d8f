"""ccxt, unmodified but for its URLs, on the embedded exchange. Skipped where it isn't installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from binance_lab.exchange.process import Exchange

ccxt: Any = pytest.importorskip("ccxt")

SYMBOL = "BTC/USDT"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    """An exchange on which agents trade."""
    with Exchange(seed=3, symbols=("BTCUSDT", "ETHUSDT")) as running:
        yield running


@pytest.fixture(scope="module")
def client(exchange: Exchange) -> Any:
    """ccxt's Binance in its sandbox mode, as for the testnet, which has no /sapi either."""
    made = ccxt.binance({"apiKey": exchange.api_key, "secret": exchange.api_secret})
    made.set_sandbox_mode(True)
    made.urls["api"] |= dict.fromkeys(("public", "private"), exchange.rest + "/api/v3")
    made.options |= {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False}
    made.enableRateLimit = False
    made.session.trust_env = False
    made.load_markets()
    return made


def price(client: Any, factor: float) -> float:
    """A price so many times the last one, on the tick."""
    return float(client.price_to_precision(SYMBOL, client.fetch_ticker(SYMBOL)["last"] * factor))


def test_markets_have_their_rules(client: Any):
    """The symbols' ticks, steps and limits are read from exchangeInfo."""
    assert set(client.markets) == {SYMBOL, "ETH/USDT"}
    market = client.market(SYMBOL)
    assert (market["precision"]["price"], market["precision"]["amount"]) == (0.01, 0.00001)
    assert market["limits"]["cost"]["min"] == 5
    assert abs(client.fetch_time() - client.milliseconds()) < 10_000


def test_market_data(client: Any):
    """Tickers, candles, books and trades, of now and of years ago."""
    ticker = client.fetch_ticker(SYMBOL)
    assert ticker["bid"] < ticker["ask"]
    assert set(client.fetch_tickers()) == set(client.fetch_last_prices()) == set(client.markets)
    assert set(client.fetch_bids_asks([SYMBOL])) == {SYMBOL}
    since = client.parse8601("2024-01-01T00:00:00Z")
    opens = [row[0] for row in client.fetch_ohlcv(SYMBOL, "1d", since, 3)]
    assert opens == [since + day * 86_400_000 for day in range(3)]
    book = client.fetch_order_book(SYMBOL, 5)
    assert (len(book["bids"]), len(book["asks"])) == (5, 5)
    assert all(row["timestamp"] >= since for row in client.fetch_trades(SYMBOL, since, 5))


def test_the_life_of_an_order(client: Any):
    """A limit order is placed, found, replaced, listed and canceled."""
    placed = client.create_order(SYMBOL, "limit", "buy", 0.01, price(client, 0.9))
    assert client.fetch_order(placed["id"], SYMBOL)["status"] == "open"
    edited = client.edit_order(placed["id"], SYMBOL, "limit", "buy", 0.02, price(client, 0.91))
    assert [row["id"] for row in client.fetch_open_orders(SYMBOL)] == [edited["id"]]
    assert client.fetch_balance()["USDT"]["used"] > 0
    assert client.cancel_order(edited["id"], SYMBOL)["status"] == "canceled"
    assert client.fetch_balance()["USDT"]["used"] == 0
    assert {placed["id"], edited["id"]} <= {row["id"] for row in client.fetch_orders(SYMBOL)}


def test_market_orders_fill(client: Any):
    """By quantity and by cost; the fills are in the order, in the trades and in the balance."""
    before = client.fetch_balance()["BTC"]["total"]
    bought = client.create_order(SYMBOL, "market", "buy", 0.01)
    assert (bought["status"], bought["filled"]) == ("closed", 0.01)
    assert bought["fee"]["currency"] == "BTC"  # there is no BNB here to pay it with
    owned = client.fetch_balance()["BTC"]["total"]
    assert owned == pytest.approx(before + 0.01 - bought["fee"]["cost"], abs=1e-9)
    spent = client.create_market_buy_order_with_cost(SYMBOL, 100)
    assert 90 < spent["cost"] <= 100
    trades = client.fetch_my_trades(SYMBOL)
    assert {bought["id"], spent["id"]} <= {row["order"] for row in trades}
    assert client.fetch_order_trades(bought["id"], SYMBOL)[0]["fee"] == bought["fee"]


@pytest.mark.parametrize(
    ("kind", "limit", "more"),
    [
        ("market", None, {"stopLossPrice": 0.9}),
        ("limit", 0.89, {"stopLossPrice": 0.9}),
        ("market", None, {"takeProfitPrice": 1.1}),
        ("limit", 1.2, {"postOnly": True}),
        ("limit", 1.2, {"icebergAmount": 0.002}),
    ],
)
def test_orders_of_other_types_wait(client: Any, kind: str, limit: float | None, more: Any):
    """Stops, profits, post-only and iceberg orders are placed, wait, and are canceled all at once."""
    more = {name: price(client, at) if "Price" in name else at for name, at in more.items()}
    at = limit and price(client, limit)
    placed = client.create_order(SYMBOL, kind, "sell", 0.01, at, more)
    assert [row["id"] for row in client.fetch_open_orders(SYMBOL)] == [placed["id"]]
    client.cancel_all_orders(SYMBOL)
    assert client.fetch_open_orders(SYMBOL) == []


def test_refusals_are_told_apart(client: Any):
    """Too little balance, an order that there is not, a symbol that there is not."""
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(SYMBOL, "limit", "buy", 100, price(client, 0.9))
    with pytest.raises(ccxt.OrderNotFound):
        client.fetch_order("999999999", SYMBOL)
    with pytest.raises(ccxt.OrderNotFound):
        client.cancel_order("999999999", SYMBOL)
    with pytest.raises(ccxt.BadSymbol):
        client.public_get_ticker_price({"symbol": "NOPE"})
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        client.create_order(SYMBOL, "limit", "sell", 0.01, price(client, 0.9), {"postOnly": True})
