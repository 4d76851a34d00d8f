"""Views: the live views of one environment, each made of its live objects."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from .connector.exceptions import BadInput
from .session import Session
from .wire.intervals import Interval, interval_of
from .wire.symbol_name import symbol_name

if TYPE_CHECKING:
    from ipywidgets import Button

    from .live import Tickers
    from .widgets.balances import Balances
    from .widgets.blotter import Blotter
    from .widgets.chart import CandleChart
    from .widgets.depth_chart import DepthChart
    from .widgets.depth_ladder import DepthLadder
    from .widgets.desk import Desk
    from .widgets.order_form import OrderForm
    from .widgets.picture import Engine
    from .widgets.precision import Precision
    from .widgets.status import StatusView
    from .widgets.tape import TapeView
    from .widgets.view import View
    from .widgets.watchlist import Watchlist

_WATCHED = 20  # symbols in a watchlist of all
_NAMED = 100  # symbols that one request names, at most
_TALL, _MIDDLE = 510, 415  # pixels: a chart as high as the ladder, or the tape, beside it

Shown = TypeVar("Shown", bound="View")
_labs: WeakSet[Views] = WeakSet()


class Views(Session):
    """A session that shows its live objects.

    A view is drawn in the browser, or with ``engine="matplotlib"`` as a picture, for where canvas
    views don't work. It follows its objects until its cell runs again, it is stopped, or the lab is closed; then
    it leaves its last picture in the notebook. In a notebook a cell that ends with a live object
    shows its view.
    """

    def _begun(self) -> None:
        self._precisions: dict[str, Precision] = {}
        _labs.add(self)
        _show_live_objects()

    def chart(
        self, symbol: str, interval: str = "1m", *, engine: Engine = "canvas", **settings: Any
    ) -> CandleChart:
        """A live candlestick chart with volume, averages, and where the account traded.

        Args:
            settings: averages, keep, height, name, rate of `binance_lab.widgets.CandleChart`.
        """
        from .widgets.chart import CandleChart

        candles = self.live.candles(symbol, interval_named(interval).name)
        return self._shown(
            CandleChart(
                candles,
                engine=engine,
                account=self.live.account() if self._keys else None,
                precision=self._precision(candles.symbol),
                environment=self.environment.name,
                **settings,
            )
        )

    def ladder(self, symbol: str, *, engine: Engine = "canvas", levels: int = 12) -> DepthLadder:
        """The live order book as a price ladder."""
        from .widgets.depth_ladder import DepthLadder

        book = self.live.book(symbol)
        return self._shown(
            DepthLadder(
                book,
                engine=engine,
                levels=levels,
                precision=self._precision(book.symbol),
                environment=self.environment.name,
            )
        )

    def depth_chart(
        self, symbol: str, *, engine: Engine = "canvas", levels: int = 80, height: int = 240
    ) -> DepthChart:
        """How much is bid down to a price and offered up to one, live; ``height`` in pixels."""
        from .widgets.depth_chart import DepthChart

        book = self.live.book(symbol)
        return self._shown(
            DepthChart(
                book,
                engine=engine,
                levels=levels,
                height=height,
                precision=self._precision(book.symbol),
                environment=self.environment.name,
            )
        )

    def tape(self, symbol: str, *, engine: Engine = "canvas") -> TapeView:
        """The latest trades, newest first, live."""
        from .widgets.tape import TapeView

        trades = self.live.trades(symbol)
        return self._shown(
            TapeView(
                trades,
                engine=engine,
                precision=self._precision(trades.symbol),
                environment=self.environment.name,
            )
        )

    def watchlist(self, symbols: str | Sequence[str], *, engine: Engine = "canvas") -> Watchlist:
        """Price, change, range and volume of symbols, live, with sparklines."""
        named = [symbols] if isinstance(symbols, str) else symbols
        symbols = [symbol_name(symbol) for symbol in named]
        tickers = self.live.tickers(symbols)
        return self._watchlist(tickers, symbols, engine=engine)

    def balances(self, *, engine: Engine = "canvas", quote: str = "USDT") -> Balances:
        """What the account holds and what it is worth in a quote asset, live.

        Raises:
            BadInput: Nothing can be valued in this quote asset.
        """
        from .frames.account import quote_asset, rate_symbols
        from .widgets.balances import Balances

        self._need_keys("see balances")
        account = self.live.account()
        traded = {row["symbol"] for row in self.client.ticker_price() if isinstance(row, dict)}
        held = [str(asset) for asset in account.frame().index]
        quote = quote_asset(quote, held, traded)
        priced = dict.fromkeys(s for asset in held for s in rate_symbols(asset, quote, traded))
        tickers = self.live.tickers(list(priced)) if priced else None
        return self._shown(
            Balances(
                account,
                engine=engine,
                tickers=tickers,
                quote=quote,
                environment=self.environment.name,
            )
        )

    def status(self, *, engine: Engine = "canvas") -> StatusView:
        """Every live object and connection: state, age of the last message, gaps."""
        from .widgets.status import StatusView

        where = self.environment.name
        return self._shown(StatusView(self.live, engine=engine, environment=where))

    def order_form(self, symbol: str) -> OrderForm:
        """A form that checks an order as it is typed, and places it on local and testnet."""
        from .widgets.order_form import OrderForm

        known = self.trading.rules(symbol).symbol  # an unknown one is told before a stream opens
        return self._shown(OrderForm(self.trading, known, book=self.live.book(known)))

    def blotter(self) -> Blotter:
        """This lab's orders, open and done, as they live."""
        from .widgets.blotter import Blotter

        return self._shown(Blotter(self.trading))

    def desk(self, symbol: str, interval: str = "1m", *, engine: Engine = "canvas") -> Desk:
        """Chart, ladder, tape and depth of a symbol; with a key also form, blotter and balances."""
        from .widgets.desk import Desk

        rows: list[list[View]] = [
            [
                self.chart(symbol, interval, engine=engine, height=_TALL),
                self.ladder(symbol, engine=engine),
            ],
            [
                self.depth_chart(symbol, engine=engine, height=_MIDDLE),
                self.tape(symbol, engine=engine),
            ],
        ]
        if self._keys:
            rows += [[self.order_form(symbol), self.balances(engine=engine)], [self.blotter()]]
        return self._shown(Desk([*rows, [self.status(engine=engine)]], subject=symbol))

    def owns(self, live: object) -> bool:
        """Whether this is the open lab's `live`, or one of the objects in it."""
        made = self._made.get("live") if self._finalizer.alive else None
        return made is not None and (live is made or any(live is one for one in made.objects))

    def view_of(self, live: object) -> View:
        """The view of one of `lab.live`'s objects: what a cell that ends with it shows.

        Raises:
            BadInput: There is none for such an object.
        """
        from .live import Account, Candles, Live, OrderBook, Tape, Tickers

        where = self.environment.name
        if isinstance(live, Candles):
            from .widgets.chart import CandleChart

            account = self.live.account() if self._keys else None
            precision = self._precision(live.symbol)
            return self._shown(
                CandleChart(live, account=account, precision=precision, environment=where)
            )
        if isinstance(live, OrderBook):
            from .widgets.depth_ladder import DepthLadder

            precision = self._precision(live.symbol)
            return self._shown(DepthLadder(live, precision=precision, environment=where))
        if isinstance(live, Tape):
            from .widgets.tape import TapeView

            precision = self._precision(live.symbol)
            return self._shown(TapeView(live, precision=precision, environment=where))
        if isinstance(live, Tickers):
            return self._watchlist(live, live.symbols or _busiest(live))
        if isinstance(live, Account):
            return self.balances()
        if isinstance(live, Live):
            return self.status()
        raise BadInput(f"There is no view of a {type(live).__name__}.")

    def _watchlist(
        self, tickers: Tickers, symbols: Sequence[str], *, engine: Engine = "canvas"
    ) -> Watchlist:
        """With the last day as sparklines, half an hour a point; a request for each symbol."""
        from .widgets.watchlist import Watchlist

        asked = list(dict.fromkeys(symbols))[:_WATCHED]
        history = {
            symbol: [float(row[4]) for row in self.client.klines(symbol, "30m", limit=48)]
            for symbol in asked
        }
        self._ask_precisions(asked)
        return self._shown(
            Watchlist(
                tickers,
                symbols,
                engine=engine,
                history=history,
                precision=self._precisions,
                environment=self.environment.name,
            )
        )

    def close_button(self) -> Button:
        """A button that closes this lab: for the end of a notebook that is run as a whole."""
        from ipywidgets import Button

        button = Button(description="Close the lab", icon="power-off")

        def close(_: object) -> None:
            button.disabled = True
            self.close()
            button.description = "Closed"

        button.on_click(close)
        return button

    def _precision(self, symbol: str) -> Precision | None:
        """The decimals of a symbol, by the exchange's rules of it."""
        self._ask_precisions([symbol])
        return self._precisions.get(symbol)

    def _ask_precisions(self, symbols: Sequence[str]) -> None:
        """Learn the decimals of those symbols of which they aren't known yet, in one request."""
        from .widgets.precision import Precision

        if unknown := [symbol for symbol in symbols if symbol not in self._precisions]:
            asked = unknown if len(unknown) <= _NAMED else None  # all of them, if they are many
            for info in self.client.exchange_info(symbols=asked)["symbols"]:
                self._precisions[info["symbol"]] = Precision.of(info)

    def _shown(self, view: Shown) -> Shown:
        """Let this view stop when the lab is closed, before the objects that it shows."""
        self._views.add(view)
        return view


