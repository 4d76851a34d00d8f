"""Not more than so many in so many seconds."""

from __future__ import annotations

from binance_lab.connector import stream_connection
from binance_lab.connector.connection import ConnectionOptions
from binance_lab.connector.pacing import (
    CONNECTS,
    CONNECTS_PER_S,
    CONTROL_MESSAGES_PER_S,
    Pacer,
    connect_budget,
)


class FakeClock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_server_s_numbers_are_kept():
    """Control messages, connects, streams a connection, its age and its silence are as published."""
    assert (CONTROL_MESSAGES_PER_S, CONNECTS, CONNECTS_PER_S) == (5, 300, 300.0)
    assert stream_connection.MAX_STREAMS == 1024
    options = ConnectionOptions()
    assert (options.max_age_s, options.link.silence_s) == (23 * 3600.0, 60.0)
    assert options.max_attempts is None


def test_as_many_as_the_limit_may_go_at_once():
    """The first ones wait for nothing; the next one for the first to be old enough."""
    clock = FakeClock()
    pacer = Pacer(2, 1.0, clock)
    assert [pacer.take(), pacer.take(), pacer.take()] == [0.0, 0.0, 1.0]
    clock.now_s += 0.25
    assert pacer.take() == 0.75


def test_window_slides():
    """No span of a second holds more than the limit."""
    clock = FakeClock()
    pacer = Pacer(2, 1.0, clock)
    pacer.take()
    clock.now_s += 0.6
    pacer.take()
    clock.now_s += 0.4
    assert pacer.take() == 0.0
    assert round(pacer.take(), 9) == 0.6


def test_what_could_not_wait_is_counted():
    """A pong takes a place that a control message would have had."""
    clock = FakeClock()
    pacer = Pacer(2, 1.0, clock)
    pacer.count()
    assert pacer.take() == 0.0
    assert pacer.take() == 1.0
    assert pacer.used == 2


def test_connections_to_a_host_share_one_budget():
    """The process has one budget of connection attempts for each host."""
    assert connect_budget("a.example") is connect_budget("a.example")
    assert connect_budget("a.example") is not connect_budget("b.example")
    assert connect_budget("a.example").limit == CONNECTS == 300
