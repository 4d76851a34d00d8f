"""Objects that streams keep current; any cell reads them at any time."""

from .account import Account as Account
from .base import LiveObject as LiveObject
from .base import LiveState as LiveState
from .book_features import book_features as book_features
from .candles import Candles as Candles
from .consumers import Consumer as Consumer
from .hub import Live as Live
from .order_book import OrderBook as OrderBook
from .parquet import captures_to_parquet as captures_to_parquet
from .recorder import Recorder as Recorder
from .replay import Replay as Replay
from .tape import Tape as Tape
from .tickers import Tickers as Tickers
from .trade_candles import TradeCandles as TradeCandles
