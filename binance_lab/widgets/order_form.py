"""OrderForm: a form that checks an order while it is typed, asks once, and sends it once."""

from __future__ import annotations

import html
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from functools import partial, wraps
from typing import Any, ClassVar, Concatenate, ParamSpec

import ipywidgets

from binance_lab.connector.exceptions import LabError
from binance_lab.trading.check import Finding
from binance_lab.trading.desk import Trading
from binance_lab.trading.estimate import Estimate, cost, estimate
from binance_lab.trading.guards import OrderRefused, check_environment
from binance_lab.trading.lists import ListKind, ListTicket, OrderList, make_list
from binance_lab.trading.nearest import explain
from binance_lab.trading.order import Order
from binance_lab.trading.rules import Rules, Scene
from binance_lab.trading.surroundings import Book
from binance_lab.trading.ticket import BadTicket, Ticket
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import OrderType, Side

from .order_fields import OrderFields, ticket_of, whole_steps
from .panel import bar, dress, still_html, style, time_text
from .view import Source, Still, View
from .worker import Worker, in_words

SINGLE = "Single"
LINES = 5
"""How many of the last results stay below the form."""

CLICK_S = 0.6
"""Clicks that follow an accepted one within this time belong to it: a double click sends once."""

SETTLE_S = 0.3
"""How long an order that nobody is asked about waits for keys typed before the click."""

IDLE_S = 30.0
"""While nobody types, balances and averages are asked for this seldom; prices come from the book."""

_PENDING = frozenset({"BALANCE", "WOULD_TRIGGER", "WOULD_MATCH"})  # rules of orders that work now
_OCO_TYPES = (
    OrderType.LIMIT_MAKER,
    OrderType.STOP_LOSS_LIMIT,
    OrderType.STOP_LOSS,
    OrderType.TAKE_PROFIT_LIMIT,
    OrderType.TAKE_PROFIT,
)
_BELOW_TYPES = (*_OCO_TYPES[1:], OrderType.LIMIT_MAKER)
_LEGS: dict[str, dict[str, Any]] = {
    "order": {"types": OrderType},
    "working": {
        "types": (OrderType.LIMIT, OrderType.LIMIT_MAKER),
        "title": "Working: placed now",
    },
    "pending": {
        "types": OrderType,
        "title": "Pending: placed once the working order is filled",
        "side": Side.SELL,
    },
    "above": {
        "types": _OCO_TYPES,
        "title": "Above: the higher price; the one that trades cancels the other",
        "side": Side.SELL,
    },
    "below": {
        "types": _BELOW_TYPES,
        "title": "Below: the lower price, same side and quantity",
        "own_amount": False,
    },
}
"""What the fields of each leg are, in the order in which they stand."""

_BANNERS = {
    "local": "embedded exchange, play money",
    "testnet": "Binance Spot Testnet, play money",
    "live": "real money, this form places no orders",
}
P = ParamSpec("P")


