"""Rebates: what was paid back of spot fees.

https://developers.binance.com/docs/rebate
"""

from __future__ import annotations

from ...wire.types import JsonObject, Number, Time
from ..base import Group
from ..endpoint import get, uid


class Rebate(Group):
    """Calls about rebates."""

    @get("/sapi/v1/rebate/taxQuery", weight=uid(12000), security="USER_DATA")
    def spot_history(
        self,
        *,
        startTime: Time | None = None,
        endTime: Time | None = None,
        page: int | None = None,
        recvWindow: Number | None = None,
    ) -> JsonObject:
        """Spot rebates, as ``data``: page, totalRecords, totalPageNum, and in ``data`` the rows.

        The answer also has status, type and code.  A row has asset, type, amount (a decimal string)
        and updateTime (ms); type is 1 for a commission rebate and 2 for a referral kickback.

        Args:
            startTime, endTime: 30 days apart at most; the last 7 days if not given.
            page: From 1; it has 100 rows.

        https://developers.binance.com/docs/rebate/rest-api/Get-Spot-Rebate-History-Records
        """
