"""Python values as the text that Binance takes."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab.wire import encoding
from binance_lab.wire.enums import Side

JAN_1 = 1_767_225_600_000  # 2026-01-01 UTC


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("BTCUSDT", "BTCUSDT"),
        (10, "10"),
        (4e-05, "0.00004"),
        (5.0, "5"),
        (1e16, "10000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (Decimal("1E-8"), "0.00000001"),
        (Decimal("1.50"), "1.50"),
        (True, "true"),
        (False, "false"),
        (Side.BUY, "BUY"),
        (Colour.RED, "red"),
        (np.int64(7), "7"),
        (np.float32(0.1), "0.1"),
        (np.float64(4e-05), "0.00004"),
        (np.bool_(True), "true"),
        (["BTCUSDT", "BNBUSDT"], '["BTCUSDT","BNBUSDT"]'),
        (("１２３",), '["１２３"]'),
        (np.array(["A", "B"]), '["A","B"]'),
        ([{"qty": 4e-05, "id": 1, "note": None}], '[{"qty":0.00004,"id":1}]'),
        ({"a": True}, '{"a":true}'),
        (date(2026, 1, 1), str(JAN_1)),
    ],
)
def test_value_is_sent_as(value, sent):
    """Numbers have no exponent, lists are JSON, booleans lower case."""
    assert encoding.text(value) == sent


@pytest.mark.parametrize(
    "value",
    [
        JAN_1,
        str(JAN_1),
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00+01:00",
        date(2026, 1, 1),
        datetime(2026, 1, 1),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
        pd.Timestamp("2026-01-01"),
        pd.Timestamp("2026-01-01", tz="UTC"),
        pd.Timestamp("2026-01-01 09:00", tz="Asia/Tokyo"),
        np.datetime64("2026-01-01"),
        np.datetime64("2026-01-01T00:00:00.000000000"),
        np.int64(JAN_1),
        float(JAN_1),
    ],
)
def test_time_is_milliseconds_since_1970(value):
    """A time of any kind becomes whole ms; without a zone it is UTC."""
    assert encoding.time_number(value) == JAN_1


def test_time_is_microseconds_if_asked():
    """With the unit us, dates become µs and plain numbers stay what they are."""
    moment = datetime(2026, 1, 1, microsecond=7, tzinfo=UTC)
    assert encoding.time_number(moment, "us") == JAN_1 * 1000 + 7
    assert encoding.time_number(JAN_1, "us") == JAN_1


@pytest.mark.parametrize(
    "value", ["tomorrow", True, pd.NaT, np.datetime64("NaT"), None, ["2026-01-01"], b"2026"]
)
def test_what_is_no_time_is_refused(value):
    """Text that is no ISO time, NaT and the like raise ValueError."""
    with pytest.raises(ValueError, match="not a time"):
        encoding.time_number(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), np.float64("nan")])
def test_not_a_number_is_refused(value):
    """NaN and infinity never reach the wire."""
    with pytest.raises(ValueError, match=r"price: .*can't be sent"):
        encoding.texts({"price": value})


@pytest.mark.parametrize("value", [b"BTCUSDT", object(), [object()]])
def test_what_has_no_text_is_refused(value):
    """Bytes and other objects raise TypeError, naming the parameter."""
    with pytest.raises(TypeError, match=r"symbol: a .* can't be sent"):
        encoding.texts({"symbol": value})


def test_none_is_not_sent():
    """A parameter that is None is left out; False, 0 and empty text are not."""
    params = {"a": None, "b": False, "c": 0, "d": ""}
    assert encoding.texts(params) == {"b": "false", "c": "0", "d": ""}


def test_iso_text_is_a_time_only_where_a_time_is_meant():
    """A date's text is turned into ms for a time parameter and left alone elsewhere."""
    params = {"startTime": "2026-01-01", "name": "2026-01-01"}
    sent = encoding.texts(params, times={"startTime"})
    assert sent == {"startTime": str(JAN_1), "name": "2026-01-01"}


def test_joined_list_goes_as_comma_text():
    """A list declared as Joined goes as A,B."""
    assert encoding.texts({"asset": ["BTC", "USDT"]}, joined={"asset"}) == {"asset": "BTC,USDT"}
    assert encoding.texts({"asset": "BTC"}, joined={"asset"}) == {"asset": "BTC"}


def test_query_is_percent_encoded_utf_8():
    """Everything but letters, digits and -._~ is percent-encoded, before anything is signed."""
    params = {"symbol": "１２", "email": "a@b.com", "symbols": '["A B"]', "x[0]": "-._~"}
    assert encoding.query(params) == (
        "symbol=%EF%BC%91%EF%BC%92&email=a%40b.com&symbols=%5B%22A%20B%22%5D&x%5B0%5D=-._~"
    )


def test_websocket_parameters_keep_json_types():
    """The WebSocket API gets whole numbers, booleans and lists as JSON, decimals as text."""
    params = {"limit": 5, "price": 4e-05, "symbols": ["A"], "omit": True, "startTime": "2026-01-01"}
    assert encoding.json_params({**params, "none": None}, times={"startTime"}) == {
        "limit": 5,
        "price": "0.00004",
        "symbols": ["A"],
        "omit": True,
        "startTime": JAN_1,
    }


def test_websocket_payload_is_sorted_and_raw():
    """The WebSocket API signs sorted, raw text."""
    assert encoding.signing_payload({"symbol": "１２", "limit": 5}) == "limit=5&symbol=１２"


@pytest.mark.parametrize(
    ("name", "unit"),
    [(None, None), ("ms", "ms"), ("us", "us"), ("MICROSECOND", "us"), ("millisecond", "ms")],
)
def test_time_unit_has_names(name, unit):
    """The unit goes by ms and us, and by Binance's words in any case."""
    assert encoding.time_unit(name) == unit


def test_unknown_time_unit_is_refused():
    """Any other unit raises."""
    with pytest.raises(ValueError, match="time_unit"):
        encoding.time_unit("s")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_float_keeps_its_value_and_has_no_exponent(value):
    """A float's text reads back as the same float, whatever its size."""
    text = encoding.float_text(value)
    assert float(text) == value
    assert "e" not in text.lower()
