"""A year of 1m candles as one frame: by REST over a distance of 20 ms, and from monthly archives."""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from contest import Area, Contestant, Goal, Sample, Setup, Work, peak_bytes
from payloads import MINUTE_MS, YEAR_END_MS, YEAR_MS

from .frames import COLUMNS

REST, ARCHIVE = "a year by REST, 20 ms", "a year from 12 zips"
MEMORY, KEEPING = "memory, a year by REST", "memory, a year to the store"
PAGE_MS = 1000 * MINUTE_MS
EIGHT_AT_ONCE_S = 526 / 8 * 0.02
LOOPED = 0.25  # of the year; a loop takes four times as long for four times as much
Page = Callable[[int], list[Any]]


def starts(setup: Setup, part: float = 1.0) -> range:
    """When the pages of the year, or of a part of it, begin."""
    return range(YEAR_MS, YEAR_MS + int((YEAR_END_MS - YEAR_MS) * part * setup.scale), PAGE_MS)


def timed(work: Callable[[], object], factor: float = 1.0) -> Sample:
    """What it took, once."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return (time.process_time() - cpu) * factor, (time.perf_counter() - wall) * factor


def ours(setup: Setup) -> dict[str, Sample]:
    """One call; the memory of what is asked for, and of what is only kept."""
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401  # nobody's imports are measured

    from binance_lab import Spot
    from binance_lab.history import History

    url = f"http://{setup.addresses['past']}"
    end_ms = starts(setup)[-1] + PAGE_MS - 1
    year = {"start": YEAR_MS, "end": min(end_ms, YEAR_END_MS - 1)}
    with (
        tempfile.TemporaryDirectory() as folder,
        Spot(base_url=url) as client,
        History(client, Path(folder), archive_url=url) as history,
    ):
        if setup.work in (REST, MEMORY):
            sample = timed(lambda: history.klines("BTCUSDT", **year, keep=False))
        elif setup.work == ARCHIVE:
            sample = timed(lambda: history.klines("BTCUSDT", **year))
        else:
            history.sync("BTCUSDT", "1m", **year)
    if setup.work in (MEMORY, KEEPING):
        sample = float(peak_bytes()), float(peak_bytes())
    return {setup.work: sample}


def looped(setup: Setup, page: Page) -> dict[str, Sample]:
    """What people write on top of a client that answers one page."""
    if setup.work != REST:
        return {}
    framed(page(YEAR_MS))

    def run() -> None:
        framed([row for start in starts(setup, LOOPED) for row in page(start)])

    return {REST: timed(run, 1 / LOOPED)}


def framed(rows: list[Any]) -> object:
    """Rows of candles as a typed frame."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=COLUMNS).drop(columns="unused")
    numbers = [name for name in frame if name not in ("open_time", "close_time", "trades")]
    frame[numbers] = frame[numbers].astype(float)
    for name in ("open_time", "close_time"):
        frame[name] = pd.to_datetime(frame[name].astype("int64"), unit="ms", utc=True)
    return frame.set_index("open_time")


def connector(setup: Setup) -> dict[str, Sample]:
    """The deprecated official connector, a page after the other."""
    from binance.spot import Spot

    client = Spot(base_url=f"http://{setup.addresses['past']}")
    return looped(setup, lambda at: client.klines("BTCUSDT", "1m", startTime=at, limit=1000))


def sdk(setup: Setup) -> dict[str, Sample]:
    """The official SDK, a page after the other."""
    from binance_common.configuration import ConfigurationRestAPI
    from binance_sdk_spot.spot import Spot

    base = f"http://{setup.addresses['past']}"
    configuration = ConfigurationRestAPI(api_key="k", api_secret="s", base_path=base)
    rest = Spot(config_rest_api=configuration).rest_api
    return looped(setup, lambda at: rest.klines("BTCUSDT", "1m", start_time=at, limit=1000).data())


