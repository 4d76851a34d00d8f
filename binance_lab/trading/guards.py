"""Guards: what is refused before anything is sent, whoever asks.

A form never places an order on ``live``. Code does so only where the Lab was opened for it. And
each Lab has limits, so that a loop gone wrong stops early.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from binance_lab.connector.environments import name_of
from binance_lab.connector.exceptions import LabError
from binance_lab.wire.encoding import decimal_text

from .ticket import exact

Origin = Literal["code", "form"]
"""Who asks: a line of Python, or a form in a notebook."""

_STRICTER = ("local", "testnet", "live")  # each with less play money than the one before


class OrderRefused(LabError):
    """This computer refused to send an order; nothing left it. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one Lab may do; None takes a limit away.

    ``max_order_value`` is in ``value_asset``. Limits hold for placing, never for canceling.
    """

    max_order_value: Decimal | None = Decimal(10_000)
    max_open_orders: int | None = 50
    max_orders_per_minute: int | None = 60
    value_asset: str = "USDT"

    @classmethod
    def of(cls, environment: str, **changes: Any) -> Limits:
        """The defaults of an environment, with changes: play money may be spent faster."""
        defaults = {
            "local": cls(max_order_value=Decimal(1_000_000), max_orders_per_minute=600),
            "testnet": cls(max_order_value=Decimal(100_000)),
            "live": cls(max_order_value=Decimal(100), max_open_orders=10, max_orders_per_minute=10),
        }
        if changes.get("max_order_value") is not None:
            changes["max_order_value"] = exact(changes["max_order_value"], field="max_order_value")
        return replace(defaults.get(environment, cls()), **changes)


def guarded_environment(asked: str | None, url: str) -> str:
    """The environment whose guards hold: that of the address, if nobody says, or if it is stricter.

    So that no argument turns production into play money.
    """
    found = name_of(url)
    return max(asked or found, found, key=_STRICTER.index)


def check_environment(
    environment: str,
    origin: Origin,
    *,
    symbol: str,
    asked: str = "this order",
    allow_orders: bool,
    confirm: Callable[[str], str] | None,
) -> None:
    """Refuse what must not happen on ``live``; elsewhere all is play money.

    Args:
        asked: What would be placed, in words.
        confirm: Asks the user a question and returns what was typed; None where nobody is there.

    Raises:
        OrderRefused: A form, a Lab not opened for orders, or a symbol not typed back.
    """
    if environment != "live":
        return
    if origin == "form":
        raise OrderRefused(
            "This form is on LIVE, where real money trades, and a form never places orders there. "
            'Use Lab() or Lab("testnet") for forms.'
        )
    if not allow_orders:
        raise OrderRefused(
            "This Lab is on LIVE and was not opened for orders, so nothing was sent. "
            'If you mean it: Lab("live", allow_orders=True).'
        )
    if confirm is not None:
        typed = confirm(f"LIVE, real money. Type {symbol} to place {asked}: ")
        if typed.strip().upper() != symbol:
            raise OrderRefused(f'Nothing was sent: "{typed.strip()}" is not {symbol}.')


class Pace:
    """Counts orders of the last minute. Any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()  # guards _sent
        self._sent: deque[float] = deque()

    def take(self, orders: int, limit: int | None) -> None:
        """Count these orders too.

        Raises:
            OrderRefused: They would be more than the limit within a minute; none is counted.
        """
        with self._lock:
            now = self._clock()
            while self._sent and self._sent[0] <= now - 60:
                self._sent.popleft()
            if limit is not None and len(self._sent) + orders > limit:
                wait_s = 60 - (now - self._sent[0]) if self._sent else 60
                raise OrderRefused(
                    f"{len(self._sent)} orders were sent within a minute, and this Lab's limit is "
                    f"{limit}. Nothing was sent; wait {wait_s:.0f} s, or raise "
                    "limits.max_orders_per_minute."
                )
            self._sent.extend([now] * orders)


def check_value(value: Decimal | None, limits: Limits) -> None:
    """Refuse an order that is worth more than the limit.

    Args:
        value: In the limits' asset; None if it can't be told.

    Raises:
        OrderRefused: It is too much, or can't be told.
    """
    limit = limits.max_order_value
    if limit is None:
        return
    asset = limits.value_asset
    if value is None:
        raise OrderRefused(
            f"What this order is worth in {asset} can't be told, so this Lab's limit of "
            f"{decimal_text(limit)} {asset} can't be checked and nothing was sent. Set "
            "limits.max_order_value=None to place it."
        )
    if value > limit:
        raise OrderRefused(
            f"This order is worth {value:.2f} {asset}, and this Lab's limit for one order is "
            f"{decimal_text(limit)} {asset}. Nothing was sent; make it smaller, or raise "
            "limits.max_order_value."
        )


def check_open(open_orders: int, more: int, limits: Limits) -> None:
    """Refuse to have more open orders than the limit.

    Raises:
        OrderRefused: There would be more.
    """
    limit = limits.max_open_orders
    if limit is not None and open_orders + more > limit:
        raise OrderRefused(
            f"{open_orders} orders are open, and this Lab's limit is {limit}. Nothing was sent; "
            "cancel some, or raise limits.max_open_orders."
        )
