"""TradeCandles: candles made here of the trades of a tape, changed with each trade."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from binance_lab.connector.exceptions import StreamError
from binance_lab.frames.bars import of_trades
from binance_lab.frames.columns import time_us
from binance_lab.frames.klines import COLUMNS

from .base import LiveState
from .candles import US, Candles, Row
from .ledger import Gap
from .runtime import Runtime
from .sources import REST, STREAM
from .tape import Tape

if TYPE_CHECKING:
    from binance_lab.connector.spot import Spot

_log = logging.getLogger("binance_lab.live")


class TradeCandles(Candles):
    """Candles made of a tape's trades, so that they change with each of them.

    History comes by REST as with `Candles`; the candle in which the tape began is fetched when
    it is closed. A candle is closed by the first trade after it. What fills a hole of the tape
    is counted in; a candle of which the tape has dropped trades since is fetched instead, and is
    in `gaps` until then.

    They have the tape's lock: candles and trades change together, and are read as of one moment.

    Args:
        tape: The trades; it goes on for itself, and is not closed with the candles.
    """

    def __init__(
        self,
        tape: Tape,
        interval: str = "1m",
        *,
        client: Spot | None = None,
        runtime: Runtime | None = None,
        history: int = 500,
    ) -> None:
        super().__init__(tape.symbol, interval, client=client, runtime=runtime, history=history)
        self.streams = ()
        self._tape = tape
        self._share_lock(tape)
        self._first_us: int | None = None  # open time of the candle in which the tape began
        self._row: Row = {}
        self._unsure: Gap | None = None  # that candle, if it lacks trades; fetched when it closes
        self._next_us = 0  # when the candle after it opens

    @property
    def state(self) -> LiveState:
        """How it is with what `frame` would show: no better than with the tape's trades."""
        state, trades = super().state, self._tape.state
        if state in ("stopped", "error"):
            return state
        if trades in ("stopped", "error"):
            return "error"
        return trades if state == "live" else state

    def wait_live(self, timeout: float = 10.0) -> bool:
        """Wait until it is live, and so are the tape's trades; False as of any live object."""
        ends_s = time.monotonic() + timeout
        self._tape.wait_live(timeout)
        return super().wait_live(max(0.0, ends_s - time.monotonic()))

    @property
    def error(self) -> Exception | None:
        """The latest thing that went wrong, with the tape's trades too; None if nothing did."""
        if self._error is None and self._tape.state == "stopped" and not self._stopped:
            return StreamError(f"{self.subject}: the trades that they are made of were closed")
        return self._error or self._tape.error

    @property
    def complete(self) -> bool:
        """Whether no trade is missing in the candles, and no candle."""
        return self._tape.complete and super().complete

    def start(self) -> None:
        """Take the trades that the tape holds and follow it; fetch the history."""
        self._runtime.apply(self._begin)
        super().start()

    def _begin(self) -> None:
        with self._lock:  # no trade comes in between
            self.at_close(self._tape.listen(self._hear))
            self._change(lambda: self._remake(0, 0))

    def _hear(self, trades: Sequence[Any], between: bool) -> None:
        """Trades of the tape, on the applying thread."""
        self.last_message_ns = self._tape.last_message_ns
        self.received += len(trades)
        self._taken += len(trades)
        try:
            self._change(lambda: self._add_all(trades, between))
        except Exception as error:  # the tape, on whose thread this is, goes on without us
            _log.exception("candles of trades failed")
            self._failed(error, fatal=True)

    def _add_all(self, trades: Sequence[Any], between: bool) -> Sequence[Any]:
        times = [time_us(trade.time) for trade in trades]
        if between or not self._row or min(times) < self._row["open_time"]:
            return self._remake(min(times), max(times))
        changed = [self._row]
        for trade, at_us in zip(trades, times, strict=True):
            if at_us >= self._next_us:
                changed += self._go_on(at_us)
            _add(self._row, trade)
        return self._keep(changed)

    def _go_on(self, at_us: int) -> list[Row]:
        """Close the candle, and begin those up to a time; all but the last have no trade."""
        begun = []
        while at_us >= self._next_us:
            self._row["closed"] = True
            self._begin_candle(self._next_us, self._row["close"])
            begun.append(self._row)
        return begun

    def _begin_candle(self, open_us: int, price: float) -> None:
        self._next_us = self._after_us(open_us)
        self._row = {
            "open_time": open_us,
            **dict.fromkeys(("open", "high", "low", "close"), price),
            **dict.fromkeys(COLUMNS[4:], 0.0),
            "close_time": self._next_us - US,
            "trades": 0,
            "closed": False,
            "source": STREAM,
        }

    def _remake(self, from_us: int, last_us: int) -> Sequence[Any]:
        """Make the candles anew from a time on, of the trades that the tape holds.

        A candle of which it has dropped some stays as it is; it is noted as a hole if something
        changed up to `last_us` changes it.
        """
        from_us = max(self._open_us(from_us), self._first_us or 0)
        whole_us = from_us
        if self._row and (kept_us := self._tape.kept_from_us) >= from_us:
            whole_us = self._after_us(kept_us)
        names = ("time", "price", "qty", "buyer_is_maker")
        times, price, qty, maker = self._tape.arrays(names, from_time_us=whole_us)
        if whole_us > from_us:
            held_us = self._open_us(times[0].item()) if len(times) else self._next_us
            self._doubt(from_us, min(held_us, self._changed_until_us(last_us)))
        if not len(times):
            return ()
        made = of_trades(times, price, qty, maker, self._interval)
        columns = ("open_time", *COLUMNS)
        lists = zip(*(made[name].tolist() for name in columns), strict=True)
        rows: list[Row] = [dict(zip(columns, values, strict=True)) for values in lists]
        for row in rows:
            row |= {"closed": True, "source": STREAM}
        self._row = rows[-1]
        self._row["closed"] = False
        self._next_us = self._after_us(self._row["open_time"])
        first = self._first_us is None
        if first:
            self._first_us = rows[0]["open_time"]
        kept = self._keep(rows)
        if first and self._loaded:
            self._check_all()  # time may have passed between the history and the first trade
        return kept

    def _doubt(self, from_us: int, until_us: int) -> None:
        """Note as a hole the candles between two times; the one that isn't closed is for later."""
        while from_us < until_us and self.ledger.misses(from_us // US):
            from_us = self._after_us(from_us)
        open_us = self._row["open_time"]
        if from_us < (closed_us := min(open_us, until_us)):
            self._note(from_us // US, closed_us // US - 1)
        if open_us < until_us and not self.ledger.misses(open_us // US):
            self._unsure = self.ledger.note(open_us // US, self._next_us // US - 1)

    def _changed_until_us(self, time_us: int) -> int:
        """Up to where a trade of a time changes candles: its own, and those without trades after."""
        opens = self._rows.column("open_time")
        later = opens[(opens > time_us) & (self._rows.column("trades") > 0)]
        return int(later[0]) if len(later) else self._next_us

    def _open_us(self, time_us: int) -> int:
        """When the candle of a time opens."""
        return self._interval.open_time(time_us // US) * US

    def _after_us(self, time_us: int) -> int:
        """When the candle after that of a time opens."""
        return self._interval.next_open_time(time_us // US) * US

    def _keep(self, rows: list[Row]) -> list[Any]:
        """Put candles that are made into the rows, each over what was there."""
        for row in rows:
            open_us = row["open_time"]
            newest = self._rows.last("open_time") if len(self._rows) else -1
            if open_us > newest:
                self._append(row)
            elif not self._rows.has(open_us):
                self._insert([row])
            elif self._rows.column("source")[at := self._rows.find(open_us)] != REST:
                self._rows.update(at, self._numbered(row))  # REST tells candles whole
            if row["closed"] and open_us == self._first_us:
                self._complete_first(row)
        if self._unsure is not None and self._unsure.last < self._row["open_time"] // US:
            self._ask_for(self._unsure)
            self._unsure = None
        return [self._candle(row) for row in rows]

    def _complete_first(self, row: Row) -> None:
        """Fetch the candle in which the tape began: its trades before that are missing."""
        open_ms = row["open_time"] // US
        fetched = self._rows.column("source")[self._rows.find(row["open_time"])] == REST
        if not (fetched or self.ledger.misses(open_ms)):
            self._note(open_ms, row["close_time"] // US)

    def _load(self, rows: list[Row]) -> list[Any]:
        """Take the history up to where the tape's candles begin."""
        before_us = rows[-1]["open_time"] if rows and self._first_us is None else self._first_us
        return super()._load([row for row in rows if row["open_time"] < (before_us or 0)])


def _add(row: Row, trade: Any) -> None:
    price, qty = trade.price, trade.qty
    if not row["trades"]:
        row["open"] = row["high"] = row["low"] = price
    row["high"] = max(row["high"], price)
    row["low"] = min(row["low"], price)
    row["close"] = price
    row["trades"] += 1
    row["volume"] += qty
    row["quote_volume"] += price * qty
    if not trade.buyer_is_maker:
        row["taker_buy_volume"] += qty
        row["taker_buy_quote_volume"] += price * qty
