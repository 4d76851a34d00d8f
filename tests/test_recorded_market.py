"""What Binance really sent, replayed by the exchange and followed by a Lab: the main job on real data."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator

import msgspec
import pandas as pd
import pytest
import requests

from binance_lab import Exchange, Lab
from binance_lab.live import OrderBook, Tape, TradeCandles

TRADES = 9_757 + 10_147
WAIT_S = 60.0


class Followed:
    """A Lab that follows a replay of both recorded files from their first message to the last."""

    def __init__(self, exchange: Exchange, lab: Lab) -> None:
        self.exchange, self.lab = exchange, lab
        self.tape: Tape = lab.live.trades("BTCUSDT")
        self.book: OrderBook = lab.live.book("BTCUSDT", speed="100ms")
        self.candles: TradeCandles = lab.live.candles("BTCUSDT", "1m", made_of="trades")

    def play(self) -> None:
        """Let the replay begin, and wait until all trades are here."""
        requests.post(
            self.exchange.rest + "/lab/replay", json={}, timeout=WAIT_S
        ).raise_for_status()
        assert self.tape.wait(TRADES, timeout=WAIT_S), self.tape


@pytest.fixture(scope="module")
def followed(recorded) -> Iterator[Followed]:
    files = sorted((recorded / "captures").glob("*.jsonl.gz"))
    with Exchange(replay=files, speed=0, options=["--hold"]) as exchange:
        keys = {"api_key": exchange.api_key, "api_secret": exchange.api_secret}
        with Lab(url=exchange.rest, **keys) as lab:
            followed = Followed(exchange, lab)
            followed.play()
            yield followed


def test_the_tape_has_every_trade(followed):
    """The tape's frame has the 9,757 trades of the first file and the second's, ids contiguous."""
    ids = followed.tape.frame()["id"]
    assert len(ids) == TRADES
    assert (ids.diff().dropna() == 1).all()
    assert followed.tape.complete


def test_live_candles_are_those_of_the_trades(followed):
    """Candles made live equal those that pandas makes of the same trades."""
    trades = followed.tape.frame()
    minutes = trades.groupby(trades.index.floor("1min"))
    expected = pd.DataFrame(
        {
            "open": minutes["price"].first(),
            "high": minutes["price"].max(),
            "low": minutes["price"].min(),
            "close": minutes["price"].last(),
            "volume": minutes["qty"].sum(),
            "trades": minutes.size(),
        }
    )
    live = followed.candles.frame().loc[expected.index[0] : expected.index[-1], expected.columns]
    pd.testing.assert_frame_equal(live, expected, check_names=False, check_freq=False, rtol=1e-12)


def test_the_book_ends_as_the_recording_does(followed, recorded):
    """The live book has the best prices of the recording's last book ticker of the same id."""
    last = sorted((recorded / "captures").glob("*.jsonl.gz"))[-1]
    with gzip.open(last) as lines:
        messages = [msgspec.json.decode(line.split(b" ", 1)[1]) for line in lines]
    tickers = [m["data"] for m in messages if m["stream"].endswith("bookTicker")]
    final = max(m["data"]["u"] for m in messages if "depth" in m["stream"])
    at_the_end = [each for each in tickers if each["u"] <= final][-1]
    deadline = time.monotonic() + WAIT_S
    while followed.book.last_update_id < final and time.monotonic() < deadline:
        time.sleep(0.01)
    assert followed.book.best_bid.price == float(at_the_end["b"])
    assert followed.book.best_ask.price == float(at_the_end["a"])


def test_a_market_order_is_filled_at_the_replayed_best_price(followed):
    """An order pays the best price of the recording, and the recorded book stays as it was."""
    before = followed.lab.depth("BTCUSDT", limit=5)
    best_ask = before.loc[before["side"] == "ask", "price"].iloc[0]
    order = followed.lab.place("BTCUSDT", "BUY", "MARKET", quantity="0.001")
    order.wait("filled", timeout=WAIT_S)
    assert float(order.average_price) == best_ask
    assert followed.lab.depth("BTCUSDT", limit=5).equals(before)
