"""The bytes of a WebSocket become messages, however they are cut."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab.connector.framing import FrameParser, Goodbye

from .servers import frame


def fed(
    data: bytes, *, step: int | None = None, **settings: int
) -> tuple[list[bytes], FrameParser]:
    """The messages of these bytes, read so many at a time, and the parser after them."""
    parser, messages = FrameParser(**settings), []
    step = step or len(data) or 1
    for start in range(0, len(data), step):
        messages += parser.feed(data[start : start + step])
    return messages, parser


def test_one_read_brings_many_messages():
    """Every whole frame of a read is a message, in order."""
    assert fed(frame(b"one") + frame(b"two") + frame(b""))[0] == [b"one", b"two", b""]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
@pytest.mark.parametrize("step", [None, 1000, 65_536])
def test_length_is_read_in_all_three_forms(size: int, step: int | None):
    """Lengths of 7, 16 and 64 bits are understood, wherever a read ends."""
    payload = random.Random(size).randbytes(size)
    assert fed(frame(payload) + frame(b"next"), step=step)[0] == [payload, b"next"]


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 40))
def test_reads_may_end_anywhere(payloads: list[bytes], step: int):
    """However the bytes are cut, the messages are the same."""
    assert fed(b"".join(map(frame, payloads)), step=step)[0] == payloads


@given(st.binary(max_size=400), st.integers(1, 50))
def test_garbage_never_raises(data: bytes, step: int):
    """Any bytes are messages, or a goodbye, or wait for more; the parser does not fail."""
    fed(data, step=step)


def test_fragments_are_joined_around_control_frames():
    """A message in parts is one message, and a ping between its parts is a ping."""
    data = frame(b"a", final=False) + frame(b"!", 9) + frame(b"b", 0, final=False) + frame(b"c", 0)
    messages, parser = fed(data + frame(b"next"))
    assert messages == [b"abc", b"next"]
    assert parser.pings == [b"!"]


def test_binary_message_is_a_message():
    """A binary frame is handed over as the bytes it holds."""
    assert fed(frame(b"\x00\x01", 2))[0] == [b"\x00\x01"]


def test_close_frame_ends_it():
    """After a close frame nothing is a message; its code and text are kept."""
    messages, parser = fed(frame(b"last") + frame(b"\x03\xe9bye", 8) + frame(b"late"))
    assert messages == [b"last"]
    assert parser.goodbye == Goodbye(1001, "bye", from_server=True)


def test_close_without_a_code_is_1005():
    """A close frame without payload has the code that stands for none."""
    assert fed(frame(b"", 8))[1].goodbye == Goodbye(1005, "", from_server=True)


@pytest.mark.parametrize(
    "data",
    [
        frame(b"x", 1 | 0x40),
        frame(b"x", 3),
        frame(b"x", 0xB),
        frame(b"x", 0),
        frame(b"x", final=False) + frame(b"y"),
        frame(b"x", 9, final=False),
        frame(b"x" * 126, 9),
        b"\x81\x81abcd!",
        b"HTTP/1.1 500 Internal Server Error\r\n\r\n",
    ],
    ids=[
        "rsv",
        "type 3",
        "type 11",
        "lone part",
        "message in message",
        "ping in parts",
        "long ping",
        "masked",
        "http",
    ],
)
def test_breach_of_the_protocol_is_a_goodbye(data: bytes):
    """What a server may not send ends the connection with 1002, after the good messages."""
    messages, parser = fed(frame(b"good") + data)
    assert messages == [b"good"]
    assert parser.goodbye is not None
    assert (parser.goodbye.code, parser.goodbye.from_server) == (1002, False)


@pytest.mark.parametrize(
    "data",
    [
        b"\x81\x7f" + b"\xff" * 8,
        frame(b"x" * 200),
        frame(b"x" * 60, final=False) + frame(b"x" * 60, 0),
    ],
    ids=["endless frame", "whole frame", "in parts"],
)
def test_message_without_end_is_a_goodbye(data: bytes):
    """A message that is longer than any real one ends the connection with 1009."""
    goodbye = fed(data, max_bytes=100)[1].goodbye
    assert goodbye is not None
    assert goodbye.code == 1009
