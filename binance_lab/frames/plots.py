"""Pictures of frames: matplotlib Figures that no window and no pyplot state belongs to."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

UP, DOWN = "#0a9f7a", "#d64550"
_SIZE = (9.0, 5.0)
_BODY = 0.7  # of the time that a candle stands for


class Plot(Figure):
    """A figure that a notebook shows as a picture, whether or not pyplot was imported."""

    def _repr_png_(self) -> bytes:
        png = io.BytesIO()
        self.savefig(png, format="png")
        return png.getvalue()


def plot_candles(
    candles: pd.DataFrame,
    *,
    volume: bool = True,
    title: str | None = None,
    figsize: tuple[float, float] = _SIZE,
    dpi: float = 100,
) -> Figure:
    """Candles, green where the close isn't below the open, and volumes below.

    Those that aren't ``closed`` are hollow.

    Args:
        candles: Of `klines_frame`.
        volume: Whether volumes are drawn; they need the column ``volume``.
        title: What the frame says of symbol and interval, if not given.
    """
    figure = Plot(figsize=figsize, dpi=dpi, layout="constrained")
    with_volume = volume and "volume" in candles
    heights = [4, 1] if with_volume else [1]
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    at = _dates(candles.index)
    width = _BODY * float(np.median(np.diff(at))) if len(at) > 1 else _BODY / 1440
    prices = {name: candles[name].to_numpy(float) for name in ("open", "high", "low", "close")}
    colors = np.where(prices["close"] >= prices["open"], UP, DOWN)
    whole = candles["closed"].to_numpy(bool) if "closed" in candles else np.ones(len(at), bool)
    faces = [color if filled else "none" for color, filled in zip(colors, whole, strict=True)]
    _draw_candles(axes[0], at, width, prices, colors, faces)
    axes[0].set_title(_title(candles) if title is None else title)
    axes[0].set_ylabel("price")
    if with_volume:
        volumes = candles["volume"].to_numpy(float)
        axes[1].bar(at, volumes, width, color=faces, edgecolor=colors)
        axes[1].set_ylabel("volume")
    _time_axis(axes[-1])
    return figure


def _draw_candles(
    axes: Axes, at: Any, width: float, prices: dict[str, Any], colors: Any, faces: list[str]
) -> None:
    """All wicks and all bodies as one artist each: a thousand candles take no longer than one."""
    wicks = np.stack((np.stack((at, prices["low"]), 1), np.stack((at, prices["high"]), 1)), 1)
    axes.add_collection(LineCollection(list(wicks), colors=colors, linewidths=1))
    left, right = at - width / 2, at + width / 2
    bottom, top = prices["open"], prices["close"]
    corners = ((left, bottom), (left, top), (right, top), (right, bottom))
    bodies = np.stack([np.stack(corner, 1) for corner in corners], 1)
    axes.add_collection(PolyCollection(list(bodies), facecolors=faces, edgecolors=colors))
    axes.autoscale_view()


def plot_depth(
    depth: pd.DataFrame,
    *,
    title: str | None = None,
    figsize: tuple[float, float] = _SIZE,
    dpi: float = 100,
) -> Figure:
    """An order book: how much is bid down to a price, and offered up to one.

    Args:
        depth: Of `depth_frame`, or of a live book.
        title: What the frame says of its symbol, if not given.
    """
    figure = Plot(figsize=figsize, dpi=dpi, layout="constrained")
    axes = figure.subplots()
    for side, color in (("bid", UP), ("ask", DOWN)):
        levels = depth[depth["side"] == side]
        price, total = levels["price"].to_numpy(float), levels["total"].to_numpy(float)
        axes.fill_between(price, total, step="post", color=color, alpha=0.3)
        axes.step(price, total, where="post", color=color, label=f"{side}s")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("price")
    axes.set_ylabel("total amount")
    axes.legend(loc="upper center")
    axes.set_title(_title(depth) if title is None else title)
    return figure


def plot_trades(
    trades: pd.DataFrame,
    *,
    title: str | None = None,
    figsize: tuple[float, float] = _SIZE,
    dpi: float = 100,
) -> Figure:
    """Trades: a dot each, green where the taker bought, larger for larger amounts.

    Args:
        trades: Of `trades_frame`, `agg_trades_frame` or of a live tape.
        title: What the frame says of its symbol, if not given.
    """
    figure = Plot(figsize=figsize, dpi=dpi, layout="constrained")
    axes = figure.subplots()
    price, qty = trades["price"].to_numpy(float), trades["qty"].to_numpy(float)
    at = _dates(trades.index)
    largest = qty.max() if len(qty) else 1.0
    sizes = 4 + 120 * qty / largest
    colors = np.where(trades["buyer_is_maker"].to_numpy(bool), DOWN, UP)
    axes.plot(at, price, color="0.7", linewidth=0.8, zorder=1)
    axes.scatter(at, price, s=sizes, c=colors, alpha=0.6, linewidths=0, zorder=2)
    axes.set_ylabel("price")
    axes.set_title(_title(trades) if title is None else title)
    _time_axis(axes)
    return figure


def _dates(index: pd.Index) -> Any:
    return date2num(pd.DatetimeIndex(index).tz_localize(None).to_numpy())  # type: ignore[no-untyped-call]


def _time_axis(axes: Axes) -> None:
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _title(frame: pd.DataFrame) -> str:
    return " ".join(
        str(frame.attrs[name]) for name in ("symbol", "interval") if name in frame.attrs
    )
