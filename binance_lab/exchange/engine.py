"""The exchange's heart: commands in, events out.

``Engine`` has no clock, socket, thread or chance: the same commands at the same times give the same events, so
that a journal of commands restores its state. Every command takes the time, ``now_us``, in microseconds since
1970; times must not go back.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/trading-endpoints
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from binance_lab.exchange.events import EngineListener, Execution, Silent, Trade
from binance_lab.exchange.ledger import RATE, Account, Balance, Commission
from binance_lab.exchange.order_book import OrderBook
from binance_lab.exchange.orders import (
    Amended,
    Amendment,
    CanceledList,
    Fill,
    NewCancelReplace,
    NewOrder,
    NewOrderList,
    Order,
    OrderList,
    Placed,
    PlacedList,
    PreventedMatch,
)
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.symbols import SymbolRules, atoms_of
from binance_lab.wire.enums import (
    CancelRestrictions,
    ExecutionType,
    OrderStatus,
    Side,
    SymbolStatus,
    TimeInForce,
)


@dataclass(slots=True, kw_only=True)
class CancelReplaced:
    """Both halves of a cancelReplace: what it answered, a refusal, or None if it was not attempted."""

    canceled: Order | CanceledList | Reject
    placed: Placed | Reject | None


class Market:
    """One symbol's state."""

    def __init__(self, rules: SymbolRules) -> None:
        self.rules = rules
        self.status = SymbolStatus.TRADING
        self.book = OrderBook()
        self.orders: dict[int, Order] = {}
        self.next_order_id = 1
        self.next_trade_id = 1
        self.last_ticks = 0  # of the last trade; 0: none yet
        self.published = True  # whether trades and levels are told to the listener


