"""Trading: the desk that sends orders, once each, and keeps every one of them up to date."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
import pandas as pd

from binance_lab.connector.exceptions import (
    ApiError,
    ConfigError,
    LabError,
    OrderRejected,
    OutcomeUnknown,
    RequestError,
    TooManyRequests,
    UnknownOrder,
)
from binance_lab.connector.spot import Spot
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import CancelReplaceMode
from binance_lab.wire.types import Number
from binance_lab.wire.user_events import ExecutionReport

from .check import Finding, paragraph
from .estimate import value_in_quote
from .guards import Limits, OrderRefused, Origin, Pace, check_environment, check_open, check_value
from .journal import Journal
from .keeper import Keeper
from .lists import ListKind, ListTicket, OrderList, make_list
from .nearest import explain, nearest_ticket
from .order import Order, OrderState, now_ms
from .records import fills_frame, orders_frame, restored, ticket_of_answer, ticket_of_report
from .rules import Rules, Scene
from .surroundings import Balances, Book, Surroundings
from .ticket import Ticket, exact, make_ticket

SETTLED_S = 15.0
"""When a request that nobody answered can't be under way any more: the receive window of 5 s has
passed, and the 10 s that the server gives a request."""

CONFIRM_S = 30.0
"""How often an open order is confirmed by REST while the user data stream tells of it."""

POLL_S = 1.0
"""How often it is asked about while no stream does."""

_log = logging.getLogger(__name__)
_ASK_S = (0.2, 0.5, 1.0, 2.0)
_LIST_CALLS = {
    ListKind.OCO: "new_oco_order",
    ListKind.OTO: "new_oto_order",
    ListKind.OTOCO: "new_otoco_order",
}
_LATEST = 2_000  # orders of a journal that a desk takes over


class AccountFeed(Balances, Protocol):
    """What the desk needs of ``live.Account``: balances, and execution reports as they come."""

    def on_report(self, callback: Callable[[ExecutionReport], None]) -> Callable[[], None]:
        """Call back with each execution report, in order; the result takes it back."""

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when its state, or anything else of it, changed; the result takes it back."""


