"""What the user data stream says, typed: one struct for each kind of event, with names for letters.

Amounts and prices are the text that the server sent. Times are whole ms, or µs where the
connection asked for them. A field that Binance adds tomorrow is skipped, and an event that it
adds tomorrow is an ``UnknownEvent``.

https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from .events import ServerShutdown


class Balance(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={"asset": "a", "free": "f", "locked": "l"},
):
    """What an account holds of one asset."""

    asset: str
    free: str
    locked: str


class AccountPosition(
    msgspec.Struct,
    frozen=True,
    tag_field="e",
    tag="outboundAccountPosition",
    rename={"event_time": "E", "updated_time": "u", "balances": "B"},
):
    """Balances that an order may have changed, as they are now."""

    event_time: int
    updated_time: int
    balances: list[Balance]


class BalanceUpdate(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="e",
    tag="balanceUpdate",
    rename={"event_time": "E", "asset": "a", "change": "d", "cleared_time": "T"},
):
    """A deposit, a withdrawal or a transfer changed a balance by ``change``."""

    event_time: int
    asset: str
    change: str
    cleared_time: int


class ExternalLockUpdate(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="e",
    tag="externalLockUpdate",
    rename={"event_time": "E", "asset": "a", "change": "d", "transaction_time": "T"},
):
    """A system outside of Spot locked (or freed, if negative) ``change`` of a balance."""

    event_time: int
    asset: str
    change: str
    transaction_time: int


class ExecutionReport(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="e",
    tag="executionReport",
    rename={
        "event_time": "E",
        "symbol": "s",
        "client_order_id": "c",
        "side": "S",
        "order_type": "o",
        "time_in_force": "f",
        "qty": "q",
        "price": "p",
        "stop_price": "P",
        "iceberg_qty": "F",
        "order_list_id": "g",
        "original_client_order_id": "C",
        "execution_type": "x",
        "order_status": "X",
        "reject_reason": "r",
        "order_id": "i",
        "last_qty": "l",
        "filled_qty": "z",
        "last_price": "L",
        "commission": "n",
        "commission_asset": "N",
        "transaction_time": "T",
        "trade_id": "t",
        "execution_id": "I",
        "on_book": "w",
        "is_maker": "m",
        "created_time": "O",
        "filled_quote_qty": "Z",
        "last_quote_qty": "Y",
        "quote_order_qty": "Q",
        "working_time": "W",
        "stp_mode": "V",
        "trailing_delta": "d",
        "trailing_time": "D",
        "strategy_id": "j",
        "strategy_type": "J",
        "prevented_match_id": "v",
        "prevented_qty": "A",
        "last_prevented_qty": "B",
        "trade_group_id": "u",
        "counter_order_id": "U",
        "counter_symbol": "Cs",
        "prevented_execution_qty": "pl",
        "prevented_execution_price": "pL",
        "prevented_execution_quote_qty": "pY",
        "match_type": "b",
        "allocation_id": "a",
        "working_floor": "k",
        "used_sor": "uS",
        "peg_price_type": "gP",
        "peg_offset_type": "gOT",
        "peg_offset_value": "gOV",
        "pegged_price": "gp",
        "expiry_reason": "eR",
    },
):
    """An order changed: accepted, filled, canceled, replaced, rejected, expired.

    ``client_order_id`` is the request's: a cancel's own id where an order was canceled, and
    then ``original_client_order_id`` is the order's. ``trade_id`` is -1 and ``order_list_id``
    -1 where there is none. The last fields are None unless the order has what they tell of.
    """

    event_time: int
    symbol: str
    client_order_id: str
    side: str
    order_type: str
    time_in_force: str
    qty: str
    price: str
    stop_price: str
    iceberg_qty: str
    order_list_id: int
    original_client_order_id: str
    execution_type: str
    order_status: str
    reject_reason: str
    order_id: int
    last_qty: str
    filled_qty: str
    last_price: str
    commission: str
    commission_asset: str | None
    transaction_time: int
    trade_id: int
    execution_id: int
    on_book: bool
    is_maker: bool
    created_time: int
    filled_quote_qty: str
    last_quote_qty: str
    quote_order_qty: str
    working_time: int | None = None
    stp_mode: str | None = None
    trailing_delta: int | None = None
    trailing_time: int | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None
    prevented_match_id: int | None = None
    prevented_qty: str | None = None
    last_prevented_qty: str | None = None
    trade_group_id: int | None = None
    counter_order_id: int | None = None
    counter_symbol: str | None = None
    prevented_execution_qty: str | None = None
    prevented_execution_price: str | None = None
    prevented_execution_quote_qty: str | None = None
    match_type: str | None = None
    allocation_id: int | None = None
    working_floor: str | None = None
    used_sor: bool | None = None
    peg_price_type: str | None = None
    peg_offset_type: str | None = None
    peg_offset_value: int | None = None
    pegged_price: str | None = None
    expiry_reason: int | str | None = None


class ListedOrder(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={"symbol": "s", "order_id": "i", "client_order_id": "c"},
):
    """One order of an order list."""

    symbol: str
    order_id: int
    client_order_id: str


class ListStatus(
    msgspec.Struct,
    frozen=True,
    tag_field="e",
    tag="listStatus",
    rename={
        "event_time": "E",
        "symbol": "s",
        "order_list_id": "g",
        "contingency_type": "c",
        "list_status_type": "l",
        "list_order_status": "L",
        "reject_reason": "r",
        "list_client_order_id": "C",
        "transaction_time": "T",
        "orders": "O",
    },
):
    """An order list changed; its orders' execution reports come besides."""

    event_time: int
    symbol: str
    order_list_id: int
    contingency_type: str
    list_status_type: str
    list_order_status: str
    reject_reason: str
    list_client_order_id: str
    transaction_time: int
    orders: list[ListedOrder]


