"""Market streams with callbacks: subscribing, reconnecting, closing, and callbacks that fail."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from binance_lab.connector.connection import Backoff, ConnectionOptions
from binance_lab.connector.exceptions import BadInput, ConfigError, StreamError
from binance_lab.connector.stream_connection import StreamConnection
from binance_lab.connector.streams import WebsocketStream

from .servers import Peer, Server, agree, serving, wait_until

FAST = ConnectionOptions(backoff=Backoff(max_s=0.05), replace_every_s=0.0)
TRADE = "btcusdt@trade"


class Heard:
    """Callbacks that keep what they are called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            f"on_{name}": lambda stream, *said, name=name: self.calls.append((name, *said))
            for name in ("open", "message", "close", "error", "ping", "pong")
        }

    def of(self, name: str) -> list[Any]:
        """What the callback of that name was called with, apart from the stream."""
        return [call[1:] if len(call) > 2 else call[-1] for call in self.calls if call[0] == name]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(on_message=agree) as server:
        yield server


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def make(server: Server) -> Iterator[Callable[..., WebsocketStream]]:
    made: list[WebsocketStream] = []

    def make(**settings: Any) -> WebsocketStream:
        kept = {"options": FAST, "reconnect_delay_s": 0.01, "overlap_s": 0.02, **settings}
        made.append(WebsocketStream(server.url, **kept))
        return made[-1]

    yield make
    for stream in made:
        stream.__exit__()


def asked(peer: Peer) -> tuple[str, Any]:
    """Method and parameters of the next control message."""
    message = peer.next_message()
    return message["method"], message.get("params")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda s: s.agg_trade("BNBUSDT"), "bnbusdt@aggTrade"),
        (lambda s: s.trade("BNBUSDT"), "bnbusdt@trade"),
        (lambda s: s.block_trade("BNBUSDT"), "bnbusdt@blockTrade"),
        (lambda s: s.reference_price("BNBUSDT"), "bnbusdt@referencePrice"),
        (lambda s: s.kline("BNBUSDT", "1m"), "bnbusdt@kline_1m"),
        (lambda s: s.kline_offset("BNBUSDT", "1d"), "bnbusdt@kline_1d@+08:00"),
        (lambda s: s.mini_ticker("BNBUSDT"), "bnbusdt@miniTicker"),
        (lambda s: s.all_mini_ticker(), "!miniTicker@arr"),
        (lambda s: s.ticker("BNBUSDT"), "bnbusdt@ticker"),
        (lambda s: s.rolling_window_ticker("BNBUSDT", "4h"), "bnbusdt@ticker_4h"),
        (lambda s: s.all_rolling_window_ticker("1h"), "!ticker_1h@arr"),
        (lambda s: s.book_ticker("BNBUSDT"), "bnbusdt@bookTicker"),
        (lambda s: s.avg_price("BNBUSDT"), "bnbusdt@avgPrice"),
        (lambda s: s.partial_book_depth("BNBUSDT", 20, 100), "bnbusdt@depth20@100ms"),
        (lambda s: s.diff_book_depth("BNBUSDT"), "bnbusdt@depth"),
    ],
)
def test_each_stream_has_a_method(make, server, call, name):
    """The 15 market streams are subscribed by methods that name them as Binance does."""
    stream = make()
    assert call(stream) == [name]
    assert asked(server.peer()) == ("SUBSCRIBE", [name])
    assert stream.subscriptions == (name,)


@pytest.mark.parametrize(
    ("misspelled", "name"),
    [("aggtrade", "agg_trade"), ("aggTrade", "agg_trade"), ("depth", "diff_book_depth")],
)
def test_a_misspelled_method_is_answered_with_the_nearest(make, misspelled, name):
    """Also one in camelCase; an attribute that Python itself asks for is simply not there."""
    stream = make()
    with pytest.raises(AttributeError, match=f"did you mean '{name}'"):
        getattr(stream, misspelled)
    assert not hasattr(stream, "__len__")


def test_an_interval_that_is_none_is_refused(make):
    """The server takes any name and sends nothing of what there isn't."""
    stream = make()
    for subscribe in (stream.kline, stream.kline_offset):
        with pytest.raises(BadInput, match="1m, 3m, 5m"):
            subscribe("BNBUSDT", "7m")
    assert stream.subscriptions == ()


