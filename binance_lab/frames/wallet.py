"""Histories of the wallet, of margin and of earn products, as frames.

All are indexed by ``time`` (UTC, µs), in the order of the answer. What an answer's object does
not have is NaN, NaT or missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from .columns import Answer, Numbers
from .table import Field, objects_of, table

_DEPOSITS = (
    Field("time", "insertTime", "time"),
    Field("completed", "completeTime", "time"),
    Field("asset", "coin", "text"),
    Field("amount", "amount"),
    Field("network", "network", "text"),
    Field("status", "status", "maybe int"),
    Field("address", "address", "text"),
    Field("address_tag", "addressTag", "text"),
    Field("tx_id", "txId", "text"),
    Field("id", "id", "text"),
)
_WITHDRAWALS = (
    Field("time", "applyTime", "time"),
    Field("completed", "completeTime", "time"),
    Field("asset", "coin", "text"),
    Field("amount", "amount"),
    Field("fee", "transactionFee"),
    Field("network", "network", "text"),
    Field("status", "status", "maybe int"),
    Field("address", "address", "text"),
    Field("tx_id", "txId", "text"),
    Field("id", "id", "text"),
    Field("client_id", "withdrawOrderId", "text"),
)
_TRANSFERS = (
    Field("time", "timestamp", "time"),
    Field("asset", "asset", "text"),
    Field("amount", "amount"),
    Field("type", "type", "text"),
    Field("status", "status", "text"),
    Field("id", "tranId", "maybe int"),
)
_DIVIDENDS = (
    Field("time", "divTime", "time"),
    Field("asset", "asset", "text"),
    Field("amount", "amount"),
    Field("reason", "enInfo", "text"),
    Field("id", "tranId", "maybe int"),
)
_MARGIN_INTEREST = (
    Field("time", "interestAccuredTime", "time"),  # Binance's spelling
    Field("asset", "asset", "text"),
    Field("interest", "interest"),
    Field("principal", "principal"),
    Field("rate", "interestRate"),
    Field("type", "type", "text"),
    Field("isolated_symbol", "isolatedSymbol", "text"),
    Field("id", "txId", "maybe int"),
)
_REWARDS = (
    Field("time", "time", "time"),
    Field("asset", "asset", "text"),
    Field("amount", "amount"),
    Field("type", "type", "text"),
    Field("position_id", "positionId", "text"),
    Field("lock_days", "lockPeriod", "maybe int"),
    Field("holding", "holding"),
    Field("annual_rate", "annualPercentageRate"),
)


def deposits_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Deposits.

    Columns: ``completed`` (UTC), ``asset``, ``amount``, ``network``, ``status`` (0 pending, 1
    done, 6 credited but not to be withdrawn yet, 7 wrong, 8 to be confirmed), ``address``,
    ``address_tag``, ``tx_id``, ``id``.

    Args:
        answer: The answer of capital/deposit/hisrec.
        numbers: ``decimal`` for exact amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't such a history.

    https://developers.binance.com/docs/wallet/capital/deposite-history
    """
    return _history(answer, _DEPOSITS, "deposits", numbers, attrs)


def withdrawals_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Withdrawals.

    Columns: ``completed`` (UTC), ``asset``, ``amount``, ``fee`` in the asset, ``network``,
    ``status`` (0 e-mail sent, 2 to be approved, 3 rejected, 4 processing, 6 done), ``address``,
    ``tx_id``, ``id``, ``client_id``.

    Args:
        answer: The answer of capital/withdraw/history.
        numbers: ``decimal`` for exact amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't such a history.

    https://developers.binance.com/docs/wallet/capital/withdraw-history
    """
    rows = [
        {**row, **{key: _text_ms(row[key]) for key in ("applyTime", "completeTime") if key in row}}
        for row in _rows(answer, "withdrawals")
    ]
    return _history(rows, _WITHDRAWALS, "withdrawals", numbers, attrs)


def transfers_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Transfers between the account's own wallets.

    Columns: ``asset``, ``amount``, ``type`` (such as MAIN_MARGIN), ``status``, ``id``.

    Args:
        answer: The answer of asset/transfer (GET).
        numbers: ``decimal`` for exact amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't such a history.

    https://developers.binance.com/docs/wallet/asset/query-user-universal-transfer
    """
    return _history(answer, _TRANSFERS, "transfers", numbers, attrs)


