"""Listen keys: user data over the stream door, as it was until February 2026, for older clients.

A key lives for 60 minutes from its creation or last renewal. Its stream carries bare events.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from binance_lab.exchange.market_data import stamp
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.auth import random_key
from binance_lab.exchange.server.publisher import Publisher
from binance_lab.exchange.server.user_events import UserEvents
from binance_lab.exchange.server.venue import Venue
from binance_lab.wire import errors
from binance_lab.wire.enums import TimeUnit

LIFETIME_US = 60 * 60 * 1_000_000
CHECK_INTERVAL_S = 60.0


@dataclass(slots=True)
class _ListenKey:
    """One key: it passes an account's events on to the channel of its name."""

    key: str
    account_id: int
    expires_us: int
    publisher: Publisher
    unit: TimeUnit

    def event(self, payload: bytes) -> None:
        channel = self.publisher.channel(self.key, self.unit)
        if channel is not None:
            channel.publish(payload)


class ListenKeys:
    """Every listen key that is alive; one per account, as on Binance."""

    def __init__(self, venue: Venue, publisher: Publisher, events: UserEvents) -> None:
        self._venue = venue
        self._publisher = publisher
        self._events = events
        self._keys: dict[str, list[_ListenKey]] = {}  # one entry per time unit

    def create(self, account_id: int, now_us: int) -> str:
        """The account's key, renewed if there is one."""
        for key, entries in self._keys.items():
            if entries[0].account_id == account_id:
                self.renew(key, account_id, now_us)
                return key
        made = random_key()
        self._keys[made] = [
            _ListenKey(made, account_id, now_us + LIFETIME_US, self._publisher, unit)
            for unit in TimeUnit
        ]
        for entry in self._keys[made]:
            self._events.listen(account_id, entry)
        return made

    def renew(self, key: str, account_id: int, now_us: int) -> None:
        """Another 60 minutes.

        Raises:
            Reject: -1125, there is no such key.
        """
        for entry in self._find(key, account_id):
            entry.expires_us = now_us + LIFETIME_US

    def close(self, key: str, account_id: int) -> None:
        """End a key.

        Raises:
            Reject: -1125, there is no such key.
        """
        for entry in self._find(key, account_id):
            self._events.leave(account_id, entry)
        del self._keys[key]

    def _find(self, key: str, account_id: int) -> list[_ListenKey]:
        entries = self._keys.get(key)
        if entries is None or entries[0].account_id != account_id:
            raise Reject(*errors.INVALID_LISTEN_KEY)
        return entries

    def expire(self, now_us: int) -> None:
        """End the keys that nobody renewed, and tell their listeners."""
        for key, entries in list(self._keys.items()):
            if now_us < entries[0].expires_us:
                continue
            for entry in entries:
                time = stamp(now_us, entry.unit)
                event = {"e": "listenKeyExpired", "E": time, "listenKey": key}
                entry.event(msgspec.json.encode(event))
            self.close(key, entries[0].account_id)

    async def watch(self) -> None:
        """Expire keys, once a minute, for ever."""
        while True:
            await asyncio.sleep(CHECK_INTERVAL_S)
            self.expire(self._venue.now_us())
