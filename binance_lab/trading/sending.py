"""Sender: sends each request about orders once, and lets its orders know whatever came of it.

However a request ends, with an answer, a refusal, silence or an interrupt at any line, no order is
left that waits for an answer nobody will give: it is asked about until the exchange has told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TypeVar

from binance_lab.connector.exceptions import (
    ApiError,
    LabError,
    OrderRejected,
    OutcomeUnknown,
    RequestError,
    UnknownOrder,
)
from binance_lab.connector.spot import Spot
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import CancelReplaceMode, CancelRestrictions

from .guards import OrderRefused
from .lists import ListKind, OrderList
from .order import Order
from .register import Register
from .states import OrderState

T = TypeVar("T")

_LIST_CALLS = {
    ListKind.OCO: "new_oco_order",
    ListKind.OTO: "new_oto_order",
    ListKind.OTOCO: "new_otoco_order",
    ListKind.OPO: "new_opo_order",
    ListKind.OPOCO: "new_opoco_order",
}


class Sender:
    """Places, cancels, amends and replaces, each by one request. Any thread.

    Args:
        register: Keeps the orders; they are in it before they come here.
        changed: Called after orders were placed: balances and open orders are others now.
    """

    def __init__(self, client: Spot, register: Register, changed: Callable[[], None]) -> None:
        self._client = client
        self._register = register
        self._changed = changed
        register.end = self.cancel

    def __repr__(self) -> str:
        return f"<Sender of {self._register!r}>"

    # -- placing -----------------------------------------------------------------------------

    def place(self, order: Order) -> None:
        """Send a new order.

        Raises:
            ApiError: The exchange refused it.
            RequestError: It couldn't be sent.
        """
        params = _call({**order.ticket.params(), "newClientOrderId": order.client_order_id})
        with self._settling(order):
            answer = self._ask(
                [order], lambda: self._client.new_order(**params, newOrderRespType="FULL")
            )
            if answer is not None:
                self._register.answer(order, answer)

    def place_list(self, placed: OrderList) -> None:
        """Send a new order list; raises as ``place``."""
        ids = {name: order.client_order_id for name, order in placed.legs.items()}
        params = _call(placed.ticket.params(placed.client_order_id, ids))
        call: Callable[..., Any] = getattr(self._client, _LIST_CALLS[placed.kind])
        with self._settling(*placed.orders):
            answer = self._ask(placed.orders, lambda: call(**params))
            if answer is not None:
                self._register.apply(answer)

    @contextmanager
    def _settling(self, *orders: Order) -> Iterator[None]:
        """A refusal refuses new orders; and none is left as sent, whatever happens."""
        try:
            yield
        except ApiError as error:
            if "Duplicate order" in error.msg:  # an order with an id of ours is there: ours
                self._register.lost(list(orders), "sent twice on the way, asking…")
                return
            for order in orders:
                self._register.refused(order, error.msg or str(error))
            raise
        except LabError as error:
            for order in orders:
                self._register.refused(order, f"not sent: {error}")
            raise
        finally:
            if waiting := [order for order in orders if order.state is OrderState.SENT]:
                self._register.lost(waiting, "interrupted while sending, asking…")
            self._changed()

    def _ask(self, orders: list[Order], call: Callable[[], T]) -> T | None:
        """The answer to a request; None if nobody knows what came of it: the orders are asked about.

        Raises:
            ApiError: It was refused.
            LabError: It wasn't sent.
        """
        try:
            return call()
        except (OutcomeUnknown, RequestError) as error:
            if isinstance(error, RequestError) and not error.sent:
                raise
            self._register.lost(orders, "no answer, asking…")
            return None
        except LabError:
            raise
        except BaseException:  # an interrupt between sending and answer: it may have arrived
            self._register.lost(orders, "interrupted while sending, asking…")
            raise

    # -- canceling ---------------------------------------------------------------------------

    def cancel(self, order: Order) -> Order:
        """Cancel an order; see ``Trading.cancel``.

        Nothing comes before the request, the journal neither: canceling works on a full disk.
        """
        if order.done:
            return order
        try:
            answer = self._ask(
                [order],
                lambda: self._client.cancel_order(
                    order.symbol,
                    **_named(order),
                    newClientOrderId=order.client_order_id,  # else it goes by another id then
                ),
            )
        except OrderRejected:
            # "unknown order" may mean that it was just filled: the order itself tells
            self._register.look(order)
            if not order.state.known:
                order.lose_track("to be canceled as soon as the exchange knows it, asking…")
                self._register.unwanted(order)
            elif not order.done:
                raise
            return order
        if answer is None:
            self._register.unwanted(order)
        else:
            self._register.apply(answer)
        return order

    def cancel_all(self, symbol: str | None) -> list[Order]:
        """Cancel every open order; see ``Trading.cancel_all``."""
        failed: list[LabError] = []
        symbols = {symbol} if symbol else self._open_symbols(failed)
        ended = [
            order
            for order in self._register.open_orders
            if order.symbol in symbols and not order.state.known
        ]
        for order in ended:
            self._register.unwanted(order)
        for each in sorted(symbols):
            try:
                ended += self._cancel_symbol(each)
            except LabError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return list(dict.fromkeys(ended))

    def _open_symbols(self, failed: list[LabError]) -> set[str]:
        """What the exchange says, and what we know: if it doesn't answer, ours are canceled at least."""
        symbols = {order.symbol for order in self._register.open_orders}
        try:
            symbols |= {row["symbol"] for row in self._client.get_open_orders()}
        except LabError as error:
            failed.append(error)
        return symbols

    def _cancel_symbol(self, symbol: str) -> list[Order]:
        ours = [order for order in self._register.open_orders if order.symbol == symbol]
        try:
            answer = self._ask(ours, lambda: self._client.cancel_open_orders(symbol))
        except UnknownOrder:
            answer = []  # there was none
        except OrderRejected:
            answer = []
            if self._client.get_open_orders(symbol=symbol):
                raise
        if answer is None:
            for order in ours:
                self._register.unwanted(order)
            return ours
        canceled = [order for row in answer for order in self._register.apply(row)]
        for order in ours:
            if not order.done:
                self._register.keeper.soon(order)
        return canceled

    # -- changing ----------------------------------------------------------------------------

    def amend(self, order: Order, quantity: Decimal, new_id: str) -> Order:
        """Reduce an order's quantity; see ``Trading.amend``.

        An amendment takes the id away by which an unknown order is asked for, so it has to wait.
        """
        if not order.state.known:
            self._register.look(order)
        if not order.state.known:
            raise OrderRefused(
                f"Not amended: nobody knows yet whether {order.client_order_id} reached the exchange. "
                "It is asked for; wait for it, or cancel it, which works at once."
            )
        if order.done:
            raise OrderRefused(f"Not amended: {order} has ended.")
        if order.quantity is not None and quantity >= order.quantity:
            raise OrderRefused(
                f"Not amended: an amendment only reduces a quantity, and {order.client_order_id} is "
                f"for {decimal_text(order.quantity)}. For a larger one replace it: "
                f'lab.trading.cancel_replace(order, quantity="{decimal_text(quantity)}").'
            )
        self._register.also_known_as(new_id, order)  # the stream may tell of it first
        self._register.note("amend", order, {"new_id": new_id, "quantity": decimal_text(quantity)})
        answer = self._ask(
            [order],
            lambda: self._client.order_amend_keep_priority(
                order.symbol, decimal_text(quantity), **_named(order), newClientOrderId=new_id
            ),
        )
        if answer is not None:
            row = answer["amendedOrder"]
            order.amended(row["clientOrderId"], row)
            self._register.note("amended", order, row)
        return order

    def replace(self, old: Order, new: Order, mode: str) -> None:
        """Cancel one order and place another; see ``Trading.cancel_replace``."""
        params = _call({**new.ticket.params(), "newClientOrderId": new.client_order_id})
        if old.order_id is not None:
            params["cancelOrderId"] = old.order_id
        else:
            params["cancelOrigClientOrderId"] = old.client_order_id
        if mode == CancelReplaceMode.STOP_ON_FAILURE and old.state is OrderState.ACCEPTED:
            params["cancelRestrictions"] = CancelRestrictions.ONLY_NEW
        try:
            answer = self._ask(
                [old, new],
                lambda: self._client.cancel_and_replace(
                    **params,
                    cancelReplaceMode=mode,
                    cancelNewClientOrderId=old.client_order_id,
                    newOrderRespType="FULL",
                ),
            )
            if answer is not None:
                self._replaced(old, new, answer, "")
        except ApiError as error:
            self._replaced(old, new, error.data or {}, error.msg)
            error.args = (f"{error} {_halves(error.data or {}, new)}".rstrip(),)
            raise
        except LabError as error:
            self._register.refused(new, f"not sent: {error}")
            raise
        finally:
            if new.state is OrderState.SENT:
                self._register.lost([old, new], "interrupted while sending, asking…")
            self._changed()

    def _replaced(self, old: Order, new: Order, answer: Mapping[str, Any], msg: str) -> None:
        """What an answer to cancelReplace says of its two orders."""
        if answer.get("newOrderResult") == "SUCCESS":
            self._register.answer(new, answer["newOrderResponse"])
        else:
            refusal = answer.get("newOrderResponse") or {}
            self._register.refused(
                new, refusal.get("msg") or msg or "not placed: the cancel failed"
            )
        if answer.get("cancelResult") == "SUCCESS":
            self._register.apply(answer["cancelResponse"])
        else:
            self._register.keeper.soon(old)


def _halves(answer: Mapping[str, Any], new: Order) -> str:
    """What became of the two orders of a cancelReplace that failed, in words."""
    if answer.get("cancelResult") == "SUCCESS":
        return f"The old order is canceled, the new one rejected: {new.reason}"
    if answer.get("newOrderResult") == "SUCCESS":
        return f"The old order is not canceled, the new one is {new.state.value}."
    return "The old order is as it was, and no new one was placed."


def _named(order: Order) -> dict[str, Any]:
    """How a request names an order: by the exchange's id, which no amendment changes, if it is known."""
    if order.order_id is not None:
        return {"orderId": order.order_id}
    return {"origClientOrderId": order.client_order_id}


def _call(params: Mapping[str, str]) -> dict[str, Any]:
    """Parameters as keyword arguments; the annotations say that whole numbers are int."""
    return dict(params)
