"""What tables are made of: columns, and cells of text, tone and sparkline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Cell = list[Any]
"""[text, tone], tone being up, down, muted, warn or empty; a third item is a sparkline's values."""

Rows = dict[str, list[Cell]]
"""Cells by the row's key, in the order in which they are shown."""


@dataclass(frozen=True)
class Column:
    """A column's title; numbers are aligned right, text left; width as CSS says it.

    An optional one is left out where the table is narrow, so that no number is cut; one of
    sparklines where it is as narrow as a telephone.
    """

    title: str
    text: bool = False
    width: str = ""
    optional: bool = False
    spark: bool = False
