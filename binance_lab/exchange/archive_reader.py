"""Reads files of data.binance.vision as if they were captures: zips of trades, aggregate trades or klines.

Each row becomes messages of ``<symbol>@trade``; a kline becomes four trades, at its open, high, low and
close. These files have no order book: one of a few levels around the last price is made up, so that orders
can trade, and told as ``<symbol>@depth@100ms``.

https://github.com/binance/binance-public-data
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

import msgspec

from binance_lab.exchange.symbols import SymbolRules
from binance_lab.wire.capture import CaptureError, CaptureMessage
from binance_lab.wire.intervals import INTERVALS
from binance_lab.wire.times import as_us

_name = re.compile(r"(?P<symbol>[^-]+)-(?P<kind>trades|aggTrades|\d+\w+)-[\d-]+")
_LEVELS = 10
_LEVEL_TRADES = 5  # a level shows as much as so many mean trades
_DIFF_US = 100_000


class _Row(NamedTuple):
    """One trade of a file."""

    id: int
    price: Decimal
    qty: Decimal
    time_us: int
    buyer_is_maker: bool


@dataclass(frozen=True, slots=True)
class ArchiveName:
    """What a file of the archive has, by its name."""

    symbol: str
    kind: str


def archive_name(path: Path) -> ArchiveName | None:
    """What a zip has by its name, as ``BTCUSDT-trades-2025-01-31.zip``; None if it isn't of the archive."""
    match = _name.fullmatch(path.stem) if path.suffix == ".zip" else None
    if match is None:
        return None
    kind = "1M" if match["kind"] == "1mo" else match["kind"]
    known = kind in ("trades", "aggTrades") or kind in INTERVALS
    return ArchiveName(match["symbol"], kind) if known else None


def read_archive(path: Path, rules: SymbolRules) -> Iterator[CaptureMessage]:
    """The messages that a file's trades would have been.

    Raises:
        CaptureError: It isn't a file of the archive, or a row is garbled.
        OSError: There is no such file, or it may not be read.
    """
    name = archive_name(path)
    if name is None:
        problem = "not a file of data.binance.vision: name it as SYMBOL-trades-2025-01-31.zip"
        raise CaptureError(path, 1, problem)
    book = _Book(rules)
    for row in _rows(path, name.kind, rules):
        yield _message(rules, row)
        diff = book.after(row)
        if diff is not None:
            yield diff


def _rows(path: Path, kind: str, rules: SymbolRules) -> Iterator[_Row]:
    parse = {"trades": _of_trade, "aggTrades": _of_agg_trade}.get(kind, _of_kline)
    number = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
            for number, fields in enumerate(csv.reader(io.TextIOWrapper(file, "utf-8")), 1):
                if number == 1 and _is_head(fields):
                    continue
                yield from parse(fields, rules)
    except (IndexError, ValueError, InvalidOperation) as error:
        problem = f"not a row of {kind} ({error!r}). Download the file again."
        raise CaptureError(path, number, problem) from None
    except (zipfile.BadZipFile, EOFError) as error:
        problem = f"not a whole zip file ({error}). Download it again."
        raise CaptureError(path, number + 1, problem) from None


def _is_head(fields: list[str]) -> bool:
    """Whether a first row names the columns, as some files do."""
    return fields[0].strip().isidentifier()


def _of_trade(fields: list[str], rules: SymbolRules) -> list[_Row]:
    number, price, qty, _, time, maker = fields[:6]
    return [_Row(int(number), Decimal(price), Decimal(qty), _us(time), _flag(maker))]


def _of_agg_trade(fields: list[str], rules: SymbolRules) -> list[_Row]:
    _, price, qty, first_id, _, time, maker = fields[:7]
    return [_Row(int(first_id), Decimal(price), Decimal(qty), _us(time), _flag(maker))]


def _of_kline(fields: list[str], rules: SymbolRules) -> list[_Row]:
    """Four trades with the kline's prices and volume; the low before the high if the price rose."""
    opened, high, low, closed, volume = map(Decimal, fields[1:6])
    open_us, close_us = _us(fields[0]), _us(fields[6])
    if not volume:
        return []
    turns = (low, high) if closed >= opened else (high, low)
    prices = (opened, *turns, closed)
    lots = max(rules.lots(volume), len(prices))  # no trade is of nothing
    part = lots // len(prices)
    first_id = open_us // 1_000_000 * 4
    return [
        _Row(
            first_id + index,
            price,
            rules.quantity(lots - 3 * part if index == 3 else part),
            open_us + (close_us - open_us) * index // 3,
            index > 0 and price < prices[index - 1],
        )
        for index, price in enumerate(prices)
    ]


def _us(time: str) -> int:
    return as_us(int(time))


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _message(rules: SymbolRules, row: _Row) -> CaptureMessage:
    payload = {
        "e": "trade",
        "E": row.time_us // 1000,
        "s": rules.symbol,
        "t": row.id,
        "p": rules.price_text(rules.ticks(row.price)),
        "q": rules.qty_text(rules.lots(row.qty)),
        "T": row.time_us // 1000,
        "m": row.buyer_is_maker,
        "M": True,
    }
    stream = f"{rules.symbol.lower()}@trade"
    return CaptureMessage(row.time_us * 1000, stream, msgspec.json.encode(payload))


class _Book:
    """A made-up book: a few levels at the price of the last trade."""

    def __init__(self, rules: SymbolRules) -> None:
        self._rules = rules
        self._stream = f"{rules.symbol.lower()}@depth@100ms"
        self._shown: set[int] = set()
        self._mean_lots = 0.0
        self._told_us = 0
        self._told_ticks = 0
        self._update_id = 0

    def after(self, row: _Row) -> CaptureMessage | None:
        """The diff after a trade; None if the last one is recent, or the price is still the same."""
        lots = self._rules.lots(row.qty)
        self._mean_lots += (lots - self._mean_lots) * (0.02 if self._mean_lots else 1.0)
        ticks = self._rules.ticks(row.price)
        if ticks == self._told_ticks or row.time_us - self._told_us < _DIFF_US:
            return None
        self._told_us, self._told_ticks = row.time_us, ticks
        return CaptureMessage(
            row.time_us * 1000, self._stream, msgspec.json.encode(self._diff(row, ticks))
        )

    def _diff(self, row: _Row, ticks: int) -> dict[str, object]:
        best_bid = ticks if row.buyer_is_maker else ticks - 1
        bids = {best_bid - step for step in range(_LEVELS) if best_bid > step}
        asks = {best_bid + 1 + step for step in range(_LEVELS)}
        gone = self._shown - bids - asks
        self._shown = bids | asks
        first_id = self._update_id + 1
        self._update_id += 1
        return {
            "e": "depthUpdate",
            "E": row.time_us // 1000,
            "s": self._rules.symbol,
            "U": first_id,
            "u": self._update_id,
            "b": self._side(bids, gone | asks),
            "a": self._side(asks, gone | bids),
        }

    def _side(self, prices: set[int], empty: set[int]) -> list[tuple[str, str]]:
        """The levels of one side: what is at its prices, and nothing at those that are not its own."""
        lots = max(int(self._mean_lots * _LEVEL_TRADES), 1)
        return [
            (self._rules.price_text(price), self._rules.qty_text(lots if price in prices else 0))
            for price in sorted(prices | empty)
        ]
