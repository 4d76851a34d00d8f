"""Tape: every trade once, in order; holes in a ledger, and filled."""

from __future__ import annotations

import pandas as pd
import pytest

from binance_lab.connector.connection import State
from binance_lab.connector.exceptions import BadSymbol, ConnectionFailed
from binance_lab.live import Tape
from binance_lab.live.runtime import Inline

from .doubles import FakeClient, event, recorded_messages, rest_trade, trade


def tape_of(*numbers: int, client=None, **options) -> Tape:
    tape = Tape("BTCUSDT", client=client, runtime=Inline(), **options)
    for number in numbers:
        tape.receive([trade(number)], 1)
    return tape


def ids(tape: Tape) -> list[int]:
    return tape.frame()["id"].tolist()


def history_of(*numbers: int):
    """historicalTrades of a server that has these trades."""

    def answer(fromId: int, limit: int):
        return [rest_trade(number) for number in numbers if number >= fromId][:limit]

    return answer


def test_a_new_tape_is_empty_and_complete():
    """Before the first trade the frame has its columns, and nothing is missing."""
    tape = tape_of()
    assert tape.state == "connecting"
    assert len(tape.frame()) == 0
    assert dict(tape.frame().dtypes) == dict(tape_of(1, 2).frame().dtypes)
    assert tape.complete
    assert tape.last is None


def test_trades_become_rows():
    """A trade's numbers, its time and who was the maker are in its row."""
    tape = Tape("BTCUSDT")
    tape.receive([trade(7, price="100.5", qty="2", time_ms=1_723_161_240_123, sold=True)], 1)
    frame = tape.frame()
    assert frame.index[0] == pd.Timestamp("2024-08-08 23:54:00.123", tz="UTC")
    assert frame.iloc[0].to_dict() == {
        "id": 7,
        "price": 100.5,
        "qty": 2.0,
        "quote_qty": 201.0,
        "buyer_is_maker": True,
        "source": "stream",
    }
    assert tape.last.price == 100.5
    assert frame.attrs["symbol"] == "BTCUSDT"


def test_times_in_microseconds_are_the_same_times():
    """A connection whose times are in µs makes the rows that one in ms makes."""
    in_ms, in_us = Tape("BTCUSDT"), Tape("BTCUSDT")
    in_ms.receive([trade(1, time_ms=1_723_161_240_123)], 1)
    in_us.receive([trade(1, time_ms=1_723_161_240_123_000)], 1)
    pd.testing.assert_frame_equal(in_ms.frame(), in_us.frame())


def test_the_recorded_trades_are_all_there(recorded):
    """The capture of 2024-08-08 has 9,757 trades whose ids are contiguous."""
    tape = Tape("BTCUSDT")
    for message in recorded_messages(recorded, "@trade"):
        tape.receive([message], 1)
    first_file = tape.frame()["id"].iloc[:9757]
    assert first_file.iloc[-1] - first_file.iloc[0] == 9756
    assert (tape.frame()["id"].diff().dropna() == 1).all()
    assert tape.complete
    assert tape.duplicates == 0


def test_a_trade_that_comes_twice_is_left_out():
    """Overlapping connections repeat trades; the tape has each once."""
    tape = tape_of(1, 2, 3, 2, 3, 4)
    assert ids(tape) == [1, 2, 3, 4]
    assert tape.duplicates == 2
    assert tape.complete


def test_a_hole_is_in_the_ledger():
    """Ids that were skipped are listed, and the tape isn't complete."""
    tape = tape_of(1, 2, 5)
    gap = tape.gaps.iloc[0]
    assert (gap["first"], gap["last"], gap["missing"]) == (3, 4, 2)
    assert gap["state"] == "unresolvable"
    assert gap["reason"] == "there is no client"
    assert not tape.complete
    assert tape.open_gaps == 1


def test_a_hole_is_filled_by_rest_and_marked():
    """Skipped trades are fetched and put in their place; source says that REST told them."""
    client = FakeClient(historical_trades=history_of(*range(1, 9)))
    tape = tape_of(1, 2, 6, 7, client=client)
    assert tape._runtime.run_later() == 1
    assert ids(tape) == [1, 2, 3, 4, 5, 6, 7]
    assert tape.frame()["source"].tolist() == ["stream"] * 2 + ["rest"] * 3 + ["stream"] * 2
    assert tape.complete
    assert tape.gaps["state"].tolist() == ["backfilled"]
    assert client.asked == [("historical_trades", {"fromId": 3, "limit": 3})]


