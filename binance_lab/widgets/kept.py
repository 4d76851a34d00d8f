"""What a view leaves in a notebook: a picture or a table that needs no kernel."""

from __future__ import annotations

import base64
import html
from typing import Any

Still = dict[str, Any]
"""A MIME bundle that shows a view without a kernel: `image/png` or `text/html`, `text/plain`."""

NOTHING: Still = {"text/html": "", "text/plain": ""}
"""An output that can't be taken out of a cell, only emptied."""

# Beside a widget that the page shows, the picture is not there. Without its kernel JupyterLab has
# a line of text about a model in the widget's place: it is left out, the picture says more.
_STYLE = """\
:root:has(.{shown}) :is(.{kept}, .jp-OutputArea-child:has(.{kept})) {{ display: none; }}
.jp-OutputArea-child:has(+ .jp-OutputArea-child .{kept}):not(:has(> .jp-OutputArea-output > *)) {{ display: none; }}
"""


def shown_class(view: str) -> str:
    """The CSS class of a view's widget, by the view's id."""
    return f"bl-shown-{view}"


def kept_html(still: Still, view: str) -> str:
    """A picture that is hidden as long as the widget of this view is on the same page."""
    kept = f"bl-kept-{view}"
    style = _STYLE.format(shown=shown_class(view), kept=kept)
    return f"<style>{style}</style><div class='{kept}'>{still_html(still)}</div>"


def still_html(still: Still) -> str:
    """A still as HTML."""
    if "image/png" in still:
        data = base64.b64encode(still["image/png"]).decode()
        words = html.escape(str(still.get("text/plain", "")), quote=True)
        return f'<img style="max-width:100%" alt="{words}" src="data:image/png;base64,{data}">'
    return str(still.get("text/html") or f"<pre>{html.escape(str(still['text/plain']))}</pre>")


def encoded(still: Still) -> Still:
    """As the Jupyter message wants it: bytes in base64."""
    return {
        mime: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for mime, value in still.items()
    }
