"""View, what all views are: a box of widgets that shows live objects, drawn by the refresher."""

from __future__ import annotations

import html
import itertools
import math
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol

import ipywidgets
from IPython.core.getipython import get_ipython
from IPython.display import display

from binance_lab.connector.exceptions import LabError
from binance_lab.widgets.gaps import gap_line
from binance_lab.widgets.kept import NOTHING, Still, encoded, kept_html, shown_class, still_html
from binance_lab.widgets.refresh import Drawable, close_tree, refresher
from binance_lab.wire.words import counted

KEEP_AFTER_S, KEEP_EVERY_S = 3.0, 60.0
"""When the picture that a saved notebook shows is drawn: once there is something, then so often."""


class Source(Protocol):
    """What a view needs of a live object."""

    @property
    def state(self) -> str:
        """connecting, live, stale, out of sync, stopped or error."""

    @property
    def last_message_age_s(self) -> float | None:
        """Seconds since the last message; None before the first."""

    @property
    def error(self) -> Any:
        """Why the state is error: an exception or a text; empty or None else."""

    def on_change(self, callback: Callable[[], None], /) -> Callable[[], None]:
        """Call back after each change, on the reader's thread; the result takes it back."""


class View(ipywidgets.VBox):
    """A box of widgets that shows live objects and follows them until `stop`.

    A view of its own is a class with a `draw`, which alone writes to its widgets:

        class LastPrice(View):
            kind = "last price"

            def __init__(self, tape, *, name=None):
                self._tape, self._text = tape, ipywidgets.HTML()
                super().__init__([self._text], sources=[tape], name=name)
                self.start()                  # last: from here on `draw` is called

            def draw(self):                   # in the refresher's thread, at most `rate` times a second
                self._text.value = html.escape(str(self._tape.last.price))

            def still(self):                  # what stays in the notebook after `stop`
                return {"text/html": self._text.value, "text/plain": repr(self)}

    Whatever else makes it change calls `self.mark()`, from any thread. An exception in `draw` is
    counted in `errors`, shown below the view, and tried again later. A view ends a former one
    of the same name, or that a former run of the same cell made.

    Threads: `draw`, `pulse` and `show_notice` run in the refresher's thread, nothing else does.
    """

    kind: ClassVar[str] = "view"
    children: tuple[ipywidgets.Widget, ...]

    def __init__(
        self,
        children: Iterable[ipywidgets.Widget] = (),
        *,
        sources: Iterable[Source] = (),
        subject: str = "",
        environment: str = "",
        name: str | None = None,
        rate: float = 10.0,
    ) -> None:
        self._id = secrets.token_hex(4)
        classes = ("binance-lab-view", shown_class(self._id))
        super().__init__(children=tuple(children), _dom_classes=classes)
        self.layout.width = "100%"
        self.cell, self.execution = ("", "") if name else _running_cell()
        self.name = name or _free_name(f"{self.kind} {subject}", self.cell, self.execution)
        self.subject, self.environment = subject, environment
        self.sources = tuple(sources)
        self._last_error = ""
        self._failing = False  # whether the latest frame did
        self._rate = rate
        self._counted = threading.Condition()  # guards _frames, _errors and _stopped
        self._frames = self._errors = 0
        self._stopped = False
        self._seen_states: tuple[str, ...] = ()
        self._take_back: list[Callable[[], None]] = []
        self._handles: list[tuple[Any, Any]] = []  # of the widget, and of the picture beside it
        self._keep_at = math.inf
        self._kept_of = 0  # frames when the picture was drawn
        self._notice: ipywidgets.HTML | None = None

    def __repr__(self) -> str:
        state = "stopped" if self.stopped else "; ".join(s.state for s in self.sources) or "live"
        errors = f", {counted(self.errors, 'error')}" if self.errors else ""
        return (
            f"<{type(self).__name__} {self.name}: {state}, {counted(self.frames, 'frame')}{errors}>"
        )

    def __enter__(self) -> View:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    # For users.

    @property
    def frames(self) -> int:
        """Frames drawn so far."""
        return self._frames

    @property
    def errors(self) -> int:
        """Frames that ended in an exception; `last_error` has the traceback of the last."""
        return self._errors

    @property
    def last_error(self) -> str:
        """The traceback of the last frame that ended in an exception; empty if none did."""
        return self._last_error

    @property
    def stopped(self) -> bool:
        """Whether the view has stopped."""
        return self._stopped

    def wait_frames(self, n: int = 1, timeout: float = 10.0) -> bool:
        """Wait until n more frames are drawn; False if the time (s) is over, or the view, first."""
        with self._counted:
            wanted = self._frames + n
            self._counted.wait_for(lambda: self._frames >= wanted or self._stopped, timeout)
            return self._frames >= wanted

    def stop(self) -> None:
        """Follow no more; what is shown now stays in the notebook as a picture. Any thread."""
        if self._end() and not refresher().exiting:
            self._leave(self.safe_still())

    def close(self) -> None:
        """Stop, and take the widgets out of the notebook."""
        if self._end() and not refresher().exiting:
            self._replace(NOTHING)
        for child in self.children:
            close_tree(child)
        self.layout.close()
        super().close()
        self.let_go()

    # For subclasses.

    def draw(self) -> None:
        """Write the newest state into the widgets."""
        raise NotImplementedError

    def still(self) -> Still:
        """The newest state as a MIME bundle that needs no kernel. Any thread."""
        return {"text/plain": repr(self)}

    def let_go(self) -> None:
        """Forget what can be made anew: IPython's `Out` holds a view for as long as the kernel."""

    def head(self) -> dict[str, Any]:
        """What it shows, of which environment, how its sources are, what they miss."""
        gap, tone = gap_line(self.sources)
        return {
            "kind": self.kind,
            "gap": gap,
            "gap_tone": tone,
            "title": self.subject,
            "environment": self.environment,
            "state": worst_state(self.sources),
            "age_s": min(
                (age for s in self.sources if (age := s.last_message_age_s) is not None),
                default=None,
            ),
        }

    def start(self) -> None:
        """Follow the sources; the last line of a subclass's `__init__`."""
        refresher().add(self)
        self._take_back = [source.on_change(self.mark) for source in self.sources]

    def mark(self, *_: object) -> None:
        """Something changed: draw as soon as the rate allows. Any thread, at once back."""
        refresher().mark(self)

    def show_notice(self, text: str) -> None:
        """Show a line of text below the view; an empty one takes it away."""
        if self._notice is None:
            if not text:
                return
            self._notice = ipywidgets.HTML()
            self._notice.add_class("binance-lab-notice")
            self.children = (*self.children, self._notice)
        self._notice.value = f'<span role="status">{html.escape(text)}</span>' if text else ""

    # For the refresher.

    @property
    def rate(self) -> float:
        """Frames a second, at most."""
        return self._rate

    def pulse(self) -> None:
        """Once a second: a source's state may change while no message comes."""
        states = tuple(source.state for source in self.sources)
        if states != self._seen_states:
            self._seen_states = states
            self.mark()
        self._renew()

    def drawn(self) -> None:
        """A frame is out, or a pulse had nothing to do."""
        if self._failing:
            self._failing = False
            self.show_notice("")
        with self._counted:
            self._frames += 1
            self._counted.notify_all()

    def failed(self, error: Exception) -> None:
        """Count the error and say it in the view's own line."""
        self._last_error, self._failing = "".join(traceback.format_exception(error)), True
        what = str(error) if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
        self.show_notice(f"Not drawn at {time.strftime('%H:%M:%S')}: {what}")
        with self._counted:
            self._errors += 1
            self._counted.notify_all()

    def give_way(self, newer: Drawable) -> None:
        """Close if the newer one is of a later run of this cell; stop if it has this name."""
        cell, execution = getattr(newer, "cell", ""), getattr(newer, "execution", "")
        if self.cell and cell == self.cell and execution != self.execution:
            self.close()  # the new run has wiped the cell: nobody sees a picture
        elif newer.name == self.name:
            self.stop()

    # Display.

    def _ipython_display_(self) -> None:
        """Display the widget, and beside it the picture that a saved notebook shows.

        The page hides the picture as long as it shows the widget. Each has an id, under which
        another thread can put something else in its place.
        """
        if self._stopped:
            display(encoded(self.safe_still()), raw=True)
            return
        widget = display(self._repr_mimebundle_(), raw=True, display_id=True)
        picture = display(self._kept(), raw=True, display_id=True)
        self._handles.append((widget, picture))
        self._keep_at = time.monotonic() + KEEP_AFTER_S

    def _kept(self) -> Still:
        """The picture as it is beside the widget."""
        self._kept_of = self._moved()
        still = self.safe_still()
        return {
            "text/html": kept_html(still, self._id),
            "text/plain": still["text/plain"],
        }

    def _renew(self) -> None:
        """Draw the picture beside the widget again, if it is time and something moved."""
        if time.monotonic() < self._keep_at or self._moved() == self._kept_of:
            return
        self._keep_at = time.monotonic() + KEEP_EVERY_S
        kept = self._kept()
        for _, picture in self._handles:
            picture.update(kept, raw=True)

    def _moved(self) -> int:
        """A number that grows when there is something new to see."""
        return self.frames

    def safe_still(self) -> Still:
        """The picture; where it cannot be drawn, a text that says why."""
        try:
            return {"text/plain": repr(self), **self.still()}
        except Exception as error:
            return {"text/plain": f"{self!r}\nNo picture: {type(error).__name__}: {error}"}

    def _end(self) -> bool:
        """Leave the refresher and the sources; False if that is done already."""
        if not hasattr(self, "_counted"):  # garbage of a failed __init__, which ipywidgets closes
            return False
        with self._counted:
            if self._stopped:
                return False
            self._stopped = True
            self._counted.notify_all()
        for take_back in self._take_back:
            take_back()
        refresher().remove(self)
        return True

    def _leave(self, still: Still) -> None:
        """Put the picture where the view is displayed: in its cells, or in the box around it."""
        old = self.children
        self.children = () if self._handles else (_still_widget(still),)
        for child in old:
            close_tree(child)
        if self._handles:
            self._replace(still)
            self.close()

    def _replace(self, still: Still) -> None:
        """Put this in the place of the widget and of its picture."""
        for widget, picture in self._handles:
            widget.update(encoded(still), raw=True)
            picture.update(NOTHING, raw=True)


