"""Times as views show them: in the zone of the user's page, in UTC for a tooltip."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_page_zone = ""


def page_zone() -> str:
    """The time zone of the page that said hello last, to any view; empty before the first."""
    return _page_zone


def set_page_zone(name: str) -> None:
    """A page has said its time zone, such as ``Europe/Zurich``."""
    global _page_zone
    _page_zone = name


def named_zone(name: str) -> tzinfo | None:
    """A time zone; None, which is this machine's own, for a name that is empty or unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def time_text(time_ms: float) -> str:
    """A time in the zone of the page, or of this machine while no page has said its own."""
    if not time_ms:
        return ""
    return f"{datetime.fromtimestamp(time_ms / 1_000, named_zone(page_zone())):%H:%M:%S}"


def utc_text(time_ms: float) -> str:
    """The same time in full, in UTC: for a tooltip."""
    return f"{datetime.fromtimestamp(time_ms / 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"
