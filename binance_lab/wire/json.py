"""JSON by msgspec, which is loaded with the first text: an import does not pay for it."""

from __future__ import annotations

import gc
from typing import Any

_LONG = 1 << 20
"""Bytes from which a text is decoded past the garbage collector; below, nothing is gained."""


def decode(text: bytes | str) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: It is not JSON.
    """
    import msgspec

    decoded = _decode_long if len(text) > _LONG and gc.isenabled() else msgspec.json.decode
    try:
        return decoded(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _decode_long(text: bytes | str) -> Any:
    """Decode and declare all of it old at once: it is in use, and has no cycles to look for.

    The collector would go through it again and again while it grows, for a quarter of the time.
    """
    import msgspec

    try:  # before it: an interrupt may come with any line
        gc.disable()
        value = msgspec.json.decode(text)
        if not gc.get_freeze_count():  # nobody else froze anything, so nothing else is thawed
            gc.freeze()
            gc.unfreeze()
        return value
    finally:
        gc.enable()


def encode(value: Any) -> bytes:
    """A value as JSON, decimals as numbers.

    Raises:
        TypeError: JSON has nothing like it.
    """
    import msgspec

    return msgspec.json.Encoder(decimal_format="number").encode(value)
