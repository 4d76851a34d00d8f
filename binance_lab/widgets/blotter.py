"""Blotter: the desk's orders and fills, with what can be done about them."""

from __future__ import annotations

import heapq
import html
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

import ipywidgets
import pandas as pd

from binance_lab.trading.desk import Trading
from binance_lab.trading.fills import Fill
from binance_lab.trading.guards import OrderRefused
from binance_lab.trading.order import Order
from binance_lab.trading.states import OrderState
from binance_lab.trading.ticket import exact
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.words import counted

from .kept import Still
from .panel import bar, dress, still_html, style
from .refresh import close_tree
from .times import page_zone, time_text, utc_text
from .view import Source, View
from .worker import Worker, in_words

OPEN_ROWS = 30
DONE_ROWS = 20
FILL_ROWS = 20

_GOOD, _WAIT, _BAD = "bl-good", "bl-wait", "bl-error"
_MOODS = {
    OrderState.SENT: _WAIT,
    OrderState.UNKNOWN: _WAIT,
    OrderState.FILLED: _GOOD,
    OrderState.PARTIALLY_FILLED: _GOOD,
    OrderState.REJECTED: _BAD,
    OrderState.EXPIRED: _BAD,
}
_ORDER_HEAD = (
    "time",
    "symbol",
    "side",
    "type",
    "quantity",
    "price",
    "filled",
    "average",
    "slippage",
    "state",
)
_FILL_HEAD = ("time", "symbol", "side", "quantity", "price", "slippage", "fee", "order")
_NUMBERS = {"quantity", "price", "filled", "average", "slippage", "fee"}
_OPTIONAL = {"type", "slippage", "order"}  # left out where the cell is narrow


class OpenRow(ipywidgets.HBox):
    """An open order with its buttons."""

    def __init__(self, order: Order, cancel: Callable[[], None], edit: Callable[[], None]) -> None:
        self.order = order
        self._text = ipywidgets.HTML()
        self.cancel = ipywidgets.Button(description="Cancel", tooltip=f"Cancel {order.ticket}")
        self.edit = ipywidgets.Button(description="Change", tooltip=f"Change {order.ticket}")
        self.cancel.on_click(lambda _: cancel())
        self.edit.on_click(lambda _: edit())
        self._shown = ""
        super().__init__([self._text, self.edit, self.cancel])
        for name in ("bl-open", "bl-small"):
            self.add_class(name)

    def show(self) -> None:
        """Write the order as it is now; on the refresher's thread."""
        text = _line(self.order)
        if text != self._shown:
            self._shown = self._text.value = text


