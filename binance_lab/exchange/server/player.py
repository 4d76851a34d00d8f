"""Plays a recording: what was recorded goes out as it was, when its time has come.

The exchange's time is the recording's. It stands still at the first message until the replay begins: with the
first subscription to one of its streams, or when the control door says so. At speed 0 time jumps from message
to message, as fast as the slowest subscriber takes them.
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from binance_lab.exchange.clock import ScaledClock, SteppedClock
from binance_lab.exchange.replay import Recorded, Recording, Replay, rules_of
from binance_lab.exchange.server.app import Server
from binance_lab.exchange.symbols import SymbolRules
from binance_lab.wire.capture import CaptureError
from binance_lab.wire.enums import TimeUnit

MAX_BACKLOG = 2**20  # bytes that the slowest subscriber may be behind at speed 0
DRAIN_INTERVAL_S = 0.002
_AT_ONCE = 100  # messages before others get their turn
_UNITS = tuple(TimeUnit)
_LOOKED_AT = 2_000  # messages that tell which streams were recorded


class PlayerClock:
    """The recording's time: it stands still until the replay begins."""

    def __init__(self, start_us: int, speed: float) -> None:
        self._speed = speed
        self._clock: SteppedClock | ScaledClock = SteppedClock(start_us)

    def __call__(self) -> int:
        """The time now, in microseconds."""
        return self._clock()

    def delay_s(self, time_us: int) -> float:
        """Real seconds until a time comes; inf if it waits for the replay to begin."""
        return self._clock.delay_s(time_us)

    def begin(self) -> None:
        """Let time run."""
        if self._speed:
            self._clock = ScaledClock(self._clock(), self._speed)

    def reach(self, time_us: int) -> None:
        """Let time be at least this, where it does not run by itself."""
        if isinstance(self._clock, SteppedClock):
            self._clock.step(max(0, time_us - self._clock()))


class Player:
    """One recording on one exchange.

    Args:
        speed: How many times as fast as it happened; 0: as fast as it is read.
        hold: Wait for the control door, not for the first subscription.

    Raises:
        CaptureError: There is no market data at the recording's beginning.
        OSError: A file can't be read.
    """

    def __init__(self, paths: Sequence[Path | str], *, speed: float, hold: bool = False) -> None:
        self._recording = Recording(paths, on_error=_report)
        self.rules: tuple[SymbolRules, ...] = tuple(map(rules_of, self._recording.symbols))
        self.streams = {each.stream for each in islice(self._recording, _LOOKED_AT)} - {""}
        self.clock = PlayerClock(self._recording.start_us, speed)
        self.state = "waiting"
        self.played = 0
        self._speed = speed
        self._hold = hold
        self._begun = asyncio.Event()

    def subscribed(self, name: str) -> None:
        """Begin, if this is a stream of the recording and nobody else is to say when."""
        symbol = name.partition("@")[0].upper()
        if not self._hold and symbol in self._recording.symbols:
            self.begin()

    def begin(self) -> None:
        """Begin the replay; a second time does nothing."""
        if not self._begun.is_set():
            self.clock.begin()
            self.state = "playing"
            self._begun.set()

    async def play(self, server: Server) -> None:
        """Wait for the beginning and play to the end."""
        venue, publisher = server.venue, server.publisher
        replay = Replay(
            venue.engine, venue.markets, self._recording.symbols, on_trade=publisher.traded
        )
        await self._begun.wait()
        for message in self._recording:
            await self._wait_for(message, server)
            try:
                replay.apply(message)
            except ValueError as error:
                print(f"Skipped a recorded message: {error}.", file=sys.stderr)
                continue
            if message.stream:
                self._publish(message, server)
        self.state = "finished"

    async def _wait_for(self, message: Recorded, server: Server) -> None:
        """Let the message's time come, and others have their turn."""
        self.clock.reach(message.time_us)
        delay_s = self.clock.delay_s(message.time_us)
        if 0 < delay_s < math.inf:
            await asyncio.sleep(delay_s)
        self.played += 1
        if self.played % _AT_ONCE == 0:
            await asyncio.sleep(0)
            while not self._speed and server.backlog > MAX_BACKLOG:
                await asyncio.sleep(DRAIN_INTERVAL_S)

    def _publish(self, message: Recorded, server: Server) -> None:
        """Send the message as it was recorded; its times stay in its own unit."""
        for unit in _UNITS:
            channel = server.publisher.channel(message.stream, unit)
            if channel is not None:
                channel.publish(message.data)
        symbol, _, kind = message.stream.partition("@")
        if kind.startswith("depth"):
            server.publisher.best_changed(server.venue.markets[symbol.upper()])


def _report(error: CaptureError) -> None:
    print(f"Skipped in the recording: {error}", file=sys.stderr)
