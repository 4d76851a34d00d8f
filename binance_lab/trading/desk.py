"""Trading: the desk that checks orders, sends each once, and changes them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Unpack, overload

import pandas as pd

from binance_lab.connector.exceptions import (
    ApiError,
    BadInput,
    LabError,
    OrderRejected,
)
from binance_lab.connector.spot import Spot
from binance_lab.wire.enums import CancelReplaceMode
from binance_lab.wire.order_fields import OrderFields, with_order_fields
from binance_lab.wire.symbol_name import symbol_name
from binance_lab.wire.types import Number
from binance_lab.wire.words import counted

from .check import Finding, paragraph
from .gate import Gate
from .guards import Limits, OrderRefused, Origin, guarded_environment
from .journal import Journal
from .lists import ListTicket, OrderList, make_list
from .nearest import explain, nearest_ticket
from .once import once_id, same_order
from .order import Order, now_ms
from .records import fills_frame, orders_frame
from .register import AccountFeed, Register
from .rules import Rules, Scene
from .sending import Sender
from .surroundings import Book, Surroundings
from .ticket import Ticket, exact, make_ticket

_LISTS = 1_000  # order lists that are known, besides those that aren't done


class Trading:
    """The order desk of one environment.

    Every order carries an id of ours, is an ``Order`` that lives, and is sent once: an answer that
    is lost is asked for, never sent for again. Any thread.

    Args:
        client: Signs and sends.
        environment: "local", "testnet" or "live": the guards go by it. The client's address counts if
            none is given, or if it is Binance's own: production is always "live".
        account: The live account, whose execution reports move the orders; without it they are
            asked about by REST.
        books: The live order books that are open now, to read prices from: for checks, estimates
            and slippage. ``watch`` adds others.
        limits: What may be sent; the environment's defaults if not given.
        journal: Where everything sent and received is kept; its orders are taken over.
        allow_orders: On "live", whether code may place orders. Forms never do.
        confirm: On "live", asks the user to type the symbol back; None where nobody is there.
    """

    def __init__(
        self,
        client: Spot,
        *,
        environment: str | None = None,
        account: AccountFeed | None = None,
        books: Callable[[], Iterable[Book]] = tuple,
        limits: Limits | None = None,
        journal: Journal | None = None,
        allow_orders: bool = False,
        confirm: Callable[[str], str] | None = None,
    ) -> None:
        self.surroundings = Surroundings(client, account, books)
        self._client = client
        self._register = Register(client, account=account, journal=journal)
        self._sender = Sender(client, self._register, self.surroundings.forget)
        self._gate = Gate(
            client,
            self._register,
            self.surroundings,
            environment=guarded_environment(environment, client.base_url),
            limits=limits,
            allow_orders=allow_orders,
            confirm=confirm,
        )
        self._lock = threading.Lock()  # guards _lists
        self._lists: list[OrderList] = []

    def __repr__(self) -> str:
        orders = self.orders
        open_orders = sum(not order.done for order in orders)
        return f"<Trading {self.environment}: {counted(len(orders), 'order')}, {open_orders} open>"

    def __enter__(self) -> Trading:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Follow orders no more. Those that are open stay open on the exchange."""
        self._register.close()

    # -- looking -----------------------------------------------------------------------------

    @property
    def environment(self) -> str:
        """ "local", "testnet" or "live": the one whose guards hold."""
        return self._gate.environment

    @property
    def limits(self) -> Limits:
        """What may be sent; set it to change it."""
        return self._gate.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._gate.limits = limits

    @property
    def orders(self) -> list[Order]:
        """Orders of this desk and of its journal, and others of the account, oldest first.

        All that aren't done, and of the others the latest, 2,000 at least.
        """
        return self._register.orders

    @property
    def open_orders(self) -> list[Order]:
        """Those that aren't done, unknown ones included."""
        return self._register.open_orders

    def take_in_open(self) -> list[Order]:
        """Ask for every open order of the account; those placed elsewhere are followed from now on.

        Raises:
            ApiError, RequestError: The exchange didn't list them.
        """
        self._gate.need_keys()
        return self._register.take_in_open()

    @property
    def lists(self) -> list[OrderList]:
        """The order lists that were placed here, oldest first; of those that are done, the latest 1,000."""
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
        """The `orders`, a row each; see ``records.orders_frame``."""
        return self._with_attrs(orders_frame(self.orders))

    def fills_frame(self) -> pd.DataFrame:
        """Their fills, a row each; see ``records.fills_frame``."""
        return self._with_attrs(fills_frame(self.orders))

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after any order changed, on the thread that changed it; the result takes it back."""
        return self._register.on_change(callback)

    def key_warning(self) -> str:
        """What is risky about the key, in words; empty if nothing is, or only play money is at stake.

        The first order that code places on "live" warns of it, too.
        """
        return self._gate.key_warning()

    def watch(self, book: Book) -> None:
        """Read this symbol's prices from a live book: for checks, estimates and slippage."""
        self.surroundings.watch(book)

    # -- checking ----------------------------------------------------------------------------

    @with_order_fields
    def check_order(
        self,
        symbol: str,
        side: str,
        type: str,  # noqa: A002
        **fields: Unpack[OrderFields],
    ) -> list[Finding]:
        """Why the exchange would refuse an order, the first reason first; empty if it would not.

        Takes what ``place`` takes. Looks at all filters of symbol, exchange and account, at the
        book and at what is free, in exact decimals.

        Raises:
            BadTicket: A value is no number, or a word is none of those there are.
            UnknownSymbol: There is no such symbol.
        """
        ticket = make_ticket(symbol, side, type, **fields)
        return explain(ticket, self.scene(ticket.symbol))

    @with_order_fields
    def nearest_order(
        self,
        symbol: str,
        side: str,
        type: str,  # noqa: A002
        **fields: Unpack[OrderFields],
    ) -> Ticket:
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
        return self.surroundings.rules(symbol_name(symbol))

    def scene(self, symbol: str) -> Scene:
        """Everything that an order of this symbol is checked against, as it is now."""
        return self.surroundings.scene(symbol)

    def test(self, ticket: Ticket) -> None:
        """Let the exchange check an order without placing it.

        Raises:
            ApiError: It would refuse it.
        """
        self._gate.need_keys()
        params: dict[str, Any] = dict(ticket.params())
        try:
            self._client.new_order_test(**params)
        except OrderRejected as error:
            raise self._explained(error, ticket) from None

    # -- placing -----------------------------------------------------------------------------

    @with_order_fields
    def place(
        self,
        symbol: str,
        side: str,
        type: str,  # noqa: A002
        *,
        once: str | None = None,
        check: bool = True,
        **fields: Unpack[OrderFields],
    ) -> Order:
        """Place one order; it comes back as soon as the exchange has answered.

        A lost answer is no error: the order is unknown, asks by itself, and is never sent again.

        Args:
            fields: quantity, price and what else its type needs: see `OrderFields`.
            once: A name of your own, under which an order is placed only once: a cell that runs
                again, even after a restart of the kernel or on another computer, gets the order
                that is there already, with a warning if it is of another type or amount. The
                exchange is asked for it first.
            check: Look at the symbol's filters first, and send nothing that breaks one.

        Raises:
            BadInput: ``once`` is no name.
            BadTicket, UnknownSymbol: The order can't be written down.
            OrderRefused: A filter or a guard: nothing was sent.
            ApiError: The exchange refused it.
            RequestError: It couldn't be sent.
        """
        ticket = make_ticket(symbol, side, type, **fields)
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
        if once is not None:
            return self._send_once(ticket, once, origin=origin, check=check)
        self._gate.permit([ticket], origin, check=check)
        order = self._new_order(ticket, _new_id())
        self._gate.enter([order])
        return self._sent(order)

    def _send_once(self, ticket: Ticket, name: str, *, origin: Origin, check: bool) -> Order:
        """Place the order of a ticket, unless there is one of this name."""
        client_order_id = once_id(name)
        there = self._register.placed(client_order_id)
        if there is None:
            self._gate.permit([ticket], origin, check=check)
            # This computer may have forgotten, or another one was first.
            there = self._register.placed_there(ticket.symbol, client_order_id)
        if there is not None:
            return same_order(there, ticket, name)
        order = self._new_order(ticket, client_order_id)
        entered = self._gate.enter([order], once=True)
        if entered is not order:  # another thread or notebook was first with this name
            return same_order(entered, ticket, name)
        return self._sent(order)

    def _sent(self, order: Order) -> Order:
        with self._explaining(order):
            self._sender.place(order)
        return order

    def place_list(self, kind: str, symbol: str, **legs: Mapping[str, Any] | Ticket) -> OrderList:
        """Place an order list.

        Args:
            kind: "OCO" with the legs above and below, "OTO" and "OPO" with working and pending, "OTOCO"
                and "OPOCO" with working, above and below. In the two OPO kinds what comes later
                sells what the working order bought, and has no quantity.
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
        self._gate.permit(list(ticket.whole_legs().values()), origin, check=check)
        list_id = _new_id()
        legs = {name: self._new_order(leg, _new_id(), list_id) for name, leg in ticket.legs.items()}
        placed = OrderList(ticket, list_id, legs)
        self._gate.enter(placed.orders)
        with self._lock:
            old, new = self._lists[:-_LISTS], self._lists[-_LISTS:]
            self._lists = [*(each for each in old if not each.done), *new, placed]
        with self._explaining(*placed.orders):
            self._sender.place_list(placed)
        return placed

    def _new_order(self, ticket: Ticket, client_order_id: str, list_id: str | None = None) -> Order:
        order = Order(
            ticket,
            client_order_id,
            sent_ms=now_ms(),
            mid_price=self.surroundings.mid(ticket.symbol),
        )
        order.list_id = list_id
        return order

    @contextmanager
    def _explaining(self, *orders: Order) -> Iterator[None]:
        """A refusal leaves here with what our own check says of it: by how much, what would pass."""
        try:
            yield
        except OrderRejected as error:
            raise self._explained(error, *(order.ticket for order in orders)) from None

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

    @overload
    def cancel(self, order: OrderList) -> OrderList: ...

    @overload
    def cancel(self, order: Order | str | int) -> Order: ...

    def cancel(self, order: Order | OrderList | str | int) -> Order | OrderList:
        """Cancel an order, or all that is open of an order list. Guards don't apply.

        One that is done already stays as it ended; one that is still unknown is canceled as soon as
        the exchange knows it. To cancel one leg of a list cancels the list, as on Binance.

        Raises:
            OrderRejected: It can't be canceled.
        """
        if isinstance(order, OrderList):
            for leg in order.orders:  # the first one takes the others along, and they see it
                self._sender.cancel(leg)
            return order
        return self._sender.cancel(self.order(order))

    def cancel_all(self, symbol: str | None = None) -> list[Order]:
        """Cancel every open order of a symbol, or of the account. Guards don't apply.

        Orders that are still unknown are canceled as soon as the exchange knows them.

        Returns:
            All these orders; one that isn't done is still asked about.

        Raises:
            ApiError, RequestError: Of the first symbol that failed, after all were tried.
        """
        self._gate.need_keys()
        return self._sender.cancel_all(symbol and symbol_name(symbol))

    def amend(
        self, order: Order | str | int, quantity: Number | None = None, **others: Any
    ) -> Order:
        """Reduce an order's quantity; it keeps its place in the queue.

        Nothing else of an order can be amended: a price changes by `cancel_replace`.

        Args:
            quantity: The new one: less than now, more than what is filled.

        Raises:
            BadInput: Something else than the quantity shall change, or nothing would be left of it;
                nothing was sent.
            OrderRefused: The quantity isn't less than now, the order has ended, or nobody knows yet
                whether it reached the exchange; nothing was sent.
            OrderRejected: It can't be amended.
        """
        if quantity is None or others:
            changes = ", ".join(f"{name}={value!r}" for name, value in others.items()) or "…"
            raise BadInput(
                "An amendment reduces the quantity, amend(order, quantity), and changes nothing else. "
                f"What else shall change takes a new order: cancel_replace(order, {changes})."
            )
        exactly = exact(quantity, field="quantity")
        if exactly <= 0:
            raise BadInput(
                f"An amendment leaves a quantity above 0, not {quantity}. To end the order: cancel(order)."
            )
        return self._sender.amend(self.order(order), exactly, _new_id("a"))

    def cancel_replace(
        self,
        order: Order | str | int,
        *,
        mode: str = CancelReplaceMode.STOP_ON_FAILURE,
        **changes: Any,
    ) -> Order:
        """Cancel an order and place it anew with changes, in one request.

        The new order is for what is left of the old one, unless a quantity is given. With
        STOP_ON_FAILURE an old order that had not traded is replaced only if it still has not, so
        that the two never trade more than one of them asks for. Once it has traded a part, what
        fills while the request is on its way comes on top.

        Args:
            mode: STOP_ON_FAILURE places nothing if the cancel fails, ALLOW_FAILURE does.
            changes: Fields of the new order that differ: ``price="61000"``.

        Returns:
            The new order.

        Raises:
            OrderRejected: One of the two failed, or both; the orders say which.
        """
        old = self.order(order)
        left = {} if old.quantity is None else {"quantity": old.quantity - old.executed_qty}
        return self.send_replacement(old, old.ticket.with_(**(left | changes)), mode=mode)

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
        self._gate.permit([ticket], origin, check=True)
        new = self._new_order(ticket, _new_id())
        self._gate.enter([new], replaced=not old.done)
        self._sender.replace(old, new, mode)
        return new

    def _with_attrs(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame.attrs["environment"] = self.environment
        return frame


def _new_id(kind: str = "") -> str:
    """A client order id that nobody has used: ours, within Binance's 36 characters."""
    return f"lab-{kind}{secrets.token_hex(10)}"
