"""Captures to Parquet: what streams brought, in a file of typed columns for each stream."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, get_args, get_origin

import msgspec

from binance_lab.connector.exceptions import ConfigError
from binance_lab.frames.columns import Numbers, time_us
from binance_lab.frames.depth import DepthAnswer
from binance_lab.wire.capture import (
    CaptureError,
    CaptureMessage,
    capture_paths,
    read_capture,
    read_header,
)
from binance_lab.wire.events import Candle, decoder, event_type
from binance_lab.wire.extras import pip_line

ROWS = 100_000  # that are kept in memory, and go to the file as one group
SNAPSHOTS = "depth snapshots"
_LEVEL = {"side": str, "price": None, "qty": None}
_KINDS: dict[str, dict[str, Any]] = {
    SNAPSHOTS: {"symbol": str, "last_update_id": int, **_LEVEL},
}

Row = tuple[Any, ...]


def captures_to_parquet(
    *paths: Path | str,
    folder: Path | str,
    numbers: Numbers = "float",
    on_error: Callable[[ValueError], None] | None = None,
) -> list[Path]:
    """The Parquet files that were made of captures: one for each stream, and of books' snapshots.

        captures_to_parquet(*recorder.paths, folder="parquet")
        pd.read_parquet("parquet/btcusdt@trade.parquet")

    A row is an event; of a book's update or snapshot, a level: ``side`` (bid, ask), ``price``,
    ``qty``. Columns are ``received`` (UTC, ns), then the event's own, as `wire.events` names
    them; times are UTC in µs, whatever unit they came in. Files that are there are replaced, each
    when it is whole. Memory stays bounded, however long the captures are.

    Args:
        paths: In the order of time, such as ``recorder.paths``.
        folder: Made if it isn't there.
        numbers: ``decimal`` for exact prices and amounts instead of float64.
        on_error: Called with what is wrong with a line; it is left out and reading goes on. Without
            it, the first wrong line is raised, and no file is made.

    Raises:
        BadInput: No path is given, or something that is none.
        ConfigError: pyarrow isn't installed.
        CaptureError, ValueError: A line can't be read.
    """
    captures, folder = capture_paths(paths), Path(folder)
    _arrow("pyarrow")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as finish:
        files: dict[str, _File] = {}
        for path in captures:
            symbol = ""
            for message in read_capture(path, on_error=on_error):
                kind = message.stream or SNAPSHOTS
                if not message.stream:
                    symbol = symbol or _symbol_of(path)
                try:
                    if kind not in files:
                        made = _File(folder / f"{kind}.parquet", kind, numbers)
                        files[kind] = finish.enter_context(made)
                    files[kind].add(message, symbol)
                except ValueError as error:
                    if on_error is None:
                        raise ValueError(f"{path}, {kind}: {error}") from None
                    on_error(error)
    return [file.path for file in files.values()]


class _File:
    """The rows of one stream; the file appears under its name when it is whole."""

    def __init__(self, path: Path, kind: str, numbers: Numbers) -> None:
        number = float if numbers == "float" else str
        columns = _KINDS.get(kind) or _columns(event_type(kind, number))
        if kind == SNAPSHOTS:
            self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(
                DepthAnswer[number],  # type: ignore[valid-type]
                strict=False,
            ).decode
        else:
            self._decode = decoder(kind, number, combined=False)
        self.path = path
        self._arrow = _arrow("pyarrow")
        self._schema = self._arrow.schema(
            [("received", self._arrow.timestamp("ns", "UTC"))]
            + [(name, self._type(name, of, numbers)) for name, of in columns.items()]
        )
        self._times = {at for at, name in enumerate(columns) if name.endswith("time")}
        self._rows: list[Row] = []
        self._part = path.with_suffix(".part")
        self._writer = _arrow("pyarrow.parquet").ParquetWriter(self._part, self._schema)

    def __enter__(self) -> _File:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._write()
        self._writer.close()
        if error is None:
            os.replace(self._part, self.path)
        else:
            self._part.unlink()

    def add(self, message: CaptureMessage, symbol: str) -> None:
        """Add the rows of a message.

        Raises:
            ValueError: It isn't what its stream sends.
        """
        event = self._decode(message.data)
        for row in _rows(event, symbol):
            values = [
                time_us(value) if at in self._times else value for at, value in enumerate(row)
            ]
            self._rows.append((message.received_ns, *values))
        if len(self._rows) >= ROWS:
            self._write()

    def _write(self) -> None:
        columns = list(zip(*self._rows, strict=True)) or [()] * len(self._schema)
        arrays = [
            self._array(values, field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.table(arrays, schema=self._schema))
        self._rows.clear()

    def _array(self, values: Sequence[Any], of: Any) -> Any:
        if self._arrow.types.is_decimal(of):
            return self._arrow.array(values, self._arrow.string()).cast(of)
        return self._arrow.array(values, of)

    def _type(self, name: str, of: Any, numbers: Numbers) -> Any:
        """The Arrow type of a column; of None is a price or an amount."""
        arrow = self._arrow
        if of is None:
            return arrow.float64() if numbers == "float" else arrow.decimal128(38, 18)
        if of is int:
            return arrow.timestamp("us", "UTC") if name.endswith("time") else arrow.int64()
        return arrow.bool_() if of is bool else arrow.string()


def _columns(kind: Any) -> dict[str, Any]:
    """Names and types of the columns of an event; None is a price or an amount."""
    if get_origin(kind) is list:
        [kind] = get_args(kind)
    own = _types(get_origin(kind) or kind)
    if "candle" in own:
        del own["candle"]
        return own | {name: of for name, of in _types(Candle).items() if name != "symbol"}
    if "bids" in own:
        del own["bids"], own["asks"]
        return {"symbol": str, **own, **_LEVEL}
    return own


def _types(struct: Any) -> dict[str, Any]:
    """Names and types of a struct's fields; None where the type is the numbers'."""
    plain = {int: int, str: str, bool: bool}
    return {field.name: plain.get(field.type) for field in msgspec.structs.fields(struct)}


def _rows(event: Any, symbol: str) -> Iterator[Row]:
    """The rows of an event, in the order of its columns."""
    if isinstance(event, list):
        for each in event:
            yield from _rows(each, symbol)
    elif hasattr(event, "bids"):
        own = {"symbol": symbol} | msgspec.structs.asdict(event)
        bids, asks = own.pop("bids"), own.pop("asks")
        before = own.values()
        yield from ((*before, "bid", price, qty) for price, qty in bids)
        yield from ((*before, "ask", price, qty) for price, qty in asks)
    elif hasattr(event, "candle"):
        candle = msgspec.structs.asdict(event.candle)
        del candle["symbol"]
        yield (event.event_time, event.symbol, *candle.values())
    else:
        yield msgspec.structs.astuple(event)


def _symbol_of(path: Path) -> str:
    """Whose book a capture's snapshots are of: by its header, else its first stream's."""
    with suppress(CaptureError):  # who reads the messages is told of it
        if symbol := read_header(path).get("symbol"):
            return str(symbol).upper()
    messages = read_capture(path, on_error=lambda error: None)
    names = (message.stream for message in messages if message.stream[:1] not in ("", "!"))
    return next(names, "").partition("@")[0].upper()


def _arrow(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ConfigError(f"To write Parquet pyarrow is needed: {pip_line('history')}") from None
