"""What panels of widgets share: the line above and the look."""

from __future__ import annotations

import re

import pytest

from binance_lab.widgets import panel
from binance_lab.widgets.surface import static_text
from binance_lab.widgets.theme import ENVIRONMENTS


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_bar_says_the_environment_in_words_and_color(environment):
    """Nobody has to know what a color means."""
    text = panel.bar("BTC<USDT", "order", environment, "play money")
    assert f"{environment.upper()} · play money" in text
    assert ENVIRONMENTS[environment] in text
    assert "BTC&lt;USDT" in text


def test_the_style_of_panels_reaches_only_views():
    """Each rule begins with a class of ours: a notebook's own buttons and tables stay as they are."""
    css = re.sub(r"/\*.*?\*/", "", static_text("panel.css"), flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", css)
    assert len(selectors) > 50
    for selector in selectors:
        if not selector.strip().startswith("@container"):
            assert re.match(r"\s*\.bl-(panel|desk)\b", selector), selector
