"""A Jupyter server as a child process: what it says where it doesn't start."""

from __future__ import annotations

import pytest

from binance_lab import Exchange, Lab, jupyter_desk, jupyter_process
from binance_lab.connector.exceptions import RequestError
from binance_lab.jupyter_process import JupyterProcess


def test_a_server_that_ends_at_once_is_told_with_its_exit_code(capfd):
    """Its own lines are there, and the error names the code that it ended with."""
    server = JupyterProcess("no_such_server", [])
    with pytest.raises(RequestError, match=r"no_such_server ended with exit code 1 before"), server:
        pass
    assert "No module named no_such_server" in capfd.readouterr().err


def test_a_server_that_does_not_answer_is_told_with_the_time(monkeypatch):
    """A busy computer isn't taken for a fault of the server: the error says for how long it waited."""
    monkeypatch.setattr(jupyter_process, "_START_TIMEOUT_S", 0)
    server = JupyterProcess("http.server", ["{port}", "--bind", "127.0.0.1"])
    with pytest.raises(RequestError, match=r"did not answer .* within 0 s"), server:
        pass


def test_a_server_that_is_slow_to_answer_is_up(tmp_path):
    """An answer that takes longer than others is waited for: it isn't asked for anew."""
    module = tmp_path / "slow_server.py"
    module.write_text(SLOW_SERVER)
    server = JupyterProcess("slow_server", ["{port}"], folder=str(tmp_path))
    with server:
        assert server.wait() == 0


# Answers its first client, but not before that one was left waiting for longer than a second.
SLOW_SERVER = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    client, _ = server.accept()
    client.settimeout(1.5)
    try:
        while client.recv(1000):
            pass
        sys.exit(1)  # it hung up
    except TimeoutError:
        client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""


def test_a_desk_joins_a_running_exchange(tmp_path):
    """The page's kernel finds the exchange whose address was given, and no other is started."""
    with Exchange(symbols=["BTCUSDT"]) as exchange, Lab(url=exchange.rest) as lab:
        variables = jupyter_desk._variables(lab, tmp_path)
    assert lab.exchange is None
    assert variables["BINANCE_LAB_ENV"] == "local"
    assert variables["BINANCE_LAB_LOCAL_URL"] == exchange.rest
