"""One request as the handlers see it, whichever door it came through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.venue import Venue
from binance_lab.wire import errors
from binance_lab.wire.enums import TimeUnit
from binance_lab.wire.times import MICROSECONDS_FROM, as_us

_NO_ACCOUNT = 0


@dataclass(slots=True)
class Call:
    """Parsed parameters (wire names; what was not sent is missing), who calls and when."""

    venue: Venue
    params: dict[str, Any]
    now_us: int
    unit: TimeUnit = TimeUnit.MILLISECOND
    account_id: int = _NO_ACCOUNT
    used_up: Reject | None = (
        None  # why the order count leaves no room for the order of a replacement
    )

    def time(self, name: str) -> int | None:
        """A time parameter in microseconds, whether it was sent in ms or µs."""
        value: int | None = self.params.get(name)
        return None if value is None else as_us(value)

    def end_time(self) -> int | None:
        """``endTime`` in microseconds, to the end of the millisecond it names."""
        value: int | None = self.params.get("endTime")
        if value is None or value >= MICROSECONDS_FROM:
            return value
        return value * 1000 + 999

    def check_symbol(self) -> str:
        """The symbol asked for.

        Raises:
            Reject: There is no such symbol, or its status is not the one asked for.
        """
        symbol: str = self.params["symbol"]
        status = self.venue.engine.status(symbol)
        if self.params.get("symbolStatus", status) != status:
            raise Reject(*errors.SYMBOL_STATUS_MISMATCH)
        return symbol
