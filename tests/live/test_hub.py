"""Live: each object once, its streams, how all of them are, and the end of everything."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from binance_lab.connector.connection import State
from binance_lab.connector.exceptions import BadSymbol, ConnectionFailed
from binance_lab.connector.spot import Spot
from binance_lab.connector.symbols import UnknownSymbol
from binance_lab.live import Live
from binance_lab.live.runtime import Inline

from .doubles import (
    FakeClient,
    FakeStreams,
    combined,
    depth,
    event,
    kline,
    rest_kline,
    snapshot,
    trade,
)


@pytest.fixture
def streams():
    return FakeStreams()


@pytest.fixture
def client():
    return FakeClient(
        ticker_price={"symbol": "BTCUSDT", "price": "100"},
        klines=[rest_kline(0)],
        depth=snapshot(10),
        ticker_24hr=[],
    )


@pytest.fixture
def live(client, streams):
    with Live(client, streams, runtime=Inline(), wait_s=0.0) as hub:
        yield hub


def test_the_same_call_gives_the_same_object(live, streams):
    """A cell that runs again doesn't double its stream."""
    first = live.trades("BTCUSDT")
    assert live.trades("BTCUSDT") is first
    assert streams.sinks == {"btcusdt@trade": [first]}
    assert live.agg_trades("BTCUSDT") is not first


@pytest.mark.parametrize(
    ("call", "stream", "other"),
    [
        ("trades", "btcusdt@trade", {"max_age_s": 60.0}),
        ("candles", "btcusdt@kline_1m", {"history": 1000}),
        ("book", "btcusdt@depth@100ms", {"levels": 100}),
    ],
)
def test_other_settings_are_not_ignored(live, streams, call, stream, other):
    """A call with other settings gets an object that has them, on the same stream."""
    first, second = getattr(live, call)("BTCUSDT"), getattr(live, call)("BTCUSDT", **other)
    assert second is getattr(live, call)("BTCUSDT", **other)
    assert streams.sinks[stream] == [first, second]


def test_an_object_that_can_not_go_on_is_made_anew(live, streams):
    """After a refusal the same call closes what was refused, and tries again."""
    first = live.trades("BTCUSDT")
    first.connection_changed(event(State.REFUSED, "no"))
    assert first.state == "error"
    second = live.trades("BTCUSDT")
    assert second is not first
    assert first.state == "stopped"
    assert streams.sinks == {"btcusdt@trade": [second]}


def test_candles_whose_trades_were_closed_are_made_anew(live):
    """The same call gives candles that go on, of a new tape."""
    candles = live.candles("BTCUSDT", made_of="trades")
    live.trades("BTCUSDT").close()
    again = live.candles("BTCUSDT", made_of="trades")
    assert again is not candles
    assert again.state != "error"


def test_a_closed_object_is_held_no_longer(live):
    """What a closed object has is freed with the last who holds it: a notebook may open many."""
    tape = live.trades("BTCUSDT")
    held = weakref.ref(tape)
    tape.close()
    del tape
    gc.collect()
    assert held() is None


def test_a_closed_object_is_made_anew(live, streams):
    """close() gives the stream back; the next call subscribes again."""
    first = live.trades("BTCUSDT")
    first.close()
    assert streams.sinks == {"btcusdt@trade": []}
    second = live.trades("BTCUSDT")
    assert second is not first
    assert streams.sinks == {"btcusdt@trade": [second]}


def test_candles_have_history_at_once(live, streams):
    """lab.live.candles(...) returns candles that are live."""
    candles = live.candles("BTCUSDT", "1m")
    assert candles.state == "live"
    assert len(candles.frame()) == 1
    streams.send(kline(0, trades=5))
    assert candles.last.trades == 5


def test_a_book_is_in_sync_with_its_first_update(live, streams):
    """A book takes its snapshot when updates come."""
    book = live.book("BTCUSDT")
    streams.send(depth(9, 11))
    assert book.state == "live"
    assert book.best_bid == (99.0, 1.0)


def test_an_unknown_symbol_is_refused_at_once(live, client, streams):
    """A stream of a symbol that doesn't exist would just be silent; REST says so, and what may be meant."""
    client.answers["ticker_price"] = BadSymbol("-1121 Invalid symbol.", status=400, code=-1121)
    client.answers["exchange_info"] = {"symbols": [{"symbol": "ETHBTC"}, {"symbol": "BTCUSDT"}]}
    with pytest.raises(UnknownSymbol, match=r'"BTCUSD" is no symbol here\. Did you mean BTCUSDT'):
        live.book("BTCUSD")
    assert streams.sinks == {}
    client.answers["ticker_price"] = {}
    with pytest.raises(ValueError, match="Invalid interval: '7m'"):
        live.candles("BTCUSDT", "7m")
    assert streams.sinks == {}


