"""Objects that streams keep current; any cell reads them at any time."""

from .base import LiveObject as LiveObject
from .base import LiveState as LiveState
from .candles import Candles as Candles
from .order_book import OrderBook as OrderBook
from .tape import Tape as Tape
