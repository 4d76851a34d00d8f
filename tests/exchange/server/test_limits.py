"""Rate limits: windows, refusals, bans, order counts."""

from __future__ import annotations

import pytest

from binance_lab.exchange.server.limits import (
    FIRST_BAN_S,
    REFUSALS_BEFORE_BAN,
    Address,
    LimitExceeded,
    Limits,
    RateLimit,
    Window,
)

SECOND = 1_000_000
MINUTE = 60 * SECOND


def small_address(weight: int) -> Address:
    """An address that may use this much weight a minute."""
    limits = Limits()
    limits.change(weight=weight)
    return limits.address("127.0.0.1")


def refusals(address: Address, count: int, now_us: int) -> list[int]:
    """The statuses of as many requests of weight 1; 200 if they pass."""
    statuses = []
    for _ in range(count):
        try:
            address.charge(1, now_us)
            statuses.append(200)
        except LimitExceeded as refusal:
            statuses.append(refusal.status)
    return statuses


def test_a_window_is_aligned_to_the_clock():
    """What was used before the full minute doesn't count after it."""
    window = Window(RateLimit("REQUEST_WEIGHT", "MINUTE", 1, 10))
    window.add(7, 59 * SECOND)
    assert window.count(59 * SECOND) == 7
    assert window.count(60 * SECOND) == 0
    assert window.ends_us(61 * SECOND) == 120 * SECOND


def test_a_count_never_goes_below_zero():
    """Giving back more than was used leaves nothing."""
    window = Window(RateLimit("ORDERS", "SECOND", 10, 50))
    assert window.add(-5, 0) == 0


def test_who_waits_for_the_next_minute_is_served_again():
    """A 429 ends with its window, and nothing is remembered."""
    address = small_address(2)
    assert refusals(address, 4, 0) == [200, 200, 429, 429]
    assert refusals(address, 2, MINUTE) == [200, 200]
    assert address.refused == 0


def test_who_does_not_wait_is_banned_each_time_longer():
    """Requests after many 429 are 418; the next ban is twice as long."""
    address = small_address(0)
    assert refusals(address, REFUSALS_BEFORE_BAN + 1, 0)[-1] == 418
    assert address.banned_until_us == FIRST_BAN_S * SECOND
    later = FIRST_BAN_S * SECOND
    assert refusals(address, REFUSALS_BEFORE_BAN + 1, later)[-1] == 418
    assert address.banned_until_us == later + 2 * FIRST_BAN_S * SECOND


def test_a_ban_says_until_when():
    """The refusal names the time in ms, and Retry-After the whole seconds."""
    address = small_address(6000)
    address.ban(30, 0)
    with pytest.raises(LimitExceeded, match="IP banned until 30000") as caught:
        address.charge(1, 500_000)
    assert caught.value.retry_after_s(500_000) == 30


def test_weight_can_be_given_back():
    """A refund makes room again."""
    address = small_address(5)
    address.charge(5, 0)
    address.refund(5, 0)
    assert refusals(address, 1, 0) == [200]


def test_connections_are_counted_apart():
    """Streams and the WebSocket API have 300 connections each in five minutes."""
    address = small_address(6000)
    for _ in range(300):
        address.connect(api=False, now_us=0)
    address.connect(api=True, now_us=0)
    with pytest.raises(LimitExceeded, match="Too many connection attempts"):
        address.connect(api=False, now_us=0)


def test_accounts_have_their_own_order_counts():
    """One account's orders don't count for another."""
    limits = Limits()
    limits.change(orders_10s=1)
    limits.order_count(1).add(1, 0)
    limits.order_count(2).check(1, 0)
    with pytest.raises(LimitExceeded, match="current limit is 1 orders per 10 SECOND"):
        limits.order_count(1).check(1, 0)


@pytest.mark.parametrize("api", [False, True])
def test_connections_of_an_address_are_limited(api: bool):
    """The 301st attempt to open a WebSocket within five minutes is -1034, until the window ends."""
    address = Limits().address("127.0.0.1")
    for _ in range(300):
        address.connect(api=api, now_us=0)
    address.connect(api=not api, now_us=0)  # the other door counts by itself
    with pytest.raises(LimitExceeded) as refused:
        address.connect(api=api, now_us=0)
    assert (refused.value.code, refused.value.status) == (-1034, 429)
    address.connect(api=api, now_us=5 * MINUTE)
