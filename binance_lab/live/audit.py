"""Audit: whether what is known to have happened to an account explains its balances.

Without sockets, threads or clocks; amounts are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

ZERO = Decimal(0)
_NOTHING = ("0", "0")
Json = dict[str, Any]
Amounts: TypeAlias = Mapping[str, tuple[str, str]]
"""Free and locked amounts by asset."""

Pairs: TypeAlias = Mapping[str, tuple[str, str]]
"""Base and quote asset by symbol."""


class Audit:
    """What an account holds in all, free or locked, against its trades and transfers.

    What is told of balances and of what changed them may come in any order: a trade may be told
    before its balances or after them. What is left over for longer than a moment is the trace of
    something that was not told.
    """

    def __init__(self) -> None:
        self._totals: dict[str, Decimal] = {}
        self._told_at: dict[str, int] = {}
        self._begun = 0
        self._left_over: dict[str, Decimal] = {}  # changes of balances less what explains them
        self._since: dict[str, int] = {}  # when those assets' balances were explained last
        self._pairs: dict[str, tuple[str, str]] = {}
        self._unread: dict[str, list[Decimal]] = {}  # base and quote changes of other symbols

    @property
    def unexplained(self) -> dict[str, Decimal]:
        """By how much balances changed otherwise than trades and transfers say, by asset."""
        return dict(self._left_over)

    @property
    def unknown(self) -> list[str]:
        """Symbols of trades whose assets must be learned before the trades explain anything."""
        return sorted(self._unread)

    @property
    def settled(self) -> bool:
        """Whether everything is explained."""
        return not (self._left_over or self._unread)

    @property
    def since(self) -> int:
        """From when on something happened that isn't explained; 0 if everything is."""
        return min((self._since[asset] for asset in self._left_over), default=0)

    def begin(self, balances: Amounts, at: int) -> None:
        """Take balances as they are at a time, whatever was before."""
        self._totals = {asset: _total(amounts) for asset, amounts in balances.items()}
        self._told_at, self._begun = dict.fromkeys(balances, at), at
        self.write_off()

    def tell(self, balances: Amounts, at: int) -> None:
        """Balances of some assets, as they are at a time."""
        for asset, amounts in balances.items():
            total = _total(amounts)
            self._change(asset, total - self._totals.get(asset, ZERO))
            self._totals[asset], self._told_at[asset] = total, at

    def tell_all(self, balances: Amounts, at: int) -> None:
        """Balances as they are at a time; there is nothing of any other asset."""
        gone = dict.fromkeys(self._totals.keys() - balances.keys(), _NOTHING)
        self.tell(gone | dict(balances), at)

    def transfer(self, asset: str, change: str) -> None:
        """A deposit, a withdrawal or the like."""
        self._change(asset, -Decimal(change))

    def trade(self, fill: Json) -> None:
        """A trade of the account, with the keys of myTrades."""
        sign = 1 if fill["isBuyer"] else -1
        base, quote = sign * Decimal(fill["qty"]), -sign * Decimal(fill["quoteQty"])
        if fee := Decimal(fill["commission"]):
            self._change(fill["commissionAsset"], fee)
        if (pair := self._pairs.get(fill["symbol"])) is not None:
            self._change(pair[0], -base)
            self._change(pair[1], -quote)
        else:
            kept = self._unread.setdefault(fill["symbol"], [ZERO, ZERO])
            kept[0] += base
            kept[1] += quote

    def learn(self, pairs: Pairs, asked: Iterable[str] = ()) -> None:
        """What symbols trade; of those asked for that there aren't, nothing is explained."""
        self._pairs |= pairs
        for symbol in self._unread.keys() & self._pairs.keys():
            for asset, change in zip(self._pairs[symbol], self._unread.pop(symbol), strict=True):
                self._change(asset, -change)
        for symbol in asked:
            self._unread.pop(symbol, None)

    def restore(self, changes: Mapping[str, Decimal], since: int) -> None:
        """Changes that were written off are to be explained after all."""
        for asset, change in changes.items():
            self._change(asset, change)
            self._since[asset] = min(since, self._since.get(asset, since))

    def write_off(self) -> dict[str, Decimal]:
        """Ask no more for what explains the changes so far; those that nothing did, by asset."""
        left_over, self._left_over = self._left_over, {}
        self._since.clear()
        self._unread.clear()
        return left_over

    def touched(self, symbols: Iterable[str], balances: Amounts) -> list[str]:
        """Those symbols that may have been traded, as balances are now; unknown ones included."""
        assets = self._totals.keys() | balances.keys()
        changed = self._left_over.keys() | {
            asset
            for asset in assets
            if _total(balances.get(asset, _NOTHING)) != self._totals.get(asset, ZERO)
        }
        return [name for name in symbols if changed & set(self._pairs.get(name, changed))]

    def suspects(self, pairs: Pairs, traded: Iterable[str]) -> list[str]:
        """The symbols of which a trade could explain what is left over, the likeliest first.

        A trade changes both of its symbol's assets; only where a position was closed again, one
        alone may have changed: then the other is one that the account has had.

        Args:
            pairs: All symbols.
            traded: Those that the account is known to trade.
        """
        changed, seen = self._left_over.keys(), self._totals.keys()
        both = [name for name, pair in pairs.items() if changed >= set(pair)]
        one = [name for name, pair in pairs.items() if changed & set(pair) and seen >= set(pair)]
        known = sorted(set(traded) & {*both, *one})
        return list(dict.fromkeys([*known, *sorted(both), *sorted(one)]))

    def _change(self, asset: str, change: Decimal) -> None:
        left = self._left_over.pop(asset, ZERO) + change
        if left:
            self._since.setdefault(asset, self._told_at.get(asset, self._begun))
            self._left_over[asset] = left
        else:
            self._since.pop(asset, None)


def _total(amounts: tuple[str, str]) -> Decimal:
    return Decimal(amounts[0]) + Decimal(amounts[1])
