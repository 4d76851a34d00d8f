"""Register: every order of a desk, moved by answers, execution reports and questions until it is done."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

import msgspec

from binance_lab.connector.exceptions import (
    ApiError,
    RequestError,
    ServerError,
    TooManyRequests,
    UnknownOrder,
)
from binance_lab.connector.spot import Spot
from binance_lab.wire.enums import ExecutionType
from binance_lab.wire.errors import ORDER_ARCHIVED
from binance_lab.wire.user_events import ExecutionReport
from binance_lab.wire.words import counted

from .fills import in_ms
from .guards import OrderRefused
from .journal import Entry, Journal
from .keeper import Keeper
from .order import Order
from .records import restored, ticket_of_answer, ticket_of_report
from .states import OrderState
from .surroundings import Balances
from .ticket import BadTicket

SERVER_TIMEOUT_S = 10.0
"""How long the server works on a request. One that nobody answered can't be under way any more when
this has passed after the receive window of the client that sent it."""

CONFIRM_S = 30.0
"""How often an open order is confirmed by REST while the user data stream tells of it."""

POLL_S = 1.0
"""How often it is asked about while no stream does, if there are few."""

POLL_GAP_S = 0.1
"""Between two such questions, however many orders are open: 2,400 of the 6,000 weight a minute."""

STUCK_S = 120.0
"""After so long without a word from whoever sent an order, nobody waits for its answer any more: an
interrupt ended it."""

_log = logging.getLogger(__name__)
_ASK_S = (0.2, 0.5, 1.0, 2.0)
_LATEST = 2_000
"""So many orders are known, or up to twice as many, besides those that aren't done: some 5 kB each. A
journal that is opened gives as many; on disk it keeps many more."""

_TRADES = 1_000  # the most that one answer lists
_ASKS_FOR_FILLS = 12  # of an order that is done: some three minutes


class AccountFeed(Balances, Protocol):
    """What the desk needs of ``live.Account``: balances, and execution reports as they come."""

    def on_report(self, callback: Callable[[ExecutionReport], None]) -> Callable[[], None]:
        """Call back with each execution report, in order; the result takes it back."""

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when its state, or anything else of it, changed; the result takes it back."""


