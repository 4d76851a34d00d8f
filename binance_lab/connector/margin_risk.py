"""The margin risk stream: margin calls and liabilities of the cross margin account.

https://developers.binance.com/docs/margin_trading/risk-data-stream
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from binance_lab.wire.words import counted

from ..wire.user_events import ListenKeyExpired, UserEvent, decode_user_event
from .base import Api
from .connection import Connection, ConnectionEvent, ConnectionOptions
from .dispatch import Dispatcher
from .exceptions import LabError
from .handover import Handover
from .link import Link, checked_url
from .sapi.listen_keys import ListenKeys

BASE_URL = "wss://margin-stream.binance.com"
RENEW_EVERY_S = 1800.0
"""A listen key is good for an hour."""

RENEW_AGAIN_S = 60.0
OVERLAP_S = 1.0


class MarginRiskData:
    """The cross margin account's risk events, by a listen key that is kept alive.

    Events come in order on a thread of their own; what ``on_event`` raises is logged and counted,
    and ends nothing. An expired key is replaced by a new one, and a lost connection made again.

    Args:
        client: A Spot client with a key, which asks for listen keys.
        on_event: Called with each event: MarginLevelChange, LiabilityChange.
        on_connection: Called with every change of the connection's state, on any thread.
    """

    def __init__(
        self,
        client: Api,
        on_event: Callable[[UserEvent], None],
        *,
        base_url: str = BASE_URL,
        on_connection: Callable[[ConnectionEvent], None] | None = None,
        renew_every_s: float = RENEW_EVERY_S,
        options: ConnectionOptions | None = None,
        logger: logging.Logger | None = None,
    ) -> None:
        self._rider = _RiskRider(
            ListenKeys(client),
            checked_url(base_url).rstrip("/"),
            on_event,
            on_connection or (lambda event: None),
            renew_every_s,
            options,
            logger or logging.getLogger(__name__),
        )
        self._end = weakref.finalize(self, self._rider.stop)

    def __repr__(self) -> str:
        return f"<MarginRiskData: {self._rider.connection.state}, {counted(self.events, 'event')}>"

    def __enter__(self) -> MarginRiskData:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def events(self) -> int:
        """How many events came."""
        return self._rider.dispatcher.delivered

    @property
    def failures(self) -> int:
        """How many exceptions ``on_event`` raised; the first is in the log."""
        return self._rider.dispatcher.failures

    def start(self) -> None:
        """Start to connect; returns at once."""
        self._rider.connection.start()

    def status(self) -> dict[str, Any]:
        """One row of what there is to know of the connection."""
        return self._rider.connection.status()

    def close(self) -> None:
        """Close the connection and end its threads."""
        self._end()


class _RiskRider:
    """What rides on the connection; knows nothing of the MarginRiskData."""

    def __init__(
        self,
        keys: ListenKeys,
        base_url: str,
        on_event: Callable[[UserEvent], None],
        on_connection: Callable[[ConnectionEvent], None],
        renew_every_s: float,
        options: ConnectionOptions | None,
        logger: logging.Logger,
    ) -> None:
        self.changed = on_connection
        self.dispatcher = Dispatcher(self._dispatch, name="margin-risk", logger=logger)
        self.connection = Connection(
            self._new_address,
            self,
            host=urlsplit(base_url).netloc.rpartition("@")[2],
            label="margin-risk",
            options=options,
            logger=logger,
        )
        self._keys = keys
        self._base_url = base_url
        self._on_event = on_event
        self._renew_every_s = renew_every_s
        self._logger = logger
        self._key = ""
        self._renew_at_s = 0.0
        self._working: Link | None = None
        self._handover: Handover | None = None

    def stop(self) -> None:
        """Close the connection and end the threads."""
        self.connection.stop()
        self.dispatcher.close()

    def receive(self, link: Link, messages: list[bytes], received_ns: int) -> None:
        """Hand over what came before the link was set up, and after."""
        self.dispatcher.put(messages)

    def set_up(self, link: Link) -> None:
        """Hold a fresh link's events back while another one works."""
        working = self._working
        if working is not None and working.open:
            handover = self._handover = Handover(lambda events, ns: self.dispatcher.put(events))
            working.receive = handover.from_old
            link.receive = handover.from_new
        else:
            self._handover = None
        self._working = link

    def take_over(self, old: Link, new: Link) -> None:
        """Let both bring events for a while, then go on with the new one."""
        threading.Event().wait(OVERLAP_S if old.open else 0.0)
        if self._handover is not None:
            self._handover.switch(time.time_ns())

    def work(self, link: Link) -> float | None:
        """Keep the listen key alive; the seconds until that is due."""
        left_s = self._renew_at_s - time.monotonic()
        if left_s > 0:
            return left_s
        try:
            self._keys.renew_risk_listen_key(self._key)
            self._renew_at_s = time.monotonic() + self._renew_every_s
        except LabError as error:
            self._logger.warning("the listen key was not renewed: %s", error)
            self._renew_at_s = time.monotonic() + RENEW_AGAIN_S
        return self._renew_at_s - time.monotonic()

    def ended(self, link: Link) -> None:
        """Nothing: nobody waits for an answer."""

    def pinged(self, payload: bytes) -> None:
        """Nothing: pings are answered by the link."""

    def ponged(self, payload: bytes) -> None:
        """Nothing."""

    def _new_address(self) -> str:
        self._key = self._keys.new_risk_listen_key()["listenKey"]
        self._renew_at_s = time.monotonic() + self._renew_every_s
        return f"{self._base_url}/ws/{self._key}"

    def _dispatch(self, message: bytes) -> None:
        event = decode_user_event(message)
        if isinstance(event, ListenKeyExpired):
            self.connection.replace("the listen key expired")
        self._on_event(event)
