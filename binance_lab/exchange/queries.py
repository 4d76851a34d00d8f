"""What accounts ask: their orders, lists, trades, prevented matches, amendments, filters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from binance_lab.exchange.ledger import Account, Commission
from binance_lab.exchange.order_book import OrderBook
from binance_lab.exchange.orders import Amendment, Fill, Order, OrderList, PreventedMatch
from binance_lab.exchange.reference_price import price_of
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.state import AccountLists, State
from binance_lab.exchange.symbols import SymbolRules, amount_of, atoms_text
from binance_lab.wire import errors
from binance_lab.wire.enums import SymbolStatus

T = TypeVar("T")


class Queries(State):
    """Reading the state; nothing here changes it."""

    # Orders

    def order(
        self,
        account_id: int,
        symbol: str,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
    ) -> Order:
        """One order of the account, whatever became of it; of two ids both must fit.

        Raises:
            Reject: -2013, or -2039 if the two ids are of different orders.
        """
        standing = self.standing(account_id, symbol)
        if order_id is None:
            order_id = standing.by_client_id.get(client_order_id or "")
        found = standing.orders.get(order_id) if order_id is not None else None
        if found is None:
            raise Reject(*errors.NO_SUCH_ORDER)
        if client_order_id is not None and found.client_order_id != client_order_id:
            raise Reject(*errors.WRONG_CLIENT_ORDER_ID)
        return found

    def open_orders(self, account_id: int, symbol: str | None = None) -> list[Order]:
        """Orders that can still trade, oldest first, of one symbol or all."""
        markets = self.markets.values() if symbol is None else (self.market(symbol),)
        standings = [market.standings.get(account_id) for market in markets]
        return [order for each in standings if each for order in each.open.values()]

    def orders(
        self,
        account_id: int,
        symbol: str,
        *,
        order_id: int | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        limit: int = 500,
    ) -> list[Order]:
        """All orders of the account, oldest first: from an id or a time on, else the latest."""
        orders = list(self.standing(account_id, symbol).orders.values())
        return _select(
            orders,
            ident=lambda order: order.id,
            time=lambda order: order.time_us,
            from_id=order_id,
            start_us=start_us,
            end_us=end_us,
            limit=limit,
        )

    # Lists

    def order_list(
        self, account_id: int, *, list_id: int | None = None, client_order_id: str | None = None
    ) -> OrderList:
        """One order list, by its id or its client id (then the latest of that name).

        Raises:
            Reject: -2013, there is none.
        """
        if list_id is not None:
            found = self.lists.get(list_id)
            if found is not None and found.account_id == account_id:
                return found
        elif client_order_id is not None:
            found = self._lists_of(account_id).by_client_id.get(client_order_id)
            if found is not None:
                return found
        raise Reject(*errors.NO_SUCH_ORDER)

    def order_lists(
        self,
        account_id: int,
        *,
        from_id: int | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        limit: int = 500,
    ) -> list[OrderList]:
        """All order lists of the account, oldest first."""
        return _select(
            self._lists_of(account_id).all,
            ident=lambda each: each.id,
            time=lambda each: each.time_us,
            from_id=from_id,
            start_us=start_us,
            end_us=end_us,
            limit=limit,
        )

    def open_order_lists(self, account_id: int) -> list[OrderList]:
        """Order lists that can still trade, oldest first."""
        return list(self._lists_of(account_id).open.values())

    def orders_of_list(self, order_list: OrderList) -> list[Order]:
        """The list's orders, in its order."""
        known = self.standing(order_list.account_id, order_list.symbol).orders
        return [known[order_id] for order_id in order_list.order_ids if order_id in known]

    def _lists_of(self, account_id: int) -> AccountLists:
        return self.lists_of.get(account_id) or AccountLists()

    # Trades

    def trades(
        self,
        account_id: int,
        symbol: str,
        *,
        order_id: int | None = None,
        from_id: int | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        limit: int = 500,
    ) -> list[Fill]:
        """The account's own trades, oldest first."""
        fills: Sequence[Fill] = self.standing(account_id, symbol).fills
        return _select(
            _of_order(fills, order_id),
            ident=lambda fill: fill.trade_id,
            time=lambda fill: fill.time_us,
            from_id=from_id,
            start_us=start_us,
            end_us=end_us,
            limit=limit,
        )

    def allocations(
        self,
        account_id: int,
        symbol: str,
        *,
        order_id: int | None = None,
        from_id: int | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        limit: int = 500,
    ) -> list[Fill]:
        """What smart order routing allocated to the account, oldest first."""
        fills: Sequence[Fill] = self.standing(account_id, symbol).allocations
        return _select(
            _of_order(fills, order_id),
            ident=lambda fill: fill.allocation_id,
            time=lambda fill: fill.time_us,
            from_id=from_id,
            start_us=start_us,
            end_us=end_us,
            limit=limit,
        )

    def prevented_matches(
        self,
        account_id: int,
        symbol: str,
        *,
        prevented_match_id: int | None = None,
        order_id: int | None = None,
        from_id: int | None = None,
        limit: int = 500,
    ) -> list[PreventedMatch]:
        """Matches that self-trade prevention kept from happening, oldest first."""
        found = [
            each
            for each in self.standing(account_id, symbol).prevented
            if (prevented_match_id is None or each.id == prevented_match_id)
            and (order_id is None or each.concerns(symbol, order_id))
            and (from_id is None or each.id >= from_id)
        ]
        return found[:limit]

    def amendments(
        self,
        account_id: int,
        symbol: str,
        order_id: int,
        *,
        from_execution_id: int | None = None,
        limit: int = 500,
    ) -> list[Amendment]:
        """How an order was amended, oldest first."""
        self.order(account_id, symbol, order_id=order_id)
        found = [
            each
            for each in self.standing(account_id, symbol).amendments
            if each.order_id == order_id
            and (from_execution_id is None or each.execution_id >= from_execution_id)
        ]
        return found[:limit]

    # Accounts

    def account(self, account_id: int) -> Account:
        """The account's balances and rates."""
        return self.accounts[account_id]

    def commission(self, account_id: int, symbol: str) -> Commission:
        """The account's commission rates on a symbol."""
        self.market(symbol)
        return self.accounts[account_id].commission

    def filters(self, account_id: int, symbol: str) -> dict[str, list[dict[str, Any]]]:
        """``myFilters``: exchangeFilters, symbolFilters and assetFilters that apply to the account."""
        rules = self.market(symbol).rules
        limits = self.accounts[account_id].asset_limits
        return {
            "exchangeFilters": [dict(each) for each in self.exchange_filters],
            "symbolFilters": [dict(each) for each in rules.filters],
            "assetFilters": [
                {"filterType": "MAX_ASSET", "asset": asset, "limit": atoms_text(limit)}
                for asset, limit in limits.items()
                if asset in (rules.base, rules.quote)
            ],
        }

    # Markets

    def rules(self, symbol: str) -> SymbolRules:
        """The symbol's rules."""
        return self.market(symbol).rules

    def status(self, symbol: str) -> SymbolStatus:
        """Whether the symbol trades."""
        return self.market(symbol).status

    def book(self, symbol: str) -> OrderBook:
        """The symbol's book: ``book.bids.depth(20)``, ``book.asks.best_ticks()``."""
        return self.market(symbol).book

    def last_price(self, symbol: str) -> Decimal | None:
        """The price of the last trade."""
        return self.market(symbol).last_price()

    def average_price(self, symbol: str, *, now_us: int) -> Decimal | None:
        """The volume-weighted average of the filters' last minutes, rounded down to eight decimals.

        The last price if nothing traded in them; None if nothing ever did.
        """
        return self.market(symbol).average_price(now_us)

    def reference_price(self, symbol: str, *, now_us: int) -> Decimal | None:
        """The symbol's reference price; None if it has none, or no trade in its window."""
        return price_of(self.market(symbol).reference_atoms(now_us))

    def supply(self, asset: str) -> Decimal:
        """All there is of an asset: free, locked, and taken as fees. Only deposits change it."""
        balances = [account.balance(asset) for account in self.accounts.values()]
        fees = self.fees.get(asset)
        return amount_of(
            sum(each.free + each.locked for each in balances) + (fees.free if fees else 0)
        )


def _of_order(fills: Sequence[Fill], order_id: int | None) -> list[Fill]:
    if order_id is None:
        return list(fills)
    return [fill for fill in fills if fill.order_id == order_id]


def _select(
    rows: Sequence[T],
    *,
    ident: Callable[[T], int],
    time: Callable[[T], int],
    from_id: int | None,
    start_us: int | None,
    end_us: int | None,
    limit: int,
) -> list[T]:
    """Rows from an id on, or in a range of time from its start on, else the latest ones."""
    if from_id is not None:
        rows = rows[bisect_left(rows, from_id, key=ident) :]
    if start_us is not None or end_us is not None:
        low = 0 if start_us is None else start_us
        rows = _within(rows, time, low, end_us)
    if from_id is None and start_us is None:
        return list(rows[-limit:])
    return list(rows[:limit])


def _within(
    rows: Iterable[T], time: Callable[[T], int], start_us: int, end_us: int | None
) -> list[T]:
    return [
        row for row in rows if start_us <= time(row) and (end_us is None or time(row) <= end_us)
    ]