class Register:
    """All orders that a desk knows, each as far as anybody has told.

    Answers are given to it by who sent; execution reports come from the live account; and where
    neither has told all, it asks the exchange. Any thread.

    Args:
        client: Asks.
        account: Tells of execution reports; without it, orders are only asked about.
        journal: Where everything sent and received is kept; its orders are taken over.
    """

    def __init__(
        self, client: Spot, *, account: AccountFeed | None = None, journal: Journal | None = None
    ) -> None:
        self.journal = journal
        self.journal_error: OSError | None = None
        """Why the journal could last not be written."""
        self.version = 0
        """One more with each change of an order."""
        self.keeper = Keeper(self._ask)
        self._client = client
        self._account = account
        self.end: Callable[[Order], object] | None = None
        """Cancels an order that was to be canceled before the exchange knew it."""
        self._lock = threading.RLock()  # guards all that follows, and version
        self._orders: list[Order] = []
        self._by_id: dict[str, Order] = {}
        self._unwanted: set[Order] = set()
        self._missing_since: dict[Order, float] = {}
        self._callbacks: list[Callable[[], None]] = []
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
        return f"<Register: {counted(len(orders), 'order')}, {open_orders} open>"

    def close(self) -> None:
        """Follow orders no more."""
        for take_back in self._take_back:
            take_back()
        self.keeper.close()
        if self.journal is not None:
            self.journal.close()

    # -- looking -----------------------------------------------------------------------------

    @property
    def orders(self) -> list[Order]:
        """The latest orders, 2,000 of them at least, and all that aren't done; oldest first."""
        with self._lock:
            return list(self._orders)

    @property
    def open_orders(self) -> list[Order]:
        """Those that aren't done, unknown ones included."""
        return [order for order in self.orders if not order.done]

    @property
    def state(self) -> str:
        """The account's state ("live", "connecting", …); "polling" without a live account."""
        return self._account.state if self._account is not None else "polling"

    def order(self, order: Order | str | int) -> Order:
        """The order of a client order id, or of an id of the exchange.

        Raises:
            OrderRefused: There is none of that id.
        """
        if isinstance(order, Order):
            return order
        with self._lock:
            if isinstance(order, str) and order in self._by_id:
                return self._by_id[order]
            found = [each for each in self._orders if each.order_id == order]
        if not found:
            raise OrderRefused(
                f"No order {order} was placed here. Those that were: lab.trading.frame()."
            )
        if len(found) > 1:
            names = ", ".join(f"{each.symbol} {each.client_order_id}" for each in found)
            raise OrderRefused(f"{order} is the id of several orders; say which one: {names}.")
        return found[0]

    def placed(self, client_order_id: str) -> Order | None:
        """The order that has this id already; one that was refused leaves its id free."""
        with self._lock:
            order = self._by_id.get(client_order_id)
        return None if order is None or order.state is OrderState.REJECTED else order

    def placed_there(self, symbol: str, client_order_id: str) -> Order | None:
        """The order of this id that the exchange has, open or done; None if it knows none.

        Raises:
            ApiError, RequestError: It didn't say.
        """
        try:
            row = self._client.get_order(symbol, origClientOrderId=client_order_id)
        except UnknownOrder as error:
            if error.code == ORDER_ARCHIVED.code:
                raise  # there was one, long ago
            return None
        return self.apply(row)[0]

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after any order changed, on the thread that changed it; the result takes it back."""
        with self._lock:
            self._callbacks.append(callback)

        def take_back() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return take_back

    # -- what is done here -------------------------------------------------------------------

    def enter(self, order: Order, data: Mapping[str, Any], *, once: bool = False) -> Order:
        """Take in an order that is about to be sent, and write it down.

        Args:
            data: What the journal keeps of it.
            once: Its id may be taken, here or in another notebook with the same journal.

        Returns:
            The order itself; or the one that has its id already, and then nothing is to be sent.

        Raises:
            OrderRefused: It can't be written down, so that after a crash nobody would know of it.
        """
        try:
            if not once or self.journal is None:
                return self._enter(order, data)
            with self.journal.alone():  # the two notebooks must not both find the name free
                return self._enter(order, data, elsewhere=True)
        except OSError as error:
            self._journal_failed(error)
            raise OrderRefused(
                f"Not sent. An order is written down before it is sent, and the journal "
                f"{self.journal.path if self.journal else ''} can't be: {error.strerror or error}. "
                "Make room or allow writing there, and place it again. Canceling works all the same."
            ) from error

    def _enter(self, order: Order, data: Mapping[str, Any], *, elsewhere: bool = False) -> Order:
        with self._lock:
            there = self.placed(order.client_order_id)
            if there is None and elsewhere:
                there = self._placed_elsewhere(order.client_order_id)
            if there is not None:
                return there
            self._add(order)
        self.keeper.soon(order, STUCK_S)
        self.note("send", order, data, durable=True)
        return order

    def _placed_elsewhere(self, client_order_id: str) -> Order | None:
        """The order of this id that another notebook wrote down, taken over; None without one."""
        assert self.journal is not None
        order = restored(self.journal.read(client_order_id)).get(client_order_id)
        if order is None or order.state is OrderState.REJECTED:
            return None
        self._take_over(order)
        return order

    def also_known_as(self, client_order_id: str, order: Order) -> None:
        """The stream may tell of an order under this id, too."""
        with self._lock:
            self._by_id[client_order_id] = order

    def apply(self, data: Mapping[str, Any]) -> list[Order]:
        """An answer about an order, or about a list with its orders."""
        rows = data.get("orderReports") or ([data] if "orderId" in data else [])
        orders = []
        for row in rows:
            order = self._order_of(row)
            self.answer(order, row)
            orders.append(order)
        return orders

    def answer(self, order: Order, data: Mapping[str, Any]) -> None:
        """What the exchange says of an order."""
        order.answer(data)
        self.follow(order)
        self.note("answer", order, data)

    def give_up(self, orders: Iterable[Order], reason: str) -> None:
        """These were never sent."""
        for order in orders:
            if self.placed(order.client_order_id) is order:  # else another has its id
                self.refused(order, f"not sent: {reason}")

    def refused(self, order: Order, reason: str) -> None:
        """It was refused, or never got there."""
        order.reject(reason)
        self.keeper.drop(order)
        self.note("refused", order, {"reason": reason})

    def lost(self, orders: list[Order], note: str) -> None:
        """No answer came: ask what became of them."""
        for order in orders:
            self.keeper.soon(order, _ASK_S[0])
            order.lose_track(note)
        for order in orders:
            self.note("unknown", order, {"note": note})

    def look(self, order: Order) -> None:
        """What the exchange says of an order now, fills included."""
        try:
            asked: dict[str, Any] = (
                {"orderId": order.order_id}
                if order.order_id is not None
                else {"origClientOrderId": order.client_order_id}
            )
            row = self._client.get_order(order.symbol, **asked)
        except UnknownOrder:
            row = None
        if row is None or _is_another(order, row):
            self._not_there(order)
            return
        with self._lock:
            self._missing_since.pop(order, None)
        self._told(order, row)
        order.remark("")
        if not order.fills_complete:
            self._ask_trades(order)

    def _told(self, order: Order, row: Mapping[str, Any]) -> None:
        """What the exchange has of an order, which may be no news."""
        if row["clientOrderId"] not in order.client_order_ids and self._is_ours(row, order):
            order.amended(row["clientOrderId"], row)
        before = (order.state, order.executed_qty)
        order.answer(row)
        if (order.state, order.executed_qty) != before:
            self.note("answer", order, row)

    def take_in_open(self) -> list[Order]:
        """Every open order of the account; those that were placed elsewhere are taken in.

        Raises:
            ApiError, RequestError: The exchange didn't list them.
        """
        taken = []
        for row in self._client.get_open_orders():
            try:
                order = self._order_of(row)
            except BadTicket as error:  # of a kind that Binance added since
                _log.warning("Open order %s can't be read: %s", row.get("orderId"), error)
                continue
            self._told(order, row)
            self.follow(order)
            taken.append(order)
        return taken

    def _ask_trades(self, order: Order) -> None:
        """All its trades: as many requests as it takes; then what was routed to it, if any is left."""
        assert order.order_id is not None  # its answer told it
        start: int | None = None
        while True:
            rows = self._client.my_trades(
                order.symbol, orderId=order.order_id, fromId=start, limit=_TRADES
            )
            self._take_trades(order, rows)
            if len(rows) < _TRADES:
                break
            start = rows[-1]["id"] + 1
        if not order.fills_complete:
            self._take_trades(
                order,
                self._client.query_allocations(order.symbol, orderId=order.order_id, limit=_TRADES),
            )

    def _take_trades(self, order: Order, rows: list[Any]) -> None:
        if rows:
            self.note("trades", order, {"trades": rows})
            order.trades(rows)

    def unwanted(self, order: Order) -> None:
        """Cancel this order as soon as the exchange knows it."""
        with self._lock:
            if not order.done:  # else it would stay, as `_changed` has seen it done
                self._unwanted.add(order)
        self.keeper.soon(order, _ASK_S[0])

    def note(self, kind: str, order: Order | None, data: Any, *, durable: bool = False) -> None:
        """Keep an event in the journal; after an order was sent, a full disk must not hide that."""
        if self.journal is None:
            return
        own = order.client_order_ids[0] if order is not None else ""
        try:
            self.journal.write(kind, own, data, durable=durable)
            if self.journal.too_long and not durable:
                self.journal.shorten(_wanted)
            self.journal_error = None
        except OSError as error:
            if durable:
                raise
            self._journal_failed(error)

    def _journal_failed(self, error: OSError) -> None:
        self.journal_error = error
        _log.error("The journal can't be written or read: %s", error)

    # -- what comes in -----------------------------------------------------------------------

    def _report(self, event: ExecutionReport) -> None:
        """An execution report; on the thread of the user data stream."""
        with self._lock:
            names = (event.client_order_id, event.original_client_order_id)
            order = self._found(event.symbol, event.order_id, *names)
            if order is None:
                own = _own_name(event)
                order = Order(ticket_of_report(event), own, sent_ms=event.created_time)
                self._add(order)
        order.report(event)
        if order.done and not order.fills_complete:
            self.keeper.soon(order, 0.5)
        elif order.done:
            self.keeper.drop(order)
        elif order in self._unwanted:
            self.keeper.soon(order)
        self.note("report", order, msgspec.to_builtins(event))

    def _account_changed(self) -> None:
        """When the stream comes or goes, open orders are asked about: it may have missed something."""
        streaming = self.state == "live"
        if streaming is not self._streaming:
            self._streaming = streaming
            for order in self.open_orders:
                self.keeper.soon(order)

    def _order_of(self, row: Mapping[str, Any]) -> Order:
        """The order that a row is about; one that this desk didn't place is taken in."""
        # a cancel's answer has its own id in clientOrderId, and the order's in origClientOrderId
        own = row.get("origClientOrderId") or row["clientOrderId"]
        with self._lock:
            order = self._found(row["symbol"], row["orderId"], own)
            if order is None:
                order = Order(ticket_of_answer(row), own, sent_ms=row.get("time", 0))
                self._add(order)
        return order

    def _found(self, symbol: str, order_id: int, *names: str) -> Order | None:
        """The order of one of these client order ids, else of the exchange's id.

        A client order id may be used again once its order is done: another id of the exchange means
        another order.
        """
        for name in names:
            order = self._by_id.get(name)
            if order is not None and order.order_id in (None, order_id) and order.symbol == symbol:
                return order
        same = (each for each in reversed(self._orders) if each.order_id == order_id)
        return next((each for each in same if each.symbol == symbol), None)

    def follow(self, order: Order) -> None:
        """Ask about it again as long as there is something to learn."""
        delay_s = self._again_s(order, 0)
        if delay_s is None:
            self.keeper.drop(order)
        else:
            self.keeper.soon(order, delay_s)

    # -- asking, on the keeper's thread ------------------------------------------------------

    def _ask(self, order: Order, attempt: int) -> float | None:
        """Ask the exchange about an order; when to ask again, or None."""
        if order.done and order.fills_complete:
            return None  # the stream was faster
        try:
            self.look(order)
            if order.open and order in self._unwanted and self.end is not None:
                self.end(order)
        except TooManyRequests as error:
            return max(error.retry_after_s, 1.0)
        except (RequestError, ApiError) as error:
            refused = isinstance(error, ApiError) and not isinstance(error, ServerError)
            if refused and order.done and attempt >= _ASKS_FOR_FILLS:
                order.remark(f"its trades can't be asked for: {error}")
                return None
            order.remark(f"asking… ({error})")
            return min(2.0**attempt, 10.0)
        return self._again_s(order, attempt)

    def _again_s(self, order: Order, attempt: int) -> float | None:
        if not order.state.known:
            return _ASK_S[min(attempt, len(_ASK_S) - 1)]
        if order.done:
            if order.fills_complete or order in self._missing_since:
                return None
            if attempt >= _ASKS_FOR_FILLS:
                order.remark("the exchange does not list all of its trades")
                return None
            return min(0.5 * 2.0**attempt, 30.0)
        if order in self._missing_since or order in self._unwanted:
            return _ASK_S[min(attempt, len(_ASK_S) - 1)]
        return CONFIRM_S if self.state == "live" else self._poll_s()

    def _poll_s(self) -> float:
        return max(POLL_S, POLL_GAP_S * len(self.open_orders))

    def _is_ours(self, row: Mapping[str, Any], order: Order) -> bool:
        with self._lock:
            return self._by_id.get(row["clientOrderId"]) is order

    def _not_there(self, order: Order) -> None:
        """The exchange knows no such order: it never arrived, or is not known any more."""
        on_the_way_s = SERVER_TIMEOUT_S + self._client.recv_window_ms / 1_000
        if order.state.known:
            with self._lock:
                since = self._missing_since.setdefault(order, time.monotonic())
            if time.monotonic() - since < on_the_way_s:
                order.remark("the exchange does not find it, asking…")  # it may be behind itself
            else:
                order.vanish("the exchange does not know this order any more")
        elif order.state is OrderState.SENT:
            if order.silent_s > STUCK_S:
                order.lose_track("nobody waits for its answer, asking…")
        elif order.silent_s >= on_the_way_s:
            self.refused(order, "it never reached the exchange")

    # -- keeping -----------------------------------------------------------------------------

    def _add(self, order: Order) -> None:
        self._by_id[order.client_order_id] = order  # first: what is listed can be found
        self._orders.append(order)
        order.on_change(self._changed)
        if len(self._orders) > 2 * _LATEST:
            self._forget()

    def _forget(self) -> None:
        """Know the latest orders only, and all that aren't done: a form may trade for weeks."""
        self._orders = _latest(self._orders)
        known = set(self._orders)
        self._by_id = {name: order for name, order in self._by_id.items() if order in known}
        self._missing_since = {
            order: since for order, since in self._missing_since.items() if order in known
        }

    def _changed(self, order: Order) -> None:
        with self._lock:
            self.version += 1
            self._by_id.setdefault(order.client_order_id, order)
            if order.done:
                self._unwanted.discard(order)
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def _restore(self) -> None:
        """Take over the journal's orders; ask about those that weren't done."""
        if self.journal is None:
            return
        try:
            kept = restored(self.journal.read())
        except OSError as error:  # orders can still be canceled; placing needs the journal
            self._journal_failed(error)
            return
        if self.journal.torn:
            _log.warning("%s lines of the journal are torn, by a crash", self.journal.torn)
        for order in _latest(kept.values()):
            self._take_over(order)

    def _take_over(self, order: Order) -> None:
        """Take in an order of the journal; it is asked about unless it was done."""
        if not order.state.known:
            order.lose_track("from the journal, asking…")  # before anyone listens to it
        with self._lock:
            self._add(order)
            for name in order.client_order_ids:
                self._by_id[name] = order
        if not order.done:
            self.keeper.soon(order)


def _own_name(event: ExecutionReport) -> str:
    """The order's id in a report: that of a cancel has the request's id, and the order's beside it."""
    canceled = event.execution_type == ExecutionType.CANCELED
    return (canceled and event.original_client_order_id) or event.client_order_id


def _is_another(order: Order, row: Mapping[str, Any]) -> bool:
    """Whether a row is of another order, of a later one that an exchange which began anew gave the same id."""
    renamed = row["clientOrderId"] not in order.client_order_ids
    return renamed and in_ms(row.get("time") or 0) > order.updated_ms


def _latest(orders: Collection[Order]) -> list[Order]:
    """The latest orders, and all that aren't done, oldest first."""
    old = max(0, len(orders) - _LATEST)
    return [order for n, order in enumerate(orders) if n >= old or not order.done]


def _wanted(entries: Iterable[Entry]) -> set[str]:
    """What a journal that has grown too long goes on keeping."""
    return {order.client_order_ids[0] for order in _latest(restored(entries).values())}
