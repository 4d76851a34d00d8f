"""Answers that are lists of JSON objects, made into frames by a list of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
import numpy as np
import pandas as pd

from .columns import Answer, Numbers, decode, frame_of, number_column, text_column, time_column

Kind: TypeAlias = Literal["number", "int", "maybe int", "bool", "text", "time"]
"""number: price or amount; int: int64; maybe int: Int64, missing where the answer has none;
bool; text: string, missing where the answer has none; time: UTC, NaT where it has none."""


class Field(NamedTuple):
    """A column: its name, the answer's key, and what it holds."""

    name: str
    key: str
    kind: Kind = "number"


_decoder = msgspec.json.Decoder(list[dict[str, Any]] | dict[str, Any])


def objects_of(answer: Answer, what: str) -> list[Mapping[str, Any]]:
    """The objects of an answer: a list of them, or one alone.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(answer, bytes):
        answer = decode(_decoder.decode, answer, what)
    if isinstance(answer, Mapping):
        return [answer]
    return list(answer)


def table(
    answer: Answer,
    fields: Sequence[Field],
    *,
    what: str,
    numbers: Numbers = "float",
    index: str | None = None,
    attrs: Mapping[str, Any],
) -> pd.DataFrame:
    """A frame with a row for each object, and a column for each field.

    Raises:
        ValueError: The answer isn't what it should be.
    """
    rows = objects_of(answer, what)
    try:
        columns = {field.name: _column(rows, field, numbers) for field in fields}
    except (KeyError, TypeError) as error:
        raise ValueError(f"This is no answer of {what}: {error!r} in an object.") from None
    shown = frame_of(columns, attrs=attrs)
    return shown if index is None else shown.set_index(index)


def _column(rows: Sequence[Mapping[str, Any]], field: Field, numbers: Numbers) -> Any:
    if field.kind in ("int", "bool"):
        dtype = np.int64 if field.kind == "int" else np.bool_
        return np.array([row[field.key] for row in rows], dtype=dtype)
    values = [row.get(field.key) for row in rows]
    if field.kind == "number":
        return number_column(values, numbers)
    if field.kind == "text":
        return text_column(values)
    if field.kind == "time":
        return time_column(values)
    return pd.array(values, dtype="Int64")
