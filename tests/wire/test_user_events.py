"""User data events are decoded by their type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from binance_lab.wire import user_events as user

CATALOGUE = json.loads((Path(__file__).parent.parent / "data" / "ws_streams.json").read_text())
REPORT = (
    b'{"e":"executionReport","E":1,"s":"BTCUSDT","c":"mine","S":"BUY","o":"LIMIT","f":"GTC","q":"1",'
    b'"p":"2","P":"0","F":"0","g":-1,"C":"","x":"NEW","X":"NEW","r":"NONE","i":4,"l":"0","z":"0",'
    b'"L":"0","n":"0","N":null,"T":1,"t":-1,"v":3,"I":8,"w":true,"m":false,"M":false,"O":1,"Z":"0",'
    b'"Y":"0","Q":"0","W":1,"V":"NONE","gP":"PRIMARY_PEG","eR":2}'
)
EVENTS: dict[type[msgspec.Struct], bytes] = {
    user.AccountPosition: b'{"e":"outboundAccountPosition","E":1,"u":1,"B":[{"a":"BTC","f":"1","l":"0"}]}',
    user.BalanceUpdate: b'{"e":"balanceUpdate","E":1,"a":"BTC","d":"-1","T":1}',
    user.ExternalLockUpdate: b'{"e":"externalLockUpdate","E":1,"a":"BTC","d":"-1","T":1}',
    user.ExecutionReport: REPORT,
    user.ListStatus: b'{"e":"listStatus","E":1,"s":"BTCUSDT","g":2,"c":"OCO","l":"EXEC_STARTED","L":"EXECUTING",'
    b'"r":"NONE","C":"mine","T":1,"O":[{"s":"BTCUSDT","i":17,"c":"a"}]}',
    user.StreamTerminated: b'{"e":"eventStreamTerminated","E":1}',
    user.ListenKeyExpired: b'{"e":"listenKeyExpired","E":1,"listenKey":"secret"}',
    user.MarginLevelChange: b'{"e":"MARGIN_LEVEL_STATUS_CHANGE","E":1,"l":"1.2","s":"MARGIN_CALL"}',
    user.LiabilityChange: b'{"e":"USER_LIABILITY_CHANGE","E":1,"a":"BTC","t":"BORROW","p":"1","i":"0"}',
}


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_user_event_is_typed(kind: type):
    """Each documented event decodes to its struct."""
    assert type(user.decode_user_event(EVENTS[kind])) is kind


@pytest.mark.parametrize("row", CATALOGUE["events"], ids=lambda row: row["event"])
def test_fields_are_the_published_ones(row: dict[str, Any]):
    """Each struct has every field of its event that Binance does not say to ignore."""
    kind = next(kind for kind in EVENTS if kind.__struct_config__.tag == row["event"])
    fields = {**row["fields"], **row["conditional_fields"]}
    published = {name for name, meaning in fields.items() if meaning != "ignore"}
    assert {*kind.__struct_encode_fields__, "e"} == published - {"listenKey"}


def test_fields_of_an_order_that_has_none_are_none():
    """A plain order's report has None for what only stops, lists and pegs have."""
    report = user.decode_user_event(REPORT)
    assert isinstance(report, user.ExecutionReport)
    assert (report.trailing_delta, report.counter_symbol) == (None, None)
    assert (report.peg_price_type, report.expiry_reason) == ("PRIMARY_PEG", 2)


@pytest.mark.parametrize("event", [b'{"e":"futureEvent","x":1}', b'{"e":"balanceUpdate"}', b"{}"])
def test_event_of_another_shape_is_handed_over_as_it_is(event: bytes):
    """A type or shape that is unknown becomes an UnknownEvent with the parsed JSON."""
    unknown = user.decode_user_event(event)
    assert isinstance(unknown, user.UnknownEvent)
    assert unknown.data == msgspec.json.decode(event)


def test_listen_key_is_not_kept():
    """An expired listen key is in no field and no repr of its event."""
    assert "secret" not in repr(user.decode_user_event(EVENTS[user.ListenKeyExpired]))


def test_garbage_is_a_decode_error():
    """Bytes that are no JSON object raise msgspec.DecodeError."""
    with pytest.raises(msgspec.DecodeError):
        user.decode_user_event(b"[1")
