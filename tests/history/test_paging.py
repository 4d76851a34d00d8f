"""How a long range becomes requests, and their answers one array."""

from __future__ import annotations

import io
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_lab.history.paging import ProgressBar, fetch, id_windows, joined, kline_windows
from binance_lab.wire.intervals import interval_of

MINUTE = 60_000


@given(start=st.integers(0, 10**7), length=st.integers(0, 5_000))
def test_windows_hold_every_candle_once(start, length):
    """Pages of candles touch, don't overlap, and cover the range's open times."""
    end = start + length * MINUTE
    opens = list(interval_of("1m").open_times(start, end))
    windows = kline_windows(interval_of("1m"), start, end)
    paged = [t for a, b in windows for t in interval_of("1m").open_times(a, b)]
    assert paged == opens


def test_a_window_asks_for_no_more_than_a_page():
    """No page spans more than 1,000 candles."""
    windows = kline_windows(interval_of("1m"), 0, 2_500 * MINUTE)
    assert [end - start + 1 for start, end in windows[:2]] == [1_000 * MINUTE] * 2


@pytest.mark.parametrize("interval", ["1m", "1M"])
def test_an_empty_range_asks_for_nothing(interval):
    """Where no candle opens, no request is planned."""
    assert kline_windows(interval_of(interval), 2, 1) == []


def test_months_are_one_page():
    """Months have no fixed length and always fit one request."""
    assert kline_windows(interval_of("1M"), 0, 10**12) == [(0, 10**12)]


def test_id_windows_end_at_the_last_id():
    """The last page asks for just the rows that are left."""
    assert id_windows(5, 2_004) == [(5, 1000), (1005, 1000)]
    assert id_windows(5, 5) == [(5, 1)]


def test_answers_come_in_the_order_of_the_calls():
    """A slow first page does not change the order of the answers."""
    second = threading.Event()
    calls = [
        lambda: second.wait(30) and b"[1,2]",
        lambda: second.set() or b"[3]",
    ]
    assert list(fetch(calls, label="test")) == [b"[1,2,3]"]


def test_pages_are_joined_some_at_a_time():
    """Lists become fewer, longer ones; an empty page adds nothing, and what is no list stays."""
    pages = [b"[%d]" % number for number in range(20)]
    assert [json.loads(body) for body in joined(pages)] == [list(range(16)), list(range(16, 20))]
    assert list(joined([b"[]", b"[1]", b"[]"])) == [b"[1]"]
    assert list(joined([b"[1]", b'{"code": -1}'])) == [b"[1]", b'{"code": -1}']
    assert list(joined([])) == []


def test_the_first_error_ends_the_rest():
    """An error is raised at once; calls that have not begun are not made."""
    begun, released = [], []
    release = threading.Event()

    def fail() -> bytes:
        raise ValueError("refused")

    def other(number: int) -> bytes:
        begun.append(number)
        released.append(release.wait(30))
        return b"[]"

    calls = [fail, *(lambda n=n: other(n) for n in range(100))]
    with pytest.raises(ValueError, match="refused"):
        list(fetch(calls, label="test"))
    assert len(begun) < 40
    assert released == []  # it waited for none of those under way
    release.set()


def test_a_bar_leaves_no_thread_behind():
    """tqdm's own thread, which would watch for bars that stand still, isn't started."""
    before = set(threading.enumerate())
    with ProgressBar(total=2, file=io.StringIO(), miniters=0) as bar:
        bar.update()
    assert {type(thread) for thread in threading.enumerate() if thread not in before} == set()
