"""OrderBook: begins with a snapshot, checks each update, and says when it can't be read."""

from __future__ import annotations

import math
import random
from decimal import Decimal

import pytest

from binance_lab.connector.connection import State
from binance_lab.connector.exceptions import BadInput, BadSymbol, BookOutOfSync, ConnectionFailed
from binance_lab.live import OrderBook, levels
from binance_lab.live.levels import Side
from binance_lab.live.runtime import Inline
from binance_lab.wire.events import decoder

from .doubles import FakeClient, depth, event, recorded_messages, snapshot

TICKER = decoder("btcusdt@bookTicker")


def book_of(*messages: bytes, client=None) -> OrderBook:
    book = OrderBook("BTCUSDT", client=client, runtime=Inline())
    for message in messages:
        if b"lastUpdateId" in message:
            book.offer_snapshot(message)
        else:
            book.receive([message], 1)
    return book


def test_a_book_can_not_be_read_before_its_snapshot():
    """Without a snapshot reading raises, and says what to do."""
    book = book_of(depth(1, 2))
    assert book.state == "connecting"
    with pytest.raises(BookOutOfSync, match="wait_live"):
        book.top()


def test_updates_before_the_snapshot_are_put_on_top_of_it():
    """Updates are kept from the start; those that the snapshot has already are left out."""
    book = book_of(
        depth(5, 8, bids=["98x7"]),
        depth(9, 12, bids=["99x0", "98.5x2"]),
        depth(13, 14, asks=["101x3"]),
        snapshot(10),
    )
    assert book.state == "live"
    assert book.last_update_id == 14
    assert book.best_bid == (98.5, 2.0)
    assert book.best_ask == (101.0, 3.0)


def test_a_snapshot_that_is_too_old_is_not_taken():
    """A snapshot from before the first update is fetched again, after a pause."""
    client = FakeClient(depth=snapshot(3))
    book = book_of(depth(5, 8), client=client)
    assert book.state == "connecting"
    client.answers["depth"] = snapshot(6)
    assert book._runtime.run_later() == 1
    assert book.state == "live"
    assert client.asked == [("depth", {"limit": 5000})] * 2


def test_a_skipped_update_puts_it_out_of_sync():
    """Each update must continue the one before; if not, reading raises and the hole is listed."""
    book = book_of(snapshot(10), depth(11, 12), depth(15, 16))
    assert book.state == "out of sync"
    with pytest.raises(BookOutOfSync, match="13 to 14"):
        _ = book.best_bid
    assert book.top(stale=True).bids == [(99.0, 1.0)]
    assert book.gaps[["first", "last"]].to_numpy().tolist() == [[13, 14]]
    assert not book.complete


def test_it_resyncs_by_itself():
    """A new snapshot, fetched at once, brings the book back; the ledger says so."""
    client = FakeClient(depth=snapshot(10))
    book = book_of(depth(9, 11), client=client)
    client.answers["depth"] = snapshot(17, bids=["97x5"])
    book.receive([depth(15, 18, asks=["100x1"])], 1)
    assert book.state == "live"
    assert book.top().bids == [(97.0, 5.0)]
    assert book.best_ask == (100.0, 1.0)
    assert book.resyncs == 1
    assert book.complete
    assert book.error is None
    assert book.gaps["reason"].tolist() == ["a new snapshot"]


def test_it_waits_for_the_network():
    """A snapshot that can't be fetched is tried again, as often as it takes."""
    client = FakeClient(depth=ConnectionFailed("no network"))
    book = book_of(depth(9, 11), client=client)
    for _ in range(20):
        assert book._runtime.run_later() == 1
    client.answers["depth"] = snapshot(10)
    book._runtime.run_later()
    assert book.state == "live"


def test_a_market_that_stands_still_has_a_book():
    """Where no update comes, the book begins with a snapshot; the first update shows if one was missed."""
    client = FakeClient(depth=snapshot(10))
    book = OrderBook("BTCUSDT", client=client, runtime=Inline())
    book.connection_changed(event(State.OPEN))
    assert client.asked == []
    assert book._runtime.run_later() == 1
    assert (book.state, book.best_bid) == ("live", (99.0, 1.0))
    client.answers["depth"] = snapshot(13, bids=["98x1"])
    book.receive([depth(12, 13)], 1)
    assert (book.resyncs, book.state, book.best_bid) == (1, "live", (98.0, 1.0))


