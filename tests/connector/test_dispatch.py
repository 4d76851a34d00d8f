"""Between a reader that must not wait and a callback that may."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from binance_lab.connector.dispatch import Dispatcher, Policy

from .servers import wait_until


class Gate:
    """A callback that takes nothing until it is opened."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.busy = threading.Event()
        self.open = threading.Event()

    def __call__(self, message: bytes) -> None:
        self.busy.set()
        assert self.open.wait(30)
        self.seen.append(message)


Make = Callable[..., Dispatcher]


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


@pytest.fixture
def make(gate: Gate) -> Iterator[Make]:
    made: list[Dispatcher] = []

    def make(policy: Policy, size: int = 3) -> Dispatcher:
        """A dispatcher whose callback is busy with the message 0."""
        made.append(Dispatcher(gate, name="test", policy=policy, size=size, key=lambda m: m[:1]))
        made[-1].put([b"0"])
        assert gate.busy.wait(30)
        return made[-1]

    yield make
    gate.open.set()
    for dispatcher in made:
        dispatcher.close()


def test_full_queue_drops_the_oldest(make: Make, gate: Gate):
    """drop_oldest keeps the newest messages and counts the others."""
    dispatcher = make("drop_oldest")
    dispatcher.put([b"1", b"2", b"3", b"4", b"5"])
    assert (dispatcher.waiting, dispatcher.dropped) == (3, 2)
    gate.open.set()
    wait_until(lambda: gate.seen == [b"0", b"3", b"4", b"5"])


def test_calls_between_messages_are_never_dropped(make: Make, gate: Gate):
    """A call keeps its turn, even if messages around it are dropped."""
    dispatcher = make("drop_oldest", size=2)
    dispatcher.call(lambda: gate.seen.append(b"call"))
    dispatcher.put([b"1", b"2", b"3"])
    gate.open.set()
    wait_until(lambda: b"3" in gate.seen)
    assert b"call" in gate.seen


def test_a_call_takes_no_message_s_place(make: Make, gate: Gate):
    """However many calls wait, as many messages wait as the queue is for."""
    dispatcher = make("drop_oldest")
    for _ in range(5):
        dispatcher.call(lambda: gate.seen.append(b"call"))
    dispatcher.put([b"1", b"2", b"3"])
    assert (dispatcher.waiting, dispatcher.dropped) == (3, 0)
    dispatcher.put([b"4"])
    assert (dispatcher.waiting, dispatcher.dropped) == (3, 1)
    gate.open.set()
    wait_until(lambda: gate.seen == [b"0", *[b"call"] * 5, b"2", b"3", b"4"])


def test_latest_keeps_one_of_each_key(make: Make, gate: Gate):
    """latest keeps the newest message of each key."""
    dispatcher = make("latest")
    dispatcher.put([b"a1", b"b1", b"a2", b"b2", b"b3"])
    assert dispatcher.dropped == 3
    gate.open.set()
    wait_until(lambda: gate.seen == [b"0", b"a2", b"b3"])


def test_block_lets_the_reader_wait(make: Make, gate: Gate):
    """block drops nothing: whoever puts waits until there is room."""
    dispatcher = make("block")
    reader = threading.Thread(target=dispatcher.put, args=([b"1", b"2", b"3", b"4"],))
    reader.start()
    wait_until(lambda: dispatcher.waiting == 4)
    assert reader.is_alive()
    gate.open.set()
    reader.join(30)
    assert not reader.is_alive()
    wait_until(lambda: gate.seen == [b"0", b"1", b"2", b"3", b"4"])


def test_loosened_block_lets_the_reader_go(make: Make):
    """loosen frees a reader that waits for room, so that its connection can be closed."""
    dispatcher = make("block")
    reader = threading.Thread(target=dispatcher.put, args=([b"1", b"2", b"3", b"4"],))
    reader.start()
    dispatcher.loosen()
    reader.join(30)
    assert not reader.is_alive()


def test_failure_is_told_and_counted(caplog: pytest.LogCaptureFixture):
    """What the callback raises is logged once, told each time, and ends nothing."""
    told: list[Exception] = []
    dispatcher = Dispatcher(lambda message: 1 / 0, name="test", failed=told.append)  # type: ignore[arg-type]
    dispatcher.put([b"1", b"2", b"3"])
    wait_until(lambda: dispatcher.failures == 3)
    dispatcher.close()
    assert [type(error) for error in told] == [ZeroDivisionError] * 3
    assert caplog.text.count("Traceback") == 1


def test_close_delivers_what_is_queued(make: Make, gate: Gate):
    """close returns when everything that was queued has been delivered."""
    dispatcher = make("drop_oldest")
    dispatcher.put([b"1", b"2"])
    gate.open.set()
    dispatcher.close()
    assert gate.seen == [b"0", b"1", b"2"]