class Engine:
    """The matching engine of all symbols and accounts.

    A refused command raises ``Reject`` and changes nothing (cancelReplace: see there).
    """

    def __init__(
        self,
        symbols: Iterable[SymbolRules],
        *,
        listener: EngineListener | None = None,
        exchange_filters: tuple[dict[str, Any], ...] = (),
    ) -> None:
        self.listener: EngineListener = listener or Silent()
        self.markets: dict[str, Market] = {rules.symbol: Market(rules) for rules in symbols}
        self.accounts: dict[int, Account] = {}
        self.fees: dict[str, Balance] = {}
        self.exchange_filters = exchange_filters
        self._next_execution_id = 1

    # Accounts

    def open_account(
        self,
        balances: Mapping[str, Decimal],
        *,
        reported: bool = True,
        commission: Commission | None = None,
    ) -> Account:
        """A new account with these free balances."""
        account = Account(id=len(self.accounts) + 1, reported=reported)
        if commission is not None:
            account.commission = commission
        for asset, amount in balances.items():
            account.balances[asset] = Balance(free=atoms_of(amount))
        self.accounts[account.id] = account
        return account

    def account(self, account_id: int) -> Account:
        """The account's balances and rates."""
        return self.accounts[account_id]

    # Commands

    def place(self, account_id: int, new: NewOrder, *, now_us: int) -> Placed:
        """Match a new order, rest what is left of it, or keep it for its trigger."""
        market, account = self._market(new.symbol), self.accounts[account_id]
        rules = market.rules
        if new.price is None or new.quantity is None:
            raise Reject(
                -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."
            )
        order = Order(
            id=market.next_order_id,
            symbol=new.symbol,
            account_id=account_id,
            client_order_id=new.client_order_id or f"order{market.next_order_id}",
            side=new.side,
            type=new.type,
            time_in_force=new.time_in_force or TimeInForce.GTC,
            price_ticks=rules.ticks(new.price),
            lots=rules.lots(new.quantity),
            time_us=now_us,
            stp_mode=new.stp_mode or rules.default_stp,
        )
        self._hold(account, rules, order)
        market.next_order_id += 1
        market.orders[order.id] = order
        order.update_us = order.working_us = now_us
        self._report(account, order, ExecutionType.NEW, now_us)
        placed = Placed(order=order)
        self._match(market, order, placed, now_us)
        if order.open_lots:
            order.visible_lots = order.open_lots
            level = market.book.side(order.side).rest(order)
            self.listener.level(new.symbol, order.side, level.price_ticks, level.shown_lots)
        return placed

    def cancel(
        self,
        account_id: int,
        symbol: str,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        restrictions: CancelRestrictions | None = None,
        now_us: int,
    ) -> Order:
        """Cancel an order; one of a list cancels the whole list (see ``Order.list_id``)."""
        market = self._market(symbol)
        order = market.orders.get(order_id or 0)
        if order is None or order.account_id != account_id or not order.is_open:
            raise Reject(-2011, "Unknown order sent.")
        level = market.book.side(order.side).remove(order)
        order.status = OrderStatus.CANCELED
        order.update_us = now_us
        self._release(self.accounts[account_id], market.rules, order)
        self.listener.level(symbol, order.side, level.price_ticks, level.shown_lots)
        self._report(self.accounts[account_id], order, ExecutionType.CANCELED, now_us)
        return order

    def test(self, account_id: int, new: NewOrder, *, now_us: int) -> Commission:
        """Check a new order as ``place`` would, without placing it; answers its commission rates."""
        raise NotImplementedError

    def cancel_all(
        self, account_id: int, symbol: str, *, now_us: int
    ) -> list[Order | CanceledList]:
        """Cancel every open order of a symbol, order lists as one each."""
        raise NotImplementedError

    def cancel_replace(
        self, account_id: int, request: NewCancelReplace, *, may_place: bool = True, now_us: int
    ) -> CancelReplaced:
        """Cancel an order and place another.

        Args:
            may_place: False once the account's unfilled order count is used up (then only the cancel runs).
        """
        raise NotImplementedError

    def amend(
        self,
        account_id: int,
        symbol: str,
        new_quantity: Decimal,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        now_us: int,
    ) -> Amended:
        """Reduce an order's quantity without losing its place in the queue."""
        raise NotImplementedError

    def place_list(self, account_id: int, new: NewOrderList, *, now_us: int) -> PlacedList:
        """Place an order list: all of its orders or none."""
        raise NotImplementedError

    def cancel_list(
        self,
        account_id: int,
        symbol: str,
        *,
        list_id: int | None = None,
        client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        now_us: int,
    ) -> CanceledList:
        """Cancel every order of a list."""
        raise NotImplementedError

    def deposit(self, account_id: int, asset: str, amount: Decimal, *, now_us: int) -> None:
        """Add to (or, negative, take from) an account's free balance."""
        atoms = atoms_of(amount)
        self.accounts[account_id].balance(asset).free += atoms
        self.listener.transfer(account_id, asset, atoms, now_us)

    def set_status(self, symbol: str, status: SymbolStatus, *, now_us: int) -> None:
        """Halt a symbol, let it only cancel, or let it trade again."""
        self._market(symbol).status = status
        self.listener.symbol_status(symbol, status, now_us)

    # Replay

    def start_replay(self, symbol: str, *, publish: bool = False) -> None:
        """Let a recording own the symbol's public book and tape.

        From now on orders' trades and levels are told to the listener only if ``publish``.
        """
        self._market(symbol).published = publish

    def set_level(self, symbol: str, side: Side, price_ticks: int, lots: int, now_us: int) -> None:
        """Set what a recording shows at a price (0: nothing): orders trade against it.

        Resting orders on the other side that the level crosses are filled, at their own price. What orders
        take of a level stays taken until the recording sets it again.
        """
        raise NotImplementedError

    def cross(self, symbol: str, price_ticks: int, lots: int, side: Side, now_us: int) -> int:
        """Tell of a recorded trade, ``side`` being its taker's; answers the lots that resting orders filled.

        It becomes the last price, enters averages, triggers stops, and fills resting orders of the other
        side that are priced better than it, or equal once the trade's quantity allows.
        """
        raise NotImplementedError

    # Queries

    def order(
        self,
        account_id: int,
        symbol: str,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
    ) -> Order:
        """One order of the account, whatever became of it."""
        raise NotImplementedError

    def open_orders(self, account_id: int, symbol: str | None = None) -> list[Order]:
        """Orders that can still trade, oldest first, of one symbol or all."""
        raise NotImplementedError

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
        """All orders of the account, oldest first: from an id on, in a range of time, or the latest."""
        raise NotImplementedError

    def order_list(
        self, account_id: int, *, list_id: int | None = None, client_order_id: str | None = None
    ) -> OrderList:
        """One order list."""
        raise NotImplementedError

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
        raise NotImplementedError

    def open_order_lists(self, account_id: int) -> list[OrderList]:
        """Order lists that can still trade, oldest first."""
        raise NotImplementedError

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
        raise NotImplementedError

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
        """What smart order routing allocated to the account."""
        raise NotImplementedError

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
        """Matches that self-trade prevention kept from happening."""
        raise NotImplementedError

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
        raise NotImplementedError

    def commission(self, account_id: int, symbol: str) -> Commission:
        """The account's commission rates on a symbol."""
        return self.accounts[account_id].commission

    def filters(self, account_id: int, symbol: str) -> dict[str, list[dict[str, Any]]]:
        """``myFilters``: exchangeFilters, symbolFilters and assetFilters that apply to the account."""
        raise NotImplementedError

    def rules(self, symbol: str) -> SymbolRules:
        """The symbol's rules."""
        return self._market(symbol).rules

    def status(self, symbol: str) -> SymbolStatus:
        """Whether the symbol trades."""
        return self._market(symbol).status

    def book(self, symbol: str) -> OrderBook:
        """The symbol's book: ``book.bids.depth(20)``, ``book.asks.best_ticks()``."""
        return self._market(symbol).book

    def last_price(self, symbol: str) -> Decimal | None:
        """The price of the last trade."""
        market = self._market(symbol)
        return market.rules.price(market.last_ticks) if market.last_ticks else None

    def average_price(self, symbol: str, minutes: int, *, now_us: int) -> Decimal | None:
        """The volume-weighted average price of the last minutes, as filters use it; else the last price."""
        raise NotImplementedError

    # Inside

    def _market(self, symbol: str) -> Market:
        try:
            return self.markets[symbol]
        except KeyError:
            raise Reject(-1121, "Invalid symbol.") from None

    def _hold(self, account: Account, rules: SymbolRules, order: Order) -> None:
        if order.side is Side.BUY:
            balance, atoms = (
                account.balance(rules.quote),
                rules.quote_atoms(order.price_ticks, order.lots),
            )
        else:
            balance, atoms = account.balance(rules.base), order.lots * rules.step_atoms
        if balance.free < atoms:
            raise Reject(-2010, "Account has insufficient balance for requested action.")
        balance.free -= atoms
        balance.locked += atoms
        order.held_atoms = atoms

    def _release(self, account: Account, rules: SymbolRules, order: Order) -> None:
        balance = account.balance(rules.quote if order.side is Side.BUY else rules.base)
        balance.locked -= order.held_atoms
        balance.free += order.held_atoms
        order.held_atoms = 0

    def _match(self, market: Market, taker: Order, placed: Placed, now_us: int) -> None:
        side = market.book.side(taker.side.opposite)
        while taker.open_lots and (level := side.best()):
            better = level.price_ticks - taker.price_ticks
            if (better > 0) if taker.side is Side.BUY else (better < 0):
                return
            maker = next(iter(level.orders.values()))
            lots = min(taker.open_lots, maker.visible_lots)
            self._trade(market, taker, maker, lots, placed, now_us)
            level.lots -= lots
            maker.visible_lots -= lots
            if not maker.open_lots:
                side.remove(maker)
            self.listener.level(market.rules.symbol, side.side, level.price_ticks, level.shown_lots)

    def _trade(
        self, market: Market, taker: Order, maker: Order, lots: int, placed: Placed, now_us: int
    ) -> None:
        rules, price = market.rules, maker.price_ticks
        quote = rules.quote_atoms(price, lots)
        trade_id = market.next_trade_id
        market.next_trade_id += 1
        market.last_ticks = price
        buyer, seller = (taker, maker) if taker.side is Side.BUY else (maker, taker)
        self.listener.trade(
            Trade(
                rules.symbol,
                trade_id,
                price,
                lots,
                quote,
                now_us,
                buyer is maker,
                buyer.id,
                seller.id,
            )
        )
        for order in (maker, taker):
            fill = self._settle(market, order, trade_id, price, lots, quote, order is maker, now_us)
            if order is taker:
                placed.fills.append(fill)

    def _settle(
        self,
        market: Market,
        order: Order,
        trade_id: int,
        price: int,
        lots: int,
        quote: int,
        is_maker: bool,
        now_us: int,
    ) -> Fill:
        rules, account = market.rules, self.accounts[order.account_id]
        order.executed_lots += lots
        order.quote_atoms += quote
        order.update_us = now_us
        order.status = OrderStatus.PARTIALLY_FILLED if order.open_lots else OrderStatus.FILLED
        is_buyer = order.side is Side.BUY
        pays, gets = (rules.quote, rules.base) if is_buyer else (rules.base, rules.quote)
        paid, got = (
            (quote, lots * rules.step_atoms) if is_buyer else (lots * rules.step_atoms, quote)
        )
        keep = (
            rules.quote_atoms(order.price_ticks, order.open_lots)
            if is_buyer
            else order.held_atoms - paid
        )
        payment = account.balance(pays)
        payment.locked -= order.held_atoms - keep
        payment.free += order.held_atoms - keep - paid
        order.held_atoms = keep
        fee = got * account.commission.standard.of(is_buyer=is_buyer, is_maker=is_maker) // RATE
        account.balance(gets).free += got - fee
        self.fees.setdefault(gets, Balance()).free += fee
        fill = Fill(
            symbol=rules.symbol,
            trade_id=trade_id,
            order_id=order.id,
            list_id=order.list_id,
            price_ticks=price,
            lots=lots,
            quote_atoms=quote,
            commission_atoms=fee,
            commission_asset=gets,
            time_us=now_us,
            is_buyer=is_buyer,
            is_maker=is_maker,
        )
        self._report(account, order, ExecutionType.TRADE, now_us, fill)
        return fill

    def _report(
        self,
        account: Account,
        order: Order,
        kind: ExecutionType,
        now_us: int,
        fill: Fill | None = None,
    ) -> None:
        execution_id = self._next_execution_id
        self._next_execution_id += 1
        if account.reported:
            self.listener.execution(
                Execution(
                    type=kind,
                    order=order,
                    id=execution_id,
                    time_us=now_us,
                    client_order_id=order.client_order_id,
                    fill=fill,
                )
            )
