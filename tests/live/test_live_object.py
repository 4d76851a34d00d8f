"""What all live objects do: states, waiting, callbacks, consumers, closing."""

from __future__ import annotations

import threading

import pytest

from binance_lab.connector.connection import State
from binance_lab.live import Tape
from binance_lab.live.runtime import Inline, Threads

from ..connector.servers import wait_until
from .doubles import event, trade


@pytest.fixture
def threads():
    runtime = Threads()
    yield runtime
    runtime.close()


def feed(tape: Tape, *numbers: int) -> None:
    for number in numbers:
        tape.receive([trade(number)], 1)


def test_states_follow_the_connection():
    """connecting, live, stale while it is lost, out of sync until a message tells what was missed, live, stopped."""
    tape = Tape("BTCUSDT")
    states = [tape.state]
    feed(tape, 1)
    states.append(tape.state)
    for state in (State.CLOSED, State.RECONNECTING, State.OPEN):
        tape.connection_changed(event(state))
        states.append(tape.state)
    feed(tape, 1)
    states.append(tape.state)
    tape.close()
    states.append(tape.state)
    lost = ["stale", "stale", "out of sync"]
    assert states == ["connecting", "live", *lost, "live", "stopped"]


def test_an_object_whose_stream_is_there_is_live():
    """Where nothing is traded for a while, a tape is live as soon as its connection is."""
    tape = Tape("BTCUSDT")
    tape.connection_changed(event(State.SUBSCRIBED))
    assert tape.state == "live"


def test_a_batch_that_can_not_be_applied_is_told(threads, monkeypatch, caplog):
    """An error on the applying thread is kept in error and logged; the next batch is applied."""
    tape = Tape("BTCUSDT", runtime=threads)
    with monkeypatch.context() as patch:
        patch.setattr(tape, "_take", lambda events: 1 / 0)
        feed(tape, 1)
        assert tape.until(lambda: tape.error is not None, timeout=30)
        assert tape.drain(timeout=30)
    feed(tape, 2)
    assert tape.until(lambda: tape.version == 1, timeout=30)
    assert isinstance(tape.error, ZeroDivisionError)
    assert "a job of a live object failed" in caplog.text


def test_a_refused_stream_is_an_error():
    """Where the server refuses the stream, the state is error and the reason is kept."""
    tape = Tape("BTCUSDT")
    tape.connection_changed(event(State.REFUSED, "Invalid request"))
    assert tape.state == "error"
    assert "Invalid request" in str(tape.error)


def test_version_counts_changes_and_wait_waits_for_them(threads):
    """wait(n) returns when there were n more changes, and is False if time is over first."""
    tape = Tape("BTCUSDT", runtime=threads)
    assert not tape.wait(timeout=0.01)
    threading.Timer(0.01, feed, (tape, 1, 2, 3)).start()
    assert tape.wait(3, timeout=30)
    assert tape.version == 3
    assert tape.wait_live(timeout=30)
    assert tape.last_message_age_s > 0


def test_a_condition_is_asked_without_the_lock():
    """While a condition of until is worked out, the object can be read and changed."""
    tape, versions = Tape("BTCUSDT"), []

    def condition() -> bool:
        other = threading.Thread(target=feed, args=(tape, 1), daemon=True)
        other.start()
        other.join(30)
        versions.append(tape.version)
        return True

    assert tape.until(condition, timeout=30)
    assert versions == [1]


def test_what_is_done_at_close_is_done_at_once_when_it_is_closed():
    """Who registers after the end is called all the same."""
    tape, calls = Tape("BTCUSDT"), []
    tape.at_close(lambda: calls.append("before"))
    tape.close()
    tape.at_close(lambda: calls.append("after"))
    assert calls == ["before", "after"]


def test_on_change_calls_until_it_is_taken_back():
    """A callback comes after changes; what on_change returned ends that."""
    tape, calls = Tape("BTCUSDT"), []
    take_back = tape.on_change(lambda: calls.append(tape.version))
    feed(tape, 1, 2)
    take_back()
    feed(tape, 3)
    assert calls == [1, 2]


