"""How each symbol trades: its pace, its depth, its volatility.

The figures for BTCUSDT follow a recording of ten minutes (spread one tick nine times of ten, some 2 BTC at
the best price, then a level every $0.35 that grows with the distance, orders of $200 in the median and of
$60,000 once in a hundred, 70 % of them on the side of the one before), at a quieter pace.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Character:
    """How one symbol trades. Amounts are in US dollars.

    Attributes:
        orders_per_s: Taker orders, in the mean over a day.
        quotes_per_s: How often market makers look at their quotes.
        spread_ticks: The usual spread.
        touch_usd: What the best level shows, in the median.
        order_usd: A taker order, in the median.
        gap: Between levels near the best price, as a fraction of the price; never below a tick.
        levels: Each side's.
        trades_per_min: In synthetic history.
    """

    orders_per_s: float
    quotes_per_s: float
    spread_ticks: int = 1
    touch_usd: float = 20_000.0
    order_usd: float = 150.0
    gap: float = 4.6e-6
    levels: int = 150
    trades_per_min: float = 40.0


CHARACTERS = {
    "BTCUSDT": Character(
        6.0, 6.0, touch_usd=110_000, order_usd=200, levels=500, trades_per_min=500
    ),
    "BTCUSDC": Character(0.6, 1.6, spread_ticks=2, touch_usd=30_000, gap=1.2e-5, trades_per_min=60),
    "ETHUSDT": Character(3.0, 4.0, touch_usd=60_000, gap=9e-6, levels=300, trades_per_min=330),
    "BNBUSDT": Character(0.8, 1.6, touch_usd=12_000, gap=2e-5, trades_per_min=100),
    "SOLUSDT": Character(1.5, 2.0, touch_usd=25_000, trades_per_min=170),
    "XRPUSDT": Character(1.0, 1.6, touch_usd=30_000, trades_per_min=95),
    "DOGEUSDT": Character(0.8, 1.4, touch_usd=15_000, trades_per_min=110),
    "ADAUSDT": Character(0.5, 1.2, touch_usd=20_000, trades_per_min=55),
    "SHIBUSDT": Character(0.5, 1.2, touch_usd=25_000, order_usd=80, trades_per_min=40),
    "ETHBTC": Character(0.4, 1.2, touch_usd=40_000, order_usd=400, trades_per_min=45),
    "BNBBTC": Character(0.25, 1.0, spread_ticks=2, touch_usd=6_000, trades_per_min=33),
    "BTCEUR": Character(0.5, 1.2, spread_ticks=80, touch_usd=4_000, gap=3e-5, trades_per_min=70),
}
QUIET = Character(0.3, 1.0, spread_ticks=2, touch_usd=3_000, order_usd=60, trades_per_min=34)


def character_of(symbol: str) -> Character:
    """How a symbol trades; quietly, if nothing is known of it."""
    return CHARACTERS.get(symbol, QUIET)


@dataclass(frozen=True, slots=True)
class Swing:
    """How an asset's value in dollars moves.

    Attributes:
        daily: Its own volatility a day, beside the market's.
        beta: How much of the market's moves it makes.
    """

    daily: float
    beta: float


MARKET_DAILY = 0.020
SWINGS = {
    "USDT": Swing(0.0, 0.0),
    "USDC": Swing(0.0004, 0.0),
    "EUR": Swing(0.004, 0.0),
    "BTC": Swing(0.010, 1.0),
    "ETH": Swing(0.015, 1.2),
    "BNB": Swing(0.018, 0.9),
    "SOL": Swing(0.028, 1.4),
    "XRP": Swing(0.030, 1.0),
    "DOGE": Swing(0.035, 1.3),
    "ADA": Swing(0.028, 1.1),
    "SHIB": Swing(0.040, 1.3),
}
OTHER = Swing(0.035, 1.0)

DOLLARS = {"USDT": 1.0, "USDC": 1.0, "EUR": 1.08, "BTC": 64_000.0, "ETH": 3_200.0, "BNB": 580.0}


def swing_of(asset: str) -> Swing:
    """How an asset moves."""
    return SWINGS.get(asset, OTHER)


def dollars_of(asset: str) -> float:
    """About what one unit of a quote asset is worth; 1 if nothing is known of it."""
    return DOLLARS.get(asset, 1.0)


_QUIET_HOURS = (0.95, 0.85, 0.80, 0.72, 0.68, 0.68, 0.72, 0.85, 0.95, 0.92, 0.88, 0.88)
_BUSY_HOURS = (1.05, 1.40, 1.65, 1.60, 1.45, 1.25, 1.10, 1.00, 0.95, 0.92, 0.88, 0.97)
ACTIVITY = (*_QUIET_HOURS, *_BUSY_HOURS)
"""How busy each hour of the day is (UTC): quiet in the small hours, busiest as New York opens."""


def activity(time_us: int) -> float:
    """How busy the market is at a time of day; 1 in the mean."""
    return ACTIVITY[time_us // 3_600_000_000 % 24]
