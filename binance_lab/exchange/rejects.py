"""How the exchange refuses: a code and Binance's text for it.

https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

from __future__ import annotations


class Reject(Exception):
    """A command that was refused and changed nothing; ``code`` and ``msg`` are what Binance answers."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(code, msg)
        self.code = code
        self.msg = msg

    def __repr__(self) -> str:
        return f"Reject({self.code}, {self.msg!r})"

    __str__ = __repr__