def _busiest(tickers: Tickers) -> list[str]:
    """The symbols of most volume."""
    return tickers.frame()["quote_volume"].nlargest(_WATCHED).index.astype(str).tolist()


def interval_named(name: str) -> Interval:
    """The interval of this name.

    Raises:
        BadInput: There is none; the message lists those there are.
    """
    try:
        return interval_of(name)
    except ValueError as error:
        raise BadInput(str(error)) from None


_LIVE = ("account.Account", "candles.Candles", "hub.Live", "order_book.OrderBook", "tape.Tape",
         "trade_candles.TradeCandles", "tickers.Tickers")  # fmt: skip


def _show_live_objects() -> None:
    """Let a notebook's cell that ends with a live object show its view; a terminal its repr."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return
    formatter = shell.display_formatter.ipython_display_formatter
    for name in _LIVE:  # by name: nothing is imported before it is used
        formatter.for_type(f"binance_lab.live.{name}", _display)


def _display(live: Any) -> None:
    """Show the view of a live object; its repr if it is closed or of no open lab."""
    from IPython.display import display

    lab = next((lab for lab in _labs if lab.owns(live)), None)
    if lab is None:
        display({"text/plain": repr(live)}, raw=True)  # type: ignore[no-untyped-call]
    else:
        display(lab.view_of(live))  # type: ignore[no-untyped-call]
