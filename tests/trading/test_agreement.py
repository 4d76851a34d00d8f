"""Our checks and the exchange agree: on what is accepted, and on what is refused and why."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binance_lab.exchange.engine import Engine
from binance_lab.exchange.orders import NewOrder
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.symbols import select_symbols
from binance_lab.trading.check import check_ticket
from binance_lab.trading.nearest import nearest_ticket
from binance_lab.trading.rules import Rules, Scene
from binance_lab.trading.ticket import Ticket, make_ticket
from binance_lab.wire.enums import (
    OrderType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from binance_lab.wire.facts import MarketFacts

SYMBOL = "BTCUSDT"
NOW_US = 1_700_000_000_000_000
EXAMPLES = 10_000
OTHERS = {
    "insufficient balance": "BALANCE",
    "trigger immediately": "WOULD_TRIGGER",
    "immediately match": "WOULD_MATCH",
    "too much precision": "PRECISION",
    "IcebergQty exceeds": "FIELDS",
    "not sent": "FIELDS",
    "not required": "FIELDS",
    "Unsupported order combination": "FIELDS",
    "price peg cannot be used": "FIELDS",
    "may not use pegged price": "FIELDS",
    "liquidity is too low": "LIQUIDITY",
}


class Bench:
    """An exchange with a book and a last price, and an account that orders are tried on."""

    def __init__(self) -> None:
        self.used = False  # an order has traded: book and balances are others now
        self.engine = Engine(select_symbols([SYMBOL]))
        rich = {"BTC": Decimal(10_000), "USDT": Decimal(10_000_000)}
        self.maker = self.engine.open_account(rich, reported=False).id
        self.account = self.engine.open_account({"BTC": Decimal(2), "USDT": Decimal(90_000)}).id
        taker = self.engine.open_account(rich, reported=False).id
        for side, prices in ((Side.SELL, (64001, 64010)), (Side.BUY, (63999, 63990))):
            for price in prices:
                self.place(self.maker, limit(side, "3", str(price)))
        self.place(taker, limit(Side.BUY, "0.5", "64001", TimeInForce.IOC))
        rules = self.engine.rules(SYMBOL)
        self.rules = Rules.of(rules.exchange_info("TRADING"))

    def place(self, account: int, ticket: Ticket):
        names = NewOrder.__slots__
        fields = {name: getattr(ticket, name) for name in Ticket.__slots__ if name in names}
        return self.engine.place(account, NewOrder(**fields), now_us=NOW_US)

    def scene(self) -> Scene:
        rules, book = self.engine.rules(SYMBOL), self.engine.book(SYMBOL)
        balances = self.engine.account(self.account).balances
        return Scene(
            rules=self.rules,
            market=MarketFacts(
                base_asset="BTC",
                quote_asset="USDT",
                average_price=self.engine.average_price(SYMBOL, now_us=NOW_US),
                last_price=self.engine.last_price(SYMBOL),
            ),
            free={asset: Decimal(each.free).scaleb(-8) for asset, each in balances.items()},
            bids=tuple((rules.price(p), rules.quantity(q)) for p, q in book.bids.depth()),
            asks=tuple((rules.price(p), rules.quantity(q)) for p, q in book.asks.depth()),
        )

    def verdict(self, ticket: Ticket) -> str:
        """What the exchange says: empty if it takes the order, else the filter or the reason."""
        try:
            placed = self.place(self.account, ticket)
        except Reject as refusal:
            if "Filter failure" in refusal.msg:
                return refusal.msg.removeprefix("Filter failure: ")
            return next(
                (name for words, name in OTHERS.items() if words in refusal.msg), refusal.msg
            )
        self.used = bool(placed.fills)
        if placed.order.is_open:
            self.engine.cancel(self.account, SYMBOL, order_id=placed.order.id, now_us=NOW_US)
        return ""


def limit(side: Side, quantity: str, price: str, tif: str = "GTC") -> Ticket:
    return make_ticket(SYMBOL, side, "LIMIT", quantity=quantity, price=price, time_in_force=tif)


def near(*around: str) -> st.SearchStrategy[Decimal]:
    """Decimals of up to 9 places: of any size, and near values where rules change."""
    sizes = st.decimals("0.00000001", "2000000", places=9, allow_nan=False)
    steps = st.sampled_from(["0.01", "0.00001", "0.001", "1", "0.000000001"]).map(Decimal)
    edges = st.builds(
        lambda at, step, times: max(Decimal(at) + step * times, Decimal("1e-8")),
        st.sampled_from(around),
        steps,
        st.integers(-3, 3),
    )
    return st.one_of(edges, edges, sizes)


PRICES = near("64000", "64001", "63999", "12800", "320000", "0.01", "1000000")
QUANTITIES = near("0.00001", "0.0001", "1.4", "2", "100", "9000", "0.01")


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    order_type = draw(st.sampled_from(OrderType))
    fields = {"quantity": draw(QUANTITIES)}
    if order_type is OrderType.MARKET and draw(st.booleans()):
        fields = {"quote_order_qty": draw(near("5", "90000", "100"))}
    if "LIMIT" in order_type:
        fields["price"] = draw(PRICES)
    if order_type in ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"):
        fields["time_in_force"] = draw(st.sampled_from(TimeInForce))
    if "STOP" in order_type or "TAKE" in order_type:
        if draw(st.booleans()):
            fields["stop_price"] = draw(PRICES)
        else:
            fields["trailing_delta"] = draw(st.integers(1, 2100))
    if "LIMIT" in order_type and draw(st.integers(0, 5)) == 0:
        fields["iceberg_qty"] = draw(QUANTITIES)
    if draw(st.integers(0, 5)) == 0:
        fields["stp_mode"] = draw(st.sampled_from(SelfTradePrevention))
    if "LIMIT" in order_type and draw(st.integers(0, 5)) == 0:
        del fields["price"]
        fields["peg_price_type"] = draw(st.sampled_from(PegPriceType))
        if draw(st.booleans()):
            fields |= {
                "peg_offset_type": "PRICE_LEVEL",
                "peg_offset_value": draw(st.integers(0, 3)),
            }
    return make_ticket(SYMBOL, draw(st.sampled_from(Side)), order_type, **fields)


_benches: list[Bench] = []


def fresh_bench() -> Bench:
    """The same bench for every order, a new one after an order that traded."""
    if not _benches or _benches[0].used:
        _benches[:] = [Bench()]
    return _benches[0]


@pytest.mark.timeout(300)
@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(ticket=tickets())
def test_check_and_exchange_agree(ticket):
    """The first finding is what the exchange answers; no finding means that it takes the order."""
    bench = fresh_bench()
    findings = check_ticket(ticket, bench.scene())
    assert bench.verdict(ticket) == (findings[0].filter if findings else "")


@settings(max_examples=EXAMPLES // 10, deadline=None, database=None)
@given(ticket=tickets())
def test_the_exchange_takes_nearest_orders(ticket):
    """What is proposed for a refused order is accepted."""
    bench = fresh_bench()
    nearest = nearest_ticket(ticket, bench.scene())
    assert nearest is None or bench.verdict(nearest) == ""
