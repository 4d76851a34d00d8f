"""Market streams: who gets what, and when.

A channel is one stream in one time unit. Its payload is encoded once, framed at most twice (raw and
combined), and the same bytes go to every connection. Trades, aggregate trades and book tickers go out as
they happen; the others by timers that run only while somebody listens.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

import msgspec

from binance_lab.exchange import market_events as events
from binance_lab.exchange.candles import PublicTrade
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.server.connection import frame
from binance_lab.exchange.server.venue import Venue
from binance_lab.wire.enums import TimeUnit
from binance_lab.wire.intervals import HOUR_MS, INTERVALS

encode = msgspec.json.encode

FAST_S, SLOW_S, KLINE_S = 0.1, 1.0, 2.0
_EAST_8_MS = 8 * HOUR_MS

_symbol_stream = re.compile(r"([^@!]+)@(.+)")
_depth_stream = re.compile(r"depth(5|10|20)?(?:@(100|1000)ms)?")
_kline_stream = re.compile(r"kline_([0-9]+[smhdwM])(@\+08:00)?")
_window_stream = re.compile(r"ticker_(1h|4h|1d)")
_all_window_stream = re.compile(r"!ticker_(1h|4h|1d)@arr")

_LIVE = frozenset(("trade", "aggTrade", "bookTicker", "blockTrade"))  # sent as it happens

Payloads = Callable[[int], Iterable[Any]]  # the time -> what is due


class Subscriber(Protocol):
    """A connection as channels see it."""

    combined: bool

    def deliver(self, channel: Channel, raw: bytes, framed: bytes) -> None:
        """Take one message: its payload, and the frame that this connection wants."""


class Source(NamedTuple):
    """Where a timed channel's payloads come from, how often, and how to let it go."""

    period_s: float
    take: Payloads
    close: Callable[[], None] = lambda: None


class Channel:
    """One stream in one time unit, and who listens to it."""

    def __init__(self, name: str, unit: TimeUnit, symbol: str | None, kind: str) -> None:
        self.name = name
        self.unit = unit
        self.symbol = symbol
        self.kind = kind
        self.subscribers: list[Subscriber] = []
        self.source: Source | None = None
        self.is_diff = symbol is not None and kind.removesuffix("@100ms") in (
            "depth",
            "depth@1000ms",
        )
        self._head = b'{"stream":' + encode(name) + b',"data":'

    def publish(self, payload: bytes) -> None:
        """Send one payload to everybody who listens."""
        raw = combined = b""
        for subscriber in self.subscribers:
            if subscriber.combined:
                combined = combined or frame(self._head + payload + b"}")
                subscriber.deliver(self, payload, combined)
            else:
                raw = raw or frame(payload)
                subscriber.deliver(self, payload, raw)


