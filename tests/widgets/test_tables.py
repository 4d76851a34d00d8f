"""Tables: only rows that changed are sent; balances, watchlist and status as rows of text."""

from __future__ import annotations

import pytest

from binance_lab.widgets.balances import Balances
from binance_lab.widgets.cells import Column
from binance_lab.widgets.status import StatusView
from binance_lab.widgets.tables import table_html
from binance_lab.widgets.watchlist import Watchlist
from tests.browser.stand_ins import MovedAccount, MovedStatus, MovedTickers

from .conftest import Sent, until


@pytest.fixture
def tickers() -> MovedTickers:
    return MovedTickers(BTCUSDT=60_000.0, SHIBUSDT=0.00001)


def texts(cells: list[list[object]]) -> list[object]:
    return [text for text, *_ in cells]


def test_only_changed_rows_are_sent(tickers: MovedTickers, sent: Sent):
    """A symbol that moved is sent, the others are not."""
    Watchlist(tickers, ["BTCUSDT", "SHIBUSDT"])
    message, _ = sent.wait("snapshot")
    assert list(message["rows"]) == message["order"] == ["BTCUSDT", "SHIBUSDT"]
    tickers.price("SHIBUSDT", 0.000012)
    message, _ = sent.wait("delta")
    assert list(message["rows"]) == ["SHIBUSDT"]
    assert "order" not in message
    assert texts(message["rows"]["SHIBUSDT"])[1:3] == ["0.0000120", "+20.00%"]


def test_symbol_without_ticker_is_a_row_of_dashes(tickers: MovedTickers):
    """A symbol of which nothing is known yet keeps its place."""
    with Watchlist(tickers, ["ETHUSDT", "BTCUSDT"]) as view:
        rows = view.rows()
    assert texts(rows["ETHUSDT"])[:2] == ["ETHUSDT", "–"]
    assert texts(rows["BTCUSDT"])[1] == "60,000"


def test_sparkline_is_the_history_and_the_last_price(tickers: MovedTickers):
    """Prices given at the start stay in the sparkline; its end is what the price is now."""
    history = {"BTCUSDT": [58_000.0, 59_000.0]}
    with Watchlist(tickers, ["BTCUSDT"], history=history) as view:
        until(view, lambda: view.frames > 0)
        *_, (_, tone, prices) = view.rows()["BTCUSDT"]
    assert prices == [58_000.0, 59_000.0, 60_000.0]
    assert tone == "up"


def test_balances_are_sorted_by_value_and_summed(tickers: MovedTickers):
    """The largest value is first; the last row is the sum, in the quote asset."""
    account = MovedAccount(USDT=(1_000.0, 250.0), BTC=(0.5, 0.0), XYZ=(7.0, 0.0))
    with Balances(account, tickers=tickers) as view:
        rows = view.rows()
    assert list(rows) == ["BTC", "USDT", "XYZ", "∑"]
    assert texts(rows["USDT"]) == ["USDT", "1,000", "250", "1,250", "1,250.00"]
    assert texts(rows["XYZ"])[-1] == "–"
    assert texts(rows["∑"])[-1] == "31,250.00"


@pytest.mark.parametrize(
    ("unknown", "title"),
    [("", "Sum"), ("XYZ", "Sum without XYZ"), ("ABCD", "Sum without 4 assets")],
)
def test_the_sum_says_what_is_not_in_it(tickers: MovedTickers, unknown: str, title: str):
    """An asset whose value isn't known is named, many are counted."""
    names = [unknown] if len(unknown) < 4 else list(unknown)
    account = MovedAccount(USDT=(1.0, 0.0), **{name: (7.0, 0.0) for name in names if name})
    with Balances(account, tickers=tickers) as view:
        assert texts(view.rows()["∑"])[0] == title


def test_balances_without_prices_have_no_value():
    """Without tickers there are amounts only."""
    with Balances(MovedAccount(SHIB=(1e-8, 0.0))) as view:
        assert texts(view.rows()["SHIB"]) == ["SHIB", "0.00000001", "0", "0.00000001"]


def test_row_that_goes_is_taken_away(sent: Sent):
    """The order sent says which rows there are."""
    account = MovedAccount(BTC=(1.0, 0.0), USDT=(5.0, 0.0))
    Balances(account)
    sent.wait("snapshot")
    account.hold("BTC", 0.0)
    del account._balances["BTC"]
    account.changed()
    assert sent.wait("delta")[0]["order"] == ["USDT"]


def test_status_warns_where_a_reader_must_look():
    """States, gaps and drops that are not as they should be have a tone of their own."""
    with StatusView(MovedStatus()) as view:
        rows = view.rows()
    good, bad = rows["Candles BTCUSDT 1m"], rows["Candles BTCUSDT"]
    assert (good[1], bad[1]) == (["live", "up"], ["out of sync", "warn"])
    assert good[5] == ["2", "warn"]
    assert good[4] == ["0", "muted"]


def test_table_html_is_escaped():
    """What an exchange sends is text, never markup."""
    assert "<b>" not in table_html("<b>", [Column("<b>")], [[["<b>", ""]]])


def test_table_html_has_no_column_of_sparklines():
    """What a table without script can't draw is left out, with its title."""
    columns = [Column("Symbol", text=True), Column("Trend", spark=True)]
    text = table_html("Watchlist", columns, [[["BTCUSDT", ""], ["BTCUSDT +1%", "up", [1.0, 2.0]]]])
    assert "BTCUSDT" in text
    assert "Trend" not in text
    assert "+1%" not in text
