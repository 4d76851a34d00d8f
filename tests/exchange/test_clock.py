"""Clocks of the exchange."""

from __future__ import annotations

import math

import pytest

from binance_lab.exchange.clock import RealClock, ScaledClock, SteppedClock


def test_real_clock_never_goes_back():
    """When the computer's clock is set back, the exchange's stands still until it is passed."""
    times = iter([5_000_000, 3_000_000, 6_000_000])
    clock = RealClock(real_ns=lambda: next(times))
    assert [clock(), clock(), clock()] == [5_000, 5_000, 6_000]


def test_real_clock_says_how_long_to_wait():
    """The delay until a time is the difference, and none for what has passed."""
    clock = RealClock(real_ns=lambda: 1_000_000_000)
    assert clock.delay_s(3_000_000) == 2.0
    assert clock.delay_s(500_000) == 0.0


def test_scaled_clock_runs_faster():
    """At speed 10 a tenth of a real second is one second, and waiting takes a tenth."""
    real = [0]
    clock = ScaledClock(1_000_000, 10, monotonic_ns=lambda: real[0])
    real[0] = 100_000_000
    assert clock() == 2_000_000
    assert clock.delay_s(3_000_000) == pytest.approx(0.1)


@pytest.mark.parametrize("speed", [0, -1, math.inf, math.nan])
def test_speed_is_a_number_above_zero(speed):
    """A clock can't stand still, run backwards or infinitely fast."""
    with pytest.raises(ValueError, match="above 0"):
        ScaledClock(0, speed)


def test_stepped_clock_moves_when_stepped():
    """A stepped clock tells those who want to know after each step, and can't go back."""
    clock = SteppedClock(100)
    told: list[int] = []
    clock.on_step.append(told.append)
    assert (clock.delay_s(100), clock.delay_s(101)) == (0.0, math.inf)
    assert clock.step(5) == clock() == 105
    assert told == [105]
    with pytest.raises(ValueError, match="go back by 1"):
        clock.step(-1)
