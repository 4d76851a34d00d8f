"""Notebooks: each runs top to bottom on the embedded exchange, and is committed as it should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
CELL_TIMEOUT_S = 60
ENDED_S = 15

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def run(notebook: Any, folder: Path, on_cell: Callable[[], None] = lambda: None) -> Any:
    """The notebook with its outputs, run in a folder of its own, without the user's settings."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("BINANCE_LAB_")}
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=lambda **_: on_cell(),
    )
    return client.execute(env=own | {"BINANCE_LAB_DATA": str(folder / "data")})


@pytest.mark.timeout(180)
@each_notebook
def test_a_notebook_runs_top_to_bottom_and_ends(path, tmp_path):
    """Every cell runs without an error or a warning; then nothing that it started is left."""
    others = set(psutil.Process().children(True))  # exchanges that other tests share
    started: set[psutil.Process] = set()
    ran = run(read(path), tmp_path, lambda: started.update(psutil.Process().children(True)))
    started -= others
    outputs = [output for cell in ran.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type == "error"] == []
    logged = "".join(output.text for output in outputs if output.get("name") == "stderr")
    assert "Warning" not in logged
    assert "Traceback" not in logged
    shown = [output.data for output in outputs if "data" in output]
    figures = [data for data in shown if data.get("text/plain", "").startswith("<Figure")]
    assert [data for data in figures if "image/png" not in data] == []
    assert "widgets" not in ran.metadata
    assert started
    assert psutil.wait_procs(started, timeout=ENDED_S)[1] == []


@each_notebook
def test_a_notebook_is_committed_without_what_a_run_leaves(path):
    """No outputs, no counts, no widget state, no metadata of a front end; the format is valid."""
    notebook = read(path)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    assert [cell.id for cell in notebook.cells if cell.metadata] == []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []


@each_notebook
def test_a_notebook_begins_with_its_number_and_ends_with_its_lab(path):
    """The title has the file's number; the last cell is the button that closes what was opened."""
    cells = read(path).cells
    assert cells[0].source.startswith(f"# {path.name[:2]} · ")
    assert cells[-1].source == "lab.close_button()"
