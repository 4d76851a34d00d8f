"""The account's own events: orders, fills, balances, typed and without end.

https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from binance_lab.wire.words import counted

from ..wire.user_events import StreamTerminated, UserEvent, decode_user_event
from .api_session import SET_UP_TIMEOUT_S
from .base import Api
from .connection import ConnectionEvent
from .desk import Answer, Desk, error_text, measure_clock
from .dispatch import Dispatcher
from .exceptions import LabError, StreamError
from .handover import Handover
from .sapi.listen_keys import ListenKeys
from .ws_api import WebsocketAPI

QUEUE_EVENTS = 1_000_000
RENEW_BEFORE_S = 600.0
"""A listen token is renewed this long before it expires."""

_CLOCK_IS_OFF = -1021


class UserData:
    """The events of an account, subscribed again after every reconnect.

    Over a session that is logged on the subscription needs no signature; otherwise it is signed,
    with a key of any kind. Events come in order on a thread of their own, and what ``on_event``
    raises is logged and counted, and ends nothing.

    Events between a loss and the next ``open`` of ``on_connection`` are not sent again: whoever
    keeps a state has to ask for it then.

    Args:
        ws_api: Whose connection and key are used.
        on_event: Called with each event; may be set later.
        on_connection: Called with every change of the connection's state, on any thread.
    """

    def __init__(
        self,
        ws_api: WebsocketAPI,
        on_event: Callable[[UserEvent], None] | None = None,
        *,
        on_connection: Callable[[ConnectionEvent], None] | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._ws_api = ws_api
        self._stream = self._subscription(ws_api, logger or logging.getLogger(__name__))
        self._stream.on_event = on_event
        self._stream.on_connection = on_connection
        self._end = weakref.finalize(self, self._stream.close)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.state}, {counted(self.events, 'event')}>"

    def __enter__(self) -> UserData:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def on_event(self) -> Callable[[UserEvent], None] | None:
        """What is called with each event."""
        return self._stream.on_event

    @on_event.setter
    def on_event(self, function: Callable[[UserEvent], None] | None) -> None:
        self._stream.on_event = function

    @property
    def state(self) -> str:
        """``subscribed``, ``not subscribed`` or ``closed``."""
        if self._stream.closed:
            return "closed"
        return "subscribed" if self._stream.subscribed else "not subscribed"

    @property
    def events(self) -> int:
        """How many events came."""
        return self._stream.events

    @property
    def failures(self) -> int:
        """How many exceptions ``on_event`` raised; the first is in the log."""
        return self._stream.dispatcher.failures

    @property
    def error(self) -> Exception | None:
        """What ``on_event`` raised last."""
        return self._stream.error

    def start(self, timeout_s: float = 10.0) -> None:
        """Subscribe, and return when the server has agreed.

        Raises:
            ConfigError: There is no key.
            ConnectionFailed: There is no connection within the timeout.
            StreamError: The server refused.
        """
        self._stream.start(timeout_s)

    def close(self) -> None:
        """Unsubscribe and end the thread; the connection stays with ``ws_api``."""
        self._end()

    def _subscription(self, ws_api: WebsocketAPI, logger: logging.Logger) -> Subscription:
        return Subscription(ws_api, logger)


class MarginUserData(UserData):
    """The events of a margin account, by a listen token that is renewed before it expires.

    Args:
        ws_api: Whose connection is used; it needs no key.
        client: A Spot client with a key, which asks for tokens.
        symbol: Of an isolated margin account; the cross margin account if not given.

    https://developers.binance.com/docs/margin_trading/trade-data-stream
    """

    def __init__(
        self,
        ws_api: WebsocketAPI,
        client: Api,
        on_event: Callable[[UserEvent], None] | None = None,
        *,
        symbol: str | None = None,
        on_connection: Callable[[ConnectionEvent], None] | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        keys = ListenKeys(client)
        isolated = True if symbol else None
        self._new_token = lambda: keys.new_margin_listen_token(symbol=symbol, isIsolated=isolated)
        super().__init__(ws_api, on_event, on_connection=on_connection, logger=logger)

    def _subscription(self, ws_api: WebsocketAPI, logger: logging.Logger) -> Subscription:
        return TokenSubscription(ws_api, logger, self._new_token)


class Subscription:
    """A user data subscription that stands on every link; knows nothing of the UserData."""

    def __init__(self, ws_api: WebsocketAPI, logger: logging.Logger) -> None:
        self.session = ws_api.session
        self.credentials = ws_api.credentials
        self.logger = logger
        self.on_event: Callable[[UserEvent], None] | None = None
        self.on_connection: Callable[[ConnectionEvent], None] | None = None
        self.events = 0
        self.error: Exception | None = None
        self.closed = False
        self.dispatcher = Dispatcher(
            self._dispatch, name="user-data", size=QUEUE_EVENTS, failed=self._failed, logger=logger
        )
        self._desk: Desk | None = None  # where it is subscribed
        self._id: int | None = None
        self._handover: Handover | None = None

    @property
    def subscribed(self) -> bool:
        """Whether events come."""
        return self._desk is not None and self._desk.link.open

    def start(self, timeout_s: float) -> None:
        """Subscribe on the link that works, and on every later one."""
        self.session.listen(self._changed)
        try:
            self.session.keep(self, timeout_s)
        except BaseException:
            self.session.unlisten(self._changed)
            raise

    def close(self) -> None:
        """Subscribe no longer, and unsubscribe where it is."""
        self.closed = True
        self.session.unlisten(self._changed)
        self.session.drop(self)
        desk, number = self._desk, self._id
        if desk is not None and desk.link.open and number is not None:
            desk.receivers.pop(number, None)
            try:
                desk.send("userDataStream.unsubscribe", {"subscriptionId": number})
            except LabError as error:
                self.logger.debug("not unsubscribed: %s", error)
        self.dispatcher.close()

    def request(self, desk: Desk) -> tuple[str, dict[str, Any]]:
        """Method and parameters of the subscription."""
        if desk.logged_on:
            return "userDataStream.subscribe", {}
        self.credentials.require("the user data stream", signs=True)
        if self.credentials.clock.stale:
            measure_clock(desk, self.credentials.clock, SET_UP_TIMEOUT_S, self.logger)
        return "userDataStream.subscribe.signature", self.credentials.signed({})

    def set_up(self, desk: Desk, working: Desk | None) -> None:
        """Subscribe on a fresh link.

        Raises:
            StreamError: The server refused.
            RequestError: There was no answer.
        """
        receive = self._receiver(working)
        method, params = self.request(desk)

        def answered(answer: Answer) -> None:
            """Route the events that follow at once; on the reader's thread."""
            if answer.error is None:
                number = msgspec.json.decode(answer.result)["subscriptionId"]
                desk.receivers[number] = receive
                self._desk, self._id = desk, number

        answer = desk.ask(method, params, SET_UP_TIMEOUT_S, answered=answered)
        if answer.error is not None:
            if answer.error.get("code") == _CLOCK_IS_OFF:
                self.credentials.clock.forget()  # measured anew by the next attempt
            raise StreamError(f"{method}: {error_text(answer)}")

    def switch(self) -> None:
        """Go on with the fresh link's events, without those that the other one brought too."""
        if self._handover is not None:
            self._handover.switch(time.time_ns())

    def _receiver(self, working: Desk | None) -> Callable[[bytes, int], None]:
        """What takes the events of a fresh link: at once, or after it has taken over."""
        handover = self._handover = Handover(self._deliver) if working is not None else None
        if handover is None or working is None:
            return lambda event, received_ns: self._deliver([event], received_ns)
        if self._id is not None and self._id in working.receivers:
            working.receivers[self._id] = lambda event, ns: handover.from_old([event], ns)
        return lambda event, ns: handover.from_new([event], ns)

    def _deliver(self, events: list[bytes], received_ns: int) -> None:
        self.events += len(events)
        self.dispatcher.put(events)

    def _dispatch(self, message: bytes) -> None:
        event = decode_user_event(message)
        if isinstance(event, StreamTerminated) and not self.closed:
            self.session.connection.replace("the user data stream was terminated")
        if self.on_event is not None:
            self.on_event(event)

    def _failed(self, error: Exception) -> None:
        self.error = error

    def _changed(self, event: ConnectionEvent) -> None:
        if self.on_connection is not None:
            self.on_connection(event)


