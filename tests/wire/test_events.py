"""Market events are decoded by their stream's name."""

from __future__ import annotations

import gzip
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest

from binance_lab.wire import events

CATALOGUE = json.loads((Path(__file__).parent.parent / "data" / "ws_streams.json").read_text())
TICKER = (
    '"s":"BTCUSDT","p":"1","P":"2","o":"3","h":"4","l":"5","c":"6","w":"7","v":"8","q":"9",'
    '"O":1,"C":2,"F":3,"L":4,"n":5'
)
SAMPLES = {
    "btcusdt@trade": '{"e":"trade","E":2,"s":"BTCUSDT","t":7,"p":"0.1","q":"3","T":1,"m":true,"M":true}',
    "btcusdt@blockTrade": '{"e":"blockTrade","E":2,"s":"BTCUSDT","t":7,"p":"0.1","q":"3","T":1,"m":true}',
    "btcusdt@aggTrade": '{"e":"aggTrade","E":2,"s":"BTCUSDT","a":7,"p":"0.1","q":"3","f":1,"l":2,"T":1,"m":true,"M":true}',
    "btcusdt@kline_1m": '{"e":"kline","E":2,"s":"BTCUSDT","k":{"t":0,"T":59999,"s":"BTCUSDT","i":"1m","f":1,"L":2,'
    '"o":"1","c":"2","h":"3","l":"4","v":"5","n":6,"x":false,"q":"7","V":"8","Q":"9","B":"0"}}',
    "btcusdt@kline_1d@+08:00": '{"e":"kline","E":2,"s":"BTCUSDT","k":{"t":0,"T":59999,"s":"BTCUSDT","i":"1d","f":1,"L":2,'
    '"o":"1","c":"2","h":"3","l":"4","v":"5","n":6,"x":true,"q":"7","V":"8","Q":"9","B":"0"}}',
    "btcusdt@miniTicker": '{"e":"24hrMiniTicker","E":2,"s":"BTCUSDT","c":"1","o":"2","h":"3","l":"4","v":"5","q":"6"}',
    "!miniTicker@arr": '[{"e":"24hrMiniTicker","E":2,"s":"BTCUSDT","c":"1","o":"2","h":"3","l":"4","v":"5","q":"6"}]',
    "btcusdt@ticker": '{"e":"24hrTicker","E":2,'
    + TICKER
    + ',"x":"1","Q":"2","b":"3","B":"4","a":"5","A":"6"}',
    "btcusdt@ticker_4h": '{"e":"4hTicker","E":2,' + TICKER + "}",
    "!ticker_1d@arr": '[{"e":"1dTicker","E":2,' + TICKER + "}]",
    "btcusdt@bookTicker": '{"u":4,"s":"BTCUSDT","b":"1","B":"2","a":"3","A":"4"}',
    "btcusdt@avgPrice": '{"e":"avgPrice","E":2,"s":"BTCUSDT","i":"5m","w":"1.5","T":1}',
    "btcusdt@referencePrice": '{"e":"referencePrice","s":"BTCUSDT","r":null,"t":1}',
    "btcusdt@depth5@100ms": '{"lastUpdateId":4,"bids":[["1","2"]],"asks":[["3","4"]]}',
    "btcusdt@depth@100ms": '{"e":"depthUpdate","E":2,"s":"BTCUSDT","U":3,"u":4,"b":[["1","2"]],"a":[]}',
}


def without_ignored(event: Any) -> Any:
    """The event without the fields that Binance says to ignore."""
    if isinstance(event, dict):
        event.pop("M", None)
        event.get("k", {}).pop("B", None)
    return event


@pytest.mark.parametrize("stream", SAMPLES)
def test_every_market_stream_has_a_typed_event(stream: str):
    """The 15 market streams decode, and every field of the struct is filled from the wire."""
    event = events.decoder(stream, combined=False)(SAMPLES[stream].encode())
    assert without_ignored(msgspec.json.decode(SAMPLES[stream])) == msgspec.json.decode(
        msgspec.json.encode(event)
    )


