"""One notebook in JupyterLab in a real browser: run cells, look at outputs, ask the kernel."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import nbformat

from .lab_server import ROOT, JupyterServer

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

PICTURES = ROOT / "build" / "screenshots"
TIMEOUT_S = 60

_NOTEBOOK = """
  const panel = window.jupyterapp?.shell.currentWidget;
  const kernel = panel?.context?.sessionContext?.session?.kernel;
"""
_IDLE = f"""() => {{ {_NOTEBOOK}
  return kernel?.status === 'idle' && kernel.connectionStatus === 'connected'
    && ![...panel.content.widgets].some(cell => cell.promptNode?.textContent.includes('*')) }}"""
_RAISED = f"""(cell) => {{ {_NOTEBOOK}
  const outputs = panel.content.widgets[cell].model.outputs.toJSON();
  return outputs.filter(o => o.output_type === 'error').map(o => o.traceback.join('\\n')) }}"""
_BUSY = f"() => {{ {_NOTEBOOK} return kernel?.status === 'busy' }}"
_EXECUTE = f"""async (code) => {{ {_NOTEBOOK}
  const future = kernel.requestExecute({{ code, store_history: false }});
  let text = '';
  future.onIOPub = (message) => {{
    if (message.header.msg_type === 'stream') text += message.content.text;
    if (message.header.msg_type === 'error') text += message.content.traceback.join('\\n');
  }};
  await future.done;
  return text }}"""

_SUBSHELL = f"""async () => {{ {_NOTEBOOK}
  const made = await kernel.requestCreateSubshell({{}}).done;
  const subshellId = made.content.subshell_id;
  const subshell = kernel.clone({{ subshellId, handleComms: false }});
  await subshell.requestExecute({{ code: '1', store_history: false }}).done;
  subshell.dispose();
  await kernel.requestDeleteSubshell({{ subshell_id: subshellId }}).done;
  await new Promise(done => kernel.iopubMessage.connect((_, message) => {{
    if (message.header.msg_type === 'comm_msg') done() }})) }}"""

_TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


# https://github.com/jupyter/notebook/issues/7862: Notebook 7 reads a setting before it has it.
_OF_NOTEBOOK = re.compile(r"reading 'schema'\)\s+at \S*/static/notebook/notebook_core\.")


class Browsing:
    """A browser's window onto JupyterLab, and all that goes wrong in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.errors: list[str] = []
        self.outside: list[str] = []
        context.route(_is_outside, self._refuse)

    def new_page(self) -> Page:
        """A tab whose errors are kept."""
        page = self.context.new_page()
        page.set_default_timeout(TIMEOUT_S * 1000)
        page.on("pageerror", self._raised)
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        return page

    def _raised(self, error: Any) -> None:
        if not _OF_NOTEBOOK.search(str(error.stack)):
            self.errors.append(str(error))

    def _refuse(self, route: Any) -> None:
        self.outside.append(route.request.url)
        route.abort()


def _is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1"


