"""Replay: a recording drives symbols instead of agents.

``Recording`` reads captures and says when each message was sent, by the exchange's clock. ``Replay`` applies
the messages: snapshot and diffs keep the public book, under the recorded update ids; recorded trades feed the
public data, from which klines and tickers follow; the engine sees both, so that users' orders trade against
what was recorded, without changing it. The messages themselves go out on the streams as they are (the
server's part).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path

import msgspec

from binance_lab.exchange.archive_reader import archive_name, read_archive
from binance_lab.exchange.candles import PublicTrade
from binance_lab.exchange.engine import Engine
from binance_lab.exchange.market_data import MarketData
from binance_lab.exchange.symbols import ATOMS, DEFAULT_SYMBOLS, SymbolRules, spot_symbol
from binance_lab.wire.capture import CaptureError, CaptureMessage, read_capture
from binance_lab.wire.enums import Side
from binance_lab.wire.times import as_us
from binance_lab.wire.words import counted

_LOOKED_AT = 2_000  # messages at the start of a recording that tell its symbols and its start
_MOST_WAITING = 5_000  # diffs that are kept until a snapshot comes
_MOST_UNTOLD = 10_000  # levels that the engine's book may lack while nobody looks at it
_QUOTES = ("USDT", "USDC", "FDUSD", "TUSD", "BUSD", "EUR", "TRY", "BTC", "ETH", "BNB")


class _Trade(msgspec.Struct):
    id: int = msgspec.field(name="t")
    price: str = msgspec.field(name="p")
    qty: str = msgspec.field(name="q")
    time: int = msgspec.field(name="T")
    buyer_is_maker: bool = msgspec.field(name="m")


class _Diff(msgspec.Struct):
    first_id: int = msgspec.field(name="U")
    last_id: int = msgspec.field(name="u")
    bids: list[tuple[str, str]] = msgspec.field(name="b")
    asks: list[tuple[str, str]] = msgspec.field(name="a")


class _Ticker(msgspec.Struct):
    update_id: int = msgspec.field(name="u")
    bid: str = msgspec.field(name="b")
    bid_qty: str = msgspec.field(name="B")
    ask: str = msgspec.field(name="a")
    ask_qty: str = msgspec.field(name="A")


class _Snapshot(msgspec.Struct):
    last_id: int = msgspec.field(name="lastUpdateId")
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


class _Sent(msgspec.Struct):
    event_time: int | None = msgspec.field(name="E", default=None)


_BUY, _SELL = Side

_trades = msgspec.json.Decoder(_Trade)
_diffs = msgspec.json.Decoder(_Diff)
_tickers = msgspec.json.Decoder(_Ticker)
_snapshots = msgspec.json.Decoder(_Snapshot)
_sents = msgspec.json.Decoder(_Sent)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded message.

    Attributes:
        time_us: When the exchange sent it.
        stream: The stream it came over; empty for a depth snapshot, which goes out on none.
        data: Its payload, byte for byte.
    """

    time_us: int
    stream: str
    data: bytes


class Recording:
    """Captures that continue each other, in the order of their messages.

    Args:
        paths: Captures, or zips of trades, aggregate trades or klines from data.binance.vision.
        on_error: Told of each line that can't be read; the replay goes on behind it. Without it the first
            one is raised.

    Attributes:
        symbols: Whose messages they are, as far as their beginning tells.
        start_us: When the first message was sent, by the exchange's clock.

    Raises:
        CaptureError: The first file has no market data in it.
        OSError: A file isn't there, or may not be read.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        *,
        on_error: Callable[[CaptureError], None] | None = None,
    ) -> None:
        if not paths:
            raise ValueError("A recording is at least one file.")
        self._paths = [Path(path) for path in paths]
        self._on_error = on_error
        for path in self._paths:
            path.open("rb").close()
        first = list(islice(self._messages(self._paths[0]), _LOOKED_AT))
        self.symbols = tuple(dict.fromkeys(filter(None, map(_symbol_of, first))))
        if not self.symbols:
            raise CaptureError(self._paths[0], 1, "no messages of any symbol's streams")
        self._ahead_us = _ahead_us(first)
        self.start_us = first[0].received_ns // 1000 + self._ahead_us

    def __iter__(self) -> Iterator[Recorded]:
        latest_us = 0
        for message in chain.from_iterable(map(self._messages, self._paths)):
            latest_us = max(latest_us, message.received_ns // 1000 + self._ahead_us)
            yield Recorded(latest_us, message.stream, message.data)

    def _messages(self, path: Path) -> Iterator[CaptureMessage]:
        if path.suffix != ".zip":
            return read_capture(path, on_error=self._on_error)
        name = archive_name(path)
        return read_archive(path, rules_of(name.symbol if name else ""))

    def __repr__(self) -> str:
        return f"<Recording of {', '.join(self.symbols)} in {counted(len(self._paths), 'file')}>"


def rules_of(symbol: str) -> SymbolRules:
    """The rules that a recorded symbol trades by here: the exchange's own, else ones that fit any price."""
    for rules in DEFAULT_SYMBOLS:
        if rules.symbol == symbol:
            return rules
    quote = next((each for each in _QUOTES if symbol.endswith(each) and symbol != each), "")
    base = symbol.removesuffix(quote)
    return spot_symbol(base, quote or "QUOTE", tick="0.00000001", step="0.00000001", fair_price="1")


