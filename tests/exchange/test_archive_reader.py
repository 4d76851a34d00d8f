"""Replaying files of data.binance.vision."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from binance_lab.exchange.archive import Archive
from binance_lab.exchange.engine import Engine
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.orders import NewOrder
from binance_lab.exchange.past import make_pasts
from binance_lab.exchange.replay import Recording, Replay
from binance_lab.exchange.symbols import select_symbols
from binance_lab.wire.capture import CaptureError
from binance_lab.wire.enums import OrderStatus, OrderType, Side

RULES = select_symbols(["BNBBTC"])
DAY_US = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000
END_US = DAY_US + 2 * 3_600_000_000
NOW_US = DAY_US + 3 * 86_400_000_000
SOURCE = MarketData(RULES[0], past=make_pasts(RULES, 7, end_us=NOW_US)["BNBBTC"])


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """Two hours of trades, aggregate trades and minutes, as the archive would have them."""
    folder = tmp_path_factory.mktemp("archive")
    found = {}
    with Archive({"BNBBTC": SOURCE}, folder=folder) as archive:
        for kind, column in (("trades", 4), ("aggTrades", 5), ("1m", 0)):
            middle = "klines/BNBBTC/1m" if kind == "1m" else f"{kind}/BNBBTC"
            path = f"data/spot/daily/{middle}/BNBBTC-{kind}-2025-03-01.zip"
            made = archive.get(path, now_us=NOW_US)
            with zipfile.ZipFile(made) as file:
                rows = file.read(file.namelist()[0]).decode().splitlines(keepends=True)
            early = [row for row in rows if int(row.split(",")[column]) < END_US]
            found[kind] = zipped(folder, f"BNBBTC-{kind}-2025-03-01.zip", "".join(early))
    return found


def zipped(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(path.stem + ".csv", text)
    return path


def played(path: Path) -> tuple[Engine, MarketData]:
    engine, market = Engine(RULES), MarketData(RULES[0])
    recording = Recording([path])
    replay = Replay(engine, {"BNBBTC": market}, recording.symbols)
    for message in recording:
        replay.apply(message)
    return engine, market


def klines(market: MarketData) -> list[list]:
    return market.klines("1m", now_us=NOW_US, start_us=DAY_US, end_us=END_US - 1)


def test_trades_give_the_klines_they_were_made_from(files):
    """A replayed file of trades gives the very klines that the archive has for that day."""
    _, market = played(files["trades"])
    assert klines(market) == klines(SOURCE)


def test_aggregate_trades_give_the_same_prices_and_volumes(files):
    """A replayed file of aggregate trades gives the same klines but for the number of trades."""
    _, market = played(files["aggTrades"])
    found, expected = klines(market), klines(SOURCE)
    assert [row[:8] for row in found] == [row[:8] for row in expected]


def test_klines_keep_prices_and_volume(files):
    """A replayed file of klines gives back their prices and volume, of four trades each."""
    _, market = played(files["1m"])
    found, expected = klines(market), klines(SOURCE)
    assert [row[:7] for row in found] == [row[:7] for row in expected]
    assert {row[8] for row in found} == {4}


def test_orders_trade_at_the_last_price(files):
    """The made-up book is at the last price, never crossed, and fills orders."""
    engine, market = played(files["trades"])
    bid, ask = market.depth_book.bids.best[0], market.depth_book.asks.best[0]
    assert ask == bid + 1
    assert abs(bid - market.last_ticks) <= 20
    user = engine.open_account({"BTC": Decimal(10)}).id
    new = NewOrder(symbol="BNBBTC", side=Side.BUY, type=OrderType.MARKET, quantity=Decimal("0.1"))
    placed = engine.place(user, new, now_us=NOW_US)
    assert placed.order.status is OrderStatus.FILLED
    assert placed.fills[0].price_ticks == ask


def test_row_of_names_is_left_out(tmp_path):
    """A first row that names the columns is no trade, and times may be milliseconds."""
    text = "id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch\n5,0.01,1,0.01,1700000000123,true,true\n"
    path = zipped(tmp_path, "BNBBTC-trades-2023-11-14.zip", text)
    _, market = played(path)
    [trade] = market.trades()
    assert (trade["id"], trade["time"], trade["isBuyerMaker"]) == (5, 1_700_000_000_123, True)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("BNBBTC-trades-2025-03-01.zip", "1,0.01,1,0.01,17000,maybe,True\n", "line 1: not a row"),
        ("BNBBTC-trades-2025-03-01.zip", "1,0.01\n", "line 1: not a row of trades"),
        ("BNBBTC-1m-2025-03-01.zip", "1,x,1,1,1,1,2\n", "line 1: not a row of 1m"),
        ("something.zip", "1\n", "not a file of data.binance.vision"),
    ],
)
def test_garbled_files_say_what_is_wrong(tmp_path, name, text, problem):
    """A garbled row, or a zip of something else, is refused with its line and what to do."""
    with pytest.raises(CaptureError, match=problem):
        Recording([zipped(tmp_path, name, text)])


def test_half_a_download_is_told(tmp_path, files):
    """A zip that was cut short is refused."""
    path = tmp_path / "BNBBTC-trades-2025-03-01.zip"
    path.write_bytes(files["trades"].read_bytes()[:1000])
    with pytest.raises(CaptureError, match="not a whole zip file"):
        Recording([path])
