"""A store's files as a Dask DataFrame: read where they are, when they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ..connector.exceptions import BadInput, ConfigError
from . import manifest as manifests
from .datasets import Dataset
from .errors import StoreError
from .extra import need
from .series import within_span
from .spans import Span


class _File(NamedTuple):
    """A part of a symbol: where it lies, and what its manifest says."""

    path: str
    symbol: str
    rows: int
    start_ms: int
    end_ms: int


def dask_frame(
    dataset: Dataset,
    symbols: str | Sequence[str] | None,
    *,
    span: Span,
    url: str,
    storage_options: Mapping[str, Any] | None = None,
) -> Any:
    """The rows of a span: a partition for each file that its manifest lists.

    Args:
        symbols: One as text: no column ``symbol``, and divisions are known; all there are if None.
        span: Milliseconds, half-open.
        url: Of the store's folder, a path or whatever fsspec understands.

    Raises:
        BadInput: The dataset is one of exact numbers, of which Dask can't even make a sum; fsspec
            doesn't know such a URL.
        ConfigError: What fsspec needs for such a URL isn't installed, such as s3fs.
        StoreError: There is nothing of these symbols; a manifest is damaged, or can't be read.
    """
    if dataset.exact:
        raise BadInput(f"Dask has no exact numbers; {dataset} is for lab.history.sql and scan.")
    lazy = need("dask.dataframe")
    filesystem, root = _place(url, storage_options or {})
    one = isinstance(symbols, str)
    names = [symbols] if isinstance(symbols, str) else symbols
    try:
        files = list(_files(filesystem, f"{root}/{dataset.name}", names, span))
    except OSError as error:
        raise StoreError(f"{url} can't be read: {error}") from None
    if not files:
        raise StoreError(
            f"{url} has no rows of {dataset} for this range and {names or 'any symbol'}. "
            "lab.history.sync(…) fetches them."
        )
    empty: pd.DataFrame = dataset.schema.empty_table().to_pandas()
    if not one:
        empty.insert(0, "symbol", pd.Series([], index=empty.index, dtype="str"))
    return lazy.from_map(
        _read,
        files,
        filesystem=filesystem,
        dataset=dataset,
        span=span,
        with_symbol=not one,
        columns=list(empty.columns),
        meta=empty,
        divisions=_divisions(files) if one else None,
        label=dataset.name,
    )


def _place(url: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    """The file system of a URL, and the path there."""
    try:
        place: tuple[Any, str] = need("fsspec.core").url_to_fs(url, **options)
    except ImportError as error:
        raise ConfigError(f"{url}: {error}") from None
    except ValueError as error:
        raise BadInput(f"{url}: {error}") from None
    return place


def _files(
    filesystem: Any, folder: str, symbols: Sequence[str] | None, span: Span
) -> Iterator[_File]:
    asked = ["*"] if symbols is None else symbols
    for name in asked:
        for listed in sorted(filesystem.glob(f"{folder}/symbol={name}/{manifests.NAME}")):
            found = manifests.decoded(filesystem.cat_file(listed), listed)
            series = listed.rpartition("/")[0]
            for part in found.parts:
                if part.file and part.start_ms < span[1] and part.end_ms > span[0]:
                    path = f"{series}/{part.file}"
                    yield _File(path, found.symbol, part.rows, part.start_ms, part.end_ms)


def _divisions(files: Sequence[_File]) -> tuple[pd.Timestamp, ...]:
    """Where each part begins, and where the last one ends."""
    times = [*(file.start_ms for file in files), files[-1].end_ms]
    return tuple(pd.Timestamp(time, unit="ms", tz="UTC").as_unit("us") for time in times)


def _read(
    file: _File,
    *,
    filesystem: Any,
    dataset: Dataset,
    span: Span,
    with_symbol: bool,
    columns: Sequence[str],
) -> pd.DataFrame:
    """A file's rows within the span; only the columns that are asked for are read.

    Raises:
        StoreError: It isn't what its manifest says.
    """
    parquet, arrow_error = need("pyarrow.parquet"), need("pyarrow").ArrowException
    stored = [name for name in columns if name != "symbol"]
    try:
        with filesystem.open(file.path, "rb") as content:
            reader = parquet.ParquetFile(content, page_checksum_verification=True)
            table = reader.read(stored, use_pandas_metadata=True)
        if table.num_rows != file.rows:
            raise OSError(f"{table.num_rows} rows instead of {file.rows}")
    except (arrow_error, OSError) as error:
        raise StoreError(f"{file.path} is damaged or gone: {error}") from None
    frame: pd.DataFrame = within_span(table, dataset, span).to_pandas()
    if with_symbol:
        frame.insert(0, "symbol", pd.Series(file.symbol, index=frame.index, dtype="str"))
    return frame[list(columns)]
