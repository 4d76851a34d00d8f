"""Where a row of a live object came from: the ``source`` column."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

STREAM, REST = 0, 1
"""Codes of the column: the stream brought it; REST did, as history or to fill a hole."""

SOURCES = pd.CategoricalDtype(["stream", "rest"])


def source_column(codes: npt.NDArray[Any]) -> pd.Categorical:
    """The codes as a category of stream and rest."""
    return pd.Categorical.from_codes(codes.astype(np.int8), dtype=SOURCES)
