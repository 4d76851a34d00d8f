"""What the engine's parts share: markets, accounts, lists, and how they tell the listener."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from binance_lab.exchange.events import EngineListener, Execution, Silent
from binance_lab.exchange.ledger import NO_COMMISSION, Account, Balance
from binance_lab.exchange.market import Market
from binance_lab.exchange.orders import Fill, Order, OrderList, PreventedMatch
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.standing import Standing
from binance_lab.exchange.symbols import SymbolRules
from binance_lab.wire import errors
from binance_lab.wire.enums import ExecutionType
from binance_lab.wire.filters import parse_filters

_NAME_FACTOR = 0x9E3779B97F4A7C15F39CC1
_NAME_MASK = (1 << 88) - 1  # 22 hexadecimal digits

RECORDING = 0  # the account that recorded levels trade for; its balances may be negative


@dataclass(slots=True, eq=False)
class AccountLists:
    """One account's order lists, so that no question about them goes through those of others."""

    all: list[OrderList] = field(default_factory=list)  # oldest first
    open: dict[int, OrderList] = field(default_factory=dict)
    by_client_id: dict[str, OrderList] = field(default_factory=dict)  # the latest of each name


class State:
    """All that a snapshot of the exchange holds: plain dictionaries, lists and numbers.

    Commands first check, then change; what trades cause (triggers, pending orders) is queued and done before
    the command ends, and changed balances are told last.
    """

    def __init__(
        self,
        symbols: Iterable[SymbolRules],
        *,
        listener: EngineListener | None = None,
        exchange_filters: tuple[dict[str, Any], ...] = (),
        sors: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        self.listener: EngineListener = listener or Silent()
        self.markets: dict[str, Market] = {rules.symbol: Market(rules) for rules in symbols}
        self.accounts: dict[int, Account] = {
            RECORDING: Account(id=RECORDING, commission=NO_COMMISSION, reported=False)
        }
        self.fees: dict[str, Balance] = {}
        self.lists: dict[int, OrderList] = {}
        self.lists_of: dict[int, AccountLists] = {}
        self.exchange_filters = exchange_filters
        self.parsed_exchange_filters = parse_filters(exchange_filters)
        self.sors = sors
        self.next_list_id = 0
        self.next_execution_id = 1
        self.next_name = 1
        self.trade_prices: deque[tuple[Market, int]] = deque()  # not yet shown to the stops
        self.due_lists: deque[OrderList] = deque()  # whose working order filled
        self.touched: dict[int, dict[str, None]] = {}  # assets by account, to tell at the end

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "listener"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.listener = Silent()

    def market(self, symbol: str) -> Market:
        """The symbol's state.

        Raises:
            Reject: -1121, there is no such symbol.
        """
        market = self.markets.get(symbol)
        if market is None:
            raise Reject(*errors.INVALID_SYMBOL)
        if market.catch_up is not None:
            catch_up, market.catch_up = market.catch_up, None
            catch_up()
        return market

    def standing(self, account_id: int, symbol: str) -> Standing:
        """What an account has on a symbol.

        Raises:
            Reject: -1121, there is no such symbol.
        """
        return self.market(symbol).standing(self.accounts[account_id])

    def add_list(self, order_list: OrderList) -> None:
        """Take in a new order list, which is open."""
        self.lists[order_list.id] = order_list
        mine = self.lists_of.setdefault(order_list.account_id, AccountLists())
        mine.all.append(order_list)
        mine.open[order_list.id] = order_list
        mine.by_client_id[order_list.client_order_id] = order_list

    def new_name(self) -> str:
        """A client order id for who sent none: 22 characters, different each time, the same in a re-run."""
        self.next_name += 1
        # An odd factor makes every number another one, far from its neighbors.
        return f"{self.next_name * _NAME_FACTOR & _NAME_MASK:022x}"

    def touch(self, account: Account, *assets: str) -> None:
        """Remember that these balances may have changed."""
        if account.reported:
            known = self.touched.get(account.id)
            if known is None:
                known = self.touched[account.id] = {}
            for asset in assets:
                known[asset] = None

    def tell_balances(self, now_us: int) -> None:
        """Tell each account's changed balances, once."""
        touched, self.touched = self.touched, {}
        for account_id, assets in touched.items():
            self.accounts[account_id].update_us = now_us
            self.listener.balances(account_id, tuple(assets), now_us)

    def report(
        self,
        account: Account,
        order: Order,
        kind: ExecutionType,
        now_us: int,
        *,
        client_order_id: str = "",
        orig_client_order_id: str = "",
        fill: Fill | None = None,
        prevented: PreventedMatch | None = None,
        reject_reason: str = "NONE",
    ) -> int:
        """Tell that an order changed; answers the report's id."""
        execution_id = self.next_execution_id
        self.next_execution_id = execution_id + 1
        if account.reported:
            self.listener.execution(
                Execution(
                    type=kind,
                    order=order,
                    id=execution_id,
                    time_us=now_us,
                    client_order_id=client_order_id or order.client_order_id,
                    orig_client_order_id=orig_client_order_id,
                    fill=fill,
                    prevented=prevented,
                    reject_reason=reject_reason,
                )
            )
        return execution_id
