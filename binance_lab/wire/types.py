"""Names for the values that the API sends and takes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
JsonArray: TypeAlias = list[Any]
Json: TypeAlias = JsonObject | JsonArray

Number: TypeAlias = int | float | str | Decimal
"""A price or an amount.  Text and Decimal arrive as they are; a float as its shortest decimal."""

Time: TypeAlias = int | str | datetime | date
"""An int is sent as it is; a date, or ISO text, without a zone is UTC."""

Joined: TypeAlias = list[str] | str
"""A list that goes over the wire as ``A,B`` and not as JSON."""
