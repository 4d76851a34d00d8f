"""Colors of what is drawn in Python, chosen to be read on white and on black alike."""

from __future__ import annotations

UP, DOWN = "#1fa287", "#e84f58"
UP_SOFT, DOWN_SOFT = "#1fa28755", "#e84f5855"
WARN = "#d39a1a"
TEXT = "#7d8496"
GRID = "#80889a30"
AVERAGES = ("#d39a1a", "#bd5aa8", "#5b8def")

ENVIRONMENTS = {"local": "#3b7dd8", "testnet": "#e08a00", "live": "#d6304a"}
"""The color of each environment; a view, a form and a banner wear the same."""

MOODS = {
    "live": UP,
    "connecting": WARN,
    "stale": WARN,
    "out of sync": WARN,
    "error": DOWN,
}
"""The color of a live object's state; gray for others."""
