"""The folder of Parquet files: every series in it, what may be done with all of them, and SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import datasets
from .datasets import Dataset
from .extra import need
from .manifest import Part
from .series import Series
from .spans import Span

if TYPE_CHECKING:
    import pyarrow.dataset as pads


class Store:
    """Series by dataset and symbol, in ``DATASET/symbol=SYMBOL/month=YYYY-MM/*.parquet``.

    Args:
        folder: Made when something is first written.
        source: Where its rows come from, for the manifests.
        market: Whose rows they are; a store with those of another one is refused. Any if empty.
    """

    def __init__(self, folder: str | Path, *, source: str = "", market: str = "") -> None:
        need("pyarrow")
        self.folder = Path(folder)
        self._source = source
        self._market = market

    def __repr__(self) -> str:
        return f"<Store {self.folder}>"

    def series(self, dataset: Dataset, symbol: str) -> Series:
        """One series, there or not."""
        return Series(self.folder, dataset, symbol, source=self._source, market=self._market)

    def all(
        self, symbols: Sequence[str] | None = None, dataset: Dataset | None = None
    ) -> Iterator[Series]:
        """The series that are there, of some symbols or all, of one dataset or all."""
        for folder in sorted(self.folder.glob(f"{dataset.name if dataset else '*'}/symbol=*")):
            symbol = folder.name.removeprefix("symbol=")
            if symbols is None or symbol in symbols:
                yield self.series(datasets.named(folder.parent.name), symbol)

    def contents(self) -> pd.DataFrame:
        """What is there, a row for each series.

        Columns: ``dataset``, ``symbol``, ``first`` and ``last`` (UTC, the first and the last row's
        own time; NaT without rows), ``rows``, ``bytes``, ``files``, ``missing`` rows.
        """
        rows = []
        for series in self.all():
            parts = series.manifest().parts
            times = [row_times(series.dataset, part) for part in parts if part.rows]
            if parts:
                rows.append(
                    {
                        "dataset": series.dataset.name,
                        "symbol": series.symbol,
                        "first": _time(min((time for time, _ in times), default=None)),
                        "last": _time(max((time for _, time in times), default=None)),
                        "rows": sum(part.rows for part in parts),
                        "bytes": sum(part.bytes for part in parts),
                        "files": sum(bool(part.file) for part in parts),
                        "missing": sum(hole.missing for part in parts for hole in part.holes),
                    }
                )
        names = ["dataset", "symbol", "first", "last", "rows", "bytes", "files", "missing"]
        frame = pd.DataFrame(rows, columns=names)
        utc = dict.fromkeys(("first", "last"), "datetime64[us, UTC]")
        return frame.astype(
            dict.fromkeys(names[4:], "int64") | utc | {"dataset": "str", "symbol": "str"}
        )

    def verify(self, series: Series, *, repair: bool = False) -> list[dict[str, Any]]:
        """A row for each part: file, rows, and what is wrong with it (empty: nothing).

        Args:
            repair: Take what is wrong out of the store, so that it is fetched again.
        """
        # Parts whose file is gone, too.
        found = series.listed().parts
        problems = {part.file: series.problem(part) for part in found}
        if repair and any(problems.values()):
            with series.changing() as manifest:
                manifest.parts = [each for each in manifest.parts if not problems.get(each.file)]
        return [
            {
                "dataset": series.dataset.name,
                "symbol": series.symbol,
                "file": part.file,
                "rows": part.rows,
                "problem": problems[part.file],
            }
            for part in found
            if part.file
        ]

    def prune(self, series: Series, before_ms: int) -> int:
        """Remove parts that end by a time; answers how many."""
        with series.changing() as manifest:
            kept = [part for part in manifest.parts if part.end_ms > before_ms]
            removed = len(manifest.parts) - len(kept)
            if removed:
                manifest.begins_ms = kept[0].start_ms if kept else before_ms
            manifest.parts = kept
        return removed

    def files(self, dataset: Dataset, symbols: Sequence[str] | None = None) -> list[str]:
        """The files of a dataset that are listed in manifests."""
        return [
            str(series.folder / part.file)
            for series in self.all(symbols, dataset)
            for part in series.manifest().parts
            if part.file
        ]

    def scan(self, dataset: Dataset, symbols: Sequence[str] | None = None) -> pads.Dataset:
        """A pyarrow dataset over them, with the columns symbol and month."""
        pa, pads = need("pyarrow"), need("pyarrow.dataset")
        partition = pa.schema([("symbol", pa.string()), ("month", pa.string())])
        names = [*dataset.schema, *partition]
        return pads.dataset(
            self.files(dataset, symbols),
            schema=pa.schema(names),
            format="parquet",
            partitioning=pads.partitioning(partition, flavor="hive"),
        )

    def sql(self, query: str, parameters: Any = None) -> pd.DataFrame:
        """What DuckDB answers; each dataset is a view of its name, with symbol and month.

        Raises:
            BadInput: DuckDB doesn't understand the query, or there is no such view.
        """
        from ..connector.exceptions import BadInput

        duckdb = need("duckdb")
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            views = [name for name in self._datasets() if self._view(connection, name)]
            try:
                found = connection.sql(query, params=parameters)
                table = None if found is None else found.to_arrow_table()
            except duckdb.Error as error:
                there = ", ".join(views) or "none yet; lab.history.sync(…) fetches some"
                raise BadInput(f"{error} Views: {there}.") from None
        return pd.DataFrame() if table is None else table.to_pandas()

    def _datasets(self) -> list[str]:
        return sorted({series.dataset.name for series in self.all()})

    def _view(self, connection: Any, name: str) -> bool:
        files = self.files(datasets.named(name))
        if files:
            listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
            types = "{'symbol': VARCHAR, 'month': VARCHAR}"
            connection.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}], "
                f"hive_partitioning = true, hive_types = {types})"
            )
        return bool(files)


def row_times(dataset: Dataset, part: Part) -> Span:
    """When the first and the last row of a part are, in ms; of one that doesn't say it, what it covers."""
    if part.first_ms is not None and part.last_ms is not None:
        return part.first_ms, part.last_ms
    if dataset.interval is not None and part.first_key is not None and part.last_key is not None:
        return dataset.open_ms(part.first_key), dataset.open_ms(part.last_key)
    return part.span


def _time(ms: int | None) -> Any:
    return pd.NaT if ms is None else pd.Timestamp(ms, unit="ms", tz="UTC")
