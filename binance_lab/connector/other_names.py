"""What a call of another client is called here: python-binance's ``get_klines`` is ``klines``.

The whole map is in MIGRATING.md.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_VERBS = ("get_", "fetch_", "query_", "create_", "order_")
# Where neither a verb more nor a likeness tells; python-binance's names, then ccxt's.
_CALLED = {
    "get_all_tickers": "ticker_price",
    "get_symbol_ticker": "ticker_price",
    "get_symbol_ticker_window": "rolling_window_ticker",
    "get_ticker": "ticker_24hr",
    "get_orderbook_ticker": "book_ticker",
    "get_orderbook_tickers": "book_ticker",
    "get_order_book": "depth",
    "get_symbol_info": "exchange_info",
    "get_server_time": "time",
    "get_aggregate_trades": "agg_trades",
    "get_historical_klines": "klines",
    "get_recent_trades": "trades",
    "get_all_orders": "get_orders",
    "get_current_order_count": "get_order_rate_limit",
    "get_asset_balance": "account",
    "cancel_all_open_orders": "cancel_open_orders",
    "cancel_replace_order": "cancel_and_replace",
    "create_order": "new_order",
    "create_oco_order": "new_oco_order",
    "create_test_order": "new_order_test",
    "get_open_oco_orders": "get_oco_open_orders",
    "order_limit": "new_order",
    "order_limit_buy": "new_order",
    "order_limit_sell": "new_order",
    "order_market": "new_order",
    "order_market_buy": "new_order",
    "order_market_sell": "new_order",
    "order_oco_buy": "new_oco_order",
    "order_oco_sell": "new_oco_order",
    "load_markets": "exchange_info",
    "fetch_markets": "exchange_info",
    "fetch_balance": "account",
    "fetch_ohlcv": "klines",
    "fetch_order_book": "depth",
    "fetch_ticker": "ticker_24hr",
    "fetch_tickers": "ticker_24hr",
}
# python-binance's futures_account and options_positions, ccxt's fapiPrivateGetAccount and fetch_funding_rate.
_DERIVATIVE = re.compile(r"^(futures_|options_|[fde]api[A-Z])|leverage|funding_rate|_positions?$")


def is_derivative(asked: str) -> bool:
    """Whether a call of another client is one of futures or options, which no call here is like."""
    return _DERIVATIVE.search(asked) is not None


def name_here(asked: str, known: Iterable[str]) -> str | None:
    """The name among those known that another client's name means, or the one most like it."""
    names = {_bare(name): name for name in known}  # of two alike, one is as good
    if asked in _CALLED:
        return _CALLED[asked]
    near = difflib.get_close_matches(_bare(asked), names, 1, cutoff=0.7)
    return names[near[0]] if near else None


def _bare(name: str) -> str:
    """Without the verb, in lower case and without underscores: Node's names are in camelCase."""
    verb = next((verb for verb in _VERBS if name.startswith(verb)), "")
    return name.removeprefix(verb).replace("_", "").lower()