def test_several_streams_go_in_one_message(make, server):
    """Names and symbols may be several at once, and cost one control message."""
    make().trade(["BTCUSDT", "比特币USDT"])
    assert asked(server.peer()) == ("SUBSCRIBE", ["btcusdt@trade", "比特币usdt@trade"])


def test_nothing_is_connected_before_the_first_subscription(make, server):
    """A stream object alone opens no connection."""
    stream = make()
    assert stream.state == "not connected"
    assert server.peers == []


@pytest.mark.parametrize(("combined", "path"), [(False, "/ws"), (True, "/stream")])
def test_door_is_that_of_raw_or_combined_messages(make, server, combined, path):
    """combined chooses between /ws and /stream."""
    make(combined=combined).trade("btcusdt")
    assert server.peer().path == path


def test_microseconds_are_asked_for_in_the_address(make, server):
    """time_unit="us" connects with timeUnit=MICROSECOND."""
    make(time_unit="us").trade("btcusdt")
    assert server.peer().path == "/ws?timeUnit=MICROSECOND"


def test_message_is_parsed(make, server, heard):
    """on_message gets the parsed message, in the order of coming."""
    make(**heard.callbacks()).trade("btcusdt")
    for number in range(3):
        server.peer().send({"e": "trade", "t": number})
    wait_until(lambda: len(heard.of("message")) == 3)
    assert heard.of("message") == [{"e": "trade", "t": number} for number in range(3)]


def test_raw_message_is_text(make, server, heard):
    """With raw, on_message gets the text."""
    make(raw=True, **heard.callbacks()).trade("btcusdt")
    server.peer().send('{"e":"trade","s":"比特币"}')
    wait_until(lambda: heard.of("message") == ['{"e":"trade","s":"比特币"}'])


def test_callback_of_one_argument_gets_the_message_alone(make, server):
    """A callback that takes one argument is called with the message, such as a list's append."""
    messages: list[Any] = []
    make(on_message=messages.append).trade("btcusdt")
    server.peer().send({"t": 1})
    wait_until(lambda: messages == [{"t": 1}])


def test_answers_of_the_server_are_no_messages(make, server, heard):
    """What answers a control message does not reach on_message."""
    stream = make(**heard.callbacks())
    stream.trade("btcusdt")
    assert stream.get_property() is True
    server.peer().send({"t": 1})
    wait_until(lambda: heard.of("message"))
    assert heard.of("message") == [{"t": 1}]


def test_streams_are_unsubscribed_by_name(make, server):
    """unsubscribe asks the server, and the stream is not subscribed again later."""
    stream = make()
    stream.subscribe([TRADE, "btcusdt@depth"])
    assert asked(server.peer())[0] == "SUBSCRIBE"
    stream.unsubscribe(TRADE)
    assert asked(server.peer()) == ("UNSUBSCRIBE", [TRADE])
    server.peer().abort()
    assert asked(server.peer(1)) == ("SUBSCRIBE", ["btcusdt@depth"])


def test_control_messages_are_paced(make, server):
    """Many control messages go out at no more than five a second, pongs included."""
    stream = make()
    stream.trade("btcusdt")
    for _ in range(6):
        stream.get_property()
    times = [server.peer().times.get(timeout=30) for _ in range(7)]
    assert times[5] - times[0] >= 0.9
    assert times[6] - times[1] >= 0.9


def test_server_lists_what_is_subscribed(make):
    """list_subscriptions gives the server's own list."""

    def answer(peer: Peer, message: dict[str, Any]) -> None:
        result = [TRADE] if message["method"] == "LIST_SUBSCRIPTIONS" else None
        peer.send({"result": result, "id": message["id"]})

    with serving(on_message=answer) as server, WebsocketStream(server.url) as stream:
        stream.subscribe(TRADE)
        assert stream.list_subscriptions() == [TRADE]


def test_property_is_set_again_on_a_new_connection(make, server):
    """A property that was set is set on the connection that replaces a lost one."""
    stream = make()
    stream.subscribe(TRADE)
    stream.set_property("combined", True)
    server.peer().abort()
    wait_until(lambda: len(server.peers) == 2)
    assert asked(server.peer(1)) == ("SUBSCRIBE", [TRADE])
    assert asked(server.peer(1)) == ("SET_PROPERTY", ["combined", True])


