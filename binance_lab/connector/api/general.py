"""The server itself: is it there, its clock, its rules.  No key needed.

https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints
"""

from __future__ import annotations

from ...wire.types import JsonObject
from ..base import Api
from ..endpoint import Params, get
from .market import symbol_count


def _execution_rules_weight(params: Params) -> int:
    if params.get("symbol"):
        return 2
    return min(40, 2 * symbol_count(params.get("symbols"))) or 40


class General(Api):
    """Calls about the server."""

    @get("/api/v3/ping", ws="ping")
    def ping(self) -> JsonObject:
        """An empty object, if the server answers at all.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints#test-connectivity
        """

    @get("/api/v3/time", ws="time")
    def time(self) -> JsonObject:
        """The server's clock: ``{"serverTime": ms}``; µs with ``time_unit="us"``.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints#check-server-time
        """

    @get("/api/v3/exchangeInfo", ws="exchangeInfo", weight=20)
    def exchange_info(
        self,
        symbol: str | None = None,
        symbols: list[str] | None = None,
        permissions: str | list[str] | None = None,
        *,
        showPermissionSets: bool | None = None,
        symbolStatus: str | None = None,
    ) -> JsonObject:
        """Trading rules: rate limits, symbols, their filters, order types and permissions.

        An object of ``timezone``, ``serverTime``, ``rateLimits``, ``exchangeFilters`` and
        ``symbols``, and ``sors`` where there is smart order routing.  All symbols together are
        some 10 MB; BadSymbol if one of those named doesn't exist.

        Args:
            symbol, symbols, permissions: One of them at most.
            permissions: SPOT, MARGIN, LEVERAGED, TRD_GRP_002 …; SPOT, MARGIN and LEVERAGED if
                not given.
            showPermissionSets: False leaves out ``permissionSets``, which is long.
            symbolStatus: TRADING, HALT or BREAK; not together with symbol or symbols.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints#exchange-information
        """

    @get("/api/v3/executionRules", ws="executionRules", weight=_execution_rules_weight)
    def execution_rules(
        self,
        *,
        symbol: str | None = None,
        symbols: list[str] | None = None,
        symbolStatus: str | None = None,
    ) -> JsonObject:
        """Rules that limit the prices at which orders of a symbol may trade.

        An object whose ``symbolRules`` has, for each symbol, its ``rules``: type and the
        multipliers of the reference price.  Weight 2 a symbol, 40 at most.

        Args:
            symbol, symbols, symbolStatus: One of them at most; all symbols if none.
            symbolStatus: TRADING, HALT or BREAK.

        https://developers.binance.com/docs/binance-spot-api-docs/rest-api/general-endpoints#query-execution-rules
        """
