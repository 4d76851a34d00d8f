"""The verb download: fetch, go on, verify, and say what is wrong."""

from __future__ import annotations

import pytest

from binance_lab import cli

RANGE = ["--interval", "15m", "--start", "2025-02-01", "--end", "2025-03-02"]


@pytest.fixture
def download(past, tmp_path, monkeypatch, capsys):
    """Runs the verb on the exchange; its exit code and what it printed."""
    monkeypatch.delenv("BINANCE_LAB_DATA", raising=False)

    def run(*words: str) -> tuple[int, str]:
        code = cli.main(["download", "--url", past.rest, "--data", str(tmp_path), *words])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_a_download_says_what_there_is_and_where(download, tmp_path):
    """A row for each series, and the folder."""
    code, printed = download("BTCUSDT", "SOLUSDT", *RANGE)
    assert code == 0
    assert printed.count("klines_15m") == 2
    assert str(tmp_path / "local") in printed
    assert "Not as it should be" not in printed


def test_the_same_command_without_symbols_goes_on(download):
    """Without symbols everything in the store is brought up to date, and may be joined."""
    download("BTCUSDT", *RANGE)
    code, printed = download("--end", "2025-03-05", "--compact")
    assert code == 0
    assert "2025-03-05" in printed


def test_verify_fails_if_a_file_is_damaged(download, tmp_path):
    """Exit code 1, and the file's name."""
    download("BTCUSDT", *RANGE)
    assert download("--verify") == (0, "2 files, 0 damaged.\n")
    path = sorted(tmp_path.rglob("*.parquet"))[0]
    path.write_bytes(path.read_bytes()[:-1])
    code, printed = download("--verify")
    assert code == 1
    assert "1 damaged" in printed
    assert path.name in printed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["BTCUSD", "--start", "2025-01-01"], "Did you mean BTCUSDT"),
        (["BTCUSDT"], "from when on"),
        (["--start", "2025-01-01"], "needs symbols"),
        (["BTCUSDT", "--interval", "7m", "--start", "2025-01-01"], "1m, 3m, 5m"),
    ],
)
def test_what_cannot_be_done_is_one_line(download, words, says):
    """Exit code 2 where it can't be meant, and what would be right; no traceback."""
    code, printed = download(*words)
    assert code == 2
    assert says in printed
    assert "Traceback" not in printed


def test_an_empty_store_says_what_to_do(download, tmp_path):
    """Without symbols there is nothing to go on with, to verify neither."""
    for words in ([], ["--verify"]):
        code, printed = download(*words)
        assert code == 0
        assert f"Nothing is in {tmp_path / 'local-seed-3-'}" in printed
        assert " yet. Say what to fetch" in printed
        assert "binance-lab download BTCUSDT" in printed
        assert "Empty" not in printed


def test_a_range_before_the_listing_is_told(download):
    """No rows is an answer, not an empty table."""
    code, printed = download("SOLUSDT", "--start", "2019-01-01", "--end", "2019-02-01")
    assert code == 0
    assert "Nothing was traded in this range: SOLUSDT." in printed
    assert "Empty" not in printed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["BTCUSDT", "--interval", "7m"], "Invalid interval: '7m'"),
        (["BTC/USDT", "--start", "2025-01-01"], "'BTC/USDT' can't be a symbol"),
        (["BTCUSDT", "--start", "soon"], "'soon' is not a time"),
        (["BTCUSDT", "--start", "2025-02-01", "--end", "2025-01-01"], "starts after it ends"),
    ],
)
def test_what_is_typed_wrong_is_told_before_anything_is_opened(monkeypatch, capsys, words, says):
    """The folder that is missing, too, comes after it."""
    for name in ("ENV", "LOCAL_URL", "DATA"):
        monkeypatch.delenv(f"BINANCE_LAB_{name}", raising=False)
    monkeypatch.setattr("binance_lab.lab.Lab.__init__", None)
    assert cli.main(["download", *words]) == 2
    assert says in capsys.readouterr().err


def test_history_of_an_exchange_that_ends_needs_a_folder(monkeypatch, capsys):
    """Where exchange and store would both end with the command, it asks for a folder."""
    for name in ("ENV", "LOCAL_URL", "DATA"):
        monkeypatch.delenv(f"BINANCE_LAB_{name}", raising=False)
    assert cli.main(["download", "BTCUSDT", "--start", "2025-01-01"]) == 1
    assert "--data DIR" in capsys.readouterr().err