def test_a_failing_callback_stops_nothing(caplog):
    """An exception in a callback is logged once and counted; everything goes on."""
    tape, calls = Tape("BTCUSDT"), []
    tape.on_change(lambda: 1 / 0)
    tape.on_change(lambda: calls.append(1))
    feed(tape, 1, 2, 3)
    assert tape.callback_errors == 3
    assert len(calls) == 3
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    tape.close()
    assert caplog.messages[-1].endswith("failed 3 times")


def test_a_slow_callback_delays_no_data(threads):
    """While a callback sleeps, trades are applied."""
    tape, asleep = Tape("BTCUSDT", runtime=threads), threading.Event()
    tape.on_change(lambda: asleep.wait(30))
    feed(tape, *range(1, 1001))
    assert tape.until(lambda: tape.version == 1000, timeout=30)
    asleep.set()


def test_a_consumer_gets_every_event_in_order(threads):
    """follow(callback) calls back with each trade, on a thread of its own."""
    tape, got = Tape("BTCUSDT", runtime=threads), []
    consumer = tape.follow(lambda each: got.append(each.id))
    feed(tape, *range(1, 501))
    assert consumer.wait(500, timeout=30)
    assert got == list(range(1, 501))
    assert (consumer.delivered, consumer.dropped, consumer.errors) == (500, 0, 0)


@pytest.mark.parametrize(
    ("policy", "got", "dropped"),
    [("drop_oldest", [1, 92, 93, 94, 95, 96, 97, 98, 99, 100], 90), ("latest", [1, 100], 98)],
)
def test_a_slow_consumer_drops_by_its_policy(policy, got, dropped):
    """drop_oldest keeps as many as its size, latest only the newest; both count what is lost."""
    tape, seen, taken, go_on = Tape("BTCUSDT"), [], threading.Event(), threading.Event()

    def slow(each):
        seen.append(each.id)
        taken.set()
        go_on.wait(30)

    consumer = tape.follow(slow, policy=policy, size=9)
    feed(tape, 1)
    assert taken.wait(30)
    feed(tape, *range(2, 101))
    go_on.set()
    assert consumer.wait(len(got), timeout=30)
    assert seen == got
    assert consumer.dropped == dropped
    assert tape.count == 100


def test_a_blocking_consumer_loses_nothing_and_does_not_block_the_socket(threads):
    """With block the object waits for its consumer; receiving goes on, and nothing is dropped."""
    tape, go_on, seen = Tape("BTCUSDT", runtime=threads), threading.Event(), []

    def slow(each):
        go_on.wait(30)
        seen.append(each.id)

    consumer = tape.follow(slow, policy="block", size=10)
    feed(tape, *range(1, 2001))
    assert tape.received == 2000
    assert tape.version <= 20
    go_on.set()
    assert consumer.wait(2000, timeout=30)
    assert seen == list(range(1, 2001))
    assert (consumer.dropped, tape.dropped) == (0, 0)


def test_a_blocked_object_holds_up_no_other(threads):
    """While one object waits for its consumer, another is current."""
    first, second = (Tape("BTCUSDT", runtime=threads) for _ in range(2))
    go_on = threading.Event()
    consumer = first.follow(lambda each: go_on.wait(30), policy="block", size=1)
    feed(first, *range(1, 100))
    feed(second, *range(1, 100))
    assert second.until(lambda: second.version == 99, timeout=30)
    assert first.version < 99
    go_on.set()
    assert consumer.wait(99, timeout=30)


def test_a_failing_consumer_goes_on(caplog):
    """Each exception of a consumer's callback is counted, the first is logged, none ends it."""
    tape = Tape("BTCUSDT")
    consumer = tape.follow(lambda each: 1 / 0)
    feed(tape, 1, 2, 3)
    assert consumer.wait(3, timeout=30)
    assert consumer.errors == 3
    assert isinstance(consumer.error, ZeroDivisionError)
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    tape.close()
    assert caplog.messages[-1].endswith("failed 3 times")


def test_iterating_ends_when_the_object_is_closed(threads):
    """A loop over an object gets its events until close."""
    tape, got = Tape("BTCUSDT", runtime=threads), []
    consumer = tape.follow()
    reader = threading.Thread(target=lambda: got.extend(each.id for each in consumer))
    reader.start()
    feed(tape, 1, 2)
    assert consumer.wait(2, timeout=30)
    tape.close()
    reader.join(30)
    assert not reader.is_alive()
    assert got == [1, 2]