class TokenSubscription(Subscription):
    """A subscription by a listen token, which expires."""

    def __init__(
        self,
        ws_api: WebsocketAPI,
        logger: logging.Logger,
        new_token: Callable[[], Mapping[str, Any]],
    ) -> None:
        super().__init__(ws_api, logger)
        self._new_token = new_token
        self._renewal: threading.Timer | None = None

    def request(self, desk: Desk) -> tuple[str, dict[str, Any]]:
        """Ask for a token, and have the next one asked for in time."""
        token = self._new_token()
        left_s = token["expirationTime"] / 1000 - self.credentials.clock.now_s()
        self._renew_in(max(1.0, left_s - RENEW_BEFORE_S))
        return "userDataStream.subscribe.listenToken", {"listenToken": token["token"]}

    def close(self) -> None:
        """Subscribe and renew no longer."""
        super().close()
        if self._renewal is not None:
            self._renewal.cancel()

    def _renew_in(self, delay_s: float) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
        self._renewal = threading.Timer(delay_s, self._renew)
        self._renewal.name = "binance_lab:listen-token"
        self._renewal.daemon = True
        self._renewal.start()

    def _renew(self) -> None:
        """Subscribe with a fresh token, which prolongs the subscription that is there."""
        desk = self._desk
        if self.closed or desk is None or not desk.link.open:
            return  # the next link is set up with a token of its own
        try:
            self.set_up(desk, None)
        except LabError as error:
            self.logger.warning("the listen token was not renewed: %s", error)
            self._renew_in(60.0)
