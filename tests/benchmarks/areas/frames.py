"""What it costs to make a frame of an answer's bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import payloads
from contest import Area, Contestant, Goal, Sample, Setup, Work, per_call

KLINES, INFO = "1,000 klines", "exchangeInfo, 2,500 symbols"
COLUMNS = (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "trades",
    "taker_buy_volume", "taker_buy_quote_volume", "unused",
)  # fmt: skip
Make = Callable[[bytes], object]


def measured(
    klines: Make | None, info: Make | None = None, *, info_count: int = 5
) -> Callable[[Setup], dict[str, Sample]]:
    """A contestant that makes something of both answers, or of one of them."""

    def run(setup: Setup) -> dict[str, Sample]:
        samples = {}
        if klines is not None:
            body = payloads.klines()
            samples[KLINES] = per_call(lambda: klines(body), setup.count(150))
        if info is not None:
            whole = payloads.exchange_info()
            samples[INFO] = per_call(lambda: info(whole), setup.count(info_count), batches=3)
        return samples

    return run


def ours_klines(body: bytes) -> object:
    """A typed frame with a UTC index."""
    from binance_lab.frames import klines_frame

    return klines_frame(body)


def ours_info(body: bytes) -> object:
    """A frame with the filters as columns."""
    from binance_lab.frames import symbols_frame

    return symbols_frame(body)


def idiom_klines(body: bytes) -> object:
    """What people write on top of a client that answers lists."""
    import pandas as pd

    frame = pd.DataFrame(json.loads(body), columns=COLUMNS).drop(columns="unused")
    numbers = [name for name in frame if name not in ("open_time", "close_time", "trades")]
    frame[numbers] = frame[numbers].astype(float)
    for name in ("open_time", "close_time"):
        frame[name] = pd.to_datetime(frame[name], unit="ms", utc=True)
    return frame.set_index("open_time")


def idiom_info(body: bytes) -> object:
    """A frame of symbols, with the filters that people look at as columns."""
    import pandas as pd

    rows = []
    for symbol in json.loads(body)["symbols"]:
        row = {key: value for key, value in symbol.items() if key != "filters"}
        for each in symbol["filters"]:
            kind = each["filterType"]
            row |= {f"{kind}.{key}": value for key, value in each.items() if key != "filterType"}
        rows.append(row)
    return pd.DataFrame(rows).set_index("symbol")


def ccxt_klines(body: bytes) -> object:
    """parse_ohlcvs, and a frame of that: six columns of the eleven."""
    import pandas as pd

    rows = _ccxt().parse_ohlcvs(json.loads(body), None, "1m")
    frame = pd.DataFrame(rows, columns=["time", "open", "high", "low", "close", "volume"])
    frame["time"] = pd.to_datetime(frame["time"], unit="ms", utc=True)
    return frame.set_index("time")


_made: list[Any] = []


def _ccxt() -> Any:
    import ccxt

    if not _made:
        _made.append(ccxt.binance())
    return _made[0]


def sdk_info(body: bytes) -> object:
    """The SDK's model of it, without a frame."""
    from binance_sdk_spot.rest_api.models import ExchangeInfoResponse

    return ExchangeInfoResponse.from_dict(json.loads(body))


def polars_klines(body: bytes) -> object:
    """polars over the decoded rows."""
    import orjson
    import polars as pl

    frame = pl.DataFrame(orjson.loads(body), schema=list(COLUMNS), orient="row").drop("unused")
    numbers = [name for name in frame.columns if name not in ("open_time", "close_time", "trades")]
    return frame.with_columns(
        pl.col(numbers).cast(pl.Float64),
        pl.col("open_time", "close_time").cast(pl.Datetime("ms", "UTC")),
    )


def decoded(body: bytes) -> object:
    """The floor: decoding alone."""
    import msgspec

    return msgspec.json.decode(body)


AREA = Area(
    name="frames",
    about="JSON bytes to a typed frame",
    works=(
        Work(KLINES, "ms CPU", scale=1e3, goals=(Goal(1 / 3.5, "peer"), Goal(2.3, "floor"))),
        Work(INFO, "ms CPU", scale=1e3),
    ),
    contestants=(
        Contestant("binance_lab", "ours", measured(ours_klines, ours_info)),
        Contestant("json + pandas", "peer", measured(idiom_klines, idiom_info), "bench"),
        Contestant("ccxt + pandas", "peer", measured(ccxt_klines), "bench"),
        Contestant("binance-sdk-spot", "peer", measured(None, sdk_info, info_count=1), "bench"),
        Contestant("orjson + polars", "other", measured(polars_klines), "bench"),
        Contestant("msgspec alone", "floor", measured(decoded, decoded)),
    ),
    rounds=5,
)
