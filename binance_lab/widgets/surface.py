"""The kernel's half of what is drawn in the browser: snapshots, deltas, and who is watching.

A page says hello when it shows a view, and gets a snapshot: all there is to show. From then on
it gets deltas, numbered, and says hello again if one is missing; heads, which come also while a
view stands still, tell the newest number. Nothing waits for a page: its messages come through the
shell, which a running cell may keep busy.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import anywidget
import numpy as np
import traitlets

from binance_lab.widgets.times import set_page_zone
from binance_lab.widgets.view import View, source_error

SNAPSHOT_EVERY_S = 20.0
"""A view that moves sends everything this often: it heals what was lost while the shell is busy."""

SAVE_EVERY_S = 60.0
"""How often the state that is saved with a notebook is renewed."""

SIGN_OF_LIFE_S = 2.0
"""A view that stands still says so this often: a page takes silence for a dead kernel."""

HIDDEN_RATE = 2.0
"""Frames a second of a view that no page shows. Not 0: coming back is said through the shell."""

SLOWEST_RATE = 1.0
"""Frames a second of a view whose page is slower than that."""


@cache
def static_text(name: str) -> str:
    """A file of `widgets/static`. As text: anywidget would watch a path for changes, for ever."""
    return (files("binance_lab.widgets") / "static" / name).read_text("utf-8")


def script(*names: str) -> str:
    """The module of a view: what all share, and its own files, one after the other."""
    return "".join(map(static_text, ("view.js", *names)))


@dataclass
class Packet:
    """What one message shows: JSON, and float64 numbers beside it."""

    meta: dict[str, Any] = field(default_factory=dict)
    numbers: list[np.ndarray[Any, np.dtype[np.float64]]] = field(default_factory=list)

    def buffers(self) -> list[bytes]:
        """The numbers as the page reads them: little-endian float64, row after row."""
        return [np.ascontiguousarray(array, "<f8").tobytes() for array in self.numbers]


class FrameSink(Protocol):
    """What shows packets: a `Surface`, or what stands in for one."""

    heard: Callable[[], None]
    """Called when a page came, went, or was hidden."""
    zone: str
    """The time zone of the last page that said hello."""

    @property
    def pace(self) -> float:
        """Frames a second that it can show, at most."""

    def send_frame(
        self,
        head: dict[str, Any],
        snapshot: Callable[[], Packet],
        delta: Callable[[], Packet],
    ) -> None:
        """Show what changed, or everything."""

    def send_head(self, head: dict[str, Any]) -> None:
        """Show the line above the view, and its notice, alone."""


class Surface(anywidget.AnyWidget):
    """An anywidget that shows packets, and knows which pages show it.

    Threads: `send_frame` and `save` belong to the refresher's; pages are heard on any.
    """

    _css = static_text("theme.css") + static_text("view.css")
    saved = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(420).tag(sync=True)

    def __init__(self, *, height: int = 420) -> None:
        super().__init__(height=height)
        self.layout.width = "100%"
        self.zone = ""
        self.heard: Callable[[], None] = lambda: None
        self._lock = threading.Lock()  # guards _pages and _wanted
        self._pages: dict[str, float] = {}  # id: frames a second that it keeps up with, 0 if hidden
        self._wanted = 1  # snapshots asked for so far; the first frame is one
        self._served = 0
        self._seq = 0
        self._snapshot_at = self._saved_at = 0.0
        self.on_msg(self._hear)

    @property
    def pace(self) -> float:
        """That of the slowest page that shows the view; a low one if there are pages and none does."""
        with self._lock:
            paces = list(self._pages.values())
        slowest = HIDDEN_RATE if paces else math.inf
        return min((pace for pace in paces if pace), default=slowest)

    def send_frame(
        self,
        head: dict[str, Any],
        snapshot: Callable[[], Packet],
        delta: Callable[[], Packet],
    ) -> None:
        """Send what changed; everything to a page that is new, and now and then."""
        now = time.monotonic()
        wanted = self._wanted
        if wanted == self._served and now - self._snapshot_at < SNAPSHOT_EVERY_S:
            self._post("delta", head, delta())
            return
        packet = snapshot()
        self._post("snapshot", head, packet)
        self._served, self._snapshot_at = wanted, now
        if now - self._saved_at > SAVE_EVERY_S:
            self._saved_at = now
            self.save(head, packet)

    def send_head(self, head: dict[str, Any]) -> None:
        """Send the line above the view, and its notice, alone."""
        self.send({"kind": "head", "seq": self._seq, "head": head})

    def _post(self, kind: str, head: dict[str, Any], packet: Packet) -> None:
        self._seq += 1
        message = {**packet.meta, "kind": kind, "seq": self._seq, "head": head}
        self.send(message, packet.buffers())

    def save(self, head: dict[str, Any], packet: Packet) -> None:
        """Keep a snapshot in the widget's state, which a notebook may be saved with."""
        message = {**packet.meta, "seq": self._seq, "head": head}
        self.saved = {"message": message, "buffers": packet.buffers()}

    def _hear(self, _: object, content: dict[str, Any], __: object) -> None:
        page = content.get("page")
        if not isinstance(page, str):
            return
        with self._lock:
            if content.get("bye"):
                self._pages.pop(page, None)
            elif "hello" in content:
                self._pages[page] = math.inf
                self._wanted += 1
                self.zone = str(content.get("zone", ""))
                set_page_zone(self.zone)
            else:
                self._pages[page] = _pace_in(content)
        self.heard()


def _pace_in(content: dict[str, Any]) -> float:
    """What a page says of itself: hidden, slower than the frames that come, or all is well."""
    pace = content.get("pace")
    if not content.get("visible"):
        return 0.0
    return max(float(pace), SLOWEST_RATE) if isinstance(pace, int | float) else math.inf


class SurfaceView(View):
    """A view drawn in the browser by one of `static/*.js`.

    A subclass says what everything is (`snapshot`) and what changed since the last packet
    (`delta`); both are called by the refresher's thread only.
    """

    def __init__(self, surface: FrameSink, **options: Any) -> None:
        self.surface = surface
        self._notice_text = ""
        self._told_at = time.monotonic()
        super().__init__([surface], **options)
        surface.heard = self.mark

    def snapshot(self) -> Packet:
        """All there is to show."""
        raise NotImplementedError

    def delta(self) -> Packet:
        """What changed since the last packet."""
        return self.snapshot()

    def draw(self) -> None:
        """Send one frame to the pages."""
        self._told_at = time.monotonic()
        self.surface.send_frame(self._head(), self.snapshot, self.delta)

    def show_notice(self, text: str) -> None:
        """Show a line of text below the view; an empty one takes it away."""
        self._notice_text = text
        self._tell_head()

    def _head(self) -> dict[str, Any]:
        return {**self.head(), "notice": self._notice_text or source_error(self.sources)}

    def pulse(self) -> None:
        """Once a second: look at the sources' states, and give a sign of life."""
        super().pulse()
        if time.monotonic() - self._told_at >= SIGN_OF_LIFE_S - 0.5:
            self._tell_head()

    def _tell_head(self) -> None:
        self._told_at = time.monotonic()
        self.surface.send_head(self._head())

    @property
    def rate(self) -> float:
        """Frames a second at most; less while no page shows the view, or one can't keep up."""
        return min(self._rate, self.surface.pace)
