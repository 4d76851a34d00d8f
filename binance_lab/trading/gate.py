"""Gate: what an order passes before it is sent: environment, keys, filters, limits, journal."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable
from typing import Any

from binance_lab.connector.exceptions import ConfigError, LabError
from binance_lab.connector.spot import Spot
from binance_lab.wire.caller import stacklevel
from binance_lab.wire.encoding import decimal_text
from binance_lab.wire.enums import Side

from .check import Finding, paragraph
from .estimate import value_in_quote
from .guards import Limits, OrderRefused, Origin, Pace, check_environment, check_open, check_value
from .nearest import explain
from .order import Order
from .register import Register
from .rules import Scene
from .surroundings import Surroundings
from .ticket import Ticket

_log = logging.getLogger(__name__)


class RiskyKey(UserWarning):
    """A key of production that may do more than a notebook needs."""


class Gate:
    """Lets orders through, or refuses them with the reason; nothing is sent past it. Any thread.

    Args:
        register: Takes in the orders that pass, and writes them down.
        environment: Whose guards hold.
        limits: What may be sent; the environment's defaults if not given.
        allow_orders: On "live", whether code may place orders.
        confirm: On "live", asks the user to type the symbol back; None where nobody is there.
    """

    def __init__(
        self,
        client: Spot,
        register: Register,
        surroundings: Surroundings,
        *,
        environment: str,
        limits: Limits | None = None,
        allow_orders: bool = False,
        confirm: Callable[[str], str] | None = None,
    ) -> None:
        self.environment = environment
        self.limits = limits or Limits.of(environment)
        self._client = client
        self._register = register
        self._surroundings = surroundings
        self._allow_orders = allow_orders
        self._confirm = confirm
        self._lock = threading.Lock()  # held from counting open orders until one more is open
        self._pace = Pace()
        self._warned = False

    def __repr__(self) -> str:
        return f"<Gate {self.environment}: {self.limits}>"

    def permit(self, tickets: list[Ticket], origin: Origin, *, check: bool) -> None:
        """All that may keep these orders from being sent.

        Raises:
            OrderRefused, UnknownSymbol: It must not.
        """
        symbol = tickets[0].symbol
        check_environment(
            self.environment,
            origin,
            symbol=symbol,
            asked="; ".join(str(ticket) for ticket in tickets),
            allow_orders=self._allow_orders,
            confirm=self._confirm,
        )
        self.need_keys()
        self._warn_once()
        if check and (found := self._findings(symbol, tickets)):
            raise OrderRefused(f"Not sent. {paragraph(found)}")
        if self.limits.max_order_value is not None:
            check_value(max((self._value(ticket) for ticket in tickets), key=_sort), self.limits)

    def _findings(self, symbol: str, tickets: list[Ticket]) -> list[Finding]:
        """What breaks the symbol's rules; then also what the prices of now and the balances say."""
        found = _explained(tickets, Scene(self._surroundings.rules(symbol)))
        if not found:
            return found
        try:
            return _explained(tickets, self._surroundings.scene(symbol)) or found
        except LabError:
            return found  # the refusal stands without the rest

    def _value(self, ticket: Ticket) -> Any:
        """What an order is worth in the limits' asset; None if nobody can tell."""
        rules = self._surroundings.rules(ticket.symbol)
        one = self._surroundings.worth(rules.quote, self.limits.value_asset)
        scene = Scene(rules)
        if ticket.quantity is not None and (ticket.price is None or ticket.side is Side.SELL):
            bids, asks = self._surroundings.levels(ticket.symbol)
            scene = Scene(rules, bids=bids, asks=asks)
        value = value_in_quote(ticket, scene)
        return None if value is None or one is None else value * one

    def key_warning(self) -> str:
        """What is risky about the key, in words; empty if nothing is, or only play money is at stake."""
        if self.environment != "live":
            return ""
        allowed = self._client.wallet.api_key_permissions()
        if not allowed.get("enableWithdrawals"):
            return ""
        return (
            "This key may withdraw. A notebook needs no such key: switch withdrawals off in "
            "Binance's API management, or make another key for it."
        )

    def _warn_once(self) -> None:
        """Before the first order on live; what can't be asked for keeps no order from being placed."""
        if self._warned:
            return
        self._warned = True
        try:
            text = self.key_warning()
        except LabError as error:
            _log.warning("The key's permissions can't be read: %s", error)
            return
        if text:
            warnings.warn(text, RiskyKey, stacklevel=stacklevel())

    def need_keys(self) -> None:
        """Refuse what can't be signed.

        Raises:
            ConfigError: The client has no key.
        """
        if not self._client.signed_by:
            raise ConfigError(
                f"Orders need an API key, and this Lab has none for {self.environment}. Set "
                f"BINANCE_LAB_{self.environment.upper()}_API_KEY and …_API_SECRET, or use Lab() for "
                "the embedded exchange, which brings its own."
            )

    def enter(self, orders: list[Order], *, once: bool = False, replaced: bool = False) -> Order:
        """Take in orders that are about to be sent, as far as the limits allow; see ``Register.enter``.

        Args:
            once: Their id may be taken, here or in another notebook.
            replaced: Whether an open order ends with the new one.

        Returns:
            The first of them; or the one that has its id already, and then nothing is to be sent.

        Raises:
            OrderRefused: A limit, or the journal can't be written.
        """
        there: Order | None = None
        try:
            with self._lock:  # two threads must not both be the last that the limits allow
                there = self._register.placed(orders[0].client_order_id) if once else None
                if there is None:
                    open_orders = len(self._register.open_orders) - replaced
                    check_open(open_orders, len(orders), self.limits)
                    self._pace.take(len(orders), self.limits.max_orders_per_minute)
                    for order in orders:
                        there = self._register.enter(order, _written(order), once=once)
        except BaseException as error:
            self._register.give_up(orders, str(error) or "interrupted")
            raise
        return there if there is not None else orders[0]


def _explained(tickets: list[Ticket], scene: Scene) -> list[Finding]:
    return [found for ticket in tickets for found in explain(ticket, scene)]


def _written(order: Order) -> dict[str, Any]:
    """What the journal keeps of an order that is about to be sent."""
    return {
        "params": order.ticket.params(),
        "mid_price": _text(order.mid_price),
        "list_id": order.list_id,
    }


def _text(value: Any) -> str | None:
    return None if value is None else decimal_text(value)


def _sort(value: Any) -> Any:
    """Orders values with None, which can't be told, as the largest."""
    return (value is None, value or 0)