def _guarded(
    method: Callable[Concatenate[OrderForm, P], None],
) -> Any:
    """A callback whose every exception ends as a line in the form: nobody sees it otherwise."""

    @wraps(method)
    def guarded(self: OrderForm, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception as error:
            self._say(in_words(error), "error")

    return guarded


@dataclass(frozen=True, slots=True)
class _Line:
    """A line below the form: a text, or an order whose state it follows."""

    at_ms: float
    text: str = ""
    mood: str = ""
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the worker found out about what is typed."""

    findings: Mapping[str, list[Finding]] = field(default_factory=dict)
    problem: str = ""
    estimate: str = ""
    bid: Decimal | None = None
    ask: Decimal | None = None


class OrderForm(View):
    """A form for the orders of one symbol.

    What is typed is checked in exact decimals against every filter, the book and the balance.
    Place shows the order in one line and asks once; only then it is sent, once. On "live" the
    form shows everything and refuses to place.

    Args:
        trading: The desk that checks and sends.
        symbol: Such as BTCUSDT.
        book: A live book, for prices beside the fields, estimates and slippage.
        confirm: Whether Place asks before it sends; a box in the form changes it.
        name: A form of the same name is replaced.

    Raises:
        UnknownSymbol: There is no such symbol.
    """

    kind: ClassVar[str] = "order form"

    def __init__(
        self,
        trading: Trading,
        symbol: str,
        *,
        book: Book | None = None,
        confirm: bool = True,
        name: str | None = None,
    ) -> None:
        self.trading = trading
        self.rules = trading.rules(symbol)
        self.symbol = self.rules.symbol
        if book is not None:
            trading.watch(book)
        self._lock = threading.Lock()  # guards all that follows
        self._typed: dict[str, dict[str, Any]] = {}
        self._mode = SINGLE
        self._checked = _Checked()
        self._scene: Scene | None = None
        self._scene_at = self._checked_at = float("-inf")
        self._lines: deque[_Line] = deque(maxlen=LINES)
        self._asking: Ticket | ListTicket | None = None
        self._busy = False
        self._click: tuple[Any, ...] = ()
        self._clicked_at = self._asked_at = float("-inf")
        self._closing = threading.Event()
        self._worker = Worker(f"form:{self.symbol}", self._job_failed)
        self._make_widgets(confirm)
        sources = [source for source in (book, trading) if source is not None]
        super().__init__(
            self._rows(), sources=_as_sources(sources), subject=self.symbol, name=name, rate=5.0
        )
        dress(self, trading.environment, "bl-slim")
        self._edited()
        self._worker.submit(self._warn_about_key)
        self.start()

    # -- for programs: the same as typing and clicking -----------------------------------------

    def fill(self, leg: str = "order", **values: Any) -> None:
        """Put values into fields as a user would: ``form.fill(side="SELL", quantity="0.01")``.

        Args:
            leg: "order", or a leg of an order list: "above", "below", "working", "pending".
        """
        if leg not in _LEGS:
            raise TypeError(f"an order form has no leg {leg!r}; its legs: {', '.join(_LEGS)}")
        self._leg(leg).fill(**values)

    @property
    def findings(self) -> list[Finding]:
        """What was last found wrong with what is typed."""
        return [found for each in self._checked.findings.values() for found in each]

    @property
    def results(self) -> list[str]:
        """The lines below the form, newest first."""
        with self._lock:
            return [_text_of(line) for line in self._lines]

    # -- widgets -----------------------------------------------------------------------------

    def _make_widgets(self, confirm: bool) -> None:
        environment = self.trading.environment
        line = bar(self.symbol, "order", environment, _BANNERS[environment])
        self._banner = ipywidgets.HTML(style() + line)
        self._banner.add_class("bl-head")
        self.mode = ipywidgets.ToggleButtons(options=[SINGLE, *self._list_kinds()])
        self._bid = _quote_button("Take this price: what buyers pay", "bl-bid")
        self._ask = _quote_button("Take this price: what sellers ask", "bl-ask")
        self._spread = ipywidgets.HTML()
        self._percents = ipywidgets.HBox(
            [self._percent_button(percent) for percent in (25, 50, 75, 100)]
        )
        for name in ("bl-beside", "bl-wide", "bl-small"):
            self._percents.add_class(name)
        self._legs: dict[str, OrderFields] = {}
        self._leg_box = ipywidgets.VBox()
        self._estimate = ipywidgets.HTML()
        self.check_button = ipywidgets.Button(
            description="Check", tooltip="Let the exchange check the order without placing it"
        )
        self.place_button = ipywidgets.Button(description="Place", button_style="primary")
        self.confirm_box = ipywidgets.Checkbox(
            value=confirm, description="ask before sending", indent=False
        )
        self._summary = ipywidgets.HTML()
        self.send_button = ipywidgets.Button(description="Send it", button_style="warning")
        self.back_button = ipywidgets.Button(description="Back")
        self._asks = ipywidgets.VBox(
            [self._summary, ipywidgets.HBox([self.back_button, self.send_button])],
            layout=ipywidgets.Layout(display="none"),
        )
        self._asks.add_class("bl-ask-box")
        self._results = ipywidgets.HTML()
        self._refuse_on_live()
        self._listen()

    def _list_kinds(self) -> list[str]:
        kinds = [ListKind.OCO] if self.rules.oco_allowed else []
        kinds += [ListKind.OTO, ListKind.OTOCO] if self.rules.oto_allowed else []
        return [kind.value for kind in kinds]

    def _leg(self, name: str) -> OrderFields:
        """The fields of a leg, made when they are first needed.

        A page gets a message for each widget, and a kernel keeps a thousand for one that is slow.
        """
        if name not in self._legs:
            below = [self._percents] if name == "order" else []
            self._legs[name] = OrderFields(
                self.rules, self._edited, below_amount=below, **_LEGS[name]
            )
        return self._legs[name]

    def _percent_button(self, percent: int) -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=f"{percent} %",
            tooltip=f"{percent} % of what is free",
        )
        button.on_click(partial(self._take_percent, percent))
        return button

    def _refuse_on_live(self) -> None:
        if self.trading.environment == "live":
            self.place_button.disabled = self.check_button.disabled = self.send_button.disabled = (
                True
            )
            self.place_button.tooltip = "A form places no orders on live"

    def _listen(self) -> None:
        self.mode.observe(self._mode_chosen, "value")
        self._bid.on_click(partial(self._take_price, "bid"))
        self._ask.on_click(partial(self._take_price, "ask"))
        self.check_button.on_click(self._check_clicked)
        self.place_button.on_click(self._place_clicked)
        self.send_button.on_click(self._send_clicked)
        self.back_button.on_click(self._back_clicked)
        self._arrange()

    def _rows(self) -> list[ipywidgets.Widget]:
        quotes = ipywidgets.HBox([self._bid, self._spread, self._ask])
        for name in ("bl-quotes", "bl-wide"):
            quotes.add_class(name)
        actions = ipywidgets.HBox([self.check_button, self.place_button, self.confirm_box])
        actions.add_class("bl-wide")
        return [
            self._banner,
            self.mode,
            quotes,
            self._leg_box,
            self._estimate,
            actions,
            self._asks,
            self._results,
        ]

    def _arrange(self) -> None:
        """Show the legs that the ticket has."""
        shown = ("order",) if self._mode == SINGLE else ListKind(self._mode).legs
        self._leg_box.children = [self._leg(name) for name in _LEGS if name in shown]

    # -- callbacks, on the kernel's thread: they read the fields and queue work ---------------

    @_guarded
    def _mode_chosen(self, _: Any) -> None:
        with self._lock:
            self._mode = self.mode.value
        self._arrange()
        self._edited()

    @_guarded
    def _edited(self) -> None:
        """Keep what is typed now, and have it checked; a summary of before is void."""
        self._close_summary()
        self._read()
        self._worker.submit(self._recheck, "check")

    def _read(self) -> tuple[str, dict[str, dict[str, Any]]]:
        """One read of all fields."""
        typed = {name: leg.read() for name, leg in self._legs.items()}
        with self._lock:
            self._typed = typed
            return self._mode, typed

    @_guarded
    def _take_price(self, which: str, _: Any) -> None:
        price = self._checked.bid if which == "bid" else self._checked.ask
        if price is None:
            return
        for name in ("order", "working", "above"):
            leg = self._legs.get(name)
            if leg is not None and leg in self._leg_box.children:
                leg.fill(price=decimal_text(price))
                return

    @_guarded
    def _take_percent(self, percent: int, _: Any) -> None:
        """Fill in that share of what is free; the balance is the one that was last read."""
        with self._lock:
            scene = self._scene
        if scene is None or scene.free is None:
            self._say("What is free isn't known yet.", "wait")
            return
        leg = self._legs["order"]
        side = Side(leg.side.value)
        share = scene.free.get(self.rules.pays_with(side), Decimal(0)) * percent / 100
        if side is Side.BUY:
            places = Decimal("1e-8")
            leg.fill(quote_order_qty=decimal_text(share.quantize(places, ROUND_FLOOR).normalize()))
        else:
            leg.fill(quantity=decimal_text(whole_steps(share, self.rules.step)))

    @_guarded
    def _check_clicked(self, _: Any) -> None:
        mode, typed = self._read()
        if self._begin("check", mode, typed):
            self._worker.submit(partial(self._test, mode, typed))

    @_guarded
    def _place_clicked(self, _: Any) -> None:
        mode, typed = self._read()
        ask = bool(self.confirm_box.value)
        if self._begin("place", mode, typed):
            self._worker.submit(partial(self._prepare, mode, typed, ask))

    @_guarded
    def _send_clicked(self, _: Any) -> None:
        with self._lock:
            if time.monotonic() - self._asked_at < CLICK_S:
                return  # the second half of the double click that opened the summary
            ticket, self._asking = self._asking, None  # taken once: a second click finds nothing
        if ticket is None:
            return
        self._asks.layout.display = "none"
        if self._begin("send", ticket):
            self._worker.submit(partial(self._submit, ticket))

    @_guarded
    def _back_clicked(self, _: Any) -> None:
        self._close_summary()
        self._say("Nothing was sent.", "faint")

    def _close_summary(self) -> None:
        with self._lock:
            self._asking = None
        self._asks.layout.display = "none"

    def _begin(self, *click: Any) -> bool:
        """Take the form for one job; False while another is done, and for a double click."""
        with self._lock:
            now = time.monotonic()
            if self._busy or (click == self._click and now - self._clicked_at < CLICK_S):
                return False
            self._busy, self._click, self._clicked_at = True, click, now
        self.mark()
        return True

    # -- jobs, on the form's own thread --------------------------------------------------------

    def _done(self) -> None:
        with self._lock:
            self._busy = False
        self.mark()

    def _job_failed(self, error: Exception) -> None:
        self._say(in_words(error), "error")
        self._done()

    def _test(self, mode: str, typed: Mapping[str, Mapping[str, Any]]) -> None:
        ticket = self._ticket(mode, typed)
        if isinstance(ticket, ListTicket):
            self._must_pass(ticket)
            self._say(f"Checked here: {ticket}. The exchange offers no test for lists.", "good")
        else:
            self.trading.test(ticket)
            self._say(f"The exchange would take it: {ticket}.", "good")
        self._done()

    def _prepare(self, mode: str, typed: Mapping[str, Mapping[str, Any]], ask: bool) -> None:
        """Check what was read when Place was clicked; then ask, or send it."""
        ticket = self._ticket(mode, typed)
        check_environment(
            self.trading.environment, "form", symbol=self.symbol, allow_orders=False, confirm=None
        )
        self._must_pass(ticket)
        if not ask:
            self._send_unasked(ticket, mode, typed)
            return
        with self._lock:
            if typed == self._typed and mode == self._mode:  # nothing was edited meanwhile
                self._asking = ticket
                self._asked_at = time.monotonic()
        self._done()

    def _send_unasked(
        self, ticket: Ticket | ListTicket, mode: str, typed: Mapping[str, Any]
    ) -> None:
        """Send what was read, unless the last keys typed before the click come only now.

        A page holds back a field's newest value until the kernel has taken the one before, but
        not a click.
        """
        self._closing.wait(SETTLE_S)
        with self._lock:
            same = typed == self._typed and mode == self._mode
        if not same:
            raise OrderRefused(
                "Not sent: a field changed right after the click. Look at it, and place it again."
            )
        self._submit(ticket)

    def _warn_about_key(self) -> None:
        if warning := self.trading.key_warning():
            self._say(warning, "wait")

    def _must_pass(self, ticket: Ticket | ListTicket) -> None:
        findings = _findings(ticket, self.trading.scene(self.symbol))
        found = [each for leg in findings.values() for each in leg]
        if found:
            raise OrderRefused("Not sent. " + " ".join(str(each) for each in found))

    def _submit(self, ticket: Ticket | ListTicket) -> None:
        """Hand the order to the desk, which sends it once."""
        before = len(self.trading.orders)
        try:
            if isinstance(ticket, ListTicket):
                placed: Order | OrderList = self.trading.send_list(ticket, origin="form")
            else:
                placed = self.trading.send(ticket, origin="form")
        except LabError as error:
            refused = self.trading.orders[before:]
            words = str(error) if not refused else f"Rejected: {ticket}. {error}"
            self._say(words, "error")
        else:
            orders = placed.orders if isinstance(placed, OrderList) else [placed]
            self._add_line(_Line(_now(), orders=tuple(orders)))
        self._done()
        self._worker.submit(self._recheck, "check")

    def _recheck(self) -> None:
        """Check what is typed against everything that is known now."""
        with self._lock:
            mode, typed = self._mode, self._typed
        scene = self.trading.scene(self.symbol)
        self._keep(self._look(mode, typed, scene), scene)
        with self._lock:
            self._scene_at = time.monotonic()

    def _refresh(self) -> None:
        """The same with the book as it is now, and what was asked for a moment ago."""
        with self._lock:
            mode, typed, scene = self._mode, self._typed, self._scene
        if scene is None or time.monotonic() - self._scene_at > IDLE_S:
            self._recheck()
            return
        bids, asks = self.trading.surroundings.levels(self.symbol)
        scene = replace(scene, bids=bids, asks=asks)
        self._keep(self._look(mode, typed, scene), scene)

    def _keep(self, checked: _Checked, scene: Scene) -> None:
        with self._lock:
            changed = checked != self._checked
            self._checked, self._scene = checked, scene
            self._checked_at = time.monotonic()
        if changed:
            self.mark()

    def _look(self, mode: str, typed: Mapping[str, Mapping[str, Any]], scene: Scene) -> _Checked:
        checked = _Checked(bid=scene.best_bid, ask=scene.best_ask)
        if not _begun(mode, typed):
            return checked
        try:
            ticket = self._ticket(mode, typed, scene)
        except BadTicket as error:
            leg, _, name = error.field.rpartition(".")
            found = Finding("NUMBER", name, str(error))
            return replace(checked, findings={leg or _first_leg(mode): [found]})
        findings = _findings(ticket, scene)
        rate = self.trading.surroundings.taker_rate(self.symbol)
        single = ticket if isinstance(ticket, Ticket) else next(iter(ticket.legs.values()))
        text = "" if single.missing() else _estimate_text(single, scene, rate)
        return replace(checked, findings=findings, estimate=text)

    def _ticket(
        self, mode: str, typed: Mapping[str, Mapping[str, Any]], scene: Scene | None = None
    ) -> Ticket | ListTicket:
        if mode == SINGLE:
            at = scene.mid if scene is not None else self._mid()
            return ticket_of(typed["order"], self.rules, at=at)
        legs: dict[str, Ticket] = {}
        for name in ListKind(mode).legs:
            values = dict(typed[name])
            if name == "below":
                values["side"] = legs["above"].side
                values["quantity"] = legs["above"].quantity
            try:
                legs[name] = ticket_of(values, self.rules)
            except BadTicket as error:
                raise BadTicket(f"{name}: {error}", field=f"{name}.{error.field}") from None
        return make_list(mode, self.symbol, **legs)

    def _mid(self) -> Decimal | None:
        with self._lock:
            return self._scene.mid if self._scene is not None else None

    # -- lines ---------------------------------------------------------------------------------

    def _say(self, text: str, mood: str) -> None:
        self._add_line(_Line(_now(), text=text, mood=mood))

    def _add_line(self, line: _Line) -> None:
        with self._lock:
            self._lines.appendleft(line)
        self.mark()

    # -- drawing, on the refresher's thread ----------------------------------------------------

    def draw(self) -> None:
        """Write everything but the fields."""
        with self._lock:
            checked, busy, asking = self._checked, self._busy, self._asking
            lines, mode = list(self._lines), self._mode
            due = time.monotonic() - self._checked_at > 0.5
        if due:
            self._worker.submit(self._refresh, "check")
        self._draw_quotes(checked)
        self._draw_findings(checked, mode)
        live = self.trading.environment == "live"
        self.place_button.disabled = self.check_button.disabled = live or busy
        if asking is not None:
            self._summary.value = f"<span class='bl-wait' role='alert'>Send this? <b>{html.escape(str(asking))}</b></span>"
            self._asks.layout.display = None
        self._results.value = _lines_html(lines)

    def _draw_quotes(self, checked: _Checked) -> None:
        self._bid.description = f"bid {_price(checked.bid, self.rules.tick)}"
        self._ask.description = f"ask {_price(checked.ask, self.rules.tick)}"
        text = ""
        if checked.bid is not None and checked.ask is not None:
            text = f"spread {decimal_text((checked.ask - checked.bid).normalize())}"
        self._spread.value = f"<span class='bl-faint'>{text}</span>"

    def _draw_findings(self, checked: _Checked, mode: str) -> None:
        others = []
        for name, leg in list(self._legs.items()):
            others += leg.show(checked.findings.get(name, ()))
        text = " ".join(str(found) for found in others)
        self._estimate.value = (
            f"<span class='bl-finding' role='alert'>{html.escape(text)}</span>"
            f"<span class='bl-estimate'>{html.escape(checked.estimate)}</span>"
        )

    def still(self) -> Still:
        """What was shown last, without its fields."""
        with self._lock:
            lines = list(self._lines)
        environment = self.trading.environment
        line = bar(self.symbol, "order", environment, _BANNERS[environment])
        text = still_html(environment, line + _lines_html(lines))
        return {"text/html": text, "text/plain": repr(self)}

    def stop(self) -> None:
        """Take no more clicks; what was queued is still done. What is shown stays as a picture."""
        self._end_work()
        super().stop()

    def close(self) -> None:
        """Stop, and take the form out of the notebook."""
        self._end_work()
        # Legs that aren't shown end with the rest.
        self._leg_box.children = list(self._legs.values())
        super().close()

    def _end_work(self) -> None:
        self._closing.set()
        self._worker.close()


def _as_sources(objects: Iterable[Any]) -> list[Source]:
    """A desk and a live book have what a view follows."""
    return list(objects)


def _quote_button(tooltip: str, look: str) -> ipywidgets.Button:
    button = ipywidgets.Button(description="–", tooltip=tooltip)
    button.add_class(look)
    return button


def _first_leg(mode: str) -> str:
    return "order" if mode == SINGLE else ListKind(mode).legs[0]


def _begun(mode: str, typed: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether anything was typed: an empty form is not wrong yet."""
    names = ("order",) if mode == SINGLE else ListKind(mode).legs
    chosen = {"side", "type", "time_in_force", "stp_mode", "peg_price_type", "peg_offset_type"}
    return any(set(typed.get(name, ())) - chosen for name in names)


def _findings(ticket: Ticket | ListTicket, scene: Scene) -> dict[str, list[Finding]]:
    """Findings by leg; legs that come later aren't held against what is free or traded now."""
    if isinstance(ticket, Ticket):
        return {"order": explain(ticket, scene)}
    later = {"pending", "above", "below"} if ticket.kind is not ListKind.OCO else set()
    return {
        name: [
            found
            for found in explain(leg, scene)
            if not (name in later and found.filter in _PENDING)
        ]
        for name, leg in ticket.legs.items()
    }


def _estimate_text(ticket: Ticket, scene: Scene, rate: Decimal) -> str:
    """What would fill, at what price, for what fee, and what remains of the balance."""
    found = estimate(ticket, scene, taker_rate=rate)
    parts = [_fill_text(found, scene.rules)]
    spent, asset = cost(ticket, scene), scene.rules.pays_with(ticket.side)
    if spent is not None:
        parts.append(f"Uses {_short(spent)} {asset}")
        if scene.free is not None:
            left = scene.free.get(asset, Decimal(0)) - spent
            parts[-1] += f", leaves {_short(left)} {asset}" if left >= 0 else ""
    return " ".join(f"{part}." for part in parts if part)


def _fill_text(found: Estimate, rules: Rules) -> str:
    if found.average_price is None:
        return "Rests on the book: nothing would fill now"
    text = f"Fills {_short(found.quantity)} {rules.base} at about {_short(found.average_price)}"
    if found.slippage_bps is not None:
        text += f", {found.slippage_bps:.1f} bp from the middle"
    if found.fee:
        text += f", fee {_short(found.fee)} {found.fee_asset}"
    if found.resting:
        text += f"; {_short(found.resting)} {rules.base} would be left"
    return text


def _short(value: Decimal) -> str:
    """A number with at most 8 decimals, no zeros at its end."""
    return decimal_text(round(value, 8).normalize())


def _price(value: Decimal | None, tick: Decimal) -> str:
    """A price with as many decimals as prices of the symbol have."""
    if value is None:
        return "–"
    return f"{value.quantize(tick.normalize()):,f}" if tick else decimal_text(value.normalize())


def _now() -> float:
    return time.time() * 1_000


def _text_of(line: _Line) -> str:
    if not line.orders:
        return line.text
    return " · ".join(_order_text(order) for order in line.orders)


def _order_text(order: Order) -> str:
    if not order.state.known:
        return f"UNKNOWN, asking… {order.ticket} ({order.client_order_id})"
    text = f"{order.state.value}: {order.ticket}"
    if order.average_price is not None:
        text += f", filled {_short(order.executed_qty)} at {_short(order.average_price)}"
    detail = order.note or order.reason
    return f"{text} ({detail})" if detail else f"{text} ({order.client_order_id})"


def _mood_of(line: _Line) -> str:
    if not line.orders:
        return line.mood
    states = {order.state.value for order in line.orders}
    if states & {"sent", "unknown"}:
        return "wait"
    return "error" if states & {"rejected", "expired"} else "good"


def _lines_html(lines: list[_Line]) -> str:
    rows = [
        f"<div class='bl-{_mood_of(line)}'><span class='bl-faint'>{time_text(line.at_ms)}</span> "
        f"{html.escape(_text_of(line))}</div>"
        for line in lines
    ]
    return f"<div class='bl-results' role='status'>{''.join(rows)}</div>"
