"""The budget of a host: what is booked, what the server says, when to wait."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab.connector.base import RateLimit
from binance_lab.connector.exceptions import Banned, ConfigError, TooManyRequests
from binance_lab.connector.hosts import host_of
from binance_lab.connector.limits import Limits, Use, Window

MINUTE = 1_767_225_600.0  # a full minute, seconds since 1970


class FakeTime:
    """A clock that passes only while somebody sleeps."""

    def __init__(self, now_s: float = MINUTE) -> None:
        self.now_s = now_s
        self.slept: list[float] = []

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
def limits(clock: FakeTime) -> Limits:
    return Limits(now=clock.now, sleep=clock.sleep)


def weight(amount: int) -> list[Use]:
    return [Use("REQUEST_WEIGHT", amount)]


def test_calls_within_the_limit_go_at_once(limits, clock):
    """Nothing waits while there is budget."""
    for _ in range(60):
        limits.acquire(weight(100), asked="x")
    assert clock.slept == []


def test_call_beyond_the_limit_waits_for_the_next_minute(limits, clock):
    """What doesn't fit into this minute is sent in the next."""
    clock.now_s += 20
    limits.acquire(weight(6000), asked="x")
    limits.acquire(weight(1), asked="x")
    assert clock.slept == [40.0]
    assert clock.now_s == MINUTE + 60


def test_waiting_calls_share_the_next_minute(limits, clock):
    """Waiting calls book the minute they will be sent in: together they don't break it either."""
    window = Window(10, 60)
    booked = []
    for _ in range(25):
        at_s = window.earliest(MINUTE, 1)
        window.book(at_s, 1, now_s=MINUTE)
        booked.append((at_s - MINUTE) // 60)
    assert [booked.count(minute) for minute in range(3)] == [10, 10, 5]


def test_weight_of_more_than_a_whole_minute_gets_an_empty_one(limits, clock):
    """A call that can never fit isn't kept for ever."""
    limits.acquire(weight(7000), asked="x")
    limits.acquire(weight(7000), asked="x")
    assert clock.slept == [60.0]


def test_waiting_may_be_refused(limits, clock):
    """Without waiting, TooManyRequests says how long it would have taken."""
    limits.acquire(weight(6000), asked="x")
    with pytest.raises(TooManyRequests, match="GET /x was not sent") as caught:
        limits.acquire(weight(1), asked="GET /x", wait=False)
    assert caught.value.retry_after_s == 60
    assert clock.slept == []


def test_nobody_waits_for_hours(limits, clock):
    """A used-up day of orders is an error and not a wait."""
    limits.settle(
        limits.acquire([Use("ORDERS", 1)], asked="x"), [RateLimit("ORDERS", "1d", 160_000, None)]
    )
    with pytest.raises(TooManyRequests):
        limits.acquire([Use("ORDERS", 1)], asked="x")
    assert clock.slept == []


def test_order_count_has_two_windows(limits, clock):
    """Orders are counted in 10 seconds and in a day."""
    for _ in range(51):
        limits.acquire([Use("ORDERS", 1)], asked="x")
    assert clock.slept == [10.0]


def test_scopes_have_budgets_of_their_own(limits, clock):
    """Accounts, and paths of /sapi, don't use up each other's budget."""
    limits.acquire([Use("ORDERS", 50, "alice")], asked="x")
    limits.acquire([Use("ORDERS", 50, "bob")], asked="x")
    assert clock.slept == []


def test_server_s_count_replaces_ours(limits, clock):
    """Weight that others used on this IP counts, and weight that wasn't charged doesn't."""
    limits.settle(
        limits.acquire(weight(4000), asked="x"), [RateLimit("REQUEST_WEIGHT", "1m", 10, None)]
    )
    limits.acquire(weight(5990), asked="x")
    assert clock.slept == []
    limits.settle(
        limits.acquire(weight(0), asked="x"), [RateLimit("REQUEST_WEIGHT", "1m", 5999, None)]
    )
    limits.acquire(weight(2), asked="x")
    assert clock.slept == [60.0]


def test_calls_on_their_way_are_added_to_the_server_s_count(limits, clock):
    """A count that was taken before other calls arrived doesn't forget them."""
    first = limits.acquire(weight(1), asked="x")
    limits.acquire(weight(5000), asked="x")
    limits.settle(first, [RateLimit("REQUEST_WEIGHT", "1m", 1, None)])
    limits.acquire(weight(1000), asked="x")
    assert clock.slept == [60.0]


def test_late_count_of_a_past_minute_changes_nothing_now(limits, clock):
    """An answer that comes in the next minute doesn't count there."""
    booking = limits.acquire(weight(1), asked="x")
    clock.now_s += 60
    limits.acquire(weight(1), asked="x")
    limits.settle(booking, [RateLimit("REQUEST_WEIGHT", "1m", 6000, None)])
    limits.acquire(weight(5000), asked="x")
    assert clock.slept == []


def test_limits_are_learnt_from_the_server(limits, clock):
    """The server's own limits replace the usual ones, other intervals included."""
    limits.learn(
        [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": 10,
            },
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 1, "limit": 2},
        ]
    )
    limits.acquire(weight(10), asked="x")
    limits.acquire([Use("ORDERS", 2)], asked="x")
    limits.acquire([Use("ORDERS", 2)], asked="x")
    limits.acquire(weight(10), asked="x")
    assert clock.slept == [1.0, 59.0]