@pytest.mark.parametrize(("speed", "between_s"), [("100ms", 0.1), ("1000ms", 1.0)])
def test_a_market_stands_still_if_updates_are_overdue(speed, between_s):
    """The first snapshot is asked for without an update only when one would have come."""
    delays_s = []

    class Noting(Inline):
        def fetch(self, job, *, delay_s=0.0):
            delays_s.append(delay_s)

    book = OrderBook("BTCUSDT", client=FakeClient(), runtime=Noting(), speed=speed)
    book.connection_changed(event(State.OPEN))
    assert len(delays_s) == 1
    assert delays_s[0] > between_s


def test_a_speed_that_there_is_not_is_refused():
    """There are two speeds; another one would have been the slow one without a word."""
    with pytest.raises(BadInput, match="100ms, 1000ms, not '250ms'"):
        OrderBook("BTCUSDT", speed="250ms")


@pytest.mark.parametrize("levels", [0, -1, 5001, "100", 2.5])
def test_levels_that_there_are_not_are_refused(levels):
    """At once, and not by the server when the book is made already."""
    with pytest.raises(BadInput, match="1 to 5000, not"):
        OrderBook("BTCUSDT", levels=levels)


def test_a_market_that_moves_is_asked_for_once():
    """A book that began with its first update asks for no second snapshot."""
    client = FakeClient(depth=snapshot(10))
    book = OrderBook("BTCUSDT", client=client, runtime=Inline())
    book.connection_changed(event(State.OPEN))
    book.receive([depth(9, 12)], 1)
    assert book._runtime.run_later() == 1
    assert len(client.asked) == 1


def test_a_connection_that_is_lost_at_once_is_waited_for():
    """A book of a quiet market isn't begun while updates could be missed."""
    client = FakeClient(depth=snapshot(10))
    book = OrderBook("BTCUSDT", client=client, runtime=Inline())
    for state in (State.OPEN, State.CLOSED):
        book.connection_changed(event(state, "gone"))
    book._runtime.run_later()
    assert client.asked == []
    book.connection_changed(event(State.OPEN))
    book._runtime.run_later()
    assert book.state == "live"


def test_a_refused_snapshot_is_an_error():
    """Where the server refuses the snapshot, the state is error and the reason is kept."""
    refused = BadSymbol("-1121 Invalid symbol.", status=400, code=-1121)
    book = book_of(depth(9, 11), client=FakeClient(depth=refused))
    assert book.state == "error"
    assert book.error is refused


def test_updates_that_come_twice_change_nothing():
    """Overlapping connections repeat updates; the book is at the newest."""
    again = depth(11, 12, bids=["98x1"])
    book = book_of(snapshot(10), again, depth(13, 13, bids=["98x2"]), again)
    assert book.top().bids == [(99.0, 1.0), (98.0, 2.0)]
    assert book.version == 3


def test_resync_keeps_it_readable():
    """A snapshot that is asked for is put under the updates that come meanwhile."""
    client = FakeClient(depth=snapshot(10))
    book = book_of(depth(9, 11), client=client)
    client.answers["depth"] = snapshot(11, bids=["95x1"])
    book.resync()
    assert book.state == "live"
    assert book.best_bid == (95.0, 1.0)
    assert book.resyncs == 0


def test_figures_of_the_touch():
    """Spread, mid, microprice, imbalance and cost are of the levels as they are."""
    book = book_of(snapshot(1, bids=["99x3", "98x1"], asks=["101x1", "102x4"]))
    assert book.spread == 2.0
    assert book.mid == 100.0
    assert book.microprice == pytest.approx((99 * 1 + 101 * 3) / 4)
    assert book.imbalance(1) == 0.5
    assert book.cost("BUY", 3) == pytest.approx((101 + 2 * 102) / 3)
    assert book.cost("SELL", 4) == pytest.approx((3 * 99 + 98) / 4)


def test_figures_have_no_digits_that_no_price_has():
    """They are reckoned with the decimals that the exchange wrote: binary fractions don't show."""
    book = book_of(snapshot(1, bids=["48278.14x1"], asks=["48278.15x1"]))
    assert (book.spread, book.mid) == (0.01, 48278.145)


