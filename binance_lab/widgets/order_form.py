"""OrderForm: a form that checks an order while it is typed, asks once, and sends it once."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterable
from decimal import ROUND_FLOOR, Decimal
from functools import partial, wraps
from typing import Any, ClassVar, Concatenate, ParamSpec

import ipywidgets

from binance_lab.connector.exceptions import ApiError, LabError
from binance_lab.trading.check import Finding
from binance_lab.trading.desk import Trading
from binance_lab.trading.guards import OrderRefused, check_environment
from binance_lab.trading.lists import ListKind, ListTicket
from binance_lab.trading.surroundings import Book
from binance_lab.trading.ticket import Ticket
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import OrderType, Side

from .cell_time import cell_time
from .kept import Still
from .order_check import Checked, OrderCheck, findings_of
from .order_draft import SINGLE, Draft, legs_of, whole_steps
from .order_fields import OrderFields
from .order_lines import Lines
from .order_question import Clicks, Question
from .panel import bar, dress, still_html, style
from .view import Source, View
from .worker import Worker, in_words

SETTLE_S = 0.3
"""How long an order that nobody is asked about waits for keys typed before the click."""

PERCENTS = (25, 50, 75, 100)
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
            self._failed(error)

    return guarded


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
        self._check = OrderCheck(trading, self.rules, self.mark)
        self._lines = Lines()
        self._clicks = Clicks()
        self._cells = cell_time()
        self._closing = threading.Event()
        self._worker = Worker(f"form:{self.symbol}", self._failed)
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
        return [found for each in self._check.checked.findings.values() for found in each]

    @property
    def results(self) -> list[str]:
        """The lines below the form, newest first."""
        return self._lines.texts

    # -- widgets -----------------------------------------------------------------------------

    def _make_widgets(self, confirm: bool) -> None:
        self._banner = ipywidgets.HTML(style() + self._bar())
        self._banner.add_class("bl-head")
        self.mode = ipywidgets.ToggleButtons(options=[SINGLE, *self._list_kinds()])
        self._bid = _quote_button("Take this price: what buyers pay", "bl-bid")
        self._ask = _quote_button("Take this price: what sellers ask", "bl-ask")
        self._spread = ipywidgets.HTML()
        self._legs: dict[str, OrderFields] = {}
        self._percents: dict[str, ipywidgets.HBox] = {}
        self._leg_box = ipywidgets.VBox()
        self._estimate = ipywidgets.HTML()
        self.check_button = ipywidgets.Button(
            description="Check", tooltip="Let the exchange check the order without placing it"
        )
        self.place_button = ipywidgets.Button(description="Place", button_style="primary")
        self.confirm_box = ipywidgets.Checkbox(
            value=confirm, description="ask before sending", indent=False
        )
        self._question = Question(self._send_clicked, self._back_clicked)
        self.send_button = self._question.send_button
        self.back_button = self._question.back_button
        self._results = ipywidgets.HTML()
        if self.trading.environment == "live":
            for button in (self.place_button, self.check_button, self.send_button):
                button.disabled = True
            self.place_button.tooltip = "A form places no orders on live"
        self._listen()

    def _bar(self) -> str:
        environment = self.trading.environment
        return bar(self.symbol, "order", environment, _BANNERS[environment])

    def _list_kinds(self) -> list[str]:
        kinds = [ListKind.OCO] if self.rules.oco_allowed else []
        kinds += [ListKind.OTO, ListKind.OTOCO] if self.rules.oto_allowed else []
        return [kind.value for kind in kinds]

    def _leg(self, name: str) -> OrderFields:
        """The fields of a leg, made when they are first needed.

        A page gets a message for each widget, and a kernel keeps a thousand for one that is slow.
        """
        if name not in self._legs:
            below = [self._percent_row(name)] if name in ("order", "working", "above") else []
            self._legs[name] = OrderFields(
                self.rules, self._edited, below_amount=below, **_LEGS[name]
            )
        return self._legs[name]

    def _percent_row(self, leg: str) -> ipywidgets.HBox:
        """Shares of what is free, for a leg that works at once."""
        row = ipywidgets.HBox([self._percent_button(leg, percent) for percent in PERCENTS])
        for name in ("bl-beside", "bl-wide", "bl-small"):
            row.add_class(name)
        self._percents[leg] = row
        return row

    def _percent_button(self, leg: str, percent: int) -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=f"{percent} %", tooltip=f"{percent} % of what is free"
        )
        button.on_click(partial(self._take_percent, leg, percent))
        return button

    def _listen(self) -> None:
        self.mode.observe(self._mode_chosen, "value")
        self._bid.on_click(partial(self._take_price, "bid"))
        self._ask.on_click(partial(self._take_price, "ask"))
        self.check_button.on_click(self._check_clicked)
        self.place_button.on_click(self._place_clicked)
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
            self._question,
            self._results,
        ]

    def _arrange(self) -> None:
        """Show the legs that the ticket has."""
        mode = self.mode.value
        shown = legs_of(mode)
        self._leg_box.children = [self._leg(name) for name in _LEGS if name in shown]
        if (
            "above" in self._percents
        ):  # in an OTOCO it comes later, and what is free then isn't known
            hidden = mode != ListKind.OCO
            self._percents["above"].layout.display = "none" if hidden else None

    # -- callbacks, on the kernel's thread: they read the fields and queue work ---------------

    @_guarded
    def _mode_chosen(self, _: Any) -> None:
        self._arrange()
        self._edited()

    @_guarded
    def _edited(self) -> None:
        """Keep what is typed now, and have it checked; a question of before is void."""
        self._question.take()
        self._read()
        self._worker.submit(self._check.anew, "check")
        self.mark()

    def _read(self) -> Draft:
        """One read of all fields."""
        draft = Draft(self.mode.value, {name: leg.read() for name, leg in self._legs.items()})
        self._check.keep(draft)
        return draft

    @_guarded
    def _take_price(self, which: str, _: Any) -> None:
        checked = self._check.checked
        price = checked.bid if which == "bid" else checked.ask
        if price is None:
            return
        for leg in self._leg_box.children:
            if leg.has("price"):
                leg.fill(price=decimal_text(price))
                return

    @_guarded
    def _take_percent(self, name: str, percent: int, _: Any) -> None:
        """Fill in that share of what is free; the balance is the one that was last read."""
        scene = self._check.scene
        if scene is None or scene.free is None:
            self._say("What is free isn't known yet.", "wait")
            return
        leg = self._legs[name]
        side = Side(leg.side.value)
        share = scene.free.get(self.rules.pays_with(side), Decimal(0)) * percent / 100
        if side is Side.BUY:
            places = Decimal("1e-8")
            leg.fill(quote_order_qty=decimal_text(share.quantize(places, ROUND_FLOOR).normalize()))
        else:
            leg.fill(quantity=decimal_text(whole_steps(share, self.rules.step)))

    @_guarded
    def _check_clicked(self, _: Any) -> None:
        draft = self._read()
        if self._clicks.begin("check", draft):
            self._do("The exchange checks it…", partial(self._test, draft))

    @_guarded
    def _place_clicked(self, _: Any) -> None:
        draft, ask = self._read(), bool(self.confirm_box.value)
        if self._is_old_click() or not self._clicks.begin("place", draft):
            return
        self._do("Checking it…", partial(self._prepare, draft, ask))

    @_guarded
    def _send_clicked(self, _: Any) -> None:
        ticket = self._question.ticket
        if ticket is None or not self._question.answerable or self._is_old_click():
            return
        if self._clicks.begin("send", ticket):
            self._question.take()
            self.place_button.focus()
            self._do(f"Sending it: {ticket}", partial(self._submit, ticket))

    def _is_old_click(self) -> bool:
        """Whether a click may have waited for a cell to end; then it is void, and that is said."""
        if not self._cells.has_kept_waiting():
            return False
        self._say(
            "Not sent: that click waited while a cell ran. Look again, and click again.", "wait"
        )
        return True

    @_guarded
    def _back_clicked(self, _: Any) -> None:
        self._question.take()
        self.place_button.focus()
        self._say("Nothing was sent.", "faint")

    # -- jobs, on the form's own thread --------------------------------------------------------

    def _do(self, doing: str, job: Callable[[], None]) -> None:
        """Queue what an accepted click asks for; the next click is accepted when it is done."""
        self._lines.doing(doing)
        if not self._worker.submit(partial(self._finish, job)):
            self._end_click()
        self.mark()

    def _finish(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:
            self._failed(error)
        finally:
            self._end_click()

    def _end_click(self) -> None:
        self._lines.doing("")
        self._clicks.end()
        self.mark()

    def _test(self, draft: Draft) -> None:
        ticket = self._ticket(draft)
        if isinstance(ticket, ListTicket):
            self._must_pass(ticket)
            self._say(f"Checked here: {ticket}. The exchange offers no test for lists.", "good")
        else:
            self.trading.test(ticket)
            self._say(f"The exchange would take it: {ticket}.", "good")

    def _prepare(self, draft: Draft, ask: bool) -> None:
        """Check what was read when Place was clicked; then ask, or send it."""
        ticket = self._ticket(draft)
        check_environment(
            self.trading.environment, "form", symbol=self.symbol, allow_orders=False, confirm=None
        )
        self._must_pass(ticket)
        if not ask:
            self._send_unasked(ticket, draft)
        elif draft == self._check.draft:  # nothing was edited meanwhile
            self._question.ask(ticket)

    def _send_unasked(self, ticket: Ticket | ListTicket, draft: Draft) -> None:
        """Send what was read, unless the last keys typed before the click come only now.

        A page holds back a field's newest value until the kernel has taken the one before, but
        not a click.
        """
        self._closing.wait(SETTLE_S)
        if draft != self._check.draft:
            raise OrderRefused(
                "Not sent: a field changed right after the click. Look at it, and place it again."
            )
        self._submit(ticket)

    def _ticket(self, draft: Draft) -> Ticket | ListTicket:
        scene = self._check.scene
        return draft.ticket(self.rules, at=scene.mid if scene is not None else None)

    def _must_pass(self, ticket: Ticket | ListTicket) -> None:
        findings = findings_of(ticket, self.trading.scene(self.symbol))
        found = [each for leg in findings.values() for each in leg]
        if found:
            raise OrderRefused("Not sent. " + " ".join(str(each) for each in found))

    def _submit(self, ticket: Ticket | ListTicket) -> None:
        """Hand the order to the desk, which sends it once."""
        try:
            if isinstance(ticket, ListTicket):
                self._lines.follow(*self.trading.send_list(ticket, origin="form").orders)
            else:
                self._lines.follow(self.trading.send(ticket, origin="form"))
        except ApiError as error:
            self._say(f"Rejected: {ticket}. {error}", "error")
        except LabError as error:
            self._say(str(error), "error")
        self._worker.submit(self._check.anew, "check")

    def _warn_about_key(self) -> None:
        if warning := self.trading.key_warning():
            self._say(warning, "wait")

    def _failed(self, error: Exception) -> None:
        self._say(in_words(error), "error")

    def _say(self, text: str, mood: str) -> None:
        self._lines.say(text, mood)
        self.mark()

    # -- drawing, on the refresher's thread ----------------------------------------------------

    def draw(self) -> None:
        """Write everything but the fields."""
        if self._check.due:
            self._worker.submit(self._check.again, "check")
        checked = self._check.checked
        self._draw_quotes(checked)
        self._draw_findings(checked)
        self._question.draw()
        self._results.value = self._lines.html()

    def pulse(self) -> None:
        """Once a second: a check that is due is done in a market that doesn't move, too."""
        super().pulse()
        if self._check.due:
            self.mark()

    def _draw_quotes(self, checked: Checked) -> None:
        self._bid.description = f"bid {_price(checked.bid, self.rules.tick)}"
        self._ask.description = f"ask {_price(checked.ask, self.rules.tick)}"
        text = ""
        if checked.bid is not None and checked.ask is not None:
            text = f"spread {decimal_text((checked.ask - checked.bid).normalize())}"
        self._spread.value = f"<span class='bl-faint'>{text}</span>"

    def _draw_findings(self, checked: Checked) -> None:
        others = [checked.problem] if checked.problem else []
        for name, leg in list(self._legs.items()):
            others += [str(found) for found in leg.show(checked.findings.get(name, ()))]
        self._estimate.value = (
            f"<span class='bl-finding' role='alert'>{html.escape(' '.join(others))}</span>"
            f"<span class='bl-estimate'>{html.escape(checked.estimate)}</span>"
        )

    def still(self) -> Still:
        """What was shown last, without its fields."""
        text = still_html(self.trading.environment, self._bar() + self._lines.html())
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


def _price(value: Decimal | None, tick: Decimal) -> str:
    """A price with as many decimals as prices of the symbol have."""
    if value is None:
        return "–"
    return f"{value.quantize(tick.normalize()):,f}" if tick else decimal_text(value.normalize())