@pytest.mark.parametrize("row", CATALOGUE["streams"], ids=lambda row: row["pattern"])
def test_fields_are_the_published_ones(row: dict[str, Any]):
    """Each struct has every field of its stream that Binance does not say to ignore."""
    stream = re.sub(r"\[.*\]$", "", row["pattern"])
    for choice, one in {"levels": "5", "interval": "1m", "window_size": "1h"}.items():
        stream = stream.replace(f"<{choice}>", one)
    kind = events.event_type(stream)
    struct = get_args(kind)[0] if get_origin(kind) is list else kind
    assert wire_names(get_origin(struct)) == published(row["fields"])
    if "k" in row["fields"]:
        assert wire_names(events.Candle) == published(row["fields"]["k"])


def wire_names(struct: type[msgspec.Struct]) -> set[str]:
    config = struct.__struct_config__
    tag = {config.tag_field} if config.tag_field else set()
    return {*struct.__struct_encode_fields__} | tag


def published(fields: dict[str, Any]) -> set[str]:
    return {name for name, meaning in fields.items() if meaning != "ignore"}


def test_envelope_is_taken_off_a_combined_message():
    """A combined message decodes to the event that its data is."""
    message = b'{"stream":"btcusdt@trade","data":' + SAMPLES["btcusdt@trade"].encode() + b"}"
    assert events.decoder("btcusdt@trade")(message) == events.Trade(
        event_time=2, symbol="BTCUSDT", id=7, price="0.1", qty="3", time=1, buyer_is_maker=True
    )


def test_a_batch_decodes_to_what_its_messages_do():
    """A list of combined messages gives the same events as one after the other."""
    message = b'{"stream":"btcusdt@trade","data":' + SAMPLES["btcusdt@trade"].encode() + b"}"
    others = [message, message.replace(b'"t":7', b'"t":8')]
    decode = events.decoder("btcusdt@trade", float)
    batch = events.batch_decoder("btcusdt@trade", float)(others)
    assert batch == [decode(other) for other in others]
    assert [event.id for event in batch] == [7, 8]


@pytest.mark.parametrize(
    ("numbers", "price"), [(str, "0.1"), (float, 0.1), (Decimal, Decimal("0.1"))]
)
def test_numbers_are_decoded_to_what_is_asked_for(numbers: type, price: object):
    """Prices are the server's text, or floats or Decimals where the caller wants those."""
    event = events.decoder("btcusdt@trade", numbers, combined=False)(
        SAMPLES["btcusdt@trade"].encode()
    )
    assert event.price == price
    assert type(event.price) is numbers


@pytest.mark.parametrize(
    "stream",
    ["btcusdt@nothing", "!bookTicker", "btcusdt", "", "btcusdt@kline_10m", "btcusdt@depth7",
     "btcusdt@depth@50ms", "btcusdt@trade@x", "btcusdt@ticker_2h", "btcusdt@kline_1m@+02:00"],
)  # fmt: skip
def test_unknown_stream_is_named(stream: str):
    """A name that is no market stream's is refused with that name."""
    with pytest.raises(ValueError, match="unknown stream"):
        events.event_type(stream)


def test_another_event_is_a_decode_error():
    """A message that is not the stream's is a msgspec.DecodeError."""
    message = SAMPLES["btcusdt@aggTrade"].encode()
    with pytest.raises(msgspec.DecodeError):
        events.decoder("btcusdt@trade", combined=False)(message)
    with pytest.raises(msgspec.DecodeError):
        events.batch_decoder("btcusdt@trade")([b'{"stream":"","data":' + message + b"}"])


def test_recorded_messages_decode(recorded: Path):
    """Every message that Binance really sent decodes as its stream's event."""
    decoders = {
        name: events.decoder(name, float)
        for name in ("btcusdt@trade", "btcusdt@bookTicker", "btcusdt@depth@100ms")
    }
    seen = dict.fromkeys(decoders, 0)
    with gzip.open(recorded / "captures" / "btcusdt-spot-20240808.jsonl.gz", "rb") as lines:
        for line in lines:
            message = line.partition(b" ")[2]
            if message.startswith(b'{"stream":"'):
                name = message[11 : message.index(b'"', 11)].decode()
                decoders[name](message)
                seen[name] += 1
    assert all(count > 1000 for count in seen.values())
