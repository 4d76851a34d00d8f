"""The verb doctor: each thing that can be wrong is said in words, with what to do."""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from binance_lab import Exchange, doctor, installed
from binance_lab.connector import environments, keys
from binance_lab.connector.environments import Environment

SECRET = "never-to-be-seen-secret"


@pytest.fixture(scope="module")
def exchange():
    with Exchange(seed=3, symbols=("BTCUSDT",)) as running:
        yield running


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """A computer of nobody: no variables, no key file, an empty data folder."""
    for name in [name for name in os.environ if name.startswith("BINANCE_LAB_")]:
        monkeypatch.delenv(name)
    for name in (*doctor._PROXIES, "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for module in (keys, doctor):
        monkeypatch.setattr(module, "keys_file", lambda: tmp_path / "keys.toml")
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / "data" / name)
    return tmp_path


def told(check, level: str) -> str:
    """What a check finds at one level, without any secret."""
    found = list(check())
    text = "\n".join(each.text for each in found if each.level == level)
    assert SECRET not in "\n".join(each.text for each in found)
    return text


def at(url: str):
    """Instead of `environments.named`: an exchange at an address for every name."""
    return lambda name, *, keys: environments.local(url)


def test_a_whole_installation_has_no_problem():
    """Here every required package is new enough, and JupyterLab finds the browser's half."""
    assert told(doctor.installation, "problem") == ""
    assert "msgspec" in told(doctor.installation, "ok")


@pytest.mark.parametrize(
    ("name", "version", "level", "words"),
    [
        ("anywidget", None, "problem", 'anywidget is not installed. Run: pip install --upgrade "any'),
        ("pandas", "1.5.3", "problem", "pandas is 1.5.3, older than 2.2"),
        ("duckdb", None, "note", 'extra history: duckdb is not installed. To have it: pip install'),
        ("jupyterlab", "4.1", "note", "extra lab: jupyterlab is 4.1, older than 4."),
    ],
)  # fmt: skip
def test_a_package_that_lacks_is_told(monkeypatch, name, version, level, words):
    """A required package that is missing or old is a problem; one of an extra is a note."""
    real = installed._version
    monkeypatch.setattr(
        installed, "_version", lambda asked: version if asked == name else real(asked)
    )
    assert words in told(doctor.installation, level)


def test_a_widget_without_its_half_in_the_browser_is_told(monkeypatch, tmp_path):
    """Where JupyterLab would show nothing, since it can't find a widget's JavaScript, that is said."""
    pytest.importorskip("jupyterlab")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(tmp_path)])
    assert "anywidget is installed, but JupyterLab does not find" in told(
        doctor.installation, "problem"
    )