def test_an_unknown_policy_is_refused():
    """The error lists the policies there are."""
    with pytest.raises(ValueError, match="block, drop_oldest, latest"):
        Tape("BTCUSDT").follow(policy="newest")


def test_more_than_the_inbox_holds_is_dropped_counted_and_a_hole():
    """When messages come faster than they can be applied for too long, the oldest are lost, told."""
    tape = Tape("BTCUSDT", runtime=Inline(), inbox_size=10)
    feed(tape, 1)
    with tape.follow(policy="block", size=1) as consumer:
        feed(tape, *range(2, 32))
    assert consumer.dropped == 0
    assert tape.dropped == 19
    assert tape.frame()["id"].tolist() == [1, 2, *range(22, 32)]
    assert tape.gaps[["first", "last"]].to_numpy().tolist() == [[3, 21]]


def test_what_is_dropped_before_the_first_is_applied_is_a_hole():
    """Trades that overflow the inbox before any was applied are listed as missing."""
    runtime = Inline()
    tape = Tape("BTCUSDT", runtime=runtime, inbox_size=10)
    runtime.apply(lambda: feed(tape, *range(1, 32)))  # nothing is applied meanwhile
    assert tape.frame()["id"].tolist() == [*range(22, 32)]
    assert tape.gaps[["first", "last"]].to_numpy().tolist() == [[1, 21]]
    assert not tape.complete


def test_closing_ends_it_and_keeps_what_it_holds():
    """After close nothing more is taken, waiting ends, and the frame can still be read."""
    tape = Tape("BTCUSDT")
    feed(tape, 1)
    tape.close()
    feed(tape, 2)
    assert tape.frame()["id"].tolist() == [1]
    assert not tape.wait(timeout=30)
    assert repr(tape) == "<Tape BTCUSDT 1 trade: stopped>"
    tape.close()


def test_closed_threads_end():
    """close() ends the threads of a runtime."""
    runtime = Threads()
    tape = Tape("BTCUSDT", runtime=runtime)
    feed(tape, 1)
    assert tape.wait_live(timeout=30)
    runtime.close()
    used = [thread for worker in runtime._workers.values() for thread in worker._threads]
    assert used
    assert not any(thread.is_alive() for thread in used)


def test_two_fetches_do_not_wait_for_each_other(threads):
    """A thread that is idle takes one job; a second that comes at once gets a thread of its own."""
    idle = threading.Event()
    threads.fetch(idle.set)
    assert idle.wait(30)
    fetcher = threads._workers["fetch"]
    wait_until(lambda: fetcher._waiting)
    both, met = threading.Barrier(2), threading.Semaphore(0)

    def meet() -> None:
        both.wait(30)
        met.release()

    with fetcher._wake:  # so that the idle thread can't take the first before the second is there
        threads.fetch(meet)
        threads.fetch(meet)
    assert met.acquire(timeout=30)
    assert met.acquire(timeout=30)


def test_threads_that_a_moment_needed_end(threads):
    """Three fetches at once take three threads; afterwards one waits for the next."""
    together, met = threading.Barrier(3), threading.Semaphore(0)

    def meet() -> None:
        together.wait(30)
        met.release()

    for _ in range(3):
        threads.fetch(meet)
    assert all(met.acquire(timeout=30) for _ in range(3))
    fetcher = threads._workers["fetch"]
    wait_until(lambda: fetcher._waiting and len(fetcher._threads) == 1)
    again = threading.Event()
    threads.fetch(again.set)
    assert again.wait(30)


def test_delayed_fetches_do_not_wait_for_each_other(threads):
    """Two that are due at the same time are done at the same time."""
    both, met = threading.Barrier(2), threading.Semaphore(0)

    def meet() -> None:
        both.wait(30)
        met.release()

    for _ in range(2):
        threads.fetch(meet, delay_s=0.01)
    assert met.acquire(timeout=30)
    assert met.acquire(timeout=30)
