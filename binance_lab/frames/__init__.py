"""JSON answers made into DataFrames with a fixed schema.

Each function takes the undecoded body of an answer or what the client decoded of it. An empty
answer has the columns and dtypes of a full one; times are UTC with a resolution of µs, whether
the server sent ms or µs; prices and amounts are float64, or Decimal with ``numbers="decimal"``;
what else is known (symbol, environment, …) is in ``frame.attrs``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .account import balances_frame as balances_frame
from .account import commissions_frame as commissions_frame
from .columns import Numbers as Numbers
from .depth import depth_frame as depth_frame
from .exchange_info import symbols_frame as symbols_frame
from .klines import klines_frame as klines_frame
from .my_trades import my_trades_frame as my_trades_frame
from .my_trades import with_pnl as with_pnl
from .ohlcv import Ohlcv as Ohlcv
from .orders import order_lists_frame as order_lists_frame
from .orders import orders_frame as orders_frame
from .tickers import book_tickers_frame as book_tickers_frame
from .tickers import prices_frame as prices_frame
from .tickers import tickers_frame as tickers_frame
from .tickers import window_tickers_frame as window_tickers_frame
from .trade_bars import dollar_bars as dollar_bars
from .trade_bars import time_bars as time_bars
from .trade_bars import volume_bars as volume_bars
from .trades import agg_trades_frame as agg_trades_frame
from .trades import trades_frame as trades_frame
from .wallet import deposits_frame as deposits_frame
from .wallet import dividends_frame as dividends_frame
from .wallet import margin_interest_frame as margin_interest_frame
from .wallet import rewards_frame as rewards_frame
from .wallet import transfers_frame as transfers_frame
from .wallet import withdrawals_frame as withdrawals_frame

if TYPE_CHECKING:
    from .plots import plot_candles as plot_candles
    from .plots import plot_depth as plot_depth
    from .plots import plot_trades as plot_trades

_DRAWN = ("plot_candles", "plot_depth", "plot_trades")


def __getattr__(name: str) -> Any:
    """The functions that draw; matplotlib is imported with the first."""
    if name not in _DRAWN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(".plots", __name__), name)