_WORST_FIRST = ("error", "out of sync", "stale", "connecting", "stopped", "live")


def worst_state(sources: Iterable[Source]) -> str:
    """The state that a reader must know of, where there are several."""
    states = [source.state for source in sources]
    known = [state for state in _WORST_FIRST if state in states]
    return known[0] if known else next(iter(states), "live")


def source_error(sources: Iterable[Source]) -> str:
    """Why a source gives nothing, in a line; empty while all do."""
    return "; ".join(
        str(source.error) for source in sources if source.error and source.state != "live"
    )


def _still_widget(still: Still) -> ipywidgets.Widget:
    if "image/png" in still:
        return ipywidgets.Image(value=still["image/png"], format="png")
    return ipywidgets.HTML(value=still_html(still))


def _running_cell() -> tuple[str, str]:
    """Id of the cell that runs, and of this run of it; empty where the front end says none."""
    shell = get_ipython()
    if shell is None or not hasattr(shell, "get_parent"):
        return "", ""
    parent = shell.get_parent() or {}
    return parent.get("metadata", {}).get("cellId", ""), parent.get("header", {}).get("msg_id", "")


def _free_name(wanted: str, cell: str, execution: str) -> str:
    """The wanted name, with the cell's id; numbered if this run of the cell has one already."""
    base = f"{wanted.strip()} @{cell[:8]}" if cell else wanted.strip()
    here = [view for view in refresher().views if getattr(view, "execution", "") == execution]
    taken = {view.name for view in here} if execution else set()
    numbered = (f"{base} #{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([base], numbered) if name not in taken)
