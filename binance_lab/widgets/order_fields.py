"""The fields of one order: inputs that only the user writes to, each with its finding beside it."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets

from binance_lab.trading.check import Finding
from binance_lab.trading.rules import Rules
from binance_lab.trading.ticket import fields_of
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import (
    OrderType,
    PegPriceType,
    Side,
    TimeInForce,
)
from binance_lab.wire.facts import CONTINGENT

QUANTITY, AMOUNT = "quantity", "amount"
_LABELS = {
    "price": "Price",
    "stop_price": "Stop price",
    "trailing_delta": "or trailing",
    "quantity": "Quantity",
    "quote_order_qty": "Amount",
    "iceberg_qty": "Iceberg shows",
    "peg_offset_value": "Peg offset",
}
_LABEL = {"description_width": "92px"}
_NONE = "none"


class FieldRow(ipywidgets.VBox):
    """One input with its unit, and below it what is wrong with it and a button that mends it.

    Threads: the user writes to ``field``, through the kernel's thread; ``show`` is the
    refresher's and touches only what is beside it.
    """

    def __init__(self, name: str, unit: str, edited: Callable[[Any], None]) -> None:
        self.field = ipywidgets.Text(
            description=_LABELS[name],
            tooltip=f"{_LABELS[name]} in {unit}",
            layout=_width(),
            style=_LABEL,
        )
        self._unit = ipywidgets.HTML(html.escape(unit))
        typed = ipywidgets.HBox([self.field, self._unit])
        typed.add_class("bl-input")
        self._fix = ipywidgets.Button(
            layout=ipywidgets.Layout(display="none"),
            tooltip="Put the nearest legal value into the field",
        )
        self._fix.add_class("bl-small")
        self._says = ipywidgets.HTML()
        self._beside = ipywidgets.HBox(
            [self._says, self._fix], layout=ipywidgets.Layout(display="none")
        )
        self._beside.add_class("bl-beside")
        self._nearest = ""
        self._shown = ("", "")
        self.field.observe(edited, "value")
        self._fix.on_click(self._take_nearest)
        super().__init__([typed, self._beside])

    def show(self, finding: Finding | None) -> None:
        """Show a finding, or none."""
        text = str(finding) if finding else ""
        nearest = decimal_text(finding.nearest) if finding and finding.nearest is not None else ""
        if (text, nearest) == self._shown:
            return
        self._shown = (text, nearest)
        self._says.value = f"<span class='bl-finding' role='alert'>{html.escape(text)}</span>"
        self._beside.layout.display = None if text else "none"
        self._nearest = nearest
        self._fix.description = f"Use {nearest}" if nearest else ""
        self._fix.layout.display = None if nearest else "none"

    def set_visible(self, visible: bool) -> None:
        """Show the row, or not."""
        self.layout.display = None if visible else "none"

    def _take_nearest(self, _: Any) -> None:
        if self._nearest:
            self.field.value = self._nearest


class OrderFields(ipywidgets.VBox):
    """All that one order, or one leg of a list, needs: the fields of its type and no others.

    Args:
        rules: The symbol's.
        edited: Called after each edit, on the kernel's thread.
        types: The types to choose from.
        title: Says which leg it is; empty for a single order.
        own_amount: Whether it has a side and a quantity of its own.
        below_amount: What else stands below the quantity.
    """

    def __init__(
        self,
        rules: Rules,
        edited: Callable[[], None],
        *,
        types: Iterable[OrderType],
        title: str = "",
        side: Side = Side.BUY,
        own_amount: bool = True,
        below_amount: Iterable[ipywidgets.Widget] = (),
    ) -> None:
        self.rules = rules
        self._below_amount = tuple(below_amount)
        self._edited = edited
        self._own_amount = own_amount
        self._title = ipywidgets.HTML(f"<b class='bl-leg'>{html.escape(title)}</b>")
        self.side = ipywidgets.ToggleButtons(
            options=[side.value for side in Side],
            value=side.value,
            tooltips=["Buy the base asset", "Sell the base asset"],
        )
        self.side.add_class("bl-side")
        offered = [each.value for each in types if each in rules.order_types]
        self.type = ipywidgets.Dropdown(
            options=offered, description="Type", layout=_width(), style=_LABEL
        )
        self.amount_kind = ipywidgets.ToggleButtons(
            options=[(f"Quantity in {rules.base}", QUANTITY), (f"Amount in {rules.quote}", AMOUNT)],
        )
        self.time_in_force = _choice("Time in force", TimeInForce)
        self.stp_mode = _choice("Self-trade", sorted(rules.stp_modes), default="the symbol's own")
        self.peg_price_type = _choice("Pegged to", PegPriceType, default=_NONE)
        self.rows = {name: FieldRow(name, self._unit(name), self._changed) for name in _LABELS}
        self._advanced = self._make_advanced()
        for chooser in (self.side, self.type, self.amount_kind, *self._choices().values()):
            chooser.observe(self._chosen, "value")
        super().__init__(self._layout_rows(bool(title)))
        self._arrange()

    # -- reading, on the kernel's thread -----------------------------------------------------

    def read(self) -> dict[str, Any]:
        """What stands in the fields now, as text; fields that don't belong to the type are left out."""
        values: dict[str, Any] = {"side": self.side.value, "type": self.type.value}
        for name, row in self.rows.items():
            if self.has(name) and row.field.value.strip():
                values[name] = row.field.value.strip()
        for name, chooser in self._choices().items():
            if chooser.layout.display != "none" and chooser.value not in ("", None):
                values[name] = chooser.value
        if "peg_price_type" not in values:
            values.pop("peg_offset_value", None)
        elif "peg_offset_value" in values:
            values["peg_offset_type"] = "PRICE_LEVEL"
        return values

    def fill(self, **values: Any) -> None:
        """Put values into the fields, as a user would: ``fill(side="SELL", price="60000")``.

        Raises:
            TypeError: There is no field of that name.
        """
        choosers = {"side": self.side, "type": self.type, **self._choices()}
        for name, value in values.items():
            if name in choosers:
                choosers[name].value = str(value)
            elif name in self.rows:
                if name in ("quantity", "quote_order_qty"):
                    self.amount_kind.value = QUANTITY if name == "quantity" else AMOUNT
                self.rows[name].field.value = str(value)
            else:
                raise TypeError(f"an order form has no field {name!r}")

    # -- showing, on the refresher's thread --------------------------------------------------

    def show(self, findings: Iterable[Finding]) -> list[Finding]:
        """Show each finding beside its field; those that belong to no visible field come back."""
        first: dict[str, Finding] = {}
        others = []
        for found in findings:
            name = self._row_of(found.field)
            if name in self.rows and self.has(name):
                first.setdefault(name, found)
            else:
                others.append(found)
        for name, row in self.rows.items():
            row.show(first.get(name))
        return others

    def has(self, name: str) -> bool:
        """Whether a field of this name is shown."""
        return bool(self.rows[name].layout.display != "none")

    def _row_of(self, field: str) -> str:
        """The row that a field is typed in: a quantity may be typed as an amount."""
        if field == "quantity" and self.amount_kind.value == AMOUNT:
            return "quote_order_qty"
        return field

    # -- inside, on the kernel's thread ------------------------------------------------------

    def _choices(self) -> dict[str, ipywidgets.Dropdown]:
        return {
            "time_in_force": self.time_in_force,
            "stp_mode": self.stp_mode,
            "peg_price_type": self.peg_price_type,
        }

    def _unit(self, name: str) -> str:
        if name in ("quantity", "iceberg_qty"):
            return self.rules.base
        units = {"trailing_delta": "basis points (100 = 1 %)", "peg_offset_value": "price levels"}
        return units.get(name, self.rules.quote)

    def _make_advanced(self) -> ipywidgets.Accordion:
        inside = ipywidgets.VBox(
            [
                self.rows["iceberg_qty"],
                self.stp_mode,
                self.peg_price_type,
                self.rows["peg_offset_value"],
            ]
        )
        return ipywidgets.Accordion([inside], titles=("Advanced",), selected_index=None)

    def _layout_rows(self, titled: bool) -> list[ipywidgets.Widget]:
        own = [self.side] if self._own_amount else []
        amount = [self.amount_kind, self.rows["quantity"], self.rows["quote_order_qty"]]
        amount += self._below_amount
        return [
            *([self._title] if titled else []),
            *own,
            self.type,
            *(self.rows[name] for name in ("price", "stop_price", "trailing_delta")),
            *(amount if self._own_amount else []),
            self.time_in_force,
            self._advanced,
        ]

    def _chosen(self, _: Any) -> None:
        self._arrange()
        self._edited()

    def _changed(self, _: Any) -> None:
        self._edited()

    def _arrange(self) -> None:
        """Show the fields that the type has, and no others."""
        order_type = OrderType(self.type.value)
        allowed = fields_of(order_type)
        for name, row in self.rows.items():
            row.set_visible(name in allowed)
        by_amount = self.amount_kind.value == AMOUNT
        self.rows["quantity"].set_visible(self._own_amount and not by_amount)
        self.rows["quote_order_qty"].set_visible(self._own_amount and by_amount)
        self.rows["peg_offset_value"].set_visible(
            "peg_price_type" in allowed and bool(self.peg_price_type.value)
        )
        self.rows["price"].set_visible("price" in allowed and not self.peg_price_type.value)
        self.rows["trailing_delta"].set_visible(
            order_type in CONTINGENT and self.rules.trailing_allowed
        )
        self.rows["iceberg_qty"].set_visible(
            "iceberg_qty" in allowed and self.rules.iceberg_allowed
        )
        _set_visible(self.time_in_force, "time_in_force" in allowed)
        _set_visible(self.peg_price_type, "peg_price_type" in allowed and self.rules.peg_allowed)


def _width() -> ipywidgets.Layout:
    """A layout of its own for each widget: one that is shared would be closed with the first."""
    return ipywidgets.Layout(width="auto")


def _choice(label: str, words: Iterable[Any], default: str | None = None) -> ipywidgets.Dropdown:
    options = [(str(word), str(word)) for word in words]
    first = [(default, "")] if default is not None else []
    return ipywidgets.Dropdown(
        options=[*first, *options],
        description=label,
        layout=_width(),
        style=_LABEL,
    )


def _set_visible(widget: ipywidgets.Widget, visible: bool) -> None:
    widget.layout.display = None if visible else "none"
