"""Messages and answers like the exchange's, made up: the same for every contestant and run."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from typing import Any

START_MS = 1_754_000_000_000
MINUTE_MS = 60_000
MIX = ("bookTicker",) * 17 + ("trade",) * 6 + ("depth@100ms",) * 2
"""How often each stream speaks, of 25 messages: as recorded of BTCUSDT on a busy day."""

LEVELS_A_DIFF = 36
TRADES = 120_000
"""What the server of trades sends to each client, and then nothing more."""

YEAR_MS, YEAR_END_MS = 1_672_531_200_000, 1_704_067_200_000
"""2023: 525,600 minutes."""


def compact(value: Any) -> bytes:
    """JSON as the exchange writes it."""
    return json.dumps(value, separators=(",", ":")).encode()


class Market:
    """A price that wanders, and what streams say of it."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._price = 6_183_764
        self._id = 3_735_683_000
        self._update_id = 50_093_239_000
        self._ms = START_MS

    def message(self, kind: str) -> bytes:
        """The next message of a stream of BTCUSDT, as a combined stream sends it."""
        self._ms += 3
        self._price += self._random.randint(-40, 40)
        data = {"bookTicker": self._best, "trade": self._trade, "depth@100ms": self.diff}[kind]()
        return compact({"stream": f"btcusdt@{kind}", "data": data})

    def mix(self, count: int) -> list[bytes]:
        """Messages in the proportions of the recordings, shuffled."""
        kinds = [MIX[i % len(MIX)] for i in range(count)]
        self._random.shuffle(kinds)
        return [self.message(kind) for kind in kinds]

    def _amount(self) -> str:
        return f"{self._random.expovariate(2):.5f}000"

    def _text(self, cents: int) -> str:
        return f"{cents / 100:.2f}000000"

    def _best(self) -> dict[str, Any]:
        self._update_id += 1
        return {
            "u": self._update_id,
            "s": "BTCUSDT",
            "b": self._text(self._price),
            "B": self._amount(),
            "a": self._text(self._price + 1),
            "A": self._amount(),
        }

    def _trade(self) -> dict[str, Any]:
        self._id += 1
        return {
            "e": "trade",
            "E": self._ms + 1,
            "s": "BTCUSDT",
            "t": self._id,
            "p": self._text(self._price),
            "q": self._amount(),
            "T": self._ms,
            "m": self._random.random() < 0.5,
            "M": True,
        }

    def diff(self) -> dict[str, Any]:
        """A depth update: near the price most levels change, and half of them go."""
        first = self._update_id + 1
        self._update_id += 14
        sides = []
        for sign in (-1, 1):
            offsets = {
                int(self._random.expovariate(1 / 600)) + 1 for _ in range(LEVELS_A_DIFF // 2)
            }
            ordered = sorted(self._price + sign * each for each in offsets)[:: -sign or 1]
            sides.append([
                [self._text(price), "0.00000000" if self._random.random() < 0.48 else self._amount()]
                for price in ordered
            ])  # fmt: skip
        return {
            "e": "depthUpdate",
            "E": self._ms,
            "s": "BTCUSDT",
            "U": first,
            "u": self._update_id,
            "b": sides[0],
            "a": sides[1],
        }

    def snapshot(self, levels: int) -> dict[str, Any]:
        """What REST answers to depth, up to the last update."""

        def side(sign: int) -> list[list[str]]:
            return [
                [self._text(self._price + sign * (1 + 3 * i)), self._amount()]
                for i in range(levels)
            ]

        return {"lastUpdateId": self._update_id, "bids": side(-1), "asks": side(1)}


def klines(count: int = 1000) -> bytes:
    """The answer to klines."""
    chance = random.Random(3)
    rows = []
    price = 61_837.64
    for i in range(count):
        close = round(price + chance.gauss(0, 20), 2)
        high, low = max(price, close) + chance.random() * 9, min(price, close) - chance.random() * 9
        volume = chance.expovariate(0.05)
        open_ms = START_MS + i * MINUTE_MS
        rows.append([
            open_ms,
            *(f"{each:.8f}" for each in (price, high, low, close, volume)),
            open_ms + MINUTE_MS - 1,
            f"{volume * close:.8f}",
            chance.randint(500, 4000),
            f"{volume / 2:.8f}",
            f"{volume * close / 2:.8f}",
            "0",
        ])  # fmt: skip
        price = close
    return compact(rows)


def minutes(start_ms: int, count: int) -> bytes:
    """The answer to klines of 1m from a time on: the candles of `klines`, again and again."""
    times = [(open_ms, open_ms + MINUTE_MS - 1) for open_ms in _opens(start_ms, count)]
    return _template(count) % tuple(time for pair in times for time in pair)


def _opens(start_ms: int, count: int) -> range:
    return range(start_ms, start_ms + count * MINUTE_MS, MINUTE_MS)


@cache
def _rows() -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(klines())
    return rows


@cache
def _template(count: int) -> bytes:
    """An answer of so many candles, whose times are to be filled in."""
    rows = [[*row[:6], "CLOSE", *row[7:]] for row in _rows()[:count]]
    text = compact([["OPEN", *row[1:]] for row in rows])
    return text.replace(b'"OPEN"', b"%d").replace(b'"CLOSE"', b"%d")


def monthly_csvs() -> Iterator[tuple[str, str]]:
    """The year's candles as the archive has them: path of each month's zip, and the text in it."""
    for month in range(1, 13):
        start, end = (
            int(datetime(2023 + at // 12, at % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)
            for at in (month - 1, month)
        )
        lines = [
            ",".join(map(str, (open_ms, *row[1:6], open_ms + MINUTE_MS - 1, *row[7:])))
            for open_ms, row in zip(range(start, end, MINUTE_MS), cycle(_rows()), strict=False)
        ]
        name = f"BTCUSDT-1m-2023-{month:02}.zip"
        yield f"/data/spot/monthly/klines/BTCUSDT/1m/{name}", "\n".join(lines) + "\n"


def account(assets: int = 400) -> bytes:
    """The answer to account, of somebody who holds this and that."""
    return compact({
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": dict.fromkeys(("maker", "taker", "buyer", "seller"), "0.00100000"),
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": START_MS,
        "accountType": "SPOT",
        "balances": [
            {"asset": f"A{i:03}", "free": f"{i}.12345678", "locked": "0.00000000"}
            for i in range(assets)
        ],
        "permissions": ["SPOT"],
        "uid": 354937868,
    })  # fmt: skip


def exchange_info(symbols: int = 2500) -> bytes:
    """The answer to exchangeInfo."""
    return compact({
        "timezone": "UTC",
        "serverTime": START_MS,
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 10**9},
            {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 10**9},
        ],
        "exchangeFilters": [],
        "symbols": [_symbol(f"C{i:04}") for i in range(symbols)],
    })  # fmt: skip


def _symbol(base: str) -> dict[str, Any]:
    types = ("LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT")
    flags = (
        "icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed",
        "allowTrailingStop", "cancelReplaceAllowed", "amendAllowed", "pegInstructionsAllowed",
        "isSpotTradingAllowed", "isMarginTradingAllowed",
    )  # fmt: skip
    lot = {"minQty": "0.00001000", "maxQty": "9000.00000000", "stepSize": "0.00001000"}
    return {
        "symbol": f"{base}USDT",
        "status": "TRADING",
        "baseAsset": base,
        "baseAssetPrecision": 8,
        "quoteAsset": "USDT",
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": [*types, "TAKE_PROFIT_LIMIT"],
        **dict.fromkeys(flags, True),
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": "0.01000000",
                "maxPrice": "1000000.00000000",
                "tickSize": "0.01000000",
            },
            {"filterType": "LOT_SIZE", **lot},
            {"filterType": "ICEBERG_PARTS", "limit": 10},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {
                "filterType": "TRAILING_DELTA",
                "minTrailingAboveDelta": 10,
                "maxTrailingAboveDelta": 2000,
                "minTrailingBelowDelta": 10,
                "maxTrailingBelowDelta": 2000,
            },
            {
                "filterType": "PERCENT_PRICE_BY_SIDE",
                "bidMultiplierUp": "5",
                "bidMultiplierDown": "0.2",
                "askMultiplierUp": "5",
                "askMultiplierDown": "0.2",
                "avgPriceMins": 5,
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": "5.00000000",
                "applyMinToMarket": True,
                "maxNotional": "9000000.00000000",
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
            {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        ],
        "permissions": [],
        "permissionSets": [["SPOT", "MARGIN", *(f"TRD_GRP_{i:03}" for i in range(4, 30))]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
    }
