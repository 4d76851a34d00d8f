"""What the public sees of one symbol: trades, candles, tickers and depth, all from the same trades and book.

``MarketData`` is fed with the engine's (or a replay's) trades and levels, and answers in the words of
Binance's market data endpoints: JSON-ready, fields in its order, numbers as text. Times go in as
microseconds and come out in the unit that is asked for. What streams send of it is in ``market_events``.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Protocol

from binance_lab.exchange.candles import (
    HOUR_US,
    MINUTE_US,
    AggTrade,
    Candle,
    CandleLine,
    PublicTrade,
    candles_of,
    flat_candle,
    regroup,
)
from binance_lab.exchange.depth import Depth
from binance_lab.exchange.symbols import ATOMS, SymbolRules, atoms_text
from binance_lab.exchange.tape import AggTape, Tape
from binance_lab.wire.enums import Side, TimeUnit
from binance_lab.wire.intervals import DAY_MS, INTERVALS, MINUTE_MS, Interval
from binance_lab.wire.words import counted

Json = dict[str, Any]

AVERAGE_MINUTES = 5  # of avgPrice, as in the filters of every symbol

MS = TimeUnit.MILLISECOND

_MOST_BLOCKS = 10_000  # block trades that are kept


class Past(Protocol):
    """What traded before the exchange started; see ``past.SyntheticPast``.

    ``first_us`` is when the symbol was listed, ``end_us`` when the live part begins.
    """

    first_us: int
    end_us: int
    next_trade_id: int
    next_agg_id: int
    last_ticks: int

    def candles(
        self, interval: Interval, start_us: int, end_us: int, *, zone_ms: int
    ) -> list[Candle]:
        """The candles that open from start_us on and before end_us; the last one may be cut short."""

    def window(self, start_us: int, end_us: int) -> Candle:
        """One candle over the trades from start_us on and before end_us."""

    def price_before(self, time_us: int) -> int:
        """The price of the last trade before a time."""

    def trades(self, from_id: int, limit: int) -> list[PublicTrade]:
        """Up to limit trades from this id on."""

    def agg_trades(self, from_id: int, limit: int) -> list[AggTrade]:
        """Up to limit aggregate trades from this id on."""

    def first_agg_id_from(self, time_us: int) -> int:
        """The id of the first aggregate trade at this time or later; the next id if there is none."""


class MarketData:
    """One symbol's public data.

    Args:
        past: What traded before; without it the data begins with the first trade.
        start_us: When the live part begins; with a past, where that ends.
        next_trade_id: The id of the first trade to come, if there is no past.
        next_agg_id: Of the first aggregate trade, likewise.
        update_id: What the book's update ids count on from.
    """

    def __init__(
        self,
        rules: SymbolRules,
        *,
        past: Past | None = None,
        start_us: int | None = None,
        next_trade_id: int = 1,
        next_agg_id: int = 1,
        update_id: int = 0,
    ) -> None:
        self.rules = rules
        self.depth_book = Depth(update_id)
        self.last_trade: PublicTrade | None = None
        self._past = past
        self._agg_taken = past.next_agg_id if past else next_agg_id
        self._tape = Tape(past.next_trade_id if past else next_trade_id)
        self._aggs = AggTape(self._agg_taken)
        self._last_ticks = past.last_ticks if past else rules.ticks(rules.fair_price)
        self._blocks: deque[PublicTrade] = deque(maxlen=_MOST_BLOCKS)
        self._next_block_id = 1
        self._start_us: int | None = None
        start = past.end_us if past else start_us
        if start is not None:
            self._begin(start)

    @property
    def symbol(self) -> str:
        """The symbol's name."""
        return self.rules.symbol

    @property
    def last_ticks(self) -> int:
        """The last price; before the first trade the one that the market starts at."""
        return self._last_ticks

    @property
    def next_trade_id(self) -> int:
        """The id of the next trade."""
        return self._tape.next_id

    # What feeds it

    def trade(
        self,
        trade_id: int,
        price_ticks: int,
        lots: int,
        quote_atoms: int,
        time_us: int,
        *,
        buyer_is_maker: bool,
        taker: object,
    ) -> PublicTrade:
        """Take in the latest trade.

        Args:
            taker: The order that took, by any name: its trades at one price become one aggregate trade.
        """
        trade = PublicTrade(trade_id, price_ticks, lots, quote_atoms, time_us, buyer_is_maker)
        if self._start_us is None:
            self._begin(time_us)
        self._tape.append(trade)
        self._aggs.add(trade, taker)
        self._minutes.add(trade)
        self._hours.add(trade)
        self._last_ticks = price_ticks
        self.last_trade = trade
        return trade

    def level(self, side: Side, price_ticks: int, lots: int) -> bool:
        """Take in a level's new quantity, 0 if it is gone; true if the best bid or ask changed."""
        return self.depth_book.set(side, price_ticks, lots)

    def take_agg_trades(self) -> list[AggTrade]:
        """The aggregate trades since this was last called; call it when a command is through."""
        taken = self._aggs.slice(self._agg_taken, len(self._aggs))
        self._agg_taken = self._aggs.next_id
        return taken

    # Trades

    def block_trade(
        self, price_ticks: int, lots: int, time_us: int, *, buyer_is_maker: bool
    ) -> PublicTrade:
        """Take in a trade arranged outside of the book: it moves no price and counts in no candle."""
        number = self._next_block_id
        self._next_block_id += 1
        quote = self.rules.quote_atoms(price_ticks, lots)
        block = PublicTrade(number, price_ticks, lots, quote, time_us, buyer_is_maker)
        self._blocks.append(block)
        return block

    def block_trades(self, *, from_id: int, limit: int = 500, unit: TimeUnit = MS) -> list[Json]:
        """``GET historicalBlockTrades``: from an id on, as far as they are kept.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#historical-block-trades
        """
        found = [each for each in self._blocks if each.id >= from_id][:limit]
        rows = [self._trade_json(each, unit) for each in found]
        for row in rows:
            del row["isBestMatch"]  # there was no book to match in
        return rows

    def trades(self, *, limit: int = 500, unit: TimeUnit = MS) -> list[Json]:
        """``GET trades``: the latest ones, oldest first."""
        return self.historical_trades(limit=limit, unit=unit)

    def historical_trades(
        self, *, from_id: int | None = None, limit: int = 500, unit: TimeUnit = MS
    ) -> list[Json]:
        """``GET historicalTrades``: from an id on, or the latest ones."""
        found = self._latest(limit) if from_id is None else self.trades_from(from_id, limit)
        return [self._trade_json(trade, unit) for trade in found]

    def agg_trades(
        self,
        *,
        from_id: int | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        limit: int = 500,
        unit: TimeUnit = MS,
    ) -> list[Json]:
        """``GET aggTrades``: from an id on, in a range of time (both ends included), or the latest."""
        aggs = self._selected_aggs(from_id, start_us, end_us, limit)
        return [self._agg_json(agg, unit) for agg in aggs]

    def trades_from(self, from_id: int, limit: int) -> list[PublicTrade]:
        """Up to limit trades from this id on, of the past as well."""
        found: list[PublicTrade] = []
        if self._past and from_id < self._past.next_trade_id:
            found = self._past.trades(max(from_id, 0), limit)
            from_id += len(found)
        return found + self._tape.slice(from_id, limit - len(found))

    def agg_trades_from(self, from_id: int, limit: int) -> list[AggTrade]:
        """Up to limit aggregate trades from this id on, of the past as well."""
        found: list[AggTrade] = []
        if self._past and from_id < self._past.next_agg_id:
            found = self._past.agg_trades(max(from_id, 0), limit)
            from_id += len(found)
        return found + self._aggs.slice(from_id, limit - len(found))

    def first_agg_id_from(self, time_us: int) -> int:
        """The id of the first aggregate trade at this time or later; the next id if there is none."""
        if self._past and time_us < self._past.end_us:
            return self._past.first_agg_id_from(time_us)
        return self._aggs.first_id_from(time_us)

    # Candles

    def klines(
        self,
        interval: str,
        *,
        now_us: int,
        start_us: int | None = None,
        end_us: int | None = None,
        zone_ms: int = 0,
        limit: int = 500,
        unit: TimeUnit = MS,
    ) -> list[list[Any]]:
        """``GET klines`` and ``uiKlines``: by open time, from start_us to end_us, or the latest ones."""
        length = INTERVALS[interval]
        candles = self.candles(
            length, now_us=now_us, start_us=start_us, end_us=end_us, zone_ms=zone_ms, limit=limit
        )
        return [self._kline_json(candle, length, zone_ms, unit) for candle in candles]

    def candles(
        self,
        interval: Interval,
        *,
        now_us: int,
        start_us: int | None = None,
        end_us: int | None = None,
        zone_ms: int = 0,
        limit: int = 500,
    ) -> list[Candle]:
        """The candles that ``klines`` tells, oldest first, without a hole."""
        first_us = self._first_us
        if first_us is None:
            return []
        end_us = now_us if end_us is None else min(end_us, now_us)
        if start_us is None:
            start_ms = interval.steps_back(end_us // 1000, limit - 1, zone_ms=zone_ms)
        else:
            start_ms = -(-start_us // 1000)
        first_ms = interval.open_time(first_us // 1000, zone_ms=zone_ms)
        start_ms = max(start_ms, first_ms)
        if start_ms * 1000 > end_us:
            return []
        opened = interval.open_time(start_ms, zone_ms=zone_ms)
        if opened < start_ms:
            opened = interval.next_open_time(start_ms, zone_ms=zone_ms)
        stop_ms = interval.steps_back(opened, -limit, zone_ms=zone_ms)
        return self._between(interval, opened * 1000, min(stop_ms * 1000, end_us + 1), zone_ms)

    def window(self, start_us: int, end_us: int) -> Candle:
        """One candle over the trades from start_us on and before end_us."""
        window = flat_candle(start_us, 0)
        if self._past and start_us < self._past.end_us:
            window = self._past.window(start_us, min(end_us, self._past.end_us))
        for candle in self._live_pieces(start_us, end_us):
            window.extend(candle)
        if not window.count:
            return flat_candle(start_us, self.price_before(start_us))
        return window

    def began_before(self, time_us: int) -> bool:
        """Whether anything could trade before a time."""
        return self._first_us is not None and self._first_us < time_us

    def price_before(self, time_us: int) -> int:
        """The price of the last trade before a time; where there is none, the first price there is."""
        earlier = self._tape.before(time_us)
        if earlier is not None:
            return earlier.price_ticks
        if self._past:
            return self._past.price_before(min(time_us, self._past.end_us))
        first = self._tape.slice(0, 1)
        return first[0].price_ticks if first else self._last_ticks

    # Prices and tickers

    def price(self) -> Json:
        """``GET ticker/price``."""
        return {"symbol": self.symbol, "price": self.rules.price_text(self._last_ticks)}

    def book_ticker(self) -> Json:
        """``GET ticker/bookTicker``; an empty side is all zeros."""
        bid, bid_qty = self._level_text(self.depth_book.bids.best)
        ask, ask_qty = self._level_text(self.depth_book.asks.best)
        return {
            "symbol": self.symbol,
            "bidPrice": bid,
            "bidQty": bid_qty,
            "askPrice": ask,
            "askQty": ask_qty,
        }

    def avg_price(self, *, now_us: int, unit: TimeUnit = MS) -> Json:
        """``GET avgPrice``."""
        return {
            "mins": AVERAGE_MINUTES,
            "price": self.average_text(now_us),
            "closeTime": stamp(self.last_trade_us(), unit),
        }

    def average_text(self, now_us: int) -> str:
        """The average price of the last minutes by volume; the last price if nothing traded."""
        window = self.window(now_us - AVERAGE_MINUTES * MINUTE_US, now_us + 1)
        return (
            self.weighted_price(window) if window.lots else self.rules.price_text(self.last_ticks)
        )

    def last_trade_us(self) -> int:
        """When the last trade was; 0 if never."""
        last = self._latest(1)
        return last[0].time_us if last else 0

    def ticker_24hr(self, *, now_us: int, mini: bool = False, unit: TimeUnit = MS) -> Json:
        """``GET ticker/24hr``: the 24 hours up to now."""
        start_us = now_us - 24 * HOUR_US
        window = self.window(start_us, now_us + 1)
        if mini:
            return self._mini(window, start_us, now_us, unit)
        last_qty = self.rules.qty_text(self.last_lots())
        book = self.book_ticker()
        return {
            **self._change(window),
            "prevClosePrice": self.rules.price_text(self.price_before(start_us)),
            "lastPrice": self.rules.price_text(window.close),
            "lastQty": last_qty,
            "bidPrice": book["bidPrice"],
            "bidQty": book["bidQty"],
            "askPrice": book["askPrice"],
            "askQty": book["askQty"],
            "openPrice": self.rules.price_text(window.open),
            "highPrice": self.rules.price_text(window.high),
            "lowPrice": self.rules.price_text(window.low),
            **self._totals(window, start_us, now_us, unit),
        }

    def ticker(
        self, *, window_ms: int, now_us: int, mini: bool = False, unit: TimeUnit = MS
    ) -> Json:
        """``GET ticker``: the window up to now; it opens on a whole minute."""
        start_us = (now_us // 1000 - window_ms) // MINUTE_MS * MINUTE_US
        return self._ticker(start_us, now_us, now_us, mini=mini, unit=unit)

    def trading_day(
        self, *, now_us: int, zone_ms: int = 0, mini: bool = False, unit: TimeUnit = MS
    ) -> Json:
        """``GET ticker/tradingDay``: the day that it is now in a time zone."""
        start_ms = INTERVALS["1d"].open_time(now_us // 1000, zone_ms=zone_ms)
        close_us = (start_ms + DAY_MS) * 1000 - 1
        return self._ticker(start_ms * 1000, now_us, close_us, mini=mini, unit=unit)

    def last_lots(self) -> int:
        """The quantity of the last trade; 0 if there was none."""
        last = self._latest(1)
        return last[0].lots if last else 0

    def weighted_price(self, window: Candle) -> str:
        """The average price by volume of a window, with eight decimals, cut off."""
        base_atoms = window.lots * self.rules.step_atoms
        return atoms_text(window.quote_atoms * ATOMS // base_atoms if base_atoms else 0)

    # Depth

    def depth(self, *, limit: int = 100) -> Json:
        """``GET depth``, and what partial depth streams send."""
        return {
            "lastUpdateId": self.depth_book.update_id,
            "bids": self.levels_text(self.depth_book.bids.top(limit)),
            "asks": self.levels_text(self.depth_book.asks.top(limit)),
        }

    def levels_text(self, levels: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
        """Levels as pairs of text."""
        price, qty = self.rules.price_text, self.rules.qty_text
        return [(price(price_ticks), qty(lots)) for price_ticks, lots in levels]

    def __repr__(self) -> str:
        trades, bids = counted(len(self._tape), "trade"), counted(len(self.depth_book.bids), "bid")
        return f"<MarketData {self.symbol}: {trades}, {bids}>"

    @property
    def started_us(self) -> int | None:
        """When the live part began: what was before depends on the past alone."""
        return self._start_us

    # Inside

    @property
    def _first_us(self) -> int | None:
        return self._past.first_us if self._past else self._start_us

    def _begin(self, start_us: int) -> None:
        self._start_us = start_us
        self._minutes = CandleLine(MINUTE_US, start_us, self._last_ticks)
        self._hours = CandleLine(HOUR_US, start_us, self._last_ticks)

    def _selected_aggs(
        self, from_id: int | None, start_us: int | None, end_us: int | None, limit: int
    ) -> list[AggTrade]:
        if from_id is not None:
            return self.agg_trades_from(from_id, limit)
        if start_us is not None:
            found = self.agg_trades_from(self.first_agg_id_from(start_us), limit)
            return found if end_us is None else [agg for agg in found if agg.time_us <= end_us]
        stop_id = self._aggs.next_id if end_us is None else self.first_agg_id_from(end_us + 1)
        start_id = max(stop_id - limit, 0)
        return self.agg_trades_from(start_id, stop_id - start_id)

    def _between(
        self, interval: Interval, start_us: int, stop_us: int, zone_ms: int
    ) -> list[Candle]:
        """The candles that open from start_us on and before stop_us."""
        found: list[Candle] = []
        if self._past and start_us < self._past.end_us:
            found = self._past.candles(
                interval, start_us, min(stop_us, self._past.end_us), zone_ms=zone_ms
            )
        live = self._live_candles(interval, start_us, stop_us, zone_ms)
        if found and live and found[-1].open_us == live[0].open_us:
            found[-1].extend(live.pop(0))
        return found + live

    def _live_candles(
        self, interval: Interval, start_us: int, stop_us: int, zone_ms: int
    ) -> list[Candle]:
        """Candles of the live part; the first one may lack what the past has of it."""
        if self._start_us is None or stop_us <= self._start_us:
            return []
        start_us = max(start_us, interval.open_time(self._start_us // 1000, zone_ms=zone_ms) * 1000)
        last_ms = interval.open_time((stop_us - 1) // 1000, zone_ms=zone_ms)
        end_us = interval.next_open_time(last_ms, zone_ms=zone_ms) * 1000
        if interval.name == "1s":
            return self._live_seconds(interval, start_us, end_us)
        now_us = max(self._tape_end_us(), stop_us)
        minutes = self._minutes.between(start_us, min(end_us, now_us))
        return regroup(minutes, interval, zone_ms=zone_ms)

    def _live_seconds(self, interval: Interval, start_us: int, end_us: int) -> list[Candle]:
        traded = {
            candle.open_us: candle
            for candle in candles_of(self._tape.between(start_us, end_us), interval)
        }
        candles: list[Candle] = []
        price = self.price_before(start_us)
        for open_us in range(start_us, end_us, 1_000_000):
            candle = traded.get(open_us) or flat_candle(open_us, price)
            price = candle.close
            candles.append(candle)
        return candles

    def _latest(self, limit: int) -> list[PublicTrade]:
        found = self._tape.latest(limit)
        if self._past and len(found) < limit:
            older = limit - len(found)
            found = self._past.trades(max(self._past.next_trade_id - older, 0), older) + found
        return found

    def _live_pieces(self, start_us: int, end_us: int) -> Iterable[Candle]:
        """Candles that together cover the live part of a window: hours, minutes, trades at its ends."""
        if self._start_us is None or end_us <= self._start_us:
            return
        start_us = max(start_us, self._start_us)
        tape_end_us = max(self._tape_end_us(), start_us)
        if end_us >= tape_end_us:  # nothing is later: the hour or minute of now counts as a whole
            hour_us = ceiling(tape_end_us, HOUR_US)
            in_hour = start_us > hour_us - HOUR_US
            end_us = ceiling(tape_end_us, MINUTE_US) if in_hour else hour_us
        yield from covering(start_us, end_us, self._hours, self._minutes, self._trades_candle)

    def _trades_candle(self, start_us: int, end_us: int) -> Candle:
        candle = flat_candle(start_us, 0)
        for trade in self._tape.between(start_us, end_us):
            candle.add(trade)
        return candle

    def _tape_end_us(self) -> int:
        return self.last_trade.time_us + 1 if self.last_trade else 0

    def _ticker(
        self, start_us: int, now_us: int, close_us: int, *, mini: bool, unit: TimeUnit
    ) -> Json:
        window = self.window(start_us, now_us + 1)
        if mini:
            return self._mini(window, start_us, close_us, unit)
        return {
            **self._change(window),
            **self._prices(window),
            **self._totals(window, start_us, close_us, unit),
        }

    def _mini(self, window: Candle, start_us: int, close_us: int, unit: TimeUnit) -> Json:
        return {
            "symbol": self.symbol,
            **self._prices(window),
            **self._totals(window, start_us, close_us, unit),
        }

    def _change(self, window: Candle) -> Json:
        change, percent = self.change_text(window)
        return {
            "symbol": self.symbol,
            "priceChange": change,
            "priceChangePercent": percent,
            "weightedAvgPrice": self.weighted_price(window),
        }

    def change_text(self, window: Candle) -> tuple[str, str]:
        """How far a window's price went, in the quote asset and in percent with three decimals."""
        ticks = window.close - window.open
        thousandths = round(ticks * 100_000 / window.open) if window.open else 0
        return self.rules.price_text(ticks), f"{thousandths / 1000:.3f}"

    def _prices(self, window: Candle) -> Json:
        price = self.rules.price_text
        return {
            "openPrice": price(window.open),
            "highPrice": price(window.high),
            "lowPrice": price(window.low),
            "lastPrice": price(window.close),
        }

    def _totals(self, window: Candle, start_us: int, close_us: int, unit: TimeUnit) -> Json:
        return {
            "volume": self.rules.qty_text(window.lots),
            "quoteVolume": atoms_text(window.quote_atoms),
            "openTime": stamp(start_us, unit),
            "closeTime": stamp(close_us, unit),
            "firstId": window.first_id,
            "lastId": window.last_id,
            "count": window.count,
        }

    def _trade_json(self, trade: PublicTrade, unit: TimeUnit) -> Json:
        return {
            "id": trade.id,
            "price": self.rules.price_text(trade.price_ticks),
            "qty": self.rules.qty_text(trade.lots),
            "quoteQty": atoms_text(trade.quote_atoms),
            "time": stamp(trade.time_us, unit),
            "isBuyerMaker": trade.buyer_is_maker,
            "isBestMatch": True,
        }

    def _agg_json(self, agg: AggTrade, unit: TimeUnit) -> Json:
        return {
            "a": agg.id,
            "p": self.rules.price_text(agg.price_ticks),
            "q": self.rules.qty_text(agg.lots),
            "f": agg.first_id,
            "l": agg.last_id,
            "T": stamp(agg.time_us, unit),
            "m": agg.buyer_is_maker,
            "M": True,
        }

    def _kline_json(
        self, candle: Candle, interval: Interval, zone_ms: int, unit: TimeUnit
    ) -> list[Any]:
        price, qty = self.rules.price_text, self.rules.qty_text
        next_ms = interval.next_open_time(candle.open_us // 1000, zone_ms=zone_ms)
        return [
            stamp(candle.open_us, unit),
            price(candle.open),
            price(candle.high),
            price(candle.low),
            price(candle.close),
            qty(candle.lots),
            stamp(next_ms * 1000 - 1, unit),
            atoms_text(candle.quote_atoms),
            candle.count,
            qty(candle.buy_lots),
            atoms_text(candle.buy_quote_atoms),
            "0",
        ]

    def _level_text(self, level: tuple[int, int] | None) -> tuple[str, str]:
        price_ticks, lots = level or (0, 0)
        return self.rules.price_text(price_ticks), self.rules.qty_text(lots)


class _Pieces(Protocol):
    def __call__(self, start_us: int, end_us: int) -> Candle: ...


def covering(
    start_us: int, end_us: int, hours: CandleLine, minutes: CandleLine, trades: _Pieces
) -> Iterable[Candle]:
    """The fewest candles that cover a window: hours within, minutes around, trades at its ends."""
    first_minute, last_minute = ceiling(start_us, MINUTE_US), floor(end_us, MINUTE_US)
    if first_minute > last_minute:
        yield trades(start_us, end_us)
        return
    yield trades(start_us, first_minute)
    first_hour, last_hour = ceiling(first_minute, HOUR_US), floor(last_minute, HOUR_US)
    if first_hour >= last_hour:
        yield from minutes.between(first_minute, last_minute)
    else:
        yield from minutes.between(first_minute, first_hour)
        yield from hours.between(first_hour, last_hour)
        yield from minutes.between(last_hour, last_minute)
    yield trades(last_minute, end_us)


def floor(time_us: int, step_us: int) -> int:
    """The last multiple of a step that isn't later."""
    return time_us - time_us % step_us


def ceiling(time_us: int, step_us: int) -> int:
    """The first multiple of a step that isn't earlier."""
    return -(-time_us // step_us) * step_us


def stamp(time_us: int, unit: TimeUnit) -> int:
    """A time as answers and streams show it."""
    return time_us if unit is TimeUnit.MICROSECOND else time_us // 1000
