"""What a view says at its edge about what its stream skipped."""

from __future__ import annotations

import time
from types import SimpleNamespace

from binance_lab.live import Account
from binance_lab.live.ledger import Ledger
from binance_lab.live.runtime import Inline
from binance_lab.widgets.gaps import SHOWN_S, gap_line
from binance_lab.widgets.tape import TapeView
from tests.browser.stand_ins import MovedTape
from tests.live.doubles import FakeClient


def source_of(ledger: Ledger) -> SimpleNamespace:
    return SimpleNamespace(ledger=ledger)


def test_nothing_is_said_where_nothing_is_missing():
    """A source without holes, or without a ledger, has no line."""
    assert gap_line([source_of(Ledger("btcusdt@trade", "trade id")), object()]) == ("", "")


def test_an_open_hole_says_how_much_is_missing():
    """While it is fetched the line counts what is still missing, and says since when."""
    ledger = Ledger("btcusdt@trade", "trade id")
    ledger.note(100, 111)
    ledger.fill(100, 101, reason="came late")
    text, tone = gap_line([source_of(ledger)])
    assert text.startswith("gap: 10 trades missing since ")
    assert text.endswith(", being fetched")
    assert tone == "warn"


def test_a_hole_that_was_given_up_says_why():
    """What can't be fetched stays in the line, with the reason, and older ones are counted."""
    ledger = Ledger("btcusdt@aggTrade", "aggregate trade id")
    ledger.note(5, 5)
    ledger.give_up(ledger.note(9, 9), "the server has no trade 9")
    assert gap_line([source_of(ledger)])[0].endswith(
        ", and 1 older one, given up: the server has no trade 9"
    )


def test_a_filled_hole_is_told_for_a_minute():
    """After the hole is filled the line says so, then goes."""
    ledger = Ledger("btcusdt@depth", "update id")
    gap = ledger.note(1, 1_200)
    ledger.fill(1, 1_200, reason="a new snapshot")
    assert gap_line([source_of(ledger)]) == ("backfilled: 1,200 updates, a new snapshot", "muted")
    gap.closed_ns = time.time_ns() - int((SHOWN_S + 1) * 1e9)
    assert gap_line([source_of(ledger)]) == ("", "")


def test_missing_candles_are_told_by_their_times():
    """Candles are counted by time: the line has from when to when."""
    ledger = Ledger("btcusdt@kline_1m", "open time (ms)")
    ledger.note(1_723_112_580_000, 1_723_112_700_000)
    assert "gap: candles of " in gap_line([source_of(ledger)])[0]
    assert ":23:00–" in gap_line([source_of(ledger)])[0]


def test_one_candle_has_one_time():
    """Of a single candle the line does not say from when to when."""
    ledger = Ledger("btcusdt@kline_1m", "open time (ms)")
    ledger.note(1_723_112_580_000, 1_723_112_580_000)
    ledger.fill(1_723_112_580_000, 1_723_112_580_000, reason="fetched by REST")
    text, _ = gap_line([source_of(ledger)])
    assert text.startswith("backfilled: candle of ")
    assert text.endswith(":23:00, fetched by REST")


def test_what_an_account_misses_is_no_candle():
    """A hole of an account is told from when to when; what is missing nobody knows."""
    ledger = Ledger("", Account(FakeClient(), runtime=Inline()).ledger.key)
    ledger.note(1_723_112_580_000, 1_723_112_700_000)
    text, _ = gap_line([source_of(ledger)])
    assert text.startswith("gap: something of ")
    assert ":23:00–" in text


def test_every_view_of_a_source_has_the_line():
    """The head that a page gets has it, whatever the view."""
    tape = MovedTape()
    tape.ledger = Ledger("btcusdt@trade", "trade id")
    tape.ledger.note(3, 3)
    with TapeView(tape) as view:
        assert view.head()["gap"].startswith("gap: 1 trade missing")
