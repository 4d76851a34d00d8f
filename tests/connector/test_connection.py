"""A WebSocket that stays: dialing, silence, back-off, replacing, stopping."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from binance_lab.connector.connection import (
    Backoff,
    Connection,
    ConnectionEvent,
    ConnectionOptions,
    State,
)
from binance_lab.connector.exceptions import ConfigError, StreamError
from binance_lab.connector.link import Link, LinkOptions, proxy_options
from binance_lab.connector.pacing import connect_budget

from .servers import Server, serving, wait_until


class Rider:
    """Carries nothing; keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[ConnectionEvent] = []
        self.messages: list[bytes] = []
        self.set_ups = 0
        self.refuse_set_up = False

    def receive(self, link: Link, messages: list[bytes], received_ns: int) -> None:
        self.messages += messages

    def set_up(self, link: Link) -> None:
        self.set_ups += 1
        if self.refuse_set_up:
            raise StreamError("not set up")

    def work(self, link: Link) -> float | None:
        return None

    def take_over(self, old: Link, new: Link) -> None:
        self.took_over = (old.open, new.open)

    def changed(self, event: ConnectionEvent) -> None:
        self.events.append(event)

    def ended(self, link: Link) -> None: ...

    def pinged(self, payload: bytes) -> None: ...

    def ponged(self, payload: bytes) -> None: ...

    def states(self) -> list[str]:
        return [str(event.state) for event in self.events]

    def saw(self, state: State, times: int = 1) -> bool:
        return self.states().count(str(state)) >= times


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def rider() -> Rider:
    return Rider()


@pytest.fixture
def connect(server: Server, rider: Rider) -> Iterator[Callable[..., Connection]]:
    made: list[Connection] = []

    def connect(url: str = "", **settings: Any) -> Connection:
        link = {key: settings.pop(key) for key in list(settings) if key in LinkOptions.__slots__}
        kept = {"backoff": Backoff(0.01, 0.05), "replace_every_s": 0.0, **settings}
        options = ConnectionOptions(link=LinkOptions(**{"close_timeout_s": 0.3, **link}), **kept)
        made.append(Connection(url or server.url, rider, options=options))
        made[-1].start()
        return made[-1]

    yield connect
    for connection in made:
        connection.stop()


def test_every_change_of_state_is_an_event(connect, server, rider):
    """From the first attempt to the stop each state is told, with its reason and close code."""
    connection = connect()
    wait_until(lambda: rider.saw(State.OPEN))
    server.peer().close(1001, "going away")
    wait_until(lambda: rider.saw(State.OPEN, 2))
    connection.stop()
    assert rider.states() == ["connecting", "open", "closed", "reconnecting", "open", "stopped"]
    closed, reconnecting = rider.events[2:4]
    assert (closed.code, "going away" in closed.reason) == (1001, True)
    assert reconnecting.retry_in_s == 0.01


def test_reads_share_one_buffer(server, monkeypatch):
    """A message takes the memory that it needs: fresh room for a whole read would leave holes."""
    buffers = []

    class Wire(socket.socket):
        def recv_into(self, buffer, *options):
            buffers.append(buffer)
            return super().recv_into(buffer, *options)

    came: list[bytes] = []
    ended = threading.Event()
    link = Link(server.url, name="one", receive=lambda new, _: came.extend(new), ended=ended.set)
    connected = link._socket.connect

    def connect(*args: Any, **options: Any) -> None:
        connected(*args, **options)
        link._socket.sock = Wire(fileno=link._socket.sock.detach())

    monkeypatch.setattr(link._socket, "connect", connect)
    link.dial()
    for number in range(3):
        server.peer().send(f"message {number}")
        wait_until(lambda number=number: len(came) == number + 1)
    link.close()
    assert ended.wait(30)
    assert came == [b"message 0", b"message 1", b"message 2"]
    assert len(buffers) > 2
    assert len({id(buffer) for buffer in buffers}) == 1


def test_silent_socket_is_replaced(connect, server, rider):
    """A socket that brings no frame for a while is closed and made again."""
    connect(silence_s=0.1)
    wait_until(lambda: rider.saw(State.OPEN, 2))
    assert rider.states()[1:4] == ["open", "silent", "closed"]
    assert server.peer().gone.wait(30)


def test_dribbling_bytes_are_silence_too(connect, server, rider):
    """Bytes that never become a frame do not keep a connection alive."""
    connect(silence_s=0.2)
    wait_until(lambda: rider.saw(State.OPEN))
    peer = server.peer()
    peer.raw(b"\x81\x7f\x00\x00\x00\x00\x00\x10\x00\x00")

    def dribble() -> bool:
        peer.raw(b"x")
        return rider.saw(State.SILENT)

    wait_until(dribble)


def test_pings_keep_a_quiet_connection(connect, server, rider):
    """A connection on which only pings come is not silent."""
    connect(silence_s=0.4)
    wait_until(lambda: rider.saw(State.OPEN))
    beat = threading.Event()
    for _ in range(12):
        server.peer().raw(b"\x89\x00")
        beat.wait(0.05)
    assert rider.states() == ["connecting", "open"]


