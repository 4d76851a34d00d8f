"""Every documented error code: the test that sees it answered, or the reason why it isn't.

The codes are those of tests/data/errors.json:
https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from .. import test_amending, test_engine, test_order_lists
from . import test_errors, test_faults, test_limits, test_streams, test_trading, test_ws_api

DOCUMENTED = json.loads(
    Path(__file__).parents[2].joinpath("data", "errors.json").read_text(encoding="utf-8")
)
TESTED_BY: dict[Callable[..., None], str] = {
    test_errors.test_a_public_request_is_refused: "-1100 -1101 -1102 -1104 -1105 -1108 -1120 -1121 -1122 -1128 -1130 -1139 -1151 -1220 -2043",
    test_errors.test_an_order_is_refused: "-1013 -1106 -1111 -1115 -1116 -1117 -1134 -1210 -1211 -2010",
    test_errors.test_a_question_about_orders_is_refused: "-1127 -1145 -2011 -2013",
    test_errors.test_a_request_without_a_key_is_refused: "-2014",
    test_errors.test_a_key_that_nobody_has_is_refused: "-2015",
    test_errors.test_a_request_from_another_time_is_refused: "-1021",
    test_errors.test_a_wrong_signature_is_refused: "-1022",
    test_errors.test_a_time_unit_that_there_is_not_is_refused: "-1194",
    test_errors.test_too_many_unfilled_orders_are_429_without_retry_after: "-1015",
    test_errors.test_binary_answers_are_not_offered: "-1155",
    test_errors.test_an_order_from_long_ago_is_archived: "-2026",
    test_faults.test_limits_can_be_pretended: "-1003",
    test_faults.test_an_error_before_has_a_code: "-1000 -1001 -1006 -1007 -1008 -1016",
    test_limits.test_connections_of_an_address_are_limited: "-1034",
    test_streams.test_a_listen_key_streams_the_account: "-1125",
    test_ws_api.test_a_request_is_refused: "-1002 -1020 -2036",
    test_ws_api.test_what_is_no_request_is_refused: "-1135",
    test_ws_api.test_an_account_is_subscribed_once_a_connection: "-2035",
    test_ws_api.test_a_connection_runs_out_of_subscription_ids: "-2042",
    test_trading.test_an_order_list_is_refused: "-1160",
    test_trading.test_cancel_only_tells_that_the_order_count_refused_the_new_order: "-2021 -2022",
    test_order_lists.test_pair_that_does_not_enclose_the_price_is_refused: "-1158 -1165 -1166 -1168 -1196 -1197 -1198 -1199",
    test_order_lists.test_opo_buys_first_and_sells_then: "-1222 -1223 -1225",
    test_amending.test_amendment_only_reduces: "-2038",
    test_engine.test_order_is_found_by_either_id: "-2039",
}  # fmt: skip
FIX = "FIX sessions only"
SBE = "binary answers only; here -1155 refuses them all"
OLDER = "an older word for what another code says now: "
NOT_ANSWERED = {
    -1010: "its texts come with -1013, -2010, -2011 and -2038",
    -1014: OLDER + "-1013, Unsupported order combination",
    -1103: OLDER + "-1101 and -1104 tell too many parameters and unread ones apart",
    -1112: OLDER + "an order at the market that finds an empty book expires, or is -2010",
    -1114: OLDER + "-1106, of the parameter timeInForce",
    -1118: OLDER + "-1105, of the parameter newClientOrderId",
    -1119: OLDER + "-1105, of the parameter origClientOrderId",
    -1224: "a working order without a mandatory parameter is -1102 by its name; this is FIX's tag",
    -2016: "every symbol has a window: one without trades shows its last price",
    **dict.fromkeys((-1152, -1153, -1161, -1221), SBE),
    **dict.fromkeys((-1033, -1035, *range(-1191, -1168)), FIX),
}


def test_every_code_is_tested_or_explained():
    """No documented code is left out, none is both, and none is made up."""
    tested = {int(code) for codes in TESTED_BY.values() for code in codes.split()}
    assert tested.isdisjoint(NOT_ANSWERED)
    assert tested | NOT_ANSWERED.keys() == {int(code) for code in DOCUMENTED}


@pytest.mark.parametrize(("test", "codes"), TESTED_BY.items(), ids=lambda each: getattr(each, "__name__", ""))  # fmt: skip
def test_a_test_names_its_codes(test: Callable[..., None], codes: str):
    """The tests listed here are about the codes that they are listed for."""
    named = set(re.findall(r"-[12][0-9]{3}\b", inspect.getsource(test)))
    assert named >= set(codes.split())
