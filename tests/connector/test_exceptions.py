"""The error tree."""

from __future__ import annotations

import inspect
import pickle

import pytest

from binance_lab.connector import exceptions
from binance_lab.connector.exceptions import (
    ApiError,
    BadParameter,
    Banned,
    LabError,
    OutcomeUnknown,
    RequestError,
    TooManyRequests,
    api_error,
    error_class,
)
from binance_lab.connector.spot import Spot

CLASSES = [
    cls for _, cls in inspect.getmembers(exceptions, inspect.isclass) if issubclass(cls, Exception)
]


def refusal(**given) -> ApiError:
    known = {"status": 400, "code": None, "msg": "", "headers": {}, "request": "GET /x a=1"}
    return api_error(asked="GET /x", **{**known, **given})


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_a_lab_error_and_drawn(cls):
    """One tree holds all, and the module's docstring draws it."""
    assert issubclass(cls, LabError)
    assert cls.__name__ in (exceptions.__doc__ or "")


def test_unknown_outcome_is_no_failed_request():
    """Whoever catches failed requests to repeat them doesn't catch an unknown outcome."""
    assert not issubclass(OutcomeUnknown, RequestError)


@pytest.mark.parametrize(
    ("status", "code", "cls"),
    [
        (400, -1102, BadParameter),
        (400, -1220, exceptions.BadSymbol),
        (400, -1128, BadParameter),
        (400, -4444, ApiError),
        (400, None, ApiError),
        (401, None, exceptions.PermissionDenied),
        (403, None, exceptions.PermissionDenied),
        (418, -1003, Banned),
        (429, -1003, TooManyRequests),
        (429, -2021, TooManyRequests),
        (500, None, exceptions.ServerError),
        (503, -4444, exceptions.ServerError),
    ],
)
def test_class_follows_status_and_code(status, code, cls):
    """Code and status lead to the class where a caller would act differently."""
    assert error_class(status, code, "") is cls


def test_message_says_what_was_asked_what_came_and_what_to_do():
    """One line has it all."""
    error = refusal(code=-1121, msg="Invalid symbol.")
    assert str(error) == (
        "GET /x: -1121 Invalid symbol. See client.exchange_info() for the symbols that trade."
    )


def test_a_bad_symbol_is_named():
    """Of a wrong symbol the message says which, as several cells may have asked."""
    error = refusal(code=-1121, msg="Invalid symbol.", request="GET /x symbol=BTCUSD limit=5")
    assert "-1121 Invalid symbol: BTCUSD. See" in str(error)


def test_a_cell_shows_an_error_as_a_paragraph():
    """IPython gets the message and the line that led to it, without the frames of this package."""

    def cell() -> None:
        client = Spot(base_url="http://127.0.0.1:9")
        client.klines("BTCUSDT", "1m", startTime="never")

    with pytest.raises(LabError) as caught:
        cell()
    shown = caught.value._render_traceback_()
    assert shown[0] == f"BadInput: {caught.value}"
    assert shown[1].endswith('client.klines("BTCUSDT", "1m", startTime="never")')


@pytest.mark.parametrize(
    ("headers", "msg", "seconds"),
    [
        ({"retry-after": "7"}, "", 7),
        ({"retry-after": "soon"}, "", 60),
        ({}, "IP banned until 1700000090000. Please", 90),
        ({}, "", 60),
    ],
)
def test_retry_after_is_read_from_header_or_text(headers, msg, seconds):
    """How long to wait is told by the header, else by the text, else it is a minute."""
    error = refusal(status=418, code=-1003, headers=headers, msg=msg, now_s=1_700_000_000)
    assert isinstance(error, Banned)
    assert error.retry_after_s == seconds
    assert f"Retry after {seconds} s." in str(error)


@pytest.mark.parametrize(
    "error",
    [
        refusal(code=-1121, msg="Invalid symbol.", data={"a": 1}),
        refusal(status=429),
        exceptions.BadAnswer("what", request="GET /x", status=200),
        exceptions.Timeout("late", sent=False),
        OutcomeUnknown("?", method="POST", path="/x", params={"a": "1"}, client_order_id="id"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_error_survives_pickling(error):
    """An error from another process has the same attributes."""
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
