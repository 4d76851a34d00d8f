"""The trades of one symbol since the exchange started, in columns: 41 bytes each."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from binance_lab.exchange.candles import AggTrade, PublicTrade

MOST_KEPT = 2_000_000  # trades; about 80 MB, reached after days with the default agents


class Tape:
    """Trades in the order of their ids, which have no holes unless a recording has.

    Args:
        next_id: The id of the first trade to come.
        most: How many to keep; the oldest tenth goes when there are more.
    """

    def __init__(self, next_id: int, *, most: int = MOST_KEPT) -> None:
        self.next_id = next_id
        self._most = most
        self._id = array("q")
        self._price = array("q")
        self._lots = array("q")
        self._quote = array("q")
        self._time = array("q")
        self._maker = array("b")
        self._columns = (
            self._id,
            self._price,
            self._lots,
            self._quote,
            self._time,
            self._maker,
        )

    @property
    def first_id(self) -> int:
        """The id of the oldest trade that is kept; the next id if there is none."""
        return self._id[0] if self._id else self.next_id

    def append(self, trade: PublicTrade) -> None:
        """Keep the latest trade.

        Raises:
            ValueError: Its id is not above the latest one's.
        """
        if trade.id < self.next_id:
            raise ValueError(f"trade {trade.id} follows {self.next_id - 1}")
        self.next_id = trade.id + 1
        self._id.append(trade.id)
        self._price.append(trade.price_ticks)
        self._lots.append(trade.lots)
        self._quote.append(trade.quote_atoms)
        self._time.append(trade.time_us)
        self._maker.append(trade.buyer_is_maker)
        if len(self._id) > self._most:
            self._drop(self._most // 10)

    def slice(self, from_id: int, limit: int) -> list[PublicTrade]:
        """Up to limit trades from this id on."""
        start = bisect_left(self._id, from_id)
        return [self._at(index) for index in range(start, min(start + limit, len(self._id)))]

    def latest(self, limit: int) -> list[PublicTrade]:
        """Up to limit trades, the latest ones."""
        count = len(self._id)
        return [self._at(index) for index in range(max(count - limit, 0), count)]

    def between(self, start_us: int, end_us: int) -> list[PublicTrade]:
        """The trades from start_us on and before end_us."""
        first, last = bisect_left(self._time, start_us), bisect_left(self._time, end_us)
        return [self._at(index) for index in range(first, last)]

    def before(self, time_us: int) -> PublicTrade | None:
        """The last trade before a time."""
        index = bisect_left(self._time, time_us)
        return self._at(index - 1) if index else None

    def __len__(self) -> int:
        return len(self._id)

    def _at(self, index: int) -> PublicTrade:
        return PublicTrade(
            self._id[index],
            self._price[index],
            self._lots[index],
            self._quote[index],
            self._time[index],
            bool(self._maker[index]),
        )

    def _drop(self, count: int) -> None:
        for column in self._columns:
            del column[:count]


class AggTape:
    """Aggregate trades in the order of their ids; the latest one may still grow.

    Args:
        next_id: The id of the first one to come.
        most: How many to keep; the oldest tenth goes when there are more.
    """

    def __init__(self, next_id: int, *, most: int = MOST_KEPT) -> None:
        self.first_id = next_id
        self._most = most
        self._price = array("q")
        self._lots = array("q")
        self._first = array("q")
        self._last = array("q")
        self._time = array("q")
        self._maker = array("b")
        self._columns = (
            self._price,
            self._lots,
            self._first,
            self._last,
            self._time,
            self._maker,
        )
        self._taker: object = None

    @property
    def next_id(self) -> int:
        """The id after the latest one's."""
        return self.first_id + len(self._price)

    def add(self, trade: PublicTrade, taker: object) -> int:
        """The id of the aggregate trade that a trade belongs to: the latest one, or a new one.

        Args:
            taker: Says which order took: trades of another one are not aggregated with it.
        """
        if self._continues(trade, taker):
            self._lots[-1] += trade.lots
            self._last[-1] = trade.id
            return self.next_id - 1
        self._taker = taker
        self._price.append(trade.price_ticks)
        self._lots.append(trade.lots)
        self._first.append(trade.id)
        self._last.append(trade.id)
        self._time.append(trade.time_us)
        self._maker.append(trade.buyer_is_maker)
        if len(self._price) > self._most:
            self._drop(self._most // 10)
        return self.next_id - 1

    def slice(self, from_id: int, limit: int) -> list[AggTrade]:
        """Up to limit aggregate trades from this id on."""
        start = max(from_id - self.first_id, 0)
        return [self._at(index) for index in range(start, min(start + limit, len(self._price)))]

    def first_id_from(self, time_us: int) -> int:
        """The id of the first one at this time or later; the next id if there is none."""
        return self.first_id + bisect_left(self._time, time_us)

    def __len__(self) -> int:
        return len(self._price)

    def _continues(self, trade: PublicTrade, taker: object) -> bool:
        return (
            len(self._price) > 0
            and taker == self._taker
            and self._price[-1] == trade.price_ticks
            and self._time[-1] == trade.time_us
            and self._maker[-1] == trade.buyer_is_maker
        )

    def _at(self, index: int) -> AggTrade:
        return AggTrade(
            self.first_id + index,
            self._price[index],
            self._lots[index],
            self._first[index],
            self._last[index],
            self._time[index],
            bool(self._maker[index]),
        )

    def _drop(self, count: int) -> None:
        for column in self._columns:
            del column[:count]
        self.first_id += count
