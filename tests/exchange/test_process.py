"""The exchange as a child process, and the command that it is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import requests

from binance_lab.exchange.process import Exchange, ExchangeError


def wait_until_gone(pid: int) -> bool:
    """Whether a process ends within some seconds."""
    deadline = time.monotonic() + 30
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return not psutil.pid_exists(pid)


def test_it_runs_until_it_is_stopped():
    """An Exchange answers at its addresses until stop."""
    with Exchange(symbols=["BTCUSDT"], agents=False) as exchange:
        assert requests.get(exchange.rest + "/api/v3/ping", timeout=30).json() == {}
        assert repr(exchange) == f"<Exchange running: {exchange.rest}>"
    assert not exchange.running
    assert wait_until_gone(exchange.pid)


def test_its_repr_has_no_secret():
    """The secret is in no repr."""
    with Exchange(symbols=["BTCUSDT"], agents=False) as exchange:
        assert exchange.api_secret not in repr(exchange)
        assert exchange.api_key not in repr(exchange)


def test_keys_can_be_given():
    """The first account's key and secret may be chosen; no list of processes shows the secret."""
    with Exchange(agents=False, api_key="my-key", api_secret="my-secret") as exchange:
        assert (exchange.api_key, exchange.api_secret) == ("my-key", "my-secret")
        assert "my-secret" not in " ".join(psutil.Process(exchange.pid).cmdline())


def test_each_account_has_its_own_keys():
    """--accounts makes that many, keys apart."""
    with Exchange(symbols=["BTCUSDT"], agents=False, accounts=3) as exchange:
        assert len({each["api_key"] for each in exchange.accounts}) == 3


def test_its_control_door_is_at_hand():
    """control uses the door, and says why if that refuses."""
    with Exchange(symbols=["BTCUSDT"], agents=False) as exchange:
        exchange.control("POST", "faults", kind="slow", delay_s=0.001)
        assert [fault["kind"] for fault in exchange.control("GET", "")["faults"]] == ["slow"]
        with pytest.raises(ExchangeError, match="No fault 'fire'"):
            exchange.control("POST", "faults", kind="fire")
        with pytest.raises(ExchangeError, match="Nothing is replayed here"):
            exchange.control("POST", "replay")


def test_it_dies_with_its_parent():
    """When the process that started it is killed, the exchange ends."""
    program = (
        "from binance_lab import Exchange; import sys;"
        "e = Exchange(symbols=['BTCUSDT'], agents=False); print(e.pid, flush=True);"
        "sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate(timeout=30)
    assert wait_until_gone(child)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "binance_lab", "exchange", *options],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_taken_port_is_one_clear_paragraph():
    """A port in use ends the command with what to do, and no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("--port", str(port), "--symbols", "BTCUSDT", "--no-agents")
    assert ended.returncode == 2
    assert f"127.0.0.1:{port} is taken by another program" in ended.stderr
    assert "--port" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--symbols", "NOSUCH"], "NOSUCH"),
        (["--faults", "fire"], "fire"),
        (["--accounts", "0"], "--accounts"),
        (["--speed", "-1"], "--speed"),
        (["--port", "99999"], "port"),
        (["--replay", "/no/such/file.jsonl"], "/no/such/file.jsonl"),
    ],
)
def test_wrong_options_are_one_clear_paragraph(options: list[str], words: str):
    """What can't be meant ends the command with exit code 2, and no traceback."""
    ended = run("--port", "0", *options)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_went_wrong_is_in_the_error():
    """An Exchange that can't start says what the command said."""
    with pytest.raises(ExchangeError, match="NOSUCH"):
        Exchange(symbols=["NOSUCH"])


def test_ctrl_c_ends_it_quietly(tmp_path: Path):
    """An interrupt ends the command with exit code 0 and without a word."""
    words = tmp_path / "words"
    with words.open("wb") as stderr:
        command = [sys.executable, "-m", "binance_lab", "exchange", "--port", "0", "--no-agents"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr)
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert words.read_bytes() == b""
