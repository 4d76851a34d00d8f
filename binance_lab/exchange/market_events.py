"""What the market streams send: payloads of one symbol, JSON-ready, fields in Binance's order.

Functions answer one payload of what is now or just happened; a ``…Feed`` keeps what it sent last, so there
is one per stream name and time unit. Nothing here has a clock: the caller says what time it is.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from __future__ import annotations

from typing import Any

from binance_lab.exchange.candles import HOUR_US, AggTrade, Candle, PublicTrade
from binance_lab.exchange.market_data import AVERAGE_MINUTES, MS, MarketData, stamp
from binance_lab.exchange.symbols import atoms_text
from binance_lab.wire.enums import TimeUnit
from binance_lab.wire.intervals import INTERVALS, Interval

Json = dict[str, Any]


def trade_event(
    market: MarketData, trade: PublicTrade, *, event_us: int, unit: TimeUnit = MS
) -> Json:
    """``<symbol>@trade``, one per trade."""
    return {
        "e": "trade",
        "E": stamp(event_us, unit),
        "s": market.symbol,
        "t": trade.id,
        "p": market.rules.price_text(trade.price_ticks),
        "q": market.rules.qty_text(trade.lots),
        "T": stamp(trade.time_us, unit),
        "m": trade.buyer_is_maker,
        "M": True,
    }


def block_trade_event(
    market: MarketData, trade: PublicTrade, *, event_us: int, unit: TimeUnit = MS
) -> Json:
    """``<symbol>@blockTrade``, one per trade that was arranged outside of the book.

    https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#block-trade-streams
    """
    event = trade_event(market, trade, event_us=event_us, unit=unit) | {"e": "blockTrade"}
    del event["M"]
    return event


def reference_price_event(
    market: MarketData, price: str | None, *, now_us: int, unit: TimeUnit = MS
) -> Json:
    """``<symbol>@referencePrice``; null where there is none."""
    return {"e": "referencePrice", "s": market.symbol, "r": price, "t": stamp(now_us, unit)}


def agg_trade_event(
    market: MarketData, agg: AggTrade, *, event_us: int, unit: TimeUnit = MS
) -> Json:
    """``<symbol>@aggTrade``, one per aggregate trade of ``MarketData.take_agg_trades``."""
    return {
        "e": "aggTrade",
        "E": stamp(event_us, unit),
        "s": market.symbol,
        "a": agg.id,
        "p": market.rules.price_text(agg.price_ticks),
        "q": market.rules.qty_text(agg.lots),
        "f": agg.first_id,
        "l": agg.last_id,
        "T": stamp(agg.time_us, unit),
        "m": agg.buyer_is_maker,
        "M": True,
    }


def book_ticker_event(market: MarketData) -> Json:
    """``<symbol>@bookTicker``, when ``MarketData.level`` says that the best bid or ask changed."""
    ticker = market.book_ticker()
    return {
        "u": market.depth_book.update_id,
        "s": market.symbol,
        "b": ticker["bidPrice"],
        "B": ticker["bidQty"],
        "a": ticker["askPrice"],
        "A": ticker["askQty"],
    }


def partial_depth_event(market: MarketData, *, levels: int) -> Json:
    """``<symbol>@depth<levels>``: the best levels, without symbol or time."""
    return market.depth(limit=levels)


def mini_ticker_event(market: MarketData, *, now_us: int, unit: TimeUnit = MS) -> Json:
    """``<symbol>@miniTicker``: the last 24 hours in short."""
    window = market.window(now_us - 24 * HOUR_US, now_us + 1)
    price = market.rules.price_text
    return {
        "e": "24hrMiniTicker",
        "E": stamp(now_us, unit),
        "s": market.symbol,
        "c": price(window.close),
        "o": price(window.open),
        "h": price(window.high),
        "l": price(window.low),
        "v": market.rules.qty_text(window.lots),
        "q": atoms_text(window.quote_atoms),
    }


def ticker_event(market: MarketData, *, now_us: int, unit: TimeUnit = MS) -> Json:
    """``<symbol>@ticker``: the last 24 hours, the last trade and the best bid and ask."""
    ticker = market.ticker_24hr(now_us=now_us, unit=unit)
    return {
        "e": "24hrTicker",
        "E": stamp(now_us, unit),
        "s": market.symbol,
        "p": ticker["priceChange"],
        "P": ticker["priceChangePercent"],
        "w": ticker["weightedAvgPrice"],
        "x": ticker["prevClosePrice"],
        "c": ticker["lastPrice"],
        "Q": ticker["lastQty"],
        "b": ticker["bidPrice"],
        "B": ticker["bidQty"],
        "a": ticker["askPrice"],
        "A": ticker["askQty"],
        "o": ticker["openPrice"],
        "h": ticker["highPrice"],
        "l": ticker["lowPrice"],
        "v": ticker["volume"],
        "q": ticker["quoteVolume"],
        "O": ticker["openTime"],
        "C": ticker["closeTime"],
        "F": ticker["firstId"],
        "L": ticker["lastId"],
        "n": ticker["count"],
    }


def window_ticker_event(
    market: MarketData, *, window: str, now_us: int, unit: TimeUnit = MS
) -> Json:
    """``<symbol>@ticker_<window>`` for 1h, 4h or 1d; it opens on a whole minute."""
    window_ms = INTERVALS[window].length_ms
    if window_ms is None:
        raise ValueError(f"{window} has no fixed length")
    ticker = market.ticker(window_ms=window_ms, now_us=now_us, unit=unit)
    return {
        "e": f"{window}Ticker",
        "E": stamp(now_us, unit),
        "s": market.symbol,
        "p": ticker["priceChange"],
        "P": ticker["priceChangePercent"],
        "o": ticker["openPrice"],
        "h": ticker["highPrice"],
        "l": ticker["lowPrice"],
        "c": ticker["lastPrice"],
        "w": ticker["weightedAvgPrice"],
        "v": ticker["volume"],
        "q": ticker["quoteVolume"],
        "O": ticker["openTime"],
        "C": ticker["closeTime"],
        "F": ticker["firstId"],
        "L": ticker["lastId"],
        "n": ticker["count"],
    }


def avg_price_event(market: MarketData, *, now_us: int, unit: TimeUnit = MS) -> Json:
    """``<symbol>@avgPrice``."""
    return {
        "e": "avgPrice",
        "E": stamp(now_us, unit),
        "s": market.symbol,
        "i": f"{AVERAGE_MINUTES}m",
        "w": market.average_text(now_us),
        "T": stamp(market.last_trade_us(), unit),
    }


class DepthFeed:
    """``<symbol>@depth``: what changed since the last diff, without a hole in its update ids."""

    def __init__(self, market: MarketData, *, unit: TimeUnit = MS) -> None:
        self._market = market
        self._unit = unit
        self._changes = market.depth_book.changes()

    def take(self, now_us: int) -> Json | None:
        """The diff since the last call; None if nothing changed."""
        taken = self._changes.take()
        if taken is None:
            return None
        first_id, last_id, bids, asks = taken
        return {
            "e": "depthUpdate",
            "E": stamp(now_us, self._unit),
            "s": self._market.symbol,
            "U": first_id,
            "u": last_id,
            "b": self._market.levels_text(bids),
            "a": self._market.levels_text(asks),
        }

    def close(self) -> None:
        """Collect no longer."""
        self._changes.close()


class KlineFeed:
    """``<symbol>@kline_<interval>``: the candle of now, and each one once more when it has closed."""

    def __init__(
        self, market: MarketData, interval: str, *, zone_ms: int = 0, unit: TimeUnit = MS
    ) -> None:
        self._market = market
        self._interval: Interval = INTERVALS[interval]
        self._zone_ms = zone_ms
        self._unit = unit
        self._open_us: int | None = None  # of the candle that was sent last

    def take(self, now_us: int) -> list[Json]:
        """Candles that closed since the last call, oldest first, and the one of now."""
        opened = self._interval.open_time(now_us // 1000, zone_ms=self._zone_ms) * 1000
        start_us = opened if self._open_us is None else self._open_us
        candles = self._market.candles(
            self._interval, now_us=now_us, start_us=start_us, zone_ms=self._zone_ms, limit=5000
        )
        self._open_us = opened
        return [self._event(candle, now_us) for candle in candles]

    def _event(self, candle: Candle, now_us: int) -> Json:
        rules = self._market.rules
        next_ms = self._interval.next_open_time(candle.open_us // 1000, zone_ms=self._zone_ms)
        return {
            "e": "kline",
            "E": stamp(now_us, self._unit),
            "s": rules.symbol,
            "k": {
                "t": stamp(candle.open_us, self._unit),
                "T": stamp(next_ms * 1000 - 1, self._unit),
                "s": rules.symbol,
                "i": self._interval.name,
                "f": candle.first_id,
                "L": candle.last_id,
                "o": rules.price_text(candle.open),
                "c": rules.price_text(candle.close),
                "h": rules.price_text(candle.high),
                "l": rules.price_text(candle.low),
                "v": rules.qty_text(candle.lots),
                "n": candle.count,
                "x": next_ms * 1000 <= now_us,
                "q": atoms_text(candle.quote_atoms),
                "V": rules.qty_text(candle.buy_lots),
                "Q": atoms_text(candle.buy_quote_atoms),
                "B": "0",
            },
        }
