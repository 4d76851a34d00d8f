"""The account's balances and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from binance_lab.widgets.cells import Cell, Column, Rows
from binance_lab.widgets.numbers import number, plain
from binance_lab.widgets.picture import Engine
from binance_lab.widgets.tables import TableView
from binance_lab.widgets.view import Source

_COLUMNS = (
    Column("Asset", text=True),
    Column("Free", optional=True),
    Column("In orders", optional=True),
    Column("Total"),
)
VALUE_DECIMALS = 2
_NAMED = 3  # assets that the sum names, where it is without them


class AccountSource(Source, Protocol):
    """What the view needs of a live account."""

    def frame(
        self, *, prices: Mapping[str, Any] | None = None, quote: str = "USDT"
    ) -> pd.DataFrame:
        """Balances by asset: free, locked, total, and with prices their value."""


class TickersSource(Source, Protocol):
    """What the view needs of live tickers to know what an asset is worth."""

    def frame(self) -> pd.DataFrame:
        """Tickers by symbol, with `last_price`."""


class Balances(TableView):
    """A live table of what the account holds, largest value first, and the sum.

    Args:
        account: A live account.
        tickers: Live tickers, for values; without them there are none.
        engine: `canvas`, drawn in the browser; or `matplotlib`, as an image.
        quote: The asset that values are in.
    """

    kind = "balances"
    empty = "No balances"

    def __init__(
        self,
        account: AccountSource,
        *,
        engine: Engine = "canvas",
        tickers: TickersSource | None = None,
        quote: str = "USDT",
        environment: str = "",
        name: str | None = None,
        rate: float = 5.0,
    ) -> None:
        self.account = account
        self.tickers = tickers
        self.quote = quote
        self.columns = _COLUMNS if tickers is None else (*_COLUMNS, Column(f"Value, {quote}"))
        super().__init__(
            engine=engine,
            sources=[account] if tickers is None else [account, tickers],
            subject="Balances",
            environment=environment,
            name=name,
            rate=rate,
        )
        self.start()

    def rows(self) -> Rows:
        """A row for each asset, then the sum of the values."""
        frame = self._frame()
        if "value" in frame:
            frame = frame.sort_values("value", ascending=False, na_position="last", kind="stable")
        rows: Rows = {str(asset): self._row(str(asset), row) for asset, row in frame.iterrows()}
        if "value" in frame and len(frame):
            total = number(float(frame["value"].sum()), VALUE_DECIMALS)
            title = _sum_title([str(asset) for asset in frame.index[frame["value"].isna()]])
            rows["∑"] = [[title, "muted"], ["", ""], ["", ""], ["", ""], [total, ""]]
        return rows

    def _frame(self) -> pd.DataFrame:
        if self.tickers is None:
            return self.account.frame()
        last = self.tickers.frame()["last_price"]
        prices = dict(zip(map(str, last.index), last, strict=True))
        return self.account.frame(prices=prices, quote=self.quote)

    def _row(self, asset: str, row: pd.Series[Any]) -> list[Cell]:
        cells: list[Cell] = [
            [asset, ""],
            [plain(row["free"]), ""],
            [plain(row["locked"]), "" if row["locked"] else "muted"],
            [plain(row["total"]), ""],
        ]
        return cells if "value" not in row else [*cells, [number(row["value"], VALUE_DECIMALS), ""]]


def _sum_title(without: Sequence[str]) -> str:
    """What the sum is called: it says which assets have no value, and so aren't in it."""
    if not without:
        return "Sum"
    return (
        f"Sum without {', '.join(without) if len(without) <= _NAMED else f'{len(without)} assets'}"
    )
