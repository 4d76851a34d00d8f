"""Each market has a store of its own: prices of two exchanges never get into one table."""

from __future__ import annotations

import json
import socket
import threading

import platformdirs
import pytest

from binance_lab import Exchange, Lab, Spot
from binance_lab.exchange.past import fingerprint
from binance_lab.exchange.process import ExchangeError, market_of
from binance_lab.history import History, StoreError

DAY = {"start": "2025-02-01", "end": "2025-02-01T23:00"}


@pytest.fixture(autouse=True)
def no_exchange_around(monkeypatch):
    for name in ("ENV", "LOCAL_URL", "DATA"):
        monkeypatch.delenv(f"BINANCE_LAB_{name}", raising=False)


@pytest.fixture(scope="module")
def other():
    """An exchange with another past than that of ``past``."""
    with Exchange(seed=4, agents=False, symbols=["BTCUSDT"]) as exchange:
        yield exchange


def test_exchanges_of_two_seeds_share_a_folder_and_no_row(past, other, tmp_path):
    """What is kept of one exchange is never what another one answers."""
    closes = []
    for exchange in (past, other, past):
        with Lab(url=exchange.rest, data=tmp_path) as lab:
            kept = lab.history.klines("BTCUSDT", "1h", **DAY)
            asked = lab.history.klines("BTCUSDT", "1h", **DAY, keep=False)
            assert kept["close"].tolist() == asked["close"].tolist()
            assert len(lab.history.contents()) == 1
            closes.append(kept["close"].tolist())
    assert closes[0] == closes[2] != closes[1]
    folders = sorted(path.name for path in tmp_path.iterdir())
    assert folders == [f"local-{market_of(exchange.rest).name}" for exchange in (past, other)]
    assert folders[0].startswith("local-seed-3-")


def test_another_start_of_the_same_seed_goes_on_with_its_store(past, tmp_path):
    """Its past is the same, wherever the exchange listens."""
    with Lab(url=past.rest, data=tmp_path) as lab:
        lab.history.sync("BTCUSDT", "1h", **DAY)
    with Lab(seed=3, data=tmp_path) as lab:
        assert lab.history.contents()["rows"].tolist() == [24]


def test_what_a_restart_makes_anew_is_answered_and_not_kept(tmp_path):
    """An exchange that keeps nothing has another market after its start each time."""
    with Exchange(seed=3, symbols=["BTCUSDT"]) as exchange:
        began_ms = market_of(exchange.rest).fixed_until_ms
        with Lab(url=exchange.rest, data=tmp_path) as lab:
            frame = lab.history.klines("BTCUSDT", "1s", start=began_ms - 60_000)
            [series] = lab.history.store.all()
            kept_ms = series.manifest().parts[-1].end_ms
    assert kept_ms <= began_ms <= frame.index[-1].timestamp() * 1000 + 1000


def test_an_exchange_that_keeps_its_state_is_known_by_it(tmp_path):
    """After a restart with the same folder it is the same market, and all of it is kept."""
    found = []
    for folder in ("one", "one", "two"):
        with Exchange(seed=3, symbols=["BTCUSDT"], data=tmp_path / folder) as exchange:
            found.append(market_of(exchange.rest))
    assert found[0] == found[1] != found[2]
    assert found[0].lasts
    assert found[0].fixed_until_ms is None


def test_who_does_not_tell_is_known_by_the_address(mirror):
    """Any server that has no control door."""
    mirror.wrong["/lab/*"] = lambda answer: (404, {}, b"")
    assert market_of(mirror.url).name == mirror.url.removeprefix("http://").replace(":", "-")


@pytest.mark.parametrize("name", ["../../elsewhere", "a/b", "..", "", 5])
def test_a_name_that_is_none_of_a_folder_is_not_taken(mirror, name):
    """A server can't say where on this computer its history is kept."""
    told = {"market": {"name": name, "lasts": True, "fixedUntilUs": None}}
    mirror.wrong["/lab/*"] = lambda answer: (200, {}, json.dumps(told).encode())
    assert market_of(mirror.url).name == mirror.url.removeprefix("http://").replace(":", "-")


def test_who_speaks_no_http_is_known_by_the_address():
    """A server of something else at the address: what asks it for data says so."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"220 ready\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        assert market_of(f"http://127.0.0.1:{port}").name == f"127.0.0.1-{port}"
        thread.join(30)


def test_nobody_there_is_told():
    """An address at which nobody answers is an error that says so."""
    with pytest.raises(ExchangeError, match="does not answer"):
        market_of("http://127.0.0.1:9")


def test_a_store_of_another_market_is_refused(past, tmp_path):
    """A folder that was moved isn't mixed with, and the error names both markets."""
    with Spot(base_url=past.rest) as client:
        for market, refused in (("local-seed-3", False), ("local-seed-4", True)):
            history = History(client, tmp_path, archive_url=past.rest, market=market)
            with history:
                if not refused:
                    history.sync("BTCUSDT", "1h", **DAY)
                    continue
                with pytest.raises(StoreError, match=r"seed-3.*of local-seed-4") as told:
                    history.klines("BTCUSDT", "1h", **DAY)
                assert told.value.__context__ is None  # said once


def test_orders_of_an_exchange_that_keeps_none_leave_nothing_in_the_data_folder(past):
    """Their journal ends with the computer's session, as no later exchange has these orders."""
    keys = {"api_key": past.api_key, "api_secret": past.api_secret}
    with Lab(url=past.rest, **keys) as lab:
        assert not lab.trading.journal.path.is_relative_to(platformdirs.user_data_path())


def test_another_way_to_make_the_past_is_another_market(monkeypatch):
    """What an earlier version of this package made of a seed doesn't mix with what this one makes."""
    names = {fingerprint(3), fingerprint(4)}
    fingerprint.cache_clear()
    monkeypatch.setattr("binance_lab.exchange.past_days._MEAN_ORDERS", 8.0)
    names.add(fingerprint(3))
    fingerprint.cache_clear()
    assert len(names) == 3