def test_server_that_never_answers_the_handshake_is_given_up(connect, rider):
    """A server that accepts and says nothing costs the dial timeout, not for ever."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"ws://127.0.0.1:{mute.getsockname()[1]}"
        connection = connect(url, dial_timeout_s=0.1, max_attempts=2)
        wait_until(lambda: rider.saw(State.STOPPED))
    assert "within 0.1 s" in str(connection.error)
    assert connection.stopped


def test_handshake_that_dribbles_is_given_up(connect, rider):
    """A server whose handshake never ends is left at the dial timeout."""
    stop = threading.Event()

    def dribble(listener: socket.socket) -> None:
        with suppress(OSError):
            sock, _ = listener.accept()
            while not stop.wait(0.02):
                sock.sendall(b"X")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=dribble, args=(listener,), daemon=True).start()
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
        connect(url, dial_timeout_s=0.2, max_attempts=1)
        wait_until(lambda: rider.saw(State.STOPPED))
        stop.set()
    assert rider.states() == ["connecting", "closed", "stopped"]


def test_it_tries_without_end_unless_told(connect, server, rider):
    """Without a limit it tries until it succeeds; with one it stops and says why."""
    server.refuse_with = [b""] * 5
    connect()
    wait_until(lambda: rider.saw(State.OPEN))
    assert [event.attempt for event in rider.events if event.state is State.CLOSED] == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip


def test_retry_after_of_a_refused_handshake_is_obeyed(connect, server, rider):
    """A handshake refused with 429 is tried again when the server allows it, not before."""
    server.refuse_with = [b"HTTP/1.1 429 Too Many\r\nRetry-After: 90\r\n\r\n"]
    connect()
    wait_until(lambda: rider.saw(State.RECONNECTING))
    assert rider.events[-1].retry_in_s == 90.0


def test_link_that_cannot_be_set_up_is_tried_again(connect, server, rider):
    """If the rider can't set a fresh link up, the link is closed and another one is made."""
    rider.refuse_set_up = True
    connect()
    wait_until(lambda: rider.set_ups >= 2)
    rider.refuse_set_up = False
    wait_until(lambda: rider.saw(State.OPEN))
    assert server.peer().gone.wait(30)


def test_delays_double_with_jitter_up_to_a_limit():
    """The first delay is as set; later ones lie in the upper half of a doubling span."""
    backoff = Backoff(first_s=5.0, max_s=60.0)
    assert backoff.delay_s(0) == 5.0
    assert [backoff.delay_s(n, chance=1.0) for n in (1, 2, 3, 4, 50)] == [10, 20, 40, 60, 60]
    assert backoff.delay_s(1, chance=0.0) == 5.0
    assert Backoff(0.0).delay_s(1, chance=1.0) > 0


def test_replacement_works_before_the_old_link_goes(connect, server, rider):
    """On demand a new link is open and set up while the old one still is; then that one goes."""
    connection = connect()
    wait_until(lambda: rider.saw(State.OPEN))
    connection.replace("because")
    wait_until(lambda: rider.saw(State.OPEN, 2))
    assert rider.took_over == (True, True)
    assert server.peer(0).gone.wait(30)
    assert not server.peer(1).gone.is_set()
    assert rider.states() == ["connecting", "open", "replacing", "open"]
    assert connection.replacements == 1
    assert connection.reconnects == 0


def test_old_age_replaces_a_link(connect, server, rider):
    """A link is replaced when it reaches its age, before the server cuts it."""
    connection = connect(max_age_s=0.2)
    wait_until(lambda: connection.replacements >= 2)
    assert State.CLOSED not in rider.states()


def test_old_link_goes_on_while_no_new_one_can_be_made(connect, server, rider):
    """A replacement that fails leaves the working link at work, and is tried again."""
    connection = connect()
    wait_until(lambda: rider.saw(State.OPEN))
    server.refuse_with = [b""] * 2
    connection.replace()
    server.peer(1)
    wait_until(lambda: connection.replacements == 1)
    assert rider.states().count("replacing") == 3
    assert State.CLOSED not in rider.states()


def test_replacements_that_fail_are_tried_ever_more_rarely(connect, server, rider):
    """The delays are those of reconnecting, and no shorter than the server asks for."""
    busy = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0.3\r\nContent-Length: 0\r\n\r\n"
    connection = connect(backoff=Backoff(0.01, 10.0))
    wait_until(lambda: rider.saw(State.OPEN))
    server.refuse_with = [b"", b"", busy]
    connection.replace()
    wait_until(lambda: connection.replacements == 1)
    delays = [event.retry_in_s for event in rider.events if event.retry_in_s is not None]
    assert delays[0] == 0.01
    assert 0.1 <= delays[1] <= 0.2
    assert delays[2] >= 0.3
    assert rider.states()[-1] == "open"