def test_block_holds_everybody_back(limits, clock):
    """After a 429 every call waits until the server's time has passed."""
    limits.block(7)
    limits.acquire(weight(1), asked="x")
    assert clock.slept == [7.0]


def test_ban_is_never_waited_for(limits, clock):
    """During a ban every call raises Banned, and the next one after it goes."""
    limits.block(90, banned=True)
    with pytest.raises(Banned, match="banned this IP") as caught:
        limits.acquire(weight(1), asked="x")
    assert caught.value.retry_after_s == 90
    clock.now_s += 91
    limits.acquire(weight(1), asked="x")
    assert clock.slept == []


def test_headers_tell_what_was_used(limits):
    """Weight, order count and the weights of /sapi are read; other headers are not."""
    headers = {
        "x-mbx-used-weight": "9",
        "x-mbx-used-weight-1m": "9",
        "x-mbx-order-count-10s": "3",
        "x-mbx-order-count-1d": "4",
        "x-sapi-used-ip-weight-1m": "5",
        "x-sapi-used-uid-weight-1m": "6",
        "x-mbx-uuid": "1",
        "x-mbx-used-weight-1x": "1",
        "x-mbx-used-weight-5m": "many",
    }
    assert [tuple(limit) for limit in limits.read_headers(headers)] == [
        ("REQUEST_WEIGHT", "1m", 9, 6000),
        ("ORDERS", "10s", 3, 50),
        ("ORDERS", "1d", 4, 160_000),
        ("SAPI_IP_WEIGHT", "1m", 5, 12_000),
        ("SAPI_UID_WEIGHT", "1m", 6, 180_000),
    ]


def test_websocket_answers_tell_what_was_used(limits):
    """The rateLimits of a WebSocket API answer are read alike."""
    row = {
        "rateLimitType": "ORDERS",
        "interval": "SECOND",
        "intervalNum": 10,
        "limit": 50,
        "count": 7,
    }
    assert limits.read_rows([row]) == [RateLimit("ORDERS", "10s", 7, 50)]


def test_threads_together_keep_the_limit(clock):
    """Calls of many threads never book more than the limit in one minute."""
    slept = []
    limits = Limits(now=clock.now, sleep=slept.append)
    bookings = []

    def work():
        for _ in range(20):
            bookings.append(limits.acquire(weight(100), asked="x").at_s)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    minutes = [int((at_s - MINUTE) // 60) for at_s in bookings]
    assert [minutes.count(n) for n in range(3)] == [60, 60, 40]


@given(st.lists(st.integers(1, 400), max_size=40), st.integers(100, 1000))
def test_no_window_is_ever_overbooked(amounts, limit):
    """Whatever is asked for, an interval holds its limit, or one call that is larger by itself."""
    window = Window(limit, 60)
    held: dict[float, list[int]] = {}
    for amount in amounts:
        at_s = window.earliest(MINUTE, amount)
        window.book(at_s, amount, now_s=MINUTE)
        held.setdefault(at_s // 60, []).append(amount)
    assert all(sum(used) <= limit or len(used) == 1 for used in held.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://api.binance.com", "https://api3.binance.com"),
        ("https://api.binance.com", "wss://ws-api.binance.com:443/ws-api/v3"),
        ("http://127.0.0.1:7001", "ws://127.0.0.1:7001/ws-api/v3"),
    ],
)
def test_rest_and_websocket_api_share_a_budget(one, other):
    """A host's budget is one, whatever door is used."""
    assert host_of(one) is host_of(other)


def test_other_hosts_have_other_budgets():
    """The testnet's budget is not production's."""
    assert host_of("https://testnet.binance.vision") is not host_of("https://api.binance.com")


@pytest.mark.parametrize("url", ["api.binance.com", "", "https://", "ftp://x", "127.0.0.1:80"])
def test_address_without_scheme_or_host_is_refused(url):
    """An address must say how and where."""
    with pytest.raises(ConfigError, match="is not an address"):
        host_of(url)


def test_refused_address_hides_its_password():
    """A password in an address is not repeated."""
    with pytest.raises(ConfigError) as caught:
        host_of("//user:hush@example.com")
    assert "hush" not in str(caught.value)
