"""Lab: environments, frames over any range, errors that say what to do."""

from __future__ import annotations

import gc
import inspect
import json
import os
import pydoc
import re
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from binance_lab import Lab
from binance_lab.connector.exceptions import BadInput, BadSymbol, ConfigError
from binance_lab.connector.symbols import UnknownSymbol
from binance_lab.trading import Limits, OrderRefused
from binance_lab.wire.capture import read_capture

SECRET = "never-to-be-seen-secret"


@pytest.fixture(scope="module")
def lab():
    with Lab(seed=3) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_keys_around(monkeypatch, tmp_path):
    """Keys and environments of whoever runs the tests don't count."""
    for name in ("ENV", "LOCAL_URL", "TESTNET_API_KEY", "LIVE_API_KEY", "LOCAL_API_KEY"):
        monkeypatch.delenv(f"BINANCE_LAB_{name}", raising=False)
    monkeypatch.setattr("binance_lab.connector.keys.keys_file", lambda: tmp_path / "keys.toml")


def test_a_lab_starts_an_exchange_of_its_own(lab):
    """Lab() is local: it starts an exchange, says so in its repr, and shows no key."""
    assert lab.exchange is not None
    assert repr(lab).startswith("<Lab local http://127.0.0.1:")
    assert lab.exchange.api_key not in repr(lab)
    assert lab.exchange.api_secret not in repr(lab)


def test_the_variable_names_the_environment(monkeypatch):
    """BINANCE_LAB_ENV decides where an argument doesn't."""
    monkeypatch.setenv("BINANCE_LAB_ENV", "testnet")
    assert Lab().environment.name == "testnet"
    assert Lab("live").environment.name == "live"


def test_a_running_exchange_is_used_by_its_url(lab):
    """Lab(url=…) connects to a running exchange and starts none."""
    other = Lab(url=lab.exchange.rest)
    assert other.exchange is None
    assert other.client.ping() == {}


@pytest.mark.parametrize(
    "arguments",
    [
        {"environment": "tesnet"},
        {"environment": "testnet", "seed": 1},
        {"url": "127.0.0.1:8000"},
        {"environment": "testnet", "api_key": "without-a-secret"},
        {"environment": "testnet", "api_secret": "without-a-key"},
    ],
)
def test_a_lab_that_cannot_work_is_refused_at_once(arguments):
    """A wrong environment, mixed options, a URL without scheme and half a key are errors at once."""
    with pytest.raises(ConfigError):
        Lab(**arguments)


def test_a_range_of_any_length_is_one_call(lab):
    """Candles over more than one page come whole: every minute once, in order."""
    frame = lab.klines("BTCUSDT", "1m", start="2026-01-01", end="2026-01-02T12:00")
    assert len(frame) == 36 * 60 + 1
    assert (frame.index.to_series().diff().dropna() == pd.Timedelta(minutes=1)).all()
    assert frame.attrs["symbol"] == "BTCUSDT"
    assert frame.attrs["environment"] == "local"


def test_trades_of_a_range_are_contiguous_and_within_it(lab):
    """Trades by time: no id missing, none outside of the range."""
    frame = lab.trades("BTCUSDT", start="2026-01-01T00:00", end="2026-01-01T00:20")
    assert len(frame) > 0
    assert (frame["id"].diff().dropna() == 1).all()
    assert frame.index[0] >= pd.Timestamp("2026-01-01", tz="UTC")
    assert frame.index[-1] < pd.Timestamp("2026-01-01T00:20:00.001", tz="UTC")


def test_aggregate_trades_add_up_to_the_trades(lab):
    """The same range as trades and as aggregate trades has the same volume."""
    span = {"start": "2026-01-01T00:00", "end": "2026-01-01T00:20"}
    trades, aggregates = lab.trades("BTCUSDT", **span), lab.agg_trades("BTCUSDT", **span)
    assert aggregates["qty"].sum() == pytest.approx(trades["qty"].sum())
    assert (aggregates["last_trade_id"].shift() + 1 == aggregates["first_trade_id"]).iloc[1:].all()


