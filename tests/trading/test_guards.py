"""Guards: live refuses, limits hold, the message says what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from binance_lab.trading.guards import (
    Limits,
    OrderRefused,
    Pace,
    check_environment,
    check_open,
    check_value,
    guarded_environment,
)


@pytest.mark.parametrize("allow_orders", [False, True])
def test_a_form_never_places_on_live(allow_orders):
    """A form on live refuses, whatever is passed."""
    with pytest.raises(OrderRefused, match="a form never places orders there"):
        check_environment(
            "live", "form", symbol="BTCUSDT", allow_orders=allow_orders, confirm=lambda _: "BTCUSDT"
        )


def test_code_places_on_live_only_where_the_lab_was_opened_for_it():
    """allow_orders=True is needed, and the message says so."""
    with pytest.raises(OrderRefused, match="allow_orders=True"):
        check_environment("live", "code", symbol="BTCUSDT", allow_orders=False, confirm=None)
    check_environment("live", "code", symbol="BTCUSDT", allow_orders=True, confirm=None)


def test_live_asks_for_the_symbol_typed_back():
    """Where somebody is there, the symbol has to be typed back."""
    asked = []

    def answer(typed):
        return lambda question: asked.append(question) or typed

    check_environment(
        "live", "code", symbol="BTCUSDT", allow_orders=True, confirm=answer("btcusdt")
    )
    with pytest.raises(OrderRefused, match='"yes" is not BTCUSDT'):
        check_environment(
            "live", "code", symbol="BTCUSDT", allow_orders=True, confirm=answer("yes")
        )
    assert "real money" in asked[0]


@pytest.mark.parametrize("environment", ["local", "testnet"])
def test_play_money_needs_no_permission(environment):
    """On local and testnet forms and code place orders."""
    check_environment(environment, "form", symbol="X", allow_orders=False, confirm=None)


def test_every_environment_has_limits():
    """Defaults exist everywhere and are smallest on live; each can be changed."""
    values = [Limits.of(name).max_order_value for name in ("live", "testnet", "local")]
    assert values == sorted(values)
    assert Limits.of("live", max_order_value="250.5").max_order_value == Decimal("250.5")
    assert Limits.of("live", max_order_value=None).max_order_value is None


def test_the_order_value_is_limited():
    """An order worth more, or of a value nobody can tell, is refused."""
    limits = Limits(max_order_value=Decimal(100))
    check_value(Decimal(100), limits)
    with pytest.raises(
        OrderRefused, match=r"worth 100\.01 USDT, and this Lab's limit .* is 100 USDT"
    ):
        check_value(Decimal("100.01"), limits)
    with pytest.raises(OrderRefused, match="can't be told"):
        check_value(None, limits)
    check_value(None, Limits(max_order_value=None))


def test_open_orders_are_limited():
    """One more open order than the limit is refused."""
    check_open(2, 1, Limits(max_open_orders=3))
    with pytest.raises(OrderRefused, match="3 orders are open, and this Lab's limit is 3"):
        check_open(3, 1, Limits(max_open_orders=3))


def test_orders_a_minute_are_limited():
    """The limit holds for any minute, and the message says how long to wait."""
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    pace.take(2, 3)
    now[0] = 30
    with pytest.raises(OrderRefused, match="wait 30 s"):
        pace.take(2, 3)
    pace.take(1, 3)
    now[0] = 60
    pace.take(2, 3)


@pytest.mark.parametrize(
    ("asked", "url", "environment"),
    [(None, "https://api.binance.com", "live"), ("local", "https://api3.binance.com", "live"),
     ("local", "https://testnet.binance.vision", "testnet"), (None, "http://127.0.0.1:1", "local"),
     ("live", "http://127.0.0.1:1", "live")],
)  # fmt: skip
def test_no_argument_turns_production_into_play_money(asked, url, environment):
    """The guards go by the address if it is stricter than what was said."""
    assert guarded_environment(asked, url) == environment
