"""Order books: the answer of depth as a frame."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
import pandas as pd

from .columns import Answer, Numbers, body_of, decode, frame_of, is_exact
from .columns import object_column as objects

N = TypeVar("N")
SIDE_DTYPE = pd.CategoricalDtype(["bid", "ask"])


class DepthAnswer(msgspec.Struct, Generic[N], rename={"last_update_id": "lastUpdateId"}):
    """A snapshot of an order book, each side best first."""

    last_update_id: int
    bids: list[tuple[N, N]]
    asks: list[tuple[N, N]]


_DEPTH: dict[bool, Any] = {  # by whether numbers are exact
    False: msgspec.json.Decoder(DepthAnswer[float], strict=False),
    True: msgspec.json.Decoder(DepthAnswer[Decimal], strict=False),
}


def depth_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """An order book, a row for each level: bids, best first, then asks, best first.

    Columns: ``side`` (category of bid and ask), ``level`` (int64, the best is 1), ``price`` in
    the quote asset, ``qty`` in the base asset, ``total`` (the qty of this and all better levels
    of its side). `attrs` has ``last_update_id``.

    Args:
        answer: The body of depth, or the object that the client made of it.
        numbers: ``decimal`` for exact prices and amounts.
        attrs: What `frame.attrs` shall say besides: symbol, environment, …

    Raises:
        ValueError: The answer isn't one of depth.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#order-book
    """
    depth = decode(_DEPTH[is_exact(numbers)].decode, body_of(answer), "depth")
    attrs["last_update_id"] = depth.last_update_id
    return levels_frame(depth.bids, depth.asks, numbers=numbers, **attrs)


def levels_frame(
    bids: Sequence[tuple[Any, Any]],
    asks: Sequence[tuple[Any, Any]],
    *,
    numbers: Numbers = "float",
    **attrs: Any,
) -> pd.DataFrame:
    """The frame of `depth_frame` for (price, qty) pairs, each side best first."""
    levels = [*bids, *asks]
    price, qty = _columns(levels, numbers)
    count = len(bids)
    codes = np.repeat((0, 1), (count, len(asks)))
    columns = {
        "side": pd.Categorical.from_codes(codes, dtype=SIDE_DTYPE),
        "level": np.concatenate((np.arange(count), np.arange(len(asks)))) + 1,
        "price": price,
        "qty": qty,
        "total": np.concatenate((qty[:count].cumsum(), qty[count:].cumsum())),
    }
    return frame_of(columns, attrs=attrs)


def _columns(levels: list[tuple[Any, Any]], numbers: Numbers) -> tuple[Any, Any]:
    if is_exact(numbers):
        return objects(price for price, _ in levels), objects(qty for _, qty in levels)
    table = np.array(levels, dtype=np.float64).reshape(-1, 2).T
    return np.ascontiguousarray(table[0]), np.ascontiguousarray(table[1])
