"""Words for people."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """A count and what is counted: ``1 symbol``, ``2,000 symbols``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
