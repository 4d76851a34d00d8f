"""What the exchange says of one symbol, and which ones a wrong name may mean."""

from __future__ import annotations

import difflib
from typing import Any

from .exceptions import BadInput, BadSymbol
from .spot import Spot


class UnknownSymbol(BadInput):
    """The exchange has no such symbol; the message names similar ones."""


def symbol_info(client: Spot, symbol: str) -> dict[str, Any]:
    """What exchangeInfo says of a symbol: its assets, status and filters, as Binance spells them.

    Raises:
        UnknownSymbol: There is none of that name.
    """
    try:
        about: dict[str, Any] = client.exchange_info(symbol=symbol)["symbols"][0]
    except (BadSymbol, IndexError):
        raise UnknownSymbol(_unknown(client, symbol)) from None
    return about


def _unknown(client: Spot, symbol: str) -> str:
    names = [row["symbol"] for row in client.exchange_info()["symbols"]]
    close = difflib.get_close_matches(symbol, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}? " if close else ""
    return f'"{symbol}" is no symbol here. {hint}All of them: lab.symbols().'
