"""Question: the one question before an order is sent; and the clicks that count."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets

from binance_lab.trading.lists import ListTicket
from binance_lab.trading.ticket import Ticket

CLICK_S = 0.6
"""Clicks that follow an accepted one within this time belong to it: a double click sends once."""


class Clicks:
    """Lets one click through at a time, and a double click once. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards all that follows
        self._busy = False
        self._last: tuple[Any, ...] = ()
        self._last_at = float("-inf")

    @property
    def busy(self) -> bool:
        """Whether what a click asked for is being done."""
        with self._lock:
            return self._busy

    def begin(self, *click: Any) -> bool:
        """Let a click through; False while another's work is done, and for a double click."""
        with self._lock:
            now = time.monotonic()
            if self._busy or (click == self._last and now - self._last_at < CLICK_S):
                return False
            self._busy, self._last, self._last_at = True, click, now
            return True

    def end(self) -> None:
        """What the click asked for is done."""
        with self._lock:
            self._busy = False


class Question(ipywidgets.VBox):
    """Send this? It is asked for one ticket, and answered once.

    Threads: a worker asks, the kernel's thread takes the answer, the refresher draws.

    Args:
        sent: Called when Send it was clicked.
        left: Called when Back was clicked.
    """

    def __init__(self, sent: Callable[[Any], None], left: Callable[[Any], None]) -> None:
        self._lock = threading.Lock()  # guards _ticket and _asked_at
        self._ticket: Ticket | ListTicket | None = None
        self._asked_at = float("-inf")
        self._drawn: Ticket | ListTicket | None = None
        self.summary = ipywidgets.HTML()
        self.back_button = ipywidgets.Button(description="Back", tooltip="Send nothing")
        self.send_button = ipywidgets.Button(description="Send it", button_style="warning")
        self.back_button.on_click(left)
        self.send_button.on_click(sent)
        super().__init__(
            [self.summary, ipywidgets.HBox([self.back_button, self.send_button])],
            layout=ipywidgets.Layout(display="none"),
        )
        self.add_class("bl-ask-box")

    @property
    def ticket(self) -> Ticket | ListTicket | None:
        """What is asked about; None while nothing is."""
        with self._lock:
            return self._ticket

    def ask(self, ticket: Ticket | ListTicket) -> None:
        """Ask about this."""
        with self._lock:
            self._ticket, self._asked_at = ticket, time.monotonic()

    @property
    def answerable(self) -> bool:
        """Whether something is asked, for long enough: Place's double click never answers."""
        with self._lock:
            return self._ticket is not None and time.monotonic() - self._asked_at >= CLICK_S

    def take(self) -> Ticket | ListTicket | None:
        """What was asked about, once: a second click finds nothing, nor does one after an edit."""
        with self._lock:
            ticket, self._ticket = self._ticket, None
            return ticket

    def draw(self) -> None:
        """Show the question, or not. A keyboard goes on at Back, the answer that sends nothing."""
        ticket = self.ticket
        if ticket is self._drawn:
            return
        self._drawn = ticket
        text = html.escape(str(ticket)) if ticket is not None else ""
        self.summary.value = (
            f"<span class='bl-wait' role='alert'>Send this? <b>{text}</b></span>" if text else ""
        )
        self.layout.display = None if ticket is not None else "none"
        if ticket is not None:
            self.back_button.focus()
