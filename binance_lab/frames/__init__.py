"""JSON answers made into DataFrames with a fixed schema.

Each function takes the undecoded body of an answer or what the client decoded of it. An empty
answer has the columns and dtypes of a full one; times are UTC with a resolution of µs, whether
the server sent ms or µs; prices and amounts are float64, or Decimal with ``numbers="decimal"``;
what else is known (symbol, environment, …) is in ``frame.attrs``.
"""

from .account import balances_frame as balances_frame
from .account import commissions_frame as commissions_frame
from .columns import Numbers as Numbers
from .depth import depth_frame as depth_frame
from .klines import klines_frame as klines_frame
from .my_trades import my_trades_frame as my_trades_frame
from .my_trades import with_pnl as with_pnl
from .orders import order_lists_frame as order_lists_frame
from .orders import orders_frame as orders_frame
from .trades import agg_trades_frame as agg_trades_frame
from .trades import trades_frame as trades_frame
