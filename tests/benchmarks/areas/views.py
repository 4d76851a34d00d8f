"""What a frame of each live view costs the kernel, without a browser."""

from __future__ import annotations

import io
import itertools
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from contest import Area, Contestant, Goal, Sample, Setup, Work, per_call

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("chart", "ladder", "depth", "tape", "watchlist", "balances")
SYMBOLS = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT"]
SIZE = "canvas: the largest frame"
CANDLES, SIZE_INCHES, DPI = 300, (9.0, 4.2), 100
START_MS, MINUTE_MS = 1_754_000_000_000, 60_000


def _row(engine: str, name: str) -> str:
    return f"{engine}: {name}"


PICTURE = _row("matplotlib", "chart")


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


def _made() -> dict[str, tuple[Any, dict[str, Any], Callable[[], object]]]:
    """For each view beside the chart: its class with what it shows, and what moves that."""
    sys.path.insert(0, str(ROOT))
    from binance_lab.widgets import Balances, DepthChart, DepthLadder, TapeView, Watchlist
    from tests.browser.stand_ins import MovedAccount, MovedBook, MovedTape, MovedTickers

    book, tape, steps = MovedBook(levels=100), MovedTape(), itertools.count()
    tape.trade(*(61_000.0 + n for n in range(200)))
    account = MovedAccount(BTC=(1.0, 0.0), ETH=(30.0, 0.0), USDT=(1e5, 0.0))
    tickers = MovedTickers(**dict.fromkeys(SYMBOLS, 100.0))

    def price() -> float:
        return 61_000.0 + next(steps) % 500 / 4

    def prices() -> None:
        for name in SYMBOLS:
            tickers.price(name, price())

    return {
        "ladder": (DepthLadder, {"book": book}, lambda: book.price(price())),
        "depth": (DepthChart, {"book": book}, lambda: book.price(price())),
        "tape": (TapeView, {"tape": tape}, lambda: tape.trade(*(price() for _ in range(5)))),
        "watchlist": (Watchlist, {"tickers": tickers, "symbols": SYMBOLS}, prices),
        "balances": (
            Balances,
            {"account": account, "tickers": tickers},
            lambda: account.hold("BTC", next(steps) / 4),
        ),
    }


def ours(setup: Setup) -> dict[str, Sample]:
    """Each view with both engines, drawn by hand instead of by the refresher."""
    from binance_lab.widgets.chart import CandleChart

    candles = Candles()
    views = {"chart": (CandleChart, {"candles": candles}, candles.move), **_made()}
    samples: dict[str, Sample] = {}
    sizes = {}
    for name, (cls, shown, move) in views.items():
        for engine, count in (("canvas", 300), ("matplotlib", 60)):
            view = cls(**shown, engine=engine)
            samples[_row(engine, name)], sizes[engine, name] = _measure(
                view, move, setup.count(count)
            )
    largest = max(size for (engine, _), size in sizes.items() if engine == "canvas")
    return {**samples, SIZE: (0.0, largest)}


def _measure(view: Any, move: Callable[[], object], count: int) -> tuple[Sample, float]:
    """What a frame costs, and its bytes: of messages, or of a picture."""
    from binance_lab.widgets.refresh import refresher

    refresher().remove(view)
    refresher().shut_down()
    frames: list[int] = []

    def sent(content: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        frames.append(len(json.dumps(content)) + sum(map(len, buffers)))

    def frame() -> None:
        move()
        view.draw()

    view.surface.send = sent
    view.draw()  # everything
    frames.clear()
    return per_call(frame, count), statistics.mean(frames or [0])


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
    about="a frame of a live view, the chart's of 300 candles: the kernel's part",
    works=(
        *(
            Work(_row("canvas", name), "ms CPU", scale=1e3, goals=(Goal(3, "units"),))
            for name in NAMES
        ),
        Work(SIZE, "KB", scale=1e-3, by="wall", goals=(Goal(3, "units"),)),
        *(
            Work(_row("matplotlib", name), "ms CPU", scale=1e3, goals=(Goal(15, "units"),))
            for name in NAMES
        ),
    ),
    contestants=(
        Contestant("binance_lab", "ours", ours),
        Contestant("matplotlib, new figure", "peer", redrawn(anew=True)),
        Contestant("matplotlib, cleared", "peer", redrawn(anew=False)),
    ),
    rounds=3,
)
