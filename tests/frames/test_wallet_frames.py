"""Deposits, withdrawals, transfers, dividends, margin interest and rewards."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pandas as pd
import pytest

from binance_lab.frames import (
    deposits_frame,
    dividends_frame,
    margin_interest_frame,
    rewards_frame,
    transfers_frame,
    withdrawals_frame,
)

NOW_MS = 1_723_161_240_000
NOW = pd.Timestamp(NOW_MS, unit="ms", tz="UTC")
DEPOSIT = {
    "id": "769800519366885376",
    "amount": "0.001",
    "coin": "BNB",
    "network": "BNB",
    "status": 1,
    "address": "bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23",
    "addressTag": "101764890",
    "txId": "98A3EA560C6B3336D348B6C83F0F95ECE4F1F5919E94BD006E5BF3BF264FACFC",
    "insertTime": NOW_MS,
    "completeTime": NOW_MS,
}
WITHDRAWAL = {
    "id": "b6ae22b3aa844210a7041aee7589627c",
    "amount": "8.91000000",
    "transactionFee": "0.004",
    "coin": "USDT",
    "status": 6,
    "address": "0x94df8b352de7f46f64b01d3666bf6e936e44ce60",
    "txId": "0xb5ef8c13b968a406cc62a93a8bd80f9e9a906ef1b3fcf20a2e48573c17659268",
    "applyTime": "2024-08-08 23:54:00",
    "network": "ETH",
    "completeTime": "",
}
TRANSFER = {
    "asset": "USDT",
    "amount": "1",
    "type": "MAIN_MARGIN",
    "status": "CONFIRMED",
    "tranId": 11415955596,
    "timestamp": NOW_MS,
}
DIVIDEND = {
    "id": 1637366104,
    "amount": "10.00000000",
    "asset": "BHFT",
    "divTime": NOW_MS,
    "enInfo": "BHFT distribution",
    "tranId": 2968885920,
}
INTEREST = {
    "txId": 1352286576452864727,
    "interestAccuredTime": NOW_MS,
    "asset": "USDT",
    "principal": "45.3313",
    "interest": "0.00024995",
    "interestRate": "0.00013233",
    "type": "ON_BORROW",
}
FLEXIBLE = {"asset": "BUSD", "rewards": "0.00006408", "type": "BONUS", "time": NOW_MS}
LOCKED = {"positionId": 123, "asset": "BNB", "lockPeriod": "30", "amount": "2", "time": NOW_MS}
HISTORIES = [
    (deposits_frame, [DEPOSIT], []),
    (withdrawals_frame, [WITHDRAWAL], []),
    (transfers_frame, {"total": 1, "rows": [TRANSFER]}, {"total": 0}),
    (dividends_frame, {"total": 1, "rows": [DIVIDEND]}, {"total": 0, "rows": []}),
    (margin_interest_frame, {"total": 1, "rows": [INTEREST]}, {"total": 0, "rows": []}),
    (rewards_frame, {"total": 1, "rows": [FLEXIBLE]}, {"total": 0, "rows": []}),
    (rewards_frame, {"total": 1, "rows": [LOCKED]}, {"total": 0, "rows": []}),
]


@pytest.mark.parametrize("numbers", ["float", "decimal"])
@pytest.mark.parametrize(("frame", "full", "empty"), HISTORIES)
def test_histories_have_one_schema(frame, full, empty, numbers):
    """Full and empty answers, decoded or not, make the same columns; the index is the time."""
    some, none = frame(full, numbers=numbers), frame(empty, numbers=numbers)
    assert some.index.tolist() == [NOW]
    assert some.index.name == "time"
    assert len(none) == 0
    assert dict(none.dtypes) == dict(some.dtypes)
    assert none.index.dtype == some.index.dtype
    pd.testing.assert_frame_equal(some, frame(msgspec.json.encode(full), numbers=numbers))


@pytest.mark.parametrize(("frame", "full", "empty"), HISTORIES)
def test_an_error_answer_is_refused(frame, full, empty):
    """What isn't such a history is a ValueError."""
    with pytest.raises(ValueError, match="no answer of"):
        frame({"code": -2015, "msg": "Invalid API-key"})


def test_a_withdrawal_is_a_row():
    """Written times are UTC, one that is still empty is NaT, amounts are exact if asked."""
    row = withdrawals_frame([WITHDRAWAL], numbers="decimal").iloc[0]
    assert row["fee"] == Decimal("0.004")
    assert row["status"] == 6
    assert pd.isna(row["completed"])
    assert pd.isna(row["client_id"])


def test_rewards_of_all_products_are_amounts():
    """Flexible products call it rewards, locked ones amount: one column."""
    flexible, locked = rewards_frame([FLEXIBLE]).iloc[0], rewards_frame([LOCKED]).iloc[0]
    assert (flexible["amount"], locked["amount"]) == (0.00006408, 2.0)
    assert (locked["lock_days"], locked["position_id"]) == (30, "123")
    assert pd.isna(flexible["lock_days"])
