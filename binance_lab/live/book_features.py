"""What an order book says, update by update, from a capture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import msgspec
import numpy as np
import pandas as pd

from binance_lab.connector.exceptions import BookGap
from binance_lab.frames.columns import Ints, utc
from binance_lab.frames.depth import DepthAnswer
from binance_lab.wire.capture import read_capture
from binance_lab.wire.events import DepthUpdate, event_type

from .levels import Levels

_Row: TypeAlias = tuple[float, ...]
_snapshot = msgspec.json.Decoder(DepthAnswer[str])
_update = msgspec.json.Decoder(DepthUpdate[str])
_COLUMNS = ("bid", "bid_qty", "ask", "ask_qty", "bid_total", "ask_total")


def book_features(*paths: Path | str, levels: int = 5) -> pd.DataFrame:
    """Best prices, spread, mid, microprice and imbalance after each update of a symbol's book.

        features = book_features(*recorder.paths)                          # pandas
        dask.dataframe.from_map(book_features, paths)                      # Dask, a file each

    The index is ``time`` (UTC, when the update happened). Columns: ``bid``, ``bid_qty``, ``ask``,
    ``ask_qty``, ``spread``, ``mid``, ``microprice``, ``imbalance`` (float64; see `OrderBook`),
    ``update_id`` (int64). The book begins with a snapshot; where an update was skipped there are no
    rows until the next one. Prices of an empty side are NaN.

    Args:
        paths: Captures of one symbol, each beginning with a snapshot or going on from the one
            before.
        levels: Of each side, for the imbalance.

    Raises:
        CaptureError, ValueError: A line can't be read.
    """
    rows: list[_Row] = []
    times, ids = [], []
    for update, book in _books(paths):
        bids, asks = book.bids.best(levels), book.asks.best(levels)
        bid, ask = (side[0] if side else (np.nan, np.nan) for side in (bids, asks))
        rows.append((*bid, *ask, sum(qty for _, qty in bids), sum(qty for _, qty in asks)))
        times.append(update.event_time)
        ids.append(update.last_update_id)
    return _frame(rows, np.array(times, dtype=np.int64), np.array(ids, dtype=np.int64))


def _frame(rows: list[_Row], times: Ints, ids: Ints) -> pd.DataFrame:
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(_COLUMNS))
    bid, bid_qty, ask, ask_qty, bids, asks = table.T
    with np.errstate(invalid="ignore"):  # both sides empty: NaN
        imbalance = (bids - asks) / (bids + asks)
    return pd.DataFrame(
        {
            **dict(zip(_COLUMNS[:4], (bid, bid_qty, ask, ask_qty), strict=True)),
            "spread": ask - bid,
            "mid": (bid + ask) / 2,
            "microprice": (bid * ask_qty + ask * bid_qty) / (bid_qty + ask_qty),
            "imbalance": imbalance,
            "update_id": ids,
        },
        index=utc(times).rename("time"),
    )


def _books(paths: Iterable[Path | str]) -> Iterator[tuple[DepthUpdate[str], Levels]]:
    """Each update that continues the book, and the book after it."""
    book: Levels | None = None
    newest: DepthAnswer[str] | None = None
    waiting: list[DepthUpdate[str]] = []  # for a snapshot
    for message in (message for path in paths for message in read_capture(path)):
        if not message.stream:
            newest = _snapshot.decode(message.data)
        elif _is_update(message.stream):
            waiting.append(_update.decode(message.data))
        while waiting and newest is not None:
            if (book := _after(waiting[0], book, newest)) is None:
                newest = None  # and the update waits for the next one
            elif (update := waiting.pop(0)).last_update_id == book.last_update_id:
                yield update, book


@lru_cache(maxsize=1_000)
def _is_update(stream: str) -> bool:
    return bool(event_type(stream, str) == DepthUpdate[str])


def _after(
    update: DepthUpdate[str], book: Levels | None, newest: DepthAnswer[str]
) -> Levels | None:
    """The book that an update continues, or else a snapshot, with it; None if it continues neither."""
    with suppress(BookGap):
        if book is not None:
            book.apply(update)
            return book
    book = Levels(newest, limit=max(len(newest.bids), len(newest.asks), 1))
    with suppress(BookGap):
        book.apply(update)
        return book
    return None
