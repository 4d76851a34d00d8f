"""What an account holds, has ordered and has traded, as frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from binance_lab.frames.account import balances_frame
from binance_lab.frames.columns import Numbers
from binance_lab.frames.my_trades import my_trades_frame
from binance_lab.frames.orders import orders_frame
from binance_lab.wire.words import counted

from .base import LiveObject, LiveState
from .holdings import Difference, FillKey, Holdings, Json
from .runtime import Runtime

MAX_DIFFERENCES = 1_000


class AccountFrames(LiveObject):
    """The reading half of `Account`, which keeps it current."""

    def __init__(self, *, runtime: Runtime | None = None) -> None:
        super().__init__("account", counted="time (ms)", runtime=runtime)
        self._holdings: Holdings | None = None
        self._fills: dict[FillKey, Json] = {}
        self._differences: deque[tuple[int, Difference]] = deque(maxlen=MAX_DIFFERENCES)

    @property
    def balances(self) -> pd.DataFrame:
        """What it holds: see `frame`."""
        return self.frame()

    def frame(
        self,
        *,
        prices: Mapping[str, Any] | None = None,
        quote: str = "USDT",
        numbers: Numbers = "float",
    ) -> pd.DataFrame:
        """What it holds: the columns of `binance_lab.frames.balances_frame`, by asset.

        Args:
            prices: Last prices by symbol, for the column ``value`` in the quote asset.
        """
        rows = [
            {"asset": asset, "free": free, "locked": locked}
            for asset, (free, locked) in self._amounts().items()
            if Decimal(free) or Decimal(locked)
        ]
        return balances_frame(rows, prices=prices, quote=quote, numbers=numbers)

    def free(self) -> dict[str, Decimal]:
        """What can be spent, by asset."""
        return {asset: Decimal(free) for asset, (free, _) in self._amounts().items()}

    def locked(self) -> dict[str, Decimal]:
        """What open orders hold, by asset."""
        return {asset: Decimal(locked) for asset, (_, locked) in self._amounts().items()}

    @property
    def open_orders(self) -> pd.DataFrame:
        """The orders that can still trade: the columns of `binance_lab.frames.orders_frame`."""
        with self._lock:
            orders = list(self._holdings.open_orders.values()) if self._holdings is not None else []
        return orders_frame(orders)

    @property
    def fills(self) -> pd.DataFrame:
        """The trades since the start: the columns of `binance_lab.frames.my_trades_frame`."""
        with self._lock:
            fills = list(self._fills.values())
        return my_trades_frame(sorted(fills, key=_time))

    def latest_fills(self, symbol: str, n: int) -> pd.DataFrame:
        """The newest n (1 or more) of a symbol's `fills`: a frame of few rows where there are many."""
        with self._lock:
            fills = [fill for fill in self._fills.values() if fill["symbol"] == symbol]
        return my_trades_frame(sorted(fills, key=_time)[-n:])

    @property
    def differences(self) -> pd.DataFrame:
        """Where REST told otherwise than the events: what they missed.

        Columns: ``time`` (UTC), ``what`` (an asset, or ``BTCUSDT order 123``), ``known``, ``told``.
        """
        with self._lock:
            rows = list(self._differences)
        times = pd.to_datetime([time_ns for time_ns, _ in rows], unit="ns", utc=True)
        found = [difference for _, difference in rows]
        return pd.DataFrame(
            {
                "time": pd.DatetimeIndex(times).as_unit("us"),
                **{
                    name: pd.array([getattr(one, name) for one in found], dtype="string")
                    for name in ("what", "known", "told")
                },
            }
        )

    def _amounts(self) -> dict[str, tuple[str, str]]:
        """Free and locked amounts by asset; none before REST told them."""
        with self._lock:
            return dict(self._holdings.balances) if self._holdings is not None else {}

    def _data_state(self) -> LiveState:
        return "connecting" if self._holdings is None else "live"

    def _about(self) -> str:
        if self._holdings is None:
            return ""
        return counted(len(self._holdings.open_orders), "open order")


def _time(fill: Json) -> int:
    return int(fill["time"])
