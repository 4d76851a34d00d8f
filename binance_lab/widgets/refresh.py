"""The one thread that draws every view of a kernel.

Streams only change state; this thread draws the newest of it. A view says that something
changed (`mark`), as often as it likes and from any thread, and is drawn at most `rate` times a
second: the latest state wins, nothing queues, so no backlog can grow. All drawing together
stays below a share of one core and below a rate of messages that Jupyter's server forwards.

The table of views lives outside of this module's globals, so that a cell that runs again, or
`%autoreload`, finds the views of its former run and replaces them.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
from dataclasses import dataclass, field
from types import ModuleType
from typing import Protocol

from binance_lab.widgets.shell import main_shell
from binance_lab.wire.words import counted

CPU_SHARE = 0.5
"""Share of one core that all drawing together may take."""

MESSAGES_PER_S = 80.0
"""Frames a second of all views together. Jupyter's server drops messages above 1,000/s."""

PULSE_S = 1.0
"""How often a view that nothing marks may look at its sources' state."""

MAX_BACKOFF = 32.0
"""A view that fails frame after frame is drawn at most this many times slower."""

_log = logging.getLogger("binance_lab.widgets")
_HOME = "_binance_lab_refresher"


class Drawable(Protocol):
    """What the refresher needs of a view."""

    name: str

    @property
    def rate(self) -> float:
        """Frames a second, at most."""

    def draw(self) -> None:
        """Show the newest state; called by the refresher's thread only."""

    def pulse(self) -> None:
        """Called about once a second, drawn or not; may `mark`."""

    def drawn(self) -> None:
        """A frame is out."""

    def failed(self, error: Exception) -> None:
        """A frame, or a pulse, ended in an exception."""

    def give_way(self, newer: Drawable) -> None:
        """End if the newer one, about to be added, takes this one's place."""

    def stop(self) -> None:
        """End, without being drawn again."""


@dataclass
class _Slot:
    view: Drawable
    dirty: bool = True
    due: float = 0.0
    pulse_due: float = field(default_factory=time.monotonic)
    cost_s: float = 0.0  # thread CPU a frame, smoothed
    failures: int = 0  # in a row
    drawn_at: float = 0.0

    @property
    def next_at(self) -> float:
        return min(self.due, self.pulse_due) if self.dirty else self.pulse_due

    def active(self, now: float) -> bool:
        return self.dirty or now - self.drawn_at < 2 * PULSE_S


class Refresher:
    """Draws views that were marked, one after the other, in one thread, as long as there are views."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # guards _slots, _thread and _stopping
        self._drawing = threading.RLock()  # held while a view is drawn
        self._slots: dict[int, _Slot] = {}
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.exiting = False
        """Python ends: nothing more may be sent to a page."""

    def __repr__(self) -> str:
        return f"<Refresher: {counted(len(self._slots), 'view')}, {self.load:.0%} of a core>"

    @property
    def views(self) -> list[Drawable]:
        """The views that are drawn now."""
        with self._changed:
            return [slot.view for slot in self._slots.values()]

    @property
    def load(self) -> float:
        """Share of one core that the views of the last seconds want at their full rates."""
        now = time.monotonic()
        with self._changed:
            slots = [slot for slot in self._slots.values() if slot.active(now)]
        return sum(slot.cost_s * slot.view.rate for slot in slots)

    def add(self, view: Drawable) -> None:
        """Draw this view from now on; those whose place it takes end."""
        for old in self.views:
            if old is not view:
                old.give_way(view)
        with self._changed:
            self._slots[id(view)] = _Slot(view)
            self._ensure_thread()
            self._changed.notify()

    def remove(self, view: Drawable) -> None:
        """Draw this view no more; returns when no frame of it is on its way."""
        with self._changed:
            self._slots.pop(id(view), None)
            self._changed.notify()  # nothing is left, perhaps
        with self._drawing:
            pass

    def mark(self, view: Drawable) -> None:
        """Something changed: draw this view as soon as its rate allows. Any thread, O(1)."""
        slot = self._slots.get(id(view))
        if slot is None or slot.dirty:
            return
        slot.dirty = True
        with self._changed:
            self._changed.notify()

    def shut_down(self, timeout_s: float = 2.0) -> None:
        """End the thread; views stay as they are. The next `add` starts it anew."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    def at_exit(self) -> None:
        """End the thread for good: one that draws while Python ends can crash it."""
        self.exiting = True
        self.shut_down()

    def _ensure_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive() and not self._stopping:
            return
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="binance_lab:refresh", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while (slot := self._wait_for_next()) is not None:
            with self._drawing, main_shell():
                if self._slots.get(id(slot.view)) is slot:
                    self._serve(slot)

    def _wait_for_next(self) -> _Slot | None:
        """The slot that is due first, when it is due; None to end."""
        with self._changed:
            own = threading.current_thread()
            while self._slots and not self._stopping and self._thread is own:
                slot = min(self._slots.values(), key=lambda slot: slot.next_at)
                wait_s = slot.next_at - time.monotonic()
                if wait_s <= 0:
                    return slot
                self._changed.wait(wait_s)
            if self._thread is own:
                self._thread = None  # the next `add` starts another
        return None

    def _serve(self, slot: _Slot) -> None:
        started, cpu = time.monotonic(), time.thread_time()
        try:
            if slot.pulse_due <= started:
                slot.pulse_due = started + PULSE_S
                slot.view.pulse()
            if not slot.dirty or slot.due > started:
                return
            slot.dirty = False
            slot.view.draw()
        except Exception as error:
            slot.failures += 1
            slot.dirty = True  # tried again, later and later
            _tell(slot.view, error)
        else:
            slot.failures = 0
            slot.view.drawn()
        cost_s = time.thread_time() - cpu
        slot.cost_s = cost_s if not slot.drawn_at else 0.8 * slot.cost_s + 0.2 * cost_s
        slot.drawn_at = started
        slot.due = started + self._interval_s(slot)

    def _interval_s(self, slot: _Slot) -> float:
        return self._slowdown() * min(2.0**slot.failures, MAX_BACKOFF) / slot.view.rate

    def _slowdown(self) -> float:
        """By how much all views are drawn less often, to stay within the two budgets."""
        now = time.monotonic()
        with self._changed:
            active = [slot for slot in self._slots.values() if slot.active(now)]
        cpu = sum(slot.cost_s * slot.view.rate for slot in active) / CPU_SHARE
        messages = sum(slot.view.rate for slot in active) / MESSAGES_PER_S
        return max(1.0, cpu, messages)


def _tell(view: Drawable, error: Exception) -> None:
    """Say the error in the view; the thread goes on though even that should fail."""
    try:
        view.failed(error)
    except Exception:
        _log.exception("%s failed, and could not show it: %r", view.name, error)


def refresher() -> Refresher:
    """The kernel's one refresher; the same object after this module is reloaded."""
    home = sys.modules.setdefault(_HOME, ModuleType(_HOME))
    found: Refresher | None = getattr(home, "refresher", None)
    if found is None:
        found = Refresher()
        home.refresher = found  # type: ignore[attr-defined]
        atexit.register(found.at_exit)
    return found


def close_tree(widget: object) -> None:
    """Close a widget with its children, layout and style, which its own `close` leaves open."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if part is not None and hasattr(part, "close"):  # a style may be a plain dict
            part.close()
    if hasattr(widget, "close"):
        widget.close()
