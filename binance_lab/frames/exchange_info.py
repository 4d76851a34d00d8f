"""What can be traded, by which rules: exchangeInfo as a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .columns import Answer, Numbers
from .table import Field, Kind, objects_of, table

_SYMBOL = (
    Field("symbol", "symbol", "text"),
    Field("status", "status", "text"),
    Field("base", "baseAsset", "text"),
    Field("quote", "quoteAsset", "text"),
    Field("base_precision", "baseAssetPrecision", "int"),
    Field("quote_precision", "quoteAssetPrecision", "int"),
    Field("order_types", "orderTypes", "text"),
    Field("permissions", "permissions", "text"),
)
_FLAGS = {
    "iceberg_allowed": "icebergAllowed",
    "oco_allowed": "ocoAllowed",
    "oto_allowed": "otoAllowed",
    "opo_allowed": "opoAllowed",
    "quote_qty_allowed": "quoteOrderQtyMarketAllowed",
    "trailing_stop_allowed": "allowTrailingStop",
    "cancel_replace_allowed": "cancelReplaceAllowed",
    "amend_allowed": "amendAllowed",
    "peg_allowed": "pegInstructionsAllowed",
    "spot_allowed": "isSpotTradingAllowed",
    "margin_allowed": "isMarginTradingAllowed",
}
# Each column: the filters that may hold it, the first that is there counts, and its key there.
_FILTERS: dict[str, tuple[Kind, tuple[tuple[str, str], ...]]] = {
    "tick_size": ("number", (("PRICE_FILTER", "tickSize"),)),
    "min_price": ("number", (("PRICE_FILTER", "minPrice"),)),
    "max_price": ("number", (("PRICE_FILTER", "maxPrice"),)),
    "step_size": ("number", (("LOT_SIZE", "stepSize"),)),
    "min_qty": ("number", (("LOT_SIZE", "minQty"),)),
    "max_qty": ("number", (("LOT_SIZE", "maxQty"),)),
    "market_step_size": ("number", (("MARKET_LOT_SIZE", "stepSize"),)),
    "market_min_qty": ("number", (("MARKET_LOT_SIZE", "minQty"),)),
    "market_max_qty": ("number", (("MARKET_LOT_SIZE", "maxQty"),)),
    "min_notional": ("number", (("NOTIONAL", "minNotional"), ("MIN_NOTIONAL", "minNotional"))),
    "max_notional": ("number", (("NOTIONAL", "maxNotional"),)),
    "bid_multiplier_up": (
        "number",
        (("PERCENT_PRICE_BY_SIDE", "bidMultiplierUp"), ("PERCENT_PRICE", "multiplierUp")),
    ),
    "bid_multiplier_down": (
        "number",
        (("PERCENT_PRICE_BY_SIDE", "bidMultiplierDown"), ("PERCENT_PRICE", "multiplierDown")),
    ),
    "ask_multiplier_up": (
        "number",
        (("PERCENT_PRICE_BY_SIDE", "askMultiplierUp"), ("PERCENT_PRICE", "multiplierUp")),
    ),
    "ask_multiplier_down": (
        "number",
        (("PERCENT_PRICE_BY_SIDE", "askMultiplierDown"), ("PERCENT_PRICE", "multiplierDown")),
    ),
    "max_position": ("number", (("MAX_POSITION", "maxPosition"),)),
    "iceberg_parts": ("maybe int", (("ICEBERG_PARTS", "limit"),)),
    "max_orders": ("maybe int", (("MAX_NUM_ORDERS", "maxNumOrders"),)),
    "max_algo_orders": ("maybe int", (("MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders"),)),
    "max_iceberg_orders": ("maybe int", (("MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders"),)),
    "max_order_lists": ("maybe int", (("MAX_NUM_ORDER_LISTS", "maxNumOrderLists"),)),
    "max_order_amends": ("maybe int", (("MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends"),)),
    "min_trailing_above": ("maybe int", (("TRAILING_DELTA", "minTrailingAboveDelta"),)),
    "max_trailing_above": ("maybe int", (("TRAILING_DELTA", "maxTrailingAboveDelta"),)),
    "min_trailing_below": ("maybe int", (("TRAILING_DELTA", "minTrailingBelowDelta"),)),
    "max_trailing_below": ("maybe int", (("TRAILING_DELTA", "maxTrailingBelowDelta"),)),
}
_NO_FILTERS = dict.fromkeys(_FILTERS)


def _places() -> dict[str, list[tuple[str, str, bool]]]:
    """What a filter tells: its key, the column, and whether the column looks there first."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for column, (_, places) in _FILTERS.items():
        for number, (name, key) in enumerate(places):
            found.setdefault(name, []).append((key, column, number == 0))
    return found


_PLACES = _places()
_FIELDS = (
    *_SYMBOL,
    *(Field(name, name, "bool") for name in _FLAGS),
    *(Field(name, name, kind) for name, (kind, _) in _FILTERS.items()),
)


def symbols_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """The symbols, their filters as columns.

    The index is ``symbol``. Columns: ``status``, ``base`` and ``quote`` asset and their
    precisions, ``order_types`` and ``permissions`` (names joined by spaces), what is allowed
    (``oco_allowed`` and others, bool), and of the filters ``tick_size`` ``min_price``
    ``max_price``, ``step_size`` ``min_qty`` ``max_qty`` and the same for market orders,
    ``min_notional`` ``max_notional``, the factors that a price may be off the average by, and
    the largest numbers of orders. A filter that a symbol doesn't have is NaN or missing.

    Args:
        answer: The answer of exchangeInfo.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of exchangeInfo.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints#exchange-information
    """
    info = objects_of(answer, "exchangeInfo")
    if len(info) != 1 or "symbols" not in info[0]:
        raise ValueError("This is no answer of exchangeInfo: it has no symbols.")
    rows = [_row(symbol) for symbol in info[0]["symbols"]]
    return table(rows, _FIELDS, what="exchangeInfo", numbers=numbers, index="symbol", attrs=attrs)


def _row(symbol: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        **symbol,
        "orderTypes": " ".join(symbol["orderTypes"]),
        "permissions": " ".join(_permissions(symbol)),
        **_NO_FILTERS,
    }
    for name, key in _FLAGS.items():
        row[name] = bool(symbol.get(key))
    for each in symbol["filters"]:
        for key, column, first in _PLACES.get(each["filterType"], ()):
            if first or row[column] is None:
                row[column] = each[key]
    return row


def _permissions(symbol: Mapping[str, Any]) -> list[str]:
    """Every permission that lets an account trade it; newer answers have them in sets."""
    sets = symbol.get("permissionSets") or [symbol.get("permissions") or []]
    return sorted({name for each in sets for name in each})
