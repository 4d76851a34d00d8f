"""Every filter at the engine: an order just within it passes, one just beyond is refused by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from binance_lab.exchange.orders import ListKind
from binance_lab.wire.filters import FILTERS

from .trading_floor import ALICE, MAKER, Floor, leg, refusal, with_rules

Action = Callable[[Floor], Any]


def buy(what: str, **fields: Any) -> Action:
    return lambda floor: floor.buy(what, **fields)


def sell(what: str, **fields: Any) -> Action:
    return lambda floor: floor.sell(what, **fields)


def offer(what: str) -> Action:
    return lambda floor: floor.sell(what, by=MAKER)


def trade(price: int) -> Action:
    return lambda floor: floor.trade_at(price)


def oto(floor: Floor) -> Any:
    return floor.place_list(ListKind.OTO, leg("BUY", "1@90"), leg("SELL", "1@110"))


def amend(quantity: int) -> Action:
    def run(floor: Floor) -> Any:
        floor.now_us += 1
        return floor.engine.amend(ALICE, "ABCXYZ", quantity, order_id=1, now_us=floor.now_us)

    return run


def limit_asset(floor: Floor) -> None:
    floor.engine.account(ALICE).asset_limits["XYZ"] = 100 * 10**8


def nothing(floor: Floor) -> None:
    """No preparation."""


def rule(**values: Any) -> dict[str, Any]:
    return values


AVERAGE = {"avgPriceMins": 5}
STOP = {"type": "STOP_LOSS", "stop_price": "9"}
TRAIL = {"minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 90, "minTrailingBelowDelta": 20, "maxTrailingBelowDelta": 80}  # fmt: skip

TABLE = [
    ("PRICE_FILTER", rule(minPrice="50", maxPrice="200", tickSize="5"), nothing, buy("1@55"), buy("1@56")),
    ("PRICE_FILTER", rule(minPrice="50", maxPrice="200", tickSize="0"), nothing, buy("1@200"), buy("1@201")),
    ("PERCENT_PRICE", rule(multiplierUp="2", multiplierDown="0.5") | AVERAGE, trade(100), buy("1@50"), buy("1@49")),
    ("PERCENT_PRICE_BY_SIDE", rule(bidMultiplierUp="2", bidMultiplierDown="0.5", askMultiplierUp="5", askMultiplierDown="0.9") | AVERAGE, trade(100), sell("1@400"), sell("1@501")),
    ("PERCENT_PRICE_BY_SIDE", rule(bidMultiplierUp="2", bidMultiplierDown="0.5", askMultiplierUp="5", askMultiplierDown="0.9") | AVERAGE, trade(100), buy("1@200"), buy("1@201")),
    ("LOT_SIZE", rule(minQty="2", maxQty="10", stepSize="2"), nothing, buy("10@10"), buy("5@10")),
    ("MIN_NOTIONAL", rule(minNotional="100", applyToMarket=False) | AVERAGE, nothing, buy("10@10"), buy("9@10")),
    ("NOTIONAL", rule(minNotional="10", applyMinToMarket=True, maxNotional="100", applyMaxToMarket=False) | AVERAGE, nothing, buy("10@10"), buy("11@10")),
    ("ICEBERG_PARTS", rule(limit=3), nothing, buy("6@10", iceberg_qty="2"), buy("7@10", iceberg_qty="2")),
    ("MARKET_LOT_SIZE", rule(minQty="0", maxQty="5", stepSize="0"), offer("20@100"), buy("5"), buy("6")),
    ("MAX_NUM_ORDERS", rule(maxNumOrders=1), nothing, buy("1@10"), buy("1@10")),
    ("MAX_NUM_ALGO_ORDERS", rule(maxNumAlgoOrders=1), nothing, sell("1", **STOP), sell("1", **STOP)),
    ("MAX_NUM_ICEBERG_ORDERS", rule(maxNumIcebergOrders=1), nothing, buy("4@10", iceberg_qty="2"), buy("4@10", iceberg_qty="2")),
    ("MAX_POSITION", rule(maxPosition="1000010"), nothing, buy("10@10"), buy("1@10")),
    ("TRAILING_DELTA", rule(**TRAIL), nothing, buy("1", type="STOP_LOSS", trailing_delta=10), buy("1", type="STOP_LOSS", trailing_delta=9)),
    ("TRAILING_DELTA", rule(**TRAIL), nothing, sell("1", type="STOP_LOSS", trailing_delta=80), sell("1", type="STOP_LOSS", trailing_delta=81)),
    ("MAX_NUM_ORDER_AMENDS", rule(maxNumOrderAmends=1), buy("9@10"), amend(8), amend(7)),
    ("MAX_NUM_ORDER_LISTS", rule(maxNumOrderLists=1), nothing, oto, oto),
    ("EXCHANGE_MAX_NUM_ORDERS", rule(maxNumOrders=1), nothing, buy("1@10"), buy("1@10")),
    ("EXCHANGE_MAX_NUM_ALGO_ORDERS", rule(maxNumAlgoOrders=1), nothing, sell("1", **STOP), sell("1", **STOP)),
    ("EXCHANGE_MAX_NUM_ICEBERG_ORDERS", rule(maxNumIcebergOrders=1), nothing, buy("4@10", iceberg_qty="2"), buy("4@10", iceberg_qty="2")),
    ("EXCHANGE_MAX_NUM_ORDER_LISTS", rule(maxNumOrderLists=1), nothing, oto, oto),
    ("MAX_ASSET", None, limit_asset, buy("10@10"), buy("11@10")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "before", "within", "beyond"), TABLE, ids=[row[0] for row in TABLE]
)
def test_a_filter_refuses_what_is_beyond_it(
    name: str, values: dict[str, Any] | None, before: Action, within: Action, beyond: Action
):
    """What is just within a filter passes, what is just beyond is -1013, or -2038 for an amendment."""
    filters = () if values is None else ({"filterType": name} | values,)
    if name.startswith("EXCHANGE"):
        floor = Floor(exchange_filters=filters)
    else:
        floor = Floor(with_rules(filters=filters))
    before(floor)
    within(floor)
    code, text = refusal(beyond, floor)
    assert text == f"Filter failure: {name}"
    assert code == (-2038 if name == "MAX_NUM_ORDER_AMENDS" else -1013)


def test_every_filter_is_in_the_table():
    """The table leaves out no filter that there is."""
    assert {row[0] for row in TABLE} == set(FILTERS)
