"""Trading: the desk that checks orders, sends each once, and changes them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from binance_lab.connector.exceptions import (
    ApiError,
    ConfigError,
    LabError,
    OrderRejected,
    OutcomeUnknown,
    RequestError,
    UnknownOrder,
)
from binance_lab.connector.spot import Spot
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import CancelReplaceMode
from binance_lab.wire.types import Number

from .check import Finding, paragraph
from .estimate import value_in_quote
from .guards import Limits, OrderRefused, Origin, Pace, check_environment, check_open, check_value
from .journal import Journal
from .lists import ListKind, ListTicket, OrderList, make_list
from .nearest import explain, nearest_ticket
from .order import Order, now_ms
from .records import fills_frame, orders_frame
from .register import AccountFeed, Register
from .rules import Rules, Scene
from .surroundings import Book, Surroundings
from .ticket import Ticket, exact, make_ticket

_LIST_CALLS = {
    ListKind.OCO: "new_oco_order",
    ListKind.OTO: "new_oto_order",
    ListKind.OTOCO: "new_otoco_order",
}


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
        self.surroundings = Surroundings(client, account)
        self._client = client
        self._register = Register(client, account=account, journal=journal)
        self._allow_orders = allow_orders
        self._confirm = confirm
        self._pace = Pace()
        self._lists: list[OrderList] = []
        if book is not None:
            self.surroundings.watch(book)

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
        self._register.close()

    # -- looking -----------------------------------------------------------------------------

    @property
    def orders(self) -> list[Order]:
        """Every order of this desk and of its journal, and others of the account, oldest first."""
        return self._register.orders

    @property
    def open_orders(self) -> list[Order]:
        """Those that aren't done, unknown ones included."""
        return self._register.open_orders

    @property
    def lists(self) -> list[OrderList]:
        """The order lists that were placed here, oldest first."""
        return list(self._lists)

    @property
    def state(self) -> str:
        """The account's state ("live", "connecting", …); "polling" without a live account."""
        return self._register.state

    def order(self, order: Order | str | int) -> Order:
        """The order of a client order id, or of an id of the exchange.

        Raises:
            OrderRefused: This desk has none of that id.
        """
        return self._register.order(order)

    @property
    def version(self) -> int:
        """One more with each change of an order."""
        return self._register.version

    @property
    def journal(self) -> Journal | None:
        """Where everything sent and received is kept."""
        return self._register.journal

    @property
    def journal_error(self) -> OSError | None:
        """Why the journal could last not be written."""
        return self._register.journal_error

    def frame(self) -> pd.DataFrame:
        """Every order as a row; see ``records.orders_frame``."""
        return self._with_attrs(orders_frame(self.orders))

    def fills_frame(self) -> pd.DataFrame:
        """Every fill as a row; see ``records.fills_frame``."""
        return self._with_attrs(fills_frame(self.orders))

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after any order changed, on the thread that changed it; the result takes it back."""
        return self._register.on_change(callback)

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
        if (there := self._register.placed(client_order_id)) is not None:
            return there
        self._permit([ticket], origin, check=check)
        order = self._new_order(ticket, client_order_id)
        if order is None:
            return self._register.order(client_order_id)  # another thread was first with this name
        params = {**ticket.params(), "newClientOrderId": client_order_id}
        self._dispatch(
            [order],
            lambda: self._client.new_order(**_call(params), newOrderRespType="FULL"),
            lambda answer: self._register.answer(order, answer),
        )
        return order

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
        self._lists.append(placed)
        ids = {name: order.client_order_id for name, order in legs.items()}
        call: Callable[..., Any] = getattr(self._client, _LIST_CALLS[ticket.kind])
        params = _call(ticket.params(list_id, ids))
        self._dispatch(placed.orders, lambda: call(**params), self._register.apply)
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
        if not self._register.enter(order):
            return None
        data = {"params": ticket.params(), "mid_price": _text(order.mid_price), "list_id": list_id}
        try:
            self._register.note("send", order, data, durable=True)
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
            self._register.lost(orders, "no answer, asking…")
            return
        except ApiError as error:
            for order in orders:
                self._register.refused(order, error.msg or str(error))
            if isinstance(error, OrderRejected):
                raise self._explained(error, *(order.ticket for order in orders)) from None
            raise
        except LabError as error:
            if isinstance(error, RequestError) and error.sent:
                self._register.lost(orders, "no answer, asking…")
                return
            for order in orders:
                self._register.refused(order, f"not sent: {error}")
            raise
        except BaseException:  # an interrupt between sending and answer: it may have arrived
            self._register.lost(orders, "interrupted while sending, asking…")
            raise
        try:
            apply(answer)
        except BaseException:
            self._register.lost(orders, "the answer could not be kept, asking…")
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
        self._register.note("cancel", order, {})
        try:
            self._register.apply(
                self._client.cancel_order(
                    order.symbol,
                    origClientOrderId=order.client_order_id,
                    newClientOrderId=order.client_order_id,  # else it goes by another id then
                )
            )
        except OutcomeUnknown:
            self._register.lost([order], "cancel sent, no answer, asking…")
        except OrderRejected:
            # "unknown order" may mean that it was just filled: the order itself tells
            self._register.look(order)
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
        self._register.note("cancel_all", None, {"symbol": symbol})
        try:
            answer = self._client.cancel_open_orders(symbol)
        except UnknownOrder:
            answer = []  # there was none
        except OutcomeUnknown:
            self._register.lost(ours, "cancel all sent, no answer, asking…")
            return ours
        except OrderRejected:
            answer = []
            if self._client.get_open_orders(symbol=symbol):
                raise
        canceled = [order for row in answer for order in self._register.apply(row)]
        for order in ours:
            if not order.done:
                self._register.keeper.soon(order)
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
        self._register.also_known_as(new_id, order)  # the stream may tell of it first
        self._register.note("amend", order, {"new_id": new_id, "quantity": decimal_text(quantity)})
        try:
            answer = self._client.order_amend_keep_priority(
                order.symbol,
                decimal_text(quantity),
                origClientOrderId=order.client_order_id,
                newClientOrderId=new_id,
            )
        except OutcomeUnknown:
            self._register.lost([order], "amendment sent, no answer, asking…")
        else:
            row = answer["amendedOrder"]
            order.amended(row["clientOrderId"], row)
            self._register.note("amended", order, row)
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
            self._register.lost([old, new], "cancel-replace sent, no answer, asking…")
        except ApiError as error:
            self._replaced(old, new, error.data or {}, error.msg)
            raise
        except LabError as error:
            self._register.refused(new, f"not sent: {error}")
            raise
        except BaseException:
            self._register.lost([old, new], "interrupted while sending, asking…")
            raise
        else:
            self._replaced(old, new, answer, "")
        return new

    def _replaced(self, old: Order, new: Order, answer: Mapping[str, Any], msg: str) -> None:
        """What an answer to cancelReplace says of its two orders."""
        if answer.get("cancelResult") == "SUCCESS":
            self._register.apply(answer["cancelResponse"])
        else:
            self._register.keeper.soon(old)
        if answer.get("newOrderResult") == "SUCCESS":
            self._register.answer(new, answer["newOrderResponse"])
        else:
            refusal = answer.get("newOrderResponse") or {}
            self._register.refused(
                new, refusal.get("msg") or msg or "not placed: the cancel failed"
            )

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
