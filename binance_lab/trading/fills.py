"""Fills: the trades of an order, as answers, execution reports and lists of trades tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from binance_lab.wire.user_events import ExecutionReport


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade of an order; ``fee`` is in ``fee_asset``, ``time_ms`` since 1970 (0: not told).

    What smart order routing gave an order is no trade of a symbol's book: its ``trade_id`` is -1,
    and ``allocation_id`` tells it from others.
    """

    trade_id: int
    price: Decimal
    qty: Decimal
    fee: Decimal
    fee_asset: str
    is_maker: bool
    time_ms: int = 0
    allocation_id: int | None = None

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from the order's other fills, in the order of their coming."""
        return self.trade_id, -1 if self.allocation_id is None else self.allocation_id

    @property
    def identified(self) -> bool:
        """Whether it can be told from others."""
        return self.trade_id >= 0 or self.allocation_id is not None


def in_ms(moment: int) -> int:
    """A time in ms; one in µs is known by its size."""
    return moment // 1_000 if moment > 10**14 else moment


def fill_of_answer(row: Mapping[str, Any], time_ms: int) -> Fill:
    """A fill in the answer to a new order, which takes what rests: it is never the maker."""
    return Fill(
        trade_id=row.get("tradeId", -1),
        price=Decimal(row["price"]),
        qty=Decimal(row["qty"]),
        fee=Decimal(row["commission"]),
        fee_asset=row["commissionAsset"],
        is_maker=False,
        time_ms=time_ms,
        allocation_id=row.get("allocId"),
    )


def fill_of_report(event: ExecutionReport, time_ms: int) -> Fill:
    """The fill that an execution report tells of."""
    return Fill(
        trade_id=event.trade_id,
        price=Decimal(event.last_price),
        qty=Decimal(event.last_qty),
        fee=Decimal(event.commission),
        fee_asset=event.commission_asset or "",
        is_maker=event.is_maker,
        time_ms=time_ms,
        allocation_id=event.allocation_id,
    )


def fill_of_trade(row: Mapping[str, Any]) -> Fill:
    """A row of ``GET /api/v3/myTrades``, or of ``myAllocations``."""
    return Fill(
        trade_id=row.get("id", -1),
        price=Decimal(row["price"]),
        qty=Decimal(row["qty"]),
        fee=Decimal(row["commission"]),
        fee_asset=row["commissionAsset"],
        is_maker=row["isMaker"],
        time_ms=in_ms(row["time"]),
        allocation_id=row.get("allocationId"),
    )
