"""Balances, holds and commission."""

from __future__ import annotations

from decimal import Decimal

import pytest

from binance_lab.exchange.ledger import Commission, Rates
from binance_lab.exchange.symbols import atoms_of

from .trading_floor import ALICE, BOB, MAKER, RULES, Floor, book_of, refusal, with_rules


def test_resting_bid_locks_its_cost():
    """A bid locks price times quantity of the quote asset, an ask its quantity of the base asset."""
    floor = Floor()
    floor.buy("3@100")
    floor.sell("2@110")
    assert floor.owned() == {"XYZ": (-300, 300), "ABC": (-2, 2)}


def test_canceled_order_frees_what_it_locked():
    """After a cancel everything is free again."""
    floor = Floor()
    floor.cancel(floor.buy("3@100").order)
    assert floor.owned() == {}


def test_better_price_is_paid_back_at_once():
    """A taker pays the maker's price; what it locked beyond that is free."""
    floor = book_of(asks="90x2")
    floor.buy("3@100")
    assert floor.owned() == {"ABC": (2, 0), "XYZ": (-280, 100)}


def test_expired_rest_frees_its_hold():
    """What expires unfilled locks nothing."""
    floor = book_of(asks="90x2")
    floor.buy("3")
    assert floor.owned() == {"ABC": (2, 0), "XYZ": (-180, 0)}


@pytest.mark.parametrize(
    ("side", "what"), [("buy", "1@2000000"), ("sell", "2000000@1"), ("sell", "2000000")]
)
def test_order_beyond_the_balance_is_refused(side, what):
    """An order that the free balance doesn't cover is refused and changes nothing."""
    floor = Floor()
    text = "Account has insufficient balance for requested action."
    assert refusal(getattr(floor, side), what) == (-2010, text)
    assert (floor.owned(), floor.reports) == ({}, [])


def test_market_order_needs_what_it_would_cost_now():
    """A market bid is refused if the balance doesn't pay for what the book would charge."""
    floor = book_of(asks="100x1 900000x9")
    assert refusal(floor.buy, "3")[0] == -2010
    assert floor.buy("2").order.status == "FILLED"


def paying(commission: Commission, *, fair: dict[str, int] | None = None) -> Floor:
    """A floor where Alice pays commission and the pairs of BNB trade at these prices."""
    pairs = [
        with_rules(symbol="BNBXYZ", base="BNB", quote="XYZ"),
        with_rules(symbol="ABCBNB", base="ABC", quote="BNB"),
    ]
    floor = Floor(RULES, *pairs)
    for symbol, price in (fair or {}).items():
        floor.engine.market(symbol).note_trade(price, 1, floor.now_us)
    floor.engine.account(ALICE).commission = commission
    return floor


PLAIN = Rates(maker=100_000, taker=200_000)


def test_commission_is_taken_from_what_is_received():
    """Without the discount a buyer pays commission in base, a seller in quote, as maker or taker."""
    floor = paying(Commission(standard=PLAIN, discount_enabled=False))
    floor.buy("100@10")
    floor.sell("100@10", by=BOB)
    (bought,) = floor.engine.trades(ALICE, "ABCXYZ")
    assert (bought.commission_asset, bought.commission_atoms) == ("ABC", atoms_of(Decimal("0.1")))
    floor.buy("100@10", by=BOB)
    floor.sell("100@10")
    sold = floor.engine.trades(ALICE, "ABCXYZ")[-1]
    assert (sold.commission_asset, sold.commission_atoms) == ("XYZ", atoms_of(Decimal(2)))
    assert floor.owned() == {"ABC": (Decimal("-0.1"), 0), "XYZ": (-2, 0)}


