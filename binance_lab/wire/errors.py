"""The error codes of the Spot API and the texts that come with them.

https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

from __future__ import annotations

from typing import NamedTuple


class ErrorText(NamedTuple):
    """An error as the server words it; ``%s`` stands for what `fill` puts in."""

    code: int
    msg: str

    def fill(self, *values: object) -> ErrorText:
        """The same error with its placeholders replaced, in order."""
        return self._replace(msg=self.msg % values)


# General: the server or the network. The outcome of an order is unknown after -1006 and -1007.
UNKNOWN = ErrorText(-1000, "An unknown error occurred while processing the request.")
DISCONNECTED = ErrorText(-1001, "Internal error; unable to process your request. Please try again.")
UNAUTHORIZED = ErrorText(-1002, "You are not authorized to execute this request.")
TOO_MUCH_WEIGHT = ErrorText(
    -1003,
    "Too much request weight used; current limit is %s request weight per %s. "
    "Please use WebSocket Streams for live updates to avoid polling the API.",
)
BANNED = ErrorText(
    -1003,
    "Way too much request weight used; IP banned until %s. "
    "Please use WebSocket Streams for live updates to avoid bans.",
)
TOO_MANY_REQUESTS = ErrorText(-1003, "Too many requests queued.")
UNEXPECTED_RESPONSE = ErrorText(
    -1006,
    "An unexpected response was received from the message bus. Execution status unknown.",
)
TIMEOUT = ErrorText(
    -1007,
    "Timeout waiting for response from backend server. "
    "Send status unknown; execution status unknown.",
)
SERVER_BUSY = ErrorText(
    -1008,
    "Server is currently overloaded with other requests. Please try again in a few minutes.",
)
UNKNOWN_COMPOSITION = ErrorText(-1014, "Unsupported order combination.")
TOO_MANY_ORDERS = ErrorText(-1015, "Too many new orders; current limit is %s orders per %s.")
SHUTTING_DOWN = ErrorText(-1016, "This service is no longer available.")
UNSUPPORTED_OPERATION = ErrorText(-1020, "This operation is not supported.")
OUTSIDE_RECV_WINDOW = ErrorText(-1021, "Timestamp for this request is outside of the recvWindow.")
AHEAD_OF_SERVER = ErrorText(
    -1021, "Timestamp for this request was 1000ms ahead of the server's time."
)
INVALID_SIGNATURE = ErrorText(-1022, "Signature for this request is not valid.")
TOO_MANY_CONNECTIONS = ErrorText(
    -1034, "Too many connection attempts from IP; current limit is %s per '%s'."
)

# What was sent: the parameters' names, number and form.
ILLEGAL_CHARACTERS = ErrorText(
    -1100, "Illegal characters found in parameter '%s'; legal range is '%s'."
)
TOO_MANY_PARAMETERS = ErrorText(-1101, "Too many parameters; expected '%s' and received '%s'.")
DUPLICATE_VALUES = ErrorText(-1101, "Duplicate values for a parameter detected.")
MISSING_PARAMETER = ErrorText(
    -1102, "Mandatory parameter '%s' was not sent, was empty/null, or malformed."
)
MISSING_ONE_OF = ErrorText(-1102, "Param '%s' or '%s' must be sent, but both were empty/null!")
VALUE_TOO_GREAT = ErrorText(-1102, "'%s' contains unexpected value. Cannot be greater than %s.")
UNKNOWN_PARAMETER = ErrorText(-1103, "An unknown parameter was sent.")
UNREAD_PARAMETERS = ErrorText(
    -1104, "Not all sent parameters were read; read '%s' parameter(s) but was sent '%s'."
)
EMPTY_PARAMETER = ErrorText(-1105, "Parameter '%s' was empty.")
PARAMETER_NOT_REQUIRED = ErrorText(-1106, "Parameter '%s' sent when not required.")
PARAMETER_OVERFLOW = ErrorText(-1108, "Parameter '%s' overflowed.")
TOO_MUCH_PRECISION = ErrorText(-1111, "Parameter '%s' has too much precision.")
NO_DEPTH = ErrorText(-1112, "No orders on book for symbol.")
TIME_IN_FORCE_NOT_REQUIRED = ErrorText(-1114, "TimeInForce parameter sent when not required.")
INVALID_TIME_IN_FORCE = ErrorText(-1115, "Invalid timeInForce.")
INVALID_ORDER_TYPE = ErrorText(-1116, "Invalid orderType.")
INVALID_SIDE = ErrorText(-1117, "Invalid side.")
EMPTY_NEW_CLIENT_ORDER_ID = ErrorText(-1118, "New client order ID was empty.")
EMPTY_ORIGINAL_CLIENT_ORDER_ID = ErrorText(-1119, "Original client order ID was empty.")
INVALID_INTERVAL = ErrorText(-1120, "Invalid interval.")
INVALID_SYMBOL = ErrorText(-1121, "Invalid symbol.")
INVALID_SYMBOL_STATUS = ErrorText(-1122, "Invalid symbolStatus.")
INVALID_LISTEN_KEY = ErrorText(-1125, "This listenKey does not exist.")
LOOKUP_TOO_BIG = ErrorText(-1127, "More than %s hours between startTime and endTime.")
BAD_COMBINATION = ErrorText(-1128, "Combination of optional parameters invalid.")
BAD_COMBINATION_RECOMMENDED = ErrorText(
    -1128,
    "Combination of optional fields invalid. Recommendation: '%s' and '%s' must both be sent.",
)
INVALID_PARAMETER = ErrorText(-1130, "Data sent for parameter '%s' is not valid.")
BAD_STRATEGY_TYPE = ErrorText(-1134, "`strategyType` was less than 1000000.")
INVALID_JSON = ErrorText(-1135, "Invalid JSON Request")
INVALID_JSON_PARAMETER = ErrorText(-1135, "JSON sent for parameter '%s' is not valid")
INVALID_TICKER_TYPE = ErrorText(-1139, "Invalid ticker type.")
INVALID_CANCEL_RESTRICTIONS = ErrorText(
    -1145, "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`."
)
DUPLICATE_SYMBOLS = ErrorText(-1151, "Symbol is present multiple times in the list.")
INVALID_SBE_HEADER = ErrorText(
    -1152, "Invalid `X-MBX-SBE` header; expected `<SCHEMA_ID>:<VERSION>`."
)
UNSUPPORTED_SBE_SCHEMA = ErrorText(
    -1153, "Unsupported SBE schema ID or version specified in the `X-MBX-SBE` header."
)
SBE_DISABLED = ErrorText(-1155, "SBE is not enabled.")
INVALID_TIME_UNIT = ErrorText(
    -1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND."
)
INVALID_PEG_PRICE_TYPE = ErrorText(-1210, "Invalid pegPriceType.")
INVALID_PEG_OFFSET_TYPE = ErrorText(-1211, "Invalid pegOffsetType.")
SYMBOL_STATUS_MISMATCH = ErrorText(
    -1220, "The symbol's status does not match the requested symbolStatus."
)

# Order lists.
OCO_TYPE_REJECTED = ErrorText(-1158, "Order type not supported in OCO.")
OCO_ICEBERG_TIME_IN_FORCE = ErrorText(
    -1160,
    "Parameter '%s' is not supported if `aboveTimeInForce`/`belowTimeInForce` is not GTC.",
)
BUY_OCO_LIMIT_BELOW = ErrorText(-1165, "A limit order in a buy OCO must be below.")
SELL_OCO_LIMIT_ABOVE = ErrorText(-1166, "A limit order in a sell OCO must be above.")
OCO_NEEDS_CONTINGENT = ErrorText(-1168, "At least one OCO order must be contingent.")
BUY_OCO_STOP_LOSS_ABOVE = ErrorText(-1196, "A stop loss order in a buy OCO must be above.")
SELL_OCO_STOP_LOSS_BELOW = ErrorText(-1197, "A stop loss order in a sell OCO must be below.")
BUY_OCO_TAKE_PROFIT_BELOW = ErrorText(-1198, "A take profit order in a buy OCO must be below.")
SELL_OCO_TAKE_PROFIT_ABOVE = ErrorText(-1199, "A take profit order in a sell OCO must be above.")
OPO_WORKING_MUST_BUY = ErrorText(-1222, "Working order in an OPO list must be a bid.")
OPO_PENDING_MUST_SELL = ErrorText(-1223, "Pending orders in an OPO list must be asks.")
WORKING_PARAMETER_REQUIRED = ErrorText(-1224, "Working order must include the '%s' tag.")
PENDING_PARAMETER_NOT_REQUIRED = ErrorText(-1225, "Pending orders should not include the '%s' tag.")

# Orders and accounts. -2010, -2011 and -2038 carry the matching engine's own texts.
NEW_ORDER_REJECTED = -2010
CANCEL_REJECTED = -2011
AMEND_REJECTED = -2038
FILTER_FAILURE = -1013
UNKNOWN_ORDER = ErrorText(CANCEL_REJECTED, "Unknown order sent.")
NO_SUCH_ORDER = ErrorText(-2013, "Order does not exist.")
BAD_API_KEY_FORMAT = ErrorText(-2014, "API-key format invalid.")
REJECTED_API_KEY = ErrorText(-2015, "Invalid API-key, IP, or permissions for action.")
NO_TRADING_WINDOW = ErrorText(
    -2016, "No trading window could be found for the symbol. Try ticker/24hrs instead."
)
CANCEL_REPLACE_PARTIALLY_FAILED = ErrorText(-2021, "Order cancel-replace partially failed.")
CANCEL_REPLACE_FAILED = ErrorText(-2022, "Order cancel-replace failed.")
ORDER_ARCHIVED = ErrorText(
    -2026,
    "Order was canceled or expired with no executed qty over 90 days ago and has been archived.",
)
SUBSCRIPTION_ACTIVE = ErrorText(-2035, "User Data Stream subscription already active.")
SUBSCRIPTION_INACTIVE = ErrorText(-2036, "User Data Stream subscription not active.")
WRONG_CLIENT_ORDER_ID = ErrorText(-2039, "Client order ID is not correct for this order ID.")
TOO_MANY_SUBSCRIPTION_IDS = ErrorText(-2042, "Maximum subscription ID reached for this connection.")
NO_REFERENCE_PRICE = ErrorText(-2043, "This symbol doesn't have a reference price.")
