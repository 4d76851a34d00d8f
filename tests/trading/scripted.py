"""A client whose answers a test scripts, to stage what a real exchange does rarely."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from binance_lab.connector.exceptions import OutcomeUnknown, api_error

FILTERS = [
    {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
    {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
    {"filterType": "ICEBERG_PARTS", "limit": 100},
    {"filterType": "TRAILING_DELTA", "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 2000,
     "minTrailingBelowDelta": 10, "maxTrailingBelowDelta": 2000},
    {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
     "askMultiplierUp": "5", "askMultiplierDown": "0.2", "avgPriceMins": 5},
    {"filterType": "NOTIONAL", "minNotional": "5", "applyMinToMarket": True,
     "maxNotional": "9000000", "applyMaxToMarket": False, "avgPriceMins": 5},
]  # fmt: skip
INFO = {
    "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
    "filters": FILTERS, "pegInstructionsAllowed": True,
}  # fmt: skip


BALANCE = "Account has insufficient balance for requested action."


def refusal(code: int, msg: str):
    return api_error(
        status=400, code=code, msg=msg, headers={}, request="POST /api/v3/order", asked="place"
    )


def lost():
    return OutcomeUnknown("no answer", method="POST", path="/api/v3/order", params={})


class ScriptedClient:
    """Keeps orders like an exchange that fills nothing; ``script`` says what goes wrong next.

    An entry of the script is (accept, error): whether the order arrives, and what the caller sees.
    """

    base_url = "http://127.0.0.1:8000"
    signed_by: str | None = "hmac"
    recv_window_ms = 5000.0

    def __init__(self) -> None:
        self.script: deque[tuple[bool, BaseException]] = deque()
        self.orders: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []
        self.trades: list[dict[str, Any]] = []
        self.allocations: list[dict[str, Any]] = []
        self.asked_allocations = 0
        self.fill_at_once = False
        self.wallet = SimpleNamespace(api_key_permissions=dict)
        self.hidden = False  # whether orders can't be found

    def lose(self, *, arrived: bool = True) -> None:
        """The next request's answer is lost."""
        self.script.append((arrived, lost()))

    def refuse(self, code: int = -2010, msg: str = BALANCE) -> None:
        """The next request is refused."""
        self.script.append((False, refusal(code, msg)))

    def fail(self, error: BaseException, *, arrived: bool) -> None:
        """The next request ends in this error."""
        self.script.append((arrived, error))

    def _fail(self) -> tuple[bool, BaseException | None]:
        return self.script.popleft() if self.script else (True, None)

    def new_order(self, symbol, side, type, *, newClientOrderId, newOrderRespType=None, **fields):  # noqa: A002
        self.sent.append(newClientOrderId)
        accept, error = self._fail()
        row = self._row(symbol, side, type, newClientOrderId, fields)
        if accept:
            self.orders[newClientOrderId] = row
        if error is not None:
            raise error
        return dict(row)

    def _row(self, symbol, side, kind, client_id, fields):
        filled = self.fill_at_once
        quantity = fields.get("quantity", "0")
        quote = str(Decimal(quantity) * Decimal(fields.get("price") or 60000))
        return {
            "symbol": symbol, "orderId": len(self.sent), "clientOrderId": client_id, "side": side,
            "type": kind, "origQty": quantity, "price": fields.get("price", "0"),
            "status": "FILLED" if filled else "NEW", "executedQty": quantity if filled else "0",
            "cummulativeQuoteQty": quote if filled else "0", "orderListId": -1, "icebergQty": "0",
            "transactTime": 1_700_000_000_000, "fills": [],
        }  # fmt: skip

    def get_order(self, symbol, *, orderId=None, origClientOrderId=None):
        for row in () if self.hidden else self.orders.values():
            if origClientOrderId == row["clientOrderId"] or orderId == row["orderId"]:
                return dict(row)
        raise refusal(-2013, "Order does not exist.")

    def _row_of(self, order_id, client_order_id):
        return next(
            (
                row
                for row in self.orders.values()
                if row["orderId"] == order_id or row["clientOrderId"] == client_order_id
            ),
            None,
        )

    def cancel_order(self, symbol, *, orderId=None, origClientOrderId=None, newClientOrderId):
        accept, error = self._fail()
        row = self._row_of(orderId, origClientOrderId)
        if row is None or row["status"] != "NEW" or self.hidden:
            raise refusal(-2011, "Unknown order sent.")
        if accept:
            row["status"] = "CANCELED"
        if error is not None:
            raise error
        return {
            **row,
            "clientOrderId": newClientOrderId,
            "origClientOrderId": row["clientOrderId"],
        }

    def cancel_open_orders(self, symbol):
        rows = [row for row in self.orders.values() if row["status"] == "NEW"]
        if not rows:
            raise refusal(-2011, "Unknown order sent.")
        for row in rows:
            row["status"] = "CANCELED"
        return [
            {**row, "clientOrderId": "x", "origClientOrderId": row["clientOrderId"]} for row in rows
        ]

    def order_amend_keep_priority(
        self, symbol, newQty, *, orderId=None, origClientOrderId=None, newClientOrderId
    ):
        accept, error = self._fail()
        row = self._row_of(orderId, origClientOrderId)
        before = row["clientOrderId"]
        if accept:
            row.update(origQty=newQty, clientOrderId=newClientOrderId)
        if error is not None:
            raise error
        return {"amendedOrder": {**row, "qty": newQty, "origClientOrderId": before}}

    def cancel_and_replace(self, symbol, side, type, *, newClientOrderId, cancelReplaceMode,  # noqa: A002
                           cancelNewClientOrderId, cancelOrderId=None, cancelOrigClientOrderId=None,
                           cancelRestrictions=None, **fields):  # fmt: skip
        accept, error = self._fail()
        self.restrictions = cancelRestrictions
        canceled = self.cancel_order(
            symbol,
            orderId=cancelOrderId,
            origClientOrderId=cancelOrigClientOrderId,
            newClientOrderId=cancelNewClientOrderId,
        )
        if error is not None and not accept:
            error.data = {"cancelResult": "SUCCESS", "newOrderResult": "FAILURE",
                          "cancelResponse": canceled,
                          "newOrderResponse": {"code": -2010, "msg": "no"}}  # fmt: skip
            raise error
        placed = self.new_order(symbol, side, type, newClientOrderId=newClientOrderId, **fields)
        return {"cancelResult": "SUCCESS", "newOrderResult": "SUCCESS", "cancelResponse": canceled,
                "newOrderResponse": placed}  # fmt: skip

    def new_oco_order(self, symbol, side, quantity, *, listClientOrderId, newOrderRespType, **legs):
        accept, error = self._fail()
        self.list_params = {"side": side, "quantity": quantity, **legs}
        rows = []
        for leg in ("above", "below"):
            self.sent.append(legs[f"{leg}ClientOrderId"])
            row = self._row(symbol, side, legs[f"{leg}Type"], self.sent[-1],
                            {"quantity": quantity, "price": legs.get(f"{leg}Price")})  # fmt: skip
            rows.append(row)
        if accept:
            self.orders.update((row["clientOrderId"], row) for row in rows)
        if error is not None:
            raise error
        return {"orderListId": 1, "symbol": symbol, "orderReports": [dict(row) for row in rows]}

    def new_opo_order(self, symbol, *, listClientOrderId, newOrderRespType, **legs):
        self.list_params = legs
        names = [legs[f"{leg}ClientOrderId"] for leg in ("working", "pending")]
        self.sent += names
        rows = [self._row(symbol, legs["workingSide"], "LIMIT", name, {}) for name in names]
        self.orders.update((row["clientOrderId"], row) for row in rows)
        return {"orderListId": 1, "symbol": symbol, "orderReports": [dict(row) for row in rows]}

    def new_order_test(self, **fields):
        _, error = self._fail()
        if error is not None:
            raise error
        return {}

    def my_trades(self, symbol, *, orderId, fromId=None, limit):
        rows = [row for row in self.trades if row["orderId"] == orderId]
        return [row for row in rows if row["id"] >= (fromId or 0)][:limit]

    def query_allocations(self, symbol, *, orderId, limit):
        self.asked_allocations += 1
        return [row for row in self.allocations if row["orderId"] == orderId][:limit]

    def get_open_orders(self, symbol=None):
        rows = () if self.hidden else self.orders.values()
        return [dict(row) for row in rows if row["status"] == "NEW"]

    def exchange_info(self, symbol=None):
        if symbol not in (None, "BTCUSDT"):
            raise refusal(-1121, "Invalid symbol.")
        return {"symbols": [INFO]}

    def my_filters(self, symbol):
        return {"exchangeFilters": [], "symbolFilters": [], "assetFilters": []}

    def account(self):
        return {"balances": [{"asset": "USDT", "free": "100000"}, {"asset": "BTC", "free": "2"}]}

    def avg_price(self, symbol):
        return {"price": "60000"}

    def ticker_price(self, symbol):
        if symbol != "BTCUSDT":
            raise refusal(-1121, "Invalid symbol.")
        return {"price": "60000"}

    def depth(self, symbol, limit):
        return {"bids": [["59999", "1"], ["59990", "5"]], "asks": [["60001", "1"], ["60010", "5"]]}

    def query_commission_rates(self, symbol):
        return {"standardCommission": {"maker": "0.001", "taker": "0.001"}}
