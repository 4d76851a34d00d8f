"""Audit: what trades and transfers make of balances, in whatever order it is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab.live.audit import Audit

PAIRS = {"BTCUSDT": ("BTC", "USDT"), "ETHUSDT": ("ETH", "USDT"), "ETHBTC": ("ETH", "BTC")}


def bought(symbol="BTCUSDT", qty="1", quote="100", fee="0.1", asset="BNB", *, buyer=True):
    """A trade, as myTrades tells it."""
    return {
        "symbol": symbol,
        "qty": qty,
        "quoteQty": quote,
        "commission": fee,
        "commissionAsset": asset,
        "isBuyer": buyer,
    }


@pytest.fixture
def audit() -> Audit:
    audit = Audit()
    audit.begin({"USDT": ("60", "40"), "BNB": ("1", "0")}, at=10)
    return audit


TOLD = {
    "trade": lambda audit: audit.trade(bought()),
    "position": lambda audit: audit.tell(
        {"USDT": ("0", "0"), "BTC": ("0.4", "0.6"), "BNB": ("0.9", "0")}, at=20
    ),
    "transfer": lambda audit: audit.transfer("EUR", "5"),
    "deposited": lambda audit: audit.tell({"EUR": ("5", "0")}, at=21),
    "pairs": lambda audit: audit.learn(PAIRS),
}


@given(st.permutations(sorted(TOLD)))
def test_the_order_does_not_matter(order):
    """Balances and what changed them explain each other, whichever is told first."""
    audit = Audit()
    audit.begin({"USDT": ("60", "40"), "BNB": ("1", "0")}, at=10)
    for name in order:
        TOLD[name](audit)
    assert audit.settled
    assert audit.unexplained == {}


def test_what_is_locked_is_still_there(audit):
    """An order that locks an amount changes nothing in all."""
    audit.tell({"USDT": ("0", "100")}, at=20)
    assert audit.settled


def test_what_is_left_over_is_told_by_asset_and_since_when(audit):
    """Changes that nothing explains, from when each asset was explained last."""
    audit.tell({"BNB": ("1", "0")}, at=30)
    audit.tell({"USDT": ("70", "0"), "BNB": ("2", "0")}, at=40)
    assert audit.unexplained == {"USDT": Decimal(-30), "BNB": Decimal(1)}
    assert audit.since == 10
    audit.transfer("USDT", "-30")
    assert audit.since == 30


def test_an_asset_that_rest_does_not_list_is_gone(audit):
    """Balances of everything leave nothing of other assets."""
    audit.tell_all({"USDT": ("100", "0")}, at=20)
    assert audit.unexplained == {"BNB": Decimal(-1)}


def test_trades_of_an_unknown_symbol_wait(audit):
    """Until its assets are known a trade explains its fee alone."""
    audit.trade(bought(fee="0"))
    assert (audit.settled, audit.unknown) == (False, ["BTCUSDT"])
    audit.learn({}, asked=["BTCUSDT"])
    assert audit.settled


def test_the_likeliest_symbols_are_suspected_first(audit):
    """Those that are traded, those whose assets both changed, those with one that is held."""
    audit.tell({"USDT": ("90", "0"), "BTC": ("1", "0")}, at=20)
    pairs = PAIRS | {"BNBUSDT": ("BNB", "USDT"), "XRPUSDT": ("XRP", "USDT")}
    assert audit.suspects(pairs, traded=[]) == ["BTCUSDT", "BNBUSDT"]
    assert audit.suspects(pairs, traded=["BNBUSDT", "ETHBTC"]) == ["BNBUSDT", "BTCUSDT"]


def test_what_was_written_off_can_be_restored(audit):
    """Left-over changes are forgotten, and come back where they are looked for again."""
    audit.tell({"USDT": ("70", "0")}, at=20)
    changes = audit.write_off()
    assert audit.settled
    audit.restore(changes, since=10)
    assert (audit.unexplained, audit.since) == ({"USDT": Decimal(-30)}, 10)


def test_symbols_whose_assets_changed_may_have_been_traded(audit):
    """Those of which an asset is otherwise than known, or not explained, and unknown ones."""
    audit.learn(PAIRS | {"BNBUSDT": ("BNB", "USDT")})
    symbols = [*PAIRS, "BNBUSDT", "XRPEUR"]
    same = {"USDT": ("100", "0"), "BNB": ("0", "1")}
    assert audit.touched(symbols, same | {"ETH": ("1", "0")}) == ["ETHUSDT", "ETHBTC", "XRPEUR"]
    assert audit.touched(PAIRS, same) == []
    audit.tell({"USDT": ("90", "0")}, at=20)
    assert audit.touched(symbols, {"USDT": ("90", "0"), "BNB": ("1", "0")}) == [
        *("BTCUSDT", "ETHUSDT", "BNBUSDT", "XRPEUR")
    ]
