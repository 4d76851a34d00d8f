"""Keyword arguments of all that take an order: what it may be given beside symbol, side and type.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypedDict, TypeVar

from .types import Number

_Function = TypeVar("_Function", bound=Callable[..., Any])


class OrderFields(TypedDict, total=False):
    """What an order may be given beside its symbol, side and type; what is None isn't sent.

    Amounts are in the base asset, but ``quote_order_qty``, for MARKET what to spend or receive, in
    the quote asset. ``time_in_force`` is GTC (if not given), IOC or FOK, for types that have one;
    ``trailing_delta`` in basis points: 100 is 1 %. Numbers are taken exactly: text and Decimal as
    they are, a float as its shortest decimal.
    """

    quantity: Number | None
    price: Number | None
    time_in_force: str | None
    quote_order_qty: Number | None
    stop_price: Number | None
    trailing_delta: int | None
    iceberg_qty: Number | None
    stp_mode: str | None
    peg_price_type: str | None
    peg_offset_type: str | None
    peg_offset_value: int | None
    strategy_id: int | None
    strategy_type: int | None


def with_order_fields(function: _Function) -> _Function:
    """Let help and completion list each of ``OrderFields`` where a function takes ``**fields``."""
    signature = inspect.signature(function)
    *others, _ = signature.parameters.values()
    keyword_only = inspect.Parameter.KEYWORD_ONLY
    named = [
        inspect.Parameter(name, keyword_only, default=None, annotation=kind.__forward_arg__)
        for name, kind in OrderFields.__annotations__.items()
    ]
    named += [each for each in others if each.kind is keyword_only]
    others = [each for each in others if each.kind is not keyword_only]
    shown = signature.replace(parameters=others + named)
    setattr(function, "__signature__", shown)  # noqa: B010  (mypy knows no such attribute)
    return function
