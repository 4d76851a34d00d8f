"""What can be kept: klines of each interval, trades, aggregate trades, and the table each becomes.

A table (pyarrow) has the columns of the frame of the same name in `binance_lab.frames` and its
index. Times have the archive's resolution wherever they come from: µs from 2025 on, ms before;
a candle's close time is always its last ms.

https://github.com/binance/binance-public-data
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import ceil
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import pandas as pd

from ..frames import agg_trades_frame, klines_frame, trades_frame
from ..frames.columns import Ints, to_us
from ..wire.intervals import WEEK_MS, Interval, interval_of
from .extra import need
from .paging import PAGE_ROWS
from .spans import Span, text

if TYPE_CHECKING:
    import pyarrow as pa

_ARCHIVE_NAMES = {"klines": "klines", "trades": "trades", "agg_trades": "aggTrades"}
_EXACT = "_exact"
_MONTH_NAME = "1mo"  # names that differ from 1m by more than a letter's case, as the archive's
_MONDAY_MS = 4 * 86_400_000
_MICROSECONDS_FROM_US = 1_735_689_600_000_000  # 2025-01-01
_CSV_BLOCK = 8 * 2**20
_CSV = {
    "klines": {
        "open_time": "int64",
        **dict.fromkeys(("open", "high", "low", "close", "volume"), "float64"),
        "close_time": "int64",
        "quote_volume": "float64",
        "trades": "int64",
        **dict.fromkeys(("taker_buy_volume", "taker_buy_quote_volume"), "float64"),
        "unused": "string",
    },
    "trades": {
        "id": "int64",
        **dict.fromkeys(("price", "qty", "quote_qty"), "float64"),
        "time": "int64",
        "buyer_is_maker": "bool_",
        "best_match": "string",
    },
    "agg_trades": {
        "id": "int64",
        **dict.fromkeys(("price", "qty"), "float64"),
        **dict.fromkeys(("first_trade_id", "last_trade_id", "time"), "int64"),
        "buyer_is_maker": "bool_",
        "best_match": "string",
    },
}
_FRAMES: dict[str, Callable[..., pd.DataFrame]] = {
    "klines": klines_frame,
    "trades": trades_frame,
    "agg_trades": agg_trades_frame,
}


@dataclass(frozen=True)
class Dataset:
    """One kind of history; ``interval`` is that of klines.

    Where it is exact, prices and amounts are decimals of 8 places, as the server sends them, and
    whatever has more digits is an error; else they are float64, which has 15 digits for certain.
    """

    kind: str
    interval: Interval | None = None
    exact: bool = False

    @property
    def name(self) -> str:
        """Of its folder, and of its table in SQL: ``klines_1m``, ``trades``, ``trades_exact``."""
        name = f"klines_{self._interval_name}" if self.interval else self.kind
        return name + _EXACT if self.exact else name

    @property
    def _interval_name(self) -> str:
        name = self.interval.name if self.interval else ""
        return _MONTH_NAME if name == "1M" else name

    @property
    def time(self) -> str:
        """The name of the index."""
        return "open_time" if self.interval else "time"

    @cached_property
    def schema(self) -> pa.Schema:
        """Of a table; pandas' own notes in it make the time the index again."""
        schema = need("pyarrow").Schema.from_pandas(replace(self, exact=False).frame(b"[]"))
        for number, field in enumerate(schema):
            if self.exact and field.type == need("pyarrow").float64():
                schema = schema.set(number, field.with_type(_decimal()))
        return schema

    def archive_path(self, symbol: str, start_ms: int, *, daily: bool) -> str:
        """Of the file of a day or month."""
        label = self._interval_name or _ARCHIVE_NAMES[self.kind]
        folder = f"{symbol}/{label}" if self.interval else symbol
        when = text(start_ms, "%Y-%m-%d" if daily else "%Y-%m")
        span = "daily" if daily else "monthly"
        kind = _ARCHIVE_NAMES[self.kind]
        return f"/data/spot/{span}/{kind}/{folder}/{symbol}-{label}-{when}.zip"

    def pages(self, span: Span) -> float:
        """How many requests REST needs for a span; of trades more than one likes to count."""
        if self.interval is None:
            return float("inf")
        length_ms = self.interval.length_ms or 28 * 86_400_000
        return ceil((span[1] - span[0]) / length_ms / PAGE_ROWS)

    def frame(self, body: bytes) -> pd.DataFrame:
        """REST's answer as a frame."""
        frame = _FRAMES[self.kind](body, numbers="decimal" if self.exact else "float")
        if self.interval is None:
            times = pd.DatetimeIndex(frame.index)
            frame.index = _archive_times(times.asi8).rename("time")
        return frame

    def table(self, frame: pd.DataFrame) -> pa.Table:
        """A frame as a table."""
        return need("pyarrow").Table.from_pandas(frame, schema=self.schema)

    def read_csv(self, file: BinaryIO, *, header: bool) -> Iterator[pa.Table]:
        """Tables of an archive's CSV, a few MB each.

        Raises:
            ArrowInvalid: It isn't such a CSV.
        """
        pa, csv = need("pyarrow"), need("pyarrow.csv")
        types = {name: getattr(pa, kind)() for name, kind in _CSV[self.kind].items()}
        if self.exact:
            decimals = {name: _decimal() for name, kind in types.items() if kind == pa.float64()}
            types |= decimals
        reader = csv.open_csv(
            file,
            csv.ReadOptions(column_names=list(types), skip_rows=int(header), block_size=_CSV_BLOCK),
            convert_options=csv.ConvertOptions(column_types=types),
            memory_pool=pa.system_memory_pool(),  # Arrow's own keeps ten times what is in use
        )
        with reader:
            for batch in reader:
                yield self._typed(pa.Table.from_batches([batch]))

    def _typed(self, table: pa.Table) -> pa.Table:
        """CSV's columns as the schema has them."""
        pa = need("pyarrow")
        columns = {name: table[name] for name in self.schema.names}
        for name in {self.time, "close_time"} & columns.keys():
            times = to_us(columns[name].to_numpy())
            if name == "close_time":
                times = times // 1000 * 1000
            columns[name] = pa.array(times, type=self.schema.field(name).type)
        return pa.Table.from_arrays(list(columns.values()), schema=self.schema)

    def keys(self, rows: pa.Table | pd.DataFrame) -> Ints:
        """What rows are known by: the number of a candle since 1970, or a trade's id."""
        if self.interval is None:
            return np.asarray(rows["id"].to_numpy())
        if isinstance(rows, pd.DataFrame):
            return self._numbers(pd.DatetimeIndex(rows.index).asi8)
        return self._numbers(times_us(rows, self.time))

    def _numbers(self, opens_us: Ints) -> Ints:
        """The numbers of the candles that open then."""
        assert self.interval is not None
        if self.interval.length_ms is None:
            months: Ints = opens_us.view("M8[us]").astype("M8[M]").astype(np.int64)
            return months
        return (opens_us // 1000 - self._anchor_ms) // self.interval.length_ms

    def open_ms(self, key: int) -> int:
        """The open time of a candle by its number."""
        if self.interval is None or self.interval.length_ms is None:
            return int(np.datetime64(key, "M").astype("M8[ms]").astype(np.int64))
        return key * self.interval.length_ms + self._anchor_ms

    def keys_due(self, span: Span) -> tuple[int, int] | None:
        """First and last number of the candles that open within a span; None if none does."""
        if self.interval is None:
            return None
        first = next(self.interval.open_times(span[0], span[1] - 1), None)
        if first is None:
            return None
        opens = np.array([first, self.interval.open_time(span[1] - 1)]) * 1000
        numbers = self._numbers(opens)
        return int(numbers[0]), int(numbers[1])

    @property
    def _anchor_ms(self) -> int:
        weekly = self.interval is not None and self.interval.length_ms == WEEK_MS
        return _MONDAY_MS if weekly else 0

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=64)
def klines(interval: str) -> Dataset:
    """Klines of an interval; ValueError if there is no such one."""
    return Dataset("klines", interval_of(interval))


