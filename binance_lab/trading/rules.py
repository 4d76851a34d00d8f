"""Rules: what an exchange says about a symbol, and what an order is checked against.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints#exchange-information
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from binance_lab.wire.enums import OrderType, PegPriceType, SelfTradePrevention, Side
from binance_lab.wire.facts import CONTINGENT, MarketFacts
from binance_lab.wire.filters import Filter, LotSize, PriceFilter, parse_filters

from .ticket import Ticket

MAX_PEG_LEVEL = 100
"""How far from the best price a peg may be, in levels."""

Levels = tuple[tuple[Decimal, Decimal], ...]
"""One side of a book, best first: (price, quantity)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What exchangeInfo says of one symbol, with the filters of the exchange and the account."""

    symbol: str
    base: str
    quote: str
    status: str = "TRADING"
    filters: tuple[Filter, ...] = ()
    order_types: frozenset[OrderType] = frozenset(OrderType)
    stp_modes: frozenset[SelfTradePrevention] = frozenset(SelfTradePrevention)
    iceberg_allowed: bool = True
    quote_order_qty_allowed: bool = True
    trailing_allowed: bool = True
    peg_allowed: bool = False
    oco_allowed: bool = True
    oto_allowed: bool = True
    amend_allowed: bool = True
    cancel_replace_allowed: bool = True

    @classmethod
    def of(
        cls,
        info: Mapping[str, Any],
        exchange_filters: Iterable[Mapping[str, Any]] = (),
        asset_filters: Iterable[Mapping[str, Any]] = (),
    ) -> Rules:
        """The rules in an element of exchangeInfo's ``symbols``.

        Args:
            exchange_filters, asset_filters: The lists of these names in myFilters.
        """
        modes = info.get("allowedSelfTradePreventionModes")
        return cls(
            symbol=info["symbol"],
            base=info["baseAsset"],
            quote=info["quoteAsset"],
            status=info["status"],
            filters=parse_filters([*info["filters"], *exchange_filters, *asset_filters]),
            order_types=frozenset(_known(OrderType, info.get("orderTypes", OrderType))),
            stp_modes=frozenset(
                _known(SelfTradePrevention, SelfTradePrevention if modes is None else modes)
            ),
            iceberg_allowed=info.get("icebergAllowed", True),
            quote_order_qty_allowed=info.get("quoteOrderQtyMarketAllowed", True),
            trailing_allowed=info.get("allowTrailingStop", True),
            peg_allowed=info.get("pegInstructionsAllowed", False),
            oco_allowed=info.get("ocoAllowed", True),
            oto_allowed=info.get("otoAllowed", True),
            amend_allowed=info.get("amendAllowed", True),
            cancel_replace_allowed=info.get("cancelReplaceAllowed", True),
        )

    @property
    def tick(self) -> Decimal:
        """The smallest step of a price; 0 if there is none."""
        return next((f.tick_size for f in self.filters if isinstance(f, PriceFilter)), Decimal(0))

    @property
    def step(self) -> Decimal:
        """The smallest step of a quantity; 0 if there is none."""
        return next((f.step_size for f in self.filters if isinstance(f, LotSize)), Decimal(0))

    def pays_with(self, side: Side) -> str:
        """The asset that an order of this side spends."""
        return self.quote if side is Side.BUY else self.base


def _known(kind: Any, words: Iterable[str]) -> list[Any]:
    """The members of an enumeration that these words name; what Binance adds tomorrow is skipped."""
    names = {member.value for member in kind}
    return [kind(word) for word in words if str(word) in names]


@dataclass(frozen=True, slots=True)
class Scene:
    """What surrounds an order when it is checked: rules, market, balances.

    What isn't known isn't checked: ``free`` is None without keys, a side of the book empty
    without a book.
    """

    rules: Rules
    market: MarketFacts = field(default_factory=MarketFacts)
    free: Mapping[str, Decimal] | None = None
    bids: Levels = ()
    asks: Levels = ()

    @property
    def best_bid(self) -> Decimal | None:
        """The highest price that somebody pays."""
        return self.bids[0][0] if self.bids else None

    @property
    def best_ask(self) -> Decimal | None:
        """The lowest price that somebody sells for."""
        return self.asks[0][0] if self.asks else None

    @property
    def mid(self) -> Decimal | None:
        """The middle between the two; None if one is missing."""
        if self.best_bid is None or self.best_ask is None:
            return None
        return (self.best_bid + self.best_ask) / 2

    def against(self, side: Side) -> Levels:
        """The levels that an order of this side trades with."""
        return self.asks if side is Side.BUY else self.bids

    def pegged_price(self, ticket: Ticket) -> Decimal | None:
        """The price that a pegged order finds in the book; None if it has no peg, or no book.

        A stop looks for it when it is triggered: until then it has none.
        """
        if ticket.peg_price_type is None or ticket.type in CONTINGENT:
            return None
        levels, level = self._peg_levels(ticket), ticket.peg_offset_value or 0
        return levels[level][0] if level < len(levels) else None

    def peg_reach(self, ticket: Ticket) -> int | None:
        """How many levels a peg can choose from; None if that doesn't matter now, or isn't known."""
        if ticket.peg_price_type is None or ticket.type in CONTINGENT:
            return None
        there = len(self._peg_levels(ticket))
        return there if (self.bids or self.asks) and there < MAX_PEG_LEVEL else None

    def _peg_levels(self, ticket: Ticket) -> Levels:
        """The side of the book that a peg follows: the order's own, or the other one."""
        own = ticket.peg_price_type is PegPriceType.PRIMARY_PEG
        return self.against(ticket.side.opposite if own else ticket.side)