def test_an_unknown_symbol_is_refused_where_the_known_ones_cannot_be_had(live, client):
    """What the exchange said of it is raised, not what became of the question after it."""
    client.answers["ticker_price"] = BadSymbol("-1121 Invalid symbol.", status=400, code=-1121)
    client.answers["exchange_info"] = ConnectionFailed("gone")
    with pytest.raises(BadSymbol):
        live.book("BTCUSD")


def test_candles_of_trades_share_the_tape(live, streams):
    """Candles made of trades use the tape that live.trades gives."""
    candles = live.candles("BTCUSDT", "1m", made_of="trades")
    tape = live.trades("BTCUSDT")
    assert streams.sinks["btcusdt@trade"] == [tape]
    streams.send(trade(1, price="105"))
    assert candles.last.close == 105.0


def mini_ticker(symbol: str, close: str) -> dict[str, str | int]:
    prices = {"c": close, "o": "100", "h": "120", "l": "90", "v": "1", "q": "100"}
    return {"e": "24hrMiniTicker", "E": 1_723_161_240_000, "s": symbol, **prices}


def test_tickers_are_rows_by_symbol(live, client, streams):
    """All symbols, or those asked for in their order; each change is told once."""
    eth, btc = mini_ticker("ETHUSDT", "110"), mini_ticker("BTCUSDT", "90")
    every = live.tickers()
    streams.send(combined("!miniTicker@arr", [eth, btc]))
    frame = every.frame()
    assert frame.index.tolist() == ["BTCUSDT", "ETHUSDT"]
    assert frame["price_change_percent"].tolist() == [-10.0, 10.0]
    assert every["ETHUSDT"].close == 110.0
    version = every.version
    streams.send(combined("!miniTicker@arr", [eth]))
    assert every.since(version).index.tolist() == ["ETHUSDT"]
    some = live.tickers(["ETHUSDT"])
    streams.send(combined("ethusdt@miniTicker", eth))
    assert some.frame().index.tolist() == ["ETHUSDT"]
    assert dict(live.tickers(["BNBUSDT"]).frame().dtypes) == dict(frame.dtypes)


def test_tickers_begin_with_what_rest_says(live, client):
    """Before the first message the last 24 hours are there already."""
    client.answers["ticker_24hr"] = [
        {
            "symbol": "BTCUSDT",
            "closeTime": 1_723_161_240_000,
            "lastPrice": "105",
            "openPrice": "100",
            "highPrice": "110",
            "lowPrice": "90",
            "volume": "1",
            "quoteVolume": "100",
        }
    ]
    tickers = live.tickers(["BTCUSDT"])
    assert tickers.state == "live"
    assert tickers.frame().loc["BTCUSDT", "price_change"] == 5.0


def test_status_has_a_row_for_each_object_and_connection(live, streams):
    """One frame says how everything is: state, messages, what was lost, the latest error."""
    assert list(live.status()["kind"]) == ["connection"]
    live.trades("BTCUSDT")
    streams.send(trade(1))
    streams.send(trade(4))
    streams.send(b'{"stream":"btcusdt@trade","data":{}}')
    row = live.status().iloc[0]
    assert (row["kind"], row["name"], row["state"]) == ("Tape", "BTCUSDT", "live")
    assert (row["messages"], row["garbled"], row["gaps"]) == (3, 1, 1)
    assert "can't be read" in row["error"]
    assert live.status()["state"].iloc[1] == "open"


def test_an_account_needs_a_key(streams):
    """Without one that signs, nothing is asked again and again in vain."""
    with Spot() as client, Live(client, streams) as live, pytest.raises(ValueError, match="key"):
        live.account()
    assert streams.sinks == {}


def test_a_replay_has_no_account(streams):
    """An account needs a client with a key."""
    with Live(None, streams) as live, pytest.raises(ValueError, match="key"):
        live.account()


def test_close_ends_objects_streams_and_threads(client, streams):
    """After close nothing is subscribed and no thread is left; a new object is refused."""
    before = set(threading.enumerate())
    live = Live(client, streams, wait_s=5.0)
    candles, book = live.candles("BTCUSDT"), live.book
    assert candles.state == "live"
    live.close()
    assert candles.state == "stopped"
    assert len(candles.frame()) == 1
    assert not any(streams.sinks.values())
    assert set(threading.enumerate()) <= before
    assert repr(live) == "<Live: closed>"
    with pytest.raises(ValueError, match="closed"):
        book("BTCUSDT")


def test_garbage_collection_ends_it_too(client, streams):
    """A hub that nobody holds any more ends its threads and gives back its streams."""
    live = Live(client, streams, wait_s=5.0)
    live.candles("BTCUSDT")
    gone = weakref.ref(live)
    del live
    gc.collect()
    assert gone() is None
    assert not any(streams.sinks.values())


def test_a_lost_connection_shows_in_every_object(live, streams):
    """What a pool tells of its connection is each object's state."""
    tape = live.trades("BTCUSDT")
    streams.send(trade(1))
    tape.connection_changed(event(State.SILENT))
    assert live.status()["state"].iloc[0] == "stale"
