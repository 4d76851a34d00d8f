"""Every /api call against the embedded exchange, and what its faults do to a client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from binance_lab.connector.exceptions import (
    ApiError,
    BadSymbol,
    Banned,
    FilterFailure,
    InsufficientBalance,
    OutcomeUnknown,
    PermissionDenied,
    UnknownOrder,
)
from binance_lab.connector.spot import Spot, SpotApi
from binance_lab.exchange.process import Exchange

SYMBOL = "BTCUSDT"
LIMIT = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with Exchange(seed=3, symbols=[SYMBOL, "ETHUSDT"]) as running:
        yield running


@pytest.fixture
def spot(exchange: Exchange) -> Iterator[Spot]:
    with Spot(exchange.api_key, exchange.api_secret, base_url=exchange.rest) as client:
        yield client


@pytest.fixture
def fault(exchange: Exchange) -> Iterator[Callable[..., None]]:
    """Adds faults to the exchange, and lifts them in the end."""

    def add(kind: str, **how: Any) -> None:
        answer = requests.post(
            f"{exchange.rest}/lab/faults", json={"kind": kind, **how}, timeout=30
        )
        answer.raise_for_status()

    yield add
    requests.delete(f"{exchange.rest}/lab/faults", timeout=30).raise_for_status()


def price(spot: Spot, part: str) -> str:
    """Such a part of the last price, in whole ticks: where the market is depends on the day."""
    last = Decimal(spot.ticker_price(SYMBOL)["price"])
    return str((last * Decimal(part)).quantize(Decimal("0.01")))


def far(spot: Spot) -> dict[str, Any]:
    """A limit order to buy that rests far below the market."""
    return {**LIMIT, "quantity": "0.001", "price": price(spot, "0.8")}


def placed(spot: Spot, **changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = spot.new_order(**{**far(spot), **changes})
    return order


def working(spot: Spot) -> dict[str, Any]:
    """The working order of a list."""
    return {
        "symbol": SYMBOL,
        "workingType": "LIMIT",
        "workingSide": "BUY",
        "workingPrice": price(spot, "0.8"),
        "workingQuantity": "0.001",
        "workingTimeInForce": "GTC",
    }


def around(spot: Spot) -> dict[str, Any]:
    """Two orders to sell, one above and one below the market."""
    return {
        "aboveType": "LIMIT_MAKER",
        "abovePrice": price(spot, "1.2"),
        "belowType": "STOP_LOSS",
        "belowStopPrice": price(spot, "0.8"),
    }


def pending_around(spot: Spot) -> dict[str, Any]:
    """The same two as the pending orders of a list."""
    named = {f"pending{name[0].upper()}{name[1:]}": at for name, at in around(spot).items()}
    return {"pendingSide": "SELL", **named}


CALLS: dict[str, Callable[[Spot], Any]] = {
    "ping": lambda c: c.ping(),
    "time": lambda c: c.time(),
    "exchange_info": lambda c: c.exchange_info(symbols=[SYMBOL, "ETHUSDT"]),
    "execution_rules": lambda c: c.execution_rules(symbol=SYMBOL),
    "depth": lambda c: c.depth(SYMBOL, limit=5),
    "trades": lambda c: c.trades(SYMBOL, limit=5),
    "historical_trades": lambda c: c.historical_trades(SYMBOL, limit=5),
    "historical_block_trades": lambda c: c.historical_block_trades(SYMBOL, 0),
    "agg_trades": lambda c: c.agg_trades(SYMBOL, limit=5),
    "klines": lambda c: c.klines(SYMBOL, "1h", limit=5),
    "ui_klines": lambda c: c.ui_klines(SYMBOL, "1h", limit=5),
    "avg_price": lambda c: c.avg_price(SYMBOL),
    "ticker_24hr": lambda c: c.ticker_24hr(SYMBOL),
    "trading_day_ticker": lambda c: c.trading_day_ticker(SYMBOL),
    "rolling_window_ticker": lambda c: c.rolling_window_ticker(SYMBOL, windowSize="1h"),
    "ticker_price": lambda c: c.ticker_price(symbols=[SYMBOL]),
    "book_ticker": lambda c: c.book_ticker(),
    "account": lambda c: c.account(omitZeroBalances=True),
    "get_order": lambda c: c.get_order(SYMBOL, orderId=placed(c)["orderId"]),
    "get_open_orders": lambda c: c.get_open_orders(SYMBOL),
    "get_orders": lambda c: c.get_orders(SYMBOL, limit=3),
    "get_oco_order": lambda c: c.get_oco_order(orderListId=oco(c)["orderListId"]),
    "get_oco_orders": lambda c: c.get_oco_orders(),
    "get_oco_open_orders": lambda c: c.get_oco_open_orders(),
    "my_trades": lambda c: c.my_trades(SYMBOL),
    "get_order_rate_limit": lambda c: c.get_order_rate_limit(),
    "query_prevented_matches": lambda c: c.query_prevented_matches(SYMBOL, orderId=1),
    "query_allocations": lambda c: c.query_allocations(SYMBOL),
    "query_commission_rates": lambda c: c.query_commission_rates(SYMBOL),
    "order_amendments": lambda c: c.order_amendments(SYMBOL, placed(c)["orderId"]),
    "my_filters": lambda c: c.my_filters(SYMBOL),
    "new_order": lambda c: placed(c),
    "new_order_test": lambda c: c.new_order_test(**far(c)),
    "cancel_order": lambda c: c.cancel_order(SYMBOL, orderId=placed(c)["orderId"]),
    "cancel_open_orders": lambda c: [placed(c), c.cancel_open_orders(SYMBOL)][1],
    "cancel_and_replace": lambda c: c.cancel_and_replace(
        **far(c), cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=placed(c)["orderId"]
    ),
    "order_amend_keep_priority": lambda c: c.order_amend_keep_priority(
        SYMBOL, "0.0005", orderId=placed(c)["orderId"]
    ),
    "new_oco_order": lambda c: oco(c),
    "new_oto_order": lambda c: c.new_oto_order(
        **working(c), pendingType="MARKET", pendingSide="SELL", pendingQuantity="0.001"
    ),
    "new_otoco_order": lambda c: c.new_otoco_order(
        **working(c), **pending_around(c), pendingQuantity="0.001"
    ),
    "new_opo_order": lambda c: c.new_opo_order(
        **working(c), pendingType="MARKET", pendingSide="SELL"
    ),
    "new_opoco_order": lambda c: c.new_opoco_order(**working(c), **pending_around(c)),
    "cancel_oco_order": lambda c: c.cancel_oco_order(SYMBOL, orderListId=oco(c)["orderListId"]),
    "new_oco_order_deprecated": lambda c: c.new_oco_order_deprecated(
        SYMBOL, "SELL", "0.001", price(c, "1.2"), price(c, "0.8")
    ),
}


NOT_FOR_THIS_SYMBOL: dict[str, Callable[[Spot], Any]] = {
    "reference_price": lambda c: c.reference_price(SYMBOL),
    "reference_price_calculation": lambda c: c.reference_price_calculation(SYMBOL),
    "new_sor_order": lambda c: c.new_sor_order(**far(c)),
    "new_sor_order_test": lambda c: c.new_sor_order_test(**far(c)),
}


def oco(spot: Spot) -> dict[str, Any]:
    order_list: dict[str, Any] = spot.new_oco_order(SYMBOL, "SELL", "0.001", **around(spot))
    return order_list


def test_every_call_is_tried():
    """The two tables have each /api call."""
    assert CALLS.keys() | NOT_FOR_THIS_SYMBOL.keys() == SpotApi.endpoints().keys()


@pytest.mark.parametrize("name", CALLS)
def test_call_is_answered(spot, name):
    """The exchange takes the call as it is declared, and answers with an object or a list."""
    try:
        assert isinstance(CALLS[name](spot), dict | list)
    finally:
        if spot.get_open_orders(SYMBOL):
            spot.cancel_open_orders(SYMBOL)


@pytest.mark.parametrize("name", NOT_FOR_THIS_SYMBOL)
def test_call_that_a_symbol_does_not_have_is_refused_for_that(spot, name):
    """Without smart order routing or a reference price, the call is understood and refused."""
    with pytest.raises(ApiError) as caught:
        NOT_FOR_THIS_SYMBOL[name](spot)
    assert caught.value.code in (-1013, -2043)


@pytest.mark.parametrize(
    "key",
    [ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)],
    ids=["ed25519", "rsa"],
)
def test_private_keys_are_let_in(exchange, key):
    """Requests signed by an Ed25519 or an RSA key are verified by its public half."""
    public = key.public_key().public_bytes(
        forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
    )
    made = requests.post(
        f"{exchange.rest}/lab/keys", json={"publicKey": public.decode()}, timeout=5
    ).json()
    private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    with Spot(made["api_key"], private_key=private, base_url=exchange.rest) as client:
        assert client.account()["balances"]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda c: c.klines("NOSUCH", "1m"), BadSymbol),
        (lambda c: placed(c, quantity="0.0000001"), FilterFailure),
        (lambda c: placed(c, quantity="30"), InsufficientBalance),
        (lambda c: c.cancel_order(SYMBOL, orderId=1), UnknownOrder),
        (lambda c: c.get_order(SYMBOL, origClientOrderId="none"), UnknownOrder),
        (lambda c: Spot("x" * 64, "y", base_url=c.base_url).account(), PermissionDenied),
    ],
)
def test_refusal_has_its_class(spot, call, error):
    """What the exchange refuses arrives as the class of its cause."""
    with pytest.raises(error):
        call(spot)


@pytest.mark.parametrize("kind", ["after", "drop", "half"])
def test_order_whose_answer_is_lost_is_found(spot, fault, kind):
    """An order that took effect though its answer was lost is found, and was placed once."""
    fault(kind, path="/api/v3/order", method="POST", times=1)
    with pytest.raises(OutcomeUnknown) as caught:
        placed(spot)
    found = spot.resolve(caught.value)
    assert found["status"] == "NEW"
    assert found["clientOrderId"] == caught.value.client_order_id
    assert len(spot.get_open_orders(SYMBOL)) == 1
    spot.cancel_open_orders(SYMBOL)


def test_order_that_never_arrived_is_known_to_be_none(spot, fault):
    """An order that the server dropped before doing anything resolves to None, in due time."""
    fault("before", path="/api/v3/order", method="POST", times=1)
    with pytest.raises(OutcomeUnknown) as caught:
        placed(spot)
    caught.value.sent_at_s -= 60
    assert spot.resolve(caught.value) is None


@pytest.mark.parametrize("kind", ["before", "after", "drop", "half"])
def test_read_survives_a_lost_answer(spot, fault, kind):
    """A read whose answer is lost is asked again, unseen by the caller."""
    fault(kind, path="/api/v3/account", times=1)
    assert spot.account()["balances"]


def test_skewed_clock_is_corrected(spot, fault):
    """A server whose clock jumps is followed."""
    spot.account()
    fault("skew", delay_s=40)
    assert placed(spot)["status"] == "NEW"
    spot.cancel_open_orders(SYMBOL)


def test_limit_is_waited_out(spot, fault):
    """After a 429 a read waits and is asked again."""
    fault("limit", path="/api/v3/klines", times=1, delay_s=1)
    assert len(spot.klines(SYMBOL, "1m", limit=1)) == 1


def test_ban_is_obeyed():
    """During a ban nothing is sent; this exchange is another, given up afterwards."""
    with Exchange(seed=4, symbols=[SYMBOL], faults=["ban:times=1,delay_s=100"]) as exchange:
        for _ in range(2):
            with pytest.raises(Banned, match="IP"):
                Spot(base_url=exchange.rest).ping()