@pytest.mark.parametrize("n", [0, -1])
@pytest.mark.parametrize("reading", ["top", "frame", "imbalance"])
def test_no_levels_can_not_be_asked_for(reading, n):
    """What isn't a count of levels is told, and not answered with some of them."""
    book = OrderBook("BTCUSDT", runtime=Inline())
    with pytest.raises(BadInput, match=f"1 or more, not {n}"):
        getattr(book, reading)(n)


def test_what_is_behind_the_horizon_is_not_known():
    """A side with as many levels as were asked for goes on; an order beyond has no known cost."""
    client = FakeClient(depth=snapshot(10, bids=["99x1", "98x1"], asks=["101x1"]))
    book = OrderBook("BTCUSDT", client=client, levels=100)
    book.receive([depth(9, 10)], 1)
    assert book.horizon == (98.0, None)
    assert str(book.cost("SELL", 3)) == "nan"


def test_frame_is_exact_if_asked():
    """With numbers="decimal" the frame has the very numbers that were sent."""
    book = book_of(snapshot(1, bids=["0.00001234x10.50000000"], asks=["0.00001235x1"]))
    exact = book.frame(numbers="decimal")
    assert exact["price"].tolist() == [Decimal("0.00001234"), Decimal("0.00001235")]
    assert str(exact["qty"][0]) == "10.50000000"
    assert book.frame()["side"].tolist() == ["bid", "ask"]
    assert book.frame().attrs["last_update_id"] == 1


def reconnected(book: OrderBook) -> OrderBook:
    """The book after its connection was lost and came back."""
    for state in (State.OPEN, State.CLOSED, State.OPEN):
        book.connection_changed(event(state, "gone"))
    return book


READINGS = {
    "last_update_id": lambda book: book.last_update_id,
    "best_bid": lambda book: book.best_bid,
    "best_ask": lambda book: book.best_ask,
    "spread": lambda book: book.spread,
    "mid": lambda book: book.mid,
    "microprice": lambda book: book.microprice,
    "horizon": lambda book: book.horizon,
    "top": lambda book: book.top(),
    "frame": lambda book: book.frame(),
    "imbalance": lambda book: book.imbalance(),
    "cost": lambda book: book.cost("BUY", 1),
}


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_nothing_is_read_of_a_book_that_is_not_known_to_be_current(reading):
    """Cut off, unproven after a reconnect, out of sync, closed: every reading raises."""
    book = book_of(snapshot(10), depth(11, 12))
    reading(book)
    steps = [
        lambda: book.connection_changed(event(State.CLOSED, "1006")),
        lambda: book.connection_changed(event(State.OPEN)),
        lambda: book.receive([depth(15, 16)], 1),
        book.close,
    ]
    states = []
    for step in steps:
        step()
        with pytest.raises(BookOutOfSync, match=r"BTCUSDT .*stale=True"):
            reading(book)
        states.append(book.state)
    assert states == ["stale", "out of sync", "out of sync", "stopped"]


def test_an_error_of_reading_says_why_and_what_to_do():
    """Why it can't be read, how old it is, and what to do about it."""
    book = book_of(snapshot(10), depth(11, 12))
    book.connection_changed(event(State.CLOSED, "1006 the server dropped it."))
    with pytest.raises(BookOutOfSync, match=r"s old: the connection is lost \(1006 .* it\)\. Wait"):
        _ = book.mid
    book.connection_changed(event(State.OPEN))
    with pytest.raises(
        BookOutOfSync, match=r"updates may be missing\. Wait for it: book\.wait_live"
    ):
        _ = book.mid
    book.close()
    with pytest.raises(
        BookOutOfSync, match=r'was closed\. Open it anew: lab\.live\.book\("BTCUSDT"\)'
    ):
        _ = book.mid


def test_what_was_last_known_is_read_if_asked_for():
    """With stale=True everything can be had of a book that is cut off."""
    book = book_of(snapshot(1, bids=["99x3", "98x1"], asks=["101x1", "102x4"]))
    book.connection_changed(event(State.CLOSED))
    top = book.top(stale=True)
    assert (top.best_bid, top.best_ask) == ((99.0, 3.0), (101.0, 1.0))
    assert (top.spread, top.mid) == (2.0, 100.0)
    assert top.microprice == pytest.approx((99 * 1 + 101 * 3) / 4)
    assert (book.imbalance(1, stale=True), book.top(1, stale=True).imbalance) == (0.5, 0.5)
    assert book.cost("BUY", 3, stale=True) == pytest.approx((101 + 2 * 102) / 3)
    assert book.frame(stale=True).attrs["last_update_id"] == 1