class Replay:
    """Applies a recording's messages to the engine and the public data of its symbols.

    Args:
        markets: The public data by symbol; those of the recording's symbols, at least.
        symbols: Whom the recording drives.
        on_trade: Called with each recorded trade, when it is in the public data.
    """

    def __init__(
        self,
        engine: Engine,
        markets: Mapping[str, MarketData],
        symbols: Iterable[str],
        *,
        on_trade: Callable[[MarketData, PublicTrade], None] | None = None,
    ) -> None:
        self._books = {symbol: _Book(engine, markets[symbol]) for symbol in symbols}
        self._on_trade = on_trade
        for symbol in self._books:
            engine.start_replay(symbol)

    def apply(self, message: Recorded) -> None:
        """Do what a message says; one of another symbol, or of a stream that follows from trades, nothing.

        Raises:
            ValueError: The payload isn't what its stream sends.
        """
        try:
            if not message.stream:
                self._snapshot(_snapshots.decode(message.data), message.time_us)
                return
            symbol, _, kind = message.stream.partition("@")
            book = self._books.get(symbol.upper())
            if book is None:
                return
            if kind == "trade":
                trade = book.trade(_trades.decode(message.data), message.time_us)
                if trade is not None and self._on_trade is not None:
                    self._on_trade(book.market, trade)
            elif kind == "bookTicker":
                book.ticker(_tickers.decode(message.data), message.time_us)
            elif kind in ("depth", "depth@100ms", "depth@1000ms"):
                book.diff(_diffs.decode(message.data), message.time_us)
        except msgspec.ValidationError as error:
            raise ValueError(
                f"not what {message.stream or 'a depth snapshot'} is: {error}"
            ) from None

    def _snapshot(self, snapshot: _Snapshot, now_us: int) -> None:
        """A snapshot says no symbol: it is of the one whose update ids are nearest."""
        book = min(self._books.values(), key=lambda each: abs(each.last_id - snapshot.last_id))
        book.snapshot(snapshot, now_us)