class Blotter(View):
    """The orders of a desk: open ones with Cancel and Change, done ones, and fills.

    Cancel all, in red, works whatever the limits and the environment are. ``frame()`` and
    ``fills_frame()`` export what is shown.

    Args:
        trading: The desk.
        name: A blotter of the same name is replaced.
    """

    kind: ClassVar[str] = "blotter"

    def __init__(self, trading: Trading, *, name: str | None = None) -> None:
        self.trading = trading
        self._lock = threading.Lock()  # guards _message and _editing
        self._message = ("", "")
        self._editing: Order | None = None
        self._rows: dict[str, OpenRow] = {}
        self._zone = page_zone()
        self._worker = Worker("blotter", self._job_failed)
        head = ipywidgets.HTML(style() + bar("Orders", "", trading.environment))
        self.cancel_all_button = ipywidgets.Button(
            description="Cancel all",
            button_style="danger",
            tooltip="Cancel every open order of the account, now",
        )
        self.cancel_all_button.on_click(self._cancel_all)
        self.cancel_all_button.add_class("bl-small")
        top = ipywidgets.HBox([head, self.cancel_all_button])
        top.add_class("bl-head")
        self._below_open = ipywidgets.HTML()
        self._open = ipywidgets.VBox([self._below_open])
        self._state = ""
        self._make_editor()
        self._done_table = ipywidgets.HTML()
        self._fills_table = ipywidgets.HTML()
        for table in (self._done_table, self._fills_table):
            table.add_class("bl-table-box")
        self._says = ipywidgets.HTML()
        super().__init__(
            [
                top,
                self._open,
                self._editor,
                self._says,
                self._done_table,
                self._fills_table,
            ],
            sources=_as_sources(trading),
            name=name,
            rate=4.0,
        )
        dress(self, trading.environment)
        self.start()

    def frame(self) -> pd.DataFrame:
        """The desk's orders, a row each; see ``records.orders_frame``."""
        return self.trading.frame()

    def fills_frame(self) -> pd.DataFrame:
        """Their fills, a row each; see ``records.fills_frame``."""
        return self.trading.fills_frame()

    @property
    def message(self) -> str:
        """What the last click led to."""
        return self._message[0]

    # -- widgets -----------------------------------------------------------------------------

    def _make_editor(self) -> None:
        """The fields to change an order with; only the user writes to them, or Change on a click."""
        self._editor_title = ipywidgets.HTML()
        self.new_quantity = _field("Quantity")
        self.new_price = _field("Price")
        self.amend_button = ipywidgets.Button(
            description="Reduce quantity", tooltip="Keeps the order's place in the queue"
        )
        self.replace_button = ipywidgets.Button(
            description="Cancel and replace",
            tooltip="A new order at this price, for what is not filled yet of this quantity",
        )
        self.leave_button = ipywidgets.Button(description="Leave it")
        self.amend_button.on_click(self._amend)
        self.replace_button.on_click(self._replace)
        self.leave_button.on_click(self._leave_editor)
        self._editor = ipywidgets.VBox(
            [
                self._editor_title,
                ipywidgets.HBox([self.new_quantity, self.new_price]),
                ipywidgets.HBox([self.amend_button, self.replace_button, self.leave_button]),
            ],
            layout=ipywidgets.Layout(display="none"),
        )
        self._editor.add_class("bl-ask-box")

    # -- callbacks, on the kernel's thread: they only queue work -------------------------------

    def _cancel_all(self, _: Any) -> None:
        self._say("Canceling all…", _WAIT)
        self._worker.submit(self._do_cancel_all, "cancel all")

    def _cancel(self, order: Order) -> None:
        self._say(f"Canceling {order.client_order_id}…", _WAIT)
        self._worker.submit(partial(self._do_cancel, order), f"cancel {order.client_order_id}")

    def _edit(self, order: Order) -> None:
        with self._lock:
            self._editing = order
        self._editor_title.value = f"Change <b>{html.escape(str(order.ticket))}</b>"
        self.new_quantity.value = _number(order.quantity)
        self.new_price.value = _number(order.price)
        self.new_price.disabled = order.price is None
        self._editor.layout.display = None

    def _leave_editor(self, _: Any = None) -> Order | None:
        """Close the editor; the order that was in it, once: a second click finds none."""
        with self._lock:
            order, self._editing = self._editing, None
        self._editor.layout.display = "none"
        return order

    def _amend(self, _: Any) -> None:
        quantity, order = self.new_quantity.value, self._leave_editor()
        if order is not None:
            self._worker.submit(partial(self._do_amend, order, quantity))

    def _replace(self, _: Any) -> None:
        quantity, price = self.new_quantity.value, self.new_price.value
        order = self._leave_editor()
        if order is not None:
            self._worker.submit(partial(self._do_replace, order, quantity, price))

    # -- jobs, on the blotter's own thread -----------------------------------------------------

    def _do_cancel_all(self) -> None:
        self._say(*_canceled_text(self.trading.cancel_all()))

    def _take_in_open(self) -> None:
        self.trading.take_in_open()
        self.mark()

    def _do_cancel(self, order: Order) -> None:
        self.trading.cancel(order)
        mood = _GOOD if order.done else _WAIT
        self._say(f"{order.client_order_id}: {order.note or order.state.value}.", mood)

    def _do_amend(self, order: Order, quantity: str) -> None:
        self.trading.amend(order, quantity)
        self._say(f"Amended: {_plain(order)}", _GOOD)

    def _do_replace(self, order: Order, quantity: str, price: str) -> None:
        """The quantity is that of both orders together: what is filled already isn't bought again."""
        left = exact(quantity, field="quantity") - order.executed_qty
        if left <= 0:
            raise OrderRefused(
                f"Nothing was sent: {_number(order.executed_qty)} are filled already, which leaves "
                "nothing for another order. Give a larger quantity, or cancel it."
            )
        changes = {"quantity": left} | ({"price": price} if price.strip() else {})
        ticket = order.ticket.with_(**changes)
        new = self.trading.send_replacement(order, ticket, origin="form")
        self._say(f"Replaced by: {_plain(new)}", _GOOD)

    def _job_failed(self, error: Exception) -> None:
        self._say(in_words(error), _BAD)

    def _say(self, text: str, mood: str) -> None:
        with self._lock:
            self._message = (f"{time_text(time.time() * 1_000)} {text}", mood)
        self.mark()

    # -- drawing, on the refresher's thread ----------------------------------------------------

    def draw(self) -> None:
        """Write the rows and tables anew where they changed."""
        self._zone = page_zone()
        self._look_around()
        orders = self.trading.orders
        open_orders = [order for order in orders if not order.done]
        self._draw_open(open_orders[-OPEN_ROWS:], len(open_orders))
        done = [order for order in reversed(orders) if order.done]
        self._done_table.value = _orders_table("Done", done, DONE_ROWS)
        self._fills_table.value = _fills_table(orders)
        self._says.value = self._message_html()

    def _look_around(self) -> None:
        """Ask what is open as soon as a stream begins to tell, or none does: it tells no past."""
        state = self.trading.state
        if state != self._state and state in ("live", "polling"):
            self._worker.submit(self._take_in_open, "take in")
        self._state = state

    def _message_html(self) -> str:
        text, mood = self._message
        lines = [f"<span role='status' class='{mood}'>{html.escape(text)}</span>"]
        if (error := self.trading.journal_error) is not None:
            reason = error.strerror or error
            why = f"The journal can't be written: {reason}. No order is sent until it can."
            lines.append(f"<span role='alert' class='{_BAD}'>{html.escape(why)}</span>")
        return "<br>".join(lines)

    def pulse(self) -> None:
        """Once a second: times are written anew once a page has said its time zone."""
        super().pulse()
        if page_zone() != self._zone:
            self.mark()

    def _draw_open(self, orders: list[Order], total: int) -> None:
        wanted = {order.client_order_ids[0]: order for order in orders}
        gone = [self._rows.pop(name) for name in list(self._rows) if name not in wanted]
        new = [name for name in wanted if name not in self._rows]
        for name in new:
            order = wanted[name]
            self._rows[name] = OpenRow(
                order, partial(self._cancel, order), partial(self._edit, order)
            )
        for row in self._rows.values():
            row.show()
        if gone or new:
            self._open.children = (*reversed(self._rows.values()), self._below_open)
        for row in gone:
            close_tree(row)
        text = "" if total else "No open orders."
        if total > len(orders):
            text = f"{total - len(orders)} older ones are open, too: see blotter.frame()."
        self._below_open.value = f"<span class='bl-faint'>{text}</span>" if text else ""

    def still(self) -> Still:
        """The tables as they are now."""
        orders = self.trading.orders
        tables = _orders_table("Orders", orders[::-1], OPEN_ROWS + DONE_ROWS)
        tables += _fills_table(orders)
        environment = self.trading.environment
        text = still_html(environment, bar("Orders", "", environment) + tables)
        return {"text/html": text, "text/plain": repr(self)}

    def stop(self) -> None:
        """Take no more clicks; what was queued is still done. The tables stay as a picture."""
        self._worker.close()
        super().stop()

    def close(self) -> None:
        """Stop, and take the blotter out of the notebook."""
        self._worker.close()
        super().close()


