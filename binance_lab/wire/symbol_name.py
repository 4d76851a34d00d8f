"""A symbol's name as the exchange spells it, and which one a name of another spelling means."""

from __future__ import annotations

from typing import Any

from .lab_error import BadInput


def symbol_name(symbol: Any) -> str:
    """The name in upper case; whether there is a symbol of that name the exchange says.

    Raises:
        BadInput: It can't be one, as ``BTC/USDT`` or ``BTC-USDT``, for which the message proposes BTCUSDT.
    """
    name = symbol.strip().upper() if isinstance(symbol, str) else ""
    if name.isalnum():
        return name
    meant = "".join(filter(str.isalnum, name))
    hint = f"Did you mean {meant}? All of them are" if meant else "Those of the exchange are"
    raise BadInput(f"{symbol!r} can't be a symbol. {hint} lab.symbols().")