def dividends_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """What was given to the account: airdrops, distributions, rewards.

    Columns: ``asset``, ``amount``, ``reason``, ``id``.

    Args:
        answer: The answer of asset/assetDividend.
        numbers: ``decimal`` for exact amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't such a history.

    https://developers.binance.com/docs/wallet/asset/assets-divided-record
    """
    return _history(answer, _DIVIDENDS, "dividends", numbers, attrs)


def margin_interest_frame(
    answer: Answer, *, numbers: Numbers = "float", **attrs: Any
) -> pd.DataFrame:
    """Interest on what was borrowed.

    Columns: ``asset``, ``interest`` on ``principal``, both in the asset; ``rate`` a day;
    ``type`` (such as PERIODIC), ``isolated_symbol`` of isolated margin, ``id``.

    Args:
        answer: The answer of margin/interestHistory.
        numbers: ``decimal`` for exact amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't such a history.

    https://developers.binance.com/docs/margin_trading/borrow-and-repay/Get-Interest-History
    """
    return _history(answer, _MARGIN_INTEREST, "margin interest", numbers, attrs)


def rewards_frame(answer: Answer, *, numbers: Numbers = "float", **attrs: Any) -> pd.DataFrame:
    """Rewards of flexible and locked earn products, and of ETH staking.

    Columns: ``asset``, ``amount``; ``type`` of flexible ones; ``position_id`` and ``lock_days``
    of locked ones; ``holding`` and ``annual_rate`` of staking.

    Args:
        answer: The answer of simple-earn/flexible/history/rewardsRecord, of the same with
            locked, or of eth-staking/eth/history/rewardsHistory.
        numbers: ``decimal`` for exact amounts.
        attrs: What `frame.attrs` shall say.

    Raises:
        ValueError: The answer isn't such a history.

    https://developers.binance.com/docs/simple_earn/flexible-locked/history/Get-Flexible-Rewards-History
    """
    rows = [{"amount": row.get("rewards"), **row} for row in _rows(answer, "rewards")]
    return _history(rows, _REWARDS, "rewards", numbers, attrs)


def _history(
    answer: Answer,
    fields: Sequence[Field],
    what: str,
    numbers: Numbers,
    attrs: Mapping[str, Any],
) -> pd.DataFrame:
    rows = _rows(answer, what)
    if any(fields[0].key not in row for row in rows):
        raise ValueError(f"This is no answer of {what}: an object has no {fields[0].key}.")
    texts = [field.key for field in fields if field.kind == "text"]
    rows = [{**row, **{key: _text(row.get(key)) for key in texts}} for row in rows]
    return table(rows, fields, what=what, numbers=numbers, index="time", attrs=attrs)


def _rows(answer: Answer, what: str) -> list[Mapping[str, Any]]:
    """The objects of a list, or of an answer that has them as ``rows``."""
    objects = objects_of(answer, what)
    if len(objects) == 1 and "rows" in objects[0]:
        return list(objects[0]["rows"])
    if len(objects) == 1 and objects[0].get("total") == 0:
        return []  # some answers leave rows out where there are none
    return objects


def _text(value: Any) -> str | None:
    """Ids are numbers in some answers and text in others."""
    return None if value is None else str(value)


def _text_ms(value: Any) -> int | None:
    """A time that is written out, such as 2024-08-08 23:54:00 (UTC), in ms."""
    if not isinstance(value, str):
        return None if value is None else int(value)
    if not value:
        return None
    return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() * 1000)