def _as_sources(trading: Any) -> list[Source]:
    """A desk has what a view follows."""
    return [trading]


def _field(label: str) -> ipywidgets.Text:
    return ipywidgets.Text(
        description=label,
        layout=ipywidgets.Layout(width="220px"),
        style={"description_width": "90px"},
    )


def _line(order: Order) -> str:
    """An open order on one line."""
    mood = _MOODS.get(order.state, "")
    state = order.state.value
    if order.state is OrderState.UNKNOWN:
        state = "UNKNOWN, asking…"
    filled = f", {_shown(order.executed_qty)} filled" if order.executed_qty else ""
    note = f" · {order.note}" if order.note and order.state.known else ""
    return (
        f"<span title='{html.escape(order.client_order_id)}'>{_time(order.sent_ms)} "
        f"{html.escape(_current(order))} · "
        f"<b class='{mood}'>{html.escape(state)}{filled}</b>{html.escape(note)}</span>"
    )


def _current(order: Order) -> str:
    """The ticket with the quantity as it is now."""
    if order.quantity is not None and order.quantity != order.ticket.quantity:
        return str(order.ticket.with_(quantity=order.quantity.normalize(), quote_order_qty=None))
    return str(order.ticket)


def _plain(order: Order) -> str:
    return f"{_current(order)}: {order.state.value}."