class _Book:
    """One symbol's recorded book: the public one from snapshot and diffs, the engine's with newer tickers.

    A book ticker comes at once, a diff every 100 ms; the public book has only the diffs, so that it
    always is what its update id says, while orders meet the newest best prices. The engine's book is kept
    while orders wait in it; else it catches up when somebody comes to it.
    """

    def __init__(self, engine: Engine, market: MarketData) -> None:
        self.market = market
        self.last_id = 0  # of the latest diff
        self._engine = engine
        self._rules = market.rules
        self._symbol = market.symbol
        self._complete = False  # a snapshot came
        self._waiting: deque[_Diff] = deque(maxlen=_MOST_WAITING)
        self._ticker: _Ticker | None = None
        self._met: _Ticker | None = None  # whose prices orders meet, while no diff came after it
        self._untold: dict[Side, dict[int, int]] = {
            _BUY: {},
            _SELL: {},
        }  # the engine's book lacks these
        self._now_us = 0

    def snapshot(self, snapshot: _Snapshot, now_us: int) -> None:
        """Start anew from a snapshot, and the diffs that came before but are newer.

        A later snapshot of a book that is complete already says nothing new, unless diffs are missing.
        """
        if self._complete and snapshot.last_id <= self.last_id:
            return
        shown = {(side, price) for side in Side for price, _ in self.market.depth_book.side(side)}
        told = {(_BUY, self._ticks(price)) for price, _ in snapshot.bids}
        told |= {(_SELL, self._ticks(price)) for price, _ in snapshot.asks}
        for side, price in shown - told:
            self._show(side, price, 0)
        self._show_all(snapshot.bids, snapshot.asks)
        self._complete = True
        self.last_id = self.market.depth_book.update_id = snapshot.last_id
        for diff in self._waiting:
            if diff.last_id > self.last_id:
                self._take(diff)
        self._waiting.clear()
        self._tell(now_us)

    def diff(self, diff: _Diff, now_us: int) -> None:
        """Set what changed; without a snapshot yet, as far as it is known."""
        if not self._complete:
            self._waiting.append(diff)
        if diff.last_id > self.last_id:
            self._take(diff)
            self._tell(now_us)

    def ticker(self, ticker: _Ticker, now_us: int) -> None:
        """Let orders meet the best prices of a book ticker that is newer than the latest diff."""
        self._ticker = ticker
        if ticker.update_id > self.last_id:
            self._tell(now_us)

    def trade(self, recorded: _Trade, now_us: int) -> PublicTrade | None:
        """Take in a trade; None if it was taken in already, as where two captures overlap."""
        market = self.market
        if market.last_trade is not None and recorded.id <= market.last_trade.id:
            return None
        time_us = as_us(recorded.time)
        if market.last_trade is not None:
            time_us = max(time_us, market.last_trade.time_us)
        price, lots = self._ticks(recorded.price), self._lots(recorded.qty)
        trade = market.trade(
            recorded.id,
            price,
            lots,
            self._rules.quote_atoms(price, lots),
            time_us,
            buyer_is_maker=recorded.buyer_is_maker,
            taker=recorded.time,  # a recording doesn't say who took: what trades at once counts as one
        )
        side = Side.SELL if recorded.buyer_is_maker else Side.BUY
        self._engine.cross(self._symbol, price, lots, side, now_us)
        return trade

    def _take(self, diff: _Diff) -> None:
        self._show_all(diff.bids, diff.asks)
        self.last_id = self.market.depth_book.update_id = diff.last_id

    def _show_all(self, bids: Iterable[tuple[str, str]], asks: Iterable[tuple[str, str]]) -> None:
        tick, step = self._rules.tick_atoms, self._rules.step_atoms
        for side, rows in ((_BUY, bids), (_SELL, asks)):
            for price, qty in rows:
                self._show(side, _atoms(price) // tick, _atoms(qty) // step)

    def _show(self, side: Side, price_ticks: int, lots: int) -> None:
        self.market.level(side, price_ticks, lots)
        self._untold[side][price_ticks] = lots

    def _tell(self, now_us: int) -> None:
        """Let the engine know: at once while orders wait there, else before somebody looks."""
        self._now_us = now_us
        if (
            self._engine.has_orders(self._symbol)
            or max(map(len, self._untold.values())) > _MOST_UNTOLD
        ):
            self._catch_up()
        else:
            self._engine.call_before_use(self._symbol, self._catch_up)

    def _catch_up(self) -> None:
        """Make the engine's book what was recorded: snapshot and diffs, and a newer ticker's best prices."""
        for side, levels in self._untold.items():
            if levels:
                self._met = None
                self._engine.set_levels(self._symbol, side, levels.items(), self._now_us)
                levels.clear()
        ticker, met = self._ticker, self._met
        if ticker is None or ticker.update_id <= self.last_id:
            return
        self._met = ticker
        if met is None or (met.bid, met.bid_qty) != (ticker.bid, ticker.bid_qty):
            self._show_best(_BUY, self._ticks(ticker.bid), self._lots(ticker.bid_qty))
        if met is None or (met.ask, met.ask_qty) != (ticker.ask, ticker.ask_qty):
            self._show_best(_SELL, self._ticks(ticker.ask), self._lots(ticker.ask_qty))

    def _show_best(self, side: Side, best: int, lots: int) -> None:
        """Make a price the best one that orders meet: what is better is gone."""
        book_side = self._engine.book(self._symbol).side(side)
        levels: list[tuple[int, int]] = []
        for level in book_side.walk():
            price = level.price_ticks
            if (price <= best) if side is _BUY else (price >= best):
                break
            if level.recorded_lots:
                levels.append((price, 0))
        shown = book_side.levels.get(best)
        if shown is None or shown.recorded_lots != lots:
            levels.append((best, lots))
        if levels:
            self._engine.set_levels(self._symbol, side, levels, self._now_us)

    def _ticks(self, price: str) -> int:
        return _atoms(price) // self._rules.tick_atoms

    def _lots(self, qty: str) -> int:
        return _atoms(qty) // self._rules.step_atoms


def _atoms(number: str) -> int:
    """A number in 1e-8; Binance writes eight decimals, always."""
    if number[-9:-8] == ".":
        return int(number[:-9] + number[-8:])
    return int(Decimal(number) * ATOMS)


def _symbol_of(message: CaptureMessage) -> str:
    """The symbol of a message's stream; empty for snapshots and streams of all symbols."""
    symbol, separator, _ = message.stream.partition("@")
    return symbol.upper() if separator and not symbol.startswith("!") else ""


def _ahead_us(messages: Iterable[CaptureMessage]) -> int:
    """How far the exchange's clock was ahead of the recording one, less the time messages took.

    The least delay is the best guess of it: so no message seems to be sent before its event.
    """
    ahead: list[int] = []
    for message in messages:
        try:
            sent = _sents.decode(message.data)
        except msgspec.MsgspecError:
            continue  # an array, as of all tickers, has no time of its own
        if sent.event_time is not None:
            ahead.append(as_us(sent.event_time) - message.received_ns // 1000)
    return max(ahead, default=0)