def test_a_book_of_which_nothing_is_known_has_nothing_stale():
    """Before the first snapshot stale=True gives nothing either, and isn't recommended."""
    with pytest.raises(
        BookOutOfSync, match=r"first snapshot\. Wait for it: book\.wait_live\(\)\.$"
    ):
        book_of(depth(1, 2)).top(stale=True)


def test_a_book_is_current_again_when_an_update_continues_it():
    """After a reconnect nothing is known to be missing once the next update follows: no snapshot."""
    client = FakeClient(depth=snapshot(10))
    book = reconnected(book_of(depth(9, 12), client=client))
    assert book.state == "out of sync"
    book.receive([depth(13, 14, bids=["99.5x1"])], 1)
    assert (book.state, book.best_bid) == ("live", (99.5, 1.0))
    book._runtime.run_later()
    assert len(client.asked) == 1


def test_a_book_is_current_again_after_a_snapshot_where_no_update_comes():
    """In a market that stands still a snapshot tells whether anything was missed."""
    client = FakeClient(depth=snapshot(10))
    book = reconnected(book_of(depth(9, 12), client=client))
    client.answers["depth"] = snapshot(20, bids=["97x1"])
    book._runtime.run_later()
    assert (book.state, book.best_bid) == ("live", (97.0, 1.0))


@pytest.mark.parametrize("skipped", [False, True], ids=["in sync", "out of sync"])
def test_a_snapshot_that_comes_while_cut_off_proves_nothing(skipped):
    """What follows it is missed as long as the connection is lost: after that it is unproven."""
    client = FakeClient(depth=ConnectionFailed("gone"))
    book = book_of(snapshot(10), depth(11, 12), client=client)
    if skipped:
        book.receive([depth(15, 16)], 1)
    else:
        book.resync()
    book.connection_changed(event(State.OPEN))
    book.connection_changed(event(State.CLOSED, "gone"))
    client.answers["depth"] = snapshot(16)
    book._runtime.run_later()
    book.connection_changed(event(State.OPEN))
    assert (book.top(stale=True).bids, book.state) == ([(99.0, 1.0)], "out of sync")
    client.answers["depth"] = snapshot(20, bids=["97x1"])
    book._runtime.run_later()
    assert (book.state, book.best_bid) == ("live", (97.0, 1.0))


def test_a_snapshot_asked_for_before_the_loss_proves_nothing():
    """It comes after the reconnect, but tells how the book was before: updates may be missed."""

    def cut_meanwhile(limit):
        reconnected(book)
        return snapshot(16, bids=["98x1"])

    book = book_of(snapshot(10), depth(11, 12), client=FakeClient(depth=cut_meanwhile))
    book.resync()
    assert (book.top(stale=True).bids, book.state) == ([(98.0, 1.0)], "out of sync")
    book.receive([depth(17, 18)], 1)
    assert book.state == "live"


def test_a_book_is_current_again_after_its_exchange_was_started_anew():
    """Such an exchange counts update ids from the beginning: they are lower than those known."""
    client = FakeClient(depth=snapshot(1000))
    book = reconnected(book_of(depth(999, 1002), client=client))
    client.answers["depth"] = snapshot(5, bids=["97x1"])
    book._runtime.run_later()
    assert (book.state, book.best_bid) == ("live", (97.0, 1.0))
    book.receive([depth(6, 7, bids=["97.5x1"])], 1)
    assert (book.state, book.best_bid) == ("live", (97.5, 1.0))


def test_an_id_that_only_seems_to_continue_a_book_is_not_believed():
    """After a lower id than those known a snapshot is asked for, whatever follows."""
    client = FakeClient(depth=snapshot(10))
    book = reconnected(book_of(depth(9, 12), client=client))
    client.answers["depth"] = ConnectionFailed("not yet")
    book.receive([depth(4, 5), depth(6, 13), depth(14, 15)], 1)
    assert book.state == "out of sync"
    client.answers["depth"] = snapshot(5, bids=["97x1"])
    book._runtime.run_later()
    assert (book.state, book.best_bid, book.last_update_id) == ("live", (97.0, 1.0), 15)


