"""What views made of ipywidgets share: the look of the drawn views."""

from __future__ import annotations

import html
from functools import cache

import ipywidgets

from .surface import static_text
from .theme import ENVIRONMENTS


@cache
def style() -> str:
    """The look as HTML, to be put into one of a panel's own widgets."""
    return f"<style>{static_text('theme.css')}{static_text('panel.css')}</style>"


def dress(view: ipywidgets.DOMWidget, environment: str, *more: str) -> None:
    """Give a view the look of a panel, in the color of its environment."""
    for name in ("bl-panel", f"bl-{environment}", *more):
        view.add_class(name)


def bar(title: str, subtitle: str, environment: str, words: str = "") -> str:
    """The line above a panel as HTML: what it is, and the environment in words and color.

    Args:
        words: What else is to be said about the environment.
    """
    color = ENVIRONMENTS[environment]
    said = " · ".join(word for word in (environment.upper(), words) if word)
    return (
        "<div class='bl-bar' role='note'>"
        f"<span class='bl-title'>{html.escape(title)}</span>"
        f"<span class='bl-subtitle'>{html.escape(subtitle)}</span>"
        f"<span class='bl-environment' style='color:{color}'>{html.escape(said)}</span></div>"
    )


def still_html(environment: str, content: str) -> str:
    """A panel that needs no kernel, as HTML."""
    return (
        f"{style()}<div class='bl-panel jupyter-widgets bl-{environment}' "
        f"style='display:block; overflow-x:auto'>{content}</div>"
    )
