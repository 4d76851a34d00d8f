"""Bars of a Dask DataFrame: the same as of a pandas one, a partition after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pandas as pd

Build: TypeAlias = Callable[[pd.DataFrame], tuple[pd.DataFrame, int]]
"""Makes bars of rows, and says at which row the last of them begins."""


def is_dask(frame: object) -> bool:
    """Whether a frame is one of Dask's; asking doesn't import it."""
    return type(frame).__module__.startswith("dask")


def bars_of(frame: Any, build: Build) -> Any:
    """The bars of a frame of either kind, each whole wherever partitions are cut.

    The rows of a partition's last bar go on to the next one, so that partitions are read side by
    side and built in order; a worker needs the memory of one partition and one bar.

    Raises:
        ValueError: A Dask DataFrame doesn't know its divisions, as one of several symbols.
    """
    if not is_dask(frame):
        return build(frame)[0]
    if not frame.known_divisions:
        raise ValueError(
            "Bars need the rows of one symbol, in order, and this Dask DataFrame doesn't know its "
            'divisions. Ask for one symbol: lab.history.dask("agg_trades", "BTCUSDT").'
        )
    import dask
    import dask.dataframe as dd

    step, finish = dask.delayed(_step, nout=2), dask.delayed(_finish)
    left: Any = frame._meta
    made = []
    for partition in frame.to_delayed():
        bars, left = step(left, partition, build)
        made.append(bars)
    made.append(finish(left, build))
    return dd.from_delayed(made, meta=build(frame._meta)[0], verify_meta=False)


def _step(
    left: pd.DataFrame, partition: pd.DataFrame, build: Build
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All bars but the last, and that one's rows."""
    rows = pd.concat([left, partition]) if len(left) else partition
    bars, last = build(rows)
    return bars.iloc[:-1], rows.iloc[last:]


def _finish(left: pd.DataFrame, build: Build) -> pd.DataFrame:
    return build(left)[0]