class StreamTerminated(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="e",
    tag="eventStreamTerminated",
    rename={"event_time": "E"},
):
    """The subscription has ended: logged out, unsubscribed, or its listen token expired."""

    event_time: int


class ListenKeyExpired(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="e",
    tag="listenKeyExpired",
    rename={"event_time": "E"},
):
    """The margin stream's listen key expired; the key itself is not kept."""

    event_time: int


class MarginLevelChange(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="e",
    tag="MARGIN_LEVEL_STATUS_CHANGE",
    rename={"event_time": "E", "level": "l", "status": "s"},
):
    """The cross margin account's level and margin call status changed."""

    event_time: int
    level: str
    status: str


class LiabilityChange(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="e",
    tag="USER_LIABILITY_CHANGE",
    rename={"event_time": "E", "asset": "a", "kind": "t", "principal": "p", "interest": "i"},
):
    """A margin liability changed: borrowed, repaid or interest added."""

    event_time: int
    asset: str
    kind: str
    principal: str
    interest: str


class UnknownEvent(msgspec.Struct, frozen=True):
    """An event of a type that this version does not know, as parsed JSON."""

    type: str
    data: dict[str, Any]


_Known: TypeAlias = (
    AccountPosition
    | BalanceUpdate
    | ExternalLockUpdate
    | ExecutionReport
    | ListStatus
    | StreamTerminated
    | ListenKeyExpired
    | MarginLevelChange
    | LiabilityChange
    | ServerShutdown
)
UserEvent: TypeAlias = _Known | UnknownEvent

_KNOWN: msgspec.json.Decoder[_Known] = msgspec.json.Decoder(_Known, strict=False)
_ANY = msgspec.json.Decoder(dict[str, Any])


def decode_user_event(event: bytes | msgspec.Raw) -> UserEvent:
    """The event that the bytes of ``{"e": …}`` are, without the envelope around them.

    An event of an unknown type, or of a known one that has changed its fields, is an
    ``UnknownEvent``, so that one surprise does not end a stream.

    Raises:
        msgspec.DecodeError: The bytes are no JSON object.
    """
    try:
        return _KNOWN.decode(event)
    except msgspec.ValidationError:
        fields = _ANY.decode(event)
        return UnknownEvent(type=str(fields.get("e", "")), data=fields)
