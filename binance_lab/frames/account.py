"""The account: balances, and what they are worth; commission rates."""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise, permutations
from typing import Any

import pandas as pd

from ..wire.lab_error import BadInput
from .columns import Answer, Numbers, frame_of, number_column, text_column
from .table import Field, objects_of, table

_BETWEEN = ("USDT", "BTC", "USDC", "ETH", "BNB")  # most assets are traded against one of them
_BALANCES = (Field("asset", "asset", "text"), Field("free", "free"), Field("locked", "locked"))


def balances_frame(
    answer: Answer,
    *,
    prices: Mapping[str, Any] | None = None,
    quote: str = "USDT",
    numbers: Numbers = "float",
    **attrs: Any,
) -> pd.DataFrame:
    """What an account holds.

    The index is ``asset``. Columns: ``free``, ``locked`` (in open orders), ``total``, all in the
    asset itself; with prices also ``value``, the total in the quote asset (NaN where no symbols
    join the two). `attrs` has ``quote``, and ``without_value``: the assets whose value is NaN.

    Args:
        answer: The answer of account, or its list of balances.
        prices: Last price by symbol, for ``value``: ``{"BTCUSDT": "60000.00", …}``.
        quote: The asset that ``value`` is in.
        numbers: ``decimal`` for exact amounts.
        attrs: What `frame.attrs` shall say besides.

    Raises:
        ValueError: The answer isn't one of account.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#account-information-user_data
    """
    objects = objects_of(answer, "account")
    rows = objects[0]["balances"] if len(objects) == 1 and "balances" in objects[0] else objects
    frame = table(rows, _BALANCES, what="account", numbers=numbers, index="asset", attrs=attrs)
    frame["total"] = frame["free"] + frame["locked"]
    if prices is not None:
        rates = [rate(str(asset), quote, prices) for asset in frame.index]
        frame["value"] = frame["total"] * pd.Series(
            number_column(rates, numbers), index=frame.index
        )
        frame.attrs["quote"] = quote
        frame.attrs["without_value"] = [str(asset) for asset in frame.index[frame["value"].isna()]]
    return frame


def rate(asset: str, quote: str, prices: Mapping[str, Any]) -> Decimal | None:
    """What one unit of an asset is worth in another, by the fewest symbols that join them, three at most.

    None if none do. Prices go by way of the assets that most others are traded against.
    """
    for path in _paths(asset, quote):
        steps = [_direct(*pair, prices) for pair in path]
        if None not in steps:
            return math.prod(filter(None, steps), start=Decimal(1))
    return None


def rate_symbols(asset: str, quote: str, traded: Container[str]) -> list[str]:
    """The symbols whose prices `rate` uses, of those that are traded; empty if none join the two."""
    for path in _paths(asset, quote):
        found = [[s for s in (a + b, b + a) if s in traded][:1] for a, b in path]
        if all(found):
            return [symbol for each in found for symbol in each]
    return []


def quote_asset(quote: Any, held: Collection[str], traded: Container[str]) -> str:
    """The name of an asset that others can be valued in, in upper case.

    Args:
        held: The assets to be valued.
        traded: Every symbol.

    Raises:
        BadInput: No symbol joins it with anything.
    """
    name = quote.strip().upper() if isinstance(quote, str) else ""
    if name in held or any(rate_symbols(each, name, traded) for each in (*_BETWEEN, *held)):
        return name
    raise BadInput(
        f"Nothing can be valued in {quote!r}: no symbol joins it with another asset. Take one that "
        'is traded, such as quote="USDT".'
    )


def _paths(asset: str, quote: str) -> Iterator[list[tuple[str, str]]]:
    """Pairs of assets that lead from one to the other, the shortest way first."""
    for stops in range(3):
        for between in permutations(_BETWEEN, stops):
            pairs = pairwise((asset, *between, quote))
            yield [(first, second) for first, second in pairs if first != second]


def _direct(asset: str, quote: str, prices: Mapping[str, Any]) -> Decimal | None:
    if asset == quote:
        return Decimal(1)
    if price := Decimal(str(prices.get(asset + quote, 0))):  # 0: never traded
        return price
    if price := Decimal(str(prices.get(quote + asset, 0))):
        return 1 / price
    return None


_PARTS = (
    ("standard", "standardCommission"),
    ("special", "specialCommission"),
    ("tax", "taxCommission"),
)


def commissions_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """The commission rates of symbols, a row for each symbol and part.

    Columns: ``symbol``; ``part`` (standard, special, tax); ``maker``, ``taker``, ``buyer`` and
    ``seller``: rates, 0.001 is 0.1 %; ``discount`` on the standard part if paid in ``discount_asset``
    (1 is none).

    Args:
        answer: The answer of account/commission, or a list of several.
        numbers: ``decimal`` for exact rates.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't one of account/commission.

    https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints#query-commission-rates-user_data
    """
    rows = [
        (answer["symbol"], part, answer.get(key) or {}, _discount(answer, part))
        for answer in objects_of(answer, "account/commission")
        for part, key in _PARTS
    ]
    columns: dict[str, Any] = {
        "symbol": text_column([symbol for symbol, *_ in rows]),
        "part": text_column([part for _, part, *_ in rows]),
    }
    for name in ("maker", "taker", "buyer", "seller"):
        columns[name] = number_column((rates.get(name, 0) for _, _, rates, _ in rows), numbers)
    columns["discount"] = number_column((factor for *_, (factor, _) in rows), numbers)
    columns["discount_asset"] = text_column([asset for *_, (_, asset) in rows])
    return frame_of(columns, attrs=attrs)


def _discount(answer: Mapping[str, Any], part: str) -> tuple[Any, str | None]:
    discount = answer.get("discount") or {}
    valid = discount.get("enabledForAccount") and discount.get("enabledForSymbol")
    if part != "standard" or not valid:
        return 1, None
    return discount["discount"], discount.get("discountAsset")
