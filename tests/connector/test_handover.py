"""Two connections that carry the same streams become one sequence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from binance_lab.connector.handover import GRACE_NS, Handover


def told(*numbers: int) -> list[bytes]:
    return [b"%d" % number for number in numbers]


class Sequence:
    """A handover, and what it passed on."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.handover = Handover(lambda messages, received_ns: self.messages.extend(messages))

    def numbers(self) -> list[int]:
        return [int(message) for message in self.messages]


def test_new_connection_is_held_until_the_switch():
    """Before the switch only the old connection is heard."""
    both = Sequence()
    both.handover.from_new(told(2), 0)
    both.handover.from_old(told(1, 2), 0)
    assert both.numbers() == [1, 2]


def test_held_messages_continue_without_repeat():
    """At the switch follows what the old connection has not brought, in order."""
    both = Sequence()
    both.handover.from_old(told(1, 2), 0)
    both.handover.from_new(told(2, 3), 0)
    both.handover.from_old(told(3), 0)
    both.handover.from_new(told(4), 0)
    both.handover.switch(10)
    both.handover.from_new(told(5), 20)
    assert both.numbers() == [1, 2, 3, 4, 5]
    assert both.handover.repeats == 2


def test_old_connection_is_not_heard_after_the_switch():
    """What the old connection still brings is left out: the new one brings it too."""
    both = Sequence()
    both.handover.switch(10)
    both.handover.from_old(told(1), 20)
    assert both.numbers() == []


def test_new_connection_may_lag():
    """What the new connection brings late, and the old one brought, is left out after the switch."""
    both = Sequence()
    both.handover.from_old(told(1, 2, 3), 0)
    both.handover.switch(10)
    both.handover.from_new(told(2, 3, 4), 20)
    assert both.numbers() == [1, 2, 3, 4]
    assert not both.handover.finished(10 + GRACE_NS)
    assert both.handover.finished(11 + GRACE_NS)


def test_something_may_be_told_between_the_two():
    """The call given to switch comes after the last message of the old, before the new one's."""
    both = Sequence()
    both.handover.from_old(told(1), 0)
    both.handover.from_new(told(2), 0)
    both.handover.switch(10, lambda: both.messages.append(b"0"))
    assert both.numbers() == [1, 0, 2]


@given(st.data())
def test_nothing_is_lost_or_doubled(data: st.DataObject):
    """However two connections lag, the sequence is whole if the old one reached the new's start."""
    total = data.draw(st.integers(1, 30))
    first_new = data.draw(st.integers(0, total))
    both, old, new = Sequence(), 0, first_new
    while old < first_new or data.draw(st.booleans()):
        if data.draw(st.booleans()) and old < total:
            both.handover.from_old(told(old), 0)
            old += 1
        elif new < total:
            both.handover.from_new(told(new), 0)
            new += 1
    both.handover.switch(10)
    both.handover.from_new(told(*range(new, total)), 20)
    assert both.numbers() == list(range(total))
