"""Handlers about the exchange itself: time, symbols, rules.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints
"""

from __future__ import annotations

from typing import Any

from binance_lab.exchange.market_data import stamp
from binance_lab.exchange.rejects import Reject
from binance_lab.exchange.server.call import Call
from binance_lab.wire import errors

Json = dict[str, Any]


def ping(call: Call) -> Json:
    """``ping``."""
    return {}


def time(call: Call) -> Json:
    """``time``."""
    return {"serverTime": stamp(call.now_us + call.venue.skew_us, call.unit)}


def exchange_info(call: Call) -> Json:
    """``exchangeInfo``: all symbols, or those that are asked for by name, permission or status."""
    venue = call.venue
    answer: Json = {
        "timezone": "UTC",
        "serverTime": stamp(call.now_us + call.venue.skew_us, call.unit),
        "rateLimits": venue.limits.rules(),
        "exchangeFilters": list(venue.engine.exchange_filters),
        "symbols": [_symbol_info(call, symbol) for symbol in _symbols(call)],
    }
    if venue.engine.sors:
        answer["sors"] = [_sor(call, symbols) for symbols in venue.engine.sors]
    return answer


def _sor(call: Call, symbols: tuple[str, ...]) -> Json:
    base = call.venue.engine.rules(symbols[0]).base
    return {"baseAsset": base, "symbols": list(symbols)}


def _symbol_info(call: Call, symbol: str) -> Json:
    engine = call.venue.engine
    info = engine.rules(symbol).exchange_info(engine.status(symbol))
    if call.params.get("showPermissionSets") is False:
        info["permissionSets"] = []
    return info


def _symbols(call: Call) -> list[str]:
    params, engine = call.params, call.venue.engine
    if "symbol" in params and "symbols" in params:
        raise Reject(*errors.BAD_COMBINATION)
    named = "symbol" in params or "symbols" in params
    if named and ("permissions" in params or "symbolStatus" in params):
        raise Reject(*errors.BAD_COMBINATION)
    if named:
        symbols: list[str] = params.get("symbols") or [params["symbol"]]
        for symbol in symbols:
            engine.rules(symbol)
        return symbols
    return [symbol for symbol in engine.markets if _selected(call, symbol)]


def _selected(call: Call, symbol: str) -> bool:
    engine, params = call.venue.engine, call.params
    permissions = params.get("permissions")
    if permissions is not None:
        sets = engine.rules(symbol).permission_sets
        if not any(set(permissions) & set(each) for each in sets):
            return False
    return bool(params.get("symbolStatus", engine.status(symbol)) == engine.status(symbol))


def execution_rules(call: Call) -> Json:
    """``executionRules``: the price ranges of the symbols that have one."""
    ranges = {symbol: call.venue.engine.rules(symbol).price_range for symbol in _symbols(call)}
    return {
        "symbolRules": [
            {"symbol": symbol, "rules": [rule.execution_rule()] if rule else []}
            for symbol, rule in ranges.items()
        ]
    }
