"""Handlers of public market data.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from binance_lab.exchange.market_data import MarketData, stamp
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.call import Call
from binance_lab.exchange.symbols import PriceRange
from binance_lab.wire import errors

Json = dict[str, Any]

MOST_ROWS = 1000
MOST_LEVELS = 5000
_WINDOW_UNIT_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def _market(call: Call) -> MarketData:
    return call.venue.markets[call.check_symbol()]


def _limit(call: Call, default: int, most: int) -> int:
    return min(int(call.params.get("limit", default)), most)


def depth(call: Call) -> Json:
    """``depth``."""
    return _market(call).depth(limit=_limit(call, 100, MOST_LEVELS))


def trades(call: Call) -> list[Json]:
    """``trades``."""
    return _market(call).trades(limit=_limit(call, 500, MOST_ROWS), unit=call.unit)


def historical_trades(call: Call) -> list[Json]:
    """``historicalTrades``."""
    return _market(call).historical_trades(
        from_id=call.params.get("fromId"), limit=_limit(call, 500, MOST_ROWS), unit=call.unit
    )


def historical_block_trades(call: Call) -> list[Json]:
    """``historicalBlockTrades``: those that the control door arranged."""
    return _market(call).block_trades(
        from_id=call.params["fromId"], limit=_limit(call, 500, MOST_ROWS), unit=call.unit
    )


def agg_trades(call: Call) -> list[Json]:
    """``aggTrades``."""
    if "fromId" in call.params and ("startTime" in call.params or "endTime" in call.params):
        raise Reject(*errors.BAD_COMBINATION)
    return _market(call).agg_trades(
        from_id=call.params.get("fromId"),
        start_us=call.time("startTime"),
        end_us=call.end_time(),
        limit=_limit(call, 500, MOST_ROWS),
        unit=call.unit,
    )


def klines(call: Call) -> list[list[Any]]:
    """``klines`` and ``uiKlines``."""
    return _market(call).klines(
        call.params["interval"],
        now_us=call.now_us,
        start_us=call.time("startTime"),
        end_us=call.end_time(),
        zone_ms=call.params.get("timeZone", 0),
        limit=_limit(call, 500, MOST_ROWS),
        unit=call.unit,
    )


def avg_price(call: Call) -> Json:
    """``avgPrice``."""
    return _market(call).avg_price(now_us=call.now_us, unit=call.unit)


def _each(call: Call, row: Callable[[MarketData], Json], *, required: bool = False) -> Any:
    """A row for ``symbol``, or a list of them for ``symbols`` or, unless one is required, all."""
    params, markets = call.params, call.venue.markets
    if "symbol" in params and "symbols" in params:
        raise Reject(*errors.BAD_COMBINATION)
    if "symbol" in params:
        return row(_market(call))
    status = params.get("symbolStatus")
    if "symbols" in params:
        for symbol in params["symbols"]:
            if status not in (None, call.venue.engine.status(symbol)):
                raise Reject(*errors.SYMBOL_STATUS_MISMATCH)
        return [row(markets[symbol]) for symbol in params["symbols"]]
    if required:
        raise Reject(*errors.MISSING_ONE_OF.fill("symbol", "symbols"))
    engine = call.venue.engine
    return [
        row(market)
        for symbol, market in markets.items()
        if status is None or engine.status(symbol) == status
    ]


def _mini(call: Call) -> bool:
    return call.params.get("type") == "MINI"


def ticker_24hr(call: Call) -> Any:
    """``ticker/24hr``."""
    mini = _mini(call)
    return _each(call, lambda m: m.ticker_24hr(now_us=call.now_us, mini=mini, unit=call.unit))


def trading_day_ticker(call: Call) -> Any:
    """``ticker/tradingDay``."""
    zone_ms, mini = call.params.get("timeZone", 0), _mini(call)

    def row(market: MarketData) -> Json:
        return market.trading_day(now_us=call.now_us, zone_ms=zone_ms, mini=mini, unit=call.unit)

    return _each(call, row, required=True)


def window_ticker(call: Call) -> Any:
    """``ticker``: a window of the client's choice, a day if it doesn't choose."""
    window, mini = call.params.get("windowSize", "1d"), _mini(call)
    window_ms = int(window[:-1]) * _WINDOW_UNIT_MS[window[-1]]

    def row(market: MarketData) -> Json:
        return market.ticker(window_ms=window_ms, now_us=call.now_us, mini=mini, unit=call.unit)

    return _each(call, row, required=True)


def ticker_price(call: Call) -> Any:
    """``ticker/price``."""
    return _each(call, MarketData.price)


def book_ticker(call: Call) -> Any:
    """``ticker/bookTicker``."""
    return _each(call, MarketData.book_ticker)


def reference_price(call: Call) -> Json:
    """``referencePrice``: null while nothing traded in its window, refused where there never is one."""
    symbol = call.check_symbol()
    _price_range(call, symbol)
    price = call.venue.engine.reference_price(symbol, now_us=call.now_us)
    return {
        "symbol": symbol,
        "referencePrice": None if price is None else f"{price:.8f}",
        "timestamp": stamp(call.now_us, call.unit),
    }


def reference_price_calculation(call: Call) -> Json:
    """``referencePrice/calculation``: refused for symbols without a reference price."""
    symbol = call.check_symbol()
    price_range = _price_range(call, symbol)
    return {
        "symbol": symbol,
        "calculationType": "ARITHMETIC_MEAN",
        "bucketCount": price_range.bucket_count,
        "bucketWidthMs": price_range.bucket_width_ms,
    }


def _price_range(call: Call, symbol: str) -> PriceRange:
    """What makes a symbol's reference price."""
    price_range = call.venue.engine.rules(symbol).price_range
    if price_range is None:
        raise Reject(*errors.NO_REFERENCE_PRICE)
    return price_range