def test_refused_property_is_an_error(make):
    """What the server refuses raises StreamError with the server's words."""

    def answer(peer: Peer, message: dict[str, Any]) -> None:
        if message["method"] == "SET_PROPERTY":
            error = {"code": 0, "msg": "Unknown property"}
            peer.send({"error": error, "id": message["id"]})
        else:
            agree(peer, message)

    with serving(on_message=answer) as server, WebsocketStream(server.url) as stream:
        stream.subscribe(TRADE)
        with pytest.raises(StreamError, match="Unknown property"):
            stream.set_property("nothing", True)


def test_refused_stream_is_told_and_the_others_stay(heard):
    """Of several names the refused one is told to on_error; the others are subscribed."""

    def answer(peer: Peer, message: dict[str, Any]) -> None:
        if "bad" in message["params"]:
            error = {"code": 2, "msg": "Invalid request"}
            peer.send({"error": error, "id": message["id"]})
        else:
            agree(peer, message)

    with serving(on_message=answer) as server:
        with WebsocketStream(server.url, **heard.callbacks()) as stream:
            stream.subscribe([TRADE, "bad"])
            wait_until(lambda: heard.of("error"))
            wait_until(lambda: heard.of("open"))
            assert stream.subscriptions == (TRADE,)
        assert "bad refused: 2 Invalid request" in str(heard.of("error")[0])


@pytest.mark.parametrize("method", ["close", "unsubscribe"])
def test_closing_nothing_says_so(make, caplog, method):
    """With nothing connected, close and unsubscribe say "No connection to close."."""
    stream = make()
    stream.close() if method == "close" else stream.unsubscribe(TRADE)
    assert "No connection to close." in caplog.text


def test_own_logger_is_used(make):
    """What there is to log goes to the logger that was passed in."""
    logger, records = logging.getLogger("mine"), logging.Handler()
    said: list[str] = []
    records.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(records)
    make(logger=logger).close()
    assert said == ["No connection to close."]


def test_close_says_goodbye_and_ends_the_threads(make, server, heard):
    """close ends the WebSocket with code 1000, calls on_close and leaves no thread."""
    stream = make(**heard.callbacks())
    stream.trade("btcusdt")
    wait_until(lambda: heard.of("open"))
    stream.close()
    assert server.peer().gone.wait(30)
    assert server.peer().closed_with == 1000
    assert heard.of("close") == [(1000, "")]
    assert [t.name for t in threading.enumerate() if str(server.port) in t.name] == []


def test_stream_that_was_closed_stays_closed(make, server, heard):
    """A subscription after close is an error that says so; nothing is dialed."""
    stream = make(**heard.callbacks())
    stream.trade("btcusdt")
    wait_until(lambda: heard.of("open"))
    stream.close()
    assert stream.state == "closed"
    with pytest.raises(StreamError, match=r"ethusdt@trade: this stream is closed.*a new one"):
        stream.trade("ethusdt")
    with pytest.raises(StreamError, match="it is closed"):
        stream.list_subscriptions()
    assert len(server.peers) == 1