def test_discount_is_paid_in_bnb():
    """With the discount the standard commission is paid in BNB at its last price, less a quarter."""
    floor = paying(Commission(standard=PLAIN), fair={"BNBXYZ": 250})
    floor.buy("100@10", by=BOB)
    placed = floor.sell("100@10")
    (fill,) = placed.fills
    assert (fill.commission_asset, fill.commission_atoms) == ("BNB", atoms_of(Decimal("0.006")))
    assert floor.owned() == {
        "ABC": (-100, 0),
        "XYZ": (1000, 0),
        "BNB": (Decimal("-0.006"), 0),
    }


def test_discount_on_a_purchase_goes_by_the_trade_s_price():
    """A buyer's commission is turned into BNB by the direct pair, or by the price of the trade."""
    direct = paying(Commission(standard=PLAIN), fair={"ABCBNB": 3})
    by_quote = paying(Commission(standard=PLAIN), fair={"BNBXYZ": 20})
    for floor, expected in ((direct, "0.45"), (by_quote, "0.075")):
        floor.sell("100@10", by=BOB)
        (fill,) = floor.buy("100@10").fills
        assert (fill.commission_asset, fill.commission_atoms) == (
            "BNB",
            atoms_of(Decimal(expected)),
        )


def test_without_enough_bnb_the_full_commission_is_paid():
    """An account that lacks the BNB pays the undiscounted commission in what it receives."""
    floor = paying(Commission(standard=PLAIN), fair={"BNBXYZ": 250})
    floor.engine.deposit(ALICE, "BNB", Decimal(-1_000_000), now_us=floor.now_us)
    floor.buy("100@10", by=BOB)
    (fill,) = floor.sell("100@10").fills
    assert (fill.commission_asset, fill.commission_atoms) == ("XYZ", atoms_of(Decimal(2)))


def test_discount_does_not_reduce_tax_and_special_commission():
    """Binance's own example: standard commission is reduced, tax and special commission are not."""
    fine = Commission(
        standard=Rates(taker=20, seller=40),
        special=Rates(taker=2_000_000, seller=4_000_000),
        tax=Rates(taker=114, seller=116),
        discount=25_000_000,
    )
    cents = with_rules(step=Decimal("0.00001"))
    floor = Floor(cents, with_rules(symbol="BNBXYZ", base="BNB", quote="XYZ"))
    floor.engine.market("BNBXYZ").note_trade(260, 1, floor.now_us)
    floor.engine.account(ALICE).commission = fine
    floor.buy("1@35000", by=BOB)
    (fill,) = floor.sell("0.49975").fills
    assert abs(fill.commission_atoms - atoms_of(Decimal("4.036607129"))) <= 2


def test_buyer_and_seller_rates_add_to_maker_and_taker():
    """A rate is the sum of the role's and the side's."""
    rates = Rates(maker=1, taker=2, buyer=10, seller=20)
    assert [
        rates.of(is_buyer=buys, is_maker=makes) for buys in (True, False) for makes in (True, False)
    ] == [11, 12, 21, 22]


def test_fees_are_kept():
    """What accounts pay as commission, the exchange has."""
    floor = paying(Commission(standard=PLAIN, discount_enabled=False))
    before = floor.engine.supply("ABC")
    floor.sell("100@10", by=BOB)
    floor.buy("100@10")
    assert floor.engine.fees["ABC"].free == atoms_of(Decimal("0.2"))
    assert floor.engine.supply("ABC") == before


def test_deposit_can_not_make_a_balance_negative():
    """More than is free can't be taken away."""
    floor = Floor()
    assert refusal(floor.engine.deposit, ALICE, "ABC", Decimal(-2_000_000), now_us=1)[0] == -2010


def test_balances_are_told_once_a_command():
    """However many fills a command has, each account's changed assets are told once, at its end."""
    floor = Floor()
    for price in (100, 101, 102):
        floor.sell(f"1@{price}", by=MAKER)
    floor.told_balances.clear()
    floor.buy("3@102")
    assert sorted((account, sorted(assets)) for account, assets in floor.told_balances) == [
        (MAKER, ["ABC", "XYZ"]),
        (ALICE, ["ABC", "XYZ"]),
    ]
