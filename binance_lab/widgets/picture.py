"""What stands in for a canvas where anywidget fails: the same packets, drawn by matplotlib."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from typing import Any, Literal

import ipywidgets
import numpy as np
import traitlets

from binance_lab.connector.exceptions import BadInput
from binance_lab.widgets.candle_picture import CandlePicture, Look, Rows
from binance_lab.widgets.surface import FrameSink, Packet, Surface
from binance_lab.widgets.theme import ENVIRONMENTS, MOODS, TEXT
from binance_lab.widgets.times import named_zone, page_zone, time_text

Engine = Literal["canvas", "matplotlib"]

Picture = Callable[[Packet, str], bytes]
"""Takes a packet in, and gives all there is to show now as a PNG; times are in the zone named."""

RATE = 4.0
"""Frames a second, at most."""


class _TitledImage(ipywidgets.Image):
    """An image with a tooltip: the browser's half sets none unless it finds an empty description."""

    description = traitlets.Unicode("").tag(sync=True)


class PictureSurface(ipywidgets.VBox):
    """An `ipywidgets.Image`, below a line with title, state and environment."""

    pace = RATE

    def __init__(self, picture: Picture, *, width: str = "100%") -> None:
        self._picture = picture
        self._line = ipywidgets.HTML()
        self._image = _TitledImage(format="png")
        self._image.layout.width = "100%"
        super().__init__([self._line, self._image])
        self.layout.max_width = width
        self.zone = ""
        self.heard: Callable[[], None] = lambda: None
        self._begun = False

    def send_frame(
        self, head: dict[str, Any], snapshot: Callable[[], Packet], delta: Callable[[], Packet]
    ) -> None:
        """Draw one frame; everything the first time, then with what changed."""
        packet = delta() if self._begun else snapshot()
        self._begun = True
        self._image.value = self._picture(packet, self.zone or page_zone())
        self.send_head(head)

    def close(self) -> None:
        """Close the widget, and forget the figure that it drew."""
        super().close()
        self._picture = lambda *_: b""

    def send_head(self, head: dict[str, Any]) -> None:
        """Write the line above the picture, if it changed."""
        text = head_html(head)
        if text != self._line.value:
            self._line.value = text
        words = " ".join(filter(None, (head.get(k) for k in ("title", "subtitle", "kind"))))
        if words != self._image.tooltip:  # also what a screen reader says of the picture
            self._image.tooltip = words


def surface_of(
    engine: Engine,
    canvas: Callable[[], Surface],
    picture: Callable[[], Picture],
    *,
    width: str = "100%",
) -> FrameSink:
    """What shows a view: the canvas or the picture, of which only the one wanted is made."""
    if engine not in ("canvas", "matplotlib"):
        raise BadInput(f'engine is "canvas" or "matplotlib", not {engine!r}.')
    return canvas() if engine == "canvas" else PictureSurface(picture(), width=width)


class MovingCandles:
    """Candles that packets complete, as pictures."""

    def __init__(self, *, height: int) -> None:
        self._picture = CandlePicture(height=height)
        self._rows: Rows | None = None
        self._meta: dict[str, Any] = {}

    def png(self, packet: Packet, zone: str) -> bytes:
        """The candles with what changed."""
        fresh = packet.numbers[0]
        self._rows = fresh if self._rows is None else merged(self._rows, fresh)
        self._rows = self._rows[-packet.meta["keep"] :]
        self._meta = {**self._meta, **packet.meta}
        return self._picture.png(self._rows, look_of({}, self._meta, zone))


def look_of(head: dict[str, Any], meta: dict[str, Any], zone: str = "") -> Look:
    """The look of a picture, from the head and the meta of packets."""
    title = f"{head.get('title', '')} {head.get('subtitle', '')}".strip()
    return Look(
        title,
        decimals=meta.get("decimals", 2),
        averages=meta.get("averages") or (),
        marks=meta.get("marks") or (),
        orders=meta.get("orders") or (),
        zone=named_zone(zone),
    )


def merged(rows: Rows, fresh: Rows) -> Rows:
    """Rows by their time (first column), where fresh ones replace those they agree with."""
    if not len(fresh) or not len(rows):
        return fresh if len(fresh) else rows
    if fresh[0, 0] >= rows[-1, 0]:
        return np.concatenate([rows[:-1] if fresh[0, 0] == rows[-1, 0] else rows, fresh])
    both = np.concatenate([fresh, rows])  # the first of equals stays
    return both[np.unique(both[:, 0], return_index=True)[1]]


def head_html(head: dict[str, Any]) -> str:
    """The line above a view without JavaScript: title, state, time of the last message."""
    environment, state = str(head.get("environment", "")), str(head.get("state", ""))
    age_s = head.get("age_s")
    at = "" if age_s is None else f" · {time_text((time.time() - age_s) * 1_000)}"
    color = ENVIRONMENTS.get(environment, TEXT)
    chip = (
        f'<span style="color:{color};border:1px solid;border-radius:3px;padding:0 5px;font-size:10px">'
        f"{html.escape(environment.upper())}</span>"
    )
    notice = f'<div style="color:{MOODS["error"]}">{html.escape(head["notice"])}</div>'
    tone = MOODS["stale"] if head.get("gap_tone") == "warn" else TEXT
    gap = f'<div role="status" style="color:{tone}">{html.escape(head.get("gap") or "")}</div>'
    return (
        f'<div style="display:flex;gap:10px;align-items:center;color:{TEXT};'
        f'border-left:3px solid {color};padding-left:8px;line-height:24px">'
        f"<b>{html.escape(str(head.get('title', '')))}</b>"
        f"<span>{html.escape(str(head.get('subtitle', '')))}</span><span style='flex:1'></span>"
        f'<span role="status"><span style="color:{MOODS.get(state, TEXT)}">●</span> '
        f"{html.escape(state)}{at}</span>{chip if environment else ''}</div>"
        f"{notice if head.get('notice') else ''}{gap if head.get('gap') else ''}"
    )