def test_a_large_hole_is_fetched_in_pages():
    """More than 1,000 skipped trades take several requests."""
    client = FakeClient(historical_trades=history_of(*range(1, 4000)))
    tape = tape_of(1, 2502, client=client)
    tape._runtime.run_later()
    assert ids(tape) == list(range(1, 2503))
    assert [params["limit"] for _, params in client.asked] == [1000, 1000, 500]


def test_a_trade_that_comes_late_fills_its_hole():
    """Messages that changed places on their way end up in order, and nothing is fetched."""
    client = FakeClient(historical_trades=history_of())
    tape = tape_of(1, 3, 2, 4, client=client)
    tape._runtime.run_later()
    assert ids(tape) == [1, 2, 3, 4]
    assert tape.gaps["reason"].tolist() == ["came late"]
    assert tape.complete
    assert client.asked == []


def test_a_failed_fetch_is_tried_again():
    """While the network is down a hole stays open; then it is filled."""
    client = FakeClient(historical_trades=ConnectionFailed("no network"))
    tape = tape_of(1, 3, client=client)
    tape._runtime.run_later()
    assert tape.gaps["state"].tolist() == ["open"]
    client.answers["historical_trades"] = history_of(1, 2, 3)
    tape._runtime.run_later()
    assert ids(tape) == [1, 2, 3]


def test_what_the_server_lacks_is_unresolvable_and_says_why():
    """A hole that can't be filled is given up with a reason, and can be asked for again."""
    client = FakeClient(historical_trades=history_of(3))
    tape = tape_of(1, 3, client=client)
    while tape._runtime.run_later():
        pass
    assert tape.gaps["state"].tolist() == ["unresolvable"]
    assert tape.gaps["reason"].tolist() == ["the server has no trade id 2"]
    client.answers["historical_trades"] = history_of(1, 2, 3)
    tape.refill()
    assert tape.complete


def test_a_refusal_is_final():
    """A request that the server refuses is not repeated."""
    refused = BadSymbol("-1121 Invalid symbol.", status=400, code=-1121)
    client = FakeClient(historical_trades=refused)
    tape = tape_of(1, 3, client=client)
    tape._runtime.run_later()
    assert tape._runtime.run_later() == 0
    assert tape.gaps["state"].tolist() == ["unresolvable"]
    assert tape.error is refused


def test_a_reconnect_catches_up():
    """Trades that were missed are fetched when the connection is back, before the next comes."""
    client = FakeClient(historical_trades=history_of(1, 2, 3, 4))
    tape = tape_of(1, 2, client=client)
    tape.connection_changed(event(State.CLOSED))
    tape.connection_changed(event(State.OPEN))
    assert ids(tape) == [1, 2, 3, 4]
    tape.receive([trade(4)], 1)
    tape.receive([trade(5)], 1)
    assert ids(tape) == [1, 2, 3, 4, 5]
    assert tape.frame()["source"].tolist() == ["stream"] * 2 + ["rest"] * 2 + ["stream"]
    assert len(tape.gaps) == 0


def lost_and_back(tape: Tape) -> None:
    """Its connection is cut and there again."""
    tape.connection_changed(event(State.CLOSED))
    tape.connection_changed(event(State.OPEN))


def test_a_tape_is_live_again_once_it_knows_what_it_missed():
    """After a reconnect it is out of sync until REST, or the next trade, tells what came meanwhile."""
    client = FakeClient(historical_trades=ConnectionFailed("no network"))
    tape = tape_of(1, 2, client=client)
    assert tape.complete
    tape.connection_changed(event(State.CLOSED))
    assert (tape.state, tape.complete) == ("stale", True)  # up to there
    tape.connection_changed(event(State.OPEN))
    assert (tape.state, tape.complete) == ("out of sync", False)
    client.answers["historical_trades"] = history_of(1, 2, 3)
    tape._runtime.run_later()
    assert (tape.state, tape.complete, ids(tape)) == ("live", True, [1, 2, 3])
    client.answers["historical_trades"] = ConnectionFailed("no network")
    lost_and_back(tape)
    assert tape.state == "out of sync"
    tape.receive([trade(6)], 1)
    assert (tape.state, tape.gaps["missing"].tolist()) == ("live", [2])


