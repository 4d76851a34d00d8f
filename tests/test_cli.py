"""The command binance-lab: exit codes, help, and errors in one paragraph."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from binance_lab import cli
from binance_lab.connector.exceptions import ConfigError

TIMEOUT_S = 60


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "binance_lab", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)


def paragraph(text: str) -> str:
    """The text, if it is one paragraph without a traceback."""
    assert "Traceback" not in text
    assert "\n\n" not in text.strip()
    return text


def test_help_lists_every_verb(capsys):
    """--help names each verb with what it does."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert [verb for verb, (_, does) in cli.VERBS.items() if does not in printed] == []


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_has_help(verb, capsys):
    """Each verb explains its options."""
    with pytest.raises(SystemExit) as ended:
        cli.main([verb, "--help"])
    assert ended.value.code == 0
    assert "usage: binance-lab" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["dance"], ["exchange", "--sing"]])
def test_wrong_usage_ends_with_2(words, capsys):
    """No verb, an unknown verb and an unknown option are wrong usage."""
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["exchange"], ["desk", "--no-browser"], ["lab", "--no-browser"]])
def test_a_port_in_use_is_one_paragraph(words):
    """What serves says that its port is taken, and by what option to take another; it prints no address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = ran(*words, "--port", str(taken.getsockname()[1]))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "taken" in ended.stderr
    assert "--port" in paragraph(ended.stderr)


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_no_port_is_one_paragraph(port, capsys):
    """A number that is no port is told with those that are."""
    assert cli.main(["desk", "--no-browser", "--port", port]) == 2
    assert "from 0 to 65535" in paragraph(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--symbols", "BTCUSD"], "BTCUSD"),
        (["--replay", "no-such-file.jsonl.gz"], "no-such-file.jsonl.gz"),
        (["--port", "99999"], "65535"),
        (["--faults", "gremlins"], "gremlins"),
    ],
)
def test_bad_options_of_the_exchange_name_what_is_wrong(options, says):
    """An option that can't be meant ends with 2 and one paragraph that names it."""
    ended = ran("exchange", *options)
    assert ended.returncode == 2
    assert says in paragraph(ended.stderr)


def test_an_error_of_ours_is_printed_without_a_traceback(monkeypatch, capsys):
    """A lab that can't be opened ends the demo with 1 and a line that says why."""
    monkeypatch.setattr("binance_lab.demo.Lab", _no_lab)
    assert cli.main(["demo"]) == 1
    assert paragraph(capsys.readouterr().err) == "binance-lab demo: No exchange today.\n"


def _no_lab(*_: object, **__: object) -> None:
    raise ConfigError("No exchange today.")


@pytest.mark.parametrize("words", [["demo", "--symbol"], ["desk", "--no-browser"]])
@pytest.mark.parametrize(
    ("symbol", "says"),
    [("btcusd", '"BTCUSD" is no symbol here. Did you mean BTCUSDT'), ("BTC/USDT", "mean BTCUSDT?")],
)
def test_an_unknown_symbol_is_told_with_those_like_it(words, symbol, says, capsys, tmp_path):
    """The demo and the desk end with 2 and our own words, not with the exchange's."""
    assert cli.main([*words, symbol]) == 2
    assert says in paragraph(capsys.readouterr().err)


def test_the_desk_says_at_once_what_it_does(monkeypatch, capsys):
    """Its first line is printed before a lab is opened, which takes a while."""
    monkeypatch.setattr("binance_lab.jupyter_desk.Lab", _no_lab)
    assert cli.main(["desk", "ethusdt"]) == 1
    printed = capsys.readouterr().out
    assert printed == "Starting the desk of ETHUSDT, which takes some seconds …\n"


def test_the_ready_line_is_json():
    """The exchange's first line of output is JSON with its addresses and the first key."""
    command = [sys.executable, "-m", "binance_lab", "exchange", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            ready = json.loads(running.stdout.readline())
        finally:
            running.terminate()
    assert {"rest", "ws", "ws_api", "api_key", "api_secret"} <= set(ready)
    assert ready["ws_api"].endswith("/ws-api/v3")


def test_jupyterlab_prints_its_address_and_no_warning(tmp_path):
    """A line says what is started, then come the addresses; JupyterLab asks for no news, and runs this Python."""
    command = [sys.executable, "-m", "binance_lab", "lab", "--no-browser", str(tmp_path)]
    (tmp_path / "a.ipynb").write_text(json.dumps(_NOTEBOOK))
    pipes = {"stdout": subprocess.PIPE, "stderr": (tmp_path / "errors").open("w"), "text": True}
    with pipes["stderr"], subprocess.Popen(command, **pipes) as running:
        try:
            assert running.stdout is not None
            began, exchange, lab = (running.stdout.readline() for _ in range(3))
            before = (tmp_path / "errors").read_text()
            answer = requests.get(lab.split()[-1], timeout=30)
            asked = "lab/api/settings/@jupyterlab/apputils-extension:notification"
            news = _ask(lab.split()[-1], asked)["schema"]["properties"]
            kernel = _ask(lab.split()[-1], "api/kernelspecs")["kernelspecs"]["python3"]["spec"]
            notebook = _ask(lab.split()[-1], "api/contents/a.ipynb")["content"]
            after = (tmp_path / "errors").read_text()
        finally:
            running.terminate()
    assert began.startswith("Starting the embedded exchange and JupyterLab")
    assert exchange.startswith("Embedded exchange: http://127.0.0.1:")
    assert (before, answer.status_code) == ("", 200)
    assert (after, len(notebook["cells"])) == ("", 1)
    assert (news["fetchNews"]["default"], news["checkForUpdates"]["default"]) == ("false", False)
    assert kernel["argv"][0] == sys.executable


_OUTPUT = {
    "output_type": "display_data",
    "data": {"text/html": "<b>run elsewhere</b>"},
    "metadata": {},
}
_CELL = {"cell_type": "code", "source": "", "metadata": {}, "execution_count": 1}
_NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [{**_CELL, "id": "a", "outputs": [_OUTPUT]}],
}


def _ask(page: str, path: str) -> Any:
    """What the server of this page answers; the token is the page's."""
    address = f"{urljoin(page, '/')}{path}?{urlsplit(page).query}"
    return requests.get(address, timeout=30).json()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_kill_leaves_no_server_behind(tmp_path, name):
    """JupyterLab ends with the command, also where it is killed or its terminal closes."""
    if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        pytest.skip(f"{name} is ignored here, as by nohup, and so in every child")
    command = [sys.executable, "-m", "binance_lab", "lab", "--no-browser", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        lab = [running.stdout.readline() for _ in range(3)][-1].split()[-1]
        running.send_signal(getattr(signal, name))
    assert running.returncode == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(lab, timeout=30)


def test_a_reader_that_had_enough_is_no_error():
    """``binance-lab doctor | head -1`` ends without a traceback."""
    command = [sys.executable, "-m", "binance_lab", "doctor", "--offline"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1
