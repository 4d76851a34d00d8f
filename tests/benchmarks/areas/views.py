"""What a frame of a live chart costs the kernel, without a browser."""

from __future__ import annotations

import io
from typing import Any

from contest import Area, Contestant, Goal, Sample, Setup, Work, per_call

CANVAS, PICTURE = "canvas chart, a moved candle", "matplotlib chart, a moved candle"
CANDLES, SIZE_INCHES, DPI = 300, (9.0, 4.2), 100
START_MS, MINUTE_MS = 1_754_000_000_000, 60_000


class Candles:
    """Live candles that are moved by hand."""

    symbol, interval, state, error = "BTCUSDT", "1m", "live", None
    last_message_age_s = 0.0

    def __init__(self) -> None:
        import numpy as np
        import pandas as pd

        chance = np.random.default_rng(3)
        close = (61_000 + np.cumsum(chance.normal(0, 20, CANDLES))).round(2)
        opened = np.concatenate([close[:1], close[:-1]])
        self.frame = pd.DataFrame(
            {
                "open": opened,
                "high": np.maximum(opened, close) + 5,
                "low": np.minimum(opened, close) - 5,
                "close": close,
                "volume": chance.random(CANDLES) * 30,
            },
            index=pd.date_range("2025-08-01", periods=CANDLES, freq="min", tz="UTC"),
        )
        self.version = 1
        self._steps = chance.normal(0, 4, 10_000).round(2)

    def since(self, version: int) -> Any:
        """All candles for who has seen none, else the newest."""
        return self.frame if version == 0 else self.frame.tail(1)

    def on_change(self, callback: object) -> Any:
        """Nobody is told: the benchmark draws when it wants to."""
        return lambda: None

    def move(self) -> None:
        """The newest candle closes elsewhere."""
        self.version += 1
        last = self.frame.index[-1]
        step = self._steps[self.version % len(self._steps)]
        self.frame.at[last, "close"] += step


def ours(setup: Setup) -> dict[str, Sample]:
    """The chart with both engines, drawn by hand instead of by the refresher."""
    from binance_lab.widgets.chart import CandleChart
    from binance_lab.widgets.refresh import refresher

    samples = {}
    for name, engine, count in ((CANVAS, "canvas", 300), (PICTURE, "matplotlib", 60)):
        candles = Candles()
        chart = CandleChart(candles, engine=engine)  # type: ignore[arg-type]
        refresher().remove(chart)

        def frame(chart: CandleChart = chart, candles: Candles = candles) -> None:
            candles.move()
            chart.draw()

        samples[name] = per_call(frame, setup.count(count))
    refresher().shut_down()
    return samples


def redrawn(*, anew: bool) -> Any:
    """What people do: a figure for each frame, or one that is cleared and drawn again."""

    def run(setup: Setup) -> dict[str, Sample]:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        candles = Candles()
        kept = Figure(figsize=SIZE_INCHES, dpi=DPI)
        FigureCanvasAgg(kept)

        def frame() -> None:
            candles.move()
            figure = Figure(figsize=SIZE_INCHES, dpi=DPI) if anew else kept
            figure.clear()
            _draw(figure.add_subplot(), candles.since(0))
            figure.savefig(io.BytesIO(), format="png")

        return {PICTURE: per_call(frame, setup.count(5), batches=2)}

    return run


def _draw(axes: Any, frame: Any) -> None:
    """Candles as bars and lines, the way recipes have it."""
    colors = ["#26a69a" if up else "#ef5350" for up in frame["close"] >= frame["open"]]
    axes.vlines(frame.index, frame["low"], frame["high"], colors=colors, linewidth=1)
    height = (frame["close"] - frame["open"]).abs()
    bottom = frame[["open", "close"]].min(axis=1)
    axes.bar(frame.index, height, bottom=bottom, color=colors, width=0.0005)


AREA = Area(
    name="views",
    about="a frame of a live chart of 300 candles: the kernel's part",
    works=(
        Work(CANVAS, "ms CPU", scale=1e3, goals=(Goal(3, "units"),)),
        Work(PICTURE, "ms CPU", scale=1e3, goals=(Goal(15, "units"),)),
    ),
    contestants=(
        Contestant("binance_lab", "ours", ours),
        Contestant("matplotlib, new figure", "peer", redrawn(anew=True)),
        Contestant("matplotlib, cleared", "peer", redrawn(anew=False)),
    ),
    rounds=3,
)