class NotebookPage:
    """A notebook made of these cells, open and with a kernel."""

    def __init__(
        self, browsing: Browsing, server: JupyterServer, name: str, cells: list[str]
    ) -> None:
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        )
        self.path = server.root / f"{name}.ipynb"
        nbformat.write(notebook, self.path)
        self.name, self.page = name, browsing.new_page()
        self.page.goto(server.notebook_url(self.path.name))
        self._wait_open()

    def run(self, *cells: int, wait: bool = True) -> None:
        """Run cells by their index, all if none is given; an exception in one is an error here."""
        for cell in cells or range(self.page.locator(".jp-Notebook .jp-CodeCell").count()):
            command = "panel.content.activeCellIndex = i; window.jupyterapp.commands.execute('notebook:run-cell')"
            self.page.evaluate(f"(i) => {{ {_NOTEBOOK} {command} }}", cell)
            if wait:
                self.wait_idle()
                raised = self.page.evaluate(_RAISED, cell)
                assert not raised, raised

    def wait_idle(self, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until no cell runs or waits."""
        self.page.wait_for_function(_IDLE, timeout=timeout_s * 1000)

    def busy(self) -> bool:
        """Whether the kernel computes."""
        return bool(self.page.evaluate(_BUSY))

    def wait_busy(self) -> None:
        """Wait until the kernel computes."""
        self.page.wait_for_function(_BUSY)

    def frame_on_screen(self, cell: int) -> int:
        """The number of the frame that the view in a cell shows."""
        return int(self.view(cell).get_attribute("data-seq") or 0)

    def seen(self, cell: int) -> tuple[int, int]:
        """First and last candle that the chart in a cell shows."""
        first, last = (self.view(cell).get_attribute("data-seen") or "0 0").split()
        return int(first), int(last)

    def wait_seen(self, cell: int, condition: Callable[[int, int], bool]) -> None:
        """Wait until the chart shows such candles."""
        deadline = time.monotonic() + TIMEOUT_S
        while not condition(*self.seen(cell)):
            assert time.monotonic() < deadline, self.seen(cell)
            self.page.wait_for_timeout(50)

    def interrupt_kernel(self) -> None:
        """Interrupt the cell that runs."""
        self.page.evaluate(f"async () => {{ {_NOTEBOOK} await kernel.interrupt() }}")
        self.wait_idle()

    def restart_kernel(self) -> None:
        """Restart the kernel, as the menu does, without its question."""
        self.page.evaluate(
            f"async () => {{ {_NOTEBOOK} await panel.context.sessionContext.restartKernel() }}"
        )
        self.wait_idle(60)

    def shut_down_kernel(self) -> None:
        """End the kernel, as the menu does."""
        self.page.evaluate(
            f"async () => {{ {_NOTEBOOK} await panel.context.sessionContext.shutdown() }}"
        )

    def execute(self, code: str) -> str:
        """Run code in the kernel beside the cells; what it printed."""
        text = str(self.page.evaluate(_EXECUTE, code)).strip()
        assert "Traceback" not in text, text
        return text

    def after_subshell(self) -> None:
        """Execute something in a subshell, end it, and wait until a widget of the page is told something."""
        self.page.evaluate(_SUBSHELL)

    def reload(self, *, wait: bool = True) -> None:
        """Load the page again, as saved."""
        self.page.reload()
        self._wait_open(wait=wait)

    def save(self) -> None:
        """Save the notebook with its outputs."""
        self.page.evaluate(f"async () => {{ {_NOTEBOOK} await panel.context.save() }}")

    def toggle_saving_of_widgets(self) -> None:
        """Switch JupyterLab's setting that saves widget state in notebooks."""
        command = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
        self.page.evaluate("(id) => window.jupyterapp.commands.execute(id)", command)

    def output(self, cell: int) -> Locator:
        """The first output of a cell: of a view the widget, and not the picture beside it."""
        return self._cell(cell).locator(".jp-OutputArea-output").first

    def kept(self, cell: int) -> Locator:
        """The picture that is kept beside the view in a cell."""
        return self._cell(cell).locator("[class^=bl-kept]")

    def _cell(self, cell: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell)

    def view(self, cell: int) -> Locator:
        """The view in the output of a cell."""
        return self.output(cell).locator(".bl-view")

    def theme(self, dark: bool) -> None:
        """Switch JupyterLab's theme."""
        name = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
            name,
        )
        wanted = "false" if dark else "true"
        self.page.wait_for_selector(f'body[data-jp-theme-light="{wanted}"]', state="attached")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        self.page.evaluate(_TWO_FRAMES)  # canvases are drawn again in the next one

    def picture(self, name: str, cell: int | None = None) -> bytes:
        """A screenshot, of a cell's output or of the page, kept in `build/screenshots`."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        what = self.page if cell is None else self.output(cell)
        return bytes(what.screenshot(path=PICTURES / f"{name}.png", animations="allow"))

    def wait_moved(self, cell: int, before: bytes) -> None:
        """Wait until a cell's output looks different from an earlier picture of it."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.output(cell).screenshot(animations="allow") == before:
            assert time.monotonic() < deadline, "the output of the cell stands still"
            self.page.wait_for_timeout(50)

    def close(self) -> None:
        """Close the tab."""
        self.page.close()

    def _wait_open(self, *, wait: bool = True) -> None:
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        if wait:
            self.wait_idle(60)


def outputs_of(path: Path) -> list[dict[str, Any]]:
    """The data of all outputs in a saved notebook."""
    notebook = nbformat.read(path, as_version=4)
    return [dict(o["data"]) for c in notebook.cells for o in c.get("outputs", []) if "data" in o]
