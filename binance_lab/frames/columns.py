"""What every frame is made with: times in UTC, columns of a fixed dtype, where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd

from binance_lab.wire.lab_error import BadInput

Numbers: TypeAlias = Literal["float", "decimal"]
"""Prices and amounts as float64, or as exact Decimal objects."""

Answer: TypeAlias = bytes | Sequence[Any] | Mapping[str, Any]
"""What REST answered: the undecoded body, which is fastest, or what the client decoded."""

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

_FIRST_US = 100_000_000_000_000  # as ms the year 5138, as µs 1973
_US_PER_MS = 1_000


def is_exact(numbers: Numbers) -> bool:
    """Whether Decimals are asked for.

    Raises:
        BadInput: It is neither of the two.
    """
    if numbers not in ("float", "decimal"):
        raise BadInput(f'numbers={numbers!r} is neither "float" nor "decimal".')
    return numbers == "decimal"


def body_of(answer: Answer) -> bytes:
    """The JSON text of an answer, whether it was decoded or not."""
    return answer if isinstance(answer, bytes) else msgspec.json.encode(answer)


def to_us(times: Ints) -> Ints:
    """Times in µs; ms and µs are told apart by their magnitude, each for itself."""
    if not times.size or times.min() >= _FIRST_US:
        return times
    return np.where(times < _FIRST_US, times * _US_PER_MS, times)


def time_us(time: int) -> int:
    """One time in µs, whether it is in ms or µs."""
    return time if time >= _FIRST_US else time * _US_PER_MS


def utc(times: Ints) -> pd.DatetimeIndex:
    """Times in ms or µs as a UTC index with a resolution of µs."""
    return pd.DatetimeIndex(to_us(times).view("M8[us]"), tz="UTC")


def frame_of(
    columns: Mapping[str, Any], *, index: pd.Index | None = None, attrs: Mapping[str, Any]
) -> pd.DataFrame:
    """A frame of whole columns, which are not copied; attrs says where it came from."""
    frame = pd.DataFrame(dict(columns), index=index, copy=False)
    frame.attrs.update(attrs)
    return frame


def number_column(values: Iterable[Any], numbers: Numbers) -> npt.NDArray[Any]:
    """Numbers, or text that says one, as float64 or as Decimal objects; None becomes NaN."""
    if not is_exact(numbers):
        exact = [np.nan if value is None else float(value) for value in values]
        return np.array(exact, dtype=np.float64)
    return object_column(Decimal("nan") if value is None else Decimal(value) for value in values)


def object_column(values: Iterable[Any]) -> npt.NDArray[np.object_]:
    """An array of the very objects, which numpy might else look into."""
    items = list(values)
    column = np.empty(len(items), dtype=object)
    column[:] = items
    return column


def text_column(values: Sequence[str | None]) -> pd.api.extensions.ExtensionArray:
    """Text; None is missing."""
    return pd.array(values, dtype="string")


def time_column(values: Sequence[int | None]) -> pd.DatetimeIndex:
    """Times in ms or µs; None and numbers below 0 are missing (NaT)."""
    known = np.array([-1 if value is None else value for value in values], dtype=np.int64)
    times = to_us(np.where(known < 0, 0, known)).view("M8[us]").copy()
    times[known < 0] = np.datetime64("NaT")
    return pd.DatetimeIndex(times, tz="UTC")


def decode(decoder: Callable[[bytes], Any], body: bytes, what: str) -> Any:
    """What the body says.

    Raises:
        ValueError: It isn't such an answer; the message shows how it starts.
    """
    try:
        return decoder(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_an_answer(what, body, str(error)) from None


def not_an_answer(what: str, body: bytes, problem: str) -> ValueError:
    """The error for a body that holds something else."""
    start = " ".join(body[:120].decode("utf-8", "replace").split())[:60]
    return ValueError(f"This is no answer of {what}: {problem}. It starts with {start!r}.")