class Publisher:
    """Every channel that somebody listens to."""

    def __init__(self, venue: Venue) -> None:
        self.recorded: set[str] = set()  # streams that a replay sends as they were recorded
        self.subscribed: Callable[[str], None] = lambda name: None  # told of each subscription
        self.speed = 1.0  # how much faster than real time timers run
        self._venue = venue
        self._channels: dict[tuple[str, TimeUnit], Channel] = {}
        self._live: dict[tuple[str, str], list[Channel]] = {}  # by symbol and kind
        self._pulses: dict[float, _Pulse] = {}
        self._moved: dict[str, MarketData] = {}  # best prices that changed in this turn of the loop
        self._traded: dict[str, MarketData] = {}
        self._changed: dict[
            str, int
        ] = {}  # symbol -> last trade, for the arrays of changed tickers
        self._due = False
        venue.public.append(self)

    # Subscriptions

    def subscribe(self, name: str, unit: TimeUnit, subscriber: Subscriber) -> Channel:
        """Listen to a stream; one that there isn't stays silent, as on Binance."""
        channel = self._channels.get((name, unit))
        if channel is None:
            channel = self._channels[name, unit] = self._open(name, unit)
        if subscriber not in channel.subscribers:
            channel.subscribers.append(subscriber)
        self.subscribed(name)
        return channel

    def unsubscribe(self, name: str, unit: TimeUnit, subscriber: Subscriber) -> None:
        """Listen no longer; the last one to leave stops the channel."""
        channel = self._channels.get((name, unit))
        if channel is None or subscriber not in channel.subscribers:
            return
        channel.subscribers.remove(subscriber)
        if not channel.subscribers:
            self._close(channel)

    def channel(self, name: str, unit: TimeUnit = TimeUnit.MILLISECOND) -> Channel | None:
        """The channel of a stream, if somebody listens."""
        return self._channels.get((name, unit))

    @property
    def channels(self) -> Iterable[Channel]:
        """All that somebody listens to."""
        return self._channels.values()

    def _open(self, name: str, unit: TimeUnit) -> Channel:
        symbol, kind = self._parse(name)
        channel = Channel(name, unit, symbol, kind)
        if name in self.recorded:
            return channel
        if symbol is not None and kind in _LIVE:
            self._live.setdefault((symbol, kind), []).append(channel)
            if kind == "aggTrade":
                self._venue.markets[symbol].take_agg_trades()  # those before nobody asked for
        elif symbol is not None and kind == "referencePrice":
            channel.source = self._reference_source(self._venue.markets[symbol], unit)
        elif symbol is not None:
            channel.source = _symbol_source(self._venue.markets[symbol], kind, unit)
        else:
            channel.source = self._array_source(kind, unit)
        if channel.source is not None:
            self._pulse(channel.source.period_s).add(channel)
        return channel

    def _close(self, channel: Channel) -> None:
        del self._channels[channel.name, channel.unit]
        if channel.source is not None:
            self._pulse(channel.source.period_s).remove(channel)
            channel.source.close()
        elif channel.symbol is not None:
            live = self._live.get((channel.symbol, channel.kind), [])
            if channel in live:
                live.remove(channel)

    def _parse(self, name: str) -> tuple[str | None, str]:
        """A stream's symbol, if it is of one there is, and the rest of its name."""
        match = _symbol_stream.fullmatch(name)
        if match is None:
            return None, name
        symbol = match[1].upper()
        if match[1] != match[1].lower() or symbol not in self._venue.markets:
            return None, ""
        return symbol, match[2]

    def _pulse(self, period_s: float) -> _Pulse:
        if period_s not in self._pulses:
            self._pulses[period_s] = _Pulse(period_s / self.speed, self._venue)
        return self._pulses[period_s]

    def beat(self) -> None:
        """Send everything that is due by a timer now: for a clock that a test moves."""
        for pulse in self._pulses.values():
            pulse.beat()

    # As it happens

    def traded(self, market: MarketData, trade: PublicTrade) -> None:
        """Publish a trade at once; its aggregate when the command is through."""
        symbol = market.symbol
        self._changed[symbol] = trade.id
        for channel in self._live.get((symbol, "trade"), ()):
            now_us = self._venue.now_us()
            payload = events.trade_event(market, trade, event_us=now_us, unit=channel.unit)
            channel.publish(encode(payload))
        if self._live.get((symbol, "aggTrade")):
            self._traded[symbol] = market
            self._soon()

    def block_traded(self, market: MarketData, trade: PublicTrade) -> None:
        """Publish a trade that was arranged outside of the book."""
        now_us = self._venue.now_us()
        for channel in self._live.get((market.symbol, "blockTrade"), ()):
            payload = events.block_trade_event(market, trade, event_us=now_us, unit=channel.unit)
            channel.publish(encode(payload))

    def best_changed(self, market: MarketData) -> None:
        """Publish the best bid and ask when the command is through."""
        symbol = market.symbol
        if self._live.get((symbol, "bookTicker")):
            self._moved[symbol] = market
            self._soon()

    def _soon(self) -> None:
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Publish what the last command changed."""
        self._due = False
        for symbol, market in self._moved.items():
            for channel in self._live[symbol, "bookTicker"]:
                channel.publish(encode(events.book_ticker_event(market)))
        for symbol, market in self._traded.items():
            self._publish_aggs(symbol, market)
        self._moved.clear()
        self._traded.clear()

    def _publish_aggs(self, symbol: str, market: MarketData) -> None:
        now_us = self._venue.now_us()
        aggs = market.take_agg_trades()
        for channel in self._live[symbol, "aggTrade"]:
            for agg in aggs:
                payload = events.agg_trade_event(market, agg, event_us=now_us, unit=channel.unit)
                channel.publish(encode(payload))

    # By timer

    def _reference_source(self, market: MarketData, unit: TimeUnit) -> Source:
        def take(now_us: int) -> Iterable[Any]:
            price = self._venue.engine.reference_price(market.symbol, now_us=now_us)
            text = None if price is None else f"{price:.8f}"
            return [events.reference_price_event(market, text, now_us=now_us, unit=unit)]

        return Source(SLOW_S, take)

    def _array_source(self, kind: str, unit: TimeUnit) -> Source | None:
        if kind == "!miniTicker@arr":

            def mini(market: MarketData, now_us: int) -> Any:
                return events.mini_ticker_event(market, now_us=now_us, unit=unit)

            return Source(SLOW_S, self._array(mini))
        match = _all_window_stream.fullmatch(kind)
        if match is None:
            return None
        window = match[1]

        def of_window(market: MarketData, now_us: int) -> Any:
            return events.window_ticker_event(market, window=window, now_us=now_us, unit=unit)

        return Source(SLOW_S, self._array(of_window))

    def _array(self, row: Callable[[MarketData, int], Any]) -> Payloads:
        """Payloads with a row for each symbol that traded since the last one; none if none did."""
        seen = dict(self._changed)

        def take(now_us: int) -> Iterable[Any]:
            rows = []
            for symbol, trade_id in self._changed.items():
                if seen.get(symbol) != trade_id:
                    seen[symbol] = trade_id
                    rows.append(row(self._venue.markets[symbol], now_us))
            return [rows] if rows else []

        return take


def _symbol_source(market: MarketData, kind: str, unit: TimeUnit) -> Source | None:
    """What a timed stream of one symbol sends; None for a stream that there isn't."""
    if kind == "miniTicker":
        return Source(SLOW_S, lambda now: [events.mini_ticker_event(market, now_us=now, unit=unit)])
    if kind == "ticker":
        return Source(SLOW_S, lambda now: [events.ticker_event(market, now_us=now, unit=unit)])
    if kind == "avgPrice":
        return Source(SLOW_S, lambda now: [events.avg_price_event(market, now_us=now, unit=unit)])
    if match := _window_stream.fullmatch(kind):
        return _window_source(market, match[1], unit)
    if match := _kline_stream.fullmatch(kind):
        return _kline_source(market, match[1], bool(match[2]), unit)
    if match := _depth_stream.fullmatch(kind):
        period_s = FAST_S if match[2] == "100" else SLOW_S
        return _depth_source(market, int(match[1] or 0), period_s, unit)
    return None


