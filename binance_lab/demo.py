"""The verb ``demo``: what a Lab does, in a terminal, against the embedded exchange.

Frames, a live stream, a chart as a picture, an order filled: each step prints what it got.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from .connector.exceptions import BadInput, BookOutOfSync, RequestError
from .connector.symbols import symbol_info
from .frames import plot_candles
from .history.paging import ProgressBar
from .lab import Lab
from .widgets.precision import Precision
from .wire.symbol_name import symbol_name
from .wire.words import counted

if TYPE_CHECKING:
    from .live import OrderBook
    from .trading.order import Order

_STREAM_TIMEOUT_S = 30
_FILL_TIMEOUT_S = 15
_SHOWN = ["open", "high", "low", "close", "volume", "trades"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``binance-lab demo``."""
    parser.add_argument("--symbol", default="BTCUSDT", help="what to look at and buy")
    parser.add_argument("--seconds", type=float, default=20, help="how long to stream")
    parser.add_argument("--out", type=Path, default=Path("demo.png"), help="where the chart goes")
    parser.add_argument("--seed", type=int, default=1, help="seed of the exchange's market")


def run(args: argparse.Namespace) -> int:
    """Do each step; 0 if the order was filled.

    Raises:
        BadInput: The chart can't go where it shall, or there is no such symbol.
    """
    symbol = symbol_name(args.symbol)
    if not args.out.absolute().parent.is_dir():
        raise BadInput(f"The chart can't go to {args.out}: there is no such folder.")
    with Lab("local", seed=args.seed) as lab:
        about = symbol_info(lab.client, symbol)
        print(f"{lab}\n")
        history(lab, symbol)
        stream(lab, symbol, args.seconds, Precision.of(about).price.count)
        chart(lab, symbol, args.out)
        order = buy(lab, symbol)
        print(lab.account().to_string(), "\n")
    print(f"Done: {order!r}, chart in {args.out}.")
    return 0


def history(lab: Lab, symbol: str) -> None:
    """Two weeks of hourly candles as a frame."""
    start = pd.Timestamp.now("UTC") - pd.Timedelta(days=14)
    candles = lab.klines(symbol, "1h", start=start)
    print(f"1. History: {len(candles)} hourly candles of {symbol}, the last three:")
    print(candles[_SHOWN].tail(3).to_string(), "\n")


def stream(lab: Lab, symbol: str, seconds: float, decimals: int) -> None:
    """Trades, candles and the book, live, each kept by a background thread.

    Args:
        decimals: Of the prices that are printed.
    """
    tape, book = lab.live.trades(symbol), lab.live.book(symbol)
    lab.live.candles(symbol, "1m")
    print(f"2. Live: {seconds:.0f} s of trades and depth")
    book.wait(timeout=_STREAM_TIMEOUT_S)
    tape.wait(timeout=_STREAM_TIMEOUT_S)
    ends = time.monotonic() + seconds
    with ProgressBar(
        total=seconds, bar_format="   {percentage:3.0f}% {bar:20} {desc}", leave=False
    ) as bar:
        while (left := ends - time.monotonic()) > 0:
            bar.n = seconds - left
            bar.set_description_str(f"{counted(tape.count, 'trade')}, {best(book, decimals)}")
            time.sleep(min(0.2, left))
    missed = "none missed" if tape.complete else f"some missed: {tape.gaps}"
    print(f"   {counted(tape.count, 'trade')}, {missed}; {best(book, decimals)}")
    print(tape.frame().tail(3).to_string(), "\n")


def best(book: OrderBook, decimals: int) -> str:
    """The best bid and ask in a line, or why there are none."""
    try:
        top = book.top(1)
    except BookOutOfSync:
        return f"the book is {book.state}"
    prices = [f"{side[0][0]:.{decimals}f}" if side else "-" for side in top]
    return "bid {}, ask {}".format(*prices)


def chart(lab: Lab, symbol: str, out: Path) -> None:
    """The live candles as a picture."""
    candles = lab.live.candles(symbol, "1m").frame()
    plot_candles(candles.tail(120), title=f"{symbol} 1m").savefig(out, dpi=120)
    print(f"3. Chart: {out} ({out.stat().st_size:,} bytes)\n")


def buy(lab: Lab, symbol: str) -> Order:
    """A limit order just through the best ask; it fills at once.

    Raises:
        RequestError: It wasn't filled in time.
    """
    ask = lab.live.book(symbol).best_ask
    if ask is None:
        raise RequestError(f"Nobody sells {symbol} now; try again or another --symbol.")
    ticket = lab.nearest_order(symbol, "BUY", "LIMIT", quantity="0.01", price=ask.price * 1.001)
    print(f"4. Order: {ticket}")
    order = lab.trading.send(ticket)
    if order.wait("FILLED", timeout=_FILL_TIMEOUT_S).status != "FILLED":
        raise RequestError(f"The order wasn't filled within {_FILL_TIMEOUT_S} s: {order!r}")
    print(f"   {order!r}\n")
    return order