class Trading:
    """The order desk of one environment.

    Every order carries an id of ours, is an ``Order`` that lives, and is sent once: an answer that
    is lost is asked for, never sent for again. Any thread.

    Args:
        client: Signs and sends.
        environment: "local", "testnet" or "live": the guards go by it.
        account: The live account, whose execution reports move the orders; without it they are
            asked about by REST.
        book: A live order book to read prices from; ``watch`` adds others.
        limits: What may be sent; the environment's defaults if not given.
        journal: Where everything sent and received is kept; its orders are taken over.
        allow_orders: On "live", whether code may place orders. Forms never do.
        confirm: On "live", asks the user to type the symbol back; None where nobody is there.
    """

    def __init__(
        self,
        client: Spot,
        *,
        environment: str = "local",
        account: AccountFeed | None = None,
        book: Book | None = None,
        limits: Limits | None = None,
        journal: Journal | None = None,
        allow_orders: bool = False,
        confirm: Callable[[str], str] | None = None,
    ) -> None:
        self.environment = environment
        self.limits = limits or Limits.of(environment)
        self.journal = journal
        self.surroundings = Surroundings(client, account)
        self._client = client
        self._account = account
        self._allow_orders = allow_orders
        self._confirm = confirm
        self._pace = Pace()
        self._lock = threading.RLock()  # guards _orders, _by_id, _lists, _callbacks, version
        self._orders: list[Order] = []
        self._by_id: dict[str, Order] = {}
        self._lists: list[OrderList] = []
        self._callbacks: list[Callable[[], None]] = []
        self.version = 0
        self.journal_error: OSError | None = None
        """Why the journal could last not be written."""
        self._keeper = Keeper(self._ask)
        if book is not None:
            self.surroundings.watch(book)
        self._restore()
        self._streaming = False
        self._take_back: list[Callable[[], None]] = []
        if account is not None:
            self._take_back = [
                account.on_report(self._report),
                account.on_change(self._account_changed),
            ]

    def __repr__(self) -> str:
        orders = self.orders
        open_orders = sum(not order.done for order in orders)
        return f"<Trading {self.environment}: {len(orders)} orders, {open_orders} open>"

    def __enter__(self) -> Trading:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Follow orders no more. Those that are open stay open on the exchange."""
        for take_back in self._take_back:
            take_back()
        self._keeper.close()
        if self.journal is not None:
            self.journal.close()

    # -- looking -----------------------------------------------------------------------------

    @property
    def orders(self) -> list[Order]:
        """Every order of this desk and of its journal, and others of the account, oldest first."""
        with self._lock:
            return list(self._orders)

    @property
    def open_orders(self) -> list[Order]:
        """Those that aren't done, unknown ones included."""
        return [order for order in self.orders if not order.done]

    @property
    def lists(self) -> list[OrderList]:
        """The order lists that were placed here, oldest first."""
        with self._lock:
            return list(self._lists)

    @property
    def state(self) -> str:
        """The account's state ("live", "connecting", …); "polling" without a live account."""
        return self._account.state if self._account is not None else "polling"

    def order(self, order: Order | str | int) -> Order:
        """The order of a client order id, or of an id of the exchange.

        Raises:
            OrderRefused: This desk has none of that id.
        """
        if isinstance(order, Order):
            return order
        with self._lock:
            if isinstance(order, str) and order in self._by_id:
                return self._by_id[order]
            found = [each for each in self._orders if each.order_id == order]
        if not found:
            raise OrderRefused(f"This desk has no order {order}. Its orders: desk.frame().")
        return found[-1]

    def frame(self) -> pd.DataFrame:
        """Every order as a row; see ``records.orders_frame``."""
        return self._with_attrs(orders_frame(self.orders))

    def fills_frame(self) -> pd.DataFrame:
        """Every fill as a row; see ``records.fills_frame``."""
        return self._with_attrs(fills_frame(self.orders))

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after any order changed, on the thread that changed it; the result takes it back."""
        with self._lock:
            self._callbacks.append(callback)

        def take_back() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return take_back

    def key_warning(self) -> str:
        """What is risky about the key, in words; empty if nothing is, or only play money is at stake."""
        if self.environment != "live":
            return ""
        allowed = self._client.wallet.api_key_permissions()
        if not allowed.get("enableWithdrawals"):
            return ""
        return (
            "This key may withdraw. A notebook needs no such key: switch withdrawals off in "
            "Binance's API management, or make another key for it."
        )

    def watch(self, book: Book) -> None:
        """Read this symbol's prices from a live book: for checks, estimates and slippage."""
        self.surroundings.watch(book)

    # -- checking ----------------------------------------------------------------------------

    def check_order(self, symbol: str, side: str, type: str, **fields: Any) -> list[Finding]:  # noqa: A002
        """Why the exchange would refuse an order, the first reason first; empty if it would not.

        Takes what ``place`` takes. Looks at all filters of symbol, exchange and account, at the
        book and at what is free, in exact decimals.

        Raises:
            BadTicket: A value is no number, or a word is none of those there are.
            UnknownSymbol: There is no such symbol.
        """
        ticket = make_ticket(symbol, side, type, **fields)
        return explain(ticket, self.scene(ticket.symbol))

    def nearest_order(self, symbol: str, side: str, type: str, **fields: Any) -> Ticket:  # noqa: A002
        """The legal order that is nearest to this one; itself if it is legal.

        Raises:
            OrderRefused: None is, whatever price and quantity; the message says why.
            BadTicket, UnknownSymbol: As ``check_order``.
        """
        ticket = make_ticket(symbol, side, type, **fields)
        scene = self.scene(ticket.symbol)
        nearest = nearest_ticket(ticket, scene)
        if nearest is None:
            why = paragraph(explain(ticket, scene))
            raise OrderRefused(f"No order near this one is legal. {why}")
        return nearest

    def rules(self, symbol: str) -> Rules:
        """The symbol's rules: assets, filters, order types.

        Raises:
            UnknownSymbol: There is no such symbol; the message names similar ones.
        """
        return self.surroundings.rules(symbol.strip().upper())

    def scene(self, symbol: str) -> Scene:
        """Everything that an order of this symbol is checked against, as it is now."""
        return self.surroundings.scene(symbol)

    def test(self, ticket: Ticket) -> None:
        """Let the exchange check an order without placing it.

        Raises:
            ApiError: It would refuse it.
        """
        self._need_keys()
        try:
            self._client.new_order_test(**_call(ticket.params()))
        except OrderRejected as error:
            raise self._explained(error, ticket) from None

    # -- placing -----------------------------------------------------------------------------

    def place(
        self,
        symbol: str,
        side: str,
        type: str,  # noqa: A002
        *,
        quantity: Number | None = None,
        price: Number | None = None,
        time_in_force: str | None = None,
        quote_order_qty: Number | None = None,
        stop_price: Number | None = None,
        trailing_delta: int | None = None,
        iceberg_qty: Number | None = None,
        stp_mode: str | None = None,
        peg_price_type: str | None = None,
        peg_offset_type: str | None = None,
        peg_offset_value: int | None = None,
        strategy_id: int | None = None,
        strategy_type: int | None = None,
        once: str | None = None,
        check: bool = True,
    ) -> Order:
        """Place one order; it comes back as soon as the exchange has answered.

        A lost answer is no error: the order is unknown, asks by itself, and is never sent again.
        Numbers are taken exactly: text and Decimal as they are, a float as its shortest decimal.

        Args:
            time_in_force: GTC (if not given), IOC or FOK, for types that have one.
            quote_order_qty: For MARKET instead of a quantity: what to spend or receive.
            trailing_delta: In basis points: 100 is 1 %.
            once: A name of your own, under which an order is placed only once: a cell that runs
                again, even after a restart of the kernel, gets the order that is there already.
            check: Look at the symbol's filters first, and send nothing that breaks one.

        Raises:
            BadTicket, UnknownSymbol: The order can't be written down.
            OrderRefused: A filter or a guard: nothing was sent.
            ApiError: The exchange refused it.
            RequestError: It couldn't be sent.
        """
        ticket = make_ticket(
            symbol,
            side,
            type,
            quantity=quantity,
            price=price,
            time_in_force=time_in_force,
            quote_order_qty=quote_order_qty,
            stop_price=stop_price,
            trailing_delta=trailing_delta,
            iceberg_qty=iceberg_qty,
            stp_mode=stp_mode,
            peg_price_type=peg_price_type,
            peg_offset_type=peg_offset_type,
            peg_offset_value=peg_offset_value,
            strategy_id=strategy_id,
            strategy_type=strategy_type,
        )
        return self.send(ticket, once=once, check=check)

    def send(
        self,
        ticket: Ticket,
        *,
        origin: Origin = "code",
        once: str | None = None,
        check: bool = True,
    ) -> Order:
        """Place the order of a ticket; see ``place``.

        Args:
            origin: Who asks; a form never places on "live".
        """
        client_order_id = _once_id(once) if once else _new_id()
        if (there := self._there(client_order_id)) is not None:
            return there
        self._permit([ticket], origin, check=check)
        order = self._new_order(ticket, client_order_id)
        if order is None:
            return self._by_id[client_order_id]  # another thread was first with this name
        params = {**ticket.params(), "newClientOrderId": client_order_id}
        self._dispatch(
            [order],
            lambda: self._client.new_order(**_call(params), newOrderRespType="FULL"),
            lambda answer: self._answer(order, answer),
        )
        return order

    def _there(self, client_order_id: str) -> Order | None:
        """The order that has this id already; one that was refused leaves its id free."""
        with self._lock:
            order = self._by_id.get(client_order_id)
        return None if order is None or order.state is OrderState.REJECTED else order

    def place_list(self, kind: str, symbol: str, **legs: Mapping[str, Any] | Ticket) -> OrderList:
        """Place an order list.

        Args:
            kind: "OCO" with the legs above and below, "OTO" with working and pending, "OTOCO"
                with working, above and below.
            legs: For each leg its side, type and fields, as ``place`` takes them:
                ``above={"side": "SELL", "type": "LIMIT_MAKER", "quantity": 1, "price": 70000}``.

        Raises:
            BadTicket, UnknownSymbol, OrderRefused, ApiError, RequestError: As ``place``.
        """
        return self.send_list(make_list(kind, symbol, **legs))

    def send_list(
        self, ticket: ListTicket, *, origin: Origin = "code", check: bool = True
    ) -> OrderList:
        """Place the order list of a ticket; see ``place_list``."""
        self._permit(list(ticket.legs.values()), origin, check=check)
        list_id = _new_id()
        orders = {
            name: self._new_order(leg, _new_id(), list_id) for name, leg in ticket.legs.items()
        }
        legs = {name: order for name, order in orders.items() if order is not None}
        placed = OrderList(ticket, list_id, legs)
        with self._lock:
            self._lists.append(placed)
        ids = {name: order.client_order_id for name, order in legs.items()}
        call: Callable[..., Any] = getattr(self._client, _LIST_CALLS[ticket.kind])
        params = _call(ticket.params(list_id, ids))
        self._dispatch(placed.orders, lambda: call(**params), self._apply)
        return placed

    def _permit(self, tickets: list[Ticket], origin: Origin, *, check: bool) -> None:
        """All that may keep these orders from being sent.

        Raises:
            OrderRefused, UnknownSymbol: It must not.
        """
        symbol = tickets[0].symbol
        check_environment(
            self.environment,
            origin,
            symbol=symbol,
            allow_orders=self._allow_orders,
            confirm=self._confirm,
        )
        self._need_keys()
        if check:
            rules = Scene(self.surroundings.rules(symbol))
            if findings := [found for ticket in tickets for found in explain(ticket, rules)]:
                raise OrderRefused(f"Not sent. {paragraph(findings)}")
        if self.limits.max_order_value is not None:
            check_value(max((self._value(ticket) for ticket in tickets), key=_sort), self.limits)
        check_open(len(self.open_orders), len(tickets), self.limits)
        self._pace.take(len(tickets), self.limits.max_orders_per_minute)

    def _value(self, ticket: Ticket) -> Any:
        """What an order is worth in the limits' asset; None if nobody can tell."""
        rules = self.surroundings.rules(ticket.symbol)
        one = self.surroundings.worth(rules.quote, self.limits.value_asset)
        scene = Scene(rules)
        if ticket.quantity is not None and ticket.price is None:
            bids, asks = self.surroundings.levels(ticket.symbol)
            scene = Scene(rules, bids=bids, asks=asks)
        value = value_in_quote(ticket, scene)
        return None if value is None or one is None else value * one

    def _need_keys(self) -> None:
        if not self._client.signed_by:
            raise ConfigError(
                f"Orders need an API key, and this Lab has none for {self.environment}. Set "
                f"BINANCE_LAB_{self.environment.upper()}_API_KEY and …_API_SECRET, or use Lab() for "
                "the embedded exchange, which brings its own."
            )

    def _new_order(
        self, ticket: Ticket, client_order_id: str, list_id: str | None = None
    ) -> Order | None:
        """An order that is about to be sent, in the journal; None if its id is taken already."""
        order = Order(
            ticket,
            client_order_id,
            sent_ms=now_ms(),
            mid_price=self.surroundings.mid(ticket.symbol),
        )
        order.list_id = list_id
        with self._lock:
            if self._there(client_order_id) is not None:
                return None
            self._add(order)
        data = {"params": ticket.params(), "mid_price": _text(order.mid_price), "list_id": list_id}
        try:
            self._note("send", order, data, durable=True)
        except OSError:
            order.reject("not sent: the journal can't be written")
            raise
        return order

    def _dispatch(
        self, orders: list[Order], call: Callable[[], Any], apply: Callable[[Any], object]
    ) -> None:
        """Send once; whatever happens, the orders know it."""
        try:
            answer = call()
        except OutcomeUnknown:
            self._lost(orders, "no answer, asking…")
            return
        except ApiError as error:
            for order in orders:
                self._refused(order, error.msg or str(error))
            if isinstance(error, OrderRejected):
                raise self._explained(error, *(order.ticket for order in orders)) from None
            raise
        except LabError as error:
            if isinstance(error, RequestError) and error.sent:
                self._lost(orders, "no answer, asking…")
                return
            for order in orders:
                self._refused(order, f"not sent: {error}")
            raise
        except BaseException:  # an interrupt between sending and answer: it may have arrived
            self._lost(orders, "interrupted while sending, asking…")
            raise
        try:
            apply(answer)
        except BaseException:
            self._lost(orders, "the answer could not be kept, asking…")
            raise
        self.surroundings.forget()

    def _explained(self, error: ApiError, *tickets: Ticket) -> ApiError:
        """The refusal with what our own check says of it: by how much, and what would pass."""
        try:
            scene = self.scene(tickets[0].symbol)
            found = [finding for ticket in tickets for finding in explain(ticket, scene)]
        except LabError:
            return error  # the refusal stands by itself
        if found:
            error.args = (f"{error} {paragraph(found)}",)
        return error

    # -- changing ----------------------------------------------------------------------------

    def cancel(self, order: Order | str | int) -> Order:
        """Cancel an order; one that is done already stays as it ended. Guards don't apply.

        Raises:
            OrderRejected: It can't be canceled.
        """
        order = self.order(order)
        if order.done:
            return order
        self._note("cancel", order, {})
        try:
            self._apply(
                self._client.cancel_order(
                    order.symbol,
                    origClientOrderId=order.client_order_id,
                    newClientOrderId=order.client_order_id,  # else it goes by another id then
                )
            )
        except OutcomeUnknown:
            self._lost([order], "cancel sent, no answer, asking…")
        except OrderRejected:
            # "unknown order" may mean that it was just filled: the order itself tells
            self._look(order)
            if not order.done:
                raise
        return order

    def cancel_all(self, symbol: str | None = None) -> list[Order]:
        """Cancel every open order of a symbol, or of the account. Guards don't apply.

        Raises:
            ApiError, RequestError: Of the first symbol that failed, after all were tried.
        """
        self._need_keys()
        symbols = [symbol.upper()] if symbol else self._open_symbols()
        canceled: list[Order] = []
        failed: list[LabError] = []
        for each in symbols:
            try:
                canceled += self._cancel_symbol(each)
            except LabError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return canceled

    def _open_symbols(self) -> list[str]:
        return sorted({row["symbol"] for row in self._client.get_open_orders()})

    def _cancel_symbol(self, symbol: str) -> list[Order]:
        ours = [order for order in self.open_orders if order.symbol == symbol]
        self._note("cancel_all", None, {"symbol": symbol})
        try:
            answer = self._client.cancel_open_orders(symbol)
        except UnknownOrder:
            answer = []  # there was none
        except OutcomeUnknown:
            self._lost(ours, "cancel all sent, no answer, asking…")
            return ours
        except OrderRejected:
            answer = []
            if self._client.get_open_orders(symbol=symbol):
                raise
        canceled = [order for row in answer for order in self._apply(row)]
        for order in ours:
            if not order.done:
                self._keeper.soon(order)
        return canceled

    def amend(self, order: Order | str | int, quantity: Number) -> Order:
        """Reduce an order's quantity; it keeps its place in the queue.

        Args:
            quantity: The new one: less than now, more than what is filled.

        Raises:
            OrderRejected: It can't be amended.
        """
        order = self.order(order)
        new_id = _new_id("a")
        quantity = exact(quantity, field="quantity")
        with self._lock:
            self._by_id[new_id] = order  # the stream may tell of the new id first
        self._note("amend", order, {"new_id": new_id, "quantity": decimal_text(quantity)})
        try:
            answer = self._client.order_amend_keep_priority(
                order.symbol,
                decimal_text(quantity),
                origClientOrderId=order.client_order_id,
                newClientOrderId=new_id,
            )
        except OutcomeUnknown:
            self._lost([order], "amendment sent, no answer, asking…")
        else:
            row = answer["amendedOrder"]
            order.amended(row["clientOrderId"], row)
            self._note("amended", order, row)
        return order

    def cancel_replace(
        self,
        order: Order | str | int,
        *,
        mode: str = CancelReplaceMode.STOP_ON_FAILURE,
        **changes: Any,
    ) -> Order:
        """Cancel an order and place it anew with changes, in one request.

        Args:
            mode: STOP_ON_FAILURE places nothing if the cancel fails, ALLOW_FAILURE does.
            changes: Fields of the new order that differ: ``price="61000"``.

        Returns:
            The new order.

        Raises:
            OrderRejected: One of the two failed, or both; the orders say which.
        """
        return self.send_replacement(order, self.order(order).ticket.with_(**changes), mode=mode)

    def send_replacement(
        self,
        order: Order | str | int,
        ticket: Ticket,
        *,
        mode: str = CancelReplaceMode.STOP_ON_FAILURE,
        origin: Origin = "code",
    ) -> Order:
        """Cancel an order and place a ticket's in its place; see ``cancel_replace``."""
        old = self.order(order)
        self._permit([ticket], origin, check=True)
        new = self._new_order(ticket, _new_id())
        assert new is not None  # a random id
        call = _call({**ticket.params(), "newClientOrderId": new.client_order_id})
        try:
            answer = self._client.cancel_and_replace(
                **call,
                cancelReplaceMode=mode,
                cancelOrigClientOrderId=old.client_order_id,
                cancelNewClientOrderId=old.client_order_id,
                newOrderRespType="FULL",
            )
        except OutcomeUnknown:
            self._lost([old, new], "cancel-replace sent, no answer, asking…")
        except ApiError as error:
            self._replaced(old, new, error.data or {}, error.msg)
            raise
        except LabError as error:
            self._refused(new, f"not sent: {error}")
            raise
        except BaseException:
            self._lost([old, new], "interrupted while sending, asking…")
            raise
        else:
            self._replaced(old, new, answer, "")
        return new

    def _replaced(self, old: Order, new: Order, answer: Mapping[str, Any], msg: str) -> None:
        """What an answer to cancelReplace says of its two orders."""
        if answer.get("cancelResult") == "SUCCESS":
            self._apply(answer["cancelResponse"])
        else:
            self._keeper.soon(old)
        if answer.get("newOrderResult") == "SUCCESS":
            self._answer(new, answer["newOrderResponse"])
        else:
            refusal = answer.get("newOrderResponse") or {}
            self._refused(new, refusal.get("msg") or msg or "not placed: the cancel failed")

    # -- what comes in -----------------------------------------------------------------------

    def _report(self, event: ExecutionReport) -> None:
        """An execution report; on the thread of the user data stream."""
        with self._lock:
            order = self._by_id.get(event.client_order_id) or self._by_id.get(
                event.original_client_order_id
            )
            if order is None:
                order = Order(
                    ticket_of_report(event), event.client_order_id, sent_ms=event.created_time
                )
                self._add(order)
        order.report(event)
        if order.done and not order.fills_complete:
            self._keeper.soon(order, 0.5)
        self._note("report", order, msgspec.to_builtins(event))

    def _account_changed(self) -> None:
        """When the stream comes or goes, open orders are asked about: it may have missed something."""
        streaming = self.state == "live"
        if streaming is not self._streaming:
            self._streaming = streaming
            for order in self.open_orders:
                self._keeper.soon(order)

    def _apply(self, data: Mapping[str, Any]) -> list[Order]:
        """An answer about an order, or about a list with its orders."""
        rows = data.get("orderReports") or ([data] if "orderId" in data else [])
        orders = []
        for row in rows:
            order = self._order_of(row)
            self._answer(order, row)
            orders.append(order)
        return orders

    def _order_of(self, row: Mapping[str, Any]) -> Order:
        """The order that a row is about; one that this desk didn't place is taken in."""
        # a cancel's answer has its own id in clientOrderId, and the order's in origClientOrderId
        own = row.get("origClientOrderId") or row["clientOrderId"]
        with self._lock:
            order = self._by_id.get(own)
            if order is None:
                order = Order(ticket_of_answer(row), own, sent_ms=row.get("time", 0))
                self._add(order)
        return order

    def _answer(self, order: Order, data: Mapping[str, Any]) -> None:
        order.answer(data)
        self._follow(order)
        self._note("answer", order, data)

    def _refused(self, order: Order, reason: str) -> None:
        order.reject(reason)
        self._note("refused", order, {"reason": reason})

    def _lost(self, orders: list[Order], note: str) -> None:
        for order in orders:
            order.lose_track(note)
            self._keeper.soon(order, _ASK_S[0])
        for order in orders:
            self._note("unknown", order, {"note": note})

    def _follow(self, order: Order) -> None:
        """Ask about it again as long as there is something to learn."""
        delay_s = self._again_s(order, 0)
        if delay_s is not None:
            self._keeper.soon(order, delay_s)

    # -- asking, on the keeper's thread ------------------------------------------------------

    def _ask(self, order: Order, attempt: int) -> float | None:
        """Ask the exchange about an order; when to ask again, or None."""
        if order.done and order.fills_complete:
            return None  # the stream was faster
        try:
            self._look(order)
        except TooManyRequests as error:
            return max(error.retry_after_s, 1.0)
        except (RequestError, ApiError) as error:
            order.remark(f"asking… ({error})")
            return min(2.0**attempt, 10.0)
        return self._again_s(order, attempt)

    def _again_s(self, order: Order, attempt: int) -> float | None:
        if not order.state.known:
            return _ASK_S[min(attempt, len(_ASK_S) - 1)]
        if order.done:
            return None if order.fills_complete else min(0.5 * 2.0**attempt, 30.0)
        return CONFIRM_S if self.state == "live" else POLL_S

    def _look(self, order: Order) -> None:
        """What the exchange says of an order now, fills included."""
        try:
            asked: dict[str, Any] = (
                {"orderId": order.order_id}
                if order.order_id is not None
                else {"origClientOrderId": order.client_order_id}
            )
            row = self._client.get_order(order.symbol, **asked)
        except UnknownOrder:
            self._not_there(order)
            return
        if row["clientOrderId"] not in order.client_order_ids and self._is_ours(row, order):
            order.amended(row["clientOrderId"], row)
        before = (order.state, order.executed_qty)
        order.answer(row)
        if (order.state, order.executed_qty) != before:
            self._note("answer", order, row)
        order.remark("")
        if not order.fills_complete:
            trades = self._client.my_trades(order.symbol, orderId=order.order_id)
            self._note("trades", order, {"trades": trades})
            order.trades(trades)

    def _is_ours(self, row: Mapping[str, Any], order: Order) -> bool:
        with self._lock:
            return self._by_id.get(row["clientOrderId"]) is order

    def _not_there(self, order: Order) -> None:
        """The exchange knows no such order: it never arrived, or is not known any more."""
        age_s = time.time() - order.sent_ms / 1_000
        if order.state.known:
            reason = "the exchange does not know this order any more"
            order.answer({"status": "EXPIRED", "executedQty": str(order.executed_qty),
                          "cummulativeQuoteQty": str(order.executed_quote)})  # fmt: skip
            order.remark(reason)
        elif age_s > SETTLED_S:
            self._refused(order, "it never reached the exchange")

    # -- keeping -----------------------------------------------------------------------------

    def _add(self, order: Order) -> None:
        self._orders.append(order)
        self._by_id[order.client_order_id] = order
        order.on_change(self._changed)

    def _changed(self, order: Order) -> None:
        with self._lock:
            self.version += 1
            self._by_id.setdefault(order.client_order_id, order)
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def _note(self, kind: str, order: Order | None, data: Any, *, durable: bool = False) -> None:
        """Keep an event in the journal; after an order was sent, a full disk must not hide that."""
        if self.journal is None:
            return
        own = order.client_order_ids[0] if order is not None else ""
        try:
            self.journal.write(kind, own, data, durable=durable)
        except OSError as error:
            if durable:
                raise
            self.journal_error = error
            _log.error("The journal can't be written: %s", error)

    def _restore(self) -> None:
        """Take over the journal's orders; ask about those that weren't done."""
        if self.journal is None:
            return
        for order in list(restored(self.journal.read()).values())[-_LATEST:]:
            with self._lock:
                self._add(order)
                for name in order.client_order_ids:
                    self._by_id[name] = order
            if not order.done:
                if not order.state.known:
                    order.lose_track("from the journal, asking…")
                self._keeper.soon(order)

    def _with_attrs(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame.attrs["environment"] = self.environment
        return frame


def _new_id(kind: str = "") -> str:
    """A client order id that nobody has used: ours, within Binance's 36 characters."""
    return f"lab-{kind}{secrets.token_hex(10)}"


def _once_id(name: str) -> str:
    """The client order id of a name: always the same."""
    return f"lab-1-{hashlib.sha256(name.encode()).hexdigest()[:20]}"


def _call(params: Mapping[str, str]) -> dict[str, Any]:
    """Parameters as keyword arguments; the annotations say that whole numbers are int."""
    return dict(params)


def _text(value: Any) -> str | None:
    return None if value is None else decimal_text(value)


def _sort(value: Any) -> Any:
    """Orders values with None, which can't be told, as the largest."""
    return (value is None, value or 0)
