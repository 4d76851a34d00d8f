"""JSON: what it says, and what a long text costs."""

from __future__ import annotations

import gc

import pytest

from binance_lab.wire import json

LONG = b"[" + b"[1]," * 300_000 + b"[1]]"


@pytest.fixture
def collector():
    """The garbage collector as it usually is, whatever a test does with it."""
    yield
    gc.unfreeze()
    gc.enable()


def is_old(value: object) -> bool:
    return any(each is value for each in gc.get_objects(generation=2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b"[1, 2", "truncated"),
        ("", "truncated"),
        (b"[" + b" " * 2_000_000, "truncated"),
    ],
    ids=["deep", "cut", "empty", "long"],
)
def test_what_is_no_json_is_a_value_error(text, message):
    """A text that is damaged, or nested too deeply, is one kind of error; the collector runs on."""
    with pytest.raises(ValueError, match=message):
        json.decode(text)
    assert gc.isenabled()


def test_long_answer_is_not_gone_through_by_the_collector(collector):
    """What a long text says is old at once, and the collector goes on afterwards."""
    value = json.decode(LONG)
    assert is_old(value)
    assert is_old(value[-1])
    assert gc.isenabled()
    assert not gc.get_freeze_count()


def test_collector_that_is_off_stays_off(collector):
    """A program that turned the collector off finds it so."""
    gc.disable()
    assert len(json.decode(LONG)) == 300_001
    assert not gc.isenabled()


def test_what_a_program_froze_stays_frozen(collector):
    """Objects that a program took from the collector are not given back to it."""
    gc.freeze()
    frozen = gc.get_freeze_count()
    assert len(json.decode(LONG)) == 300_001
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen // 2