def _order_cells(order: Order) -> tuple[str, ...]:
    ticket = order.ticket
    state = f"<b class='{_MOODS.get(order.state, '')}'>{order.state.value}</b>"
    detail = order.reason or order.note
    return (
        *(_time(order.sent_ms), html.escape(ticket.symbol), ticket.side.value),
        *(ticket.type.value, _shown(order.quantity), _shown(order.price)),
        *(_shown(order.executed_qty), _shown(order.average_price)),
        _bps(order.slippage_bps),
        f"{state} {html.escape(detail)}".rstrip(),
    )


def _orders_table(title: str, orders: list[Order], most: int) -> str:
    """The first orders as rows; of the others only how many there are."""
    rows = [_order_cells(order) for order in orders[:most]]
    return _table(title, _ORDER_HEAD, rows, len(orders))


def _fills_table(orders: list[Order]) -> str:
    """The newest fills as rows, newest first; of the others only how many there are."""
    fills = [(fill, order) for order in orders for fill in order.fills]
    newest = heapq.nlargest(FILL_ROWS, fills, key=lambda pair: (pair[0].time_ms, pair[0].trade_id))
    return _table("Fills", _FILL_HEAD, _fill_cells(newest), len(fills))


def _fill_cells(fills: list[tuple[Fill, Order]]) -> list[tuple[str, ...]]:
    """A row for each fill."""
    digits: dict[str, list[int]] = {}  # of each symbol's quantities and prices, the most there are
    for fill, order in fills:
        most = digits.setdefault(order.symbol, [0, 0])
        most[:] = map(max, most, (_places(fill.qty), _places(fill.price)))
    return [
        (
            *(_time(fill.time_ms), html.escape(order.symbol), order.side.value),
            *map(_shown, (fill.qty, fill.price), digits[order.symbol]),
            _bps(order.slippage_at(fill.price)),
            f"{_shown(fill.fee)} {html.escape(fill.fee_asset)}",
            html.escape(order.client_order_ids[0]),
        )
        for fill, order in fills
    ]


def _canceled_text(orders: list[Order]) -> tuple[str, str]:
    """What cancel all led to, and its mood: an order that may still be open isn't called canceled."""
    if not orders:
        return "No order was open.", _GOOD
    asking = sum(not order.done for order in orders)
    text = f"{counted(len(orders) - asking, 'order')} canceled."
    if not asking:
        return text, _GOOD
    return f"{text} Of {asking} nobody knows yet: asked for until it is told.", _WAIT


def _bps(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.1f} bp"


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]], total: int) -> str:
    """The rows as HTML; how many there are beyond them stands in the title."""
    if not rows:
        return ""
    if total > len(rows):
        title = f"{title}, the last {len(rows)} of {total}"
    kinds = [_classes(name) for name in head]
    top = "".join(
        f"<th scope='col'{kind}>{name.capitalize()}</th>"
        for name, kind in zip(head, kinds, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{k}>{c}</td>" for c, k in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f"<span class='bl-section'>{title}</span><table><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _classes(name: str) -> str:
    """What a column is to the style sheet: numbers stand right, less important ones may go."""
    words = ["bl-number"] * (name in _NUMBERS) + ["bl-optional"] * (name in _OPTIONAL)
    return f" class='{' '.join(words)}'" if words else ""


def _shown(value: Decimal | None, places: int = 0) -> str:
    """A number to read: thousands separated, with so many decimals at least."""
    return "" if value is None else f"{round(value, 8):,.{max(places, _places(value))}f}"


def _places(value: Decimal) -> int:
    """Decimals that a number needs, eight at most."""
    return len(_number(value).partition(".")[2])


def _number(value: Decimal | None) -> str:
    """A number to edit."""
    return "" if value is None else decimal_text(round(value, 8).normalize())


def _time(time_ms: int) -> str:
    """A time as text, in full and in UTC where the mouse rests on it."""
    if not time_ms:
        return ""
    return f"<span class='bl-faint' title='{utc_text(time_ms)}'>{time_text(time_ms)}</span>"