@pytest.mark.parametrize(
    ("name", "value", "level", "words"),
    [
        ("BINANCE_LAB_ENV", "prod", "problem", 'is "prod"; it can be local, testnet or live'),
        ("BINANCE_LAB_TESTNET_KEY", SECRET, "note", "BINANCE_LAB_TESTNET_KEY is set, but nothing reads it"),
        ("BINANCE_LAB_LOCAL_URL", "localhost:8000", "problem", "is not a base URL"),
        ("BINANCE_LAB_LOCAL_URL", "http://127.0.0.1:9", "problem", "local: no connection to 127.0.0.1:9"),
        ("HTTPS_PROXY", f"http://me:{SECRET}@127.0.0.1:3128", "note", "HTTPS_PROXY is set"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_meant_is_told(monkeypatch, name, value, level, words):
    """A wrong environment, a misspelt variable, an address where nobody answers, a proxy."""
    monkeypatch.setenv(name, value)
    assert words in told(doctor.settings, level)


def test_a_folder_that_cannot_be_written_is_told(monkeypatch, home):
    """A data folder that can't be written is a problem, whatever its permissions claim."""

    def refuse(*, dir: Path):  # noqa: A002
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert "can't be written to (Read-only file system)" in told(doctor.disk, "problem")


def test_a_file_in_the_place_of_a_folder_is_told(monkeypatch, home):
    """BINANCE_LAB_DATA that names a file is a problem."""
    (home / "taken").write_text("")
    monkeypatch.setenv("BINANCE_LAB_DATA", str(home / "taken"))
    assert "taken is a file; it has to be a folder" in told(doctor.disk, "problem")


@pytest.mark.parametrize(
    ("free", "level", "words"),
    [
        (1 << 20, "problem", "the disk is full"),
        (1 << 29, "note", "0.5 GB free"),
        (1 << 34, "ok", "17.2 GB"),
    ],
)
def test_how_much_room_there_is(monkeypatch, free, level, words):
    """Less than a gigabyte is a note, next to nothing a problem."""
    usage = shutil.disk_usage("/")._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert words in told(doctor.disk, level)


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (f'[testnet]\napi_key = "k"\napi_secret = "{SECRET}"', 0o644, "can be read by others"),
        (f'[testnet]\napi_key = "{SECRET}', 0o600, "is not TOML"),
        (f'[testnet]\napi_secret = "{SECRET}"', 0o600, "but no api_key"),
        ('[testnet]\napi_key = "k"', 0o600, "an API key without a secret"),
        ("[testnet]\napi_key = 5", 0o600, "is not text"),
        ('testnet = "k"', 0o600, "is no table"),
        ('[testnet]\napi_key = "k"\nprivate_key_file = "nowhere.pem"', 0o600, "No such file"),
        (f'[testnet]\napi_key = "k"\nprivate_key_file = "{__file__}"', 0o600, "not a PEM that can be read"),
        (f'[testnet]\napi_key = "kä"\napi_secret = "{SECRET}"', 0o600, "characters that no key has"),
    ],
)  # fmt: skip
def test_a_wrong_key_file_is_told(home, content, mode, words):
    """Whatever is wrong with keys is a problem in words, and none of them is shown."""
    (home / "keys.toml").write_text(content, "utf-8")
    (home / "keys.toml").chmod(mode)
    assert words in told(doctor.keys, "problem")


def test_hosts_that_cannot_be_reached_are_notes(monkeypatch):
    """Without a network the embedded exchange still works: that is no problem."""
    monkeypatch.setattr(environments, "named", at("http://127.0.0.1:9"))
    assert told(doctor.hosts, "problem") == ""
    assert "testnet: no connection to 127.0.0.1:9" in told(doctor.hosts, "note")


def test_a_chosen_host_that_cannot_be_reached_is_a_problem(monkeypatch):
    """Where Lab() goes by the variable, nothing works without that host."""
    monkeypatch.setattr(environments, "named", at("http://127.0.0.1:9"))
    monkeypatch.setenv("BINANCE_LAB_ENV", "testnet")
    assert 'BINANCE_LAB_ENV is "testnet": Lab() goes there' in told(doctor.settings, "note")
    assert "testnet: no connection" in told(doctor.hosts, "problem")
    assert "live: no connection" in told(doctor.hosts, "note")


def test_an_exchange_that_answers_is_told(monkeypatch, exchange):
    """REST and both WebSockets are asked; a key is, too, and what its account may do is told."""
    monkeypatch.setattr(environments, "named", at(exchange.rest))
    monkeypatch.setenv("BINANCE_LAB_TESTNET_API_KEY", exchange.api_key)
    monkeypatch.setenv("BINANCE_LAB_TESTNET_API_SECRET", exchange.api_secret)
    found = told(doctor.hosts, "ok")
    assert f"testnet: {exchange.rest} answers" in found
    assert "live: streams and WebSocket API answer" in found
    assert "testnet: the key's account: canTrade" in found
    assert exchange.api_secret not in found


def test_a_key_that_is_refused_is_a_problem(monkeypatch, exchange):
    """A key that the exchange doesn't take is a problem, with the exchange's own words."""
    monkeypatch.setattr(environments, "named", at(exchange.rest))
    monkeypatch.setenv("BINANCE_LAB_TESTNET_API_KEY", exchange.api_key)
    monkeypatch.setenv("BINANCE_LAB_TESTNET_API_SECRET", SECRET)
    assert "testnet: the key is refused" in told(doctor.hosts, "problem")


def test_sockets_that_do_not_open_are_told(monkeypatch, exchange):
    """Where HTTPS passes and WebSockets don't, it says which views that takes away."""
    rest = environments.local(exchange.rest)
    blocked = Environment("local", rest.rest, "ws://127.0.0.1:9", "ws://127.0.0.1:9/ws-api/v3")
    monkeypatch.setattr(environments, "named", lambda name, *, keys: blocked)
    assert "testnet: no WebSocket" in told(doctor.hosts, "note")


def test_a_clock_that_is_off_is_told(monkeypatch, exchange):
    """How far this computer's clock is off is said, and what follows from it."""
    monkeypatch.setattr(environments, "named", at(exchange.rest))
    monkeypatch.setattr("binance_lab.connector.spot.Spot.measure_clock", lambda _: 7200.0)
    assert "clock is 7.2 s behind the exchange's" in told(doctor.hosts, "note")


def test_an_exchange_that_does_not_start_is_a_problem(monkeypatch):
    """What keeps the embedded exchange from starting is told, not thrown."""

    def refuse(*_: object, **__: object):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("subprocess.Popen", refuse)
    assert "it doesn't start" in told(doctor.embedded_exchange, "problem")


def test_the_report_ends_with_the_number_of_problems(monkeypatch, capsys):
    """Exit code 1 and a count with a problem; 0 and what works without one."""
    offline = argparse.Namespace(offline=True)
    assert doctor.run(offline) == 0
    assert "No problem: charts, streams and orders work" in capsys.readouterr().out
    monkeypatch.setenv("BINANCE_LAB_ENV", "prod")
    assert doctor.run(offline) == 1
    assert capsys.readouterr().out.endswith("\n1 problem.\n")
