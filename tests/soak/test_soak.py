"""A short soak finds nothing wrong, and what is wrong is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .__main__ import soak
from .findings import Sample, judged, rows, threads, write_section

SECONDS = 12.0


def steady(**changes) -> list[Sample]:
    """Samples of a process that stands still; a change holds for the last third."""
    sample = Sample("desk", 0.0, 200.0, 0.0, 20, 5, {"unlisted": 0})
    samples = [replace(sample, at_s=float(at), cpu_s=at * 0.1) for at in range(0, 300, 5)]
    return [replace(each, **changes) if each.at_s > 205 else each for each in samples]


def test_a_short_soak_follows_everything():
    """Every notebook gets messages and misses nothing; the form's clicks are orders."""
    samples = soak(SECONDS)
    last = {each.name: each.report for each in samples}
    assert list(last) == ["exchange", "desk", "form", "views", "recorder"]
    for name in ("desk", "form", "views", "recorder"):
        assert last[name]["messages"] > 0
        assert last[name]["unlisted"] == 0
        assert last[name]["errors"] == []
    assert last["form"]["clicks"] > 1
    assert last["form"]["orders"] >= last["form"]["clicks"] - 1


def test_a_steady_process_is_right():
    """Nothing is wrong with what stands still."""
    assert judged(steady()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"rss_mb": 250.0}, "memory grew by 50 MB"),
     ({"threads": 21}, "threads grew from 20 to 21"),
     ({"sockets": 9}, "sockets grew from 5 to 9"),
     ({"cpu_s": 300.0}, "of a core"),
     ({"report": {"unlisted": 3}}, "3 trades are missing and not listed"),
     ({"report": {"clicks": 9, "orders": 7}}, "7 orders of 9 clicks"),
     ({"report": {"errors": ["KeyError"]}}, "a view failed: KeyError")],
)  # fmt: skip
def test_what_is_wrong_is_said(changes, words):
    """Growth, a dear process, a hole that nobody lists, a lost click, a failed view."""
    assert any(words in line for line in judged(steady(**changes)))


def test_threads_that_came_are_named():
    """A thread more says which; a connection that took another's place is no news."""
    before = ["MainThread", "binance_lab:ws:stream-1:127.0.0.1:4711"]
    after = ["MainThread", "binance_lab:ws:stream-2:127.0.0.1:4711", "one", "two", "two"]
    samples = [
        replace(each, report={"threads": after if each.at_s > 205 else before})
        for each in steady(threads=23)
    ]
    assert judged(samples) == ["desk: threads grew from 20 to 23: one, 2 two"]
    assert threads(samples).splitlines() == [
        "desk: MainThread, binance_lab:ws:stream-#:127.0.0.1:#",
        "  came: one, 2 two",
    ]


def test_the_section_replaces_the_former(tmp_path):
    """README has one section, before the next one, however often it is written."""
    report = {"unlisted": 0, "messages": 7, "orders": 0, "holes": 2, "unfilled": 0}
    samples = steady(report=report)
    readme = tmp_path / "README.md"
    readme.write_text("# it\n\n## Built on\n\nthings\n", "utf-8")
    for _ in range(2):
        write_section(samples, readme)
    text = readme.read_text("utf-8")
    assert text.count("## Soak") == text.count("## Built on") == 1
    assert "things" in text
    assert "| desk | 10% |" in text
    assert rows(samples)[0][-1] == "2 of 2"
