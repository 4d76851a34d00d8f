"""Lab: the one object a notebook starts from."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack, overload

from .connector.exceptions import BadInput
from .connector.symbols import known_symbols
from .views import Views, interval_named
from .wire.caller import warn_once
from .wire.order_fields import OrderFields, with_order_fields
from .wire.symbol_name import symbol_name

if TYPE_CHECKING:
    import pandas as pd

    from .connector.endpoint import Endpoints
    from .frames import Numbers
    from .live import Recorder
    from .trading.check import Finding
    from .trading.lists import OrderList
    from .trading.order import Order
    from .trading.ticket import Ticket
    from .wire.types import Number

Time: TypeAlias = Any
"""A datetime, date, pandas Timestamp, ISO text or ms since 1970; without a zone it is UTC."""


_MOST_ROWS = 1000
_MOST_LEVELS = 5000  # of a side of the book


class Lab(Views):
    """Market data, live objects, views and orders of one environment of Binance Spot.

        lab = Lab()                                  # the embedded exchange: offline, no key
        lab.klines("BTCUSDT", "1h", start="2026-01-01")             # a DataFrame
        lab.chart("BTCUSDT", "1m")                                  # a live chart
        lab.place("BTCUSDT", "BUY", "MARKET", quantity="0.01")
        lab.close()

    | data, as DataFrames | `klines` `trades` `agg_trades` `depth` `tickers` `symbols` |
    | kept on disk | `lab.history.klines` `.trades` `.agg_trades` `.sync` `.sql` `.quality` |
    | the account | `account` `open_orders` `orders` `my_trades` |
    | live objects | `lab.live.candles` `.book` `.trades` `.tickers` `.account` `.status` |
    | views | `desk`: all at once; `chart` `ladder` `depth_chart` `tape` `watchlist` |
    | | `order_form` `blotter` `balances` `status` |
    | | `close_button`: stops it all; `view_of` a live object; `owns` says whose it is |
    | orders | `place` `amend` `cancel` `cancel_all` `check_order` `nearest_order` |
    | | more in `lab.trading`: order lists, `cancel_replace`, the journal |
    | streams to files | `record` |
    | below | `lab.client` (every REST call), `lab.endpoints("margin")` finds them |
    | | `lab.ws_api` `lab.streams`; `lab.environment`, `lab.exchange` say where it runs |
    | at the end | `close`, or ``with Lab() as lab:`` |

    Tables are pandas DataFrames with a UTC index, float64 numbers and columns in snake_case;
    ``frame.attrs`` says from where they are. Errors come from `binance_lab.connector.exceptions`,
    and say what to do next. More: README.md, and the notebooks that ``binance-lab lab`` opens.

    Args:
        environment: ``local``, ``testnet`` or ``live``; else what BINANCE_LAB_ENV says, else
            ``local``: an embedded exchange, started on a free port of this machine.
        url: A running embedded exchange, such as ``http://127.0.0.1:8000``.
        api_key, api_secret: Better not written in a notebook: see `binance_lab.connector.keys`.
        private_key: An RSA or Ed25519 key, PEM text or path, instead of api_secret.
        private_key_pass: Its pass phrase.
        allow_orders: Needed to place orders on ``live`` from code; forms never do.
        limits: What orders may be sent, such as ``Limits.of("testnet", max_order_value=500)`` of
            `binance_lab.trading`; the environment's defaults if None.
        seed: Of the embedded exchange's market, if one is started.
        data: Folder for `history`; BINANCE_LAB_DATA or the platform's data folder if None.
        logger: Takes the connector's log lines; ``logging.getLogger("binance_lab")`` if None.

    Raises:
        ConfigError: No such environment, or a key without its secret; a private key is read, and
            refused if it can't be, by what signs first.
    """

    # Market data.

    def klines(
        self,
        symbol: str | Sequence[str],
        interval: str = "1m",
        *,
        start: Time | None = None,
        end: Time | None = None,
        limit: int | None = None,
        numbers: Numbers = "float",
    ) -> pd.DataFrame:
        """Candles, oldest first; the columns of `klines_frame`, and ``closed`` (bool).

        A range that takes many requests is kept on disk, see `history`: the same call after
        ctrl-c, or tomorrow, fetches only what isn't there.

        Args:
            symbol: One; or a list, if there is a start, for a frame with a column ``symbol``.
            interval: 1s, 1m 3m 5m 15m 30m, 1h 2h 4h 6h 8h 12h, 1d 3d, 1w or 1M.
            start, end: Opening times, both included, any range; up to now without an end. Each is a
                moment: ``end="2026-10-31T23:59"`` has all of the day, ``"2026-10-31"`` its first candle.
            limit: The latest so many, where there is no start; 500 if not given, 1000 at most.
            numbers: ``decimal`` for exact prices and volumes.
        """
        from .frames import klines_frame
        from .history.history import closed

        period = interval_named(interval)
        if start is not None or not isinstance(symbol, str):
            _check_range(symbol, limit, start, end)
            return self.history.klines(
                symbol, period.name, start=start, end=end, numbers=numbers, keep=None
            )
        _need_limit(limit, more="; give a start for more")
        name = symbol_name(symbol)
        with known_symbols(self.client, name):
            body = self.client.with_raw_body.klines(
                name, period.name, endTime=_time_ms(end), limit=limit
            )
        frame = klines_frame(body, numbers=numbers, **self._origin(symbol, interval=period.name))
        frame["closed"] = closed(frame, int(self.client.clock.now_s() * 1000))
        return frame

    def trades(
        self,
        symbol: str | Sequence[str],
        *,
        start: Time | None = None,
        end: Time | None = None,
        limit: int | None = None,
        numbers: Numbers = "float",
    ) -> pd.DataFrame:
        """Trades, oldest first: the latest ``limit`` (500, at most 1000), or any range of time."""
        from .frames import trades_frame

        if start is not None or end is not None or not isinstance(symbol, str):
            _check_range(symbol, limit, start, end)
            return self.history.trades(symbol, start=start, end=end, numbers=numbers, keep=None)
        _need_limit(limit, more="; give a range of time for more")
        name = symbol_name(symbol)
        with known_symbols(self.client, name):
            body = self.client.with_raw_body.trades(name, limit=limit)
        return trades_frame(body, numbers=numbers, **self._origin(symbol))

    def agg_trades(
        self,
        symbol: str | Sequence[str],
        *,
        start: Time | None = None,
        end: Time | None = None,
        limit: int | None = None,
        numbers: Numbers = "float",
    ) -> pd.DataFrame:
        """Aggregate trades: what one order took at one price; else as `trades`."""
        from .frames import agg_trades_frame

        if start is not None or end is not None or not isinstance(symbol, str):
            _check_range(symbol, limit, start, end)
            return self.history.agg_trades(symbol, start=start, end=end, numbers=numbers, keep=None)
        _need_limit(limit, more="; give a range of time for more")
        name = symbol_name(symbol)
        with known_symbols(self.client, name):
            body = self.client.with_raw_body.agg_trades(name, limit=limit)
        return agg_trades_frame(body, numbers=numbers, **self._origin(symbol))

    def depth(
        self, symbol: str, *, limit: int | None = None, numbers: Numbers = "float"
    ) -> pd.DataFrame:
        """The order book now: ``limit`` levels a side, 100 if not given, 5000 at most."""
        from .frames import depth_frame

        _need_limit(limit, most=_MOST_LEVELS)
        name = symbol_name(symbol)
        with known_symbols(self.client, name):
            body = self.client.with_raw_body.depth(name, limit=limit)
        return depth_frame(body, numbers=numbers, **self._origin(symbol))

    def tickers(
        self, symbols: str | Sequence[str] | None = None, *, numbers: Numbers = "float"
    ) -> pd.DataFrame:
        """Price, change and volume of the last 24 hours, a row for each symbol (all if None)."""
        from .frames import tickers_frame

        symbols = [symbols] if isinstance(symbols, str) else symbols
        asked = None if symbols is None else [symbol_name(symbol) for symbol in symbols]
        with known_symbols(self.client, *(asked or ())):
            body = self.client.with_raw_body.ticker_24hr(symbols=asked)
        return tickers_frame(body, numbers=numbers, **self._origin())

    def symbols(self, *, numbers: Numbers = "float") -> pd.DataFrame:
        """What can be traded: a row for each symbol, its filters as columns."""
        from .frames import symbols_frame

        body = self.client.with_raw_body.exchange_info()
        return symbols_frame(body, numbers=numbers, **self._origin())

    # The account.

    def account(self, *, quote: str | None = None, numbers: Numbers = "float") -> pd.DataFrame:
        """Balances: a row for each asset that there is any of.

        Args:
            quote: An asset, such as USDT: a column ``value`` says what the balances are worth in it,
                by up to three symbols' last prices. A warning and ``frame.attrs["without_value"]``
                name the assets that no symbols join with it; their value is NaN.

        Raises:
            BadInput: Nothing can be valued in this quote asset.
        """
        self._need_keys("see the account")
        from .frames import balances_frame
        from .frames.account import quote_asset

        body = self.client.with_raw_body.account(omitZeroBalances=True)
        if quote is None:
            return balances_frame(body, numbers=numbers, **self._origin())
        prices = self._prices()
        held = list(balances_frame(body).index)
        quote = quote_asset(quote, held, prices)
        frame = balances_frame(body, prices=prices, quote=quote, numbers=numbers, **self._origin())
        if without := frame.attrs["without_value"]:
            warn_once(
                f"No symbols join these assets with {quote}, value is NaN: {', '.join(without)}."
            )
        return frame

    def open_orders(self, symbol: str | None = None, *, numbers: Numbers = "float") -> pd.DataFrame:
        """Orders that can still trade, of one symbol or of all."""
        self._need_keys("see orders")
        from .frames import orders_frame

        body = self.client.with_raw_body.get_open_orders(symbol=symbol and symbol_name(symbol))
        return orders_frame(body, numbers=numbers, **self._origin(symbol))

    def orders(
        self, symbol: str, *, limit: int | None = None, numbers: Numbers = "float"
    ) -> pd.DataFrame:
        """The latest orders of a symbol, open and done: 500 if not given, 1000 at most."""
        self._need_keys("see orders")
        from .frames import orders_frame

        _need_limit(limit)
        body = self.client.with_raw_body.get_orders(symbol_name(symbol), limit=limit)
        return orders_frame(body, numbers=numbers, **self._origin(symbol))

    def my_trades(
        self,
        symbol: str,
        *,
        limit: int | None = None,
        pnl: Literal["average", "fifo"] | None = None,
        numbers: Numbers = "float",
    ) -> pd.DataFrame:
        """The account's latest trades of a symbol, with their commissions.

        Args:
            pnl: Adds fee, position, its cost and the realised profit of these trades, by average
                cost or by what was bought first: see `with_pnl`. Fees in a third asset count at
                its last price.
        """
        self._need_keys("see trades")
        from .frames import my_trades_frame, with_pnl
        from .frames.account import rate

        _need_limit(limit)
        body = self.client.with_raw_body.my_trades(symbol_name(symbol), limit=limit)
        frame = my_trades_frame(body, numbers=numbers, **self._origin(symbol))
        if pnl is None:
            return frame
        [about] = self.client.exchange_info(symbol=symbol_name(symbol))["symbols"]
        base, quote = about["baseAsset"], about["quoteAsset"]
        prices = {}
        if others := set(frame["commission_asset"]) - {base, quote}:
            known = self._prices()
            rates = {asset: rate(asset, quote, known) for asset in others}
            prices = {asset: worth for asset, worth in rates.items() if worth is not None}
        return with_pnl(frame, base=base, quote=quote, method=pnl, prices=prices)

    # Orders.

    @with_order_fields
    def place(
        self,
        symbol: str,
        side: str,
        type: str,  # noqa: A002
        *,
        once: str | None = None,
        check: bool = True,
        **fields: Unpack[OrderFields],
    ) -> Order:
        """Place an order and return it as an object that lives: ``order.wait()``.

        Args:
            once: A name of your own, under which it is placed only once, however often the cell runs.
            check: Look at the symbol's filters first, and send nothing that breaks one.
            fields: quantity, price and what else the type needs, see
                `binance_lab.trading.OrderFields` and `binance_lab.trading.Trading.place`.

        Raises:
            OrderRefused: A limit or the environment forbids it; nothing was sent.
            ApiError: The exchange refused it.
        """
        return self.trading.place(symbol, side, type, once=once, check=check, **fields)

    def amend(self, order: Order | str | int, quantity: Number) -> Order:
        """Reduce an order's quantity to this; it keeps its place in the queue.

        For another price there is ``lab.trading.cancel_replace(order, price=…)``.

        Raises:
            BadInput, OrderRefused: As `binance_lab.trading.Trading.amend`; nothing was sent.
            OrderRejected: The exchange refused it.
        """
        return self.trading.amend(order, quantity)

    @overload
    def cancel(self, order: OrderList) -> OrderList: ...

    @overload
    def cancel(self, order: Order | str | int) -> Order: ...

    def cancel(self, order: Order | OrderList | str | int) -> Order | OrderList:
        """Cancel an order, or an order list; returns it once the exchange has answered.

        Args:
            order: What ``place`` or ``trading.place_list`` answered, or an order's id.
        """
        return self.trading.cancel(order)

    def cancel_all(self, symbol: str | None = None) -> list[Order]:
        """Cancel every open order, of one symbol or of all."""
        return self.trading.cancel_all(symbol)

    @with_order_fields
    def check_order(
        self,
        symbol: str,
        side: str,
        type: str,  # noqa: A002
        **fields: Unpack[OrderFields],
    ) -> list[Finding]:
        """What the exchange would object to; empty if nothing.  Sends no order."""
        return self.trading.check_order(symbol, side, type, **fields)

    @with_order_fields
    def nearest_order(
        self,
        symbol: str,
        side: str,
        type: str,  # noqa: A002
        **fields: Unpack[OrderFields],
    ) -> Ticket:
        """The nearest order that the exchange would accept."""
        return self.trading.nearest_order(symbol, side, type, **fields)

    # Recording.

    def record(self, streams: str | Sequence[str], folder: str | os.PathLike[str]) -> Recorder:
        """Record streams to capture files until what is returned, or the lab, is closed.

            with lab.record(["btcusdt@trade", "btcusdt@depth@100ms"], "captures/") as recorder:
                ...
            Replay(*recorder.paths)          # of binance_lab.live: through live objects again

        A file for each symbol, a ``.json`` beside it that says what is in it; order books begin
        with a snapshot. Other sizes and endings: `binance_lab.live.Recorder`.

        Args:
            streams: Names as Binance has them, symbols in either case; or one alone.
            folder: Made if it isn't there.

        Raises:
            BadInput: A name is none of a stream, which would stay silent forever.
        """
        from .live import Recorder
        from .live.recorder import stream_names

        streams = stream_names(streams)
        for symbol in {name.partition("@")[0] for name in streams if not name.startswith("!")}:
            name = symbol_name(symbol)
            with known_symbols(self.client, name):
                self.client.ticker_price(name)
        about = {"environment": self.environment.name}
        recorder = Recorder(
            self.streams, streams, os.fspath(folder), client=self.client, about=about
        )
        return self._opened(recorder)

    def endpoints(self, search: str = "") -> Endpoints:
        """REST calls of ``lab.client`` whose name, path or summary has these words."""
        return self.client.endpoints(search)

    def _prices(self) -> dict[str, str]:
        """The last price of every symbol."""
        rows: Any = self.client.ticker_price()
        return {row["symbol"]: row["price"] for row in rows}

    def _origin(self, symbol: str | None = None, **more: str) -> dict[str, Any]:
        """What frame.attrs says: symbol, environment, host, and when it was asked."""
        origin = {"symbol": symbol_name(symbol), **more} if symbol else dict(more)
        return origin | {
            "environment": self.environment.name,
            "source": self.client.base_url,
            "fetched_ms": int(time.time() * 1000),
        }


def _check_range(
    symbol: str | Sequence[str], limit: int | None, start: Time | None, end: Time | None
) -> None:
    """Refuse what the history can't be asked for: no range of time, or a limit besides."""
    from .history.request import symbols_of

    symbols_of(symbol)
    if start is None and end is None:
        raise BadInput(
            'A list of symbols needs a range of time: start="2026-01-01", for example. The latest rows, '
            "by limit, are there for one symbol at a time."
        )
    if limit is not None:
        raise BadInput("limit and a range of time can't be combined; leave one out.")


def _need_limit(limit: Any, *, most: int = _MOST_ROWS, more: str = "") -> None:
    """The exchange answers a larger limit with fewer rows than asked for, and says nothing."""
    if limit is None:
        return
    if isinstance(limit, bool) or not isinstance(limit, Integral) or int(limit) < 1:
        raise BadInput(f"limit={limit!r} can't be: it is a whole number from 1 to {most}.")
    if int(limit) > most:
        raise BadInput(f"limit={limit} is too many: {most} at most at once{more}.")


def _time_ms(time: Time | None) -> int | None:
    from .history.request import time_ms

    return None if time is None else time_ms(time)