def ccxt_loop(setup: Setup) -> dict[str, Sample]:
    """A page after the other, its limiter off."""
    import ccxt

    client = ccxt.binance({"enableRateLimit": False})
    client.urls["api"]["public"] = f"http://{setup.addresses['past']}/api/v3"
    return looped(setup, lambda at: client.publicGetKlines(_asked(at)))


def ccxt_at_once(setup: Setup) -> dict[str, Sample]:
    """All 526 requests at once, its limiter off: more than Binance would take for long."""
    import ccxt.async_support

    if setup.work != REST:
        return {}
    import pandas  # noqa: F401

    async def run() -> None:
        client = ccxt.async_support.binance({"enableRateLimit": False})
        client.urls["api"]["public"] = f"http://{setup.addresses['past']}/api/v3"
        try:
            calls = [client.publicGetKlines(_asked(at)) for at in starts(setup)]
            framed([row for page in await asyncio.gather(*calls) for row in page])
        finally:
            await client.close()

    return {REST: timed(lambda: asyncio.run(run()))}


def _asked(at: int) -> dict[str, Any]:
    return {"symbol": "BTCUSDT", "interval": "1m", "startTime": at, "limit": 1000}


def polars(setup: Setup) -> dict[str, Sample]:
    """The archive's files, fetched side by side and read by polars' CSV reader; no checksums."""
    import polars as pl

    def read(body: bytes) -> Any:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            csv = archive.read(archive.namelist()[0])
        schema = dict.fromkeys(COLUMNS, pl.Float64) | dict.fromkeys(
            ("open_time", "close_time", "trades"), pl.Int64
        )
        return pl.read_csv(csv, has_header=False, schema=schema)

    return _from_zips(setup, lambda bodies: pl.concat(map(read, bodies)))


def pandas_zips(setup: Setup) -> dict[str, Sample]:
    """The same, read by pandas."""
    import pandas as pd

    def read(body: bytes) -> Any:
        return pd.read_csv(io.BytesIO(body), compression="zip", header=None, names=COLUMNS)

    return _from_zips(setup, lambda bodies: pd.concat(map(read, bodies)))


def _from_zips(setup: Setup, read: Callable[[Iterator[bytes]], object]) -> dict[str, Sample]:
    import urllib.request

    if setup.work != ARCHIVE:
        return {}
    base = f"http://{setup.addresses['past']}/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-"

    def fetch(month: int) -> bytes:
        body: bytes = urllib.request.urlopen(f"{base}{month:02}.zip", timeout=30).read()
        return body

    def run() -> None:
        with ThreadPoolExecutor(8) as pool:
            read(pool.map(fetch, range(1, 13)))

    return {ARCHIVE: timed(run)}


_MB, _MOST_MB = 1e-6, Goal(350, "units")
AREA = Area(
    name="history",
    about="a year of 1m candles, 525,600 rows, as a frame and to disk",
    works=(
        Work(
            REST,
            "s",
            scale=1.0,
            by="wall",
            goals=(Goal(1 / 3, "peer"), Goal(1.25 * EIGHT_AT_ONCE_S, "units")),
        ),
        Work(ARCHIVE, "s", scale=1.0, by="wall", goals=(Goal(1.5, "peer"),)),
        Work(MEMORY, "MB", scale=_MB, goals=(_MOST_MB,)),
        Work(KEEPING, "MB", scale=_MB, goals=(_MOST_MB,)),
    ),
    contestants=(
        Contestant("binance_lab", "ours", ours),
        Contestant("binance-connector, loop", "peer", connector, "connector"),
        Contestant("binance-sdk-spot, loop", "peer", sdk, "bench"),
        Contestant("ccxt, loop", "peer", ccxt_loop, "bench"),
        Contestant("ccxt, all at once", "peer", ccxt_at_once, "bench"),
        Contestant("polars", "peer", polars, "bench"),
        Contestant("pandas", "other", pandas_zips, "bench"),
    ),
    rounds=3,
    servers=("past",),
    alone=True,
)