def test_stop_while_dialing_returns_at_once(connect, rider):
    """stop does not wait for a server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        connection = connect(f"ws://127.0.0.1:{mute.getsockname()[1]}", dial_timeout_s=60.0)
        mute.accept()
        connection.stop(timeout_s=5.0)
        assert rider.states()[-1] == "stopped"


def test_stop_while_waiting_to_reconnect_returns_at_once(connect, server, rider):
    """stop does not wait for the next attempt."""
    server.refuse_with = [b""]
    connection = connect(backoff=Backoff(60.0))
    wait_until(lambda: rider.saw(State.RECONNECTING))
    connection.stop(timeout_s=5.0)
    assert rider.states()[-1] == "stopped"


def test_stop_does_not_wait_for_a_server_that_hangs(connect, rider):
    """A server that ignores the goodbye is left after a short while."""
    with serving(on_message=lambda peer, message: peer.gone.wait(30)) as server:
        connection = connect(server.url)
        wait_until(lambda: rider.saw(State.OPEN))
        assert connection.link is not None
        connection.link.send("{}")
        connection.stop(timeout_s=5.0)
        assert rider.states()[-1] == "stopped"
        server.peer().gone.set()


def test_connects_are_counted_over_the_process(connect, server, rider):
    """Every attempt counts in the host's budget, whichever connection makes it."""
    connect(), connect()
    wait_until(lambda: rider.saw(State.OPEN, 2))
    assert connect_budget(f"127.0.0.1:{server.port}").used == 2


def test_spent_budget_lets_a_connection_wait(connect, server, rider):
    """With no attempt left in the budget nothing is dialed, and stop still works."""
    budget = connect_budget(f"127.0.0.1:{server.port}")
    for _ in range(budget.limit):
        budget.count()
    connection = connect()
    wait_until(lambda: rider.saw(State.CONNECTING))
    connection.stop(timeout_s=5.0)
    assert server.requests == []


def test_status_is_one_row(connect, server, rider):
    """status says state, messages, ages and failures in plain values."""
    connection = connect()
    wait_until(lambda: rider.saw(State.OPEN))
    server.peer().send({"x": 1})
    wait_until(lambda: rider.messages)
    row = connection.status()
    assert (row["state"], row["messages"], row["reconnects"], row["error"]) == ("open", 1, 0, "")
    assert 0 <= row["last_message_age_s"] < 10
    server.peer().abort()
    wait_until(lambda: rider.saw(State.OPEN, 2))
    assert connection.status()["messages"] == 1
    assert "open" in repr(connection)


def test_redirect_is_not_followed(connect, server, rider):
    """A server that sends the client elsewhere is an error: keys go where they were meant to."""
    server.refuse_with = [b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n"]
    connect(max_attempts=1)
    wait_until(lambda: rider.saw(State.STOPPED))
    assert len(server.requests) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:80", "ws://", ""])
def test_address_without_a_websocket_scheme_is_refused(rider, url):
    """A URL that is not ws:// or wss:// is a ConfigError."""
    with pytest.raises(ConfigError, match="WebSocket address"):
        Connection(url, rider)


def test_proxy_is_taken_as_requests_takes_it():
    """The proxy of the URL's scheme is used, with its user and password."""
    proxies = {"http": "http://a:1", "https": "http://user:word@b:3128"}
    assert proxy_options("ws://x", proxies)["http_proxy_host"] == "a"
    secure = proxy_options("wss://x", proxies)
    assert (secure["http_proxy_host"], secure["http_proxy_port"]) == ("b", 3128)
    assert secure["http_proxy_auth"] == ("user", "word")
    assert proxy_options("wss://x", None) == {}
    assert "word" not in repr(LinkOptions(proxies=proxies))


def test_no_proxy_of_the_environment_stands_before_this_computer(connect, rider, monkeypatch):
    """Where a company's proxy is in the environment, loopback is still reached directly."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    connect()
    wait_until(lambda: rider.saw(State.OPEN))


def test_an_end_and_the_connection_after_it_are_logged(connect, server, rider, caplog):
    """Who reads that a connection ended reads, too, that there is one again; the first one is no news."""
    connection = connect()
    wait_until(lambda: rider.saw(State.OPEN))
    server.peer().abort()
    wait_until(lambda: rider.saw(State.OPEN, 2))
    warnings = [each for each in caplog.records if each.levelno >= logging.WARNING]
    lines = [line for each in warnings if connection.name in (line := each.getMessage())]
    assert lines[0].startswith(f"{connection.name}: ended: 1006")
    assert lines[-1] == f"{connection.name}: connected now"
    assert len(lines) == 2


def test_a_failed_attempt_is_logged_with_the_name_once(connect, rider, caplog):
    """The line of a failure says which connection it was, and the reason doesn't repeat it."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    connection = connect(f"ws://127.0.0.1:{port}", max_attempts=1)
    wait_until(lambda: rider.saw(State.STOPPED))
    (line,) = [each.getMessage() for each in caplog.records if "attempt" in each.getMessage()]
    assert line.startswith(f"{connection.name}: attempt 1 failed: 1006 ")
    assert line.count(connection.name) == 1
