"""States of an order: what is known of it, and the exchange's words for that."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from binance_lab.wire.enums import OrderStatus
from binance_lab.wire.lab_error import BadInput


class OrderState(StrEnum):
    """What is known of an order."""

    SENT = "sent"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def rank(self) -> int:
        """How far it is: an order never goes back to a lower one."""
        return _RANK[self]

    @property
    def done(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.rank == _DONE

    @property
    def known(self) -> bool:
        """Whether the exchange has said what became of it."""
        return self.rank > 0


_DONE = 3
_RANK = {
    OrderState.SENT: 0,
    OrderState.UNKNOWN: 0,
    OrderState.ACCEPTED: 1,
    OrderState.PARTIALLY_FILLED: 2,
    OrderState.FILLED: _DONE,
    OrderState.CANCELED: _DONE,
    OrderState.EXPIRED: _DONE,
    OrderState.REJECTED: _DONE,
}
STATES = {
    OrderStatus.NEW: OrderState.ACCEPTED,
    OrderStatus.PENDING_NEW: OrderState.ACCEPTED,
    OrderStatus.PENDING_CANCEL: OrderState.ACCEPTED,
    OrderStatus.PARTIALLY_FILLED: OrderState.PARTIALLY_FILLED,
    OrderStatus.FILLED: OrderState.FILLED,
    OrderStatus.CANCELED: OrderState.CANCELED,
    OrderStatus.REJECTED: OrderState.REJECTED,
    OrderStatus.EXPIRED: OrderState.EXPIRED,
    OrderStatus.EXPIRED_IN_MATCH: OrderState.EXPIRED,
}
_REASONS = {
    "INSUFFICIENT_BALANCES": "Account has insufficient balance for requested action.",
    "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY": "Order would trigger immediately.",
    "WOULD_MATCH_IMMEDIATELY": "Order would immediately match and take.",
    "OCO_BAD_PRICES": "The relationship of the prices for the orders is not correct.",
}


def state_of(word: object) -> OrderState:
    """The state that a word means: one of OrderState, or a status as the API writes it.

    Raises:
        BadInput: It is neither.
    """
    text = str(word).strip()
    try:
        return OrderState(text.lower().replace("_", " "))
    except ValueError:
        pass
    try:
        return STATES[OrderStatus(text.upper())]
    except ValueError:
        seconds = f" Seconds go by name: timeout={word}." if isinstance(word, int | float) else ""
        raise BadInput(
            f'"{word}" is no state of an order. There are: {", ".join(OrderState)}.{seconds}'
        ) from None


def reason_in_words(reason: Any) -> str:
    """A reason of the exchange in words; empty for none, and for a code without a name."""
    if reason in (None, "", "NONE") or not isinstance(reason, str):
        return ""
    return _REASONS.get(reason, reason.replace("_", " ").capitalize() + ".")
