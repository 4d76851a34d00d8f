"""Times in the zone of the page."""

from __future__ import annotations

from binance_lab.widgets import times
from binance_lab.widgets.surface import Surface

NOON_MS = 1_723_112_580_000


def test_times_are_in_the_zone_of_the_page(monkeypatch):
    """A page says its zone with its hello; a tooltip says the time in UTC."""
    monkeypatch.setattr(times, "_page_zone", "")
    view = Surface()
    view._hear(view, {"page": "a", "hello": True, "zone": "Asia/Tokyo"}, [])
    assert times.time_text(NOON_MS) == "19:23:00"
    assert times.utc_text(NOON_MS) == "2024-08-08 10:23:00 UTC"
    assert times.time_text(0) == ""
    view.close()
