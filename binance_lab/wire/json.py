"""JSON by msgspec, which is loaded with the first text: an import does not pay for it."""

from __future__ import annotations

from typing import Any


def decode(text: bytes | str) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: It is not JSON.
    """
    import msgspec

    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def encode(value: Any) -> bytes:
    """A value as JSON, decimals as numbers.

    Raises:
        TypeError: JSON has nothing like it.
    """
    import msgspec

    return msgspec.json.Encoder(decimal_format="number").encode(value)