def _window_source(market: MarketData, window: str, unit: TimeUnit) -> Source:
    def take(now_us: int) -> Iterable[Any]:
        return [events.window_ticker_event(market, window=window, now_us=now_us, unit=unit)]

    return Source(SLOW_S, take)


def _kline_source(market: MarketData, interval: str, east: bool, unit: TimeUnit) -> Source | None:
    if interval not in INTERVALS:
        return None
    feed = events.KlineFeed(market, interval, zone_ms=_EAST_8_MS if east else 0, unit=unit)
    return Source(SLOW_S if interval == "1s" else KLINE_S, feed.take)


def _depth_source(market: MarketData, levels: int, period_s: float, unit: TimeUnit) -> Source:
    if levels:
        return Source(period_s, lambda now: [events.partial_depth_event(market, levels=levels)])
    feed = events.DepthFeed(market, unit=unit)

    def take(now_us: int) -> Iterable[Any]:
        diff = feed.take(now_us)
        return () if diff is None else [diff]

    return Source(period_s, take, feed.close)


class _Pulse:
    """Sends the channels of one period; runs only while there are any."""

    def __init__(self, period_s: float, venue: Venue) -> None:
        self._period_s = period_s
        self._venue = venue
        self._channels: list[Channel] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, channel: Channel) -> None:
        self._channels.append(channel)
        if self._timer is None:
            self._schedule()

    def remove(self, channel: Channel) -> None:
        self._channels.remove(channel)
        if not self._channels and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._timer = loop.call_at(now - now % self._period_s + self._period_s, self._run)

    def _run(self) -> None:
        self._schedule()  # first: a beat that fails must not be the last one
        self.beat()

    def beat(self) -> None:
        now_us = self._venue.catch_up()
        for channel in self._channels:
            source = channel.source
            if source is not None:
                for payload in source.take(now_us):
                    channel.publish(encode(payload))