TRADES = Dataset("trades")
AGG_TRADES = Dataset("agg_trades")


def named(name: str) -> Dataset:
    """The dataset of a name such as klines_1m, trades or agg_trades.

    Raises:
        ValueError: There is none.
    """
    if name.endswith(_EXACT):
        return replace(named(name.removesuffix(_EXACT)), exact=True)
    if name.startswith("klines_"):
        interval = name.removeprefix("klines_")
        return klines("1M" if interval == _MONTH_NAME else interval)
    try:
        return {"trades": TRADES, "agg_trades": AGG_TRADES}[name]
    except KeyError:
        raise ValueError(
            f"Invalid dataset: {name!r}. Use trades, agg_trades or klines_1m (any interval)."
        ) from None


def _decimal() -> Any:
    """Arrow's type of exact numbers: Binance has 8 decimals everywhere."""
    return need("pyarrow").decimal128(38, 8)


def times_us(table: pa.Table, name: str) -> Ints:
    """A time column in µs."""
    return np.asarray(table[name].cast(need("pyarrow").int64()).to_numpy())


def _archive_times(times: Ints) -> pd.DatetimeIndex:
    """Times in µs as the archive has them: whole ms before 2025."""
    whole = np.where(times < _MICROSECONDS_FROM_US, times // 1000 * 1000, times)
    return pd.DatetimeIndex(whole.view("M8[us]"), tz="UTC")