def test_a_tape_that_missed_more_than_a_page_asks_for_all():
    """As long as an answer is full there may be more behind it."""
    client = FakeClient(historical_trades=history_of(*range(1, 2_503)))
    tape = tape_of(1, 2, client=client)
    lost_and_back(tape)
    assert len(client.asked) == 3
    assert (tape.state, ids(tape)) == ("live", list(range(1, 2_503)))


def test_an_answer_from_before_another_loss_proves_nothing():
    """What REST was asked for before the connection was lost again can't tell what is missing since."""
    client = FakeClient(historical_trades=[])
    tape = tape_of(1, 2, client=client)

    def cut(fromId: int, limit: int) -> list[object]:
        client.answers["historical_trades"] = ConnectionFailed("no network")
        lost_and_back(tape)
        return []

    client.answers["historical_trades"] = cut
    lost_and_back(tape)
    assert tape.state == "out of sync"


def test_history_comes_before_the_stream():
    """Trades from before the first one are fetched; a hole between them is noted."""
    client = FakeClient(
        trades=[rest_trade(number) for number in (8, 9, 10)],
        historical_trades=history_of(11, 12),
    )
    tape = tape_of(13, client=client, history=3)
    tape.start()
    tape._runtime.run_later()
    assert ids(tape) == [8, 9, 10, 11, 12, 13]
    assert tape.complete


def test_since_gives_what_came_after_a_version():
    """A reader that keeps the version gets only what is new, filled holes included."""
    tape = tape_of(1, 2, 5, client=FakeClient(historical_trades=history_of(3, 4)))
    version = tape.version
    tape._runtime.run_later()
    tape.receive([trade(6)], 1)
    assert tape.since(version)["id"].tolist() == [3, 4, 6]
    assert len(tape.since(tape.version)) == 0
    assert tape.tail(2)["id"].tolist() == [5, 6]


@pytest.mark.parametrize("options", [{"max_rows": 100}, {"max_age_s": 9.95}])
def test_old_trades_are_dropped(options):
    """A tape is bounded, by rows or by time; its count goes on."""
    tape = tape_of(*range(1, 1001), **options)
    assert ids(tape) == list(range(901, 1001))
    assert tape.count == 1000


def test_a_late_trade_is_as_old_as_it_is():
    """One that fills a hole older than all that is kept is not kept either, but counted."""
    tape = tape_of(1, 3, *range(50, 60), max_age_s=1)
    tape.receive([trade(2)], 1)
    assert ids(tape) == list(range(50, 60))
    assert tape.count == 13


def test_a_frame_does_not_change():
    """What was read stays as it was, whatever comes, and may be written to."""
    tape = tape_of(1, 2)
    frame = tape.frame()
    frame.loc[:, "price"] = 0.0
    tape.receive([trade(3)], 1)
    assert len(frame) == 2
    assert tape.frame()["price"].tolist() == [100.0] * 3


def test_a_garbled_message_stops_nothing():
    """A message that can't be read is counted and told; the next one counts."""
    tape = tape_of(1)
    tape.receive([b'{"stream":"btcusdt@trade","data":{"e":"tra'], 1)
    tape.receive([trade(2)], 1)
    assert ids(tape) == [1, 2]
    assert tape.garbled == 1
    assert "can't be read" in str(tape.error)
    assert tape.state == "live"


def test_aggregate_trades_have_their_first_and_last_trade():
    """A tape of aggregate trades has the ids of the trades in each."""
    tape = Tape("BTCUSDT", kind="aggTrade")
    data = '{"e":"aggTrade","E":1,"s":"BTCUSDT","a":5,"p":"1","q":"2","f":7,"l":9,"T":1,"m":false}'
    tape.receive([f'{{"stream":"btcusdt@aggTrade","data":{data}}}'.encode()], 1)
    row = tape.frame().iloc[0]
    assert (row["id"], row["first_trade_id"], row["last_trade_id"]) == (5, 7, 9)
