"""The trades of one symbol since the exchange started, in columns: 49 bytes each."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

from binance_lab.exchange.candles import AggTrade, PublicTrade

MOST_KEPT = 2_000_000  # trades; about 100 MB, reached after days with the default agents


class Tape:
    """Trades in the order of their ids, which have no holes.

    Args:
        next_id: The id of the first trade to come.
        most: How many to keep; the oldest tenth goes when there are more.
    """

    def __init__(self, next_id: int, *, most: int = MOST_KEPT) -> None:
        self.first_id = next_id
        self._most = most
        self._price = array("q")
        self._lots = array("q")
        self._quote = array("q")
        self._time = array("q")
        self._maker = array("b")
        self._columns = (self._price, self._lots, self._quote, self._time, self._maker)

    @property
    def next_id(self) -> int:
        """The id after the latest trade's."""
        return self.first_id + len(self._price)

    def append(self, trade: PublicTrade) -> None:
        """Keep the latest trade.

        Raises:
            ValueError: Its id is not the next one.
        """
        if trade.id != self.next_id:
            raise ValueError(f"trade {trade.id} follows {self.next_id - 1}")
        self._price.append(trade.price_ticks)
        self._lots.append(trade.lots)
        self._quote.append(trade.quote_atoms)
        self._time.append(trade.time_us)
        self._maker.append(trade.buyer_is_maker)
        if len(self._price) > self._most:
            self._drop(self._most // 10)

    def slice(self, from_id: int, limit: int) -> list[PublicTrade]:
        """Up to limit trades from this id on."""
        start = max(from_id - self.first_id, 0)
        return [self._at(index) for index in range(start, min(start + limit, len(self._price)))]

    def first_id_from(self, time_us: int) -> int:
        """The id of the first trade at this time or later; the next id if there is none."""
        return self.first_id + bisect_left(self._time, time_us)

    def __len__(self) -> int:
        return len(self._price)

    def __iter__(self) -> Iterator[PublicTrade]:
        return map(self._at, range(len(self._price)))

    def _at(self, index: int) -> PublicTrade:
        return PublicTrade(
            self.first_id + index,
            self._price[index],
            self._lots[index],
            self._quote[index],
            self._time[index],
            bool(self._maker[index]),
        )

    def _drop(self, count: int) -> None:
        for column in self._columns:
            del column[:count]
        self.first_id += count


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
