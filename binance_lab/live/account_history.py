"""What REST tells of an account: how it is now, and what it has traded since a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from binance_lab.connector.exceptions import BadSymbol
from binance_lab.wire.intervals import DAY_MS

from .audit import Pairs
from .holdings import Holdings, Json

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

PAGE = 1_000  # trades that one answer lists
_LATEST_MS = 10**14  # a later time is in µs


class AccountHistory:
    """Asks REST about an account; each call may wait for the server.

    Args:
        client: With a key.
    """

    def __init__(self, client: Spot) -> None:
        self._client = client
        self._pairs: dict[str, tuple[str, str]] = {}
        self._routed: frozenset[str] = frozenset()  # symbols whose orders may be routed
        self._knows_all = False

    def holdings(self) -> Holdings:
        """Balances and open orders as they are now: weight 100."""
        account = self._client.account(omitZeroBalances=True)
        return Holdings.of(account, self._client.get_open_orders())

    def trades(self, symbol: str, since: int) -> list[Json]:
        """The account's trades of a symbol from a time (ms) on: weight 20 for each thousand."""
        rows = self._page(symbol)
        if len(rows) == PAGE and rows[0]["time"] >= since:
            rows = list(self._pages(symbol, since))
        return [row for row in rows if row["time"] >= since]

    def _pages(self, symbol: str, since: int) -> Iterator[Json]:
        """Trades from a time on, where there are many; no more than a day is answered at once."""
        day = DAY_MS if since < _LATEST_MS else DAY_MS * 1_000
        while not (rows := self._page(symbol, startTime=since, endTime=since + day)):
            since += day
        while rows:
            yield from rows
            rows = self._page(symbol, fromId=rows[-1]["id"] + 1)

    def _page(self, symbol: str, **range_: int) -> list[Json]:
        rows: list[Json] = self._client.my_trades(symbol, **range_, limit=PAGE)
        return rows

    def allocations(self, symbol: str, since: int) -> Iterator[Json]:
        """What smart order routing gave the account's orders from a time on, as trades."""
        if symbol not in self._routed:
            return
        rows = self._client.query_allocations(symbol, startTime=since, limit=PAGE)
        while rows:
            yield from ({**row, "id": -1} for row in rows)
            last = rows[-1]["allocationId"]
            rows = self._client.query_allocations(symbol, fromAllocationId=last + 1, limit=PAGE)

    def pairs(self, symbols: Iterable[str]) -> Pairs:
        """Base and quote asset of symbols; those that don't exist are left out."""
        found: dict[str, tuple[str, str]] = {}
        for symbol in symbols:
            if symbol not in self._pairs and not self._knows_all:
                with suppress(BadSymbol):  # delisted
                    self._learn(self._client.exchange_info(symbol=symbol))
            if symbol in self._pairs:
                found[symbol] = self._pairs[symbol]
        return found

    def all_pairs(self) -> Pairs:
        """Base and quote asset of all symbols; asked for once."""
        if not self._knows_all:
            info = self._client.exchange_info()
            self._learn(info)
            sors = info.get("sors") or ()
            self._routed = frozenset(symbol for sor in sors for symbol in sor["symbols"])
            self._knows_all = True
        return self._pairs

    def _learn(self, info: Json) -> None:
        for row in info["symbols"]:
            self._pairs[row["symbol"]] = (row["baseAsset"], row["quoteAsset"])
