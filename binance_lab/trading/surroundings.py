"""Surroundings: what orders are checked against, asked of the exchange and kept for a moment."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from binance_lab.connector.exceptions import ApiError, BookOutOfSync
from binance_lab.connector.spot import Spot
from binance_lab.connector.symbols import symbol_info
from binance_lab.wire.facts import CONTINGENT, MarketFacts
from binance_lab.wire.filters import MaxPosition

from .rules import Levels, Rules, Scene

T = TypeVar("T")

_log = logging.getLogger(__name__)
_RULES_S = 600.0
_PRICES_S = 5.0
_ACCOUNT_S = 2.0
_ORDERS_S = 10.0  # asking for the open orders of all symbols weighs 80
_DEPTH = 100


class BookTop(Protocol):
    """The best levels of both sides of a book, each best first."""

    @property
    def bids(self) -> Sequence[tuple[float, float]]:
        """The buyers' levels."""

    @property
    def asks(self) -> Sequence[tuple[float, float]]:
        """The sellers' levels."""


class Book(Protocol):
    """What is needed of a live order book: ``live.OrderBook``."""

    @property
    def symbol(self) -> str:
        """The symbol."""

    @property
    def state(self) -> str:
        """ "live" when it is in sync."""

    def top(self, n: int) -> BookTop:
        """The best n levels of both sides, as (price, qty) pairs.

        Raises:
            BookOutOfSync: It can't be read now.
        """


class Balances(Protocol):
    """What is needed of a live account: ``live.Account``."""

    @property
    def state(self) -> str:
        """ "live" when the user data stream is connected."""

    def free(self) -> Mapping[str, Decimal]:
        """What is free, by asset."""


