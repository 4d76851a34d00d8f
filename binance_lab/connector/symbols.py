"""What the exchange says of one symbol, and which ones a wrong name may mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .exceptions import BadInput, BadSymbol, LabError

if TYPE_CHECKING:
    from .spot import Spot


class UnknownSymbol(BadInput, BadSymbol):
    """The exchange has no such symbol: its refusal, with similar ones in the message."""

    symbol: str = ""
    """The one that it doesn't have."""


def symbol_info(client: Spot, symbol: str) -> dict[str, Any]:
    """What exchangeInfo says of a symbol: its assets, status and filters, as Binance spells them.

    Raises:
        UnknownSymbol: There is none of that name.
        BadInput: The same, from an exchange that answers with an empty list.
    """
    with known_symbols(client, symbol):
        found: list[dict[str, Any]] = client.exchange_info(symbol=symbol)["symbols"]
    if not found:
        raise BadInput(_unknown(symbol, []))
    return found[0]


@contextmanager
def known_symbols(client: Spot, *symbols: str) -> Iterator[None]:
    """Where what is asked in here is refused for its symbol, say which one, and name similar ones.

    Raises:
        UnknownSymbol: The exchange has none of that name.
    """
    try:
        yield
    except BadSymbol as refused:
        try:
            names = [row["symbol"] for row in client.exchange_info()["symbols"]]
        except LabError:
            raise refused from None  # which says enough
        unknown = next((symbol for symbol in symbols if symbol not in names), None)
        if unknown is None:
            raise
        error = UnknownSymbol(
            _unknown(unknown, names),
            status=refused.status,
            code=refused.code,
            msg=refused.msg,
            headers=refused.headers,
            request=refused.request,
        )
        error.symbol = unknown
        raise error from None


def _unknown(symbol: str, names: list[str]) -> str:
    close = difflib.get_close_matches(symbol, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}? " if close else ""
    return f'"{symbol}" is no symbol here. {hint}All of them: lab.symbols().'