def test_an_empty_range_has_the_columns_of_a_full_one(lab):
    """Where nothing was traded the frame is empty and has the same schema."""
    empty = lab.klines("BTCUSDT", "1m", start="2030-01-01", end="2030-01-02")
    full = lab.klines("BTCUSDT", "1m", limit=2)
    assert empty.empty
    assert list(empty.dtypes) == list(full.dtypes)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda lab: lab.klines("BTCUSDT", "7m"), "1m, 3m, 5m"),
        (lambda lab: lab.klines("BTCUSDT", start="2026-02-01", end="2026-01-01"), "after it ends"),
        (lambda lab: lab.klines("BTCUSDT", start="soon"), "2026-01-31"),
        (lambda lab: lab.trades("BTCUSDT", end="2026-01-01"), "needs a start"),
        (lambda lab: lab.klines("BTCUSDT", start="2026-01-01", limit=5), "leave one out"),
        (lambda lab: lab.klines("BTCUSDT", start=time.time() - 3600), "seconds times 1000"),
        (lambda lab: lab.klines("BTCUSDT", end=int(time.time()), limit=5), "seconds times 1000"),
        (lambda lab: lab.klines("BTCUSDT", limit=5000), "1000 at most at once; give a start"),
        (lambda lab: lab.trades("BTCUSDT", limit=5000), "1000 at most at once; give a range"),
        (lambda lab: lab.klines("BTCUSDT", limit=0), "limit=0 can't be: .* from 1 to 1000"),
        (lambda lab: lab.trades("BTCUSDT", limit=-5), "limit=-5 can't be"),
        (lambda lab: lab.agg_trades("BTCUSDT", limit=1.5), "limit=1.5 can't be"),
        (lambda lab: lab.depth("BTCUSDT", limit=0), "limit=0 can't be: .* from 1 to 5000"),
        (lambda lab: lab.depth("BTCUSDT", limit=5001), "limit=5001 is too many: 5000"),
        (lambda lab: lab.orders("BTCUSDT", limit="9"), "limit='9' can't be"),
        (lambda lab: lab.my_trades("BTCUSDT", limit=1001), "limit=1001 is too many: 1000"),
        (lambda lab: lab.history.sync("BTCUSDT", client=5), "dask.distributed.Client, not 5"),
        (lambda lab: lab.klines(["BTCUSDT", "ETHUSDT"], limit=10), "needs a range of time: start="),
        (lambda lab: lab.klines("BTC/USDT"), "'BTC/USDT' can't be a symbol. Did you mean BTCUSDT"),
        (lambda lab: lab.klines(["btc-usdt"], start="2026-01-01"), "Did you mean BTCUSDT"),
        (lambda lab: lab.live.candles("BTC-USDT"), "Did you mean BTCUSDT"),
        (lambda lab: lab.watchlist(["BTC_USDT"]), "Did you mean BTCUSDT"),
        (lambda lab: lab.order_form("BTC/USDT"), "Did you mean BTCUSDT"),
        (lambda lab: lab.klines(None), "None can't be a symbol"),
        (lambda lab: lab.depth(None), "None can't be a symbol"),
        (lambda lab: lab.orders(7), "7 can't be a symbol"),
        (lambda lab: lab.tickers([None]), "None can't be a symbol"),
        (lambda lab: lab.klines("BTCUSDT", numbers="Decimal"), 'neither "float" nor "decimal"'),
        (lambda lab: lab.trades("BTCUSDT", numbers=None), 'neither "float" nor "decimal"'),
        (lambda lab: lab.depth("BTCUSDT", numbers="exact"), 'neither "float" nor "decimal"'),
        (
            lambda lab: lab.klines("BTCUSDT", start="2026-01-01", numbers="x"),
            'neither "float" nor "decimal"',
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(lab, call, says):
    """A wrong interval, range or time is an error of ours that says what would be right."""
    with pytest.raises(BadInput, match=says):
        call(lab)


@pytest.mark.parametrize(
    "call",
    [
        lambda lab: lab.klines("BTCUSD", "1m"),
        lambda lab: lab.klines("BTCUSD", "1m", start="2026-01-01", end="2026-01-01T03:00"),
        lambda lab: lab.agg_trades(["BTCUSDT", "BTCUSD"], start="2026-01-01", end="2026-01-02"),
        lambda lab: lab.history.sync("BTCUSD", "1m", start="2026-01-01", end="2026-01-02"),
        lambda lab: lab.trades("BTCUSD"),
        lambda lab: lab.agg_trades("BTCUSD"),
        lambda lab: lab.depth("BTCUSD"),
        lambda lab: lab.tickers(["BTCUSDT", "BTCUSD"]),
        lambda lab: lab.live.tickers(["BTCUSDT", "BTCUSD"]),
        lambda lab: lab.chart("BTCUSD"),
    ],
)
def test_an_unknown_symbol_comes_with_similar_ones(lab, call):
    """Whatever asks for it, the error says which symbol it is, and which ones may be meant."""
    says = r'"BTCUSD" is no symbol here\. Did you mean BTCUSDT'
    with pytest.raises(UnknownSymbol, match=says) as raised:
        call(lab)
    assert isinstance(raised.value, BadSymbol)
    assert raised.value.code == -1121
    assert "lambda lab: lab." in raised.value._render_traceback_()[-1]  # the caller's line


def test_without_a_key_the_error_names_the_variables():
    """What needs a key says which variables to set, and what needs none."""
    with Lab("testnet") as lab, pytest.raises(ConfigError, match="BINANCE_LAB_TESTNET_API_KEY"):
        lab.account()


def test_streams_are_recorded_until_the_lab_is_closed(lab, tmp_path):
    """A capture has the streams asked for, a book's snapshot, and beside it what it is of."""
    other = Lab(url=lab.exchange.rest)
    tape = other.live.trades("BTCUSDT")
    recorder = other.record(["btcusdt@trade", "btcusdt@depth@100ms"], tmp_path)
    assert tape.wait(20, timeout=20)
    other.close()
    [path] = recorder.paths
    assert {message.stream for message in read_capture(path)} == {
        "",  # the snapshot
        "btcusdt@trade",
        "btcusdt@depth@100ms",
    }
    assert json.loads(Path(f"{path}.json").read_text("utf-8"))["environment"] == "local"


def test_a_closed_lab_says_so(lab):
    """A lab that is closed opens nothing any more, and closing twice is fine."""
    other = Lab(url=lab.exchange.rest)
    tape = other.live.trades("BTCUSDT")
    other.close()
    other.close()
    for use in (lambda: other.klines("BTCUSDT"), lambda: other.live, lambda: other.history):
        with pytest.raises(ConfigError, match="Make a new one"):
            use()
    assert "price" in tape.frame()  # what it held can still be read
    assert "closed" in repr(other)


def test_threads_that_ask_at_once_share_what_is_opened(lab):
    """However many threads read a property of a new lab first, one thing is opened."""
    start = threading.Barrier(8)
    with Lab(url=lab.exchange.rest) as other, ThreadPoolExecutor(8) as pool:

        def opened() -> object:
            start.wait(30)
            return other.live

        found = [pool.submit(opened) for _ in range(8)]
        assert len({id(one.result(20)) for one in found}) == 1


def test_a_lab_that_is_forgotten_stops_its_exchange():
    """Garbage collection closes what a lab opened."""
    forgotten = Lab()
    exchange = forgotten.exchange
    _ = forgotten.client
    del forgotten
    gc.collect()
    assert not exchange.running


def test_given_keys_are_not_shown():
    """A key given as argument appears in no repr."""
    with Lab("testnet", api_key="the-key", api_secret=SECRET) as lab:
        assert SECRET not in f"{lab!r} {lab.client!r} {vars(lab)}"


def test_an_order_is_amended_and_canceled_from_the_lab(lab):
    """Placing, reducing and canceling an order are calls of one object."""
    bid = lab.client.book_ticker("BTCUSDT")["bidPrice"]
    price = str((Decimal(bid) * Decimal("0.9")).quantize(Decimal("0.01")))
    order = lab.place("BTCUSDT", "BUY", "LIMIT", quantity="0.02", price=price)
    assert lab.amend(order, "0.01") is order
    assert lab.client.get_order("BTCUSDT", orderId=order.order_id)["origQty"] == "0.01000000"
    assert lab.cancel(order).status == "CANCELED"


def test_a_lab_has_limits_of_its_own(lab):
    """An order worth more than the Lab's limit is refused before anything is sent."""
    limits = Limits.of("local", max_order_value=100)
    keys = {"api_key": lab.exchange.api_key, "api_secret": lab.exchange.api_secret}
    with Lab(url=lab.exchange.rest, limits=limits, **keys) as careful:
        with pytest.raises(OrderRefused, match="100"):
            careful.place("BTCUSDT", "BUY", "MARKET", quantity="0.1")
        assert careful.client.get_open_orders() == []


def test_a_lab_that_is_forgotten_ends_its_streams(lab):
    """Garbage collection closes live objects too, with their threads and connections."""
    forgotten = Lab(url=lab.exchange.rest)
    tape = forgotten.live.trades("BTCUSDT")
    assert tape.wait(1, timeout=20)
    gone = weakref.ref(forgotten)
    del forgotten
    gc.collect()
    assert gone() is None
    assert tape.state == "stopped"


def test_symbols_are_taken_in_either_case(lab):
    """A symbol in lower case means the same, in frames and in live objects."""
    assert lab.klines("btcusdt", "1m", limit=2).attrs["symbol"] == "BTCUSDT"
    assert lab.live.book("btcusdt") is lab.live.book("BTCUSDT")


def test_what_would_stay_silent_is_not_recorded(lab, tmp_path):
    """The server takes a stream of any symbol; a recording asks for it first."""
    with pytest.raises(UnknownSymbol, match=r'"NOPE" is no symbol here\. .*lab\.symbols'):
        lab.record("NOPE@trade", tmp_path)


def test_one_ticker_needs_no_list(lab):
    """A symbol by itself is one row."""
    assert lab.tickers("btcusdt").index.tolist() == lab.tickers(["BTCUSDT"]).index.tolist()


def test_calls_are_found_by_words(lab):
    """lab.endpoints("margin") lists the calls whose name, path or summary has the word."""
    found = lab.endpoints("margin")
    assert "margin.account" in found
    assert "klines" not in found
    assert {"/sapi/v1/margin/order", "/api/v3/klines"} & {spec.path for spec in found.values()} == {
        "/sapi/v1/margin/order"
    }


def test_the_first_page_names_everything(lab):
    """help(lab) and lab? show every public name of a lab, and each argument by its name."""
    page = Lab.__doc__
    named = set(re.findall(r"\w+", page))
    assert [name for name in dir(lab) if not name.startswith("_") and name not in named] == []
    assert [name for name in inspect.signature(Lab).parameters if name not in named] == []
    assert "allow_orders" in inspect.signature(Lab).parameters


def test_help_shows_what_a_lab_opens_as_properties(lab):
    """help(lab) has client, live and the rest by name and purpose, not by the address of a thing."""
    page = pydoc.plain(pydoc.render_doc(lab))
    readonly = page.partition("Readonly properties")[2]
    for name in ("client", "history", "live", "streams", "trading", "ws_api"):
        assert re.search(rf"(?m)^ \|  {name}\n \|      [A-Z]", readonly)
    assert "object at" not in page
    assert "_Opened" not in page


# What a script leaves open: a lab with its own exchange; an exchange with a stream and a lab of another.
_LEFT_OPEN = """
import threading
from binance_lab import Exchange, Lab, WebsocketStream
{}
lab.live.book("BTCUSDT").wait(timeout=60)
lab.live.account().wait_live(timeout=60)
print(lab.place("BTCUSDT", "BUY", "MARKET", quantity="0.01").wait(timeout=60).status)
"""
_OWN = "lab = Lab()"
_OTHER = """
exchange, came = Exchange(), threading.Event()
stream = WebsocketStream(exchange.ws, on_message=lambda message: came.set())
stream.book_ticker("btcusdt")
assert came.wait(60)
lab = Lab(url=exchange.rest, api_key=exchange.api_key, api_secret=exchange.api_secret)
"""


@pytest.mark.parametrize("opens", [_OWN, _OTHER])
def test_a_script_that_closes_nothing_ends_without_a_word(opens, tmp_path):
    """At exit what is connected goes before the exchange does: no connection is called lost."""
    command = [sys.executable, "-c", _LEFT_OPEN.format(opens)]
    where = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=180, env=where)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("FILLED\n", "", 0)