def test_updates_from_before_the_loss_prove_nothing():
    """What waited to be applied when the connection was lost doesn't show what followed."""
    book = book_of(snapshot(10), depth(11, 12))
    slow = book.follow(policy="block", size=1)
    for number in (13, 14, 15):
        book.receive([depth(number, number)], 1)
    reconnected(book)
    for left in (2, 1, 0):
        assert next(iter(slow)).last_update_id == 15 - left
    assert book.state == "out of sync"
    book.receive([depth(16, 16)], 1)
    assert next(iter(slow)).last_update_id == 16
    assert book.state == "live"


def test_a_snapshot_that_is_older_than_the_book_is_not_taken():
    """A server that lags behind the stream doesn't turn the book back."""
    client = FakeClient(depth=snapshot(10))
    book = book_of(depth(9, 14, bids=["99.5x1"]), client=client)
    book.resync()
    assert (book.state, book.best_bid) == ("live", (99.5, 1.0))
    client.answers["depth"] = snapshot(14, bids=["95x1"])
    book._runtime.run_later()
    assert book.best_bid == (95.0, 1.0)


def test_the_recorded_book_equals_the_recorded_tickers(recorded):
    """Wherever a bookTicker has the update id of a diff, best prices and amounts are equal."""
    tickers = {}
    for message in recorded_messages(recorded, "@bookTicker"):
        ticker = TICKER(message)
        bid, ask = (ticker.bid_price, ticker.bid_qty), (ticker.ask_price, ticker.ask_qty)
        tickers[ticker.update_id] = [list(map(Decimal, side)) for side in (bid, ask)]
    book, rebuilt = OrderBook("BTCUSDT"), {}
    for message in recorded_messages(recorded, "@depth", "lastUpdateId"):
        if message.startswith(b'{"lastUpdateId"'):
            book.offer_snapshot(message)
        else:
            book.receive([message], 1)
        if book.state == "live" and book.last_update_id in tickers:
            best = book.frame(1, numbers="decimal")[["price", "qty"]]
            rebuilt[book.last_update_id] = best.to_numpy().tolist()
    assert len(rebuilt) == 1072
    assert all(best == tickers[update_id] for update_id, best in rebuilt.items())
    assert book.complete


@pytest.mark.parametrize("bids", [True, False])
def test_a_side_is_sorted_however_it_was_changed(bids):
    """After any updates, read or not in between, the best levels are those of a sorted dict."""
    side, model = Side([("50.0", "1.0")], bids=bids), {50.0: 1.0}
    for step in range(400):
        changes = [(f"{(step * 37 + k * 11) % 101}.0", f"{(step + k) % 3}.0") for k in range(4)]
        side.update(changes)
        model |= {float(price): float(qty) for price, qty in changes}
        if step % 7 == 0:
            wanted = sorted(((p, q) for p, q in model.items() if q), reverse=bids)
            assert side.best(5) == wanted[:5]
            assert [tuple(map(float, level)) for level in side.text(3)] == wanted[:3]
    assert side.best() == sorted(((p, q) for p, q in model.items() if q), reverse=bids)


@pytest.mark.parametrize("bids", [True, False])
def test_any_depth_can_be_read_at_any_time(bids):
    """However many levels are read, and come or go at once, those read are the best there are."""
    chance = random.Random(5)
    side, model = Side([], bids=bids), {}
    for step in range(600):
        center = 500 + 150 * math.sin(step / 60)  # so that whole ranges of levels come and go
        prices = {int(chance.gauss(center, 60)) for _ in range(chance.choice([1, 6, 90]))}
        changes = [(f"{price}.50", chance.choice(["0.0", "1.0", "2.5"])) for price in prices]
        side.update(changes)
        model |= {float(price): float(qty) for price, qty in changes}
        wanted = sorted(((p, q) for p, q in model.items() if q), reverse=bids)
        n = chance.choice([0, 1, 20, 20, 70, None])
        assert side.best(n) == (wanted if n is None else wanted[:n])
        assert [tuple(map(float, level)) for level in side.text(n)] == side.best(n)


def test_levels_that_are_gone_are_cleared_out(monkeypatch):
    """A side that nobody reads does not grow with prices that have no amount any more."""
    monkeypatch.setattr(levels, "_GONE_MAX", 50)
    side = Side([("1.0", "1.0")], bids=True)
    for step in range(2, 500):
        side.update([(f"{step}.0", "1.0"), (f"{step - 1}.0", "0.0")])
    assert len(side._amounts) <= 52
    assert side.best() == [(499.0, 1.0)]