class Surroundings:
    """Rules, prices, balances and counts of open orders, each no older than it may be. Any thread.

    Args:
        balances: The live account, if there is one.
        books: The live books that are open now; more can be named with ``watch``.
    """

    def __init__(
        self,
        client: Spot,
        balances: Balances | None = None,
        books: Callable[[], Iterable[Book]] = tuple,
    ) -> None:
        self._client = client
        self._balances = balances
        self._open_books = books
        self._lock = threading.Lock()  # guards _kept and _books
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._books: dict[str, Book] = {}

    def watch(self, book: Book) -> None:
        """Read this symbol's prices from a live book from now on."""
        with self._lock:
            self._books[book.symbol] = book

    def forget(self) -> None:
        """Ask for everything again when it is next needed, rules excepted."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] == "rules"}

    def rules(self, symbol: str) -> Rules:
        """The symbol's rules.

        Raises:
            UnknownSymbol: There is none of that name.
        """
        return self._cached("rules", symbol, _RULES_S, lambda: self._ask_rules(symbol))

    def scene(self, symbol: str) -> Scene:
        """Everything that an order of this symbol is checked against, as it is now."""
        rules = self.rules(symbol)
        bids, asks = self.levels(symbol)
        free = self.free()
        return Scene(rules=rules, market=self._market(rules), free=free, bids=bids, asks=asks)

    def mid(self, symbol: str) -> Decimal | None:
        """The middle of the live book; None without one that is in sync."""
        top = self._live_top(symbol, 1)
        if top is None:
            return None
        bids, asks = top
        return Scene(Rules(symbol, "", ""), bids=bids, asks=asks).mid

    def levels(self, symbol: str) -> tuple[Levels, Levels]:
        """Bids and asks, best first: of the live book, else asked for."""
        top = self._live_top(symbol, _DEPTH)
        if top is not None:
            return top
        answer = self._cached(
            "depth", symbol, _PRICES_S, lambda: self._client.depth(symbol, limit=_DEPTH)
        )
        return _levels(answer["bids"]), _levels(answer["asks"])

    def free(self) -> Mapping[str, Decimal] | None:
        """What is free, by asset; None without keys."""
        if self._balances is not None and self._balances.state == "live":
            return self._balances.free()
        if not self._client.signed_by:
            return None
        account = self._cached("account", "", _ACCOUNT_S, self._ask_account)
        return {row["asset"]: Decimal(row["free"]) for row in account["balances"]}

    def taker_rate(self, symbol: str) -> Decimal:
        """The share that a taker pays: 0.001 is 0.1 %; 0 without keys."""
        if not self._client.signed_by:
            return Decimal(0)
        rates = self._cached("fees", symbol, _RULES_S, lambda: self._ask_rates(symbol))
        return sum((Decimal(part.get("taker", 0)) for part in rates), Decimal(0))

    def worth(self, asset: str, in_asset: str) -> Decimal | None:
        """What one unit of an asset is worth in another; None if no symbol tells."""
        if asset == in_asset:
            return Decimal(1)
        direct = self._last_price(asset + in_asset)
        if direct is not None:
            return direct
        inverse = self._last_price(in_asset + asset)
        return 1 / inverse if inverse else None

    # -- asking ------------------------------------------------------------------------------

    def _cached(self, what: str, symbol: str, age_s: float, ask: Callable[[], T]) -> T:
        """What was asked less than so long ago, else asked now; an error isn't kept."""
        with self._lock:
            asked, kept = self._kept.get((what, symbol), (float("-inf"), None))
        if time.monotonic() - asked < age_s:
            value: T = kept
            return value
        value = ask()
        with self._lock:
            self._kept[what, symbol] = (time.monotonic(), value)
        return value

    def _live_top(self, symbol: str, n: int) -> tuple[Levels, Levels] | None:
        """The best levels of the live book; None without one, or while it is out of sync."""
        with self._lock:
            book = self._books.get(symbol)
        if book is None:
            book = next((each for each in self._open_books() if each.symbol == symbol), None)
        if book is None or book.state != "live":
            return None
        try:
            top = book.top(n)
        except BookOutOfSync:
            return None  # it fell out of sync just now
        return _levels(top.bids), _levels(top.asks)

    def _ask_rules(self, symbol: str) -> Rules:
        info = symbol_info(self._client, symbol)
        exchange: list[Any] = []
        assets: list[Any] = []
        if self._client.signed_by:
            try:
                mine = self._client.my_filters(symbol)
            except ApiError as error:  # the symbol's own filters still count
                _log.warning("The account's filters on %s can't be read: %s", symbol, error)
            else:
                exchange, assets = mine["exchangeFilters"], mine["assetFilters"]
        return Rules.of(info, exchange, assets)

    def _market(self, rules: Rules) -> MarketFacts:
        symbol = rules.symbol
        average = None
        if any(hasattr(rule, "avg_price_mins") for rule in rules.filters):
            row = self._cached("average", symbol, _PRICES_S, lambda: self._client.avg_price(symbol))
            average = Decimal(row["price"])
        facts: dict[str, Any] = {}
        if self._client.signed_by:
            orders = self._cached("orders", "", _ORDERS_S, self._client.get_open_orders)
            facts |= _counts(orders, symbol)
            if any(isinstance(rule, MaxPosition) for rule in rules.filters):
                facts["position"] = self._position(rules, orders)
        return MarketFacts(
            base_asset=rules.base,
            quote_asset=rules.quote,
            average_price=average,
            last_price=self._last_price(symbol),
            **facts,
        )

    def _position(self, rules: Rules, orders: list[Mapping[str, Any]]) -> Decimal:
        """What the account has of the base asset, and what its open buy orders would add."""
        account = self._cached("account", "", _ACCOUNT_S, self._ask_account)
        rows = [row for row in account["balances"] if row["asset"] == rules.base]
        held = sum((Decimal(row["free"]) + Decimal(row["locked"]) for row in rows), Decimal(0))
        buying = [o for o in orders if o["symbol"] == rules.symbol and o["side"] == "BUY"]
        left = (Decimal(order["origQty"]) - Decimal(order["executedQty"]) for order in buying)
        return sum(left, held)

    def _last_price(self, symbol: str) -> Decimal | None:
        try:
            row: Any = self._cached(
                "last", symbol, _PRICES_S, lambda: self._client.ticker_price(symbol=symbol)
            )
        except ApiError:
            return None  # no such symbol, or nothing was traded yet
        return Decimal(row["price"])

    def _ask_account(self) -> Mapping[str, Any]:
        return self._client.account()

    def _ask_rates(self, symbol: str) -> list[Mapping[str, Any]]:
        answer = self._client.query_commission_rates(symbol)
        return [answer.get(name, {}) for name in _RATES]


_RATES = ("standardCommission", "specialCommission", "taxCommission")


def _levels(rows: Sequence[Sequence[str | float]]) -> Levels:
    """Levels in exact decimals; a float is the shortest decimal that it can be."""
    return tuple((Decimal(str(price)), Decimal(str(qty))) for price, qty in rows)


def _counts(orders: list[Mapping[str, Any]], symbol: str) -> dict[str, int]:
    """Counts of open orders as filters use them: of the symbol, and of all."""
    counts: dict[str, int] = {}
    for prefix, rows in (
        ("", [row for row in orders if row["symbol"] == symbol]),
        ("all_", orders),
    ):
        lists = {row["orderListId"] for row in rows} - {-1}
        counts[f"{prefix}open_orders"] = len(rows)
        counts[f"{prefix}open_algo_orders"] = sum(row["type"] in CONTINGENT for row in rows)
        counts[f"{prefix}open_iceberg_orders"] = sum(
            bool(Decimal(row["icebergQty"])) for row in rows
        )
        counts[f"{prefix}open_order_lists"] = len(lists)
    return counts