def test_the_account_says_what_it_is_worth(lab):
    """Balances in one asset: that asset is worth itself, another its amount times its last price."""
    frame = lab.account(quote="usdt")
    price = float(lab.client.ticker_price(symbol="BTCUSDT")["price"])
    assert frame.loc["USDT", "value"] == frame.loc["USDT", "total"]
    assert frame.loc["BTC", "value"] == pytest.approx(frame.loc["BTC", "total"] * price, rel=0.05)
    assert "value" not in lab.account()


def test_the_account_is_worth_something_in_every_asset_that_is_traded(lab):
    """Every balance has a value in euros, by way of others; in an unknown asset nothing has one."""
    assert lab.account(quote="EUR")["value"].notna().all()
    for balances in (lab.account, lab.balances):
        with pytest.raises(BadInput, match="valued in 'GBP'"):
            balances(quote="GBP")


def test_assets_without_a_value_are_named(lab, monkeypatch):
    """A balance that no symbols join with the quote asset is NaN, and a warning says whose."""
    monkeypatch.setattr(lab, "_prices", lambda: {"BTCUSDT": "60000", "ETHUSDT": "3000"})
    with pytest.warns(UserWarning, match=r"join these assets with BTC, value is NaN: .*SOL"):
        frame = lab.account(quote="BTC")
    assert "SOL" in frame.attrs["without_value"]
    assert frame.loc["ETH", "value"] == pytest.approx(frame.loc["ETH", "total"] / 20)


def test_trades_say_what_they_have_realised(lab):
    """Profit by average cost and by what was bought first, in the symbol's own assets."""
    for side in ("BUY", "BUY", "SELL"):
        assert lab.place("BTCUSDT", side, "MARKET", quantity="0.02").wait(timeout=30)
    average, fifo = (lab.my_trades("BTCUSDT", pnl=method) for method in ("average", "fifo"))
    sold = ~average["buyer"]
    assert sold.any()
    assert (average.loc[sold, "realised"] != 0).all()
    assert average["position"].iloc[-1] == pytest.approx(fifo["position"].iloc[-1])
    assert average["fee"].gt(0).all()
    exact = lab.my_trades("BTCUSDT", pnl="average", numbers="decimal")
    # A fee in a third asset is worth what the minute's candle, which goes on, says at each call.
    assert exact["realised"].astype(float).tolist() == pytest.approx(
        average["realised"].tolist(), rel=1e-2
    )
