"""The server's clock, estimated from round trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab import Spot
from binance_lab.connector.clock import Clock
from binance_lab.connector.exceptions import RequestError


class FakeTime:
    """This computer's two clocks, moved by hand."""

    def __init__(self) -> None:
        self.wall_s = 1_000_000.0
        self.steady_s = 500.0

    def pass_(self, seconds: float) -> None:
        self.wall_s += seconds
        self.steady_s += seconds


@pytest.fixture
def times() -> FakeTime:
    return FakeTime()


@pytest.fixture
def clock(times: FakeTime) -> Clock:
    return Clock(wall=lambda: times.wall_s, steady=lambda: times.steady_s)


def test_offset_is_that_of_the_middle_of_the_round_trip(clock):
    """The server read its clock halfway between sending and receiving."""
    clock.add(1_000_000.0, 1_000_000.2, 1_000_005.1)
    assert clock.offset_ms == pytest.approx(5_000)
    assert clock.round_trip_ms == pytest.approx(200)
    assert clock.timestamp() == 1_000_005_000
    assert clock.timestamp("us") == pytest.approx(1_000_005_000_000, abs=2)


def test_quickest_round_trip_counts(clock):
    """A slow answer doesn't spoil the estimate of a quick one."""
    clock.add(0.0, 0.01, 2.005)
    clock.add(0.0, 4.0, 2.9)
    assert clock.offset_ms == pytest.approx(2_000)


def test_estimate_is_not_taken_from_long_ago(clock):
    """The latest measurements count, so the estimate follows a clock that drifts."""
    clock.add(0.0, 0.001, 5.0)
    for _ in range(8):
        clock.add(0.0, 0.02, 7.01)
    assert clock.offset_ms == pytest.approx(7_000)


def test_clock_is_stale_until_measured_and_after_a_while(clock, times):
    """It is measured first, and again a quarter of an hour later."""
    assert clock.stale
    clock.add(0.0, 0.0, 0.0)
    assert not clock.stale
    times.pass_(901)
    assert clock.stale


def test_clock_is_stale_when_this_computer_s_was_set(clock, times):
    """A wall clock that moved by itself, as after sleep, makes the estimate worthless."""
    clock.add(0.0, 0.0, 0.0)
    times.wall_s += 3
    assert clock.stale


def test_forgotten_estimate_is_measured_anew(clock):
    """After the server disagreed, old samples don't count."""
    clock.add(0.0, 0.001, 5.0)
    clock.forget()
    assert clock.stale
    clock.add(0.0, 0.1, 60.05)
    assert clock.offset_ms == pytest.approx(60_000)


def test_failed_measurement_is_not_repeated_at_once(clock):
    """Where the server's time can't be read, each call doesn't ask again."""
    clock.touch()
    assert not clock.stale
    assert clock.offset_ms == 0


@given(st.floats(-1e6, 1e6), st.floats(0, 5), st.floats(0, 5))
def test_error_is_at_most_half_of_the_round_trip(offset_s, out_s, back_s):
    """However unequal the ways there and back, the estimate is off by half the round trip."""
    clock = Clock()
    clock.add(1000.0, 1000.0 + out_s + back_s, 1000.0 + out_s + offset_s)
    assert abs(clock.offset_ms / 1000 - offset_s) <= (out_s + back_s) / 2 + 1e-6


def test_a_clock_that_cannot_be_measured_is_an_error():
    """Asking for the offset of a server that isn't there raises; it never answers zero."""
    with Spot(base_url="http://127.0.0.1:1", retries=0) as client, pytest.raises(RequestError):
        client.measure_clock()