USES: dict[str, Callable[[WebsocketStream], object]] = {
    "repr": repr,
    "state": lambda stream: stream.state,
    "subscriptions": lambda stream: stream.subscriptions,
    "status": lambda stream: stream.status(),
    "unsubscribe": lambda stream: stream.unsubscribe(TRADE),
    "ping": lambda stream: stream.ping(),
    "replace": lambda stream: stream.replace(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_stream_may_be_closed_by_another_thread_at_any_moment(make, server, monkeypatch, use):
    """Whatever is being done with it then ends without an error."""
    stream = make()
    stream.subscribe(TRADE)
    looks = iter([stream._carrier])  # at the second look another thread has closed it
    with monkeypatch.context() as patch:
        carrier = property(lambda stream: next(looks, None), lambda stream, value: None)
        patch.setattr(WebsocketStream, "_carrier", carrier, raising=False)
        use(stream)


def test_stream_that_never_connected_can_be_closed(make, server):
    """One that is closed before its first subscription stays closed, too."""
    with make() as stream:
        pass
    with pytest.raises(StreamError, match="closed"):
        stream.trade("btcusdt")
    assert server.peers == []


def test_threads_that_subscribe_first_at_once_share_one_connection(make, server):
    """However many threads begin, there is one connection with the streams of all."""
    stream = make()
    start = threading.Barrier(8)

    def subscribe(number: int) -> None:
        start.wait(30)
        stream.trade(f"s{number}")

    threads = [threading.Thread(target=subscribe, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    wait_until(lambda: stream.state == "open")
    assert len(stream.subscriptions) == 8
    assert len(server.peers) == 1


@pytest.mark.parametrize("end", ["abort", 1000, 1001, 1008, 1011, 4000, "garbage", "half"])
def test_connection_that_ends_unasked_is_made_again(make, server, heard, end):
    """After an abort, any close code or garbage the streams that stood then are back."""
    stream = make(**heard.callbacks())
    stream.trade("btcusdt")
    stream.trade("ethusdt")
    stream.unsubscribe(TRADE)
    stream.get_property()
    wait_until(lambda: heard.of("open"))
    peer = server.peer()
    if end == "abort":
        peer.abort()
    elif end == "garbage":
        peer.raw(b"HTTP/1.1 500 Oops\r\n\r\n")
    elif end == "half":
        peer.raw(b"\x81\x7e\x10\x00{")
        peer.abort()
    else:
        peer.close(int(end), "bye")
    assert asked(server.peer(1)) == ("SUBSCRIBE", ["ethusdt@trade"])
    wait_until(lambda: len(heard.of("open")) == 2)
    code, reason = heard.of("close")[0]
    assert code == (end if isinstance(end, int) else 1002 if end == "garbage" else 1006)
    assert ("bye" in reason) == isinstance(end, int)


def test_refused_handshakes_are_repeated_until_one_succeeds(make, server, heard):
    """4xx, 5xx, HTML, nothing and half an answer are told, and tried again."""
    server.refuse_with = [
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nnope!",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\n\r\n<html>",
        b"",
        b"HTTP/1.1 101 Swit",
        b"\x00\xff\x17garbage\r\n\r\n",
    ]
    make(**heard.callbacks()).trade("btcusdt")
    wait_until(lambda: heard.of("open"))
    assert len(server.requests) == 7
    told = [str(error) for error in heard.of("error")]
    assert len(told) == 6
    assert "HTTP 403" in told[0]
    assert "HTTP 502" in told[1]
    assert heard.of("close") == []


def test_ping_is_answered_with_its_payload(make, server, heard):
    """The pong copies the ping's payload, and on_ping hears of it."""
    make(**heard.callbacks()).trade("btcusdt")
    server.peer().raw(b"\x89\x03abc")
    assert server.peer().pongs.get(timeout=30) == b"abc"
    wait_until(lambda: heard.of("ping") == [b"abc"])


def test_own_ping_brings_a_pong(make, heard):
    """ping sends a ping, and on_pong hears the answer."""
    stream = make(**heard.callbacks())
    stream.trade("btcusdt")
    wait_until(lambda: heard.of("open"))
    stream.ping(b"hello")
    wait_until(lambda: heard.of("pong") == [b"hello"])


def test_callback_that_fails_ends_nothing(make, server, heard):
    """What on_message raises is told once and counted, and the next message comes."""
    callbacks = heard.callbacks()

    def fail(message: Any) -> None:
        heard.calls.append(("message", message))
        raise RuntimeError("in the callback")

    stream = make(**{**callbacks, "on_message": fail})
    stream.trade("btcusdt")
    for number in range(3):
        server.peer().send({"t": number})
    wait_until(lambda: stream.failures == 3)
    assert len(heard.of("message")) == 3
    wait_until(lambda: [str(error) for error in heard.of("error")] == ["in the callback"])


def test_slow_callback_does_not_slow_the_socket(make, server):
    """While on_message is busy the socket is read, pings are answered, the oldest are dropped."""
    busy, done = threading.Event(), threading.Event()
    seen: list[int] = []

    def slow(message: Any) -> None:
        seen.append(message["t"])
        busy.set()
        assert done.wait(30)

    stream = make(on_message=slow, queue_size=10)
    stream.trade("btcusdt")
    server.peer().send({"t": 0})
    assert busy.wait(30)
    for number in range(1, 101):
        server.peer().send({"t": number})
    server.peer().raw(b"\x89\x00")
    assert server.peer().pongs.get(timeout=30) == b""
    wait_until(lambda: stream.dropped == 90)
    done.set()
    wait_until(lambda: seen == [0, *range(91, 101)])


def test_latest_keeps_one_message_of_each_stream(make, server):
    """With the policy "latest" a busy callback gets the newest message of each stream."""
    busy, done = threading.Event(), threading.Event()
    seen: list[tuple[str, int]] = []

    def slow(message: Any) -> None:
        seen.append((message["stream"], message["data"]))
        busy.set()
        assert done.wait(30)

    stream = make(on_message=slow, combined=True, queue_policy="latest")
    stream.trade(["a", "b"])
    server.peer().send({"stream": "a@trade", "data": 0})
    assert busy.wait(30)
    for number in range(1, 10):
        server.peer().send({"stream": "a@trade", "data": number})
        server.peer().send({"stream": "b@trade", "data": number})
    wait_until(lambda: stream.dropped == 16)
    done.set()
    wait_until(lambda: len(seen) == 3)
    assert seen == [("a@trade", 0), ("a@trade", 9), ("b@trade", 9)]


def test_close_within_a_callback(make, server, heard):
    """A callback may close its own stream."""
    closed = threading.Event()

    def close(stream: WebsocketStream, message: Any) -> None:
        stream.close()
        closed.set()

    make(**{**heard.callbacks(), "on_message": close}).trade("btcusdt")
    server.peer().send({"t": 1})
    assert closed.wait(30)
    assert server.peer().gone.wait(30)
    wait_until(lambda: heard.of("close") == [(1000, "")])


@pytest.mark.parametrize(
    ("combined", "notice"),
    [
        (False, {"e": "serverShutdown", "E": 1770123456789}),
        (
            True,
            {"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1770123456789}},
        ),
    ],
)
def test_server_that_shuts_down_is_left_without_loss(make, server, heard, combined, notice):
    """On serverShutdown a new connection works before the old one goes; nothing comes twice."""
    make(combined=combined, **heard.callbacks()).trade("btcusdt")
    old = server.peer()
    message = lambda number: {"stream": TRADE, "data": {"t": number}}  # noqa: E731
    old.send(message(1))
    old.send(notice)
    new = server.peer(1)
    assert asked(new)[0] == "SUBSCRIBE"
    old.send(message(2))
    new.send(message(2))
    new.send(message(3))
    wait_until(lambda: message(3) in heard.of("message"))
    trades = [m for m in heard.of("message") if m != notice]
    assert trades == [message(1), message(2), message(3)]
    assert old.gone.wait(30)
    assert len(heard.of("open")) == 1
    assert heard.of("close") == []


def test_server_that_shuts_down_at_once_is_left(make, server, heard, monkeypatch):
    """A notice counts that comes before anything was subscribed on its connection."""
    notice = {"e": "serverShutdown", "E": 1770123456789}
    server.on_open = lambda peer: peer.send(notice) if len(server.peers) == 1 else None
    set_up = StreamConnection.set_up

    def set_up_late(self, link):
        wait_until(lambda: link.messages or len(server.peers) > 1)
        set_up(self, link)

    monkeypatch.setattr(StreamConnection, "set_up", set_up_late)
    make(**heard.callbacks()).trade("btcusdt")
    assert asked(server.peer(1))[0] == "SUBSCRIBE"
    assert server.peer().gone.wait(30)
    assert heard.of("message") == [notice]


@pytest.mark.parametrize(
    "settings", [{"time_unit": "ns"}, {"queue_policy": "hope"}, {"base_url": "http://x"}]
)
def test_settings_that_make_no_sense_are_refused(settings):
    """A wrong unit, policy or address is a ConfigError before anything is connected."""
    with pytest.raises(ConfigError):
        WebsocketStream(**settings)


def test_too_many_streams_are_refused_here(make):
    """More than 1,024 streams on one connection raise before the server is asked."""
    with pytest.raises(StreamError, match="1024"):
        make().subscribe([f"s{number}@trade" for number in range(1025)])


def test_stream_that_nobody_has_ends(server: Server):
    """A name that gets another stream closes the one before, with its threads."""
    stream = WebsocketStream(server.url, on_message=lambda message: None)
    stream.trade("btcusdt")
    asked(server.peer())
    gone = weakref.ref(stream)
    del stream
    gc.collect()
    wait_until(lambda: gone() is None)  # a thread may be about to call back
    assert server.peer().gone.wait(30)
