"""Order: one order that lives, moved by answers and execution reports in whatever order they come.

Facts only add up: a fill is known by its trade id, the executed amount never falls, an order
that is done stays done. So an event that comes late, twice, or before the answer to the request
that caused it changes nothing that is already known to be further.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import ExecutionType, OrderStatus, Side
from binance_lab.wire.lab_error import LabError
from binance_lab.wire.user_events import ExecutionReport

from .fills import Fill, fill_of_answer, fill_of_report, fill_of_trade, in_ms
from .states import STATES, OrderState, reason_in_words, state_of
from .ticket import Ticket

ZERO = Decimal(0)
_log = logging.getLogger(__name__)


class NotYet(LabError, TimeoutError):
    """An order isn't what was waited for within the time; the order itself goes on."""


class Order:
    """An order that was sent under our own id, and all that is known of it since.

    ``state`` is one of OrderState; ``note`` says in words what is being asked or went wrong.
    Any thread reads it, waits for it, or tells it what happened.

    Args:
        ticket: What was asked for.
        client_order_id: The id that it was sent under.
        sent_ms: When, ms since 1970.
        mid_price: The middle of the book when it was sent, for its slippage.
    """

    def __init__(
        self,
        ticket: Ticket,
        client_order_id: str,
        *,
        sent_ms: int = 0,
        mid_price: Decimal | None = None,
    ) -> None:
        self.ticket = ticket
        self.sent_ms = sent_ms
        self.mid_price = mid_price
        self.list_id: str | None = None  # client id of the order list that it belongs to
        # an interrupt may come between a Condition's own lines, where it would stay locked
        self._lock = threading.RLock()  # guards all that follows
        self._changed = threading.Condition(self._lock)
        self._callbacks: list[Callable[[Order], None]] = []
        self._ids = [client_order_id]
        self._state = OrderState.SENT
        self._status: OrderStatus | None = None
        self._executed = ZERO
        self._quote = ZERO
        self._quantity = ticket.quantity
        self._price = ticket.price
        self._fills: dict[tuple[int, int], Fill] = {}
        self._order_id: int | None = None
        self._updated_ms = sent_ms
        self._reason = ""
        self._note = ""
        self._silent_since = time.monotonic()
        self.version = 0

    # -- what is known -----------------------------------------------------------------------

    @property
    def symbol(self) -> str:
        """The symbol that it trades."""
        return self.ticket.symbol

    @property
    def side(self) -> Side:
        """BUY or SELL."""
        return self.ticket.side

    @property
    def client_order_id(self) -> str:
        """Its id now: ours, and after an amendment the amendment's, ours too."""
        return self._ids[-1]

    @property
    def client_order_ids(self) -> tuple[str, ...]:
        """All ids that it had, the first one first."""
        return tuple(self._ids)

    @property
    def order_id(self) -> int | None:
        """The exchange's id; None until it has told it."""
        return self._order_id

    @property
    def state(self) -> OrderState:
        """What is known of it."""
        return self._state

    @property
    def status(self) -> OrderStatus | None:
        """The status as the exchange last wrote it; None until then."""
        return self._status

    @property
    def done(self) -> bool:
        """Whether nothing more can happen to it."""
        return self._state.done

    @property
    def open(self) -> bool:
        """Whether the exchange has it and it can still trade."""
        return self._state.known and not self._state.done

    @property
    def reason(self) -> str:
        """Why it was rejected or expired, in words; empty if it wasn't."""
        return self._reason

    @property
    def note(self) -> str:
        """What is being asked, or what last went wrong with it; empty otherwise."""
        return self._note

    @property
    def quantity(self) -> Decimal | None:
        """What it trades in all, in the base asset; None for a quote amount not yet filled."""
        return self._quantity

    @property
    def price(self) -> Decimal | None:
        """Its limit price; None if it has none."""
        return self._price

    @property
    def executed_qty(self) -> Decimal:
        """What it has traded so far, in the base asset."""
        return self._executed

    @property
    def executed_quote(self) -> Decimal:
        """What that cost or brought, in the quote asset, without fees."""
        return self._quote

    @property
    def average_price(self) -> Decimal | None:
        """The price that its fills had on average; None before the first one."""
        return self._quote / self._executed if self._executed else None

    @property
    def fills(self) -> list[Fill]:
        """Its trades as far as they are known, oldest first."""
        with self._lock:
            return sorted(self._fills.values(), key=lambda fill: fill.key)

    @property
    def fills_complete(self) -> bool:
        """Whether the fills add up to what was executed."""
        return sum((fill.qty for fill in self.fills), ZERO) == self._executed

    @property
    def fees(self) -> dict[str, Decimal]:
        """What its fills cost, by asset."""
        fees: dict[str, Decimal] = {}
        for fill in self.fills:
            fees[fill.fee_asset] = fees.get(fill.fee_asset, ZERO) + fill.fee
        return fees

    @property
    def slippage_bps(self) -> Decimal | None:
        """How much worse than the middle at sending it was filled, in 0.01 %; None if unknown."""
        average = self.average_price
        return None if average is None else self.slippage_at(average)

    def slippage_at(self, price: Decimal) -> Decimal | None:
        """How much worse a price is than the middle at sending, in 0.01 %; None if that is unknown."""
        if not self.mid_price:
            return None
        worse = price - self.mid_price
        return (worse if self.side is Side.BUY else -worse) / self.mid_price * 10_000

    @property
    def silent_s(self) -> float:
        """Seconds since it was made to be sent, or since it was last given up to wait for an answer.

        However the clock of this computer is set meanwhile.
        """
        return time.monotonic() - self._silent_since

    @property
    def updated_ms(self) -> int:
        """When the exchange last changed it, ms since 1970."""
        return self._updated_ms

    def __repr__(self) -> str:
        text = f"<Order {self.client_order_id}: {self._as_amended()}: {self._state.value}"
        if self._executed and self._state is not OrderState.FILLED:
            text += f" {decimal_text(self._executed)}"
        if (average := self.average_price) is not None:
            text += f" at {decimal_text(round(average, 8).normalize())}"
        detail = self._note or self._reason
        return f"{text} ({detail})>" if detail else f"{text}>"

    def _as_amended(self) -> Ticket:
        """The ticket, with the quantity and price that the exchange last told."""
        asked, quantity, price = self.ticket, self._quantity, self._price
        return replace(
            asked,
            quantity=asked.quantity and quantity and quantity.normalize(),
            price=asked.price and price and price.normalize(),
        )

    # -- waiting -----------------------------------------------------------------------------

    def wait(self, status: str | None = None, timeout: float = 30.0) -> Order:
        """Wait until the exchange has said what became of it, or until it has a status.

        An order that is done also ends the wait, whatever was waited for: look at ``state``.

        Args:
            status: A state ("filled"), a status as the API writes it ("FILLED"), or "done".
            timeout: Seconds.

        Returns:
            The order itself.

        Raises:
            NotYet: Neither came within the time.
        """
        wanted = self._wanted(status)
        with self._lock:
            if not self._changed.wait_for(wanted, timeout):
                missed = f" and not {status}" if status else ""
                raise NotYet(
                    f"{self.client_order_id} is {self._state.value} after {timeout:g} s{missed}. "
                    "It goes on: wait again, or lab.cancel(order)."
                )
        return self

    def _wanted(self, status: str | None) -> Callable[[], bool]:
        if status is None:
            return lambda: self._state.known
        if str(status).lower() == "done":
            return lambda: self._state.done
        state = state_of(status)
        if not state.known:
            return lambda: self._state is state or self._state.known
        return lambda: self._state.done or self._state.rank >= state.rank

    def on_change(self, callback: Callable[[Order], None]) -> Callable[[], None]:
        """Call back after each change, on the thread that made it; the result takes it back."""
        with self._lock:
            self._callbacks.append(callback)

        def take_back() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return take_back

    # -- what happened -----------------------------------------------------------------------

    def answer(self, data: Mapping[str, Any]) -> None:
        """The exchange's JSON of this order: answer to placing, canceling or asking for it.

        An ACK, which says no more than that it exists, counts as accepted.
        """
        status = OrderStatus(data["status"]) if "status" in data else OrderStatus.NEW
        executed = Decimal(data.get("executedQty") or 0)
        quote = Decimal(data.get("cummulativeQuoteQty") or 0)
        time_ms = in_ms(data.get("updateTime") or data.get("transactTime") or data.get("time") or 0)
        with self._lock:
            self._know(data.get("orderId"), data.get("origQty"), data.get("price"), executed)
            for row in data.get("fills") or ():
                self._add_fill(fill_of_answer(row, time_ms))
            reason = reason_in_words(data.get("expiryReason"))
            self._advance(status, executed, quote, time_ms, reason)
            self._note = "" if self._state.known else self._note
        self._tell()

    def report(self, event: ExecutionReport) -> None:
        """An execution report of this order, of the user data stream."""
        time_ms = in_ms(event.transaction_time)
        executed, quote = Decimal(event.filled_qty), Decimal(event.filled_quote_qty)
        with self._lock:
            if event.execution_type == ExecutionType.REPLACED:
                self._rename(event.client_order_id)
            self._know(event.order_id, event.qty, event.price, executed)
            if event.execution_type == ExecutionType.TRADE:
                self._add_fill(fill_of_report(event, time_ms))
            reason = reason_in_words(event.expiry_reason) or reason_in_words(event.reject_reason)
            self._advance(OrderStatus(event.order_status), executed, quote, time_ms, reason)
            self._note = "" if self._state.known else self._note
        self._tell()

    def trades(self, rows: list[Mapping[str, Any]]) -> None:
        """Its trades as ``GET /api/v3/myTrades`` lists them, or ``myAllocations``."""
        with self._lock:
            for row in rows:
                self._add_fill(fill_of_trade(row))
        self._tell()

    def reject(self, reason: str) -> None:
        """The exchange refused it, or it certainly never got there."""
        with self._lock:
            if not self._state.known:
                self._state, self._reason, self._note = OrderState.REJECTED, reason, ""
        self._tell()

    def lose_track(self, note: str) -> None:
        """No answer came: until the exchange is heard, nothing is known.

        Its report may have been faster: one that is done is asked for nothing more.
        """
        with self._lock:
            if self._state.done:
                return
            self._note, self._silent_since = note, time.monotonic()
            if not self._state.known:
                self._state = OrderState.UNKNOWN
        self._tell()

    def vanish(self, reason: str) -> None:
        """The exchange doesn't know it any more, and that it had ended is all that explains it."""
        with self._lock:
            if not self._state.done:
                self._state, self._status = OrderState.EXPIRED, None
                self._reason, self._note = reason, ""
        self._tell()

    def remark(self, note: str) -> None:
        """Say what is being asked, or what went wrong; an empty text takes it back."""
        with self._lock:
            self._note = note
        self._tell()

    def amended(self, client_order_id: str, answer: Mapping[str, Any]) -> None:
        """The exchange reduced its quantity; it goes by this client order id now."""
        with self._lock:
            self._rename(client_order_id)
        self.answer(
            {
                "orderId": answer.get("orderId"),
                "status": answer.get("status", OrderStatus.NEW),
                "origQty": answer.get("qty"),
                "executedQty": answer.get("executedQty"),
                "cummulativeQuoteQty": self._quote,
            }
        )

    # -- with _lock held ---------------------------------------------------------------------

    def _know(self, order_id: Any, quantity: Any, price: Any, executed: Decimal) -> None:
        if order_id is not None:
            self._order_id = int(order_id)
        if quantity is not None and (asked := Decimal(quantity)):
            # an amendment only ever reduces it: a larger one is older news
            self._quantity = asked if self._quantity is None else min(self._quantity, asked)
        elif self.ticket.quantity is None and executed:
            self._quantity = max(self._quantity or ZERO, executed)
        if price is not None and Decimal(price):
            self._price = Decimal(price)

    def _advance(
        self, status: OrderStatus, executed: Decimal, quote: Decimal, time_ms: int, reason: str
    ) -> None:
        if executed > self._executed:
            self._executed, self._quote = executed, quote
        elif executed == self._executed and quote > self._quote:
            self._quote = quote
        self._updated_ms = max(self._updated_ms, time_ms)
        new = STATES[status]
        if new is OrderState.ACCEPTED and self._executed:
            new = OrderState.PARTIALLY_FILLED
        guessed = self._state.done and self._status is None  # nobody but us said so
        if new.rank > self._state.rank or guessed:
            self._state, self._status = new, status
            self._reason = reason if new in (OrderState.REJECTED, OrderState.EXPIRED) else ""

    def _rename(self, client_order_id: str) -> None:
        if client_order_id and client_order_id not in self._ids:
            self._ids.append(client_order_id)

    def _add_fill(self, fill: Fill) -> None:
        if not fill.identified:
            return
        old = self._fills.get(fill.key)
        if old is None or not old.time_ms:
            self._fills[fill.key] = fill
        total = sum((each.qty for each in self._fills.values()), ZERO)
        if total > self._executed:
            self._executed = total
            self._quote = sum((each.qty * each.price for each in self._fills.values()), ZERO)
            if self._state.rank < OrderState.PARTIALLY_FILLED.rank:
                self._state = OrderState.PARTIALLY_FILLED

    # -- without it --------------------------------------------------------------------------

    def _tell(self) -> None:
        with self._lock:
            self.version += 1
            self._changed.notify_all()
            callbacks = list(self._callbacks)
        for callback in callbacks:
            try:
                callback(self)
            except Exception:  # one listener must not keep the others, or the stream, from going on
                _log.exception("A callback of order %s failed", self.client_order_id)


def now_ms() -> int:
    """This computer's time, ms since 1970."""
    return time.time_ns() // 1_000_000
