"""The lines below an order form: what was said, and orders whose state they follow."""

from __future__ import annotations

import html
import threading
import time
from collections import deque
from dataclasses import dataclass

from binance_lab.trading.order import Order
from binance_lab.trading.states import OrderState

from .order_check import short
from .times import time_text

LINES = 5
"""How many of the last ones stay."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text in a mood (good, wait, error, faint), or orders."""

    at_ms: float
    text: str = ""
    mood: str = ""
    orders: tuple[Order, ...] = ()

    def __str__(self) -> str:
        if not self.orders:
            return self.text
        return " · ".join(order_text(order) for order in self.orders)

    @property
    def tone(self) -> str:
        """Its mood now: that of its orders, if it has any."""
        if not self.orders:
            return self.mood
        states = {order.state for order in self.orders}
        if states & {OrderState.SENT, OrderState.UNKNOWN}:
            return "wait"
        return "error" if states & {OrderState.REJECTED, OrderState.EXPIRED} else "good"


class Lines:
    """The last lines, newest first. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _lines and _doing
        self._lines: deque[Line] = deque(maxlen=LINES)
        self._doing = ""

    def say(self, text: str, mood: str) -> None:
        """Add a text."""
        self._add(Line(_now_ms(), text=text, mood=mood))

    def follow(self, *orders: Order) -> None:
        """Add a line that tells what becomes of these orders."""
        self._add(Line(_now_ms(), orders=orders))

    def doing(self, text: str) -> None:
        """Say above the lines what is being done; an empty text when it is done."""
        with self._lock:
            self._doing = text

    @property
    def texts(self) -> list[str]:
        """The lines as text."""
        with self._lock:
            return [str(line) for line in self._lines]

    def html(self) -> str:
        """The lines as they are now; screen readers are told of each."""
        with self._lock:
            lines, doing = list(self._lines), self._doing
        rows = [f"<div class='bl-wait'>{html.escape(doing)}</div>"] if doing else []
        rows += [
            f"<div class='bl-{line.tone}'><span class='bl-faint'>{time_text(line.at_ms)}</span> "
            f"{html.escape(str(line))}</div>"
            for line in lines
        ]
        return f"<div class='bl-results' role='status'>{''.join(rows)}</div>"

    def _add(self, line: Line) -> None:
        with self._lock:
            self._lines.appendleft(line)


def order_text(order: Order) -> str:
    """An order and what is known of it, in one line."""
    if order.state is OrderState.UNKNOWN:
        return f"UNKNOWN, asking… {order.ticket} ({order.client_order_id})"
    text = f"{order.state.value}: {order.ticket}"
    if order.average_price is not None:
        text += f", filled {short(order.executed_qty)} at {short(order.average_price)}"
    detail = order.note or order.reason
    return f"{text} ({detail})" if detail else f"{text} ({order.client_order_id})"


def _now_ms() -> float:
    return time.time() * 1_000
